/* SPDX-License-Identifier: GPL-3.0-or-later */
/* strings — atoms that follow each other: string-like cooperative motion (Donati et al., Phys. Rev.
 * Lett. 80, 2338, 1998).
 *
 *     struct strings s = {0};
 *     struct strings_options o = {.lag = 20, .fraction = 0.05, .delta = 0.6 * r1};
 *     TRY(strings_find(&s, &track, &o));      s.count[n], s.mean, s.largest, s.null_mean
 *     strings_free(&s);
 *
 * Between t0 and t0+lag the `fraction` of atoms with the largest displacement is called mobile (all
 * species together). Two mobile atoms belong to one string when one of them has taken the other's place:
 *     min( |r_i(t0+lag) − r_j(t0)|, |r_j(t0+lag) − r_i(t0)| ) < delta     (nearest image in the mean cell)
 * count[n] is the number of strings of n atoms per origin (n = 1: mobile, but followed by nobody),
 * mean = Σ n count / Σ count, weighted = Σ n² count / Σ n count, largest the longest seen. Origins are
 * evenly spread over the record. The control (null_…): the same mobile atoms with their displacements
 * dealt out anew at random, so with the same places and the same distances moved but no correlation
 * between them. The usual lag is where α2 has its maximum. */
#ifndef GLINT_ANALYSIS_DYNAMICS_STRINGS_H
#define GLINT_ANALYSIS_DYNAMICS_STRINGS_H

#include "analysis/dynamics/track.h"
#include "base/status.h"

#include <stdint.h>

struct strings_options {
    double lag;      /* time; the nearest available lag is used */
    double fraction; /* of atoms called mobile; 0: 0.05 */
    double delta;    /* length */
    int64_t origins; /* most origins; 0: 100 */
    uint64_t seed;   /* of the control */
};

struct strings {
    double lag; /* mean over the origins */
    int64_t origins, mobile;
    int64_t longest;            /* largest n of the arrays */
    double *count, *null_count; /* [longest + 1], per origin; [0] unused */
    double mean, weighted, null_mean, null_weighted;
    double mean_error; /* standard error over origins (right if they are independent) */
    int64_t largest, null_largest;
};

status strings_find(struct strings *s, const struct track *t, const struct strings_options *o);
void strings_free(struct strings *s);

#endif
