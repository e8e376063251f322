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
    {"cutoff", INPUT_CUSTOM, offsetof(struct potential, cutoff), .read = read_cutoff,
     .noun = "a number and aa or ij", .standard = "2.5 aa"},
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

static void read_into(struct reading *r, const char *text, size_t length)
{
    *r = (struct reading){0};
    input_start(&r->in, units_lj());
    r->s = tree_parse(&r->doc, "t.yaml", text, length);
    if (r->s != OK) return;
    input_read(&r->in, &run_table, r->doc.root, &r->run, &r->effective);
    r->s = input_finish(&r->in, "t.yaml");
}

static void release(struct reading *r)
{
    input_free(&r->in);
    tree_free(&r->doc);
}

static void assert_says(const char *expected)
{
    if (strstr(status_message(), expected)) return;
    print_message("expected: %s\nfound: %s\n", expected, status_message());
    assert_true(false);
}

/* ---- trees ---- */

static struct tree parse_fine(const char *text)
{
    struct tree doc = {0};
    if (tree_parse(&doc, "t.yaml", text, strlen(text)) != OK) {
        print_message("%s\n", status_message());
        assert_true(false);
    }
    return doc;
}

static const char *text_at(const struct tree *doc, const char *path)
{
    const struct tree_node *n = tree_find(doc->root, path);
    return n && n->kind == TREE_TEXT ? n->text : "(none)";
}

static void test_tree_places(void **state)
{
    (void)state;
    struct tree doc =
        parse_fine("a: 1\nstages:\n  - melt: {T: 0.6 eps/kB,  for: 'it''s'}\n  - last\nb:\nc: \"\"\n");
    const struct tree_node *n = tree_find(doc.root, "stages.0.melt.for");
    assert_non_null(n);
    char path[TREE_PATH_MAX];
    assert_string_equal(tree_path(n, path), "stages.0.melt.for");
    assert_string_equal(n->text, "it's");
    assert_string_equal(n->file, "t.yaml");
    assert_true(n->quoted && n->line == 3 && n->column == 33 && n->key_line == 3 && n->key_column == 28);
    assert_string_equal(text_at(&doc, "stages.1"), "last");
    assert_string_equal(text_at(&doc, "stages.melt.T"), "0.6 eps/kB");
    assert_string_equal(text_at(&doc, "b"), "");
    assert_false(tree_child(doc.root, "b")->quoted);
    assert_true(tree_child(doc.root, "c")->quoted);
    assert_int_equal(doc.root->count, 4);
    assert_null(tree_find(doc.root, "stages.7"));
    assert_says("no '7' in stages");
    assert_null(tree_find(doc.root, ""));
    assert_null(tree_find(doc.root, "a."));
    assert_null(tree_find(doc.root, "a..b"));
    assert_null(tree_find(doc.root, ".a"));
    tree_free(&doc);
    assert_null(doc.root);
}

/* A unit after a list belongs to every entry, wherever it stands, and later columns stay right. */
static void test_tree_units(void **state)
{
    (void)state;
    struct tree doc = parse_fine("x: [1, 2] tau # [3] sigma\n"
                                 "controls:\n"
                                 "  - film: {from: 1.6 Tg}\n"
                                 "  - bulk: {rates: [1e-2, 3e-5] eps/kB/tau, k: [a] b, last: here}\n"
                                 "y: [[1, 2] Tg, [3] K]\n"
                                 "multi: [1,\n   2] /sigma^2/tau\n"
                                 "q: '[1] tau'\n"
                                 "s: S(|q|) [1] tau\n"
                                 "z: [1, 2]\n"
                                 "e: [] tau\n"
                                 "é: [2, 3] Å # ü [5] τ\n"
                                 "w: {é: [2, 3] Å, b: [1] τ, c: 4}\n"
                                 "n: don't [0] tau\n");
    assert_string_equal(text_at(&doc, "x.0"), "1 tau");
    assert_string_equal(text_at(&doc, "x.1"), "2 tau");
    assert_int_equal(tree_child(doc.root, "x")->count, 2);
    assert_string_equal(text_at(&doc, "controls.1.bulk.rates.1"), "3e-5 eps/kB/tau");
    assert_string_equal(text_at(&doc, "controls.bulk.k.0"), "a b");
    const struct tree_node *last = tree_find(doc.root, "controls.1.bulk.last");
    assert_true(last && last->line == 4 && last->column == 60 && last->key_column == 54);
    assert_string_equal(text_at(&doc, "y.0.1"), "2 Tg");
    assert_string_equal(text_at(&doc, "y.1.0"), "3 K");
    assert_string_equal(text_at(&doc, "multi.1"), "2 /sigma^2/tau");
    assert_string_equal(text_at(&doc, "q"), "[1] tau");
    assert_string_equal(text_at(&doc, "z.1"), "2");
    assert_string_equal(text_at(&doc, "é.1"), "3 Å");
    assert_int_equal(tree_child(doc.root, "é")->count, 2);
    assert_string_equal(text_at(&doc, "w.b.0"), "1 τ");
    assert_int_equal(tree_find(doc.root, "w.c")->column, 31);
    assert_int_equal(tree_child(doc.root, "e")->count, 0);
    tree_free(&doc);

    /* valid YAML keeps its meaning */
    doc = parse_fine("title: the list [1] tau\nx: [1, tau]\n");
    assert_string_equal(text_at(&doc, "title"), "the list [1] tau");
    assert_string_equal(text_at(&doc, "x.0"), "1");
    tree_free(&doc);

    /* the error that remains is told where it is */
    const char *bad = "x: [1, 2] tau\ny: [1] K, z: 1 }\n";
    assert_int_equal(tree_parse(&doc, "t.yaml", bad, strlen(bad)), BAD_INPUT);
    assert_says("t.yaml:2:");
    tree_free(&doc);
    bad = "x: [{a: 1}, 2] tau\n";
    assert_int_equal(tree_parse(&doc, "t.yaml", bad, strlen(bad)), BAD_INPUT);
    assert_says("t.yaml:1:4: a unit after a list");
    tree_free(&doc);
}

