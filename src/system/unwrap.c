/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/unwrap.h"

#include <string.h>

void unwrap_images(const struct config *c, double *x)
{
    for (int64_t i = 0; i < c->atoms; i++) {
        double shift[3];
        box_shift(&c->box, c->image + 3 * i, shift);
        for (int k = 0; k < 3; k++) x[3 * i + k] = c->x[3 * i + k] + shift[k];
    }
}

void unwrap_strain(const struct box *from, const struct box *to, int64_t atoms, double *x)
{
    struct box b = *from;
    /* The same edge and origin before and after leave the coordinate as it is. */
    for (int k = 0; k < 3; k++) {
        if (b.periodic[k]) continue;
        memcpy(b.h[k], to->h[k], sizeof b.h[k]);
        b.origin[k] = to->origin[k];
    }
    double inverse[3][3], s[3];
    box_inverse(&b, inverse);
    for (int64_t i = 0; i < atoms; i++) {
        double *r = x + 3 * i;
        box_fractional(&b, inverse, r, s);
        for (int k = 0; k < 3; k++)
            r[k] = to->origin[k] + s[0] * to->h[0][k] + s[1] * to->h[1][k] + s[2] * to->h[2][k];
    }
}

void unwrap_hold_centre(int64_t atoms, const int32_t *type, const double mass[SPECIES_MAX],
                        const double *first, double *x)
{
    double total = 0.0, d[3] = {0};
    for (int64_t i = 0; i < atoms; i++) total += mass[type[i]];
    for (int64_t i = 0; i < atoms; i++)
        for (int k = 0; k < 3; k++) d[k] += mass[type[i]] * (x[3 * i + k] - first[3 * i + k]);
    for (int64_t i = 0; i < atoms; i++)
        for (int k = 0; k < 3; k++) x[3 * i + k] -= d[k] / total;
}
