/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thermostats and barostats: conserved energies of second order in the engine; on toys with known answers
 * (free particles, an ideal gas, harmonic oscillators) the distributions of kinetic energy and volume. */
#include "base/random.h"
#include "engine_fixture.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* ---- conserved energy in the engine ---- */

static struct config liquid; /* 256 atoms, density 1.1, T = 1 */

static int prepare(void **state)
{
    (void)state;
    fixture_liquid(&liquid, 256, 1.1, 1.0, 2, 400);
    return 0;
}
static int release(void **state)
{
    (void)state;
    config_free(&liquid);
    return 0;
}

/* Root mean square deviation of the conserved energy over a time of 0.6, and the largest kinetic energy
 * exchanged. */
static double conserved_error(struct ensemble n, double dt, double *exchanged)
{
    struct engine e;
    fixture_start(&e, &liquid, "wahnstrom:shift=force", dt, 1);
    e.ensemble = n;
    double start = engine_conserved(&e), energy = e.energy + engine_kinetic(&e), sum = 0.0;
    int64_t steps = llround(0.6 / dt);
    *exchanged = 0.0;
    for (int64_t k = 1; k <= steps; k++) {
        MUST(engine_advance(&e, k, false));
        double d = engine_conserved(&e) - start;
        *exchanged = fmax(*exchanged, fabs(e.energy + engine_kinetic(&e) - energy));
        sum += d * d;
    }
    engine_free(&e);
    return sqrt(sum / (double)steps);
}

/* Halving dt divides the error by four (within 15 %: two chaotic stretches of the same liquid; bussi, which
 * draws other noise for another dt: between 2.4 and 6, where first order would give 2); and the error is
 * small against the energy that thermostat and barostat moved, else nothing was tested. */
static void check_second_order(struct ensemble n, const char *name)
{
    double exchanged, e4 = conserved_error(n, 0.004, &exchanged), e2 = conserved_error(n, 0.002, &exchanged);
    bool noisy = n.thermostat == THERMOSTAT_BUSSI;
    double low = noisy ? 2.4 : 3.4, high = noisy ? 6.0 : 4.6;
    if (!(e4 / e2 > low && e4 / e2 < high && e2 < 1e-3 * exchanged))
        print_message("%s: errors %g %g, ratio %g, exchanged %g\n", name, e4, e2, e4 / e2, exchanged);
    assert_true(e4 / e2 > low && e4 / e2 < high);
    assert_true(e2 < 1e-3 * exchanged);
}

static void test_conserved(void **state)
{
    (void)state;
    struct ensemble n = fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_NONE, 2.0, 0.0);
    check_second_order(n, "nose-hoover");
    n = fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, 1.5, 15.0);
    check_second_order(n, "mtk");
    n.per_axis = true;
    check_second_order(n, "mtk per axis");
    n = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, 2.0, 0.0);
    check_second_order(n, "bussi");
}

static void test_ramp(void **state)
{
    (void)state;
    struct ensemble n = ensemble_nve();
    n.T_from = 2.0, n.T_to = 1.0, n.step_from = 100, n.step_to = 300;
    assert_true(ensemble_temperature(&n, 0) == 2.0 && ensemble_temperature(&n, 100) == 2.0);
    assert_true(ensemble_temperature(&n, 200) == 1.5 && ensemble_temperature(&n, 250) == 1.25);
    assert_true(ensemble_temperature(&n, 300) == 1.0 && ensemble_temperature(&n, 1000000) == 1.0);
    n.step_to = n.step_from;
    assert_true(ensemble_temperature(&n, 200) == 2.0);
    assert_true(ensemble_freedom(&n, 100) == 297.0 && ensemble_freedom(&n, 1) == 3.0);
    n.thermostat = THERMOSTAT_LANGEVIN;
    assert_true(ensemble_freedom(&n, 100) == 300.0);
}

/* ---- toys: the step of the engine without the engine ---- */

enum { MOST = 64 };
struct toy {
    struct ensemble n;
    int freedom;   /* degrees of freedom of the particles: a multiple of three */
    int64_t atoms; /* what the ensemble is told, so that it counts the right degrees of freedom */
    double dt, volume, x[MOST], v[MOST], m[MOST], spring[MOST], kinetic2[3];
    int64_t step;
};

