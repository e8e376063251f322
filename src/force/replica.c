/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/replica.h"
#include "base/mem.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void replica_free(struct replica *r)
{
    DELETE(r->atom);
    DELETE(r->x);
    DELETE(r->home);
    DELETE(r->mine);
    DELETE(r->cell_first);
    DELETE(r->cell_of);
    DELETE(r->by_cell);
    *r = (struct replica){0};
}

void replica_list_free(struct replica_list *l)
{
    DELETE(l->first);
    DELETE(l->j);
    *l = (struct replica_list){0};
}

static int by_id(const void *a, const void *b)
{
    uint64_t i = ((const struct replica_atom *)a)->id, j = ((const struct replica_atom *)b)->id;
    return (i > j) - (i < j);
}

status replica_gather(struct replica *r, const struct domain *d)
{
    double inverse[3][3];
    size_t bytes;
    TRY(par_agree(GROW(r->mine, r->mine_capacity, d->n)));
    for (size_t i = 0; i < d->n; i++) {
        struct replica_atom *a = &r->mine[i];
        a->id = d->id[i];
        a->type = d->type[i];
        memcpy(a->x, d->x[d->slot[i]], sizeof a->x);
    }
    TRY(par_all_gather(r->mine, d->n * sizeof *r->mine, (void **)&r->atom, &r->atom_bytes, &bytes));
    r->atoms = r->n = bytes / sizeof *r->atom;
    qsort(r->atom, r->atoms, sizeof *r->atom, by_id);
    box_inverse(&d->box, inverse);
    for (size_t i = 0; i < r->atoms; i++) {
        double *x = r->atom[i].x;
        int32_t image[3] = {0, 0, 0};
        if (!isfinite(x[0] + x[1] + x[2]))
            return fail(UNPHYSICAL, "atom %llu has a position that is not a number",
                        (unsigned long long)r->atom[i].id);
        box_wrap(&d->box, inverse, x, image);
    }
    return OK;
}

