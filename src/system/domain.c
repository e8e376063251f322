/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/domain.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "system/halo.h"

#include <math.h>
#include <string.h>

/* What travels with an atom that changes its rank. */
struct atom_record {
    double x[3], v[3];
    uint64_t id;
    int64_t cell; /* global number, computed once by the owner */
    int32_t image[3], type;
};

status domain_reserve(struct domain *d, size_t n)
{
    size_t capacity[9];
    for (int i = 0; i < 9; i++) capacity[i] = d->capacity;
    TRY(ROOM(d->id, capacity[0], n));
    TRY(ROOM(d->type, capacity[1], n));
    TRY(ROOM(d->image, capacity[2], n));
    TRY(ROOM(d->v, capacity[3], n));
    TRY(ROOM(d->f, capacity[4], n));
    TRY(ROOM(d->reference, capacity[5], n));
    TRY(ROOM(d->slot, capacity[6], n));
    TRY(ROOM(d->pruned, capacity[8], n));
    TRY(ROOM(d->cell, capacity[7], n));
    TRY(ROOM(d->order, d->capacity, n));
    return OK;
}

static void set_record(const struct grid *g, const struct box *b, struct atom_record *r)
{
    int32_t cell[3];
    box_wrap(b, g->inverse, r->x, r->image);
    grid_cell(g, r->x, cell);
    r->cell = grid_cell_number(g, cell);
}

static void cell_of_number(const struct grid *g, int64_t number, int32_t cell[3])
{
    cell[0] = (int32_t)(number % g->n[0]);
    cell[1] = (int32_t)(number / g->n[0] % g->n[1]);
    cell[2] = (int32_t)(number / g->n[0] / g->n[1]);
}

status domain_load(struct domain *d, const struct config *c)
{
    d->box = c->box;
    d->species = c->species;
    d->total = c->atoms;
    if (c->atoms >= (int64_t)1 << 29) return fail(BAD_INPUT, "more than 2^29 atoms are not supported");
    if (!d->exchange) TRY(par_exchange_new(&d->exchange));
    /* A provisional share by index; the first rebuild sends every atom to the owner of its cell. */
    int64_t first = c->atoms * par_rank() / par_size(), last = c->atoms * (par_rank() + 1) / par_size();
    d->n = (size_t)(last - first);
    TRY(domain_reserve(d, d->n));
    TRY(ROOM(d->x, d->x_capacity, d->n + 1));
    for (size_t i = 0; i < d->n; i++) {
        int64_t k = first + (int64_t)i;
        d->id[i] = c->id[k];
        d->type[i] = c->type[k];
        d->slot[i] = (uint32_t)i;
        for (int a = 0; a < 3; a++) {
            d->x[i][a] = c->x[3 * k + a];
            d->v[i][a] = c->v ? c->v[3 * k + a] : 0.0;
            d->image[i][a] = c->image ? c->image[3 * k + a] : 0;
        }
    }
    return OK;
}

void domain_free(struct domain *d)
{
    DELETE(d->id);
    DELETE(d->type);
    DELETE(d->image);
    DELETE(d->v);
    DELETE(d->f);
    DELETE(d->reference);
    DELETE(d->pruned);
    DELETE(d->slot);
    DELETE(d->cell);
    DELETE(d->order);
    DELETE(d->x);
    DELETE(d->shared);
    packed_free(&d->packed);
    DELETE(d->cell_start);
    DELETE(d->record);
    DELETE(d->leaving);
    DELETE(d->sequence);
    DELETE(d->arrived);
    halo_free(d);
    *d = (struct domain){0};
}

void domain_pack(struct domain *d, double list_radius)
{
    d->packed.per_unit = list_radius > 0.0 ? packed_per_unit(list_radius) : 0.0;
}

/* Pack the owned atoms, wrapped, with the cell that their owner computes. */
static status pack_records(struct domain *d)
{
    TRY(ROOM(d->record, d->record_capacity, d->n));
    double reach = d->packed.per_unit > 0.0 ? fmin(1e9, packed_reach(&d->packed)) : 1e9;
    for (size_t i = 0; i < d->n; i++) {
        struct atom_record *r = &d->record[i];
        memcpy(r->x, d->x[d->slot[i]], sizeof r->x);
        memcpy(r->v, d->v[i], sizeof r->v);
        memcpy(r->image, d->image[i], sizeof r->image);
        r->id = d->id[i];
        r->type = d->type[i];
        if (!(fabs(r->x[0]) < reach && fabs(r->x[1]) < reach && fabs(r->x[2]) < reach))
            return fail(UNPHYSICAL,
                        "atom %llu is at (%g %g %g): the run has blown up (overlapping atoms or a time step "
                        "too long)",
                        (unsigned long long)r->id, r->x[0], r->x[1], r->x[2]);
        set_record(&d->grid, &d->box, r);
    }
    return OK;
}

