/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkpoint — everything a run needs to go on to the same bits, in one HDF5 file.
 *
 * Layout: / attributes: glint (version), potential (SPEC), precision, units, isa, seed, dt, kB
 *     /step i64, /time f64, /box 3×3 f64, /origin, /periodic
 *     /atoms/{id u64, type i32, x N×3 f64, v N×3 f64, image N×3 i32}   sorted by id, x wrapped
 *     /atoms/{species_name, species_mass}
 *     /film/{kind i32, substrate i64, constants f64: spring, top, density; site n×3 f64}   films only
 *     /state/film f64 (struct film_state), films only
 *     /state/ensemble f64, /state/runner f64, /state/observers/NAME f64
 * Written as checkpoint.h5.tmp, fsynced, renamed; the one before is kept as checkpoint-previous.h5. Reading
 * falls back to the previous one when the newest is missing or damaged.
 *
 * state_digest: SHA-256 of little-endian (step u64, box 9×f64, then by ascending id: id u64, x y z vx vy vz
 * f64, image 3×i32), all as stored. */
#ifndef GLINT_OBSERVE_CHECKPOINT_H
#define GLINT_OBSERVE_CHECKPOINT_H

#include "integrate/engine.h"
#include "observe/observer.h"
#include "protocol/runner.h"

enum { CHECKPOINT_OBSERVERS = 16 };

struct checkpoint {
    struct config atoms;
    double ensemble[ENSEMBLE_STATE];
    struct runner_state runner;
    struct film film; /* kind FILM_NONE without */
    char potential[128], units[8], isa[16], precision[16];
    int64_t seed;
    double dt;
    struct { /* by observer name */
        char name[64];
        double *state;
        size_t size;
    } observer[CHECKPOINT_OBSERVERS];
    int observers;
};

/* Collective: the engine's state into folder/NAME (rank 0 writes). digest (65 bytes) may be NULL; it is
 * filled on rank 0. keep_previous: rename the file that was there to …-previous. */
status checkpoint_write(const struct engine *e, const struct runner_state *r,
                        struct observer *const *observers, int n, const char *folder, const char *name,
                        bool keep_previous, char *digest);
/* Read a checkpoint file (every rank for itself). */
status checkpoint_read(struct checkpoint *c, const char *path);
/* The newest readable one of a run folder. */
status checkpoint_find(struct checkpoint *c, const char *folder);
void checkpoint_free(struct checkpoint *c);

#endif
