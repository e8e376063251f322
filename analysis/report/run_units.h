/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_units — the units of a run, and what its numbers are in real ones.
 *
 *     struct run_units u;
 *     TRY(run_units_of(&u, &folder));               lj or metal; `map:` and `Tg:` of input.yaml
 *     run_units_beside(&u, QUANTITY_TIME, 5.0, b)   " (2.73 ps)", or "" without a map and in metal units
 *     u.text                                        the mapping in words, with its formulas; "" without one
 *
 * A map gives sigma and the mean mass, and eps or T_g of an alloy. With T_g* that of the model,
 *     eps = kB T_g / T_g*,  m_B = mass / mean mass of the model (1.5 m_B),  tau = sigma sqrt(m_B/eps),
 *     pressure: eps/sigma³.
 * A T_g* changed by 9 % changes eps by as much and tau by half of it. Values given are internal ones; for
 * files in metal units those of time and pressure differ from what is shown (base/units.h). BAD_INPUT when
 * the blocks of input.yaml cannot be read. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_UNITS_H
#define GLINT_ANALYSIS_REPORT_RUN_UNITS_H

#include "analysis/report/run_folder.h"
#include "base/units.h"

enum { RUN_UNITS_TEXT = 64 };

struct run_units {
    struct unit_system system;
    bool mapped;    /* lj with a map */
    char text[600]; /* the mapping */
    char Tg[400]; /* "T_g = 0.37 eps/kB (rate …, construction …, pressure …)"; "" when the input has none */
};

status run_units_of(struct run_units *u, const struct run_folder *f);
status run_units_plain(struct run_units *u, const char *units); /* "lj" or "metal", no input */

/* The real value with three digits and a fitting unit (fs, ps, ns, us; K/s; …): "2.73 ps"; "" for lj without
 * a map. */
const char *run_units_real(const struct run_units *u, enum quantity q, double value,
                           char out[RUN_UNITS_TEXT]);
/* The same as " (2.73 ps)"; "" also in metal units, which are real. */
const char *run_units_beside(const struct run_units *u, enum quantity q, double value,
                             char out[RUN_UNITS_TEXT]);

#endif
