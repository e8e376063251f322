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
 * frames, interval, first_time, last_time, r1_from, box_change, drift; record/{id, type, species_name,
 * species_mass}. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/hops_input.h"
#include "observe/observer.h"
#include "system/rdf.h"
#include "system/unwrap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STATE_HEAD = 22, STATE_ROW = 4, STATE_HOW = 5, DRAIN = 16384, NAME = 160 };

struct hops_row {                          /* one criterion in one age window */
    double begin, end, excursions, stored; /* stored: hops in the file */
};

struct watch {
    struct observer base;
    struct hops_options options;
    char path[FILE_PATH_MAX];
    const char *label;
    const struct engine *engine; /* for names of units when the stage is over */
    struct h5 file;
    bool open, box_free;
    struct config frame;
    /* what is watched */
    double r1, interval, first_time;
    int criteria, ages, group;
    const char *name[HOPS_ROWS];
    struct hop_options how[HOPS_ROWS];
    int64_t frames;                               /* of the whole stage */
    int64_t from[HOP_AGES_MAX], to[HOP_AGES_MAX]; /* frames of the age windows */
    /* what has been seen */
    struct box cell;
    int64_t atoms;
    int32_t *type;
    uint64_t *id;
    double *ring, *time, *first; /* capacity × atoms × 3, capacity, atoms × 3 */
    struct hop_path seen;
    int age;               /* the window under way */
    bool begun;            /* its detectors are at work */
    struct hops *detector; /* criteria */
    struct hops_row *row;  /* ages × criteria, as in the file */
    double *pending;       /* state loaded from a checkpoint before start */
    size_t pending_size;
};

static void row_name(char out[NAME], int row, const char *leaf)
{
    snprintf(out, NAME, HOP_GROUP "/running/row_%d/%s", row + 1, leaf);
}

/* ---- what to watch ---- */

static status measure_r1(struct watch *o)
{
    const struct hops_input *in = o->options.input;
    const struct species *s = &o->frame.species;
    double d = cbrt(box_volume(&o->frame.box) / (double)o->frame.atoms);
    int a = -1, b = -1;
    struct rdf g = {0};
    o->r1 = in->r1.value;
    if (o->r1 > 0.0) return OK;
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

/* The frames of each age window: those between its edges, an edge that is a frame belongs to both sides. */
static status plan(struct watch *o, const struct engine *e, const struct stage *s)
{
    const struct hops_input *in = o->options.input;
    double edge[HOP_AGES_MAX + 1];
    o->interval = (double)o->base.every * e->dt;
    o->frames = s->steps / o->base.every + 1;
    o->ages = (int)in->ages.count;
    hop_ages(0.0, (double)(o->frames - 1), o->ages, !in->ages.linear, edge);
    for (int a = 0; a < o->ages; a++) {
        o->from[a] = (int64_t)ceil(edge[a] - 1e-6);
        o->to[a] = (int64_t)floor(edge[a + 1] + 1e-6);
        double length = (double)(o->to[a] - o->from[a]) * o->interval, lost = hops_confirmation(in);
        if (!(length > lost) || o->to[a] <= o->from[a])
            return fail(
                BAD_INPUT,
                "hops: age window %d of stage %s has %lld frames, %g long: not longer than the time a "
                "hop takes to be confirmed (%g); use fewer `ages`, or a smaller `every`",
                a + 1, o->label, (long long)(o->to[a] - o->from[a] + 1), length, lost);
    }
    o->group = 0;
    if (strcmp(in->species, "all") == 0) return OK;
    o->group = 1 + species_find(&e->domain.species, in->species);
    return o->group > 0 ? OK : fail(BAD_INPUT, "hops: species: there is no species '%s'", in->species);
}

static void criteria(struct watch *o)
{
    o->criteria = hops_rows(o->options.input, o->r1, o->name, o->how);
    for (int c = 0; c < o->criteria; c++) o->how[c].group = o->group;
}

static status allocate(struct watch *o)
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
    TRY(NEW(o->detector, (size_t)o->criteria));
    TRY(NEW(o->row, (size_t)(o->criteria * o->ages)));
    memcpy(o->type, o->frame.type, n * sizeof *o->type);
    memcpy(o->id, o->frame.id, n * sizeof *o->id);
    o->seen = (struct hop_path){
        .atoms = o->atoms, .capacity = capacity, .x = o->ring, .time = o->time, .slack = 1e-6 * o->interval};
    double bytes = 24.0 * (double)n * (double)(kept + 1) +
                   (double)n * (double)o->criteria * (double)sizeof(struct hop_cursor);
    log_info(
        "hops of stage %s: r1 = %.5g, %d criteria, %d age window%s, a look every %lld steps; %.3g MB for "
        "%lld frames and %lld atoms",
        o->label, o->r1, o->criteria, o->ages, o->ages == 1 ? "" : "s", (long long)o->base.every,
        1e-6 * bytes, (long long)capacity, (long long)o->atoms);
    return OK;
}

