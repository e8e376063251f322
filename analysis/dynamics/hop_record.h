/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hop_record — hops-LABEL.h5, written while the atoms moved (system/hop_file.h): the table of waiting times
 * without a trajectory.
 *
 *     char path[FILE_PATH_MAX];
 *     TRY(hop_record_find(path, "runs/a", NULL));      the finished one of a folder; "" if there is none
 *     struct hop_table_options o = hop_table_defaults("lj");     how the times are analysed: what a hop is,
 *                                                                the file says
 *     TRY(hop_record_load(&h, &t, path, &o));          t: atoms and times, no positions (t.x NULL)
 *     hop_table_free(&h);
 *     track_free(&t);
 *
 * Rows, their hops and waiting times are those that hop_table_make finds in a trajectory of the same frames.
 */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOP_RECORD_H
#define GLINT_ANALYSIS_DYNAMICS_HOP_RECORD_H

#include "analysis/dynamics/hop_table.h"
#include "base/file.h"

/* Is this the name of such a file ("hops-LABEL.h5", no folder)? */
bool hop_record_is_name(const char *name);
/* label NULL: the only one. BAD_INPUT when there are several and none is named, or the named one is missing.
 * A file of an unfinished stage does not count; *unfinished (may be NULL) says that there was one. */
status hop_record_find(char path[FILE_PATH_MAX], const char *folder, const char *label, bool *unfinished);
/* The label of the stage and whether it was finished. */
status hop_record_facts(const char *path, char *label, size_t size, bool *complete, double *first_time);
status hop_record_load(struct hop_table *h, struct track *t, const char *path,
                       const struct hop_table_options *o);

#endif
