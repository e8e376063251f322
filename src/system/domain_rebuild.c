/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domain_rebuild — every atom to the rank and the place that its position asks for (declared in domain.h).
 *
 * The team packs records of the owned atoms; thread 0 sends those that leave and counts what each cell holds;
 * the team puts the atoms in their order, by cell and id, which does not depend on how they came. */
#include "base/mem.h"
#include "base/simd_species.h"
#include "par/team.h"
#include "system/domain.h"
#include "system/halo.h"

#include <math.h>
#include <string.h>

/* What travels with an atom that changes its rank. */
struct atom_record {
    double x[3], v[3];
    uint64_t id;
    int32_t cell[3]; /* computed once, by the rank that it comes from */
    int32_t image[3], type;
};

/* ---- from the arrays into records ---- */

static double farthest_allowed(const struct domain *d)
{
    return d->packed.per_unit > 0.0 ? fmin(1e9, packed_reach(&d->packed)) : 1e9;
}

static bool is_within(const double x[3], double reach)
{
    return fabs(x[0]) < reach && fabs(x[1]) < reach && fabs(x[2]) < reach;
}

static size_t part(size_t n, int thread, int threads)
{
    return n * (size_t)thread / (size_t)threads;
}

/* One thread's share of the owned atoms, wrapped, with their cells. */
static void pack_records(struct domain *d, int thread, int threads)
{
    double reach = farthest_allowed(d);
    for (size_t i = part(d->n, thread, threads); i < part(d->n, thread + 1, threads); i++) {
        struct atom_record *r = &d->record[i];
        memcpy(r->x, d->x[d->slot[i]], sizeof r->x);
        memcpy(r->v, d->v[i], sizeof r->v);
        memcpy(r->image, d->image[i], sizeof r->image);
        r->id = d->id[i];
        r->type = d->type[i];
        if (!is_within(r->x, reach)) {
            atomic_store(&d->lost, true);
            return;
        }
        box_wrap(&d->box, d->grid.inverse, r->x, r->image);
        grid_cell(&d->grid, r->x, r->cell);
    }
}

static status report_lost(const struct domain *d)
{
    double reach = farthest_allowed(d);
    for (size_t i = 0; i < d->n; i++) {
        const double *x = d->x[d->slot[i]];
        if (!is_within(x, reach))
            return fail(UNPHYSICAL,
                        "atom %llu is at (%g %g %g): the run has blown up (overlapping atoms or a time step "
                        "too long)",
                        (unsigned long long)d->id[i], x[0], x[1], x[2]);
    }
    return OK;
}

/* ---- to their ranks ---- */

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
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++)
            if (atoms[k]) atoms[k][d->record[i].cell[k]]++;
    for (int k = 0; k < 3; k++)
        if (atoms[k]) par_sum_int64(atoms[k], g->n[k]);
    grid_share(g, par_size(), (const int64_t *const *)atoms);
done:
    for (int k = 0; k < 3; k++) DELETE(atoms[k]);
    return s;
}

/* Take the records that leave out of d->record, by their new ranks, into d->leaving; the last ones fill the
 * gaps. counts: of records to each rank. How many stay. */
static size_t take_leaving(struct domain *d, int *owner, int64_t *counts, int64_t *place)
{
    size_t stay = d->n;
    for (size_t i = 0; i < d->n; i++) {
        owner[i] = grid_owner(&d->grid, d->record[i].cell);
        if (owner[i] != par_rank()) counts[owner[i]]++;
    }
    for (int r = 1; r < par_size(); r++) place[r] = place[r - 1] + counts[r - 1];
    for (size_t i = 0; i < stay;) {
        if (owner[i] == par_rank()) {
            i++;
            continue;
        }
        d->leaving[place[owner[i]]++] = d->record[i];
        d->record[i] = d->record[--stay];
        owner[i] = owner[stay];
    }
    return stay;
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
    size_t stay = take_leaving(d, owner, bytes, place), total = 0;
    for (int r = 0; r < size; r++) bytes[r] *= (int64_t)sizeof(struct atom_record);
    GUARD(par_all_to_all(d->leaving, bytes, &d->arrived, &d->arrived_capacity, from));
    for (int r = 0; r < size; r++) total += (size_t)from[r];
    *count = stay + total / sizeof(struct atom_record);
    GUARD(ROOM(d->record, d->record_capacity, *count));
    memcpy(d->record + stay, d->arrived, total);
done:
    DELETE(bytes);
    DELETE(from);
    DELETE(place);
    DELETE(owner);
    return s;
}

/* ---- in their order ---- */

