/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/list.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "neighbor/list_kernel.h"

#include <math.h>
#include <string.h>

/* Rows are cut to what a position reaches where the halo is at most so many cells thick. */
enum { TRIM_REACH = 4 };

status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX],
                  const double near[SPECIES_MAX][SPECIES_MAX], double skin, double inner_skin, int threads)
{
    memcpy(l->cutoff, cutoff, sizeof l->cutoff);
    l->skin = skin;
    l->inner_skin = inner_skin;
    l->radius = l->inner_radius = 0.0;
    l->isa = isa_best();
    l->width = SIMD_WIDTH;
    for (int a = 0; a < species; a++)
        for (int b = 0; b < species; b++) {
            double r = cutoff[a][b] + skin, inner = cutoff[a][b] + inner_skin;
            double close = near[a][b] > 0.0 ? near[a][b] + inner_skin : 0.0;
            simd_table(l->inner_radius2[a], b, inner * inner);
            simd_table(l->near_radius2[a], b, close * close);
            if (r > l->radius) l->radius = r;
            if (inner > l->inner_radius) l->inner_radius = inner;
        }
    l->threads = threads;
    return NEW(l->part, (size_t)threads);
}

void list_free(struct list *l)
{
    for (int t = 0; l->part && t < l->threads; t++) {
        DELETE(l->part[t].outer.j);
        DELETE(l->part[t].inner.j);
        DELETE(l->part[t].row);
        DELETE(l->part[t].rest);
    }
    DELETE(l->part);
    DELETE(l->outer);
    DELETE(l->inner);
    DELETE(l->sx);
    DELETE(l->sy);
    DELETE(l->sz);
    DELETE(l->species);
    *l = (struct list){0};
}

/* Squared radii of the search. Coordinates rounded to floats are wrong by 2⁻²⁴ of the largest one at most,
 * and so is each operation after that: a distance is right to √3·2·2⁻²⁴ of it and some 3·2⁻²⁴ of its own.
 * Eight 2⁻²⁴ of the largest coordinate there can be covers both. From global values only: all ranks find the
 * same. */
static void set_search_radii(struct list *l, const struct domain *d)
{
    double largest = 0.0, shift = 0.0;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) largest = fmax(largest, fabs(d->x[d->slot[i]][k]));
    par_max(&largest, 1);
    for (int a = 0; a < 3; a++)
        for (int k = 0; k < 3; k++) shift += fabs(d->box.h[a][k]);
    double margin = 0x1p-21 * (largest + shift + l->radius);
    l->search_radius = l->radius + margin;
    for (int a = 0; a < d->species.count; a++)
        for (int b = 0; b < d->species.count; b++) {
            double r = l->cutoff[a][b] + l->skin + margin;
            l->search_radius2[a][b] = (float)(r * r);
        }
}

status list_prepare(struct list *l, const struct domain *d)
{
    set_search_radii(l, d);
    TRY(GROW(l->outer, l->outer_capacity, d->n));
    TRY(GROW(l->inner, l->inner_capacity, d->n));
    size_t n = d->n_extended + SIMD_WIDTH;
    TRY(GROW(l->sx, l->search_capacity[0], n));
    TRY(GROW(l->sy, l->search_capacity[1], n));
    TRY(GROW(l->sz, l->search_capacity[2], n));
    TRY(GROW(l->species, l->search_capacity[3], n));
    l->trim = true;
    for (int k = 0; k < 3; k++) {
        l->trim = l->trim && d->box.h[k][(k + 1) % 3] == 0.0 && d->box.h[k][(k + 2) % 3] == 0.0;
        l->trim = l->trim && d->grid.reach[k] <= TRIM_REACH;
        l->cell_width[k] = d->box.h[k][k] / d->grid.n[k];
        l->cells_per_length[k] = d->grid.n[k] / d->box.h[k][k];
    }
    size_t inner = d->n_interior, outer = d->n - d->n_interior, threads = (size_t)l->threads;
    for (size_t t = 0; t < threads; t++) {
        struct list_part *p = &l->part[t];
        p->interior[0] = inner * t / threads;
        p->interior[1] = inner * (t + 1) / threads;
        p->boundary[0] = inner + outer * t / threads;
        p->boundary[1] = inner + outer * (t + 1) / threads;
    }
    for (size_t i = 0; i < d->n_extended; i++) {
        l->sx[i] = (float)d->x[i][0];
        l->sy[i] = (float)d->x[i][1];
        l->sz[i] = (float)d->x[i][2];
        l->species[i] = simd_species_of(d->x[i][3]);
    }
    return OK;
}

static const list_scan_function scan_of[ISA_COUNT] = {list_scan_sse2, list_scan_avx2, list_scan_avx512};

/* Squared distances of a position from the layers of cells along one axis, −reach … reach, as out[reach + d];
 * `inside` is where in its own cell it is, in cells. */
