/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amplitudes: against the sum as it is written, exact crystals, ideal gas, and the bits. */
#include "base/isa.h"
#include "base/mem.h"
#include "base/random.h"
#include "scatter/amplitude.h"
#include "scatter/lattice.h"

#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)

static double uniform(uint64_t who, uint64_t when)
{
    double u[2];
    random_uniform2(5, STREAM_TEST, who, when, u);
    return u[0];
}

/* n random atoms in the box, stride 4, of two species. */
static void gas(const struct box *b, int64_t n, double *x, int32_t *type)
{
    for (int64_t i = 0; i < n; i++) {
        double s[3];
        for (int k = 0; k < 3; k++) s[k] = uniform((uint64_t)i, (uint64_t)k);
        for (int k = 0; k < 3; k++)
            x[4 * i + k] = b->origin[k] + s[0] * b->h[0][k] + s[1] * b->h[1][k] + s[2] * b->h[2][k];
        x[4 * i + 3] = 1e300; /* the fourth number is not ours */
        type[i] = (int32_t)(i % 2);
    }
}

static struct box skew(void)
{
    return (struct box){
        .h = {{10, 0, 0}, {2.5, 9, 0}, {-1.5, 3, 11}}, .origin = {-3, 4, 5}, .periodic = {1, 1, 1}};
}

/* ρ(q) as the definition says. */
static void naive(const struct box *b, int64_t n, const double *x, const int32_t *type, const double *f,
                  const int32_t *hkl, double out[2])
{
    double v[3][3], q[3], re = 0, im = 0;
    lattice_vectors(b, v);
    lattice_q(v, hkl, q);
    for (int64_t i = 0; i < n; i++) {
        double phase = 0;
        for (int k = 0; k < 3; k++) phase += q[k] * (x[4 * i + k] - b->origin[k]);
        re += f[type[i]] * cos(phase);
        im += f[type[i]] * sin(phase);
    }
    out[0] = re;
    out[1] = im;
}

/* Run over the atoms in `parts` chunks of unequal size. */
static void run(struct amplitude *a, const struct box *b, int64_t n, const double *x, const int32_t *type,
                int parts)
{
    int64_t *sums, done = 0;
    size_t count;
    OKAY(amplitude_begin(a, b));
    for (int p = 0; p < parts; p++) {
        int64_t part = p + 1 < parts ? (int64_t)(uniform((uint64_t)p, 77) * (double)(n - done)) : n - done;
        OKAY(amplitude_add(
            a, &(struct amplitude_atoms){
                   .count = part, .stride = 4, .x = x + 4 * done, .type32 = type ? type + done : NULL}));
        done += part;
    }
    OKAY(amplitude_partial(a, &sums, &count));
    OKAY(amplitude_finish(a));
}

/* ---- correctness ---- */

static void against_definition(enum amplitude_method method, double tolerance)
{
    enum { N = 700 };
    struct box b = skew();
    double x[4 * N], weight[2] = {1.0, -0.37};
    int32_t type[N];
    struct lattice_points p;
    struct amplitude *a = NULL;
    gas(&b, N, x, type);
    for (int i = 0; i < 3 * N; i += 7) x[i / 3 * 4 + i % 3] += 3 * b.h[0][i % 3]; /* some atoms not wrapped */
    for (int i = 0; i < N; i++)
        if (i % 7 == 3)
            for (int k = 0; k < 3; k++) x[4 * i + k] += 1000 * b.h[2][k] - 40 * b.h[1][k];
    OKAY(lattice_points_find(&p, &b, 3.0, 6.5));
    assert_true(p.count > 500);
    for (int64_t i = 0; i < 3 * p.count; i += 6) p.hkl[i] *= i % 4 ? 1 : -1; /* also outside the half space */
    struct amplitude_options o = {
        .points = p.count, .hkl = p.hkl, .atoms = N, .species = 2, .method = method};
    memcpy(o.weight, weight, sizeof weight);
    OKAY(amplitude_new(&a, &o));
    assert_int_equal(amplitude_chosen(a), method);
    run(a, &b, N, x, type, 1);
    double scale = sqrt(350 * (1 + 0.37 * 0.37)), worst = 0, mean = 0;
    for (int64_t i = 0; i < p.count; i++) {
        double exact[2];
        naive(&b, N, x, type, weight, p.hkl + 3 * i, exact);
        double e =
            hypot(exact[0] - amplitude_value(a, 0)[2 * i], exact[1] - amplitude_value(a, 0)[2 * i + 1]) /
            scale;
        worst = fmax(worst, e);
        mean += e * e / (double)p.count;
    }
    assert_true(sqrt(mean) < tolerance);
    assert_true(worst < 5 * tolerance);
    assert_int_equal(amplitude_species(a, 0), 350);
    amplitude_free(&a);
    lattice_free(&p);
}

