/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/window_spread.h"
#include "analysis/correlate/contrast.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUBSETS = 20, SUBSET_FROM = 300 };

/* ---- frames of all groups, flattened like those of the TTCF ---- */

struct patterns {
    struct frames frames;
    float *data;
    uint8_t *bad;
};

static status load(struct patterns *d, const char *path, bool flatten)
{
    TRY(frames_open(&d->frames, path));
    TRY(frames_load(&d->frames, FRAMES_NAN_ERROR, 0, d->frames.count, &d->data, &d->bad));
    if (!flatten) return OK;
    struct envelope e = {0};
    const struct frames *f = &d->frames;
    status s = f->s_of_q ? envelope_given(&e, f->s_of_q, f->q, f->pixels)
                         : envelope_measure(&e, d->data, d->bad, f->count, f->pixels, f->q);
    if (s == OK) envelope_divide(&e, d->data, f->count);
    envelope_free(&e);
    return s;
}

static void unload(struct patterns *d)
{
    frames_close(&d->frames);
    DELETE(d->data);
    DELETE(d->bad);
}

/* The columns pixel[0 … n-1] as patterns of their own (out: frames × n). */
static void take(const struct patterns *d, const int64_t *pixel, int64_t n, float *out)
{
    int64_t T = d->frames.count, P = d->frames.pixels;
    for (int64_t t = 0; t < T; t++)
        for (int64_t k = 0; k < n; k++) out[t * n + k] = d->data[t * P + pixel[k]];
}

/* C(t,t+1) of Eq. 1 without the matrix. */
static void next_trace(const float *x, const uint8_t *bad, int64_t frames, int64_t n, double *out)
{
    for (int64_t t = 0; t + 1 < frames; t++) {
        double a = 0.0, b = 0.0, ab = 0.0;
        for (int64_t k = 0; k < n; k++) {
            double u = (double)x[t * n + k], v = (double)x[(t + 1) * n + k];
            a += u;
            b += v;
            ab += u * v;
        }
        out[t] = bad[t] || bad[t + 1] || !(a * b > 0.0) ? (double)NAN : (double)n * ab / (a * b);
    }
}

/* ---- subsets ---- */

struct ticket {
    double u;
    int64_t pixel;
};
static int by_ticket(const void *a, const void *b)
{
    double x = ((const struct ticket *)a)->u, y = ((const struct ticket *)b)->u;
    return (x > y) - (x < y);
}
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static status shuffle(int64_t *pixel, int64_t n)
{
    struct ticket *ticket = NULL;
    TRY(NEW(ticket, (size_t)n));
    for (int64_t p = 0; p < n; p++) {
        double u[2];
        random_uniform2(1, STREAM_BOOTSTRAP, (uint64_t)p, 0, u);
        ticket[p] = (struct ticket){u[0], p};
    }
    qsort(ticket, (size_t)n, sizeof *ticket, by_ticket);
    for (int64_t p = 0; p < n; p++) pixel[p] = ticket[p].pixel;
    DELETE(ticket);
    return OK;
}

static status null_of(struct report_spread *e, const struct window_report *w, const struct report_options *o)
{
    struct contrast_null exact;
    struct surrogate_null made = {0};
    const struct surrogate_null *null =
        &w->c.surrogate; /* its variances are those of w->c.independent pixels */
    double scale;
    struct contrast_null full;
    TRY(contrast_exact_null(e->pixels, &exact));
    TRY(contrast_exact_null(w->c.independent, &full));
    e->exact = exact.diagonal_sd;
    scale = pow(exact.diagonal_sd / full.diagonal_sd, 2.0);
    if (e->pixels < o->surrogate_pixels && e->pixels != w->c.independent) {
        int64_t T = w->c.ttcf.frames;
        struct surrogate_options so = {
            .pixels = e->pixels, .frames = T, .seeds = o->seeds, .lag = 1, .seed = 2};
        so.block = events_block(T);
        TRY(surrogate_run(&made, w->f2, NULL, &so));
        null = &made;
        scale = 1.0;
    }
    e->null_sd = sqrt(scale * null->diagonal_variance.p50);
    e->null_low = sqrt(scale * null->diagonal_variance.p025);
    e->null_high = sqrt(scale * null->diagonal_variance.p975);
    surrogate_free(&made);
    return OK;
}

