/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock — wall-clock seconds, a stopwatch for inner loops, and a progress line with rate and time to go (on a
 * terminal only, else a line a minute).
 *
 * The stopwatch reads the processor's time-stamp counter (some 10 ns, no system call). It tells what a thread
 * did itself from what it waited for others: whoever waits (par/team.h, par/par.c) adds to clock_waited.
 *
 *     struct stopwatch w = stopwatch_start();
 *     … work …
 *     phase += stopwatch_lap(&w, &waiting);          ticks
 *     seconds = phase * clock_tick(&origin);         origin: clock_origin() at the beginning */
#ifndef GLINT_BASE_CLOCK_H
#define GLINT_BASE_CLOCK_H

#include <stdint.h>

double clock_now(void); /* seconds, monotonic */

static inline uint64_t clock_ticks(void)
{
    return __builtin_ia32_rdtsc();
}
extern _Thread_local uint64_t clock_waited; /* ticks this thread has waited for other threads and ranks */

/* Seconds of a tick, from both clocks since the origin (the longer ago, the more exact). */
struct clock_origin {
    double seconds;
    uint64_t ticks;
};
struct clock_origin clock_origin(void);
double clock_tick(const struct clock_origin *origin);

struct stopwatch {
    uint64_t last, waited;
};
static inline struct stopwatch stopwatch_start(void)
{
    return (struct stopwatch){clock_ticks(), clock_waited};
}
/* Ticks of work since the start or the last lap; those of waiting are added to *waiting. */
static inline uint64_t stopwatch_lap(struct stopwatch *w, uint64_t *waiting)
{
    uint64_t now = clock_ticks(), waited = clock_waited - w->waited, work = now - w->last - waited;
    w->last = now;
    w->waited = clock_waited;
    *waiting += waited;
    return work;
}

/* The current date and time as ISO 8601 with time zone, as NeXus and run.json want it. */
void clock_iso(char out[32]);

/* A length of time for people: "12 s", "3:20 min", "2:05 h"; "–" for NaN and what is beyond 1e9 s. Returns
 * out. */
const char *clock_duration(double seconds, char out[32]);

struct progress {
    const char *label;
    int64_t total;
    double start, last;
    double work_done, work_left; /* 0: as the numbers of what is done and to come */
};
struct progress progress_start(const char *label, int64_t total);
/* For time to go, where things differ in cost: the work since the start and that to come, in any unit. */
void progress_work(struct progress *p, double done, double left);
/* Seconds to go, at the speed since the start; NaN before anything was done. */
double progress_left(const struct progress *p, int64_t done);
/* Call as often as you like; prints at most 5 times a second on a terminal. `note` may be NULL. */
void progress_show(struct progress *p, int64_t done, const char *note);
void progress_end(struct progress *p);

#endif
