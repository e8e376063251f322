/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record_input — the block `trajectory:` of a run's input: when frames are kept, and how much room they may
 * take.
 *
 * schedule `log N per decade`: frames at steps 10^(k/N) after the begin of each observed stage; with `every`
 * also at equal distances. keep: an upper limit for all trajectory files of the run together. If the frames
 * of the whole run would need more, `every` is multiplied beforehand by the smallest whole number for which
 * they fit: the record stays equally spaced and reaches to the end, and nothing is ever taken away.
 * record_plan does that, for the run and for `glint check`. */
#ifndef GLINT_OBSERVE_RECORD_INPUT_H
#define GLINT_OBSERVE_RECORD_INPUT_H

#include "input/schema.h"
#include "protocol/stage.h"

struct record_input {
    double every;       /* time; NaN: not said */
    int64_t per_decade; /* 0: no logarithmic frames */
    double keep;        /* bytes; 0: no limit */
    int precision;      /* 0: double, 1: single */
};
extern const struct input_table trajectory_table;

struct record_plan {
    int64_t every, per_decade; /* steps; 0: none */
    int64_t factor;            /* by which `every` was multiplied to fit; 1: not at all */
    int64_t frames;            /* of all observed stages, the first of each included */
    double bytes;              /* at most */
    char words[160];           /* "every 200 steps and 5 per decade" */
};
/* BAD_INPUT when nothing says when, or even the fewest frames need more than `keep`. */
status record_plan(struct record_plan *p, const struct record_input *in, double dt, double atoms,
                   const struct stage *stages, size_t n);

#endif
