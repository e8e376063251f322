/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "cmd/campaign.h"
#include "cmd/check_cost.h"
#include "protocol/deposit.h"
#include "protocol/runner.h"

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
     "million atom-steps per second and core for the estimate (default 8, 3 with embedded atoms; glint bench "
     "measures it)"},
    {"--set", 0, ARG_LIST, offsetof(struct options, set), "KEY=VALUE", "change the input as in glint run"},
    {0}};

extern const struct command cmd_check;

/* A film's atoms on average over the steps: what is there at the start, half of what comes while it comes,
 * all of it later. */
static double film_atoms(const struct run_input *r)
{
    double area = r->film->area[0] * r->film->area[1], density = r->film->substrate.density;
    double sum = 0.0, steps = 0.0,
           present = r->film->from ? r->film->found.atoms : area * r->film->substrate.thickness * density;
    for (size_t i = 0; i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        double came = s->action == STAGE_DEPOSIT ? deposit_atoms(s->deposit, area, density) : 0.0,
               n = (double)(s->steps + s->settle);
        sum += n * (present + 0.5 * came);
        steps += n;
        present += came;
    }
    return steps > 0.0 ? sum / steps : present;
}

/* The effective input, the stages, the cost; the starting configuration is made to see that it can be. */
static status show_run(const struct run_input *r, const struct options *o, const char *heading, double *hours)
{
    struct config c = {0};
    status s = r->film ? OK : run_input_configuration(r, &c);
    double atoms = r->film ? film_atoms(r) : (double)c.atoms;
    *hours = (double)runner_total_steps(r->stages, r->n_stages) * atoms /
             (check_cost_speed(r, o->speed) * 1e6) / 3600.0;
    if (s == OK && heading) {
        printf("%s\n%s", heading, r->effective.s);
        printf("\n%zu stages:\n", r->n_stages);
        for (size_t i = 0; i < r->n_stages; i++)
            printf("  %-14s %-10s %12lld steps   T %g to %g\n", r->stages[i].label, r->stages[i].name,
                   (long long)(r->stages[i].steps + r->stages[i].settle), r->stages[i].T_from,
                   r->stages[i].T_to);
        double density = r->film ? r->film->substrate.density : atoms / box_volume(&c.box);
        if (o->cost)
            s = check_cost_print(r,
                                 &(struct check_cost){.atoms = atoms, .density = density, .speed = o->speed});
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
    double total = 0.0, hours;
    status s = OK;
    TRY(campaign_read(&c, path, o->set.value, o->set.n));
    list_members(&c.members);
    for (size_t i = 0; i < c.members.n && s == OK; i++) {
        struct tree document = {0};
        struct run_input r;
        s = tree_parse(&document, c.members.name[i], c.input[i], strlen(c.input[i]));
        if (s == OK) s = run_input_take(&r, &document, c.members.name[i]);
        if (s != OK) break;
        s = show_run(&r, o, i == 0 ? "\n# the complete effective input of the first member" : NULL, &hours);
        total += hours;
        run_input_free(&r);
        if (s != OK) status_context(s, "member %s", c.members.name[i]);
    }
    if (s == OK && o->cost) printf("\nall %zu members: %.3g core-hours\n", c.members.n, total);
    campaign_free(&c);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *path = NULL;
    struct run_input r;
    bool campaign;
    double hours;
    TRY(args_parse(&cmd_check, argc, argv, &o, &path, 1, 1, NULL));
    TRY(campaign_asked_for(path, o.set.value, o.set.n, NULL, &campaign));
    if (campaign) return check_campaign(path, &o);
    TRY(run_input_read(&r, path, o.set.value, o.set.n));
    status s = show_run(&r, &o, "# the complete effective input", &hours);
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
