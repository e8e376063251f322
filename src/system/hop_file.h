/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hop_file — hops and waiting times (system/hops.h) in HDF5: the part of a table of waiting times that needs
 * no fit, written by the analysis of a trajectory (/entry/glint/waiting_times of results.h5) and by a running
 * simulation (the same group of hops-LABEL.h5).
 *
 *     GUARD(hop_file_head(&f, group, &head));
 *     for each row: GUARD(hop_file_row(&f, group, k, &hops, id));     k from 1; id[atom]
 *     GUARD(hop_file_columns(&f, group, rows, facts));
 *
 * Attributes of the group: r1, time_unit, length_unit, hop_conventions.
 * Columns, one entry a row: criterion, distance_r1, distance, persist, cage, window, threshold (0 where it
 * does not apply), age_from, age_to, atoms, hops, atoms_that_hopped, reversible, straight_returns,
 * excursions. row_K/: exchange_time, _censored (1: longer than), _atom (id), the same for persistence;
 * hop_time, hop_atom (id), hop_from, hop_to (n×3, unwrapped), hop_reversible, ordered by atom, then time. A
 * dataset without entries is left out. */
#ifndef GLINT_SYSTEM_HOP_FILE_H
#define GLINT_SYSTEM_HOP_FILE_H

#include "base/h5.h"
#include "system/hops.h"

#define HOP_GROUP "/entry/glint/waiting_times"
enum { HOP_NAME = 16 };

struct hop_file_head {
    double r1;
    const char *time_unit, *length_unit;
};
struct hop_facts {    /* a row without its lists */
    const char *name; /* "cage", "riechers", "p_hop" */
    double distance_r1;
    struct hop_options how;
    const struct hops *hops; /* counters and observation; the lists may be released */
};

status hop_file_head(struct h5 *f, const char *group, const struct hop_file_head *head);
status hop_file_row(struct h5 *f, const char *group, int64_t row, const struct hops *h, const uint64_t *id);
status hop_file_columns(struct h5 *f, const char *group, int64_t rows, const struct hop_facts *row);

/* Reading a file back. The number of rows; then one row: facts, and hops with waiting times as hops_finish
 * left them. id: ascending ids of the `atoms` atoms that may occur; an atom's index is its place there. */
status hop_file_rows(struct h5 *f, const char *group, int64_t *rows);
status hop_file_read(struct h5 *f, const char *group, int64_t row, const uint64_t *id, int64_t atoms,
                     char name[HOP_NAME], double *distance_r1, struct hop_options *how, struct hops *h);

#endif
