/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/campaign_figure.h"
#include "analysis/report/palette.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CURVES = 24 };

struct point {
    double x, mean, error, count;
};

static int by_x(const void *pa, const void *pb)
{
    const struct point *a = pa, *b = pb;
    return (a->x > b->x) - (a->x < b->x);
}

/* Where a group lies on the axis: the number, or the place of its word among the words. */
static double place(const struct campaign_table *t, size_t group, int key)
{
    size_t member = t->first[group];
    if (t->key[key].number) return t->key[key].value[member];
    double n = 0.0;
    for (size_t i = 0; i < t->members.n; i++) {
        const char *word = campaign_table_value(t, i, key);
        bool seen = false;
        for (size_t j = 0; j < i; j++) seen = seen || strcmp(campaign_table_value(t, j, key), word) == 0;
        if (strcmp(word, campaign_table_value(t, member, key)) == 0) return n;
        n += !seen;
    }
    return n;
}

static void axis(struct figure *f, const struct campaign_table *t, int key)
{
    const struct campaign_key *k = &t->key[key];
    double least = INFINITY, most = -INFINITY;
    char name[FIGURE_TEXT], unit[FIGURE_TEXT];
    for (size_t g = 0; g < t->groups; g++) {
        double x = place(t, g, key);
        least = fmin(least, x);
        most = fmax(most, x);
    }
    figure_text(k->name, name);
    if (k->number && k->unit[0])
        figure_script(f, "set xlabel '%s (%s)'\n", name, figure_unit(k->unit, unit));
    else
        figure_script(f, "set xlabel '%s'\n", name);
    if (k->number && least > 0.0 && most > 30.0 * least) {
        figure_script(f, "set logscale x; set format x '10^{%%T}'\n");
        least /= 1.5;
        most *= 1.5;
    } else {
        double room = most > least ? 0.06 * (most - least) : 0.5;
        least -= room;
        most += room;
    }
    figure_script(f, "set xrange [%.9g:%.9g]\n", least, most);
    for (size_t g = 0; !k->number && g < t->groups; g++)
        figure_script(f, "set xtics %s('%s' %g)\n", g ? "add " : "",
                      figure_text(campaign_table_value(t, t->first[g], key), unit), place(t, g, key));
}

/* The groups that are like this one but for the key, in order of x. */
static status curve(struct figure *f, const struct campaign_table *t, int column, int key, size_t group,
                    const char *part)
{
    const struct campaign_column *c = &t->column[column];
    struct point *p = NULL;
    double *data = NULL;
    size_t n = 0;
    status s = OK;
    GUARD(NEW(p, t->groups));
    GUARD(NEW(data, 4 * t->groups));
    for (size_t g = 0; g < t->groups; g++)
        if (campaign_table_alike(t, t->first[g], t->first[group], key) && c->count[g] > 0 &&
            isfinite(place(t, g, key)))
            p[n++] = (struct point){place(t, g, key), c->mean[g], c->error[g], (double)c->count[g]};
    qsort(p, n, sizeof *p, by_x);
    for (size_t i = 0; i < n; i++) {
        data[i] = p[i].x;
        data[t->groups + i] = p[i].mean;
        data[2 * t->groups + i] = isfinite(p[i].error) ? p[i].error : 0.0;
        data[3 * t->groups + i] = p[i].count;
    }
    s = figure_data(
        f, part, 4, (const char *const[]){"x", "mean", "error", "members"},
        (const double *const[]){data, data + t->groups, data + 2 * t->groups, data + 3 * t->groups},
        (int64_t)n);
done:
    DELETE(p);
    DELETE(data);
    return s;
}

static status curves(struct figure *f, const struct campaign_table *t, int column, int key)
{
    char part[16], file[FIGURE_NAME + 40], label[200], title[FIGURE_TEXT];
    int n = 0;
    figure_script(f, "plot ");
    for (size_t g = 0; g < t->groups; g++) {
        bool drawn = false;
        for (size_t h = 0; h < g; h++)
            drawn = drawn || campaign_table_alike(t, t->first[h], t->first[g], key);
        if (drawn || !isfinite(place(t, g, key))) continue;
        if (n == CURVES)
            return fail(BAD_INPUT,
                        "more than %d curves: sweep fewer keys in one figure, or take means over one",
                        CURVES);
        snprintf(part, sizeof part, "%d", n + 1);
        TRY(curve(f, t, column, key, g, part));
        figure_data_name(f, part, false, file);
        campaign_table_label(t, t->first[g], key, label, sizeof label);
        figure_script(f, "%s'%s' using 1:2:3 with yerrorlines lc rgb '%s' lw 1.4 pt %d ps 0.7 dt %d %s%s%s",
                      n ? ", " : "", file, palette_line(n % 6), (const int[]){7, 5, 9, 13, 11, 6}[n % 6],
                      n / 6 + 1, label[0] ? "title '" : "notitle", label[0] ? figure_text(label, title) : "",
                      label[0] ? "'" : "");
        n++;
    }
    figure_script(f, "\n");
    return OK;
}

status campaign_figure(struct figure *f, const struct campaign_table *t, int column, int key,
                       const char *folder)
{
    char name[2 * CAMPAIGN_NAME], label[FIGURE_TEXT];
    snprintf(name, sizeof name, "%s-%.100s", t->column[column].name + (t->column[column].name[0] == '/'),
             t->key[key].name);
    TRY(figure_begin(f, folder, name, 640, 420));
    axis(f, t, key);
    figure_script(f,
                  "set ylabel '%s'; set bars 0.5; set offsets 0, 0, graph 0.06, graph 0.06\nset key outside "
                  "top left horizontal Left reverse\n",
                  figure_text(t->column[column].name, label));
    TRY(curves(f, t, column, key));
    return figure_end(f);
}
