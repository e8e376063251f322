/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/h5md.h"
#include "base/mem.h"
#include "system/h5md_text.h"

#include <stdlib.h>
#include <string.h>

#ifndef GLINT_VERSION
#define GLINT_VERSION "0.1.0"
#endif

#define GROUP "/particles/trajectory"
#define STEP  GROUP "/position/step"
#define TIME  GROUP "/position/time"

/* The elements along the slot axis. */
enum slotted { POSITION, ID, SPECIES, IMAGE, VELOCITY, SLOTTED };
static const char *const slotted_name[SLOTTED] = {GROUP "/position/value", GROUP "/id/value",
                                                  GROUP "/species/value", GROUP "/image/value",
                                                  GROUP "/velocity/value"};
static const int slotted_width[SLOTTED] = {3, 1, 1, 3, 3};
#define EDGES  GROUP "/box/edges/value"
#define ORIGIN GROUP "/box/origin/value"

static bool present(const struct h5md_writer *w, int e)
{
    return (e != IMAGE || w->image) && (e != VELOCITY || w->velocity);
}

/* ---- the empty file ---- */

static status slotted_series(struct h5 *f, int e, h5_type type, int64_t slots, int64_t expected, bool deflate)
{
    hsize_t width = (hsize_t)slotted_width[e], size = H5Tget_size(h5_native(type));
    hsize_t column = expected > 0 ? (hsize_t)expected : 1024, room = (1u << 20) / (width * size);
    if (column > room) column = room;
    hsize_t row = 65536 / (column * width * size);
    row = row < 1 ? 1 : row > 32 ? 32 : row;
    int rank = width > 1 ? 3 : 2;
    hsize_t shape[3] = {0, (hsize_t)slots, width}, most[3] = {H5S_UNLIMITED, H5S_UNLIMITED, width};
    hsize_t chunk[3] = {row, column, width};
    int64_t empty = e == ID || e == SPECIES ? -1 : 0;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = H5Screate_simple(rank, shape, most);
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_chunk(creation, rank, chunk);
    H5Pset_fill_value(creation, H5T_NATIVE_INT64, &empty);
    bool integers =
        e == ID || e == SPECIES || e == IMAGE; /* nearly constant: they shrink to almost nothing */
    if (deflate || integers) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, integers ? 1 : 4);
    }
    hid_t set = H5Dcreate2(f->id, slotted_name[e], h5_native(type), space, links, creation, H5P_DEFAULT);
    status s = set < 0 ? fail(FAILED, "%s: cannot make %s", f->path, slotted_name[e]) : OK;
    H5Eclear2(H5E_DEFAULT);
    if (set >= 0) H5Dclose(set);
    H5Sclose(space);
    H5Pclose(links);
    H5Pclose(creation);
    return s;
}

static status link_times(struct h5 *f, const char *element)
{
    char name[128];
    snprintf(name, sizeof name, GROUP "/%s/step", element);
    TRY(h5_link(f, STEP, name));
    snprintf(name, sizeof name, GROUP "/%s/time", element);
    return h5_link(f, TIME, name);
}

static status make_particles(struct h5md_writer *w, const struct config *like, const struct h5md_options *o)
{
    struct h5 *f = &w->file;
    h5_type real = o->f32 ? H5_F32 : H5_F64;
    const h5_type type[SLOTTED] = {real, H5_I64, H5_I32, H5_I32, real};
    const hsize_t matrix[2] = {3, 3}, vector[1] = {3};
    int64_t expected = o->slots > like->atoms ? o->slots : like->atoms;
    for (int e = 0; e < SLOTTED; e++)
        if (present(w, e)) TRY(slotted_series(f, e, type[e], like->atoms, expected, o->deflate));
    TRY(h5_series(f, STEP, H5_I64, 1, NULL, 1024, false));
    TRY(h5_series(f, TIME, H5_F64, 1, NULL, 1024, false));
    TRY(h5_series(f, EDGES, H5_F64, 3, matrix, 64, false));
    TRY(h5_series(f, ORIGIN, H5_F64, 2, vector, 64, false));
    TRY(link_times(f, "box/edges"));
    TRY(link_times(f, "box/origin"));
    TRY(link_times(f, "id"));
    TRY(link_times(f, "species"));
    if (w->image) TRY(link_times(f, "image"));
    if (w->velocity) TRY(link_times(f, "velocity"));
    int32_t dimension = 3;
    const char *boundary[3];
    for (int k = 0; k < 3; k++) boundary[k] = like->box.periodic[k] ? "periodic" : "none";
    TRY(h5_attr(f, GROUP "/box", "dimension", H5_I32, 1, &dimension));
    return h5md_attr_list(f, GROUP "/box", "boundary", 3, boundary);
}

