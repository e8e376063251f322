/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/rdf.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void rdf_free(struct rdf *g)
{
    DELETE(g->partial);
    DELETE(g->total);
    DELETE(g->coordination);
    frame_curves_free(&g->frame);
    *g = (struct rdf){0};
}

status rdf_begin(struct rdf *g, int species, double r_max, int bins)
{
    *g = (struct rdf){.species = species,
                      .bins = bins,
                      .r_max = r_max,
                      .width = r_max / bins,
                      .low = -INFINITY,
                      .high = INFINITY};
    if (species < 1 || species > SPECIES_MAX)
        return fail(BAD_INPUT, "%d species, expected 1 to %d", species, SPECIES_MAX);
    if (!(r_max > 0.0) || bins < 1 || bins > 1000000)
        return fail(BAD_INPUT, "g(r) up to %g in %d bins: both must be positive (at most 1000000 bins)",
                    r_max, bins);
    size_t all = (size_t)(species * species) * (size_t)bins;
    status s = OK;
    GUARD(NEW(g->partial, all));
    GUARD(NEW(g->coordination, all));
    GUARD(NEW(g->total, (size_t)bins));
    return OK;
done:
    rdf_free(g);
    return s;
}

void rdf_between(struct rdf *g, double low, double high)
{
    g->low = low;
    g->high = high;
}

static inline bool is_between(const struct rdf *g, const double *x)
{
    return x[2] >= g->low && x[2] < g->high;
}

/* The volume of the cell, or of the layer. */
static status find_volume(const struct rdf *g, const struct box *box, double *volume)
{
    *volume = box_volume(box);
    if (g->low == -INFINITY && g->high == INFINITY) return OK;
    if (box->h[2][0] != 0.0 || box->h[2][1] != 0.0 || box->h[0][2] != 0.0 || box->h[1][2] != 0.0)
        return fail(BAD_INPUT, "g(r) of a layer needs a cell whose z axis is perpendicular to the others");
    *volume *= (g->high - g->low) / box->h[2][2];
    return OK;
}

/* ---- cells ---- */
struct grid {
    const struct box *box;
    int m[3], reach[3]; /* cells along each axis; how many cells r_max reaches */
    int64_t *start;     /* m0·m1·m2 + 1 */
    int32_t *type;      /* atoms sorted by cell */
    double *x;          /* wrapped */
    int64_t *cell;
};

static void grid_free(struct grid *c)
{
    DELETE(c->start);
    DELETE(c->type);
    DELETE(c->x);
    DELETE(c->cell);
}

/* Cells about half of r_max wide, but with no fewer than two atoms each on average. A free axis is one cell.
 */
static void grid_shape(struct grid *c, const struct box *box, double r_max, int64_t atoms)
{
    c->box = box;
    double most = cbrt((double)atoms / 2.0);
    for (int k = 0; k < 3; k++) {
        double width = box_width(box, k);
        c->m[k] = box->periodic[k] ? (int)fmax(1.0, fmin(floor(2.0 * width / r_max), most)) : 1;
        c->reach[k] = box->periodic[k] ? (int)ceil(r_max * c->m[k] / width) : 0;
    }
}

