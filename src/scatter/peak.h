/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peak — S(q) measured on the reciprocal lattice, and its first peak.
 *
 * S(q) = ⟨|Σ_i f_i exp(iq·r_i)|²⟩ / Σ_i f_i², over all points of the half space with |q| below a limit,
 * averaged over |q| bins of half a lattice spacing and over the frames added. An ideal gas has S = 1. With
 * X-ray factors both sums use f(|q|). Usage:
 *
 *     struct structure *st = NULL;
 *     TRY(structure_new(&st, &box, atoms, &form, 0));     0: up to 1.6·2π ρ^(1/3), well past the first peak
 *     each frame:                                         (structure_add_config, where there is one process)
 *         TRY(structure_begin(st, &box));
 *         TRY(amplitude_add(st->amplitude, &atoms));
 *         amplitude_partial(st->amplitude, …);            sum over ranks
 *         TRY(structure_finish(st));
 *     struct peak peak;
 *     TRY(peak_find(&peak, st));
 *
 * The same S(q) flattens speckles: it is an average over all points of a |q| bin, never over the time of one
 * pixel, which would erase what is frozen in a glass. */
#ifndef GLINT_SCATTER_PEAK_H
#define GLINT_SCATTER_PEAK_H

#include "base/status.h"
#include "scatter/amplitude.h"
#include "scatter/form_factor.h"
#include "system/config.h"

#include <stdint.h>

struct structure {
    struct amplitude *amplitude;
    struct form_factors form;
    int64_t bins, frames;
    double width;    /* of a bin */
    double *q;       /* mean |q| of the bin's points in the box of structure_new */
    double *s;       /* S, mean over points and frames; NaN before the first frame */
    int64_t *points; /* independent points of the bin; bins without points are left out */
    double *sum;     /* private: Σ over frames and points */
    int64_t count;   /* private: points, their bins and |q| */
    int32_t *bin;
    double *point_q;
};

struct peak {
    double q, height; /* of the maximum, from a parabola through the upper quarter */
    double low, high; /* where S falls to half the height */
    double spacing;   /* the lattice spacing 2π/V^(1/3) it was measured with */
    int64_t frames;
};

status structure_new(struct structure **st, const struct box *box, int64_t atoms,
                     const struct form_factors *form, double q_most);
void structure_free(struct structure **st);
status structure_begin(struct structure *st, const struct box *box);
status structure_finish(struct structure *st);
status structure_add_config(struct structure *st, const struct config *c);
/* S at any q by linear interpolation between bins; the first or last value outside. */
double structure_at(const struct structure *st, double q);

/* The first maximum of at least 0.6 of the highest S, above 0.3 of the largest q (below, the shape of a film
 * shows). BAD_INPUT when there is no peak: the highest S is below 1.5, or the half height is not reached
 * within the bins. */
status peak_find(struct peak *peak, const struct structure *st);
/* The same for any table of S (q ascending); `points` are weights, may be NULL. */
status peak_find_table(struct peak *peak, int64_t bins, const double *q, const double *s,
                       const int64_t *points);

#endif
