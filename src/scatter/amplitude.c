/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/amplitude.h"
#include "base/isa.h"
#include "base/mem.h"
#include "scatter/amplitude_private.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_MOST = 4096 };

/* ---- points, columns and entries ---- */

struct item {
    int32_t h, k, l;
    int64_t point;
    bool flipped;
};

/* By h, k, |l|: points of one entry are neighbours. */
static int by_entry(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->h != y->h) return x->h < y->h ? -1 : 1;
    if (x->k != y->k) return x->k < y->k ? -1 : 1;
    if (abs(x->l) != abs(y->l)) return abs(x->l) < abs(y->l) ? -1 : 1;
    return (x->point > y->point) - (x->point < y->point);
}

static status make_items(const struct amplitude_options *o, const int axis[3], struct item *item)
{
    for (int64_t i = 0; i < o->points; i++) {
        int32_t h = o->hkl[3 * i], k = o->hkl[3 * i + 1], l = o->hkl[3 * i + 2];
        if (abs(h) > INDEX_MOST || abs(k) > INDEX_MOST || abs(l) > INDEX_MOST)
            return fail(
                BAD_INPUT,
                "point (%d %d %d) of the reciprocal lattice: indices up to %d are possible; a smaller |q| "
                "or a smaller box is needed",
                h, k, l, INDEX_MOST);
        const int32_t *p = o->hkl + 3 * i;
        h = p[axis[0]], k = p[axis[1]], l = p[axis[2]];
        bool flip = h < 0 || (h == 0 && (k < 0 || (k == 0 && l < 0)));
        int32_t sign = flip ? -1 : 1;
        item[i] = (struct item){sign * h, sign * k, sign * l, i, flip};
    }
    qsort(item, (size_t)o->points, sizeof *item, by_entry);
    return OK;
}

static void make_columns(struct amplitude *a, const struct item *item)
{
    a->columns = a->entries = 0;
    memset(a->most, 0, sizeof a->most);
    for (int64_t i = 0; i < a->points; i++) {
        const struct item *t = &item[i], *p = i ? t - 1 : NULL;
        bool new_column = !p || p->h != t->h || p->k != t->k;
        if (new_column) a->column[a->columns++] = (struct amp_column){t->h, t->k, (int32_t)a->entries, 0};
        if (new_column || abs(p->l) != abs(t->l)) {
            a->entry[a->entries++] = abs(t->l);
            a->column[a->columns - 1].count++;
        }
        a->point[t->point] = (struct amp_point){a->columns - 1, a->entries - 1, t->l, t->flipped};
        int32_t size[3] = {t->h, abs(t->k), abs(t->l)};
        for (int k = 0; k < 3; k++)
            if (size[k] > a->most[k]) a->most[k] = size[k];
    }
}

/* Columns run along the axis that makes the direct sum cheapest: a plane normal to c has one point per (h, k)
 * but many per (h, l). Everything behind this works in the permuted axes. */
static status set_points(struct amplitude *a, const struct amplitude_options *o)
{
    struct item *item = NULL;
    size_t n = (size_t)o->points;
    double least = INFINITY;
    int best = 2;
    status s;
    GUARD(NEW(item, n));
    GUARD(NEW(a->point, n));
    GUARD(NEW(a->column, n));
    GUARD(NEW(a->entry, n));
    for (int turn = 0; turn < 4; turn++) {
        int inner = turn < 3 ? 2 - turn : best;
        int axis[3] = {inner == 0 ? 2 : 0, inner == 1 ? 2 : 1, inner};
        memcpy(a->axis, axis, sizeof axis);
        GUARD(make_items(o, axis, item));
        make_columns(a, item);
        double cost = amp_direct_cost(a, 1.0);
        if (cost < least) best = inner;
        least = fmin(least, cost);
    }
done:
    DELETE(item);
    return s;
}

static status set_weights(struct amplitude *a, const struct amplitude_options *o)
{
    bool given = false;
    for (int i = 0; i < o->species; i++) given = given || o->weight[i] != 0;
    for (int i = 0; i < o->species; i++) {
        a->weight[i] = o->separate || !given ? 1.0 : o->weight[i];
        if (!isfinite(a->weight[i]))
            return fail(BAD_INPUT, "weight of species %d is not a finite number", i + 1);
        a->scale = fmax(a->scale, fabs(a->weight[i]));
    }
    for (int i = 0; i < o->species; i++) a->weight[i] /= a->scale;
    return OK;
}

