/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step — one time step by the team of threads of a rank (part of engine; see engine.h).
 *
 * step_run and step_evaluate are called by every thread t of the team inside one parallel region. A step is:
 * thread 0 plans it, all move their atoms, the lists are kept, pruned or rebuilt, forces and end kick (which
 * may be left to the next step's move), thread 0 makes the global sums. What one thread does for all stands
 * between barriers; MPI is called by thread 0 only. On failure every thread returns and e->failure says
 * why. */
#ifndef GLINT_INTEGRATE_STEP_H
#define GLINT_INTEGRATE_STEP_H

#include "integrate/engine.h"

/* Steps until e->until, or the first rebuild when e->stop_at_rebuild. */
void step_run(struct engine *e, int t);
/* Forces, energy and virial at the present positions, without moving; lists rebuilt, or only when they must
 * be. */
void step_evaluate(struct engine *e, int t, bool rebuild);

/* What the ensemble needs to know of the atoms as they are. By one thread, as the next. */
void step_ensemble_input(const struct engine *e, struct ensemble_input *in);
/* The cell and the sites of a substrate, not the atoms. */
void step_scale_cell(struct engine *e, const double scale[3]);

#endif
