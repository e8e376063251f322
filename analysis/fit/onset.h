/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onset — where a heat capacity begins to rise on heating: the tangent construction of calorimetry.
 *
 *     struct onset o = {0};
 *     TRY(onset_find(&o, n, T, H, width, seed));        rows in the order of time, T rising
 *     o.x ± o.error, o.peak; o.T[i], o.c[i], i < o.points: the heat capacity dH/dT
 *     onset_free(&o);
 *
 * c is the slope of a line fitted to the rows within width/2 of T, at steps of width/2. The tangent at the
 * steepest rise of c (difference over one width) meets the baseline at x; the baseline is the mean of c over
 * the lower half of what lies between the first point and the steepest. x depends on width: state it.
 * error: bootstrap of 200 with blocks of half a width. found is false, and `why` says so, when the largest c
 * above the baseline is less than 4 of its errors, or the steepest rise has fewer than 4 points below it. */
#ifndef GLINT_ANALYSIS_FIT_ONSET_H
#define GLINT_ANALYSIS_FIT_ONSET_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct onset {
    bool found;
    char why[160];
    double x, error, width;
    double base, steepest, slope; /* c of the baseline; T and dc/dT of the tangent */
    double peak, peak_c;          /* T and c of the largest c */
    int64_t points;
    double *T, *c;
};

status onset_find(struct onset *o, int64_t n, const double *T, const double *H, double width, uint64_t seed);
void onset_free(struct onset *o);

#endif
