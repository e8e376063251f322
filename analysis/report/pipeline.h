/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pipeline — from a run folder to numbers: every observed window and trajectory, and results.h5.
 *
 *     struct report r;
 *     TRY(report_make(&r, "runs/a", &options, "glint report runs/a"));    writes runs/a/results.h5
 *     r.window[0 … r.windows-1], r.motion[0 … r.motions-1], r.folder
 *     report_free(&r);
 *
 * results.h5 (results.h) is written next to the old one and replaces it when all is done. Windows are named
 * NAME, or LABEL-NAME when several stages observe; then also waiting_times/LABEL, structure/LABEL, msd/LABEL,
 * isf/LABEL. A cooling stage in thermo.csv that spans a factor of 1.64 in temperature, so that the glass and
 * the liquid window of T_g fit into it, adds glass_transition/STAGE. A window that cannot be analysed (one
 * pixel, two frames) is left out, with the reason in `problem`. */
#ifndef GLINT_ANALYSIS_REPORT_PIPELINE_H
#define GLINT_ANALYSIS_REPORT_PIPELINE_H

#include "analysis/report/motion_report.h"
#include "analysis/report/ramp.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/run_units.h"
#include "analysis/report/window_report.h"
#include "base/status.h"
#include "base/text.h"

struct report {
    struct run_folder folder;
    struct run_units units; /* of the run, with its map */
    struct report_options options;
    bool has_ramp; /* a cooling stage that can hold both windows of T_g */
    struct ramp ramp;
    int windows, motions;
    struct window_report *window;
    struct motion_report *motion;
    int groups; /* observed stages; their labels in order of time ("" when there is one) */
    char group[RUN_SERIES][RUN_NAME];
    struct text problem; /* one line each */
    char results[FILE_PATH_MAX];
};

/* seeds −1: as the run's input says, else REPORT_SEEDS; settings are read from the folder. */
enum { REPORT_SEEDS = 100 };
struct report_options report_defaults(void);
status report_make(struct report *r, const char *folder, const struct report_options *o, const char *command);
void report_free(struct report *r);

/* The trajectory of a stage, or NULL. */
const struct motion_report *report_motion(const struct report *r, const char *label);

#endif
