/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EAM kernels in mixed precision: positions in fixed point (system/packed.h), tables in r² and the sums
 * of one list in float, F and F' and all else in double.
 *
 * The tables are those of double precision, rounded; the force is the slope of the rounded row. F' of a
 * neighbor comes with its position, in the bits above its species. Lengths are in quanta; the unit of the
 * tables and the quantum left in d are multiplied to the sums. The padding atom has a rate of 0 rows per r²
 * and begins at a row of zeros.
 *
 * Error of a pair force, in units of 2^-24: r² 5 and its product with the rate 2 more, which move the place
 * in the table by 7 of r², times the curvature; coefficients and polynomial 6 of the slope; F' 4 · 2 of it,
 * and the error of the density, up to n/VF_LANES + 10 of it, times F''; n/VF_LANES + 4 for the sum of forces.
 *
 * `two` (at most two species), `symmetric`, `energies` are compile-time constants at each call. */
#include "base/isa.h"
#include "base/simd_float.h"
#include "force/accumulators.h"
#include "force/eam.h"
#include "neighbor/list_kernel.h"

struct tables {                   /* of one species, by species of the neighbor */
    float rate[8];                /* rows per quantum² */
    int32_t first[8], reverse[8]; /* rows */
};

static void set_tables(struct tables *t, const struct force_work *w, int type)
{
    const struct eam *m = w->potential->parameters;
    double units2 = w->domain->packed.per_unit * w->domain->packed.per_unit, one[8];
    for (int k = 0; k < 8; k++) {
        one[k] = 1.0;
        t->first[k] = (int32_t)m->first_row[type][k];
        t->reverse[k] = (int32_t)m->reverse_row[type][k];
    }
    t->first[3] = t->first[7] = t->reverse[3] = t->reverse[7] = (int32_t)m->zero_row;
    vf_table(t->rate, one, m->rows_per_unit / units2, 0.0f);
}

INLINE vf look(const float table[8], vi species, const int two)
{
    return two ? vf_lookup_two(table, species) : vf_lookup(table, species);
}
INLINE vi look_row(const int32_t table[8], vi species, const int two)
{
    return two ? vi_lookup_two(table, species) : vi_lookup(table, species);
}

INLINE vf distances(const int32_t *atoms, const uint32_t *j, vi x, vi y, vi z, vf d[3], vi *species)
{
    list_prefetch(j);
    vi xj, yj, zj;
    vi_atoms(atoms, j, &xj, &yj, &zj, species);
    d[0] = vf_difference(x, xj);
    d[1] = vf_difference(y, yj);
    d[2] = vf_difference(z, zj);
    return vf_fma(d[0], d[0], vf_fma(d[1], d[1], vf_mul(d[2], d[2])));
}

/* Pairs on their way: first all of a batch are placed in the tables, then the rows are fetched. One loop for
 * both has so long a chain of operations that waits on each other that the processor overlaps too little of
 * it. */
enum { BATCH = 16 };
struct batch {
    vf dx[BATCH], dy[BATCH], dz[BATCH], p[BATCH]; /* p: 0 … 1 within the row */
    vf other[BATCH];                              /* what the neighbors share */
    uint32_t offset[BATCH][VF_LANES], reverse[BATCH][VF_LANES];
};

/* Where vector k of a batch is in the tables, as offsets of rows of 2^shift numbers. */
INLINE void place(struct batch *b, int k, vf r2, vi species, const struct tables *t, vf last_row,
                  const int shift, const int two, const int symmetric)
{
    vf u = vf_min(vf_mul(r2, look(t->rate, species, two)), last_row);
    vi whole = vi_whole(u);
    b->p[k] = vf_sub(u, vf_of(whole));
    vi_store(b->offset[k], vi_shift(vi_add(whole, look_row(t->first, species, two)), shift));
    if (!symmetric)
        vi_store(b->reverse[k], vi_shift(vi_add(whole, look_row(t->reverse, species, two)), shift));
}

struct quads {
    vf c0, c1, c2, c3;
};

INLINE struct quads load_quads(const float *rows, const uint32_t *offset)
{
    vi c0, c1, c2, c3;
    vi_atoms((const int32_t *)rows, offset, &c0, &c1, &c2, &c3);
    return (struct quads){vf_bits(c0), vf_bits(c1), vf_bits(c2), vf_bits(c3)};
}
INLINE vf cubic(const struct quads *q, vf p)
{
    return vf_fma(p, vf_fma(p, vf_fma(p, q->c3, q->c2), q->c1), q->c0);
}
INLINE vf slope(const struct quads *q, vf p) /* of the rows in `float_slopes`: in c0, c1, c2 */
{
    return vf_fma(p, vf_fma(p, q->c2, q->c1), q->c0);
}
INLINE vf value(const struct quads *q, vf p) /* the integral: value at the row's begin in c3 */
{
    vf inner = vf_fma(vf_mul(p, vf_set((float)(1.0 / 3.0))), q->c2, vf_mul(vf_set(0.5f), q->c1));
    return vf_fma(p, vf_fma(p, inner, q->c0), q->c3);
}

/* ---- pass 0: densities ---- */

