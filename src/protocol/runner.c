/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/runner.h"
#include "base/log.h"
#include "protocol/deposit.h"
#include "protocol/detach.h"
#include "protocol/measure.h"

#include <math.h>

enum { VOLUME_EVERY = 10 }; /* steps between samples of the volume while settling */

int64_t runner_total_steps(const struct stage *stages, size_t n)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++) total += stages[i].steps + stages[i].settle;
    return total;
}

/* Of stage i >= r->stage. */
static int64_t stage_left(const struct stage *stages, size_t i, const struct runner_state *r,
                          const struct engine *e)
{
    const struct stage *s = &stages[i];
    int64_t all = s->steps + s->settle;
    if ((int64_t)i > r->stage || r->first_step < 0) return all;
    if (s->action == STAGE_DEPOSIT) return deposit_steps_left(e, s->deposit, r->first_step);
    int64_t done = e->step - r->first_step + (r->settled ? s->settle : 0);
    return done < all ? all - done : 0;
}

int64_t runner_steps_left(const struct stage *stages, size_t n, const struct runner_state *r,
                          const struct engine *e)
{
    int64_t left = 0;
    for (size_t i = (size_t)r->stage; i < n; i++) left += stage_left(stages, i, r, e);
    return left;
}

double runner_work_left(const struct stage *stages, size_t n, const struct runner_state *r,
                        const struct engine *e)
{
    double work = 0.0, atoms = (double)e->domain.total;
    for (size_t i = (size_t)r->stage; i < n; i++) {
        int64_t steps = stage_left(stages, i, r, e);
        double coming = stages[i].action == STAGE_DEPOSIT ? deposit_coming(e, stages[i].deposit, steps) : 0.0;
        work += (double)steps * (atoms + 0.5 * coming);
        atoms += coming;
    }
    return work;
}

struct part { /* a stretch of steps with one ensemble */
    int64_t steps;
    bool main, free_box;
    double T_from, T_to;
};

static struct part find_part(const struct stage *s, const struct runner_state *r)
{
    if (s->box == STAGE_BOX_MEAN && !r->settled)
        return (struct part){s->settle, false, true, s->T_from, s->T_from};
    return (struct part){s->steps, true, s->box == STAGE_BOX_FREE, s->T_from, s->T_to};
}

/* Thermostat and barostat start afresh with every part; after a restart their state is the saved one. */
static void set_ensemble(struct engine *e, const struct stage *s, const struct part *p, int64_t first_step,
                         bool resumed)
{
    struct ensemble_state saved = e->ensemble.state;
    e->ensemble = s->ensemble;
    if (!p->free_box) e->ensemble.barostat = BAROSTAT_NONE;
    e->ensemble.T_from = p->T_from;
    e->ensemble.T_to = p->T_to;
    e->ensemble.step_from = first_step;
    e->ensemble.step_to = first_step + p->steps;
    if (resumed) e->ensemble.state = saved;
}

static int64_t next_event(const struct engine *e, const struct stage *s, const struct runner_hooks *h,
                          bool main_part, int64_t end)
{
    int64_t next = h->next(h->context, s, main_part, e->step);
    if (!main_part) { /* volume samples of settling */
        int64_t sample = (e->step / VOLUME_EVERY + 1) * VOLUME_EVERY;
        if (sample < next) next = sample;
    }
    return next < end ? next : end;
}

static status stop_or_checkpoint(struct engine *e, const struct runner_hooks *h, const struct runner_state *r,
                                 bool *stop, bool *checkpoint)
{
    if (!*stop) *stop = h->wants_stop(h->context);
    if (!*checkpoint) *checkpoint = *stop || h->wants_checkpoint(h->context);
    if (!*checkpoint || !engine_at_rebuild(e)) return OK;
    TRY(h->checkpoint(h->context, e, r));
    *checkpoint = false;
    return *stop ? fail(STOPPED, "stopped on request at step %lld; checkpoint written, --resume continues",
                        (long long)e->step)
                 : OK;
}

/* The steps of one part. e->ensemble is set; r->first_step says when the part began. */
static status run_part(struct engine *e, const struct stage *s, const struct part *p, struct runner_state *r,
                       const struct runner_hooks *h)
{
    int64_t end = r->first_step + p->steps;
    bool stop = false, checkpoint = false;
    e->rebuild_at = end;
    while (e->step < end) {
        int64_t event = next_event(e, s, h, p->main, end);
        TRY(engine_advance(e, event, checkpoint));
        if (e->step == event) {
            TRY(h->observe(h->context, e, s, p->main));
            /* not at steps that only an observer asked for: the mean volume must not depend on who watches */
            if (!p->main && e->step % VOLUME_EVERY == 0 && e->step > r->first_step + p->steps / 2) {
                r->volume_sum += box_volume(&e->domain.box);
                r->volume_count += 1.0;
            }
        }
        if (e->step < end) TRY(stop_or_checkpoint(e, h, r, &stop, &checkpoint));
    }
    e->rebuild_at = -1;
    return OK;
}

