/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/group_curve.h"

#include <stdio.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool makes_curve(const struct stability *s, size_t k, const char *axis)
{
    return (int)k != s->seed && (int)k != s->role && (int)k != s->rate && !ends_with(s->members.key[k], axis);
}

static const char *value_of(const struct stability *s, size_t g, size_t k)
{
    return stability_value(s, s->film[s->group[g].first].member, k);
}

bool group_curve_same(const struct stability *s, size_t g, size_t h, const char *axis)
{
    for (size_t k = 0; s->campaign && k < s->members.keys; k++)
        if (makes_curve(s, k, axis) && strcmp(value_of(s, g, k), value_of(s, h, k)) != 0) return false;
    return true;
}

const char *group_curve_title(const struct stability *s, size_t g, const char *axis,
                              char out[GROUP_CURVE_TITLE])
{
    out[0] = '\0';
    for (size_t k = 0; s->campaign && k < s->members.keys; k++) {
        size_t n = strlen(out);
        if (makes_curve(s, k, axis))
            snprintf(out + n, GROUP_CURVE_TITLE - n, "%s%s %s", n ? ", " : "", s->members.key[k],
                     value_of(s, g, k));
    }
    if (!out[0]) snprintf(out, GROUP_CURVE_TITLE, "films");
    return out;
}

bool group_curve_first(const struct stability *s, size_t g, const char *axis)
{
    for (size_t h = 0; h < g; h++)
        if (group_curve_same(s, h, g, axis)) return false;
    return true;
}
