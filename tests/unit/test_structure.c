/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g(r) and S(q) against what is known exactly: a perfect crystal, an ideal gas, sum rules, brute force. */
#include "system/rdf.h"
#include "analysis/structure/sq.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h> /* after our headers: its macro `fail` is not ours */

#define SEED 20260101

/* ---- configurations ---- */
static int64_t fcc(double **x, int32_t **type, int cells)
{
    static const double basis[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    int64_t n = 0;
    assert_int_equal(NEW(*x, 12 * (size_t)(cells * cells * cells)), OK);
    assert_int_equal(NEW(*type, 4 * (size_t)(cells * cells * cells)), OK);
    for (int i = 0; i < cells * cells * cells; i++)
        for (int b = 0; b < 4; b++, n++) {
            (*x)[3 * n] = i / cells / cells + basis[b][0];
            (*x)[3 * n + 1] = i / cells % cells + basis[b][1];
            (*x)[3 * n + 2] = i % cells + basis[b][2];
            (*type)[n] = b == 0;
        }
    return n;
}

static void gas(double *x, int32_t *type, int64_t n, const struct box *b, uint64_t frame)
{
    for (int64_t i = 0; i < n; i++) {
        double u[2], w[2];
        random_uniform2(SEED, STREAM_TEST, (uint64_t)i, 2 * frame, u);
        random_uniform2(SEED, STREAM_TEST, (uint64_t)i, 2 * frame + 1, w);
        for (int k = 0; k < 3; k++)
            x[3 * i + k] = b->origin[k] + u[0] * b->h[0][k] + u[1] * b->h[1][k] + w[0] * b->h[2][k];
        type[i] = i % 3 == 0;
    }
}

/* ---- g(r) ---- */
static void fcc_shells_are_exact(void **state)
{
    (void)state;
    double *x;
    int32_t *type;
    /* Shell n of fcc at sqrt(n/2): 12, 6, 24, 12, 24, 8, 48, 6 neighbours; r_max beyond the cell on purpose.
     */
    static const int shell[] = {12, 6, 24, 12, 24, 8, 48, 6};
    for (int cells = 1; cells <= 4; cells += 3) {
        int64_t n = fcc(&x, &type, cells);
        struct box box = box_orthogonal(cells, cells, cells);
        struct rdf g;
        assert_int_equal(rdf_begin(&g, 2, 2.05, 410), OK);
        assert_int_equal(rdf_add(&g, &box, n, type, x), OK);
        assert_int_equal(rdf_add(&g, &box, n, type, x), OK);
        assert_int_equal(rdf_finish(&g), OK);
        double sum = 0.0;
        for (int s = 0; s < 8; s++) {
            int bin = (int)((sqrt((s + 1) / 2.0) + 0.5 * g.width) / g.width);
            double r = bin * g.width, volume = 0.0;
            sum += shell[s];
            /* All neighbours of both species, weighted by the number of centres. */
            double n0 = rdf_value(&g, 0, 0)[0] * 0.0 +
                        0.75 * (g.coordination[bin] + g.coordination[g.bins + bin]) +
                        0.25 * (g.coordination[2 * g.bins + bin] + g.coordination[3 * g.bins + bin]);
            assert_true(fabs(n0 - sum) < 1e-12);
            /* ∫ ρ g 4πr² dr over the bins of the shell (it may fall on an edge) is the number of its atoms.
             */
            for (int k = bin - 2; k <= bin + 1; k++) {
                double in = k * g.width, out = in + g.width;
                volume += g.density * g.total[k] * 4.0 * M_PI / 3.0 * (out * out * out - in * in * in);
            }
            assert_true(fabs(volume - shell[s]) < 1e-9);
            assert_true(fabs(r - sqrt((s + 1) / 2.0)) <= g.width);
        }
        struct peak p = peak_first(g.total, g.bins, rdf_r(&g, 0), g.width);
        assert_true(fabs(p.x - sqrt(0.5)) < g.width);
        rdf_free(&g);
        DELETE(x);
        DELETE(type);
    }
}

static struct box skewed(void)
{
    struct box b = {.h = {{7.0, 0.0, 0.0}, {2.5, 6.5, 0.0}, {-1.5, 2.0, 6.0}},
                    .origin = {-1, 2, 0.5},
                    .periodic = {true, true, true}};
    return b;
}

static void rdf_equals_all_pairs_in_a_skewed_cell(void **state)
{
    (void)state;
    enum { N = 150, BINS = 60 };
    struct box b = skewed();
    double x[3 * N], r_max = 6.0;
    int32_t type[N];
    int64_t count[4][BINS] = {{0}};
    gas(x, type, N, &b, 7);
    for (int64_t i = 0; i < N; i++) /* unwrapped input must do too */
        for (int k = 0; k < 3; k++) x[3 * i + k] += (double)(i % 5 - 2) * b.h[i % 3][k];
    struct rdf g;
    assert_int_equal(rdf_begin(&g, 2, r_max, BINS), OK);
    assert_int_equal(rdf_add(&g, &b, N, type, x), OK);
    assert_int_equal(rdf_finish(&g), OK);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int m = 0; m < 13 * 13 * 13; m++) {
                int32_t n[3] = {m / 169 - 6, m / 13 % 13 - 6, m % 13 - 6};
                double shift[3], r2 = 0.0;
                box_shift(&b, n, shift);
                for (int k = 0; k < 3; k++) {
                    double d = x[3 * j + k] - x[3 * i + k] + shift[k];
                    r2 += d * d;
                }
                if (r2 < 1e-12 || r2 >= r_max * r_max) continue;
                count[2 * type[i] + type[j]][(int)(sqrt(r2) / r_max * BINS)]++;
            }
    double n[2] = {100, 50}, v = box_volume(&b);
    for (int ab = 0; ab < 4; ab++)
        for (int k = 0; k < BINS; k++) {
            double in = k * g.width, out = in + g.width,
                   shell = 4.0 * M_PI / 3.0 * (pow(out, 3) - pow(in, 3));
            double expected = (double)count[ab][k] * v / (n[ab / 2] * n[ab % 2] * shell);
            assert_true(fabs(rdf_value(&g, ab / 2, ab % 2)[k] - expected) < 1e-10 * (1.0 + expected));
        }
    rdf_free(&g);
}

