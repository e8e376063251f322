/* SPDX-License-Identifier: GPL-3.0-or-later */
/* envelope — the static intensity over a window: S(|q|), and dividing it out.
 *
 * Over a structure peak the mean intensity differs from pixel to pixel, so a TTCF normalised by the mean of
 * the pattern ends at g2(∞) = ⟨S²⟩/⟨S⟩² > 1. The beamline divides by a smooth fit of the time-averaged
 * pattern (Riechers et al., Nat. Commun. 15 (2024), Methods). A per-pixel time average must not be used: in a
 * glass the speckle itself does not average out and would be erased. Here pixels are grouped by |q| into
 * narrow shells — distinct values (to 1e-6), joined with their neighbours until a group holds enough pixels —
 * and S of a group is the mean over its pixels and all good frames. A group of n pixels loses the part
 * 1/(n+1) of a frozen speckle's contrast; therefore groups hold at least 10 pixels, and 100 where the window
 * is large enough for ten such groups. */
#ifndef GLINT_ANALYSIS_ENVELOPE_H
#define GLINT_ANALYSIS_ENVELOPE_H

#include "base/status.h"

#include <stdint.h>

struct envelope {
    int64_t pixels, groups, smallest; /* smallest: pixels in the smallest group */
    double *q;                        /* groups: mean |q| */
    double *s;                        /* groups: mean intensity */
    int32_t *group;                   /* pixels: group of a pixel */
    double baseline;                  /* ⟨S²⟩/⟨S⟩² over the pixels */
};

/* From frames × pixels intensities; bad (may be NULL) marks frames to leave out. Needs q. Release with
 * envelope_free. */
status envelope_measure(struct envelope *e, const float *data, const uint8_t *bad, int64_t frames,
                        int64_t pixels, const double *q);
/* The same from an S(|q|) that is known for every pixel (each its own group). */
status envelope_given(struct envelope *e, const double *s_of_q, const double *q, int64_t pixels);
/* Divide every pixel of every frame by S of its group. */
void envelope_divide(const struct envelope *e, float *data, int64_t frames);
void envelope_free(struct envelope *e);

#endif
