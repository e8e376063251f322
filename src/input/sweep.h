/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep — one input that stands for many runs: `sweep:` and `replicas:` turned into a list of members.
 *
 *     sweep:
 *       deposit.T: [0.60, 0.85] Tg              a key of the input, as for --set; the values it takes
 *       deposit.flux: [3e-3, 1e-3] /sigma^2/tau
 *       seed: 1..2                              every combination: 2 × 2 × 2 = 8 members
 *       zip:                                    these change together, first with first, …; one axis
 *         quench.to: [0.3 Tg, 0.4 Tg]
 *         quench.rate: [1e-3, 1e-4] eps/kB/tau
 *     replicas: {number: 8, seeds: 1..8, at_once: 2}       the same as sweep: seed: 1..8
 *
 * A `controls:` block (cmd/controls.h), too, makes many runs of one input; it stays in the members' documents
 * for its reader. With nothing swept there is one member, called film.
 *
 *     struct sweep s;
 *     if (sweep_present(&doc)) {
 *         GUARD(sweep_read(&s, &doc, &run_table, "pvd.yaml"));     BAD_INPUT with all problems at once
 *         for (size_t i = 0; i < s.members; i++) {
 *             struct tree one = {0};
 *             GUARD(sweep_document(&s, i, &one));                   a complete input without these blocks
 *             … s.member[i].name …                                  T0.85Tg-flux1e-3-seed1
 *             tree_free(&one);
 *         }
 *     }
 *
 * The first key changes slowest. A key must lead to something the input may say: its first step is a key at
 * the top of the input (given by the table), or the kind or the label of one stage. What stands deeper, and
 * whether the values make sense, is checked when the member's document is read; complaints then point at the
 * line of the sweep.
 *
 * Names are made of the last step of each key and the value as written, with its unit where that is one word:
 * letters, digits, `.`, `_`, `+`, `-` only. They depend on nothing but the values, so adding a value to a
 * sweep keeps the others' names; two members never share one (nor differ in case only).
 *
 * Everything belongs to doc->arena, which must outlive the sweep and its members' documents. */
#ifndef GLINT_INPUT_SWEEP_H
#define GLINT_INPUT_SWEEP_H

#include "input/schema.h"
#include "input/tree.h"

enum { SWEEP_KEYS_MAX = 16, SWEEP_MEMBERS_MAX = 10000, SWEEP_NAME_MAX = 100 };

struct sweep_key {
    const char *key;  /* as written: "deposit.T" */
    const char *word; /* in names: "T" */
    size_t axis;      /* keys of one axis change together (zip) */
    size_t values;
    struct tree_node **value;
    const char **text; /* the values as written, "0.85 Tg" */
    const char **slug; /* the values in names, "0.85Tg" */
};

struct sweep_member {
    const char *name;
    size_t choice[SWEEP_KEYS_MAX]; /* by key: which value */
};

struct sweep {
    const struct tree_node *base; /* the input without sweep and replicas */
    size_t keys, axes, members;
    struct sweep_key key[SWEEP_KEYS_MAX];
    struct sweep_member *member;
    int64_t at_once; /* replicas: at_once; 1 without */
};

bool sweep_present(const struct tree *doc);
status sweep_read(struct sweep *s, struct tree *doc, const struct input_table *table, const char *name);
status sweep_document(const struct sweep *s, size_t i, struct tree *member);
/* The name of something that belongs to member i but depends only on the keys with use[k] (NULL: on all);
 * begins with `front`. */
void sweep_name(const struct sweep *s, size_t i, const bool *use, const char *front,
                char out[SWEEP_NAME_MAX + 1]);

#endif
