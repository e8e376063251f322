/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || GROW(t->s, t->capacity, t->length + (size_t)n + 1) != OK) {
        t->out_of_memory = true;
    } else {
        vsnprintf(t->s + t->length, (size_t)n + 1, format, again);
        t->length += (size_t)n;
    }
    va_end(again);
}

void text_free(struct text *t)
{
    DELETE(t->s);
    *t = (struct text){0};
}

struct json json_start(void)
{
    return (struct json){.first = true};
}

static void quoted(struct json *j, const char *s)
{
    text_add(&j->text, "\"");
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            text_add(&j->text, "\\%c", c);
        else if (c < 0x20)
            text_add(&j->text, "\\u%04x", c);
        else
            text_add(&j->text, "%c", c);
    }
    text_add(&j->text, "\"");
}

static void before_value(struct json *j, const char *key)
{
    if (!j->first) text_add(&j->text, ",");
    if (j->depth > 0) text_add(&j->text, "\n%*s", 2 * j->depth, "");
    if (key) {
        quoted(j, key);
        text_add(&j->text, ": ");
    }
    j->first = false;
}

void json_open(struct json *j, const char *key, char bracket)
{
    before_value(j, key);
    text_add(&j->text, "%c", bracket);
    if (j->depth < (int)sizeof j->closing) j->closing[j->depth] = bracket == '{' ? '}' : ']';
    j->depth++;
    j->first = true;
}

void json_close(struct json *j)
{
    j->depth--;
    if (!j->first) text_add(&j->text, "\n%*s", 2 * j->depth, "");
    text_add(&j->text, "%c", j->closing[j->depth]);
    j->first = false;
}

void json_number(struct json *j, const char *key, double value)
{
    before_value(j, key);
    if (isfinite(value))
        text_add(&j->text, "%.17g", value);
    else
        text_add(&j->text, "null");
}

void json_integer(struct json *j, const char *key, int64_t value)
{
    before_value(j, key);
    text_add(&j->text, "%lld", (long long)value);
}

void json_string(struct json *j, const char *key, const char *value)
{
    before_value(j, key);
    quoted(j, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    before_value(j, key);
    text_add(&j->text, value ? "true" : "false");
}

void json_free(struct json *j)
{
    text_free(&j->text);
}

/* The character at *at within a JSON string, and *at behind it. */
static char unescaped(const char **at)
{
    char code[5] = {0};
    if (**at != '\\') return *(*at)++;
    char c = (*at)[1];
    if (c == '\0') return *(*at)++;
    *at += 2;
    if (c != 'u' || strlen(*at) < 4) return c;
    memcpy(code, *at, 4);
    *at += 4;
    return (char)strtol(code, NULL, 16); /* written for control characters only */
}

bool json_find(const char *text, const char *key, char *value, size_t size)
{
    char quoted_key[80];
    size_t n = 0;
    value[0] = '\0';
    snprintf(quoted_key, sizeof quoted_key, "\"%s\":", key);
    const char *at = text ? strstr(text, quoted_key) : NULL;
    if (!at) return false;
    at += strlen(quoted_key);
    while (*at == ' ') at++;
    if (*at == '"') {
        for (at++; *at && *at != '"';) {
            char c = unescaped(&at);
            if (n + 1 < size) value[n++] = c;
        }
    } else {
        n = strcspn(at, ",\n}] ");
        if (n >= size) n = size - 1;
        memcpy(value, at, n);
    }
    value[n] = '\0';
    return true;
}

double json_find_number(const char *text, const char *key)
{
    char word[64];
    double value;
    return json_find(text, key, word, sizeof word) && text_to_double(word, &value) ? value : (double)NAN;
}

/* Levenshtein distance; words longer than the buffer count as far. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t na = strlen(a), nb = strlen(b), row[LONGEST + 1];
    if (na > LONGEST || nb > LONGEST) return LONGEST;
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t up = row[j];
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t best = diagonal + (same ? 0 : 1);
            if (up + 1 < best) best = up + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = up;
            row[j] = best;
        }
    }
    return row[nb];
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 2 + 1;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, words[i]);
        if (d < least) {
            least = d;
            nearest = words[i];
        }
    }
    return nearest;
}

static bool only_blanks(const char *s)
{
    while (isspace((unsigned char)*s)) s++;
    return *s == '\0';
}

bool text_to_double(const char *s, double *value)
{
    char *end;
    errno = 0;
    double v = strtod(s, &end);
    if (end == s || !only_blanks(end) || !isfinite(v)) return false;
    *value = v;
    return true;
}

bool text_to_int64(const char *s, int64_t *value)
{
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (end == s || !only_blanks(end) || errno == ERANGE) return false;
    *value = v;
    return true;
}

int text_places(double error)
{
    if (!isfinite(error) || !(error > 0.0)) return 0;
    int places = 1 - (int)floor(log10(error));
    if (error * pow(10.0, places) >= 99.5) places--; /* 0.996 is written 1.0, not 1.00 */
    return places < 0 ? 0 : places < 17 ? places : 17;
}

const char *text_errors(char out[TEXT_ERRORS], double value, int errors, const double *error)
{
    double largest = 0.0;
    for (int i = 0; i < errors; i++)
        if (isfinite(error[i])) largest = fmax(largest, error[i]);
    if (!(largest > 0.0)) {
        snprintf(out, TEXT_ERRORS, "%.4g", value);
        return out;
    }
    if (largest < 1e-9 * fabs(value)) { /* rounding only: the digits would say nothing */
        snprintf(out, TEXT_ERRORS, "%.6g", value);
        for (int i = 0; i < errors; i++) {
            size_t n = strlen(out);
            if (isfinite(error[i])) snprintf(out + n, TEXT_ERRORS - n, " ± %.1g", error[i]);
        }
        return out;
    }
    int places = text_places(largest);
    snprintf(out, TEXT_ERRORS, "%.*f", places, value);
    for (int i = 0; i < errors; i++) {
        size_t n = strlen(out);
        if (isfinite(error[i])) snprintf(out + n, TEXT_ERRORS - n, " ± %.*f", places, error[i]);
    }
    return out;
}
