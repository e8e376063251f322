/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters against a search that knows nothing of union–find; Laves centres of crystals, liquids and a grain.
 */
#include "base/mem.h"
#include "base/random.h"
#include "system/build.h"
#include "system/clusters.h"
#include "system/frank_kasper.h"
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

static const struct species mixture = {2, {"A", "B"}, {2.0, 1.0}};

/* ---- clusters ---- */

enum { ATOMS = 60 };

struct bond {
    int i, j;
    int32_t image[3];
};

/* Images of every atom of the cluster of `start`, filled by walking along bonds in the infinite system, at
 * most `reach` images away; an atom met in two images makes the cluster wrap along the axes where they
 * differ. */
static int walk(const struct bond *bond, int bonds, int start, bool *wraps, bool *member)
{
    static int32_t at[ATOMS][3];
    bool known[ATOMS] = {false};
    int size = 0;
    memset(at, 0, sizeof at);
    known[start] = true;
    for (bool more = true; more;) {
        more = false;
        for (int b = 0; b < bonds; b++)
            for (int back = 0; back < 2; back++) {
                int i = back ? bond[b].j : bond[b].i, j = back ? bond[b].i : bond[b].j;
                if (!known[i]) continue;
                for (int k = 0; k < 3; k++) {
                    int32_t there = at[i][k] + (back ? -1 : 1) * bond[b].image[k];
                    if (!known[j])
                        at[j][k] = there;
                    else if (there != at[j][k])
                        wraps[k] = true;
                }
                more = more || !known[j];
                known[j] = true;
            }
    }
    for (int i = 0; i < ATOMS; i++) size += member[i] = known[i];
    return size;
}

static void clusters_are_those_of_a_walk(void **state)
{
    (void)state;
    int wrapping = 0, finite = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct bond bond[80];
        int bonds = 20 + (int)seed;
        struct clusters c = {0};
        must(clusters_make(&c, ATOMS));
        for (int b = 0; b < bonds; b++) {
            double u[2], w[2];
            random_uniform2(seed, STREAM_TEST, (uint64_t)b, 0, u);
            random_uniform2(seed, STREAM_TEST, (uint64_t)b, 1, w);
            bond[b] = (struct bond){(int)(u[0] * ATOMS), (int)(u[1] * ATOMS), {0, 0, 0}};
            if (w[0] < 0.3) bond[b].image[(int)(3.0 * w[1])] = w[0] < 0.15 ? 1 : -1;
            clusters_join(&c, bond[b].i, bond[b].j, bond[b].image);
        }
        int64_t largest = 0;
        for (int i = 0; i < ATOMS; i++) {
            bool wraps[3] = {false, false, false}, member[ATOMS];
            int size = walk(bond, bonds, i, wraps, member);
            assert_int_equal(clusters_size(&c, i), size);
            for (int j = 0; j < ATOMS; j++)
                assert_int_equal(clusters_root(&c, i) == clusters_root(&c, j), member[j]);
            for (int k = 0; k < 3; k++) {
                assert_int_equal(clusters_wraps(&c, i, k), wraps[k]);
                wrapping += wraps[k];
                finite += !wraps[k] && size > 2;
            }
            if (size > largest) largest = size;
        }
        int64_t root = -1;
        assert_int_equal(clusters_largest(&c, &root), largest);
        assert_int_equal(clusters_size(&c, root), largest);
        clusters_free(&c);
    }
    assert_true(wrapping > 100 && finite > 100); /* both kinds were there */
}

/* ---- crystals ---- */

static void crystal(struct config *c, const char *name, double a, int64_t n)
{
    struct build_lattice o = {
        .lattice = lattice_find(name), .a = a, .n = {n, n, n}, .species = mixture, .site_species = {0, 1}};
    assert_non_null(o.lattice);
    must(build_lattice(c, &o));
}

static void find(struct laves *l, const struct config *c)
{
    struct voronoi v = {0};
    must(voronoi_make(&v, &c->box, c->atoms, c->type, c->x, &(struct voronoi_options){0}));
    must(laves_find(l, &v, c->type, c->species.count));
    voronoi_free(&v);
}

static void every_stacking_is_recognised(void **state)
{
    (void)state;
    static const char *const name[] = {"C15", "C14", "C36"};
    struct config c = {0};
    struct laves l;
    for (int k = 0; k < 3; k++)
        for (int swapped = 0; swapped < 2; swapped++) { /* which species is large is found, not known */
            crystal(&c, name[k], 2.5, 2);
            for (int64_t i = 0; i < c.atoms && swapped; i++) c.type[i] = 1 - c.type[i];
            find(&l, &c);
            assert_int_equal(l.large, swapped);
            assert_int_equal(l.large_atoms, c.atoms / 3);
            assert_int_equal(l.centres, c.atoms / 3);
            assert_int_equal(l.largest, c.atoms / 3); /* the diamond network connects them all */
            assert_true(l.fraction == 1.0);
        }
    config_free(&c);
}

