/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sq_peak — the first peak of S_NN and S_X from their values at the points of the reciprocal lattice.
 *
 *     struct sq_peak s = {0};
 *     TRY(sq_peak_begin(&s, &sq, &box, atoms, most));  sq: finished, says where the peak is about
 *     for each frame: TRY(sq_peak_add(&s, &box, atoms, type, x));
 *     TRY(sq_peak_fit(&s, &nn, &xray));              xray may be NULL
 *     sq_peak_free(&s);
 *
 * All points between 0.8 and 1.25 of a rough place (the highest of the bins of sq, joined until 0.5/d wide, d
 * = (V/N)^(1/3)) are measured, and those of the peak fitted (peak_fit.h, bins of 0.3/d, levels 0.5 and 0.7),
 * so the result does not depend on the bins of sq. Of more than `most` points a sublattice is used: those
 * with h + a k + a² l divisible by m, a the cube root of m, so every m-th, evenly in all directions. |q| is
 * the mean over frames. */
#ifndef GLINT_ANALYSIS_STRUCTURE_SQ_PEAK_H
#define GLINT_ANALYSIS_STRUCTURE_SQ_PEAK_H

#include "analysis/structure/modes.h"
#include "analysis/structure/peak_fit.h"
#include "analysis/structure/sq.h"
#include "base/status.h"

#include <stdint.h>

struct sq_peak {
    const struct sq *sq;
    struct modes modes;
    double spacing; /* d */
    int64_t frames;
    double *q;         /* [points] sum of |q| over frames */
    double *nn, *xray; /* [frames][points] */
    size_t nn_capacity, xray_capacity;
};

status sq_peak_begin(struct sq_peak *s, const struct sq *sq, const struct box *box, int64_t atoms,
                     int64_t most);
status sq_peak_add(struct sq_peak *s, const struct box *box, int64_t atoms, const int32_t *type,
                   const double *x);
status sq_peak_fit(struct sq_peak *s, struct peak_fit *nn, struct peak_fit *xray);
void sq_peak_free(struct sq_peak *s);

#endif
