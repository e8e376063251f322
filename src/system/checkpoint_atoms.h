/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkpoint_atoms — the configuration in a checkpoint (observe/checkpoint.h has the whole file).
 *
 *     /step i64, /time f64, /box 3×3 f64, /origin, /periodic i32
 *     /atoms/{id u64, type i32, x N×3 f64, v N×3 f64, image N×3 i32, species_name, species_mass}
 *     attribute `units` of /: lj or metal
 *
 * In the file, and in what the two functions take and give, time and velocities are in internal units
 * (base/units.h). The format gives them as any other file of configurations does: tau or ps, sigma/tau or
 * Å/ps. Thermostat, film and observers of the run stay behind: only `--resume` continues to the same bits. */
#ifndef GLINT_SYSTEM_CHECKPOINT_ATOMS_H
#define GLINT_SYSTEM_CHECKPOINT_ATOMS_H

#include "base/h5.h"
#include "system/config.h"
#include "system/format.h"

/* All but `units`, which belongs to the header of the checkpoint. */
status checkpoint_atoms_write(struct h5 *f, const struct config *c);
/* Checked (config_check). BAD_INPUT: something is missing or of another size. */
status checkpoint_atoms_read(struct h5 *f, struct config *c);

extern const struct format format_checkpoint;

#endif
