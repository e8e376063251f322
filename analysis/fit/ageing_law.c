/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/ageing_law.h"
#include "analysis/fit/least_squares.h"

#include <math.h>

struct series {
    size_t n;
    const double *age, *tau, *error;
    double scale; /* of the ages: the solver sees rate * scale */
};

static void residual(const double *theta, double *r, void *context)
{
    const struct series *s = context;
    for (size_t i = 0; i < s->n; i++) {
        double log_model = theta[0] + theta[1] * s->age[i] / s->scale;
        r[i] = s->error ? (s->tau[i] - exp(log_model)) / s->error[i] : log(s->tau[i]) - log_model;
    }
}

static status check(size_t n, const double *age, const double *tau, const double *error)
{
    if (n < 3) return fail(BAD_INPUT, "%zu ages for the ageing law: want at least 3", n);
    double first = age[0];
    bool spread = false;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(age[i]) || !(tau[i] > 0.0) || !isfinite(tau[i]))
            return fail(BAD_INPUT,
                        "point %zu of the ageing series is (age %g, tau %g): want finite numbers, tau > 0",
                        i + 1, age[i], tau[i]);
        if (error && !(error[i] > 0.0 && isfinite(error[i])))
            return fail(BAD_INPUT, "the error of tau at age %g is %g: want a finite number above 0", age[i],
                        error[i]);
        spread |= age[i] != first;
    }
    if (!spread)
        return fail(BAD_INPUT, "all ages of the ageing series are %g: want at least two different ones",
                    first);
    return OK;
}

status ageing_fit(size_t n, const double *age, const double *tau, const double *tau_error,
                  struct ageing_fit *fit)
{
    *fit = (struct ageing_fit){0};
    TRY(check(n, age, tau, tau_error));
    struct series s = {n, age, tau, tau_error, 0.0};
    double w0 = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
    for (size_t i = 0; i < n; i++) s.scale = fmax(s.scale, fabs(age[i]));
    for (size_t i = 0; i < n; i++) { /* the straight line through ln tau is the start */
        double w = tau_error ? tau[i] * tau[i] / (tau_error[i] * tau_error[i]) : 1.0, x = age[i] / s.scale;
        w0 += w;
        wx += w * x;
        wxx += w * x * x;
        wy += w * log(tau[i]);
        wxy += w * x * log(tau[i]);
    }
    double slope = (w0 * wxy - wx * wy) / (w0 * wxx - wx * wx), start[2] = {(wy - slope * wx) / w0, slope};
    struct least_squares_problem p = {.points = n, .parameters = 2, .residual = residual, .context = &s};
    struct least_squares_result r;
    TRY(least_squares_solve(&p, start, &r));
    fit->points = (int64_t)n;
    fit->dof = fit->points - 2;
    fit->chi2 = r.chi2;
    fit->reduced_chi2 = r.chi2 / (double)fit->dof;
    fit->converged = r.converged;
    double scale = sqrt(fit->reduced_chi2);
    fit->tau0 = exp(r.theta[0]);
    fit->tau0_error = fit->tau0 * sqrt(r.covariance[0][0]) * scale;
    fit->rate = r.theta[1] / s.scale;
    fit->rate_error = sqrt(r.covariance[1][1]) * scale / s.scale;
    fit->t_star = 1.0 / fit->rate;
    fit->t_star_error = fit->rate_error / (fit->rate * fit->rate);
    fit->stationary = !(fabs(fit->rate) > 2.0 * fit->rate_error);
    return OK;
}
