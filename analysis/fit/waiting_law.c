/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/waiting_law.h"
#include "base/mem.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_expint.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

const struct waiting_model_description waiting_models[WAITING_MODELS] = {
    {"power_law",
     "S = u^(1-alpha)",
     "Clauset, Shalizi & Newman 2009, doi 10.1137/070710111",
     1,
     {"alpha", NULL}},
    {"truncated", "p ~ u^-alpha exp(-z u)", "Clauset, Shalizi & Newman 2009", 2, {"alpha", "xmin/cutoff"}},
    {"exponential", "S = exp(-z (u-1))", "Poisson process", 1, {"xmin/tau", NULL}},
    {"stretched", "S = exp(-(c/b)(u^b-1))", "Weibull 1951", 2, {"c", "b"}},
    {"log_normal",
     "p ~ exp(-k ln u - q (ln u)^2/2)/u",
     "normal in ln x: mean ln xmin - k/q, variance 1/q",
     2,
     {"k", "q"}}};

/* ---- special functions with the exponential taken out ---- */

/* ln of exp(z) z^(alpha-1) Gamma(1-alpha, z) for z < 1. gsl_sf_gamma_inc of GSL 2.7 is wrong by up to 2e-3
 * for first arguments between -0.5 and 0, so it is called with positive ones only and the recurrence a
 * Gamma(a, z) = Gamma(a+1, z) - z^a exp(-z) does the rest. */
static double log_small_norm(double alpha, double z)
{
    double a = 1.0 - alpha, up = fmax(0.0, ceil(0.5 - a));
    double gamma = gsl_sf_gamma_inc(a + up, z);
    for (; up > 0.5; up -= 1.0) {
        double b = a + up - 1.0;
        gamma = fabs(b) < 1e-8 ? gsl_sf_expint_E1(z) : (gamma - pow(z, b) * exp(-z)) / b;
    }
    return z + (alpha - 1.0) * log(z) + log(gamma);
}

/* ln of exp(z) E_alpha(z) = int_1^inf u^-alpha exp(-z (u-1)) du: continued fraction (NIST DLMF 8.19.17), for
 * small z the incomplete gamma function. */
static double log_truncated_norm(double alpha, double z)
{
    if (z < 1.0) return log_small_norm(alpha, z);
    double b = z + alpha, c = 1e300, d = 1.0 / b, h = d;
    for (int i = 1; i < 2000; i++) { /* modified Lentz */
        double a = -(double)i * (alpha - 1.0 + i);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        h *= c * d;
        if (fabs(c * d - 1.0) < 1e-15) break;
    }
    return log(h);
}

/* ln of exp(x^2) erfc(x) */
static double log_erfcx(double x)
{
    if (x < 20.0) return x * x + gsl_sf_log_erfc(x);
    double y =
        1.0 / (2.0 * x * x); /* asymptotic: next term 105 y^4 < 3e-10 of the result's logarithm at 20 */
    return log1p(-y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)))) - log(x) - 0.5 * log(M_PI);
}

/* ln int_0^inf exp(-k v - q v^2/2) dv */
static double log_normal_norm(double k, double q)
{
    return 0.5 * log(M_PI / (2.0 * q)) + log_erfcx(k / sqrt(2.0 * q));
}

/* (exp(b v) - 1)/b */
static double power_step(double b, double v)
{
    return fabs(b * v) < 1e-8 ? v * (1.0 + 0.5 * b * v) : expm1(b * v) / b;
}

/* ---- one law ---- */

static double log_density(const struct waiting_law *law, double u, double v)
{
    const double *p = law->parameter;
    switch (law->model) {
    case WAITING_POWER_LAW:
        return log(p[0] - 1.0) - p[0] * v;
    case WAITING_TRUNCATED:
        return -p[0] * v - p[1] * (u - 1.0) - law->log_norm;
    case WAITING_EXPONENTIAL:
        return log(p[0]) - p[0] * (u - 1.0);
    case WAITING_STRETCHED:
        return log(p[0]) + (p[1] - 1.0) * v - p[0] * power_step(p[1], v);
    case WAITING_LOG_NORMAL:
        return -(p[0] + 0.5 * p[1] * v) * v - v - law->log_norm;
    case WAITING_MODELS:
        break;
    }
    return (double)NAN;
}

double waiting_log_survival(const struct waiting_law *law, double u, double v)
{
    const double *p = law->parameter;
    switch (law->model) {
    case WAITING_POWER_LAW:
        return (1.0 - p[0]) * v;
    case WAITING_TRUNCATED:
        return (1.0 - p[0]) * v - p[1] * (u - 1.0) + log_truncated_norm(p[0], p[1] * u) - law->log_norm;
    case WAITING_EXPONENTIAL:
        return -p[0] * (u - 1.0);
    case WAITING_STRETCHED:
        return -p[0] * power_step(p[1], v);
    case WAITING_LOG_NORMAL:
        return -(p[0] + 0.5 * p[1] * v) * v + log_normal_norm(p[0] + p[1] * v, p[1]) - law->log_norm;
    case WAITING_MODELS:
        break;
    }
    return (double)NAN;
}

