/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/kink.h"
#include "analysis/fit/window_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A cycle of x* may move windows by this fraction of x*, a tenth of their width; noise decides (settled). */
#define CYCLE 0.03
enum { LEAST_ROWS = 10, REPLICATES = 500, ITERATIONS = 200 };

/* ---- lines ---- */

static bool enough(const struct window_line *f, double low, double high)
{
    return f->rows >= LEAST_ROWS && f->to - f->from >= (high - low) / 3.0;
}

/* ---- the start: the best broken line ---- */

/* Least squares of y = a + b t + c max(t, 0), t = x − at: the sum of squared residuals. */
static double broken_line(int64_t n, const double *x, const double *y, double at)
{
    double m[3][4] = {{0}}, square = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double t = x[i] - at, v[4] = {1.0, t, fmax(t, 0.0), y[i] - y[0]};
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 4; c++) m[r][c] += v[r] * v[c];
        square += v[3] * v[3];
    }
    double right[3] = {m[0][3], m[1][3], m[2][3]};
    for (int r = 0; r < 3; r++)
        for (int k = r + 1; k < 3; k++) {
            double w = m[k][r] / m[r][r];
            for (int c = r; c < 4; c++) m[k][c] -= w * m[r][c];
        }
    for (int r = 2; r >= 0; r--) {
        for (int c = r + 1; c < 3; c++) m[r][3] -= m[r][c] * m[c][3];
        m[r][3] /= m[r][r];
        square -= m[r][3] * right[r];
    }
    return isfinite(square) ? square : INFINITY;
}

/* Does a straight line describe all rows as well as the best broken one? Asked when the windows find no rows.
 * The noise of neighbouring rows may be correlated, so the bar is higher than that of the BIC. */
static bool straight(int64_t n, const double *x, const double *y, double at)
{
    struct window_line f = window_line_fit(n, x, y, -INFINITY, INFINITY);
    double line = 0.0, broken = broken_line(n, x, y, at), size = f.slope * (f.to - f.from),
           floor = 1e-24 * size * size * (double)n;
    for (int64_t i = 0; i < n; i++) {
        double r = y[i] - f.mean_y - f.slope * (x[i] - f.mean_x);
        line += r * r;
    }
    return (double)n * log((line + floor) / (fmax(broken, 0.0) + floor)) < 20.0 * log((double)n);
}

