/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runner — carries out the stages of a run, and stops or checkpoints where that is exact.
 *
 * The runner knows the engine and the stages; what is observed and how state is saved are hooks given by the
 * caller (they live downstream). Progress through the stages is itself state: struct runner_state is saved
 * with every checkpoint, and runner_run continues from it.
 *
 * A checkpoint is written at the first list rebuild after it was asked for (at most LIST_LIFETIME steps),
 * because only there the saved state continues to the same bits. Asking never changes the trajectory. */
#ifndef GLINT_PROTOCOL_RUNNER_H
#define GLINT_PROTOCOL_RUNNER_H

#include "integrate/engine.h"
#include "protocol/stage.h"

struct runner_state {   /* plain numbers: saved as they are */
    int64_t stage;      /* index of the stage under way */
    int64_t first_step; /* step at which its present part began; -1: the stage has not begun */
    int64_t settled;    /* 1 once the mean volume of STAGE_BOX_MEAN is set */
    double volume_sum;  /* over the second half of settling */
    double volume_count;
};

struct runner_hooks {
    void *context;
    /* The next step > now at which observe wants to be called; INT64_MAX: none. */
    int64_t (*next)(void *context, const struct stage *s, bool main_part, int64_t now);
    /* A part of a stage begins, settling (main_part false) or its main part; resumed: it goes on after a
     * restart. */
    status (*begin)(void *context, struct engine *e, const struct stage *s, bool main_part, bool resumed);
    status (*observe)(void *context, struct engine *e, const struct stage *s, bool main_part);
    status (*end)(void *context, struct engine *e,
                  const struct stage *s); /* the stage is over; state is exact */
    status (*checkpoint)(void *context, struct engine *e, const struct runner_state *r);
    status (*restore)(void *context, struct engine *e, const char *label); /* load the end of a stage */
    /* Collective: has anyone asked to stop (signal, file, wall clock), or is a checkpoint due? */
    bool (*wants_stop)(void *context);
    bool (*wants_checkpoint)(void *context);
};

/* Collective. OK when all stages are done; STOPPED after a stop request, with a checkpoint. */
status runner_run(struct engine *e, const struct stage *stages, size_t n, struct runner_state *state,
                  const struct runner_hooks *hooks);

/* Steps of all stages, settling included; of depositions by estimate. */
int64_t runner_total_steps(const struct stage *stages, size_t n);
/* Those to come after the engine's step, at which the runner is in this state. */
int64_t runner_steps_left(const struct stage *stages, size_t n, const struct runner_state *r,
                          const struct engine *e);
/* The same in steps times atoms, which is what they cost: those that a deposition brings are there on average
 * half of its time, and later all of it. */
double runner_work_left(const struct stage *stages, size_t n, const struct runner_state *r,
                        const struct engine *e);

#endif
