/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5md_text — the strings of H5MD that base/h5.h does not cover: lists of them, and variable-length
 * attributes.
 *
 * The `unit` attributes are written with variable length: h5py gives such strings as text, fixed ones as
 * bytes, and MDAnalysis looks units up as text. */
#ifndef GLINT_SYSTEM_H5MD_TEXT_H
#define GLINT_SYSTEM_H5MD_TEXT_H

#include "base/h5.h"
#include "base/status.h"

#include <stdbool.h>

enum { H5MD_TEXT = 32 }; /* longer strings are cut */

status h5md_attr_text(struct h5 *f, const char *object, const char *name, const char *value);
status h5md_attr_list(struct h5 *f, const char *object, const char *name, int n, const char *const *values);
/* The strings of an attribute (name given) or of a dataset (name NULL), fixed or variable length: at most
 * `most` of them, *n is their number. */
status h5md_read_list(struct h5 *f, const char *object, const char *name, int most, char out[][H5MD_TEXT],
                      int *n);

#endif
