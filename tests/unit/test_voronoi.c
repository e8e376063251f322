/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Voronoi cells against crystals that are known exactly, identities of polyhedra, published counts of two
 * liquids, and every representation of the same box. */
#include "base/mem.h"
#include "base/random.h"
#include "system/build.h"
#include "system/nearby.h"
#include "system/trajectory.h"
#include "system/voronoi.h"

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
#define refused(code, call, text)                                                                 \
    do {                                                                                          \
        assert_int_equal((call), code);                                                           \
        if (!strstr(status_message(), text)) fail_msg("'%s' lacks '%s'", status_message(), text); \
    } while (0)

static const struct species mixture = {2, {"A", "B"}, {2.0, 1.0}};

static void crystal(struct config *c, const char *name, int64_t n, double noise)
{
    struct build_lattice o = {
        .lattice = lattice_find(name), .a = 1.0, .n = {n, n, n}, .species = mixture, .site_species = {0, 1}};
    assert_non_null(o.lattice);
    must(build_lattice(c, &o));
    for (int64_t i = 0; i < 3 * c->atoms && noise > 0.0; i++) {
        double u[2];
        random_uniform2(7, STREAM_TEST, (uint64_t)i, 0, u);
        c->x[i] += noise * (u[0] - 0.5);
    }
}

static void tessellate(struct voronoi *v, const struct config *c, double edge, const double *radius)
{
    must(voronoi_make(v, &c->box, c->atoms, c->type, c->x,
                      &(struct voronoi_options){.edge = edge, .radius = radius}));
}

/* <n3,n4,n5,n6> as in the literature: faces with more edges are not looked at. */
static bool is(const struct voronoi *v, int64_t i, double f, int n3, int n4, int n5, int n6)
{
    int n[VORONOI_EDGES];
    voronoi_index(v, i, f, n);
    return n[3] == n3 && n[4] == n4 && n[5] == n5 && n[6] == n6;
}

/* Atoms of a type (-1: all) with <0,n4,n5,n6>. */
static int64_t count(const struct voronoi *v, const struct config *c, int type, double f, int n4, int n5,
                     int n6)
{
    int64_t found = 0;
    for (int64_t i = 0; i < v->atoms; i++)
        found += (type < 0 || c->type[i] == type) && is(v, i, f, 0, n4, n5, n6);
    return found;
}

static void volumes_fill_the_box(const struct voronoi *v, const struct config *c)
{
    double sum = 0.0, box = box_volume(&c->box);
    for (int64_t i = 0; i < v->atoms; i++) sum += v->volume[i];
    /* N volumes, each from some tens of operations on numbers that are right to 1e-15 of a cell */
    assert_true(fabs(sum / box - 1.0) < 1e-12);
}

/* V = Σ area·height/3 over the faces (Gauss), the same face from both sides, and Euler's Σ (6−n) N_n = 12 for
 * cells with three edges at each vertex. */
static void cells_are_polyhedra(const struct voronoi *v, const struct config *c, const double *radius)
{
    for (int64_t i = 0; i < v->atoms; i++) {
        double volume = 0.0, surface = 0.0;
        int n[VORONOI_EDGES], euler = 0;
        for (int64_t k = v->start[i]; k < v->start[i + 1]; k++) {
            const struct voronoi_face *p = &v->face[k];
            double ri = radius ? radius[c->type[i]] : 0.0, rj = radius ? radius[c->type[p->atom]] : 0.0;
            volume += p->area * (p->r * p->r + ri * ri - rj * rj) / (2.0 * p->r) / 3.0;
            surface += p->area;
            int64_t back =
                voronoi_find(v, p->atom, i, (int32_t[3]){-p->image[0], -p->image[1], -p->image[2]});
            /* a face of the size of rounding may exist on one side only */
            if (back < 0 && p->area > 1e-9 * v->surface[i]) fail_msg("a face without its other side");
            if (back >= 0) assert_true(fabs(v->face[back].area - p->area) < 1e-9 * v->surface[i]);
        }
        /* faces below the library's tolerance of 1e-11 are merged into their neighbors */
        assert_true(fabs(volume - v->volume[i]) < 1e-9 * v->volume[i]);
        assert_true(fabs(surface - v->surface[i]) < 1e-9 * v->surface[i]);
        voronoi_index(v, i, 0.0, n);
        if (n[VORONOI_EDGES - 1] > 0) continue;
        for (int e = 3; e < VORONOI_EDGES; e++) euler += (6 - e) * n[e];
        assert_int_equal(euler, 12);
    }
}

