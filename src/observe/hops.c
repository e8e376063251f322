/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops-LABEL.h5 — when atoms change their cage, found while they move (system/hops.h), so that no trajectory
 * need be kept.
 *
 * Every `every` steps rank 0 gathers the positions, unwraps them, puts them into the cell the stage began
 * with if the box is free, holds the centre of mass where it was at the start, and hands them to one detector
 * per criterion. Only the last few frames are kept (hop_frames_needed): about cage mean or persistence time
 * over `every`. Hops found are appended to the file in groups running/row_K; when the stage is over they
 * become the table of system/hop_file.h, one row after the other. All is done by rank 0 in the order of ids:
 * the file is the same for any number of ranks.
 *
 * A checkpoint holds the frames kept, the cursors of all atoms and how many hops of each row are in the file;
 * --resume cuts the file back to that.
 *
 * Layout: /entry/glint/waiting_times as system/hop_file.h, with complete (1: the stage is over), stage,
 * frames, interval, first_time, last_time, r1_from, box_change, drift; record/{id, type, first_position (n ×
 * 3, unwrapped, of the first frame), species_name, species_mass}. */
#include "base/mem.h"
#include "observe/hops_watch.h"

#include <stdio.h>
#include <string.h>

enum { STATE_HEAD = 24, STATE_ROW = 4, STATE_HOW = 5 };

/* ---- checkpoints: rank 0 has it all ---- */

static size_t state_length(const struct watch *o)
{
    size_t n = STATE_HEAD + (size_t)o->seen.capacity * (1 + 3 * (size_t)o->atoms) + 3 * (size_t)o->atoms +
               STATE_ROW * (size_t)(o->criteria * o->windows) + STATE_HOW * (size_t)o->criteria;
    for (int q = 0; q < HOPS_SEQUENCES; q++)
        for (int c = 0; c < o->criteria && o->sequence[q].begun; c++)
            n += hops_state_size(&o->sequence[q].detector[c]);
    return n;
}

static size_t state_size(const struct observer *base)
{
    const struct watch *o = (const struct watch *)base;
    return o->open ? state_length(o) : 0;
}

static void numbers_of(const struct hop_options *how, double out[STATE_HOW])
{
    const double all[STATE_HOW] = {how->distance, how->persist, how->cage, how->window, how->threshold};
    memcpy(out, all, sizeof all);
}

/* What a restart compares: the same block over the same length of the same sample. */
enum { PLAN = 5 };
static void plan_numbers(const struct watch *o, double out[PLAN])
{
    const double all[PLAN] = {(double)o->criteria, (double)o->windows, (double)o->frames, (double)o->atoms,
                              (double)o->seen.capacity};
    memcpy(out, all, sizeof all);
}

static void save(const struct observer *base, double *state)
{
    const struct watch *o = (const struct watch *)base;
    const struct hops_sequence *q = o->sequence;
    size_t n = 3 * (size_t)o->atoms, kept = (size_t)o->seen.capacity;
    const double head[] = {(double)o->seen.known, q[0].window, q[0].begun, q[1].window, q[1].begun, o->r1,
                           o->first_time};
    _Static_assert(PLAN + sizeof head / sizeof *head + 9 + 3 == STATE_HEAD, "head and box");
    plan_numbers(o, state);
    memcpy(state + PLAN, head, sizeof head);
    memcpy(state + 12, o->cell.h, sizeof o->cell.h);
    memcpy(state + 21, o->cell.origin, sizeof o->cell.origin);
    state += STATE_HEAD;
    for (int c = 0; c < o->criteria; c++, state += STATE_HOW) numbers_of(&o->how[c], state);
    memcpy(state, o->time, kept * sizeof *state);
    memcpy(state += kept, o->ring, n * kept * sizeof *state);
    memcpy(state += n * kept, o->first, n * sizeof *state);
    state += n;
    for (int r = 0; r < o->criteria * o->windows; r++, state += STATE_ROW)
        memcpy(state, &o->row[r], sizeof o->row[r]);
    for (int k = 0; k < HOPS_SEQUENCES; k++)
        for (int c = 0; c < o->criteria && q[k].begun; c++) {
            hops_save(&q[k].detector[c], state);
            state += hops_state_size(&q[k].detector[c]);
        }
}

/* Kept until start has made the detectors it belongs to. */
static status load(struct observer *base, const double *state, size_t size)
{
    struct watch *o = (struct watch *)base;
    if (par_rank() != 0) return OK;
    if (size <= STATE_HEAD) return fail(BAD_INPUT, "the checkpoint's state of the hops is too short");
    TRY(NEW(o->pending, size));
    memcpy(o->pending, state, size * sizeof *state);
    o->pending_size = size;
    return OK;
}

/* What must be known before anything is allocated. */
static void load_head(struct watch *o)
{
    const double *head = o->pending;
    o->r1 = head[10];
    o->first_time = head[11];
    memcpy(o->cell.h, head + 12, sizeof o->cell.h);
    memcpy(o->cell.origin, head + 21, sizeof o->cell.origin);
}

static bool same_plan(const struct watch *o)
{
    const double *state = o->pending + STATE_HEAD;
    double plan[PLAN], how[STATE_HOW];
    plan_numbers(o, plan);
    bool same = o->pending_size >= STATE_HEAD + STATE_HOW * (size_t)o->criteria &&
                memcmp(plan, o->pending, sizeof plan) == 0;
    for (int c = 0; c < o->criteria && same; c++, state += STATE_HOW) {
        numbers_of(&o->how[c], how);
        same = memcmp(how, state, sizeof how) == 0;
    }
    return same;
}

