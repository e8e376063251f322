/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voronoi — the Voronoi tessellation of a configuration: volumes, neighbors with face areas, indices.
 *
 *     struct voronoi v = {0};
 *     TRY(voronoi_make(&v, &box, atoms, type, x, &(struct voronoi_options){0}));
 *     for (int64_t k = v.start[i]; k < v.start[i + 1]; k++) … v.face[k].atom, .area, .edges …
 *     voronoi_index(&v, i, 0.01, n);                 n[5] pentagons, faces below 1 % of the surface dropped
 *     voronoi_free(&v);
 *
 * Box: orthogonal or triclinic, each axis periodic or free. A cell starts as a cube about its atom and is cut
 * by the atoms around it in the order of their distance (voronoi_cell.h) until no further atom can reach it.
 * A cell that keeps a face of the cube, of half edge 2.5 mean distances, is `open`: it borders on a free
 * surface or a cavity, and its volume and index mean nothing. In a box that is periodic along all axes the
 * cube grows until the cell is closed.
 *
 * Plain: the plane between i and j is half way. Radical (power diagram): where the tangents to spheres of the
 * species' radii R are equal, at (r² + R_i² − R_j²)/2r from i; a small atom between large ones may have no
 * cell at all (volume 0, no face).
 *
 * Two filters against the small faces of thermal motion and of degenerate crystals; state both beside every
 * number:
 *  - edges (`edge` > 0, when the tessellation is made): every edge shorter than edge·R, R = (3V/4πN)^(1/3)
 *    the mean radius of all cells, is contracted: vertices connected by such edges, also in chains, become
 * one. A face then has as many edges as its boundary has changes of vertex; with fewer than three it is gone.
 * One R for all, so the cells that share an edge treat it alike. Areas, volumes and distances stay what they
 *    were.
 *  - area (f, when faces are counted): faces smaller than f times the surface of the cell are dropped; those
 *    next to them keep their number of edges. i may keep j while j drops i; a bond (voronoi_bond) needs both.
 *
 * Everything depends on the configuration alone: not on ranks or threads, bit for bit. Atoms are counted from
 * 0 as in x; sort a configuration by id before. Image triples refer to wrapped positions (nearby.h). */
#ifndef GLINT_SYSTEM_VORONOI_H
#define GLINT_SYSTEM_VORONOI_H

#include "base/status.h"
#include "system/box.h"
#include "system/config.h"

#include <stdbool.h>
#include <stdint.h>

struct voronoi_options {
    const double *radius; /* of each species: radical; NULL: plain */
    double edge;          /* contract edges shorter than this fraction of the mean radius; 0: none */
    int threads;          /* 0: as OpenMP says */
};

struct voronoi_face {
    int64_t atom; /* on the other side */
    int32_t image[3];
    int32_t edges;
    double area;
    double d[3], r; /* from the atom to the neighbor; |d| */
};

struct voronoi {
    int64_t atoms;
    int64_t *start;            /* atoms + 1 */
    struct voronoi_face *face; /* of each atom, sorted by atom and image; [start[atoms]] */
    double *volume, *surface;
    bool *open;
    int64_t open_count;
    double mean_radius; /* R above; along a free axis V ends at the outermost atoms */
};

/* BAD_INPUT for a radius or fraction out of range, FAILED without memory, UNPHYSICAL for a position that is
 * not finite or atoms on top of each other. */
status voronoi_make(struct voronoi *v, const struct box *box, int64_t atoms, const int32_t *type,
                    const double *x, const struct voronoi_options *o);
void voronoi_free(struct voronoi *v);

enum { VORONOI_EDGES = 11 };
/* n[e], e = 3 … 10: faces of atom i with e edges (10: or more) and at least f of the surface; n[0…2] are 0.
 */
void voronoi_index(const struct voronoi *v, int64_t i, double f, int n[VORONOI_EDGES]);
/* Faces of atom i with at least f of the surface. */
int voronoi_coordination(const struct voronoi *v, int64_t i, double f);

static inline bool voronoi_keeps(const struct voronoi *v, int64_t i, int64_t k, double f)
{
    return v->face[k].area >= f * v->surface[i];
}
/* The face of atom i towards image `image` of `atom`, or -1. */
int64_t voronoi_find(const struct voronoi *v, int64_t i, int64_t atom, const int32_t image[3]);
/* Whether face k of atom i is kept on both sides. */
bool voronoi_bond(const struct voronoi *v, int64_t i, int64_t k, double f);

#endif
