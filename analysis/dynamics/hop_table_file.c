/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hop_table_file.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAME = 256 };

static const char conventions[] =
    "cage: hop when |r - mean over `cage` after the last hop| > distance in all frames for at least persist, "
    "at the time "
    "of the first of them; p_hop: maximum of Candelier's p above threshold; riechers: distance r1 from the "
    "position at the "
    "last hop. persistence: from age_from to the first hop; exchange: between hops; censored ones end at "
    "age_to. "
    "Medians by Kaplan-Meier; alpha: exponent of p(w) ~ w^-alpha, w >= xmin, maximum likelihood with "
    "censoring, xmin of "
    "least Kolmogorov-Smirnov distance; law: least BIC of five over all w >= max(10 frame intervals, "
    "persist). reversible: "
    "hops in loops that lead back to within distance/2 (p_hop: sqrt(threshold)) of an old cage.";

/* ---- columns: one number per row, picked by a function ---- */
typedef double (*pick)(const struct hop_row *r);
struct column {
    const char *name;
    pick value;
};
static double distance_r1(const struct hop_row *r)
{
    return r->distance_r1;
}
static double distance(const struct hop_row *r)
{
    return r->how.distance;
}
static double persist(const struct hop_row *r)
{
    return r->how.persist;
}
static double cage(const struct hop_row *r)
{
    return r->how.cage;
}
static double window(const struct hop_row *r)
{
    return r->how.window;
}
static double threshold(const struct hop_row *r)
{
    return r->how.threshold;
}
static double age_from(const struct hop_row *r)
{
    return r->hops.begin;
}
static double age_to(const struct hop_row *r)
{
    return r->hops.end;
}
static double atoms(const struct hop_row *r)
{
    return (double)r->hops.atoms;
}
static double hops(const struct hop_row *r)
{
    return (double)r->hops.n;
}
static double hopped(const struct hop_row *r)
{
    return (double)r->hops.hopped;
}
static double reversible(const struct hop_row *r)
{
    return (double)r->hops.reversible;
}
static double excursions(const struct hop_row *r)
{
    return (double)r->hops.excursions;
}
static const struct column columns[] = {{"distance_r1", distance_r1},
                                        {"distance", distance},
                                        {"persist", persist},
                                        {"cage", cage},
                                        {"window", window},
                                        {"threshold", threshold},
                                        {"age_from", age_from},
                                        {"age_to", age_to},
                                        {"atoms", atoms},
                                        {"hops", hops},
                                        {"atoms_that_hopped", hopped},
                                        {"reversible", reversible},
                                        {"excursions", excursions}};

static double if_fit(const struct hop_law *l, double value)
{
    return l->has_fit ? value : (double)NAN;
}
typedef double (*pick_law)(const struct hop_law *l);
static double median(const struct hop_law *l)
{
    return l->median;
}
static double alpha(const struct hop_law *l)
{
    return if_fit(l, l->fit.alpha);
}
static double alpha_error(const struct hop_law *l)
{
    return if_fit(l, l->fit.sigma);
}
static double xmin(const struct hop_law *l)
{
    return if_fit(l, l->fit.xmin);
}
static double flat(const struct hop_law *l)
{
    return if_fit(l, l->fit.flat_decades);
}
static double quotable(const struct hop_law *l)
{
    return l->has_fit && l->fit.quotable ? 1.0 : 0.0;
}
static const struct {
    const char *name;
    pick_law value;
} law_columns[] = {{"median", median}, {"alpha", alpha},       {"alpha_error", alpha_error},
                   {"xmin", xmin},     {"flat_decades", flat}, {"quotable", quotable}};

static const struct hop_law *law_of(const struct hop_row *r, int kind)
{
    return kind == 0 ? &r->exchange : &r->persistence;
}
static const char *const kinds[] = {"exchange", "persistence"};

