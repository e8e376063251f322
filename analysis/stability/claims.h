/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims — what is said of glasses from the vapor, each with its numbers and a verdict on this campaign.
 *
 *     struct claims c;
 *     TRY(claims_make(&c, &stability));
 *     c.claim[i].text, .verdict;  .row[k].of, .value ± .error, .verdict
 *
 * A curve: groups that differ in T_sub only (one flux); below T_g: groups with T_sub < T_g, all if no T_g is
 * known. Every number is a difference of means: a weighted sum over single films, whose error is that of
 * independent films, each with the scatter between seeds, pooled, or its own (as the means of stability.h).
 * A control counts once, however many groups share it. Two kinds: the mean below T_g; and the best T_sub: of
 * a film of one seed, that at which the other seeds have the lowest mean e_IS, so that chance does not choose
 * what it is judged by (two seeds needed). Each is a claim of its own. Rows: one a curve, from high flux to
 * low, and their mean.
 *
 * A row is seen, or not seen, where the difference lies beyond its limit (so many errors: fit/welch.h) on the
 * side that is claimed, or on the other; else below resolution. A claim is what the means of all curves say
 * (of one curve, that curve): seen if all of these rows are, not seen if one is not. That e_IS falls with the
 * flux is judged by the steps from flux to flux. */
#ifndef GLINT_ANALYSIS_STABILITY_CLAIMS_H
#define GLINT_ANALYSIS_STABILITY_CLAIMS_H

#include "analysis/stability/group_curve.h"

enum { CLAIMS = 10, CLAIM_CURVES = 12, CLAIM_ROWS = 2 * CLAIM_CURVES + 2 };
enum claim_verdict { CLAIM_OPEN, CLAIM_SEEN, CLAIM_NOT_SEEN, CLAIM_BELOW_RESOLUTION };
extern const char *const claim_verdicts[]; /* "no data", "seen", "not seen", "below resolution" */

struct claim_row {
    char of[GROUP_CURVE_TITLE + 80];
    int curve; /* from high flux to low; of a step the one it leads to; −1: a mean, or a step over several */
    const char *kind; /* what is compared, where a claim is about several differences; else "" */
    double value, error;
    double limit;  /* nearer to zero it may be chance */
    int64_t films; /* with the controls */
    bool counts;   /* for the verdict of the claim */
    enum claim_verdict verdict;
};
struct claim {
    const char *text;
    enum stability_quantity quantity;
    bool above; /* the difference is claimed to be positive */
    enum claim_verdict verdict;
    int rows;
    struct claim_row row[CLAIM_ROWS];
};
struct claims {
    int n; /* 0: not a campaign */
    struct claim claim[CLAIMS];
    int curves;
    size_t curve[CLAIM_CURVES]; /* a group of each, from high flux to low */
};

status claims_make(struct claims *c, const struct stability *s);

#endif
