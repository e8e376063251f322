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

/* How an axis is filled: layers of cells that the atoms would fill if every layer held as many as the
 * fullest. */
struct filling {
    const int64_t *atoms; /* per layer; NULL: evenly */
    int64_t total;
    double layers;
};

static struct filling find_filling(const struct grid *g, int axis, const int64_t *atoms)
{
    struct filling f = {g->periodic[axis] ? NULL : atoms, 0, g->n[axis]};
    int64_t most = 0;
    for (int32_t c = 0; f.atoms && c < g->n[axis]; c++) {
        f.total += atoms[c];
        if (atoms[c] > most) most = atoms[c];
    }
    if (most > 0)
        f.layers = (double)f.total / (double)most;
    else
        f.atoms = NULL;
    return f;
}

/* Cut n layers into p parts of nearly equal numbers of atoms, none thinner than `least`. Returns the share of
 * the heaviest part. */
static double cut_by_load(const struct filling *f, int32_t n, int32_t p, int32_t least, int32_t *cuts)
{
    cuts[0] = 0;
    cuts[p] = n;
    int32_t c = 0;
    int64_t below = 0, heaviest = 0, mine = 0;
    for (int32_t i = 1; i < p; i++) {
        /* the boundary nearest to i/p of the atoms, in units of 1/p */
        while (c < n && (below + f->atoms[c]) * p - f->total * i <= f->total * i - below * p)
            below += f->atoms[c++];
        int32_t low = cuts[i - 1] + least, high = n - (p - i) * least;
        cuts[i] = c < low ? low : c > high ? high : c;
    }
    for (int32_t i = 0; i < p; i++, mine = 0) {
        for (int32_t k = cuts[i]; k < cuts[i + 1]; k++) mine += f->atoms[k];
        if (mine > heaviest) heaviest = mine;
    }
    return (double)heaviest / (double)f->total;
}

/* Cuts along one axis for p parts; returns the share of the heaviest. */
static double make_cuts(const struct grid *g, int axis, const struct filling *f, int32_t p, int32_t *cuts)
{
    if (f->atoms) return cut_by_load(f, g->n[axis], p, p > 1 ? g->reach[axis] : 1, cuts);
    for (int32_t i = 0; i <= p && !g->periodic[axis]; i++) cuts[i] = cut(g->n[axis], p, i);
    return 1.0 / p;
}

/* Cells that the heaviest brick computes or receives, weighted with how full they are. */
static double brick_cost(const struct grid *g, const struct filling f[3], const int32_t p[3])
{
    double extended = 1.0;
    int32_t cuts[GRID_CUTS + 1];
    for (int k = 0; k < 3; k++)
        extended *= f[k].layers * make_cuts(g, k, &f[k], p[k], cuts) + (p[k] > 1 ? 2.0 * g->reach[k] : 0.0);
    return extended;
}

/* As many ranks as can own a brick not thinner than the halo; among these shapes the one whose heaviest brick
 * has the least to do. */
static void choose_shape(struct grid *g, int ranks, const struct filling f[3])
{
    int32_t most[3];
    for (int k = 0; k < 3; k++) {
        most[k] = g->n[k] / g->reach[k] > 1 ? g->n[k] / g->reach[k] : 1;
        if (!g->periodic[k] && most[k] > GRID_CUTS) most[k] = GRID_CUTS;
    }
    for (int total = ranks; total >= 1; total--) {
        double best = INFINITY;
        for (int32_t a = 1; a <= total && a <= most[0]; a++) {
            for (int32_t b = 1; total % a == 0 && b <= total / a && b <= most[1]; b++) {
                int32_t p[3] = {a, b, total / a / b};
                if (total / a % b != 0 || p[2] > most[2]) continue;
                double cost = brick_cost(g, f, p);
                if (cost >= best) continue;
                best = cost;
                memcpy(g->ranks, p, sizeof p);
            }
        }
        if (best < INFINITY) return;
    }
}

void grid_share(struct grid *g, int ranks, const int64_t *const atoms[3])
{
    struct filling f[3];
    for (int k = 0; k < 3; k++) f[k] = find_filling(g, k, atoms ? atoms[k] : NULL);
    choose_shape(g, ranks, f);
    for (int k = 0; k < 3; k++) make_cuts(g, k, &f[k], g->ranks[k], g->cut[k]);
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
    grid_share(&g, ranks, NULL);
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

/* The first cell of part i along an axis. */
static int32_t first_cell(const struct grid *g, int axis, int32_t i)
{
    return g->periodic[axis] ? cut(g->n[axis], g->ranks[axis], i) : g->cut[axis][i];
}

struct brick grid_brick(const struct grid *g, int rank)
{
    struct brick b = {{0, 0, 0}, {0, 0, 0}};
    if (rank >= grid_active(g)) return b;
    int32_t place[3] = {rank % g->ranks[0], rank / g->ranks[0] % g->ranks[1],
                        rank / g->ranks[0] / g->ranks[1]};
    for (int k = 0; k < 3; k++) {
        b.low[k] = first_cell(g, k, place[k]);
        b.high[k] = first_cell(g, k, place[k] + 1);
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
        while (first_cell(g, k, i + 1) <= cell[k]) i++;
        while (first_cell(g, k, i) > cell[k]) i--;
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
