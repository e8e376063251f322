/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/correlate/ttcf.h"
#include "base/clock.h"
#include "base/mem.h"

#include <cblas.h>
#include <inttypes.h>
#include <omp.h>
#include <string.h>

const char *ttcf_variant_name(enum ttcf_variant v)
{
    return v == TTCF_PEARSON ? "pearson" : "eq1";
}

/* ---- normalising the frames ---- */

/* Eight sums side by side: a fixed order, without waiting for one addition after the other. */
static double mean_of(const float *x, int64_t n)
{
    double sum[8] = {0};
    int64_t p = 0;
    for (; p + 8 <= n; p += 8)
        for (int k = 0; k < 8; k++) sum[k] += (double)x[p + k];
    for (; p < n; p++) sum[0] += (double)x[p];
    return (((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]))) / (double)n;
}

/* One frame in place (f32) or into out64. False if the frame has no usable intensity. */
static bool normalise_frame(const struct ttcf *c, int64_t t, float *x, double *out64)
{
    int64_t n = c->pixels;
    double mean = mean_of(x, n), scale = 1.0 / mean;
    c->intensity[t] = mean;
    bool usable = isfinite(mean) && mean > 0.0;
    if (c->variant == TTCF_PEARSON) {
        double square = 0.0;
        for (int64_t p = 0; p < n; p++) square += ((double)x[p] - mean) * ((double)x[p] - mean);
        double sigma = sqrt(square / (double)n);
        usable = isfinite(sigma) && sigma > 0.0;
        scale = 1.0 / sigma;
    }
    usable = usable && !c->bad[t];
    for (int64_t p = 0; p < n; p++) {
        double v = usable ? ((double)x[p] - mean) * scale : 0.0;
        if (out64)
            out64[p] = v;
        else
            x[p] = (float)v;
    }
    return usable;
}

static void normalise(struct ttcf *c, float *data, double *copy)
{
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < c->frames; t++)
        if (!normalise_frame(c, t, data + t * c->pixels, copy ? copy + t * c->pixels : NULL)) c->bad[t] = 1;
    for (int64_t t = 0; t < c->frames; t++) c->bad_frames += c->bad[t];
}

/* ---- tiles ---- */

/* Rows [i0, i1) times columns [j0, j1) of the upper triangle; on the diagonal i0 = j0 and i1 = j1. */
struct tile {
    int64_t i0, i1, j0, j1;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Width of the tiles beside the diagonal: wide tiles spend less on packing, narrow ones spread a small
 * problem. A function of the number of frames only. */
static int64_t tile_width(int64_t frames)
{
    int64_t n = frames / (4 * TTCF_TILE);
    return TTCF_TILE * (n < 1 ? 1 : least(n, TTCF_WIDE));
}

/* All tiles: full ones beside the diagonal first, then their narrower ends, then the diagonal — the large
 * pieces of work before the small. Called with tile = NULL it only counts. */
static int64_t list_tiles(int64_t frames, struct tile *tile)
{
    int64_t n = 0, width = tile_width(frames);
    for (int pass = 0; pass < 3; pass++)
        for (int64_t i0 = 0; i0 < frames; i0 += TTCF_TILE) {
            int64_t i1 = least(i0 + TTCF_TILE, frames);
            if (pass == 2 && tile) tile[n] = (struct tile){i0, i1, i0, i1};
            if (pass == 2) n++;
            for (int64_t j0 = i1; pass < 2 && j0 < frames; j0 += width) {
                int64_t j1 = least(j0 + width, frames);
                if ((j1 - j0 == width) != (pass == 0)) continue;
                if (tile) tile[n] = (struct tile){i0, i1, j0, j1};
                n++;
            }
        }
    return n;
}

/* Move a finished tile into the packed triangle: C = baseline + product / pixels, NaN in bad rows and
 * columns. */
static void store_tile(const struct ttcf *c, const struct tile *t, const float *product,
                       const double *product64)
{
    double baseline = c->variant == TTCF_EQ1 ? 1.0 : 0.0, scale = 1.0 / (double)c->pixels;
    int64_t width = t->j1 - t->j0;
    for (int64_t i = t->i0; i < t->i1; i++) {
        size_t row = ttcf_row(c->frames, i);
        for (int64_t j = t->j0 > i ? t->j0 : i; j < t->j1; j++) {
            size_t k = (size_t)((i - t->i0) * width + j - t->j0), to = row + (size_t)(j - i);
            double v = baseline + (product64 ? product64[k] : (double)product[k]) * scale;
            if (c->bad[i] || c->bad[j]) v = NAN;
            if (c->packed)
                c->packed[to] = (float)v;
            else
                c->packed64[to] = v;
        }
    }
}

/* One BLAS call: the rows of a tile times its columns over the pixels [p, p+depth). */
static void product32(const struct ttcf *c, const float *x, const struct tile *t, int64_t p, int64_t depth,
                      float *out)
{
    const float *xi = x + t->i0 * c->pixels + p, *xj = x + t->j0 * c->pixels + p;
    int m = (int)(t->i1 - t->i0), n = (int)(t->j1 - t->j0), k = (int)depth, ld = (int)c->pixels;
    if (t->i0 == t->j0)
        cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, m, k, 1.0f, xi, ld, 0.0f, out, n);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0f, xi, ld, xj, ld, 0.0f, out, n);
}

