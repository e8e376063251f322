/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/box.h"

#include <math.h>
#include <string.h>

static void cross(const double a[3], const double b[3], double c[3])
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

struct box box_orthogonal(double lx, double ly, double lz)
{
    return (struct box){.h = {{lx, 0, 0}, {0, ly, 0}, {0, 0, lz}}, .periodic = {true, true, true}};
}

double box_volume(const struct box *b)
{
    double c[3];
    cross(b->h[1], b->h[2], c);
    return dot(b->h[0], c);
}

void box_reciprocal(const struct box *b, double reciprocal[3][3])
{
    double volume = box_volume(b);
    for (int k = 0; k < 3; k++) {
        cross(b->h[(k + 1) % 3], b->h[(k + 2) % 3], reciprocal[k]);
        for (int i = 0; i < 3; i++) reciprocal[k][i] /= volume;
    }
}

double box_width(const struct box *b, int k)
{
    double r[3][3];
    box_reciprocal(b, r);
    return 1.0 / sqrt(dot(r[k], r[k]));
}

void box_inverse(const struct box *b, double inverse[3][3])
{
    double r[3][3];
    box_reciprocal(b, r);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) inverse[i][j] = r[j][i];
}

void box_fractional(const struct box *b, const double inverse[3][3], const double x[3], double s[3])
{
    double d[3] = {x[0] - b->origin[0], x[1] - b->origin[1], x[2] - b->origin[2]};
    for (int j = 0; j < 3; j++) s[j] = d[0] * inverse[0][j] + d[1] * inverse[1][j] + d[2] * inverse[2][j];
}

void box_shift(const struct box *b, const int32_t n[3], double shift[3])
{
    for (int i = 0; i < 3; i++) shift[i] = n[0] * b->h[0][i] + n[1] * b->h[1][i] + n[2] * b->h[2][i];
}

/* What still sits outside by a rounding step is put just inside, so that wrapping again changes nothing.
 * Moving along one edge also rounds the other fractional coordinates, so all axes are looked at again, with a
 * growing margin. */
static void settle(const struct box *b, const double inverse[3][3], double x[3])
{
    double s[3], margin = 0x1p-53;
    for (int attempt = 0; attempt < 40; attempt++, margin *= 2.0) {
        bool inside = true;
        box_fractional(b, inverse, x, s);
        for (int k = 0; k < 3; k++) {
            if (!b->periodic[k] || (s[k] >= 0.0 && s[k] < 1.0)) continue;
            double correction = (s[k] < 0.0 ? margin : 1.0 - margin) - s[k];
            for (int i = 0; i < 3; i++) x[i] += correction * b->h[k][i];
            inside = false;
        }
        if (inside) return;
    }
}

void box_wrap(const struct box *b, const double inverse[3][3], double x[3], int32_t image[3])
{
    double s[3];
    box_fractional(b, inverse, x, s);
    int32_t n[3] = {0, 0, 0};
    bool moved = false;
    for (int k = 0; k < 3; k++) {
        if (!b->periodic[k]) continue;
        n[k] = (int32_t)floor(s[k]);
        moved = moved || n[k] != 0;
    }
    if (!moved) return;
    double shift[3], y[3];
    box_shift(b, n, shift);
    for (int i = 0; i < 3; i++) y[i] = x[i] - shift[i];
    /* Rounding can put a position that is a hair below 0 at exactly 1: then it is at 0 in the next image. */
    box_fractional(b, inverse, y, s);
    for (int k = 0; k < 3; k++) {
        if (!b->periodic[k]) continue;
        int32_t again = (int32_t)floor(s[k]);
        if (again == 0) continue;
        n[k] += again;
    }
    box_shift(b, n, shift);
    for (int i = 0; i < 3; i++) x[i] -= shift[i];
    for (int k = 0; k < 3; k++) image[k] += n[k];
    settle(b, inverse, x);
}

void box_nearest(const struct box *b, const double inverse[3][3], const double xi[3], const double xj[3],
                 double d[3])
{
    double raw[3], s[3];
    for (int i = 0; i < 3; i++) raw[i] = xj[i] - xi[i];
    for (int j = 0; j < 3; j++)
        s[j] = raw[0] * inverse[0][j] + raw[1] * inverse[1][j] + raw[2] * inverse[2][j];
    memcpy(d, raw, sizeof raw);
    for (int k = 0; k < 3; k++) {
        if (!b->periodic[k]) continue;
        double n = nearbyint(s[k]);
        for (int i = 0; i < 3; i++) d[i] -= n * b->h[k][i];
    }
}

status box_check(const struct box *b)
{
    for (int i = 0; i < 3; i++) {
        if (!isfinite(b->origin[i]))
            return fail(BAD_INPUT, "the cell has an origin that is not a finite number");
        for (int j = 0; j < 3; j++)
            if (!isfinite(b->h[i][j]))
                return fail(BAD_INPUT, "the cell has an edge that is not a finite number");
    }
    double volume = box_volume(b), product = 1.0;
    for (int k = 0; k < 3; k++) product *= sqrt(dot(b->h[k], b->h[k]));
    if (!(volume > 1e-9 * product))
        return fail(
            BAD_INPUT,
            "the cell is flat or left-handed: its edges (%g %g %g), (%g %g %g), (%g %g %g) have volume %g",
            b->h[0][0], b->h[0][1], b->h[0][2], b->h[1][0], b->h[1][1], b->h[1][2], b->h[2][0], b->h[2][1],
            b->h[2][2], volume);
    return OK;
}
