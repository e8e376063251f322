/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/units.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- dimensions ---- */

enum { LENGTH, TIME, MASS, TEMPERATURE, STEP, BYTE, WALL, ANGLE, DIMENSIONS };
struct dimension {
    int power[DIMENSIONS];
};
#define DIM(l, t, m, k) \
    {                   \
        {               \
            l, t, m, k  \
        }               \
    }
#define DIM_OF(which)   \
    {                   \
        {               \
            [which] = 1 \
        }               \
    }

/* SI base values (CODATA 2018). */
#define SI_EV 1.602176634e-19
#define SI_KB 1.380649e-23
#define SI_U  1.66053906660e-27
#define PI    3.14159265358979323846

static const struct {
    const char *name; /* with its article */
    struct dimension dimension;
    const char *lj, *metal; /* labels for output; both are legal unit expressions */
    const char *lj_example, *metal_example;
} quantities[QUANTITY_COUNT] = {
    [QUANTITY_NUMBER] = {"a number without unit", DIM(0, 0, 0, 0), "", "", "0.5", "0.5"},
    [QUANTITY_LENGTH] = {"a length", DIM(1, 0, 0, 0), "sigma", "angstrom", "12 sigma", "30 angstrom"},
    [QUANTITY_AREA] = {"an area", DIM(2, 0, 0, 0), "sigma^2", "angstrom^2", "0.2 sigma^2", "1.5 angstrom^2"},
    [QUANTITY_VOLUME] = {"a volume", DIM(3, 0, 0, 0), "sigma^3", "angstrom^3", "900 sigma^3",
                         "2e4 angstrom^3"},
    [QUANTITY_WAVENUMBER] = {"a wavenumber (1/length)", DIM(-1, 0, 0, 0), "/sigma", "/angstrom", "2 /sigma",
                             "2.6 /angstrom"},
    [QUANTITY_NUMBER_DENSITY] = {"a number density (1/volume)", DIM(-3, 0, 0, 0), "/sigma^3", "/angstrom^3",
                                 "1.296 /sigma^3", "0.056 /angstrom^3"},
    [QUANTITY_TIME] = {"a time", DIM(0, 1, 0, 0), "tau", "ps", "0.005 tau", "2 fs"},
    [QUANTITY_FREQUENCY] = {"a rate (1/time)", DIM(0, -1, 0, 0), "/tau", "/ps", "1e-4 /tau", "1e8 /s"},
    [QUANTITY_VELOCITY] = {"a velocity", DIM(1, -1, 0, 0), "sigma/tau", "angstrom/ps", "1 sigma/tau",
                           "5 angstrom/ps"},
    [QUANTITY_DIFFUSIVITY] = {"a diffusivity (length^2/time)", DIM(2, -1, 0, 0), "sigma^2/tau",
                              "angstrom^2/ps", "1e-3 sigma^2/tau", "1e-3 angstrom^2/ps"},
    [QUANTITY_MASS] = {"a mass", DIM(0, 0, 1, 0), "m_B", "u", "2 m_B", "77.4 u"},
    [QUANTITY_MASS_DENSITY] = {"a mass density", DIM(-3, 0, 1, 0), "m_B/sigma^3", "g/cm^3", "1.9 m_B/sigma^3",
                               "7.2 g/cm^3"},
    [QUANTITY_ENERGY] = {"an energy", DIM(2, -2, 1, 0), "eps", "eV", "1 eps", "0.15 eV"},
    [QUANTITY_FORCE] = {"a force", DIM(1, -2, 1, 0), "eps/sigma", "eV/angstrom", "1e-4 eps/sigma",
                        "1e-3 eV/angstrom"},
    [QUANTITY_PRESSURE] = {"a pressure", DIM(-1, -2, 1, 0), "eps/sigma^3", "GPa", "1 eps/sigma^3", "1 bar"},
    [QUANTITY_SPRING] = {"a spring constant (energy/length^2)", DIM(0, -2, 1, 0), "eps/sigma^2",
                         "eV/angstrom^2", "50 eps/sigma^2", "1 eV/angstrom^2"},
    [QUANTITY_TEMPERATURE] = {"a temperature", DIM(0, 0, 0, 1), "eps/kB", "K", "0.6 eps/kB", "700 K"},
    [QUANTITY_COOLING_RATE] = {"a cooling or heating rate (temperature/time)", DIM(0, -1, 0, 1), "eps/kB/tau",
                               "K/s", "1e-4 eps/kB/tau", "1e12 K/s"},
    [QUANTITY_FLUX] = {"a flux (1/area/time)", DIM(-2, -1, 0, 0), "/sigma^2/tau", "/angstrom^2/ps",
                       "1e-3 /sigma^2/tau", "1e-4 /angstrom^2/ps"},
    [QUANTITY_STEPS] = {"a number of steps", DIM_OF(STEP), "steps", "steps", "1000 steps", "1000 steps"},
    [QUANTITY_WALL_TIME] = {"a wall-clock time", DIM_OF(WALL), "s", "s", "10 min", "10 min"},
    [QUANTITY_BYTES] = {"an amount of memory or disk", DIM_OF(BYTE), "bytes", "bytes", "2 GB", "2 GB"},
    [QUANTITY_ANGLE] = {"an angle", DIM_OF(ANGLE), "rad", "rad", "30 deg", "30 deg"},
};

