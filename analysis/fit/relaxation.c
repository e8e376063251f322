/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/relaxation.h"
#include "analysis/fit/least_squares.h"
#include "analysis/fit/mittag_leffler.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

const char *const relaxation_parameter_names[RELAXATION_PARAMETERS] = {"tau", "beta", "amplitude",
                                                                       "baseline"};

/* ---- the models ---- */

static void shape_kww(double tau, double beta, size_t n, const double *lag, double *shape)
{
    for (size_t i = 0; i < n; i++) shape[i] = exp(-pow(lag[i] / tau, beta));
}
static double mean_kww(double tau, double beta, int power)
{
    return tau / beta * tgamma(1.0 / beta) * pow((double)power, -1.0 / beta);
}
static void shape_ml(double tau, double beta, size_t n, const double *lag, double *shape)
{
    for (size_t i = 0; i < n; i++) shape[i] = pow(lag[i] / tau, beta);
    mittag_leffler_array(beta, n, shape, shape);
}
/* E_beta ~ t^-beta: int E diverges for beta < 1, int E^2 for beta <= 1/2. Else the trapezoidal rule in ln t,
 * closed by the tail u^(1-2 beta)/((2 beta - 1) Gamma(1-beta)^2). */
static double mean_ml(double tau, double beta, int power)
{
    if (beta >= 1.0) return tau / power;
    if (power == 1 || beta <= 0.5) return INFINITY;
    const double step = 0.1, last = 80.0;
    double sum = 0.0;
    for (int i = -400; i * step < last + 0.5 * step; i++) {
        double u = exp(i * step), e = mittag_leffler(beta, pow(u, beta));
        sum += e * e * u * ((i + 1) * step < last + 0.5 * step ? step : 0.5 * step);
    }
    double g = tgamma(1.0 - beta);
    return tau * (sum + exp(last * (1.0 - 2.0 * beta)) / ((2.0 * beta - 1.0) * g * g));
}

const struct relaxation_model relaxation_models[] = {
    {"exponential", "exp(-t/tau)", "single relaxation time", 1.0, 1.0, shape_kww, mean_kww},
    {"kww", "exp(-(t/tau)^beta)", "Kohlrausch 1854; Williams & Watts 1970, doi 10.1039/TF9706600080", 0.05,
     3.0, shape_kww, mean_kww},
    {"mittag_leffler", "E_beta(-(t/tau)^beta)",
     "Mittag-Leffler 1903; Metzler & Klafter 2000, doi 10.1016/S0370-1573(00)00070-3", 0.02, 1.0, shape_ml,
     mean_ml},
    {0}};

const struct relaxation_model *relaxation_find(const char *name)
{
    for (const struct relaxation_model *m = relaxation_models; m->name; m++)
        if (strcmp(m->name, name) == 0) return m;
    return NULL;
}

struct relaxation_options relaxation_defaults(void)
{
    return (struct relaxation_options){
        .siegert_power = 2, .amplitude_free = true, .amplitude = 1.0, .scale_errors = true};
}

/* ---- the problem in transformed parameters ---- */

struct problem {
    const struct relaxation_data *d;
    const struct relaxation_model *m;
    int power;
    bool free[RELAXATION_PARAMETERS];
    double value[RELAXATION_PARAMETERS]; /* of the fixed ones */
};

static bool has_beta(const struct relaxation_model *m)
{
    return m->beta_high > m->beta_low;
}

static double to_theta(const struct problem *p, int parameter, double value)
{
    if (parameter == RELAXATION_TAU) return log(value);
    if (parameter != RELAXATION_BETA) return value;
    double u = (value - p->m->beta_low) / (p->m->beta_high - p->m->beta_low);
    return log(u / (1.0 - u));
}

static double from_theta(const struct problem *p, int parameter, double theta)
{
    if (parameter == RELAXATION_TAU) return exp(fmax(-600.0, fmin(600.0, theta)));
    if (parameter != RELAXATION_BETA) return theta;
    return p->m->beta_low + (p->m->beta_high - p->m->beta_low) / (1.0 + exp(-theta));
}

/* d value / d theta */
static double derivative(const struct problem *p, int parameter, double value)
{
    if (parameter == RELAXATION_TAU) return value;
    if (parameter != RELAXATION_BETA) return 1.0;
    return (value - p->m->beta_low) * (p->m->beta_high - value) / (p->m->beta_high - p->m->beta_low);
}