static void total_is_the_sum_of_partials(void **state)
{
    (void)state;
    enum { N = 600, FRAMES = 3 };
    struct box b = skewed();
    double x[3 * N];
    int32_t type[N];
    struct rdf g;
    struct sq s;
    assert_int_equal(rdf_begin(&g, 2, 3.0, 30), OK);
    assert_int_equal(sq_begin(&s, 2, 6.0, 24, 1000), OK);
    for (uint64_t f = 0; f < FRAMES; f++) {
        gas(x, type, N, &b, f);
        assert_int_equal(rdf_add(&g, &b, N, type, x), OK);
        assert_int_equal(sq_add(&s, &b, N, type, x), OK);
    }
    assert_int_equal(rdf_finish(&g), OK);
    assert_int_equal(sq_finish(&s), OK);
    double c[2] = {2.0 / 3.0, 1.0 / 3.0};
    for (int k = 0; k < g.bins; k++) {
        double sum = 0.0;
        for (int ab = 0; ab < 4; ab++) sum += c[ab / 2] * c[ab % 2] * rdf_value(&g, ab / 2, ab % 2)[k];
        assert_true(fabs(sum - g.total[k]) < 1e-12 * (1.0 + sum));
    }
    for (int k = 0; k < s.bins; k++) {
        if (s.points[k] == 0.0) continue;
        double al = 0.0, fz = 1.0, cc, dd = 0.0;
        for (int ab = 0; ab < 4; ab++) {
            int a = ab / 2, d = ab % 2;
            al += sqrt(c[a] * c[d]) * sq_ashcroft_langreth(&s, a, d, k);
            fz += c[a] * c[d] * (sq_faber_ziman(&s, a, d, k) - 1.0);
            dd += (a == d ? 1.0 : -1.0) * sq_faber_ziman(&s, a, d, k);
        }
        cc = c[0] * c[1] * (1.0 + c[0] * c[1] * dd); /* Bhatia–Thornton from Faber–Ziman */
        assert_true(fabs(al - s.nn[k]) < 1e-10 * (1.0 + al));
        assert_true(fabs(fz - s.nn[k]) < 1e-10 * (1.0 + al));
        assert_true(fabs(cc - s.cc[k]) < 1e-10 * (1.0 + al));
    }
    rdf_free(&g);
    sq_free(&s);
}