/* Rounding to 2^-32: four products an atom, each off by 2^-32/√12; at 1000 boxes' distance s has 1e-13 left.
 */
static void direct_is_the_definition(void **state)
{
    (void)state;
    against_definition(AMPLITUDE_DIRECT, 1e-9);
}

static void fft_is_the_definition(void **state)
{
    (void)state;
    against_definition(AMPLITUDE_FFT, AMPLITUDE_TOLERANCE);
}

/* A worst case for aliasing: all points up to a sphere whose radius is just a lattice point. */
static void fft_error_at_the_edge(void **state)
{
    (void)state;
    enum { N = 4000 };
    struct box b = box_orthogonal(12, 13, 14);
    double *x = NULL;
    int32_t *type = NULL;
    int64_t *sums;
    size_t count;
    struct lattice_points p;
    OKAY(NEW(x, 4 * N));
    OKAY(NEW(type, N));
    gas(&b, N, x, type);
    OKAY(lattice_points_find(&p, &b, 0, 10.0));
    double square = 0, worst = 0;
    struct amplitude *a[2];
    for (int m = 0; m < 2; m++) {
        OKAY(amplitude_new(&a[m],
                           &(struct amplitude_options){.points = p.count,
                                                       .hkl = p.hkl,
                                                       .atoms = N,
                                                       .species = 2,
                                                       .method = m ? AMPLITUDE_FFT : AMPLITUDE_DIRECT}));
        OKAY(amplitude_begin(a[m], &b));
        OKAY(amplitude_add(a[m], &(struct amplitude_atoms){.count = N, .stride = 4, .x = x, .type32 = type}));
        OKAY(amplitude_partial(a[m], &sums, &count));
        OKAY(amplitude_finish(a[m]));
    }
    for (int64_t i = 0; i < 2 * p.count; i++) {
        double d = (amplitude_value(a[0], 0)[i] - amplitude_value(a[1], 0)[i]) / sqrt(N);
        square += d * d;
        worst = fmax(worst, fabs(d));
    }
    assert_true(sqrt(square / (double)p.count) < AMPLITUDE_TOLERANCE);
    assert_true(worst < 1e-5);
    for (int m = 0; m < 2; m++) amplitude_free(&a[m]);
    lattice_free(&p);
    DELETE(x);
    DELETE(type);
}

static void perfect_crystal(void **state)
{
    (void)state;
    enum { CELLS = 6, N = CELLS * CELLS * CELLS };
    struct box b = box_orthogonal(CELLS, CELLS, CELLS);
    double x[4 * N];
    for (int i = 0; i < N; i++) {
        x[4 * i] = i / (CELLS * CELLS);
        x[4 * i + 1] = i / CELLS % CELLS;
        x[4 * i + 2] = i % CELLS;
    }
    int32_t hkl[] = {6, 0, 0, 6, -6, 0, 0, 0, 12, 6, 12, -6, 5, 0, 0, 1, 2, 3, 6, 6, 5, 3, 3, 3};
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a = NULL;
        OKAY(amplitude_new(
            &a, &(struct amplitude_options){
                    .points = 8, .hkl = hkl, .atoms = N, .species = 1, .method = (enum amplitude_method)m}));
        run(a, &b, N, x, NULL, 3);
        for (int i = 0; i < 8; i++) {
            const double *v = amplitude_value(a, 0) + 2 * i;
            double intensity = v[0] * v[0] + v[1] * v[1], expected = i < 4 ? (double)N * N : 0;
            /* A Bragg peak of height N leaks N times the aliasing ratio into any other point. */
            assert_true(fabs(sqrt(intensity) - sqrt(expected)) < (m == AMPLITUDE_FFT ? 3e-6 : 1e-9) * N);
        }
        amplitude_free(&a);
    }
}

