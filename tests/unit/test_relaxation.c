/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits of correlation functions: exact recovery without noise, unbiasedness and coverage with noise, the
 * Siegert power of a continuous-time random walk, first moments, flags, the ageing law, refusal of bad input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/ageing_law.h"
#include "analysis/fit/mittag_leffler.h"
#include "analysis/fit/relaxation.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 31 };

static void lags(double *t, int n, double first, double per_decade)
{
    for (int i = 0; i < n; i++) t[i] = first * pow(10.0, i / per_decade);
}

static void make(const char *model, int power, double tau, double beta, double amplitude, double baseline,
                 int n, const double *t, double *y)
{
    struct relaxation_fit truth = {.model = relaxation_find(model), .siegert_power = power};
    truth.value[RELAXATION_TAU] = tau;
    truth.value[RELAXATION_BETA] = beta;
    truth.value[RELAXATION_AMPLITUDE] = amplitude;
    truth.value[RELAXATION_BASELINE] = baseline;
    relaxation_curve(&truth, (size_t)n, t, y);
}

/* The solver stops when a step changes the parameters by less than 1e-9 of themselves. */
static void test_exact_recovery(void **state)
{
    (void)state;
    double t[POINTS], y[POINTS];
    lags(t, POINTS, 1.0, 5.0);
    for (const struct relaxation_model *m = relaxation_models; m->name; m++) {
        for (int power = 1; power <= 2; power++) {
            for (int free = 0; free < 3; free++) {
                const double beta = m->beta_low == m->beta_high ? 1.0 : 0.45, tau = 3e3;
                double a = free ? 0.13 : 1.0, b = free == 2 ? 1.0024 : 0.0;
                make(m->name, power, tau, beta, a, b, POINTS, t, y);
                struct relaxation_data d = {.n = POINTS, .lag = t, .y = y};
                struct relaxation_options o = relaxation_defaults();
                o.siegert_power = power;
                o.amplitude_free = free > 0;
                o.baseline_free = free == 2;
                struct relaxation_fit fit;
                assert_int_equal(relaxation_fit(&d, m, &o, &fit), OK);
                assert_true(fit.converged && !fit.at_bound && !fit.beyond_record);
                assert_true(fabs(fit.value[RELAXATION_TAU] / tau - 1) < 1e-6);
                assert_true(fabs(fit.value[RELAXATION_BETA] - beta) < 1e-6);
                assert_true(fabs(fit.value[RELAXATION_AMPLITUDE] - a) < 1e-6);
                assert_true(fabs(fit.value[RELAXATION_BASELINE] - b) < 1e-6);
                assert_int_equal(fit.free_parameters, 1 + (beta < 1) + free);
            }
        }
    }
}

/* KWW: the Siegert power only rescales tau by 2^(1/beta), chi^2 is the same to rounding. */
static void test_kww_power_rescales(void **state)
{
    (void)state;
    double t[POINTS], y[POINTS], s[POINTS];
    lags(t, POINTS, 1.0, 5.0);
    make("kww", 2, 5e3, 0.6, 1, 0, POINTS, t, y);
    double z[POINTS];
    random_normal(7, STREAM_TEST, 0, 0, POINTS, z);
    for (int i = 0; i < POINTS; i++) y[i] += 0.01 * z[i], s[i] = 0.01;
    struct relaxation_data d = {.n = POINTS, .lag = t, .y = y, .sigma = s};
    struct relaxation_options o = relaxation_defaults();
    struct relaxation_fit f2, f1;
    assert_int_equal(relaxation_fit(&d, relaxation_find("kww"), &o, &f2), OK);
    o.siegert_power = 1;
    assert_int_equal(relaxation_fit(&d, relaxation_find("kww"), &o, &f1), OK);
    double beta = f2.value[RELAXATION_BETA];
    assert_true(fabs(f1.value[RELAXATION_BETA] - beta) < 1e-5);
    assert_true(fabs(f1.value[RELAXATION_TAU] * pow(2, 1 / beta) / f2.value[RELAXATION_TAU] - 1) < 1e-4);
    assert_true(fabs(f1.chi2 - f2.chi2) < 1e-6);
    assert_true(fabs(f1.aic - f1.chi2 - 6) < 1e-12 && fabs(f1.bic - f1.chi2 - 3 * log(POINTS)) < 1e-12);
    /* white residuals: Durbin-Watson 2 with standard deviation 2/sqrt(n) */
    assert_true(fabs(f1.durbin_watson - 2) < 4 * 2 / sqrt(POINTS));
}

/* With known Gaussian errors the pulls (estimate - truth)/error are standard normal up to the curvature of
 * the model, whose size is of the order of the relative errors (1 %). Mean: 0 +- 1/sqrt(seeds); inside one
 * sigma: 68.3 % with the binomial error. Both at 4 sigma. */
