/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole sample on every rank (replica) against a search over all pairs and images; and potentials of
 * OpenKIM: lattice energies of four Cu–Zr models, small cells against their copies, free axes, forces as
 * derivatives of the energy and the virial as its strain derivative for EAM, MEAM, EMT, Tersoff (which asks
 * for neighbors of images) and a model of several lists without energies of atoms; messages. What needs a
 * model is skipped where it is not installed. */
#include "engine_fixture.h"
#include "force/replica.h"
#include "system/elements.h"

#include <glob.h>
#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define M07     "EAM_Dynamo_MendelevSordeletKramer_2007_CuZr__MO_120596890176_005"
#define M09     "EAM_Dynamo_MendelevKramerOtt_2009_CuZr__MO_600021860456_005"
#define M16     "EAM_Dynamo_BorovikovMendelevKing_2016_CuZr__MO_097471813275_000"
#define M19     "EAM_Dynamo_MendelevSunZhang_2019_CuZr__MO_609260676108_000"
#define EMT     "EMT_Asap_MetalGlass_PaduraruKenoufiBailey_2007_CuZr__MO_987541074959_001"
#define MEAM    "MEAM_LAMMPS_KangSaLee_2009_ZrAgCu__MO_813575892799_000"
#define TERSOFF "Tersoff_LAMMPS_Tersoff_1988T3_Si__MO_186459956893_003"
#define LISTS   "ex_model_Ar_SLJ_MultiCutoff"

static const struct species copper_zirconium = {2, {"Cu", "Zr"}, {63.546, 91.224}};

/* Evidence that does not come from the code under test: where the model's folder is, it must work. */
static bool installed(const char *model)
{
    char pattern[300];
    glob_t found;
    snprintf(pattern, sizeof pattern, "/usr/lib/*/kim-api/portable-models/%s", model);
    bool there = GLINT_HAVE_KIM && glob(pattern, 0, NULL, &found) == 0;
    if (there) globfree(&found);
    if (!there) print_message("not here: %s\n", model);
    return there;
}
#define NEEDS(model)                   \
    do {                               \
        if (!installed(model)) skip(); \
    } while (0)

/* ---- the whole sample ---- */

/* Neighbors of every atom by brute force: all atoms in the images -7 … 7. Σ of the squared distances is
 * compared to the rounding of positions near 60, 60 × 2^-52 × 2 r a pair. */
static void check_atoms(const struct config *c, const struct replica *r, const struct replica_list *l,
                        double cutoff)
{
    for (int64_t i = 0; i < c->atoms; i++) {
        size_t count = 0, at = (size_t)i;
        double sum = 0.0, got = 0.0;
        for (int64_t j = 0; j < c->atoms; j++)
            for (int32_t image = 0; image < 15 * 15 * 15; image++) {
                int32_t n[3] = {image % 15 - 7, image / 15 % 15 - 7, image / 225 - 7};
                bool exists = true;
                double shift[3], d2 = 0.0;
                for (int k = 0; k < 3; k++) exists = exists && (n[k] == 0 || c->box.periodic[k]);
                if (!exists || (i == j && n[0] == 0 && n[1] == 0 && n[2] == 0)) continue;
                box_shift(&c->box, n, shift);
                for (int k = 0; k < 3; k++) d2 += pow(c->x[3 * j + k] + shift[k] - c->x[3 * i + k], 2);
                if (d2 >= cutoff * cutoff) continue;
                count++;
                sum += d2;
            }
        assert_int_equal(l->first[at + 1] - l->first[at], count);
        for (size_t k = l->first[at]; k < l->first[at + 1]; k++)
            for (size_t a = 0; a < 3; a++) got += pow(r->x[3 * (size_t)l->j[k] + a] - r->x[3 * at + a], 2);
        assert_true(fabs(got - sum) <= 1e-12 * sum);
    }
}

static void check_particles(const struct replica *r, const struct replica_list *l, double cutoff)
{
    for (size_t i = 0; i < r->n; i++) {
        size_t count = 0;
        for (size_t j = 0; j < r->n; j++) {
            double d2 = 0.0;
            for (size_t k = 0; k < 3; k++) {
                double d = r->x[3 * j + k] - r->x[3 * i + k];
                d2 += d * d;
            }
            count += j != i && d2 < cutoff * cutoff;
        }
        assert_int_equal(l->first[i + 1] - l->first[i], count);
    }
}

