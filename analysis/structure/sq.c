/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/sq.h"

#include "analysis/structure/modes.h"
#include "base/mem.h"

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

/* A point on an edge, (h00) with bins of one spacing, belongs above it whatever the rounding. */
static int bin_of(const struct sq *s, double q)
{
    return (int)(q / s->width + 1e-9);
}

/* Keep at most most_points of each bin, evenly spread over the list; count what there was and what is used.
 */
static status thin(struct modes *list, const struct sq *s, int64_t *available, int64_t *used)
{
    int64_t *seen = NULL, kept = 0;
    TRY(NEW(seen, (size_t)s->bins));
    int64_t inside = 0;
    for (int64_t i = 0; i < list->n; i++) {
        if (bin_of(s, list->p[i].q) >= s->bins) continue;
        list->p[inside++] = list->p[i];
        available[bin_of(s, list->p[i].q)]++;
    }
    list->n = inside;
    for (int64_t i = 0; i < list->n; i++) {
        int bin = bin_of(s, list->p[i].q);
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

double sq_point_nn(int species, const double *rho, double atoms)
{
    double re = 0.0, im = 0.0;
    for (int a = 0; a < species; a++) {
        re += rho[2 * a];
        im += rho[2 * a + 1];
    }
    return (re * re + im * im) / atoms;
}

double sq_point_xray(const struct form_factors *form, int species, double q, const double *rho,
                     const double *n, double atoms)
{
    double re = 0.0, im = 0.0, mean = 0.0, square = 0.0;
    for (int a = 0; a < species; a++) {
        double f = form_factor_at(form, a, q);
        re += f * rho[2 * a];
        im += f * rho[2 * a + 1];
        mean += f * n[a] / atoms;
        square += f * f * n[a] / atoms;
    }
    return 1.0 + ((re * re + im * im) / atoms - square) / (mean * mean);
}

static void add_point(struct frame_sums *f, const struct sq *s, double q, const double *rho, const double *n,
                      double atoms)
{
    int bin = bin_of(s, q);
    double re = 0.0, im = 0.0;
    for (int a = 0; a < s->species; a++) {
        re += rho[2 * a];
        im += rho[2 * a + 1];
        for (int b = 0; b < s->species; b++)
            if (n[a] > 0.0 && n[b] > 0.0)
                f->partial[(a * s->species + b) * s->bins + bin] +=
                    (rho[2 * a] * rho[2 * b] + rho[2 * a + 1] * rho[2 * b + 1]) / sqrt(n[a] * n[b]);
    }
    double nn = sq_point_nn(s->species, rho, atoms);
    f->q[bin] += q;
    f->nn[bin] += nn;
    f->square[bin] += nn * nn;
    if (s->weighted) {
        double x = sq_point_xray(&s->form, s->species, q, rho, n, atoms);
        f->xray[bin] += x;
        f->xray_square[bin] += x * x;
    }
    if (s->species != 2) return;
    double ca = n[0] / atoms, cb = n[1] / atoms;
    double cre = cb * rho[0] - ca * rho[2], cim = cb * rho[1] - ca * rho[3];
    f->nc[bin] += (re * cre + im * cim) / atoms;
    f->cc[bin] += (cre * cre + cim * cim) / atoms;
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
    struct modes list = {0};
    struct frame_sums f = {0};
    double n[SPECIES_MAX] = {0};
    TRY(box_check(box));
    GUARD(frame_new(&f, sf));
    GUARD(modes_list(&list, box, 0.0, sf->q_max * (1.0 + 1e-9)));
    GUARD(thin(&list, sf, f.available, f.used));
    GUARD(NEW(f.rho, modes_size(&list, sf->species)));
    GUARD(modes_density(&list, f.rho, box, sf->species, atoms, type, x));
    for (int64_t i = 0; i < atoms; i++) n[type[i]] += 1.0;
    for (int64_t i = 0; i < list.n; i++)
        add_point(&f, sf, list.p[i].q, f.rho + 2 * i * sf->species, n, (double)atoms);
    GUARD(merge(sf, &f));
    for (int a = 0; a < sf->species; a++) sf->concentration[a] += n[a] / (double)atoms;
    sf->frames++;
done:
    modes_free(&list);
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
