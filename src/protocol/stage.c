/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/stage.h"
#include "protocol/cycle.h"
#include "protocol/deposit.h"
#include "protocol/detach.h"
#include "protocol/looks.h"
#include "protocol/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_MOST = 96 };

/* ---- thermostat and barostat ---- */

static const char *const thermostat_words[] = {"none", "nose-hoover", "bussi", "langevin", NULL};
static const struct input_key thermostat_keys[] = {
    {"kind", INPUT_CHOICE, offsetof(struct thermostat_input, kind), .choices = thermostat_words,
     .standard = "nose-hoover",
     .help = "nose-hoover (chain of 3), bussi (stochastic velocity rescaling), langevin (BAOAB), none (NVE)"},
    {"tau", INPUT_NUMBER, offsetof(struct thermostat_input, tau), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .standard = "100 steps", .help = "relaxation time; langevin: 1/friction"},
    {0}};
const struct input_table thermostat_table = {"thermostat", thermostat_keys, sizeof(struct thermostat_input),
                                             .help = "how the temperature is held"};

static const char *const barostat_words[] = {"mtk", "cell-rescaling", NULL};
static const char *const coupling_words[] = {"isotropic", "per-axis", NULL};
static const struct input_key barostat_keys[] = {
    {"kind", INPUT_CHOICE, offsetof(struct barostat_input, kind), .choices = barostat_words,
     .standard = "cell-rescaling",
     .help = "cell-rescaling (stochastic, Bernetti & Bussi 2020) or mtk (Martyna, Tobias, Klein 1994; "
             "nose-hoover only)"},
    {"coupling", INPUT_CHOICE, offsetof(struct barostat_input, coupling), .choices = coupling_words,
     .standard = "isotropic", .help = "one volume, or three independent axes"},
    {"tau", INPUT_NUMBER, offsetof(struct barostat_input, tau), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .standard = "1000 steps", .help = "relaxation time of the volume"},
    {"compressibility", INPUT_NUMBER, offsetof(struct barostat_input, compressibility),
     .limit = INPUT_POSITIVE, .standard = "0.02", .standard_metal = "1.6",
     .help = "isothermal compressibility in inverse pressure units of the run; only sets how fast "
             "cell-rescaling works"},
    {"period", INPUT_INTEGER, offsetof(struct barostat_input, period), .limit = INPUT_BETWEEN, .min = 1,
     .max = 1000, .noun = "steps", .standard = "10 steps", .help = "steps between cell rescalings"},
    {0}};
const struct input_table barostat_table = {"barostat", barostat_keys, sizeof(struct barostat_input),
                                           .help = "how the pressure is held"};

/* ---- dynamics: one form for melt, quench, anneal, heat ---- */

struct dynamics_input {
    double T, to, rate, time, P, settle;
    int box, onset;
    const char *label;
    struct input_words observe;
    struct thermostat_input *thermostat;
    struct barostat_input *barostat;
    struct looks_input *look; /* of an anneal */
};

const char *const stage_box_words[] = {"free", "fixed", "fixed at mean volume", NULL};
const char *const stage_observe_words[] = {"speckle", "trajectory", "hops", "crystal-alarm",
                                           "nothing", "profiles",   NULL};

#define FIELD(f) offsetof(struct dynamics_input, f)
#define KEY_T(is_required)                                                                           \
    {                                                                                                \
        "T", INPUT_NUMBER, FIELD(T),                                                                 \
            .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE, .required = is_required,      \
            .help = "temperature (of a ramp: where it starts); absent: where the stage before ended" \
    }
#define KEY_TO                                                                                    \
    {                                                                                             \
        "to", INPUT_NUMBER, FIELD(to), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE, \
                                       .required = true, .help = "temperature at the end"         \
    }
#define KEY_RATE                                                                                       \
    {                                                                                                  \
        "rate", INPUT_NUMBER, FIELD(rate), .quantity = QUANTITY_COOLING_RATE, .limit = INPUT_POSITIVE, \
                                           .help = "how fast the temperature changes; or say `for`"    \
    }
#define KEY_FOR(is_required)                                                                  \
    {                                                                                         \
        "for", INPUT_NUMBER, FIELD(time), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE, \
                                          .required = is_required, .help = "how long"         \
    }
