/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/correlate/g2.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- words ---- */

static const char *const age_names[] = {"start", "mid"};
static const char *const diagonal_names[] = {"keep", "nan", "mean4", "first-offdiagonal"};
const char *g2_age_name(enum g2_age age)
{
    return age_names[age];
}
const char *g2_diagonal_name(enum g2_diagonal diagonal)
{
    return diagonal_names[diagonal];
}

status g2_age_parse(const char *word, enum g2_age *age)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(word, age_names[i]) == 0) {
            *age = (enum g2_age)i;
            return OK;
        }
    return fail(BAD_INPUT, "age is '%s'; start (the earlier time) or mid (the mean time) expected", word);
}

status g2_diagonal_parse(const char *word, enum g2_diagonal *diagonal)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(word, diagonal_names[i]) == 0) {
            *diagonal = (enum g2_diagonal)i;
            return OK;
        }
    return fail(BAD_INPUT, "diagonal is '%s'; keep, nan, mean4 or first-offdiagonal expected", word);
}

/* ---- windows and bins ---- */

static double log_edge(const struct g2_options *o, int64_t frames, int64_t a, int64_t n)
{
    if (!(o->log_first > 0.0) || n < 2) return pow((double)frames, (double)a / (double)n);
    return (double)frames * pow(o->log_first, (double)(n - a) / (double)(n - 1));
}

static status make_windows(struct g2 *g, int64_t frames)
{
    int64_t n = g->options.windows > 1 ? g->options.windows : 1;
    if (n > frames)
        return fail(BAD_INPUT, "%" PRId64 " age windows asked for, the record has %" PRId64 " frames", n,
                    frames);
    TRY(NEW(g->edge, (size_t)n + 1));
    int64_t made = 0;
    for (int64_t a = 1; a <= n; a++) {
        double x = (double)a / (double)n;
        int64_t e =
            llround(g->options.log_windows ? log_edge(&g->options, frames, a, n) : x * (double)frames);
        if (e > g->edge[made]) g->edge[++made] = e; /* logarithmic windows narrower than a frame are joined */
    }
    g->windows = made;
    return OK;
}

static status make_bins(struct g2 *g, int64_t frames)
{
    TRY(NEW(g->first, (size_t)frames + 1));
    int64_t n = 0, k = 0;
    while (k < frames) {
        g->first[n++] = k;
        int64_t next = k + 1;
        if (g->options.per_decade > 0 &&
            k > 0) { /* the end of the bin: the smallest edge above k; an edge rounds up */
            double d = (double)g->options.per_decade;
            int64_t m = (int64_t)floor(d * log10((double)k) + 1e-9) + 1;
            next = (int64_t)ceil(pow(10.0, (double)m / d) - 1e-9);
            if (next <= k) next = k + 1;
        }
        k = next < frames ? next : frames;
    }
    g->first[n] = frames;
    g->lags = n;
    return OK;
}

static status allocate(struct g2 *g, int64_t frames)
{
    TRY(make_windows(g, frames));
    TRY(make_bins(g, frames));
    size_t n = (size_t)(g->windows * g->lags);
    TRY(NEW(g->lag, n));
    TRY(NEW(g->g2, n));
    TRY(NEW(g->error, n));
    TRY(NEW(g->R, n));
    TRY(NEW(g->R_error, n));
    TRY(NEW(g->pairs, n));
    return NEW(g->error_is_lower_bound, (size_t)g->windows);
}

/* ---- the diagonal ---- */

void g2_treated_diagonal(const struct ttcf *c, enum g2_diagonal diagonal, double *out)
{
    int64_t T = c->frames, n = 0;
    double sum = 0.0;
    for (int64_t t = 0; t + 1 < T; t++) {
        double v = ttcf_at(c, t, t + 1);
        if (isnan(v)) continue;
        sum += v;
        n++;
    }
    for (int64_t t = 0; t < T; t++) {
        double before = t > 0 ? ttcf_at(c, t - 1, t) : (double)NAN,
               after = t + 1 < T ? ttcf_at(c, t, t + 1) : (double)NAN;
        double mean = isnan(before) ? after : isnan(after) ? before : 0.5 * (before + after);
        switch (diagonal) {
        case G2_DIAGONAL_KEEP:
            out[t] = ttcf_at(c, t, t);
            break;
        case G2_DIAGONAL_NAN:
            out[t] = (double)NAN;
            break;
        case G2_DIAGONAL_MEAN4:
            out[t] = c->bad[t] ? (double)NAN : mean;
            break;
        case G2_DIAGONAL_FIRST_OFF:
            out[t] = c->bad[t] || n == 0 ? (double)NAN : sum / (double)n;
            break;
        }
    }
}

