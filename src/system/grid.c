/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/grid.h"

#include <math.h>
#include <string.h>

enum { CELLS_PER_RADIUS = 2, MOST_CELLS = 1 << 20 };

/* The first cell of the i-th of p parts of n cells. */
static int32_t cut(int32_t n, int32_t p, int32_t i)
{
    return (int32_t)((int64_t)n * i / p);
}

/* Surface that has to be communicated by one brick, in units of cell faces weighted with the halo thickness.
 */
static double halo_cost(const struct grid *g, const int32_t p[3])
{
    double side[3], own = 1.0, extended = 1.0;
    for (int k = 0; k < 3; k++) {
        side[k] = (double)g->n[k] / p[k];
        own *= side[k];
        extended *= side[k] + (p[k] > 1 ? 2.0 * g->reach[k] : 0.0);
    }
    return extended - own;
}

/* As many ranks as can own a brick not thinner than the halo; among these the least surface. */
static void share_out(struct grid *g, int ranks)
{
    int32_t most[3];
    for (int k = 0; k < 3; k++) most[k] = g->n[k] / g->reach[k] > 1 ? g->n[k] / g->reach[k] : 1;
    for (int total = ranks; total >= 1; total--) {
        double best = INFINITY;
        for (int32_t a = 1; a <= total && a <= most[0]; a++) {
            for (int32_t b = 1; total % a == 0 && b <= total / a && b <= most[1]; b++) {
                int32_t p[3] = {a, b, total / a / b};
                if (total / a % b != 0 || p[2] > most[2]) continue;
                double cost = halo_cost(g, p);
                if (cost >= best) continue;
                best = cost;
                memcpy(g->ranks, p, sizeof p);
            }
        }
        if (best < INFINITY) return;
    }
}

struct grid grid_make(const struct box *box, double list_radius, int ranks)
{
    struct grid g = {.ranks = {1, 1, 1}};
    box_inverse(box, g.inverse);
    for (int k = 0; k < 3; k++) {
        double width = box_width(box, k), cells = floor(CELLS_PER_RADIUS * width / list_radius);
        g.n[k] = cells < 1.0 ? 1 : cells > MOST_CELLS ? MOST_CELLS : (int32_t)cells;
        g.reach[k] = (int32_t)ceil(list_radius * g.n[k] / width * (1.0 - 1e-12));
        g.periodic[k] = box->periodic[k];
        g.origin[k] = box->origin[k];
    }
    share_out(&g, ranks);
    return g;
}

void grid_cell(const struct grid *g, const double x[3], int32_t cell[3])
{
    double d[3] = {x[0] - g->origin[0], x[1] - g->origin[1], x[2] - g->origin[2]};
    for (int k = 0; k < 3; k++) {
        double s = d[0] * g->inverse[0][k] + d[1] * g->inverse[1][k] + d[2] * g->inverse[2][k];
        double c = floor(s * g->n[k]);
        cell[k] = c < 0.0 ? 0 : c >= g->n[k] ? g->n[k] - 1 : (int32_t)c;
    }
}

int64_t grid_cell_number(const struct grid *g, const int32_t cell[3])
{
    return ((int64_t)cell[2] * g->n[1] + cell[1]) * g->n[0] + cell[0];
}

int grid_active(const struct grid *g)
{
    return g->ranks[0] * g->ranks[1] * g->ranks[2];
}

struct brick grid_brick(const struct grid *g, int rank)
{
    struct brick b = {{0, 0, 0}, {0, 0, 0}};
    if (rank >= grid_active(g)) return b;
    int32_t place[3] = {rank % g->ranks[0], rank / g->ranks[0] % g->ranks[1],
                        rank / g->ranks[0] / g->ranks[1]};
    for (int k = 0; k < 3; k++) {
        b.low[k] = cut(g->n[k], g->ranks[k], place[k]);
        b.high[k] = cut(g->n[k], g->ranks[k], place[k] + 1);
    }
    return b;
}

int grid_owner(const struct grid *g, const int32_t cell[3])
{
    int32_t place[3];
    for (int k = 0; k < 3; k++) {
        int32_t p = g->ranks[k];
        place[k] = 0;
        if (p == 1) continue;
        int32_t i = (int32_t)((int64_t)cell[k] * p / g->n[k]);
        while (cut(g->n[k], p, i + 1) <= cell[k]) i++;
        while (cut(g->n[k], p, i) > cell[k]) i--;
        place[k] = i;
    }
    return (place[2] * g->ranks[1] + place[1]) * g->ranks[0] + place[0];
}

bool grid_fold(const struct grid *g, int axis, int32_t e, int32_t *cell, int32_t *image)
{
    int32_t n = g->n[axis];
    if (!g->periodic[axis]) {
        *cell = e;
        *image = 0;
        return e >= 0 && e < n;
    }
    int32_t q = e / n - (e % n < 0);
    *image = q;
    *cell = e - q * n;
    return true;
}
