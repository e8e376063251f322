/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/minimise.h"

#include <math.h>
#include <string.h>

enum { DELAY = 20 };
/* In time steps of the run: with the real masses the stable step of the dynamics is the natural scale. Six of
 * them is near the stability limit; beyond it FIRE keeps running uphill and starting again (ten times the
 * iterations). */
static const double DT_START = 1.0, DT_MOST = 6.0, DT_LEAST = 0.04, ALPHA = 0.1;

struct fire {
    struct engine *e;
    const struct minimise_options *o;
    double dt, alpha, length; /* length = √N ℓ */
    double box_v[3], box_f[3];
    int64_t downhill;
};

static void box_forces(struct fire *f)
{
    double p[3], volume = box_volume(&f->e->domain.box);
    for (int k = 0; k < 3; k++)
        p[k] = f->e->virial[k] / volume; /* no kinetic part: these velocities are FIRE's */
    double mean = (p[0] + p[1] + p[2]) / 3.0;
    for (int k = 0; k < 3; k++) {
        double difference = (f->o->box == MINIMISE_ISOTROPIC ? mean : p[k]) - f->o->P;
        f->box_f[k] = f->o->box == MINIMISE_FIXED || (f->o->box == MINIMISE_LATERAL && k == 2)
                          ? 0.0
                          : volume * difference / f->length;
    }
}

static double largest_component(const struct domain *d, double (*a)[4], const double box[3])
{
    double most = 0.0;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++)
            if (!(fabs(a[i][k]) <= most))
                most = fabs(a[i][k]) == fabs(a[i][k]) ? fabs(a[i][k]) : (double)INFINITY;
    par_max(&most, 1);
    for (int k = 0; k < 3; k++)
        if (fabs(box[k]) > most) most = fabs(box[k]);
    return most;
}

/* A power of two near a, so that dividing by it is exact and the exact sums keep their digits. */
static double power_of_two(double a)
{
    return a > 0.0 && isfinite(a) ? ldexp(1.0, ilogb(a)) : 1.0;
}

/* a·b over all atoms and the box, each scaled to order one first. */
static double dot(const struct fire *f, double (*a)[4], double (*b)[4], const double box_a[3],
                  const double box_b[3], double scale_a, double scale_b)
{
    const struct domain *d = &f->e->domain;
    struct sum s = {0};
    for (size_t i = 0; i < d->n; i++) {
        double t = 0.0;
        for (int k = 0; k < 3; k++) t += (a[i][k] / scale_a) * (b[i][k] / scale_b);
        sum_add(&s, t);
    }
    par_sum(&s, 1);
    double total = sum_value(&s);
    for (int k = 0; k < 3; k++) total += (box_a[k] / scale_a) * (box_b[k] / scale_b);
    return total * scale_a * scale_b;
}

static void zero_velocities(struct fire *f)
{
    struct domain *d = &f->e->domain;
    for (size_t i = 0; i < d->n; i++) d->v[i][0] = d->v[i][1] = d->v[i][2] = 0.0;
    memset(f->box_v, 0, sizeof f->box_v);
}

/* x ← x + dt·v in the unscaled box, then the box with everything in it. */
static void move(struct fire *f, double dt)
{
    struct domain *d = &f->e->domain;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) d->x[d->slot[i]][k] += dt * d->v[i][k];
    if (f->o->box == MINIMISE_FIXED) return;
    double scale[3];
    for (int k = 0; k < 3; k++) scale[k] = exp(dt * f->box_v[k] / f->length);
    engine_scale_box(f->e, scale);
}

static void uphill(struct fire *f)
{
    f->downhill = 0;
    move(f, -0.5 * f->dt);
    f->dt = fmax(0.5 * f->dt, DT_LEAST * f->e->dt);
    f->alpha = ALPHA;
    zero_velocities(f);
}

/* No atom moves more than a tenth of the mean spacing at once; in a cell with much vacuum, than a tenth of
 * two fifths of the cutoff, about an atom's size. */
