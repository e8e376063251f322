/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hop_table.h"

#include "system/rdf.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { R1_FRAMES = 10, LEAST_EVENTS = 20 };

struct hop_table_options hop_table_defaults(const char *units)
{
    double time = strcmp(units, "metal") == 0 ? 2.0 : 5.0; /* ps; tau. 5 tau of a mapped model are 2.7 ps */
    return (struct hop_table_options){.distances = 4,
                                      .distance = {0.4, 0.6, 0.8, 1.0},
                                      .persists = 2,
                                      .persist = {0.0, time},
                                      .cage = time,
                                      .correction = WAITING_CENSORED,
                                      .seed = 1};
}

static void law_free(struct hop_law *l)
{
    if (l->has_survival) survival_free(&l->survival);
    if (l->has_fit) waiting_analysis_free(&l->fit);
}

void hop_table_free(struct hop_table *h)
{
    for (int64_t i = 0; i < h->rows; i++) {
        hops_free(&h->row[i].hops);
        law_free(&h->row[i].persistence);
        law_free(&h->row[i].exchange);
    }
    DELETE(h->row);
    *h = (struct hop_table){0};
}

status hop_table_r1(const struct track *t, double *r1)
{
    status s = OK;
    struct rdf g = {0};
    double d = cbrt(box_volume(&t->mean) / (double)t->atoms);
    int64_t frames = t->frames < R1_FRAMES ? t->frames : R1_FRAMES;
    /* The first peak of a dense packing is near 1.1 d; 2 d also holds the first minimum. */
    TRY(rdf_begin(&g, t->species.count, 2.0 * d, 120));
    for (int64_t i = 0; i < frames; i++)
        GUARD(rdf_add(&g, &t->mean, t->atoms, t->type, track_frame(t, i * (t->frames - 1) / (frames - 1))));
    GUARD(rdf_finish(&g));
    struct peak p = peak_first(g.total, g.bins, rdf_r(&g, 0), g.width);
    *r1 = p.x;
    if (!(p.x > 0.0)) s = fail(BAD_INPUT, "g(r) shows no first peak below %g, so r_1 must be given", 2.0 * d);
done:
    rdf_free(&g);
    return s;
}

/* ---- one kind of waiting times of one row ---- */
static double median_of(const struct survival *k)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->survival[i] <= 0.5) return k->time[i];
    return (double)NAN;
}

/* The five laws for all times from `least` on, and the name of the one with the least BIC. */
static status fit_whole(struct hop_law *l, const struct waiting_sample *sample, double least, unsigned laws)
{
    int best = WAITING_POWER_LAW;
    l->least = least;
    for (int m = 0; m < WAITING_MODELS; m++) {
        if (!waiting_compares(laws, m)) continue;
        TRY(waiting_fit(sample, (enum waiting_model)m, least, &l->whole[m]));
        if (l->whole[m].bic < l->whole[best].bic) best = m;
    }
    l->preferred = waiting_models[best].name;
    return OK;
}

/* Times of 0 say nothing (a hop at the very end of the observation) and the sample takes positive ones only.
 * The order is kept: an atom's waits follow each other. */
struct positive {
    size_t n, events;
    double *time;
    uint8_t *censored;
};

static void positive_free(struct positive *p)
{
    DELETE(p->time);
    DELETE(p->censored);
}

static status positive_make(struct positive *p, const struct waits *w)
{
    status s = OK;
    *p = (struct positive){0};
    GUARD(NEW(p->time, (size_t)w->n));
    GUARD(NEW(p->censored, (size_t)w->n));
    for (int64_t i = 0; i < w->n; i++) {
        if (!(w->time[i] > 0.0)) continue;
        p->events += !w->is_censored[i];
        p->time[p->n] = w->time[i];
        p->censored[p->n++] = w->is_censored[i];
    }
done:
    if (s != OK) positive_free(p);
    return s;
}

enum { BLOCK_REPLICATES = 200 };

/* Too few waits for so many blocks: no error by blocks, which is a result. */
static status block_error(struct hop_law *l, const struct positive *p, double window,
                          const struct hop_table_options *o)
{
    if (o->blocks < 2 || p->n < 2 * (size_t)o->blocks) return OK;
    status s = waiting_block_error(p->n, p->time, p->censored, o->correction, window, l->fit.xmin,
                                   p->n / (size_t)o->blocks, BLOCK_REPLICATES, o->seed, &l->block_error);
    if (s == BAD_INPUT) l->block_error = (double)NAN;
    return s == BAD_INPUT ? OK : s;
}

