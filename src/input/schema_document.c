/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference of the keys, from the same tables that read them (input_document of input/schema.h). */
#include "input/schema.h"

#include <stdio.h>
#include <string.h>

enum { NESTED_MAX = 8, COLUMN = 34 };

static const char *const no_choices[] = {NULL};

static void add_choices(const char *const *choices, struct text *out)
{
    if (!choices) choices = no_choices;
    for (size_t i = 0; choices[i]; i++) text_add(out, "%s%s", i ? " | " : "", choices[i]);
}

/* What may stand behind the colon, in words. */
static void add_form(const struct input_key *key, const struct unit_system *u, struct text *out)
{
    const char *example = units_example(u, key->quantity);
    const char *noun = key->noun ? key->noun : "";
    switch (key->kind) {
    case INPUT_NUMBER:
        text_add(out, "%s, e.g. %s", quantity_name(key->quantity), example);
        break;
    case INPUT_INTEGER:
        text_add(out, "whole number%s%s", key->noun ? ", also followed by: " : "", noun);
        break;
    case INPUT_CHOICE:
        add_choices(key->choices, out);
        break;
    case INPUT_STRING:
        text_add(out, "text");
        break;
    case INPUT_BOOL:
        text_add(out, "yes | no");
        break;
    case INPUT_VECTOR:
        text_add(out, "list of %d, each %s, e.g. %s", key->n, quantity_name(key->quantity), example);
        break;
    case INPUT_NUMBERS:
        text_add(out, "list, each %s, e.g. %s", quantity_name(key->quantity), example);
        break;
    case INPUT_INTEGERS:
        text_add(out, "list of whole numbers, or a range 1..8");
        break;
    case INPUT_WORDS:
        text_add(out, "list of words%s", key->choices ? " out of: " : "");
        add_choices(key->choices, out);
        break;
    case INPUT_MAP:
    case INPUT_OPTIONAL:
        text_add(out, "map");
        break;
    case INPUT_LIST:
        text_add(out, "list of maps, each with");
        break;
    case INPUT_NAMED:
        text_add(out, "map of names of your choice, each %s",
                 key->variants ? "with a 'kind' and its keys" : "with");
        break;
    case INPUT_STAGES:
        text_add(out, "list of 'name: {keys}', the names being");
        break;
    case INPUT_CUSTOM:
        text_add(out, "%s", key->noun ? key->noun : "as described");
        break;
    }
}

static void add_limit(const struct input_key *key, const struct unit_system *u, struct text *out)
{
    char least[UNITS_TEXT], most[UNITS_TEXT];
    bool whole = key->kind == INPUT_INTEGER || key->kind == INPUT_INTEGERS;
    enum quantity q = whole ? QUANTITY_NUMBER : key->quantity;
    if (key->limit == INPUT_POSITIVE) text_add(out, "; more than 0");
    if (key->limit == INPUT_NOT_NEGATIVE) text_add(out, "; 0 or more");
    if (key->limit == INPUT_BETWEEN)
        text_add(out, "; from %s to %s", units_format(u, q, key->min, least),
                 units_format(u, q, key->max, most));
}

static void add_table(const struct input_table *table, const struct unit_system *u, int depth,
                      struct text *out);

static void add_key(const struct input_key *key, const struct unit_system *u, int depth, struct text *out)
{
    int indent = 2 * depth;
    const struct unit_system metal = units_metal();
    if (key->real) u = &metal;
    size_t start = out->length;
    text_add(out, "%*s%s: ", indent, "", key->name);
    while (out->length < start + COLUMN / 2) text_add(out, " ");
    add_form(key, u, out);
    add_limit(key, u, out);
    bool in_metal = u->kind == UNITS_METAL && key->standard_metal;
    if (key->standard)
        text_add(out, "; standard: %s", in_metal ? key->standard_metal : key->standard);
    else
        text_add(out, key->required ? "; required" : "");
    text_add(out, "\n");
    if (key->help) text_add(out, "%*s%s\n", indent + COLUMN / 2, "", key->help);
    if (depth >= NESTED_MAX) return;
    if (key->table && !key->variants) add_table(key->table, u, depth + 1, out);
    for (size_t i = 0; key->variants && key->variants[i]; i++) {
        const struct input_table *v = key->variants[i];
        text_add(out, "%*s%s%s\n", indent + 2, "", key->kind == INPUT_STAGES ? "- " : "kind: ", v->name);
        if (v->help) text_add(out, "%*s%s\n", indent + COLUMN / 2, "", v->help);
        add_table(v, u, depth + 2, out);
    }
}

static void add_table(const struct input_table *table, const struct unit_system *u, int depth,
                      struct text *out)
{
    for (const struct input_key *key = table->keys; key->name; key++) add_key(key, u, depth, out);
}

void input_document(const struct input_table *table, enum units_kind kind, struct text *out)
{
    struct unit_system u = kind == UNITS_LJ ? units_lj() : units_metal();
    text_add(out, "%s", "");
    if (table->help) text_add(out, "%s: %s\n", table->name, table->help);
    add_table(table, &u, 0, out);
}
