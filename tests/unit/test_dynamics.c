/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths, mean-square displacement and F_s against motions with known answers. */
#include "analysis/dynamics/isf.h"
#include "analysis/dynamics/msd.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SEED 4711

/* ---- a track made of configurations, so that unwrapping and the rest are exercised ---- */
struct motion {
    int64_t atoms, frames;
    double interval;
    struct box box;
    bool images; /* write image numbers, or only wrapped positions */
    void (*where)(int64_t atom, int64_t frame, double x[3]); /* unwrapped */
    double stretch;                                          /* box and positions × (1 + stretch·frame) */
};

static void one_frame(struct config *c, const struct motion *m, int64_t f)
{
    assert_int_equal(config_allocate(c, m->atoms, m->images ? CONFIG_IMAGE : 0), OK);
    c->species = (struct species){.count = 2, .name = {"A", "B"}, .mass = {2.0, 1.0}};
    strcpy(c->units, "lj");
    c->box = m->box;
    double inverse[3][3], scale = 1.0 + m->stretch * (double)f;
    for (int i = 0; i < 9; i++) c->box.h[i / 3][i % 3] *= scale;
    box_inverse(&c->box, inverse);
    for (int64_t i = 0; i < m->atoms; i++) {
        int32_t image[3] = {0};
        c->id[i] = (uint64_t)(10 + 3 * i);
        c->type[i] = (int32_t)(i % 2);
        m->where(i, f, c->x + 3 * i);
        for (int k = 0; k < 3; k++) c->x[3 * i + k] *= scale;
        box_wrap(&c->box, inverse, c->x + 3 * i, image);
        if (m->images) memcpy(c->image + 3 * i, image, sizeof image);
    }
}

static void make_track(struct track *t, const struct motion *m, const struct track_options *o)
{
    struct config c = {0};
    *t = (struct track){0};
    for (int64_t f = 0; f < m->frames; f++) {
        one_frame(&c, m, f);
        assert_int_equal(track_add(t, &c, (double)f * m->interval), OK);
    }
    config_free(&c);
    assert_int_equal(track_finish(t, o), OK);
}

static const struct track_options plain = {0}, keep = {.keep_drift = true, .keep_box_change = true};

/* ---- motions ---- */
static double walk[64][2001][3];
static void make_walk(double sigma)
{
    for (int i = 0; i < 64; i++) {
        memset(walk[i][0], 0, sizeof walk[i][0]);
        for (int f = 1; f <= 2000; f++) {
            double z[3];
            random_normal(SEED, STREAM_TEST, (uint64_t)i, (uint64_t)f, 3, z);
            for (int k = 0; k < 3; k++) walk[i][f][k] = walk[i][f - 1][k] + sigma * z[k];
        }
    }
}
static void diffuse(int64_t i, int64_t f, double x[3])
{
    for (int k = 0; k < 3; k++) x[k] = (double)i * 0.1 + walk[i][f][k];
}
static void fly(int64_t i, int64_t f, double x[3])
{
    /* Pairs of equal and opposite momentum (A of mass 2 beside B of mass 1): no drift. */
    double v = i % 2 == 0 ? 0.01 * (double)(i + 1) : -0.02 * (double)i;
    for (int k = 0; k < 3; k++) x[k] = 0.3 * (double)i + v * (double)f * (k == 0 ? 1.0 : 0.5);
}
static void stand(int64_t i, int64_t f, double x[3])
{
    (void)f;
    for (int k = 0; k < 3; k++) x[k] = fmod(0.37 * (double)(i * (k + 1)), 5.0);
}
static void drift(int64_t i, int64_t f, double x[3])
{
    stand(i, f, x);
    x[0] += 0.21 * (double)f;
    x[2] -= 0.13 * (double)f;
}

