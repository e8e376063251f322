/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd — eight doubles as one logical vector, whatever the instruction set. Only for *.kernel.c files.
 *
 * The logical width is 8 on every instruction set, so lists, padding and lane order are the same everywhere;
 * only the rounding of fused multiply-adds differs (SSE2 has none). Lane k of a transposed load is atom k.
 *
 * Atoms are loaded whole: 32 bytes x, y, z, w, where w holds the species as lookup bits (simd_species): two
 * 32-bit numbers 2t and 2t+1, which is what both vpermpd (low three bits: 2t) and vpermps (pairs) want. A
 * lookup table has 8 doubles: entry of species t at 2t and 2t+1 (simd_table). */
#ifndef GLINT_BASE_SIMD_H
#define GLINT_BASE_SIMD_H

#include "base/isa.h"
#include "base/simd_species.h"

#include <immintrin.h>
#include <stdint.h>

/* Four doubles of one atom or row of a table */
#if defined(ISA_avx512) || defined(ISA_avx2)
typedef __m256d vq;
INLINE vq vq_load(const double *p)
{
    return _mm256_load_pd(p);
}
INLINE vq vq_set(double a)
{
    return _mm256_set1_pd(a);
}
INLINE void vq_store(double *p, vq a)
{
    _mm256_store_pd(p, a);
}
INLINE vq vq_add(vq a, vq b)
{
    return _mm256_add_pd(a, b);
}
INLINE vq vq_sub(vq a, vq b)
{
    return _mm256_sub_pd(a, b);
}
INLINE vq vq_mul(vq a, vq b)
{
    return _mm256_mul_pd(a, b);
}
INLINE vq vq_fma(vq a, vq b, vq c)
{
    return _mm256_fmadd_pd(a, b, c);
}
INLINE vq vq_three(vq a, vq b) /* the first three numbers of a, the fourth of b */
{
    return _mm256_blend_pd(a, b, 8);
}
INLINE double vq_sum3(vq a) /* (first + second) + third */
{
    __m128d low = _mm256_castpd256_pd128(a), high = _mm256_extractf128_pd(a, 1);
    return _mm_cvtsd_f64(_mm_add_sd(_mm_add_sd(low, _mm_unpackhi_pd(low, low)), high));
}
#else
typedef struct {
    __m128d p[2];
} vq;
INLINE vq vq_load(const double *p)
{
    return (vq){{_mm_load_pd(p), _mm_load_pd(p + 2)}};
}
INLINE vq vq_set(double a)
{
    return (vq){{_mm_set1_pd(a), _mm_set1_pd(a)}};
}
INLINE void vq_store(double *p, vq a)
{
    _mm_store_pd(p, a.p[0]);
    _mm_store_pd(p + 2, a.p[1]);
}
INLINE vq vq_mul(vq a, vq b)
{
    return (vq){{_mm_mul_pd(a.p[0], b.p[0]), _mm_mul_pd(a.p[1], b.p[1])}};
}
INLINE vq vq_add(vq a, vq b)
{
    return (vq){{_mm_add_pd(a.p[0], b.p[0]), _mm_add_pd(a.p[1], b.p[1])}};
}
INLINE vq vq_fma(vq a, vq b, vq c)
{
    return (vq){
        {_mm_add_pd(_mm_mul_pd(a.p[0], b.p[0]), c.p[0]), _mm_add_pd(_mm_mul_pd(a.p[1], b.p[1]), c.p[1])}};
}
INLINE vq vq_sub(vq a, vq b)
{
    return (vq){{_mm_sub_pd(a.p[0], b.p[0]), _mm_sub_pd(a.p[1], b.p[1])}};
}
INLINE vq vq_three(vq a, vq b)
{
    return (vq){{a.p[0], _mm_shuffle_pd(a.p[1], b.p[1], 2)}};
}
INLINE double vq_sum3(vq a)
{
    return _mm_cvtsd_f64(_mm_add_sd(_mm_add_sd(a.p[0], _mm_unpackhi_pd(a.p[0], a.p[0])), a.p[1]));
}
#endif

