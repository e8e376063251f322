/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/column_error.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_LEAST = 4 };

/* The numbers of `"name": [...]`; how many. */
static int read_list(const char *json, const char *name, double out[COLUMN_MOST])
{
    char key[48];
    int n = 0;
    snprintf(key, sizeof key, "\"%s\"", name);
    const char *at = strstr(json, key);
    at = at ? strchr(at, '[') : NULL;
    while (at && n < COLUMN_MOST) {
        char *end;
        out[n] = strtod(at + 1, &end);
        if (end == at + 1) return n;
        n++;
        at = end + strspn(end, " \n");
        if (*at != ',') return n;
    }
    return n;
}

void column_sums_read(struct column_sums *c, const char *json)
{
    c->n = read_list(json, "column_atoms", c->atoms);
    if (read_list(json, "column_first_species", c->first) != c->n ||
        read_list(json, "column_energy", c->energy) != c->n)
        c->n = 0;
}

/* e without each column in turn; false: too few columns, or one of them holds everything. */
static bool leave_out(const struct column_sums *c, double slope, double without[COLUMN_MOST])
{
    double atoms = 0.0, total = 0.0;
    if (c->n < COLUMNS_LEAST) return false;
    for (int b = 0; b < c->n; b++) {
        atoms += c->atoms[b];
        total += c->energy[b] - slope * c->first[b];
    }
    for (int b = 0; b < c->n; b++) {
        if (!(atoms > c->atoms[b])) return false;
        without[b] = (total - (c->energy[b] - slope * c->first[b])) / (atoms - c->atoms[b]);
    }
    return true;
}

static double jackknife(const double *without, double n)
{
    double mean = 0.0, square = 0.0;
    for (int b = 0; b < (int)n; b++) mean += without[b] / n;
    for (int b = 0; b < (int)n; b++) square += (without[b] - mean) * (without[b] - mean);
    return sqrt((n - 1.0) / n * square);
}

double column_error(const struct column_sums *c, double slope)
{
    double without[COLUMN_MOST];
    return leave_out(c, slope, without) ? jackknife(without, c->n) : (double)NAN;
}

double column_change_error(const struct column_sums *before, const struct column_sums *after, double slope)
{
    double x[COLUMN_MOST], y[COLUMN_MOST];
    if (before->n != after->n || !leave_out(before, slope, x) || !leave_out(after, slope, y)) return NAN;
    for (int b = 0; b < after->n; b++) y[b] -= x[b];
    return jackknife(y, after->n);
}
