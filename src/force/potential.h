/* SPDX-License-Identifier: GPL-3.0-or-later */
/* potential — what a force law is, and the table of those built in.
 *
 * A potential_kind is a constant record: name, what it is for, reference, its options, and functions. To add
 * one: a file with a `const struct potential_kind`, and a line in potential.c. A SPEC is what users type:
 *     wahnstrom                                    defaults
 *     wahnstrom:cutoff=2.5ij,shift=force           options after a colon, separated by commas
 *
 * Energies are per atom: an atom owns half of each of its pair energies. The virial of an atom is
 * w_ab = ½ Σ_j r_a f_b (r from j to i, f on i), so the pressure is P = (2K + tr W)/3V. */
#ifndef GLINT_FORCE_POTENTIAL_H
#define GLINT_FORCE_POTENTIAL_H

#include "base/status.h"
#include "base/sums.h"
#include "neighbor/list.h"
#include "system/config.h"

enum { VIRIAL_XX, VIRIAL_YY, VIRIAL_ZZ, VIRIAL_XY, VIRIAL_XZ, VIRIAL_YZ, VIRIALS };

struct force_sums {
    struct sum energy, virial[VIRIALS];
};

struct potential;
struct potential_kind {
    const char *name, *summary, *reference;
    const char *units;      /* "lj" or "metal" */
    const char *options;    /* for people: "cutoff=2.5aa|2.5ij, shift=none|energy|force" */
    struct species species; /* names and masses, in order */
    /* Parse the options (text after the colon, may be empty) into p->parameters and p->cutoff. */
    status (*make)(struct potential *p, const char *options);
    /* Forces on the atoms of one thread's range of the work order; energies and virials too when sums is
     * given. Same force bits either way. */
    void (*compute)(const struct potential *p, const struct domain *d, const struct list *l, int thread,
                    const size_t range[2], bool prune, struct force_sums *sums);
    void (*release)(struct potential *p);
};

struct potential {
    const struct potential_kind *kind;
    struct species species;
    double cutoff[SPECIES_MAX][SPECIES_MAX];
    char description[256]; /* the convention in words, for every output */
    char spec[128];        /* canonical SPEC with all options written out */
    void *parameters;
};

extern const struct potential_kind *const potential_kinds[]; /* NULL-terminated */

status potential_make(struct potential *p, const char *spec);
void potential_free(struct potential *p);

/* Helper for make(): the value of option `key` in "key=value,key=value", or `fallback`; every key must be in
 * the NULL-terminated list of known ones. */
status potential_option(const char *options, const char *key, const char *fallback, char *value, size_t size);
status potential_check_options(const char *kind, const char *options, const char *const *known);

/* Renumber the species of a configuration to those of the potential, by name; masses are the configuration's
 * when it gives them, else the potential's. BAD_INPUT for an unknown species. */
status potential_match_species(const struct potential *p, struct config *c);

#endif
