/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct element {
    const char *name;
    double mass;
};
static const struct element wahnstrom[] = {{"A", 2.0}, {"B", 1.0}, {0}};
static const struct element chemical[] = {
    {"Cu", 63.546}, {"Zr", 91.224}, {"H", 1.008},   {"He", 4.0026}, {"Li", 6.94},
    {"Be", 9.0122}, {"B", 10.81},   {"C", 12.011},  {"N", 14.007},  {"O", 15.999},
    {"F", 18.998},  {"Ne", 20.180}, {"Na", 22.990}, {"Mg", 24.305}, {"Al", 26.982},
    {"Si", 28.085}, {"P", 30.974},  {"S", 32.06},   {"Cl", 35.45},  {"Ar", 39.95},
    {"K", 39.098},  {"Ca", 40.078}, {"Sc", 44.956}, {"Ti", 47.867}, {"V", 50.942},
    {"Cr", 51.996}, {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933}, {"Ni", 58.693},
    {"Zn", 65.38},  {"Ga", 69.723}, {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971},
    {"Br", 79.904}, {"Kr", 83.798}, {"Rb", 85.468}, {"Sr", 87.62},  {"Y", 88.906},
    {"Nb", 92.906}, {"Mo", 95.95},  {"Ru", 101.07}, {"Rh", 102.91}, {"Pd", 106.42},
    {"Ag", 107.87}, {"Cd", 112.41}, {"In", 114.82}, {"Sn", 118.71}, {"Sb", 121.76},
    {"Te", 127.60}, {"I", 126.90},  {"Xe", 131.29}, {"Cs", 132.91}, {"Ba", 137.33},
    {"La", 138.91}, {"Ce", 140.12}, {"Pr", 140.91}, {"Nd", 144.24}, {"Sm", 150.36},
    {"Eu", 151.96}, {"Gd", 157.25}, {"Tb", 158.93}, {"Dy", 162.50}, {"Ho", 164.93},
    {"Er", 167.26}, {"Tm", 168.93}, {"Yb", 173.05}, {"Lu", 174.97}, {"Hf", 178.49},
    {"Ta", 180.95}, {"W", 183.84},  {"Re", 186.21}, {"Os", 190.23}, {"Ir", 192.22},
    {"Pt", 195.08}, {"Au", 196.97}, {"Hg", 200.59}, {"Tl", 204.38}, {"Pb", 207.2},
    {"Bi", 208.98}, {"Th", 232.04}, {"Pa", 231.04}, {"U", 238.03},  {0}};

/* name and volume in cubic angstrom */
static const struct {
    const char *name;
    double volume;
} solid[] = {{"Cu", 11.81}, {"Zr", 23.28}, {"Mg", 23.24}, {"Al", 16.60}, {"Si", 20.02}, {"Ca", 43.63},
             {"Ti", 17.65}, {"V", 13.83},  {"Cr", 12.00}, {"Mn", 12.21}, {"Fe", 11.78}, {"Co", 11.10},
             {"Ni", 10.94}, {"Zn", 15.20}, {"Y", 33.00},  {"Nb", 17.98}, {"Mo", 15.58}, {"Pd", 14.72},
             {"Ag", 17.06}, {"Sn", 27.05}, {"La", 37.40}, {"Ce", 34.40}, {"Gd", 33.00}, {"Hf", 22.25},
             {"Ta", 18.01}, {"W", 15.85},  {"Pt", 15.10}, {"Au", 16.96}, {"Pb", 30.32}, {0}};

static const struct element *table(const char *units)
{
    return strcmp(units, "metal") == 0 ? chemical : wahnstrom;
}

double element_volume(const char *name)
{
    for (size_t i = 0; solid[i].name; i++)
        if (strcmp(solid[i].name, name) == 0) return solid[i].volume;
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
