/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g2: divisors, ages, diagonals, bins and errors against known answers. */
#include "analysis/correlate/g2.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* cmocka has a macro fail(): it comes last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef double (*element)(int64_t i, int64_t j, int64_t T);

static struct ttcf matrix_of(element f, int64_t T)
{
    float *m = NULL;
    struct ttcf c;
    assert_int_equal(NEW(m, (size_t)(T * T)), OK);
    for (int64_t i = 0; i < T; i++)
        for (int64_t j = i; j < T; j++) m[i * T + j] = (float)f(i, j, T);
    assert_int_equal(ttcf_from_matrix(&c, m, T), OK);
    DELETE(m);
    return c;
}

static double ones(int64_t i, int64_t j, int64_t T)
{
    return (void)i, (void)j, (void)T, 1.0;
}
static double rows(int64_t i, int64_t j, int64_t T)
{
    return (void)j, (void)T, (double)i;
}

static void means_divide_by_n_minus_k(void **state)
{
    (void)state;
    struct ttcf c = matrix_of(ones, 50);
    struct g2 g;
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.per_decade = 0, .baseline = 0.5}), OK);
    assert_int_equal(g.lags, 50);
    for (int64_t k = 0; k < 50; k++) {
        assert_int_equal(g.pairs[k], 50 - k);
        assert_true(g.g2[k] == 1.0 && g.lag[k] == (double)k && g.R[k] == 1.0);
    }
    g2_free(&g);
    ttcf_free(&c);
    c = matrix_of(rows, 40); /* the mean of i over i = 0 … T−k−1 */
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){0}), OK);
    for (int64_t k = 0; k < 40; k++) assert_true(fabs(g.g2[k] - (double)(39 - k) / 2.0) < 1e-12);
    g2_free(&g);
    ttcf_free(&c);
}

/* Material time s(t) = ∫dt/τ with τ = τ0 exp(t/t*): C = 1 + exp(−2 (s(t2) − s(t1))). */
static const double tau0 = 20.0, tstar = 150.0;
static double material(double t)
{
    return tstar / tau0 * (1.0 - exp(-t / tstar));
}
static double ageing(int64_t i, int64_t j, int64_t T)
{
    (void)T;
    return 1.0 + exp(-2.0 * (material((double)j) - material((double)i)));
}

static void ages_start_and_mid(void **state)
{
    (void)state;
    int64_t T = 400, n = 5;
    struct ttcf c = matrix_of(ageing, T);
    struct g2 g[2];
    for (int age = 0; age < 2; age++) {
        struct g2_options o = {.windows = n, .age = (enum g2_age)age, .per_decade = 0, .baseline = 1.0};
        assert_int_equal(g2_compute(&g[age], &c, &o), OK);
        for (int64_t k = 0; k < T; k++) {
            int64_t total = 0;
            for (int64_t a = 0; a < n; a++) {
                double sum = 0;
                int64_t count = 0, at = a * g[age].lags + k;
                for (int64_t i = 0; i + k < T; i++) { /* the definition, element by element */
                    double when = age == G2_AGE_START ? (double)i : (double)i + 0.5 * (double)k;
                    if (when < (double)(a * T / n) || when >= (double)((a + 1) * T / n)) continue;
                    sum += ageing(i, i + k, T);
                    count++;
                }
                assert_int_equal(g[age].pairs[at], count);
                if (count) assert_true(fabs(g[age].g2[at] - sum / (double)count) < 2e-7); /* f32 elements */
                total += count;
            }
            assert_int_equal(total, T - k); /* every element has one age */
        }
    }
    /* τ grows with age. At one mean age the pair began earlier, in faster times, than at one starting age: it
     * has decayed more. Analytic values at age 200, lag 60: exp(−2Δs) = 0.2715 (start), 0.2035 (mid). */
    double start = exp(-2 * (material(260) - material(200))), mid = exp(-2 * (material(230) - material(170)));
    assert_true(fabs(start - 0.2715) < 1e-3 && fabs(mid - 0.2035) < 1e-3);
    int64_t w = 2, k = 60; /* window 160 … 240, mean age about 200 */
    double found_start = g[0].g2[w * g[0].lags + k] - 1, found_mid = g[1].g2[w * g[1].lags + k] - 1;
    assert_true(fabs(found_start - start) < 0.02 && fabs(found_mid - mid) < 0.02);
    g2_free(&g[0]);
    g2_free(&g[1]);
    ttcf_free(&c);
}

