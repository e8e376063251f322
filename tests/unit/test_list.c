/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbor lists: members equal brute force over all images, when they are made and when they are pruned, of
 * all species and in near sections; canonical order; padding; the same lists for any number of threads and
 * every instruction set; every pair inside the cutoff is in them while the atoms move. */
#include "engine_fixture.h"
#include "ref_md.c"
#include "base/simd_species.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { ROOM = 16384 };

/* The list of work-order index o, as held by the thread whose range it is in. */
static const uint32_t *find_list(const struct list *l, size_t o, uint32_t *length)
{
    for (int t = 0; t < l->threads; t++) {
        const struct list_part *p = &l->part[t];
        if (!((o >= p->interior[0] && o < p->interior[1]) || (o >= p->boundary[0] && o < p->boundary[1])))
            continue;
        *length = l->entry[o].length;
        return p->j + l->entry[o].first;
    }
    abort();
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Members first, then padding up to a multiple of eight, and less than eight of it. */
static void check_padding(const uint32_t *j, uint32_t length, uint32_t padding)
{
    uint32_t members = 0;
    while (members < length && j[members] != padding) members++;
    assert_true(length % SIMD_WIDTH == 0 && length - members < SIMD_WIDTH);
    for (uint32_t k = members; k < length; k++) assert_int_equal(j[k], padding);
}

/* One list, or its near section, against brute force: as many members within the radius, the same sorted
 * distances and species, none beyond what the search may round away. */
static void check_one(const struct engine *e, const struct config *c, size_t o, double radius[2][2], int near)
{
    const struct domain *d = &e->domain;
    static struct ref_neighbor want[ROOM];
    static double a[ROOM], b[ROOM];
    uint32_t i = d->order[o], length, section = e->list.entry[o].near,
             padding = (uint32_t)(4 * d->n_extended);
    const uint32_t *j = find_list(&e->list, o, &length);
    long n = ref_neighbors(c, radius, (long)d->id[i] - 1, want, ROOM), within = 0;
    assert_true(n <= ROOM && section <= length);
    check_padding(j, section, padding);
    check_padding(j + section, length - section, padding);
    for (uint32_t k = 0; k < (near ? section : length); k++) {
        if (j[k] == padding) continue;
        assert_true(j[k] < padding && j[k] != 4 * d->slot[i]);
        const double *x = d->x[d->slot[i]], *y = d->x[j[k] / 4];
        double r2 = 0.0;
        for (int m = 0; m < 3; m++) r2 += (x[m] - y[m]) * (x[m] - y[m]);
        int ta = d->type[i], tb = simd_species_of(y[3]);
        double reach = radius[ta][tb] + 4.0 * e->list.quantum;
        assert_true(r2 < reach * reach);
        if (r2 < radius[ta][tb] * radius[ta][tb]) a[within++] = r2 + 1000.0 * tb;
    }
    assert_int_equal(within, n);
    for (long k = 0; k < n; k++) b[k] = want[k].r2 + 1000.0 * c->type[want[k].j];
    qsort(a, (size_t)n, sizeof *a, compare_doubles);
    qsort(b, (size_t)n, sizeof *b, compare_doubles);
    for (long k = 0; k < n; k++)
        assert_true(fabs(a[k] - b[k]) < 1e-10); /* coordinates up to 20, rounded shifts */
}

/* Only right after lists were made. More than two species share the largest radius. */
static void check_lists(const struct engine *e)
{
    struct config c = {0};
    double radius[2][2], near[2][2];
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            radius[a][b] = e->list.cutoff[a][b] + e->list.inner_skin;
            near[a][b] = e->list.near[a][b] > 0.0 ? e->list.near[a][b] + e->list.inner_skin : 0.0;
        }
    for (int a = 0; a < 2 && e->domain.species.count > 2; a++) {
        radius[a][0] = radius[a][1] = fmax(radius[a][0], radius[a][1]);
        near[a][0] = near[a][1] = fmax(near[a][0], near[a][1]);
    }
    MUST(domain_gather(&e->domain, &c, 0)); /* ids 1 … N: atom of id k is at k − 1 */
    for (size_t o = 0; o < e->domain.n; o++) {
        check_one(e, &c, o, radius, 0);
        if (e->list.sections) check_one(e, &c, o, near, 1);
    }
    config_free(&c);
}

static void test_members(void **state)
{
    static const char *const specs[] = {"wahnstrom", "wahnstrom:cutoff=2.5ij"};
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct config c = {0};
        struct engine e;
        fixture_mixture(&c, i < 2 ? 10 : i < 4 ? 60 : 400, 1.2, 0.5, 11 + (uint64_t)i);
        if (i % 2 == 1) fixture_skew(&c);
        if (i >= 6) c.box.periodic[i - 5] = false;
        fixture_start(&e, &c, specs[i / 2 % 2], 0.005, 1 + i % 3);
        check_lists(&e);
        engine_free(&e);
        config_free(&c);
    }
}

/* The first atom beyond a free face, up (1) or down (-1) from the outermost of the others and 2^18 quanta
 * away from it: in the same cell, and at the same place if positions are rounded to 16 bits. */