static void friedel_and_repetition(void **state)
{
    (void)state;
    enum { N = 100 };
    struct box b = skew();
    double x[4 * N];
    int32_t type[N], hkl[] = {1, 2, 3, -1, -2, -3, 1, 2, 3, 1, 2, -3, -1, -2, 3, 0, -4, 1, 0, 4, -1};
    gas(&b, N, x, type);
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a = NULL;
        OKAY(amplitude_new(
            &a, &(struct amplitude_options){
                    .points = 7, .hkl = hkl, .atoms = N, .species = 2, .method = (enum amplitude_method)m}));
        run(a, &b, N, x, type, 1);
        const double *v = amplitude_value(a, 0);
        assert_true(v[0] == v[2] && v[1] == -v[3]);
        assert_true(v[0] == v[4] && v[1] == v[5]);
        assert_true(v[6] == v[8] && v[7] == -v[9] && v[6] != v[0]);
        assert_true(v[10] == v[12] && v[11] == -v[13]);
        amplitude_free(&a);
    }
}

static void ideal_gas_is_exponential(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct box b = box_orthogonal(13, 13, 13);
    double *x = NULL, mean = 0, square = 0;
    int32_t *type = NULL;
    struct lattice_points p;
    struct amplitude *a = NULL;
    OKAY(NEW(x, 4 * N));
    OKAY(NEW(type, N));
    gas(&b, N, x, type);
    OKAY(lattice_points_find(&p, &b, 5, 9));
    OKAY(amplitude_new(&a, &(struct amplitude_options){
                               .points = p.count, .hkl = p.hkl, .atoms = N, .species = 2, .weight = {2, 1}}));
    run(a, &b, N, x, type, 1);
    int64_t above = 0;
    for (int64_t i = 0; i < p.count; i++) {
        const double *v = amplitude_value(a, 0) + 2 * i;
        double intensity = (v[0] * v[0] + v[1] * v[1]) / (2.5 * N);
        mean += intensity;
        square += intensity * intensity;
        above += intensity > 1;
    }
    double n = (double)p.count;
    assert_true(n > 8000);
    assert_true(fabs(mean / n - 1) < 4 / sqrt(n));        /* variance of I is 1 */
    assert_true(fabs(square / n - 2) < 4 * sqrt(20 / n)); /* variance of I² is 4! - 2² */
    assert_true(fabs((double)above / n - exp(-1)) < 4 * sqrt(0.233 / n));
    amplitude_free(&a);
    lattice_free(&p);
    DELETE(x);
    DELETE(type);
}

static void separate_species_add_up(void **state)
{
    (void)state;
    enum { N = 500 };
    struct box b = skew();
    double x[4 * N];
    int32_t type[N], hkl[] = {1, 2, 3, 4, -1, 2, 0, 5, 5, 7, 0, -3};
    uint8_t small[N];
    gas(&b, N, x, type);
    for (int i = 0; i < N; i++) small[i] = (uint8_t)type[i];
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a[2];
        for (int separate = 0; separate < 2; separate++) {
            struct amplitude_options o = {.points = 4,
                                          .hkl = hkl,
                                          .atoms = N,
                                          .species = 2,
                                          .separate = separate,
                                          .weight = {3, 0.5},
                                          .method = (enum amplitude_method)m};
            OKAY(amplitude_new(&a[separate], &o));
            assert_int_equal(amplitude_channels(a[separate]), 1 + separate);
        }
        run(a[0], &b, N, x, type, 2);
        int64_t *sums;
        size_t count;
        OKAY(amplitude_begin(a[1], &b));
        OKAY(amplitude_add(a[1], &(struct amplitude_atoms){.count = N, .stride = 4, .x = x, .type8 = small}));
        OKAY(amplitude_partial(a[1], &sums, &count));
        OKAY(amplitude_finish(a[1]));
        for (int i = 0; i < 8; i++) {
            double sum = 3 * amplitude_value(a[1], 0)[i] + 0.5 * amplitude_value(a[1], 1)[i];
            assert_true(fabs(sum - amplitude_value(a[0], 0)[i]) < 1e-6);
        }
        for (int k = 0; k < 2; k++) amplitude_free(&a[k]);
    }
}

