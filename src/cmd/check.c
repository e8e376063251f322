/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "cmd/check_cost.h"
#include "protocol/deposit.h"

#include <stdio.h>

struct options {
    struct arg_list set;
    bool cost;
    double speed;
};

static const struct arg args[] = {
    {"--cost", 0, ARG_FLAG, offsetof(struct options, cost), NULL,
     "steps, core-hours, disk, and what the record can resolve"},
    {"--speed", 0, ARG_DOUBLE, offsetof(struct options, speed), "M",
     "million atom-steps per second and core for the estimate (default 8; glint bench lj measures it)"},
    {"--set", 0, ARG_LIST, offsetof(struct options, set), "KEY=VALUE", "change the input as in glint run"},
    {0}};

extern const struct command cmd_check;

/* A film's atoms on average: the substrate and half of what comes. */
static double film_atoms(const struct run_input *r)
{
    double area = r->film->area[0] * r->film->area[1], density = r->film->substrate.density;
    double atoms = area * r->film->substrate.thickness * density;
    for (size_t i = 0; i < r->n_stages; i++)
        if (r->stages[i].action == STAGE_DEPOSIT)
            atoms += 0.5 * deposit_atoms(r->stages[i].deposit, area, density);
    return atoms;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *path = NULL;
    struct run_input r;
    struct config c = {0};
    TRY(args_parse(&cmd_check, argc, argv, &o, &path, 1, 1, NULL));
    TRY(run_input_read(&r, path, o.set.value, o.set.n));
    status s = r.film ? OK : run_input_configuration(&r, &c);
    if (s == OK) {
        printf("# the complete effective input\n%s", r.effective.s);
        printf("\n%zu stages:\n", r.n_stages);
        for (size_t i = 0; i < r.n_stages; i++)
            printf("  %-14s %-10s %12lld steps   T %g to %g\n", r.stages[i].label, r.stages[i].name,
                   (long long)(r.stages[i].steps + r.stages[i].settle), r.stages[i].T_from, r.stages[i].T_to);
        if (o.cost)
            s = check_cost_print(
                &r, &(struct check_cost){.atoms = r.film ? film_atoms(&r) : (double)c.atoms,
                                         .density = r.film ? r.film->substrate.density
                                                           : (double)c.atoms / box_volume(&c.box),
                                         .speed = o.speed});
    }
    config_free(&c);
    run_input_free(&r);
    return s;
}

const struct command cmd_check = {
    .name = "check",
    .summary = "check an input: all problems at once, the effective input, the cost",
    .synopsis = "INPUT.yaml [--cost] [--speed M] [--set KEY=VALUE]...",
    .description = "Reads the input as glint run would and makes the starting configuration, but runs "
                   "nothing. Prints every problem\n"
                   "with file and line (exit code 2), or the complete effective input with all defaults, and "
                   "the stages.",
    .examples = "  glint check inputs/wahnstrom-glass/short.yaml --cost",
    .args = args,
    .run = run,
};
