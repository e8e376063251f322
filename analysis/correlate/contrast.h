/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contrast — ⟨I²⟩/⟨I⟩² of every pattern, and what chance alone would make of it.
 *
 * The contrast trace is the diagonal C(t,t) of the TTCF without the TTCF; it is meaningful for noise-free
 * simulated patterns (photon noise adds 1/k̄ in an experiment).
 *
 * The exact null: n independent pixels with exponentially distributed intensity, uncorrelated between the two
 * times. Eq. 1 divides by the mean of the same pixels, hence the moments of Dirichlet(1,…,1) weights:
 *
 *     diagonal:      mean 2n/(n+1),  s.d. 2n √(n−1) / [(n+1) √((n+2)(n+3))]
 *     off-diagonal:  mean 1,         s.d. √(n−1)/(n+1)
 *
 * These are the moments of one element; elements closer in time than the relaxation time are correlated.
 * n = 1 gives C ≡ 1 and is refused (BAD_INPUT). n counts independent pixels: Friedel pairs once. */
/* Few pixels lie: because Eq. 1 divides by the mean of the same n pixels, the correlation it shows falls
 * faster than |f|², also on average. For Gaussian fields with field correlation f between the two times (ρ =
 * |f|²)
 *
 *     R_n(ρ) = (⟨C(t,t+k)⟩ − 1)/(⟨C(t,t)⟩ − 1) = 1 − (1 − ρ) ₂F₁(1, 1; n+1; ρ)         R_2(1/2) = 0.386
 *
 * exactly: two correlated exponentials are gamma variables of order 1 + N with one N for both, geometric with
 * ratio ρ (Kibble's mixture); given all N the two patterns are independent Dirichlet weights, and summing
 * over the N leaves R_n = 1 − n ⟨1/(n + M)⟩ with M negative binomial of order n. R_n → ρ for many pixels; at
 * n = 3 it is 0.41 where ρ is 0.49. */
#ifndef GLINT_ANALYSIS_CONTRAST_H
#define GLINT_ANALYSIS_CONTRAST_H

#include "base/status.h"

#include <stdint.h>

struct contrast_null {
    double diagonal_mean, diagonal_sd, off_mean, off_sd;
};
status contrast_exact_null(int64_t n, struct contrast_null *null);

double contrast_few(int64_t n, double rho); /* R_n(ρ), n ≥ 2, 0 ≤ ρ ≤ 1 */
/* The ρ that n pixels show as R: inverse of contrast_few. Below 0 (noise) −contrast_field(n, −R), above 1 R
 * itself, so that averages over noise stay averages. */
double contrast_field(int64_t n, double R);

/* ⟨I²⟩/⟨I⟩² of each frame into out (frames); NaN in bad frames (bad may be NULL) and frames without
 * intensity. */
void contrast_trace(const float *data, const uint8_t *bad, int64_t frames, int64_t pixels, double *out);

/* Mean, variance (n−1 in the denominator) and count of the finite elements of x. */
struct moments {
    double mean, variance;
    int64_t count;
};
struct moments moments_of(const double *x, int64_t n);

#endif
