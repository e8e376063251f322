/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eis_level — an energy that inherent structures are compared with: a number, or what a run came to.
 *
 *     struct eis_level l;
 *     TRY(eis_level_read(&l, "liquid=-7.15", slope, x0));              a number
 *     TRY(eis_level_read(&l, "liquid=runs/liquid", slope, x0));        the mean of a run's looks
 *
 * Of a run: of its looks with an inherent structure at the set temperature of the last one, the later half
 * (of an odd number without the one in the middle); energies corrected by `slope` (NaN: not) to the fraction
 * x0 of the first species. Its error is that of a mean of independent looks: they must be some relaxation
 * times apart. drift: what changed from the earlier half, with its error; a run in equilibrium has none.
 * BAD_INPUT for a text without name, and for a run with fewer than four such looks. */
#ifndef GLINT_ANALYSIS_CMD_EIS_LEVEL_H
#define GLINT_ANALYSIS_CMD_EIS_LEVEL_H

#include "base/status.h"

struct eis_level {
    char name[64], run[64];                 /* run: the name of its folder; "" of a number */
    int looks;                              /* that it is the mean of; 0: a number */
    double energy, error;                   /* error: NaN of a number, as all below */
    double T, from, to, drift, drift_error; /* set temperature; times of the first and last look; see above */
};

status eis_level_read(struct eis_level *l, const char *text, double slope, double fraction);

#endif
