/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/calibration.h"

#include <inttypes.h>
#include <math.h>

status calibration_fit(struct calibration *c, int64_t n, const double *x, const double *y)
{
    double xy = 0.0, left = 0.0;
    *c = (struct calibration){.n = n, .low = INFINITY, .high = -INFINITY};
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return fail(BAD_INPUT, "point %" PRId64 " of the line is not finite (%g, %g)", i + 1, x[i], y[i]);
        c->mean_x += x[i] / (double)n;
        c->mean_y += y[i] / (double)n;
        c->low = fmin(c->low, x[i]);
        c->high = fmax(c->high, x[i]);
    }
    for (int64_t i = 0; i < n; i++) {
        c->spread += (x[i] - c->mean_x) * (x[i] - c->mean_x);
        xy += (x[i] - c->mean_x) * (y[i] - c->mean_y);
    }
    if (!(c->spread > 0.0)) {
        c->n = 0;
        return OK;
    }
    c->slope = xy / c->spread;
    for (int64_t i = 0; i < n; i++) left += pow(y[i] - calibration_at(c, x[i]), 2);
    c->scatter = n > 2 ? sqrt(left / (double)(n - 2)) : (double)NAN;
    c->slope_error = c->scatter / sqrt(c->spread);
    return OK;
}

void calibration_points_known_to(struct calibration *c, double error)
{
    if (!(c->spread > 0.0) || !(error > c->scatter)) return;
    c->scatter = error;
    c->slope_error = error / sqrt(c->spread);
}

double calibration_at(const struct calibration *c, double x)
{
    return c->mean_y + c->slope * (x - c->mean_x);
}

struct calibration_point calibration_read(const struct calibration *c, double x)
{
    double away = x - c->mean_x;
    struct calibration_point p = {.x = (double)NAN, .error = (double)NAN};
    if (c->n < 2 || !isfinite(x)) return p;
    p.x = calibration_at(c, x);
    p.error = c->scatter * sqrt(1.0 / (double)c->n + away * away / c->spread);
    p.extrapolated = x < c->low || x > c->high;
    return p;
}

struct calibration_point calibration_invert(const struct calibration *c, double y, double y_error)
{
    struct calibration_point p = {.x = (double)NAN, .error = (double)NAN};
    if (c->n < 2 || !isfinite(y)) return p;
    p.x = c->mean_x + (y - c->mean_y) / c->slope;
    double away = p.x - c->mean_x,
           line = c->scatter * c->scatter * (1.0 / (double)c->n + away * away / c->spread);
    p.error = sqrt(line + y_error * y_error) / fabs(c->slope);
    p.extrapolated = p.x < c->low || p.x > c->high;
    return p;
}

bool calibration_is_steep(const struct calibration *c)
{
    return c->n > 2 && fabs(c->slope) > 3.0 * c->slope_error;
}
