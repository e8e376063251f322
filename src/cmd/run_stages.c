/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_stages.h"
#include "cmd/controls.h"
#include "base/text.h"
#include "protocol/cycle.h"
#include "protocol/deposit.h"
#include "protocol/detach.h"

#include <math.h>
#include <string.h>

/* What another run left is a glass, unless this run is a film-quench, which melts it. */
static struct cycle_sample sample_of(const struct run_input *r)
{
    bool made = r->film && r->film->from && r->role != (int)CONTROL_FILM_QUENCH;
    bool film = made && r->film->found.grown_at > 0.0;
    return (struct cycle_sample){made, film ? r->film->found.grown_at : (double)NAN};
}

void run_stages_make(struct run_input *r)
{
    struct stage_context c = {
        .input = &r->input, .dt = r->dt, .thermostat = r->thermostat, .barostat = r->barostat, .T = NAN};
    size_t most = 0;
    for (size_t i = 0; i < r->stage_items.count; i++) most += stage_most(&r->stage_items.item[i]);
    r->stages = input_memory(&r->input, most, sizeof *r->stages);
    if (!r->stages) return;
    for (size_t i = 0; i < r->stage_items.count; i++) {
        c.number = (int)i + 1;
        c.before = r->stages;
        c.n_before = r->n_stages;
        r->n_stages += stage_make(&r->stage_items.item[i], &c, &r->stages[r->n_stages]);
    }
    for (size_t i = 0; i < r->n_stages; i++)
        if (r->stages[i].action == STAGE_DEPOSIT)
            r->stages[i].deposit->melted = r->role == (int)CONTROL_FILM_QUENCH;
    const struct cycle_sample sample = sample_of(r);
    cycle_histories(r->stages, r->n_stages, &sample);
    crystal_alarm_choose(&r->crystal_alarm, r->dt, r->stages, r->n_stages);
}

