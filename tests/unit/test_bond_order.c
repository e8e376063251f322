/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bond-orientational order against perfect shells, the addition theorem, and rotations; networks of
 * Frank–Kasper centres against crystals and a search by pairs. */
#include "analysis/structure/bond_order.h"
#include "analysis/structure/voronoi_stats.h"
#include "base/mem.h"
#include "base/random.h"
#include "system/build.h"
#include "system/trajectory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* after our headers: its macro `fail` is not ours */

#define must(call)                                          \
    do {                                                    \
        if ((call) != OK) fail_msg("%s", status_message()); \
    } while (0)
static void near_at(double found, double expected, double tolerance, int line)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("line %d: %.15g, expected %.15g ± %g", line, found, expected, tolerance);
}
#define near(found, expected, tolerance) near_at(found, expected, tolerance, __LINE__)

static const struct species mixture = {2, {"A", "B"}, {2.0, 1.0}};

static void crystal(struct config *c, const char *name, int64_t n, double noise)
{
    struct build_lattice o = {
        .lattice = lattice_find(name), .a = 1.0, .n = {n, n, n}, .species = mixture, .site_species = {0, 1}};
    if (!o.lattice) fail_msg("no lattice %s", name);
    must(build_lattice(c, &o));
    for (int64_t i = 0; i < 3 * c->atoms && noise > 0.0; i++) {
        double u[2];
        random_uniform2(3, STREAM_TEST, (uint64_t)i, 0, u);
        c->x[i] += noise * (u[0] - 0.5);
    }
}

static void unit_vector(uint64_t k, double u[3])
{
    double a[2];
    random_uniform2(5, STREAM_TEST, k, 0, a);
    double z = 2.0 * a[0] - 1.0, s = sqrt(1.0 - z * z);
    u[0] = s * cos(2.0 * M_PI * a[1]);
    u[1] = s * sin(2.0 * M_PI * a[1]);
    u[2] = z;
}

/* ---- harmonics ---- */

/* Σ_m Y_lm(u) Y*_lm(v) = (2l+1)/4π P_l(u·v), and a few closed forms with their phases. */
static void harmonics_obey_the_addition_theorem(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 50; k++) {
        double u[3], v[3];
        unit_vector(2 * k, u);
        unit_vector(2 * k + 1, v);
        double z = u[0] * v[0] + u[1] * v[1] + u[2] * v[2], z2 = z * z;
        const double legendre[7] = {[4] = (35 * z2 * z2 - 30 * z2 + 3) / 8,
                                    [6] = (231 * z2 * z2 * z2 - 315 * z2 * z2 + 105 * z2 - 5) / 16};
        for (int l = 4; l <= 6; l += 2) {
            double complex a[7], b[7];
            bond_order_harmonics(l, u, a);
            bond_order_harmonics(l, v, b);
            double sum = creal(a[0] * conj(b[0]));
            for (int m = 1; m <= l; m++) sum += 2.0 * creal(a[m] * conj(b[m]));
            near(sum, (2 * l + 1) / (4.0 * M_PI) * legendre[l], 1e-13); /* sums of ten terms of order 1 */
        }
        double complex y[7];
        bond_order_harmonics(4, u, y);
        double complex e = u[0] + I * u[1];
        double complex y43 = -3.0 / 8.0 * sqrt(35.0 / M_PI) * e * e * e * u[2];
        double complex y42 = 3.0 / 8.0 * sqrt(5.0 / (2.0 * M_PI)) * e * e * (7.0 * u[2] * u[2] - 1.0);
        near(cabs(y[3] - y43), 0.0, 1e-14);
        near(cabs(y[2] - y42), 0.0, 1e-14);
    }
}

/* Tabulated: (2 2 2; 0 0 0) = −√(2/35), (4 4 4; 0 0 0) = √(18/1001), (6 6 6; 0 0 0) = −20/√46189; and
 * orthogonality: Σ_{m1} (l l l; m1 m2 m3)² = 1/(2l + 1) for fixed m3. */
