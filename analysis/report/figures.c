/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/figures.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows of many shells are for numbers against q: they are drawn only where there is room. */
int figures_windows(const struct report *r, const char *label, const struct window_report *w[FIGURES_COLUMNS])
{
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < r->windows && n < FIGURES_COLUMNS; i++)
            if (strcmp(r->window[i].label, label) == 0 &&
                (strcmp(r->window[i].c.frames.kind, "shells") == 0) == (pass == 1))
                w[n++] = &r->window[i];
    return n;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void figures_color_range(const struct window_report *const *w, int n, double *low, double *high)
{
    int64_t total = 0, used = 0;
    float *all = NULL;
    *low = 1.0;
    *high = 2.0;
    for (int i = 0; i < n; i++) total += w[i]->map_side * w[i]->map_side;
    if (NEW(all, (size_t)total + 1) != OK) return;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < w[k]->map_side; i++)
            for (int64_t j = i + 1; j < w[k]->map_side; j++) {
                float v = w[k]->map[i * w[k]->map_side + j];
                if (!isnan(v)) all[used++] = v;
            }
    qsort(all, (size_t)used, sizeof *all, by_value);
    if (used > 0) {
        *low = (double)all[used / 100];
        *high = (double)all[used - 1 - used / 100];
    }
    DELETE(all);
    if (!(*high > *low)) *high = *low + 1e-3;
}

/* ---- panels ---- */

double figure_left(const struct figure_layout *l, int i)
{
    return l->x0 + i * (l->width + l->gap);
}
struct figure_layout figure_columns(int n, double x0, double x1, double gap, double most)
{
    double width = (x1 - x0 - (n - 1) * gap) / n;
    return (struct figure_layout){x0, width < most ? width : most, gap};
}
void figure_panel(struct figure *f, const struct figure_layout *l, int i, double bottom, double top)
{
    figure_script(f,
                  "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set "
                  "tmargin at screen %.4f\n",
                  figure_left(l, i), figure_left(l, i) + l->width, bottom, top);
}

status figure_curve(struct figure *f, const struct window_report *w, const char *part, int row)
{
    int64_t lags = row > 0 ? w->ages.lags : w->c.g2.lags;
    double *x = NULL;
    TRY(NEW(x, (size_t)(3 * lags)));
    int64_t n = window_report_curve(w, row, x, x + lags, x + 2 * lags);
    status s = figure_data(f, part, 3, (const char *const[]){"lag", "R", "error"},
                           (const double *const[]){x, x + lags, x + 2 * lags}, n);
    DELETE(x);
    return s;
}

/* ---- the list ---- */

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
    const struct window_report *w[FIGURES_COLUMNS];
    const struct motion_report *m = report_motion(r, label);
    int n = figures_windows(r, label, w);
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
    const struct window_report *w[FIGURES_COLUMNS];
    const struct motion_report *m = report_motion(r, label);
    int n = figures_windows(r, label, w);
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
