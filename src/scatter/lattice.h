/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lattice — points of the reciprocal lattice of a box, q = 2π(h a* + k b* + l c*): the only q at which a
 * periodic box has an intensity of its own; anywhere else the shape of the box shows (tails of (000) as large
 * as the glass). Friedel: with real form factors I(q) = I(-q) exactly, so only one of ±q counts. The half
 * space kept is h > 0, or h = 0 and k > 0, or h = k = 0 and l > 0; (000) is never a point. */
#ifndef GLINT_SCATTER_LATTICE_H
#define GLINT_SCATTER_LATTICE_H

#include "base/status.h"
#include "system/box.h"

#include <stdbool.h>
#include <stdint.h>

struct lattice_points {
    int64_t count;
    int32_t *hkl; /* 3 per point, ascending by h, k, l */
    double *q;    /* |q| in the box's inverse length unit */
};

/* 2π times the reciprocal vectors, one per row. */
void lattice_vectors(const struct box *box, double b[3][3]);
void lattice_q(const double b[3][3], const int32_t hkl[3], double q[3]);
double lattice_length(const double v[3]);
/* 2π / V^(1/3): the spacing of points, "one pixel". */
double lattice_spacing(const struct box *box);
/* True if hkl is in the half space kept; false for its opposite and for (000). */
bool lattice_half(const int32_t hkl[3]);
/* The point nearest to the vector q. */
void lattice_nearest(const struct box *box, const double q[3], int32_t hkl[3]);

/* All points of the half space with low <= |q| <= high. Arrays are the caller's: lattice_free. May be empty.
 * BAD_INPUT for more than 10^8 candidates. */
status lattice_points_find(struct lattice_points *p, const struct box *box, double low, double high);
void lattice_free(struct lattice_points *p);

#endif