static void test_tree_kinds_of_text(void **state)
{
    (void)state;
    static const char *const empty[] = {"",           "\n\n", "# only a comment\n", "---\n", "\xef\xbb\xbf",
                                        "---\n...\n", "{}"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct tree doc = parse_fine(empty[i]);
        assert_true(doc.root->kind == TREE_MAP && doc.root->count == 0);
        tree_free(&doc);
    }
    struct tree doc = parse_fine("a: 1\r\nb:\r\n  c: 2 fs\r\nx: [1, 2] tau\r\ny: 3\r\n");
    assert_string_equal(text_at(&doc, "b.c"), "2 fs");
    assert_string_equal(text_at(&doc, "x.1"), "2 tau");
    assert_true(tree_child(doc.root, "y")->line == 5);
    tree_free(&doc);
    doc = parse_fine("\xef\xbb\xbf"
                     "a: \xc3\x85\n");
    assert_string_equal(text_at(&doc, "a"), "\xc3\x85");
    tree_free(&doc);
}

static void test_tree_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key 'a' is given twice (first in line 1)"},
        {"a: {b: 1, b: 2}", "t.yaml:1:11: the key 'b' is given twice"},
        {"a:\n\tb: 1\n", "t.yaml:2:1: not valid YAML: found character that cannot start any token"},
        {"a:\n\tb: 1\n", "a tab: indent with blanks"},
        {"a: b: c\n", "t.yaml:1:5: not valid YAML: mapping values are not allowed"},
        {"a: [1, 2\nb: 3\n", "t.yaml:2:"},
        {"a: {b: 1\n", "not valid YAML"},
        {"a: 'open\n", "not valid YAML"},
        {"a: 1\nb\n", "a line is no 'key: value'"},
        {"- 1\n- 2\n", "t.yaml:1:1: found a list, expected an input made of 'key: value' lines"},
        {"hello\n", "found a text, expected an input"},
        {"a: &x 1\nb: *x\n", "t.yaml:1:4: anchors, aliases"},
        {"a: *x\n", "anchors, aliases"},
        {"a: !!int 1\n", "tags"},
        {"a: !python/object:os.system 1\n", "tags"},
        {"a: &x [1]\n", "anchors"},
        {"a: &x {b: 1}\n", "anchors"},
        {"a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document"},
        {"? [a, b]\n: 1\n", "a key must be a word"},
        {"? {a: b}\n: 1\n", "a key must be a word"},
        {"\"\": 1\n", "the key is empty"},
        {"a: \"x\\0y\"\n", "a NUL character"},
        {"\"x\\0y\": 1\n", "a NUL character"},
        {"a: \xff\xfe\n", "expected text in UTF-8"},
        {"a: \x01\n", "expected text in UTF-8"},
        {"%YAML 3.0\n---\na: 1\n", "not valid YAML"},
        {"a: {[1]: 2}\n", "a key must be a word"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tree doc = {0};
        status s = tree_parse(&doc, "t.yaml", cases[i].text, strlen(cases[i].text));
        if (s != BAD_INPUT) print_message("case %zu: %s", i, cases[i].text);
        assert_int_equal(s, BAD_INPUT);
        assert_says(cases[i].says);
        tree_free(&doc);
    }
    struct tree doc = {0};
    assert_int_equal(tree_parse(&doc, "t.yaml", "a: 1\nb: \0 2\n", 12), BAD_INPUT);
    assert_says("t.yaml:2:4: a NUL byte");
    tree_free(&doc);
    assert_int_equal(tree_read(&doc, "/nonexistent/x.yaml"), BAD_INPUT);
    assert_says("cannot open /nonexistent/x.yaml");
    tree_free(&doc);
}

