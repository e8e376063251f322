/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows: which points, which words; S(q) and its first peak. */
#include "base/mem.h"
#include "base/random.h"
#include "scatter/lattice.h"
#include "scatter/window.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)

static void build(struct window *w, const char *text, const struct box *b, const struct peak *p)
{
    struct window_spec spec;
    OKAY(window_spec_parse(&spec, text));
    OKAY(window_build(w, &spec, b, p));
}

static void refuse(const char *text, const struct box *b, const char *says)
{
    struct window_spec spec;
    struct window w = {0};
    status s = window_spec_parse(&spec, text);
    if (s == OK) s = window_build(&w, &spec, b, NULL);
    assert_int_equal(s, BAD_INPUT);
    assert_non_null(strstr(status_message(), says));
}

static bool has(const struct window *w, int32_t h, int32_t k, int32_t l)
{
    for (int64_t i = 0; i < w->count; i++)
        if (w->hkl[3 * i] == h && w->hkl[3 * i + 1] == k && w->hkl[3 * i + 2] == l) return true;
    return false;
}

/* No pixel twice, no pixel with its opposite, no (000). */
static void all_independent(const struct window *w)
{
    for (int64_t i = 0; i < w->count; i++) {
        const int32_t *a = w->hkl + 3 * i;
        assert_true(a[0] || a[1] || a[2]);
        for (int64_t j = 0; j < i; j++) {
            const int32_t *b = w->hkl + 3 * j;
            assert_false(a[0] == b[0] && a[1] == b[1] && a[2] == b[2]);
            assert_false(a[0] == -b[0] && a[1] == -b[1] && a[2] == -b[2]);
        }
    }
}

static void shell_is_half_of_all_points(void **state)
{
    (void)state;
    struct box b = box_orthogonal(10, 12, 14);
    struct window w;
    int64_t all = 0;
    build(&w, "shell,range=4 to 5", &b, NULL);
    for (int h = -20; h <= 20; h++)
        for (int k = -20; k <= 20; k++)
            for (int l = -20; l <= 20; l++) {
                double q = 2 * M_PI * sqrt(h * h / 100.0 + k * k / 144.0 + l * l / 196.0);
                all += q >= 4 && q <= 5;
            }
    assert_int_equal(2 * w.count, all);
    assert_int_equal(w.n_independent, w.count);
    assert_int_equal(w.groups, 1);
    assert_true(w.weight == 2);
    all_independent(&w);
    /* 4π/3 (q2³ - q1³) V/(2π)³ points, to the boundary's roughness */
    double expected = 4 * M_PI / 3 * (125 - 64) * 1680 / pow(2 * M_PI, 3);
    assert_true(fabs((double)all - expected) < 0.05 * expected);
    for (int64_t i = 0; i < w.count; i++) assert_true(w.q[i] >= 4 && w.q[i] <= 5);
    window_free(&w);
    window_free(&w);
}

/* Cells that span the same lattice of periods have the same |q|. */
static void skew_cell_has_the_same_points(void **state)
{
    (void)state;
    struct box straight = box_orthogonal(10, 12, 14), sheared = straight;
    for (int k = 0; k < 3; k++) sheared.h[1][k] += straight.h[0][k];
    for (int k = 0; k < 3; k++) sheared.h[2][k] -= 2 * straight.h[1][k];
    struct window a, c;
    build(&a, "shell,range=2 to 5.001", &straight, NULL);
    build(&c, "shell,range=2 to 5.001", &sheared, NULL);
    assert_int_equal(a.count, c.count);
    double sum = 0;
    for (int64_t i = 0; i < a.count; i++) sum += a.q[i] - c.q[i];
    assert_true(fabs(sum) < 1e-10);
    int32_t found[3];
    double v[3][3], q[3];
    lattice_vectors(&sheared, v);
    for (int64_t i = 0; i < c.count; i += 17) {
        lattice_q(v, c.hkl + 3 * i, q);
        q[0] += 0.1;
        lattice_nearest(&sheared, q, found);
        assert_memory_equal(found, c.hkl + 3 * i, sizeof found);
    }
    window_free(&a);
    window_free(&c);
}

