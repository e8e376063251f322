/* SPDX-License-Identifier: GPL-3.0-or-later */
/* team — a barrier for the threads of one rank inside a persistent parallel region (Law 4).
 *
 * Spins a bounded time, then yields: with more threads than processors pure spinning costs a hundred times
 * more. The time a thread waits is added to its clock_waited. */
#ifndef GLINT_PAR_TEAM_H
#define GLINT_PAR_TEAM_H

#include "base/clock.h"

#include <sched.h>
#include <stdatomic.h>

enum { TEAM_SPINS = 1000 }; /* some 50 us: longer than the threads of a quiet machine ever differ in a step */

struct team {
    int threads;
    _Alignas(64) atomic_int arrived;
    _Alignas(64) atomic_uint phase;
};

static inline void team_start(struct team *t, int threads)
{
    t->threads = threads;
    atomic_store(&t->arrived, 0);
    atomic_store(&t->phase, 0);
}

static inline void team_barrier(struct team *t)
{
    if (t->threads == 1) return;
    unsigned phase = atomic_load_explicit(&t->phase, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->arrived, 1, memory_order_acq_rel) == t->threads - 1) {
        atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
        atomic_fetch_add_explicit(&t->phase, 1, memory_order_release);
        return;
    }
    uint64_t begin = clock_ticks();
    for (int spins = 0; atomic_load_explicit(&t->phase, memory_order_acquire) == phase; spins++) {
        if (spins < TEAM_SPINS)
            __builtin_ia32_pause();
        else
            sched_yield();
    }
    clock_waited += clock_ticks() - begin;
}

#endif
