/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analysis_input — the blocks `waiting:` and `analysis:` of a run's input: how its records are to be
 * analysed.
 *
 * The run itself does nothing with them. They are checked here, before hours are spent, and stand in the
 * effective input of the run folder; `glint report`, `ttcf`, `waiting` and `fit` read them there as their
 * defaults (analysis/report/run_settings.h knows the same words), and options on the command line win. */
#ifndef GLINT_CMD_ANALYSIS_INPUT_H
#define GLINT_CMD_ANALYSIS_INPUT_H

#include "input/schema.h"

struct waiting_input {
    struct input_words models;
    int censoring, window_bias;
    double xmin; /* time; 0: scan */
    struct {
        int64_t blocks;
        bool replicas;
    } bootstrap;
};
struct analysis_input {
    struct {
        int age, diagonal;
        int64_t g2_bins;
    } ttcf;
    struct {
        struct input_words models;
        struct input_integers siegert;
    } fit;
    struct {
        bool exact;
        int64_t surrogate; /* INPUT_ABSENT: as the command decides */
    } null;
};
extern const struct input_table waiting_table, analysis_table;

#endif
