/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g2 — one-time correlation functions by age, from a two-time correlation function.
 *
 *     g2(a, k) = mean of C(i, i+k) over the elements whose age lies in window a; k is the lag in frames ≥ 0
 *     age = start: i (Riechers et al. 2024: the earlier time);  age = mid: i + k/2
 *
 * A mean over the diagonal k of a record of N frames has N − k elements, and is divided by N − k; NaN
 * elements (bad frames) are left out and not counted. `pairs` holds the number of elements.
 *
 *     struct g2 g = {0};
 *     TRY(g2_compute(&g, &c, &(struct g2_options){.windows = 1, .per_decade = 5, .baseline = 1.0}));
 *     g.g2[a * g.lags + k], g.error[…], g.R[…], g.lag[…] (mean lag of the elements in the bin, in frames)
 *     g2_free(&g);
 *
 * Lags are binned logarithmically (per_decade > 0: bin edges at 10^(m/per_decade) frames, every lag its own
 * bin while they are that narrow; lag 0 alone) by the mean over all elements in a bin, or not at all
 * (per_decade = 0).
 *
 * The diagonal C(t,t) may be kept (legitimate for noise-free simulated patterns), left out (nan), or replaced
 * by the mean of its four neighbours C(t,t±1), C(t±1,t) (Riechers et al. 2024; two at the ends) or by the
 * mean of the whole first off-diagonal. Only lag 0 is concerned. The TTCF itself stays as it is.
 *
 * Normalised: R = (g2 − g∞) / (g2(first lag ≥ 1) − g∞), per window; its error ignores that of the two
 * plateaus.
 *
 * Errors: elements near each other in age are correlated over the relaxation time, σ/√N is wrong by √(2τ/Δt).
 * The ages of a window are cut into blocks of L frames, L ≥ the correlation time 1 + 2 Σ_k R(k) (sum up to
 * the first R < 0.05, from the whole record) or as given; error² = B/(B−1) Σ_b (n_b/n)² (m_b − m)² over the B
 * block means. A window that has no room for 4 such blocks uses 4 shorter ones, and error_is_lower_bound says
 * so; fewer than 4 elements: NaN. */
#ifndef GLINT_ANALYSIS_G2_H
#define GLINT_ANALYSIS_G2_H

#include "analysis/correlate/ttcf.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum g2_age { G2_AGE_START, G2_AGE_MID };
enum g2_diagonal { G2_DIAGONAL_KEEP, G2_DIAGONAL_NAN, G2_DIAGONAL_MEAN4, G2_DIAGONAL_FIRST_OFF };
const char *g2_age_name(enum g2_age age);
const char *g2_diagonal_name(enum g2_diagonal diagonal);
/* From "start" | "mid", "keep" | "nan" | "mean4" | "first-offdiagonal"; BAD_INPUT with the choices otherwise.
 */
status g2_age_parse(const char *word, enum g2_age *age);
status g2_diagonal_parse(const char *word, enum g2_diagonal *diagonal);

struct g2_options {
    int64_t windows;  /* age windows; 0 or 1: the whole record */
    bool log_windows; /* edges in geometric progression instead of equal widths */
    double log_first; /* end of the first of them as a fraction of the record; 0: frames^(1/windows) frames */
    enum g2_age age;
    enum g2_diagonal diagonal;
    int64_t per_decade; /* lag bins per decade; 0: every lag */
    double baseline;    /* g∞ */
    int64_t block;      /* block length for errors in frames; 0: from the correlation time */
};

struct g2 {
    int64_t windows, lags;
    int64_t *edge;  /* windows + 1: ages in frames; window a is edge[a] ≤ age < edge[a+1] */
    int64_t *first; /* lags + 1: bin k holds the lags first[k] … first[k+1]−1 */
    double *lag;    /* windows × lags: mean lag of the elements of the bin, in frames */
    double *g2, *error, *R, *R_error;
    int64_t *pairs;             /* windows × lags: elements averaged; 0 where g2 is NaN */
    int64_t block;              /* block length used */
    bool *error_is_lower_bound; /* per window */
    double correlation_time;    /* frames */
    struct g2_options options;
};

status g2_compute(struct g2 *g, const struct ttcf *c, const struct g2_options *options);
void g2_free(struct g2 *g);

/* The diagonal after its treatment (frames numbers). */
void g2_treated_diagonal(const struct ttcf *c, enum g2_diagonal diagonal, double *out);
/* Σ over the whole record for every lag, unbinned, diagonal kept: mean (frames numbers); NaN where no element
 * is good. */
void g2_every_lag(const struct ttcf *c, double *mean);

#endif
