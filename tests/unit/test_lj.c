/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lennard-Jones forces of every instruction set against the O(N²) reference: all cutoff and shift options,
 * skewed and partly free cells, cells smaller than the cutoff; forces as derivatives of the energy, virial as
 * its strain derivative, exact energies of crystals, and force bits that do not depend on whether energies
 * were asked for. */
#include "base/isa.h"
#include "engine_fixture.h"
#include "ref_md.c"
#include "integrate/minimise.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const isas[] = {"sse2", "avx2", "avx512"};

/* Rounding of one force: a list of pair forces of magnitude f_ij, each with ≈ 10 roundings and positions that
 * carry the rounding of an image shift: relative 1e-13 of Σ|f_ij| is 40 times above what random rounding
 * gives. */
static void compare(const struct engine *e, const struct config *c, const struct ref_lj *p, const char *what)
{
    struct ref_result r;
    struct config out = {0};
    ref_forces(c, p, &r);
    MUST(domain_gather(&e->domain, &out, CONFIG_FORCE));
    double scale = 0.0, momentum[3] = {0, 0, 0};
    for (int64_t i = 0; i < c->atoms; i++) scale += r.magnitude[i];
    for (int64_t i = 0; i < c->atoms; i++)
        for (int k = 0; k < 3; k++) {
            double error = fabs(out.f[3 * i + k] - r.f[3 * i + k]);
            if (!(error <= 1e-13 * (r.magnitude[i] + 1.0)))
                print_message("%s: atom %ld: f_%d %.17g, reference %.17g\n", what, (long)i, k,
                              out.f[3 * i + k], r.f[3 * i + k]);
            assert_true(error <= 1e-13 * (r.magnitude[i] + 1.0));
            momentum[k] += out.f[3 * i + k];
        }
    /* energies and virials are sums of terms each rounded to 2^-40 */
    double room = 0x1p-41 * (double)c->atoms;
    if (!(fabs(e->energy - r.energy) <= 1e-13 * scale + room))
        print_message("%s: energy %.17g, reference %.17g\n", what, e->energy, r.energy);
    assert_true(fabs(e->energy - r.energy) <= 1e-13 * scale + room);
    for (int v = 0; v < 6; v++) assert_true(fabs(e->virial[v] - r.virial[v]) <= 3e-13 * scale + room);
    for (int k = 0; k < 3; k++) assert_true(fabs(momentum[k]) <= 1e-13 * scale);
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
        fixture_start(&e, c, spec, 0.005, 1);
        compare(&e, c, p, name);
        engine_free(&e);
    }
    unsetenv("GLINT_ISA");
}

/* Cutoffs whose squares fill the low word of the double in different ways: the padding atom must stay outside
 * of every table lookup. */
static void test_options(void **state)
{
    static const char *const shifts[] = {"none", "energy", "force"};
    static const double numbers[] = {2.5, 2.6, 2.37, 1.9, 2.2, 2.9, 2.71, 2.05};
    (void)state;
    struct config c = {0};
    fixture_mixture(&c, 150, 1.1, 0.5, 3);
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
        for (int per_pair = 0; per_pair < 2; per_pair++)
            for (int s = 0; s < 3; s++) {
                struct ref_lj p = ref_wahnstrom(numbers[n], per_pair, (enum ref_shift)s);
                char spec[80];
                snprintf(spec, sizeof spec, "wahnstrom:cutoff=%g%s,shift=%s", numbers[n],
                         per_pair ? "ij" : "aa", shifts[s]);
                run_case(&c, spec, &p, "cube");
            }
    config_free(&c);
}

static void test_cells(void **state)
{
    (void)state;
    struct config c = {0};
    struct ref_lj p = ref_wahnstrom(2.5, 0, REF_ENERGY), force = ref_wahnstrom(2.5, 1, REF_FORCE);
    fixture_mixture(&c, 333, 1.2, 0.5, 4);
    fixture_skew(&c);
    run_case(&c, "wahnstrom", &p, "skewed");
    run_case(&c, "wahnstrom:cutoff=2.5ij,shift=force", &force, "skewed");
    for (int mask = 0; mask < 7; mask++) {
        for (int k = 0; k < 3; k++) c.box.periodic[k] = (mask >> k & 1) != 0;
        run_case(&c, "wahnstrom", &p, "skewed and partly free");
    }
    /* atoms that left a free cell far behind, alone and as a pair */
    memset(c.box.periodic, 0, sizeof c.box.periodic);
    for (int k = 0; k < 3; k++) {
        c.x[k] += 300.0;
        c.x[3 + k] = c.x[k] + 0.6;
        c.x[6 + k] -= 4000.0;
    }
    run_case(&c, "wahnstrom", &p, "atoms far outside");
    config_free(&c);
}