INLINE void densities(const struct force_work *w, const int two)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const int32_t *atoms = d->packed.x[0];
    const vf last_row = vf_set((float)m->last_row);
    struct batch b;
    struct tables by_type[SPECIES_MAX];
    for (int t = 0; t < d->species.count; t++) set_tables(&by_type[t], w, t);
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const int32_t *xi = atoms + 4 * (size_t)d->slot[i];
        const struct tables *t = &by_type[d->type[i]];
        vi x = vi_set(xi[0]), y = vi_set(xi[1]), z = vi_set(xi[2]);
        vf rho = vf_zero();
        const uint32_t *j = part->j + l->entry[o].first, *end = j + l->entry[o].near;
        while (j < end) {
            int n = 0;
            for (; n < BATCH && j < end; n++, j += VF_LANES) {
                vf apart[3];
                vi species;
                vf r2 = distances(atoms, j, x, y, z, apart, &species);
                place(&b, n, r2, species, t, last_row, 2, two, 1);
            }
            for (int k = 0; k < n; k++) {
                struct quads q = load_quads(m->float_densities[0], b.offset[k]);
                rho = vf_add(rho, cubic(&q, b.p[k]));
            }
        }
        vq_store(d->f[i], vf_totals(vf_zero(), vf_zero(), vf_zero(), rho));
    }
    eam_embed_range(m, d, w->range);
}

/* ---- pass 1: forces ---- */

/* dE/dr² of vector k of a batch, in rows; near: with densities. own: F' of the atom itself. */
INLINE void pair_forces(const struct batch *b, int k, const float *rows, vf own,
                        struct accumulators_single *a, const int near, const int symmetric,
                        const int energies)
{
    struct quads pair = load_quads(rows, b->offset[k]);
    vf p = b->p[k], dx = b->dx[k], dy = b->dy[k], dz = b->dz[k], f = slope(&pair, p);
    if (near) {
        struct quads density = load_quads(rows + 4, b->offset[k]);
        vf first = slope(&density, p);
        if (symmetric) {
            f = vf_fma(vf_add(own, b->other[k]), first, f);
        } else {
            struct quads reverse = load_quads(rows + 4, b->reverse[k]);
            f = vf_fma(b->other[k], slope(&reverse, p), vf_fma(own, first, f));
        }
    }
    accumulators_single_force(a, f, dx, dy, dz);
    if (!energies) return;
    a->energy = vf_add(a->energy, value(&pair, p));
    accumulators_single_virial(a, f, dx, dy, dz);
}

/* The force, energy and virial of an atom; f[3] is its F. A chain of operations that nothing else waits for:
 * done when the pairs of the next atom are on their way, it costs no time. */
INLINE void finish(double *f, const struct accumulators_single *a, const struct force_work *w,
                   const double unit[4], double length, const int energies)
{
    double embedding = f[3];
    vq_store(f, vq_mul(vf_totals(a->fx, a->fy, a->fz, a->energy), vq_load(unit)));
    f[3] += embedding;
    if (energies) accumulators_single_sum(w->sums, a, f[3], unit[0] * length);
}

INLINE void forces(const struct force_work *w, const int two, const int symmetric, const int energies)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const int32_t *atoms = d->packed.x[0];
    const vf last_row = vf_set((float)m->last_row);
    const double length = 1.0 / d->packed.per_unit,
                 force_unit = -2.0 * m->rows_per_unit * length; /* (1/r) d/dr = 2 d/dr² */
    _Alignas(32) const double unit[4] = {force_unit, force_unit, force_unit, 0.5};
    struct batch b;
    struct tables by_type[SPECIES_MAX];
    for (int t = 0; t < d->species.count; t++) set_tables(&by_type[t], w, t);
    struct accumulators_single a, last; /* of this atom, of the one before */
    double *last_f = NULL;
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const int32_t *xi = atoms + 4 * (size_t)d->slot[i];
        const struct tables *t = &by_type[d->type[i]];
        vi x = vi_set(xi[0]), y = vi_set(xi[1]), z = vi_set(xi[2]);
        vf own = vf_bits(vi_set(xi[3]));
        accumulators_single_clear(&a, energies);
        const uint32_t *j = part->j + l->entry[o].first, *near_end = j + l->entry[o].near,
                       *end = j + l->entry[o].length;
        while (j < end) {
            int n = 0, near = j < near_end ? (int)((near_end - j) / VF_LANES) : 0, k = 0;
            for (; n < BATCH && j < end; n++, j += VF_LANES) {
                vf apart[3];
                vi species;
                vf r2 = distances(atoms, j, x, y, z, apart, &species);
                b.dx[n] = apart[0];
                b.dy[n] = apart[1];
                b.dz[n] = apart[2];
                b.other[n] = vf_bits(species);
                place(&b, n, r2, species, t, last_row, 3, two, symmetric);
            }
            for (; k < n && k < near; k++)
                pair_forces(&b, k, m->float_slopes[0], own, &a, 1, symmetric, energies);
            for (; k < n; k++) pair_forces(&b, k, m->float_slopes[0], own, &a, 0, symmetric, energies);
        }
        if (last_f) finish(last_f, &last, w, unit, length, energies);
        last = a;
        last_f = d->f[i];
    }
    if (last_f) finish(last_f, &last, w, unit, length, energies);
}

INLINE void choose(const struct force_work *w, const int two, const int symmetric)
{
    if (w->pass == 0)
        densities(w, two);
    else if (w->sums)
        forces(w, two, symmetric, 1);
    else
        forces(w, two, symmetric, 0);
}

void ISA_FUNCTION(eam_mixed)(const struct force_work *w)
{
    const struct eam *m = w->potential->parameters;
    int two = m->functions.species.count <= 2;
    if (two && m->symmetric)
        choose(w, 1, 1);
    else if (two)
        choose(w, 1, 0);
    else if (m->symmetric)
        choose(w, 0, 1);
    else
        choose(w, 0, 0);
}
