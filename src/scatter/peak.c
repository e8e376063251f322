/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/peak.h"
#include "base/mem.h"
#include "scatter/lattice.h"

#include <math.h>

/* ---- S(q) ---- */

/* Bins of equal width; empty ones are dropped so that q and s have no holes. */
static status make_bins(struct structure *st, const struct lattice_points *p, double q_most)
{
    int64_t most = (int64_t)(q_most / st->width) + 1, *name = NULL;
    status s;
    GUARD(NEW(name, (size_t)most));
    GUARD(NEW(st->bin, (size_t)p->count));
    for (int64_t i = 0; i < p->count; i++) {
        int64_t b = (int64_t)(p->q[i] / st->width);
        name[b < most ? b : most - 1]++;
    }
    for (int64_t b = 0; b < most; b++) name[b] = name[b] ? st->bins++ : -1;
    GUARD(NEW(st->q, (size_t)st->bins));
    GUARD(NEW(st->s, (size_t)st->bins));
    GUARD(NEW(st->sum, (size_t)st->bins));
    GUARD(NEW(st->points, (size_t)st->bins));
    for (int64_t i = 0; i < p->count; i++) {
        int64_t b = (int64_t)(p->q[i] / st->width);
        int64_t to = name[b < most ? b : most - 1];
        st->bin[i] = (int32_t)to;
        st->points[to]++;
        st->q[to] += p->q[i];
    }
    for (int64_t b = 0; b < st->bins; b++) {
        st->q[b] /= (double)st->points[b];
        st->s[b] = NAN;
    }
done:
    DELETE(name);
    return s;
}

static status fill(struct structure *st, const struct box *box, int64_t atoms, double q_most)
{
    struct lattice_points p = {0};
    status s;
    if (q_most <= 0) q_most = 1.6 * 2 * M_PI * cbrt((double)atoms / box_volume(box));
    st->width = 0.5 * lattice_spacing(box);
    GUARD(lattice_points_find(&p, box, 0, q_most));
    if (p.count == 0) {
        s = fail(BAD_INPUT, "no point of the reciprocal lattice has |q| below %g; its spacing is %g", q_most,
                 lattice_spacing(box));
        goto done;
    }
    st->count = p.count;
    GUARD(make_bins(st, &p, q_most));
    struct amplitude_options o = {.points = p.count,
                                  .hkl = p.hkl,
                                  .atoms = atoms,
                                  .species = st->form.species,
                                  .separate = form_factors_depend_on_q(&st->form)};
    for (int t = 0; t < st->form.species; t++) o.weight[t] = form_factor_at(&st->form, t, 0);
    GUARD(amplitude_new(&st->amplitude, &o));
    st->point_q = p.q;
    p.q = NULL;
done:
    lattice_free(&p);
    return s;
}

status structure_new(struct structure **out, const struct box *box, int64_t atoms,
                     const struct form_factors *form, double q_most)
{
    struct structure *st = NULL;
    if (atoms < 1) return fail(BAD_INPUT, "S(q) of %lld atoms; expected at least one", (long long)atoms);
    TRY(box_check(box));
    TRY(NEW(st, 1));
    st->form = *form;
    status s = fill(st, box, atoms, q_most);
    if (s != OK) structure_free(&st);
    *out = st;
    return s;
}

void structure_free(struct structure **pointer)
{
    struct structure *st = *pointer;
    if (!st) return;
    amplitude_free(&st->amplitude);
    DELETE(st->q);
    DELETE(st->s);
    DELETE(st->sum);
    DELETE(st->points);
    DELETE(st->bin);
    DELETE(st->point_q);
    DELETE(*pointer);
}

status structure_begin(struct structure *st, const struct box *box)
{
    return amplitude_begin(st->amplitude, box);
}

status structure_finish(struct structure *st)
{
    TRY(amplitude_finish(st->amplitude));
    int channels = amplitude_channels(st->amplitude);
    for (int64_t i = 0; i < st->count; i++) {
        double re = 0, im = 0, norm = 0;
        for (int t = 0; t < st->form.species; t++) {
            double f = form_factor_at(&st->form, t, st->point_q[i]);
            norm += f * f * amplitude_squares(st->amplitude, t);
        }
        for (int c = 0; c < channels; c++) {
            double f = channels > 1 ? form_factor_at(&st->form, c, st->point_q[i]) : 1.0;
            re += f * amplitude_value(st->amplitude, c)[2 * i];
            im += f * amplitude_value(st->amplitude, c)[2 * i + 1];
        }
        if (!(norm > 0)) return fail(UNPHYSICAL, "no atom scatters: there is nothing to divide S(q) by");
        st->sum[st->bin[i]] += (re * re + im * im) / norm;
    }
    st->frames++;
    for (int64_t b = 0; b < st->bins; b++)
        st->s[b] = st->sum[b] / ((double)st->points[b] * (double)st->frames);
    return OK;
}

status structure_add_config(struct structure *st, const struct config *c)
{
    int64_t *sums;
    size_t count;
    TRY(structure_begin(st, &c->box));
    TRY(amplitude_add(st->amplitude, &(struct amplitude_atoms){
                                         .count = c->atoms, .stride = 3, .x = c->x, .type32 = c->type}));
    TRY(amplitude_partial(st->amplitude, &sums, &count));
    return structure_finish(st);
}

double structure_at(const struct structure *st, double q)
{
    int64_t low = 0, high = st->bins - 1;
    if (q <= st->q[0]) return st->s[0];
    if (q >= st->q[high]) return st->s[high];
    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (st->q[middle] <= q)
            low = middle;
        else
            high = middle;
    }
    double t = (q - st->q[low]) / (st->q[high] - st->q[low]);
    return (1 - t) * st->s[low] + t * st->s[high];
}

