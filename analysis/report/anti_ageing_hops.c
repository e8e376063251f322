/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `hops` of anti_ageing.h. */
#include "analysis/report/anti_ageing.h"

#include "analysis/report/figure.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { X, RATE, ERROR, BOUND, COLUMNS };
static const char *const names[COLUMNS] = {"x", "rate", "error", "upper_bound"};
static const double compared = 0.80; /* T_g */

static double scale_of(const struct isotherm *i)
{
    return i->Tg > 0.0 ? i->Tg : 1.0;
}

/* The place of the isotherms nearest 0.80 T_g. */
static int64_t place_of(const struct isotherms *run)
{
    int64_t best = 0;
    double least = INFINITY;
    for (int64_t k = 0; k < run->n; k++) {
        const struct isotherm *i = &run->item[k];
        double away = i->Tg > 0.0 ? fabs(i->T / i->Tg - compared) : (double)i->place;
        if (away < least) {
            least = away;
            best = i->place;
        }
    }
    return best;
}

/* Points of one run: of one iteration against T, or of one place against the iteration. */
static status write_run(struct figure *f, const struct isotherms *run, const char *part, int64_t iteration,
                        int64_t place, int64_t *rows)
{
    double *data = NULL;
    const double *column[COLUMNS];
    int64_t n = 0;
    TRY(NEW(data, COLUMNS * (size_t)run->n));
    for (int c = 0; c < COLUMNS; c++) column[c] = data + c * run->n;
    for (int64_t k = 0; k < run->n; k++) {
        const struct isotherm *i = &run->item[k];
        const struct hop_rate *h = &i->hops;
        if (!h->known || (iteration >= 0 ? i->iteration != iteration : i->place != place)) continue;
        data[X * run->n + n] = iteration >= 0 ? i->T / scale_of(i) : (double)i->iteration;
        data[RATE * run->n + n] = h->hops > 0 ? h->rate : (double)NAN;
        data[ERROR * run->n + n] = h->error;
        data[BOUND * run->n + n++] = h->hops > 0 ? (double)NAN : h->error;
    }
    status s = n > 0 ? figure_data(f, part, COLUMNS, names, column, n) : OK;
    DELETE(data);
    *rows = n;
    return s;
}

/* The smallest distance of two temperatures of a run. */
static double gap_of(const struct isotherms *run)
{
    double gap = INFINITY;
    for (int64_t a = 0; a < run->n; a++)
        for (int64_t b = 0; b < a; b++) {
            double apart = fabs(run->item[a].T - run->item[b].T) / scale_of(&run->item[a]);
            if (apart > 1e-6) gap = fmin(gap, apart);
        }
    return isfinite(gap) ? gap : 0.0;
}

/* Samples at the same place on the axis are drawn side by side; the data say where they belong. */
static status draw_panel(struct figure *f, const struct isotherms *run, int n, char kind, int64_t iteration)
{
    int plots = 0;
    double room = 0.5 * (kind == 'T' ? gap_of(&run[0]) : 1.0);
    for (int k = 0; k < n; k++) {
        char part[16], file[FIGURE_NAME + 40], sample[100], t[FIGURE_TEXT];
        int64_t rows;
        double shift = room * ((k + 0.5) / n - 0.5);
        snprintf(part, sizeof part, "%c%d", kind, k + 1);
        TRY(write_run(f, &run[k], part, iteration, place_of(&run[k]), &rows));
        if (rows == 0) continue;
        figure_data_name(f, part, false, file);
        anti_ageing_sample(&run[k], sample, sizeof sample);
        figure_script(f,
                      "%s'%s' using ($1 %+.5g):2:($2 > $3 ? $2 - $3 : 0.3*$2):($2 + $3) with yerrorbars lt "
                      "%d title '%s', '%s' using ($1 %+.5g):4 with points lt %d pt 10 ps 1.2 notitle",
                      plots++ ? ", " : "plot ", file, shift, k + 1, kind == 'T' ? figure_text(sample, t) : "",
                      file, shift, k + 1);
    }
    figure_script(f, "\n");
    return OK;
}

static status draw(struct figure *f, const struct isotherms *run, int n, int64_t iteration)
{
    const struct isotherm *first = &run[0].item[0];
    const char *T = first->Tg > 0.0 ? "T / T_g" : strcmp(first->units, "metal") == 0 ? "T (K)" : "T (ε/k_B)";
    char u[FIGURE_TEXT];
    const struct isotherm *at = isotherms_at(&run[0], run[0].item[0].iteration, place_of(&run[0]));
    figure_script(
        f,
        "set multiplot\nset logscale y; set format y '10^{%%T}'; set bars 0.4; set key top left\n"
        "set offsets graph 0.1,graph 0.1,graph 0.4,0 # room for the key\n"
        "set lmargin at screen 0.09; set rmargin at screen 0.48; set bmargin at screen 0.15; set tmargin at "
        "screen 0.9\nset title 'iteration %lld, samples side by side'; set xlabel '%s'; set ylabel 'hops per "
        "atom and %s'\n",
        (long long)iteration, T, figure_unit(first->time_unit, u));
    TRY(draw_panel(f, run, n, 'T', iteration));
    figure_script(f,
                  "set lmargin at screen 0.59; set rmargin at screen 0.98; set title 'T = %.3g%s'; set "
                  "xlabel 'iteration i'; set xtics 1; set mxtics 1; set xrange [-0.5:%lld.5]; set key off; "
                  "set offsets 0,0,0,0\n",
                  at ? at->T / scale_of(at) : (double)NAN, first->Tg > 0.0 ? " T_g" : "",
                  (long long)anti_ageing_last(run, n));
    TRY(draw_panel(f, run, n, 'i', -1));
    figure_script(f, "unset multiplot\n");
    return OK;
}

status anti_ageing_hops(const struct isotherms *run, int n, int64_t iteration, const char *folder)
{
    struct figure f;
    bool any = false;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run[k].n; i++)
            any = any || (run[k].item[i].hops.known && run[k].item[i].iteration == iteration);
    if (!any) return OK;
    TRY(figure_begin(&f, folder, "hops", 980, 420));
    status s = draw(&f, run, n, iteration);
    if (s == OK) s = figure_end(&f);
    if (s == OK && !f.drawn) log_warning("%s is not drawn: %s", f.gp, f.why);
    figure_free(&f);
    return s;
}
