/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/hops.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* States of a cage: its mean needs frames that may not be there yet. */
enum { CAGE_FIRST, CAGE_KNOWN, CAGE_AFTER_HOP };
enum { CAGE_STATE = 6, PHOP_STATE = 10, COUNTERS = 3 };

struct hop_options hop_riechers(double r1)
{
    return (struct hop_options){.criterion = HOP_CAGE, .distance = r1};
}

status hop_options_check(const struct hop_options *o)
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
    DELETE(h->cursor);
    waits_free(&h->persistence);
    waits_free(&h->exchange);
    *h = (struct hops){0};
}

/* ---- frames ---- */

static double confirmation(const struct hop_options *o)
{
    return o->criterion == HOP_PHOP ? 0.5 * o->window : o->persist;
}

int64_t hop_frames_needed(const struct hop_options *o, double interval)
{
    /* A cage is judged from its first frame on: when its mean is complete, or a hop confirmed, that frame
     * must still be there. One frame more for the one that shows a time is over, one for rounding. */
    double reach = o->criterion == HOP_PHOP ? o->window : fmax(o->cage, o->persist);
    return (int64_t)ceil(reach / interval) + 3;
}

static const double *at(const struct hop_path *p, int64_t frame, int64_t atom)
{
    return p->x + 3 * ((frame < p->capacity ? frame : frame % p->capacity) * p->atoms + atom);
}
static double time_of(const struct hop_path *p, int64_t frame)
{
    return p->time[frame < p->capacity ? frame : frame % p->capacity];
}

