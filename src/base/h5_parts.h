/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5_parts — what writing (h5.c) and reading (h5_read.c) of HDF5 files share; not for others. */
#ifndef GLINT_BASE_H5_PARTS_H
#define GLINT_BASE_H5_PARTS_H

#include "base/h5.h"

/* FAILED: file, what was being done, to what, and HDF5's reason. Clears HDF5's error stack. */
status h5_trouble(const struct h5 *f, const char *doing, const char *name);
/* Select rows [first, first+count) of an open dataset; the caller closes *file_space and *memory_space. */
herr_t h5_select_rows(hid_t set, hsize_t first, hsize_t count, hid_t *file_space, hid_t *memory_space);

#endif
