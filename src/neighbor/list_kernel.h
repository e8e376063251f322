/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_kernel — the inner search of the list build, one version an instruction set (part of list). */
#ifndef GLINT_NEIGHBOR_LIST_KERNEL_H
#define GLINT_NEIGHBOR_LIST_KERNEL_H

#include <stddef.h>
#include <stdint.h>

struct list_row {
    uint32_t first, last; /* atoms first … last-1 of a row of cells */
};
struct list_scan {
    const double *x, *y, *z, *w; /* coordinates and species bits, one array a component; readable 8 past the end */
    const double *radius2;       /* squared list radius by species of the neighbor (simd_table) */
    uint32_t self;
    const struct list_row *row;
    size_t rows;
};
/* Over all rows in order, write 4·j for atoms closer to `self` than the list radius; j = self is left out. Returns
 * how many; may write up to 8 entries past them. */
typedef size_t (*list_scan_function)(const struct list_scan *s, uint32_t *out);
size_t list_scan_sse2(const struct list_scan *s, uint32_t *out);
size_t list_scan_avx2(const struct list_scan *s, uint32_t *out);
size_t list_scan_avx512(const struct list_scan *s, uint32_t *out);

struct list_prune {
    const double *atoms, *atom; /* all whole atoms; the one whose list it is */
    const double *radius2;      /* squared inner list radius by species of the neighbor */
    const uint32_t *j;          /* its outer list, padded */
    size_t length;
};
/* The entries of an outer list that are within the inner radius, in the same order; padding never is. May write up
 * to 8 entries past them. */
typedef size_t (*list_prune_function)(const struct list_prune *p, uint32_t *out);
size_t list_prune_sse2(const struct list_prune *p, uint32_t *out);
size_t list_prune_avx2(const struct list_prune *p, uint32_t *out);
size_t list_prune_avx512(const struct list_prune *p, uint32_t *out);

#endif
