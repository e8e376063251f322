/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units_table — the quantities and units there are (part of units.h; used there only). */
#ifndef GLINT_BASE_UNITS_TABLE_H
#define GLINT_BASE_UNITS_TABLE_H

#include "base/units.h"

enum { LENGTH, TIME, MASS, TEMPERATURE, STEP, BYTE, WALL, ANGLE, DIMENSIONS };
struct dimension {
    int power[DIMENSIONS];
};

/* SI base values (CODATA 2018). */
#define SI_EV 1.602176634e-19
#define SI_KB 1.380649e-23
#define SI_U  1.66053906660e-27

struct quantity_row {
    const char *name; /* with its article */
    struct dimension dimension;
    const char *lj, *metal; /* labels for output; both are legal unit expressions */
    const char *lj_example, *metal_example;
};
extern const struct quantity_row units_quantities[QUANTITY_COUNT];

enum unit_origin { PLAIN, LJ, REAL, GLASS }; /* size: as given | 1 in lj | SI value | Tg of the run */

struct unit {
    const char *name;
    enum unit_origin origin;
    double size; /* PLAIN: internal; REAL: SI */
    struct dimension dimension;
};

extern const struct unit units_known[]; /* ends with one without a name */

#endif
