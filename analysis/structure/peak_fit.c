/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/peak_fit.h"

#include "base/mem.h"
#include "system/frame_curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { P = 4, LEAST_POINTS = 8, SCORINGS = 100 };
#define MOST_SCATTER 3.0

/* The cubic b over u = (x − centre)/half in [−1, 1], and where its maximum is. */
struct cubic {
    double b[P], centre, half;
    double top, bend;      /* u of the maximum, and −η'' there */
    double inverse[P * P]; /* (XᵀWX)⁻¹ */
};

static void powers(double u, double v[P])
{
    v[0] = 1.0;
    for (int k = 1; k < P; k++) v[k] = v[k - 1] * u;
}

static double at(const struct cubic *c, double u)
{
    return c->b[0] + u * (c->b[1] + u * (c->b[2] + u * c->b[3]));
}

/* Weight of a point in the range; 0 outside. */
static double kernel(const struct peak_fit_data *d, const struct cubic *c, int64_t i, double *u)
{
    *u = (d->x[i] - c->centre) / c->half;
    if (!(fabs(*u) < 1.0)) return 0.0;
    return (1.0 - *u * *u) * (d->weight ? d->weight[i] : 1.0);
}

/* (XᵀWX)⁻¹; the weights do not depend on the curve, so once a range. False: too few points. */
static bool prepare(struct cubic *c, const struct peak_fit_data *d, int64_t *used)
{
    double m[P * P] = {0}, v[P], u;
    *used = 0;
    for (int64_t i = 0; i < d->points; i++) {
        double w = kernel(d, c, i, &u);
        if (w == 0.0) continue;
        ++*used;
        powers(u, v);
        for (int k = 0; k < P * P; k++) m[k] += w * v[k / P] * v[k % P];
    }
    if (*used < LEAST_POINTS) return false;
    gsl_matrix_view a = gsl_matrix_view_array(m, P, P);
    if (gsl_linalg_cholesky_decomp1(&a.matrix) != GSL_SUCCESS) return false;
    if (gsl_linalg_cholesky_invert(&a.matrix) != GSL_SUCCESS) return false;
    memcpy(c->inverse, m, sizeof m);
    return true;
}

/* Scoring from the cubic's own b. False: no finite solution. */
static bool solve(struct cubic *c, const struct peak_fit_data *d, const double *y)
{
    for (int n = 0; n < SCORINGS; n++) {
        double score[P] = {0}, step[P] = {0}, v[P], u, largest = 0.0;
        for (int64_t i = 0; i < d->points; i++) {
            double w = kernel(d, c, i, &u);
            if (w == 0.0) continue;
            powers(u, v);
            w *= y[i] * exp(-at(c, u)) - 1.0;
            for (int k = 0; k < P; k++) score[k] += w * v[k];
        }
        for (int k = 0; k < P * P; k++) step[k / P] += c->inverse[k] * score[k % P];
        for (int k = 0; k < P; k++) largest = fmax(largest, fabs(step[k]));
        if (!isfinite(largest)) return false;
        double scale = largest > 1.0 ? 1.0 / largest : 1.0; /* ln y changes by a few at most: no overflow */
        for (int k = 0; k < P; k++) c->b[k] += scale * step[k];
        if (largest < 1e-10) return true;
    }
    return false;
}

/* The maximum of the cubic, if it lies in the range. */
static bool find_top(struct cubic *c)
{
    double root = c->b[2] * c->b[2] - 3.0 * c->b[1] * c->b[3];
    if (!(root > 0.0)) return false;
    c->bend = 2.0 * sqrt(root);
    c->top = c->b[1] / (sqrt(root) - c->b[2]); /* the root at which η'' < 0 */
    return fabs(c->top) < 1.0;
}

static const char *fit_range(struct cubic *c, const struct peak_fit_data *d, const double *y,
                             const double range[2], int64_t *used)
{
    double mean = 0.0, sum = 0.0, u;
    c->centre = 0.5 * (range[0] + range[1]);
    c->half = 0.5 * (range[1] - range[0]);
    *used = 0;
    if (!(c->half > 0.0)) return "the peak has no flanks";
    if (!prepare(c, d, used)) return "too few points in the range of the peak";
    for (int64_t i = 0; i < d->points; i++) {
        double w = kernel(d, c, i, &u);
        mean += w * y[i];
        sum += w;
    }
    if (!(mean > 0.0)) return "nothing but zeros in the range of the peak";
    memcpy(c->b, (double[P]){log(mean / sum)}, sizeof c->b);
    if (!solve(c, d, y)) return "the fit did not converge";
    return find_top(c) ? NULL : "the fit has no maximum in the range of the peak";
}

