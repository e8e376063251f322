/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd.h"
#include "base/simd_single.h"
#include "neighbor/list_kernel.h"

/* Local copies of the arguments: the output may alias anything, so the compiler would fetch them again and
 * again. */
size_t ISA_FUNCTION(list_scan)(const struct candidates *c, size_t self, const float radius2[8],
                               uint32_t *restrict out)
{
    const float *const ax = c->atoms.x, *const ay = c->atoms.y, *const az = c->atoms.z;
    const int32_t *const species = c->atoms.species;
    const uint32_t *const entry = c->entry;
    const vs x = vs_set(ax[self]), y = vs_set(ay[self]), z = vs_set(az[self]), limit = vs_load(radius2);
    const size_t end = c->atoms.n;
    size_t n = 0;
    for (size_t k = 0; k < end; k += SIMD_WIDTH) {
        vs dx = vs_sub(x, vs_load(ax + k)), dy = vs_sub(y, vs_load(ay + k)), dz = vs_sub(z, vs_load(az + k));
        vs r2 = vs_fma(dx, dx, vs_fma(dy, dy, vs_mul(dz, dz)));
        unsigned bits = vs_less(r2, vs_lookup(limit, species + k));
        if (self - k < SIMD_WIDTH) bits &= ~(1u << (self - k)); /* unsigned: false when self < k */
        n += simd_compress(entry + k, bits, out + n);
    }
    return n;
}
