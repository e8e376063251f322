/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of input/tree.h: paths into a tree, replacing values, and writing it back. */
#include "input/tree.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- paths ---- */

const char *tree_path(const struct tree_node *node, char out[TREE_PATH_MAX])
{
    char step[32];
    size_t start = TREE_PATH_MAX - 1;
    out[start] = '\0';
    for (const struct tree_node *n = node; n && n->parent; n = n->parent) {
        snprintf(step, sizeof step, "%zu", n->index);
        const char *word = n->key ? n->key : step;
        size_t length = strlen(word), dot = out[start] != '\0';
        if (length + dot + 3 > start) {
            start -= 3;
            memcpy(out + start, "…", 3);
            break;
        }
        if (dot) out[--start] = '.';
        start -= length;
        memcpy(out + start, word, length);
    }
    memmove(out, out + start, TREE_PATH_MAX - start);
    return out;
}

/* The length of the step at the start of path, taken as an index; 0 if it is none. */
static size_t index_step(const char *path, size_t *index)
{
    size_t n = 0, value = 0;
    while (isdigit((unsigned char)path[n]) && n < 9) value = 10 * value + (size_t)(path[n++] - '0');
    if (n == 0 || (path[n] != '.' && path[n] != '\0')) return 0;
    *index = value;
    return n;
}

/* Does path begin with key as a whole step? */
static bool starts_with_key(const char *path, const char *key)
{
    size_t n = strlen(key);
    return n > 0 && strncmp(path, key, n) == 0 && (path[n] == '.' || path[n] == '\0');
}

/* The length of the step by which path names this entry of a list, a map of one key: that key, or the label
 * inside it; 0 if it does not. */
static size_t names_entry(const struct tree_node *entry, const char *path)
{
    if (entry->kind != TREE_MAP || entry->count != 1) return 0;
    const char *key = entry->first->key;
    const struct tree_node *label = tree_child(entry->first, "label");
    size_t by_key = starts_with_key(path, key) ? strlen(key) : 0;
    bool labelled = label && label->kind == TREE_TEXT && starts_with_key(path, label->text);
    size_t by_label = labelled ? strlen(label->text) : 0;
    return by_label > by_key ? by_label : by_key;
}

/* The entry that path names; NULL if there is none (*used 0) or if there are several (*used > 0, message). */
static struct tree_node *step_by_name(const struct tree_node *list, const char *path, size_t *used)
{
    struct tree_node *found = NULL;
    size_t entries = 0;
    *used = 0;
    for (struct tree_node *c = list->first; c; c = c->next) {
        size_t length = names_entry(c, path);
        if (length == 0 || length < *used) continue;
        entries = length > *used ? 1 : entries + 1;
        *used = length;
        found = c->first;
    }
    if (entries <= 1) return found;
    fail(BAD_INPUT,
         "the path step '%.*s' fits %zu entries of the list; give the label of one, or its index (from 0)",
         (int)*used, path, entries);
    return NULL;
}

/* The child that the next step of path leads to; *used is the length of the step. NULL if there is none
 * (*used 0) or several (*used > 0), with a message. */
static struct tree_node *step_into(const struct tree_node *from, const char *path, size_t *used)
{
    struct tree_node *found = NULL;
    const struct tree_node *stages = from->parent ? NULL : tree_child(from, "stages");
    size_t index, n = index_step(path, &index);
    *used = 0;
    if (from->kind == TREE_MAP) {
        for (struct tree_node *c = from->first; c; c = c->next)
            if (starts_with_key(path, c->key) && strlen(c->key) > *used) {
                found = c;
                *used = strlen(c->key);
            }
        if (!found && stages && stages->kind == TREE_LIST) found = step_by_name(stages, path, used);
    } else if (from->kind == TREE_LIST && n > 0) {
        for (found = from->first; found && found->index != index;) found = found->next;
        *used = found ? n : 0;
    } else if (from->kind == TREE_LIST) {
        found = step_by_name(from, path, used);
    }
    if (!found && *used == 0) {
        char place[TREE_PATH_MAX];
        size_t length = strcspn(path, ".");
        tree_path(from, place);
        fail(BAD_INPUT, "the path has no '%.*s' in %s", (int)(length > 60 ? 60 : length), path,
             *place ? place : "the input");
    }
    return found;
}

