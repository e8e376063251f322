/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minimisation: gradient and stress below what was asked, energy (enthalpy) never above the start, the right
 * box coordinates relaxed, what is reported is what is left, the same bits for any number of threads. */
#include "engine_fixture.h"
#include "integrate/minimise.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct config liquid; /* 200 atoms */

static int prepare(void **state)
{
    (void)state;
    fixture_liquid(&liquid, 200, 1.2, 0.8, 3, 300);
    return 0;
}
static int release(void **state)
{
    (void)state;
    config_free(&liquid);
    return 0;
}

static double enthalpy(const struct engine *e, const struct minimise_options *o)
{
    return e->energy + (o->box == MINIMISE_FIXED ? 0.0 : o->P * box_volume(&e->domain.box));
}

static double largest_force(const struct engine *e)
{
    double most = 0.0;
    for (size_t i = 0; i < e->domain.n; i++)
        for (int k = 0; k < 3; k++) most = fmax(most, fabs(e->domain.f[i][k]));
    return most;
}

/* Largest stress from the virial alone: a minimised structure does not move. */
static double largest_stress(const struct engine *e, const struct minimise_options *o)
{
    double volume = box_volume(&e->domain.box), most = 0.0, p[3], mean;
    for (int k = 0; k < 3; k++) p[k] = e->virial[k] / volume;
    mean = (p[0] + p[1] + p[2]) / 3.0;
    for (int k = 0; k < 3; k++) most = fmax(most, fabs((o->box == MINIMISE_ISOTROPIC ? mean : p[k]) - o->P));
    return o->box == MINIMISE_FIXED ? 0.0 : most;
}

static void check_result(struct engine *e, const struct minimise_options *o, const struct minimise_result *r)
{
    assert_true(r->converged);
    assert_true(largest_force(e) < o->force * (1 + 1e-6) && r->largest_force < o->force);
    assert_true(largest_stress(e, o) < o->stress * (1 + 1e-6) && r->largest_stress <= o->stress);
    for (size_t i = 0; i < e->domain.n; i++)
        for (int k = 0; k < 3; k++) assert_true(e->domain.v[i][k] == 0.0);
    assert_int_equal(e->step, liquid.step);
    assert_true(engine_at_rebuild(e) && e->has_energy && engine_kinetic(e) == 0.0);
}

static void test_converges(void **state)
{
    static const double pressures[] = {0.0, 5.0};
    (void)state;
    for (int c = 0; c < 6; c++) {
        struct engine e;
        struct minimise_options o = {.box = (enum minimise_box)(c % 3),
                                     .P = pressures[c / 3],
                                     .force = 1e-7,
                                     .stress = 1e-7,
                                     .most_steps = 20000};
        struct minimise_result r;
        fixture_start(&e, &liquid, "wahnstrom:shift=force", 0.005, 1);
        double start = enthalpy(&e, &o);
        MUST(minimise(&e, &o, &r));
        if (!r.converged)
            print_message("box %d: force %g stress %g after %ld\n", c, r.largest_force, r.largest_stress,
                          (long)r.iterations);
        check_result(&e, &o, &r);
        assert_true(enthalpy(&e, &o) < start - 10.0); /* a liquid at T = 0.8 is 200·1.2 ε above */
        const struct box *b = &e.domain.box, *b0 = &liquid.box;
        double s[3];
        for (int k = 0; k < 3; k++) s[k] = b->h[k][k] / b0->h[k][k];
        if (o.box == MINIMISE_FIXED) assert_memory_equal(b, b0, sizeof *b);
        if (o.box == MINIMISE_ISOTROPIC) assert_true(fabs(s[0] - s[1]) < 1e-13 && fabs(s[0] - s[2]) < 1e-13);
        if (o.box == MINIMISE_PER_AXIS) assert_true(fabs(s[0] - s[1]) > 1e-6 && fabs(s[0] - s[2]) > 1e-6);
        /* again: nothing left to do, nothing moves */
        double energy = e.energy;
        MUST(minimise(&e, &o, &r));
        assert_true(r.converged && r.iterations <= 1);
        assert_true(fabs(e.energy - energy) < 1e-9);
        engine_free(&e);
    }
}

/* Stopped half way, the reported stress and force are those of the structure: nothing of the velocities by
 * which the minimiser moves. */
static void test_reports_what_is_left(void **state)
{
    (void)state;
    for (int box = 1; box < 3; box++)
        for (int64_t most = 5; most <= 160; most *= 2) {
            struct engine e;
            struct minimise_options o = {
                .box = (enum minimise_box)box, .P = 2.0, .force = 1e-9, .stress = 1e-9, .most_steps = most};
            struct minimise_result r;
            fixture_start(&e, &liquid, "wahnstrom:shift=force", 0.005, 1);
            double start = enthalpy(&e, &o);
            MUST(minimise(&e, &o, &r));
            assert_false(r.converged);
            assert_int_equal(r.iterations, most);
            assert_true(enthalpy(&e, &o) < start);
            if (!(fabs(r.largest_stress - largest_stress(&e, &o)) < 1e-9))
                print_message("%ld: stress %g reported, %g left\n", (long)most, r.largest_stress,
                              largest_stress(&e, &o));
            assert_true(fabs(r.largest_stress - largest_stress(&e, &o)) < 1e-9);
            assert_true(fabs(r.largest_force - largest_force(&e)) < 1e-9);
            engine_free(&e);
        }
}

static void test_threads(void **state)
{
    (void)state;
    char first[65] = "", hex[65];
    for (int threads = 1; threads <= 3; threads++) {
        struct engine e;
        struct minimise_options o = {
            .box = MINIMISE_PER_AXIS, .force = 1e-6, .stress = 1e-6, .most_steps = 5000};
        struct minimise_result r;
        fixture_start(&e, &liquid, "wahnstrom", 0.005, threads);
        MUST(minimise(&e, &o, &r));
        fixture_digest(&e, hex);
        if (threads == 1) strcpy(first, hex);
        assert_string_equal(first, hex);
        engine_free(&e);
    }
}

/* Two atoms: r = 2^(1/6) σ_AB and −ε exactly (unshifted), also from far inside the core. */
static void test_pair(void **state)
{
    (void)state;
    for (int start = 0; start < 3; start++) {
        struct config c = {0};
        struct engine e;
        struct minimise_options o = {.box = MINIMISE_FIXED, .force = 1e-10, .most_steps = 20000};
        struct minimise_result r;
        MUST(config_allocate(&c, 2, 0));
        c.box = box_orthogonal(20, 20, 20);
        c.species = fixture_species;
        c.id[0] = 1, c.id[1] = 2;
        c.type[1] = 1;
        for (int k = 0; k < 3; k++) c.x[k] = 19.9, c.x[3 + k] = 19.9;
        c.x[3] = start == 0 ? 0.5 : start == 1 ? 1.5 : 0.25; /* across the face */
        fixture_start(&e, &c, "wahnstrom:shift=none", 0.005, 1);
        MUST(minimise(&e, &o, &r));
        assert_true(r.converged);
        assert_true(fabs(e.energy + 1.0) < 1e-12);
        double d = e.domain.x[e.domain.slot[0]][0] - e.domain.x[e.domain.slot[1]][0];
        d -= 20.0 * nearbyint(d / 20.0);
        assert_true(fabs(fabs(d) - pow(2.0, 1.0 / 6.0) * 11.0 / 12.0) < 1e-10);
        engine_free(&e);
        config_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_converges),
        cmocka_unit_test(test_reports_what_is_left),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_pair),
    };
    return cmocka_run_group_tests(tests, prepare, release);
}
