/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config — one whole configuration on one rank: what readers fill and writers, builders and analyses use.
 *
 * Arrays have one entry (or three, for vectors) per atom, in file order unless sorted. Positions are as
 * stored (normally wrapped); unwrapped = x + image·box when image is given. v, image and f are NULL when
 * absent. Times are in tau or ps and velocities in sigma/tau or Å/ps, as files have them; what goes into the
 * engine and comes out of it is in internal units (base/units.h). Start from {0}; config_allocate,
 * config_free. Species are numbered from 0 in the order of the file.
 */
#ifndef GLINT_SYSTEM_CONFIG_H
#define GLINT_SYSTEM_CONFIG_H

#include "base/status.h"
#include "system/box.h"

#include <stdint.h>

enum { SPECIES_MAX = 4, SPECIES_NAME = 8 };

struct species {
    int count;
    char name[SPECIES_MAX][SPECIES_NAME]; /* "A", "B", "Cu", … */
    double mass[SPECIES_MAX];
};

struct config {
    struct box box;
    struct species species;
    int64_t atoms;
    uint64_t *id;   /* unique, from 1; never reused */
    int32_t *type;  /* 0 … species.count-1 */
    double *x;      /* 3 per atom */
    double *v;      /* 3 per atom or NULL */
    int32_t *image; /* 3 per atom or NULL */
    double *f;      /* 3 per atom or NULL */
    int64_t step;
    double time;
    char units[8]; /* "lj" or "metal" */
};

enum config_fields { CONFIG_VELOCITY = 1, CONFIG_IMAGE = 2, CONFIG_FORCE = 4 };

/* Arrays for `atoms` atoms (id, type, x always; others by fields); previous arrays are released. */
status config_allocate(struct config *c, int64_t atoms, unsigned fields);
void config_free(struct config *c);
/* Time and velocities in another unit of time: times factor, divided by factor. */
void config_scale_time(struct config *c, double factor);
void config_sort_by_id(struct config *c);
/* Every id unique, types in range, numbers finite; BAD_INPUT with the atom otherwise. */
status config_check(const struct config *c);
/* The index of the species called `name`, or -1. */
int species_find(const struct species *s, const char *name);

#endif
