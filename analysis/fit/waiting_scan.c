/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/waiting_scan.h"
#include "base/mem.h"

#include <math.h>
#include <plfit/plfit.h>
#include <plfit/plfit_error.h>
#include <string.h>

static double log_ratio(const struct waiting_sample *s, double xmin)
{
    return s->correction == WAITING_WINDOW ? log(s->window / xmin) : 0.0;
}

/* Largest distance between law and data over the tail; the data's distribution is taken just before each
 * event. */
static double ks_distance(const struct waiting_sample *s, size_t first, double alpha)
{
    double largest = 0.0, alive = 1.0, log_xmin = s->log_time[first], ratio = log_ratio(s, s->time[first]);
    for (size_t i = first; i < s->n; i++) {
        if (s->censored[i]) continue;
        double cdf = waiting_power_law_cdf(alpha, s->log_time[i] - log_xmin, ratio);
        largest = fmax(largest, fabs(cdf - (1.0 - alive)));
        alive *= 1.0 - 1.0 / (double)(s->n - i);
    }
    return largest;
}

struct suffix { /* sums over i..n */
    double *log_sum;
    size_t *events;
};

static bool evaluate(const struct waiting_sample *s, const struct suffix *after, size_t i,
                     struct waiting_point *p)
{
    p->xmin = s->time[i];
    p->events = after->events[i];
    double sum = after->log_sum[i] - (double)(s->n - i) * s->log_time[i];
    if (!(sum > 1e-12 * (double)(s->n - i))) return false; /* all equal: no scale to fit */
    p->alpha = waiting_alpha(p->events, sum, log_ratio(s, p->xmin));
    p->sigma = waiting_alpha_error(p->events, p->alpha, log_ratio(s, p->xmin));
    p->ks = ks_distance(s, i, p->alpha);
    return true;
}

/* The next index from i on that is an event at a time not yet used. */
static size_t next_event(const struct waiting_sample *s, size_t i, double used)
{
    while (i < s->n && (s->censored[i] || s->time[i] <= used)) i++;
    return i;
}

static status suffix_sums(const struct waiting_sample *s, struct suffix *after)
{
    TRY(NEW(after->log_sum, s->n + 1));
    TRY(NEW(after->events, s->n + 1));
    for (size_t i = s->n; i-- > 0;) {
        after->log_sum[i] = after->log_sum[i + 1] + s->log_time[i];
        after->events[i] = after->events[i + 1] + !s->censored[i];
    }
    return OK;
}

static void scan(struct waiting_scan *out, const struct waiting_sample *s, const struct suffix *after,
                 size_t candidates, size_t min_tail, double min_xmin)
{
    size_t first = next_event(s, waiting_sample_from(s, min_xmin), 0.0), last = first;
    for (size_t i = first; i < s->n && after->events[i] >= min_tail; i++) last = i;
    if (first >= s->n || after->events[first] < min_tail) return;
    double used = 0.0, span = s->log_time[last] - s->log_time[first];
    for (size_t k = 0, i = first; candidates == 0 || k < candidates; k++) {
        if (candidates > 1) {
            double target = exp(s->log_time[first] + span * (double)k / (double)(candidates - 1));
            size_t jump = waiting_sample_from(s, target * (1.0 - 1e-14));
            if (jump > i) i = jump;
        }
        i = next_event(s, i, used);
        if (i > last) break;
        struct waiting_point p;
        used = s->time[i];
        if (!evaluate(s, after, i, &p)) continue;
        if (out->n == 0 || p.ks < out->point[out->best].ks) out->best = out->n;
        out->point[out->n++] = p;
    }
}

status waiting_scan_make(struct waiting_scan *out, const struct waiting_sample *s, size_t candidates,
                         size_t min_tail, double min_xmin)
{
    *out = (struct waiting_scan){0};
    if (min_tail < 2) min_tail = 2;
    struct suffix after = {0};
    status r = suffix_sums(s, &after);
    if (r == OK) r = NEW(out->point, candidates ? candidates : s->n);
    if (r == OK) scan(out, s, &after, candidates, min_tail, min_xmin);
    if (r == OK && out->n == 0)
        r = fail(BAD_INPUT,
                 "%zu completed waiting times, none usable as xmin >= %g with %zu events above it: take a "
                 "longer record or a smaller tail",
                 s->events, min_xmin, min_tail);
    DELETE(after.log_sum);
    DELETE(after.events);
    if (r != OK) waiting_scan_free(out);
    return r;
}

void waiting_scan_free(struct waiting_scan *out)
{
    DELETE(out->point);
    out->n = out->best = 0;
}

/* The estimates are nested: the variance of their difference is the difference of their variances, below the
 * larger. */
static bool agree(const struct waiting_point *a, const struct waiting_point *b)
{
    return fabs(a->alpha - b->alpha) <= 2.0 * fmax(a->sigma, b->sigma);
}

double waiting_flat_decades(const struct waiting_scan *out)
{
    const struct waiting_point *p = out->point, *best = &p[out->best];
    size_t low = out->best, high = out->best;
    while (low > 0 && agree(&p[low - 1], best)) low--;
    while (high + 1 < out->n && agree(&p[high + 1], best)) high++;
    return log10(p[high].xmin / p[low].xmin);
}

status waiting_plfit(size_t n, const double *time, double *xmin, double *alpha, double *ks)
{
    double *copy = NULL;
    TRY(NEW(copy, n));
    memcpy(copy, time, n * sizeof *copy);
    plfit_set_error_handler(plfit_error_handler_ignore); /* its default aborts the program */
    plfit_continuous_options_t o;
    plfit_continuous_options_init(&o);
    o.xmin_method = PLFIT_LINEAR_ONLY;
    o.p_value_method = PLFIT_P_VALUE_SKIP;
    plfit_result_t r;
    int code = plfit_continuous(copy, n, &o, &r);
    DELETE(copy);
    if (code != 0) return fail(BAD_INPUT, "plfit refuses these %zu waiting times (code %d)", n, code);
    *xmin = r.xmin;
    *alpha = r.alpha;
    *ks = r.D;
    return OK;
}
