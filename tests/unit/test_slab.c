/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a film: intensities against the definition, what a rigid shift of a frozen film does, how
 * many pixels are independent, and sums that do not depend on who adds them. */
#include "base/mem.h"
#include "base/random.h"
#include "scatter/slab.h"
#include "scatter/speckle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)
static const double SIDE = 9.0, HEIGHT = 20.0;

/* An uncorrelated arrangement of two species under vacuum, film and substrate alike from z = 0 to 14. */
static struct config gas(int64_t n, int seed)
{
    struct config c = {0};
    OKAY(config_allocate(&c, n, 0));
    c.box = box_orthogonal(SIDE, SIDE, HEIGHT);
    c.box.periodic[2] = false;
    c.species = (struct species){.count = 2, .name = {"A", "B"}};
    for (int64_t i = 0; i < n; i++) {
        double u[4];
        for (uint64_t k = 0; k < 2; k++)
            random_uniform2((uint64_t)seed, STREAM_TEST, (uint64_t)i, k, u + 2 * k);
        c.x[3 * i] = SIDE * u[0];
        c.x[3 * i + 1] = SIDE * u[1];
        c.x[3 * i + 2] = 14.0 * u[2];
        c.type[i] = i % 3 == 0;
        c.id[i] = (uint64_t)i + 1;
    }
    return c;
}

static void shift(struct config *c, double x, double y, double z)
{
    for (int64_t i = 0; i < c->atoms; i++) {
        c->x[3 * i] = fmod(c->x[3 * i] + x, SIDE);
        c->x[3 * i + 1] = fmod(c->x[3 * i + 1] + y, SIDE);
        c->x[3 * i + 2] += z;
    }
}

static void make_window(const struct slab *s, const struct config *c, const char *text, struct window *w)
{
    struct window_spec spec;
    struct box b = slab_box(s, &c->box);
    OKAY(window_spec_parse(&spec, text));
    OKAY(window_build(w, &spec, &b, NULL));
}

static void look(const struct slab *s, const struct config *c, struct speckle *sp)
{
    struct box b = slab_box(s, &c->box);
    int64_t *sums;
    size_t count;
    OKAY(speckle_begin(sp, &b));
    OKAY(slab_add_config(s, c, speckle_amplitude(sp), NULL));
    OKAY(amplitude_partial(speckle_amplitude(sp), &sums, &count));
    OKAY(speckle_finish(sp, 0, 0.0));
}

static void weight_is_smooth(void **state)
{
    (void)state;
    struct slab s = {4.0, 10.0, 1.5, 3.0}, none = {0}, thick = {4.0, 6.0, 1.5, 3.0};
    assert_true(slab_weight(&s, 4.0) == 0.0 && slab_weight(&s, 10.0) == 0.0 && slab_weight(&s, -3.0) == 0.0);
    assert_true(slab_weight(&s, 5.5) == 1.0 && slab_weight(&s, 7.0) == 1.0);
    assert_true(fabs(slab_weight(&s, 4.75) - 0.5) < 1e-15 && fabs(slab_weight(&s, 9.25) - 0.5) < 1e-15);
    assert_true(slab_weight(&none, 1e9) == 1.0 && !slab_used(&none));
    OKAY(slab_check(&s));
    OKAY(slab_check(&none));
    assert_int_equal(slab_check(&thick), BAD_INPUT);
    /* edges as wide as they can be: w = (1 + cos)/2, whose square has the Fourier coefficients 3/8 1/4 1/16
     */
    struct slab hann = {2.0, 8.0, 3.0, 0.0};
    assert_true(fabs(slab_transform(&hann, 1) - 2.0 / 3.0) < 1e-6);
    assert_true(fabs(slab_transform(&hann, 2) - 1.0 / 6.0) < 1e-6);
    assert_true(fabs(slab_transform(&hann, 3)) < 1e-6);
    /* the header's law for small shifts; the next term is of order (shift/edge)^2 of it */
    double loss = 1.0 - pow(slab_overlap(&s, 0.05), 2), law = 0.05 * 0.05 * M_PI * M_PI / 6.0 / (6.0 - 1.875);
    assert_true(fabs(loss / law - 1.0) < 0.01);
    /* |∫ w|² of the Hann window falls to half at 1.4406 steps of 2π/D (F. J. Harris, Proc. IEEE 66, 51
     * (1978): 1.44 bins) */
    assert_true(fabs(slab_resolution(&hann) / (2.0 * M_PI / 6.0) - 1.44) < 0.005);
}

