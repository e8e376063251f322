/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5md_reader — H5MD 1.x trajectories: ours (system/h5md.h), LAMMPS' dump h5md, others'.
 *
 * The group is /particles/trajectory, else the first below /particles. Understood: position fixed or per
 * frame; step and time explicit (arrays) or fixed (scalar increments with an offset attribute), time
 * optional; edges constant or per frame, 3 lengths or 3×3 rows; id, species, image, velocity, mass each
 * fixed, per frame, or missing (id: 1, 2, …; species: one). Elements with a step list of their own are looked
 * up by step: where they have no such step, velocity and image are absent. An id below 0 marks an empty slot.
 * box/origin (ours) or box/offset.
 *
 * Species: numbers into /parameters/species/name where that exists, names of an enumeration, or plain numbers
 * (1 … n are the names "1" … "n"; others are named by their value). Units: /parameters/units; else metal for
 * the unit attributes Angstrom and ps; else unsaid. Other length or time units are refused. */
#ifndef GLINT_SYSTEM_H5MD_READER_H
#define GLINT_SYSTEM_H5MD_READER_H

#include "system/format.h"

extern const struct format format_h5md;

#endif