static void tile32(const struct ttcf *c, const float *x, const struct tile *t, float *out, double *sum)
{
    if (!sum) {
        product32(c, x, t, 0, c->pixels, out);
        store_tile(c, t, out, NULL);
        return;
    }
    int64_t area = (t->i1 - t->i0) * (t->j1 - t->j0);
    memset(sum, 0, (size_t)area * sizeof *sum);
    memset(out, 0, (size_t)area * sizeof *out); /* below the diagonal nothing is written */
    for (int64_t p = 0; p < c->pixels; p += TTCF_DEPTH) {
        product32(c, x, t, p, least(c->pixels - p, TTCF_DEPTH), out);
        for (int64_t i = 0; i < area; i++) sum[i] += (double)out[i];
    }
    store_tile(c, t, NULL, sum);
}

static void tile64(const struct ttcf *c, const double *x, const struct tile *t, double *out)
{
    const double *xi = x + t->i0 * c->pixels, *xj = x + t->j0 * c->pixels;
    int m = (int)(t->i1 - t->i0), n = (int)(t->j1 - t->j0), k = (int)c->pixels;
    if (t->i0 == t->j0)
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, m, k, 1.0, xi, k, 0.0, out, n);
    else
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0, xi, k, xj, k, 0.0, out, n);
    store_tile(c, t, NULL, out);
}

/* All tiles over the threads; scratch is made before the threads start so that nothing can fail inside. */
static status all_tiles(const struct ttcf *c, const float *x, const double *x64, bool show)
{
    int64_t tiles = list_tiles(c->frames, NULL), done = 0;
    size_t threads = (size_t)least(omp_get_max_threads(), tiles);
    size_t area = (size_t)(least(c->frames, TTCF_TILE) * least(c->frames, tile_width(c->frames)));
    bool deep = !x64 && c->pixels > TTCF_DEPTH;
    float *out = NULL;
    double *out64 = NULL;
    struct tile *tile = NULL;
    status s = OK;
    GUARD(NEW(tile, (size_t)tiles));
    list_tiles(c->frames, tile);
    if (!x64) GUARD(mem_new((void **)&out, threads * area, sizeof *out, "the tiles of the TTCF"));
    if (x64 || deep) GUARD(mem_new((void **)&out64, threads * area, sizeof *out64, "the tiles of the TTCF"));
    openblas_set_num_threads(1);
    struct progress bar = progress_start("two-time correlation", tiles);
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads)
    for (int64_t k = 0; k < tiles; k++) {
        size_t mine = (size_t)omp_get_thread_num() * area;
        if (x64)
            tile64(c, x64, &tile[k], out64 + mine);
        else
            tile32(c, x, &tile[k], out + mine, deep ? out64 + mine : NULL);
#pragma omp critical(ttcf_progress)
        if (show) progress_show(&bar, ++done, NULL);
    }
    if (show) progress_end(&bar);
done:
    DELETE(tile);
    DELETE(out);
    DELETE(out64);
    return s;
}

