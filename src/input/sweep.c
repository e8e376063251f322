/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/sweep.h"
#include "base/sha256.h"
#include "input/schema_value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool sweep_present(const struct tree *doc)
{
    return tree_child(doc->root, "sweep") || tree_child(doc->root, "replicas") ||
           tree_child(doc->root, "controls");
}

struct reader {
    struct sweep *sweep;
    struct tree *doc;
    struct input in; /* for problems */
    const struct input_table *table;
    const char *where[SWEEP_KEYS_MAX]; /* the canonical path of each key */
};

static bool ok(struct reader *r, status s)
{
    if (s != OK && r->in.failure == OK) r->in.failure = s;
    return r->in.failure == OK;
}

/* ---- values ---- */

static status number_node(struct reader *r, const struct tree_node *like, int64_t value,
                          struct tree_node **node)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    TRY(tree_new(&r->doc->arena, TREE_TEXT, digits, node));
    (*node)->file = like->file;
    (*node)->line = like->line;
    (*node)->column = like->column;
    return OK;
}

static bool is_range(const char *text, int64_t *first, int64_t *last)
{
    const char *dots = strstr(text, "..");
    char before[32];
    if (!dots || dots - text >= (long)sizeof before) return false;
    snprintf(before, sizeof before, "%.*s", (int)(dots - text), text);
    return text_to_int64(before, first) && text_to_int64(dots + 2, last);
}

static bool take_range(struct reader *r, const struct tree_node *node, struct sweep_key *k, int64_t first,
                       int64_t last)
{
    if (last < first || last - first >= SWEEP_MEMBERS_MAX) {
        input_problem(&r->in, node, "found '%.60s', expected an ascending range of at most %d numbers",
                      node->text, SWEEP_MEMBERS_MAX);
        return false;
    }
    k->values = (size_t)(last - first) + 1;
    if (!ok(r, ARENA_NEW(&r->doc->arena, k->value, k->values))) return false;
    for (size_t i = 0; i < k->values; i++)
        if (!ok(r, number_node(r, node, first + (int64_t)i, &k->value[i]))) return false;
    return true;
}

/* A value is a text or a list of texts (a vector, a list of words). */
static bool is_value(struct reader *r, const struct tree_node *node)
{
    bool fine = node->kind != TREE_MAP && !(node->kind == TREE_TEXT && !*node->text);
    for (const struct tree_node *c = node->kind == TREE_LIST ? node->first : NULL; c; c = c->next)
        fine = fine && c->kind == TREE_TEXT;
    if (!fine)
        input_problem(&r->in, node, "found %s as a value of a sweep, expected a number, a word or a list",
                      value_kind(node));
    return fine;
}

static bool take_values(struct reader *r, const struct tree_node *node, struct sweep_key *k)
{
    int64_t first, last;
    if (node->kind == TREE_TEXT && is_range(node->text, &first, &last))
        return take_range(r, node, k, first, last);
    if (node->kind != TREE_LIST || node->count == 0) {
        input_problem(&r->in, node, "found %s, expected the values as a list, e.g. [0.60, 0.75] Tg",
                      node->kind == TREE_LIST ? "an empty list" : value_kind(node));
        return false;
    }
    k->values = node->count;
    if (!ok(r, ARENA_NEW(&r->doc->arena, k->value, k->values))) return false;
    for (struct tree_node *c = node->first; c; c = c->next) {
        if (!is_value(r, c)) return false;
        k->value[c->index] = c;
    }
    return true;
}

static bool make_texts(struct reader *r, struct sweep_key *k)
{
    if (!ok(r, ARENA_NEW(&r->doc->arena, k->text, k->values))) return false;
    for (size_t i = 0; i < k->values; i++) {
        struct text t = {0};
        if (k->value[i]->kind == TREE_TEXT)
            text_add(&t, "%s", k->value[i]->text);
        else
            tree_emit(k->value[i], &t);
        size_t n = t.length > 0 && t.s[t.length - 1] == '\n' ? t.length - 1 : t.length;
        bool copied = ok(r, t.out_of_memory ? fail(FAILED, "out of memory for a sweep")
                                            : arena_copy(&r->doc->arena, t.s, n, &k->text[i]));
        text_free(&t);
        if (!copied) return false;
    }
    return true;
}

