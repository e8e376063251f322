/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/window.h"
#include "base/mem.h"
#include "scatter/lattice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPOT_MOST = 729 };

struct builder {
    struct window *w;
    const struct window_spec *spec;
    double b[3][3]; /* reciprocal vectors */
    double q0;      /* |q| a spot is put at */
    size_t hkl_room, q_room, group_room, count_room;
};

static status add_pixel(struct builder *t, const int32_t hkl[3], int32_t group)
{
    struct window *w = t->w;
    size_t n = (size_t)w->count;
    double v[3];
    TRY(GROW(w->hkl, t->hkl_room, 3 * n + 3));
    TRY(GROW(w->q, t->q_room, n + 1));
    TRY(GROW(w->group, t->group_room, n + 1));
    TRY(GROW(w->group_count, t->count_room, (size_t)group + 1));
    memcpy(w->hkl + 3 * n, hkl, 3 * sizeof *hkl);
    lattice_q(t->b, hkl, v);
    w->q[n] = lattice_length(v);
    w->group[n] = group;
    w->group_count[group]++;
    w->count++;
    if (group >= w->groups) w->groups = group + 1;
    return OK;
}

static int64_t gcd(int64_t a, int64_t b)
{
    return b ? gcd(b, a % b) : llabs(a);
}

/* ---- shell, plane, cone, shells ---- */

static status build_shell(struct builder *t, const struct lattice_points *p)
{
    for (int64_t i = 0; i < p->count; i++) TRY(add_pixel(t, p->hkl + 3 * i, 0));
    return OK;
}

static status build_plane(struct builder *t, const struct lattice_points *p)
{
    const int32_t *m = t->spec->normal;
    int64_t divisor = gcd(gcd(m[0], m[1]), m[2]);
    int32_t shortest[3] = {(int32_t)(m[0] / divisor), (int32_t)(m[1] / divisor), (int32_t)(m[2] / divisor)};
    double n[3];
    lattice_q(t->b, shortest, n);
    double length = lattice_length(n), thickness = fmin(lattice_spacing(&t->w->box), length);
    for (int64_t i = 0; i < p->count; i++) {
        double q[3];
        lattice_q(t->b, p->hkl + 3 * i, q);
        double height = (q[0] * n[0] + q[1] * n[1] + q[2] * n[2]) / length;
        if (fabs(height) < 0.5 * thickness * (1 - 1e-9)) TRY(add_pixel(t, p->hkl + 3 * i, 0));
    }
    return OK;
}

static status build_cone(struct builder *t, const struct lattice_points *p)
{
    double n[3], least = cos(t->spec->angle * M_PI / 180.0) - 1e-9;
    lattice_q(t->b, t->spec->normal, n);
    double length = lattice_length(n);
    for (int64_t i = 0; i < p->count; i++) {
        double q[3];
        lattice_q(t->b, p->hkl + 3 * i, q);
        double along = fabs(q[0] * n[0] + q[1] * n[1] + q[2] * n[2]) / length;
        if (along >= least * p->q[i]) TRY(add_pixel(t, p->hkl + 3 * i, 0));
    }
    return OK;
}

static status build_shells(struct builder *t, const struct lattice_points *p)
{
    const struct window_spec *s = t->spec;
    double width = (s->high - s->low) / s->number;
    for (int32_t g = 0; g < s->number; g++) {
        int64_t before = t->w->count;
        for (int64_t i = 0; i < p->count; i++) {
            int32_t shell = (int32_t)((p->q[i] - s->low) / width);
            if ((shell < s->number ? shell : s->number - 1) == g) TRY(add_pixel(t, p->hkl + 3 * i, g));
        }
        if (t->w->count - before < 2)
            return fail(BAD_INPUT,
                        "window '%s': shell %d of %d, |q| from %.4g to %.4g, holds %lld points; at least 2 "
                        "are needed. "
                        "Use fewer shells: one point takes %.3g",
                        s->name, g + 1, s->number, s->low + g * width, s->low + (g + 1) * width,
                        (long long)(t->w->count - before), lattice_spacing(&t->w->box));
    }
    return OK;
}

/* ---- spots ---- */

/* Reciprocal axes from the most tangential to the most radial at q; equal ones in the order a*, b*, c*. */
static void spot_axes(const struct builder *t, const int32_t centre[3], int axis[3])
{
    double q[3], radial[3];
    lattice_q(t->b, centre, q);
    for (int k = 0; k < 3; k++) {
        radial[k] = fabs(q[0] * t->b[k][0] + q[1] * t->b[k][1] + q[2] * t->b[k][2]) / lattice_length(t->b[k]);
        axis[k] = k;
    }
    for (int i = 1; i < 3; i++)
        for (int j = i; j > 0 && radial[axis[j]] < radial[axis[j - 1]] * (1 - 1e-9); j--) {
            int k = axis[j];
            axis[j] = axis[j - 1];
            axis[j - 1] = k;
        }
}

