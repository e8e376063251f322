/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/correlate/surrogate.h"
#include "analysis/correlate/contrast.h"
#include "analysis/correlate/events.h"
#include "base/mem.h"
#include "base/noise.h"

#include <fftw3.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the generator ---- */

struct generator {
    int64_t period;    /* M */
    double *amplitude; /* M: square root of the spectrum */
    double clipped;
    fftw_plan plan; /* in place, for buffers aligned as NEW aligns them */
};

static int64_t fast_length(int64_t least)
{
    for (int64_t n = least;; n++) {
        int64_t m = n;
        while (m % 2 == 0) m /= 2;
        while (m % 3 == 0) m /= 3;
        while (m % 5 == 0) m /= 5;
        if (m == 1) return n;
    }
}

/* Spectrum of the mirrored f = √|f|²; beyond the last lag f keeps its last value. */
static status generator_start(struct generator *g, const double *f2, int64_t frames)
{
    memset(g, 0, sizeof *g);
    int64_t M = fast_length(2 * frames);
    g->period = M;
    fftw_complex *x = NULL;
    TRY(NEW(g->amplitude, (size_t)M));
    TRY(mem_new((void **)&x, (size_t)M, sizeof *x, "the spectrum of the surrogate"));
    g->plan = fftw_plan_dft_1d((int)M, x, x, FFTW_FORWARD, FFTW_ESTIMATE);
    for (int64_t k = 0; k < M; k++) {
        int64_t lag = k <= M / 2 ? k : M - k;
        x[k][0] = sqrt(f2[lag < frames ? lag : frames - 1]);
        x[k][1] = 0.0;
    }
    fftw_execute_dft(g->plan, x, x);
    double positive = 0.0, negative = 0.0;
    for (int64_t k = 0; k < M; k++) *(x[k][0] > 0.0 ? &positive : &negative) += fabs(x[k][0]);
    for (int64_t k = 0; k < M; k++) g->amplitude[k] = x[k][0] > 0.0 ? sqrt(x[k][0] / positive) : 0.0;
    g->clipped = negative / (positive + negative);
    mem_delete((void **)&x);
    return OK;
}

static void generator_end(struct generator *g)
{
    if (g->plan) fftw_destroy_plan(g->plan);
    g->plan = NULL;
    DELETE(g->amplitude);
}

/* The intensities of one pixel, `frames` of them. With Σ amplitude² = 1 and ⟨|noise|²⟩ = 1 the mean is 1. */
static void pixel_intensity(const struct generator *g, uint64_t seed, int64_t pixel, int64_t frames,
                            fftw_complex *x, double *I)
{
    struct noise noise = noise_at(seed, STREAM_SURROGATE, (uint64_t)pixel, isa_best());
    for (int64_t from = 0; from < g->period; from += NOISE_LANES) {
        uint64_t frequency[NOISE_LANES];
        double z[NOISE_LANES][4]; /* the third is not used */
        for (int64_t i = 0; i < NOISE_LANES; i++) frequency[i] = (uint64_t)(from + i);
        noise_normal(&noise, frequency, z);
        for (int64_t i = 0; i < NOISE_LANES && from + i < g->period; i++) {
            double a = M_SQRT1_2 * g->amplitude[from + i];
            x[from + i][0] = z[i][0] * a;
            x[from + i][1] = z[i][1] * a;
        }
    }
    fftw_execute_dft(g->plan, x, x);
    for (int64_t t = 0; t < frames; t++) I[t] = x[t][0] * x[t][0] + x[t][1] * x[t][1];
}

status surrogate_frames(const double *f2, const double *envelope, const struct surrogate_options *o,
                        int64_t number, float *data, double *clipped)
{
    struct generator g;
    fftw_complex *x = NULL;
    double *I = NULL;
    status s = OK;
    GUARD(generator_start(&g, f2, o->frames));
    GUARD(mem_new((void **)&x, (size_t)g.period, sizeof *x, "the surrogate"));
    GUARD(NEW(I, (size_t)o->frames));
    for (int64_t p = 0; p < o->pixels; p++) {
        pixel_intensity(&g, o->seed + (uint64_t)number, p, o->frames, x, I);
        for (int64_t t = 0; t < o->frames; t++)
            data[t * o->pixels + p] = (float)(I[t] * (envelope ? envelope[p] : 1.0));
    }
    if (clipped) *clipped = g.clipped;
done:
    mem_delete((void **)&x);
    DELETE(I);
    generator_end(&g);
    return s;
}

/* ---- the statistics of one surrogate, without its frames or its TTCF ---- */