static status one_spread(struct report_spread *e, const struct patterns *d, const int64_t *pixel, float *part,
                         double *trace)
{
    double sd[SUBSETS];
    int64_t T = d->frames.count, n = e->pixels;
    e->samples = d->frames.pixels / n < SUBSETS ? d->frames.pixels / n : SUBSETS;
    for (int64_t i = 0; i < e->samples; i++) {
        take(d, pixel + i * n, n, part);
        contrast_trace(part, d->bad, T, n, trace);
        sd[i] = sqrt(moments_of(trace, T).variance);
    }
    qsort(sd, (size_t)e->samples, sizeof *sd, by_value);
    e->low = sd[0];
    e->sd = sd[e->samples / 2];
    e->high = sd[e->samples - 1];
    return OK;
}

static status subsets(struct window_report *w, const struct patterns *d, const struct report_options *o)
{
    static const int64_t sizes[] = {3, 10, 30, 100, 300, 1000, 3000, 10000};
    int64_t T = d->frames.count, P = d->frames.pixels, *pixel = NULL;
    double *trace = NULL;
    float *part = NULL;
    status s = OK;
    GUARD(NEW(pixel, (size_t)P));
    GUARD(NEW(trace, (size_t)T));
    GUARD(NEW(part, (size_t)(T * P)));
    GUARD(shuffle(pixel, P));
    for (size_t i = 0; i <= sizeof sizes / sizeof *sizes; i++) {
        bool all = i == sizeof sizes / sizeof *sizes || 2 * sizes[i] > P;
        if ((o->quick || P < SUBSET_FROM) && !all) continue;
        struct report_spread *e = &w->spread[w->spreads];
        e->pixels = all ? P : sizes[i];
        GUARD(one_spread(e, d, pixel, part, trace));
        if (all) e->pixels = w->c.independent; /* pairs of one value count once */
        GUARD(null_of(e, w, o));
        w->spreads++;
        if (all) break;
    }
done:
    DELETE(pixel);
    DELETE(trace);
    DELETE(part);
    return s;
}

/* ---- spots ---- */

static status one_spot(struct report_spot *e, const struct window_report *w, const float *part,
                       const uint8_t *bad, int64_t n, double *work)
{
    int64_t T = w->c.ttcf.frames;
    double *diagonal = work, *next = work + T, *drop = work + 2 * T, *z = work + 3 * T;
    struct events events = {0};
    contrast_trace(part, bad, T, n, diagonal);
    next_trace(part, bad, T, n, next);
    e->contrast = moments_of(diagonal, T).mean;
    e->sd = sqrt(moments_of(diagonal, T).variance);
    e->lag_sd = sqrt(moments_of(next, T - 1).variance);
    double plateau = 0.0;
    for (int64_t t = 0; t < T; t++) plateau += isfinite(diagonal[t]) ? diagonal[t] / (double)T : 0.0;
    events_drops_of(diagonal, next, T, w->c.frames.simulated ? EVENTS_DIAGONAL : EVENTS_NEIGHBOURS,
                    plateau - w->c.baseline, drop);
    TRY(events_z(drop, T - 1, events_block(T), z));
    TRY(events_find(&events, drop, z, T - 1, w->c.surrogate.threshold));
    e->largest_z = -INFINITY;
    for (int64_t t = 0; t + 1 < T; t++)
        if (z[t] > e->largest_z) e->largest_z = z[t];
    e->events = events.count;
    events_free(&events);
    return OK;
}

