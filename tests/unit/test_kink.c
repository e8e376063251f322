/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kink of two lines: synthetic ramps with a known answer, and data in which there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/kink.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OKAY(call) assert_int_equal((call), OK)

enum { ROWS = 2000 };
static const double Tg = 0.37, glass = 1.5, liquid = 2.7; /* slopes */
static double T[ROWS], y[ROWS];

/* A cooling ramp from 0.8 to 0.1 with its kink at Tg. */
static void ramp(double sigma, uint64_t seed)
{
    for (int i = 0; i < ROWS; i++) {
        double z[1] = {0.0}, t = 0.8 - 0.7 * i / (ROWS - 1);
        if (sigma > 0.0) random_normal(seed, STREAM_TEST, (uint64_t)i, 0, 1, z);
        T[i] = t;
        y[i] = -7.0 + (t < Tg ? glass : liquid) * (t - Tg) + sigma * z[0];
    }
}

static void exact(void **state)
{
    (void)state;
    struct kink k;
    ramp(0.0, 0);
    OKAY(kink_find(&k, ROWS, T, y, NULL));
    assert_true(k.found);
    /* Rounding of y (2e-16 · 7) over the difference of the slopes, and of the sums over the rows. */
    assert_true(fabs(k.x - Tg) < 1e-12);
    assert_true(k.error < 1e-12 && k.systematic < 1e-12);
    assert_true(fabs(k.lower.slope - glass) < 1e-11 && fabs(k.upper.slope - liquid) < 1e-11);
    assert_true(k.lower.from >= 0.4 * Tg && k.lower.to <= 0.7 * Tg);
    assert_true(k.upper.from >= 1.15 * Tg && k.upper.to <= 1.5 * Tg);
    assert_int_equal(k.variations, 81);
    /* The same backwards: a heating ramp. */
    for (int i = 0; i < ROWS / 2; i++) {
        double a = T[i], b = y[i];
        T[i] = T[ROWS - 1 - i];
        y[i] = y[ROWS - 1 - i];
        T[ROWS - 1 - i] = a;
        y[ROWS - 1 - i] = b;
    }
    OKAY(kink_find(&k, ROWS, T, y, NULL));
    assert_true(k.found && fabs(k.x - Tg) < 1e-12);
}

/* Error of the intersection by propagation: each line's prediction at x* over the difference of slopes. */
static double propagated(const struct kink *k, double sigma)
{
    const struct kink_line *line[2] = {&k->lower, &k->upper};
    double variance = 0.0;
    for (int w = 0; w < 2; w++) {
        double n = 0.0, mean = 0.0, square = 0.0;
        for (int i = 0; i < ROWS; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) n += 1.0, mean += T[i];
        mean /= n;
        for (int i = 0; i < ROWS; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) square += (T[i] - mean) * (T[i] - mean);
        variance += sigma * sigma * (1.0 / n + (Tg - mean) * (Tg - mean) / square);
    }
    return sqrt(variance) / (liquid - glass);
}

/* 150 ramps with white noise. The error of each is that of propagation within its own spread: residuals of
 * n ~ 300 rows in the glass window, 1/sqrt(2n) = 4 %, and 300 replicates, 1/sqrt(600) = 4 %; the mean of 150
 * is known to 0.4 %, a bias of 1 % (blocks, curvature of the ratio) allowed. z² has mean 1 ± sqrt(2/150),
 * 4 s.d. */
static void noise(void **state)
{
    (void)state;
    enum { RUNS = 150 };
    double ratio = 0.0, z2 = 0.0, sigma = 0.01;
    for (int r = 0; r < RUNS; r++) {
        struct kink k;
        ramp(sigma, 100 + (uint64_t)r);
        OKAY(kink_find(&k, ROWS, T, y, &(struct kink_options){.replicates = 300, .seed = 7}));
        assert_true(k.found);
        double e = propagated(&k, sigma);
        ratio += k.error / e / RUNS;
        z2 += (k.x - Tg) * (k.x - Tg) / (e * e) / RUNS;
    }
    assert_true(fabs(ratio - 1.0) < 0.01 + 4.0 * 0.05 / sqrt(RUNS));
    assert_true(fabs(z2 - 1.0) < 4.0 * sqrt(2.0 / RUNS) + 0.1); /* 0.1: windows move with the noise */
}

