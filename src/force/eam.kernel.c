/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The EAM kernels: eight neighbors at a time. Table rows are loaded whole, 32 bytes, and transposed in
 * registers like atoms. φ and ρ of a pair of species have their rows in step, so one row number serves both;
 * their slopes are added up, ρ' with its factor F', while they are rows of one neighbor: that takes one
 * transposition instead of two, and the factors need not be gathered.
 *
 * `exact`, `symmetric`, `energies` are compile-time constants at each call. The arithmetic of densities and
 * forces is the same with and without energies. */
#include "base/isa.h"
#include "base/simd.h"
#include "force/accumulators.h"
#include "force/eam.h"
#include "neighbor/list_kernel.h"

struct constants {
    vd rows_per_unit, last; /* last: r or r² of the row of zeros, where the padding atom falls, too */
};
/* Rows where tables begin, as vd_split wants them. */
struct rows {
    double first[SPECIES_MAX][8], reverse[SPECIES_MAX][8];
};
static void set_rows(struct rows *r, const struct eam *m)
{
    for (int a = 0; a < SPECIES_MAX; a++)
        for (int b = 0; b < 8; b++) {
            r->first[a][b] = SIMD_ROW + m->first_row[a][b];
            r->reverse[a][b] = SIMD_ROW + m->reverse_row[a][b];
        }
}
static struct constants constants_of(const struct eam *m)
{
    return (struct constants){vd_set(m->rows_per_unit), vd_set((m->last_row + 0.5) / m->rows_per_unit)};
}

/* Eight pairs: differences and squared distance. */
INLINE vd distances(const double *atoms, const uint32_t *j, vd x, vd y, vd z, vd d[3], vd *species)
{
    list_prefetch(j);
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
    simd_row row[BATCH][SIMD_WIDTH], reverse[BATCH][SIMD_WIDTH];
};

/* Where vector k of a batch is in the tables; `first`, `reverse` (NULL: not wanted): rows where those of the
 * neighbor's species begin; a row has 2^shift numbers. */
INLINE void place(struct batch *b, int k, vd r2, vd species, const struct constants *c, const double *first,
                  const double *reverse, const int shift, const int exact)
{
    vd r = exact ? vd_sqrt(r2) : r2, begin = vd_lookup(first, species), row;
    if (exact) b->r[k] = r;
    b->p[k] = vd_split(vd_min(r, c->last), c->rows_per_unit, begin, &row);
    vd_rows(row, shift, b->row[k]);
    if (reverse) vd_rows(vd_add(vd_sub(row, begin), vd_lookup(reverse, species)), shift, b->reverse[k]);
}

struct quads {
    vd c0, c1, c2, c3;
};

INLINE struct quads load_quads(const double *rows, const simd_row *row)
{
    struct quads q;
    vq of[SIMD_WIDTH];
    for (int lane = 0; lane < SIMD_WIDTH; lane++) of[lane] = vq_load(rows + (uint32_t)row[lane]);
    vd_transpose(of, &q.c0, &q.c1, &q.c2, &q.c3);
    return q;
}
INLINE vd cubic(const struct quads *q, vd p)
{
    return vd_fma(p, vd_fma(p, vd_fma(p, q->c3, q->c2), q->c1), q->c0);
}

/* ---- pass 0: densities ---- */

INLINE void densities(const struct force_work *w, const int exact)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0];
    const struct constants c = constants_of(m);
    struct batch b;
    struct rows rows;
    set_rows(&rows, m);
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        const double *xi = atoms + 4 * (size_t)d->slot[i], *first_row = rows.first[d->type[i]];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]), rho = vd_zero();
        const uint32_t *j = part->j + l->entry[o].first, *end = j + l->entry[o].near;
        while (j < end) {
            int n = 0;
            for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) {
                vd apart[3], species, r2 = distances(atoms, j, x, y, z, apart, &species);
                place(&b, n, r2, species, &c, first_row, NULL, 2, exact);
            }
            for (int k = 0; k < n; k++) {
                struct quads q = load_quads(m->density[0], b.row[k]);
                rho = vd_add(rho, cubic(&q, b.p[k]));
            }
        }
        d->f[i][3] = vd_total(rho);
    }
    eam_embed_range(m, d, w->range);
}

