/* SPDX-License-Identifier: GPL-3.0-or-later */
/* candidates — the atoms of all cells in reach of one cell, side by side: what the search for neighbors of
 * that cell's atoms looks through (part of list).
 *
 * A cell's neighborhood is some 25 rows of cells that lie far apart in memory. Copied once, it serves every
 * atom of the cell as one long run of aligned vectors; walking the rows atom by atom costs more, for rows
 * begin anywhere in a line of the cache and end where no processor predicts it. Order: z of the cells
 * outermost, then y, x, within a cell by id: canonical (Law 1). */
#ifndef GLINT_NEIGHBOR_CANDIDATES_H
#define GLINT_NEIGHBOR_CANDIDATES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct domain;

/* Atoms as the search wants them, one array a property. */
struct search_atoms {
    float *x, *y, *z;
    int32_t *species;
    size_t n, capacity[4];
};
void search_atoms_free(struct search_atoms *a);
/* All owned and halo atoms of the domain by slot, positions rounded to floats. */
status search_atoms_fill(struct search_atoms *a, const struct domain *d);

struct candidates {
    struct search_atoms atoms; /* whole vectors: those behind the last atom are nowhere near */
    uint32_t *entry;           /* 4 × slot, as in lists */
    size_t entries;            /* room for so many */
    uint32_t cell;             /* whose neighborhood this is; atoms.n = 0: none */
    uint32_t first;            /* slot of its own first atom … */
    size_t home;               /* … and where among the candidates that is */
};
/* The neighborhood of a cell of the domain's extended grid. */
status candidates_gather(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                         uint32_t cell);
void candidates_free(struct candidates *c);

#endif