/* The same atoms in a skew cell and in an orthogonal cell that spans the same lattice of periods. */
static void skew_cell_equals_straight_cell(void **state)
{
    (void)state;
    enum { N = 300 };
    struct box straight = box_orthogonal(8, 9, 10), sheared = straight;
    for (int k = 0; k < 3; k++) sheared.h[1][k] += straight.h[0][k];     /* b' = b + a */
    for (int k = 0; k < 3; k++) sheared.h[2][k] -= 2 * straight.h[1][k]; /* c' = c - 2b */
    double x[4 * N];
    int32_t type[N], hkl[3 * 20], same[3 * 20];
    gas(&straight, N, x, type);
    for (int32_t i = 0; i < 20; i++) {
        int32_t h = i % 5 + 1, k = i % 7 - 3, l = i % 3 - 1;
        memcpy(hkl + 3 * i, (int32_t[]){h, k, l}, 3 * sizeof h);
        memcpy(same + 3 * i, (int32_t[]){h, k + h, l - 2 * k}, 3 * sizeof h); /* q·b', q·c' over 2π */
    }
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a[2];
        for (int i = 0; i < 2; i++) {
            OKAY(amplitude_new(&a[i], &(struct amplitude_options){.points = 20,
                                                                  .hkl = i ? same : hkl,
                                                                  .atoms = N,
                                                                  .species = 2,
                                                                  .method = (enum amplitude_method)m}));
            run(a[i], i ? &sheared : &straight, N, x, type, 1);
        }
        for (int i = 0; i < 40; i++)
            assert_true(fabs(amplitude_value(a[0], 0)[i] - amplitude_value(a[1], 0)[i]) <
                        (m == AMPLITUDE_FFT ? 1e-5 : 1e-9) * sqrt(N));
        for (int i = 0; i < 2; i++) amplitude_free(&a[i]);
    }
}

static void translation_keeps_intensity(void **state)
{
    (void)state;
    enum { N = 400 };
    struct box b = skew();
    double x[4 * N], before[20];
    int32_t type[N], hkl[30];
    gas(&b, N, x, type);
    for (int32_t i = 0; i < 30; i++) hkl[i] = (i * 7) % 11 - 4;
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a = NULL;
        OKAY(amplitude_new(
            &a, &(struct amplitude_options){
                    .points = 10, .hkl = hkl, .atoms = N, .species = 2, .method = (enum amplitude_method)m}));
        run(a, &b, N, x, type, 1);
        memcpy(before, amplitude_value(a, 0), sizeof before);
        for (int i = 0; i < N; i++)
            for (int k = 0; k < 3; k++) x[4 * i + k] += 1.2345 - k;
        run(a, &b, N, x, type, 1);
        for (int i = 0; i < 10; i++) {
            const double *v = amplitude_value(a, 0) + 2 * i, *w = before + 2 * i;
            assert_true(fabs(hypot(v[0], v[1]) - hypot(w[0], w[1])) <
                        (m == AMPLITUDE_FFT ? 2e-5 : 1e-8) * sqrt(N));
        }
        amplitude_free(&a);
    }
}

/* ---- bits ---- */

/* Threads, chunks, order and ranks: the same bits. A lattice of simple fractions is the hard case for ties.
 */
