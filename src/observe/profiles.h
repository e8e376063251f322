/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profiles — an observer: profiles along z, averaged over the frames of a stage, with errors.
 *
 * In stages that observe `profiles`, every `every` steps, in layers of equal thickness (`layer`, or one mean
 * spacing; fixed in fractions of the box's height): number density, fractions of the species, potential
 * energy and kinetic temperature per atom (three degrees of freedom an atom). And mobility: the mean square
 * displacement in the time `lag`, one interval after the other without gap, by the layer in which an atom was
 * when the interval began; in the cell of that moment where the box is free (unwrap_strain), relative to the
 * substrate of a film, else with the centre of mass held.
 *
 * When the stage is over profiles-LABEL.csv is written: lines beginning with # say stage, frames, lag, units
 * and how errors were made; then one line a layer. A mean is Σ over frames and atoms / Σ atoms. Its error is
 * the standard error of the means of PROFILES_BLOCKS equal stretches of the stage: too small if these are
 * shorter than the correlation time. Empty layers have nan.
 *
 * Per frame all sums are exact, then added in the order of time: the same file for any number of ranks and
 * after a restart. */
#ifndef GLINT_OBSERVE_PROFILES_H
#define GLINT_OBSERVE_PROFILES_H

#include "observe/observer.h"

enum { PROFILES_BLOCKS = 10 };

struct profiles_input {       /* `profiles:` of the input */
    double every, lag, layer; /* lag, layer: NaN: no mobility; one mean spacing */
};
extern const struct input_table profiles_table;

struct profiles_options {
    const char *folder;
    int64_t every, lag; /* steps; lag: a multiple of every, 0: no mobility */
    double layer;       /* NaN: one mean spacing */
};
/* Steps from what was typed: lag is rounded up to a multiple of every. */
struct profiles_options profiles_plan(const struct profiles_input *in, double dt, const char *folder);
status profiles_new(struct observer **o, const struct profiles_options *options);

#endif
