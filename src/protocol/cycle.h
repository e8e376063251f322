/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cycle — temperature cycles and pre-anneals: one stage of the input that stands for many.
 *
 *     cycle: {T: [0.71, 0.68, 0.65] Tg, hold: 2000 tau, rate: 1e-4 eps/kB/tau, times: 3, observe: speckle}
 *
 * goes to the first temperature, stays there, goes to the next, …, and all of it `times` times; then, if
 * `then` says so, to a last temperature. It is syntax only: the runner sees the ramps (quench, heat) and
 * isotherms (anneal) it stands for, so whatever holds for those (restart, ranks, `restore`, `hops: in`) holds
 * here. An isotherm is labelled LABEL-iK-TJ, iteration K and place J in the list, both from 0 as in Lüttich
 * et al. (2018), and has its own speckle record; the ramp to it is LABEL-iK-to-TJ, the last one LABEL-then. A
 * ramp between equal temperatures is left out, and so is the first one of a run. `times: 0` is a cycle that
 * does not take place: the as-prepared sample in a sweep over pre-anneals.
 *
 * `observe` is of the isotherms; nothing is recorded on ramps. `box: fixed at mean volume` is that of the
 * isotherms, too: each settles at P first, and ramps follow P. */
#ifndef GLINT_PROTOCOL_CYCLE_H
#define GLINT_PROTOCOL_CYCLE_H

#include "input/schema.h"

#include <stddef.h>

struct thermostat_input;
struct barostat_input;

struct cycle_input {
    struct input_numbers T;
    double hold, rate, then, P, settle; /* then, P: NaN: absent */
    int64_t times;
    int box; /* as in the other stages; -1: absent */
    struct input_words observe;
    const char *label;
    struct thermostat_input *thermostat;
    struct barostat_input *barostat;
};
extern const struct input_table cycle_table;

struct cycle_part { /* a ramp, or an isotherm */
    double T_from, T_to;
    bool isotherm;
    int64_t iteration, place; /* place < 0: the last ramp, to `then` */
};
/* The most parts it can have, and the parts; T_before is NaN at the start of a run. The number of parts. */
size_t cycle_most(const struct cycle_input *c);
size_t cycle_parts(const struct cycle_input *c, double T_before, struct cycle_part *out);
/* LABEL-i0-T0 and so on. */
void cycle_label(const char *base, const struct cycle_part *p, char *out, size_t size);

/* How the sample came to each cycle: T_substrate of the last deposit before it, and T_anneal, the highest
 * temperature it was held at since it was made (by that deposit, else by the first quench), if that is above
 * all temperatures of the cycle. Branches are followed back through `restore`. */
struct cycle_sample { /* that the first stage begins with */
    bool made;        /* a glass of another run, on its substrate: no quench of this run makes it */
    double grown_at;  /* T_substrate of that glass; NaN: it did not grow as a film */
};
struct stage;
void cycle_histories(struct stage *stages, size_t n, const struct cycle_sample *sample);

#endif
