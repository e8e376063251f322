/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held_energy — the inherent-structure energy that a run came to at the temperature it was held at last.
 *
 *     struct held_energy h;
 *     TRY(held_energy_read(&h, "runs/liquid/to1.03Tg", UNITS_LJ, slope, x0));
 *     h.energy ± h.error at h.T, and h.drift ± h.drift_error: is it still falling?
 *
 * Of the looks with an inherent structure at the set temperature of the last one, the later half (of an odd
 * number without the one in the middle); energies corrected by `slope` (NaN: not) to the fraction x0 of the
 * first species. The error is that of a mean of independent looks: they must be some relaxation times apart.
 * drift: what changed from the earlier half; a run in equilibrium has none.
 * BAD_INPUT for a folder that is no run, for one in other units or with fewer than HELD_LOOKS such looks. */
#ifndef GLINT_ANALYSIS_STABILITY_HELD_ENERGY_H
#define GLINT_ANALYSIS_STABILITY_HELD_ENERGY_H

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"
#include "base/units.h"

enum { HELD_LOOKS = 4 };

struct held_energy {
    char run[64]; /* the name of its folder */
    int looks;    /* that it is the mean of */
    double energy, error;
    double T, from, to; /* set temperature; times of the first and last look */
    double drift, drift_error;
};

status held_energy_read(struct held_energy *h, const char *folder, enum units_kind units, double slope,
                        double x0);
/* Its members of an open JSON object: e_IS, e_IS_error, run, looks, T, from, to, drift, drift_error. */
void held_energy_json(struct json *j, const struct held_energy *h);

#endif
