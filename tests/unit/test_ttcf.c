/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TTCF against its definition, its exact nulls, and its promises about bits, NaN and single pixels. */
#include "analysis/correlate/contrast.h"
#include "analysis/correlate/ttcf.h"
#include "base/mem.h"
#include "base/random.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* cmocka has a macro fail(): it comes last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Independent exponential pixels: I = −ln u. */
static float *exponential_frames(uint64_t seed, int64_t T, int64_t P)
{
    float *x = NULL;
    assert_int_equal(NEW(x, (size_t)(T * P)), OK);
    for (int64_t i = 0; i < T * P; i++) {
        double u[2];
        random_uniform2(seed, STREAM_TEST, (uint64_t)(i % P), (uint64_t)(i / P), u);
        x[i] = (float)-log(u[0]);
    }
    return x;
}

static float *copy_of(const float *x, int64_t n)
{
    float *y = NULL;
    assert_int_equal(NEW(y, (size_t)n), OK);
    memcpy(y, x, (size_t)n * sizeof *x);
    return y;
}

/* Eq. 1 as printed, in double. */
static double naive(const float *x, int64_t P, int64_t i, int64_t j, bool pearson)
{
    double a = 0, b = 0, ab = 0, aa = 0, bb = 0, n = (double)P;
    for (int64_t p = 0; p < P; p++) {
        double u = (double)x[i * P + p], v = (double)x[j * P + p];
        a += u, b += v, ab += u * v, aa += u * u, bb += v * v;
    }
    if (pearson) return (ab / n - a * b / n / n) / sqrt((aa / n - a * a / n / n) * (bb / n - b * b / n / n));
    return ab * n / (a * b);
}

static void constant_intensity_gives_one(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        int64_t T = 37, P = 11;
        float *x = NULL;
        struct ttcf c;
        assert_int_equal(NEW(x, (size_t)(T * P)), OK);
        for (int64_t i = 0; i < T * P; i++) x[i] = 0.7f * (float)(1 + i / P);
        assert_int_equal(ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){.double_precision = wide}),
                         OK);
        for (int64_t i = 0; i < T; i++)
            for (int64_t j = 0; j < T; j++) assert_true(fabs(ttcf_at(&c, i, j) - 1.0) < 1e-14);
        ttcf_free(&c);
        for (int64_t i = 0; i < T * P; i++) x[i] = 0.7f;
        /* pearson divides by σ = 0 */
        assert_int_equal(ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){.variant = TTCF_PEARSON}),
                         BAD_INPUT);
        DELETE(x);
    }
}

/* f32: each x carries a rounding of ε/2, the sum of P products at most P roundings, the result one. */
static void compare_with_naive(int64_t T, int64_t P, enum ttcf_variant variant, bool wide, int64_t stride)
{
    float *x = exponential_frames(7, T, P), *work = copy_of(x, T * P);
    struct ttcf c;
    assert_int_equal(ttcf_compute(&c, work, NULL, T, P, &(struct ttcf_options){variant, wide, false}), OK);
    double eps = wide ? DBL_EPSILON : (double)FLT_EPSILON, worst = 0;
    for (int64_t i = 0; i < T; i += stride)
        for (int64_t j = i; j < T; j += 1 + (j - i) % stride) {
            double scale = sqrt(naive(x, P, i, i, false) * naive(x, P, j, j, false)) + 1.0;
            double bound = eps * (0.5 * (double)(P < 4096 ? P : 4096) + 4.0) * scale;
            if (wide) bound *= 2; /* the naive sum has the same rounding */
            double d = fabs(ttcf_at(&c, i, j) - naive(x, P, i, j, variant == TTCF_PEARSON));
            if (d / bound > worst) worst = d / bound;
            assert_true(ttcf_at(&c, i, j) == ttcf_at(&c, j, i));
        }
    assert_true(worst < 1.0);
    assert_true(worst > 1e-9); /* a bound that nothing comes near would test nothing */
    ttcf_free(&c);
    DELETE(x);
    DELETE(work);
}

static void tiles_agree_with_the_definition(void **state)
{
    (void)state;
    compare_with_naive(1, 5, TTCF_EQ1, false, 1);
    compare_with_naive(60, 33, TTCF_EQ1, false, 1);
    compare_with_naive(60, 33, TTCF_PEARSON, false, 1);
    compare_with_naive(60, 33, TTCF_EQ1, true, 1);
    compare_with_naive(1024, 9, TTCF_EQ1, false, 31);
    compare_with_naive(2500, 9, TTCF_EQ1, false, 97);  /* ragged tiles */
    compare_with_naive(8300, 4, TTCF_EQ1, false, 411); /* wide tiles */
    compare_with_naive(1100, 9, TTCF_PEARSON, true, 71);
    compare_with_naive(12, 40000, TTCF_EQ1, false, 1); /* more pixels than one depth */
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    int64_t T = 2300, P = 50;
    float *x = exponential_frames(3, T, P);
    int threads = omp_get_max_threads();
    struct ttcf first;
    for (int n = 1; n <= 4; n++) {
        omp_set_num_threads(n);
        float *work = copy_of(x, T * P);
        struct ttcf c;
        assert_int_equal(ttcf_compute(&c, work, NULL, T, P, &(struct ttcf_options){0}), OK);
        DELETE(work);
        if (n == 1) {
            first = c;
            continue;
        }
        assert_memory_equal(c.packed, first.packed, ttcf_row(T, T) * sizeof(float));
        assert_memory_equal(c.intensity, first.intensity, (size_t)T * sizeof(double));
        ttcf_free(&c);
    }
    omp_set_num_threads(threads);
    ttcf_free(&first);
    DELETE(x);
}