static double first_guess(int64_t n, const double *x, const double *y)
{
    enum { TRIALS = 61 };
    double low = INFINITY, high = -INFINITY, best = INFINITY, at = 0.0;
    for (int64_t i = 0; i < n; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    for (int k = 0; k < TRIALS; k++) {
        double trial = low + (high - low) * (0.1 + 0.8 * k / (TRIALS - 1)), s = broken_line(n, x, y, trial);
        if (s < best) {
            best = s;
            at = trial;
        }
    }
    return at;
}

/* ---- is it a kink? ---- */

/* Parabola through the rows of both windows: sum of squared residuals, by orthogonal polynomials. */
static double parabola(const struct window_noise part[2], const struct window_line fit[2])
{
    double n = (double)(part[0].n + part[1].n), mean = 0.0, y[2] = {0}, xx = 0.0, xxx = 0.0, p2 = 0.0,
           left = 0.0, one = 0.0, two = 0.0;
    for (int w = 0; w < 2; w++)
        for (int64_t i = 0; i < part[w].n; i++) mean += part[w].x[i] / n;
    for (int pass = 0; pass < 3; pass++)
        for (int w = 0; w < 2; w++)
            for (int64_t i = 0; i < part[w].n; i++) {
                double t = part[w].x[i] - mean, v = part[w].r[i] +
                                                    fit[w].slope * (part[w].x[i] - fit[w].mean_x) +
                                                    fit[w].mean_y - fit[0].mean_y;
                if (pass == 0) {
                    y[0] += v / n;
                    xx += t * t;
                    xxx += t * t * t;
                    one += t * v;
                    continue;
                }
                double q = t * t - xx / n - t * xxx / xx;
                if (pass == 1) {
                    p2 += q * q;
                    two += q * v;
                    continue;
                }
                double r = v - y[0] - one / xx * t - two / p2 * q;
                left += r * r;
            }
    return left;
}

static void judge(struct kink *k, const struct window_noise part[2], const struct window_line fit[2],
                  double difference_error)
{
    double lines = 0.0, size = 0.0, n = (double)(part[0].n + part[1].n) / fmax(part[0].g, part[1].g);
    for (int w = 0; w < 2; w++)
        for (int64_t i = 0; i < part[w].n; i++) lines += part[w].r[i] * part[w].r[i];
    size = (fit[1].slope * (fit[1].to - fit[1].from)) * (fit[1].slope * (fit[1].to - fit[1].from));
    double floor = 1e-24 * size * (double)(part[0].n + part[1].n); /* data without noise */
    k->evidence = n * log((parabola(part, fit) + floor) / (lines + floor)) - log(n);
    double difference = fit[1].slope - fit[0].slope;
    k->found = false;
    if (!(fabs(difference) > 4.0 * difference_error))
        snprintf(k->why, sizeof k->why,
                 "no kink: the slopes %.5g and %.5g differ by %.2g of their error (4 needed)", fit[0].slope,
                 fit[1].slope, fabs(difference) / difference_error);
    else if (difference < 0.0)
        snprintf(k->why, sizeof k->why,
                 "no glass transition: the low-temperature side is the steeper one (%.5g and %.5g)",
                 fit[0].slope, fit[1].slope);
    else if (!(k->evidence > 0.0))
        snprintf(k->why, sizeof k->why,
                 "no kink: a parabola describes both windows as well as two lines (BIC difference %.3g)",
                 k->evidence);
    else
        k->found = true;
}

/* ---- windows ---- */

/* Both lines for windows that stand at `at`. False, with the reason, when there are too few rows. */
static bool lines_at(struct kink *k, int64_t n, const double *x, const double *y, const double edge[4],
                     double at, struct window_line fit[2])
{
    static const char *const name[] = {"lower", "upper"};
    for (int w = 0; w < 2; w++) {
        double low = edge[2 * w] * at, high = edge[2 * w + 1] * at;
        fit[w] = window_line_fit(n, x, y, low, high);
        if (enough(&fit[w], low, high)) continue;
        snprintf(k->why, sizeof k->why,
                 "too little data: %" PRId64 " rows in the %s window from %.5g to %.5g (needed: %d rows over "
                 "a third of it)",
                 fit[w].rows, name[w], low, high, LEAST_ROWS);
        return false;
    }
    return true;
}

static bool iterate(struct kink *k, int64_t n, const double *x, const double *y, const double edge[4],
                    bool absolute, struct window_line fit[2], double *jump)
{
    *jump = 0.0;
    double at = absolute ? 1.0 : first_guess(n, x, y), last = at;
    for (k->iterations = 1; k->iterations <= ITERATIONS; k->iterations++) {
        if (!lines_at(k, n, x, y, edge, at, fit)) {
            if (!absolute && straight(n, x, y, first_guess(n, x, y)))
                snprintf(k->why, sizeof k->why, "no kink: a straight line describes all rows");
            return false;
        }
        k->x = window_line_meet(&fit[0], &fit[1]);
        if (!isfinite(k->x) || !(k->x > 0.0)) {
            snprintf(k->why, sizeof k->why, "no kink: the lines do not meet at a positive value");
            return false;
        }
        if (absolute || fabs(k->x - at) <= 1e-9 * at) return true;
        /* Rows enter and leave the windows one by one, so x* may end in a cycle: then its middle is taken. */
        last = at;
        at = k->iterations < ITERATIONS / 2 ? k->x : 0.5 * (at + k->x);
    }
    *jump = fabs(k->x - last);
    if (*jump < CYCLE * last) {
        k->iterations = ITERATIONS;
        return true;
    }
    snprintf(k->why, sizeof k->why, "no kink: windows and intersection do not settle (%.5g after %.5g)", k->x,
             last);
    return false;
}

static void vary(struct kink *k, int64_t n, const double *x, const double *y, const double edge[4], double at)
{
    double sum = 0.0, square = 0.0;
    struct kink unused;
    k->low = k->high = k->x;
    k->variations = 0;
    for (int c = 0; c < 81; c++) {
        double moved[4];
        for (int e = 0, code = c; e < 4; e++, code /= 3) {
            double width = edge[e < 2 ? 1 : 3] - edge[e < 2 ? 0 : 2];
            moved[e] = edge[e] + (code % 3 - 1) * width / 6.0;
        }
        struct window_line fit[2];
        if (!lines_at(&unused, n, x, y, moved, at, fit)) continue;
        double v = window_line_meet(&fit[0], &fit[1]);
        sum += v - k->x;
        square += (v - k->x) * (v - k->x);
        k->low = fmin(k->low, v);
        k->high = fmax(k->high, v);
        k->variations++;
    }
    double m = (double)k->variations;
    k->systematic = m > 1.0 ? sqrt(fmax(square - sum * sum / m, 0.0) / (m - 1.0)) : (double)NAN;
}

/* Fills errors of x* and of the slopes; *difference: that of the slopes' difference. */
static void bootstrap(struct kink *k, const struct window_noise part[2], const struct window_line fit[2],
                      const struct kink_options *o, double *difference)
{
    int64_t m = o->replicates > 0 ? o->replicates : REPLICATES;
    double sum[4] = {0}, square[4] = {0};
    for (int64_t i = 0; i < m; i++) {
        struct window_line g[2];
        for (int w = 0; w < 2; w++)
            g[w] = window_noise_redraw(&part[w], &fit[w], o->seed, (uint64_t)(2 * i + w));
        double v[4] = {window_line_meet(&g[0], &g[1]) - k->x, g[0].slope - fit[0].slope,
                       g[1].slope - fit[1].slope, 0.0};
        v[3] = v[2] - v[1];
        for (int c = 0; c < 4; c++) {
            sum[c] += v[c];
            square[c] += v[c] * v[c];
        }
    }
    double error[4], r = (double)m;
    for (int c = 0; c < 4; c++) error[c] = sqrt(fmax(square[c] - sum[c] * sum[c] / r, 0.0) / (r - 1.0));
    k->error = error[0];
    k->lower.slope_error = error[1];
    k->upper.slope_error = error[2];
    *difference = error[3];
}

/* A row at the edge of a window moves x* by about its residual times its leverage, a part of the error; a
 * cycle wider than the error of x* is more than rows that come and go. */
static void settled(struct kink *k, double jump)
{
    if (!k->found || jump <= fmax(k->error, 2e-3 * k->x)) return;
    k->found = false;
    snprintf(k->why, sizeof k->why,
             "no kink: windows and intersection do not settle (%.5g moves by %.2g, its error is %.2g)", k->x,
             jump, k->error);
}

static struct kink_line line_of(const struct window_line *f)
{
    return (struct kink_line){.from = f->from,
                              .to = f->to,
                              .rows = f->rows,
                              .slope = f->slope,
                              .intercept = f->mean_y - f->slope * f->mean_x};
}

static status check(int64_t n, const double *x, const double *y, const double edge[4])
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return fail(BAD_INPUT, "row %" PRId64 " of the ramp is not finite (%g, %g)", i + 1, x[i], y[i]);
    if (!(edge[0] >= 0.0 && edge[0] < edge[1] && edge[1] <= edge[2] && edge[2] < edge[3]))
        return fail(BAD_INPUT,
                    "windows from %g to %g and from %g to %g: four ascending numbers were expected", edge[0],
                    edge[1], edge[2], edge[3]);
    return OK;
}

