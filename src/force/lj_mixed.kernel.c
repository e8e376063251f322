/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Lennard-Jones kernel in mixed precision: positions in fixed point (system/packed.h), so that
 * differences are exact; pair forces and their sums over one list in float; all else in double.
 *
 * With v = 2 (σ/r)⁶ (one ε for all pairs) the force is f = 12ε (v² − v) r⁻² d and the energy ε (v² − 2v).
 * Lengths are in quanta until the division turns r² into r⁻² in the length unit; 12ε and the quantum left in
 * d are multiplied to the sums. As in double precision, the force arithmetic is the same with and without
 * energies.
 *
 * Error of a pair force, in units of 2^-24 of its repulsive part r⁻² v² and its attractive part r⁻² v
 * together: d 1; r² at most 2·1 + 3; r⁻² one more, 6; v three times that, 2σ⁶ 1 and three products, 22; v² −
 * v twice that for v², 45; times r⁻² 52; times d and its addition 54, and up to n/VF_LANES for the additions
 * of one lane over a list of n, and 3 or 4 for those of the lanes. That is the bound (4e-6); roundings being
 * random, the usual error is a fifth of it. */
#include "base/isa.h"
#include "base/simd_float.h"
#include "force/accumulators.h"
#include "force/lj.h"
#include "neighbor/list_kernel.h"

struct constants {
    vf units2, length2; /* quanta² per length unit², and the inverse */
};
struct tables { /* by species of the neighbor: squared radii in quanta²; 2σ⁶, shift/ε, slope/12ε */
    float cutoff2[8], twice_s6[8], shift[8], slope[8];
};

static void set_tables(struct tables *t, const struct force_work *w, int type)
{
    const struct lj *lj = w->potential->parameters;
    const struct lj_tables *from = &lj->by_species[type];
    double units2 = w->domain->packed.per_unit * w->domain->packed.per_unit;
    vf_table(t->cutoff2, from->cutoff2, units2, 0.0f); /* padding: never inside */
    vf_table(t->twice_s6, from->attraction, 1.0 / (12.0 * lj->epsilon), 0.0f);
    vf_table(t->shift, from->shift, 1.0 / lj->epsilon, 0.0f);
    vf_table(t->slope, from->slope, 1.0 / (12.0 * lj->epsilon), 0.0f);
}

struct variant { /* what is left of a kernel: constants of each call */
    int energies, force_shift;
};

/* Pairs on their way: first their distances, then their forces. In one loop the chain of operations from a
 * position to its force is so long that the processor overlaps too little of it. */
struct pairs {
    vf dx, dy, dz, r2;
    vi species;
};

/* VF_LANES neighbors of the atom at (x, y, z). */
INLINE struct pairs place(const int32_t *atoms, const uint32_t *j, vi x, vi y, vi z)
{
    list_prefetch(j);
    vi xj, yj, zj, wj;
    vi_atoms(atoms, j, &xj, &yj, &zj, &wj);
    vf dx = vf_difference(x, xj), dy = vf_difference(y, yj), dz = vf_difference(z, zj);
    return (struct pairs){dx, dy, dz, vf_fma(dx, dx, vf_fma(dy, dy, vf_mul(dz, dz))), wj};
}

INLINE void pair_forces(const struct pairs *p, const struct tables *t, const struct constants *c,
                        struct accumulators_single *a, const struct variant o)
{
    vi wj = p->species;
    vf r2 = p->r2, dx = p->dx, dy = p->dy, dz = p->dz;
    vfm inside = vf_less(r2, vf_lookup_two(t->cutoff2, wj));
    vf inverse2 = vf_div(c->units2, r2);
    vf v = vf_mul(vf_mul(vf_lookup_two(t->twice_s6, wj), inverse2), vf_mul(inverse2, inverse2));
    vf vv = vf_fms(v, v, v), f = vf_mul(vv, inverse2);
    if (o.force_shift) f = vf_sub(f, vf_mul(vf_lookup_two(t->slope, wj), vf_sqrt(inverse2)));
    f = vf_keep(inside, f);
    accumulators_single_force(a, f, dx, dy, dz);
    if (!o.energies) return;
    vf e = vf_add(vf_sub(vv, v), vf_lookup_two(t->shift, wj));
    if (o.force_shift)
        e = vf_fma(vf_mul(vf_set(12.0f), vf_lookup_two(t->slope, wj)), vf_sqrt(vf_mul(r2, c->length2)), e);
    a->energy = vf_add(a->energy, vf_keep(inside, e));
    accumulators_single_virial(a, f, dx, dy, dz);
}