static struct peak_fit_value value_of(const struct cubic *c)
{
    return (struct peak_fit_value){c->centre + c->half * c->top, exp(at(c, c->top))};
}

/* ---- errors ---- */

/* Variances of place and height from Σ w² r² X Xᵀ, with r = y/f − 1 of frame means, or the mean of those of
 * frames. The coefficients b move the maximum by −X'/η'' and its logarithm by X. *spread: weighted mean of r²
 * of the frame means. */
static void scatter(const struct cubic *c, const struct peak_fit_data *d, const double *mean, int64_t used,
                    double variance[2], double *spread)
{
    double m[P * P] = {0}, v[P], u, sum = 0.0, square = 0.0, g[2][P];
    for (int64_t i = 0; i < d->points; i++) {
        double w = kernel(d, c, i, &u);
        if (w == 0.0) continue;
        double f = exp(at(c, u)), r2 = pow(mean[i] / f - 1.0, 2);
        sum += w;
        square += w * r2;
        if (d->smeared) {
            r2 = 0.0;
            for (int64_t k = 0; k < d->frames; k++)
                r2 += pow(d->y[k * d->points + i] / f - 1.0, 2) / (double)d->frames;
        }
        powers(u, v);
        for (int k = 0; k < P * P; k++) m[k] += w * w * r2 * v[k / P] * v[k % P];
    }
    *spread = square / sum;
    powers(c->top, v);
    for (int k = 0; k < P; k++) {
        g[0][k] = k ? c->half * k * v[k - 1] / c->bend : 0.0;
        g[1][k] = exp(at(c, c->top)) * v[k];
    }
    for (int q = 0; q < 2; q++) {
        double h[P] = {0};
        variance[q] = 0.0;
        for (int k = 0; k < P * P; k++) h[k / P] += c->inverse[k] * g[q][k % P];
        for (int k = 0; k < P * P; k++) variance[q] += h[k / P] * m[k] * h[k % P];
        variance[q] *= (double)used / (double)(used - P);
    }
}

static void mean_without(const struct peak_fit_data *d, int64_t without, double *mean)
{
    double n = (double)(d->frames - (without >= 0 ? 1 : 0));
    for (int64_t i = 0; i < d->points; i++) {
        double sum = 0.0;
        for (int64_t k = 0; k < d->frames; k++)
            if (k != without) sum += d->y[k * d->points + i];
        mean[i] = sum / n;
    }
}

static void jackknife(const struct cubic *c, const struct peak_fit_data *d, double *mean, double variance[2])
{
    double n = 0.0, sum[2] = {0}, square[2] = {0};
    struct peak_fit_value centre = value_of(c);
    for (int64_t k = 0; k < d->frames && d->frames > 1; k++) {
        struct cubic one = *c;
        mean_without(d, k, mean);
        if (!solve(&one, d, mean) || !find_top(&one)) continue;
        struct peak_fit_value p = value_of(&one);
        double v[2] = {p.x - centre.x, p.height - centre.height};
        for (int q = 0; q < 2; q++) {
            sum[q] += v[q];
            square[q] += v[q] * v[q];
        }
        n += 1.0;
    }
    for (int q = 0; q < 2; q++)
        variance[q] = n > 1.0 ? (n - 1.0) / n * fmax(square[q] - sum[q] * sum[q] / n, 0.0) : 0.0;
}

static struct peak_fit_value roots(const double v[2])
{
    return (struct peak_fit_value){sqrt(v[0]), sqrt(v[1])};
}

static const char *errors(struct peak_fit *p, const struct cubic *c, const struct peak_fit_data *d,
                          double *mean)
{
    double points[2], frames[2], total[2], spread;
    scatter(c, d, mean, p->used, points, &spread);
    if (spread > MOST_SCATTER) return "the values scatter more than those of a disordered sample";
    jackknife(c, d, mean, frames);
    for (int q = 0; q < 2; q++) {
        if (d->smeared) points[q] = fmax(points[q] - (double)d->frames * frames[q], 0.0) + frames[q];
        total[q] = fmax(points[q], frames[q]);
    }
    p->scatter = roots(points);
    p->frames = roots(frames);
    total[0] += p->range.x * p->range.x;
    total[1] += p->range.height * p->range.height;
    p->error = roots(total);
    return NULL;
}

/* ---- where ---- */

