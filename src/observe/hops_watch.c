/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/hops_watch.h"

#include "base/log.h"
#include "base/mem.h"
#include "system/rdf.h"
#include "system/unwrap.h"

#include <math.h>
#include <string.h>

/* ---- what to watch ---- */

static status measure_r1(struct watch *o)
{
    const struct hops_input *in = o->options.input;
    const struct species *s = &o->frame.species;
    double d = cbrt(box_volume(&o->frame.box) / (double)o->frame.atoms);
    int a = -1, b = -1;
    struct rdf g = {0};
    o->r1 = in->r1.value;
    if (o->r1 > 0.0) return OK; /* given */
    if (in->r1.pair[0][0]) {
        a = species_find(s, in->r1.pair[0]);
        b = species_find(s, in->r1.pair[1]);
        if (a < 0 || b < 0)
            return fail(BAD_INPUT, "hops: r1: %s-%s: there is no species '%s'", in->r1.pair[0],
                        in->r1.pair[1], in->r1.pair[a < 0 ? 0 : 1]);
    }
    TRY(rdf_begin(&g, s->count, 2.0 * d, 120));
    status st = rdf_add(&g, &o->frame.box, o->frame.atoms, o->frame.type, o->frame.x);
    if (st == OK) st = rdf_finish(&g);
    if (st == OK) {
        o->r1 = peak_first(a < 0 ? g.total : rdf_value(&g, a, b), g.bins, rdf_r(&g, 0), g.width).x;
        if (!(o->r1 > 0.0))
            st = fail(BAD_INPUT, "g(r) shows no first peak below %g, so `hops: r1:` must be given", 2.0 * d);
    }
    rdf_free(&g);
    return st;
}

status watch_plan(struct watch *o, const struct stage *s)
{
    const struct hops_input *in = o->options.input;
    const struct species *species = &o->frame.species;
    double unit = units_size(&o->engine->units, QUANTITY_TIME),
           interval = (double)o->base.every * o->engine->dt;
    o->interval = interval / unit; /* as in the file: times of the input are internal ones */
    o->frames = s->steps / o->base.every + 1;
    o->group = 0;
    status planned = hops_windows(in, o->frames, interval, &o->windows, o->from, o->to);
    if (planned != OK) return status_context(planned, "hops of stage %s", o->label);
    for (int q = 0; q < HOPS_SEQUENCES; q++)
        o->sequence[q] = (struct hops_sequence){.window = q, .end = q == 0 ? 1 : o->windows};
    if (strcmp(in->species, "all") != 0) o->group = 1 + species_find(species, in->species);
    if (o->group == 0 && strcmp(in->species, "all") != 0)
        return fail(BAD_INPUT, "hops: species: there is no species '%s'", in->species);
    if (!(o->r1 > 0.0)) TRY(measure_r1(o));
    o->criteria = hops_rows(in, o->r1, o->name, o->how);
    for (int c = 0; c < o->criteria; c++) {
        struct hop_options *how = &o->how[c];
        how->group = o->group;
        how->persist /= unit;
        how->cage /= unit;
        how->window /= unit;
    }
    return OK;
}

status watch_allocate(struct watch *o)
{
    size_t n = (size_t)o->atoms;
    int64_t capacity = 1;
    for (int c = 0; c < o->criteria; c++) {
        int64_t needed = hop_frames_needed(&o->how[c], o->interval);
        if (needed > capacity) capacity = needed;
    }
    if (capacity > o->frames) capacity = o->frames;
    size_t kept = (size_t)capacity;
    TRY(NEW(o->ring, 3 * n * kept));
    TRY(NEW(o->time, kept));
    TRY(NEW(o->first, 3 * n));
    TRY(NEW(o->type, n));
    TRY(NEW(o->id, n));
    for (int q = 0; q < HOPS_SEQUENCES; q++) TRY(NEW(o->sequence[q].detector, (size_t)o->criteria));
    TRY(NEW(o->row, (size_t)(o->criteria * o->windows)));
    memcpy(o->type, o->frame.type, n * sizeof *o->type);
    memcpy(o->id, o->frame.id, n * sizeof *o->id);
    o->seen = (struct hop_path){
        .atoms = o->atoms, .capacity = capacity, .x = o->ring, .time = o->time, .slack = 1e-6 * o->interval};
    double detectors = (double)(o->criteria * (o->windows > 1 ? 2 : 1)),
           bytes = (double)n * (24.0 * (double)(kept + 1) + detectors * (double)sizeof(struct hop_cursor));
    log_info(
        "hops of stage %s: r1 = %.5g, %d criteria, the whole record and %d age windows, a look every %lld "
        "steps; %.3g MB for %lld frames and %lld atoms",
        o->label, o->r1, o->criteria, o->windows - 1, (long long)o->base.every, 1e-6 * bytes,
        (long long)capacity, (long long)o->atoms);
    return OK;
}

