/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/halo.h"
#include "base/mem.h"
#include "base/simd_species.h"

#include <string.h>

/* need[c - low] = true if cell c of the owner's brick appears in the user's extended brick along this axis.
 */
static void mark_needed(const struct grid *g, int axis, const struct brick *user, const struct brick *owner,
                        bool *need)
{
    memset(need, 0, (size_t)(owner->high[axis] - owner->low[axis]) * sizeof *need);
    for (int32_t e = user->low[axis] - g->reach[axis]; e < user->high[axis] + g->reach[axis]; e++) {
        int32_t cell, image;
        if (!grid_fold(g, axis, e, &cell, &image)) continue;
        if (cell >= owner->low[axis] && cell < owner->high[axis]) need[cell - owner->low[axis]] = true;
    }
}

/* The cells of one brick that another rank needs, as lists of coordinates along the three axes. */
struct needed {
    int32_t *list[3]; /* relative to the owner's brick */
    int32_t n[3];
};

static status find_needed(const struct grid *g, const struct brick *user, const struct brick *owner,
                          struct needed *need)
{
    *need = (struct needed){0};
    bool *marks = NULL;
    status s = OK;
    for (int k = 0; k < 3; k++) {
        size_t width = (size_t)(owner->high[k] - owner->low[k]);
        GUARD(NEW(marks, width));
        GUARD(NEW(need->list[k], width));
        mark_needed(g, k, user, owner, marks);
        for (size_t i = 0; i < width; i++)
            if (marks[i]) need->list[k][need->n[k]++] = (int32_t)i;
        DELETE(marks);
    }
done:
    DELETE(marks);
    return s;
}

static void free_needed(struct needed *need)
{
    for (int k = 0; k < 3; k++) DELETE(need->list[k]);
}

static size_t count_needed(const struct needed *need)
{
    return (size_t)need->n[0] * (size_t)need->n[1] * (size_t)need->n[2];
}

static size_t brick_cell(const struct brick *b, int32_t x, int32_t y, int32_t z)
{
    size_t wx = (size_t)(b->high[0] - b->low[0]), wy = (size_t)(b->high[1] - b->low[1]);
    return ((size_t)z * wy + (size_t)y) * wx + (size_t)x;
}

static bool is_empty(const struct brick *b)
{
    return b->high[0] <= b->low[0];
}

/* What this rank and one peer exchange: the cells each needs of the other, and their atom counts. */
struct pair {
    int rank;
    struct brick brick;    /* the peer's */
    struct needed out, in; /* of my brick, of the peer's brick */
    uint32_t *counts_out, *counts_in;
};

static status add_run(struct halo_run **runs, size_t *n, size_t *capacity, struct halo_run run)
{
    if (run.count == 0) return OK;
    if (*n > 0) { /* lengthen the previous run when both ends continue it */
        struct halo_run *last = &(*runs)[*n - 1];
        if (last->from + last->count == run.from && last->to + last->count == run.to &&
            memcmp(last->image, run.image, sizeof run.image) == 0) {
            last->count += run.count;
            return OK;
        }
    }
    TRY(GROW(*runs, *capacity, *n + 1));
    (*runs)[(*n)++] = run;
    return OK;
}

/* Which ranks share atoms with this one, and the atom counts of all cells concerned (one small exchange). */
static status exchange_counts(struct domain *d, const uint32_t *start, struct pair *pairs, int *n_pairs)
{
    int active = grid_active(&d->grid), n = 0;
    d->n_peers = 0;
    *n_pairs = 0;
    if (is_empty(&d->brick)) return OK;
    for (int r = 0; r < active; r++) {
        if (r == par_rank()) continue;
        struct pair *p = &pairs[n];
        *p = (struct pair){.rank = r, .brick = grid_brick(&d->grid, r)};
        *n_pairs = n + 1;
        TRY(find_needed(&d->grid, &p->brick, &d->brick, &p->out));
        TRY(find_needed(&d->grid, &d->brick, &p->brick, &p->in));
        if (count_needed(&p->out) == 0 && count_needed(&p->in) == 0) {
            free_needed(&p->out);
            free_needed(&p->in);
            *n_pairs = n;
            continue;
        }
        TRY(NEW(p->counts_out, count_needed(&p->out)));
        TRY(NEW(p->counts_in, count_needed(&p->in)));
        size_t k = 0;
        for (int32_t z = 0; z < p->out.n[2]; z++)
            for (int32_t y = 0; y < p->out.n[1]; y++)
                for (int32_t x = 0; x < p->out.n[0]; x++) {
                    size_t c = brick_cell(&d->brick, p->out.list[0][x], p->out.list[1][y], p->out.list[2][z]);
                    p->counts_out[k++] = start[c + 1] - start[c];
                }
        n++;
    }
    TRY(GROW(d->message_in, d->message_in_capacity, (size_t)n));
    TRY(GROW(d->message_out, d->message_out_capacity, (size_t)n));
    return OK;
}

