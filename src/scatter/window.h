/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window — the pixels of a speckle pattern: points (h,k,l) of a box's reciprocal lattice.
 *
 * shell   ("3D")  all points of the half space with low <= |q| <= high
 * plane   ("2D")  those of the shell with |q·n| < ½Δq, a flat cut through the peak; n is along
 *                 h a* + k b* + l c*, Δq the smaller of the lattice spacing 2π/V^(1/3) and
 *                 |h a* + k b* + l c*| of the shortest such (h,k,l)
 * spot    ("1D")  neighbouring points around one on the peak, or all disjoint such spots whose points all lie
 *                 in the range. Axes of a spot: reciprocal axes, from the most tangential to the most radial
 *                 at its centre
 * shells          n concentric shells of equal width between low and high
 * cone            the points of the shell within an angle of ± the normal
 *
 * Pixels are grouped: `group` numbers spots or shells; a TTCF averages over one group.
 *
 * Friedel: of ±q one pixel is kept (spots keep the sign of their centre), so every pixel is independent.
 * Under a changing box the (h,k,l) stay; q is that of the box the window was built for. A free axis of the
 * box is treated as if it were periodic: then intensities contain the shape of the sample along it, and the
 * description says so. Exact noise of n independent exponential pixels: C(t,t) = 2n/(n+1), s.d. of C(t1,t2)
 * √(n-1)/(n+1). */
#ifndef GLINT_SCATTER_WINDOW_H
#define GLINT_SCATTER_WINDOW_H

#include "base/status.h"
#include "scatter/peak.h"
#include "scatter/window_spec.h"
#include "system/box.h"

#include <stdint.h>

struct window {
    char name[WINDOW_NAME];
    enum window_kind kind;
    int64_t count;  /* pixels */
    int32_t *hkl;   /* 3 per pixel */
    double *q;      /* |q| in the box of window_build */
    int32_t *group; /* spot or shell of the pixel, ascending; 0 throughout for shell and plane */
    int64_t groups;
    int64_t *group_count;  /* pixels per group, all independent */
    int64_t n_independent; /* pixels a TTCF averages over: the smallest group_count */
    double weight;         /* points of the whole lattice a pixel stands for: 2 (±q) */
    double low, high;      /* the |q| range used; of the pixels for a spot at (h,k,l) */
    struct box box;
    char description[1024]; /* the convention in words and numbers, for files */
    char warning[160];      /* "" or why results of this window are weak */
};

/* The largest |q| a window given in numbers can have in this box, with a margin; 0 for one on the peak. S(q)
 * must reach so far to flatten it. */
double window_spec_highest_q(const struct window_spec *spec, const struct box *box);

/* `peak` may be NULL if no range refers to it. BAD_INPUT: no point in the window, a group with fewer than 2
 * pixels, a spot that contains (000) or both q and -q. A group with fewer than 3 pixels sets `warning`.
 * window_free. */
status window_build(struct window *w, const struct window_spec *spec, const struct box *box,
                    const struct peak *peak);
void window_free(struct window *w);

#endif
