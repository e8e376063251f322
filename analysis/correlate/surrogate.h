/* SPDX-License-Identifier: GPL-3.0-or-later */
/* surrogate — what a window of n pixels does by chance alone: the null model of intermittency.
 *
 * A surrogate record has n independent pixels whose complex field is a stationary Gaussian process with the
 * field autocorrelation f(k) of the measurement, |f|² = R (Siegert), and as many frames; I = |field|² times
 * the static envelope S of the pixel. It ages not and knows no events. What the measurement does beyond it —
 * variance of the contrast, of C(t,t+k), sharp drops — is more than counting statistics of few pixels.
 *
 * The field is made by circulant embedding: f is mirrored to a period M ≥ 2T of small prime factors,
 * transformed, negative spectral weight (f from data need not be positive definite) set to zero and the rest
 * rescaled to unit variance — the fraction cut is reported in `clipped` — and white noise is coloured with it
 * by one complex FFT per pixel. Noise is Philox keyed by (seed + number of the surrogate, STREAM_SURROGATE,
 * pixel, frequency): the same for any number of threads.
 *
 *     struct surrogate_options o = {.pixels = n, .frames = T, .seeds = 200, .lag = 1, .block = 50};
 *     struct surrogate_null null;
 *     TRY(surrogate_run(&null, f2, envelope, &o));
 *     surrogate_compare(&null, 0, measured_variance);
 *     surrogate_free(&null);
 */
#ifndef GLINT_ANALYSIS_SURROGATE_H
#define GLINT_ANALYSIS_SURROGATE_H

#include "analysis/correlate/events.h"
#include "base/status.h"

#include <stdint.h>

struct surrogate_options {
    int64_t pixels, frames, seeds; /* seeds ≥ 200 for a false-alarm rate of 1 % */
    int64_t lag;                   /* C(t,t+lag) whose temporal variance is compared; ≥ 1 */
    int64_t block;                 /* block of the event statistic (events.h) */
    enum events_plateau plateau;   /* … and how its drops are measured */
    uint64_t seed;
};

/* Distribution of one statistic over the surrogates, and the place of the measured value in it. */
struct surrogate_statistic {
    double mean, sd;
    double p025, p50, p975, p99; /* percentiles */
    double measured;             /* filled by surrogate_compare */
    double p_value;              /* (1 + surrogates ≥ measured) / (1 + surrogates) */
};
struct surrogate_null {
    struct surrogate_statistic diagonal_variance; /* temporal variance of C(t,t) */
    struct surrogate_statistic lag_variance;      /* temporal variance of C(t,t+lag) */
    struct surrogate_statistic largest_z;         /* largest robust z of the drops (events.h) in a record */
    double threshold;        /* fewer than 1 % of the surrogate records have a z above it */
    double false_alarm_rate; /* fraction of the surrogate records with a z above the threshold */
    double clipped;          /* negative fraction of the spectrum that was cut */
    int64_t seeds;
    double *values; /* 3 × seeds: the three statistics, sorted each; release with surrogate_free */
};

/* f2: |f|² at lags 0 … frames−1, f2[0] = 1, values in [0,1]; envelope: S of each pixel or NULL. */
status surrogate_run(struct surrogate_null *null, const double *f2, const double *envelope,
                     const struct surrogate_options *o);
/* Fill measured and p_value of a statistic; `which` = 0 diagonal, 1 lag, 2 largest z. */
void surrogate_compare(struct surrogate_null *null, int which, double measured);
void surrogate_free(struct surrogate_null *null);

/* One surrogate record (frames × pixels intensities): the generator itself, for tests and figures. */
status surrogate_frames(const double *f2, const double *envelope, const struct surrogate_options *o,
                        int64_t number, float *data, double *clipped);

/* |f|² at lags 0 … frames−1 from a binned R: clipped to [0,1], made non-increasing by weighted pooling of
 * violators, interpolated linearly in log lag. Bins with NaN are skipped; lag, R, weight have n entries, lags
 * ascending. */
status surrogate_correlation(const double *lag, const double *R, const double *weight, int64_t n,
                             int64_t frames, double *f2);

#endif
