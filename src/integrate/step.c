/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/step.h"
#include "integrate/motion.h"

#include <math.h>
#include <string.h>

/* ---- one thread's share of the phases of a step ---- */

/* What a thread adds up during a step. */
static void clear_sums(struct engine_thread *mine)
{
    memset(&mine->sums, 0, sizeof mine->sums);
    memset(&mine->kinetic, 0, sizeof mine->kinetic);
    memset(mine->axis_kinetic, 0, sizeof mine->axis_kinetic);
}

/* One pass over the atoms of a range; after the last one their end kick, block by block, while the forces are
 * in the cache. */
static void force_range(struct engine *e, int t, int pass, const size_t range[2])
{
    enum { BLOCK = 256 };
    bool last = pass == e->potential.kind->passes - 1;
    for (size_t from = range[0]; from < range[1]; from += BLOCK) {
        const size_t block[2] = {from, range[1] - from < BLOCK ? range[1] : from + BLOCK};
        struct force_work w = {
            &e->potential, &e->domain, &e->list, t, pass, block, e->want_energy ? &e->thread[t].sums : NULL};
        (e->precision == PRECISION_MIXED ? e->potential.kind->compute_mixed : e->potential.kind->compute)(&w);
        if (last && !e->late.due) motion_end_kick(e, t, block);
    }
}

/* ---- what one thread does for all ---- */

void step_ensemble_input(const struct engine *e, struct ensemble_input *in)
{
    *in = (struct ensemble_input){.kB = e->kB,
                                  .dt = e->dt * e->dt_scale,
                                  .volume = box_volume(&e->domain.box),
                                  .kinetic2 = e->kinetic2,
                                  .atoms = e->domain.total - (int64_t)e->domain.frozen,
                                  .step = e->step,
                                  .seed = e->seed};
    memcpy(in->axis_kinetic2, e->axis_kinetic2, sizeof in->axis_kinetic2);
    memcpy(in->virial, e->virial, sizeof in->virial);
}

void step_scale_cell(struct engine *e, const double scale[3])
{
    struct box *b = &e->domain.box;
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 3; i++) b->h[i][k] *= scale[k];
        b->origin[k] *= scale[k];
        for (int64_t i = 0; e->film.site && i < e->film.substrate; i++) e->film.site[3 * i + k] *= scale[k];
        e->scale_since_rebuild[k] *= scale[k];
        e->scale_since_prune[k] *= scale[k];
    }
}

static void begin_step(struct engine *e)
{
    struct ensemble_input in;
    step_ensemble_input(e, &in);
    ensemble_plan(&e->ensemble, &in, &e->plan);
    if (e->plan.scales_box) step_scale_cell(e, e->plan.box);
    e->step++;
    e->atom_steps += e->domain.total;
    e->time += e->dt * e->dt_scale;
    e->want_energy = e->step == e->until || (e->energy_every > 0 && e->step % e->energy_every == 0) ||
                     ensemble_needs_virial(&e->ensemble, e->step);
}

static double largest_displacement(const struct engine *e)
{
    double largest = 0.0;
    for (int t = 0; t < e->list.threads; t++)
        if (e->thread[t].displacement2 > largest) largest = e->thread[t].displacement2;
    par_max(&largest, 1);
    return largest;
}

static double compression(const double scale[3])
{
    double most = 0.0;
    for (int k = 0; k < 3; k++)
        if (1.0 - scale[k] > most) most = 1.0 - scale[k];
    return most;
}

/* Where nobody needs the velocities of this step's end, the kick waits for the next step, which reads
 * velocities and forces anyway: the same arithmetic, a third less memory traffic. */
static void plan_kick(struct engine *e)
{
    e->late.due = !e->want_energy && !ensemble_needs_kinetic(&e->ensemble) && e->film.substrate == 0 &&
                  !(e->stop_at_rebuild && e->action == LIST_REBUILD);
    memcpy(e->late.va, e->plan.va_end, sizeof e->late.va);
    memcpy(e->late.vb, e->plan.vb_end, sizeof e->late.vb);
}

