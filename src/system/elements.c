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
                                          {"B", 10.81, 0},
                                          {"C", 12.011, 0},
                                          {"N", 14.007, 0},
                                          {"O", 15.999, 0},
                                          {"Mg", 24.305, 23.24},
                                          {"Al", 26.982, 16.60},
                                          {"Si", 28.085, 20.02},
                                          {"P", 30.974, 0},
                                          {"S", 32.06, 0},
                                          {"Ca", 40.078, 43.63},
                                          {"Ti", 47.867, 17.65},
                                          {"V", 50.942, 13.83},
                                          {"Cr", 51.996, 12.00},
                                          {"Mn", 54.938, 12.21},
                                          {"Fe", 55.845, 11.78},
                                          {"Co", 58.933, 11.10},
                                          {"Ni", 58.693, 10.94},
                                          {"Zn", 65.38, 15.20},
                                          {"Y", 88.906, 33.00},
                                          {"Nb", 92.906, 17.98},
                                          {"Mo", 95.95, 15.58},
                                          {"Pd", 106.42, 14.72},
                                          {"Ag", 107.87, 17.06},
                                          {"Sn", 118.71, 27.05},
                                          {"La", 138.91, 37.40},
                                          {"Ce", 140.12, 34.40},
                                          {"Gd", 157.25, 33.00},
                                          {"Hf", 178.49, 22.25},
                                          {"Ta", 180.95, 18.01},
                                          {"W", 183.84, 15.85},
                                          {"Pt", 195.08, 15.10},
                                          {"Au", 196.97, 16.96},
                                          {"Pb", 207.2, 30.32},
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
