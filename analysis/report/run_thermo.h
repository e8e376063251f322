/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_thermo — the lines of a thermo.csv, whatever columns it has.
 *
 *     struct run_thermo t = {0};
 *     TRY(run_thermo_read(&t, "runs/a/thermo.csv"));
 *     t.column[THERMO_T][row], t.stage[t.stage_of[row]], t.units
 *     run_thermo_free(&t);
 *
 * Numbers stay in the unit of the file, which `units` names: lj (tau, eps/kB, eps/sigma^3, /sigma^3, eps), or
 * metal (ps, K, GPa, /angstrom^3, eV). Files without a units column are lj. Columns are found by name; the
 * first six of the enum must be there, the others are NaN when they are not. A line that is being written is
 * left out. BAD_INPUT names the file and the column. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_THERMO_H
#define GLINT_ANALYSIS_REPORT_RUN_THERMO_H

#include "base/status.h"

#include <stdint.h>

enum { RUN_STAGES = 1024, RUN_NAME = 64 }; /* a cycle is many stages */
enum {
    THERMO_TIME,
    THERMO_T_TARGET,
    THERMO_T,
    THERMO_P,
    THERMO_DENSITY,
    THERMO_ENERGY, /* potential energy per atom */
    THERMO_NEEDED,
    THERMO_TOTAL = THERMO_NEEDED, /* kinetic + potential energy per atom */
    THERMO_P_TARGET,              /* nan: the box is fixed */
    THERMO_COLUMNS
};

struct run_thermo {
    int64_t rows;
    double *column[THERMO_COLUMNS];
    int32_t *stage_of; /* rows: number of the stage */
    int stages;
    char stage[RUN_STAGES][RUN_NAME];
    char units[8]; /* "lj" or "metal" */
};

status run_thermo_read(struct run_thermo *t, const char *path);
void run_thermo_free(struct run_thermo *t);

/* Mean and standard deviation of a column over from ≤ time ≤ to; rows used are returned. */
int64_t run_thermo_mean(const struct run_thermo *t, int column, double from, double to, double *mean,
                        double *sd);

#endif