static status write_units(struct h5md_writer *w)
{
    struct h5 *f = &w->file;
    const int32_t version[2] = {1, 0};
    TRY(h5_make_group(f, "/h5md/modules/units"));
    TRY(h5_attr(f, "/h5md/modules/units", "version", H5_I32, 2, version));
    TRY(h5_attr_string(f, "/h5md/modules/units", "system", "SI"));
    TRY(h5md_attr_text(f, slotted_name[POSITION], "unit", "Angstrom"));
    TRY(h5md_attr_text(f, EDGES, "unit", "Angstrom"));
    TRY(h5md_attr_text(f, ORIGIN, "unit", "Angstrom"));
    if (w->velocity) TRY(h5md_attr_text(f, slotted_name[VELOCITY], "unit", "Angstrom ps-1"));
    return h5md_attr_text(f, TIME, "unit", "ps");
}

static status write_parameters(struct h5md_writer *w, const struct config *like, const struct h5md_options *o)
{
    struct h5 *f = &w->file;
    const struct species *s = &like->species;
    const char *name[SPECIES_MAX];
    hsize_t count[1] = {(hsize_t)s->count};
    for (int k = 0; k < s->count; k++) name[k] = s->name[k];
    if (like->units[0]) TRY(h5_write_string(f, "/parameters/units", like->units));
    if (s->count > 0) TRY(h5_write_strings(f, "/parameters/species/name", (size_t)s->count, name));
    if (s->count > 0) TRY(h5_write(f, "/parameters/species/mass", H5_F64, 1, count, s->mass));
    if (o->keys > H5MD_KEYS) return fail(FAILED, "%s: more than %d parameters", f->path, H5MD_KEYS);
    if (!h5_has(f, "/parameters")) TRY(h5_make_group(f, "/parameters"));
    for (int k = 0; k < o->keys; k++) TRY(h5_attr_string(f, "/parameters", o->key[k], o->value[k]));
    return OK;
}

static status make_file(struct h5md_writer *w, const struct config *like, const struct h5md_options *o)
{
    struct h5 *f = &w->file;
    const int32_t version[2] = {1, 1};
    TRY(h5_make_group(f, "/h5md/author"));
    TRY(h5_make_group(f, "/h5md/creator"));
    TRY(h5_attr(f, "/h5md", "version", H5_I32, 2, version));
    TRY(h5_attr_string(f, "/h5md/author", "name", o->author ? o->author : "unknown"));
    TRY(h5_attr_string(f, "/h5md/creator", "name", "glint"));
    TRY(h5_attr_string(f, "/h5md/creator", "version", GLINT_VERSION));
    TRY(make_particles(w, like, o));
    if (strcmp(like->units, "metal") == 0) TRY(write_units(w));
    return write_parameters(w, like, o);
}

status h5md_create(struct h5md_writer *w, const char *path, const struct config *like,
                   const struct h5md_options *o)
{
    *w = (struct h5md_writer){
        .species = like->species, .velocity = like->v != NULL, .image = like->image != NULL};
    w->slots = like->atoms;
    w->last = INT64_MIN;
    TRY(h5_begin(&w->file, path));
    status s = make_file(w, like, o);
    if (s == OK) s = h5_commit(&w->file);
    if (s != OK) {
        h5_close(&w->file);
        return s;
    }
    TRY(h5_open_rw(&w->file, path));
    w->open = true;
    return OK;
}

/* ---- slots ---- */

static int compare(const void *a, const void *b)
{
    uint64_t x = ((const struct h5md_slot *)a)->id, y = ((const struct h5md_slot *)b)->id;
    return x < y ? -1 : x > y;
}

