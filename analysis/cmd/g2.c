/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/correlate_run.h"
#include "analysis/report/run_settings.h"

#include <stddef.h>

extern const struct command cmd_g2;

static const struct arg args[] = {CORRELATE_ARGS, {0}};

static status run(int argc, char **argv)
{
    struct correlate_options o = correlate_defaults();
    struct correlate c = {0};
    const char *path;
    struct run_settings settings;
    TRY(args_parse(&cmd_g2, argc, argv, &o, &path, 1, 1, NULL));
    /* Now that the file is known: its run's defaults, and the command line over them. */
    TRY(correlate_defaults_of(&o, &settings, path, false));
    TRY(args_parse(&cmd_g2, argc, argv, &o, &path, 1, 1, NULL));
    bool stored = correlate_is_results(path);
    if (stored && o.out)
        return fail(BAD_INPUT,
                    "%s holds results; -o works on frames (a results file does not hold what -o would need)",
                    path);
    if (!stored) return correlate_all(path, &o, false, argc, argv);
    struct correlate_output out = {.o = &o, .total = 1};
    status s = correlate_from_results(&c, path, &o);
    if (s == OK) s = correlate_output_add(&out, &c, argc, argv);
    s = correlate_output_end(&out, s);
    correlate_free(&c);
    return s;
}

const struct command cmd_g2 = {
    "g2",
    "one-time correlation by age, from frames or from a stored two-time correlation",
    "FRAMES|RESULTS.h5 [-o OUT.h5] [options]",
    "g2(age, lag) = mean of C(i, i+lag) over the elements whose age lies in the window; a record of N frames "
    "has N - lag\n"
    "elements on a diagonal and is divided by N - lag. From frames the two-time correlation is made first "
    "and not stored;\n"
    "from results.h5 the stored one is cut anew, so that ages, windows and bins can be compared cheaply.\n"
    "Options about frames (flatten, variant, NaN, first, count) mean nothing for RESULTS.",
    "  glint g2 runs/first/speckle-shell.h5 --windows 8 --log-windows\n"
    "  glint g2 results.h5 --window shell --age mid --bins 10\n"
    "  glint g2 results.h5 --windows 4 --diagonal mean4 --baseline 1.0024 --json",
    args,
    run};
