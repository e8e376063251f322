/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sq — the static structure factor on the reciprocal-lattice points of the cell, total and partial.
 *
 *     struct sq s = {0};
 *     TRY(sq_begin(&s, species_count, q_max, bins, most_points));
 *     sq_weigh(&s, &form);                                     optional: S_X, weighted with form factors
 *     for each frame: TRY(sq_add(&s, &box, atoms, type, x));
 *     TRY(sq_finish(&s));     then s.nn[k] at s.q[k], or sq_faber_ziman(&s, a, b, k), …
 *     sq_free(&s);
 *
 * With ρ_a(q) = Σ_{i of species a} exp(i q·r_i) at q = 2π(h a* + k b* + l c*), averaged over the points
 * of a |q| bin and over frames:
 *  - Ashcroft–Langreth (Phys. Rev. 156, 685, 1967)  S_ab = Re<ρ_a ρ_b*>/√(N_a N_b)           → δ_ab
 *  - Faber–Ziman (Phil. Mag. 11, 153, 1965)         A_ab = 1 + (S_ab − δ_ab)/√(c_a c_b)      → 1
 *  - Bhatia–Thornton (Phys. Rev. B 2, 3004, 1970)   S_NN = <|Σ_a ρ_a|²>/N                    → 1
 *                                                        = Σ √(c_a c_b) S_ab = 1 + Σ c_a c_b (A_ab − 1)
 *    and for two species S_NC → 0, S_CC → c_A c_B, with ρ_C = c_B ρ_A − c_A ρ_B.
 *  - weighted (X-rays), Faber–Ziman: S_X = Σ c_a c_b f_a f_b A_ab / <f>²                     → 1
 *                                        = 1 + (|Σ_a f_a ρ_a|²/N − <f²>)/<f>²,   <f> = Σ c_a f_a
 *    with f(|q|) at each point. The other normalisation, I/(N<f²>), is 1 + (S_X − 1)<f>²/<f²>.
 * The limits are those for large q.
 *
 * (000) is left out, and of ±q one is used (S(−q) = S(q)). A free axis has no reciprocal lattice: only
 * points with index 0 along it are used, q in the periodic plane. A bin with more than `most_points`
 * points uses every n-th of them; points[k] says how many were used a frame, available[k] how many there
 * are. Empty bins hold NaN.
 *
 * Errors: standard error over frames when there are at least two (right if the frames are independent),
 * else over points, which is what independent exponential intensities would give. */
#ifndef GLINT_ANALYSIS_STRUCTURE_SQ_H
#define GLINT_ANALYSIS_STRUCTURE_SQ_H

#include "system/frame_curves.h"
#include "base/status.h"
#include "scatter/form_factor.h"
#include "system/box.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sq {
    int species, bins;
    double q_max, width;
    int64_t most_points, frames;
    double concentration[SPECIES_MAX];
    double *q;         /* [bins] mean |q| of the points used */
    double *points;    /* [bins] points used, mean over frames */
    double *available; /* [bins] points in the bin (half space), mean over frames */
    double *partial;   /* [(a·species + b)·bins + k], Ashcroft–Langreth, symmetric */
    double *nn, *nn_error;
    double *nc, *cc; /* two species only, else NULL */
    bool weighted;   /* sq_weigh was called */
    struct form_factors form;
    double *xray, *xray_error;                /* S_X; NaN without form factors */
    struct frame_curves frame_nn, frame_xray; /* S_NN and S_X of each frame */
    double *seen;                             /* frames with a point in the bin */
};

status sq_begin(struct sq *s, int species, double q_max, int bins, int64_t most_points);
void sq_weigh(struct sq *s, const struct form_factors *form); /* before the first frame */
status sq_add(struct sq *s, const struct box *box, int64_t atoms, const int32_t *type, const double *x);
status sq_finish(struct sq *s);
void sq_free(struct sq *s);

static inline double sq_ashcroft_langreth(const struct sq *s, int a, int b, int k)
{
    return s->partial[((int64_t)a * s->species + b) * s->bins + k];
}
double sq_faber_ziman(const struct sq *s, int a, int b, int k);

/* S_NN and S_X of one point with the densities rho (modes.h) of a frame with n[a] atoms of species a. */
double sq_point_nn(int species, const double *rho, double atoms);
double sq_point_xray(const struct form_factors *form, int species, double q, const double *rho,
                     const double *n, double atoms);

#endif