#if defined(ISA_avx512)

typedef __m512d vd;
typedef __mmask8 vm;
INLINE vd vd_set(double a)
{
    return _mm512_set1_pd(a);
}
INLINE vd vd_load(const double *p) /* aligned, as vd_store */
{
    return _mm512_load_pd(p);
}
INLINE void vd_store(double *p, vd a)
{
    _mm512_store_pd(p, a);
}
INLINE vd vd_zero(void)
{
    return _mm512_setzero_pd();
}
INLINE vd vd_add(vd a, vd b)
{
    return _mm512_add_pd(a, b);
}
INLINE vd vd_sub(vd a, vd b)
{
    return _mm512_sub_pd(a, b);
}
INLINE vd vd_mul(vd a, vd b)
{
    return _mm512_mul_pd(a, b);
}
INLINE vd vd_div(vd a, vd b)
{
    return _mm512_div_pd(a, b);
}
INLINE vd vd_sqrt(vd a)
{
    return _mm512_sqrt_pd(a);
}
INLINE vd vd_fma(vd a, vd b, vd c)
{
    return _mm512_fmadd_pd(a, b, c);
}
INLINE vd vd_min(vd a, vd b) /* b where a is not a number */
{
    return _mm512_min_pd(a, b);
}
/* Where in tables: r·rate, 0 ≤ r·rate < 2^31, is a whole number and a part of one, which is returned; *row is
 * SIMD_ROW + first + the whole number. Added to a number of this size, the low bits of the sum are whole
 * numbers. */
