/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd_float — vectors of floats for mixed-precision kernels. Only for *.kernel.c files.
 *
 * VF_LANES lanes: 16 with AVX-512, 8 elsewhere (SSE2: two halves of four); lists are padded to a multiple of
 * that (isa_floats). Lane k of a load is entry k of eight or sixteen list entries.
 *
 * Atoms are loaded whole: 16 bytes x, y, z, w in fixed point (system/packed.h). Differences of coordinates
 * are exact, modulo 2^32; vf_difference rounds them once. w holds the species as lookup bits: 2t in the low
 * three bits, or PACKED_PADDING = 7 in the padding atom; other bits are ignored. A lookup table has 8 floats:
 * entry of species t at 2t, of the padding at 7 and 3 (vf_table). vf_lookup_two looks at the low two bits
 * only: enough, and quicker, where there are at most two species. */
#ifndef GLINT_BASE_SIMD_FLOAT_H
#define GLINT_BASE_SIMD_FLOAT_H

#include "base/isa.h"
#include "base/simd.h"

/* From a table of doubles made by simd_table, times a factor; and the entry of the padding. */
INLINE void vf_table(float out[8], const double table[8], double factor, float padding)
{
    for (int t = 0; t < 8; t++) out[t] = (float)(table[t] * factor);
    out[3] = out[7] = padding;
}

#if defined(ISA_avx512)

enum { VF_LANES = 16 };
typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vfm;
INLINE vf vf_set(float a)
{
    return _mm512_set1_ps(a);
}
INLINE vf vf_zero(void)
{
    return _mm512_setzero_ps();
}
INLINE vf vf_add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}
INLINE vf vf_sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}
INLINE vf vf_mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}
INLINE vf vf_div(vf a, vf b)
{
    return _mm512_div_ps(a, b);
}
INLINE vf vf_sqrt(vf a)
{
    return _mm512_sqrt_ps(a);
}
INLINE vf vf_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vf vf_fms(vf a, vf b, vf c)
{
    return _mm512_fmsub_ps(a, b, c);
}
INLINE vfm vf_less(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
INLINE vf vf_keep(vfm m, vf a)
{
    return _mm512_maskz_mov_ps(m, a);
}
INLINE vi vi_set(int32_t a)
{
    return _mm512_set1_epi32(a);
}
INLINE vf vf_difference(vi a, vi b) /* of coordinates, in quanta */
{
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(a, b));
}
INLINE __m512i vi_four_atoms(const int32_t *x, const uint32_t *j) /* entries 0, 4, 8, 12 */
{
    __m128i a = _mm_load_si128((const __m128i *)(x + j[0])), b = _mm_load_si128((const __m128i *)(x + j[4]));
    __m128i c = _mm_load_si128((const __m128i *)(x + j[8])), d = _mm_load_si128((const __m128i *)(x + j[12]));
    __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
INLINE void vi_atoms(const int32_t *x, const uint32_t *j, vi *px, vi *py, vi *pz, vi *pw)
{
    __m512i a = vi_four_atoms(x, j), b = vi_four_atoms(x, j + 1);
    __m512i c = vi_four_atoms(x, j + 2), d = vi_four_atoms(x, j + 3);
    __m512i xy01 = _mm512_unpacklo_epi32(a, b), zw01 = _mm512_unpackhi_epi32(a, b);
    __m512i xy23 = _mm512_unpacklo_epi32(c, d), zw23 = _mm512_unpackhi_epi32(c, d);
    *px = _mm512_unpacklo_epi64(xy01, xy23);
    *py = _mm512_unpackhi_epi64(xy01, xy23);
    *pz = _mm512_unpacklo_epi64(zw01, zw23);
    *pw = _mm512_unpackhi_epi64(zw01, zw23);
}
INLINE vf vf_lookup(const float table[8], vi w)
{
    return _mm512_permutexvar_ps(w, _mm512_broadcast_f32x8(_mm256_loadu_ps(table)));
}
INLINE vf vf_min(vf a, vf b) /* b where a is not a number */
{
    return _mm512_min_ps(a, b);
}
INLINE vf vf_bits(vi a) /* the same bits */
{
    return _mm512_castsi512_ps(a);
}
INLINE vi vi_bits(vf a)
{
    return _mm512_castps_si512(a);
}
INLINE vf vf_of(vi a)
{
    return _mm512_cvtepi32_ps(a);
}
INLINE vi vi_whole(vf a) /* towards zero */
{
    return _mm512_cvttps_epi32(a);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm512_add_epi32(a, b);
}
INLINE vi vi_shift(vi a, int bits) /* a · 2^bits */
{
    return _mm512_slli_epi32(a, (unsigned)bits);
}
INLINE void vi_store(uint32_t *out, vi a)
{
    _mm512_storeu_si512((vi *)out, a);
}
INLINE vf vf_lookup_two(const float table[8], vi w)
{
    return _mm512_permutevar_ps(_mm512_broadcast_f32x4(_mm_loadu_ps(table)), w);
}
/* The totals of four vectors at once: out[k] = sum of the lanes of a, b, c, d. Four lanes are added as
 * floats, what comes of it as doubles. */
/* Lanes 0 … 7 plus lanes 8 … 15 */
INLINE __m256 vf_half(vf a)
{
    return _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
}
/* Those of the list entries of one vector whose bit is set, in order; may write VF_LANES. Returns how many.
 */
INLINE size_t vf_compress(const uint32_t *in, unsigned bits, uint32_t *out)
{
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32((__mmask16)bits, _mm512_loadu_si512(in)));
    return (size_t)__builtin_popcount(bits);
}

