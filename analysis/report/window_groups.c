/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/window_groups.h"
#include "analysis/correlate/contrast.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* ---- one group ---- */

static void describe(struct window_group *e, const struct frames *f)
{
    double q = 0.0, s = 0.0;
    e->pixels = f->pixels;
    e->q = e->q_low = e->q_high = e->s = (double)NAN;
    for (int64_t p = 0; p < f->pixels; p++) {
        if (f->q) {
            q += f->q[p];
            e->q_low = fmin(e->q_low, f->q[p]);
            e->q_high = fmax(e->q_high, f->q[p]);
        }
        if (f->s_of_q) s += f->s_of_q[p];
    }
    if (f->q) e->q = q / (double)f->pixels;
    if (f->s_of_q) e->s = s / (double)f->pixels;
}

/* KWW through the points with a lag of at least one frame and an error; false: too few of them, or no fit. */
static bool fit(struct relaxation_fit *to, int64_t lags, const double *lag, const double *R,
                const double *error, double first, int power, double *work)
{
    int64_t n = 0;
    for (int64_t k = 0; k < lags; k++) {
        if (lag[k] < 0.5 * first || !isfinite(R[k]) || !(error[k] > 0.0)) continue;
        work[n] = lag[k];
        work[lags + n] = R[k];
        work[2 * lags + n++] = error[k];
    }
    struct relaxation_data d = {.n = (size_t)n, .lag = work, .y = work + lags, .sigma = work + 2 * lags};
    struct relaxation_options o = relaxation_defaults();
    o.siegert_power = power;
    o.baseline = 0.0;
    o.scale_errors = true;
    return n >= 5 && relaxation_fit(&d, relaxation_find("kww"), &o, to) == OK && to->converged;
}

/* All groups have as many frames, so their g2 have the same lags. */
static status one_group(struct window_groups *g, struct window_group *e, const struct correlate *c,
                        double **above)
{
    const struct g2 *r = &c->g2;
    double dt = c->frames.frame_time, *work = NULL;
    describe(e, &c->frames);
    if (!*above) {
        g->lags = r->lags;
        snprintf(g->time_unit, sizeof g->time_unit, "%s", c->frames.time_unit);
        snprintf(g->q_unit, sizeof g->q_unit, "%s", c->frames.q_unit);
        g->spots = strcmp(c->frames.kind, "spot") == 0;
        g->independent = c->independent;
        TRY(NEW(*above, (size_t)(g->n * g->lags)));
        TRY(NEW(g->lag, (size_t)g->lags));
        for (int64_t k = 0; k < g->lags; k++) g->lag[k] = r->lag[k] * dt;
    }
    double *mine = *above + (e - g->group) * g->lags;
    for (int64_t k = 0; k < g->lags; k++) mine[k] = r->g2[k] - c->baseline;
    TRY(NEW(work, (size_t)(3 * g->lags)));
    e->fitted = fit(&e->fit, g->lags, g->lag, r->R, r->R_error, dt, g->power, work);
    DELETE(work);
    return OK;
}

/* ---- the mean over spots ---- */

/* Sums over the spots, and over all but one of them. */
struct sums {
    const double *all, *left_out; /* lags numbers; NULL: none */
    int64_t zero, first;          /* where the lag is 0 (-1: nowhere), and the first of at least one frame */
    int64_t pixels;               /* of a spot; 0: R as it is, else the field behind it */
};

/* The plateaus are those of all spots also where one is left out: as with the errors of g2, that of the
 * plateau is not in the error of R. (Else the first lags, which have the plateau's noise, would seem exact,
 * and rule every fit.) */
static double normalised(const struct sums *s, double spots, int64_t k)
{
    double here = s->left_out ? (s->all[k] - s->left_out[k]) * spots / (spots - 1.0) : s->all[k];
    if (s->pixels == 0) return here / s->all[s->first];
    double plateau = s->all[s->zero];
    return contrast_field(s->pixels, here / plateau) / contrast_field(s->pixels, s->all[s->first] / plateau);
}

