/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/looks.h"

#include <math.h>

enum { LOOKS_MOST = 60 }; /* what analysis/stability/film_record.h reads, and a few */

#define AT(field) offsetof(struct looks_input, field)
static const struct input_key looks_keys[] = {
    {"at", INPUT_NUMBERS, AT(at), .quantity = QUANTITY_TIME, .limit = INPUT_NOT_NEGATIVE, .n = LOOKS_MOST,
     .help = "times since the anneal began, increasing; 0: before it"},
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .help = "or one after each such time"},
    MEASURE_KEYS,
    {0}};

static void check_looks(struct input *in, const struct tree_node *map, void *target)
{
    const struct looks_input *l = target;
    measure_check(in, map, target);
    if ((l->at.count == 0) == isnan(l->every)) input_problem(in, map, "give either `at` or `every`");
}
const struct input_table looks_table = {"look", looks_keys, sizeof(struct looks_input),
                                        .help = "measure while it lasts", .check = check_looks};

static size_t count_every(const struct looks_input *l, double time)
{
    double n = floor(time / l->every * (1.0 + 1e-9));
    return !(n >= 1.0) ? 0 : n > LOOKS_MOST ? LOOKS_MOST + 1 : (size_t)n;
}

size_t looks_most(const struct looks_input *l, double time)
{
    return l->at.count > 0 ? l->at.count : isnan(l->every) ? 0 : count_every(l, time);
}

size_t looks_times(const struct looks_input *l, double time, struct input *in, const struct tree_node *node,
                   double *out)
{
    size_t n = looks_most(l, time);
    double last = time * (1.0 + 1e-9);
    if (n > LOOKS_MOST) input_problem(in, node, "more than %d looks", LOOKS_MOST);
    if (n == 0 && !isnan(l->every))
        input_problem(in, node, "`every` is longer than the anneal: it would not be looked at");
    for (size_t i = 0; i < n; i++) {
        out[i] = l->at.count > 0 ? l->at.value[i] : (double)(i + 1) * l->every;
        if (out[i] > last)
            input_problem(in, node, "a look at %g, after the end of the anneal at %g", out[i], time);
        if (i > 0 && out[i] <= out[i - 1])
            input_problem(in, node, "a look at %g after one at %g: times must increase", out[i], out[i - 1]);
    }
    return n;
}
