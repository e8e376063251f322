/* SPDX-License-Identifier: GPL-3.0-or-later */
/* statistics — what the physics tests need to say whether two numbers agree: correlated samples, fits,
 * distributions. */
#ifndef GLINT_TESTS_STATISTICS_H
#define GLINT_TESTS_STATISTICS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline double mean_of(const double *x, int n)
{
    double s = 0.0;
    for (int i = 0; i < n; i++) s += x[i];
    return s / n;
}

/* Statistical inefficiency g = 1 + 2 Σ ρ(t), summed with Sokal's window (until t > 5 g): n/g samples are
 * independent. */
static inline double inefficiency(const double *x, int n)
{
    double mean = mean_of(x, n), variance = 0.0, g = 1.0;
    for (int i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / n;
    for (int t = 1; t < n / 4 && t < 5.0 * g + 1.0; t++) {
        double c = 0.0;
        for (int i = 0; i + t < n; i++) c += (x[i] - mean) * (x[i + t] - mean);
        g += 2.0 * c / ((n - t) * variance);
    }
    return g < 1.0 ? 1.0 : g;
}

static inline double error_of_mean(const double *x, int n)
{
    double mean = mean_of(x, n), variance = 0.0;
    for (int i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / (n - 1);
    return sqrt(variance * inefficiency(x, n) / n);
}

/* Slope of y over x and its standard error from the residuals. */
static inline double slope_of(const double *x, const double *y, int n, double *error)
{
    double mx = mean_of(x, n), my = mean_of(y, n), sxx = 0.0, sxy = 0.0, rest = 0.0;
    for (int i = 0; i < n; i++) sxx += (x[i] - mx) * (x[i] - mx), sxy += (x[i] - mx) * (y[i] - my);
    double slope = sxy / sxx;
    for (int i = 0; i < n; i++) rest += pow(y[i] - my - slope * (x[i] - mx), 2);
    *error = sqrt(rest / (n - 2) / sxx);
    return slope;
}

static inline int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* √(n/g)·D of Kolmogorov and Smirnov against a distribution function; sorts the samples. Below 1.95 for 99.9
 * % of right samples. */
static inline double kolmogorov(double *x, int n, double (*cdf)(double x, const void *p), const void *p)
{
    double g = inefficiency(x, n), worst = 0.0;
    qsort(x, (size_t)n, sizeof *x, compare_numbers);
    for (int i = 0; i < n; i++) {
        double f = cdf(x[i], p);
        worst = fmax(worst, fmax(fabs(f - (double)i / n), fabs((i + 1.0) / n - f)));
    }
    return worst * sqrt(n / g);
}

/* ln P₁(x)/P₂(x) = a + b x by maximum likelihood (logistic regression; M. R. Shirts, J. Chem. Theory Comput.
 * 9, 909 (2013)). Equal numbers of samples. Returns b; its error counts the correlation of the samples. */
static inline double log_ratio_slope(const double *x1, const double *x2, int n, double *error)
{
    double centre = 0.5 * (mean_of(x1, n) + mean_of(x2, n)), a = 0.0, b = 0.0, h[3];
    for (int round = 0; round < 50; round++) {
        double gradient[2] = {0, 0};
        h[0] = h[1] = h[2] = 0.0;
        for (int i = 0; i < 2 * n; i++) {
            double x = (i < n ? x1[i] : x2[i - n]) - centre, p = 1.0 / (1.0 + exp(-a - b * x)),
                   r = (i < n) - p;
            gradient[0] += r, gradient[1] += r * x;
            h[0] += p * (1 - p), h[1] += p * (1 - p) * x, h[2] += p * (1 - p) * x * x;
        }
        double d = h[0] * h[2] - h[1] * h[1];
        a += (h[2] * gradient[0] - h[1] * gradient[1]) / d;
        b += (h[0] * gradient[1] - h[1] * gradient[0]) / d;
    }
    double g = fmax(inefficiency(x1, n), inefficiency(x2, n));
    *error = sqrt(g * h[0] / (h[0] * h[2] - h[1] * h[1]));
    return b;
}

/* One line of the Test Anything Protocol; returns 1 if it failed. */
#define REPORT(good, name, ...)                                                               \
    (printf("%s - %s (", (good) ? "ok" : "not ok", name), printf(__VA_ARGS__), printf(")\n"), \
     fflush(stdout), (good) ? 0 : 1)

#endif