/* A cell thinner than the cutoff along one, two, three axes: every atom sees itself. */
static void test_small_cells(void **state)
{
    (void)state;
    struct ref_lj p = ref_wahnstrom(2.5, 0, REF_ENERGY);
    static const char *const names[] = {"fcc", "hcp", "B2", "C15", "C14"};
    for (int i = 0; i < 5; i++) {
        struct config c = {0};
        const struct lattice *l = lattice_find(names[i]);
        struct build_lattice o = {.lattice = l,
                                  .n = {1, i == 0 ? 4 : 1, 1},
                                  .species = fixture_species,
                                  .site_species = {0, 1},
                                  .a = lattice_constant(l, 1.2, 0.0)};
        MUST(build_lattice(&c, &o));
        for (int64_t k = 0; k < 3 * c.atoms; k++) c.x[k] += 0.03 * sin(1.0 + 7.0 * (double)k);
        run_case(&c, "wahnstrom", &p, names[i]);
        config_free(&c);
    }
}

/* Force bits with and without energies: one step of dynamics either way. */
static void test_force_bits(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        setenv("GLINT_ISA", isas[i % 3], 1);
        struct config c = {0};
        char digest[2][65];
        fixture_mixture(&c, 300, 1.2, 0.8, 5);
        for (int every = 0; every < 2; every++) {
            struct engine e;
            fixture_start(&e, &c, i < 3 ? "wahnstrom" : "wahnstrom:shift=force", 0.004, 1);
            e.energy_every = every;
            MUST(engine_advance(&e, 120, false));
            fixture_digest(&e, digest[every]);
            engine_free(&e);
        }
        assert_string_equal(digest[0], digest[1]);
        config_free(&c);
    }
    unsetenv("GLINT_ISA");
}

static double energy_of(const struct config *c, const char *spec, double virial[6])
{
    struct engine e;
    fixture_start(&e, c, spec, 0.005, 1);
    double energy = e.energy;
    if (virial) memcpy(virial, e.virial, sizeof e.virial);
    engine_free(&e);
    return energy;
}

/* f = −dE/dx and W_ab = −dE/dε_ab by central differences with shift=force (E and f continuous at the cutoff;
 * f' is not, so the error is h²·E'''/6 with E''' up to 1e5 in the random start: 2e-7 of the largest force).
 */
static void test_derivatives(void **state)
{
    static const int first[6] = {0, 1, 2, 0, 0, 1}, second[6] = {0, 1, 2, 1, 2, 2};
    static const char spec[] = "wahnstrom:shift=force";
    (void)state;
    struct config c = {0}, out = {0};
    struct engine e;
    double virial[6], h = 1e-5;
    fixture_mixture(&c, 108, 1.1, 0.5, 9);
    fixture_skew(&c);
    fixture_start(&e, &c, spec, 0.005, 1);
    MUST(domain_gather(&e.domain, &out, CONFIG_FORCE));
    memcpy(virial, e.virial, sizeof virial);
    engine_free(&e);
    for (int64_t k = 0; k < 30; k++) {
        double x = c.x[k];
        c.x[k] = x + h;
        double up = energy_of(&c, spec, NULL);
        c.x[k] = x - h;
        double down = energy_of(&c, spec, NULL);
        c.x[k] = x;
        assert_true(fabs(-(up - down) / (2 * h) - out.f[k]) < 1e-6 * (1.0 + fabs(out.f[k])) + 1e-5);
    }
    for (int v = 0; v < 6; v++) {
        double change[2], strain = 1e-6;
        for (int side = 0; side < 2; side++) {
            struct config s = c;
            double *x = malloc((size_t)(3 * c.atoms) * sizeof *x), d = side ? -strain : strain;
            memcpy(x, c.x, (size_t)(3 * c.atoms) * sizeof *x);
            s.x = x;
            for (int64_t i = 0; i < c.atoms; i++) x[3 * i + first[v]] += d * c.x[3 * i + second[v]];
            for (int k = 0; k < 3; k++) s.box.h[k][first[v]] += d * c.box.h[k][second[v]];
            s.box.origin[first[v]] += d * c.box.origin[second[v]];
            change[side] = energy_of(&s, spec, NULL);
            free(x);
        }
        double slope = -(change[0] - change[1]) / (2 * strain);
        assert_true(fabs(slope - virial[v]) < 1e-5 * (fabs(virial[v]) + (double)c.atoms));
    }
    config_free(&c);
    config_free(&out);
}

