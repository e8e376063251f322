/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd_word — eight 32-bit words as one vector, each in the low half of a 64-bit lane: what a processor
 * multiplies into 64 bits at once. High halves hold anything. Only for *.kernel.c files.
 *
 *     vw_set, vw_load   one word for all lanes; a lane each
 *     vw_store          all 64 bits of the lanes
 *     vw_xor
 *     vw_multiply       the product of the low words, 64 bits
 *     vw_high           the high word of each lane, in its low half
 *
 * Memory: aligned. */
#ifndef GLINT_BASE_SIMD_WORD_H
#define GLINT_BASE_SIMD_WORD_H

#include "base/isa.h"

#include <immintrin.h>
#include <stdint.h>

#if defined(ISA_avx512)
typedef __m512i vw_part;
#define VW_(operation) _mm512_##operation
#define VW_WHOLE(name) _mm512_##name##_si512
#elif defined(ISA_avx2)
typedef __m256i vw_part;
#define VW_(operation) _mm256_##operation
#define VW_WHOLE(name) _mm256_##name##_si256
#else
typedef __m128i vw_part;
#define VW_(operation) _mm_##operation
#define VW_WHOLE(name) _mm_##name##_si128
#endif

enum { VW_PARTS = 64 / sizeof(vw_part) };
typedef struct {
    vw_part p[VW_PARTS];
} vw;
#define VW_EACH(i, expression)                                \
    vw r;                                                     \
    for (int i = 0; i < VW_PARTS; i++) r.p[i] = (expression); \
    return r

INLINE vw vw_set(uint32_t word)
{
    VW_EACH(i, VW_(set1_epi32)((int32_t)word));
}
INLINE vw vw_load(const uint64_t lanes[8])
{
    VW_EACH(i, VW_WHOLE(load)((const vw_part *)lanes + i));
}
INLINE void vw_store(uint64_t lanes[8], vw a)
{
    for (int i = 0; i < VW_PARTS; i++) VW_WHOLE(store)((vw_part *)lanes + i, a.p[i]);
}
INLINE vw vw_xor(vw a, vw b)
{
    VW_EACH(i, VW_WHOLE(xor)(a.p[i], b.p[i]));
}
INLINE vw vw_multiply(vw a, vw b)
{
    VW_EACH(i, VW_(mul_epu32)(a.p[i], b.p[i]));
}
INLINE vw vw_high(vw a)
{
    VW_EACH(i, VW_(srli_epi64)(a.p[i], 32));
}

#endif
