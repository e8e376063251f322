/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/cycle.h"
#include "protocol/stage.h"

#include <math.h>
#include <stdio.h>

enum { TEMPERATURES_MOST = 64, TIMES_MOST = 1000 };

#define FIELD(f) offsetof(struct cycle_input, f)
static const struct input_key cycle_keys[] = {
    {"T", INPUT_NUMBERS, FIELD(T), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .n = TEMPERATURES_MOST, .required = true,
     .help = "temperatures of the isotherms, in order; one or more"},
    {"hold", INPUT_NUMBER, FIELD(hold), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE, .required = true,
     .help = "how long each isotherm lasts"},
    {"rate", INPUT_NUMBER, FIELD(rate), .quantity = QUANTITY_COOLING_RATE, .limit = INPUT_POSITIVE,
     .required = true, .help = "of all ramps, up and down"},
    {"times", INPUT_INTEGER, FIELD(times), .limit = INPUT_BETWEEN, .min = 0, .max = TIMES_MOST,
     .standard = "1", .help = "iterations; 0: it does not take place"},
    {"then", INPUT_NUMBER, FIELD(then), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .help = "temperature to go to at the end; absent: stay"},
    {"P", INPUT_NUMBER, FIELD(P), .quantity = QUANTITY_PRESSURE,
     .help = "pressure; absent: the box stays as it is"},
    {"box", INPUT_CHOICE, FIELD(box), .choices = stage_box_words,
     .help = "of the isotherms, as in `anneal`; with P ramps follow it unless the box is fixed"},
    {"settle", INPUT_NUMBER, FIELD(settle), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "4000 steps", .help = "as in `anneal`"},
    {"thermostat", INPUT_OPTIONAL, FIELD(thermostat), .table = &thermostat_table,
     .help = "another one than the run's"},
    {"barostat", INPUT_OPTIONAL, FIELD(barostat), .table = &barostat_table,
     .help = "another one than the run's"},
    {"observe", INPUT_WORDS, FIELD(observe), .choices = stage_observe_words,
     .help = "what is recorded on every isotherm, each for itself"},
    {"label", INPUT_STRING, FIELD(label), .help = "isotherms become LABEL-i0-T0, LABEL-i0-T1, …"},
    {0}};
const struct input_table cycle_table = {"cycle", cycle_keys, sizeof(struct cycle_input),
                                        .help = "isotherms at several temperatures, again and again; also a "
                                                "pre-anneal: there, hold, and back"};

size_t cycle_most(const struct cycle_input *c)
{
    return 2 * (size_t)(c->times > 0 ? c->times : 0) * c->T.count + 1;
}

size_t cycle_parts(const struct cycle_input *c, double T_before, struct cycle_part *out)
{
    double T = T_before;
    size_t n = 0;
    for (int64_t i = 0; i < c->times; i++)
        for (size_t j = 0; j < c->T.count; j++) {
            double to = c->T.value[j];
            if (!isnan(T) && T != to) out[n++] = (struct cycle_part){T, to, false, i, (int64_t)j};
            out[n++] = (struct cycle_part){to, to, true, i, (int64_t)j};
            T = to;
        }
    if (!isnan(c->then) && !isnan(T) && c->then != T)
        out[n++] = (struct cycle_part){T, c->then, false, c->times, -1};
    return n;
}

void cycle_label(const char *base, const struct cycle_part *p, char *out, size_t size)
{
    if (p->place < 0)
        snprintf(out, size, "%s-then", base);
    else
        snprintf(out, size, "%s-i%lld-%sT%lld", base, (long long)p->iteration, p->isotherm ? "" : "to-",
                 (long long)p->place);
}
