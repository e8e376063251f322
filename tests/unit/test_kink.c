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

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OKAY(call) assert_int_equal((call), OK)

enum { ROWS = 2000, LONG = 16000 };
static const double Tg = 0.37, glass = 1.5, liquid = 2.7; /* slopes */
static double T[LONG], y[LONG];

/* A cooling ramp from 0.8 to 0.1 with its kink at Tg and autoregressive noise of correlation phi. */
static void noisy_ramp(int rows, double sigma, double phi, uint64_t seed)
{
    double noise = 0.0;
    for (int i = 0; i < rows; i++) {
        double z[1] = {0.0}, t = 0.8 - 0.7 * i / (rows - 1);
        if (sigma > 0.0) random_normal(seed, STREAM_TEST, (uint64_t)i, 0, 1, z);
        noise = i > 0 ? phi * noise + sqrt(1.0 - phi * phi) * sigma * z[0] : sigma * z[0];
        T[i] = t;
        y[i] = -7.0 + (t < Tg ? glass : liquid) * (t - Tg) + noise;
    }
}

static void ramp(double sigma, uint64_t seed)
{
    noisy_ramp(ROWS, sigma, 0.0, seed);
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
static double propagated(const struct kink *k, int rows, double sigma)
{
    const struct kink_line *line[2] = {&k->lower, &k->upper};
    double variance = 0.0;
    for (int w = 0; w < 2; w++) {
        double n = 0.0, mean = 0.0, square = 0.0;
        for (int i = 0; i < rows; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) n += 1.0, mean += T[i];
        mean /= n;
        for (int i = 0; i < rows; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) square += (T[i] - mean) * (T[i] - mean);
        variance += sigma * sigma * (1.0 / n + (Tg - mean) * (Tg - mean) / square);
    }
    return sqrt(variance) / (liquid - glass);
}

/* Many ramps: mean of the stated over the exact error, mean of z² with the exact error. Every kink is found.
 */
struct spread {
    double ratio, z2;
};

static struct spread many(int runs, int rows, double sigma, double phi, int64_t replicates, uint64_t seed)
{
    struct spread sum = {0};
    for (int r = 0; r < runs; r++) {
        struct kink k;
        noisy_ramp(rows, sigma, phi, seed + (uint64_t)r);
        OKAY(kink_find(&k, rows, T, y, &(struct kink_options){.replicates = replicates, .seed = 7}));
        assert_true(k.found);
        assert_true(phi > 0.0 ? k.block > 10 : k.block < rows);
        double e = propagated(&k, rows, sigma) * sqrt((1.0 + phi) / (1.0 - phi));
        sum.ratio += k.error / e / runs;
        sum.z2 += (k.x - Tg) * (k.x - Tg) / (e * e) / runs;
    }
    return sum;
}

/* The bounds of the two tests below. Each random one is left by one seed in a million.
 *
 * Found. With λ = (residuals of the best parabola through both windows of the ramp without noise)² /
 * (σ² (1+φ)/(1−φ)), the parabola's misfit exceeds that of the lines by λ + 2 √λ z, z normal, and log n ≈ 6.5
 * (8.6) is asked for: λ = 455 (σ = 0.005, 2000 rows) and 1127 (φ = 0.8, σ = 0.003, 16000 rows) put a missed
 * kink 10 and 16 standard deviations away; the slopes differ by 100 of their errors, 4 asked. The last
 * condition, a cycle of x* narrower than its error e: a displacement of x* by e moves 0.7, 0.4, 1.15 and
 * 1.5 e worth of rows through the edges, which move the intersection by 0.32 e or less (s.d., leverages of
 * the edge rows against that of x*); a damped cycle as wide as e needs 1.5 e from half a displacement's rows,
 * 0.23 e: 6.6 standard deviations. Noise closer to a bound misses kinks now and then, as it should.
 *
 * z². Its sum is χ² with as many degrees of freedom as ramps; the rows a displacement by one error moves in
 * and out add at most 0.32² = 0.10 of it (entering and leaving rows act against each other). */
static void assert_z2(double z2, double runs)
{
    assert_true(z2 > 0.9 * gsl_cdf_chisq_Pinv(5e-7, runs) / runs);
    assert_true(z2 < 1.1 * gsl_cdf_chisq_Qinv(5e-7, runs) / runs);
}

/* The mean of `runs` ratios is normal: 5 standard deviations and the bias of the estimator. */
static void assert_ratio(double ratio, double runs, double sd, double bias)
{
    if (!(fabs(ratio - 1.0) < bias + 5.0 * sd / sqrt(runs)))
        print_message("stated over true error %.4f, s.d. of one %.3f\n", ratio, sd);
    assert_true(fabs(ratio - 1.0) < bias + 5.0 * sd / sqrt(runs));
}

/* Relative variance of the stated error squared: `one` that of a window's variance of noise of which the
 * glass window (extrapolated further) has the share 0.74 of the whole, the liquid's a little less noisy; and
 * 2/replicates of the bootstrap. */
static double ratio_sd(double one, double replicates)
{
    return 0.5 * sqrt(one * (0.74 * 0.74 + 0.26 * 0.26) + 2.0 / replicates);
}

/* White noise: the variance of n = 317 residuals has the relative variance 2/n. Bias: the root of a variance
 * −1/8 of its relative variance, 0.15 %; windows whose inefficiency passes 1.5 by chance (3 standard
 * deviations, 0.1 %) state up to a tenth more; 1/(difference of slopes) adds 3 × (1 %)²: less than 0.5 %. */
static void noise(void **state)
{
    (void)state;
    enum { RUNS = 150, REPLICATES = 300 };
    struct spread s = many(RUNS, ROWS, 0.005, 0.0, REPLICATES, 100);
    assert_ratio(s.ratio, RUNS, ratio_sd(2.0 / 317.0, REPLICATES), 0.005);
    assert_z2(s.z2, RUNS);
}

/* Autoregressive noise, φ = 0.8: the inefficiency is g = (1+φ)/(1−φ) = 9, which a bootstrap of single rows
 * would miss (ratio 0.33). Blocks have L = 5 g = 45 rows of n = 2536 in the glass window, so one window's
 * variance of blocks has the relative variance 4L/3n (Künsch). Its bias of first order, 2L/n + g/2L, is
 * corrected (window_line.c); left are (2L/n)² = 0.1 % and, because g is estimated from residuals over 5 g
 * lags either way, its own bias 2·(5g+1)/n = 3.6 % and its relative variance, the same number, each times
 * g/2L = 0.1; all downwards; half of the sum in the error, and −1/8 of the relative variance of the stated
 * error squared (0.3 %) for the root: 0.7 %. */
static void correlated(void **state)
{
    (void)state;
    enum { RUNS = 60, REPLICATES = 300 };
    struct spread s = many(RUNS, LONG, 0.003, 0.8, REPLICATES, 500);
    assert_ratio(s.ratio, RUNS, ratio_sd(4.0 * 45.0 / (3.0 * 2536.0), REPLICATES), 0.01);
    assert_z2(s.z2, RUNS);
}

/* A straight line passes for a kink where its slopes differ by 4 errors, 6e-5 of seeds. A parabola, where two
 * lines fit better by log n: their curved residuals are worth λ ≈ 350 at σ = 0.003 (32 at 0.01, too close), 9
 * standard deviations (2 √λ) away. */
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
                   : curve == 2 ? 3.0 * t + 2.0 * t * t + 0.003 * z[0]
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
