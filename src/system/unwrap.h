/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unwrap — positions that may be subtracted from one another: without cells, without strain, without drift.
 * Used by everything that follows atoms, while they move or in a file.
 *
 *     unwrap_images(&c, x);                            x + n·box of the frame
 *     unwrap_strain(&c.box, &reference, n, x);         the same fractional coordinates in another cell
 *     unwrap_hold_centre(n, type, mass, first, x);     the centre of mass where it was in `first` */
#ifndef GLINT_SYSTEM_UNWRAP_H
#define GLINT_SYSTEM_UNWRAP_H

#include "system/box.h"
#include "system/config.h"

/* x[3·atoms]; c must have images. */
void unwrap_images(const struct config *c, double *x);
/* A free axis has no strain: along it x is left as it is. */
void unwrap_strain(const struct box *from, const struct box *to, int64_t atoms, double *x);
/* Masses of the species; summed in the order of the atoms, so give them sorted by id. */
void unwrap_hold_centre(int64_t atoms, const int32_t *type, const double mass[SPECIES_MAX],
                        const double *first, double *x);

#endif