/* Text that grows by itself: built here, refused or read in bounded time and memory. */
static void hostile(const char *begin, const char *again, size_t times, const char *end, const char *says)
{
    struct text t = {0};
    struct tree doc = {0};
    size_t n = strlen(again);
    text_add(&t, "%s%*s%s", begin, (int)(n * times), "", end);
    for (size_t i = 0; i < times; i++) memcpy(t.s + strlen(begin) + i * n, again, n);
    status s = tree_parse(&doc, "t.yaml", t.s, t.length);
    assert_int_equal(s, says ? BAD_INPUT : OK);
    if (says) assert_says(says);
    tree_free(&doc);
    text_free(&t);
}

static void test_tree_hostile(void **state)
{
    (void)state;
    clock_t start = clock();
    hostile("a: ", "[", 100000, "\n", "nested deeper than 32 levels");
    hostile("a: ", "[ ", 100000, "\n", "nested deeper than 32 levels");
    hostile("a: ", "{a: ", 33, "\n", "nested deeper than 32 levels");
    hostile("a: ", "[x, ", 33, "\n", "nested deeper than 32 levels");
    hostile("a:\n", "- ", 100000, "x\n", "nested deeper than 32 levels");
    hostile("", "a: {", 31, "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}\n", NULL);
    hostile("", "a: {", 32, "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}\n", "nested deeper than 32 levels");
    hostile("a: [", "1,", 110000, "1]\n", "more than 100000 entries");
    hostile("a: ", "x", 1000000, "\n", NULL);
    hostile("a: ", "x", 5 << 20, "\n", "expected an input of at most 4194304");
    hostile("", "k", 300, ": 1\n", "the key is longer than 200 bytes");
    hostile("", "k", 3000, ": 1\n", "");
    hostile("a: \"", "\\x41", 100000, "\"\n", NULL);
    hostile("a: [", "[1] t, ", 100000, "]\n", "entries");
    hostile("a: ", "]", 100000, "\n", "not valid YAML");
    hostile("a: ", "'", 100001, "\n", "not valid YAML");
    struct text t = {0};
    text_add(&t, "a0: &a0 [lol, lol]\n"); /* a billion laughs */
    for (int i = 1; i < 31; i++) text_add(&t, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    struct tree doc = {0};
    assert_int_equal(tree_parse(&doc, "t.yaml", t.s, t.length), BAD_INPUT);
    assert_says("t.yaml:1:5: anchors, aliases");
    tree_free(&doc);
    text_free(&t);
    for (int i = 0; i < 5000; i++) text_add(&t, "key%d: 1\n", i);
    assert_int_equal(tree_parse(&doc, "t.yaml", t.s, t.length), BAD_INPUT);
    assert_says("t.yaml:1001:1: the map has more than 1000 keys");
    tree_free(&doc);
    text_free(&t);
    /* Far above what it takes (0.1 s), far below what quadratic reading of a megabyte would take. */
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10);
}

static void test_tree_set(void **state)
{
    (void)state;
    struct tree doc =
        parse_fine("seed: 1\nempty:\nstages:\n  - melt: {T: 1 K}\n  - anneal: {T: 2 K}\n  - anneal: {T: 3 "
                   "K}\nsweep: {deposit.T: [1, 2] Tg}\n");
    static const struct {
        const char *set, *path, *text;
    } fine[] = {
        {"seed=7", "seed", "7"},
        {"stages.0.melt.T=0.7 eps/kB", "stages.0.melt.T", "0.7 eps/kB"},
        {"stages.melt.T=0.8 eps/kB", "stages.0.melt.T", "0.8 eps/kB"},
        {"stages.2.anneal.for=1e7 steps", "stages.2.anneal.for", "1e7 steps"},
        {"film.substrate.kind=tethered", "film.substrate.kind", "tethered"},
        {"empty.a=1", "empty.a", "1"},
        {"sweep.deposit.T=[3, 4] Tg", "sweep.deposit.T.1", "4 Tg"},
        {"stages.3.quench={to: 1 K}", "stages.3.quench.to", "1 K"},
        {"label=a=b", "label", "a=b"},
        {"seed=", "seed", ""},
    };
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        if (tree_set(&doc, fine[i].set) != OK) print_message("%s\n", status_message());
        assert_string_equal(text_at(&doc, fine[i].path), fine[i].text);
    }
    const struct tree_node *n = tree_find(doc.root, "stages.2.anneal.for");
    assert_string_equal(n->file, "--set stages.2.anneal.for");
    char path[TREE_PATH_MAX];
    assert_string_equal(tree_path(n, path), "stages.2.anneal.for");
    assert_string_equal(tree_path(tree_find(doc.root, "sweep.deposit.T.1"), path), "sweep.deposit.T.1");
    static const struct {
        const char *set, *says;
    } bad[] = {
        {"seed", "expected key=value"},
        {"=3", "expected key=value"},
        {"stages.anneal.T=1 K", "fits 2 entries of the list; give its index"},
        {"stages.9.x=1", "the path has no '9' in stages"},
        {"stages.nosuch.x=1", "the path has no 'nosuch' in stages"},
        {"stages.0.melt.T.deeper=1", "below a text"},
        {"a..b=1", "a step of the path is empty"},
        {"seed=[1", "--set seed:2:1: not valid YAML"},
        {"a=*x", "anchors"},
        {"q.w.e.r.t.y.u.i.o.p.q.w.e.r.t.y.u.i.o.p.q.w.e.r.t.y.u.i.o.p.q.w.e.r=1",
         "nested deeper than 32 levels"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (tree_set(&doc, bad[i].set) != BAD_INPUT) print_message("%s\n", bad[i].set);
        assert_says(bad[i].says);
    }
    tree_free(&doc);
}

