/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Relaxation of the groups of a window: τ(q) and β(q) of shells, spots and their mean. */
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "analysis/report/panels.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

const struct window_report *figure_groups_shells(const struct report *r, const char *label)
{
    for (int i = 0; i < r->windows; i++)
        if (strcmp(r->window[i].label, label) == 0 && r->window[i].groups.n > 1 &&
            !r->window[i].groups.spots && isfinite(r->window[i].groups.group[0].q))
            return &r->window[i];
    return NULL;
}

const struct window_report *figure_groups_spots(const struct report *r, const char *label)
{
    for (int i = 0; i < r->windows; i++)
        if (strcmp(r->window[i].label, label) == 0 && r->window[i].groups.spots) return &r->window[i];
    return NULL;
}

/* ---- shells ---- */

/* Fits whose time lies within the record, and the others, of which only the order of magnitude is known. */
static status shell_data(struct figure *f, const struct window_groups *g, bool sure, int64_t *rows)
{
    double *x = NULL;
    int64_t n = 0, room = g->n;
    TRY(NEW(x, (size_t)(6 * room)));
    for (int64_t i = 0; i < g->n; i++) {
        const struct window_group *e = &g->group[i];
        if (!e->fitted || !e->fit.converged) continue;
        if ((e->fit.beyond_record || e->fit.below_resolution || e->fit.at_bound) == sure) continue;
        const double row[6] = {e->q,
                               e->fit.value[RELAXATION_TAU],
                               e->fit.error[RELAXATION_TAU],
                               e->fit.value[RELAXATION_BETA],
                               e->fit.error[RELAXATION_BETA],
                               e->s};
        for (int k = 0; k < 6; k++) x[k * room + n] = row[k];
        n++;
    }
    status s = figure_data(
        f, sure ? "shells" : "unsure", 6,
        (const char *const[]){"q", "tau", "tau_error", "beta", "beta_error", "S"},
        (const double *const[]){x, x + room, x + 2 * room, x + 3 * room, x + 4 * room, x + 5 * room}, n);
    DELETE(x);
    *rows = n;
    return s;
}

static status shells(struct figure *f, const struct panels *l, const struct window_report *w)
{
    const struct window_groups *g = &w->groups;
    char u[FIGURE_TEXT], t[FIGURE_TEXT], good[FIGURE_NAME + 40], bad[FIGURE_NAME + 40], value[120];
    double frame = w->c.frames.frame_time, low = 0.2 * frame, high = 20.0 * (double)w->c.ttcf.frames * frame;
    int64_t sure, unsure;
    TRY(shell_data(f, g, true, &sure));
    TRY(shell_data(f, g, false, &unsure));
    figure_data_name(f, "shells", false, good);
    figure_data_name(f, "unsure", false, bad);
    for (int panel = 0; panel < 2; panel++) {
        int column = panel == 0 ? 2 : 4;
        panels_begin(f, l, panel, 0.2, 0.84);
        figure_script(
            f, "set xrange [%.6g:%.6g]; set xlabel '|q| (%s)'; set key top left Left reverse samplen 1\n",
            0.95 * g->group[0].q_low, 1.02 * g->group[g->n - 1].q_high, figure_unit(g->q_unit, u));
        if (panel == 0)
            figure_script(f,
                          "set title 'relaxation time of the shells'; set logscale y; set yrange "
                          "[%.6g:%.6g]; set format y '10^{%%T}'; "
                          "set ylabel 'τ (%s)' offset 1,0\n",
                          low, high, figure_unit(g->time_unit, t));
        else
            figure_script(f,
                          "set title 'stretching'; unset logscale y; set yrange [0:1.2]; set format y '%%g'; "
                          "set ylabel 'β'; set key off\n");
        /* Of times that the record does not resolve only the direction is known: at the edge, if need be. */
        snprintf(value, sizeof value, panel == 0 ? "$2 < %.6g ? %.6g : $2 > %.6g ? %.6g : $2" : "$4", low,
                 low, high, high);
        figure_script(f, "plot NaN notitle");
        if (sure > 0)
            figure_script(
                f, ", '%s' using 1:%d:%d with yerrorbars pt 7 ps 0.9 lc rgb '%s' title 'KWW, power %d'", good,
                column, column + 1, palette_line(0), g->power);
        if (unsure > 0)
            figure_script(f,
                          ", '%s' using 1:(%s) with points pt 6 ps 0.9 lc rgb '#888888' title 'not resolved "
                          "by the record'",
                          bad, value);
        figure_script(f, "\n");
    }
    return OK;
}

