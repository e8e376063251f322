/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peaks without bins: a curve that is met exactly, honest errors by Monte Carlo, what is no peak; and the
 * density modes below them against plain sums. */
#include "analysis/structure/modes.h"
#include "analysis/structure/peak_fit.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)

enum { SEED = 20261125 };
#define PLACE 2.65

/* A skew Lorentzian on a background: its maximum, 3, is at PLACE exactly. */
static double curve(double q)
{
    double u = (q - PLACE) / (0.24 + 0.1 * (q - PLACE));
    return 0.3 + 2.7 / (1.0 + u * u);
}

/* The points of the reciprocal lattice of a cubic cell about the peak. */
static int64_t lattice(double edge, double **q)
{
    struct modes m = {0};
    struct box box = box_orthogonal(edge, edge, edge);
    OKAY(modes_list(&m, &box, 0.8 * PLACE, 1.25 * PLACE));
    int64_t n = m.n;
    OKAY(NEW(*q, (size_t)n));
    for (int64_t i = 0; i < n; i++) (*q)[i] = m.p[i].q;
    modes_free(&m);
    return n;
}

static struct peak_fit fit(int64_t n, int64_t frames, const double *q, const double *y)
{
    struct peak_fit p;
    OKAY(peak_fit_make(
        &p, &(struct peak_fit_data){
                .points = n, .frames = frames, .x = q, .y = y, .bin = 0.115, .level = 0.5, .check = 0.7}));
    return p;
}

/* ln y a cubic and no noise: place and height to rounding, and no error. The place from the derivative by
 * hand. */
static void cubic_is_met(void **state)
{
    (void)state;
    double *q, *y = NULL;
    int64_t n = lattice(20.0, &q);
    OKAY(NEW(y, (size_t)n));
    for (int64_t i = 0; i < n; i++) {
        double u = q[i] - 2.6;
        y[i] = exp(1.0 + 0.4 * u - 8.0 * u * u + 3.0 * u * u * u);
    }
    struct peak_fit p = fit(n, 1, q, y);
    double u = (8.0 - sqrt(64.0 - 3.6)) / 9.0; /* 0.4 − 16 u + 9 u² = 0 */
    assert_string_equal(p.why, "");
    assert_true(fabs(p.x - 2.6 - u) < 1e-9);
    assert_true(fabs(p.height / exp(1.0 + 0.4 * u - 8.0 * u * u + 3.0 * u * u * u) - 1.0) < 1e-9);
    assert_true(p.error.x < 1e-8 && p.error.height < 1e-8);
    DELETE(q);
    DELETE(y);
}

/* Exponential intensities of a frozen sample (every frame the same) and of a liquid (every frame new): the
 * pulls of SEEDS samples. Errors that are right give a mean square of 1 ± √(2/SEEDS); it may be less, as the
 * error of the range is in them, but not below 1/4, errors twice too large. Bound above: 5 standard
 * deviations. */
static void errors_are_honest(void **state)
{
    (void)state;
    enum { SEEDS = 60, FRAMES = 5 };
    double *q, *y = NULL;
    int64_t n = lattice(27.0, &q);
    OKAY(NEW(y, (size_t)n * FRAMES));
    for (int liquid = 0; liquid < 2; liquid++) {
        double x2 = 0.0, height2 = 0.0, most = 1.0 + 5.0 * sqrt(2.0 / SEEDS);
        for (int s = 0; s < SEEDS; s++) {
            for (int64_t i = 0; i < n * FRAMES; i++) {
                double u[2];
                uint64_t frame = liquid ? (uint64_t)(i / n) : 0;
                random_uniform2(SEED, STREAM_TEST, (uint64_t)(i % n), 1000 * (uint64_t)s + frame, u);
                y[i] = -log(u[0]) * curve(q[i % n]);
            }
            struct peak_fit p = fit(n, FRAMES, q, y);
            assert_string_equal(p.why, "");
            x2 += pow((p.x - PLACE) / p.error.x, 2) / SEEDS;
            height2 += pow((p.height - 3.0) / p.error.height, 2) / SEEDS;
            assert_true(p.from < PLACE && p.to > PLACE && p.low < p.x && p.high > p.x);
            /* In a frozen sample the frames agree, and their jackknife says nothing. */
            if (!liquid) assert_true(p.frames.x < 1e-9 && p.error.x > 0.004);
        }
        if (!(x2 > 0.25 && x2 < most && height2 > 0.25 && height2 < most))
            print_message("mean squares of the pulls: %g, %g\n", x2, height2);
        assert_true(x2 > 0.25 && x2 < most);
        assert_true(height2 > 0.25 && height2 < most);
    }
    DELETE(q);
    DELETE(y);
}

/* Values that fluctuate from frame to frame together with their neighbours: the error is that of the frames.
 */
