/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domain — the atoms of one rank and the halo it sees.
 *
 * Positions of owned and halo atoms live together in one array `x` of whole atoms (x, y, z, species bits; 32
 * bytes each), sorted by extended cell with x fastest and by id within a cell, so a row of cells is one run
 * of atoms. The rank's own atoms are a subset: owned atom i sits at x[slot[i]]. Velocities and forces are
 * kept for owned atoms only. Between rebuilds positions are not wrapped; an atom's image triple counts what
 * wrapping removed.
 *
 * A halo atom is its owner's x plus n·box with an integer triple n fixed at the rebuild, added once by the
 * receiver. That includes the periodic images of the rank's own atoms; one mechanism serves both (Law 1).
 *
 *     domain_load            collective: every rank passes the same configuration and keeps its own atoms
 *     by the team of threads of the rank, a rebuild:
 *       domain_rebuild       collective: wrap, find cells, migrate, sort, plan the halo, fill it
 *     and each step:
 *       domain_send          thread 0: start the exchange of what other ranks need: positions, or the number
 *                            per atom that a many-body potential shares with neighbors
 *       domain_fill_images   images of the rank's own atoms, shared among threads; packs them and the owned
 *                            ones when packed positions are kept
 *       domain_receive       thread 0: wait; then
 *       domain_fill_halo     atoms of other ranks, shared among threads
 *     domain_gather          collective: the whole configuration on rank 0, sorted by id
 *
 * Work order: order[0 … n_interior-1] are the owned atoms whose neighbors are all owned or images of owned
 * atoms, the rest touch other ranks; forces on the former are computed while messages travel. */
#ifndef GLINT_SYSTEM_DOMAIN_H
#define GLINT_SYSTEM_DOMAIN_H

#include "par/par.h"
#include "par/team.h"
#include "system/config.h"
#include "system/grid.h"
#include "system/packed.h"

#include <stddef.h>

/* The work order runs along z through bundles of so many times so many columns of cells. */
enum { DOMAIN_BUNDLE = 3 };

struct halo_run {      /* consecutive atoms that are copied with one shift */
    uint32_t from, to; /* in x (images) or in `received` (other ranks); in x */
    uint32_t count;
    int32_t image[3];
};
struct halo_peer {
    int rank;
    size_t first_run, runs;        /* of send_run */
    size_t send_first, send_count; /* in atoms, of send_buffer */
    size_t receive_first, receive_count;
};

struct domain {
    struct box box;
    struct species species;
    struct grid grid;
    struct brick brick;
    int64_t total;   /* atoms on all ranks */
    uint64_t frozen; /* atoms with ids up to this one have infinite mass: no force moves them */

    /* owned atoms */
    size_t n, capacity;
    uint64_t *id;
    int32_t *type;
    int32_t (*image)[3];
    double (*v)[4];         /* velocity, 1/mass */
    double (*f)[4];         /* force, potential energy (after an energy step) */
    double (*reference)[3]; /* position at the last rebuild */
    double (*pruned)[3];    /* position when the lists were made */
    uint32_t *slot;         /* where the atom is in x */
    uint32_t *cell;         /* extended cell the atom was in at the rebuild */
    uint32_t *order;        /* work order */
    size_t n_interior;

    /* owned and halo positions */
    double (*x)[4];
    double *shared;       /* a number per atom of x; that of the padding atom is 0 */
    struct packed packed; /* x in fixed point, where a mixed-precision kernel asked for it; filled with x */
    size_t n_extended, x_capacity,
        shared_capacity;  /* x[n_extended] is the padding atom, far from everything */
    int32_t extent[3];    /* cells of the extended brick per axis */
    uint32_t *cell_start; /* extended cells + 1: first atom in x */
    size_t cell_capacity;

    /* halo plan */
    struct halo_run *image_run, *halo_run, *send_run;
    size_t n_image_runs, image_run_capacity, n_halo_runs, halo_run_capacity, n_send_runs, send_run_capacity;
    struct halo_peer *peer;
    int n_peers;
    size_t peer_capacity;
    double (*send_buffer)[4], (*received)[4];
    size_t send_capacity, received_capacity;
    struct par_exchange *exchange;
    struct par_message *message_in, *message_out;
    size_t message_in_capacity, message_out_capacity;

    /* scratch of the rebuild */
    struct atom_record *record, *leaving; /* leaving: of those that go, by their new rank */
    uint32_t *local;                      /* cell of the brick that a record belongs to */
    uint32_t *sequence;                   /* which record is owned atom i */
    uint32_t *start;                      /* cells of the brick + 1: first owned atom */
    size_t record_capacity, leaving_capacity, local_capacity, sequence_capacity, start_capacity;
    void *arrived;
    size_t arrived_capacity;
    struct halo_source *source; /* of every extended cell */
    size_t source_capacity;
    atomic_bool lost; /* an atom is nowhere near the box */
    status rebuilt;
};

status domain_load(struct domain *d, const struct config *c); /* collective */
void domain_free(struct domain *d);
/* Keep positions packed, too, from the next rebuild on; list_radius: of all rebuilds to come. 0: no longer.
 */
void domain_pack(struct domain *d, double list_radius);
/* Collective, by every thread of the rank's team; all leave past a barrier, with the halo filled and the same
 * status. UNPHYSICAL: an atom is nowhere near the box. */
status domain_rebuild(struct domain *d, double list_radius, struct team *team, int thread);
status domain_reserve(struct domain *d, size_t n); /* room for n owned atoms */

enum domain_content { DOMAIN_POSITIONS, DOMAIN_SHARED };
void domain_send(struct domain *d, enum domain_content what);
void domain_receive(struct domain *d);
void domain_fill_images(struct domain *d, enum domain_content what, int thread, int threads);
void domain_fill_halo(struct domain *d, enum domain_content what, int thread, int threads);
/* The four of them for positions, without overlapping work, by every thread; all leave past a barrier. */
void domain_fill(struct domain *d, struct team *team, int thread);

/* Collective. On rank 0 fills c (wrapped positions, images, velocities; forces if wanted), sorted by id; c is
 * left empty elsewhere. Positions are wrapped for output only; the domain is not changed. */
status domain_gather(const struct domain *d, struct config *c, unsigned fields);
/* Collective: rank 0's configuration (without forces) on every rank. */
status domain_share_config(struct config *c);

#endif
