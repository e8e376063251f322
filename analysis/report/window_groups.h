/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window_groups — the relaxation of every spot or shell of one q window.
 *
 *     struct window_groups g;
 *     TRY(window_groups_measure(&g, path, &correlate_options, power));   a window with one group: g.n = 0
 *     TRY(window_groups_write(&g, &results, title));                     /entry/glint/<title>/groups, …/mean
 *     window_groups_free(&g);
 *
 * Each group is correlated by itself, as the first one is in window_report.h: frames → TTCF → g2 of the whole
 * record → R, to which KWW is fitted, amplitude free, baseline 0, with one Siegert power. For shells that
 * is τ(q) and β(q).
 *
 * Spots at equivalent places of the first peak are samples of one thing, so their mean is worth having:
 *
 *     G(t) = Σ_s (g2_s(t) − g∞_s)/S,   R(t) = G(t)/G(first lag ≥ 1)
 *
 * with errors by leaving out one spot at a time (jackknife; the plateau G(first lag) kept), which know
 * nothing of correlations in time and need no block length. Their KWW fit is that of a mean of relaxing
 * things: a spread of τ among spots lowers β below that of each.
 *
 * Of more than GROUPS_MOST groups, or of long records so many that the matrices would need more than
 * GROUPS_ELEMENTS elements together, every m-th is taken. */
#ifndef GLINT_ANALYSIS_REPORT_WINDOW_GROUPS_H
#define GLINT_ANALYSIS_REPORT_WINDOW_GROUPS_H

#include "analysis/cmd/correlate_run.h"
#include "analysis/fit/relaxation.h"
#include "analysis/report/results.h"

enum { GROUPS_MOST = 400 };
static const double GROUPS_ELEMENTS = 1e10;

struct window_group {
    int64_t number, pixels;
    double q, q_low, q_high, s; /* mean and range of |q|, mean S(|q|) given with the frames; NaN: unknown */
    struct relaxation_fit fit;
    bool fitted;
};
struct window_groups {
    int64_t n, total; /* looked at; in the window */
    struct window_group *group;
    int power;  /* Siegert power of all fits here */
    bool spots; /* their mean exists: */
    int64_t lags;
    double *lag; /* lags numbers, in the time unit of the frames */
    struct window_mean {
        double *R, *error; /* lags numbers; NULL: not there */
        struct relaxation_fit fit;
        bool fitted;
    } mean, field;       /* R; f2 */
    int64_t independent; /* pixels of a spot */
    char time_unit[16], q_unit[24];
};

status window_groups_measure(struct window_groups *g, const char *path, const struct correlate_options *o,
                             int power);
status window_groups_write(const struct window_groups *g, struct results *r, const char *title);
void window_groups_free(struct window_groups *g);

#endif
