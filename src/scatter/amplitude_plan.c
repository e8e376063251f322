/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choice of method, grid and kernel: a fixed model, so that the same points and atoms always take the same
 * way. */
#include "scatter/amplitude_private.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds on one core of a current x86 server with AVX-512; only their ratios decide. */
static const double table_cost = 0.3e-9;   /* per atom and table entry */
static const double column_cost = 0.29e-9; /* per atom and column */
static const double entry_cost = 0.15e-9;  /* per atom and entry (±l) */
static const double vector_cost = 1.5e-9;  /* per atom and 8 grid points */
static const double atom_cost = 45e-9;     /* per atom: kernel evaluation, sorting */
static const double flop_cost = 0.13e-9;   /* per transform operation, memory traffic included */
static const double cell_cost = 2.2e-9;    /* per grid point: clearing, folding, conversion */

/* exp(β(√(1-x²)-1)) */
static double semicircle(double x, double beta)
{
    return fabs(x) < 1 ? exp(beta * (sqrt(1 - x * x) - 1)) : 0;
}

/* Polynomials for every tap by Chebyshev interpolation, turned into powers of u. */
static void make_taps(struct amp_grid *g, double beta)
{
    enum { NODES = 32 };
    memset(g->taps, 0, sizeof g->taps);
    for (int t = 0; t < g->width; t++) {
        double value[NODES], previous[AMP_DEGREE + 1] = {1}, current[AMP_DEGREE + 1] = {0, 1};
        for (int i = 0; i < NODES; i++) { /* tap t lies (u+1)/2 + t above the left edge of the kernel */
            double u = cos(M_PI * (i + 0.5) / NODES);
            value[i] = semicircle(((u + 1) / 2 + t) / (0.5 * g->width) - 1, beta);
        }
        for (int d = 0; d <= g->degree; d++) {
            double c = 0;
            for (int i = 0; i < NODES; i++) c += value[i] * cos(M_PI * d * (i + 0.5) / NODES);
            c *= (d ? 2.0 : 1.0) / NODES;
            for (int p = 0; p <= d; p++) g->taps[p][t] += c * (d ? current[p] : previous[p]);
            if (d == 0) continue;
            double next[AMP_DEGREE + 1] = {0};
            for (int p = 0; p < AMP_DEGREE; p++) next[p + 1] = 2 * current[p];
            for (int p = 0; p <= AMP_DEGREE; p++) next[p] -= previous[p];
            memcpy(previous, current, sizeof current);
            memcpy(current, next, sizeof next);
        }
    }
}

double amp_kernel_transform(const struct amp_grid *g, double frequency)
{
    static const int nodes = 24;
    gsl_integration_glfixed_table *rule = gsl_integration_glfixed_table_alloc((size_t)nodes);
    if (!rule) return NAN;
    double sum = 0;
    for (size_t i = 0; i < (size_t)nodes; i++) {
        double u, weight;
        gsl_integration_glfixed_point(-1, 1, i, &u, &weight, rule);
        for (int t = 0; t < g->width; t++) {
            double f = g->taps[g->degree][t];
            for (int d = g->degree - 1; d >= 0; d--) f = f * u + g->taps[d][t];
            sum += 0.5 * weight * f * cos(2 * M_PI * frequency * ((u + 1) / 2 + t - 0.5 * g->width));
        }
    }
    gsl_integration_glfixed_table_free(rule);
    return sum;
}

static int32_t good_size(double least)
{
    for (int32_t n = 2 * (int32_t)ceil(least / 2);; n += 2) {
        int32_t m = n;
        while (m % 2 == 0) m /= 2;
        while (m % 3 == 0) m /= 3;
        while (m % 5 == 0) m /= 5;
        if (m == 1) return n;
    }
}

/* Aliasing error relative to the amplitude's own size: modes h + mG leak into h with the ratio of the
 * kernel's transforms. Axes add in quadrature, each at its worst h (in the upper half: the ratio grows with
 * |h|). */
static double aliasing(const struct amp_grid *g, const int32_t most[3])
{
    double square = 0, worst = 0;
    for (int axis = 0; axis < 3; axis++) {
        bool same = axis && most[axis] == most[axis - 1] && g->size[axis] == g->size[axis - 1];
        if (!same) worst = 0;
        for (int32_t h = most[axis]; !same && h >= most[axis] / 2; h--) {
            double x = (double)h / g->size[axis], wanted = amp_kernel_transform(g, x), leak = 0;
            for (int m = -2; m <= 2; m++) {
                double ratio = m ? amp_kernel_transform(g, x + m) / wanted : 0;
                leak += ratio * ratio;
            }
            worst = fmax(worst, leak);
        }
        square += worst;
    }
    return sqrt(square);
}

static double grid_cost(const struct amplitude *a, const struct amp_grid *g, double atoms)
{
    double nx = g->size[0], ny = g->size[1], nz = g->size[2], vectors = g->width <= 8 ? 1 : 2;
    double rows = ny * nz, lines = nz * (a->most[0] + 1);
    double flops =
        rows * 2.5 * nx * log2(nx) + lines * 5 * ny * log2(ny) + (double)a->columns * 5 * nz * log2(nz);
    return a->channels * (flops * flop_cost + nx * rows * cell_cost) +
           atoms * (atom_cost + vectors * g->width * g->width * vector_cost);
}

double amp_direct_cost(const struct amplitude *a, double atoms)
{
    return atoms * (table_cost * (a->most[0] + a->most[1] + a->most[2] + 3) +
                    column_cost * (double)a->columns + entry_cost * (double)a->entries);
}

void amp_choose(const struct amplitude *a, int64_t atoms, enum amplitude_method wanted,
                struct amp_choice *best)
{
    static const double oversampling[] = {1.2, 1.25, 1.33, 1.5, 1.75, 2.0, 2.5};
    *best = (struct amp_choice){AMPLITUDE_DIRECT, amp_direct_cost(a, (double)atoms), 1e-13, {0}};
    if (wanted == AMPLITUDE_DIRECT) return;
    if (wanted == AMPLITUDE_FFT) best->cost = INFINITY;
    for (size_t i = 0; i < sizeof oversampling / sizeof *oversampling; i++) {
        for (int32_t w = 6; w <= 14; w++) {
            struct amp_grid g = {.width = w, .degree = w + 3 < AMP_DEGREE ? w + 3 : AMP_DEGREE};
            double x = 0;
            for (int axis = 0; axis < 3; axis++) {
                double least = oversampling[i] * (2 * a->most[axis] + 1);
                g.size[axis] = good_size(least > 16 ? least : 16);
                x = fmax(x, (double)a->most[axis] / g.size[axis]);
            }
            double cost = grid_cost(a, &g, (double)atoms);
            if (cost >= best->cost) continue;
            make_taps(&g, 0.98 * M_PI * w * (1 - x));
            double error = aliasing(&g, a->most);
            if (!(error <= AMPLITUDE_TOLERANCE)) continue;
            *best = (struct amp_choice){AMPLITUDE_FFT, cost, error, g};
        }
    }
}
