/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rise — the onset of a rise on heating: where the line of the glass meets the tangent at the steepest rise.
 *
 *     struct rise r;
 *     TRY(rise_find(&r, n, T, H, NULL));          T rising; H or the potential energy
 *     if (r.found) … r.x ± r.error (noise) ± r.systematic (windows)
 *     else … r.why                                a sentence; not an error
 *
 * Tangent: of all windows of T as wide as `width` (a twelfth of the range of T), an eighth of it apart, the
 * one whose line is steepest; `steepest` is its middle. Glass: a line through the rows from 0.5 to 0.75 of
 * that temperature, cut where the rows begin. The largest of many noisy slopes is too large by about two of
 * their errors: x then lies too near to `steepest`; a wider window trades this for smearing.
 *
 * error: moving-block bootstrap of the residuals of both lines, windows held (analysis/fit/window_line.h).
 * systematic: standard deviation of x over 27 choices: the two edges of the glass each moved by 0 or ± a
 * sixth of its width, and tangents 3/4, 1 and 4/3 as wide, each searched anew; low, high: their range.
 *
 * found means: the slopes differ by 4 of their errors, and x lies above the glass window and below the
 * steepest rise. */
#ifndef GLINT_ANALYSIS_FIT_RISE_H
#define GLINT_ANALYSIS_FIT_RISE_H

#include "analysis/fit/kink.h"

struct rise_options {
    double width;       /* of the tangent; 0: a twelfth of the range */
    double glass[2];    /* window in units of the steepest rise; 0: 0.5, 0.75 */
    int64_t replicates; /* of the bootstrap; 0: 500 */
    uint64_t seed;
};

struct rise {
    bool found;
    char why[256];
    double x, error, systematic, low, high;
    double width, steepest;
    struct kink_line glass, tangent;
    int variations;
};

status rise_find(struct rise *r, int64_t n, const double *T, const double *H, const struct rise_options *o);

#endif