/* Add the ids of sorted `atom` (slot = index in the frame) that have no slot yet, in ascending order. */
static status add_ids(struct h5md_writer *w, const struct h5md_slot *atom, int64_t n)
{
    int64_t fresh = 0, m = 0;
    for (int64_t i = 0; i < n; i++) {
        while (m < w->used && w->map[m].id < atom[i].id) m++;
        if (m == w->used || w->map[m].id != atom[i].id) fresh++;
    }
    if (fresh == 0) return OK;
    TRY(GROW(w->map, w->map_capacity, (size_t)(w->used + fresh)));
    int64_t next = w->used + fresh, slot = next, old = w->used - 1, to = next - 1;
    for (int64_t i = n - 1; fresh > 0;
         i--) { /* merge from the end: nothing is overwritten before it is moved */
        while (old >= 0 && w->map[old].id > atom[i].id) w->map[to--] = w->map[old--];
        if (old >= 0 && w->map[old].id == atom[i].id) continue;
        w->map[to--] = (struct h5md_slot){atom[i].id, --slot};
        fresh--;
    }
    w->used = next;
    return OK;
}

/* slot[i] of atom i of the frame. */
static status find_slots(struct h5md_writer *w, const struct config *c, int64_t *slot)
{
    struct h5md_slot *atom = NULL;
    TRY(NEW(atom, (size_t)c->atoms));
    status s = OK;
    bool sorted = true;
    for (int64_t i = 0; i < c->atoms; i++) {
        atom[i] = (struct h5md_slot){c->id[i], i};
        sorted = sorted && (i == 0 || c->id[i] > c->id[i - 1]);
    }
    if (!sorted) qsort(atom, (size_t)c->atoms, sizeof *atom, compare);
    for (int64_t i = 1; i < c->atoms && !sorted && s == OK; i++)
        if (atom[i].id == atom[i - 1].id)
            s = fail(BAD_INPUT, "two atoms have the same id %llu", (unsigned long long)atom[i].id);
    if (s == OK && c->atoms > 0 && atom[c->atoms - 1].id > INT64_MAX)
        s = fail(BAD_INPUT, "an atom id beyond 2^63");
    if (s == OK) s = add_ids(w, atom, c->atoms);
    for (int64_t i = 0, m = 0; i < c->atoms && s == OK; i++) {
        while (w->map[m].id < atom[i].id) m++;
        slot[atom[i].slot] = w->map[m].slot;
    }
    DELETE(atom);
    return s;
}

static status set_slots(struct h5md_writer *w, int64_t slots)
{
    for (int e = 0; e < SLOTTED; e++) {
        if (!present(w, e)) continue;
        hsize_t shape[3] = {(hsize_t)w->frames, (hsize_t)slots, (hsize_t)slotted_width[e]};
        hid_t set = H5Dopen2(w->file.id, slotted_name[e], H5P_DEFAULT);
        herr_t failed = set < 0 ? -1 : H5Dset_extent(set, shape);
        if (set >= 0) H5Dclose(set);
        H5Eclear2(H5E_DEFAULT);
        if (failed < 0)
            return fail(FAILED, "%s: cannot widen %s for %lld atoms", w->file.path, slotted_name[e],
                        (long long)slots);
    }
    w->slots = slots;
    return OK;
}

/* ---- frames ---- */

static status append_real(struct h5md_writer *w, int e, const struct config *c, const double *v,
                          const int64_t *slot)
{
    memset(w->buffer, 0, 24 * (size_t)w->slots);
    for (int64_t i = 0; i < c->atoms; i++) memcpy(w->buffer + 3 * slot[i], v + 3 * i, 24);
    return h5_append(&w->file, slotted_name[e], H5_F64, 1, w->buffer);
}

static status append_whole(struct h5md_writer *w, const struct config *c, const int64_t *slot)
{
    int64_t *id = (int64_t *)(void *)w->buffer;
    int32_t *whole = (int32_t *)(void *)w->buffer;
    for (int64_t k = 0; k < w->slots; k++) id[k] = -1;
    for (int64_t i = 0; i < c->atoms; i++) id[slot[i]] = (int64_t)c->id[i];
    TRY(h5_append(&w->file, slotted_name[ID], H5_I64, 1, id));
    for (int64_t k = 0; k < w->slots; k++) whole[k] = -1;
    for (int64_t i = 0; i < c->atoms; i++) whole[slot[i]] = c->type[i];
    TRY(h5_append(&w->file, slotted_name[SPECIES], H5_I32, 1, whole));
    if (!w->image) return OK;
    memset(whole, 0, 12 * (size_t)w->slots);
    for (int64_t i = 0; i < c->atoms; i++) memcpy(whole + 3 * slot[i], c->image + 3 * i, 12);
    return h5_append(&w->file, slotted_name[IMAGE], H5_I32, 1, whole);
}

