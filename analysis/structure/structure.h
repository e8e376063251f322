/* SPDX-License-Identifier: GPL-3.0-or-later */
/* structure — g(r), S(q), Voronoi statistics and bond order of a trajectory file, over evenly chosen frames.
 *
 *     struct structure m = {0};
 *     TRY(structure_load(&m, "runs/a", &(struct structure_options){.rdf = true, .sq = true}));
 *     m.r1 (first peak of the total g), m.q1 (first peak of S_NN), m.rdf.total[k], m.sq.nn[k], …
 *     structure_release(&m);
 *
 * With form factors (X-rays, unless told otherwise, where the species are elements in metal units) also
 *  - S_X(q): Faber–Ziman, f at each point (sq.h)
 *  - g_X(r) = Σ w_ab g_ab, w_ab = c_a c_b f_a f_b/<f>² at one wavenumber, weight_q (0: f = Z): the
 * approximation of Warren, Krutter & Morningstar, J. Am. Ceram. Soc. 19, 202 (1936)
 *  - G_FT(r) = (2/π) ∫ q (S_X − 1) L(q) sin(qr) dq up to q_max, L = sin(πq/q_max)/(πq/q_max) (E. Lorch, J.
 * Phys. C 2, 229 (1969)): what an experiment of that range would give. Below the first point S_X is taken as
 * 1, and the bins are of finite width: trust it up to a quarter of the cell. G(r) = 4π ρ r (g − 1) in both
 * cases.
 *
 * Peaks are measured in a second pass and do not depend on the bins: those of S at every point of the
 * reciprocal lattice about the peak (at most 100 times `points` of them; sq_peak.h), those of g in bins of
 * d/960 up to 1.5 of the farthest; range, fit and errors are those of peak_fit.h, for g with levels 0.7 and
 * 0.85 (in an alloy the peaks of other pairs are shoulders at half height).
 *
 * A run folder stands for its trajectory.h5. With d = (V/N)^(1/3) of the first frame, the mean distance,
 * the defaults are r_max 5 d, dr d/60, q_max 18/d (the second peak is near 13/d), dq one
 * reciprocal-lattice spacing (2π over the longest edge), 20 frames, 200 points a bin.
 *
 * Voronoi: plain, or radical with the radii given or known (element_radius); area filters f = 0 and 1 %, no
 * edges contracted. Bond order: neighbors are faces of at least 1 % of the surface (STRUCTURE_BOND_FILTER),
 * weighted with their areas, of the same tessellation; or all atoms within bond_cutoff. `table`: a CSV file
 * with a line an atom of the last frame used. */
#ifndef GLINT_ANALYSIS_STRUCTURE_STRUCTURE_H
#define GLINT_ANALYSIS_STRUCTURE_STRUCTURE_H

#include "system/rdf.h"
#include "analysis/structure/bond_order.h"
#include "analysis/structure/peak_fit.h"
#include "analysis/structure/sq.h"
#include "analysis/structure/voronoi_stats.h"
#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stdint.h>

#define STRUCTURE_BOND_FILTER 0.01

struct structure_options {
    bool rdf, sq, voronoi, bond_order;
    double r_max, dr, q_max, dq; /* 0: the defaults above */
    int64_t frames, points;      /* most frames used, most points a |q| bin; 0: 20, 200 */
    double from, to;             /* frames with from ≤ time ≤ to; both 0: all */
    bool between;                /* g(r) of the atoms with low ≤ z < high only (rdf.h); nothing else then */
    double low, high;
    const char *form_factors; /* "1", "xray", "A=1,B=2"; NULL: xray for elements in metal units, else none */
    double weight_q;          /* of g_X; 0 */
    const char *units;        /* "lj" or "metal" instead of what the file says; NULL */
    bool radical;
    double radius[SPECIES_MAX]; /* zeros: the known ones */
    double edge;                /* contract edges shorter than this fraction of the mean radius */
    double filter[VORONOI_LEVELS];
    int filters;        /* 0: two, 0 and 1 % */
    double bond_cutoff; /* 0: Voronoi neighbors */
    const char *table;  /* NULL: none */
};

struct structure {
    struct species species;
    char units[8], length_unit[16];
    int64_t frames, atoms;                            /* frames used; atoms of the first of them */
    double first_time, last_time, density, mean_mass; /* atoms per volume; mass per atom, 0: unknown */
    bool has_rdf, has_sq, has_voronoi, has_bond_order, all_periodic;
    struct rdf rdf;
    struct sq sq;
    struct peak_fit r1, q1; /* first peaks of the total g(r) and of S_NN */
    struct peak_fit r1_partial[SPECIES_MAX][SPECIES_MAX];
    struct structure_options options;
    double radius[SPECIES_MAX]; /* used, if radical */
    struct voronoi_stats voronoi;
    struct bond_order_stats bond_order;

    bool weighted; /* the rest holds */
    struct form_factors form;
    double weight_q, weight[SPECIES_MAX][SPECIES_MAX];
    double *gx, *gx_ft;     /* g_X with the rdf, G_FT with the sq: at the distances of the rdf */
    struct peak_fit rx, qx; /* of g_X and S_X */
};

/* Mass per volume: g/cm³ in metal units, m_B/σ³ in lj. */
double structure_mass_density(const struct structure *m);
/* The Lorch-windowed transform above at one r; NaN and bins without points (q NaN or s NaN) are left out. */
double structure_transform(int bins, const double *q, const double *s, double width, double q_max, double r);

status structure_load(struct structure *m, const char *path, const struct structure_options *o);
void structure_release(struct structure *m);

#endif