static status new_direct(struct amplitude *a)
{
    for (int t = 0; t < a->threads; t++) {
        struct amp_thread *w = &a->thread[t];
        for (int k = 0; k < 3; k++) TRY(NEW(w->table[k], ((size_t)a->most[k] + 1) * 2 * AMP_BLOCK));
        TRY(NEW(w->sums, (size_t)(4 * a->entries * a->channels)));
    }
    return OK;
}

static status fill(struct amplitude *a, const struct amplitude_options *o)
{
    static const struct amp_kernels *const kernels[ISA_COUNT] = {&amp_kernels_sse2, &amp_kernels_avx2,
                                                                 &amp_kernels_avx512};
    a->kernels = kernels[isa_best()];
    a->points = o->points;
    a->species = o->species;
    a->channels = o->separate ? o->species : 1;
    a->threads = omp_get_max_threads();
    TRY(set_weights(a, o));
    TRY(set_points(a, o));
    amp_choose(a, o->atoms, o->method, &a->choice);
    if (o->method == AMPLITUDE_FFT && a->choice.method != AMPLITUDE_FFT)
        return fail(FAILED, "no FFT grid reaches the accuracy %g for these points", AMPLITUDE_TOLERANCE);
    TRY(NEW(a->thread, (size_t)a->threads));
    const int32_t *n = a->choice.grid.size;
    size_t per_channel = a->choice.method == AMPLITUDE_FFT ? (size_t)n[0] * (size_t)n[1] * (size_t)n[2]
                                                           : 4 * (size_t)a->entries;
    a->sum_count = per_channel * (size_t)a->channels + 2 * SPECIES_MAX;
    TRY(NEW(a->sums, a->sum_count));
    for (int c = 0; c < a->channels; c++) TRY(NEW(a->value[c], 2 * (size_t)a->points));
    return a->choice.method == AMPLITUDE_FFT ? amp_grid_new(a) : new_direct(a);
}

status amplitude_new(struct amplitude **out, const struct amplitude_options *o)
{
    if (o->points < 1) return fail(BAD_INPUT, "no points of the reciprocal lattice were given");
    if (o->points > INT32_MAX / 4)
        return fail(BAD_INPUT, "%lld points of the reciprocal lattice; at most %d are possible",
                    (long long)o->points, INT32_MAX / 4);
    if (o->species < 1 || o->species > SPECIES_MAX)
        return fail(BAD_INPUT, "%d species; expected 1 to %d", o->species, SPECIES_MAX);
    struct amplitude *a = NULL;
    TRY(NEW(a, 1));
    status s = fill(a, o);
    if (s != OK) amplitude_free(&a);
    *out = a;
    return s;
}

void amplitude_free(struct amplitude **pointer)
{
    struct amplitude *a = *pointer;
    if (!a) return;
    amp_grid_free(a);
    for (int t = 0; a->thread && t < a->threads; t++) {
        struct amp_thread *w = &a->thread[t];
        for (int k = 0; k < 3; k++) DELETE(w->table[k]);
        DELETE(w->sums);
        DELETE(w->row);
        DELETE(w->out);
        DELETE(w->plane);
    }
    for (int c = 0; c < SPECIES_MAX; c++) DELETE(a->value[c]);
    DELETE(a->thread);
    DELETE(a->point);
    DELETE(a->column);
    DELETE(a->entry);
    DELETE(a->sums);
    DELETE(a->staged);
    DELETE(a->sorted);
    DELETE(a->slot);
    DELETE(*pointer);
}

/* ---- a frame ---- */

status amplitude_begin(struct amplitude *a, const struct box *box)
{
    TRY(box_check(box));
    double inverse[3][3];
    box_inverse(box, inverse);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) a->inverse[i][j] = inverse[i][a->axis[j]];
    memcpy(a->origin, box->origin, sizeof a->origin);
    memset(a->counted, 0, sizeof a->counted);
    memset(a->squares, 0, sizeof a->squares);
    if (a->choice.method == AMPLITUDE_FFT)
        amp_grid_begin(a);
    else
        for (int t = 0; t < a->threads; t++)
            memset(a->thread[t].sums, 0, (size_t)(4 * a->entries * a->channels) * sizeof(int64_t));
    return OK;
}

