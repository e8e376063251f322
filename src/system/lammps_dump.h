/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lammps_dump — trajectories as LAMMPS text dumps (dump atom, dump custom), many frames, read in any order.
 *
 * Opening reads the file once and remembers where each frame begins. Columns are found by name: id (needed),
 * type or element (one of them), mass, a position as x y z | xs ys zs | xu yu zu | xsu ysu zsu, ix iy iz, vx
 * vy vz, fx fy fz; others are skipped. Scaled positions are multiplied out. Unwrapped positions (xu, xsu) are
 * kept as they are, with image numbers 0. ITEM: UNITS and ITEM: TIME are understood (UNITS holds for the
 * frames after it too).
 *
 * Cells: BOX BOUNDS of three numbers for tilted cells give the bounding box,
 *     xlo_bound = xlo + min(0, xy, xz, xy + xz),  xhi_bound = xhi + max(0, xy, xz, xy + xz),
 *     ylo_bound = ylo + min(0, yz),               yhi_bound = yhi + max(0, yz)
 * (LAMMPS manual, "Triclinic simulation boxes"); `BOX BOUNDS abc origin` gives the edge vectors and the
 * origin. Boundary codes: pp is periodic, everything else free.
 *
 * Written: id type element mass, x y z, then what the configuration has; a cell that is not of the restricted
 * form (a along x, b in the xy plane), or whose bounding box would not give its edges back to the bit, as
 * `abc origin`. Masses of 0 (unknown) are left out. */
#ifndef GLINT_SYSTEM_LAMMPS_DUMP_H
#define GLINT_SYSTEM_LAMMPS_DUMP_H

#include "system/format.h"

extern const struct format format_lammps_dump;

#endif
