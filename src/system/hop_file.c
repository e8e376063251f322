/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/hop_file.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 256 };

static const char conventions[] = "cage: hop when |r - mean over `cage` after the last hop| > distance in "
                                  "all frames for at least persist, at "
                                  "the time of the first of them; p_hop: maximum of Candelier's p above "
                                  "threshold; riechers: distance r1 from "
                                  "the position at the last hop. persistence: from age_from to the first "
                                  "hop; exchange: between hops; censored "
                                  "ones end at age_to. reversible: hops in loops that lead back to within "
                                  "distance/2 (p_hop: sqrt(threshold)) "
                                  "of an old cage.";

/* ---- columns: one number per row ---- */

enum column {
    DISTANCE_R1,
    DISTANCE,
    PERSIST,
    CAGE,
    WINDOW,
    THRESHOLD,
    AGE_FROM,
    AGE_TO,
    ATOMS,
    HOPS,
    HOPPED,
    REVERSIBLE,
    RETURNS,
    EXCURSIONS,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {
    "distance_r1",       "distance",   "persist",          "cage",      "window",
    "threshold",         "age_from",   "age_to",           "atoms",     "hops",
    "atoms_that_hopped", "reversible", "straight_returns", "excursions"};

static void columns_of(const struct hop_facts *r, double value[COLUMNS])
{
    const struct hops *h = r->hops;
    const double all[COLUMNS] = {
        r->distance_r1,     r->how.distance,      r->how.persist,    r->how.cage,
        r->how.window,      r->how.threshold,     h->begin,          h->end,
        (double)h->atoms,   (double)h->n,         (double)h->hopped, (double)h->reversible,
        (double)h->returns, (double)h->excursions};
    memcpy(value, all, sizeof all);
}

status hop_file_head(struct h5 *f, const char *group, const struct hop_file_head *head)
{
    TRY(h5_make_group(f, group));
    TRY(h5_attr(f, group, "r1", H5_F64, 1, &head->r1));
    TRY(h5_attr_string(f, group, "time_unit", head->time_unit));
    TRY(h5_attr_string(f, group, "length_unit", head->length_unit));
    return h5_attr_string(f, group, "hop_conventions", conventions);
}

status hop_file_columns(struct h5 *f, const char *group, int64_t rows, const struct hop_facts *row)
{
    double *number = NULL;
    const char **text = NULL;
    char name[NAME];
    hsize_t n = (hsize_t)rows;
    status s = OK;
    GUARD(NEW(number, (size_t)rows));
    GUARD(NEW(text, (size_t)rows));
    for (int64_t i = 0; i < rows; i++) text[i] = row[i].name;
    snprintf(name, sizeof name, "%s/criterion", group);
    GUARD(h5_write_strings(f, name, (size_t)rows, text));
    for (int c = 0; c < COLUMNS; c++) {
        for (int64_t i = 0; i < rows; i++) {
            double value[COLUMNS];
            columns_of(row + i, value);
            number[i] = value[c];
        }
        snprintf(name, sizeof name, "%s/%s", group, column_names[c]);
        GUARD(h5_write(f, name, H5_F64, 1, &n, number));
    }
done:
    DELETE(number);
    DELETE(text);
    return s;
}

/* ---- one row's lists ---- */

static void dataset(char name[NAME], const char *group, int64_t row, const char *what, const char *leaf)
{
    snprintf(name, NAME, "%s/row_%" PRId64 "/%s_%s", group, row, what, leaf);
}

static status write_waits(struct h5 *f, const char *group, int64_t row, const char *kind,
                          const struct waits *w, const uint64_t *id)
{
    char name[NAME];
    uint64_t *ids = NULL;
    hsize_t n = (hsize_t)w->n;
    status s = OK;
    if (w->n == 0) return OK;
    GUARD(NEW(ids, (size_t)w->n));
    for (int64_t i = 0; i < w->n; i++) ids[i] = id[w->atom[i]];
    dataset(name, group, row, kind, "time");
    GUARD(h5_write_deflated(f, name, H5_F64, 1, &n, w->time));
    dataset(name, group, row, kind, "censored");
    GUARD(h5_write_deflated(f, name, H5_U8, 1, &n, w->is_censored));
    dataset(name, group, row, kind, "atom");
    GUARD(h5_write_deflated(f, name, H5_U64, 1, &n, ids));
done:
    DELETE(ids);
    return s;
}

static status write_hops(struct h5 *f, const char *group, int64_t row, const struct hops *h,
                         const uint64_t *id)
{
    char name[NAME];
    double *v = NULL;
    uint64_t *ids = NULL;
    uint8_t *flag = NULL;
    hsize_t n[2] = {(hsize_t)h->n, 3};
    status s = OK;
    if (h->n == 0) return OK;
    GUARD(NEW(v, 3 * (size_t)h->n));
    GUARD(NEW(ids, (size_t)h->n));
    GUARD(NEW(flag, (size_t)h->n));
    for (int64_t k = 0; k < h->n; k++) {
        v[k] = h->hop[k].time;
        ids[k] = id[h->hop[k].atom];
        flag[k] = h->hop[k].reversible;
    }
    dataset(name, group, row, "hop", "time");
    GUARD(h5_write_deflated(f, name, H5_F64, 1, n, v));
    dataset(name, group, row, "hop", "atom");
    GUARD(h5_write_deflated(f, name, H5_U64, 1, n, ids));
    dataset(name, group, row, "hop", "reversible");
    GUARD(h5_write_deflated(f, name, H5_U8, 1, n, flag));
    for (int64_t k = 0; k < h->n; k++) memcpy(v + 3 * k, h->hop[k].from, sizeof h->hop[k].from);
    dataset(name, group, row, "hop", "from");
    GUARD(h5_write_deflated(f, name, H5_F64, 2, n, v));
    for (int64_t k = 0; k < h->n; k++) memcpy(v + 3 * k, h->hop[k].to, sizeof h->hop[k].to);
    dataset(name, group, row, "hop", "to");
    GUARD(h5_write_deflated(f, name, H5_F64, 2, n, v));
done:
    DELETE(v);
    DELETE(ids);
    DELETE(flag);
    return s;
}

status hop_file_row(struct h5 *f, const char *group, int64_t row, const struct hops *h, const uint64_t *id)
{
    TRY(write_waits(f, group, row, "exchange", &h->exchange, id));
    TRY(write_waits(f, group, row, "persistence", &h->persistence, id));
    return write_hops(f, group, row, h, id);
}

/* ---- reading ---- */

static status length_of(struct h5 *f, const char *name, int64_t *n)
{
    int rank = 2;
    hsize_t shape[2] = {0};
    *n = 0;
    if (!h5_has(f, name)) return OK;
    TRY(h5_shape(f, name, &rank, shape));
    *n = (int64_t)shape[0];
    return OK;
}

status hop_file_rows(struct h5 *f, const char *group, int64_t *rows)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s/criterion", group);
    if (!h5_has(f, name)) return fail(BAD_INPUT, "%s holds no table of hops", f->path);
    return length_of(f, name, rows);
}

