/* SPDX-License-Identifier: GPL-3.0-or-later */
/* amplitude — the scattered field ρ(q) = Σ_i w_i exp(iq·r_i) at points of the reciprocal lattice of a box,
 * q = 2π(h a* + k b* + l c*), r measured from the box's origin.
 *
 *     struct amplitude *a = NULL;
 *     TRY(amplitude_new(&a, &(struct amplitude_options){.points = n, .hkl = hkl, .atoms = N, .species = 2}));
 *     each frame:
 *         TRY(amplitude_begin(a, &box));                  the box may change, the (h,k,l) stay
 *         TRY(amplitude_add(a, &atoms));                  as often as needed: a rank's atoms, or some of them
 *         amplitude_partial(a, &sums, &count);            int64; sum them over the ranks, in place
 *         amplitude_finish(a);
 *         const double *rho = amplitude_value(a, 0);      re, im per point, in the order of hkl
 *
 * Bits. Every atom's term is rounded to a multiple of 2^-32 of the largest weight and summed as an integer,
 * so the result is the same to the bit for any order of the atoms and any share of them over calls, threads
 * and ranks. It may differ between instruction sets (Law 1). The rounding adds an error of about 1e-10 √N,
 * never a bias of it.
 *
 * Methods. `direct`: products of phase tables per axis, error 1e-13 relative to √(Σw²). `fft`: atoms are
 * spread on a grid with the kernel exp(β(√(1-u²)-1)) (Barnett, Magland & af Klinteberg, SIAM J. Sci. Comput.
 * 41, C479 (2019)), transformed by FFTW and divided by the kernel's transform; grid and width are chosen so
 * that the aliasing error is below AMPLITUDE_TOLERANCE of √(Σw²) for amplitudes of normal size. `automatic`
 * takes the cheaper one by a fixed cost model of the points and the number of atoms, never by timing: the
 * same input always takes the same way.
 *
 * Threads: calls come from outside parallel regions and use omp_get_max_threads() threads. Memory is
 * allocated in amplitude_new, and in amplitude_add when a chunk is larger than any before. FFTW's planner is
 * not thread-safe: one amplitude_new at a time. */
#ifndef GLINT_SCATTER_AMPLITUDE_H
#define GLINT_SCATTER_AMPLITUDE_H

#include "base/status.h"
#include "system/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AMPLITUDE_TOLERANCE 2e-6

enum amplitude_method { AMPLITUDE_AUTOMATIC, AMPLITUDE_DIRECT, AMPLITUDE_FFT };

struct amplitude_options {
    int64_t points;
    const int32_t *hkl; /* 3 per point, |h| <= 4096, any order; ±q and repetitions are computed once */
    int64_t atoms;      /* of all ranks, for the cost model */
    int species;        /* 1 … SPECIES_MAX */
    bool separate;      /* one amplitude per species (with weight 1) instead of one weighted sum */
    double weight[SPECIES_MAX]; /* when not separate; all zero means all 1 */
    enum amplitude_method method;
};

/* Positions as the engine (stride 4: x, y, z, anything) or a configuration (stride 3) keeps them; wrapped or
 * not. One of type32 and type8 may be given; none means species 0 throughout. */
struct amplitude_atoms {
    int64_t count;
    int stride;
    const double *x;
    const int32_t *type32;
    const uint8_t *type8;
    const double *factor; /* NULL: 1; else of each atom, 0 to 1: multiplies its weight (scatter/slab.h) */
};

struct amplitude;

status amplitude_new(struct amplitude **a,
                     const struct amplitude_options *o); /* BAD_INPUT: no points, no species, … */
void amplitude_free(struct amplitude **a);

status amplitude_begin(struct amplitude *a, const struct box *box);
/* UNPHYSICAL for a position that is not finite (or 2^31 boxes away), BAD_INPUT for an unknown type;
 * on the rank that has the atom only: agree before the sums are added. */
status amplitude_add(struct amplitude *a, const struct amplitude_atoms *atoms);
/* This process's share as integers that add up over processes; `sums` belongs to a. */
status amplitude_partial(struct amplitude *a, int64_t **sums, size_t *count);
status amplitude_finish(struct amplitude *a);

int amplitude_channels(const struct amplitude *a); /* number of species when separate, else 1 */
const double *amplitude_value(const struct amplitude *a, int channel);
/* Atoms of a species, all ranks, in the frame just finished. */
int64_t amplitude_species(const struct amplitude *a, int species);
/* Σ factor² of a species, all ranks, in the frame just finished; without factors the number of its atoms. A
 * term is rounded to 2^-32: exact in any order. */
double amplitude_squares(const struct amplitude *a, int species);
enum amplitude_method amplitude_chosen(const struct amplitude *a);
/* "direct sum, 603 points" or "FFT on 96×96×96, kernel width 9, …"; the estimated time of a frame on one
 * core. */
void amplitude_describe(const struct amplitude *a, char *text, size_t size);
double amplitude_cost(const struct amplitude *a); /* seconds */

#endif