/* One normalised curve with its jackknife errors and fit. `left`, work: room for n, 3 × lags numbers. */
static status mean_curve(struct window_mean *m, struct window_groups *g, struct sums s, const double *above,
                         double *left, double *work, double frame_time)
{
    double S = (double)g->n;
    TRY(NEW(m->R, (size_t)g->lags));
    TRY(NEW(m->error, (size_t)g->lags));
    for (int64_t k = 0; k < g->lags; k++) {
        double mean = 0.0, square = 0.0;
        s.left_out = NULL;
        m->R[k] = normalised(&s, S, k);
        for (int64_t i = 0; i < g->n; i++) {
            s.left_out = above + i * g->lags;
            left[i] = normalised(&s, S, k);
            mean += left[i] / S;
        }
        for (int64_t i = 0; i < g->n; i++) square += (left[i] - mean) * (left[i] - mean);
        m->error[k] = sqrt((S - 1.0) / S * square);
    }
    m->fitted = fit(&m->fit, g->lags, g->lag, m->R, m->error, frame_time, g->power, work);
    return OK;
}

static status mean_of_spots(struct window_groups *g, const double *above, double frame_time, bool noise_free)
{
    struct sums sums = {.zero = -1, .first = -1};
    double *all = NULL, *work = NULL, *left = NULL;
    status s = OK;
    GUARD(NEW(all, (size_t)g->lags));
    GUARD(NEW(work, (size_t)(3 * g->lags)));
    GUARD(NEW(left, (size_t)g->n));
    for (int64_t k = g->lags - 1; k >= 0; k--) {
        if (g->lag[k] < 0.5 * frame_time)
            sums.zero = k;
        else
            sums.first = k;
        for (int64_t i = 0; i < g->n; i++) all[k] += above[i * g->lags + k];
    }
    sums.all = all;
    GUARD(sums.first >= 0 ? OK : fail(BAD_INPUT, "a record of one frame has no correlation"));
    GUARD(mean_curve(&g->mean, g, sums, above, left, work, frame_time));
    sums.pixels = g->independent;
    if (noise_free && sums.zero >= 0) GUARD(mean_curve(&g->field, g, sums, above, left, work, frame_time));
done:
    DELETE(all);
    DELETE(work);
    DELETE(left);
    return s;
}

/* ---- all ---- */

static int64_t stride(int64_t groups, int64_t frames)
{
    double elements = 0.5 * (double)frames * (double)frames,
           most = fmin(GROUPS_MOST, GROUPS_ELEMENTS / elements);
    int64_t step = (int64_t)ceil((double)groups / fmax(most, 1.0));
    return step > 1 ? step : 1;
}

status window_groups_measure(struct window_groups *g, const char *path, const struct correlate_options *o,
                             int power)
{
    struct correlate_options mine = *o;
    struct frames f;
    double *above = NULL, frame_time;
    bool noise_free;
    status s = OK;
    *g = (struct window_groups){.power = power};
    TRY(frames_open(&f, path));
    int64_t step = stride(f.groups, f.count);
    g->total = f.groups;
    frame_time = f.frame_time;
    noise_free = f.simulated && (!o->diagonal || strcmp(o->diagonal, "keep") == 0);
    frames_close(&f);
    if (g->total < 2) return OK;
    mine.null = "none";
    g->n = (g->total + step - 1) / step;
    GUARD(NEW(g->group, (size_t)g->n));
    for (int64_t i = 0; i < g->n; i++) {
        struct correlate c;
        g->group[i].number = i * step;
        s = correlate_run(&c, path, i * step, &mine);
        if (s == OK) s = one_group(g, &g->group[i], &c, &above);
        correlate_free(&c);
        if (s == BAD_INPUT) { /* a shell of one pixel: no correlation function, but no reason to stop */
            g->group[i].q = g->group[i].q_low = g->group[i].q_high = g->group[i].s = (double)NAN;
            s = OK;
        }
        GUARD(s == OK ? OK : status_context(s, "group %lld", (long long)(i * step)));
    }
    if (above && g->spots && g->n > 2) GUARD(mean_of_spots(g, above, frame_time, noise_free));
    g->spots = g->mean.R != NULL;
done:
    DELETE(above);
    if (s != OK) window_groups_free(g);
    return s;
}

void window_groups_free(struct window_groups *g)
{
    DELETE(g->group);
    DELETE(g->lag);
    DELETE(g->mean.R);
    DELETE(g->mean.error);
    DELETE(g->field.R);
    DELETE(g->field.error);
    g->n = 0;
}

/* ---- results.h5 ---- */

