/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixed precision (EAM forces: test_eam.c): packed positions; Lennard-Jones forces of every instruction set
 * against the O(N²) reference within the bound that follows from the roundings; no pair missed between
 * prunes; accuracy on a real liquid; the same bits for threads, cuts and restarts; minimisation in double
 * precision; what is refused. */
#include "base/isa.h"
#include "engine_fixture.h"
#include "integrate/minimise.h"
#include "ref_md.c"
#include "base/simd_species.h"
#include "force/eam.h"
#include "system/packed.h"
#include "system/trajectory.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const isas[] = {"sse2", "avx2", "avx512"};
static const double unit = 0x1p-24; /* half the distance of floats at 1 */

static void start(struct engine *e, const struct config *c, const char *spec, double dt, int threads)
{
    struct engine_options o = {
        .potential = spec, .dt = dt, .threads = threads, .seed = 7, .precision = PRECISION_MIXED};
    MUST(engine_start(e, &o, c));
}

/* ---- packed positions ---- */

/* The difference of two packed coordinates is that of the rounded ones, exactly, wherever the pair is. */
static void test_packed(void **state)
{
    (void)state;
    struct packed p = {.per_unit = packed_per_unit(3.2)};
    assert_true(p.per_unit == 0x1p29 && packed_per_unit(9.0) == 0x1p27);
    MUST(packed_reserve(&p, 2));
    assert_int_equal(p.x[2][3], PACKED_PADDING);
    static const double places[] = {0.0, 3.999, -4.0, 29.5, -777.7, 123456.789, -4e6};
    for (size_t k = 0; k < sizeof places / sizeof *places; k++)
        for (int step = -80; step <= 80; step++) {
            _Alignas(32) double x[2][4];
            double apart = 0.049 * step;
            for (int a = 0; a < 3; a++) {
                x[0][a] = places[k] + 0.1 * a;
                x[1][a] = x[0][a] + (a == 1 ? -apart : apart);
            }
            x[0][3] = simd_species(1);
            x[1][3] = simd_species(3);
            packed_fill(&p, (const double(*)[4])x, 0, 2);
            for (int a = 0; a < 3; a++) {
                int32_t d = (int32_t)((uint32_t)p.x[1][a] - (uint32_t)p.x[0][a]);
                double want = nearbyint(x[1][a] * p.per_unit) - nearbyint(x[0][a] * p.per_unit);
                assert_true((double)d == want);
            }
            assert_int_equal(p.x[0][3] & 7, 2);
            assert_int_equal(p.x[1][3] & 7, 6);
        }
    assert_true(packed_reach(&p) == 0x1p22);
    packed_free(&p);
}

/* ---- forces ---- */

struct bound { /* of the errors of one atom's force and energy */
    double force, energy, virial;
};

/* From the analysis in lj_mixed.kernel.c: 54 roundings of the parts of each pair force, the additions of a
 * lane, and positions that are off by a quantum; a pair within 1e-6 of its cutoff may count or not. */
static struct bound bound_of(const struct config *c, const struct ref_lj *p, long i, double quantum)
{
    enum { ROOM = 65536 };
    static struct ref_neighbor list[ROOM];
    double radius[2][2];
    struct bound b = {0};
    for (int k = 0; k < 4; k++) radius[k / 2][k % 2] = p->cutoff[k / 2][k % 2] * (1.0 + 1e-6);
    long n = ref_neighbors(c, radius, i, list, ROOM);
    assert_true(n <= ROOM);
    double roundings = 54.0 + (double)n / 8.0 + 8.0;
    for (long k = 0; k < n; k++) {
        int a = c->type[i], other = c->type[list[k].j];
        double r = sqrt(list[k].r2), s6 = pow(p->sigma[a][other], 6) / pow(r, 6);
        double parts = 24.0 * (2.0 * s6 * s6 + s6) / r, steep = 24.0 * (26.0 * s6 * s6 + 7.0 * s6) / (r * r);
        double error = roundings * unit * parts + 1.8 * quantum * steep;
        double energies = 4.0 * (s6 * s6 + s6);
        bool at_cutoff = r > p->cutoff[a][other] * (1.0 - 1e-6);
        if (p->shift == REF_FORCE) error += roundings * unit; /* the slope at the cutoff is below 1 */
        b.force += error + (at_cutoff ? parts : 0.0);
        b.virial += (error + (at_cutoff ? parts : 0.0)) * r;
        b.energy +=
            roundings * unit * (energies + 1.0) + 1.8 * quantum * parts + (at_cutoff ? energies : 0.0);
    }
    return b;
}

