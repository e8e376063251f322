/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text — strings that grow, JSON that is well formed, and the nearest word to a misspelt one.
 *
 * struct text is a growing string: start from {0}, add, use t.s (never NULL after the first add), text_free.
 *
 * JSON is written in order, commas and quoting are taken care of:
 *     struct json j = json_start();
 *     json_open(&j, NULL, '{');  json_number(&j, "atoms", 4000);  json_open(&j, "virial", '[');
 *     json_number(&j, NULL, 1.5);  json_close(&j);  json_close(&j);
 *     puts(j.text.s);  json_free(&j);
 * Numbers are written with 17 significant digits; NaN and infinities become null. */
#ifndef GLINT_BASE_TEXT_H
#define GLINT_BASE_TEXT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *s;
    size_t length, capacity;
    bool out_of_memory; /* checked once at the end instead of at every add */
};
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *t);

struct json {
    struct text text;
    int depth;
    char closing[32];
    bool first;
};
struct json json_start(void);
void json_open(struct json *j, const char *key, char bracket); /* '{' or '['; key NULL inside an array */
void json_close(struct json *j);
void json_number(struct json *j, const char *key, double value);
void json_integer(struct json *j, const char *key, int64_t value);
void json_string(struct json *j, const char *key, const char *value);
void json_bool(struct json *j, const char *key, bool value);
void json_free(struct json *j);

/* The value of a member of JSON text as this program writes it (one member a line): a string without its
 * escapes, a number or a word as it stands; the first member of that name at any depth. False, and value
 * empty, if it is not there. Cut when longer than the buffer. */
bool json_find(const char *text, const char *key, char *value, size_t size);
/* The same as a number; NaN when it is not there or null. */
double json_find_number(const char *text, const char *key);

/* The entry of `words` (n of them) nearest to `word` by edit distance, or NULL if none is near. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* Decimals that show an error with two significant digits; 0 for errors of 10 and more or without a size. */
int text_places(double error);
/* "693 ± 10", "0.3712 ± 0.0012 ± 0.0004": value and errors, all with the decimals of the largest error, never
 * with a power of ten. Errors that are not finite are left out; without any the value has 4 digits. */
enum { TEXT_ERRORS = 128 };
const char *text_errors(char out[TEXT_ERRORS], double value, int errors, const double *error);

/* Parse a whole string as a number; false if anything but blanks is left over or it is not finite. */
bool text_to_double(const char *s, double *value);
bool text_to_int64(const char *s, int64_t *value);

#endif