struct tree_node *tree_find(const struct tree_node *from, const char *path)
{
    struct tree_node *at = NULL;
    while (from && *path) {
        size_t used;
        at = step_into(from, path, &used);
        if (!at) return NULL;
        path += used + (path[used] == '.' && path[used + 1]);
        if (*path == '.') break;
        from = at;
    }
    if (!at || *path) {
        fail(BAD_INPUT, "the path is empty or ends with a dot");
        return NULL;
    }
    return at;
}

/* ---- --set ---- */

static void take_value(struct tree_node *old, const struct tree_node *value)
{
    struct tree_node kept = *old;
    *old = *value;
    old->key = kept.key;
    old->key_line = value->line;
    old->key_column = value->column;
    old->index = kept.index;
    old->next = kept.next;
    old->parent = kept.parent;
    for (struct tree_node *c = old->first; c; c = c->next) c->parent = old;
}

/* Add the missing steps of path below `from` and the value at its end. */
static status add_path(struct arena *arena, struct tree_node *from, const char *path, struct tree_node *value)
{
    for (;;) {
        size_t length = strcspn(path, "."), index;
        bool at_end = path[length] == '\0';
        if (length == 0) return fail(BAD_INPUT, "a step of the path is empty");
        if (from->kind == TREE_TEXT && *from->text == '\0' &&
            !from->quoted) { /* "film:" with nothing behind */
            from->kind = TREE_MAP;
            from->text = NULL;
        }
        if (from->kind == TREE_LIST && !(index_step(path, &index) && index == from->count)) return BAD_INPUT;
        if (from->kind == TREE_TEXT)
            return fail(BAD_INPUT, "'%.*s' is below a text, not a map", (int)length, path);
        struct tree_node *n = value;
        if (!at_end) TRY(tree_new(arena, TREE_MAP, NULL, &n));
        n->file = value->file;
        n->line = n->key_line = value->line;
        n->column = n->key_column = value->column;
        if (from->kind == TREE_MAP) TRY(arena_copy(arena, path, length, &n->key));
        tree_append(from, n);
        if (at_end) return OK;
        path += length + 1;
        from = n;
    }
}

static size_t tree_depth(const struct tree_node *node)
{
    size_t deepest = 0;
    for (const struct tree_node *c = node->first; c; c = c->next) {
        size_t d = tree_depth(c);
        if (d > deepest) deepest = d;
    }
    return deepest + 1;
}

status tree_put(struct tree *doc, const char *path, struct tree_node *value)
{
    struct tree_node *at = doc->root, *target = NULL;
    const char *rest = path;
    size_t depth = 0;
    while (*rest && *rest != '.') {
        size_t used;
        target = step_into(at, rest, &used);
        if (!target && used > 0) return BAD_INPUT;
        if (!target) break;
        depth++;
        at = target;
        rest += used + (rest[used] == '.' && rest[used + 1]);
    }
    for (const char *s = rest; *s; s++) depth += *s == '.';
    if (depth + tree_depth(value) > TREE_DEPTH_MAX)
        return fail(BAD_INPUT, "nested deeper than %d levels", TREE_DEPTH_MAX);
    if (target && *rest == '\0') {
        take_value(target, value);
        return OK;
    }
    return add_path(&doc->arena, at, rest, value);
}

status tree_set(struct tree *doc, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    size_t length = equals ? (size_t)(equals - assignment) : 0;
    if (length == 0 || length >= TREE_PATH_MAX)
        return fail(BAD_INPUT, "--set %.60s: expected key=value, e.g. --set melt.T='0.7 eps/kB'", assignment);
    char path[TREE_PATH_MAX], name[TREE_PATH_MAX + 16];
    memcpy(path, assignment, length);
    path[length] = '\0';
    snprintf(name, sizeof name, "--set %s", path);
    struct tree_node *value;
    TRY(tree_value(&doc->arena, name, equals + 1, &value));
    status s = tree_put(doc, path, value);
    return s == OK ? OK : status_context(s, "%s", name);
}

/* ---- writing ---- */

