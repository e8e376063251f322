/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eis_level — an energy that inherent structures are compared with: a number, or what a run came to.
 *
 *     struct eis_level l;
 *     TRY(eis_level_read(&l, "liquid=-7.15", UNITS_LJ, slope, x0));          a number: l.held.looks is 0
 *     TRY(eis_level_read(&l, "liquid=runs/liquid", UNITS_LJ, slope, x0));    held_energy.h
 *
 * BAD_INPUT for a text without name, and for a run that held_energy_read refuses. */
#ifndef GLINT_ANALYSIS_CMD_EIS_LEVEL_H
#define GLINT_ANALYSIS_CMD_EIS_LEVEL_H

#include "analysis/stability/held_energy.h"

struct eis_level {
    char name[64];
    struct held_energy held; /* of a number: its energy; NaN what is not known */
};

status eis_level_read(struct eis_level *l, const char *text, enum units_kind units, double slope, double x0);

#endif