static void wigner_symbols(void **state)
{
    (void)state;
    near(bond_order_wigner(2, 0, 0, 0), -sqrt(2.0 / 35.0), 1e-15);
    near(bond_order_wigner(4, 0, 0, 0), sqrt(18.0 / 1001.0), 1e-15);
    near(bond_order_wigner(6, 0, 0, 0), -20.0 / sqrt(46189.0), 1e-15);
    for (int m3 = -6; m3 <= 6; m3++) {
        double sum = 0.0;
        for (int m1 = -6; m1 <= 6; m1++) sum += pow(bond_order_wigner(6, m1, -m1 - m3, m3), 2);
        near(sum, 1.0 / 13.0, 1e-14);
    }
    assert_true(bond_order_wigner(6, 1, 1, 1) == 0.0 && bond_order_wigner(6, 7, -7, 0) == 0.0);
}

/* ---- perfect shells ---- */

static void shells(const char *name, double cutoff, int neighbors, double q4, double q6)
{
    struct config c = {0};
    struct bond_order b;
    crystal(&c, name, 3, 0.0);
    must(bond_order_cutoff(&b, &c.box, c.atoms, c.x, cutoff));
    for (int64_t i = 0; i < c.atoms; i++) {
        assert_int_equal(b.neighbors[i], neighbors);
        near(b.q4[i], q4, 5.1e-5); /* four digits are known */
        near(b.q6[i], q6, 5.1e-5);
        /* bcc, fcc, sc: every atom has the same q_lm, so averaging changes nothing and every bond is a
         * connection */
        if (strcmp(name, "hcp") == 0) continue;
        near(b.q4_mean[i], b.q4[i], 1e-13);
        near(b.q6_mean[i], b.q6[i], 1e-13);
        assert_int_equal(b.connections[i], neighbors);
    }
    if (neighbors >= BOND_ORDER_SOLID) {
        assert_int_equal(b.solid, c.atoms);
        assert_int_equal(b.largest, c.atoms);
    }
    bond_order_free(&b);
    config_free(&c);
}

static void perfect_crystals(void **state)
{
    (void)state;
    shells("fcc", 0.85, 12, 0.1909, 0.5745);
    shells("hcp", 1.2, 12, 0.0972, 0.4848);
    shells("bcc", 1.1, 14, 0.0364, 0.5107);
    shells("sc", 1.2, 6, 0.7638, 0.3536);
}

/* One icosahedron in a wide box, turned at random; only its centre is looked at. w6 −0.1698. */
static void the_icosahedron(void **state)
{
    (void)state;
    double x[39] = {0}, g = 0.5 * (1.0 + sqrt(5.0)), a[3], v[3], w[3];
    unit_vector(900, a); /* a right-handed frame */
    unit_vector(901, v);
    double along = a[0] * v[0] + a[1] * v[1] + a[2] * v[2], norm = 0.0;
    for (int k = 0; k < 3; k++) v[k] -= along * a[k], norm += v[k] * v[k];
    for (int k = 0; k < 3; k++) v[k] /= sqrt(norm);
    for (int k = 0; k < 3; k++) w[k] = a[(k + 1) % 3] * v[(k + 2) % 3] - a[(k + 2) % 3] * v[(k + 1) % 3];
    for (int n = 0; n < 12; n++) {
        double p[3] = {0.0, n & 1 ? 1.0 : -1.0, n & 2 ? g : -g}; /* cyclic permutations of (0, ±1, ±g) */
        int turn = n / 4;
        for (int k = 0; k < 3; k++)
            x[3 * (n + 1) + k] = p[turn] * a[k] + p[(turn + 1) % 3] * v[k] + p[(turn + 2) % 3] * w[k];
    }
    struct box box = box_orthogonal(20, 20, 20);
    struct bond_order b;
    must(bond_order_cutoff(&b, &box, 13, x, 1.95)); /* radius √(1 + g²) = 1.902, edge 2 */
    assert_int_equal(b.neighbors[0], 12);
    near(b.q4[0], 0.0, 1e-7); /* a root of squares that cancel to rounding */
    near(b.q6[0], 0.6633, 5.1e-5);
    near(b.w6[0], -0.1698, 5.1e-5);
    bond_order_free(&b);
}