static status write_groups(const struct window_groups *g, struct results *r, const char *title)
{
    enum { OWN = 6, COLUMNS = OWN + RELAXATION_COLUMNS };
    struct results_column column[COLUMNS];
    double *x = NULL;
    char object[160];
    int64_t n = g->n;
    status s = OK;
    GUARD(NEW(x, (size_t)(COLUMNS * n)));
    for (int64_t i = 0; i < n; i++) {
        const struct window_group *e = &g->group[i];
        double row[COLUMNS] = {(double)e->number, (double)e->pixels, e->q, e->q_low, e->q_high, e->s};
        for (int k = 0; k < RELAXATION_COLUMNS; k++) row[OWN + k] = (double)NAN;
        if (e->fitted) relaxation_row(&e->fit, row + OWN);
        for (int k = 0; k < COLUMNS; k++) x[k * n + i] = row[k];
    }
    column[0] = (struct results_column){"group", "", "number of the spot or shell", x};
    column[1] = (struct results_column){"pixels", "", "pixels of the group", x + n};
    column[2] = (struct results_column){"q", g->q_unit, "mean |q|", x + 2 * n};
    column[3] = (struct results_column){"q_low", g->q_unit, "least |q|", x + 3 * n};
    column[4] = (struct results_column){"q_high", g->q_unit, "largest |q|", x + 4 * n};
    column[5] = (struct results_column){"S", "", "mean S(|q|) given with the frames", x + 5 * n};
    for (int k = 0; k < RELAXATION_COLUMNS; k++)
        column[OWN + k] = (struct results_column){relaxation_columns[k], NULL, NULL, x + (OWN + k) * n};
    snprintf(object, sizeof object, "%s/groups", title);
    GUARD(results_table(r, object, n, COLUMNS, column));
    GUARD(results_text(
        r, object, "fitted_to",
        "R(t) of each group from the first lag of at least one frame: KWW, amplitude free, baseline "
        "0, weights 1/error^2, errors scaled by sqrt(chi2/dof)"));
    GUARD(results_text(r, object, "time_unit", g->time_unit));
done:
    DELETE(x);
    return s;
}

static status write_mean(const struct window_groups *g, struct results *r, const char *title)
{
    enum { COLUMNS = 7 };
    double *x = NULL;
    char object[160], text[240];
    int64_t n = g->lags;
    status s = OK;
    GUARD(NEW(x, (size_t)(COLUMNS * n)));
    for (int64_t k = 0; k < COLUMNS * n; k++) x[k] = (double)NAN;
    memcpy(x, g->lag, (size_t)n * sizeof *x);
    for (int curve = 0; curve < 2; curve++) {
        const struct window_mean *m = curve == 0 ? &g->mean : &g->field;
        double *to = x + (1 + 3 * curve) * n;
        if (!m->R) continue;
        memcpy(to, m->R, (size_t)n * sizeof *x);
        memcpy(to + n, m->error, (size_t)n * sizeof *x);
        if (m->fitted) relaxation_curve(&m->fit, (size_t)n, g->lag, to + 2 * n);
    }
    const struct results_column column[COLUMNS] = {
        {"lag", g->time_unit, "mean lag", x},
        {"R", "", "mean over the spots of g2 - g2inf, normalised", x + n},
        {"R_error", "", "jackknife over spots", x + 2 * n},
        {"kww", "", "curve fitted to R", x + 3 * n},
        {"f2", "", "|f|^2 of Gaussian fields behind it, normalised likewise", x + 4 * n},
        {"f2_error", "", "jackknife over spots", x + 5 * n},
        {"f2_kww", "", "curve fitted to f2", x + 6 * n}};
    snprintf(object, sizeof object, "%s/mean_of_spots", title);
    GUARD(results_table(r, object, n, COLUMNS, column));
    snprintf(text, sizeof text, "%lld of %lld spots, %lld independent pixels each; KWW with power %d",
             (long long)g->n, (long long)g->total, (long long)g->independent, g->power);
    GUARD(results_text(r, object, "spots", text));
done:
    DELETE(x);
    return s;
}

status window_groups_write(const struct window_groups *g, struct results *r, const char *title)
{
    if (g->n == 0) return OK;
    TRY(write_groups(g, r, title));
    return g->spots ? write_mean(g, r, title) : OK;
}
