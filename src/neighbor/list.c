/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/list.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "neighbor/list_kernel.h"

#include <math.h>
#include <string.h>

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
        for (int k = 0; k < DOMAIN_BUNDLE * DOMAIN_BUNDLE; k++) candidates_free(&l->part[t].candidates[k]);
        DELETE(l->part[t].rest);
    }
    DELETE(l->part);
    DELETE(l->outer);
    DELETE(l->inner);
    search_atoms_free(&l->search);
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
    TRY(ROOM(l->outer, l->outer_capacity, d->n));
    TRY(ROOM(l->inner, l->inner_capacity, d->n));
    TRY(search_atoms_fill(&l->search, d));
    size_t inner = d->n_interior, outer = d->n - d->n_interior, threads = (size_t)l->threads;
    for (size_t t = 0; t < threads; t++) {
        struct list_part *p = &l->part[t];
        p->interior[0] = inner * t / threads;
        p->interior[1] = inner * (t + 1) / threads;
        p->boundary[0] = inner + outer * t / threads;
        p->boundary[1] = inner + outer * (t + 1) / threads;
    }
    return OK;
}

static const list_scan_function scan_of[ISA_COUNT] = {list_scan_sse2, list_scan_avx2, list_scan_avx512};

/* Make `around` the neighborhood of a cell. */
static status look_around(const struct list *l, const struct domain *d, struct list_part *part, uint32_t cell)
{
    if (part->around && part->around->cell == cell) return OK;
    uint32_t row = cell / (uint32_t)d->extent[0], y = row % (uint32_t)d->extent[1],
             z = row / (uint32_t)d->extent[1];
    part->around = &part->candidates[z % DOMAIN_BUNDLE * DOMAIN_BUNDLE + y % DOMAIN_BUNDLE];
    return candidates_gather(part->around, &l->search, d, cell);
}

/* The list of one atom. */
static status build_one(const struct list *l, const struct domain *d, struct list_part *part, size_t o)
{
    struct list_layer *p = &part->outer;
    uint32_t i = d->order[o];
    TRY(look_around(l, d, part, d->cell[i]));
    const struct candidates *c = part->around;
    TRY(ROOM(p->j, p->capacity, p->used + (c->atoms.n - c->begin) + 4 * SIMD_WIDTH));
    uint32_t *out = p->j + p->used;
    size_t self = c->home + (d->slot[i] - c->first);
    size_t n = scan_of[l->isa](c, self, l->search_radius2[d->type[i]], out);
    while (n % l->width != 0) out[n++] = (uint32_t)(4 * d->n_extended);
    l->outer[o] = (struct list_entry){p->used, (uint32_t)n, 0};
    p->used += n;
    if (n > part->longest) part->longest = n;
    return OK;
}

/* Of a list, on average, with some to spare: moving lists that have outgrown their place would need both. */
static size_t expected_length(const struct list *l, const struct domain *d)
{
    double density = (double)d->total / box_volume(&d->box), r = l->search_radius;
    return (size_t)(density * 4.19 * r * r * r) + l->width;
}

void list_build(struct list *l, const struct domain *d, int thread)
{
    struct list_part *p = &l->part[thread];
    p->outer.used = p->longest = 0;
    p->around = NULL;
    for (int k = 0; k < DOMAIN_BUNDLE * DOMAIN_BUNDLE; k++)
        p->candidates[k].atoms.n = 0; /* atoms have moved */
    size_t atoms = p->interior[1] - p->interior[0] + (p->boundary[1] - p->boundary[0]);
    p->failure = ROOM(p->outer.j, p->outer.capacity, atoms * expected_length(l, d));
    for (int half = 0; half < 2; half++) {
        const size_t *range = half == 0 ? p->interior : p->boundary;
        for (size_t o = range[0]; o < range[1] && p->failure == OK; o++) p->failure = build_one(l, d, p, o);
    }
    /* Two padded sections take up to a vector more an atom than one. What is there is made anew, not moved.
     */
    size_t inner = p->outer.used + l->width * (atoms + 1);
    if (inner > p->inner.capacity) {
        DELETE(p->inner.j);
        p->inner.capacity = 0;
        if (p->failure == OK) p->failure = ROOM(p->inner.j, p->inner.capacity, inner);
    }
    if (p->failure == OK) p->failure = ROOM(p->rest, p->rest_capacity, p->longest + l->width);
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
