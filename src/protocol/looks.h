/* SPDX-License-Identifier: GPL-3.0-or-later */
/* looks — an anneal that is looked at on its way: one stage of the input that stands for many.
 *
 *     anneal: {for: 20000 tau, look: {at: [50, 400, 3200, 20000] tau, eis: interior, pressure: 0}}
 *     anneal: {for: 20000 tau, look: {every: 2000 tau, eis: all, pressure: 0}}
 *
 * is syntax only: anneals with a `measure` between them, as one would have typed. The anneals are LABEL-1,
 * LABEL-2, …, the last one LABEL (which `restore` and `keep` know); the looks tTIME, in the unit of time of
 * the files (t50, t400, …), or LABEL-tTIME where the anneal has a label of its own. A box `fixed at mean
 * volume` settles once, in the first anneal. Records cannot go on through a look: speckles, trajectories and
 * hops are refused. */
#ifndef GLINT_PROTOCOL_LOOKS_H
#define GLINT_PROTOCOL_LOOKS_H

#include "protocol/measure.h"

struct looks_input {
    struct measure measure; /* first: its keys fill it */
    struct input_numbers at;
    double every; /* NaN: absent */
};
extern const struct input_table looks_table;

/* The most looks, and their times in an anneal of length `time`, which are increasing; how many there are.
 * Problems are noted at `node`. */
size_t looks_most(const struct looks_input *l, double time);
size_t looks_times(const struct looks_input *l, double time, struct input *in, const struct tree_node *node,
                   double *out);

#endif