static void other_crystals_and_liquids_are_not(void **state)
{
    (void)state;
    static const char *const name[] = {"B2", "C11b", "bcc"};
    struct config c = {0};
    struct laves l;
    for (int k = 0; k < 3; k++) {
        crystal(&c, name[k], 1.0, 3);
        find(&l, &c);
        assert_int_equal(l.centres + l.largest, 0);
    }
    assert_int_equal(l.large, -1); /* bcc: one species */
    static const char *const liquid[] = {"tests/data/lj_4000.data", "tests/data/cuzr_4000.data"};
    for (int k = 0; k < 2; k++) {
        must(config_read(liquid[k], &c));
        find(&l, &c);
        assert_int_equal(l.large, k); /* A, Zr */
        assert_int_equal(l.large_atoms, 2000);
        assert_int_equal(l.centres + l.largest, 0);
    }
    config_free(&c);
}

/* Two grains of different size in one box with a gap: centres are the large atoms whose whole shell is in the
 * grain, clusters do not reach across. The crystal alone says who they are. */
static void grains_are_counted_apart(void **state)
{
    (void)state;
    struct config c = {0}, liquid = {0}, all = {0};
    struct laves l;
    const double edge = 2.508859, radius[2] = {5.0, 3.7};
    crystal(&c, "C15", edge, 10);
    must(config_read("tests/data/lj_4000.data", &liquid));
    /* a box of two liquids side by side, a grain in the middle of each */
    double L = liquid.box.h[0][0], middle = 4.75 * edge;
    must(config_allocate(&all, 2 * liquid.atoms + c.atoms, 0));
    all.box = box_orthogonal(2.0 * L, L, L);
    all.species = mixture;
    all.atoms = 0;
    int64_t whole[2] = {0, 0};
    for (int g = 0; g < 2; g++) {
        double centre[3] = {(g + 0.5) * L, 0.5 * L, 0.5 * L};
        for (int64_t i = 0; i < liquid.atoms; i++) {
            double y[3], r2 = 0.0;
            for (int k = 0; k < 3; k++) {
                y[k] = liquid.x[3 * i + k] - liquid.box.origin[k] + (k == 0 ? g * L : 0.0);
                r2 += (y[k] - centre[k]) * (y[k] - centre[k]);
            }
            if (r2 < (radius[g] + 0.7) * (radius[g] + 0.7)) continue;
            memcpy(all.x + 3 * all.atoms, y, sizeof y);
            all.type[all.atoms++] = liquid.type[i];
        }
        for (int64_t i = 0; i < c.atoms; i++) {
            double y[3], r2 = 0.0;
            for (int k = 0; k < 3; k++) {
                y[k] = c.x[3 * i + k] - middle;
                r2 += y[k] * y[k];
                y[k] += centre[k];
            }
            if (r2 >= radius[g] * radius[g]) continue;
            /* the shell reaches √11/8 a = 1.04 (12 B) and √3/4 a = 1.09 (4 A); a cell whose neighbors have
             * all of theirs cannot be changed by what is outside */
            if (c.type[i] == 0 && sqrt(r2) + 2.0 * sqrt(3.0) / 4.0 * edge < radius[g]) whole[g]++;
            memcpy(all.x + 3 * all.atoms, y, sizeof y);
            all.type[all.atoms++] = c.type[i];
        }
    }
    find(&l, &all);
    assert_true(whole[0] > 40 && whole[1] > 8);
    assert_true(l.centres >= whole[0] + whole[1]);
    assert_true(l.largest >= whole[0] && l.largest <= l.centres - whole[1]);
    config_free(&c);
    config_free(&liquid);
    config_free(&all);
}

static void kinds_of_centres(void **state)
{
    (void)state;
    struct config c = {0};
    struct voronoi v = {0};
    int64_t found[17] = {0};
    crystal(&c, "C15", 2.5, 2);
    must(voronoi_make(&v, &c.box, c.atoms, c.type, c.x, &(struct voronoi_options){0}));
    for (int64_t i = 0; i < c.atoms; i++) found[frank_kasper_kind(&v, i, 0.0)]++;
    assert_int_equal(found[12], 2 * c.atoms / 3);
    assert_int_equal(found[16], c.atoms / 3);
    v.open[0] = true;
    assert_int_equal(frank_kasper_kind(&v, 0, 0.0), 0);
    voronoi_free(&v);
    config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_are_those_of_a_walk),
        cmocka_unit_test(every_stacking_is_recognised),
        cmocka_unit_test(other_crystals_and_liquids_are_not),
        cmocka_unit_test(grains_are_counted_apart),
        cmocka_unit_test(kinds_of_centres),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
