/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/schema.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAMES_MAX = 256, RANGE_MAX = 100000 };

/* ---- the context ---- */

void input_start(struct input *in, struct unit_system units)
{
    *in = (struct input){.units = units};
    text_add(&in->problems, "%s", "");
}

void input_free(struct input *in)
{
    arena_free(&in->arena);
    text_free(&in->problems);
}

void input_problem(struct input *in, const struct tree_node *at, const char *format, ...)
{
    if (in->problem_count++ >= INPUT_PROBLEMS_MAX) return;
    char path[TREE_PATH_MAX] = "", message[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (at) {
        tree_path(at, path);
        if (at->line > 0) text_add(&in->problems, "%s:%d:%d: ", at->file, at->line, at->column);
    }
    text_add(&in->problems, "%s%s%s\n", path, *path ? ": " : "", message);
}

status input_finish(const struct input *in, const char *name)
{
    if (in->failure != OK || in->problems.out_of_memory)
        return fail(FAILED, "out of memory while reading %s", name);
    if (in->problem_count == 0) return OK;
    size_t n = in->problems.length;
    if (n > 0 && in->problems.s[n - 1] == '\n') n--;
    return fail(BAD_INPUT, "%zu problem%s in %s:\n%.*s%s", in->problem_count,
                in->problem_count == 1 ? "" : "s", name, (int)n, in->problems.s,
                in->problem_count > INPUT_PROBLEMS_MAX ? "\n…" : "");
}

void *input_memory(struct input *in, size_t count, size_t size)
{
    void *p = NULL;
    if (in->failure == OK) in->failure = arena_new(&in->arena, &p, count, size);
    return p;
}

bool input_given(const struct tree_node *map, const char *key)
{
    return tree_child(map, key) != NULL;
}

/* ---- single values ---- */

static const char *kind_word(const struct tree_node *node)
{
    if (node->kind == TREE_TEXT) return *node->text ? "a text" : "nothing";
    return node->kind == TREE_LIST ? "a list" : "a map";
}

/* A text with something in it, or a problem that says what was expected. */
static bool is_text(struct input *in, const struct tree_node *node, const char *expected)
{
    if (node->kind == TREE_TEXT && (*node->text || node->quoted)) return true;
    input_problem(in, node, "found %s, expected %s", kind_word(node), expected);
    return false;
}

static bool number_in(struct input *in, const struct unit_system *u, const struct tree_node *node,
                      enum quantity quantity, double *value)
{
    char expected[160];
    snprintf(expected, sizeof expected, "%s, e.g. '%s'", quantity_name(quantity), units_example(u, quantity));
    if (!is_text(in, node, expected)) return false;
    if (units_parse(u, node->text, quantity, value) == OK) return true;
    input_problem(in, node, "%s", status_message());
    return false;
}

bool input_number(struct input *in, const struct tree_node *node, enum quantity quantity, double *value)
{
    return number_in(in, &in->units, node, quantity, value);
}

bool input_integer(struct input *in, const struct tree_node *node, const char *noun, int64_t *value)
{
    char expected[96];
    snprintf(expected, sizeof expected, "a whole number, e.g. '8%s%.40s'", noun ? " " : "", noun ? noun : "");
    if (!is_text(in, node, expected)) return false;
    if (text_to_int64(node->text, value)) return true;
    const char *rest;
    double v;
    bool read = units_number(node->text, &v, &rest) && (*rest == '\0' || (noun && strcmp(rest, noun) == 0));
    if (read && v == nearbyint(v) && fabs(v) <= 0x1p53) {
        *value = (int64_t)v;
        char digits[32]; /* the number in front of a noun, exactly, as far as it is written in digits */
        size_t n = strspn(node->text, "+-0123456789");
        if (n < sizeof digits && node->text[n] == ' ') {
            memcpy(digits, node->text, n);
            digits[n] = '\0';
            if (!text_to_int64(digits, value)) *value = (int64_t)v;
        }
        return true;
    }
    input_problem(in, node, "found '%.60s', expected %s", node->text, expected);
    return false;
}

bool input_bool(struct input *in, const struct tree_node *node, bool *value)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    if (!is_text(in, node, "yes or no")) return false;
    for (int i = 0; i < 6; i++)
        if (strcasecmp(node->text, words[i]) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    input_problem(in, node, "found '%.60s', expected yes or no", node->text);
    return false;
}

/* "a, b, c" of n words, cut when long. */
static void list_words(const char *const *words, size_t n, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && used + 2 < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

/* A word that is not among the known ones: with the nearest, and all. */
static void unknown_word(struct input *in, const struct tree_node *at, const char *what, const char *word,
                         const char *const *known, size_t n)
{
    char all[1200], shown[64];
    snprintf(shown, sizeof shown, "%.60s", word);
    const char *nearest = text_nearest(shown, known, n);
    list_words(known, n, all, sizeof all);
    if (nearest)
        input_problem(in, at, "unknown %s '%s' (did you mean '%s'?), expected one of: %s", what, shown,
                      nearest, all);
    else
        input_problem(in, at, "unknown %s '%s', expected one of: %s", what, shown, all);
}

bool input_choice(struct input *in, const struct tree_node *node, const char *const *choices, int *value)
{
    size_t n = 0;
    char all[1200];
    while (choices[n]) n++;
    list_words(choices, n, all, sizeof all);
    if (!is_text(in, node, all)) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(node->text, choices[i]) == 0) {
            *value = (int)i;
            return true;
        }
    unknown_word(in, node, "word", node->text, choices, n);
    return false;
}

bool input_text(struct input *in, const struct tree_node *node, const char **value)
{
    if (!is_text(in, node, "a text")) return false;
    if (in->failure == OK) in->failure = arena_copy(&in->arena, node->text, strlen(node->text), value);
    return in->failure == OK;
}

/* ---- limits ---- */

static bool within(const struct input_key *key, double v)
{
    switch (key->limit) {
    case INPUT_ANY:
        return true;
    case INPUT_POSITIVE:
        return v > 0;
    case INPUT_NOT_NEGATIVE:
        return v >= 0;
    case INPUT_BETWEEN:
        return v >= key->min && v <= key->max;
    }
    return false;
}

static const char *limit_text(const struct unit_system *u, const struct input_key *key, char *out,
                              size_t size)
{
    char least[UNITS_TEXT], most[UNITS_TEXT];
    bool number = key->kind != INPUT_INTEGER && key->kind != INPUT_INTEGERS;
    enum quantity q = number ? key->quantity : QUANTITY_NUMBER;
    out[0] = '\0';
    if (key->limit == INPUT_POSITIVE) snprintf(out, size, "more than 0");
    if (key->limit == INPUT_NOT_NEGATIVE) snprintf(out, size, "0 or more");
    if (key->limit == INPUT_BETWEEN)
        snprintf(out, size, "from %s to %s", units_format(u, q, key->min, least),
                 units_format(u, q, key->max, most));
    return out;
}

static bool check_limit(struct input *in, const struct unit_system *u, const struct input_key *key,
                        const struct tree_node *node, double v)
{
    char limit[2 * UNITS_TEXT + 16];
    if (within(key, v)) return true;
    input_problem(in, node, "found '%.60s', expected a value %s", node->text,
                  limit_text(u, key, limit, sizeof limit));
    return false;
}

/* ---- values of keys ---- */

static bool read_number(struct input *in, const struct input_key *key, const struct tree_node *node,
                        double *value)
{
    struct unit_system metal = units_metal();
    const struct unit_system *u = key->real ? &metal : &in->units;
    double v;
    if (!number_in(in, u, node, key->quantity, &v) || !check_limit(in, u, key, node, v)) return false;
    *value = v;
    return true;
}

static bool read_integer(struct input *in, const struct input_key *key, const struct tree_node *node,
                         int64_t *value)
{
    int64_t v;
    if (!input_integer(in, node, key->noun, &v) || !check_limit(in, &in->units, key, node, (double)v))
        return false;
    *value = v;
    return true;
}

/* The entries of a list, a single text counting as a list of one; false after a problem with their number. */
static bool entries(struct input *in, const struct input_key *key, const struct tree_node *node,
                    const struct tree_node **first, size_t *count)
{
    bool single = node->kind == TREE_TEXT;
    if (node->kind == TREE_MAP || (single && !*node->text && !node->quoted)) {
        input_problem(in, node, "found %s, expected a list, e.g. [a, b]", kind_word(node));
        return false;
    }
    *first = single ? node : node->first;
    *count = single ? 1 : node->count;
    bool exact = key->kind == INPUT_VECTOR;
    if (key->n > 0 && (exact ? *count != (size_t)key->n : *count > (size_t)key->n)) {
        input_problem(in, node, "found %zu entr%s, expected %s%d", *count, *count == 1 ? "y" : "ies",
                      exact ? "" : "at most ", key->n);
        return false;
    }
    return true;
}

static bool read_numbers(struct input *in, const struct input_key *key, const struct tree_node *node,
                         void *field)
{
    const struct tree_node *e;
    size_t n, i = 0;
    if (!entries(in, key, node, &e, &n)) return false;
    double *value = key->kind == INPUT_VECTOR ? field : input_memory(in, n, sizeof *value);
    if (!value) return false;
    bool fine = true;
    for (; i < n; i++, e = e->next) fine = read_number(in, key, e, &value[i]) && fine;
    if (key->kind == INPUT_NUMBERS) *(struct input_numbers *)field = (struct input_numbers){value, n};
    return fine;
}

/* "1..8": first and last of a range. */
static bool read_range(const char *text, int64_t *from, int64_t *to)
{
    char first[24];
    const char *dots = strstr(text, "..");
    if (!dots || (size_t)(dots - text) >= sizeof first) return false;
    memcpy(first, text, (size_t)(dots - text));
    first[dots - text] = '\0';
    return text_to_int64(first, from) && text_to_int64(dots + 2, to);
}

static bool read_integers(struct input *in, const struct input_key *key, const struct tree_node *node,
                          void *field)
{
    const struct tree_node *first, *e;
    size_t n, total = 0, k = 0;
    if (!entries(in, key, node, &first, &n)) return false;
    int64_t from, to;
    e = first;
    for (size_t i = 0; i < n; i++, e = e->next) {
        bool range = e->kind == TREE_TEXT && read_range(e->text, &from, &to);
        if (range && (to < from || to - from >= RANGE_MAX || from < -RANGE_MAX * (int64_t)RANGE_MAX)) {
            input_problem(in, e,
                          "found '%.60s', expected an ascending range of at most %d numbers, e.g. '1..8'",
                          e->text, RANGE_MAX);
            return false;
        }
        total += range ? (size_t)(to - from) + 1 : 1;
        if (total > RANGE_MAX) {
            input_problem(in, e, "found more than %d numbers", RANGE_MAX);
            return false;
        }
    }
    int64_t *value = input_memory(in, total, sizeof *value);
    if (!value) return false;
    bool fine = true;
    e = first;
    for (size_t i = 0; i < n; i++, e = e->next) {
        if (e->kind == TREE_TEXT && read_range(e->text, &from, &to)) {
            fine = check_limit(in, &in->units, key, e, (double)from) && fine;
            fine = check_limit(in, &in->units, key, e, (double)to) && fine;
            for (int64_t v = from; v <= to; v++) value[k++] = v;
        } else {
            fine = read_integer(in, key, e, &value[k++]) && fine;
        }
    }
    *(struct input_integers *)field = (struct input_integers){value, total};
    return fine;
}

static bool read_words(struct input *in, const struct input_key *key, const struct tree_node *node,
                       void *field)
{
    const struct tree_node *e;
    size_t n;
    if (!entries(in, key, node, &e, &n)) return false;
    struct input_words words = {.count = n};
    words.value = input_memory(in, n, sizeof *words.value);
    if (key->choices) words.choice = input_memory(in, n, sizeof *words.choice);
    if (in->failure != OK) return false;
    bool fine = true;
    for (size_t i = 0; i < n; i++, e = e->next) {
        fine = input_text(in, e, &words.value[i]) && fine;
        if (fine && key->choices) fine = input_choice(in, e, key->choices, &words.choice[i]) && fine;
    }
    *(struct input_words *)field = words;
    return fine;
}

/* ---- maps ---- */

/* An echo is the tree of effective values. Every reader of a map hangs what it read below `echo`. */
static struct tree_node *echo_node(struct input *in, enum tree_kind kind, const char *text, const char *key,
                                   struct tree_node *parent)
{
    struct tree_node *n = NULL;
    if (in->failure == OK) in->failure = tree_new(&in->arena, kind, text, &n);
    if (in->failure == OK && key) in->failure = arena_copy(&in->arena, key, strlen(key), &n->key);
    if (in->failure != OK) return NULL;
    if (parent) tree_append(parent, n);
    return n;
}

static void echo_copy(struct input *in, const struct tree_node *node, const char *key,
                      struct tree_node *parent)
{
    struct tree_node *n = NULL;
    if (in->failure == OK) in->failure = tree_copy(&in->arena, node, &n);
    if (in->failure == OK) in->failure = arena_copy(&in->arena, key, strlen(key), &n->key);
    if (in->failure == OK) tree_append(parent, n);
}

static void read_table(struct input *in, const struct input_table *table, const struct tree_node *map,
                       const char *tag, void *target, struct tree_node *echo);

/* A map, or nothing at all ("film:"), which is a map without keys. */
static bool is_map(struct input *in, const struct tree_node *node, const char *what)
{
    if (node->kind == TREE_MAP || (node->kind == TREE_TEXT && *node->text == '\0' && !node->quoted))
        return true;
    input_problem(in, node, "found %s, expected the keys of %s as a map {key: value, …}", kind_word(node),
                  what);
    return false;
}

static bool add_item(struct input *in, struct input_items *items, struct input_item item)
{
    item.target = input_memory(in, 1, item.table->size);
    if (in->failure == OK && item.name)
        in->failure = arena_copy(&in->arena, item.name, strlen(item.name), &item.name);
    if (in->failure != OK) return false;
    items->item[items->count++] = item;
    return true;
}

static size_t variant_names(const struct input_table *const *variants, const char *names[NAMES_MAX])
{
    size_t n = 0;
    for (; variants[n] && n < NAMES_MAX; n++) names[n] = variants[n]->name;
    return n;
}

/* The index of the variant called name, -1 with a problem. */
static int find_variant(struct input *in, const struct input_key *key, const struct tree_node *at,
                        const char *what, const char *name)
{
    const char *names[NAMES_MAX];
    size_t n = variant_names(key->variants, names);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return (int)i;
    unknown_word(in, at, what, name, names, n);
    return -1;
}

/* One entry of a list of maps. */
static void read_list_entry(struct input *in, const struct input_key *key, const struct tree_node *e,
                            struct input_items *items, struct tree_node *echo)
{
    struct input_item item = {.table = key->table, .variant = -1, .node = e};
    if (!is_map(in, e, key->table->name) || !add_item(in, items, item)) return;
    struct tree_node *deeper = echo_node(in, TREE_MAP, NULL, NULL, echo);
    if (deeper) read_table(in, key->table, e, NULL, items->item[items->count - 1].target, deeper);
}

/* One entry of a map of named maps; with variants, its key `kind` (or the entry itself, if a word) says
 * which. */
static void read_named_entry(struct input *in, const struct input_key *key, const struct tree_node *e,
                             struct input_items *items, struct tree_node *echo)
{
    struct input_item item = {.name = e->key, .table = key->table, .variant = -1, .node = e};
    const struct tree_node *kind = NULL, *map = e;
    if (key->variants) {
        kind = tree_child(e, "kind");
        if (!kind && e->kind == TREE_TEXT) {
            kind = e;
            map = NULL;
        }
        if (!kind) {
            const char *names[NAMES_MAX];
            char all[1200];
            list_words(names, variant_names(key->variants, names), all, sizeof all);
            input_problem(in, e, "the key 'kind' is missing, expected one of: %s", all);
            return;
        }
        if (!is_text(in, kind, "the name of a kind")) return;
        item.variant = find_variant(in, key, kind, "kind", kind->text);
        if (item.variant < 0) return;
        item.table = key->variants[item.variant];
    }
    if ((map && !is_map(in, map, item.table->name)) || !add_item(in, items, item)) return;
    struct tree_node *deeper = echo_node(in, TREE_MAP, NULL, e->key, echo);
    if (!deeper) return;
    if (kind) echo_node(in, TREE_TEXT, kind->text, "kind", deeper);
    struct tree_node empty = *e;
    empty.kind = TREE_MAP;
    empty.first = empty.last = NULL;
    empty.count = 0;
    read_table(in, item.table, map ? map : &empty, kind ? "kind" : NULL, items->item[items->count - 1].target,
               deeper);
}

/* One entry of a list of stages: `name` or `name: {…}`. */
static void read_stage_entry(struct input *in, const struct input_key *key, const struct tree_node *e,
                             struct input_items *items, struct tree_node *echo)
{
    const struct tree_node *body = e->kind == TREE_MAP ? e->first : e;
    if (e->kind == TREE_MAP && e->count > 1) {
        input_problem(
            in, e,
            "found an entry with %zu keys ('%.40s', '%.40s', …), expected one name with its keys inside, "
            "e.g. '- %.40s: {…}': indent the keys of %.40s deeper than its name",
            e->count, e->first->key, e->first->next->key, e->first->key, e->first->key);
        return;
    }
    if (!body || e->kind == TREE_LIST) {
        input_problem(in, e, "found %s, expected 'name: {…}'",
                      e->kind == TREE_LIST ? "a list" : "an empty map");
        return;
    }
    if (e->kind == TREE_TEXT && !is_text(in, e, "the name of a stage")) return;
    const char *name = e->kind == TREE_MAP ? body->key : e->text;
    struct input_item item = {.name = name, .node = e->kind == TREE_MAP ? body : NULL};
    item.variant = find_variant(in, key, e, "name", name);
    if (item.variant < 0) return;
    item.table = key->variants[item.variant];
    if ((item.node && !is_map(in, body, name)) || !add_item(in, items, item)) return;
    struct tree_node *entry = echo_node(in, TREE_MAP, NULL, NULL, echo);
    struct tree_node *deeper = entry ? echo_node(in, TREE_MAP, NULL, name, entry) : NULL;
    struct tree_node empty = *e;
    empty.kind = TREE_MAP;
    empty.first = empty.last = NULL;
    empty.count = 0;
    if (deeper)
        read_table(in, item.table, item.node ? item.node : &empty, NULL, items->item[items->count - 1].target,
                   deeper);
}

static void read_items(struct input *in, const struct input_key *key, const struct tree_node *node,
                       void *field, struct tree_node *echo)
{
    enum tree_kind wanted = key->kind == INPUT_NAMED ? TREE_MAP : TREE_LIST;
    if (node->kind != wanted) {
        input_problem(in, node, "found %s, expected %s", kind_word(node),
                      wanted == TREE_MAP ? "a map of names, each with its keys, {name: {…}, …}"
                                         : "a list, one '- ' a line");
        return;
    }
    if (key->n > 0 && node->count > (size_t)key->n) {
        input_problem(in, node, "found %zu entries, expected at most %d", node->count, key->n);
        return;
    }
    struct input_items *items = field;
    *items = (struct input_items){0};
    if (node->count > 0) items->item = input_memory(in, node->count, sizeof *items->item);
    struct tree_node *deeper = echo_node(in, wanted, NULL, key->name, echo);
    for (const struct tree_node *e = node->first; e && in->failure == OK; e = e->next) {
        if (key->kind == INPUT_LIST) read_list_entry(in, key, e, items, deeper);
        if (key->kind == INPUT_NAMED) read_named_entry(in, key, e, items, deeper);
        if (key->kind == INPUT_STAGES) read_stage_entry(in, key, e, items, deeper);
    }
}

static void read_nested(struct input *in, const struct input_key *key, const struct tree_node *node,
                        void *field, struct tree_node *echo)
{
    void *target = field;
    if (!is_map(in, node, key->name)) return;
    if (key->kind == INPUT_OPTIONAL) target = *(void **)field = input_memory(in, 1, key->table->size);
    struct tree_node *deeper = echo_node(in, TREE_MAP, NULL, key->name, echo);
    if (target && deeper) read_table(in, key->table, node, NULL, target, deeper);
}

/* What a field holds when its key is absent and has no standard. */
static void set_absent(const struct input_key *key, void *field)
{
    switch (key->kind) {
    case INPUT_NUMBER:
        *(double *)field = NAN;
        break;
    case INPUT_INTEGER:
        *(int64_t *)field = INPUT_ABSENT;
        break;
    case INPUT_CHOICE:
        *(int *)field = -1;
        break;
    case INPUT_STRING:
        *(const char **)field = NULL;
        break;
    case INPUT_BOOL:
        *(bool *)field = false;
        break;
    case INPUT_VECTOR:
        for (int i = 0; i < key->n; i++) ((double *)field)[i] = NAN;
        break;
    case INPUT_NUMBERS:
        *(struct input_numbers *)field = (struct input_numbers){0};
        break;
    case INPUT_INTEGERS:
        *(struct input_integers *)field = (struct input_integers){0};
        break;
    case INPUT_WORDS:
        *(struct input_words *)field = (struct input_words){0};
        break;
    case INPUT_OPTIONAL:
        *(void **)field = NULL;
        break;
    case INPUT_LIST:
    case INPUT_NAMED:
    case INPUT_STAGES:
        *(struct input_items *)field = (struct input_items){0};
        break;
    case INPUT_MAP:
    case INPUT_CUSTOM:
        break;
    }
}

static void read_value(struct input *in, const struct input_key *key, const struct tree_node *node,
                       void *field, struct tree_node *echo)
{
    size_t before = in->problem_count;
    switch (key->kind) {
    case INPUT_NUMBER:
        read_number(in, key, node, field);
        break;
    case INPUT_INTEGER:
        read_integer(in, key, node, field);
        break;
    case INPUT_CHOICE:
        input_choice(in, node, key->choices, field);
        break;
    case INPUT_STRING:
        input_text(in, node, field);
        break;
    case INPUT_BOOL:
        input_bool(in, node, field);
        break;
    case INPUT_VECTOR:
    case INPUT_NUMBERS:
        read_numbers(in, key, node, field);
        break;
    case INPUT_INTEGERS:
        read_integers(in, key, node, field);
        break;
    case INPUT_WORDS:
        read_words(in, key, node, field);
        break;
    case INPUT_CUSTOM:
        key->read(in, key, node, field);
        break;
    case INPUT_MAP:
    case INPUT_OPTIONAL:
        read_nested(in, key, node, field, echo);
        return;
    case INPUT_LIST:
    case INPUT_NAMED:
    case INPUT_STAGES:
        read_items(in, key, node, field, echo);
        return;
    }
    if (in->problem_count == before) echo_copy(in, node, key->name, echo);
}

/* The standard of a key as a node that knows its place. */
static const struct tree_node *standard_node(struct input *in, const struct input_key *key,
                                             const struct tree_node *map)
{
    struct tree_node *n = NULL;
    status s = tree_value(&in->arena, "(standard value)", key->standard, &n);
    if (s != OK) {
        input_problem(in, map, "%s", status_message());
        return NULL;
    }
    n->key = key->name;
    n->parent = (struct tree_node *)(uintptr_t)map; /* for messages only */
    return n;
}

static void missing(struct input *in, const struct input_key *key, const struct tree_node *map)
{
    bool number = key->kind == INPUT_NUMBER || key->kind == INPUT_VECTOR || key->kind == INPUT_NUMBERS;
    const struct unit_system metal = units_metal(), *u = key->real ? &metal : &in->units;
    char example[2 * UNITS_TEXT] = "";
    if (number)
        snprintf(example, sizeof example, ": %s, e.g. '%s'", quantity_name(key->quantity),
                 units_example(u, key->quantity));
    input_problem(in, map, "the key '%s' is missing%s%s%s%s", key->name, example, key->help ? " (" : "",
                  key->help ? key->help : "", key->help ? ")" : "");
}

static void unknown_keys(struct input *in, const struct input_table *table, const struct tree_node *map,
                         const char *tag)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    if (tag) names[n++] = tag;
    for (const struct input_key *k = table->keys; k->name && n < NAMES_MAX; k++) names[n++] = k->name;
    for (const struct tree_node *c = map->first; c; c = c->next) {
        size_t i = 0;
        while (i < n && strcmp(names[i], c->key) != 0) i++;
        struct tree_node at = *c;
        at.line = c->key_line;
        at.column = c->key_column;
        if (i == n) unknown_word(in, &at, "key", c->key, names, n);
    }
}