static status check(int64_t frames, int64_t pixels)
{
    if (frames < 1 || pixels < 1)
        return fail(BAD_INPUT, "%" PRId64 " frames of %" PRId64 " pixels make no two-time correlation",
                    frames, pixels);
    if (pixels == 1)
        return fail(BAD_INPUT,
                    "a single pixel gives C(t1,t2) = 1 for any dynamics, because Eq. 1 divides by the mean "
                    "of the same "
                    "pixel; choose a window with at least 2, better 3 or more, independent pixels");
    if (pixels > INT32_MAX)
        return fail(BAD_INPUT, "%" PRId64 " pixels are too many (at most 2^31 - 1)", pixels);
    return OK;
}

status ttcf_compute(struct ttcf *c, float *data, const uint8_t *bad, int64_t frames, int64_t pixels,
                    const struct ttcf_options *options)
{
    memset(c, 0, sizeof *c);
    TRY(check(frames, pixels));
    *c = (struct ttcf){.frames = frames, .pixels = pixels, .variant = options->variant};
    size_t elements = ttcf_row(frames, frames);
    double *copy = NULL;
    status s = OK;
    GUARD(NEW(c->intensity, (size_t)frames));
    GUARD(NEW(c->bad, (size_t)frames));
    if (bad) memcpy(c->bad, bad, (size_t)frames);
    if (options->double_precision) {
        GUARD(mem_new((void **)&copy, (size_t)(frames * pixels), sizeof *copy,
                      "the frames in double precision"));
        GUARD(mem_new((void **)&c->packed64, elements, sizeof *c->packed64, "the two-time correlation"));
    } else {
        GUARD(mem_new((void **)&c->packed, elements, sizeof *c->packed, "the two-time correlation"));
    }
    normalise(c, data, copy);
    if (c->bad_frames == frames)
        GUARD(fail(BAD_INPUT, "all %" PRId64 " frames are bad or without intensity", frames));
    GUARD(all_tiles(c, data, copy, options->progress));
done:
    DELETE(copy);
    if (s != OK) ttcf_free(c);
    return s;
}

status ttcf_from_matrix(struct ttcf *c, const float *matrix, int64_t frames)
{
    *c = (struct ttcf){.frames = frames};
    status s = OK;
    GUARD(NEW(c->packed, ttcf_row(frames, frames)));
    GUARD(NEW(c->bad, (size_t)frames));
    for (int64_t i = 0; i < frames; i++) {
        memcpy(c->packed + ttcf_row(frames, i), matrix + i * frames + i,
               (size_t)(frames - i) * sizeof *matrix);
        if (isnan(matrix[i * frames + i])) c->bad[i] = 1;
        c->bad_frames += c->bad[i];
    }
done:
    if (s != OK) ttcf_free(c);
    return s;
}

void ttcf_free(struct ttcf *c)
{
    DELETE(c->packed);
    DELETE(c->packed64);
    DELETE(c->intensity);
    DELETE(c->bad);
}

/* ---- as a matrix ---- */

static float block_mean(const struct ttcf *c, int64_t a, int64_t b, int64_t bin)
{
    double sum = 0.0;
    int64_t n = 0, i1 = (a + 1) * bin < c->frames ? (a + 1) * bin : c->frames;
    int64_t j1 = (b + 1) * bin < c->frames ? (b + 1) * bin : c->frames;
    for (int64_t i = a * bin; i < i1; i++)
        for (int64_t j = a == b ? i + (bin > 1) : b * bin; j < j1; j++) {
            double v = ttcf_at(c, i, j);
            if (isnan(v)) continue;
            sum += v;
            n++;
        }
    if (n == 0 && a == b && bin > 1 && i1 - a * bin == 1) return (float)ttcf_at(c, a * bin, a * bin);
    return n ? (float)(sum / (double)n) : NAN;
}

void ttcf_matrix(const struct ttcf *c, int64_t bin, float *matrix)
{
    int64_t n = (c->frames + bin - 1) / bin;
    memset(matrix, 0, (size_t)(n * n) * sizeof *matrix);
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = a; b < n; b++) matrix[a * n + b] = block_mean(c, a, b, bin);
}