#define KEYS_COMMON                                                                                      \
    {"P", INPUT_NUMBER, FIELD(P), .quantity = QUANTITY_PRESSURE,                                         \
     .help = "pressure; absent: the box stays as it is"},                                                \
        {"box", INPUT_CHOICE, FIELD(box), .choices = stage_box_words,                                    \
         .help = "free (follows P), fixed, or fixed at mean volume (of a run of length `settle` at P)"}, \
        {"settle",                                                                                       \
         INPUT_NUMBER,                                                                                   \
         FIELD(settle),                                                                                  \
         .quantity = QUANTITY_TIME,                                                                      \
         .limit = INPUT_POSITIVE,                                                                        \
         .standard = "4000 steps",                                                                       \
         .help = "length of the run at P whose second half gives the mean volume"},                      \
        {"thermostat", INPUT_OPTIONAL, FIELD(thermostat), .table = &thermostat_table,                    \
         .help = "another one than the run's"},                                                          \
        {"barostat", INPUT_OPTIONAL, FIELD(barostat), .table = &barostat_table,                          \
         .help = "another one than the run's"},                                                          \
        {"observe", INPUT_WORDS, FIELD(observe), .choices = stage_observe_words,                         \
         .help = "what is recorded: speckle, trajectory, hops, "                                         \
                 "crystal-alarm, profiles, nothing"},                                                    \
        {"label", INPUT_STRING, FIELD(label), .help = "a name for files, figures and `restore`"},        \
    {                                                                                                    \
        0                                                                                                \
    }

static const struct input_key melt_keys[] = {KEY_T(true), KEY_FOR(true), KEYS_COMMON};
static const struct input_key anneal_keys[] = {
    KEY_T(false),
    KEY_FOR(true),
    {"look", INPUT_OPTIONAL, FIELD(look), .table = &looks_table,
     .help = "`measure` at these times: the anneal becomes several"},
    KEYS_COMMON};
static const struct input_key ramp_keys[] = {KEY_T(false), KEY_TO, KEY_RATE, KEY_FOR(false), KEYS_COMMON};
static const char *const onset_words[] = {"tangent", NULL};
static const struct input_key heat_keys[] = {
    KEY_T(false),
    KEY_TO,
    KEY_RATE,
    KEY_FOR(false),
    {"onset", INPUT_CHOICE, FIELD(onset), .choices = onset_words,
     .help = "tangent: `glint stability` takes this ramp for the onset and the fictive temperature"},
    KEYS_COMMON};

static const struct input_table melt_table = {"melt", melt_keys, sizeof(struct dynamics_input),
                                              .help = "hold a liquid until it has forgotten how it was made"};
static const struct input_table anneal_table = {"anneal", anneal_keys, sizeof(struct dynamics_input),
                                                .help = "hold at one temperature: an isotherm"};
static const struct input_table quench_table = {"quench", ramp_keys, sizeof(struct dynamics_input),
                                                .help = "cool at a constant rate, or in a given time"};
static const struct input_table heat_table = {"heat", heat_keys, sizeof(struct dynamics_input),
                                              .help = "heat at a constant rate, or in a given time"};

/* ---- minimise, restore ---- */

struct minimise_input {
    int box;
    double P, force, stress;
    int64_t most;
    const char *label;
};
static const char *const minimise_words[] = {"fixed", "isotropic", "per-axis", NULL};
static const struct input_key minimise_keys[] = {
    {"box", INPUT_CHOICE, offsetof(struct minimise_input, box), .choices = minimise_words,
     .standard = "isotropic", .help = "what relaxes beside the atoms: nothing, the volume, or three edges"},
    {"P", INPUT_NUMBER, offsetof(struct minimise_input, P), .quantity = QUANTITY_PRESSURE, .standard = "0",
     .help = "pressure of the relaxed box"},
    {"force", INPUT_NUMBER, offsetof(struct minimise_input, force), .limit = INPUT_POSITIVE,
     .standard = "1e-6", .help = "largest force component left, in units of the run"},
    {"stress", INPUT_NUMBER, offsetof(struct minimise_input, stress), .limit = INPUT_POSITIVE,
     .standard = "1e-6", .standard_metal = "1e-7",
     .help = "largest deviation from P left, in units of the run"},
    {"most", INPUT_INTEGER, offsetof(struct minimise_input, most), .limit = INPUT_POSITIVE, .noun = "steps",
     .standard = "50000 steps", .help = "give up after"},
    {"label", INPUT_STRING, offsetof(struct minimise_input, label), .help = "a name for files and figures"},
    {0}};