/* ---- the first peak ---- */

struct table {
    int64_t bins;
    const double *q, *s;
    const int64_t *points;
};

static double weight(const struct table *t, int64_t i)
{
    return t->points ? (double)t->points[i] : 1.0;
}

/* Mean over a bin and its neighbours, so that one noisy bin at small q is no peak. */
static double smooth(const struct table *t, int64_t i)
{
    double sum = 0, norm = 0;
    for (int64_t j = i > 0 ? i - 1 : 0; j <= i + 1 && j < t->bins; j++) {
        sum += weight(t, j) * t->s[j];
        norm += weight(t, j);
    }
    return sum / norm;
}

/* Bins where a peak may be: not the lowest three tenths of the q range. The shape of a film with a free
 * surface and the compressibility of a boiling liquid make S large there; the first peak of an amorphous
 * packing lies at 0.7 of the range structure_new takes by itself. */
static int64_t first_bin(const struct table *t)
{
    int64_t i = 1;
    while (i + 1 < t->bins && t->q[i] < 0.3 * t->q[t->bins - 1]) i++;
    return i;
}

/* The first local maximum that reaches 0.6 of the highest; -1 if there is none. */
static int64_t first_maximum(const struct table *t, double *most)
{
    *most = 0;
    for (int64_t i = first_bin(t); i < t->bins; i++) *most = fmax(*most, smooth(t, i));
    for (int64_t i = first_bin(t); i + 1 < t->bins; i++) {
        double here = smooth(t, i);
        if (here >= 0.6 * *most && here >= smooth(t, i - 1) && here > smooth(t, i + 1)) return i;
    }
    return -1;
}

/* Weighted least-squares parabola c0 + c1 u + c2 u² with u = q - q_i through bins [from, to]; Cramer's rule.
 */
static bool parabola(const struct table *t, int64_t i, int64_t from, int64_t to, double *q, double *height)
{
    double m[5] = {0}, r[3] = {0};
    for (int64_t j = from; j <= to; j++) {
        double u = t->q[j] - t->q[i], p = weight(t, j);
        for (int d = 0; d < 5; d++, p *= u) {
            m[d] += p;
            if (d < 3) r[d] += p * t->s[j];
        }
    }
    double det = m[0] * (m[2] * m[4] - m[3] * m[3]) - m[1] * (m[1] * m[4] - m[3] * m[2]) +
                 m[2] * (m[1] * m[3] - m[2] * m[2]);
    double d0 = r[0] * (m[2] * m[4] - m[3] * m[3]) - m[1] * (r[1] * m[4] - m[3] * r[2]) +
                m[2] * (r[1] * m[3] - m[2] * r[2]);
    double d1 = m[0] * (r[1] * m[4] - r[2] * m[3]) - r[0] * (m[1] * m[4] - m[3] * m[2]) +
                m[2] * (m[1] * r[2] - r[1] * m[2]);
    double d2 = m[0] * (m[2] * r[2] - m[3] * r[1]) - m[1] * (m[1] * r[2] - r[1] * m[2]) +
                r[0] * (m[1] * m[3] - m[2] * m[2]);
    if (!(det > 0) || !(d2 < 0)) return false;
    double u = -0.5 * d1 / d2;
    *q = t->q[i] + u;
    *height = (d0 + u * (d1 + u * d2)) / det;
    return *q >= t->q[from] && *q <= t->q[to];
}

/* Where S crosses `level` going from bin i in direction step; NaN if it does not. */
static double crossing(const struct table *t, int64_t i, int64_t step, double level)
{
    for (; i + step >= 0 && i + step < t->bins; i += step)
        if (t->s[i + step] < level)
            return t->q[i] + (t->q[i + step] - t->q[i]) * (t->s[i] - level) / (t->s[i] - t->s[i + step]);
    return NAN;
}

status peak_find_table(struct peak *peak, int64_t bins, const double *q, const double *s,
                       const int64_t *points)
{
    struct table t = {bins, q, s, points};
    double most;
    for (int64_t b = 0; b < bins; b++)
        if (!isfinite(s[b]))
            return fail(BAD_INPUT, "S(q) at q = %g is not a number: was a frame added?", q[b]);
    int64_t i = first_maximum(&t, &most);
    if (i < 0 || most < 1.5)
        return fail(BAD_INPUT,
                    "S(q) has no peak: its highest value is %.3g (1.5 or more was expected); give the "
                    "window's q range "
                    "in numbers",
                    most);
    *peak = (struct peak){.q = q[i], .height = s[i]};
    int64_t from = i - 1, to = i + 1;
    while (from > 0 && s[from - 1] > 0.75 * smooth(&t, i)) from--;
    while (to + 1 < bins && s[to + 1] > 0.75 * smooth(&t, i)) to++;
    double vertex, height;
    if (parabola(&t, i, from, to, &vertex, &height)) {
        peak->q = vertex;
        peak->height = height;
    }
    peak->low = crossing(&t, i, -1, 0.5 * peak->height);
    peak->high = crossing(&t, i, +1, 0.5 * peak->height);
    if (isfinite(peak->low) && isfinite(peak->high)) return OK;
    return fail(BAD_INPUT,
                "the first peak of S(q), %.3g at q = %.4g, does not fall to half its height between q = %.3g "
                "and %.3g; "
                "give the window's q range in numbers",
                peak->height, peak->q, q[0], q[bins - 1]);
}

status peak_find(struct peak *peak, const struct structure *st)
{
    TRY(peak_find_table(peak, st->bins, st->q, st->s, st->points));
    peak->spacing = 2 * st->width;
    peak->frames = st->frames;
    return OK;
}