/* ---- paths ---- */
static void unwrapping_is_exact_with_and_without_images(void **state)
{
    (void)state;
    struct box skew = {.h = {{3.0, 0, 0}, {1.0, 2.8, 0}, {-0.7, 0.4, 3.1}},
                       .origin = {-1, 0.5, 7},
                       .periodic = {true, true, true}};
    make_walk(0.2);
    for (int images = 0; images < 2; images++) {
        struct motion m = {
            .atoms = 20, .frames = 400, .interval = 0.5, .box = skew, .images = images, .where = diffuse};
        struct track t;
        make_track(&t, &m, &keep);
        assert_true(t.from_images == (images == 1) && t.uniform && fabs(t.interval - 0.5) < 1e-12);
        for (int64_t f = 0; f < m.frames; f++)
            for (int64_t i = 0; i < m.atoms; i++)
                for (int k = 0; k < 3; k++) {
                    /* Without images the start is the wrapped one: displacements are what counts. */
                    double moved = track_frame(&t, f)[3 * i + k] - track_frame(&t, 0)[3 * i + k];
                    assert_true(fabs(moved - walk[i][f][k]) < 1e-11);
                }
        track_free(&t);
    }
}

static void drift_is_removed(void **state)
{
    (void)state;
    struct motion m = {.atoms = 11,
                       .frames = 50,
                       .interval = 1,
                       .box = box_orthogonal(5, 5, 5),
                       .images = true,
                       .where = drift};
    struct track t;
    struct msd r;
    make_track(&t, &m, &plain);
    assert_true(t.drift_removed && t.mass_weighted);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){0}), OK);
    for (int64_t k = 0; k < r.lags; k++) assert_true(r.r2[k] < 1e-24);
    msd_free(&r);
    track_free(&t);
    make_track(&t, &m, &keep);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){0}), OK);
    assert_true(fabs(r.r2[0] - (0.21 * 0.21 + 0.13 * 0.13)) < 1e-12);
    msd_free(&r);
    track_free(&t);
}

static void box_change_is_removed(void **state)
{
    (void)state;
    struct motion m = {.atoms = 12,
                       .frames = 41,
                       .interval = 1,
                       .box = box_orthogonal(5, 5.5, 6),
                       .images = true,
                       .where = stand,
                       .stretch = 0.002};
    struct track t;
    struct msd r;
    make_track(&t, &m, &plain);
    assert_true(t.box_changed && t.box_removed);
    assert_true(fabs(t.mean.h[1][1] - 5.5 * (1.0 + 0.002 * 20)) < 1e-12);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){0}), OK);
    for (int64_t k = 0; k < r.lags; k++) assert_true(r.r2[k] < 1e-24);
    msd_free(&r);
    track_free(&t);
    make_track(&t, &m, &keep); /* the control: the stretch alone is a displacement */
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){0}), OK);
    assert_true(r.r2[0] > 1e-6);
    msd_free(&r);
    track_free(&t);
    m.box.periodic[0] = m.box.periodic[1] = m.box.periodic[2] =
        false; /* free axes: positions are left as they are */
    m.images = false;
    make_track(&t, &m, &plain);
    double x[3];
    stand(5, 0, x);
    for (int k = 0; k < 3; k++) {
        double mean0 = 0.0, mean = 0.0;
        for (int64_t i = 0; i < m.atoms; i++) {
            double y[3], mass = i % 2 ? 1.0 : 2.0;
            stand(i, 0, y);
            mean0 += mass * y[k] / 18.0;
            mean += mass * y[k] * 1.08 / 18.0;
        }
        assert_true(fabs(track_frame(&t, 40)[15 + k] - (x[k] * 1.08 - (mean - mean0))) < 1e-12);
    }
    track_free(&t);
}

