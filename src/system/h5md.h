/* SPDX-License-Identifier: GPL-3.0-or-later */
/* h5md — a stream of configurations in an H5MD 1.1 file (de Buyl, Colberg & Höfling, Comput. Phys. Commun.
 * 185, 1546, 2014; doi 10.1016/j.cpc.2014.01.018), group /particles/trajectory. Reading: system/trajectory.h.
 *
 *     struct h5md_writer w = {0};
 *     TRY(h5md_create(&w, "runs/a/trajectory.h5", &c, &(struct h5md_options){.deflate = true}));
 *     for (…) { GUARD(h5md_append(&w, &c)); }
 *     GUARD(h5md_flush(&w));                       a flush per batch of frames
 *     done: h5md_close(&w);                        idempotent; flushes
 *
 * After a restart: h5md_reopen(&w, path), h5md_truncate_step(&w, step of the checkpoint), go on appending.
 *
 * The new file appears at its path whole, with no frame; frames are then added in place. HDF5 cannot survive
 * a kill inside a flush: roll long streams into segments (close, rename, create).
 *
 * Written per frame: position, id, species and, as in the configuration given to h5md_create, image and
 * velocity; box/edges (3×3, rows a b c), box/origin (an element of ours: H5MD fixes the origin at 0);
 * explicit step and time, one dataset each, hard-linked into every element as the standard demands for the
 * box. Atoms keep their slot along the second axis for good: new ids get new slots (the axis grows), the slot
 * of a removed atom stays empty (id -1, species -1, zeros). Species are numbers from 0; /parameters/species
 * has name and mass, /parameters/units "lj" or "metal". Unit attributes (Angstrom, ps, Angstrom ps-1) are
 * written for metal only: reduced units have none, so MDAnalysis opens them with convert_units=False. Forces
 * are not stored (no reader knows eV/Angstrom). */
#ifndef GLINT_SYSTEM_H5MD_H
#define GLINT_SYSTEM_H5MD_H

#include "base/h5.h"
#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stdint.h>

enum { H5MD_KEYS = 32 };

struct h5md_options {
    bool f32;      /* positions and velocities in single precision (the box stays double) */
    bool deflate;  /* shuffle + deflate of positions and velocities, too; integers always are */
    int64_t slots; /* atoms expected at most; only sets the chunks, more are fine. 0: as many as in `like` */
    const char *author; /* NULL: "unknown" */
    int keys;           /* attributes of /parameters: potential, cutoff, shift, … */
    const char *key[H5MD_KEYS], *value[H5MD_KEYS];
};

struct h5md_slot {
    uint64_t id;
    int64_t slot;
};

struct h5md_writer {
    struct h5 file;
    struct species species;
    bool velocity, image;
    int64_t frames;        /* in the file */
    int64_t slots;         /* along the second axis */
    int64_t used, last;    /* ids that ever had a slot; step of the last frame */
    struct h5md_slot *map; /* `used` entries, ascending ids */
    size_t map_capacity, buffer_capacity;
    double *buffer; /* 3 per slot */
    bool open;
};

status h5md_create(struct h5md_writer *w, const char *path, const struct config *like,
                   const struct h5md_options *o);
/* One more frame; c has the species and fields of `like`, any number of atoms in any order. Steps must not go
 * back. */
status h5md_append(struct h5md_writer *w, const struct config *c);
status h5md_flush(struct h5md_writer *w);
/* Open a file of ours to go on; elements that a kill left longer than others are cut to the shortest. */
status h5md_reopen(struct h5md_writer *w, const char *path);
/* Keep the first `frames` frames, or those with step <= `step`. */
status h5md_truncate(struct h5md_writer *w, int64_t frames);
status h5md_truncate_step(struct h5md_writer *w, int64_t step);
status h5md_close(struct h5md_writer *w);

#endif
