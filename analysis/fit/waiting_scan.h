/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_scan — where a power law begins: the exponent as a function of xmin (the Hill plot) and the
 * Kolmogorov–Smirnov distance D between law and data, least at the best xmin.
 *
 *     struct waiting_scan scan;
 *     TRY(waiting_scan_make(&scan, &sample, 200, 50, 0.0));
 *     … scan.point[i].xmin, .alpha, .sigma, .ks;  scan.best …
 *     waiting_scan_free(&scan);
 *
 * Convention of Clauset, Shalizi & Newman 2009 (doi 10.1137/070710111), also plfit's: the data's distribution
 * is taken just before each event; where observations are censored it is the Kaplan–Meier estimate of the
 * tail. */
#ifndef GLINT_ANALYSIS_FIT_WAITING_SCAN_H
#define GLINT_ANALYSIS_FIT_WAITING_SCAN_H

#include "analysis/fit/waiting_law.h"

struct waiting_point {
    double xmin, alpha, sigma, ks;
    size_t events;
};
struct waiting_scan {
    size_t n, best;
    struct waiting_point *point;
};
/* candidates 0: every distinct event time (O(n^2)). Each candidate leaves at least `min_tail` (>= 2) events;
 * xmin is at least min_xmin. BAD_INPUT when no candidate is left. */
status waiting_scan_make(struct waiting_scan *scan, const struct waiting_sample *s, size_t candidates,
                         size_t min_tail, double min_xmin);
void waiting_scan_free(struct waiting_scan *scan);
/* Decades of xmin around `best` over which alpha stays within 2 sigma of the best one's. */
double waiting_flat_decades(const struct waiting_scan *scan);

/* xmin, alpha and D by the library plfit (full scan, uncensored data, no window), for comparison; n <= 10^4
 * is reasonable. */
status waiting_plfit(size_t n, const double *time, double *xmin, double *alpha, double *ks);

#endif
