/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct element {
    const char *name;
    double mass, volume;
};
static const struct element wahnstrom[] = {{"A", 2.0, 0}, {"B", 1.0, 0}, {0}};
static const struct element chemical[] = {{"Cu", 63.546, 11.81},
                                          {"Zr", 91.224, 23.28},
                                          {"H", 1.008, 0},
                                          {"He", 4.0026, 0},
                                          {"Li", 6.94, 0},
                                          {"Be", 9.0122, 0},
                                          {"B", 10.81, 0},
                                          {"C", 12.011, 0},
                                          {"N", 14.007, 0},
                                          {"O", 15.999, 0},
                                          {"F", 18.998, 0},
                                          {"Ne", 20.180, 0},
                                          {"Na", 22.990, 0},
                                          {"Mg", 24.305, 23.24},
                                          {"Al", 26.982, 16.60},
                                          {"Si", 28.085, 20.02},
                                          {"P", 30.974, 0},
                                          {"S", 32.06, 0},
                                          {"Cl", 35.45, 0},
                                          {"Ar", 39.95, 0},
                                          {"K", 39.098, 0},
                                          {"Ca", 40.078, 43.63},
                                          {"Sc", 44.956, 0},
                                          {"Ti", 47.867, 17.65},
                                          {"V", 50.942, 13.83},
                                          {"Cr", 51.996, 12.00},
                                          {"Mn", 54.938, 12.21},
                                          {"Fe", 55.845, 11.78},
                                          {"Co", 58.933, 11.10},
                                          {"Ni", 58.693, 10.94},
                                          {"Zn", 65.38, 15.20},
                                          {"Ga", 69.723, 0},
                                          {"Ge", 72.630, 0},
                                          {"As", 74.922, 0},
                                          {"Se", 78.971, 0},
                                          {"Br", 79.904, 0},
                                          {"Kr", 83.798, 0},
                                          {"Rb", 85.468, 0},
                                          {"Sr", 87.62, 0},
                                          {"Y", 88.906, 33.00},
                                          {"Nb", 92.906, 17.98},
                                          {"Mo", 95.95, 15.58},
                                          {"Ru", 101.07, 0},
                                          {"Rh", 102.91, 0},
                                          {"Pd", 106.42, 14.72},
                                          {"Ag", 107.87, 17.06},
                                          {"Cd", 112.41, 0},
                                          {"In", 114.82, 0},
                                          {"Sn", 118.71, 27.05},
                                          {"Sb", 121.76, 0},
                                          {"Te", 127.60, 0},
                                          {"I", 126.90, 0},
                                          {"Xe", 131.29, 0},
                                          {"Cs", 132.91, 0},
                                          {"Ba", 137.33, 0},
                                          {"La", 138.91, 37.40},
                                          {"Ce", 140.12, 34.40},
                                          {"Pr", 140.91, 0},
                                          {"Nd", 144.24, 0},
                                          {"Sm", 150.36, 0},
                                          {"Eu", 151.96, 0},
                                          {"Gd", 157.25, 33.00},
                                          {"Tb", 158.93, 0},
                                          {"Dy", 162.50, 0},
                                          {"Ho", 164.93, 0},
                                          {"Er", 167.26, 0},
                                          {"Tm", 168.93, 0},
                                          {"Yb", 173.05, 0},
                                          {"Lu", 174.97, 0},
                                          {"Hf", 178.49, 22.25},
                                          {"Ta", 180.95, 18.01},
                                          {"W", 183.84, 15.85},
                                          {"Re", 186.21, 0},
                                          {"Os", 190.23, 0},
                                          {"Ir", 192.22, 0},
                                          {"Pt", 195.08, 15.10},
                                          {"Au", 196.97, 16.96},
                                          {"Hg", 200.59, 0},
                                          {"Tl", 204.38, 0},
                                          {"Pb", 207.2, 30.32},
                                          {"Bi", 208.98, 0},
                                          {"Th", 232.04, 0},
                                          {"Pa", 231.04, 0},
                                          {"U", 238.03, 0},
                                          {0}};

static const struct element *table(const char *units)
{
    return strcmp(units, "metal") == 0 ? chemical : wahnstrom;
}

double element_volume(const char *name)
{
    for (const struct element *e = chemical; e->name; e++)
        if (strcmp(e->name, name) == 0) return e->volume;
    return 0.0;
}

double element_mass(const char *units, const char *name)
{
    for (const struct element *e = table(units); e->name; e++)
        if (strcmp(e->name, name) == 0) return e->mass;
    return 0.0;
}

/* Within 0.01 amu (neighbouring elements differ by more); reduced masses exactly. */
static const char *name_of_mass(const char *units, double mass)
{
    double tolerance = strcmp(units, "metal") == 0 ? 0.01 : 0.0;
    for (const struct element *e = table(units); e->name; e++)
        if (fabs(e->mass - mass) <= tolerance) return e->name;
    return NULL;
}

void elements_complete(struct config *c)
{
    struct species *s = &c->species;
    const char *name[SPECIES_MAX];
    bool all = true;
    for (int k = 0; k < s->count; k++) {
        name[k] = s->name[k][0] ? s->name[k] : name_of_mass(c->units, s->mass[k]);
        all = all && name[k];
        for (int m = 0; m < k && all; m++) all = strcmp(name[m], name[k]) != 0;
    }
    for (int k = 0; k < s->count; k++) {
        if (!s->name[k][0] && all) snprintf(s->name[k], SPECIES_NAME, "%s", name[k]);
        if (!s->name[k][0]) memcpy(s->name[k], (char[2]){(char)('1' + k), '\0'}, 2); /* SPECIES_MAX < 10 */
    }
    for (int k = 0; k < s->count; k++)
        if (s->mass[k] == 0.0) s->mass[k] = element_mass(c->units, s->name[k]);
}

const char *elements_units(const struct species *s)
{
    bool metal = s->count > 0, letters = true;
    for (int k = 0; k < s->count; k++) {
        metal = metal && element_mass("metal", s->name[k]) > 0.0;
        letters = letters && element_mass("lj", s->name[k]) > 0.0;
    }
    return metal && !letters ? "metal" : "lj";
}

status elements_add(struct species *s, const char *name, int32_t *type)
{
    int known = species_find(s, name);
    if (known < 0) {
        if (s->count == SPECIES_MAX)
            return fail(BAD_INPUT, "'%.40s' is species number %d, at most %d are possible", name,
                        SPECIES_MAX + 1, SPECIES_MAX);
        if (!name[0] || strlen(name) >= SPECIES_NAME)
            return fail(BAD_INPUT, "the species name '%.40s' must have 1 to %d characters", name,
                        SPECIES_NAME - 1);
        known = s->count++;
        snprintf(s->name[known], SPECIES_NAME, "%s", name);
        s->mass[known] = 0.0;
    }
    *type = (int32_t)known;
    return OK;
}

status config_set_units(struct config *c, const char *units)
{
    if (strcmp(units, "lj") != 0 && strcmp(units, "metal") != 0)
        return fail(BAD_INPUT, "units '%.40s' are not known, expected lj or metal", units);
    snprintf(c->units, sizeof c->units, "%s", units);
    return OK;
}

double element_radius(const char *units, const char *name)
{
    static const struct {
        const char *units, *name;
        double radius;
    } known[] = {{"lj", "A", 0.5}, {"lj", "B", 5.0 / 12.0}, {"metal", "Cu", 1.28}, {"metal", "Zr", 1.60}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(known[k].units, units) == 0 && strcmp(known[k].name, name) == 0) return known[k].radius;
    return 0.0;
}
