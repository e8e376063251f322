/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a trajectory file to waiting-time laws: files of several kinds, walks whose law is known. */
#include "analysis/cmd/values.h"
#include "analysis/dynamics/hop_table.h"
#include "analysis/dynamics/hop_table_file.h"
#include "analysis/dynamics/track_file.h"
#include "analysis/structure/structure.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/random.h"
#include "system/trajectory.h"

#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SEED 31

static double uniform(uint64_t who, uint64_t when)
{
    double u[2];
    random_uniform2(SEED, STREAM_TEST, who, when, u);
    return u[0];
}

/* Atoms on a line of sites, moved by unit steps after waiting times drawn from `draw` (never back). */
static void walks(struct track *t, int64_t atoms, int64_t frames, double (*draw)(double u))
{
    *t = (struct track){.atoms = atoms, .frames = frames, .uniform = true, .interval = 1.0};
    t->species = (struct species){.count = 1, .name = {"A"}, .mass = {1}};
    t->mean = box_orthogonal(10, 10, 10);
    snprintf(t->time_unit, sizeof t->time_unit, "tau");
    assert_int_equal(NEW(t->id, (size_t)atoms), OK);
    assert_int_equal(NEW(t->type, (size_t)atoms), OK);
    assert_int_equal(NEW(t->time, (size_t)frames), OK);
    assert_int_equal(NEW(t->x, 3 * (size_t)(atoms * frames)), OK);
    for (int64_t f = 0; f < frames; f++) t->time[f] = (double)f;
    for (int64_t i = 0; i < atoms; i++) {
        double now = 0.0, x[3] = {0};
        uint64_t n = 0;
        now = draw(uniform((uint64_t)i, n));
        for (int64_t f = 0; f < frames; f++) {
            /* Steps that fall between two frames are seen as one: waiting times below a frame are lost, as in
             * life. */
            while (now <= (double)f) {
                x[n++ % 3] += 1.0;
                now += draw(uniform((uint64_t)i, n));
            }
            memcpy(t->x + 3 * (f * atoms + i), x, sizeof x);
        }
    }
}
static double exponential(double u)
{
    return -50.0 * log(u);
}
static double power_law(double u)
{
    return 3.0 * pow(u, -1.0 / 0.45);
}

static void exponential_waiting_times(void **state)
{
    (void)state;
    struct track t;
    struct hop_table h;
    walks(&t, 300, 1000, exponential);
    struct hop_table_options o = hop_table_defaults("lj");
    o.r1 = 1.0, o.cage = 0.0, o.distances = 1, o.distance[0] = 0.5, o.persists = 1;
    assert_int_equal(hop_table_make(&h, &t, &o), OK);
    assert_int_equal(h.rows, 1);
    const struct hop_law *e = &h.row[0].exchange, *p = &h.row[0].persistence;
    double n = (double)(h.row[0].hops.exchange.n - h.row[0].hops.exchange.censored);
    /* Median 50 ln 2, error of an exponential median ln2·50/(ln2·√n)·… = 50/√n; frames round it by at most 1.
     */
    assert_true(fabs(e->median - 50.0 * log(2.0)) < 1.0 + 5.0 * 50.0 / sqrt(n));
    assert_true(fabs(p->median - 50.0 * log(2.0)) < 1.0 + 5.0 * 50.0 / sqrt(300.0));
    assert_true(e->has_fit && !e->fit.quotable);
    /* z = xmin/τ of the exponential law gives τ back; waits are rounded to frames, which adds at most 1. */
    const struct waiting_fit *fit = &e->whole[WAITING_EXPONENTIAL];
    assert_true(fabs(fit->xmin / fit->parameter[0] - 50.0) < 5.0 * 50.0 / sqrt((double)fit->events) + 1.0);
    assert_string_equal(e->preferred, "exponential");
    hop_table_free(&h);
    track_free(&t);
}

