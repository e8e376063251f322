/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ifk — the network of icosahedral and Frank–Kasper centres (Z12, Z14, Z15, Z16) of one tessellation.
 *
 *     struct ifk k;
 *     TRY(ifk_measure(&k, &v, 0.0));
 *
 * The shell of a centre are its Voronoi neighbors (faces of at least f of its surface). Pairs of centres:
 *  - interpenetrating: the centres are neighbors of each other (kept on both sides);
 *  - else sharing a face, an edge or a vertex: three or more, two, or one atom lie in both shells.
 * Clusters, by interpenetrating bonds among centres; and, wider, by shells: centre and shell are one, and
 * centres that share an atom are connected. A cluster percolates along an axis when it is connected to its
 * own image there (system/clusters.h).
 *
 * Nelson's rule (D. R. Nelson, Phys. Rev. B 28, 5515, 1983): an atom whose faces have 4, 5 or 6 edges only,
 * with Σ (6 − n) N_n = 12, is joined to its neighbors by bonds without disclination (5 edges) or on −72° (6)
 * and +72° (4) lines; the edges of a face are the common neighbors of the pair. The sum holds for whole
 * polyhedra: use the rule at f = 0. Open cells count nowhere. */
#ifndef GLINT_ANALYSIS_STRUCTURE_IFK_H
#define GLINT_ANALYSIS_STRUCTURE_IFK_H

#include "base/status.h"
#include "system/voronoi.h"

#include <stdbool.h>
#include <stdint.h>

enum ifk_class { IFK_INTERPENETRATING, IFK_FACE, IFK_EDGE, IFK_VERTEX, IFK_CLASSES };

struct ifk {
    int64_t atoms;                       /* closed cells */
    int64_t centres, covered;            /* centres; atoms that are a centre or in the shell of one */
    int64_t bonds[IFK_CLASSES];          /* pairs of centres */
    int64_t largest;                     /* centres in the largest cluster of interpenetrating ones */
    int64_t largest_shells;              /* atoms in the largest cluster of centres with their shells */
    bool wraps[3], wraps_shells[3];      /* some cluster percolates along the axis */
    int64_t nelson;                      /* atoms that obey the rule */
    int64_t faces, edges[VORONOI_EDGES]; /* faces of all closed cells, by edges */
};

extern const char *const ifk_class_names[IFK_CLASSES];

status ifk_measure(struct ifk *k, const struct voronoi *v, double f);

#endif
