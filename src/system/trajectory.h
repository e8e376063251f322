/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trajectory — atomic configurations in files, one frame at a time, whatever the format.
 *
 * Reading: H5MD 1.1 (ours, LAMMPS', others'), extended XYZ, LAMMPS dump, LAMMPS data, checkpoints
 * (checkpoint.h5, state-LABEL.h5); the kind is found from the content, not the name.
 *
 *     struct trajectory *t = NULL;
 *     TRY(trajectory_open(&t, "runs/a/trajectory.h5"));
 *     for (int64_t k = 0; k < trajectory_frames(t); k++) TRY(trajectory_read(t, k, &c));
 *     trajectory_close(&t);
 *
 * Atoms come sorted by id. Frames may differ in atom number. Errors name file, frame and line. Masses that
 * neither the file nor the species' name tells are 0.
 *
 * Writing one configuration: config_write(path, &c), the format from the ending: .xyz/.extxyz, .data, .dump,
 * .h5. Streams of frames into H5MD: struct h5md_writer (system/h5md.h). */
#ifndef GLINT_SYSTEM_TRAJECTORY_H
#define GLINT_SYSTEM_TRAJECTORY_H

#include "base/status.h"
#include "system/config.h"

struct trajectory;

status trajectory_open(struct trajectory **t, const char *path);
int64_t trajectory_frames(const struct trajectory *t);
/* Fill c (arrays reallocated as needed) with frame k; any order. After a failure c holds nothing of use:
 * config_free. */
status trajectory_read(struct trajectory *t, int64_t k, struct config *c);
void trajectory_close(struct trajectory **t);
/* "H5MD", "extended XYZ", "LAMMPS dump", "LAMMPS data", "checkpoint". */
const char *trajectory_format(const struct trajectory *t);
/* From now on frames have these units ("lj" or "metal"), whatever the file says. Numbers stay. */
status trajectory_set_units(struct trajectory *t, const char *units);

/* The first (only) frame of a file. */
status config_read(const char *path, struct config *c);
/* Write a new file, old or new and never half. 17 significant digits: reading it back gives the same bits. */
status config_write(const char *path, const struct config *c);

/* Several frames into a new file of any kind (LAMMPS data takes one). Nothing is at `path` before the commit.
 * `like` is the first frame or one with the same species and fields; it is not written.
 *     TRY(trajectory_create(&w, "out.xyz", &c));
 *     GUARD(trajectory_append(w, &c)); …
 *     s = trajectory_commit(&w);
 *     done: trajectory_abandon(&w);                    does nothing after a commit */
struct trajectory_writer;
status trajectory_create(struct trajectory_writer **w, const char *path, const struct config *like);
status trajectory_append(struct trajectory_writer *w, const struct config *c);
status trajectory_commit(struct trajectory_writer **w);
void trajectory_abandon(struct trajectory_writer **w);

#endif
