/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbor lists: outer and inner members equal brute force over all images; canonical order; padding;
 * pruning keeps the order; the same lists for any number of threads and the same members for every
 * instruction set; what is left inside the inner lists while the atoms move. */
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
static const uint32_t *find_list(const struct list *l, size_t o, int inner, uint32_t *length)
{
    for (int t = 0; t < l->threads; t++) {
        const struct list_part *p = &l->part[t];
        if (!((o >= p->interior[0] && o < p->interior[1]) || (o >= p->boundary[0] && o < p->boundary[1])))
            continue;
        const struct list_entry *entry = inner ? &l->inner[o] : &l->outer[o];
        *length = entry->length;
        return (inner ? p->inner.j : p->outer.j) + entry->first;
    }
    abort();
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* One list against brute force: as many members within the radius, the same sorted distances and species,
 * none beyond the margin of the search (inner lists: none at all), padded with the padding atom to a multiple
 * of eight and by less than eight. */
static void check_one(const struct engine *e, const struct config *c, size_t o, int inner,
                      double radius[2][2])
{
    const struct domain *d = &e->domain;
    static struct ref_neighbor want[ROOM];
    static double a[ROOM], b[ROOM];
    uint32_t i = d->order[o], length, padding = (uint32_t)(4 * d->n_extended);
    const uint32_t *j = find_list(&e->list, o, inner, &length);
    long n = ref_neighbors(c, radius, (long)d->id[i] - 1, want, ROOM);
    double margin = inner ? 0.0 : 2.0 * (e->list.search_radius - e->list.radius); /* rounded once more */
    long members = 0, within = 0;
    while (members < (long)length && j[members] != padding) members++;
    assert_true(n <= ROOM && length % SIMD_WIDTH == 0 && (long)length - members < SIMD_WIDTH);
    assert_true(margin < 1e-4);
    for (uint32_t k = 0; k < length; k++) {
        if ((long)k >= members) {
            assert_int_equal(j[k], padding);
            continue;
        }
        assert_true(j[k] < padding && j[k] != 4 * d->slot[i]);
        const double *x = d->x[d->slot[i]], *y = d->x[j[k] / 4];
        double r2 = 0.0;
        for (int m = 0; m < 3; m++) r2 += (x[m] - y[m]) * (x[m] - y[m]);
        int ta = d->type[i], tb = simd_species_of(y[3]);
        double reach = radius[ta][tb] + margin;
        assert_true(r2 < reach * reach * (1 + 1e-14));
        if (r2 < radius[ta][tb] * radius[ta][tb]) a[within++] = r2 + 1000.0 * tb;
    }
    assert_int_equal(within, n);
    for (long k = 0; k < n; k++) b[k] = want[k].r2 + 1000.0 * c->type[want[k].j];
    qsort(a, (size_t)n, sizeof *a, compare_doubles);
    qsort(b, (size_t)n, sizeof *b, compare_doubles);
    for (long k = 0; k < n; k++)
        assert_true(fabs(a[k] - b[k]) < 1e-10); /* coordinates up to 20, rounded shifts */
}

static void check_lists(const struct engine *e)
{
    struct config c = {0};
    double outer[2][2], inner[2][2];
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            outer[a][b] = e->list.cutoff[a][b] + e->list.skin;
            inner[a][b] = e->list.cutoff[a][b] + e->list.inner_skin;
        }
    MUST(domain_gather(&e->domain, &c, 0)); /* ids 1 … N: atom of id k is at k − 1 */
    for (size_t o = 0; o < e->domain.n; o++) {
        check_one(e, &c, o, 0, outer);
        check_one(e, &c, o, 1, inner);
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

/* Members as (id, image) so that lists can be compared between runs whose arrays are laid out differently. */
struct member {
    uint64_t id;
    int32_t n[3];
};

static long members_of(const struct engine *e, size_t o, int inner, struct member *out)
{
    const struct domain *d = &e->domain;
    uint32_t length;
    const uint32_t *j = find_list(&e->list, o, inner, &length);
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

/* Cells of the stencil x outermost, then z, then y; ids ascending in a cell: each member's key is not smaller
 * than the one before. */
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
        for (int inner = 0; inner < 2; inner++) {
            long n = members_of(&e, o, inner, m);
            int64_t before[4] = {INT64_MIN, 0, 0, 0};
            for (long k = 0; k < n; k++) {
                int32_t cell[3];
                uint32_t i = 0;
                while (d->id[i] != m[k].id) i++;
                grid_cell(g, d->x[d->slot[i]], cell);
                int64_t key[4] = {cell[0] + (int64_t)m[k].n[0] * g->n[0],
                                  cell[2] + (int64_t)m[k].n[2] * g->n[2],
                                  cell[1] + (int64_t)m[k].n[1] * g->n[1], (int64_t)m[k].id};
                int order = 0;
                for (int a = 0; a < 4 && order == 0; a++)
                    order = before[a] < key[a] ? 1 : before[a] > key[a] ? -1 : 0;
                assert_int_equal(order, 1);
                memcpy(before, key, sizeof key);
            }
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
        for (size_t o = 0; o < e[0].domain.n; o++)
            for (int inner = 0; inner < 2; inner++) {
                uint32_t n0, n1;
                const uint32_t *a = find_list(&e[0].list, o, inner, &n0),
                               *b = find_list(&e[t].list, o, inner, &n1);
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
        for (size_t o = 0; o < e[0].domain.n; o++)
            for (int inner = 0; inner < 2; inner++) {
                uint32_t n0, n1;
                const uint32_t *a = find_list(&e[0].list, o, inner, &n0),
                               *b = find_list(&e[i].list, o, inner, &n1);
                assert_int_equal(n0, n1);
                assert_memory_equal(a, b, n0 * sizeof *a);
            }
    for (int i = 0; i < 3; i++) engine_free(&e[i]);
    config_free(&c);
}

/* Each inner list is a subsequence of the outer one, also after pruning while atoms move; and at every step
 * the inner lists hold every pair inside the cutoff (number of pairs against brute force), through prunes and
 * rebuilds, with a fixed and with a shrinking cell. */
static void check_subsequence(const struct engine *e)
{
    uint32_t padding = (uint32_t)(4 * e->domain.n_extended);
    for (size_t o = 0; o < e->domain.n; o++) {
        uint32_t n_outer, n_inner, k = 0;
        const uint32_t *outer = find_list(&e->list, o, 0, &n_outer),
                       *inner = find_list(&e->list, o, 1, &n_inner);
        for (uint32_t m = 0; m < n_inner && inner[m] != padding; m++, k++) {
            while (k < n_outer && outer[k] != inner[m]) k++;
            assert_true(k < n_outer);
        }
    }
}

static long pairs_in_lists(const struct engine *e)
{
    const struct domain *d = &e->domain;
    long pairs = 0;
    for (size_t o = 0; o < d->n; o++) {
        uint32_t i = d->order[o], length;
        const uint32_t *j = find_list(&e->list, o, 1, &length);
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
            if (e.action != LIST_KEEP) check_subsequence(&e);
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
        cmocka_unit_test(test_members),    cmocka_unit_test(test_canonical_order),
        cmocka_unit_test(test_threads),    cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_lists_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
