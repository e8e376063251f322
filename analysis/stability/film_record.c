/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/film_record.h"
#include "analysis/report/run_settings.h"
#include "analysis/report/columns.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- looks ---- */

static status read_look(struct film_record *f, const char *file)
{
    char path[FILE_PATH_MAX], *json = NULL, word[32];
    size_t length;
    if (f->looks == FILM_LOOKS) return fail(BAD_INPUT, "%s: more than %d looks", f->path, FILM_LOOKS);
    TRY(file_join(path, f->path, file));
    TRY(file_read(path, &json, &length));
    struct film_look *l = &f->look[f->looks++];
    json_find(json, "label", l->label, sizeof l->label);
    l->time = json_find_number(json, "time");
    l->T = json_find_number(json, "T_target");
    l->energy = json_find_number(json, "energy_per_atom");
    l->density = json_find_number(json, "density");
    l->atoms = json_find_number(json, "atoms");
    l->pressure = json_find_number(json, "pressure");
    l->crystal = json_find_number(json, "laves_fraction");
    l->mobility_time = json_find_number(json, "mobility_time");
    l->interior = json_find(json, "of", word, sizeof word) && strcmp(word, "interior") == 0;
    double top = json_find_number(json, "substrate_top"); /* older looks do not say */
    if (isfinite(top)) f->substrate_top = top;
    const char *fraction = strstr(json, "\"fraction_");
    l->fraction = fraction && strchr(fraction, ':') ? strtod(strchr(fraction, ':') + 1, NULL) : (double)NAN;
    column_sums_read(&l->columns, json);
    DELETE(json);
    return OK;
}

static int by_time(const void *one, const void *two)
{
    const struct film_look *a = one, *b = two;
    return (a->time > b->time) - (a->time < b->time);
}

static status read_looks(struct film_record *f)
{
    DIR *folder = opendir(f->path);
    status s = OK;
    if (!folder) return fail(BAD_INPUT, "cannot read the folder %s", f->path);
    for (struct dirent *e; s == OK && (e = readdir(folder));) {
        size_t n = strlen(e->d_name);
        bool is_json = n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
        if (is_json && strncmp(e->d_name, "measure-", 8) == 0) s = read_look(f, e->d_name);
    }
    closedir(folder);
    qsort(f->look, (size_t)f->looks, sizeof *f->look, by_time);
    return s;
}

/* ---- stages of film.csv ---- */

struct stretch {
    int64_t from, to; /* rows */
};

static struct stretch stretch_of(const struct columns *c, int64_t row)
{
    struct stretch s = {row, row + 1};
    while (s.from > 0 && strcmp(c->stage[s.from - 1], c->stage[row]) == 0) s.from--;
    while (s.to < c->rows && strcmp(c->stage[s.to], c->stage[row]) == 0) s.to++;
    return s;
}

static double area_of(const struct film_record *f)
{
    char path[FILE_PATH_MAX];
    struct columns c;
    if (file_join(path, f->path, "thermo.csv") != OK || columns_read(&c, path) != OK) return NAN;
    double area = c.rows > 0
                      ? columns_at(&c, 0, columns_find(&c, "Lx")) * columns_at(&c, 0, columns_find(&c, "Ly"))
                      : (double)NAN;
    columns_free(&c);
    return area;
}

static int first_energy(const struct film_record *f)
{
    int i = 0;
    while (i < f->looks && !isfinite(f->look[i].energy)) i++;
    return i < f->looks ? i : -1;
}

/* A row of the stage in which the film became what it is: the first stage after `melted` (src/cmd/controls.c
 * writes that label), else the last in which atoms arrived; −1: none. */
static int64_t formation_row(const struct film_record *f, const struct columns *c)
{
    int arrived = columns_find(c, "arrived");
    int64_t row = -1;
    for (int64_t i = 1; i < c->rows; i++) {
        bool same = strcmp(c->stage[i], c->stage[i - 1]) == 0;
        if (strcmp(f->role, "film") == 0 ? same && columns_at(c, i, arrived) > columns_at(c, i - 1, arrived)
                                         : row < 0 && !same && strcmp(c->stage[i - 1], "melted") == 0)
            row = i;
    }
    return row;
}

