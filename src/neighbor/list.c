/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbor/list.h"
#include "base/mem.h"
#include "base/simd_species.h"

#include <math.h>
#include <string.h>

status list_start(struct list *l, int species, const double cutoff[SPECIES_MAX][SPECIES_MAX],
                  const double near[SPECIES_MAX][SPECIES_MAX], double skin, double inner_skin, int threads)
{
    memcpy(l->cutoff, cutoff, sizeof l->cutoff);
    memcpy(l->near, near, sizeof l->near);
    l->skin = skin;
    l->inner_skin = inner_skin;
    l->radius = l->inner_radius = 0.0;
    l->sections = false;
    l->isa = isa_best();
    l->width = SIMD_WIDTH;
    for (int a = 0; a < species; a++)
        for (int b = 0; b < species; b++) {
            l->radius = fmax(l->radius, cutoff[a][b] + skin);
            l->inner_radius = fmax(l->inner_radius, cutoff[a][b] + inner_skin);
            if (near[a][b] > 0.0) l->sections = true;
        }
    l->threads = threads;
    return NEW(l->part, (size_t)threads);
}

void list_free(struct list *l)
{
    for (int t = 0; l->part && t < l->threads; t++) {
        struct list_part *p = &l->part[t];
        for (int k = 0; k < DOMAIN_BUNDLE * DOMAIN_BUNDLE; k++) candidates_free(&p->candidates[k]);
        DELETE(p->found);
        DELETE(p->near_found);
        DELETE(p->j);
    }
    DELETE(l->part);
    DELETE(l->entry);
    search_atoms_free(&l->search);
    *l = (struct list){0};
}

/* A power of two, so that no difference of coordinates in a neighborhood passes 2^15 quanta and no sum of
 * four squares 2^31: the squared distance and, at most, the largest radius. (If the cell grows and they do, a
 * far atom is taken for a near one, which costs a slot of a list; a near one is never overlooked.) */
static double search_quantum(const struct list *l, const struct domain *d)
{
    double sum = l->radius * l->radius, longest = 0.0;
    for (int k = 0; k < 3; k++) {
        double extent = l->skin;
        for (int a = 0; a < 3; a++) extent += (d->grid.reach[a] + 1) * fabs(d->box.h[a][k]) / d->grid.n[a];
        sum += extent * extent;
        longest = fmax(longest, extent);
    }
    int exponent;
    frexp(1.05 * fmax(longest / 0x1p15, sqrt(sum / 0x1p31)), &exponent);
    return ldexp(1.0, exponent);
}

/* Radius in quanta, with what rounding can take from it: a quantum along each axis. */
static double in_quanta(const struct list *l, double range)
{
    return range > 0.0 ? (range + l->inner_skin) / l->quantum + 1.75 : 0.0;
}

/* The number of an atom of species a that makes Σ + (number − species[b])² < limit mean r < R_b as well as
 * whole numbers can, and not less, for b = 0 and 1 with the numbers 0 and w: (2 number − w) w = R_1² − R_0².
 */
static struct list_reach reach_of(const struct list *l, const struct domain *d,
                                  const double range[SPECIES_MAX])
{
    double w = l->species[1], r0 = in_quanta(l, range[0]), r1 = in_quanta(l, range[1]), limit = 0.0;
    double number = w > 0.0 ? nearbyint(0.5 * (w + (r1 * r1 - r0 * r0) / w)) : 0.0;
    for (int b = 0; b < d->species.count; b++) {
        double r = in_quanta(l, range[b]), apart = number - l->species[b];
        if (r > 0.0) limit = fmax(limit, r * r + apart * apart);
    }
    return (struct list_reach){(uint16_t)(int16_t)number, (int32_t)ceil(limit)};
}

/* From global values only: all ranks find the same. More than two species share the largest radius. */
static void set_search(struct list *l, const struct domain *d)
{
    double widest = 0.0;
    l->quantum = search_quantum(l, d);
    for (int a = 0; a < d->species.count; a++)
        for (int m = 0; m < 2; m++) {
            const double *range = m ? l->near[a] : l->cutoff[a];
            double r0 = in_quanta(l, range[0]), r1 = in_quanta(l, range[1]);
            widest = fmax(widest, fabs(r0 * r0 - r1 * r1));
        }
    memset(l->species, 0, sizeof l->species);
    if (d->species.count == 2) l->species[1] = (uint16_t)ceil(sqrt(widest));
    for (int a = 0; a < d->species.count; a++) {
        l->all[a] = reach_of(l, d, l->cutoff[a]);
        l->near_reach[a] = reach_of(l, d, l->near[a]);
    }
}

/* Atoms may go anywhere beyond a free face, and then count to a cell they are far from. Collective. */
static void find_strays(struct list *l, const struct domain *d)
{
    double inverse[3][3], s[3], farthest[3][2] = {{0.0}};
    memset(l->strays, 0, sizeof l->strays);
    if (d->box.periodic[0] && d->box.periodic[1] && d->box.periodic[2]) return;
    box_inverse(&d->box, inverse);
    for (size_t i = 0; i < d->n; i++) {
        box_fractional(&d->box, (const double(*)[3])inverse, d->x[d->slot[i]], s);
        for (int k = 0; k < 3; k++) {
            farthest[k][0] = fmax(farthest[k][0], -s[k]);
            farthest[k][1] = fmax(farthest[k][1], s[k] - 1.0);
        }
    }
    par_max(farthest[0], 6);
    for (int k = 0; k < 3; k++)
        for (int side = 0; side < 2; side++)
            l->strays[k][side] = !d->box.periodic[k] && box_width(&d->box, k) * farthest[k][side] > l->skin;
}