/* ln int_1^U p(u) (1 - u/U) du by 16-point Gauss rules in ln(u - 1 + 1e-3), where every law is smooth. */
static double log_window_norm(const struct waiting_law *law)
{
    static const double node[8] = {0.0950125098376374, 0.2816035507792589, 0.4580167776572274,
                                   0.6178762444026438, 0.7554044083550030, 0.8656312023878318,
                                   0.9445750230732326, 0.9894009349916499};
    static const double weight[8] = {0.1894506104550685, 0.1826034150449236, 0.1691565193950025,
                                     0.1495959888165767, 0.1246289712555339, 0.0951585116824928,
                                     0.0622535239386479, 0.0271524594117541};
    enum { PANELS = 8 };
    const double shift = 1e-3, top = law->window / law->xmin, from = log(shift), to = log(top - 1.0 + shift);
    double sum = 0.0, half = 0.5 * (to - from) / PANELS;
    for (int panel = 0; panel < PANELS; panel++)
        for (int i = 0; i < 16; i++) {
            double x = from + half * (2 * panel + 1 + (i % 2 ? node[i / 2] : -node[i / 2])), above = exp(x);
            double u = 1.0 + above - shift;
            if (u < 1.0) u = 1.0;
            sum += half * weight[i / 2] * above * (1.0 - u / top) * exp(log_density(law, u, log(u)));
        }
    return log(sum);
}

void waiting_law_make(struct waiting_law *law, enum waiting_model model, double xmin, const double *parameter,
                      double window)
{
    *law = (struct waiting_law){.model = model, .xmin = xmin, .window = window};
    for (int i = 0; i < waiting_models[model].parameters; i++) law->parameter[i] = parameter[i];
    if (model == WAITING_TRUNCATED) law->log_norm = log_truncated_norm(parameter[0], parameter[1]);
    if (model == WAITING_LOG_NORMAL) law->log_norm = log_normal_norm(parameter[0], parameter[1]);
    if (window > 0.0) law->log_window = log_window_norm(law);
}

double waiting_log_density(const struct waiting_law *law, double u, double log_u)
{
    double l = log_density(law, u, log_u);
    return law->window > 0.0 ? l + log1p(-u * law->xmin / law->window) - law->log_window : l;
}

void waiting_pointwise(const struct waiting_sample *s, const struct waiting_law *law, double *out)
{
    double log_xmin = log(law->xmin), last_time = 0.0, last = 0.0;
    for (size_t i = waiting_sample_from(s, law->xmin), k = 0; i < s->n; i++, k++) {
        double u = s->time[i] / law->xmin, v = s->log_time[i] - log_xmin;
        if (!s->censored[i]) {
            out[k] = waiting_log_density(law, u, v);
        } else { /* records often end together: one survival function for all of them */
            if (s->time[i] != last_time) last = waiting_log_survival(law, u, v);
            last_time = s->time[i];
            out[k] = last;
        }
    }
}

/* ---- the power law in closed form ---- */

/* int_0^L exp(-a v) dv */
static double decay_integral(double a, double length)
{
    return fabs(a * length) < 1e-8 ? length * (1.0 - 0.5 * a * length) : -expm1(-a * length) / a;
}

/* int_1^(e^v) u^-alpha (1 - u/U) du */
static double window_integral(double alpha, double v, double log_ratio)
{
    return decay_integral(alpha - 1.0, v) - exp(-log_ratio) * decay_integral(alpha - 2.0, v);
}

double waiting_alpha(size_t events, double sum_log_u, double log_ratio)
{
    double n = (double)events;
    if (!(log_ratio > 0.0)) return 1.0 + n / sum_log_u;
    /* minimise alpha <ln u> + ln Z(alpha), convex in alpha, by golden section */
    double low = 1.0 + 1e-6, high = 2.0 + 2.0 * n / sum_log_u, mean = sum_log_u / n;
    const double golden = 0.5 * (sqrt(5.0) - 1.0);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double fa = a * mean + log(window_integral(a, log_ratio, log_ratio));
    double fb = b * mean + log(window_integral(b, log_ratio, log_ratio));
    for (int i = 0; i < 60; i++) {
        if (fa < fb) {
            high = b;
            b = a;
            fb = fa;
            a = high - golden * (high - low);
            fa = a * mean + log(window_integral(a, log_ratio, log_ratio));
        } else {
            low = a;
            a = b;
            fa = fb;
            b = low + golden * (high - low);
            fb = b * mean + log(window_integral(b, log_ratio, log_ratio));
        }
    }
    return 0.5 * (low + high);
}

