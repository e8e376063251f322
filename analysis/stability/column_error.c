/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/column_error.h"

#include <math.h>
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

double column_error(const struct column_sums *c, double slope)
{
    double atoms = 0.0, total = 0.0, mean = 0.0, square = 0.0, n = c->n;
    double without[COLUMN_MOST];
    if (c->n < COLUMNS_LEAST) return NAN;
    for (int b = 0; b < c->n; b++) {
        atoms += c->atoms[b];
        total += c->energy[b] - slope * c->first[b];
    }
    for (int b = 0; b < c->n; b++) {
        if (!(atoms > c->atoms[b])) return NAN;
        without[b] = (total - (c->energy[b] - slope * c->first[b])) / (atoms - c->atoms[b]);
        mean += without[b] / n;
    }
    for (int b = 0; b < c->n; b++) square += (without[b] - mean) * (without[b] - mean);
    return sqrt((n - 1.0) / n * square);
}