static const struct input_table minimise_table = {"minimise", minimise_keys, sizeof(struct minimise_input),
                                                  .help =
                                                      "to the inherent structure (FIRE), velocities lost"};

struct restore_input {
    const char *stage;
};
static const struct input_key restore_keys[] = {
    {"stage", INPUT_STRING, offsetof(struct restore_input, stage), .required = true,
     .help = "label of an earlier stage: go on from the state at its end"},
    {0}};
static const struct input_table restore_table = {"restore", restore_keys, sizeof(struct restore_input),
                                                 .help = "branch: continue from the end of an earlier stage"};

const struct input_table *const stage_tables[] = {
    &melt_table,   &quench_table,  &anneal_table,   &heat_table,    &cycle_table, &deposit_table,
    &detach_table, &measure_table, &minimise_table, &restore_table, NULL};

/* ---- from what was written to a stage ---- */

static struct ensemble make_ensemble(const struct thermostat_input *t, const struct barostat_input *b,
                                     double P)
{
    struct ensemble e = ensemble_nve();
    e.thermostat = (enum thermostat)t->kind;
    e.tau_T = t->tau;
    e.tau_P = b->tau;
    e.P = P;
    e.compressibility = b->compressibility;
    e.period = (int)b->period;
    e.per_axis = b->coupling == 1;
    e.barostat = b->kind == 0 ? BAROSTAT_MTK : BAROSTAT_CELL_RESCALING;
    return e;
}

/* T_from is known: from T to `to`. */
static void set_ramp(const struct dynamics_input *d, const struct stage_context *c,
                     const struct tree_node *node, struct stage *s)
{
    bool cools = strcmp(s->name, "quench") == 0;
    if (cools ? s->T_to >= s->T_from : s->T_to <= s->T_from)
        input_problem(c->input, node, "a %s from %g to %g does not %s; did you mean %s?", s->name, s->T_from,
                      s->T_to, cools ? "cool" : "heat", cools ? "heat" : "quench");
    if (isnan(d->rate) == isnan(d->time)) input_problem(c->input, node, "give either `rate` or `for`");
    double time = isnan(d->rate) ? d->time : fabs(s->T_to - s->T_from) / d->rate;
    s->steps = llround(time / c->dt);
}

static void set_observers(const struct dynamics_input *d, struct stage *s)
{
    for (size_t i = 0; i < d->observe.count; i++) {
        s->observe_speckle = s->observe_speckle || d->observe.choice[i] == 0;
        s->observe_hops = s->observe_hops || d->observe.choice[i] == 2;
        s->observe_trajectory = s->observe_trajectory || d->observe.choice[i] == 1;
        s->observe_crystal = s->observe_crystal || d->observe.choice[i] == 3;
        s->observe_profiles = s->observe_profiles || d->observe.choice[i] == 5;
        s->observe_nothing = s->observe_nothing || d->observe.choice[i] == 4;
    }
}

static void make_dynamics(const struct input_item *item, struct stage_context *c, struct stage *s)
{
    const struct dynamics_input *d = item->target;
    const struct thermostat_input *t = d->thermostat ? d->thermostat : &c->thermostat;
    const struct barostat_input *b = d->barostat ? d->barostat : &c->barostat;
    bool ramp = item->table->keys == ramp_keys || item->table->keys == heat_keys;
    s->T_from = isnan(d->T) ? c->T : d->T;
    s->T_to = ramp ? d->to : s->T_from;
    if (isnan(s->T_from))
        input_problem(c->input, item->node,
                      "the first stage must say its temperature T: nothing came before it");
    else if (ramp)
        set_ramp(d, c, item->node, s);
    else
        s->steps = llround(d->time / c->dt);
    bool has_P = !isnan(d->P);
    s->box = d->box >= 0 ? (enum stage_box)d->box : has_P ? STAGE_BOX_FREE : STAGE_BOX_FIXED;
    if (s->box == STAGE_BOX_FREE && !has_P)
        input_problem(c->input, item->node, "a free box needs a pressure P");
    if (s->box == STAGE_BOX_MEAN) s->settle = llround(d->settle / c->dt);
    s->ensemble = make_ensemble(t, b, has_P ? d->P : 0.0);
    if (s->ensemble.barostat == BAROSTAT_MTK && t->kind != THERMOSTAT_NOSE_HOOVER &&
        s->box != STAGE_BOX_FIXED)
        input_problem(c->input, item->node, "the mtk barostat needs the nose-hoover thermostat");
    if (s->steps < 1 && !isnan(s->T_from))
        input_problem(c->input, item->node, "the stage is shorter than one time step");
    if (d->label) s->label = d->label;
    set_observers(d, s);
    c->T = s->T_to;
}