#define SIMD_ROW 0x1.8p52
typedef uint64_t simd_row;
INLINE vd vd_split(vd r, vd rate, vd first, vd *row)
{
    *row = _mm512_fmadd_round_pd(r, rate, first, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    return _mm512_fmsub_pd(r, rate, _mm512_sub_pd(*row, first));
}
/* out[lane]: where that row of a table of 2^shift-number rows begins, in the low half */
INLINE void vd_rows(vd row, const int shift, simd_row out[8])
{
    _mm512_store_si512(out, _mm512_slli_epi64(_mm512_castpd_si512(row), (unsigned)shift));
}
/* numbers[j[lane] / 4]: a number for each of eight atoms given by their offsets into whole atoms */
INLINE vd vd_numbers(const double *numbers, const uint32_t *j)
{
    __m256i index = _mm256_srli_epi32(_mm256_loadu_si256((const __m256i *)j), 2);
    return _mm512_i32gather_pd(index, numbers, 8);
}
INLINE vm vd_less(vd a, vd b)
{
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
INLINE vd vd_keep(vm m, vd a)
{
    return _mm512_maskz_mov_pd(m, a);
}
INLINE double vd_total(vd a)
{
    __m256d h = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
    __m128d q = _mm_add_pd(_mm256_castpd256_pd128(h), _mm256_extractf128_pd(h, 1));
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
}
/* The totals of four vectors at once: out[k] = sum of the lanes of a, b, c, d */
INLINE void vd_totals(vd a, vd b, vd c, vd d, double out[4])
{
    __m512d ab = _mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
    __m512d cd = _mm512_add_pd(_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
    __m256d p = _mm256_add_pd(_mm512_castpd512_pd256(ab), _mm512_extractf64x4_pd(ab, 1));
    __m256d q = _mm256_add_pd(_mm512_castpd512_pd256(cd), _mm512_extractf64x4_pd(cd, 1));
    _mm256_storeu_pd(out,
                     _mm256_add_pd(_mm256_permute2f128_pd(p, q, 0x20), _mm256_permute2f128_pd(p, q, 0x31)));
}
INLINE __m512d vd_two_quads(vq low, vq high)
{
    return _mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1);
}
/* The first, second, third and fourth numbers of eight */
INLINE void vd_transpose(const vq q[8], vd *p0, vd *p1, vd *p2, vd *p3)
{
    __m512d a = vd_two_quads(q[0], q[4]), b = vd_two_quads(q[1], q[5]);
    __m512d c = vd_two_quads(q[2], q[6]), d = vd_two_quads(q[3], q[7]);
    __m512d even01 = _mm512_unpacklo_pd(a, b), odd01 = _mm512_unpackhi_pd(a, b);
    __m512d even23 = _mm512_unpacklo_pd(c, d), odd23 = _mm512_unpackhi_pd(c, d);
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    *p0 = _mm512_permutex2var_pd(even01, low, even23);
    *p2 = _mm512_permutex2var_pd(even01, high, even23);
    *p1 = _mm512_permutex2var_pd(odd01, low, odd23);
    *p3 = _mm512_permutex2var_pd(odd01, high, odd23);
}
INLINE vd vd_lookup(const double table[8], vd w)
{
    return _mm512_permutexvar_pd(_mm512_castpd_si512(w), _mm512_loadu_pd(table));
}
/* The same for two species at most */
INLINE vd vd_lookup_two(const double table[8], vd w)
{
    return vd_lookup(table, w);
}

#elif defined(ISA_avx2)

typedef struct {
    __m256d p[2];
} vd;
typedef struct {
    __m256d p[2];
} vm;
#define VD_MAP(call0, call1) ((vd){{call0, call1}})
INLINE vd vd_set(double a)
{
    return VD_MAP(_mm256_set1_pd(a), _mm256_set1_pd(a));
}
INLINE vd vd_load(const double *p)
{
    return VD_MAP(_mm256_load_pd(p), _mm256_load_pd(p + 4));
}
INLINE void vd_store(double *p, vd a)
{
    _mm256_store_pd(p, a.p[0]);
    _mm256_store_pd(p + 4, a.p[1]);
}
INLINE vd vd_zero(void)
{
    return VD_MAP(_mm256_setzero_pd(), _mm256_setzero_pd());
}
INLINE vd vd_add(vd a, vd b)
{
    return VD_MAP(_mm256_add_pd(a.p[0], b.p[0]), _mm256_add_pd(a.p[1], b.p[1]));
}
INLINE vd vd_sub(vd a, vd b)
{
    return VD_MAP(_mm256_sub_pd(a.p[0], b.p[0]), _mm256_sub_pd(a.p[1], b.p[1]));
}
INLINE vd vd_mul(vd a, vd b)
{
    return VD_MAP(_mm256_mul_pd(a.p[0], b.p[0]), _mm256_mul_pd(a.p[1], b.p[1]));
}
INLINE vd vd_div(vd a, vd b)
{
    return VD_MAP(_mm256_div_pd(a.p[0], b.p[0]), _mm256_div_pd(a.p[1], b.p[1]));
}
INLINE vd vd_sqrt(vd a)
{
    return VD_MAP(_mm256_sqrt_pd(a.p[0]), _mm256_sqrt_pd(a.p[1]));
}
INLINE vd vd_fma(vd a, vd b, vd c)
{
    return VD_MAP(_mm256_fmadd_pd(a.p[0], b.p[0], c.p[0]), _mm256_fmadd_pd(a.p[1], b.p[1], c.p[1]));
}
INLINE vd vd_min(vd a, vd b)
{
    return VD_MAP(_mm256_min_pd(a.p[0], b.p[0]), _mm256_min_pd(a.p[1], b.p[1]));
}
#define SIMD_ROW             0.0
typedef uint32_t simd_row;
INLINE vd vd_split(vd r, vd rate, vd first, vd *row)
{
    vd u = vd_mul(r, rate), whole = VD_MAP(_mm256_floor_pd(u.p[0]), _mm256_floor_pd(u.p[1]));
    *row = vd_add(whole, first);
    return vd_sub(u, whole);
}
INLINE void vd_rows(vd a, const int shift, simd_row out[8])
{
    _mm_store_si128((__m128i *)out, _mm_slli_epi32(_mm256_cvttpd_epi32(a.p[0]), shift));
    _mm_store_si128((__m128i *)(out + 4), _mm_slli_epi32(_mm256_cvttpd_epi32(a.p[1]), shift));
}
INLINE vd vd_numbers(const double *numbers, const uint32_t *j)
{
    const double *n = numbers;
    return VD_MAP(_mm256_setr_pd(n[j[0] >> 2], n[j[1] >> 2], n[j[2] >> 2], n[j[3] >> 2]),
                  _mm256_setr_pd(n[j[4] >> 2], n[j[5] >> 2], n[j[6] >> 2], n[j[7] >> 2]));
}
INLINE vm vd_less(vd a, vd b)
{
    return (vm){{_mm256_cmp_pd(a.p[0], b.p[0], _CMP_LT_OQ), _mm256_cmp_pd(a.p[1], b.p[1], _CMP_LT_OQ)}};
}
INLINE vd vd_keep(vm m, vd a)
{
    return VD_MAP(_mm256_and_pd(m.p[0], a.p[0]), _mm256_and_pd(m.p[1], a.p[1]));
}
INLINE double vd_total(vd a)
{
    __m256d h = _mm256_add_pd(a.p[0], a.p[1]);
    __m128d q = _mm_add_pd(_mm256_castpd256_pd128(h), _mm256_extractf128_pd(h, 1));
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
}
INLINE void vd_totals(vd a, vd b, vd c, vd d, double out[4])
{
    out[0] = vd_total(a);
    out[1] = vd_total(b);
    out[2] = vd_total(c);
    out[3] = vd_total(d);
}
INLINE void vd_transpose(const vq q[8], vd *p0, vd *p1, vd *p2, vd *p3)
{
    for (int i = 0; i < 2; i++) {
        const vq *h = q + 4 * i;
        __m256d even01 = _mm256_unpacklo_pd(h[0], h[1]), odd01 = _mm256_unpackhi_pd(h[0], h[1]);
        __m256d even23 = _mm256_unpacklo_pd(h[2], h[3]), odd23 = _mm256_unpackhi_pd(h[2], h[3]);
        p0->p[i] = _mm256_permute2f128_pd(even01, even23, 0x20);
        p1->p[i] = _mm256_permute2f128_pd(odd01, odd23, 0x20);
        p2->p[i] = _mm256_permute2f128_pd(even01, even23, 0x31);
        p3->p[i] = _mm256_permute2f128_pd(odd01, odd23, 0x31);
    }
}
INLINE vd vd_lookup(const double table[8], vd w)
{
    /* A table of four: entries 0, 2, 4, 6 next to each other, addressed as pairs of floats by (2t, 2t+1). */
    __m256d a = _mm256_loadu_pd(table), b = _mm256_loadu_pd(table + 4);
    __m256 t = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8));
    return VD_MAP(_mm256_castps_pd(_mm256_permutevar8x32_ps(t, _mm256_castpd_si256(w.p[0]))),
                  _mm256_castps_pd(_mm256_permutevar8x32_ps(t, _mm256_castpd_si256(w.p[1]))));
}
INLINE vd vd_lookup_two(const double table[8], vd w) /* a shuffle within halves costs a third */
{
    __m256d t = _mm256_setr_pd(table[0], table[2], table[0], table[2]);
    return VD_MAP(_mm256_permutevar_pd(t, _mm256_castpd_si256(w.p[0])),
                  _mm256_permutevar_pd(t, _mm256_castpd_si256(w.p[1])));
}