/* ---- the units ---- */

enum unit_origin { PLAIN, LJ, REAL, GLASS }; /* size: as given | 1 in lj | SI value | Tg of the run */

struct unit {
    const char *name;
    enum unit_origin origin;
    double size; /* PLAIN: internal; REAL: SI */
    struct dimension dimension;
};

static const struct unit units[] = {
    {"1", PLAIN, 1, DIM(0, 0, 0, 0)},
    {"%", PLAIN, 0.01, DIM(0, 0, 0, 0)},
    {"percent", PLAIN, 0.01, DIM(0, 0, 0, 0)},
    {"sigma", LJ, 1, DIM(1, 0, 0, 0)},
    {"σ", LJ, 1, DIM(1, 0, 0, 0)},
    {"eps", LJ, 1, DIM(2, -2, 1, 0)},
    {"epsilon", LJ, 1, DIM(2, -2, 1, 0)},
    {"ε", LJ, 1, DIM(2, -2, 1, 0)},
    {"tau", LJ, 1, DIM(0, 1, 0, 0)},
    {"τ", LJ, 1, DIM(0, 1, 0, 0)},
    {"m_B", LJ, 1, DIM(0, 0, 1, 0)},
    {"mB", LJ, 1, DIM(0, 0, 1, 0)},
    {"Tg", GLASS, 1, DIM(0, 0, 0, 1)},
    {"T_g", GLASS, 1, DIM(0, 0, 0, 1)},
    {"kB", REAL, SI_KB, DIM(2, -2, 1, -1)},
    {"k_B", REAL, SI_KB, DIM(2, -2, 1, -1)},
    {"m", REAL, 1, DIM(1, 0, 0, 0)},
    {"cm", REAL, 1e-2, DIM(1, 0, 0, 0)},
    {"mm", REAL, 1e-3, DIM(1, 0, 0, 0)},
    {"um", REAL, 1e-6, DIM(1, 0, 0, 0)},
    {"µm", REAL, 1e-6, DIM(1, 0, 0, 0)},
    {"nm", REAL, 1e-9, DIM(1, 0, 0, 0)},
    {"pm", REAL, 1e-12, DIM(1, 0, 0, 0)},
    {"angstrom", REAL, 1e-10, DIM(1, 0, 0, 0)},
    {"Angstrom", REAL, 1e-10, DIM(1, 0, 0, 0)},
    {"Å", REAL, 1e-10, DIM(1, 0, 0, 0)},
    {"A", REAL, 1e-10, DIM(1, 0, 0, 0)},
    {"s", REAL, 1, DIM(0, 1, 0, 0)},
    {"ms", REAL, 1e-3, DIM(0, 1, 0, 0)},
    {"us", REAL, 1e-6, DIM(0, 1, 0, 0)},
    {"µs", REAL, 1e-6, DIM(0, 1, 0, 0)},
    {"ns", REAL, 1e-9, DIM(0, 1, 0, 0)},
    {"ps", REAL, 1e-12, DIM(0, 1, 0, 0)},
    {"fs", REAL, 1e-15, DIM(0, 1, 0, 0)},
    {"u", REAL, SI_U, DIM(0, 0, 1, 0)},
    {"amu", REAL, SI_U, DIM(0, 0, 1, 0)},
    {"kg", REAL, 1, DIM(0, 0, 1, 0)},
    {"g", REAL, 1e-3, DIM(0, 0, 1, 0)},
    {"K", REAL, 1, DIM(0, 0, 0, 1)},
    {"eV", REAL, SI_EV, DIM(2, -2, 1, 0)},
    {"meV", REAL, 1e-3 * SI_EV, DIM(2, -2, 1, 0)},
    {"J", REAL, 1, DIM(2, -2, 1, 0)},
    {"N", REAL, 1, DIM(1, -2, 1, 0)},
    {"Pa", REAL, 1, DIM(-1, -2, 1, 0)},
    {"kPa", REAL, 1e3, DIM(-1, -2, 1, 0)},
    {"MPa", REAL, 1e6, DIM(-1, -2, 1, 0)},
    {"GPa", REAL, 1e9, DIM(-1, -2, 1, 0)},
    {"bar", REAL, 1e5, DIM(-1, -2, 1, 0)},
    {"kbar", REAL, 1e8, DIM(-1, -2, 1, 0)},
    {"atm", REAL, 101325, DIM(-1, -2, 1, 0)},
    {"Hz", REAL, 1, DIM(0, -1, 0, 0)},
    {"THz", REAL, 1e12, DIM(0, -1, 0, 0)},
    {"step", PLAIN, 1, DIM_OF(STEP)},
    {"steps", PLAIN, 1, DIM_OF(STEP)},
    {"byte", PLAIN, 1, DIM_OF(BYTE)},
    {"bytes", PLAIN, 1, DIM_OF(BYTE)},
    {"B", PLAIN, 1, DIM_OF(BYTE)},
    {"kB", PLAIN, 1e3, DIM_OF(BYTE)},
    {"MB", PLAIN, 1e6, DIM_OF(BYTE)},
    {"GB", PLAIN, 1e9, DIM_OF(BYTE)},
    {"TB", PLAIN, 1e12, DIM_OF(BYTE)},
    {"KiB", PLAIN, 1024, DIM_OF(BYTE)},
    {"MiB", PLAIN, 1048576, DIM_OF(BYTE)},
    {"GiB", PLAIN, 1073741824, DIM_OF(BYTE)},
    {"TiB", PLAIN, 1099511627776, DIM_OF(BYTE)},
    {"s", PLAIN, 1, DIM_OF(WALL)},
    {"min", PLAIN, 60, DIM_OF(WALL)},
    {"h", PLAIN, 3600, DIM_OF(WALL)},
    {"hour", PLAIN, 3600, DIM_OF(WALL)},
    {"hours", PLAIN, 3600, DIM_OF(WALL)},
    {"d", PLAIN, 86400, DIM_OF(WALL)},
    {"day", PLAIN, 86400, DIM_OF(WALL)},
    {"days", PLAIN, 86400, DIM_OF(WALL)},
    {"rad", PLAIN, 1, DIM_OF(ANGLE)},
    {"deg", PLAIN, PI / 180, DIM_OF(ANGLE)},
    {"°", PLAIN, PI / 180, DIM_OF(ANGLE)},
};
enum { UNIT_COUNT = sizeof units / sizeof *units };

