/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/rise.h"
#include "analysis/fit/window_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_ROWS = 10, REPLICATES = 500, STRIDES = 8 };

/* The steepest line of all windows of this width; rows 0: none has enough. */
static struct window_line find_steepest(int64_t n, const double *T, const double *H, double width,
                                        double *middle)
{
    struct window_line best = {0};
    double first = T[0], last = T[n - 1];
    for (int64_t k = 0; first + width * (1.0 + (double)k / STRIDES) <= last * (1.0 + 1e-12); k++) {
        double low = first + width * (double)k / STRIDES;
        struct window_line line = window_line_fit(n, T, H, low, low + width);
        if (line.rows < LEAST_ROWS || (best.rows > 0 && !(line.slope > best.slope))) continue;
        best = line;
        *middle = low + 0.5 * width;
    }
    return best;
}

/* Both lines; false, with the reason, when one has too few rows. */
static bool construct(struct rise *r, int64_t n, const double *T, const double *H, const double glass[2],
                      double width, struct window_line line[2])
{
    line[1] = find_steepest(n, T, H, width, &r->steepest);
    if (line[1].rows == 0) {
        snprintf(r->why, sizeof r->why, "too little data: no window %.4g wide holds %d rows", width,
                 LEAST_ROWS);
        return false;
    }
    double low = glass[0] * r->steepest, high = glass[1] * r->steepest;
    line[0] = window_line_fit(n, T, H, low, high);
    if (line[0].rows >= LEAST_ROWS && line[0].to - line[0].from >= (high - low) / 3.0) return true;
    snprintf(r->why, sizeof r->why,
             "too little data: %" PRId64
             " rows of the glass from %.5g to %.5g, below the steepest rise at %.5g "
             "(needed: %d rows over a third of it)",
             line[0].rows, low, high, r->steepest, LEAST_ROWS);
    return false;
}

static struct kink_line shown(const struct window_line *f)
{
    return (struct kink_line){.from = f->from,
                              .to = f->to,
                              .rows = f->rows,
                              .slope = f->slope,
                              .intercept = f->mean_y - f->slope * f->mean_x};
}

/* Errors of x and of the slopes; returns that of the slopes' difference. */
static double bootstrap(struct rise *r, const struct window_noise noise[2], const struct window_line line[2],
                        const struct rise_options *o)
{
    int64_t m = o->replicates > 0 ? o->replicates : REPLICATES;
    double sum[4] = {0}, square[4] = {0}, error[4], count = (double)m;
    for (int64_t i = 0; i < m; i++) {
        struct window_line g[2];
        for (int w = 0; w < 2; w++)
            g[w] = window_noise_redraw(&noise[w], &line[w], o->seed, (uint64_t)(2 * i + w));
        double v[4] = {window_line_meet(&g[0], &g[1]) - r->x, g[0].slope - line[0].slope,
                       g[1].slope - line[1].slope, 0.0};
        v[3] = v[2] - v[1];
        for (int c = 0; c < 4; c++) {
            sum[c] += v[c];
            square[c] += v[c] * v[c];
        }
    }
    for (int c = 0; c < 4; c++)
        error[c] = sqrt(fmax(square[c] - sum[c] * sum[c] / count, 0.0) / (count - 1.0));
    r->error = error[0];
    r->glass.slope_error = error[1];
    r->tangent.slope_error = error[2];
    return error[3];
}

static void vary(struct rise *r, int64_t n, const double *T, const double *H, const double glass[2])
{
    static const double widths[] = {0.75, 1.0, 4.0 / 3.0};
    double sum = 0.0, square = 0.0, step = (glass[1] - glass[0]) / 6.0;
    r->low = r->high = r->x;
    for (int c = 0; c < 27; c++) {
        struct rise unused = {0};
        struct window_line line[2];
        double moved[2] = {glass[0] + (c % 3 - 1) * step, glass[1] + (c / 3 % 3 - 1) * step};
        if (!construct(&unused, n, T, H, moved, widths[c / 9] * r->width, line)) continue;
        double v = window_line_meet(&line[0], &line[1]);
        if (!isfinite(v)) continue;
        sum += v - r->x;
        square += (v - r->x) * (v - r->x);
        r->low = fmin(r->low, v);
        r->high = fmax(r->high, v);
        r->variations++;
    }
    double m = (double)r->variations;
    r->systematic = m > 1.0 ? sqrt(fmax(square - sum * sum / m, 0.0) / (m - 1.0)) : (double)NAN;
}

static void judge(struct rise *r, double difference_error)
{
    double difference = r->tangent.slope - r->glass.slope;
    r->found = false;
    if (!(difference > 4.0 * difference_error))
        snprintf(r->why, sizeof r->why,
                 "no onset: the steepest slope %.5g exceeds that of the glass, %.5g, by %.2g of its error (4 "
                 "needed)",
                 r->tangent.slope, r->glass.slope, difference / difference_error);
    else if (!(r->x > r->glass.to && r->x < r->steepest))
        snprintf(r->why, sizeof r->why,
                 "no onset: the lines meet at %.5g, not between the glass (up to %.5g) and the steepest rise "
                 "(%.5g)",
                 r->x, r->glass.to, r->steepest);
    else
        r->found = true;
}

status rise_find(struct rise *r, int64_t n, const double *T, const double *H, const struct rise_options *o)
{
    static const struct rise_options none = {0};
    struct window_line line[2];
    struct window_noise noise[2] = {{0}, {0}};
    double glass[2] = {0.5, 0.75};
    status s = OK;
    if (!o) o = &none;
    if (o->glass[1] > 0.0) memcpy(glass, o->glass, sizeof glass);
    *r = (struct rise){
        .x = (double)NAN, .error = (double)NAN, .systematic = (double)NAN, .steepest = (double)NAN};
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(H[i]) || !isfinite(T[i]) || (i > 0 && T[i] < T[i - 1]))
            return fail(BAD_INPUT, "row %" PRId64 ": T must rise and both be finite (%g, %g)", i + 1, T[i],
                        H[i]);
    if (!(glass[0] >= 0.0 && glass[0] < glass[1] && glass[1] <= 1.0) || o->width < 0.0)
        return fail(BAD_INPUT, "a glass window from %g to %g of the steepest rise, width %g", glass[0],
                    glass[1], o->width);
    if (n < 2 * LEAST_ROWS) {
        snprintf(r->why, sizeof r->why, "too little data: %" PRId64 " rows (%d needed)", n, 2 * LEAST_ROWS);
        return OK;
    }
    r->width = o->width > 0.0 ? o->width : (T[n - 1] - T[0]) / 12.0;
    if (!construct(r, n, T, H, glass, r->width, line)) return OK;
    r->x = window_line_meet(&line[0], &line[1]);
    r->glass = shown(&line[0]);
    r->tangent = shown(&line[1]);
    for (int w = 0; w < 2; w++) GUARD(window_noise_make(&noise[w], n, T, H, &line[w]));
    double difference_error = bootstrap(r, noise, line, o);
    vary(r, n, T, H, glass);
    judge(r, difference_error);
done:
    for (int w = 0; w < 2; w++) window_noise_free(&noise[w]);
    return s;
}
