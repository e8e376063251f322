/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/list.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "neighbor/list_kernel.h"

#include <string.h>

status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX], double skin,
                  int threads)
{
    memcpy(l->cutoff, cutoff, sizeof l->cutoff);
    l->skin = skin;
    l->radius = 0.0;
    l->isa = isa_best();
    for (int a = 0; a < species; a++)
        for (int b = 0; b < species; b++) {
            double r = cutoff[a][b] + skin;
            simd_table(l->radius2[a], b, r * r);
            if (r > l->radius) l->radius = r;
        }
    l->threads = threads;
    return NEW(l->part, (size_t)threads);
}

void list_free(struct list *l)
{
    for (int t = 0; l->part && t < l->threads; t++) DELETE(l->part[t].j);
    DELETE(l->part);
    DELETE(l->first);
    DELETE(l->length);
    DELETE(l->sx);
    DELETE(l->sy);
    DELETE(l->sz);
    DELETE(l->sw);
    *l = (struct list){0};
}

status list_prepare(struct list *l, const struct domain *d)
{
    TRY(GROW(l->first, l->capacity, d->n));
    TRY(GROW(l->length, l->length_capacity, d->n));
    size_t n = d->n_extended + SIMD_WIDTH;
    TRY(GROW(l->sx, l->search_capacity[0], n));
    TRY(GROW(l->sy, l->search_capacity[1], n));
    TRY(GROW(l->sz, l->search_capacity[2], n));
    TRY(GROW(l->sw, l->search_capacity[3], n));
    size_t inner = d->n_interior, outer = d->n - d->n_interior, threads = (size_t)l->threads;
    for (size_t t = 0; t < threads; t++) {
        struct list_part *p = &l->part[t];
        p->interior[0] = inner * t / threads;
        p->interior[1] = inner * (t + 1) / threads;
        p->boundary[0] = inner + outer * t / threads;
        p->boundary[1] = inner + outer * (t + 1) / threads;
    }
    for (size_t i = 0; i < d->n_extended; i++) {
        l->sx[i] = d->x[i][0];
        l->sy[i] = d->x[i][1];
        l->sz[i] = d->x[i][2];
        memcpy(&l->sw[i], &d->x[i][3], sizeof l->sw[i]);
    }
    return OK;
}

static const list_scan_function scan_of[ISA_COUNT] = {list_scan_sse2, list_scan_avx2, list_scan_avx512};

/* The list of one atom: scan the rows of the stencil; a row of cells is one run of atoms. */
static status build_one(const struct list *l, const struct domain *d, struct list_part *p, size_t o)
{
    uint32_t i = d->order[o], slot = d->slot[i], cell = d->cell[i];
    size_t wx = (size_t)d->extent[0], wxy = wx * (size_t)d->extent[1];
    const int32_t *reach = d->grid.reach;
    size_t candidates = SIMD_WIDTH;
    for (int dz = -reach[2]; dz <= reach[2]; dz++)
        for (int dy = -reach[1]; dy <= reach[1]; dy++) {
            size_t middle = (size_t)((int64_t)cell + dz * (int64_t)wxy + dy * (int64_t)wx),
                   r = (size_t)reach[0];
            candidates += d->cell_start[middle + r + 1] - d->cell_start[middle - r];
        }
    TRY(GROW(p->j, p->capacity, p->used + candidates + SIMD_WIDTH));
    struct list_scan scan = {l->sx, l->sy, l->sz, l->sw, l->radius2[d->type[i]], slot};
    uint32_t *out = p->j + p->used;
    size_t n = 0;
    for (int dz = -reach[2]; dz <= reach[2]; dz++)
        for (int dy = -reach[1]; dy <= reach[1]; dy++) {
            size_t middle = (size_t)((int64_t)cell + dz * (int64_t)wxy + dy * (int64_t)wx),
                   r = (size_t)reach[0];
            n += scan_of[l->isa](&scan, d->cell_start[middle - r], d->cell_start[middle + r + 1], out + n);
        }
    while (n % SIMD_WIDTH != 0) out[n++] = (uint32_t)(4 * d->n_extended);
    ((size_t *)l->first)[o] = p->used;
    ((uint32_t *)l->length)[o] = (uint32_t)n;
    p->used += n;
    return OK;
}

void list_build(struct list *l, const struct domain *d, int thread)
{
    struct list_part *p = &l->part[thread];
    p->used = 0;
    p->failure = OK;
    for (size_t o = p->interior[0]; o < p->interior[1] && p->failure == OK; o++)
        p->failure = build_one(l, d, p, o);
    for (size_t o = p->boundary[0]; o < p->boundary[1] && p->failure == OK; o++)
        p->failure = build_one(l, d, p, o);
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
    for (size_t o = 0; o < n_owned; o++) slots += l->length[o];
    return slots;
}
