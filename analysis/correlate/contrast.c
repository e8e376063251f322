/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/correlate/contrast.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

status contrast_exact_null(int64_t n, struct contrast_null *null)
{
    if (n < 2)
        return fail(BAD_INPUT,
                    "a null model for %" PRId64
                    " independent pixel(s) was asked for; with fewer than 2, C is 1 "
                    "for any dynamics",
                    n);
    double m = (double)n;
    null->diagonal_mean = 2.0 * m / (m + 1.0);
    null->diagonal_sd = 2.0 * m * sqrt(m - 1.0) / ((m + 1.0) * sqrt((m + 2.0) * (m + 3.0)));
    null->off_mean = 1.0;
    null->off_sd = sqrt(m - 1.0) / (m + 1.0);
    return OK;
}

double contrast_few(int64_t n, double rho)
{
    double sum = 0.0, term = 1.0;
    if (rho >= 1.0) return 1.0;
    for (int64_t k = 0; term > 1e-17 * sum && k < 1000000;
         k++) { /* 2F1(1, 1; n+1; rho) = Σ k!²/((n+1)_k k!) rho^k */
        sum += term;
        term *= (double)(k + 1) * rho / (double)(n + 1 + k);
    }
    return 1.0 - (1.0 - rho) * sum;
}

double contrast_field(int64_t n, double R)
{
    double low = 0.0, high = 1.0;
    if (R < 0.0) return -contrast_field(n, -R);
    if (!(R < 1.0)) return R;
    for (int i = 0; i < 60; i++) { /* R_n rises with rho */
        double middle = 0.5 * (low + high);
        if (contrast_few(n, middle) < R)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

void contrast_trace(const float *data, const uint8_t *bad, int64_t frames, int64_t pixels, double *out)
{
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < frames; t++) {
        double first = 0.0, second = 0.0;
        const float *x = data + t * pixels;
        for (int64_t p = 0; p < pixels; p++) {
            first += (double)x[p];
            second += (double)x[p] * (double)x[p];
        }
        bool usable = !(bad && bad[t]) && isfinite(first) && first > 0.0;
        out[t] = usable ? second * (double)pixels / (first * first) : (double)NAN;
    }
}

struct moments moments_of(const double *x, int64_t n)
{
    struct moments m = {0};
    double square = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        m.mean += x[i];
        m.count++;
    }
    m.mean = m.count ? m.mean / (double)m.count : (double)NAN;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(x[i])) square += (x[i] - m.mean) * (x[i] - m.mean);
    m.variance = m.count > 1 ? square / (double)(m.count - 1) : (double)NAN;
    return m;
}
