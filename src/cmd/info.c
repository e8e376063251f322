/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/isa.h"
#include "base/text.h"
#include "cmd/run_input.h"
#include "commands.h"
#include "force/cuzr.h"
#include "force/eam.h"
#include "force/potential.h"
#include "protocol/stage.h"
#include "scatter/window_spec.h"

#include <stdio.h>
#include <string.h>

struct options {
    bool unused;
};
static const struct arg args[] = {{0}};
extern const struct command cmd_info;

static status show_potentials(void)
{
    for (int i = 0; potential_kinds[i]; i++) {
        const struct potential_kind *k = potential_kinds[i];
        printf("%s — %s\n  units %s, species", k->name, k->summary, k->units);
        for (int a = 0; a < k->species.count; a++)
            printf(" %s (mass %g)", k->species.name[a], k->species.mass[a]);
        if (k->species.count == 0) printf(" as the model has them");
        printf("\n  options: %s\n  %s\n", k->options, k->reference);
        for (const struct cuzr_potential *c = cuzr_potentials; k == &potential_cuzr && c->name; c++)
            printf("  %-6s %s; for %s\n         %s\n", c->name, c->summary, c->use, c->reference);
    }
    return OK;
}

static status show_stages(void)
{
    for (int i = 0; stage_tables[i]; i++) printf("%-10s %s\n", stage_tables[i]->name, stage_tables[i]->help);
    return OK;
}

static status show_windows(void)
{
    for (int k = WINDOW_SHELL; k <= WINDOW_CONE; k++)
        printf("%-10s %s\n", window_kind_name((enum window_kind)k), window_kind_summary((enum window_kind)k));
    return OK;
}

static status show_input(void)
{
    struct text out = {0};
    input_document(&run_table, UNITS_LJ, &out);
    status s = out.out_of_memory ? fail(FAILED, "out of memory") : OK;
    if (s == OK) fputs(out.s, stdout);
    text_free(&out);
    return s;
}

static status show_build(void)
{
    printf("glint %s, compiler %s, kernels avx512 avx2 sse2; this machine uses %s\n", GLINT_VERSION,
           __VERSION__, isa_name(isa_best()));
    return OK;
}

static const struct topic {
    const char *name, *summary;
    status (*show)(void);
} topics[] = {{"potentials", "force laws with citation and options", show_potentials},
              {"stages", "what a run can be made of", show_stages},
              {"windows", "q windows", show_windows},
              {"input", "every key of the input file", show_input},
              {"build", "version, compiler, instruction set", show_build}};
enum { TOPICS = sizeof topics / sizeof *topics };

static status run(int argc, char **argv)
{
    struct options o;
    const char *topic = NULL;
    int n = 0;
    TRY(args_parse(&cmd_info, argc, argv, &o, &topic, 0, 1, &n));
    const char *names[TOPICS] = {0};
    for (int i = 0; i < TOPICS; i++) {
        names[i] = topics[i].name;
        if (n == 0)
            printf("glint info %-11s %s\n", topics[i].name, topics[i].summary);
        else if (strcmp(topic, topics[i].name) == 0)
            return topics[i].show();
    }
    if (n == 0) return OK;
    const char *near = text_nearest(topic, names, TOPICS);
    return fail(BAD_INPUT, "nothing is known about '%s'%s%s%s (glint info lists the topics)", topic,
                near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

const struct command cmd_info = {
    .name = "info",
    .summary = "what is built in: potentials, stages, windows, input keys",
    .synopsis = "[potentials|stages|windows|input|build]",
    .description = "Lists what is built in, from the tables that the program itself uses.",
    .examples = "  glint info potentials\n  glint info input",
    .args = args,
    .run = run,
};