#else /* SSE2 */

typedef struct {
    __m128d p[4];
} vd;
typedef struct {
    __m128d p[4];
} vm;
#define VD_EACH(i, expression)                         \
    vd r;                                              \
    for (int i = 0; i < 4; i++) r.p[i] = (expression); \
    return r
INLINE vd vd_set(double a)
{
    VD_EACH(i, _mm_set1_pd(a));
}
INLINE vd vd_load(const double *p)
{
    VD_EACH(i, _mm_load_pd(p + 2 * i));
}
INLINE void vd_store(double *p, vd a)
{
    for (int i = 0; i < 4; i++) _mm_store_pd(p + 2 * i, a.p[i]);
}
INLINE vd vd_zero(void)
{
    VD_EACH(i, _mm_setzero_pd());
}
INLINE vd vd_add(vd a, vd b)
{
    VD_EACH(i, _mm_add_pd(a.p[i], b.p[i]));
}
INLINE vd vd_sub(vd a, vd b)
{
    VD_EACH(i, _mm_sub_pd(a.p[i], b.p[i]));
}
INLINE vd vd_mul(vd a, vd b)
{
    VD_EACH(i, _mm_mul_pd(a.p[i], b.p[i]));
}
INLINE vd vd_div(vd a, vd b)
{
    VD_EACH(i, _mm_div_pd(a.p[i], b.p[i]));
}
INLINE vd vd_sqrt(vd a)
{
    VD_EACH(i, _mm_sqrt_pd(a.p[i]));
}
INLINE vd vd_fma(vd a, vd b, vd c)
{
    VD_EACH(i, _mm_add_pd(_mm_mul_pd(a.p[i], b.p[i]), c.p[i]));
}
INLINE vd vd_min(vd a, vd b)
{
    VD_EACH(i, _mm_min_pd(a.p[i], b.p[i]));
}
INLINE vd vd_whole(vd a)
{
    VD_EACH(i, _mm_cvtepi32_pd(_mm_cvttpd_epi32(a.p[i])));
}
#define SIMD_ROW 0.0
typedef uint32_t simd_row;
INLINE vd vd_split(vd r, vd rate, vd first, vd *row)
{
    vd u = vd_mul(r, rate), whole = vd_whole(u);
    *row = vd_add(whole, first);
    return vd_sub(u, whole);
}
INLINE void vd_rows(vd a, const int shift, simd_row out[8])
{
    for (int i = 0; i < 4; i++)
        _mm_storel_epi64((__m128i *)(out + 2 * i), _mm_slli_epi32(_mm_cvttpd_epi32(a.p[i]), shift));
}
INLINE vd vd_numbers(const double *numbers, const uint32_t *j)
{
    VD_EACH(i, _mm_setr_pd(numbers[j[2 * i] >> 2], numbers[j[2 * i + 1] >> 2]));
}
INLINE vm vd_less(vd a, vd b)
{
    vm r;
    for (int i = 0; i < 4; i++) r.p[i] = _mm_cmplt_pd(a.p[i], b.p[i]);
    return r;
}
INLINE vd vd_keep(vm m, vd a)
{
    VD_EACH(i, _mm_and_pd(m.p[i], a.p[i]));
}
INLINE double vd_total(vd a) /* the same tree as the wider sets */
{
    __m128d low = _mm_add_pd(a.p[0], a.p[2]), high = _mm_add_pd(a.p[1], a.p[3]);
    __m128d q = _mm_add_pd(low, high);
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
}
INLINE void vd_totals(vd a, vd b, vd c, vd d, double out[4])
{
    out[0] = vd_total(a);
    out[1] = vd_total(b);
    out[2] = vd_total(c);
    out[3] = vd_total(d);
}
INLINE void vd_transpose(const vq q[8], vd *p0, vd *p1, vd *p2, vd *p3)
{
    for (int i = 0; i < 4; i++) {
        const vq a = q[2 * i], b = q[2 * i + 1];
        p0->p[i] = _mm_unpacklo_pd(a.p[0], b.p[0]);
        p1->p[i] = _mm_unpackhi_pd(a.p[0], b.p[0]);
        p2->p[i] = _mm_unpacklo_pd(a.p[1], b.p[1]);
        p3->p[i] = _mm_unpackhi_pd(a.p[1], b.p[1]);
    }
}
INLINE vd vd_lookup(const double table[8], vd w)
{
    vd r;
    for (int i = 0; i < 4; i++) {
        __m128i k = _mm_castpd_si128(w.p[i]);
        r.p[i] =
            _mm_set_pd(table[_mm_cvtsi128_si32(_mm_srli_si128(k, 8)) & 7], table[_mm_cvtsi128_si32(k) & 7]);
    }
    return r;
}
INLINE vd vd_lookup_two(const double table[8], vd w)
{
    return vd_lookup(table, w);
}

