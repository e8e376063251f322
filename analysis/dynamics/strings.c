/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/strings.h"

#include "base/mem.h"
#include "base/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ORIGINS = 100 };

void strings_free(struct strings *s)
{
    DELETE(s->count);
    DELETE(s->null_count);
    *s = (struct strings){0};
}

struct mover {
    double r2;
    int64_t atom;
};
static int farther(const void *a, const void *b)
{
    const struct mover *x = a, *y = b;
    if (x->r2 != y->r2) return x->r2 > y->r2 ? -1 : 1;
    return x->atom < y->atom ? -1 : x->atom > y->atom;
}

struct work {
    struct mover *all;     /* [atoms] */
    double *before, *move; /* [mobile][3] */
    int64_t *root, *size, *order;
};

static void work_free(struct work *w)
{
    DELETE(w->all);
    DELETE(w->before);
    DELETE(w->move);
    DELETE(w->root);
    DELETE(w->size);
    DELETE(w->order);
}

static int64_t find(int64_t *root, int64_t i)
{
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
}

/* Does atom i, displaced by `move`, arrive within delta of where j was? */
static bool takes_place(const struct box *box, const double inverse[3][3], const double *from,
                        const double *move, const double *target, double delta2)
{
    double to[3] = {from[0] + move[0], from[1] + move[1], from[2] + move[2]}, d[3];
    box_nearest(box, inverse, to, target, d);
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < delta2;
}

/* Clusters of the movers when mover i makes the displacement of mover order[i]; count[n] and the longest. */
static void cluster(const struct work *w, int64_t mobile, const struct box *box, const double inverse[3][3],
                    double delta, double *count, int64_t *largest, double *clusters)
{
    for (int64_t i = 0; i < mobile; i++) {
        w->root[i] = i;
        w->size[i] = 0;
    }
    for (int64_t i = 0; i < mobile; i++)
        for (int64_t j = 0; j < mobile; j++) {
            if (i == j) continue;
            const double *move = w->move + 3 * w->order[i];
            if (takes_place(box, inverse, w->before + 3 * i, move, w->before + 3 * j, delta * delta))
                w->root[find(w->root, i)] = find(w->root, j);
        }
    for (int64_t i = 0; i < mobile; i++) w->size[find(w->root, i)]++;
    *clusters = 0.0;
    for (int64_t i = 0; i < mobile; i++) {
        if (w->size[i] == 0) continue;
        count[w->size[i]] += 1.0;
        *clusters += 1.0;
        if (w->size[i] > *largest) *largest = w->size[i];
    }
}

/* Fisher–Yates with one uniform number per step. */
static void shuffle(int64_t *order, int64_t n, uint64_t seed, uint64_t origin)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        double u[2];
        random_uniform2(seed, STREAM_BOOTSTRAP, origin, (uint64_t)i, u);
        int64_t j = (int64_t)(u[0] * (double)(i + 1)), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
}

static void one_origin(struct strings *s, struct work *w, const struct track *t, int64_t a, int64_t b,
                       const struct strings_options *o, double *clusters)
{
    const double *x = track_frame(t, a), *y = track_frame(t, b);
    double inverse[3][3], null_clusters;
    box_inverse(&t->mean, inverse);
    for (int64_t i = 0; i < t->atoms; i++) {
        double d[3] = {y[3 * i] - x[3 * i], y[3 * i + 1] - x[3 * i + 1], y[3 * i + 2] - x[3 * i + 2]};
        w->all[i] = (struct mover){d[0] * d[0] + d[1] * d[1] + d[2] * d[2], i};
    }
    qsort(w->all, (size_t)t->atoms, sizeof *w->all, farther);
    for (int64_t i = 0; i < s->mobile; i++)
        for (int k = 0; k < 3; k++) {
            int64_t at = 3 * w->all[i].atom + k;
            w->before[3 * i + k] = x[at];
            w->move[3 * i + k] = y[at] - x[at];
        }
    for (int64_t i = 0; i < s->mobile; i++) w->order[i] = i;
    cluster(w, s->mobile, &t->mean, inverse, o->delta, s->count, &s->largest, clusters);
    shuffle(w->order, s->mobile, o->seed, (uint64_t)a);
    cluster(w, s->mobile, &t->mean, inverse, o->delta, s->null_count, &s->null_largest, &null_clusters);
}

