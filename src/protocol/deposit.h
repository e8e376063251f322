/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deposit — the stage in which a film grows from the vapor.
 *
 *     deposit_resolve   after reading: species by number, what needs the potential and the film
 *     deposit_begin     the stage begins, or goes on after a restart
 *     deposit_next      the next step at which an update is due; the runner forces a list rebuild there
 *     deposit_update    collective, at that step: what left is removed and counted, what is due arrives, the
 *                       box and the thermostatted zone follow the surface. Leaves forces and energies of the
 *                       new state
 *     deposit_finished  until that
 *
 * Continuous flux: arrival number n (from 1) is due at step ceil(n / rate) of the stage, whatever happens
 * meanwhile, so the flux is exact; one that finds no free place comes at the next update. With adaptive time
 * steps, at simulated time n / rate. Between arrivals there is an update every DEPOSIT_EVERY steps. An
 * arrival's place, speed and direction are functions of (seed, its number); ids count up and are never used
 * again.
 *
 * Species: dealt from shuffled blocks; block b holds round(f n (b+1)) − round(f n b) atoms of a species of
 * fraction f. An atom that leaves is replaced: its species is owed, and the next arrival is of the species
 * owed most. So the atoms that are there (in the film or in flight) differ from whole blocks only by what is
 * owed and what the block under way still holds; the source goes on until the block is complete, or deals a
 * last short one (`until: atoms`).
 *
 * Source: a plane `height` above the surface (default: cutoff + 2 spacings), moving with it. A newcomer
 * keeps 1.5 mean spacings away from every atom, farther than the minimum of a pair. T alone: the beam of an
 * oven, kinetic energy kB T times a Gamma(2) variate (mean 2 kB T). energy: that kinetic energy; with T: each
 * velocity component gets a Maxwell–Boltzmann spread on top. All at `angle` from the normal, azimuth at
 * random.
 *
 * Exit: an atom that moves up above the exit plane, one spacing above the source, has left for good: it is
 * removed. That plane takes the place of the reflecting wall of other set-ups; nothing comes back from the
 * vapor.
 *
 * Thermostat: langevin on the substrate, and on the film up to `depth` below the surface (zone: up to …), not
 * at all (substrate only), or up to where atoms are in flight (all). Surface and vapor move freely. On a
 * fixed substrate, which takes up no heat, the zone always reaches one spacing above it.
 *
 * Cycles (Singh, Ediger, de Pablo, Nat. Mater. 12, 139 (2013)) instead of a flux: a group of atoms is placed
 * 1 to 2.5 spacings above the surface, held at `hot` for a time, cooled to T in another, while the film stays
 * at T; then the whole film is minimised, velocities are drawn at T, and the next group comes. */
#ifndef GLINT_PROTOCOL_DEPOSIT_H
#define GLINT_PROTOCOL_DEPOSIT_H

#include "input/schema.h"
#include "integrate/engine.h"

enum { DEPOSIT_EVERY = 100 };
enum deposit_flux { FLUX_PER_AREA, FLUX_ATOMS, FLUX_GROWTH };
enum deposit_zone { ZONE_BELOW, ZONE_SUBSTRATE, ZONE_ALL };

struct deposit { /* as read; NaN or INPUT_ABSENT: not given */
    double T;
    struct deposit_rate {
        enum deposit_flux kind;
        double value; /* per area and time; atoms per time; height per time */
    } flux;
    struct {
        double thickness;
        int64_t atoms;
        double time;
    } until;
    struct deposit_species {
        char name[SPECIES_MAX][SPECIES_NAME];
        double part[SPECIES_MAX];     /* as written */
        double fraction[SPECIES_MAX]; /* by species of the potential */
        int count;
        int64_t block;
    } species;
    struct {
        double T, energy, angle, height;
    } source;
    struct deposit_hold {
        double tau, depth;
        enum deposit_zone zone;
    } hold;
    bool melted;         /* afterwards, on its substrate, as in a film-quench: no film grown at T is left */
    double largest_move; /* adaptive time step: no atom moves farther in one; 0: fixed */
    struct deposit_cycle {
        int64_t atoms;
        double hot, heat, cool;
        bool minimise;
    } * cycle;
    struct input_words observe;
    const char *label;
};

extern const struct input_table deposit_table;

/* Problems (unknown species, …) are noted in the input at `node`. */
void deposit_resolve(struct input *in, const struct tree_node *node, struct deposit *d,
                     const struct species *species);
/* An estimate, for progress and cost: atoms that will come, and steps. */
double deposit_atoms(const struct deposit *d, double area, double density);
double deposit_steps(const struct deposit *d, double area, double density, double dt);
/* An estimate while it goes on: where a thickness ends it, from what is missing of that, at the density
 * that the substrate came out with; none left where it takes longer than estimated. */
int64_t deposit_steps_left(const struct engine *e, const struct deposit *d, int64_t first_step);

/* Atoms that come in so many of them. */
double deposit_coming(const struct engine *e, const struct deposit *d, int64_t steps);

struct ensemble deposit_ensemble(const struct deposit *d);

status deposit_begin(struct engine *e, const struct deposit *d, bool resumed);
int64_t deposit_next(const struct engine *e, const struct deposit *d, int64_t first_step);
status deposit_update(struct engine *e, const struct deposit *d, int64_t first_step);
bool deposit_finished(const struct engine *e);
/* At a rebuild: the largest of dt, dt/2, dt/4 … with which no atom moves farther than asked. Collective. */
void deposit_adapt(struct engine *e, const struct deposit *d);
void deposit_end(struct engine *e); /* the time step is the run's again */

#endif