/* May strays be among the candidates of a cell? They are where its neighborhood meets the outermost cells. */
static bool meets_strays(const struct list *l, const struct domain *d, uint32_t cell)
{
    bool meets = false;
    for (int k = 0; k < 3; k++) {
        uint32_t extent = (uint32_t)d->extent[k];
        int32_t reach = d->grid.reach[k], at = d->brick.low[k] - reach + (int32_t)(cell % extent);
        meets =
            meets || (l->strays[k][0] && at <= reach) || (l->strays[k][1] && at >= d->grid.n[k] - 1 - reach);
        cell /= extent;
    }
    return meets;
}

status list_prepare(struct list *l, const struct domain *d)
{
    set_search(l, d);
    find_strays(l, d);
    TRY(ROOM(l->entry, l->entry_capacity, d->n));
    TRY(search_atoms_reserve(&l->search, d->n_extended));
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

void list_fill(struct list *l, const struct domain *d, int thread)
{
    search_atoms_fill(&l->search, d, 1.0 / l->quantum, l->species, thread, l->threads);
}

static const list_scan_function scan_of[ISA_COUNT] = {list_scan_sse2, list_scan_avx2, list_scan_avx512};

/* Make `around` the neighborhood of a cell, and room for the lists of its atoms. */
static status look_around(const struct list *l, const struct domain *d, struct list_part *p, uint32_t cell)
{
    if (p->around && p->around->cell == cell) return OK;
    uint32_t x = cell % (uint32_t)d->extent[0], y = cell / (uint32_t)d->extent[0] % (uint32_t)d->extent[1];
    p->around = &p->candidates[y % DOMAIN_BUNDLE * DOMAIN_BUNDLE + x % DOMAIN_BUNDLE];
    TRY(candidates_gather(p->around, &l->search, d, cell));
    p->strays = meets_strays(l, d, cell);
    size_t candidates = p->around->atoms.n - p->around->begin,
           atoms = d->cell_start[cell + 1] - p->around->first;
    size_t vectors = candidates / SIMD_WIDTH + 64;
    TRY(ROOM(p->found, p->found_capacity, vectors));
    TRY(ROOM(p->near_found, p->near_capacity, vectors));
    return ROOM(p->j, p->capacity, p->used + atoms * (candidates + 6 * SIMD_WIDTH));
}

/* Copy those of n entries that are not strays; returns how many. */
static size_t copy_near(const struct list *l, const struct domain *d, uint32_t i, const uint32_t *from,
                        size_t n, uint32_t *to)
{
    size_t kept = 0;
    double reach = l->inner_radius + 4.0 * l->quantum;
    for (size_t k = 0; k < n; k++) {
        const double *a = d->x[d->slot[i]], *b = d->x[from[k] / 4];
        double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
        if (x * x + y * y + z * z < reach * reach) to[kept++] = from[k];
    }
    return kept;
}

/* Leave strays out of a list of n entries, `near` of them in its first section; returns its new length. */
static size_t drop_strays(const struct list *l, const struct domain *d, uint32_t i, uint32_t *list, size_t n,
                          uint32_t *near)
{
    size_t others = copy_near(l, d, i, list + *near, n - *near, list + *near),
           first = copy_near(l, d, i, list, *near, list);
    while (first % l->width != 0 && l->sections) list[first++] = (uint32_t)(4 * d->n_extended);
    memmove(list + first, list + *near, others * sizeof *list);
    *near = (uint32_t)first;
    return first + others;
}

/* The list of one atom, whose cell has been looked around. */
static void build_one(struct list *l, const struct domain *d, struct list_part *p, size_t o)
{
    uint32_t i = d->order[o], padding = (uint32_t)(4 * d->n_extended);
    const struct candidates *c = p->around;
    const struct list_search s = {&l->all[d->type[i]],
                                  l->sections ? &l->near_reach[d->type[i]] : NULL,
                                  p->found,
                                  p->near_found,
                                  padding,
                                  l->width};
    struct list_entry *e = &l->entry[o];
    uint32_t *out = p->j + p->used;
    e->first = p->used;
    size_t n = scan_of[l->isa](c, c->home + (d->slot[i] - c->first), &s, out, &e->near);
    if (p->strays) n = drop_strays(l, d, i, out, n, &e->near);
    n = list_pad(out, n, l->width, padding);
    e->length = (uint32_t)n;
    p->used += n;
}

/* Of a list, on average, with some to spare: lists that outgrow their place are moved, which needs both. */
static size_t expected_length(const struct list *l, const struct domain *d)
{
    double density = (double)d->total / box_volume(&d->box), r = l->inner_radius;
    return (size_t)(density * 4.19 * r * r * r) + l->width * (l->sections ? 2 : 1);
}

void list_build(struct list *l, const struct domain *d, int thread)
{
    struct list_part *p = &l->part[thread];
    p->used = 0;
    p->around = NULL;
    for (int k = 0; k < DOMAIN_BUNDLE * DOMAIN_BUNDLE; k++)
        p->candidates[k].atoms.n = 0; /* atoms have moved */
    size_t atoms = p->interior[1] - p->interior[0] + (p->boundary[1] - p->boundary[0]);
    p->failure = ROOM(p->j, p->capacity, atoms * expected_length(l, d));
    for (int half = 0; half < 2; half++) {
        const size_t *range = half == 0 ? p->interior : p->boundary;
        for (size_t o = range[0]; o < range[1] && p->failure == OK; o++) {
            p->failure = look_around(l, d, p, d->cell[d->order[o]]);
            if (p->failure == OK) build_one(l, d, p, o);
        }
    }
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
    for (size_t o = 0; o < n_owned; o++) slots += l->entry[o].length;
    return slots;
}
