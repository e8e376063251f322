/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_progress — the small file by which a running process says how far it is: FOLDER/progress.json.
 *
 *     run_progress_begin    creates it; BAD_INPUT if a living process of this machine works there
 *     run_progress_total    first step and last; `total` may change on the way
 *     run_progress_show     as often as you like; written once a second
 *     run_progress_end      removes it; nothing if it never began
 *
 * It holds pid, host, the start of the process (so that a pid used again is not mistaken for it), times,
 * steps and stage. It stays behind when the process is killed: then run_progress_read finds it, and `alive`
 * is false. Written by one process (rank 0); losing it harms nothing, so it is not synced to disk. */
#ifndef GLINT_CMD_RUN_PROGRESS_H
#define GLINT_CMD_RUN_PROGRESS_H

#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct run_progress {
    char path[FILE_PATH_MAX], start[32];
    double began, written; /* clock_now */
    int64_t first_step, total;
    double left; /* seconds to go; NaN: not known */
    bool active;
};
status run_progress_begin(struct run_progress *p, const char *folder);
void run_progress_total(struct run_progress *p, int64_t first_step, int64_t total);
void run_progress_show(struct run_progress *p, int64_t step, const char *stage);
void run_progress_end(struct run_progress *p);

struct run_progress_seen {
    long pid;
    char host[128], start[32], stage[64];
    bool here, alive; /* of this machine; a process of this machine that still runs */
    double age;       /* seconds since it was written */
    int64_t step, total;
    double steps_per_s; /* NaN before the first second */
    double left;        /* seconds to go when it was written; NaN: not known */
};
/* False when the folder has no such file. */
bool run_progress_read(struct run_progress_seen *seen, const char *folder);

#endif
