/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/cycle.h"
#include "protocol/deposit.h"
#include "protocol/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* ---- how the sample came to a cycle ---- */

/* The stage before stages[i] in the life of the sample: that of the branch where it was restored. n: none. */
static size_t before(const struct stage *stages, size_t n, size_t i)
{
    if (stages[i].action == STAGE_RESTORE)
        for (size_t k = i; k-- > 0;)
            if (strcmp(stages[k].label, stages[i].restore) == 0) return k;
    return i > 0 ? i - 1 : n;
}

static double highest(const struct stage *stages, size_t n, const char *cycle)
{
    double T = 0.0;
    for (size_t i = 0; i < n; i++)
        if (stages[i].isotherm.cycle && strcmp(stages[i].isotherm.cycle, cycle) == 0)
            T = fmax(T, stages[i].T_to);
    return T;
}

static void find_history(struct stage *stages, size_t n, size_t first, const struct cycle_sample *sample)
{
    struct stage_isotherm *to = &stages[first].isotherm;
    double held = 0.0, held_since_quench = 0.0;
    for (size_t i = before(stages, n, first); i < n; i = before(stages, n, i)) {
        const struct stage *s = &stages[i];
        if (s->action == STAGE_DEPOSIT && !s->deposit->melted) {
            to->T_substrate = s->deposit->T;
            break;
        }
        if (s->action != STAGE_DYNAMICS) continue;
        if (s->T_from == s->T_to) held = fmax(held, s->T_to);
        if (s->T_to < s->T_from) held_since_quench = held; /* the earliest is the last one met */
    }
    if (isnan(to->T_substrate)) to->T_substrate = sample->grown_at;
    if (isnan(to->T_substrate) && !sample->made) held = held_since_quench;
    if (held > highest(stages, n, to->cycle)) to->T_anneal = held;
}

void cycle_histories(struct stage *stages, size_t n, const struct cycle_sample *sample)
{
    for (size_t i = 0; i < n; i++) {
        struct stage_isotherm *s = &stages[i].isotherm;
        if (!s->cycle) continue;
        bool begins = true;
        for (size_t k = 0; k < i && begins; k++) {
            const struct stage_isotherm *other = &stages[k].isotherm;
            if (!other->cycle || strcmp(other->cycle, s->cycle) != 0) continue;
            s->T_substrate = other->T_substrate;
            s->T_anneal = other->T_anneal;
            begins = false;
        }
        if (begins) find_history(stages, n, i, sample);
    }
}
