/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Lennard-Jones kernel: eight neighbors at a time, loaded as whole atoms and transposed in registers.
 *
 * Hardware gathers cost more than twice as much on current processors than four 32-byte loads and eight
 * shuffles a quad. The loop is bound by loads and shuffles, not by arithmetic, so double precision costs
 * little. The force arithmetic is the same with and without energies, so the trajectory does not know when
 * energies were asked for. */
#include "base/isa.h"
#include "base/simd.h"
#include "force/accumulators.h"
#include "force/lj.h"
#include "neighbor/list_kernel.h"

struct constants { /* of all pairs: 1/12ε, 1/144ε; r_c² where there is one cutoff */
    vd inverse12, inverse144, cutoff2;
};
/* What is left of a kernel: constants of each call. `energies`: with energies and virials. */
struct variant {
    int energies, force_shift, one_cutoff;
};

/* Pairs on their way: first their distances, then their forces. In one loop the chain of operations from a
 * position to its force is so long that the processor overlaps too little of it. */
struct pairs {
    vd dx, dy, dz, r2, species;
};

INLINE struct pairs place(const double *atoms, const uint32_t *j, vd x, vd y, vd z)
{
    list_prefetch(j);
    vd xj, yj, zj, wj;
    vd_atoms(atoms, j, &xj, &yj, &zj, &wj);
    vd dx = vd_sub(x, xj), dy = vd_sub(y, yj), dz = vd_sub(z, zj);
    return (struct pairs){dx, dy, dz, vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz))), wj};
}

INLINE void pair_forces(const struct pairs *p, const struct lj_tables *t, const struct constants *c,
                        struct accumulators *a, const struct variant v)
{
    vd dx = p->dx, dy = p->dy, dz = p->dz, r2 = p->r2, wj = p->species;
    vm inside = vd_less(r2, v.one_cutoff ? c->cutoff2 : vd_lookup_two(t->cutoff2, wj));
    vd inverse2 = vd_div(vd_set(1.0), r2);
    vd inverse6 = vd_mul(vd_mul(inverse2, inverse2), inverse2);
    vd u = vd_mul(vd_lookup_two(t->attraction, wj), inverse6);
    vd f = vd_mul(vd_mul(u, inverse2), vd_fma(u, c->inverse12, vd_set(-1.0)));
    if (v.force_shift) f = vd_sub(f, vd_mul(vd_lookup_two(t->slope, wj), vd_sqrt(inverse2)));
    f = vd_keep(inside, f);
    accumulators_force(a, f, dx, dy, dz);
    if (!v.energies) return;
    vd e = vd_mul(u, vd_fma(u, c->inverse144, vd_set(-1.0 / 6.0)));
    e = vd_add(e, vd_lookup_two(t->shift, wj));
    if (v.force_shift) e = vd_fma(vd_lookup_two(t->slope, wj), vd_sqrt(r2), e);
    a->energy = vd_add(a->energy, vd_keep(inside, e));
    accumulators_virial(a, f, dx, dy, dz);
}

/* All neighbors j … end − 1 of the atom at (x, y, z). Where eight lanes are one of 32 registers, one vector
 * ahead is enough; elsewhere a batch goes through memory. */
INLINE void walk(const double *atoms, const uint32_t *j, const uint32_t *end, vd x, vd y, vd z,
                 const struct lj_tables *t, const struct constants *c, struct accumulators *a,
                 const struct variant v)
{
#if defined(ISA_avx512)
    if (j == end) return;
    struct pairs now = place(atoms, j, x, y, z);
    while ((j += SIMD_WIDTH) < end) {
        struct pairs next = place(atoms, j, x, y, z);
        pair_forces(&now, t, c, a, v);
        now = next;
    }
    pair_forces(&now, t, c, a, v);
#else
    enum { BATCH = 16 };
    struct pairs batch[BATCH];
    while (j < end) {
        int n = 0;
        for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) batch[n] = place(atoms, j, x, y, z);
        for (int k = 0; k < n; k++) pair_forces(&batch[k], t, c, a, v);
    }
#endif
}

/* The force, energy and virial of an atom. A chain of operations that nothing else waits for: done when the
 * pairs of the next atom are on their way, it costs no time. */
INLINE void finish(double *f, const struct accumulators *a, const struct force_work *w,
                   const struct variant v)
{
    vd_totals(a->fx, a->fy, a->fz, a->energy, f);
    if (!v.energies) return;
    f[3] *= 0.5;
    accumulators_sum(w->sums, a, f[3], 1.0);
}

INLINE void range(const struct force_work *w, const struct variant v)
{
    const struct lj *lj = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0];
    const struct constants c = {vd_set(1.0 / (12.0 * lj->epsilon)), vd_set(1.0 / (144.0 * lj->epsilon)),
                                vd_set(lj->by_species[0].cutoff2[0])};
    struct accumulators a, last; /* of this atom, of the one before */
    double *last_f = NULL;
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const double *xi = atoms + 4 * (size_t)d->slot[i];
        const struct lj_tables *t = &lj->by_species[d->type[i]];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]);
        accumulators_clear(&a, v.energies);
        const uint32_t *j = part->j + l->entry[o].first, *end = j + l->entry[o].length;
        walk(atoms, j, end, x, y, z, t, &c, &a, v);
        if (last_f) finish(last_f, &last, w, v);
        last = a;
        last_f = d->f[i];
    }
    if (last_f) finish(last_f, &last, w, v);
}

INLINE void choose(const struct force_work *w, const int energies, const int force_shift)
{
    const struct lj *lj = w->potential->parameters;
    if (lj->one_cutoff)
        range(w, (struct variant){energies, force_shift, 1});
    else
        range(w, (struct variant){energies, force_shift, 0});
}

void ISA_FUNCTION(lj_compute)(const struct force_work *w)
{
    const struct lj *lj = w->potential->parameters;
    if (w->sums && lj->force_shift)
        choose(w, 1, 1);
    else if (w->sums)
        choose(w, 1, 0);
    else if (lj->force_shift)
        choose(w, 0, 1);
    else
        choose(w, 0, 0);
}