#elif defined(ISA_avx2)

enum { VF_LANES = 8 };
typedef __m256 vf;
typedef __m256i vi;
typedef __m256 vfm;
INLINE vf vf_set(float a)
{
    return _mm256_set1_ps(a);
}
INLINE vf vf_zero(void)
{
    return _mm256_setzero_ps();
}
INLINE vf vf_add(vf a, vf b)
{
    return _mm256_add_ps(a, b);
}
INLINE vf vf_sub(vf a, vf b)
{
    return _mm256_sub_ps(a, b);
}
INLINE vf vf_mul(vf a, vf b)
{
    return _mm256_mul_ps(a, b);
}
INLINE vf vf_div(vf a, vf b)
{
    return _mm256_div_ps(a, b);
}
INLINE vf vf_sqrt(vf a)
{
    return _mm256_sqrt_ps(a);
}
INLINE vf vf_fma(vf a, vf b, vf c)
{
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vf vf_fms(vf a, vf b, vf c)
{
    return _mm256_fmsub_ps(a, b, c);
}
INLINE vfm vf_less(vf a, vf b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}
INLINE vf vf_keep(vfm m, vf a)
{
    return _mm256_and_ps(m, a);
}
INLINE vi vi_set(int32_t a)
{
    return _mm256_set1_epi32(a);
}
INLINE vf vf_difference(vi a, vi b)
{
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(a, b));
}
INLINE __m256i vi_two_atoms(const int32_t *x, const uint32_t *j) /* entries 0, 4 */
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_load_si128((const __m128i *)(x + j[0]))),
                                   _mm_load_si128((const __m128i *)(x + j[4])), 1);
}
INLINE void vi_atoms(const int32_t *x, const uint32_t *j, vi *px, vi *py, vi *pz, vi *pw)
{
    __m256i a = vi_two_atoms(x, j), b = vi_two_atoms(x, j + 1);
    __m256i c = vi_two_atoms(x, j + 2), d = vi_two_atoms(x, j + 3);
    __m256i xy01 = _mm256_unpacklo_epi32(a, b), zw01 = _mm256_unpackhi_epi32(a, b);
    __m256i xy23 = _mm256_unpacklo_epi32(c, d), zw23 = _mm256_unpackhi_epi32(c, d);
    *px = _mm256_unpacklo_epi64(xy01, xy23);
    *py = _mm256_unpackhi_epi64(xy01, xy23);
    *pz = _mm256_unpacklo_epi64(zw01, zw23);
    *pw = _mm256_unpackhi_epi64(zw01, zw23);
}
INLINE vf vf_lookup(const float table[8], vi w)
{
    return _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), w);
}
INLINE vf vf_min(vf a, vf b) /* b where a is not a number */
{
    return _mm256_min_ps(a, b);
}
INLINE vf vf_bits(vi a) /* the same bits */
{
    return _mm256_castsi256_ps(a);
}
INLINE vi vi_bits(vf a)
{
    return _mm256_castps_si256(a);
}
INLINE vf vf_of(vi a)
{
    return _mm256_cvtepi32_ps(a);
}
INLINE vi vi_whole(vf a) /* towards zero */
{
    return _mm256_cvttps_epi32(a);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm256_add_epi32(a, b);
}
INLINE vi vi_shift(vi a, int bits) /* a · 2^bits */
{
    return _mm256_slli_epi32(a, bits);
}
INLINE void vi_store(uint32_t *out, vi a)
{
    _mm256_storeu_si256((vi *)out, a);
}
INLINE vf vf_lookup_two(const float table[8], vi w)
{
    return _mm256_permutevar_ps(_mm256_broadcast_ps((const __m128 *)table), w);
}
INLINE __m256 vf_half(vf a)
{
    return a;
}