static void unpack(const struct problem *p, const double *theta, double value[RELAXATION_PARAMETERS])
{
    for (int i = 0, k = 0; i < RELAXATION_PARAMETERS; i++)
        value[i] = p->free[i] ? from_theta(p, i, theta[k++]) : p->value[i];
}

static double f_power(double f, int power)
{
    return power == 2 ? f * f : f;
}

static void residual(const double *theta, double *r, void *context)
{
    const struct problem *p = context;
    double v[RELAXATION_PARAMETERS];
    unpack(p, theta, v);
    p->m->shape(v[RELAXATION_TAU], v[RELAXATION_BETA], p->d->n, p->d->lag, r);
    for (size_t i = 0; i < p->d->n; i++) {
        double y = v[RELAXATION_BASELINE] + v[RELAXATION_AMPLITUDE] * f_power(r[i], p->power);
        r[i] = (p->d->y[i] - y) / (p->d->sigma ? p->d->sigma[i] : 1.0);
    }
}

/* Best amplitude and baseline for a given shape (weighted linear least squares in whichever is free); returns
 * chi^2. */
static double solve_linear(const struct problem *p, const double *shape, double v[RELAXATION_PARAMETERS])
{
    double w0 = 0, wf = 0, wff = 0, wy = 0, wfy = 0, chi2 = 0;
    const struct relaxation_data *d = p->d;
    for (size_t i = 0; i < d->n; i++) {
        double s = d->sigma ? d->sigma[i] : 1.0, w = 1.0 / (s * s), f = f_power(shape[i], p->power);
        w0 += w;
        wf += w * f;
        wff += w * f * f;
        wy += w * d->y[i];
        wfy += w * f * d->y[i];
    }
    bool a = p->free[RELAXATION_AMPLITUDE], b = p->free[RELAXATION_BASELINE];
    double determinant = w0 * wff - wf * wf, amplitude = p->value[RELAXATION_AMPLITUDE];
    double baseline = p->value[RELAXATION_BASELINE];
    if (a && b && determinant > 1e-10 * w0 * wff) {
        amplitude = (w0 * wfy - wf * wy) / determinant;
        baseline = (wff * wy - wf * wfy) / determinant;
    } else if (a && !b && wff > 0) {
        amplitude = (wfy - baseline * wf) / wff;
    } else if (b) {
        if (a) amplitude = 0.0;
        baseline = (wy - amplitude * wf) / w0;
    }
    for (size_t i = 0; i < d->n; i++) {
        double r =
            (d->y[i] - baseline - amplitude * f_power(shape[i], p->power)) / (d->sigma ? d->sigma[i] : 1.0);
        chi2 += r * r;
    }
    v[RELAXATION_AMPLITUDE] = amplitude;
    v[RELAXATION_BASELINE] = baseline;
    return chi2;
}

/* ---- starting points ---- */

enum { STARTS = 3, TAU_GRID = 10, BETA_GRID = 5 };
struct start {
    double value[RELAXATION_PARAMETERS], chi2;
};

static void keep_best(struct start best[STARTS], const struct start *candidate)
{
    for (int i = 0; i < STARTS; i++) {
        if (!(candidate->chi2 < best[i].chi2)) continue;
        for (int j = STARTS - 1; j > i; j--) best[j] = best[j - 1];
        best[i] = *candidate;
        return;
    }
}

static status scan_starts(const struct problem *p, struct start best[STARTS])
{
    double *shape = NULL, shortest = INFINITY, longest = 0.0;
    TRY(NEW(shape, p->d->n));
    for (size_t i = 0; i < p->d->n; i++) {
        if (p->d->lag[i] > 0.0) shortest = fmin(shortest, p->d->lag[i]);
        longest = fmax(longest, p->d->lag[i]);
    }
    for (int i = 0; i < STARTS; i++) best[i].chi2 = INFINITY;
    const double low = p->m->beta_low, span = p->m->beta_high - low;
    for (int t = 0; t < TAU_GRID; t++) {
        for (int b = 0; b < BETA_GRID; b++) {
            struct start s = {.value = {[RELAXATION_TAU] =
                                            shortest * pow(10.0 * longest / shortest, (t + 0.5) / TAU_GRID)}};
            double fraction = (b + 0.5) / BETA_GRID; /* squared: denser at small beta */
            s.value[RELAXATION_BETA] =
                p->free[RELAXATION_BETA] ? low + span * fraction * sqrt(fraction) : p->value[RELAXATION_BETA];
            p->m->shape(s.value[RELAXATION_TAU], s.value[RELAXATION_BETA], p->d->n, p->d->lag, shape);
            s.chi2 = solve_linear(p, shape, s.value);
            keep_best(best, &s);
            if (!p->free[RELAXATION_BETA]) break;
        }
    }
    DELETE(shape);
    return OK;
}

