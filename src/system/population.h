/* SPDX-License-Identifier: GPL-3.0-or-later */
/* population — atoms that come and go (part of domain; see domain.h).
 *
 * Only at a rebuild step, between domain_rebuild calls: after either function slots and halo are stale until
 * the next domain_rebuild, which also sends a new atom to the owner of its cell. Ids are the caller's: never
 * use one twice. Everything here is collective and gives the same result for any number of ranks. */
#ifndef GLINT_SYSTEM_POPULATION_H
#define GLINT_SYSTEM_POPULATION_H

#include "system/domain.h"

struct newcomer {
    double x[3], v[3];
    uint64_t id;
    int32_t type;
};

/* Every rank passes the same atoms. */
status domain_insert(struct domain *d, const struct newcomer *atom, size_t n);

/* Remove the atoms that `leaves` picks by what it can see of owned atom i (position d->x[d->slot[i]]).
 * removed[type]: how many of each species, over all ranks. */
typedef bool (*population_test)(const void *context, const struct domain *d, size_t i);
status domain_remove(struct domain *d, population_test leaves, const void *context,
                     int64_t removed[SPECIES_MAX]);

/* The smallest distance between a position and any atom, images included; exact for distances below half the
 * smallest width of the box. Infinite without atoms. */
double domain_nearest(const struct domain *d, const double x[3]);

#endif
