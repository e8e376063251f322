/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/mem.h"
#include "cmd/campaign.h"
#include "cmd/run_input.h"
#include "force/potential.h"
#include "protocol/runner.h"
#include "scatter/window.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct arg_list set;
    bool cost;
    double speed;
};

static const struct arg args[] = {
    {"--cost", 0, ARG_FLAG, offsetof(struct options, cost), NULL,
     "steps, core-hours, disk, and what the record can resolve"},
    {"--speed", 0, ARG_DOUBLE, offsetof(struct options, speed), "M",
     "million atom-steps per second and core for the estimate (default 8; glint bench measures it)"},
    {"--set", 0, ARG_LIST, offsetof(struct options, set), "KEY=VALUE", "change the input as in glint run"},
    {0}};

extern const struct command cmd_check;

static void print_bytes(const char *what, double bytes)
{
    printf("  %-28s %.3g %s\n", what, bytes >= 1e9 ? bytes / 1e9 : bytes / 1e6, bytes >= 1e9 ? "GB" : "MB");
}

/* Pixels of a shell of half-maximum width around the first peak: q near 2π·1.17·ρ^(1/3), width a fifth of it.
 */
static double shell_pixels(double atoms, double density)
{
    double q = 2.0 * M_PI * 1.17 * cbrt(density), volume = atoms / density;
    return 0.5 * 4.0 * M_PI * q * q * (0.2 * q) * volume / pow(2.0 * M_PI, 3);
}

static void print_speckles(const struct run_input *r, const struct stage *s, double atoms)
{
    double frames = (double)s->steps * r->dt / r->speckle.every,
           shell = shell_pixels(atoms, r->atoms.density);
    double record = (double)s->steps * r->dt;
    printf("stage %s observes speckle: %.0f frames; longest relaxation time the record resolves (a fifth of "
           "it): %.4g %s\n",
           s->label, frames, record / 5.0, units_label(&r->input.units, QUANTITY_TIME));
    for (int64_t w = 0; w < r->speckle.windows; w++) {
        const struct window_spec *spec = &r->speckle.window[w];
        double spot = (double)spec->pixels[0] * spec->pixels[1] * spec->pixels[2];
        double pixels = spec->kind == WINDOW_SPOT    ? spot
                        : spec->kind == WINDOW_PLANE ? pow(shell, 2.0 / 3.0)
                                                     : shell;
        char what[96];
        snprintf(what, sizeof what, "window %s, about %.0f pixels", spec->name, pixels);
        print_bytes(what, 4.0 * pixels * frames);
        if (spec->kind == WINDOW_SPOT && spot < 3.0)
            printf(
                "  warning: window %s has fewer than 3 pixels; its fluctuations are mostly counting noise\n",
                spec->name);
    }
}

static void print_cost(const struct run_input *r, const struct options *o, double atoms)
{
    double steps = (double)runner_total_steps(r->stages, r->n_stages);
    printf("\n%.0f steps of %.0f atoms: %.3g core-hours at %.3g M atom-steps per second and core\n", steps,
           atoms, steps * atoms / (o->speed * 1e6) / 3600.0, o->speed);
    for (size_t i = 0; i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        if (s->observe_speckle) print_speckles(r, s, atoms);
        if (s->observe_trajectory)
            print_bytes("trajectory", (double)s->steps * r->dt / r->trajectory.every * atoms *
                                          (r->trajectory.precision == 1 ? 36.0 : 48.0));
    }
}

/* The effective input, the stages, the cost; the starting configuration is made to see that it can be. */
static status show_run(const struct run_input *r, const struct options *o, const char *heading, double *steps)
{
    struct config c = {0};
    status s = run_input_configuration(r, &c);
    *steps = (double)runner_total_steps(r->stages, r->n_stages) * (double)c.atoms;
    if (s == OK && heading) {
        printf("%s\n%s", heading, r->effective.s);
        printf("\n%zu stages:\n", r->n_stages);
        for (size_t i = 0; i < r->n_stages; i++)
            printf("  %-14s %-10s %12lld steps   T %g to %g\n", r->stages[i].label, r->stages[i].name,
                   (long long)(r->stages[i].steps + r->stages[i].settle), r->stages[i].T_from,
                   r->stages[i].T_to);
        if (o->cost) print_cost(r, o, (double)c.atoms);
    }
    config_free(&c);
    return s;
}

static void list_members(const struct members *m)
{
    printf("# %zu members\n", m->n);
    for (size_t i = 0; i < m->n; i++) {
        printf("  %-32s", m->name[i]);
        for (size_t k = 0; k < m->keys; k++) printf("  %s: %s", m->key[k], m->value[i * m->keys + k]);
        printf("\n");
    }
}

static status check_campaign(const char *path, const struct options *o)
{
    struct campaign c;
    double total = 0.0, steps;
    status s = OK;
    TRY(campaign_read(&c, path, o->set.value, o->set.n));
    list_members(&c.members);
    for (size_t i = 0; i < c.members.n && s == OK; i++) {
        struct tree document = {0};
        struct run_input r;
        s = tree_parse(&document, c.members.name[i], c.input[i], strlen(c.input[i]));
        if (s == OK) s = run_input_take(&r, &document, c.members.name[i]);
        if (s != OK) break;
        s = show_run(&r, o, i == 0 ? "\n# the complete effective input of the first member" : NULL, &steps);
        total += steps;
        run_input_free(&r);
        if (s != OK) status_context(s, "member %s", c.members.name[i]);
    }
    if (s == OK && o->cost)
        printf("\nall %zu members: %.3g core-hours\n", c.members.n, total / (o->speed * 1e6) / 3600.0);
    campaign_free(&c);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {.speed = 8.0};
    const char *path = NULL;
    struct run_input r;
    bool campaign;
    double steps;
    TRY(args_parse(&cmd_check, argc, argv, &o, &path, 1, 1, NULL));
    TRY(campaign_asked_for(path, o.set.value, o.set.n, NULL, &campaign));
    if (campaign) return check_campaign(path, &o);
    TRY(run_input_read(&r, path, o.set.value, o.set.n));
    status s = show_run(&r, &o, "# the complete effective input", &steps);
    run_input_free(&r);
    return s;
}

const struct command cmd_check = {
    .name = "check",
    .summary = "check an input: all problems at once, the effective input, the cost",
    .synopsis = "INPUT.yaml [--cost] [--speed M] [--set KEY=VALUE]...",
    .description =
        "Reads the input as glint run would and makes the starting configuration, but runs "
        "nothing. Prints every problem\n"
        "with file and line (exit code 2), or the complete effective input with all defaults, and "
        "the stages.\n"
        "Of a campaign (sweep, replicas) every member is checked; the list of members and the first "
        "one's input are shown.",
    .examples = "  glint check inputs/wahnstrom-glass/short.yaml --cost",
    .args = args,
    .run = run,
};
