/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise: the known answers of Philox4x32-10, moments with derived errors, and that no two purposes, atoms,
 * steps or seeds share their numbers. */
#include "base/noise.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Salmon et al., SC'11, known-answer vectors distributed with Random123. */
static void test_known_answers(void **state)
{
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e,
         0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb,
         0x5001e420, 0x24126ea1},
    };
    (void)state;
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        philox4x32(known[i], known[i] + 4, out);
        assert_memory_equal(out, known[i] + 6, sizeof out);
    }
}

/* n samples of a distribution: mean and variance within 5 standard errors (chance 1e-6 for a right generator;
 * the numbers are fixed, so it never flickers). kurtosis: fourth central moment / variance². */
static void check_moments(const double *x, int n, double mean, double variance, double kurtosis)
{
    double sum = 0.0, sum2 = 0.0;
    for (int i = 0; i < n; i++) sum += x[i];
    for (int i = 0; i < n; i++) sum2 += (x[i] - mean) * (x[i] - mean);
    double got = sum / n, got2 = sum2 / n;
    if (!(fabs(got - mean) < 5 * sqrt(variance / n)) ||
        !(fabs(got2 - variance) < 5 * variance * sqrt((kurtosis - 1) / n)))
        print_message("mean %g (%g) variance %g (%g)\n", got, mean, got2, variance);
    assert_true(fabs(got - mean) < 5 * sqrt(variance / n));
    assert_true(fabs(got2 - variance) < 5 * variance * sqrt((kurtosis - 1) / n));
}

enum { N = 200000 };

static void test_uniform_and_normal(void **state)
{
    (void)state;
    double *x = malloc(2 * N * sizeof *x), cross = 0.0, z[3];
    int beyond = 0;
    for (uint64_t i = 0; i < N / 2; i++) random_uniform2(1, STREAM_TEST, i, 5, x + 2 * i);
    for (int i = 0; i < N; i++) assert_true(x[i] > 0.0 && x[i] < 1.0);
    check_moments(x, N, 0.5, 1.0 / 12, 1.8);
    for (int i = 0; i + 1 < N; i += 2) cross += (x[i] - 0.5) * (x[i + 1] - 0.5);
    assert_true(fabs(cross) < 5 * sqrt(N / 2.0) / 12.0); /* the two of a pair are independent */
    for (uint64_t i = 0; i < N / 2; i++) random_normal(1, STREAM_TEST, i, 5, 2, x + 2 * i);
    check_moments(x, N, 0.0, 1.0, 3.0);
    for (int i = 0; i < N; i++) beyond += fabs(x[i]) > 3.0;
    assert_true(fabs(beyond - N * 0.0026998) < 5 * sqrt(N * 0.0027)); /* tails */
    cross = 0.0;
    for (uint64_t i = 0; i < N / 2; i++) {
        random_normal(1, STREAM_TEST, i, 6, 3, z);
        cross += z[0] * z[1] + z[1] * z[2] + z[0] * z[2];
    }
    assert_true(fabs(cross) < 5 * sqrt(1.5 * N));
    free(x);
}

static void test_gamma(void **state)
{
    static const double shapes[] = {0.1, 0.5, 1.0, 1.5, 5.0, 100.0, 5998.5};
    (void)state;
    double *x = malloc(N * sizeof *x);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (uint64_t i = 0; i < N; i++) x[i] = random_gamma(2, STREAM_TEST, 9, i, shapes[s]);
        check_moments(x, N, shapes[s], shapes[s], 3.0 + 6.0 / shapes[s]);
    }
    free(x);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Every number drawn for another (seed, stream, who, when) is another number: 52-bit values, 4e4 of them, so
 * a coincidence has a chance of 2e-7. Counters above 2^32 are included. */
