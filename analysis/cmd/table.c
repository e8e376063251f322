/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint table — one row a member of a campaign, means over the seeds, a figure. */
#include "analysis/report/campaign_figure.h"
#include "base/args.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct arg_list column;
    const char *stage, *over, *plot, *against;
    bool means, csv, json;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--column", 'c', ARG_LIST, AT(column), "NAME",
     "a column, may be repeated: T, P, density, potential_per_atom, e_IS, density_IS, a number of run.json, "
     "or a "
     "path in results.h5: isf@tau_alpha, 3d/fit_kww/tau[0]"},
    {"--stage", 0, ARG_STRING, AT(stage), "LABEL",
     "stage of T, P, density, energy (default: the last that moves)"},
    {"--over", 0, ARG_STRING, AT(over), "KEY", "key over which means are taken (default seed)"},
    {"--means", 0, ARG_FLAG, AT(means), NULL, "print the means only"},
    {"--csv", 0, ARG_FLAG, AT(csv), NULL,
     "print comma-separated values: the members or, with --means, the means"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "members and means for machines"},
    {"--plot", 0, ARG_STRING, AT(plot), "NAME", "draw this column into DIR/figures"},
    {"--against", 0, ARG_STRING, AT(against), "KEY", "swept key of the horizontal axis (default: the first)"},
    {0}};

extern const struct command cmd_table;

/* ---- text ---- */

static void print_cell(double value)
{
    char out[32];
    snprintf(out, sizeof out, "%.7g", value);
    printf(" %14s", isfinite(value) ? out : "-");
}

/* "123.4567 +- 0.0012" with two digits of the error. */
static void print_mean(double mean, double error)
{
    char out[64];
    if (!isfinite(mean)) {
        snprintf(out, sizeof out, "-");
    } else if (!(error > 0.0)) {
        snprintf(out, sizeof out, "%.7g", mean);
    } else {
        int digits = text_places(error);
        snprintf(out, sizeof out, "%.*f +- %.*f", digits, mean, digits, error);
    }
    printf(" %24s", out);
}

static int key_width(const struct campaign_table *t, int k)
{
    size_t width = strlen(t->key[k].name);
    for (size_t i = 0; i < t->members.n; i++) {
        size_t n = strlen(campaign_table_value(t, i, k));
        width = n > width ? n : width;
    }
    return (int)width;
}

static void print_members(const struct campaign_table *t)
{
    size_t width = 8;
    for (size_t i = 0; i < t->members.n; i++)
        width = strlen(t->members.name[i]) > width ? strlen(t->members.name[i]) : width;
    printf("%-*s %-8s", (int)width, "# member", "state");
    for (int c = 0; c < t->columns; c++) printf(" %14s", t->column[c].name);
    printf("\n");
    for (size_t i = 0; i < t->members.n; i++) {
        printf("%-*s %-8s", (int)width, t->members.name[i], t->state[i]);
        for (int c = 0; c < t->columns; c++) print_cell(t->column[c].value[i]);
        printf("\n");
    }
}

static int64_t most_members(const struct campaign_table *t, size_t g)
{
    int64_t n = 0;
    for (int c = 0; c < t->columns; c++) n = t->column[c].count[g] > n ? t->column[c].count[g] : n;
    return n;
}

static void print_means(const struct campaign_table *t, const char *over)
{
    printf("# means over %s with their standard error; n: members that are done\n#", over);
    for (int k = 0; k < t->keys; k++)
        if (!t->key[k].over) printf(" %-*s", key_width(t, k), t->key[k].name);
    printf(" %4s", "n");
    for (int c = 0; c < t->columns; c++) printf(" %24s", t->column[c].name);
    printf("\n");
    for (size_t g = 0; g < t->groups; g++) {
        printf(" ");
        for (int k = 0; k < t->keys; k++)
            if (!t->key[k].over) printf(" %-*s", key_width(t, k), campaign_table_value(t, t->first[g], k));
        printf(" %4" PRId64, most_members(t, g));
        for (int c = 0; c < t->columns; c++) print_mean(t->column[c].mean[g], t->column[c].error[g]);
        printf("\n");
    }
}

/* ---- csv ---- */

static void csv_text(const char *before, const char *text, const char *after)
{
    fputs(before, stdout);
    if (text[strcspn(text, ",\"\n")] == '\0') {
        fputs(text, stdout);
    } else {
        putchar('"');
        for (const char *c = text; *c; c++) {
            if (*c == '"') putchar('"');
            putchar(*c);
        }
        putchar('"');
    }
    fputs(after, stdout);
}

static void csv_number(double value)
{
    if (isfinite(value))
        printf(",%.17g", value);
    else
        printf(",");
}

static void csv_members(const struct campaign_table *t)
{
    printf("member");
    for (int k = 0; k < t->keys; k++) csv_text(",", t->key[k].name, "");
    printf(",state");
    for (int c = 0; c < t->columns; c++) csv_text(",", t->column[c].name, "");
    for (size_t i = 0; i < t->members.n; i++) {
        printf("\n%s", t->members.name[i]);
        for (int k = 0; k < t->keys; k++) csv_text(",", campaign_table_value(t, i, k), "");
        printf(",%s", t->state[i]);
        for (int c = 0; c < t->columns; c++) csv_number(t->column[c].value[i]);
    }
    printf("\n");
}

