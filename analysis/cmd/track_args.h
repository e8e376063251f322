/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track_args — the options that every command on paths of atoms shares: which frames, and what is removed.
 *
 *     struct options { struct track_args track; … };
 *     static const struct arg args[] = {TRACK_ARGS(struct options, track), …, {0}};
 *     TRY(track_args_load(&t, file, &o.track));                    loads, says on the log what was read */
#ifndef GLINT_ANALYSIS_CMD_TRACK_ARGS_H
#define GLINT_ANALYSIS_CMD_TRACK_ARGS_H

#include "analysis/dynamics/track.h"
#include "base/args.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct track_args {
    double from, to, step_time;
    int64_t every;
    const char *units, *mass;
    bool keep_drift, keep_box_change, json;
};

/* clang-format off */
#define TRACK_ARGS(type, field)                                                                                        \
    {"--from", 0, ARG_DOUBLE, offsetof(type, field.from), "T", "first time used, in the file's unit"},                 \
    {"--to", 0, ARG_DOUBLE, offsetof(type, field.to), "T", "last time used"},                                          \
    {"--every", 0, ARG_INT, offsetof(type, field.every), "N", "use each N-th frame"},                                  \
    {"--step-time", 0, ARG_DOUBLE, offsetof(type, field.step_time), "DT",                                              \
     "time of one step, for files that have step numbers but no times"},                                               \
    {"--mass", 0, ARG_STRING, offsetof(type, field.mass), "LIST", "masses of the species, for files without: '2,1'"},  \
    {"--units", 0, ARG_STRING, offsetof(type, field.units), "lj|metal", "what the file's numbers mean"},                \
    {"--keep-drift", 0, ARG_FLAG, offsetof(type, field.keep_drift), NULL, "do not hold the centre of mass"},           \
    {"--keep-box-change", 0, ARG_FLAG, offsetof(type, field.keep_box_change), NULL,                                    \
     "do not remove the affine change of the cell"},                                                                   \
    {"--json", 0, ARG_FLAG, offsetof(type, field.json), NULL, "machine-readable result"}
/* clang-format on */

status track_args_load(struct track *t, const char *path, const struct track_args *a);
/* The same facts as track_describe, as members of the open object. */
void track_args_json(struct json *j, const struct track *t);
/* A number, or null where there is none; short for tables: "-" for NaN. */
const char *track_args_number(char out[24], double value, int digits);
/* "all" for group 0, else the name of species group−1. */
const char *track_args_group(const struct track *t, int group);

#endif
