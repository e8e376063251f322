/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_folder.h"
#include "analysis/dynamics/hop_record.h"
#include "analysis/report/run_settings.h"
#include "base/h5.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- series ---- */

/* "speckle-LABEL-NAME.h5" with the window's NAME known gives LABEL; "" without one. */
static void label_of(char label[RUN_NAME], const char *file, const char *prefix, const char *name)
{
    size_t start = strlen(prefix), end = strlen(file) - 3, tail = strlen(name);
    label[0] = '\0';
    if (end <= start || file[start] != '-') return;
    start++;
    if (tail > 0) {
        if (end < start + tail || strncmp(file + end - tail, name, tail) != 0) return;
        if (end == start + tail) return;
        end -= tail + 1; /* and the dash before it */
    }
    if (end > start) snprintf(label, RUN_NAME, "%.*s", (int)(end - start), file + start);
}

static status first_row(struct h5 *h, const char *dataset, double *value)
{
    *value = 0.0;
    if (!h5_has(h, dataset)) return OK;
    int rank = 4;
    hsize_t shape[4] = {0};
    TRY(h5_shape(h, dataset, &rank, shape));
    return rank >= 1 && shape[0] > 0 ? h5_read_rows(h, dataset, H5_F64, 0, 1, value) : OK;
}

static status speckle_facts(struct run_series *e)
{
    struct h5 h;
    int rank = 4;
    hsize_t shape[4] = {0};
    status s = OK;
    TRY(h5_open_ro(&h, e->path));
    if (h5_has_attr(&h, "entry/glint/window", "name"))
        GUARD(h5_read_attr_string(&h, "entry/glint/window", "name", e->name, sizeof e->name));
    GUARD(h5_shape(&h, "entry/instrument/detector_1/data", &rank, shape));
    e->frames = (int64_t)shape[0];
    e->pixels = 1;
    for (int i = 1; i < rank; i++) e->pixels *= (int64_t)shape[i];
    if (h5_has_attr(&h, "entry/glint/window", "n_independent"))
        GUARD(h5_read_attr(&h, "entry/glint/window", "n_independent", H5_I64, 1, &e->pixels));
    GUARD(first_row(&h, "entry/instrument/detector_1/time", &e->first_time));
done:
    h5_close(&h);
    return s;
}

static status trajectory_facts(struct run_series *e)
{
    struct h5 h;
    TRY(h5_open_ro(&h, e->path));
    status s = first_row(&h, "particles/trajectory/position/time", &e->first_time);
    h5_close(&h);
    return s;
}

static status add_record(struct run_folder *f, const char *file)
{
    bool complete;
    if (f->records == RUN_SERIES) return fail(BAD_INPUT, "%s holds more than %d series", f->path, RUN_SERIES);
    struct run_series *e = f->record + f->records;
    memset(e, 0, sizeof *e);
    TRY(file_join(e->path, f->path, file));
    TRY(hop_record_facts(e->path, e->name, sizeof e->name, &complete, &e->first_time));
    snprintf(e->label, sizeof e->label, "%s", e->name);
    if (complete)
        f->records++;
    else
        log_warning("%s: the stage is not finished, its hops are left out", e->path);
    return OK;
}

static status add_series(struct run_folder *f, const char *file)
{
    if (hop_record_is_name(file)) return add_record(f, file);
    bool speckle = strncmp(file, "speckle-", 8) == 0;
    int *n = speckle ? &f->speckles : &f->trajectories;
    if (*n == RUN_SERIES) return fail(BAD_INPUT, "%s holds more than %d series", f->path, RUN_SERIES);
    struct run_series *e = (speckle ? f->speckle : f->trajectory) + *n;
    memset(e, 0, sizeof *e);
    TRY(file_join(e->path, f->path, file));
    TRY(speckle ? speckle_facts(e) : trajectory_facts(e));
    if (speckle && !e->name[0]) snprintf(e->name, sizeof e->name, "%.*s", (int)strlen(file) - 11, file + 8);
    label_of(e->label, file, speckle ? "speckle" : "trajectory", e->name);
    (*n)++;
    return OK;
}