static void logarithmic_windows_cover_the_record(void **state)
{
    (void)state;
    struct ttcf c = matrix_of(ones, 1000);
    struct g2 g;
    assert_int_equal(
        g2_compute(&g, &c, &(struct g2_options){.windows = 6, .log_windows = true, .per_decade = 5}), OK);
    assert_int_equal(g.edge[0], 0);
    assert_int_equal(g.edge[g.windows], 1000);
    for (int64_t a = 1; a + 1 < g.windows; a++)
        assert_true(fabs(log10((double)g.edge[a + 1] / (double)g.edge[a]) - 0.5) < 0.07);
    g2_free(&g);
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.windows = 1001}), BAD_INPUT);
    ttcf_free(&c);
}

static void five_bins_a_decade(void **state)
{
    (void)state;
    struct ttcf c = matrix_of(rows, 700);
    struct g2 g, every;
    const int64_t first[] = {0, 1, 2, 3, 4, 7, 10, 16, 26, 40, 64, 100, 159, 252, 399, 631, 700};
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.per_decade = 5, .baseline = -1}), OK);
    assert_int_equal(g2_compute(&every, &c, &(struct g2_options){.per_decade = 0, .baseline = -1}), OK);
    assert_int_equal(g.lags, 16);
    assert_memory_equal(g.first, first, sizeof first);
    for (int64_t b = 0; b < g.lags; b++) { /* the mean over the elements, not over the lags */
        double sum = 0, lag = 0;
        int64_t n = 0;
        for (int64_t k = g.first[b]; k < g.first[b + 1]; k++) {
            sum += every.g2[k] * (double)every.pairs[k];
            lag += (double)(k * every.pairs[k]);
            n += every.pairs[k];
        }
        assert_int_equal(g.pairs[b], n);
        assert_true(fabs(g.g2[b] - sum / (double)n) < 1e-9 && fabs(g.lag[b] - lag / (double)n) < 1e-9);
        assert_true(fabs(g.R[b] - (g.g2[b] + 1) / (g.g2[1] + 1)) < 1e-12);
    }
    g2_free(&g);
    g2_free(&every);
    ttcf_free(&c);
}

static double noisy_diagonal(int64_t i, int64_t j, int64_t T)
{
    (void)T;
    return i == j ? 9.0 : j == i + 1 ? 1.0 + 0.125 * (double)i : 1.0;
}

static void diagonals(void **state)
{
    (void)state;
    struct ttcf c = matrix_of(noisy_diagonal, 5); /* C(t,t+1) = 1, 1.125, 1.25, 1.375 */
    double d[5];
    const double four[] = {1.0, 1.0625, 1.1875, 1.3125, 1.375};
    g2_treated_diagonal(&c, G2_DIAGONAL_KEEP, d);
    for (int t = 0; t < 5; t++) assert_true(d[t] == 9.0);
    g2_treated_diagonal(&c, G2_DIAGONAL_NAN, d);
    for (int t = 0; t < 5; t++) assert_true(isnan(d[t]));
    g2_treated_diagonal(&c, G2_DIAGONAL_MEAN4, d);
    for (int t = 0; t < 5; t++) assert_true(d[t] == four[t]);
    g2_treated_diagonal(&c, G2_DIAGONAL_FIRST_OFF, d);
    for (int t = 0; t < 5; t++) assert_true(d[t] == 1.1875);
    struct g2 g;
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.diagonal = G2_DIAGONAL_NAN}), OK);
    assert_true(isnan(g.g2[0]) && g.pairs[0] == 0 && g.g2[1] == 1.1875);
    g2_free(&g);
    assert_true(ttcf_at(&c, 2, 2) == 9.0); /* the TTCF keeps its own */
    ttcf_free(&c);
}

