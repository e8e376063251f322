/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stage — what a run is made of: melt, quench, anneal, heat, cycle, deposit, detach, measure, minimise,
 * restore; any number in any order.
 *
 * A stage kind is a constant record: its name, its input table, and a function that turns what the user wrote
 * into a struct stage. Kinds that are molecular dynamics at a temperature (melt, quench, anneal, heat) share
 * one form and differ in how temperature and length are said. A cycle is several such stages (cycle.h). To
 * add a kind: a record and a line in stage.c.
 */
#ifndef GLINT_PROTOCOL_STAGE_H
#define GLINT_PROTOCOL_STAGE_H

#include "input/schema.h"
#include "integrate/ensemble.h"
#include "integrate/minimise.h"

enum stage_action {
    STAGE_DYNAMICS,
    STAGE_MINIMISE,
    STAGE_RESTORE,
    STAGE_DEPOSIT,
    STAGE_MEASURE,
    STAGE_DETACH
};
enum stage_box {
    STAGE_BOX_FREE,
    STAGE_BOX_FIXED,
    STAGE_BOX_MEAN
}; /* at pressure P; as it is; at its mean volume */

struct stage_isotherm { /* of a cycle; cycle NULL: the stage is none */
    const char *cycle;
    int64_t iteration, place; /* from 0 */
    /* How the sample came to the cycle (cycle_histories). NaN: not deposited, not annealed. */
    double T_substrate, T_anneal;
};

struct stage {
    const char *name, *label; /* kind; the user's label or the kind with its number */
    enum stage_action action;
    double T_from, T_to;
    int64_t steps;  /* of the main part */
    int64_t settle; /* steps at pressure P that find the mean volume (STAGE_BOX_MEAN) */
    enum stage_box box;
    struct ensemble ensemble; /* temperatures and step numbers are filled in when the stage starts */
    struct minimise_options minimise;
    struct deposit *deposit; /* STAGE_DEPOSIT; `steps` is an estimate then */
    struct measure *measure; /* STAGE_MEASURE, with what was found */
    struct detach *detach;
    const char *restore; /* label of the stage whose end is restored */
    bool observe_speckle, observe_trajectory, observe_hops, observe_crystal, observe_profiles;
    bool observe_nothing; /* said so: not even what long stages get by themselves */
    struct stage_isotherm isotherm;
    const struct tree_node *node;
};

/* `thermostat:` and `barostat:` as written at the top of the input or in a stage. */
extern const struct input_table thermostat_table, barostat_table;
struct thermostat_input {
    int kind;
    double tau;
};
struct barostat_input {
    int kind, coupling;
    double tau, compressibility;
    int64_t period;
};

/* Words of `box` (in the order of enum stage_box) and `observe`. */
extern const char *const stage_box_words[], *const stage_observe_words[];

/* All stage kinds, for INPUT_STAGES and for help. */
extern const struct input_table *const stage_tables[]; /* NULL-terminated */

/* What all stages share when they are made. */
struct stage_context {
    struct input *input; /* problems go here */
    double dt;
    struct thermostat_input thermostat;
    struct barostat_input barostat;
    double T; /* target temperature at the end of the previous stage; NaN at the start */
    int number;
    const struct stage *before; /* the stages so far */
    size_t n_before;
};
/* Turn one entry of `stages:` into the stages it stands for, and say how many these are; s has room for
 * stage_most of them. Problems are noted in the input. */
size_t stage_most(const struct input_item *item);
size_t stage_make(const struct input_item *item, struct stage_context *c, struct stage *s);

#endif