/* Sums over the pixels, per frame: I, I², I(t)I(t+1), I(t)I(t+lag). */
struct work {
    fftw_complex *x;
    double *I, *sum, *square, *next, *lagged, *d, *z;
};

static status work_new(struct work *w, int64_t period, size_t T)
{
    memset(w, 0, sizeof *w);
    TRY(mem_new((void **)&w->x, (size_t)period, sizeof *w->x, "the surrogate"));
    TRY(NEW(w->I, T));
    TRY(NEW(w->sum, T));
    TRY(NEW(w->square, T));
    TRY(NEW(w->next, T));
    TRY(NEW(w->lagged, T));
    TRY(NEW(w->d, T));
    return NEW(w->z, T);
}

static void work_free(struct work *w)
{
    mem_delete((void **)&w->x);
    DELETE(w->I);
    DELETE(w->sum);
    DELETE(w->square);
    DELETE(w->next);
    DELETE(w->lagged);
    DELETE(w->d);
    DELETE(w->z);
}

static void accumulate(struct work *w, const struct surrogate_options *o, double scale)
{
    int64_t T = o->frames;
    for (int64_t t = 0; t < T; t++) w->I[t] *= scale;
    for (int64_t t = 0; t < T; t++) {
        w->sum[t] += w->I[t];
        w->square[t] += w->I[t] * w->I[t];
    }
    for (int64_t t = 0; t + 1 < T; t++) w->next[t] += w->I[t] * w->I[t + 1];
    for (int64_t t = 0; t + o->lag < T; t++) w->lagged[t] += w->I[t] * w->I[t + o->lag];
}

static status statistics(struct work *w, const struct surrogate_options *o, double out[3])
{
    int64_t T = o->frames;
    double n = (double)o->pixels;
    for (int64_t t = 0; t < T; t++) w->square[t] *= n / (w->sum[t] * w->sum[t]);
    for (int64_t t = 0; t + o->lag < T; t++) w->lagged[t] *= n / (w->sum[t] * w->sum[t + o->lag]);
    for (int64_t t = 0; t + 1 < T; t++) w->next[t] *= n / (w->sum[t] * w->sum[t + 1]);
    events_drops_of(w->square, w->next, T, o->plateau, 1.0, w->d); /* z does not depend on the amplitude */
    out[0] = moments_of(w->square, T).variance;
    out[1] = moments_of(w->lagged, T - o->lag).variance;
    TRY(events_z(w->d, T - 1, o->block, w->z));
    out[2] = -INFINITY;
    for (int64_t t = 0; t + 1 < T; t++)
        if (w->z[t] > out[2]) out[2] = w->z[t];
    return OK;
}

static status one_surrogate(const struct generator *g, const double *envelope,
                            const struct surrogate_options *o, int64_t number, double out[3])
{
    struct work w;
    status s = OK;
    GUARD(work_new(&w, g->period, (size_t)o->frames));
    for (int64_t p = 0; p < o->pixels; p++) {
        pixel_intensity(g, o->seed + (uint64_t)number, p, o->frames, w.x, w.I);
        accumulate(&w, o, envelope ? envelope[p] : 1.0);
    }
    GUARD(statistics(&w, o, out));
done:
    work_free(&w);
    return s;
}

