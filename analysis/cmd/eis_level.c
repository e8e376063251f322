/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/eis_level.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

status eis_level_read(struct eis_level *l, const char *text, enum units_kind units, double slope, double x0)
{
    const char *equal = strchr(text, '=');
    char *end = NULL;
    *l = (struct eis_level){0};
    if (!equal || equal == text || !equal[1])
        return fail(BAD_INPUT,
                    "--level '%s': a name and an energy or a run folder were expected, like liquid=-7.15",
                    text);
    snprintf(l->name, sizeof l->name, "%.*s", (int)(equal - text), text);
    double number = strtod(equal + 1, &end);
    if (!*end) {
        l->held = (struct held_energy){.energy = number,
                                       .error = NAN,
                                       .T = NAN,
                                       .from = NAN,
                                       .to = NAN,
                                       .drift = NAN,
                                       .drift_error = NAN};
        return OK;
    }
    status s = held_energy_read(&l->held, equal + 1, units, slope, x0);
    return s == OK ? OK : status_context(s, "--level '%s'", text);
}