/* Solve from one starting point; *r is replaced if the result is better. */
static status polish(const struct problem *p, const double start[RELAXATION_PARAMETERS],
                     struct least_squares_result *r)
{
    double theta[RELAXATION_PARAMETERS];
    size_t k = 0;
    for (int i = 0; i < RELAXATION_PARAMETERS; i++)
        if (p->free[i]) theta[k++] = to_theta(p, i, start[i]);
    struct least_squares_problem q = {
        .points = p->d->n, .parameters = k, .residual = residual, .context = (void *)(size_t)p};
    struct least_squares_result one;
    TRY(least_squares_solve(&q, theta, &one));
    if (one.chi2 < r->chi2 || (!r->converged && one.converged && one.chi2 <= r->chi2)) *r = one;
    return OK;
}

static status solve(const struct problem *p, struct least_squares_result *r)
{
    struct start best[STARTS];
    *r = (struct least_squares_result){.chi2 = INFINITY};
    TRY(scan_starts(p, best));
    for (int i = 0; i < STARTS; i++)
        if (isfinite(best[i].chi2)) TRY(polish(p, best[i].value, r));
    if (!isfinite(r->chi2))
        return fail(FAILED, "the %s fit found no starting point of finite chi^2", p->m->name);
    return OK;
}

/* ---- profile likelihood of beta ---- */

/* chi^2 with beta held at a value, everything else free, warm start. */
static status profile_chi2(const struct problem *p, double beta, const double at[RELAXATION_PARAMETERS],
                           double *chi2)
{
    struct problem fixed = *p;
    fixed.free[RELAXATION_BETA] = false;
    fixed.value[RELAXATION_BETA] = beta;
    struct least_squares_result r = {.chi2 = INFINITY};
    TRY(polish(&fixed, at, &r));
    *chi2 = r.chi2;
    return OK;
}

/* Where chi^2 has risen by `rise`, on the side of beta's interval that ends at `end`; NaN if it never does.
 */
static status profile_side(const struct problem *p, const struct relaxation_fit *fit, double rise, double end,
                           double *crossing)
{
    double beta = fit->value[RELAXATION_BETA], inner = beta, chi2 = 0.0, outer = beta;
    double step = fabs(fit->error[RELAXATION_BETA]);
    if (!(step > 0.0) || step > fabs(end - beta)) step = 0.5 * fabs(end - beta);
    *crossing = (double)NAN;
    for (int i = 0; i < 12; i++, step *= 1.6) {
        outer = beta + copysign(step, end - beta);
        if (fabs(outer - beta) >= fabs(end - beta)) outer = end + 1e-6 * (beta - end);
        TRY(profile_chi2(p, outer, fit->value, &chi2));
        if (chi2 - fit->chi2 > rise || fabs(outer - end) < 1e-5 * fabs(beta - end)) break;
        inner = outer;
    }
    if (!(chi2 - fit->chi2 > rise)) return OK;
    for (int i = 0; i < 12; i++) {
        double middle = 0.5 * (inner + outer);
        TRY(profile_chi2(p, middle, fit->value, &chi2));
        *(chi2 - fit->chi2 > rise ? &outer : &inner) = middle;
    }
    *crossing = 0.5 * (inner + outer);
    return OK;
}

/* ---- the fit ---- */

