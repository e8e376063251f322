/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window_report — everything a report says about one q window of one observed stage.
 *
 *     struct window_report w;
 *     TRY(window_report_make(&w, &folder.speckle[i], &options));
 *     TRY(window_report_write(&w, &results));      /entry/glint/<title>/…, see below; needs the TTCF
 *     window_report_drop_ttcf(&w);                 the big matrix; w.map stays
 *     window_report_free(&w);
 *
 * What is done, in this order:
 *  1. frames → flattening as the file asks → TTCF (Eq. 1) → g2 of the whole record and of 3 age windows,
 *     each as long as the record before it; age = start, the diagonal kept (patterns are noise-free), 5 lags
 *     a decade → R = (g2 − g∞)/(g2(first lag ≥ 1) − g∞). A window of several spots or shells is represented
 *     by its first group in what follows; statistics of all groups are in `spot`, their relaxation in
 *     `groups`.
 *  2. KWW and Mittag-Leffler fits of R from the first lag ≥ 1 on, amplitude free, baseline 0, weights
 *     1/error², with the Siegert powers and models the run's input asks for (both by default), for the whole
 *     record and each age window.
 *  3. Null models: exact moments of n independent pixels (contrast.h) and `seeds` surrogate records (more for
 *     small windows, up to 1000) with the |f|² of the largest window (surrogate.h). Surrogates of more than
 *     `surrogate_pixels` pixels are made with that many and their variances scaled by the exact variance of
 *     one element (contrast.h), about 1/n.
 *  4. Events against the surrogate threshold, of the group shown and of every spot.
 *  5. The standard deviation in time of C(t,t) for random disjoint subsets of 3, 10, 30, … pixels of a window
 *     with one group of 300 pixels or more (`spread`; smaller ones: all pixels only), each beside its own
 *     surrogates.
 *
 * In the results: two_time, g2, lag, … (results.h), g2_ages/…, fit_kww, fit_ml (rows: power 1 and 2 for each
 * age window, row 0 and 1 the whole record), relaxation (lag, R, fitted curves, residuals), spread, spots,
 * groups, mean_of_spots. */
#ifndef GLINT_ANALYSIS_REPORT_WINDOW_REPORT_H
#define GLINT_ANALYSIS_REPORT_WINDOW_REPORT_H

#include "analysis/cmd/correlate_run.h"
#include "analysis/fit/relaxation.h"
#include "analysis/report/results.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/run_settings.h"
#include "analysis/report/window_groups.h"
#include "base/status.h"

enum { REPORT_AGES = 3, REPORT_ROWS = 1 + REPORT_AGES, REPORT_SPREADS = 10, REPORT_MAP = 600 };
enum { REPORT_KWW, REPORT_ML, REPORT_MODELS };
extern const char *const report_model_names[REPORT_MODELS]; /* "kww", "mittag_leffler" */

struct report_options {
    int64_t seeds;                /* surrogates per window; at least 100 for a false-alarm rate of 1 % */
    int64_t surrogate_pixels;     /* most pixels of a surrogate */
    int64_t replicates;           /* goodness-of-fit bootstrap of the waiting-time laws; 0: none */
    bool quick;                   /* no subsets of pixels */
    struct run_settings settings; /* what the run's input says: age, diagonal, bins, models, powers, laws … */
};

/* Standard deviation in time of C(t,t) for one number of pixels. */
struct report_spread {
    int64_t pixels, samples;             /* independent pixels; subsets looked at */
    double sd, low, high;                /* median over the subsets and the range of all of them */
    double exact;                        /* of one element, if all frames were independent */
    double null_sd, null_low, null_high; /* surrogates: median and central 95 % */
};

struct report_spot {
    double contrast;              /* mean of C(t,t) */
    double sd, lag_sd, largest_z; /* of C(t,t), of C(t,t+1); of the drops */
    int64_t events;
};

struct window_report {
    char title[2 * RUN_NAME], label[RUN_NAME], name[RUN_NAME];
    struct correlate_options options;
    struct correlate c;
    struct g2 ages;
    struct relaxation_fit fit[REPORT_ROWS][REPORT_MODELS][2]; /* [row][model][power − 1]; row 0: all */
    bool fitted[REPORT_ROWS][REPORT_MODELS][2];
    int rows;   /* of fit: 1 + the age windows */
    double *f2; /* |f|² at every lag, from the largest window of the stage: what the surrogates have */
    char f2_from[2 * RUN_NAME];
    int64_t map_side, map_bin;
    float *map; /* map_side²: the whole symmetric TTCF in block means, for drawing */
    int64_t spots;
    struct report_spot *spot; /* NULL with one group */
    struct window_groups groups;
    int spreads;
    struct report_spread spread[REPORT_SPREADS];
    int64_t all_pixels; /* of all groups */
    double q_low, q_high, first_time;
    bool null_exact; /* the exact null is drawn beside the measured values */
};

/* `reference` is the largest window of the same stage, measured before, or NULL: its |f|² is that of the
 * sample, known better than from few pixels, and makes this window's surrogates. */
status window_report_make(struct window_report *w, const struct run_series *series, const char *title,
                          const struct window_report *reference, const struct report_options *o);
status window_report_write(const struct window_report *w, struct results *r);
void window_report_drop_ttcf(struct window_report *w);
void window_report_free(struct window_report *w);

/* R of a row as fit data: lags ≥ 1 with finite error > 0, in time; lag, R and error have room for the row's
 * lags. Returns the number of points. */
int64_t window_report_curve(const struct window_report *w, int row, double *lag, double *R, double *error);
/* The row with the least BIC among the four fits of `row`; false when none converged. */
bool window_report_best(const struct window_report *w, int row, int *model, int *power);
/* Age range of a row, in time since the first frame. */
void window_report_ages(const struct window_report *w, int row, double *from, double *to);

#endif