/* Ids into indices, in place of the list. */
static status find_atoms(const struct h5 *f, const uint64_t *ids, int64_t n, const uint64_t *id,
                         int64_t atoms, int64_t *atom)
{
    for (int64_t k = 0; k < n; k++) {
        int64_t low = 0, high = atoms;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (id[middle] < ids[k])
                low = middle + 1;
            else
                high = middle;
        }
        if (low == atoms || id[low] != ids[k])
            return fail(BAD_INPUT, "%s: atom %" PRIu64 " hops but is not among the atoms observed", f->path,
                        ids[k]);
        atom[k] = low;
    }
    return OK;
}

static status read_waits(struct h5 *f, const char *group, int64_t row, const char *kind, const uint64_t *id,
                         int64_t atoms, struct waits *w)
{
    char name[NAME];
    uint64_t *ids = NULL;
    int64_t n;
    status s = OK;
    dataset(name, group, row, kind, "time");
    TRY(length_of(f, name, &n));
    if (n == 0) return OK;
    size_t count = (size_t)n;
    GUARD(NEW(ids, count));
    GUARD(GROW(w->time, w->time_capacity, count));
    GUARD(GROW(w->is_censored, w->flag_capacity, count));
    GUARD(GROW(w->atom, w->atom_capacity, count));
    GUARD(h5_read(f, name, H5_F64, count, w->time));
    dataset(name, group, row, kind, "censored");
    GUARD(h5_read(f, name, H5_U8, count, w->is_censored));
    dataset(name, group, row, kind, "atom");
    GUARD(h5_read(f, name, H5_U64, count, ids));
    GUARD(find_atoms(f, ids, n, id, atoms, w->atom));
    w->n = n;
    for (int64_t k = 0; k < n; k++) w->censored += w->is_censored[k];
done:
    DELETE(ids);
    return s;
}

