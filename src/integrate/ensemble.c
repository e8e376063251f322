/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/ensemble.h"
#include "base/random.h"

#include <math.h>
#include <string.h>

struct ensemble ensemble_nve(void)
{
    return (struct ensemble){.period = 1, .zone = INFINITY};
}

double ensemble_temperature(const struct ensemble *e, int64_t step)
{
    if (step <= e->step_from || e->step_to <= e->step_from) return e->T_from;
    if (step >= e->step_to) return e->T_to;
    return e->T_from +
           (e->T_to - e->T_from) * ((double)(step - e->step_from) / (double)(e->step_to - e->step_from));
}

/* Of the atoms with a temperature of their own. */
static double hot_temperature(const struct ensemble *e, int64_t step)
{
    double common = ensemble_temperature(e, step);
    if (step <= e->hot_from) return e->T_hot;
    if (step >= e->hot_to) return common;
    return e->T_hot +
           (common - e->T_hot) * ((double)(step - e->hot_from) / (double)(e->hot_to - e->hot_from));
}

double ensemble_freedom(const struct ensemble *e, int64_t atoms)
{
    double n = 3.0 * (double)atoms;
    return e->thermostat == THERMOSTAT_LANGEVIN || atoms < 2 ? n : n - 3.0;
}

bool ensemble_needs_kinetic(const struct ensemble *e)
{
    return e->thermostat == THERMOSTAT_NOSE_HOOVER || e->thermostat == THERMOSTAT_BUSSI ||
           e->barostat != BAROSTAT_NONE;
}

bool ensemble_needs_virial(const struct ensemble *e, int64_t step)
{
    return e->barostat == BAROSTAT_MTK || (e->barostat == BAROSTAT_CELL_RESCALING && step % e->period == 0);
}

static double sinhc(double x)
{
    return fabs(x) < 1e-4 ? 1.0 + x * x / 6.0 : sinh(x) / x;
}

/* Advance a Nosé–Hoover chain by `dt` for a kinetic energy of which twice is two_k, with g degrees of
 * freedom. Returns the factor for the velocities. */
static double advance_chain(double xi[CHAIN], double v[CHAIN], double two_k, double g, double kT, double tau,
                            double dt)
{
    static const double weight[3] = {1.3512071919596578, -1.7024143839193155, 1.3512071919596578};
    double mass[CHAIN], factor = 1.0;
    for (int j = 0; j < CHAIN; j++) mass[j] = (j == 0 ? g : 1.0) * kT * tau * tau;
    for (int s = 0; s < 3; s++) {
        double h = weight[s] * dt;
        for (int half = 0; half < 2; half++) {
            /* first half: from the end of the chain to its head; second half: back */
            for (int i = 0; i < CHAIN; i++) {
                int j = half == 0 ? CHAIN - 1 - i : i;
                double drag = j + 1 < CHAIN ? exp(-0.25 * h * v[j + 1]) : 1.0;
                double force =
                    j == 0 ? (two_k - g * kT) / mass[0] : (mass[j - 1] * v[j - 1] * v[j - 1] - kT) / mass[j];
                v[j] = drag * (drag * v[j] + 0.5 * h * force);
            }
            if (half == 1) break;
            double scale = exp(-h * v[0]);
            factor *= scale;
            two_k *= scale * scale;
            for (int j = 0; j < CHAIN; j++) xi[j] += h * v[j];
        }
    }
    return factor;
}

/* Stochastic velocity rescaling: the factor for the velocities (Bussi et al. 2007, Eq. A7). */
static double bussi_factor(const struct ensemble *e, const struct ensemble_input *in, double two_k, double g,
                           double kT)
{
    if (two_k <= 0.0) return 1.0;
    double c = exp(-in->dt / e->tau_T), ratio = (1.0 - c) * kT / two_k, r;
    uint64_t when = (uint64_t)in->step;
    random_normal(in->seed, STREAM_BUSSI, 0, when, 1, &r);
    double others = 2.0 * random_gamma(in->seed, STREAM_BUSSI, 1, when, 0.5 * (g - 1.0));
    return sqrt(c + ratio * (r * r + others) + 2.0 * r * sqrt(c * ratio));
}

