/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/bench.h"
#include "base/args.h"
#include "base/isa.h"
#include "commands.h"
#include "par/par.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct benchmark {
    const char *name, *potential;
    status (*run)(const struct bench_options *o);
} benchmarks[] = {
    {"lj", "wahnstrom:cutoff=2.5aa", bench_md},     {"eam", "cuzr:m19", bench_md},
    {"list", "wahnstrom:cutoff=2.5aa", bench_list}, {"speckle", "wahnstrom:cutoff=2.5aa", bench_speckle},
    {"io", "wahnstrom:cutoff=2.5aa", bench_io},
};
enum { BENCHMARKS = sizeof benchmarks / sizeof *benchmarks };

/* The state that is timed, by the units of the potential: the supercooled Wahnström liquid, glassy Cu50Zr50.
 */
static const struct bench_options states[] = {
    {.density = 1.296, .temperature = 0.6, .melt_temperature = 1.2, .dt = 0.005, .melt = 4000},
    {.density = 0.0555, .temperature = 600.0, .melt_temperature = 2000.0, .dt = 0.002, .melt = 8000},
};

struct options {
    struct bench_options o;
    int64_t frames, pixels; /* of ttcf, which reads them itself */
};
#define AT(field) offsetof(struct options, o.field)
static const struct arg args[] = {
    {"--atoms", 0, ARG_INT, AT(atoms), "N", "number of atoms (default 32000)"},
    {"--steps", 0, ARG_INT, AT(steps), "N",
     "steps of each of the 5 timed parts (default: at least 2 s and 5 rebuilds in all)"},
    {"--potential", 0, ARG_STRING, AT(potential), "SPEC",
     "default: wahnstrom:cutoff=2.5aa, cuzr:m19 for eam; also sets units and state"},
    {"--density", 0, ARG_DOUBLE, AT(density), "RHO",
     "number density (default 1.296 /sigma^3; 0.0555 /angstrom^3)"},
    {"--temperature", 0, ARG_DOUBLE, AT(temperature), "T", "temperature (default 0.6 eps/kB; 600 K)"},
    {"--melt", 0, ARG_INT, AT(melt), "N", "untimed steps that make the state (default 4000; 8000 for eam)"},
    {"--state", 0, ARG_STRING, AT(state), "FILE",
     "take the equilibrated positions from FILE, or keep them there if it does not exist"},
    {"--skin", 0, ARG_DOUBLE, AT(skin), "S", "how far cells reach beyond the cutoff (default: the engine's)"},
    {"--inner-skin", 0, ARG_DOUBLE, AT(inner_skin), "S", "how far lists go beyond the cutoff"},
    {"--threads", 0, ARG_INT, AT(threads), "N", "threads of each rank"},
    {"--precision", 0, ARG_STRING, AT(precision_word), "WORD",
     "lj, eam, list: double (default) or mixed: pair terms in float"},
    {"--folder", 0, ARG_STRING, AT(folder), "DIR", "io: where files are written for a moment (default /tmp)"},
    {"--frames", 0, ARG_INT, offsetof(struct options, frames), "N", "ttcf: patterns (default 4000)"},
    {"--pixels", 0, ARG_INT, offsetof(struct options, pixels), "N", "ttcf: pixels of each (default 10000)"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_bench;

/* ---- what they share ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_time(struct bench_timing *t, const double seconds[BENCH_PARTS])
{
    memcpy(t->part, seconds, sizeof t->part);
    par_max(t->part, BENCH_PARTS);
    qsort(t->part, BENCH_PARTS, sizeof *t->part, ascending);
    t->median = t->part[BENCH_PARTS / 2];
    t->spread = (t->part[BENCH_PARTS - 1] - t->part[0]) / t->median;
}

void bench_memory(double *most, double *sum)
{
    char line[256];
    long long kB = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %lld kB", &kB) == 1) break;
    if (f) fclose(f);
    int64_t all = kB;
    *most = 1024.0 * (double)kB;
    par_max(most, 1);
    par_sum_int64(&all, 1);
    *sum = 1024.0 * (double)all;
}

struct json bench_json(const struct bench_options *o, int threads)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "version", GLINT_VERSION);
    json_string(&j, "kernel", o->kernel);
    json_string(&j, "potential", o->potential);
    json_integer(&j, "atoms", o->atoms);
    json_integer(&j, "ranks", par_size());
    json_integer(&j, "threads", threads);
    json_string(&j, "isa", isa_name(isa_best()));
    json_string(&j, "precision", potential_precisions[o->precision]);
    return j;
}

void bench_json_print(struct json *j)
{
    json_close(j);
    puts(j->text.s ? j->text.s : "");
    json_free(j);
}

/* ---- the command ---- */

/* What was not said follows from the units of the potential. */
static status complete(struct bench_options *o)
{
    struct potential p;
    TRY(precision_parse(o->precision_word, &o->precision));
    TRY(potential_make(&p, o->potential));
    const struct bench_options *standard = &states[strcmp(p.kind->units, "metal") == 0];
    potential_free(&p);
    if (o->density == 0.0) o->density = standard->density;
    if (o->temperature == 0.0) o->temperature = standard->temperature;
    if (o->melt < 0) o->melt = standard->melt;
    o->dt = standard->dt;
    o->melt_temperature = standard->melt_temperature;
    if (o->melt_temperature < o->temperature) o->melt_temperature = o->temperature;
    if (!o->folder) o->folder = "/tmp";
    if (o->atoms < 2 || !(o->density > 0.0) || !(o->temperature > 0.0) || o->steps < 0)
        return fail(BAD_INPUT, "atoms, density, temperature and steps must be positive");
    return OK;
}

static status run(int argc, char **argv)
{
    struct options all = {.o = {.atoms = 32000, .melt = -1}};
    struct bench_options *o = &all.o;
    const struct benchmark *b = NULL;
    TRY(args_parse(&cmd_bench, argc, argv, &all, &o->kernel, 1, 1, NULL));
    if (strcmp(o->kernel, "ttcf") == 0) return cmd_bench_ttcf.run(argc, argv);
    if (all.frames || all.pixels) return fail(BAD_INPUT, "--frames and --pixels are for ttcf");
    const char *names[BENCHMARKS + 1] = {[BENCHMARKS] = "ttcf"};
    for (int i = 0; i < BENCHMARKS; i++) {
        names[i] = benchmarks[i].name;
        if (strcmp(o->kernel, names[i]) == 0) b = &benchmarks[i];
    }
    if (!b) {
        const char *near = text_nearest(o->kernel, names, BENCHMARKS + 1);
        return fail(BAD_INPUT, "unknown benchmark '%s'%s%s%s: lj, eam, list, speckle, io or ttcf", o->kernel,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    if (!o->potential) o->potential = b->potential;
    TRY(complete(o));
    TRY(isa_check());
    TRY(par_start());
    status s = par_agree(b->run(o));
    par_finish();
    return s;
}

const struct command cmd_bench = {
    .name = "bench",
    .summary = "how fast the engine and the analysis are on this machine",
    .synopsis = "lj|eam|list|speckle|io|ttcf [--atoms N] [--threads N] [--precision double|mixed] [--json]",
    .description =
        "lj, eam: steps of molecular dynamics, all in. The state is molten, cooled and held at the "
        "temperature, "
        "untimed, as a\n"
        "sample of some 4000 atoms that is repeated to the wanted size (--state keeps it); then five parts "
        "of an NVE run "
        "are timed,\n"
        "together at least 2 s and 5 list rebuilds. list: rebuilds of the neighbor lists. speckle: a frame "
        "of "
        "patterns, points on\n"
        "a plane and a spot (direct sum) and a whole shell (FFT). io: checkpoints written (with fsync) and "
        "read, "
        "frames of a\n"
        "trajectory. ttcf: two-time correlation of made-up patterns beside one ssyrk of OpenBLAS.\n"
        "All report the median of five parts and their spread. Useful pairs and list slots are counted from "
        "both "
        "atoms.",
    .examples = "  glint bench lj --threads 1\n  glint bench lj --potential wahnstrom:cutoff=2.5ij --atoms "
                "4000 --json\n"
                "  glint bench lj --threads 1 --precision mixed\n"
                "  glint bench eam --threads 1 --state cuzr.data\n"
                "  mpirun -n 2 --bind-to core glint bench lj\n"
                "  glint bench ttcf --frames 8000 --pixels 10000",
    .args = args,
    .run = run,
};