static void no_such_stage(struct run_input *r, const struct tree_node *at, const char *label, bool dynamics)
{
    const char *labels[256];
    size_t n = 0;
    for (size_t i = 0; i < r->n_stages && n < sizeof labels / sizeof *labels; i++)
        if (!dynamics || r->stages[i].action == STAGE_DYNAMICS) labels[n++] = r->stages[i].label;
    const char *near = text_nearest(label, labels, n);
    input_problem(&r->input, at, "no stage%s has the label '%s'%s%s%s", dynamics ? " of dynamics" : "", label,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* A film's controls have not all of its stages: there, labels that are not found are passed over. */
static void check_kept(struct run_input *r)
{
    if (r->role > (int)CONTROL_FILM) return;
    for (size_t k = 0; k < r->keep.count; k++) {
        bool found = false;
        for (size_t i = 0; i < r->n_stages; i++)
            found = found || strcmp(r->stages[i].label, r->keep.value[k]) == 0;
        if (!found) no_such_stage(r, tree_child(r->document.root, "keep"), r->keep.value[k], false);
    }
}

/* `hops: in: LABEL` is the same as `observe: hops` in that stage; a trajectory that is described but that no
 * stage asks for belongs there, too. */
static void find_hop_stages(struct run_input *r)
{
    bool follow = !isnan(r->trajectory.every) || r->trajectory.per_decade > 0;
    for (size_t i = 0; i < r->n_stages; i++) follow = follow && !r->stages[i].observe_trajectory;
    const struct tree_node *block = tree_child(r->document.root, "hops");
    for (size_t k = 0; k < r->hops.in.count; k++) {
        bool found = false;
        for (size_t i = 0; i < r->n_stages; i++) {
            struct stage *s = &r->stages[i];
            if (s->action != STAGE_DYNAMICS || strcmp(s->label, r->hops.in.value[k]) != 0) continue;
            s->observe_hops = found = true;
            s->observe_trajectory = s->observe_trajectory || follow;
        }
        if (!found) no_such_stage(r, tree_child(block, "in"), r->hops.in.value[k], true);
    }
    for (size_t i = 0; i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        int windows;
        int64_t from[HOPS_WINDOWS], to[HOPS_WINDOWS], every = llround(r->hops.every / r->dt);
        if (!s->observe_hops) continue;
        if (every < 1) every = 1;
        if (hops_windows(&r->hops, s->steps / every + 1, (double)every * r->dt, &windows, from, to) != OK)
            input_problem(&r->input, s->node, "hops: %s", status_message());
    }
}

/* What a deposit stage must know of the potential and the film. */
static void resolve_deposits(struct run_input *r)
{
    struct input *in = &r->input;
    struct potential p = {0};
    if (potential_make(&p, r->potential.spec) == OK)
        for (size_t i = 0; i < r->n_stages; i++) {
            struct stage *s = &r->stages[i];
            if (s->action != STAGE_DEPOSIT) continue;
            if (!r->film) {
                input_problem(in, s->node, "a deposit stage needs a substrate: give `film: {area: …}`");
                continue;
            }
            deposit_resolve(in, s->node, s->deposit, &p.species);
            s->steps = (int64_t)ceil(deposit_steps(s->deposit, r->film->area[0] * r->film->area[1],
                                                   r->film->substrate.density, r->dt));
        }
    potential_free(&p);
}

/* Drops of stages that do not say their own. */
static void set_drops(struct run_input *r)
{
    for (size_t i = 0; i < r->n_stages; i++) {
        struct stage *s = &r->stages[i];
        if (s->action == STAGE_MEASURE) s->measure->drop = r->interior.drop;
        if (s->action == STAGE_DETACH && isnan(s->detach->drop)) s->detach->drop = r->interior.drop;
    }
}

/* A film has vacuum above it: no pressure can be held. */
static void check_film(struct run_input *r)
{
    struct input *in = &r->input;
    const struct tree_node *atoms = tree_child(r->document.root, "atoms");
    bool bulk = r->atoms.N != INPUT_ABSENT || r->atoms.file;
    if (!r->film && !bulk)
        input_problem(in, atoms ? atoms : r->document.root, "atoms: give one of `N`, `crystal` and `file`");
    if (r->film && bulk) input_problem(in, atoms, "give either `atoms` or `film`: the sample at the start");
    bool film = r->film != NULL, slab = false;
    for (size_t i = 0; film && i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        film = s->action != STAGE_DETACH || s->detach->keep != DETACH_BULK;
        slab = slab || s->action == STAGE_DETACH;
        bool relaxes =
            s->action == STAGE_MINIMISE ? s->minimise.box != MINIMISE_FIXED : s->box != STAGE_BOX_FIXED;
        if (relaxes && s->action != STAGE_RESTORE)
            input_problem(in, s->node,
                          "a film has vacuum above it, its box cannot follow a pressure: say `box: fixed`");
        if (s->observe_speckle && slab)
            input_problem(in, s->node,
                          "speckles need a periodic sample, or a film on its substrate: nothing holds a free "
                          "slab in place");
    }
}

static void check_precision(struct run_input *r)
{
    struct potential p = {0};
    if (potential_make(&p, r->potential.spec) == OK &&
        potential_check_precision(&p, (enum precision)r->precision) != OK)
        input_problem(&r->input, tree_child(r->document.root, "precision"), "%s", status_message());
    potential_free(&p);
}

void run_stages_check(struct run_input *r)
{
    struct input *in = &r->input;
    if (r->n_stages == 0) input_problem(in, r->document.root, "there are no stages: nothing would happen");
    controls_check(r);
    check_kept(r);
    find_hop_stages(r);
    set_drops(r);
    resolve_deposits(r);
    check_film(r);
    check_precision(r);
    for (size_t i = 0; i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        if (s->observe_speckle && r->speckle.windows == 0)
            input_problem(in, s->node, "the stage observes speckle, but no `speckle: windows:` are given");
        if (s->observe_trajectory && isnan(r->trajectory.every) && r->trajectory.per_decade == 0)
            input_problem(
                in, s->node,
                "the stage observes its trajectory, but neither `trajectory: every:` nor `schedule: log N "
                "per decade` is given");
    }
    struct record_plan plan;
    bool kept = false;
    for (size_t i = 0; i < r->n_stages; i++) kept = kept || r->stages[i].observe_trajectory;
    if (kept && r->atoms.N != INPUT_ABSENT && in->problem_count == 0 &&
        record_plan(&plan, &r->trajectory, r->dt, (double)r->atoms.N, r->stages, r->n_stages) != OK)
        input_problem(in, tree_child(r->document.root, "trajectory"), "%s", status_message());
    int64_t steps;
    if (r->speckle.windows > 0 && speckle_input_steps(&r->speckle, r->dt, &steps) != OK)
        input_problem(in, tree_child(r->document.root, "speckle"), "%s", status_message());
}
