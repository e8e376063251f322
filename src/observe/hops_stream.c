/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of the observer of hops: a stream while the stage goes on, a table when it is over. */
#include "observe/hops_watch.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 160 };

static void row_name(char out[NAME], int row, const char *leaf)
{
    snprintf(out, NAME, HOP_GROUP "/running/row_%d/%s", row + 1, leaf);
}

/* ---- the file while the stage goes on ---- */

static status write_record(struct watch *o, struct h5 *f, int32_t complete)
{
    const struct engine *e = o->engine;
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
    TRY(h5_write(f, HOP_GROUP "/record/first_position", H5_F64, 2, (hsize_t[]){n, 3}, o->first));
    TRY(h5_write_strings(f, HOP_GROUP "/record/species_name", (size_t)s->count, names));
    return h5_write(f, HOP_GROUP "/record/species_mass", H5_F64, 1, &species, s->mass);
}

status stream_create(struct watch *o)
{
    struct h5 f = {.id = -1};
    char name[NAME];
    hsize_t three = 3;
    status s = OK;
    GUARD(h5_begin(&f, o->path));
    GUARD(write_record(o, &f, 0));
    for (int r = 0; r < o->criteria * o->windows; r++) {
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

status stream_go_on(struct watch *o)
{
    char name[NAME];
    static const char *const leaf[] = {"time", "atom", "from", "to"};
    TRY(observer_recover(o->path));
    TRY(h5_open_rw(&o->file, o->path));
    o->open = true;
    for (int r = 0; r < o->criteria * o->windows; r++)
        for (int k = 0; k < 4; k++) {
            row_name(name, r, leaf[k]);
            TRY(h5_truncate(&o->file, name, (hsize_t)o->row[r].stored));
        }
    return OK;
}

status stream_keep(struct watch *o)
{
    TRY(h5_flush(&o->file));
    return observer_keep(o->path);
}

status stream_drain(struct watch *o, const struct hops_sequence *q, int c)
{
    struct hops *h = q->detector + c;
    int r = q->window * o->criteria + c;
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

status stream_finish(struct watch *o)
{
    struct h5 f = {.id = -1};
    int rows = o->criteria * o->windows;
    struct hop_facts *facts = NULL;
    struct hops *summary = NULL, h = {0};
    status s = OK;
    GUARD(NEW(facts, (size_t)rows));
    GUARD(NEW(summary, (size_t)rows));
    GUARD(h5_begin(&f, o->path));
    GUARD(write_record(o, &f, 1));
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
done:
    hops_free(&h);
    h5_close(&f);
    DELETE(facts);
    DELETE(summary);
    return s;
}
