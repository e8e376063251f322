/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/window_report.h"
#include "analysis/correlate/contrast.h"
#include "analysis/report/window_spread.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

const char *const report_model_names[REPORT_MODELS] = {"kww", "mittag_leffler"};

/* ---- correlation ---- */

/* A small window gets more surrogates for the same work. */
static int64_t seeds_for(const struct run_series *series, const struct report_options *o)
{
    int64_t n = series->pixels > 1 ? series->pixels : 1, more = o->seeds * o->surrogate_pixels / (4 * n);
    if (more > 1000) more = 1000;
    return more > o->seeds ? more : o->seeds;
}

static status correlate(struct window_report *w, const struct run_series *series,
                        const struct window_report *reference, const struct report_options *o)
{
    w->options = correlate_defaults();
    w->options.null = "surrogate";
    w->options.seeds = seeds_for(series, o);
    w->options.seed = 1;
    w->null_exact = o->settings.null_exact;
    w->options.age = o->settings.age;
    w->options.diagonal = o->settings.diagonal;
    w->options.per_decade = o->settings.per_decade;
    w->options.surrogate_pixels = o->surrogate_pixels;
    if (reference && series->frames == reference->c.ttcf.frames) w->options.field = reference->f2;
    TRY(correlate_run(&w->c, series->path, 0, &w->options));
    snprintf(w->f2_from, sizeof w->f2_from, "%s", w->options.field ? reference->name : w->name);
    snprintf(w->c.name, sizeof w->c.name, "%.*s", FRAMES_NAME - 1, w->title);
    const struct frames *f = &w->c.frames;
    w->q_low = w->q_high = (double)NAN;
    for (int64_t p = 0; f->q && p < f->pixels; p++) {
        if (p == 0 || f->q[p] < w->q_low) w->q_low = f->q[p];
        if (p == 0 || f->q[p] > w->q_high) w->q_high = f->q[p];
    }
    w->first_time = f->time ? f->time[0] : 0.0;
    return OK;
}

static status age_windows(struct window_report *w)
{
    struct g2_options o = w->c.g2.options;
    o.windows = REPORT_AGES;
    o.log_windows = true;
    o.log_first = 0.25;
    if (w->c.ttcf.frames < REPORT_AGES) o.windows = 1;
    TRY(g2_compute(&w->ages, &w->c.ttcf, &o));
    w->rows = 1 + (int)w->ages.windows;
    return OK;
}

static status draw_map(struct window_report *w)
{
    int64_t T = w->c.ttcf.frames;
    w->map_bin = (T + REPORT_MAP - 1) / REPORT_MAP;
    w->map_side = (T + w->map_bin - 1) / w->map_bin;
    int64_t n = w->map_side;
    TRY(NEW(w->map, (size_t)(n * n)));
    ttcf_matrix(&w->c.ttcf, w->map_bin, w->map);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) w->map[i * n + j] = w->map[j * n + i];
    return OK;
}

/* ---- fits ---- */

static const struct g2 *row_of(const struct window_report *w, int row, int64_t *window)
{
    *window = row > 0 ? row - 1 : 0;
    return row > 0 ? &w->ages : &w->c.g2;
}

void window_report_ages(const struct window_report *w, int row, double *from, double *to)
{
    int64_t a;
    const struct g2 *g = row_of(w, row, &a);
    *from = (double)g->edge[a] * w->c.frames.frame_time;
    *to = (double)g->edge[a + 1] * w->c.frames.frame_time;
}

int64_t window_report_curve(const struct window_report *w, int row, double *lag, double *R, double *error)
{
    int64_t a, n = 0;
    const struct g2 *g = row_of(w, row, &a);
    for (int64_t k = 0; k < g->lags; k++) {
        int64_t i = a * g->lags + k;
        if (g->pairs[i] == 0 || g->lag[i] < 0.5 || !isfinite(g->R[i]) || !isfinite(g->R_error[i])) continue;
        if (!(g->R_error[i] > 0.0)) continue;
        lag[n] = g->lag[i] * w->c.frames.frame_time;
        R[n] = g->R[i];
        error[n++] = g->R_error[i];
    }
    return n;
}