static bool same_tree(const struct tree_node *a, const struct tree_node *b)
{
    if (a->kind != b->kind || a->count != b->count || !a->key != !b->key || !a->text != !b->text)
        return false;
    if (a->key && strcmp(a->key, b->key) != 0) return false;
    if (a->text && strcmp(a->text, b->text) != 0) return false;
    const struct tree_node *y = b->first;
    for (const struct tree_node *x = a->first; x; x = x->next, y = y->next)
        if (!same_tree(x, y)) return false;
    return true;
}

/* What is written is read back as the same tree. */
static void assert_round_trip(const struct tree_node *root)
{
    struct text t = {0};
    struct tree again = {0};
    tree_emit(root, &t);
    assert_false(t.out_of_memory);
    if (tree_parse(&again, "again", t.s, t.length) != OK || !same_tree(root, again.root)) {
        print_message("%s\n---\n%s\n", status_message(), t.s);
        assert_true(false);
    }
    tree_free(&again);
    text_free(&t);
}

static void test_tree_written(void **state)
{
    (void)state;
    struct tree doc = parse_fine(good);
    assert_round_trip(doc.root);
    tree_free(&doc);
    doc = parse_fine(
        "a: [[1, [2, {b: c, d: []}]], {}, '', x, {e: [{f: {g: 1}}]}]\nb: {c: {d: {}}}\n'k: y': 1\n");
    assert_round_trip(doc.root);
    tree_free(&doc);
    static const char *const odd[] = {"- x",
                                      "-",
                                      "?",
                                      ":",
                                      "a: b",
                                      "a:",
                                      "a #b",
                                      "#a",
                                      " a",
                                      "a ",
                                      "[1]",
                                      "{a}",
                                      "a, b",
                                      "&a",
                                      "*a",
                                      "!a",
                                      "|",
                                      ">",
                                      "%a",
                                      "@a",
                                      "`a",
                                      "'",
                                      "\"",
                                      "\\",
                                      "\n",
                                      "a\nb",
                                      "\t",
                                      "~",
                                      "---",
                                      "...",
                                      "null",
                                      "1e-3",
                                      "-1 K",
                                      "/sigma",
                                      "Å",
                                      "\xc2\x85",
                                      "\xe2\x80\xa8",
                                      "\xef\xbb\xbf",
                                      "\x7f",
                                      "\x1b[",
                                      "a:\xc2\xa0",
                                      "--- a",
                                      "?x",
                                      "a?",
                                      "S(|q|)",
                                      "1..8",
                                      "\xef\xbf\xbe"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct tree_node *root, *list, *value;
        struct tree made = {0};
        assert_int_equal(tree_new(&made.arena, TREE_MAP, NULL, &root), OK);
        assert_int_equal(tree_new(&made.arena, TREE_TEXT, odd[i], &value), OK);
        value->key = odd[i];
        tree_append(root, value);
        assert_int_equal(tree_new(&made.arena, TREE_LIST, NULL, &list), OK);
        list->key = "list";
        tree_append(root, list);
        assert_int_equal(tree_new(&made.arena, TREE_TEXT, odd[i], &value), OK);
        tree_append(list, value);
        assert_round_trip(root);
        tree_free(&made);
    }
}

/* ---- tables ---- */

static void test_values(void **state)
{
    (void)state;
    struct reading r;
    read_into(&r, good, strlen(good));
    if (r.s != OK) print_message("%s\n", status_message());
    assert_int_equal(r.s, OK);
    const struct run *run = &r.run;
    assert_string_equal(run->potential.name, "wahnstrom");
    assert_true(run->potential.cutoff.number == 2.5);
    assert_string_equal(run->potential.cutoff.kind, "ij");
    assert_true(run->Tg->value == 0.37 && run->Tg->rate == 1e-3);
    assert_true(run->map->sigma == 2.91 && run->map->Tg == 670 && run->map->mass == 77.4);
    assert_true(run->dt == 0.005 && run->seed == 7 && run->number == 200 && !run->deep);
    assert_true(run->film->area[0] == 12 && run->film->area[1] == 12);
    assert_int_equal(run->stages.count, 4);
    const struct melt *melt = run->stages.item[0].target;
    assert_ptr_equal(run->stages.item[0].table, &melt_table);
    assert_true(melt->T == 1.6 * 0.37 && melt->P == 0 && melt->time == 100 && melt->ensemble == 1);
    assert_int_equal(melt->observe.count, 2);
    assert_string_equal(melt->observe.value[1], "hops");
    const struct quench *quench = run->stages.item[1].target;
    assert_string_equal(run->stages.item[1].name, "quench");
    assert_true(quench->to == 0.3 * 0.37 && quench->rate == 1e-2 &&
                fabs(quench->P - 1) < 0.1); /* eps/sigma^3 ~ 1 GPa */
    assert_int_equal(run->stages.item[2].variant, 2);
    assert_null(run->stages.item[2].node);
    assert_true(((const struct minimise *)run->stages.item[2].target)->force == 1e-8);
    melt = run->stages.item[3].target;
    assert_true(fabs(melt->T - 0.37 * 700 / 670) < 1e-12 && melt->ensemble == 0 && melt->observe.count == 0);
    assert_int_equal(run->windows.count, 2);
    assert_string_equal(run->windows.item[0].name, "3d");
    const struct shell *shell = run->windows.item[0].target;
    assert_true(shell->from == 2 && shell->to == 14 && shell->number == 8);
    const struct plane *plane = run->windows.item[1].target;
    assert_true(plane->normal[0] == 0 && plane->normal[2] == 1);
    assert_int_equal(run->controls.count, 1);
    assert_true(isnan(((const struct quench *)run->controls.item[0].target)->P));
    assert_int_equal(run->distance.count, 3);
    assert_true(run->distance.value[2] == 0.8);
    assert_int_equal(run->seeds.count, 8);
    assert_true(run->seeds.value[7] == 8);
    assert_true(run->keep == 2e9 && run->every == 600 && run->stop_above == 0.02);
    release(&r);
}

