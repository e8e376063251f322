/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/isf.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = SPECIES_MAX + 1, DEFAULT_VECTORS = 24 };

void isf_free(struct isf *r)
{
    DELETE(r->lag);
    DELETE(r->pairs);
    DELETE(r->f);
    DELETE(r->f_error);
    DELETE(r->chi4);
    *r = (struct isf){0};
}

/* ---- the vectors of ISF_LATTICE ---- */
struct candidate {
    double q[3], length, away;
    int h[3];
};
static int nearer(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->away != y->away) return x->away < y->away ? -1 : 1;
    return memcmp(x->h, y->h, sizeof x->h);
}

static status lattice_vectors(const struct box *box, double q, int most, struct candidate **out, int *n)
{
    double g[3][3];
    box_reciprocal(box, g);
    int top[3];
    size_t capacity = 0, found = 0;
    for (int k = 0; k < 3; k++) {
        /* |q·a_k| ≤ q |a_k| bounds the index; one more, so that vectors a little longer than q are seen too.
         */
        double edge =
            sqrt(box->h[k][0] * box->h[k][0] + box->h[k][1] * box->h[k][1] + box->h[k][2] * box->h[k][2]);
        top[k] = box->periodic[k] ? (int)(q * edge / (2.0 * M_PI)) + 1 : 0;
    }
    for (int h = 0; h <= top[0]; h++)
        for (int k = h ? -top[1] : 0; k <= top[1]; k++)
            for (int m = h || k ? -top[2] : 1; m <= top[2]; m++) {
                struct candidate c = {.h = {h, k, m}};
                for (int i = 0; i < 3; i++) c.q[i] = 2.0 * M_PI * (h * g[0][i] + k * g[1][i] + m * g[2][i]);
                c.length = sqrt(c.q[0] * c.q[0] + c.q[1] * c.q[1] + c.q[2] * c.q[2]);
                c.away = fabs(c.length - q);
                TRY(GROW(*out, capacity, found + 1));
                (*out)[found++] = c;
            }
    if (found == 0)
        return fail(BAD_INPUT,
                    "the cell has no periodic axis, so no reciprocal-lattice vector; use the sphere form");
    qsort(*out, found, sizeof **out, nearer);
    *n = found < (size_t)most ? (int)found : most;
    return OK;
}

/* ---- one pair of frames ---- */
static double one_atom(const double d[3], double q, const struct candidate *v, int vectors)
{
    if (vectors == 0) {
        double x = q * sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        return x < 1e-4 ? 1.0 - x * x / 6.0 : sin(x) / x;
    }
    double sum = 0.0;
    for (int i = 0; i < vectors; i++) sum += cos(v[i].q[0] * d[0] + v[i].q[1] * d[1] + v[i].q[2] * d[2]);
    return sum / vectors;
}

static void pair_value(const struct track *t, int64_t a, int64_t b, double q, const struct candidate *v,
                       int vectors, double value[GROUPS])
{
    const double *x = track_frame(t, a), *y = track_frame(t, b);
    double sum[SPECIES_MAX] = {0}, all = 0.0;
    int64_t count[SPECIES_MAX] = {0};
    for (int64_t i = 0; i < t->atoms; i++) {
        double d[3] = {y[3 * i] - x[3 * i], y[3 * i + 1] - x[3 * i + 1], y[3 * i + 2] - x[3 * i + 2]};
        sum[t->type[i]] += one_atom(d, q, v, vectors);
        count[t->type[i]]++;
    }
    for (int s = 0; s < t->species.count; s++) {
        all += sum[s];
        value[1 + s] = sum[s] / (double)count[s];
    }
    value[0] = all / (double)t->atoms;
}

/* ---- averages ---- */
static double mean_of(const double *value, int64_t from, int64_t to, int group)
{
    double sum = 0.0;
    for (int64_t p = from; p < to; p++) sum += value[p * GROUPS + group];
    return to > from ? sum / (double)(to - from) : (double)NAN;
}

double isf_tau(const double *time, const double *f, int64_t n)
{
    const double level = exp(-1.0);
    for (int64_t k = 0; k < n; k++) {
        if (!(f[k] <= level)) continue;
        double t0 = k > 0 ? time[k - 1] : 0.0, f0 = k > 0 ? f[k - 1] : 1.0, f1 = f[k];
        if (t0 > 0.0 && f0 < 1.0 && f0 > level && f1 > 0.0) {
            double y0 = log(-log(f0)), y1 = log(-log(f1)), x0 = log(t0), x1 = log(time[k]);
            return exp(x0 + (0.0 - y0) * (x1 - x0) / (y1 - y0));
        }
        return t0 + (f0 - level) / (f0 - f1) * (time[k] - t0);
    }
    return (double)NAN;
}

