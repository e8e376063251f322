/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint tg — the glass transition of a cooling ramp, the onset of a heating ramp. */
#include "analysis/cmd/values.h"
#include "analysis/fit/onset.h"
#include "analysis/report/figure.h"
#include "analysis/report/ramp.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/run_units.h"
#include "base/args.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    bool onset, json;
    const char *stage, *windows, *width, *figure, *output;
    int64_t replicates, seed;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--stage", 0, ARG_STRING, AT(stage), "LABEL", "which ramp (the one that spans most)"},
    {"--windows", 'w', ARG_STRING, AT(windows), "A,B,C,D",
     "glass A to B, liquid C to D, in units of the T_g found (0.4,0.7,1.15,1.5)"},
    {"--onset", 0, ARG_FLAG, AT(onset), NULL, "heating ramp: onset of the rise of c_p, by its tangent"},
    {"--width", 0, ARG_STRING, AT(width), "DT", "--onset: width of the slopes of H(T) (1/40 of the ramp)"},
    {"--replicates", 0, ARG_INT, AT(replicates), "N", "of the bootstrap (500)"},
    {"--seed", 0, ARG_INT, AT(seed), "N", "seed of the bootstrap (1)"},
    {"--figure", 0, ARG_STRING, AT(figure), "DIR", "draw H(T) and V(T) with the lines (gnuplot) into DIR"},
    {"--output", 'o', ARG_STRING, AT(output), "FILE.h5", "write /entry/glint/glass_transition"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_tg;

enum { RUNS = 32 };
struct subject {
    const char *path;
    char name[RUN_NAME];
    struct run_units units; /* with the map of the input when a run folder was given */
    struct ramp ramp;
    struct onset onset;
};

/* ---- reading ---- */

static status load(struct subject *s, const struct options *o)
{
    struct stat info;
    struct run_folder f;
    struct run_thermo t = {0};
    status st;
    bool folder = stat(s->path, &info) == 0 && S_ISDIR(info.st_mode);
    if (folder) {
        TRY(run_folder_open_thermo(&f, s->path));
        st = run_units_of(&s->units, &f);
        memcpy(s->name, f.name, sizeof s->name);
    } else {
        TRY(run_thermo_read(&t, s->path));
        st = run_units_plain(&s->units, t.units);
        snprintf(s->name, sizeof s->name, "%.*s", RUN_NAME - 1, s->path);
    }
    if (st == OK)
        st = ramp_load(&s->ramp, folder ? &f.thermo : &t, o->onset ? RAMP_HEATING : RAMP_COOLING, o->stage);
    if (st != OK) status_context(st, "%s", s->path);
    if (folder) run_folder_free(&f);
    run_thermo_free(&t);
    return st;
}

static status read_windows(const char *text, struct kink_options *k)
{
    struct values v;
    if (!text) return OK;
    TRY(values_numbers(&v, "--windows", text));
    if (v.n != 4)
        return fail(BAD_INPUT, "--windows '%s': four numbers were expected, like 0.4,0.7,1.15,1.5", text);
    memcpy(k->lower, v.value, sizeof k->lower);
    memcpy(k->upper, v.value + 2, sizeof k->upper);
    return OK;
}

static status measure(struct subject *s, const struct options *o)
{
    TRY(load(s, o));
    if (!o->onset) {
        struct kink_options k = {.replicates = o->replicates, .seed = (uint64_t)o->seed};
        TRY(read_windows(o->windows, &k));
        return ramp_transition(&s->ramp, &k);
    }
    const struct ramp *r = &s->ramp;
    double width = (r->T[r->rows - 1] - r->T[0]) / 40.0;
    if (o->width) TRY(units_parse(&s->units.system, o->width, QUANTITY_TEMPERATURE, &width));
    status st = onset_find(&s->onset, r->rows, r->T, r->curve[RAMP_H], width, (uint64_t)o->seed);
    return st == OK ? OK : status_context(st, "%s", s->path);
}

/* ---- text ---- */

static void print_value(const struct subject *s, const char *name, enum quantity q, double value)
{
    char a[UNITS_TEXT], b[RUN_UNITS_TEXT];
    const struct unit_system *u = &s->units.system;
    snprintf(a, sizeof a, "%.6g %s", value / units_size(u, q), units_label(u, q));
    printf("# %-10s %s%s\n", name, a, run_units_beside(&s->units, q, value, b));
}

static void print_head(const struct subject *s)
{
    const struct ramp *r = &s->ramp;
    double size = units_size(&r->units, QUANTITY_TEMPERATURE);
    printf("# %s, stage %s: T %.5g to %.5g %s, %" PRId64 " rows\n", s->name, r->stage, r->T[0] / size,
           r->T[r->rows - 1] / size, units_label(&r->units, QUANTITY_TEMPERATURE), r->rows);
    print_value(s, "rate", QUANTITY_COOLING_RATE, r->rate);
    if (r->has_pressure)
        print_value(s, "P_set", QUANTITY_PRESSURE, r->pressure);
    else
        printf("# no set pressure: fixed volume, H is the energy\n");
    if (s->units.mapped) printf("# %s\n", s->units.text);
}

static void print_transition(const struct subject *s)
{
    const struct ramp *r = &s->ramp;
    double kB = units_boltzmann(&r->units);
    char real[RUN_UNITS_TEXT];
    printf("# curve      T_g   error  systematic (range)            glass window   liquid window    slopes "
           "(k_B for energies)  block\n");
    for (int c = 0; c < RAMP_CURVES; c++) {
        const struct kink *k = &r->kink[c];
        double per = c == RAMP_V ? 1.0 : kB;
        if (!isfinite(k->x)) {
            printf("%-6s         -   %s\n", ramp_curve_names[c], k->why);
            continue;
        }
        double lower = k->lower.slope_error / per, upper = k->upper.slope_error / per,
               larger = fmax(k->error, isfinite(k->systematic) ? k->systematic : 0.0);
        int places = larger > 1e-9 * fabs(k->x) ? text_places(larger) : 4;
        char slope[2][TEXT_ERRORS];
        printf("%-6s %9.*f %7.*f %7.*f (%.5g to %.5g)  %.4g to %.4g  %.4g to %.4g  %s, %s  "
               "%" PRId64 "%s\n",
               ramp_curve_names[c], places, k->x, places, k->error, places, k->systematic, k->low, k->high,
               k->lower.from, k->lower.to, k->upper.from, k->upper.to,
               text_errors(slope[0], k->lower.slope / per, 1, &lower),
               text_errors(slope[1], k->upper.slope / per, 1, &upper), k->block,
               k->found ? run_units_beside(&s->units, QUANTITY_TEMPERATURE, k->x, real) : "  not a result:");
        if (!k->found) printf("#      %s\n", k->why);
    }
}

static void print_onset(const struct subject *s)
{
    const struct onset *o = &s->onset;
    double kB = units_boltzmann(&s->ramp.units);
    char number[TEXT_ERRORS];
    printf("# c_p = dH/dT per atom over %.4g; baseline %.4g k_B; steepest rise at %.5g; largest c_p %.4g k_B "
           "at %.5g\n",
           o->width, o->base / kB, o->steepest, o->peak_c / kB, o->peak);
    if (o->found)
        printf("T_onset %s\n", text_errors(number, o->x, 1, &o->error));
    else
        printf("# %s\n", o->why);
    printf("#          T       c_p/k_B\n");
    for (int64_t i = 0; i < o->points; i++) printf("%12.6g %12.6g\n", o->T[i], o->c[i] / kB);
}

static void print_rates(const struct subject *s, int n)
{
    printf("\n\n# run                      rate   T_g(H)  error  syst.   T_g(V)  error  syst.\n");
    for (int i = 0; i < n; i++) {
        const struct ramp *r = &s[i].ramp;
        printf("%-20.20s %10.4g", s[i].name, r->rate / units_size(&r->units, QUANTITY_COOLING_RATE));
        for (int c = RAMP_H; c <= RAMP_V; c++) {
            const struct kink *k = &r->kink[c];
            if (k->found)
                printf("  %7.5g %6.2g %6.2g", k->x, k->error, k->systematic);
            else
                printf("        -      -      -");
        }
        printf("\n");
    }
    printf("# rate in %s\n", units_label(&s[0].ramp.units, QUANTITY_COOLING_RATE));
}

/* ---- JSON ---- */

static void json_kink(struct json *j, const char *name, const struct kink *k)
{
    json_open(j, name, '{');
    json_bool(j, "found", k->found);
    if (!k->found) json_string(j, "why", k->why);
    json_number(j, "T_g", k->x);
    json_number(j, "error", k->error);
    json_number(j, "systematic", k->systematic);
    json_number(j, "low", k->low);
    json_number(j, "high", k->high);
    json_integer(j, "variations", k->variations);
    json_integer(j, "iterations", k->iterations);
    json_integer(j, "block", k->block);
    json_number(j, "evidence", k->evidence);
    const struct kink_line *line[2] = {&k->lower, &k->upper};
    for (int w = 0; w < 2; w++) {
        json_open(j, w ? "liquid" : "glass", '{');
        json_number(j, "from", line[w]->from);
        json_number(j, "to", line[w]->to);
        json_number(j, "ratio_from", k->ratio[2 * w]);
        json_number(j, "ratio_to", k->ratio[2 * w + 1]);
        json_integer(j, "rows", line[w]->rows);
        json_number(j, "slope", line[w]->slope);
        json_number(j, "slope_error", line[w]->slope_error);
        json_number(j, "intercept", line[w]->intercept);
        json_close(j);
    }
    json_close(j);
}

static void json_onset(struct json *j, const struct onset *o)
{
    json_open(j, "onset", '{');
    json_bool(j, "found", o->found);
    if (!o->found) json_string(j, "why", o->why);
    json_number(j, "T_onset", o->x);
    json_number(j, "error", o->error);
    json_number(j, "width", o->width);
    json_number(j, "baseline", o->base);
    json_number(j, "steepest", o->steepest);
    json_number(j, "peak", o->peak);
    json_number(j, "peak_c", o->peak_c);
    json_close(j);
}

static void print_json(const struct subject *s, int n, const struct options *o)
{
    struct json j = json_start();
    json_open(&j, NULL, '[');
    for (int i = 0; i < n; i++) {
        const struct ramp *r = &s[i].ramp;
        json_open(&j, NULL, '{');
        json_string(&j, "run", s[i].name);
        json_string(&j, "stage", r->stage);
        json_string(&j, "units", r->units.kind == UNITS_METAL ? "metal" : "lj");
        json_number(&j, "rate", r->rate / units_size(&r->units, QUANTITY_COOLING_RATE));
        json_string(&j, "rate_unit", units_label(&r->units, QUANTITY_COOLING_RATE));
        json_number(&j, "pressure", r->pressure / units_size(&r->units, QUANTITY_PRESSURE));
        json_integer(&j, "rows", r->rows);
        for (int c = 0; c < RAMP_CURVES && !o->onset; c++) json_kink(&j, ramp_curve_names[c], &r->kink[c]);
        if (o->onset) json_onset(&j, &s[i].onset);
        json_close(&j);
    }
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
}

/* ---- figure and file ---- */

static status draw(const struct subject *s, const struct options *o)
{
    char name[FIGURE_NAME];
    struct figure f;
    snprintf(name, sizeof name, "glass-transition-%.60s", s->name);
    TRY(figure_begin(&f, o->figure, name, 980, 420));
    status st = ramp_figure(&f, &s->ramp);
    if (st == OK) st = figure_end(&f);
    if (st == OK && !f.drawn) log_warning("%s is not drawn: %s", f.gp, f.why);
    figure_free(&f);
    return st;
}

static status write_output(const struct subject *s, int n, const char *path)
{
    struct h5 f;
    status st = OK;
    TRY(h5_begin(&f, path));
    for (int i = 0; i < n && st == OK; i++) {
        char group[160], safe[80];
        figure_file_name(safe, sizeof safe, s[i].name);
        snprintf(group, sizeof group, "entry/glint/glass_transition/%s", safe);
        st = ramp_write(&s[i].ramp, &f, group);
    }
    if (st == OK) return h5_commit(&f);
    h5_close(&f);
    return st;
}

static status all(struct subject *s, int n, const struct options *o)
{
    for (int i = 0; i < n; i++) TRY(measure(&s[i], o));
    for (int i = 1; i < n; i++)
        if (s[i].ramp.units.kind != s[0].ramp.units.kind)
            return fail(BAD_INPUT, "%s and %s are in different units", s[0].path, s[i].path);
    for (int i = 0; i < n && o->figure && !o->onset; i++) TRY(draw(&s[i], o));
    if (o->output) TRY(write_output(s, n, o->output));
    if (o->json) {
        print_json(s, n, o);
        return OK;
    }
    for (int i = 0; i < n; i++) {
        if (i > 0) printf("\n\n");
        print_head(&s[i]);
        if (o->onset)
            print_onset(&s[i]);
        else
            print_transition(&s[i]);
    }
    if (n > 1 && !o->onset) print_rates(s, n);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {.seed = 1};
    struct subject *s = NULL;
    const char *file[RUNS];
    int n;
    TRY(args_parse(&cmd_tg, argc, argv, &o, file, 1, RUNS, &n));
    if (o.onset && (o.windows || o.figure || o.output))
        return fail(BAD_INPUT, "--onset takes neither --windows nor --figure nor --output");
    if (o.replicates < 0) return fail(BAD_INPUT, "--replicates %" PRId64 " is negative", o.replicates);
    TRY(NEW(s, (size_t)n));
    for (int i = 0; i < n; i++) s[i].path = file[i];
    status st = all(s, n, &o);
    for (int i = 0; i < n; i++) {
        ramp_free(&s[i].ramp);
        onset_free(&s[i].onset);
    }
    DELETE(s);
    return st;
}

const struct command cmd_tg = {
    .name = "tg",
    .summary = "glass transition temperature of a cooling ramp, onset of a heating ramp",
    .synopsis = "RUNDIR|thermo.csv… [--stage LABEL] [--windows A,B,C,D] [--figure DIR] [--json]",
    .description =
        "Lines are fitted to a glass and a liquid window of H(T), V(T) and E_pot(T), per atom, against the "
        "set temperature; T_g is where they meet. The windows are multiples of T_g and found together with "
        "it. H = E_kin + E_pot + P V with the barostat's set pressure. error: block bootstrap of the noise; "
        "systematic: standard deviation over 81 sets of moved windows. Without a kink, or with too few rows, "
        "it says so (exit code 0). T_g depends on the rate and on the curve: several runs give a table. "
        "--onset: c_p = dH/dT of a heating ramp; the tangent at its steepest rise meets the baseline.",
    .examples = "  glint tg runs/quench\n"
                "  glint tg runs/fast runs/slow --json\n"
                "  glint tg runs/quench/thermo.csv --windows 0.5,0.8,1.1,1.4 --figure figures\n"
                "  glint tg runs/heat --onset --width '10 K'\n",
    .args = args,
    .run = run};
