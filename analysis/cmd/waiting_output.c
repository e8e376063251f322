/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/waiting_output.h"

#include "analysis/cmd/track_args.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* ---- text ---- */
static void print_head(const struct waiting_output *o)
{
    const struct hop_table *h = o->table;
    const struct track *t = o->track;
    struct text d = {0};
    track_describe(t, &d);
    printf("# from %s\n%s# r1 = %.5g %s (%s); cage mean over %g %s\n", o->from, d.s ? d.s : "", h->r1,
           t->length_unit, o->r1_from, h->rows > 0 ? h->row[0].how.cage : o->options->cage, t->time_unit);
    if (o->settings[0]) printf("# as the run's input says: %s\n", o->settings);
    printf(
        "# hop: |r - cage mean| > d in all frames for at least t_p; time of its first frame; p_hop, "
        "riechers: see --help\n"
        "# rev: hops in loops that lead back to within d/2 of an old cage; persistence: to the first hop; "
        "exchange: between\n"
        "# hops; cens: of these cut off by the end of the record (Kaplan-Meier uses them); '-': not reached "
        "or no fit\n"
        "# alpha: exponent of p(w) ~ w^-alpha for w >= xmin (maximum likelihood with censoring, xmin by "
        "least KS distance;\n"
        "# fits start at max(10 frame intervals, t_p)); flat: decades of xmin over which alpha stays within "
        "2 "
        "sigma;\n"
        "# law: of least BIC among five for all w >= max(10 frame intervals, t_p); quote: yes if all tests "
        "allow alpha as a power law\n");
    text_free(&d);
    printf("# kind     d/r1   d/%-8s t_p/%-6s age_from   age_to     hops movers  rev%%  persist   cens  "
           "median | exchange  "
           "cens  median  alpha  error    xmin   tail  flat law               quote\n",
           t->length_unit, t->time_unit);
}

static void print_row(const struct hop_row *r)
{
    char b[8][24];
    const struct hops *h = &r->hops;
    const struct hop_law *x = &r->exchange;
    const double nan = (double)NAN;
    bool phop = r->how.criterion == HOP_PHOP;
    double reversible = h->n > 0 ? 100.0 * (double)h->reversible / (double)h->n : nan;
    printf("%-8s %6s %10s %10.4g %8.6g %8.6g %8" PRId64 " %6" PRId64 " %5s %8" PRId64 " %6" PRId64
           " %7s | %8" PRId64 " %5" PRId64 " %7s",
           r->name, track_args_number(b[0], phop ? nan : r->distance_r1, 3),
           track_args_number(b[1], phop ? nan : r->how.distance, 4), phop ? r->how.window : r->how.persist,
           h->begin, h->end, h->n, h->hopped, track_args_number(b[2], reversible, 3), h->persistence.n,
           h->persistence.censored, track_args_number(b[3], r->persistence.median, 4), h->exchange.n,
           h->exchange.censored, track_args_number(b[4], x->median, 4));
    if (!x->has_fit) {
        printf("      -      -       -      -     - -                 -\n");
        return;
    }
    const struct waiting_analysis *a = &x->fit;
    printf(" %6.3f %6.3f %7.4g %6zu %5.2f %-17s %s\n", a->alpha, a->sigma, a->xmin,
           a->scan.point[a->scan.best].events, a->flat_decades, x->preferred, a->quotable ? "yes" : "no");
}

status waiting_print(const struct waiting_output *o)
{
    const struct hop_table *h = o->table;
    const struct track *t = o->track;
    double burst = o->burst;
    print_head(o);
    for (int64_t i = 0; i < h->rows; i++) print_row(h->row + i);
    for (int64_t i = 0; i < h->rows; i++) {
        const struct hop_law *x = &h->row[i].exchange;
        printf("# row %" PRId64 " exchange: %s", i + 1, x->verdict);
        if (isfinite(x->block_error)) printf("; error of alpha by blocks of atoms %.3f", x->block_error);
        printf("\n");
    }
    if (!(burst > 0.0)) return OK;
    struct hop_bursts b;
    TRY(hops_bursts(&b, &h->row[0].hops, burst));
    printf("\n\n# hops of row 1 per %g %s: mean %.5g, variance/mean %.4g (1: independent hops at a constant "
           "rate)\n"
           "# start/%s  hops  atoms\n",
           b.width, t->time_unit, b.mean, b.fano, t->time_unit);
    for (int64_t i = 0; i < b.n; i++)
        printf("%12.8g %6" PRId64 " %6" PRId64 "\n", b.time[i], b.hops[i], b.atoms[i]);
    hop_bursts_free(&b);
    return OK;
}

/* ---- JSON ---- */
static void json_laws(struct json *j, const char *name, const struct waiting_fit *fit)
{
    json_open(j, name, '{');
    for (int m = 0; m < WAITING_MODELS; m++) {
        if (fit[m].events == 0) continue; /* not compared */
        json_open(j, waiting_models[m].name, '{');
        json_number(j, "xmin", fit[m].xmin);
        json_integer(j, "events", (int64_t)fit[m].events);
        json_number(j, "log_likelihood", fit[m].log_likelihood);
        json_number(j, "aic", fit[m].aic);
        json_number(j, "bic", fit[m].bic);
        for (int p = 0; p < waiting_models[m].parameters; p++)
            json_number(j, waiting_models[m].parameter[p], fit[m].parameter[p]);
        json_close(j);
    }
    json_close(j);
}

