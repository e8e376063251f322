/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EAM kernels: eight neighbors at a time. Table rows are loaded whole, 32 bytes, and transposed in
 * registers like atoms. φ and ρ of a pair of species have their rows in step, so one row number serves both.
 *
 * `exact`, `symmetric`, `energies` are compile-time constants at each call. The arithmetic of densities and
 * forces is the same with and without energies. */
#include "base/isa.h"
#include "base/simd.h"
#include "force/accumulators.h"
#include "force/eam.h"
#include "neighbor/list_kernel.h"

#define INLINE static inline __attribute__((always_inline))

struct constants {
    vd rows_per_unit, last_row;
};

/* Eight pairs: differences and squared distance. */
INLINE vd distances(const double *atoms, const uint32_t *j, vd x, vd y, vd z, vd d[3], vd *species)
{
    vd xj, yj, zj;
    vd_atoms(atoms, j, &xj, &yj, &zj, species);
    d[0] = vd_sub(x, xj);
    d[1] = vd_sub(y, yj);
    d[2] = vd_sub(z, zj);
    return vd_fma(d[0], d[0], vd_fma(d[1], d[1], vd_mul(d[2], d[2])));
}

/* Pairs on their way: first all of a batch are placed in the tables, then the rows are fetched. In one loop
 * the chain from positions over row numbers to rows is so long that the processor overlaps too little of it.
 */
enum { BATCH = 16 };
struct batch {
    vd dx[BATCH], dy[BATCH], dz[BATCH], r[BATCH], p[BATCH]; /* p: 0 … 1 within the row */
    uint32_t row[BATCH][SIMD_WIDTH], reverse[BATCH][SIMD_WIDTH];
};

/* Where vector k of a batch is in the tables; `first`, `reverse` (NULL: not wanted): rows where those of the
 * neighbor's species begin. */
INLINE void place(struct batch *b, int k, vd r2, vd species, const struct constants *c, const double *first,
                  const double *reverse, const int exact)
{
    vd r = exact ? vd_sqrt(r2) : r2;
    /* The padding atom, and anything else out of range, falls on the row of zeros. */
    vd u = vd_min(vd_mul(r, c->rows_per_unit), c->last_row), whole = vd_floor(u);
    b->p[k] = vd_sub(u, whole);
    if (exact) b->r[k] = r;
    vd_rows(vd_add(whole, vd_lookup(first, species)), b->row[k]);
    if (reverse) vd_rows(vd_add(whole, vd_lookup(reverse, species)), b->reverse[k]);
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

INLINE void densities(const struct force_work *w, const int exact)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0];
    const struct constants c = {vd_set(m->rows_per_unit), vd_set(m->last_row)};
    struct batch b;
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const double *xi = atoms + 4 * (size_t)d->slot[i], *first_row = m->first_row[d->type[i]];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), rho = vd_zero();
        if (w->prune) list_prune_atom(l, part, o, d, d->type[i], x, y, z, 1);
        const uint32_t *j = part->inner.j + l->inner[o].first, *end = j + l->inner[o].near;
        while (j < end) {
            int n = 0;
            for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) {
                vd apart[3], species, r2 = distances(atoms, j, x, y, z, apart, &species);
                place(&b, n, r2, species, &c, first_row, NULL, exact);
            }
            for (int k = 0; k < n; k++) {
                struct quads q = load_quads((const double(*)[4])m->density, b.row[k]);
                rho = vd_add(rho, value(&q, b.p[k]));
            }
        }
        double slope_of_f, energy = eam_embed(&m->embedding[d->type[i]], vd_total(rho), &slope_of_f);
        d->shared[d->slot[i]] = slope_of_f;
        d->f[i][3] = energy;
    }
}

/* ---- pass 1: forces ---- */

/* (1/r) dE/dr of vector k of a batch, up to the constant `scale` below; near: with densities; j: its entries.
 */
