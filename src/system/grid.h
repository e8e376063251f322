/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid — one cell grid for the whole box, and which rank owns which cells.
 *
 * The grid is made from the box and the list radius alone, in fractional coordinates, and stays until the
 * next rebuild; everything that depends on the order of atoms follows from it, never from the number of ranks
 * (Law 1). Cells are about half a list radius thick, so a neighbor is at most `reach` cells away along each
 * axis (two, or more in a box that is smaller than the list radius: then the same cell is met several times,
 * as images).
 *
 * Ranks own bricks of whole cells, cut along the axes; surplus ranks own nothing. A rank also sees a halo of
 * `reach` cells on every side: the cells of its extended brick, numbered with x fastest.
 *
 * Along periodic axes the bricks are equally thick. Along free axes, where a sample may fill a part of the
 * cell only (a film under vacuum), the cuts follow the load: grid_share puts them where they divide the atoms
 * per layer of cells best, by integers alone, so that all ranks find the same cuts. Cuts change who computes,
 * never what. */
#ifndef GLINT_SYSTEM_GRID_H
#define GLINT_SYSTEM_GRID_H

#include "system/box.h"

#include <stdint.h>

enum { GRID_CUTS = 64 }; /* ranks along a free axis at most */

struct brick {
    int32_t low[3], high[3]; /* cells low … high-1 along each axis */
};

struct grid {
    int32_t n[3];     /* cells per axis */
    int32_t reach[3]; /* halo thickness in cells */
    bool periodic[3];
    double inverse[3][3], origin[3]; /* of the box at the rebuild */
    int32_t ranks[3];                /* ranks per axis; the product may be less than the number of ranks */
    int32_t cut[3][GRID_CUTS + 1];   /* along free axes: part i is cells cut[i] … cut[i+1]-1 */
};

/* The grid of a box for a list radius, shared out among `ranks` ranks as if it were evenly filled. */
struct grid grid_make(const struct box *box, double list_radius, int ranks);
/* Share the same cells out anew. atoms[k]: exact number of atoms in each of the n[k] layers of cells along
 * the free axis k; NULL: evenly filled (and always for periodic axes). */
void grid_share(struct grid *g, int ranks, const int64_t *const atoms[3]);
/* The cell of a wrapped position. Atoms beyond a free face count to the outermost cell. */
void grid_cell(const struct grid *g, const double x[3], int32_t cell[3]);
int64_t grid_cell_number(const struct grid *g, const int32_t cell[3]); /* x fastest */
int grid_active(const struct grid *g);                                 /* ranks that own cells */
struct brick grid_brick(const struct grid *g, int rank);               /* empty for a surplus rank */
int grid_owner(const struct grid *g, const int32_t cell[3]);

/* Global cell and image of coordinate e (possibly outside 0 … n-1) along one axis; false beyond a free face.
 */
bool grid_fold(const struct grid *g, int axis, int32_t e, int32_t *cell, int32_t *image);

#endif