/* The information per event is the variance of ln u, the second derivative of ln Z. */
double waiting_alpha_error(size_t events, double alpha, double log_ratio)
{
    double n = (double)events, h = 1e-3;
    if (!(log_ratio > 0.0)) return (alpha - 1.0) / sqrt(n);
    double below = log(window_integral(alpha - h, log_ratio, log_ratio));
    double here = log(window_integral(alpha, log_ratio, log_ratio));
    double above = log(window_integral(alpha + h, log_ratio, log_ratio));
    return h / sqrt(n * (above - 2.0 * here + below));
}

double waiting_power_law_cdf(double alpha, double log_u, double log_ratio)
{
    if (!(log_ratio > 0.0)) return -expm1((1.0 - alpha) * log_u);
    return window_integral(alpha, log_u, log_ratio) / window_integral(alpha, log_ratio, log_ratio);
}

/* ---- maximum likelihood ---- */

struct search {
    const struct waiting_sample *s;
    enum waiting_model model;
    double xmin, *scratch;
    size_t first, tail;
};

/* The search runs in unbounded coordinates; these are the limits of the parameters. */
static void from_theta(enum waiting_model model, const double *theta, double *parameter)
{
    double t0 = fmax(-25.0, fmin(25.0, theta[0])), t1 = fmax(-25.0, fmin(12.0, theta[1]));
    switch (model) {
    case WAITING_POWER_LAW:
        parameter[0] = 1.0 + exp(t0);
        break;
    case WAITING_TRUNCATED:
        parameter[0] = theta[0], parameter[1] = exp(t1);
        break;
    case WAITING_EXPONENTIAL:
        parameter[0] = exp(t0);
        break;
    case WAITING_STRETCHED:
        parameter[0] = exp(t0), parameter[1] = exp(fmin(t1, 3.0));
        break;
    case WAITING_LOG_NORMAL:
        parameter[0] = theta[0], parameter[1] = exp(t1);
        break;
    case WAITING_MODELS:
        break;
    }
}

static double log_likelihood(const struct search *q, const double *parameter)
{
    struct waiting_law law;
    waiting_law_make(&law, q->model, q->xmin, parameter,
                     q->s->correction == WAITING_WINDOW ? q->s->window : 0.0);
    waiting_pointwise(q->s, &law, q->scratch);
    double sum = 0.0;
    for (size_t i = 0; i < q->tail; i++) sum += q->scratch[i];
    return sum;
}

static double objective(const gsl_vector *x, void *context)
{
    const struct search *q = context;
    double theta[2] = {gsl_vector_get(x, 0), x->size > 1 ? gsl_vector_get(x, 1) : 0.0}, parameter[2];
    if (q->model == WAITING_TRUNCATED && !(theta[0] > -3.0 && theta[0] < 20.0)) return 1e300;
    from_theta(q->model, theta, parameter);
    double l = -log_likelihood(q, parameter);
    return isfinite(l) ? l : 1e300;
}

static status maximise(struct search *q, const double start[2], double theta[2], double *best,
                       bool *converged)
{
    size_t k = (size_t)waiting_models[q->model].parameters;
    gsl_vector *x = gsl_vector_alloc(k), *step = gsl_vector_alloc(k);
    gsl_multimin_fminimizer *m = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, k);
    status s = x && step && m ? OK : fail(FAILED, "no memory for a likelihood search");
    if (s == OK) {
        for (size_t i = 0; i < k; i++) gsl_vector_set(x, i, start[i]);
        gsl_vector_set_all(step, 0.4);
        gsl_multimin_function f = {.f = objective, .n = k, .params = q};
        gsl_multimin_fminimizer_set(m, &f, x, step);
        bool small = false;
        for (int i = 0; i < 400 && !small; i++) {
            if (gsl_multimin_fminimizer_iterate(m) != GSL_SUCCESS) break;
            small = gsl_multimin_test_size(gsl_multimin_fminimizer_size(m), 1e-6) == GSL_SUCCESS;
        }
        if (m->fval < *best) {
            *best = m->fval;
            *converged = small;
            for (size_t i = 0; i < k; i++) theta[i] = gsl_vector_get(gsl_multimin_fminimizer_x(m), i);
        }
    }
    if (m) gsl_multimin_fminimizer_free(m);
    if (x) gsl_vector_free(x);
    if (step) gsl_vector_free(step);
    return s;
}

