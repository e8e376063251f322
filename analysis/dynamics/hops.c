/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hops.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct hop_options hop_riechers(double r1)
{
    return (struct hop_options){.criterion = HOP_CAGE, .distance = r1};
}

static void waits_free(struct waits *w)
{
    DELETE(w->time);
    DELETE(w->is_censored);
    DELETE(w->atom);
    *w = (struct waits){0};
}

void hops_free(struct hops *h)
{
    DELETE(h->hop);
    waits_free(&h->persistence);
    waits_free(&h->exchange);
    *h = (struct hops){0};
}

static status add_wait(struct waits *w, int64_t atom, double time, bool censored)
{
    size_t need = (size_t)w->n + 1;
    TRY(GROW(w->time, w->time_capacity, need));
    TRY(GROW(w->is_censored, w->flag_capacity, need));
    TRY(GROW(w->atom, w->atom_capacity, need));
    w->time[w->n] = time;
    w->is_censored[w->n] = censored;
    w->atom[w->n++] = atom;
    w->censored += censored;
    return OK;
}

/* ---- one atom's path within the window, and sums that give any mean in two subtractions ---- */
struct path {
    const double *time; /* frames 0 … n-1 of the window */
    int64_t n;
    double *r;      /* [n][3] */
    double *sum;    /* [n+1][3]: Σ r over the frames before */
    double *square; /* [n+1]: Σ |r|² */
    double slack;   /* times closer than this are equal */
};

static void load_path(struct path *p, const struct track *t, int64_t first, int64_t atom)
{
    /* Relative to the first position, so that the running sums lose no digits to the distance from the
     * origin. */
    const double *start = track_frame(t, first) + 3 * atom;
    for (int64_t f = 0; f < p->n; f++) {
        const double *x = track_frame(t, first + f) + 3 * atom;
        double *r = p->r + 3 * f, *sum = p->sum + 3 * f, square = 0.0;
        for (int k = 0; k < 3; k++) {
            r[k] = x[k] - start[k];
            sum[3 + k] = sum[k] + r[k];
            square += r[k] * r[k];
        }
        p->square[f + 1] = p->square[f] + square;
    }
}

static void mean_over(const struct path *p, int64_t from, int64_t to, double mean[3])
{
    for (int k = 0; k < 3; k++) mean[k] = (p->sum[3 * to + k] - p->sum[3 * from + k]) / (double)(to - from);
}

/* Mean over [time of frame a, + cage]. */
static void cage_mean(const struct path *p, int64_t a, double cage, double mean[3])
{
    int64_t low = a + 1, high = p->n;
    double until = p->time[a] + cage + p->slack;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (p->time[middle] <= until)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == a + 1)
        memcpy(mean, p->r + 3 * a, 3 * sizeof *mean);
    else
        mean_over(p, a, low, mean);
}