static bool same_dimension(const struct dimension *a, const struct dimension *b)
{
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

/* ---- the systems ---- */

struct unit_system units_lj(void)
{
    return (struct unit_system){.kind = UNITS_LJ};
}

struct unit_system units_metal(void)
{
    return (struct unit_system){
        .kind = UNITS_METAL, .real = true, .length = 1e-10, .mass = SI_U, .energy = SI_EV, .temperature = 1};
}

double units_boltzmann(const struct unit_system *u)
{
    return u->kind == UNITS_LJ ? 1 : SI_KB / SI_EV;
}

status units_map(struct unit_system *u, const struct unit_map *map)
{
    if (u->kind != UNITS_LJ)
        return fail(BAD_INPUT,
                    "a map to real units was given, but this run is in metal units already; remove it");
    if (!(map->sigma > 0) || !(map->mass > 0))
        return fail(BAD_INPUT, "the map to real units needs a positive sigma and mass, "
                               "e.g. {sigma: 2.91 angstrom, Tg: 670 K, mass: 77.4 u}");
    if ((map->eps > 0) == (map->Tg > 0))
        return fail(BAD_INPUT,
                    "the map to real units needs either eps (e.g. 0.152 eV) or Tg (e.g. 670 K), found %s",
                    map->eps > 0 ? "both" : "neither");
    if (!(map->eps > 0) && !(u->Tg > 0))
        return fail(BAD_INPUT,
                    "the map to real units gives Tg, so eps = kB Tg/Tg* needs the value Tg* of the model: "
                    "add the Tg block, e.g. Tg: {value: 0.37 eps/kB, …}, or give eps instead");
    u->real = true;
    u->length = map->sigma * 1e-10;
    u->mass = map->mass * SI_U / (map->mean_mass > 0 ? map->mean_mass : 1.5);
    u->energy = map->eps > 0 ? map->eps * SI_EV : SI_KB * map->Tg / u->Tg;
    u->temperature = u->energy / SI_KB;
    return OK;
}

/* The SI size of the internal unit of dimension d. Written with the energy instead of the time so that
 * energies, lengths, masses and temperatures have exact factors: time = length (mass/energy)^1/2. */
static double si_size(const struct unit_system *u, const struct dimension *d)
{
    double l = d->power[LENGTH], t = d->power[TIME], m = d->power[MASS], k = d->power[TEMPERATURE];
    return pow(u->length, l + t) * pow(u->mass, m + 0.5 * t) * pow(u->energy, -0.5 * t) *
           pow(u->temperature, k);
}

/* ---- parsing ---- */

bool units_number(const char *text, double *number, const char **rest)
{
    const char *s = text;
    while (isspace((unsigned char)*s)) s++;
    const char *start = s;
    int digits = 0;
    if (*s == '+' || *s == '-') s++;
    for (; isdigit((unsigned char)*s); s++) digits++;
    if (*s == '.') s++;
    for (; isdigit((unsigned char)*s); s++) digits++;
    if (digits == 0) return false;
    if (*s == 'e' || *s == 'E') {
        const char *e = s + 1;
        if (*e == '+' || *e == '-') e++;
        if (isdigit((unsigned char)*e)) {
            while (isdigit((unsigned char)*e)) e++;
            s = e;
        }
    }
    char copy[64];
    size_t n = (size_t)(s - start);
    if (n >= sizeof copy) return false;
    memcpy(copy, start, n);
    copy[n] = '\0';
    double v = strtod(copy, NULL);
    if (!isfinite(v)) return false;
    while (isspace((unsigned char)*s)) s++;
    *number = v;
    *rest = s;
    return true;
}

/* What a message quotes and expects; the text of a hostile input is cut. */
enum { QUOTED = 60 };

static status expected(const struct unit_system *u, enum quantity q, const char *text, const char *found)
{
    return fail(BAD_INPUT, "found '%.*s'%s, expected %s, e.g. '%s'", QUOTED, text, found, quantities[q].name,
                units_example(u, q));
}

/* The unit called name[0..n); of two with one name, the one whose kind of dimension is the wanted one. */
static const struct unit *find_unit(const char *name, size_t n, const struct dimension *wanted)
{
    const struct unit *found = NULL;
    for (int i = 0; i < UNIT_COUNT; i++) {
        if (strlen(units[i].name) != n || memcmp(units[i].name, name, n) != 0) continue;
        if (!found) found = &units[i];
        for (int d = STEP; d < DIMENSIONS; d++)
            if (units[i].dimension.power[d] != 0 && wanted->power[d] != 0) found = &units[i];
    }
    return found;
}

static status unknown_unit(const struct unit_system *u, enum quantity q, const char *text, const char *name,
                           size_t n)
{
    const char *names[UNIT_COUNT];
    for (int i = 0; i < UNIT_COUNT; i++) names[i] = units[i].name;
    char word[QUOTED], found[3 * QUOTED];
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), name);
    const char *nearest = n > 1 ? text_nearest(word, names, UNIT_COUNT) : NULL;
    if (n == 0)
        snprintf(found, sizeof found, ", in which a unit is missing before '%.8s'", name);
    else if (nearest)
        snprintf(found, sizeof found, " with the unknown unit '%s' (did you mean '%s'?)", word, nearest);
    else
        snprintf(found, sizeof found, " with the unknown unit '%s'", word);
    return expected(u, q, text, found);
}

