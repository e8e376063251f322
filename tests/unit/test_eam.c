/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EAM kernels of every instruction set against an O(N²) sum over the same tables in scalar code; tables
 * against the functions they sample; files whose densities are not symmetric; crystals of one atom a cell. */
#include "base/isa.h"
#include "engine_fixture.h"
#include "force/eam.h"
#include "ref_md.c"

#include <math.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const isas[] = {"sse2", "avx2", "avx512"};
static const struct species cuzr_species = {2, {"Cu", "Zr"}, {63.546, 91.224}};

/* ---- the reference: tables in scalar code ---- */

static double cubic(const double *c, double p, double *slope)
{
    *slope = c[1] + p * (2 * c[2] + 3 * p * c[3]);
    return c[0] + p * (c[1] + p * (c[2] + p * c[3]));
}

/* φ_ab(r) or ρ_ab(r) as tabulated, and its derivative by r. */
static double tabulated(const struct eam *m, const double (*rows)[4], int a, int b, double r, bool divide,
                        double *derivative)
{
    double u = (m->exact ? r : r * r) * m->rows_per_unit, slope;
    if (u >= m->last_row) return *derivative = 0.0;
    double whole = floor(u), value = cubic(rows[(size_t)(m->first_row[a][2 * b] + whole)], u - whole, &slope);
    slope *= m->rows_per_unit;
    if (!m->exact) {
        *derivative = slope * 2 * r;
        return value;
    }
    *derivative = divide ? slope / r - value / (r * r) : slope;
    return divide ? value / r : value;
}

struct reference {
    double energy, virial[6], *f, *magnitude;
};

enum { NEIGHBORS = 4000 };

static void reference_forces(const struct config *c, const struct potential *pot, struct reference *r)
{
    const struct eam *m = pot->parameters;
    struct ref_neighbor *list = malloc(NEIGHBORS * sizeof *list);
    double *slope = calloc((size_t)c->atoms, sizeof *slope), radius[2][2];
    *r = (struct reference){.f = calloc((size_t)(3 * c->atoms), 8), .magnitude = calloc((size_t)c->atoms, 8)};
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++)
            radius[a][b] = pot->cutoff[a][b] + 0.01; /* the last row ends a little later */
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < c->atoms; i++) {
            long n = ref_neighbors(c, radius, i, list, NEIGHBORS);
            assert_true(n <= NEIGHBORS);
            int a = c->type[i];
            double rho = 0.0, energy = 0.0;
            for (long k = 0; k < n; k++) {
                int64_t j = list[k].j;
                int b = c->type[j];
                double d, rr = sqrt(list[k].r2), dphi, drho, back;
                rho += tabulated(m, (const double(*)[4])m->density, a, b, rr, false, &drho);
                if (pass == 0) continue;
                energy += 0.5 * tabulated(m, (const double(*)[4])m->pair, a, b, rr, true, &dphi);
                tabulated(m, (const double(*)[4])m->density, b, a, rr, false, &back);
                d = -(dphi + slope[i] * drho + slope[j] * back) / rr;
                r->magnitude[i] += (fabs(dphi) + fabs(slope[i] * drho) + fabs(slope[j] * back));
                double x[3];
                for (int e = 0; e < 3; e++) {
                    x[e] = c->x[3 * i + e] - c->x[3 * j + e];
                    for (int s = 0; s < 3; s++) x[e] -= list[k].n[s] * c->box.h[s][e];
                    r->f[3 * i + e] += d * x[e];
                }
                static const int first[6] = {0, 1, 2, 0, 0, 1}, second[6] = {0, 1, 2, 1, 2, 2};
                for (int v = 0; v < 6; v++) r->virial[v] += 0.5 * d * x[first[v]] * x[second[v]];
            }
            double embedding = eam_embed(&m->embedding[a], rho, &slope[i]);
            if (pass == 1) r->energy += energy + embedding;
        }
    free(slope);
    free(list);
}

