/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units — every physical input has its unit (Law 7); inside, one of two coherent systems.
 *
 *     lj     sigma_AA, epsilon, m_B; time tau = sigma (m_B/eps)^1/2; kB = 1, so temperature in eps/kB
 *     metal  angstrom, eV, u (atomic mass unit); time angstrom (u/eV)^1/2 = 10.1805 fs; temperature in K,
 *            kB = 8.617333262e-5 eV/K
 *
 * "Coherent" means that force = mass × acceleration and energy = mass × velocity² hold without factors, in
 * both. Constants: CODATA 2018 (eV and kB are exact since 2019; u = 1.66053906660e-27 kg).
 *
 *     struct unit_system u = units_lj();
 *     TRY(units_parse(&u, "0.6 eps/kB", QUANTITY_TEMPERATURE, &T));     T = 0.6
 *     u.Tg = 0.37;                                                      now "0.8 Tg" is a temperature
 *     u.dt = 0.005;                                                     now "100 steps" is a time
 *     struct unit_map map = {.sigma = 2.91, .Tg = 670, .mass = 77.4};
 *     TRY(units_map(&u, &map));                                         now real units are legal
 *     TRY(units_parse(&u, "335 K", QUANTITY_TEMPERATURE, &T));          T = 0.185
 *     char s[UNITS_TEXT];
 *     puts(units_format(&u, QUANTITY_TEMPERATURE, T, s));               0.185 eps/kB
 *     if (units_format_real(&u, QUANTITY_TEMPERATURE, T, s)) puts(s);   335 K
 *
 * A value is a number and a unit expression: names joined by blanks or `*` (times) and `/` (per; each slash
 * divides by the one name after it), each with an optional power: `2 fs`, `1e-3 eps/kB/tau`, `2 /sigma`,
 * `50 eps/sigma^2`, `1e12 K/s`, `5 Å^-1`. Every unit is proportional to its quantity, so a bare `0` is
 * unambiguous and needs none. Wall-clock time, bytes, steps and angles are dimensions of their own: `10 min`
 * is never a simulated time, `kB` is 1000 bytes only where bytes are expected and Boltzmann's constant
 * elsewhere.
 *
 * The map (lengths and temperatures of the model are those of an alloy): eps = kB Tg/Tg*, with Tg measured
 * and Tg* that of the model; m_B = mean mass / mean_mass; tau = sigma (m_B/eps)^1/2; pressure in eps/sigma³.
 *
 * Functions that fail return BAD_INPUT and say what was found and what was expected, with an example; the
 * caller adds where. Values are left alone on failure. */
#ifndef GLINT_BASE_UNITS_H
#define GLINT_BASE_UNITS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum units_kind { UNITS_LJ, UNITS_METAL };

/* What an input value means. A new one is one line here and one in the table of units.c. */
enum quantity {
    QUANTITY_NUMBER, /* no dimension: a bare number or a percentage */
    QUANTITY_LENGTH,
    QUANTITY_AREA,
    QUANTITY_VOLUME,
    QUANTITY_WAVENUMBER, /* 1/length */
    QUANTITY_NUMBER_DENSITY,
    QUANTITY_TIME, /* simulated time; steps are understood when dt is known */
    QUANTITY_FREQUENCY,
    QUANTITY_VELOCITY,
    QUANTITY_DIFFUSIVITY,
    QUANTITY_MASS,
    QUANTITY_MASS_DENSITY,
    QUANTITY_ENERGY,
    QUANTITY_FORCE,
    QUANTITY_PRESSURE,
    QUANTITY_SPRING, /* energy/length² */
    QUANTITY_TEMPERATURE,
    QUANTITY_COOLING_RATE, /* temperature/time, also heating */
    QUANTITY_FLUX,         /* 1/(length² time) */
    QUANTITY_STEPS,
    QUANTITY_WALL_TIME, /* seconds on the clock of the machine */
    QUANTITY_BYTES,
    QUANTITY_ANGLE, /* radian inside */
    QUANTITY_COUNT
};

struct unit_system {
    enum units_kind kind;
    bool real; /* the four sizes below are known: always in metal, in lj after units_map */
    double length, mass, energy, temperature; /* internal units in SI: m, kg, J, K */
    double Tg;                                /* internal; 0: unknown, and `Tg` is no unit */
    double dt;                                /* internal; 0: unknown, and `steps` is no time */
};

/* What turns lj units into real ones: a length, a mass, and an energy or a temperature. Zero: not given. */
struct unit_map {
    double sigma;     /* sigma_AA in angstrom */
    double eps;       /* in eV; or */
    double Tg;        /* measured glass transition in K: eps = kB Tg / Tg*, with Tg* = unit_system.Tg */
    double mass;      /* mean atomic mass of the alloy in u */
    double mean_mass; /* mean mass of the model in m_B; 0 means 1.5 (equimolar, m_A = 2 m_B) */
};

enum { UNITS_TEXT = 96 }; /* size of a buffer for a value with its unit */

struct unit_system units_lj(void);
struct unit_system units_metal(void);
status units_map(struct unit_system *u, const struct unit_map *map);

/* Boltzmann's constant in internal units: 1 (lj) or 8.617333262e-5 (metal, eV/K). */
double units_boltzmann(const struct unit_system *u);

/* Parse text as a value of this quantity; *value is in internal units. */
status units_parse(const struct unit_system *u, const char *text, enum quantity quantity, double *value);

/* The number of the value in front of its unit: *rest points at the unit (blanks skipped), at the end if
 * there is none. False if text does not start with a finite decimal number. For values with a unit of their
 * own ("2.5 aa"). */
bool units_number(const char *text, double *number, const char **rest);

/* The unit in which values of the quantity are written ("tau", "ps"), and its size in internal units: what is
 * written = internal / size. */
const char *units_label(const struct unit_system *u, enum quantity quantity);
double units_size(const struct unit_system *u, enum quantity quantity);

/* Value and label with the digits that give back the same double up to the last bit of the conversion ("0.005
 * tau"). Returns `out`. */
const char *units_format(const struct unit_system *u, enum quantity quantity, double value,
                         char out[UNITS_TEXT]);

/* The same in real units (ps, angstrom, K, GPa, …; 6 digits), for the numbers beside the reduced ones.
 * False, and an empty text, when the system is lj without a map. */
bool units_format_real(const struct unit_system *u, enum quantity quantity, double value,
                       char out[UNITS_TEXT]);

/* The nearest whole number of steps to a simulated time; dt must be known. -1 if it exceeds 2^62. */
int64_t units_steps(const struct unit_system *u, double time);

/* "a temperature" and an example in this system ("0.6 eps/kB"), for messages and the reference of the keys.
 */
const char *quantity_name(enum quantity quantity);
const char *units_example(const struct unit_system *u, enum quantity quantity);

#endif
