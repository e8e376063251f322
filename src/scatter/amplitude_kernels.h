/* SPDX-License-Identifier: GPL-3.0-or-later */
/* amplitude_kernels — the inner loops of scatter/amplitude.c, one set per instruction set. Private to that
 * module.
 *
 * Exact sums. An accumulator starts at AMP_BIAS = 1.5·2^(52-AMP_BITS), where doubles are 2^-AMP_BITS apart.
 * Adding a term there rounds the term to the nearest multiple of 2^-AMP_BITS and loses nothing else, so the
 * result does not depend on the order of the terms, as long as (1) the sum stays within ±2^(51-AMP_BITS) and
 * (2) no term lies exactly between two multiples, where round-to-even would look at the sum. (2) is made
 * certain by setting the last mantissa bit of both factors of every product: an odd times an odd number has
 * its lowest bit far below half a unit. That costs 1 ulp (2e-16) and leaves one fused multiply-add per term;
 * without FMA the product's own last bit is set. */
#ifndef GLINT_SCATTER_AMPLITUDE_KERNELS_H
#define GLINT_SCATTER_AMPLITUDE_KERNELS_H

#include <stdint.h>

enum {
    AMP_BITS = 32,
    AMP_BLOCK = 256, /* atoms per block of the direct sum: phase tables of a block live in the L2 cache */
    AMP_TAPS = 16,   /* widest spreading kernel, and the padding of its tables */
    AMP_DEGREE = 17, /* highest degree of the kernel polynomials */
    AMP_PAD = 8      /* grid points added before each row */
};
#define AMP_BIAS 1572864.0    /* 1.5·2^(52-AMP_BITS) */
#define AMP_UNIT 4294967296.0 /* 2^AMP_BITS */

/* All wanted points with the same (h, k): e^{2πi(h s0 + k s1)} is formed once for them. */
struct amp_column {
    int32_t h, k;         /* h >= 0 */
    int32_t first, count; /* entries: the distinct |l| */
};

struct amp_grid {
    int32_t width, degree;
    int32_t size[3];
    int64_t row, plane;                                 /* strides of the padded grid, in numbers */
    _Alignas(64) double taps[AMP_DEGREE + 1][AMP_TAPS]; /* kernel at tap t: Σ_d taps[d][t] u^d, u in [-1,1] */
};

struct amp_kernels {
    /* table[a] + 2·AMP_BLOCK·h holds cos and sin of 2π h s for n atoms, h = 0…most[a]; axis 0 carries the
     * weight. s is 3 rows of AMP_BLOCK numbers in [-½,½]; n is a multiple of 8. */
    void (*tables)(int n, const double *s, const double *weight, const int32_t most[3],
                   double *const table[3]);
    /* Adds the four sums Σ xr·zr, Σ xi·zi, Σ xr·zi, Σ xi·zr of each entry, in units of 2^-AMP_BITS. */
    void (*columns)(int n, double *const table[3], int64_t columns, const struct amp_column *column,
                    const int32_t *entry, int64_t *sums);
    /* Spreads n atoms (x, y, z in grid spacings within [0,size], weight) on the padded grid. */
    void (*spread)(const struct amp_grid *g, int64_t n, const double *atom, double *grid);
};
extern const struct amp_kernels amp_kernels_sse2, amp_kernels_avx2, amp_kernels_avx512;

#endif
