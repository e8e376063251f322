/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/window_line.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>

struct sums {
    double n, x, y, xx, xy;
};
/* `x0`: an origin near the rows, so that nothing cancels. */
static void add(struct sums *s, double x, double y)
{
    s->n += 1.0;
    s->x += x;
    s->y += y;
    s->xx += x * x;
    s->xy += x * y;
}
static void solve(const struct sums *s, double *slope, double *mean_x, double *mean_y)
{
    *mean_x = s->x / s->n;
    *mean_y = s->y / s->n;
    *slope = (s->xy - s->x * *mean_y) / (s->xx - s->x * *mean_x);
}

struct window_line window_line_fit(int64_t n, const double *x, const double *y, double low, double high)
{
    struct window_line f = {.from = INFINITY, .to = -INFINITY};
    struct sums s = {0};
    double x0 = n > 0 ? x[n / 2] : 0.0, y0 = n > 0 ? y[0] : 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] >= low && x[i] <= high)) continue;
        add(&s, x[i] - x0, y[i] - y0);
        f.from = fmin(f.from, x[i]);
        f.to = fmax(f.to, x[i]);
        f.rows++;
    }
    if (f.rows == 0) return f;
    solve(&s, &f.slope, &f.mean_x, &f.mean_y);
    f.mean_x += x0;
    f.mean_y += y0;
    return f;
}

double window_line_meet(const struct window_line *a, const struct window_line *b)
{
    double origin = a->mean_x, at_b = b->mean_y + b->slope * (origin - b->mean_x);
    return origin + (at_b - a->mean_y) / (a->slope - b->slope);
}

/* ---- residuals: correlation, redrawing ---- */

void window_noise_free(struct window_noise *p)
{
    DELETE(p->x);
    DELETE(p->r);
}

/* Statistical inefficiency 1 + 2 Σ ρ(k), summed up to five of itself (A. D. Sokal, in Functional Integration,
 * Springer 1997, p. 131). */
static double inefficiency(const struct window_noise *p)
{
    double zero = 0.0, g = 1.0;
    for (int64_t i = 0; i < p->n; i++) zero += p->r[i] * p->r[i];
    if (!(zero > 0.0)) return 1.0;
    for (int64_t k = 1; k < p->n / 4 && (double)k < 2.5 * g; k++) {
        double sum = 0.0;
        for (int64_t i = k; i < p->n; i++) sum += p->r[i] * p->r[i - k];
        g += 2.0 * sum / zero * (double)p->n / (double)(p->n - k);
    }
    return fmax(g, 1.0);
}

status window_noise_make(struct window_noise *p, int64_t n, const double *x, const double *y,
                         const struct window_line *f)
{
    *p = (struct window_noise){0};
    TRY(NEW(p->x, (size_t)f->rows));
    TRY(NEW(p->r, (size_t)f->rows));
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] >= f->from && x[i] <= f->to)) continue;
        p->x[p->n] = x[i];
        p->r[p->n++] = y[i] - f->mean_y - f->slope * (x[i] - f->mean_x);
    }
    p->g = inefficiency(p);
    return OK;
}

int64_t window_noise_block(const struct window_noise *p)
{
    int64_t block = p->g < 1.5 ? 1 : (int64_t)ceil(5.0 * p->g), most = p->n / 4;
    return block < most ? block : most > 1 ? most : 1;
}

/* What residuals drawn in blocks lack of the noise: the line took two of n/g independent numbers, and blocks
 * of L lose the share g/2L of the variance at their ends (exponential correlation). */
static double block_scale(const struct window_noise *p, int64_t block)
{
    double independent = fmax((double)p->n / p->g, 3.0),
           ends = block > 1 ? fmin(p->g / (2.0 * (double)block), 0.5) : 0.0;
    return sqrt(independent / (independent - 2.0) / (1.0 - ends));
}

/* The line through the fitted one plus residuals drawn in blocks. */
struct window_line window_noise_redraw(const struct window_noise *p, const struct window_line *f,
                                       uint64_t seed, uint64_t who)
{
    int64_t block = window_noise_block(p);
    double scale = block_scale(p, block);
    struct window_line g = *f;
    struct sums s = {0};
    for (int64_t i = 0, from = 0; i < p->n; i++) {
        double u[2];
        if (i % block == 0) {
            random_uniform2(seed, STREAM_BOOTSTRAP, who, (uint64_t)(i / block), u);
            from = (int64_t)(u[0] * (double)(p->n - block + 1));
        }
        add(&s, p->x[i] - f->mean_x, scale * p->r[from + i % block]);
    }
    double at, level;
    solve(&s, &g.slope, &at, &level);
    g.slope += f->slope;
    g.mean_x = f->mean_x + at;
    g.mean_y = f->mean_y + level + f->slope * at;
    return g;
}
