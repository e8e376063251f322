/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/phases.h"
#include "integrate/engine.h"
#include "par/par.h"
#include "system/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 5 };

/* The states that are timed: the density is that of the liquid at the melting temperature or the glass that a
 * run at zero pressure would have; dt in the unit of people (tau, ps). */
static const struct bench_case {
    const char *name, *potential;
    double density, melt_temperature, temperature, dt;
} cases[] = {
    {"lj", "wahnstrom:cutoff=2.5aa", 1.296, 1.2, 0.6, 0.005},
    {"eam", "cuzr:m19", 0.0555, 2000.0, 600.0, 0.002},
};
enum { CASES = sizeof cases / sizeof *cases };

struct options {
    const char *potential, *precision;
    int64_t atoms, steps, threads, melt;
    double density, temperature, skin, inner_skin;
    bool json;
};

static const struct arg args[] = {
    {"--atoms", 0, ARG_INT, offsetof(struct options, atoms), "N", "number of atoms (default 32000)"},
    {"--steps", 0, ARG_INT, offsetof(struct options, steps), "N",
     "steps of each of the 5 timed parts (default: at least 2 s and 5 rebuilds in all)"},
    {"--potential", 0, ARG_STRING, offsetof(struct options, potential), "SPEC",
     "default: wahnstrom:cutoff=2.5aa for lj, cuzr:m19 for eam"},
    {"--density", 0, ARG_DOUBLE, offsetof(struct options, density), "RHO",
     "number density (default 1.296 /sigma^3; 0.0555 /angstrom^3)"},
    {"--temperature", 0, ARG_DOUBLE, offsetof(struct options, temperature), "T",
     "temperature (default 0.6 eps/kB; 600 K)"},
    {"--melt", 0, ARG_INT, offsetof(struct options, melt), "N",
     "untimed steps that make the state (default 2000)"},
    {"--skin", 0, ARG_DOUBLE, offsetof(struct options, skin), "S",
     "outer skin of the lists (default: the engine's)"},
    {"--inner-skin", 0, ARG_DOUBLE, offsetof(struct options, inner_skin), "S", "inner skin of the lists"},
    {"--threads", 0, ARG_INT, offsetof(struct options, threads), "N", "threads of each rank"},
    {"--precision", 0, ARG_STRING, offsetof(struct options, precision), "WORD",
     "double (default) or mixed: pair terms in float"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_bench;

struct timing {
    double seconds[REPEATS];
    struct phases phases; /* of all parts */
    int64_t steps;        /* of one part */
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* A liquid: molten, then at the wanted temperature, by velocity rescaling; then NVE. */
static status make_state(struct engine *e, const struct options *o, const struct bench_case *b)
{
    e->ensemble.thermostat = THERMOSTAT_BUSSI;
    e->ensemble.tau_T = 20.0 * e->dt;
    e->ensemble.T_from = e->ensemble.T_to = b->melt_temperature;
    TRY(engine_advance(e, o->melt / 2, false));
    e->ensemble.T_from = e->ensemble.T_to = o->temperature;
    TRY(engine_advance(e, o->melt, false));
    e->ensemble = ensemble_nve();
    return engine_forces(e);
}

static status measure(struct engine *e, const struct options *o, struct timing *t)
{
    t->steps = o->steps;
    if (t->steps <= 0) { /* long enough for 2 s and 5 rebuilds in all */
        double begin = clock_now();
        TRY(engine_advance(e, e->step + 100, false));
        double part = (clock_now() - begin) / 100.0;
        par_max(&part, 1);
        t->steps = (int64_t)ceil(2.2 / REPEATS / part / 50.0) * 50;
        if (t->steps < LIST_LIFETIME) t->steps = LIST_LIFETIME;
    }
    engine_count_afresh(e);
    double start = clock_now();
    for (int k = 0; k < REPEATS; k++) {
        double begin = clock_now();
        TRY(engine_advance(e, e->step + t->steps, false));
        t->seconds[k] = clock_now() - begin;
    }
    phases_collect(&t->phases, e,
                   &(struct phases_part){.wall = clock_now() - start, .steps = REPEATS * t->steps});
    par_max(t->seconds, REPEATS);
    qsort(t->seconds, REPEATS, sizeof *t->seconds, ascending);
    return OK;
}

static void report(const struct engine *e, const struct timing *t, int64_t slots, bool as_json)
{
    double n = (double)e->domain.total, median = t->seconds[REPEATS / 2], steps = (double)t->steps;
    double rate = steps / median, spread = (t->seconds[REPEATS - 1] - t->seconds[0]) / median;
    if (!as_json) {
        printf("%s, %lld atoms, %d rank%s x %d threads, %s, %s precision\n", e->potential.spec, (long long)n,
               par_size(), par_size() == 1 ? "" : "s", e->list.threads, isa_name(e->list.isa),
               potential_precisions[e->precision]);
        printf(
            "%.4g steps/s   %.4g M atom-steps/s   %.4g ns per atom and step (median of %d; spread %.0f %%)\n",
            rate, 1e-6 * n * rate, 1e9 / (n * rate), REPEATS, 100.0 * spread);
        printf("T %.4g   energy per atom %.6g   list slots per atom %.4g   skins %.3g, %.3g   %lld rebuilds, "
               "%lld prunes "
               "in %lld steps\n",
               engine_temperature(e), e->energy / n, (double)slots / n, e->list.skin, e->list.inner_skin,
               (long long)e->rebuilds, (long long)e->prunes, (long long)(REPEATS * t->steps));
        struct text table = {0};
        phases_table(&t->phases, &table);
        fputs(table.s ? table.s : "", stdout);
        text_free(&table);
        return;
    }
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "kernel", e->potential.spec);
    json_integer(&j, "atoms", e->domain.total);
    json_integer(&j, "steps", t->steps);
    json_integer(&j, "ranks", par_size());
    json_integer(&j, "threads", e->list.threads);
    json_string(&j, "isa", isa_name(e->list.isa));
    json_string(&j, "precision", potential_precisions[e->precision]);
    json_number(&j, "steps_per_s", rate);
    json_number(&j, "atom_steps_per_s", n * rate);
    json_number(&j, "ns_per_atom_step", 1e9 / (n * rate));
    json_number(&j, "spread", spread);
    phases_json(&j, &t->phases);
    json_number(&j, "temperature", engine_temperature(e));
    json_number(&j, "energy_per_atom", e->energy / n);
    json_number(&j, "list_slots_per_atom", (double)slots / n);
    json_integer(&j, "rebuilds", e->rebuilds);
    json_integer(&j, "prunes", e->prunes);
    json_number(&j, "skin", e->list.skin);
    json_number(&j, "inner_skin", e->list.inner_skin);
    json_close(&j);
    puts(j.text.s ? j.text.s : "");
    json_free(&j);
}

static status bench(const struct options *o, const struct bench_case *b)
{
    struct config c = {0};
    struct engine e = {0};
    struct potential p = {0};
    struct timing t;
    status s = OK;
    GUARD(potential_make(&p, o->potential));
    struct build_mixture m = {
        .atoms = o->atoms, .density = o->density, .fraction = {0.5, 0.5}, .species = p.species, .seed = 1};
    GUARD(build_mixture(&c, &m));
    bool metal = strcmp(p.kind->units, "metal") == 0;
    struct unit_system units = metal ? units_metal() : units_lj();
    GUARD(build_velocities(&c, b->melt_temperature, units_boltzmann(&units), 1, 0));
    struct engine_options eo = {.potential = o->potential,
                                .dt = b->dt * units_size(&units, QUANTITY_TIME),
                                .threads = (int)o->threads,
                                .seed = 1,
                                .skin = o->skin,
                                .inner_skin = o->inner_skin};
    GUARD(precision_parse(o->precision, &eo.precision));
    GUARD(engine_start(&e, &eo, &c));
    log_info("making the state: %lld atoms, %lld steps", (long long)o->atoms, (long long)o->melt);
    GUARD(make_state(&e, o, b));
    GUARD(measure(&e, o, &t));
    int64_t slots = list_slots(&e.list, e.domain.n);
    par_sum_int64(&slots, 1);
    if (par_rank() == 0) report(&e, &t, slots, o->json);
done:
    engine_free(&e);
    potential_free(&p);
    config_free(&c);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {.atoms = 32000, .melt = 2000};
    const char *what = NULL;
    const struct bench_case *b = NULL;
    TRY(args_parse(&cmd_bench, argc, argv, &o, &what, 1, 1, NULL));
    for (int i = 0; i < CASES; i++)
        if (strcmp(what, cases[i].name) == 0) b = &cases[i];
    if (!b) return fail(BAD_INPUT, "unknown benchmark '%s': lj or eam", what);
    if (!o.potential) o.potential = b->potential;
    if (o.density == 0.0) o.density = b->density;
    if (o.temperature == 0.0) o.temperature = b->temperature;
    if (o.atoms < 2 || !(o.density > 0.0) || !(o.temperature > 0.0) || o.melt < 0)
        return fail(BAD_INPUT, "atoms, density, temperature and melt must be positive");
    TRY(isa_check());
    TRY(par_start());
    status s = par_agree(bench(&o, b));
    par_finish();
    return s;
}

const struct command cmd_bench = {
    .name = "bench",
    .summary = "how fast the engine is on this machine",
    .synopsis = "lj|eam [--atoms N] [--steps N] [--threads N] [--precision double|mixed] [--json]",
    .description =
        "Melts and equilibrates a liquid (untimed), then times five parts of an NVE run and reports the "
        "median: all in,\n"
        "force, neighbor lists, halo and integration. At least 2 s and normally more than 5 list rebuilds.",
    .examples = "  glint bench lj --threads 1\n  glint bench lj --potential wahnstrom:cutoff=2.5ij --atoms "
                "4000 --json\n"
                "  glint bench eam --threads 1\n"
                "  glint bench lj --threads 1 --precision mixed\n"
                "  mpirun -n 2 --bind-to core glint bench lj",
    .args = args,
    .run = run,
};
