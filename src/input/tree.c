/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input/tree.h"
#include "base/file.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* ---- trees ---- */

status tree_new(struct arena *arena, enum tree_kind kind, const char *text, struct tree_node **node)
{
    struct tree_node *n = NULL;
    TRY(ARENA_NEW(arena, n, 1));
    n->kind = kind;
    n->file = "";
    if (kind == TREE_TEXT) TRY(arena_copy(arena, text, strlen(text), &n->text));
    *node = n;
    return OK;
}

void tree_append(struct tree_node *parent, struct tree_node *child)
{
    child->parent = parent;
    child->next = NULL;
    child->index = parent->count++;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

void tree_drop(struct tree_node *map, const char *key)
{
    struct tree_node *before = NULL, *c = map->first;
    while (c && strcmp(c->key, key) != 0) {
        before = c;
        c = c->next;
    }
    if (!c) return;
    if (before)
        before->next = c->next;
    else
        map->first = c->next;
    if (map->last == c) map->last = before;
    map->count--;
    for (struct tree_node *later = c->next; later; later = later->next) later->index--;
    c->parent = c->next = NULL;
}

status tree_copy(struct arena *arena, const struct tree_node *node, struct tree_node **copy)
{
    struct tree_node *n = NULL;
    TRY(ARENA_NEW(arena, n, 1));
    *n = *node;
    n->first = n->last = n->next = n->parent = NULL;
    n->count = 0;
    if (n->text) TRY(arena_copy(arena, node->text, strlen(node->text), &n->text));
    if (n->key) TRY(arena_copy(arena, node->key, strlen(node->key), &n->key));
    for (const struct tree_node *c = node->first; c; c = c->next) {
        struct tree_node *child = NULL;
        TRY(tree_copy(arena, c, &child));
        tree_append(n, child);
    }
    *copy = n;
    return OK;
}

struct tree_node *tree_child(const struct tree_node *map, const char *key)
{
    if (!map || map->kind != TREE_MAP) return NULL;
    for (struct tree_node *c = map->first; c; c = c->next)
        if (strcmp(c->key, key) == 0) return c;
    return NULL;
}

/* ---- a unit after a list ----
 *
 * In `rates: [1e-2, 1e-3] eps/kB/tau, next: …` the text from the bracket on is rewritten as `[1e-2, 1e-3,
 * eps/kB/tau]`: the bracket becomes a comma and one byte, a new bracket, is inserted behind the unit. The
 * places of these insertions let the tree builder move the unit to the entries, and put later columns of the
 * line right. */

struct rewritten {
    struct text text;
    size_t characters; /* in text; libyaml counts places in characters, not bytes */
    size_t *at;        /* the inserted brackets, as numbers of characters before them, ascending */
    size_t count, capacity;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}
static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

/* Is the bracket at text[i] followed by a word on the same line? Then *from, *to is the word. */
static bool unit_follows(const char *text, size_t i, size_t *from, size_t *to)
{
    size_t a = i + 1;
    while (blank(text[a])) a++;
    if (a == i + 1 || ends_line(text[a]) || strchr(",]}#:[{\"'", text[a])) return false;
    size_t b = a;
    while (!ends_line(text[b]) && !strchr(",]}[{\"'", text[b]) && !(text[b] == '#' && blank(text[b - 1])) &&
           !(text[b] == ':' && (blank(text[b + 1]) || ends_line(text[b + 1]))))
        b++;
    while (blank(text[b - 1])) b--;
    *from = a;
    *to = b;
    return true;
}

/* Skip a quoted scalar or a comment that begins at text[i]; returns the index of its last byte. */
static size_t skip_opaque(const char *text, size_t i)
{
    char quote = text[i];
    size_t j = i + 1;
    if (quote == '#') {
        while (!ends_line(text[j])) j++;
        return j - 1;
    }
    for (; text[j] && text[j] != quote; j++)
        if (quote == '"' && text[j] == '\\' && text[j + 1]) j++;
    return text[j] ? j : j - 1;
}

static void append(struct rewritten *out, const char *text, size_t n)
{
    text_add(&out->text, "%.*s", (int)n, text);
    for (size_t i = 0; i < n; i++) out->characters += ((unsigned char)text[i] & 0xc0) != 0x80;
}

static status rewrite_units(const char *text, struct rewritten *out)
{
    char before = '\n'; /* the last byte that was not blank; \n at the start of a line */
    size_t copied = 0;
    for (size_t i = 0; text[i]; i++) {
        char c = text[i];
        size_t from, to;
        bool fresh = i == 0 || isspace((unsigned char)text[i - 1]) || strchr("[{,", text[i - 1]);
        bool opaque = (c == '#' && fresh) || ((c == '"' || c == '\'') && strchr("[{,:-\n", before));
        if (opaque) i = skip_opaque(text, i);
        if (!opaque && c == ']' && unit_follows(text, i, &from, &to)) {
            append(out, text + copied, i - copied);
            append(out, strchr("[,", before) ? " " : ",", 1);
            append(out, text + i + 1, to - i - 1);
            TRY(GROW(out->at, out->capacity, out->count + 1));
            out->at[out->count++] = out->characters;
            append(out, "]", 1);
            copied = to;
            i = to - 1;
            before = ']';
        } else if (!blank(text[i])) {
            before = text[i] == '\r' ? '\n' : text[i];
        }
    }
    append(out, text + copied, strlen(text + copied));
    return out->text.out_of_memory ? fail(FAILED, "out of memory while reading an input") : OK;
}

/* ---- from events to a tree ---- */

struct builder {
    struct arena *arena;
    const char *file;
    size_t *nodes;
    struct tree_node *root;
    struct tree_node *open[TREE_DEPTH_MAX]; /* the containers around the next event */
    int depth;
    const char *key; /* read, its value not yet */
    int key_line, key_column;
    const struct rewritten *rewritten;
};

/* How many brackets were inserted before this character. */
static size_t inserted_before(const struct rewritten *r, size_t character)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->at[middle] < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int column_of(const struct builder *b, const yaml_mark_t *mark)
{
    size_t start = mark->index > mark->column ? mark->index - mark->column : 0;
    size_t shift = inserted_before(b->rewritten, mark->index) - inserted_before(b->rewritten, start);
    return (int)(mark->column > shift ? mark->column - shift : 0) + 1;
}

static status refuse(const struct builder *b, const yaml_mark_t *mark, const char *why)
{
    return fail(BAD_INPUT, "%s:%d:%d: %s", b->file, (int)mark->line + 1, column_of(b, mark), why);
}

/* A text in the place of a key: checked and kept until its value comes. */
static status read_key(struct builder *b, const yaml_event_t *e)
{
    const struct tree_node *map = b->open[b->depth - 1];
    const char *text = (const char *)e->data.scalar.value;
    TRY(arena_copy(b->arena, text, e->data.scalar.length, &b->key));
    b->key_line = (int)e->start_mark.line + 1;
    b->key_column = column_of(b, &e->start_mark);
    if (*b->key == '\0')
        return refuse(b, &e->start_mark, "the key is empty, expected a word before the colon");
    if (e->data.scalar.length > TREE_KEY_MAX || map->count >= TREE_KEYS_MAX)
        return refuse(b, &e->start_mark,
                      map->count >= TREE_KEYS_MAX ? "the map has more than 1000 keys"
                                                  : "the key is longer than 200 bytes");
    const struct tree_node *twin = tree_child(map, b->key);
    if (twin)
        return fail(BAD_INPUT,
                    "%s:%d:%d: the key '%.60s' is given twice (first in line %d); keep one of them", b->file,
                    b->key_line, b->key_column, b->key, twin->key_line);
    return OK;
}

static status add_node(struct builder *b, const yaml_event_t *e, enum tree_kind kind,
                       struct tree_node **added)
{
    if (++*b->nodes > TREE_NODES_MAX) {
        char why[96];
        snprintf(why, sizeof why, "the input has more than %d entries", TREE_NODES_MAX);
        return refuse(b, &e->start_mark, why);
    }
    struct tree_node *n = NULL;
    TRY(ARENA_NEW(b->arena, n, 1));
    n->kind = kind;
    n->file = b->file;
    n->line = (int)e->start_mark.line + 1;
    n->column = column_of(b, &e->start_mark);
    if (b->depth == 0) {
        b->root = n;
    } else {
        struct tree_node *parent = b->open[b->depth - 1];
        if (parent->kind == TREE_MAP) {
            if (!b->key)
                return refuse(b, &e->start_mark,
                              "a key must be a word, found a list or a map in front of a colon");
            n->key = b->key;
            n->key_line = b->key_line;
            n->key_column = b->key_column;
            b->key = NULL;
        }
        tree_append(parent, n);
    }
    if (kind != TREE_TEXT) {
        if (b->depth == TREE_DEPTH_MAX) return refuse(b, &e->start_mark, "nested deeper than 32 levels");
        b->open[b->depth++] = n;
    }
    *added = n;
    return OK;
}

static status add_text(struct builder *b, const yaml_event_t *e)
{
    const char *text = (const char *)e->data.scalar.value;
    if (memchr(text, '\0', e->data.scalar.length))
        return refuse(b, &e->start_mark, "a NUL character (\\0) in a text; remove it");
    if (b->depth > 0 && b->open[b->depth - 1]->kind == TREE_MAP && !b->key) return read_key(b, e);
    struct tree_node *n;
    TRY(add_node(b, e, TREE_TEXT, &n));
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return arena_copy(b->arena, text, e->data.scalar.length, &n->text);
}

/* Does a list end where a bracket was inserted? Then its last entry is the unit of the others. */
static status close_list(struct builder *b, const yaml_event_t *e)
{
    struct tree_node *list = b->open[--b->depth];
    size_t end = e->start_mark.index;
    bool has_unit = inserted_before(b->rewritten, end + 1) > inserted_before(b->rewritten, end);
    if (!has_unit || list->count == 0) return OK;
    const char *unit = list->last->text;
    struct tree_node *last = NULL;
    for (struct tree_node *c = list->first; c != list->last; c = c->next) {
        last = c;
        if (c->kind != TREE_TEXT || !unit)
            return fail(BAD_INPUT,
                        "%s:%d:%d: a unit after a list is understood only when its entries are numbers",
                        b->file, list->line, list->column);
        struct text joined = {0};
        text_add(&joined, "%s %s", c->text, unit);
        status s = joined.out_of_memory ? fail(FAILED, "out of memory while reading an input")
                                        : arena_copy(b->arena, joined.s, joined.length, &c->text);
        text_free(&joined);
        TRY(s);
    }
    list->count--;
    list->last = last;
    if (last)
        last->next = NULL;
    else
        list->first = NULL;
    return OK;
}

static status take_event(struct builder *b, const yaml_event_t *e)
{
    struct tree_node *n;
    const char *advice =
        "anchors, aliases (&, *) and tags (!) are not used in glint inputs: write the value out, or put "
        "a text that begins with one of these signs in quotes";
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->root)
            return refuse(b, &e->start_mark, "a second document ('---') begins; an input is one document");
        return OK;
    case YAML_ALIAS_EVENT:
        return refuse(b, &e->start_mark, advice);
    case YAML_SCALAR_EVENT:
        if (e->data.scalar.anchor || e->data.scalar.tag) return refuse(b, &e->start_mark, advice);
        return add_text(b, e);
    case YAML_SEQUENCE_START_EVENT:
        if (e->data.sequence_start.anchor || e->data.sequence_start.tag)
            return refuse(b, &e->start_mark, advice);
        return add_node(b, e, TREE_LIST, &n);
    case YAML_MAPPING_START_EVENT:
        if (e->data.mapping_start.anchor || e->data.mapping_start.tag)
            return refuse(b, &e->start_mark, advice);
        return add_node(b, e, TREE_MAP, &n);
    case YAML_SEQUENCE_END_EVENT:
        return close_list(b, e);
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return OK;
    }
    return OK;
}

