/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign_waiting — waiting times pooled over the replicas of a campaign, from the members' results.h5.
 *
 *     struct campaign_waiting w;
 *     TRY(campaign_waiting_make(&w, &table, group));
 *     for (int i = 0; i < w.n; i++) w.pool[i] …            one for each stage whose trajectory was observed
 *     TRY(campaign_waiting_figure(&f, &w.pool[i], …));
 *     campaign_waiting_free(&w);
 *
 * Of each member that is done the exchange times (between hops) of one row of its table are taken: criterion
 * "cage", the longest persistence time, and the largest distance with at least 300 events in all members
 * together, else the distance with most events. The distance is in each member's own r1. Waits enter with
 * their censoring. alpha is that of the pooled sample at the xmin of least KS distance (waiting_analysis.h);
 * the scan starts at max(10 frame intervals, persist). The error is the bootstrap over whole members
 * (waiting_replica_error), beside `fit.sigma`, which takes all waits for independent. No pool for fewer than
 * two members with waits; `why` of the pool says what a fit lacks. */
#ifndef GLINT_ANALYSIS_REPORT_CAMPAIGN_WAITING_H
#define GLINT_ANALYSIS_REPORT_CAMPAIGN_WAITING_H

#include "analysis/fit/survival.h"
#include "analysis/fit/waiting_analysis.h"
#include "analysis/report/campaign_table.h"
#include "analysis/report/figure.h"
#include "analysis/report/run_folder.h"

enum { CAMPAIGN_POOLS = 16 };

struct campaign_pool {
    char label[RUN_NAME], time_unit[24]; /* label: of the stage, "" when only one was observed */
    double distance_r1, persist, frame;  /* frame: between frames of the trajectory */
    size_t members, events, censored;
    struct waiting_replica *replica; /* of each member; owns time and censored */
    double **time;
    uint8_t **open;
    struct survival survival; /* pooled, Kaplan–Meier */
    bool has_fit;
    struct waiting_analysis fit;
    double replica_error; /* of fit.alpha; NaN if it could not be found */
    char why[256];        /* there is no fit */
};

struct campaign_waiting {
    int n;
    struct campaign_pool pool[CAMPAIGN_POOLS];
};

status campaign_waiting_make(struct campaign_waiting *w, const struct campaign_table *t, size_t group);
void campaign_waiting_free(struct campaign_waiting *w);

/* Survival of each member and of all together; alpha against xmin. `name` of the files; f is begun and ended.
 */
status campaign_waiting_figure(struct figure *f, const struct campaign_pool *p, const char *folder,
                               const char *name);

#endif
