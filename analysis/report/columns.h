/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns — numbers of a CSV file by the names in its first line (film.csv, profile-LABEL.csv).
 *
 *     struct columns c;
 *     TRY(columns_read(&c, "runs/a/film.csv"));
 *     int T = columns_find(&c, "T_target");           −1: there is none
 *     columns_at(&c, row, T)                          NaN for text, for nan and for T < 0
 *     c.stage[row]                                    the text of the column `stage`; "" without one
 *     columns_free(&c);
 *
 * Lines that begin with # are left out, and so is a last line that is being written. */
#ifndef GLINT_ANALYSIS_REPORT_COLUMNS_H
#define GLINT_ANALYSIS_REPORT_COLUMNS_H

#include "base/status.h"

#include <stdint.h>

enum { COLUMNS_MOST = 64, COLUMNS_NAME = 40, COLUMNS_STAGE = 96 };
struct columns {
    int n;
    int64_t rows;
    char name[COLUMNS_MOST][COLUMNS_NAME];
    double *value; /* rows × n */
    char (*stage)[COLUMNS_STAGE];
};

status columns_read(struct columns *c, const char *path);
void columns_free(struct columns *c);
int columns_find(const struct columns *c, const char *name);
double columns_at(const struct columns *c, int64_t row, int column);

#endif
