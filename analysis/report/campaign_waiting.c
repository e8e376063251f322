/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/campaign_waiting.h"
#include "analysis/dynamics/hop_table_file.h"
#include "analysis/report/palette.h"
#include "base/h5.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 256, ENOUGH = 300, DRAWS = 1000 };

/* ---- reading ---- */

struct rows { /* of a member's table of waiting times */
    hsize_t n;
    double distance_r1[ROWS], persist[ROWS];
    bool cage[ROWS];
};

static status open_results(struct h5 *f, const struct campaign_table *t, size_t member)
{
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    TRY(file_join(folder, t->folder, t->members.name[member]));
    TRY(file_join(path, folder, "results.h5"));
    return h5_open_ro(f, path);
}

static bool has_results(const struct campaign_table *t, size_t member)
{
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    return strcmp(t->state[member], "done") == 0 &&
           file_join(folder, t->folder, t->members.name[member]) == OK &&
           file_join(path, folder, "results.h5") == OK && file_exists(path);
}

static void group_name(char out[192], const char *label)
{
    snprintf(out, 192, "%s%s%s", HOP_GROUP, label[0] ? "/" : "", label);
}

static status read_rows(struct rows *r, struct h5 *f, const char *group)
{
    char name[256], word[32];
    int rank = 1;
    r->n = 0;
    snprintf(name, sizeof name, "%s/distance_r1", group);
    if (!h5_has(f, group) || !h5_has(f, name)) return OK;
    TRY(h5_shape(f, name, &rank, &r->n));
    if (r->n > ROWS) return fail(BAD_INPUT, "%s: more than %d rows in %s", f->path, ROWS, group);
    TRY(h5_read(f, name, H5_F64, r->n, r->distance_r1));
    snprintf(name, sizeof name, "%s/persist", group);
    TRY(h5_read(f, name, H5_F64, r->n, r->persist));
    snprintf(name, sizeof name, "%s/criterion", group);
    for (hsize_t i = 0; i < r->n; i++) {
        TRY(h5_read_string_row(f, name, i, word, sizeof word));
        r->cage[i] = strcmp(word, "cage") == 0;
    }
    return OK;
}

/* The waits > 0 of a row; a hop at the very end leaves one of 0, which says nothing. */
static status read_waits(struct h5 *f, const char *group, hsize_t row, double **time, uint8_t **open,
                         size_t *n)
{
    char name[256];
    int rank = 1;
    hsize_t all = 0;
    *n = 0;
    snprintf(name, sizeof name, "%s/row_%llu/exchange_time", group, (unsigned long long)row + 1);
    if (!h5_has(f, name)) return OK;
    TRY(h5_shape(f, name, &rank, &all));
    TRY(NEW(*time, all + 1));
    TRY(NEW(*open, all + 1));
    TRY(h5_read(f, name, H5_F64, all, *time));
    snprintf(name, sizeof name, "%s/row_%llu/exchange_censored", group, (unsigned long long)row + 1);
    TRY(h5_read(f, name, H5_U8, all, *open));
    for (hsize_t i = 0; i < all; i++) {
        if (!((*time)[i] > 0.0)) continue;
        (*time)[*n] = (*time)[i];
        (*open)[(*n)++] = (*open)[i];
    }
    return OK;
}

static size_t count_events(const uint8_t *open, size_t n)
{
    size_t events = 0;
    for (size_t i = 0; i < n; i++) events += !open[i];
    return events;
}

/* ---- which row ---- */

/* Events of every row, over all members of the group. */
static status tally(const struct campaign_table *t, size_t group, const char *h5_group, struct rows *rows,
                    size_t events[ROWS])
{
    rows->n = 0;
    memset(events, 0, ROWS * sizeof *events);
    for (size_t i = 0; i < t->members.n; i++) {
        struct h5 f;
        struct rows *mine = NULL;
        if (t->group_of[i] != group || !has_results(t, i)) continue;
        TRY(open_results(&f, t, i));
        status s = NEW(mine, 1);
        if (s == OK) s = read_rows(mine, &f, h5_group);
        if (s == OK && rows->n == 0) *rows = *mine;
        for (hsize_t k = 0; s == OK && k < mine->n && k < rows->n; k++) {
            double *time = NULL;
            uint8_t *open = NULL;
            size_t n;
            s = read_waits(&f, h5_group, k, &time, &open, &n);
            if (s == OK) events[k] += count_events(open, n);
            DELETE(time);
            DELETE(open);
        }
        DELETE(mine);
        h5_close(&f);
        TRY(s);
    }
    return OK;
}