static void atoms_that_come_and_go_are_left_out(void **state)
{
    (void)state;
    struct motion m = {.atoms = 9,
                       .frames = 6,
                       .interval = 1,
                       .box = box_orthogonal(5, 5, 5),
                       .images = true,
                       .where = drift};
    struct track t = {0};
    struct config c = {0};
    for (int64_t f = 0; f < m.frames; f++) {
        one_frame(&c, &m, f);
        if (f == 3) { /* the atom of id 16 is missing, one of id 1000 is new */
            for (int64_t i = 2; i < 8; i++) {
                c.id[i] = c.id[i + 1];
                c.type[i] = c.type[i + 1];
                memcpy(c.x + 3 * i, c.x + 3 * i + 3, 3 * sizeof *c.x);
                memcpy(c.image + 3 * i, c.image + 3 * i + 3, 3 * sizeof *c.image);
            }
            c.id[8] = 1000;
        }
        assert_int_equal(track_add(&t, &c, (double)f), OK);
    }
    assert_int_equal(track_finish(&t, &keep), OK);
    assert_int_equal(t.atoms, 8);
    assert_int_equal(t.atoms_dropped, 2);
    for (int64_t i = 0; i < 8; i++) {
        assert_true(t.id[i] != 16 && t.id[i] != 1000);
        double moved = track_frame(&t, 5)[3 * i] - track_frame(&t, 0)[3 * i];
        assert_true(fabs(moved - 0.21 * 5) < 1e-12);
    }
    struct text d = {0};
    track_describe(&t, &d);
    assert_non_null(strstr(d.s, "2 atoms are not in all frames"));
    text_free(&d);
    assert_int_equal(track_add(&t, &c, 3.0), BAD_INPUT); /* time must increase */
    config_free(&c);
    track_free(&t);
}

/* ---- motion with known answers ---- */
static void ballistic_flight(void **state)
{
    (void)state;
    struct motion m = {.atoms = 8,
                       .frames = 65,
                       .interval = 0.25,
                       .box = box_orthogonal(4, 4, 4),
                       .images = true,
                       .where = fly};
    struct track t;
    struct msd r;
    make_track(&t, &m, &plain);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){0}), OK);
    double v2 = 0.0;
    for (int i = 0; i < 8; i++) v2 += pow((i % 2 == 0 ? 0.01 * (i + 1) : 0.02 * i) / 0.25, 2) * 1.5 / 8.0;
    for (int64_t k = 0; k < r.lags; k++) {
        assert_true(fabs(r.r2[k] / (v2 * r.lag[k] * r.lag[k]) - 1.0) < 1e-9);
        assert_true(fabs(r.exponent[k] - 2.0) < 1e-9);
        if (!isnan(r.r2_error[k])) assert_true(r.r2_error[k] < 1e-9 * r.r2[k]); /* all origins agree */
        /* Both species by themselves average to the whole (equal numbers). */
        assert_true(fabs(0.5 * (r.r2[r.lags + k] + r.r2[2 * r.lags + k]) - r.r2[k]) < 1e-12 * r.r2[k]);
    }
    msd_free(&r);
    track_free(&t);
}