static void bits_do_not_depend_on_the_share(void **state)
{
    (void)state;
    enum { N = 2500, POINTS = 60 };
    struct box b = box_orthogonal(10, 10, 12);
    double *x = NULL, *y = NULL, first[2 * POINTS];
    int32_t type[N], mixed[N], hkl[3 * POINTS];
    OKAY(NEW(x, 4 * N));
    OKAY(NEW(y, 4 * N));
    gas(&b, N, x, type);
    for (int i = 0; i < N / 2; i++)
        for (int k = 0; k < 3; k++) x[4 * i + k] = type[i] ? 0 : 0.625 * (double)lrint(x[4 * i + k] / 0.625);
    for (int i = 0; i < N; i++) { /* another order: 1009 has no factor in common with N */
        int64_t j = ((int64_t)i * 1009 + 7) % N;
        memcpy(y + 4 * i, x + 4 * j, 4 * sizeof *x);
        mixed[i] = type[j];
    }
    for (int32_t i = 0; i < POINTS; i++)
        memcpy(hkl + 3 * i, (int32_t[]){i % 13, (i * 5) % 17 - 8, (i * 3) % 11 - 5}, 3 * sizeof i);
    hkl[0] = 3;
    int threads = omp_get_max_threads();
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++)
        for (int separate = 0; separate < 2; separate++)
            for (int t = 1; t <= 3; t++) {
                omp_set_num_threads(t);
                struct amplitude *a = NULL, *other = NULL;
                struct amplitude_options o = {.points = POINTS,
                                              .hkl = hkl,
                                              .atoms = N,
                                              .species = 2,
                                              .separate = separate,
                                              .weight = {1, 0.5 + 0x1p-33},
                                              .method = (enum amplitude_method)m};
                OKAY(amplitude_new(&a, &o));
                run(a, &b, N, x, type, 1);
                if (t == 1) memcpy(first, amplitude_value(a, separate), sizeof first);
                assert_memory_equal(first, amplitude_value(a, separate), sizeof first);
                run(a, &b, N, y, mixed, 4);
                assert_memory_equal(first, amplitude_value(a, separate), sizeof first);
                /* Two ranks: partial sums of two objects, added. */
                int64_t *sums[2];
                size_t count[2];
                OKAY(amplitude_new(&other, &o));
                struct amplitude *rank[2] = {a, other};
                for (int r = 0; r < 2; r++) {
                    OKAY(amplitude_begin(rank[r], &b));
                    int64_t from = r ? 911 : 0, n = r ? N - 911 : 911;
                    OKAY(amplitude_add(
                        rank[r], &(struct amplitude_atoms){
                                     .count = n, .stride = 4, .x = y + 4 * from, .type32 = mixed + from}));
                    OKAY(amplitude_partial(rank[r], &sums[r], &count[r]));
                }
                assert_int_equal(count[0], count[1]);
                for (size_t i = 0; i < count[0]; i++) sums[0][i] += sums[1][i];
                OKAY(amplitude_finish(a));
                assert_memory_equal(first, amplitude_value(a, separate), sizeof first);
                assert_int_equal(amplitude_species(a, 0), N / 2);
                amplitude_free(&a);
                amplitude_free(&other);
            }
    omp_set_num_threads(threads);
    DELETE(x);
    DELETE(y);
}

/* All instruction sets agree within the rounding; each has its own bits. */
static void instruction_sets_agree(void **state)
{
    (void)state;
    enum { N = 600 };
    struct box b = skew();
    double x[4 * N], first[60];
    int32_t type[N], hkl[90];
    const char *old = getenv("GLINT_ISA");
    gas(&b, N, x, type);
    for (int32_t i = 0; i < 90; i++) hkl[i] = (i * 7) % 19 - 6;
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++)
        for (int i = 0; i < ISA_COUNT; i++) {
            struct amplitude *a = NULL;
            setenv("GLINT_ISA", isa_name((enum isa)i), 1);
            OKAY(isa_check());
            OKAY(amplitude_new(
                &a,
                &(struct amplitude_options){
                    .points = 30, .hkl = hkl, .atoms = N, .species = 2, .method = (enum amplitude_method)m}));
            run(a, &b, N, x, type, 1);
            if (i == 0) memcpy(first, amplitude_value(a, 0), sizeof first);
            for (int k = 0; k < 60; k++) assert_true(fabs(first[k] - amplitude_value(a, 0)[k]) < 1e-6);
            amplitude_free(&a);
        }
    setenv("GLINT_ISA", "avx9", 1);
    assert_int_equal(isa_check(), BAD_INPUT);
    if (old)
        setenv("GLINT_ISA", old, 1);
    else
        unsetenv("GLINT_ISA");
}

