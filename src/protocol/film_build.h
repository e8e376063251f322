/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film_build — `film:`: the substrate, made by the program.
 *
 * A periodic cell of the mixture, as thick as the substrate or twice the cutoff, is melted at pressure 0,
 * quenched to the temperature of the first stage, given exactly the wanted area (the thickness keeps the
 * volume), annealed, and minimised in that box. What lies below `thickness` is the substrate: ids from 1, z
 * from 0 up. Tethered atoms have their minimised positions as sites. Above is vacuum; z is free. */
#ifndef GLINT_PROTOCOL_FILM_BUILD_H
#define GLINT_PROTOCOL_FILM_BUILD_H

#include "input/schema.h"
#include "integrate/engine.h"

struct film_input { /* as read */
    double area[2];
    struct {
        int kind, from;
        double thickness, spring, melt, time, density;
    } substrate;
    double log_every;
};
extern const struct input_table film_table;

struct film_order {
    const struct film_input *input;
    double T; /* of the first stage */
    double fraction[SPECIES_MAX];
    struct engine_options engine; /* potential, dt, lists, threads, seed of the run */
};
/* Collective: the same configuration (no velocities) and film on every rank; config_free, film_free. */
status film_build(const struct film_order *o, struct config *c, struct film *f);

#endif