static status check(const struct relaxation_data *d, const struct relaxation_model *m,
                    const struct relaxation_options *o, int64_t free_parameters)
{
    if (o->siegert_power != 1 && o->siegert_power != 2)
        return fail(BAD_INPUT, "Siegert power %d: want 1 (f is fitted to g2 - 1) or 2 (f^2 is)",
                    o->siegert_power);
    if (d->n < (size_t)free_parameters + 1)
        return fail(BAD_INPUT,
                    "%zu points for the %s fit with %lld free parameters: want at least %lld points", d->n,
                    m->name, (long long)free_parameters, (long long)free_parameters + 1);
    bool positive = false;
    for (size_t i = 0; i < d->n; i++) {
        if (!isfinite(d->lag[i]) || d->lag[i] < 0.0 || !isfinite(d->y[i]))
            return fail(
                BAD_INPUT,
                "point %zu of the correlation function is (%g, %g): want a lag >= 0 and finite values", i + 1,
                d->lag[i], d->y[i]);
        if (d->sigma && !(d->sigma[i] > 0.0 && isfinite(d->sigma[i])))
            return fail(BAD_INPUT, "the error of point %zu (lag %g) is %g: want a finite number above 0",
                        i + 1, d->lag[i], d->sigma[i]);
        positive |= d->lag[i] > 0.0;
    }
    if (!positive) return fail(BAD_INPUT, "no lag above 0 in the correlation function: nothing decays there");
    return OK;
}

static void set_errors(const struct problem *p, const struct least_squares_result *r, double scale,
                       struct relaxation_fit *fit)
{
    double gradient[RELAXATION_PARAMETERS] = {0}, variance = 0.0;
    size_t k = 0;
    for (int i = 0; i < RELAXATION_PARAMETERS; i++) {
        if (!p->free[i]) continue;
        double slope = derivative(p, i, fit->value[i]);
        fit->error[i] = fabs(slope) * sqrt(r->covariance[k][k]) * scale;
        if (i == RELAXATION_TAU) gradient[k] = fit->mean_f; /* d<t>/d ln tau */
        if (i == RELAXATION_BETA) {
            double h = 1e-5 * fit->value[i], tau = fit->value[RELAXATION_TAU];
            gradient[k] = slope *
                          (p->m->mean(tau, fit->value[i] + h, 1) - p->m->mean(tau, fit->value[i] - h, 1)) /
                          (2 * h);
        }
        k++;
    }
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            if (gradient[i] != 0.0 && gradient[j] != 0.0)
                variance += gradient[i] * gradient[j] * r->covariance[i][j];
    fit->mean_f_error = isfinite(fit->mean_f) ? scale * sqrt(variance) : (double)NAN;
}

static status set_statistics(const struct relaxation_data *d, struct relaxation_fit *fit)
{
    double *r = NULL, rss = 0.0, steps = 0.0;
    TRY(NEW(r, d->n));
    relaxation_residuals(fit, d, r);
    for (size_t i = 0; i < d->n; i++) {
        rss += r[i] * r[i];
        if (i) steps += (r[i] - r[i - 1]) * (r[i] - r[i - 1]);
    }
    DELETE(r);
    double n = (double)d->n, k = (double)fit->free_parameters;
    fit->chi2 = rss;
    fit->durbin_watson = steps / rss;
    fit->reduced_chi2 = fit->dof > 0 ? rss / (double)fit->dof : (double)NAN;
    /* without errors their common size is one more parameter */
    fit->aic = fit->weighted ? rss + 2.0 * k : n * log(rss / n) + 2.0 * (k + 1.0);
    fit->bic = fit->weighted ? rss + k * log(n) : n * log(rss / n) + (k + 1.0) * log(n);
    return OK;
}

