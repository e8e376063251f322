/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/domain.h"
#include "base/mem.h"
#include "system/halo.h"

#include <string.h>

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
    DELETE(d->local);
    DELETE(d->sequence);
    DELETE(d->start);
    DELETE(d->arrived);
    halo_free(d);
    *d = (struct domain){0};
}

void domain_pack(struct domain *d, double list_radius)
{
    d->packed.per_unit = list_radius > 0.0 ? packed_per_unit(list_radius) : 0.0;
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
