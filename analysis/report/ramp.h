/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ramp — a cooling or heating stage of thermo.csv, and what calorimetry says about it.
 *
 *     struct ramp r = {0};
 *     TRY(ramp_load(&r, &thermo, RAMP_COOLING, NULL));      the stage with the largest fall of T_target
 *     TRY(ramp_transition(&r, &options));                   T_g from H(T), V(T), E_pot(T): r.kink[RAMP_H] …
 *     ramp_free(&r);
 *
 * T is the set temperature (T_target): it has no noise of its own, and it is what the rate refers to. Per
 * atom:
 *     H = E_kin + E_pot + P V     P: the barostat's set pressure, constant over the stage; at fixed volume
 *                                 r.has_pressure is false, and H is the energy
 *     V = 1/density
 * all in internal units (lj: eps, sigma³; metal: eV, angstrom³, P in eV/angstrom³). A stage at fixed volume
 * has no V(T). BAD_INPUT when there is no such stage, or none of that name. */
#ifndef GLINT_ANALYSIS_REPORT_RAMP_H
#define GLINT_ANALYSIS_REPORT_RAMP_H

#include "analysis/fit/kink.h"
#include "analysis/report/figure.h"
#include "analysis/report/run_thermo.h"
#include "base/h5.h"
#include "base/units.h"

enum ramp_direction { RAMP_COOLING, RAMP_HEATING };
enum { RAMP_H, RAMP_V, RAMP_POTENTIAL, RAMP_CURVES };
extern const char *const ramp_curve_names[RAMP_CURVES]; /* "H", "V", "E_pot" */

struct ramp {
    char stage[RUN_NAME];
    struct unit_system units;
    int64_t rows;
    double *T, *curve[RAMP_CURVES];
    bool has_pressure;
    double pressure, rate, time; /* rate > 0, temperature/time; time: how long; all internal */
    struct kink kink[RAMP_CURVES];
};

status ramp_load(struct ramp *r, const struct run_thermo *t, enum ramp_direction direction,
                 const char *stage);
void ramp_free(struct ramp *r);
status ramp_transition(struct ramp *r, const struct kink_options *o);
/* H(T) and V(T) with windows, lines and T_g; `f` has been begun. */
status ramp_figure(struct figure *f, const struct ramp *r);
/* The kinks as attributes and the curves as datasets of a new group. */
status ramp_write(const struct ramp *r, struct h5 *f, const char *group);

#endif
