/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd/bench.h"
#include "observe/checkpoint.h"
#include "par/par.h"
#include "scatter/amplitude.h"
#include "scatter/lattice.h"
#include "system/build.h"
#include "system/h5md.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A random mixture will do: what is timed here does not depend on where atoms are. */
static status mixture(struct config *c, const struct bench_options *o)
{
    struct potential p = {0};
    status s = OK;
    GUARD(potential_make(&p, o->potential));
    struct build_mixture m = {
        .atoms = o->atoms, .density = o->density, .fraction = {0.5, 0.5}, .species = p.species, .seed = 1};
    GUARD(build_mixture(c, &m));
    snprintf(c->units, sizeof c->units, "%s", p.kind->units);
done:
    potential_free(&p);
    return s;
}

/* ---- speckle: amplitudes at points around the first peak of S(q) ---- */

struct points_timing {
    int64_t points;
    char how[160];
    double seconds, spread; /* of a frame */
};

static status one_frame(struct amplitude *a, const struct config *c)
{
    int64_t from = c->atoms * par_rank() / par_size(), to = c->atoms * (par_rank() + 1) / par_size(), *sums;
    size_t count;
    TRY(amplitude_begin(a, &c->box));
    TRY(par_agree(amplitude_add(
        a, &(struct amplitude_atoms){
               .count = to - from, .stride = 3, .x = c->x + 3 * from, .type32 = c->type + from})));
    TRY(par_agree(amplitude_partial(a, &sums, &count)));
    par_sum_int64(sums, (int64_t)count);
    return amplitude_finish(a);
}

static status time_points(struct points_timing *p, const struct config *c, const int32_t *hkl, int64_t n)
{
    struct amplitude *a = NULL;
    double seconds[BENCH_PARTS], trial;
    struct bench_timing t;
    status s = OK;
    struct amplitude_options o = {.points = n, .hkl = hkl, .atoms = c->atoms, .species = c->species.count};
    GUARD(par_agree(amplitude_new(&a, &o)));
    GUARD(one_frame(a, c)); /* touches the memory */
    trial = clock_now();
    GUARD(one_frame(a, c));
    trial = clock_now() - trial;
    par_max(&trial, 1);
    int64_t frames = (int64_t)ceil(0.5 * BENCH_SECONDS / BENCH_PARTS / trial);
    for (int k = 0; k < BENCH_PARTS; k++) {
        double begin = clock_now();
        for (int64_t i = 0; i < frames; i++) GUARD(one_frame(a, c));
        seconds[k] = (clock_now() - begin) / (double)frames;
    }
    bench_time(&t, seconds);
    p->points = n;
    p->seconds = t.median;
    p->spread = t.spread;
    amplitude_describe(a, p->how, sizeof p->how);
done:
    amplitude_free(&a);
    return s;
}

static void say_points(const struct bench_options *o, const struct points_timing p[2])
{
    if (o->json) {
        struct json j = bench_json(o, omp_get_max_threads());
        json_open(&j, "frames", '[');
        for (int i = 0; i < 2; i++) {
            json_open(&j, NULL, '{');
            json_integer(&j, "points", p[i].points);
            json_string(&j, "method", p[i].how);
            json_number(&j, "seconds", p[i].seconds);
            json_number(&j, "spread", p[i].spread);
            json_close(&j);
        }
        json_close(&j);
        bench_json_print(&j);
        return;
    }
    for (int i = 0; i < 2; i++)
        printf("%lld atoms, %d x %d threads: %.4g ms a frame (spread %.0f %%): %s\n", (long long)o->atoms,
               par_size(), omp_get_max_threads(), 1e3 * p[i].seconds, 100.0 * p[i].spread, p[i].how);
}

status bench_speckle(const struct bench_options *o)
{
    struct config c = {0};
    struct lattice_points shell = {0};
    int32_t *plane = NULL;
    struct points_timing p[2];
    int64_t n = 0;
    status s = OK;
    omp_set_num_threads(o->threads > 0 ? (int)o->threads : par_threads());
    GUARD(par_agree(mixture(&c, o)));
    double unit =
        2.0 * acos(-1.0) * cbrt(o->density); /* the peak is at some 1.1 of it, its half width 0.08 */
    GUARD(par_agree(lattice_points_find(&shell, &c.box, 1.04 * unit, 1.2 * unit)));
    GUARD(par_agree(NEW(plane, 3 * (size_t)shell.count)));
    for (int64_t i = 0; i < shell.count; i++)
        if (shell.hkl[3 * i + 2] == 0) memcpy(plane + 3 * n++, shell.hkl + 3 * i, 3 * sizeof *plane);
    if (n == 0)
        GUARD(fail(BAD_INPUT, "%lld atoms are too few: no point of the lattice lies in the plane",
                   (long long)o->atoms));
    GUARD(time_points(&p[0], &c, plane, n));
    GUARD(time_points(&p[1], &c, shell.hkl, shell.count));
    if (par_rank() == 0) say_points(o, p);
done:
    DELETE(plane);
    lattice_free(&shell);
    config_free(&c);
    return s;
}

