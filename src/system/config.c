/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/config.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

status config_allocate(struct config *c, int64_t atoms, unsigned fields)
{
    config_free(c);
    if (atoms < 0) return fail(BAD_INPUT, "a configuration cannot have %lld atoms", (long long)atoms);
    size_t n = (size_t)atoms;
    TRY(NEW(c->id, n));
    TRY(NEW(c->type, n));
    TRY(NEW(c->x, 3 * n));
    if (fields & CONFIG_VELOCITY) TRY(NEW(c->v, 3 * n));
    if (fields & CONFIG_IMAGE) TRY(NEW(c->image, 3 * n));
    if (fields & CONFIG_FORCE) TRY(NEW(c->f, 3 * n));
    c->atoms = atoms;
    return OK;
}

void config_free(struct config *c)
{
    DELETE(c->id);
    DELETE(c->type);
    DELETE(c->x);
    DELETE(c->v);
    DELETE(c->image);
    DELETE(c->f);
    c->atoms = 0;
}

struct key {
    uint64_t id;
    int64_t index;
};
static int compare(const void *a, const void *b)
{
    uint64_t x = ((const struct key *)a)->id, y = ((const struct key *)b)->id;
    return x < y ? -1 : x > y;
}

/* Reorder an array of `width` bytes per atom by the sorted keys, through scratch space. */
static void permute(void *array, size_t width, const struct key *keys, int64_t n, void *scratch)
{
    if (!array) return;
    char *from = array, *to = scratch;
    for (int64_t i = 0; i < n; i++)
        memcpy(to + (size_t)i * width, from + (size_t)keys[i].index * width, width);
    memcpy(array, scratch, (size_t)n * width);
}

void config_scale_time(struct config *c, double factor)
{
    c->time *= factor;
    for (int64_t i = 0; c->v && i < 3 * c->atoms; i++) c->v[i] /= factor;
}

void config_sort_by_id(struct config *c)
{
    size_t n = (size_t)c->atoms;
    struct key *keys = NULL;
    char *scratch = NULL;
    if (NEW(keys, n) == OK && NEW(scratch, 24 * n) == OK) {
        for (size_t i = 0; i < n; i++) keys[i] = (struct key){c->id[i], (int64_t)i};
        qsort(keys, n, sizeof *keys, compare);
        permute(c->id, sizeof *c->id, keys, c->atoms, scratch);
        permute(c->type, sizeof *c->type, keys, c->atoms, scratch);
        permute(c->x, 3 * sizeof *c->x, keys, c->atoms, scratch);
        permute(c->v, 3 * sizeof *c->v, keys, c->atoms, scratch);
        permute(c->image, 3 * sizeof *c->image, keys, c->atoms, scratch);
        permute(c->f, 3 * sizeof *c->f, keys, c->atoms, scratch);
    }
    DELETE(keys);
    DELETE(scratch);
}

int species_find(const struct species *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->name[i], name) == 0) return i;
    return -1;
}

static status check_ids(const struct config *c)
{
    size_t n = (size_t)c->atoms;
    struct key *keys = NULL;
    TRY(NEW(keys, n));
    for (size_t i = 0; i < n; i++) keys[i] = (struct key){c->id[i], (int64_t)i};
    qsort(keys, n, sizeof *keys, compare);
    status s = OK;
    for (size_t i = 1; i < n && s == OK; i++)
        if (keys[i].id == keys[i - 1].id)
            s = fail(BAD_INPUT, "two atoms have the same id %llu", (unsigned long long)keys[i].id);
    DELETE(keys);
    return s;
}

status config_check(const struct config *c)
{
    TRY(box_check(&c->box));
    for (int64_t i = 0; i < c->atoms; i++) {
        unsigned long long id = (unsigned long long)c->id[i];
        if (c->type[i] < 0 || c->type[i] >= c->species.count)
            return fail(BAD_INPUT, "atom %llu has species number %d, there are %d", id, c->type[i] + 1,
                        c->species.count);
        for (int k = 0; k < 3; k++) {
            if (!isfinite(c->x[3 * i + k]))
                return fail(BAD_INPUT, "atom %llu has a position that is not a number", id);
            if (c->v && !isfinite(c->v[3 * i + k]))
                return fail(BAD_INPUT, "atom %llu has a velocity that is not a number", id);
        }
    }
    return check_ids(c);
}
