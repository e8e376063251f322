/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/campaign_table.h"
#include "analysis/report/run_folder.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const standard[] = {"T", "P", "density", "potential_per_atom", "e_IS"};
enum { STANDARD = sizeof standard / sizeof *standard };

/* ---- thermo.csv ---- */

/* A minimisation leaves one line: nothing moves and nothing should. */
static bool is_minimum(const struct run_thermo *t, int64_t row)
{
    return t->column[THERMO_T][row] == 0.0 && t->column[THERMO_T_TARGET][row] == 0.0;
}

static int64_t last_minimum(const struct run_thermo *t)
{
    int64_t row = t->rows - 1;
    while (row >= 0 && !is_minimum(t, row)) row--;
    return row;
}

/* Mean over the second half of the lines of the stage. */
static double stage_mean(const struct run_thermo *t, int column, const char *stage)
{
    int64_t last = t->rows - 1, first, n = 0;
    double sum = 0.0;
    while (last >= 0 && (stage ? strcmp(t->stage[t->stage_of[last]], stage) != 0 : is_minimum(t, last)))
        last--;
    if (last < 0) return NAN;
    for (first = last; first > 0 && t->stage_of[first - 1] == t->stage_of[last];) first--;
    for (int64_t i = first + (last - first + 1) / 2; i <= last; i++, n++) sum += t->column[column][i];
    return sum / (double)n;
}

static bool thermo_value(const struct run_thermo *t, const char *name, const char *stage, double *value)
{
    static const struct {
        const char *name;
        int column;
    } means[] = {
        {"T", THERMO_T}, {"P", THERMO_P}, {"density", THERMO_DENSITY}, {"potential_per_atom", THERMO_ENERGY}};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        if (strcmp(name, means[i].name) == 0) {
            *value = stage_mean(t, means[i].column, stage);
            return true;
        }
    bool energy = strcmp(name, "e_IS") == 0;
    if (!energy && strcmp(name, "density_IS") != 0) return false;
    int64_t row = last_minimum(t);
    if (row >= 0) *value = t->column[energy ? THERMO_ENERGY : THERMO_DENSITY][row];
    return true;
}

/* ---- results.h5 ---- */

/* "3d/fit_kww/tau[0]" → path, entry 0; "isf@tau_alpha" → path and attribute. */
struct place {
    char path[CAMPAIGN_NAME + 16];
    const char *attribute;
    int64_t entry; /* -1: the only one */
};

static void find_place(struct place *p, const char *name)
{
    *p = (struct place){.entry = -1};
    snprintf(p->path, sizeof p->path, "%s%s", name[0] == '/' ? "" : "/entry/glint/", name);
    char *at = strrchr(p->path, '@'), *bracket = strrchr(p->path, '[');
    if (at) {
        *at = '\0';
        p->attribute = at + 1;
    } else if (bracket && isdigit((unsigned char)bracket[1])) {
        *bracket = '\0';
        p->entry = strtoll(bracket + 1, NULL, 10);
    }
}

static status read_entry(struct h5 *f, const struct place *p, double *value)
{
    int rank = 8;
    hsize_t shape[8] = {0}, n = 1;
    double *all = NULL;
    TRY(h5_shape(f, p->path, &rank, shape));
    for (int i = 0; i < rank; i++) n *= shape[i];
    if (p->entry < 0 && n != 1)
        return fail(BAD_INPUT, "%s: %s has %llu numbers; say which: %s[0]", f->path, p->path,
                    (unsigned long long)n, p->path);
    hsize_t entry = p->entry < 0 ? 0 : (hsize_t)p->entry;
    if (entry >= n) return OK; /* this member has fewer */
    TRY(NEW(all, n));
    status s = h5_read(f, p->path, H5_F64, n, all);
    if (s == OK) *value = all[entry];
    DELETE(all);
    return s;
}

static status results_value_of(const char *folder, const char *name, double *value)
{
    struct place p;
    char path[FILE_PATH_MAX];
    struct h5 f;
    find_place(&p, name);
    TRY(file_join(path, folder, "results.h5"));
    if (!file_exists(path)) return OK;
    TRY(h5_open_ro(&f, path));
    status s = OK;
    if (h5_has(&f, p.path)) {
        if (!p.attribute)
            s = read_entry(&f, &p, value);
        else if (h5_has_attr(&f, p.path, p.attribute))
            s = h5_read_attr(&f, p.path, p.attribute, H5_F64, 1, value);
    }
    h5_close(&f);
    return s;
}

