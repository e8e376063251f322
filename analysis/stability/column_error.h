/* SPDX-License-Identifier: GPL-3.0-or-later */
/* column_error — the error of one film's e_IS, from the film alone: how much do its columns differ?
 *
 *     struct column_sums c;
 *     column_sums_read(&c, json);            of measure-LABEL.json; c.n = 0: none
 *     column_error(&c, slope)                NaN with fewer than four columns
 *     column_change_error(&before, &after, slope)     of the difference of two looks at one film
 *
 * The interior is cut along x and y into equal columns at least three mean spacings wide
 * (src/protocol/measure.h). Of e = E/N − slope X/N (X: atoms of the first species; slope ∂e/∂x, 0: e as
 * measured) each column is left out in turn: error² = (n − 1)/n Σ (e_b − mean)², the jackknife of a ratio.
 * Energies of neighboring atoms are correlated within a column, which this allows for; what correlation there
 * is between columns it does not see. With n columns the error itself is known to a part 1/√(2(n − 1)). It is
 * that of a film among films made alike: the scatter between seeds has the same meaning, and beside it also
 * what a whole film has in common. */
#ifndef GLINT_ANALYSIS_STABILITY_COLUMN_ERROR_H
#define GLINT_ANALYSIS_STABILITY_COLUMN_ERROR_H

#include <stdint.h>

enum { COLUMN_MOST = 256 };
struct column_sums {
    int n;
    double atoms[COLUMN_MOST], first[COLUMN_MOST], energy[COLUMN_MOST];
};

void column_sums_read(struct column_sums *c, const char *json);
double column_error(const struct column_sums *c, double slope);
/* NaN also where the looks have different columns. */
double column_change_error(const struct column_sums *before, const struct column_sums *after, double slope);

#endif
