/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_settings — what the input of a run says about its analysis: the blocks `waiting:` and `analysis:`, as
 * the defaults of `glint report`, `ttcf`, `waiting` and `fit`. Options on the command line win.
 *
 *     struct run_settings s;
 *     TRY(run_settings_read(&s, "runs/a"));                  or a file in it: runs/a/speckle-1d.h5
 *     if (s.has_waiting) … s.laws, s.correction, s.xmin …
 *     TRY(run_settings_parse(&s, text));                     from the text of an effective input
 *
 * Read is the effective input (input.yaml as `glint run` writes it: block maps indented by two blanks, lists
 * on one line), in which every key stands with its value. A folder without input.yaml, or of an older run,
 * leaves has_… false and everything as the commands have it by themselves. A word that is not known is
 * BAD_INPUT: the file was edited by hand. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_SETTINGS_H
#define GLINT_ANALYSIS_REPORT_RUN_SETTINGS_H

#include "analysis/fit/survival.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_settings {
    bool has_waiting, has_analysis;
    unsigned laws; /* bits of enum waiting_model */
    enum waiting_correction correction;
    double xmin; /* 0: scan; in tau */
    int blocks;  /* of the bootstrap over atoms; 0: none */
    bool replicas;
    char age[8], diagonal[24]; /* as the commands' options take them */
    int64_t per_decade;
    unsigned fit_models; /* 1: kww, 2: Mittag-Leffler, 3: both */
    unsigned siegert;    /* 1: power 1, 2: power 2, 3: both */
    bool null_exact;
    int64_t surrogates; /* −1: not said */
};

status run_settings_read(struct run_settings *s, const char *path);
status run_settings_parse(struct run_settings *s, const char *input);
/* Laws by their names in the input, "power, stretched" or "[power, stretched]", as bits of enum
 * waiting_model; `what` names the option in the message. */
status run_settings_laws(const char *what, const char *list, unsigned *laws);
/* "waiting: models …, censoring …; analysis: …" in words, for pages and heads of tables; empty without
 * blocks. */
void run_settings_describe(const struct run_settings *s, struct text *out);

/* The value of a key by its dotted path ("analysis.ttcf.age"), without quotes; false: not there. */
bool run_settings_value(const char *input, const char *path, char *value, size_t size);

#endif
