/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clusters — connected atoms of a periodic box, and whether they span it.
 *
 *     struct clusters c = {0};
 *     TRY(clusters_make(&c, atoms));
 *     clusters_join(&c, i, j, image);      i is bonded to image `image` of j
 *     clusters_size(&c, i);  clusters_wraps(&c, i, 2);  clusters_largest(&c, &root);
 *     clusters_free(&c);
 *
 * Union–find (Galler & Fischer 1964; halving of paths, smaller below larger) in which every atom also holds
 * its image relative to the root, as in the percolation algorithm of Newman & Ziff (Phys. Rev. E 64, 016706,
 * 2001): a bond between two atoms of one cluster that does not close to zero shows that the cluster is
 * connected to its own image, that is infinite along the axes where it does not close. Every atom starts as a
 * cluster of one. */
#ifndef GLINT_SYSTEM_CLUSTERS_H
#define GLINT_SYSTEM_CLUSTERS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct clusters {
    int64_t n;
    int64_t *parent;      /* itself: a root */
    int64_t *size;        /* of roots */
    int32_t (*offset)[3]; /* image of the atom relative to its parent */
    uint8_t *wraps;       /* of roots: bit k for axis k */
};

status clusters_make(struct clusters *c, int64_t n);
void clusters_free(struct clusters *c);
void clusters_join(struct clusters *c, int64_t i, int64_t j, const int32_t image[3]);
int64_t clusters_root(struct clusters *c, int64_t i);
int64_t clusters_size(struct clusters *c, int64_t i);
bool clusters_wraps(struct clusters *c, int64_t i, int axis);
/* Size of the largest cluster; *root (may be NULL) the root of the first one of that size. */
int64_t clusters_largest(const struct clusters *c, int64_t *root);

#endif
