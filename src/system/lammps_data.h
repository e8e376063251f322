/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lammps_data — one configuration as a LAMMPS data file (read_data, write_data), atom_style atomic.
 *
 * Read: header counts, xlo xhi …, xy xz yz, Masses, Atoms (id type x y z [ix iy iz]), Velocities; comments,
 * blank lines, CRLF; other sections are skipped. From the title line: `units = lj|metal`, `timestep = N`, and
 * what our writer adds, `time = t` and `boundary = p p f` (the format has no place for them; LAMMPS ignores
 * the title). Without units: metal if a mass exceeds 5, else lj. Species names from the comments in Masses
 * (`1 63.546 # Cu`), else by mass (system/elements.h), else "1", "2", … A cell whose origin is not 0 keeps
 * its edges only to the rounding of xhi.
 *
 * Written: orthogonal cells and triclinic ones in the restricted form of LAMMPS (a along x, b in the xy
 * plane). Forces have no place in this format. */
#ifndef GLINT_SYSTEM_LAMMPS_DATA_H
#define GLINT_SYSTEM_LAMMPS_DATA_H

#include "system/config.h"
#include "system/format.h"

#include <stdbool.h>

extern const struct format format_lammps_data;

/* Shared with the dump: is the cell of the restricted form? And xhi such that xhi - lo gives length back, if
 * any. */
bool lammps_restricted(const struct box *b);
double lammps_upper(double lo, double length);

#endif
