/* SPDX-License-Identifier: GPL-3.0-or-later */
/* correlate_run — the chain frames → flatten → TTCF → g2 → null model → events → results.h5, shared by the
 * commands ttcf and g2. Not a command itself. */
#ifndef GLINT_ANALYSIS_CORRELATE_RUN_H
#define GLINT_ANALYSIS_CORRELATE_RUN_H

#include "analysis/correlate/events.h"
#include "analysis/correlate/g2.h"
#include "analysis/correlate/surrogate.h"
#include "analysis/correlate/ttcf.h"
#include "analysis/frames/envelope.h"
#include "analysis/frames/frames.h"
#include "analysis/report/results.h"
#include "base/args.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct correlate_options {
    const char *out, *age, *diagonal, *variant, *flatten, *baseline, *null, *mask_nan, *name;
    int64_t windows, per_decade, block, first, count, seeds, seed, lag, map_frames, group;
    const double *field; /* |f|² for the surrogates (as many numbers as frames) instead of the window's own */
    int64_t surrogate_pixels; /* most pixels of a surrogate, variances scaled by their number; 0: all */
    bool log_windows, double_precision, json;
};
struct correlate_options correlate_defaults(void);
/* The same, with what the input of the run says to which `path` belongs (run_settings.h; kept by the caller
 * as long as the options). with_null: also the null model. */
struct run_settings;
status correlate_defaults_of(struct correlate_options *o, struct run_settings *s, const char *path,
                             bool with_null);

/* The options both commands have; each command's table starts with them. */
#define CORRELATE_ARG(field, option, letter, kind, value, text)                      \
    {                                                                                \
        option, letter, kind, offsetof(struct correlate_options, field), value, text \
    }
#define CORRELATE_ARGS                                                                                       \
    CORRELATE_ARG(out, "--output", 'o', ARG_STRING, "OUT.h5",                                                \
                  "write results.h5 (NXxpcs, APS layout, /entry/glint)"),                                    \
        CORRELATE_ARG(name, "--window", 0, ARG_STRING, "NAME",                                               \
                      "name of the window in the result (default: from the file)"),                          \
        CORRELATE_ARG(windows, "--windows", 'w', ARG_INT, "N", "age windows (default 1: the whole record)"), \
        CORRELATE_ARG(log_windows, "--log-windows", 0, ARG_FLAG, NULL,                                       \
                      "age windows in geometric progression"),                                               \
        CORRELATE_ARG(age, "--age", 0, ARG_STRING, "start|mid",                                              \
                      "age of C(t1,t2): earlier time (default) or mean time"),                               \
        CORRELATE_ARG(diagonal, "--diagonal", 0, ARG_STRING, "HOW",                                          \
                      "keep | nan | mean4 | first-offdiagonal (lag 0 of g2; "                                \
                      "default keep for simulated, mean4 for measured frames)"),                             \
        CORRELATE_ARG(per_decade, "--bins", 0, ARG_INT, "N",                                                 \
                      "lag bins per decade (default 5; 0: every lag)"),                                      \
        CORRELATE_ARG(baseline, "--baseline", 0, ARG_STRING, "auto|1|static|X",                              \
                      "g(infinity): 1, <S^2>/<S>^2 from the frames, "                                        \
                      "or a number (auto: 1 when flattened, else static when q is known)"),                  \
        CORRELATE_ARG(                                                                                       \
            flatten, "--flatten", 0, ARG_STRING, "HOW",                                                      \
            "auto (as the file asks; default) | none | S(|q|) (stored, else from the frames) | frames"),     \
        CORRELATE_ARG(group, "--group", 0, ARG_INT, "N",                                                     \
                      "only this spot or shell of the window (default: each by itself)"),                    \
        CORRELATE_ARG(variant, "--variant", 0, ARG_STRING, "eq1|pearson",                                    \
                      "normalisation (default eq1, Riechers et al. 2024)"),                                  \
        CORRELATE_ARG(mask_nan, "--mask-nan", 0, ARG_STRING, "pixel|frame",                                  \
                      "drop pixels, or frames, that hold NaN (default: error)"),                             \
        CORRELATE_ARG(first, "--first", 0, ARG_INT, "N", "first frame to use (default 0)"),                  \
        CORRELATE_ARG(count, "--count", 0, ARG_INT, "N", "number of frames to use (default: all)"),          \
        CORRELATE_ARG(block, "--block", 0, ARG_INT, "N",                                                     \
                      "block for errors in frames (default: the correlation time)"),                         \
        CORRELATE_ARG(double_precision, "--double", 0, ARG_FLAG, NULL,                                       \
                      "everything in double precision (small problems)"),                                    \
        CORRELATE_ARG(json, "--json", 0, ARG_FLAG, NULL, "machine-readable result")

struct correlate {
    const struct correlate_options *o;
    struct frames frames;
    struct ttcf ttcf;
    struct g2 g2;
    struct envelope envelope;
    bool has_envelope, flattened;
    const char *envelope_from;
    char name[FRAMES_NAME + 24]; /* of the window, with its group */
    int64_t independent;
    double baseline, plateau; /* g∞; mean diagonal (simulated) or first off-diagonal (measured) */
    const char *baseline_from;
    double *contrast, *mean_pixel;
    struct surrogate_null surrogate; /* values == NULL: not asked for */
    double *drop, *z;                /* frames − 1, with the surrogate */
    struct events events;
};

/* Everything up to g2, and the null model if asked for. */
status correlate_run(struct correlate *c, const char *path, int64_t group, const struct correlate_options *o);
/* Every group asked for, one after the other; the table or JSON (an array for several groups) on standard
 * output; results.h5 if asked for (with_map: also two_time), which appears when all is done. */
status correlate_all(const char *path, const struct correlate_options *o, bool with_map, int argc,
                     char **argv);

/* One correlation (window c->name) with its envelope, null model and events into an open results.h5. */
status correlate_write(struct results *r, const struct correlate *c, bool with_map);
/* |f|² at lags 0 … frames−1 of the measured record, as the surrogates need it. */
status correlate_field(const struct correlate *c, double *f2);

/* The output of one correlation after the other (correlate_report.c). */
struct correlate_output {
    const struct correlate_options *o;
    bool writing, with_map; /* results.h5 is open */
    int64_t n, total;
    struct results results;
    struct json json;
};
status correlate_output_add(struct correlate_output *out, const struct correlate *c, int argc, char **argv);
/* Commit and print what is left; after a failure (s ≠ OK) drop it. Returns s, or what went wrong here. */
status correlate_output_end(struct correlate_output *out, status s);
void correlate_free(struct correlate *c);

/* g2 of the two_time in a results.h5; fills c->ttcf, c->g2 and as much of c->frames as the table needs. */
status correlate_from_results(struct correlate *c, const char *path, const struct correlate_options *o);
bool correlate_is_results(const char *path);

#endif
