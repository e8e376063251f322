/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML trees and input tables: the three typical inputs are described and read, every problem is reported at
 * once with its place, hostile texts are refused, and a seeded mutation of a good input never does harm. */
#include "base/random.h"
#include "input/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* after status.h: it makes fail() a macro */

/* ---- the tables of a small program ---- */

struct melt {
    double T, P, time;
    int ensemble;
    struct input_words observe;
};
static const char *const ensembles[] = {"NVT", "NPT", NULL};
static const struct input_key melt_keys[] = {
    {"T", INPUT_NUMBER, offsetof(struct melt, T), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .required = true, .help = "temperature of the liquid"},
    {"P", INPUT_NUMBER, offsetof(struct melt, P), .quantity = QUANTITY_PRESSURE, .standard = "0"},
    {"for", INPUT_NUMBER, offsetof(struct melt, time), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .required = true},
    {"ensemble", INPUT_CHOICE, offsetof(struct melt, ensemble), .choices = ensembles, .standard = "NPT"},
    {"observe", INPUT_WORDS, offsetof(struct melt, observe), .help = "what is recorded"},
    {0}};
static const struct input_table melt_table = {"melt", melt_keys, sizeof(struct melt),
                                              .help = "hold a liquid"};

struct quench {
    double to, rate, P;
};
static const struct input_key quench_keys[] = {
    {"to", INPUT_NUMBER, offsetof(struct quench, to), .quantity = QUANTITY_TEMPERATURE, .required = true},
    {"rate", INPUT_NUMBER, offsetof(struct quench, rate), .quantity = QUANTITY_COOLING_RATE,
     .required = true},
    {"P", INPUT_NUMBER, offsetof(struct quench, P), .quantity = QUANTITY_PRESSURE},
    {0}};
static const struct input_table quench_table = {"quench", quench_keys, sizeof(struct quench),
                                                .help = "cool at a rate"};

struct minimise {
    double force;
};
static const struct input_key minimise_keys[] = {{"force", INPUT_NUMBER, offsetof(struct minimise, force),
                                                  .quantity = QUANTITY_FORCE, .standard = "1e-8 eps/sigma"},
                                                 {0}};
static const struct input_table minimise_table = {"minimise", minimise_keys, sizeof(struct minimise),
                                                  .help = NULL};

static const struct input_table *const stages[] = {&melt_table, &quench_table, &minimise_table, NULL};

struct shell {
    double from, to;
    int64_t number;
};
static const struct input_key shell_keys[] = {
    {"from", INPUT_NUMBER, offsetof(struct shell, from), .quantity = QUANTITY_WAVENUMBER, .required = true},
    {"to", INPUT_NUMBER, offsetof(struct shell, to), .quantity = QUANTITY_WAVENUMBER, .required = true},
    {"number", INPUT_INTEGER, offsetof(struct shell, number), .limit = INPUT_BETWEEN, .min = 1, .max = 64,
     .standard = "1"},
    {0}};
static void shell_check(struct input *in, const struct tree_node *map, void *target)
{
    const struct shell *s = target;
    if (s->to <= s->from) input_problem(in, tree_child(map, "to"), "expected more than 'from'");
}
static const struct input_table shell_table = {"shell", shell_keys, sizeof(struct shell), .help = NULL,
                                               .check = shell_check};

struct plane {
    double normal[3];
};
static const struct input_key plane_keys[] = {
    {"normal", INPUT_VECTOR, offsetof(struct plane, normal), .n = 3, .standard = "[0, 0, 1]"}, {0}};
static const struct input_table plane_table = {"plane", plane_keys, sizeof(struct plane), .help = NULL};
static const struct input_table *const windows[] = {&shell_table, &plane_table, NULL};

struct cutoff {
    double number;
    char kind[4];
};
static void read_cutoff(struct input *in, const struct input_key *key, const struct tree_node *node,
                        void *field)
{
    struct cutoff *c = field;
    const char *rest = "";
    (void)key;
    if (node->kind == TREE_TEXT && units_number(node->text, &c->number, &rest) &&
        (strcmp(rest, "aa") == 0 || strcmp(rest, "ij") == 0))
        snprintf(c->kind, sizeof c->kind, "%s", rest);
    else
        input_problem(in, node, "expected a number and aa or ij, e.g. '2.5 aa'");
}

struct glass {
    double value, rate;
};
struct potential {
    const char *name;
    struct cutoff cutoff;
};
struct film {
    double area[2];
};
struct run {
    struct potential potential;
    struct glass *Tg;
    struct unit_map *map;
    double dt;
    int64_t seed, number;
    bool deep;
    struct film *film;
    struct input_items stages, windows, controls;
    struct input_numbers distance;
    struct input_integers seeds;
    double keep, every, stop_above;
};

static const struct input_key potential_keys[] = {
    {"name", INPUT_STRING, offsetof(struct potential, name), .required = true},
    {"cutoff", INPUT_CUSTOM, offsetof(struct potential, cutoff), .read = read_cutoff, .standard = "2.5 aa"},
    {0}};
static const struct input_table potential_table = {"potential", potential_keys, sizeof(struct potential),
                                                   .help = NULL};
static const struct input_key glass_keys[] = {
    {"value", INPUT_NUMBER, offsetof(struct glass, value), .quantity = QUANTITY_TEMPERATURE,
     .required = true},
    {"rate", INPUT_NUMBER, offsetof(struct glass, rate), .quantity = QUANTITY_COOLING_RATE, .required = true},
    {0}};
