/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EAM kernels: eight neighbors at a time. Table rows are loaded whole, 32 bytes, and transposed in
 * registers like atoms. φ and ρ of a pair of species have their rows in step, so one row number serves both.
 *
 * `exact`, `symmetric`, `energies` are compile-time constants at each call. The arithmetic of densities and
 * forces is the same with and without energies. */
#include "base/isa.h"
#include "base/simd.h"
#include "force/eam.h"
#include "neighbor/list_kernel.h"

#define INLINE static inline __attribute__((always_inline))

struct constants {
    vd rows_per_unit, last_row;
};

struct pairs { /* eight pairs: distances and where in the tables they are */
    vd dx, dy, dz, r2, r, species;
    vd p; /* 0 … 1 within the row */
    vd whole;
};

INLINE struct pairs load_pairs(const double *atoms, const uint32_t *j, const struct constants *c, vd x, vd y,
                               vd z, const int exact)
{
    struct pairs s;
    vd xj, yj, zj;
    vd_atoms(atoms, j, &xj, &yj, &zj, &s.species);
    s.dx = vd_sub(x, xj);
    s.dy = vd_sub(y, yj);
    s.dz = vd_sub(z, zj);
    s.r2 = vd_fma(s.dx, s.dx, vd_fma(s.dy, s.dy, vd_mul(s.dz, s.dz)));
    s.r = exact ? vd_sqrt(s.r2) : s.r2;
    /* The padding atom, and anything else out of range, falls on the row of zeros. */
    vd u = vd_min(vd_mul(s.r, c->rows_per_unit), c->last_row);
    s.whole = vd_floor(u);
    s.p = vd_sub(u, s.whole);
    return s;
}

struct quads {
    vd c0, c1, c2, c3;
};
INLINE struct quads load_quads(const double (*rows)[4], const uint32_t *row)
{
    struct quads q;
    vd_atoms(rows[0], row, &q.c0, &q.c1, &q.c2, &q.c3);
    return q;
}
INLINE vd value(const struct quads *q, vd p)
{
    return vd_fma(p, vd_fma(p, vd_fma(p, q->c3, q->c2), q->c1), q->c0);
}
/* d/dp; p2 = 2p, p3 = 3p² */
INLINE vd slope(const struct quads *q, vd p2, vd p3)
{
    return vd_fma(p2, q->c2, vd_fma(p3, q->c3, q->c1));
}

/* ---- pass 0: densities, and the inner lists on the way ---- */

/* Make the inner list of one atom from its outer list: the near section, then the rest (in scratch first). */
INLINE void split(const struct list *l, const struct list_part *part, size_t o, const struct domain *d,
                  const double *atoms, uint32_t i, vd x, vd y, vd z)
{
    double near_radius2[8], radius2[8]; /* copies: the lists written here may alias anything */
    memcpy(near_radius2, l->near_radius2[d->type[i]], sizeof near_radius2);
    memcpy(radius2, l->inner_radius2[d->type[i]], sizeof radius2);
    const uint32_t *j = part->outer.j + l->outer[o].first, *end = j + l->outer[o].length;
    uint32_t *first = list_inner_begin(l, part, o), *kept = first, *rest = part->rest;
    for (; j < end; j += SIMD_WIDTH) {
        vd xj, yj, zj, wj;
        vd_atoms(atoms, j, &xj, &yj, &zj, &wj);
        vd dx = vd_sub(x, xj), dy = vd_sub(y, yj), dz = vd_sub(z, zj);
        vd r2 = vd_fma(dx, dx, vd_fma(dy, dy, vd_mul(dz, dz)));
        unsigned near = vm_bits(vd_less(r2, vd_lookup(near_radius2, wj)));
        unsigned inside = vm_bits(vd_less(r2, vd_lookup(radius2, wj)));
        kept += simd_compress(j, near, kept);
        rest += simd_compress(j, inside & ~near, rest);
    }
    kept = list_pad(first, kept, d->n_extended);
    size_t near = (size_t)(kept - first);
    memcpy(kept, part->rest, (size_t)(rest - part->rest) * sizeof *rest);
    list_inner_end(l, part, o, kept + (rest - part->rest), d->n_extended);
    l->inner[o].near = (uint32_t)near;
}