static double distance2(const double a[3], const double b[3])
{
    double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

static status add_hop(struct hops *h, int64_t atom, double time, const double from[3], const double to[3])
{
    TRY(GROW(h->hop, h->capacity, (size_t)h->n + 1));
    struct hop *hop = h->hop + h->n++;
    *hop = (struct hop){.atom = atom, .time = time, .length = sqrt(distance2(from, to))};
    memcpy(hop->from, from, sizeof hop->from);
    memcpy(hop->to, to, sizeof hop->to);
    return OK;
}

static status find_by_cage(struct hops *h, const struct path *p, const struct hop_options *o, int64_t atom)
{
    double reference[3], next[3], d2 = o->distance * o->distance;
    int64_t left = -1; /* first frame of the excursion under way */
    cage_mean(p, 0, o->cage, reference);
    for (int64_t f = 1; f < p->n; f++) {
        if (!(distance2(p->r + 3 * f, reference) > d2)) {
            h->excursions += left >= 0;
            left = -1;
            continue;
        }
        if (left < 0) left = f;
        if (p->time[f] - p->time[left] < o->persist - p->slack) continue;
        cage_mean(p, left, o->cage, next);
        TRY(add_hop(h, atom, p->time[left], reference, next));
        memcpy(reference, next, sizeof next);
        /* The new cage is watched from its first frame on: what followed the crossing is judged by the new
         * mean. */
        f = left;
        left = -1;
    }
    return OK;
}

/* p at frame f from windows A = [low, f) and B = [f, high). */
static double p_hop(const struct path *p, int64_t low, int64_t f, int64_t high)
{
    double a[3], b[3], ab = 0.0, aa = 0.0, bb = 0.0;
    mean_over(p, low, f, a);
    mean_over(p, f, high, b);
    for (int k = 0; k < 3; k++) {
        ab += a[k] * b[k];
        aa += a[k] * a[k];
        bb += b[k] * b[k];
    }
    double in_a = (p->square[f] - p->square[low]) / (double)(f - low) - 2.0 * ab + bb;
    double in_b = (p->square[high] - p->square[f]) / (double)(high - f) - 2.0 * ab + aa;
    return in_a > 0.0 && in_b > 0.0 ? sqrt(in_a * in_b) : 0.0;
}

static status find_by_phop(struct hops *h, const struct path *p, const struct hop_options *o, int64_t atom)
{
    double half = 0.5 * o->window, from[3], to[3], best_from[3] = {0}, best_to[3] = {0}, best = 0.0;
    int64_t low = 0, high = 0, best_frame = -1;
    for (int64_t f = 1; f < p->n; f++) {
        if (p->time[f] < h->begin - p->slack || p->time[f] > h->end + p->slack) continue;
        while (p->time[low] < p->time[f] - half - p->slack) low++;
        while (high < p->n && p->time[high] <= p->time[f] + half + p->slack) high++;
        double value = low < f ? p_hop(p, low, f, high) : 0.0;
        if (value > o->threshold) {
            if (value <= best) continue;
            best = value;
            best_frame = f;
            mean_over(p, low, f, best_from);
            mean_over(p, f, high, best_to);
            continue;
        }
        if (best_frame < 0) continue;
        memcpy(from, best_from, sizeof from);
        memcpy(to, best_to, sizeof to);
        TRY(add_hop(h, atom, p->time[best_frame], from, to));
        best = 0.0;
        best_frame = -1;
    }
    return best_frame < 0 ? OK : add_hop(h, atom, p->time[best_frame], best_from, best_to);
}

/* Mark the loops among the hops first … h->n-1 of one atom. Cage m is hop[m].from; after hop k the atom is in
 * .to. */
static void mark_loops(struct hops *h, int64_t first, double near)
{
    for (int64_t k = first + 1; k < h->n; k++)
        for (int64_t m = k - 1; m >= first && m >= k - HOP_MEMORY; m--) {
            if (distance2(h->hop[k].to, h->hop[m].from) > near * near) continue;
            h->returns += m == k - 1;
            for (int64_t i = m; i <= k; i++) h->hop[i].reversible = true;
            break;
        }
}

static status one_atom(struct hops *h, struct path *p, const struct track *t, int64_t first, int64_t atom,
                       const struct hop_options *o)
{
    int64_t start = h->n;
    load_path(p, t, first, atom);
    TRY(o->criterion == HOP_CAGE ? find_by_cage(h, p, o, atom) : find_by_phop(h, p, o, atom));
    mark_loops(h, start, o->criterion == HOP_CAGE ? 0.5 * o->distance : sqrt(o->threshold));
    double last = h->begin;
    const double *origin = track_frame(t, first) + 3 * atom;
    for (int64_t k = start; k < h->n; k++) {
        struct hop *hop = h->hop + k;
        /* Rounding must not put a hop behind the atoms that are censored at the same time. */
        if (hop->time > h->end) hop->time = h->end;
        TRY(add_wait(k == start ? &h->persistence : &h->exchange, atom, hop->time - last, false));
        last = hop->time;
        h->reversible += hop->reversible;
        for (int i = 0; i < 3; i++) {
            hop->from[i] += origin[i];
            hop->to[i] += origin[i];
        }
    }
    h->hopped += h->n > start;
    h->atoms++;
    return add_wait(h->n == start ? &h->persistence : &h->exchange, atom, fmax(h->end - last, 0.0), true);
}

static status check(const struct hop_options *o)
{
    if (o->criterion == HOP_CAGE && !(o->distance > 0.0))
        return fail(BAD_INPUT, "the hop distance is %g, it must be positive", o->distance);
    if (o->criterion == HOP_CAGE && !(o->persist >= 0.0 && o->cage >= 0.0))
        return fail(BAD_INPUT, "persistence time %g and cage window %g must not be negative", o->persist,
                    o->cage);
    if (o->criterion == HOP_PHOP && !(o->window > 0.0 && o->threshold > 0.0))
        return fail(BAD_INPUT, "p_hop needs a positive window and threshold, found %g and %g", o->window,
                    o->threshold);
    return OK;
}

static status choose_frames(struct hops *h, struct path *p, const struct track *t,
                            const struct hop_options *o, int64_t *first)
{
    bool all = o->from == 0.0 && o->to == 0.0;
    int64_t low = 0, high = t->frames;
    p->slack = 1e-6 * t->interval;
    while (!all && low < high && t->time[low] < o->from - p->slack) low++;
    while (!all && high > low && t->time[high - 1] > o->to + p->slack) high--;
    if (high - low < 2)
        return fail(BAD_INPUT,
                    "%" PRId64 " frames between time %g and %g (the record runs from %g to %g): hops need "
                    "at least 2",
                    high - low, o->from, o->to, t->time[0], t->time[t->frames - 1]);
    *first = low;
    p->n = high - low;
    p->time = t->time + low;
    double before = o->criterion == HOP_PHOP ? 0.5 * o->window : 0.0;
    double after = o->criterion == HOP_PHOP ? before : o->persist;
    h->begin = p->time[0] + before;
    h->end = p->time[p->n - 1] - after;
    if (!(h->end > h->begin))
        return fail(BAD_INPUT,
                    "the record of %g is not longer than the time a hop takes to be confirmed (%g)",
                    p->time[p->n - 1] - p->time[0], before + after);
    return OK;
}

status hops_find(struct hops *h, const struct track *t, const struct hop_options *o)
{
    status s = OK;
    struct path p = {0};
    int64_t first = 0;
    *h = (struct hops){0};
    GUARD(check(o));
    GUARD(choose_frames(h, &p, t, o, &first));
    GUARD(NEW(p.r, 3 * (size_t)p.n));
    GUARD(NEW(p.sum, 3 * ((size_t)p.n + 1)));
    GUARD(NEW(p.square, (size_t)p.n + 1));
    for (int64_t i = 0; i < t->atoms; i++)
        if (o->group == 0 || t->type[i] == o->group - 1) GUARD(one_atom(h, &p, t, first, i, o));
done:
    DELETE(p.r);
    DELETE(p.sum);
    DELETE(p.square);
    if (s != OK) hops_free(h);
    return s;
}

/* ---- bursts and ages ---- */
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

void hop_ages(double begin, double end, int n, bool logarithmic, double *edges)
{
    for (int i = 0; i <= n; i++) {
        double fraction = (double)i / n;
        if (logarithmic) fraction = i == 0 ? 0.0 : ldexp(1.0, i - n);
        edges[i] = begin + (end - begin) * fraction;
    }
}