static void check_replica(const struct config *c, double cutoff)
{
    struct engine e;
    struct replica r = {0};
    struct replica_list l = {0};
    fixture_start(&e, c, "wahnstrom", 0.005, 1);
    MUST(replica_gather(&r, &e.domain));
    assert_int_equal(r.atoms, c->atoms);
    MUST(replica_images(&r, &e.domain.box, cutoff));
    for (size_t i = 0; i < r.n; i++) {
        assert_true(i >= r.atoms || (size_t)r.home[i] == i);
        assert_true(r.home[i] >= 0 && (size_t)r.home[i] < r.atoms);
    }
    for (size_t i = 0; i < r.atoms; i++) {
        assert_int_equal(r.atom[i].id, i + 1);
        assert_int_equal(replica_find(&r, i + 1), i);
    }
    MUST(replica_list(&r, &l, cutoff, false));
    check_atoms(c, &r, &l, cutoff);
    assert_int_equal(l.first[r.n], l.first[r.atoms]);
    MUST(replica_list(&r, &l, 0.8 * cutoff, true));
    check_particles(&r, &l, 0.8 * cutoff);
    replica_list_free(&l);
    replica_free(&r);
    engine_free(&e);
}

static void test_replica(void **state)
{
    (void)state;
    struct config c = {0};
    fixture_mixture(&c, 9, 1.1, 0.5, 5);
    check_replica(&c, 3.1); /* the cell is 2 wide: two shells of images */
    config_free(&c);
    fixture_mixture(&c, 40, 1.1, 0.5, 6);
    fixture_skew(&c);
    for (int mask = 0; mask < 8; mask++) {
        for (int k = 0; k < 3; k++) c.box.periodic[k] = (mask >> k & 1) != 0;
        check_replica(&c, 2.2);
    }
    memset(c.box.periodic, 0, sizeof c.box.periodic);
    c.x[0] += 400.0, c.x[4] -= 3000.0; /* alone, far outside */
    check_replica(&c, 2.2);
    config_free(&c);
}

/* ---- models ---- */

static double energy_of(const struct config *c, const char *spec, double virial[VIRIALS], double *f)
{
    struct engine e;
    struct config out = {0};
    fixture_start(&e, c, spec, 0.001, 1);
    double energy = e.energy;
    if (virial) memcpy(virial, e.virial, sizeof e.virial);
    if (f) {
        MUST(domain_gather(&e.domain, &out, CONFIG_FORCE));
        memcpy(f, out.f, (size_t)(3 * c->atoms) * sizeof *f);
        config_free(&out);
    }
    engine_free(&e);
    return energy;
}

static void crystal(struct config *c, const char *lattice, int a, int b, double constant, double c_over_a,
                    int64_t n)
{
    struct build_lattice o = {.lattice = lattice_find(lattice),
                              .a = constant,
                              .c_over_a = c_over_a,
                              .n = {n, n, n},
                              .species = copper_zirconium,
                              .site_species = {a, b}};
    MUST(build_lattice(c, &o));
    snprintf(c->units, sizeof c->units, "metal");
}

/* Energies per atom minimised with LAMMPS and the tables of the same models. The lattice constants have 6
 * decimals (c/a 5), and the energy is flat at its minimum: 1e-6 of rounding of the energies, and below
 * 0.5 × 9 × 0.07 Å³ × 1e-5² for the rest; 2e-6 eV is asked for. The flat minimum of M19's B2 was found with 4
 * decimals. */
static void test_crystals(void **state)
{
    static const struct {
        const char *model, *lattice;
        int a, b; /* species on sites of kind 0, 1 */
        double constant, c_over_a, energy;
    } known[] = {
        {M07, "fcc", 0, 0, 3.639085, 0, -3.283116},       {M07, "bcc", 0, 0, 2.894749, 0, -3.242713},
        {M07, "hcp", 1, 1, 3.220298, 1.61948, -6.469266}, {M07, "bcc", 1, 1, 3.562329, 0, -6.417555},
        {M07, "fcc", 1, 1, 4.544525, 0, -6.438777},       {M07, "B2", 0, 1, 3.236929, 0, -5.015322},
        {M07, "C15", 1, 0, 7.106942, 0, -4.551628},       {M09, "fcc", 0, 0, 3.639085, 0, -3.283116},
        {M09, "B2", 0, 1, 3.228568, 0, -5.026226},        {M09, "C15", 1, 0, 7.162875, 0, -4.496896},
        {M16, "fcc", 0, 0, 3.638568, 0, -3.406663},       {M16, "bcc", 0, 0, 2.895260, 0, -3.371389},
        {M16, "B2", 0, 1, 3.222225, 0, -5.075044},        {M16, "C15", 1, 0, 7.011863, 0, -4.629236},
        {M19, "fcc", 0, 0, 3.639087, 0, -3.283116},       {M19, "hcp", 1, 1, 3.220299, 1.61948, -6.469266},
        {M19, "B2", 0, 1, 3.2251, 0, -5.010242},          {M19, "C15", 1, 0, 6.995379, 0, -4.479644},
    };
    (void)state;
    NEEDS(M07);
    NEEDS(M09);
    NEEDS(M16);
    NEEDS(M19);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct config c = {0};
        char spec[200];
        crystal(&c, known[i].lattice, known[i].a, known[i].b, known[i].constant, known[i].c_over_a, 1);
        snprintf(spec, sizeof spec, "kim:%s:Cu,Zr", known[i].model);
        double energy = energy_of(&c, spec, NULL, NULL) / (double)c.atoms;
        if (!(fabs(energy - known[i].energy) < 2e-6))
            print_message("%s %s: %.8f, expected %.6f\n", known[i].model, known[i].lattice, energy,
                          known[i].energy);
        assert_true(fabs(energy - known[i].energy) < 2e-6);
        config_free(&c);
    }
}

