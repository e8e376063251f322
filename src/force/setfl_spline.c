/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/setfl_spline.h"

#include <math.h>

static const double PAIR_SENTINEL = 1e6, DENSITY_SENTINEL = 1e9, REPULSIVE_BELOW = 1.0;

void spline_make(const double *f, int64_t n, spline_rows c)
{
    for (int64_t i = 0; i < n; i++) c[i][0] = f[i];
    c[0][1] = f[1] - f[0];
    c[1][1] = 0.5 * (f[2] - f[0]);
    c[n - 2][1] = 0.5 * (f[n - 1] - f[n - 3]);
    c[n - 1][1] = f[n - 1] - f[n - 2];
    for (int64_t i = 2; i < n - 2; i++)
        c[i][1] = ((f[i - 2] - f[i + 2]) + 8.0 * (f[i + 1] - f[i - 1])) / 12.0;
    for (int64_t i = 0; i < n - 1; i++) {
        c[i][2] = 3.0 * (f[i + 1] - f[i]) - 2.0 * c[i][1] - c[i + 1][1];
        c[i][3] = c[i][1] + c[i + 1][1] - 2.0 * (f[i + 1] - f[i]);
    }
    c[n - 1][2] = c[n - 1][3] = 0.0;
}

double spline_value(spline_rows c, int64_t n, double step, double x, double *derivative)
{
    double rate = 1.0 / step, p = x * rate + 1.0;
    int64_t m = !(p < (double)(n - 1)) ? n - 1 : p > 1.0 ? (int64_t)p : 1;
    p = fmin(p - (double)m, 1.0);
    const double *k = c[m - 1];
    *derivative = (k[1] + p * (2.0 * k[2] + p * 3.0 * k[3])) * rate;
    return k[0] + p * (k[1] + p * (k[2] + p * k[3]));
}

/* The first node whose value and slope come from sound numbers. */
static int64_t first_sound(const double *f, int64_t n, double sentinel)
{
    int64_t i = n - 1;
    while (i >= 1 && fabs(f[i]) <= sentinel) i--;
    return i + 3;
}

int64_t spline_pair_core(const double *f, int64_t n, double dr, spline_rows c)
{
    int64_t first = first_sound(f, n, PAIR_SENTINEL), at = first;
    while (at < n && (double)at * dr < REPULSIVE_BELOW && !(c[at][1] * (double)at < c[at][0])) at++;
    if (at >= n || !(c[at][1] * (double)at < c[at][0])) at = first;
    if (at >= n) return n;
    double slope = fmin(c[at][1], c[at][0] / (double)at); /* of r·φ a row; φ' = 0 at its largest */
    for (int64_t i = 0; i < at; i++) {
        c[i][0] = c[at][0] + slope * (double)(i - at);
        c[i][1] = slope;
        c[i][2] = c[i][3] = 0.0;
    }
    return at;
}

int64_t spline_density_core(const double *f, int64_t n, spline_rows c)
{
    int64_t at = first_sound(f, n, DENSITY_SENTINEL);
    if (at >= n) return n;
    double bend = 0.5 * c[at][1] / (double)at, level = c[at][0] - bend * (double)(at * at);
    for (int64_t i = 0; i < at; i++) {
        c[i][0] = level + bend * (double)(i * i);
        c[i][1] = 2.0 * bend * (double)i;
        c[i][2] = bend;
        c[i][3] = 0.0;
    }
    return at;
}

double spline_range(spline_rows c, int64_t n, double dr, double cutoff)
{
    int64_t last = n - 2;
    double slope, end = spline_value(c, n, dr, (double)n * dr, &slope);
    if (end != 0.0 || slope != 0.0) return cutoff;
    while (last >= 0 && c[last][0] == 0.0 && c[last][1] == 0.0 && c[last][2] == 0.0 && c[last][3] == 0.0)
        last--;
    return fmin(cutoff, (double)(last + 1) * dr);
}