/* Rounding: rows are found from r² (or r) times rows_per_unit, up to 1e4, so p carries 1e-12; with some 100
 * pairs a list and curvature of order 1 a row that is far below 1e-11 of the magnitudes. */
/* ---- what mixed precision may differ by: the analysis in eam_mixed.kernel.c, carried out for every pair
 * ---- */

static const double unit = 0x1p-24; /* half the distance of floats at 1 */

struct bounds {
    double *f; /* per atom */
    double energy, virial;
};

/* Errors of the value and of the slope (per row) of one function at r: the place in the table is off by seven
 * roundings of r² and by positions that are off by a quantum; then some additions and products. */
static void table_error(const struct eam *m, const double (*rows)[4], int a, int b, double r, double quantum,
                        double *value, double *slope, double *size)
{
    double u = r * r * m->rows_per_unit, move = 7 * unit * u + 2 * 1.8 * quantum * r * m->rows_per_unit;
    double bend = 0.0, steep = 0.0;
    *value = *slope = *size = 0.0;
    for (int at = -1; at < 2; at++) { /* it may fall into the next row */
        double k = floor(u) + at;
        if (k < 0 || k >= m->last_row) continue;
        const double *c = rows[(size_t)(m->first_row[a][2 * b] + k)];
        bend = fmax(bend, 2 * fabs(c[2]) + 6 * fabs(c[3]));
        steep = fmax(steep, fabs(c[1]) + 2 * fabs(c[2]) + 3 * fabs(c[3]));
        *value = fmax(*value, fabs(c[0]) + fabs(c[1]) + fabs(c[2]) + fabs(c[3]));
    }
    *size = steep;
    *value = 8 * unit * *value + move * steep;
    *slope = 6 * unit * steep + move * bend;
}

static void mixed_bounds(const struct config *c, const struct potential *pot, double quantum,
                         struct bounds *b)
{
    const struct eam *m = pot->parameters;
    const double(*density)[4] = (const double(*)[4])m->density, (*pair)[4] = (const double(*)[4])m->pair;
    struct ref_neighbor *list = malloc(NEIGHBORS * sizeof *list);
    double *slope = calloc((size_t)c->atoms, 8), *off = calloc((size_t)c->atoms, 8), radius[2][2];
    *b = (struct bounds){.f = calloc((size_t)c->atoms, 8)};
    for (int k = 0; k < 4; k++) radius[k / 2][k % 2] = pot->cutoff[k / 2][k % 2] + 0.01;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < c->atoms; i++) {
            long n = ref_neighbors(c, radius, i, list, NEIGHBORS);
            int a = c->type[i];
            double rho = 0.0, rho_error = 0.0, lane = (double)n / 8.0 + 8.0, above, below;
            for (long k = 0; k < n; k++) {
                int64_t j = list[k].j;
                int t = c->type[j];
                double r = sqrt(list[k].r2), ignored, value, s[3], size[3], d;
                double here = tabulated(m, density, a, t, r, false, &ignored);
                table_error(m, density, a, t, r, quantum, &value, &s[1], &size[1]);
                rho += here;
                rho_error += value + lane * unit * fabs(here);
                if (pass == 0) continue;
                table_error(m, density, t, a, r, quantum, &value, &s[2], &size[2]);
                table_error(m, pair, a, t, r, quantum, &value, &s[0], &size[0]);
                b->energy += 0.5 * (value + lane * unit * fabs(tabulated(m, pair, a, t, r, true, &ignored)));
                d = s[0] + (fabs(slope[i]) + off[i]) * s[1] + (fabs(slope[j]) + off[j]) * s[2] +
                    off[i] * size[1] + off[j] * size[2];
                d += lane * unit * (size[0] + fabs(slope[i]) * size[1] + fabs(slope[j]) * size[2]);
                d *= 2 * m->rows_per_unit * r;
                b->f[i] += d;
                b->virial += d * r;
            }
            if (pass == 1) continue;
            double middle = eam_embed(&m->embedding[a], rho, &slope[i]);
            b->energy += fabs(eam_embed(&m->embedding[a], rho + rho_error, &above) - middle);
            eam_embed(&m->embedding[a], rho - rho_error, &below);
            off[i] = 10 * unit * fabs(slope[i]) + fmax(fabs(above - slope[i]), fabs(below - slope[i]));
        }
    free(list);
    free(slope);
    free(off);
}

