/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list — full neighbor lists in canonical order.
 *
 * The list of an owned atom holds every atom closer than cutoff + inner_skin for its pair of species (and
 * perhaps some a little farther: the search rounds positions), in a fixed order: the
 * cells of the stencil (z outermost, then y, x), within a cell by id, which is that of memory. Each list is
 * padded to a multiple of `width` with the padding atom of the domain. Members, order and padding depend on
 * the global state only, never on ranks or threads (Law 1). Entries are offsets into x counted in doubles (4
 * × index), ready for addressing. Full lists: each pair is found from both sides, so a force is one sum over
 * one list, without atomics or reverse communication.
 *
 * Two skins. What is in the cells in reach of an atom's own is, as of the last rebuild of the domain, all
 * that is closer than cutoff + skin. As long as that suffices, lists whose inner skin is used up are pruned:
 * searched for again in the same cells, which need not be found, sorted or exchanged anew. Nothing is kept
 * of what is between the two skins: to look at some 650 atoms that lie side by side is cheaper than to walk a
 * list of 200 of them across memory (candidates.h), and needs no memory.
 *
 * A potential whose functions end at different distances (EAM: densities before pair energies) gives a near
 * range beside the cutoff. Its lists have two sections, each in canonical order and padded: first the
 * neighbors within near range + inner_skin, then the rest.
 *
 * A rebuild serves at most LIST_LIFETIME steps. */
#ifndef GLINT_NEIGHBOR_LIST_H
#define GLINT_NEIGHBOR_LIST_H

#include "base/isa.h"
#include "neighbor/candidates.h"
#include "neighbor/list_kernel.h"
#include "system/domain.h"

#include <stdbool.h>

enum { LIST_LIFETIME = 100 };

struct list_part { /* what one thread builds and uses: two ranges of the work order */
    _Alignas(
        64) uint32_t *j; /* lists of its atoms, one after the other. No two threads in a line of the cache */
    size_t used, capacity;
    size_t interior[2], boundary[2]; /* first and one past the last index into the work order */
    /* scratch: around the cells whose atoms have their turn, one for each column of a bundle */
    struct candidates candidates[DOMAIN_BUNDLE * DOMAIN_BUNDLE], *around;
    bool strays;                  /* may be among the candidates around */
    uint16_t *found, *near_found; /* scratch of one search */
    size_t found_capacity, near_capacity;
    status failure;
};
struct list_entry { /* per work-order index: where its list begins in its thread's part, its padded length,
                       and that of its near section, which comes first */
    size_t first;
    uint32_t length, near;
};

struct list {
    double cutoff[SPECIES_MAX][SPECIES_MAX];
    double near[SPECIES_MAX][SPECIES_MAX];
    double skin, inner_skin;
    double radius, inner_radius; /* largest cutoff + skin, + inner_skin */
    bool sections;               /* lists have near sections */
    double quantum;              /* of positions in the search: lists may hold atoms this × 4 too far away */
    uint16_t species[SPECIES_MAX]; /* in the search */
    bool strays[3][2]; /* an atom is so far beyond this free face (axis; low, high) that rounded positions
                          may take it for a near one */
    struct list_reach all[SPECIES_MAX], near_reach[SPECIES_MAX]; /* (cutoff, near range) + inner_skin */
    enum isa isa;
    size_t width; /* lanes of the kernels that walk the lists, a power of 2: SIMD_WIDTH unless set */
    int threads;
    struct list_part *part;
    struct list_entry *entry;
    size_t entry_capacity;
    struct search_atoms search;
};

/* cutoff, near: for every pair of species; near at most cutoff, 0 where there is no near section. Lists start
 * empty. */
status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX],
                  const double near[SPECIES_MAX][SPECIES_MAX], double skin, double inner_skin, int threads);
void list_free(struct list *l);

/* After domain_rebuild: list_prepare, by one thread. Then, and whenever lists are pruned: list_fill, by every
 * thread of the team its share, when the positions of the halo are present; after a barrier list_build, every
 * thread its part; then list_check, by one thread: the first failure of any part. */
status list_prepare(struct list *l, const struct domain *d);
void list_fill(struct list *l, const struct domain *d, int thread);
void list_build(struct list *l, const struct domain *d, int thread);
status list_check(const struct list *l);

/* True while no pair outside the lists can be inside the cutoff, for the largest displacement since they were
 * made and the compression of the cell since (1 − smallest scale factor; 0 for an expansion). */
static inline bool list_holds(const struct list *l, double displacement, double compression)
{
    double room = l->inner_skin - compression * l->inner_radius;
    return room > 0.0 && 2.0 * displacement < room;
}
/* True while the cells in reach hold every atom a list needs; displacement and compression since the
 * rebuild. */
static inline bool list_can_prune(const struct list *l, double displacement, double compression)
{
    double room = l->skin - l->inner_skin - compression * l->radius;
    return room > 0.0 && 2.0 * displacement < room;
}

int64_t list_slots(const struct list *l, size_t n_owned); /* padded entries of this rank, for reports */

#endif