INLINE void densities(const struct force_work *w, const int exact)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0];
    const struct constants c = {vd_set(m->rows_per_unit), vd_set(m->last_row)};
    _Alignas(32) uint32_t row[SIMD_WIDTH];
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const double *xi = atoms + 4 * (size_t)d->slot[i], *first_row = m->first_row[d->type[i]];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), rho = vd_zero();
        if (w->prune) split(l, part, o, d, atoms, i, x, y, z);
        const uint32_t *j = part->inner.j + l->inner[o].first, *end = j + l->inner[o].near;
        for (; j < end; j += SIMD_WIDTH) {
            struct pairs s = load_pairs(atoms, j, &c, x, y, z, exact);
            vd_rows(vd_add(s.whole, vd_lookup(first_row, s.species)), row);
            struct quads q = load_quads((const double(*)[4])m->density, row);
            rho = vd_add(rho, value(&q, s.p));
        }
        double slope_of_f, energy = eam_embed(&m->embedding[d->type[i]], vd_total(rho), &slope_of_f);
        d->shared[d->slot[i]] = slope_of_f;
        d->f[i][3] = energy;
    }
}

/* ---- pass 1: forces ---- */

struct accumulators {
    vd fx, fy, fz, energy, virial[VIRIALS];
};

/* (1/r) dE/dr of eight pairs, up to the constant `scale` below; near: with densities. */
INLINE void pair_forces(const double *atoms, const uint32_t *j, const struct eam *m, int type,
                        const struct constants *c, vd x, vd y, vd z, vd own, const double *shared,
                        struct accumulators *a, const int near, const int exact, const int symmetric,
                        const int energies)
{
    _Alignas(32) uint32_t row[SIMD_WIDTH];
    struct pairs s = load_pairs(atoms, j, c, x, y, z, exact);
    vd p2 = vd_add(s.p, s.p), p3 = vd_mul(vd_mul(vd_set(3.0), s.p), s.p), f, phi = vd_zero();
    vd_rows(vd_add(s.whole, vd_lookup(m->first_row[type], s.species)), row);
    struct quads pair = load_quads((const double(*)[4])m->pair, row);
    if (exact) { /* z = r φ: φ'/r = (z' − φ)/r²; z' per row */
        vd inverse = vd_div(vd_set(1.0), s.r);
        phi = vd_mul(value(&pair, s.p), inverse);
        f = vd_mul(vd_mul(vd_sub(vd_mul(slope(&pair, p2, p3), c->rows_per_unit), phi), inverse), inverse);
        if (near) {
            struct quads density = load_quads((const double(*)[4])m->density, row);
            vd per_r = vd_mul(c->rows_per_unit, inverse), other = vd_numbers(shared, j);
            vd first = slope(&density, p2, p3);
            if (symmetric) {
                f = vd_fma(vd_mul(vd_add(own, other), first), per_r, f);
            } else {
                vd_rows(vd_add(s.whole, vd_lookup(m->reverse_row[type], s.species)), row);
                struct quads reverse = load_quads((const double(*)[4])m->density, row);
                f = vd_fma(vd_fma(other, slope(&reverse, p2, p3), vd_mul(own, first)), per_r, f);
            }
        }
    } else {
        f = slope(&pair, p2, p3);
        if (energies) phi = value(&pair, s.p);
        if (near) {
            struct quads density = load_quads((const double(*)[4])m->density, row);
            vd other = vd_numbers(shared, j), first = slope(&density, p2, p3);
            if (symmetric) {
                f = vd_fma(vd_add(own, other), first, f);
            } else {
                vd_rows(vd_add(s.whole, vd_lookup(m->reverse_row[type], s.species)), row);
                struct quads reverse = load_quads((const double(*)[4])m->density, row);
                f = vd_fma(other, slope(&reverse, p2, p3), vd_fma(own, first, f));
            }
        }
    }
    a->fx = vd_fma(f, s.dx, a->fx);
    a->fy = vd_fma(f, s.dy, a->fy);
    a->fz = vd_fma(f, s.dz, a->fz);
    if (!energies) return;
    a->energy = vd_add(a->energy, phi);
    vd fdx = vd_mul(f, s.dx), fdy = vd_mul(f, s.dy), fdz = vd_mul(f, s.dz);
    a->virial[VIRIAL_XX] = vd_fma(fdx, s.dx, a->virial[VIRIAL_XX]);
    a->virial[VIRIAL_YY] = vd_fma(fdy, s.dy, a->virial[VIRIAL_YY]);
    a->virial[VIRIAL_ZZ] = vd_fma(fdz, s.dz, a->virial[VIRIAL_ZZ]);
    a->virial[VIRIAL_XY] = vd_fma(fdx, s.dy, a->virial[VIRIAL_XY]);
    a->virial[VIRIAL_XZ] = vd_fma(fdx, s.dz, a->virial[VIRIAL_XZ]);
    a->virial[VIRIAL_YZ] = vd_fma(fdy, s.dz, a->virial[VIRIAL_YZ]);
}

