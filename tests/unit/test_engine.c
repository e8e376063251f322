/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: order and reversibility of the integrator, exact restart, the same bits for any number of
 * threads and any way of cutting a run into advances, step counting, and how a run that blows up ends. */
#include "engine_fixture.h"
#include "par/par.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
    enum thermostat t;
    enum barostat b;
    bool per_axis;
} kinds[] = {
    {THERMOSTAT_NONE, BAROSTAT_NONE, false},
    {THERMOSTAT_NOSE_HOOVER, BAROSTAT_NONE, false},
    {THERMOSTAT_BUSSI, BAROSTAT_NONE, false},
    {THERMOSTAT_LANGEVIN, BAROSTAT_NONE, false},
    {THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, false},
    {THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, true},
    {THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, false},
    {THERMOSTAT_LANGEVIN, BAROSTAT_CELL_RESCALING, true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct ensemble make_kind(int i)
{
    struct ensemble n = fixture_ensemble(kinds[i].t, kinds[i].b, 1.0, 8.0);
    n.per_axis = kinds[i].per_axis;
    n.T_to = 0.9, n.step_to = 200;
    return n;
}

static struct config liquid; /* 256 atoms, density 1.2, T = 1 */

static int prepare(void **state)
{
    (void)state;
    fixture_liquid(&liquid, 256, 1.2, 1.0, 1, 400);
    return 0;
}
static int release(void **state)
{
    (void)state;
    config_free(&liquid);
    return 0;
}

static double total_energy(const struct engine *e)
{
    return e->energy + engine_kinetic(e);
}

/* Root mean square deviation of the total energy from its start over a fixed time, sampled every step. */
static double energy_error(double dt, double time)
{
    struct engine e;
    fixture_start(&e, &liquid, "wahnstrom:shift=force", dt, 1);
    double start = total_energy(&e), sum = 0.0;
    int64_t steps = llround(time / dt);
    for (int64_t k = 1; k <= steps; k++) {
        MUST(engine_advance(&e, k, false));
        double d = total_energy(&e) - start;
        sum += d * d;
    }
    engine_free(&e);
    return sqrt(sum / (double)steps);
}

/* Velocity Verlet: the energy oscillates with dt². With dt·ω ≈ 0.1 the next order changes the ratio by ≈ (dt
 * ω)²/3 ≈ a percent; the sampled stretches of one chaotic trajectory differ by less than 5 % after 0.5 τ. */
static void test_order(void **state)
{
    (void)state;
    double e4 = energy_error(0.004, 0.5), e2 = energy_error(0.002, 0.5), e1 = energy_error(0.001, 0.5);
    if (!(fabs(e4 / e2 - 4.0) < 0.3 && fabs(e2 / e1 - 4.0) < 0.3))
        print_message("ratios %g %g\n", e4 / e2, e2 / e1);
    assert_true(fabs(e4 / e2 - 4.0) < 0.3);
    assert_true(fabs(e2 / e1 - 4.0) < 0.3);
}

/* Forward, velocities reversed, back: rounding 1e-16 a step grows like exp(λt), λ ≈ 3/τ, t = 0.8: far below
 * 1e-10. */
static void test_reversible(void **state)
{
    (void)state;
    struct engine e;
    struct config back = {0};
    fixture_start(&e, &liquid, "wahnstrom:shift=force", 0.004, 1);
    MUST(engine_advance(&e, 200, false));
    for (size_t i = 0; i < e.domain.n; i++)
        for (int k = 0; k < 3; k++) e.domain.v[i][k] = -e.domain.v[i][k];
    MUST(engine_advance(&e, 400, false));
    MUST(domain_gather(&e.domain, &back, CONFIG_VELOCITY));
    for (int64_t i = 0; i < 3 * back.atoms; i++) {
        double d = back.x[i] - liquid.x[i], l = liquid.box.h[0][0];
        d -= l * nearbyint(d / l);
        assert_true(fabs(d) < 1e-10 && fabs(back.v[i] + liquid.v[i]) < 1e-9);
    }
    engine_free(&e);
    config_free(&back);
}

/* A second engine started from the state at a natural rebuild goes on to the same bits, for every ensemble.
 */
static void test_restart(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct engine e, second;
        struct config saved = {0};
        char a[65], b[65];
        fixture_start(&e, &liquid, "wahnstrom", 0.004, 2);
        e.ensemble = make_kind(i);
        MUST(engine_advance(&e, 30, false));
        MUST(engine_advance(&e, 1000, true));
        assert_true(engine_at_rebuild(&e) && e.step < 200);
        MUST(domain_gather(&e.domain, &saved, CONFIG_VELOCITY | CONFIG_IMAGE));
        saved.step = e.step;
        saved.time = e.time;
        fixture_start(&second, &saved, "wahnstrom", 0.004, 1);
        second.ensemble = e.ensemble;
        for (int64_t to = e.step + 1; to < 400; to += 61) {
            MUST(engine_advance(&e, to, false));
            MUST(engine_advance(&second, to, false));
            fixture_digest(&e, a);
            fixture_digest(&second, b);
            assert_string_equal(a, b);
            assert_memory_equal(&e.energy, &second.energy, sizeof e.energy);
            assert_memory_equal(&e.time, &second.time, sizeof e.time);
        }
        assert_memory_equal(&e.ensemble.state, &second.ensemble.state, sizeof e.ensemble.state);
        engine_free(&e);
        engine_free(&second);
        config_free(&saved);
    }
}

/* 1, 2, 3 threads; in one advance or many; energies now and then or always: one trajectory. */
static void test_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        char first[65] = "", hex[65];
        for (int way = 0; way < 5; way++) {
            struct engine e;
            fixture_start(&e, &liquid, "wahnstrom", 0.004, way < 3 ? way + 1 : 1);
            e.ensemble = make_kind(i);
            if (way == 3)
                for (int64_t to = 1; to < 300; to += 1 + to % 7) MUST(engine_advance(&e, to, false));
            if (way == 4) e.energy_every = 3;
            MUST(engine_advance(&e, 300, false));
            fixture_digest(&e, hex);
            if (way == 0) strcpy(first, hex);
            assert_string_equal(hex, first);
            assert_true(e.has_energy);
            assert_int_equal(e.step, 300);
            engine_free(&e);
        }
    }
}

