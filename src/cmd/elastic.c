/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/elastic.h"
#include "base/args.h"
#include "base/text.h"
#include "par/par.h"
#include "system/build.h"
#include "system/trajectory.h"

#include <stdio.h>
#include <string.h>

struct options {
    const char *potential, *crystal, *species, *a, *start;
    double c_over_a, strain, force;
    int64_t cells, most;
    bool fixed, json;
};

static const char *const starts[] = {"none", "atoms", "isotropic", "axes"}; /* enum elastic_start */

static const struct arg args[] = {
    {"--potential", 0, ARG_STRING, offsetof(struct options, potential), "SPEC",
     "the force law, e.g. cuzr:m19 (glint info potentials lists them)"},
    {"--crystal", 0, ARG_STRING, offsetof(struct options, crystal), "NAME",
     "a crystal instead of CONFIG: fcc, hcp, bcc, sc, B2, C14, C15, C36, C11b or C15b"},
    {"--species", 0, ARG_STRING, offsetof(struct options, species), "X,Y", "of the crystal: on its sites"},
    {"--a", 0, ARG_STRING, offsetof(struct options, a), "LENGTH",
     "its lattice constant to start from, e.g. '3.6 angstrom'"},
    {"--c-over-a", 0, ARG_DOUBLE, offsetof(struct options, c_over_a), "X", "its c/a to start from (ideal)"},
    {"--cells", 0, ARG_INT, offsetof(struct options, cells), "N", "cells along each axis (1)"},
    {"--start", 0, ARG_STRING, offsetof(struct options, start), "WHAT",
     "relaxed before it is strained: none, atoms, isotropic (and volume), axes (and edges; standard)"},
    {"--strain", 0, ARG_DOUBLE, offsetof(struct options, strain), "E", "of the central differences (1e-3)"},
    {"--force", 0, ARG_DOUBLE, offsetof(struct options, force), "F",
     "largest force and stress that relaxation leaves, in units of the potential (1e-8)"},
    {"--most", 0, ARG_INT, offsetof(struct options, most), "N",
     "iterations of one relaxation at most (100000)"},
    {"--fixed", 0, ARG_FLAG, offsetof(struct options, fixed), NULL,
     "only with the atoms moved along, not relaxed"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_elastic;

/* ---- the sample ---- */

static status site_species(const struct potential *p, const struct lattice *l, const char *names, int to[2])
{
    char word[2][SPECIES_NAME] = {"", ""}, more[2];
    int n = sscanf(names, "%7[^,],%7[^,]%1s", word[0], word[1], more);
    if (n != l->kinds)
        return fail(BAD_INPUT, "--species %s: %s has %d kind%s of sites (%s)", names, l->name, l->kinds,
                    l->kinds == 1 ? "" : "s", l->description);
    for (int k = 0; k < n; k++) {
        to[k] = species_find(&p->species, word[k]);
        if (to[k] < 0)
            return fail(BAD_INPUT, "--species %s: %s has no species '%s'", names, p->spec, word[k]);
    }
    return OK;
}

static status make_crystal(const struct potential *p, const struct options *o, struct config *c)
{
    struct unit_system u = strcmp(p->kind->units, "metal") == 0 ? units_metal() : units_lj();
    struct build_lattice l = {
        .lattice = lattice_find(o->crystal), .c_over_a = o->c_over_a, .species = p->species};
    if (!l.lattice)
        return fail(BAD_INPUT, "no crystal '%s'; known are fcc, hcp, bcc, sc, B2, C14, C15, C36, C11b, C15b",
                    o->crystal);
    if (!o->species || !o->a)
        return fail(BAD_INPUT, "--crystal %s needs --species and --a, e.g. --species %s --a '%s'", o->crystal,
                    l.lattice->kinds == 2 ? "Cu,Zr" : "Cu", units_example(&u, QUANTITY_LENGTH));
    TRY(site_species(p, l.lattice, o->species, l.site_species));
    TRY(units_parse(&u, o->a, QUANTITY_LENGTH, &l.a));
    l.orthogonal = l.lattice->hexagonal;
    for (int k = 0; k < 3; k++) l.n[k] = o->cells;
    TRY(build_lattice(c, &l));
    snprintf(c->units, sizeof c->units, "%s", p->kind->units);
    return OK;
}

static status make_sample(const struct potential *p, const char *path, const struct options *o,
                          struct config *c)
{
    if (!path == !o->crystal) return fail(BAD_INPUT, "give either a configuration file or --crystal");
    if (o->crystal) return make_crystal(p, o, c);
    TRY(config_read(path, c));
    TRY(potential_adopt(p, c));
    return config_check(c);
}

/* ---- the result ---- */

static const char *const columns[6] = {"xx", "yy", "zz", "yz", "xz", "xy"};

static void print_tensor(const char *what, const struct elastic_tensor *t, double unit, const char *label)
{
    printf("\nC_ij in %s, %s\n    ", label, what);
    for (int j = 0; j < 6; j++) printf("%11s", columns[j]);
    for (int i = 0; i < 6; i++) {
        printf("\n  %s", columns[i]);
        for (int j = 0; j < 6; j++) printf("%11.4f", t->C[i][j] / unit);
    }
    printf("\nVoigt averages: K %.4f, G %.4f, E %.4f %s, nu %.4f; largest |C_ij - C_ji| %.2g %s\n",
           t->K / unit, t->G / unit, t->E / unit, label, t->nu, t->asymmetry / unit, label);
}

static void print_text(const struct potential *p, const struct options *o, enum elastic_start start,
                       const struct elastic *r, int64_t atoms)
{
    struct unit_system u = strcmp(p->kind->units, "metal") == 0 ? units_metal() : units_lj();
    double unit = units_size(&u, QUANTITY_PRESSURE);
    const char *label = units_label(&u, QUANTITY_PRESSURE);
    printf("potential      %s\natoms          %lld\n", p->description, (long long)atoms);
    printf("start          %s: energy %.10g %s per atom, density %.8g %s\n", starts[start],
           r->energy / (double)atoms, units_label(&u, QUANTITY_ENERGY),
           (double)atoms / r->volume / units_size(&u, QUANTITY_NUMBER_DENSITY),
           units_label(&u, QUANTITY_NUMBER_DENSITY));
    printf("stress there   ");
    for (int i = 0; i < 6; i++) printf("%s %.3g  ", columns[i], r->stress[i] / unit);
    printf("%s (tension positive)\nstrain         +-%g, central differences; shear strains are twice the "
           "tensor's\n",
           label, o->strain);
    print_tensor("atoms moved with the cell", &r->fixed, unit, label);
    if (!o->fixed) print_tensor("atoms relaxed", &r->relaxed, unit, label);
}

static void json_tensor(struct json *j, const char *key, const struct elastic_tensor *t, double unit)
{
    json_open(j, key, '{');
    json_open(j, "C", '[');
    for (int i = 0; i < 6; i++) {
        json_open(j, NULL, '[');
        for (int k = 0; k < 6; k++) json_number(j, NULL, t->C[i][k] / unit);
        json_close(j);
    }
    json_close(j);
    json_number(j, "K", t->K / unit);
    json_number(j, "G", t->G / unit);
    json_number(j, "E", t->E / unit);
    json_number(j, "nu", t->nu);
    json_number(j, "asymmetry", t->asymmetry / unit);
    json_close(j);
}

static status print_json(const struct potential *p, const struct options *o, enum elastic_start start,
                         const struct elastic *r, int64_t atoms)
{
    struct unit_system u = strcmp(p->kind->units, "metal") == 0 ? units_metal() : units_lj();
    double unit = units_size(&u, QUANTITY_PRESSURE);
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "potential", p->spec);
    json_integer(&j, "atoms", atoms);
    json_string(&j, "start", starts[start]);
    json_number(&j, "strain", o->strain);
    json_string(&j, "order", "xx yy zz yz xz xy; shear strains are twice the tensor's");
    json_string(&j, "unit", units_label(&u, QUANTITY_PRESSURE));
    json_number(&j, "energy_per_atom", r->energy / (double)atoms);
    json_number(&j, "density", (double)atoms / r->volume);
    json_open(&j, "stress", '[');
    for (int i = 0; i < 6; i++) json_number(&j, NULL, r->stress[i] / unit);
    json_close(&j);
    json_tensor(&j, "fixed", &r->fixed, unit);
    if (!o->fixed) json_tensor(&j, "relaxed", &r->relaxed, unit);
    json_integer(&j, "iterations", r->iterations);
    json_close(&j);
    status s = j.text.out_of_memory ? fail(FAILED, "out of memory for the result") : OK;
    if (s == OK) puts(j.text.s);
    json_free(&j);
    return s;
}

/* ---- the command ---- */

static status measure(const char *path, const struct options *o, enum elastic_start start)
{
    struct potential p = {0};
    struct config c = {0};
    struct elastic r;
    struct elastic_options e = {.potential = o->potential,
                                .start = start,
                                .strain = o->strain,
                                .relax = !o->fixed,
                                .force = o->force,
                                .most_steps = o->most};
    status s = OK;
    GUARD(potential_make(&p, o->potential));
    GUARD(make_sample(&p, path, o, &c));
    GUARD(elastic_measure(&c, &e, &r));
    if (par_rank() == 0) {
        if (o->json)
            s = print_json(&p, o, start, &r, c.atoms);
        else
            print_text(&p, o, start, &r, c.atoms);
    }
done:
    potential_free(&p);
    config_free(&c);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {.start = "axes", .strain = 1e-3, .force = 1e-8, .cells = 1, .most = 100000};
    const char *path = NULL;
    int n = 0, start = 0;
    TRY(args_parse(&cmd_elastic, argc, argv, &o, &path, 0, 1, &n));
    if (!o.potential) return fail(BAD_INPUT, "--potential SPEC is needed, e.g. --potential cuzr:m19");
    while (start < 4 && strcmp(starts[start], o.start) != 0) start++;
    if (start == 4) return fail(BAD_INPUT, "--start %s: expected none, atoms, isotropic or axes", o.start);
    if (!(o.force > 0.0) || o.most < 1) return fail(BAD_INPUT, "--force and --most must be greater than 0");
    TRY(par_start());
    status s = par_agree(measure(n > 0 ? path : NULL, &o, (enum elastic_start)start));
    par_finish();
    return s;
}

const struct command cmd_elastic = {
    .name = "elastic",
    .summary = "elastic constants of a configuration or a crystal at T = 0",
    .synopsis = "CONFIG|--crystal NAME --species X,Y --a LENGTH --potential SPEC [--start WHAT] [--json]",
    .description =
        "Strains the sample by +-E along each of the six directions and takes the change of stress: 6x6 "
        "constants\n"
        "and Voigt averages, with the atoms moved along and with the atoms relaxed. Before, the sample is "
        "relaxed\n"
        "as --start says. Units: GPa for metals, eps/sigma^3 for lj. For a glass, the scatter among the "
        "equivalent\n"
        "constants is the error of one sample. Hexagonal crystals: a along x, c along z, rectangular cell.",
    .examples =
        "  glint elastic --crystal hcp --species Zr --a '3.22 angstrom' --potential cuzr:m19\n"
        "  glint elastic --crystal B2 --species Cu,Zr --a '3.23 angstrom' --potential cuzr:m09 --json\n"
        "  glint elastic tests/data/lj_4000.data --potential wahnstrom:shift=force --start atoms",
    .args = args,
    .run = run,
};
