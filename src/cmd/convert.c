/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint convert — configurations and trajectories from one file format to another. */
#include "base/args.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "system/trajectory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *frame, *units;
};

static const struct arg args[] = {
    {"--frame", 'k', ARG_STRING, offsetof(struct options, frame), "K|all",
     "the frame to take, from 0, negative from the end; default all, into .data the last"},
    {"--units", 'u', ARG_STRING, offsetof(struct options, units), "lj|metal",
     "what the numbers are in, whatever the file says"},
    {0}};

static status run(int argc, char **argv);

const struct command cmd_convert = {
    .name = "convert",
    .summary = "turn a configuration or trajectory into another file format",
    .synopsis = "IN OUT [--frame K|all] [--units lj|metal]",
    .description =
        "Reads H5MD, extended XYZ, LAMMPS dump, LAMMPS data or a checkpoint (checkpoint.h5, state-LABEL.h5), "
        "found\n"
        "from the content, and writes the format of OUT's ending: .h5 (H5MD), .xyz or .extxyz, .dump or "
        ".lammpstrj, .data. Numbers keep all their "
        "digits; atoms\n"
        "are sorted by id. --units names the units (labels and masses), it does not convert numbers.\n"
        "Not stored: forces in .h5 and .data; images in .xyz when there are forces but no velocities.",
    .examples = "  glint convert melt.data melt.h5\n"
                "  glint convert runs/a/checkpoint.h5 last.xyz\n"
                "  glint convert runs/a/trajectory.h5 last.data --frame -1\n"
                "  glint convert dump.lammpstrj trajectory.xyz --units metal",
    .args = args,
    .run = run};

static bool ends_with(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n > m && strcmp(path + n - m, ending) == 0;
}

/* Which frames: [*first, *first + *count). */
static status choose(const struct options *o, const char *in, const char *out, int64_t frames, int64_t *first,
                     int64_t *count)
{
    bool single = ends_with(out, ".data") || ends_with(out, ".lmp");
    if (frames == 0) return fail(BAD_INPUT, "%s has no frames", in);
    *first = 0;
    *count = frames;
    if (!o->frame && single) {
        *first = frames - 1;
        *count = 1;
    } else if (o->frame && strcmp(o->frame, "all") != 0) {
        if (!text_to_int64(o->frame, first))
            return fail(BAD_INPUT, "--frame wants a number or all, found '%s'", o->frame);
        if (*first < 0) *first += frames;
        *count = 1;
        if (*first < 0 || *first >= frames)
            return fail(BAD_INPUT, "--frame %s: %s has %" PRId64 " frame%s, counted from 0", o->frame, in,
                        frames, frames == 1 ? "" : "s");
    }
    return OK;
}

static status copy(struct trajectory *t, const char *out, int64_t first, int64_t count, struct config *c,
                   struct trajectory_writer **w)
{
    struct progress p = progress_start("convert", count);
    for (int64_t k = 0; k < count; k++) {
        TRY(trajectory_read(t, first + k, c));
        if (k == 0) {
            if (c->f && (ends_with(out, ".h5") || ends_with(out, ".h5md") || ends_with(out, ".data")))
                log_warning("%s: this format does not store the forces", out);
            TRY(trajectory_create(w, out, c));
        }
        TRY(trajectory_append(*w, c));
        progress_show(&p, k + 1, NULL);
    }
    progress_end(&p);
    return trajectory_commit(w);
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *file[2];
    TRY(args_parse(&cmd_convert, argc, argv, &o, file, 2, 2, NULL));
    struct trajectory *t = NULL;
    struct trajectory_writer *w = NULL;
    struct config c = {0};
    int64_t first = 0, count = 0;
    status s;
    GUARD(trajectory_open(&t, file[0]));
    if (o.units) GUARD(trajectory_set_units(t, o.units));
    GUARD(choose(&o, file[0], file[1], trajectory_frames(t), &first, &count));
    GUARD(copy(t, file[1], first, count, &c, &w));
    log_info("%s (%s): %" PRId64 " frame%s, %" PRId64 " atoms, units %s -> %s", file[0], trajectory_format(t),
             count, count == 1 ? "" : "s", c.atoms, c.units, file[1]);
done:
    trajectory_abandon(&w);
    trajectory_close(&t);
    config_free(&c);
    return s;
}
