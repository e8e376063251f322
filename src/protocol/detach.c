/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/detach.h"
#include "base/log.h"
#include "integrate/minimise.h"
#include "system/population.h"

#include <math.h>

static const char *const keep_words[] = {"slab", "bulk", NULL};
static const struct input_key detach_keys[] = {
    {"keep", INPUT_CHOICE, offsetof(struct detach, keep), .choices = keep_words, .standard = "slab",
     .help = "slab: free-standing; bulk: the interior made periodic and relaxed at pressure 0"},
    {"drop", INPUT_NUMBER, offsetof(struct detach, drop), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_NOT_NEGATIVE, .help = "thickness cut away at each face; absent: that of `interior`"},
    {"label", INPUT_STRING, offsetof(struct detach, label),
     .help = "a name for files, figures and `restore`"},
    {0}};
const struct input_table detach_table = {"detach", detach_keys, sizeof(struct detach),
                                         .help = "cut a film from its substrate and its surfaces"};

struct range {
    uint64_t substrate;
    double low, high;
};

static bool is_cut(const void *context, const struct domain *d, size_t i)
{
    const struct range *r = context;
    double z = d->x[d->slot[i]][2];
    return d->id[i] <= r->substrate || z < r->low || z >= r->high;
}

/* The lowest and the highest atom. */
static void find_extent(const struct domain *d, double *low, double *high)
{
    double extreme[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < d->n; i++) {
        double z = d->x[d->slot[i]][2];
        extreme[0] = fmax(extreme[0], -z);
        extreme[1] = fmax(extreme[1], z);
    }
    par_max(extreme, 2);
    *low = -extreme[0];
    *high = extreme[1];
}

static status close_box(struct engine *e, double spacing)
{
    struct box *b = &e->domain.box;
    struct minimise_options o = {.box = MINIMISE_PER_AXIS,
                                 .force = 1e-4,
                                 .stress = e->units.kind == UNITS_LJ ? 1e-4 : 1e-5,
                                 .most_steps = 50000};
    struct minimise_result r;
    double low, high;
    find_extent(&e->domain, &low, &high);
    b->origin[2] = low;
    b->h[2][2] = high - low + 0.9 * spacing;
    b->periodic[2] = true;
    TRY(minimise(e, &o, &r));
    log_info("interior made periodic: %.6g x %.6g x %.6g, energy %.9g per atom%s", b->h[0][0], b->h[1][1],
             b->h[2][2], e->energy / (double)e->domain.total, r.converged ? "" : " — NOT converged");
    return OK;
}

status detach_run(struct engine *e, const struct detach *d)
{
    struct film_now now;
    int64_t removed[SPECIES_MAX];
    if (e->film.kind == FILM_NONE) return fail(BAD_INPUT, "there is no film to detach: it has no substrate");
    TRY(film_measure(e, 0.0, &now));
    double spacing = film_spacing(&e->film);
    struct range r = {(uint64_t)e->film.substrate, e->film.top + d->drop, now.surface - d->drop};
    if (r.high - r.low < 2.0 * spacing)
        return fail(BAD_INPUT, "the film is %g thick: nothing is left of it with %g cut away at each face",
                    now.thickness, d->drop);
    TRY(domain_remove(&e->domain, is_cut, &r, removed));
    film_free(&e->film);
    film_attach(e);
    log_info("detached: %lld atoms between %g and %g above the substrate", (long long)e->domain.total,
             d->drop, r.high - r.low + d->drop);
    if (d->keep == DETACH_BULK) return close_box(e, spacing);
    return engine_forces(e);
}