/* Where the box has free axes, a sample may fill a part of it only: share the cells out by the atoms in each
 * layer. */
static status share_by_load(struct domain *d)
{
    struct grid *g = &d->grid;
    int64_t *atoms[3] = {NULL, NULL, NULL};
    status s = OK;
    if (par_size() == 1 || (g->periodic[0] && g->periodic[1] && g->periodic[2])) return OK;
    for (int k = 0; k < 3 && s == OK; k++)
        if (!g->periodic[k]) s = NEW(atoms[k], (size_t)g->n[k]);
    GUARD(par_agree(s));
    for (size_t i = 0; i < d->n; i++) {
        int32_t cell[3];
        cell_of_number(g, d->record[i].cell, cell);
        for (int k = 0; k < 3; k++)
            if (atoms[k]) atoms[k][cell[k]]++;
    }
    for (int k = 0; k < 3; k++)
        if (atoms[k]) par_sum_int64(atoms[k], g->n[k]);
    grid_share(g, par_size(), (const int64_t *const *)atoms);
done:
    for (int k = 0; k < 3; k++) DELETE(atoms[k]);
    return s;
}

/* Send every record to the rank that owns its cell; afterwards d->record holds *count records. */
static status migrate(struct domain *d, size_t *count)
{
    *count = d->n;
    int size = par_size();
    if (size == 1) return OK;
    int64_t *bytes = NULL, *from = NULL, *place = NULL;
    int *owner = NULL;
    status s = OK;
    GUARD(NEW(bytes, (size_t)size));
    GUARD(NEW(from, (size_t)size));
    GUARD(NEW(place, (size_t)size));
    GUARD(NEW(owner, d->n));
    GUARD(ROOM(d->leaving, d->leaving_capacity, d->n));
    for (size_t i = 0; i < d->n; i++) {
        int32_t cell[3];
        cell_of_number(&d->grid, d->record[i].cell, cell);
        owner[i] = grid_owner(&d->grid, cell);
        bytes[owner[i]] += (int64_t)sizeof(struct atom_record);
    }
    for (int r = 1; r < size; r++)
        place[r] = place[r - 1] + bytes[r - 1] / (int64_t)sizeof(struct atom_record);
    for (size_t i = 0; i < d->n; i++) d->leaving[place[owner[i]]++] = d->record[i];
    GUARD(par_all_to_all(d->leaving, bytes, &d->arrived, &d->arrived_capacity, from));
    size_t total = 0;
    for (int r = 0; r < size; r++) total += (size_t)from[r];
    *count = total / sizeof(struct atom_record);
    GUARD(ROOM(d->record, d->record_capacity, *count));
    memcpy(d->record, d->arrived, total);
done:
    DELETE(bytes);
    DELETE(from);
    DELETE(place);
    DELETE(owner);
    return s;
}

/* The sequence of the rank's records by cell (x fastest), then id; counts per owned cell in `count` (cells of
 * the brick). */
static status sort_records(struct domain *d, size_t n, uint32_t *start)
{
    const struct brick *b = &d->brick;
    int32_t w[3] = {b->high[0] - b->low[0], b->high[1] - b->low[1], b->high[2] - b->low[2]};
    size_t cells = (size_t)w[0] * (size_t)w[1] * (size_t)w[2];
    TRY(ROOM(d->sequence, d->sequence_capacity, n));
    uint32_t *sequence = d->sequence;
    const struct atom_record *record = d->record;
    for (size_t i = 0; i < n; i++) {
        int32_t c[3];
        cell_of_number(&d->grid, d->record[i].cell, c);
        int64_t local = ((int64_t)(c[2] - b->low[2]) * w[1] + (c[1] - b->low[1])) * w[0] + (c[0] - b->low[0]);
        d->record[i].cell = local;
        start[local + 1]++;
    }
    for (size_t k = 0; k < cells; k++) start[k + 1] += start[k];
    for (size_t i = 0; i < n; i++) sequence[start[record[i].cell]++] = (uint32_t)i;
    for (size_t k = cells; k > 0; k--) start[k] = start[k - 1];
    start[0] = 0;
    for (size_t k = 0; k < cells; k++) /* a few atoms a cell: insertion */
        for (size_t i = start[k] + 1; i < start[k + 1]; i++) {
            uint32_t r = sequence[i];
            size_t j = i;
            for (; j > start[k] && record[sequence[j - 1]].id > record[r].id; j--)
                sequence[j] = sequence[j - 1];
            sequence[j] = r;
        }
    return OK;
}

