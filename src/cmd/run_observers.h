/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_observers — the observers of a run: made from its input, then called by the hooks of the runner.
 *
 *     TRY(run_observers_make(&o, &input, folder, &engine));     from now on n of them
 *     TRY(run_observers_load(&o, &checkpoint));                 only when a run goes on
 *     … begin, next, sample, end of every stage; flush, settle around a checkpoint …
 *     run_observers_release(&o);
 * All but next and want_stop are collective. */
#ifndef GLINT_CMD_RUN_OBSERVERS_H
#define GLINT_CMD_RUN_OBSERVERS_H

#include "cmd/run_input.h"
#include "observe/checkpoint.h"
#include "observe/observer.h"

enum { RUN_OBSERVERS = 7 };

struct run_observers {
    struct observer *item[RUN_OBSERVERS];
    int n;
    int64_t resume_step;     /* streams go on after this step; -1: they begin */
    struct record_plan plan; /* of the trajectory */
};

/* Sets engine->energy_every to what thermo needs. Call release also after a failure. */
status run_observers_make(struct run_observers *o, const struct run_input *in, const char *folder,
                          struct engine *e);
status run_observers_load(struct run_observers *o, const struct checkpoint *c);
void run_observers_release(struct run_observers *o);

/* first_step: of the stage. main_part: past settling; resumed: the stage goes on after a restart. */
status run_observers_begin(struct run_observers *o, struct engine *e, const struct stage *s,
                           int64_t first_step, bool main_part, bool resumed);
/* The next step after `now` at which one of them wants to look. */
int64_t run_observers_next(const struct run_observers *o, bool main_part, int64_t now);
/* Those that are due at this step look. */
status run_observers_sample(struct run_observers *o, struct engine *e, bool main_part);
status run_observers_end(struct run_observers *o, struct engine *e, const struct stage *s);

status run_observers_flush(struct run_observers *o);
void run_observers_settle(struct run_observers *o);
bool run_observers_want_stop(const struct run_observers *o); /* as this rank sees it */

#endif
