/* SPDX-License-Identifier: GPL-3.0-or-later */
/* E_alpha(-x) against closed forms (alpha = 1, 1/2), against its power series in long double, at the seams
 * between its three methods, in its limits, and as a completely monotone function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/mittag_leffler.h"

#include <math.h>
#include <stdio.h>

static const double ALPHAS[] = {0.02, 0.1,  0.25, 0.45, 0.5,  0.6,    0.6667,
                                0.67, 0.75, 0.9,  0.95, 0.99, 0.9999, 1 - 1e-9};
enum { N_ALPHA = sizeof ALPHAS / sizeof *ALPHAS };

static void near_to(double got, double want, double tolerance, double alpha, double x)
{
    double error = fabs(got / want - 1.0);
    if (!(error <= tolerance)) {
        printf("alpha %.10g x %.10g: got %.16g want %.16g relative %.2g\n", alpha, x, got, want, error);
        _fail(__FILE__, __LINE__);
    }
}

/* exp(x^2) erfc(x) in 64-bit mantissas: its own error is x^2 2^-64, below 6e-16 up to x = 100. */
static void test_one_half(void **state)
{
    (void)state;
    for (double x = 1e-3; x < 100.0; x *= 1.07) {
        long double e = expl((long double)x * x) * erfcl(x), slope = 2.0L * x * e - 2.0L / sqrtl(M_PIl);
        near_to(mittag_leffler(0.5, x), (double)e, 1e-12, 0.5, x);
        /* the reference slope cancels: 2x^2 digits of 2^-64 */
        near_to(mittag_leffler_derivative(0.5, x), (double)slope, 1e-12 + x * x * x * x * 1e-18, 0.5, x);
    }
}

static void test_one(void **state)
{
    (void)state;
    for (double x = 0; x < 30; x += 0.37) {
        near_to(mittag_leffler(1.0, x), exp(-x), 1e-15, 1, x);
        /* the pole form must reach exp(-x) continuously: |dE/dalpha| is of order 1 */
        assert_true(fabs(mittag_leffler(1 - 1e-13, x) - exp(-x)) < 3e-13);
        assert_true(fabs(mittag_leffler_derivative(1 - 1e-13, x) + exp(-x)) < 3e-13);
    }
}

/* The power series in long double is a second algorithm; its cancellation error is 2^-63 sum|term| / E. */
static void test_series(void **state)
{
    (void)state;
    int compared = 0;
    for (int a = 0; a < N_ALPHA; a++) {
        for (double x = 0.05; x < 20.0; x *= 1.13) {
            long double sum = 0, size = 0, slope = 0, slope_size = 0, power = 1, term = 1;
            for (int k = 0; k < 4000; k++) {
                if (1.0L + (long double)ALPHAS[a] * k > 1700) break;
                term = power / tgammal(1.0L + (long double)ALPHAS[a] * k);
                sum += term;
                size += fabsl(term);
                slope += term * k / x;
                slope_size += fabsl(term * k / x);
                if (k > 10 && fabsl(term * k) < 1e-25L) break;
                power *= -x;
            }
            double loss = (double)(size / fabsl(sum)) * 1e-18,
                   slope_loss = (double)(slope_size / fabsl(slope)) * 1e-18;
            if (!(loss < 2e-13) || fabsl(term) > 1e-20L) continue;
            near_to(mittag_leffler(ALPHAS[a], x), (double)sum, 1e-12, ALPHAS[a], x);
            compared++;
            if (slope_loss < 2e-13)
                near_to(mittag_leffler_derivative(ALPHAS[a], x), (double)slope, 1e-12, ALPHAS[a], x);
        }
    }
    assert_true(compared > 250);
}

