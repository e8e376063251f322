/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd.h"
#include "base/simd_single.h"
#include "neighbor/list_kernel.h"

/* Local copies of the arguments: the output may alias anything, so the compiler would fetch them again and
 * again. */
size_t ISA_FUNCTION(list_scan)(const struct list_scan *s, uint32_t *restrict out)
{
    const float *const sx = s->x, *const sy = s->y, *const sz = s->z;
    const int32_t *const species = s->species;
    const uint32_t self = s->self;
    const vs x = vs_set(sx[self]), y = vs_set(sy[self]), z = vs_set(sz[self]), radius2 = vs_load(s->radius2);
    size_t n = 0;
    for (size_t r = 0; r < s->rows; r++) {
        const uint32_t first = s->row[r].first, last = s->row[r].last;
        for (uint32_t j = first; j < last; j += SIMD_WIDTH) {
            vs dx = vs_sub(x, vs_load(sx + j)), dy = vs_sub(y, vs_load(sy + j)),
               dz = vs_sub(z, vs_load(sz + j));
            vs r2 = vs_fma(dx, dx, vs_fma(dy, dy, vs_mul(dz, dz)));
            unsigned bits = vs_less(r2, vs_lookup(radius2, species + j));
            if (last - j < SIMD_WIDTH) bits &= (1u << (last - j)) - 1;
            if (self - j < SIMD_WIDTH) bits &= ~(1u << (self - j)); /* unsigned: false when self < j */
            uint32_t entry[SIMD_WIDTH];
            for (uint32_t k = 0; k < SIMD_WIDTH; k++) entry[k] = 4 * (j + k);
            n += simd_compress(entry, bits, out + n);
        }
    }
    return n;
}