static status fit_row(struct window_report *w, int row, const struct run_settings *wanted)
{
    int64_t a;
    size_t lags = (size_t)row_of(w, row, &a)->lags;
    double *x = NULL;
    TRY(NEW(x, 3 * lags));
    int64_t n = window_report_curve(w, row, x, x + lags, x + 2 * lags);
    struct relaxation_data d = {.n = (size_t)n, .lag = x, .y = x + lags, .sigma = x + 2 * lags};
    for (int m = 0; m < REPORT_MODELS; m++)
        for (int p = 0; p < 2; p++) {
            struct relaxation_options o = relaxation_defaults();
            if (!(wanted->fit_models >> m & 1u) || !(wanted->siegert >> p & 1u)) continue;
            o.siegert_power = p + 1;
            o.baseline = 0.0;
            o.scale_errors = true;
            w->fitted[row][m][p] = n >= 5 && relaxation_fit(&d, relaxation_find(report_model_names[m]), &o,
                                                            &w->fit[row][m][p]) == OK;
        }
    DELETE(x);
    return OK;
}

bool window_report_best(const struct window_report *w, int row, int *model, int *power)
{
    double least = INFINITY;
    for (int m = 0; m < REPORT_MODELS; m++)
        for (int p = 0; p < 2; p++) {
            const struct relaxation_fit *f = &w->fit[row][m][p];
            if (!w->fitted[row][m][p] || !f->converged || !(f->bic < least)) continue;
            least = f->bic;
            *model = m;
            *power = p + 1;
        }
    return isfinite(least);
}

/* ---- */

static status field(struct window_report *w)
{
    TRY(NEW(w->f2, (size_t)w->c.ttcf.frames));
    if (!w->options.field) return correlate_field(&w->c, w->f2);
    memcpy(w->f2, w->options.field, (size_t)w->c.ttcf.frames * sizeof *w->f2);
    return OK;
}

static status make(struct window_report *w, const struct run_series *series,
                   const struct window_report *reference, const struct report_options *o)
{
    const char *path = series->path;
    TRY(correlate(w, series, reference, o));
    TRY(field(w));
    TRY(age_windows(w));
    for (int row = 0; row < w->rows; row++) TRY(fit_row(w, row, &o->settings));
    TRY(draw_map(w));
    TRY(window_groups_measure(&w->groups, path, &w->options, o->settings.siegert & 2u ? 2 : 1));
    return window_spread_measure(w, path, o);
}

status window_report_make(struct window_report *w, const struct run_series *series, const char *title,
                          const struct window_report *reference, const struct report_options *o)
{
    memset(w, 0, sizeof *w);
    snprintf(w->title, sizeof w->title, "%s", title);
    snprintf(w->label, sizeof w->label, "%s", series->label);
    snprintf(w->name, sizeof w->name, "%s", series->name);
    status s = make(w, series, reference, o);
    if (s != OK) {
        window_report_free(w);
        return status_context(s, "window %s", title);
    }
    return OK;
}

void window_report_drop_ttcf(struct window_report *w)
{
    DELETE(w->c.ttcf.packed);
    DELETE(w->c.ttcf.packed64);
}

void window_report_free(struct window_report *w)
{
    correlate_free(&w->c);
    g2_free(&w->ages);
    DELETE(w->map);
    DELETE(w->spot);
    DELETE(w->f2);
    window_groups_free(&w->groups);
}

/* ---- results.h5 ---- */

static status write_fit(const struct window_report *w, struct results *r, int model)
{
    enum { COLUMNS = RELAXATION_COLUMNS + 2, ROWS = 2 * REPORT_ROWS };
    double data[COLUMNS][ROWS];
    struct results_column column[COLUMNS];
    char object[160];
    int64_t rows = 0;
    for (int row = 0; row < w->rows; row++)
        for (int p = 0; p < 2; p++) {
            double flat[RELAXATION_COLUMNS];
            if (!w->fitted[row][model][p]) continue;
            relaxation_row(&w->fit[row][model][p], flat);
            window_report_ages(w, row, &data[0][rows], &data[1][rows]);
            for (int k = 0; k < RELAXATION_COLUMNS; k++) data[k + 2][rows] = flat[k];
            rows++;
        }
    const char *unit = w->c.frames.time_unit;
    column[0] = (struct results_column){"age_from", unit, "begin of the age window", data[0]};
    column[1] = (struct results_column){"age_to", unit, "end of the age window", data[1]};
    for (int k = 0; k < RELAXATION_COLUMNS; k++)
        column[k + 2] = (struct results_column){relaxation_columns[k], NULL, NULL, data[k + 2]};
    snprintf(object, sizeof object, "%s/%s", w->title, model == REPORT_KWW ? "fit_kww" : "fit_ml");
    TRY(results_table(r, object, rows, COLUMNS, column));
    const struct relaxation_model *m = relaxation_find(report_model_names[model]);
    TRY(results_text(r, object, "model", m->name));
    TRY(results_text(r, object, "formula", m->formula));
    TRY(results_text(r, object, "fitted_to",
                     "R(t) from the first lag of at least one frame, amplitude free, "
                     "baseline 0, weights 1/error^2, errors scaled by sqrt(chi2/dof)"));
    return results_text(r, object, "time_unit", unit);
}

