/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x, y and z of an atom are three lanes of a vector of four; the fourth, of its position the species, of
 * its velocity 1/m, of its force the energy, is left as it is. */
#include "base/isa.h"
#include "base/noise.h"
#include "base/simd.h"
#include "integrate/motion.h"

#include <math.h>

/* The factors of a step, as vectors of x, y, z and nothing. */
struct factors {
    vq va, vb, xa, xv, half_xv, late_va, late_vb;
};

INLINE vq axes(const double a[3])
{
    _Alignas(32) const double four[4] = {a[0], a[1], a[2], 0.0};
    return vq_load(four);
}

/* Does the Langevin thermostat act on this atom? A film's vapor and surface move freely. */
INLINE bool is_held(const struct engine *e, size_t i)
{
    const struct domain *d = &e->domain;
    return d->x[d->slot[i]][2] < e->ensemble.zone || d->id[i] <= (uint64_t)e->film.substrate;
}

INLINE bool is_hot(const struct engine *e, size_t i)
{
    return e->ensemble.hot_id > 0 && e->domain.id[i] >= e->ensemble.hot_id;
}

/* Noise for up to NOISE_LANES atoms, if the thermostat acts on one of them: atoms lie in memory from the
 * substrate upward, so most of those that move freely are among themselves. */
INLINE void draw_noise(const struct engine *e, const struct noise *n, size_t from, size_t to,
                       double z[NOISE_LANES][4])
{
    uint64_t id[NOISE_LANES] = {0};
    bool held = false;
    for (size_t i = from; i < to; i++) {
        id[i - from] = e->domain.id[i];
        held = held || is_held(e, i);
    }
    if (held) noise_normal(n, id, z);
}

/* x, y and z of a row whose fourth number may be no ordinary one: 0 in its place. */
INLINE vq three(const double row[4])
{
    return vq_three(vq_load(row), vq_set(0.0));
}

INLINE vq kicked(vq v, vq f, double inverse_mass, vq va, vq vb)
{
    return vq_add(vq_mul(va, v), vq_mul(vb, vq_mul(f, vq_set(inverse_mass))));
}

/* Returns the squared length of the atom's own motion, without that of the cell. */
INLINE double move_one(struct engine *e, size_t i, const struct factors *by, const double *noise,
                       struct sum *heat)
{
    struct domain *d = &e->domain;
    const struct step_plan *p = &e->plan;
    double *x = d->x[d->slot[i]], *v = d->v[i], inverse_mass = v[3];
    const vq from = vq_load(x), before = vq_load(v), f = three(d->f[i]);
    vq now = before, step;
    if (e->late.due) now = kicked(now, f, inverse_mass, by->late_va, by->late_vb);
    now = kicked(now, f, inverse_mass, by->va, by->vb);
    if (p->langevin && is_held(e, i)) {
        double width = (is_hot(e, i) ? p->c2_hot : p->c2) * sqrt(inverse_mass);
        vq then = vq_add(vq_mul(vq_set(p->c1), now), vq_mul(vq_set(width), vq_load(noise)));
        step = vq_add(vq_mul(by->half_xv, now), vq_mul(by->half_xv, then));
        sum_add(heat,
                0.5 * d->species.mass[d->type[i]] * vq_sum3(vq_sub(vq_mul(then, then), vq_mul(now, now))));
        now = then;
    } else {
        step = vq_mul(by->xv, now);
    }
    vq_store(v, vq_three(now, before));
    vq_store(x, vq_three(vq_add(vq_mul(by->xa, three(x)), step), from));
    return vq_sum3(vq_mul(step, step));
}

void ISA_FUNCTION(motion_move)(struct engine *e, int t)
{
    const struct noise noise = noise_at(e->seed, STREAM_LANGEVIN, (uint64_t)e->step, e->list.isa);
    const struct step_plan *p = &e->plan;
    const vq half_xv = vq_mul(vq_set(0.5), axes(p->xv));
    const struct factors by = {axes(p->va), axes(p->vb),      axes(p->xa),     axes(p->xv),
                               half_xv,     axes(e->late.va), axes(e->late.vb)};
    const size_t n = e->domain.n, threads = (size_t)e->list.threads;
    const size_t begin = n * (size_t)t / threads, end = n * ((size_t)t + 1) / threads;
    _Alignas(64) double z[NOISE_LANES][4];
    double largest = 0.0;
    struct sum heat = {0};
    for (size_t i = begin; i < end; i++) {
        size_t lane = (i - begin) % NOISE_LANES, left = end - i;
        if (p->langevin && lane == 0)
            draw_noise(e, &noise, i, i + (left < NOISE_LANES ? left : NOISE_LANES), z);
        double moved2 = move_one(e, i, &by, z[lane], &heat);
        if (!(moved2 <= largest))
            largest = moved2 == moved2 ? moved2 : (double)INFINITY; /* NaN counts as lost */
    }
    e->thread[t].displacement2 = largest;
    sum_merge(&e->thread[t].heat, &heat);
}

void ISA_FUNCTION(motion_end_kick)(struct engine *e, int t, const size_t range[2])
{
    struct domain *d = &e->domain;
    struct engine_thread *mine = &e->thread[t];
    const vq va = axes(e->plan.va_end), vb = axes(e->plan.vb_end);
    const bool kinetic = e->want_energy || ensemble_needs_kinetic(&e->ensemble), each = motion_needs_axes(e);
    for (size_t o = range[0]; o < range[1]; o++) {
        uint32_t i = d->order[o];
        double *v = d->v[i], *f = d->f[i];
        if (e->film.substrate > 0 && d->id[i] <= (uint64_t)e->film.substrate) {
            double energy = film_add_anchor(&e->film, d, i);
            if (e->want_energy) {
                f[3] += energy;
                sum_add(&mine->sums.energy, energy);
            }
        }
        vq before = vq_load(v), now = kicked(before, three(f), v[3], va, vb);
        vq_store(v, vq_three(now, before));
        if (!kinetic) continue;
        double mass = d->species.mass[d->type[i]];
        sum_add(&mine->kinetic, mass * vq_sum3(vq_mul(now, now)));
        for (int k = 0; k < 3 && each; k++) sum_add(&mine->axis_kinetic[k], mass * (v[k] * v[k]));
    }
}
