/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speckle — intensities of several q windows from one amplitude calculation, averaged over exposures.
 *
 * I(q) = |Σ_i f_i exp(iq·r_i)|² / Σ_i f_i²; an ideal gas has ⟨I⟩ = 1. With X-ray factors f = f(|q|), |q| in
 * the box the window was built for. An exposure is the mean of the INTENSITIES (not amplitudes) of `exposure`
 * sub-frames, as on a detector. Its time is the middle between its first and last sub-frame; its step is that
 * of the last one, so that a frame belongs to the past of a checkpoint exactly when its step does.
 *
 *     struct speckle *s = NULL;
 *     TRY(speckle_new(&s, windows, n, &form, atoms, exposure));   copies what it needs of the windows
 *     each sub-frame:
 *         TRY(speckle_begin(s, &box));
 *         TRY(amplitude_add(speckle_amplitude(s), &atoms));  amplitude_partial(…);  sum over ranks
 *         TRY(speckle_finish(s, step, time));
 *         if (speckle_ready(s)) {
 *             write speckle_intensity(s, w), speckle_time(s), speckle_step(s);
 *             speckle_next(s);
 *         }
 *
 * Checkpoint: the exposure under way as an array of doubles (speckle_save, speckle_load); after loading, the
 * rest of the exposure gives the same bits. Intensities are the same on all ranks; only one needs to write
 * them.
 *
 * Flattening (division by S(|q|)) is left to the reader of the file: the divisors are stored beside the raw
 * intensities (scatter/speckle_file.h), because a good S(q) is known only after the run. */
#ifndef GLINT_SCATTER_SPECKLE_H
#define GLINT_SCATTER_SPECKLE_H

#include "base/status.h"
#include "scatter/amplitude.h"
#include "scatter/form_factor.h"
#include "scatter/window.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct speckle;

status speckle_new(struct speckle **s, const struct window *windows, int count,
                   const struct form_factors *form, int64_t atoms, int64_t exposure);
void speckle_free(struct speckle **s);

status speckle_begin(struct speckle *s, const struct box *box);
struct amplitude *speckle_amplitude(struct speckle *s);
/* UNPHYSICAL when nothing scatters. Not to be called while a finished exposure waits for speckle_next. */
status speckle_finish(struct speckle *s, int64_t step, double time);
/* begin, add and finish for one process. */
status speckle_add_config(struct speckle *s, const struct config *c);

bool speckle_ready(const struct speckle *s);
const double *speckle_intensity(const struct speckle *s, int window); /* one per pixel of the window */
double speckle_time(const struct speckle *s);
int64_t speckle_step(const struct speckle *s);
void speckle_next(struct speckle *s); /* start the next exposure */

int64_t speckle_points(const struct speckle *s);    /* distinct points of all windows */
size_t speckle_state_size(const struct speckle *s); /* in doubles */
void speckle_save(const struct speckle *s, double *state);
status speckle_load(struct speckle *s, const double *state, size_t size);

#endif
