/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halo — the plan by which a domain sees its neighbors (part of domain; see domain.h).
 *
 * Every rank can work out from the grid alone which cells each other rank needs, so nothing is asked for:
 * after a rebuild the ranks exchange only how many atoms each needed cell holds, and from then on positions.
 */
#ifndef GLINT_SYSTEM_HALO_H
#define GLINT_SYSTEM_HALO_H

#include "system/domain.h"

/* Collective. From the owned atoms per cell of the brick (start: cells+1 offsets) make the layout of x
 * (cell_start, slot, order, n_extended) and all runs and buffers. */
status halo_plan(struct domain *d, const uint32_t *start);
void halo_free(struct domain *d);

#endif
