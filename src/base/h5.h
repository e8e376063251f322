/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5 — HDF5 with statuses and messages. The only code that includes hdf5.h is allowed to be outside base when
 * it needs more than this, but most writers and readers need no more.
 *
 * Paths may contain slashes; missing groups are made. Shapes are arrays of `rank` sizes. Types are given by
 * an h5_type; HDF5 converts between file and memory types. Writing plain or shuffle+deflate only.
 *
 * A new file is written under path.tmp and becomes `path` in h5_commit (flush, close, fsync, rename; Law 5).
 * An existing file is opened in place with h5_open_rw (streams only): what is appended is in the file,
 * readable, after h5_flush (which also syncs to disk); a process killed between two flushes leaves the state
 * of the last one. Errors name file, dataset and reason.
 */
#ifndef GLINT_BASE_H5_H
#define GLINT_BASE_H5_H

#include "base/file.h"
#include "base/status.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { H5_F64, H5_F32, H5_I64, H5_I32, H5_U64, H5_U8 } h5_type;
hid_t h5_native(h5_type type);

struct h5 {
    hid_t id;
    char path[FILE_PATH_MAX];
    bool temporary; /* opened under path.tmp */
};

void h5_quiet(void); /* once at start: no HDF5 error stacks on stderr */

status h5_begin(struct h5 *f, const char *path); /* new file, as path.tmp */
status h5_commit(struct h5 *f);                  /* flush, close, fsync, rename */
status h5_open_ro(struct h5 *f, const char *path);
status h5_open_rw(struct h5 *f, const char *path);
status h5_close(struct h5 *f); /* also after a failure; a temporary file is removed; idempotent */

/* ---- writing ---- */
status h5_write(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *shape,
                const void *data);
status h5_write_deflated(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *shape,
                         const void *data); /* chunked, shuffle+deflate(4) */
status h5_write_scalar(struct h5 *f, const char *name, h5_type type, const void *value);
status h5_write_string(struct h5 *f, const char *name, const char *value);
status h5_write_strings(struct h5 *f, const char *name, size_t n, const char *const *values);
status h5_make_group(struct h5 *f, const char *name);
status h5_link(struct h5 *f, const char *existing, const char *name); /* hard link */

/* Attributes; `object` is a dataset or group path ("/" for the root), which must exist. */
status h5_attr_string(struct h5 *f, const char *object, const char *name, const char *value);
status h5_attr(struct h5 *f, const char *object, const char *name, h5_type type, hsize_t count,
               const void *data);

/* Series: a dataset that grows along its first axis. item_shape has rank-1 entries (NULL when rank is 1).
 * h5_append adds `count` items; h5_truncate cuts back to `count` items. */
status h5_series(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *item_shape,
                 hsize_t chunk_items, bool deflate);
status h5_append(struct h5 *f, const char *name, h5_type type, hsize_t count, const void *data);
status h5_truncate(struct h5 *f, const char *name, hsize_t count);
status h5_flush(struct h5 *f);

/* ---- reading ---- */
bool h5_has(struct h5 *f, const char *name);
/* The shape of a dataset; *rank on entry: size of shape[], on return: the rank. */
status h5_shape(struct h5 *f, const char *name, int *rank, hsize_t *shape);
/* Read a whole dataset of exactly `count` elements into data. */
status h5_read(struct h5 *f, const char *name, h5_type type, hsize_t count, void *data);
/* Read items [first, first+count) along the first axis. */
status h5_read_rows(struct h5 *f, const char *name, h5_type type, hsize_t first, hsize_t count, void *data);
status h5_read_string(struct h5 *f, const char *name, char *value, size_t size);
/* Entry `row` of a one-dimensional dataset of fixed-length strings. */
status h5_read_string_row(struct h5 *f, const char *name, hsize_t row, char *value, size_t size);
status h5_read_attr_string(struct h5 *f, const char *object, const char *name, char *value, size_t size);
status h5_read_attr(struct h5 *f, const char *object, const char *name, h5_type type, hsize_t count,
                    void *data);
bool h5_has_attr(struct h5 *f, const char *object, const char *name);

#endif