/* Energies and densities at P = 0 of crystals relaxed with their cell; own direct lattice sums, cross-checked
 * with LAMMPS: 2e-6 and 5e-5, C14 and C36 1e-5 and 1e-4. */
static void relax_crystal(const char *lattice, int a, int b, double density, const char *spec, double energy,
                          double rho)
{
    bool loose = strcmp(lattice, "C14") == 0 || strcmp(lattice, "C36") == 0;
    struct config c = {0};
    struct engine e;
    const struct lattice *l = lattice_find(lattice);
    struct build_lattice o = {.lattice = l,
                              .n = {1, 1, 1},
                              .species = fixture_species,
                              .site_species = {a, b},
                              .a = lattice_constant(l, density, 0.0)};
    MUST(build_lattice(&c, &o));
    fixture_start(&e, &c, spec, 0.005, 1);
    struct minimise_options m = {
        .box = MINIMISE_PER_AXIS, .force = 1e-7, .stress = 1e-7, .most_steps = 20000};
    struct minimise_result r;
    MUST(minimise(&e, &m, &r));
    double n = (double)c.atoms, got = e.energy / n, got_rho = n / box_volume(&e.domain.box);
    if (!(r.converged && fabs(got - energy) < (loose ? 1e-5 : 2e-6) &&
          fabs(got_rho - rho) < (loose ? 1e-4 : 5e-5)))
        print_message("%s %s: %.7f (%.6f), rho %.6f (%.6f), %ld iterations, force %g stress %g\n", lattice,
                      spec, got, energy, got_rho, rho, (long)r.iterations, r.largest_force, r.largest_stress);
    assert_true(r.converged);
    assert_true(fabs(got - energy) < (loose ? 1e-5 : 2e-6));
    assert_true(fabs(got_rho - rho) < (loose ? 1e-4 : 5e-5));
    engine_free(&e);
    config_free(&c);
}

static void test_crystals(void **state)
{
    static const char ij[] = "wahnstrom:cutoff=2.5ij,shift=energy",
                      aa[] = "wahnstrom:cutoff=2.5aa,shift=energy";
    (void)state;
    relax_crystal("fcc", 0, 0, 1.07, ij, -7.463262, 1.074975);
    relax_crystal("fcc", 0, 0, 1.07, aa, -7.463262, 1.074975);
    relax_crystal("fcc", 1, 1, 1.85, ij, -7.463262, 1.857556);
    relax_crystal("fcc", 1, 1, 1.86, aa, -7.937904, 1.869201);
    relax_crystal("hcp", 0, 0, 1.07, aa, -7.472119, 1.072552);
    relax_crystal("B2", 0, 1, 1.33, ij, -7.158240, 1.334885);
    relax_crystal("B2", 0, 1, 1.335, aa, -7.342625, 1.340614);
    relax_crystal("C15", 0, 1, 1.505, ij, -7.596861, 1.510230);
    relax_crystal("C15", 0, 1, 1.515, aa, -7.884681, 1.519786);
    relax_crystal("C14", 0, 1, 1.51, ij, -7.610075, 1.512511);
    relax_crystal("C14", 0, 1, 1.515, aa, -7.895801, 1.520727);
    relax_crystal("C36", 0, 1, 1.51, ij, -7.603751, 1.511423);
    relax_crystal("C36", 0, 1, 1.515, aa, -7.890579, 1.520251);
}

/* Fcc: 78 neighbors inside 2.5 σ, so shifted − unshifted = 39·|u(2.5)| = 0.636359 per atom at the same place.
 */
static void test_shift_difference(void **state)
{
    (void)state;
    struct config c = {0};
    const struct lattice *l = lattice_find("fcc");
    struct build_lattice o = {.lattice = l,
                              .n = {3, 3, 3},
                              .species = fixture_species,
                              .site_species = {0, 0},
                              .a = lattice_constant(l, 1.074975, 0.0)};
    MUST(build_lattice(&c, &o));
    double shifted = energy_of(&c, "wahnstrom", NULL), plain = energy_of(&c, "wahnstrom:shift=none", NULL);
    double u = 4.0 * (pow(2.5, -12) - pow(2.5, -6));
    assert_true(fabs(shifted - plain + 39.0 * u * (double)c.atoms) < 1e-10);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),          cmocka_unit_test(test_cells),
        cmocka_unit_test(test_small_cells),      cmocka_unit_test(test_force_bits),
        cmocka_unit_test(test_derivatives),      cmocka_unit_test(test_crystals),
        cmocka_unit_test(test_shift_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
