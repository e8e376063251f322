/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cell: wrapping that is idempotent to the bit and exactly undone by the image, widths, volumes, nearest
 * images, what is refused. */
#include "base/random.h"
#include "system/box.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { BOXES = 6 };

static struct box make_box(int which)
{
    struct box b = box_orthogonal(10.0, 7.3, 21.7);
    if (which == 1) b.origin[0] = -5.0, b.origin[1] = 0.1, b.origin[2] = 1e4;
    if (which == 2)
        b = (struct box){{{9.7, 1.1, -0.3}, {2.9, 8.3, 0.7}, {-3.1, 2.2, 11.9}}, {0.3, -0.7, 2.0}, {1, 1, 1}};
    if (which == 3)
        b = (struct box){{{4.0, 0, 0}, {2.0, 3.4641016151377544, 0}, {0, 0, 6.5}}, {0, 0, 0}, {1, 1, 1}};
    if (which == 4) b.periodic[1] = false;
    if (which == 5)
        b = (struct box){{{3.0, 0.1, 0.2}, {1.49, 2.5, -0.1}, {1.48, -1.2, 2.2}}, {-1, -2, -3}, {1, 0, 1}};
    return b;
}

/* Wrap; the result lies in the cell, the image undoes it, and wrapping again changes no bit. */
static void check_wrap(const struct box *b, const double x0[3])
{
    double inverse[3][3], x[3], again[3], s[3], shift[3], size = 0.0;
    int32_t image[3] = {0, 0, 0}, more[3] = {0, 0, 0};
    box_inverse(b, inverse);
    memcpy(x, x0, sizeof x);
    box_wrap(b, (const double(*)[3])inverse, x, image);
    box_fractional(b, (const double(*)[3])inverse, x, s);
    memcpy(again, x, sizeof x);
    box_wrap(b, (const double(*)[3])inverse, again, more);
    if (memcmp(again, x, sizeof x) != 0 || more[0] || more[1] || more[2])
        print_message("not idempotent at (%.17g %.17g %.17g): (%.17g %.17g %.17g) then (%.17g %.17g %.17g)\n",
                      x0[0], x0[1], x0[2], x[0], x[1], x[2], again[0], again[1], again[2]);
    assert_memory_equal(again, x, sizeof x);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(more[k], 0);
        if (b->periodic[k] && !(s[k] >= 0.0 && s[k] < 1.0))
            print_message("outside: (%.17g %.17g %.17g) s_%d = %.17g\n", x0[0], x0[1], x0[2], k, s[k]);
        if (b->periodic[k]) assert_true(s[k] >= 0.0 && s[k] < 1.0);
        if (!b->periodic[k]) assert_int_equal(image[k], 0);
        for (int i = 0; i < 3; i++)
            size = fmax(size, fmax(fabs(b->h[k][i]), fmax(fabs(x0[i]), fabs(b->origin[i]))));
    }
    box_shift(b, image, shift);
    /* rounding of n·h, of one subtraction, and of fractional coordinates at a face */
    for (int i = 0; i < 3; i++) assert_true(fabs(x[i] + shift[i] - x0[i]) <= 64 * 2.22e-16 * size);
}

static void test_wrap_random(void **state)
{
    (void)state;
    for (int which = 0; which < BOXES; which++) {
        struct box b = make_box(which);
        for (uint64_t i = 0; i < 20000; i++) {
            double u[4], x[3], far = i % 3 == 0 ? 1.5 : i % 3 == 1 ? 20.0 : 1e6;
            random_uniform2(1, STREAM_TEST, i, 0, u);
            random_uniform2(1, STREAM_TEST, i, 1, u + 2);
            for (int k = 0; k < 3; k++) x[k] = b.origin[k] + far * (2.0 * u[k] - 1.0) * 10.0;
            check_wrap(&b, x);
        }
    }
}

/* Positions at, and a few units in the last place beside, every face, edge and corner of many images; also
 * the tiny negative and denormal numbers that x − L rounds to L. */
static void test_wrap_hostile(void **state)
{
    static const double tiny[] = {0.0,   -0.0,   1e-300, -1e-300, 5e-324, -5e-324,
                                  1e-17, -1e-17, 1e-16,  -1e-16,  3e-15,  -3e-15};
    (void)state;
    for (int which = 0; which < BOXES; which++) {
        struct box b = make_box(which);
        for (int corner = 0; corner < 729; corner++)
            for (int nudge = 0; nudge < 60; nudge++) {
                double x[3], half = 0.5;
                int n[3] = {corner % 9 - 4, corner / 9 % 9 - 4, corner / 81 - 4};
                for (int k = 0; k < 3; k++) {
                    x[k] = b.origin[k];
                    for (int a = 0; a < 3; a++) x[k] += half * n[a] * b.h[a][k];
                }
                if (nudge < 12)
                    for (int k = 0; k < 3; k++) x[k] += tiny[nudge];
                else if (nudge < 48)
                    x[nudge / 12 - 1] += tiny[nudge % 12];
                else
                    for (int k = 0; k < 3; k++) {
                        int steps = (nudge - 48 + 5 * k) % 7 - 3;
                        for (int i = 0; i < abs(steps); i++)
                            x[k] = nextafter(x[k], steps > 0 ? INFINITY : -INFINITY);
                    }
                check_wrap(&b, x);
            }
    }
}

