/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/mittag_leffler.h"

#include <math.h>
#include <stdbool.h>

/* Step of the trapezoidal rule in ln r. The integrand is analytic for |Im ln r| < pi/2, so the error is about
 * exp(-pi^2 / STEP) = 4e-22 of the integral's scale, which is at most t^2 times the result. */
#define STEP         0.2
#define SERIES_BELOW 0.1
#define ASYMPTOTIC_T 100.0       /* the asymptotic series is good to exp(-t), t = x^(1/alpha) ... */
#define ASYMPTOTIC_X 10.0        /* ... and falls at least like x^-k */
#define POLE_FORM    (2.0 / 3.0) /* above: the pole at ln r = i pi (1-alpha)/alpha lies inside the strip */

enum { NODES_MAX = 400 };

/* The rule for one alpha: what does not depend on x. */
struct rule {
    double alpha, sine, cosine; /* of pi alpha */
    double delta, leak;         /* pole form: imaginary part of the pole, 1 / (1 + exp(2 pi delta / STEP)) */
    bool poles;
    int n;
    double node[NODES_MAX];   /* exp(alpha w), or exp(y) in the pole form */
    double weight[NODES_MAX]; /* STEP exp(w - exp w), or STEP K(y) in the pole form */
};

/* 1/Gamma(1 - alpha k) = Gamma(alpha k) sin(pi alpha k) / pi. Near alpha = 1 the sine is taken of pi
 * (1-alpha) k, which keeps its relative accuracy. */
static double reciprocal_gamma(double alpha, int k)
{
    double a = alpha * k;
    double sine =
        alpha > 0.5 ? (k % 2 ? 1.0 : -1.0) * sin(M_PI * (1.0 - alpha) * k) : sin(M_PI * fmod(a, 2.0));
    return tgamma(a) * sine / M_PI;
}

static double series(double alpha, double x, bool derivative)
{
    double sum = 0.0, power = 1.0; /* (-x)^k, or (-x)^(k-1) for the derivative */
    for (int k = derivative ? 1 : 0; k < 60; k++) {
        double term = power / tgamma(1.0 + alpha * k) * (derivative ? -k : 1);
        sum += term;
        if (fabs(term) < 1e-18) break;
        power *= -x;
    }
    return sum;
}

static double asymptotic(double alpha, double x, bool derivative)
{
    double sum = 0.0, power = 1.0 / x, first = tgamma(alpha), last = INFINITY;
    for (int k = 1; k < 100; k++) {
        double envelope = tgamma(alpha * k) * fabs(power) * x; /* without the sine, which may vanish */
        if (envelope > last || envelope < 1e-18 * first) break;
        last = envelope;
        sum += power * reciprocal_gamma(alpha, k) * (derivative ? -k / x : 1);
        power /= -x;
    }
    return sum;
}

/* alpha <= 2/3: after one integration by parts E = int G(w - ln t) exp(w - exp w) dw with
 * G(y) = arg(1 + exp(alpha (y + i pi))) / (pi alpha), so 200 nodes serve any alpha, however small. */
static void rule_by_parts(struct rule *q)
{
    q->poles = false;
    q->n = 0;
    for (double w = -36.0; w < 3.8; w += STEP) {
        q->node[q->n] = exp(q->alpha * w);
        q->weight[q->n++] = STEP * exp(w - exp(w));
    }
}

/* alpha > 2/3: K itself, on nodes half a step off the axis point above which its poles +-i delta lie. */
static void rule_with_poles(struct rule *q)
{
    double alpha = q->alpha, half_sine = sin(0.5 * M_PI * (1.0 - alpha));
    double left = log(ASYMPTOTIC_T) + 37.0 / alpha;
    q->poles = true;
    q->delta = M_PI * (1.0 - alpha) / alpha;
    q->leak = 1.0 / (1.0 + exp(2.0 * M_PI * q->delta / STEP));
    q->n = 0;
    for (double y = -STEP * (floor(left / STEP) + 0.5); y < 7.5; y += STEP) {
        double s = sinh(0.5 * alpha * y); /* cosh(alpha y) + cos(pi alpha) = 2 s^2 + 2 half_sine^2 */
        q->node[q->n] = exp(y);
        q->weight[q->n++] = STEP * q->sine / (4.0 * M_PI * (s * s + half_sine * half_sine));
    }
}

