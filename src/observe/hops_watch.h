/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops_watch — inside of the observer of hops (observe/hops.c), not for others: what it watches, the frames
 * it keeps, and the file it fills. Everything here is rank 0's work. */
#ifndef GLINT_OBSERVE_HOPS_WATCH_H
#define GLINT_OBSERVE_HOPS_WATCH_H

#include "base/file.h"
#include "base/h5.h"
#include "observe/hops_input.h"
#include "observe/observer.h"

enum { HOPS_SEQUENCES = 2, HOPS_DRAIN = 16384 };

struct hops_row { /* one criterion in one window of time */
    double begin, end, excursions;
    double stored; /* hops in the file */
};

/* Windows that follow each other: the whole record is a sequence of one. */
struct hops_sequence {
    int window, end;       /* the one under way or to come; behind the last */
    bool begun;            /* its detectors are at work */
    struct hops *detector; /* criteria */
};

struct watch {
    struct observer base;
    struct hops_options options;
    char path[FILE_PATH_MAX];
    const char *label;
    const struct engine *engine; /* for names of units when the stage is over */
    struct h5 file;
    bool open, box_free;
    struct config frame;
    /* what is watched */
    double r1, interval, first_time;
    int criteria, windows, group;
    const char *name[HOPS_ROWS];
    struct hop_options how[HOPS_ROWS];
    int64_t frames;                               /* of the whole stage */
    int64_t from[HOPS_WINDOWS], to[HOPS_WINDOWS]; /* frames of window 0, the record, and of the ages */
    /* what has been seen */
    struct box cell;
    int64_t atoms;
    int32_t *type;
    uint64_t *id;
    double *ring, *time, *first; /* capacity × atoms × 3, capacity, atoms × 3 */
    struct hop_path seen;
    struct hops_sequence sequence[HOPS_SEQUENCES]; /* the whole record; the age windows */
    struct hops_row *row;                          /* windows × criteria, as in the file */
    double *pending;                               /* state loaded from a checkpoint before start */
    size_t pending_size;
    struct hops_finished { /* stages that are over since the last checkpoint */
        char path[FILE_PATH_MAX];
    } * finished;
    int n_finished;
    size_t finished_capacity;
};

/* ---- hops_watch.c ---- */
/* Windows, criteria and memory for the stage that begins with o->frame. r1 is measured unless it is set. */
status watch_plan(struct watch *o, const struct stage *s);
status watch_allocate(struct watch *o);
/* The frame at hand: unwrap it, judge what can be judged. */
status watch_look(struct watch *o);
void watch_discard(struct watch *o);

/* ---- hops_stream.c: hops-LABEL.h5 ---- */
status stream_create(struct watch *o);
/* The file as it was at the checkpoint: o->row[].stored hops. */
status stream_go_on(struct watch *o);
/* The hops that detector c of a sequence has found, into the file. */
status stream_drain(struct watch *o, const struct hops_sequence *q, int c);
/* To disk, and a copy that a restart can go on from. */
status stream_keep(struct watch *o);
/* The stage is over: the table takes the place of the stream. */
status stream_finish(struct watch *o);

#endif