/* Rows outside, lags inside: neighbouring lags lie side by side in memory. */
void g2_every_lag(const struct ttcf *c, double *mean)
{
    enum { GROUP = 64 };
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t k0 = 0; k0 < c->frames; k0 += GROUP) {
        double sum[GROUP] = {0};
        int64_t n[GROUP] = {0};
        for (int64_t i = 0; i + k0 < c->frames; i++)
            for (int64_t k = 0; k < GROUP && i + k0 + k < c->frames; k++) {
                double v = ttcf_at(c, i, i + k0 + k);
                if (isnan(v)) continue;
                sum[k] += v;
                n[k]++;
            }
        for (int64_t k = 0; k < GROUP && k0 + k < c->frames; k++)
            mean[k0 + k] = n[k] ? sum[k] / (double)n[k] : (double)NAN;
    }
}

/* ---- means and block errors ---- */

/* Block sums of one window for a group of neighbouring bins (together at least 64 lags, unless the record
 * ends: rows outside and lags inside keep the walk through memory straight). Blocks are cut in age: an
 * element belongs to block (age − a0)/length. */
struct blocks {
    int64_t bin0, bin1;    /* the group */
    int64_t count, length; /* blocks a bin, frames a block */
    double *sum;           /* per bin and block */
    int64_t *n;
    double *lag_sum; /* per bin */
};
enum { GROUP_LAGS = 64 };

static void add_row(const struct g2 *g, const struct ttcf *c, const double *diagonal, int64_t a, int64_t i,
                    struct blocks *b)
{
    bool mid = g->options.age == G2_AGE_MID;
    int64_t k0 = g->first[b->bin0], k1 = g->first[b->bin1], a0 = g->edge[a], a1 = g->edge[a + 1];
    if (mid && 2 * (a0 - i) > k0) k0 = 2 * (a0 - i);
    if (mid && 2 * (a1 - i) < k1) k1 = 2 * (a1 - i);
    if (c->frames - i < k1) k1 = c->frames - i;
    int64_t bin = b->bin0;
    for (int64_t k = k0; k < k1;) { /* stretches within one bin and one block */
        while (k >= g->first[bin + 1]) bin++;
        int64_t block = (i + (mid ? k / 2 : 0) - a0) / b->length;
        int64_t at = (bin - b->bin0) * b->count + block,
                end = g->first[bin + 1] < k1 ? g->first[bin + 1] : k1;
        if (mid && 2 * (a0 + (block + 1) * b->length - i) < end) end = 2 * (a0 + (block + 1) * b->length - i);
        double sum = b->sum[at], lag_sum = 0.0;
        for (; k < end; k++) {
            double v = k == 0 ? diagonal[i] : ttcf_at(c, i, i + k);
            if (isnan(v)) continue;
            sum += v;
            lag_sum += (double)k;
            b->n[at]++;
        }
        b->sum[at] = sum;
        b->lag_sum[bin - b->bin0] += lag_sum;
    }
}

static void finish_bin(struct g2 *g, int64_t at, const double *block_sum, const int64_t *block_n,
                       int64_t blocks, double lag_sum)
{
    double sum = 0.0, square = 0.0;
    int64_t n = 0, used = 0;
    for (int64_t i = 0; i < blocks; i++) {
        sum += block_sum[i];
        n += block_n[i];
        used += block_n[i] > 0;
    }
    g->pairs[at] = n;
    g->g2[at] = n ? sum / (double)n : (double)NAN;
    g->lag[at] = n ? lag_sum / (double)n : (double)NAN;
    for (int64_t i = 0; i < blocks; i++) {
        if (block_n[i] == 0) continue;
        double d = (block_sum[i] - (double)block_n[i] * g->g2[at]) / (double)n;
        square += d * d;
    }
    g->error[at] = used >= 4 ? sqrt(square * (double)used / (double)(used - 1)) : (double)NAN;
}

/* Bins from bin0 on that together hold GROUP_LAGS lags; the same whatever the number of threads. */
static int64_t group_end(const struct g2 *g, int64_t bin0)
{
    int64_t bin1 = bin0 + 1;
    while (bin1 < g->lags && g->first[bin1] - g->first[bin0] < GROUP_LAGS) bin1++;
    return bin1;
}