static void one_pixel_is_refused(void **state)
{
    (void)state;
    float x[3] = {1, 2, 3};
    struct ttcf c;
    struct contrast_null null;
    assert_int_equal(ttcf_compute(&c, x, NULL, 3, 1, &(struct ttcf_options){0}), BAD_INPUT);
    assert_non_null(strstr(status_message(), "single pixel"));
    assert_int_equal(contrast_exact_null(1, &null), BAD_INPUT);
}

static void bad_frames_touch_nothing_else(void **state)
{
    (void)state;
    int64_t T = 40, P = 20;
    uint8_t bad[40] = {0};
    float *x = exponential_frames(11, T, P), *clean = copy_of(x, T * P);
    struct ttcf a, b;
    bad[5] = 1;
    for (int64_t p = 0; p < P; p++) x[5 * P + p] = NAN, x[17 * P + p] = 0.0f; /* 17: an empty frame */
    assert_int_equal(ttcf_compute(&a, x, bad, T, P, &(struct ttcf_options){0}), OK);
    assert_int_equal(ttcf_compute(&b, clean, NULL, T, P, &(struct ttcf_options){0}), OK);
    assert_int_equal(a.bad_frames, 2);
    for (int64_t i = 0; i < T; i++)
        for (int64_t j = 0; j < T; j++) {
            if (i == 5 || j == 5 || i == 17 || j == 17)
                assert_true(isnan(ttcf_at(&a, i, j)));
            else
                assert_true(ttcf_at(&a, i, j) == ttcf_at(&b, i, j));
        }
    ttcf_free(&a);
    ttcf_free(&b);
    DELETE(x);
    DELETE(clean);
}

/* Mean and s.d. of a sample of N against exact values, within 5 standard errors of each. */
static void check_moments(const double *x, int64_t N, double mean, double sd)
{
    struct moments m = moments_of(x, N);
    double fourth = 0;
    for (int64_t i = 0; i < N; i++) fourth += pow(x[i] - m.mean, 4) / (double)N;
    double kurtosis = fourth / (m.variance * m.variance);
    assert_true(fabs(m.mean - mean) < 5 * sd / sqrt((double)N));
    assert_true(fabs(sqrt(m.variance) / sd - 1.0) < 5 * sqrt((kurtosis - 1.0) / (4.0 * (double)N)));
}

static void exponential_pixels_follow_the_exact_null(void **state)
{
    (void)state;
    const int64_t sizes[] = {2, 3, 27, 400};
    for (int s = 0; s < 4; s++) {
        int64_t n = sizes[s], T = n > 100 ? 1500 : 20000;
        float *x = exponential_frames(100 + (uint64_t)n, T, n);
        double *d = NULL, *off = NULL;
        struct contrast_null null;
        assert_int_equal(contrast_exact_null(n, &null), OK);
        assert_int_equal(NEW(d, (size_t)T), OK);
        assert_int_equal(NEW(off, (size_t)T), OK);
        contrast_trace(x, NULL, T, n, d);
        check_moments(d, T, null.diagonal_mean, null.diagonal_sd);
        for (int64_t t = 0; t + 1 < T; t += 2) off[t / 2] = naive(x, n, t, t + 1, false); /* disjoint pairs */
        check_moments(off, T / 2, null.off_mean, null.off_sd);
        for (int64_t t = 0; t < T; t++) assert_true(d[t] <= (double)n * (1 + 1e-12) && d[t] >= 1 - 1e-12);
        if (T <= 1500) { /* the trace is the diagonal of the TTCF */
            struct ttcf c;
            assert_int_equal(ttcf_compute(&c, x, NULL, T, n, &(struct ttcf_options){0}), OK);
            for (int64_t t = 0; t < T; t++) assert_true(fabs(ttcf_at(&c, t, t) - d[t]) < 1e-4);
            ttcf_free(&c);
        }
        DELETE(x);
        DELETE(d);
        DELETE(off);
    }
}

/* An element depends on its two frames only: a part of the record gives that part of the TTCF, so blocks that
 * overlap agree with the direct computation. */
