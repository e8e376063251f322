/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format — one kind of configuration file, as an entry of the table in trajectory.c.
 *
 * To add a kind: a file pair with one `const struct format`, a line in that table. The dispatcher sorts the
 * atoms by id, checks the configuration and puts path and frame in front of what is wrong; formats need not.
 */
#ifndef GLINT_SYSTEM_FORMAT_H
#define GLINT_SYSTEM_FORMAT_H

#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { FORMAT_HEAD = 8192 }; /* bytes of the beginning of a file that sniff sees */

struct format {
    const char *name;       /* "LAMMPS data" */
    const char *endings[4]; /* ".data", …; the first is the usual one */
    bool many;              /* a file may hold many frames */
    /* Is this the kind? head is 0-terminated, its first `length` bytes are the file's. */
    bool (*sniff)(const char *head, size_t length);
    /* Where the beginning does not tell (two kinds of HDF5): look into the file. NULL: the beginning does. */
    bool (*confirm)(const char *path);
    status (*open)(void **state, const char *path, int64_t *frames);
    /* Fill c: everything but the sorting. c->units[0] = 0 on entry; left 0 if the file does not say. */
    status (*read)(void *state, int64_t k, struct config *c);
    void (*close)(void *state);
    status (*write)(FILE *out, const struct config *c); /* one frame; NULL for HDF5 */
};

#endif