/* ---- keys ---- */

static const struct tree_node *under_root(const struct tree_node *node)
{
    while (node->parent && node->parent->parent) node = node->parent;
    return node;
}

static size_t add_word(const char **words, size_t n, size_t most, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0) return n;
    if (n < most) words[n++] = word;
    return n;
}

static void unknown_key(struct reader *r, const struct tree_node *at, const char *key)
{
    enum { MOST = 128 };
    const char *names[MOST];
    size_t n = 0;
    char word[64];
    for (const struct input_key *k = r->table->keys; k->name; k++)
        if (strcmp(k->name, "sweep") != 0 && strcmp(k->name, "replicas") != 0)
            n = add_word(names, n, MOST, k->name);
    const struct tree_node *stages = tree_child(r->sweep->base, "stages");
    for (const struct tree_node *c = stages ? stages->first : NULL; c; c = c->next) {
        const struct tree_node *body = c->kind == TREE_MAP ? c->first : NULL;
        const struct tree_node *label = body ? tree_child(body, "label") : NULL;
        if (body) n = add_word(names, n, MOST, body->key);
        if (label && label->kind == TREE_TEXT) n = add_word(names, n, MOST, label->text);
    }
    snprintf(word, sizeof word, "%.*s", (int)strcspn(key, "."), key);
    value_unknown(&r->in, at, "key or stage", word, names, n);
}

static bool in_table(const struct input_table *table, const char *name)
{
    for (const struct input_key *k = table->keys; k->name; k++)
        if (strcmp(k->name, name) == 0) return true;
    return false;
}

/* Try the key on a copy: does it lead to one place of the input, and to another one than the keys before? */
static bool check_key(struct reader *r, const struct tree_node *at, const char *key,
                      const struct tree_node *value)
{
    struct tree scratch = {0};
    struct tree_node *copy = NULL;
    char path[TREE_PATH_MAX];
    size_t n = r->sweep->keys;
    bool fine = false;
    if (!ok(r, tree_copy(&scratch.arena, r->sweep->base, &scratch.root)) ||
        !ok(r, tree_copy(&scratch.arena, value, &copy)))
        goto done;
    if (tree_put(&scratch, key, copy) != OK) {
        input_problem(&r->in, at, "%s", status_message());
        goto done;
    }
    const struct tree_node *found = tree_find(scratch.root, key);
    if (!found || !in_table(r->table, under_root(found)->key)) {
        unknown_key(r, at, key);
        goto done;
    }
    if (!ok(r, arena_copy(&r->doc->arena, path, strlen(tree_path(found, path)), &r->where[n]))) goto done;
    fine = true;
    for (size_t i = 0; i < n; i++)
        if (strcmp(r->where[i], r->where[n]) == 0) {
            input_problem(&r->in, at, "%s is swept twice, here and as '%s'", path, r->sweep->key[i].key);
            fine = false;
        }
done:
    tree_free(&scratch);
    return fine;
}

static void add_key(struct reader *r, const struct tree_node *node, const char *key, size_t axis)
{
    struct sweep_key *k = &r->sweep->key[r->sweep->keys];
    if (r->sweep->keys == SWEEP_KEYS_MAX) {
        input_problem(&r->in, node, "more than %d keys are swept", SWEEP_KEYS_MAX);
        return;
    }
    *k = (struct sweep_key){.key = key, .axis = axis};
    if (take_values(r, node, k) && check_key(r, node, key, k->value[0]) && make_texts(r, k)) r->sweep->keys++;
}

/* ---- the two blocks ---- */