static int type_of(const struct amplitude_atoms *atoms, int64_t i)
{
    return atoms->type32 ? atoms->type32[i] : atoms->type8 ? atoms->type8[i] : 0;
}

/* Count the species and give each atom its place: in order, or species after species when they are separate.
 */
static status place(struct amplitude *a, const struct amplitude_atoms *atoms)
{
    int64_t count[SPECIES_MAX] = {0}, next[SPECIES_MAX] = {0};
    for (int64_t i = 0; i < atoms->count; i++) {
        int t = type_of(atoms, i);
        double factor = atoms->factor ? atoms->factor[i] : 1.0;
        if (t < 0 || t >= a->species)
            return fail(BAD_INPUT, "atom %lld has type %d; expected 0 to %d", (long long)i, t,
                        a->species - 1);
        if (!(factor >= 0.0 && factor <= 1.0))
            return fail(BAD_INPUT, "atom %lld has the factor %g; expected 0 to 1", (long long)i, factor);
        count[t]++;
        a->squares[t] += llrint(factor * factor * AMP_UNIT);
    }
    for (int t = 0; t < SPECIES_MAX; t++) a->counted[t] += count[t];
    a->start[0] = 0;
    if (a->channels == 1) {
        a->start[1] = atoms->count;
        return OK;
    }
    for (int c = 0; c < a->channels; c++) {
        next[c] = a->start[c];
        a->start[c + 1] = a->start[c] + count[c];
    }
    TRY(GROW(a->slot, a->slot_room, (size_t)atoms->count));
    for (int64_t i = 0; i < atoms->count; i++) a->slot[i] = next[type_of(atoms, i)]++;
    return OK;
}

/* Fractional coordinates reduced to [-½,½] and weights into `staged`. */
static status stage(struct amplitude *a, const struct amplitude_atoms *atoms)
{
    int64_t bad = INT64_MAX;
    TRY(place(a, atoms));
    TRY(GROW(a->staged, a->staged_room, 4 * (size_t)atoms->count));
#pragma omp parallel for schedule(static) reduction(min : bad) num_threads(a->threads)
    for (int64_t i = 0; i < atoms->count; i++) {
        const double *x = atoms->x + i * atoms->stride;
        double *to = a->staged + 4 * (a->channels > 1 ? a->slot[i] : i);
        double d[3] = {x[0] - a->origin[0], x[1] - a->origin[1], x[2] - a->origin[2]};
        for (int j = 0; j < 3; j++) {
            double s = d[0] * a->inverse[0][j] + d[1] * a->inverse[1][j] + d[2] * a->inverse[2][j];
            if (!(fabs(s) < 2147483648.0)) {
                bad = i < bad ? i : bad;
                s = 0;
            }
            to[j] = s - ((s + 6755399441055744.0) - 6755399441055744.0); /* s - rint(s) */
        }
        to[3] = a->weight[type_of(atoms, i)] * (atoms->factor ? atoms->factor[i] : 1.0);
    }
    if (bad == INT64_MAX) return OK;
    const double *x = atoms->x + bad * atoms->stride;
    return fail(UNPHYSICAL, "atom %lld is at (%g %g %g): not a position that scatters", (long long)bad, x[0],
                x[1], x[2]);
}

/* One block of atoms: transposed to rows, filled up with weightless atoms to a multiple of 8. */
static void add_block(struct amplitude *a, struct amp_thread *w, int channel, int64_t begin, int64_t end)
{
    double s[3 * AMP_BLOCK] __attribute__((aligned(64))), weight[AMP_BLOCK] __attribute__((aligned(64)));
    int n = (int)(end - begin), filled = (n + 7) / 8 * 8;
    for (int i = 0; i < filled; i++) {
        const double *from = a->staged + 4 * (begin + (i < n ? i : 0));
        for (int k = 0; k < 3; k++) s[k * AMP_BLOCK + i] = from[k];
        weight[i] = i < n ? from[3] : 0.0;
    }
    a->kernels->tables(filled, s, weight, a->most, w->table);
    a->kernels->columns(filled, w->table, a->columns, a->column, a->entry,
                        w->sums + 4 * a->entries * channel);
}

