/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form_factor — how strongly each species scatters.
 *
 * One for all (the default), a number per species, or the X-ray form factor of a neutral atom
 * f(q) = Σ_{i=1..4} a_i exp(-b_i s²) + c with s = q/4π in 1/Å (International Tables for Crystallography, vol.
 * C, table 6.1.1.4). Only X-ray factors depend on q; then each species needs its own amplitude. */
#ifndef GLINT_SCATTER_FORM_FACTOR_H
#define GLINT_SCATTER_FORM_FACTOR_H

#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>

enum form_kind { FORM_ONE, FORM_NUMBERS, FORM_XRAY };

struct form_factors {
    enum form_kind kind;
    int species;
    double number[SPECIES_MAX]; /* FORM_NUMBERS */
    int element[SPECIES_MAX];   /* FORM_XRAY: row of the table */
    char text[128];             /* as written to files: "1", "A=1, B=2", "X-ray (Cu, Zr)" */
};

/* "1"; "A=1,B=2" naming every species once; "xray" for Be, Al, Ti, Fe, Ni, Cu, Zr, Nb and Pd in metal units.
 * BAD_INPUT otherwise. */
status form_factors_parse(struct form_factors *f, const char *text, const struct species *species,
                          const char *units);
/* 1 for `species` species. */
struct form_factors form_factors_one(int species);
double form_factor_at(const struct form_factors *f, int species, double q);
bool form_factors_depend_on_q(const struct form_factors *f);

#endif