/* libyaml's complaint, with a hint for the usual causes. */
static status syntax_error(const struct builder *b, const yaml_parser_t *p, const char *text, size_t length)
{
    const char *problem = p->problem ? p->problem : "the text cannot be read";
    if (p->error == YAML_MEMORY_ERROR) return fail(FAILED, "out of memory while reading %s", b->file);
    if (p->error == YAML_READER_ERROR) {
        int line = 1;
        for (size_t i = 0; i < p->problem_offset && i < length; i++) line += text[i] == '\n';
        return fail(BAD_INPUT, "%s:%d: %s (byte %zu); expected text in UTF-8", b->file, line, problem,
                    p->problem_offset);
    }
    const char *hint = "";
    size_t at = p->problem_mark.index;
    if (at < length && text[at] == '\t')
        hint = "; a tab: indent with blanks";
    else if (strstr(problem, "mapping values"))
        hint = "; a colon where no value can begin: check the indentation, or put the text in quotes";
    else if (strstr(problem, "could not find expected ':'"))
        hint = "; a line is no 'key: value'";
    else if (strstr(problem, "did not find expected"))
        hint = "; check brackets, commas and the indentation of the lines above";
    return fail(BAD_INPUT, "%s:%d:%d: not valid YAML: %s%s%s%s", b->file, (int)p->problem_mark.line + 1,
                column_of(b, &p->problem_mark), problem, p->context ? " " : "", p->context ? p->context : "",
                hint);
}

