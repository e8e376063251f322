/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sweeps: which members one input stands for, what they are called, and what is refused. */
#include "input/sweep.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* after status.h: it makes fail() a macro */

static const struct input_key keys[] = {{"seed", INPUT_INTEGER, 0, .help = "seed"},
                                        {"film", INPUT_CUSTOM, 0, .help = "film"},
                                        {"thermostat", INPUT_CUSTOM, 0, .help = "thermostat"},
                                        {"stages", INPUT_CUSTOM, 0, .help = "stages"},
                                        {"sweep", INPUT_CUSTOM, 0, .help = "sweep"},
                                        {"replicas", INPUT_CUSTOM, 0, .help = "replicas"},
                                        {"controls", INPUT_CUSTOM, 0, .help = "controls"},
                                        {0}};
static const struct input_table table = {"run", keys, 8, .help = "a run"};

#define BASE                                                                                     \
    "seed: 9\nstages:\n  - melt: {T: 1 K}\n  - anneal: {T: 2 K}\n  - deposit: {T: 3 K, flux: 1 " \
    "/sigma^2/tau}\n"                                                                            \
    "  - anneal: {T: 4 K, label: hold}\n"

static status expand(struct tree *doc, struct sweep *s, const char *blocks)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", BASE, blocks);
    *doc = (struct tree){0};
    assert_int_equal(tree_parse(doc, "pvd.yaml", text, strlen(text)), OK);
    assert_true(sweep_present(doc));
    return sweep_read(s, doc, &table, "pvd.yaml");
}

static void expand_fine(struct tree *doc, struct sweep *s, const char *blocks)
{
    if (expand(doc, s, blocks) != OK) fail_msg("%s", status_message());
}

static void value_is(const struct sweep *s, size_t member, const char *path, const char *text)
{
    struct tree one = {0};
    assert_int_equal(sweep_document(s, member, &one), OK);
    const struct tree_node *n = tree_find(one.root, path);
    assert_non_null(n);
    assert_string_equal(n->text, text);
    assert_null(tree_child(one.root, "sweep"));
    assert_null(tree_child(one.root, "replicas"));
    tree_free(&one);
}

static void test_product(void **state)
{
    struct tree doc;
    struct sweep s;
    (void)state;
    expand_fine(&doc, &s,
                "sweep:\n  deposit.T: [0.60, 0.85] Tg\n  deposit.flux: [3e-3, 1e-3, 3e-4] /sigma^2/tau\n"
                "  seed: [1, 2]\n");
    assert_int_equal(s.members, 12);
    assert_string_equal(s.member[0].name, "T0.60Tg-flux3e-3-seed1");
    assert_string_equal(s.member[1].name, "T0.60Tg-flux3e-3-seed2"); /* the last key changes fastest */
    assert_string_equal(s.member[2].name, "T0.60Tg-flux1e-3-seed1");
    assert_string_equal(s.member[11].name, "T0.85Tg-flux3e-4-seed2");
    value_is(&s, 2, "stages.2.deposit.T", "0.60 Tg");
    value_is(&s, 2, "stages.2.deposit.flux", "1e-3 /sigma^2/tau");
    value_is(&s, 11, "seed", "2");
    value_is(&s, 11, "stages.0.melt.T", "1 K");
    assert_string_equal(s.key[1].text[2], "3e-4 /sigma^2/tau");
    assert_string_equal(tree_child(doc.root, "seed")->text, "9"); /* the document itself is as it was */
    tree_free(&doc);
}