static void csv_means(const struct campaign_table *t)
{
    char error[CAMPAIGN_NAME + 8];
    for (int k = 0; k < t->keys; k++)
        if (!t->key[k].over) csv_text("", t->key[k].name, ",");
    printf("n");
    for (int c = 0; c < t->columns; c++) {
        snprintf(error, sizeof error, "%s_error", t->column[c].name);
        csv_text(",", t->column[c].name, ",");
        csv_text("", error, "");
    }
    for (size_t g = 0; g < t->groups; g++) {
        printf("\n");
        for (int k = 0; k < t->keys; k++)
            if (!t->key[k].over) csv_text("", campaign_table_value(t, t->first[g], k), ",");
        printf("%" PRId64, most_members(t, g));
        for (int c = 0; c < t->columns; c++) {
            csv_number(t->column[c].mean[g]);
            csv_number(t->column[c].error[g]);
        }
    }
    printf("\n");
}

/* ---- json ---- */

static void json_keys(struct json *j, const struct campaign_table *t, size_t member, bool all)
{
    for (int k = 0; k < t->keys; k++)
        if (all || !t->key[k].over) json_string(j, t->key[k].name, campaign_table_value(t, member, k));
}

static void json_means(struct json *j, const struct campaign_table *t)
{
    json_open(j, "means", '[');
    for (size_t g = 0; g < t->groups; g++) {
        json_open(j, NULL, '{');
        json_keys(j, t, t->first[g], false);
        for (int c = 0; c < t->columns; c++) {
            json_open(j, t->column[c].name, '{');
            json_number(j, "mean", t->column[c].mean[g]);
            json_number(j, "error", t->column[c].error[g]);
            json_integer(j, "n", t->column[c].count[g]);
            json_close(j);
        }
        json_close(j);
    }
    json_close(j);
}

static status print_json(const struct campaign_table *t)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_open(&j, "members", '[');
    for (size_t i = 0; i < t->members.n; i++) {
        json_open(&j, NULL, '{');
        json_string(&j, "member", t->members.name[i]);
        json_string(&j, "state", t->state[i]);
        json_keys(&j, t, i, true);
        for (int c = 0; c < t->columns; c++) json_number(&j, t->column[c].name, t->column[c].value[i]);
        json_close(&j);
    }
    json_close(&j);
    json_means(&j, t);
    json_close(&j);
    status s = j.text.out_of_memory ? fail(FAILED, "out of memory") : OK;
    if (s == OK) puts(j.text.s);
    json_free(&j);
    return s;
}

/* ---- */

static status find_axis(const struct campaign_table *t, const char *name, int *key)
{
    const char *names[CAMPAIGN_KEYS];
    size_t n = 0;
    *key = -1;
    for (int k = t->keys - 1; k >= 0; k--) {
        if (t->key[k].over) continue;
        names[n++] = t->key[k].name;
        if (!name || strcmp(name, t->key[k].name) == 0) *key = k;
    }
    if (*key >= 0) return OK;
    if (!name) return fail(BAD_INPUT, "nothing but the seed was varied: there is no axis to plot against");
    const char *near = text_nearest(name, names, n);
    return fail(BAD_INPUT, "--against '%s': no such swept key%s%s%s", name, near ? "; did you mean '" : "",
                near ? near : "", near ? "'?" : "");
}

static status plot(const struct campaign_table *t, const struct options *o)
{
    char folder[FILE_PATH_MAX];
    struct figure f = {0};
    int key, column = campaign_table_column(t, o->plot);
    if (column < 0) return fail(BAD_INPUT, "--plot '%s': no such column; ask for it with --column", o->plot);
    TRY(find_axis(t, o->against, &key));
    TRY(file_join(folder, t->folder, "figures"));
    status s = campaign_figure(&f, t, column, key, folder);
    if (s == OK) fprintf(stderr, "%s/%s%s%s\n", folder, f.drawn ? f.png : f.gp, f.drawn ? "" : ": ", f.why);
    figure_free(&f);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    struct campaign_table t;
    const char *folder;
    TRY(args_parse(&cmd_table, argc, argv, &o, &folder, 1, 1, NULL));
    struct campaign_table_options to = {o.column.value, o.column.n, o.stage, o.over};
    TRY(campaign_table_make(&t, folder, &to));
    status s = OK;
    if (o.json)
        s = print_json(&t);
    else if (o.csv && o.means)
        csv_means(&t);
    else if (o.csv)
        csv_members(&t);
    if (!o.json && !o.csv && !o.means) print_members(&t);
    if (!o.json && !o.csv) print_means(&t, o.over ? o.over : "seed");
    if (s == OK && o.plot) s = plot(&t, &o);
    campaign_table_free(&t);
    return s;
}

const struct command cmd_table = {
    .name = "table",
    .summary = "results of a campaign: a row a member, means over seeds, a figure",
    .synopsis = "DIR [--column NAME]... [--stage LABEL] [--over KEY] [--means] [--csv|--json] [--plot NAME]",
    .description =
        "Reads the folder of each member: T, P, density and potential energy per atom are means over "
        "the second half of the lines\n"
        "of thermo.csv of one stage (of films, under vacuum, not P and density); e_IS is the energy per atom "
        "after the last minimisation; a path "
        "names a number in\n"
        "results.h5, which glint report makes. Means are over members that are done and differ in the "
        "seed only; errors are\n"
        "standard errors. --plot draws a column against a swept key, one curve for each combination of "
        "the others.",
    .examples = "  glint table runs/pvd --column e_IS --column density_IS --plot e_IS --against deposit.T\n"
                "  glint table runs/wt --column isf@tau_alpha --column 'steps_per_s' --means --csv",
    .args = args,
    .run = run,
};
