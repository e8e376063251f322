/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench — what the benchmarks of `glint bench` share. Each is one function (bench_md.c: lj, eam, list;
 * bench_frames.c: speckle, io; ttcf is a command of analysis/cmd) and a row of the table in bench.c.
 *
 * A benchmark makes its state untimed, then times BENCH_PARTS parts of equal work and reports the median; the
 * spread is (slowest − fastest) / median. Times are the slowest rank's. Rank 0 prints a few lines, or JSON.
 */
#ifndef GLINT_CMD_BENCH_H
#define GLINT_CMD_BENCH_H

#include "base/text.h"
#include "integrate/engine.h"
#include "system/config.h"

enum { BENCH_PARTS = 5 };
#define BENCH_SECONDS 2.0 /* at least, of all parts together */

struct bench_options { /* everything filled in, from the command line or from the potential's units */
    const char *kernel, *potential, *precision_word, *state, *folder;
    enum precision precision;
    int64_t atoms, steps, threads, melt;
    double density, temperature, melt_temperature, dt; /* dt in the unit of people: tau, ps */
    double skin, inner_skin;
    bool json;
};

struct bench_timing {
    double part[BENCH_PARTS]; /* seconds, ascending */
    double median, spread;
};
/* Collective: the slowest rank's seconds, sorted. */
void bench_time(struct bench_timing *t, const double seconds[BENCH_PARTS]);

/* Collective: the high-water mark of memory (VmHWM) of the fullest rank, and the sum over ranks; bytes. */
void bench_memory(double *most, double *sum);

/* The members every benchmark's JSON begins with: kernel, atoms, ranks, threads, isa, precision. */
struct json bench_json(const struct bench_options *o, int threads);
void bench_json_print(struct json *j); /* closes, prints, frees */

/* Collective. */
status bench_md(const struct bench_options *o);
status bench_list(const struct bench_options *o);
status bench_speckle(const struct bench_options *o);
status bench_io(const struct bench_options *o);

/* Collective: an engine with the equilibrated state of o->atoms atoms. Positions come from the file o->state
 * if it exists; else a sample is molten, cooled and held at the temperature for o->melt steps in all — some
 * thousand atoms, in double precision, repeated along the axes where o->atoms allows — and written to
 * o->state if that is given. Velocities are drawn, a thermostat holds the whole for a while, and NVE begins.
 */
status bench_state(struct engine *e, const struct bench_options *o);

#endif
