/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main — the table of commands. The only place that prints a failure and exits. */
#include "base/args.h"
#include "base/h5.h"
#include "base/text.h"
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void help(void)
{
    printf("glint — model metallic glasses by molecular dynamics, seen as a coherent X-ray beam sees them\n\n"
           "usage: glint COMMAND [ARGUMENTS]      glint COMMAND --help      glint --version\n\n");
    for (int i = 0; commands[i]; i++) printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    printf("\nStart with:  glint run inputs/wahnstrom-glass/short.yaml -o runs/first\n"
           "Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 unphysical, 4 stopped on request with a "
           "checkpoint\n");
}

static const struct command *find(const char *name)
{
    for (int i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *words[64] = {0};
    size_t n = 0;
    for (int i = 0; commands[i] && n < 64; i++) words[n++] = commands[i]->name;
    const char *near = text_nearest(name, words, n);
    fprintf(stderr, "glint: unknown command '%s'%s%s%s (see glint --help)\n", name,
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return BAD_INPUT;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

/* OpenMP's threads spin while they wait, which on shared processors can cost a hundred times the work (Law
 * 4), and OpenBLAS starts threads of its own that nobody needs here. Both libraries read their settings when
 * they are loaded, before main: so set them and start again, unless the user chose. */
static void start_politely(char **argv)
{
    char self[4096];
    if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT")) return;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0 || setenv("OMP_WAIT_POLICY", "passive", 0) != 0 || setenv("OPENBLAS_NUM_THREADS", "1", 0) != 0)
        return;
    self[n] = '\0';
    execv(self, argv); /* returns only on failure; then go on as we are */
}

int main(int argc, char **argv)
{
    start_politely(argv);
    h5_quiet();
    if (argc < 2) {
        help();
        return BAD_INPUT;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (strcmp(name, "help") == 0 && argc == 2)) {
        help();
        return OK;
    }
    if (strcmp(name, "--version") == 0) {
        printf("glint %s\n", GLINT_VERSION);
        return OK;
    }
    bool manual = strcmp(name, "--man") == 0 && argc == 3;
    const struct command *c = find(manual || strcmp(name, "help") == 0 ? argv[2] : name);
    if (!c) return unknown(manual || strcmp(name, "help") == 0 ? argv[2] : name);
    if (manual) {
        args_man(c);
        return OK;
    }
    if (strcmp(name, "help") == 0 || wants_help(argc - 1, argv + 1)) {
        args_help(c);
        return OK;
    }
    status s = c->run(argc - 1, argv + 1);
    if ((fflush(stdout) != 0 || ferror(stdout)) && s == OK)
        s = fail(FAILED, "the results could not be written to standard output: %s", strerror(errno));
    if (s != OK && status_message()[0]) fprintf(stderr, "glint %s: %s\n", c->name, status_message());
    return s;
}
