/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_json — run.json: what ran, how it ended, where its time went (docs/formats.md names the fields). */
#ifndef GLINT_CMD_RUN_JSON_H
#define GLINT_CMD_RUN_JSON_H

#include "cmd/phases.h"
#include "cmd/run_accuracy.h"
#include "cmd/run_input.h"
#include "integrate/engine.h"

struct run_json {
    const struct engine *engine;
    const struct run_input *input;
    const struct run_accuracy *accuracy;
    const struct phases *phases;
    const char *folder, *start,
        *digest; /* start: of this start or resumption; digest: of the last checkpoint */
    int64_t total_steps;
    status end; /* with its message, if it is not OK */
};

/* By rank 0. */
status run_json_write(const struct run_json *r);

#endif
