/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims_figure — the differences that the claims are judged by, each with its limit as a bar, about zero.
 *
 *     TRY(figure_begin(&f, folder, "stability-claims", CLAIMS_WIDTH, CLAIMS_HEIGHT));
 *     TRY(claims_figure(&f, &claims, &stability, "ε", "ε/k_B"));       into the script; then figure_end
 *
 * Energies above, onsets below; a colour a curve as in the other figures of a campaign whose curves are
 * listed from high flux to low, black diamonds what the verdict counts (of one curve, that curve). */
#ifndef GLINT_ANALYSIS_STABILITY_CLAIMS_FIGURE_H
#define GLINT_ANALYSIS_STABILITY_CLAIMS_FIGURE_H

#include "analysis/report/figure.h"
#include "analysis/stability/claims.h"

enum { CLAIMS_WIDTH = 900, CLAIMS_HEIGHT = 560 };

status claims_figure(struct figure *f, const struct claims *c, const struct stability *s, const char *energy,
                     const char *temperature);

#endif