static void crystals_have_their_indices(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    static const char *const laves[] = {"C15", "C14", "C36"};
    for (int k = 0; k < 3; k++)
        for (int noisy = 0; noisy < 2; noisy++) {
            crystal(&c, laves[k], 2, noisy * 1e-3);
            tessellate(&v, &c, 0.0, NULL);
            assert_int_equal(3 * count(&v, &c, 1, 0.0, 0, 12, 0), 2 * c.atoms);
            assert_int_equal(3 * count(&v, &c, 0, 0.0, 0, 12, 4), c.atoms);
            volumes_fill_the_box(&v, &c);
            voronoi_free(&v);
        }
    static const char *const cubic[] = {"B2", "bcc"};
    for (int k = 0; k < 2; k++)
        for (int64_t n = 1; n <= 3; n++) {
            crystal(&c, cubic[k], n, 0.0);
            tessellate(&v, &c, 0.0, NULL);
            assert_int_equal(count(&v, &c, -1, 0.0, 6, 0, 8), c.atoms);
            assert_true(fabs(v.volume[0] - 0.5) < 1e-12);
            voronoi_free(&v);
        }
    config_free(&c);
}

/* Vertices where four edges meet are split by the smallest noise: an area filter drops the new faces but
 * leaves their neighbors with an edge too many; contracting the short edges gives the crystal back. */
static void fcc_needs_the_edge_filter(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    crystal(&c, "fcc", 3, 1e-4);
    tessellate(&v, &c, 0.0, NULL);
    assert_true(count(&v, &c, -1, 0.0, 12, 0, 0) < c.atoms / 4);
    assert_true(count(&v, &c, -1, 0.01, 12, 0, 0) < c.atoms / 4);
    volumes_fill_the_box(&v, &c);
    cells_are_polyhedra(&v, &c, NULL);
    voronoi_free(&v);
    tessellate(&v, &c, 0.01, NULL);
    assert_int_equal(count(&v, &c, -1, 0.0, 12, 0, 0), c.atoms);
    /* kept faces are rhombs of area √2/8 a² up to the noise */
    for (int64_t k = 0; k < v.start[v.atoms]; k++) assert_true(fabs(v.face[k].area - sqrt(2.0) / 8.0) < 1e-3);
    voronoi_free(&v);
    config_free(&c);
}

/* One atom in the primitive cell of fcc: all neighbors are images of itself. */
static void a_single_atom_has_images(void **state)
{
    (void)state;
    struct box box = {.h = {{0.5, 0.5, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}}, .periodic = {true, true, true}};
    struct voronoi v = {0};
    const double x[3] = {5.3, -2.2, 0.7};
    const int32_t type = 0;
    must(voronoi_make(&v, &box, 1, &type, x, &(struct voronoi_options){.edge = 0.01}));
    assert_true(is(&v, 0, 0.0, 0, 12, 0, 0));
    assert_true(fabs(v.volume[0] - 0.25) < 1e-13);
    for (int64_t k = 0; k < v.start[1]; k++) {
        double shift[3];
        box_shift(&box, v.face[k].image, shift);
        for (int j = 0; j < 3; j++) assert_true(fabs(v.face[k].d[j] - shift[j]) < 1e-13);
        assert_true(fabs(v.face[k].r - sqrt(0.5)) < 1e-13);
    }
    voronoi_free(&v);
}

/* What was counted with another program on the same two configurations (plain tessellation; percent of all
 * atoms, mean coordination by species), to the digits it was written down with. */
struct counted {
    double f, cn[2], icosahedra, n282, n363, n446;
};
static void compare(const char *file, const struct counted *table, int rows)
{
    struct config c = {0};
    struct voronoi v = {0};
    must(config_read(file, &c));
    tessellate(&v, &c, 0.0, NULL);
    assert_int_equal(v.open_count, 0);
    volumes_fill_the_box(&v, &c);
    cells_are_polyhedra(&v, &c, NULL);
    for (int k = 0; k < rows; k++) {
        double cn[2] = {0}, n[2] = {0}, f = table[k].f;
        for (int64_t i = 0; i < c.atoms; i++) {
            cn[c.type[i]] += voronoi_coordination(&v, i, f);
            n[c.type[i]] += 1.0;
        }
        double percent = 100.0 / (double)c.atoms;
        for (int t = 0; t < 2; t++) assert_true(fabs(cn[t] / n[t] - table[k].cn[t]) < 0.0501);
        assert_true(fabs(percent * (double)count(&v, &c, -1, f, 0, 12, 0) - table[k].icosahedra) < 0.00501);
        assert_true(fabs(percent * (double)count(&v, &c, -1, f, 2, 8, 2) - table[k].n282) < 0.00501);
        assert_true(fabs(percent * (double)count(&v, &c, -1, f, 3, 6, 3) - table[k].n363) < 0.00501);
        assert_true(fabs(percent * (double)count(&v, &c, -1, f, 4, 4, 6) - table[k].n446) < 0.00501);
    }
    voronoi_free(&v);
    config_free(&c);
}