static void smeared_values(void **state)
{
    (void)state;
    enum { N = 400, FRAMES = 40 };
    static double x[N], y[FRAMES * N];
    double shift[FRAMES], mean = 0.0, square = 0.0;
    random_normal(SEED, STREAM_TEST, 1, 1, FRAMES, shift);
    for (int f = 0; f < FRAMES; f++) {
        mean += 0.02 * shift[f] / FRAMES;
        for (int k = 0; k < N; k++) {
            x[k] = 0.01 * (k + 0.5);
            y[f * N + k] = 3.0 * exp(-pow((x[k] - 2.6 - 0.02 * shift[f]) / 0.3, 2));
        }
    }
    for (int f = 0; f < FRAMES; f++) square += pow(0.02 * shift[f] - mean, 2) / (FRAMES - 1);
    struct peak_fit p;
    OKAY(peak_fit_make(&p, &(struct peak_fit_data){.points = N,
                                                   .frames = FRAMES,
                                                   .x = x,
                                                   .y = y,
                                                   .smeared = true,
                                                   .bin = 0.04,
                                                   .level = 0.7,
                                                   .check = 0.85}));
    double error =
        sqrt(square / FRAMES); /* of the mean shift; to first order in it, so within a few percent */
    assert_true(fabs(p.x - 2.6 - mean) < 0.1 * error);
    assert_true(fabs(p.error.x / error - 1.0) < 0.1);
}

static void no_peak(void **state)
{
    (void)state;
    double *q, *y = NULL;
    int64_t n = lattice(20.0, &q);
    OKAY(NEW(y, (size_t)n));
    for (int64_t i = 0; i < n; i++) y[i] = i % 50 == 7 ? 50.0 * curve(q[i]) : 0.0; /* Bragg peaks */
    struct peak_fit p = fit(n, 1, q, y);
    assert_non_null(strstr(p.why, "disordered"));
    assert_true(fabs(p.error.x - 0.5 * 0.115) < 1e-12 && isnan(p.error.height));
    for (int64_t i = 0; i < n; i++) y[i] = 0.0;
    p = fit(n, 1, q, y);
    assert_non_null(strstr(p.why, "no peak"));
    assert_true(isnan(p.x));
    p = fit(0, 1, q, y);
    assert_true(p.why[0] && isnan(p.x));
    p = fit(5, 1, q, y);
    assert_true(p.why[0]);
    DELETE(q);
    DELETE(y);
}

/* Σ exp(iq·r) by hand in a skew cell, to the rounding of N terms. */
static void modes_are_plain_sums(void **state)
{
    (void)state;
    enum { N = 37 };
    struct box box = {.h = {{7, 0, 0}, {1, 8, 0}, {-0.5, 2, 9}}, .origin = {1, 2, 3}, .periodic = {1, 1, 1}};
    double x[3 * N], *rho = NULL, g[3][3];
    int32_t type[N];
    struct modes m = {0};
    for (int i = 0; i < N; i++) {
        double u[2], w[2];
        random_uniform2(SEED, STREAM_TEST, (uint64_t)i, 77, u);
        random_uniform2(SEED, STREAM_TEST, (uint64_t)i, 78, w);
        for (int k = 0; k < 3; k++)
            x[3 * i + k] = box.origin[k] + u[0] * box.h[0][k] + u[1] * box.h[1][k] + w[0] * box.h[2][k];
        type[i] = i % 3 == 0;
    }
    OKAY(modes_list(&m, &box, 1.0, 2.5));
    OKAY(NEW(rho, modes_size(&m, 2)));
    OKAY(modes_density(&m, rho, &box, 2, N, type, x));
    box_reciprocal(&box, g);
    /* Half of the shell's volume over that of a point, to the surface of the two spheres. */
    double expected = 2.0 / 3.0 * M_PI * (2.5 * 2.5 * 2.5 - 1.0) * box_volume(&box) / pow(2.0 * M_PI, 3);
    assert_true(fabs((double)m.n / expected - 1.0) < 0.3);
    for (int64_t p = 0; p < m.n; p++) {
        double re[2] = {0}, im[2] = {0};
        for (int i = 0; i < N; i++) {
            double phase = 0.0;
            for (int a = 0; a < 3; a++)
                for (int k = 0; k < 3; k++)
                    phase += 2.0 * M_PI * m.p[p].h[a] * g[a][k] * (x[3 * i + k] - box.origin[k]);
            re[type[i]] += cos(phase);
            im[type[i]] += sin(phase);
        }
        for (int a = 0; a < 2; a++)
            assert_true(fabs(rho[4 * p + 2 * a] - re[a]) < 1e-12 * N &&
                        fabs(rho[4 * p + 2 * a + 1] - im[a]) < 1e-12 * N);
        assert_true(m.p[p].q >= 1.0 && m.p[p].q < 2.5 && fabs(modes_length(m.p[p].h, g) - m.p[p].q) < 1e-13);
    }
    assert_int_equal(modes_density(&m, rho, &box, 1, N, type, x), BAD_INPUT);
    assert_int_equal(modes_density(&m, rho, &box, 2, 0, type, x), BAD_INPUT);
    DELETE(rho);
    modes_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cubic_is_met),         cmocka_unit_test(errors_are_honest),
        cmocka_unit_test(smeared_values),       cmocka_unit_test(no_peak),
        cmocka_unit_test(modes_are_plain_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
