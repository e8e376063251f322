/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_observers.h"
#include "base/log.h"
#include "par/par.h"

#include <math.h>
#include <string.h>

/* ---- making them ---- */

enum watched { SPECKLE, TRAJECTORY, HOPS, CRYSTAL, PROFILES };

static bool watches(const struct stage *s, enum watched what)
{
    switch (what) {
    case SPECKLE:
        return s->observe_speckle;
    case TRAJECTORY:
        return s->observe_trajectory;
    case HOPS:
        return s->observe_hops;
    case PROFILES:
        return s->observe_profiles;
    default:
        return s->observe_crystal;
    }
}

static int count_stages(const struct run_input *in, enum watched what)
{
    int n = 0;
    for (size_t i = 0; i < in->n_stages; i++) n += watches(&in->stages[i], what);
    return n;
}

static int64_t steps_of(const struct run_input *in, double time)
{
    int64_t steps = llround(time / in->dt);
    return steps > 1 ? steps : 1;
}

static status make_record(struct run_observers *o, const struct run_input *in, const char *folder,
                          const struct engine *e)
{
    struct record_plan *plan = &o->plan;
    TRY(record_plan(plan, &in->trajectory, in->dt, (double)e->domain.total, in->stages, in->n_stages));
    if (plan->factor > 1)
        log_info("trajectory: every %lld-th frame asked for, so that all stay below %.3g MB (keep): %s",
                 (long long)plan->factor, 1e-6 * in->trajectory.keep, plan->words);
    struct record_options options = {.folder = folder,
                                     .every = plan->every,
                                     .per_decade = plan->per_decade,
                                     .schedule = plan->words,
                                     .f32 = in->trajectory.precision == 1,
                                     .label_files = count_stages(in, TRAJECTORY) > 1,
                                     .potential = e->potential.description};
    return record_new(&o->item[o->n++], &options);
}

static status make_speckles(struct run_observers *o, const struct run_input *in, const char *folder)
{
    struct speckle_options options = {.folder = folder,
                                      .window = in->speckle.window,
                                      .windows = (size_t)in->speckle.windows,
                                      .exposure = in->speckle.exposure,
                                      .flatten = in->speckle.flatten == 1,
                                      .label_files = count_stages(in, SPECKLE) > 1,
                                      .form_factors = in->speckle.form_factors,
                                      .Tg = in->input.units.Tg,
                                      .heights = {in->speckle.heights[0], in->speckle.heights[1]},
                                      .drop = in->interior.drop,
                                      .edge = in->interior.edge};
    TRY(speckle_input_steps(&in->speckle, in->dt, &options.every));
    return speckles_new(&o->item[o->n++], &options);
}

status run_observers_make(struct run_observers *o, const struct run_input *in, const char *folder,
                          struct engine *e)
{
    *o = (struct run_observers){.resume_step = -1};
    e->energy_every = steps_of(in, in->thermo.every);
    TRY(thermo_new(&o->item[o->n++], &(struct thermo_options){folder, e->energy_every}));
    if (in->film)
        TRY(film_log_new(&o->item[o->n++], &(struct film_options){folder, steps_of(in, in->film->log_every),
                                                                  in->input.units.Tg, in->interior.drop}));
    if (count_stages(in, TRAJECTORY) > 0) TRY(make_record(o, in, folder, e));
    if (count_stages(in, SPECKLE) > 0) TRY(make_speckles(o, in, folder));
    if (count_stages(in, HOPS) > 0)
        TRY(hops_new(&o->item[o->n++],
                     &(struct hops_options){folder, &in->hops, steps_of(in, in->hops.every)}));
    if (count_stages(in, PROFILES) > 0) {
        struct profiles_options options = profiles_plan(&in->profiles, in->dt, folder);
        TRY(profiles_new(&o->item[o->n++], &options));
    }
    if (count_stages(in, CRYSTAL) > 0)
        TRY(crystal_alarm_new(&o->item[o->n++],
                              &(struct crystal_alarm_options){folder, &in->crystal_alarm,
                                                              steps_of(in, in->crystal_alarm.every)}));
    return OK;
}

