/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact sums: any order and any split gives the same bits, limbs travel without loss, what spoils a sum is
 * told. */
#include "base/random.h"
#include "base/sums.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { N = 20000 };

static void make_terms(double *x)
{
    for (uint64_t i = 0; i < N; i++) {
        double u[2];
        random_uniform2(4, STREAM_TEST, i, 0, u);
        x[i] = ldexp(u[0] - 0.5, (int)(u[1] * 60.0) - 38); /* from 1e-12 to 2^21 */
    }
}

static void test_order(void **state)
{
    (void)state;
    double x[N];
    long double exact = 0.0L;
    struct sum forward = {0}, backward = {0}, part[7], merged = {0};
    memset(part, 0, sizeof part);
    make_terms(x);
    for (int i = 0; i < N; i++) sum_add(&forward, x[i]);
    for (int i = N - 1; i >= 0; i--) sum_add(&backward, x[i]);
    for (int i = 0; i < N; i++) sum_add(&part[(i * 13) % 7], x[i]);
    for (int i = 6; i >= 0; i--) sum_merge(&merged, &part[i]);
    for (int i = 0; i < N; i++) exact += x[i];
    double a = sum_value(&forward), b = sum_value(&backward), c = sum_value(&merged);
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_equal(&a, &c, sizeof a);
    assert_true(fabs(a - (double)exact) <=
                N * 0x1p-41 + 1e-15 * fabs(a)); /* half a unit a term, one last rounding */
}

/* Each term is rounded to the nearest multiple of 2^-40. */
static void test_rounding(void **state)
{
    (void)state;
    struct sum s = {0};
    sum_add(&s, 0x1.8p-41); /* three quarters of a unit */
    assert_true(sum_value(&s) == 0x1p-40);
    sum_add(&s, -0x1p-42); /* a quarter */
    assert_true(sum_value(&s) == 0x1p-40);
    sum_add(&s, -4194303.5);
    assert_true(sum_value(&s) == 0x1p-40 - 4194303.5);
}

static void test_limbs(void **state)
{
    (void)state;
    double x[N];
    make_terms(x);
    for (int ranks = 1; ranks <= 64; ranks *= 4) { /* what par_sum does */
        struct sum whole = {0}, rank[64], back;
        int64_t total[SUM_LIMBS] = {0}, limb[SUM_LIMBS];
        memset(rank, 0, sizeof rank);
        for (int i = 0; i < N; i++) {
            sum_add(&whole, x[i]);
            sum_add(&rank[i % ranks], x[i]);
        }
        if (ranks == 16) sum_add(&rank[3], NAN), sum_add(&whole, NAN);
        for (int r = 0; r < ranks; r++) {
            sum_to_limbs(&rank[r], limb);
            for (int k = 0; k < SUM_LIMBS; k++) total[k] += limb[k];
        }
        sum_from_limbs(&back, total);
        assert_true(back.units == whole.units && back.spoiled == whole.spoiled);
        assert_int_equal(sum_ok(&back), ranks != 16);
    }
    /* the largest sums there can be: 2^60 terms of ±2^22 */
    for (int sign = -1; sign <= 1; sign += 2) {
        struct sum huge = {.units = (sum_int128)sign * ((sum_int128)1 << 122)}, back;
        int64_t limb[SUM_LIMBS];
        sum_to_limbs(&huge, limb);
        sum_from_limbs(&back, limb);
        assert_true(back.units == huge.units);
    }
}

static void test_spoiling(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 4194304.0, -4194304.0, 1e300};
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct sum s = {0}, clean = {0};
        sum_add(&s, 1.0);
        assert_true(sum_ok(&s));
        sum_add(&s, bad[i]);
        sum_add(&s, 1.0);
        assert_false(sum_ok(&s));
        assert_true(isnan(sum_value(&s)));
        sum_merge(&clean, &s); /* and it stays spoilt */
        assert_false(sum_ok(&clean));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_limbs),
        cmocka_unit_test(test_spoiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
