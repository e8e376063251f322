/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign_table — the results of a campaign: one row a member, and means over the seeds.
 *
 *     struct campaign_table t;
 *     struct campaign_table_options o = {.column = names, .columns = n};
 *     TRY(campaign_table_make(&t, "runs/pvd", &o));
 *     t.column[c].value[i]                        of member i; NaN where there is none
 *     t.column[c].mean[g], .error[g], .count[g]   of group g: members that differ only in the seed
 *     campaign_table_free(&t);
 *
 * Columns:
 *   T, P, density, potential_per_atom   means over the second half of the lines of thermo.csv of one stage:
 *                                       `stage`, else the last that moves
 *   e_IS, density_IS                    energy per atom and density of the last minimisation
 *   a member of run.json                steps, time, wall_seconds, steps_per_s, atoms, …
 *   PATH, PATH[i], PATH@ATTRIBUTE       a number in results.h5 (glint report makes it): a dataset of one
 *                                       number, entry i of one, an attribute; relative to /entry/glint unless
 *                                       it begins with a slash: isf@tau_alpha, 3d/fit_kww/tau[0]
 *
 * Without a list: T, P, density, potential_per_atom and, if any member has it, e_IS.
 *
 * The mean is over the members of a group that are done and have the value; its error is the standard error,
 * s.d./sqrt(n), NaN for n < 2. BAD_INPUT for a column that no member has. */
#ifndef GLINT_ANALYSIS_REPORT_CAMPAIGN_TABLE_H
#define GLINT_ANALYSIS_REPORT_CAMPAIGN_TABLE_H

#include "base/file.h"
#include "base/members.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { CAMPAIGN_COLUMNS = 32, CAMPAIGN_KEYS = 16, CAMPAIGN_NAME = 160 };

struct campaign_table_options {
    const char *const *column; /* NULL: the standard ones */
    int columns;
    const char *stage; /* label; NULL: the last that moves */
    const char *over;  /* key over which means are taken; NULL: seed */
};

struct campaign_key {
    const char *name;
    bool over;     /* the mean is over this key */
    bool number;   /* all values are numbers with one unit */
    double *value; /* by member, when they are; NaN where it does not matter (controls) */
    char unit[64];
};

struct campaign_column {
    char name[CAMPAIGN_NAME];
    double *value;        /* by member */
    double *mean, *error; /* by group */
    int64_t *count;
};

struct campaign_table {
    char folder[FILE_PATH_MAX];
    struct members members;
    const char **state; /* by member: done, stopped, failed, running, waiting */
    int keys, columns;
    struct campaign_key key[CAMPAIGN_KEYS];
    struct campaign_column column[CAMPAIGN_COLUMNS];
    size_t groups, *group_of, *first; /* by member; by group: its first member */
};

status campaign_table_make(struct campaign_table *t, const char *folder,
                           const struct campaign_table_options *o);
void campaign_table_free(struct campaign_table *t);

/* The column of this name, or -1. */
int campaign_table_column(const struct campaign_table *t, const char *name);
/* The value of key k for member i, as written. */
const char *campaign_table_value(const struct campaign_table *t, size_t i, int k);
/* Do two members agree in every key but the one the means are over and `but` (-1: none)? */
bool campaign_table_alike(const struct campaign_table *t, size_t i, size_t j, int but);
/* The keys of member i except those over which means are taken and `but`: "hold.T 0.42 eps/kB, …"; "" if
 * there is none. Returns out. */
const char *campaign_table_label(const struct campaign_table *t, size_t i, int but, char *out, size_t size);

#endif
