/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build — configurations made from nothing: crystals, random mixtures, Maxwell–Boltzmann velocities.
 *
 *     struct species s = {2, {"A", "B"}, {2.0, 1.0}};
 *     struct build_lattice l = {.lattice = lattice_find("C15"), .a = 2.508859, .n = {3, 3, 3},
 *                               .species = s, .site_species = {0, 1}};
 *     TRY(build_lattice(&c, &l));
 *     struct build_mixture m = {.atoms = 4000, .density = 1.296, .fraction = {0.5, 0.5}, .species = s,
 *                               .seed = 1};
 *     TRY(build_mixture(&c, &m));
 *     TRY(build_velocities(&c, 0.6, 1.0, seed, 0));
 *
 * Positions are inside the cell, all three axes periodic, origin 0, ids 1 … N, images 0, step and time 0. The
 * arrays of c are replaced; c->units is left as the caller set it. */
#ifndef GLINT_SYSTEM_BUILD_H
#define GLINT_SYSTEM_BUILD_H

#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stdint.h>

enum { LATTICE_SITES = 24 };

/* A crystal structure: cell shape, centring, and the sites of the centred cell with ideal internal
 * coordinates. */
struct lattice {
    const char *name, *description;
    bool hexagonal;   /* a = b, 120 degrees between them; else a, b, c are perpendicular */
    double c_over_a;  /* ideal value; 1 for cubic ones */
    char centring;    /* 'P', 'I' (body) or 'F' (all faces) */
    int sites, kinds; /* before centring; kinds of sites: 1, or 2 for compounds (kind 0 is the minority) */
    struct lattice_site {
        double s[3];
        int kind;
    } site[LATTICE_SITES];
};

extern const struct lattice lattices[];               /* ends with an entry without a name */
const struct lattice *lattice_find(const char *name); /* not case sensitive; NULL: unknown */
int lattice_atoms(const struct lattice *l);           /* in one cell */
/* The lattice constant a for a number density; c_over_a 0: the ideal one. */
double lattice_constant(const struct lattice *l, double density, double c_over_a);

struct build_lattice {
    const struct lattice *lattice;
    double a, c_over_a; /* c_over_a 0: the ideal one */
    int64_t n[3];       /* cells along a, b, c */
    bool orthogonal;    /* hexagonal ones in the rectangular cell (a, a+2b, c) with twice the atoms */
    struct species species;
    int site_species[2]; /* the species on sites of kind 0 and 1; Laves phases AB2: kind 0 are the large A
                            sites */
};
status build_lattice(struct config *c, const struct build_lattice *o);

/* N atoms on the grid (simple, body- or face-centred; possibly stretched, some sites empty) with the largest
 * nearest distance that the box allows, each displaced at random by at most 4 % of that distance per
 * component: no two atoms are nearer than 0.86 of it. Composition exact: numbers by largest remainder,
 * species dealt by a seeded shuffle. */
struct build_mixture {
    int64_t atoms;
    double density;               /* atoms per volume */
    double aspect[3];             /* relative edge lengths; zeros: a cube */
    double fraction[SPECIES_MAX]; /* sums to 1 */
    struct species species;
    uint64_t seed;
};
status build_mixture(struct config *c, const struct build_mixture *o);

/* Velocities from the Maxwell–Boltzmann distribution at T, keyed by (seed, id, step); total momentum removed,
 * then scaled so that Σ m v² = (3N-3) kB T. Sums run over ascending ids: the same bits for any order of the
 * atoms. kB in mass·velocity² per temperature: 1 in reduced units, 0.8314462618 amu Å²/ps²/K for velocities
 * in Å/ps. T = 0 gives zeros. Fails (BAD_INPUT) for an unknown mass, or one atom at T > 0. */
status build_velocities(struct config *c, double temperature, double kB, uint64_t seed, uint64_t step);

#endif