/* A perturbed cell of two atoms, 3.2 Å wide, and 3 × 3 × 3 copies of it: energies, virials, forces. The
 * terms are sums of about 300 pairs of at most 10 eV with rounding 1e-15 each, and 2^-41 an exact sum. */
static void test_copies(void **state)
{
    (void)state;
    NEEDS(M19);
    struct config one = {0}, many = {0};
    double w1[VIRIALS], w27[VIRIALS], f1[6], f27[6 * 27];
    crystal(&one, "B2", 0, 1, 3.22, 0.0, 1);
    crystal(&many, "B2", 0, 1, 3.22, 0.0, 3);
    one.x[0] += 0.11, one.x[1] -= 0.2, one.x[2] += 0.05;
    for (int64_t i = 0; i < many.atoms; i++)
        if (many.type[i] == one.type[0])
            many.x[3 * i] += 0.11, many.x[3 * i + 1] -= 0.2, many.x[3 * i + 2] += 0.05;
    double e1 = energy_of(&one, "kim:" M19 ":Cu,Zr", w1, f1), e27 = energy_of(&many, "kim:" M19, w27, f27);
    assert_true(fabs(e27 - 27.0 * e1) < 1e-10);
    for (int v = 0; v < VIRIALS; v++) assert_true(fabs(w27[v] - 27.0 * w1[v]) < 1e-9);
    for (int64_t i = 0; i < many.atoms; i++)
        for (int k = 0; k < 3; k++)
            assert_true(fabs(f27[3 * i + k] - f1[(many.type[i] == one.type[0] ? 0 : 3) + k]) < 1e-11);
    assert_true(fabs(f1[0]) > 0.1);
    config_free(&one);
    config_free(&many);
}

static void mixture(struct config *c, const struct species *s, double density, int64_t atoms, bool metal)
{
    struct build_mixture o = {
        .atoms = atoms, .density = density, .fraction = {1.0}, .species = *s, .seed = 11};
    if (s->count == 2) o.fraction[0] = o.fraction[1] = 0.5;
    MUST(build_mixture(c, &o));
    snprintf(c->units, sizeof c->units, metal ? "metal" : "lj");
}

/* A free axis is a periodic one with enough vacuum. */
static void test_free_axis(void **state)
{
    (void)state;
    NEEDS(EMT);
    struct config c = {0};
    double free_f[3 * 30], f[3 * 30], free_w[VIRIALS], w[VIRIALS];
    mixture(&c, &copper_zirconium, 0.055, 30, true);
    c.box.periodic[2] = false;
    double free_energy = energy_of(&c, "kim:" EMT ":Cu,Zr", free_w, free_f);
    c.box.periodic[2] = true;
    c.box.h[2][2] += 20.0;
    double energy = energy_of(&c, "kim:" EMT ":Cu,Zr", w, f);
    assert_true(fabs(energy - free_energy) < 1e-10);
    for (int k = 0; k < 90; k++) assert_true(fabs(f[k] - free_f[k]) < 1e-11);
    for (int v = 0; v < VIRIALS; v++) assert_true(fabs(w[v] - free_w[v]) < 1e-9);
    config_free(&c);
}

/* −dE/dx with the error of fourth order in h: differences at h and 2h combined. */
static double slope(const double energy[4], double h)
{
    double near = (energy[0] - energy[1]) / (2.0 * h), wide = (energy[2] - energy[3]) / (4.0 * h);
    return -(4.0 * near - wide) / 3.0;
}
static const double sides[4] = {1.0, -1.0, 2.0, -2.0};