status kink_find(struct kink *k, int64_t n, const double *x, const double *y, const struct kink_options *o)
{
    static const struct kink_options none = {0};
    struct window_line fit[2];
    struct window_noise part[2] = {{0}, {0}};
    double edge[4] = {0.4, 0.7, 1.15, 1.5}, difference, jump;
    status s = OK;
    if (!o) o = &none;
    if (o->upper[1] > 0.0)
        for (int e = 0; e < 4; e++) edge[e] = e < 2 ? o->lower[e] : o->upper[e - 2];
    *k = (struct kink){.x = (double)NAN, .error = (double)NAN, .systematic = (double)NAN};
    TRY(check(n, x, y, edge));
    if (n < 2 * LEAST_ROWS) {
        snprintf(k->why, sizeof k->why, "too little data: %" PRId64 " rows (%d needed)", n, 2 * LEAST_ROWS);
        return OK;
    }
    if (!iterate(k, n, x, y, edge, o->absolute, fit, &jump)) {
        k->x = (double)NAN;
        return OK;
    }
    double at = o->absolute ? 1.0 : k->x;
    for (int e = 0; e < 4; e++) k->ratio[e] = edge[e] * at / k->x;
    k->lower = line_of(&fit[0]);
    k->upper = line_of(&fit[1]);
    for (int w = 0; w < 2; w++) GUARD(window_noise_make(&part[w], n, x, y, &fit[w]));
    for (int w = 0; w < 2; w++) {
        int64_t block = window_noise_block(&part[w]);
        if (block > k->block) k->block = block;
    }
    bootstrap(k, part, fit, o, &difference);
    vary(k, n, x, y, edge, at);
    judge(k, part, fit, difference);
    settled(k, jump);
done:
    for (int w = 0; w < 2; w++) window_noise_free(&part[w]);
    return s;
}
