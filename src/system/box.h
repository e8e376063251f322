/* SPDX-License-Identifier: GPL-3.0-or-later */
/* box — the simulation cell: three edge vectors, an origin, and which axes are periodic.
 *
 * Orthogonal and triclinic cells alike: h[0], h[1], h[2] are the edge vectors a, b, c (rows, right-handed),
 * in the length unit of the run. A position x has fractional coordinates s with x = origin + s0·a + s1·b +
 * s2·c. Along a free (non-periodic) axis the edge only sets the extent of the cell grid; atoms may leave it.
 * An image triple n says how many edges an atom was moved by wrapping: unwrapped = x + n0·a + n1·b + n2·c. */
#ifndef GLINT_SYSTEM_BOX_H
#define GLINT_SYSTEM_BOX_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct box {
    double h[3][3];
    double origin[3];
    bool periodic[3];
};

struct box box_orthogonal(double lx, double ly, double lz); /* periodic, origin 0 */
double box_volume(const struct box *b);
/* Distance between the two faces normal to reciprocal vector k: the thickness that limits a cutoff. */
double box_width(const struct box *b, int k);
/* inverse[i][j]: s_j = Σ_i (x_i - origin_i) inverse[i][j]. */
void box_inverse(const struct box *b, double inverse[3][3]);
/* Reciprocal vectors without the 2π: row k is a*_k, with a*_k · h_l = δ_kl. */
void box_reciprocal(const struct box *b, double reciprocal[3][3]);
void box_fractional(const struct box *b, const double inverse[3][3], const double x[3], double s[3]);
/* shift = n0·a + n1·b + n2·c, always evaluated in the same order (bits). */
void box_shift(const struct box *b, const int32_t n[3], double shift[3]);
/* Wrap x into the cell along the periodic axes; adds the removed triple to image. Idempotent to the bit:
 * wrapping a wrapped position changes nothing. */
void box_wrap(const struct box *b, const double inverse[3][3], double x[3], int32_t image[3]);
/* Nearest-image difference d = xj - xi (for analysis; exact for any cell whose widths exceed 2|d|). */
void box_nearest(const struct box *b, const double inverse[3][3], const double xi[3], const double xj[3],
                 double d[3]);
/* Fails (BAD_INPUT) for a flat, left-handed or non-finite cell. */
status box_check(const struct box *b);

#endif
