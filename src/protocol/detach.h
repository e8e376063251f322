/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detach — the stage that makes a sample of a film: the substrate, the vapor and the layers near the faces
 * are cut away.
 *
 * slab: what is left hangs free in the box, with two new faces; velocities stay. bulk: the interior made
 * periodic along z. Its two cut faces are brought to 0.9 spacings of each other and the sample is minimised
 * with all three edges relaxing at pressure 0; that closes the gap, but leaves an interface which the film
 * did not have: anneal it, or take energies from `measure` of the whole film. Nothing is left of the film's
 * substrate and its counters afterwards. */
#ifndef GLINT_PROTOCOL_DETACH_H
#define GLINT_PROTOCOL_DETACH_H

#include "input/schema.h"
#include "integrate/engine.h"

enum detach_keep { DETACH_SLAB, DETACH_BULK };
struct detach { /* as read; drop: NaN: of the input's `interior` */
    int keep;
    double drop;
    const char *label;
};
extern const struct input_table detach_table;

status detach_run(struct engine *e, const struct detach *d); /* collective */

#endif
