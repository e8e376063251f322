/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hop_table_file — a table of waiting times in HDF5, under /entry/glint/waiting_times.
 *
 *     struct h5 f;
 *     TRY(h5_begin(&f, "results.h5"));
 *     GUARD(hop_table_write(&f, &table, &track));
 *     GUARD(h5_commit(&f));
 *
 * What needs no fit is written by system/hop_file.h, which describes it. Added here, one entry a row:
 * exchange_median, _alpha, _alpha_error, _xmin, _flat_decades, _quotable, _law, _verdict, and the same with
 * persistence_; NaN where there is no fit; and the attribute `conventions` of the group. */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOP_TABLE_FILE_H
#define GLINT_ANALYSIS_DYNAMICS_HOP_TABLE_FILE_H

#include "analysis/dynamics/hop_table.h"
#include "base/h5.h"
#include "system/hop_file.h"

status hop_table_write(struct h5 *f, const struct hop_table *h, const struct track *t);
/* The same into another group. */
status hop_table_write_at(struct h5 *f, const char *group, const struct hop_table *h, const struct track *t);

#endif
