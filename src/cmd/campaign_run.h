/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign_run — the members of a campaign one after the other, or some at a time, each in a process of its
 * own (the same program: `run -o DIR/NAME`).
 *
 * What is done is skipped, what has a checkpoint goes on from it, what failed before is tried again. A failed
 * member does not stop the others; all failures are told at the end. A signal (INT, TERM, USR1), a file
 * DIR/stop or the wall-clock limit of the input stops every running member with a checkpoint and starts no
 * other: STOPPED. If this process is killed, its children stop with a checkpoint, too. Refused under mpirun
 * or srun, where a process may not start others: there, glint slurm or --member. */
#ifndef GLINT_CMD_CAMPAIGN_RUN_H
#define GLINT_CMD_CAMPAIGN_RUN_H

#include "cmd/campaign.h"

struct campaign_options {
    int64_t jobs;    /* at a time; 0: what the input says */
    int64_t threads; /* of each; 0: the processors divided among the jobs */
    bool force;      /* handed on: resume on another instruction set */
};
/* From the input at `path`, --set applied, or (NULL) as `folder` has it. OK when every member is done; else
 * the exit code, and a message with one line for each that failed. */
status campaign_run(const char *path, const char *const *sets, int n_sets, const char *folder,
                    const struct campaign_options *o);

#endif
