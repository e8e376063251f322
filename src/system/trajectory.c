/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/trajectory.h"
#include "base/file.h"
#include "base/mem.h"
#include "system/checkpoint_atoms.h"
#include "system/elements.h"
#include "system/extxyz.h"
#include "system/format.h"
#include "system/h5md.h"
#include "system/h5md_reader.h"
#include "system/lammps_data.h"
#include "system/lammps_dump.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In the order in which a file is tried; the most telling beginnings first. */
static const struct format *const formats[] = {&format_checkpoint, &format_h5md, &format_lammps_dump,
                                               &format_extxyz, &format_lammps_data};
enum { FORMATS = sizeof formats / sizeof *formats };

struct trajectory {
    const struct format *format;
    void *state;
    int64_t frames;
    char path[FILE_PATH_MAX], units[8];
};

static status read_head(const char *path, char head[FORMAT_HEAD + 1], size_t *length)
{
    FILE *in = fopen(path, "rb");
    if (!in) return fail(BAD_INPUT, "cannot open %s: %s", path, strerror(errno));
    *length = fread(head, 1, FORMAT_HEAD, in);
    head[*length] = '\0';
    int failed = ferror(in);
    fclose(in);
    if (failed) return fail(BAD_INPUT, "cannot read %s: not a file?", path);
    if (*length == 0) return fail(BAD_INPUT, "%s is empty", path);
    return OK;
}

static status find_format(const char *path, const struct format **format)
{
    char head[FORMAT_HEAD + 1];
    size_t length = 0;
    TRY(read_head(path, head, &length));
    for (int k = 0; k < FORMATS; k++) {
        *format = formats[k];
        if (formats[k]->sniff(head, length) && (!formats[k]->confirm || formats[k]->confirm(path))) return OK;
    }
    if (length > 2 && memcmp(head, "\x1f\x8b", 2) == 0)
        return fail(BAD_INPUT, "%s is compressed by gzip: unpack it first (gunzip -k)", path);
    return fail(BAD_INPUT,
                "%s is not a configuration that glint knows: its beginning is neither H5MD or a checkpoint "
                "(HDF5), nor a "
                "LAMMPS dump ('ITEM: …'), nor extended XYZ (a number, then Lattice=\"…\"), nor a LAMMPS data "
                "file ('… atoms')",
                path);
}

