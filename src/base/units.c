/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/units.h"
#include "base/units_table.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return fail(BAD_INPUT, "found '%.*s'%s, expected %s, e.g. '%s'", QUOTED, text, found,
                units_quantities[q].name, units_example(u, q));
}

/* The unit called name[0..n); of two with one name, the one whose kind of dimension is the wanted one. */
static const struct unit *find_unit(const char *name, size_t n, const struct dimension *wanted)
{
    const struct unit *found = NULL;
    for (int i = 0; units_known[i].name; i++) {
        if (strlen(units_known[i].name) != n || memcmp(units_known[i].name, name, n) != 0) continue;
        if (!found) found = &units_known[i];
        for (int d = STEP; d < DIMENSIONS; d++)
            if (units_known[i].dimension.power[d] != 0 && wanted->power[d] != 0) found = &units_known[i];
    }
    return found;
}

static status unknown_unit(const struct unit_system *u, enum quantity q, const char *text, const char *name,
                           size_t n)
{
    enum { MOST = 128 };
    const char *names[MOST];
    size_t known = 0;
    for (; known < MOST && units_known[known].name; known++) names[known] = units_known[known].name;
    char word[QUOTED], found[3 * QUOTED];
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), name);
    const char *nearest = n > 1 ? text_nearest(word, names, known) : NULL;
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
    const struct unit *unit = find_unit(name, n, &units_quantities[q].dimension);
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
        if (same_dimension(d, &units_quantities[q].dimension)) {
            snprintf(out, size, ", %s", units_quantities[q].name);
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
    const struct dimension *wanted = &units_quantities[quantity].dimension;
    bool bare = *rest == '\0';
    if (bare && number == 0) {
        *value = 0;
        return OK;
    }
    if (bare && quantity != QUANTITY_NUMBER) return expected(u, quantity, text, " without a unit");
    if (quantity == QUANTITY_TIME && same_dimension(&d, &units_quantities[QUANTITY_STEPS].dimension)) {
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
    return units_quantities[quantity].name;
}

const char *units_example(const struct unit_system *u, enum quantity quantity)
{
    return u->kind == UNITS_LJ ? units_quantities[quantity].lj_example
                               : units_quantities[quantity].metal_example;
}

const char *units_label(const struct unit_system *u, enum quantity quantity)
{
    return u->kind == UNITS_LJ ? units_quantities[quantity].lj : units_quantities[quantity].metal;
}

double units_size(const struct unit_system *u, enum quantity quantity)
{
    double size = 1;
    struct dimension d;
    const char *label = units_label(u, quantity);
    if (read_unit(u, quantity, label, label, &size, &d) != OK) return NAN; /* a test reads every label */
    return size;
}

/* "1e13", not "10000000000000": large numbers by their significant digits. */
static void write_digits(double value, int digits, char out[UNITS_TEXT])
{
    char mantissa[UNITS_TEXT];
    snprintf(out, UNITS_TEXT, "%.*g", digits, value);
    if (!(fabs(value) >= 1e6) || !isfinite(value)) return;
    snprintf(mantissa, sizeof mantissa, "%.*e", digits - 1, value);
    char *e = strchr(mantissa, 'e'), *end = e;
    long power = strtol(e + 1, NULL, 10);
    while (end[-1] == '0') end--;
    if (end[-1] == '.') end--;
    char shorter[UNITS_TEXT];
    snprintf(shorter, sizeof shorter, "%.*se%ld", (int)(end - mantissa), mantissa, power);
    if (strlen(shorter) < strlen(out)) snprintf(out, UNITS_TEXT, "%s", shorter);
}

/* The shortest text from 15 digits on that is read back as the same value. */
static void write_number(double value, double size, const char *label, char out[UNITS_TEXT])
{
    for (int digits = 15; digits <= 17; digits++) {
        write_digits(value / size, digits, out);
        if (strtod(out, NULL) * size == value) break;
    }
    size_t n = strlen(out);
    if (*label) snprintf(out + n, UNITS_TEXT - n, " %s", label);
}

const char *units_format(const struct unit_system *u, enum quantity quantity, double value,
                         char out[UNITS_TEXT])
{
    write_number(value, units_size(u, quantity), units_label(u, quantity), out);
    return out;
}

bool units_format_real(const struct unit_system *u, enum quantity quantity, double value,
                       char out[UNITS_TEXT])
{
    out[0] = '\0';
    if (!u->real) return false;
    struct unit_system metal = units_metal();
    const struct dimension *d = &units_quantities[quantity].dimension;
    double in_metal = value * (si_size(u, d) / si_size(&metal, d));
    const char *label = units_quantities[quantity].metal;
    snprintf(out, UNITS_TEXT, "%.6g%s%s", in_metal / units_size(&metal, quantity), *label ? " " : "", label);
    return true;
}

int64_t units_steps(const struct unit_system *u, double time)
{
    double n = nearbyint(time / u->dt);
    return n >= 0 && n < 0x1p62 ? (int64_t)n : -1;
}
