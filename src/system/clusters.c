/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/clusters.h"

#include "base/mem.h"

status clusters_make(struct clusters *c, int64_t n)
{
    status s = OK;
    *c = (struct clusters){.n = n};
    GUARD(NEW(c->parent, (size_t)n));
    GUARD(NEW(c->size, (size_t)n));
    GUARD(NEW(c->offset, (size_t)n));
    GUARD(NEW(c->wraps, (size_t)n));
    for (int64_t i = 0; i < n; i++) c->parent[i] = i, c->size[i] = 1;
    return OK;
done:
    clusters_free(c);
    return s;
}

void clusters_free(struct clusters *c)
{
    DELETE(c->parent);
    DELETE(c->size);
    DELETE(c->offset);
    DELETE(c->wraps);
    *c = (struct clusters){0};
}

int64_t clusters_root(struct clusters *c, int64_t i)
{
    while (c->parent[i] != i) {
        int64_t p = c->parent[i];
        if (c->parent[p] != p) { /* halving: point to the grandparent */
            for (int k = 0; k < 3; k++) c->offset[i][k] += c->offset[p][k];
            c->parent[i] = c->parent[p];
        }
        i = c->parent[i];
    }
    return i;
}

/* The image of i relative to its root, and the root. */
static int64_t locate(struct clusters *c, int64_t i, int32_t offset[3])
{
    offset[0] = offset[1] = offset[2] = 0;
    for (; c->parent[i] != i; i = c->parent[i])
        for (int k = 0; k < 3; k++) offset[k] += c->offset[i][k];
    return i;
}

void clusters_join(struct clusters *c, int64_t i, int64_t j, const int32_t image[3])
{
    int32_t a[3], b[3];
    clusters_root(c, i); /* shorten the paths */
    clusters_root(c, j);
    int64_t p = locate(c, i, a), q = locate(c, j, b);
    int32_t step[3]; /* from root p to the image of root q that this bond reaches */
    for (int k = 0; k < 3; k++) step[k] = a[k] + image[k] - b[k];
    if (p == q) {
        for (int k = 0; k < 3; k++)
            if (step[k] != 0) c->wraps[p] |= (uint8_t)(1u << k);
        return;
    }
    int sign = c->size[p] >= c->size[q] ? 1 : -1;
    int64_t above = sign > 0 ? p : q, below = sign > 0 ? q : p;
    c->parent[below] = above;
    for (int k = 0; k < 3; k++) c->offset[below][k] = sign * step[k];
    c->size[above] += c->size[below];
    c->wraps[above] |= c->wraps[below];
}

int64_t clusters_size(struct clusters *c, int64_t i)
{
    return c->size[clusters_root(c, i)];
}

bool clusters_wraps(struct clusters *c, int64_t i, int axis)
{
    return (c->wraps[clusters_root(c, i)] >> axis & 1) != 0;
}

int64_t clusters_largest(const struct clusters *c, int64_t *root)
{
    int64_t largest = 0;
    for (int64_t i = 0; i < c->n; i++)
        if (c->parent[i] == i && c->size[i] > largest) {
            largest = c->size[i];
            if (root) *root = i;
        }
    return largest;
}
