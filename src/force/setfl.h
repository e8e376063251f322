/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setfl — embedded-atom potentials from the tables that LAMMPS reads: `eam/alloy` and `eam/fs`.
 *
 *     struct eam_functions f;
 *     TRY(setfl_read("CuZr_mm.eam.fs", "Cu,Zr", SETFL_AUTO, &f));    species 0 is Cu, 1 is Zr
 *     … f.pair(&f, …), or the splines themselves: f.file->pair[a][b][row] …
 *     eam_functions_free(&f);
 *
 * The file: three lines of comment; `n El1 … Eln`; `nrho drho nr dr cutoff`; for each element a line `Z mass
 * a lattice`, F(ρ) at 0, drho, …, and densities at 0, dr, … (alloy: one; fs: n, the k-th being what an atom
 * of this element gives to a host of element k); last r·φ(r) for the pairs 11, 21, 22, 31, … Every table
 * begins on a new line. Understood: CRLF, trailing blanks, 1E-0002, 1.5D-3, 1.5-103, integers. Which of the
 * two it is follows from the count of numbers; for one element they are the same.
 *
 * Splines exactly as in LAMMPS (pair_eam.cpp): row i holds c0 … c3 of the interval from i·dr to (i+1)·dr,
 *     value = c0 + p (c1 + p (c2 + p c3)),   derivative by r = (c1 + p (2 c2 + p 3 c3))/dr,
 *     p = r/dr + 1 (computed as r·(1/dr) + 1), m = min((int)p, n−1), p = min(p − m, 1), i = m − 1.
 * Node slopes are (f[i−2] − f[i+2] + 8 (f[i+1] − f[i−1]))/12; at the second and the second last node half the
 * distance of their neighbors, at the first and last the difference to the neighbor. φ is the spline of r·φ
 * divided by r. F likewise in ρ (m at least 1), and beyond the last ρ on with the last slope.
 *
 * Small distances: many tables begin with numbers that mean "never here" (1e12), which a spline must not see.
 * A value of r·φ beyond 1e6 eV Å (bare nuclei reach 2e5), of ρ beyond 1e9, or not repulsive (φ' ≥ 0) below
 * 1 Å, and row 0 (r·φ says nothing there), is taken as such, and the two nodes after it whose slopes it
 * spoils. From the first sound node c inward, r·φ goes on with its tangent, so φ(r) = φ(c) − φ'(c) c (c/r −
 * 1),   ρ(r) = ρ(c) + ρ'(c) (r − c)(r + c)/2c: continuous with their slopes, φ repulsive and infinite at r =
 * 0. The rows below c hold just this, so users of the splines need no case of their own. eam_functions.core
 * is the largest c.
 *
 * Ranges: the last interval with a coefficient that is not 0, at most the cutoff of the file. A table that
 * does not end at 0 is cut there, as LAMMPS does; one that ends before the cutoff without being 0 is refused.
 */
#ifndef GLINT_FORCE_SETFL_H
#define GLINT_FORCE_SETFL_H

#include "force/eam_functions.h"

#include <stdbool.h>

enum setfl_kind { SETFL_AUTO, SETFL_ALLOY, SETFL_FS };

struct setfl {
    enum setfl_kind kind; /* what was found: SETFL_ALLOY or SETFL_FS */
    char comment[160];    /* the first line */
    char summary[256];    /* for people: kind, elements, table sizes, cutoff, core */
    int64_t nrho, nr;
    double drho, dr, cutoff;
    /* Of the chosen species; nrho or nr rows each. Some of these point at the same rows. */
    double (*embedding[SPECIES_MAX])[4];
    double (*density[SPECIES_MAX][SPECIES_MAX])[4]; /* [a][b]: at a, from b */
    double (*pair[SPECIES_MAX][SPECIES_MAX])[4];    /* r·φ */
    double pair_end[SPECIES_MAX][SPECIES_MAX];      /* |φ| and ρ where the range cuts them: 0 if they end */
    double density_end[SPECIES_MAX][SPECIES_MAX];   /* smoothly */
    double *memory;                                 /* of all rows */
};

/* `elements`: names in the order wanted, separated by commas, a subset of those in the file; NULL or "": all.
 * BAD_INPUT names file and line. On failure f is empty. */
status setfl_read(const char *path, const char *elements, enum setfl_kind kind, struct eam_functions *f);

#endif