static void ideal_gas_has_no_structure(void **state)
{
    (void)state;
    enum { N = 800, FRAMES = 10 };
    struct box b = box_orthogonal(8, 9, 10);
    double *x = malloc(3 * N * sizeof *x);
    int32_t type[N];
    struct rdf g;
    struct sq s;
    assert_int_equal(rdf_begin(&g, 2, 4.0, 16), OK);
    assert_int_equal(sq_begin(&s, 2, 8.0, 16, 400), OK);
    for (uint64_t f = 0; f < FRAMES; f++) {
        gas(x, type, N, &b, 100 + f);
        assert_int_equal(rdf_add(&g, &b, N, type, x), OK);
        assert_int_equal(sq_add(&s, &b, N, type, x), OK);
    }
    assert_int_equal(rdf_finish(&g), OK);
    assert_int_equal(sq_finish(&s), OK);
    for (int k = 0; k < 16; k++) {
        /* Independent pairs: the count of unordered pairs is binomial, g = 1 − 1/N ± 1/√count; 5 σ over 16
         * bins. */
        double in = k * g.width, out = in + g.width, shell = 4.0 * M_PI / 3.0 * (pow(out, 3) - pow(in, 3));
        double pairs = 0.5 * N * (N - 1.0) * shell / box_volume(&b) * FRAMES;
        assert_true(fabs(g.total[k] - (1.0 - 1.0 / N)) < 5.0 / sqrt(pairs));
        /* Exponential intensities of mean 1 at independent points. */
        if (s.points[k] == 0.0) continue;
        double error = 1.0 / sqrt(s.points[k] * FRAMES);
        assert_true(fabs(s.nn[k] - 1.0) < 5.0 * error);
        assert_true(fabs(sq_ashcroft_langreth(&s, 0, 1, k)) < 5.0 * error);
        assert_true(fabs(s.cc[k] - s.concentration[0] * s.concentration[1]) < 5.0 * error);
        assert_true(s.points[k] <= 400.0 && s.points[k] <= s.available[k]);
    }
    rdf_free(&g);
    sq_free(&s);
    free(x);
}

static void crystal_has_bragg_peaks_only(void **state)
{
    (void)state;
    double *x;
    int32_t *type;
    enum { CELLS = 4 };
    int64_t n = fcc(&x, &type, CELLS);
    struct box box = box_orthogonal(CELLS, CELLS, CELLS);
    struct sq s;
    /* Narrow bins: 111 at 2π√3, 200 at 4π; each bin then holds one |q|. */
    assert_int_equal(sq_begin(&s, 2, 13.0, 13000, 100000), OK);
    assert_int_equal(sq_add(&s, &box, n, type, x), OK);
    assert_int_equal(sq_finish(&s), OK);
    int bragg = 0;
    for (int k = 0; k < s.bins; k++) {
        if (s.points[k] == 0.0) continue;
        double square = pow(s.q[k] * CELLS / (2.0 * M_PI), 2); /* h²+k²+l² in units of the supercell */
        int sum = (int)lround(square);
        assert_true(fabs(square - sum) < 1e-9);
        /* 3·16: all eight 111 points, |Σ|²/N = N. 4·16 holds 800 and 444-like points too: only 6 of them are
         * 200. */
        if (sum == 3 * CELLS * CELLS) {
            bragg++;
            double share = 4.0 / s.points[k]; /* 444 (in supercell indices) beside 7 1 ±…-type points */
            double expected = (double)n * share;
            assert_true(fabs(s.nn[k] - expected) < 1e-9 * (double)n);
        } else if (sum == 4 * CELLS * CELLS) {
            bragg++;
            assert_true(fabs(s.nn[k] - (double)n * 3.0 / s.points[k]) < 1e-9 * (double)n);
        } else if (sum < 3 * CELLS * CELLS) {
            assert_true(fabs(s.nn[k]) < 1e-18 * (double)(n * n) + 1e-20);
        }
    }
    assert_int_equal(bragg, 2);
    sq_free(&s);
    DELETE(x);
    DELETE(type);
}