static void compare_mixed(const struct engine *e, const struct config *c, const char *what)
{
    struct reference r;
    struct bounds b;
    struct config out = {0};
    reference_forces(c, &e->potential, &r);
    mixed_bounds(c, &e->potential, 1.0 / e->domain.packed.per_unit, &b);
    MUST(domain_gather(&e->domain, &out, CONFIG_FORCE));
    for (int64_t k = 0; k < 3 * c->atoms; k++) {
        if (!(fabs(out.f[k] - r.f[k]) <= b.f[k / 3]))
            print_message("%s: atom %ld: %.17g, reference %.17g, bound %g\n", what, (long)(k / 3), out.f[k],
                          r.f[k], b.f[k / 3]);
        assert_true(fabs(out.f[k] - r.f[k]) <= b.f[k / 3]);
    }
    if (!(fabs(e->energy - r.energy) <= b.energy))
        print_message("%s: energy %.17g, reference %.17g, bound %g\n", what, e->energy, r.energy, b.energy);
    assert_true(fabs(e->energy - r.energy) <= b.energy);
    for (int v = 0; v < 6; v++) assert_true(fabs(e->virial[v] - r.virial[v]) <= b.virial);
    free(r.f);
    free(r.magnitude);
    free(b.f);
    config_free(&out);
}

static void compare(const struct engine *e, const struct config *c, const char *what)
{
    struct reference r;
    struct config out = {0};
    double scale = 0.0;
    reference_forces(c, &e->potential, &r);
    MUST(domain_gather(&e->domain, &out, CONFIG_FORCE));
    for (int64_t i = 0; i < c->atoms; i++) {
        scale += r.magnitude[i];
        for (int k = 0; k < 3; k++) {
            double error = fabs(out.f[3 * i + k] - r.f[3 * i + k]);
            if (!(error <= 1e-11 * (r.magnitude[i] + 1.0)))
                print_message("%s: atom %ld: f_%d %.17g, reference %.17g\n", what, (long)i, k,
                              out.f[3 * i + k], r.f[3 * i + k]);
            assert_true(error <= 1e-11 * (r.magnitude[i] + 1.0));
        }
    }
    double room = 0x1p-41 * (double)c->atoms + 1e-11 * scale;
    if (!(fabs(e->energy - r.energy) <= room))
        print_message("%s: energy %.17g, reference %.17g\n", what, e->energy, r.energy);
    assert_true(fabs(e->energy - r.energy) <= room);
    for (int v = 0; v < 6; v++) assert_true(fabs(e->virial[v] - r.virial[v]) <= 10 * room);
    free(r.f);
    free(r.magnitude);
    config_free(&out);
}

static void run_case(const struct config *c, const char *spec, const char *what)
{
    for (int i = 0; i < 3; i++) {
        setenv("GLINT_ISA", isas[i], 1);
        char name[300];
        snprintf(name, sizeof name, "%s, %s, %s", what, spec, isas[i]);
        struct engine e;
        fixture_start(&e, c, spec, 0.1, 1);
        compare(&e, c, name);
        struct engine_options o = {.potential = spec, .dt = 0.1, .threads = 1, .precision = PRECISION_MIXED};
        bool mixed = !((struct eam *)e.potential.parameters)->exact;
        engine_free(&e);
        if (!mixed) continue;
        MUST(engine_start(&e, &o, c));
        snprintf(name, sizeof name, "%s, %s, %s, mixed precision", what, spec, isas[i]);
        compare_mixed(&e, c, name);
        engine_free(&e);
    }
    unsetenv("GLINT_ISA");
}