static void planes_are_flat(void **state)
{
    (void)state;
    struct box cube = box_orthogonal(12, 12, 12), slab = box_orthogonal(10, 10, 40);
    struct window w;
    build(&w, "2d:plane,range=4 to 5,normal=[0, 0, 1]", &cube, NULL);
    int64_t first = w.count;
    assert_true(first > 20);
    for (int64_t i = 0; i < w.count; i++) assert_int_equal(w.hkl[3 * i + 2], 0);
    all_independent(&w);
    window_free(&w);
    build(&w, "plane,range=4 to 5,normal=2 0 0", &cube, NULL); /* the length of the normal is nothing */
    assert_int_equal(w.count, first);
    for (int64_t i = 0; i < w.count; i++) assert_int_equal(w.hkl[3 * i], 0);
    window_free(&w);
    build(&w, "plane,range=4 to 5,normal=1 1 0", &cube, NULL);
    for (int64_t i = 0; i < w.count; i++) assert_int_equal(w.hkl[3 * i] + w.hkl[3 * i + 1], 0);
    window_free(&w);
    build(&w, "plane,range=4 to 5,normal=1 1 1", &cube, NULL);
    for (int64_t i = 0; i < w.count; i++)
        assert_int_equal(w.hkl[3 * i] + w.hkl[3 * i + 1] + w.hkl[3 * i + 2], 0);
    window_free(&w);
    build(&w, "plane,range=4 to 5", &slab,
          NULL); /* a long box has many layers within 2π/V^(1/3): one is kept */
    for (int64_t i = 0; i < w.count; i++) assert_int_equal(w.hkl[3 * i + 2], 0);
    window_free(&w);
}

static void single_spots(void **state)
{
    (void)state;
    struct box b = box_orthogonal(20, 20, 20);
    struct peak peak = {.q = 10.1 * 2 * M_PI / 20, .height = 3, .low = 2.9, .high = 3.4};
    struct window w;
    build(&w, "1d:spot", &b, &peak);
    assert_int_equal(w.count, 3);
    assert_true(has(&w, 10, -1, 0) && has(&w, 10, 0, 0) && has(&w, 10, 1, 0));
    assert_string_equal(w.warning, "");
    window_free(&w);
    build(&w, "spot,pixels=3x3", &b, &peak);
    assert_int_equal(w.count, 9);
    for (int32_t k = -1; k <= 1; k++)
        for (int32_t l = -1; l <= 1; l++) assert_true(has(&w, 10, k, l));
    window_free(&w);
    build(&w, "spot,pixels=3x3x3,at=-4 5 6", &b, NULL); /* a lattice point needs no peak; its sign is kept */
    assert_int_equal(w.count, 27);
    assert_true(has(&w, -4, 5, 6) && has(&w, -5, 6, 7) && has(&w, -3, 4, 5));
    all_independent(&w);
    assert_true(w.low < w.high);
    window_free(&w);
    build(&w, "spot,pixels=2 in a line,at=direction 1 1 0", &b, &peak);
    assert_int_equal(w.count, 2);
    assert_true(has(&w, 7, 7, 0) && has(&w, 7, 7, 1)); /* c* is the tangential axis */
    assert_non_null(strstr(w.warning, "2 independent pixels"));
    window_free(&w);
}

static void disjoint_spots(void **state)
{
    (void)state;
    struct box b = box_orthogonal(20, 21, 22);
    struct peak peak = {.q = 3.1, .height = 3, .low = 2.8, .high = 3.4};
    const char *const texts[] = {"spot,at=all disjoint on peak", "spot,at=all disjoint on peak,pixels=3x3"};
    const int64_t size[] = {3, 9};
    struct window shell, w;
    build(&shell, "shell", &b, &peak);
    for (int t = 0; t < 2; t++) {
        build(&w, texts[t], &b, &peak);
        assert_int_equal(w.count, size[t] * w.groups);
        assert_true(w.groups > (t ? 0.25 : 0.6) * (double)shell.count / (double)size[t]);
        assert_true(w.count <= shell.count);
        assert_int_equal(w.n_independent, size[t]);
        all_independent(&w);
        for (int64_t i = 0; i < w.count; i++) {
            assert_int_equal(w.group[i], i / size[t]);
            assert_true(w.q[i] >= peak.low && w.q[i] <= peak.high);
        }
        for (int64_t g = 0; g < w.groups; g++) assert_int_equal(w.group_count[g], size[t]);
        window_free(&w);
    }
    window_free(&shell);
}

static void shells_share_out_the_range(void **state)
{
    (void)state;
    struct box b = box_orthogonal(15, 15, 15);
    struct window all, w;
    build(&all, "shell,range=2 to 6", &b, NULL);
    build(&w, "qdep:shells,from=2 /sigma,to=6 /sigma,number=8", &b, NULL);
    assert_int_equal(w.groups, 8);
    assert_int_equal(w.count, all.count);
    int64_t sum = 0;
    for (int64_t g = 0; g < 8; g++) sum += w.group_count[g];
    assert_int_equal(sum, w.count);
    for (int64_t i = 0; i < w.count; i++) {
        double low = 2 + 0.5 * w.group[i];
        assert_true(w.q[i] >= low - 1e-12 && w.q[i] <= low + 0.5 + 1e-12);
        assert_true(i == 0 || w.group[i] >= w.group[i - 1]);
    }
    window_free(&all);
    window_free(&w);
}

