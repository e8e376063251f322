/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames — speckle patterns in time, simulated or measured, through one iterator.
 *
 *     struct frames f;
 *     TRY(frames_open(&f, "runs/a/speckle-shell.h5"));
 *     float *I = NULL;
 *     NEW(I, 100 * f.pixels);
 *     frames_read(&f, 0, 100, I);                                  frames 0 … 99, one after another
 *     frames_load(&f, FRAMES_NAN_ERROR, 0, f.count, &I, &bad);     or all, NaN treated, bad frames marked
 *     frames_close(&f);
 *
 * Frames are rows of `pixels` numbers: only the pixels in use (mask), in the order of the file. `index[p]` is
 * the place of pixel p in the detector of ny × nx pixels (a list of lattice points is 1 × n).
 *
 * The kind of file is found from its content by a table of readers (frames_readers, one entry a kind); a
 * reader delivers whole detector frames and everything known about them, this module does masks, NaN and
 * shapes. The first entry reads the NeXus-like files of this program and of beamlines (frames_nexus.c says
 * which names).
 *
 * Failure: a file that is absent, foreign, truncated or of a wrong shape is BAD_INPUT naming file, dataset
 * and what was expected; frames_close may always be called, also after a failed open. */
#ifndef GLINT_ANALYSIS_FRAMES_H
#define GLINT_ANALYSIS_FRAMES_H

#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { FRAMES_NAME = 64 };

struct frames_reader;

struct frames {
    char path[FILE_PATH_MAX];
    const struct frames_reader *reader;
    void *state;           /* the reader's own */
    int64_t count;         /* frames */
    int64_t ny, nx;        /* detector shape; 1 × n for a list of pixels */
    int64_t pixels;        /* pixels in use */
    int64_t *index;        /* pixels: place in the detector, ascending */
    double frame_time;     /* time from frame to frame, in time_unit */
    double count_time;     /* exposure of a frame; 0: an instant */
    char time_unit[16];    /* "s", "tau", "ps", …; "frame" when the file says nothing */
    double *time;          /* count times, or NULL */
    int64_t *step;         /* count step numbers, or NULL */
    double *q;             /* pixels: |q|, or NULL */
    int32_t *hkl;          /* 3 per pixel: reciprocal-lattice point, or NULL */
    char q_unit[24];       /* "1/angstrom", "1/sigma", … */
    int64_t n_independent; /* statistically independent pixels (Friedel pairs counted once); 0: the file does
                              not say */
    char window[FRAMES_NAME],
        kind[FRAMES_NAME];     /* "spot-1", "spot"; kind "detector" when the file says nothing */
    char flatten[FRAMES_NAME]; /* "S(|q|)": the writer wants the intensities divided by it, "none": not; data
                                  are bare */
    double *s_of_q;            /* pixels: the S(|q|) to divide by, or NULL */
    int32_t *group; /* pixels: number of the spot or shell from 0, or NULL; each is correlated by itself */
    int64_t groups; /* at least 1 */
    double incident_energy;      /* keV; 0: not given (simulation) */
    double distance, pixel_size; /* m; 0: not given */
    double beam_center[2];       /* pixels */
    bool simulated; /* written by glint: no detector noise, the diagonal of a TTCF is meaningful */
};

/* One kind of file. `recognise` looks at the content only and never fails. `open` fills everything in struct
 * frames except pixels, index: q, hkl, s_of_q, group are given for the whole detector (ny·nx), `mask` (ny·nx,
 * 1 = in use) is newly allocated or left NULL when every pixel is in use. `read` gives whole detector frames.
 */
struct frames_reader {
    const char *name, *summary;
    bool (*recognise)(const char *path);
    status (*open)(struct frames *f, uint8_t **mask);
    status (*read)(struct frames *f, int64_t first, int64_t count, float *out);
    void (*close)(struct frames *f);
};
extern const struct frames_reader frames_nexus;
extern const struct frames_reader *const frames_readers[]; /* ends with NULL */

status frames_open(struct frames *f, const char *path);
void frames_close(struct frames *f);

/* Frames [first, first+count) into out (count × pixels). NaN and infinities are handed on unchanged. */
status frames_read(struct frames *f, int64_t first, int64_t count, float *out);

/* Keep only the pixels of one group (0 … groups−1). */
status frames_select_group(struct frames *f, int64_t group);

/* What to do with a NaN or infinity in a pixel that is in use. */
enum frames_nan {
    FRAMES_NAN_ERROR, /* BAD_INPUT naming frame and pixel */
    FRAMES_NAN_PIXEL, /* drop the pixel from all frames (f->pixels, index, q, hkl shrink) */
    FRAMES_NAN_FRAME  /* keep the pixels, mark the frame bad */
};

/* Read frames [first, first+count) into *data (count × f->pixels, owned by the caller) and mark bad frames in
 * *bad (count bytes, owned by the caller). The content of a bad frame is set to 0. Dropping pixels marks
 * n_independent as unknown beyond the new number of pixels. */
status frames_load(struct frames *f, enum frames_nan policy, int64_t first, int64_t count, float **data,
                   uint8_t **bad);

#endif