static void coverage(const char *model, int power, int seeds, double sigma)
{
    double t[POINTS], clean[POINTS], y[POINTS], s[POINTS], z[POINTS];
    const int n = 26;
    const double truth[] = {2e3, 0.45, 0.9, 0.0};
    lags(t, n, 1.0, 5.0);
    make(model, power, truth[0], truth[1], truth[2], 0, n, t, clean);
    double sum[3] = {0}, chi2 = 0;
    int inside[3] = {0};
    for (int seed = 0; seed < seeds; seed++) {
        random_normal(11, STREAM_TEST, (uint64_t)seed, (uint64_t)power, n, z);
        for (int i = 0; i < n; i++) y[i] = clean[i] + sigma * z[i], s[i] = sigma;
        struct relaxation_data d = {.n = (size_t)n, .lag = t, .y = y, .sigma = s};
        struct relaxation_options o = relaxation_defaults();
        o.siegert_power = power;
        o.scale_errors = false;
        struct relaxation_fit fit;
        assert_int_equal(relaxation_fit(&d, relaxation_find(model), &o, &fit), OK);
        assert_true(fit.converged);
        chi2 += fit.chi2;
        for (int k = 0; k < 3; k++) {
            double pull = (fit.value[k] - truth[k]) / fit.error[k];
            if (k == 0) pull = log(fit.value[k] / truth[k]) * fit.value[k] / fit.error[k];
            sum[k] += pull;
            inside[k] += fabs(pull) < 1;
        }
    }
    double band = 4 / sqrt(seeds), dof = n - 3;
    for (int k = 0; k < 3; k++) {
        if (!(fabs(sum[k] / seeds) < band + 0.05) ||
            !(fabs((double)inside[k] / seeds - 0.6827) < 4 * sqrt(0.6827 * 0.3173 / seeds))) {
            printf("%s p=%d parameter %d: mean pull %.3f inside %.3f\n", model, power, k, sum[k] / seeds,
                   (double)inside[k] / seeds);
            _fail(__FILE__, __LINE__);
        }
    }
    assert_true(fabs(chi2 / seeds - dof) < 4 * sqrt(2 * dof / seeds));
}
static void test_coverage_kww(void **state)
{
    (void)state;
    coverage("kww", 2, 300, 0.005);
}
static void test_coverage_ml(void **state)
{
    (void)state;
    coverage("mittag_leffler", 2, 60, 0.005);
}

/* Near the best fit of a nearly linear problem the profile interval is the one-sigma interval. */
static void test_profile(void **state)
{
    (void)state;
    double t[POINTS], y[POINTS], s[POINTS], z[POINTS];
    lags(t, POINTS, 1.0, 5.0);
    make("kww", 1, 2e3, 0.5, 1, 0, POINTS, t, y);
    random_normal(3, STREAM_TEST, 5, 5, POINTS, z);
    for (int i = 0; i < POINTS; i++) y[i] += 2e-3 * z[i], s[i] = 2e-3;
    struct relaxation_data d = {.n = POINTS, .lag = t, .y = y, .sigma = s};
    struct relaxation_options o = relaxation_defaults();
    o.profile = true;
    o.siegert_power = 1;
    struct relaxation_fit fit;
    assert_int_equal(relaxation_fit(&d, relaxation_find("kww"), &o, &fit), OK);
    double beta = fit.value[RELAXATION_BETA], error = fit.error[RELAXATION_BETA];
    /* asymmetry is of the order error/beta = 0.5 % */
    assert_true(fabs((beta - fit.beta_low) / error - 1) < 0.03);
    assert_true(fabs((fit.beta_high - beta) / error - 1) < 0.03);
}

/* Mittag-Leffler distributed waiting time with survival E_beta(-t^beta): Kozubowski & Rachev 1999. */
static double ml_wait(double beta, const double u[2])
{
    double a = sin(beta * M_PI) / tan(beta * M_PI * u[1]) - cos(beta * M_PI);
    return -log(u[0]) * pow(a, 1 / beta);
}

/* A walk that waits ML-distributed times (p(t) ~ t^-(1+beta)) between Gaussian jumps of characteristic
 * function lambda has, by Montroll & Weiss, exactly f(t) = E_beta(-(1-lambda) t^beta). Then g2 - 1 = f^2
 * (Siegert) is fitted with beta only by power 2; power 1, which would identify the exponent of g2 with that
 * of the waiting times, is wrong. */