/* Observed information by central differences in the parameters themselves. */
static void set_errors(const struct search *q, struct waiting_fit *fit)
{
    int k = waiting_models[q->model].parameters;
    double h[2], p[2], hessian[2][2] = {{0}}, centre = fit->log_likelihood;
    for (int i = 0; i < k; i++) h[i] = 1e-3 * fmax(fabs(fit->parameter[i]), 1e-9);
    for (int i = 0; i < k; i++)
        for (int j = 0; j <= i; j++) {
            double value[2][2];
            for (int a = 0; a < 2; a++)
                for (int b = 0; b < 2; b++) {
                    p[0] = fit->parameter[0], p[1] = fit->parameter[1];
                    p[i] += a ? h[i] : -h[i];
                    if (i != j) p[j] += b ? h[j] : -h[j];
                    value[a][b] = log_likelihood(q, p);
                }
            hessian[i][j] = hessian[j][i] =
                i == j ? -(value[1][0] - 2.0 * centre + value[0][0]) / (h[i] * h[i])
                       : -(value[1][1] - value[1][0] - value[0][1] + value[0][0]) / (4.0 * h[i] * h[j]);
        }
    double determinant =
        k == 1 ? hessian[0][0] : hessian[0][0] * hessian[1][1] - hessian[0][1] * hessian[1][0];
    bool positive = hessian[0][0] > 0.0 && determinant > 0.0;
    fit->error[0] = positive ? sqrt((k == 1 ? 1.0 : hessian[1][1]) / determinant) : (double)NAN;
    fit->error[1] = k == 1 ? 0.0 : positive ? sqrt(hessian[0][0] / determinant) : (double)NAN;
}

static double log_ratio(const struct waiting_sample *s, double xmin)
{
    return s->correction == WAITING_WINDOW ? log(s->window / xmin) : 0.0;
}

/* Two starts a law: near the power law and near the exponential. */
static status search_law(struct search *q, double alpha, double mean_excess, struct waiting_fit *fit)
{
    double theta[2] = {0}, best = INFINITY, hill = log(alpha - 1.0), rate = -log(mean_excess);
    const double starts[WAITING_MODELS][2][2] = {
        [WAITING_TRUNCATED] = {{alpha, rate - 3.0}, {0.5, rate}},
        [WAITING_EXPONENTIAL] = {{rate, 0.0}, {rate + 1.0, 0.0}},
        [WAITING_STRETCHED] = {{hill, -3.0}, {rate, 0.0}},
        [WAITING_LOG_NORMAL] = {{alpha - 1.0, -4.0}, {0.0, 0.0}},
    };
    for (int i = 0; i < 2; i++) TRY(maximise(q, starts[q->model][i], theta, &best, &fit->converged));
    if (!isfinite(best) || best >= 1e300)
        return fail(FAILED, "the likelihood of the %s law is nowhere finite at xmin = %g",
                    waiting_models[q->model].name, q->xmin);
    from_theta(q->model, theta, fit->parameter);
    return OK;
}

status waiting_fit(const struct waiting_sample *s, enum waiting_model model, double xmin,
                   struct waiting_fit *fit)
{
    gsl_set_error_handler_off();
    *fit = (struct waiting_fit){.model = model, .xmin = xmin};
    struct search q = {.s = s, .model = model, .xmin = xmin, .first = waiting_sample_from(s, xmin)};
    q.tail = s->n - q.first;
    double sum_log = 0.0, sum = 0.0, window = s->correction == WAITING_WINDOW ? s->window : 0.0;
    for (size_t i = q.first; i < s->n; i++) {
        fit->events += !s->censored[i];
        sum_log += s->log_time[i] - log(xmin);
        sum += s->time[i] / xmin - 1.0;
    }
    fit->censored = q.tail - fit->events;
    if (fit->events < 3 || !(sum_log > 0.0))
        return fail(BAD_INPUT,
                    "%zu completed waiting times at or above xmin = %g: want at least 3 that differ",
                    fit->events, xmin);
    TRY(NEW(q.scratch, q.tail));
    double n = (double)fit->events, alpha = waiting_alpha(fit->events, sum_log, log_ratio(s, xmin));
    status r = OK;
    fit->converged = true;
    if (model == WAITING_POWER_LAW)
        fit->parameter[0] = alpha;
    else if (model == WAITING_EXPONENTIAL && window == 0.0)
        fit->parameter[0] = n / sum;
    else
        r = search_law(&q, alpha, sum / n, fit);
    if (r == OK) {
        double k = waiting_models[model].parameters;
        waiting_law_make(&fit->law, model, xmin, fit->parameter, window);
        fit->log_likelihood = log_likelihood(&q, fit->parameter);
        fit->aic = 2.0 * k - 2.0 * fit->log_likelihood;
        fit->bic = k * log(n) - 2.0 * fit->log_likelihood;
        set_errors(&q, fit);
    }
    DELETE(q.scratch);
    return r;
}