/* Fix the box at the mean volume of settling. */
static status set_mean_volume(struct engine *e, struct runner_state *r)
{
    double mean = r->volume_count > 0.0 ? r->volume_sum / r->volume_count : box_volume(&e->domain.box);
    double scale = cbrt(mean / box_volume(&e->domain.box));
    log_info("box fixed at its mean volume: number density %.6g", (double)e->domain.total / mean);
    engine_scale_box(e, (double[3]){scale, scale, scale});
    r->settled = 1;
    r->volume_sum = r->volume_count = 0.0;
    return engine_forces(e);
}

static status run_dynamics(struct engine *e, const struct stage *s, struct runner_state *r,
                           const struct runner_hooks *h)
{
    for (;;) {
        struct part p = find_part(s, r);
        bool resumed = r->first_step >= 0;
        if (!resumed) r->first_step = e->step;
        set_ensemble(e, s, &p, r->first_step, resumed);
        /* after a minimisation nothing moves, and no thermostat can scale nothing */
        if (!resumed && e->kinetic2 == 0.0 && p.T_from > 0.0) TRY(engine_draw_velocities(e, p.T_from));
        TRY(h->begin(h->context, e, s, p.main, resumed));
        TRY(run_part(e, s, &p, r, h));
        r->first_step = -1;
        if (p.main) return OK;
        TRY(set_mean_volume(e, r));
    }
}

/* Like a part of dynamics, but it ends when the film is done, and every update of the film changes what is
 * there: where lists are rebuilt, so that the state is exact afterwards. */
static status run_deposit(struct engine *e, const struct stage *s, struct runner_state *r,
                          const struct runner_hooks *h)
{
    struct part p = {INT64_MAX / 2, true, false, s->T_from, s->T_to};
    bool resumed = r->first_step >= 0, stop = false, checkpoint = false,
         adaptive = s->deposit->largest_move > 0.0;
    if (!resumed) r->first_step = e->step;
    set_ensemble(e, s, &p, r->first_step, resumed);
    if (!resumed && e->kinetic2 == 0.0) TRY(engine_draw_velocities(e, s->T_from));
    TRY(deposit_begin(e, s->deposit, resumed));
    TRY(h->begin(h->context, e, s, true, resumed));
    while (!deposit_finished(e)) {
        int64_t update = deposit_next(e, s->deposit, r->first_step),
                event = next_event(e, s, h, true, update);
        e->rebuild_at = update;
        TRY(engine_advance(e, event, checkpoint || adaptive));
        if (e->step == update) TRY(deposit_update(e, s->deposit, r->first_step));
        if (adaptive && engine_at_rebuild(e)) deposit_adapt(e, s->deposit);
        if (e->step == event) TRY(h->observe(h->context, e, s, true));
        if (!deposit_finished(e)) TRY(stop_or_checkpoint(e, h, r, &stop, &checkpoint));
    }
    e->rebuild_at = -1;
    deposit_end(e);
    return OK;
}

static status run_minimise(struct engine *e, const struct stage *s)
{
    struct minimise_result m;
    e->ensemble = ensemble_nve(); /* target temperature 0 */
    TRY(minimise(e, &s->minimise, &m));
    log_info("%s: energy %.9g per atom, density %.7g, largest force %.2g, %lld iterations%s", s->label,
             e->energy / (double)e->domain.total, (double)e->domain.total / box_volume(&e->domain.box),
             m.largest_force, (long long)m.iterations, m.converged ? "" : " — NOT converged");
    return OK;
}

status runner_run(struct engine *e, const struct stage *stages, size_t n, struct runner_state *r,
                  const struct runner_hooks *h)
{
    while (r->stage < (int64_t)n) {
        const struct stage *s = &stages[r->stage];
        if (s->action == STAGE_DYNAMICS)
            TRY(run_dynamics(e, s, r, h));
        else if (s->action == STAGE_DEPOSIT)
            TRY(run_deposit(e, s, r, h));
        else if (s->action == STAGE_MEASURE)
            TRY(measure_run(e, s->measure));
        else if (s->action == STAGE_DETACH)
            TRY(detach_run(e, s->detach));
        else if (s->action == STAGE_MINIMISE)
            TRY(run_minimise(e, s));
        else
            TRY(h->restore(h->context, e, s->restore));
        r->stage++;
        r->first_step = -1;
        r->settled = 0;
        TRY(h->end(h->context, e, s));
        if (r->stage < (int64_t)n && h->wants_stop(h->context)) {
            TRY(h->checkpoint(h->context, e, r));
            return fail(STOPPED, "stopped on request at the end of stage %s; --resume continues", s->label);
        }
    }
    return OK;
}