/* All neighbors j … end − 1 of the atom at (x, y, z). Where sixteen lanes are one of 32 registers, one vector
 * ahead is enough; elsewhere a batch goes through memory. */
INLINE void walk(const int32_t *atoms, const uint32_t *j, const uint32_t *end, vi x, vi y, vi z,
                 const struct tables *t, const struct constants *c, struct accumulators_single *a,
                 const struct variant v)
{
#if defined(ISA_avx512)
    if (j == end) return;
    struct pairs now = place(atoms, j, x, y, z);
    while ((j += VF_LANES) < end) {
        struct pairs next = place(atoms, j, x, y, z);
        pair_forces(&now, t, c, a, v);
        now = next;
    }
    pair_forces(&now, t, c, a, v);
#else
    enum { BATCH = 8 };
    struct pairs batch[BATCH];
    while (j < end) {
        int n = 0;
        for (; n < BATCH && j < end; n++, j += VF_LANES) batch[n] = place(atoms, j, x, y, z);
        for (int k = 0; k < n; k++) pair_forces(&batch[k], t, c, a, v);
    }
#endif
}

/* The force, energy and virial of an atom, in `unit` and `virial_unit`. A chain of operations that nothing
 * else waits for: done when the pairs of the next atom are on their way, it costs no time. */
INLINE void finish(double *f, const struct accumulators_single *a, const struct force_work *w,
                   const double unit[4], double virial_unit, const struct variant v)
{
    vq_store(f, vq_mul(vf_totals(a->fx, a->fy, a->fz, a->energy), vq_load(unit)));
    if (v.energies) accumulators_single_sum(w->sums, a, f[3], virial_unit);
}

INLINE void range(const struct force_work *w, const struct variant v)
{
    const struct lj *lj = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const int32_t *atoms = d->packed.x[0];
    const double units = d->packed.per_unit, length = 1.0 / units, force_unit = 12.0 * lj->epsilon * length;
    _Alignas(32) const double unit[4] = {force_unit, force_unit, force_unit, 0.5 * lj->epsilon};
    struct tables by_type[SPECIES_MAX];
    for (int t = 0; t < d->species.count; t++) set_tables(&by_type[t], w, t);
    const struct constants c = {vf_set((float)(units * units)), vf_set((float)(length * length))};
    struct accumulators_single a, last; /* of this atom, of the one before */
    double *last_f = NULL;
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const int32_t *xi = atoms + 4 * (size_t)d->slot[i];
        accumulators_single_clear(&a, v.energies);
        const uint32_t *j = part->j + l->entry[o].first, *end = j + l->entry[o].length;
        walk(atoms, j, end, vi_set(xi[0]), vi_set(xi[1]), vi_set(xi[2]), &by_type[d->type[i]], &c, &a, v);
        if (last_f) finish(last_f, &last, w, unit, force_unit * length, v);
        last = a;
        last_f = d->f[i];
    }
    if (last_f) finish(last_f, &last, w, unit, force_unit * length, v);
}

void ISA_FUNCTION(lj_mixed)(const struct force_work *w)
{
    const struct lj *lj = w->potential->parameters;
    if (w->sums && lj->force_shift)
        range(w, (struct variant){1, 1});
    else if (w->sums)
        range(w, (struct variant){1, 0});
    else if (lj->force_shift)
        range(w, (struct variant){0, 1});
    else
        range(w, (struct variant){0, 0});
}
