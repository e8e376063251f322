/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speckle_input — the block `speckle:` of a run's input: which windows of reciprocal space are watched while
 * the atoms move, how often, and for how long a frame is exposed.
 *
 *     {"speckle", INPUT_MAP, FIELD(speckle), .table = &speckle_table, …}     struct speckle_input
 *     TRY(speckle_input_steps(&speckle, dt, &steps));                        steps between sub-frames
 *
 * Set exposure = 1 before reading: it is what stands for an absent key. */
#ifndef GLINT_OBSERVE_SPECKLE_INPUT_H
#define GLINT_OBSERVE_SPECKLE_INPUT_H

#include "input/schema.h"
#include "scatter/window_spec.h"

enum { SPECKLE_WINDOWS_MAX = 16 };

struct speckle_input {
    double every;             /* time between frames */
    int64_t exposure;         /* sub-frames whose intensities make a frame; 1: instantaneous */
    int flatten;              /* 1: the analysis divides by S(|q|) */
    const char *form_factors; /* "1", "A=1,B=2", "xray" */
    double heights[2];        /* of a film, above the substrate; NaN: the `interior` */
    struct window_spec window[SPECKLE_WINDOWS_MAX];
    int64_t windows;
};

extern const struct input_table speckle_table;

/* BAD_INPUT if the frames and their sub-frames do not come out in whole steps of dt. */
status speckle_input_steps(const struct speckle_input *s, double dt, int64_t *steps);

#endif
