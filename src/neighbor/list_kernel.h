/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list_kernel — the inner search of the list build, one version an instruction set (part of list). */
#ifndef GLINT_NEIGHBOR_LIST_KERNEL_H
#define GLINT_NEIGHBOR_LIST_KERNEL_H

#include <stddef.h>
#include <stdint.h>

struct list_scan {
    const double *x, *y, *z,
        *w;                /* coordinates and species bits, one array a component; readable 8 past the end */
    const double *radius2; /* squared list radius by species of the neighbor (simd_table) */
    uint32_t self;
};
/* Among atoms first … last-1 write 4·j for those closer to `self` than the list radius, ascending; j = self
 * is left out. Returns how many; may write up to 8 entries past them. */
typedef size_t (*list_scan_function)(const struct list_scan *s, uint32_t first, uint32_t last, uint32_t *out);
size_t list_scan_sse2(const struct list_scan *s, uint32_t first, uint32_t last, uint32_t *out);
size_t list_scan_avx2(const struct list_scan *s, uint32_t first, uint32_t last, uint32_t *out);
size_t list_scan_avx512(const struct list_scan *s, uint32_t first, uint32_t last, uint32_t *out);

#endif
