/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_film — what film.csv says of a film under vacuum: how it grew, and its inside.
 *
 *     struct run_film f = {0};
 *     TRY(run_film_read(&f, "runs/pvd/film.csv"));
 *     run_film_mean(&f, "interior_density", from, to, &mean, &sd)
 *     run_film_free(&f);
 *
 * f.lines.rows = 0: no film. Numbers are in the units of the file. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_FILM_H
#define GLINT_ANALYSIS_REPORT_RUN_FILM_H

#include "analysis/report/columns.h"

#include <stdbool.h>

struct run_film {
    struct columns lines;
    bool inside; /* some line has numbers of the interior */
};

struct run_growth {   /* of a stage in which atoms came */
    int64_t from, to; /* rows */
    double T, time;   /* set, at its end; how long it took */
    double came, left, atoms, thickness,
        fraction;             /* at its end; fraction: of the first species of film.csv */
    double hotter, hotter_sd; /* of the surface layer than set, over lines of the second half */
    double flagged;           /* share of all lines that say `hot` */
};

status run_film_read(struct run_film *f, const char *path);
void run_film_free(struct run_film *f);
/* Mean and standard deviation of a column over from ≤ time ≤ to, without NaN; rows used are returned. */
int64_t run_film_mean(const struct run_film *f, const char *column, double from, double to, double *mean,
                      double *sd);
/* The last value there; NaN without one. */
double run_film_last(const struct run_film *f, const char *column, double from, double to);
/* The next stage with arrivals that begins at `row` or later; false: there is none. The one after it: give
 * g->to. */
bool run_film_growth(const struct run_film *f, int64_t row, struct run_growth *g);

#endif
