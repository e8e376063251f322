/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_analysis — is there a power law in the waiting times, from where on, and may it be quoted?
 *
 *     struct waiting_options o = waiting_defaults();
 *     struct waiting_analysis a;
 *     TRY(waiting_analyse(&sample, &o, &a));
 *     puts(a.verdict);                            "power law: ..." or "no power law here: ..."
 *     waiting_analysis_free(&a);
 *
 * Steps (Clauset, Shalizi & Newman, SIAM Rev. 51, 661 (2009), doi 10.1137/070710111, extended to censored
 * data and finite records):
 *
 *   1. Scan of xmin (waiting_scan.h): alpha(xmin) and the Kolmogorov–Smirnov distance D; xmin is where D is
 *      least. At most `candidates` values, evenly spaced in ln x: the full scan is O(n^2).
 *
 *   2. The five laws of waiting_law.h at that xmin, with likelihood ratios against the power law: Vuong's
 *      test (Econometrica 57, 307 (1989), doi 10.2307/1912557), the nested test, AIC and BIC.
 *
 *   3. Goodness of fit: the fraction of synthetic data sets (power-law tail, resampled body, same censoring
 *      or window, same scan) whose D exceeds the measured one; seeded, the same for any number of threads.
 *
 *   4. The verdict. A power law may be quoted only if
 *      (a) alpha(xmin) stays within 2 sigma over at least 1.5 decades of xmin around the chosen one;
 *      (b) the likelihood prefers it to each of the other four: BIC lower by more than 2, and no test against
 *          it at 5 %. Three of the four contain the power law as a limit and can never fit worse, so their
 *          raw ratio cannot favour it: BIC charges their extra parameter, and the test is that of nested laws
 *          (Vuong's is not valid there). Against the exponential the test is Vuong's;
 *          All four must have been compared;
 *      (c) the finite record is corrected for (censored or window, survival.h);
 *      (d) the goodness-of-fit p is at least 0.1 (when replicates > 0).
 *      Otherwise the text says which failed and with what number.
 *
 * Waits counted in frames are not continuous: a wait found as k frames lasted between k-1 and k. The relative
 * bias of alpha - 1 is of the order frame/xmin: give a min_xmin of ten frames or more. */
#ifndef GLINT_ANALYSIS_FIT_WAITING_ANALYSIS_H
#define GLINT_ANALYSIS_FIT_WAITING_ANALYSIS_H

#include "analysis/fit/waiting_law.h"
#include "analysis/fit/waiting_scan.h"

#define WAITING_FLAT_DECADES 1.5

/* ---- likelihood ratios ---- */
struct waiting_ratio {
    double ratio;    /* ln L(power law) - ln L(alternative) */
    double vuong;    /* normalised: ratio / (s sqrt n); positive favours the power law */
    double p_vuong;  /* two-sided */
    double p_nested; /* chance of so negative a ratio if the power law is true; NaN if not nested */
    double delta_aic, delta_bic; /* alternative minus power law: positive favours the power law */
    bool preferred;              /* the power law is, see (b) */
};

struct waiting_options {
    size_t candidates, min_tail; /* 200, 50 */
    double xmin;                 /* > 0: fixed, no choice by KS */
    double min_xmin;             /* the scan starts here: ten frame intervals or more (default 0) */
    int64_t replicates;          /* of the goodness-of-fit bootstrap: 200; 0: none */
    uint64_t seed;
    unsigned laws; /* bits of enum waiting_model to compare, 0: all; the power law always is */
};
struct waiting_options waiting_defaults(void);
static inline bool waiting_compares(unsigned laws, int model)
{
    return laws == 0 || model == WAITING_POWER_LAW || (laws >> model & 1u);
}

struct waiting_analysis {
    struct waiting_scan scan;
    double xmin, alpha, sigma, ks;
    double p_value;                             /* NaN without replicates */
    unsigned laws;                              /* as in the options */
    struct waiting_fit fit[WAITING_MODELS];     /* zero for laws that were not compared */
    struct waiting_ratio ratio[WAITING_MODELS]; /* [WAITING_POWER_LAW] unused */
    double flat_decades;
    bool quotable;
    char verdict[640];
};
status waiting_analyse(const struct waiting_sample *s, const struct waiting_options *o,
                       struct waiting_analysis *a);
void waiting_analysis_free(struct waiting_analysis *a);

/* Error of alpha at fixed xmin when neighbouring observations are correlated: circular block bootstrap over
 * the observations in the caller's order (an atom's waits one after the other, or in time order), `block` at
 * a time. */
status waiting_block_error(size_t n, const double *time, const uint8_t *censored,
                           enum waiting_correction correction, double window, double xmin, size_t block,
                           int64_t replicates, uint64_t seed, double *error);

#endif
