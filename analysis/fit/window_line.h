/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window_line — a straight line through the rows of a window of x, and its noise: what kink and rise share.
 *
 *     struct window_line a = window_line_fit(n, x, y, 0.1, 0.2);     rows with 0.1 ≤ x ≤ 0.2; a.rows may be 0
 *     x = window_line_meet(&a, &b);                                  not finite for parallel lines
 *     struct window_noise p = {0};
 *     GUARD(window_noise_make(&p, n, x, y, &a));                     residuals in the order of the rows
 *     struct window_line again = window_noise_redraw(&p, &a, seed, who);
 *     window_noise_free(&p);
 *
 * A redrawn line is the fitted one plus the line through residuals drawn in moving blocks (Künsch, Ann. Stat.
 * 17, 1217 (1989)) of five statistical inefficiencies (1 row for white noise), scaled for the two degrees of
 * freedom the line took and for what blocks lose at their ends. `who` numbers the draw. */
#ifndef GLINT_ANALYSIS_FIT_WINDOW_LINE_H
#define GLINT_ANALYSIS_FIT_WINDOW_LINE_H

#include "base/status.h"

#include <stdint.h>

struct window_line { /* y = mean_y + slope (x − mean_x) */
    int64_t rows;
    double slope, mean_x, mean_y, from, to; /* from, to: first and last x of the rows */
};
struct window_line window_line_fit(int64_t n, const double *x, const double *y, double low, double high);
double window_line_meet(const struct window_line *a, const struct window_line *b);

struct window_noise {
    int64_t n;
    double *x, *r; /* residuals */
    double g;      /* their statistical inefficiency */
};
status window_noise_make(struct window_noise *p, int64_t n, const double *x, const double *y,
                         const struct window_line *f);
void window_noise_free(struct window_noise *p);
int64_t window_noise_block(const struct window_noise *p);
struct window_line window_noise_redraw(const struct window_noise *p, const struct window_line *f,
                                       uint64_t seed, uint64_t who);

#endif