/* What the lists need at this step, from exact global values and recorded parameters. No atom has gone
 * farther since the lists were pruned than the largest steps put end to end, which is about as good as the
 * truth for so few steps and saves remembering where each atom was. LIST_PRUNE is provisional: the team then
 * measures how far atoms are from where they were at the rebuild, and confirm_prune decides. */
static void decide_action(struct engine *e)
{
    double stretch = fmax(e->plan.xa[0], fmax(e->plan.xa[1], e->plan.xa[2]));
    e->path_since_prune = stretch * e->path_since_prune + sqrt(largest_displacement(e));
    if (e->step == e->rebuild_at || e->step - e->last_rebuild >= LIST_LIFETIME)
        e->action = LIST_REBUILD;
    else if (list_holds(&e->list, e->path_since_prune, compression(e->scale_since_prune)))
        e->action = LIST_KEEP;
    else
        e->action = LIST_PRUNE;
    plan_kick(e);
}

static void confirm_prune(struct engine *e)
{
    if (!list_can_prune(&e->list, sqrt(largest_displacement(e)), compression(e->scale_since_rebuild)))
        e->action = LIST_REBUILD;
    plan_kick(e);
}

/* Largest displacement of one thread's atoms from where they were at the last rebuild (reference) or when
 * the lists were made (pruned). */
static void measure(struct engine *e, int t, double (*from)[3], const double scale[3])
{
    const struct domain *d = &e->domain;
    double largest = 0.0;
    for (int half = 0; half < 2; half++) {
        const size_t *range = half == 0 ? e->list.part[t].interior : e->list.part[t].boundary;
        for (size_t o = range[0]; o < range[1]; o++) {
            uint32_t i = d->order[o];
            double moved2 = 0.0;
            for (int k = 0; k < 3; k++) {
                double moved = d->x[d->slot[i]][k] - scale[k] * from[i][k];
                moved2 += moved * moved;
            }
            if (!(moved2 <= largest)) largest = moved2 == moved2 ? moved2 : (double)INFINITY;
        }
    }
    e->thread[t].displacement2 = largest;
}

/* Remember where one thread's atoms are now that the lists are made. */
static void mark_pruned(struct engine *e, int t)
{
    struct domain *d = &e->domain;
    for (int half = 0; half < 2; half++) {
        const size_t *range = half == 0 ? e->list.part[t].interior : e->list.part[t].boundary;
        for (size_t o = range[0]; o < range[1]; o++)
            memcpy(d->pruned[d->order[o]], d->x[d->slot[d->order[o]]], 3 * sizeof(double));
    }
}

/* What langevin put in since the last rebuild, summed over threads; and over ranks once par_sum was called.
 */
static struct sum heat_here(const struct engine *e)
{
    struct sum heat = {0};
    for (int t = 0; t < e->list.threads; t++) sum_merge(&heat, &e->thread[t].heat);
    return heat;
}

/* At a rebuild the heat becomes a number of the saved state. */
static void book_heat(struct engine *e)
{
    struct sum heat = heat_here(e);
    e->heat = 0.0;
    if (e->ensemble.thermostat != THERMOSTAT_LANGEVIN) return;
    par_sum(&heat, 1);
    e->ensemble.state.heat += sum_value(&heat);
    for (int t = 0; t < e->list.threads; t++) e->thread[t].heat = (struct sum){0};
}

static void rebuilt(struct engine *e)
{
    book_heat(e);
    e->last_rebuild = e->step;
    e->rebuilds++;
    for (int k = 0; k < 3; k++) e->scale_since_rebuild[k] = 1.0;
}

/* Exact sums over threads and ranks into the engine's global values: the kinetic energy first, because most
 * steps need no more. */
