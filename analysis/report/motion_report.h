/* SPDX-License-Identifier: GPL-3.0-or-later */
/* motion_report — everything a report says about one trajectory: structure, displacements, waiting times.
 *
 *     struct motion_report m;
 *     TRY(motion_report_make(&m, label, trajectory, record, &options));
 *     TRY(motion_report_write(&m, &results));       structure, msd, isf, waiting_times, each [/LABEL]
 *     motion_report_free(&m);
 *
 * g(r) and S(q) from 20 frames; MSD and α2; F_s(q,t) at the first peak of S_NN with τ_α; waiting times with
 * the cage mean over 5 frames, distances 0.4, 0.6, 0.8, 1.0 r_1, persistence 0 and 5 tau or 2 ps, and the
 * preset of Riechers et al. 2024, for the whole record and 3 age windows; all this as the run's own blocks
 * hops: and waiting: say where hops were found while the atoms moved. Movers per MOVERS_WIDTH time units. A
 * part that the record is too short for is left out: has_… is false and note[…] says why; only a file that
 * cannot be read is a failure. */
#ifndef GLINT_ANALYSIS_REPORT_MOTION_REPORT_H
#define GLINT_ANALYSIS_REPORT_MOTION_REPORT_H

#include "analysis/dynamics/hop_table.h"
#include "analysis/dynamics/isf.h"
#include "analysis/dynamics/msd.h"
#include "analysis/report/results.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/window_report.h"
#include "analysis/structure/structure.h"
#include "base/status.h"

#define MOVERS_WIDTH    50.0
#define MOVERS_DISTANCE 0.5
enum { MOTION_STRUCTURE, MOTION_MSD, MOTION_ISF, MOTION_HOPS, MOTION_PARTS };

/* Atoms that moved farther than `distance` in successive windows of `width`: from the trajectory (positions
 * at both ends), else different atoms that hopped (cage criterion nearest to ½ length unit, least
 * persistence). */
struct movers {
    int64_t n; /* 0: none */
    double width, distance;
    double *time, *atoms; /* start of the window; since the first frame of the run's stage */
    bool by_hops;
};

struct motion_report {
    char label[RUN_NAME];
    bool has[MOTION_PARTS];
    char note[MOTION_PARTS][512];
    struct track track; /* its positions are released */
    struct structure structure;
    struct msd msd;
    struct isf isf;
    struct hop_table hops;
    int64_t frames; /* of the trajectory, or of the record of hops without one */
    double span, first_time, last_time, cage;
    bool in_situ; /* hops are those of `hops_from`, found while the atoms moved */
    char hops_from[FILE_PATH_MAX];
    struct track hops_track; /* atoms and times of that record */
    struct movers movers;
};

/* The track that the hops belong to. */
const struct track *motion_report_hops_track(const struct motion_report *m);

/* trajectory or record (hops found while the atoms moved, which is then used for the waiting times) may be
 * NULL. */
status motion_report_make(struct motion_report *m, const char *label, const char *trajectory,
                          const char *record, const struct report_options *o);
status motion_report_write(const struct motion_report *m, struct results *r);
void motion_report_free(struct motion_report *m);

/* The row that the page shows and quotes, of those of the whole record with a fit, cage criterion, and the
 * longest persistence: the largest distance (nearest to a bond length) with 300 completed exchange times,
 * else the one with the most; −1 if no row has a fit. */
int64_t motion_report_row(const struct motion_report *m);
/* The persistence time of that row; without a fit the longest for which a wait was completed, −1 if none was.
 */
double motion_report_persist(const struct motion_report *m);

#endif