static double distance2(const double a[3], const double b[3])
{
    double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

/* Over the frames from … to−1, relative to the first: no digits are lost to the distance from the origin. */
static void mean_over(const struct hop_path *p, int64_t atom, int64_t from, int64_t to, double mean[3])
{
    const double *start = at(p, from, atom);
    double sum[3] = {0};
    for (int64_t f = from + 1; f < to; f++) {
        const double *x = at(p, f, atom);
        for (int k = 0; k < 3; k++) sum[k] += x[k] - start[k];
    }
    for (int k = 0; k < 3; k++) mean[k] = start[k] + sum[k] / (double)(to - from);
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

/* ---- the cage criterion ---- */

/* Mean over [time of frame a, + cage]; false while frames of it are still to come. */
static bool cage_mean(const struct hop_path *p, int64_t atom, int64_t a, double cage, bool last,
                      double mean[3])
{
    double until = time_of(p, a) + cage;
    if (!last && time_of(p, p->known - 1) < until - p->slack) return false;
    int64_t to = a + 1;
    while (to < p->known && time_of(p, to) <= until + p->slack) to++;
    mean_over(p, atom, a, to, mean);
    return true;
}

/* A cage whose mean was awaited: the hop that led to it is known now. */
static status enter_cage(struct hops *h, const struct hop_path *p, int64_t atom, bool last, bool *waits)
{
    struct hop_cursor *c = h->cursor + atom;
    double mean[3];
    *waits = !cage_mean(p, atom, c->mark, h->how.cage, last, mean);
    if (*waits) return OK;
    if (c->state == CAGE_AFTER_HOP) TRY(add_hop(h, atom, time_of(p, c->mark), c->from, mean));
    memcpy(c->from, mean, sizeof c->from);
    /* Watched from its first frame on: what followed the crossing is judged by the new mean. */
    c->frame = c->mark + 1;
    c->mark = -1;
    c->state = CAGE_KNOWN;
    return OK;
}

static status advance_cage(struct hops *h, const struct hop_path *p, int64_t atom, bool last)
{
    struct hop_cursor *c = h->cursor + atom;
    double d2 = h->how.distance * h->how.distance;
    for (;;) {
        if (c->state != CAGE_KNOWN) {
            bool waits;
            TRY(enter_cage(h, p, atom, last, &waits));
            if (waits) return OK;
        }
        for (; c->frame < p->known; c->frame++) {
            if (!(distance2(at(p, c->frame, atom), c->from) > d2)) {
                h->excursions += c->mark >= 0;
                c->mark = -1;
                continue;
            }
            if (c->mark < 0) c->mark = c->frame;
            if (time_of(p, c->frame) - time_of(p, c->mark) < h->how.persist - p->slack) continue;
            c->state = CAGE_AFTER_HOP;
            break;
        }
        if (c->state == CAGE_KNOWN) return OK;
    }
}

/* ---- p_hop ---- */

/* p at frame f from windows A = [low, f) and B = [f, high), and the two means. */
static double p_hop(const struct hop_path *p, int64_t atom, int64_t low, int64_t f, int64_t high, double a[3],
                    double b[3])
{
    double in_a = 0.0, in_b = 0.0;
    mean_over(p, atom, low, f, a);
    mean_over(p, atom, f, high, b);
    for (int64_t k = low; k < f; k++) in_a += distance2(at(p, k, atom), b);
    for (int64_t k = f; k < high; k++) in_b += distance2(at(p, k, atom), a);
    return sqrt(in_a / (double)(f - low) * (in_b / (double)(high - f)));
}

static status end_stretch(struct hops *h, int64_t atom)
{
    struct hop_cursor *c = h->cursor + atom;
    if (c->mark < 0) return OK;
    TRY(add_hop(h, atom, c->time, c->from, c->to));
    c->mark = -1;
    return OK;
}

static status advance_phop(struct hops *h, const struct hop_path *p, int64_t atom, bool last)
{
    struct hop_cursor *c = h->cursor + atom;
    double half = 0.5 * h->how.window, known = time_of(p, p->known - 1), a[3], b[3];
    for (; c->frame < p->known && time_of(p, c->frame) + half <= known + p->slack; c->frame++) {
        int64_t f = c->frame, low = f, high = f + 1;
        double t = time_of(p, f);
        if (t < h->begin - p->slack) continue;
        while (low > h->first && time_of(p, low - 1) >= t - half - p->slack) low--;
        while (high < p->known && time_of(p, high) <= t + half + p->slack) high++;
        double value = low < f ? p_hop(p, atom, low, f, high, a, b) : 0.0;
        if (!(value > h->how.threshold)) {
            TRY(end_stretch(h, atom));
        } else if (c->mark < 0 || value > c->best) {
            c->best = value;
            c->time = t;
            c->mark = f;
            memcpy(c->from, a, sizeof a);
            memcpy(c->to, b, sizeof b);
        }
    }
    return last ? end_stretch(h, atom) : OK;
}

/* ---- */

static bool observed(const struct hops *h, int64_t atom)
{
    return h->how.group == 0 || h->type[atom] == h->how.group - 1;
}

status hops_begin(struct hops *h, const struct hop_options *how, const struct hop_path *p, int64_t first,
                  const int32_t *type)
{
    *h = (struct hops){.how = *how, .first = first, .slots = p->atoms, .type = type};
    TRY(hop_options_check(how));
    h->begin = h->end = time_of(p, first);
    if (how->criterion == HOP_PHOP) h->begin += 0.5 * how->window;
    TRY(NEW(h->cursor, (size_t)p->atoms));
    for (int64_t i = 0; i < p->atoms; i++) {
        struct hop_cursor *c = h->cursor + i;
        c->frame = first + 1;
        c->mark = how->criterion == HOP_CAGE ? first : -1;
        c->state = CAGE_FIRST;
    }
    return OK;
}

/* A caller's path that is too short would give wrong hops silently. */
static status check_path(const struct hops *h, const struct hop_path *p, int64_t atom)
{
    const struct hop_cursor *c = h->cursor + atom;
    int64_t oldest = h->how.criterion == HOP_CAGE && c->mark >= 0 ? c->mark : c->frame;
    if (oldest >= p->known - p->capacity) return OK;
    return fail(FAILED, "frame %" PRId64 " is needed, the path keeps %" PRId64 " of %" PRId64 " frames",
                oldest, p->capacity, p->known);
}

status hops_advance(struct hops *h, const struct hop_path *p, bool last)
{
    for (int64_t i = 0; i < p->atoms; i++) {
        if (!observed(h, i)) continue;
        TRY(check_path(h, p, i));
        TRY(h->how.criterion == HOP_CAGE ? advance_cage(h, p, i, last) : advance_phop(h, p, i, last));
    }
    if (last) h->end = time_of(p, p->known - 1) - confirmation(&h->how);
    return OK;
}

/* ---- when all frames were seen ---- */

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

/* By atom; hops of one atom stay in the order of time in which they were found. */
static status sort_by_atom(struct hops *h)
{
    int64_t *place = NULL;
    struct hop *sorted = NULL;
    status s = OK;
    GUARD(NEW(place, (size_t)h->slots + 1));
    GUARD(NEW(sorted, (size_t)h->n + 1));
    for (int64_t k = 0; k < h->n; k++) place[h->hop[k].atom + 1]++;
    for (int64_t i = 0; i < h->slots; i++) place[i + 1] += place[i];
    for (int64_t k = 0; k < h->n; k++) sorted[place[h->hop[k].atom]++] = h->hop[k];
    if (h->n > 0) memcpy(h->hop, sorted, (size_t)h->n * sizeof *sorted);
done:
    DELETE(place);
    DELETE(sorted);
    return s;
}

/* Mark the loops among the hops first … end-1 of one atom. Cage m is hop[m].from; after hop k the atom is in
 * .to. */
static void mark_loops(struct hops *h, int64_t first, int64_t end, double near)
{
    for (int64_t k = first + 1; k < end; k++)
        for (int64_t m = k - 1; m >= first && m >= k - HOP_MEMORY; m--) {
            if (distance2(h->hop[k].to, h->hop[m].from) > near * near) continue;
            h->returns += m == k - 1;
            for (int64_t i = m; i <= k; i++) h->hop[i].reversible = true;
            break;
        }
}

static status finish_atom(struct hops *h, int64_t atom, int64_t start, int64_t end)
{
    double last = h->begin;
    mark_loops(h, start, end, h->how.criterion == HOP_CAGE ? 0.5 * h->how.distance : sqrt(h->how.threshold));
    for (int64_t k = start; k < end; k++) {
        struct hop *hop = h->hop + k;
        /* Rounding must not put a hop behind the atoms that are censored at the same time. */
        if (hop->time > h->end) hop->time = h->end;
        TRY(add_wait(k == start ? &h->persistence : &h->exchange, atom, hop->time - last, false));
        last = hop->time;
        h->reversible += hop->reversible;
    }
    h->hopped += end > start;
    return add_wait(end == start ? &h->persistence : &h->exchange, atom, fmax(h->end - last, 0.0), true);
}

status hops_finish(struct hops *h)
{
    if (!(h->end > h->begin))
        return fail(BAD_INPUT,
                    "the observation from %g to %g is not longer than the time a hop takes to be confirmed",
                    h->begin, h->end);
    TRY(sort_by_atom(h));
    int64_t next = 0;
    for (int64_t i = 0; i < h->slots; i++) {
        int64_t start = next;
        while (next < h->n && h->hop[next].atom == i) next++;
        if (!observed(h, i)) continue;
        h->atoms++;
        TRY(finish_atom(h, i, start, next));
    }
    DELETE(h->cursor);
    h->type = NULL;
    return OK;
}

/* ---- checkpoints ---- */

static size_t numbers(const struct hops *h)
{
    return h->how.criterion == HOP_CAGE ? CAGE_STATE : PHOP_STATE;
}

size_t hops_state_size(const struct hops *h)
{
    return COUNTERS + numbers(h) * (size_t)h->slots;
}

void hops_save(const struct hops *h, double *state)
{
    state[0] = (double)h->first;
    state[1] = h->begin;
    state[2] = (double)h->excursions;
    state += COUNTERS;
    for (int64_t i = 0; i < h->slots; i++, state += numbers(h)) {
        const struct hop_cursor *c = h->cursor + i;
        state[0] = (double)c->frame;
        state[1] = (double)c->mark;
        memcpy(state + 3, c->from, sizeof c->from);
        if (h->how.criterion == HOP_CAGE) {
            state[2] = c->state;
        } else {
            state[2] = c->best;
            state[6] = c->time;
            memcpy(state + 7, c->to, sizeof c->to);
        }
    }
}

void hops_load(struct hops *h, const double *state)
{
    h->first = (int64_t)state[0];
    h->begin = state[1];
    h->excursions = (int64_t)state[2];
    state += COUNTERS;
    for (int64_t i = 0; i < h->slots; i++, state += numbers(h)) {
        struct hop_cursor *c = h->cursor + i;
        c->frame = (int64_t)state[0];
        c->mark = (int64_t)state[1];
        memcpy(c->from, state + 3, sizeof c->from);
        if (h->how.criterion == HOP_CAGE) {
            c->state = (int)state[2];
        } else {
            c->best = state[2];
            c->time = state[6];
            memcpy(c->to, state + 7, sizeof c->to);
        }
    }
}

void hop_ages(double begin, double end, int n, bool logarithmic, double *edges)
{
    for (int i = 0; i <= n; i++) {
        double fraction = (double)i / n;
        if (logarithmic) fraction = i == 0 ? 0.0 : ldexp(1.0, i - n);
        edges[i] = begin + (end - begin) * fraction;
    }
}