INLINE void forces(const struct force_work *w, const int exact, const int symmetric, const int energies)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0], *shared = d->shared;
    const struct constants c = {vd_set(m->rows_per_unit), vd_set(m->last_row)};
    const double scale = exact ? -1.0 : -2.0 * m->rows_per_unit; /* (1/r) d/dr = 2 d/dr² */
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        int type = d->type[i];
        const double *xi = atoms + 4 * (size_t)d->slot[i];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), own = vd_set(shared[d->slot[i]]);
        struct accumulators a;
        a.fx = a.fy = a.fz = a.energy = vd_zero();
        if (energies)
            for (int k = 0; k < VIRIALS; k++) a.virial[k] = vd_zero();
        const uint32_t *j = part->inner.j + l->inner[o].first, *near_end = j + l->inner[o].near,
                       *end = j + l->inner[o].length;
        for (; j < near_end; j += SIMD_WIDTH)
            pair_forces(atoms, j, m, type, &c, x, y, z, own, shared, &a, 1, exact, symmetric, energies);
        for (; j < end; j += SIMD_WIDTH)
            pair_forces(atoms, j, m, type, &c, x, y, z, own, shared, &a, 0, exact, symmetric, energies);
        double embedding = d->f[i][3], total[4];
        vd_totals(a.fx, a.fy, a.fz, a.energy, total);
        for (int k = 0; k < 3; k++) d->f[i][k] = scale * total[k];
        if (!energies) continue;
        d->f[i][3] = embedding + 0.5 * total[3];
        sum_add(&w->sums->energy, d->f[i][3]);
        for (int k = 0; k < VIRIALS; k++) sum_add(&w->sums->virial[k], 0.5 * scale * vd_total(a.virial[k]));
    }
}

INLINE void choose(const struct force_work *w, const int exact, const int symmetric)
{
    if (w->pass == 0)
        densities(w, exact);
    else if (w->sums)
        forces(w, exact, symmetric, 1);
    else
        forces(w, exact, symmetric, 0);
}

void ISA_FUNCTION(eam_compute)(const struct force_work *w)
{
    const struct eam *m = w->potential->parameters;
    if (m->exact && m->symmetric)
        choose(w, 1, 1);
    else if (m->exact)
        choose(w, 1, 0);
    else if (m->symmetric)
        choose(w, 0, 1);
    else
        choose(w, 0, 0);
}