static void add_direct(struct amplitude *a)
{
    for (int c = 0; c < a->channels; c++) {
        int64_t begin = a->start[c], end = a->start[c + 1];
#pragma omp parallel for schedule(static) num_threads(a->threads)
        for (int64_t b = begin; b < end; b += AMP_BLOCK)
            add_block(a, &a->thread[omp_get_thread_num()], c, b, b + AMP_BLOCK < end ? b + AMP_BLOCK : end);
    }
}

status amplitude_add(struct amplitude *a, const struct amplitude_atoms *atoms)
{
    if (atoms->count <= 0) return OK;
    TRY(stage(a, atoms));
    if (a->choice.method == AMPLITUDE_FFT) return amp_grid_add(a);
    add_direct(a);
    return OK;
}

status amplitude_partial(struct amplitude *a, int64_t **sums, size_t *count)
{
    if (a->choice.method == AMPLITUDE_FFT) {
        TRY(amp_grid_partial(a));
    } else {
#pragma omp parallel for schedule(static) num_threads(a->threads)
        for (int64_t i = 0; i < 4 * a->entries * a->channels; i++) {
            a->sums[i] = 0;
            for (int t = 0; t < a->threads; t++) a->sums[i] += a->thread[t].sums[i];
        }
    }
    memcpy(a->sums + a->sum_count - 2 * SPECIES_MAX, a->counted, sizeof a->counted);
    memcpy(a->sums + a->sum_count - SPECIES_MAX, a->squares, sizeof a->squares);
    *sums = a->sums;
    *count = a->sum_count;
    return OK;
}

static void finish_direct(struct amplitude *a)
{
    double unit = a->scale / AMP_UNIT;
    for (int c = 0; c < a->channels; c++)
        for (int64_t i = 0; i < a->points; i++) {
            const struct amp_point *p = &a->point[i];
            const int64_t *s = a->sums + 4 * (c * a->entries + p->entry);
            double re = (double)(p->l < 0 ? s[0] + s[1] : s[0] - s[1]);
            double im = (double)(p->l < 0 ? s[3] - s[2] : s[3] + s[2]);
            a->value[c][2 * i] = unit * re;
            a->value[c][2 * i + 1] = p->flipped ? -unit * im : unit * im;
        }
}

status amplitude_finish(struct amplitude *a)
{
    int64_t atoms = 0;
    memcpy(a->counted, a->sums + a->sum_count - 2 * SPECIES_MAX, sizeof a->counted);
    memcpy(a->squares, a->sums + a->sum_count - SPECIES_MAX, sizeof a->squares);
    for (int t = 0; t < SPECIES_MAX; t++) atoms += a->counted[t];
    if (atoms > INT64_C(1) << 30)
        return fail(UNPHYSICAL, "%lld atoms scatter; sums are exact up to 2^30", (long long)atoms);
    if (a->choice.method == AMPLITUDE_FFT)
        amp_grid_finish(a);
    else
        finish_direct(a);
    return OK;
}

/* ---- results ---- */

int amplitude_channels(const struct amplitude *a)
{
    return a->channels;
}
const double *amplitude_value(const struct amplitude *a, int channel)
{
    return a->value[channel];
}
int64_t amplitude_species(const struct amplitude *a, int species)
{
    return a->counted[species];
}
double amplitude_squares(const struct amplitude *a, int species)
{
    return (double)a->squares[species] / AMP_UNIT;
}
enum amplitude_method amplitude_chosen(const struct amplitude *a)
{
    return a->choice.method;
}
double amplitude_cost(const struct amplitude *a)
{
    return a->choice.cost;
}

void amplitude_describe(const struct amplitude *a, char *text, size_t size)
{
    const struct amp_grid *g = &a->choice.grid;
    if (a->choice.method == AMPLITUDE_DIRECT)
        snprintf(text, size, "direct sum, %lld points in %lld columns", (long long)a->points,
                 (long long)a->columns);
    else
        snprintf(text, size, "FFT on %d x %d x %d points, kernel width %d, aliasing error %.1e, %lld points",
                 g->size[0], g->size[1], g->size[2], g->width, a->choice.error, (long long)a->points);
}