static void power_law_waiting_times(void **state)
{
    (void)state;
    struct track t;
    struct hop_table h;
    walks(&t, 800, 3000, power_law);
    struct hop_table_options o = hop_table_defaults("lj");
    o.r1 = 1.0, o.cage = 0.0, o.distances = 1, o.distance[0] = 0.5, o.persists = 1, o.riechers = true;
    assert_int_equal(hop_table_make(&h, &t, &o), OK);
    assert_int_equal(h.rows, 2);
    /* The preset asks for more than the bond length r_1 = 1 = one step: two steps along different axes. */
    assert_true(h.row[1].hops.n < h.row[0].hops.n && h.row[1].hops.n > 0);
    const struct waiting_analysis *a = &h.row[0].exchange.fit;
    assert_string_equal(h.row[0].exchange.preferred, "power_law");
    /* α = 1.45 although 800 of the waits are cut off; 5 σ and the rounding to frames, ≤ ½/xmin of α − 1. */
    assert_true(fabs(a->alpha - 1.45) < 5.0 * a->sigma + 0.45 * 0.5 / a->xmin);
    assert_true(h.row[0].hops.exchange.censored > 500);
    /* The control: the slope without the censored waits is steeper by far more than its error. */
    const struct waits *w = &h.row[0].hops.exchange;
    double sum = 0.0, n = 0.0;
    for (int64_t i = 0; i < w->n; i++)
        if (!w->is_censored[i] && w->time[i] >= a->xmin) sum += log(w->time[i] / a->xmin), n += 1.0;
    assert_true(1.0 + n / sum > 1.45 + 5.0 * a->sigma);
    hop_table_free(&h);
    track_free(&t);
}

static void few_events_are_a_result(void **state)
{
    (void)state;
    struct track t;
    struct hop_table h;
    walks(&t, 5, 60, exponential);
    struct hop_table_options o = hop_table_defaults("lj");
    o.r1 = 1.0, o.ages = 2, o.window = 10, o.threshold = 0.2;
    assert_int_equal(hop_table_make(&h, &t, &o), OK);
    assert_int_equal(h.rows, 3 * (4 * 2 + 1)); /* the whole record and two ages */
    assert_int_equal(h.row[0].age, 0);
    assert_int_equal(h.row[26].age, 2);
    for (int64_t i = 0; i < h.rows; i++) {
        assert_false(h.row[i].exchange.has_fit);
        assert_non_null(strstr(h.row[i].exchange.verdict, "no fit"));
    }
    hop_table_free(&h);
    track_free(&t);
}

static void tables_survive_the_file(void **state)
{
    (void)state;
    struct track t;
    struct hop_table h;
    struct h5 f;
    char path[64], law[32];
    double value[2], *time = NULL;
    walks(&t, 100, 500, exponential);
    for (int64_t i = 0; i < t.atoms; i++) t.id[i] = (uint64_t)(1000 + i);
    struct hop_table_options o = hop_table_defaults("lj");
    o.r1 = 1.0, o.cage = 0.0, o.distances = 1, o.distance[0] = 0.5;
    assert_int_equal(hop_table_make(&h, &t, &o), OK);
    assert_int_equal(h.rows, 2);
    snprintf(path, sizeof path, "/tmp/glint_test_table-%d.h5", (int)getpid());
    assert_int_equal(h5_begin(&f, path), OK);
    assert_int_equal(hop_table_write(&f, &h, &t), OK);
    assert_int_equal(h5_commit(&f), OK);
    assert_int_equal(h5_open_ro(&f, path), OK);
    assert_int_equal(h5_read(&f, HOP_GROUP "/hops", H5_F64, 2, value), OK);
    assert_true(value[0] == (double)h.row[0].hops.n && value[1] == (double)h.row[1].hops.n);
    assert_int_equal(h5_read(&f, HOP_GROUP "/exchange_alpha", H5_F64, 2, value), OK);
    assert_true(value[0] == h.row[0].exchange.fit.alpha);
    const struct waits *w = &h.row[1].hops.exchange;
    uint64_t *id = NULL;
    assert_int_equal(NEW(time, (size_t)w->n), OK);
    assert_int_equal(NEW(id, (size_t)w->n), OK);
    assert_int_equal(h5_read(&f, HOP_GROUP "/row_2/exchange_time", H5_F64, (hsize_t)w->n, time), OK);
    assert_int_equal(h5_read(&f, HOP_GROUP "/row_2/exchange_atom", H5_U64, (hsize_t)w->n, id), OK);
    assert_memory_equal(time, w->time, (size_t)w->n * sizeof *time);
    for (int64_t i = 0; i < w->n; i++) assert_true(id[i] == t.id[w->atom[i]]);
    assert_int_equal(h5_read_attr_string(&f, HOP_GROUP, "time_unit", law, sizeof law), OK);
    assert_string_equal(law, "tau");
    h5_close(&f);
    unlink(path);
    DELETE(time);
    DELETE(id);
    hop_table_free(&h);
    track_free(&t);
}

