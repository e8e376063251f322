/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_names — names by which the runs of one command differ: members of two campaigns are called the same.
 *
 *     struct run_names_of one[] = {{run[0].path, run[0].name}, …};
 *     TRY(run_names_apart(one, n));            "PARENT-NAME" instead of "NAME" where names are shared
 *
 * BAD_INPUT when two runs are called the same even so. */
#ifndef GLINT_ANALYSIS_CMD_RUN_NAMES_H
#define GLINT_ANALYSIS_CMD_RUN_NAMES_H

#include "base/status.h"

enum { RUN_NAMES_MOST = 32 };

struct run_names_of {
    const char *path; /* of the run folder, which exists */
    char *name;       /* RUN_NAME letters; replaced where it must be */
};

status run_names_apart(const struct run_names_of *run, int n);

#endif