static void compare(const struct engine *e, const struct config *c, const struct ref_lj *p, const char *what)
{
    struct ref_result r;
    struct config out = {0};
    struct bound total = {0};
    double quantum = 1.0 / e->domain.packed.per_unit;
    ref_forces(c, p, &r);
    MUST(domain_gather(&e->domain, &out, CONFIG_FORCE));
    for (int64_t i = 0; i < c->atoms; i++) {
        struct bound b = bound_of(c, p, i, quantum);
        total.energy += b.energy;
        total.virial += b.virial;
        for (int k = 0; k < 3; k++) {
            double error = fabs(out.f[3 * i + k] - r.f[3 * i + k]);
            if (!(error <= b.force))
                print_message("%s: atom %ld: f_%d %.9g, reference %.9g, bound %g\n", what, (long)i, k,
                              out.f[3 * i + k], r.f[3 * i + k], b.force);
            assert_true(error <= b.force);
        }
    }
    if (!(fabs(e->energy - r.energy) <= total.energy))
        print_message("%s: energy %.12g, reference %.12g\n", what, e->energy, r.energy);
    assert_true(fabs(e->energy - r.energy) <= total.energy);
    for (int v = 0; v < 6; v++) assert_true(fabs(e->virial[v] - r.virial[v]) <= total.virial);
    ref_free(&r);
    config_free(&out);
}

static void run_case(const struct config *c, const char *spec, const struct ref_lj *p, const char *what)
{
    for (int i = 0; i < 3; i++) {
        setenv("GLINT_ISA", isas[i], 1);
        char name[200];
        snprintf(name, sizeof name, "%s, %s, %s", what, spec, isas[i]);
        struct engine e;
        start(&e, c, spec, 0.005, 1);
        compare(&e, c, p, name);
        engine_free(&e);
    }
    unsetenv("GLINT_ISA");
}

static void test_options(void **state)
{
    static const char *const shifts[] = {"none", "energy", "force"};
    (void)state;
    struct config c = {0};
    fixture_liquid(&c, 150, 1.1, 1.0, 3, 300);
    for (int per_pair = 0; per_pair < 2; per_pair++)
        for (int s = 0; s < 3; s++) {
            struct ref_lj p = ref_wahnstrom(2.5, per_pair, (enum ref_shift)s);
            char spec[80];
            snprintf(spec, sizeof spec, "wahnstrom:cutoff=2.5%s,shift=%s", per_pair ? "ij" : "aa", shifts[s]);
            run_case(&c, spec, &p, "cube");
        }
    config_free(&c);
}

/* Skewed, partly free and tiny cells; an atom at the origin, where the padding atom sits, too; atoms far
 * away. */
static void test_cells(void **state)
{
    (void)state;
    struct config c = {0};
    struct ref_lj p = ref_wahnstrom(2.5, 0, REF_ENERGY), force = ref_wahnstrom(2.5, 1, REF_FORCE);
    fixture_liquid(&c, 200, 1.1, 1.0, 4, 300);
    double first[3] = {c.x[0], c.x[1], c.x[2]};
    for (int64_t i = 0; i < 3 * c.atoms; i++) c.x[i] -= first[i % 3];
    run_case(&c, "wahnstrom", &p, "an atom at the origin");
    fixture_skew(&c);
    run_case(&c, "wahnstrom:cutoff=2.5ij,shift=force", &force, "skewed");
    for (int mask = 0; mask < 7; mask += 3) {
        for (int k = 0; k < 3; k++) c.box.periodic[k] = (mask >> k & 1) != 0;
        run_case(&c, "wahnstrom", &p, "skewed and partly free");
    }
    memset(c.box.periodic, 0, sizeof c.box.periodic);
    for (int k = 0; k < 3; k++) {
        c.x[k] += 300.0;
        c.x[3 + k] = c.x[k] + 0.6;
        c.x[6 + k] -= 4000.0;
    }
    run_case(&c, "wahnstrom", &p, "atoms far outside");
    config_free(&c);
    const struct lattice *l = lattice_find("C15");
    struct build_lattice o = {.lattice = l,
                              .n = {1, 1, 1},
                              .species = fixture_species,
                              .site_species = {0, 1},
                              .a = lattice_constant(l, 1.2, 0.0)};
    MUST(build_lattice(&c, &o));
    for (int64_t k = 0; k < 3 * c.atoms; k++) c.x[k] += 0.03 * sin(1.0 + 7.0 * (double)k);
    run_case(&c, "wahnstrom", &p, "a cell thinner than the cutoff");
    config_free(&c);
}

