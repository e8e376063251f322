/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign_figure — one column of a campaign against one swept key: points with error bars over the seeds,
 * one curve for each combination of the other keys.
 *
 *     struct figure f;
 *     TRY(campaign_figure(&f, &table, column, key, "runs/pvd/figures"));
 *     if (f.drawn) …f.svg…                      figure.h
 *     figure_free(&f);
 *
 * The axis is logarithmic when the values are positive and span more than a factor of 30. A key whose values
 * are words, or have several units, is drawn at even distances with the words below. Data file
 * COLUMN-KEY-N.dat of curve N: x, mean, error, number of members. */
#ifndef GLINT_ANALYSIS_REPORT_CAMPAIGN_FIGURE_H
#define GLINT_ANALYSIS_REPORT_CAMPAIGN_FIGURE_H

#include "analysis/report/campaign_table.h"
#include "analysis/report/figure.h"

status campaign_figure(struct figure *f, const struct campaign_table *t, int column, int key,
                       const char *folder);

#endif