static void read_zip(struct reader *r, const struct tree_node *zip)
{
    size_t first = r->sweep->keys;
    if (zip->kind != TREE_MAP || zip->count == 0) {
        input_problem(&r->in, zip, "found %s, expected keys that change together: {KEY: […], KEY: […]}",
                      value_kind(zip));
        return;
    }
    for (const struct tree_node *c = zip->first; c; c = c->next) add_key(r, c, c->key, r->sweep->axes);
    for (size_t i = first; i < r->sweep->keys; i++)
        if (r->sweep->key[i].values != r->sweep->key[first].values)
            input_problem(&r->in, zip,
                          "'%s' has %zu values and '%s' %zu: keys that change together need as many",
                          r->sweep->key[first].key, r->sweep->key[first].values, r->sweep->key[i].key,
                          r->sweep->key[i].values);
    r->sweep->axes++;
}

static void read_sweep(struct reader *r, const struct tree_node *sweep)
{
    if (!sweep) return;
    if (sweep->kind != TREE_MAP || sweep->count == 0) {
        input_problem(&r->in, sweep, "found %s, expected keys with their values, e.g. seed: [1, 2]",
                      sweep->kind == TREE_MAP ? "nothing" : value_kind(sweep));
        return;
    }
    for (const struct tree_node *c = sweep->first; c; c = c->next) {
        if (strcmp(c->key, "zip") == 0)
            read_zip(r, c);
        else
            add_key(r, c, c->key, r->sweep->axes++);
    }
}

struct replicas {
    int64_t number, at_once;
    struct input_integers seeds;
};
static const struct input_key replicas_keys[] = {
    {"number", INPUT_INTEGER, offsetof(struct replicas, number), .limit = INPUT_BETWEEN, .min = 1,
     .max = SWEEP_MEMBERS_MAX, .help = "how many"},
    {"seeds", INPUT_INTEGERS, offsetof(struct replicas, seeds), .limit = INPUT_NOT_NEGATIVE,
     .help = "their seeds"},
    {"at_once", INPUT_INTEGER, offsetof(struct replicas, at_once), .limit = INPUT_BETWEEN, .min = 1,
     .max = 1000, .standard = "1", .help = "how many run at a time; --jobs overrides it"},
    {0}};
static const struct input_table replicas_table = {"replicas", replicas_keys, sizeof(struct replicas),
                                                  .help = "the same run with other seeds"};

static void read_replicas(struct reader *r, const struct tree_node *node)
{
    struct replicas given;
    struct sweep_key *k = &r->sweep->key[r->sweep->keys];
    if (!node) return;
    size_t before = r->in.problem_count;
    input_read(&r->in, &replicas_table, node, &given, NULL);
    if (r->in.problem_count > before || r->in.failure != OK) return;
    size_t n = given.seeds.count;
    if (n == 0 && given.number == INPUT_ABSENT) {
        input_problem(&r->in, node, "give their number or their seeds, e.g. {number: 8, seeds: 1..8}");
        return;
    }
    if (n > 0 && given.number != INPUT_ABSENT && given.number != (int64_t)n) {
        input_problem(&r->in, node, "%lld replicas and %zu seeds: give as many", (long long)given.number, n);
        return;
    }
    if (n == 0) n = (size_t)given.number;
    if (r->sweep->keys == SWEEP_KEYS_MAX) return;
    *k = (struct sweep_key){.key = "seed", .axis = r->sweep->axes++, .values = n};
    if (!ok(r, ARENA_NEW(&r->doc->arena, k->value, n))) return;
    for (size_t i = 0; i < n; i++)
        if (!ok(r, number_node(r, node, given.seeds.count ? given.seeds.value[i] : (int64_t)i + 1,
                               &k->value[i])))
            return;
    r->sweep->at_once = given.at_once;
    if (check_key(r, node, "seed", k->value[0]) && make_texts(r, k)) r->sweep->keys++;
}

/* ---- names ---- */

