/* SPDX-License-Identifier: GPL-3.0-or-later */
/* potential — what a force law is, and the table of those built in.
 *
 * A potential_kind is a constant record: name, what it is for, reference, its options, and functions. To add
 * one: a file with a `const struct potential_kind`, and a line in potential.c. A SPEC is what users type:
 *     wahnstrom                                    defaults
 *     wahnstrom:cutoff=2.5ij,shift=force           options after a colon, separated by commas
 *     cuzr:m19                                     the first word after the colon may be a name
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

enum { POTENTIAL_SPEC = 512 };

/* Mixed: pair terms in float from exact differences of positions; sums, energies, motion in double. */
enum precision { PRECISION_DOUBLE, PRECISION_MIXED };
extern const char *const potential_precisions[]; /* "double", "mixed", NULL */

/* What one thread is asked to do in one pass. Forces have the same bits with and without sums. */
struct potential;
struct force_work {
    const struct potential *potential;
    const struct domain *domain;
    const struct list *list;
    int thread, pass;        /* pass: 0 … kind->passes-1 */
    const size_t *range;     /* [2]: first and one past the last index into the work order */
    struct force_sums *sums; /* energies and virials too; NULL: forces only */
};

struct potential_kind {
    const char *name, *summary, *reference;
    const char *units;      /* "lj" or "metal" */
    const char *options;    /* for people: "cutoff=2.5aa|2.5ij, shift=none|energy|force" */
    struct species species; /* names and masses, in order; count 0: make() says which */
    /* 1, or 2 when forces need a number of each neighbor that follows from its own neighbors (EAM: the slope
     * of its embedding energy). Pass 0 writes it to domain->shared[slot] of each owned atom; before pass 1
     * the halo holds it, too. */
    int passes;
    /* Parse the options (text after the colon, may be empty) into p->parameters and p->cutoff. */
    status (*make)(struct potential *p, const char *options);
    /* Energies in force[3] when there are sums. */
    void (*compute)(const struct force_work *w);
    /* The same in mixed precision, from the packed positions of the domain; NULL: there is none. */
    void (*compute_mixed)(const struct force_work *w);
    /* Instead of compute: a model that must see the whole sample at once (slow). Collective, by thread 0 of
     * every rank; forces (and energies in force[3]) of the owned atoms, sums of this rank's atoms when not
     * NULL. The same bits for any number of ranks. */
    status (*compute_whole)(const struct potential *p, struct domain *d, struct force_sums *sums);
    void (*release)(struct potential *p);
};

struct potential {
    const struct potential_kind *kind;
    struct species species;
    double cutoff[SPECIES_MAX][SPECIES_MAX];
    double near[SPECIES_MAX][SPECIES_MAX]; /* range of the first section of the lists (list.h); 0: none */
    char description[640];                 /* the convention in words, for every output */
    char spec[POTENTIAL_SPEC];             /* canonical SPEC with all options written out */
    const char *double_only; /* set by make(): why these options have no mixed-precision kernel */
    void *parameters;
};

extern const struct potential_kind *const potential_kinds[]; /* NULL-terminated */

status potential_make(struct potential *p, const char *spec);
/* BAD_INPUT if the potential has no kernel of this precision. */
status potential_check_precision(const struct potential *p, enum precision precision);
/* "double" or "mixed" of a command line; NULL: double. */
status precision_parse(const char *word, enum precision *precision);
void potential_free(struct potential *p);

/* Helper for make(): the value of option `key` in "key=value,key=value", or `fallback`; every key must be in
 * the NULL-terminated list of known ones. */
status potential_option(const char *options, const char *key, const char *fallback, char *value, size_t size);
status potential_check_options(const char *kind, const char *options, const char *const *known);

/* Prepare a configuration that was read from a file for the engine: species renumbered to those of the
 * potential, by name; masses are the configuration's when it gives them, else the potential's; time and
 * velocities from the units of files into internal ones. BAD_INPUT for an unknown species. */
status potential_adopt(const struct potential *p, struct config *c);

#endif