static status compute_group(struct g2 *g, const struct ttcf *c, const double *diagonal, int64_t a,
                            int64_t bin0, int64_t count, int64_t length)
{
    struct blocks b = {bin0, group_end(g, bin0), count, length, NULL, NULL, NULL};
    size_t bins = (size_t)(b.bin1 - b.bin0);
    int64_t i0 = g->edge[a], i1 = g->edge[a + 1];
    if (g->options.age == G2_AGE_MID)
        i0 -= g->first[b.bin1] / 2; /* the earliest row that the largest lag may have */
    status s = OK;
    GUARD(NEW(b.sum, bins * (size_t)count));
    GUARD(NEW(b.n, bins * (size_t)count));
    GUARD(NEW(b.lag_sum, bins));
    for (int64_t i = i0 > 0 ? i0 : 0; i < i1; i++) add_row(g, c, diagonal, a, i, &b);
    for (int64_t k = 0; k < (int64_t)bins; k++)
        finish_bin(g, a * g->lags + bin0 + k, b.sum + k * count, b.n + k * count, count, b.lag_sum[k]);
done:
    DELETE(b.sum);
    DELETE(b.n);
    DELETE(b.lag_sum);
    return s;
}

static status compute_window(struct g2 *g, const struct ttcf *c, const double *diagonal, int64_t a)
{
    int64_t width = g->edge[a + 1] - g->edge[a], length = g->block, groups = 0, *begin = NULL;
    if (width / length < 4) {
        length = width / 4 > 0 ? width / 4 : 1;
        g->error_is_lower_bound[a] = true;
    }
    int64_t count = (width + length - 1) / length;
    status result = OK;
    TRY(NEW(begin, (size_t)g->lags));
    for (int64_t bin = 0; bin < g->lags; bin = group_end(g, bin)) begin[groups++] = bin;
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t k = 0; k < groups; k++) {
        status s = compute_group(g, c, diagonal, a, begin[k], count, length);
#pragma omp critical(g2_status)
        if (s != OK) result = s;
    }
    DELETE(begin);
    return result == OK ? OK : fail(FAILED, "no memory for the block sums of g2");
}

static void normalise(struct g2 *g, int64_t a)
{
    double *v = g->g2 + a * g->lags, zero = g->options.baseline;
    double amplitude = g->lags > 1 ? v[1] - zero : (double)NAN;
    for (int64_t k = 0; k < g->lags; k++) {
        g->R[a * g->lags + k] = (v[k] - zero) / amplitude;
        g->R_error[a * g->lags + k] = g->error[a * g->lags + k] / fabs(amplitude);
    }
}

/* 1 + 2 Σ R over the whole record, in frames: how far fluctuations of the diagonals are correlated. */
static status correlation_time(struct g2 *g, const struct ttcf *c)
{
    double *mean = NULL;
    TRY(NEW(mean, (size_t)c->frames));
    g2_every_lag(c, mean);
    double amplitude = c->frames > 1 ? mean[1] - g->options.baseline : (double)NAN, sum = 1.0;
    for (int64_t k = 1; k < c->frames; k++) {
        double R = (mean[k] - g->options.baseline) / amplitude;
        if (!(R >= 0.05))
            break; /* also when the amplitude is 0: constant patterns have no memory to speak of */
        sum += 2.0 * R;
    }
    g->correlation_time = sum;
    DELETE(mean);
    return OK;
}

status g2_compute(struct g2 *g, const struct ttcf *c, const struct g2_options *options)
{
    memset(g, 0, sizeof *g);
    g->options = *options;
    double *diagonal = NULL;
    status s = OK;
    if (options->per_decade < 0 || options->block < 0 || options->windows < 0)
        return fail(BAD_INPUT,
                    "windows (%" PRId64 "), bins per decade (%" PRId64 ") and block (%" PRId64
                    ") cannot be negative",
                    options->windows, options->per_decade, options->block);
    GUARD(allocate(g, c->frames));
    GUARD(NEW(diagonal, (size_t)c->frames));
    GUARD(correlation_time(g, c));
    g->block = options->block ? options->block : (int64_t)ceil(g->correlation_time);
    g2_treated_diagonal(c, options->diagonal, diagonal);
    for (int64_t a = 0; a < g->windows; a++) {
        GUARD(compute_window(g, c, diagonal, a));
        normalise(g, a);
    }
done:
    DELETE(diagonal);
    if (s != OK) g2_free(g);
    return s;
}

void g2_free(struct g2 *g)
{
    DELETE(g->edge);
    DELETE(g->first);
    DELETE(g->lag);
    DELETE(g->g2);
    DELETE(g->error);
    DELETE(g->R);
    DELETE(g->R_error);
    DELETE(g->pairs);
    DELETE(g->error_is_lower_bound);
}