static void free_axis_keeps_q_in_the_plane(void **state)
{
    (void)state;
    enum { N = 50 };
    double x[3 * N];
    int32_t type[N];
    struct box b = box_orthogonal(5, 5, 20);
    b.periodic[2] = false;
    gas(x, type, N, &b, 55);
    struct sq s;
    struct rdf g;
    assert_int_equal(sq_begin(&s, 2, 4.0, 40, 1000), OK);
    assert_int_equal(sq_add(&s, &b, N, type, x), OK);
    double before[40];
    assert_int_equal(sq_finish(&s), OK);
    for (int k = 0; k < 40; k++) before[k] = s.nn[k];
    sq_free(&s);
    for (int i = 0; i < N; i++) x[3 * i + 2] += 3.7 * i; /* z does not matter for in-plane q */
    assert_int_equal(sq_begin(&s, 2, 4.0, 40, 1000), OK);
    assert_int_equal(sq_add(&s, &b, N, type, x), OK);
    assert_int_equal(sq_finish(&s), OK);
    int some = 0;
    for (int k = 0; k < 40; k++) {
        if (s.points[k] == 0.0) continue;
        some++;
        assert_true(fabs(before[k] - s.nn[k]) < 1e-12 * (1.0 + before[k]));
    }
    assert_true(some > 5);
    sq_free(&s);
    /* Two atoms far outside the cell along the free axis still see each other. */
    double y[6] = {0.1, 0, 500.0, 4.9, 0, 500.5};
    int32_t kind[2] = {0, 1};
    assert_int_equal(rdf_begin(&g, 2, 1.0, 100), OK);
    assert_int_equal(rdf_add(&g, &b, 2, kind, y), OK);
    assert_int_equal(rdf_finish(&g), OK);
    assert_true(fabs(g.coordination[g.bins + 99] - 1.0) < 1e-15 && rdf_value(&g, 0, 1)[53] > 0.0);
    rdf_free(&g);
}

static void peaks_of_known_curves(void **state)
{
    (void)state;
    /* A parabola is met exactly; half of its height 3 is crossed at 2 ± √1.5 (linear interpolation:
     * O(step²)). */
    double y[400];
    for (int k = 0; k < 400; k++) y[k] = 3.0 - pow(0.01 * k - 2.0037, 2);
    struct peak p = peak_first(y, 400, 0.0, 0.01);
    assert_true(fabs(p.x - 2.0037) < 1e-9 && fabs(p.height - 3.0) < 1e-9);
    assert_true(fabs(p.low - (2.0037 - sqrt(1.5))) < 1e-4 && fabs(p.high - (2.0037 + sqrt(1.5))) < 1e-4);
    /* The first of two peaks is taken although the second is higher. */
    for (int k = 0; k < 400; k++)
        y[k] = exp(-pow((k - 100) / 10.0, 2)) + 1.4 * exp(-pow((k - 250) / 10.0, 2));
    p = peak_first(y, 400, 0.0, 1.0);
    assert_true(fabs(p.x - 100.0) < 1e-3);
    y[0] = (double)NAN; /* an empty bin must not spoil it */
    p = peak_first(y, 400, 0.0, 1.0);
    assert_true(fabs(p.x - 100.0) < 1e-3);
}

static void wrong_input_is_refused(void **state)
{
    (void)state;
    struct rdf g;
    struct sq s;
    struct box b = box_orthogonal(5, 5, 5);
    double x[3] = {1, 1, 1};
    int32_t type[1] = {2};
    assert_int_equal(rdf_begin(&g, 2, -1.0, 10), BAD_INPUT);
    assert_int_equal(sq_begin(&s, 0, 1.0, 10, 0), BAD_INPUT);
    assert_int_equal(rdf_begin(&g, 2, 1.0, 10), OK);
    assert_int_equal(rdf_add(&g, &b, 1, type, x), BAD_INPUT);
    assert_int_equal(rdf_finish(&g), BAD_INPUT);
    rdf_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fcc_shells_are_exact),
        cmocka_unit_test(rdf_equals_all_pairs_in_a_skewed_cell),
        cmocka_unit_test(total_is_the_sum_of_partials),
        cmocka_unit_test(ideal_gas_has_no_structure),
        cmocka_unit_test(crystal_has_bragg_peaks_only),
        cmocka_unit_test(free_axis_keeps_q_in_the_plane),
        cmocka_unit_test(peaks_of_known_curves),
        cmocka_unit_test(wrong_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