/* ---- spots ---- */

static status curve(struct figure *f, const struct window_groups *g, const struct window_mean *m,
                    const char *name, double first, double last)
{
    enum { FINE = 120 };
    double fine[2][FINE];
    char part[32];
    snprintf(part, sizeof part, "%s-fit", name);
    TRY(figure_data(f, name, 3, (const char *const[]){"lag", name, "error"},
                    (const double *const[]){g->lag, m->R, m->error}, g->lags));
    if (!m->fitted) return OK;
    for (int k = 0; k < FINE; k++) fine[0][k] = first * pow(last / first, (double)k / (FINE - 1));
    relaxation_curve(&m->fit, FINE, fine[0], fine[1]);
    return figure_data(f, part, 2, (const char *const[]){"lag", "KWW"},
                       (const double *const[]){fine[0], fine[1]}, FINE);
}

static status spots(struct figure *f, const struct panels *l, int column, const struct window_report *w)
{
    const struct window_groups *g = &w->groups;
    const struct window_mean *both[2] = {&g->mean, &g->field};
    static const char *const parts[2] = {"R", "f2"}, *const titles[2] = {"R ± jackknife", "|f|^2 behind it"};
    char u[FIGURE_TEXT], file[FIGURE_NAME + 40], name[FIGURE_TEXT], part[32];
    double last = g->lag[g->lags - 1], first = last;
    for (int64_t k = 0; k < g->lags; k++)
        if (g->lag[k] > 0.0) first = fmin(first, g->lag[k]);
    panels_begin(f, l, column, 0.2, 0.84);
    figure_script(
        f,
        "set title '{/:Bold %s}: mean of %lld spots'; set logscale x; unset logscale y; set format x "
        "'10^{%%T}'; set format y '%%g'\n"
        "set xrange [%.6g:%.6g]; set yrange [*<-0.1:1.15]; set xlabel 'lag t (%s)'; set ylabel 'R(t)' "
        "offset 1,0\nset key bottom left Left reverse samplen 1; set xzeroaxis lc rgb '#bbbbbb'\n",
        figure_text(w->name, name), (long long)g->n, 0.8 * first, 1.25 * last, figure_unit(g->time_unit, u));
    figure_script(f, "plot NaN notitle");
    for (int i = 0; i < 2 && both[i]->R; i++) {
        TRY(curve(f, g, both[i], parts[i], first, last));
        snprintf(part, sizeof part, "%s-fit", parts[i]);
        if (both[i]->fitted)
            figure_script(f, ", '%s' using 1:2 with lines lw 1.2 lc rgb '%s' notitle",
                          figure_data_name(f, part, false, file), palette_line(i));
        figure_script(
            f, ", '%s' using ($1 > 0 ? $1 : NaN):2:3 with yerrorbars pt %d ps 0.7 lc rgb '%s' title '%s'",
            figure_data_name(f, parts[i], false, file), i == 0 ? 7 : 4, palette_line(i), titles[i]);
    }
    figure_script(f, "\n");
    return OK;
}

status figure_groups(struct figure *f, const struct report *r, const char *label)
{
    const struct window_report *q = figure_groups_shells(r, label), *s = figure_groups_spots(r, label);
    int panels = (q ? 2 : 0) + (s ? 1 : 0);
    struct panels l =
        q ? panels_columns(panels, 0.075, 0.985, 0.075, 0.4) : panels_columns(1, 0.16, 0.97, 0.0, 0.81);
    figure_script(f, "set multiplot; set bars 0.4\n");
    if (q) TRY(shells(f, &l, q));
    if (s) TRY(spots(f, &l, q ? 2 : 0, s));
    figure_script(f, "unset multiplot\n");
    return OK;
}
