/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phases — where the wall-clock time of a run or a benchmark went, over all threads of all ranks.
 *
 *     engine_count_afresh(&e);  begin = clock_now();  … advance, watch …
 *     phases_collect(&p, &e, &(struct phases_part){wall, steps, watched, waited});     collective
 *     phases_json(&j, &p);  phases_table(&p, &text);
 *
 * A thread's time is divided completely: force, list, halo and integrate as the engine counts them
 * (integrate/engine.h); observe (observers and checkpoints: counted on thread 0 of a rank, its other threads
 * are booked the same); wait, for other threads at barriers and for messages of other ranks; other, the rest
 * of the wall-clock time: making the sample, the minimiser's own work, threads that start or sleep between
 * advances. */
#ifndef GLINT_CMD_PHASES_H
#define GLINT_CMD_PHASES_H

#include "base/text.h"
#include "integrate/engine.h"

enum { PHASE_OBSERVE = ENGINE_PHASES, PHASE_OTHER, PHASES };

struct phases_part {                /* what the engine does not know */
    double wall;                    /* seconds in all */
    int64_t steps;                  /* in this time */
    uint64_t observe, observe_wait; /* ticks of thread 0 (base/clock.h) */
};

struct phases {
    double least[PHASES], mean[PHASES], most[PHASES]; /* seconds of a thread */
    double wall;                                      /* the slowest rank's */
    int64_t steps;
    double atoms;       /* on average over the steps: a film grows */
    int ranks, threads; /* threads: of a rank */
};

extern const char *const phase_names[PHASES];

/* Collective; the same on every rank. An engine that never started has no phases: all zero but other. */
void phases_collect(struct phases *p, const struct engine *e, const struct phases_part *part);

double phases_steps_per_s(const struct phases *p);
double phases_ns(const struct phases *p, double seconds); /* … as ns per atom and step */

/* The object "phases": {"force": {"seconds": mean, "share": of the wall time, "min": …, "max": …}, …}. */
void phases_json(struct json *j, const struct phases *p);
/* Rates and a table, each line ended. */
void phases_table(const struct phases *p, struct text *out);

#endif
