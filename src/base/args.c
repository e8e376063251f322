/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct arg *find(const struct command *c, const char *name, size_t length)
{
    for (const struct arg *a = c->args; a && a->name; a++) {
        if (strlen(a->name) == length && strncmp(a->name, name, length) == 0) return a;
        if (a->letter && length == 2 && name[0] == '-' && name[1] == a->letter) return a;
    }
    return NULL;
}

static status unknown(const struct command *c, const char *name)
{
    const char *words[64] = {0};
    size_t n = 0;
    for (const struct arg *a = c->args; a && a->name && n < 64; a++) words[n++] = a->name;
    const char *near = text_nearest(name, words, n);
    return fail(BAD_INPUT, "glint %s: unknown option %s%s%s%s (see glint %s --help)", c->name, name,
                near ? "; did you mean " : "", near ? near : "", near ? "?" : "", c->name);
}

static status store(const struct command *c, const struct arg *a, const char *value, void *options)
{
    char *field = (char *)options + a->offset;
    switch (a->kind) {
    case ARG_FLAG:
        *(bool *)field = true;
        return OK;
    case ARG_STRING:
        *(const char **)field = value;
        return OK;
    case ARG_DOUBLE:
        if (text_to_double(value, (double *)field)) return OK;
        return fail(BAD_INPUT, "glint %s: %s wants a number, found '%s'", c->name, a->name, value);
    case ARG_INT:
        if (text_to_int64(value, (int64_t *)field)) return OK;
        return fail(BAD_INPUT, "glint %s: %s wants a whole number, found '%s'", c->name, a->name, value);
    case ARG_LIST: {
        struct arg_list *list = (struct arg_list *)field;
        if (list->n == ARG_LIST_MAX)
            return fail(BAD_INPUT, "glint %s: %s given more than %d times", c->name, a->name, ARG_LIST_MAX);
        list->value[list->n++] = value;
        return OK;
    }
    }
    return OK;
}

static bool is_negative_number(const char *s)
{
    double v;
    return text_to_double(s, &v);
}

status args_parse(const struct command *c, int argc, char **argv, void *options, const char **positional,
                  int least, int most, int *n_positional)
{
    int n = 0;
    bool options_end = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
            continue;
        }
        if (options_end || word[0] != '-' || word[1] == '\0' || is_negative_number(word)) {
            if (n == most)
                return fail(BAD_INPUT, "glint %s: unexpected argument '%s'\nusage: glint %s %s", c->name,
                            word, c->name, c->synopsis);
            positional[n++] = word;
            continue;
        }
        const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
        const struct arg *a = find(c, word, equals ? (size_t)(equals - word) : strlen(word));
        if (!a) return unknown(c, word);
        const char *value = equals ? equals + 1 : NULL;
        if (a->kind == ARG_FLAG && value)
            return fail(BAD_INPUT, "glint %s: %s takes no value", c->name, a->name);
        if (a->kind != ARG_FLAG && !value) {
            if (i + 1 >= argc)
                return fail(BAD_INPUT, "glint %s: %s wants a value (%s)", c->name, a->name, a->value_name);
            value = argv[++i];
        }
        TRY(store(c, a, value, options));
    }
    if (n < least)
        return fail(BAD_INPUT, "glint %s: %d argument%s given, at least %d needed\nusage: glint %s %s",
                    c->name, n, n == 1 ? "" : "s", least, c->name, c->synopsis);
    if (n_positional) *n_positional = n;
    return OK;
}

/* Text in lines of at most 112 columns, those after the first indented; `column` is where the cursor is. Line
 * breaks of the source are blanks, except before a blank (a list, an example) or another break (a paragraph).
 */
static void print_wrapped(const char *text, int column, int indent)
{
    enum { COLUMNS = 112 };
    for (const char *p = text; *p; p++) {
        bool broken =
            *p == '\n' && (p[1] == '\n' || p[1] == ' ' || p[1] == '\0' || (p > text && p[-1] == '\n'));
        bool blank = *p == ' ' || (*p == '\n' && !broken);
        if (broken || (blank && column + 1 + (int)strcspn(p + 1, " \n") > COLUMNS)) {
            printf("\n%*s", broken ? 0 : indent, "");
            column = broken ? 0 : indent;
        } else {
            putchar(blank ? ' ' : *p);
            column += ((unsigned char)*p & 0xc0) != 0x80; /* UTF-8: bytes that begin a character */
        }
    }
    putchar('\n');
}

void args_help(const struct command *c)
{
    printf("glint %s — %s\n\nusage: glint %s %s\n\n", c->name, c->summary, c->name, c->synopsis);
    print_wrapped(c->description, 0, 0);
    if (c->args && c->args->name) printf("\noptions:\n");
    for (const struct arg *a = c->args; a && a->name; a++) {
        char left[64];
        snprintf(left, sizeof left, "%s%c%s%s%s%s", a->letter ? "-" : "", a->letter ? a->letter : ' ',
                 a->letter ? ", " : "   ", a->name, a->value_name ? " " : "",
                 a->value_name ? a->value_name : "");
        int width = printf("  %-28s ", left);
        print_wrapped(a->help, width, 31);
    }
    if (c->examples) printf("\nexamples:\n%s\n", c->examples);
}

/* Text for roff: backslashes and leading dots escaped, hyphens kept as typed. */
static void roff(const char *text)
{
    bool line_start = true;
    for (const char *p = text; *p; p++) {
        if (line_start && (*p == '.' || *p == '\'')) fputs("\\&", stdout);
        if (*p == '\\')
            fputs("\\e", stdout);
        else if (*p == '-')
            fputs("\\-", stdout);
        else
            putchar(*p);
        line_start = *p == '\n';
    }
}

void args_man(const struct command *c)
{
    printf(".TH GLINT-%s 1\n.SH NAME\nglint-%s \\- ", c->name, c->name);
    roff(c->summary);
    printf("\n.SH SYNOPSIS\n.B glint %s\n", c->name);
    roff(c->synopsis);
    printf("\n.SH DESCRIPTION\n");
    roff(c->description);
    if (c->args && c->args->name) printf("\n.SH OPTIONS\n");
    for (const struct arg *a = c->args; a && a->name; a++) {
        printf(".TP\n.B ");
        if (a->letter) printf("\\-%c, ", a->letter);
        roff(a->name);
        if (a->value_name) printf(" %s", a->value_name);
        printf("\n");
        roff(a->help);
        printf("\n");
    }
    if (c->examples) {
        printf(".SH EXAMPLES\n.nf\n");
        roff(c->examples);
        printf("\n.fi\n");
    }
}