/* ---- io ---- */

enum io_kind { CHECKPOINT_WRITE, CHECKPOINT_READ, FRAME_WRITE, IO_KINDS };

static double megabytes(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX];
    struct stat st;
    return file_join(path, folder, name) == OK && stat(path, &st) == 0 ? 1e-6 * (double)st.st_size : 0.0;
}

static status write_frame(struct engine *e, struct h5md_writer *w, struct config *frame)
{
    TRY(domain_gather(&e->domain, frame, CONFIG_IMAGE));
    frame->step = ++e->step;
    status s = par_rank() == 0 ? h5md_append(w, frame) : OK;
    if (s == OK && par_rank() == 0) s = h5md_flush(w);
    return par_agree(s);
}

static status time_io(struct engine *e, const char *folder, struct bench_timing t[IO_KINDS],
                      double mb[IO_KINDS])
{
    struct h5md_writer w = {0};
    struct config frame = {0};
    struct runner_state r = {.first_step = -1};
    char path[FILE_PATH_MAX];
    double seconds[IO_KINDS][BENCH_PARTS];
    status s = OK;
    GUARD(file_join(path, folder, "frames.h5"));
    GUARD(domain_gather(&e->domain, &frame, CONFIG_IMAGE));
    snprintf(frame.units, sizeof frame.units, "%s", e->potential.kind->units);
    GUARD(
        par_agree(par_rank() == 0 ? h5md_create(&w, path, &frame, &(struct h5md_options){.f32 = true}) : OK));
    for (int k = 0; k < BENCH_PARTS; k++) {
        struct checkpoint c;
        double begin = clock_now();
        GUARD(par_agree(checkpoint_write(e, &r, NULL, 0, folder, "checkpoint.h5", false, NULL)));
        seconds[CHECKPOINT_WRITE][k] = clock_now() - begin;
        begin = clock_now();
        GUARD(par_agree(checkpoint_find(&c, folder)));
        seconds[CHECKPOINT_READ][k] = clock_now() - begin;
        checkpoint_free(&c);
        begin = clock_now();
        GUARD(write_frame(e, &w, &frame));
        seconds[FRAME_WRITE][k] = clock_now() - begin;
    }
    if (w.open) GUARD(h5md_close(&w));
    for (int i = 0; i < IO_KINDS; i++) bench_time(&t[i], seconds[i]);
    mb[CHECKPOINT_WRITE] = mb[CHECKPOINT_READ] = megabytes(folder, "checkpoint.h5");
    mb[FRAME_WRITE] = megabytes(folder, "frames.h5") / BENCH_PARTS;
done:
    if (w.open && h5md_close(&w) != OK) s = FAILED;
    config_free(&frame);
    return s;
}

static void say_io(const struct bench_options *o, const struct engine *e,
                   const struct bench_timing t[IO_KINDS], const double mb[IO_KINDS])
{
    static const char *const names[IO_KINDS] = {"checkpoint_write", "checkpoint_read", "frame_write"};
    if (o->json) {
        struct json j = bench_json(o, e->list.threads);
        for (int i = 0; i < IO_KINDS; i++) {
            json_open(&j, names[i], '{');
            json_number(&j, "seconds", t[i].median);
            json_number(&j, "spread", t[i].spread);
            json_number(&j, "megabytes", mb[i]);
            json_close(&j);
        }
        bench_json_print(&j);
        return;
    }
    for (int i = 0; i < IO_KINDS; i++)
        printf("%-17s %8.4g ms   %8.4g MB   %8.4g MB/s   (spread %.0f %%)\n", names[i], 1e3 * t[i].median,
               mb[i], mb[i] / t[i].median, 100.0 * t[i].spread);
}

static void remove_files(const char *folder)
{
    static const char *const names[] = {"checkpoint.h5", "frames.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[FILE_PATH_MAX];
        if (file_join(path, folder, names[i]) == OK) unlink(path);
    }
    rmdir(folder);
}

status bench_io(const struct bench_options *o)
{
    struct config c = {0};
    struct engine e = {0};
    struct bench_timing t[IO_KINDS];
    char folder[FILE_PATH_MAX] = "";
    double mb[IO_KINDS];
    status s = OK;
    GUARD(par_agree(mixture(&c, o)));
    struct engine_options eo = {
        .potential = o->potential, .dt = o->dt, .threads = (int)o->threads, .seed = 1};
    GUARD(engine_start(&e, &eo, &c));
    if (par_rank() == 0) {
        s = file_join(folder, o->folder, "glint-bench-XXXXXX");
        if (s == OK && !mkdtemp(folder)) s = fail(FAILED, "no folder can be made in %s", o->folder);
        if (s != OK) folder[0] = '\0';
    }
    GUARD(par_agree(s));
    par_broadcast(folder, sizeof folder);
    GUARD(time_io(&e, folder, t, mb));
    if (par_rank() == 0) say_io(o, &e, t, mb);
done:
    if (folder[0] && par_rank() == 0) remove_files(folder);
    engine_free(&e);
    config_free(&c);
    return s;
}