/* Farther away than fixed point reaches: said, not miscounted. */
static void test_out_of_reach(void **state)
{
    (void)state;
    struct config c = {0};
    struct engine e;
    fixture_mixture(&c, 64, 1.0, 0.5, 1);
    c.box.periodic[2] = false;
    c.x[2] = 5e6;
    struct engine_options o = {.potential = "wahnstrom", .dt = 0.005, .threads = 1};
    MUST(engine_start(&e, &o, &c));
    engine_free(&e);
    o.precision = PRECISION_MIXED;
    assert_int_equal(engine_start(&e, &o, &c), UNPHYSICAL);
    assert_non_null(strstr(status_message(), "atom 1 "));
    engine_free(&e);
    config_free(&c);
}

/* Between prunes and rebuilds of a hot liquid the lists hold every pair: the forces of any step are those of
 * the reference at that step's positions. */
static void test_lists(void **state)
{
    (void)state;
    struct config c = {0}, now = {0};
    struct engine e;
    struct ref_lj p = ref_wahnstrom(2.5, 0, REF_ENERGY);
    fixture_liquid(&c, 150, 1.1, 2.0, 5, 300);
    c.step = 0;
    start(&e, &c, "wahnstrom", 0.005, 1);
    for (int64_t step = 1; step <= 60; step++) {
        MUST(engine_advance(&e, step, false));
        if (step % 4 != 0) continue;
        MUST(domain_gather(&e.domain, &now, 0));
        compare(&e, &now, &p, "a hot liquid");
        config_free(&now);
    }
    assert_true(e.prunes > 3 && e.rebuilds > 2);
    engine_free(&e);
    config_free(&c);
}

/* The promise of the documentation, on reference configurations: 3e-6 of the rms force. The energy is off by
 * the rounding of 2σ⁶ (or of the rows per r²), which is common to all pairs: two of 6e-8 of the repulsive and
 * attractive parts, which are some three times the energy. */
static void test_accuracy(void **state)
{
    static const struct {
        const char *file, *spec;
    } cases[] = {{"tests/data/lj_4000.data", "wahnstrom:cutoff=2.5aa"},
                 {"tests/data/lj_4000.data", "wahnstrom:cutoff=2.5ij,shift=force"},
                 {"tests/data/cuzr_4000.data", "cuzr:m19"},
                 {"tests/data/cuzr_4000.data", "cuzr:zjw04"}};
    (void)state;
    for (size_t k = 0; k < 3 * sizeof cases / sizeof *cases; k++) {
        struct config c = {0};
        struct potential p = {0};
        struct engine e;
        struct precision_error error;
        char before[65], after[65];
        setenv("GLINT_ISA", isas[k % 3], 1);
        MUST(config_read(cases[k / 3].file, &c));
        MUST(potential_make(&p, cases[k / 3].spec));
        MUST(potential_adopt(&p, &c));
        start(&e, &c, cases[k / 3].spec, 0.0, 1);
        struct engine exact;
        double energy = e.energy;
        fixture_start(&exact, &c, cases[k / 3].spec, 0.0, 1);
        assert_true(fabs(energy - exact.energy) < 4e-7 * fabs(exact.energy));
        engine_free(&exact);
        fixture_digest(&e, before);
        MUST(engine_precision_error(&e, &error));
        fixture_digest(&e, after);
        if (!(error.error < 3e-6 * error.force))
            print_message("%s, %s: %g of %g\n", cases[k / 3].spec, isas[k % 3], error.error, error.force);
        assert_true(error.error < 3e-6 * error.force);
        assert_true(error.error > 1e-9 * error.force); /* it is mixed precision indeed */
        assert_string_equal(before, after);
        assert_memory_equal(&energy, &e.energy, sizeof energy);
        engine_free(&e);
        potential_free(&p);
        config_free(&c);
    }
    unsetenv("GLINT_ISA");
}

/* ---- one trajectory ---- */

static void advance(struct engine *e, int way)
{
    if (way == 3)
        for (int64_t to = 1; to < 200; to += 1 + to % 7) MUST(engine_advance(e, to, false));
    if (way == 4) e->energy_every = 3;
    if (way == 5) {
        struct precision_error error;
        MUST(engine_precision_error(e, &error));
    }
    MUST(engine_advance(e, 200, false));
}

/* Threads, cuts into advances, energies now and then or always, the report of the error: one trajectory, and
 * not that of double precision. */
static void same_bits(const struct config *c, const char *spec, double dt)
{
    char first[65] = "", hex[65];
    for (int way = 0; way < 6; way++) {
        struct engine e;
        start(&e, c, spec, dt, way < 3 ? way + 1 : 1);
        e.energy_every = 0;
        advance(&e, way);
        fixture_digest(&e, hex);
        if (way == 0) strcpy(first, hex);
        assert_string_equal(hex, first);
        engine_free(&e);
    }
    struct engine e;
    fixture_start(&e, c, spec, dt, 1);
    MUST(engine_advance(&e, 200, false));
    fixture_digest(&e, hex);
    assert_string_not_equal(hex, first);
    engine_free(&e);
}

