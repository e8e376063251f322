/* SPDX-License-Identifier: GPL-3.0-or-later */
/* isotherms — the speckles of a temperature cycle, one record after the other: τ, β, and what is lost in a
 * fixed time.
 *
 *     struct isotherms run;
 *     TRY(isotherms_open(&run, "runs/film", NULL));     which records there are; NULL: the largest window
 *     lag = 0.1 * isotherms_shortest(&run);             the same for all runs that are compared
 *     TRY(isotherms_measure(&run, lag));                reads the frames
 *     run.item[0 … run.n-1]                             in order of time
 *     isotherms_free(&run);
 *
 * The records say by themselves what they are (/entry/glint/stage, scatter/speckle_file.h): label, T, cycle,
 * iteration, place, and how the sample was made. Those that belong to no cycle are left out; of several
 * cycles in one run the last one is taken.
 *
 * R(t) = (g2 − 1)/(g2(first lag) − 1) of the whole record, flattened as its file asks; ages and errors as in
 * g2.h. Fit: R = A exp(−2 (t/τ)^β), A and β free, weights 1/error². τ counts as measured when the fit
 * converged, τ is no longer than the longest lag with an error, and known to better than itself. Otherwise
 * it has a lower bound if there is one: the longest lag up to which R stays above e^−2 by two standard
 * errors. A glass far below T_g has bounds only: then `lost`, 1 − R at the fixed lag, says how fast it moves;
 * R there is interpolated between the two bins around it, linearly in the logarithm of the lag. Its error is
 * the standard error of 1 − R from quarters of the record, each normalised by itself (so that fluctuations of
 * the contrast cancel); with fewer than two of them that of R.
 *
 * BAD_INPUT: not a folder, no record of a cycle, no such window, a record that cannot be read. */
#ifndef GLINT_ANALYSIS_REPORT_ISOTHERMS_H
#define GLINT_ANALYSIS_REPORT_ISOTHERMS_H

#include "analysis/dynamics/hop_rate.h"
#include "analysis/fit/relaxation.h"
#include "analysis/report/run_folder.h"
#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum isotherm_tau { TAU_UNKNOWN, TAU_MEASURED, TAU_BOUND };
extern const char *const isotherm_tau_names[]; /* "unknown", "measured", "lower_bound" */

struct isotherm {
    char path[FILE_PATH_MAX], label[RUN_NAME], cycle[RUN_NAME], window[RUN_NAME];
    int64_t iteration, place, frames, independent;
    double T, Tg, first_time, frame_time; /* Tg 0: not known */
    char units[8], time_unit[16];
    /* measured */
    int64_t lags;
    double *lag, *R, *error;
    struct relaxation_fit fit;
    bool fitted;
    enum isotherm_tau kind;
    double tau, tau_error;
    double lost, lost_error; /* NaN: the lag is not within the record */
    double low, high;        /* heights of the inside of a film; NaN: a bulk */
    struct hop_rate hops;    /* of the atoms inside, if the isotherm observed hops */
    int64_t map_side;
    float *map;   /* map_side²: C(t1,t2) in block means, both halves */
    bool watched; /* by the crystal alarm */
    struct run_crystal crystal;
};

struct isotherms {
    char path[FILE_PATH_MAX], name[RUN_NAME];
    bool film;
    double T_substrate, T_anneal; /* NaN: none */
    int64_t n;
    struct isotherm *item;
};

status isotherms_open(struct isotherms *run, const char *folder, const char *window);
double isotherms_shortest(const struct isotherms *run); /* length of the shortest record */
status isotherms_measure(struct isotherms *run, double lag);
void isotherms_free(struct isotherms *run);

/* The isotherm of an iteration and place, or NULL. */
const struct isotherm *isotherms_at(const struct isotherms *run, int64_t iteration, int64_t place);

/* The two rules by themselves, for curves from elsewhere: lag ascending. */
void isotherm_judge(struct isotherm *i);            /* fit, kind, tau, tau_error from lag, R, error */
void isotherm_lost(struct isotherm *i, double lag); /* lost, lost_error */

#endif