static void test_random_walk_needs_power_two(void **state)
{
    (void)state;
    enum { LAGS = 22, WALKERS = 6000 };
    const double beta = 0.45, lambda = 0.3;
    double t[LAGS], y[LAGS], s[LAGS], deviation = 0;
    lags(t, LAGS, 3e-3, 3.5);
    for (int k = 0; k < LAGS; k++) { /* fresh walkers for every lag: independent points */
        double sum = 0, squares = 0;
        for (int w = 0; w < WALKERS; w++) {
            double now = 0, weight = 1, u[2];
            for (uint64_t jump = 0; weight > 1e-12;
                 jump++) { /* the mean over jump lengths is exact: lambda^jumps */
                random_uniform2(5, STREAM_TEST, (uint64_t)(k * WALKERS + w), jump, u);
                now += ml_wait(beta, u);
                if (now > t[k]) break;
                weight *= lambda;
            }
            sum += weight;
            squares += weight * weight;
        }
        double f = sum / WALKERS, error = sqrt((squares / WALKERS - f * f) / (WALKERS - 1));
        double pull = (f - mittag_leffler(beta, (1 - lambda) * pow(t[k], beta))) / error;
        deviation += pull * pull;
        y[k] = f * f;
        s[k] = 2 * f * error;
    }
    assert_true(fabs(deviation - LAGS) < 4 * sqrt(2.0 * LAGS)); /* chi^2 of 22 independent points */
    struct relaxation_data d = {.n = LAGS, .lag = t, .y = y, .sigma = s};
    struct relaxation_options o = relaxation_defaults();
    o.amplitude_free = false;
    o.scale_errors = false;
    struct relaxation_fit two, one, kww;
    assert_int_equal(relaxation_fit(&d, relaxation_find("mittag_leffler"), &o, &two), OK);
    assert_int_equal(relaxation_fit(&d, relaxation_find("kww"), &o, &kww), OK);
    o.siegert_power = 1;
    assert_int_equal(relaxation_fit(&d, relaxation_find("mittag_leffler"), &o, &one), OK);
    assert_true(two.converged && one.converged);
    assert_true(fabs(two.value[RELAXATION_BETA] - beta) < 4 * two.error[RELAXATION_BETA]);
    double tau = pow(1 - lambda, -1 / beta);
    assert_true(fabs(two.value[RELAXATION_TAU] - tau) < 4 * two.error[RELAXATION_TAU]);
    assert_true(fabs(one.value[RELAXATION_BETA] - beta) > 10 * one.error[RELAXATION_BETA]);
    assert_true(one.aic > two.aic + 20 && kww.aic > two.aic + 20);
    assert_true(isinf(two.mean_f) && isinf(two.mean_fp) && strstr(relaxation_mean_note(&two), "diverges"));
}

/* First moments against direct quadrature. */
static void test_means(void **state)
{
    (void)state;
    for (int power = 1; power <= 2; power++)
        for (double beta = 0.4; beta < 2.1; beta += 0.4) {
            double sum = 0, h = 0.02;
            for (double x = -40; x < 12; x += h) sum += h * exp(x - power * exp(beta * x));
            double mean = relaxation_find("kww")->mean(3.0, beta, power);
            assert_true(fabs(mean / (3 * sum) - 1) < 1e-9); /* analytic integrand, double-exponential end */
        }
    const struct relaxation_model *ml = relaxation_find("mittag_leffler");
    assert_true(isinf(ml->mean(1, 0.9, 1)) && isinf(ml->mean(1, 0.5, 2)));
    double h = 0.15, sum = 0;
    for (double x = -40; x < 45; x += h) sum += h * exp(x) * pow(mittag_leffler(0.9, exp(0.9 * x)), 2);
    assert_true(fabs(ml->mean(2, 0.9, 2) / (2 * sum) - 1) < 1e-8); /* cut tail: exp(-0.8*45) */
    assert_true(fabs(ml->mean(2, 1 - 1e-7, 2) - 1) < 1e-5);
}

static void test_flags(void **state)
{
    (void)state;
    double t[POINTS], y[POINTS], s[POINTS], z[POINTS];
    lags(t, POINTS, 1.0, 10.0); /* up to 1000 */
    make("kww", 1, 5e4, 0.8, 1, 0, POINTS, t, y);
    random_normal(9, STREAM_TEST, 1, 1, POINTS, z);
    for (int i = 0; i < POINTS; i++) y[i] += 1e-3 * z[i], s[i] = 1e-3;
    struct relaxation_data d = {.n = POINTS, .lag = t, .y = y, .sigma = s};
    struct relaxation_options o = relaxation_defaults();
    o.amplitude_free = false;
    struct relaxation_fit fit;
    assert_int_equal(relaxation_fit(&d, relaxation_find("kww"), &o, &fit), OK);
    assert_true(fit.beyond_record);
    make("kww", 1, 50, 1.8, 1, 0, POINTS, t, y); /* compressed: outside what Mittag-Leffler can do */
    assert_int_equal(relaxation_fit(&d, relaxation_find("mittag_leffler"), &o, &fit), OK);
    assert_true(fit.at_bound);
    assert_int_equal(relaxation_fit(&d, relaxation_find("exponential"), &o, &fit), OK);
    assert_true(!fit.at_bound && fit.free_parameters == 1 && fit.value[RELAXATION_BETA] == 1.0);
    double row[RELAXATION_COLUMNS];
    relaxation_row(&fit, row);
    for (int i = 0; i < RELAXATION_COLUMNS; i++) assert_non_null(relaxation_columns[i]);
    assert_true(row[1] == fit.value[RELAXATION_TAU] && row[RELAXATION_COLUMNS - 2] == fit.beyond_record);
    for (int i = 0; i < POINTS; i++) y[i] = i ? 0.0 : 1e-3; /* the decay lies before the first lag */
    assert_int_equal(relaxation_fit(&d, relaxation_find("exponential"), &o, &fit), OK);
    assert_true(fit.below_resolution && !fit.beyond_record);
}