/* ---- members ---- */

/* Pressure and density of the box say nothing of a film: a part of it is vacuum. */
static bool is_of_box(const struct run_folder *f, const char *name)
{
    return f->film.lines.rows > 0 && (strcmp(name, "P") == 0 || strcmp(name, "density") == 0);
}

static status fill_member(struct campaign_table *t, size_t i, struct run_folder *f, const char *folder,
                          const char *stage)
{
    char word[64];
    static const char *const states[] = {"done", "stopped", "failed"};
    if (run_folder_open(f, folder) != OK) return OK; /* not begun: no values */
    t->state[i] = "running";
    if (run_folder_fact(f, "status", word, sizeof word))
        for (size_t k = 0; k < 3; k++)
            if (strcmp(word, states[k]) == 0) t->state[i] = states[k];
    status s = OK;
    for (int c = 0; c < t->columns && s == OK; c++) {
        double *value = &t->column[c].value[i];
        if (is_of_box(f, t->column[c].name) || thermo_value(&f->thermo, t->column[c].name, stage, value))
            continue;
        *value = json_find_number(f->json, t->column[c].name);
        if (isnan(*value)) s = results_value_of(folder, t->column[c].name, value);
    }
    run_folder_free(f);
    return s;
}

static status fill(struct campaign_table *t, const char *stage)
{
    char folder[FILE_PATH_MAX];
    struct run_folder *f = NULL;
    TRY(NEW(f, 1));
    status s = OK;
    for (size_t i = 0; i < t->members.n && s == OK; i++) {
        t->state[i] = "waiting";
        for (int c = 0; c < t->columns; c++) t->column[c].value[i] = NAN;
        s = file_join(folder, t->folder, t->members.name[i]);
        if (s == OK) s = fill_member(t, i, f, folder, stage);
    }
    DELETE(f);
    return s;
}

/* ---- keys ---- */

static status read_keys(struct campaign_table *t, const char *over)
{
    if (t->members.keys > CAMPAIGN_KEYS)
        return fail(BAD_INPUT, "%s: more than %d swept keys", t->folder, CAMPAIGN_KEYS);
    bool found = false;
    for (size_t k = 0; k < t->members.keys; k++) {
        struct campaign_key *key = &t->key[t->keys++];
        *key = (struct campaign_key){.name = t->members.key[k], .number = true};
        key->over = strcmp(key->name, over ? over : "seed") == 0;
        found = found || key->over;
        TRY(NEW(key->value, t->members.n));
        bool first = true;
        for (size_t i = 0; i < t->members.n && key->number; i++) {
            const char *unit, *value = campaign_table_value(t, i, (int)k);
            key->value[i] = NAN;
            if (!*value) continue; /* the key does not matter to this member */
            key->number = units_number(value, &key->value[i], &unit);
            if (key->number && first) snprintf(key->unit, sizeof key->unit, "%s", unit);
            key->number = key->number && strcmp(key->unit, unit) == 0;
            first = false;
        }
    }
    if (over && !found) return fail(BAD_INPUT, "'%s' was not varied in %s", over, t->folder);
    return OK;
}

const char *campaign_table_value(const struct campaign_table *t, size_t i, int k)
{
    return t->members.value[i * t->members.keys + (size_t)k];
}

bool campaign_table_alike(const struct campaign_table *t, size_t i, size_t j, int but)
{
    for (int k = 0; k < t->keys; k++)
        if (!t->key[k].over && k != but &&
            strcmp(campaign_table_value(t, i, k), campaign_table_value(t, j, k)) != 0)
            return false;
    return true;
}

const char *campaign_table_label(const struct campaign_table *t, size_t i, int but, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; k < t->keys && n < size; k++)
        if (!t->key[k].over && k != but)
            n += (size_t)snprintf(out + n, size - n, "%s%s %s", n ? ", " : "", t->key[k].name,
                                  campaign_table_value(t, i, k));
    return out;
}

/* ---- means ---- */

static void mean_of(const struct campaign_table *t, struct campaign_column *c, size_t g)
{
    double sum = 0.0, squares = 0.0;
    int64_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < t->members.n; i++) {
            if (t->group_of[i] != g || !isfinite(c->value[i]) || strcmp(t->state[i], "done") != 0) continue;
            if (pass == 0) {
                sum += c->value[i];
                n++;
            } else {
                double d = c->value[i] - sum / (double)n;
                squares += d * d;
            }
        }
    c->count[g] = n;
    c->mean[g] = n > 0 ? sum / (double)n : (double)NAN;
    c->error[g] = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : (double)NAN;
}

