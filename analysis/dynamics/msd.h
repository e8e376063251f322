/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msd — mean-square displacement and the non-Gaussian parameter, of all atoms and of each species.
 *
 *     struct msd m;
 *     TRY(msd_measure(&m, &track, &(struct lag_options){0}));
 *     m.r2[g·m.lags + k] at m.lag[k]
 *     msd_free(&m);
 *
 *     <r²>(t) = < |r_i(t0+t) − r_i(t0)|² >
 *     α2(t) = 3 <r⁴> / (5 <r²>²) − 1        (Rahman, Phys. Rev. 136, A405, 1964)
 * averaged over atoms and origins t0 (lags.h). α2 is 0 for Gaussian displacements. `exponent` is the
 * local slope d ln<r²>/d ln t (central difference over neighbouring lags): 2 ballistic, 1 diffusive, its
 * minimum the cage. Errors: from blocks of origins; NaN where the record holds fewer than two
 * independent blocks.
 *
 * Groups: 0 is all atoms, 1+a is species a; entry [g·lags + k]. Units: (length unit)², time unit. */
#ifndef GLINT_ANALYSIS_DYNAMICS_MSD_H
#define GLINT_ANALYSIS_DYNAMICS_MSD_H

#include "analysis/dynamics/lags.h"
#include "analysis/dynamics/track.h"

struct msd {
    int64_t lags;
    int groups;
    double *lag;
    int64_t *pairs;
    double *r2, *r2_error, *alpha2, *alpha2_error, *exponent;
};

status msd_measure(struct msd *m, const struct track *t, const struct lag_options *o);
void msd_free(struct msd *m);

#endif