/* Equal faces: area weights change nothing in fcc. Thermal noise: four-edged vertices open into small faces,
 * which the area hardly weighs; Laves phases are not solid-like in this sense. */
static void area_weights(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    struct bond_order b;
    const struct voronoi_options plain = {0};
    for (int noisy = 0; noisy < 2; noisy++) {
        crystal(&c, "fcc", 3, noisy * 0.02);
        must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &plain));
        must(bond_order_voronoi(&b, &v, 0.0));
        for (int64_t i = 0; i < c.atoms; i++) {
            near(b.q6[i], 0.57452, noisy ? 0.03 : 1e-5); /* displacements of 1 % of a turn bonds by 0.02 */
            if (!noisy) near(b.q4[i], 0.19094, 1e-5);
        }
        assert_int_equal(b.solid, c.atoms);
        bond_order_free(&b);
        voronoi_free(&v);
    }
    must(config_read("tests/data/lj_4000.data", &c));
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &plain));
    must(bond_order_voronoi(&b, &v, 0.01));
    assert_true(b.solid < c.atoms / 20);
    bond_order_free(&b);
    voronoi_free(&v);
    config_free(&c);
}

/* ---- networks ---- */

static void the_network_of_a_laves_phase(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    struct ifk k;
    crystal(&c, "C15", 2, 0.0);
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    must(ifk_measure(&k, &v, 0.0));
    int64_t faces = c.atoms / 3 * 16 + 2 * c.atoms / 3 * 12;
    assert_int_equal(k.centres, c.atoms);
    assert_int_equal(k.covered, c.atoms);
    assert_int_equal(k.bonds[IFK_INTERPENETRATING], faces / 2);
    assert_int_equal(k.faces, faces);
    assert_int_equal(k.edges[6], c.atoms / 3 * 4);
    assert_int_equal(k.edges[5], 12 * c.atoms);
    assert_int_equal(k.largest, c.atoms);
    assert_int_equal(k.largest_shells, c.atoms);
    assert_int_equal(k.nelson, c.atoms);
    for (int axis = 0; axis < 3; axis++) assert_true(k.wraps[axis] && k.wraps_shells[axis]);
    voronoi_free(&v);
    crystal(&c, "bcc", 3, 0.0); /* no centre, but 4 and 6 edges only */
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    must(ifk_measure(&k, &v, 0.0));
    assert_int_equal(k.centres + k.covered + k.largest + k.largest_shells, 0);
    assert_int_equal(k.nelson, c.atoms);
    voronoi_free(&v);
    config_free(&c);
}

static bool in_shell(const struct voronoi *v, int64_t i, int64_t atom, double f)
{
    for (int64_t k = v->start[i]; k < v->start[i + 1]; k++)
        if (v->face[k].atom == atom && voronoi_keeps(v, i, k, f)) return true;
    return false;
}

/* All pairs of centres; in this box no two images of one atom are within reach of a centre. */
static void networks_by_pairs(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    static const double filter[] = {0.0, 0.01};
    must(config_read("tests/data/lj_4000.data", &c));
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    for (int n = 0; n < 2; n++) {
        struct ifk k;
        int64_t bonds[IFK_CLASSES] = {0}, centres = 0, *centre = NULL, covered = 0;
        double f = filter[n];
        must(NEW(centre, (size_t)c.atoms));
        for (int64_t i = 0; i < c.atoms; i++)
            if (frank_kasper_kind(&v, i, f)) centre[centres++] = i;
        for (int64_t a = 0; a < centres; a++)
            for (int64_t b = a + 1; b < centres; b++) {
                int shared = 0;
                int64_t i = centre[a], j = centre[b];
                bool bonded = in_shell(&v, i, j, f) && in_shell(&v, j, i, f);
                for (int64_t m = v.start[i]; m < v.start[i + 1]; m++)
                    shared += voronoi_keeps(&v, i, m, f) && in_shell(&v, j, v.face[m].atom, f);
                if (bonded)
                    bonds[IFK_INTERPENETRATING]++;
                else if (shared > 0)
                    bonds[shared >= 3 ? IFK_FACE : shared == 2 ? IFK_EDGE : IFK_VERTEX]++;
            }
        for (int64_t i = 0; i < c.atoms; i++) {
            bool in = frank_kasper_kind(&v, i, f) != 0;
            for (int64_t a = 0; a < centres && !in; a++) in = in_shell(&v, centre[a], i, f);
            covered += in;
        }
        must(ifk_measure(&k, &v, f));
        assert_int_equal(k.centres, centres);
        assert_int_equal(k.covered, covered);
        for (int class = 0; class < IFK_CLASSES; class ++) assert_int_equal(k.bonds[class], bonds[class]);
        for (int class = 0; class < IFK_CLASSES; class ++)
            if (bonds[class] < 10) fail_msg("only %d pairs of class %d: no test", (int)bonds[class], class);
        DELETE(centre);
    }
    voronoi_free(&v);
    config_free(&c);
}