static void send_away(struct config *c, int way)
{
    const double *outermost = c->x + 3;
    for (int64_t i = 2; i < c->atoms; i++)
        if (way * (c->x[3 * i + 2] - outermost[2]) > 0.0) outermost = c->x + 3 * i;
    c->box.periodic[2] = false;
    memcpy(c->x, outermost, 3 * sizeof *c->x);
    c->x[2] += way * 64.0;
}

/* Ranges as different as can be, with near sections, and a third species that no atom has. */
static void test_ranges(void **state)
{
    static const double cutoff[][SPECIES_MAX][SPECIES_MAX] = {{{2.5, 2.5}, {2.5, 2.5}},
                                                              {{0.9, 2.4}, {2.4, 1.1}},
                                                              {{2.4, 0.6}, {0.6, 1.7}},
                                                              {{2.5, 1.0}, {1.0, 2.5}}};
    static const double near[][SPECIES_MAX][SPECIES_MAX] = {{{1.8, 1.2}, {1.2, 1.5}},
                                                            {{0.0, 1.9}, {1.9, 0.0}},
                                                            {{2.4, 0.0}, {0.0, 0.9}},
                                                            {{0.0, 0.0}, {0.0, 0.0}}};
    (void)state;
    for (int k = 0; k < 8; k++) {
        struct config c = {0};
        struct engine e;
        struct list *l = &e.list;
        fixture_mixture(&c, 400, 1.2, 0.5, 51 + (uint64_t)k);
        if (k % 2 == 1) fixture_skew(&c);
        int away = k == 2 ? 1 : k == 4 || k == 7 ? -1 : 0;
        if (away != 0) send_away(&c, away);
        fixture_start(&e, &c, "wahnstrom", 0.005, 1);
        if (k >= 4) e.domain.species.count = 3;
        list_free(l);
        MUST(list_start(l, e.domain.species.count, cutoff[k % 4], near[k % 4], 0.6, 0.2, 1));
        assert_int_equal(l->sections, k % 4 != 3);
        struct team alone;
        team_start(&alone, 1);
        MUST(domain_rebuild(&e.domain, l->radius, &alone, 0));
        MUST(list_prepare(l, &e.domain));
        list_fill(l, &e.domain, 0);
        list_build(l, &e.domain, 0);
        MUST(list_check(l));
        assert_int_equal(l->strays[2][0], away == -1);
        assert_int_equal(l->strays[2][1], away == 1);
        assert_true(l->quantum < 5e-4);
        check_lists(&e);
        engine_free(&e);
        config_free(&c);
    }
}

/* Members as (id, image) so that lists can be compared between runs whose arrays are laid out differently. */
struct member {
    uint64_t id;
    int32_t n[3];
};

static long members_of(const struct engine *e, size_t o, struct member *out)
{
    const struct domain *d = &e->domain;
    uint32_t length;
    const uint32_t *j = find_list(&e->list, o, &length);
    double inverse[3][3], s[3];
    struct box at = d->box;
    memset(at.origin, 0, sizeof at.origin);
    box_inverse(&at, inverse);
    long n = 0;
    for (uint32_t k = 0; k < length && j[k] != 4 * d->n_extended; k++, n++) {
        uint32_t m = 0; /* the owned atom it is an image of: nearest to an integer shift, same species */
        double best = INFINITY;
        for (uint32_t i = 0; i < d->n; i++) {
            double diff[3], off = 0.0;
            for (int a = 0; a < 3; a++) diff[a] = d->x[j[k] / 4][a] - d->x[d->slot[i]][a];
            box_fractional(&at, (const double(*)[3])inverse, diff, s);
            for (int a = 0; a < 3; a++) off += fabs(s[a] - nearbyint(s[a]));
            if (off < best) {
                best = off, m = i;
                for (int a = 0; a < 3; a++) out[n].n[a] = (int32_t)nearbyint(s[a]);
            }
        }
        out[n].id = d->id[m];
    }
    return n;
}

/* Cells of the stencil z outermost, then y, then x; ids ascending in a cell: each member's key is larger than
 * the one before. */
static void test_canonical_order(void **state)
{
    (void)state;
    struct config c = {0};
    struct engine e;
    static struct member m[ROOM];
    fixture_mixture(&c, 300, 1.2, 0.5, 21);
    fixture_skew(&c);
    fixture_start(&e, &c, "wahnstrom", 0.005, 2);
    const struct domain *d = &e.domain;
    const struct grid *g = &d->grid;
    for (size_t o = 0; o < d->n; o += 7) {
        long n = members_of(&e, o, m);
        int64_t before[4] = {INT64_MIN, 0, 0, 0};
        for (long k = 0; k < n; k++) {
            int32_t cell[3];
            uint32_t i = 0;
            while (d->id[i] != m[k].id) i++;
            grid_cell(g, d->x[d->slot[i]], cell);
            int64_t key[4] = {cell[2] + (int64_t)m[k].n[2] * g->n[2], cell[1] + (int64_t)m[k].n[1] * g->n[1],
                              cell[0] + (int64_t)m[k].n[0] * g->n[0], (int64_t)m[k].id};
            int order = 0;
            for (int a = 0; a < 4 && order == 0; a++)
                order = before[a] < key[a] ? 1 : before[a] > key[a] ? -1 : 0;
            assert_int_equal(order, 1);
            memcpy(before, key, sizeof key);
        }
    }
    engine_free(&e);
    config_free(&c);
}

