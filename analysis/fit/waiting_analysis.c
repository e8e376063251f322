/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/waiting_analysis.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct waiting_options waiting_defaults(void)
{
    return (struct waiting_options){.candidates = 200, .min_tail = 50, .replicates = 200, .seed = 1};
}

/* ---- likelihood ratios ---- */

static status likelihood_ratio(const struct waiting_sample *s, const struct waiting_fit *power,
                               const struct waiting_fit *other, struct waiting_ratio *r)
{
    size_t n = s->n - waiting_sample_from(s, power->xmin);
    double *a = NULL, *b = NULL, sum = 0.0, squares = 0.0;
    status code = NEW(a, n);
    if (code == OK) code = NEW(b, n);
    if (code == OK) {
        waiting_pointwise(s, &power->law, a);
        waiting_pointwise(s, &other->law, b);
        for (size_t i = 0; i < n; i++) sum += a[i] - b[i];
        for (size_t i = 0; i < n; i++) squares += pow(a[i] - b[i] - sum / (double)n, 2);
        bool nested = other->model != WAITING_EXPONENTIAL;
        r->ratio = sum;
        r->vuong = squares > 0.0 ? sum / sqrt(squares) : 0.0;
        r->p_vuong = erfc(fabs(r->vuong) / sqrt(2.0));
        r->p_nested = nested ? erfc(sqrt(fmax(0.0, -sum))) : (double)NAN;
        r->delta_aic = other->aic - power->aic;
        r->delta_bic = other->bic - power->bic;
        /* Vuong's test is not valid between nested laws; there the ordinary ratio test speaks */
        bool against = nested ? r->p_nested < 0.05 : r->vuong < 0.0 && r->p_vuong < 0.05;
        r->preferred = r->delta_bic > 2.0 && !against;
    }
    DELETE(a);
    DELETE(b);
    return code;
}

/* ---- goodness of fit ---- */

struct bootstrap {
    const struct waiting_sample *s;
    const struct waiting_options *o;
    double xmin, alpha, ks;
    size_t first;              /* of the tail */
    struct survival censoring; /* of the tail's censoring times (events and censored exchanged) */
};

struct draws { /* the replicate's own sequence of uniform numbers */
    uint64_t seed, who, when;
    double u[2];
    bool half;
};
static double draw(struct draws *d)
{
    if (!d->half) random_uniform2(d->seed, STREAM_BOOTSTRAP, d->who, d->when++, d->u);
    d->half = !d->half;
    return d->u[d->half ? 0 : 1];
}

static status reverse_kaplan_meier(struct bootstrap *b)
{
    const struct waiting_sample *s = b->s;
    uint8_t *flipped = NULL;
    size_t n = s->n - b->first, open = 0;
    TRY(NEW(flipped, n));
    for (size_t i = 0; i < n; i++) {
        flipped[i] = !s->censored[b->first + i];
        open += s->censored[b->first + i];
    }
    struct waiting_sample reversed;
    status r = OK;
    if (open) {
        r = waiting_sample_make(&reversed, n, s->time + b->first, flipped, WAITING_CENSORED, 0.0);
        if (r == OK) {
            r = survival_make(&b->censoring, &reversed);
            waiting_sample_free(&reversed);
        }
    }
    DELETE(flipped);
    return r;
}

static double draw_tail(const struct bootstrap *b, struct draws *d)
{
    if (b->s->correction != WAITING_WINDOW) return b->xmin * pow(draw(d), 1.0 / (1.0 - b->alpha));
    double top = b->s->window / b->xmin, reach = -expm1((1.0 - b->alpha) * log(top));
    for (;;) { /* power law on [1, U], kept with probability 1 - u/U */
        double u = exp(log1p(-draw(d) * reach) / (1.0 - b->alpha));
        if (draw(d) < 1.0 - u / top) return u * b->xmin;
    }
}

static double draw_censoring(const struct bootstrap *b, struct draws *d)
{
    const struct survival *k = &b->censoring;
    double u = draw(d);
    size_t low = 0, high = k->n; /* the first time where the survival function is at or below u */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (k->survival[middle] > u)
            low = middle + 1;
        else
            high = middle;
    }
    return low < k->n ? k->time[low] : b->s->time[b->s->n - 1];
}

