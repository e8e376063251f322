/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extxyz — extended XYZ: a number of atoms, a comment line of key=value pairs, the atoms; many frames.
 *
 * Keys read: Lattice (needed: nine numbers, a b c), Properties, pbc, Origin (or Lattice_origin), Time, Step
 * (or timestep), units (lj, metal), species_masses ("A:2 B:1": names, masses and their order). Keys are not
 * case sensitive, values may be quoted by " or ', or enclosed in [] or {}; other keys are skipped.
 * Properties, in any order: species:S:1 (or element), pos:R:3, id:I:1, velo|vel|velocities|velocity:R:3,
 * image:I:3, forces|force:R:3; others are skipped. Without Properties: species:S:1:pos:R:3. Without ids they
 * are 1, 2, … in the order of the file. Without a key pbc all three axes are periodic.
 *
 * Written, 17 digits: Properties=species:S:1:pos:R:3:id:I:1, then velo:R:3, image:I:3, forces:R:3 if there;
 * images are left out when there are forces but no velocities, which gives exactly the columns that `glint
 * energy
 * --forces` promises. */
#ifndef GLINT_SYSTEM_EXTXYZ_H
#define GLINT_SYSTEM_EXTXYZ_H

#include "system/format.h"

extern const struct format format_extxyz;

#endif
