/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/correlate/events.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t events_block(int64_t frames)
{
    int64_t b = frames / 10;
    return b < 50 ? 50 : b > 1000 ? 1000 : b;
}

void events_drops_of(const double *diagonal, const double *next, int64_t frames, enum events_plateau plateau,
                     double amplitude, double *d)
{
    for (int64_t t = 0; t + 1 < frames; t++) {
        double before = t > 0 ? next[t - 1] : (double)NAN, after = t + 2 < frames ? next[t + 1] : (double)NAN;
        double p = isnan(before) ? after : isnan(after) ? before : 0.5 * (before + after);
        if (plateau == EVENTS_DIAGONAL) p = 0.5 * (diagonal[t] + diagonal[t + 1]);
        d[t] = (p - next[t]) / amplitude;
    }
}

status events_drops(const struct ttcf *c, enum events_plateau plateau, double g0, double baseline, double *d)
{
    double *diagonal = NULL, *next = NULL;
    status s = OK;
    GUARD(NEW(diagonal, (size_t)c->frames));
    GUARD(NEW(next, (size_t)c->frames));
    for (int64_t t = 0; t < c->frames; t++) diagonal[t] = ttcf_at(c, t, t);
    for (int64_t t = 0; t + 1 < c->frames; t++) next[t] = ttcf_at(c, t, t + 1);
    events_drops_of(diagonal, next, c->frames, plateau, g0 - baseline, d);
done:
    DELETE(diagonal);
    DELETE(next);
    return s;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of the first n values; sorts them. */
static double median(double *x, int64_t n)
{
    if (n == 0) return (double)NAN;
    qsort(x, (size_t)n, sizeof *x, ascending);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

static void block_z(const double *d, int64_t n, double *scratch, double *z)
{
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(d[i])) scratch[m++] = d[i];
    double middle = median(scratch, m);
    for (int64_t i = 0; i < m; i++) scratch[i] = fabs(scratch[i] - middle);
    double spread = 1.4826 * median(scratch, m);
    if (!(spread > 1e-6)) spread = 1e-6;
    for (int64_t i = 0; i < n; i++) z[i] = isfinite(d[i]) ? (d[i] - middle) / spread : (double)NAN;
}

status events_z(const double *d, int64_t n, int64_t block, double *z)
{
    double *scratch = NULL;
    if (block < 1) block = 1;
    TRY(NEW(scratch, (size_t)n + 1));
    for (int64_t i = 0; i < n;) {
        int64_t end = i + block;
        if (end > n || n - end < (block + 1) / 2) end = n;
        block_z(d + i, end - i, scratch, z + i);
        i = end;
    }
    DELETE(scratch);
    return OK;
}

status events_find(struct events *e, const double *d, const double *z, int64_t n, double threshold)
{
    memset(e, 0, sizeof *e);
    size_t room = 0;
    for (int64_t t = 0; t < n; t++) {
        if (!(z[t] > threshold)) continue;
        bool continued = t > 0 && z[t - 1] > threshold;
        if (!continued) {
            status s = GROW(e->event, room, (size_t)e->count + 1);
            if (s != OK) {
                events_free(e);
                return s;
            }
            e->event[e->count++] = (struct event){.frame = t, .drop = d[t], .z = z[t]};
        }
        struct event *now = &e->event[e->count - 1];
        now->frames++;
        if (z[t] > now->z) {
            now->frame = t;
            now->drop = d[t];
            now->z = z[t];
        }
    }
    return OK;
}

void events_free(struct events *e)
{
    DELETE(e->event);
    e->count = 0;
}
