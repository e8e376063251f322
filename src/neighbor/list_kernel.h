/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_kernel — the inner search of the list build, one version an instruction set (part of list). */
#ifndef GLINT_NEIGHBOR_LIST_KERNEL_H
#define GLINT_NEIGHBOR_LIST_KERNEL_H

#include "base/isa.h"
#include "neighbor/candidates.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The entries of all candidates closer to candidate number `self` than the list radius (radius2: squared, by
 * species of the neighbor), itself left out, in order. Returns how many; may write up to 16 past them. */
typedef size_t (*list_scan_function)(const struct candidates *c, size_t self, const float radius2[8],
                                     uint32_t *out);
size_t list_scan_sse2(const struct candidates *c, size_t self, const float radius2[8], uint32_t *out);
size_t list_scan_avx2(const struct candidates *c, size_t self, const float radius2[8], uint32_t *out);
size_t list_scan_avx512(const struct candidates *c, size_t self, const float radius2[8], uint32_t *out);

/* ---- making inner lists, inside the force kernels (which include base/simd.h before this) ---- */

#include "base/simd_species.h"
#include "neighbor/list.h"

/* Where the inner list of work-order index o begins: right behind the one before it of the same thread. */
static inline uint32_t *list_inner_begin(const struct list *l, const struct list_part *p, size_t o)
{
    bool first = o == p->interior[0] || (o == p->boundary[0] && p->interior[0] == p->interior[1]);
    size_t before = o == p->boundary[0] ? p->interior[1] - 1 : o - 1;
    l->inner[o].first = first ? 0 : l->inner[before].first + l->inner[before].length;
    return p->inner.j + l->inner[o].first;
}

/* Pad the list (or section) that ends at `end`; returns its new end. */
static inline uint32_t *list_pad(const uint32_t *begin, uint32_t *end, size_t padding)
{
    while ((end - begin) % SIMD_WIDTH != 0) *end++ = (uint32_t)(4 * padding);
    return end;
}

/* Pad the list that ends at `end` and note its length. */
static inline void list_inner_end(const struct list *l, const struct list_part *p, size_t o, uint32_t *end,
                                  size_t padding)
{
    uint32_t *out = p->inner.j + l->inner[o].first;
    l->inner[o].length = (uint32_t)(list_pad(out, end, padding) - out);
    l->inner[o].near = 0;
}

/* Lists are streams of many megabytes, and hardware prefetchers stop at the end of a page: ask for what is
 * needed some atoms later. May point past the end. */
INLINE void list_prefetch(const uint32_t *j)
{
    __builtin_prefetch(j + 512);
}

#ifdef GLINT_BASE_SIMD_H

/* Make the inner list of work-order index o, whose atom of this type is at (x, y, z), from its outer list;
 * sections (a constant at each call): the near section first, then the rest, which waits in scratch.
 * Distances of many vectors first, then their entries: in one loop the processor waits for each before the
 * next. */
INLINE void list_prune_atom(const struct list *l, const struct list_part *p, size_t o, const struct domain *d,
                            int type, vd x, vd y, vd z, const int sections)
{
    enum { BATCH = 32 };
    const double *atoms = d->x[0];
    double near_radius2[8], radius2[8]; /* copies: the lists written here may alias anything */
    memcpy(near_radius2, l->near_radius2[type], sizeof near_radius2);
    memcpy(radius2, l->inner_radius2[type], sizeof radius2);
    const uint32_t *j = p->outer.j + l->outer[o].first, *end = j + l->outer[o].length;
    uint32_t *first = list_inner_begin(l, p, o), *kept = first, *rest = p->rest;
    while (j < end) {
        unsigned inside[BATCH], near[BATCH];
        const uint32_t *entries = j;
        int n = 0;
        for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) {
            list_prefetch(j);
            vd xj, yj, zj, species;
            vd_atoms(atoms, j, &xj, &yj, &zj, &species);
            vd dx = vd_sub(x, xj), dy = vd_sub(y, yj), dz = vd_sub(z, zj);
            vd r2 = vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz)));
            inside[n] = vm_bits(vd_less(r2, vd_lookup(radius2, species)));
            if (sections) near[n] = vm_bits(vd_less(r2, vd_lookup(near_radius2, species)));
        }
        for (int k = 0; k < n; k++, entries += SIMD_WIDTH) {
            kept += simd_compress(entries, sections ? near[k] : inside[k], kept);
            if (sections) rest += simd_compress(entries, inside[k] & ~near[k], rest);
        }
    }
    size_t near_length = 0;
    if (sections) {
        kept = list_pad(first, kept, d->n_extended);
        near_length = (size_t)(kept - first);
        memcpy(kept, p->rest, (size_t)(rest - p->rest) * sizeof *rest);
        kept += rest - p->rest;
    }
    list_inner_end(l, p, o, kept, d->n_extended);
    l->inner[o].near = (uint32_t)near_length;
}

#endif

#endif
