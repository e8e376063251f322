/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_stages — what a run does, in order, and whether the parts of its input fit together (part of
 * run_input.h; used there only). Problems go to r->input. */
#ifndef GLINT_CMD_RUN_STAGES_H
#define GLINT_CMD_RUN_STAGES_H

#include "cmd/run_input.h"

/* r->stages from what was read. */
void run_stages_make(struct run_input *r);
/* Relations between parts of the input; completes stages by what other blocks say of them. */
void run_stages_check(struct run_input *r);

#endif