/* Autoregressive noise, correlation φ: the error grows by sqrt((1+φ)/(1−φ)) = 3 for φ = 0.8, which a
 * bootstrap of single rows would miss (0.33). With only 35 independent numbers in the glass window the
 * residuals of a line understate slow noise, so a quarter too little is tolerated; z² is judged with the
 * exact error. */
static void correlated(void **state)
{
    (void)state;
    enum { RUNS = 80 };
    double sigma = 0.003, phi = 0.8, ratio = 0.0, z2 = 0.0;
    for (int r = 0; r < RUNS; r++) {
        struct kink k;
        double v = 0.0;
        ramp(0.0, 0);
        for (int i = 0; i < ROWS; i++) {
            double z[1];
            random_normal(500 + (uint64_t)r, STREAM_TEST, (uint64_t)i, 0, 1, z);
            v = phi * v + sqrt(1.0 - phi * phi) * sigma * z[0];
            y[i] += v;
        }
        OKAY(kink_find(&k, ROWS, T, y, NULL));
        assert_true(k.found && k.block > 10);
        double e = 3.0 * propagated(&k, sigma);
        ratio += k.error / e / RUNS;
        z2 += (k.x - Tg) * (k.x - Tg) / (e * e) / RUNS;
    }
    assert_true(ratio > 0.75 && ratio < 1.1);
    assert_true(fabs(z2 - 1.0) < 4.0 * sqrt(2.0 / RUNS) + 0.1);
}

static void nothing_there(void **state)
{
    (void)state;
    struct kink k;
    for (int curve = 0; curve < 4; curve++) {
        for (int i = 0; i < ROWS; i++) {
            double z[1], t = 0.8 - 0.7 * i / (ROWS - 1);
            random_normal(9 + (uint64_t)curve, STREAM_TEST, (uint64_t)i, 0, 1, z);
            T[i] = t;
            y[i] = curve == 0   ? 3.0 * t
                   : curve == 1 ? 3.0 * t + 0.01 * z[0]
                   : curve == 2 ? 3.0 * t + 2.0 * t * t + 0.01 * z[0]
                                : 3.0 * t + 2.0 * t * t;
        }
        OKAY(kink_find(&k, ROWS, T, y, NULL));
        assert_false(k.found);
        assert_true(strlen(k.why) > 20);
        if (curve < 2) assert_non_null(strstr(k.why, "no kink"));
    }
    /* A kink the other way round. */
    ramp(0.001, 1);
    for (int i = 0; i < ROWS; i++) y[i] = -y[i];
    OKAY(kink_find(&k, ROWS, T, y, NULL));
    assert_false(k.found);
    assert_non_null(strstr(k.why, "steeper"));
    /* A parabola within fixed windows, where nothing can run away. */
    for (int i = 0; i < ROWS; i++) y[i] = T[i] * T[i];
    OKAY(kink_find(&k, ROWS, T, y,
                   &(struct kink_options){.lower = {0.15, 0.26}, .upper = {0.42, 0.55}, .absolute = true}));
    assert_false(k.found);
    assert_non_null(strstr(k.why, "parabola"));
}

static void too_little(void **state)
{
    (void)state;
    struct kink k;
    ramp(0.0, 0);
    OKAY(kink_find(&k, 12, T, y, NULL));
    assert_false(k.found);
    assert_non_null(strstr(k.why, "too little data: 12 rows"));
    OKAY(kink_find(&k, 1200, T, y, NULL)); /* ends at 0.38: no glass */
    assert_false(k.found);
    assert_true(isnan(k.x));
    y[3] = (double)NAN;
    assert_int_equal(kink_find(&k, ROWS, T, y, NULL), BAD_INPUT);
    ramp(0.0, 0);
    assert_int_equal(
        kink_find(&k, ROWS, T, y, &(struct kink_options){.lower = {0.7, 0.4}, .upper = {1.1, 1.5}}),
        BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(exact), cmocka_unit_test(noise),
                                       cmocka_unit_test(correlated), cmocka_unit_test(nothing_there),
                                       cmocka_unit_test(too_little)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
