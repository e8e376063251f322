/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crystal_alarm — does the glass crystallise while it is simulated? An observer.
 *
 * Every so often the configuration as it is (thermal motion included, nothing is quenched) is gathered on
 * rank 0 and tessellated (plain, no filter), and the Laves centres are counted: large atoms that are
 * Z16 with twelve small neighbors, any stacking (system/frank_kasper.h). One line each time goes into
 * crystal-LABEL.csv:
 *
 *     step, time, fraction (centres per large atom), centres, large_atoms, largest_cluster (centres),
 *     potential_per_atom, energy_jump
 *
 * energy_jump: (u − m)/s, u the potential energy per atom, m and s mean and standard deviation of the (at
 * most ten, at least three) lines before it in the stage; empty without them. Freezing shows as a run of
 * strongly negative numbers before the fraction has grown; at a temperature that changes it says nothing.
 *
 * More than `warn_above` and a cluster of more than `largest` centres: a warning, once a stage. `stop_above`,
 * if given, with the same cluster: the run stops with a checkpoint and exit code 4, at the next list rebuild.
 * --resume with crystal_alarm.when=never goes on, to the same bits as a run without an alarm, because
 * looking changes nothing. When: in stages longer than `longer_than` and in those that observe crystal-alarm
 * (long), in the latter only (asked), or never. The file is the same for any number of ranks and after a
 * restart. A sample of one species has no Laves phase: fraction 0. */
#ifndef GLINT_OBSERVE_CRYSTAL_ALARM_H
#define GLINT_OBSERVE_CRYSTAL_ALARM_H

#include "observe/observer.h"

struct crystal_alarm_input {                      /* `crystal_alarm:` of the input */
    double every, longer, warn_above, stop_above; /* NaN: never stop */
    int64_t largest;
    int when;
};
extern const struct input_table crystal_alarm_table;

/* Which stages are watched: sets stage.observe_crystal. */
void crystal_alarm_choose(const struct crystal_alarm_input *a, double dt, struct stage *stages, size_t n);

struct crystal_alarm_options {
    const char *folder;
    const struct crystal_alarm_input *input; /* must outlive the observer */
    int64_t every;                           /* steps */
};
status crystal_alarm_new(struct observer **o, const struct crystal_alarm_options *options);

#endif
