/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_accuracy — what a run says about its own accuracy, in its log and in run.json (part of run).
 *
 * Mixed precision: how far the forces of the start are from double precision. Stages of dynamics without
 * thermostat and barostat: how much the total energy changed. */
#ifndef GLINT_CMD_RUN_ACCURACY_H
#define GLINT_CMD_RUN_ACCURACY_H

#include "base/text.h"
#include "integrate/engine.h"
#include "protocol/stage.h"

struct run_accuracy {
    struct precision_error force; /* mixed precision, at the start */
    char stage[64];               /* the last finished one that should conserve the energy; "": none */
    int64_t first_step, steps;    /* of it; first_step −1: none is under way */
    double first_energy, change;  /* total energy; its change per atom */
};

/* Collective, when the engine has started. */
status run_accuracy_start(struct run_accuracy *a, struct engine *e);
/* A part of a stage begins (or goes on after a restart: then it counts from there), a stage ends. */
void run_accuracy_begin(struct run_accuracy *a, const struct engine *e);
void run_accuracy_end(struct run_accuracy *a, const struct engine *e, const struct stage *s);
/* The members precision, force_rms, force_error_rms and nve of run.json. */
void run_accuracy_write(const struct run_accuracy *a, const struct engine *e, struct json *j);

#endif
