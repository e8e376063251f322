/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/modes.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>

void modes_free(struct modes *m)
{
    DELETE(m->p);
    *m = (struct modes){0};
}

double modes_length(const int h[3], const double reciprocal[3][3])
{
    double square = 0.0;
    for (int i = 0; i < 3; i++) {
        double q = 2.0 * M_PI * (h[0] * reciprocal[0][i] + h[1] * reciprocal[1][i] + h[2] * reciprocal[2][i]);
        square += q * q;
    }
    return sqrt(square);
}

status modes_list(struct modes *m, const struct box *box, double low, double high)
{
    double g[3][3];
    box_reciprocal(box, g);
    m->n = 0;
    for (int k = 0; k < 3; k++) {
        double edge2 = 0.0; /* |q·a_k| ≤ |q||a_k| bounds the index along k */
        for (int i = 0; i < 3; i++) edge2 += box->h[k][i] * box->h[k][i];
        m->top[k] = box->periodic[k] ? (int)floor(high * sqrt(edge2) / (2.0 * M_PI) * (1.0 + 1e-12)) : 0;
    }
    for (int h = 0; h <= m->top[0]; h++)
        for (int k = h ? -m->top[1] : 0; k <= m->top[1]; k++)
            for (int l = h || k ? -m->top[2] : 1; l <= m->top[2]; l++) {
                struct mode p = {.h = {h, k, l}};
                p.q = modes_length(p.h, g);
                if (p.q < low || p.q >= high) continue;
                TRY(GROW(m->p, m->capacity, (size_t)m->n + 1));
                m->p[m->n++] = p;
            }
    return OK;
}

/* ---- phases: exp(2πi n s_k) for n = 0 … top, split real and imaginary, atoms sorted by species ---- */
struct phases {
    int64_t atoms, first[SPECIES_MAX + 1];
    double *re[3], *im[3]; /* [n·atoms + i] */
};

static void phases_free(struct phases *p)
{
    for (int k = 0; k < 3; k++) {
        DELETE(p->re[k]);
        DELETE(p->im[k]);
    }
}

static status make_phases(struct phases *p, const struct modes *m, const struct box *box, int64_t atoms,
                          const int32_t *type, const double *x, int species)
{
    double inverse[3][3], s[3];
    box_inverse(box, inverse);
    p->atoms = atoms;
    for (int k = 0; k < 3; k++) {
        TRY(NEW(p->re[k], (size_t)(m->top[k] + 1) * (size_t)atoms));
        TRY(NEW(p->im[k], (size_t)(m->top[k] + 1) * (size_t)atoms));
    }
    int64_t to = 0;
    for (int a = 0; a < species; a++) {
        p->first[a] = to;
        for (int64_t i = 0; i < atoms; i++) {
            if (type[i] != a) continue;
            box_fractional(box, inverse, x + 3 * i, s);
            for (int k = 0; k < 3; k++)
                for (int n = 0; n <= m->top[k]; n++) {
                    /* Direct, not by recursion: the whole turns are taken out first, so large n loses
                     * nothing. */
                    double turns = n * s[k], angle = 2.0 * M_PI * (turns - nearbyint(turns));
                    p->re[k][n * atoms + to] = cos(angle);
                    p->im[k][n * atoms + to] = sin(angle);
                }
            to++;
        }
    }
    p->first[species] = to;
    return OK;
}

enum { LANES = 8 };

/* ρ_a at one point. Sums run in LANES fixed lanes, added in a fixed order: the bits depend on neither threads
 * nor the compiler's choice of vectors. */
static void amplitude(const struct phases *p, const int h[3], int64_t from, int64_t to, double *re,
                      double *im)
{
    const double *cx[3], *sx[3];
    double sign[3], sum_re[LANES] = {0}, sum_im[LANES] = {0};
    for (int k = 0; k < 3; k++) {
        int n = h[k] < 0 ? -h[k] : h[k];
        cx[k] = p->re[k] + n * p->atoms;
        sx[k] = p->im[k] + n * p->atoms;
        sign[k] = h[k] < 0 ? -1.0 : 1.0;
    }
    int64_t i = from;
    for (; i + LANES <= to; i += LANES)
#pragma omp simd
        for (int v = 0; v < LANES; v++) {
            double s0 = sign[0] * sx[0][i + v], s1 = sign[1] * sx[1][i + v], s2 = sign[2] * sx[2][i + v];
            double c01 = cx[0][i + v] * cx[1][i + v] - s0 * s1, s01 = cx[0][i + v] * s1 + s0 * cx[1][i + v];
            sum_re[v] += c01 * cx[2][i + v] - s01 * s2;
            sum_im[v] += c01 * s2 + s01 * cx[2][i + v];
        }
    for (int v = 0; i < to; i++, v++) {
        double s0 = sign[0] * sx[0][i], s1 = sign[1] * sx[1][i], s2 = sign[2] * sx[2][i];
        double c01 = cx[0][i] * cx[1][i] - s0 * s1, s01 = cx[0][i] * s1 + s0 * cx[1][i];
        sum_re[v] += c01 * cx[2][i] - s01 * s2;
        sum_im[v] += c01 * s2 + s01 * cx[2][i];
    }
    *re = *im = 0.0;
    for (int v = 0; v < LANES; v++) {
        *re += sum_re[v];
        *im += sum_im[v];
    }
}

status modes_density(const struct modes *m, double *rho, const struct box *box, int species, int64_t atoms,
                     const int32_t *type, const double *x)
{
    struct phases phase = {0};
    TRY(box_check(box));
    if (atoms < 1) return fail(BAD_INPUT, "S(q) of a frame without atoms");
    for (int64_t i = 0; i < atoms; i++)
        if (type[i] < 0 || type[i] >= species)
            return fail(BAD_INPUT, "atom %" PRId64 " has species %d, expected 0 to %d", i, type[i],
                        species - 1);
    status s = make_phases(&phase, m, box, atoms, type, x, species);
    if (s == OK) {
#pragma omp parallel for schedule(dynamic, 64)
        for (int64_t i = 0; i < m->n; i++)
            for (int a = 0; a < species; a++) {
                double *to = rho + 2 * (i * species + a);
                amplitude(&phase, m->p[i].h, phase.first[a], phase.first[a + 1], to, to + 1);
            }
    }
    phases_free(&phase);
    return s;
}