static size_t cells_of(const struct brick *b)
{
    size_t cells = 1;
    for (int k = 0; k < 3; k++) cells *= (size_t)(b->high[k] - b->low[k]);
    return cells;
}

/* Room for n owned atoms of so many cells. */
static status make_room(struct domain *d, size_t n)
{
    TRY(ROOM(d->local, d->local_capacity, n));
    TRY(ROOM(d->sequence, d->sequence_capacity, n));
    TRY(ROOM(d->start, d->start_capacity, cells_of(&d->brick) + 1));
    d->n = n;
    return domain_reserve(d, n);
}

/* The cell of the brick, x fastest, that a record belongs to. */
static void find_cells(struct domain *d, int thread, int threads)
{
    const struct brick *b = &d->brick;
    uint32_t w[2] = {(uint32_t)(b->high[0] - b->low[0]), (uint32_t)(b->high[1] - b->low[1])};
    for (size_t i = part(d->n, thread, threads); i < part(d->n, thread + 1, threads); i++) {
        const int32_t *c = d->record[i].cell;
        uint32_t x = (uint32_t)(c[0] - b->low[0]), y = (uint32_t)(c[1] - b->low[1]);
        d->local[i] = ((uint32_t)(c[2] - b->low[2]) * w[1] + y) * w[0] + x;
    }
}

/* d->start: the first of each cell's records in d->sequence, which lists them by cell. */
static void count_cells(struct domain *d)
{
    size_t cells = cells_of(&d->brick);
    uint32_t *start = d->start;
    memset(start, 0, (cells + 1) * sizeof *start);
    for (size_t i = 0; i < d->n; i++) start[d->local[i] + 1]++;
    for (size_t k = 0; k < cells; k++) start[k + 1] += start[k];
    for (size_t i = 0; i < d->n; i++) d->sequence[start[d->local[i]]++] = (uint32_t)i;
    for (size_t k = cells; k > 0; k--) start[k] = start[k - 1];
    start[0] = 0;
}

static void unpack(struct domain *d, size_t i)
{
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

/* Atoms first … last-1 of a cell by id: a few, so by insertion. */
static void sort_by_id(struct domain *d, size_t first, size_t last)
{
    uint32_t *sequence = d->sequence;
    for (size_t i = first + 1; i < last; i++) {
        uint32_t r = sequence[i];
        size_t j = i;
        for (; j > first && d->record[sequence[j - 1]].id > d->record[r].id; j--)
            sequence[j] = sequence[j - 1];
        sequence[j] = r;
    }
}

/* The first cell that begins at atom i or after it. */
static size_t cell_from(const struct domain *d, size_t i)
{
    size_t low = 0, high = cells_of(&d->brick);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (d->start[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The cells whose first atom lies in one thread's share of the owned atoms. */
static void unpack_cells(struct domain *d, int thread, int threads)
{
    size_t from = cell_from(d, part(d->n, thread, threads)),
           to = cell_from(d, part(d->n, thread + 1, threads));
    for (size_t cell = from; cell < to; cell++) {
        sort_by_id(d, d->start[cell], d->start[cell + 1]);
        for (size_t i = d->start[cell]; i < d->start[cell + 1]; i++) unpack(d, i);
    }
}

/* ---- the steps, each by thread 0 or by all ---- */

static status begin(struct domain *d, double list_radius)
{
    d->grid = grid_make(&d->box, list_radius, par_size());
    atomic_store(&d->lost, false);
    return par_agree(ROOM(d->record, d->record_capacity, d->n));
}

static status send_home(struct domain *d)
{
    size_t n = 0;
    TRY(par_agree(atomic_load(&d->lost) ? report_lost(d) : OK));
    TRY(share_by_load(d));
    d->brick = grid_brick(&d->grid, par_rank());
    TRY(par_agree(migrate(d, &n)));
    return par_agree(make_room(d, n));
}

static status lay_out(struct domain *d)
{
    count_cells(d);
    return halo_plan(d, d->start);
}

/* Thread 0 does a step that needs one thread; all leave knowing how it went. */
#define BY_ONE(call)                             \
    do {                                         \
        if (thread == 0) d->rebuilt = (call);    \
        team_barrier(team);                      \
        if (d->rebuilt != OK) return d->rebuilt; \
    } while (0)

status domain_rebuild(struct domain *d, double list_radius, struct team *team, int thread)
{
    BY_ONE(begin(d, list_radius));
    pack_records(d, thread, team->threads);
    team_barrier(team);
    BY_ONE(send_home(d));
    find_cells(d, thread, team->threads);
    team_barrier(team);
    BY_ONE(lay_out(d));
    unpack_cells(d, thread, team->threads);
    team_barrier(team);
    domain_fill(d, team, thread);
    return OK;
}