static status append_frame(struct h5md_writer *w, const struct config *c, const int64_t *slot)
{
    TRY(append_real(w, POSITION, c, c->x, slot));
    TRY(append_whole(w, c, slot));
    if (w->velocity) TRY(append_real(w, VELOCITY, c, c->v, slot));
    TRY(h5_append(&w->file, EDGES, H5_F64, 1, c->box.h));
    TRY(h5_append(&w->file, ORIGIN, H5_F64, 1, c->box.origin));
    TRY(h5_append(&w->file, TIME, H5_F64, 1, &c->time));
    return h5_append(&w->file, STEP, H5_I64, 1,
                     &c->step); /* the step last: a frame without one does not count */
}

static status check_frame(const struct h5md_writer *w, const struct config *c)
{
    if (!w->open) return fail(FAILED, "the trajectory is not open");
    if ((w->velocity && !c->v) || (w->image && !c->image))
        return fail(BAD_INPUT, "%s has %s in every frame, this one has none", w->file.path,
                    w->velocity && !c->v ? "velocities" : "images");
    bool same = c->species.count == w->species.count;
    for (int k = 0; k < w->species.count && same; k++)
        same = strcmp(c->species.name[k], w->species.name[k]) == 0;
    if (!same) return fail(BAD_INPUT, "%s was begun with other species than this frame has", w->file.path);
    if (c->step < w->last)
        return fail(BAD_INPUT, "%s: step %lld cannot follow step %lld", w->file.path, (long long)c->step,
                    (long long)w->last);
    return OK;
}

static status cut(struct h5md_writer *w, int64_t frames);

status h5md_append(struct h5md_writer *w, const struct config *c)
{
    TRY(check_frame(w, c));
    int64_t *slot = NULL;
    TRY(NEW(slot, (size_t)c->atoms));
    status s;
    GUARD(find_slots(w, c, slot));
    if (w->used > w->slots) GUARD(set_slots(w, w->used));
    GUARD(GROW(w->buffer, w->buffer_capacity, 3 * (size_t)w->slots + 1));
    s = append_frame(w, c, slot);
    if (s == OK) {
        w->frames++;
        w->last = c->step;
    } else {
        char message[1024];
        snprintf(message, sizeof message, "%s", status_message());
        cut(w, w->frames); /* best effort: the elements stay equally long */
        fail(s, "%s", message);
    }
done:
    DELETE(slot);
    return s;
}

status h5md_flush(struct h5md_writer *w)
{
    return h5_flush(&w->file);
}

static status frames_of(struct h5md_writer *w, const char *name, int64_t *frames)
{
    int rank = 3;
    hsize_t shape[3] = {0};
    TRY(h5_shape(&w->file, name, &rank, shape));
    *frames = (int64_t)shape[0];
    return OK;
}

static status cut_one(struct h5md_writer *w, const char *name, int64_t frames)
{
    int64_t found;
    TRY(frames_of(w, name, &found));
    return found > frames ? h5_truncate(&w->file, name, (hsize_t)frames) : OK;
}

static status cut(struct h5md_writer *w, int64_t frames)
{
    for (int e = 0; e < SLOTTED; e++)
        if (present(w, e)) TRY(cut_one(w, slotted_name[e], frames));
    TRY(cut_one(w, EDGES, frames));
    TRY(cut_one(w, ORIGIN, frames));
    TRY(cut_one(w, TIME, frames));
    TRY(cut_one(w, STEP, frames));
    w->frames = frames;
    return OK;
}