static void mixture(struct config *c, int64_t atoms, double density)
{
    struct build_mixture o = {
        .atoms = atoms, .density = density, .fraction = {0.5, 0.5}, .species = cuzr_species, .seed = 3};
    MUST(build_mixture(c, &o));
    MUST(build_velocities(c, 600.0, 8.617333262e-5, 3, 0));
    snprintf(c->units, sizeof c->units, "metal");
}

static void test_forces(void **state)
{
    (void)state;
    struct config c = {0};
    mixture(&c, 150, 0.055);
    run_case(&c, "cuzr:m19", "cube");
    run_case(&c, "cuzr:m07,rows=900", "cube");
    fixture_skew(&c);
    run_case(&c, "cuzr:m09", "skewed");
    for (int mask = 0; mask < 7; mask += 3) {
        for (int k = 0; k < 3; k++) c.box.periodic[k] = (mask >> k & 1) != 0;
        run_case(&c, "cuzr:m19", "partly free");
    }
    memset(c.box.periodic, 0, sizeof c.box.periodic);
    for (int k = 0; k < 3; k++) {
        c.x[k] += 300.0; /* a pair far away, an atom alone, and two atoms on top of each other */
        c.x[3 + k] = c.x[k] + 1.4;
        c.x[6 + k] -= 4000.0;
        c.x[9 + k] = c.x[12 + k] + 0.3;
    }
    run_case(&c, "cuzr:m19", "outside, and overlapping");
    config_free(&c);
}

/* One or two atoms in a cell thinner than the cutoff: every atom sees itself many times. */
static void test_small_cells(void **state)
{
    (void)state;
    static const char *const names[] = {"fcc", "hcp", "B2", "C15"};
    for (int i = 0; i < 4; i++) {
        struct config c = {0};
        const struct lattice *l = lattice_find(names[i]);
        struct build_lattice o = {.lattice = l,
                                  .n = {1, 1, 1},
                                  .species = cuzr_species,
                                  .site_species = {1, 0},
                                  .a = lattice_constant(l, 0.055, 0.0)};
        MUST(build_lattice(&c, &o));
        snprintf(c.units, sizeof c.units, "metal");
        for (int64_t k = 0; k < 3 * c.atoms; k++) c.x[k] += 0.1 * sin(1.0 + 7.0 * (double)k);
        run_case(&c, "cuzr:m19", names[i]);
        config_free(&c);
    }
}

/* A file whose density functions differ for every ordered pair. Written in the layout of eam/fs. */
static void write_file(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    enum { RHO = 2000, R = 1500 };
    double drho = 0.05, dr = 6.0 / R;
    fprintf(f, "made by test_eam\n\n\n2 Cu Zr\n%d %.17g %d %.17g %.17g\n", RHO, drho, R, dr, 6.0);
    for (int a = 0; a < 2; a++) {
        fprintf(f, "%d %g 3.6 fcc\n", a ? 40 : 29, a ? 91.224 : 63.546);
        for (int k = 0; k < RHO; k++)
            fprintf(f, "%.17g\n", -(1.0 + 0.3 * a) * sqrt(drho * k + 0.1) + (1.0 + 0.3 * a) * sqrt(0.1));
        for (int b = 0; b < 2; b++) /* what a gives at b */
            for (int k = 0; k < R; k++) {
                double gap = 5.0 + 0.3 * a - 0.5 * b - dr * k;
                fprintf(f, "%.17g\n", gap > 0 ? (0.1 + 0.05 * a + 0.02 * b) * pow(gap, 4) / 10 : 0.0);
            }
    }
    for (int a = 0; a < 2; a++)
        for (int b = 0; b <= a; b++)
            for (int k = 0; k < R; k++) {
                double r = dr * k, gap = 5.8 - 0.2 * (a + b) - r;
                fprintf(f, "%.17g\n", gap > 0 ? r * 0.02 * pow(gap, 4) * (2.6 + 0.1 * a - r) : 0.0);
            }
    fclose(f);
}

