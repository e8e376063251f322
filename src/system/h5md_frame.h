/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5md_frame — one frame of an open H5MD file (part of h5md_reader.h, which opens it and finds what is
 * there). */
#ifndef GLINT_SYSTEM_H5MD_FRAME_H
#define GLINT_SYSTEM_H5MD_FRAME_H

#include "base/h5.h"
#include "system/config.h"
#include "system/h5md_text.h"

enum { H5MD_NAME = 256 };

/* A property of the atoms (or of the box), fixed or per frame. */
struct element {
    char value[H5MD_NAME];
    bool present, varying;
    int64_t frames, items; /* items: entries per frame, all components counted */
    int64_t *step;         /* its own steps if they are not those of the positions */
};

struct h5md {
    struct h5 f;
    char group[H5MD_NAME / 2];
    int64_t frames, slots, *step;
    double *time;
    struct element position, image, velocity, id, species, mass, edges, origin;
    bool periodic[3];
    char units[8];
    struct species named; /* /parameters/species */
    int members;          /* of an enumeration of species */
    char member[SPECIES_MAX][H5MD_TEXT];
    int64_t member_value[SPECIES_MAX];
    int64_t size; /* of the file */
    int64_t *whole;
    double *real; /* slots entries: room for one frame's numbers */
};

/* Frame k into c, whose arrays are made. keep: room for r->slots numbers. */
status h5md_read_frame(struct h5md *r, int64_t k, int64_t *keep, struct config *c);

#endif
