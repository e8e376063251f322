/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd_short — vectors of pairs of 16-bit numbers, two in each 32-bit lane, modulo 2^16. Only for *.kernel.c
 * files.
 *
 *     vs_set, vs_load   one pair for all lanes; a pair a lane
 *     vs_sub            differences
 *     vs_norm2          the four numbers of a lane of u and v, squared and added, as a signed 32-bit one
 *     vs_below          a bit for each lane less than a limit
 *     short_nonzero     a bit for each of 64 numbers that is not 0
 *
 * VS_LANES lanes: as many as of floats (simd_float.h). */
#ifndef GLINT_BASE_SIMD_SHORT_H
#define GLINT_BASE_SIMD_SHORT_H

#include "base/isa.h"

#include <immintrin.h>
#include <stdint.h>

#if defined(ISA_avx512)

enum { VS_LANES = 16 };
typedef __m512i vs;
INLINE vs vs_set(uint32_t pair)
{
    return _mm512_set1_epi32((int32_t)pair);
}
INLINE vs vs_load(const uint32_t *pairs)
{
    return _mm512_loadu_si512(pairs);
}
INLINE vs vs_sub(vs a, vs b)
{
    return _mm512_sub_epi16(a, b);
}
INLINE vs vs_norm2(vs u, vs v)
{
    return _mm512_add_epi32(_mm512_madd_epi16(u, u), _mm512_madd_epi16(v, v));
}
INLINE unsigned vs_below(vs a, int32_t limit)
{
    return _mm512_cmplt_epi32_mask(a, _mm512_set1_epi32(limit));
}
INLINE uint64_t short_nonzero(const uint16_t n[64])
{
    __m512i low = _mm512_loadu_si512(n), high = _mm512_loadu_si512(n + 32);
    return _mm512_test_epi16_mask(low, low) | (uint64_t)_mm512_test_epi16_mask(high, high) << 32;
}

#elif defined(ISA_avx2)

enum { VS_LANES = 8 };
typedef __m256i vs;
INLINE vs vs_set(uint32_t pair)
{
    return _mm256_set1_epi32((int32_t)pair);
}
INLINE vs vs_load(const uint32_t *pairs)
{
    return _mm256_loadu_si256((const __m256i *)pairs);
}
INLINE vs vs_sub(vs a, vs b)
{
    return _mm256_sub_epi16(a, b);
}
INLINE vs vs_norm2(vs u, vs v)
{
    return _mm256_add_epi32(_mm256_madd_epi16(u, u), _mm256_madd_epi16(v, v));
}
INLINE unsigned vs_below(vs a, int32_t limit)
{
    __m256i below = _mm256_cmpgt_epi32(_mm256_set1_epi32(limit), a);
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(below));
}

#else /* SSE2 */

enum { VS_LANES = 8 };
typedef struct {
    __m128i p[2];
} vs;
INLINE vs vs_set(uint32_t pair)
{
    __m128i all = _mm_set1_epi32((int32_t)pair);
    return (vs){{all, all}};
}
INLINE vs vs_load(const uint32_t *pairs)
{
    const __m128i *p = (const __m128i *)pairs;
    return (vs){{_mm_loadu_si128(p), _mm_loadu_si128(p + 1)}};
}
INLINE vs vs_sub(vs a, vs b)
{
    return (vs){{_mm_sub_epi16(a.p[0], b.p[0]), _mm_sub_epi16(a.p[1], b.p[1])}};
}
INLINE vs vs_norm2(vs u, vs v)
{
    vs r;
    for (int i = 0; i < 2; i++)
        r.p[i] = _mm_add_epi32(_mm_madd_epi16(u.p[i], u.p[i]), _mm_madd_epi16(v.p[i], v.p[i]));
    return r;
}
INLINE unsigned vs_below(vs a, int32_t limit)
{
    unsigned bits = 0;
    for (int i = 0; i < 2; i++) {
        __m128i below = _mm_cmplt_epi32(a.p[i], _mm_set1_epi32(limit));
        bits |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(below)) << 4 * i;
    }
    return bits;
}

#endif

#if !defined(ISA_avx512)
INLINE uint64_t short_nonzero(const uint16_t n[64])
{
    uint64_t zero = 0;
    for (int k = 0; k < 64; k += 16) {
        const __m128i *p = (const __m128i *)(n + k), none = _mm_setzero_si128();
        __m128i low = _mm_cmpeq_epi16(_mm_loadu_si128(p), none),
                high = _mm_cmpeq_epi16(_mm_loadu_si128(p + 1), none);
        zero |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high)) << k;
    }
    return ~zero;
}
#endif

#endif
