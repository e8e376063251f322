/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd_float.h"
#include "neighbor/list_kernel.h"

#include <string.h>

/* Local copies of the arguments: the output may alias anything, so the compiler would fetch them again and
 * again. */
size_t ISA_FUNCTION(list_scan)(const struct candidates *c, size_t self, const float radius2[8],
                               uint32_t *restrict out)
{
    const float *const ax = c->atoms.x, *const ay = c->atoms.y, *const az = c->atoms.z;
    const int32_t *const species = c->atoms.species;
    const uint32_t *const entry = c->entry;
    const vf x = vf_set(ax[self]), y = vf_set(ay[self]), z = vf_set(az[self]);
    const size_t end = c->atoms.n;
    size_t n = 0, k = c->begin - c->begin % VF_LANES;
    unsigned wanted = ~0u << (c->begin - k); /* of the first vector only those of this neighborhood */
    float limit[8];
    memcpy(limit, radius2, sizeof limit);
    for (; k < end; k += VF_LANES) {
        vf dx = vf_sub(x, vf_load(ax + k)), dy = vf_sub(y, vf_load(ay + k)), dz = vf_sub(z, vf_load(az + k));
        vf r2 = vf_fma(dx, dx, vf_fma(dy, dy, vf_mul(dz, dz)));
        unsigned bits = vfm_bits(vf_less(r2, vf_lookup(limit, vi_load(species + k)))) & wanted;
        wanted = ~0u;
        if (self - k < VF_LANES) bits &= ~(1u << (self - k)); /* unsigned: false when self < k */
        n += vf_compress(entry + k, bits, out + n);
    }
    return n;
}
