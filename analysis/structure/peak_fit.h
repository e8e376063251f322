/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peak_fit — the first peak of a positive curve from scattered values: S(q) at every point of the reciprocal
 * lattice, or g(r) in bins so narrow that they do not matter.
 *
 *     struct peak_fit_data d = {.points = n, .frames = F, .x = x, .y = y,
 *                               .bin = b, .level = 0.5, .check = 0.7};
 *     struct peak_fit p;
 *     TRY(peak_fit_make(&p, &d));
 *     p.x ± p.error.x, p.height ± p.error.height, p.low, p.high
 *     p.why[0]: not fitted; the highest bin, error half a bin
 *
 * Where: values are averaged in bins of width `bin` from 0 on; the peak is the highest of the first stretch
 * above half of the largest bin; its range, [from, to], is where the bins exceed `level` of it, by
 * interpolation. low and high are where they cross half of the fitted height (NaN: they do not). These bins
 * only say which values are fitted.
 *
 * Fit: ln y is a cubic in x over the range. Values count with weight w (1 − t²), t from −1 to 1 across the
 * range (one that enters or leaves changes nothing), and scatter in proportion to the curve, as the intensity
 * at a point of a disordered sample does, which is exponentially distributed: Σ w (1 − t²) (y/f − 1) uᵏ = 0,
 * k = 0 … 3, solved by Fisher's scoring. That is local likelihood (R. Tibshirani, T. Hastie, J. Am. Stat.
 * Assoc. 82, 559 (1987)) of a gamma law with logarithmic link.
 *
 * Errors, one standard deviation each; `error` is the root of the sum of squares of sampling and range:
 *  - scatter: of the values about the curve (sandwich formula). Of frame means, if values of different points
 * are independent: right for a glass, too, whose frames repeat the same speckle. If `smeared` (g(r): one pair
 * moves over several bins), that of single frames, less what differs from frame to frame.
 *  - frames: delete-one jackknife over frames, the range held; 0 with one frame. Of scatter and frames the
 * larger counts; for independent frames they mean the same.
 *  - range: the shift to the same fit where the bins exceed `check` of the peak; 0 if that fails. What a
 * cubic misses grows with the fourth power of the range, so the shift is nearly all of it.
 *
 * No fit where frame means scatter by more than √3 of the curve, exponential ones by 1: a crystal. */
#ifndef GLINT_ANALYSIS_STRUCTURE_PEAK_FIT_H
#define GLINT_ANALYSIS_STRUCTURE_PEAK_FIT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct peak_fit_data {
    int64_t points, frames;
    const double *x;      /* [points], any order, not negative */
    const double *y;      /* [frames][points], not negative */
    const double *weight; /* [points], relative; NULL: 1 */
    bool smeared;         /* values of near points of one frame belong together */
    double bin, level, check;
};

struct peak_fit_value { /* of place and height */
    double x, height;
};
struct peak_fit {
    double x, height, low, high, from, to;
    struct peak_fit_value error, scatter, frames, range;
    int64_t used;  /* points in the range */
    char why[120]; /* not fitted; "" if it was */
};

/* Fails only for lack of memory. Everything is NaN where the values show no peak at all. */
status peak_fit_make(struct peak_fit *p, const struct peak_fit_data *d);

/* A rough place: peak_first of n bins from 0 on, `width` wide (NaN: empty), joined with these weights until
 * they are `least` wide, so that noise is no peak; NaN: none. */
status peak_rough(double *place, const double *y, const double *weight, int n, double width, double least);

#endif