static int choose_row(const struct rows *r, const size_t *events)
{
    double persist = -1.0;
    int best = -1;
    for (hsize_t k = 0; k < r->n; k++)
        if (r->cage[k] && events[k] > 0 && r->persist[k] > persist) persist = r->persist[k];
    for (hsize_t k = 0; k < r->n; k++) {
        if (!r->cage[k] || events[k] == 0 || r->persist[k] < persist) continue;
        bool farther = best >= 0 && events[k] >= ENOUGH && r->distance_r1[k] > r->distance_r1[best];
        if (best < 0 || farther || (events[k] > events[best] && events[best] < ENOUGH)) best = (int)k;
    }
    return best;
}

/* The row of the same criterion in a member's own table; -1 if it has none. */
static int same_row(const struct rows *r, double distance_r1, double persist)
{
    for (hsize_t k = 0; k < r->n; k++)
        if (r->cage[k] && fabs(r->distance_r1[k] - distance_r1) < 1e-9 && r->persist[k] == persist)
            return (int)k;
    return -1;
}

/* ---- a pool ---- */

static void pool_free(struct campaign_pool *p)
{
    for (size_t i = 0; i < p->members; i++) {
        DELETE(p->time[i]);
        DELETE(p->open[i]);
    }
    DELETE(p->time);
    DELETE(p->open);
    DELETE(p->replica);
    survival_free(&p->survival);
    if (p->has_fit) waiting_analysis_free(&p->fit);
    p->has_fit = false;
    p->members = 0;
}

static status take_member(struct campaign_pool *p, const struct campaign_table *t, size_t member,
                          const char *group)
{
    struct h5 f;
    struct rows *rows = NULL;
    size_t n = 0, k = p->members;
    TRY(open_results(&f, t, member));
    status s = NEW(rows, 1);
    if (s == OK) s = read_rows(rows, &f, group);
    int row = s == OK ? same_row(rows, p->distance_r1, p->persist) : -1;
    if (row >= 0) s = read_waits(&f, group, (hsize_t)row, &p->time[k], &p->open[k], &n);
    if (s == OK && n > 0) {
        p->replica[k] = (struct waiting_replica){n, p->time[k], p->open[k]};
        p->events += count_events(p->open[k], n);
        p->censored += n - count_events(p->open[k], n);
        p->members++;
        if (!p->time_unit[0])
            s = h5_read_attr_string(&f, group, "time_unit", p->time_unit, sizeof p->time_unit);
    }
    DELETE(rows);
    h5_close(&f);
    return s;
}

/* The pooled sample's survival and law. What the data do not allow is noted in `why`. */
static status analyse(struct campaign_pool *p)
{
    struct waiting_sample sample = {0};
    struct waiting_options o = waiting_defaults();
    double *time = NULL;
    uint8_t *open = NULL;
    size_t n = 0;
    status s = OK;
    o.replicates = 0;
    o.min_xmin = fmax(p->persist, 10.0 * p->frame); /* shorter waits are shaped by frames and criterion */
    GUARD(NEW(time, p->events + p->censored + 1));
    GUARD(NEW(open, p->events + p->censored + 1));
    for (size_t i = 0; i < p->members; i++)
        for (size_t k = 0; k < p->replica[i].n; k++, n++) {
            time[n] = p->time[i][k];
            open[n] = p->open[i][k];
        }
    GUARD(waiting_sample_make(&sample, n, time, open, WAITING_CENSORED, 0.0));
    GUARD(survival_make(&p->survival, &sample));
    s = waiting_analyse(&sample, &o, &p->fit);
    p->has_fit = s == OK;
    if (p->has_fit && waiting_replica_error(p->members, p->replica, WAITING_CENSORED, 0.0, p->fit.xmin, DRAWS,
                                            1, &p->replica_error) != OK)
        p->replica_error = NAN;
    if (!p->has_fit) snprintf(p->why, sizeof p->why, "%.250s", status_message());
    if (s == BAD_INPUT || s == UNPHYSICAL) s = OK;
done:
    waiting_sample_free(&sample);
    DELETE(time);
    DELETE(open);
    return s;
}