static void end_step(struct engine *e)
{
    enum { KINETIC, AXES, ENERGY = AXES + 3, VIRIAL, HEAT = VIRIAL + VIRIALS, ALL };
    e->has_energy = e->want_energy;
    if (!e->want_energy && !ensemble_needs_kinetic(&e->ensemble)) return;
    int n = e->want_energy ? ALL : motion_needs_axes(e) ? ENERGY : AXES;
    struct sum all[ALL];
    memset(all, 0, sizeof all);
    for (int t = 0; t < e->list.threads; t++) {
        const struct engine_thread *mine = &e->thread[t];
        sum_merge(&all[KINETIC], &mine->kinetic);
        for (int k = 0; k < 3; k++) sum_merge(&all[AXES + k], &mine->axis_kinetic[k]);
        sum_merge(&all[ENERGY], &mine->sums.energy);
        for (int k = 0; k < VIRIALS; k++) sum_merge(&all[VIRIAL + k], &mine->sums.virial[k]);
    }
    all[HEAT] = heat_here(e);
    par_sum(all, n);
    bool ok = true;
    for (int i = 0; i < n; i++) ok = ok && sum_ok(&all[i]);
    if (!ok)
        e->failure = fail(UNPHYSICAL,
                          "the run has blown up at step %lld: an energy is not a number or far too large "
                          "(overlapping atoms, a time step too long, or a wrong density)",
                          (long long)e->step);
    e->kinetic2 = sum_value(&all[KINETIC]);
    for (int k = 0; k < 3 && n > AXES; k++) e->axis_kinetic2[k] = sum_value(&all[AXES + k]);
    if (!e->want_energy) return;
    e->energy = sum_value(&all[ENERGY]);
    e->heat = sum_value(&all[HEAT]);
    for (int k = 0; k < VIRIALS; k++) e->virial[k] = sum_value(&all[VIRIAL + k]);
}

/* ---- the persistent parallel region ---- */

static void lap(struct engine *e, int t, struct stopwatch *w, enum engine_phase phase)
{
    uint64_t *ticks = e->thread[t].ticks;
    ticks[phase] += stopwatch_lap(w, &ticks[PHASE_WAIT]);
}

/* Lists from the present positions, with the halo filled; leaves with all threads past a barrier. */
static void build_by_team(struct engine *e, int t)
{
    list_fill(&e->list, &e->domain, t);
    team_barrier(&e->team);
    list_build(&e->list, &e->domain, t);
    team_barrier(&e->team);
    if (t == 0) {
        e->failure = par_agree(list_check(&e->list));
        e->path_since_prune = 0.0;
        for (int k = 0; k < 3; k++) e->scale_since_prune[k] = 1.0;
    }
    team_barrier(&e->team);
}

/* The halo is left filled. */
static void rebuild_by_team(struct engine *e, int t)
{
    status s = domain_rebuild(&e->domain, e->list.radius, &e->team, t);
    if (t == 0) {
        e->failure = s == OK ? par_agree(list_prepare(&e->list, &e->domain)) : s;
        if (e->failure == OK) rebuilt(e);
    }
    team_barrier(&e->team);
    if (e->failure == OK) build_by_team(e, t);
}

static void prune_by_team(struct engine *e, int t)
{
    domain_fill(&e->domain, &e->team, t);
    mark_pruned(e, t);
    if (t == 0) e->prunes++;
    build_by_team(e, t);
}

/* One pass over the atoms while what it needs of other ranks travels: those that see no other rank first.
 * Pass 0 needs positions, pass 1 the numbers that pass 0 left. `filled`: the halo holds them already. */