static int by_time(const void *pa, const void *pb)
{
    const struct run_series *a = pa, *b = pb;
    if (a->first_time != b->first_time) return a->first_time < b->first_time ? -1 : 1;
    int label = strcmp(a->label, b->label);
    if (label) return label;
    if (a->pixels != b->pixels) return a->pixels > b->pixels ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool is_series(const char *file)
{
    size_t n = strlen(file);
    if (n < 4 || strcmp(file + n - 3, ".h5") != 0) return false;
    return hop_record_is_name(file) || strncmp(file, "speckle-", 8) == 0 ||
           strcmp(file, "trajectory.h5") == 0 || strncmp(file, "trajectory-", 11) == 0;
}

/* The windows of one stage stay together although they begin with the same frame. */
static status find_series(struct run_folder *f)
{
    DIR *folder = opendir(f->path);
    if (!folder) return fail(BAD_INPUT, "%s: %s; a run folder was expected", f->path, strerror(errno));
    status s = OK;
    for (struct dirent *e = readdir(folder); e && s == OK; e = readdir(folder))
        if (is_series(e->d_name)) s = add_series(f, e->d_name);
    closedir(folder);
    qsort(f->speckle, (size_t)f->speckles, sizeof *f->speckle, by_time);
    qsort(f->trajectory, (size_t)f->trajectories, sizeof *f->trajectory, by_time);
    qsort(f->record, (size_t)f->records, sizeof *f->record, by_time);
    return s;
}

bool run_folder_crystal(const struct run_folder *f, const char *stage, struct run_crystal *c)
{
    char path[FILE_PATH_MAX], name[RUN_NAME + 16], *content = NULL;
    size_t length;
    bool found = false;
    *c = (struct run_crystal){0};
    snprintf(name, sizeof name, "crystal-%s.csv", stage);
    if (file_join(path, f->path, name) != OK || !file_exists(path)) return false;
    if (file_read(path, &content, &length) != OK) return false;
    for (char *line = content, *end; (end = strchr(line, '\n')); line = end + 1) {
        double fraction;
        long long largest;
        /* step, time, fraction, centres, large atoms, largest cluster, …; the header matches nothing */
        if (sscanf(line, "%*d,%*f,%lf,%*d,%*d,%lld,", &fraction, &largest) != 2) continue;
        c->last = fraction;
        if (fraction > c->most) c->most = fraction;
        if (largest > c->largest) c->largest = largest;
        found = true;
    }
    DELETE(content);
    return found;
}

/* ---- run.json and input.yaml ---- */

bool run_folder_fact(const struct run_folder *f, const char *key, char *value, size_t size)
{
    return json_find(f->json, key, value, size);
}

bool run_folder_input(const struct run_folder *f, const char *section, const char *key, char *value,
                      size_t size)
{
    char path[80];
    snprintf(path, sizeof path, "%s%s%s", section ? section : "", section ? "." : "", key);
    return run_settings_value(f->input, path, value, size);
}

static status read_if_there(const char *folder, const char *name, char **content)
{
    char path[FILE_PATH_MAX];
    size_t length;
    TRY(file_join(path, folder, name));
    return file_exists(path) ? file_read(path, content, &length) : OK;
}

static status read_lines(struct run_folder *f)
{
    char path[FILE_PATH_MAX];
    TRY(file_join(path, f->path, "thermo.csv"));
    if (file_exists(path)) TRY(run_thermo_read(&f->thermo, path));
    TRY(file_join(path, f->path, "film.csv"));
    return file_exists(path) ? run_film_read(&f->film, path) : OK;
}

/* ---- */

static void label_from_thermo(const struct run_thermo *t, struct run_series *e, int n)
{
    for (int i = 0; i < n; i++)
        for (int64_t row = 0; row < t->rows && !e[i].label[0]; row++)
            if (t->column[THERMO_TIME][row] > e[i].first_time + 1e-9)
                snprintf(e[i].label, RUN_NAME, "%s", t->stage[t->stage_of[row]]);
}

/* Records of hops always have a label. When they are of one stage, the one that the rest of the folder has no
 * label for, they lose it. */
static bool records_are_elsewhere(const struct run_folder *f)
{
    struct run_series probe[2] = {0};
    int n = 0;
    if (f->speckles > 0) probe[n++] = f->speckle[0];
    if (f->trajectories > 0) probe[n++] = f->trajectory[0];
    label_from_thermo(&f->thermo, probe, n);
    for (int k = 0; k < f->records; k++) {
        if (strcmp(f->record[k].name, f->record[0].name) != 0) return true;
        for (int i = 0; i < n; i++)
            if (probe[i].label[0] && strcmp(probe[i].label, f->record[k].name) != 0) return true;
    }
    return false;
}

/* Several stages may record speckles and one the trajectory: its file has no label then. */
static void label_all(struct run_folder *f)
{
    bool labelled = false;
    for (int i = 0; i < f->speckles; i++) labelled = labelled || f->speckle[i].label[0];
    for (int i = 0; i < f->trajectories; i++) labelled = labelled || f->trajectory[i].label[0];
    if (!labelled && !records_are_elsewhere(f)) {
        for (int i = 0; i < f->records; i++) f->record[i].label[0] = '\0';
        return;
    }
    label_from_thermo(&f->thermo, f->speckle, f->speckles);
    label_from_thermo(&f->thermo, f->trajectory, f->trajectories);
}

/* Files from before units were written are lj. */
static status find_units(struct run_folder *f)
{
    struct h5 h;
    status s = OK;
    snprintf(f->units, sizeof f->units, "%s", f->thermo.units[0] ? f->thermo.units : "lj");
    if (f->thermo.units[0] || f->speckles + f->trajectories == 0) return OK;
    TRY(h5_open_ro(&h, f->trajectories ? f->trajectory[0].path : f->speckle[0].path));
    if (f->trajectories && h5_has(&h, "parameters/units"))
        s = h5_read_string(&h, "parameters/units", f->units, sizeof f->units);
    else if (!f->trajectories && h5_has_attr(&h, "entry/glint/window", "units"))
        s = h5_read_attr_string(&h, "entry/glint/window", "units", f->units, sizeof f->units);
    h5_close(&h);
    return s;
}

static status read_texts(struct run_folder *f)
{
    TRY(read_if_there(f->path, "input.yaml", &f->input));
    TRY(read_if_there(f->path, "run.json", &f->json));
    return read_lines(f);
}

static status read_all(struct run_folder *f)
{
    TRY(find_series(f));
    TRY(read_texts(f));
    label_all(f);
    TRY(find_units(f));
    if (f->speckles + f->trajectories + f->records == 0 && f->thermo.rows == 0)
        return fail(
            BAD_INPUT,
            "%s holds no speckle-*.h5, no trajectory*.h5, no hops-*.h5 and no thermo.csv with lines in "
            "it; the folder of a 'glint run' was expected",
            f->path);
    return OK;
}

static status read_thermo_only(struct run_folder *f)
{
    TRY(read_texts(f));
    if (f->thermo.rows == 0)
        return fail(BAD_INPUT,
                    "%s holds no thermo.csv with lines in it; the folder of a 'glint run' was expected",
                    f->path);
    return find_units(f);
}

static status open_with(struct run_folder *f, const char *path, status (*reader)(struct run_folder *))
{
    memset(f, 0, sizeof *f);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(f->path, sizeof f->path, "%.*s", (int)n, path);
    const char *slash = strrchr(f->path, '/');
    snprintf(f->name, sizeof f->name, "%.*s", RUN_NAME - 1, slash && slash[1] ? slash + 1 : f->path);
    status s = reader(f);
    if (s != OK) run_folder_free(f);
    return s;
}

status run_folder_open(struct run_folder *f, const char *path)
{
    return open_with(f, path, read_all);
}

status run_folder_open_thermo(struct run_folder *f, const char *path)
{
    return open_with(f, path, read_thermo_only);
}

void run_folder_free(struct run_folder *f)
{
    DELETE(f->input);
    DELETE(f->json);
    run_thermo_free(&f->thermo);
    run_film_free(&f->film);
}

bool run_folder_metal(const struct run_folder *f)
{
    return strcmp(f->units, "metal") == 0;
}
