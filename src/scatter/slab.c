/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/slab.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 4096 }; /* of the midpoint rule; w is once differentiable: error below 1e-6 */

bool slab_used(const struct slab *s)
{
    return s->high > s->low;
}

status slab_check(const struct slab *s)
{
    if (!slab_used(s) || (s->edge > 0.0 && 2.0 * s->edge <= s->high - s->low)) return OK;
    return fail(BAD_INPUT,
                "the window from %.6g to %.6g along z is %.3g thick, but its two edges take %.3g each; the "
                "film must be thicker, or the edges or what is dropped at its faces thinner",
                s->low, s->high, s->high - s->low, s->edge);
}

double slab_weight(const struct slab *s, double z)
{
    double inside = fmin(z - s->low, s->high - z);
    if (!slab_used(s)) return 1.0;
    if (!(inside > 0.0)) return 0.0;
    if (inside >= s->edge) return 1.0;
    double rise = sin(0.5 * M_PI * inside / s->edge);
    return rise * rise;
}

/* ∫ w(z)^power w(z+shift) cos(q (z − middle)) dz */
static double integral(const struct slab *s, int power, double shift, double q)
{
    double step = (s->high - s->low) / NODES, sum = 0.0;
    for (int i = 0; i < NODES; i++) {
        double z = s->low + (i + 0.5) * step, w = slab_weight(s, z);
        double other = power == 2 ? w * slab_weight(s, z + shift) : w;
        sum += other * cos(q * (z - 0.5 * (s->low + s->high)));
    }
    return sum * step;
}

double slab_overlap(const struct slab *s, double shift)
{
    return integral(s, 2, shift, 0.0) / integral(s, 2, 0.0, 0.0);
}

double slab_transform(const struct slab *s, int32_t l)
{
    return integral(s, 2, 0.0, 2.0 * M_PI * l / (s->high - s->low)) / integral(s, 2, 0.0, 0.0);
}

double slab_resolution(const struct slab *s)
{
    double whole = integral(s, 1, 0.0, 0.0), low = 0.0, high = 4.0 * M_PI / (s->high - s->low);
    while (high - low > 1e-6 * high) {
        double q = 0.5 * (low + high), part = integral(s, 1, 0.0, q) / whole;
        if (part * part > 0.5)
            low = q;
        else
            high = q;
    }
    return 2.0 * low;
}

struct box slab_box(const struct slab *s, const struct box *sample)
{
    struct box b = *sample;
    if (!slab_used(s)) return b;
    b.origin[2] = s->low;
    b.h[2][0] = b.h[2][1] = 0.0;
    b.h[2][2] = s->high - s->low;
    for (int k = 0; k < 3; k++) b.periodic[k] = true;
    return b;
}

/* ---- independent pixels ---- */

enum { REACH = 64 }; /* γ_l beyond is below 1e-6 for any edge of a hundredth of the slab or more */

static int by_column(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    for (int k = 0; k < 3; k++)
        if (x[k] != y[k]) return x[k] < y[k] ? -1 : 1;
    return 0;
}

/* Σ_ij |γ_ij|² over sorted points. */
static double correlated(const double gamma2[REACH + 1], const int32_t *hkl, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const int32_t *a = hkl + 3 * i;
        sum += 1.0;
        for (int64_t j = i + 1; j < n; j++) {
            const int32_t *b = hkl + 3 * j;
            if (a[0] != b[0] || a[1] != b[1] || b[2] - a[2] > REACH) break;
            sum += 2.0 * gamma2[b[2] - a[2]];
        }
    }
    return sum;
}

double slab_independent(const struct slab *s, const struct window *w, int32_t group)
{
    double gamma2[REACH + 1];
    int32_t *hkl = NULL;
    int64_t n = 0;
    for (int32_t l = 0; l <= REACH; l++) gamma2[l] = pow(slab_transform(s, l), 2);
    if (NEW(hkl, 3 * (size_t)w->count + 1) != OK) return NAN;
    for (int64_t i = 0; i < w->count; i++)
        if (w->group[i] == group) memcpy(hkl + 3 * n++, w->hkl + 3 * i, 3 * sizeof *hkl);
    qsort(hkl, (size_t)n, 3 * sizeof *hkl, by_column);
    double sum = correlated(gamma2, hkl, n);
    DELETE(hkl);
    return (double)n * (double)n / sum;
}

static void describe(const struct slab *s, struct window *w, double least)
{
    size_t used = strlen(w->description);
    snprintf(w->description + used, sizeof w->description - used,
             "; inside of a film: w(z) = 0 outside %.8g to %.8g above the substrate, cos^2 edges of %.6g, "
             "fixed to the substrate; q_z in steps of 2 pi/%.8g, resolution %.4g; neighbours along z are "
             "correlated, which leaves %.6g independent pixels",
             s->low - s->substrate, s->high - s->substrate, s->edge, s->high - s->low, slab_resolution(s),
             least);
}

status slab_apply(const struct slab *s, struct window *w)
{
    if (!slab_used(s)) return OK;
    double least = INFINITY;
    for (int32_t g = 0; g < w->groups; g++) {
        double n = slab_independent(s, w, g);
        if (isnan(n)) return FAILED;
        least = fmin(least, n);
    }
    if (least < 2.0)
        return fail(BAD_INPUT,
                    "window '%s': %lld pixels, but those along the film's normal are correlated and count as "
                    "%.3g: a two-time correlation needs 2 at least. Widen the range",
                    w->name, (long long)w->count, least);
    w->n_independent = (int64_t)least;
    if (w->n_independent < 3)
        snprintf(w->warning, sizeof w->warning,
                 "window '%s' has only %lld independent pixels per group: its TTCF is mostly noise", w->name,
                 (long long)w->n_independent);
    describe(s, w, least);
    return OK;
}

/* ---- atoms ---- */

status slab_add_config(const struct slab *slab, const struct config *c, struct amplitude *a, int64_t *inside)
{
    double *x = NULL, *factor = NULL;
    int32_t *type = NULL;
    int64_t n = 0;
    status s;
    GUARD(NEW(x, 3 * (size_t)c->atoms + 1));
    GUARD(NEW(factor, (size_t)c->atoms + 1));
    GUARD(NEW(type, (size_t)c->atoms + 1));
    for (int64_t i = 0; i < c->atoms; i++) {
        factor[n] = slab_weight(slab, c->x[3 * i + 2]);
        if (factor[n] <= 0.0) continue;
        memcpy(x + 3 * n, c->x + 3 * i, 3 * sizeof *x);
        type[n++] = c->type[i];
    }
    if (inside) *inside = n;
    GUARD(amplitude_add(
        a, &(struct amplitude_atoms){.count = n, .stride = 3, .x = x, .type32 = type, .factor = factor}));
done:
    DELETE(x);
    DELETE(factor);
    DELETE(type);
    return s;
}
