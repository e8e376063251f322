/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crystals against their shells, densities and Lennard-Jones energies; mixtures and velocities against their
 * laws. */
#include "base/mem.h"
#include "system/build.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define must(call)                                          \
    do {                                                    \
        if ((call) != OK) fail_msg("%s", status_message()); \
    } while (0)
#define refused(call, text)                                                                       \
    do {                                                                                          \
        assert_int_equal((call), BAD_INPUT);                                                      \
        if (!strstr(status_message(), text)) fail_msg("'%s' lacks '%s'", status_message(), text); \
    } while (0)

static void near_at(double found, double expected, double tolerance, const char *what, int line)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("line %d: %s is %.15g, expected %.15g ± %g", line, what, found, expected, tolerance);
}
#define near(found, expected, tolerance) near_at(found, expected, tolerance, #found, __LINE__)

static const struct species mixture = {2, {"A", "B"}, {2.0, 1.0}};

static void crystal(struct config *c, const char *name, double a, double c_over_a, int64_t n, bool orthogonal)
{
    struct build_lattice o = {.lattice = lattice_find(name),
                              .a = a,
                              .c_over_a = c_over_a,
                              .n = {n, n, n},
                              .orthogonal = orthogonal,
                              .species = mixture,
                              .site_species = {0, 1}};
    assert_non_null(o.lattice);
    must(build_lattice(c, &o));
    must(config_check(c));
}

/* Number of atoms of type `type` (-1: any) at distance d of atom i, all images of a cell wide enough. */
static int shell(const struct config *c, int64_t i, int type, double d)
{
    double inverse[3][3], r[3];
    int count = 0;
    box_inverse(&c->box, inverse);
    for (int k = 0; k < 3; k++) assert_true(box_width(&c->box, k) > 2.0 * d * 1.001);
    for (int64_t j = 0; j < c->atoms; j++) {
        if (j == i || (type >= 0 && c->type[j] != type)) continue;
        box_nearest(&c->box, inverse, &c->x[3 * i], &c->x[3 * j], r);
        count += fabs(sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]) - d) < 1e-9 * d;
    }
    return count;
}

/* Every atom of type `of` has n neighbours of type `type` at distance d. */
static void every_shell(const struct config *c, int of, int type, double d, int n)
{
    for (int64_t i = 0; i < c->atoms; i++)
        if (c->type[i] == of) assert_int_equal(shell(c, i, type, d), n);
}

static void simple_lattices_have_their_shells(void **state)
{
    (void)state;
    struct config c = {0};
    crystal(&c, "fcc", 1.5, 0, 4, false);
    assert_int_equal(c.atoms, 256);
    const double fcc[4] = {sqrt(0.5), 1.0, sqrt(1.5), sqrt(2.0)};
    const int fcc_n[4] = {12, 6, 24, 12};
    for (int k = 0; k < 3; k++) every_shell(&c, 0, 0, 1.5 * fcc[k], fcc_n[k]);
    for (int orthogonal = 0; orthogonal < 2; orthogonal++) {
        crystal(&c, "hcp", 1.1, 0, 5, orthogonal);
        assert_int_equal(c.atoms, 250 * (1 + orthogonal));
        const double hcp[4] = {1.0, sqrt(2.0), sqrt(8.0 / 3.0), sqrt(3.0)};
        const int hcp_n[4] = {12, 6, 2, 18};
        for (int k = 0; k < 4; k++) every_shell(&c, 0, 0, 1.1 * hcp[k], hcp_n[k]);
    }
    crystal(&c, "bcc", 1.0, 0, 4, false);
    every_shell(&c, 0, 0, sqrt(0.75), 8);
    every_shell(&c, 0, 0, 1.0, 6);
    crystal(&c, "sc", 1.0, 0, 4, false);
    every_shell(&c, 0, 0, 1.0, 6);
    every_shell(&c, 0, 0, sqrt(2.0), 12);
    crystal(&c, "B2", 1.0, 0, 4, false);
    every_shell(&c, 0, 1, sqrt(0.75), 8);
    every_shell(&c, 1, 0, sqrt(0.75), 8);
    every_shell(&c, 0, 0, 1.0, 6);
    crystal(&c, "C11b", 1.0, 3.0, 3, false); /* at c/a = 3 a bcc lattice, one kind in every third layer */
    every_shell(&c, 0, 1, sqrt(0.75), 8);
    every_shell(&c, 1, 0, sqrt(0.75), 4);
    every_shell(&c, 1, 1, sqrt(0.75), 4);
    config_free(&c);
}