status trajectory_open(struct trajectory **t, const char *path)
{
    const struct format *format = NULL;
    *t = NULL;
    if (strlen(path) >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    TRY(find_format(path, &format));
    TRY(mem_new((void **)t, 1, sizeof **t, "a trajectory"));
    (*t)->format = format;
    snprintf((*t)->path, sizeof(*t)->path, "%s", path);
    status s = format->open(&(*t)->state, path, &(*t)->frames);
    if (s != OK) DELETE(*t);
    return s;
}

int64_t trajectory_frames(const struct trajectory *t)
{
    return t->frames;
}
const char *trajectory_format(const struct trajectory *t)
{
    return t->format->name;
}

status trajectory_set_units(struct trajectory *t, const char *units)
{
    struct config c = {0};
    TRY(config_set_units(&c, units));
    memcpy(t->units, c.units, sizeof t->units);
    return OK;
}

/* Beyond this many cells away no image number could be made of a position. */
static status check_reach(const struct config *c)
{
    for (int k = 0; k < 3; k++) {
        double width = box_width(&c->box, k);
        for (int64_t i = 0; i < c->atoms; i++)
            for (int j = 0; j < 3; j++)
                if (fabs(c->x[3 * i + j]) > 1e8 * width + fabs(c->box.origin[j]))
                    return fail(BAD_INPUT, "atom %llu is at %g, which is 100 million cells away",
                                (unsigned long long)c->id[i], c->x[3 * i + j]);
    }
    return OK;
}

status trajectory_read(struct trajectory *t, int64_t k, struct config *c)
{
    if (k < 0 || k >= t->frames)
        return fail(BAD_INPUT, "%s: frame %lld was asked for, the file has %lld (counted from 0)", t->path,
                    (long long)k, (long long)t->frames);
    memset(c->units, 0, sizeof c->units);
    status s = t->format->read(t->state, k, c);
    if (s != OK) return s;
    if (t->units[0]) memcpy(c->units, t->units, sizeof c->units);
    if (!c->units[0]) TRY(config_set_units(c, elements_units(&c->species)));
    elements_complete(c);
    config_sort_by_id(c);
    s = config_check(c);
    if (s == OK) s = check_reach(c);
    return s == OK ? OK : status_context(s, "%s: frame %lld", t->path, (long long)k);
}

void trajectory_close(struct trajectory **t)
{
    if (*t) (*t)->format->close((*t)->state);
    DELETE(*t);
}

status config_read(const char *path, struct config *c)
{
    struct trajectory *t = NULL;
    TRY(trajectory_open(&t, path));
    status s = trajectory_read(t, 0, c);
    trajectory_close(&t);
    return s;
}

/* ---- writing ---- */

struct trajectory_writer {
    const struct format *format;
    struct file_new file;     /* text */
    struct h5md_writer h5;    /* HDF5, under a temporary name of its own */
    char path[FILE_PATH_MAX]; /* where it shall be */
    int64_t frames;
};

static status format_of_ending(const char *path, const struct format **format)
{
    size_t n = strlen(path);
    for (int k = 0; k < FORMATS; k++)
        for (const char *const *e = formats[k]->endings; *e; e++)
            if (n > strlen(*e) && strcmp(path + n - strlen(*e), *e) == 0) {
                *format = formats[k];
                return OK;
            }
    return fail(BAD_INPUT,
                "%s: the ending says no format to write, expected .xyz, .extxyz, .data, .dump or .h5", path);
}

static void part_name(const struct trajectory_writer *w, char out[FILE_PATH_MAX])
{
    snprintf(out, FILE_PATH_MAX, "%.*s.part", FILE_PATH_MAX - 8, w->path);
}

static status begin(struct trajectory_writer *w, const struct config *like)
{
    char part[FILE_PATH_MAX];
    if (w->format->write) return file_begin(&w->file, w->path);
    part_name(w, part);
    return h5md_create(&w->h5, part, like, &(struct h5md_options){.deflate = true});
}

status trajectory_create(struct trajectory_writer **w, const char *path, const struct config *like)
{
    const struct format *format = NULL;
    *w = NULL;
    TRY(format_of_ending(path, &format));
    if (strlen(path) + 16 >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    TRY(config_check(like));
    TRY(mem_new((void **)w, 1, sizeof **w, "a trajectory"));
    (*w)->format = format;
    snprintf((*w)->path, sizeof(*w)->path, "%s", path);
    status s = begin(*w, like);
    if (s != OK) DELETE(*w);
    return s;
}

status trajectory_append(struct trajectory_writer *w, const struct config *c)
{
    if (w->frames > 0 && !w->format->many)
        return fail(BAD_INPUT, "%s: a %s file holds one frame", w->path, w->format->name);
    status s = config_check(c);
    if (s == OK) s = w->format->write ? w->format->write(w->file.stream, c) : h5md_append(&w->h5, c);
    if (s != OK) return status_context(s, "cannot write %s", w->path);
    w->frames++;
    return OK;
}

status trajectory_commit(struct trajectory_writer **w)
{
    status s;
    if ((*w)->format->write) {
        s = file_commit(&(*w)->file);
    } else {
        char part[FILE_PATH_MAX];
        part_name(*w, part);
        s = h5md_close(&(*w)->h5);
        if (s == OK)
            s = file_publish(part, (*w)->path);
        else
            unlink(part);
    }
    DELETE(*w);
    return s;
}

void trajectory_abandon(struct trajectory_writer **w)
{
    if (!*w) return;
    if ((*w)->format->write) {
        file_abandon(&(*w)->file);
    } else {
        char part[FILE_PATH_MAX];
        part_name(*w, part);
        h5md_close(&(*w)->h5);
        unlink(part);
    }
    DELETE(*w);
}

status config_write(const char *path, const struct config *c)
{
    struct trajectory_writer *w = NULL;
    TRY(trajectory_create(&w, path, c));
    status s = trajectory_append(w, c);
    if (s == OK) return trajectory_commit(&w);
    trajectory_abandon(&w);
    return s;
}
