/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list — full neighbor lists in canonical order, in two layers.
 *
 * The outer list of an owned atom holds every atom closer than cutoff + skin for its pair of species (and
 * perhaps some a little farther: the search is made in single precision with a margin), in a fixed order: the
 * cells of the stencil (x outermost, then z, y), within a cell by id. The inner list, which the
 * forces use, is what is left of it within cutoff + inner_skin; it is made from the outer list, in the same
 * order, whenever some atom has used up the inner skin (pruning). The force kernel does that atom by atom,
 * before it walks the list (list_kernel.h), while neighbors and entries are in the cache. Members,
 * order and padding depend on the global state only, never on ranks or threads (Law 1). Each list is padded
 * to a multiple of `width` with the padding atom of the domain. Entries are offsets into x counted in
 * doubles (4 × index), ready for addressing. Full lists: each pair is found from both sides, so a force is
 * one sum over one list, without atomics or reverse communication.
 *
 * A potential whose functions end at different distances (EAM: densities before pair energies) gives a near
 * range beside the cutoff. Its inner lists have two sections, each in canonical order and padded: first the
 * neighbors within near range + inner_skin, then the rest.
 *
 * An outer list lives at most LIST_LIFETIME steps. */
#ifndef GLINT_NEIGHBOR_LIST_H
#define GLINT_NEIGHBOR_LIST_H

#include "base/isa.h"
#include "neighbor/candidates.h"
#include "system/domain.h"

enum { LIST_LIFETIME = 100 };

struct list_layer { /* lists of one thread's atoms, one after the other */
    uint32_t *j;
    size_t used, capacity;
};
struct list_part { /* what one thread builds and uses: two ranges of the work order */
    struct list_layer outer, inner;
    size_t interior[2], boundary[2]; /* first and one past the last index into the work order */
    /* scratch: around the cells whose atoms have their turn, one for each row of a bundle */
    struct candidates candidates[DOMAIN_BUNDLE * DOMAIN_BUNDLE], *around;
    uint32_t *rest;                /* scratch: what is not in the near section of one list */
    size_t rest_capacity, longest; /* longest outer list */
    status failure;
};
struct list_entry { /* per work-order index: where its list begins in its thread's layer, its padded length,
                       and that of its near section, which comes first (inner lists with a near range) */
    size_t first;
    uint32_t length, near;
};

struct list {
    double cutoff[SPECIES_MAX][SPECIES_MAX];
    double skin, inner_skin;
    double radius, inner_radius; /* largest cutoff + skin, + inner_skin */
    double search_radius;        /* largest cutoff + skin + margin of the search */
    /* squared, tables by species of the neighbor; near_radius2: near range + inner_skin */
    double inner_radius2[SPECIES_MAX][8], near_radius2[SPECIES_MAX][8];
    float search_radius2[SPECIES_MAX][8]; /* cutoff + skin + margin, squared */
    enum isa isa;
    size_t width; /* lanes of the kernels that walk the lists: SIMD_WIDTH unless set */
    int threads;
    struct list_part *part;
    struct list_entry *outer, *inner;
    size_t outer_capacity, inner_capacity;
    struct search_atoms search;
};

/* cutoff, near: for every pair of species; near at most cutoff, 0 where there is no near section. Lists start
 * empty. */
status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX],
                  const double near[SPECIES_MAX][SPECIES_MAX], double skin, double inner_skin, int threads);
void list_free(struct list *l);

/* After domain_rebuild: prepare (one thread), then build (every thread of the team its part), then check (one
 * thread; the first failure of any part). The force computation that follows must make the inner lists. */
status list_prepare(struct list *l, const struct domain *d);
void list_build(struct list *l, const struct domain *d, int thread);
status list_check(const struct list *l);

/* True while no pair outside the inner list can be inside the cutoff, for the largest displacement since the
 * pruning and the compression of the cell since (1 − smallest scale factor; 0 for an expansion). */
static inline bool list_holds(const struct list *l, double displacement, double compression)
{
    double room = l->inner_skin - compression * l->inner_radius;
    return room > 0.0 && 2.0 * displacement < room;
}
/* True if the outer list still holds every pair a pruned list needs; displacement and compression since the
 * rebuild. */
static inline bool list_can_prune(const struct list *l, double displacement, double compression)
{
    double room = l->skin - l->inner_skin - compression * l->radius;
    return room > 0.0 && 2.0 * displacement < room;
}

int64_t list_slots(const struct list *l, size_t n_owned); /* padded inner entries of this rank, for reports */

#endif