static void free_diffusion(void **state)
{
    (void)state;
    double sigma = 0.1, interval = 0.5, D = sigma * sigma / (2.0 * interval), q = 2.0;
    make_walk(sigma);
    struct motion m = {.atoms = 64,
                       .frames = 2001,
                       .interval = interval,
                       .box = box_orthogonal(3, 3, 3),
                       .images = true,
                       .where = diffuse};
    struct track t;
    struct msd r;
    make_track(&t, &m, &keep);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){.origins = 3000}), OK);
    for (int64_t k = 0; k < r.lags && r.lag[k] < 100.0; k++) {
        /* 64 atoms × T/lag independent displacements of 3 components: relative error of <r²> is √(2/3n). */
        double n = 64.0 * 1000.0 / r.lag[k], error = sqrt(2.0 / (3.0 * n));
        assert_true(fabs(r.r2[k] / (6.0 * D * r.lag[k]) - 1.0) < 5.0 * error);
        assert_true(r.r2_error[k] < 4.0 * error * r.r2[k] && r.r2_error[k] > 0.2 * error * r.r2[k]);
        /* Var α2 of n Gaussian displacements is 8/(15 n) × … ≤ 2/n: 5 σ of the larger. */
        assert_true(fabs(r.alpha2[k]) < 5.0 * sqrt(2.0 / n));
    }
    msd_free(&r);
    for (int form = 0; form < 2; form++) {
        struct isf f;
        struct isf_options o = {
            .q = q, .form = form ? ISF_LATTICE : ISF_SPHERE, .vectors = 3, .lags = {.origins = 3000}};
        assert_int_equal(isf_measure(&f, &t, &o), OK);
        if (form) assert_true(f.vectors == 3 && fabs(f.q - 2.0 * M_PI / 3.0) < 1e-12);
        double rate = D * f.q * f.q;
        for (int64_t k = 0; k < f.lags && f.lag[k] < 100.0; k++) {
            /* sin x/x and cos have variance below 1/2 (one direction); times 64 T/lag independent paths. */
            double error = sqrt(0.5 / (64.0 * 1000.0 / f.lag[k]));
            assert_true(fabs(f.f[k] - exp(-rate * f.lag[k])) < 5.0 * error);
            /* N independent atoms: χ4 is the variance of one atom's term. */
            assert_true(f.chi4[k] < 1.5);
        }
        /* dF/dt = −1/(e τ) at τ: the error of τ is e τ times that of F there. */
        double allowed = exp(1.0) / rate * 5.0 * sqrt(0.5 / (64.0 * 1000.0 * rate));
        assert_true(fabs(f.tau[0] - 1.0 / rate) < allowed);
        assert_true(fabs(f.tau_half[0][0] - 1.0 / rate) < 1.5 * allowed);
        assert_true(fabs(f.tau_half[0][1] - 1.0 / rate) < 1.5 * allowed);
        isf_free(&f);
    }
    track_free(&t);
}

static void relaxation_time_of_a_stretched_exponential(void **state)
{
    (void)state;
    double time[20], f[20];
    for (int k = 0; k < 20; k++) {
        time[k] = pow(10.0, k / 5.0);
        f[k] = exp(-pow(time[k] / 77.0, 0.6));
    }
    assert_true(fabs(isf_tau(time, f, 20) - 77.0) < 1e-9);
    assert_true(isnan(isf_tau(time, f, 8))); /* not reached: no number */
    for (int k = 0; k < 20; k++) f[k] = 0.3;
    assert_true(isf_tau(time, f, 20) <= 1.0);
}

static void vibration_keeps_its_plateau(void **state)
{
    (void)state;
    /* Gaussian about a site, independent in time: <r²> = 6 s², F_s = exp(−q² s²) at every lag. */
    double s = 0.08, q = 7.0, n = 64.0 * 500.0;
    make_walk(1.0);
    for (int i = 0; i < 64; i++)
        for (int f = 2000; f > 0; f--)
            for (int k = 0; k < 3; k++) walk[i][f][k] = s * (walk[i][f][k] - walk[i][f - 1][k]);
    for (int i = 0; i < 64; i++) memcpy(walk[i][0], walk[i][1999], sizeof walk[i][0]);
    struct motion m = {.atoms = 64,
                       .frames = 1000,
                       .interval = 1,
                       .box = box_orthogonal(9, 9, 9),
                       .images = false,
                       .where = diffuse};
    struct track t;
    struct msd r;
    struct isf f;
    make_track(&t, &m, &keep);
    assert_int_equal(msd_measure(&r, &t, &(struct lag_options){.origins = 1000}), OK);
    assert_int_equal(isf_measure(&f, &t, &(struct isf_options){.q = q, .lags = {.origins = 1000}}), OK);
    for (int64_t k = 0; k < r.lags && r.lag[k] < 400.0; k++) {
        assert_true(fabs(r.r2[k] / (6.0 * s * s) - 1.0) < 5.0 * sqrt(2.0 / (3.0 * n) * 2.0));
        assert_true(fabs(f.f[k] - exp(-q * q * s * s)) < 5.0 * sqrt(0.5 / n));
    }
    assert_true(isnan(f.tau[0]));
    msd_free(&r);
    isf_free(&f);
    track_free(&t);
}