static int spot_pixels(const struct builder *t, const int32_t centre[3], int32_t out[][3])
{
    const int32_t *n = t->spec->pixels;
    int axis[3], count = 0;
    spot_axes(t, centre, axis);
    for (int32_t i = 0; i < n[0]; i++)
        for (int32_t j = 0; j < n[1]; j++)
            for (int32_t k = 0; k < n[2]; k++, count++) {
                int32_t step[3] = {i - (n[0] - 1) / 2, j - (n[1] - 1) / 2, k - (n[2] - 1) / 2};
                memcpy(out[count], centre, 3 * sizeof(int32_t));
                for (int d = 0; d < 3; d++) out[count][axis[d]] += step[d];
            }
    return count;
}

static bool same_or_opposite(const int32_t a[3], const int32_t b[3])
{
    return (a[0] == b[0] && a[1] == b[1] && a[2] == b[2]) ||
           (a[0] == -b[0] && a[1] == -b[1] && a[2] == -b[2]);
}

static status build_spot(struct builder *t, const int32_t centre[3])
{
    int32_t pixel[SPOT_MOST][3];
    int count = spot_pixels(t, centre, pixel);
    for (int i = 0; i < count; i++) {
        bool zero = !pixel[i][0] && !pixel[i][1] && !pixel[i][2];
        for (int j = 0; j < i; j++) zero = zero || same_or_opposite(pixel[i], pixel[j]);
        if (zero)
            return fail(
                BAD_INPUT,
                "window '%s': the spot at (%d %d %d) contains (%d %d %d), which is (000) or the opposite of "
                "another pixel and not independent; put it at larger |q|",
                t->spec->name, centre[0], centre[1], centre[2], pixel[i][0], pixel[i][1], pixel[i][2]);
        TRY(add_pixel(t, pixel[i], 0));
    }
    return OK;
}