static double holes(int64_t i, int64_t j, int64_t T)
{
    (void)T;
    return i == 3 || j == 3 ? (double)NAN : 2.0;
}

static void bad_frames_are_left_out(void **state)
{
    (void)state;
    struct ttcf c = matrix_of(holes, 20);
    struct g2 g;
    for (int d = 0; d < 4; d++) {
        assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.diagonal = (enum g2_diagonal)d}), OK);
        for (int64_t k = d == G2_DIAGONAL_NAN; k < 20; k++) {
            int64_t lost = k == 0 ? 1 : (3 - k >= 0) + (3 + k < 20);
            assert_int_equal(g.pairs[k], 20 - k - lost);
            if (g.pairs[k]) assert_true(g.g2[k] == 2.0);
        }
        g2_free(&g);
    }
    ttcf_free(&c);
}

/* ---- a stochastic field with a known answer ---- */

/* AR(1) complex Gaussian field per pixel: f(k) = exp(−k/τ) exactly, stationary from the first frame. */
static float *ar1_frames(uint64_t seed, int64_t T, int64_t P, double tau)
{
    float *x = NULL;
    double a = exp(-1.0 / tau), b = sqrt(1.0 - a * a);
    assert_int_equal(NEW(x, (size_t)(T * P)), OK);
    for (int64_t p = 0; p < P; p++) {
        double z[2], e[2] = {0, 0};
        for (int64_t t = 0; t < T; t++) {
            random_normal(seed, STREAM_TEST, (uint64_t)p, (uint64_t)t, 2, z);
            for (int k = 0; k < 2; k++) e[k] = t ? a * e[k] + b * z[k] : z[k];
            x[t * P + p] = (float)(0.5 * (e[0] * e[0] + e[1] * e[1]));
        }
    }
    return x;
}

static void ar1_field_gives_one_plus_f_squared(void **state)
{
    (void)state;
    int64_t T = 600, P = 400;
    double tau = 15.0;
    float *x = ar1_frames(5, T, P, tau);
    struct ttcf c;
    struct g2 g;
    assert_int_equal(ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){0}), OK);
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.per_decade = 5, .baseline = 1.0}), OK);
    /* correlation time 1 + 2 Σ R, R = exp(−2k/τ) normalised at lag 1, down to 0.05: about τ */
    assert_true(g.correlation_time > 0.7 * tau && g.correlation_time < 1.6 * tau);
    for (int64_t b = 0; b < g.lags && g.first[b] < 200; b++) {
        double expected = 0, n = 0;
        for (int64_t k = g.first[b]; k < g.first[b + 1]; k++) {
            expected += (1.0 + exp(-2.0 * (double)k / tau)) * (double)(T - k);
            n += (double)(T - k);
        }
        expected = 1.0 + (expected / n - 1.0) * (double)(P - 1) /
                             (double)(P + 1); /* normalised by the same pixels */
        assert_true(fabs(g.g2[b] - expected) < 5.0 * g.error[b]);
        assert_true(g.error[b] > 0.0 && g.error[b] < 0.02);
    }
    g2_free(&g);
    ttcf_free(&c);
    DELETE(x);
}

/* The scatter of g2 between independent records is what the block error claims; σ/√N claims far too little.
 */
