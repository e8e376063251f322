/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ttcf — the two-time correlation function of speckle patterns.
 *
 *     eq1:      C(t1,t2) = ⟨I(p,t1) I(p,t2)⟩_p / (⟨I(p,t1)⟩_p ⟨I(p,t2)⟩_p)
 *     pearson:  C(t1,t2) = (⟨I1 I2⟩ − ⟨I1⟩⟨I2⟩) / (σ1 σ2)
 *
 * eq1 is Eq. 1 of Riechers et al., Nat. Commun. 15 (2024), s41467-024-50758-3, baseline 1 for pixels that are
 * alike; pearson has baseline 0 and diagonal 1.
 *
 *     struct ttcf c = {0};
 *     TRY(ttcf_compute(&c, data, bad, frames, pixels, &(struct ttcf_options){.variant = TTCF_EQ1}));
 *     double v = ttcf_at(&c, i, j);      any i, j; NaN where a frame is bad
 *     ttcf_free(&c);
 *
 * How: every frame is divided by its mean over the pixels (in double), 1 is subtracted and the result kept in
 * f32 in place of the data: x = I/⟨I⟩ − 1. As ⟨x⟩ = 0, C = 1 + ⟨x1 x2⟩ exactly, and the rounding of f32 acts
 * on C − 1 instead of on C. The products are a symmetric rank-k update in tiles — ssyrk on the diagonal
 * (TTCF_TILE²), sgemm beside it (TTCF_TILE rows, up to TTCF_WIDE times as many columns) — over OpenMP
 * threads, one BLAS thread each; sums longer than TTCF_DEPTH pixels are continued in double. A tile is always
 * computed by the same call, so the bits do not depend on the number of threads. Only the upper triangle j ≥
 * i is kept, row after row ("packed"). Memory: the data + 4 bytes · T(T+1)/2 + at most TTCF_WIDE · TTCF_TILE²
 * numbers (16 MiB) a thread. With double_precision everything is done in f64 from a copy of the data (small
 * problems).
 *
 * Bad frames (bad[t] ≠ 0, and frames without intensity) give NaN in their row and column and touch nothing
 * else. One pixel gives C ≡ 1 whatever it does: BAD_INPUT. Results for fewer than 3 pixels are legal and
 * noisy. */
#ifndef GLINT_ANALYSIS_TTCF_H
#define GLINT_ANALYSIS_TTCF_H

#include "base/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TTCF_TILE = 1024, TTCF_WIDE = 4, TTCF_DEPTH = 16384 };
enum ttcf_variant { TTCF_EQ1, TTCF_PEARSON };
const char *ttcf_variant_name(enum ttcf_variant v); /* "eq1", "pearson" */

struct ttcf_options {
    enum ttcf_variant variant;
    bool double_precision;
    bool progress; /* show a progress line */
};

struct ttcf {
    int64_t frames, pixels;
    enum ttcf_variant variant;
    float *packed;     /* upper triangle, or NULL in double precision */
    double *packed64;  /* upper triangle in double precision, or NULL */
    double *intensity; /* frames: ⟨I⟩_p(t) */
    uint8_t *bad;      /* frames */
    int64_t bad_frames;
};

/* data (frames × pixels) is overwritten by x (0 in bad frames). bad may be NULL. */
status ttcf_compute(struct ttcf *c, float *data, const uint8_t *bad, int64_t frames, int64_t pixels,
                    const struct ttcf_options *options);
/* Take over an upper triangle given as a full matrix (frames × frames; below the diagonal is not read). */
status ttcf_from_matrix(struct ttcf *c, const float *matrix, int64_t frames);
void ttcf_free(struct ttcf *c);

/* Where row i of the packed upper triangle begins: element (i,j), j ≥ i, is at ttcf_row(T,i) + j − i. */
static inline size_t ttcf_row(int64_t frames, int64_t i)
{
    return (size_t)(i * frames - i * (i - 1) / 2);
}
static inline double ttcf_at(const struct ttcf *c, int64_t i, int64_t j)
{
    size_t k = j >= i ? ttcf_row(c->frames, i) + (size_t)(j - i) : ttcf_row(c->frames, j) + (size_t)(i - j);
    return c->packed ? (double)c->packed[k] : c->packed64[k];
}

/* The upper triangle as a full matrix of size n × n, zeros below, n = ceil(frames / bin): an element is the
 * mean over a bin × bin block (t2 > t1 only in the blocks on the diagonal when bin > 1; NaN left out; the
 * last block may be smaller). bin = 1 gives the TTCF itself. */
void ttcf_matrix(const struct ttcf *c, int64_t bin, float *matrix);

#endif
