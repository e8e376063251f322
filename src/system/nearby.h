/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearby — the atoms within a distance of an atom, images included, in any box.
 *
 *     struct nearby n = {0};
 *     TRY(nearby_make(&n, &box, atoms, x));
 *     struct nearby_list list = {0};                    one for each thread
 *     TRY(nearby_find(&n, i, radius, &list));           list.atom[0 … list.n-1]
 *     nearby_list_free(&list);  nearby_free(&n);
 *
 * For analyses of whole configurations; the engine has its own lists. Atoms are held wrapped, in cells of
 * about two atoms. The list is sorted by distance, then atom, then image, and holds every image within the
 * radius but the atom itself, so a cell of a single atom works too; it depends on the configuration only,
 * not on threads. Image triples refer to the wrapped positions: neighbor = x[atom] + image·box. After
 * nearby_make everything is read only: any number of threads may search at once. */
#ifndef GLINT_SYSTEM_NEARBY_H
#define GLINT_SYSTEM_NEARBY_H

#include "base/status.h"
#include "system/box.h"

#include <stddef.h>
#include <stdint.h>

struct nearby_atom {
    int64_t atom;
    int32_t image[3];
    double d[3], r2; /* from the atom searched from to this one; |d|² */
};
struct nearby_list {
    struct nearby_atom *atom;
    size_t n, capacity;
};

struct nearby {
    struct box box;
    int64_t atoms;
    double spacing;  /* (volume per atom)^(1/3); along a free axis the volume ends at the outermost atoms */
    double *x;       /* 3 per atom, wrapped */
    int m[3];        /* cells per axis */
    double width[3]; /* thickness of a cell */
    double low[3], scale[3]; /* cell = (s − low)·scale */
    int64_t *cell;           /* of each atom */
    int64_t *start, *member; /* atoms of a cell, ascending */
};

/* UNPHYSICAL for a position that is not finite, BAD_INPUT without atoms. */
status nearby_make(struct nearby *n, const struct box *box, int64_t atoms, const double *x);
void nearby_free(struct nearby *n);
status nearby_find(const struct nearby *n, int64_t atom, double radius, struct nearby_list *list);
void nearby_list_free(struct nearby_list *list);

#endif
