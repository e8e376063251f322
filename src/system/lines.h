/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lines — a text file read line by line, with the line number in every complaint.
 *
 *     struct lines l = {0};
 *     TRY(lines_open(&l, path));
 *     while (lines_next(&l)) { … l.line … }     a blank-trimmed line; CRLF is understood; false at the end
 *     GUARD(lines_state(&l));                   the disk or a zero byte ended it, not the end of the file
 *     lines_close(&l);
 *
 * Numbers are checked as they are read: finite, nothing left over. Everything fails as BAD_INPUT with
 * path:line. */
#ifndef GLINT_SYSTEM_LINES_H
#define GLINT_SYSTEM_LINES_H

#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct lines {
    char path[FILE_PATH_MAX];
    FILE *in;
    char *line; /* the current line, 0-terminated, may be written into */
    size_t capacity;
    int64_t number; /* of the current line, from 1 */
    int64_t start;  /* byte offset of the current line */
    int64_t size;   /* bytes in the file: bounds every count before memory is asked for */
    bool damaged;   /* ended by a read error or a zero byte */
    bool again;     /* the current line is to be delivered once more */
};

status lines_open(struct lines *l, const char *path);
void lines_close(struct lines *l); /* idempotent */
bool lines_next(struct lines *l);
void lines_back(
    struct lines *l); /* the next lines_next() delivers the current line again, if nothing wrote in it */
status lines_state(const struct lines *l);
/* Like lines_next, but the end of the file is a failure: "ends where <what> was expected". */
status lines_need(struct lines *l, const char *what);
/* Continue at a byte offset whose line has this number. */
status lines_seek(struct lines *l, int64_t offset, int64_t number);

/* BAD_INPUT with "path:line: " in front. */
status lines_fail(const struct lines *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Cut a text in place into words at blanks; the number of words, at most `most` (the rest is not cut). */
int lines_words(char *text, char **words, int most);

/* The word as a finite number, or as a whole number in [least, greatest]. `what` names it in the complaint.
 */
status lines_double(const struct lines *l, const char *word, const char *what, double *value);
status lines_int(const struct lines *l, const char *word, const char *what, int64_t least, int64_t greatest,
                 int64_t *value);
/* A number of atoms, refused if the file is too short to hold them at `least_bytes` each. */
status lines_count(const struct lines *l, const char *word, int64_t least_bytes, int64_t *atoms);

#endif