static void test_no_shared_streams(void **state)
{
    static const uint64_t values[] = {0, 1, 2, 3, 0xffffffff, 0x100000000, 0x100000001, 0xffffffffffffffff};
    (void)state;
    enum { V = 8, S = STREAM_TEST + 1 };
    uint64_t *bits = malloc(sizeof(uint64_t) * V * V * V * S * 8);
    size_t n = 0;
    for (int stream = 0; stream < S; stream++)
        for (int seed = 0; seed < V; seed++)
            for (int who = 0; who < V; who++)
                for (int when = 0; when < V; when++) {
                    double u[8];
                    random_uniform2(values[seed], (enum random_stream)stream, values[who], values[when], u);
                    random_normal(values[seed], (enum random_stream)stream, values[who], values[when], 5,
                                  u + 2);
                    u[7] = random_gamma(values[seed], (enum random_stream)stream, values[who], values[when],
                                        7.5);
                    for (int k = 0; k < 8; k++) memcpy(&bits[n++], u + k, 8);
                }
    qsort(bits, n, sizeof *bits, compare_u64);
    for (size_t i = 1; i < n; i++) assert_true(bits[i] != bits[i - 1]);
    free(bits);
}

/* A prefix of the normal numbers does not depend on how many are asked for. */
static void test_prefix(void **state)
{
    (void)state;
    double a[7], b[7];
    random_normal(3, STREAM_TEST, 1, 1, 7, a);
    for (int n = 0; n <= 7; n++) {
        memset(b, 0, sizeof b);
        random_normal(3, STREAM_TEST, 1, 1, n, b);
        assert_memory_equal(a, b, (size_t)n * sizeof *a);
        for (int k = n; k < 7; k++) assert_true(b[k] == 0.0);
    }
}

/* Noise in lanes: from the words of Philox and the functions of libm; the same bits on every instruction set,
 * in every lane; moments. An operation of the series rounds by 2^-53 of at most 6.8, and some ten of them add
 * up. */
static void test_noise(void **state)
{
    (void)state;
    const uint64_t seed = 77, when = (3ull << 32) + 12;
    double *x = malloc(3 * N * sizeof *x), cross = 0.0;
    uint32_t key[2];
    random_key(seed, STREAM_TEST, when, key);
    for (uint64_t i = 0; i < N; i += NOISE_LANES) {
        uint64_t who[NOISE_LANES], reversed[NOISE_LANES];
        double z[NOISE_LANES][4], back[NOISE_LANES][4];
        for (int l = 0; l < NOISE_LANES; l++)
            reversed[NOISE_LANES - 1 - l] = who[l] = (i + (uint64_t)l) << 20;
        struct noise n = noise_at(seed, STREAM_TEST, when, isa_best());
        noise_normal(&n, who, z);
        for (int isa = 0; isa <= (int)isa_best(); isa++) {
            n.isa = (enum isa)isa;
            noise_normal(&n, reversed, back);
            for (int l = 0; l < NOISE_LANES; l++)
                assert_memory_equal(z[l], back[NOISE_LANES - 1 - l], sizeof z[l]);
        }
        for (int l = 0; l < NOISE_LANES; l++) {
            const uint32_t counter[4] = {(uint32_t)who[l], (uint32_t)(who[l] >> 32), (uint32_t)when, 0};
            uint32_t w[4];
            long double r[2], angle[2];
            philox4x32(counter, key, w);
            for (int p = 0; p < 2; p++) {
                r[p] = sqrtl(-2.0L * logl(((long double)w[2 * p] + 0.5L) * 0x1p-32L));
                angle[p] = ((long double)(w[2 * p + 1] >> 30) +
                            ((long double)(w[2 * p + 1] & 0x3fffffffu) + 0.5L) * 0x1p-30L - 0.5L) *
                           1.57079632679489661923132L;
            }
            const long double wanted[3] = {r[0] * cosl(angle[0]), r[0] * sinl(angle[0]),
                                           r[1] * cosl(angle[1])};
            for (int k = 0; k < 3; k++) {
                assert_true(fabsl(z[l][k] - wanted[k]) < 6.8L * 10.0L * 0x1p-53L);
                x[3 * (i + (uint64_t)l) + (uint64_t)k] = z[l][k];
            }
        }
    }
    check_moments(x, 3 * N, 0.0, 1.0, 3.0);
    for (int i = 0; i < 3 * N; i++) cross += x[i] * x[(i + 1) % (3 * N)];
    assert_true(fabs(cross) < 5 * sqrt(3.0 * N));
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_uniform_and_normal),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_gamma),
        cmocka_unit_test(test_no_shared_streams),
        cmocka_unit_test(test_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
