/* SPDX-License-Identifier: GPL-3.0-or-later */
/* isf — the self intermediate scattering function, the relaxation time and χ4.
 *
 *     struct isf r;
 *     TRY(isf_measure(&r, &track, &(struct isf_options){.q = 7.65}));
 *     r.f[g·r.lags + k] at r.lag[k];  r.tau[g]
 *     isf_free(&r);
 *
 *     F_s(q,t) = < exp(i q·[r_i(t0+t) − r_i(t0)]) >
 * averaged over atoms, origins t0 (lags.h) and directions of q, in one of two forms:
 *  - ISF_SPHERE: all directions at once, sin(qr)/(qr), exact for |q| = q;
 *  - ISF_LATTICE: cos(q·Δr) over the reciprocal-lattice vectors of the mean cell whose length is nearest
 *    to q (at most `vectors`, one of each ± pair); q is then their mean length. What a simulated
 *    detector sees.
 * The displacement is unwrapped, so any q is allowed for the self part; the two agree in an isotropic
 * sample.
 *
 * τ_α is where F_s = 1/e, interpolated so that a stretched exponential is met exactly (ln(−ln F) linear
 * in ln t); NaN while F_s stays above 1/e (the record is too short: never extrapolated). tau_half: the
 * same from the origins of the first and of the second half of the record; for two independent halves of
 * a stationary record the standard error of τ_α is half their difference (tau_error). Halves that differ
 * much more than the blocks do mean ageing.
 *
 *     χ4(t) = N [<f²> − <f>²],  f = (1/N) Σ_i of one origin
 * is the variance over origins of one run: it lacks the part that comes from differences between runs
 * (Toninelli et al., Phys. Rev. E 71, 041505, 2005).
 *
 * Groups: 0 is all atoms, 1+a is species a; entry [g·lags + k]. chi4: group 0 only. */
#ifndef GLINT_ANALYSIS_DYNAMICS_ISF_H
#define GLINT_ANALYSIS_DYNAMICS_ISF_H

#include "analysis/dynamics/lags.h"
#include "analysis/dynamics/track.h"

enum isf_form { ISF_SPHERE, ISF_LATTICE };

struct isf_options {
    double q; /* 1 / length unit */
    enum isf_form form;
    int vectors; /* ISF_LATTICE: most vectors; 0 is 24 */
    struct lag_options lags;
};

struct isf {
    double q; /* asked for; ISF_LATTICE: the mean length of the vectors used */
    enum isf_form form;
    int vectors; /* used; 0 for ISF_SPHERE */
    int64_t lags;
    int groups;
    double *lag;
    int64_t *pairs;
    double *f, *f_error, *chi4;
    double tau[SPECIES_MAX + 1], tau_half[SPECIES_MAX + 1][2], tau_error[SPECIES_MAX + 1];
};

status isf_measure(struct isf *r, const struct track *t, const struct isf_options *o);
void isf_free(struct isf *r);
/* Time at which f (n values at ascending times) first falls to 1/e; NaN if it does not. */
double isf_tau(const double *time, const double *f, int64_t n);

#endif