static status grid_fill(struct grid *c, int64_t atoms, const int32_t *type, const double *x)
{
    int64_t cells = (int64_t)c->m[0] * c->m[1] * c->m[2];
    TRY(NEW(c->start, (size_t)cells + 2));
    TRY(NEW(c->type, (size_t)atoms));
    TRY(NEW(c->x, 3 * (size_t)atoms));
    TRY(NEW(c->cell, (size_t)atoms));
    double inverse[3][3], s[3];
    box_inverse(c->box, inverse);
    for (int64_t i = 0; i < atoms; i++) {
        double y[3] = {x[3 * i], x[3 * i + 1], x[3 * i + 2]};
        int32_t image[3] = {0};
        box_wrap(c->box, inverse, y, image);
        box_fractional(c->box, inverse, y, s);
        int at[3];
        for (int k = 0; k < 3; k++) {
            int cell = c->box->periodic[k] ? (int)(s[k] * c->m[k]) : 0;
            at[k] = cell < 0 ? 0 : cell >= c->m[k] ? c->m[k] - 1 : cell;
        }
        c->cell[i] = ((int64_t)at[0] * c->m[1] + at[1]) * c->m[2] + at[2];
        c->start[c->cell[i] + 2]++;
    }
    for (int64_t k = 2; k < cells + 2; k++) c->start[k] += c->start[k - 1];
    for (int64_t i = 0; i < atoms; i++) {
        int64_t to = c->start[c->cell[i] + 1]++;
        double y[3] = {x[3 * i], x[3 * i + 1], x[3 * i + 2]};
        int32_t image[3] = {0};
        box_wrap(c->box, inverse, y, image);
        memcpy(c->x + 3 * to, y, sizeof y);
        c->type[to] = type[i];
    }
    return OK;
}

/* Floor division and the remainder: neighbour cell n of an axis of m cells is cell *cell in image *image. */
static void image_of(int n, int m, int *cell, int32_t *image)
{
    *image = n >= 0 ? n / m : -((-n + m - 1) / m);
    *cell = n - *image * m;
}

static void count_cell_pair(const struct grid *c, int64_t from, int64_t to, const double shift[3], bool same,
                            const struct rdf *g, int64_t *count)
{
    double limit = g->r_max * g->r_max, scale = 1.0 / g->width;
    for (int64_t i = c->start[from]; i < c->start[from + 1]; i++) {
        if (!is_between(g, c->x + 3 * i)) continue;
        for (int64_t j = c->start[to]; j < c->start[to + 1]; j++) {
            if (same && i == j) continue;
            double d[3];
            for (int k = 0; k < 3; k++) d[k] = c->x[3 * j + k] + shift[k] - c->x[3 * i + k];
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            if (r2 >= limit) continue;
            int bin = (int)(sqrt(r2) * scale);
            if (bin < g->bins) count[((int64_t)c->type[i] * g->species + c->type[j]) * g->bins + bin]++;
        }
    }
}

static void count_from_cell(const struct grid *c, int64_t cell, const struct rdf *g, int64_t *count)
{
    int at[3] = {(int)(cell / (c->m[1] * c->m[2])), (int)(cell / c->m[2] % c->m[1]), (int)(cell % c->m[2])},
        to[3];
    int32_t image[3];
    double shift[3];
    for (int a = -c->reach[0]; a <= c->reach[0]; a++)
        for (int b = -c->reach[1]; b <= c->reach[1]; b++)
            for (int d = -c->reach[2]; d <= c->reach[2]; d++) {
                image_of(at[0] + a, c->m[0], &to[0], &image[0]);
                image_of(at[1] + b, c->m[1], &to[1], &image[1]);
                image_of(at[2] + d, c->m[2], &to[2], &image[2]);
                box_shift(c->box, image, shift);
                int64_t other = ((int64_t)to[0] * c->m[1] + to[1]) * c->m[2] + to[2];
                bool same = a == 0 && b == 0 && d == 0;
                count_cell_pair(c, cell, other, shift, same, g, count);
            }
}

static void add_counts(struct rdf *g, const int64_t *count, double volume, const int64_t *n)
{
    for (int a = 0; a < g->species; a++)
        for (int b = 0; b < g->species; b++) {
            int64_t at = ((int64_t)a * g->species + b) * g->bins, running = 0;
            for (int k = 0; k < g->bins && n[a] > 0 && n[b] > 0; k++) {
                double inner = k * g->width, outer = (k + 1) * g->width;
                double shell = 4.0 * M_PI / 3.0 * (outer * outer * outer - inner * inner * inner);
                running += count[at + k];
                g->partial[at + k] += (double)count[at + k] * volume / ((double)n[a] * (double)n[b] * shell);
                g->coordination[at + k] += (double)running / (double)n[a];
            }
        }
}