static double total(const double a[3])
{
    return a[0] + a[1] + a[2];
}

/* Force on ln L_k for mtk. Isotropic: the three are equal and move as one. */
static void mtk_force(const struct ensemble *e, const struct ensemble_input *in, double scale2, double g,
                      double out[3])
{
    double two_k = scale2 * in->kinetic2;
    for (int k = 0; k < 3; k++) {
        double pv =
            e->per_axis ? scale2 * in->axis_kinetic2[k] + in->virial[k] : (two_k + total(in->virial)) / 3.0;
        out[k] = pv - e->P * in->volume + two_k / g;
    }
}

/* Mass of each of the three ln L_k. */
static double mtk_mass(const struct ensemble *e, double g, double kT)
{
    return (g + 3.0) * kT * e->tau_P * e->tau_P / 3.0;
}

static double box_freedom(const struct ensemble *e)
{
    return e->per_axis ? 3.0 : 1.0;
}

/* Twice the kinetic energy of the cell. */
static double box_kinetic2(const double v_box[3], double mass)
{
    double sum = 0.0;
    for (int k = 0; k < 3; k++) sum += mass * v_box[k] * v_box[k];
    return sum;
}

/* The half kick of v_box that the end of a step still owes. */
static void finish_kick(const struct ensemble *e, const struct ensemble_input *in, double g, double mass,
                        double v_box[3])
{
    double force[3];
    if (!(e->state.pending > 0.0)) return;
    mtk_force(e, in, 1.0, g, force);
    for (int k = 0; k < 3; k++) v_box[k] += 0.5 * in->dt * force[k] / mass;
}

/* Returns the thermostat's velocity factor; leaves e->state.v_box for this step. */
static double plan_mtk(struct ensemble *e, const struct ensemble_input *in, double g, double kT)
{
    struct ensemble_state *s = &e->state;
    double mass = mtk_mass(e, g, kT), force[3];
    finish_kick(e, in, g, mass, s->v_box);
    double factor = advance_chain(s->xi, s->v_xi, in->kinetic2, g, kT, e->tau_T, in->dt);
    double box_factor = advance_chain(s->box_xi, s->box_v_xi, box_kinetic2(s->v_box, mass), box_freedom(e),
                                      kT, e->tau_P, in->dt);
    mtk_force(e, in, factor * factor, g, force);
    for (int k = 0; k < 3; k++) s->v_box[k] = box_factor * s->v_box[k] + 0.5 * in->dt * force[k] / mass;
    s->pending = 1.0;
    return factor;
}

/* ln of the scale factors of a stochastic cell rescaling over period·dt (Bernetti & Bussi 2020, in ln V or ln
 * L_k, where with a mobility ∝ 1/V the drift is exactly the pressure difference). */
static void rescaling(const struct ensemble *e, const struct ensemble_input *in, double kT,
                      double ln_scale[3])
{
    double dt = in->dt * e->period, rate = e->compressibility * dt / (3.0 * e->tau_P), noise[3];
    random_normal(in->seed, STREAM_BAROSTAT, 0, (uint64_t)in->step, 3, noise);
    double width = sqrt(2.0 * kT * rate / in->volume);
    double mean = (in->kinetic2 + total(in->virial)) / (3.0 * in->volume);
    for (int k = 0; k < 3; k++) {
        double pressure = e->per_axis ? (in->axis_kinetic2[k] + in->virial[k]) / in->volume : mean;
        /* isotropic: ln V has three times the drift and variance of one axis, shared by three axes */
        double kick = e->per_axis ? width * noise[k] : width * noise[0] / sqrt(3.0);
        ln_scale[k] = rate * (pressure - e->P) + kick;
    }
}

static void plan_rescaling(struct ensemble *e, const struct ensemble_input *in, double kT,
                           struct step_plan *p)
{
    double ln_scale[3];
    rescaling(e, in, kT, ln_scale);
    p->scales_box = true;
    for (int k = 0; k < 3; k++) {
        double scale = exp(ln_scale[k]);
        p->box[k] = scale;
        p->xa[k] = scale;
        p->va[k] /= scale; /* momenta scale inversely; v = va·v + vb·f/m: the kick itself is not scaled */
    }
}