static void add_safe(char *out, size_t size, const char *text, size_t n)
{
    size_t at = strlen(out);
    for (size_t i = 0; i < n && at + 1 < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (isspace(c)) continue;
        out[at++] = isalnum(c) || strchr(".+-", c) ? (char)c : '_';
    }
    out[at] = '\0';
}

/* A name longer than SWEEP_NAME_MAX is cut and made unique by a digest of the whole. */
static void shorten(char *name)
{
    struct sha256 d;
    char hex[65];
    if (strlen(name) <= SWEEP_NAME_MAX) return;
    sha256_start(&d);
    sha256_add(&d, name, strlen(name));
    sha256_hex(&d, hex);
    snprintf(name + SWEEP_NAME_MAX - 9, 10, "-%.8s", hex);
}

/* "0.85 Tg" → "0.85Tg", "1e-3 /sigma^2/tau" → "1e-3" unless whole; "bussi" → "_bussi". */
static void make_slug(const struct tree_node *value, const char *text, bool whole, char *out, size_t size)
{
    double number;
    const char *unit;
    out[0] = '\0';
    if (value->kind == TREE_TEXT && units_number(text, &number, &unit)) {
        bool word = true;
        for (const char *c = unit; *c; c++) word = word && isalnum((unsigned char)*c);
        add_safe(out, size, text, whole || word ? strlen(text) : (size_t)(unit - text));
        return;
    }
    snprintf(out, size, "_");
    if (value->kind == TREE_TEXT) add_safe(out, size, text, strlen(text));
    for (const struct tree_node *c = value->kind == TREE_LIST ? value->first : NULL; c; c = c->next) {
        if (c != value->first) add_safe(out, size, "_", 1);
        add_safe(out, size, c->text, strlen(c->text));
    }
}

/* True if all are different (also where upper and lower case are one). */
static bool make_slugs(struct reader *r, struct sweep_key *k, bool whole)
{
    char slug[4096];
    if (!ok(r, ARENA_NEW(&r->doc->arena, k->slug, k->values))) return true;
    for (size_t i = 0; i < k->values; i++) {
        make_slug(k->value[i], k->text[i], whole, slug, sizeof slug);
        shorten(slug);
        if (!ok(r, arena_copy(&r->doc->arena, slug, strlen(slug), &k->slug[i]))) return true;
    }
    for (size_t i = 0; i < k->values; i++)
        for (size_t j = 0; j < i; j++)
            if (strcasecmp(k->slug[i], k->slug[j]) == 0) {
                if (whole)
                    input_problem(&r->in, k->value[i], "the values '%.60s' and '%.60s' of '%s' give one name",
                                  k->text[j], k->text[i], k->key);
                return false;
            }
    return true;
}

/* The last `steps` steps of a path. */
static const char *tail_of(const char *path, int steps)
{
    const char *at = path + strlen(path);
    while (at > path && steps > 0)
        if (*--at == '.' && --steps == 0) return at + 1;
    return at;
}

static void make_words(struct reader *r)
{
    struct sweep *s = r->sweep;
    for (size_t i = 0; i < s->keys; i++) {
        bool unique = false;
        const char *word = s->key[i].key;
        for (int steps = 1; !unique && steps < TREE_DEPTH_MAX; steps++) {
            word = tail_of(s->key[i].key, steps);
            unique = true;
            for (size_t j = 0; j < s->keys; j++)
                unique = unique && (j == i || strcasecmp(word, tail_of(s->key[j].key, steps)) != 0);
        }
        char safe[TREE_PATH_MAX] = "";
        add_safe(safe, sizeof safe, word, strlen(word));
        if (!ok(r, arena_copy(&r->doc->arena, safe, strlen(safe), &s->key[i].word))) return;
    }
}

