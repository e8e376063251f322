/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eam — embedded-atom potentials: E = Σ_i F_a(ρ_i) + ½ Σ φ_ab(r_ij), ρ_i = Σ_j ρ_ab(r_ij).
 *
 * Two passes over full lists. The first sums the densities of the near section and leaves F'_a(ρ_i) for the
 * neighbors (domain->shared); the second adds up forces
 *     f_i = −Σ_j [φ'_ab + F'_a(ρ_i) ρ'_ab + F'_b(ρ_j) ρ'_ba] (x_i − x_j)/r.
 * The near section holds pairs that may touch in density, the other one those with a pair energy only; for
 * Cu–Zr that is 142 visits an atom instead of the 212 of one global cutoff.
 *
 * All functions are cubic tables, so a potential made from formulas and one read from a file cost the same:
 *     built-in     rows in r², EAM_ROWS of them up to the largest range, Hermite from exact values and
 *                  slopes: no square root, no division. The force is the exact slope of the tabulated
 *                  energy. Beyond its range every function has zero rows, so no pair needs a test of its
 *                  distance
 *     files        the file's own splines in r (setfl.h), as LAMMPS evaluates them: exact, and slower. With
 *                  the option rows=N they are sampled into a table in r² like built-in ones
 *
 * SPEC: cuzr:NAME[,rows=N] (glint info potentials), eam:FILE:ELEMENTS[,rows=N]. Units: metal. */
#ifndef GLINT_FORCE_EAM_H
#define GLINT_FORCE_EAM_H

#include "force/eam_functions.h"
#include "force/potential.h"

enum { EAM_ROWS = 2048, EAM_ROWS_MOST = 100000, EAM_EMBEDDING_ROWS = 10000 };

extern const struct potential_kind potential_cuzr, potential_eam;

struct eam_embedding {
    double (*row)[4]; /* in ρ, from 0 to `most` */
    double rows_per_density, most;
    int64_t rows;
};

struct eam {
    struct eam_functions functions;
    bool exact;           /* rows in r with r φ(r), as in the file; else in r² */
    bool symmetric;       /* ρ_ab = ρ_ba for all pairs */
    double rows_per_unit; /* rows per Å² (exact: per Å) */
    double last_row;      /* the row of zeros behind each function */
    /* Rows of four, one function after the other, in step: row k of a pair's φ (exact: r φ) and of its ρ have
     * the same number. Value c0 + p (c1 + p (c2 + p c3)), 0 <= p < 1 within the row. */
    double (*pair)[4], (*density)[4];
    /* First row of the pair (a, neighbor's species) and, for what a gives to its neighbor, of the pair the
     * other way round; by a, tables by species of the neighbor (simd_table). */
    double first_row[SPECIES_MAX][8], reverse_row[SPECIES_MAX][8];
    /* For forces, of the same rows (not the exact ones): slopes of φ and of ρ in one line, c1, 2 c2, 3 c3 and
     * the value c0 of each. */
    double (*slopes)[8];
    /* For mixed precision, the same and c0 … c3 of ρ rounded to float. Behind them a row of zeros. */
    float (*float_slopes)[8], (*float_densities)[4];
    int64_t zero_row;
    struct eam_embedding embedding[SPECIES_MAX];
};

/* Make the tables from m->functions: rows > 0: that many rows in r² up to the largest range; 0: the splines
 * of the file. Sets also the ranges of p. */
status eam_tabulate(struct eam *m, struct potential *p, int64_t rows);
void eam_free(struct eam *m);

/* F_a(ρ) and its slope, from the table. */
double eam_embed(const struct eam_embedding *t, double rho, double *slope);
/* For atoms range[0] … range[1] − 1 of the work order: force[3], where pass 0 left ρ, becomes F(ρ), and
 * shared[slot] F'(ρ). Apart from the sums, for each would wait there for the end of its own chain. */
void eam_embed_range(const struct eam *m, const struct domain *d, const size_t range[2]);

void eam_compute_sse2(const struct force_work *w);
void eam_compute_avx2(const struct force_work *w);
void eam_compute_avx512(const struct force_work *w);
void eam_mixed_sse2(const struct force_work *w);
void eam_mixed_avx2(const struct force_work *w);
void eam_mixed_avx512(const struct force_work *w);

#endif