static void a_part_of_the_record_is_a_part_of_the_ttcf(void **state)
{
    (void)state;
    int64_t Tall = 1500, P = 16, first = 900, n = 500;
    float *x = exponential_frames(21, Tall, P), *part = copy_of(x + first * P, n * P);
    struct ttcf whole, piece;
    assert_int_equal(ttcf_compute(&whole, x, NULL, Tall, P, &(struct ttcf_options){0}), OK);
    assert_int_equal(ttcf_compute(&piece, part, NULL, n, P, &(struct ttcf_options){0}), OK);
    for (int64_t i = 0; i < n;
         i++) /* both within P/2 + 4 roundings of the truth; C of 16 exponential pixels is below 16 */
        for (int64_t j = i; j < n; j++)
            assert_true(fabs(ttcf_at(&piece, i, j) - ttcf_at(&whole, first + i, first + j)) <
                        2 * 12 * 16 * (double)FLT_EPSILON);
    ttcf_free(&whole);
    ttcf_free(&piece);
    DELETE(x);
    DELETE(part);
}

static void matrix_and_binning(void **state)
{
    (void)state;
    int64_t T = 5, P = 6;
    float *x = exponential_frames(1, T, P), m[25], b[9];
    struct ttcf c, back;
    assert_int_equal(ttcf_compute(&c, x, NULL, T, P, &(struct ttcf_options){0}), OK);
    ttcf_matrix(&c, 1, m);
    for (int64_t i = 0; i < T; i++)
        for (int64_t j = 0; j < T; j++)
            assert_true((double)m[i * T + j] == (j >= i ? ttcf_at(&c, i, j) : 0.0));
    ttcf_matrix(&c, 2, b); /* 3 × 3 blocks, the last of one frame */
    assert_true((double)b[0] == ttcf_at(&c, 0, 1));
    double mean = (ttcf_at(&c, 0, 2) + ttcf_at(&c, 0, 3) + ttcf_at(&c, 1, 2) + ttcf_at(&c, 1, 3)) / 4;
    assert_true(fabs((double)b[1] - mean) < 1e-6);
    assert_true(fabs((double)b[2] - (ttcf_at(&c, 0, 4) + ttcf_at(&c, 1, 4)) / 2) < 1e-6);
    assert_true((double)b[8] == ttcf_at(&c, 4, 4) && b[3] == 0 && b[6] == 0 && b[7] == 0);
    assert_int_equal(ttcf_from_matrix(&back, m, T), OK);
    assert_memory_equal(back.packed, c.packed, ttcf_row(T, T) * sizeof(float));
    ttcf_free(&back);
    ttcf_free(&c);
    DELETE(x);
}

/* R_n(rho): n = 2 by hand, R = 1 − 2 (ρ/(1−ρ))⁻² [1/(1−ρ) + ln(1−ρ) − 1]; three pixels as gamma mixtures
 * summed over the negative binomial number; many pixels; the way back. */
static void few_pixels(void **state)
{
    (void)state;
    for (double rho = 0.1; rho < 0.95; rho += 0.1) {
        double w = rho / (1.0 - rho), two = 1.0 - 2.0 / (w * w) * (1.0 / (1.0 - rho) + log(1.0 - rho) - 1.0);
        double weight = pow(1.0 - rho, 3), mean = 0.0;
        for (int m = 0; m < 3000; m++) {
            mean += weight / (3.0 + m);
            weight *= rho * (3.0 + m) / (m + 1.0);
        }
        assert_true(fabs(contrast_few(2, rho) - two) < 1e-12);
        assert_true(fabs(contrast_few(3, rho) - (1.0 - 3.0 * mean)) < 1e-12);
        /* next order in 1/n: 1 − n⟨1/(n+M)⟩ with mean and variance of M: ρ − ρ (1−ρ)/n + O(1/n²) */
        assert_true(fabs(contrast_few(10000, rho) - rho + rho * (1.0 - rho) / 1e4) < 1e-7);
        assert_true(fabs(contrast_field(3, contrast_few(3, rho)) - rho) < 1e-12);
        assert_true(fabs(contrast_field(3, -contrast_few(3, rho)) + rho) < 1e-12);
    }
    assert_true(contrast_few(5, 0.0) == 0.0 && contrast_few(5, 1.0) == 1.0 && contrast_field(5, 1.2) == 1.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_pixels),
        cmocka_unit_test(constant_intensity_gives_one),
        cmocka_unit_test(tiles_agree_with_the_definition),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(one_pixel_is_refused),
        cmocka_unit_test(bad_frames_touch_nothing_else),
        cmocka_unit_test(exponential_pixels_follow_the_exact_null),
        cmocka_unit_test(matrix_and_binning),
        cmocka_unit_test(a_part_of_the_record_is_a_part_of_the_ttcf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
