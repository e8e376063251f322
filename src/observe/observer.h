/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observer — something that looks at a running simulation and writes a stream.
 *
 * An observer kind is a table of functions over its own struct, which begins with a struct observer. To add
 * one: a file pair, its creation in cmd/run_observers.c, and, if it has state, its name in checkpoint.c
 * (read_state). Calls are collective; only rank 0 writes. Frames of a stream carry the step they belong to,
 * so after a restart a stream is cut back to the step of the checkpoint (resume) and goes on.
 *
 *  - start: when a stage that is observed begins, or goes on after a restart (resume_step ≥ 0: keep frames up
 * to it)
 *  - sample: at the steps of its schedule (every, per_decade), counted from the beginning of the stage
 *  - stop: when the stage is over: close the stream
 *  - flush: before a checkpoint: what was sampled so far must be in the file
 *  - save, load: what a checkpoint must hold beside the file: an array of doubles; NULL: nothing
 *  - settle: after a checkpoint was written: no restart leads back before it any more */
#ifndef GLINT_OBSERVE_OBSERVER_H
#define GLINT_OBSERVE_OBSERVER_H

#include "integrate/engine.h"
#include "protocol/stage.h"

#include <stdio.h>

struct observer;
struct observer_kind {
    const char *name, *summary;
    status (*start)(struct observer *o, struct engine *e, const struct stage *s, int64_t resume_step);
    status (*sample)(struct observer *o, struct engine *e);
    status (*stop)(struct observer *o);
    status (*flush)(struct observer *o);
    size_t (*state_size)(const struct observer *o);
    void (*save)(const struct observer *o, double *state);
    status (*load)(struct observer *o, const double *state, size_t size);
    void (*release)(struct observer **o);
    void (*settle)(struct observer *o); /* NULL: nothing to do */
};

struct observer {
    const struct observer_kind *kind;
    char name[64];      /* of its files and of its row in the checkpoint */
    int64_t every;      /* steps between samples; 0: none at equal distances */
    int64_t per_decade; /* > 0: also at first_step + round(10^(k/per_decade)), k ≥ 0 */
    int64_t first_step; /* of the stage; samples at first_step + k·every, k ≥ 1 */
    bool active;
    bool in_stage_only; /* only in stages that ask for it */
    bool wants_stop;    /* set on rank 0 by a sample that asks for a stop with a checkpoint */
};

/* The next step after `now` at which an active observer wants to be called. */
int64_t observer_next(const struct observer *o, int64_t now);
bool observer_is_due(const struct observer *o, int64_t step);
/* The last step ≤ `step` at which it was called; first_step if there was none. */
int64_t observer_last_due(const struct observer *o, int64_t step);
/* How often it is called in a stage of `steps`. */
int64_t observer_count(int64_t every, int64_t per_decade, int64_t steps);

/* HDF5 writes a flush in many pieces: a kill in between leaves a stream that cannot be continued. So after
 * each flush, on rank 0, observer_keep copies the stream to path.safe (in one rename); after a restart
 * observer_recover puts that copy back, or makes one of a stream that was closed, so that there is one
 * whenever a stream is written after a restart; when the stream is closed observer_drop removes it. */
status observer_keep(const char *path);
status observer_recover(const char *path);
void observer_drop(const char *path);

/* Streams of lines (CSV), on rank 0: a line begins with its step, the header with anything but a digit. Opens
 * a new file with the header, or goes on after the line of resume_step ≥ 0. */
status observer_open_lines(FILE **stream, const char *path, const char *header, int64_t resume_step);
status observer_flush_lines(FILE *stream, const char *path); /* to the disk; a stream of NULL is fine */

/* After a restart, on rank 0: how = what opening the stream at `path` for more frames returned. A stream that
 * cannot be read (a kill in the middle of a flush, a damaged disk) is renamed to path.unreadable-STEP with a
 * warning, and *fresh becomes true: a new one takes its place from the checkpoint on. Any other failure is
 * returned unchanged. */
status observer_move_aside(status how, const char *path, int64_t resume_step, bool *fresh);
/* Warn if the stream's last frame is not that of step `expected`, the last one there was before the restart.
 * last_step: INT64_MIN for no frame. */
void observer_check_last(const struct observer *o, const char *path, int64_t last_step, int64_t expected);

/* The observers there are. path: folder of the run. */
struct thermo_options {
    const char *folder;
    int64_t every;
};
status thermo_new(struct observer **o, const struct thermo_options *options);

struct film_options {
    const char *folder;
    int64_t every;
    double Tg;   /* 0: not known */
    double drop; /* of the interior, at each face */
};
status film_log_new(struct observer **o, const struct film_options *options);

struct record_options { /* atomic trajectory, H5MD */
    const char *folder;
    int64_t every, per_decade; /* as in struct observer */
    const char *schedule;      /* in words, stored in the file */
    bool f32;
    bool label_files;      /* several stages write: put the stage's label into the name */
    const char *potential; /* description, stored in the file */
};
status record_new(struct observer **o, const struct record_options *options);

struct window_spec;
struct speckle_options {
    const char *folder;
    const struct window_spec *window;
    size_t windows;
    int64_t every;    /* steps between sub-frames */
    int64_t exposure; /* sub-frames averaged into a frame */
    bool flatten, label_files;
    const char *form_factors; /* "1", "A=1,B=2", "xray" */
    double Tg;                /* 0: not known */
    /* Of a film: its inside between these heights above the substrate; NaN: `drop` off substrate and surface,
     * as they are when the stage begins. */
    double heights[2], drop, edge;
};
status speckles_new(struct observer **o, const struct speckle_options *options);

struct hops_input;
struct hops_options { /* hops of atoms while they move; always labelled hops-LABEL.h5 */
    const char *folder;
    const struct hops_input *input;
    int64_t every; /* steps between looks */
};
status hops_new(struct observer **o, const struct hops_options *options);

#endif