/* One synthetic data set and its KS distance. */
static status replicate(const struct bootstrap *b, uint64_t number, double *ks)
{
    const struct waiting_sample *s = b->s;
    struct draws d = {.seed = b->o->seed, .who = number};
    bool fixed = b->o->xmin > 0.0;
    size_t n = fixed ? s->n - b->first : s->n;
    double *time = NULL, body = fixed ? 0.0 : (double)b->first / (double)s->n;
    uint8_t *open = NULL;
    struct waiting_sample synthetic = {0};
    struct waiting_scan scan = {0};
    status r = NEW(time, n);
    if (r == OK) r = NEW(open, n);
    for (size_t i = 0; r == OK && i < n; i++) {
        double u = draw(&d);
        if (u < body) {
            size_t j = (size_t)(u / body * (double)b->first);
            j = j < b->first ? j : b->first - 1;
            time[i] = s->time[j];
            open[i] = s->censored[j];
            continue;
        }
        time[i] = draw_tail(b, &d);
        if (b->censoring.n == 0) continue;
        double limit = draw_censoring(b, &d);
        if (limit < time[i]) time[i] = limit, open[i] = 1;
    }
    if (r == OK) r = waiting_sample_make(&synthetic, n, time, open, s->correction, s->window);
    if (r == OK)
        r = waiting_scan_make(&scan, &synthetic, fixed ? 1 : b->o->candidates, b->o->min_tail,
                              b->o->min_xmin);
    if (r == OK) *ks = scan.point[scan.best].ks;
    waiting_scan_free(&scan);
    waiting_sample_free(&synthetic);
    DELETE(time);
    DELETE(open);
    return r;
}

static status goodness_of_fit(const struct waiting_sample *s, const struct waiting_options *o,
                              const struct waiting_point *best, double *p_value)
{
    struct bootstrap b = {.s = s, .o = o, .xmin = best->xmin, .alpha = best->alpha, .ks = best->ks};
    b.first = waiting_sample_from(s, best->xmin);
    *p_value = (double)NAN;
    if (o->replicates < 1) return OK;
    TRY(reverse_kaplan_meier(&b));
    int64_t worse = 0, failed = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : worse, failed)
    for (int64_t i = 0; i < o->replicates; i++) {
        double ks = 0.0;
        status r = replicate(&b, (uint64_t)i, &ks);
        failed += r != OK; /* too few events in a replicate: counts as neither */
        worse += r == OK && ks >= b.ks;
    }
    survival_free(&b.censoring);
    if (failed * 2 > o->replicates)
        return fail(BAD_INPUT,
                    "%lld of %lld synthetic data sets of the goodness-of-fit test could not be analysed: the "
                    "tail above xmin = %g is too small (%zu events)",
                    (long long)failed, (long long)o->replicates, best->xmin, best->events);
    *p_value = (double)worse / (double)(o->replicates - failed);
    return OK;
}

/* ---- the verdict ---- */

