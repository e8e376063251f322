/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zjw04 — the embedded-atom potential of Zhou, Johnson and Wadley for Cu and Zr with its mixing rule.
 * X. W. Zhou, R. A. Johnson, H. N. G. Wadley, Phys. Rev. B 69, 144113 (2004). With x = r/r_e:
 *     φ_aa(r) = A exp(−α(x−1))/(1+(x−κ)²⁰) − B exp(−β(x−1))/(1+(x−λ)²⁰)
 *     f_a(r)  = f_e exp(−β(x−1))/(1+(x−λ)²⁰)                 ρ_ab = f_b
 *     φ_ab    = ½ (f_b/f_a φ_aa + f_a/f_b φ_bb)
 *     F(ρ)    = Σ F_ni (ρ/ρ_n − 1)^i below ρ_n = 0.85 ρ_e;  Σ F_i (ρ/ρ_e − 1)^i below 1.15 ρ_e;
 *               F_e (1 − η ln(ρ/ρ_s)) (ρ/ρ_s)^η beyond
 * F jumps by up to 5e-7 eV and its slope by up to 5e-4 of itself at the joints, as published.
 *
 * The authors' program cuts everything at √5 r_e(Zr) = 7.1554 Å, where φ_ZrZr is still −3.2e-5 eV. Here φ and
 * f are switched off over the last 0.05 Å: times 1 − 10t³ + 15t⁴ − 6t⁵, t = (r − 7.1054 Å)/0.05 Å, so values,
 * slopes and second derivatives are continuous and 0 at 7.1554 Å. (The mixing rule takes the unswitched f.)
 *
 * For tests: ΔH_f(B2 CuZr) = −0.78 eV/atom, where experiment and other potentials have −0.11 … −0.15. */
#ifndef GLINT_FORCE_ZJW04_H
#define GLINT_FORCE_ZJW04_H

#include "force/eam_functions.h"

/* Species 0 is Cu, 1 is Zr. Nothing is allocated. */
void zjw04_functions(struct eam_functions *f);

#endif