/* Ideal Laves phases of all three kinds: 12 + 4 around A, 6 + 6 around B (Frank & Kasper 1959). */
static void laves_phases_have_frank_kasper_shells(void **state)
{
    (void)state;
    struct config c = {0};
    static const char *const name[] = {"C15", "C14", "C36"};
    for (int k = 0; k < 3; k++)
        for (int orthogonal = 0; orthogonal < 2; orthogonal++) {
            double cubic = k == 0 ? 1.0 : sqrt(2.0); /* a of the cubic phase with the same distances */
            crystal(&c, name[k], 1.0, 0, k == 0 ? 2 : k == 1 ? 3 : 2, orthogonal);
            if (box_width(&c.box, 0) < 1.2) fail_msg("too small a crystal");
            every_shell(&c, 0, 0, cubic * sqrt(3.0) / 4.0, 4);
            every_shell(&c, 0, 1, cubic * sqrt(11.0) / 8.0, 12);
            every_shell(&c, 1, 1, cubic * sqrt(2.0) / 4.0, 6);
            every_shell(&c, 1, 0, cubic * sqrt(11.0) / 8.0, 6);
            int64_t small = 0;
            for (int64_t i = 0; i < c.atoms; i++) small += c.type[i];
            assert_int_equal(3 * small, 2 * c.atoms);
        }
    crystal(&c, "C15b", 1.0, 0, 2, false); /* the C15 network with half of the A sites taken by B */
    every_shell(&c, 0, 0, sqrt(3.0) / 4.0, 0);
    every_shell(&c, 0, 1, sqrt(3.0) / 4.0, 4);
    every_shell(&c, 0, 1, sqrt(11.0) / 8.0, 12);
    config_free(&c);
}

/* Wahnström energies, cutoff 2.5 sigma_AA for every pair, shifted. Direct sum over all pairs. */
static double energy_per_atom(const struct config *c)
{
    static const double sigma[2][2] = {{1.0, 11.0 / 12.0}, {11.0 / 12.0, 5.0 / 6.0}};
    double inverse[3][3], d[3], e = 0.0;
    box_inverse(&c->box, inverse);
    for (int k = 0; k < 3; k++) assert_true(box_width(&c->box, k) > 5.0);
    for (int64_t i = 0; i < c->atoms; i++)
        for (int64_t j = i + 1; j < c->atoms; j++) {
            box_nearest(&c->box, inverse, &c->x[3 * i], &c->x[3 * j], d);
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], s2 = sigma[c->type[i]][c->type[j]];
            s2 *= s2;
            if (r2 >= 6.25) continue;
            double q = pow(s2 / r2, 3), cut = pow(s2 / 6.25, 3);
            e += 4.0 * (q * q - q - cut * cut + cut);
        }
    return e / (double)c->atoms;
}

static void crystal_energies_are_the_known_ones(void **state)
{
    (void)state;
    struct config c = {0};
    const struct lattice *fcc = lattice_find("fcc"), *hcp = lattice_find("hcp");
    crystal(&c, "fcc", lattice_constant(fcc, 1.074975, 0), 0, 4, false);
    near((double)c.atoms / box_volume(&c.box), 1.074975, 1e-12);
    near(energy_per_atom(&c), -7.463262, 2e-6);
    crystal(&c, "hcp", lattice_constant(hcp, 1.072552, 0), 0, 6, false);
    near((double)c.atoms / box_volume(&c.box), 1.072552, 1e-12);
    double ideal = energy_per_atom(&c), least;
    crystal(&c, "hcp", lattice_constant(hcp, 1.072552, 0), 0, 5, true);
    near(energy_per_atom(&c), ideal, 1e-11);
    /* the known value has c/a relaxed at zero pressure: a parabola through three ratios finds it */
    double e3[3], step = 1e-3, best;
    for (int k = 0; k < 3; k++) {
        double ratio = hcp->c_over_a + (k - 1) * step;
        crystal(&c, "hcp", lattice_constant(hcp, 1.072552, ratio), ratio, 6, false);
        near((double)c.atoms / box_volume(&c.box), 1.072552, 1e-12);
        e3[k] = energy_per_atom(&c);
    }
    best = hcp->c_over_a + 0.5 * step * (e3[0] - e3[2]) / (e3[0] - 2.0 * e3[1] + e3[2]);
    crystal(&c, "hcp", lattice_constant(hcp, 1.072552, best), best, 6, false);
    least = energy_per_atom(&c);
    assert_true(least <= ideal);
    near(least, -7.472119, 2e-6);
    crystal(&c, "B2", 1.142638, 0, 5, false);
    near(energy_per_atom(&c), -7.342625, 2e-6);
    crystal(&c, "C15", 2.508859, 0, 3, false);
    near((double)c.atoms / box_volume(&c.box), 1.519786, 5e-5);
    near(energy_per_atom(&c), -7.884681, 2e-6);
    config_free(&c);
}