/* The size of a unit in this system, or why it is not legal here. */
static status unit_size(const struct unit_system *u, enum quantity q, const char *text,
                        const struct unit *unit, double *size)
{
    char found[4 * QUOTED];
    *size = unit->size;
    switch (unit->origin) {
    case PLAIN:
        return OK;
    case LJ:
        if (u->kind == UNITS_LJ) return OK;
        snprintf(found, sizeof found,
                 ": '%s' is a unit of Lennard-Jones models and this run is in metal units", unit->name);
        return expected(u, q, text, found);
    case GLASS:
        *size = u->Tg;
        if (u->Tg > 0) return OK;
        return expected(u, q, text,
                        ": 'Tg' is a unit only after the Tg block has said its value, rate, construction and "
                        "pressure");
    case REAL:
        break;
    }
    if (unit->size == SI_KB) { /* the one constant that both systems know */
        *size = units_boltzmann(u);
        return OK;
    }
    if (!u->real) {
        snprintf(
            found, sizeof found,
            ": '%s' is a real unit and this run is in Lennard-Jones units; real units are legal after a map "
            "block, e.g. map: {sigma: 2.91 angstrom, Tg: 670 K, mass: 77.4 u}",
            unit->name);
        return expected(u, q, text, found);
    }
    *size = unit->size / si_size(u, &unit->dimension);
    return OK;
}

