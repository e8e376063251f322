/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_cost — what a run will take and what its records can show: the answer of `glint check --cost`.
 *
 * Printed: steps; core-hours at a rate in million atom-steps per second and core (given with --speed, else a
 * stated one); disk, file by file; for every stage that observes: length of the record, the longest
 * relaxation time it resolves (a fifth of it), τ_α of the model at that temperature beside it, and pixels per
 * window. Warnings: a window of fewer than 3 pixels; a record shorter than 5 τ_α.
 *
 * Pixels are estimated from density and window (half the reciprocal-lattice points of its volume: Friedel
 * pairs count once); a range at the peak is taken as 2π·1.17 ρ^(1/3) ± 10 %. τ_α of the Wahnström mixture is
 * interpolated in ln τ against 1/T between values at P = 0 measured with another program (F_s = 1/e at q
 * = 7.65/σ_AA, N = 1000, within 20 % above T = 0.41 ε/k_B, a factor of two below; docs/physics.md); other
 * models have none. */
#ifndef GLINT_CMD_CHECK_COST_H
#define GLINT_CMD_CHECK_COST_H

#include "cmd/run_input.h"

/* M atom-steps/s and core: `asked` if > 0, else what one of a current x86 server does, 8 with a pair
 * potential, 3 with embedded atoms. */
double check_cost_speed(const struct run_input *r, double asked);

struct check_cost {
    double atoms, density; /* of the start */
    double speed;          /* million atom-steps per second and core; 0: the stated one */
};
status check_cost_print(const struct run_input *r, const struct check_cost *c);

/* τ_α at temperature T (ε/k_B) of the potential `spec`; NaN where nothing is known; *bound: it is only a
 * lower one. */
double check_cost_tau_alpha(const char *spec, double T, bool *bound);
/* Independent pixels of one group of a window, estimated. */
double check_cost_pixels(const struct window_spec *w, double atoms, double density);

#endif