static double longest_move(const struct engine *e)
{
    double spacing = cbrt(box_volume(&e->domain.box) / (double)e->domain.total), cutoff = 0.0;
    for (int a = 0; a < SPECIES_MAX; a++)
        for (int b = 0; b < SPECIES_MAX; b++) cutoff = fmax(cutoff, e->potential.cutoff[a][b]);
    return 0.1 * fmin(spacing, 0.4 * cutoff);
}

static status iterate(struct fire *f, double largest)
{
    struct domain *d = &f->e->domain;
    double v_scale = power_of_two(largest_component(d, d->v, f->box_v)), f_scale = power_of_two(largest);
    double power = dot(f, d->v, d->f, f->box_v, f->box_f, v_scale, f_scale);
    if (power > 0.0) {
        if (++f->downhill > DELAY) {
            f->dt = fmin(1.1 * f->dt, DT_MOST * f->e->dt);
            f->alpha *= 0.99;
        }
    } else {
        uphill(f);
    }
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) d->v[i][k] += f->dt * d->f[i][k] * d->v[i][3];
    for (int k = 0; k < 3; k++) f->box_v[k] += f->dt * f->box_f[k];
    v_scale = power_of_two(largest_component(d, d->v, f->box_v));
    double v2 = dot(f, d->v, d->v, f->box_v, f->box_v, v_scale, v_scale);
    double f2 = dot(f, d->f, d->f, f->box_f, f->box_f, f_scale, f_scale);
    double steer = f2 > 0.0 ? f->alpha * sqrt(v2 / f2) : 0.0, keep = 1.0 - f->alpha;
    double fastest = largest_component(d, d->v, f->box_v) * f->dt, most = longest_move(f->e);
    double limit = fastest > most ? most / fastest : 1.0;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) d->v[i][k] = limit * (keep * d->v[i][k] + steer * d->f[i][k]);
    for (int k = 0; k < 3; k++) f->box_v[k] = limit * (keep * f->box_v[k] + steer * f->box_f[k]);
    move(f, f->dt);
    return engine_update(f->e);
}

static bool is_converged(const struct fire *f, struct minimise_result *r)
{
    static const double none[3] = {0.0, 0.0, 0.0};
    double volume = box_volume(&f->e->domain.box);
    r->largest_force = largest_component(&f->e->domain, f->e->domain.f, none);
    r->largest_stress = 0.0;
    for (int k = 0; k < 3; k++)
        r->largest_stress = fmax(r->largest_stress, fabs(f->box_f[k]) * f->length / volume);
    return r->largest_force < f->o->force && r->largest_stress <= f->o->stress;
}

static status descend(struct engine *e, const struct minimise_options *o, struct minimise_result *r)
{
    struct fire f = {.e = e, .o = o, .dt = DT_START * e->dt, .alpha = ALPHA};
    f.length = sqrt((double)e->domain.total) * cbrt(box_volume(&e->domain.box) / (double)e->domain.total);
    *r = (struct minimise_result){0};
    zero_velocities(&f);
    TRY(engine_forces(e));
    for (;;) {
        box_forces(&f);
        r->converged = is_converged(&f, r);
        if (r->converged || r->iterations == o->most_steps) break;
        double box_largest = fmax(fabs(f.box_f[0]), fmax(fabs(f.box_f[1]), fabs(f.box_f[2])));
        TRY(iterate(&f, fmax(r->largest_force, box_largest)));
        r->iterations++;
    }
    zero_velocities(&f);
    return OK;
}

/* In double precision always: the rounding of mixed-precision forces, 1e-6 of the repulsion between
 * neighbors, is more than what is left of a force at a minimum. */
status minimise(struct engine *e, const struct minimise_options *o, struct minimise_result *r)
{
    enum precision asked = e->precision;
    e->precision = PRECISION_DOUBLE;
    status s = descend(e, o, r);
    e->precision = asked;
    TRY(s);
    return engine_forces(e);
}
