/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kink — where two straight lines through a curve meet: the glass transition of H(T) or V(T) on cooling.
 *
 *     struct kink k;
 *     TRY(kink_find(&k, n, T, H, NULL));           rows in the order of time, T falling or rising
 *     if (k.found) … k.x ± k.error (noise) ± k.systematic (windows)
 *     else … k.why                                 a sentence; not an error
 *
 * A line is fitted to the rows of each of two windows of x, and x* is where the lines meet. The windows are
 * multiples of x* itself (0.4–0.7 and 1.15–1.5), so x* is iterated until it does not move; the start is the
 * best continuous broken line through all rows. Windows that reach beyond the rows are cut; each must keep 10
 * rows and a third of its width.
 *
 * error: moving-block bootstrap (Künsch, Ann. Stat. 17, 1217 (1989)) of the residuals of each line, windows
 * held; blocks of five statistical inefficiencies of the residuals (1 for white noise). systematic: standard
 * deviation of x* over 81 choices of the four edges, each moved by 0 or ± a sixth of its window's width;
 * low, high: the range of these.
 *
 * found means: the slopes differ by 4 of their errors, the steeper side is the upper one, and two lines
 * describe the rows of both windows better than one parabola (BIC with the number of independent rows), which
 * a straight line and a smooth bend do not pass. */
#ifndef GLINT_ANALYSIS_FIT_KINK_H
#define GLINT_ANALYSIS_FIT_KINK_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct kink_options {
    double lower[2], upper[2]; /* windows; all 0: 0.4 0.7, 1.15 1.5 */
    bool absolute;             /* the windows are x themselves: nothing to iterate */
    int64_t replicates;        /* of the bootstrap; 0: 500 */
    uint64_t seed;
};

struct kink_line {
    double from, to; /* first and last x of the rows used */
    int64_t rows;
    double slope, slope_error, intercept; /* y = intercept + slope x */
};

struct kink {
    bool found;
    char why[256];
    double x, error, systematic, low, high;
    struct kink_line lower, upper;
    double ratio[4]; /* the edges of the windows, uncut, in x* */
    int iterations, variations;
    int64_t block;   /* rows, of the window with the longer blocks */
    double evidence; /* BIC of the parabola − BIC of the lines: > 0 for a kink */
};

status kink_find(struct kink *k, int64_t n, const double *x, const double *y, const struct kink_options *o);

#endif
