/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure — the stage that looks without touching: inherent structure and profiles of a sample as it is.
 *
 * The state at the end is that of the beginning, to the bit: the sample is minimised in a copy.
 *
 * eis: mean potential energy per atom of the inherent structure, of the `interior` (of a film: `drop` off the
 * top of the substrate and off the surface; else everything) or of all atoms that are not substrate. The
 * whole film is minimised, never a piece of it. With `pressure` the box relaxes: a film's two lateral edges
 * (its substrate's sites with them), the whole box of a periodic sample. Composition of the same atoms beside
 * it: energies compare at equal composition only.
 *
 * Of a film also columns: the same atoms, sorted by x and y into nx × ny equal columns at least three mean
 * spacings wide (less 5 %) (no columns in a film too narrow for 2 × 2), for the error of the mean
 * (analysis/stability/column_error.h).
 *
 * mobility: how far atoms move in a given time, by the layer they are in now: mean square displacement, from
 * a run of the copy without thermostat.
 *
 * profiles: layers one mean spacing thick along z: atoms and density, fractions, and means per atom of
 * potential energy and kinetic temperature, at this moment. Exact sums: the same for any number of ranks. */
#ifndef GLINT_PROTOCOL_MEASURE_H
#define GLINT_PROTOCOL_MEASURE_H

#include "input/schema.h"
#include "integrate/engine.h"
#include "integrate/minimise.h"
#include "system/frank_kasper.h"

struct measure_layer {
    double z, thickness; /* middle */
    int64_t atoms, species[SPECIES_MAX];
    double energy, temperature; /* per atom; NaN without atoms */
    double msd;                 /* in the time of `mobility`; NaN when not wanted */
};

enum { MEASURE_SIDE = 16, MEASURE_COLUMNS = MEASURE_SIDE * MEASURE_SIDE };

struct measure {
    int eis; /* as read: 0 interior, 1 all, -1: not wanted */
    int profiles;
    double P;        /* NaN: box fixed */
    double mobility; /* time over which displacements are taken; NaN: not wanted */
    const char *label;
    double drop; /* of the input's `interior` */

    struct {                               /* of the inherent structure */
        double energy, density, low, high; /* per atom; NaN without atoms; interior: between these heights */
        int64_t atoms, species[SPECIES_MAX];
        struct minimise_result minimised;
        struct laves laves; /* crystal in the inherent structure of the whole sample; on rank 0 */
        int nx, ny;         /* columns; 0: none */
        int64_t column_atoms[MEASURE_COLUMNS], column_first[MEASURE_COLUMNS]; /* all; of the first species */
        double column_energy[MEASURE_COLUMNS];                                /* sums */
    } result;
    struct measure_layer *layer;
    int64_t layers;
};

extern const struct input_table measure_table, interior_table;
/* What can be measured, for other tables whose target begins with a struct measure (looks.h); and their
 * check. */
extern const char *const measure_eis_words[], *const measure_profile_words[];
#define MEASURE_KEYS                                                                                         \
    {"eis", INPUT_CHOICE, offsetof(struct measure, eis), .choices = measure_eis_words,                       \
     .help = "energy of the inherent structure: of the interior, or of all atoms but the substrate's"},      \
        {"profiles", INPUT_CHOICE, offsetof(struct measure, profiles), .choices = measure_profile_words,     \
         .help = "z: density, composition, energy and temperature in layers, into profile-LABEL.csv"},       \
        {"pressure", INPUT_NUMBER, offsetof(struct measure, P), .quantity = QUANTITY_PRESSURE,               \
         .help =                                                                                             \
             "at which the inherent structure's box relaxes (of a film: laterally); absent: the box stays"}, \
    {                                                                                                        \
        "mobility", INPUT_NUMBER, offsetof(struct measure, mobility),                                        \
            .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,                                              \
            .help =                                                                                          \
                "time: adds the mean square displacement in it to the profiles, from a copy that moves on"   \
    }
void measure_check(struct input *in, const struct tree_node *map, void *target);
struct interior_input {
    double drop, edge;
    int each;
};

status measure_run(struct engine *e, struct measure *m); /* collective */
void measure_free(struct measure *m);

#endif
