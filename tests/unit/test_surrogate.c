/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The null model: its fields, its statistics, its false alarms; events. */
#include "analysis/correlate/contrast.h"
#include "analysis/correlate/events.h"
#include "analysis/correlate/surrogate.h"
#include "analysis/correlate/ttcf.h"
#include "base/mem.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* cmocka has a macro fail(): it comes last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static double *exponential_f2(int64_t T, double tau)
{
    double *f2 = NULL;
    assert_int_equal(NEW(f2, (size_t)T), OK);
    for (int64_t k = 0; k < T; k++) f2[k] = exp(-2.0 * (double)k / tau);
    return f2;
}

/* ⟨I(t) I(t+k)⟩ = 1 + |f(k)|² for the generator itself, by averaging over many pixels and times. */
static void field_has_the_given_correlation(void **state)
{
    (void)state;
    int64_t T = 200, P = 3000;
    double *f2 = exponential_f2(T, 12.0), clipped;
    float *x = NULL;
    struct surrogate_options o = {.pixels = P, .frames = T, .seeds = 200, .lag = 1, .block = 50, .seed = 4};
    assert_int_equal(NEW(x, (size_t)(T * P)), OK);
    assert_int_equal(surrogate_frames(f2, NULL, &o, 0, x, &clipped), OK);
    assert_true(clipped < 1e-6); /* an exponential is positive definite */
    const int64_t lags[] = {0, 1, 3, 6, 12, 60};
    for (int l = 0; l < 6; l++) {
        double sum = 0;
        int64_t k = lags[l];
        for (int64_t t = 0; t + k < T; t++)
            for (int64_t p = 0; p < P; p++) sum += (double)x[t * P + p] * (double)x[(t + k) * P + p];
        double found = sum / (double)(P * (T - k));
        /* independent samples: about P T / (2 τ); the product of two exponentials has a variance of at most
         * 20 */
        assert_true(fabs(found - 1.0 - f2[k]) < 5.0 * sqrt(20.0 / ((double)(P * (T - k)) / 24.0)));
    }
    DELETE(x);
    DELETE(f2);
}

static void frozen_and_envelope(void **state)
{
    (void)state;
    double f2[30], S[4] = {1, 2, 4, 8}, mean[4] = {0};
    float x[120];
    for (int k = 0; k < 30; k++) f2[k] = 1.0; /* a perfect glass */
    struct surrogate_options o = {.pixels = 4, .frames = 30, .seeds = 200, .lag = 1, .block = 10};
    for (int r = 0; r < 2000; r++) {
        assert_int_equal(surrogate_frames(f2, S, &o, r, x, NULL), OK);
        for (int p = 0; p < 4; p++) {
            mean[p] += (double)x[p] / 2000;
            for (int t = 1; t < 30; t++) assert_true(fabsf(x[t * 4 + p] - x[p]) < 1e-5f * (1.0f + x[p]));
        }
    }
    for (int p = 0; p < 4; p++) assert_true(fabs(mean[p] / S[p] - 1.0) < 5.0 / sqrt(2000.0));
}

/* For f decaying within a frame the surrogate is the exact null: variance of C(t,t) = s.d.². */
static void uncorrelated_surrogate_is_the_exact_null(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 27};
    for (int i = 0; i < 2; i++) {
        double f2[300] = {1.0};
        struct surrogate_null s;
        struct contrast_null exact;
        struct surrogate_options o = {.pixels = sizes[i], .frames = 300, .seeds = 200, .lag = 7, .block = 50};
        assert_int_equal(contrast_exact_null(sizes[i], &exact), OK);
        assert_int_equal(surrogate_run(&s, f2, NULL, &o), OK);
        double var = exact.diagonal_sd * exact.diagonal_sd, off = exact.off_sd * exact.off_sd;
        assert_true(fabs(s.diagonal_variance.mean - var) < 5 * s.diagonal_variance.sd / sqrt(200.0));
        assert_true(fabs(s.lag_variance.mean - off) < 5 * s.lag_variance.sd / sqrt(200.0));
        assert_true(s.diagonal_variance.p025 < s.diagonal_variance.p50 &&
                    s.diagonal_variance.p50 < s.diagonal_variance.p975);
        surrogate_free(&s);
    }
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    double *f2 = exponential_f2(100, 9.0);
    struct surrogate_null a, b;
    struct surrogate_options o = {.pixels = 5, .frames = 100, .seeds = 100, .lag = 2, .block = 50, .seed = 3};
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_int_equal(surrogate_run(&a, f2, NULL, &o), OK);
    omp_set_num_threads(3);
    assert_int_equal(surrogate_run(&b, f2, NULL, &o), OK);
    omp_set_num_threads(threads);
    assert_memory_equal(a.values, b.values, 300 * sizeof(double));
    surrogate_free(&a);
    surrogate_free(&b);
    DELETE(f2);
}

static void refusals(void **state)
{
    (void)state;
    double f2[10] = {1};
    struct surrogate_null s;
    assert_int_equal(
        surrogate_run(&s, f2, NULL,
                      &(struct surrogate_options){.pixels = 1, .frames = 10, .seeds = 200, .lag = 1}),
        BAD_INPUT);
    assert_int_equal(
        surrogate_run(&s, f2, NULL,
                      &(struct surrogate_options){.pixels = 3, .frames = 10, .seeds = 50, .lag = 1}),
        BAD_INPUT);
    assert_int_equal(
        surrogate_run(&s, f2, NULL,
                      &(struct surrogate_options){.pixels = 3, .frames = 10, .seeds = 200, .lag = 9}),
        BAD_INPUT);
}