static void windows_that_make_no_sense(void **state)
{
    (void)state;
    struct box b = box_orthogonal(10, 10, 10);
    refuse("shell,range=0.1 to 0.2", &b, "no point");
    refuse("spot,pixels=1 in a line,at=5 0 0", &b, "at least 2");
    refuse("spot,pixels=3 in a line,at=0 1 0,range=1 to 2,pixels=3x3x3", &b, "opposite");
    refuse("shells,from=1,to=2,number=100", &b, "fewer shells");
    refuse("shells,from=1,to=2", &b, "number");
    refuse("shell", &b, "was not measured");
    refuse("shel", &b, "did you mean shell?");
    refuse("shell,rnge=1 to 2", &b, "did you mean range?");
    refuse("shell,range=2 to 1", &b, "from < to");
    refuse("shell,range=1 furlong to 2", &b, "range");
    refuse("shell,range=1 to 2 to 3", &b, "range");
    refuse("shell,range=2", &b, "range");
    refuse("plane,range=1 to 2,normal=0 0 0", &b, "not 0 0 0");
    refuse("plane,range=1 to 2,normal=1 1", &b, "three integers");
    refuse("spot,pixels=3x", &b, "pixels");
    refuse("spot,pixels=3 in a row", &b, "in a line");
    refuse("spot,at=1 2", &b, "disjoint");
    refuse("shell,range", &b, "key=value");
    refuse("a b:shell", &b, "only letters");
}

static void words_and_back(void **state)
{
    (void)state;
    const char *const texts[] = {"3d:shell,range=half-maximum of peak",
                                 "2d:plane,range=half-maximum of peak,normal=[0, 0, 1]",
                                 "1d:spot,pixels=3 in a line,at=all disjoint on peak",
                                 "spot,pixels=3x3x3,at=direction 1 1 1",
                                 "x:spot,pixels=3x3,at=(4,-5,6)",
                                 "qdep:shells,from=2 /sigma,to=14 /sigma,number=8",
                                 "perp:cone,range=2 /sigma to 3 /sigma,normal=0 0 1,angle=25",
                                 "shell,range=2.5/A .. 3/A",
                                 "shell,range=2/A..3/A",
                                 "shell,range=2..3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct window_spec a, b;
        char text[256];
        OKAY(window_spec_parse(&a, texts[i]));
        window_spec_text(&a, text, sizeof text);
        OKAY(window_spec_parse(&b, text));
        assert_string_equal(a.name, b.name);
        assert_string_equal(a.unit, b.unit);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.on_peak, b.on_peak);
        assert_true(a.low == b.low && a.high == b.high && a.number == b.number && a.place == b.place &&
                    a.angle == b.angle);
        assert_memory_equal(a.normal, b.normal, sizeof a.normal);
        assert_memory_equal(a.pixels, b.pixels, sizeof a.pixels);
        assert_memory_equal(a.at, b.at, sizeof a.at);
    }
    struct window_spec w;
    OKAY(window_spec_parse(&w, texts[5]));
    OKAY(window_spec_check_units(&w, "lj"));
    assert_int_equal(window_spec_check_units(&w, "metal"), BAD_INPUT);
    assert_false(window_spec_needs_peak(&w));
    w = window_spec_of("1d");
    assert_int_equal(window_spec_check(&w), BAD_INPUT);
}

/* ---- S(q) ---- */

static void add_gas(struct config *c, int frame, double bond)
{
    double step = bond > 0 ? 2 : 1;
    for (int64_t i = 0; i < c->atoms; i++) {
        double u[2], v[2], n[3];
        random_uniform2(3, STREAM_TEST, (uint64_t)(i / (int64_t)step), (uint64_t)(2 * frame), u);
        random_uniform2(3, STREAM_TEST, (uint64_t)(i / (int64_t)step), (uint64_t)(2 * frame + 1), v);
        random_normal(4, STREAM_TEST, (uint64_t)(i / 2), (uint64_t)frame, 3, n);
        double length = lattice_length(n), x[3] = {u[0], u[1], v[0]};
        for (int k = 0; k < 3; k++)
            c->x[3 * i + k] = x[k] * c->box.h[k][k] + (bond > 0 && i % 2 ? bond * n[k] / length : 0);
    }
}