/* ---- lags ---- */
static void lags_of_a_logarithmic_schedule(void **state)
{
    (void)state;
    double time[200];
    int64_t n = 0;
    time[n++] = 0.0; /* 10 cycles of 100: 0, 1, 2, 5, 10, 20, 50, then the next cycle */
    for (int c = 0; c < 10; c++) {
        static const int step[] = {1, 2, 5, 10, 20, 50, 100};
        for (int i = 0; i < 7; i++) time[n++] = 100.0 * c + step[i];
    }
    struct lags l;
    assert_int_equal(lags_plan(&l, time, n, false, &(struct lag_options){.per_decade = 4, .origins = 50}),
                     OK);
    double half = pow(10.0, 1.0 / 8.0);
    for (int64_t k = 0; k < l.n; k++) {
        double mean = 0.0;
        int64_t pairs = l.first[k + 1] - l.first[k];
        assert_true(pairs >= 1 && pairs <= 50);
        for (int64_t p = l.first[k]; p < l.first[k + 1]; p++) {
            double lag = time[l.b[p]] - time[l.a[p]];
            mean += lag / (double)pairs;
            assert_true(lag / l.lag[k] < half * half && l.lag[k] / lag < half * half);
            if (p > l.first[k]) assert_true(l.a[p] > l.a[p - 1]);
        }
        assert_true(fabs(mean - l.lag[k]) < 1e-9 * mean);
    }
    assert_true(l.lag[0] == 1.0 && l.lag[l.n - 1] > 700.0);
    lags_free(&l);
    /* Origins in an age window only. */
    assert_int_equal(
        lags_plan(&l, time, n, false, &(struct lag_options){.origin_from = 300, .origin_to = 500}), OK);
    for (int64_t p = 0; p < l.first[l.n]; p++) assert_true(time[l.a[p]] >= 300.0 && time[l.a[p]] < 500.0);
    lags_free(&l);
    assert_int_equal(
        lags_plan(&l, time, n, false, &(struct lag_options){.origin_from = 5000, .origin_to = 6000}),
        BAD_INPUT);
}

static void threads_leave_the_bits_alone(void **state)
{
    (void)state;
    make_walk(0.1);
    struct motion m = {.atoms = 31,
                       .frames = 300,
                       .interval = 1,
                       .box = box_orthogonal(3, 3, 3),
                       .images = true,
                       .where = diffuse};
    struct track t;
    struct msd r[2];
    struct isf f[2];
    make_track(&t, &m, &plain);
    for (int i = 0; i < 2; i++) {
        omp_set_num_threads(1 + 2 * i);
        assert_int_equal(msd_measure(&r[i], &t, &(struct lag_options){0}), OK);
        assert_int_equal(isf_measure(&f[i], &t, &(struct isf_options){.q = 5}), OK);
    }
    assert_memory_equal(r[0].r2, r[1].r2, (size_t)(r[0].lags * 3) * sizeof(double));
    assert_memory_equal(f[0].f, f[1].f, (size_t)(f[0].lags * 3) * sizeof(double));
    for (int i = 0; i < 2; i++) {
        msd_free(&r[i]);
        isf_free(&f[i]);
    }
    track_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unwrapping_is_exact_with_and_without_images),
        cmocka_unit_test(drift_is_removed),
        cmocka_unit_test(box_change_is_removed),
        cmocka_unit_test(atoms_that_come_and_go_are_left_out),
        cmocka_unit_test(ballistic_flight),
        cmocka_unit_test(free_diffusion),
        cmocka_unit_test(relaxation_time_of_a_stretched_exponential),
        cmocka_unit_test(vibration_keeps_its_plateau),
        cmocka_unit_test(lags_of_a_logarithmic_schedule),
        cmocka_unit_test(threads_leave_the_bits_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
