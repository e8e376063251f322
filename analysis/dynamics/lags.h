/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lags — which pairs of frames an average over time origins uses, on a logarithmic axis of lag times.
 *
 *     struct lags l = {0};
 *     TRY(lags_plan(&l, t->time, t->frames, t->uniform, &(struct lag_options){.per_decade = 10}));
 *     for k in 0 … l.n-1: pairs l.first[k] … l.first[k+1]-1 of frames l.a[p] < l.b[p], ordered by origin
 *     lags_free(&l);
 *
 * Equally spaced frames: lags are whole numbers of intervals, rounded from a logarithmic series without
 * repetition, and exact. Other schedules: logarithmic bins; from each origin the frame nearest (in the
 * logarithm) to the bin's centre, if it lies in the bin; the lag is the mean over the pairs. At most
 * `origins` pairs a lag, evenly spread.
 *
 * Errors come from blocks of successive origins. The number of blocks is at most 10 and such that an
 * origin block is not shorter than the lag, because longer displacements share most of their path;
 * lags_blocks answers 0 where not even two such blocks exist, and then there is no error to give. */
#ifndef GLINT_ANALYSIS_DYNAMICS_LAGS_H
#define GLINT_ANALYSIS_DYNAMICS_LAGS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lag_options {
    double per_decade;             /* lags a decade; 0 is 10 */
    int64_t origins;               /* most pairs a lag; 0 is 200 */
    double origin_from, origin_to; /* origins with from ≤ time < to (start age); both 0: all */
};

struct lags {
    int64_t n;
    double *lag;
    int64_t *first; /* n+1 */
    int64_t *a, *b; /* frames of each pair */
    size_t pair_capacity, second_capacity;
};

status lags_plan(struct lags *l, const double *time, int64_t frames, bool uniform,
                 const struct lag_options *o);
void lags_free(struct lags *l);

/* Number of blocks for lag k (0 or 2 … 10); block i holds pairs lags_block(l, k, blocks, i) … (…, i+1)-1. */
int64_t lags_blocks(const struct lags *l, const double *time, int64_t k);
static inline int64_t lags_block(const struct lags *l, int64_t k, int64_t blocks, int64_t i)
{
    return l->first[k] + (l->first[k + 1] - l->first[k]) * i / blocks;
}
/* Standard error of the mean of n block values; NaN for n < 2. */
double lags_error(const double *block_value, int64_t n);

#endif