static status frame_interval(double *interval, const char *trajectory)
{
    static const char name[] = "particles/trajectory/position/time";
    struct h5 f;
    double time[2] = {0};
    int rank = 1;
    hsize_t frames = 0;
    TRY(h5_open_ro(&f, trajectory));
    status s = h5_shape(&f, name, &rank, &frames);
    if (s == OK && frames >= 2) s = h5_read_rows(&f, name, H5_F64, 0, 2, time);
    h5_close(&f);
    *interval = time[1] - time[0];
    return s;
}

static status make_pool(struct campaign_pool *p, const struct campaign_table *t, size_t group,
                        const struct run_series *series)
{
    char h5_group[192];
    struct rows *rows = NULL;
    size_t events[ROWS];
    status s = OK;
    *p = (struct campaign_pool){.replica_error = NAN};
    snprintf(p->label, sizeof p->label, "%s", series->label);
    group_name(h5_group, series->label);
    TRY(frame_interval(&p->frame, series->path));
    GUARD(NEW(rows, 1));
    GUARD(NEW(p->replica, t->members.n));
    GUARD(NEW(p->time, t->members.n));
    GUARD(NEW(p->open, t->members.n));
    GUARD(tally(t, group, h5_group, rows, events));
    int row = choose_row(rows, events);
    if (row < 0) goto done;
    p->distance_r1 = rows->distance_r1[row];
    p->persist = rows->persist[row];
    for (size_t i = 0; i < t->members.n; i++)
        if (t->group_of[i] == group && has_results(t, i)) GUARD(take_member(p, t, i, h5_group));
    if (p->members >= 2) GUARD(analyse(p));
done:
    DELETE(rows);
    if (s != OK || p->members < 2) pool_free(p);
    return s;
}

/* ---- all stages ---- */

/* The labels under which a member's trajectories were analysed. */
static status add_pools(struct campaign_waiting *w, const struct campaign_table *t, size_t group,
                        struct run_folder *f, size_t member)
{
    char folder[FILE_PATH_MAX];
    TRY(file_join(folder, t->folder, t->members.name[member]));
    TRY(run_folder_open(f, folder));
    status s = OK;
    for (int i = 0; i < f->trajectories && s == OK && w->n < CAMPAIGN_POOLS; i++) {
        s = make_pool(&w->pool[w->n], t, group, &f->trajectory[i]);
        if (s == OK && w->pool[w->n].members >= 2) w->n++;
    }
    run_folder_free(f);
    return s;
}

status campaign_waiting_make(struct campaign_waiting *w, const struct campaign_table *t, size_t group)
{
    struct run_folder *f = NULL;
    *w = (struct campaign_waiting){0};
    size_t first = 0;
    while (first < t->members.n && (t->group_of[first] != group || !has_results(t, first))) first++;
    if (first == t->members.n) return OK;
    TRY(NEW(f, 1));
    status s = add_pools(w, t, group, f, first);
    DELETE(f);
    if (s != OK) campaign_waiting_free(w);
    return s;
}

void campaign_waiting_free(struct campaign_waiting *w)
{
    for (int i = 0; i < w->n; i++) pool_free(&w->pool[i]);
    w->n = 0;
}

/* ---- figure ---- */

static status survival_data(struct figure *f, const struct survival *k, const char *part)
{
    return figure_data(f, part, 3, (const char *const[]){"time", "survival", "error"},
                       (const double *const[]){k->time, k->survival, k->error}, (int64_t)k->n);
}

