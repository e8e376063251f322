/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/potential.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/units.h"
#include "force/eam.h"
#include "force/kim.h"
#include "force/lj.h"

#include <stdio.h>
#include <string.h>

const struct potential_kind *const potential_kinds[] = {&potential_wahnstrom, &potential_cuzr, &potential_eam,
                                                        &potential_kim, NULL};

status potential_make(struct potential *p, const char *spec)
{
    *p = (struct potential){0};
    const char *colon = strchr(spec, ':');
    size_t length = colon ? (size_t)(colon - spec) : strlen(spec);
    const char *names[32] = {0};
    size_t n = 0;
    for (int i = 0; potential_kinds[i]; i++) {
        const struct potential_kind *k = potential_kinds[i];
        if (n < 32) names[n++] = k->name;
        if (strlen(k->name) != length || strncmp(k->name, spec, length) != 0) continue;
        p->kind = k;
        p->species = k->species;
        return k->make(p, colon ? colon + 1 : "");
    }
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)length, spec);
    const char *near = text_nearest(word, names, n);
    return fail(BAD_INPUT, "unknown potential '%s'%s%s%s (glint info potentials lists them)", word,
                near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

const char *const potential_precisions[] = {"double", "mixed", NULL};

status precision_parse(const char *word, enum precision *precision)
{
    *precision = PRECISION_DOUBLE;
    if (!word || strcmp(word, potential_precisions[PRECISION_DOUBLE]) == 0) return OK;
    *precision = PRECISION_MIXED;
    if (strcmp(word, potential_precisions[PRECISION_MIXED]) == 0) return OK;
    return fail(BAD_INPUT, "precision '%s' not understood: double or mixed", word);
}

status potential_check_precision(const struct potential *p, enum precision precision)
{
    if (precision == PRECISION_DOUBLE || (p->kind->compute_mixed && !p->double_only)) return OK;
    return fail(BAD_INPUT, "the potential %s has no mixed-precision kernel; use precision: double%s", p->spec,
                p->double_only ? p->double_only : "");
}

void potential_free(struct potential *p)
{
    if (p->kind && p->kind->release) p->kind->release(p);
    *p = (struct potential){0};
}

/* Step through "key=value,key=value"; false at the end. */
static bool next_option(const char **at, char key[32], char value[64], bool *well_formed)
{
    const char *s = *at;
    *well_formed = true;
    if (*s == '\0') return false;
    size_t length = strcspn(s, ",");
    const char *equals = memchr(s, '=', length);
    *well_formed = equals && equals > s && (size_t)(equals - s) < 32 && length - (size_t)(equals - s) <= 64;
    if (*well_formed) {
        snprintf(key, 32, "%.*s", (int)(equals - s), s);
        snprintf(value, 64, "%.*s", (int)(length - (size_t)(equals - s) - 1), equals + 1);
    }
    *at = s + length + (s[length] == ',' ? 1 : 0);
    return true;
}

status potential_check_options(const char *kind, const char *options, const char *const *known)
{
    char key[32], value[64];
    bool well_formed;
    for (const char *at = options; next_option(&at, key, value, &well_formed);) {
        if (!well_formed)
            return fail(BAD_INPUT, "%s:%s: options look like key=value,key=value", kind, options);
        size_t n = 0;
        bool found = false;
        for (; known[n]; n++) found = found || strcmp(known[n], key) == 0;
        if (found) continue;
        const char *near = text_nearest(key, known, n);
        return fail(BAD_INPUT, "%s has no option '%s'%s%s%s", kind, key, near ? "; did you mean " : "",
                    near ? near : "", near ? "?" : "");
    }
    return OK;
}

status potential_option(const char *options, const char *key, const char *fallback, char *value, size_t size)
{
    char k[32], v[64];
    bool well_formed;
    snprintf(value, size, "%s", fallback);
    for (const char *at = options; next_option(&at, k, v, &well_formed);)
        if (well_formed && strcmp(k, key) == 0) snprintf(value, size, "%s", v);
    return OK;
}

status potential_adopt(const struct potential *p, struct config *c)
{
    int map[SPECIES_MAX];
    struct species s = p->species;
    for (int i = 0; i < c->species.count; i++) {
        map[i] = species_find(&s, c->species.name[i]);
        if (map[i] < 0) {
            char names[64] = "";
            for (int k = 0; k < s.count; k++)
                snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", k ? ", " : "",
                         s.name[k]);
            return fail(BAD_INPUT, "the potential %s has species %s; the configuration has '%s'", p->spec,
                        names, c->species.name[i]);
        }
        if (c->species.mass[i] > 0.0) s.mass[map[i]] = c->species.mass[i];
        if (!(s.mass[map[i]] > 0.0))
            return fail(BAD_INPUT, "the mass of %s is not known: the file of the configuration must give it",
                        c->species.name[i]);
    }
    for (int64_t i = 0; i < c->atoms; i++) c->type[i] = map[c->type[i]];
    c->species = s;
    snprintf(c->units, sizeof c->units, "%s", p->kind->units);
    if (strcmp(c->units, "metal") == 0) {
        struct unit_system metal = units_metal();
        config_scale_time(c, units_size(&metal, QUANTITY_TIME));
    }
    return OK;
}