static void pass_by_team(struct engine *e, int t, int pass, bool filled, struct stopwatch *w)
{
    struct domain *d = &e->domain;
    const struct list_part *part = &e->list.part[t];
    enum domain_content what = pass == 0 ? DOMAIN_POSITIONS : DOMAIN_SHARED;
    if (!filled) {
        if (t == 0) domain_send(d, what);
        domain_fill_images(d, what, t, e->list.threads);
        team_barrier(&e->team);
        lap(e, t, w, PHASE_HALO);
    }
    force_range(e, t, pass, part->interior);
    lap(e, t, w, PHASE_FORCE);
    if (!filled && d->n_peers > 0) {
        if (t == 0) domain_receive(d);
        team_barrier(&e->team);
        domain_fill_halo(d, what, t, e->list.threads);
        team_barrier(&e->team);
        lap(e, t, w, PHASE_HALO);
    }
    force_range(e, t, pass, part->boundary);
    lap(e, t, w, PHASE_FORCE);
}

static void whole_sample(struct engine *e, int t, struct stopwatch *w)
{
    if (t == 0) {
        status s = e->potential.kind->compute_whole(&e->potential, &e->domain,
                                                    e->want_energy ? &e->thread[0].sums : NULL);
        e->failure = par_agree(s);
    }
    team_barrier(&e->team);
    lap(e, t, w, PHASE_FORCE);
}

/* Where lists were pruned or rebuilt at this step, positions of the halo are present. */
static void forces_by_team(struct engine *e, int t, struct stopwatch *w)
{
    if (e->potential.kind->compute_whole) {
        whole_sample(e, t, w);
        if (!e->late.due) {
            motion_end_kick(e, t, e->list.part[t].interior);
            motion_end_kick(e, t, e->list.part[t].boundary);
        }
        return;
    }
    pass_by_team(e, t, 0, e->action != LIST_KEEP, w);
    for (int pass = 1; pass < e->potential.kind->passes; pass++) {
        team_barrier(&e->team);
        pass_by_team(e, t, pass, false, w);
    }
}

/* Keep, prune or rebuild the lists of this step; every thread leaves knowing e->action. */
static void lists_by_team(struct engine *e, int t)
{
    if (t == 0) decide_action(e);
    team_barrier(&e->team);
    if (e->action == LIST_PRUNE) {
        measure(e, t, e->domain.reference, e->scale_since_rebuild);
        team_barrier(&e->team);
        if (t == 0) confirm_prune(e);
        team_barrier(&e->team);
    }
    if (e->action == LIST_PRUNE) prune_by_team(e, t);
    if (e->action == LIST_REBUILD) rebuild_by_team(e, t);
}

void step_run(struct engine *e, int t)
{
    struct stopwatch w = stopwatch_start();
    for (;;) {
        if (t == 0) {
            e->finished =
                e->failure != OK || e->step >= e->until || (e->stop_at_rebuild && e->action == LIST_REBUILD);
            if (!e->finished) begin_step(e);
        }
        team_barrier(&e->team);
        if (e->finished) return;
        clear_sums(&e->thread[t]);
        motion_move(e, t);
        team_barrier(&e->team);
        lap(e, t, &w, PHASE_INTEGRATE);
        lists_by_team(e, t);
        if (e->failure != OK) return;
        lap(e, t, &w, PHASE_LIST);
        forces_by_team(e, t, &w);
        team_barrier(&e->team);
        if (t == 0) end_step(e);
        lap(e, t, &w, PHASE_INTEGRATE);
    }
}

/* Forces, energy and virial at the present positions; lists rebuilt in any case, or only when they must be.
 */
void step_evaluate(struct engine *e, int t, bool rebuild)
{
    struct stopwatch w = stopwatch_start();
    clear_sums(&e->thread[t]);
    if (t == 0) e->path_since_prune = 0.0;
    if (rebuild) {
        rebuild_by_team(e, t);
    } else {
        measure(e, t, e->domain.pruned, e->scale_since_prune);
        team_barrier(&e->team);
        lists_by_team(e, t);
    }
    if (e->failure != OK) return;
    lap(e, t, &w, PHASE_LIST);
    forces_by_team(e, t, &w);
    team_barrier(&e->team);
    if (t == 0) end_step(e);
    lap(e, t, &w, PHASE_INTEGRATE);
}
