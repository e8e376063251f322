/* SPDX-License-Identifier: GPL-3.0-or-later */
/* amplitude_private — what amplitude.c (points, direct sum), amplitude_plan.c (kernel, cost model) and
 * amplitude_grid.c (spreading, FFT) share. Nobody else includes this. */
#ifndef GLINT_SCATTER_AMPLITUDE_PRIVATE_H
#define GLINT_SCATTER_AMPLITUDE_PRIVATE_H

#include "scatter/amplitude.h"
#include "scatter/amplitude_kernels.h"

#include <fftw3.h>

struct amp_point {
    int64_t column, entry; /* where its sums are */
    int32_t l;             /* signed, after the flip */
    bool flipped;          /* computed at -q: take the conjugate */
};

/* What each thread needs for itself. */
struct amp_thread {
    double *table[3];    /* direct: phase tables of one block */
    int64_t *sums;       /* direct: channels × entries × 4 */
    double *row;         /* FFT: one real row */
    fftw_complex *out;   /* FFT: its transform */
    fftw_complex *plane; /* FFT: [h][y] of one plane */
};

struct amp_choice {
    enum amplitude_method method;
    double cost; /* seconds on one core */
    double error;
    struct amp_grid grid;
};

struct amplitude {
    int species, channels, threads;
    double weight[SPECIES_MAX], scale; /* weights divided by scale = max |weight| */
    int64_t points, columns, entries;
    struct amp_point *point;
    struct amp_column *column;
    int32_t *entry;
    int axis[3];     /* lattice axis of each working axis */
    int32_t most[3]; /* largest |h|, |k|, |l| */
    const struct amp_kernels *kernels;
    struct amp_choice choice;

    double inverse[3][3], origin[3]; /* of the frame's box */
    int64_t counted[SPECIES_MAX];    /* atoms added here, then of all ranks */
    int64_t squares[SPECIES_MAX];    /* their Σ factor² in units of 2^-AMP_BITS */
    int64_t
        *sums; /* what amplitude_partial gives out; the species' counts and squares are its last entries */
    size_t sum_count;
    double *value[SPECIES_MAX];
    struct amp_thread *thread;

    double *staged, *sorted; /* 4 per atom: fractional or grid coordinates and weight */
    int64_t *slot;
    size_t staged_room, sorted_room, slot_room;
    int64_t start[SPECIES_MAX + 1]; /* channels' ranges in staged */

    double *grid[SPECIES_MAX]; /* FFT: padded, biased */
    double *correction[3];     /* 1 / transform of the kernel at h = 0…most */
    fftw_complex *column_data; /* columns × size[2] */
    int64_t column_stride;
    int64_t *tile_start, tiles[2];
    int32_t *tile_of;
    size_t tile_room;
    fftw_plan plan[3];
};

/* amplitude_plan.c */
void amp_choose(const struct amplitude *a, int64_t atoms, enum amplitude_method wanted,
                struct amp_choice *best);
double amp_direct_cost(const struct amplitude *a, double atoms); /* seconds on one core */
double amp_kernel_transform(const struct amp_grid *g,
                            double frequency); /* frequency in cycles per grid spacing */

/* amplitude_grid.c */
status amp_grid_new(struct amplitude *a);
void amp_grid_free(struct amplitude *a);
void amp_grid_begin(struct amplitude *a);
status amp_grid_add(struct amplitude *a); /* spreads `staged` */
status amp_grid_partial(struct amplitude *a);
void amp_grid_finish(struct amplitude *a);

#endif
