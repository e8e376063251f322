/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results — results.h5: one file that NeXus readers, pyXpcsViewer and this program understand.
 *
 *     struct results r;
 *     struct results_source source = {.command = "glint ttcf …", .frames = &f};
 *     struct results_window window = {.name = "shell", .frames = &f, .ttcf = &c, .g2 = &g};
 *     TRY(results_begin(&r, "results.h5", &source));
 *     TRY(results_window(&r, &window));
 *     TRY(results_series(&r, "shell/x", H5_F64, 1, shape, x, "tau", "what it is"));
 *     TRY(results_table(&r, "waiting_times/histogram", rows, 2, columns));
 *     TRY(results_text(&r, "shell/x", "convention", "…"));
 *     TRY(results_commit(&r));                       or results_abandon(&r) after a failure
 *
 * An existing file is extended by results_update(&r, path) … results_commit(&r): it works on a copy that
 * replaces the original in one rename, so the file is old or new, never half.
 *
 * Layout:
 *
 *   /entry                 NXxpcs: definition, entry_identifier, scan_number, start_time, data, twotime,
 *                          instrument (incident_beam, detector_1, masks)
 *
 *   /xpcs                  qmap, temporal_mean, spatial_mean, multitau, twotime as APS result files and
 *                          pyXpcsViewer have them; a window is one dynamic q bin, its pixels are ny rows of
 *                          the common map
 *
 *   /entry/glint/<window>  two_time, g2, g2_error, R, R_error, lag, lag_first, lag_frames, pairs, age,
 *                          age_frames, error_is_lower_bound, intensity, contrast, and what others add
 *                          (fit_kww, fit_ml, null, events, …)
 *
 * Object paths given to the helpers are relative to /entry/glint. Each number's convention is an attribute
 * beside it: age, diagonal, normalisation, baseline, error method, window kind, independent pixels.
 *
 * two_time is the upper triangle with zeros below. A TTCF of more than `map_frames` frames is stored as the
 * mean over blocks of `binning` × `binning` frames; /xpcs/twotime/config/avg_frame then says the same.
 * Simulated patterns have no beam: energy, distance and pixel size, which the viewer insists on, are then
 * nominal and marked by the attribute nominal = 1. All windows of a file have the same number of frames and
 * frame time. Fails with BAD_INPUT for a name that is taken or contains a slash, FAILED when the system
 * refuses. */
#ifndef GLINT_ANALYSIS_RESULTS_H
#define GLINT_ANALYSIS_RESULTS_H

#include "analysis/correlate/g2.h"
#include "analysis/correlate/ttcf.h"
#include "analysis/frames/frames.h"
#include "base/h5.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { RESULTS_WINDOWS = 64, RESULTS_MAP_FRAMES = 4000 };

struct results_source {
    const char *command;         /* the command line that made the file */
    const struct frames *frames; /* frame time, exposure, beam */
};

struct results_window {
    const char *name;
    const struct frames *frames;
    const struct ttcf *ttcf;
    const struct g2 *g2;
    const double *contrast;   /* frames, or NULL */
    const double *mean_pixel; /* frames->pixels: time-averaged intensity, or NULL */
    int64_t map_frames; /* largest side of the stored two_time; 0: RESULTS_MAP_FRAMES, −1: no two_time */
};

/* What /xpcs needs of a window until the file is committed. */
struct results_kept {
    char name[FRAMES_NAME];
    int64_t ny, nx, pixels, map; /* map: side of the stored two_time, 0 without */
    int64_t *index;
    double q, *mean_pixel, *intensity, *g2, *error, *map_g2, *map_segments;
    bool has_q;
};

struct results {
    struct h5 file;
    bool update; /* an existing file is extended: /entry and /xpcs stay as they are */
    int windows;
    int64_t frames, binning;
    double frame_time;
    char time_unit[16], q_unit[24];
    struct results_kept kept[RESULTS_WINDOWS];
};

status results_begin(struct results *r, const char *path, const struct results_source *source);
status results_update(struct results *r, const char *path);
status results_window(struct results *r, const struct results_window *w);
status results_commit(struct results *r);
void results_abandon(struct results *r);

/* ---- helpers for everything else; `object` is relative to /entry/glint ---- */

/* A dataset with attributes units and long_name (each left out when NULL); missing groups are made. An
 * existing dataset or table of that name is replaced (results_update). */
status results_series(struct results *r, const char *object, h5_type type, int rank, const hsize_t *shape,
                      const void *data, const char *units, const char *long_name);
status results_value(struct results *r, const char *object, double value, const char *units,
                     const char *long_name);

struct results_column {
    const char *name, *units, *long_name;
    const double *data;
};
/* A group (NXdata) with one dataset per column, all of `rows` numbers; the first column is the axis. */
status results_table(struct results *r, const char *object, int64_t rows, int columns,
                     const struct results_column *column);

/* Attributes of an object that exists. */
status results_text(struct results *r, const char *object, const char *key, const char *value);
status results_number(struct results *r, const char *object, const char *key, double value);
status results_integer(struct results *r, const char *object, const char *key, int64_t value);

/* The layouts of others (results_nexus.c), called by the functions above. */
status results_nexus_begin(struct results *r, const struct results_source *source);
status results_nexus_commit(struct results *r);

#endif
