/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/welch.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

void welch_add(struct welch *w, double error, double freedom)
{
    double variance = error * error;
    w->variance += variance;
    w->uncertain += variance * variance / freedom;
}

double welch_error(const struct welch *w)
{
    return sqrt(w->variance);
}

double welch_freedom(const struct welch *w)
{
    return w->uncertain > 0.0 ? w->variance * w->variance / w->uncertain : (double)INFINITY;
}

double welch_limit(const struct welch *w)
{
    double freedom = welch_freedom(w);
    return isfinite(freedom) ? gsl_cdf_tdist_Qinv(gsl_cdf_ugaussian_Q(2.0), freedom) : 2.0;
}