static void test_steps_and_rebuilds(void **state)
{
    (void)state;
    struct engine e;
    fixture_start(&e, &liquid, "wahnstrom", 0.004, 1);
    assert_true(engine_at_rebuild(&e) && e.step == 0 && e.has_energy);
    MUST(engine_advance(&e, 0, false));
    assert_int_equal(e.step, 0);
    e.rebuild_at = 3;
    MUST(engine_advance(&e, 2, false));
    assert_false(engine_at_rebuild(&e));
    MUST(engine_advance(&e, 3, false));
    assert_true(engine_at_rebuild(&e));
    assert_true(fabs(e.time - 0.012) < 1e-15);
    MUST(engine_advance(&e, 2, false)); /* the past: nothing */
    assert_int_equal(e.step, 3);
    engine_free(&e);
    /* a frozen crystal never moves, so only the lifetime forces a rebuild: every 100 steps */
    struct config c = {0};
    const struct lattice *l = lattice_find("fcc");
    struct build_lattice o = {.lattice = l,
                              .n = {3, 3, 3},
                              .species = fixture_species,
                              .site_species = {0, 0},
                              .a = lattice_constant(l, 1.074975, 0.0)};
    MUST(build_lattice(&c, &o));
    fixture_start(&e, &c, "wahnstrom", 0.004, 1);
    MUST(engine_advance(&e, 1000, false));
    assert_int_equal(e.rebuilds, 11);
    assert_int_equal(e.last_rebuild, 1000);
    engine_free(&e);
    config_free(&c);
}

static void expect_unphysical(const struct config *c, double dt, const char *word)
{
    struct engine e;
    struct engine_options o = {.potential = "wahnstrom", .dt = dt, .threads = 2, .seed = 1};
    status s = engine_start(&e, &o, c);
    if (s == OK) s = engine_advance(&e, 500, false);
    assert_int_equal(s, UNPHYSICAL);
    if (!strstr(status_message(), word)) print_message("%s\n", status_message());
    assert_non_null(strstr(status_message(), word));
    engine_free(&e);
}