static void layer_distances(double inside, int reach, double width, double *out)
{
    for (int d = -reach; d <= reach; d++) {
        double gap = d > 0 ? d - inside : d < 0 ? inside - (d + 1) : 0.0;
        out[reach + d] = gap * width * (gap * width);
    }
}

/* The rows of cells that can hold a neighbor of the atom in slot `slot` of cell `cell`. In an orthogonal
 * box cells that are out of reach of the very position are left out; it changes which atoms are
 * looked at, not which are found. The cuts are counted, not searched: which branch to take would be a coin
 * toss. */
static size_t find_rows(const struct list *l, const struct domain *d, uint32_t slot, uint32_t cell,
                        struct list_row *row)
{
    const int32_t *reach = d->grid.reach;
    const uint32_t wx = (uint32_t)d->extent[0], wy = (uint32_t)d->extent[1];
    const int32_t e[3] = {(int32_t)(cell % wx), (int32_t)(cell / wx % wy), (int32_t)(cell / wx / wy)};
    const int64_t step_y = wx, step_z = (int64_t)wx * wy;
    double far2[3][2 * TRIM_REACH + 1], r2 = l->search_radius * l->search_radius * (1.0 + 1e-9);
    for (int k = 0; k < 3 && l->trim; k++) {
        if (!d->box.periodic[k]) { /* atoms beyond a free face count to the outermost cells: nothing is known
                                      of them */
            memset(far2[k], 0, sizeof far2[k]);
            continue;
        }
        double cells = (d->x[slot][k] - d->box.origin[k]) * l->cells_per_length[k];
        layer_distances(cells - (double)(d->brick.low[k] - reach[k] + e[k]), reach[k], l->cell_width[k],
                        far2[k]);
    }
    size_t n = 0;
    for (int dz = -reach[2]; dz <= reach[2]; dz++)
        for (int dy = -reach[1]; dy <= reach[1]; dy++) {
            const uint32_t *middle = d->cell_start + (cell + dz * step_z + dy * step_y);
            int from = -reach[0], to = reach[0];
            if (l->trim) {
                double left = r2 - far2[1][reach[1] + dy] - far2[2][reach[2] + dz];
                for (int i = 0; i < reach[0]; i++) {
                    from += far2[0][i] > left;
                    to -= far2[0][2 * reach[0] - i] > left;
                }
                to -= left < 0.0; /* nothing: an empty row */
            }
            row[n++] = (struct list_row){middle[from], middle[to + 1]};
        }
    return n;
}

/* The list of one atom. */
static status build_one(const struct list *l, const struct domain *d, struct list_part *part, size_t o)
{
    struct list_layer *p = &part->outer;
    struct list_row *row = part->row;
    uint32_t i = d->order[o];
    struct list_scan scan = {l->sx,      l->sy, l->sz, l->species, l->search_radius2[d->type[i]],
                             d->slot[i], row,   0};
    size_t candidates = 2 * SIMD_WIDTH;
    scan.rows = find_rows(l, d, d->slot[i], d->cell[i], row);
    for (size_t r = 0; r < scan.rows; r++) candidates += row[r].last - row[r].first;
    TRY(GROW(p->j, p->capacity, p->used + candidates));
    uint32_t *out = p->j + p->used;
    size_t n = scan_of[l->isa](&scan, out);
    while (n % l->width != 0) out[n++] = (uint32_t)(4 * d->n_extended);
    l->outer[o] = (struct list_entry){p->used, (uint32_t)n, 0};
    p->used += n;
    if (n > part->longest) part->longest = n;
    return OK;
}

void list_build(struct list *l, const struct domain *d, int thread)
{
    struct list_part *p = &l->part[thread];
    size_t rows = (size_t)(2 * d->grid.reach[1] + 1) * (size_t)(2 * d->grid.reach[2] + 1);
    p->outer.used = p->longest = 0;
    p->failure = GROW(p->row, p->row_capacity, rows);
    for (int half = 0; half < 2; half++) {
        const size_t *range = half == 0 ? p->interior : p->boundary;
        for (size_t o = range[0]; o < range[1] && p->failure == OK; o++) p->failure = build_one(l, d, p, o);
    }
    /* Two padded sections take up to a vector more an atom than one. */
    size_t atoms = p->interior[1] - p->interior[0] + (p->boundary[1] - p->boundary[0]);
    if (p->failure == OK)
        p->failure = GROW(p->inner.j, p->inner.capacity, p->outer.used + l->width * (atoms + 1));
    if (p->failure == OK) p->failure = GROW(p->rest, p->rest_capacity, p->longest + l->width);
}

status list_check(const struct list *l)
{
    for (int t = 0; t < l->threads; t++)
        if (l->part[t].failure != OK) return fail(l->part[t].failure, "out of memory for the neighbor list");
    return OK;
}

int64_t list_slots(const struct list *l, size_t n_owned)
{
    int64_t slots = 0;
    for (size_t o = 0; o < n_owned; o++) slots += l->inner[o].length;
    return slots;
}
