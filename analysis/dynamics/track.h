/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track — the paths of the atoms, unwrapped, in memory: what every analysis of motion starts from.
 *
 *     struct track t = {0};
 *     struct track_options o = {.every = 1};             everything, drift and box change removed
 *     TRY(track_load(&t, "runs/a/trajectory.h5", &o));   track_file.h; a run folder works too
 *     const double *r = track_frame(&t, k);              3 numbers per atom
 *     track_free(&t);
 * or, from configurations made elsewhere: track_add for each frame, then track_finish.
 *
 * What is done to the positions, in this order (track_describe says each step, because it changes
 * results):
 *  1. Unwrapping. With images: x + n·box of that frame, exact. Without: the nearest image of the step
 * from
 *     the frame before, right only while no atom moves more than half a cell between frames.
 *  2. Box change: fractional coordinates in the cell of each frame, put into the mean cell (arithmetic
 * mean
 *     of the edge vectors over the frames). So a barostat's breathing is not a displacement. Free axes are
 *     left alone.
 *  3. Drift: the centre of mass (masses of the species; equal masses when the file has none) of all
 * followed
 *     atoms is kept where it was in the first frame.
 *
 * Only atoms that are present in all frames are followed; how many were not is in atoms_dropped. Frames
 * that repeat the time of the frame before (a resumed run) are skipped and counted. Times are those of
 * the file; files without times (plain dumps) give steps × step_time, or the step itself. */
#ifndef GLINT_ANALYSIS_DYNAMICS_TRACK_H
#define GLINT_ANALYSIS_DYNAMICS_TRACK_H

#include "base/status.h"
#include "base/text.h"
#include "system/box.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct track_options {
    double from, to;  /* keep frames with from ≤ time ≤ to; both 0: all */
    int64_t every;    /* keep each every-th frame; 0 is 1 */
    double step_time; /* time of one step where the file has no times; 0: time is the step number */
    bool keep_drift, keep_box_change;
    double mass[SPECIES_MAX]; /* all positive: used instead of the file's masses */
    const char *units;        /* "lj" or "metal" instead of what the file says; NULL */
};

struct track {
    int64_t atoms, frames;
    uint64_t *id;  /* ascending */
    int32_t *type; /* 0 … species.count-1 */
    struct species species;
    char units[8];
    double *time;    /* strictly increasing */
    double *x;       /* [frame][atom][3], unwrapped, box change and drift removed */
    struct box *box; /* as stored, one per frame */
    struct box mean; /* the cell that x refers to */
    bool uniform;    /* frames equally spaced, by `interval` */
    double interval;
    char time_unit[16], length_unit[16];
    int64_t atoms_dropped, frames_skipped;
    bool from_images, box_changed, box_removed, drift_removed, mass_weighted;
    /* While frames are added: capacities, atoms gone, and what unwrapping without images needs. */
    size_t x_capacity, frame_capacity, box_capacity;
    bool *gone;
    double *last_fraction;
    int32_t *found_image;
    int64_t late_atoms;
};

/* Append a frame; c must be sorted by id. `time` is used instead of c->time. */
status track_add(struct track *t, const struct config *c, double time);
/* Drop the atoms that were not in all frames, remove box change and drift, find the frame interval. */
status track_finish(struct track *t, const struct track_options *o);
void track_free(struct track *t);

static inline const double *track_frame(const struct track *t, int64_t k)
{
    return t->x + 3 * t->atoms * k;
}
static inline double track_span(const struct track *t)
{
    return t->time[t->frames - 1] - t->time[0];
}
/* Lines starting with "# " that say what the paths are: frames, times, atoms, and the three steps above. */
void track_describe(const struct track *t, struct text *out);

#endif
