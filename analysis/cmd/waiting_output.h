/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_output — what `glint waiting` prints: the table as text or JSON. Not a command itself. */
#ifndef GLINT_ANALYSIS_CMD_WAITING_OUTPUT_H
#define GLINT_ANALYSIS_CMD_WAITING_OUTPUT_H

#include "analysis/dynamics/hop_table.h"

struct waiting_output {
    const struct hop_table *table;
    const struct track *track; /* positions are not needed */
    const struct hop_table_options *options;
    const char *from;     /* the file */
    const char *r1_from;  /* "first peak of g(r), measured" */
    const char *settings; /* what the run's input said about the analysis; "" */
    double burst;         /* > 0: hops per window of this length, for the first row */
};
status waiting_print(const struct waiting_output *o);
status waiting_print_json(const struct waiting_output *o);

#endif