/* g(r) of one frame is the sum over its ordered pairs; frames are weighted alike. */
static void add_total(struct rdf *g, const int64_t *count, double volume, double atoms)
{
    for (int k = 0; k < g->bins; k++) {
        int64_t pairs = 0;
        for (int ab = 0; ab < g->species * g->species; ab++) pairs += count[(int64_t)ab * g->bins + k];
        double inner = k * g->width, outer = (k + 1) * g->width;
        double shell = 4.0 * M_PI / 3.0 * (outer * outer * outer - inner * inner * inner);
        g->total[k] += (double)pairs * volume / (atoms * atoms * shell);
    }
}

status rdf_add(struct rdf *g, const struct box *box, int64_t atoms, const int32_t *type, const double *x)
{
    status s = OK;
    struct grid c = {0};
    double *before = NULL; /* the sums before this frame, then what it added */
    int64_t *count = NULL, n[SPECIES_MAX] = {0};
    size_t size = (size_t)(g->species * g->species) * (size_t)g->bins;
    TRY(box_check(box));
    if (atoms < 1) return fail(BAD_INPUT, "g(r) of a frame without atoms");
    for (int64_t i = 0; i < atoms; i++) {
        if (type[i] < 0 || type[i] >= g->species)
            return fail(BAD_INPUT, "atom %" PRId64 " has species %d, expected 0 to %d", i, type[i],
                        g->species - 1);
    }
    double volume, inside = 0.0;
    TRY(find_volume(g, box, &volume));
    grid_shape(&c, box, g->r_max, atoms);
    GUARD(grid_fill(&c, atoms, type, x));
    for (int64_t i = 0; i < atoms; i++) n[c.type[i]] += is_between(g, c.x + 3 * i);
    for (int a = 0; a < g->species; a++) inside += (double)n[a];
    if (inside == 0.0) GUARD(fail(BAD_INPUT, "no atom has %g <= z < %g", g->low, g->high));
    GUARD(NEW(count, size));
    int64_t cells = (int64_t)c.m[0] * c.m[1] * c.m[2];
    bool failed = false;
#pragma omp parallel
    {
        int64_t *mine = NULL;
        bool ok = NEW(mine, size) == OK;
#pragma omp for schedule(dynamic, 1)
        for (int64_t k = 0; k < cells; k++)
            if (ok) count_from_cell(&c, k, g, mine);
#pragma omp critical
        {
            failed = failed || !ok;
            for (size_t k = 0; ok && k < size; k++) count[k] += mine[k];
        }
        DELETE(mine);
    }
    if (failed) GUARD(fail(FAILED, "out of memory for the histograms of g(r) (%zu bins a thread)", size));
    GUARD(NEW(before, (size_t)g->bins + size));
    memcpy(before, g->total, (size_t)g->bins * sizeof *before);
    memcpy(before + g->bins, g->partial, size * sizeof *before);
    add_counts(g, count, volume, n);
    add_total(g, count, volume, inside);
    for (int k = 0; k < g->bins; k++) before[k] = g->total[k] - before[k];
    for (size_t k = 0; k < size; k++)
        before[(size_t)g->bins + k] = g->partial[k] - before[(size_t)g->bins + k];
    GUARD(frame_curves_add(&g->frame, (int64_t)g->bins + (int64_t)size, before));
    for (int a = 0; a < g->species; a++) g->atoms[a] += (double)n[a];
    g->density += inside / volume;
    g->frames++;
done:
    grid_free(&c);
    DELETE(count);
    DELETE(before);
    return s;
}

status rdf_finish(struct rdf *g)
{
    if (g->frames < 1) return fail(BAD_INPUT, "g(r) was given no frame");
    double frames = (double)g->frames;
    int64_t all = (int64_t)g->species * g->species * g->bins;
    for (int64_t k = 0; k < all; k++) {
        g->partial[k] /= frames;
        g->coordination[k] /= frames;
    }
    for (int k = 0; k < g->bins; k++) g->total[k] /= frames;
    for (int a = 0; a < g->species; a++) g->atoms[a] /= frames;
    g->density /= frames;
    return OK;
}