static void test_geometry(void **state)
{
    (void)state;
    struct box b = make_box(2);
    double r[3][3], inverse[3][3], s[3];
    box_reciprocal(&b, r);
    box_inverse(&b, inverse);
    for (int k = 0; k < 3; k++)
        for (int l = 0; l < 3; l++) {
            double product = r[k][0] * b.h[l][0] + r[k][1] * b.h[l][1] + r[k][2] * b.h[l][2];
            assert_true(fabs(product - (k == l)) < 1e-15 * 8);
        }
    double x[3];
    for (int i = 0; i < 3; i++) x[i] = b.origin[i] + 0.25 * b.h[0][i] + 0.5 * b.h[1][i] - 1.75 * b.h[2][i];
    box_fractional(&b, (const double(*)[3])inverse, x, s);
    assert_true(fabs(s[0] - 0.25) < 1e-15 && fabs(s[1] - 0.5) < 1e-15 && fabs(s[2] + 1.75) < 4e-15);
    struct box o = box_orthogonal(2.0, 3.0, 5.0);
    assert_true(box_volume(&o) == 30.0);
    /* 1/√((1/L)²) rounds thrice */
    assert_true(fabs(box_width(&o, 0) - 2.0) < 1e-15 && fabs(box_width(&o, 1) - 3.0) < 1e-15 &&
                fabs(box_width(&o, 2) - 5.0) < 2e-15);
    /* width_k = volume / area of the face spanned by the other two; hexagonal cell: a·√3/2 */
    struct box h = make_box(3);
    assert_true(fabs(box_width(&h, 0) - 4.0 * sqrt(0.75)) < 2e-15 && fabs(box_width(&h, 2) - 6.5) < 2e-15);
}

/* For |d| below half the smallest width the nearest image is found exactly: against all 125 images. */
static void test_nearest(void **state)
{
    (void)state;
    for (int which = 0; which < BOXES; which++) {
        struct box b = make_box(which);
        double inverse[3][3], half = INFINITY;
        box_inverse(&b, inverse);
        for (int k = 0; k < 3; k++)
            if (b.periodic[k]) half = fmin(half, 0.5 * box_width(&b, k));
        for (uint64_t i = 0; i < 3000; i++) {
            double u[6], xi[3], xj[3], d[3], want[3];
            for (int k = 0; k < 3; k++) random_uniform2(2, STREAM_TEST, i, (uint64_t)k, u + 2 * k);
            double length = 0.0;
            for (int k = 0; k < 3; k++) want[k] = 2.0 * u[k] - 1.0, length += want[k] * want[k];
            int n[3] = {(int)(7 * u[3]) - 3, (int)(7 * u[4]) - 3, (int)(7 * u[5]) - 3};
            for (int k = 0; k < 3; k++) {
                want[k] *= 0.999 * half * u[3] / sqrt(length);
                xi[k] = 10.0 * u[k];
                xj[k] = xi[k] + want[k];
                for (int a = 0; a < 3; a++)
                    if (b.periodic[a]) xj[k] += n[a] * b.h[a][k];
            }
            box_nearest(&b, (const double(*)[3])inverse, xi, xj, d);
            for (int k = 0; k < 3; k++) assert_true(fabs(d[k] - want[k]) < 1e-13);
        }
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct box b = box_orthogonal(1, 1, 1);
    assert_int_equal(box_check(&b), OK);
    b.h[2][2] = 0.0;
    assert_int_equal(box_check(&b), BAD_INPUT); /* flat */
    b.h[2][2] = -1.0;
    assert_int_equal(box_check(&b), BAD_INPUT); /* left-handed */
    b.h[2][2] = NAN;
    assert_int_equal(box_check(&b), BAD_INPUT);
    b.h[2][2] = INFINITY;
    assert_int_equal(box_check(&b), BAD_INPUT);
    b = box_orthogonal(1, 1, 1);
    b.origin[1] = NAN;
    assert_int_equal(box_check(&b), BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrap_random), cmocka_unit_test(test_wrap_hostile),
        cmocka_unit_test(test_geometry),    cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