static status build(struct builder *b, const char *text, size_t length, bool *invalid)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return fail(FAILED, "out of memory while reading %s", b->file);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    status s = OK;
    bool more = true;
    while (s == OK && more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            s = syntax_error(b, &parser, text, length);
            *invalid = parser.error != YAML_MEMORY_ERROR;
            break;
        }
        s = take_event(b, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return s;
}

/* What libyaml would need long for, or would cut: too much text, NUL bytes, and brackets nested so deep that
 * its own stack grows without bound. */
static status check_text(const char *name, const char *text, size_t length)
{
    if (length > TREE_BYTES_MAX)
        return fail(BAD_INPUT, "%s: %zu bytes, expected an input of at most %d", name, length,
                    TREE_BYTES_MAX);
    int line = 1, column = 1, run = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0')
            return fail(BAD_INPUT,
                        "%s:%d:%d: a NUL byte, expected text in UTF-8 (is this a binary or UTF-16 file?)",
                        name, line, column);
        run = strchr("[{", text[i]) ? run + 1 : isspace((unsigned char)text[i]) || text[i] == '-' ? run : 0;
        if (run > TREE_DEPTH_MAX)
            return fail(BAD_INPUT, "%s:%d:%d: nested deeper than %d levels", name, line, column,
                        TREE_DEPTH_MAX);
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    return OK;
}

