/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The FFT method: spread on a grid of exact sums, transform only the lines that lead to wanted points. */
#include "base/mem.h"
#include "scatter/amplitude_private.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

static int64_t round_up(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* Tiles of rows that one thread fills at a time. An atom of one tile reaches at most the next one up, so
 * tiles of equal parity never meet; an even number keeps that true across the periodic boundary. */
static int64_t tile_count(int32_t size, int32_t width)
{
    int64_t n = 2 * (size / (2 * width));
    return n < 1 ? 1 : n;
}

static status new_scratch(struct amplitude *a)
{
    const struct amp_grid *g = &a->choice.grid;
    size_t plane = (size_t)(a->most[0] + 1) * (size_t)round_up(g->size[1], 4);
    for (int t = 0; t < a->threads; t++) {
        struct amp_thread *w = &a->thread[t];
        TRY(NEW(w->row, (size_t)g->size[0]));
        TRY(NEW(w->out, (size_t)g->size[0] / 2 + 1));
        TRY(NEW(w->plane, plane));
    }
    return OK;
}

static status new_plans(struct amplitude *a)
{
    const struct amp_grid *g = &a->choice.grid;
    struct amp_thread *w = &a->thread[0];
    a->plan[0] = fftw_plan_dft_r2c_1d(g->size[0], w->row, w->out, FFTW_ESTIMATE);
    a->plan[1] = fftw_plan_dft_1d(g->size[1], w->plane, w->plane, FFTW_FORWARD, FFTW_ESTIMATE);
    a->plan[2] = fftw_plan_dft_1d(g->size[2], a->column_data, a->column_data, FFTW_FORWARD, FFTW_ESTIMATE);
    for (int i = 0; i < 3; i++)
        if (!a->plan[i]) return fail(FAILED, "FFTW made no plan for a transform of %d points", g->size[i]);
    return OK;
}

status amp_grid_new(struct amplitude *a)
{
    struct amp_grid *g = &a->choice.grid;
    g->row = round_up(AMP_PAD + g->size[0] + AMP_TAPS, 8);
    g->plane = g->row * g->size[1] + 8; /* not a power of two */
    for (int c = 0; c < a->channels; c++) TRY(NEW(a->grid[c], (size_t)(g->plane * g->size[2])));
    for (int axis = 0; axis < 3; axis++) {
        TRY(NEW(a->correction[axis], (size_t)a->most[axis] + 1));
        for (int32_t h = 0; h <= a->most[axis]; h++)
            a->correction[axis][h] = 1.0 / amp_kernel_transform(g, (double)h / g->size[axis]);
    }
    a->column_stride = round_up(g->size[2], 4);
    TRY(NEW(a->column_data, (size_t)(a->columns * a->column_stride)));
    a->tiles[0] = tile_count(g->size[1], g->width);
    a->tiles[1] = tile_count(g->size[2], g->width);
    TRY(NEW(a->tile_start, (size_t)(a->tiles[0] * a->tiles[1]) + 2));
    TRY(new_scratch(a));
    return new_plans(a);
}

void amp_grid_free(struct amplitude *a)
{
    for (int i = 0; i < 3; i++) {
        if (a->plan[i]) fftw_destroy_plan(a->plan[i]);
        DELETE(a->correction[i]);
    }
    for (int c = 0; c < SPECIES_MAX; c++) DELETE(a->grid[c]);
    DELETE(a->column_data);
    DELETE(a->tile_start);
    DELETE(a->tile_of);
}

void amp_grid_begin(struct amplitude *a)
{
    const struct amp_grid *g = &a->choice.grid;
    for (int c = 0; c < a->channels; c++) {
        double *grid = a->grid[c];
#pragma omp parallel for schedule(static) num_threads(a->threads)
        for (int64_t z = 0; z < g->size[2]; z++)
            for (int64_t i = 0; i < g->plane; i++) grid[z * g->plane + i] = AMP_BIAS;
    }
}

/* The first row (or plane) an atom at grid coordinate x touches, within [0, size). Must agree with taps(). */
static int64_t first_row(const struct amp_grid *g, int axis, double x)
{
    int64_t first = (int32_t)(x - 0.5 * g->width + 64.0) + 1 - 64;
    return first < 0 ? first + g->size[axis] : first >= g->size[axis] ? first - g->size[axis] : first;
}

/* Grid coordinates in `staged`, then a counting sort by tile into `sorted`. */
static void sort_tiles(struct amplitude *a, int64_t begin, int64_t end)
{
    const struct amp_grid *g = &a->choice.grid;
    int64_t tiles = a->tiles[0] * a->tiles[1];
    int64_t *start = a->tile_start;
#pragma omp parallel for schedule(static) num_threads(a->threads)
    for (int64_t i = begin; i < end; i++) {
        double *s = a->staged + 4 * i;
        for (int k = 0; k < 3; k++) s[k] = (s[k] - floor(s[k])) * g->size[k];
        int64_t ty = first_row(g, 1, s[1]) * a->tiles[0] / g->size[1];
        int64_t tz = first_row(g, 2, s[2]) * a->tiles[1] / g->size[2];
        a->tile_of[i] = (int32_t)(tz * a->tiles[0] + ty);
    }
    memset(start, 0, (size_t)(tiles + 2) * sizeof *start);
    for (int64_t i = begin; i < end; i++) start[a->tile_of[i] + 2]++;
    for (int64_t t = 2; t < tiles + 2; t++) start[t] += start[t - 1];
    for (int64_t i = begin; i < end; i++) {
        int64_t at = start[a->tile_of[i] + 1]++;
        memcpy(a->sorted + 4 * at, a->staged + 4 * i, 4 * sizeof(double));
    }
}

status amp_grid_add(struct amplitude *a)
{
    size_t atoms = (size_t)a->start[a->channels];
    TRY(GROW(a->sorted, a->sorted_room, 4 * atoms));
    TRY(GROW(a->tile_of, a->tile_room, atoms));
    for (int c = 0; c < a->channels; c++) {
        sort_tiles(a, a->start[c], a->start[c + 1]);
        int64_t ny = a->tiles[0], nz = a->tiles[1];
        for (int64_t colour = 0; colour < 4; colour++) {
            int64_t oy = colour & 1, oz = colour >> 1, my = (ny + 1 - oy) / 2, mz = (nz + 1 - oz) / 2;
#pragma omp parallel for schedule(dynamic) num_threads(a->threads)
            for (int64_t i = 0; i < my * mz; i++) {
                int64_t t = (2 * (i / my) + oz) * ny + 2 * (i % my) + oy;
                a->kernels->spread(&a->choice.grid, a->tile_start[t + 1] - a->tile_start[t],
                                   a->sorted + 4 * a->tile_start[t], a->grid[c]);
            }
        }
    }
    return OK;
}

/* A biased sum as a whole number of units. A sum that left the range where units are exact sets *spoiled. */
static int64_t units(double biased, int64_t *spoiled)
{
    double d = biased - AMP_BIAS;
    if (!(fabs(d) < 0.33 * AMP_BIAS)) {
        *spoiled = 1;
        return 0;
    }
    return (int64_t)(d * AMP_UNIT);
}

status amp_grid_partial(struct amplitude *a)
{
    const struct amp_grid *g = &a->choice.grid;
    int64_t nx = g->size[0], ny = g->size[1], nz = g->size[2], spoiled = 0;
    for (int c = 0; c < a->channels; c++) {
        const double *grid = a->grid[c];
        int64_t *out = a->sums + c * nx * ny * nz;
#pragma omp parallel for schedule(static) reduction(| : spoiled) num_threads(a->threads)
        for (int64_t zy = 0; zy < nz * ny; zy++) {
            const double *p = grid + zy / ny * g->plane + zy % ny * g->row + AMP_PAD;
            int64_t *to = out + zy * nx;
            for (int64_t x = 0; x < nx; x++) to[x] = units(p[x], &spoiled);
            for (int64_t x = 0; x < AMP_PAD; x++)
                to[(nx - AMP_PAD + x) % nx] += units(p[x - AMP_PAD], &spoiled);
            for (int64_t x = nx; x < g->row - AMP_PAD; x++) to[x % nx] += units(p[x], &spoiled);
        }
    }
    if (spoiled)
        return fail(UNPHYSICAL,
                    "more than 5e5 atoms fell on one point of the scattering grid; are the positions in "
                    "the box's length unit?");
    return OK;
}

/* Transform the rows and lines of plane z and hand each wanted (h, k) to its column. */
static void transform_plane(struct amplitude *a, struct amp_thread *w, const int64_t *units_in, int64_t z)
{
    const struct amp_grid *g = &a->choice.grid;
    int64_t nx = g->size[0], ny = g->size[1], stride = round_up(ny, 4);
    for (int64_t y = 0; y < ny; y++) {
        const int64_t *from = units_in + (z * ny + y) * nx;
        for (int64_t x = 0; x < nx; x++) w->row[x] = (double)from[x] * (1.0 / AMP_UNIT);
        fftw_execute_dft_r2c(a->plan[0], w->row, w->out);
        for (int64_t h = 0; h <= a->most[0]; h++)
            memcpy(w->plane[h * stride + y], w->out[h], sizeof(fftw_complex));
    }
    int32_t done = -1;
    for (int64_t c = 0; c < a->columns; c++) {
        fftw_complex *line = w->plane + a->column[c].h * stride;
        if (a->column[c].h != done) fftw_execute_dft(a->plan[1], line, line);
        done = a->column[c].h;
        int64_t k = a->column[c].k < 0 ? a->column[c].k + ny : a->column[c].k;
        memcpy(a->column_data[c * a->column_stride + z], line[k], sizeof(fftw_complex));
    }
}

void amp_grid_finish(struct amplitude *a)
{
    const struct amp_grid *g = &a->choice.grid;
    int64_t nz = g->size[2], cells = (int64_t)g->size[0] * g->size[1] * nz;
    for (int channel = 0; channel < a->channels; channel++) {
        const int64_t *sums = a->sums + channel * cells;
#pragma omp parallel num_threads(a->threads)
        {
            struct amp_thread *w = &a->thread[omp_get_thread_num()];
#pragma omp for schedule(static)
            for (int64_t z = 0; z < nz; z++) transform_plane(a, w, sums, z);
#pragma omp for schedule(static)
            for (int64_t c = 0; c < a->columns; c++) {
                fftw_complex *line = a->column_data + c * a->column_stride;
                fftw_execute_dft(a->plan[2], line, line);
            }
#pragma omp for schedule(static)
            for (int64_t i = 0; i < a->points; i++) {
                const struct amp_point *p = &a->point[i];
                const struct amp_column *c = &a->column[p->column];
                const double *f =
                    a->column_data[p->column * a->column_stride + (p->l < 0 ? p->l + nz : p->l)];
                double scale = a->scale * a->correction[0][c->h] * a->correction[1][abs(c->k)] *
                               a->correction[2][abs(p->l)];
                a->value[channel][2 * i] = scale * f[0]; /* FFTW's sign is -: its result is ρ(-q) = ρ(q)* */
                a->value[channel][2 * i + 1] = p->flipped ? scale * f[1] : -scale * f[1];
            }
        }
    }
}