/* ---- files ---- */
static void crystal(struct config *c, int cells)
{
    static const double basis[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    assert_int_equal(config_allocate(c, 4 * cells * cells * cells, CONFIG_IMAGE), OK);
    c->box = box_orthogonal(cells, cells, cells);
    c->species = (struct species){.count = 2, .name = {"A", "B"}, .mass = {2, 1}};
    strcpy(c->units, "lj");
    for (int64_t i = 0; i < c->atoms; i++) {
        int64_t cell = i / 4;
        c->id[i] = (uint64_t)i + 1;
        c->type[i] = (int32_t)(i % 2);
        c->x[3 * i] = (double)(cell / cells / cells) + basis[i % 4][0];
        c->x[3 * i + 1] = (double)(cell / cells % cells) + basis[i % 4][1];
        c->x[3 * i + 2] = (double)(cell % cells) + basis[i % 4][2];
    }
}

static void files_of_every_kind_give_the_same_paths(void **state)
{
    (void)state;
    static const char *const name[] = {"/tmp/glint_test_track.xyz", "/tmp/glint_test_track.dump",
                                       "/tmp/glint_test_track.h5"};
    for (int kind = 0; kind < 3; kind++) {
        struct config c = {0};
        struct trajectory_writer *w = NULL;
        struct track t;
        char path[64];
        snprintf(path, sizeof path, "%.22s-%d%s", name[kind], (int)getpid(), strrchr(name[kind], '.'));
        crystal(&c, 3);
        assert_int_equal(trajectory_create(&w, path, &c), OK);
        for (int f = 0; f < 12; f++) {
            double inverse[3][3];
            c.step =
                100 * (f < 6 ? f : f - 1); /* frame 6 repeats the step of frame 5, as after a resumed run */
            c.time = 0.005 * (double)c.step;
            box_inverse(&c.box, inverse);
            c.x[0] += f == 5 || f == 6 ? 0.0 : 0.37; /* the first atom runs away to the right */
            box_wrap(&c.box, inverse, c.x, c.image);
            assert_int_equal(trajectory_append(w, &c), OK);
        }
        assert_int_equal(trajectory_commit(&w), OK);
        struct track_options o = {.keep_drift = true, .step_time = kind == 1 ? 0.005 : 0.0};
        assert_int_equal(track_load(&t, path, &o), OK);
        assert_int_equal(t.frames, 11);
        assert_int_equal(t.frames_skipped, 1);
        assert_true(t.uniform && fabs(t.interval - 0.5) < 1e-9);
        /* 10 moves of 0.37, 9 of them after frame 0: at frames 1–4 and 7–11. */
        double moved = track_frame(&t, 10)[0] - track_frame(&t, 0)[0];
        assert_true(fabs(moved - 0.37 * 9) < 1e-9);
        track_free(&t);
        o.from = 1.0, o.to = 4.0, o.every = 2;
        assert_int_equal(track_load(&t, path, &o), OK);
        assert_int_equal(t.frames, 4);
        assert_true(fabs(t.time[0] - 1.0) < 1e-9 && fabs(t.time[3] - 4.0) < 1e-9);
        track_free(&t);
        o.from = 100.0, o.to = 200.0;
        assert_int_equal(track_load(&t, path, &o), BAD_INPUT);
        assert_non_null(strstr(status_message(), path));
        struct structure s[2];
        for (int i = 0; i < 2; i++) {
            omp_set_num_threads(1 + 2 * i);
            struct structure_options so = {.rdf = true, .sq = true, .frames = 3};
            assert_int_equal(structure_load(&s[i], path, &so), OK);
        }
        assert_int_equal(s[0].frames, 3);
        assert_true(fabs(s[0].r1.x - sqrt(0.5)) < s[0].rdf.width && fabs(s[0].density - 4.0) < 1e-12);
        assert_memory_equal(s[0].rdf.total, s[1].rdf.total, (size_t)s[0].rdf.bins * sizeof(double));
        assert_memory_equal(s[0].sq.nn, s[1].sq.nn, (size_t)s[0].sq.bins * sizeof(double));
        structure_release(&s[0]);
        structure_release(&s[1]);
        config_free(&c);
        unlink(path);
    }
    struct track t;
    assert_int_not_equal(track_load(&t, "/nowhere/at/all.h5", &(struct track_options){0}), OK);
}

static void first_peak_of_a_crystal_is_its_bond(void **state)
{
    (void)state;
    struct config c = {0};
    struct track t = {0};
    double r1;
    crystal(&c, 4);
    for (int f = 0; f < 3; f++) assert_int_equal(track_add(&t, &c, f), OK);
    assert_int_equal(track_finish(&t, &(struct track_options){0}), OK);
    assert_int_equal(hop_table_r1(&t, &r1), OK);
    /* One bin is 2 (1/4)^(1/3)/120 = 0.0105; the parabola stays within it. */
    assert_true(fabs(r1 - sqrt(0.5)) < 0.0106);
    track_free(&t);
    config_free(&c);
}

static void numbers_with_units(void **state)
{
    (void)state;
    struct values v;
    assert_int_equal(values_times(&v, "--persist", "0,5, 10 tau", "tau"), OK);
    assert_true(v.n == 3 && v.value[2] == 10.0);
    assert_int_equal(values_times(&v, "--persist", "2 ns", "ps"), OK);
    assert_true(v.value[0] == 2000.0);
    assert_int_equal(values_times(&v, "--persist", "2 ps", "tau"), BAD_INPUT);
    assert_int_equal(values_times(&v, "--persist", "two", "tau"), BAD_INPUT);
    assert_int_equal(values_times(&v, "--persist", "2,", "tau"), BAD_INPUT);
    assert_int_equal(values_lengths(&v, "--distance", "0.5", "sigma", 1.1, "r1"), OK);
    assert_true(fabs(v.value[0] - 0.55) < 1e-15);
    assert_int_equal(values_lengths(&v, "--distance", "0.5 sigma", "sigma", 1.1, "r1"), OK);
    assert_true(v.value[0] == 0.5);
    assert_int_equal(values_lengths(&v, "--distance", "0.3 nm", "angstrom", 2.8, "r1"), OK);
    assert_true(fabs(v.value[0] - 3.0) < 1e-15);
    assert_int_equal(values_wavenumbers(&v, "--q", "7.65 /sigma", "sigma"), OK);
    assert_int_equal(values_wavenumbers(&v, "--q", "-1", "sigma"), BAD_INPUT);
    assert_int_equal(values_wavenumbers(&v, "--q", "2.63 /angstrom", "sigma"), BAD_INPUT);
}

int main(void)
{
    h5_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_waiting_times),
        cmocka_unit_test(power_law_waiting_times),
        cmocka_unit_test(few_events_are_a_result),
        cmocka_unit_test(tables_survive_the_file),
        cmocka_unit_test(files_of_every_kind_give_the_same_paths),
        cmocka_unit_test(first_peak_of_a_crystal_is_its_bond),
        cmocka_unit_test(numbers_with_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
