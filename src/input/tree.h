/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree — a YAML file as a tree of nodes that know where they stand.
 *
 *     struct tree doc = {0};
 *     TRY(tree_read(&doc, "pvd.yaml"));              or tree_parse(&doc, "name", text, length)
 *     TRY(tree_set(&doc, "stages.0.melt.T=0.7 eps/kB"));       --set
 *     const struct tree_node *seed = tree_child(doc.root, "seed");
 *     tree_emit(doc.root, &text);                    back to YAML
 *     tree_free(&doc);                               all nodes and strings belong to doc.arena
 *
 * Scalars stay text; what they mean is decided by their reader (see input/schema.h). The root is always a
 * map; an empty file is an empty map. Parsing is by libyaml's events.
 *
 * One extension: a unit (or any word) may follow a list, `rates: [1e-2, 1e-3] eps/kB/tau`, and then belongs
 * to every entry; the tree holds "1e-2 eps/kB/tau", "1e-3 eps/kB/tau". It is tried only when the text is not
 * valid YAML, so no valid YAML changes its meaning.
 *
 * Bounded, because an input is not trusted: TREE_BYTES_MAX of text, TREE_NODES_MAX nodes, TREE_DEPTH_MAX
 * levels. Anchors, aliases, tags, several documents, keys that are not plain words and duplicate keys are
 * refused. Every refusal is BAD_INPUT with "file:line:col: ", what was found and what to do. */
#ifndef GLINT_INPUT_TREE_H
#define GLINT_INPUT_TREE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    TREE_DEPTH_MAX = 32,
    TREE_NODES_MAX = 100000,
    TREE_BYTES_MAX = 4 << 20,
    TREE_PATH_MAX = 512,
    TREE_KEY_MAX = 200,
    TREE_KEYS_MAX = 1000
};

enum tree_kind { TREE_TEXT, TREE_LIST, TREE_MAP };

struct tree_node {
    enum tree_kind kind;
    bool quoted;      /* a text written in quotes */
    const char *file; /* where it was read from */
    int line, column; /* of the value, from 1 */
    const char *key;  /* in a map; NULL in a list and for the root */
    int key_line, key_column;
    const char *text; /* of a text; "" when nothing was written; NULL otherwise */
    size_t index;     /* position among its siblings */
    size_t count;     /* children */
    struct tree_node *first, *last, *next, *parent;
};

struct tree {
    struct arena arena;
    struct tree_node *root;
    size_t nodes;
};

status tree_read(struct tree *doc, const char *path);
/* `name` stands for the file in messages; text need not be 0-terminated. */
status tree_parse(struct tree *doc, const char *name, const char *text, size_t length);
void tree_free(struct tree *doc);

/* Parse a value, not necessarily a map, into nodes of an arena (a default, the right side of --set). */
status tree_value(struct arena *arena, const char *name, const char *text, struct tree_node **value);

/* The child of a map called `key`, or NULL. */
struct tree_node *tree_child(const struct tree_node *map, const char *key);

/* "stages.0.melt.T": the dotted way from the root, for messages; cut with "…" in front when longer than the
 * buffer. */
const char *tree_path(const struct tree_node *node, char out[TREE_PATH_MAX]);

/* The node at a dotted path below `from`, NULL with a message if there is none. A key that itself contains
 * dots is found too (the longest key wins). In a list, a step is an index from 0 or, where the entries are
 * maps of one key (stages), that key or the text of the key `label` inside it, if only one entry has it:
 * stages.0.melt.T, stages.melt.T, stages.LABEL.T. At the root, `stages.` may be left out: melt.T. */
struct tree_node *tree_find(const struct tree_node *from, const char *path);

/* "path=value": replace the value at path, or add it; maps missing on the way are made. The value is YAML. An
 * index equal to the length of a list appends. */
status tree_set(struct tree *doc, const char *assignment);
/* The same with a value that is a node of doc->arena and has no parent; taken over. */
status tree_put(struct tree *doc, const char *path, struct tree_node *value);

/* Building trees: a new node, and hanging it as the last child of a parent. */
status tree_new(struct arena *arena, enum tree_kind kind, const char *text, struct tree_node **node);
void tree_append(struct tree_node *parent, struct tree_node *child);
/* Take the child called `key` out of a map; nothing if there is none. */
void tree_drop(struct tree_node *map, const char *key);
/* A deep copy without parent. */
status tree_copy(struct arena *arena, const struct tree_node *node, struct tree_node **copy);

/* Write as YAML in block style; what is read back is the same tree. */
void tree_emit(const struct tree_node *node, struct text *out);

#endif
