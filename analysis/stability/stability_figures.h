/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability_figures — figures of films beside their controls, as data, gnuplot scripts and pictures.
 *
 *     struct stability_figures g = {0};
 *     TRY(stability_figures_draw(&g, &stability, "runs/pvd/figures"));
 *     g.figure[i].drawn, g.caption[i]             i < g.n
 *     stability_figures_free(&g);
 *
 * stability-eis, -density, -onset   against T_sub (in T_g where it is known), one curve for each combination
 *                                   of the other keys (flux), means over seeds; hollow: film-quenches; lines
 *                                   and band: bulk quenches; dashed: the liquid line (e_IS)
 * stability-rate                    e_IS against log10 flux, beside bulk quenches against log10 rate
 * stability-claims                  differences that claims are judged by (claims.h), about zero
 * stability-heating-NAME            H(T) of a film with its glass line and tangent, and its control's curve
 * stability-front-NAME              depth of the front against time
 *
 * What there is no data for is left out. Heating is drawn of the first film of each group, STABILITY_RAMPS at
 * most. */
#ifndef GLINT_ANALYSIS_STABILITY_STABILITY_FIGURES_H
#define GLINT_ANALYSIS_STABILITY_STABILITY_FIGURES_H

#include "analysis/report/figure.h"
#include "analysis/stability/stability.h"

enum { STABILITY_RAMPS = 24, STABILITY_FIGURES = 7 + 2 * STABILITY_RAMPS };

struct stability_figures {
    int n;
    struct figure figure[STABILITY_FIGURES];
    char caption[STABILITY_FIGURES][400];
};

status stability_figures_draw(struct stability_figures *g, const struct stability *s, const char *folder);
void stability_figures_free(struct stability_figures *g);

#endif