/* ---- the file while the stage goes on ---- */

static status write_record(struct watch *o, struct h5 *f, const struct engine *e, int32_t complete)
{
    bool metal = strcmp(e->potential.kind->units, "metal") == 0;
    const struct hops_input *in = o->options.input;
    const struct species *s = &o->frame.species;
    const char *names[SPECIES_MAX];
    hsize_t n = (hsize_t)o->atoms, species = (hsize_t)s->count;
    char from[64] = "given";
    double last = o->time[(o->seen.known - 1) % o->seen.capacity];
    for (int i = 0; i < s->count; i++) names[i] = s->name[i];
    if (!(in->r1.value > 0.0))
        snprintf(from, sizeof from, "first peak of g(r)%s%s%s%s in the first frame",
                 in->r1.pair[0][0] ? " of " : "", in->r1.pair[0], in->r1.pair[0][0] ? "-" : "",
                 in->r1.pair[1]);
    TRY(hop_file_head(f, HOP_GROUP,
                      &(struct hop_file_head){o->r1, metal ? "ps" : "tau", metal ? "angstrom" : "sigma"}));
    TRY(h5_attr(f, HOP_GROUP, "complete", H5_I32, 1, &complete));
    TRY(h5_attr_string(f, HOP_GROUP, "stage", o->label));
    TRY(h5_attr_string(f, HOP_GROUP, "units", e->potential.kind->units));
    TRY(h5_attr_string(f, HOP_GROUP, "r1_from", from));
    TRY(h5_attr_string(f, HOP_GROUP, "box_change",
                       o->box_free ? "removed (fractional coordinates in the cell of the first frame)"
                                   : "none"));
    TRY(h5_attr_string(f, HOP_GROUP, "drift", "centre of mass held fixed"));
    TRY(h5_attr(f, HOP_GROUP, "frames", H5_I64, 1, &o->seen.known));
    TRY(h5_attr(f, HOP_GROUP, "steps_between_frames", H5_I64, 1, &o->base.every));
    TRY(h5_attr(f, HOP_GROUP, "interval", H5_F64, 1, &o->interval));
    TRY(h5_attr(f, HOP_GROUP, "first_time", H5_F64, 1, &o->first_time));
    TRY(h5_attr(f, HOP_GROUP, "last_time", H5_F64, 1, &last));
    TRY(h5_write(f, HOP_GROUP "/record/id", H5_U64, 1, &n, o->id));
    TRY(h5_write(f, HOP_GROUP "/record/type", H5_I32, 1, &n, o->type));
    TRY(h5_write_strings(f, HOP_GROUP "/record/species_name", (size_t)s->count, names));
    return h5_write(f, HOP_GROUP "/record/species_mass", H5_F64, 1, &species, s->mass);
}

static status create(struct watch *o, const struct engine *e)
{
    struct h5 f = {.id = -1};
    char name[NAME];
    hsize_t three = 3;
    status s = OK;
    GUARD(h5_begin(&f, o->path));
    GUARD(write_record(o, &f, e, 0));
    for (int r = 0; r < o->criteria * o->ages; r++) {
        row_name(name, r, "time");
        GUARD(h5_series(&f, name, H5_F64, 1, NULL, 1024, false));
        row_name(name, r, "atom");
        GUARD(h5_series(&f, name, H5_I64, 1, NULL, 1024, false));
        row_name(name, r, "from");
        GUARD(h5_series(&f, name, H5_F64, 2, &three, 512, false));
        row_name(name, r, "to");
        GUARD(h5_series(&f, name, H5_F64, 2, &three, 512, false));
    }
    GUARD(h5_commit(&f));
    GUARD(h5_open_rw(&o->file, o->path));
    o->open = true;
    return OK;
done:
    h5_close(&f);
    return s;
}