size_t replica_find(const struct replica *r, uint64_t id)
{
    size_t low = 0, high = r->atoms - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->atom[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void replica_fold(const struct replica *r, double *values, int width)
{
    for (size_t j = r->atoms; j < r->n; j++)
        for (int k = 0; k < width; k++)
            values[(size_t)r->home[j] * (size_t)width + (size_t)k] += values[j * (size_t)width + (size_t)k];
}

/* ---- images ---- */

static status add_particle(struct replica *r, size_t atom, const double shift[3])
{
    /* three numbers a particle are counted by ints in what is called with them */
    if (r->n >= INT_MAX / 3)
        return fail(BAD_INPUT, "%zu atoms and their images are too many for a potential of the whole sample",
                    r->atoms);
    TRY(GROW(r->x, r->x_capacity, 3 * r->n + 3));
    TRY(GROW(r->home, r->home_capacity, r->n + 1));
    for (int k = 0; k < 3; k++) r->x[3 * r->n + (size_t)k] = r->atom[atom].x[k] + shift[k];
    r->home[r->n++] = (int)atom;
    return OK;
}

status replica_images(struct replica *r, const struct box *b, double distance)
{
    double inverse[3][3], reach[3], s[3], shift[3] = {0.0, 0.0, 0.0};
    box_inverse(b, inverse);
    /* in fractions of the cell; the margin is far above the rounding of s */
    for (int k = 0; k < 3; k++) reach[k] = distance / box_width(b, k) + 1e-9;
    r->n = 0;
    for (size_t i = 0; i < r->atoms; i++) TRY(add_particle(r, i, shift));
    for (size_t i = 0; i < r->atoms; i++) {
        int32_t low[3] = {0, 0, 0}, high[3] = {0, 0, 0}, n[3];
        box_fractional(b, inverse, r->atom[i].x, s);
        for (int k = 0; k < 3; k++) {
            if (!b->periodic[k]) continue;
            low[k] = (int32_t)ceil(-reach[k] - s[k]);
            high[k] = (int32_t)floor(1.0 + reach[k] - s[k]);
        }
        for (n[2] = low[2]; n[2] <= high[2]; n[2]++)
            for (n[1] = low[1]; n[1] <= high[1]; n[1]++)
                for (n[0] = low[0]; n[0] <= high[0]; n[0]++) {
                    if (n[0] == 0 && n[1] == 0 && n[2] == 0) continue;
                    box_shift(b, n, shift);
                    TRY(add_particle(r, i, shift));
                }
    }
    return OK;
}

/* ---- neighbors ---- */

struct cells {
    double low[3], per_length[3];
    int n[3];
};

/* Cells at least as wide as the cutoff over all particles; fewer and wider ones where atoms are far apart. */
static struct cells make_cells(const struct replica *r, double cutoff)
{
    struct cells c;
    double count[3], high[3];
    for (int k = 0; k < 3; k++) {
        c.low[k] = high[k] = r->x[k];
        for (size_t i = 1; i < r->n; i++) {
            c.low[k] = fmin(c.low[k], r->x[3 * i + (size_t)k]);
            high[k] = fmax(high[k], r->x[3 * i + (size_t)k]);
        }
        count[k] = fmax(1.0, fmin(1e6, floor((high[k] - c.low[k]) / (cutoff * (1.0 + 1e-12)))));
    }
    while (count[0] * count[1] * count[2] > 4.0 * (double)r->n + 64.0) {
        int most = count[1] > count[0] ? 1 : 0;
        if (count[2] > count[most]) most = 2;
        count[most] = ceil(count[most] / 2.0);
    }
    for (int k = 0; k < 3; k++) {
        double length = high[k] - c.low[k];
        c.n[k] = (int)count[k];
        c.per_length[k] = length > 0.0 ? count[k] / length : 0.0;
    }
    return c;
}

static void cell_of_particle(const struct cells *c, const double x[3], int at[3])
{
    for (int k = 0; k < 3; k++) {
        int i = (int)((x[k] - c->low[k]) * c->per_length[k]);
        at[k] = i < c->n[k] ? i : c->n[k] - 1;
    }
}

/* Particles sorted by cell, by number within a cell. */
static status sort_into_cells(struct replica *r, const struct cells *c)
{
    size_t cells = (size_t)c->n[0] * (size_t)c->n[1] * (size_t)c->n[2];
    TRY(GROW(r->cell_first, r->cell_first_capacity, cells + 2));
    TRY(GROW(r->cell_of, r->cell_of_capacity, r->n));
    TRY(GROW(r->by_cell, r->by_cell_capacity, r->n));
    memset(r->cell_first, 0, (cells + 2) * sizeof *r->cell_first);
    for (size_t i = 0; i < r->n; i++) {
        int at[3];
        cell_of_particle(c, r->x + 3 * i, at);
        r->cell_of[i] = at[0] + c->n[0] * (at[1] + c->n[1] * at[2]);
        r->cell_first[r->cell_of[i] + 2]++;
    }
    for (size_t k = 1; k < cells + 2; k++) r->cell_first[k] += r->cell_first[k - 1];
    /* cell_first[k + 1] is where the next particle of cell k goes, and where cell k ends when all are in */
    for (size_t i = 0; i < r->n; i++) r->by_cell[r->cell_first[r->cell_of[i] + 1]++] = (int)i;
    return OK;
}

/* Neighbors of i among the particles by_cell[from … to-1]. */
static status search(const struct replica *r, struct replica_list *l, size_t *used, size_t i, size_t from,
                     size_t to, double cutoff2)
{
    TRY(GROW(l->j, l->capacity, *used + (to - from)));
    for (size_t at = from; at < to; at++) {
        size_t j = (size_t)r->by_cell[at];
        double d[3], d2 = 0.0;
        for (size_t k = 0; k < 3; k++) {
            d[k] = r->x[3 * j + k] - r->x[3 * i + k];
            d2 += d[k] * d[k];
        }
        if (d2 < cutoff2 && j != i) l->j[(*used)++] = (int)j;
    }
    return OK;
}

status replica_list(struct replica *r, struct replica_list *l, double cutoff, bool of_images)
{
    size_t lists = of_images ? r->n : r->atoms, used = 0;
    struct cells c = make_cells(r, cutoff);
    TRY(sort_into_cells(r, &c));
    TRY(GROW(l->first, l->first_capacity, r->n + 1));
    for (size_t i = 0; i < lists; i++) {
        int at[3];
        cell_of_particle(&c, r->x + 3 * i, at);
        int from = at[0] > 0 ? at[0] - 1 : 0, to = at[0] + 1 < c.n[0] ? at[0] + 1 : at[0];
        l->first[i] = used;
        for (int z = at[2] > 0 ? at[2] - 1 : 0; z <= at[2] + 1 && z < c.n[2]; z++)
            for (int y = at[1] > 0 ? at[1] - 1 : 0; y <= at[1] + 1 && y < c.n[1]; y++) {
                size_t row = (size_t)c.n[0] * ((size_t)y + (size_t)c.n[1] * (size_t)z);
                TRY(search(r, l, &used, i, r->cell_first[row + (size_t)from],
                           r->cell_first[row + (size_t)to + 1], cutoff * cutoff));
            }
    }
    for (size_t i = lists; i <= r->n; i++) l->first[i] = used; /* images without lists have empty ones */
    return OK;
}
