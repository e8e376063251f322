/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slab — speckles of the inside of a film: a smooth window w(z) along its normal.
 *
 *     w(z) = 0 below `low` and above `high`, 1 in between, and over `edge` inside each of the two it rises as
 *     sin²(π/2 · distance/edge).                                       I(q) = |Σ w f exp(iq·r)|² / Σ w² f²
 *
 * The window stands still in the box, so it is fixed to the substrate, not to the film's surface, and does
 * not follow a drift. What a rigid shift of a frozen film does: along x and y nothing (only the phase of each
 * amplitude turns); along z by δ the correlation of the intensities before and after becomes γ(δ)², with γ(δ)
 * = ∫ w(z) w(z+δ) dz / ∫ w² dz (slab_overlap), since other atoms stand in the edges:
 * 1 − γ² ≈ δ² ∫ w'² / ∫ w² = δ² (π²/4e) / (D − 5e/4). Sharp edges would lose 2δ/D instead.
 *
 * Points of q. x and y are periodic, so (h,k) are whole numbers there. Along z the window is the box: q_z =
 * 2π l/D, D = high − low (slab_box). Points with equal (h,k) and different l are not independent: their
 * amplitudes are correlated by γ_l = ∫ w² exp(2πi l z/D) dz / ∫ w² dz (slab_transform; of an uncorrelated
 * arrangement of atoms). That is also the resolution along z; across it is exact. So n pixels count as
 * n_eff = n² / Σ_ij |γ_ij|². A pixel (0,0,l) contains the film's mean density profile in the window, a static
 * part that grows as l falls.
 *
 * A slab of high ≤ low is none: everything scatters with weight 1. */
#ifndef GLINT_SCATTER_SLAB_H
#define GLINT_SCATTER_SLAB_H

#include "base/status.h"
#include "scatter/amplitude.h"
#include "scatter/window.h"

struct slab {
    double low, high, edge;
    double substrate; /* height that low and high are told relative to in descriptions */
};

bool slab_used(const struct slab *s);
/* BAD_INPUT: edges that do not fit between low and high. */
status slab_check(const struct slab *s);
double slab_weight(const struct slab *s, double z);
double slab_overlap(const struct slab *s, double shift);
double slab_transform(const struct slab *s, int32_t l); /* γ_l, with the middle of the slab as origin */
/* Full width at half maximum along q_z of what one pixel sees, |∫ w exp(i q z) dz|². */
double slab_resolution(const struct slab *s);

/* The periodic box that the film's inside is put into: x, y of the sample, z from low to high. */
struct box slab_box(const struct slab *s, const struct box *sample);
/* For a window built in that box: n_independent becomes the smallest n_eff of its groups (rounded down), the
 * description says so. BAD_INPUT when a group has fewer than 2 independent pixels. */
status slab_apply(const struct slab *s, struct window *w);
/* n_eff of one group of a window. */
double slab_independent(const struct slab *s, const struct window *w, int32_t group);

/* Those atoms of a configuration that stand in the slab, into a frame begun with slab_box; counted into
 * *inside (may be NULL). One process. */
status slab_add_config(const struct slab *s, const struct config *c, struct amplitude *a, int64_t *inside);

#endif
