/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anti_ageing — the figures of M. Lüttich et al., Phys. Rev. Lett. 120, 135504 (2018), from isotherms of
 * several runs (isotherms.h), and the table behind them.
 *
 *     TRY(anti_ageing_figures(run, n, &options, "figures"));
 *
 * cycle-RUN (their Fig. 1), one a run: the first four isotherms as two-time maps on one colour scale, the
 *     temperature against time, R(t) of these isotherms with the fits.
 * iterations (Fig. 2): R(t) of all runs on the first temperature of one iteration, with fits; τ, β and 1 − R
 *     at the fixed lag on that temperature against the iteration.
 * anneal (Fig. 3): τ and 1 − R there against the temperature of the pre-anneal; films and quenches apart. As
 *     prepared stands at the temperature of the isotherm, the highest it was held at.
 * substrate (Fig. 4): τ and 1 − R of the first isotherm against the substrate temperature; films as
 *     deposited.
 * hops: hops per atom and time (dynamics/hop_rate.h) against the temperature of the isotherms of one
 *     iteration, and against the iteration on the isotherm nearest 0.80 T_g (the first where T_g is not
 *     known); an isotherm without hops is drawn at the upper end of its error, as a bound.
 *
 * Temperatures are in T_g where all records know it. Lower bounds of τ are open triangles; lines go through
 * the means of equal samples. A figure without a point is left out. */
#ifndef GLINT_ANALYSIS_REPORT_ANTI_AGEING_H
#define GLINT_ANALYSIS_REPORT_ANTI_AGEING_H

#include "analysis/report/isotherms.h"

struct anti_ageing_options {
    double lag;        /* of 1 − R */
    int64_t iteration; /* of `iterations` (a) and `anneal`; anti_ageing_iteration chooses */
};
/* 1, as in the paper, if every run has a second iteration, else 0. */
int64_t anti_ageing_iteration(const struct isotherms *run, int n);
/* The last iteration of any run. */
int64_t anti_ageing_last(const struct isotherms *run, int n);
/* "film grown at 0.85, annealed at 1.03": temperatures in T_g, or in units of the run. */
void anti_ageing_sample(const struct isotherms *run, char *out, size_t size);

status anti_ageing_figures(const struct isotherms *run, int n, const struct anti_ageing_options *o,
                           const char *folder);
/* The figure `hops` alone (anti_ageing_hops.c). */
status anti_ageing_hops(const struct isotherms *run, int n, int64_t iteration, const char *folder);
/* One line an isotherm, all runs (anti_ageing_table.c). */
status anti_ageing_table(const struct isotherms *run, int n, double lag, const char *path);

#endif
