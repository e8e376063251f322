/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/sample.h"
#include "system/build.h"
#include "system/elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct sample_input, field)

/* Fractions of the potential's species come behind N (sample_table_for). */
static const struct input_key keys[] = {
    {"N", INPUT_INTEGER, AT(N), .limit = INPUT_BETWEEN, .min = 2, .max = 5e8,
     .help =
         "number of atoms of a random mixture; beside it fractions by the names of the potential's species, "
         "e.g. Cu: 0.5, Zr: 0.5 (standard: equal shares)"},
    {"density", INPUT_NUMBER, AT(density), .quantity = QUANTITY_NUMBER_DENSITY, .limit = INPUT_POSITIVE,
     .standard = "1.1 /sigma^3", .standard_metal = "0.05 /angstrom^3",
     .help = "number density of the start; metals: standard 0.93 of that of the solid elements"},
    {"crystal", INPUT_STRING, AT(crystal),
     .help = "a crystal instead: fcc, hcp, bcc, sc, B2, C14, C15, C36, C11b or C15b"},
    {"species", INPUT_WORDS, AT(on_sites), .n = 2,
     .help = "of the crystal: on its sites; compounds: two, AB2 with A first"},
    {"a", INPUT_NUMBER, AT(a), .quantity = QUANTITY_LENGTH, .limit = INPUT_POSITIVE,
     .help = "lattice constant of the crystal (or give its density)"},
    {"c/a", INPUT_NUMBER, AT(c_over_a), .limit = INPUT_POSITIVE, .help = "of the crystal; standard: ideal"},
    {"cells", INPUT_INTEGERS, AT(cells), .limit = INPUT_BETWEEN, .min = 1, .max = 100000, .n = 3,
     .help = "of the crystal along a, b, c, or one number for all; hexagonal ones as (a, sqrt(3) a, c)"},
    {"file", INPUT_STRING, AT(file),
     .help =
         "start from a configuration file instead (LAMMPS data or dump, extended XYZ, H5MD, a checkpoint)"},
    {0}};
enum { KEYS = sizeof keys / sizeof *keys }; /* with the last, empty one */

static void check(struct input *in, const struct tree_node *map, void *target);

const struct input_table sample_table = {"atoms", keys, sizeof(struct sample_input),
                                         .help = "the sample at the start", .check = check};

/* ---- the table for a potential ---- */

static bool is_key(const char *name)
{
    for (const struct input_key *k = keys; k->name; k++)
        if (strcmp(k->name, name) == 0) return true;
    return false;
}

/* The names that fractions may have: the potential's species; if they are not known, what is written. */
static int fraction_names(const struct sample_input *s, const struct tree_node *map,
                          const char *name[SPECIES_MAX])
{
    int n = 0;
    for (; n < s->species.count; n++) name[n] = s->species.name[n];
    if (n > 0) return n;
    for (const struct tree_node *c = map->first; c && n < SPECIES_MAX; c = c->next)
        if (!is_key(c->key)) name[n++] = c->key;
    return n;
}

/* In atoms per cubic angstrom, with what is written for the fractions (nonsense is told later, by its key).
 */
static double solid_density(const struct tree_node *map, int n, const char *const *name, bool given)
{
    double volume = 0.0, total = 0.0;
    for (int k = 0; k < n; k++) {
        const struct tree_node *node = tree_child(map, name[k]);
        double share = given ? 0.0 : 1.0, own = element_volume(name[k]);
        if (node && (node->kind != TREE_TEXT || !text_to_double(node->text, &share))) return 0.0;
        if (!(share >= 0.0) || (share > 0.0 && own == 0.0)) return 0.0;
        volume += share * own;
        total += share;
    }
    return total > 0.0 ? total / volume : 0.0;
}

static const char *copy(struct input *in, const char *text)
{
    char *out = input_memory(in, strlen(text) + 1, 1);
    if (out) memcpy(out, text, strlen(text) + 1);
    return out;
}

