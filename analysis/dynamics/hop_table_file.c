/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hop_table_file.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { NAME = 256 };

static const char conventions[] =
    "medians by Kaplan-Meier; alpha: exponent of p(w) ~ w^-alpha, w >= xmin, maximum likelihood with "
    "censoring, "
    "xmin of least Kolmogorov-Smirnov distance; law: least BIC of five over all w >= max(10 frame intervals, "
    "persist); see hop_conventions for what a hop is";

/* ---- columns of the laws: one number per row, picked by a function ---- */
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

status hop_table_write(struct h5 *f, const struct hop_table *h, const struct track *t)
{
    return hop_table_write_at(f, HOP_GROUP, h, t);
}

status hop_table_write_at(struct h5 *f, const char *group, const struct hop_table *h, const struct track *t)
{
    status s = OK;
    double *number = NULL;
    const char **text = NULL;
    struct hop_facts *facts = NULL;
    GUARD(hop_file_head(f, group, &(struct hop_file_head){h->r1, t->time_unit, t->length_unit}));
    GUARD(h5_attr_string(f, group, "conventions", conventions));
    GUARD(NEW(number, (size_t)h->rows));
    GUARD(NEW(text, (size_t)h->rows));
    GUARD(NEW(facts, (size_t)h->rows));
    for (int64_t i = 0; i < h->rows; i++) {
        const struct hop_row *r = h->row + i;
        facts[i] = (struct hop_facts){r->name, r->distance_r1, r->how, &r->hops};
    }
    GUARD(hop_file_columns(f, group, h->rows, facts));
    GUARD(write_laws(f, group, h, number, text));
    for (int64_t i = 0; i < h->rows; i++) GUARD(hop_file_row(f, group, i + 1, &h->row[i].hops, t->id));
done:
    DELETE(number);
    DELETE(text);
    DELETE(facts);
    return s;
}