static void test_asymmetric_file(void **state)
{
    (void)state;
    struct config c = {0};
    char path[] = "/tmp/glint-test-eam-XXXXXX", spec[200];
    close(mkstemp(path));
    write_file(path);
    mixture(&c, 120, 0.055);
    snprintf(spec, sizeof spec, "eam:%s:Cu,Zr", path);
    run_case(&c, spec, "asymmetric densities");
    snprintf(spec, sizeof spec, "eam:%s:Cu,Zr,rows=1500", path);
    run_case(&c, spec, "asymmetric densities, sampled");
    unlink(path);
    config_free(&c);
}

/* The error of a cubic Hermite table falls as h⁴ in the value and h³ in the slope; knots of the fourth power
 * keep those orders. With twice the rows at least 11 and 5.6 times smaller (70 % of the ideal), and at the
 * default below 1e-7 eV and 2e-6 of the steepest slope behind the joint of the inner and outer functions
 * at 2.3 Å, where the published slope jumps. */
static void test_tables(void **state)
{
    (void)state;
    double value_error[2] = {0}, slope_error[2] = {0}, steepest = 0.0;
    for (int fine = 0; fine < 2; fine++) {
        struct potential p;
        char spec[64];
        snprintf(spec, sizeof spec, "cuzr:m19,rows=%d", EAM_ROWS << fine);
        MUST(potential_make(&p, spec));
        const struct eam *m = p.parameters;
        assert_true(m->symmetric && !m->exact);
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                for (double r = 2.32; r < 7.8; r += 0.000317) {
                    double d, e, t = tabulated(m, (const double(*)[4])m->pair, a, b, r, true, &d);
                    value_error[fine] =
                        fmax(value_error[fine], fabs(t - m->functions.pair(&m->functions, a, b, r, &e)));
                    slope_error[fine] = fmax(slope_error[fine], fabs(d - e));
                    steepest = fmax(steepest, fabs(e));
                }
        potential_free(&p);
    }
    print_message("rows %d: value %.2g eV, slope %.2g eV/A; twice as many: %.2g, %.2g\n", EAM_ROWS,
                  value_error[0], slope_error[0], value_error[1], slope_error[1]);
    assert_true(value_error[0] < 1e-7 && slope_error[0] < 2e-6 * steepest);
    assert_true(value_error[1] < value_error[0] / 11.0 && slope_error[1] < slope_error[0] / 5.6);
}

/* Force bits with and without energies, and the ensemble's kinetic temperature: one stretch of dynamics. */
static void test_force_bits(void **state)
{
    (void)state;
    struct config c = {0};
    char digest[2][65];
    mixture(&c, 300, 0.055);
    for (int every = 0; every < 2; every++) {
        struct engine e;
        fixture_start(&e, &c, "cuzr:m19", 0.1, 1 + every);
        e.energy_every = every;
        MUST(engine_advance(&e, 120, false));
        fixture_digest(&e, digest[every]);
        engine_free(&e);
    }
    assert_string_equal(digest[0], digest[1]);
    config_free(&c);
}

static void test_specs(void **state)
{
    (void)state;
    struct potential p;
    static const char *const bad[] = {"cuzr:m18", "cuzr:m19,rows=10", "cuzr:m19,row=4096", "eam:nowhere.fs",
                                      "eam:/nowhere.fs:Cu,Zr"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(potential_make(&p, bad[i]) == OK, 0);
        assert_true(strlen(status_message()) > 10);
        potential_free(&p);
    }
    MUST(potential_make(&p, "cuzr"));
    assert_string_equal(p.spec, "cuzr:m19,rows=2048");
    potential_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forces),          cmocka_unit_test(test_small_cells),
        cmocka_unit_test(test_asymmetric_file), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_force_bits),      cmocka_unit_test(test_specs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