static void averages(const double *count, int64_t longest, double *mean, double *weighted)
{
    double n0 = 0.0, n1 = 0.0, n2 = 0.0;
    for (int64_t n = 1; n <= longest; n++) {
        n0 += count[n];
        n1 += (double)n * count[n];
        n2 += (double)(n * n) * count[n];
    }
    *mean = n1 / n0;
    *weighted = n2 / n1;
}

static void finish(struct strings *s, const double *clusters)
{
    double mean = 0.0, square = 0.0;
    for (int64_t i = 0; i < s->origins; i++) mean += (double)s->mobile / clusters[i] / (double)s->origins;
    for (int64_t i = 0; i < s->origins; i++) square += pow((double)s->mobile / clusters[i] - mean, 2);
    s->mean_error = s->origins > 1 ? sqrt(square / (double)(s->origins * (s->origins - 1))) : (double)NAN;
    s->longest = s->largest > s->null_largest ? s->largest : s->null_largest;
    for (int64_t n = 1; n <= s->mobile; n++) {
        s->count[n] /= (double)s->origins;
        s->null_count[n] /= (double)s->origins;
    }
    averages(s->count, s->longest, &s->mean, &s->weighted);
    averages(s->null_count, s->longest, &s->null_mean, &s->null_weighted);
}

/* The frame nearest in time to frame a + lag, or -1 beyond the record. */
static int64_t partner(const struct track *t, int64_t a, double lag)
{
    double target = t->time[a] + lag;
    if (target > t->time[t->frames - 1] + 0.5 * t->interval) return -1;
    int64_t b = a + 1;
    while (b + 1 < t->frames && fabs(t->time[b + 1] - target) <= fabs(t->time[b] - target)) b++;
    return b < t->frames ? b : -1;
}

static status allocate(struct strings *s, struct work *w, int64_t atoms)
{
    size_t m = (size_t)s->mobile;
    TRY(NEW(w->all, (size_t)atoms));
    TRY(NEW(w->before, 3 * m));
    TRY(NEW(w->move, 3 * m));
    TRY(NEW(w->root, m));
    TRY(NEW(w->size, m));
    TRY(NEW(w->order, m));
    TRY(NEW(s->count, m + 1));
    TRY(NEW(s->null_count, m + 1));
    return OK;
}

status strings_find(struct strings *result, const struct track *t, const struct strings_options *o)
{
    status s = OK;
    struct work w = {0};
    double *clusters = NULL, fraction = o->fraction > 0.0 ? o->fraction : 0.05;
    *result = (struct strings){.mobile = (int64_t)llround(fraction * (double)t->atoms)};
    if (!(o->lag > 0.0 && o->delta > 0.0))
        return fail(BAD_INPUT, "strings need a positive lag and distance, found %g and %g", o->lag, o->delta);
    if (fraction > 1.0 || result->mobile < 2)
        return fail(BAD_INPUT, "a fraction %g of %" PRId64 " atoms is not at least 2 mobile atoms", fraction,
                    t->atoms);
    int64_t last = t->frames - 1, most = o->origins > 0 ? o->origins : DEFAULT_ORIGINS;
    while (last >= 0 && partner(t, last, o->lag) < 0) last--;
    if (last < 0) return fail(BAD_INPUT, "the lag %g is longer than the record, %g", o->lag, track_span(t));
    int64_t origins = last + 1 < most ? last + 1 : most;
    GUARD(allocate(result, &w, t->atoms));
    GUARD(NEW(clusters, (size_t)origins));
    for (int64_t i = 0; i < origins; i++) {
        int64_t a = origins > 1 ? i * last / (origins - 1) : 0, b = partner(t, a, o->lag);
        one_origin(result, &w, t, a, b, o, clusters + i);
        result->lag += (t->time[b] - t->time[a]) / (double)origins;
    }
    result->origins = origins;
    finish(result, clusters);
done:
    work_free(&w);
    DELETE(clusters);
    if (s != OK) strings_free(result);
    return s;
}