static status take_means(struct campaign_table *t)
{
    TRY(NEW(t->group_of, t->members.n + 1));
    TRY(NEW(t->first, t->members.n + 1));
    for (size_t i = 0; i < t->members.n; i++) {
        size_t g = 0;
        while (g < t->groups && !campaign_table_alike(t, i, t->first[g], -1)) g++;
        if (g == t->groups) t->first[t->groups++] = i;
        t->group_of[i] = g;
    }
    for (int c = 0; c < t->columns; c++) {
        struct campaign_column *col = &t->column[c];
        TRY(NEW(col->mean, t->groups + 1));
        TRY(NEW(col->error, t->groups + 1));
        TRY(NEW(col->count, t->groups + 1));
        for (size_t g = 0; g < t->groups; g++) mean_of(t, col, g);
    }
    return OK;
}

/* ---- all ---- */

static status name_columns(struct campaign_table *t, const struct campaign_table_options *o)
{
    int n = o->columns > 0 ? o->columns : STANDARD;
    if (n > CAMPAIGN_COLUMNS) return fail(BAD_INPUT, "more than %d columns", CAMPAIGN_COLUMNS);
    for (int c = 0; c < n; c++) {
        const char *name = o->columns > 0 ? o->column[c] : standard[c];
        struct campaign_column *col = &t->column[t->columns++];
        if (strlen(name) >= CAMPAIGN_NAME)
            return fail(BAD_INPUT, "the name of a column is too long: %s", name);
        snprintf(col->name, sizeof col->name, "%s", name);
        TRY(NEW(col->value, t->members.n + 1));
    }
    return OK;
}

static bool has_any(const struct campaign_table *t, int c)
{
    bool any = false;
    for (size_t i = 0; i < t->members.n; i++) any = any || isfinite(t->column[c].value[i]);
    return any;
}

/* A standard column that nobody has is left out; one that was asked for is an error, once there are results.
 */
static status check_columns(struct campaign_table *t, bool asked, const char *stage)
{
    bool begun = false;
    for (size_t i = 0; i < t->members.n; i++) begun = begun || strcmp(t->state[i], "waiting") != 0;
    for (int c = 0; c < t->columns; c++) {
        if (has_any(t, c) || !begun) continue;
        if (asked || (stage && c < STANDARD - 1))
            return fail(BAD_INPUT,
                        "no member of %s has '%s'%s%s: a column is T, P, density, potential_per_atom, e_IS, "
                        "density_IS, a member of run.json, or a number in results.h5 (made by glint report)",
                        t->folder, t->column[c].name, stage ? " in stage " : "", stage ? stage : "");
        DELETE(t->column[c].value);
        for (int k = c; k + 1 < t->columns; k++) t->column[k] = t->column[k + 1];
        t->column[--t->columns] = (struct campaign_column){0}; /* its arrays moved one up */
        c--;
    }
    return OK;
}

status campaign_table_make(struct campaign_table *t, const char *folder,
                           const struct campaign_table_options *o)
{
    status s = OK;
    *t = (struct campaign_table){0};
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    if (n >= sizeof t->folder) return fail(BAD_INPUT, "the path is too long: %s", folder);
    memcpy(t->folder, folder, n);
    TRY(members_read(&t->members, t->folder));
    GUARD(NEW(t->state, t->members.n + 1));
    GUARD(name_columns(t, o));
    GUARD(read_keys(t, o->over));
    GUARD(fill(t, o->stage));
    GUARD(check_columns(t, o->columns > 0, o->stage));
    GUARD(take_means(t));
done:
    if (s != OK) campaign_table_free(t);
    return s;
}

void campaign_table_free(struct campaign_table *t)
{
    for (int c = 0; c < CAMPAIGN_COLUMNS; c++) {
        DELETE(t->column[c].value);
        DELETE(t->column[c].mean);
        DELETE(t->column[c].error);
        DELETE(t->column[c].count);
    }
    for (int k = 0; k < CAMPAIGN_KEYS; k++) DELETE(t->key[k].value);
    DELETE(t->state);
    DELETE(t->group_of);
    DELETE(t->first);
    members_free(&t->members);
    t->columns = t->keys = 0;
}

int campaign_table_column(const struct campaign_table *t, const char *name)
{
    for (int c = 0; c < t->columns; c++)
        if (strcmp(t->column[c].name, name) == 0) return c;
    return -1;
}