static void liquids_have_the_counts_of_another_program(void **state)
{
    (void)state;
    static const struct counted lj[] = {{0.0, {15.0, 13.2}, 5.33, 4.28, 1.43, 2.12},
                                        {0.005, {14.1, 12.4}, 5.33, 3.80, 1.30, 1.18},
                                        {0.01, {13.7, 12.05}, 5.30, 3.08, 1.05, 0.62},
                                        {0.02, {13.0, 11.5}, 5.12, 1.93, 0.30, 0.28}};
    static const struct counted cuzr[] = {{0.0, {12.8, 15.3}, 4.20, 4.80, 2.33, 1.30},
                                          {0.005, {11.9, 14.5}, 4.17, 3.85, 1.82, 0.62},
                                          {0.01, {11.6, 14.05}, 4.15, 3.00, 1.35, 0.40},
                                          {0.02, {11.2, 13.4}, 4.03, 1.75, 0.50, 0.12}};
    compare("tests/data/lj_4000.data", lj, 4);
    compare("tests/data/cuzr_4000.data", cuzr, 4);
}

/* Cu–Zr, radii 1.28 and 1.60 Å, f = 0. */
static void radical_counts(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    const double radius[SPECIES_MAX] = {1.28, 1.60};
    must(config_read("tests/data/cuzr_4000.data", &c));
    tessellate(&v, &c, 0.0, radius);
    volumes_fill_the_box(&v, &c);
    cells_are_polyhedra(&v, &c, radius);
    double percent = 100.0 / (double)c.atoms;
    assert_true(fabs(percent * (double)count(&v, &c, -1, 0.0, 2, 8, 2) - 6.2) < 0.0501);
    assert_true(fabs(percent * (double)count(&v, &c, -1, 0.0, 3, 6, 3) - 3.9) < 0.0501);
    assert_true(fabs(percent * (double)count(&v, &c, -1, 0.0, 4, 4, 6) - 0.8) < 0.0501);
    voronoi_free(&v);
    config_free(&c);
}

/* A small sphere deep inside the power cells of large ones has no cell; theirs fill the box. */
static void a_radical_cell_may_vanish(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    const double radius[SPECIES_MAX] = {1.0, 0.1}; /* R_A² − R_B² = 0.99 > 3/4 = r² in B2 */
    crystal(&c, "B2", 3, 0.0);
    tessellate(&v, &c, 0.0, radius);
    volumes_fill_the_box(&v, &c);
    for (int64_t i = 0; i < c.atoms; i++) {
        assert_true(fabs(v.volume[i] - (c.type[i] == 0 ? 1.0 : 0.0)) < 1e-12);
        assert_int_equal(voronoi_coordination(&v, i, 0.0), c.type[i] == 0 ? 6 : 0);
    }
    voronoi_free(&v);
    config_free(&c);
}