/* The effective input is complete, and read again gives the same values and the same text. */
static void test_effective(void **state)
{
    (void)state;
    struct reading r, again;
    struct text first = {0}, second = {0};
    read_into(&r, good, strlen(good));
    tree_emit(r.effective, &first);
    read_into(&again, first.s, first.length);
    assert_int_equal(again.s, OK);
    tree_emit(again.effective, &second);
    assert_string_equal(first.s, second.s);
    assert_true(memcmp(again.run.stages.item[1].target, r.run.stages.item[1].target, sizeof(struct quench)) ==
                0);
    assert_non_null(strstr(first.s, "\nevery: 10 min\n"));
    assert_non_null(strstr(first.s, "\ndistance: [0.4 sigma, 0.6 sigma, 0.8 sigma]\n"));
    assert_non_null(strstr(first.s, "  - minimise:\n      force: 1e-8 eps/sigma\n"));
    assert_non_null(strstr(first.s, "  2d:\n    kind: plane\n    normal: [0, 0, 1]\n"));
    text_free(&first);
    text_free(&second);
    release(&r);
    release(&again);
}

static void test_absent(void **state)
{
    (void)state;
    struct reading r;
    const char *least = "potential: {name: cuzr}\ndt: 1 tau";
    read_into(&r, least, strlen(least));
    assert_int_equal(r.s, OK);
    assert_true(r.run.seed == 1 && r.run.number == INPUT_ABSENT && isnan(r.run.keep) && !r.run.Tg &&
                !r.run.film);
    assert_true(r.run.stages.count == 0 && r.run.distance.count == 0 && r.run.potential.cutoff.number == 2.5);
    assert_true(input_given(r.doc.root, "dt") && !input_given(r.doc.root, "seed"));
    release(&r);
}

