/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble — thermostats and barostats, as coefficients of one step.
 *
 * Every integrator here is velocity Verlet with factors that are known when the step begins, from global
 * values that are exact sums (kinetic energy, virial), so a step is, per atom and axis k:
 *
 *     v ← va_k v + vb_k f/m
 *     x ← xa_k x + xv_k v          langevin: v ← c1 v + c2 ξ/√m in the middle of the drift
 *     box edges, components k, × box_k
 *     f ← forces(x)
 *     v ← va'_k v + vb'_k f/m
 *
 * The thermostat acts once per step at its beginning, which is conjugate to the usual symmetric splitting and
 * samples the same ensemble.
 *
 * Thermostats: none; nose-hoover (chain of 3, Martyna, Klein, Tuckerman 1992, Suzuki–Yoshida 3); bussi
 * (stochastic velocity rescaling, Bussi, Donadio, Parrinello 2007); langevin (BAOAB, Leimkuhler & Matthews
 * 2013). Barostats: none; mtk (Martyna, Tobias, Klein 1994; needs nose-hoover; own chain); cell-rescaling
 * (stochastic, Bernetti & Bussi 2020; acts every `period` steps). Each isotropic or per axis (three
 * independent scalings of the Cartesian components; off-diagonal pressure is not controlled). Degrees of
 * freedom: 3N−3; 3N with langevin. Pressure: P_kk = (Σ m v_k² + W_kk)/V, P = tr/3. */
#ifndef GLINT_INTEGRATE_ENSEMBLE_H
#define GLINT_INTEGRATE_ENSEMBLE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum thermostat { THERMOSTAT_NONE, THERMOSTAT_NOSE_HOOVER, THERMOSTAT_BUSSI, THERMOSTAT_LANGEVIN };
enum barostat { BAROSTAT_NONE, BAROSTAT_MTK, BAROSTAT_CELL_RESCALING };

enum { CHAIN = 3 };

/* Dynamic state, saved in checkpoints as plain doubles. */
struct ensemble_state {
    double xi[CHAIN], v_xi[CHAIN];         /* particle chain */
    double box_xi[CHAIN], box_v_xi[CHAIN]; /* barostat chain */
    double v_box[3];                       /* d ln L_k / dt (mtk) */
    double pending; /* mtk: 1 after a step, whose second barostat half kick is still due */
    double heat;    /* energy put in by bussi, or by langevin up to the last rebuild */
};
enum { ENSEMBLE_STATE = sizeof(struct ensemble_state) / sizeof(double) };

struct ensemble {
    enum thermostat thermostat;
    enum barostat barostat;
    bool per_axis;
    double T_from, T_to; /* target temperature, linear in the step from step_from to step_to */
    int64_t step_from, step_to;
    double tau_T;           /* relaxation time of the thermostat; langevin: 1/friction */
    double P, tau_P;        /* target pressure, relaxation time of the barostat */
    double compressibility; /* isothermal, for cell-rescaling: only sets its rate */
    int period;             /* steps between cell rescalings */
    uint64_t hot_id; /* langevin: atoms with ids from here on have a temperature of their own; 0: none */
    double T_hot;    /* up to step hot_from, then linear to the common one at step hot_to */
    int64_t hot_from, hot_to;
    double zone; /* langevin acts on substrate atoms and on those below this height; INFINITY: all */
    struct ensemble_state state;
};

/* What the plan needs to know about the system at the beginning of the step (step number n). */
struct ensemble_input {
    double kB, dt, volume;
    double kinetic2;         /* Σ m v² */
    double axis_kinetic2[3]; /* Σ m v_k²; needed only for a barostat per axis */
    double virial[3];        /* W_kk; needed only when ensemble_needs_virial(n) */
    int64_t atoms, step;
    uint64_t seed;
};

struct step_plan {
    double va[3], vb[3], xa[3], xv[3], va_end[3], vb_end[3];
    double box[3]; /* scale factors of the cell, 1 when it is fixed */
    bool scales_box;
    bool langevin;
    double c1, c2; /* v ← c1 v + c2 ξ/√m */
    double c2_hot; /* of the atoms with a temperature of their own */
};

struct ensemble ensemble_nve(void);
double ensemble_temperature(const struct ensemble *e, int64_t step); /* target */
double ensemble_freedom(const struct ensemble *e, int64_t atoms);    /* degrees of freedom */
bool ensemble_needs_kinetic(const struct ensemble *e);
bool ensemble_needs_virial(const struct ensemble *e, int64_t step); /* at the end of step number `step` */
/* Plan the step that leads from in->step to in->step+1; advances e->state. */
void ensemble_plan(struct ensemble *e, const struct ensemble_input *in, struct step_plan *plan);
/* Energy of thermostat and barostat at the end of a step: kinetic + potential + this is conserved to second
 * order in dt at constant target temperature and pressure, for every ensemble but cell-rescaling, whose noise
 * is not booked. (The engine adds what langevin put in since the last rebuild: engine_conserved.) With mtk
 * the input needs kinetic2 and virial. */
double ensemble_energy(const struct ensemble *e, const struct ensemble_input *in);

#endif
