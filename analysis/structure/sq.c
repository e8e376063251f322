/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/sq.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void sq_free(struct sq *s)
{
    DELETE(s->q);
    DELETE(s->points);
    DELETE(s->available);
    DELETE(s->partial);
    DELETE(s->nn);
    DELETE(s->nn_error);
    DELETE(s->nc);
    DELETE(s->cc);
    DELETE(s->xray);
    DELETE(s->xray_error);
    frame_curves_free(&s->frame_nn);
    frame_curves_free(&s->frame_xray);
    DELETE(s->seen);
    *s = (struct sq){0};
}

static status allocate(struct sq *s)
{
    size_t n = (size_t)s->bins;
    TRY(NEW(s->q, n));
    TRY(NEW(s->points, n));
    TRY(NEW(s->available, n));
    TRY(NEW(s->partial, n * (size_t)(s->species * s->species)));
    TRY(NEW(s->nn, n));
    TRY(NEW(s->nn_error, n));
    TRY(NEW(s->xray, n));
    TRY(NEW(s->xray_error, n));
    TRY(NEW(s->seen, n));
    if (s->species != 2) return OK;
    TRY(NEW(s->nc, n));
    TRY(NEW(s->cc, n));
    return OK;
}

status sq_begin(struct sq *s, int species, double q_max, int bins, int64_t most_points)
{
    *s = (struct sq){.species = species, .bins = bins, .q_max = q_max, .width = q_max / bins};
    s->most_points = most_points > 0 ? most_points : 200;
    if (species < 1 || species > SPECIES_MAX)
        return fail(BAD_INPUT, "%d species, expected 1 to %d", species, SPECIES_MAX);
    if (!(q_max > 0.0) || bins < 1 || bins > 1000000)
        return fail(BAD_INPUT, "S(q) up to %g in %d bins: both must be positive (at most 1000000 bins)",
                    q_max, bins);
    status result = allocate(s);
    if (result != OK) sq_free(s);
    return result;
}

void sq_weigh(struct sq *s, const struct form_factors *form)
{
    s->form = *form;
    s->weighted = true;
}

/* ---- points ---- */
struct point {
    int h[3], bin;
    double q;
};
struct points {
    struct point *p;
    int64_t n;
    size_t capacity;
    int top[3];
};

static status list_points(struct points *list, const struct box *box, const struct sq *s)
{
    double g[3][3];
    box_reciprocal(box, g);
    for (int k = 0; k < 3; k++) {
        double edge2 = 0.0; /* |q·a_k| ≤ |q||a_k| bounds the index along k */
        for (int i = 0; i < 3; i++) edge2 += box->h[k][i] * box->h[k][i];
        list->top[k] =
            box->periodic[k] ? (int)floor(s->q_max * sqrt(edge2) / (2.0 * M_PI) * (1.0 + 1e-12)) : 0;
    }
    for (int h = 0; h <= list->top[0]; h++)
        for (int k = h ? -list->top[1] : 0; k <= list->top[1]; k++)
            for (int l = h || k ? -list->top[2] : 1; l <= list->top[2]; l++) {
                double square = 0.0;
                for (int i = 0; i < 3; i++) {
                    double q = 2.0 * M_PI * (h * g[0][i] + k * g[1][i] + l * g[2][i]);
                    square += q * q;
                }
                /* A point on an edge, (h00) with bins of one spacing, belongs above it whatever the rounding.
                 */
                int bin = (int)(sqrt(square) / s->width + 1e-9);
                if (bin >= s->bins) continue;
                TRY(GROW(list->p, list->capacity, (size_t)list->n + 1));
                list->p[list->n++] = (struct point){{h, k, l}, bin, sqrt(square)};
            }
    return OK;
}

/* Keep at most most_points of each bin, evenly spread over the list; count what there was and what is used.
 */
