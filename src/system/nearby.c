/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/nearby.h"

#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void nearby_free(struct nearby *n)
{
    DELETE(n->x);
    DELETE(n->cell);
    DELETE(n->start);
    DELETE(n->member);
    *n = (struct nearby){0};
}

void nearby_list_free(struct nearby_list *list)
{
    DELETE(list->atom);
    *list = (struct nearby_list){0};
}

static status wrap_all(struct nearby *n, const double *x, double low[3], double high[3])
{
    double inverse[3][3], s[3];
    box_inverse(&n->box, inverse);
    for (int k = 0; k < 3; k++) low[k] = INFINITY, high[k] = -INFINITY;
    for (int64_t i = 0; i < n->atoms; i++) {
        double *y = n->x + 3 * i;
        int32_t image[3] = {0};
        memcpy(y, x + 3 * i, 3 * sizeof *y);
        if (!isfinite(y[0]) || !isfinite(y[1]) || !isfinite(y[2]))
            return fail(UNPHYSICAL, "atom %" PRId64 " is at (%g, %g, %g)", i + 1, y[0], y[1], y[2]);
        box_wrap(&n->box, inverse, y, image);
        box_fractional(&n->box, inverse, y, s);
        for (int k = 0; k < 3; k++) low[k] = fmin(low[k], s[k]), high[k] = fmax(high[k], s[k]);
    }
    return OK;
}

/* Cells of about two atoms. Along a free axis they end at the outermost atoms, and a sheet that is flat to
 * the eye is given the thickness of one thousandth of the edge. */
static void set_shape(struct nearby *n, const double low[3], const double high[3])
{
    double volume = box_volume(&n->box), most = cbrt((double)n->atoms / 2.0), extent[3];
    for (int k = 0; k < 3; k++) {
        extent[k] = n->box.periodic[k] ? 1.0 : fmax(high[k] - low[k], 1e-3);
        n->low[k] = n->box.periodic[k] ? 0.0 : low[k];
        volume *= extent[k];
    }
    n->spacing = cbrt(volume / (double)n->atoms);
    for (int k = 0; k < 3; k++) {
        double width = box_width(&n->box, k) * extent[k];
        n->m[k] = (int)fmax(1.0, fmin(floor(width / (1.26 * n->spacing)), 4.0 * most + 1.0));
        n->width[k] = width / n->m[k];
        n->scale[k] = n->m[k] / extent[k];
    }
}

static status fill(struct nearby *n)
{
    int64_t cells = (int64_t)n->m[0] * n->m[1] * n->m[2];
    double inverse[3][3], s[3];
    TRY(NEW(n->start, (size_t)cells + 2));
    box_inverse(&n->box, inverse);
    for (int64_t i = 0; i < n->atoms; i++) {
        int at[3];
        box_fractional(&n->box, inverse, n->x + 3 * i, s);
        for (int k = 0; k < 3; k++) {
            at[k] = (int)((s[k] - n->low[k]) * n->scale[k]);
            at[k] = at[k] < 0 ? 0 : at[k] >= n->m[k] ? n->m[k] - 1 : at[k];
        }
        n->cell[i] = ((int64_t)at[0] * n->m[1] + at[1]) * n->m[2] + at[2];
        n->start[n->cell[i] + 2]++;
    }
    for (int64_t c = 2; c < cells + 2; c++) n->start[c] += n->start[c - 1];
    for (int64_t i = 0; i < n->atoms; i++) n->member[n->start[n->cell[i] + 1]++] = i;
    return OK;
}

status nearby_make(struct nearby *n, const struct box *box, int64_t atoms, const double *x)
{
    status s = OK;
    double low[3], high[3];
    *n = (struct nearby){.box = *box, .atoms = atoms};
    if (atoms < 1) return fail(BAD_INPUT, "a configuration without atoms has no neighbors");
    TRY(box_check(box));
    GUARD(NEW(n->x, 3 * (size_t)atoms));
    GUARD(NEW(n->cell, (size_t)atoms));
    GUARD(NEW(n->member, (size_t)atoms));
    GUARD(wrap_all(n, x, low, high));
    set_shape(n, low, high);
    GUARD(fill(n));
    return OK;
done:
    nearby_free(n);
    return s;
}

/* ---- searching ---- */

static int by_distance(const void *a, const void *b)
{
    const struct nearby_atom *p = a, *q = b;
    if (p->r2 != q->r2) return p->r2 < q->r2 ? -1 : 1;
    if (p->atom != q->atom) return p->atom < q->atom ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (p->image[k] != q->image[k]) return p->image[k] < q->image[k] ? -1 : 1;
    return 0;
}

static status add_cell(const struct nearby *n, int64_t atom, int64_t cell, const int32_t image[3], double r2,
                       struct nearby_list *list)
{
    const double *x = n->x + 3 * atom;
    double shift[3];
    box_shift(&n->box, image, shift);
    for (int64_t k = n->start[cell]; k < n->start[cell + 1]; k++) {
        struct nearby_atom a = {.atom = n->member[k], .image = {image[0], image[1], image[2]}};
        if (a.atom == atom && image[0] == 0 && image[1] == 0 && image[2] == 0) continue;
        for (int j = 0; j < 3; j++) a.d[j] = n->x[3 * a.atom + j] + shift[j] - x[j];
        a.r2 = a.d[0] * a.d[0] + a.d[1] * a.d[1] + a.d[2] * a.d[2];
        if (a.r2 > r2) continue;
        TRY(GROW(list->atom, list->capacity, list->n + 1));
        list->atom[list->n++] = a;
    }
    return OK;
}

/* Cell `to` of an axis of m cells is cell *cell of image *image; false beyond a free face. */
static bool fold(const struct nearby *n, int axis, int to, int *cell, int32_t *image)
{
    int m = n->m[axis];
    *image = 0;
    *cell = to;
    if (to >= 0 && to < m) return true;
    if (!n->box.periodic[axis]) return false;
    *image = to >= 0 ? to / m : -((-to + m - 1) / m);
    *cell = to - *image * m;
    return true;
}

status nearby_find(const struct nearby *n, int64_t atom, double radius, struct nearby_list *list)
{
    int at[3], reach[3], c[3];
    int32_t image[3];
    int64_t cell = n->cell[atom];
    at[2] = (int)(cell % n->m[2]);
    at[1] = (int)(cell / n->m[2] % n->m[1]);
    at[0] = (int)(cell / n->m[2] / n->m[1]);
    for (int k = 0; k < 3; k++) reach[k] = (int)fmin(ceil(radius / n->width[k]), 1e6);
    list->n = 0;
    for (int i = -reach[0]; i <= reach[0]; i++) {
        if (!fold(n, 0, at[0] + i, &c[0], &image[0])) continue;
        for (int j = -reach[1]; j <= reach[1]; j++) {
            if (!fold(n, 1, at[1] + j, &c[1], &image[1])) continue;
            for (int k = -reach[2]; k <= reach[2]; k++) {
                if (!fold(n, 2, at[2] + k, &c[2], &image[2])) continue;
                TRY(add_cell(n, atom, ((int64_t)c[0] * n->m[1] + c[1]) * n->m[2] + c[2], image,
                             radius * radius, list));
            }
        }
    }
    if (list->n > 1) qsort(list->atom, list->n, sizeof *list->atom, by_distance);
    return OK;
}
