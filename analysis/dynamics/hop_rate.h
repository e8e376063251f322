/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hop_rate — how often an atom hops: hops per atom and time of a stage that was watched (hops-LABEL.h5).
 *
 *     struct hop_rate r;
 *     TRY(hop_rate_read(&r, "runs/a/hops-iso-i0-T1.h5", low, high));     NaN: all atoms
 *     if (r.known) … r.rate ± r.error
 *
 * Counted are the hops of the file's first row (the first distance and persistence time of the input's
 * `hops:`) in the whole stage, of the atoms whose height at its beginning was in [low, high): of a film the
 * inside, whose atoms are followed wherever they go. All hops count, reversible ones too. Cages are all set
 * at the beginning, so the first few hops of an atom's cage are missed: compare stages of equal length only.
 *
 * Error: the larger of two. Hops come in bursts, so it is the standard error of the rate in HOP_RATE_BLOCKS
 * equal stretches of the stage; when those happen to agree, or there are no hops, that of independent hops,
 * √n (at least 1) hops. fano: variance over mean of the hops in a stretch, 1 for independent ones. A rate
 * that drifts with age counts as scatter. Bursts longer than a stretch are not seen. */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOP_RATE_H
#define GLINT_ANALYSIS_DYNAMICS_HOP_RATE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { HOP_RATE_BLOCKS = 10 };

struct hop_rate {
    bool known; /* the file is there and its stage is over */
    int64_t hops, atoms;
    double time;                       /* of observation */
    double rate, error, poisson, fano; /* per atom and time; fano NaN without hops */
    char criterion[96];                /* "cage 0.62, mean over 5, away for 5" */
};

status hop_rate_read(struct hop_rate *r, const char *path, double low, double high);
/* From n hop times in [begin, end]. */
void hop_rate_count(struct hop_rate *r, const double *time, int64_t n, int64_t atoms, double begin,
                    double end);

#endif