/* The same energy after all atoms have rolled downhill: steps along the forces, smaller than 2/(largest
 * curvature). */
static double relaxed_energy(struct config *c)
{
    static const double sigma[2][2] = {{1.0, 11.0 / 12.0}, {11.0 / 12.0, 5.0 / 6.0}};
    double inverse[3][3], d[3];
    box_inverse(&c->box, inverse);
    must(mem_new((void **)&c->f, 3 * (size_t)c->atoms, sizeof *c->f, "forces"));
    for (int step = 0; step < 150; step++) {
        memset(c->f, 0, 24 * (size_t)c->atoms);
        for (int64_t i = 0; i < c->atoms; i++)
            for (int64_t j = i + 1; j < c->atoms; j++) {
                box_nearest(&c->box, inverse, &c->x[3 * i], &c->x[3 * j], d);
                double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], s = sigma[c->type[i]][c->type[j]];
                if (r2 >= 6.25) continue;
                double q = s * s / r2 * (s * s / r2) * (s * s / r2), pull = 24.0 * (2.0 * q * q - q) / r2;
                for (int k = 0; k < 3; k++) {
                    c->f[3 * i + k] -= pull * d[k];
                    c->f[3 * j + k] += pull * d[k];
                }
            }
        for (int64_t i = 0; i < 3 * c->atoms; i++) c->x[i] += 6e-4 * c->f[i];
    }
    return energy_per_atom(c);
}

/* Known energies with all internal coordinates relaxed (tolerance 1e-5): right sites find them, wrong ones do
 * not. */
static void hexagonal_laves_phases_relax_to_the_known_energies(void **state)
{
    (void)state;
    struct config c = {0};
    struct build_lattice o = {.lattice = lattice_find("C14"),
                              .a = 1.77503,
                              .c_over_a = 2.89194 / 1.77503,
                              .n = {3, 2, 2},
                              .orthogonal = true,
                              .species = mixture,
                              .site_species = {0, 1}};
    must(build_lattice(&c, &o));
    near((double)c.atoms / box_volume(&c.box), 1.520727, 1e-4);
    near(relaxed_energy(&c), -7.895801, 1e-5);
    /* only the density of C36 is known: at the c/a of C14, doubled, it lies above its minimum, and by little
     */
    o.lattice = lattice_find("C36");
    o.c_over_a *= 2.0;
    o.a = lattice_constant(o.lattice, 1.520251, o.c_over_a);
    o.n[2] = 1;
    must(build_lattice(&c, &o));
    double e = relaxed_energy(&c);
    if (!(e > -7.890579 - 1e-5 && e < -7.890579 + 1e-3))
        fail_msg("C36: %.8f, expected just above -7.890579", e);
    config_free(&c);
}

static void lattices_refuse_nonsense(void **state)
{
    (void)state;
    struct config c = {0};
    struct build_lattice o = {
        .lattice = lattice_find("b2"), .a = 1.0, .n = {2, 2, 2}, .species = mixture, .site_species = {0, 1}};
    must(build_lattice(&c, &o));
    o.a = -1.0;
    refused(build_lattice(&c, &o), "lattice constant");
    o.a = 1.0;
    o.n[1] = 0;
    refused(build_lattice(&c, &o), "cells along");
    o.n[1] = 2;
    o.site_species[1] = 2;
    refused(build_lattice(&c, &o), "species number 3");
    o.lattice = lattice_find("A15");
    assert_null(o.lattice);
    refused(build_lattice(&c, &o), "no such lattice");
    config_free(&c);
}