static void test_keys_and_names(void **state)
{
    static const struct {
        const char *blocks, *name, *path, *value; /* of member 1 */
    } cases[] = {
        {"sweep: {hold.T: [1 K, 2 K]}\n", "T2K", "stages.3.anneal.T", "2 K"},
        {"sweep: {stages.1.anneal.T: [1 K, 2 K]}\n", "T2K", "stages.1.anneal.T", "2 K"},
        {"sweep: {stages.hold.P: [0 /sigma, 2 eps/sigma^3]}\n", "P2", "stages.3.anneal.P", "2 eps/sigma^3"},
        {"sweep: {melt.T: [1] K, hold.T: [5, 7] K}\n", "melt.T1K-hold.T7K", "stages.3.anneal.T", "7 K"},
        {"sweep: {stages.1.anneal.T: [1] K, stages.3.anneal.T: [5, 7] K}\n", "1.anneal.T1K-3.anneal.T7K",
         "stages.3.anneal.T", "7 K"},
        {"sweep: {thermostat.kind: [bussi, langevin]}\n", "kind_langevin", "thermostat.kind", "langevin"},
        {"sweep: {film.size: [[1 sigma, 2 sigma], [3 sigma, 4 sigma]]}\n", "size_3sigma_4sigma",
         "film.size.1", "4 sigma"},
        {"sweep: {deposit.flux: [1 /sigma^2/tau, 1 /sigma^2/ps]}\n", "flux1_sigma_2_ps",
         "stages.2.deposit.flux", "1 /sigma^2/ps"},
        {"sweep: {film.what: ['a/b', '../c']}\n", "what_.._c", "film.what", "../c"},
        {"sweep: {seed: 3..5}\n", "seed4", "seed", "4"},
        {"replicas: {number: 8}\n", "seed2", "seed", "2"},
        {"replicas: {seeds: 11..13}\n", "seed12", "seed", "12"},
        {"replicas: {number: 2, seeds: [5, 9], at_once: 2}\n", "seed9", "seed", "9"},
        {"sweep: {zip: {melt.T: [1, 2] K, seed: [7, 8]}}\n", "T2K-seed8", "seed", "8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tree doc;
        struct sweep s;
        expand_fine(&doc, &s, cases[i].blocks);
        assert_string_equal(s.member[1].name, cases[i].name);
        value_is(&s, 1, cases[i].path, cases[i].value);
        tree_free(&doc);
    }
}

static void test_zip_and_replicas_together(void **state)
{
    struct tree doc;
    struct sweep s;
    (void)state;
    expand_fine(&doc, &s,
                "sweep:\n  zip: {melt.T: [1, 2] K, hold.T: [3, 4] K}\n  deposit.T: [5, 6] K\n"
                "replicas: {number: 3, at_once: 2}\n");
    assert_int_equal(s.members, 2 * 2 * 3);
    assert_int_equal(s.at_once, 2);
    value_is(&s, 11, "melt.T", "2 K");
    value_is(&s, 11, "hold.T", "4 K");
    value_is(&s, 5, "melt.T", "1 K");
    value_is(&s, 5, "hold.T", "3 K");
    value_is(&s, 5, "deposit.T", "6 K");
    value_is(&s, 5, "seed", "3");
    tree_free(&doc);
}

/* Names do not depend on what else is swept, are unique, and long ones stay short. */
static void test_names_are_stable(void **state)
{
    struct tree doc, more;
    struct sweep s, t;
    char blocks[1500] = "sweep: {film.text: [";
    (void)state;
    expand_fine(&doc, &s, "sweep: {deposit.T: [0.6, 0.8] Tg}\n");
    expand_fine(&more, &t, "sweep: {deposit.T: [0.5, 0.6, 0.7, 0.8] Tg}\n");
    assert_string_equal(s.member[1].name, t.member[3].name);
    tree_free(&doc);
    tree_free(&more);
    for (int i = 0; i < 2; i++) { /* two texts of 400 letters that differ in the last */
        memset(blocks + strlen(blocks), 'x', 400);
        snprintf(blocks + strlen(blocks), 8, "%d%s", i, i ? "]}\n" : ", ");
    }
    expand_fine(&doc, &s, blocks);
    assert_true(strlen(s.member[0].name) == SWEEP_NAME_MAX && strlen(s.member[1].name) == SWEEP_NAME_MAX);
    assert_string_not_equal(s.member[0].name, s.member[1].name);
    tree_free(&doc);
}

static void test_refused(void **state)
{
    static const struct {
        const char *blocks, *says;
    } bad[] = {
        {"sweep: {depositt.T: [1, 2] K}\n",
         "pvd.yaml:7:21: sweep.depositt.T: unknown key or stage 'depositt' (did "
         "you mean 'deposit'?)"},
        {"sweep: {sed: [1, 2]}\n", "did you mean 'seed'?"},
        {"sweep: {anneal.T: [1, 2] K}\n", "'anneal' fits 2 entries of the list; give the label of one"},
        {"sweep: {stages.9.melt.T: [1, 2] K}\n", "the path has no '9' in stages"},
        {"sweep: {seed: [1, 1]}\n", "the values '1' and '1' of 'seed' give one name"},
        {"sweep: {seed: []}\n", "found an empty list"},
        {"sweep: {seed: 5..2}\n", "an ascending range"},
        {"sweep: {seed: {a: 1}}\n", "found a map, expected the values as a list"},
        {"sweep: {seed: [{a: 1}]}\n", "found a map as a value of a sweep"},
        {"sweep: {}\n", "found nothing, expected keys with their values"},
        {"sweep: [1]\n", "found a list, expected keys with their values"},
        {"sweep: {hold.T: [1] K, stages.3.anneal.T: [2] K}\n", "swept twice, here and as 'hold.T'"},
        {"sweep: {seed: [1, 2]}\nreplicas: {number: 3}\n", "seed is swept twice"},
        {"sweep: {zip: {seed: [1, 2], melt.T: [1, 2, 3] K}}\n", "'seed' has 2 values and 'melt.T' 3"},
        {"sweep: {zip: [seed]}\n", "keys that change together"},
        {"replicas: {number: 3, seeds: 1..4}\n", "3 replicas and 4 seeds"},
        {"replicas: {at_once: 2}\n", "give their number or their seeds"},
        {"replicas: {numbr: 2}\n", "did you mean 'number'?"},
        {"sweep: {seed: 1..200, melt.T: [1, 2] K, film.n: 1..100}\n", "more than 10000 members"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tree doc;
        struct sweep s;
        assert_int_equal(expand(&doc, &s, bad[i].blocks), BAD_INPUT);
        if (!strstr(status_message(), bad[i].says)) fail_msg("%s\nsays %s", bad[i].blocks, status_message());
        tree_free(&doc);
    }
}

/* What belongs to a member but depends on some keys only; and an input that is many without a sweep. */
static void test_parts(void **state)
{
    struct tree doc;
    struct sweep s;
    char name[SWEEP_NAME_MAX + 1];
    const bool seed_only[] = {false, true}, none[] = {false, false};
    (void)state;
    expand_fine(&doc, &s, "sweep:\n  deposit.T: [0.60, 0.85] Tg\n  seed: [1, 2]\n");
    sweep_name(&s, 3, NULL, "", name);
    assert_string_equal(name, s.member[3].name);
    sweep_name(&s, 3, seed_only, "quench", name);
    assert_string_equal(name, "quench-seed2");
    sweep_name(&s, 3, none, "quench", name);
    assert_string_equal(name, "quench");
    char front[300];
    memset(front, 'x', sizeof front);
    front[250] = '\0';
    sweep_name(&s, 3, NULL, front, name);
    assert_int_equal(strlen(name), SWEEP_NAME_MAX);
    tree_free(&doc);
    expand_fine(&doc, &s, "controls: [film-quench]\n");
    assert_int_equal(s.members, 1);
    assert_string_equal(s.member[0].name, "film");
    assert_non_null(tree_child(s.base, "controls")); /* for its reader */
    tree_free(&doc);
}

static void test_drop(void **state)
{
    struct tree doc = {0};
    struct text t = {0};
    const char *text = "a: 1\nb: 2\nc: 3\n";
    (void)state;
    assert_int_equal(tree_parse(&doc, "x", text, strlen(text)), OK);
    tree_drop(doc.root, "z");
    assert_int_equal(doc.root->count, 3);
    tree_drop(doc.root, "b");
    assert_null(tree_child(doc.root, "b"));
    assert_int_equal(tree_child(doc.root, "c")->index, 1);
    tree_drop(doc.root, "c");
    assert_int_equal(tree_set(&doc, "d=4"), OK); /* the last one is right again */
    tree_drop(doc.root, "a");
    tree_emit(doc.root, &t);
    assert_string_equal(t.s, "d: 4\n");
    tree_drop(doc.root, "d");
    assert_true(doc.root->count == 0 && !doc.root->first && !doc.root->last);
    text_free(&t);
    tree_free(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product),
        cmocka_unit_test(test_keys_and_names),
        cmocka_unit_test(test_zip_and_replicas_together),
        cmocka_unit_test(test_names_are_stable),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