static status write_curves(const struct window_report *w, struct results *r)
{
    int64_t lags = w->c.g2.lags;
    double *x = NULL;
    struct results_column column[3 + 2 * REPORT_MODELS];
    static const char *const names[2 * REPORT_MODELS] = {"kww_power1", "kww_power2", "ml_power1",
                                                         "ml_power2"};
    char object[160];
    status s = OK;
    GUARD(NEW(x, (size_t)(lags * (3 + 2 * REPORT_MODELS))));
    int64_t n = window_report_curve(w, 0, x, x + lags, x + 2 * lags);
    column[0] = (struct results_column){"lag", w->c.frames.time_unit, "mean lag", x};
    column[1] = (struct results_column){"R", "", "normalised correlation, whole record", x + lags};
    column[2] = (struct results_column){"R_error", "", "standard error", x + 2 * lags};
    for (int k = 0; k < 2 * REPORT_MODELS; k++) {
        double *y = x + (3 + k) * lags;
        for (int64_t i = 0; i < n; i++) y[i] = (double)NAN;
        if (w->fitted[0][k / 2][k % 2]) relaxation_curve(&w->fit[0][k / 2][k % 2], (size_t)n, x, y);
        column[3 + k] = (struct results_column){names[k], "", "fitted curve", y};
    }
    snprintf(object, sizeof object, "%s/relaxation", w->title);
    GUARD(results_table(r, object, n, 3 + 2 * REPORT_MODELS, column));
done:
    DELETE(x);
    return s;
}

static status write_ages(const struct window_report *w, struct results *r)
{
    const struct g2 *g = &w->ages;
    double dt = w->c.frames.frame_time, *lag = NULL, edge[REPORT_AGES + 1];
    hsize_t shape[2] = {(hsize_t)g->windows, (hsize_t)g->lags}, edges[1] = {(hsize_t)g->windows + 1};
    char object[192];
    status s = OK;
#define AT(leaf) (snprintf(object, sizeof object, "%s/g2_ages/%s", w->title, leaf), object)
    GUARD(NEW(lag, (size_t)(g->windows * g->lags)));
    for (int64_t i = 0; i < g->windows * g->lags; i++) lag[i] = g->lag[i] * dt;
    for (int64_t i = 0; i <= g->windows && i <= REPORT_AGES; i++) edge[i] = (double)g->edge[i] * dt;
    GUARD(results_series(r, AT("age"), H5_F64, 1, edges, edge, w->c.frames.time_unit,
                         "edges of the age windows"));
    GUARD(results_series(r, AT("lag"), H5_F64, 2, shape, lag, w->c.frames.time_unit, "mean lag"));
    GUARD(results_series(r, AT("g2"), H5_F64, 2, shape, g->g2, "", "g2 (age window, lag)"));
    GUARD(results_series(r, AT("g2_error"), H5_F64, 2, shape, g->error, "", "standard error of g2"));
    GUARD(results_series(r, AT("R"), H5_F64, 2, shape, g->R, "", "normalised correlation"));
    GUARD(results_series(r, AT("R_error"), H5_F64, 2, shape, g->R_error, "", "standard error of R"));
#undef AT
done:
    DELETE(lag);
    return s;
}

status window_report_write(const struct window_report *w, struct results *r)
{
    TRY(correlate_write(r, &w->c, true));
    TRY(write_ages(w, r));
    TRY(write_fit(w, r, REPORT_KWW));
    TRY(write_fit(w, r, REPORT_ML));
    TRY(write_curves(w, r));
    TRY(window_groups_write(&w->groups, r, w->title));
    return window_spread_write(w, r);
}
