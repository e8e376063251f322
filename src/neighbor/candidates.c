/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/candidates.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "system/domain.h"

#include <emmintrin.h>
#include <stdbool.h>
#include <string.h>

/* Atoms are copied four at a time, and looked at up to sixteen at a time. */
enum { SPARE = 16 };
status search_atoms_reserve(struct search_atoms *a, size_t n)
{
    TRY(ROOM(a->xy, a->capacity[0], n + SPARE));
    return ROOM(a->zs, a->capacity[1], n + SPARE);
}

void search_atoms_free(struct search_atoms *a)
{
    DELETE(a->xy);
    DELETE(a->zs);
    *a = (struct search_atoms){0};
}

/* Added to a number below 2^51, the low bits of the sum are that number, rounded to nearest. */
static inline uint32_t quanta(double x, double per_unit)
{
    double sum = x * per_unit + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return (uint32_t)bits;
}

void search_atoms_fill(struct search_atoms *a, const struct domain *d, double per_unit,
                       const uint16_t *species, int thread, int threads)
{
    size_t n = d->n_extended, t = (size_t)thread, all = (size_t)threads;
    for (size_t i = n * t / all; i < n * (t + 1) / all; i++) {
        const double *x = d->x[i];
        a->xy[i] = (quanta(x[0], per_unit) & 0xffff) | quanta(x[1], per_unit) << 16;
        a->zs[i] = (quanta(x[2], per_unit) & 0xffff) | (uint32_t)species[simd_species_of(x[3])] << 16;
    }
}

/* Atoms first … last − 1, in whole vectors, which may write up to three atoms past the end. */
static inline void append(struct candidates *c, const struct search_atoms *from, uint32_t first,
                          uint32_t last)
{
    const size_t at = c->atoms.n, n = last - first;
    const uint32_t *xy = from->xy + first, *zs = from->zs + first;
    uint32_t *to_xy = c->atoms.xy + at, *to_zs = c->atoms.zs + at, *entries = c->entry + at;
    const __m128i four = _mm_set1_epi32(16);
    __m128i entry = _mm_add_epi32(_mm_set1_epi32((int32_t)(4 * first)), _mm_setr_epi32(0, 4, 8, 12));
    for (size_t k = 0; k < n; k += 4) {
        _mm_storeu_si128((__m128i *)(to_xy + k), _mm_loadu_si128((const __m128i *)(xy + k)));
        _mm_storeu_si128((__m128i *)(to_zs + k), _mm_loadu_si128((const __m128i *)(zs + k)));
        _mm_storeu_si128((__m128i *)(entries + k), entry);
        entry = _mm_add_epi32(entry, four);
    }
    c->atoms.n += n;
}

/* Add the slab of cells in reach whose middle is `cell`, at z of the extended grid: a run of atoms a row. */
static status append_slab(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                          uint32_t cell, uint32_t z)
{
    const int64_t step = d->extent[0];
    const uint32_t *middle = d->cell_start + cell;
    const int32_t *reach = d->grid.reach;
    size_t n = c->atoms.n;
    for (int dy = -reach[1]; dy <= reach[1]; dy++)
        n += middle[dy * step + reach[0] + 1] - middle[dy * step - reach[0]];
    TRY(search_atoms_reserve(&c->atoms, n));
    TRY(ROOM(c->entry, c->entries, n + SPARE));
    c->slab[z].begin = c->atoms.n;
    for (int dy = -reach[1]; dy <= reach[1]; dy++) {
        const uint32_t *first = middle + dy * step - reach[0], *last = middle + dy * step + reach[0] + 1;
        if (dy == 0) c->slab[z].home = c->atoms.n + (*middle - *first);
        append(c, a, *first, *last);
    }
    return OK;
}

status candidates_gather(struct candidates *c, const struct search_atoms *a, const struct domain *d,
                         uint32_t cell)
{
    uint32_t plane = (uint32_t)(d->extent[0] * d->extent[1]), reach = (uint32_t)d->grid.reach[2],
             z = cell / plane, next = z - reach;
    TRY(ROOM(c->slab, c->slabs, (size_t)d->extent[2]));
    bool goes_on = c->atoms.n > 0 && cell % plane == c->cell % plane && cell >= c->cell &&
                   z - c->cell / plane <= 2 * reach;
    if (goes_on)
        next = c->cell / plane + reach + 1;
    else
        c->atoms.n = 0;
    for (; next <= z + reach; next++) TRY(append_slab(c, a, d, cell + (next - z) * plane, next));
    memset(c->atoms.xy + c->atoms.n, 0, SPARE * sizeof *c->atoms.xy);
    memset(c->atoms.zs + c->atoms.n, 0, SPARE * sizeof *c->atoms.zs);
    c->cell = cell;
    c->first = d->cell_start[cell];
    c->home = c->slab[z].home;
    c->begin = c->slab[z - reach].begin;
    return OK;
}

void candidates_free(struct candidates *c)
{
    search_atoms_free(&c->atoms);
    DELETE(c->entry);
    DELETE(c->slab);
    *c = (struct candidates){0};
}
