/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/onset.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REPLICATES = 200, LEAST_ROWS = 3, LEAST_POINTS = 9 };

void onset_free(struct onset *o)
{
    DELETE(o->T);
    DELETE(o->c);
    o->points = 0;
}

/* Slope and mean of the line through the rows around `at`; false with too few rows. */
static bool local_line(int64_t n, const double *T, const double *H, double at, double half, double *slope,
                       double *level)
{
    double rows = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double t = T[i] - at, h = H[i] - H[0];
        if (fabs(t) > half) continue;
        rows += 1.0;
        x += t;
        y += h;
        xx += t * t;
        xy += t * h;
    }
    if (rows < LEAST_ROWS) return false;
    *slope = (xy - x * y / rows) / (xx - x * x / rows);
    *level = H[0] + (y - *slope * x) / rows; /* at t = 0 */
    return isfinite(*slope);
}

struct tangent {
    double x, base, steepest, slope, peak, peak_c;
    int64_t at;
};

static bool construct(int64_t points, const double *T, const double *c, struct tangent *t)
{
    int64_t top = 0;
    *t = (struct tangent){.slope = -INFINITY, .x = (double)NAN};
    for (int64_t i = 1; i < points; i++)
        if (c[i] > c[top]) top = i;
    for (int64_t i = 1; i + 1 < points; i++) {
        double rise = (c[i + 1] - c[i - 1]) / (T[i + 1] - T[i - 1]);
        if (!(rise > t->slope)) continue;
        t->slope = rise;
        t->at = i;
    }
    t->peak = T[top];
    t->peak_c = c[top];
    t->steepest = T[t->at];
    int64_t base = t->at / 2;
    for (int64_t i = 0; i < base; i++) t->base += c[i] / (double)base;
    t->x = t->steepest - (c[t->at] - t->base) / t->slope;
    return t->at >= 4 && t->slope > 0.0;
}

/* `smooth`: the curve that the local lines give at every row. */
static status smooth_curve(const struct onset *o, int64_t n, const double *T, const double *H, double *smooth)
{
    double slope = 0.0, level = 0.0;
    for (int64_t i = 0; i < n; i++) {
        int64_t k = (int64_t)nearbyint((T[i] - o->T[0]) / (0.5 * o->width));
        if (k < 0) k = 0;
        if (k >= o->points) k = o->points - 1;
        if (!local_line(n, T, H, o->T[k], 0.5 * o->width, &slope, &level))
            return fail(FAILED, "the rows around %g have gone", o->T[k]);
        smooth[i] = level + slope * (T[i] - o->T[k]);
    }
    return OK;
}

static status bootstrap(struct onset *o, int64_t n, const double *T, const double *H, uint64_t seed,
                        double *rise_error)
{
    double *smooth = NULL, *drawn = NULL, *c = NULL, sum[2] = {0}, square[2] = {0}, m = 0.0, level;
    int64_t block = (int64_t)ceil((double)n * 0.5 * o->width / (T[n - 1] - T[0]));
    status s = OK;
    if (block > n) block = n;
    GUARD(NEW(smooth, (size_t)n));
    GUARD(NEW(drawn, (size_t)n));
    GUARD(NEW(c, (size_t)o->points));
    GUARD(smooth_curve(o, n, T, H, smooth));
    for (int r = 0; r < REPLICATES; r++) {
        struct tangent t;
        bool whole = true;
        for (int64_t i = 0, from = 0; i < n; i++) {
            double u[2];
            if (i % block == 0) {
                random_uniform2(seed, STREAM_BOOTSTRAP, (uint64_t)r, (uint64_t)(i / block), u);
                from = (int64_t)(u[0] * (double)(n - block + 1));
            }
            drawn[i] = smooth[i] + H[from + i % block] - smooth[from + i % block];
        }
        for (int64_t k = 0; k < o->points; k++)
            whole = local_line(n, T, drawn, o->T[k], 0.5 * o->width, &c[k], &level) && whole;
        if (!whole || !construct(o->points, o->T, c, &t)) continue;
        double v[2] = {t.x - o->x, t.peak_c - t.base};
        for (int k = 0; k < 2; k++) {
            sum[k] += v[k];
            square[k] += v[k] * v[k];
        }
        m += 1.0;
    }
    o->error = m > 1.0 ? sqrt(fmax(square[0] - sum[0] * sum[0] / m, 0.0) / (m - 1.0)) : (double)NAN;
    *rise_error = m > 1.0 ? sqrt(fmax(square[1] - sum[1] * sum[1] / m, 0.0) / (m - 1.0)) : (double)NAN;
done:
    DELETE(smooth);
    DELETE(drawn);
    DELETE(c);
    return s;
}

static status curve(struct onset *o, int64_t n, const double *T, const double *H)
{
    double level;
    int64_t points = (int64_t)floor((T[n - 1] - T[0]) / (0.5 * o->width)) - 1;
    TRY(NEW(o->T, (size_t)(points > 0 ? points : 1)));
    TRY(NEW(o->c, (size_t)(points > 0 ? points : 1)));
    for (int64_t k = 0; k < points; k++) {
        o->T[k] = T[0] + 0.5 * o->width * (double)(k + 1);
        if (!local_line(n, T, H, o->T[k], 0.5 * o->width, &o->c[k], &level))
            return fail(BAD_INPUT, "fewer than %d rows within %g of T = %g: choose a larger width",
                        LEAST_ROWS, 0.5 * o->width, o->T[k]);
    }
    o->points = points > 0 ? points : 0;
    return OK;
}

status onset_find(struct onset *o, int64_t n, const double *T, const double *H, double width, uint64_t seed)
{
    struct tangent t;
    double rise_error;
    char number[TEXT_ERRORS];
    *o = (struct onset){.x = (double)NAN, .error = (double)NAN, .width = width};
    if (n < 2 || !(width > 0.0)) return fail(BAD_INPUT, "%" PRId64 " rows, width %g", n, width);
    for (int64_t i = 1; i < n; i++)
        if (!(T[i] >= T[i - 1]) || !isfinite(H[i]))
            return fail(BAD_INPUT, "row %" PRId64 ": T must rise and H be finite (%g, %g)", i + 1, T[i],
                        H[i]);
    status s = OK;
    GUARD(curve(o, n, T, H));
    if (o->points < LEAST_POINTS) {
        snprintf(o->why, sizeof o->why,
                 "too little data: %" PRId64 " points of c_p of this width (%d needed)", o->points,
                 LEAST_POINTS);
        return OK;
    }
    bool possible = construct(o->points, o->T, o->c, &t);
    o->base = t.base;
    o->steepest = t.steepest;
    o->slope = t.slope;
    o->peak = t.peak;
    o->peak_c = t.peak_c;
    o->x = t.x;
    GUARD(bootstrap(o, n, T, H, seed, &rise_error));
    o->found = possible && t.peak_c - t.base > 4.0 * rise_error && t.x > T[0];
    if (!o->found)
        snprintf(o->why, sizeof o->why,
                 "no onset: c_p rises by %s above its baseline (4 errors needed) with %" PRId64
                 " points below the steepest rise (4 needed)",
                 text_errors(number, t.peak_c - t.base, 1, &rise_error), t.at);
    return OK;
done:
    onset_free(o);
    return s;
}