#else /* SSE2 */

enum { VF_LANES = 8 };
typedef struct {
    __m128 p[2];
} vf;
typedef struct {
    __m128i p[2];
} vi;
typedef vf vfm;
#define VF_EACH(expression)                            \
    vf r;                                              \
    for (int i = 0; i < 2; i++) r.p[i] = (expression); \
    return r
INLINE vf vf_set(float a)
{
    VF_EACH(_mm_set1_ps(a));
}
INLINE vf vf_zero(void)
{
    VF_EACH(_mm_setzero_ps());
}
INLINE vf vf_add(vf a, vf b)
{
    VF_EACH(_mm_add_ps(a.p[i], b.p[i]));
}
INLINE vf vf_sub(vf a, vf b)
{
    VF_EACH(_mm_sub_ps(a.p[i], b.p[i]));
}
INLINE vf vf_mul(vf a, vf b)
{
    VF_EACH(_mm_mul_ps(a.p[i], b.p[i]));
}
INLINE vf vf_div(vf a, vf b)
{
    VF_EACH(_mm_div_ps(a.p[i], b.p[i]));
}
INLINE vf vf_sqrt(vf a)
{
    VF_EACH(_mm_sqrt_ps(a.p[i]));
}
INLINE vf vf_fma(vf a, vf b, vf c)
{
    VF_EACH(_mm_add_ps(_mm_mul_ps(a.p[i], b.p[i]), c.p[i]));
}
INLINE vf vf_fms(vf a, vf b, vf c)
{
    VF_EACH(_mm_sub_ps(_mm_mul_ps(a.p[i], b.p[i]), c.p[i]));
}
INLINE vfm vf_less(vf a, vf b)
{
    VF_EACH(_mm_cmplt_ps(a.p[i], b.p[i]));
}
INLINE vf vf_keep(vfm m, vf a)
{
    VF_EACH(_mm_and_ps(m.p[i], a.p[i]));
}
INLINE vi vi_set(int32_t a)
{
    return (vi){{_mm_set1_epi32(a), _mm_set1_epi32(a)}};
}
INLINE vf vf_difference(vi a, vi b)
{
    VF_EACH(_mm_cvtepi32_ps(_mm_sub_epi32(a.p[i], b.p[i])));
}
INLINE void vi_atoms(const int32_t *x, const uint32_t *j, vi *px, vi *py, vi *pz, vi *pw)
{
    for (int i = 0; i < 2; i++) {
        const uint32_t *k = j + 4 * i;
        __m128i a = _mm_load_si128((const __m128i *)(x + k[0])),
                b = _mm_load_si128((const __m128i *)(x + k[1]));
        __m128i c = _mm_load_si128((const __m128i *)(x + k[2])),
                d = _mm_load_si128((const __m128i *)(x + k[3]));
        __m128i xy01 = _mm_unpacklo_epi32(a, b), zw01 = _mm_unpackhi_epi32(a, b);
        __m128i xy23 = _mm_unpacklo_epi32(c, d), zw23 = _mm_unpackhi_epi32(c, d);
        px->p[i] = _mm_unpacklo_epi64(xy01, xy23);
        py->p[i] = _mm_unpackhi_epi64(xy01, xy23);
        pz->p[i] = _mm_unpacklo_epi64(zw01, zw23);
        pw->p[i] = _mm_unpackhi_epi64(zw01, zw23);
    }
}
INLINE vf vf_lookup(const float table[8], vi w)
{
    vf r;
    for (int i = 0; i < 2; i++) {
        _Alignas(16) uint32_t k[4];
        _mm_store_si128((__m128i *)k, w.p[i]);
        r.p[i] = _mm_setr_ps(table[k[0] & 7], table[k[1] & 7], table[k[2] & 7], table[k[3] & 7]);
    }
    return r;
}
INLINE vf vf_min(vf a, vf b)
{
    VF_EACH(_mm_min_ps(a.p[i], b.p[i]));
}
INLINE vf vf_bits(vi a)
{
    VF_EACH(_mm_castsi128_ps(a.p[i]));
}
INLINE vi vi_bits(vf a)
{
    return (vi){{_mm_castps_si128(a.p[0]), _mm_castps_si128(a.p[1])}};
}
INLINE vf vf_of(vi a)
{
    VF_EACH(_mm_cvtepi32_ps(a.p[i]));
}
INLINE vi vi_whole(vf a)
{
    return (vi){{_mm_cvttps_epi32(a.p[0]), _mm_cvttps_epi32(a.p[1])}};
}
INLINE vi vi_add(vi a, vi b)
{
    return (vi){{_mm_add_epi32(a.p[0], b.p[0]), _mm_add_epi32(a.p[1], b.p[1])}};
}
INLINE vi vi_shift(vi a, int bits)
{
    return (vi){{_mm_slli_epi32(a.p[0], bits), _mm_slli_epi32(a.p[1], bits)}};
}
INLINE void vi_store(uint32_t *out, vi a)
{
    _mm_storeu_si128((__m128i *)out, a.p[0]);
    _mm_storeu_si128((__m128i *)(out + 4), a.p[1]);
}
INLINE vf vf_lookup_two(const float table[8], vi w)
{
    return vf_lookup(table, w);
}
#endif

