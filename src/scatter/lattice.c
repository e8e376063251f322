/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/lattice.h"
#include "base/mem.h"

#include <math.h>

void lattice_vectors(const struct box *box, double b[3][3])
{
    box_reciprocal(box, b);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) b[i][j] *= 2 * M_PI;
}

void lattice_q(const double b[3][3], const int32_t hkl[3], double q[3])
{
    for (int j = 0; j < 3; j++) q[j] = hkl[0] * b[0][j] + hkl[1] * b[1][j] + hkl[2] * b[2][j];
}

double lattice_length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

double lattice_spacing(const struct box *box)
{
    return 2 * M_PI / cbrt(box_volume(box));
}

bool lattice_half(const int32_t hkl[3])
{
    for (int i = 0; i < 3; i++)
        if (hkl[i] != 0) return hkl[i] > 0;
    return false;
}

void lattice_nearest(const struct box *box, const double q[3], int32_t hkl[3])
{
    double b[3][3], least = INFINITY;
    int32_t centre[3];
    lattice_vectors(box, b);
    for (int k = 0; k < 3; k++) /* q·h_k = 2π times the coordinate along b_k */
        centre[k] =
            (int32_t)lrint((q[0] * box->h[k][0] + q[1] * box->h[k][1] + q[2] * box->h[k][2]) / (2 * M_PI));
    for (int32_t i = 0; i < 27; i++) { /* rounding coordinates is not enough in a skew cell */
        int32_t p[3] = {centre[0] + i / 9 - 1, centre[1] + i / 3 % 3 - 1, centre[2] + i % 3 - 1};
        double v[3];
        lattice_q(b, p, v);
        for (int k = 0; k < 3; k++) v[k] -= q[k];
        double distance = lattice_length(v);
        if (distance < least * (1 - 1e-12)) { /* equal distances: the first one, whatever the rounding */
            least = distance;
            for (int k = 0; k < 3; k++) hkl[k] = p[k];
        }
    }
}

static int64_t walk(const double b[3][3], const int32_t most[3], double low, double high,
                    struct lattice_points *p)
{
    int64_t n = 0;
    for (int32_t h = 0; h <= most[0]; h++)
        for (int32_t k = -most[1]; k <= most[1]; k++)
            for (int32_t l = -most[2]; l <= most[2]; l++) {
                int32_t hkl[3] = {h, k, l};
                double v[3];
                if (!lattice_half(hkl)) continue;
                lattice_q(b, hkl, v);
                double q = lattice_length(v);
                if (!(q >= low && q <= high)) continue;
                if (p->hkl) {
                    for (int i = 0; i < 3; i++) p->hkl[3 * n + i] = hkl[i];
                    p->q[n] = q;
                }
                n++;
            }
    return n;
}

status lattice_points_find(struct lattice_points *p, const struct box *box, double low, double high)
{
    *p = (struct lattice_points){0};
    TRY(box_check(box));
    if (!(high > 0) || !isfinite(high) || !(low <= high))
        return fail(BAD_INPUT, "q range %g to %g; expected 0 <= from <= to, both finite", low, high);
    double b[3][3], candidates = 1;
    int32_t most[3];
    lattice_vectors(box, b);
    for (int k = 0; k < 3; k++) {
        double size =
            floor(high * lattice_length(box->h[k]) / (2 * M_PI) + 1e-9); /* |h| = |q·a|/2π <= |q||a|/2π */
        candidates *= 2 * size + 1;
        if (!(candidates < 2e8))
            return fail(BAD_INPUT,
                        "a sphere of |q| up to %g holds more than 10^8 points of this box's reciprocal "
                        "lattice; give a "
                        "smaller range",
                        high);
        most[k] = (int32_t)size;
    }
    p->count = walk(b, most, low, high, p);
    size_t room = p->count ? (size_t)p->count : 1;
    status s;
    GUARD(NEW(p->hkl, 3 * room));
    GUARD(NEW(p->q, room));
    walk(b, most, low, high, p);
    return OK;
done:
    lattice_free(p);
    return s;
}

void lattice_free(struct lattice_points *p)
{
    DELETE(p->hkl);
    DELETE(p->q);
    p->count = 0;
}
