/* SPDX-License-Identifier: GPL-3.0-or-later */
/* events — abrupt losses of correlation between neighbouring frames.
 *
 *     d(t) = 1 − (C(t,t+1) − g∞ − c(t)) / (g0 − g∞) = (p(t) − C(t,t+1)) / (g0 − g∞)
 *     z(t) = (d(t) − median) / (1.4826 MAD)     over the block of `block` frames that holds t
 *
 * the part of the correlation lost from frame t to t+1. p(t) = g0 + c(t) is the plateau there and then: the
 * contrast of few pixels wanders by itself (c), and a loss measured against the mean plateau g0 alone would
 * mostly show that. Simulated patterns have no noise, p(t) = (C(t,t) + C(t+1,t+1))/2, and for Eq. 1 d is half
 * the mean square change of the normalised pattern, ½⟨(x(t+1) − x(t))²⟩_p ≥ 0. Measured ones have noise on
 * the diagonal, p(t) is then the mean of the neighbouring elements C(t−1,t) and C(t+1,t+2).
 *
 * z does not depend on g0 and g∞ and follows slow changes of the dynamics; a single rearrangement stands out.
 * An event is a run of frames with z above the threshold; its frame is that of the largest z. A z means
 * nothing without its null: use the threshold of surrogate.h, which fewer than 1 % of eventless records
 * exceed. Bad frames give NaN and end a run. The measured intensity trace should be flat at an event, else it
 * is the beam. */
#ifndef GLINT_ANALYSIS_EVENTS_H
#define GLINT_ANALYSIS_EVENTS_H

#include "analysis/correlate/ttcf.h"
#include "base/status.h"

#include <stdint.h>

struct event {
    int64_t frame;  /* the loss is between frame and frame + 1 */
    int64_t frames; /* length of the run above the threshold */
    double drop, z; /* at the largest z */
};
struct events {
    int64_t count;
    struct event *event; /* released by events_free */
};

/* Default block: a tenth of the record, at least 50 and at most 1000 frames. */
int64_t events_block(int64_t frames);
enum events_plateau { EVENTS_DIAGONAL, EVENTS_NEIGHBOURS };
/* d(t), t = 0 … frames−2: from the TTCF, or from its diagonal (frames) and first off-diagonal (frames − 1).
 */
status events_drops(const struct ttcf *c, enum events_plateau plateau, double g0, double baseline, double *d);
void events_drops_of(const double *diagonal, const double *next, int64_t frames, enum events_plateau plateau,
                     double amplitude, double *d);
/* z of n drops; NaN stays NaN. A last block shorter than half is joined to its neighbour. A spread below 1e-6
 * (the rounding of f32) counts as 1e-6, so a constant pattern has no events. */
status events_z(const double *d, int64_t n, int64_t block, double *z);
status events_find(struct events *e, const double *d, const double *z, int64_t n, double threshold);
void events_free(struct events *e);

#endif
