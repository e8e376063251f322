/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema_value — inside of input/schema.h, not for others: the values of single keys, and the words of
 * messages. Every function returns false after noting a problem at the node. */
#ifndef GLINT_INPUT_SCHEMA_VALUE_H
#define GLINT_INPUT_SCHEMA_VALUE_H

#include "input/schema.h"

bool value_number(struct input *in, const struct input_key *key, const struct tree_node *node, double *value);
bool value_integer(struct input *in, const struct input_key *key, const struct tree_node *node,
                   int64_t *value);
/* INPUT_VECTOR and INPUT_NUMBERS, INPUT_INTEGERS, INPUT_WORDS: a list, or a single text as a list of one. */
bool value_numbers(struct input *in, const struct input_key *key, const struct tree_node *node, void *field);
bool value_integers(struct input *in, const struct input_key *key, const struct tree_node *node, void *field);
bool value_words(struct input *in, const struct input_key *key, const struct tree_node *node, void *field);

/* A text with something in it? If not, a problem that says what was expected. */
bool value_is_text(struct input *in, const struct tree_node *node, const char *expected);
/* "a map", "a list", "a text", "nothing": what was found. */
const char *value_kind(const struct tree_node *node);
/* "a, b, c" of n words, cut when longer than the buffer. */
void value_list_words(const char *const *words, size_t n, char *out, size_t size);
/* Note a word that is not among the known ones, with the nearest and all of them. */
void value_unknown(struct input *in, const struct tree_node *at, const char *what, const char *word,
                   const char *const *known, size_t n);

#endif