static void make_minimise(const struct input_item *item, struct stage *s)
{
    const struct minimise_input *m = item->target;
    s->action = STAGE_MINIMISE;
    s->minimise = (struct minimise_options){(enum minimise_box)m->box, m->P, m->force, m->stress, m->most};
    if (m->label) s->label = m->label;
}

static void make_deposit(const struct input_item *item, struct stage_context *c, struct stage *s)
{
    struct deposit *d = item->target;
    s->action = STAGE_DEPOSIT;
    s->deposit = d;
    s->T_from = s->T_to = c->T = d->T;
    s->ensemble = deposit_ensemble(d);
    s->box = STAGE_BOX_FIXED;
    for (size_t i = 0; i < d->observe.count; i++) {
        s->observe_trajectory = s->observe_trajectory || d->observe.choice[i] == 0;
        s->observe_nothing = s->observe_nothing || d->observe.choice[i] == 1;
        s->observe_crystal = s->observe_crystal || d->observe.choice[i] == 2;
    }
    if (d->label) s->label = d->label;
}

static void make_measure(const struct input_item *item, struct stage *s)
{
    s->action = STAGE_MEASURE;
    s->measure = item->target;
    s->box = STAGE_BOX_FIXED;
    if (s->measure->label) s->label = s->measure->label;
}

static void make_detach(const struct input_item *item, struct stage *s)
{
    s->action = STAGE_DETACH;
    s->detach = item->target;
    s->box = STAGE_BOX_FIXED;
    if (s->detach->label) s->label = s->detach->label;
}

static void make_restore(const struct input_item *item, struct stage_context *c, struct stage *s)
{
    const struct restore_input *r = item->target;
    s->action = STAGE_RESTORE;
    s->restore = r->stage;
    for (size_t i = c->n_before; r->stage && i-- > 0;)
        if (strcmp(c->before[i].label, r->stage) == 0) {
            c->T = c->before[i].T_to;
            return;
        }
    input_problem(c->input, item->node, "no earlier stage has the label '%s'", r->stage ? r->stage : "");
}

/* A part of a cycle is the stage that one would have typed. */
static void make_part(const struct input_item *item, const struct cycle_part *p, const char *base,
                      struct stage_context *c, struct stage *s)
{
    const struct cycle_input *y = item->target;
    bool heats = p->T_to > p->T_from;
    struct dynamics_input d = {.T = p->T_from,
                               .to = p->T_to,
                               .rate = y->rate,
                               .time = p->isotherm ? y->hold : (double)NAN,
                               .P = y->P,
                               .settle = y->settle,
                               .box = !p->isotherm && y->box == STAGE_BOX_MEAN ? STAGE_BOX_FREE : y->box,
                               .thermostat = y->thermostat,
                               .barostat = y->barostat};
    struct input_item part = {.table = p->isotherm ? &anneal_table
                                       : heats     ? &heat_table
                                                   : &quench_table,
                              .target = &d,
                              .node = item->node};
    char *label = input_memory(c->input, LABEL_MOST, 1);
    if (!label) return;
    cycle_label(base, p, label, LABEL_MOST);
    d.label = label;
    if (p->isotherm) d.observe = y->observe;
    *s = (struct stage){.name = part.table->name, .node = item->node};
    make_dynamics(&part, c, s);
    if (p->isotherm) s->isotherm = (struct stage_isotherm){base, p->iteration, p->place, NAN, NAN};
}

static size_t make_cycle(const struct input_item *item, const char *base, struct stage_context *c,
                         struct stage *s)
{
    const struct cycle_input *y = item->target;
    struct cycle_part *part = input_memory(c->input, cycle_most(y), sizeof *part);
    if (!part) return 0;
    size_t n = cycle_parts(y, c->T, part);
    for (size_t i = 0; i < n; i++) make_part(item, &part[i], y->label ? y->label : base, c, &s[i]);
    return n;
}