/* Across a seam the function may change only by its slope times the distance. */
static void test_seams(void **state)
{
    (void)state;

    for (int a = 0; a < N_ALPHA; a++)
        for (int s = 0; s < 2; s++) {
            double alpha = ALPHAS[a], x = s ? fmax(10, pow(100, alpha)) : 0.1, d = x * 1e-13;
            double below = mittag_leffler(alpha, x - d), above = mittag_leffler(alpha, x + d);
            near_to(above - 2 * d * mittag_leffler_derivative(alpha, x), below, 1e-12, alpha, x);
            near_to(mittag_leffler_derivative(alpha, x + d), mittag_leffler_derivative(alpha, x - d), 1.5e-12,
                    alpha, x);
        }
    /* the change of integral form at alpha = 2/3; dE/dalpha is of order 1 */
    for (double x = 0.1; x < 100; x *= 1.5) {
        near_to(mittag_leffler(2.0 / 3.0 + 1e-14, x), mittag_leffler(2.0 / 3.0 - 1e-14, x), 1e-12, 2.0 / 3.0,
                x);
        near_to(mittag_leffler_derivative(2.0 / 3.0 + 1e-14, x),
                mittag_leffler_derivative(2.0 / 3.0 - 1e-14, x), 1e-12, 2.0 / 3.0, x);
    }
}

/* Start: 1 - x/Gamma(1+alpha). End: 1/(x Gamma(1-alpha)) with the next term 1/(x^2 Gamma(1-2 alpha)) as the
 * bound. */
static void test_limits(void **state)
{
    (void)state;
    for (int a = 0; a < N_ALPHA - 2; a++) {
        double alpha = ALPHAS[a];
        assert_true(mittag_leffler(alpha, 0.0) == 1.0);
        assert_true(mittag_leffler(alpha, INFINITY) == 0.0);
        assert_true(mittag_leffler_derivative(alpha, INFINITY) == 0.0);
        near_to(mittag_leffler_derivative(alpha, 0.0), -1.0 / tgamma(1.0 + alpha), 1e-14, alpha, 0);
        double x = 1e9;
        near_to(mittag_leffler(alpha, x), 1.0 / (x * tgamma(1.0 - alpha)), 1e-6, alpha, x);
    }
    assert_true(isnan(mittag_leffler(0.0, 1.0)) && isnan(mittag_leffler(1.1, 1.0)) &&
                isnan(mittag_leffler(0.5, -1.0)));
    assert_true(isnan(mittag_leffler_derivative(0.5, (double)NAN)));
}

/* Completely monotone: falls, with a rising slope; and its slope is the difference quotient. */
static void test_monotone(void **state)
{
    (void)state;
    for (int a = 0; a < N_ALPHA; a++) {
        double last = 1.0, last_slope = -INFINITY;
        for (double x = 1e-4; x < 1e4; x *= 1.11) {
            double e = mittag_leffler(ALPHAS[a], x), slope = mittag_leffler_derivative(ALPHAS[a], x);
            assert_true(e > 0 && e < last);
            assert_true(slope < 0 && slope > last_slope);
            last = e;
            last_slope = slope;
        }
        for (double x = 0.3; x < 80; x *= 2.1) {
            double h =
                1e-4 * x; /* central difference: error h^2 E'''/6 + eps E/h, both below 1e-6 of the slope */
            double d = (mittag_leffler(ALPHAS[a], x + h) - mittag_leffler(ALPHAS[a], x - h)) / (2 * h);
            if (mittag_leffler(ALPHAS[a], x) > 1e-6)
                near_to(mittag_leffler_derivative(ALPHAS[a], x), d, 2e-5, ALPHAS[a], x);
        }
    }
}

static void test_array(void **state)
{
    (void)state;
    double x[40], e[40];
    for (int i = 0; i < 40; i++) x[i] = 0.01 * pow(1.4, i);
    mittag_leffler_array(0.45, 40, x, e);
    for (int i = 0; i < 40; i++) assert_true(e[i] == mittag_leffler(0.45, x[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_half), cmocka_unit_test(test_one),
                                       cmocka_unit_test(test_series),   cmocka_unit_test(test_seams),
                                       cmocka_unit_test(test_limits),   cmocka_unit_test(test_monotone),
                                       cmocka_unit_test(test_array)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
