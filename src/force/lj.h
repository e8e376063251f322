/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lj — Lennard-Jones mixtures; built in: the Wahnström glass former.
 *
 *     u_ab(r) = 4ε[(σ_ab/r)¹² − (σ_ab/r)⁶]  for r < r_c
 *     shift=none:   cut only;  shift=energy: u − u(r_c);  shift=force: u − u(r_c) − (r − r_c) u'(r_c)
 *
 * Wahnström (G. Wahnström, Phys. Rev. A 44, 3752 (1991)): 50:50, ε equal for all pairs, σ_AA = 1, σ_BB = 5/6,
 * σ_AB = 11/12, masses m_A = 2, m_B = 1; units ε, σ_AA, m_B. cutoff=2.5aa: 2.5 σ_AA for every pair;
 * cutoff=2.5ij: 2.5 σ_ij. The number may differ (cutoff=3aa). */
#ifndef GLINT_FORCE_LJ_H
#define GLINT_FORCE_LJ_H

#include "force/potential.h"

extern const struct potential_kind potential_wahnstrom;

/* What the kernels need, tables by species of the neighbor (simd_table). With one ε for all pairs the
 * repulsive coefficient follows from the attractive one, which saves a lookup: u = 24εσ⁶ r⁻⁶, f/r = u (u/12ε
 * − 1) r⁻² [− slope/r], energy = u (u/144ε − 1/6) + shift [+ slope·r]. */
struct lj_tables {
    double cutoff2[8], attraction[8]; /* r_c², 24εσ⁶ */
    double shift[8];
    double slope[8]; /* −u'(r_c) for shift=force, else 0; shift holds −u(r_c) − slope·r_c */
};
struct lj {
    struct lj_tables by_species[SPECIES_MAX];
    double epsilon;
    bool force_shift, one_cutoff; /* one_cutoff: the same for all pairs */
};

void lj_compute_sse2(const struct force_work *w);
void lj_compute_avx2(const struct force_work *w);
void lj_compute_avx512(const struct force_work *w);
void lj_mixed_sse2(const struct force_work *w);
void lj_mixed_avx2(const struct force_work *w);
void lj_mixed_avx512(const struct force_work *w);

#endif
