/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curves — one or more correlation functions over common lags, from a text table or a results file.
 *
 *     struct curves c;
 *     TRY(curves_read(&c, "results.h5", "shell"));         group /entry/glint/shell: lag, g2, g2_error, age
 *     TRY(curves_read(&c, "g2.txt", NULL));                columns lag, g2[, error]
 *     TRY(curves_select(&c, row, &one, from, to, 5));      one row, a range of lags, 5 points per decade
 *     …
 *     curve_free(&one);  curves_free(&c);
 *
 * Text: numbers separated by blanks, tabs, commas or semicolons; lines that start with # or % are comments,
 * and so is a first line of column names. Results file: g2 is (lags) or (age windows × lags), g2_error
 * likewise and optional, age optional: one per age window, or the
 * windows + 1 edges between them, of which the lower ones are taken. */
#ifndef GLINT_ANALYSIS_FIT_CURVES_H
#define GLINT_ANALYSIS_FIT_CURVES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct curves {
    size_t rows, lags;
    double *lag, *g2, *error; /* g2 and error: rows × lags; error NULL if the file has none */
    double *age;              /* of each row, or NULL */
    char window[128];         /* the group read, "" for text */
};
/* window NULL: the only window in the file (BAD_INPUT with their names if there are several). */
status curves_read(struct curves *c, const char *path, const char *window);
void curves_free(struct curves *c);

struct curve {
    size_t n, dropped; /* points left out: value or error not finite, error not above 0 */
    double *lag, *g2, *error;
};
/* One row, lags in [from, to]; per_decade > 0 averages all points of a bin of that width in log lag: mean
 * lag, mean g2 weighted by 1/error^2, error 1/sqrt(sum 1/error^2) (too small where neighbouring lags are
 * correlated). BAD_INPUT if nothing is left. */
status curves_select(const struct curves *c, size_t row, struct curve *one, double from, double to,
                     double per_decade);
void curve_free(struct curve *one);

#endif
