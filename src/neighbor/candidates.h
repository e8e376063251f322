/* SPDX-License-Identifier: GPL-3.0-or-later */
/* candidates — the atoms of all cells in reach of one cell, side by side: what the search for neighbors of
 * that cell's atoms looks through (part of list).
 *
 * A cell's neighborhood lies in some 25 rows of cells, far apart in memory. Copied, it serves every atom of
 * the cell as one long run of aligned vectors; walking the rows atom by atom costs more, for rows begin
 * anywhere in a line of the cache and end where no processor predicts it. And most of it serves the next
 * cell, too: cells come one after the other along z, so neighborhoods are cut into slabs across z, of five
 * runs of atoms each, and going on by a cell means to add a slab at one end and to forget one at the other.
 * Order: that of memory, z of the cells outermost, then y, x, within a cell by id: canonical (Law 1).
 *
 * Positions are 16-bit fixed point, modulo 2^16: two numbers in 32 bits. A quantum of 2^-12 σ leaves
 * differences of up to 8 σ in each direction, and a neighborhood has no larger ones; it displaces no atom by
 * more than half of it along an axis, wherever in space it is. Every atom is rounded from its own double
 * coordinates. */
#ifndef GLINT_NEIGHBOR_CANDIDATES_H
#define GLINT_NEIGHBOR_CANDIDATES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct domain;

/* Atoms as the search wants them: x (low half) and y (high half); z and a number for their species. */
struct search_atoms {
    uint32_t *xy, *zs;
    size_t n, capacity[2];
};
void search_atoms_free(struct search_atoms *a);
status search_atoms_reserve(struct search_atoms *a, size_t n);
/* All owned and halo atoms of the domain by slot, in quanta (`per_unit`: so many a length unit); one thread's
 * share. There must be room. */
void search_atoms_fill(struct search_atoms *a, const struct domain *d, double per_unit,
                       const uint16_t *species, int thread, int threads);

struct candidates_slab { /* the cells in reach at one z of a column */
    size_t begin, home;  /* its first candidate, and that of the column's own cell */
};
struct candidates {
    struct search_atoms atoms; /* whole vectors: zeros behind the last atom */
    uint32_t *entry;           /* 4 × slot, as in lists */
    size_t entries;            /* room for so many */
    struct candidates_slab *slab;
    size_t slabs;   /* room for so many: one for each z of the extended grid */
    uint32_t cell;  /* whose neighborhood this is; atoms.n = 0: none */
    uint32_t first; /* slot of its own first atom … */
    size_t home;    /* … and where among the candidates that is */
    size_t begin;   /* of the neighborhood, which ends at atoms.n; what is before it belongs to other cells */
};
/* The neighborhood of a cell of the domain's extended grid; quick for the next one of the same column. */
status candidates_gather(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                         uint32_t cell);
void candidates_free(struct candidates *c);

#endif
