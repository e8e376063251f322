/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/voronoi_stats.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const int voronoi_kinds[VORONOI_KINDS] = {12, 14, 15, 16};

void voronoi_stats_free(struct voronoi_stats *t)
{
    for (int k = 0; k < t->levels; k++) {
        DELETE(t->level[k].key);
        DELETE(t->level[k].count);
    }
    *t = (struct voronoi_stats){0};
}

status voronoi_stats_begin(struct voronoi_stats *t, const struct species *species, const double *f,
                           int levels)
{
    *t = (struct voronoi_stats){.species = *species};
    if (levels < 1 || levels > VORONOI_LEVELS)
        return fail(BAD_INPUT, "%d area filters, expected 1 to %d", levels, VORONOI_LEVELS);
    for (int k = 0; k < levels; k++) {
        if (!(f[k] >= 0.0 && f[k] < 1.0))
            return fail(BAD_INPUT, "an area filter of %g of the surface, expected 0 to 1", f[k]);
        t->level[k].f = f[k];
    }
    t->levels = levels;
    return OK;
}

/* n3 … n6 and the species in one number: sorting brings equal ones together. */
static uint64_t make_key(const int n[VORONOI_EDGES], int32_t type)
{
    uint64_t key = 0;
    for (int e = 3; e <= 6; e++) key = key << 8 | (uint64_t)(n[e] < 255 ? n[e] : 255);
    return key << 8 | (uint64_t)type;
}

static void add_network(struct voronoi_level *l, const struct ifk *k)
{
    struct ifk *sum = &l->sum;
    sum->atoms += k->atoms;
    sum->centres += k->centres;
    sum->covered += k->covered;
    sum->nelson += k->nelson;
    sum->faces += k->faces;
    sum->largest = k->largest;
    sum->largest_shells = k->largest_shells;
    for (int c = 0; c < IFK_CLASSES; c++) sum->bonds[c] += k->bonds[c];
    for (int e = 0; e < VORONOI_EDGES; e++) sum->edges[e] += k->edges[e];
    for (int axis = 0; axis < 3; axis++) {
        l->wraps[axis] += k->wraps[axis];
        l->wraps_shells[axis] += k->wraps_shells[axis];
    }
}

static status add_level(struct voronoi_level *l, const struct voronoi *v, const int32_t *type)
{
    struct ifk network;
    TRY(GROW(l->key, l->key_capacity, l->keys + (size_t)v->atoms));
    for (int64_t i = 0; i < v->atoms; i++) {
        int n[VORONOI_EDGES], kind = frank_kasper_kind(v, i, l->f);
        if (v->open[i]) continue;
        voronoi_index(v, i, l->f, n);
        l->key[l->keys++] = make_key(n, type[i]);
        for (int e = 0; e < VORONOI_EDGES; e++) l->neighbors[type[i]] += n[e];
        for (int k = 0; k < VORONOI_KINDS; k++) l->kind[type[i]][k] += kind == voronoi_kinds[k];
    }
    TRY(ifk_measure(&network, v, l->f));
    add_network(l, &network);
    return OK;
}

status voronoi_stats_add(struct voronoi_stats *t, const struct voronoi *v, const int32_t *type)
{
    struct laves laves;
    for (int k = 0; k < t->levels; k++) TRY(add_level(&t->level[k], v, type));
    TRY(laves_find(&laves, v, type, t->species.count));
    for (int64_t i = 0; i < v->atoms; i++) {
        if (v->open[i]) continue;
        t->all++;
        t->atoms[type[i]]++;
        t->volume[type[i]] += v->volume[i];
    }
    t->open += v->open_count;
    t->laves.large = laves.large;
    t->laves.large_atoms += laves.large_atoms;
    t->laves.centres += laves.centres;
    if (laves.largest > t->laves.largest) t->laves.largest = laves.largest;
    t->frames++;
    return OK;
}

static int by_key(const void *a, const void *b)
{
    uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return (p > q) - (p < q);
}

/* Most frequent first; equal ones in the order of their index. */
static int by_frequency(const void *a, const void *b)
{
    const struct voronoi_count *p = a, *q = b;
    if (p->all != q->all) return p->all > q->all ? -1 : 1;
    for (int e = 0; e < 4; e++)
        if (p->n[e] != q->n[e]) return p->n[e] < q->n[e] ? -1 : 1;
    return 0;
}

static status count_keys(struct voronoi_level *l)
{
    int64_t distinct = 0;
    if (l->keys > 1) qsort(l->key, l->keys, sizeof *l->key, by_key);
    for (size_t i = 0; i < l->keys; i++) distinct += i == 0 || l->key[i] >> 8 != l->key[i - 1] >> 8;
    TRY(NEW(l->count, (size_t)distinct + 1));
    for (size_t i = 0; i < l->keys; i++) {
        if (i == 0 || l->key[i] >> 8 != l->key[i - 1] >> 8) l->counts++;
        struct voronoi_count *c = &l->count[l->counts - 1];
        for (int e = 0; e < 4; e++) c->n[e] = (int)(l->key[i] >> (32 - 8 * e) & 255);
        c->all++;
        c->of[l->key[i] & 255]++;
    }
    if (l->counts > 1) qsort(l->count, (size_t)l->counts, sizeof *l->count, by_frequency);
    DELETE(l->key);
    l->keys = l->key_capacity = 0;
    return OK;
}

status voronoi_stats_finish(struct voronoi_stats *t)
{
    for (int k = 0; k < t->levels; k++) TRY(count_keys(&t->level[k]));
    for (int a = 0; a < t->species.count; a++) {
        double n = t->atoms[a] > 0 ? (double)t->atoms[a] : (double)NAN;
        t->volume[a] /= n;
        for (int k = 0; k < t->levels; k++) t->level[k].neighbors[a] /= n;
    }
    const struct laves *l = &t->laves;
    t->laves.fraction = l->large_atoms > 0 ? (double)l->centres / (double)l->large_atoms : 0.0;
    return OK;
}

static double part_of(const struct voronoi_stats *t, int64_t n, int species)
{
    int64_t whole = species < 0 ? t->all : t->atoms[species];
    return whole > 0 ? (double)n / (double)whole : (double)NAN;
}

double voronoi_stats_fraction(const struct voronoi_stats *t, int level, const int n[4], int species)
{
    const struct voronoi_level *l = &t->level[level];
    for (int64_t i = 0; i < l->counts; i++)
        if (memcmp(l->count[i].n, n, 4 * sizeof *n) == 0)
            return part_of(t, species < 0 ? l->count[i].all : l->count[i].of[species], species);
    return part_of(t, 0, species);
}

double voronoi_stats_kind(const struct voronoi_stats *t, int level, int k, int species)
{
    int64_t n = 0;
    for (int a = 0; a < t->species.count; a++)
        if (species < 0 || a == species) n += t->level[level].kind[a][k];
    return part_of(t, n, species);
}