static status write_laws(struct h5 *f, const char *group, const struct hop_table *h, double *number,
                         const char **text)
{
    hsize_t rows = (hsize_t)h->rows;
    char name[NAME];
    for (int kind = 0; kind < 2; kind++) {
        for (size_t c = 0; c < sizeof law_columns / sizeof *law_columns; c++) {
            for (int64_t i = 0; i < h->rows; i++) number[i] = law_columns[c].value(law_of(h->row + i, kind));
            snprintf(name, sizeof name, "%s/%s_%s", group, kinds[kind], law_columns[c].name);
            TRY(h5_write(f, name, H5_F64, 1, &rows, number));
        }
        for (int64_t i = 0; i < h->rows; i++) text[i] = law_of(h->row + i, kind)->verdict;
        snprintf(name, sizeof name, "%s/%s_verdict", group, kinds[kind]);
        TRY(h5_write_strings(f, name, (size_t)rows, text));
        for (int64_t i = 0; i < h->rows; i++) {
            const struct hop_law *l = law_of(h->row + i, kind);
            text[i] = l->has_fit ? l->preferred : "";
        }
        snprintf(name, sizeof name, "%s/%s_law", group, kinds[kind]);
        TRY(h5_write_strings(f, name, (size_t)rows, text));
    }
    return OK;
}

static status write_waits(struct h5 *f, const char *group, const struct waits *w, const char *kind,
                          int64_t row, const struct track *t)
{
    char name[NAME];
    uint64_t *id = NULL;
    hsize_t n = (hsize_t)w->n;
    status s = OK;
    if (w->n == 0) return OK;
    GUARD(NEW(id, (size_t)w->n));
    for (int64_t i = 0; i < w->n; i++) id[i] = t->id[w->atom[i]];
    snprintf(name, sizeof name, "%s/row_%" PRId64 "/%s_time", group, row, kind);
    GUARD(h5_write_deflated(f, name, H5_F64, 1, &n, w->time));
    snprintf(name, sizeof name, "%s/row_%" PRId64 "/%s_censored", group, row, kind);
    GUARD(h5_write_deflated(f, name, H5_U8, 1, &n, w->is_censored));
    snprintf(name, sizeof name, "%s/row_%" PRId64 "/%s_atom", group, row, kind);
    GUARD(h5_write_deflated(f, name, H5_U64, 1, &n, id));
done:
    DELETE(id);
    return s;
}

status hop_table_write(struct h5 *f, const struct hop_table *h, const struct track *t)
{
    return hop_table_write_at(f, HOP_TABLE_GROUP, h, t);
}

status hop_table_write_at(struct h5 *f, const char *group, const struct hop_table *h, const struct track *t)
{
    status s = OK;
    double *number = NULL;
    const char **text = NULL;
    char name[NAME];
    hsize_t rows = (hsize_t)h->rows;
    GUARD(h5_make_group(f, group));
    GUARD(h5_attr(f, group, "r1", H5_F64, 1, &h->r1));
    GUARD(h5_attr_string(f, group, "time_unit", t->time_unit));
    GUARD(h5_attr_string(f, group, "length_unit", t->length_unit));
    GUARD(h5_attr_string(f, group, "conventions", conventions));
    GUARD(NEW(number, (size_t)rows));
    GUARD(NEW(text, (size_t)rows));
    for (int64_t i = 0; i < h->rows; i++) text[i] = h->row[i].name;
    snprintf(name, sizeof name, "%s/criterion", group);
    GUARD(h5_write_strings(f, name, (size_t)rows, text));
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        for (int64_t i = 0; i < h->rows; i++) number[i] = columns[c].value(h->row + i);
        snprintf(name, sizeof name, "%s/%s", group, columns[c].name);
        GUARD(h5_write(f, name, H5_F64, 1, &rows, number));
    }
    GUARD(write_laws(f, group, h, number, text));
    for (int64_t i = 0; i < h->rows; i++) {
        GUARD(write_waits(f, group, &h->row[i].hops.exchange, "exchange", i + 1, t));
        GUARD(write_waits(f, group, &h->row[i].hops.persistence, "persistence", i + 1, t));
    }
done:
    DELETE(number);
    DELETE(text);
    return s;
}