static status spots(struct window_report *w, const struct patterns *d)
{
    const struct frames *f = &d->frames;
    int64_t T = f->count, *pixel = NULL;
    float *part = NULL;
    double *work = NULL;
    status s = OK;
    GUARD(NEW(w->spot, (size_t)f->groups));
    GUARD(NEW(pixel, (size_t)f->pixels));
    GUARD(NEW(part, (size_t)(T * f->pixels)));
    GUARD(NEW(work, (size_t)(4 * T)));
    for (int64_t g = 0; g < f->groups; g++) {
        int64_t n = 0;
        for (int64_t p = 0; p < f->pixels; p++)
            if (f->group[p] == g) pixel[n++] = p;
        if (n < 2) continue;
        take(d, pixel, n, part);
        GUARD(one_spot(&w->spot[w->spots++], w, part, d->bad, n, work));
    }
done:
    DELETE(pixel);
    DELETE(part);
    DELETE(work);
    return s;
}

status window_spread_measure(struct window_report *w, const char *path, const struct report_options *o)
{
    struct patterns d = {0};
    status s = OK;
    GUARD(load(&d, path, w->c.flattened));
    w->all_pixels = d.frames.pixels;
    if (d.frames.groups > 1)
        GUARD(spots(w, &d));
    else
        GUARD(subsets(w, &d, o));
done:
    unload(&d);
    return s;
}

/* ---- results.h5 ---- */

static status write_spread(const struct window_report *w, struct results *r)
{
    double x[9][REPORT_SPREADS];
    char object[160];
    for (int i = 0; i < w->spreads; i++) {
        const struct report_spread *e = &w->spread[i];
        double row[9] = {(double)e->pixels, (double)e->samples, e->sd,       e->low,      e->high,
                         e->exact,          e->null_sd,         e->null_low, e->null_high};
        for (int k = 0; k < 9; k++) x[k][i] = row[k];
    }
    const struct results_column column[] = {
        {"pixels", "", "independent pixels", x[0]},
        {"subsets", "", "random disjoint subsets", x[1]},
        {"sd", "", "standard deviation in time of C(t,t), median over subsets", x[2]},
        {"sd_least", "", "least of the subsets", x[3]},
        {"sd_largest", "", "largest of the subsets", x[4]},
        {"exact_null", "", "one element, all frames independent", x[5]},
        {"surrogate_median", "", "surrogates with the measured |f|^2", x[6]},
        {"surrogate_2.5", "", "2.5 % of the surrogates", x[7]},
        {"surrogate_97.5", "", "97.5 % of the surrogates", x[8]}};
    snprintf(object, sizeof object, "%s/spread", w->title);
    return results_table(r, object, w->spreads, 9, column);
}

static status write_spots(const struct window_report *w, struct results *r)
{
    double *x = NULL;
    int64_t n = w->spots;
    char object[160];
    TRY(NEW(x, (size_t)(6 * n)));
    for (int64_t i = 0; i < n; i++) {
        const struct report_spot *e = &w->spot[i];
        double row[6] = {(double)i, e->sd, e->lag_sd, e->largest_z, (double)e->events, e->contrast};
        for (int k = 0; k < 6; k++) x[k * n + i] = row[k];
    }
    const struct results_column column[] = {
        {"spot", "", "number of the group", x},
        {"sd", "", "standard deviation in time of C(t,t)", x + n},
        {"lag_sd", "", "standard deviation in time of C(t,t+1)", x + 2 * n},
        {"largest_z", "", "largest robust z of a drop", x + 3 * n},
        {"events", "", "drops above the surrogate threshold", x + 4 * n},
        {"contrast", "", "mean of C(t,t)", x + 5 * n}};
    snprintf(object, sizeof object, "%s/spots", w->title);
    status s = results_table(r, object, n, 6, column);
    DELETE(x);
    return s;
}

status window_spread_write(const struct window_report *w, struct results *r)
{
    if (w->spreads > 0) TRY(write_spread(w, r));
    return w->spots > 0 ? write_spots(w, r) : OK;
}
