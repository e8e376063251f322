/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_curves — the same curve measured in every frame: mean and error; the first peak of a curve.
 *
 *     struct frame_curves c = {0};
 *     for each frame: TRY(frame_curves_add(&c, n, y));               always the same n; NaN: no value
 *     frame_curves_mean(&c, mean, error);               error kept where only one frame has a value
 *     frame_curves_free(&c);
 *
 * Errors treat frames as independent.
 */
#ifndef GLINT_SYSTEM_FRAME_CURVES_H
#define GLINT_SYSTEM_FRAME_CURVES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* The first peak of a curve on an even grid x_k = first + k·step: the highest point of the first stretch
 * above half of the global maximum, refined by a parabola; low, high: where the curve crosses half the peak's
 * height (linear interpolation, NaN if it does not). Quick, and good to about a tenth of the step or of the
 * noise; a place with its error is analysis/structure/peak_fit.h. */
struct peak {
    double x, height, low, high;
};
struct peak peak_first(const double *y, int n, double first, double step);

struct frame_curves {
    int64_t frames, n;
    double *y; /* frames × n */
    size_t capacity;
};

status frame_curves_add(struct frame_curves *c, int64_t n, const double *y);
void frame_curves_mean(const struct frame_curves *c, double *mean, double *error);
void frame_curves_free(struct frame_curves *c);

#endif
