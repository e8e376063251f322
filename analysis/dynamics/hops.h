/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops — the hops and waiting times of a trajectory. What a hop is, and the detector: system/hops.h, the same
 * code that watches a running simulation.
 *
 *     struct hops h = {0};
 *     struct hop_options o = {.distance = 0.8 * r1, .persist = 5, .cage = 5};
 *     TRY(hops_find(&h, &track, &o));     frames with o.from ≤ time ≤ o.to; both 0: all
 *     h.hop[k].atom is an index of the track: its id is track.id[h.hop[k].atom]
 *     hops_free(&h); */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOPS_H
#define GLINT_ANALYSIS_DYNAMICS_HOPS_H

#include "analysis/dynamics/track.h"
#include "base/status.h"
#include "system/hops.h"

#include <stdint.h>

status hops_find(struct hops *h, const struct track *t, const struct hop_options *o);

/* Bursts: hops in successive windows of `width` from h->begin (whole windows only). The first windows hold
 * fewer hops: all references are set at begin, and a displacement needs time to grow; leave out about one
 * median waiting time. */
struct hop_bursts {
    int64_t n;
    double width;
    double *time;      /* start of each window */
    int64_t *hops;     /* hops in it */
    int64_t *atoms;    /* different atoms that hopped in it */
    double mean, fano; /* of hops; fano = variance/mean: 1 for independent hops at a constant rate */
};
status hops_bursts(struct hop_bursts *b, const struct hops *h, double width);
void hop_bursts_free(struct hop_bursts *b);

#endif
