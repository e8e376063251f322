/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bond_order — bond-orientational order of every atom: q4, q6, w6, their averages, solid-like atoms.
 *
 *     struct bond_order b = {0};
 *     TRY(bond_order_voronoi(&b, &v, 0.0));                  neighbors: Voronoi, weighted with face areas
 *     TRY(bond_order_cutoff(&b, &box, atoms, x, 1.4));       or all within a distance, equal weights
 *     b.q6[i], b.w6[i], b.q6_mean[i], b.connections[i], …
 *     bond_order_free(&b);
 *
 *     q_lm(i) = Σ_j a_ij Y_lm(r̂_ij) / Σ_j a_ij       a_ij: area of the face, or 1 [1]
 *     q_l(i)  = [4π/(2l+1) Σ_m |q_lm|²]^½            [2]
 *     w_l(i)  = Σ_{m1+m2+m3=0} (l l l; m1 m2 m3) q_lm1 q_lm2 q_lm3 / (Σ_m |q_lm|²)^{3/2}
 *     q̄_l(i)  = q_l of the mean of q_lm over i and its neighbors, equal weights [3]
 *     s_ij    = Re Σ_m q_6m(i) q*_6m(j) / (|q_6(i)| |q_6(j)|)
 *               a connection when above BOND_ORDER_CONNECTED = 0.7 [4]
 *
 * [1] W. Mickel et al., J. Chem. Phys. 138, 044501 (2013). [2] P. J. Steinhardt et al., Phys. Rev. B 28, 784
 * (1983). [3] W. Lechner, C. Dellago, J. Chem. Phys. 129, 114707 (2008). [4] P. R. ten Wolde et al., J. Chem.
 * Phys. 104, 9932 (1996).
 *
 * An atom with at least BOND_ORDER_SOLID = 8 connections is solid-like (fcc, hcp, bcc; the Laves phases are
 * not found this way: system/frank_kasper.h). Perfect crystals by 12 (fcc, hcp, icosahedron), 14 (bcc) or 6
 * (sc) equal neighbors: q4 0.1909, 0.0972, 0, 0.0364, 0.7638; q6 0.5745, 0.4848, 0.6633, 0.5107, 0.3536. An
 * atom without neighbors, or with an open cell, has NaN, and is no one's connection. */
#ifndef GLINT_ANALYSIS_STRUCTURE_BOND_ORDER_H
#define GLINT_ANALYSIS_STRUCTURE_BOND_ORDER_H

#include "base/status.h"
#include "system/box.h"
#include "system/config.h"
#include "system/voronoi.h"

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

#define BOND_ORDER_CONNECTED 0.7
enum { BOND_ORDER_SOLID = 8 };

struct bond_order {
    int64_t atoms;
    double *q4, *q6, *w6, *q4_mean, *q6_mean;
    int32_t *neighbors, *connections;
    int64_t solid, largest; /* solid-like atoms; in the largest cluster of those connected with each other */
};

/* Faces of at least f of the surface. */
status bond_order_voronoi(struct bond_order *b, const struct voronoi *v, double f);
status bond_order_cutoff(struct bond_order *b, const struct box *box, int64_t atoms, const double *x,
                         double cutoff);
void bond_order_free(struct bond_order *b);

/* Y_lm of a unit vector for m = 0 … l (Condon–Shortley phase), l ≤ 6; Y_l,−m = (−1)^m Y*_lm. */
void bond_order_harmonics(int l, const double u[3], double complex *y);
/* Wigner's 3j symbol (l l l; m1 m2 m3), 0 unless m1 + m2 + m3 = 0 and all |m| ≤ l ≤ 6. */
double bond_order_wigner(int l, int m1, int m2, int m3);

/* Means over frames, by species. */
enum {
    BOND_ORDER_Q4,
    BOND_ORDER_Q6,
    BOND_ORDER_W6,
    BOND_ORDER_Q4_MEAN,
    BOND_ORDER_Q6_MEAN,
    BOND_ORDER_VALUES
};
extern const char *const bond_order_names[BOND_ORDER_VALUES];
struct bond_order_stats {
    int species;
    int64_t frames, atoms[SPECIES_MAX], solid[SPECIES_MAX], largest; /* largest: of the last frame */
    double mean[SPECIES_MAX][BOND_ORDER_VALUES], sd[SPECIES_MAX][BOND_ORDER_VALUES];
    double neighbors[SPECIES_MAX];
};
void bond_order_stats_add(struct bond_order_stats *t, const struct bond_order *b, const int32_t *type);
void bond_order_stats_finish(struct bond_order_stats *t);

#endif
