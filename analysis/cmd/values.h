/* SPDX-License-Identifier: GPL-3.0-or-later */
/* values — numbers with a unit on the command line: "5 tau", "0.4,0.6,0.8 r1", "10ps".
 *
 * A list is numbers separated by commas, then one optional unit for all of them. Without a unit the numbers
 * are in the unit of the file. Times: tau in a file of Lennard-Jones units, fs | ps | ns in one of metal
 * units, steps or frames where the file has no times. Lengths: sigma, or angstrom | nm; r1 where the command
 * knows it (r1 > 0). BAD_INPUT names the option, what was found and what is understood. */
#ifndef GLINT_ANALYSIS_CMD_VALUES_H
#define GLINT_ANALYSIS_CMD_VALUES_H

#include "base/status.h"

enum { VALUES_MAX = 16 };
struct values {
    int n;
    double value[VALUES_MAX]; /* in the unit of the file */
};

/* Numbers without a unit. */
status values_numbers(struct values *v, const char *option, const char *text);
status values_times(struct values *v, const char *option, const char *text, const char *time_unit);
/* `bare` is what a number without a unit means: "r1" or the length unit. */
status values_lengths(struct values *v, const char *option, const char *text, const char *length_unit,
                      double r1, const char *bare);
/* A length to the power −1, "7.65" or "7.65 /sigma" or "2.63 /angstrom". */
status values_wavenumbers(struct values *v, const char *option, const char *text, const char *length_unit);

#endif
