/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/lines.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

status lines_open(struct lines *l, const char *path)
{
    *l = (struct lines){0};
    if (strlen(path) >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(l->path, sizeof l->path, "%s", path);
    l->in = fopen(path, "rb");
    if (!l->in) return fail(BAD_INPUT, "cannot open %s: %s", path, strerror(errno));
    struct stat info;
    if (fstat(fileno(l->in), &info) != 0 || !S_ISREG(info.st_mode)) {
        lines_close(l);
        return fail(BAD_INPUT, "%s is not a regular file", path);
    }
    l->size = info.st_size;
    return OK;
}

void lines_close(struct lines *l)
{
    if (l->in) fclose(l->in);
    free(l->line); /* getline's own memory */
    l->in = NULL;
    l->line = NULL;
    l->capacity = 0;
}

bool lines_next(struct lines *l)
{
    if (l->damaged) return false;
    if (l->again) {
        l->again = false;
        return true;
    }
    l->start = ftello(l->in);
    ssize_t n = getline(&l->line, &l->capacity, l->in);
    if (n < 0) {
        l->damaged = ferror(l->in) || !feof(l->in);
        return false;
    }
    l->number++;
    if (memchr(l->line, '\0', (size_t)n)) {
        l->damaged = true;
        return false;
    }
    while (n > 0 && isspace((unsigned char)l->line[n - 1])) n--;
    l->line[n] = '\0';
    return true;
}

void lines_back(struct lines *l)
{
    l->again = true;
}

status lines_state(const struct lines *l)
{
    if (!l->damaged) return OK;
    return lines_fail(l, "cannot be read on: a zero byte in a text file, or the disk failed");
}

status lines_need(struct lines *l, const char *what)
{
    if (lines_next(l)) return OK;
    TRY(lines_state(l));
    return lines_fail(l, "the file ends here, where %s was expected (truncated?)", what);
}

status lines_seek(struct lines *l, int64_t offset, int64_t number)
{
    if (fseeko(l->in, offset, SEEK_SET) != 0)
        return fail(FAILED, "cannot read %s: %s", l->path, strerror(errno));
    l->number = number - 1;
    l->damaged = l->again = false;
    return OK;
}

status lines_fail(const struct lines *l, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return fail(BAD_INPUT, "%s:%lld: %s", l->path, (long long)l->number, message);
}

int lines_words(char *text, char **words, int most)
{
    int n = 0;
    char *p = text;
    while (n < most) {
        while (isspace((unsigned char)*p)) p++;
        if (!*p) break;
        words[n++] = p;
        while (*p && !isspace((unsigned char)*p)) p++;
        if (!*p) break;
        *p++ = '\0';
    }
    return n;
}

status lines_double(const struct lines *l, const char *word, const char *what, double *value)
{
    char *end;
    double v = strtod(word, &end);
    if (end == word || *end) return lines_fail(l, "found '%.40s', expected a number for %s", word, what);
    if (!isfinite(v)) return lines_fail(l, "%s is '%.40s': not a finite number", what, word);
    *value = v;
    return OK;
}

status lines_int(const struct lines *l, const char *word, const char *what, int64_t least, int64_t greatest,
                 int64_t *value)
{
    char *end;
    errno = 0;
    long long v = strtoll(word, &end, 10);
    if (end == word || *end)
        return lines_fail(l, "found '%.40s', expected a whole number for %s", word, what);
    if (errno == ERANGE || v < least || v > greatest)
        return lines_fail(l, "%s is %.40s, expected %lld to %lld", what, word, (long long)least,
                          (long long)greatest);
    *value = v;
    return OK;
}

status lines_count(const struct lines *l, const char *word, int64_t least_bytes, int64_t *atoms)
{
    TRY(lines_int(l, word, "the number of atoms", 0, INT64_MAX, atoms));
    if (*atoms > (l->size + 1) / least_bytes)
        return lines_fail(l, "announces %lld atoms, but the file has only %lld bytes (truncated?)",
                          (long long)*atoms, (long long)l->size);
    return OK;
}