static status fit_law(struct hop_law *l, const struct waiting_sample *sample, const struct positive *p,
                      double least, const struct hop_table_options *o)
{
    struct waiting_options wo = waiting_defaults();
    wo.min_xmin = least;
    wo.xmin = o->xmin;
    wo.laws = o->laws;
    wo.replicates = o->replicates;
    wo.seed = o->seed;
    if (p->events < LEAST_EVENTS) {
        snprintf(l->verdict, sizeof l->verdict, "no fit: %zu completed waiting times, at least %d are needed",
                 p->events, LEAST_EVENTS);
        return OK;
    }
    status fitted = fit_whole(l, sample, least, o->laws);
    if (fitted == OK) fitted = waiting_analyse(sample, &wo, &l->fit);
    if (fitted == BAD_INPUT) snprintf(l->verdict, sizeof l->verdict, "no fit: %.600s", status_message());
    if (fitted != OK) return fitted == BAD_INPUT ? OK : fitted; /* few events are a result, not a failure */
    l->has_fit = true;
    snprintf(l->verdict, sizeof l->verdict, "%s", l->fit.verdict);
    return block_error(l, p, sample->window, o);
}

static status analyse(struct hop_law *l, const struct waits *w, double span, double least,
                      const struct hop_table_options *o)
{
    status s = OK;
    struct waiting_sample sample = {0};
    struct positive p;
    double window = o->correction == WAITING_WINDOW ? span * (1.0 + 1e-9) : 0.0;
    l->median = l->block_error = (double)NAN;
    TRY(positive_make(&p, w));
    if (p.events < 1) {
        snprintf(l->verdict, sizeof l->verdict, "no fit: no completed waiting time");
        goto done;
    }
    GUARD(waiting_sample_make(&sample, p.n, p.time, p.censored, o->correction, window));
    GUARD(survival_make(&l->survival, &sample));
    l->has_survival = true;
    l->median = median_of(&l->survival);
    s = fit_law(l, &sample, &p, least, o);
done:
    waiting_sample_free(&sample);
    positive_free(&p);
    return s;
}

status hop_row_analyse(struct hop_row *r, double interval, const struct hop_table_options *o)
{
    double least = fmax(10.0 * interval, r->how.persist);
    double span = r->hops.end - r->hops.begin;
    TRY(analyse(&r->persistence, &r->hops.persistence, span, least, o));
    return analyse(&r->exchange, &r->hops.exchange, span, least, o);
}

static status add_row(struct hop_table *h, const struct track *t, const struct hop_table_options *o,
                      const char *name, int age, const struct hop_options *how)
{
    struct hop_row *r = h->row + h->rows;
    *r = (struct hop_row){.how = *how, .name = name, .age = age, .distance_r1 = how->distance / h->r1};
    TRY(hops_find(&r->hops, t, how));
    h->rows++; /* from here on hop_table_free takes care of it */
    return hop_row_analyse(r, t->interval, o);
}

static status add_window(struct hop_table *h, const struct track *t, const struct hop_table_options *o,
                         int age, double from, double to)
{
    struct hop_options how = {
        .criterion = HOP_CAGE, .cage = o->cage, .from = from, .to = to, .group = o->group};
    for (int d = 0; d < o->distances; d++)
        for (int p = 0; p < o->persists; p++) {
            how.distance = o->distance[d] * h->r1;
            how.persist = o->persist[p];
            TRY(add_row(h, t, o, "cage", age, &how));
        }
    if (o->riechers) {
        how = hop_riechers(h->r1);
        how.from = from, how.to = to, how.group = o->group;
        TRY(add_row(h, t, o, "riechers", age, &how));
    }
    if (o->window > 0.0) {
        how = (struct hop_options){.criterion = HOP_PHOP,
                                   .window = o->window,
                                   .threshold = o->threshold,
                                   .from = from,
                                   .to = to,
                                   .group = o->group};
        TRY(add_row(h, t, o, "p_hop", age, &how));
    }
    return OK;
}

status hop_table_make(struct hop_table *h, const struct track *t, const struct hop_table_options *o)
{
    status s = OK;
    *h = (struct hop_table){.r1 = o->r1};
    int ages = o->ages > 1 ? o->ages : 0;
    if (ages > HOP_TABLE_LIST || o->distances > HOP_TABLE_LIST || o->persists > HOP_TABLE_LIST)
        return fail(BAD_INPUT, "at most %d age windows, distances and persistence times", HOP_TABLE_LIST);
    int64_t rows = (int64_t)(1 + ages) * (o->distances * o->persists + 2);
    double edge[HOP_TABLE_LIST + 1];
    if (!(o->r1 > 0.0)) {
        TRY(hop_table_r1(t, &h->r1));
        h->r1_measured = true;
    }
    GUARD(NEW(h->row, (size_t)rows));
    h->ages = ages;
    GUARD(add_window(h, t, o, 0, t->time[0], t->time[t->frames - 1]));
    if (ages > 0) hop_ages(t->time[0], t->time[t->frames - 1], ages, !o->linear_ages, edge);
    for (int a = 0; a < ages; a++) GUARD(add_window(h, t, o, 1 + a, edge[a], edge[a + 1]));
    return OK;
done:
    hop_table_free(h);
    return s;
}
