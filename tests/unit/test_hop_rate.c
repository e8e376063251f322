/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hop rates from times of hops: counted exactly; independent hops have the error of their number, bursts a
 * larger one. */
#include "analysis/dynamics/hop_rate.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HOPS = 4000, TRIALS = 200 };

static double uniform(uint64_t trial, uint64_t k)
{
    double u[2];
    random_uniform2(11, STREAM_TEST, trial, k, u);
    return u[0];
}

static void exact_numbers(void **state)
{
    (void)state;
    struct hop_rate r = {.known = true};
    double time[12];
    for (int k = 0; k < 12; k++) time[k] = 105.0; /* all in the first of ten stretches of [100, 200] */
    hop_rate_count(&r, time, 12, 50, 100.0, 200.0);
    assert_true(r.hops == 12 && r.atoms == 50 && r.time == 100.0);
    assert_true(fabs(r.rate - 12.0 / 5000.0) < 1e-15 && fabs(r.poisson - sqrt(12.0) / 5000.0) < 1e-15);
    /* counts 12, 0 × 9: mean 1.2, variance 14.4; the sum of ten has √144 */
    assert_true(fabs(r.error - 12.0 / 5000.0) < 1e-15 && fabs(r.fano - 12.0) < 1e-12);
    for (int k = 0; k < 10; k++) time[k] = 105.0 + 10.0 * k; /* one each: no scatter, the error is √10 */
    hop_rate_count(&r, time, 10, 50, 100.0, 200.0);
    assert_true(fabs(r.error - sqrt(10.0) / 5000.0) < 1e-15 && r.fano == 0.0);
    hop_rate_count(&r, time, 0, 50, 100.0, 200.0);
    assert_true(r.rate == 0.0 && fabs(r.error - 1.0 / 5000.0) < 1e-15 && isnan(r.fano));
    time[0] = 200.0; /* the end belongs to the last stretch */
    hop_rate_count(&r, time, 1, 50, 100.0, 200.0);
    assert_true(fabs(r.rate - 1.0 / 5000.0) < 1e-15);
}

/* HOPS/size bursts of `size` hops at independent times: the number of hops has variance size × HOPS. The mean
 * of error² over TRIALS is that times 1 (chi² with 9 degrees of freedom: ± √(2/9/TRIALS) = 3.3 %, five of
 * them), or a little more for independent hops, where the larger of two estimates is taken: at most by its
 * spread, √(2/9) = 47 %. */
static void bursts(void **state)
{
    (void)state;
    static double time[HOPS];
    for (int size = 1; size <= 40; size = size == 1 ? 40 : 41) {
        double sum = 0.0, expected = (double)size * HOPS;
        for (int trial = 0; trial < TRIALS; trial++) {
            struct hop_rate r;
            for (int k = 0; k < HOPS; k++)
                time[k] = 100.0 * uniform((uint64_t)(trial + 1000 * size), (uint64_t)(k / size));
            hop_rate_count(&r, time, HOPS, 1, 0.0, 100.0);
            sum += r.error * r.error * 1e4 / TRIALS;
        }
        double ratio = sum / expected, statistics = 5.0 * sqrt(2.0 / 9.0 / TRIALS);
        /* the total is given, so a stretch's count is binomial: mean 9/10 of Poisson's variance, made 1 by n
         * − 1 */
        if (size == 1)
            assert_true(ratio >= 1.0 && ratio < 1.0 + sqrt(2.0 / 9.0) + statistics);
        else
            assert_true(fabs(ratio - 1.0) < statistics);
    }
}

static void not_there(void **state)
{
    (void)state;
    struct hop_rate r;
    assert_int_equal(hop_rate_read(&r, "/nosuch/hops-iso.h5", NAN, NAN), OK);
    assert_true(!r.known && isnan(r.rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(exact_numbers), cmocka_unit_test(bursts),
                                       cmocka_unit_test(not_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
