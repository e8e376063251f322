/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample — the `atoms` block of an input: what a run starts from.
 *
 *     atoms: {N: 4000, Cu: 0.5, Zr: 0.5}                       a random mixture, see system/build.h
 *     atoms: {crystal: C15, species: [Zr, Cu], a: 7.0 angstrom, cells: [4, 4, 4]}
 *     atoms: {file: start.xyz}
 *
 * Mixture: fractions by the names of the potential's species, adding up to 1; without any, equal shares.
 * Standard density: 1.1 /sigma^3 in lj units; in metal units 0.93 of that of the solid elements at this
 * composition (atoms keep their volumes there; a melt is so much looser), 0.05 /angstrom^3 if a volume is not
 * known. Crystal: `species` are those on the two kinds of sites (AB2 compounds: the A sites first), in
 * compounds with two kinds; `a` or `density`; `c/a`, standard ideal; `cells` along a, b, c, or one number for
 * all. Hexagonal ones are made in the rectangular cell (a, √3 a, c) with twice the atoms.
 *
 * The owner of the input fills `species` (those of the potential) before the block is read, and gives
 * sample_table with sample_table_for to its key. */
#ifndef GLINT_SYSTEM_SAMPLE_H
#define GLINT_SYSTEM_SAMPLE_H

#include "input/schema.h"
#include "system/config.h"

struct lattice;
struct sample_input {
    struct species species; /* of the potential; count 0: not known, anything goes */
    int64_t N;              /* for a crystal: what its cells hold */
    double fraction[SPECIES_MAX];
    double density; /* number density; for a crystal: what `a` makes it */
    const char *crystal;
    struct input_words on_sites;
    double a, c_over_a; /* for a crystal given by its density: what that makes `a` */
    struct input_integers cells;
    const char *file; /* read by the owner; then only this is set, and a density for estimates */
};

extern const struct input_table
    sample_table; /* without the names of species: for the reference of the keys */
const struct input_table *sample_table_for(struct input *in, const struct tree_node *map, const void *field);

/* The mixture or crystal (not for a file), with the species of the potential, at rest. */
status sample_build(const struct sample_input *s, uint64_t seed, struct config *c);

#endif
