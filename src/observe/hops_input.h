/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops_input — the block `hops:` of a run's input: when an atom counts as having hopped (system/hops.h), and
 * where that is watched.
 *
 *     {"hops", INPUT_MAP, FIELD(hops), .table = &hops_table, …}          struct hops_input, standards without
 * it hops_rows(&hops, r1, names, how)                                   one entry for each criterion
 *
 * distance in r1 (first peak of g(r)) or a length; reference: `cage mean over TIME` or `position`; ages:
 * `N windows, logarithmic` (each as long as the record before it) or `N windows, linear`; r1: `measured`
 * (first peak of the total g(r) of the first frame), a pair of species as `A-B`, or a length. */
#ifndef GLINT_OBSERVE_HOPS_INPUT_H
#define GLINT_OBSERVE_HOPS_INPUT_H

#include "input/schema.h"
#include "system/hop_file.h"
#include "system/hops.h"

enum { HOPS_LIST = 16, HOPS_ROWS = HOPS_LIST * HOPS_LIST + 2 };

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
/* The time a hop takes to be confirmed, of the slowest criterion: an age window must be longer. */
double hops_confirmation(const struct hops_input *h);

#endif
