/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mittag_leffler — the Mittag-Leffler function on the negative axis: E_alpha(-x), x >= 0, 0 < alpha <= 1.
 *
 *     double f = mittag_leffler(0.45, pow(t / tau, 0.45));
 *     mittag_leffler_array(0.45, n, x, f);              many x at one alpha: 2 to 5 times faster
 *
 * It is the relaxation of a continuous-time random walk whose waiting times go as t^-(1+alpha).
 * E_alpha(-x) = sum_k (-x)^k / Gamma(1 + alpha k) falls monotonically from 1 to 0, starts like the stretched
 * exponential exp(-x / Gamma(1 + alpha)) and ends like the power law 1 / (x Gamma(1 - alpha)); alpha = 1 is
 * exp(-x), alpha = 1/2 is exp(x^2) erfc(x).
 *
 * How (relative error below 1e-12 everywhere, tests/unit/test_mittag_leffler.c):
 *   x < 0.1                  the power series;
 *   x > max(10, 100^alpha)   the asymptotic series sum_k (-1)^(k+1) x^-k / Gamma(1 - alpha k);
 *   between                  the completely monotone spectral integral
 *       E_alpha(-t^alpha) = int_0^inf exp(-r t) K(r) dr,
 *       K(r) = (1/pi) r^(alpha-1) sin(pi alpha) / (r^2alpha + 2 r^alpha cos(pi alpha) + 1)
 *     (Gorenflo & Mainardi 1997, doi 10.1007/978-3-7091-2664-6_5) by the trapezoidal rule in ln r, which
 *     converges geometrically (Trefethen & Weideman, SIAM Rev. 56, 385 (2014), doi 10.1137/130932132). For
 *     alpha > 2/3 the poles of K come nearer to the axis than the rule can stand; their exact contribution
 *     is added.
 *
 * Arguments outside the domain give NaN. Pure functions, safe in threads. */
#ifndef GLINT_ANALYSIS_FIT_MITTAG_LEFFLER_H
#define GLINT_ANALYSIS_FIT_MITTAG_LEFFLER_H

#include <stddef.h>

/* E_alpha(-x). */
double mittag_leffler(double alpha, double x);

/* d/dx E_alpha(-x) = -E_{alpha,alpha}(-x) / alpha; never positive. */
double mittag_leffler_derivative(double alpha, double x);

/* e[i] = E_alpha(-x[i]); x and e may be the same array. */
void mittag_leffler_array(double alpha, size_t n, const double *x, double *e);

#endif