static void glass_check(struct input *in, const struct tree_node *map, void *target)
{
    (void)map;
    in->units.Tg = ((struct glass *)target)->value;
}
static const struct input_table glass_table = {"Tg", glass_keys, sizeof(struct glass), .help = NULL,
                                               .check = glass_check};
static const struct input_key map_keys[] = {
    {"sigma", INPUT_NUMBER, offsetof(struct unit_map, sigma), .quantity = QUANTITY_LENGTH, .real = true},
    {"Tg", INPUT_NUMBER, offsetof(struct unit_map, Tg), .quantity = QUANTITY_TEMPERATURE, .real = true},
    {"mass", INPUT_NUMBER, offsetof(struct unit_map, mass), .quantity = QUANTITY_MASS, .real = true},
    {0}};
static void map_check(struct input *in, const struct tree_node *map, void *target)
{
    if (units_map(&in->units, target) != OK) input_problem(in, map, "%s", status_message());
}
static const struct input_table map_table = {"map", map_keys, sizeof(struct unit_map), .help = NULL,
                                             .check = map_check};
static const struct input_key film_keys[] = {{"area", INPUT_VECTOR, offsetof(struct film, area), .n = 2,
                                              .quantity = QUANTITY_LENGTH, .required = true},
                                             {0}};
static const struct input_table film_table = {"film", film_keys, sizeof(struct film), .help = NULL};
static void know_dt(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
{
    (void)key;
    (void)node;
    in->units.dt = *(double *)field;
}
static const struct input_key run_keys[] = {
    {"potential", INPUT_MAP, offsetof(struct run, potential), .table = &potential_table, .required = true},
    {"Tg", INPUT_OPTIONAL, offsetof(struct run, Tg), .table = &glass_table, .defines_units = true},
    {"map", INPUT_OPTIONAL, offsetof(struct run, map), .table = &map_table, .defines_units = true},
    {"dt", INPUT_NUMBER, offsetof(struct run, dt), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .required = true, .defines_units = true, .after = know_dt},
    {"seed", INPUT_INTEGER, offsetof(struct run, seed), .standard = "1"},
    {"number", INPUT_INTEGER, offsetof(struct run, number), .noun = "seeds"},
    {"deep", INPUT_BOOL, offsetof(struct run, deep), .standard = "no"},
    {"film", INPUT_OPTIONAL, offsetof(struct run, film), .table = &film_table},
    {"stages", INPUT_STAGES, offsetof(struct run, stages), .variants = stages},
    {"windows", INPUT_NAMED, offsetof(struct run, windows), .variants = windows},
    {"controls", INPUT_LIST, offsetof(struct run, controls), .table = &quench_table, .n = 3},
    {"distance", INPUT_NUMBERS, offsetof(struct run, distance), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE},
    {"seeds", INPUT_INTEGERS, offsetof(struct run, seeds), .help = "one each"},
    {"keep", INPUT_NUMBER, offsetof(struct run, keep), .quantity = QUANTITY_BYTES},
    {"every", INPUT_NUMBER, offsetof(struct run, every), .quantity = QUANTITY_WALL_TIME,
     .standard = "10 min"},
    {"stop_above", INPUT_NUMBER, offsetof(struct run, stop_above), .help = "crystal"},
    {0}};
static const struct input_table run_table = {"run", run_keys, sizeof(struct run), .help = "a run"};

static const char good[] = "# a comment\n"
                           "potential: {name: wahnstrom, cutoff: 2.5 ij}\n"
                           "Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau}\n"
                           "map: {sigma: 2.91 angstrom, Tg: 670 K, mass: 77.4 u}\n"
                           "dt: 0.005 tau\n"
                           "seed: 7\n"
                           "number: 200 seeds\n"
                           "film:\n"
                           "  area: [12 sigma, 12 sigma]\n"
                           "stages:\n"
                           "  - melt:   {T: 1.6 Tg, for: 100 tau, observe: [speckle, hops]}\n"
                           "  - quench: {to: 0.3 Tg, rate: 1e-2 eps/kB/tau, P: 1 GPa}\n"
                           "  - minimise\n"
                           "  - melt:\n"
                           "      T: 700 K\n"
                           "      for: 10 ps\n"
                           "      ensemble: NVT\n"
                           "windows:\n"
                           "  3d: {kind: shell, from: 2 /sigma, to: 14 /sigma, number: 8}\n"
                           "  2d: plane\n"
                           "controls:\n"
                           "  - {to: 0.1 Tg, rate: 1e12 K/s}\n"
                           "distance: [0.4, 0.6, 0.8] sigma # the unit belongs to every entry\n"
                           "seeds: 1..8\n"
                           "keep: 2 GB\n"
                           "stop_above: 2 %\n";

struct reading {
    struct tree doc;
    struct input in;
    struct run run;
    struct tree_node *effective;
    status s;
};

static struct reading read_text(const char *text)
{
    struct reading r = {0};
    r.s = tree_parse(&r.doc, "t.yaml", text, strlen(text));
    input_start(&r.in, units_lj());
    if (r.s != OK) return r;
    input_read(&r.in, &run_table, r.doc.root, &r.run, &r.effective);
    r.s = input_finish(&r.in, "t.yaml");
    return r;
}

static void release(struct reading *r)
{
    input_free(&r->in);
    tree_free(&r->doc);
}

static void test_good(void **state)
{
    (void)state;
    struct reading r = read_text(good);
    if (r.s != OK) print_message("%s\n", status_message());
    assert_int_equal(r.s, OK);
    struct text t = {0};
    tree_emit(r.effective, &t);
    assert_non_null(strstr(t.s, "distance: [0.4 sigma"));
    text_free(&t);
    release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
