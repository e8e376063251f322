/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cell grid: every cell owned exactly once for any number of ranks, no brick thinner than the halo,
 * folding, reach that covers the list radius, tiny and huge cells, positions at faces. */
#include "base/random.h"
#include "system/grid.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const double sizes[][3] = {{10, 10, 10},    {30, 5, 7},   {3.2, 40, 3.0},
                                  {1.1, 1.2, 1.3}, {0.5, 60, 9}, {100, 100, 1}};
enum { SIZES = 6 };

static struct box make_box(int i, int free_axes)
{
    struct box b = box_orthogonal(sizes[i][0], sizes[i][1], sizes[i][2]);
    b.h[1][0] = 0.3 * sizes[i][0];
    b.h[2][1] = -0.2 * sizes[i][1];
    for (int k = 0; k < 3; k++) b.periodic[k] = (free_axes >> k & 1) == 0;
    return b;
}

/* The owner of every cell is the rank whose brick holds it, and the bricks tile the grid. */
static void check_ownership(const struct grid *g, int ranks)
{
    int64_t cells = (int64_t)g->n[0] * g->n[1] * g->n[2], covered = 0;
    assert_true(grid_active(g) >= 1 && grid_active(g) <= ranks);
    for (int r = 0; r < ranks; r++) {
        struct brick b = grid_brick(g, r);
        int64_t volume = 1;
        for (int k = 0; k < 3; k++) {
            volume *= b.high[k] - b.low[k];
            if (r < grid_active(g) && g->ranks[k] > 1) assert_true(b.high[k] - b.low[k] >= g->reach[k]);
        }
        if (r >= grid_active(g)) assert_int_equal(volume, 0);
        covered += volume;
        for (int32_t z = b.low[2]; z < b.high[2]; z++)
            for (int32_t y = b.low[1]; y < b.high[1]; y++)
                for (int32_t x = b.low[0]; x < b.high[0]; x++)
                    assert_int_equal(grid_owner(g, (int32_t[3]){x, y, z}), r);
    }
    assert_int_equal(covered, cells);
}

static void test_ownership(void **state)
{
    static const int ranks[] = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 17, 31, 64, 97, 128};
    (void)state;
    for (int i = 0; i < SIZES; i++)
        for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++)
            for (int f = 0; f < 8; f += 7) {
                struct box b = make_box(i, f);
                struct grid g = grid_make(&b, 3.1, ranks[r]);
                check_ownership(&g, ranks[r]);
            }
}

/* The grid itself must not know how many ranks there are (Law 1). */
static void test_grid_ignores_ranks(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct box b = make_box(i, 2);
        struct grid one = grid_make(&b, 2.7, 1), many = grid_make(&b, 2.7, 13);
        assert_memory_equal(one.n, many.n, sizeof one.n);
        assert_memory_equal(one.reach, many.reach, sizeof one.reach);
        assert_memory_equal(one.inverse, many.inverse, sizeof one.inverse);
    }
}

/* As many ranks as possible work: a box eight list radii long can be shared by at least eight. */
static void test_uses_ranks(void **state)
{
    (void)state;
    struct box b = box_orthogonal(24, 24, 24);
    for (int ranks = 1; ranks <= 27; ranks++) {
        struct grid g = grid_make(&b, 3.0, ranks);
        if (ranks <= 8 || ranks == 27) assert_int_equal(grid_active(&g), ranks);
    }
    struct box small = box_orthogonal(2.9, 2.9, 2.9);
    struct grid g = grid_make(&small, 3.0, 5);
    assert_int_equal(grid_active(&g), 1);
}

/* Two positions closer than the list radius, across faces and images, are at most `reach` cells apart along
 * every axis, counted with the image. */
static void test_reach(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++)
        for (uint64_t trial = 0; trial < 4000; trial++) {
            struct box b = make_box(i, trial % 5 == 0 ? 3 : 0);
            double radius = 0.3 + 0.017 * (double)(trial % 211), inverse[3][3], u[6], x[3], y[3],
                   length = 0.0;
            struct grid g = grid_make(&b, radius, 1);
            box_inverse(&b, inverse);
            for (int k = 0; k < 3; k++) random_uniform2(3, STREAM_TEST, trial, (uint64_t)k, u + 2 * k);
            for (int k = 0; k < 3; k++) x[k] = u[0] * b.h[0][k] + u[1] * b.h[1][k] + u[2] * b.h[2][k];
            for (int k = 0; k < 3; k++) length += (u[3 + k] - 0.5) * (u[3 + k] - 0.5);
            for (int k = 0; k < 3; k++) y[k] = x[k] + (1.0 - 1e-9) * radius * (u[3 + k] - 0.5) / sqrt(length);
            int32_t cx[3], cy[3], image[3] = {0, 0, 0}, none[3] = {0, 0, 0};
            box_wrap(&b, (const double(*)[3])inverse, x, none);
            box_wrap(&b, (const double(*)[3])inverse, y, image);
            for (int k = 0; k < 3; k++) image[k] -= none[k];
            grid_cell(&g, x, cx);
            grid_cell(&g, y, cy);
            for (int k = 0; k < 3; k++) {
                assert_true(cx[k] >= 0 && cx[k] < g.n[k] && cy[k] >= 0 && cy[k] < g.n[k]);
                assert_true(abs(cy[k] + image[k] * g.n[k] - cx[k]) <= g.reach[k]);
            }
            /* and cells are not needlessly small or large: between a third and the whole radius, or the box
             */
            for (int k = 0; k < 3; k++) assert_true(g.n[k] == 1 || box_width(&b, k) / g.n[k] > radius / 3.0);
        }
}

