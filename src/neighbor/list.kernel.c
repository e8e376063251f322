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

size_t ISA_FUNCTION(list_scan)(const struct list_scan *s, uint32_t first, uint32_t last, uint32_t *out)
{
    const vd x = vd_set(s->x[s->self]), y = vd_set(s->y[s->self]), z = vd_set(s->z[s->self]);
    size_t n = 0;
    for (uint32_t j = first; j < last; j += SIMD_WIDTH) {
        vd dx = vd_sub(x, vd_load(s->x + j)), dy = vd_sub(y, vd_load(s->y + j)),
           dz = vd_sub(z, vd_load(s->z + j));
        vd r2 = vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz)));
        unsigned bits = vm_bits(vd_less(r2, vd_lookup(s->radius2, vd_load(s->w + j))));
        if (last - j < SIMD_WIDTH) bits &= (1u << (last - j)) - 1;
        if (s->self - j < SIMD_WIDTH) bits &= ~(1u << (s->self - j)); /* unsigned: false when self < j */
        n += append(j, bits, out + n);
    }
    return n;
}