/* The set temperature at the end of a ramp: that of a look taken then, as lines of film.csv stop short of it.
 */
static double last_temperature(const struct film_record *f, const struct columns *c, struct stretch s)
{
    int time = columns_find(c, "time"), T = columns_find(c, "T_target");
    double last = columns_at(c, s.to - 1, T), next = s.to < c->rows ? columns_at(c, s.to, time) : INFINITY;
    for (int i = 0; i < f->looks; i++)
        if (f->look[i].time >= columns_at(c, s.to - 1, time) * (1.0 - 1e-9) && f->look[i].time <= next)
            return f->look[i].T;
    return last;
}

static void find_formation(struct film_record *f, const struct columns *c)
{
    int time = columns_find(c, "time"), arrived = columns_find(c, "arrived");
    int64_t row = formation_row(f, c);
    if (row < 0) return;
    struct stretch s = stretch_of(c, row);
    double begin = s.from > 0 ? columns_at(c, s.from - 1, time) : 0.0;
    f->T_form = last_temperature(f, c, s);
    f->form_time = columns_at(c, s.to - 1, time) - begin;
    f->atoms = columns_at(c, s.to - 1, columns_find(c, "film_atoms"));
    f->thickness = columns_at(c, s.to - 1, columns_find(c, "thickness"));
    if (strcmp(f->role, "film") == 0) /* up to the last arrival: the stage waits for what is in flight then */
        f->flux = columns_at(c, row, arrived) / (area_of(f) * (columns_at(c, row, time) - begin));
}

/* ---- heating ---- */

/* The label of the stage that says `onset: tangent`; "" without one or without a label. */
static void marked_stage(const char *input, char label[RUN_NAME])
{
    const char *mark = input ? strstr(input, "\n      onset: tangent\n") : NULL;
    label[0] = '\0';
    if (!mark) return;
    const char *end = strstr(mark, "\n  - "), *at = strstr(mark, "\n      label: ");
    if (!at || (end && at > end)) return;
    at += strlen("\n      label: ");
    snprintf(label, RUN_NAME, "%.*s", (int)strcspn(at, "\n"), at);
}

static bool find_heating(struct film_record *f, const struct columns *c, const char *input,
                         struct stretch *best)
{
    int T = columns_find(c, "T_target");
    double most = 0.0;
    char wanted[RUN_NAME];
    marked_stage(input, wanted);
    for (int64_t row = 0; row < c->rows;) {
        struct stretch s = stretch_of(c, row);
        double rise = columns_at(c, s.to - 1, T) - columns_at(c, s.from, T);
        row = s.to;
        if (wanted[0] && strcmp(c->stage[s.from], wanted) != 0) continue;
        if (!(rise > most)) continue;
        most = rise;
        *best = s;
    }
    if (most > 0.0) snprintf(f->heat_stage, sizeof f->heat_stage, "%.*s", RUN_NAME - 1, c->stage[best->from]);
    return most > 0.0;
}

static status read_heating(struct film_record *f, const struct columns *c, struct stretch s)
{
    int T = columns_find(c, "T_target"), energy = columns_find(c, "interior_potential"),
        time = columns_find(c, "time");
    double kB = units_boltzmann(&f->units.system), size = units_size(&f->units.system, QUANTITY_TIME);
    size_t n = (size_t)(s.to - s.from);
    TRY(NEW(f->T, n));
    TRY(NEW(f->E, n));
    TRY(NEW(f->H, n));
    for (int64_t i = s.from; i < s.to; i++) {
        double e = columns_at(c, i, energy);
        if (!isfinite(e)) continue;
        f->T[f->rows] = columns_at(c, i, T);
        f->E[f->rows] = e;
        f->H[f->rows] = e + 1.5 * kB * f->T[f->rows];
        f->rows++;
    }
    double rate = (columns_at(c, s.to - 1, T) - columns_at(c, s.from, T)) /
                  ((columns_at(c, s.to - 1, time) - columns_at(c, s.from, time)) * size);
    f->heat_rate = rate / units_size(&f->units.system, QUANTITY_COOLING_RATE);
    return OK;
}