void sweep_name(const struct sweep *s, size_t i, const bool *use, const char *front,
                char out[SWEEP_NAME_MAX + 1])
{
    char name[SWEEP_KEYS_MAX * 300];
    snprintf(name, sizeof name, "%.250s", front);
    for (size_t k = 0; k < s->keys; k++) {
        size_t n = strlen(name);
        if (use && !use[k]) continue;
        snprintf(name + n, sizeof name - n, "%s%s%s", n ? "-" : "", s->key[k].word,
                 s->key[k].slug[s->member[i].choice[k]]);
    }
    shorten(name);
    snprintf(out, SWEEP_NAME_MAX + 1, "%s", name);
}

static void name_member(struct reader *r, size_t i)
{
    char name[SWEEP_NAME_MAX + 1];
    sweep_name(r->sweep, i, NULL, r->sweep->keys > 0 ? "" : "film", name);
    ok(r, arena_copy(&r->doc->arena, name, strlen(name), &r->sweep->member[i].name));
}

/* ---- all together ---- */

static void make_members(struct reader *r, const struct tree_node *at)
{
    struct sweep *s = r->sweep;
    size_t count[SWEEP_KEYS_MAX] = {0}, total = 1;
    for (size_t k = 0; k < s->keys; k++) count[s->key[k].axis] = s->key[k].values;
    for (size_t a = 0; a < s->axes && total <= SWEEP_MEMBERS_MAX; a++) total *= count[a];
    if (total > SWEEP_MEMBERS_MAX) {
        input_problem(&r->in, at, "more than %d members", SWEEP_MEMBERS_MAX);
        return;
    }
    if (!ok(r, ARENA_NEW(&r->doc->arena, s->member, total))) return;
    s->members = total;
    for (size_t i = 0; i < total && r->in.failure == OK; i++) {
        size_t chosen[SWEEP_KEYS_MAX], rest = i;
        for (size_t a = s->axes; a-- > 0; rest /= count[a]) chosen[a] = rest % count[a];
        for (size_t k = 0; k < s->keys; k++) s->member[i].choice[k] = chosen[s->key[k].axis];
        name_member(r, i);
    }
}

/* The input without the blocks. */
static status take_out(struct reader *r)
{
    struct tree_node *base = NULL;
    TRY(tree_new(&r->doc->arena, TREE_MAP, NULL, &base));
    base->file = r->doc->root->file;
    base->line = base->column = 1;
    for (const struct tree_node *c = r->doc->root->first; c; c = c->next) {
        struct tree_node *copy = NULL;
        if (strcmp(c->key, "sweep") == 0 || strcmp(c->key, "replicas") == 0) continue;
        TRY(tree_copy(&r->doc->arena, c, &copy));
        tree_append(base, copy);
    }
    r->sweep->base = base;
    return OK;
}

status sweep_read(struct sweep *s, struct tree *doc, const struct input_table *table, const char *name)
{
    struct reader r = {.sweep = s, .doc = doc, .table = table};
    const struct tree_node *sweep = tree_child(doc->root, "sweep");
    *s = (struct sweep){.at_once = 1};
    input_start(&r.in, units_lj());
    if (ok(&r, take_out(&r))) {
        read_sweep(&r, sweep);
        read_replicas(&r, tree_child(doc->root, "replicas"));
    }
    if (r.in.failure == OK && r.in.problem_count == 0) {
        for (size_t k = 0; k < s->keys; k++)
            if (!make_slugs(&r, &s->key[k], false)) make_slugs(&r, &s->key[k], true);
        make_words(&r);
    }
    if (r.in.failure == OK && r.in.problem_count == 0) make_members(&r, sweep ? sweep : doc->root);
    status result = input_finish(&r.in, name);
    input_free(&r.in);
    return result;
}

status sweep_document(const struct sweep *s, size_t i, struct tree *member)
{
    TRY(tree_copy(&member->arena, s->base, &member->root));
    for (size_t k = 0; k < s->keys; k++) {
        struct tree_node *value = NULL;
        TRY(tree_copy(&member->arena, s->key[k].value[s->member[i].choice[k]], &value));
        value->key = NULL;
        TRY(tree_put(member, s->key[k].key, value));
    }
    return OK;
}