/* Standards of what the map is about. */
static void set_standards(struct input *in, const struct tree_node *map, struct input_key *table,
                          double solid)
{
    const struct tree_node *crystal = tree_child(map, "crystal");
    const struct lattice *l = crystal && crystal->kind == TREE_TEXT ? lattice_find(crystal->text) : NULL;
    char text[64];
    for (struct input_key *k = table; k->name; k++) {
        if (strcmp(k->name, "density") == 0 && crystal) k->standard = k->standard_metal = NULL;
        if (strcmp(k->name, "density") == 0 && !crystal && solid > 0.0) {
            snprintf(text, sizeof text, "%.4g /angstrom^3", 0.93 * solid);
            k->standard_metal = copy(in, text);
        }
        if (strcmp(k->name, "c/a") == 0 && l && (l->hexagonal || l->c_over_a != 1.0)) {
            snprintf(text, sizeof text, "%.17g", l->c_over_a);
            k->standard = copy(in, text);
        }
    }
}

const struct input_table *sample_table_for(struct input *in, const struct tree_node *map, const void *field)
{
    const struct sample_input *s = field;
    const char *name[SPECIES_MAX], *standard = NULL;
    char text[64];
    int n = fraction_names(s, map, name);
    bool given = false, mixture = tree_child(map, "N") != NULL;
    for (int k = 0; k < n; k++) given = given || tree_child(map, name[k]);
    snprintf(text, sizeof text, "%.17g", given ? 0.0 : 1.0 / n);
    if (mixture) standard = copy(in, text);
    struct input_key *all = input_memory(in, KEYS + (size_t)n, sizeof *all);
    struct input_table *table = input_memory(in, 1, sizeof *table);
    if (!all || !table) return NULL;
    all[0] = keys[0];
    for (int k = 0; k < n; k++) {
        snprintf(text, sizeof text, "fraction of species %s", name[k]);
        all[1 + k] = (struct input_key){
            copy(in, name[k]),           INPUT_NUMBER,         AT(fraction) + (size_t)k * sizeof(double),
            .limit = INPUT_NOT_NEGATIVE, .standard = standard, .help = copy(in, text)};
    }
    memcpy(all + 1 + n, keys + 1, (KEYS - 1) * sizeof *keys);
    set_standards(in, map, all, solid_density(map, n, name, given));
    *table = sample_table;
    table->keys = all;
    return table;
}

/* ---- relations between the keys ---- */

static void check_mixture(struct input *in, const struct tree_node *map, const struct sample_input *s)
{
    char sum[SPECIES_MAX * 48] = "";
    double total = 0.0;
    for (int k = 0; k < s->species.count; k++) {
        total += s->fraction[k];
        snprintf(sum + strlen(sum), sizeof sum - strlen(sum), "%s%s = %g", k ? ", " : "", s->species.name[k],
                 s->fraction[k]);
    }
    if (s->species.count > 0 && !(fabs(total - 1.0) < 1e-9))
        input_problem(in, map, "the fractions %s do not add up to 1", sum);
}

static void list_species(const struct species *s, char *out, size_t size)
{
    out[0] = '\0';
    for (int k = 0; k < s->count; k++)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", k ? ", " : "", s->name[k]);
}

static void check_species(struct input *in, const struct tree_node *map, const struct sample_input *s,
                          const struct lattice *l)
{
    const struct tree_node *at = tree_child(map, "species");
    char known[SPECIES_MAX * (SPECIES_NAME + 2)];
    list_species(&s->species, known, sizeof known);
    if (s->on_sites.count != (size_t)l->kinds)
        input_problem(in, at ? at : map, "%s (%s) needs `species: [%s]`, found %zu; the potential has %s",
                      l->name, l->description, l->kinds == 1 ? "X" : "X, Y", s->on_sites.count, known);
    for (size_t k = 0; k < s->on_sites.count; k++)
        if (s->species.count > 0 && species_find(&s->species, s->on_sites.value[k]) < 0)
            input_problem(in, at, "unknown species '%s': the potential has %s", s->on_sites.value[k], known);
}

