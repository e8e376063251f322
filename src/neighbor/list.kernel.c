/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd.h"
#include "neighbor/list_kernel.h"

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
            uint32_t entry[SIMD_WIDTH];
            for (uint32_t k = 0; k < SIMD_WIDTH; k++) entry[k] = 4 * (j + k);
            n += simd_compress(entry, bits, out + n);
        }
    }
    return n;
}
