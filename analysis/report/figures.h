/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures — the figures of a report, drawn from its numbers (see figure.h for what a figure leaves behind).
 *
 *     struct figures g = {0};
 *     TRY(figures_draw(&g, &report, "runs/a/figures"));
 *     const struct figure *f = figures_find(&g, "ttcf", "hold");     NULL: not there
 *     figures_free(&g);
 *
 * Keys: "sample"; "transition" of a cooling ramp; for every observed stage LABEL ("" if only one): "ttcf"
 * (maps on one colour scale, window drawn in the upper left, which repeats the lower right), "contrast",
 * "g2", "relaxation", "groups" (shells and spots one by one), "fluctuations", "structure", "motion",
 * "waiting", "ages" (waiting times by age); "temperatures" (exponents of several stages). Below the maps, if
 * known, the atoms that move per 50 time units. A figure whose data are missing is left out. The name of the
 * files is KEY or KEY-LABEL. */
#ifndef GLINT_ANALYSIS_REPORT_FIGURES_H
#define GLINT_ANALYSIS_REPORT_FIGURES_H

#include "analysis/report/figure.h"
#include "analysis/report/pipeline.h"

enum { FIGURES_MAX = 200 };

struct figures {
    int n;
    char key[FIGURES_MAX][24], label[FIGURES_MAX][RUN_NAME];
    struct figure *figure;
};

status figures_draw(struct figures *g, const struct report *r, const char *folder);
const struct figure *figures_find(const struct figures *g, const char *key, const char *label);
void figures_free(struct figures *g);

/* One figure each; `f` has been begun. (figures_sample.c, figures_speckle.c, figures_relaxation.c,
 * figures_groups.c, figures_atoms.c, figures_waiting.c, figures_ages.c) */
/* m: whose movers are drawn below the maps; NULL: none. */
status figure_ttcf(struct figure *f, const struct window_report *const *w, int n,
                   const struct motion_report *m);
bool figure_ttcf_has_movers(const struct motion_report *m);
status figure_contrast(struct figure *f, const struct window_report *const *w, int n);
status figure_g2(struct figure *f, const struct window_report *const *w, int n);
status figure_relaxation(struct figure *f, const struct window_report *const *w, int n);
/* Windows of the stage with shells or with spots; at least one of them must exist for the figure. */
const struct window_report *figure_groups_shells(const struct report *r, const char *label);
const struct window_report *figure_groups_spots(const struct report *r, const char *label);
status figure_groups(struct figure *f, const struct report *r, const char *label);
status figure_fluctuations(struct figure *f, const struct window_report *const *w, int n);
status figure_sample(struct figure *f, const struct report *r);
status figure_structure(struct figure *f, const struct motion_report *m, const struct window_report *const *w,
                        int n);
status figure_motion(struct figure *f, const struct motion_report *m);
status figure_waiting(struct figure *f, const struct motion_report *m);
status figure_ages(struct figure *f, const struct motion_report *m);
/* Stages with an exponent and a temperature; drawn from two on. */
int figure_temperatures_points(const struct report *r);
status figure_temperatures(struct figure *f, const struct report *r);

#endif