/* f = −dE/dx and W_ab = −dE/dε_ab. Energies of 24 atoms carry 24 × 2^-41 = 1e-11 from the exact sums, divided
 * by h = 3e-4: 5e-8. Models of splines have jumps of the second or third derivative: h² × 100 eV/Å³ / 6 =
 * 2e-6. */
static void derivatives(const char *spec, const struct species *s, double density)
{
    static const int first[VIRIALS] = {0, 1, 2, 0, 0, 1}, second[VIRIALS] = {0, 1, 2, 1, 2, 2};
    struct config c = {0};
    double f[3 * 24], w[VIRIALS], energy[4], h = 3e-4, largest = 0.0;
    mixture(&c, s, density, 24, true);
    fixture_skew(&c);
    c.box.periodic[1] = false;
    energy_of(&c, spec, w, f);
    for (int k = 0; k < 72; k++) largest = fmax(largest, fabs(f[k]));
    for (int k = 0; k < 72; k += 11) {
        double x = c.x[k];
        for (int side = 0; side < 4; side++) {
            c.x[k] = x + sides[side] * h;
            energy[side] = energy_of(&c, spec, NULL, NULL);
        }
        c.x[k] = x;
        if (!(fabs(slope(energy, h) - f[k]) < 3e-6 * (1.0 + largest)))
            print_message("%s: force %d %.10g, difference %.10g\n", spec, k, f[k], slope(energy, h));
        assert_true(fabs(slope(energy, h) - f[k]) < 3e-6 * (1.0 + largest));
    }
    double room = 0.0; /* a strain ε moves atoms by at most L ε */
    for (int k = 0; k < 3; k++) room = fmax(room, c.box.h[k][k]);
    for (int v = 0; v < VIRIALS; v++) {
        for (int side = 0; side < 4; side++) {
            struct config strained = c;
            double x[3 * 24], d = sides[side] * h / room;
            memcpy(x, c.x, sizeof x);
            strained.x = x;
            for (int64_t i = 0; i < c.atoms; i++) x[3 * i + first[v]] += d * c.x[3 * i + second[v]];
            for (int k = 0; k < 3; k++) strained.box.h[k][first[v]] += d * c.box.h[k][second[v]];
            strained.box.origin[first[v]] += d * c.box.origin[second[v]];
            energy[side] = energy_of(&strained, spec, NULL, NULL);
        }
        double got = slope(energy, h / room);
        if (!(fabs(got - w[v]) < 3e-6 * (1.0 + largest) * room * (double)c.atoms))
            print_message("%s: virial %d %.10g, difference %.10g\n", spec, v, w[v], got);
        assert_true(fabs(got - w[v]) < 3e-6 * (1.0 + largest) * room * (double)c.atoms);
    }
    assert_true(largest > 0.01);
    config_free(&c);
}

static void test_eam(void **state)
{
    (void)state;
    NEEDS(M19);
    derivatives("kim:" M19 ":Cu,Zr", &copper_zirconium, 0.055);
}
static void test_emt(void **state)
{
    (void)state;
    NEEDS(EMT);
    derivatives("kim:" EMT ":Cu,Zr", &copper_zirconium, 0.055);
}
static void test_meam(void **state)
{
    (void)state;
    NEEDS(MEAM);
#ifdef __SANITIZE_ADDRESS__
    print_message("not under the address sanitizer: the MEAM driver deletes an array of its own with the "
                  "wrong operator\n");
    skip();
#endif
    derivatives("kim:" MEAM ":Cu,Zr", &copper_zirconium, 0.055);
}
static void test_tersoff(void **state)
{
    static const struct species silicon = {1, {"Si"}, {28.085}};
    (void)state;
    NEEDS(TERSOFF);
    derivatives("kim:" TERSOFF, &silicon, 0.05);
}
static void test_several_lists(void **state)
{
    static const struct species argon = {1, {"Ar"}, {39.948}};
    (void)state;
    NEEDS(LISTS);
    derivatives("kim:" LISTS, &argon, 0.04);
}

/* 30 steps of NVE: the energy is conserved between rebuilds and over them, and forces have the same bits
 * whether energies were asked for or not. */
