/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/population.h"
#include "base/mem.h"
#include "base/simd_species.h"

#include <math.h>
#include <string.h>

static void add_one(struct domain *d, const struct newcomer *a, size_t place)
{
    size_t i = d->n++;
    double *x = d->x[place];
    memcpy(x, a->x, sizeof a->x);
    x[3] = simd_species(a->type);
    d->slot[i] = (uint32_t)place;
    d->id[i] = a->id;
    d->type[i] = a->type;
    memset(d->image[i], 0, sizeof d->image[i]);
    memset(d->f[i], 0, sizeof d->f[i]);
    memcpy(d->v[i], a->v, sizeof a->v);
    d->v[i][3] = 1.0 / d->species.mass[a->type];
}

/* The rank that takes a newcomer; the next rebuild looks at the new grid. */
static int taker(const struct domain *d, const double x[3])
{
    int32_t cell[3];
    grid_cell(&d->grid, x, cell);
    return grid_owner(&d->grid, cell);
}

status domain_insert(struct domain *d, const struct newcomer *atom, size_t n)
{
    status s = domain_reserve(d, d->n + n);
    if (s == OK) s = GROW(d->x, d->x_capacity, d->n_extended + n + 1);
    TRY(par_agree(s));
    for (size_t k = 0; k < n; k++) /* behind the halo; the padding atom is made again by the rebuild */
        if (taker(d, atom[k].x) == par_rank()) add_one(d, &atom[k], d->n_extended + k);
    d->n_extended += n; /* another insertion goes behind this one */
    d->total += (int64_t)n;
    return OK;
}

static void move_down(struct domain *d, size_t to, size_t from)
{
    d->id[to] = d->id[from];
    d->type[to] = d->type[from];
    d->slot[to] = d->slot[from];
    memcpy(d->image[to], d->image[from], sizeof d->image[to]);
    memcpy(d->v[to], d->v[from], sizeof d->v[to]);
    memcpy(d->f[to], d->f[from], sizeof d->f[to]);
}

status domain_remove(struct domain *d, population_test leaves, const void *context,
                     int64_t removed[SPECIES_MAX])
{
    size_t kept = 0;
    memset(removed, 0, SPECIES_MAX * sizeof *removed);
    for (size_t i = 0; i < d->n; i++) {
        if (leaves(context, d, i)) {
            removed[d->type[i]]++;
            continue;
        }
        if (kept != i) move_down(d, kept, i);
        kept++;
    }
    d->n = kept;
    par_sum_int64(removed, SPECIES_MAX);
    for (int k = 0; k < SPECIES_MAX; k++) d->total -= removed[k];
    return d->total > 0 ? OK : fail(UNPHYSICAL, "no atom is left in the box");
}

double domain_nearest(const struct domain *d, const double x[3])
{
    double inverse[3][3], nearest2 = INFINITY;
    box_inverse(&d->box, inverse);
    for (size_t i = 0; i < d->n; i++) {
        double r[3];
        box_nearest(&d->box, (const double(*)[3])inverse, x, d->x[d->slot[i]], r);
        nearest2 = fmin(nearest2, r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    }
    nearest2 = -nearest2;
    par_max(&nearest2, 1);
    return sqrt(-nearest2);
}