static void test_bad_input(void **state)
{
    (void)state;
    double t[POINTS], y[POINTS], s[POINTS];
    lags(t, POINTS, 1.0, 5.0);
    make("kww", 1, 500, 0.8, 1, 0, POINTS, t, y);
    for (int i = 0; i < POINTS; i++) s[i] = 0.1;
    struct relaxation_options o = relaxation_defaults();
    struct relaxation_fit fit;
    const struct relaxation_model *m = relaxation_find("kww");
    assert_null(relaxation_find("kwv"));
    struct relaxation_data d = {.n = 3, .lag = t, .y = y, .sigma = s};
    assert_int_equal(relaxation_fit(&d, m, &o, &fit), BAD_INPUT); /* 3 points, 3 parameters */
    d.n = POINTS;
    s[4] = 0;
    assert_int_equal(relaxation_fit(&d, m, &o, &fit), BAD_INPUT);
    s[4] = 0.1;
    y[4] = (double)NAN;
    assert_int_equal(relaxation_fit(&d, m, &o, &fit), BAD_INPUT);
    y[4] = 0.5;
    o.siegert_power = 3;
    assert_int_equal(relaxation_fit(&d, m, &o, &fit), BAD_INPUT);
}

/* tau0, t* recovered exactly, within errors with noise; a flat series is stationary. */
static void test_ageing(void **state)
{
    (void)state;
    double age[40], tau[40], error[40], z[40];
    struct ageing_fit a;
    for (int i = 0; i < 40; i++)
        age[i] = 500 + 1000 * i, tau[i] = 800 * exp(age[i] / 15000), error[i] = 0.05 * tau[i];
    assert_int_equal(ageing_fit(40, age, tau, error, &a), OK);
    assert_true(a.converged && !a.stationary);
    assert_true(fabs(a.tau0 / 800 - 1) < 1e-7 && fabs(a.t_star / 15000 - 1) < 1e-7);
    assert_int_equal(ageing_fit(40, age, tau, NULL, &a), OK);
    assert_true(fabs(a.tau0 / 800 - 1) < 1e-7 && fabs(a.t_star / 15000 - 1) < 1e-7);
    double pulls = 0, squares = 0;
    int stationary = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        random_normal(2, STREAM_TEST, seed, 3, 40, z);
        double noisy[40], flat[40], flat_error[40];
        for (int i = 0; i < 40; i++) noisy[i] = tau[i] + error[i] * z[i];
        assert_int_equal(ageing_fit(40, age, noisy, error, &a), OK);
        double pull = (a.rate - 1.0 / 15000) / a.rate_error;
        pulls += pull;
        squares += pull * pull;
        for (int i = 0; i < 40; i++) flat[i] = 1000 + 50 * z[i], flat_error[i] = 50;
        assert_int_equal(ageing_fit(40, age, flat, flat_error, &a), OK);
        stationary += a.stationary;
    }
    assert_true(fabs(pulls / 200) < 4 / sqrt(200));
    /* pulls are Student-t with 38 degrees of freedom: variance 1.056, standard deviation of the mean square
     * 0.11 */
    assert_true(fabs(squares / 200 - 1.056) < 0.44);
    assert_true(abs(stationary - 190) < 4 * sqrt(200 * 0.95 * 0.05) + 2);
    assert_int_equal(ageing_fit(2, age, tau, error, &a), BAD_INPUT);
    tau[3] = -1;
    assert_int_equal(ageing_fit(40, age, tau, error, &a), BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_recovery), cmocka_unit_test(test_kww_power_rescales),
        cmocka_unit_test(test_coverage_kww),   cmocka_unit_test(test_coverage_ml),
        cmocka_unit_test(test_profile),        cmocka_unit_test(test_random_walk_needs_power_two),
        cmocka_unit_test(test_means),          cmocka_unit_test(test_flags),
        cmocka_unit_test(test_bad_input),      cmocka_unit_test(test_ageing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
