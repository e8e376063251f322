/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/members.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static const char file_name[] = "members.csv";

bool members_there(const char *folder)
{
    char path[FILE_PATH_MAX];
    return file_join(path, folder, file_name) == OK && file_exists(path);
}

static void write_field(FILE *out, const char *text, bool last)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
    } else {
        fputc('"', out);
        for (const char *c = text; *c; c++) {
            if (*c == '"') fputc('"', out);
            fputc(*c, out);
        }
        fputc('"', out);
    }
    fputc(last ? '\n' : ',', out);
}

status members_write(const struct members *m, const char *folder)
{
    char path[FILE_PATH_MAX];
    struct file_new f;
    TRY(file_join(path, folder, file_name));
    TRY(file_begin(&f, path));
    write_field(f.stream, "member", m->keys == 0);
    for (size_t k = 0; k < m->keys; k++) write_field(f.stream, m->key[k], k + 1 == m->keys);
    for (size_t i = 0; i < m->n; i++) {
        write_field(f.stream, m->name[i], m->keys == 0);
        for (size_t k = 0; k < m->keys; k++)
            write_field(f.stream, m->value[i * m->keys + k], k + 1 == m->keys);
    }
    return file_commit(&f);
}

/* The field at *at, unquoted in place; *at moves behind its comma, *end says that its line ended. */
static char *next_field(char **at, bool *end)
{
    char *start = *at, *to = start, *c = start;
    bool quoted = *c == '"';
    if (quoted) c++;
    for (; *c; c++) {
        if (quoted && *c == '"') {
            if (c[1] != '"') {
                quoted = false;
                continue;
            }
            c++;
        } else if (!quoted && (*c == ',' || *c == '\n')) {
            break;
        }
        *to++ = *c;
    }
    *end = *c != ',';
    *at = *c ? c + 1 : c;
    *to = '\0';
    return start;
}

static status copy_field(struct members *m, char **at, bool *end, const char **field)
{
    const char *text = next_field(at, end);
    return arena_copy(&m->arena, text, strlen(text), field);
}

static status read_header(struct members *m, char **at, size_t commas, const char *path)
{
    const char *first;
    bool end;
    TRY(copy_field(m, at, &end, &first));
    if (strcmp(first, "member") != 0)
        return fail(BAD_INPUT, "%s: the first column is '%.40s', expected 'member'", path, first);
    TRY(ARENA_NEW(&m->arena, m->key, commas + 1));
    while (!end) TRY(copy_field(m, at, &end, &m->key[m->keys++]));
    return OK;
}

static status read_text(struct members *m, char *text, const char *path)
{
    size_t lines = 0, commas = 0;
    for (const char *c = text; *c; c++) {
        lines += *c == '\n';
        commas += *c == ',';
    }
    TRY(read_header(m, &text, commas, path));
    TRY(ARENA_NEW(&m->arena, m->name, lines + 1));
    TRY(ARENA_NEW(&m->arena, m->value, (lines + 1) * (m->keys + 1)));
    while (*text) {
        bool end;
        size_t k = 0;
        TRY(copy_field(m, &text, &end, &m->name[m->n]));
        for (; !end && k < m->keys; k++) TRY(copy_field(m, &text, &end, &m->value[m->n * m->keys + k]));
        if (!end || k < m->keys || !*m->name[m->n] || strchr(m->name[m->n], '/'))
            return fail(BAD_INPUT, "%s: line %zu is not a member and %zu values", path, m->n + 2, m->keys);
        m->n++;
    }
    return OK;
}

status members_read(struct members *m, const char *folder)
{
    char path[FILE_PATH_MAX], *text = NULL;
    size_t length;
    *m = (struct members){0};
    TRY(file_join(path, folder, file_name));
    if (!file_exists(path)) return fail(BAD_INPUT, "%s is no campaign: it holds no %s", folder, file_name);
    TRY(file_read(path, &text, &length));
    status s = read_text(m, text, path);
    DELETE(text);
    if (s != OK) members_free(m);
    return s;
}

void members_free(struct members *m)
{
    arena_free(&m->arena);
    *m = (struct members){0};
}
