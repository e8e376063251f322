/* SPDX-License-Identifier: GPL-3.0-or-later */
/* panels — what stands side by side in the figures of a report: which windows of a stage, where, in what
 * colours.
 *
 *     const struct window_report *w[PANELS_MAX];
 *     int n = panels_windows(report, "hold", w);
 *     struct panels l = panels_columns(n, 0.075, 0.985, 0.055, 0.42);
 *     for (int i = 0; i < n; i++) {
 *         panels_begin(f, &l, i, 0.18, 0.84);              the next plot of the script stands there
 *         TRY(panels_curve(f, w[i], part, 0)); …
 *     }
 */
#ifndef GLINT_ANALYSIS_REPORT_PANELS_H
#define GLINT_ANALYSIS_REPORT_PANELS_H

#include "analysis/report/figure.h"
#include "analysis/report/pipeline.h"

enum { PANELS_MAX = 3 };

/* Columns of equal width. */
struct panels {
    double x0, width, gap; /* of the screen, 0 … 1 */
};

/* The windows of one stage, at most PANELS_MAX of them are drawn side by side; those of kind `shells` last.
 * Returns how many. */
int panels_windows(const struct report *r, const char *label, const struct window_report *w[PANELS_MAX]);

/* Colour range of the maps of one stage: 1st and 99th percentile of all elements off the diagonal. */
void panels_color_range(const struct window_report *const *w, int n, double *low, double *high);

/* n columns between x0 and x1, `gap` between them, none wider than `most`. */
struct panels panels_columns(int n, double x0, double x1, double gap, double most);
double panels_left(const struct panels *l, int i);
/* Column i between the heights bottom and top, appended to the script. */
void panels_begin(struct figure *f, const struct panels *l, int i, double bottom, double top);

/* R(t) of a row of the fits as data file `part`: lag, R, error. */
status panels_curve(struct figure *f, const struct window_report *w, const char *part, int row);

#endif
