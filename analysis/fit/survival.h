/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survival — waiting times as data: events and right-censored observations; the Kaplan–Meier survival
 * function; the log-binned density.
 *
 *     struct waiting_sample s;
 *     TRY(waiting_sample_make(&s, n, time, censored, WAITING_CENSORED, 0.0));
 *     …
 *     waiting_sample_free(&s);
 *
 * A censored observation says only "longer than this" (an atom that had not moved when the record ended). A
 * record of finite length T sees long waiting times too rarely; `correction` says how that is mended, once,
 * for all that follows:
 *
 *   WAITING_NONE       Not at all: events only, censored observations dropped. Biased; for comparison.
 *
 *   WAITING_CENSORED   Every wait that begins is followed to the next event or to the end of the record, the
 *                      latter entering as censored: no further correction is needed (Kaplan & Meier 1958,
 *                      doi 10.1080/01621459.1958.10501452). The better way when the unfinished waits are
 *                      known: it also holds when events become rarer with age.
 *
 *   WAITING_WINDOW     Completed waits only. If waits begin uniformly in time, one of length w is seen with
 *                      weight proportional to T - w; densities are divided by it. Censored observations are
 *                      dropped (they are what the weight stands for). Wrong for an ageing system, where the
 *                      beginnings are not uniform.
 *
 * Times in any unit, > 0. */
#ifndef GLINT_ANALYSIS_FIT_SURVIVAL_H
#define GLINT_ANALYSIS_FIT_SURVIVAL_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum waiting_correction { WAITING_NONE, WAITING_CENSORED, WAITING_WINDOW };
extern const char *const waiting_correction_names[];

struct waiting_sample { /* sorted by time, events before censored ones of the same time */
    size_t n, events;
    double *time, *log_time;
    uint8_t *censored; /* 1: longer than `time` */
    double window;     /* T, for WAITING_WINDOW */
    enum waiting_correction correction;
};
/* Copies and sorts. censored may be NULL (all are events). BAD_INPUT for times that are not finite and > 0,
 * for a window missing or not longer than every event, or without any event. */
status waiting_sample_make(struct waiting_sample *w, size_t n, const double *time, const uint8_t *censored,
                           enum waiting_correction correction, double window);
void waiting_sample_free(struct waiting_sample *s);
/* The first index with time >= x; s->n if none. */
size_t waiting_sample_from(const struct waiting_sample *s, double x);

/* Kaplan–Meier estimate S(t) = prod (1 - d_i/n_i) over distinct event times, with Greenwood's error
 * S sqrt(sum d/(n (n - d))). With WAITING_WINDOW events count 1/(1 - w/T) each and the error is that of the
 * weighted binomial proportion. */
struct survival {
    size_t n; /* distinct event times */
    double *time, *at_risk, *events, *survival, *error;
};
status survival_make(struct survival *k, const struct waiting_sample *s);
void survival_free(struct survival *k);

/* Density p(t) in bins of equal width in log t, as a probability per unit time: each event carries its
 * Kaplan–Meier step (or its weight), so p integrates to the probability of an event within the record.
 * Errors: square root of the sum of the squared masses. Bins without events are kept, with density and error
 * 0. */
struct log_histogram {
    size_t bins;
    double *edge; /* bins + 1 */
    double *density, *error;
    int64_t *count;
};
status log_histogram_make(struct log_histogram *h, const struct waiting_sample *s, double bins_per_decade);
void log_histogram_free(struct log_histogram *h);

#endif