/* One bad input with many mistakes: every one is told, with its place, and nothing else. */
static void test_all_problems(void **state)
{
    (void)state;
    static const char bad[] = "potentail: {name: wahnstrom}\n"
                              "potential: {cutoff: 2.5 xx}\n"
                              "Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau}\n"
                              "dt: 0.005\n"
                              "seed: 1.5\n"
                              "number: 200 frames\n"
                              "deep: maybe\n"
                              "film: {area: [12 sigma]}\n"
                              "stages:\n"
                              "  - melt: {T: -1 Tg, for: 100 steps, ensemble: NPH}\n"
                              "  - quensh: {to: 1 K}\n"
                              "  - quench: {to: 0.3 sigma, rate: {a: 1}}\n"
                              "  - melt:\n"
                              "    T: 0.5 Tg\n"
                              "    for: 1 tau\n"
                              "  - [melt]\n"
                              "windows:\n"
                              "  a: {kind: shell, from: 3 /sigma, to: 2 /sigma}\n"
                              "  b: {kind: shel}\n"
                              "  c: {from: 1 /sigma}\n"
                              "  d: {kind: shell, from: 1 /sigma, to: 2 /sigma, number: 65}\n"
                              "controls: {to: 1 Tg}\n"
                              "distance: [0.4, 0, -1] sigma\n"
                              "seeds: [1, 8..1, x]\n"
                              "keep:\n"
                              "every: 10 tau\n";
    static const char *const problems[] = {
        "t.yaml:1:1: potentail: unknown key 'potentail' (did you mean 'potential'?), expected one of: "
        "potential, Tg,",
        "t.yaml:2:21: potential.cutoff: expected a number and aa or ij",
        "t.yaml:2:12: potential: the key 'name' is missing",
        "t.yaml:4:5: dt: found '0.005' without a unit, expected a time, e.g. '0.005 tau'",
        "t.yaml:5:7: seed: found '1.5', expected a whole number",
        "t.yaml:6:9: number: found '200 frames', expected a whole number, e.g. '8 seeds'",
        "t.yaml:7:7: deep: found 'maybe', expected yes or no",
        "t.yaml:8:14: film.area: found 1 entry, expected 2",
        "t.yaml:10:15: stages.0.melt.T: found '-1 Tg', expected a value more than 0",
        "t.yaml:10:48: stages.0.melt.ensemble: unknown word 'NPH' (did you mean 'NPT'?), expected one of: "
        "NVT, NPT",
        "t.yaml:11:5: stages.1: unknown name 'quensh' (did you mean 'quench'?), expected one of: melt, "
        "quench, minimise",
        "t.yaml:12:18: stages.2.quench.to: found '0.3 sigma', a length, expected a temperature",
        "t.yaml:12:35: stages.2.quench.rate: found a map, expected a cooling or heating rate",
        "t.yaml:13:5: stages.3: found an entry with 3 keys ('melt', 'T', …)",
        "t.yaml:16:5: stages.4: found a list, expected 'name: {…}'",
        "t.yaml:18:40: windows.a.to: expected more than 'from'",
        "t.yaml:19:13: windows.b.kind: unknown kind 'shel' (did you mean 'shell'?)",
        "t.yaml:20:6: windows.c: the key 'kind' is missing, expected one of: shell, plane",
        "t.yaml:21:58: windows.d.number: found '65', expected a value from 1 to 64",
        "t.yaml:22:11: controls: found a map, expected a list",
        "t.yaml:23:17: distance.1: found '0 sigma', expected a value more than 0",
        "t.yaml:23:20: distance.2: found '-1 sigma', expected a value more than 0",
        "t.yaml:24:12: seeds.1: found '8..1', expected an ascending range",
        "t.yaml:25:6: keep: found nothing, expected an amount of memory or disk, e.g. '2 GB'",
        "t.yaml:26:8: every: found '10 tau', a time, expected a wall-clock time, e.g. '10 min'",
    };
    struct reading r;
    read_into(&r, bad, sizeof bad - 1);
    assert_int_equal(r.s, BAD_INPUT);
    size_t n = sizeof problems / sizeof *problems;
    for (size_t i = 0; i < n; i++) assert_says(problems[i]);
    char count[32];
    snprintf(count, sizeof count, "%zu problems in t.yaml:", n);
    assert_says(count);
    release(&r);
}

/* A mistake in what defines the units is told once, and not again wherever the unit is used. */
static void test_moot_problems(void **state)
{
    (void)state;
    const char *bad = "potential: {name: x}\nTg: {value: 0.37, rate: 1 eps/kB/tau}\n"
                      "map: {sigma: 2.91, Tg: 670 K, mass: 77 u}\ndt: 1 fs\n"
                      "stages:\n  - melt: {T: 0.8 Tg, for: 10 steps}\n  - melt: {T: 8 Tgg, for: 10 ps}\n";
    struct reading r;
    read_into(&r, bad, strlen(bad));
    assert_int_equal(r.s, BAD_INPUT);
    assert_says("3 problems in");
    assert_says("t.yaml:2:13: Tg.value: found '0.37' without a unit");
    assert_says("t.yaml:3:14: map.sigma: found '2.91' without a unit, expected a length, e.g. '30 angstrom'");
    assert_says("t.yaml:7:15: stages.1.melt.T: found '8 Tgg' with the unknown unit 'Tgg'");
    release(&r);
    bad = "potential: {name: x}\nmap: {sigma: 2.91 Å, Tg: 670 K, mass: 77 u}\n"
          "stages: [{melt: {T: 0.8 Tg, for: 10 steps}}]\n";
    read_into(&r, bad, strlen(bad));
    assert_says("2 problems in");
    assert_says("add the Tg block");
    assert_says("the key 'dt' is missing: a time, e.g. '0.005 tau'");
    release(&r);
}

static void test_many_problems(void **state)
{
    (void)state;
    struct text t = {0};
    for (int i = 0; i < 500; i++) text_add(&t, "wrong%d: 1\n", i);
    struct reading r;
    read_into(&r, t.s, t.length);
    assert_int_equal(r.s, BAD_INPUT);
    assert_says("502 problems in t.yaml");
    release(&r);
    text_free(&t);
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
        bool fine;
    } cases[] = {{"8", 8, true},
                 {"-3", -3, true},
                 {"1e6", 1000000, true},
                 {"9223372036854775807", INT64_MAX, true},
                 {"9007199254740993", 9007199254740993, true},
                 {"9007199254740993 seeds", 9007199254740993, true},
                 {"200 seeds", 200, true},
                 {"2e2 seeds", 200, true},
                 {"9223372036854775808", 0, false},
                 {"1e17", 0, false},
                 {"1.5", 0, false},
                 {"8 seed", 0, false},
                 {"", 0, false},
                 {"x", 0, false},
                 {"8 8", 0, false},
                 {"nan", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct input in;
        struct tree_node node = {.kind = TREE_TEXT, .text = cases[i].text, .file = "t"};
        int64_t v = 0;
        input_start(&in, units_lj());
        assert_int_equal(input_integer(&in, &node, "seeds", &v), cases[i].fine);
        if (cases[i].fine) assert_true(v == cases[i].value);
        assert_int_equal(input_finish(&in, "t"), cases[i].fine ? OK : BAD_INPUT);
        input_free(&in);
    }
}