/* 1, 2, 3 threads: the same work order, and list by list the same entries in the same places. */
static void test_threads(void **state)
{
    (void)state;
    struct config c = {0};
    struct engine e[3];
    fixture_mixture(&c, 500, 1.2, 0.5, 31);
    for (int t = 0; t < 3; t++) {
        fixture_start(&e[t], &c, "wahnstrom", 0.005, t + 1);
        MUST(engine_advance(&e[t], 23, false));
    }
    for (int t = 1; t < 3; t++)
        for (size_t o = 0; o < e[0].domain.n; o++) {
            uint32_t n0, n1;
            const uint32_t *a = find_list(&e[0].list, o, &n0), *b = find_list(&e[t].list, o, &n1);
            assert_int_equal(e[0].domain.order[o], e[t].domain.order[o]);
            assert_int_equal(n0, n1);
            assert_memory_equal(a, b, n0 * sizeof *a);
        }
    for (int t = 0; t < 3; t++) engine_free(&e[t]);
    config_free(&c);
}

static void test_instruction_sets(void **state)
{
    static const char *const isas[] = {"sse2", "avx2", "avx512"};
    (void)state;
    struct config c = {0};
    struct engine e[3];
    fixture_mixture(&c, 500, 1.2, 0.5, 32);
    fixture_skew(&c);
    for (int i = 0; i < 3; i++) {
        setenv("GLINT_ISA", isas[i], 1);
        fixture_start(&e[i], &c, "wahnstrom:cutoff=2.6ij", 0.005, 1);
    }
    unsetenv("GLINT_ISA");
    for (int i = 1; i < 3; i++)
        for (size_t o = 0; o < e[0].domain.n; o++) {
            uint32_t n0, n1;
            const uint32_t *a = find_list(&e[0].list, o, &n0), *b = find_list(&e[i].list, o, &n1);
            assert_int_equal(n0, n1);
            assert_memory_equal(a, b, n0 * sizeof *a);
        }
    for (int i = 0; i < 3; i++) engine_free(&e[i]);
    config_free(&c);
}

static long pairs_in_lists(const struct engine *e)
{
    const struct domain *d = &e->domain;
    long pairs = 0;
    for (size_t o = 0; o < d->n; o++) {
        uint32_t i = d->order[o], length;
        const uint32_t *j = find_list(&e->list, o, &length);
        for (uint32_t k = 0; k < length; k++) {
            double r2 = 0.0, cut = e->list.cutoff[0][0];
            for (int m = 0; m < 3; m++) {
                double dx = d->x[d->slot[i]][m] - d->x[j[k] / 4][m];
                r2 += dx * dx;
            }
            pairs += r2 < cut * cut;
        }
    }
    return pairs;
}

/* Lists are right when they are pruned, too; and at every step they hold every pair inside the cutoff (number
 * of pairs against brute force), through prunes and rebuilds, with a fixed and with a shrinking cell. */
static void test_lists_hold(void **state)
{
    (void)state;
    for (int shrinking = 0; shrinking < 2; shrinking++) {
        struct config c = {0}, now = {0};
        struct engine e;
        struct ref_lj p = ref_wahnstrom(2.5, 0, REF_ENERGY);
        fixture_mixture(&c, 160, 1.2, 3.0, 41);
        fixture_start(&e, &c, "wahnstrom", 0.004, 2);
        if (shrinking) {
            e.ensemble.barostat = BAROSTAT_CELL_RESCALING;
            e.ensemble.thermostat = THERMOSTAT_BUSSI;
            e.ensemble.T_from = e.ensemble.T_to = 3.0;
            e.ensemble.tau_T = 0.1, e.ensemble.tau_P = 0.2, e.ensemble.P = 120.0,
            e.ensemble.compressibility = 0.02;
        }
        for (int step = 1; step <= 120; step++) {
            MUST(engine_advance(&e, step, false));
            if (e.action != LIST_KEEP && step % 2 == 0) check_lists(&e);
            if (step % 3 && e.action == LIST_KEEP) continue;
            struct ref_result r;
            MUST(domain_gather(&e.domain, &now, 0));
            ref_forces(&now, &p, &r);
            assert_true(labs(pairs_in_lists(&e) - r.pairs) <= 0);
            assert_true(fabs(e.energy - r.energy) < 1e-9 * fabs(r.energy) + 1e-9);
            ref_free(&r);
        }
        assert_true(e.prunes > 3 && e.rebuilds > 2); /* else nothing was tested */
        engine_free(&e);
        config_free(&c);
        config_free(&now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),          cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_canonical_order),  cmocka_unit_test(test_threads),
        cmocka_unit_test(test_instruction_sets), cmocka_unit_test(test_lists_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
