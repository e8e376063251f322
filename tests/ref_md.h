/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ref_md — a deliberately simple reference: every pair, every image within the cutoff, long double sums.
 *
 * O(N² images), no cells, no lists, no wrapping, nothing shared with the engine but the configuration and its
 * box. Any triclinic box, any axis free, any pair cutoff and shift. Included as source: #include "ref_md.c".
 */
#ifndef GLINT_TESTS_REF_MD_H
#define GLINT_TESTS_REF_MD_H

#include "system/config.h"

enum ref_shift { REF_NONE, REF_ENERGY, REF_FORCE };
struct ref_lj {
    double sigma[2][2], cutoff[2][2];
    enum ref_shift shift;
};
struct ref_result {
    double energy, virial[6]; /* xx yy zz xy xz yz; W_ab = ½ Σ_i Σ_j r_a f_b */
    double *f;                /* 3 per atom; owned, free() */
    double *magnitude;        /* per atom: Σ_j |f_ij|, the scale of its rounding errors; owned */
    double *e;                /* energy per atom; owned */
    long pairs;               /* counted from both sides */
};
/* One (j, image) of an atom's neighbors. */
struct ref_neighbor {
    long j;
    int n[3];
    double r2;
};

/* Wahnström's model; number: cutoff in units of σ_AA (per_pair false) or σ_ij. */
struct ref_lj ref_wahnstrom(double number, int per_pair, enum ref_shift shift);
void ref_forces(const struct config *c, const struct ref_lj *p, struct ref_result *r);
void ref_free(struct ref_result *r);
/* Neighbors of atom i closer than radius[type i][type j]; returns how many (at most `room` are stored). */
long ref_neighbors(const struct config *c, double radius[2][2], long i, struct ref_neighbor *out, long room);

#endif