/* ---- pass 1: forces ---- */

/* F' of an atom, of all atoms, and which of them are the neighbors of a batch. */
struct embedding_slopes {
    double own;
    const double *shared;
    const uint32_t *j;
};

/* Rows of slopes of eight pairs: φ and, times what they count for, ρ one way and the other. */
INLINE struct quads joint_slopes(const double *rows, const struct batch *b, int k,
                                 const struct embedding_slopes *s, const int symmetric)
{
    vq joint[SIMD_WIDTH], own = vq_set(s->own);
    for (int lane = 0; lane < SIMD_WIDTH; lane++) {
        const double *row = rows + (uint32_t)b->row[k][lane];
        vq other = vq_set(s->shared[s->j[k * SIMD_WIDTH + lane] >> 2]);
        if (symmetric)
            joint[lane] = vq_fma(vq_add(own, other), vq_load(row + 4), vq_load(row));
        else
            joint[lane] = vq_fma(other, vq_load(rows + (uint32_t)b->reverse[k][lane] + 4),
                                 vq_fma(own, vq_load(row + 4), vq_load(row)));
    }
    struct quads q;
    vd_transpose(joint, &q.c0, &q.c1, &q.c2, &q.c3);
    return q;
}

/* (1/r) dE/dr of vector k of a batch, up to the constant `scale` below, and with `energies` φ. near: with
 * densities. */
INLINE vd pair_slopes(const struct batch *b, int k, const struct eam *m, const struct embedding_slopes *s,
                      vd *phi, const int near, const int symmetric, const int energies)
{
    const double *rows = m->slopes[0];
    vd p = b->p[k];
    struct quads q = near ? joint_slopes(rows, b, k, s, symmetric) : load_quads(rows, b->row[k]);
    if (energies) {
        struct quads pair = load_quads(rows, b->row[k]);
        vd inner = vd_fma(vd_mul(p, vd_set(1.0 / 3.0)), pair.c2, vd_mul(vd_set(0.5), pair.c1));
        *phi = vd_fma(p, vd_fma(p, inner, pair.c0), pair.c3);
    }
    return vd_fma(p, vd_fma(p, q.c2, q.c1), q.c0);
}

/* The same from the splines of a file, z = r φ and ρ in r: φ'/r = (z' − φ)/r²; z' per row. p2 = 2p, p3 = 3p²
 */
INLINE vd exact_slope(const struct quads *q, vd p2, vd p3)
{
    return vd_fma(p2, q->c2, vd_fma(p3, q->c3, q->c1));
}
INLINE vd pair_slopes_exact(const struct batch *b, int k, const struct eam *m, const struct constants *c,
                            const struct embedding_slopes *s, vd *phi, const int near, const int symmetric)
{
    vd p = b->p[k], p2 = vd_add(p, p), p3 = vd_mul(vd_mul(vd_set(3.0), p), p);
    vd inverse = vd_div(vd_set(1.0), b->r[k]);
    struct quads pair = load_quads(m->pair[0], b->row[k]);
    *phi = vd_mul(cubic(&pair, p), inverse);
    vd z = vd_mul(exact_slope(&pair, p2, p3), c->rows_per_unit);
    vd f = vd_mul(vd_mul(vd_sub(z, *phi), inverse), inverse);
    if (!near) return f;
    struct quads density = load_quads(m->density[0], b->row[k]);
    vd per_r = vd_mul(c->rows_per_unit, inverse), own = vd_set(s->own);
    vd first = exact_slope(&density, p2, p3), other = vd_numbers(s->shared, s->j + k * SIMD_WIDTH);
    if (symmetric) return vd_fma(vd_mul(vd_add(own, other), first), per_r, f);
    struct quads reverse = load_quads(m->density[0], b->reverse[k]);
    return vd_fma(vd_fma(other, exact_slope(&reverse, p2, p3), vd_mul(own, first)), per_r, f);
}

