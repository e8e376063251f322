/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/lags.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>

enum { MOST_BLOCKS = 10 };

void lags_free(struct lags *l)
{
    DELETE(l->lag);
    DELETE(l->first);
    DELETE(l->a);
    DELETE(l->b);
    *l = (struct lags){0};
}

struct plan {
    const double *time;
    int64_t frames, low, high; /* origins low … high-1 */
    int64_t origins;
};

static status add_pair(struct lags *l, int64_t *pairs, int64_t a, int64_t b)
{
    TRY(GROW(l->a, l->pair_capacity, (size_t)*pairs + 1));
    TRY(GROW(l->b, l->second_capacity, (size_t)*pairs + 1));
    l->a[*pairs] = a;
    l->b[(*pairs)++] = b;
    return OK;
}

static status add_uniform(struct lags *l, const struct plan *p, int64_t k, int64_t *pairs)
{
    int64_t high = p->high < p->frames - k ? p->high : p->frames - k, n = high - p->low;
    if (n <= 0) return OK;
    int64_t used = n < p->origins ? n : p->origins;
    double sum = 0.0;
    for (int64_t i = 0; i < used; i++) {
        /* 128 bits are not needed: n and used stay far below 2^31 each for any record that fits in memory. */
        int64_t a = p->low + i * n / used;
        TRY(add_pair(l, pairs, a, a + k));
        sum += p->time[a + k] - p->time[a];
    }
    l->lag[l->n++] = sum / (double)used;
    l->first[l->n] = *pairs;
    return OK;
}

static int64_t first_not_before(const struct plan *p, int64_t from, double t)
{
    int64_t low = from, high = p->frames;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (p->time[middle] < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The frame whose lag from origin a is nearest to `centre` in the logarithm and inside [centre/half,
 * centre·half). */
static int64_t partner(const struct plan *p, int64_t a, double centre, double half)
{
    int64_t j = first_not_before(p, a + 1, p->time[a] + centre), best = -1;
    double nearest = INFINITY;
    for (int64_t c = j - 1; c <= j; c++) {
        if (c <= a || c >= p->frames) continue;
        double ratio = (p->time[c] - p->time[a]) / centre, away = fabs(log(ratio));
        if (ratio < 1.0 / half || ratio >= half || away >= nearest) continue;
        nearest = away;
        best = c;
    }
    return best;
}

static status add_binned(struct lags *l, const struct plan *p, double centre, double half, int64_t *pairs)
{
    int64_t found = 0, taken = 0;
    double sum = 0.0;
    for (int64_t a = p->low; a < p->high; a++) found += partner(p, a, centre, half) >= 0;
    if (found == 0) return OK;
    int64_t used = found < p->origins ? found : p->origins, seen = 0;
    for (int64_t a = p->low; a < p->high && taken < used; a++) {
        int64_t b = partner(p, a, centre, half);
        if (b < 0) continue;
        if (seen++ != taken * found / used) continue;
        taken++;
        TRY(add_pair(l, pairs, a, b));
        sum += p->time[b] - p->time[a];
    }
    l->lag[l->n++] = sum / (double)taken;
    l->first[l->n] = *pairs;
    return OK;
}

static status fill(struct lags *l, const struct plan *p, bool uniform, double per_decade)
{
    int64_t pairs = 0, last = 0;
    double span = p->time[p->frames - 1] - p->time[p->low], gap = span;
    for (int64_t f = 1; f < p->frames; f++)
        if (p->time[f] - p->time[f - 1] < gap) gap = p->time[f] - p->time[f - 1];
    int64_t most = (int64_t)(per_decade * log10(span / gap)) + 3;
    TRY(NEW(l->lag, (size_t)most + 1));
    TRY(NEW(l->first, (size_t)most + 2));
    double half = pow(10.0, 0.5 / per_decade);
    for (int64_t i = 0; i < most; i++) {
        double scale = pow(10.0, (double)i / per_decade);
        if (!uniform) {
            TRY(add_binned(l, p, gap * scale, half, &pairs));
            continue;
        }
        int64_t k = (int64_t)llround(scale);
        if (k == last || k >= p->frames) continue;
        TRY(add_uniform(l, p, last = k, &pairs));
    }
    return OK;
}

status lags_plan(struct lags *l, const double *time, int64_t frames, bool uniform,
                 const struct lag_options *o)
{
    *l = (struct lags){0};
    if (frames < 2) return fail(BAD_INPUT, "%" PRId64 " frame, a lag needs at least 2", frames);
    struct plan p = {
        .time = time, .frames = frames, .high = frames, .origins = o->origins > 0 ? o->origins : 200};
    if (o->origin_from != 0.0 || o->origin_to != 0.0) {
        p.low = first_not_before(&p, 0, o->origin_from);
        p.high = first_not_before(&p, 0, o->origin_to);
    }
    if (p.low >= p.high || p.low >= frames - 1)
        return fail(BAD_INPUT, "no time origin between %g and %g (the record runs from %g to %g)",
                    o->origin_from, o->origin_to, time[0], time[frames - 1]);
    status s = fill(l, &p, uniform, o->per_decade > 0.0 ? o->per_decade : 10.0);
    if (s != OK) lags_free(l);
    return s;
}

int64_t lags_blocks(const struct lags *l, const double *time, int64_t k)
{
    int64_t begin = l->first[k], pairs = l->first[k + 1] - begin;
    if (pairs < 2) return 0;
    double window = time[l->a[begin + pairs - 1]] - time[l->a[begin]];
    int64_t blocks = (int64_t)fmin(window / l->lag[k] * (1.0 + 1e-9), (double)MOST_BLOCKS);
    if (blocks > pairs) blocks = pairs;
    return blocks < 2 ? 0 : blocks;
}

double lags_error(const double *block_value, int64_t n)
{
    if (n < 2) return (double)NAN;
    double mean = 0.0, square = 0.0;
    for (int64_t i = 0; i < n; i++) mean += block_value[i] / (double)n;
    for (int64_t i = 0; i < n; i++) square += (block_value[i] - mean) * (block_value[i] - mean);
    return sqrt(square / (double)(n * (n - 1)));
}
