/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voronoi_cell — one Voronoi cell by Voro++ (Rycroft, Chaos 19, 041111, 2009), as C sees it.
 *
 *     struct voronoi_cell *c = voronoi_cell_new();
 *     voronoi_cell_start(c, half);                       a cube |x|, |y|, |z| ≤ half about the atom
 *     voronoi_cell_cut(c, d, r2, number);                keep what is nearer to the atom than to d
 *     voronoi_cell_faces(c, &f);
 *     voronoi_cell_delete(&c);
 *
 * The implementation, voronoi_cell.cc, is the only C++ of the project. Exceptions do not cross. Only the
 * cutting of one polyhedron is taken from the library: which atoms may cut, and in which order, is decided in
 * voronoi.c, so that every cell, with any boundary, is a function of the configuration alone. */
#ifndef GLINT_SYSTEM_VORONOI_CELL_H
#define GLINT_SYSTEM_VORONOI_CELL_H

#ifdef __cplusplus
extern "C" {
#endif

struct voronoi_cell;

struct voronoi_faces { /* owned by the cell, valid until its next call */
    int faces, vertices;
    const int *number;    /* of the cut that made the face; negative: a face of the starting cube */
    const double *area;   /* per face */
    const int *corner;    /* for each face: n, then n vertices in cyclic order */
    const double *vertex; /* 3 per vertex, from the atom */
    double volume;
};

enum { VORONOI_CELL_FAILED = -1, VORONOI_CELL_GONE = 0, VORONOI_CELL_LEFT = 1 };

struct voronoi_cell *voronoi_cell_new(void); /* NULL: out of memory */
void voronoi_cell_delete(struct voronoi_cell **c);
int voronoi_cell_start(struct voronoi_cell *c, double half);
/* The plane d·y = r2/2: r2 = |d|² is the mid plane, |d|² + R_i² − R_j² the radical plane. GONE: nothing of
 * the cell is left (radical cells only). */
int voronoi_cell_cut(struct voronoi_cell *c, const double d[3], double r2, int number);
/* The largest distance of a vertex from the atom, squared. */
double voronoi_cell_radius2(struct voronoi_cell *c);
int voronoi_cell_faces(struct voronoi_cell *c, struct voronoi_faces *f); /* FAILED: out of memory */

#ifdef __cplusplus
}
#endif

#endif