/* Two frames of one configuration count like one; the sum over indices is everything. */
static void frequencies(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    struct voronoi_stats once = {0}, twice = {0};
    static const double filter[] = {0.0, 0.01};
    must(config_read("tests/data/cuzr_4000.data", &c));
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    must(voronoi_stats_begin(&once, &c.species, filter, 2));
    must(voronoi_stats_begin(&twice, &c.species, filter, 2));
    must(voronoi_stats_add(&once, &v, c.type));
    for (int k = 0; k < 2; k++) must(voronoi_stats_add(&twice, &v, c.type));
    must(voronoi_stats_finish(&once));
    must(voronoi_stats_finish(&twice));
    int64_t sum = 0;
    for (int64_t i = 0; i < once.level[1].counts; i++) {
        const struct voronoi_count *p = &once.level[1].count[i], *q = &twice.level[1].count[i];
        assert_memory_equal(p->n, q->n, sizeof p->n);
        assert_int_equal(2 * p->all, q->all);
        assert_int_equal(p->all, p->of[0] + p->of[1]);
        if (i > 0) assert_true(p->all <= p[-1].all);
        sum += p->all;
    }
    assert_int_equal(sum, c.atoms);
    /* percent of Cu or Zr, and of all, counted with another program */
    static const struct {
        int species, n[4];
        double percent, digits;
    } known[] = {{0, {0, 2, 8, 2}, 9.3, 0.0501},  {0, {0, 3, 6, 4}, 8.8, 0.0501},
                 {0, {0, 0, 12, 0}, 8.2, 0.0501}, {0, {0, 1, 10, 2}, 5.0, 0.0501},
                 {0, {0, 3, 6, 3}, 4.7, 0.0501},  {1, {0, 2, 8, 5}, 5.5, 0.0501},
                 {1, {0, 2, 8, 4}, 5.3, 0.0501},  {1, {0, 1, 10, 4}, 5.2, 0.0501},
                 {-1, {0, 4, 4, 6}, 1.3, 0.0501}, {-1, {0, 6, 0, 8}, 0.07, 0.00501}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        near(100.0 * voronoi_stats_fraction(&once, 0, known[k].n, known[k].species), known[k].percent,
             known[k].digits);
    near(voronoi_stats_kind(&once, 0, 0, -1),
         voronoi_stats_fraction(&once, 0, (const int[4]){0, 0, 12, 0}, -1), 1e-15);
    near(once.level[0].neighbors[0], 12.8, 0.0501);
    near(once.level[0].neighbors[1], 15.3, 0.0501);
    near(2000.0 * (once.volume[0] + once.volume[1]), box_volume(&c.box), 1e-9 * box_volume(&c.box));
    voronoi_stats_free(&once);
    voronoi_stats_free(&twice);
    voronoi_free(&v);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmonics_obey_the_addition_theorem),
        cmocka_unit_test(wigner_symbols),
        cmocka_unit_test(perfect_crystals),
        cmocka_unit_test(the_icosahedron),
        cmocka_unit_test(area_weights),
        cmocka_unit_test(the_network_of_a_laves_phase),
        cmocka_unit_test(networks_by_pairs),
        cmocka_unit_test(frequencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
