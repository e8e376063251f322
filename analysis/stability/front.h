/* SPDX-License-Identifier: GPL-3.0-or-later */
/* front — how far a film has become liquid from its surface inward, and how fast that goes.
 *
 *     struct front f;
 *     TRY(front_read(&f, &record, NULL)); the looks with `profiles: z` and `mobility`, in the order of time
 *     if (f.found) … f.velocity ± f.error, f.point[i].time, .T, .depth
 *     front_find(&f, profiles, n, NULL);  the same from profiles at hand
 *
 * Where three or more profiles have the set temperature of the last one, only these are used: colder atoms
 * move less, glass or not. A layer is liquid when its mean square displacement (in the time `mobility`)
 * exceeds the geometric mean of two levels: glass, the median over the lower half of the first profile's
 * layers, and liquid, the median over all layers of the last one, in which the film must have melted; or,
 * where another run is given that is the liquid at this temperature (a quenched film held there), the median
 * over the layers of its last profile. Without a factor of two between them nothing has become liquid: not
 * found. The surface is the upper edge of the highest layer with half the median density. Going down from
 * there, the front lies where the logarithm of the displacement crosses the threshold, linearly between the
 * middles of two layers; depth = surface − front, known to half a layer. Where nothing or everything is
 * liquid there is no front, and the point does not count for the velocity; nor does one with no more than two
 * layers of glass left, which the substrate slows even in the liquid. The velocity: the slope of a line
 * through the depths against time, with the error of their scatter (three points needed). */
#ifndef GLINT_ANALYSIS_STABILITY_FRONT_H
#define GLINT_ANALYSIS_STABILITY_FRONT_H

#include "analysis/stability/film_record.h"

struct front_profile {
    double time, T;
    int64_t layers;
    double *z, *density, *msd; /* from the bottom up; layers of the substrate left out */
    double thickness;          /* of a layer */
};

struct front_point {
    double time, T, surface, depth; /* depth 0: nothing is liquid; surface − bottom of the film: everything */
    bool counts;
};

struct front {
    bool found;
    char why[160];
    int n;
    struct front_point point[FILM_LOOKS];
    double glass, liquid, velocity, error; /* length/time of the file */
};

/* liquid: NULL, or the run that has the level of the liquid; its last look with `mobility` must have been at
 * the temperature of the film's last and over the same time. */
status front_read(struct front *f, const struct film_record *record, const struct film_record *liquid);
status front_find(struct front *f, const struct front_profile *profiles, int n,
                  const struct front_profile *liquid);

#endif