INLINE void pair_forces(const struct batch *b, int k, const uint32_t *j, const struct eam *m,
                        const struct constants *c, vd own, const double *shared, struct accumulators *a,
                        const int near, const int exact, const int symmetric, const int energies)
{
    vd p = b->p[k], p2 = vd_add(p, p), p3 = vd_mul(vd_mul(vd_set(3.0), p), p), f, phi = vd_zero();
    vd dx = b->dx[k], dy = b->dy[k], dz = b->dz[k];
    struct quads pair = load_quads((const double(*)[4])m->pair, b->row[k]);
    if (exact) { /* z = r φ: φ'/r = (z' − φ)/r²; z' per row */
        vd inverse = vd_div(vd_set(1.0), b->r[k]);
        phi = vd_mul(value(&pair, p), inverse);
        f = vd_mul(vd_mul(vd_sub(vd_mul(slope(&pair, p2, p3), c->rows_per_unit), phi), inverse), inverse);
        if (near) {
            struct quads density = load_quads((const double(*)[4])m->density, b->row[k]);
            vd per_r = vd_mul(c->rows_per_unit, inverse), other = vd_numbers(shared, j);
            vd first = slope(&density, p2, p3);
            if (symmetric) {
                f = vd_fma(vd_mul(vd_add(own, other), first), per_r, f);
            } else {
                struct quads reverse = load_quads((const double(*)[4])m->density, b->reverse[k]);
                f = vd_fma(vd_fma(other, slope(&reverse, p2, p3), vd_mul(own, first)), per_r, f);
            }
        }
    } else {
        f = slope(&pair, p2, p3);
        if (energies) phi = value(&pair, p);
        if (near) {
            struct quads density = load_quads((const double(*)[4])m->density, b->row[k]);
            vd other = vd_numbers(shared, j), first = slope(&density, p2, p3);
            if (symmetric) {
                f = vd_fma(vd_add(own, other), first, f);
            } else {
                struct quads reverse = load_quads((const double(*)[4])m->density, b->reverse[k]);
                f = vd_fma(other, slope(&reverse, p2, p3), vd_fma(own, first, f));
            }
        }
    }
    accumulators_force(a, f, dx, dy, dz);
    if (!energies) return;
    a->energy = vd_add(a->energy, phi);
    accumulators_virial(a, f, dx, dy, dz);
}

INLINE void forces(const struct force_work *w, const int exact, const int symmetric, const int energies)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0], *shared = d->shared;
    const struct constants c = {vd_set(m->rows_per_unit), vd_set(m->last_row)};
    struct batch b;
    const double scale = exact ? -1.0 : -2.0 * m->rows_per_unit; /* (1/r) d/dr = 2 d/dr² */
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        int type = d->type[i];
        const double *xi = atoms + 4 * (size_t)d->slot[i];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), own = vd_set(shared[d->slot[i]]);
        struct accumulators a;
        accumulators_clear(&a, energies);
        const uint32_t *j = part->inner.j + l->inner[o].first, *near_end = j + l->inner[o].near,
                       *end = j + l->inner[o].length;
        while (j < end) {
            const uint32_t *start = j;
            int n = 0, near = j < near_end ? (int)((near_end - j) / SIMD_WIDTH) : 0, k = 0;
            for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) {
                vd apart[3], species, r2 = distances(atoms, j, x, y, z, apart, &species);
                b.dx[n] = apart[0];
                b.dy[n] = apart[1];
                b.dz[n] = apart[2];
                place(&b, n, r2, species, &c, m->first_row[type], symmetric ? NULL : m->reverse_row[type],
                      exact);
            }
            for (; k < n && k < near; k++)
                pair_forces(&b, k, start + k * SIMD_WIDTH, m, &c, own, shared, &a, 1, exact, symmetric,
                            energies);
            for (; k < n; k++)
                pair_forces(&b, k, start + k * SIMD_WIDTH, m, &c, own, shared, &a, 0, exact, symmetric,
                            energies);
        }
        double embedding = d->f[i][3], total[4];
        vd_totals(a.fx, a.fy, a.fz, a.energy, total);
        for (int k = 0; k < 3; k++) d->f[i][k] = scale * total[k];
        if (!energies) continue;
        d->f[i][3] = embedding + 0.5 * total[3];
        accumulators_sum(w->sums, &a, d->f[i][3], scale);
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