/* The same lattice of boxes written with other edges, and other numbers of threads. */
static void the_same_cells_whatever_the_box_and_the_threads(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi a = {0}, b = {0};
    must(config_read("tests/data/lj_4000.data", &c));
    must(voronoi_make(&a, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){.threads = 1}));
    must(voronoi_make(&b, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){.threads = 3}));
    assert_memory_equal(a.start, b.start, (size_t)(c.atoms + 1) * sizeof *a.start);
    assert_memory_equal(a.volume, b.volume, (size_t)c.atoms * sizeof *a.volume);
    for (int64_t k = 0; k < a.start[c.atoms]; k++) {
        assert_int_equal(a.face[k].atom, b.face[k].atom);
        assert_int_equal(a.face[k].edges, b.face[k].edges);
        assert_true(a.face[k].area == b.face[k].area && a.face[k].r == b.face[k].r);
    }
    voronoi_free(&b);
    struct box tilted = c.box;
    for (int k = 0; k < 3; k++) tilted.h[1][k] += c.box.h[0][k], tilted.h[2][k] -= c.box.h[1][k];
    must(voronoi_make(&b, &tilted, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    for (int64_t i = 0; i < c.atoms; i++) {
        assert_true(fabs(a.volume[i] - b.volume[i]) < 1e-11 * a.volume[i]);
        assert_int_equal(voronoi_coordination(&a, i, 0.01), voronoi_coordination(&b, i, 0.01));
    }
    voronoi_free(&a);
    voronoi_free(&b);
    config_free(&c);
}

/* A slab of bcc: the outermost layers are open, the next have other neighbors, the inner ones are bulk. */
static void a_film_has_open_cells(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    crystal(&c, "bcc", 4, 0.0);
    c.box.h[2][2] = 40.0; /* vacuum; atoms at z = 0 … 3.5 */
    c.box.periodic[2] = false;
    tessellate(&v, &c, 0.0, NULL);
    assert_int_equal(v.open_count, 32);
    for (int64_t i = 0; i < c.atoms; i++) {
        double z = c.x[3 * i + 2];
        assert_int_equal(v.open[i], z < 0.25 || z > 3.25);
        if (z > 0.75 && z < 2.75) assert_true(is(&v, i, 0.0, 0, 6, 0, 8) && fabs(v.volume[i] - 0.5) < 1e-12);
    }
    voronoi_free(&v);
    config_free(&c);
}

/* nearby against all pairs of images, in a tilted cell smaller than the radius, with a free axis. */
static void searching_finds_every_image(void **state)
{
    (void)state;
    struct box box = {.h = {{1.1, 0, 0}, {0.4, 0.9, 0}, {-0.3, 0.2, 1.3}}, .periodic = {true, false, true}};
    double x[15], radius = 2.3, inverse[3][3];
    struct nearby n = {0};
    struct nearby_list list = {0};
    for (int i = 0; i < 15; i++) {
        double u[2];
        random_uniform2(11, STREAM_TEST, (uint64_t)i, 0, u);
        x[i] = 3.0 * u[0] - 1.0;
    }
    must(nearby_make(&n, &box, 5, x));
    box_inverse(&box, inverse);
    for (int i = 0; i < 5; i++) {
        size_t expected = 0;
        for (int j = 0; j < 5; j++)
            for (int a = -9; a <= 9; a++)
                for (int b = -9; b <= 9; b++) {
                    double shift[3], r2 = 0.0;
                    box_shift(&box, (int32_t[3]){a, 0, b}, shift);
                    for (int k = 0; k < 3; k++) {
                        double d = x[3 * j + k] + shift[k] - x[3 * i + k];
                        r2 += d * d;
                    }
                    expected += r2 > 0.0 && r2 <= radius * radius;
                }
        must(nearby_find(&n, i, radius, &list));
        assert_int_equal(list.n, expected);
        for (size_t k = 1; k < list.n; k++) assert_true(list.atom[k - 1].r2 <= list.atom[k].r2);
    }
    nearby_list_free(&list);
    nearby_free(&n);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    const double none[SPECIES_MAX] = {1.0, 0.0};
    crystal(&c, "B2", 2, 0.0);
    const struct voronoi_options plain = {0}, wrong = {.edge = 1.5}, no_radius = {.radius = none};
    refused(BAD_INPUT, voronoi_make(&v, &c.box, 0, c.type, c.x, &plain), "without atoms");
    refused(BAD_INPUT, voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &wrong), "contracted");
    refused(BAD_INPUT, voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &no_radius), "radius");
    c.x[4] = NAN;
    refused(UNPHYSICAL, voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &plain), "atom 2");
    memcpy(c.x + 3, c.x, 3 * sizeof *c.x);
    refused(UNPHYSICAL, voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &plain), "on top of each other");
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crystals_have_their_indices),
        cmocka_unit_test(fcc_needs_the_edge_filter),
        cmocka_unit_test(a_single_atom_has_images),
        cmocka_unit_test(liquids_have_the_counts_of_another_program),
        cmocka_unit_test(radical_counts),
        cmocka_unit_test(a_radical_cell_may_vanish),
        cmocka_unit_test(the_same_cells_whatever_the_box_and_the_threads),
        cmocka_unit_test(a_film_has_open_cells),
        cmocka_unit_test(searching_finds_every_image),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