/* The threshold made from one set of surrogates, tried on another: eventless records alarm in about 1 %; a
 * record in which all pixels are rearranged at once alarms, at the right frame and only there. */
static void false_alarms_and_events(void **state)
{
    (void)state;
    for (int plateau = 0; plateau < 2; plateau++) {
        int64_t T = 240, P = 27, alarms = 0;
        double *f2 = exponential_f2(T, 300.0), d[240], z[240];
        float *x = NULL, *y = NULL;
        struct surrogate_null s;
        struct surrogate_options o = {.pixels = P,
                                      .frames = T,
                                      .seeds = 200,
                                      .lag = 1,
                                      .block = 60,
                                      .plateau = (enum events_plateau)plateau};
        assert_int_equal(NEW(x, (size_t)(T * P)), OK);
        assert_int_equal(NEW(y, (size_t)(T * P)), OK);
        assert_int_equal(surrogate_run(&s, f2, NULL, &o), OK);
        assert_true(s.false_alarm_rate < 0.01);
        for (int r = 0; r < 160; r++) {
            struct ttcf c;
            struct events e;
            assert_int_equal(surrogate_frames(f2, NULL, &o, 1000 + r, x, NULL), OK);
            assert_int_equal(surrogate_frames(f2, NULL, &o, 5000 + r, y, NULL), OK);
            bool jump = r % 2;
            if (jump) memcpy(x + 150 * P, y + 150 * P, (size_t)(90 * P) * sizeof *x);
            assert_int_equal(
                ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){.double_precision = true}), OK);
            assert_int_equal(events_drops(&c, o.plateau, 2.0, 1.0, d), OK);
            assert_int_equal(events_z(d, T - 1, o.block, z), OK);
            assert_int_equal(events_find(&e, d, z, T - 1, s.threshold), OK);
            if (!jump) alarms += e.count > 0;
            if (jump && plateau == EVENTS_DIAGONAL) {
                bool found = false;
                for (int64_t k = 0; k < e.count; k++) found |= e.event[k].frame == 149;
                assert_true(found);
                for (int64_t t = 0; t + 1 < T; t++) assert_true(d[t] >= -1e-12); /* a mean square */
            }
            events_free(&e);
            ttcf_free(&c);
        }
        /* 80 records; the rate above the second largest of 200 is Beta(2, 199), mean 1 %: 6 or more have p =
         * 1e-3 */
        assert_true(alarms <= 5);
        surrogate_free(&s);
        DELETE(x);
        DELETE(y);
        DELETE(f2);
    }
}

static void drops_by_hand(void **state)
{
    (void)state;
    const double diagonal[] = {2, 2, 1.5, 2}, next[] = {1.75, 1.5, 1.25};
    double d[3], z[100], x[100];
    events_drops_of(diagonal, next, 4, EVENTS_DIAGONAL, 0.5, d);
    assert_true(d[0] == 0.5 && d[1] == 0.5 && d[2] == 1.0);
    events_drops_of(diagonal, next, 4, EVENTS_NEIGHBOURS, 0.5, d);
    assert_true(d[0] == -0.5 && d[1] == 0.0 && d[2] == 0.5);
    for (int i = 0; i < 100; i++)
        x[i] = i % 2 ? 1.0 : 3.0; /* with the three changes below: 99 values, median 3, MAD 2 */
    x[40] = 2.0 + 1.4826 * 30.0;
    x[41] = 2.0 + 1.4826 * 20.0;
    x[70] = (double)NAN;
    assert_int_equal(events_z(x, 100, 100, z), OK);
    struct events e;
    assert_int_equal(events_find(&e, x, z, 100, 8.0), OK);
    assert_int_equal(e.count, 1);
    assert_int_equal(e.event[0].frame, 40);
    assert_int_equal(e.event[0].frames, 2);
    assert_true(fabs(e.event[0].z - (x[40] - 3.0) / (1.4826 * 2.0)) < 1e-12 && isnan(z[70]));
    events_free(&e);
    for (int i = 0; i < 100; i++) x[i] = 0.0; /* constant patterns have no events */
    assert_int_equal(events_z(x, 100, 30, z), OK);
    assert_int_equal(events_find(&e, x, z, 100, 0.0), OK);
    assert_int_equal(e.count, 0);
    events_free(&e);
}

static void correlation_from_a_noisy_r(void **state)
{
    (void)state;
    const double lag[] = {0, 1, 2, 4, 8, 16, 32}, R[] = {1.1, 1.0, 0.7, 0.8, (double)NAN, -0.1, 0.05},
                 weight[] = {9, 9, 3, 1, 1, 1, 1};
    double f2[64];
    assert_int_equal(surrogate_correlation(lag, R, weight, 7, 64, f2), OK);
    assert_true(f2[0] == 1.0 && f2[1] == 1.0);
    assert_true(fabs(f2[2] - 0.725) < 1e-12 && fabs(f2[3] - 0.725) < 1e-12); /* 0.7 (3) and 0.8 (1) pooled */
    assert_true(f2[16] == 0.0 && f2[63] == 0.0); /* −0.1 and 0.05 pooled, clipped */
    for (int k = 1; k < 64; k++) assert_true(f2[k] <= f2[k - 1] && f2[k] >= 0.0);
    assert_int_equal(surrogate_correlation(lag, R, weight, 1, 64, f2),
                     BAD_INPUT); /* lag 0 alone says nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_has_the_given_correlation),
        cmocka_unit_test(frozen_and_envelope),
        cmocka_unit_test(uncorrelated_surrogate_is_the_exact_null),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(refusals),
        cmocka_unit_test(false_alarms_and_events),
        cmocka_unit_test(drops_by_hand),
        cmocka_unit_test(correlation_from_a_noisy_r),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
