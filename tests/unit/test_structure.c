/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g(r) and S(q) against what is known exactly: a perfect crystal, an ideal gas, sum rules, brute force. */
#include "system/rdf.h"
#include "analysis/structure/sq.h"
#include "analysis/structure/structure.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/* A layer of a slab with free faces against all pairs, with the density of the layer; an ideal gas has g = 1
 * there, although the cell is half empty. */
static void rdf_of_a_layer(void **state)
{
    (void)state;
    enum { N = 800, BINS = 8 };
    const double low = 5.0, high = 11.0, r_max = 4.0;
    struct box b = {.h = {{8.0, 0.0, 0.0}, {2.0, 9.0, 0.0}, {0.0, 0.0, 32.0}},
                    .periodic = {true, true, false}};
    double x[3 * N], pairs[BINS] = {0}, inside = 0.0;
    int32_t type[N];
    struct rdf g;
    gas(x, type, N, &b, 3);
    for (int i = 0; i < N; i++) x[3 * i + 2] = 0.5 * x[3 * i + 2]; /* 0 … 16 of 32 */
    assert_int_equal(rdf_begin(&g, 2, r_max, BINS), OK);
    rdf_between(&g, low, high);
    assert_int_equal(rdf_add(&g, &b, N, type, x), OK);
    assert_int_equal(rdf_finish(&g), OK);
    for (int i = 0; i < N; i++) {
        if (x[3 * i + 2] < low || x[3 * i + 2] >= high) continue;
        inside += 1.0;
        for (int j = 0; j < N; j++)
            for (int32_t m = 0; m < 9; m++) {
                const int32_t n[3] = {m / 3 - 1, m % 3 - 1, 0};
                double shift[3], r2 = 0.0;
                box_shift(&b, n, shift);
                for (int k = 0; k < 3; k++) r2 += pow(x[3 * j + k] - x[3 * i + k] + shift[k], 2);
                if (r2 > 0.0 && r2 < r_max * r_max) pairs[(int)(sqrt(r2) / r_max * BINS)] += 1.0;
            }
    }
    double density = inside / (72.0 * (high - low)), all = 0.0;
    assert_true(fabs(g.density - density) < 1e-12);
    for (int k = 0; k < BINS; k++) {
        double shell = 4.0 * M_PI / 3.0 * (pow((k + 1) * g.width, 3) - pow(k * g.width, 3));
        assert_true(fabs(g.total[k] - pairs[k] / (inside * density * shell)) < 1e-10);
        all += pairs[k];
    }
    /* neighbors within r_max of 300 atoms: some 28,000 pairs, half of them seen from both sides: 0.6 % of
     * noise, and 4 % from the density of a layer that is drawn with the atoms */
    assert_true(fabs(all / (inside * density * 4.0 * M_PI / 3.0 * pow(r_max, 3)) - 1.0) < 0.15);
    rdf_free(&g);
    b.h[2][0] = 1.0;
    assert_int_equal(rdf_begin(&g, 2, r_max, BINS), OK);
    rdf_between(&g, low, high);
    assert_int_equal(rdf_add(&g, &b, N, type, x), BAD_INPUT);
    b.h[2][0] = 0.0;
    rdf_between(&g, 40.0, 50.0);
    assert_int_equal(rdf_add(&g, &b, N, type, x), BAD_INPUT);
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

/* ---- form factors ---- */
static struct form_factors xray(void)
{
    struct form_factors f;
    struct species s = {.count = 2, .name = {"Cu", "Zr"}};
    assert_int_equal(form_factors_parse(&f, "xray", &s, "metal"), OK);
    return f;
}

/* International Tables C, table 6.1.1.4, at 0, 2.7 and 5.3 /angstrom; a neutral atom has f(0) = Z, to the
 * 0.02 by which the fits of the table miss it. */
static void form_factors_are_those_of_the_tables(void **state)
{
    (void)state;
    static const double q[3] = {0.0, 2.7, 5.3},
                        expected[2][3] = {{28.986, 22.984, 15.842}, {39.968, 30.691, 22.935}};
    struct form_factors f = xray();
    for (int a = 0; a < 2; a++)
        for (int k = 0; k < 3; k++) assert_true(fabs(form_factor_at(&f, a, q[k]) - expected[a][k]) < 5.1e-4);
    static const struct {
        const char *name;
        double Z;
    } element[] = {{"Be", 4},  {"Al", 13}, {"Ti", 22}, {"Fe", 26}, {"Ni", 28},
                   {"Cu", 29}, {"Zr", 40}, {"Nb", 41}, {"Pd", 46}};
    for (size_t e = 0; e < sizeof element / sizeof *element; e++) {
        struct species s = {.count = 1};
        strcpy(s.name[0], element[e].name);
        assert_int_equal(form_factors_parse(&f, "xray", &s, "metal"), OK);
        assert_true(fabs(form_factor_at(&f, 0, 0.0) - element[e].Z) < 0.05);
        for (double x = 0.0; x < 20.0; x += 0.5)
            assert_true(form_factor_at(&f, 0, x + 0.5) < form_factor_at(&f, 0, x));
    }
}

/* Σ_ij f_i f_j cos q·(r_i − r_j) over all pairs, and the same from the partials: to the rounding of n² terms.
 */
static void weighted_sq_is_the_double_sum(void **state)
{
    (void)state;
    enum { N = 60 };
    double x[3 * N];
    int32_t type[N];
    struct box box = {
        .h = {{7, 0, 0}, {1, 8, 0}, {-0.5, 2, 9}}, .origin = {1, 2, 3}, .periodic = {true, true, true}};
    struct form_factors f = xray();
    struct sq s;
    double g[3][3];
    gas(x, type, N, &box, 3);
    box_reciprocal(&box, g);
    assert_int_equal(sq_begin(&s, 2, 3.0, 6, 100000), OK);
    sq_weigh(&s, &f);
    assert_int_equal(sq_add(&s, &box, N, type, x), OK);
    assert_int_equal(sq_finish(&s), OK);
    double sum[6] = {0}, points[6] = {0}, c[2] = {0};
    for (int i = 0; i < N; i++) c[type[i]] += 1.0 / N;
    for (int h = -6; h <= 6; h++)
        for (int k = -8; k <= 8; k++)
            for (int l = -8; l <= 8; l++) {
                double q[3], length = 0.0, pairs = 0.0;
                for (int d = 0; d < 3; d++) q[d] = 2.0 * M_PI * (h * g[0][d] + k * g[1][d] + l * g[2][d]);
                for (int d = 0; d < 3; d++) length += q[d] * q[d];
                length = sqrt(length);
                int bin = (int)(length / 0.5);
                if ((h == 0 && k == 0 && l == 0) || bin > 5) continue;
                double fa[2] = {form_factor_at(&f, 0, length), form_factor_at(&f, 1, length)};
                double mean = c[0] * fa[0] + c[1] * fa[1],
                       square = c[0] * fa[0] * fa[0] + c[1] * fa[1] * fa[1];
                for (int i = 0; i < N; i++)
                    for (int j = 0; j < N; j++) {
                        double phase = 0.0;
                        for (int d = 0; d < 3; d++) phase += q[d] * (x[3 * i + d] - x[3 * j + d]);
                        pairs += fa[type[i]] * fa[type[j]] * cos(phase);
                    }
                sum[bin] += 1.0 + (pairs / N - square) / (mean * mean);
                points[bin] += 1.0;
            }
    for (int k = 0; k < 6; k++) {
        assert_true(points[k] == 2.0 * s.points[k]); /* both signs of q */
        if (points[k] > 0.0) assert_true(fabs(s.xray[k] - sum[k] / points[k]) < 1e-10);
    }
    sq_free(&s);
}

/* Independent atoms: S_X is 1 on average, and |Σ f ρ|² is exponential with mean N<f²>, so a point scatters by
 * <f²>/<f>² and the mean of a bin by that over the root of its points and frames. */
static void weighted_ideal_gas(void **state)
{
    (void)state;
    enum { N = 1500, FRAMES = 6 };
    double *x = NULL;
    int32_t *type = NULL;
    struct box box = box_orthogonal(20, 20, 20);
    struct form_factors f = xray();
    struct sq s;
    assert_int_equal(NEW(x, 3 * N), OK);
    assert_int_equal(NEW(type, N), OK);
    assert_int_equal(sq_begin(&s, 2, 6.0, 10, 400), OK);
    sq_weigh(&s, &f);
    for (int k = 0; k < FRAMES; k++) {
        gas(x, type, N, &box, 10 + (uint64_t)k);
        assert_int_equal(sq_add(&s, &box, N, type, x), OK);
    }
    assert_int_equal(sq_finish(&s), OK);
    for (int k = 0; k < s.bins; k++) {
        double fa = form_factor_at(&f, 0, s.q[k]), fb = form_factor_at(&f, 1, s.q[k]);
        double mean = (2.0 * fa + fb) / 3.0, square = (2.0 * fa * fa + fb * fb) / 3.0;
        assert_true(fabs(s.xray[k] - 1.0) < 4.5 * square / (mean * mean) / sqrt(s.points[k] * FRAMES));
        /* The error from the frames, of 6: chi with 5 degrees of freedom lies within a factor of 3 but once
         * in 10^3. */
        assert_true(s.xray_error[k] < 3.0 * square / (mean * mean) / sqrt(s.points[k] * FRAMES));
    }
    assert_int_equal(s.frame_xray.frames, FRAMES);
    sq_free(&s);
    DELETE(x);
    DELETE(type);
}

/* One shell of n atoms at a: S − 1 = n sin(qa)/(qa). Its transform is (n/a) times the kernel of the window,
 * which falls as 1/r²; ∫ over a ± 1 holds all but 2 % of it at q_max = 25 (its width is 5.4/25 = 0.2). */
static void transform_of_one_shell(void **state)
{
    (void)state;
    enum { BINS = 2500 };
    static double q[BINS], s[BINS];
    double a = 2.8, n = 12.0, width = 25.0 / BINS, area = 0.0, top = 0.0, at = 0.0;
    for (int k = 0; k < BINS; k++) {
        q[k] = (k + 0.5) * width;
        s[k] = k % 7 == 3 && k < 10 ? (double)NAN : 1.0 + n * sin(q[k] * a) / (q[k] * a);
    }
    for (double r = a - 1.0; r < a + 1.0; r += 0.005) {
        double G = structure_transform(BINS, q, s, width, 25.0, r);
        area += 0.005 * G;
        if (G > top) top = G, at = r;
    }
    assert_true(fabs(at - a) < 0.01);
    assert_true(fabs(area / (n / a) - 1.0) < 0.02);
}

/* Heights 2.8, 3.0, 3.2: the standard error of their mean is 0.2/sqrt(3). */
static void errors_of_curves(void **state)
{
    (void)state;
    enum { N = 100 };
    double y[N], mean[N], error[N];
    struct frame_curves c = {0};
    for (int f = 0; f < 3; f++) {
        for (int k = 0; k < N; k++) y[k] = (2.8 + 0.2 * f) * exp(-(k - 40) * (k - 40) / 50.0);
        assert_int_equal(frame_curves_add(&c, N, y), OK);
    }
    frame_curves_mean(&c, mean, error);
    assert_true(fabs(mean[40] - 3.0) < 1e-12 && fabs(error[40] - 0.2 / sqrt(3.0)) < 1e-12);
    frame_curves_free(&c);
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
        cmocka_unit_test(rdf_of_a_layer),
        cmocka_unit_test(total_is_the_sum_of_partials),
        cmocka_unit_test(ideal_gas_has_no_structure),
        cmocka_unit_test(crystal_has_bragg_peaks_only),
        cmocka_unit_test(free_axis_keeps_q_in_the_plane),
        cmocka_unit_test(form_factors_are_those_of_the_tables),
        cmocka_unit_test(weighted_sq_is_the_double_sum),
        cmocka_unit_test(weighted_ideal_gas),
        cmocka_unit_test(transform_of_one_shell),
        cmocka_unit_test(errors_of_curves),
        cmocka_unit_test(peaks_of_known_curves),
        cmocka_unit_test(wrong_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
