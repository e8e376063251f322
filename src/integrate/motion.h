/* SPDX-License-Identifier: GPL-3.0-or-later */
/* motion — what one thread's atoms do in a step besides feeling forces (part of step): the half kicks, the
 * drift, and the friction and noise of a Langevin thermostat in its middle.
 *
 * Both functions do what the plan of the step says (ensemble.h). No operation is fused and no sum depends on
 * how wide vectors are: the same bits on every instruction set. */
#ifndef GLINT_INTEGRATE_MOTION_H
#define GLINT_INTEGRATE_MOTION_H

#include "integrate/engine.h"

/* First half kick and drift of thread t's share of the owned atoms, as they lie in memory; before it the end
 * kick that an earlier step left for this one. Leaves the largest own motion (without that of the cell) and
 * the thermostat's heat in e->thread[t]. */
void motion_move(struct engine *e, int t);
/* The second half kick of atoms range[0] … range[1] − 1 of the work order, for which a substrate's springs
 * are added to their forces. Adds what global values need to the sums of e->thread[t]. */
void motion_end_kick(struct engine *e, int t, const size_t range[2]);

/* The total kinetic energy is a sum of its own, so that a thermostat sees the same number whether or not
 * something needs the axes one by one. */
bool motion_needs_axes(const struct engine *e);

void motion_move_sse2(struct engine *e, int t);
void motion_move_avx2(struct engine *e, int t);
void motion_move_avx512(struct engine *e, int t);
void motion_end_kick_sse2(struct engine *e, int t, const size_t range[2]);
void motion_end_kick_avx2(struct engine *e, int t, const size_t range[2]);
void motion_end_kick_avx512(struct engine *e, int t, const size_t range[2]);

#endif