static status parse(struct arena *arena, size_t *nodes, const char *name, const char *text, size_t length,
                    struct tree_node **root)
{
    *root = NULL;
    TRY(check_text(name, text, length));
    struct rewritten rewritten = {0};
    struct builder b = {.arena = arena, .nodes = nodes, .rewritten = &rewritten};
    const char *copy;
    TRY(arena_copy(arena, name, strlen(name), &b.file));
    TRY(arena_copy(arena, text, length, &copy));
    bool invalid = false;
    status s = build(&b, copy, length, &invalid);
    if (invalid && strchr(copy, ']')) {
        bool again = false;
        s = rewrite_units(copy, &rewritten);
        if (s == OK) {
            struct builder second = {.arena = arena, .file = b.file, .nodes = nodes, .rewritten = &rewritten};
            *nodes = 0;
            b = second;
            s = build(&b, rewritten.text.s, rewritten.text.length, &again);
        }
    }
    text_free(&rewritten.text);
    DELETE(rewritten.at);
    *root = b.root;
    return s;
}

/* ---- the three ways in ---- */

status tree_value(struct arena *arena, const char *name, const char *text, struct tree_node **value)
{
    size_t nodes = 0;
    TRY(parse(arena, &nodes, name, text, strlen(text), value));
    if (!*value) TRY(tree_new(arena, TREE_TEXT, "", value));
    (*value)->parent = NULL;
    return OK;
}

status tree_parse(struct tree *doc, const char *name, const char *text, size_t length)
{
    doc->nodes = 0;
    TRY(parse(&doc->arena, &doc->nodes, name, text, length, &doc->root));
    if (!doc->root || (doc->root->kind == TREE_TEXT && *doc->root->text == '\0' && !doc->root->quoted)) {
        TRY(tree_new(&doc->arena, TREE_MAP, NULL, &doc->root));
        doc->root->line = doc->root->column = 1;
        TRY(arena_copy(&doc->arena, name, strlen(name), &doc->root->file));
    }
    if (doc->root->kind != TREE_MAP)
        return fail(BAD_INPUT, "%s:%d:%d: found a %s, expected an input made of 'key: value' lines", name,
                    doc->root->line, doc->root->column, doc->root->kind == TREE_LIST ? "list" : "text");
    return OK;
}

status tree_read(struct tree *doc, const char *path)
{
    char *text = NULL;
    size_t length;
    TRY(file_read(path, &text, &length));
    status s = tree_parse(doc, path, text, length);
    DELETE(text);
    return s;
}

void tree_free(struct tree *doc)
{
    arena_free(&doc->arena);
    *doc = (struct tree){0};
}
