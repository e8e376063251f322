/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint status — how a run, or each run of a campaign, is. */
#include "base/args.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/members.h"
#include "base/text.h"
#include "cmd/member.h"
#include "cmd/run_input.h"
#include "protocol/runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    bool json;
};
static const struct arg args[] = {
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "the same for machines"}, {0}};

extern const struct command cmd_status;

struct line {
    const char *name; /* within a campaign, else the folder as given */
    struct member m;
};

/* What is still to do is not in a folder where nothing has begun, only in its input. */
static void find_total(struct member *m, const char *folder)
{
    char path[FILE_PATH_MAX];
    struct run_input r;
    if (m->total > 0 || file_join(path, folder, "input.yaml") != OK || !file_exists(path)) return;
    if (run_input_read(&r, path, NULL, 0) != OK) return;
    m->total = runner_total_steps(r.stages, r.n_stages);
    run_input_free(&r);
}

static status look(struct line *l, const char *name, const char *folder)
{
    char path[FILE_PATH_MAX];
    TRY(file_join(path, folder, "input.yaml"));
    if (!file_exists(path))
        return fail(BAD_INPUT, "%s is no folder of glint run: it holds no input.yaml", folder);
    l->name = name;
    member_look(&l->m, folder);
    find_total(&l->m, folder);
    return OK;
}

/* ---- text ---- */

static const char *cell(double value, const char *format, char out[32])
{
    snprintf(out, 32, "–");
    if (isfinite(value)) snprintf(out, 32, format, value);
    return out;
}

/* A cell padded to `width` letters: printf counts bytes, and the dash has three. */
static void put(const char *text, int width)
{
    int letters = 0;
    for (const char *c = text; *c; c++) letters += ((unsigned char)*c & 0xc0) != 0x80;
    printf(" %*s%s", width > letters ? width - letters : 0, "", text);
}

static void print_line(const struct line *l, int width)
{
    const struct member *m = &l->m;
    char out[32], done[48];
    double share = m->total > 0 ? fmin(100.0, 100.0 * (double)m->step / (double)m->total) : (double)NAN;
    snprintf(done, sizeof done, "%lld/%lld", (long long)m->step, (long long)m->total);
    printf("%-*s %-8s", width, l->name, member_state_name(m->state));
    put(done, 19);
    put(cell(share, "%.1f", out), 6);
    put(cell(m->steps_per_s, "%.4g", out), 9);
    put(m->state == MEMBER_RUNNING ? clock_duration(m->left, out) : "–", 10);
    put(cell(m->T, "%.4f", out), 8);
    put(cell(m->P, "%.4f", out), 9);
    put(cell(m->energy, "%.5f", out), 10);
    printf("  %.*s\n", (int)strcspn(m->message, "\n"), m->message[0] ? m->message : m->stage);
}

static void print_table(const struct line *line, size_t n)
{
    size_t width = 8, count[MEMBER_STATES] = {0};
    for (size_t i = 0; i < n; i++) {
        width = strlen(line[i].name) > width ? strlen(line[i].name) : width;
        count[line[i].m.state]++;
    }
    printf("%-*s %-8s %19s %6s %9s %10s %8s %9s %10s\n", (int)width, "# member", "state", "steps", "%",
           "steps/s", "left", "T", "P", "e");
    for (size_t i = 0; i < n; i++) print_line(&line[i], (int)width);
    printf("#");
    for (int k = 0; k < MEMBER_STATES; k++)
        if (count[k] > 0) printf(" %zu %s", count[k], member_state_name((enum member_state)k));
    printf("; T, P and potential energy per atom e: last line of thermo.csv\n");
}

/* ---- json ---- */

static status print_json(const struct line *line, size_t n, const char *folder)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "folder", folder);
    json_open(&j, "members", '[');
    for (size_t i = 0; i < n; i++) {
        const struct member *m = &line[i].m;
        json_open(&j, NULL, '{');
        json_string(&j, "member", line[i].name);
        json_string(&j, "state", member_state_name(m->state));
        json_integer(&j, "step", m->step);
        json_integer(&j, "total_steps", m->total);
        json_number(&j, "steps_per_s", m->steps_per_s);
        json_number(&j, "seconds_left", m->left);
        json_number(&j, "T", m->T);
        json_number(&j, "P", m->P);
        json_number(&j, "potential_per_atom", m->energy);
        json_number(&j, "density", m->density);
        json_bool(&j, "checkpoint", m->checkpoint);
        json_string(&j, "stage", m->stage);
        json_string(&j, "message", m->message);
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    status s = j.text.out_of_memory ? fail(FAILED, "out of memory") : OK;
    if (s == OK) puts(j.text.s);
    json_free(&j);
    return s;
}

/* ---- */

static status show(const struct line *line, size_t n, const struct options *o, const char *folder)
{
    if (o->json) return print_json(line, n, folder);
    print_table(line, n);
    return OK;
}

static status show_campaign(const char *folder, const struct options *o)
{
    struct members m;
    struct line *line = NULL;
    char member[FILE_PATH_MAX];
    status s = OK;
    TRY(members_read(&m, folder));
    GUARD(NEW(line, m.n));
    for (size_t i = 0; i < m.n; i++) {
        GUARD(file_join(member, folder, m.name[i]));
        GUARD(look(&line[i], m.name[i], member));
    }
    s = show(line, m.n, o, folder);
done:
    DELETE(line);
    members_free(&m);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *folder;
    struct line line;
    TRY(args_parse(&cmd_status, argc, argv, &o, &folder, 1, 1, NULL));
    if (members_there(folder)) return show_campaign(folder, &o);
    TRY(look(&line, folder, folder));
    return show(&line, 1, &o, folder);
}

const struct command cmd_status = {
    .name = "status",
    .summary = "how a run or the members of a campaign are: state, steps, time left",
    .synopsis = "DIR [--json]",
    .description =
        "Reads the files in the folder and changes nothing. States: waiting, running, stopped (go on "
        "with --resume), done,\n"
        "failed (with its message), died (the process is gone without a word: killed, crashed; the "
        "last checkpoint is good).\n"
        "A process on another machine counts as running while it gives a sign within 10 minutes.",
    .examples =
        "  glint status runs/pvd\n"
        "  glint status runs/pvd --json | jq -r '.members[] | select(.state == \"failed\") | .member'",
    .args = args,
    .run = run,
};