/* ---- the distribution ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *sorted, int64_t n, double p)
{
    double at = p * (double)(n - 1);
    int64_t i = (int64_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static struct surrogate_statistic distribution(double *v, int64_t n)
{
    qsort(v, (size_t)n, sizeof *v, ascending);
    struct moments m = moments_of(v, n);
    return (struct surrogate_statistic){m.mean,
                                        sqrt(m.variance),
                                        percentile(v, n, 0.025),
                                        percentile(v, n, 0.5),
                                        percentile(v, n, 0.975),
                                        percentile(v, n, 0.99),
                                        (double)NAN,
                                        (double)NAN};
}

static struct surrogate_statistic *statistic_of(struct surrogate_null *n, int which)
{
    return which == 0 ? &n->diagonal_variance : which == 1 ? &n->lag_variance : &n->largest_z;
}

void surrogate_compare(struct surrogate_null *null, int which, double measured)
{
    int64_t above = 0;
    const double *v = null->values + which * null->seeds;
    for (int64_t i = 0; i < null->seeds; i++) above += v[i] >= measured;
    struct surrogate_statistic *s = statistic_of(null, which);
    s->measured = measured;
    s->p_value = (double)(1 + above) / (double)(1 + null->seeds);
}

static status check(const struct surrogate_options *o)
{
    if (o->pixels < 2)
        return fail(BAD_INPUT,
                    "a surrogate of %" PRId64 " independent pixel(s) was asked for; at least 2 are needed",
                    o->pixels);
    if (o->frames < 3 || o->lag < 1 || o->lag > o->frames - 2)
        return fail(BAD_INPUT,
                    "a surrogate of %" PRId64 " frames with lag %" PRId64
                    " was asked for; at least 3 frames and "
                    "1 ≤ lag ≤ frames − 2 are needed",
                    o->frames, o->lag);
    if (o->seeds < 100)
        return fail(BAD_INPUT,
                    "%" PRId64
                    " surrogates were asked for; fewer than 100 cannot show a false-alarm rate of 1 %%, "
                    "200 is the usual least",
                    o->seeds);
    return OK;
}

status surrogate_run(struct surrogate_null *null, const double *f2, const double *envelope,
                     const struct surrogate_options *o)
{
    memset(null, 0, sizeof *null);
    TRY(check(o));
    struct generator g = {0};
    status s = OK, trouble = OK;
    GUARD(NEW(null->values, (size_t)(3 * o->seeds)));
    GUARD(generator_start(&g, f2, o->frames));
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t i = 0; i < o->seeds; i++) {
        double v[3] = {0};
        status mine = one_surrogate(&g, envelope, o, i, v);
        for (int k = 0; k < 3; k++) null->values[k * o->seeds + i] = v[k];
#pragma omp critical(surrogate_status)
        if (mine != OK) trouble = mine;
    }
    if (trouble != OK) GUARD(fail(trouble, "no memory for the surrogates"));
    null->seeds = o->seeds;
    null->clipped = g.clipped;
    for (int k = 0; k < 3; k++) *statistic_of(null, k) = distribution(null->values + k * o->seeds, o->seeds);
    /* the value that fewer than 1 % of the records exceed */
    int64_t allowed = (o->seeds - 1) / 100;
    const double *z = null->values + 2 * o->seeds;
    null->threshold = z[o->seeds - 1 - allowed];
    int64_t alarms = 0;
    for (int64_t i = 0; i < o->seeds; i++) alarms += z[i] > null->threshold;
    null->false_alarm_rate = (double)alarms / (double)o->seeds;
done:
    generator_end(&g);
    if (s != OK) surrogate_free(null);
    return s;
}

void surrogate_free(struct surrogate_null *null)
{
    DELETE(null->values);
}

/* ---- |f|² from a measured R ---- */

struct pool {
    double value, weight;
    int64_t last; /* index of its last member */
};

static void interpolate(const double *lag, const double *value, int64_t n, int64_t frames, double *f2)
{
    int64_t k = 0;
    f2[0] = 1.0;
    for (int64_t t = 1; t < frames; t++) {
        while (k < n && lag[k] < (double)t) k++;
        if (k == 0)
            f2[t] = value[0];
        else if (k == n)
            f2[t] = value[n - 1];
        else {
            double w = log((double)t / lag[k - 1]) / log(lag[k] / lag[k - 1]);
            f2[t] = value[k - 1] + w * (value[k] - value[k - 1]);
        }
    }
}

status surrogate_correlation(const double *lag, const double *R, const double *weight, int64_t n,
                             int64_t frames, double *f2)
{
    struct pool *pool = NULL;
    double *x = NULL, *y = NULL;
    status s = OK;
    int64_t used = 0, pools = 0;
    GUARD(NEW(pool, (size_t)n + 1));
    GUARD(NEW(x, (size_t)n + 1));
    GUARD(NEW(y, (size_t)n + 1));
    for (int64_t k = 0; k < n; k++) {
        if (!(lag[k] >= 0.5) || !isfinite(R[k]) || !(weight[k] > 0.0)) continue;
        x[used] = lag[k];
        pool[pools++] = (struct pool){R[k], weight[k], used++};
        while (pools > 1 && pool[pools - 1].value > pool[pools - 2].value) { /* pool adjacent violators */
            struct pool *a = &pool[pools - 2], *b = &pool[pools - 1];
            a->value = (a->value * a->weight + b->value * b->weight) / (a->weight + b->weight);
            a->weight += b->weight;
            a->last = b->last;
            pools--;
        }
    }
    if (used == 0) GUARD(fail(BAD_INPUT, "no lag has a finite correlation; no surrogate can be made"));
    for (int64_t k = 0, p = 0; k < used; k++) {
        if (k > pool[p].last) p++;
        y[k] = fmin(1.0, fmax(0.0, pool[p].value));
    }
    interpolate(x, y, used, frames, f2);
done:
    DELETE(pool);
    DELETE(x);
    DELETE(y);
    return s;
}
