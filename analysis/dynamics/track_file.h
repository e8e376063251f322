/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track_file — fill a track (track.h) from a trajectory file of any kind that system/trajectory.h reads.
 *
 *     struct track t;
 *     TRY(track_load(&t, "runs/a", &(struct track_options){.every = 1}));   a folder: its trajectory.h5
 *
 * `from` and `to` of the options count in the file's times, or in the steps (× step_time) of a file
 * without times. On failure t is empty and the message names the file. */
#ifndef GLINT_ANALYSIS_DYNAMICS_TRACK_FILE_H
#define GLINT_ANALYSIS_DYNAMICS_TRACK_FILE_H

#include "analysis/dynamics/track.h"

status track_load(struct track *t, const char *path, const struct track_options *o);

#endif