status run_observers_load(struct run_observers *o, const struct checkpoint *c)
{
    o->resume_step = c->atoms.step;
    for (int i = 0; i < c->observers; i++)
        for (int k = 0; k < o->n; k++)
            if (strcmp(c->observer[i].name, o->item[k]->name) == 0 && o->item[k]->kind->load)
                TRY(par_agree(o->item[k]->kind->load(o->item[k], c->observer[i].state, c->observer[i].size)));
    return OK;
}

void run_observers_release(struct run_observers *o)
{
    for (int i = 0; i < o->n; i++)
        if (o->item[i]) o->item[i]->kind->release(&o->item[i]);
    o->n = 0;
}

/* ---- the stages ---- */

static bool takes_part(const struct observer *o, const struct stage *s)
{
    if (!o->in_stage_only) return true;
    if (strcmp(o->name, "hops") == 0) return watches(s, HOPS);
    if (strcmp(o->name, "crystal") == 0) return watches(s, CRYSTAL);
    if (strcmp(o->name, "profiles") == 0) return watches(s, PROFILES);
    return watches(s, strcmp(o->name, "speckle") == 0 ? SPECKLE : TRAJECTORY);
}

/* A stream of one stage goes on only if the restart fell into the very part it belongs to; the log of the
 * whole run goes on whatever comes first. */
status run_observers_begin(struct run_observers *o, struct engine *e, const struct stage *s,
                           int64_t first_step, bool main_part, bool resumed)
{
    for (int i = 0; i < o->n; i++) {
        struct observer *one = o->item[i];
        if (!takes_part(one, s) || (one->in_stage_only && !main_part)) continue;
        one->first_step = first_step;
        TRY(par_agree(one->kind->start(one, e, s, one->in_stage_only && !resumed ? -1 : o->resume_step)));
        one->active = true;
    }
    o->resume_step = -1;
    return OK;
}

int64_t run_observers_next(const struct run_observers *o, bool main_part, int64_t now)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < o->n; i++) {
        if (!main_part && o->item[i]->in_stage_only) continue;
        int64_t n = observer_next(o->item[i], now);
        if (n < next) next = n;
    }
    return next;
}

status run_observers_sample(struct run_observers *o, struct engine *e, bool main_part)
{
    for (int i = 0; i < o->n; i++) {
        struct observer *one = o->item[i];
        if ((main_part || !one->in_stage_only) && observer_is_due(one, e->step))
            TRY(par_agree(one->kind->sample(one, e)));
    }
    return OK;
}

/* A minimisation leaves one line in the logs of the whole run: the inherent structure. */
static status log_minimum(struct run_observers *o, struct engine *e, const struct stage *s)
{
    for (int i = 0; i < o->n; i++) {
        struct observer *one = o->item[i];
        if (one->in_stage_only) continue;
        TRY(par_agree(one->kind->start(one, e, s, o->resume_step)));
        TRY(par_agree(one->kind->sample(one, e)));
        one->active = true;
    }
    o->resume_step = -1;
    return OK;
}

status run_observers_end(struct run_observers *o, struct engine *e, const struct stage *s)
{
    if (s->action == STAGE_MINIMISE) TRY(log_minimum(o, e, s));
    for (int i = 0; i < o->n; i++) {
        struct observer *one = o->item[i];
        if (!one->active) continue;
        TRY(par_agree(one->kind->stop(one)));
        if (one->in_stage_only) one->active = false;
    }
    return OK;
}

/* ---- checkpoints ---- */

status run_observers_flush(struct run_observers *o)
{
    for (int i = 0; i < o->n; i++)
        if (o->item[i]->active) TRY(par_agree(o->item[i]->kind->flush(o->item[i])));
    return OK;
}

void run_observers_settle(struct run_observers *o)
{
    for (int i = 0; i < o->n; i++)
        if (o->item[i]->kind->settle) o->item[i]->kind->settle(o->item[i]);
}

bool run_observers_want_stop(const struct run_observers *o)
{
    for (int i = 0; i < o->n; i++)
        if (o->item[i]->wants_stop) return true;
    return false;
}
