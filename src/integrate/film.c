/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/film.h"
#include "base/mem.h"
#include "integrate/engine.h"

#include <math.h>
#include <string.h>

double film_spacing(const struct film *f)
{
    return 1.0 / cbrt(f->density);
}

double film_box_top(const struct engine *e)
{
    return e->domain.box.origin[2] + e->domain.box.h[2][2];
}

double film_area(const struct engine *e)
{
    return e->domain.box.h[0][0] * e->domain.box.h[1][1];
}

void film_attach(struct engine *e)
{
    e->domain.frozen = e->film.kind == FILM_FIXED ? (uint64_t)e->film.substrate : 0;
}

void film_free(struct film *f)
{
    DELETE(f->site);
    *f = (struct film){0};
}

double film_add_anchor(const struct film *f, struct domain *d, size_t i)
{
    if (f->kind == FILM_FIXED) { /* nothing to balance, nothing for a minimiser to follow */
        d->f[i][0] = d->f[i][1] = d->f[i][2] = 0.0;
        return 0.0;
    }
    const double *x = d->x[d->slot[i]], *site = f->site + 3 * (d->id[i] - 1);
    double shift[3], away2 = 0.0;
    box_shift(&d->box, d->image[i], shift);
    for (int k = 0; k < 3; k++) {
        double away = x[k] + shift[k] - site[k];
        d->f[i][k] -= f->spring * away;
        away2 += away * away;
    }
    return 0.5 * f->spring * away2;
}

/* ---- measuring ---- */

struct layers {
    int64_t *atoms;
    int64_t n;
    double width, bottom;
};

static int64_t layer_of(const struct layers *l, double z)
{
    double b = floor((z - l->bottom) / l->width);
    return b < 0.0 ? 0 : b >= (double)l->n ? l->n - 1 : (int64_t)b;
}

static double find_surface(const struct layers *l, double top, double full)
{
    int64_t b = layer_of(l, top);
    while (b < l->n && 2.0 * (double)l->atoms[b] >= full) b++;
    double inside = b < l->n ? (double)l->atoms[b] / full : 0.0;
    return l->bottom + l->width * ((double)b + inside);
}

static status measure_surface(const struct engine *e, double *surface)
{
    const struct domain *d = &e->domain;
    struct layers l = {.width = film_spacing(&e->film), .bottom = d->box.origin[2]};
    l.n = (int64_t)ceil(d->box.h[2][2] / l.width) + 1;
    TRY(par_agree(NEW(l.atoms, (size_t)l.n)));
    for (size_t i = 0; i < d->n; i++) l.atoms[layer_of(&l, d->x[d->slot[i]][2])]++;
    par_sum_int64(l.atoms, l.n);
    *surface = find_surface(&l, e->film.top, e->film.density * film_area(e) * l.width);
    DELETE(l.atoms);
    return OK;
}

enum group { GROUP_FILM, GROUP_ZONE, GROUP_SURFACE, GROUPS };

static double temperature(const struct engine *e, const struct sum *kinetic2, int64_t atoms)
{
    return atoms > 0 ? sum_value(kinetic2) / (3.0 * (double)atoms * e->kB) : (double)NAN;
}

status film_measure(const struct engine *e, double zone, struct film_now *now)
{
    enum { FLYING = GROUPS, SPECIES, COUNTS = SPECIES + SPECIES_MAX };
    const struct domain *d = &e->domain;
    struct sum kinetic2[GROUPS];
    int64_t count[COUNTS] = {0};
    double surface, spacing = film_spacing(&e->film);
    memset(kinetic2, 0, sizeof kinetic2);
    TRY(measure_surface(e, &surface));
    for (size_t i = 0; i < d->n; i++) {
        const double *v = d->v[i], z = d->x[d->slot[i]][2];
        double m2 = d->species.mass[d->type[i]] * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        bool substrate = d->id[i] <= (uint64_t)e->film.substrate, flying = z > surface + 2.0 * spacing;
        bool in[GROUPS] = {!substrate && !flying, (substrate || z < zone) && d->v[i][3] > 0.0,
                           !substrate && z >= surface - 2.0 * spacing && z < surface + spacing};
        for (int g = 0; g < GROUPS; g++) {
            if (!in[g]) continue;
            count[g]++;
            sum_add(&kinetic2[g], m2);
        }
        count[FLYING] += flying;
        count[SPECIES + d->type[i]] += in[GROUP_FILM];
    }
    par_sum(kinetic2, GROUPS);
    par_sum_int64(count, COUNTS);
    *now = (struct film_now){.surface = surface,
                             .thickness = surface - e->film.top,
                             .landed = count[GROUP_FILM],
                             .flying = count[FLYING],
                             .T_film = temperature(e, &kinetic2[GROUP_FILM], count[GROUP_FILM]),
                             .T_zone = temperature(e, &kinetic2[GROUP_ZONE], count[GROUP_ZONE]),
                             .T_surface = temperature(e, &kinetic2[GROUP_SURFACE], count[GROUP_SURFACE]),
                             .in_zone = count[GROUP_ZONE],
                             .in_surface = count[GROUP_SURFACE]};
    for (int k = 0; k < SPECIES_MAX; k++) now->species[k] = count[SPECIES + k];
    return OK;
}

void film_measure_interior(const struct engine *e, double drop, struct film_now *now)
{
    const struct domain *d = &e->domain;
    struct film_interior *in = &now->interior;
    struct sum energy = {0};
    double low = e->film.top + drop, high = now->surface - drop;
    *in = (struct film_interior){.density = NAN, .energy = NAN};
    for (size_t i = 0; i < d->n; i++) {
        double z = d->x[d->slot[i]][2];
        if (d->id[i] <= (uint64_t)e->film.substrate || z < low || z >= high) continue;
        in->species[d->type[i]]++;
        sum_add(&energy, d->f[i][3]);
    }
    par_sum(&energy, 1);
    par_sum_int64(in->species, SPECIES_MAX);
    for (int k = 0; k < SPECIES_MAX; k++) in->atoms += in->species[k];
    if (in->atoms == 0) return;
    in->density = (double)in->atoms / (film_area(e) * (high - low));
    in->energy = sum_value(&energy) / (double)in->atoms;
}
