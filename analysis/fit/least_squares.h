/* SPDX-License-Identifier: GPL-3.0-or-later */
/* least_squares — the trust-region (Levenberg–Marquardt) solver of GSL, one convergence rule for all.
 *
 *     struct least_squares_problem p = {.points = n, .parameters = 3, .residual = f, .context = &data};
 *     struct least_squares_result r;
 *     TRY(least_squares_solve(&p, start, &r));        start: `parameters` numbers
 *     if (!r.converged) …                             not an error: the best point is returned
 *
 * The residuals are (y - model) / sigma. Derivatives are central differences. Converged means: GSL's step or
 * gradient test passed, or no further step helps and the residual vector is orthogonal to every column of the
 * Jacobian within 1e-4 (the MINPACK criterion). The covariance is (J^T J)^-1, not yet scaled by chi^2/dof;
 * NaN where the Jacobian is rank deficient. Fails only for lack of memory or impossible sizes. */
#ifndef GLINT_ANALYSIS_FIT_LEAST_SQUARES_H
#define GLINT_ANALYSIS_FIT_LEAST_SQUARES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { LEAST_SQUARES_MAX = 6 };

struct least_squares_problem {
    size_t points, parameters;
    /* Fill residual[0..points). Values that are not finite count as 1e30: the step is refused. */
    void (*residual)(const double *theta, double *residual, void *context);
    void *context;
};
struct least_squares_result {
    double theta[LEAST_SQUARES_MAX];
    double covariance[LEAST_SQUARES_MAX][LEAST_SQUARES_MAX];
    double chi2;
    int iterations;
    bool converged;
};
status least_squares_solve(const struct least_squares_problem *p, const double *start,
                           struct least_squares_result *r);

#endif
