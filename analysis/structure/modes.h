/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modes — the density of each species at points of the cell's reciprocal lattice.
 *
 *     struct modes m = {0};
 *     TRY(modes_list(&m, &box, low, high));              low ≤ |q| < high
 *     TRY(NEW(rho, modes_size(&m, species)));
 *     TRY(modes_density(&m, rho, &box, species, atoms, type, x));      rho[(point·species + a)·2]: re, im
 *     modes_free(&m);
 *
 * ρ_a(q) = Σ_{i of species a} exp(i q·r_i) at q = 2π(h a* + k b* + l c*). (000) is left out, and of ±q one is
 * used. A free axis has no reciprocal lattice: its index is 0. The points keep their indices when the box
 * changes; `q` belongs to the box of modes_list, modes_length gives that of another. Sums run in a fixed
 * order: the same bits for any number of threads. */
#ifndef GLINT_ANALYSIS_STRUCTURE_MODES_H
#define GLINT_ANALYSIS_STRUCTURE_MODES_H

#include "base/status.h"
#include "system/box.h"
#include "system/config.h"

#include <stddef.h>
#include <stdint.h>

struct mode {
    int h[3];
    double q;
};
struct modes {
    struct mode *p; /* h ascending, then k, then l */
    int64_t n;
    size_t capacity;
    int top[3]; /* largest |index| along each axis */
};

status modes_list(struct modes *m, const struct box *box, double low, double high);
void modes_free(struct modes *m);
double modes_length(const int h[3],
                    const double reciprocal[3][3]); /* |q|; reciprocal as box_reciprocal has it */

static inline size_t modes_size(const struct modes *m, int species)
{
    return 2 * (size_t)m->n * (size_t)species;
}
/* BAD_INPUT without atoms or with a species out of range. */
status modes_density(const struct modes *m, double *rho, const struct box *box, int species, int64_t atoms,
                     const int32_t *type, const double *x);

#endif