/* ---- a second table: what the first does not use ---- */

struct corner {
    struct potential potential; /* embedded, may be absent */
    struct input_words models;
    struct input_integers list;
    struct input_items runs;
    double force, delay;
    const char *note;
};
static const char *const models[] = {"power", "exponential", "lognormal", NULL};
static void choose_units(struct input *in, const struct input_key *key, const struct tree_node *node,
                         void *field)
{
    (void)key;
    (void)node;
    if (strcmp(*(const char **)field, "metal") == 0) in->units = units_metal();
}
static void read_delay(struct input *in, const struct input_key *key, const struct tree_node *node,
                       void *field)
{
    if (node->kind == TREE_TEXT && strcmp(node->text, "same") == 0)
        *(double *)field = -1;
    else
        input_number(in, node, key->quantity, field);
}
static const struct input_key corner_keys[] = {
    {"note", INPUT_STRING, offsetof(struct corner, note), .standard = "lj", .after = choose_units,
     .help = "units"},
    {"potential", INPUT_MAP, offsetof(struct corner, potential), .table = &potential_table, .help = "forces"},
    {"models", INPUT_WORDS, offsetof(struct corner, models), .choices = models, .standard = "[power]",
     .help = "fits"},
    {"list", INPUT_INTEGERS, offsetof(struct corner, list), .limit = INPUT_NOT_NEGATIVE, .help = "numbers"},
    {"runs", INPUT_LIST, offsetof(struct corner, runs), .table = &quench_table, .n = 2,
     .help = "at most two"},
    {"force", INPUT_NUMBER, offsetof(struct corner, force), .quantity = QUANTITY_FORCE,
     .standard = "1e-8 eps/sigma", .standard_metal = "1e-6 eV/angstrom", .help = "where to stop"},
    {"delay", INPUT_CUSTOM, offsetof(struct corner, delay), .quantity = QUANTITY_TIME, .read = read_delay,
     .help = "t"},
    {0}};
static const struct input_table corner_table = {"corner", corner_keys, sizeof(struct corner),
                                                .help = "corners"};

static status read_corner(const char *text, struct corner *c, char *effective, size_t size)
{
    struct tree doc = parse_fine(text);
    struct input in;
    struct tree_node *tree;
    struct text t = {0};
    *c = (struct corner){0};
    input_start(&in, units_lj());
    input_read(&in, &corner_table, doc.root, c, &tree);
    tree_emit(tree, &t);
    if (effective) snprintf(effective, size, "%s", t.s);
    status s = input_finish(&in, "t.yaml");
    text_free(&t);
    input_free(&in); /* the numbers in c stay, what it points at is gone */
    tree_free(&doc);
    return s;
}

static void test_corners(void **state)
{
    (void)state;
    struct corner c;
    char effective[1000];
    assert_int_equal(read_corner("", &c, effective, sizeof effective), OK);
    assert_true(c.potential.cutoff.number == 2.5 && c.models.count == 1 && c.force == 1e-8 && c.delay == 0);
    /* The potential has a key that must be given: half of the block could not be read back. */
    assert_string_equal(effective, "note: lj\nmodels: [power]\nforce: 1e-8 eps/sigma\n");
    char again[1000];
    assert_int_equal(read_corner(effective, &c, again, sizeof again), OK);
    assert_string_equal(again, effective);
    assert_int_equal(read_corner("note: metal\ndelay: 1 ps\n", &c, effective, sizeof effective), OK);
    assert_true(c.force == 1e-6 && c.delay > 98 && c.delay < 99);
    assert_non_null(strstr(effective, "force: 1e-6 eV/angstrom\ndelay: 1 ps\n"));
    assert_int_equal(
        read_corner("delay: same\nlist: [0, 9223372036854775806..9223372036854775807]", &c, NULL, 0), OK);
    assert_true(c.delay == -1 && c.list.count == 3);
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"models: [power, ekspo, log]", "t.yaml:1:17: models.1: unknown word 'ekspo'"},
        {"models: [x, lognormall]", "2 problems"},
        {"models: {a: b}", "found a map, expected a list"},
        {"list: [-1]", "expected a value 0 or more"},
        {"list: -9223372036854775808..9223372036854775807", "an ascending range of at most 100000"},
        {"list: [1..100000, 1]", "found more than 100000 numbers"},
        {"runs: [{to: 1 eps/kB}, {}, {}]", "found 3 entries, expected at most 2"},
        {"runs: [{to: 1 eps/kB}]", "runs.0: the key 'rate' is missing"},
        {"runs: [x]", "runs.0: found a text, expected the keys of quench as a map"},
        {"potential: x", "found a text, expected the keys of potential"},
        {"potential:", "the key 'name' is missing"},
        {"delay: 1 sigma", "delay: found '1 sigma', a length, expected a time"},
        {"note:", "note: found nothing, expected a text"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (read_corner(bad[i].text, &c, NULL, 0) != BAD_INPUT) print_message("%s\n", bad[i].text);
        assert_says(bad[i].says);
    }
}

