/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands — every command of glint, in the order of the help. To add one: a file in src/cmd or analysis/cmd
 * with one `const struct command`, a line here. */
#ifndef GLINT_COMMANDS_H
#define GLINT_COMMANDS_H

#include "base/args.h"

#ifndef GLINT_VERSION
#define GLINT_VERSION "0.1.0"
#endif

/* One line a command, ended by a backslash; the last, empty line ends the list. */
/* clang-format off */
#define COMMAND_LIST(X) \
    X(run) \
    X(status) \
    X(slurm) \
    X(table) \
    X(report) \
    X(check) \
    X(energy) \
    X(elastic) \
    X(info) \
    X(bench) \
    X(convert) \
    X(speckle) \
    X(ttcf) \
    X(g2) \
    X(fit) \
    X(waiting) \
    X(msd) \
    X(isf) \
    X(strings) \
    X(structure) \
    X(tg) \
    X(eis) \
    X(stability) \
    X(anti_ageing)

/* clang-format on */
#define COMMAND_DECLARE(name) extern const struct command cmd_##name;
#define COMMAND_ADDRESS(name) &cmd_##name,
COMMAND_LIST(COMMAND_DECLARE)
COMMAND_DECLARE(bench_ttcf) /* called as `glint bench ttcf`: the correlation is downstream of the engine */
static const struct command *const commands[] = {COMMAND_LIST(COMMAND_ADDRESS) NULL};

#endif