/* Can the text stand without quotes, in and outside of brackets, and be read back the same? */
static bool plain(const char *s)
{
    size_t n = strlen(s);
    if (n == 0 || s[0] == ' ' || s[n - 1] == ' ' || s[n - 1] == ':') return false;
    if (strchr("?:!&*|>'\"%@`#~", s[0]) || strncmp(s, "---", 3) == 0 || strncmp(s, "...", 3) == 0)
        return false;
    if (s[0] == '-' && (s[1] == ' ' || s[1] == '\0')) return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x20 || c >= 0x7f || strchr(",[]{}", c)) return false;
        if (c == ':' && s[i + 1] == ' ') return false;
        if (c == '#' && i > 0 && s[i - 1] == ' ') return false;
    }
    return true;
}

static void emit_text(const char *s, bool quoted, struct text *out)
{
    if (!quoted && plain(s)) {
        text_add(out, "%s", s);
        return;
    }
    text_add(out, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            text_add(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_add(out, "\\x%02x", c);
        else if (c == 0xc2 &&
                 (unsigned char)s[1] < 0xa0) /* C1 controls, NEL among them, which is a line break */
            text_add(out, "\\x%02x", (unsigned char)*++s);
        else if (c == 0xe2 && (unsigned char)s[1] == 0x80 && ((unsigned char)s[2] | 1) == 0xa9) { /* LS, PS */
            text_add(out, "\\u20%02x", (unsigned char)s[2] == 0xa8 ? 0x28 : 0x29);
            s += 2;
        } else if (c == 0xef && (unsigned char)s[1] == 0xbb &&
                   (unsigned char)s[2] == 0xbf) { /* byte order mark */
            text_add(out, "\\ufeff");
            s += 2;
        } else if (c == 0xef && (unsigned char)s[1] == 0xbf &&
                   (unsigned char)s[2] >= 0xbe) { /* no characters */
            text_add(out, "\\uff%s", (unsigned char)s[2] == 0xbe ? "fe" : "ff");
            s += 2;
        } else
            text_add(out, "%c", c);
    }
    text_add(out, "\"");
}

static bool only_texts(const struct tree_node *list)
{
    for (const struct tree_node *c = list->first; c; c = c->next)
        if (c->kind != TREE_TEXT) return false;
    return true;
}

/* On one line: texts, lists of texts and empty containers. True if it was one. */
static bool emit_inline(const struct tree_node *node, struct text *out)
{
    if (node->kind == TREE_TEXT) {
        if (*node->text || node->quoted) emit_text(node->text, node->quoted, out);
        return true;
    }
    if (node->kind == TREE_MAP && node->count > 0) return false;
    if (node->kind == TREE_LIST && !only_texts(node)) return false;
    text_add(out, node->kind == TREE_MAP ? "{" : "[");
    for (const struct tree_node *c = node->first; c; c = c->next) {
        emit_text(c->text, c->quoted || *c->text == '\0', out);
        if (c->next) text_add(out, ", ");
    }
    text_add(out, node->kind == TREE_MAP ? "}" : "]");
    return true;
}

static void emit_block(const struct tree_node *node, int indent, bool first_line_begun, struct text *out)
{
    for (const struct tree_node *c = node->first; c; c = c->next) {
        if (!first_line_begun || c != node->first) text_add(out, "%*s", indent, "");
        if (node->kind == TREE_LIST) {
            text_add(out, "- ");
        } else {
            emit_text(c->key, false, out);
            text_add(out, c->kind == TREE_TEXT && *c->text == '\0' && !c->quoted ? ":" : ": ");
        }
        if (emit_inline(c, out)) {
            text_add(out, "\n");
        } else if (node->kind == TREE_LIST) {
            emit_block(c, indent + 2, true, out);
        } else {
            out->s[--out->length] = '\0'; /* the blank after the colon */
            text_add(out, "\n");
            emit_block(c, indent + 2, false, out);
        }
    }
}

void tree_emit(const struct tree_node *node, struct text *out)
{
    text_add(out, "%s", "");
    if (emit_inline(node, out))
        text_add(out, "\n");
    else
        emit_block(node, 0, false, out);
}