static void test_file_and_long_path(void **state)
{
    (void)state;
    char name[] = "/tmp/glint-test-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    FILE *out = fdopen(fd, "w");
    for (int i = 0; i < 20; i++) fprintf(out, "%*sa%060d:\n", i, "", i);
    fprintf(out, "%*sT: 1 K\n", 20, "");
    fclose(out);
    struct tree doc = {0};
    status s = tree_read(&doc, name);
    remove(name);
    assert_int_equal(s, OK);
    const struct tree_node *n = doc.root;
    while (n->first) n = n->first;
    char path[TREE_PATH_MAX];
    tree_path(n, path);
    assert_true(strlen(path) < TREE_PATH_MAX && strncmp(path, "…", 3) == 0);
    assert_string_equal(path + strlen(path) - 4, "19.T");
    tree_free(&doc);
}

static void test_document(void **state)
{
    (void)state;
    struct text t = {0};
    input_document(&run_table, UNITS_LJ, &t);
    static const char *const parts[] = {"dt:",
                                        "a time, e.g. 0.005 tau; more than 0; required",
                                        "- melt",
                                        "kind: shell",
                                        "hold a liquid",
                                        "NVT | NPT; standard: NPT",
                                        "from 1 to 64; standard: 1",
                                        "temperature of the liquid",
                                        "list of 3, each a number",
                                        "cutoff:        a number and aa or ij; standard: 2.5 aa",
                                        "whole number, also followed by: seeds",
                                        "e.g. 30 angstrom"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(t.s, parts[i])) print_message("no '%s' in\n%s", parts[i], t.s);
        assert_non_null(strstr(t.s, parts[i]));
    }
    text_free(&t);
}

/* ---- mutation: whatever happens to a good input, reading it ends with a status ---- */

static uint64_t draw(uint64_t round, uint64_t n)
{
    double u[2];
    random_uniform2(2026, STREAM_TEST, round, n, u);
    return (uint64_t)(u[0] * 0x1p52);
}

static void test_mutations(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[", "]",   "{",  "}",    ": ", "- ",    "\n", "  ",  "'",  "\"",   "#", ",",  "&a ",   "*a",
        "!", "|\n", "\t", "\r\n", "..", "1e999", "Tg", "^-9", "kB", "\xff", "é", "? ", "---\n", "] tau"};
    clock_t start = clock();
    size_t length, fine = 0, rounds = 0;
    static char text[2 * sizeof good + 1024];
    for (; rounds < 20000 && clock() - start < CLOCKS_PER_SEC; rounds++) {
        length = sizeof good - 1;
        memcpy(text, good, length);
        uint64_t n = 1 + draw(rounds, 0) % 6, k = 1;
        for (uint64_t i = 0; i < n; i++) {
            size_t at = draw(rounds, k++) % (length + 1), size = draw(rounds, k++) % 12;
            uint64_t what = draw(rounds, k++) % 4;
            const char *piece = pieces[draw(rounds, k++) % (sizeof pieces / sizeof *pieces)];
            size_t from = draw(rounds, k++) % (length + 1);
            if (what == 0 && at < length) {
                text[at] = (char)(draw(rounds, k++) & 0xff);
            } else if (what == 1) { /* cut out */
                if (size > length - at) size = length - at;
                memmove(text + at, text + at + size, length - at - size);
                length -= size;
            } else { /* put in: a piece, or a copy of another place */
                if (what == 3 && size > length - from) size = length - from;
                char copy[16];
                if (what == 2) size = strlen(piece);
                memcpy(copy, what == 2 ? piece : text + from, size);
                memmove(text + at + size, text + at, length - at);
                memcpy(text + at, copy, size);
                length += size;
            }
        }
        struct reading r;
        read_into(&r, text, length);
        assert_true(r.s == OK || r.s == BAD_INPUT);
        if (r.s == OK) {
            fine++;
            assert_round_trip(r.effective);
        } else {
            assert_true(strlen(status_message()) > 10);
        }
        if (r.doc.root && r.effective) assert_round_trip(r.doc.root);
        release(&r);
    }
    print_message("%zu mutations, %zu still good\n", rounds, fine);
    assert_true(rounds > 100 && fine > 0 && fine < rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_places),
        cmocka_unit_test(test_tree_units),
        cmocka_unit_test(test_tree_kinds_of_text),
        cmocka_unit_test(test_tree_refused),
        cmocka_unit_test(test_tree_hostile),
        cmocka_unit_test(test_tree_set),
        cmocka_unit_test(test_tree_written),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_effective),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_all_problems),
        cmocka_unit_test(test_moot_problems),
        cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_corners),
        cmocka_unit_test(test_file_and_long_path),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
