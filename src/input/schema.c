/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/schema_value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 256 };

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

/* ---- maps ---- */

static size_t problems(const struct input *in)
{
    return in->problem_count + in->moot;
}

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
    input_problem(in, node, "found %s, expected the keys of %s as a map {key: value, …}", value_kind(node),
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
    value_unknown(in, at, what, name, names, n);
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
            value_list_words(names, variant_names(key->variants, names), all, sizeof all);
            input_problem(in, e, "the key 'kind' is missing, expected one of: %s", all);
            return;
        }
        if (!value_is_text(in, kind, "the name of a kind")) return;
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
    if (e->kind == TREE_TEXT && !value_is_text(in, e, "the name of a stage")) return;
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
        input_problem(in, node, "found %s, expected %s", value_kind(node),
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
    const struct input_table *table = key->table_for ? key->table_for(in, node, field) : key->table;
    if (target && deeper && table) read_table(in, table, node, NULL, target, deeper);
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
    switch (key->kind) {
    case INPUT_NUMBER:
        value_number(in, key, node, field);
        break;
    case INPUT_INTEGER:
        value_integer(in, key, node, field);
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
        value_numbers(in, key, node, field);
        break;
    case INPUT_INTEGERS:
        value_integers(in, key, node, field);
        break;
    case INPUT_WORDS:
        value_words(in, key, node, field);
        break;
    case INPUT_CUSTOM:
        key->read(in, key, node, field);
        break;
    case INPUT_MAP:
    case INPUT_OPTIONAL:
        read_nested(in, key, node, field, echo);
        break;
    case INPUT_LIST:
    case INPUT_NAMED:
    case INPUT_STAGES:
        read_items(in, key, node, field, echo);
        break;
    }
}

/* Read, echo what has no echo of its own, and let the key act on the input. */
static void read_key(struct input *in, const struct input_key *key, const struct tree_node *node, void *field,
                     struct tree_node *echo)
{
    size_t before = problems(in);
    bool nested = key->kind == INPUT_MAP || key->kind == INPUT_OPTIONAL || key->kind == INPUT_LIST ||
                  key->kind == INPUT_NAMED || key->kind == INPUT_STAGES;
    read_value(in, key, node, field, echo);
    if (problems(in) != before) {
        in->units_doubtful = in->units_doubtful || key->defines_units;
        return;
    }
    if (!nested) echo_copy(in, node, key->name, echo);
    if (key->after && in->failure == OK) key->after(in, key, node, field);
}

/* The standard of a key as a node that knows its place. */
static const struct tree_node *standard_node(struct input *in, const struct input_key *key,
                                             const struct tree_node *map)
{
    struct tree_node *n = NULL;
    bool metal = in->units.kind == UNITS_METAL && key->standard_metal;
    const char *standard = metal ? key->standard_metal : key->standard;
    status s = tree_value(&in->arena, "(standard value)", standard, &n);
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
        if (i == n) value_unknown(in, &at, "key", c->key, names, n);
    }
}

static bool asks_for_something(const struct input_table *table)
{
    bool asks = false;
    for (const struct input_key *k = table->keys; k->name; k++) asks = asks || (k->required && !k->standard);
    return asks;
}

/* map NULL: the key of the whole table is absent; its standards are set and nothing is asked for. `tag` is a
 * key of the map that is not in the table and already read. */
static void read_table(struct input *in, const struct input_table *table, const struct tree_node *map,
                       const char *tag, void *target, struct tree_node *echo)
{
    size_t before = problems(in);
    if (map) unknown_keys(in, table, map, tag);
    for (const struct input_key *key = table->keys; key->name && in->failure == OK; key++) {
        void *field = (char *)target + key->offset;
        const struct tree_node *node = tree_child(map, key->name);
        set_absent(key, field);
        if (node) {
            read_key(in, key, node, field, echo);
        } else if (key->standard) {
            node = standard_node(in, key, map);
            if (node) read_key(in, key, node, field, echo);
        } else if (map && key->required) {
            missing(in, key, map);
            in->units_doubtful = in->units_doubtful || key->defines_units;
        } else if (key->kind == INPUT_MAP) {
            struct tree_node *deeper = echo_node(in, TREE_MAP, NULL, key->name, NULL);
            if (!deeper) return;
            read_table(in, key->table, NULL, NULL, field, deeper);
            /* Half a block, without its required keys, could not be read back. */
            if (deeper->count > 0 && !asks_for_something(key->table)) tree_append(echo, deeper);
        }
    }
    if (map && table->check && in->failure == OK && problems(in) == before) table->check(in, map, target);
}

void input_read(struct input *in, const struct input_table *table, const struct tree_node *map, void *target,
                struct tree_node **effective)
{
    struct tree_node *echo = echo_node(in, TREE_MAP, NULL, NULL, NULL);
    if (effective) *effective = echo;
    if (echo && is_map(in, map, table->name)) read_table(in, table, map, NULL, target, echo);
}
