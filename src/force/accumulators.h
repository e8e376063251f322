/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accumulators — what a kernel adds up for one atom: its force, energy and virial, a lane for each neighbor
 * of a vector. Double precision, and single for mixed precision. Only for *.kernel.c files.
 *
 *     accumulators_clear    `energies`: with energy and virial (a constant of the call, here as below)
 *     accumulators_force    adds f·dx of a vector of pairs
 *     accumulators_virial   adds f·dx_a·dx_b
 *     accumulators_sum      adds the atom's energy, and its half of the virial of its pairs in units of
 *                           `unit`, to the exact sums of the step */
#ifndef GLINT_FORCE_ACCUMULATORS_H
#define GLINT_FORCE_ACCUMULATORS_H

#include "base/isa.h"
#include "base/simd.h"
#include "base/simd_float.h"
#include "force/potential.h"

struct accumulators {
    vd fx, fy, fz, energy, virial[VIRIALS];
};
struct accumulators_single {
    vf fx, fy, fz, energy, virial[VIRIALS];
};

INLINE void accumulators_clear(struct accumulators *a, const int energies)
{
    a->fx = a->fy = a->fz = a->energy = vd_zero();
    if (energies)
        for (int k = 0; k < VIRIALS; k++) a->virial[k] = vd_zero();
}
INLINE void accumulators_single_clear(struct accumulators_single *a, const int energies)
{
    a->fx = a->fy = a->fz = a->energy = vf_zero();
    if (energies)
        for (int k = 0; k < VIRIALS; k++) a->virial[k] = vf_zero();
}

INLINE void accumulators_force(struct accumulators *a, vd f, vd dx, vd dy, vd dz)
{
    a->fx = vd_fma(f, dx, a->fx);
    a->fy = vd_fma(f, dy, a->fy);
    a->fz = vd_fma(f, dz, a->fz);
}
INLINE void accumulators_virial(struct accumulators *a, vd f, vd dx, vd dy, vd dz)
{
    vd fdx = vd_mul(f, dx), fdy = vd_mul(f, dy), fdz = vd_mul(f, dz);
    a->virial[VIRIAL_XX] = vd_fma(fdx, dx, a->virial[VIRIAL_XX]);
    a->virial[VIRIAL_YY] = vd_fma(fdy, dy, a->virial[VIRIAL_YY]);
    a->virial[VIRIAL_ZZ] = vd_fma(fdz, dz, a->virial[VIRIAL_ZZ]);
    a->virial[VIRIAL_XY] = vd_fma(fdx, dy, a->virial[VIRIAL_XY]);
    a->virial[VIRIAL_XZ] = vd_fma(fdx, dz, a->virial[VIRIAL_XZ]);
    a->virial[VIRIAL_YZ] = vd_fma(fdy, dz, a->virial[VIRIAL_YZ]);
}
INLINE void accumulators_single_force(struct accumulators_single *a, vf f, vf dx, vf dy, vf dz)
{
    a->fx = vf_fma(f, dx, a->fx);
    a->fy = vf_fma(f, dy, a->fy);
    a->fz = vf_fma(f, dz, a->fz);
}
INLINE void accumulators_single_virial(struct accumulators_single *a, vf f, vf dx, vf dy, vf dz)
{
    vf fdx = vf_mul(f, dx), fdy = vf_mul(f, dy), fdz = vf_mul(f, dz);
    a->virial[VIRIAL_XX] = vf_fma(fdx, dx, a->virial[VIRIAL_XX]);
    a->virial[VIRIAL_YY] = vf_fma(fdy, dy, a->virial[VIRIAL_YY]);
    a->virial[VIRIAL_ZZ] = vf_fma(fdz, dz, a->virial[VIRIAL_ZZ]);
    a->virial[VIRIAL_XY] = vf_fma(fdx, dy, a->virial[VIRIAL_XY]);
    a->virial[VIRIAL_XZ] = vf_fma(fdx, dz, a->virial[VIRIAL_XZ]);
    a->virial[VIRIAL_YZ] = vf_fma(fdy, dz, a->virial[VIRIAL_YZ]);
}

INLINE void accumulators_sum(struct force_sums *sums, const struct accumulators *a, double energy,
                             double unit)
{
    sum_add(&sums->energy, energy);
    for (int k = 0; k < VIRIALS; k++) sum_add(&sums->virial[k], 0.5 * unit * vd_total(a->virial[k]));
}
INLINE void accumulators_single_sum(struct force_sums *sums, const struct accumulators_single *a,
                                    double energy, double unit)
{
    _Alignas(32) double low[4], high[4];
    sum_add(&sums->energy, energy);
    vq_store(low, vf_totals(a->virial[0], a->virial[1], a->virial[2], a->virial[3]));
    vq_store(high, vf_totals(a->virial[4], a->virial[5], vf_zero(), vf_zero()));
    for (int k = 0; k < VIRIALS; k++) sum_add(&sums->virial[k], 0.5 * unit * (k < 4 ? low[k] : high[k - 4]));
}

#endif
