/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/sq_peak.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

#define LOW   0.8
#define HIGH  1.25
#define ROUGH 0.5 /* bins, by 1/d */
#define BINS  0.3

void sq_peak_free(struct sq_peak *s)
{
    modes_free(&s->modes);
    DELETE(s->q);
    DELETE(s->nn);
    DELETE(s->xray);
    *s = (struct sq_peak){0};
}

static void every_so_many(struct modes *m, int64_t most)
{
    int64_t every = (m->n + most - 1) / most, a = (int64_t)lrint(cbrt((double)every)), kept = 0;
    for (int64_t i = 0; i < m->n; i++) {
        const int *h = m->p[i].h;
        if ((h[0] + a * h[1] + a * a * h[2]) % every == 0) m->p[kept++] = m->p[i];
    }
    m->n = kept;
}

status sq_peak_begin(struct sq_peak *s, const struct sq *sq, const struct box *box, int64_t atoms,
                     int64_t most)
{
    double place;
    *s = (struct sq_peak){.sq = sq, .spacing = cbrt(box_volume(box) / (double)atoms)};
    TRY(peak_rough(&place, sq->nn, sq->points, sq->bins, sq->width, ROUGH / s->spacing));
    if (isfinite(place)) TRY(modes_list(&s->modes, box, LOW * place, HIGH * place));
    if (s->modes.n > most) every_so_many(&s->modes, most);
    return NEW(s->q, (size_t)s->modes.n + 1);
}

status sq_peak_add(struct sq_peak *s, const struct box *box, int64_t atoms, const int32_t *type,
                   const double *x)
{
    double *rho = NULL, n[SPECIES_MAX] = {0}, g[3][3];
    int species = s->sq->species;
    int64_t points = s->modes.n;
    size_t size = (size_t)((s->frames + 1) * points);
    if (points == 0) return OK;
    TRY(GROW(s->nn, s->nn_capacity, size));
    if (s->sq->weighted) TRY(GROW(s->xray, s->xray_capacity, size));
    TRY(NEW(rho, modes_size(&s->modes, species)));
    status st = modes_density(&s->modes, rho, box, species, atoms, type, x);
    if (st == OK) {
        box_reciprocal(box, g);
        for (int64_t i = 0; i < atoms; i++) n[type[i]] += 1.0;
        for (int64_t i = 0; i < points; i++) {
            double q = modes_length(s->modes.p[i].h, g);
            const double *of_point = rho + 2 * i * species;
            s->q[i] += q;
            s->nn[s->frames * points + i] = sq_point_nn(species, of_point, (double)atoms);
            if (s->sq->weighted)
                s->xray[s->frames * points + i] =
                    sq_point_xray(&s->sq->form, species, q, of_point, n, (double)atoms);
        }
        s->frames++;
    }
    DELETE(rho);
    return st;
}

status sq_peak_fit(struct sq_peak *s, struct peak_fit *nn, struct peak_fit *xray)
{
    double *q = NULL;
    TRY(NEW(q, (size_t)s->modes.n + 1));
    for (int64_t i = 0; i < s->modes.n; i++) q[i] = s->q[i] / (double)s->frames;
    struct peak_fit_data d = {.points = s->modes.n,
                              .frames = s->frames,
                              .x = q,
                              .y = s->nn,
                              .bin = BINS / s->spacing,
                              .level = 0.5,
                              .check = 0.7};
    status st = peak_fit_make(nn, &d);
    d.y = s->xray;
    if (st == OK && xray) st = peak_fit_make(xray, &d);
    DELETE(q);
    return st;
}