/* F_s from the origins of half 0 (before the middle of the record) or 1. */
static double half_of(const struct lags *l, const double *value, const double *time, double middle, int64_t k,
                      int group, int half)
{
    int64_t cut = l->first[k];
    while (cut < l->first[k + 1] && time[l->a[cut]] < middle) cut++;
    return half == 0 ? mean_of(value, l->first[k], cut, group) : mean_of(value, cut, l->first[k + 1], group);
}

static status reduce(struct isf *r, const struct lags *l, const double *value, const struct track *t)
{
    double *half = NULL, block[16];
    TRY(NEW(half, (size_t)l->n));
    double first = t->time[l->a[0]], middle = 0.5 * (first + t->time[l->a[l->first[1] - 1]]);
    for (int g = 0; g < r->groups; g++) {
        double *f = r->f + g * l->n;
        for (int64_t k = 0; k < l->n; k++) {
            int64_t blocks = lags_blocks(l, t->time, k);
            f[k] = mean_of(value, l->first[k], l->first[k + 1], g);
            for (int64_t i = 0; i < blocks; i++)
                block[i] = mean_of(value, lags_block(l, k, blocks, i), lags_block(l, k, blocks, i + 1), g);
            r->f_error[g * l->n + k] = lags_error(block, blocks);
        }
        r->tau[g] = isf_tau(l->lag, f, l->n);
        for (int h = 0; h < 2; h++) {
            for (int64_t k = 0; k < l->n; k++) half[k] = half_of(l, value, t->time, middle, k, g, h);
            r->tau_half[g][h] = isf_tau(l->lag, half, l->n);
        }
        r->tau_error[g] = 0.5 * fabs(r->tau_half[g][0] - r->tau_half[g][1]);
    }
    for (int64_t k = 0; k < l->n; k++) {
        double mean = r->f[k], variance = 0.0;
        int64_t n = l->first[k + 1] - l->first[k];
        for (int64_t p = l->first[k]; p < l->first[k + 1]; p++)
            variance += (value[p * GROUPS] - mean) * (value[p * GROUPS] - mean) / (double)n;
        r->chi4[k] = n > 1 ? (double)t->atoms * variance : (double)NAN;
    }
    DELETE(half);
    return OK;
}

static status allocate(struct isf *r, const struct lags *l, int groups)
{
    size_t n = (size_t)l->n, all = n * (size_t)groups;
    r->lags = l->n;
    r->groups = groups;
    TRY(NEW(r->lag, n));
    TRY(NEW(r->pairs, n));
    TRY(NEW(r->f, all));
    TRY(NEW(r->f_error, all));
    TRY(NEW(r->chi4, n));
    memcpy(r->lag, l->lag, n * sizeof *r->lag);
    for (int64_t k = 0; k < l->n; k++) r->pairs[k] = l->first[k + 1] - l->first[k];
    return OK;
}

status isf_measure(struct isf *r, const struct track *t, const struct isf_options *o)
{
    status s = OK;
    struct lags l = {0};
    struct candidate *v = NULL;
    double *value = NULL;
    int vectors = 0;
    *r = (struct isf){.q = o->q, .form = o->form};
    if (!(o->q > 0.0) || !isfinite(o->q))
        return fail(BAD_INPUT, "q is %g, it must be a positive number", o->q);
    if (o->form == ISF_LATTICE) {
        GUARD(lattice_vectors(&t->mean, o->q, o->vectors > 0 ? o->vectors : DEFAULT_VECTORS, &v, &vectors));
        r->q = 0.0;
        for (int i = 0; i < vectors; i++) r->q += v[i].length / vectors;
        r->vectors = vectors;
    }
    GUARD(lags_plan(&l, t->time, t->frames, t->uniform, &o->lags));
    GUARD(allocate(r, &l, t->species.count + 1));
    int64_t pairs = l.first[l.n];
    GUARD(NEW(value, (size_t)pairs * GROUPS));
    /* Each pair is one thread's work in atom order, the pairs are added in order: thread count leaves the
     * bits alone. */
#pragma omp parallel for schedule(dynamic, 4)
    for (int64_t p = 0; p < pairs; p++) pair_value(t, l.a[p], l.b[p], o->q, v, vectors, value + p * GROUPS);
    s = reduce(r, &l, value, t);
done:
    lags_free(&l);
    DELETE(value);
    DELETE(v);
    if (s != OK) isf_free(r);
    return s;
}
