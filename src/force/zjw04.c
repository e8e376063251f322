/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/zjw04.h"

#include <math.h>

static const struct element {
    double re, fe, rho_e, rho_s, alpha, beta, A, B, kappa, lambda, Fn[4], F[4], eta, Fe;
} elements[2] = {{.re = 2.556162,
                  .fe = 1.554485,
                  .rho_e = 21.175871,
                  .rho_s = 21.175395,
                  .alpha = 8.127620,
                  .beta = 4.334731,
                  .A = 0.396620,
                  .B = 0.548085,
                  .kappa = 0.308782,
                  .lambda = 0.756515,
                  .Fn = {-2.170269, -0.263788, 1.088878, -0.817603},
                  .F = {-2.19, 0.0, 0.561830, -2.100595},
                  .eta = 0.310490,
                  .Fe = -2.186568},
                 {.re = 3.199978,
                  .fe = 2.230909,
                  .rho_e = 30.879991,
                  .rho_s = 30.879991,
                  .alpha = 8.559190,
                  .beta = 4.564902,
                  .A = 0.424667,
                  .B = 0.640054,
                  .kappa = 0.5,
                  .lambda = 1.0,
                  .Fn = {-4.485793, -0.293129, 0.990148, -3.202516},
                  .F = {-4.51, 0.0, 0.928602, -0.981870},
                  .eta = 0.597133,
                  .Fe = -4.509025}};

static const double SWITCH = 0.05, DENSITY_MOST = 300.0;

static double range(void)
{
    return sqrt(5.0) * elements[1].re;
}

/* amplitude exp(−decay(x−1))/(1+(x−shift)²⁰) and its derivative by r */
static double damped(double amplitude, double decay, double shift, double re, double r, double *derivative)
{
    double x = r / re, d = x - shift, d19 = pow(d, 19), below = 1.0 + d19 * d;
    double value = amplitude * exp(-decay * (x - 1.0)) / below;
    *derivative = value * (-decay - 20.0 * d19 / below) / re;
    return value;
}

static double shape(const struct element *e, double r, double *derivative)
{
    return damped(e->fe, e->beta, e->lambda, e->re, r, derivative);
}

static double alone(const struct element *e, double r, double *derivative)
{
    double up, down, value = damped(e->A, e->alpha, e->kappa, e->re, r, &up);
    value -= damped(e->B, e->beta, e->lambda, e->re, r, &down);
    *derivative = up - down;
    return value;
}

static double switched(double value, double r, double *derivative)
{
    double t = (r - (range() - SWITCH)) / SWITCH;
    if (t <= 0.0) return value;
    if (r >= range()) {
        *derivative = 0.0;
        return 0.0;
    }
    double s = 1.0 - t * t * t * (10.0 - t * (15.0 - 6.0 * t));
    double ds = -30.0 * t * t * (1.0 - t) * (1.0 - t) / SWITCH;
    *derivative = *derivative * s + value * ds;
    return value * s;
}

static double density(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    (void)f, (void)a;
    double value = shape(&elements[b], r, derivative);
    return switched(value, r, derivative);
}

static double pair(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    if (a > b) return pair(f, b, a, r, derivative); /* the same bits both ways */
    double d_aa, d_bb, d_fa, d_fb;
    double aa = alone(&elements[a], r, &d_aa);
    if (a == b) {
        *derivative = d_aa;
        return switched(aa, r, derivative);
    }
    double bb = alone(&elements[b], r, &d_bb);
    double fa = shape(&elements[a], r, &d_fa), fb = shape(&elements[b], r, &d_fb);
    double q = fb / fa, dq = q * (d_fb / fb - d_fa / fa);
    *derivative = 0.5 * (q * d_aa + dq * aa + d_bb / q - dq / (q * q) * bb);
    return switched(0.5 * (q * aa + bb / q), r, derivative);
}

static double cubic(const double c[4], double x, double *derivative)
{
    *derivative = c[1] + x * (2.0 * c[2] + x * 3.0 * c[3]);
    return c[0] + x * (c[1] + x * (c[2] + x * c[3]));
}

static double embedding(const struct eam_functions *f, int a, double rho, double *derivative)
{
    (void)f;
    const struct element *e = &elements[a];
    double slope, value, y = fmax(0.0, fmin(rho, DENSITY_MOST));
    if (y < 0.85 * e->rho_e) {
        value = cubic(e->Fn, y / (0.85 * e->rho_e) - 1.0, &slope);
        slope /= 0.85 * e->rho_e;
    } else if (y < 1.15 * e->rho_e) {
        value = cubic(e->F, y / e->rho_e - 1.0, &slope);
        slope /= e->rho_e;
    } else {
        double logarithm = log(y / e->rho_s), power = e->Fe * exp(e->eta * logarithm);
        value = power * (1.0 - e->eta * logarithm);
        slope = -power * e->eta * e->eta * logarithm / y;
    }
    *derivative = slope;
    return value + slope * (rho - y);
}

void zjw04_functions(struct eam_functions *f)
{
    *f = (struct eam_functions){.species = {.count = 2, .name = {"Cu", "Zr"}, .mass = {63.546, 91.224}},
                                .density_most = {DENSITY_MOST, DENSITY_MOST},
                                .pair = pair,
                                .density = density,
                                .embedding = embedding};
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) f->pair_range[a][b] = f->density_range[a][b] = range();
}