static void run_exchange(struct domain *d, struct pair *pairs, int n)
{
    for (int i = 0; i < n; i++) {
        struct pair *p = &pairs[i];
        d->message_in[i] =
            (struct par_message){p->rank, p->counts_in, count_needed(&p->in) * sizeof(uint32_t)};
        d->message_out[i] =
            (struct par_message){p->rank, p->counts_out, count_needed(&p->out) * sizeof(uint32_t)};
    }
    par_exchange_begin(d->exchange, d->message_in, n, d->message_out, n);
    par_exchange_end(d->exchange);
}

/* Where the atoms of a received cell are in the receive buffer: peer and offset per cell, by binary search in
 * the sorted coordinate lists. */
static int32_t index_in(const int32_t *list, int32_t n, int32_t value)
{
    int32_t low = 0, high = n;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (list[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t needed_index(const struct needed *need, const int32_t c[3])
{
    size_t x = (size_t)index_in(need->list[0], need->n[0], c[0]),
           y = (size_t)index_in(need->list[1], need->n[1], c[1]);
    size_t z = (size_t)index_in(need->list[2], need->n[2], c[2]);
    return (z * (size_t)need->n[1] + y) * (size_t)need->n[0] + x;
}

/* One cell of the extended brick: whose it is and where its atoms come from. */
struct halo_source {
    int pair;    /* -1: mine, -2: beyond a free face */
    size_t cell; /* in my brick, or in the pair's list of needed cells */
    int32_t image[3];
    bool own; /* mine and not an image */
};

/* A layer of the extended brick along one axis. */
struct layer {
    int32_t cell, image;
    bool there, mine; /* there: not beyond a free face */
};

static status fold_layers(const struct domain *d, struct layer *layers[3])
{
    for (int k = 0; k < 3; k++) {
        TRY(NEW(layers[k], (size_t)d->extent[k] + 1));
        for (int32_t i = 0; i < d->extent[k]; i++) {
            struct layer *l = &layers[k][i];
            int32_t e = d->brick.low[k] - d->grid.reach[k] + i;
            l->there = grid_fold(&d->grid, k, e, &l->cell, &l->image);
            l->mine = l->cell >= d->brick.low[k] && l->cell < d->brick.high[k];
        }
    }
    return OK;
}

static struct halo_source find_source(const struct domain *d, const struct pair *pairs, const int *pair_of,
                                      const struct layer *const layer[3])
{
    struct halo_source s = {.pair = -2};
    int32_t cell[3], relative[3];
    for (int k = 0; k < 3; k++) {
        if (!layer[k]->there) return s;
        cell[k] = layer[k]->cell;
        s.image[k] = layer[k]->image;
    }
    bool mine = layer[0]->mine && layer[1]->mine && layer[2]->mine;
    s.pair = mine ? -1 : pair_of[grid_owner(&d->grid, cell)];
    const struct brick *b = s.pair < 0 ? &d->brick : &pairs[s.pair].brick;
    for (int k = 0; k < 3; k++) relative[k] = cell[k] - b->low[k];
    s.cell = s.pair < 0 ? brick_cell(b, relative[0], relative[1], relative[2])
                        : needed_index(&pairs[s.pair].in, relative);
    s.own = s.pair < 0 && s.image[0] == 0 && s.image[1] == 0 && s.image[2] == 0;
    return s;
}

/* Offsets of every needed cell's atoms in the receive buffer (exclusive running sums, peer after peer). */
static status receive_offsets(struct domain *d, struct pair *pairs, int n, uint32_t **offset)
{
    uint32_t total = 0;
    TRY(GROW(d->peer, d->peer_capacity, (size_t)n));
    d->n_peers = n;
    for (int i = 0; i < n; i++) {
        size_t cells = count_needed(&pairs[i].in);
        TRY(NEW(offset[i], cells + 1));
        d->peer[i] = (struct halo_peer){.rank = pairs[i].rank, .receive_first = total};
        for (size_t k = 0; k < cells; k++) {
            offset[i][k] = total;
            total += pairs[i].counts_in[k];
        }
        d->peer[i].receive_count = total - d->peer[i].receive_first;
    }
    return ROOM(d->received, d->received_capacity, (size_t)total + 1);
}

/* Where every extended cell comes from, and how many atoms precede it (cell_start). */
static status find_sources(struct domain *d, const uint32_t *start, const struct pair *pairs,
                           const int *pair_of)
{
    struct layer *layers[3] = {NULL, NULL, NULL};
    size_t i = 0, total = 0;
    status result = fold_layers(d, layers);
    for (int32_t z = 0; z < d->extent[2] && result == OK; z++)
        for (int32_t y = 0; y < d->extent[1]; y++)
            for (int32_t x = 0; x < d->extent[0]; x++, i++) {
                struct halo_source s =
                    find_source(d, pairs, pair_of,
                                (const struct layer *const[]){&layers[0][x], &layers[1][y], &layers[2][z]});
                d->source[i] = s;
                d->cell_start[i] = (uint32_t)total;
                if (s.pair >= 0)
                    total += pairs[s.pair].counts_in[s.cell];
                else if (s.pair == -1)
                    total += start[s.cell + 1] - start[s.cell];
            }
    for (int k = 0; k < 3; k++) DELETE(layers[k]);
    if (result == OK && total >= (size_t)1 << 30)
        result = fail(FAILED, "a rank would hold more than 2^30 atoms with its halo; use more ranks");
    d->cell_start[i] = (uint32_t)total;
    d->n_extended = total;
    return result;
}

/* Slots of the owned atoms, then the runs that fill the rest. */
static status lay_out(struct domain *d, const uint32_t *start, uint32_t **offset)
{
    const struct halo_source *source = d->source;
    size_t cells = (size_t)d->extent[0] * (size_t)d->extent[1] * (size_t)d->extent[2];
    TRY(ROOM(d->x, d->x_capacity, d->n_extended + 1));
    TRY(ROOM(d->shared, d->shared_capacity, d->n_extended + 1));
    TRY(packed_reserve(&d->packed, d->n_extended));
    for (int k = 0; k < 3; k++) d->x[d->n_extended][k] = 1e10; /* the padding atom */
    d->shared[d->n_extended] = 0.0;
    /* A real species: the AVX2 lookup reads both words of it, and (0, 0) would make up a number from half an
     * entry. */
    d->x[d->n_extended][3] = simd_species(0);
    for (size_t i = 0; i < cells; i++) {
        size_t c = source[i].cell;
        for (uint32_t k = 0; source[i].own && k < start[c + 1] - start[c]; k++) {
            d->slot[start[c] + k] = d->cell_start[i] + k;
            d->cell[start[c] + k] = (uint32_t)i;
        }
    }
    d->n_image_runs = d->n_halo_runs = 0;
    for (size_t i = 0; i < cells; i++) { /* images refer to slots: after them */
        const struct halo_source *s = &source[i];
        struct halo_run run = {.to = d->cell_start[i], .count = d->cell_start[i + 1] - d->cell_start[i]};
        if (s->own || s->pair == -2 || run.count == 0) continue;
        memcpy(run.image, s->image, sizeof run.image);
        if (s->pair == -1) {
            run.from = d->slot[start[s->cell]];
            TRY(add_run(&d->image_run, &d->n_image_runs, &d->image_run_capacity, run));
        } else {
            run.from = offset[s->pair][s->cell];
            TRY(add_run(&d->halo_run, &d->n_halo_runs, &d->halo_run_capacity, run));
        }
    }
    return OK;
}

static status plan_sends(struct domain *d, const uint32_t *start, const struct pair *pairs, int n)
{
    uint32_t total = 0;
    d->n_send_runs = 0;
    for (int i = 0; i < n; i++) {
        const struct needed *out = &pairs[i].out;
        struct halo_peer *peer = &d->peer[i];
        peer->send_first = total;
        peer->first_run = d->n_send_runs;
        for (int32_t z = 0; z < out->n[2]; z++)
            for (int32_t y = 0; y < out->n[1]; y++)
                for (int32_t x = 0; x < out->n[0]; x++) {
                    size_t c = brick_cell(&d->brick, out->list[0][x], out->list[1][y], out->list[2][z]);
                    uint32_t count = start[c + 1] - start[c];
                    if (count == 0) continue;
                    struct halo_run run = {.from = d->slot[start[c]], .to = total, .count = count};
                    TRY(add_run(&d->send_run, &d->n_send_runs, &d->send_run_capacity, run));
                    total += count;
                }
        peer->runs = d->n_send_runs - peer->first_run;
        peer->send_count = total - peer->send_first;
    }
    return ROOM(d->send_buffer, d->send_capacity, (size_t)total + 1);
}

/* Is the cell within reach of a cut, where another rank's cells begin? */
static bool is_boundary(const struct domain *d, const int32_t c[3], const int32_t w[3])
{
    bool boundary = false;
    for (int k = 0; k < 3; k++)
        boundary = boundary ||
                   (d->grid.ranks[k] > 1 && (c[k] < d->grid.reach[k] || c[k] >= w[k] - d->grid.reach[k]));
    return boundary;
}

static size_t order_cell(struct domain *d, const uint32_t *start, const int32_t c[3], size_t n)
{
    size_t cell = brick_cell(&d->brick, c[0], c[1], c[2]);
    for (uint32_t i = start[cell]; i < start[cell + 1]; i++) d->order[n++] = i;
    return n;
}

/* The order in which owned atoms are worked on: interior first, then those within reach of another rank's
 * cells. Both run along z through bundles of BUNDLE × BUNDLE columns, so that neighbors fetched into the
 * first-level cache serve a whole bundle. The order changes when a force is computed, never which. */
static void order_work(struct domain *d, const uint32_t *start)
{
    enum { BUNDLE = DOMAIN_BUNDLE };
    const struct brick *b = &d->brick;
    int32_t w[3] = {b->high[0] - b->low[0], b->high[1] - b->low[1], b->high[2] - b->low[2]};
    int32_t bundles_x = (w[0] + BUNDLE - 1) / BUNDLE, bundles_y = (w[1] + BUNDLE - 1) / BUNDLE;
    int passes = grid_active(&d->grid) > 1 ? 2 : 1;
    size_t n = 0;
    for (int pass = 0; pass < passes; pass++) {
        for (int32_t bundle = 0; bundle < bundles_x * bundles_y; bundle++) {
            int32_t x0 = bundle % bundles_x * BUNDLE, y0 = bundle / bundles_x * BUNDLE;
            for (int32_t i = 0; i < w[2] * BUNDLE * BUNDLE; i++) {
                int32_t c[3] = {x0 + i % BUNDLE, y0 + i / BUNDLE % BUNDLE, i / (BUNDLE * BUNDLE)};
                if (c[0] < w[0] && c[1] < w[1] && is_boundary(d, c, w) == (pass == 1))
                    n = order_cell(d, start, c, n);
            }
        }
        if (pass == 0) d->n_interior = n;
    }
}

static status plan_here(struct domain *d, const uint32_t *start, struct pair *pairs, int n)
{
    uint32_t **offset = NULL;
    int *pair_of = NULL;
    status s = OK;
    GUARD(NEW(offset, (size_t)n + 1));
    GUARD(NEW(pair_of, (size_t)grid_active(&d->grid)));
    for (int r = 0; r < grid_active(&d->grid); r++) pair_of[r] = -1;
    for (int i = 0; i < n; i++) pair_of[pairs[i].rank] = i;
    for (int k = 0; k < 3; k++)
        d->extent[k] = is_empty(&d->brick) ? 0 : d->brick.high[k] - d->brick.low[k] + 2 * d->grid.reach[k];
    size_t cells = (size_t)d->extent[0] * (size_t)d->extent[1] * (size_t)d->extent[2];
    GUARD(GROW(d->cell_start, d->cell_capacity, cells + 1));
    GUARD(ROOM(d->source, d->source_capacity, cells + 1));
    GUARD(receive_offsets(d, pairs, n, offset));
    GUARD(find_sources(d, start, pairs, pair_of));
    GUARD(lay_out(d, start, offset));
    GUARD(plan_sends(d, start, pairs, n));
    order_work(d, start);
done:
    for (int i = 0; offset && i < n; i++) DELETE(offset[i]);
    DELETE(offset);
    DELETE(pair_of);
    return s;
}

status halo_plan(struct domain *d, const uint32_t *start)
{
    struct pair *pairs = NULL;
    int n = 0;
    status s = OK;
    s = NEW(pairs, (size_t)grid_active(&d->grid));
    if (s == OK) s = exchange_counts(d, start, pairs, &n);
    GUARD(par_agree(s));
    run_exchange(d, pairs, n);
    GUARD(par_agree(plan_here(d, start, pairs, n)));
done:
    for (int i = 0; pairs && i < n; i++) {
        free_needed(&pairs[i].out);
        free_needed(&pairs[i].in);
        DELETE(pairs[i].counts_out);
        DELETE(pairs[i].counts_in);
    }
    DELETE(pairs);
    return s;
}

void halo_free(struct domain *d)
{
    DELETE(d->source);
    DELETE(d->image_run);
    DELETE(d->halo_run);
    DELETE(d->send_run);
    DELETE(d->peer);
    DELETE(d->send_buffer);
    DELETE(d->received);
    DELETE(d->message_in);
    DELETE(d->message_out);
    par_exchange_delete(&d->exchange);
}