/* ---- mixtures ---- */

static double least_distance(const struct config *c)
{
    double inverse[3][3], d[3], least = INFINITY;
    box_inverse(&c->box, inverse);
    for (int64_t i = 0; i < c->atoms; i++)
        for (int64_t j = i + 1; j < c->atoms; j++) {
            box_nearest(&c->box, inverse, &c->x[3 * i], &c->x[3 * j], d);
            least = fmin(least, d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        }
    return sqrt(least);
}

static void mixtures_keep_their_promises(void **state)
{
    (void)state;
    struct config c = {0}, again = {0};
    /* numbers that fill a grid (4·8³), that do not, a thin and a long box, one atom */
    static const int64_t atoms[] = {2048, 777, 500, 500, 1};
    static const double aspect[][3] = {{0}, {0}, {1, 1, 0.2}, {1, 1, 5}, {0}};
    for (int k = 0; k < 5; k++) {
        struct build_mixture o = {
            .atoms = atoms[k], .density = 1.296, .fraction = {0.5, 0.5}, .species = mixture, .seed = 7};
        memcpy(o.aspect, aspect[k], sizeof o.aspect);
        must(build_mixture(&c, &o));
        must(config_check(&c));
        assert_int_equal(c.atoms, atoms[k]);
        int64_t b = 0;
        double inverse[3][3], s[3];
        box_inverse(&c.box, inverse);
        for (int64_t i = 0; i < c.atoms; i++) {
            b += c.type[i];
            assert_int_equal(c.id[i], i + 1);
            box_fractional(&c.box, inverse, &c.x[3 * i], s);
            for (int j = 0; j < 3; j++) assert_true(s[j] >= 0.0 && s[j] < 1.0);
        }
        assert_int_equal(b, atoms[k] / 2); /* ties go to the first species */
        near((double)c.atoms / box_volume(&c.box) / 1.296, 1.0, 1e-13);
        /* a full fcc grid: nearest (sqrt2/rho)^(1/3), displacements take at most 2·0.04·sqrt3 of it; other
         * grids here are at least simple cubic ones */
        double nearest = k == 0 ? cbrt(sqrt(2.0) / 1.296) : 0.9 * cbrt(1.0 / 1.296);
        if (k < 4) assert_true(least_distance(&c) >= 0.86 * nearest);
        must(build_mixture(&again, &o));
        assert_memory_equal(c.x, again.x, 24 * (size_t)c.atoms);
        assert_memory_equal(c.type, again.type, 4 * (size_t)c.atoms);
        o.seed = 8;
        must(build_mixture(&again, &o));
        assert_true(memcmp(c.x, again.x, 24 * (size_t)c.atoms) != 0);
        if (c.atoms > 1) assert_true(memcmp(c.type, again.type, 4 * (size_t)c.atoms) != 0);
    }
    config_free(&c);
    config_free(&again);
}

/* Shuffled species: the number of B among the first half is hypergeometric, mean N/4, variance N/16·N/(N-1).
 */
static void species_are_well_mixed(void **state)
{
    (void)state;
    struct config c = {0};
    struct build_mixture o = {.atoms = 1000, .density = 1.0, .fraction = {0.5, 0.5}, .species = mixture};
    double sum = 0.0, square = 0.0;
    enum { SEEDS = 200 };
    for (int seed = 0; seed < SEEDS; seed++) {
        o.seed = (uint64_t)seed;
        must(build_mixture(&c, &o));
        int b = 0;
        for (int i = 0; i < 500; i++) b += c.type[i];
        sum += b - 250;
        square += (b - 250) * (b - 250);
    }
    double variance = 1000.0 / 16.0 * 1000.0 / 999.0;
    assert_true(fabs(sum / SEEDS) < 5.0 * sqrt(variance / SEEDS));
    assert_true(fabs(square / SEEDS / variance - 1.0) < 5.0 * sqrt(2.0 / SEEDS));
    config_free(&c);
}

static void mixtures_share_by_largest_remainder(void **state)
{
    (void)state;
    struct config c = {0};
    struct species three = {3, {"x", "y", "z"}, {1, 1, 1}};
    struct build_mixture o = {.atoms = 10, .density = 1.0, .fraction = {0.25, 0.17, 0.58}, .species = three};
    must(build_mixture(&c, &o)); /* 2.5, 1.7, 5.8 -> 2, 1, 5 and one each to z (0.8) and y (0.7) */
    int count[3] = {0};
    for (int i = 0; i < 10; i++) count[c.type[i]]++;
    assert_int_equal(count[0], 2);
    assert_int_equal(count[1], 2);
    assert_int_equal(count[2], 6);
    o.fraction[0] = 0.3;
    refused(build_mixture(&c, &o), "add up to 1.05");
    o.fraction[0] = -0.25;
    refused(build_mixture(&c, &o), "fraction of x");
    o.density = 0.0;
    refused(build_mixture(&c, &o), "density");
    config_free(&c);
}

/* ---- velocities ---- */

static void velocities_have_temperature_and_no_momentum(void **state)
{
    (void)state;
    struct config c = {0}, other = {0};
    struct build_mixture o = {
        .atoms = 4000, .density = 1.296, .fraction = {0.5, 0.5}, .species = mixture, .seed = 3};
    must(build_mixture(&c, &o));
    must(build_velocities(&c, 0.6, 1.0, 42, 0));
    double p[3] = {0}, twice[2] = {0}, fourth = 0.0, scale = 0.0;
    for (int64_t i = 0; i < c.atoms; i++) {
        double m = mixture.mass[c.type[i]];
        for (int k = 0; k < 3; k++) {
            double v = c.v[3 * i + k];
            p[k] += m * v;
            scale += fabs(m * v);
            twice[c.type[i]] += m * v * v;
            fourth += m * m * v * v * v * v;
        }
    }
    for (int k = 0; k < 3; k++) assert_true(fabs(p[k]) < 1e-15 * scale); /* a few roundings of terms near 1 */
    near((twice[0] + twice[1]) / (3.0 * 3999.0) / 0.6, 1.0, 1e-13);
    /* both species at the same temperature; 6000 degrees of freedom each: relative error sqrt(2/6000), 5
     * sigma */
    near(twice[0] / twice[1], 1.0, 5.0 * sqrt(2.0 * 2.0 / 6000.0));
    /* Gaussian: <x^4> = 3 <x²>², error sqrt(96/n), n = 12000 */
    near(fourth / 12000.0 / (0.6 * 0.6), 3.0, 5.0 * sqrt(96.0 / 12000.0));
    /* reversed order of atoms: the same bits */
    must(config_allocate(&other, c.atoms, CONFIG_VELOCITY));
    other.box = c.box;
    other.species = c.species;
    for (int64_t i = 0; i < c.atoms; i++) {
        other.id[i] = c.id[c.atoms - 1 - i];
        other.type[i] = c.type[c.atoms - 1 - i];
    }
    must(build_velocities(&other, 0.6, 1.0, 42, 0));
    config_sort_by_id(&other);
    assert_memory_equal(c.v, other.v, 24 * (size_t)c.atoms);
    must(build_velocities(&other, 0.6, 1.0, 42, 1));
    assert_true(memcmp(c.v, other.v, 24 * (size_t)c.atoms) != 0);
    must(build_velocities(&other, 0.0, 1.0, 42, 1));
    for (int64_t i = 0; i < 3 * other.atoms; i++) assert_true(other.v[i] == 0.0);
    other.species.mass[1] = 0.0;
    refused(build_velocities(&other, 0.6, 1.0, 42, 1), "mass of species B");
    o.atoms = 1;
    must(build_mixture(&c, &o));
    refused(build_velocities(&c, 0.6, 1.0, 42, 1), "no temperature");
    config_free(&c);
    config_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_lattices_have_their_shells),
        cmocka_unit_test(laves_phases_have_frank_kasper_shells),
        cmocka_unit_test(crystal_energies_are_the_known_ones),
        cmocka_unit_test(hexagonal_laves_phases_relax_to_the_known_energies),
        cmocka_unit_test(lattices_refuse_nonsense),
        cmocka_unit_test(mixtures_keep_their_promises),
        cmocka_unit_test(species_are_well_mixed),
        cmocka_unit_test(mixtures_share_by_largest_remainder),
        cmocka_unit_test(velocities_have_temperature_and_no_momentum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