/* ---- before and after the final cool-down ---- */

static void choose_looks(struct film_record *f, double heat_from)
{
    int first = first_energy(f);
    f->before = f->after = -1;
    if (first < 0) return;
    if (film_same_T(f->look[first].T, f->T_form)) f->before = first;
    for (int i = first; i < f->looks; i++) {
        const struct film_look *l = &f->look[i];
        bool colder = l->T < f->T_form * (1.0 - 1e-6);
        if (isfinite(l->energy) && colder && l->time <= heat_from * (1.0 + 1e-9)) f->after = i;
    }
    if (f->before < 0 || f->after < 0) return;
    const struct film_look *b = &f->look[f->before], *a = &f->look[f->after];
    f->cool_rate = (b->T - a->T) / ((a->time - b->time) * units_size(&f->units.system, QUANTITY_TIME)) /
                   units_size(&f->units.system, QUANTITY_COOLING_RATE);
}

static status read_film(struct film_record *f, const char *input)
{
    char path[FILE_PATH_MAX], text[128];
    struct columns c;
    struct stretch heating;
    double heat_from = INFINITY;
    TRY(file_join(path, f->path, "film.csv"));
    if (!file_exists(path)) return OK;
    f->film = true;
    if (run_settings_value(input, "film.substrate.thickness", text, sizeof text))
        TRY(units_parse(&f->units.system, text, QUANTITY_LENGTH, &f->substrate_top));
    TRY(columns_read(&c, path));
    status s = OK;
    if (c.rows > 0) find_formation(f, &c);
    if (find_heating(f, &c, input, &heating)) {
        heat_from = columns_at(&c, heating.from, columns_find(&c, "time"));
        s = read_heating(f, &c, heating);
    }
    choose_looks(f, heat_from);
    columns_free(&c);
    return s;
}

static status read_folder(struct film_record *f, struct run_folder *r)
{
    if (!r->input) return fail(BAD_INPUT, "%s holds no input.yaml", f->path);
    TRY(run_units_of(&f->units, r));
    if (!run_folder_fact(r, "status", f->state, sizeof f->state))
        snprintf(f->state, sizeof f->state, "not done");
    if (!run_settings_value(r->input, "role", f->role, sizeof f->role))
        snprintf(f->role, sizeof f->role, "film");
    if (r->thermo.rows > 0) f->T_start = r->thermo.column[THERMO_T_TARGET][0];
    for (int i = 0; i < r->thermo.stages; i++) {
        struct run_crystal c;
        if (run_folder_crystal(r, r->thermo.stage[i], &c) && !(f->crystal >= c.last)) f->crystal = c.last;
    }
    TRY(read_looks(f));
    for (int i = 0; i < f->looks; i++)
        if (isfinite(f->look[i].crystal) && !(f->crystal >= f->look[i].crystal))
            f->crystal = f->look[i].crystal;
    return read_film(f, r->input);
}

status film_record_read(struct film_record *f, const char *folder)
{
    struct run_folder *r = NULL;
    *f = (struct film_record){.before = -1, .after = -1};
    f->T_start = f->T_form = f->form_time = f->cool_rate = f->flux = f->atoms = f->thickness = f->heat_rate =
        f->crystal = (double)NAN;
    f->substrate_top = 0.0;
    TRY(NEW(r, 1));
    status s = run_folder_open(r, folder);
    if (s == OK) {
        snprintf(f->path, sizeof f->path, "%s", r->path);
        snprintf(f->name, sizeof f->name, "%s", r->name);
        s = read_folder(f, r);
        run_folder_free(r);
    }
    DELETE(r);
    if (s != OK) film_record_free(f);
    return s;
}

bool film_same_T(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

void film_record_free(struct film_record *f)
{
    DELETE(f->T);
    DELETE(f->E);
    DELETE(f->H);
    f->rows = 0;
}
