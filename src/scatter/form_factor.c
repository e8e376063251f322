/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/form_factor.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct element {
    const char *name;
    double a[4], b[4], c;
} elements[] = {
    {"Be", {1.5919, 1.1278, 0.5391, 0.7029}, {43.6427, 1.8623, 103.483, 0.542}, 0.0385},
    {"Al", {6.4202, 1.9002, 1.5936, 1.9646}, {3.0387, 0.7426, 31.5472, 85.0886}, 1.1151},
    {"Ti", {9.7595, 7.3558, 1.6991, 1.9021}, {7.8508, 0.5, 35.6338, 116.105}, 1.2807},
    {"Fe", {11.7695, 7.3573, 3.5222, 2.3045}, {4.7611, 0.3072, 15.3535, 76.8805}, 1.0369},
    {"Ni", {12.8376, 7.292, 4.4438, 2.38}, {3.8785, 0.2565, 12.1763, 66.3421}, 1.0341},
    {"Cu", {13.338, 7.1676, 5.6158, 1.6735}, {3.5828, 0.247, 11.3966, 64.8126}, 1.191},
    {"Zr", {17.8765, 10.948, 5.41732, 3.65721}, {1.27618, 11.916, 0.117622, 87.6627}, 2.06929},
    {"Nb", {17.6142, 12.0144, 4.04183, 3.53346}, {1.18865, 11.766, 0.204785, 69.7957}, 3.75591},
    {"Pd", {19.3319, 15.5017, 5.29537, 0.605844}, {0.698655, 7.98929, 25.2052, 76.8986}, 5.26593},
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

struct form_factors form_factors_one(int species)
{
    struct form_factors f = {.kind = FORM_ONE, .species = species, .text = "1"};
    return f;
}

static status unknown_element(const char *name)
{
    char known[64] = "";
    for (int e = 0; e < ELEMENTS; e++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", e ? ", " : "",
                 elements[e].name);
    return fail(BAD_INPUT, "no X-ray form factor for species '%s'; known are %s. Use numbers: %s=1,…", name,
                known, name);
}

static status parse_xray(struct form_factors *f, const struct species *species, const char *units)
{
    if (strcmp(units, "metal") != 0)
        return fail(BAD_INPUT,
                    "X-ray form factors need lengths in angstrom; this configuration is in %s units",
                    units[0] ? units : "unknown");
    f->kind = FORM_XRAY;
    char names[96] = "";
    for (int t = 0; t < species->count; t++) {
        f->element[t] = -1;
        for (int e = 0; e < ELEMENTS; e++)
            if (strcmp(species->name[t], elements[e].name) == 0) f->element[t] = e;
        if (f->element[t] < 0) return unknown_element(species->name[t]);
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", t ? ", " : "",
                 species->name[t]);
    }
    snprintf(f->text, sizeof f->text, "X-ray (%s), International Tables C", names);
    return OK;
}

static status parse_numbers(struct form_factors *f, const char *text, const struct species *species)
{
    bool given[SPECIES_MAX] = {false};
    char copy[256], *rest = copy, *word;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return fail(BAD_INPUT, "form factors '%s': too long", text);
    f->kind = FORM_NUMBERS;
    while ((word = strsep(&rest, ","))) {
        word += strspn(word, " ");
        char *equal = strchr(word, '=');
        if (!equal)
            return fail(BAD_INPUT, "form factors '%s': expected 1, xray or %s=NUMBER,… for every species",
                        text, species->name[0]);
        *equal = '\0';
        word[strcspn(word, " ")] = '\0';
        int t = species_find(species, word);
        if (t < 0) return fail(BAD_INPUT, "form factors '%s': there is no species '%s'", text, word);
        if (given[t]) return fail(BAD_INPUT, "form factors '%s': species '%s' appears twice", text, word);
        if (!text_to_double(equal + 1, &f->number[t]))
            return fail(BAD_INPUT, "form factors '%s': '%s' is not a number", text, equal + 1);
        given[t] = true;
    }
    double largest = 0;
    for (int t = 0; t < species->count; t++) {
        if (!given[t])
            return fail(BAD_INPUT, "form factors '%s': species '%s' is missing", text, species->name[t]);
        largest = fmax(largest, fabs(f->number[t]));
        size_t used = strlen(f->text);
        snprintf(f->text + used, sizeof f->text - used, "%s%s=%.10g", t ? ", " : "", species->name[t],
                 f->number[t]);
    }
    if (largest == 0) return fail(BAD_INPUT, "form factors '%s': nothing scatters", text);
    return OK;
}

status form_factors_parse(struct form_factors *f, const char *text, const struct species *species,
                          const char *units)
{
    *f = form_factors_one(species->count);
    if (!text || !text[0] || strcmp(text, "1") == 0) return OK;
    f->text[0] = '\0';
    if (strcmp(text, "xray") == 0 || strcmp(text, "X-ray") == 0) return parse_xray(f, species, units);
    return parse_numbers(f, text, species);
}

double form_factor_at(const struct form_factors *f, int species, double q)
{
    if (f->kind == FORM_ONE) return 1.0;
    if (f->kind == FORM_NUMBERS) return f->number[species];
    const struct element *e = &elements[f->element[species]];
    double s = q / (4 * M_PI), sum = e->c;
    for (int i = 0; i < 4; i++) sum += e->a[i] * exp(-e->b[i] * s * s);
    return sum;
}

bool form_factors_depend_on_q(const struct form_factors *f)
{
    return f->kind == FORM_XRAY;
}
