/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speckle_file — a stream of speckle frames in NeXus/HDF5, one file a window; analysis reads it like measured
 * frames.
 *
 * Layout (F frames, P pixels, G groups; times in the run's unit, attribute `units` of each; q in 1/length
 * unit):
 *   /entry                              NX_class NXentry, default "instrument/detector_1"
 *   /entry/definition                   "glint speckle 1"
 *   /entry/title, /entry/start_time     window and program; ISO 8601, when the file was made
 *   /entry/instrument                   NXinstrument
 *   /entry/instrument/detector_1        NXdetector
 *       data         F×P f32            I = |Σ f exp(iqr)|²/Σf², averaged over the exposure, NOT flattened
 *       time         F f64              middle of the exposure
 *       step         F i64              MD step at its end
 *       frame_time   f64                distance of frames; count_time f64: length of the exposure
 *   /entry/glint/window                 NXcollection; attributes
 *       kind "shell|plane|spot|shells", name, description (the whole convention in words),
 *       spec (as it may be typed again), n_independent i64 (pixels per group, the smallest), groups i64,
 *       friedel_weight f64 (2), form_factors "1" | "A=1, B=2" | "X-ray (…)", normalisation "I / sum f^2",
 *       flatten "none" | "S(|q|)", exposure i64 (sub-frames, of intensity), units "lj" | "metal",
 *       box 9×f64 (rows a, b, c, of the time the window was built), q_range 2×f64
 *       hkl          P×3 i32
 *       q            P f64              |q| in that box
 *       spot         P i32              group: spot or shell number, ascending from 0; 0 throughout otherwise
 *       pixels_per_group G i64
 *       s_of_q       P f64              S(|q|) at the pixel; present after speckle_file_set_structure.
 *                                       Flattened intensity = data / s_of_q. Where attribute flatten is
 *                                       "S(|q|)" readers divide unless told otherwise; where it is "none"
 *                                       they don't
 *   /entry/glint/structure_factor       q, S, points (bins), attribute frames: what s_of_q was interpolated
 *                                       from
 *   /entry/glint/z_window               inside of a film (slab.h); attributes low, high, edge, substrate
 *                                       (heights), q_step, resolution, n_effective (f64; n_independent is it
 *                                       rounded down), after_shift_0.1: correlation of the intensities
 *                                       of a frozen film before and after a rigid shift of 0.1 along z
 *   /entry/glint/stage                  attributes label, temperature (at its end), Tg (if known), and of an
 *                                       isotherm of a cycle: cycle, iteration, place, preparation ("film",
 *                                       "quench"), T_substrate, T_anneal (where they have a meaning)
 *   /entry/glint/box    F×9 f64         only when the box changes (NPT); hkl are constant, q are those at
 *                                       the start
 *
 * Writing: frames are collected until a chunk is full, then appended (shuffle + deflate when asked for);
 * speckle_file_flush writes what is left and flushes to disk. Resume: speckle_file_open checks that the file
 * belongs to the same window, speckle_file_truncate_step drops everything after a checkpoint. Not safe for
 * two writers. */
#ifndef GLINT_SCATTER_SPECKLE_FILE_H
#define GLINT_SCATTER_SPECKLE_FILE_H

#include "base/status.h"
#include "scatter/peak.h"
#include "scatter/slab.h"
#include "scatter/window.h"

#include <stdbool.h>
#include <stdint.h>

struct speckle_stage { /* of a run: what the frames were taken in */
    const char *label;
    double T, Tg;      /* at its end, in units of the run; Tg 0: not known */
    const char *cycle; /* label of the cycle it is an isotherm of; NULL: none */
    int64_t iteration, place;
    double T_substrate, T_anneal; /* of a cycle's sample; NaN: not deposited, not annealed before */
};

struct speckle_file_options {
    const struct window *window;
    const struct window_spec *spec; /* may be NULL */
    const char *form_factors;       /* form_factors.text */
    const char *units;              /* "lj" or "metal" */
    double frame_time, count_time;  /* 0 when unknown */
    int64_t exposure;
    bool flatten; /* readers shall divide by S(|q|) */
    bool box_changes;
    bool deflate;
    const struct slab *slab;           /* NULL: the whole sample */
    const struct speckle_stage *stage; /* NULL: not known */
};

struct speckle_file;

status speckle_file_create(struct speckle_file **f, const char *path, const struct speckle_file_options *o);
/* An existing file for more frames; BAD_INPUT if its pixels are not those of the window. */
status speckle_file_open(struct speckle_file **f, const char *path, const struct window *window);
int64_t speckle_file_frames(const struct speckle_file *f); /* frames given so far */
/* Step of the last frame in the file; INT64_MIN when there is none, or it cannot be read. */
int64_t speckle_file_last_step(struct speckle_file *f);
/* box is needed when it changes, else may be NULL. */
status speckle_file_append(struct speckle_file *f, int64_t step, double time, const double *intensity,
                           const struct box *box);
status speckle_file_flush(struct speckle_file *f);
status speckle_file_truncate(struct speckle_file *f, int64_t frames);
status speckle_file_truncate_step(struct speckle_file *f,
                                  int64_t last_step); /* keep frames with step <= last_step */
/* frame_time and count_time once they are known. */
status speckle_file_set_times(struct speckle_file *f, double frame_time, double count_time);
/* Store S(q) and the divisors s_of_q; may be called again with a better one. */
status speckle_file_set_structure(struct speckle_file *f, const struct structure *st);
status speckle_file_close(struct speckle_file **f); /* flushes; frees also after a failure */

#endif
