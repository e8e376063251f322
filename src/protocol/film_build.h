/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film_build — `film:`: the substrate, made by the program, or the film of another run.
 *
 * Made: a periodic cell of the mixture, as thick as the substrate or twice the cutoff, is melted at pressure
 * 0, quenched to the temperature of the first stage, given exactly the wanted area (the thickness keeps the
 * volume), annealed, and minimised in that box. What lies below `thickness` is the substrate: ids from 1, z
 * from 0 up. Tethered atoms have their minimised positions as sites. Above is vacuum; z is free.
 *
 * From another run (`from:`): its checkpoint, or the end of a stage (`keep:`), is where this run begins, with
 * its velocities, step and time. Reading the input looks into that file for area and substrate. */
#ifndef GLINT_PROTOCOL_FILM_BUILD_H
#define GLINT_PROTOCOL_FILM_BUILD_H

#include "input/schema.h"
#include "integrate/engine.h"

struct film_input {   /* as read; with `from`, area, thickness and density are those of that file */
    const char *from; /* NULL: a new substrate */
    double area[2];
    struct {
        int kind, from;
        double thickness, spring, melt, time, density;
    } substrate;
    double log_every;
    struct {
        double atoms;    /* in the file, the substrate among them; 0: a new substrate */
        double grown_at; /* as in film_state */
    } found;
};
extern const struct input_table film_table;

struct film_order {
    const struct film_input *input;
    double T; /* of the first stage */
    double fraction[SPECIES_MAX];
    struct engine_options engine; /* potential, dt, lists, threads, seed of the run */
};
/* The film in a checkpoint, each rank for itself; config_free, film_free. BAD_INPUT: no film there. */
status film_load(const char *path, struct config *c, struct film *f);
/* Collective: the same configuration (no velocities) and film on every rank; config_free, film_free. */
status film_build(const struct film_order *o, struct config *c, struct film *f);

#endif