static void as_defined(void **state)
{
    (void)state;
    struct slab s = {4.0, 10.0, 1.0, 3.0};
    struct config c = gas(900, 1);
    struct form_factors f;
    struct window w[2];
    struct speckle *sp = NULL;
    OKAY(form_factors_parse(&f, "A=1,B=-2", &c.species, "lj"));
    make_window(&s, &c, "par:plane,range=4 to 6", &w[0]);
    make_window(&s, &c, "perp:cone,range=4 to 6,angle=40", &w[1]);
    OKAY(speckle_new(&sp, w, 2, &f, c.atoms, 1));
    look(&s, &c, sp);
    for (int k = 0; k < 2; k++)
        for (int64_t p = 0; p < w[k].count; p++) {
            const int32_t *h = w[k].hkl + 3 * p;
            double re = 0, im = 0, norm = 0;
            for (int64_t i = 0; i < c.atoms; i++) {
                double z = c.x[3 * i + 2], a = slab_weight(&s, z) * (c.type[i] ? -2 : 1);
                double phase =
                    2 * M_PI *
                    (h[0] * c.x[3 * i] / SIDE + h[1] * c.x[3 * i + 1] / SIDE + h[2] * (z - 4.0) / 6.0);
                re += a * cos(phase);
                im += a * sin(phase);
                norm += a * a;
            }
            /* the sum of 900 terms rounded to 2^-32 */
            assert_true(fabs(speckle_intensity(sp, k)[p] - (re * re + im * im) / norm) < 1e-6);
            assert_true(k == 1 || h[2] == 0);
            double across = hypot(h[0], h[1]) / SIDE, along = abs(h[2]) / 6.0;
            assert_true(k == 0 || across <= along * tan(40.0 * M_PI / 180.0) + 1e-6);
        }
    speckle_free(&sp);
    for (int k = 0; k < 2; k++) window_free(&w[k]);
    config_free(&c);
}

/* Correlation coefficient of the intensities of two configurations over the pixels of a window. */
static double correlation(const struct slab *sa, const struct config *a, const struct slab *sb,
                          const struct config *b, double *largest)
{
    struct window w;
    struct speckle *sp = NULL;
    struct form_factors one = form_factors_one(2);
    double m[5] = {0};
    make_window(sa, a, "all:shell,range=4 to 12", &w);
    OKAY(speckle_new(&sp, &w, 1, &one, a->atoms, 1));
    double *before = NULL;
    OKAY(NEW(before, (size_t)w.count));
    look(sa, a, sp);
    memcpy(before, speckle_intensity(sp, 0), (size_t)w.count * sizeof *before);
    speckle_next(sp);
    look(sb, b, sp);
    *largest = 0;
    for (int64_t p = 0; p < w.count; p++) {
        double x = before[p], y = speckle_intensity(sp, 0)[p];
        m[0] += x;
        m[1] += y;
        m[2] += x * x;
        m[3] += y * y;
        m[4] += x * y;
        *largest = fmax(*largest, fabs(x - y));
    }
    double n = (double)w.count;
    DELETE(before);
    speckle_free(&sp);
    window_free(&w);
    return (m[4] - m[0] * m[1] / n) / sqrt((m[2] - m[0] * m[0] / n) * (m[3] - m[1] * m[1] / n));
}

static void frozen_film_shifted(void **state)
{
    (void)state;
    struct slab s = {4.0, 10.0, 1.5, 3.0}, moved = {4.1, 10.1, 1.5, 3.1}, sharp = {4.0, 10.0, 1e-9, 3.0};
    struct config a = gas(4000, 2), b = gas(4000, 2);
    double largest;
    /* along the surface: nothing but the error of the amplitudes, at most AMPLITUDE_TOLERANCE √(Σw²), so 2 √I
     * times it; 4,000 intensities do not reach 25 */
    double error = 2 * sqrt(25.0) * AMPLITUDE_TOLERANCE;
    shift(&b, 0.1, 0.07, 0.0);
    assert_true(correlation(&s, &a, &s, &b, &largest) > 1 - 1e-9);
    assert_true(largest < error);
    shift(&b, 0.0, 0.0, 0.1); /* along z with the substrate, and the window with it */
    assert_true(correlation(&s, &a, &moved, &b, &largest) > 1 - 1e-9);
    assert_true(largest < error);
    /* along z under a window that stands still: γ² (about 4,000 pixels of which each (h,k) column is
     * correlated: the loss is a mean over at least 1,000 independent ones, 5 standard errors) */
    double loss = 1 - correlation(&s, &a, &s, &b, &largest), expected = 1 - pow(slab_overlap(&s, 0.1), 2);
    assert_true(expected > 0.003 && expected < 0.005);
    assert_true(fabs(loss / expected - 1) < 5 / sqrt(1000.0));
    loss = 1 - correlation(&sharp, &a, &sharp, &b, &largest);
    assert_true(fabs(loss / (2 * 0.1 / 6.0) - 1) < 5 / sqrt(1000.0));
    config_free(&a);
    config_free(&b);
}

