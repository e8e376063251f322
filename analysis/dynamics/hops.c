/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hops.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>

enum { BLOCK = 64 }; /* frames that stay in the cache while all atoms are judged */

/* The frames of [from, to], as a path that keeps them all. */
static status choose_frames(struct hop_path *p, const struct track *t, const struct hop_options *o)
{
    bool all = o->from == 0.0 && o->to == 0.0;
    int64_t low = 0, high = t->frames;
    double slack = 1e-6 * t->interval;
    while (!all && low < high && t->time[low] < o->from - slack) low++;
    while (!all && high > low && t->time[high - 1] > o->to + slack) high--;
    if (high - low < 2)
        return fail(BAD_INPUT,
                    "%" PRId64 " frames between time %g and %g (the record runs from %g to %g): hops need "
                    "at least 2",
                    high - low, o->from, o->to, t->time[0], t->time[t->frames - 1]);
    *p = (struct hop_path){.atoms = t->atoms,
                           .capacity = high - low,
                           .x = track_frame(t, low),
                           .time = t->time + low,
                           .slack = slack};
    double span = t->time[high - 1] - t->time[low], lost = o->criterion == HOP_PHOP ? o->window : o->persist;
    if (!(span > lost))
        return fail(BAD_INPUT,
                    "the record of %g is not longer than the time a hop takes to be confirmed (%g)", span,
                    lost);
    return OK;
}

status hops_find(struct hops *h, const struct track *t, const struct hop_options *o)
{
    status s = OK;
    struct hop_path p;
    *h = (struct hops){0};
    GUARD(hop_options_check(o));
    GUARD(choose_frames(&p, t, o));
    p.known = 1;
    GUARD(hops_begin(h, o, &p, 0, t->type));
    while (p.known < p.capacity) {
        p.known = p.known + BLOCK < p.capacity ? p.known + BLOCK : p.capacity;
        GUARD(hops_advance(h, &p, p.known == p.capacity));
    }
    GUARD(hops_finish(h));
done:
    if (s != OK) hops_free(h);
    return s;
}

/* ---- bursts ---- */
void hop_bursts_free(struct hop_bursts *b)
{
    DELETE(b->time);
    DELETE(b->hops);
    DELETE(b->atoms);
    *b = (struct hop_bursts){0};
}

status hops_bursts(struct hop_bursts *b, const struct hops *h, double width)
{
    *b = (struct hop_bursts){.width = width};
    double span = h->end - h->begin;
    if (!(width > 0.0) || width > span)
        return fail(BAD_INPUT, "the burst window is %g, it must be positive and at most the record, %g",
                    width, span);
    b->n = (int64_t)floor(span / width * (1.0 + 1e-9));
    status s = OK;
    GUARD(NEW(b->time, (size_t)b->n));
    GUARD(NEW(b->hops, (size_t)b->n));
    GUARD(NEW(b->atoms, (size_t)b->n));
    for (int64_t i = 0; i < b->n; i++) b->time[i] = h->begin + (double)i * width;
    int64_t last_atom = -1, last_window = -1;
    for (int64_t k = 0; k < h->n; k++) {
        int64_t i = (int64_t)floor((h->hop[k].time - h->begin) / width);
        if (i < 0 || i >= b->n) continue;
        b->hops[i]++;
        /* Hops are ordered by atom and time, so a second hop of the same atom in a window follows directly.
         */
        b->atoms[i] += h->hop[k].atom != last_atom || i != last_window;
        last_atom = h->hop[k].atom;
        last_window = i;
    }
    double square = 0.0;
    for (int64_t i = 0; i < b->n; i++) b->mean += (double)b->hops[i] / (double)b->n;
    for (int64_t i = 0; i < b->n; i++)
        square += ((double)b->hops[i] - b->mean) * ((double)b->hops[i] - b->mean);
    b->fano = b->n > 1 && b->mean > 0.0 ? square / (double)(b->n - 1) / b->mean : (double)NAN;
    return OK;
done:
    hop_bursts_free(b);
    return s;
}
