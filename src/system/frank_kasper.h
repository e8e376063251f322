/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frank_kasper — Frank–Kasper centres of a tessellation, and the crystal they announce.
 *
 * Z12 <0,0,12,0>, Z14 <0,0,12,2>, Z15 <0,0,12,3>, Z16 <0,0,12,4>: the coordination shells with twelve
 * fivefold vertices and no two sixfold ones adjacent (F. C. Frank, J. S. Kasper, Acta Cryst. 11, 184, 1958).
 * Of the edges between a centre and its neighbors those through faces with six edges are the disclination
 * lines
 * ("major bonds").
 *
 * Laves phases AB2, in any stacking (C15, C14, C36, mixtures): every large atom is a Z16 whose neighbors are
 * 12 small and 4 large atoms, every small atom a Z12 of 6 + 6; the 4 are met through the faces with six
 * edges. A `Laves centre` is an atom of the large species that is a Z16 with 12 small neighbors. Two of them
 * are in one cluster if they are Voronoi neighbors through a face with six edges (in a crystal: its
 * diamond-like network of large atoms). Which species is large follows from the tessellation, not from a
 * table: the one with the largest mean cell volume; all others count as small.
 *
 *     struct laves l;
 *     TRY(laves_find(&l, &v, type, species));    l.centres of l.large_atoms; l.largest
 *
 * Positions are taken as they are. Thermal motion breaks the index of few of a crystal's atoms: in C15 of the
 * Wahnström mixture at T = 0.68, far above its glass transition, 93 % of the large atoms still count; in its
 * liquid at T = 0.6 and in liquid Cu–Zr at 600 K none does. */
#ifndef GLINT_SYSTEM_FRANK_KASPER_H
#define GLINT_SYSTEM_FRANK_KASPER_H

#include "base/status.h"
#include "system/config.h"
#include "system/voronoi.h"

#include <stdint.h>

/* 12, 14, 15 or 16 if atom i is a Frank–Kasper centre (faces below f of the surface dropped), else 0. Open
 * cells are none. */
int frank_kasper_kind(const struct voronoi *v, int64_t i, double f);

struct laves {
    int large;           /* species with the largest mean cell; -1: there is one species only */
    int64_t large_atoms; /* of it, without open cells */
    int64_t centres;     /* Laves centres among them */
    int64_t largest;     /* atoms (centres) of their largest cluster */
    double fraction;     /* centres/large_atoms; 0 without any */
};
/* No filter on areas. FAILED without memory. */
status laves_find(struct laves *l, const struct voronoi *v, const int32_t *type, int species);
/* The same of a configuration, tessellated for it. */
status laves_of_config(struct laves *l, const struct config *c, int threads);

#endif
