/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_input — everything a run's YAML file may say, read and checked (used by run and check).
 *
 *     struct run_input r;
 *     TRY(run_input_read(&r, "pvd.yaml", sets, n_sets));    BAD_INPUT with all problems at once
 *     … r.stages, r.speckle, …
 *     run_input_free(&r);
 * Every rank reads the file for itself; nothing here is collective. */
#ifndef GLINT_CMD_RUN_INPUT_H
#define GLINT_CMD_RUN_INPUT_H

#include "force/potential.h"
#include "cmd/analysis_input.h"
#include "input/schema.h"
#include "observe/hops_input.h"
#include "observe/profiles.h"
#include "observe/record_input.h"
#include "observe/speckle_input.h"
#include "observe/crystal_alarm.h"
#include "protocol/film_build.h"
#include "protocol/measure.h"
#include "protocol/stage.h"
#include "system/config.h"
#include "system/sample.h"

struct run_input {
    /* as read */
    struct {
        char spec[POTENTIAL_SPEC];
    } potential;
    int precision; /* enum precision */
    struct {
        double value, rate, pressure;
        const char *construction;
    } Tg;
    struct {
        double sigma, eps, Tg, mass;
    } map;
    struct sample_input atoms;
    struct film_input *film; /* NULL: none; then the sample is `atoms` */
    struct interior_input interior;
    double dt;
    int64_t seed;
    struct thermostat_input thermostat;
    struct barostat_input barostat;
    struct input_items stage_items;
    struct input_words keep;     /* labels of stages whose end is kept as state-LABEL.h5 */
    struct input_items controls; /* runs to make beside this one (cmd/controls.h); not in `effective` */
    int role;                    /* in a campaign with controls: enum control_role; -1: not said */
    struct speckle_input speckle;
    struct record_input trajectory;
    struct hops_input hops;
    struct profiles_input profiles;
    struct waiting_input waiting; /* for the analysis; the run only checks them */
    struct analysis_input analysis;
    struct {
        double every;
    } thermo;
    struct crystal_alarm_input crystal_alarm;
    struct {
        double every;
    } checkpoint;
    struct {
        double wall; /* s; NaN: none */
        double time; /* simulated, of one start or --resume; NaN: none. Unlike `wall` it stops at the same
                        step anywhere */
    } limit;
    struct {
        double skin, inner_skin;
    } lists;

    /* made from it */
    struct stage *stages;
    size_t n_stages;
    struct text effective; /* the complete effective input as YAML */

    struct tree document;
    struct input input;
};

extern const struct input_table run_table;

status run_input_read(struct run_input *r, const char *path, const char *const *sets, int n_sets);
/* The two halves of it: the file with the --set changes; and from a document, which is taken over whatever
 * happens (`name` stands for it in messages). */
status run_input_document(struct tree *document, const char *path, const char *const *sets, int n_sets);
status run_input_take(struct run_input *r, struct tree *document, const char *name);
void run_input_free(struct run_input *r);

struct checkpoint;
/* May this input go on from that checkpoint? BAD_INPUT for another potential, seed or time step; for another
 * precision or instruction set, with which bits would differ, unless forced. */
status run_input_fits(const struct run_input *r, const struct checkpoint *c, bool force);

/* The starting configuration (built, or read from atoms.file), with velocities at the first stage's
 * temperature. Not for a film: run_input_film. */
status run_input_configuration(const struct run_input *r, struct config *c);
/* Collective: the substrate of `film:`, with velocities, or the film of another run. engine: options of the
 * run. */
status run_input_film(const struct run_input *r, const struct engine_options *engine, struct config *c,
                      struct film *f);

#endif