static void toy_kinetic(struct toy *t)
{
    memset(t->kinetic2, 0, sizeof t->kinetic2);
    for (int i = 0; i < t->freedom; i++) t->kinetic2[i % 3] += t->m[i] * t->v[i] * t->v[i];
}

static void toy_start(struct toy *t, struct ensemble n, int freedom, double dt, bool springs)
{
    *t = (struct toy){.n = n, .freedom = freedom, .dt = dt, .volume = 50.0};
    t->atoms = n.thermostat == THERMOSTAT_LANGEVIN ? freedom / 3 : freedom / 3 + 1;
    for (int i = 0; i < freedom; i++) {
        t->m[i] = 1.0 + i % 2;
        t->spring[i] = springs ? 1.0 + 0.7 * (i % 11) : 0.0;
        random_normal(5, STREAM_TEST, (uint64_t)i, 0, 1, &t->v[i]);
        t->v[i] *= sqrt(n.T_from / t->m[i]);
    }
    toy_kinetic(t);
}

static void toy_step(struct toy *t)
{
    struct step_plan p;
    struct ensemble_input in = {
        .kB = 1.0, .dt = t->dt, .volume = t->volume, .atoms = t->atoms, .step = t->step, .seed = 11};
    memcpy(in.axis_kinetic2, t->kinetic2, sizeof in.axis_kinetic2);
    in.kinetic2 = t->kinetic2[0] + t->kinetic2[1] + t->kinetic2[2];
    for (int i = 0; i < t->freedom; i++) in.virial[i % 3] += -t->spring[i] * t->x[i] * t->x[i];
    ensemble_plan(&t->n, &in, &p);
    t->step++;
    if (p.scales_box) t->volume *= p.box[0] * p.box[1] * p.box[2];
    for (int i = 0; i < t->freedom; i++) {
        int k = i % 3;
        double kicked = p.va[k] * t->v[i] - p.vb[k] * t->spring[i] * t->x[i] / t->m[i], noise = 0.0;
        t->v[i] = kicked;
        if (p.langevin) {
            random_normal(12, STREAM_TEST, (uint64_t)i, (uint64_t)t->step, 1, &noise);
            t->v[i] = p.c1 * kicked + p.c2 * noise / sqrt(t->m[i]);
        }
        t->x[i] = p.xa[k] * t->x[i] + 0.5 * p.xv[k] * (kicked + t->v[i]);
        t->v[i] = p.va_end[k] * t->v[i] - p.vb_end[k] * t->spring[i] * t->x[i] / t->m[i];
    }
    toy_kinetic(t);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Kolmogorov–Smirnov against Gamma(shape, scale): √n D < 1.95 holds for 99.9 % of right samples. The seeds
 * are fixed, so the result is too. `n` must be nearly independent samples. */
static void check_gamma(double *sample, int n, double shape, double scale, const char *name)
{
    double worst = 0.0, mean = 0.0;
    qsort(sample, (size_t)n, sizeof *sample, compare_doubles);
    for (int i = 0; i < n; i++) {
        double p = gsl_cdf_gamma_P(sample[i], shape, scale);
        worst = fmax(worst, fmax(fabs(p - (double)i / n), fabs((double)(i + 1) / n - p)));
        mean += sample[i] / n;
    }
    if (!(worst * sqrt(n) < 1.95))
        print_message("%s: KS %.2f, mean %g, expected %g\n", name, worst * sqrt(n), mean, shape * scale);
    assert_true(worst * sqrt(n) < 1.95);
}

enum { SAMPLES = 4000 };
static double sample[SAMPLES];

/* Kinetic energy: K/kT is Gamma(g/2). Free particles for bussi and langevin; oscillators for the
 * deterministic chain, which needs something chaotic. Samples are 10 relaxation times apart. */
static void test_kinetic_distribution(void **state)
{
    static const struct {
        enum thermostat t;
        int freedom;
        bool springs;
        double T;
        int every;
    } cases[] = {{THERMOSTAT_BUSSI, 30, false, 1.7, 30},
                 {THERMOSTAT_BUSSI, 3, false, 0.4, 30},
                 {THERMOSTAT_LANGEVIN, 30, false, 1.7, 30},
                 {THERMOSTAT_LANGEVIN, 60, true, 0.6, 30},
                 {THERMOSTAT_NOSE_HOOVER, 60, true, 1.3, 200}};
    (void)state;
    for (int c = 0; c < 5; c++) {
        struct toy t;
        char name[40];
        struct ensemble n = fixture_ensemble(cases[c].t, BAROSTAT_NONE, cases[c].T, 0.0);
        int count = cases[c].t == THERMOSTAT_NOSE_HOOVER ? 2000 : SAMPLES;
        n.tau_T = cases[c].t == THERMOSTAT_NOSE_HOOVER ? 0.5 : 0.2;
        toy_start(&t, n, cases[c].freedom, 0.05, cases[c].springs);
        for (int k = 0; k < 2000; k++) toy_step(&t);
        for (int s = 0; s < count; s++) {
            for (int k = 0; k < cases[c].every; k++) toy_step(&t);
            sample[s] = 0.5 * (t.kinetic2[0] + t.kinetic2[1] + t.kinetic2[2]) / cases[c].T;
        }
        snprintf(name, sizeof name, "kinetic energy, case %d", c);
        check_gamma(sample, count, 0.5 * cases[c].freedom, 1.0, name);
    }
}

/* Ideal gas at P under cell rescaling: with all 3N momenta free PV/kT is Gamma(N+1); with the total momentum
 * fixed (3N−3) the scaled momenta take one volume factor with them: Gamma(N). Isotropic and per axis. The
 * volume relaxes in tau_P/(compressibility·P) = 1 here, samples are 8 apart. */
static void test_ideal_gas_volume(void **state)
{
    (void)state;
    for (int c = 0; c < 4; c++) {
        struct toy t;
        char name[40];
        double T = 1.5, P = 0.8;
        struct ensemble n =
            fixture_ensemble(c < 2 ? THERMOSTAT_LANGEVIN : THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, T, P);
        n.tau_T = 0.1, n.tau_P = 0.8, n.compressibility = 1.0, n.period = 1 + c % 2;
        n.per_axis = c % 2 == 1;
        toy_start(&t, n, 24, 0.02, false);
        double atoms = (double)t.atoms, shape = c < 2 ? atoms + 1.0 : atoms;
        t.volume = shape * T / P;
        for (int k = 0; k < 2000; k++) toy_step(&t);
        for (int s = 0; s < 2000; s++) {
            for (int k = 0; k < 400; k++) toy_step(&t);
            sample[s] = P * t.volume / T;
        }
        snprintf(name, sizeof name, "volume, case %d", c);
        check_gamma(sample, 2000, shape, 1.0, name);
    }
}

/* The same noise at the same step whatever was planned before, other noise at other steps. */
static void test_noise_is_keyed(void **state)
{
    (void)state;
    struct ensemble n = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, 1.0, 0.0);
    struct ensemble_input in = {.kB = 1.0,
                                .dt = 0.01,
                                .volume = 10.0,
                                .kinetic2 = 30,
                                .axis_kinetic2 = {10, 10, 10},
                                .atoms = 11,
                                .step = 77,
                                .seed = 1};
    struct step_plan a, b;
    ensemble_plan(&n, &in, &a);
    ensemble_plan(&n, &in, &b);
    assert_true(a.va[0] == b.va[0]);
    in.step = 78;
    ensemble_plan(&n, &in, &b);
    assert_true(a.va[0] != b.va[0]);
    in.step = 77, in.seed = 2;
    ensemble_plan(&n, &in, &b);
    assert_true(a.va[0] != b.va[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conserved),
        cmocka_unit_test(test_ramp),
        cmocka_unit_test(test_kinetic_distribution),
        cmocka_unit_test(test_ideal_gas_volume),
        cmocka_unit_test(test_noise_is_keyed),
    };
    return cmocka_run_group_tests(tests, prepare, release);
}
