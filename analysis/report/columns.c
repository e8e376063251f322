/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/columns.h"
#include "base/file.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The field at *at, 0-terminated in place; *at moves behind its comma. */
static char *next_field(char **at)
{
    char *field = *at, *end = field + strcspn(field, ",");
    *at = *end ? end + 1 : end;
    *end = '\0';
    return field;
}

static status read_header(struct columns *c, char *line, const char *path)
{
    while (*line) {
        if (c->n == COLUMNS_MOST) return fail(BAD_INPUT, "%s has more than %d columns", path, COLUMNS_MOST);
        snprintf(c->name[c->n++], COLUMNS_NAME, "%.*s", COLUMNS_NAME - 1, next_field(&line));
    }
    return c->n > 0 ? OK : fail(BAD_INPUT, "%s: the first line names no columns", path);
}

static int64_t count_fields(const char *line)
{
    int64_t n = 1;
    for (; *line; line++) n += *line == ',';
    return n;
}

static void read_row(struct columns *c, char *line, int stage)
{
    double *value = c->value + c->rows * c->n;
    for (int k = 0; k < c->n; k++) {
        char *field = next_field(&line), *end;
        value[k] = strtod(field, &end);
        if (end == field || *end) value[k] = (double)NAN;
        if (k == stage) snprintf(c->stage[c->rows], COLUMNS_STAGE, "%.*s", COLUMNS_STAGE - 1, field);
    }
    c->rows++;
}

static status read_text(struct columns *c, char *text, const char *path)
{
    size_t lines = 0;
    int stage = -1;
    for (const char *at = text; *at; at++) lines += *at == '\n';
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (*line == '#' || !*line) continue;
        if (c->n == 0) {
            TRY(read_header(c, line, path));
            stage = columns_find(c, "stage");
            TRY(NEW(c->value, (lines + 1) * (size_t)c->n));
            TRY(NEW(c->stage, lines + 1));
        } else if (count_fields(line) == c->n) {
            read_row(c, line, stage);
        } else {
            return fail(BAD_INPUT, "%s: a line has %lld fields, %d were expected", path,
                        (long long)count_fields(line), c->n);
        }
    }
    return c->n > 0 ? OK : fail(BAD_INPUT, "%s is empty", path);
}

status columns_read(struct columns *c, const char *path)
{
    char *text = NULL;
    size_t length;
    *c = (struct columns){0};
    TRY(file_read(path, &text, &length));
    status s = read_text(c, text, path);
    DELETE(text);
    if (s != OK) columns_free(c);
    return s;
}

void columns_free(struct columns *c)
{
    DELETE(c->value);
    DELETE(c->stage);
    c->rows = 0;
}

int columns_find(const struct columns *c, const char *name)
{
    for (int k = 0; k < c->n; k++)
        if (strcmp(c->name[k], name) == 0) return k;
    return -1;
}

double columns_at(const struct columns *c, int64_t row, int column)
{
    return column < 0 ? (double)NAN : c->value[row * c->n + column];
}
