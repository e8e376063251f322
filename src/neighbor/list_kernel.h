/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_kernel — the search for the neighbors of one atom, one version an instruction set (part of list), and
 * what kernels that walk lists need. */
#ifndef GLINT_NEIGHBOR_LIST_KERNEL_H
#define GLINT_NEIGHBOR_LIST_KERNEL_H

#include "base/isa.h"
#include "neighbor/candidates.h"

#include <stddef.h>
#include <stdint.h>

/* Within what distance an atom of some species looks for neighbors. The numbers for species are a fourth
 * coordinate of candidates; with the atom's own, `species`, the square of its difference brings the radii for
 * all species of neighbors to one: a candidate is within reach if the four squares add up to less than
 * `limit`, in quanta². */
struct list_reach {
    uint16_t species;
    int32_t limit;
};

/* The entries of all candidates within reach of candidate number `self`, itself left out, in order. Returns
 * how many; may write up to 16 past them. With a reach `near`, those within that one come first, padded to a
 * multiple of `width` (*in_section: how many that makes), then the others. near_found, found: scratch, a
 * number for each vector of candidates and 64 to spare. */
struct list_search {
    const struct list_reach *all, *near; /* near: NULL for lists without sections */
    uint16_t *found, *near_found;
    uint32_t padding;
    size_t width;
};
typedef size_t (*list_scan_function)(const struct candidates *c, size_t self, const struct list_search *s,
                                     uint32_t *out, uint32_t *in_section);
size_t list_scan_sse2(const struct candidates *c, size_t self, const struct list_search *s, uint32_t *out,
                      uint32_t *in_section);
size_t list_scan_avx2(const struct candidates *c, size_t self, const struct list_search *s, uint32_t *out,
                      uint32_t *in_section);
size_t list_scan_avx512(const struct candidates *c, size_t self, const struct list_search *s, uint32_t *out,
                        uint32_t *in_section);

/* Pad a list of n entries to a multiple of `width`, a power of two up to 16; may write 16. Returns its new
 * length. No loop that ends at once more often than not: each end that is guessed wrong costs as much as a
 * vector. */
static inline size_t list_pad(uint32_t *list, size_t n, size_t width, uint32_t padding)
{
    for (int k = 0; k < 16; k++) list[n + (size_t)k] = padding;
    return (n + width - 1) & ~(width - 1);
}

/* Lists are streams of many megabytes, and hardware prefetchers stop at the end of a page: ask for what is
 * needed some atoms later. May point past the end. */
INLINE void list_prefetch(const uint32_t *j)
{
    __builtin_prefetch(j + 512);
}

#endif
