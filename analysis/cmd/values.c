/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/values.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers into v; *unit is what follows the last of them (maybe ""). */
static status numbers(struct values *v, const char *option, const char *text, const char **unit)
{
    const char *p = text;
    *v = (struct values){0};
    for (;;) {
        char *end;
        double value = strtod(p, &end);
        if (end == p || !isfinite(value))
            return fail(BAD_INPUT,
                        "%s: '%s' is not a list of numbers with a unit, like '0.4,0.6' or '5,10 tau'", option,
                        text);
        if (v->n == VALUES_MAX)
            return fail(BAD_INPUT, "%s: more than %d numbers in '%s'", option, VALUES_MAX, text);
        v->value[v->n++] = value;
        while (isspace((unsigned char)*end)) end++;
        p = end;
        if (*p != ',') break;
        p++;
    }
    *unit = p;
    return OK;
}

status values_numbers(struct values *v, const char *option, const char *text)
{
    const char *unit;
    TRY(numbers(v, option, text, &unit));
    return *unit ? fail(BAD_INPUT, "%s: '%s' after the numbers, none was expected", option, unit) : OK;
}

struct unit {
    const char *name, *file; /* file: the file's own unit in which scale is expressed */
    double scale;
};

static status convert(struct values *v, const char *option, const char *unit, const char *file_unit,
                      const struct unit *table)
{
    if (!*unit || strcmp(unit, file_unit) == 0) return OK;
    for (const struct unit *u = table; u->name; u++)
        if (strcmp(u->name, unit) == 0 && strcmp(u->file, file_unit) == 0) {
            for (int i = 0; i < v->n; i++) v->value[i] *= u->scale;
            return OK;
        }
    return fail(BAD_INPUT, "%s: unit '%s' does not fit, this file is in %s", option, unit, file_unit);
}

status values_times(struct values *v, const char *option, const char *text, const char *time_unit)
{
    static const struct unit table[] = {{"fs", "ps", 1e-3}, {"ns", "ps", 1e3}, {"us", "ps", 1e6}, {0}};
    const char *unit;
    TRY(numbers(v, option, text, &unit));
    return convert(v, option, unit, time_unit, table);
}

status values_lengths(struct values *v, const char *option, const char *text, const char *length_unit,
                      double r1, const char *bare)
{
    static const struct unit table[] = {{"nm", "angstrom", 10.0}, {"A", "angstrom", 1.0}, {0}};
    const char *unit;
    TRY(numbers(v, option, text, &unit));
    if (!*unit) unit = bare;
    if (strcmp(unit, "r1") == 0 && r1 > 0.0) {
        for (int i = 0; i < v->n; i++) v->value[i] *= r1;
        return OK;
    }
    return convert(v, option, unit, length_unit, table);
}

status values_wavenumbers(struct values *v, const char *option, const char *text, const char *length_unit)
{
    static const struct unit table[] = {{"/nm", "/angstrom", 0.1}, {"/A", "/angstrom", 1.0}, {0}};
    const char *unit;
    char file_unit[24];
    TRY(numbers(v, option, text, &unit));
    snprintf(file_unit, sizeof file_unit, "/%s", length_unit);
    for (int i = 0; i < v->n; i++)
        if (!(v->value[i] > 0.0))
            return fail(BAD_INPUT, "%s: %g, a wavenumber must be positive", option, v->value[i]);
    return convert(v, option, unit, file_unit, table);
}