static void json_fit(struct json *j, const struct hop_law *l)
{
    const struct waiting_analysis *a = &l->fit;
    json_open(j, "tail", '{');
    json_number(j, "alpha", a->alpha);
    json_number(j, "alpha_error", a->sigma);
    json_number(j, "alpha_block_error", l->block_error);
    json_number(j, "xmin", a->xmin);
    json_integer(j, "events", (int64_t)a->scan.point[a->scan.best].events);
    json_number(j, "ks_distance", a->ks);
    json_number(j, "p_value", a->p_value);
    json_number(j, "flat_decades", a->flat_decades);
    json_bool(j, "quotable", a->quotable);
    json_laws(j, "laws", a->fit);
    json_open(j, "alpha_of_xmin", '[');
    for (size_t i = 0; i < a->scan.n; i++) {
        json_open(j, NULL, '[');
        json_number(j, NULL, a->scan.point[i].xmin);
        json_number(j, NULL, a->scan.point[i].alpha);
        json_number(j, NULL, a->scan.point[i].sigma);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

static void json_law(struct json *j, const char *name, const struct hop_law *l, const struct waits *w)
{
    json_open(j, name, '{');
    json_integer(j, "times", w->n);
    json_integer(j, "censored", w->censored);
    json_number(j, "median", l->median);
    json_string(j, "verdict", l->verdict);
    if (l->has_fit) {
        json_string(j, "least_bic", l->preferred);
        json_laws(j, "whole", l->whole);
        json_fit(j, l);
    }
    if (l->has_survival) {
        /* At most 200 points of the step function, spread over its steps. */
        json_open(j, "survival", '[');
        size_t n = l->survival.n, shown = n < 200 ? n : 200;
        for (size_t i = 0; i < shown; i++) {
            size_t k = shown > 1 ? i * (n - 1) / (shown - 1) : 0;
            json_open(j, NULL, '[');
            json_number(j, NULL, l->survival.time[k]);
            json_number(j, NULL, l->survival.survival[k]);
            json_number(j, NULL, l->survival.error[k]);
            json_close(j);
        }
        json_close(j);
    }
    json_close(j);
}

static void json_row(struct json *j, const struct hop_row *r)
{
    json_open(j, NULL, '{');
    json_string(j, "criterion", r->name);
    if (r->how.criterion == HOP_PHOP) {
        json_number(j, "window", r->how.window);
        json_number(j, "threshold", r->how.threshold);
    } else {
        json_number(j, "distance_r1", r->distance_r1);
        json_number(j, "distance", r->how.distance);
        json_number(j, "persist", r->how.persist);
        json_number(j, "cage", r->how.cage);
    }
    json_integer(j, "age", r->age);
    json_number(j, "age_from", r->hops.begin);
    json_number(j, "age_to", r->hops.end);
    json_integer(j, "atoms", r->hops.atoms);
    json_integer(j, "hops", r->hops.n);
    json_integer(j, "atoms_that_hopped", r->hops.hopped);
    json_integer(j, "reversible", r->hops.reversible);
    json_integer(j, "straight_returns", r->hops.returns);
    json_integer(j, "excursions", r->hops.excursions);
    json_law(j, "persistence", &r->persistence, &r->hops.persistence);
    json_law(j, "exchange", &r->exchange, &r->hops.exchange);
    json_close(j);
}

status waiting_print_json(const struct waiting_output *o)
{
    const struct hop_table *h = o->table;
    const struct track *t = o->track;
    double burst = o->burst;
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "file", o->from);
    json_string(&j, "settings", o->settings);
    track_args_json(&j, t);
    json_number(&j, "r1", h->r1);
    json_string(&j, "r1_from", o->r1_from);
    json_string(&j, "correction", waiting_correction_names[o->options->correction]);
    json_integer(&j, "age_windows", h->ages);
    json_open(&j, "rows", '[');
    for (int64_t i = 0; i < h->rows; i++) json_row(&j, h->row + i);
    json_close(&j);
    if (burst > 0.0) {
        struct hop_bursts b;
        status s = hops_bursts(&b, &h->row[0].hops, burst);
        if (s != OK) {
            json_free(&j);
            return s;
        }
        json_open(&j, "bursts", '{');
        json_number(&j, "width", b.width);
        json_number(&j, "mean", b.mean);
        json_number(&j, "fano", b.fano);
        json_open(&j, "hops", '[');
        for (int64_t i = 0; i < b.n; i++) json_integer(&j, NULL, b.hops[i]);
        json_close(&j);
        json_open(&j, "atoms", '[');
        for (int64_t i = 0; i < b.n; i++) json_integer(&j, NULL, b.atoms[i]);
        json_close(&j);
        json_close(&j);
        hop_bursts_free(&b);
    }
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
    return OK;
}
