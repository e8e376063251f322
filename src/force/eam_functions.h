/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eam_functions — the functions of an embedded-atom (Finnis–Sinclair) potential, wherever they come from.
 *
 *     E = Σ_i F_a(ρ_i) + ½ Σ_i Σ_j φ_ab(r_ij),   ρ_i = Σ_j ρ_ab(r_ij)      a: species of i, b: of j
 *
 * ρ_ab is what an atom of species b gives to the density at an atom of species a. Lengths in Å, energies in
 * eV; densities in whatever unit F takes. Built-in potentials evaluate their analytic form, files the splines
 * of their tables. The kernels never call these functions: eam_tables samples them once, when the potential
 * is made. */
#ifndef GLINT_FORCE_EAM_FUNCTIONS_H
#define GLINT_FORCE_EAM_FUNCTIONS_H

#include "base/status.h"
#include "system/config.h"

struct eam_functions {
    struct species species;
    /* φ_ab and ρ_ab are exactly 0 from here on, with their first derivatives; pair_range is symmetric. */
    double pair_range[SPECIES_MAX][SPECIES_MAX], density_range[SPECIES_MAX][SPECIES_MAX];
    double density_most[SPECIES_MAX]; /* F_a is linear, with continuous slope, beyond this density */
    /* Below `core` the tables of a file are not physical (sentinels); pair() and density() continue them
     * there by a smooth repulsive core. 0: meaningful at any r > 0. */
    double core;
    /* Each returns the function and stores its derivative; r > 0. Thread-safe. */
    double (*pair)(const struct eam_functions *f, int a, int b, double r, double *derivative);
    double (*density)(const struct eam_functions *f, int a, int b, double r, double *derivative);
    double (*embedding)(const struct eam_functions *f, int a, double rho, double *derivative);
    void (*release)(struct eam_functions *f);
    void *data;         /* of the functions above */
    struct setfl *file; /* the tables, when they come from a file; else NULL (setfl.h) */
};

static inline void eam_functions_free(struct eam_functions *f)
{
    if (f->release) f->release(f);
    *f = (struct eam_functions){0};
}

#endif