/* The file as it was at the checkpoint. */
static status go_on(struct watch *o)
{
    char name[NAME];
    static const char *const leaf[] = {"time", "atom", "from", "to"};
    TRY(observer_recover(o->path));
    TRY(h5_open_rw(&o->file, o->path));
    o->open = true;
    for (int r = 0; r < o->criteria * o->ages; r++)
        for (int k = 0; k < 4; k++) {
            row_name(name, r, leaf[k]);
            TRY(h5_truncate(&o->file, name, (hsize_t)o->row[r].stored));
        }
    return OK;
}

static struct hops_row *row_of(struct watch *o, int criterion)
{
    return o->row + o->age * o->criteria + criterion;
}

/* The hops found so far into the file. */
static status drain(struct watch *o, int c)
{
    struct hops *h = o->detector + c;
    int r = o->age * o->criteria + c;
    char name[NAME];
    double *v = NULL;
    int64_t *atom = NULL;
    hsize_t n = (hsize_t)h->n;
    status s = OK;
    if (h->n == 0) return OK;
    GUARD(NEW(v, 3 * (size_t)h->n));
    GUARD(NEW(atom, (size_t)h->n));
    for (int64_t k = 0; k < h->n; k++) {
        v[k] = h->hop[k].time;
        atom[k] = h->hop[k].atom;
    }
    row_name(name, r, "time");
    GUARD(h5_append(&o->file, name, H5_F64, n, v));
    row_name(name, r, "atom");
    GUARD(h5_append(&o->file, name, H5_I64, n, atom));
    for (int64_t k = 0; k < h->n; k++) memcpy(v + 3 * k, h->hop[k].from, sizeof h->hop[k].from);
    row_name(name, r, "from");
    GUARD(h5_append(&o->file, name, H5_F64, n, v));
    for (int64_t k = 0; k < h->n; k++) memcpy(v + 3 * k, h->hop[k].to, sizeof h->hop[k].to);
    row_name(name, r, "to");
    GUARD(h5_append(&o->file, name, H5_F64, n, v));
    o->row[r].stored += (double)h->n;
    h->n = 0;
done:
    DELETE(v);
    DELETE(atom);
    return s;
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

static status begin_window(struct watch *o)
{
    for (int c = 0; c < o->criteria; c++)
        TRY(hops_begin(&o->detector[c], &o->how[c], &o->seen, o->seen.known - 1, o->type));
    o->begun = true;
    return OK;
}

static status end_window(struct watch *o)
{
    for (int c = 0; c < o->criteria; c++) {
        struct hops *h = o->detector + c;
        TRY(drain(o, c));
        struct hops_row *r = row_of(o, c);
        r->begin = h->begin;
        r->end = h->end;
        r->excursions = (double)h->excursions;
        hops_free(h);
    }
    o->begun = false;
    o->age++;
    return OK;
}

static status look(struct watch *o)
{
    int64_t now = o->seen.known;
    TRY(take_frame(o));
    if (o->begun) {
        bool last = now == o->to[o->age];
        for (int c = 0; c < o->criteria; c++) {
            TRY(hops_advance(&o->detector[c], &o->seen, last));
            if (o->detector[c].n >= DRAIN) TRY(drain(o, c));
        }
        if (last) TRY(end_window(o));
    }
    return !o->begun && o->age < o->ages && now == o->from[o->age] ? begin_window(o) : OK;
}

/* ---- the table, when all is over ---- */

static status read_back(struct watch *o, int r, struct hops *h)
{
    char name[NAME];
    double *v = NULL;
    int64_t *atom = NULL;
    size_t n = (size_t)o->row[r].stored;
    status s = OK;
    *h = (struct hops){.how = o->how[r % o->criteria],
                       .slots = o->atoms,
                       .type = o->type,
                       .begin = o->row[r].begin,
                       .end = o->row[r].end,
                       .excursions = (int64_t)o->row[r].excursions};
    if (n == 0) return OK;
    GUARD(NEW(v, 6 * n));
    GUARD(NEW(atom, n));
    GUARD(GROW(h->hop, h->capacity, n));
    row_name(name, r, "time");
    GUARD(h5_read(&o->file, name, H5_F64, n, v));
    for (size_t k = 0; k < n; k++) h->hop[k] = (struct hop){.time = v[k]};
    row_name(name, r, "atom");
    GUARD(h5_read(&o->file, name, H5_I64, n, atom));
    row_name(name, r, "from");
    GUARD(h5_read(&o->file, name, H5_F64, 3 * n, v));
    row_name(name, r, "to");
    GUARD(h5_read(&o->file, name, H5_F64, 3 * n, v + 3 * n));
    for (size_t k = 0; k < n; k++) {
        h->hop[k].atom = atom[k];
        memcpy(h->hop[k].from, v + 3 * k, 3 * sizeof *v);
        memcpy(h->hop[k].to, v + 3 * (n + k), 3 * sizeof *v);
    }
    h->n = (int64_t)n;
done:
    DELETE(v);
    DELETE(atom);
    if (s != OK) hops_free(h);
    return s;
}

static status write_table(struct watch *o, const struct engine *e)
{
    struct h5 f = {.id = -1};
    int rows = o->criteria * o->ages;
    struct hop_facts *facts = NULL;
    struct hops *summary = NULL, h = {0};
    status s = OK;
    GUARD(NEW(facts, (size_t)rows));
    GUARD(NEW(summary, (size_t)rows));
    GUARD(h5_begin(&f, o->path));
    GUARD(write_record(o, &f, e, 1));
    for (int r = 0; r < rows; r++) {
        GUARD(read_back(o, r, &h));
        GUARD(hops_finish(&h));
        GUARD(hop_file_row(&f, HOP_GROUP, r + 1, &h, o->id));
        summary[r] = h;
        summary[r].hop = NULL;
        facts[r] = (struct hop_facts){o->name[r % o->criteria], h.how.distance / o->r1, h.how, &summary[r]};
        hops_free(&h);
    }
    GUARD(hop_file_columns(&f, HOP_GROUP, rows, facts));
    h5_close(&o->file);
    o->open = false;
    GUARD(h5_commit(&f));
    observer_drop(o->path);
done:
    hops_free(&h);
    h5_close(&f);
    DELETE(facts);
    DELETE(summary);
    return s;
}

/* ---- checkpoints: rank 0 has it all ---- */

static size_t state_length(const struct watch *o)
{
    size_t n = STATE_HEAD + (size_t)o->seen.capacity * (1 + 3 * (size_t)o->atoms) + 3 * (size_t)o->atoms +
               STATE_ROW * (size_t)(o->criteria * o->ages) + STATE_HOW * (size_t)o->criteria;
    for (int c = 0; c < o->criteria && o->begun; c++) n += hops_state_size(&o->detector[c]);
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

static void save(const struct observer *base, double *state)
{
    const struct watch *o = (const struct watch *)base;
    size_t n = 3 * (size_t)o->atoms, kept = (size_t)o->seen.capacity;
    const double head[] = {(double)o->criteria,
                           (double)o->ages,
                           (double)o->frames,
                           (double)o->atoms,
                           (double)kept,
                           (double)o->seen.known,
                           o->age,
                           o->begun,
                           o->r1,
                           o->first_time};
    _Static_assert(sizeof head / sizeof *head == 10, "the box follows");
    memcpy(state, head, sizeof head);
    memcpy(state + 10, o->cell.h, sizeof o->cell.h);
    memcpy(state + 19, o->cell.origin, sizeof o->cell.origin);
    state += STATE_HEAD;
    for (int c = 0; c < o->criteria; c++, state += STATE_HOW) numbers_of(&o->how[c], state);
    memcpy(state, o->time, kept * sizeof *state);
    memcpy(state += kept, o->ring, n * kept * sizeof *state);
    memcpy(state += n * kept, o->first, n * sizeof *state);
    state += n;
    for (int r = 0; r < o->criteria * o->ages; r++, state += STATE_ROW)
        memcpy(state, &o->row[r], sizeof o->row[r]);
    for (int c = 0; c < o->criteria && o->begun; c++) {
        hops_save(&o->detector[c], state);
        state += hops_state_size(&o->detector[c]);
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
static void load_head(struct watch *o, const double *head)
{
    o->seen.known = (int64_t)head[5];
    o->age = (int)head[6];
    o->begun = head[7] != 0.0;
    o->r1 = head[8];
    o->first_time = head[9];
    memcpy(o->cell.h, head + 10, sizeof o->cell.h);
    memcpy(o->cell.origin, head + 19, sizeof o->cell.origin);
}

static bool same_plan(const struct watch *o, const double *state)
{
    const double head[] = {(double)o->criteria, (double)o->ages, (double)o->frames, (double)o->atoms,
                           (double)o->seen.capacity};
    double how[STATE_HOW];
    bool same = o->pending_size > STATE_HEAD && memcmp(head, state, sizeof head) == 0;
    state += STATE_HEAD;
    for (int c = 0; c < o->criteria && same; c++, state += STATE_HOW) {
        numbers_of(&o->how[c], how);
        same = memcmp(how, state, sizeof how) == 0;
    }
    return same;
}

static status use_pending(struct watch *o)
{
    const double *state = o->pending;
    size_t n = 3 * (size_t)o->atoms, kept = (size_t)o->seen.capacity;
    bool same = same_plan(o, state) && state_length(o) == o->pending_size;
    if (!same)
        return fail(BAD_INPUT,
                    "the checkpoint belongs to another `hops:` block or another length of stage %s than "
                    "the input describes",
                    o->label);
    state += STATE_HEAD + STATE_HOW * (size_t)o->criteria;
    memcpy(o->time, state, kept * sizeof *state);
    memcpy(o->ring, state += kept, n * kept * sizeof *state);
    memcpy(o->first, state += n * kept, n * sizeof *state);
    state += n;
    for (int r = 0; r < o->criteria * o->ages; r++, state += STATE_ROW)
        memcpy(&o->row[r], state, sizeof o->row[r]);
    for (int c = 0; c < o->criteria && o->begun; c++) {
        hops_load(&o->detector[c], state);
        state += hops_state_size(&o->detector[c]);
    }
    return go_on(o);
}

/* ---- */

static status gather(struct watch *o, struct engine *e)
{
    TRY(domain_gather(&e->domain, &o->frame, CONFIG_IMAGE));
    o->frame.step = e->step;
    o->frame.time = e->time;
    return OK;
}

static status prepare(struct watch *o, const struct engine *e, const struct stage *s)
{
    struct hop_path seen = {0};
    o->atoms = o->frame.atoms;
    o->cell = o->frame.box;
    o->box_free = s->box == STAGE_BOX_FREE;
    o->age = 0;
    o->begun = false;
    TRY(plan(o, e, s));
    if (o->pending) {
        load_head(o, o->pending);
        seen = o->seen;
    } else {
        TRY(measure_r1(o));
    }
    criteria(o);
    TRY(allocate(o));
    o->seen.known = seen.known;
    for (int c = 0; c < o->criteria && o->begun; c++)
        TRY(hops_begin(&o->detector[c], &o->how[c], &o->seen, 0, o->type));
    return OK;
}

static void discard(struct watch *o)
{
    for (int c = 0; c < o->criteria && o->detector; c++) hops_free(&o->detector[c]);
    DELETE(o->detector);
    DELETE(o->row);
    DELETE(o->ring);
    DELETE(o->time);
    DELETE(o->first);
    DELETE(o->type);
    DELETE(o->id);
    DELETE(o->pending);
    o->seen = (struct hop_path){0};
    if (o->open) h5_close(&o->file);
    o->open = false;
}

static status begin(struct watch *o, const struct engine *e, const struct stage *s, int64_t resume_step)
{
    char name[NAME];
    if (resume_step < 0) DELETE(o->pending);
    snprintf(name, sizeof name, "hops-%s.h5", s->label);
    TRY(file_join(o->path, o->options.folder, name));
    TRY(prepare(o, e, s));
    if (o->pending) {
        TRY(use_pending(o));
        DELETE(o->pending);
        return OK;
    }
    observer_drop(o->path);
    TRY(look(o));
    return create(o, e);
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct watch *o = (struct watch *)base;
    o->label = s->label;
    o->engine = e;
    TRY(gather(o, e));
    return par_agree(par_rank() == 0 ? begin(o, e, s, resume_step) : OK);
}

static status sample(struct observer *base, struct engine *e)
{
    struct watch *o = (struct watch *)base;
    TRY(gather(o, e));
    return par_agree(par_rank() == 0 ? look(o) : OK);
}

static status flush(struct observer *base)
{
    struct watch *o = (struct watch *)base;
    if (!o->open) return OK;
    for (int c = 0; c < o->criteria && o->begun; c++) TRY(drain(o, c));
    TRY(h5_flush(&o->file));
    return observer_keep(o->path);
}

static status stop(struct observer *base)
{
    struct watch *o = (struct watch *)base;
    status s = o->open ? write_table(o, o->engine) : OK;
    discard(o);
    return par_agree(s);
}

/* An interrupted stage leaves its file for --resume. */
static void release(struct observer **base)
{
    struct watch *o = (struct watch *)*base;
    if (o) {
        discard(o);
        config_free(&o->frame);
    }
    DELETE(*base);
}

static const struct observer_kind kind = {
    "hops",     "hops of atoms and their waiting times into hops-LABEL.h5",
    start,      sample,
    stop,       flush,
    state_size, save,
    load,       release};

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