/* ---- frames ---- */

static status take_frame(struct watch *o)
{
    const struct config *c = &o->frame;
    int64_t slot = o->seen.known % o->seen.capacity;
    double *x = o->ring + 3 * o->atoms * slot;
    if (c->atoms != o->atoms || memcmp(c->id, o->id, (size_t)o->atoms * sizeof *o->id) != 0)
        return fail(BAD_INPUT,
                    "hops are found only where the number of atoms stays the same: there were %lld, "
                    "now there are %lld",
                    (long long)o->atoms, (long long)c->atoms);
    unwrap_images(c, x);
    if (o->box_free) unwrap_strain(&c->box, &o->cell, o->atoms, x);
    if (o->seen.known == 0) {
        memcpy(o->first, x, 3 * (size_t)o->atoms * sizeof *x);
        o->first_time = c->time;
    } else {
        unwrap_hold_centre(o->atoms, o->type, c->species.mass, o->first, x);
    }
    o->time[slot] = c->time;
    o->seen.known++;
    return OK;
}

static status begin_window(struct watch *o, struct hops_sequence *q)
{
    for (int c = 0; c < o->criteria; c++)
        TRY(hops_begin(&q->detector[c], &o->how[c], &o->seen, o->seen.known - 1, o->type));
    q->begun = true;
    return OK;
}

static status end_window(struct watch *o, struct hops_sequence *q)
{
    for (int c = 0; c < o->criteria; c++) {
        struct hops *h = q->detector + c;
        TRY(stream_drain(o, q, c));
        struct hops_row *r = o->row + q->window * o->criteria + c;
        r->begin = h->begin;
        r->end = h->end;
        r->excursions = (double)h->excursions;
        hops_free(h);
    }
    q->begun = false;
    q->window++;
    return OK;
}

static status judge(struct watch *o, struct hops_sequence *q)
{
    int64_t now = o->seen.known - 1;
    if (q->begun) {
        bool last = now == o->to[q->window];
        for (int c = 0; c < o->criteria; c++) {
            TRY(hops_advance(&q->detector[c], &o->seen, last));
            if (q->detector[c].n >= HOPS_DRAIN) TRY(stream_drain(o, q, c));
        }
        if (last) TRY(end_window(o, q));
    }
    return !q->begun && q->window < q->end && now == o->from[q->window] ? begin_window(o, q) : OK;
}

status watch_look(struct watch *o)
{
    TRY(take_frame(o));
    for (int q = 0; q < HOPS_SEQUENCES; q++) TRY(judge(o, &o->sequence[q]));
    return OK;
}

void watch_discard(struct watch *o)
{
    for (int q = 0; q < HOPS_SEQUENCES; q++) {
        struct hops_sequence *sequence = &o->sequence[q];
        for (int c = 0; c < o->criteria && sequence->detector; c++) hops_free(&sequence->detector[c]);
        DELETE(sequence->detector);
    }
    DELETE(o->row);
    DELETE(o->ring);
    DELETE(o->time);
    DELETE(o->first);
    DELETE(o->type);
    DELETE(o->id);
    DELETE(o->pending);
    o->seen = (struct hop_path){0};
    o->r1 = 0.0;
    if (o->open) h5_close(&o->file);
    o->open = false;
}
