/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list — full neighbor lists in canonical order.
 *
 * The list of an owned atom holds every atom closer than cutoff + skin for its pair of species, in a fixed
 * order: the rows of cells of the stencil (z outermost, then y), within a row by cell and id. Members, order
 * and padding depend on the global state only, never on ranks or threads (Law 1). Each list is padded to a
 * multiple of SIMD_WIDTH with the padding atom of the domain. Entries are offsets into x counted in doubles
 * (4 × index), ready for addressing. Full lists: each pair is found from both sides, so a force is one sum
 * over one list, without atomics or reverse communication.
 *
 * A list stays valid until some atom may have crossed the skin: list_holds. It lives at most LIST_LIFETIME
 * steps. */
#ifndef GLINT_NEIGHBOR_LIST_H
#define GLINT_NEIGHBOR_LIST_H

#include "base/isa.h"
#include "system/domain.h"

enum { LIST_LIFETIME = 100 };

struct list_part { /* what one thread builds and uses: two ranges of the work order */
    uint32_t *j;
    size_t used, capacity;
    size_t interior[2], boundary[2]; /* first and one past the last index into the work order */
    status failure;
};

struct list {
    double cutoff[SPECIES_MAX][SPECIES_MAX];
    double skin, radius;            /* radius = largest cutoff + skin */
    double radius2[SPECIES_MAX][8]; /* squared list radii, tables by species of the neighbor */
    enum isa isa;
    int threads;
    struct list_part *part;
    size_t *first;    /* per work-order index: where its list begins in its thread's part */
    uint32_t *length; /* padded */
    size_t capacity, length_capacity;
    double *sx, *sy, *sz,
        *sw; /* coordinates of owned and halo atoms, one array a component, for the search */
    size_t search_capacity[4];
};

/* cutoff: for every pair of species. Lists start empty. */
status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX], double skin,
                  int threads);
void list_free(struct list *l);

/* After domain_rebuild: prepare (one thread), then build (every thread of the team its part), then check (one
 * thread; the first failure of any part). */
status list_prepare(struct list *l, const struct domain *d);
void list_build(struct list *l, const struct domain *d, int thread);
status list_check(const struct list *l);

/* True while no pair outside the list can be inside the cutoff: the largest displacement since the rebuild,
 * and the compression of the cell (1 - smallest scale factor, 0 for an expansion) leave the skin uncrossed.
 */
static inline bool list_holds(const struct list *l, double displacement2, double compression)
{
    double room = l->skin - compression * l->radius;
    return room > 0.0 && 4.0 * displacement2 < room * room;
}

int64_t list_slots(const struct list *l, size_t n_owned); /* padded entries of this rank, for reports */

#endif
