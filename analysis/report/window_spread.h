/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window_spread — fluctuation of the contrast against the number of pixels, and over the spots of a window:
 * the part of window_report.h that needs the frames themselves.
 *
 * window_spread_measure fills spread, spots, spot, all_pixels; window_spread_write stores them as tables
 * `spread` and `spots`. The random subsets are drawn with Philox (seed 1): the same for any number of
 * threads. */
#ifndef GLINT_ANALYSIS_REPORT_WINDOW_SPREAD_H
#define GLINT_ANALYSIS_REPORT_WINDOW_SPREAD_H

#include "analysis/report/window_report.h"

status window_spread_measure(struct window_report *w, const char *path, const struct report_options *o);
status window_spread_write(const struct window_report *w, struct results *r);

#endif