static void add(struct waiting_analysis *a, size_t *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(struct waiting_analysis *a, size_t *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(a->verdict + *at, sizeof a->verdict - *at, format, args);
    va_end(args);
    if (n > 0) *at = *at + (size_t)n < sizeof a->verdict ? *at + (size_t)n : sizeof a->verdict - 1;
}

static void judge(struct waiting_analysis *a, const struct waiting_sample *s)
{
    size_t at = 0, begin;
    const char *separator = "";
    add(a, &at, "no power law here: ");
    begin = at;
    if (a->flat_decades < WAITING_FLAT_DECADES) {
        add(a, &at, "alpha(xmin) stays within 2 sigma over %.3f decades only (%.1f needed)", a->flat_decades,
            WAITING_FLAT_DECADES);
        separator = "; ";
    }
    for (int m = 0; m < WAITING_MODELS; m++) {
        if (m == WAITING_POWER_LAW || a->ratio[m].preferred) continue;
        const struct waiting_ratio *r = &a->ratio[m];
        if (!waiting_compares(a->laws, m)) {
            add(a, &at, "%sthe %s law was not compared", separator, waiting_models[m].name);
            separator = "; ";
            continue;
        }
        add(a, &at, "%sthe %s law %s (ln ratio %.1f, delta BIC %.1f)", separator, waiting_models[m].name,
            r->delta_bic < -2.0 ? "fits better" : "is not excluded", r->ratio, r->delta_bic);
        separator = "; ";
    }
    if (s->correction == WAITING_NONE) {
        add(a, &at, "%snot corrected for the finite record", separator);
        separator = "; ";
    }
    if (a->p_value < 0.1) add(a, &at, "%sgoodness of fit p = %.3f (0.1 needed)", separator, a->p_value);
    a->quotable = at == begin;
    if (!a->quotable) return;
    at = 0;
    add(a, &at,
        "power law: alpha = %.3f +- %.3f above xmin = %.4g, flat over %.2f decades, preferred to the other "
        "four laws, "
        "correction: %s",
        a->alpha, a->sigma, a->xmin, a->flat_decades, waiting_correction_names[s->correction]);
    if (isfinite(a->p_value)) add(a, &at, ", goodness of fit p = %.2f", a->p_value);
}

/* The scan point of a fixed xmin: appended as the best if it is none of the candidates. */
static status fix_xmin(const struct waiting_sample *s, const struct waiting_options *o,
                       struct waiting_analysis *a)
{
    struct waiting_scan one;
    TRY(waiting_scan_make(&one, s, 1, o->min_tail, o->xmin));
    size_t at = 0, capacity = a->scan.n;
    while (at < a->scan.n && a->scan.point[at].xmin < one.point[0].xmin) at++;
    status r = OK;
    if (at == a->scan.n || a->scan.point[at].xmin > one.point[0].xmin) {
        r = GROW(a->scan.point, capacity, a->scan.n + 1);
        if (r == OK) {
            memmove(a->scan.point + at + 1, a->scan.point + at, (a->scan.n - at) * sizeof *a->scan.point);
            a->scan.point[at] = one.point[0];
            a->scan.n++;
        }
    }
    a->scan.best = at;
    waiting_scan_free(&one);
    return r;
}

static status analyse(const struct waiting_sample *s, const struct waiting_options *o,
                      struct waiting_analysis *a)
{
    TRY(waiting_scan_make(&a->scan, s, o->candidates ? o->candidates : 1, o->min_tail, o->min_xmin));
    if (o->xmin > 0.0) TRY(fix_xmin(s, o, a));
    const struct waiting_point *best = &a->scan.point[a->scan.best];
    a->xmin = best->xmin;
    a->alpha = best->alpha;
    a->sigma = best->sigma;
    a->ks = best->ks;
    a->flat_decades = waiting_flat_decades(&a->scan);
    a->laws = o->laws;
    for (int m = 0; m < WAITING_MODELS; m++) {
        if (!waiting_compares(o->laws, m)) continue;
        TRY(waiting_fit(s, (enum waiting_model)m, a->xmin, &a->fit[m]));
        if (m != WAITING_POWER_LAW)
            TRY(likelihood_ratio(s, &a->fit[WAITING_POWER_LAW], &a->fit[m], &a->ratio[m]));
    }
    TRY(goodness_of_fit(s, o, best, &a->p_value));
    judge(a, s);
    return OK;
}

status waiting_analyse(const struct waiting_sample *s, const struct waiting_options *o,
                       struct waiting_analysis *a)
{
    *a = (struct waiting_analysis){0};
    status r = analyse(s, o, a);
    if (r != OK) waiting_analysis_free(a);
    return r;
}

void waiting_analysis_free(struct waiting_analysis *a)
{
    waiting_scan_free(&a->scan);
}

/* ---- correlated observations ---- */

status waiting_block_error(size_t n, const double *time, const uint8_t *censored,
                           enum waiting_correction correction, double window, double xmin, size_t block,
                           int64_t replicates, uint64_t seed, double *error)
{
    if (block < 1 || block > n / 2 || replicates < 2)
        return fail(BAD_INPUT,
                    "blocks of %zu among %zu observations, %lld replicates: want at least two blocks and two "
                    "replicates",
                    block, n, (long long)replicates);
    double *log_sum = NULL, ratio = correction == WAITING_WINDOW ? log(window / xmin) : 0.0, sum = 0.0,
           squares = 0.0;
    size_t *events = NULL, count = 0;
    status r = NEW(log_sum, 2 * n + 1);
    if (r == OK) r = NEW(events, 2 * n + 1);
    for (size_t i = 0; r == OK && i < 2 * n; i++) { /* prefix sums, twice round */
        bool open = censored && censored[i % n],
             used = time[i % n] >= xmin && (!open || correction == WAITING_CENSORED);
        log_sum[i + 1] = log_sum[i] + (used ? log(time[i % n] / xmin) : 0.0);
        events[i + 1] = events[i] + (used && !open);
    }
    for (int64_t k = 0; r == OK && k < replicates; k++) {
        struct draws d = {.seed = seed, .who = (uint64_t)k};
        double logs = 0.0;
        size_t seen = 0;
        for (size_t b = 0; b < n / block; b++) {
            size_t from = (size_t)(draw(&d) * (double)n);
            logs += log_sum[from + block] - log_sum[from];
            seen += events[from + block] - events[from];
        }
        if (seen < 1 || !(logs > 0.0)) continue;
        double alpha = waiting_alpha(seen, logs, ratio);
        sum += alpha;
        squares += alpha * alpha;
        count++;
    }
    DELETE(log_sum);
    DELETE(events);
    if (r == OK && count < 2) r = fail(BAD_INPUT, "no waiting times above xmin = %g in the blocks", xmin);
    if (r == OK) *error = sqrt(fmax(0.0, squares - sum * sum / (double)count) / (double)(count - 1));
    return r;
}
