/* SPDX-License-Identifier: GPL-3.0-or-later */
/* precision — what mixed-precision forces differ from double by (part of engine; see engine.h). */
#include "base/mem.h"
#include "integrate/engine.h"

#include <math.h>
#include <string.h>

/* rms of f − other (other NULL: of f), by exact sums of (component / scale)². */
static double rms(const struct domain *d, double (*other)[4], double scale)
{
    struct sum s = {0};
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) {
            double part = (d->f[i][k] - (other ? other[i][k] : 0.0)) / scale;
            sum_add(&s, part * part);
        }
    par_sum(&s, 1);
    return scale * sqrt(sum_value(&s) / (3.0 * (double)d->total));
}

/* The power of two above the largest |f| or |f − other|: with it every term is at most 1. */
static double scale_of(const struct domain *d, double (*other)[4])
{
    double largest = 0.0;
    int exponent;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) largest = fmax(largest, fabs(d->f[i][k] - (other ? other[i][k] : 0.0)));
    par_max(&largest, 1);
    frexp(largest, &exponent);
    return largest > 0.0 ? ldexp(1.0, exponent) : 1.0;
}

status engine_precision_error(struct engine *e, struct precision_error *p)
{
    const struct domain *d = &e->domain;
    enum precision asked = e->precision;
    double(*mixed)[4] = NULL, energy = e->energy, virial[VIRIALS], path = e->path_since_prune;
    bool has_energy = e->has_energy;
    status s = OK;
    *p = (struct precision_error){0};
    memcpy(virial, e->virial, sizeof virial);
    GUARD(par_agree(NEW(mixed, d->n)));
    memcpy(mixed, d->f, d->n * sizeof *mixed);
    e->precision = PRECISION_DOUBLE;
    s = engine_update(e);
    e->precision = asked;
    GUARD(s);
    p->force = rms(d, NULL, scale_of(d, NULL));
    p->error = rms(d, mixed, scale_of(d, mixed));
    /* Put back rather than computed again. */
    memcpy(d->f, mixed, d->n * sizeof *mixed);
    memcpy(e->virial, virial, sizeof virial);
    e->energy = energy;
    e->path_since_prune = path;
    e->has_energy = has_energy;
done:
    DELETE(mixed);
    return s;
}