#endif

/* x, y, z, w of the eight atoms at double offsets j[0..7] from x */
INLINE void vd_atoms(const double *x, const uint32_t *j, vd *px, vd *py, vd *pz, vd *pw)
{
    const vq q[8] = {vq_load(x + j[0]), vq_load(x + j[1]), vq_load(x + j[2]), vq_load(x + j[3]),
                     vq_load(x + j[4]), vq_load(x + j[5]), vq_load(x + j[6]), vq_load(x + j[7])};
    vd_transpose(q, px, py, pz, pw);
}

/* ---- compaction: those of eight numbers whose bit is set, in order; may write eight. Returns how many. ----
 */

#if defined(ISA_avx512)

INLINE size_t simd_compress(const uint32_t in[8], unsigned bits, uint32_t *out)
{
    __m256i all = _mm256_loadu_si256((const __m256i *)in);
    _mm256_storeu_si256((__m256i *)out, _mm256_maskz_compress_epi32((__mmask8)bits, all));
    return (size_t)__builtin_popcount(bits);
}

#elif defined(ISA_avx2)

/* Four at a time by a table of shuffles. A loop over the set bits mispredicts its end at nearly every vector,
 * which costs several times the forces of those pairs. */
#define LANE(k) (0x03020100u + 0x04040404u * (k))
static const uint32_t simd_lanes[16][4] = {
    {0},
    {LANE(0)},
    {LANE(1)},
    {LANE(0), LANE(1)},
    {LANE(2)},
    {LANE(0), LANE(2)},
    {LANE(1), LANE(2)},
    {LANE(0), LANE(1), LANE(2)},
    {LANE(3)},
    {LANE(0), LANE(3)},
    {LANE(1), LANE(3)},
    {LANE(0), LANE(1), LANE(3)},
    {LANE(2), LANE(3)},
    {LANE(0), LANE(2), LANE(3)},
    {LANE(1), LANE(2), LANE(3)},
    {LANE(0), LANE(1), LANE(2), LANE(3)},
};
#undef LANE
INLINE size_t simd_compress(const uint32_t in[8], unsigned bits, uint32_t *out)
{
    size_t low = (size_t)__builtin_popcount(bits & 15);
    const __m128i *from = (const __m128i *)in, *lanes = (const __m128i *)simd_lanes;
    __m128i a = _mm_shuffle_epi8(_mm_loadu_si128(from), _mm_loadu_si128(lanes + (bits & 15)));
    __m128i b = _mm_shuffle_epi8(_mm_loadu_si128(from + 1), _mm_loadu_si128(lanes + (bits >> 4)));
    _mm_storeu_si128((__m128i *)out, a);
    _mm_storeu_si128((__m128i *)(out + low), b);
    return low + (size_t)__builtin_popcount(bits >> 4);
}

#else /* SSE2 */

INLINE size_t simd_compress(const uint32_t in[8], unsigned bits, uint32_t *out)
{
    size_t n = 0;
    for (int k = 0; k < 8; k++) { /* no branch on the bits: see above */
        out[n] = in[k];
        n += bits >> k & 1;
    }
    return n;
}

#endif

#endif