static status begin_detectors(struct watch *o)
{
    for (int k = 0; k < HOPS_SEQUENCES; k++) {
        struct hops_sequence *q = &o->sequence[k];
        q->window = (int)o->pending[PLAN + 1 + 2 * k];
        q->begun = o->pending[PLAN + 2 + 2 * k] != 0.0;
        for (int c = 0; c < o->criteria && q->begun; c++)
            TRY(hops_begin(&q->detector[c], &o->how[c], &o->seen, 0, o->type));
    }
    return OK;
}

static status use_pending(struct watch *o)
{
    const double *state = o->pending;
    size_t n = 3 * (size_t)o->atoms, kept = (size_t)o->seen.capacity;
    bool same = same_plan(o);
    o->seen.known = (int64_t)state[PLAN];
    if (same) TRY(begin_detectors(o));
    if (!same || state_length(o) != o->pending_size)
        return fail(BAD_INPUT,
                    "the checkpoint belongs to another `hops:` block or another length of stage %s than the "
                    "input describes",
                    o->label);
    state += STATE_HEAD + STATE_HOW * (size_t)o->criteria;
    memcpy(o->time, state, kept * sizeof *state);
    memcpy(o->ring, state += kept, n * kept * sizeof *state);
    memcpy(o->first, state += n * kept, n * sizeof *state);
    state += n;
    for (int r = 0; r < o->criteria * o->windows; r++, state += STATE_ROW)
        memcpy(&o->row[r], state, sizeof o->row[r]);
    for (int k = 0; k < HOPS_SEQUENCES; k++)
        for (int c = 0; c < o->criteria && o->sequence[k].begun; c++) {
            hops_load(&o->sequence[k].detector[c], state);
            state += hops_state_size(&o->sequence[k].detector[c]);
        }
    return stream_go_on(o);
}

/* ---- */

static status gather(struct watch *o, struct engine *e)
{
    TRY(domain_gather(&e->domain, &o->frame, CONFIG_IMAGE));
    o->frame.step = e->step;
    o->frame.time = engine_shown_time(e);
    return OK;
}

static status begin(struct watch *o, const struct stage *s, int64_t resume_step)
{
    char name[160];
    if (resume_step < 0) DELETE(o->pending);
    snprintf(name, sizeof name, "hops-%s.h5", s->label);
    TRY(file_join(o->path, o->options.folder, name));
    o->atoms = o->frame.atoms;
    o->cell = o->frame.box;
    o->box_free = s->box == STAGE_BOX_FREE;
    if (o->pending) load_head(o);
    TRY(watch_plan(o, s));
    TRY(watch_allocate(o));
    if (o->pending) {
        TRY(use_pending(o));
        DELETE(o->pending);
        return OK;
    }
    observer_drop(o->path);
    TRY(watch_look(o));
    return stream_create(o);
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct watch *o = (struct watch *)base;
    o->label = s->label;
    o->engine = e;
    TRY(gather(o, e));
    return par_agree(par_rank() == 0 ? begin(o, s, resume_step) : OK);
}

static status sample(struct observer *base, struct engine *e)
{
    struct watch *o = (struct watch *)base;
    TRY(gather(o, e));
    return par_agree(par_rank() == 0 ? watch_look(o) : OK);
}

static status flush(struct observer *base)
{
    struct watch *o = (struct watch *)base;
    if (!o->open) return OK;
    for (int k = 0; k < HOPS_SEQUENCES; k++)
        for (int c = 0; c < o->criteria && o->sequence[k].begun; c++)
            TRY(stream_drain(o, &o->sequence[k], c));
    return stream_keep(o);
}

/* A stage is over, its table written; until the next checkpoint a kill leads back into the stage, and then
 * the copy of its stream takes the table's place. */
static status remember(struct watch *o)
{
    TRY(GROW(o->finished, o->finished_capacity, (size_t)o->n_finished + 1));
    snprintf(o->finished[o->n_finished++].path, FILE_PATH_MAX, "%s", o->path);
    return OK;
}

static void settle(struct observer *base)
{
    struct watch *o = (struct watch *)base;
    while (o->n_finished > 0) observer_drop(o->finished[--o->n_finished].path);
}

static status stop(struct observer *base)
{
    struct watch *o = (struct watch *)base;
    bool open = o->open;
    status s = open ? stream_keep(o) : OK;
    if (open && s == OK) s = remember(o);
    if (open && s == OK) s = stream_finish(o);
    watch_discard(o);
    return par_agree(s);
}

/* An interrupted stage leaves its file for --resume. */
static void release(struct observer **base)
{
    struct watch *o = (struct watch *)*base;
    if (o) {
        watch_discard(o);
        config_free(&o->frame);
        DELETE(o->finished);
    }
    DELETE(*base);
}

static const struct observer_kind kind = {
    "hops",     "hops of atoms and their waiting times into hops-LABEL.h5",
    start,      sample,
    stop,       flush,
    state_size, save,
    load,       release,
    settle};

status hops_new(struct observer **out, const struct hops_options *options)
{
    struct watch *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->base.in_stage_only = true;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "hops");
    return OK;
}
