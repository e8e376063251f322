/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_folder.h"
#include "analysis/dynamics/hop_record.h"
#include "base/h5.h"
#include "base/log.h"
#include "base/mem.h"

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

/* ---- thermo.csv ---- */

static const char *const thermo_names[THERMO_COLUMNS] = {"time", "T_target", "T",
                                                         "P",    "density",  "potential_per_atom"};

static char *next_field(char **line)
{
    char *start = *line;
    if (!start) return NULL;
    char *end = start + strcspn(start, ",\r\n");
    *line = *end == ',' ? end + 1 : NULL;
    *end = '\0';
    return start;
}

static status stage_number(struct run_thermo *t, const char *word, int32_t *number)
{
    for (int i = t->stages - 1; i >= 0; i--)
        if (strncmp(t->stage[i], word, RUN_NAME - 1) == 0) {
            *number = i;
            return OK;
        }
    if (t->stages == RUN_STAGES) return fail(BAD_INPUT, "thermo.csv: more than %d stages", RUN_STAGES);
    *number = t->stages;
    snprintf(t->stage[t->stages++], RUN_NAME, "%s", word);
    return OK;
}

static status read_row(struct run_thermo *t, char *line, const int *place, int stage, int columns)
{
    int64_t row = t->rows;
    for (int k = 0; k < columns && line; k++) {
        char *field = next_field(&line);
        if (k == stage) TRY(stage_number(t, field, &t->stage_of[row]));
        for (int c = 0; c < THERMO_COLUMNS; c++)
            if (place[c] == k) t->column[c][row] = strtod(field, NULL);
    }
    t->rows++;
    return OK;
}

static status read_thermo(struct run_folder *f)
{
    char path[FILE_PATH_MAX], *content = NULL, *field;
    size_t length, lines = 0;
    int place[THERMO_COLUMNS], stage = -1, columns = 0;
    struct run_thermo *t = &f->thermo;
    status s = OK;
    TRY(file_join(path, f->path, "thermo.csv"));
    if (!file_exists(path)) return OK;
    TRY(file_read(path, &content, &length));
    for (size_t i = 0; i < length; i++) lines += content[i] == '\n';
    for (int c = 0; c < THERMO_COLUMNS; c++) place[c] = -1;
    for (int c = 0; c < THERMO_COLUMNS; c++) GUARD(NEW(t->column[c], lines + 1));
    GUARD(NEW(t->stage_of, lines + 1));
    char *line = content, *end = strchr(content, '\n');
    if (end) *end = '\0';
    for (char *head = line; (field = next_field(&head)); columns++) {
        if (strcmp(field, "stage") == 0) stage = columns;
        for (int c = 0; c < THERMO_COLUMNS; c++)
            if (strcmp(field, thermo_names[c]) == 0) place[c] = columns;
    }
    for (int c = 0; c < THERMO_COLUMNS; c++)
        if (place[c] < 0) GUARD(fail(BAD_INPUT, "%s: no column %s in the first line", path, thermo_names[c]));
    for (line = end ? end + 1 : NULL; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        GUARD(read_row(t, line, place, stage, columns));
    }
done:
    DELETE(content);
    return s;
}

int64_t run_thermo_mean(const struct run_thermo *t, int column, double from, double to, double *mean,
                        double *sd)
{
    double sum = 0.0, square = 0.0;
    int64_t n = 0;
    for (int64_t i = 0; i < t->rows; i++) {
        double time = t->column[THERMO_TIME][i];
        if (time < from || time > to) continue;
        sum += t->column[column][i];
        n++;
    }
    *mean = n ? sum / (double)n : (double)NAN;
    for (int64_t i = 0; i < t->rows; i++) {
        double time = t->column[THERMO_TIME][i], d = t->column[column][i] - *mean;
        if (time >= from && time <= to) square += d * d;
    }
    *sd = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
    return n;
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

static void copy_value(char *value, size_t size, const char *start, size_t length)
{
    while (length > 0 && isspace((unsigned char)start[length - 1])) length--;
    snprintf(value, size, "%.*s", (int)length, start);
}

/* run.json is written by glint: one member a line, flat but for one object. */
bool run_folder_fact(const struct run_folder *f, const char *key, char *value, size_t size)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = f->json ? strstr(f->json, quoted) : NULL;
    if (!at) return false;
    at += strlen(quoted);
    while (isspace((unsigned char)*at)) at++;
    if (*at == '"')
        copy_value(value, size, at + 1, strcspn(at + 1, "\"\n"));
    else
        copy_value(value, size, at, strcspn(at, ",\n}"));
    return true;
}

static bool line_value(const char *line, const char *key, char *value, size_t size)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || line[n] != ':') return false;
    const char *start = line + n + 1;
    while (*start == ' ') start++;
    size_t length = strcspn(start, "\n");
    for (size_t i = 1; i < length; i++)
        if (start[i] == '#' && start[i - 1] == ' ') length = i;
    copy_value(value, size, start, length);
    return true;
}

bool run_folder_input(const struct run_folder *f, const char *section, const char *key, char *value,
                      size_t size)
{
    bool inside = section == NULL;
    char head[80];
    snprintf(head, sizeof head, "%s:", section ? section : "");
    for (const char *line = f->input; line && *line;) {
        size_t indent = strspn(line, " ");
        if (indent == 0 && section) inside = strncmp(line, head, strlen(head)) == 0;
        if (inside && (indent > 0) == (section != NULL) && line_value(line + indent, key, value, size))
            return true;
        line = strchr(line, '\n');
        if (line) line++;
    }
    return false;
}

static status read_if_there(const char *folder, const char *name, char **content)
{
    char path[FILE_PATH_MAX];
    size_t length;
    TRY(file_join(path, folder, name));
    return file_exists(path) ? file_read(path, content, &length) : OK;
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

static status open_folder(struct run_folder *f)
{
    TRY(find_series(f));
    TRY(read_if_there(f->path, "input.yaml", &f->input));
    TRY(read_if_there(f->path, "run.json", &f->json));
    TRY(read_thermo(f));
    label_all(f);
    if (f->speckles + f->trajectories + f->records == 0 && f->thermo.rows == 0)
        return fail(BAD_INPUT,
                    "%s holds no speckle-*.h5, no trajectory*.h5, no hops-*.h5 and no thermo.csv; the folder "
                    "of a 'glint "
                    "run' was expected",
                    f->path);
    return OK;
}

status run_folder_open(struct run_folder *f, const char *path)
{
    memset(f, 0, sizeof *f);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(f->path, sizeof f->path, "%.*s", (int)n, path);
    const char *slash = strrchr(f->path, '/');
    snprintf(f->name, sizeof f->name, "%.*s", RUN_NAME - 1, slash && slash[1] ? slash + 1 : f->path);
    status s = open_folder(f);
    if (s != OK) run_folder_free(f);
    return s;
}

void run_folder_free(struct run_folder *f)
{
    DELETE(f->input);
    DELETE(f->json);
    for (int c = 0; c < THERMO_COLUMNS; c++) DELETE(f->thermo.column[c]);
    DELETE(f->thermo.stage_of);
    f->thermo.rows = 0;
}
