/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd_single — eight floats as one logical vector, for searches whose margins cover the rounding. Only for
 * *.kernel.c files. */
#ifndef GLINT_BASE_SIMD_SINGLE_H
#define GLINT_BASE_SIMD_SINGLE_H

#include "base/isa.h"

#include <immintrin.h>
#include <stdint.h>

#if defined(ISA_avx512) || defined(ISA_avx2)

typedef __m256 vs;
INLINE vs vs_set(float a)
{
    return _mm256_set1_ps(a);
}
INLINE vs vs_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE vs vs_sub(vs a, vs b)
{
    return _mm256_sub_ps(a, b);
}
INLINE vs vs_mul(vs a, vs b)
{
    return _mm256_mul_ps(a, b);
}
INLINE vs vs_fma(vs a, vs b, vs c)
{
    return _mm256_fmadd_ps(a, b, c);
}
/* bit k: a[k] < b[k] */
INLINE unsigned vs_less(vs a, vs b)
{
    return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
/* table[index[k]], 0 ≤ index < 8 */
INLINE vs vs_lookup(vs table, const int32_t *index)
{
    return _mm256_permutevar8x32_ps(table, _mm256_loadu_si256((const __m256i *)index));
}

#else /* SSE2 */

typedef struct {
    __m128 p[2];
} vs;
INLINE vs vs_set(float a)
{
    return (vs){{_mm_set1_ps(a), _mm_set1_ps(a)}};
}
INLINE vs vs_load(const float *p)
{
    return (vs){{_mm_loadu_ps(p), _mm_loadu_ps(p + 4)}};
}
INLINE vs vs_sub(vs a, vs b)
{
    return (vs){{_mm_sub_ps(a.p[0], b.p[0]), _mm_sub_ps(a.p[1], b.p[1])}};
}
INLINE vs vs_mul(vs a, vs b)
{
    return (vs){{_mm_mul_ps(a.p[0], b.p[0]), _mm_mul_ps(a.p[1], b.p[1])}};
}
INLINE vs vs_fma(vs a, vs b, vs c)
{
    vs ab = vs_mul(a, b);
    return (vs){{_mm_add_ps(ab.p[0], c.p[0]), _mm_add_ps(ab.p[1], c.p[1])}};
}
INLINE unsigned vs_less(vs a, vs b)
{
    return (unsigned)_mm_movemask_ps(_mm_cmplt_ps(a.p[0], b.p[0])) |
           (unsigned)_mm_movemask_ps(_mm_cmplt_ps(a.p[1], b.p[1])) << 4;
}
INLINE vs vs_lookup(vs table, const int32_t *index)
{
    float t[8], r[8];
    _mm_storeu_ps(t, table.p[0]);
    _mm_storeu_ps(t + 4, table.p[1]);
    for (int k = 0; k < 8; k++) r[k] = t[index[k] & 7];
    return vs_load(r);
}

#endif
#endif
