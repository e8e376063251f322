/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration — a straight line through points, read backwards: which x belongs to this y?
 *
 *     struct calibration c;
 *     TRY(calibration_fit(&c, n, x, y));                        n ≥ 2, not all x equal; else c.n = 0
 *     struct calibration_point p = calibration_invert(&c, y, y_error);
 *     p.x ± p.error, p.extrapolated
 *
 * Least squares with equal weights; the scatter about the line gives the error (NaN for n = 2):
 *     x = (y − a)/b,   var x = (s² [1/n + (x − x̄)²/Σ(x_i − x̄)²] + σ_y²)/b²,   s² = Σ r²/(n − 2)
 * (first order in the errors: b must be large against its own). extrapolated: x beyond the points. */
#ifndef GLINT_ANALYSIS_FIT_CALIBRATION_H
#define GLINT_ANALYSIS_FIT_CALIBRATION_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct calibration {
    int64_t n;
    double slope, slope_error, mean_x, mean_y, spread /* Σ(x − x̄)² */, scatter /* s */, low, high;
};
struct calibration_point {
    double x, error;
    bool extrapolated;
};

/* Is b known to a third? Else nothing should be read backwards. Two points do not know. */
bool calibration_is_steep(const struct calibration *c);

status calibration_fit(struct calibration *c, int64_t n, const double *x, const double *y);
/* Points that are known to `error` each, from elsewhere: the scatter, small by chance where they are few, is
 * at least that. */
void calibration_points_known_to(struct calibration *c, double error);
struct calibration_point calibration_invert(const struct calibration *c, double y, double y_error);
double calibration_at(const struct calibration *c, double x);
/* The y of the line at x, in .x, with its error; NaN without a line. */
struct calibration_point calibration_read(const struct calibration *c, double x);

#endif