/* A piece of an anneal that is looked at: the stage one would have typed. */
static void make_piece(const struct input_item *item, double from, double to, const char *label,
                       struct stage_context *c, struct stage *s)
{
    struct dynamics_input d = *(const struct dynamics_input *)item->target;
    struct input_item piece = {.table = item->table, .target = &d, .node = item->node};
    d.label = label;
    d.time = to - from;
    if (from > 0.0 && d.box == STAGE_BOX_MEAN) { /* settled in the first one */
        d.box = STAGE_BOX_FIXED;
        d.P = (double)NAN;
    }
    *s = (struct stage){.name = item->table->name, .node = item->node};
    make_dynamics(&piece, c, s);
    s->steps = llround(to / c->dt) - llround(from / c->dt);
}

static void make_look(const struct input_item *item, const char *label, struct stage_context *c,
                      struct stage *s)
{
    const struct dynamics_input *d = item->target;
    struct measure *m = input_memory(c->input, 1, sizeof *m);
    *s = (struct stage){.name = "measure", .node = item->node, .T_from = c->T, .T_to = c->T, .label = label};
    if (!m) return;
    *m = d->look->measure;
    m->label = label;
    make_measure(&(struct input_item){.table = &measure_table, .target = m, .node = item->node}, s);
}

static const char *piece_label(struct stage_context *c, const char *base, const char *mark, double number)
{
    char *label = input_memory(c->input, LABEL_MOST, 1);
    if (label) snprintf(label, LABEL_MOST, "%s%s%s%.10g", base, base[0] ? "-" : "", mark, number);
    return label ? label : "";
}

static size_t make_looks(const struct input_item *item, const char *base, struct stage_context *c,
                         struct stage *s)
{
    const struct dynamics_input *d = item->target;
    double *at = input_memory(c->input, looks_most(d->look, d->time) + 1, sizeof *at), from = 0.0;
    double unit = units_size(&c->input->units, QUANTITY_TIME);
    const char *own = d->label ? d->label : base;
    if (!at) return 0;
    size_t looks = looks_times(d->look, d->time, c->input, item->node, at), made = 0;
    for (size_t i = 0; i < d->observe.count; i++)
        if (d->observe.choice[i] < 3)
            input_problem(c->input, item->node,
                          "`look` would end the record of '%s': observe it in a stage of its own",
                          stage_observe_words[d->observe.choice[i]]);
    for (size_t i = 0; i < looks; i++) {
        bool ends = at[i] >= d->time * (1.0 - 1e-9);
        if (at[i] > from)
            make_piece(item, from, at[i], ends ? own : piece_label(c, own, "", (double)i + 1.0), c, &s[made]);
        made += at[i] > from;
        make_look(item, piece_label(c, d->label ? d->label : "", "t", at[i] / unit), c, &s[made++]);
        from = at[i];
    }
    if (from >= d->time * (1.0 - 1e-9)) return made;
    make_piece(item, from, d->time, own, c, &s[made]);
    return made + 1;
}

static void make_one(const struct input_item *item, struct stage_context *c, struct stage *s)
{
    if (item->table == &minimise_table)
        make_minimise(item, s);
    else if (item->table == &measure_table)
        make_measure(item, s);
    else if (item->table == &detach_table)
        make_detach(item, s);
    else if (item->table == &deposit_table)
        make_deposit(item, c, s);
    else if (item->table == &restore_table)
        make_restore(item, c, s);
    else
        make_dynamics(item, c, s);
}

static const struct looks_input *looks_of(const struct input_item *item)
{
    return item->table == &anneal_table ? ((const struct dynamics_input *)item->target)->look : NULL;
}

size_t stage_most(const struct input_item *item)
{
    if (looks_of(item))
        return 2 * looks_most(looks_of(item), ((struct dynamics_input *)item->target)->time) + 1;
    return item->table == &cycle_table ? cycle_most(item->target) : 1;
}

size_t stage_make(const struct input_item *item, struct stage_context *c, struct stage *s)
{
    char *label = input_memory(c->input, LABEL_MOST, 1);
    size_t made = 1;
    *s = (struct stage){.name = item->table->name, .node = item->node, .T_from = c->T, .T_to = c->T};
    if (!label) return 0;
    snprintf(label, LABEL_MOST, "%d-%s", c->number, item->table->name);
    s->label = label;
    if (item->table == &cycle_table)
        made = make_cycle(item, label, c, s);
    else if (looks_of(item))
        made = make_looks(item, label, c, s);
    else
        make_one(item, c, s);
    for (size_t k = 0; k < made; k++)
        for (size_t i = 0; i < c->n_before; i++)
            if (strcmp(c->before[i].label, s[k].label) == 0)
                input_problem(c->input, item->node, "the label '%s' was given to an earlier stage",
                              s[k].label);
    return made;
}
