/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relaxation — fits of decaying correlation functions: exponential, stretched exponential, Mittag-Leffler.
 *
 *     y(t) = baseline + amplitude * f(t/tau; beta)^p          p = Siegert power, 1 or 2
 *
 * y is g2, g2 - 1 or the normalised R = (g2 - g2inf)/(g2(0) - g2inf); amplitude and baseline are free or
 * fixed. With p = 2 f is the intermediate scattering function (Siegert: g2 - 1 = A |f|^2); with p = 1 f is
 * |f|^2 itself. For the exponential and KWW (stretched exponential) the choice only rescales tau by
 * 2^(1/beta). For the Mittag-Leffler function it changes the curve: f^2 ends as t^-2beta, f as t^-beta. A
 * random walk with waiting times p(t) ~ t^-(1+beta) has f_self = E_beta, so g2 - 1 ~ E_beta^2; Riechers et
 * al., Nat. Commun. 15 (2024), doi 10.1038/s41467-024-50758-3, fit KWW with p = 2 and Mittag-Leffler with
 * p = 1. Fit both powers and write the choice beside every number.
 *
 *     struct relaxation_data d = {.n = n, .lag = t, .y = y, .sigma = sigma};    sigma NULL: equal weights
 *     struct relaxation_options o = relaxation_defaults();                      A free, baseline 0, p = 2
 *     struct relaxation_fit fit;
 *     TRY(relaxation_fit(&d, relaxation_find("kww"), &o, &fit));
 *
 * Method: weighted least squares (weights 1/sigma^2), trust region in (ln tau, logit beta, amplitude,
 * baseline), from the best three points of a tau x beta grid on which amplitude and baseline are solved
 * linearly. Errors are one standard deviation from (J^T J)^-1, times chi^2/dof when `scale_errors`; with
 * `profile` also the 68 % interval of beta by profile likelihood. Neighbouring lags of a correlation function
 * are correlated: the errors are then too small; `durbin_watson` far below 2 shows it (residuals run
 * together).
 *
 * First moments: mean_f = int f dt, mean_fp = int f^p dt. KWW: (tau/beta) Gamma(1/beta), times p^(-1/beta).
 * Mittag-Leffler: int f diverges for beta < 1, int f^2 is finite for beta > 1/2 only; INFINITY is stored, and
 * relaxation_mean_note() says so.
 *
 * A new model is one line in the table in relaxation.c. */
#ifndef GLINT_ANALYSIS_FIT_RELAXATION_H
#define GLINT_ANALYSIS_FIT_RELAXATION_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RELAXATION_TAU, RELAXATION_BETA, RELAXATION_AMPLITUDE, RELAXATION_BASELINE, RELAXATION_PARAMETERS };
extern const char *const relaxation_parameter_names[RELAXATION_PARAMETERS];

struct relaxation_model {
    const char *name, *formula, *reference;
    /* open interval for beta; equal: the model has no beta, its value is beta_low */
    double beta_low, beta_high;
    /* shape[i] = f(lag[i]/tau; beta), f(0) = 1, falling */
    void (*shape)(double tau, double beta, size_t n, const double *lag, double *shape);
    double (*mean)(double tau, double beta, int power); /* int f^power dt */
};
extern const struct relaxation_model relaxation_models[];         /* ends with name NULL */
const struct relaxation_model *relaxation_find(const char *name); /* NULL if unknown */

struct relaxation_data {
    size_t n;
    const double *lag, *y, *sigma; /* lag >= 0; sigma > 0, or NULL */
};
struct relaxation_options {
    int siegert_power; /* 1 or 2 */
    bool amplitude_free, baseline_free;
    double amplitude, baseline; /* the value when not free */
    bool scale_errors;          /* times sqrt(chi^2/dof); always done without sigma */
    bool profile;               /* 68 % interval of beta by profile likelihood (about 20 more fits) */
};
struct relaxation_options relaxation_defaults(void);

struct relaxation_fit {
    const struct relaxation_model *model;
    int siegert_power;
    int64_t points, free_parameters, dof;
    double value[RELAXATION_PARAMETERS];
    double error[RELAXATION_PARAMETERS]; /* 0 where fixed, NaN where undetermined */
    bool free[RELAXATION_PARAMETERS];
    double beta_low, beta_high; /* profile interval; NaN if not asked for or open on that side */
    double chi2, reduced_chi2;  /* reduced: NaN when dof is 0 */
    double aic, bic; /* chi^2 + 2k, + k ln n (no sigma: n ln(RSS/n) + ...); compare on equal data only */
    double durbin_watson;
    double mean_f, mean_f_error, mean_fp; /* times, or INFINITY */
    bool weighted, converged, at_bound;   /* at_bound: beta within 0.1 % of the end of its interval */
    bool beyond_record;                   /* tau is longer than the longest lag: an extrapolation */
    bool below_resolution;                /* tau is shorter than the shortest lag above 0: not resolved */
};
status relaxation_fit(const struct relaxation_data *d, const struct relaxation_model *m,
                      const struct relaxation_options *o, struct relaxation_fit *fit);

/* The fitted curve, and residuals (y - curve)/sigma (y - curve without sigma). */
void relaxation_curve(const struct relaxation_fit *fit, size_t n, const double *lag, double *y);
void relaxation_residuals(const struct relaxation_fit *fit, const struct relaxation_data *d,
                          double *residual);

/* Why mean_f or mean_fp is infinite, or "". */
const char *relaxation_mean_note(const struct relaxation_fit *fit);

/* A fit as one flat row of numbers for tables and datasets, and the names of its columns. */
enum { RELAXATION_COLUMNS = 24 };
extern const char *const relaxation_columns[RELAXATION_COLUMNS];
void relaxation_row(const struct relaxation_fit *fit, double row[RELAXATION_COLUMNS]);

#endif
