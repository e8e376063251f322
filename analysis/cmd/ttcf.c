/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/correlate_run.h"
#include "analysis/report/run_settings.h"

#include <stddef.h>

extern const struct command cmd_ttcf;

static const struct arg args[] = {
    CORRELATE_ARGS,
    CORRELATE_ARG(null, "--null", 0, ARG_STRING, "MODEL",
                  "exact (default) | surrogate (also finds events) | none"),
    CORRELATE_ARG(seeds, "--seeds", 0, ARG_INT, "N", "surrogate records (default 200)"),
    CORRELATE_ARG(seed, "--seed", 0, ARG_INT, "N", "seed of the surrogates (default 0)"),
    CORRELATE_ARG(lag, "--lag", 0, ARG_INT, "FRAMES", "lag whose temporal variance is compared (default 1)"),
    CORRELATE_ARG(map_frames, "--map-frames", 0, ARG_INT, "N",
                  "largest side of the stored two_time (default 4000; larger "
                  "records are block-averaged)"),
    {0}};

static status run(int argc, char **argv)
{
    struct correlate_options o = correlate_defaults();
    const char *path;
    struct run_settings settings;
    TRY(args_parse(&cmd_ttcf, argc, argv, &o, &path, 1, 1, NULL));
    /* Now that the file is known: its run's defaults, and the command line over them. */
    TRY(correlate_defaults_of(&o, &settings, path, true));
    TRY(args_parse(&cmd_ttcf, argc, argv, &o, &path, 1, 1, NULL));
    if (o.map_frames < 0 || o.lag < 0 || o.seed < 0)
        return fail(BAD_INPUT, "--map-frames, --lag and --seed cannot be negative");
    return correlate_all(path, &o, true, argc, argv);
}

const struct command cmd_ttcf = {
    "ttcf",
    "two-time correlation of speckle frames, g2 by age, null model, events",
    "FRAMES [-o OUT.h5] [options]",
    "Correlates every pattern with every other: C(t1,t2) = <I1 I2>_p/(<I1>_p <I2>_p) over the pixels "
    "(Riechers et al.,\n"
    "Nat. Commun. 15 (2024), Eq. 1), and averages it along its diagonals to g2(age, lag) and\n"
    "R = (g2 - baseline)/(g2(first lag) - baseline). FRAMES are speckles written by glint or measured frames "
    "in HDF5.\n"
    "The table gives age, lag, g2, its error from blocks of at least one correlation time, R and its error.\n"
    "Beside the contrast stands what n independent pixels would show by chance alone; --null surrogate "
    "compares with\n"
    "stationary Gaussian speckles of the measured correlation, and only drops of correlation that fewer than "
    "1 % of such\n"
    "records show count as events. With -o everything is stored, the upper triangle of C included.",
    "  glint ttcf runs/first/speckle-shell.h5 -o results.h5\n"
    "  glint ttcf runs/first/speckle-spot.h5 --null surrogate --seeds 500 --windows 4 -o spot.h5\n"
    "  glint ttcf scan_0042.h5 --diagonal mean4 --mask-nan pixel --baseline 1.0024 --windows 300\n"
    "  glint ttcf runs/first/speckle-shell.h5 --flatten 'S(|q|)' --age mid --json",
    args,
    run};