static void test_same_bits(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct config c = {0};
        setenv("GLINT_ISA", isas[i], 1);
        fixture_liquid(&c, 256, 1.2, 1.0, 1, 200);
        c.step = 0;
        same_bits(&c, i == 0 ? "wahnstrom:shift=force" : "wahnstrom", 0.004);
        config_free(&c);
    }
    unsetenv("GLINT_ISA");
}

/* Two passes, with a number that travels in the packed atoms. */
static void test_same_bits_metal(void **state)
{
    (void)state;
    struct species s = {2, {"Cu", "Zr"}, {63.546, 91.224}};
    struct build_mixture o = {
        .atoms = 256, .density = 0.055, .fraction = {0.5, 0.5}, .species = s, .seed = 1};
    struct unit_system u = units_metal();
    struct config c = {0};
    MUST(build_mixture(&c, &o));
    MUST(build_velocities(&c, 1500.0, units_boltzmann(&u), 1, 0));
    same_bits(&c, "cuzr:m19", 0.002 * units_size(&u, QUANTITY_TIME));
    config_free(&c);
}

/* A second engine started from the state at a rebuild goes on to the same bits. */
static void test_restart(void **state)
{
    (void)state;
    struct config c = {0}, saved = {0};
    struct engine e, second;
    char a[65], b[65];
    fixture_liquid(&c, 256, 1.2, 1.0, 2, 200);
    c.step = 0;
    start(&e, &c, "wahnstrom", 0.004, 2);
    MUST(engine_advance(&e, 30, false));
    MUST(engine_advance(&e, 1000, true));
    assert_true(engine_at_rebuild(&e));
    MUST(domain_gather(&e.domain, &saved, CONFIG_VELOCITY | CONFIG_IMAGE));
    saved.step = e.step;
    start(&second, &saved, "wahnstrom", 0.004, 1);
    for (int64_t to = e.step + 1; to < 250; to += 41) {
        MUST(engine_advance(&e, to, false));
        MUST(engine_advance(&second, to, false));
        fixture_digest(&e, a);
        fixture_digest(&second, b);
        assert_string_equal(a, b);
    }
    engine_free(&e);
    engine_free(&second);
    config_free(&c);
    config_free(&saved);
}

/* Forces of 1e-9 cannot be reached with floats of 1e-6: a minimisation works in double precision, and the
 * engine is back in mixed precision afterwards. */
static void test_minimise(void **state)
{
    (void)state;
    struct config c = {0};
    struct engine e;
    struct minimise_options m = {.box = MINIMISE_FIXED, .force = 1e-9, .most_steps = 20000};
    struct minimise_result r;
    struct precision_error error;
    fixture_liquid(&c, 108, 1.1, 0.6, 6, 300);
    start(&e, &c, "wahnstrom:shift=force", 0.005, 1);
    MUST(minimise(&e, &m, &r));
    assert_true(r.converged && r.largest_force < 1e-9);
    assert_int_equal(e.precision, PRECISION_MIXED);
    MUST(engine_precision_error(&e, &error));
    assert_true(error.force < 1e-9 && error.error > 1e-8);
    engine_free(&e);
    config_free(&c);
}

static void test_refused(void **state)
{
    (void)state;
    enum precision p;
    struct potential_kind kind = *potential_kinds[0];
    assert_int_equal(precision_parse("single", &p), BAD_INPUT);
    assert_non_null(strstr(status_message(), "double or mixed"));
    assert_int_equal(precision_parse(NULL, &p), OK);
    assert_int_equal(p, PRECISION_DOUBLE);
    assert_int_equal(precision_parse("mixed", &p), OK);
    assert_int_equal(p, PRECISION_MIXED);
    kind.compute_mixed = NULL;
    struct potential without = {.kind = &kind, .spec = "kim:NAME"};
    assert_int_equal(potential_check_precision(&without, PRECISION_MIXED), BAD_INPUT);
    assert_non_null(strstr(status_message(), "kim:NAME has no mixed-precision kernel"));
    without =
        (struct potential){.kind = &potential_eam, .spec = "eam:FILE:Cu", .double_only = "; give rows=N"};
    assert_int_equal(potential_check_precision(&without, PRECISION_MIXED), BAD_INPUT);
    assert_non_null(strstr(status_message(), "use precision: double; give rows=N"));
    assert_int_equal(potential_check_precision(&without, PRECISION_DOUBLE), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed),    cmocka_unit_test(test_options),
        cmocka_unit_test(test_cells),     cmocka_unit_test(test_out_of_reach),
        cmocka_unit_test(test_lists),     cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_same_bits), cmocka_unit_test(test_same_bits_metal),
        cmocka_unit_test(test_restart),   cmocka_unit_test(test_minimise),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
