/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/phases.h"
#include "par/par.h"

#include <string.h>

const char *const phase_names[PHASES] = {
    [PHASE_FORCE] = "force",         [PHASE_LIST] = "list", [PHASE_HALO] = "halo",
    [PHASE_INTEGRATE] = "integrate", [PHASE_WAIT] = "wait", [PHASE_OBSERVE] = "observe",
    [PHASE_OTHER] = "other"};

/* In the order people read them. */
static const int shown[PHASES] = {PHASE_FORCE,   PHASE_LIST, PHASE_HALO, PHASE_INTEGRATE,
                                  PHASE_OBSERVE, PHASE_WAIT, PHASE_OTHER};

static void thread_seconds(const struct engine *e, int t, const struct phases_part *part,
                           double seconds[PHASES])
{
    double tick = clock_tick(&e->origin), rest = part->wall;
    memset(seconds, 0, PHASES * sizeof *seconds);
    for (int k = 0; k < ENGINE_PHASES && e->thread; k++) seconds[k] = tick * (double)e->thread[t].ticks[k];
    if (e->thread) {
        seconds[PHASE_OBSERVE] = tick * (double)part->observe;
        seconds[PHASE_WAIT] += tick * (double)part->observe_wait;
    }
    for (int k = 0; k < PHASES; k++) rest -= seconds[k];
    seconds[PHASE_OTHER] = rest > 0.0 ? rest : 0.0;
}

void phases_collect(struct phases *p, const struct engine *e, const struct phases_part *part)
{
    double most[2 * PHASES + 1]; /* of the seconds, of their negatives, of the wall time */
    struct sum all[PHASES];
    int threads = e->thread ? e->list.threads : 1;
    *p = (struct phases){.steps = part->steps, .ranks = par_size(), .threads = threads};
    p->atoms = e->atom_steps > 0 && part->steps > 0 ? (double)e->atom_steps / (double)part->steps
                                                    : (double)e->domain.total;
    memset(all, 0, sizeof all);
    for (int k = 0; k < 2 * PHASES; k++) most[k] = -1e300;
    most[2 * PHASES] = part->wall;
    for (int t = 0; t < threads; t++) {
        double seconds[PHASES];
        thread_seconds(e, t, part, seconds);
        for (int k = 0; k < PHASES; k++) {
            sum_add(&all[k], seconds[k] / threads / 1024.0); /* a sum holds 2^22 */
            if (seconds[k] > most[k]) most[k] = seconds[k];
            if (-seconds[k] > most[PHASES + k]) most[PHASES + k] = -seconds[k];
        }
    }
    par_max(most, 2 * PHASES + 1);
    par_sum(all, PHASES);
    for (int k = 0; k < PHASES; k++) {
        p->most[k] = most[k];
        p->least[k] = -most[PHASES + k];
        p->mean[k] = 1024.0 * sum_value(&all[k]) / p->ranks;
    }
    p->wall = most[2 * PHASES];
}

double phases_steps_per_s(const struct phases *p)
{
    return p->wall > 0.0 ? (double)p->steps / p->wall : 0.0;
}

double phases_ns(const struct phases *p, double seconds)
{
    return p->steps > 0 && p->atoms > 0.0 ? 1e9 * seconds / (double)p->steps / p->atoms : 0.0;
}

void phases_json(struct json *j, const struct phases *p)
{
    json_open(j, "phases", '{');
    for (int i = 0; i < PHASES; i++) {
        int k = shown[i];
        json_open(j, phase_names[k], '{');
        json_number(j, "seconds", p->mean[k]);
        json_number(j, "share", p->wall > 0.0 ? p->mean[k] / p->wall : 0.0);
        json_number(j, "min", p->least[k]);
        json_number(j, "max", p->most[k]);
        json_close(j);
    }
    json_close(j);
}

void phases_table(const struct phases *p, struct text *out)
{
    double rate = phases_steps_per_s(p);
    text_add(out, "%.4g steps/s, %.4g M atom-steps/s, %.4g ns per atom and step; %d rank%s x %d thread%s\n",
             rate, 1e-6 * rate * p->atoms, phases_ns(p, p->wall), p->ranks, p->ranks == 1 ? "" : "s",
             p->threads, p->threads == 1 ? "" : "s");
    text_add(out, "%-10s %7s %11s %11s %11s %12s\n", "phase", "share", "mean s", "min s", "max s",
             "ns/atom/step");
    for (int i = 0; i < PHASES; i++) {
        int k = shown[i];
        text_add(out, "%-10s %5.1f %% %11.4g %11.4g %11.4g %12.4g\n", phase_names[k],
                 p->wall > 0.0 ? 100.0 * p->mean[k] / p->wall : 0.0, p->mean[k], p->least[k], p->most[k],
                 phases_ns(p, p->mean[k]));
    }
}
