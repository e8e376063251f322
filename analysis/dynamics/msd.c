/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/msd.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { GROUPS = SPECIES_MAX + 1 };

void msd_free(struct msd *m)
{
    DELETE(m->lag);
    DELETE(m->pairs);
    DELETE(m->r2);
    DELETE(m->r2_error);
    DELETE(m->alpha2);
    DELETE(m->alpha2_error);
    DELETE(m->exponent);
    *m = (struct msd){0};
}

/* <r²> and <r⁴> of each group for one pair of frames; moments[2g], moments[2g+1]. */
static void pair_moments(const struct track *t, int64_t a, int64_t b, double moments[2 * GROUPS])
{
    const double *x = track_frame(t, a), *y = track_frame(t, b);
    double sum2[SPECIES_MAX] = {0}, sum4[SPECIES_MAX] = {0}, all2 = 0.0, all4 = 0.0;
    int64_t count[SPECIES_MAX] = {0};
    for (int64_t i = 0; i < t->atoms; i++) {
        double d[3] = {y[3 * i] - x[3 * i], y[3 * i + 1] - x[3 * i + 1], y[3 * i + 2] - x[3 * i + 2]};
        double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        sum2[t->type[i]] += r2;
        sum4[t->type[i]] += r2 * r2;
        count[t->type[i]]++;
    }
    for (int s = 0; s < t->species.count; s++) {
        all2 += sum2[s];
        all4 += sum4[s];
        moments[2 * s + 2] = sum2[s] / (double)count[s];
        moments[2 * s + 3] = sum4[s] / (double)count[s];
    }
    moments[0] = all2 / (double)t->atoms;
    moments[1] = all4 / (double)t->atoms;
}

static double non_gaussian(double r2, double r4)
{
    return r2 > 0.0 ? 3.0 * r4 / (5.0 * r2 * r2) - 1.0 : 0.0;
}

static void average(const double *moments, int64_t from, int64_t to, int group, double *r2, double *r4)
{
    *r2 = *r4 = 0.0;
    for (int64_t p = from; p < to; p++) {
        *r2 += moments[p * 2 * GROUPS + 2 * group];
        *r4 += moments[p * 2 * GROUPS + 2 * group + 1];
    }
    *r2 /= (double)(to - from);
    *r4 /= (double)(to - from);
}

static void reduce(struct msd *m, const struct lags *l, const double *moments, const double *time)
{
    for (int g = 0; g < m->groups; g++)
        for (int64_t k = 0; k < l->n; k++) {
            double r2, r4, block2[16], block_alpha[16];
            int64_t at = g * l->n + k, blocks = lags_blocks(l, time, k);
            average(moments, l->first[k], l->first[k + 1], g, &r2, &r4);
            m->r2[at] = r2;
            m->alpha2[at] = non_gaussian(r2, r4);
            for (int64_t i = 0; i < blocks; i++) {
                average(moments, lags_block(l, k, blocks, i), lags_block(l, k, blocks, i + 1), g, &r2, &r4);
                block2[i] = r2;
                block_alpha[i] = non_gaussian(r2, r4);
            }
            m->r2_error[at] = lags_error(block2, blocks);
            m->alpha2_error[at] = lags_error(block_alpha, blocks);
        }
    for (int g = 0; g < m->groups; g++)
        for (int64_t k = 0; k < l->n; k++) {
            int64_t a = k > 0 ? k - 1 : k, b = k + 1 < l->n ? k + 1 : k;
            const double *r2 = m->r2 + g * l->n;
            m->exponent[g * l->n + k] = a < b && r2[a] > 0.0 && r2[b] > 0.0
                                            ? log(r2[b] / r2[a]) / log(l->lag[b] / l->lag[a])
                                            : (double)NAN;
        }
}

static status allocate(struct msd *m, const struct lags *l, int groups)
{
    size_t n = (size_t)l->n, all = n * (size_t)groups;
    m->lags = l->n;
    m->groups = groups;
    TRY(NEW(m->lag, n));
    TRY(NEW(m->pairs, n));
    TRY(NEW(m->r2, all));
    TRY(NEW(m->r2_error, all));
    TRY(NEW(m->alpha2, all));
    TRY(NEW(m->alpha2_error, all));
    TRY(NEW(m->exponent, all));
    return OK;
}

status msd_measure(struct msd *m, const struct track *t, const struct lag_options *o)
{
    status s = OK;
    struct lags l = {0};
    double *moments = NULL;
    *m = (struct msd){0};
    GUARD(lags_plan(&l, t->time, t->frames, t->uniform, o));
    GUARD(allocate(m, &l, t->species.count + 1));
    int64_t pairs = l.first[l.n];
    GUARD(NEW(moments, (size_t)pairs * 2 * GROUPS));
    /* A pair's sums are made by one thread in atom order, and added up in pair order: the same bits for any
     * number of threads. */
#pragma omp parallel for schedule(dynamic, 4)
    for (int64_t p = 0; p < pairs; p++) pair_moments(t, l.a[p], l.b[p], moments + p * 2 * GROUPS);
    memcpy(m->lag, l.lag, (size_t)l.n * sizeof *m->lag);
    for (int64_t k = 0; k < l.n; k++) m->pairs[k] = l.first[k + 1] - l.first[k];
    reduce(m, &l, moments, t->time);
done:
    lags_free(&l);
    DELETE(moments);
    if (s != OK) msd_free(m);
    return s;
}
