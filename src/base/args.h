/* SPDX-License-Identifier: GPL-3.0-or-later */
/* args — what a command is, and its options from one table: parsing, checking, --help and the man page.
 *
 * A command is one file with one `const struct command`, listed in main.c. Options are described once, with
 * the offset of their field in the command's own options struct:
 *
 *     struct options { const char *forces; bool json; double skin; };
 *     static const struct arg args[] = {
 *         {"--forces", 0, ARG_STRING, offsetof(struct options, forces), "FILE",
 *          "write forces as extended XYZ"},
 *         {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
 *         {0}};
 *     struct options o = {.skin = 0.3};                       defaults
 *     TRY(args_parse(&cmd_energy, argc, argv, &o, files, 1, 1));  at least 1, at most 1 positional arguments
 */
#ifndef GLINT_BASE_ARGS_H
#define GLINT_BASE_ARGS_H

#include "base/status.h"

#include <stddef.h>

enum arg_kind {
    ARG_FLAG,   /* bool */
    ARG_STRING, /* const char *, points into argv */
    ARG_DOUBLE, /* double */
    ARG_INT,    /* int64_t */
    ARG_LIST    /* struct arg_list: the option may be repeated */
};
enum { ARG_LIST_MAX = 64 };
struct arg_list {
    int n;
    const char *value[ARG_LIST_MAX];
};
struct arg {
    const char *name; /* "--forces" */
    char letter;      /* 'o' for -o, or 0 */
    enum arg_kind kind;
    size_t offset;
    const char *value_name; /* "FILE", for the help; NULL for a flag */
    const char *help;
};
struct command {
    const char *name, *summary; /* "energy", "energy, forces and virial of one configuration" */
    const char *synopsis;       /* "CONFIG --potential SPEC [--forces OUT.xyz] [--json]" */
    const char *description;    /* a few sentences: what it does, conventions, units, exit codes if special */
    const char *examples;       /* lines, each starting with two blanks */
    const struct arg *args;     /* ends with an all-zero entry */
    status (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* Parse argv into *options; positional arguments go to positional[0..*n_positional). Unknown options fail
 * with the nearest known one. `--option=value` and `--option value` are both understood; `--` ends the
 * options.
 * --help is handled by main before the command runs. */
status args_parse(const struct command *c, int argc, char **argv, void *options, const char **positional,
                  int least, int most, int *n_positional);

/* The help of one command on standard output; args_man writes it as a man page (section 1). */
void args_help(const struct command *c);
void args_man(const struct command *c);

#endif