/* map NULL: the key of the whole table is absent; its standards are set and nothing is asked for. `tag` is a
 * key of the map that is not in the table and already read. */
static void read_table(struct input *in, const struct input_table *table, const struct tree_node *map,
                       const char *tag, void *target, struct tree_node *echo)
{
    size_t before = in->problem_count;
    if (map) unknown_keys(in, table, map, tag);
    for (const struct input_key *key = table->keys; key->name && in->failure == OK; key++) {
        void *field = (char *)target + key->offset;
        const struct tree_node *node = tree_child(map, key->name);
        set_absent(key, field);
        if (node) {
            read_value(in, key, node, field, echo);
        } else if (key->standard) {
            node = standard_node(in, key, map);
            if (node) read_value(in, key, node, field, echo);
        } else if (map && key->required) {
            missing(in, key, map);
        } else if (key->kind == INPUT_MAP) {
            struct tree_node *deeper = echo_node(in, TREE_MAP, NULL, key->name, NULL);
            if (!deeper) return;
            read_table(in, key->table, NULL, NULL, field, deeper);
            if (deeper->count > 0) tree_append(echo, deeper);
        }
    }
    if (map && table->check && in->failure == OK && in->problem_count == before)
        table->check(in, map, target);
}

void input_read(struct input *in, const struct input_table *table, const struct tree_node *map, void *target,
                struct tree_node **effective)
{
    struct tree_node *echo = echo_node(in, TREE_MAP, NULL, NULL, NULL);
    if (effective) *effective = echo;
    if (echo && is_map(in, map, table->name)) read_table(in, table, map, NULL, target, echo);
}