static status read_hops(struct h5 *f, const char *group, int64_t row, const uint64_t *id, int64_t atoms,
                        struct hops *h)
{
    char name[NAME];
    double *v = NULL;
    uint64_t *ids = NULL;
    uint8_t *flag = NULL;
    int64_t *atom = NULL, n;
    status s = OK;
    dataset(name, group, row, "hop", "time");
    TRY(length_of(f, name, &n));
    if (n == 0) return OK;
    hsize_t count = (hsize_t)n;
    GUARD(NEW(v, 6 * (size_t)n));
    GUARD(NEW(ids, (size_t)n));
    GUARD(NEW(flag, (size_t)n));
    GUARD(NEW(atom, (size_t)n));
    GUARD(GROW(h->hop, h->capacity, (size_t)n));
    GUARD(h5_read(f, name, H5_F64, count, v));
    for (int64_t k = 0; k < n; k++) h->hop[k] = (struct hop){.time = v[k]};
    dataset(name, group, row, "hop", "atom");
    GUARD(h5_read(f, name, H5_U64, count, ids));
    GUARD(find_atoms(f, ids, n, id, atoms, atom));
    dataset(name, group, row, "hop", "reversible");
    GUARD(h5_read(f, name, H5_U8, count, flag));
    dataset(name, group, row, "hop", "from");
    GUARD(h5_read(f, name, H5_F64, 3 * count, v));
    dataset(name, group, row, "hop", "to");
    GUARD(h5_read(f, name, H5_F64, 3 * count, v + 3 * n));
    for (int64_t k = 0; k < n; k++) {
        struct hop *p = h->hop + k;
        double square = 0.0;
        memcpy(p->from, v + 3 * k, sizeof p->from);
        memcpy(p->to, v + 3 * (n + k), sizeof p->to);
        for (int i = 0; i < 3; i++) square += (p->to[i] - p->from[i]) * (p->to[i] - p->from[i]);
        p->length = sqrt(square);
        p->atom = atom[k];
        p->reversible = flag[k] != 0;
    }
    h->n = n;
done:
    DELETE(v);
    DELETE(ids);
    DELETE(flag);
    DELETE(atom);
    return s;
}

status hop_file_read(struct h5 *f, const char *group, int64_t row, const uint64_t *id, int64_t atoms,
                     char criterion[HOP_NAME], double *distance_r1, struct hop_options *how, struct hops *h)
{
    char name[NAME];
    double value[COLUMNS];
    status s = OK;
    *h = (struct hops){.slots = atoms};
    snprintf(name, sizeof name, "%s/criterion", group);
    GUARD(h5_read_string_row(f, name, (hsize_t)row - 1, criterion, HOP_NAME));
    for (int c = 0; c < COLUMNS; c++) {
        snprintf(name, sizeof name, "%s/%s", group, column_names[c]);
        GUARD(h5_read_rows(f, name, H5_F64, (hsize_t)row - 1, 1, value + c));
    }
    *distance_r1 = value[DISTANCE_R1];
    *how = (struct hop_options){.criterion = strcmp(criterion, "p_hop") == 0 ? HOP_PHOP : HOP_CAGE,
                                .distance = value[DISTANCE],
                                .persist = value[PERSIST],
                                .cage = value[CAGE],
                                .window = value[WINDOW],
                                .threshold = value[THRESHOLD]};
    GUARD(read_hops(f, group, row, id, atoms, h));
    GUARD(read_waits(f, group, row, "exchange", id, atoms, &h->exchange));
    GUARD(read_waits(f, group, row, "persistence", id, atoms, &h->persistence));
    h->how = *how;
    h->begin = value[AGE_FROM];
    h->end = value[AGE_TO];
    h->atoms = (int64_t)value[ATOMS];
    h->hopped = (int64_t)value[HOPPED];
    h->reversible = (int64_t)value[REVERSIBLE];
    h->returns = (int64_t)value[RETURNS];
    h->excursions = (int64_t)value[EXCURSIONS];
    if (h->n != (int64_t)value[HOPS])
        s = fail(BAD_INPUT, "%s: row %" PRId64 " has %" PRId64 " hops, its table says %g", f->path, row, h->n,
                 value[HOPS]);
done:
    if (s != OK) hops_free(h);
    return s;
}