static void check_crystal(struct input *in, const struct tree_node *map, struct sample_input *s)
{
    const struct lattice *l = lattice_find(s->crystal);
    if (!l) {
        const char *names[32];
        size_t n = 0;
        while (lattices[n].name && n < 32) names[n] = lattices[n].name, n++;
        const char *near = text_nearest(s->crystal, names, n);
        input_problem(in, tree_child(map, "crystal"),
                      "unknown crystal '%s'%s%s%s: fcc, hcp, bcc, sc, B2, C14, C15, C36, C11b or C15b",
                      s->crystal, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        return;
    }
    check_species(in, map, s, l);
    if (isnan(s->a) == isnan(s->density))
        input_problem(in, map, "give either the lattice constant `a` or the `density` of the crystal");
    if (s->cells.count != 1 && s->cells.count != 3)
        input_problem(in, map, "give `cells: [n, n, n]` along a, b, c, or one number; found %zu",
                      s->cells.count);
    if (in->problem_count > 0) return;
    double c_over_a = isnan(s->c_over_a) ? 0.0 : s->c_over_a;
    if (isnan(s->a)) s->a = lattice_constant(l, s->density, c_over_a);
    double per_a3 = lattice_constant(l, 1.0, c_over_a); /* a at density 1: density = (per_a3/a)³ */
    s->density = pow(per_a3 / s->a, 3);
    s->N = (int64_t)lattice_atoms(l) * (l->hexagonal ? 2 : 1);
    for (size_t k = 0; k < 3; k++) s->N *= s->cells.value[s->cells.count == 3 ? k : 0];
}

static void check(struct input *in, const struct tree_node *map, void *target)
{
    struct sample_input *s = target;
    static const char *const of_crystal[] = {"species", "a", "c/a", "cells"};
    int ways = (s->N != INPUT_ABSENT) + (s->crystal != NULL) + (s->file != NULL);
    if (ways > 1) { /* none: the owner knows whether the sample comes from elsewhere */
        input_problem(in, map, "give one of `N` (a random mixture), `crystal` and `file`; found %d of them",
                      ways);
        return;
    }
    for (size_t k = 0; k < 4 && !s->crystal; k++)
        if (input_given(map, of_crystal[k]))
            input_problem(in, tree_child(map, of_crystal[k]),
                          "this belongs to a `crystal`, which is not given");
    for (int k = 0; k < s->species.count && s->N == INPUT_ABSENT; k++)
        if (input_given(map, s->species.name[k]))
            input_problem(in, tree_child(map, s->species.name[k]),
                          "a fraction belongs to a mixture of `N` atoms");
    if (s->crystal)
        check_crystal(in, map, s);
    else if (s->N != INPUT_ABSENT)
        check_mixture(in, map, s);
}

/* ---- making it ---- */

status sample_build(const struct sample_input *s, uint64_t seed, struct config *c)
{
    if (!s->crystal) {
        struct build_mixture m = {.atoms = s->N, .density = s->density, .species = s->species, .seed = seed};
        memcpy(m.fraction, s->fraction, sizeof m.fraction);
        return build_mixture(c, &m);
    }
    struct build_lattice l = {.lattice = lattice_find(s->crystal),
                              .a = s->a,
                              .c_over_a = isnan(s->c_over_a) ? 0.0 : s->c_over_a,
                              .species = s->species};
    l.orthogonal = l.lattice->hexagonal;
    for (size_t k = 0; k < 3; k++) l.n[k] = s->cells.value[s->cells.count == 3 ? k : 0];
    for (size_t k = 0; k < s->on_sites.count; k++)
        l.site_species[k] = species_find(&s->species, s->on_sites.value[k]);
    return build_lattice(c, &l);
}