static void errors_are_honest(void **state)
{
    (void)state;
    enum { RECORDS = 60 };
    int64_t T = 500, P = 20;
    double value[RECORDS], error = 0, naive = 0, mean = 0, variance = 0, tau = 10.0;
    for (int r = 0; r < RECORDS; r++) {
        float *x = ar1_frames(1000 + (uint64_t)r, T, P, tau);
        struct ttcf c;
        struct g2 g;
        assert_int_equal(ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){0}), OK);
        assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.per_decade = 0, .baseline = 1.0}), OK);
        value[r] = g.g2[3];
        error += g.error[3] / RECORDS;
        g2_free(&g);
        assert_int_equal(
            g2_compute(&g, &c, &(struct g2_options){.per_decade = 0, .baseline = 1.0, .block = 1}), OK);
        naive += g.error[3] / RECORDS;
        g2_free(&g);
        ttcf_free(&c);
        DELETE(x);
    }
    for (int r = 0; r < RECORDS; r++) mean += value[r] / RECORDS;
    for (int r = 0; r < RECORDS; r++) variance += (value[r] - mean) * (value[r] - mean) / (RECORDS - 1);
    print_message("block error / scatter: %.3f, naive error / scatter: %.3f\n", error / sqrt(variance),
                  naive / sqrt(variance));
    /* the scatter itself is known to 1/√(2·59) = 9 %; blocks of one correlation time miss about a tenth */
    assert_true(error / sqrt(variance) > 0.65 && error / sqrt(variance) < 1.35);
    assert_true(naive / sqrt(variance) < 0.5);
}

static void short_windows_say_so(void **state)
{
    (void)state;
    float *x = ar1_frames(9, 100, 10, 40.0);
    struct ttcf c;
    struct g2 g;
    assert_int_equal(ttcf_compute(&c, x, NULL, 100, 10, &(struct ttcf_options){0}), OK);
    assert_int_equal(g2_compute(&g, &c, &(struct g2_options){.windows = 4, .per_decade = 5, .baseline = 1.0}),
                     OK);
    for (int a = 0; a < 4; a++) assert_true(g.error_is_lower_bound[a]);
    g2_free(&g);
    ttcf_free(&c);
    DELETE(x);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    float *x = ar1_frames(2, 300, 10, 8.0);
    struct ttcf c;
    struct g2 a, b;
    int threads = omp_get_max_threads();
    struct g2_options o = {.windows = 3, .age = G2_AGE_MID, .per_decade = 5, .baseline = 1.0};
    assert_int_equal(ttcf_compute(&c, x, NULL, 300, 10, &(struct ttcf_options){0}), OK);
    omp_set_num_threads(1);
    assert_int_equal(g2_compute(&a, &c, &o), OK);
    omp_set_num_threads(3);
    assert_int_equal(g2_compute(&b, &c, &o), OK);
    omp_set_num_threads(threads);
    size_t n = (size_t)(a.windows * a.lags) * sizeof(double);
    assert_memory_equal(a.g2, b.g2, n);
    assert_memory_equal(a.error, b.error, n);
    g2_free(&a);
    g2_free(&b);
    ttcf_free(&c);
    DELETE(x);
}

static void words_are_checked(void **state)
{
    (void)state;
    enum g2_age age;
    enum g2_diagonal d;
    assert_int_equal(g2_age_parse("mid", &age), OK);
    assert_int_equal(age, G2_AGE_MID);
    assert_int_equal(g2_age_parse("middle", &age), BAD_INPUT);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(g2_diagonal_parse(g2_diagonal_name((enum g2_diagonal)i), &d), OK);
        assert_int_equal(d, i);
    }
    assert_int_equal(g2_diagonal_parse("zero", &d), BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_divide_by_n_minus_k),
        cmocka_unit_test(ages_start_and_mid),
        cmocka_unit_test(logarithmic_windows_cover_the_record),
        cmocka_unit_test(five_bins_a_decade),
        cmocka_unit_test(diagonals),
        cmocka_unit_test(bad_frames_are_left_out),
        cmocka_unit_test(ar1_field_gives_one_plus_f_squared),
        cmocka_unit_test(errors_are_honest),
        cmocka_unit_test(short_windows_say_so),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(words_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