static void test_fold(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct box b = make_box(i, 2); /* y free */
        struct grid g = grid_make(&b, 2.0, 1);
        for (int32_t e = -5 * g.n[0] - 3; e < 5 * g.n[0] + 3; e++) {
            int32_t cell, image;
            assert_true(grid_fold(&g, 0, e, &cell, &image));
            assert_true(cell >= 0 && cell < g.n[0]);
            assert_int_equal(cell + image * g.n[0], e);
        }
        for (int32_t e = -3; e < g.n[1] + 3; e++) {
            int32_t cell, image;
            assert_int_equal(grid_fold(&g, 1, e, &cell, &image), e >= 0 && e < g.n[1]);
            if (e >= 0 && e < g.n[1]) assert_true(cell == e && image == 0);
        }
    }
}

/* Faces, rounding to the last cell, and atoms far beyond a free face. */
static void test_cells_at_faces(void **state)
{
    (void)state;
    struct box b = box_orthogonal(10, 10, 10);
    b.periodic[2] = false;
    struct grid g = grid_make(&b, 2.0, 1);
    int32_t c[3];
    grid_cell(&g, (double[3]){nextafter(10.0, 0.0), 0.0, -1e9}, c);
    assert_true(c[0] == g.n[0] - 1 && c[1] == 0 && c[2] == 0);
    grid_cell(&g, (double[3]){0.0, 5.0, 1e9}, c);
    assert_true(c[0] == 0 && c[1] == g.n[1] / 2 && c[2] == g.n[2] - 1);
    assert_int_equal(grid_cell_number(&g, (int32_t[3]){1, 2, 3}), (3 * g.n[1] + 2) * g.n[0] + 1);
}

/* Cuts along a free axis follow the load: every cell still has one owner, no brick is thinner than the halo,
 * and the heaviest part holds at most what one layer beyond its equal share adds, where the halo leaves the
 * choice. */
static void test_cuts_follow_load(void **state)
{
    (void)state;
    struct box b = box_orthogonal(12, 12, 90);
    b.periodic[2] = false;
    for (int filled = 1; filled <= 60; filled += 7)
        for (int ranks = 1; ranks <= 9; ranks++) {
            struct grid g = grid_make(&b, 3.0, ranks);
            int64_t atoms[64] = {0}, total = 0, heaviest = 0, layer = 0;
            assert_true(g.n[2] == 60);
            for (int c = 0; c < filled; c++) total += atoms[c] = 50 + (c * 37) % 11;
            grid_share(&g, ranks, (const int64_t *const[3]){NULL, NULL, atoms});
            check_ownership(&g, ranks);
            for (int c = 0; c < 60; c++) layer = atoms[c] > layer ? atoms[c] : layer;
            for (int r = 0; r < grid_active(&g); r++) {
                struct brick k = grid_brick(&g, r);
                int64_t mine = 0;
                for (int c = k.low[2]; c < k.high[2]; c++) mine += atoms[c];
                heaviest = mine > heaviest ? mine : heaviest;
            }
            if (filled >= 2 * g.reach[2] * g.ranks[2]) assert_true(heaviest <= total / g.ranks[2] + layer);
        }
    /* an empty box is shared evenly */
    int64_t none[64] = {0};
    struct grid even = grid_make(&b, 3.0, 4), empty = even;
    grid_share(&empty, 4, (const int64_t *const[3]){NULL, NULL, none});
    assert_memory_equal(&even, &empty, sizeof even);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ownership),      cmocka_unit_test(test_grid_ignores_ranks),
        cmocka_unit_test(test_uses_ranks),     cmocka_unit_test(test_cuts_follow_load),
        cmocka_unit_test(test_reach),          cmocka_unit_test(test_fold),
        cmocka_unit_test(test_cells_at_faces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