status relaxation_fit(const struct relaxation_data *d, const struct relaxation_model *m,
                      const struct relaxation_options *o, struct relaxation_fit *fit)
{
    struct problem p = {.d = d,
                        .m = m,
                        .power = o->siegert_power,
                        .free = {true, has_beta(m), o->amplitude_free, o->baseline_free},
                        .value = {1.0, m->beta_low, o->amplitude, o->baseline}};
    *fit =
        (struct relaxation_fit){.model = m, .siegert_power = o->siegert_power, .weighted = d->sigma != NULL};
    fit->beta_low = fit->beta_high = (double)NAN;
    for (int i = 0; i < RELAXATION_PARAMETERS; i++) fit->free_parameters += (fit->free[i] = p.free[i]);
    TRY(check(d, m, o, fit->free_parameters));
    struct least_squares_result r;
    TRY(solve(&p, &r));
    unpack(&p, r.theta, fit->value);
    fit->points = (int64_t)d->n;
    fit->dof = fit->points - fit->free_parameters;
    fit->converged = r.converged;
    TRY(set_statistics(d, fit));
    double tau = fit->value[RELAXATION_TAU], beta = fit->value[RELAXATION_BETA], longest = 0.0,
           shortest = INFINITY;
    for (size_t i = 0; i < d->n; i++) {
        longest = fmax(longest, d->lag[i]);
        if (d->lag[i] > 0.0) shortest = fmin(shortest, d->lag[i]);
    }
    fit->below_resolution = tau < shortest;
    double span = m->beta_high - m->beta_low;
    fit->beyond_record = tau > longest;
    fit->at_bound = has_beta(m) && fmin(beta - m->beta_low, m->beta_high - beta) < 1e-3 * span;
    fit->mean_f = m->mean(tau, beta, 1);
    fit->mean_fp = m->mean(tau, beta, o->siegert_power);
    bool scaled = (o->scale_errors || !d->sigma) && fit->dof > 0;
    set_errors(&p, &r, scaled ? sqrt(fit->reduced_chi2) : 1.0, fit);
    if (o->profile && has_beta(m)) {
        double rise = scaled ? fit->reduced_chi2 : 1.0;
        TRY(profile_side(&p, fit, rise, m->beta_low, &fit->beta_low));
        TRY(profile_side(&p, fit, rise, m->beta_high, &fit->beta_high));
    }
    return OK;
}

/* ---- what is made of a fit ---- */

void relaxation_curve(const struct relaxation_fit *fit, size_t n, const double *lag, double *y)
{
    fit->model->shape(fit->value[RELAXATION_TAU], fit->value[RELAXATION_BETA], n, lag, y);
    for (size_t i = 0; i < n; i++)
        y[i] = fit->value[RELAXATION_BASELINE] +
               fit->value[RELAXATION_AMPLITUDE] * f_power(y[i], fit->siegert_power);
}

void relaxation_residuals(const struct relaxation_fit *fit, const struct relaxation_data *d, double *r)
{
    relaxation_curve(fit, d->n, d->lag, r);
    for (size_t i = 0; i < d->n; i++) r[i] = (d->y[i] - r[i]) / (d->sigma ? d->sigma[i] : 1.0);
}

const char *relaxation_mean_note(const struct relaxation_fit *fit)
{
    if (isfinite(fit->mean_f)) return "";
    return isfinite(fit->mean_fp) ? "the mean of f diverges (tail t^-beta); that of f^2 is finite"
                                  : "the mean diverges: the tail is a power law too slow to integrate";
}

const char *const relaxation_columns[RELAXATION_COLUMNS] = {"siegert_power",
                                                            "tau",
                                                            "tau_error",
                                                            "beta",
                                                            "beta_error",
                                                            "beta_low",
                                                            "beta_high",
                                                            "amplitude",
                                                            "amplitude_error",
                                                            "baseline",
                                                            "baseline_error",
                                                            "chi2",
                                                            "dof",
                                                            "reduced_chi2",
                                                            "aic",
                                                            "bic",
                                                            "durbin_watson",
                                                            "mean_f",
                                                            "mean_f_error",
                                                            "mean_f_power",
                                                            "converged",
                                                            "at_bound",
                                                            "beyond_record",
                                                            "below_resolution"};

void relaxation_row(const struct relaxation_fit *fit, double row[RELAXATION_COLUMNS])
{
    const double *v = fit->value, *e = fit->error;
    const double values[RELAXATION_COLUMNS] = {fit->siegert_power,
                                               v[RELAXATION_TAU],
                                               e[RELAXATION_TAU],
                                               v[RELAXATION_BETA],
                                               e[RELAXATION_BETA],
                                               fit->beta_low,
                                               fit->beta_high,
                                               v[RELAXATION_AMPLITUDE],
                                               e[RELAXATION_AMPLITUDE],
                                               v[RELAXATION_BASELINE],
                                               e[RELAXATION_BASELINE],
                                               fit->chi2,
                                               (double)fit->dof,
                                               fit->reduced_chi2,
                                               fit->aic,
                                               fit->bic,
                                               fit->durbin_watson,
                                               fit->mean_f,
                                               fit->mean_f_error,
                                               fit->mean_fp,
                                               fit->converged,
                                               fit->at_bound,
                                               fit->beyond_record,
                                               fit->below_resolution};
    memcpy(row, values, sizeof values);
}