static int compare_hkl(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    for (int i = 0; i < 3; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

/* The index of ±hkl among the points, or -1. */
static int64_t find_point(const struct lattice_points *p, const int32_t hkl[3])
{
    int32_t key[3] = {hkl[0], hkl[1], hkl[2]};
    if (!lattice_half(key))
        for (int k = 0; k < 3; k++) key[k] = -key[k];
    const int32_t *found = bsearch(key, p->hkl, (size_t)p->count, 3 * sizeof *p->hkl, compare_hkl);
    return found ? (found - p->hkl) / 3 : -1;
}

/* Every point in turn becomes a centre if its whole spot is in the range and touches no earlier spot. */
static status build_all(struct builder *t, const struct lattice_points *p)
{
    bool *used = NULL;
    int32_t pixel[SPOT_MOST][3];
    int64_t mine[SPOT_MOST];
    status s;
    GUARD(NEW(used, (size_t)p->count + 1));
    for (int64_t c = 0; c < p->count; c++) {
        int count = spot_pixels(t, p->hkl + 3 * c, pixel), taken = 0;
        for (; taken < count; taken++) {
            int64_t i = find_point(p, pixel[taken]);
            if (i < 0 || used[i]) break;
            used[i] = true;
            mine[taken] = i;
        }
        int32_t group = (int32_t)t->w->groups;
        for (int j = 0; j < taken; j++) {
            if (taken < count)
                used[mine[j]] = false;
            else
                GUARD(add_pixel(t, pixel[j], group));
        }
    }
    if (t->w->count == 0)
        s = fail(BAD_INPUT,
                 "window '%s': no spot of %d x %d x %d points fits into |q| from %.4g to %.4g, where the "
                 "points are "
                 "%.3g apart; use a smaller spot or a wider range",
                 t->spec->name, t->spec->pixels[0], t->spec->pixels[1], t->spec->pixels[2], t->w->low,
                 t->w->high, lattice_spacing(&t->w->box));
done:
    DELETE(used);
    return s;
}

static status build_spots(struct builder *t, const struct lattice_points *p)
{
    if (t->spec->place == PLACE_ALL) return build_all(t, p);
    int32_t centre[3];
    memcpy(centre, t->spec->at, sizeof centre);
    if (t->spec->place == PLACE_DIRECTION) {
        double n[3];
        lattice_q(t->b, t->spec->at, n);
        double scale = t->q0 / lattice_length(n);
        for (int k = 0; k < 3; k++) n[k] *= scale;
        lattice_nearest(&t->w->box, n, centre);
    }
    return build_spot(t, centre);
}

/* ---- range, description ---- */

static status set_range(struct builder *t, const struct peak *peak)
{
    const struct window_spec *s = t->spec;
    if (window_spec_needs_peak(s) && !peak)
        return fail(BAD_INPUT, "window '%s': its range is the first peak of S(q), which was not measured",
                    s->name);
    if (s->on_peak && peak) {
        t->w->low = peak->low;
        t->w->high = peak->high;
        t->q0 = peak->q;
    } else {
        t->w->low = s->low;
        t->w->high = s->high;
        t->q0 = 0.5 * (s->low + s->high);
    }
    return OK;
}

static void describe(struct window *w, const struct window_spec *s, const struct peak *peak)
{
    char spec[256], range[160];
    window_spec_text(s, spec, sizeof spec);
    snprintf(range, sizeof range, "|q| from %.10g to %.10g", w->low, w->high);
    if (window_spec_needs_peak(s) && peak)
        snprintf(
            range, sizeof range,
            "|q| from %.10g to %.10g, the half-maximum of the first peak (q = %.6g, S = %.4g, %lld frames)",
            w->low, w->high, peak->q, peak->height, (long long)peak->frames);
    const char *free_axis =
        w->box.periodic[0] && w->box.periodic[1] && w->box.periodic[2]
            ? ""
            : "; the box has a free axis, intensities contain the sample's shape along it";
    snprintf(
        w->description, sizeof w->description,
        "%s. Points of the reciprocal lattice of the box (spacing %.6g), %s; one of each Friedel pair: %lld "
        "independent pixels in %lld group%s of at least %lld%s",
        spec, lattice_spacing(&w->box), range, (long long)w->count, (long long)w->groups,
        w->groups == 1 ? "" : "s", (long long)w->n_independent, free_axis);
}

static status finish(struct builder *t, const struct peak *peak)
{
    struct window *w = t->w;
    if (w->count == 0)
        return fail(BAD_INPUT,
                    "window '%s': no point of the reciprocal lattice in |q| from %.6g to %.6g; points are "
                    "%.3g apart",
                    w->name, w->low, w->high, lattice_spacing(&w->box));
    w->n_independent = w->group_count[0];
    for (int64_t g = 1; g < w->groups; g++)
        if (w->group_count[g] < w->n_independent) w->n_independent = w->group_count[g];
    if (w->n_independent < 2)
        return fail(
            BAD_INPUT,
            "window '%s' has one pixel; C(t1,t2) of one pixel is 1 whatever happens, a TTCF needs at least 2 "
            "(points are %.3g apart: widen the range)",
            w->name, lattice_spacing(&w->box));
    if (w->n_independent < 3)
        snprintf(w->warning, sizeof w->warning,
                 "window '%s' has only %lld independent pixels per group: its TTCF is mostly noise", w->name,
                 (long long)w->n_independent);
    if (t->spec->kind == WINDOW_SPOT && t->spec->place == PLACE_HKL) {
        w->low = w->high = w->q[0];
        for (int64_t i = 1; i < w->count; i++) {
            w->low = fmin(w->low, w->q[i]);
            w->high = fmax(w->high, w->q[i]);
        }
    }
    w->weight = 2;
    describe(w, t->spec, peak);
    return OK;
}

status window_build(struct window *w, const struct window_spec *spec, const struct box *box,
                    const struct peak *peak)
{
    struct builder t = {.w = w, .spec = spec};
    struct lattice_points p = {0};
    status s;
    *w = (struct window){.kind = spec->kind, .box = *box};
    snprintf(w->name, sizeof w->name, "%s", spec->name);
    GUARD(window_spec_check(spec));
    GUARD(box_check(box));
    lattice_vectors(box, t.b);
    GUARD(set_range(&t, peak));
    if (!(spec->kind == WINDOW_SPOT && spec->place != PLACE_ALL))
        GUARD(lattice_points_find(&p, box, w->low, w->high));
    if (spec->kind == WINDOW_SHELL)
        GUARD(build_shell(&t, &p));
    else if (spec->kind == WINDOW_PLANE)
        GUARD(build_plane(&t, &p));
    else if (spec->kind == WINDOW_SHELLS)
        GUARD(build_shells(&t, &p));
    else if (spec->kind == WINDOW_CONE)
        GUARD(build_cone(&t, &p));
    else
        GUARD(build_spots(&t, &p));
    GUARD(finish(&t, peak));
done:
    lattice_free(&p);
    if (s != OK) window_free(w);
    return s;
}

void window_free(struct window *w)
{
    DELETE(w->hkl);
    DELETE(w->q);
    DELETE(w->group);
    DELETE(w->group_count);
    w->count = w->groups = 0;
}

double window_spec_highest_q(const struct window_spec *w, const struct box *box)
{
    double b[3][3], q[3];
    if (w->kind == WINDOW_SPOT && w->place == PLACE_HKL) {
        lattice_vectors(box, b);
        lattice_q(b, w->at, q);
        double size = lattice_length(b[0]) + lattice_length(b[1]) + lattice_length(b[2]);
        return lattice_length(q) + 5 * size;
    }
    return w->on_peak ? 0 : 1.02 * w->high;
}