static status thin(struct points *list, const struct sq *s, int64_t *available, int64_t *used)
{
    int64_t *seen = NULL, kept = 0;
    TRY(NEW(seen, (size_t)s->bins));
    for (int64_t i = 0; i < list->n; i++) available[list->p[i].bin]++;
    for (int64_t i = 0; i < list->n; i++) {
        int bin = list->p[i].bin;
        int64_t all = available[bin], want = all < s->most_points ? all : s->most_points;
        if (used[bin] < want && seen[bin] == used[bin] * all / want) {
            list->p[kept++] = list->p[i];
            used[bin]++;
        }
        seen[bin]++;
    }
    list->n = kept;
    DELETE(seen);
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

static status make_phases(struct phases *p, const struct points *list, const struct box *box, int64_t atoms,
                          const int32_t *type, const double *x, int species)
{
    double inverse[3][3], s[3];
    box_inverse(box, inverse);
    p->atoms = atoms;
    for (int k = 0; k < 3; k++) {
        TRY(NEW(p->re[k], (size_t)(list->top[k] + 1) * (size_t)atoms));
        TRY(NEW(p->im[k], (size_t)(list->top[k] + 1) * (size_t)atoms));
    }
    int64_t to = 0;
    for (int a = 0; a < species; a++) {
        p->first[a] = to;
        for (int64_t i = 0; i < atoms; i++) {
            if (type[i] != a) continue;
            box_fractional(box, inverse, x + 3 * i, s);
            for (int k = 0; k < 3; k++)
                for (int n = 0; n <= list->top[k]; n++) {
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

/* ---- one frame ---- */
struct frame_sums {
    int64_t *available, *used;
    double *q, *nn, *square, *nc, *cc, *xray, *xray_square, *partial; /* per bin; partial as in struct sq */
    double *rho;                                                      /* [point][species][2] */
};

static void frame_free(struct frame_sums *f)
{
    DELETE(f->available);
    DELETE(f->used);
    DELETE(f->q);
    DELETE(f->nn);
    DELETE(f->square);
    DELETE(f->nc);
    DELETE(f->cc);
    DELETE(f->xray);
    DELETE(f->xray_square);
    DELETE(f->partial);
    DELETE(f->rho);
}

static status frame_new(struct frame_sums *f, const struct sq *s)
{
    size_t n = (size_t)s->bins;
    TRY(NEW(f->available, n));
    TRY(NEW(f->used, n));
    TRY(NEW(f->q, n));
    TRY(NEW(f->nn, n));
    TRY(NEW(f->square, n));
    TRY(NEW(f->nc, n));
    TRY(NEW(f->cc, n));
    TRY(NEW(f->xray, n));
    TRY(NEW(f->xray_square, n));
    TRY(NEW(f->partial, n * (size_t)(s->species * s->species)));
    return OK;
}

/* S_X of one point. */
static double weighted(const struct sq *s, const struct point *p, const double *rho, const double *n,
                       double atoms)
{
    double re = 0.0, im = 0.0, mean = 0.0, square = 0.0;
    for (int a = 0; a < s->species; a++) {
        double f = form_factor_at(&s->form, a, p->q);
        re += f * rho[2 * a];
        im += f * rho[2 * a + 1];
        mean += f * n[a] / atoms;
        square += f * f * n[a] / atoms;
    }
    return 1.0 + ((re * re + im * im) / atoms - square) / (mean * mean);
}

static void add_point(struct frame_sums *f, const struct sq *s, const struct point *p, const double *rho,
                      const double *n, double atoms)
{
    double re = 0.0, im = 0.0;
    for (int a = 0; a < s->species; a++) {
        re += rho[2 * a];
        im += rho[2 * a + 1];
        for (int b = 0; b < s->species; b++)
            if (n[a] > 0.0 && n[b] > 0.0)
                f->partial[(a * s->species + b) * s->bins + p->bin] +=
                    (rho[2 * a] * rho[2 * b] + rho[2 * a + 1] * rho[2 * b + 1]) / sqrt(n[a] * n[b]);
    }
    double nn = (re * re + im * im) / atoms;
    f->q[p->bin] += p->q;
    f->nn[p->bin] += nn;
    f->square[p->bin] += nn * nn;
    if (s->weighted) {
        double x = weighted(s, p, rho, n, atoms);
        f->xray[p->bin] += x;
        f->xray_square[p->bin] += x * x;
    }
    if (s->species != 2) return;
    double ca = n[0] / atoms, cb = n[1] / atoms;
    double cre = cb * rho[0] - ca * rho[2], cim = cb * rho[1] - ca * rho[3];
    f->nc[p->bin] += (re * cre + im * cim) / atoms;
    f->cc[p->bin] += (cre * cre + cim * cim) / atoms;
}

/* Standard error over the points of a bin. */
static double point_error(double n, double mean, double square)
{
    return n > 1.0 ? sqrt(fmax(square / n - mean * mean, 0.0) / (n - 1.0)) : (double)NAN;
}

static status merge(struct sq *s, struct frame_sums *f)
{
    for (int k = 0; k < s->bins; k++) {
        double n = (double)f->used[k];
        f->nn[k] = n > 0.0 ? f->nn[k] / n : (double)NAN;
        f->xray[k] = n > 0.0 && s->weighted ? f->xray[k] / n : (double)NAN;
        if (f->used[k] == 0) continue;
        s->seen[k] += 1.0;
        s->points[k] += n;
        s->available[k] += (double)f->available[k];
        s->q[k] += f->q[k] / n;
        /* Only read when this stays the only frame. */
        s->nn_error[k] = point_error(n, f->nn[k], f->square[k]);
        s->xray_error[k] = point_error(n, f->xray[k], f->xray_square[k]);
        for (int ab = 0; ab < s->species * s->species; ab++)
            s->partial[ab * s->bins + k] += f->partial[ab * s->bins + k] / n;
        if (s->species != 2) continue;
        s->nc[k] += f->nc[k] / n;
        s->cc[k] += f->cc[k] / n;
    }
    TRY(frame_curves_add(&s->frame_nn, s->bins, f->nn));
    return frame_curves_add(&s->frame_xray, s->bins, f->xray);
}

status sq_add(struct sq *sf, const struct box *box, int64_t atoms, const int32_t *type, const double *x)
{
    status s = OK;
    struct points list = {0};
    struct phases phase = {0};
    struct frame_sums f = {0};
    double n[SPECIES_MAX] = {0};
    TRY(box_check(box));
    if (atoms < 1) return fail(BAD_INPUT, "S(q) of a frame without atoms");
    for (int64_t i = 0; i < atoms; i++) {
        if (type[i] < 0 || type[i] >= sf->species)
            return fail(BAD_INPUT, "atom %" PRId64 " has species %d, expected 0 to %d", i, type[i],
                        sf->species - 1);
        n[type[i]] += 1.0;
    }
    GUARD(frame_new(&f, sf));
    GUARD(list_points(&list, box, sf));
    GUARD(thin(&list, sf, f.available, f.used));
    GUARD(make_phases(&phase, &list, box, atoms, type, x, sf->species));
    int stride = 2 * sf->species;
    GUARD(NEW(f.rho, (size_t)list.n * (size_t)stride));
#pragma omp parallel for schedule(dynamic, 64)
    for (int64_t i = 0; i < list.n; i++)
        for (int a = 0; a < sf->species; a++)
            amplitude(&phase, list.p[i].h, phase.first[a], phase.first[a + 1], f.rho + i * stride + 2 * a,
                      f.rho + i * stride + 2 * a + 1);
    for (int64_t i = 0; i < list.n; i++) add_point(&f, sf, list.p + i, f.rho + i * stride, n, (double)atoms);
    GUARD(merge(sf, &f));
    for (int a = 0; a < sf->species; a++) sf->concentration[a] += n[a] / (double)atoms;
    sf->frames++;
done:
    DELETE(list.p);
    phases_free(&phase);
    frame_free(&f);
    return s;
}

status sq_finish(struct sq *s)
{
    if (s->frames < 1) return fail(BAD_INPUT, "S(q) was given no frame");
    for (int a = 0; a < s->species; a++) s->concentration[a] /= (double)s->frames;
    frame_curves_mean(&s->frame_nn, s->nn, s->nn_error);
    frame_curves_mean(&s->frame_xray, s->xray, s->xray_error);
    for (int k = 0; k < s->bins; k++) {
        double seen = s->seen[k], one = seen > 0.0 ? 1.0 / seen : (double)NAN;
        s->points[k] /= (double)s->frames;
        s->available[k] /= (double)s->frames;
        s->q[k] = seen > 0.0 ? s->q[k] / seen : (k + 0.5) * s->width;
        for (int ab = 0; ab < s->species * s->species; ab++) s->partial[ab * s->bins + k] *= one;
        if (s->species != 2) continue;
        s->nc[k] *= one;
        s->cc[k] *= one;
    }
    return OK;
}

double sq_faber_ziman(const struct sq *s, int a, int b, int k)
{
    double c = sqrt(s->concentration[a] * s->concentration[b]);
    return c > 0.0 ? 1.0 + (sq_ashcroft_langreth(s, a, b, k) - (a == b ? 1.0 : 0.0)) / c : (double)NAN;
}
