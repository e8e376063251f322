/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdf — the pair correlation function g(r), total and partial, in any periodic cell.
 *
 *     struct rdf g = {0};
 *     TRY(rdf_begin(&g, species_count, r_max, bins));
 *     for each frame: TRY(rdf_add(&g, &box, atoms, type, x));      x wrapped or not, 3 numbers per atom
 *     TRY(rdf_finish(&g));
 *     rdf_value(&g, a, b)[k] at distance rdf_r(&g, k);  g.total[k]
 *     rdf_free(&g);
 *
 * averaged over frames:
 *     g_ab(r) = V/(N_a N_b) · (ordered pairs a→b in the shell) / (4π/3)(r_out³ − r_in³)
 *     g(r)    = Σ_ab c_a c_b g_ab(r),  c_a = N_a/N
 *     n_ab(r) = mean number of b within r of an a (running coordination, counted, not integrated)
 * The sum holds exactly (at constant composition) because N_a N_a is used, not N_a(N_a−1): an ideal gas
 * of N atoms gives g = 1 − 1/N.
 *
 * rdf_between before the first frame: only pairs from atoms a with low <= z < high, in a cell with z
 * perpendicular to the other edges; V, N_a, N_b are those of that layer. What is within r_max of it must be
 * there: of a film, keep r_max away from its faces.
 *
 * All periodic images are counted, so r_max may exceed the cell; beyond half the cell's width the images
 * of one atom are correlated. V is the cell's volume: along a free axis it is what the file says, and g
 * does not tend to 1. Counts are integers: the same bits for any number of threads. */
#ifndef GLINT_SYSTEM_RDF_H
#define GLINT_SYSTEM_RDF_H

#include "system/frame_curves.h"
#include "base/status.h"
#include "system/box.h"
#include "system/config.h"

#include <stdint.h>

struct rdf {
    int species, bins;
    double r_max, width;
    int64_t frames;
    double density;            /* atoms per volume, mean over frames */
    double low, high;          /* of z; ±infinity: all */
    double *partial;           /* [(a·species + b)·bins + k] */
    double *total;             /* [bins] */
    double *coordination;      /* like partial: n_ab up to the outer edge of bin k */
    double atoms[SPECIES_MAX]; /* mean number of each species */
    struct frame_curves frame; /* of each frame: total, then the partials as in `partial` */
};

status rdf_begin(struct rdf *g, int species, double r_max, int bins);
void rdf_between(struct rdf *g, double low, double high);
status rdf_add(struct rdf *g, const struct box *box, int64_t atoms, const int32_t *type, const double *x);
status rdf_finish(struct rdf *g);
void rdf_free(struct rdf *g);

static inline double rdf_r(const struct rdf *g, int k)
{
    return (k + 0.5) * g->width;
}
static inline const double *rdf_value(const struct rdf *g, int a, int b)
{
    return g->partial + ((int64_t)a * g->species + b) * g->bins;
}

#endif