/* The mean intensity over the pixels of an uncorrelated arrangement fluctuates with variance 1/n_eff. */
static void independent_pixels(void **state)
{
    (void)state;
    enum { GASES = 500 };
    const struct slab slabs[] = {{4.0, 10.0, 3.0, 3.0}, {4.0, 10.0, 0.5, 3.0}};
    struct form_factors one = form_factors_one(2);
    for (size_t k = 0; k < 2; k++) {
        struct config c = gas(400, 5);
        struct window w;
        struct speckle *sp = NULL;
        double sum = 0, square = 0;
        make_window(&slabs[k], &c, "perp:cone,range=4 to 7,angle=20", &w);
        double pixels = (double)w.count, n = slab_independent(&slabs[k], &w, 0);
        assert_true(k == 1 || n < 0.7 * pixels); /* far more than the test's error */
        assert_true(n <= pixels && n > 2);
        OKAY(slab_apply(&slabs[k], &w));
        assert_int_equal(w.n_independent, (int64_t)n);
        OKAY(speckle_new(&sp, &w, 1, &one, c.atoms, 1));
        for (int i = 0; i < GASES; i++) {
            struct config g = gas(400, 100 + i);
            double mean = 0;
            look(&slabs[k], &g, sp);
            for (int64_t p = 0; p < w.count; p++) mean += speckle_intensity(sp, 0)[p] / pixels;
            speckle_next(sp);
            sum += mean;
            square += mean * mean;
            config_free(&g);
        }
        double variance = square / GASES - pow(sum / GASES, 2);
        /* a variance of 500 values: relative error √(2/500) = 6.3 %; four of them. (The number of atoms
         * in the slab fluctuates, but the norm with it.) */
        assert_true(fabs(variance * n - 1) < 0.25);
        speckle_free(&sp);
        window_free(&w);
        config_free(&c);
    }
}

static void any_share(void **state)
{
    (void)state;
    struct slab s = {4.0, 10.0, 1.0, 3.0};
    struct config c = gas(700, 3);
    struct box b = slab_box(&s, &c.box);
    int32_t hkl[] = {1, 2, 3, 4, -5, 0, 0, 0, 6};
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a[2];
        int64_t *sums[2];
        size_t count;
        struct amplitude_options o = {
            .points = 3, .hkl = hkl, .atoms = 700, .species = 2, .method = (enum amplitude_method)m};
        struct config half = c;
        for (int k = 0; k < 2; k++) {
            OKAY(amplitude_new(&a[k], &o));
            OKAY(amplitude_begin(a[k], &b));
        }
        OKAY(slab_add_config(&s, &c, a[0], NULL));
        for (int part = 1; part >= 0; part--) { /* the second half first */
            half.atoms = part ? 500 : 200;
            half.x = c.x + (part ? 600 : 0);
            half.type = c.type + (part ? 200 : 0);
            OKAY(slab_add_config(&s, &half, a[1], NULL));
        }
        for (int k = 0; k < 2; k++) OKAY(amplitude_partial(a[k], &sums[k], &count));
        assert_memory_equal(sums[0], sums[1], count * sizeof *sums[0]);
        for (int k = 0; k < 2; k++) OKAY(amplitude_finish(a[k]));
        double squares[2] = {0};
        for (int64_t i = 0; i < c.atoms; i++) squares[c.type[i]] += pow(slab_weight(&s, c.x[3 * i + 2]), 2);
        for (int t = 0; t < 2; t++) /* 700 terms rounded to 2^-32 */
            assert_true(fabs(amplitude_squares(a[0], t) - squares[t]) < 700 * 0x1p-33);
        for (int k = 0; k < 2; k++) amplitude_free(&a[k]);
    }
    double factor = 1.5;
    struct amplitude *a;
    OKAY(amplitude_new(&a, &(struct amplitude_options){.points = 3, .hkl = hkl, .atoms = 1, .species = 1}));
    OKAY(amplitude_begin(a, &b));
    assert_int_equal(
        amplitude_add(a, &(struct amplitude_atoms){.count = 1, .stride = 3, .x = c.x, .factor = &factor}),
        BAD_INPUT);
    amplitude_free(&a);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weight_is_smooth),    cmocka_unit_test(as_defined),
        cmocka_unit_test(frozen_film_shifted), cmocka_unit_test(independent_pixels),
        cmocka_unit_test(any_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
