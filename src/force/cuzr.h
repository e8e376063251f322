/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cuzr — the Cu–Zr potentials that are built in, from their published coefficients; no table is read.
 *
 *     struct eam_functions f;
 *     TRY(cuzr_functions("m19", &f));
 *     double slope, phi = f.pair(&f, 0, 1, 2.8, &slope);     Cu is species 0, Zr species 1
 *     eam_functions_free(&f);
 *
 * m19, m09 and m07 are Finnis–Sinclair potentials of one family (Mendelev and others). With (x)₊ = max(x, 0):
 *     φ(r) = Z e²/r Σ_k a_k exp(−k r)              r < 1 Å: screened nuclei (Ziegler, Biersack, Littmark)
 *            exp(c0 + c1 r + c2 r² + c3 r³)        up to the joint (1.8 … 2.3 Å)
 *            Σ_knots Σ_{n=4…8} c (r_k − r)₊ⁿ       beyond
 *     ρ(r) = s Σ c (r_k − r)₊ⁿ
 *     F(ρ) = −√y + Σ c (y − y_k)₊⁴,  y = ρ/s
 * Ranges: φ 6.0, 7.6, 7.6 Å and ρ 6.0, 6.0, 5.6 Å for CuCu, CuZr, ZrZr; all end with three zero derivatives.
 * ρ_CuZr = ρ_ZrCu. s = 1 in m07; in m09 and m19 s_Cu = 1.5399, s_Zr = 0.9014.
 *
 * The joints are those of the publications: φ jumps there by less than 1e-8 of itself (6e-8 where a recovered
 * cross function, see below, begins; atoms of a glass stay beyond 2.0 Å).
 * F' of −√y is infinite at ρ = 0: embedding() returns the slope 0 there, and for ρ < 0: an atom that feels no
 * neighbor feels no force (ρ' vanishes faster than F' grows). Beyond ρ = 300, where the published tables end
 * (a dense liquid stays below 100), F goes on linearly.
 *
 * Sources of the coefficients: the analytic form of m19 as its authors deposited it at openkim.org
 * (EAM_Mendelev_2019_CuZr__MO_945018740343_000); ρ_CuZr and φ_CuZr of m09 and m07 by a fit of the same form
 * to the published tables (MO_600021860456_005, MO_120596890176_005); with the digits here φ_CuZr of m07 is
 * within 3e-7 eV of its table at 1.8 Å, 5e-8 at 2.8 Å, 1e-8 beyond 3.5 Å. Cu alone: Cu1 of Mendelev, Kramer,
 * Becker, Asta, Phil. Mag. 88, 1723 (2008); Zr alone: #2 of Mendelev, Ackland, Phil. Mag. Lett. 87, 349
 * (2007). */
#ifndef GLINT_FORCE_CUZR_H
#define GLINT_FORCE_CUZR_H

#include "force/eam_functions.h"

/* What is built in; ends with an entry without a name. The first is the default. */
struct cuzr_potential {
    const char *name, *summary, *reference;
    const char *use; /* what it is good for */
};
extern const struct cuzr_potential cuzr_potentials[];

/* The functions of the potential `name` of the table (zjw04 too). BAD_INPUT for another name. Nothing is
 * allocated. */
status cuzr_functions(const char *name, struct eam_functions *f);

#endif