static void test_unphysical(void **state)
{
    (void)state;
    struct config c = liquid;
    size_t bytes = (size_t)(3 * liquid.atoms) * sizeof(double);
    c.x = malloc(bytes);
    c.v = malloc(bytes);
    memcpy(c.x, liquid.x, bytes);
    memcpy(c.v, liquid.v, bytes);
    expect_unphysical(&c, 0.7, "blown up"); /* a time step far too long */
    memcpy(c.x + 3, c.x, 3 * sizeof(double));
    expect_unphysical(&c, 0.004, "overlapping"); /* two atoms in one place */
    c.x[3] = (double)NAN;
    expect_unphysical(&c, 0.004, "atom 2"); /* not a number */
    memcpy(c.x, liquid.x, bytes);
    c.v[5] = (double)NAN;
    expect_unphysical(&c, 0.004, "blown up");
    c.v[5] = 1e12;
    expect_unphysical(&c, 0.004, "blown up");
    free(c.x);
    free(c.v);
}

/* 3N−3 degrees of freedom (3N with langevin); P = (2K + tr W)/3V; momentum stays zero with every
 * momentum-conserving ensemble: 300 steps of rounding at 1e-16 of the forces (≈ 50·256) give 1e-10. */
static void test_global_values(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        struct engine e;
        double p[VIRIALS], momentum[3] = {0, 0, 0}, k2 = 0.0, n = 256.0;
        fixture_start(&e, &liquid, "wahnstrom", 0.004, 1);
        e.ensemble = make_kind(i);
        MUST(engine_advance(&e, 300, false));
        for (size_t a = 0; a < e.domain.n; a++)
            for (int k = 0; k < 3; k++) {
                double mass = e.domain.species.mass[e.domain.type[a]], v = e.domain.v[a][k];
                assert_true(e.domain.v[a][3] == 1.0 / mass);
                momentum[k] += mass * v;
                k2 += mass * v * v;
            }
        double g = kinds[i].t == THERMOSTAT_LANGEVIN ? 3 * n : 3 * n - 3;
        assert_true(fabs(engine_temperature(&e) - k2 / g) < 1e-12);
        assert_true(fabs(engine_kinetic(&e) - 0.5 * k2) < 1e-9);
        engine_pressure(&e, p);
        double want = (k2 + e.virial[0] + e.virial[1] + e.virial[2]) / (3 * box_volume(&e.domain.box));
        assert_true(fabs((p[0] + p[1] + p[2]) / 3 - want) < 1e-12 &&
                    fabs(engine_scalar_pressure(&e) - want) < 1e-12);
        for (int k = 0; k < 3 && kinds[i].t != THERMOSTAT_LANGEVIN; k++)
            assert_true(fabs(momentum[k]) < 1e-10);
        engine_free(&e);
    }
}

/* OpenMP may give fewer threads than asked for (OMP_THREAD_LIMIT): the run must go on with those, not wait
 * for ever. */
static void test_thread_limit(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("OMP_THREAD_LIMIT", "1", 1);
        alarm(20);
        execl("/proc/self/exe", "test_engine", "limited", (char *)NULL);
        _exit(9);
    }
    int result = 0;
    waitpid(child, &result, 0);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
}

static int run_limited(void)
{
    struct config c = {0};
    struct engine e;
    fixture_mixture(&c, 64, 1.0, 0.5, 1);
    fixture_start(&e, &c, "wahnstrom", 0.002, 3);
    MUST(engine_advance(&e, 5, false));
    engine_free(&e);
    config_free(&c);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_reversible),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_steps_and_rebuilds),
        cmocka_unit_test(test_unphysical),
        cmocka_unit_test(test_global_values),
        cmocka_unit_test(test_thread_limit),
    };
    if (argc > 1 && strcmp(argv[1], "limited") == 0) return run_limited();
    return cmocka_run_group_tests(tests, prepare, release);
}