static void bad_atoms_and_points(void **state)
{
    (void)state;
    struct box b = box_orthogonal(5, 5, 5);
    struct amplitude *a = NULL;
    int32_t hkl[3] = {1, 0, 0}, far[3] = {5000, 0, 0}, type[2] = {0, 5};
    double x[8] = {1, 2, 3, 0, NAN, 1, 1, 0};
    struct amplitude_options o = {.points = 1, .hkl = hkl, .atoms = 2, .species = 1};
    OKAY(amplitude_new(&a, &o));
    OKAY(amplitude_begin(a, &b));
    assert_int_equal(amplitude_add(a, &(struct amplitude_atoms){.count = 2, .stride = 4, .x = x}),
                     UNPHYSICAL);
    x[4] = 1;
    assert_int_equal(
        amplitude_add(a, &(struct amplitude_atoms){.count = 2, .stride = 4, .x = x, .type32 = type}),
        BAD_INPUT);
    amplitude_free(&a);
    o.hkl = far;
    assert_int_equal(amplitude_new(&a, &o), BAD_INPUT);
    assert_null(a);
    o.points = 0;
    assert_int_equal(amplitude_new(&a, &o), BAD_INPUT);
}

/* Sums on the grid are exact up to 2^19 atoms on one point; beyond, the failure is reported, not the wrong
 * number. */
static void too_many_atoms_on_a_point(void **state)
{
    (void)state;
    enum { MANY = 600000 };
    struct box b = box_orthogonal(5, 5, 5);
    int32_t hkl[] = {1, 0, 0, 2, 3, 1};
    double *x = NULL;
    OKAY(NEW(x, 4 * MANY));
    for (int m = AMPLITUDE_DIRECT; m <= AMPLITUDE_FFT; m++) {
        struct amplitude *a = NULL;
        int64_t *sums;
        size_t count;
        OKAY(amplitude_new(
            &a,
            &(struct amplitude_options){
                .points = 2, .hkl = hkl, .atoms = MANY, .species = 1, .method = (enum amplitude_method)m}));
        OKAY(amplitude_begin(a, &b));
        OKAY(amplitude_add(a, &(struct amplitude_atoms){.count = MANY, .stride = 4, .x = x}));
        assert_int_equal(amplitude_partial(a, &sums, &count), m == AMPLITUDE_FFT ? UNPHYSICAL : OK);
        if (m == AMPLITUDE_DIRECT) OKAY(amplitude_finish(a));
        if (m == AMPLITUDE_DIRECT) assert_true(fabs(amplitude_value(a, 0)[2] - MANY) < 1e-3);
        amplitude_free(&a);
    }
    DELETE(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_is_the_definition),    cmocka_unit_test(fft_is_the_definition),
        cmocka_unit_test(fft_error_at_the_edge),       cmocka_unit_test(perfect_crystal),
        cmocka_unit_test(friedel_and_repetition),      cmocka_unit_test(ideal_gas_is_exponential),
        cmocka_unit_test(separate_species_add_up),     cmocka_unit_test(skew_cell_equals_straight_cell),
        cmocka_unit_test(translation_keeps_intensity), cmocka_unit_test(bits_do_not_depend_on_the_share),
        cmocka_unit_test(instruction_sets_agree),      cmocka_unit_test(bad_atoms_and_points),
        cmocka_unit_test(too_many_atoms_on_a_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
