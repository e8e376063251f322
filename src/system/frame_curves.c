/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/frame_curves.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

void frame_curves_free(struct frame_curves *c)
{
    DELETE(c->y);
    *c = (struct frame_curves){0};
}

status frame_curves_add(struct frame_curves *c, int64_t n, const double *y)
{
    c->n = n;
    TRY(GROW(c->y, c->capacity, (size_t)((c->frames + 1) * n)));
    memcpy(c->y + c->frames * n, y, (size_t)n * sizeof *y);
    c->frames++;
    return OK;
}

void frame_curves_mean(const struct frame_curves *c, double *mean, double *error)
{
    for (int64_t k = 0; k < c->n; k++) {
        double m = 0.0, sum = 0.0, square = 0.0;
        for (int64_t f = 0; f < c->frames; f++)
            if (!isnan(c->y[f * c->n + k])) {
                m += 1.0;
                sum += c->y[f * c->n + k];
            }
        mean[k] = m > 0.0 ? sum / m : (double)NAN;
        for (int64_t f = 0; f < c->frames; f++)
            if (!isnan(c->y[f * c->n + k]))
                square += (c->y[f * c->n + k] - mean[k]) * (c->y[f * c->n + k] - mean[k]);
        if (m > 1.0) error[k] = sqrt(square / (m * (m - 1.0)));
        if (m == 0.0) error[k] = (double)NAN;
    }
}

/* ---- peaks ---- */
static double crossing(const double *y, int n, int from, int direction, double level, double first,
                       double step)
{
    for (int k = from; k + direction >= 0 && k + direction < n; k += direction) {
        double here = y[k], next = y[k + direction];
        if (!(next < level)) continue;
        return first + step * (k + direction * (here - level) / (here - next));
    }
    return (double)NAN;
}

struct peak peak_first(const double *y, int n, double first, double step)
{
    struct peak p = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double top = -INFINITY;
    for (int k = 0; k < n; k++)
        if (y[k] > top) top = y[k];
    int k = 0, best = -1;
    while (k < n && !(y[k] >= 0.5 * top)) k++;
    for (; k < n && y[k] >= 0.5 * top; k++)
        if (best < 0 || y[k] > y[best]) best = k;
    if (best < 0 || !(top > 0.0)) return p;
    p.x = first + step * best;
    p.height = y[best];
    if (best > 0 && best + 1 < n) {
        double a = y[best - 1], b = y[best], c = y[best + 1], bend = a - 2.0 * b + c;
        if (bend < 0.0 && isfinite(bend)) {
            double off = 0.5 * (a - c) / bend;
            p.x += step * off;
            p.height = b - 0.25 * (a - c) * off;
        }
    }
    p.low = crossing(y, n, best, -1, 0.5 * p.height, first, step);
    p.high = crossing(y, n, best, +1, 0.5 * p.height, first, step);
    return p;
}
