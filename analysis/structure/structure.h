/* SPDX-License-Identifier: GPL-3.0-or-later */
/* structure — g(r) and S(q) of a trajectory file, averaged over evenly chosen frames.
 *
 *     struct structure m = {0};
 *     TRY(structure_load(&m, "runs/a", &(struct structure_options){.rdf = true, .sq = true}));
 *     m.r1 (first peak of the total g), m.q1 (first peak of S_NN), m.rdf.total[k], m.sq.nn[k], …
 *     structure_release(&m);
 *
 * A run folder stands for its trajectory.h5. With d = (V/N)^(1/3) of the first frame, the mean distance,
 * the defaults are r_max 5 d, dr d/60, q_max 18/d (the second peak is near 13/d), dq one
 * reciprocal-lattice spacing (2π over the longest edge), 20 frames, 200 points a bin. */
#ifndef GLINT_ANALYSIS_STRUCTURE_STRUCTURE_H
#define GLINT_ANALYSIS_STRUCTURE_STRUCTURE_H

#include "system/rdf.h"
#include "analysis/structure/sq.h"
#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stdint.h>

struct structure_options {
    bool rdf, sq;
    double r_max, dr, q_max, dq; /* 0: the defaults above */
    int64_t frames, points;      /* most frames used, most points a |q| bin; 0: 20, 200 */
    double from, to;             /* frames with from ≤ time ≤ to; both 0: all */
    const char *units;           /* "lj" or "metal" instead of what the file says; NULL */
};

struct structure {
    struct species species;
    char units[8], length_unit[16];
    int64_t frames, atoms; /* frames used; atoms of the first of them */
    double first_time, last_time, density;
    bool has_rdf, has_sq, all_periodic;
    struct rdf rdf;
    struct sq sq;
    struct peak r1, q1; /* of the total g(r) and of S_NN */
    struct peak r1_partial[SPECIES_MAX][SPECIES_MAX];
};

status structure_load(struct structure *m, const char *path, const struct structure_options *o);
void structure_release(struct structure *m);

#endif
