/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many errors make a difference: closed forms of Student's t, sums, and how often chance exceeds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/welch.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

/* Above the t of one degree of freedom lie ½ − atan(t)/π, of two ½ − t/(2√(2 + t²)); above z ½ erfc(z/√2). */
static void closed_forms(void **state)
{
    (void)state;
    double tail = 0.5 * erfc(2.0 / sqrt(2.0)), inside = 1.0 - 2.0 * tail;
    double expected[] = {tan(M_PI * (0.5 - tail)), inside * sqrt(2.0 / (1.0 - inside * inside))};
    for (int nu = 1; nu <= 2; nu++) {
        struct welch w = {0};
        welch_add(&w, 0.3, nu);
        assert_true(fabs(welch_error(&w) - 0.3) < 1e-15 && fabs(welch_freedom(&w) - nu) < 1e-12);
        assert_true(fabs(welch_limit(&w) / expected[nu - 1] - 1.0) < 1e-9);
    }
    struct welch known = {0};
    assert_true(welch_limit(&known) == 2.0 && welch_error(&known) == 0.0);
    welch_add(&known, 0.3, (double)INFINITY);
    welch_add(&known, 0.4, (double)INFINITY);
    assert_true(welch_limit(&known) == 2.0 && fabs(welch_error(&known) - 0.5) < 1e-15);
    welch_add(&known, (double)NAN, 3.0);
    assert_true(isnan(welch_error(&known)));
}

/* Two equal errors of ν degrees each have 2ν; a known one beside them adds freedom. */
static void sums(void **state)
{
    (void)state;
    struct welch w = {0};
    welch_add(&w, 0.1, 3.0);
    welch_add(&w, 0.1, 3.0);
    assert_true(fabs(welch_freedom(&w) - 6.0) < 1e-12);
    welch_add(&w, 0.1, (double)INFINITY);
    assert_true(fabs(welch_freedom(&w) - 13.5) < 1e-12); /* 9/(2/3) */
    welch_add(&w, 0.0, 1.0);
    assert_true(fabs(welch_freedom(&w) - 13.5) < 1e-12);
    double before = welch_limit(&w);
    welch_add(&w, 1.0, 1.0);
    assert_true(welch_limit(&w) > before);
}

/* The mean of `n` normal numbers as a part. */
static double part(struct welch *w, double sigma, int n, uint64_t trial, uint64_t which)
{
    double x[8], mean = 0.0, square = 0.0;
    random_normal(9, STREAM_TEST, trial, which, n, x);
    for (int i = 0; i < n; i++) mean += sigma * x[i] / n;
    for (int i = 0; i < n; i++) square += (sigma * x[i] - mean) * (sigma * x[i] - mean);
    welch_add(w, sqrt(square / (n - 1) / n), n - 1);
    return mean;
}

/* Differences of means of numbers without any. Welch's sum is an approximation: exactly, the limit is passed
 * in ∫∫ erfc(limit(s₁, s₂) √(s₁²/n₁ + s₂²/n₂)/√(σ₁²/n₁ + σ₂²/n₂)/√2) over the chi distributions of the
 * estimates s₁, s₂: `level`, by numpy on a grid of 1500 × 1500 (a quarter of it changes 1e-9).
 * 40,000 trials have √(0.05·0.95/40000) = 0.11 %; five of these. Two errors are exceeded in 7 to 12 %. */
static void as_often_as_said(void **state)
{
    (void)state;
    enum { TRIALS = 40000 };
    const struct {
        double sigma[2];
        int n[2];
        double level;
    } cases[] = {{{1.0, 1.0}, {4, 4}, 0.03698},
                 {{1.0, 1.0}, {8, 4}, 0.04657},
                 {{3.0, 1.0}, {4, 8}, 0.05440},
                 {{1.0, 3.0}, {4, 8}, 0.04320}};
    for (int c = 0; c < 4; c++) {
        int beyond = 0, two = 0;
        for (uint64_t t = 0; t < TRIALS; t++) {
            struct welch w = {0};
            double a = part(&w, cases[c].sigma[0], cases[c].n[0], t, (uint64_t)(2 * c));
            double b = part(&w, cases[c].sigma[1], cases[c].n[1], t, (uint64_t)(2 * c + 1));
            beyond += fabs(a - b) > welch_limit(&w) * welch_error(&w);
            two += fabs(a - b) > 2.0 * welch_error(&w);
        }
        assert_true(fabs((double)beyond / TRIALS - cases[c].level) < 5.0 * 0.0011);
        assert_true(two > 0.065 * TRIALS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(closed_forms), cmocka_unit_test(sums),
                                       cmocka_unit_test(as_often_as_said)};
    return cmocka_run_group_tests_name("welch", tests, NULL, NULL);
}
