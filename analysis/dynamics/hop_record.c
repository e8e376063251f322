/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hop_record.h"

#include "base/h5.h"
#include "base/mem.h"
#include "base/text.h"
#include "system/hop_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RECORD HOP_GROUP "/record"

bool hop_record_is_name(const char *name)
{
    size_t n = strlen(name);
    return n > 8 && strncmp(name, "hops-", 5) == 0 && strcmp(name + n - 3, ".h5") == 0;
}

status hop_record_facts(const char *path, char *label, size_t size, bool *complete, double *first_time)
{
    struct h5 f;
    int32_t whole = 0;
    status s = OK;
    TRY(h5_open_ro(&f, path));
    if (!h5_has(&f, HOP_GROUP) || !h5_has_attr(&f, HOP_GROUP, "complete"))
        GUARD(fail(BAD_INPUT, "%s is not a record of hops of 'glint run'", path));
    GUARD(h5_read_attr_string(&f, HOP_GROUP, "stage", label, size));
    GUARD(h5_read_attr(&f, HOP_GROUP, "complete", H5_I32, 1, &whole));
    GUARD(h5_read_attr(&f, HOP_GROUP, "first_time", H5_F64, 1, first_time));
    *complete = whole == 1;
done:
    h5_close(&f);
    return s;
}

/* One file of the folder: is it the one? */
static status consider(const char *file, const char *label, char path[FILE_PATH_MAX], bool *unfinished,
                       int *n, struct text *labels)
{
    char found[64];
    bool complete;
    double first;
    TRY(hop_record_facts(file, found, sizeof found, &complete, &first));
    if (!complete) {
        if (unfinished && (!label || strcmp(label, found) == 0)) *unfinished = true;
        return OK;
    }
    text_add(labels, "%s%s", labels->length ? ", " : "", found);
    if (label && strcmp(label, found) != 0) return OK;
    (*n)++;
    snprintf(path, FILE_PATH_MAX, "%s", file);
    return OK;
}

status hop_record_find(char path[FILE_PATH_MAX], const char *folder, const char *label, bool *unfinished)
{
    char file[FILE_PATH_MAX];
    struct text labels = {0};
    int n = 0;
    status s = OK;
    path[0] = '\0';
    if (unfinished) *unfinished = false;
    DIR *d = opendir(folder);
    if (!d) return fail(BAD_INPUT, "%s: %s; a run folder was expected", folder, strerror(errno));
    for (struct dirent *e = readdir(d); e && s == OK; e = readdir(d)) {
        if (!hop_record_is_name(e->d_name)) continue;
        s = file_join(file, folder, e->d_name);
        if (s == OK) s = consider(file, label, path, unfinished, &n, &labels);
    }
    closedir(d);
    if (s == OK && n > 1)
        s = fail(BAD_INPUT, "%s: hops were recorded in several stages (%s): name one with --stage", folder,
                 labels.s);
    text_free(&labels);
    if (s != OK) path[0] = '\0';
    return s;
}

/* ---- loading ---- */

static status read_atoms(struct h5 *f, struct track *t)
{
    int rank = 1;
    hsize_t n = 0, species = 0;
    TRY(h5_shape(f, RECORD "/id", &rank, &n));
    rank = 1;
    TRY(h5_shape(f, RECORD "/species_mass", &rank, &species));
    if (n < 1 || species < 1 || species > SPECIES_MAX)
        return fail(BAD_INPUT, "%s: %llu atoms of %llu species", f->path, (unsigned long long)n,
                    (unsigned long long)species);
    TRY(NEW(t->id, n));
    TRY(NEW(t->type, n));
    TRY(h5_read(f, RECORD "/id", H5_U64, n, t->id));
    TRY(h5_read(f, RECORD "/type", H5_I32, n, t->type));
    TRY(h5_read(f, RECORD "/species_mass", H5_F64, species, t->species.mass));
    t->atoms = (int64_t)n;
    t->species.count = (int)species;
    for (int k = 0; k < t->species.count; k++)
        TRY(h5_read_string_row(f, RECORD "/species_name", (hsize_t)k, t->species.name[k], SPECIES_NAME));
    return OK;
}