static void rule_make(struct rule *q, double alpha)
{
    q->alpha = alpha;
    q->sine = alpha > 0.5 ? sin(M_PI * (1.0 - alpha)) : sin(M_PI * alpha);
    q->cosine = cos(M_PI * alpha);
    if (alpha > POLE_FORM)
        rule_with_poles(q);
    else
        rule_by_parts(q);
}

static double integral(const struct rule *q, double x)
{
    double sum = 0.0;
    if (!q->poles) {
        for (int i = 0; i < q->n; i++)
            sum += q->weight[i] * atan2(q->node[i] * q->sine, x + q->node[i] * q->cosine);
        return sum / (M_PI * q->alpha);
    }
    double t = pow(x, 1.0 / q->alpha);
    for (int i = 0; i < q->n && t * q->node[i] < 45.0; i++) sum += q->weight[i] * exp(-t * q->node[i]);
    return sum + 2.0 / q->alpha * q->leak * exp(-t * cos(q->delta)) * cos(t * sin(q->delta));
}

static double integral_derivative(const struct rule *q, double x)
{
    double sum = 0.0;
    if (!q->poles) {
        for (int i = 0; i < q->n; i++) {
            double a = q->node[i];
            sum += q->weight[i] * a / (x * x + 2.0 * x * a * q->cosine + a * a);
        }
        return -sum * q->sine / (M_PI * q->alpha);
    }
    double t = pow(x, 1.0 / q->alpha);
    for (int i = 0; i < q->n && t * q->node[i] < 50.0; i++)
        sum += q->weight[i] * t * q->node[i] * exp(-t * q->node[i]);
    sum += 2.0 / q->alpha * q->leak * t * exp(-t * cos(q->delta)) * cos(q->delta - t * sin(q->delta));
    return -sum / (q->alpha * x); /* d/dx from d/d ln t */
}

static double asymptotic_from(double alpha)
{
    return fmax(ASYMPTOTIC_X, pow(ASYMPTOTIC_T, alpha));
}

static bool domain(double alpha, double x)
{
    return alpha > 0.0 && alpha <= 1.0 && x >= 0.0;
}

void mittag_leffler_array(double alpha, size_t n, const double *x, double *e)
{
    struct rule q = {.n = 0};
    double large = asymptotic_from(alpha);
    for (size_t i = 0; i < n; i++) {
        if (!domain(alpha, x[i])) {
            e[i] = (double)NAN;
        } else if (alpha == 1.0) {
            e[i] = exp(-x[i]);
        } else if (x[i] < SERIES_BELOW) {
            e[i] = series(alpha, x[i], false);
        } else if (x[i] > large) {
            e[i] = asymptotic(alpha, x[i], false);
        } else {
            if (!q.n) rule_make(&q, alpha);
            e[i] = integral(&q, x[i]);
        }
    }
}

double mittag_leffler(double alpha, double x)
{
    double e;
    mittag_leffler_array(alpha, 1, &x, &e);
    return e;
}

double mittag_leffler_derivative(double alpha, double x)
{
    if (!domain(alpha, x)) return (double)NAN;
    if (alpha == 1.0) return -exp(-x);
    if (x < SERIES_BELOW) return series(alpha, x, true);
    if (x > asymptotic_from(alpha)) return isinf(x) ? 0.0 : asymptotic(alpha, x, true);
    struct rule q;
    rule_make(&q, alpha);
    return integral_derivative(&q, x);
}
