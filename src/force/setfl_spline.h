/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setfl_spline — the splines of setfl tables: LAMMPS's, and what stands where a table says nothing (setfl.h
 * has the formulas). Rows belong to the caller; n ≥ 5 of them, row i for the interval from i·step to
 * (i+1)·step. */
#ifndef GLINT_FORCE_SETFL_SPLINE_H
#define GLINT_FORCE_SETFL_SPLINE_H

#include <stdint.h>

typedef double (*spline_rows)[4];

void spline_make(const double *f, int64_t n, spline_rows c);
/* Beyond the last node the value stays; below 0 the first cubic goes on. */
double spline_value(spline_rows c, int64_t n, double step, double x, double *derivative);

/* Replace the rows below the first sound node by a smooth core; returns that node, n if there is none. Pair:
 * the tangent of r·φ, or where φ is not repulsive at any node below 1 Å, a constant φ. Density: the parabola
 * that is level at r = 0. `f` is the table that c was made of. */
int64_t spline_pair_core(const double *f, int64_t n, double dr, spline_rows c);
int64_t spline_density_core(const double *f, int64_t n, spline_rows c);

/* Where the last interval ends that is not 0; the cutoff at most, and also if the table does not end at 0. */
double spline_range(spline_rows c, int64_t n, double dr, double cutoff);

#endif