static void plan_moving_box(const struct ensemble *e, double g, double dt, struct step_plan *p)
{
    const double *v = e->state.v_box;
    double sum = total(v);
    p->scales_box = true;
    for (int k = 0; k < 3; k++) {
        double drag = (v[k] + sum / g) * dt;
        double decay = exp(-0.5 * drag), kick = 0.5 * dt * exp(-0.25 * drag) * sinhc(0.25 * drag);
        p->va[k] *= decay;
        p->vb[k] = kick;
        p->va_end[k] = decay;
        p->vb_end[k] = kick;
        p->box[k] = p->xa[k] = exp(v[k] * dt);
        p->xv[k] = dt * exp(0.5 * v[k] * dt) * sinhc(0.5 * v[k] * dt);
    }
}

void ensemble_plan(struct ensemble *e, const struct ensemble_input *in, struct step_plan *p)
{
    double kT = in->kB * ensemble_temperature(e, in->step), g = ensemble_freedom(e, in->atoms), factor = 1.0;
    double two_k = in->kinetic2;
    if (e->barostat == BAROSTAT_MTK)
        factor = plan_mtk(e, in, g, kT);
    else if (e->thermostat == THERMOSTAT_NOSE_HOOVER)
        factor = advance_chain(e->state.xi, e->state.v_xi, two_k, g, kT, e->tau_T, in->dt);
    else if (e->thermostat == THERMOSTAT_BUSSI)
        factor = bussi_factor(e, in, two_k, g, kT);
    if (e->thermostat == THERMOSTAT_BUSSI) e->state.heat += 0.5 * two_k * (factor * factor - 1.0);
    *p = (struct step_plan){.langevin = e->thermostat == THERMOSTAT_LANGEVIN};
    for (int k = 0; k < 3; k++) {
        p->va[k] = factor;
        p->vb[k] = p->vb_end[k] = 0.5 * in->dt;
        p->xa[k] = p->va_end[k] = p->box[k] = 1.0;
        p->xv[k] = in->dt;
    }
    if (p->langevin) {
        p->c1 = exp(-in->dt / e->tau_T);
        p->c2 = sqrt((1.0 - p->c1 * p->c1) * kT);
        p->c2_hot = sqrt((1.0 - p->c1 * p->c1) * in->kB * hot_temperature(e, in->step));
    }
    if (e->barostat == BAROSTAT_MTK)
        plan_moving_box(e, g, in->dt, p);
    else if (e->barostat == BAROSTAT_CELL_RESCALING && in->step % e->period == 0)
        plan_rescaling(e, in, kT, p);
}

double ensemble_energy(const struct ensemble *e, const struct ensemble_input *in)
{
    const struct ensemble_state *s = &e->state;
    double kT = in->kB * ensemble_temperature(e, in->step), g = ensemble_freedom(e, in->atoms),
           energy = -s->heat;
    if (e->thermostat == THERMOSTAT_NOSE_HOOVER) {
        for (int j = 0; j < CHAIN; j++) {
            double mass = (j == 0 ? g : 1.0) * kT * e->tau_T * e->tau_T;
            energy += 0.5 * mass * s->v_xi[j] * s->v_xi[j] + (j == 0 ? g : 1.0) * kT * s->xi[j];
        }
    }
    if (e->barostat == BAROSTAT_MTK) {
        double n = box_freedom(e), box_mass = mtk_mass(e, g, kT), v_box[3];
        memcpy(v_box, s->v_box, sizeof v_box);
        finish_kick(e, in, g, box_mass, v_box);
        energy += 0.5 * box_kinetic2(v_box, box_mass) + e->P * in->volume;
        for (int j = 0; j < CHAIN; j++) {
            double mass = (j == 0 ? n : 1.0) * kT * e->tau_P * e->tau_P;
            energy += 0.5 * mass * s->box_v_xi[j] * s->box_v_xi[j] + (j == 0 ? n : 1.0) * kT * s->box_xi[j];
        }
    }
    return energy;
}
