/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_kernel — the inner search of the list build, one version an instruction set (part of list). */
#ifndef GLINT_NEIGHBOR_LIST_KERNEL_H
#define GLINT_NEIGHBOR_LIST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list_row {
    uint32_t first, last; /* atoms first … last-1 of a row of cells */
};
struct list_scan {
    const float *x, *y, *z; /* coordinates, one array a component; readable 8 past the end, like species */
    const int32_t *species;
    const float *radius2; /* squared list radius by species of the neighbor */
    uint32_t self;
    const struct list_row *row;
    size_t rows;
};
/* Over all rows in order, write 4·j for atoms closer to `self` than the list radius; j = self is left out.
 * Returns how many; may write up to 8 entries past them. */
typedef size_t (*list_scan_function)(const struct list_scan *s, uint32_t *out);
size_t list_scan_sse2(const struct list_scan *s, uint32_t *out);
size_t list_scan_avx2(const struct list_scan *s, uint32_t *out);
size_t list_scan_avx512(const struct list_scan *s, uint32_t *out);

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

#endif