static status read_times(struct h5 *f, struct track *t)
{
    double first, last;
    char change[128];
    TRY(h5_read_attr(f, HOP_GROUP, "frames", H5_I64, 1, &t->frames));
    TRY(h5_read_attr(f, HOP_GROUP, "interval", H5_F64, 1, &t->interval));
    TRY(h5_read_attr(f, HOP_GROUP, "first_time", H5_F64, 1, &first));
    TRY(h5_read_attr(f, HOP_GROUP, "last_time", H5_F64, 1, &last));
    TRY(h5_read_attr_string(f, HOP_GROUP, "time_unit", t->time_unit, sizeof t->time_unit));
    TRY(h5_read_attr_string(f, HOP_GROUP, "length_unit", t->length_unit, sizeof t->length_unit));
    TRY(h5_read_attr_string(f, HOP_GROUP, "units", t->units, sizeof t->units));
    TRY(h5_read_attr_string(f, HOP_GROUP, "box_change", change, sizeof change));
    if (t->frames < 2 || !(t->interval > 0.0) || !(last > first))
        return fail(BAD_INPUT, "%s: %lld frames from %g to %g every %g", f->path, (long long)t->frames, first,
                    last, t->interval);
    TRY(NEW(t->time, (size_t)t->frames));
    for (int64_t k = 0; k < t->frames; k++) t->time[k] = first + (double)k * t->interval;
    t->time[t->frames - 1] = last;
    t->uniform = t->from_images = t->drift_removed = t->mass_weighted = true;
    t->box_changed = t->box_removed = strcmp(change, "none") != 0;
    return OK;
}

static const char *known_name(const char *name)
{
    static const char *const names[] = {"cage", "riechers", "p_hop"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strcmp(name, names[k]) == 0) return names[k];
    return NULL;
}

/* Rows come window by window, the whole record first; every window has the same criteria. */
static status read_rows(struct h5 *f, struct hop_table *h, const struct track *t,
                        const struct hop_table_options *o)
{
    int64_t rows;
    int age = 0;
    TRY(h5_read_attr(f, HOP_GROUP, "r1", H5_F64, 1, &h->r1));
    TRY(hop_file_rows(f, HOP_GROUP, &rows));
    TRY(NEW(h->row, (size_t)rows));
    for (int64_t k = 0; k < rows; k++) {
        struct hop_row *r = h->row + k;
        char name[HOP_NAME];
        TRY(hop_file_read(f, HOP_GROUP, k + 1, t->id, t->atoms, name, &r->distance_r1, &r->how, &r->hops));
        h->rows++; /* from here on hop_table_free takes care of it */
        r->name = known_name(name);
        if (!r->name) return fail(BAD_INPUT, "%s: the criterion '%s' is not known", f->path, name);
        const struct hop_row *first = h->row;
        age += k > 0 && strcmp(r->name, first->name) == 0 && r->how.distance == first->how.distance &&
               r->how.persist == first->how.persist;
        r->age = age;
        TRY(hop_row_analyse(r, t->interval, o));
    }
    h->ages = age;
    return OK;
}

status hop_record_load(struct hop_table *h, struct track *t, const char *path,
                       const struct hop_table_options *o)
{
    struct h5 f;
    char label[64];
    bool complete;
    double first;
    status s = OK;
    *h = (struct hop_table){0};
    *t = (struct track){0};
    TRY(hop_record_facts(path, label, sizeof label, &complete, &first));
    if (!complete)
        return fail(BAD_INPUT,
                    "%s: stage %s was not finished; go on with 'glint run --resume', then there are "
                    "waiting times",
                    path, label);
    TRY(h5_open_ro(&f, path));
    GUARD(read_atoms(&f, t));
    GUARD(read_times(&f, t));
    GUARD(read_rows(&f, h, t, o));
done:
    h5_close(&f);
    if (s != OK) {
        hop_table_free(h);
        track_free(t);
    }
    return s;
}