INLINE void pair_forces(const struct batch *b, int k, const struct eam *m, const struct constants *c,
                        const struct embedding_slopes *s, struct accumulators *a, const int near,
                        const int exact, const int symmetric, const int energies)
{
    vd phi = vd_zero(), f = exact ? pair_slopes_exact(b, k, m, c, s, &phi, near, symmetric)
                                  : pair_slopes(b, k, m, s, &phi, near, symmetric, energies);
    accumulators_force(a, f, b->dx[k], b->dy[k], b->dz[k]);
    if (!energies) return;
    a->energy = vd_add(a->energy, phi);
    accumulators_virial(a, f, b->dx[k], b->dy[k], b->dz[k]);
}

/* The force, energy and virial of an atom; f[3] is its F. A chain of operations that nothing else waits for:
 * done when the pairs of the next atom are on their way, it costs no time. */
INLINE void finish(double *f, const struct accumulators *a, const struct force_work *w, double scale,
                   const int energies)
{
    double embedding = f[3], total[4];
    vd_totals(a->fx, a->fy, a->fz, a->energy, total);
    for (int k = 0; k < 3; k++) f[k] = scale * total[k];
    if (!energies) return;
    f[3] = embedding + 0.5 * total[3];
    accumulators_sum(w->sums, a, f[3], scale);
}

INLINE void forces(const struct force_work *w, const int exact, const int symmetric, const int energies)
{
    const struct eam *m = w->potential->parameters;
    const struct domain *d = w->domain;
    const struct list *l = w->list;
    const struct list_part *part = &l->part[w->thread];
    const double *atoms = d->x[0], *shared = d->shared;
    const struct constants c = constants_of(m);
    struct batch b;
    struct rows rows;
    set_rows(&rows, m);
    const double scale = exact ? -1.0 : -2.0 * m->rows_per_unit; /* (1/r) d/dr = 2 d/dr² */
    struct accumulators a, last;                                 /* of this atom, of the one before */
    double *last_f = NULL;
    for (size_t o = w->range[0]; o < w->range[1]; o++) {
        uint32_t i = d->order[o];
        int type = d->type[i];
        const double *xi = atoms + 4 * (size_t)d->slot[i];
        vd x = vd_set(xi[0]), y = vd_set(xi[1]), z = vd_set(xi[2]);
        struct embedding_slopes slopes = {shared[d->slot[i]], shared, NULL};
        accumulators_clear(&a, energies);
        const uint32_t *j = part->j + l->entry[o].first, *near_end = j + l->entry[o].near,
                       *end = j + l->entry[o].length;
        while (j < end) {
            int n = 0, near = j < near_end ? (int)((near_end - j) / SIMD_WIDTH) : 0, k = 0;
            slopes.j = j;
            for (; n < BATCH && j < end; n++, j += SIMD_WIDTH) {
                vd apart[3], species, r2 = distances(atoms, j, x, y, z, apart, &species);
                b.dx[n] = apart[0];
                b.dy[n] = apart[1];
                b.dz[n] = apart[2];
                place(&b, n, r2, species, &c, rows.first[type], symmetric ? NULL : rows.reverse[type],
                      exact ? 2 : 3, exact);
            }
            for (; k < n && k < near; k++)
                pair_forces(&b, k, m, &c, &slopes, &a, 1, exact, symmetric, energies);
            for (; k < n; k++) pair_forces(&b, k, m, &c, &slopes, &a, 0, exact, symmetric, energies);
        }
        if (last_f) finish(last_f, &last, w, scale, energies);
        last = a;
        last_f = d->f[i];
    }
    if (last_f) finish(last_f, &last, w, scale, energies);
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
