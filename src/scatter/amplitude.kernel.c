/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "scatter/amplitude_kernels.h"

#include <immintrin.h>

#if defined ISA_avx512
enum { LANES = 8, GROUP = 4 };
#elif defined ISA_avx2
enum { LANES = 4, GROUP = 2 };
#else
enum { LANES = 2, GROUP = 2 };
#endif
typedef double vec __attribute__((vector_size(8 * LANES), may_alias));
typedef double vec_any __attribute__((vector_size(8 * LANES), may_alias, aligned(8)));
typedef int64_t vec_bits __attribute__((vector_size(8 * LANES), may_alias));

/* Set the last bit of the mantissa. Zero becomes 1e-20 first: a denormal number would be slow. */
INLINE vec odd(vec v)
{
    return (vec)((vec_bits)(v + 1e-20) | 1);
}

/* mad: a·b + c. accumulate: the same for odd a and b into a biased sum, the product rounded once to
 * 2^-AMP_BITS. */
#if defined ISA_avx512
INLINE vec mad(vec a, vec b, vec c)
{
    return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
INLINE vec accumulate(vec a, vec b, vec c)
{
    return mad(a, b, c);
}
INLINE double add_lanes(vec v)
{
    return _mm512_reduce_add_pd((__m512d)v);
}
#else
#if defined ISA_avx2
INLINE vec mad(vec a, vec b, vec c)
{
    return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
INLINE vec accumulate(vec a, vec b, vec c)
{
    return mad(a, b, c);
}
#else
INLINE vec mad(vec a, vec b, vec c)
{
    return a * b + c;
}
INLINE vec accumulate(vec a, vec b, vec c)
{
    return c + odd(a * b);
}
#endif
INLINE double add_lanes(vec v)
{
    double sum = 0;
    for (int i = 0; i < LANES; i++) sum += v[i];
    return sum;
}
#endif

/* cos and sin of 2πs for |s| <= ½: Taylor series at s/4 (argument at most π/4, truncated below 1e-17), then
 * the angle is doubled twice. */
INLINE void circle(vec s, vec *cosine, vec *sine)
{
    vec u = s * 1.5707963267948966, v = u * u, zero = u - u;
    vec si = mad(v, zero - 7.6471637318198165e-13, zero + 1.6059043836821613e-10);
    si = mad(v, si, zero - 2.5052108385441720e-08);
    si = mad(v, si, zero + 2.7557319223985893e-06);
    si = mad(v, si, zero - 1.9841269841269841e-04);
    si = mad(v, si, zero + 8.3333333333333332e-03);
    si = mad(v, si, zero - 1.6666666666666666e-01);
    si = mad(u * v, si, u);
    vec co = mad(v, zero + 4.7794773323873853e-14, zero - 1.1470745597729725e-11);
    co = mad(v, co, zero + 2.0876756987868100e-09);
    co = mad(v, co, zero - 2.7557319223985888e-07);
    co = mad(v, co, zero + 2.4801587301587302e-05);
    co = mad(v, co, zero - 1.3888888888888889e-03);
    co = mad(v, co, zero + 4.1666666666666664e-02);
    co = mad(v, co, zero - 0.5);
    co = mad(v, co, zero + 1.0);
    for (int i = 0; i < 2; i++) {
        vec s2 = 2.0 * si * co;
        co = 1.0 - 2.0 * si * si;
        si = s2;
    }
    *cosine = co;
    *sine = si;
}

static void tables(int n, const double *s, const double *weight, const int32_t most[3],
                   double *const table[3])
{
    for (int axis = 0; axis < 3; axis++)
        for (int i = 0; i < n; i += LANES) {
            vec c, d;
            circle(*(const vec *)(s + axis * AMP_BLOCK + i), &c, &d);
            vec re = (vec){0} + 1.0, im = {0};
            if (axis == 0) re = *(const vec *)(weight + i);
            double *out = table[axis] + i;
            for (int32_t h = 0; h <= most[axis]; h++, out += 2 * AMP_BLOCK) {
                *(vec *)out = axis == 2 ? odd(re) : re;
                *(vec *)(out + AMP_BLOCK) = axis == 2 ? odd(im) : im;
                vec next = re * c - im * d;
                im = re * d + im * c;
                re = next;
            }
        }
}

/* The sums of `g` entries at once over the atoms of a block; x is the column's product of phases. */
INLINE void entries(int g, int n, const double *x, const double *z_table, const int32_t *l, int64_t *sums)
{
    const double *z[GROUP];
    vec a[GROUP][4];
    for (int j = 0; j < g; j++) {
        z[j] = z_table + (int64_t)l[j] * 2 * AMP_BLOCK;
        for (int c = 0; c < 4; c++) a[j][c] = (vec){0} + AMP_BIAS;
    }
    for (int i = 0; i < n; i += LANES) {
        vec xr = *(const vec *)(x + i), xi = *(const vec *)(x + AMP_BLOCK + i);
        for (int j = 0; j < g; j++) {
            vec zr = *(const vec *)(z[j] + i), zi = *(const vec *)(z[j] + AMP_BLOCK + i);
            a[j][0] = accumulate(xr, zr, a[j][0]);
            a[j][1] = accumulate(xi, zi, a[j][1]);
            a[j][2] = accumulate(xr, zi, a[j][2]);
            a[j][3] = accumulate(xi, zr, a[j][3]);
        }
    }
    for (int j = 0; j < g; j++)
        for (int c = 0; c < 4; c++) sums[4 * j + c] += (int64_t)(add_lanes(a[j][c] - AMP_BIAS) * AMP_UNIT);
}

static void columns(int n, double *const table[3], int64_t count, const struct amp_column *column,
                    const int32_t *entry, int64_t *sums)
{
    double x[2 * AMP_BLOCK] __attribute__((aligned(64)));
    for (int64_t c = 0; c < count; c++) {
        int32_t k = column[c].k;
        const double *px = table[0] + (int64_t)column[c].h * 2 * AMP_BLOCK;
        const double *py = table[1] + (int64_t)(k < 0 ? -k : k) * 2 * AMP_BLOCK;
        double sign = k < 0 ? -1.0 : 1.0;
        for (int i = 0; i < n; i += LANES) {
            vec xr = *(const vec *)(px + i), xi = *(const vec *)(px + AMP_BLOCK + i);
            vec yr = *(const vec *)(py + i), yi = sign * *(const vec *)(py + AMP_BLOCK + i);
            *(vec *)(x + i) = odd(xr * yr - xi * yi);
            *(vec *)(x + AMP_BLOCK + i) = odd(xr * yi + xi * yr);
        }
        const int32_t *l = entry + column[c].first;
        int64_t *s = sums + 4 * (int64_t)column[c].first;
        int32_t j = 0;
        for (; j + GROUP <= column[c].count; j += GROUP) entries(GROUP, n, x, table[2], l + j, s + 4 * j);
        if (GROUP > 2 && column[c].count - j == 3) {
            entries(3 % (GROUP + 1), n, x, table[2], l + j, s + 4 * j);
            j += 3;
        }
        for (; j + 2 <= column[c].count; j += 2) entries(2, n, x, table[2], l + j, s + 4 * j);
        for (; j < column[c].count; j++) entries(1, n, x, table[2], l + j, s + 4 * j);
    }
}

/* The kernel at the taps around position x along one axis; returns the first tap's grid index. Taps beyond
 * the width have zero coefficients and stay zero. */
INLINE int32_t taps(const struct amp_grid *g, int vectors, double x, double *out)
{
    double edge = x - 0.5 * g->width + 64.0;
    int32_t first = (int32_t)edge + 1; /* the first grid point above the edge, + 64 */
    vec u = (vec){0} + (2.0 * (first - edge) - 1.0);
    for (int v = 0; v < vectors; v++) {
        vec f = *(const vec *)(g->taps[g->degree] + v * LANES);
        for (int d = g->degree - 1; d >= 0; d--) f = mad(f, u, *(const vec *)(g->taps[d] + v * LANES));
        *(vec *)(out + v * LANES) = f;
    }
    return first - 64;
}

INLINE void spread_width(const struct amp_grid *g, int vectors, int64_t n, const double *atom, double *grid)
{
    double t[3][AMP_TAPS] __attribute__((aligned(64)));
    int64_t row[AMP_TAPS];
    for (int64_t i = 0; i < n; i++, atom += 4) {
        int32_t first[3];
        vec kx[AMP_TAPS / LANES];
        for (int axis = 0; axis < 3; axis++) first[axis] = taps(g, vectors, atom[axis], t[axis]);
        for (int v = 0; v < vectors; v++) {
            vec f = *(const vec *)(t[0] + v * LANES);
            vec_bits inside = f != 0.0;
            kx[v] = (vec)((vec_bits)odd(f) & inside);
        }
        for (int b = 0; b < g->width; b++) {
            int32_t y = first[1] + b;
            y += y < 0 ? g->size[1] : y >= g->size[1] ? -g->size[1] : 0;
            row[b] = y * g->row + AMP_PAD + first[0];
        }
        for (int a = 0; a < g->width; a++) {
            int32_t z = first[2] + a;
            z += z < 0 ? g->size[2] : z >= g->size[2] ? -g->size[2] : 0;
            double *plane = grid + z * g->plane, w = t[2][a] * atom[3];
            for (int b = 0; b < g->width; b++) {
                vec s = odd((vec){0} + w * t[1][b]);
                double *p = plane + row[b];
                for (int v = 0; v < vectors; v++) {
                    vec_any *q = (vec_any *)(p + v * LANES);
                    *q = (vec_any)accumulate(s, kx[v], (vec)*q);
                }
            }
        }
    }
}

static void spread(const struct amp_grid *g, int64_t n, const double *atom, double *grid)
{
    if (g->width <= 8)
        spread_width(g, 8 / LANES, n, atom, grid);
    else
        spread_width(g, AMP_TAPS / LANES, n, atom, grid);
}

const struct amp_kernels ISA_FUNCTION(amp_kernels) = {tables, columns, spread};
