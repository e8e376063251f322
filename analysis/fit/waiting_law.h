/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_law — maximum-likelihood fits of waiting-time distributions to the tail x >= xmin.
 *
 * Five laws, all conditional on x >= xmin and written with u = x/xmin, so that their parameters have no unit
 * and their power-law limits are regular points:
 *
 *   power_law     S = u^(1-alpha)                         alpha > 1
 *   truncated     p ~ u^-alpha exp(-z u)                  alpha, z = xmin/cutoff    (z -> 0: power law)
 *   exponential   S = exp(-z (u - 1))                     z = xmin/tau
 *   stretched     S = exp(-(c/b) (u^b - 1)), Weibull      c, b                      (b -> 0: alpha = 1 + c)
 *   log_normal    p ~ exp(-k ln u - q (ln u)^2/2)/u       k, q                      (q -> 0: alpha = 1 + k)
 *
 *     struct waiting_fit fit;
 *     TRY(waiting_fit(&sample, WAITING_POWER_LAW, xmin, &fit));      sample: survival.h
 *
 * Likelihood: events contribute the density, censored observations the survival function; with the window
 * correction the density is that of what a record of length T shows, p(w) (T - w) normalised on [xmin, T]
 * (survival.h). Censored observations below xmin say nothing about the tail and are left out. The power law
 * has the closed form alpha = 1 + events / sum ln u (Hill 1975; with censoring the sum runs over all, the
 * events are counted), sigma = (alpha-1)/sqrt(events); the others are maximised by a simplex. Errors from the
 * observed information matrix; NaN where it is not positive (a parameter at its limit).
 *
 * Note: `alpha` is the exponent of the density, the 1 + beta' of Riechers et al. 2024. */
#ifndef GLINT_ANALYSIS_FIT_WAITING_LAW_H
#define GLINT_ANALYSIS_FIT_WAITING_LAW_H

#include "analysis/fit/survival.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum waiting_model {
    WAITING_POWER_LAW,
    WAITING_TRUNCATED,
    WAITING_EXPONENTIAL,
    WAITING_STRETCHED,
    WAITING_LOG_NORMAL,
    WAITING_MODELS
};
struct waiting_model_description {
    const char *name, *formula, *reference;
    int parameters;
    const char *parameter[2];
};
extern const struct waiting_model_description waiting_models[WAITING_MODELS];

/* One law with its parameters, ready for evaluation (its normalisations are computed once). */
struct waiting_law {
    enum waiting_model model;
    double xmin, parameter[2];
    double log_norm;           /* of the shape on [xmin, infinity) */
    double window, log_window; /* T (0: none) and ln of int p (1 - w/T) */
};
void waiting_law_make(struct waiting_law *law, enum waiting_model model, double xmin, const double *parameter,
                      double window);
/* ln of density * xmin at u = x/xmin >= 1 (with ln u given, to save a logarithm), and ln S. The window enters
 * the density only. */
double waiting_log_density(const struct waiting_law *law, double u, double log_u);
double waiting_log_survival(const struct waiting_law *law, double u, double log_u);

struct waiting_fit {
    enum waiting_model model;
    double xmin, parameter[2], error[2];
    size_t events, censored; /* in the tail */
    double log_likelihood;   /* of x/xmin: comparable between laws at one xmin */
    double aic, bic;         /* k counts the law's parameters, not xmin; n = events */
    bool converged;
    struct waiting_law law;
};
/* BAD_INPUT with fewer than 3 events in the tail or when all of them lie at xmin. */
status waiting_fit(const struct waiting_sample *s, enum waiting_model model, double xmin,
                   struct waiting_fit *fit);

/* The power-law exponent alone, given the tail's sufficient statistics: `events`, the sum of ln u over all
 * tail observations, and, with a window, ln(T/xmin) (else 0). */
double waiting_alpha(size_t events, double sum_log_u, double log_window_ratio);
/* Its standard deviation from the expected information: (alpha-1)/sqrt(events) without a window. */
double waiting_alpha_error(size_t events, double alpha, double log_window_ratio);
/* Distribution function of what is observed under a power law; with a window p ~ u^-alpha (1 - u/U). */
double waiting_power_law_cdf(double alpha, double log_u, double log_window_ratio);

/* ln of each tail observation's likelihood (ascending in time), for likelihood-ratio tests; out has room for
 * the s->n - waiting_sample_from(s, law->xmin) observations. */
void waiting_pointwise(const struct waiting_sample *s, const struct waiting_law *law, double *out);

#endif
