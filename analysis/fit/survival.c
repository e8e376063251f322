/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/survival.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

const char *const waiting_correction_names[] = {"none", "censored", "window"};

struct pair {
    double time;
    uint8_t censored;
};

static int by_time(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    if (p->time != q->time) return p->time < q->time ? -1 : 1;
    return (int)p->censored - (int)q->censored;
}

static status check(size_t n, const double *time, enum waiting_correction correction, double window)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(time[i]) || !(time[i] > 0.0))
            return fail(BAD_INPUT, "waiting time %zu is %g: want finite times above 0", i + 1, time[i]);
    if (correction == WAITING_WINDOW && !(window > 0.0 && isfinite(window)))
        return fail(BAD_INPUT, "the window correction needs the length of the record; found %g", window);
    return OK;
}

status waiting_sample_make(struct waiting_sample *w, size_t n, const double *time, const uint8_t *censored,
                           enum waiting_correction correction, double window)
{
    *w = (struct waiting_sample){.correction = correction, .window = window};
    struct pair *pairs = NULL;
    status s = OK;
    GUARD(check(n, time, correction, window));
    GUARD(NEW(pairs, n));
    for (size_t i = 0; i < n; i++) {
        uint8_t open = censored && censored[i];
        if (open && correction != WAITING_CENSORED) continue;
        pairs[w->n++] = (struct pair){time[i], open};
        w->events += !open;
    }
    if (!w->events)
        GUARD(fail(BAD_INPUT, "no completed waiting time among %zu observations: nothing to analyse", n));
    qsort(pairs, w->n, sizeof *pairs, by_time);
    if (correction == WAITING_WINDOW && pairs[w->n - 1].time >= window)
        GUARD(fail(BAD_INPUT,
                   "a waiting time of %g in a record of %g: give the record's length in the same unit",
                   pairs[w->n - 1].time, window));
    GUARD(NEW(w->time, w->n));
    GUARD(NEW(w->log_time, w->n));
    GUARD(NEW(w->censored, w->n));
    for (size_t i = 0; i < w->n; i++) {
        w->time[i] = pairs[i].time;
        w->log_time[i] = log(pairs[i].time);
        w->censored[i] = pairs[i].censored;
    }
done:
    DELETE(pairs);
    if (s != OK) waiting_sample_free(w);
    return s;
}

void waiting_sample_free(struct waiting_sample *s)
{
    DELETE(s->time);
    DELETE(s->log_time);
    DELETE(s->censored);
    s->n = s->events = 0;
}

size_t waiting_sample_from(const struct waiting_sample *s, double x)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->time[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double weight(const struct waiting_sample *s, size_t i)
{
    return s->correction == WAITING_WINDOW ? 1.0 / (1.0 - s->time[i] / s->window) : 1.0;
}

status survival_make(struct survival *k, const struct waiting_sample *s)
{
    *k = (struct survival){0};
    status r = NEW(k->time, s->n);
    if (r == OK) r = NEW(k->at_risk, s->n);
    if (r == OK) r = NEW(k->events, s->n);
    if (r == OK) r = NEW(k->survival, s->n);
    if (r == OK) r = NEW(k->error, s->n);
    if (r != OK) {
        survival_free(k);
        return r;
    }
    double total = 0.0, squares = 0.0, left, running = 1.0, greenwood = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        total += weight(s, i);
        squares += weight(s, i) * weight(s, i);
    }
    left = total;
    for (size_t i = 0; i < s->n;) {
        double events = 0.0, gone = 0.0, now = s->time[i];
        for (; i < s->n && s->time[i] == now; i++) {
            events += s->censored[i] ? 0.0 : weight(s, i);
            gone += weight(s, i);
        }
        if (events > 0.0) {
            bool last = left - events < 1e-9 * total;
            running = last ? 0.0 : running * (1.0 - events / left);
            greenwood += last ? 0.0 : events / (left * (left - events));
            k->time[k->n] = now;
            k->at_risk[k->n] = left;
            k->events[k->n] = events;
            k->survival[k->n] = running;
            /* weights: the effective number of observations is total^2/squares instead of total */
            k->error[k->n++] = running * sqrt(greenwood * (squares / total));
        }
        left -= gone;
    }
    return OK;
}

void survival_free(struct survival *k)
{
    DELETE(k->time);
    DELETE(k->at_risk);
    DELETE(k->events);
    DELETE(k->survival);
    DELETE(k->error);
    k->n = 0;
}

status log_histogram_make(struct log_histogram *h, const struct waiting_sample *s, double bins_per_decade)
{
    *h = (struct log_histogram){0};
    if (!(bins_per_decade > 0.0 && bins_per_decade <= 1000.0))
        return fail(BAD_INPUT, "%g bins per decade: want a number above 0 and at most 1000", bins_per_decade);
    double width = log(10.0) / bins_per_decade, first = INFINITY, last = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        if (s->censored[i]) continue;
        first = fmin(first, floor(s->log_time[i] / width));
        last = fmax(last, floor(s->log_time[i] / width));
    }
    h->bins = (size_t)(last - first) + 1;
    struct survival k;
    TRY(survival_make(&k, s));
    status r = NEW(h->edge, h->bins + 1);
    if (r == OK) r = NEW(h->density, h->bins);
    if (r == OK) r = NEW(h->error, h->bins);
    if (r == OK) r = NEW(h->count, h->bins);
    if (r == OK) {
        for (size_t b = 0; b <= h->bins; b++) h->edge[b] = exp((first + (double)b) * width);
        double before = 1.0;
        for (size_t j = 0, i = 0; j < k.n; j++) {
            int64_t count = 0;
            for (; i < s->n && s->time[i] <= k.time[j]; i++)
                count += s->time[i] == k.time[j] && !s->censored[i];
            size_t b = (size_t)(floor(log(k.time[j]) / width) - first);
            double mass = before - k.survival[j];
            h->density[b] += mass;
            h->error[b] += mass * mass / (double)count; /* equal events share the step */
            h->count[b] += count;
            before = k.survival[j];
        }
        for (size_t b = 0; b < h->bins; b++) {
            double size = h->edge[b + 1] - h->edge[b];
            h->density[b] /= size;
            h->error[b] = sqrt(h->error[b]) / size;
        }
    } else {
        log_histogram_free(h);
    }
    survival_free(&k);
    return r;
}

void log_histogram_free(struct log_histogram *h)
{
    DELETE(h->edge);
    DELETE(h->density);
    DELETE(h->error);
    DELETE(h->count);
    h->bins = 0;
}