struct bins {
    int n;
    double width, *y;
};

static status make_bins(struct bins *b, const struct peak_fit_data *d, const double *mean)
{
    double most = 0.0, *sum = NULL;
    for (int64_t i = 0; i < d->points; i++) most = fmax(most, d->x[i]);
    b->width = d->bin;
    b->n = (int)fmin(most / d->bin, 1e6) + 1;
    TRY(NEW(b->y, (size_t)b->n));
    TRY(NEW(sum, (size_t)b->n));
    for (int64_t i = 0; i < d->points; i++) {
        int k = (int)(d->x[i] / d->bin);
        if (k >= b->n) continue;
        double w = d->weight ? d->weight[i] : 1.0;
        b->y[k] += w * mean[i];
        sum[k] += w;
    }
    for (int k = 0; k < b->n; k++) b->y[k] = sum[k] > 0.0 ? b->y[k] / sum[k] : (double)NAN;
    DELETE(sum);
    return OK;
}

/* Where the bins fall below a height on the way from x down (direction −1) or up; NaN: they do not. */
static double crossing(const struct bins *b, double x, int direction, double height)
{
    if (!isfinite(x)) return (double)NAN;
    for (int k = (int)(x / b->width); k + direction >= 0 && k + direction < b->n; k += direction) {
        double here = b->y[k], next = b->y[k + direction];
        if (next < height && here >= height)
            return b->width * (k + 0.5 + direction * (here - height) / (here - next));
    }
    return (double)NAN;
}

static void range_of(const struct bins *b, const struct peak *top, double level, double range[2])
{
    range[0] = crossing(b, top->x, -1, level * top->height);
    range[1] = crossing(b, top->x, +1, level * top->height);
}

static const char *fit(struct peak_fit *p, const struct peak_fit_data *d, double *mean, const struct bins *b,
                       const struct peak *top)
{
    struct cubic c, other;
    double range[2], narrow[2];
    int64_t unused;
    range_of(b, top, d->level, range);
    const char *why = fit_range(&c, d, mean, range, &p->used);
    if (why) return why;
    struct peak_fit_value found = value_of(&c);
    range_of(b, top, d->check, narrow);
    if (fit_range(&other, d, mean, narrow, &unused) == NULL) {
        p->range.x = fabs(value_of(&other).x - found.x);
        p->range.height = fabs(value_of(&other).height - found.height);
    }
    why = errors(p, &c, d, mean);
    if (why) return why;
    p->x = found.x;
    p->height = found.height;
    p->from = range[0];
    p->to = range[1];
    return NULL;
}

status peak_fit_make(struct peak_fit *p, const struct peak_fit_data *d)
{
    double *mean = NULL, nan = (double)NAN;
    struct bins b = {0};
    status s = OK;
    *p = (struct peak_fit){.from = nan, .to = nan};
    gsl_set_error_handler_off();
    GUARD(NEW(mean, (size_t)d->points + 1));
    mean_without(d, -1, mean);
    GUARD(make_bins(&b, d, mean));
    struct peak top = peak_first(b.y, b.n, 0.5 * b.width, b.width);
    const char *why = isfinite(top.x) ? fit(p, d, mean, &b, &top) : "the values show no peak";
    if (why) {
        snprintf(p->why, sizeof p->why, "%s", why);
        p->x = top.x;
        p->height = top.height;
        p->error = p->range = (struct peak_fit_value){0.5 * d->bin, nan};
        p->scatter = p->frames = (struct peak_fit_value){nan, nan};
    }
    p->low = crossing(&b, p->x, -1, 0.5 * p->height);
    p->high = crossing(&b, p->x, +1, 0.5 * p->height);
done:
    DELETE(mean);
    DELETE(b.y);
    return s;
}

status peak_rough(double *place, const double *y, const double *weight, int n, double width, double least)
{
    int join = (int)fmax(1.0, ceil(least / width - 1e-9)), joined = (n + join - 1) / join;
    double *mean = NULL;
    TRY(NEW(mean, (size_t)joined));
    for (int k = 0; k < joined; k++) {
        double sum = 0.0, all = 0.0;
        for (int b = k * join; b < (k + 1) * join && b < n; b++) {
            if (isnan(y[b]) || !(weight[b] > 0.0)) continue;
            sum += weight[b] * y[b];
            all += weight[b];
        }
        mean[k] = all > 0.0 ? sum / all : (double)NAN;
    }
    *place = peak_first(mean, joined, 0.5 * join * width, join * width).x;
    DELETE(mean);
    return OK;
}