/* The totals of four vectors. Lanes are added as floats, in pairs: fewer roundings than a lane has itself. */
INLINE vq vf_totals(vf a, vf b, vf c, vf d)
{
#if defined(ISA_avx512) || defined(ISA_avx2)
    __m256 p = vf_half(a), q = vf_half(b), r = vf_half(c), s = vf_half(d);
    __m256d pq = _mm256_castps_pd(_mm256_add_ps(_mm256_unpacklo_ps(p, q), _mm256_unpackhi_ps(p, q))),
            rs = _mm256_castps_pd(_mm256_add_ps(_mm256_unpacklo_ps(r, s), _mm256_unpackhi_ps(r, s)));
    __m256 four = _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(pq, rs)),
                                _mm256_castpd_ps(_mm256_unpackhi_pd(pq, rs))); /* a, b, c, d, a, b, c, d */
    return _mm256_cvtps_pd(_mm_add_ps(_mm256_castps256_ps128(four), _mm256_extractf128_ps(four, 1)));
#else
    __m128 four[2];
    for (int i = 0; i < 2; i++) {
        __m128 ab = _mm_add_ps(_mm_unpacklo_ps(a.p[i], b.p[i]), _mm_unpackhi_ps(a.p[i], b.p[i])),
               cd = _mm_add_ps(_mm_unpacklo_ps(c.p[i], d.p[i]), _mm_unpackhi_ps(c.p[i], d.p[i]));
        four[i] = _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
    }
    __m128 sum = _mm_add_ps(four[0], four[1]);
    return (vq){{_mm_cvtps_pd(sum), _mm_cvtps_pd(_mm_movehl_ps(sum, sum))}};
#endif
}

#if !defined(ISA_avx512)
INLINE size_t vf_compress(const uint32_t *in, unsigned bits, uint32_t *out)
{
    return simd_compress(in, bits, out);
}
#endif
/* Lookups of 32-bit integers. */
INLINE vi vi_lookup(const int32_t table[8], vi w)
{
    return vi_bits(vf_lookup((const float *)table, w));
}
INLINE vi vi_lookup_two(const int32_t table[8], vi w)
{
    return vi_bits(vf_lookup_two((const float *)table, w));
}
#endif
