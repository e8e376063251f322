/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ageing_law — the growth of a relaxation time with age: tau(t_a) = tau0 exp(t_a / t*).
 *
 * The empirical law of Ruta et al., Phys. Rev. Lett. 109, 165701 (2012), doi 10.1103/PhysRevLett.109.165701;
 * used by Riechers et al. 2024 for the monotone domains of a record. Weighted nonlinear least squares in (ln
 * tau0, 1/t*): the rate 1/t* passes through zero without harm, t* does not. `stationary` says that the rate
 * is within two standard deviations of zero; t* is then undetermined and must not be quoted. Negative t*
 * means rejuvenation.
 *
 *     struct ageing_fit a;
 *     TRY(ageing_fit(n, age, tau, tau_error, &a));        tau_error NULL: equal relative weights */
#ifndef GLINT_ANALYSIS_FIT_AGEING_LAW_H
#define GLINT_ANALYSIS_FIT_AGEING_LAW_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ageing_fit {
    double tau0, tau0_error; /* relaxation time at age 0 */
    double rate, rate_error; /* 1/t* */
    double t_star, t_star_error;
    double chi2, reduced_chi2; /* without errors: of ln tau */
    int64_t points, dof;
    bool converged, stationary;
};
/* At least 3 points with tau > 0. Errors are scaled by sqrt(chi^2/dof). */
status ageing_fit(size_t n, const double *age, const double *tau, const double *tau_error,
                  struct ageing_fit *fit);

#endif
