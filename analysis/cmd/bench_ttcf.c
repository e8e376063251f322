/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint bench ttcf — the two-time correlation against one single-thread ssyrk of the same size in the same
 * program. */
#include "analysis/correlate/ttcf.h"
#include "base/args.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <cblas.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command cmd_bench_ttcf;

enum { PARTS = 5 };

struct options {
    int64_t frames, pixels, threads;
    bool json;
};
static const struct arg args[] = {
    {"--frames", 0, ARG_INT, offsetof(struct options, frames), "N", "patterns (default 4000)"},
    {"--pixels", 0, ARG_INT, offsetof(struct options, pixels), "N", "pixels of each (default 10000)"},
    {"--threads", 0, ARG_INT, offsetof(struct options, threads), "N", "threads of the correlation"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void made_up(float *data, size_t n)
{
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) data[i] = (float)((x = x * 1664525u + 1013904223u) >> 8) * 0x1p-24f;
}

static void time_ssyrk(const float *data, float *full, const struct options *o, double *seconds)
{
    double begin = clock_now();
    openblas_set_num_threads(1);
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)o->frames, (int)o->pixels, 1.0f, data,
                (int)o->pixels, 0.0f, full, (int)o->frames);
    *seconds = clock_now() - begin;
}

static status measure(const struct options *o, double ttcf[PARTS], double ssyrk[PARTS])
{
    float *data = NULL, *full = NULL;
    size_t n = (size_t)(o->frames * o->pixels);
    status s = OK;
    GUARD(NEW(data, n));
    GUARD(NEW(full, (size_t)(o->frames * o->frames)));
    for (int k = 0; k < PARTS; k++) {
        struct ttcf c;
        made_up(data, n);
        time_ssyrk(data, full, o, &ssyrk[k]);
        double begin = clock_now();
        GUARD(ttcf_compute(&c, data, NULL, o->frames, o->pixels, &(struct ttcf_options){.progress = false}));
        ttcf[k] = clock_now() - begin;
        ttcf_free(&c);
    }
    qsort(ttcf, PARTS, sizeof *ttcf, ascending);
    qsort(ssyrk, PARTS, sizeof *ssyrk, ascending);
done:
    DELETE(data);
    DELETE(full);
    return s;
}

static void report(const struct options *o, const double ttcf[PARTS], const double ssyrk[PARTS])
{
    double median = ttcf[PARTS / 2], blas = ssyrk[PARTS / 2],
           flop = (double)o->frames * (double)o->frames * (double)o->pixels,
           spread = (ttcf[PARTS - 1] - ttcf[0]) / median, ratio = blas / median / (double)o->threads;
    if (!o->json) {
        printf(
            "%lld frames of %lld pixels, %lld threads: %.4g s, %.4g Gflop/s (median of %d; spread %.0f %%)\n"
            "one thread of ssyrk: %.4g s, %.4g Gflop/s; per thread the correlation has %.3g of that\n",
            (long long)o->frames, (long long)o->pixels, (long long)o->threads, median, 1e-9 * flop / median,
            PARTS, 100.0 * spread, blas, 1e-9 * flop / blas, ratio);
        return;
    }
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "version", GLINT_VERSION);
    json_string(&j, "kernel", "ttcf");
    json_integer(&j, "frames", o->frames);
    json_integer(&j, "pixels", o->pixels);
    json_integer(&j, "threads", o->threads);
    json_number(&j, "seconds", median);
    json_number(&j, "spread", spread);
    json_number(&j, "gflop_per_s", 1e-9 * flop / median);
    json_number(&j, "ssyrk_gflop_per_s", 1e-9 * flop / blas);
    json_number(&j, "ratio_to_ssyrk", ratio);
    json_close(&j);
    puts(j.text.s ? j.text.s : "");
    json_free(&j);
}

static status run(int argc, char **argv)
{
    struct options o = {.frames = 4000, .pixels = 10000};
    double ttcf[PARTS], ssyrk[PARTS];
    const char *what;
    TRY(args_parse(&cmd_bench_ttcf, argc, argv, &o, &what, 1, 1, NULL));
    if (o.frames < 2 || o.frames > 100000 || o.pixels < 2 || o.pixels > 10000000 || o.threads < 0)
        return fail(BAD_INPUT, "2 to 1e5 frames and 2 to 1e7 pixels");
    if (o.threads > 0) omp_set_num_threads((int)o.threads);
    o.threads = omp_get_max_threads();
    TRY(measure(&o, ttcf, ssyrk));
    report(&o, ttcf, ssyrk);
    return OK;
}

const struct command cmd_bench_ttcf = {
    .name = "bench",
    .summary = "how fast the two-time correlation is",
    .synopsis = "ttcf [--frames N] [--pixels N] [--threads N] [--json]",
    .description = "See glint bench.",
    .examples = "  glint bench ttcf --frames 8000 --pixels 10000",
    .args = args,
    .run = run,
};
