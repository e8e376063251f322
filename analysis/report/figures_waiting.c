/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure of the waiting times of the whole record; by age: figures_ages.c. */
#include "analysis/fit/survival.h"
#include "analysis/report/figures_hops.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Curves for every distance at the longest persistence time. */
static status survival_panel(struct figure *f, const struct motion_report *m, double persist, const char *tu)
{
    char c[16], title[80];
    int shown = 0;
    survival_begin(f, tu);
    for (int64_t i = 0; i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        if (!hops_is_cage(r, 0, persist)) continue;
        snprintf(title, sizeof title, "d = %.2g r_1", r->distance_r1);
        TRY(survival_curves(f, r, (int)i + 1, hops_distance_colour(shown++, c), title));
    }
    survival_end(f);
    return OK;
}

/* Waits of 0 (a hop at the very end) say nothing and have no place on a logarithmic axis. */
static status positive_waits(const struct waits *w, struct waiting_sample *sample)
{
    double *time = NULL;
    uint8_t *censored = NULL;
    size_t n = 0;
    status s = OK;
    GUARD(NEW(time, (size_t)w->n + 1));
    GUARD(NEW(censored, (size_t)w->n + 1));
    for (int64_t i = 0; i < w->n; i++) {
        if (!(w->time[i] > 0.0)) continue;
        time[n] = w->time[i];
        censored[n++] = w->is_censored[i];
    }
    s = waiting_sample_make(sample, n, time, censored, WAITING_CENSORED, 0.0);
done:
    DELETE(time);
    DELETE(censored);
    return s;
}

static status density_data(struct figure *f, const struct waits *w, const char *part, double *first,
                           double *last)
{
    struct waiting_sample sample;
    struct log_histogram h;
    double *x = NULL;
    TRY(positive_waits(w, &sample));
    status s = log_histogram_make(&h, &sample, 5.0);
    waiting_sample_free(&sample);
    if (s != OK) return s;
    s = NEW(x, 3 * h.bins);
    int64_t n = 0, stride = (int64_t)h.bins;
    for (size_t i = 0; s == OK && i < h.bins; i++) {
        if (h.count[i] == 0) continue;
        x[n] = sqrt(h.edge[i] * h.edge[i + 1]);
        x[stride + n] = h.density[i];
        x[2 * stride + n++] = h.error[i];
    }
    if (s == OK)
        s = figure_data(f, part, 3, (const char *const[]){"t", "p", "error"},
                        (const double *const[]){x, x + stride, x + 2 * stride}, n);
    if (s == OK && n > 0) {
        *first = x[0];
        *last = x[n - 1];
    }
    DELETE(x);
    log_histogram_free(&h);
    return s;
}

/* The five laws of all times from `least` on, scaled to the fraction that waits so long. */
static status law_data(struct figure *f, const struct hop_law *law, double last)
{
    enum { FINE = 80 };
    double t[FINE], p[WAITING_MODELS][FINE], share = 1.0;
    const double *data[WAITING_MODELS + 1] = {t};
    const char *names[WAITING_MODELS + 1] = {"t"};
    double xmin = law->whole[0].xmin;
    for (size_t i = 0; i < law->survival.n && law->survival.time[i] < xmin; i++)
        share = law->survival.survival[i];
    for (int m = 0; m < WAITING_MODELS; m++) {
        data[m + 1] = p[m];
        names[m + 1] = waiting_models[m].name;
        for (int i = 0; i < FINE; i++) {
            t[i] = xmin * pow(fmax(last / xmin, 1.01), (double)i / (FINE - 1));
            double u = t[i] / xmin;
            p[m][i] = law->whole[m].converged
                          ? share / xmin * exp(waiting_log_density(&law->whole[m].law, u, log(u)))
                          : (double)NAN;
        }
    }
    return figure_data(f, "laws", WAITING_MODELS + 1, names, data, FINE);
}

