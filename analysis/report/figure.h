/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure — one figure = data files + a gnuplot script + SVG and PNG, all in one folder; the scripts stay, so
 * that users can edit them and run them again (gnuplot NAME.gp in that folder).
 *
 *     struct figure f;
 *     TRY(figure_begin(&f, "runs/a/figures", "contrast", 900, 420));
 *     TRY(figure_data(&f, "3d", 2, (const char *[]){"time", "C"}, (const double *[]){t, c}, rows));
 *     figure_script(&f, "plot '%s' using 1:2 with lines\n", figure_data_name(&f, "3d", name));
 *     TRY(figure_end(&f));                        writes contrast.gp and runs gnuplot
 *     if (f.drawn) …f.svg, f.png                  names of the pictures within the folder
 *
 * Data files are text: a line of column names behind '#', then one row a line; NaN is written as "nan".
 * figure_matrix writes a square of f32 (row after row) for maps. figure_end needs gnuplot: without it the
 * figure has no pictures (drawn = false, `why` says so), which is not a failure; gnuplot's own errors are
 * treated the same. Files are old or new. Text that comes from outside goes through figure_text. */
#ifndef GLINT_ANALYSIS_REPORT_FIGURE_H
#define GLINT_ANALYSIS_REPORT_FIGURE_H

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { FIGURE_NAME = 128, FIGURE_FILES = 128, FIGURE_TEXT = 160 };

struct figure {
    char folder[FILE_PATH_MAX], name[FIGURE_NAME];
    int width, height;
    struct text script;
    int files;
    char file[FIGURE_FILES][FIGURE_NAME + 40]; /* data files written */
    bool drawn;
    char svg[FIGURE_NAME + 8], png[FIGURE_NAME + 8], gp[FIGURE_NAME + 8];
    char why[512];
};

status figure_begin(struct figure *f, const char *folder, const char *name, int width, int height);
status figure_data(struct figure *f, const char *part, int columns, const char *const *names,
                   const double *const *data, int64_t rows);
status figure_matrix(struct figure *f, const char *part, const float *m, int64_t side);
/* The name of a data file as the script must say it: NAME-part.dat (or .f32 for a matrix). */
const char *figure_data_name(const struct figure *f, const char *part, bool matrix,
                             char out[FIGURE_NAME + 40]);
void figure_script(struct figure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
status figure_end(struct figure *f);
void figure_free(struct figure *f);

/* A file name made of letters, digits, dot, dash and underscore only. */
void figure_file_name(char *out, size_t size, const char *text);
/* For gnuplot's enhanced text within single quotes: what has a meaning there is escaped or dropped. */
const char *figure_text(const char *text, char out[FIGURE_TEXT]);
/* "tau" → "τ", "1/sigma" → "σ^{-1}", "/sigma^2/tau" → "/σ^2/τ"; also within other text ("0.85 Tg" → "0.85
 * T_g"), whose other characters are escaped. */
const char *figure_unit(const char *unit, char out[FIGURE_TEXT]);

/* Smaller map: means over bin × bin blocks of a side × side matrix (the last block may be smaller; NaN left
 * out); out has ceil(side/bin)² entries. */
void figure_downsample(const float *m, int64_t side, int64_t bin, float *out);

#endif