static void test_motion(void **state)
{
    (void)state;
    NEEDS(M19);
    struct config c = {0};
    struct engine often, rarely;
    char a[65], b[65];
    struct unit_system metal = units_metal();
    mixture(&c, &copper_zirconium, 0.055, 60, true);
    MUST(build_velocities(&c, 300.0, units_boltzmann(&metal), 3, 0));
    double dt = units_size(&metal, QUANTITY_TIME) * 1e-4; /* ps: the start is far from its minimum */
    fixture_start(&often, &c, "kim:" M19 ":Cu,Zr", dt, 1);
    fixture_start(&rarely, &c, "kim:" M19 ":Cu,Zr", dt, 2);
    often.energy_every = 1;
    rarely.rebuild_at = 17;
    often.rebuild_at = 17;
    double start = engine_conserved(&often), kinetic = engine_kinetic(&often);
    MUST(engine_advance(&often, 30, false));
    MUST(engine_advance(&rarely, 30, false));
    fixture_digest(&often, a);
    fixture_digest(&rarely, b);
    assert_string_equal(a, b);
    /* velocity Verlet: the error is of order (ω dt)² / 8 of the energy exchanged; ω at most 60 /ps here */
    double exchanged = fabs(engine_kinetic(&often) - kinetic);
    assert_true(exchanged > 0.01);
    assert_true(fabs(engine_conserved(&often) - start) < 1e-4 * exchanged + 1e-10);
    engine_free(&often);
    engine_free(&rarely);
    config_free(&c);
}

/* ---- words ---- */

static void refused(const char *spec, const char *words)
{
    struct potential p;
    status s = potential_make(&p, spec);
    potential_free(&p);
    if (s == OK || !strstr(status_message(), words))
        print_message("%s: status %d, message '%s', expected '%s'\n", spec, (int)s, status_message(), words);
    assert_int_equal(s, BAD_INPUT);
    assert_non_null(strstr(status_message(), words));
}

static void test_messages(void **state)
{
    (void)state;
    if (!GLINT_HAVE_KIM) {
        refused("kim:" M19, "libkim-api-dev");
        return;
    }
    refused("kim", "kim:NAME");
    refused("kim:", "kim:NAME");
    refused("kim::Cu", "kim:NAME");
    NEEDS(M19);
    refused("kim:MendelevSun", "did you mean " M19 "?");
    refused("kim:EAM_Dynamo_MendelevSunZang_2019_CuZr__MO_609260676108_000", "did you mean " M19 "?");
    refused("kim:609260676108_000", M19);
    refused("kim:" M19 ":Cu,Fe", "has the species Cu, Zr, not 'Fe'");
    refused("kim:" M19 ":Cu,Cu", "named twice");
    refused("kim:" M19 ":Cu,,Zr", "1 to 7 characters");
    refused("kim:" M19 ":A,B,C,D,E", "at most 4");
}

static void test_names(void **state)
{
    (void)state;
    NEEDS(M19);
    struct potential p, again;
    MUST(potential_make(&p, "kim:MO_609260676108_000"));
    assert_string_equal(p.spec, "kim:" M19 ":Cu,Zr");
    assert_int_equal(p.species.count, 2);
    assert_true(p.species.mass[0] == element_mass("metal", "Cu") &&
                p.species.mass[1] == element_mass("metal", "Zr"));
    assert_true(p.cutoff[0][1] == 7.6);
    MUST(potential_make(&again, p.spec)); /* the canonical SPEC is one */
    assert_string_equal(p.spec, again.spec);
    potential_free(&again);
    potential_free(&p);
    MUST(potential_make(&p, "kim:" M19 ":Zr"));
    assert_int_equal(p.species.count, 1);
    assert_string_equal(p.species.name[0], "Zr");
    potential_free(&p);
}

/* A species whose mass is not known here must have it in the configuration. */
static void test_mass(void **state)
{
    static const char model[] = "LJ_ElliottAkerson_2015_Universal__MO_959249795837_003";
    static const struct species polonium = {1, {"Po"}, {209.0}};
    char spec[100];
    (void)state;
    NEEDS(model);
    struct config c = {0};
    struct potential p;
    snprintf(spec, sizeof spec, "kim:%s", model);
    refused(spec, "choose up to 4");
    snprintf(spec, sizeof spec, "kim:%s:Po", model);
    mixture(&c, &polonium, 0.02, 8, true);
    MUST(potential_make(&p, spec));
    c.species.mass[0] = 0.0;
    assert_int_equal(potential_adopt(&p, &c), BAD_INPUT);
    assert_non_null(strstr(status_message(), "mass of Po"));
    c.species.mass[0] = 209.0;
    MUST(potential_adopt(&p, &c));
    assert_true(c.species.mass[0] == 209.0);
    potential_free(&p);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replica),       cmocka_unit_test(test_crystals),
        cmocka_unit_test(test_copies),        cmocka_unit_test(test_free_axis),
        cmocka_unit_test(test_eam),           cmocka_unit_test(test_emt),
        cmocka_unit_test(test_meam),          cmocka_unit_test(test_tersoff),
        cmocka_unit_test(test_several_lists), cmocka_unit_test(test_motion),
        cmocka_unit_test(test_messages),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_mass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