static bool is_name_byte(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* One factor of a unit expression at *at: name and power. */
static status read_factor(const struct unit_system *u, enum quantity q, const char *text, const char **at,
                          int sign, double *size, struct dimension *d)
{
    const char *name = *at, *s = name;
    if (*s == '1' || *s == '%')
        s++;
    else
        while (is_name_byte(*s)) s++;
    size_t n = (size_t)(s - name);
    const struct unit *unit = find_unit(name, n, &quantities[q].dimension);
    if (!unit) return unknown_unit(u, q, text, name, n);
    double one = 0;
    TRY(unit_size(u, q, text, unit, &one));
    int power = 1;
    if (*s == '^') {
        int direction = s[1] == '-' ? -1 : 1;
        const char *p = s + 1 + (s[1] == '-' || s[1] == '+');
        if (!isdigit((unsigned char)p[0]) || isdigit((unsigned char)p[1]))
            return expected(u, q, text, ", in which '^' is not followed by a whole power from -9 to 9");
        power = direction * (p[0] - '0');
        s = p + 1;
    }
    power *= sign;
    *size *= pow(one, power);
    for (int i = 0; i < DIMENSIONS; i++) d->power[i] += power * unit->dimension.power[i];
    *at = s;
    return OK;
}

enum { FACTORS_MAX = 12 };

static status read_unit(const struct unit_system *u, enum quantity q, const char *text, const char *s,
                        double *size, struct dimension *d)
{
    *size = 1;
    *d = (struct dimension){{0}};
    for (int i = 0; *s; i++) {
        if (i == FACTORS_MAX) return expected(u, q, text, ", which has too many units");
        int sign = 1;
        if (*s == '/' || *s == '*') {
            if (i == 0 && *s == '*') return unknown_unit(u, q, text, s, 0);
            sign = *s == '/' ? -1 : 1;
            s++;
        }
        while (isspace((unsigned char)*s)) s++;
        TRY(read_factor(u, q, text, &s, sign, size, d));
        while (isspace((unsigned char)*s)) s++;
    }
    return OK;
}

static void describe(const struct dimension *d, char *out, size_t size)
{
    static const char *const names[DIMENSIONS] = {
        "length", "time", "mass", "temperature", "steps", "bytes", "wall-clock time", "angle"};
    for (int q = 1; q < QUANTITY_COUNT; q++)
        if (same_dimension(d, &quantities[q].dimension)) {
            snprintf(out, size, ", %s", quantities[q].name);
            return;
        }
    size_t n = (size_t)snprintf(out, size, ", of dimension");
    bool pure = true;
    for (int i = 0; i < DIMENSIONS; i++)
        if (d->power[i] != 0 && n < size) {
            n += (size_t)snprintf(out + n, size - n, " %s^%d", names[i], d->power[i]);
            pure = false;
        }
    if (pure) snprintf(out, size, ", a number without unit");
}

status units_parse(const struct unit_system *u, const char *text, enum quantity quantity, double *value)
{
    const char *rest;
    double number, size;
    if (!units_number(text, &number, &rest))
        return expected(u, quantity, text,
                        *text ? ", which does not start with a finite number" : " (nothing)");
    struct dimension d;
    TRY(read_unit(u, quantity, text, rest, &size, &d));
    const struct dimension *wanted = &quantities[quantity].dimension;
    bool bare = *rest == '\0';
    if (bare && number == 0) {
        *value = 0;
        return OK;
    }
    if (bare && quantity != QUANTITY_NUMBER) return expected(u, quantity, text, " without a unit");
    if (quantity == QUANTITY_TIME && same_dimension(&d, &quantities[QUANTITY_STEPS].dimension)) {
        if (!(u->dt > 0)) return expected(u, quantity, text, ": steps are a time only where dt is known");
        size *= u->dt;
    } else if (!same_dimension(&d, wanted)) {
        char found[3 * QUOTED];
        describe(&d, found, sizeof found);
        return expected(u, quantity, text, found);
    }
    double v = number * size;
    if (!isfinite(v) || (v == 0 && number != 0))
        return expected(u, quantity, text, ", which is outside the range of numbers");
    *value = v;
    return OK;
}

/* ---- writing ---- */

const char *quantity_name(enum quantity quantity)
{
    return quantities[quantity].name;
}

const char *units_example(const struct unit_system *u, enum quantity quantity)
{
    return u->kind == UNITS_LJ ? quantities[quantity].lj_example : quantities[quantity].metal_example;
}

const char *units_label(const struct unit_system *u, enum quantity quantity)
{
    return u->kind == UNITS_LJ ? quantities[quantity].lj : quantities[quantity].metal;
}

double units_size(const struct unit_system *u, enum quantity quantity)
{
    double size = 1;
    struct dimension d;
    const char *label = units_label(u, quantity);
    if (read_unit(u, quantity, label, label, &size, &d) != OK) return NAN; /* a test reads every label */
    return size;
}

static void write_number(double value, const char *label, char out[UNITS_TEXT])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, UNITS_TEXT, "%.*g", digits, value);
        if (strtod(out, NULL) == value) break;
    }
    size_t n = strlen(out);
    if (*label) snprintf(out + n, UNITS_TEXT - n, " %s", label);
}

const char *units_format(const struct unit_system *u, enum quantity quantity, double value,
                         char out[UNITS_TEXT])
{
    write_number(value / units_size(u, quantity), units_label(u, quantity), out);
    return out;
}

bool units_format_real(const struct unit_system *u, enum quantity quantity, double value,
                       char out[UNITS_TEXT])
{
    out[0] = '\0';
    if (!u->real) return false;
    struct unit_system metal = units_metal();
    const struct dimension *d = &quantities[quantity].dimension;
    double in_metal = value * (si_size(u, d) / si_size(&metal, d));
    const char *label = quantities[quantity].metal;
    snprintf(out, UNITS_TEXT, "%.6g%s%s", in_metal / units_size(&metal, quantity), *label ? " " : "", label);
    return true;
}

int64_t units_steps(const struct unit_system *u, double time)
{
    double n = nearbyint(time / u->dt);
    return n >= 0 && n < 0x1p62 ? (int64_t)n : -1;
}