static void unpack_owned(struct domain *d)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct atom_record *r = &d->record[d->sequence[i]];
        d->id[i] = r->id;
        d->type[i] = r->type;
        memcpy(d->image[i], r->image, sizeof r->image);
        memcpy(d->v[i], r->v, sizeof r->v);
        d->v[i][3] = r->id <= d->frozen ? 0.0 : 1.0 / d->species.mass[r->type];
        double *x = d->x[d->slot[i]];
        memcpy(x, r->x, sizeof r->x);
        x[3] = simd_species(r->type);
        memcpy(d->reference[i], x, sizeof d->reference[i]);
        memcpy(d->pruned[i], x, sizeof d->pruned[i]);
    }
}

static status rebuild_here(struct domain *d, size_t *n, uint32_t **start)
{
    const struct brick *b = &d->brick;
    size_t cells = 1;
    for (int k = 0; k < 3; k++) cells *= (size_t)(b->high[k] - b->low[k]);
    TRY(NEW(*start, cells + 1));
    TRY(sort_records(d, *n, *start));
    d->n = *n;
    return domain_reserve(d, d->n);
}

status domain_rebuild(struct domain *d, double list_radius)
{
    d->grid = grid_make(&d->box, list_radius, par_size());
    size_t n = 0;
    uint32_t *start = NULL;
    status s = OK;
    GUARD(par_agree(pack_records(d)));
    GUARD(share_by_load(d));
    d->brick = grid_brick(&d->grid, par_rank());
    GUARD(par_agree(migrate(d, &n)));
    GUARD(par_agree(rebuild_here(d, &n, &start)));
    GUARD(halo_plan(d, start));
    unpack_owned(d);
    domain_send(d, DOMAIN_POSITIONS);
    domain_fill_images(d, DOMAIN_POSITIONS, 0, 1);
    domain_receive(d);
    domain_fill_halo(d, DOMAIN_POSITIONS, 0, 1);
done:
    DELETE(start);
    return s;
}

/* ---- the whole configuration on rank 0 ---- */

struct gathered {
    double x[3], v[3], f[3];
    uint64_t id;
    int32_t image[3], type;
};

status domain_gather(const struct domain *d, struct config *c, unsigned fields)
{
    struct gathered *mine = NULL, *all = NULL;
    double inverse[3][3];
    status s = OK;
    bool root = par_rank() == 0;
    size_t total = root ? (size_t)d->total : 0;
    box_inverse(&d->box, inverse);
    s = NEW(mine, d->n);
    if (s == OK) s = NEW(all, total);
    if (s == OK && root) s = config_allocate(c, d->total, fields);
    GUARD(par_agree(s));
    for (size_t i = 0; i < d->n; i++) {
        struct gathered *g = &mine[i];
        memcpy(g->x, d->x[d->slot[i]], sizeof g->x);
        memcpy(g->v, d->v[i], sizeof g->v);
        memcpy(g->f, d->f[i], sizeof g->f);
        memcpy(g->image, d->image[i], sizeof g->image);
        g->id = d->id[i];
        g->type = d->type[i];
        box_wrap(&d->box, inverse, g->x, g->image);
    }
    GUARD(par_agree(par_gather(mine, d->n * sizeof *mine, all, total * sizeof *all)));
    if (root) {
        c->box = d->box;
        c->species = d->species;
        for (size_t i = 0; i < total; i++) {
            c->id[i] = all[i].id;
            c->type[i] = all[i].type;
            memcpy(c->x + 3 * i, all[i].x, sizeof all[i].x);
            if (c->v) memcpy(c->v + 3 * i, all[i].v, sizeof all[i].v);
            if (c->f) memcpy(c->f + 3 * i, all[i].f, sizeof all[i].f);
            if (c->image) memcpy(c->image + 3 * i, all[i].image, sizeof all[i].image);
        }
        config_sort_by_id(c);
    }
done:
    DELETE(mine);
    DELETE(all);
    return s;
}

status domain_share_config(struct config *c)
{
    int64_t head[3] = {c->atoms, c->v != NULL, c->image != NULL};
    status s = OK;
    par_broadcast(head, sizeof head);
    size_t n = (size_t)head[0];
    if (par_rank() != 0)
        s = config_allocate(c, head[0], (head[1] ? CONFIG_VELOCITY : 0u) | (head[2] ? CONFIG_IMAGE : 0u));
    TRY(par_agree(s));
    par_broadcast(c->id, n * sizeof *c->id);
    par_broadcast(c->type, n * sizeof *c->type);
    par_broadcast(c->x, 3 * n * sizeof *c->x);
    if (head[1]) par_broadcast(c->v, 3 * n * sizeof *c->v);
    if (head[2]) par_broadcast(c->image, 3 * n * sizeof *c->image);
    par_broadcast(&c->box, sizeof c->box);
    par_broadcast(&c->species, sizeof c->species);
    return OK;
}
