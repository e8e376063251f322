/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures_hops — what the figures of waiting times share: those of the whole record (figures_waiting.c) and
 * those by age (figures_ages.c) have three panels of one shape, the left one survival curves.
 *
 *     hops_panels(f);                                             the three panels begin
 *     survival_begin(f, unit);                                    the left one
 *     TRY(survival_curves(f, row, number, colour, title)); …      both laws of a row
 *     survival_end(f);
 * All append to the script of the figure. */
#ifndef GLINT_ANALYSIS_FIGURES_HOPS_H
#define GLINT_ANALYSIS_FIGURES_HOPS_H

#include "analysis/report/figures.h"

/* A row of criterion `cage` with this age window and time of persistence. */
bool hops_is_cage(const struct hop_row *r, int age, double persist);
/* Colour of the k-th distance, "#rrggbb". Returns out. */
const char *hops_distance_colour(int k, char out[16]);

void hops_panels(struct figure *f);
void survival_begin(struct figure *f, const char *time_unit);
status survival_curves(struct figure *f, const struct hop_row *r, int number, const char *colour,
                       const char *title);
void survival_end(struct figure *f);

#endif
