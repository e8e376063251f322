/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/candidates.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "system/domain.h"

#include <emmintrin.h>
#include <math.h>
#include <stdbool.h>

/* Atoms are copied four at a time, and looked at up to sixteen at a time. */
enum { SPARE = 16 };
static status reserve(struct search_atoms *a, size_t n)
{
    n += SPARE;
    TRY(ROOM(a->x, a->capacity[0], n));
    TRY(ROOM(a->y, a->capacity[1], n));
    TRY(ROOM(a->z, a->capacity[2], n));
    return ROOM(a->species, a->capacity[3], n);
}

void search_atoms_free(struct search_atoms *a)
{
    DELETE(a->x);
    DELETE(a->y);
    DELETE(a->z);
    DELETE(a->species);
    *a = (struct search_atoms){0};
}

status search_atoms_fill(struct search_atoms *a, const struct domain *d)
{
    TRY(reserve(a, d->n_extended));
    a->n = d->n_extended;
    for (size_t i = 0; i < a->n; i++) {
        a->x[i] = (float)d->x[i][0];
        a->y[i] = (float)d->x[i][1];
        a->z[i] = (float)d->x[i][2];
        a->species[i] = simd_species_of(d->x[i][3]);
    }
    return OK;
}

/* Atoms first … last − 1. Cells are small: whole vectors, which may write up to three atoms past the end,
 * take a quarter of the time of five calls of memcpy. */
static inline void append(struct candidates *c, const struct search_atoms *from, uint32_t first,
                          uint32_t last)
{
    struct search_atoms *to = &c->atoms;
    const __m128i four = _mm_set1_epi32(16);
    __m128i entry = _mm_add_epi32(_mm_set1_epi32((int32_t)(4 * first)), _mm_setr_epi32(0, 4, 8, 12));
    for (size_t i = first, k = to->n; i < last; i += 4, k += 4) {
        _mm_storeu_ps(to->x + k, _mm_loadu_ps(from->x + i));
        _mm_storeu_ps(to->y + k, _mm_loadu_ps(from->y + i));
        _mm_storeu_ps(to->z + k, _mm_loadu_ps(from->z + i));
        _mm_storeu_si128((__m128i *)(to->species + k), _mm_loadu_si128((const __m128i *)(from->species + i)));
        _mm_storeu_si128((__m128i *)(c->entry + k), entry);
        entry = _mm_add_epi32(entry, four);
    }
    to->n += last - first;
}

static void fill_last_vector(struct candidates *c)
{
    struct search_atoms *a = &c->atoms;
    for (size_t k = a->n; k < a->n + SPARE; k++) {
        a->x[k] = a->y[k] = a->z[k] = INFINITY;
        a->species[k] = 0;
        c->entry[k] = 0;
    }
}

/* Add the slab of cells in reach whose middle is `cell`, at x of the extended grid. */
static status append_slab(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                          uint32_t cell, uint32_t x)
{
    const int64_t step_y = d->extent[0], step_z = step_y * d->extent[1];
    const uint32_t *middle = d->cell_start + cell;
    const int32_t *reach = d->grid.reach;
    size_t n = c->atoms.n;
    for (int dz = -reach[2]; dz <= reach[2]; dz++)
        for (int dy = -reach[1]; dy <= reach[1]; dy++) {
            const uint32_t *start = middle + dz * step_z + dy * step_y;
            n += start[1] - start[0];
        }
    TRY(reserve(&c->atoms, n));
    TRY(ROOM(c->entry, c->entries, n + SPARE));
    c->slab[x].begin = c->atoms.n;
    for (int dz = -reach[2]; dz <= reach[2]; dz++)
        for (int dy = -reach[1]; dy <= reach[1]; dy++) {
            const uint32_t *start = middle + dz * step_z + dy * step_y;
            if (dz == 0 && dy == 0) c->slab[x].home = c->atoms.n;
            append(c, a, start[0], start[1]);
        }
    return OK;
}

status candidates_gather(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                         uint32_t cell)
{
    uint32_t row = (uint32_t)d->extent[0], reach = (uint32_t)d->grid.reach[0], x = cell % row,
             next = x - reach;
    TRY(ROOM(c->slab, c->slabs, row));
    bool goes_on =
        c->atoms.n > 0 && cell / row == c->cell / row && cell >= c->cell && cell - c->cell <= 2 * reach;
    if (goes_on)
        next = c->cell % row + reach + 1;
    else
        c->atoms.n = 0;
    for (; next <= x + reach; next++) TRY(append_slab(c, a, d, cell + next - x, next));
    fill_last_vector(c);
    c->cell = cell;
    c->first = d->cell_start[cell];
    c->home = c->slab[x].home;
    c->begin = c->slab[x - reach].begin;
    return OK;
}

void candidates_free(struct candidates *c)
{
    search_atoms_free(&c->atoms);
    DELETE(c->entry);
    DELETE(c->slab);
    *c = (struct candidates){0};
}
