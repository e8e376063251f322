/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Isotherms of a cycle: synthetic records of known relaxation time, bounds where nothing decays, what is lost
 * in a fixed time, and which records are taken. */
#include "analysis/report/anti_ageing.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "scatter/speckle_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)
enum { FRAMES = 1200 };
static char folder[] = "/tmp/glint-isotherms-XXXXXX";

static int prepare(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}
static int clear(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void make_window(struct window *w, const char *text)
{
    struct window_spec s;
    struct box b = box_orthogonal(9, 9, 9);
    OKAY(window_spec_parse(&s, text));
    OKAY(window_build(w, &s, &b, NULL));
}

/* A record whose amplitudes are Gaussian with the correlation exp(−t/τ): R = exp(−2t/τ), β = 1. Frames are
 * half a time unit apart. */
static void write_record(const char *run, const char *name, const char *spec,
                         const struct speckle_stage *stage, double start, double tau)
{
    struct window w;
    struct speckle_file *f = NULL;
    char path[FILE_PATH_MAX], file[128];
    double *a = NULL, *I = NULL, keep = exp(-0.5 / tau), fresh = sqrt(0.5 * (1 - keep * keep));
    make_window(&w, spec);
    OKAY(file_join(path, folder, run));
    OKAY(file_make_folder(path));
    snprintf(file, sizeof file, "%s/speckle-%s.h5", run, name);
    OKAY(file_join(path, folder, file));
    OKAY(speckle_file_create(&f, path,
                             &(struct speckle_file_options){.window = &w,
                                                            .form_factors = "1",
                                                            .units = "lj",
                                                            .frame_time = 0.5,
                                                            .count_time = 0.5,
                                                            .exposure = 1,
                                                            .flatten = true,
                                                            .stage = stage}));
    OKAY(NEW(a, 2 * (size_t)w.count));
    OKAY(NEW(I, (size_t)w.count));
    for (int t = 0; t < FRAMES; t++) {
        for (int64_t p = 0; p < w.count; p++) {
            double z[2];
            random_normal((uint64_t)start, STREAM_TEST, (uint64_t)p, (uint64_t)t, 2, z);
            for (int k = 0; k < 2; k++)
                a[2 * p + k] = t ? keep * a[2 * p + k] + fresh * z[k] : sqrt(0.5) * z[k];
            I[p] = a[2 * p] * a[2 * p] + a[2 * p + 1] * a[2 * p + 1];
        }
        OKAY(speckle_file_append(f, 100 * t, start + 0.5 * t, I, NULL));
    }
    double q[2] = {3, 7}, one[2] = {1, 1};
    int64_t points[2] = {1, 1};
    OKAY(speckle_file_set_structure(
        f, &(struct structure){.bins = 2, .frames = 1, .width = 4, .q = q, .s = one, .points = points}));
    OKAY(speckle_file_close(&f));
    DELETE(a);
    DELETE(I);
    window_free(&w);
}

static struct speckle_stage stage_of(const char *label, int64_t iteration, int64_t place, double T)
{
    return (struct speckle_stage){label, T, 0.4, "cycle", iteration, place, (double)NAN, (double)NAN};
}

static const char shell[] = "3d:shell,range=4 to 6", small[] = "2d:plane,range=4 to 6";

static void known_times(void **state)
{
    (void)state;
    struct speckle_stage s = stage_of("cycle-i0-T0", 0, 0, 0.34);
    s.T_substrate = 0.3;
    s.T_anneal = 0.412;
    struct isotherms run;
    struct speckle_stage other = s;
    write_record("a", "cycle-i0-T0-3d", shell, &s, 1000, 20);
    write_record("a", "cycle-i0-T0-2d", small, &s, 1000, 20);
    s.label = "cycle-i0-T1", s.place = 1, s.T = 0.3;
    write_record("a", "cycle-i0-T1-3d", shell, &s, 2000, 60);
    s.label = "cycle-i1-T0", s.place = 0, s.iteration = 1;
    write_record("a", "cycle-i1-T0-3d", shell, &s, 3000, 1e6);
    other.cycle = NULL, other.label = "hold"; /* of no cycle */
    write_record("a", "hold-3d", shell, &other, 500, 5);
    other.cycle = "earlier", other.label = "earlier-i0-T0";
    write_record("a", "earlier-i0-T0-3d", shell, &other, 100, 5);

    char path[FILE_PATH_MAX];
    OKAY(file_join(path, folder, "a/"));
    OKAY(isotherms_open(&run, path, NULL));
    assert_string_equal(run.name, "a");
    assert_int_equal(run.n, 3);
    assert_true(run.film && run.T_substrate == 0.3 && run.T_anneal == 0.412);
    assert_string_equal(run.item[0].window, "3d"); /* the larger one */
    assert_true(fabs(isotherms_shortest(&run) - 0.5 * FRAMES) < 1e-9);
    OKAY(isotherms_measure(&run, 5.0));
    assert_ptr_equal(isotherms_at(&run, 1, 0), &run.item[2]);
    assert_null(isotherms_at(&run, 1, 1));
    assert_int_equal(run.item[0].kind, TAU_MEASURED);
    assert_int_equal(run.item[1].kind, TAU_MEASURED);
    assert_true(run.item[1].tau > 2 * run.item[0].tau);
    assert_int_equal(run.item[2].kind, TAU_BOUND); /* frozen: as long as there are errors */
    assert_true(run.item[2].tau > 100 && run.item[2].tau < 0.5 * FRAMES);
    assert_true(fabs(run.item[2].lost) < 0.01);
    isotherms_free(&run);

    OKAY(isotherms_open(&run, path, "2d"));
    assert_int_equal(run.n, 1);
    isotherms_free(&run);
    assert_int_equal(isotherms_open(&run, path, "1d"), BAD_INPUT);
    assert_int_equal(isotherms_open(&run, "/nosuch", NULL), BAD_INPUT);
}

/* Ten records of the same relaxation time: their means agree with it within the error that their own scatter
 * gives (four standard errors), and the error of 1 − R is of the size of that scatter. */
static void ten_records(void **state)
{
    (void)state;
    enum { RECORDS = 10 };
    const double tau = 15, lost = 1 - exp(-2 * (5.0 - 0.5) / tau); /* R is 1 at the first lag, 0.5 */
    struct isotherms run;
    char path[FILE_PATH_MAX], label[64];
    double sum[4] = {0}, square[4] = {0}, truth[3] = {tau, 1, lost};
    for (int i = 0; i < RECORDS; i++) {
        snprintf(label, sizeof label, "cycle-i%d-T0-2d", i);
        struct speckle_stage s = stage_of(label, i, 0, 0.34);
        write_record("b", label, small, &s, 10000 + 1000 * i, tau);
    }
    OKAY(file_join(path, folder, "b"));
    OKAY(isotherms_open(&run, path, NULL));
    assert_int_equal(run.n, RECORDS);
    assert_true(!run.film && isnan(run.T_substrate) && isnan(run.T_anneal));
    OKAY(isotherms_measure(&run, 5.0));
    for (int i = 0; i < RECORDS; i++) {
        const struct isotherm *x = &run.item[i];
        double v[4] = {x->tau, x->fit.value[RELAXATION_BETA], x->lost, x->lost_error};
        assert_int_equal(x->kind, TAU_MEASURED);
        for (int k = 0; k < 4; k++) {
            sum[k] += v[k] / RECORDS;
            square[k] += v[k] * v[k] / RECORDS;
        }
    }
    for (int k = 0; k < 3; k++) {
        double spread = sqrt((square[k] - sum[k] * sum[k]) * RECORDS / (RECORDS - 1));
        assert_true(fabs(sum[k] - truth[k]) < 4 * spread / sqrt(RECORDS));
        assert_true(spread < 0.25 * truth[k]);
        if (k == 2) assert_true(sum[3] > 0.5 * spread && sum[3] < 2 * spread);
    }
    isotherms_free(&run);
}

/* Curves given directly: exact decay, no decay, decay below the level without a fit. */
static void rules(void **state)
{
    (void)state;
    double lag[12], R[12], error[12];
    struct isotherm i = {.lags = 12, .lag = lag, .R = R, .error = error};
    for (int k = 0; k < 12; k++) {
        lag[k] = pow(2, k);
        R[k] = exp(-2 * pow(lag[k] / 100, 1.5));
        error[k] = 0.01;
    }
    isotherm_judge(&i);
    assert_int_equal(i.kind, TAU_MEASURED);
    assert_true(fabs(i.tau - 100) < 1e-3 && fabs(i.fit.value[RELAXATION_BETA] - 1.5) < 1e-5);
    isotherm_lost(&i, 64);
    assert_true(fabs(i.lost - (1 - R[6])) < 1e-12 && fabs(i.lost_error - 0.01) < 1e-12);
    isotherm_lost(&i, sqrt(32 * 64.0)); /* half way in the logarithm */
    assert_true(fabs(i.lost - (1 - 0.5 * (R[5] + R[6]))) < 1e-12);
    isotherm_lost(&i, 5000);
    assert_true(isnan(i.lost));
    for (int k = 0; k < 12; k++) R[k] = exp(-2 * pow(lag[k] / 1e5, 0.9));
    isotherm_judge(&i);
    assert_int_equal(i.kind, TAU_BOUND);
    assert_true(i.tau == lag[11]);
    error[5] = 0.5; /* from there on nothing is certain */
    isotherm_judge(&i);
    assert_true(i.kind == TAU_BOUND && i.tau == lag[4]);
    i.lags = 3; /* too few for a fit */
    for (int k = 0; k < 3; k++) R[k] = 0.0;
    isotherm_judge(&i);
    assert_true(i.kind == TAU_UNKNOWN && isnan(i.tau));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_times), cmocka_unit_test(ten_records),
                                       cmocka_unit_test(rules)};
    return cmocka_run_group_tests(tests, prepare, clear);
}