static status density_panel(struct figure *f, const struct motion_report *m, int64_t row, const char *tu)
{
    const struct hop_row *r = m->hops.row + row;
    double first = 1.0, last = 10.0, unused;
    char file[FIGURE_NAME + 40], t[FIGURE_TEXT];
    TRY(density_data(f, &r->hops.exchange, "p_exchange", &first, &last));
    TRY(law_data(f, &r->exchange, last));
    figure_script(f,
                  "set ylabel 'p(t) (1/%s)'; set yrange [*:*]\nplot '%s' using 1:2:3 with yerrorbars lt 1 "
                  "title 'exchange, d = %.2g r_1'",
                  tu, figure_data_name(f, "p_exchange", false, file), r->distance_r1);
    if (r->persistence.has_survival && r->hops.persistence.n > r->hops.persistence.censored) {
        TRY(density_data(f, &r->hops.persistence, "p_persistence", &unused, &unused));
        figure_script(f,
                      ", '%s' using 1:2:3 with yerrorbars pt 6 ps 0.5 lc rgb '#7d7d7d' title 'persistence'",
                      figure_data_name(f, "p_persistence", false, file));
    }
    figure_data_name(f, "laws", false, file);
    for (int k = 0; k < WAITING_MODELS; k++) {
        bool best = r->exchange.preferred && strcmp(waiting_models[k].name, r->exchange.preferred) == 0;
        if (best)
            figure_script(f, ", '%s' using 1:%d with lines lw 2 lc rgb '#c8590c' title '%s (least BIC)'",
                          file, k + 2, figure_text(waiting_models[k].name, t));
    }
    const struct waiting_fit *power = &r->exchange.whole[WAITING_POWER_LAW];
    figure_script(f, ", '%s' using 1:2 with lines lw 1.2 dt 4 lc rgb '#8a3b8f' title 'power law, %.2f'", file,
                  power->parameter[0]);
    figure_script(f, "\n");
    return OK;
}

static status scan_panel(struct figure *f, const struct motion_report *m, double persist, const char *tu)
{
    char part[32], file[FIGURE_NAME + 40], c[16];
    int shown = 0;
    figure_script(f,
                  "unset logscale y; set format y '%%g'; set yrange [1:5]; set xlabel 'x_{min} (%s)' offset "
                  "0,0.3; set ylabel 'exponent α of p(t) ∼ t^{−α}'; set key maxrows 5\nplot 1.45 with lines "
                  "dt 2 lc rgb '#666666' title 'Riechers et al. 2024: 1.45'",
                  tu);
    for (int64_t i = 0; i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        const struct waiting_scan *scan = &r->exchange.fit.scan;
        if (!hops_is_cage(r, 0, persist) || !r->exchange.has_fit || scan->n == 0) continue;
        double *x = NULL;
        TRY(NEW(x, 3 * scan->n));
        for (size_t k = 0; k < scan->n; k++) {
            x[k] = scan->point[k].xmin;
            x[scan->n + k] = scan->point[k].alpha;
            x[2 * scan->n + k] = scan->point[k].sigma;
        }
        snprintf(part, sizeof part, "alpha%d", (int)i + 1);
        status s = figure_data(f, part, 3, (const char *const[]){"xmin", "alpha", "sigma"},
                               (const double *const[]){x, x + scan->n, x + 2 * scan->n}, (int64_t)scan->n);
        DELETE(x);
        TRY(s);
        hops_distance_colour(shown++, c);
        figure_data_name(f, part, false, file);
        figure_script(f,
                      ", '%s' using 1:($2-$3):($2+$3) with filledcurves fs transparent solid 0.18 lc rgb "
                      "'%s' notitle, '%s' using 1:2 with lines lw 1.6 lc rgb '%s' title 'd = %.2g r_1'",
                      file, c, file, c, r->distance_r1);
    }
    figure_script(f, "\n");
    return OK;
}

status figure_waiting(struct figure *f, const struct motion_report *m)
{
    int64_t row = motion_report_row(m);
    char t[FIGURE_TEXT];
    const char *tu = figure_unit(motion_report_hops_track(m)->time_unit, t);
    hops_panels(f);
    TRY(survival_panel(f, m, motion_report_persist(m), tu));
    if (row >= 0) TRY(density_panel(f, m, row, tu));
    if (row >= 0) TRY(scan_panel(f, m, m->hops.row[row].how.persist, tu));
    figure_script(f, "unset multiplot\n");
    return OK;
}
