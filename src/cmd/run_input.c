/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_input.h"
#include "cmd/controls.h"
#include "base/isa.h"
#include "base/log.h"
#include "cmd/run_stages.h"
#include "integrate/film_file.h"
#include "observe/checkpoint.h"
#include "par/par.h"
#include "protocol/deposit.h"
#include "system/build.h"
#include "system/trajectory.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIELD(f) offsetof(struct run_input, f)

/* ---- potential: a SPEC, or {name: …, key: value, …} ---- */

static void add_without_blanks(char *spec, size_t size, const char *text)
{
    size_t n = strlen(spec);
    for (; *text && n + 1 < size; text++)
        if (!isspace((unsigned char)*text)) spec[n++] = *text;
    spec[n] = '\0';
}

static void read_potential(struct input *in, const struct input_key *key, const struct tree_node *node,
                           void *field)
{
    char *spec = field;
    struct run_input *r = (struct run_input *)((char *)field - FIELD(potential.spec));
    (void)key;
    if (node->kind == TREE_TEXT) {
        add_without_blanks(spec, POTENTIAL_SPEC, node->text);
    } else if (node->kind == TREE_MAP) {
        const struct tree_node *name = tree_child(node, "name");
        if (!name || name->kind != TREE_TEXT) {
            input_problem(
                in, node,
                "the potential needs a name, e.g. {name: wahnstrom, cutoff: 2.5 aa, shift: energy}");
            return;
        }
        add_without_blanks(spec, POTENTIAL_SPEC, name->text);
        const char *separator = ":";
        for (const struct tree_node *c = node->first; c; c = c->next) {
            if (c == name) continue;
            add_without_blanks(spec, POTENTIAL_SPEC, separator);
            add_without_blanks(spec, POTENTIAL_SPEC, c->key);
            add_without_blanks(spec, POTENTIAL_SPEC, "=");
            add_without_blanks(spec, POTENTIAL_SPEC, c->kind == TREE_TEXT ? c->text : "");
            separator = ",";
        }
    }
    struct potential p;
    if (potential_make(&p, spec) != OK) {
        input_problem(in, node, "%s", status_message());
    } else {
        snprintf(spec, POTENTIAL_SPEC, "%s", p.spec);
        r->atoms.species = p.species;
        in->units = strcmp(p.kind->units, "metal") == 0 ? units_metal() : units_lj();
    }
    potential_free(&p);
}

/* ---- Tg and map: they give units to what follows ---- */

static const struct input_key Tg_keys[] = {
    {"value", INPUT_NUMBER, FIELD(Tg.value) - FIELD(Tg), .quantity = QUANTITY_TEMPERATURE,
     .limit = INPUT_POSITIVE, .required = true,
     .help = "the model's glass transition temperature; then `Tg` is a unit"},
    {"rate", INPUT_NUMBER, FIELD(Tg.rate) - FIELD(Tg), .quantity = QUANTITY_COOLING_RATE,
     .limit = INPUT_POSITIVE, .required = true, .help = "the cooling rate it belongs to"},
    {"construction", INPUT_STRING, FIELD(Tg.construction) - FIELD(Tg), .required = true,
     .help = "how it was found, e.g. V(T)"},
    {"pressure", INPUT_NUMBER, FIELD(Tg.pressure) - FIELD(Tg), .quantity = QUANTITY_PRESSURE,
     .required = true, .help = "the pressure it belongs to"},
    {0}};

static void check_Tg(struct input *in, const struct tree_node *map, void *target)
{
    (void)map;
    in->units.Tg = *(double *)target; /* value is the first field */
}
static const struct input_table Tg_table = {"Tg", Tg_keys, sizeof(((struct run_input *)0)->Tg),
                                            .help = "what `Tg` means as a unit", .check = check_Tg};

static const struct input_key map_keys[] = {
    {"sigma", INPUT_NUMBER, FIELD(map.sigma) - FIELD(map), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE, .required = true, .real = true, .help = "what sigma_AA is, e.g. 2.91 angstrom"},
    {"eps", INPUT_NUMBER, FIELD(map.eps) - FIELD(map), .quantity = QUANTITY_ENERGY, .limit = INPUT_POSITIVE,
     .real = true, .help = "what epsilon is; or give Tg"},
    {"Tg", INPUT_NUMBER, FIELD(map.Tg) - FIELD(map), .quantity = QUANTITY_TEMPERATURE,
     .limit = INPUT_POSITIVE, .real = true, .help = "measured glass transition: epsilon = kB Tg / Tg*"},
    {"mass", INPUT_NUMBER, FIELD(map.mass) - FIELD(map), .quantity = QUANTITY_MASS, .limit = INPUT_POSITIVE,
     .required = true, .real = true, .help = "mean atomic mass, e.g. 77.4 u"},
    {0}};

