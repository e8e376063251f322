/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Lennard-Jones kernel: eight neighbors at a time, loaded as whole atoms and transposed in registers.
 *
 * Hardware gathers cost more than twice as much on current processors than four 32-byte loads and eight
 * shuffles a quad. The loop is bound by loads and shuffles, not by arithmetic, so double precision costs
 * little. The force arithmetic is the same with and without energies, so the trajectory does not know when
 * energies were asked for. */
#include "base/isa.h"
#include "base/simd.h"
#include "force/lj.h"
#include "neighbor/list_kernel.h"

struct constants {            /* of all pairs */
    vd inverse12, inverse144; /* 1/12ε, 1/144ε */
};
struct accumulators {
    vd fx, fy, fz, energy, virial[VIRIALS];
};

/* Eight neighbors of the atom at (x, y, z). `energies` and `force_shift` are compile-time constants at each
 * call. Returns the squared distances and species for pruning. */
static inline __attribute__((always_inline)) vd eight(const double *atoms, const uint32_t *j,
                                                      const struct lj_tables *t, const struct constants *c,
                                                      vd x, vd y, vd z, struct accumulators *a, vd *species,
                                                      const int energies, const int force_shift)
{
    vd xj, yj, zj, wj;
    vd_atoms(atoms, j, &xj, &yj, &zj, &wj);
    vd dx = vd_sub(x, xj), dy = vd_sub(y, yj), dz = vd_sub(z, zj);
    vd r2 = vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz)));
    vm inside = vd_less(r2, vd_lookup(t->cutoff2, wj));
    vd inverse2 = vd_div(vd_set(1.0), r2);
    vd inverse6 = vd_mul(vd_mul(inverse2, inverse2), inverse2);
    vd u = vd_mul(vd_lookup(t->attraction, wj), inverse6);
    vd f = vd_mul(vd_mul(u, inverse2), vd_fma(u, c->inverse12, vd_set(-1.0)));
    if (force_shift) f = vd_sub(f, vd_mul(vd_lookup(t->slope, wj), vd_sqrt(inverse2)));
    f = vd_keep(inside, f);
    a->fx = vd_fma(f, dx, a->fx);
    a->fy = vd_fma(f, dy, a->fy);
    a->fz = vd_fma(f, dz, a->fz);
    *species = wj;
    if (!energies) return r2;
    vd e = vd_mul(u, vd_fma(u, c->inverse144, vd_set(-1.0 / 6.0)));
    e = vd_add(e, vd_lookup(t->shift, wj));
    if (force_shift) e = vd_fma(vd_lookup(t->slope, wj), vd_sqrt(r2), e);
    a->energy = vd_add(a->energy, vd_keep(inside, e));
    vd fdx = vd_mul(f, dx), fdy = vd_mul(f, dy), fdz = vd_mul(f, dz);
    a->virial[VIRIAL_XX] = vd_fma(fdx, dx, a->virial[VIRIAL_XX]);
    a->virial[VIRIAL_YY] = vd_fma(fdy, dy, a->virial[VIRIAL_YY]);
    a->virial[VIRIAL_ZZ] = vd_fma(fdz, dz, a->virial[VIRIAL_ZZ]);
    a->virial[VIRIAL_XY] = vd_fma(fdx, dy, a->virial[VIRIAL_XY]);
    a->virial[VIRIAL_XZ] = vd_fma(fdx, dz, a->virial[VIRIAL_XZ]);
    a->virial[VIRIAL_YZ] = vd_fma(fdy, dz, a->virial[VIRIAL_YZ]);
    return r2;
}

static inline __attribute__((always_inline)) void range(const struct force_work *w, const int energies,
                                                        const int force_shift, const int prune)
{
    const struct lj *lj = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0];
    const struct constants c = {vd_set(1.0 / (12.0 * lj->epsilon)), vd_set(1.0 / (144.0 * lj->epsilon))};
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const double *xi = atoms + 4 * (size_t)d->slot[i];
        /* Copies: what the inner lists are written through may alias anything, and the tables would be
         * fetched again after every store. */
        const struct lj_tables table = lj->by_species[d->type[i]];
        double kept_radius2[8];
        memcpy(kept_radius2, l->inner_radius2[d->type[i]], sizeof kept_radius2);
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), species;
        struct accumulators a;
        a.fx = a.fy = a.fz = a.energy = vd_zero();
        if (energies)
            for (int k = 0; k < VIRIALS; k++) a.virial[k] = vd_zero();
        struct list_entry entry = prune ? l->outer[o] : l->inner[o];
        const uint32_t *j = (prune ? part->outer.j : part->inner.j) + entry.first, *end = j + entry.length;
        uint32_t *kept = prune ? list_inner_begin(l, part, o) : NULL;
        for (; j < end; j += SIMD_WIDTH) {
            vd r2 = eight(atoms, j, &table, &c, x, y, z, &a, &species, energies, force_shift);
            if (prune) kept += simd_compress(j, vm_bits(vd_less(r2, vd_lookup(kept_radius2, species))), kept);
        }
        if (prune) list_inner_end(l, part, o, kept, d->n_extended);
        vd_totals(a.fx, a.fy, a.fz, a.energy, d->f[i]);
        if (!energies) continue;
        d->f[i][3] *= 0.5;
        sum_add(&w->sums->energy, d->f[i][3]);
        for (int k = 0; k < VIRIALS; k++) sum_add(&w->sums->virial[k], 0.5 * vd_total(a.virial[k]));
    }
}

static inline __attribute__((always_inline)) void choose(const struct force_work *w, const int prune)
{
    const struct lj *lj = w->potential->parameters;
    if (w->sums && lj->force_shift)
        range(w, 1, 1, prune);
    else if (w->sums)
        range(w, 1, 0, prune);
    else if (lj->force_shift)
        range(w, 0, 1, prune);
    else
        range(w, 0, 0, prune);
}

void ISA_FUNCTION(lj_compute)(const struct force_work *w)
{
    if (w->prune)
        choose(w, 1);
    else
        choose(w, 0);
}
