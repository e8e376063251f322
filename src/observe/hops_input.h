/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops_input — the block `hops:` of a run's input: when an atom counts as having hopped (system/hops.h), and
 * where that is watched.
 *
 *     {"hops", INPUT_MAP, FIELD(hops), .table = &hops_table, …}     struct hops_input, standards without it
 *     hops_rows(&hops, r1, names, how)                              one entry for each criterion
 *
 * The whole record is always watched, age windows beside it if there are more than one. distance in r1 (first
 * peak of g(r)) or a length; reference: `cage mean over TIME` or `position`; ages: `N windows, logarithmic`
 * (each as long as the record before it) or `N windows, linear`; r1: `measured` (first peak of the total g(r)
 * of the first frame), a pair of species as `A-B`, or a length. */
#ifndef GLINT_OBSERVE_HOPS_INPUT_H
#define GLINT_OBSERVE_HOPS_INPUT_H

#include "input/schema.h"
#include "system/hop_file.h"
#include "system/hops.h"

enum { HOPS_LIST = 16, HOPS_ROWS = HOPS_LIST * HOPS_LIST + 2, HOPS_WINDOWS = HOP_AGES_MAX + 1 };

struct hops_distance {
    double value;
    bool in_r1;
};

struct hops_phop {
    double window, threshold; /* time, length² */
};

struct hops_input {
    struct input_words in; /* labels of stages, beside those that say `observe: hops` */
    double every;          /* time */
    double cage;           /* time; 0: the position */
    struct {
        struct hops_distance item[HOPS_LIST];
        int count;
    } distance;
    struct input_numbers persist; /* times */
    struct {
        struct hops_phop *p_hop; /* NULL: not asked for */
        int preset;              /* 0: riechers; −1: none */
    } also;
    struct {
        int64_t count; /* 1: the whole record */
        bool linear;
    } ages;
    struct {
        double value;    /* 0: measure */
        char pair[2][8]; /* names of species; "": total g(r) */
    } r1;
    const char *species; /* "all" or a name */
};

extern const struct input_table hops_table;

/* The criteria of one age window, in the order of the tables; returns their number (≤ HOPS_ROWS). `how` lacks
 * the group. */
int hops_rows(const struct hops_input *h, double r1, const char *names[HOPS_ROWS],
              struct hop_options how[HOPS_ROWS]);
/* Frames from … to of each window of a stage with frames 0 … frames−1: window 0 is the whole record, the
 * others, if there is more than one age, the age windows (those between two edges; a frame on an edge belongs
 * to both sides). BAD_INPUT if one is not longer than the time a hop takes to be confirmed. */
status hops_windows(const struct hops_input *h, int64_t frames, double interval, int *windows,
                    int64_t from[HOPS_WINDOWS], int64_t to[HOPS_WINDOWS]);

#endif
