/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd.h"
#include "neighbor/list_kernel.h"

/* Append 4·(base+lane) for every set bit. */
static inline size_t append(uint32_t base, unsigned bits, uint32_t *out)
{
#if defined(ISA_avx512)
    const __m256i lanes = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    __m256i j = _mm256_add_epi32(_mm256_set1_epi32((int)(4 * base)), lanes);
    _mm256_storeu_si256((__m256i *)out, _mm256_maskz_compress_epi32((__mmask8)bits, j));
    return (size_t)__builtin_popcount(bits);
#else
    size_t n = 0;
    for (; bits; bits &= bits - 1) out[n++] = 4 * (base + (uint32_t)__builtin_ctz(bits));
    return n;
#endif
}

/* Local copies of the arguments: the output may alias anything, so the compiler would fetch them again and
 * again. */
size_t ISA_FUNCTION(list_scan)(const struct list_scan *s, uint32_t *restrict out)
{
    const double *const sx = s->x, *const sy = s->y, *const sz = s->z, *const sw = s->w;
    const uint32_t self = s->self;
    const vd x = vd_set(sx[self]), y = vd_set(sy[self]), z = vd_set(sz[self]);
    double table[8];
    memcpy(table, s->radius2, sizeof table);
    size_t n = 0;
    for (size_t r = 0; r < s->rows; r++) {
        const uint32_t first = s->row[r].first, last = s->row[r].last;
        for (uint32_t j = first; j < last; j += SIMD_WIDTH) {
            vd dx = vd_sub(x, vd_load(sx + j)), dy = vd_sub(y, vd_load(sy + j)),
               dz = vd_sub(z, vd_load(sz + j));
            vd r2 = vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz)));
            unsigned bits = vm_bits(vd_less(r2, vd_lookup(table, vd_load(sw + j))));
            if (last - j < SIMD_WIDTH) bits &= (1u << (last - j)) - 1;
            if (self - j < SIMD_WIDTH) bits &= ~(1u << (self - j)); /* unsigned: false when self < j */
            n += append(j, bits, out + n);
        }
    }
    return n;
}