static void check_map(struct input *in, const struct tree_node *map, void *target)
{
    const double *v = target; /* sigma, eps, Tg, mass */
    struct unit_map m = {
        .sigma = v[0], .eps = isnan(v[1]) ? 0.0 : v[1], .Tg = isnan(v[2]) ? 0.0 : v[2], .mass = v[3]};
    if (units_map(&in->units, &m) != OK) input_problem(in, map, "%s", status_message());
}
static const struct input_table map_table = {"map", map_keys, sizeof(((struct run_input *)0)->map),
                                             .help = "real units beside the reduced ones",
                                             .check = check_map};

/* The time step; from here on times may be written in steps. */
static void read_dt(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
{
    (void)key;
    double dt;
    if (!input_number(in, node, QUANTITY_TIME, &dt)) return;
    if (!(dt > 0.0)) {
        input_problem(in, node, "the time step must be greater than 0");
        return;
    }
    *(double *)field = in->units.dt = dt;
}

/* ---- the rest ---- */

static const struct input_key thermo_keys[] = {{"every", INPUT_NUMBER, 0, .quantity = QUANTITY_TIME,
                                                .limit = INPUT_POSITIVE, .standard = "200 steps",
                                                .help = "time between lines of thermo.csv"},
                                               {0}};
static const struct input_table thermo_table = {"thermo", thermo_keys, sizeof(double),
                                                .help = "temperature, pressure, energies"};
static const struct input_key checkpoint_keys[] = {{"every", INPUT_NUMBER, 0, .quantity = QUANTITY_WALL_TIME,
                                                    .limit = INPUT_POSITIVE, .standard = "10 min",
                                                    .help = "wall-clock time between checkpoints"},
                                                   {0}};
static const struct input_table checkpoint_table = {"checkpoint", checkpoint_keys, sizeof(double),
                                                    .help = "restart files"};
static const struct input_key limit_keys[] = {
    {"wall", INPUT_NUMBER, 0, .quantity = QUANTITY_WALL_TIME, .limit = INPUT_POSITIVE,
     .help = "stop with a checkpoint (exit code 4) after this wall-clock time"},
    {"time", INPUT_NUMBER, sizeof(double), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .help = "stop with a checkpoint (exit code 4) after this simulated time of one start or --resume"},
    {0}};
static const struct input_table limit_table = {"limit", limit_keys, 2 * sizeof(double),
                                               .help = "when to stop by itself"};
static const struct input_key lists_keys[] = {
    {"skin", INPUT_NUMBER, 0, .quantity = QUANTITY_LENGTH, .limit = INPUT_POSITIVE,
     .help = "skin: how far the cells in reach go beyond the cutoff"},
    {"inner skin", INPUT_NUMBER, sizeof(double), .quantity = QUANTITY_LENGTH, .limit = INPUT_POSITIVE,
     .help = "how far neighbor lists go beyond the cutoff"},
    {0}};
static const struct input_table lists_table = {"lists", lists_keys, 2 * sizeof(double),
                                               .help = "neighbor lists; part of the trajectory's bits"};

/* Campaigns are taken apart (input/sweep.h) before a run is read; here they have no place. */
static void refuse_campaign(struct input *in, const struct input_key *key, const struct tree_node *node,
                            void *field)
{
    (void)field;
    input_problem(in, node, "`%s` makes a campaign of many runs, one run was expected here", key->name);
}

static const struct input_key run_keys[] = {
    {"potential", INPUT_CUSTOM, FIELD(potential.spec), .required = true, .read = read_potential,
     .help = "a SPEC (wahnstrom:cutoff=2.5aa,shift=energy) or a map {name: wahnstrom, cutoff: 2.5 aa, shift: "
             "energy}"},
    {"precision", INPUT_CHOICE, FIELD(precision), .choices = potential_precisions, .standard = "double",
     .help = "of the forces; mixed: pair terms in float, faster; the run prints its force error"},
    {"Tg", INPUT_MAP, FIELD(Tg), .defines_units = true, .table = &Tg_table, .help = "makes Tg a unit"},
    {"map", INPUT_MAP, FIELD(map), .defines_units = true, .table = &map_table,
     .help = "makes real units legal"},
    {"atoms", INPUT_MAP, FIELD(atoms), .table = &sample_table, .table_for = sample_table_for,
     .help = "the sample at the start"},
    {"dt", INPUT_CUSTOM, FIELD(dt), .defines_units = true, .read = read_dt, .standard = "0.005 tau",
     .standard_metal = "2 fs", .help = "time step"},
    {"film", INPUT_OPTIONAL, FIELD(film), .table = &film_table,
     .help = "a substrate at the start, or the film of another run, instead of atoms"},
    {"interior", INPUT_MAP, FIELD(interior), .table = &interior_table, .help = "what counts of a film"},
    {"seed", INPUT_INTEGER, FIELD(seed), .limit = INPUT_NOT_NEGATIVE, .standard = "1",
     .help = "of all random numbers"},
    {"thermostat", INPUT_MAP, FIELD(thermostat), .table = &thermostat_table, .help = "of all stages"},
    {"barostat", INPUT_MAP, FIELD(barostat), .table = &barostat_table, .help = "of all stages at a pressure"},
    {"stages", INPUT_STAGES, FIELD(stage_items), .variants = stage_tables, .required = true,
     .help = "what happens, in order"},
    {"keep", INPUT_WORDS, FIELD(keep),
     .help =
         "labels of stages whose end is kept as state-LABEL.h5, for other runs to start from (film: from, "
         "atoms: file)"},
    {"speckle", INPUT_MAP, FIELD(speckle), .table = &speckle_table, .help = "in stages that observe speckle"},
    {"trajectory", INPUT_MAP, FIELD(trajectory), .table = &trajectory_table,
     .help = "in stages that observe trajectory"},
    {"hops", INPUT_MAP, FIELD(hops), .table = &hops_table, .help = "in stages that observe hops"},
    {"profiles", INPUT_MAP, FIELD(profiles), .table = &profiles_table,
     .help = "in stages that observe profiles"},
    {"waiting", INPUT_MAP, FIELD(waiting), .table = &waiting_table,
     .help = "how `glint waiting` and `glint report` analyse waiting times"},
    {"analysis", INPUT_MAP, FIELD(analysis), .table = &analysis_table,
     .help = "how `glint ttcf`, `fit` and `report` analyse speckles"},
    {"thermo", INPUT_MAP, FIELD(thermo), .table = &thermo_table, .help = "the log of the run"},
    {"crystal_alarm", INPUT_MAP, FIELD(crystal_alarm), .table = &crystal_alarm_table,
     .help = "in long stages, and in those that observe crystal-alarm"},
    {"checkpoint", INPUT_MAP, FIELD(checkpoint), .table = &checkpoint_table, .help = "restart files"},
    {"limit", INPUT_MAP, FIELD(limit), .table = &limit_table, .help = "when to stop by itself"},
    {"lists", INPUT_MAP, FIELD(lists), .table = &lists_table, .help = "neighbor lists (defaults are good)"},
    {"sweep", INPUT_CUSTOM, 0, .read = refuse_campaign,
     .help =
         "many runs from one input: keys with the values they take, {anneal.T: [0.8, 0.9] Tg, seed: 1..2}; "
         "zip: {…} for keys that change together"},
    {"replicas", INPUT_CUSTOM, 0, .read = refuse_campaign,
     .help = "the same run with other seeds: {number: 8, seeds: 1..8, at_once: 2}"},
    {"controls", INPUT_STAGES, FIELD(controls), .variants = control_tables,
     .help = "of a film: runs made beside it, to compare with; the input is a campaign then"},
    {"role", INPUT_CHOICE, FIELD(role), .choices = control_roles,
     .help = "what the run is in a campaign with controls (written by the campaign)"},
    {0}};

const struct input_table run_table = {"run", run_keys, sizeof(struct run_input),
                                      .help =
                                          "one simulation: a sample, what happens to it, what is observed"};

/* ---- reading ---- */

status run_input_take(struct run_input *r, struct tree *document, const char *name)
{
    struct tree_node *effective = NULL;
    status s = OK;
    *r = (struct run_input){.document = *document};
    *document = (struct tree){0};
    input_start(&r->input, units_lj());
    r->speckle.exposure = 1;
    input_read(&r->input, &run_table, r->document.root, r, &effective);
    if (r->input.problem_count == 0) run_stages_make(r);
    if (r->input.problem_count == 0) run_stages_check(r);
    GUARD(input_finish(&r->input, name));
    tree_drop(effective, "controls");                                                    /* other runs */
    if (r->film && r->film->from) tree_drop(tree_child(effective, "film"), "substrate"); /* not of this one */
    tree_emit(effective, &r->effective);
    if (r->effective.out_of_memory) s = fail(FAILED, "out of memory for the effective input");
done:
    if (s != OK) run_input_free(r);
    return s;
}

status run_input_document(struct tree *document, const char *path, const char *const *sets, int n_sets)
{
    status s = tree_read(document, path);
    for (int i = 0; i < n_sets && s == OK; i++) s = tree_set(document, sets[i]);
    if (s != OK) tree_free(document);
    return s;
}

status run_input_read(struct run_input *r, const char *path, const char *const *sets, int n_sets)
{
    struct tree document = {0};
    *r = (struct run_input){0};
    TRY(run_input_document(&document, path, sets, n_sets));
    return run_input_take(r, &document, path);
}

void run_input_free(struct run_input *r)
{
    text_free(&r->effective);
    input_free(&r->input);
    tree_free(&r->document);
}

status run_input_fits(const struct run_input *r, const struct checkpoint *c, bool force)
{
    if (strcmp(c->potential, r->potential.spec) != 0)
        return fail(BAD_INPUT, "the checkpoint was made with the potential %s, the input says %s",
                    c->potential, r->potential.spec);
    if (c->seed != r->seed || c->dt != r->dt)
        return fail(BAD_INPUT, "the checkpoint was made with seed %lld and dt %g, the input says %lld and %g",
                    (long long)c->seed, c->dt, (long long)r->seed, r->dt);
    const char *precision = potential_precisions[r->precision];
    if (strcmp(c->precision, precision) != 0 && !force)
        return fail(
            BAD_INPUT,
            "the checkpoint was written in %s precision, the input says %s: the run would not continue to "
            "the same bits (say precision: %s, or accept that with --force)",
            c->precision, precision, c->precision);
    if (strcmp(c->isa, isa_name(isa_best())) != 0 && !force)
        return fail(BAD_INPUT,
                    "the checkpoint was written with %s kernels, this machine would use %s: the run would "
                    "not continue "
                    "to the same bits (set GLINT_ISA=%s, or accept that with --force)",
                    c->isa, isa_name(isa_best()), c->isa);
    return OK;
}

status run_input_configuration(const struct run_input *r, struct config *c)
{
    struct potential p = {0};
    status s = OK;
    GUARD(potential_make(&p, r->potential.spec));
    if (r->atoms.file) {
        if (film_file_has(r->atoms.file))
            GUARD(fail(BAD_INPUT,
                       "%s holds a film, whose substrate is held by springs: say `film: {from: %s}` instead "
                       "of `atoms`",
                       r->atoms.file, r->atoms.file));
        GUARD(config_read(r->atoms.file, c));
        GUARD(potential_adopt(&p, c));
    } else {
        GUARD(sample_build(&r->atoms, (uint64_t)r->seed, c));
    }
    GUARD(config_check(c));
    if (!c->v && !isnan(r->stages[0].T_from))
        GUARD(
            build_velocities(c, r->stages[0].T_from, units_boltzmann(&r->input.units), (uint64_t)r->seed, 0));
    snprintf(c->units, sizeof c->units, "%s", p.kind->units);
done:
    potential_free(&p);
    return s;
}

/* The film of another run, as it was there. */
static status take_film(const struct run_input *r, struct config *c, struct film *f)
{
    const struct species *ours = &r->atoms.species;
    TRY(film_load(r->film->from, c, f));
    bool same = c->species.count == ours->count;
    for (int i = 0; same && i < ours->count; i++) same = strcmp(c->species.name[i], ours->name[i]) == 0;
    if (!same)
        return fail(BAD_INPUT, "%s: its atoms are not those of the potential %s", r->film->from,
                    r->potential.spec);
    log_info("film of %s: %lld atoms, %lld of them substrate", r->film->from, (long long)c->atoms,
             (long long)f->substrate);
    return OK;
}

status run_input_film(const struct run_input *r, const struct engine_options *engine, struct config *c,
                      struct film *f)
{
    struct film_order o = {.input = r->film, .T = r->stages[0].T_from, .engine = *engine};
    if (r->film->from) return par_agree(take_film(r, c, f));
    for (size_t i = r->n_stages; i-- > 0;)
        if (r->stages[i].action == STAGE_DEPOSIT)
            memcpy(o.fraction, r->stages[i].deposit->species.fraction, sizeof o.fraction);
    o.engine.seed ^= (uint64_t)1 << 62; /* other noise than the run's */
    TRY(film_build(&o, c, f));
    TRY(par_agree(build_velocities(c, o.T, units_boltzmann(&r->input.units), (uint64_t)r->seed, 0)));
    if (f->kind == FILM_FIXED) memset(c->v, 0, 3 * (size_t)c->atoms * sizeof *c->v);
    return OK;
}