static status survival_panel(struct figure *f, const struct campaign_pool *p, const char *unit)
{
    enum { MOST = 40 };
    char part[16], file[FIGURE_NAME + 40];
    figure_script(
        f,
        "set logscale xy; set format xy '10^{%%T}'; set xlabel 't (%s)'; set ylabel 'fraction that has "
        "waited longer'; set yrange [*:1.2]; set key bottom left Left reverse\nplot ",
        unit);
    for (size_t i = 0; i < p->members && i < MOST; i++) {
        struct waiting_sample sample;
        struct survival k;
        if (waiting_sample_make(&sample, p->replica[i].n, p->time[i], p->open[i], WAITING_CENSORED, 0.0) !=
            OK)
            continue; /* no event in this member */
        status s = survival_make(&k, &sample);
        waiting_sample_free(&sample);
        TRY(s);
        snprintf(part, sizeof part, "%zu", i + 1);
        s = survival_data(f, &k, part);
        survival_free(&k);
        TRY(s);
        figure_script(f, "'%s' using 1:2 with steps lw 0.8 lc rgb '#9a9a9a' notitle, ",
                      figure_data_name(f, part, false, file));
    }
    TRY(survival_data(f, &p->survival, "pooled"));
    figure_data_name(f, "pooled", false, file);
    figure_script(
        f,
        "1/0 lw 0.8 lc rgb '#9a9a9a' title 'each member', '%s' using 1:2 with steps lw 2.2 lc rgb '%s' "
        "title 'all %zu pooled'\n",
        file, palette_line(0), p->members);
    return OK;
}

static status scan_panel(struct figure *f, const struct campaign_pool *p, const char *unit)
{
    const struct waiting_scan *scan = &p->fit.scan;
    char file[FIGURE_NAME + 40];
    double *x = NULL;
    TRY(NEW(x, 4 * scan->n + 1));
    for (size_t k = 0; k < scan->n; k++) {
        double error = NAN;
        if (waiting_replica_error(p->members, p->replica, WAITING_CENSORED, 0.0, scan->point[k].xmin, DRAWS,
                                  1, &error) != OK)
            error = NAN;
        x[k] = scan->point[k].xmin;
        x[scan->n + k] = scan->point[k].alpha;
        x[2 * scan->n + k] = scan->point[k].sigma;
        x[3 * scan->n + k] = error;
    }
    status s = figure_data(f, "alpha", 4, (const char *const[]){"xmin", "alpha", "sigma", "replica_error"},
                           (const double *const[]){x, x + scan->n, x + 2 * scan->n, x + 3 * scan->n},
                           (int64_t)scan->n);
    DELETE(x);
    TRY(s);
    figure_data_name(f, "alpha", false, file);
    figure_script(
        f,
        "unset logscale y; set format y '%%g'; set yrange [1:*]; set xlabel 'x_{min} (%s)'; set ylabel "
        "'exponent α'; set key top left\nplot '%s' using 1:($2-$4):($2+$4) with filledcurves fs transparent "
        "solid 0.25 lc rgb '%s' title '± bootstrap over members', '%s' using 1:2 with lines lw 1.8 lc rgb "
        "'%s' title 'pooled', '+' using (%.9g):(%.9g):(%.9g) every ::0::0 with yerrorbars lc rgb '#c8590c' "
        "lw 1.6 pt 7 ps 0.6 title 'least KS distance'\n",
        unit, file, palette_line(0), file, palette_line(0), p->fit.xmin, p->fit.alpha,
        isfinite(p->replica_error) ? p->replica_error : 0.0);
    return OK;
}

status campaign_waiting_figure(struct figure *f, const struct campaign_pool *p, const char *folder,
                               const char *name)
{
    char t[FIGURE_TEXT];
    const char *unit = figure_unit(p->time_unit, t);
    TRY(figure_begin(f, folder, name, 900, 400));
    figure_script(f, "set multiplot layout 1,2 margins 0.09,0.98,0.19,0.95 spacing 0.11\n");
    TRY(survival_panel(f, p, unit));
    if (p->has_fit) TRY(scan_panel(f, p, unit));
    figure_script(f, "unset multiplot\n");
    return figure_end(f);
}
