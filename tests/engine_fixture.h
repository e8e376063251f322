/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_fixture — configurations and engines for the tests of the engine. Included as source. */
#ifndef GLINT_TESTS_ENGINE_FIXTURE_H
#define GLINT_TESTS_ENGINE_FIXTURE_H

#include "base/sha256.h"
#include "integrate/engine.h"
#include "system/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stop with the message: a test cannot go on without its engine. */
#define MUST(call)                                                                           \
    do {                                                                                     \
        if ((call) != OK) {                                                                  \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, status_message()); \
            abort();                                                                         \
        }                                                                                    \
    } while (0)

static const struct species fixture_species = {2, {"A", "B"}, {2.0, 1.0}};

/* A random equimolar mixture with velocities, in a cube. */
static inline void fixture_mixture(struct config *c, int64_t atoms, double density, double T, uint64_t seed)
{
    struct build_mixture o = {
        .atoms = atoms, .density = density, .fraction = {0.5, 0.5}, .species = fixture_species, .seed = seed};
    MUST(build_mixture(c, &o));
    MUST(build_velocities(c, T, 1.0, seed, 0));
    snprintf(c->units, sizeof c->units, "lj");
}

/* Map the configuration into another cell: x = h·s with the fractional coordinates of the old one. */
static inline void fixture_deform(struct config *c, const double h[3][3], const double origin[3])
{
    double inverse[3][3], s[3];
    struct box to = c->box;
    box_inverse(&c->box, inverse);
    memcpy(to.h, h, sizeof to.h);
    memcpy(to.origin, origin, sizeof to.origin);
    for (int64_t i = 0; i < c->atoms; i++) {
        box_fractional(&c->box, (const double(*)[3])inverse, c->x + 3 * i, s);
        for (int k = 0; k < 3; k++)
            c->x[3 * i + k] = to.origin[k] + s[0] * to.h[0][k] + s[1] * to.h[1][k] + s[2] * to.h[2][k];
    }
    c->box = to;
}

/* A skewed cell of the same volume, not aligned with any axis. */
static inline void fixture_skew(struct config *c)
{
    double l = c->box.h[0][0];
    double h[3][3] = {
        {0.98 * l, 0.10 * l, -0.05 * l}, {0.30 * l, 1.02 * l, 0.08 * l}, {-0.25 * l, 0.35 * l, 1.0 * l}};
    struct box b = {.periodic = {true, true, true}};
    memcpy(b.h, h, sizeof h);
    double scale = cbrt(l * l * l / box_volume(&b));
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) h[i][k] *= scale;
    fixture_deform(c, (const double(*)[3])h, (double[3]){-0.7, 0.3, 11.0});
}

static inline void fixture_start(struct engine *e, const struct config *c, const char *potential, double dt,
                                 int threads)
{
    struct engine_options o = {.potential = potential, .dt = dt, .threads = threads, .seed = 7};
    MUST(engine_start(e, &o, c));
}

/* Bussi thermostat, cell-rescaling barostat: quick ways into equilibrium. */
static inline struct ensemble fixture_ensemble(enum thermostat t, enum barostat b, double T, double P)
{
    struct ensemble n = ensemble_nve();
    n.thermostat = t, n.barostat = b;
    n.T_from = n.T_to = T;
    n.tau_T = 0.3, n.tau_P = 1.0;
    n.P = P, n.compressibility = 0.01, n.period = 5;
    return n;
}

/* A liquid: the mixture after `steps` steps with the bussi thermostat; the configuration at the end. */
static inline void fixture_liquid(struct config *c, int64_t atoms, double density, double T, uint64_t seed, int64_t steps)
{
    struct engine e;
    struct config start = {0};
    fixture_mixture(&start, atoms, density, T, seed);
    fixture_start(&e, &start, "wahnstrom:shift=force", 0.002, 1);
    e.ensemble = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, T, 0.0);
    e.ensemble.tau_T = 0.05;
    MUST(engine_advance(&e, steps, false));
    MUST(domain_gather(&e.domain, c, CONFIG_VELOCITY | CONFIG_IMAGE));
    snprintf(c->units, sizeof c->units, "lj");
    engine_free(&e);
    config_free(&start);
}

/* SHA-256 of step, box, ids, positions, velocities and images by ascending id, as in a checkpoint. Rank 0
 * only. */
static inline void fixture_digest(const struct engine *e, char hex[65])
{
    struct config c = {0};
    struct sha256 d;
    uint64_t step = (uint64_t)e->step;
    hex[0] = '\0';
    MUST(domain_gather(&e->domain, &c, CONFIG_VELOCITY | CONFIG_IMAGE));
    if (par_rank() == 0) {
        sha256_start(&d);
        sha256_add(&d, &step, sizeof step);
        sha256_add(&d, c.box.h, sizeof c.box.h);
        for (int64_t i = 0; i < c.atoms; i++) {
            sha256_add(&d, c.id + i, 8);
            sha256_add(&d, c.x + 3 * i, 24);
            sha256_add(&d, c.v + 3 * i, 24);
            sha256_add(&d, c.image + 3 * i, 12);
        }
        sha256_hex(&d, hex);
    }
    config_free(&c);
}

#endif
