/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film — a substrate, and what grows on it: the part of a film that the engine knows.
 *
 * The film's normal is z, a free axis; x and y are periodic. Atoms with ids 1 … substrate are the substrate:
 * `tethered` by harmonic springs to the sites they were made at (½ spring d² each, external: part of the
 * energy, not of the virial), or `fixed` (infinite mass). All others came later. Sites are the same table on
 * every rank, in unwrapped coordinates.
 *
 *     film_attach      after the engine was started or loaded: which atoms never move
 *     film_add_anchor  in every step: the spring of one atom (called by motion)
 *     film_measure     collective: where the surface is, what is where, how hot. Exact, whatever the ranks
 *
 * Surface: in layers as thick as the mean spacing ρ^(−1/3) of the substrate, upward from its top, the first
 * layer that holds less than half of what it would at the substrate's density is the surface layer; the
 * surface lies in it where that layer's atoms would end at that density. Single atoms in the vapor do not
 * move it. An atom is in flight when it is more than two spacings above the surface.
 *
 * film_state is plain doubles, a row of the checkpoint. Energy balance: kinetic + potential − heat of the
 * thermostat − energy_in + energy_out is conserved to second order in dt (engine_conserved). */
#ifndef GLINT_INTEGRATE_FILM_H
#define GLINT_INTEGRATE_FILM_H

#include "base/status.h"
#include "base/sums.h"
#include "system/domain.h"

enum film_kind { FILM_NONE, FILM_TETHERED, FILM_FIXED };

struct film_state {
    double last_id;  /* the largest id ever given */
    double first_id; /* the largest one before this stage of deposition */
    double began;    /* the time at which it began */
    double arrivals; /* atoms that came in it */
    double dealt; /* of them, species taken from the shuffled blocks; the others replaced atoms that left */
    double owed[SPECIES_MAX], evaporated[SPECIES_MAX]; /* to be replaced; that left in this stage */
    double energy_in, energy_out; /* brought by arrivals, taken away by atoms that left */
    double surface, zone;         /* heights at the last update; the thermostat acts below zone */
    double reached;               /* 1: the film was once as thick as wanted */
    double closed_at;             /* the step at which the source was shut; -1: open */
    double finished;              /* 1: and nothing is in flight any more */
    double group_at,
        group_id; /* cycles: the step at which the present group came (-1: none), its smallest id */
    double hot,
        hot_count;   /* surface temperatures since the last line of film.csv, summed over atoms; and these */
    double flagged;  /* 1: it rose too far in this stage */
    double grown_at; /* temperature of the last deposition; 0: none, or melted since; NaN: not known */
};
enum { FILM_STATE = sizeof(struct film_state) / sizeof(double) };

struct film {
    enum film_kind kind;
    int64_t substrate; /* atoms of it */
    double spring;
    double *site;        /* 3 per substrate atom */
    double top, density; /* of the substrate: height, atoms per volume */
    struct film_state state;
};

struct film_now {
    double surface, thickness;        /* height of the surface; above the substrate */
    int64_t landed, flying;           /* atoms that came: in the film, in flight */
    int64_t species[SPECIES_MAX];     /* of the film */
    double T_film, T_zone, T_surface; /* kinetic, 3 degrees of freedom an atom; NaN without atoms */
    int64_t in_zone, in_surface;      /* atoms these are means over */
    struct film_interior {            /* by film_measure_interior */
        int64_t atoms, species[SPECIES_MAX];
        double density, energy; /* number density; potential energy per atom; NaN without atoms */
    } interior;
};

struct engine;
/* Mean spacing of the substrate's atoms: the thickness of a layer. */
double film_spacing(const struct film *f);
void film_attach(struct engine *e);
void film_free(struct film *f);
/* Height of the top of the simulation box, and the lateral area. */
double film_box_top(const struct engine *e);
double film_area(const struct engine *e);

/* Force (and energy, returned) of the spring of owned atom i; the caller knows it is a substrate atom. */
double film_add_anchor(const struct film *f, struct domain *d, size_t i);

/* Collective. zone: height of the thermostatted zone; surface layer: from two spacings below the surface to
 * one above. */
status film_measure(const struct engine *e, double zone, struct film_now *now);
/* Collective, after film_measure and with energies at hand: what lies between `drop` above the substrate and
 * `drop` below the surface. */
void film_measure_interior(const struct engine *e, double drop, struct film_now *now);

#endif
