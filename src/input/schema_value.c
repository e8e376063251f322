/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of single keys: numbers, words and lists of them (input/schema.h says what each kind means).
 * schema.c reads the maps around them. */
#include "input/schema_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { RANGE_MAX = 100000 };

/* ---- single values ---- */

const char *value_kind(const struct tree_node *node)
{
    if (node->kind == TREE_TEXT) return *node->text ? "a text" : "nothing";
    return node->kind == TREE_LIST ? "a list" : "a map";
}

/* A text with something in it, or a problem that says what was expected. */
bool value_is_text(struct input *in, const struct tree_node *node, const char *expected)
{
    if (node->kind == TREE_TEXT && (*node->text || node->quoted)) return true;
    input_problem(in, node, "found %s, expected %s", value_kind(node), expected);
    return false;
}

static bool number_in(struct input *in, const struct unit_system *u, const struct tree_node *node,
                      enum quantity quantity, double *value)
{
    char expected[160];
    snprintf(expected, sizeof expected, "%s, e.g. '%s'", quantity_name(quantity), units_example(u, quantity));
    if (!value_is_text(in, node, expected)) return false;
    if (units_parse(u, node->text, quantity, value) == OK) return true;
    if (in->units_doubtful && u == &in->units) { /* would it be fine if the units were known? */
        struct unit_system known = {.kind = u->kind,
                                    .real = true,
                                    .length = 1,
                                    .mass = 1,
                                    .energy = 1,
                                    .temperature = 1,
                                    .Tg = 1,
                                    .dt = 1};
        if (units_parse(&known, node->text, quantity, value) == OK) {
            in->moot++;
            return false;
        }
        units_parse(u, node->text, quantity, value);
    }
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
    if (!value_is_text(in, node, expected)) return false;
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
    if (!value_is_text(in, node, "yes or no")) return false;
    for (int i = 0; i < 6; i++)
        if (strcasecmp(node->text, words[i]) == 0) {
            *value = i % 2 == 1;
            return true;
        }
    input_problem(in, node, "found '%.60s', expected yes or no", node->text);
    return false;
}

/* "a, b, c" of n words, cut when long. */
void value_list_words(const char *const *words, size_t n, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && used + 2 < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", words[i]);
}

/* A word that is not among the known ones: with the nearest, and all. */
void value_unknown(struct input *in, const struct tree_node *at, const char *what, const char *word,
                   const char *const *known, size_t n)
{
    if (in->problem_count >= INPUT_PROBLEMS_MAX) { /* counted only: a hostile input may have very many */
        in->problem_count++;
        return;
    }
    char all[1200], shown[64];
    snprintf(shown, sizeof shown, "%.60s", word);
    const char *nearest = text_nearest(shown, known, n);
    value_list_words(known, n, all, sizeof all);
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
    value_list_words(choices, n, all, sizeof all);
    if (!value_is_text(in, node, all)) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(node->text, choices[i]) == 0) {
            *value = (int)i;
            return true;
        }
    value_unknown(in, node, "word", node->text, choices, n);
    return false;
}

bool input_text(struct input *in, const struct tree_node *node, const char **value)
{
    if (!value_is_text(in, node, "a text")) return false;
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

bool value_number(struct input *in, const struct input_key *key, const struct tree_node *node, double *value)
{
    struct unit_system metal = units_metal();
    const struct unit_system *u = key->real ? &metal : &in->units;
    double v;
    if (!number_in(in, u, node, key->quantity, &v) || !check_limit(in, u, key, node, v)) return false;
    *value = v;
    return true;
}

bool value_integer(struct input *in, const struct input_key *key, const struct tree_node *node,
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
        input_problem(in, node, "found %s, expected a list, e.g. [a, b]", value_kind(node));
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

bool value_numbers(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
{
    const struct tree_node *e;
    size_t n, i = 0;
    if (!entries(in, key, node, &e, &n)) return false;
    double *value = key->kind == INPUT_VECTOR ? field : input_memory(in, n, sizeof *value);
    if (!value) return false;
    bool fine = true;
    for (; i < n; i++, e = e->next) fine = value_number(in, key, e, &value[i]) && fine;
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

bool value_integers(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
{
    const struct tree_node *first, *e;
    size_t n, total = 0, k = 0;
    if (!entries(in, key, node, &first, &n)) return false;
    int64_t from, to;
    e = first;
    for (size_t i = 0; i < n; i++, e = e->next) {
        bool range = e->kind == TREE_TEXT && read_range(e->text, &from, &to);
        uint64_t steps = range ? (uint64_t)to - (uint64_t)from : 0;
        if (range && (to < from || steps >= RANGE_MAX)) {
            input_problem(in, e,
                          "found '%.60s', expected an ascending range of at most %d numbers, e.g. '1..8'",
                          e->text, RANGE_MAX);
            return false;
        }
        total += (size_t)steps + 1;
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
            for (int64_t j = 0; j <= to - from; j++) value[k++] = from + j;
        } else {
            fine = value_integer(in, key, e, &value[k++]) && fine;
        }
    }
    *(struct input_integers *)field = (struct input_integers){value, total};
    return fine;
}

bool value_words(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
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
        bool good = input_text(in, e, &words.value[i]);
        if (good && key->choices) good = input_choice(in, e, key->choices, &words.choice[i]);
        fine = fine && good;
    }
    *(struct input_words *)field = words;
    return fine;
}