/* Ideal gas: 1. Gas of dumbbells of length d: 1 + sin(qd)/(qd). */
static void structure_of_gases(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct config c = {0};
        struct structure *st = NULL;
        struct form_factors one = form_factors_one(1);
        struct peak peak;
        double d = kind ? 1.1 : 0, chi = 0;
        OKAY(config_allocate(&c, 2000, 0));
        c.box = box_orthogonal(11, 12, 13);
        OKAY(structure_new(&st, &c.box, c.atoms, &one, 8.0));
        for (int f = 0; f < 4; f++) {
            add_gas(&c, f, d);
            OKAY(structure_add_config(st, &c));
        }
        for (int64_t b = 0; b < st->bins; b++) {
            double expected = kind ? 1 + sin(st->q[b] * d) / (st->q[b] * d) : 1;
            double error = expected / sqrt(4.0 * (double)st->points[b]);
            assert_true(fabs(st->s[b] - expected) < 6 * error); /* few-point bins have exponential tails */
            chi += pow((st->s[b] - expected) / error, 2) / (double)st->bins;
        }
        assert_true(chi > 0.4 && chi < 2); /* 36 bins: 1 ± 0.24 (and the width of bins where S bends) */
        if (!kind) {
            assert_int_equal(peak_find(&peak, st), BAD_INPUT);
            assert_non_null(strstr(status_message(), "no peak"));
        }
        assert_true(structure_at(st, st->q[3]) == st->s[3]);
        double middle = structure_at(st, 0.5 * (st->q[3] + st->q[4]));
        assert_true(fabs(middle - 0.5 * (st->s[3] + st->s[4])) < 1e-12);
        structure_free(&st);
        config_free(&c);
    }
}

static void first_peak_of_a_table(void **state)
{
    (void)state;
    enum { N = 120 };
    double q[N], s[N];
    int64_t points[N];
    for (int i = 0; i < N; i++) {
        q[i] = 0.1 * (i + 1);
        points[i] = 1 + (int64_t)(10 * q[i] * q[i]);
        s[i] = 0.6 * q[i] / 12 + 2.5 * exp(-pow((q[i] - 7.63) / 0.6, 2) / 2) +
               0.8 * exp(-pow((q[i] - 11.4) / 0.5, 2));
    }
    for (int i = 0; i < N; i++) s[i] += 20 * exp(-2 * q[i]); /* the shape of a film */
    s[45] = 9; /* one noisy bin with hardly a point is no peak */
    points[45] = 1;
    struct peak p;
    OKAY(peak_find_table(&p, N, q, s, points));
    assert_true(fabs(p.q - 7.64) < 0.03);
    assert_true(fabs(p.height - 2.88) < 0.03);
    double half = p.height / 2, edge[2] = {p.low, p.high};
    for (int i = 0; i < 2; i++) /* the table's own function, to the linear interpolation's error h²S''/8 */
        assert_true(fabs(0.6 * edge[i] / 12 + 2.5 * exp(-pow((edge[i] - 7.63) / 0.6, 2) / 2) - half) < 0.02);
    assert_true(p.low < 7.0 && p.high > 8.2);
    assert_int_equal(peak_find_table(&p, 80, q, s, points), BAD_INPUT); /* ends above half height */
}

static void form_factors(void **state)
{
    (void)state;
    struct species s = {.count = 2, .name = {"Cu", "Zr"}};
    struct form_factors f;
    OKAY(form_factors_parse(&f, "xray", &s, "metal"));
    const double expected[2][3] = {{28.986, 22.984, 15.842}, {39.968, 30.691, 22.935}}, q[3] = {0, 2.7, 5.3};
    for (int t = 0; t < 2; t++)
        for (int i = 0; i < 3; i++) assert_true(fabs(form_factor_at(&f, t, q[i]) - expected[t][i]) < 6e-4);
    assert_int_equal(form_factors_parse(&f, "xray", &s, "lj"), BAD_INPUT);
    OKAY(form_factors_parse(&f, "Zr = 2.5, Cu=-1", &s, "metal"));
    assert_true(form_factor_at(&f, 0, 3) == -1 && form_factor_at(&f, 1, 3) == 2.5);
    assert_string_equal(f.text, "Cu=-1, Zr=2.5");
    assert_int_equal(form_factors_parse(&f, "Cu=1", &s, "metal"), BAD_INPUT);
    assert_int_equal(form_factors_parse(&f, "Cu=1,Cu=2", &s, "metal"), BAD_INPUT);
    assert_int_equal(form_factors_parse(&f, "Cu=1,Ni=2", &s, "metal"), BAD_INPUT);
    assert_int_equal(form_factors_parse(&f, "Cu=0,Zr=0", &s, "metal"), BAD_INPUT);
    assert_int_equal(form_factors_parse(&f, "X", &s, "metal"), BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shell_is_half_of_all_points),
        cmocka_unit_test(skew_cell_has_the_same_points),
        cmocka_unit_test(planes_are_flat),
        cmocka_unit_test(single_spots),
        cmocka_unit_test(disjoint_spots),
        cmocka_unit_test(shells_share_out_the_range),
        cmocka_unit_test(windows_that_make_no_sense),
        cmocka_unit_test(words_and_back),
        cmocka_unit_test(structure_of_gases),
        cmocka_unit_test(first_peak_of_a_table),
        cmocka_unit_test(form_factors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
