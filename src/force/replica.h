/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica — the whole sample on every rank: atoms by ascending id, their periodic images, and full neighbor
 * lists, for force laws that are evaluated by code that knows nothing of ranks or periodic boundaries.
 *
 *     TRY(replica_gather(&r, domain));            collective: the first r.atoms particles
 *     TRY(replica_images(&r, &box, distance));    the rest: every image within `distance` of the cell
 *     TRY(replica_list(&r, &list, cutoff, false));
 *     … forces of atoms and images …
 *     replica_fold(&r, values, 3);                those of images added to their atoms
 *
 * Particles, their order and that of the lists follow from the configuration alone, so every rank has the
 * same bits. Positions are wrapped into the cell along periodic axes. An image is its atom plus n·box; n runs
 * over as many shells as the distance needs, so cells may be thinner than it. Cost and memory are those of
 * the whole sample on every rank. Start from {0}. */
#ifndef GLINT_FORCE_REPLICA_H
#define GLINT_FORCE_REPLICA_H

#include "base/status.h"
#include "system/domain.h"

struct replica_atom {
    double x[3];
    uint64_t id;
    int64_t type;
};

struct replica_list { /* neighbors of particle i: j[first[i]] … j[first[i + 1] - 1] */
    size_t *first;
    int *j;
    size_t first_capacity, capacity;
};

struct replica {
    size_t atoms, n;           /* atoms of all ranks; with images */
    struct replica_atom *atom; /* by ascending id */
    double *x;                 /* 3 per particle */
    int *home;                 /* the atom a particle is an image of; an atom's own number */
    struct replica_atom *mine; /* scratch: what this rank contributes */
    size_t *cell_first;        /* scratch of the search: particles by cell */
    int *cell_of, *by_cell;
    size_t atom_bytes, x_capacity, home_capacity, mine_capacity, cell_first_capacity, cell_of_capacity,
        by_cell_capacity;
};

/* Collective; all ranks agree. UNPHYSICAL when a position is not a number. */
status replica_gather(struct replica *r, const struct domain *d);
/* BAD_INPUT when there are more particles than an int can count (the cell is tiny beside the distance). */
status replica_images(struct replica *r, const struct box *b, double distance);
/* For every atom (of_images: every particle) all particles nearer than the cutoff. */
status replica_list(struct replica *r, struct replica_list *l, double cutoff, bool of_images);
/* values[home] += values[image], `width` numbers a particle, in the order of the images. */
void replica_fold(const struct replica *r, double *values, int width);
/* The number of the atom with this id; it must exist. */
size_t replica_find(const struct replica *r, uint64_t id);
void replica_free(struct replica *r);
void replica_list_free(struct replica_list *l);

#endif