/* Which id owns which slot, from the frames in the file, newest first; w->last from the newest. */
static status rebuild_map(struct h5md_writer *w)
{
    w->used = 0;
    w->last = INT64_MIN;
    if (w->frames > 0) TRY(h5_read_rows(&w->file, STEP, H5_I64, (hsize_t)w->frames - 1, 1, &w->last));
    int64_t *id = NULL, *owner = NULL, known = 0;
    status s;
    GUARD(NEW(id, (size_t)w->slots));
    GUARD(NEW(owner, (size_t)w->slots));
    for (int64_t k = 0; k < w->slots; k++) owner[k] = -1;
    for (int64_t t = w->frames - 1; t >= 0 && known < w->slots; t--) {
        GUARD(h5_read_rows(&w->file, slotted_name[ID], H5_I64, (hsize_t)t, 1, id));
        for (int64_t k = 0; k < w->slots; k++)
            if (owner[k] < 0 && id[k] >= 0) {
                owner[k] = id[k];
                known++;
            }
    }
    GUARD(GROW(w->map, w->map_capacity, (size_t)known + 1));
    for (int64_t k = 0; k < w->slots; k++)
        if (owner[k] >= 0) w->map[w->used++] = (struct h5md_slot){(uint64_t)owner[k], k};
    /* Slots are given in order without gaps; a gap can only be a slot whose frames were cut away, at the end.
     */
    if (known > 0 && owner[known - 1] < 0) s = fail(BAD_INPUT, "%s: slots of atoms have a gap", w->file.path);
    qsort(w->map, (size_t)w->used, sizeof *w->map, compare);
done:
    DELETE(id);
    DELETE(owner);
    return s;
}

status h5md_truncate(struct h5md_writer *w, int64_t frames)
{
    if (frames < 0 || frames > w->frames)
        return fail(BAD_INPUT, "%s has %lld frames, cannot be cut to %lld", w->file.path,
                    (long long)w->frames, (long long)frames);
    TRY(cut(w, frames));
    TRY(rebuild_map(w));
    return h5_flush(&w->file);
}

status h5md_truncate_step(struct h5md_writer *w, int64_t step)
{
    int64_t *steps = NULL, keep = 0;
    TRY(NEW(steps, (size_t)w->frames + 1));
    status s = w->frames ? h5_read_rows(&w->file, STEP, H5_I64, 0, (hsize_t)w->frames, steps) : OK;
    while (s == OK && keep < w->frames && steps[keep] <= step) keep++;
    DELETE(steps);
    return s == OK ? h5md_truncate(w, keep) : s;
}

static status reopen(struct h5md_writer *w)
{
    struct h5 *f = &w->file;
    char name[SPECIES_MAX][H5MD_TEXT];
    if (!h5_has(f, ORIGIN))
        return fail(BAD_INPUT, "%s is not a trajectory of glint that can be continued", f->path);
    w->image = h5_has(f, slotted_name[IMAGE]);
    w->velocity = h5_has(f, slotted_name[VELOCITY]);
    if (h5_has(f, "/parameters/species/name")) {
        TRY(h5md_read_list(f, "/parameters/species/name", NULL, SPECIES_MAX, name, &w->species.count));
        TRY(h5_read(f, "/parameters/species/mass", H5_F64, (hsize_t)w->species.count, w->species.mass));
    }
    for (int k = 0; k < w->species.count; k++) snprintf(w->species.name[k], SPECIES_NAME, "%.7s", name[k]);
    int64_t least, found;
    TRY(frames_of(w, STEP, &least));
    const char *others[] = {TIME, EDGES, ORIGIN};
    for (int k = 0; k < 3; k++) {
        TRY(frames_of(w, others[k], &found));
        if (found < least) least = found;
    }
    for (int e = 0; e < SLOTTED; e++) {
        if (!present(w, e)) continue;
        int rank = 3;
        hsize_t shape[3] = {0};
        TRY(h5_shape(f, slotted_name[e], &rank, shape));
        if (e == POSITION) w->slots = (int64_t)shape[1];
        if (rank != (slotted_width[e] > 1 ? 3 : 2))
            return fail(BAD_INPUT, "%s: %s has a wrong shape", f->path, slotted_name[e]);
        if ((int64_t)shape[0] < least) least = (int64_t)shape[0];
    }
    TRY(cut(w, least));
    TRY(set_slots(w, w->slots));
    return rebuild_map(w);
}

status h5md_reopen(struct h5md_writer *w, const char *path)
{
    *w = (struct h5md_writer){0};
    TRY(h5_open_rw(&w->file, path));
    w->open = true;
    status s = reopen(w);
    if (s != OK) {
        char message[1024];
        snprintf(message, sizeof message, "%s", status_message());
        h5md_close(w);
        fail(s, "%s", message);
    }
    return s;
}

status h5md_close(struct h5md_writer *w)
{
    DELETE(w->map);
    DELETE(w->buffer);
    w->map_capacity = w->buffer_capacity = 0;
    if (!w->open) return OK;
    w->open = false;
    status s = h5_flush(&w->file), closed = h5_close(&w->file);
    return s != OK ? s : closed;
}
