/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/figures.h"
#include "analysis/report/panels.h"
#include "base/mem.h"

#include <string.h>

const struct figure *figures_find(const struct figures *g, const char *key, const char *label)
{
    for (int i = 0; i < g->n; i++)
        if (strcmp(g->key[i], key) == 0 && strcmp(g->label[i], label) == 0) return &g->figure[i];
    return NULL;
}

static struct figure *begin(struct figures *g, const char *folder, const char *key, const char *label,
                            int width, int height, status *s)
{
    char name[FIGURE_NAME];
    *s = OK;
    if (g->n == FIGURES_MAX) {
        *s = fail(BAD_INPUT, "more than %d figures", FIGURES_MAX);
        return NULL;
    }
    snprintf(name, sizeof name, "%s%s%s", key, label[0] ? "-" : "", label);
    snprintf(g->key[g->n], sizeof g->key[g->n], "%s", key);
    snprintf(g->label[g->n], sizeof g->label[g->n], "%s", label);
    *s = figure_begin(&g->figure[g->n], folder, name, width, height);
    return &g->figure[g->n++];
}

static status stage_speckles(struct figures *g, const struct report *r, const char *folder, const char *label)
{
    typedef status (*draw)(struct figure *, const struct window_report *const *, int);
    static const struct {
        const char *key;
        draw function;
        int height;
    } list[] = {{"contrast", figure_contrast, 390},
                {"g2", figure_g2, 380},
                {"relaxation", figure_relaxation, 520},
                {"fluctuations", figure_fluctuations, 400}};
    const struct window_report *w[PANELS_MAX];
    const struct motion_report *m = report_motion(r, label);
    int n = panels_windows(r, label, w);
    status s;
    if (n == 0) return OK;
    struct figure *f = begin(g, folder, "ttcf", label, 980, figure_ttcf_has_movers(m) ? 480 : 368, &s);
    TRY(s);
    TRY(figure_ttcf(f, w, n, m));
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        f = begin(g, folder, list[i].key, label, i == 1 ? 620 : 980, list[i].height, &s);
        TRY(s);
        TRY(list[i].function(f, w, n));
    }
    if (figure_groups_shells(r, label) || figure_groups_spots(r, label)) {
        f = begin(g, folder, "groups", label, figure_groups_shells(r, label) ? 980 : 480, 380, &s);
        TRY(s);
        TRY(figure_groups(f, r, label));
    }
    return OK;
}

static status stage_atoms(struct figures *g, const struct report *r, const char *folder, const char *label)
{
    const struct window_report *w[PANELS_MAX];
    const struct motion_report *m = report_motion(r, label);
    int n = panels_windows(r, label, w);
    struct figure *f;
    status s;
    if (!m) return OK;
    if (m->has[MOTION_STRUCTURE]) {
        f = begin(g, folder, "structure", label, 980, 380, &s);
        TRY(s);
        TRY(figure_structure(f, m, w, n));
    }
    if (m->has[MOTION_MSD]) {
        f = begin(g, folder, "motion", label, 980, 360, &s);
        TRY(s);
        TRY(figure_motion(f, m));
    }
    if (motion_report_persist(m) >= 0.0) {
        f = begin(g, folder, "waiting", label, 980, 400, &s);
        TRY(s);
        TRY(figure_waiting(f, m));
    }
    if (motion_report_persist(m) >= 0.0 && m->hops.ages > 1) {
        f = begin(g, folder, "ages", label, 980, 400, &s);
        TRY(s);
        TRY(figure_ages(f, m));
    }
    return OK;
}

static status describe(struct figures *g, const struct report *r, const char *folder)
{
    status s;
    TRY(NEW(g->figure, FIGURES_MAX));
    if (r->folder.thermo.rows > 1) {
        struct figure *f = begin(g, folder, "sample", "", 980, 620, &s);
        TRY(s);
        TRY(figure_sample(f, r));
    }
    if (r->has_ramp) {
        struct figure *f = begin(g, folder, "transition", "", 980, 420, &s);
        TRY(s);
        TRY(ramp_figure(f, &r->ramp));
    }
    for (int i = 0; i < r->groups; i++) {
        TRY(stage_speckles(g, r, folder, r->group[i]));
        TRY(stage_atoms(g, r, folder, r->group[i]));
    }
    if (figure_temperatures_points(r) > 1) {
        struct figure *f = begin(g, folder, "temperatures", "", 620, 360, &s);
        TRY(s);
        TRY(figure_temperatures(f, r));
    }
    return OK;
}

status figures_draw(struct figures *g, const struct report *r, const char *folder)
{
    memset(g, 0, sizeof *g);
    status s = describe(g, r, folder), worst = OK;
    if (s != OK) return s;
    char message[512] = "";
    /* gnuplot is a process of its own; one a thread at a time. */
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < g->n; i++) {
        status mine = figure_end(&g->figure[i]);
        if (mine == OK) continue;
#pragma omp critical(figures)
        {
            worst = mine;
            snprintf(message, sizeof message, "%.500s", status_message());
        }
    }
    return worst == OK ? OK : fail(worst, "%s", message);
}

void figures_free(struct figures *g)
{
    for (int i = 0; i < g->n; i++) figure_free(&g->figure[i]);
    g->n = 0;
    DELETE(g->figure);
}
