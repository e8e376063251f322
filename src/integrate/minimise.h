/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minimise — the nearest inherent structure, by FIRE (Bitzek et al., PRL 97, 170201 (2006); the semi-implicit
 * form and the corrections of Guénolé et al., Comput. Mater. Sci. 175, 109584 (2020)).
 *
 * Steps are a few e->dt with the real masses (dt must be set). With a relaxed box the three edge scalings are
 * further degrees of freedom: their coordinate is √N ℓ ln L_k (ℓ the mean spacing), their force V(P_kk −
 * P)/(√N ℓ), so that the box is as stiff as the atoms for any N; isotropic: one common scaling. Converged
 * when the largest force component is below `force` and, with a relaxed box, every |P_kk − P| (isotropic: |P
 * − P_target|) is below `stress`. All global numbers are exact sums or maxima: same bits for any ranks. */
#ifndef GLINT_INTEGRATE_MINIMISE_H
#define GLINT_INTEGRATE_MINIMISE_H

#include "integrate/engine.h"

enum minimise_box { MINIMISE_FIXED, MINIMISE_ISOTROPIC, MINIMISE_PER_AXIS, MINIMISE_LATERAL /* x and y */ };

struct minimise_options {
    enum minimise_box box;
    double P;
    double force, stress; /* tolerances */
    int64_t most_steps;
};
struct minimise_result {
    int64_t iterations;
    double largest_force, largest_stress;
    bool converged;
};
/* Collective. Velocities are set to zero; e->step is not advanced; lists are fresh afterwards. */
status minimise(struct engine *e, const struct minimise_options *o, struct minimise_result *r);

#endif
