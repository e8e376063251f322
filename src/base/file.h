/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file — files that are old or new, never half (Law 5).
 *
 *     struct file_new f;
 *     TRY(file_begin(&f, "run.json"));     opens run.json.tmp for writing
 *     fprintf(f.stream, …);                as much as you like, unchecked
 *     TRY(file_commit(&f));                flush, error check, fsync, rename, fsync of the folder
 *
 * If anything fails, file_commit removes the temporary file, leaves the old file alone and says why (a full
 * disk, a lost permission). file_abandon(&f) gives up; calling it after a commit does nothing. file_publish
 * does the last part for files written by others (HDF5): fsync(path.tmp), rename, fsync(folder). */
#ifndef GLINT_BASE_FILE_H
#define GLINT_BASE_FILE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { FILE_PATH_MAX = 4096 };

struct file_new {
    char path[FILE_PATH_MAX], temporary[FILE_PATH_MAX + 8];
    FILE *stream;
};
status file_begin(struct file_new *f, const char *path);
status file_commit(struct file_new *f);
void file_abandon(struct file_new *f);

/* A file with that text. */
status file_write(const char *path, const char *text);
/* A copy of a whole file, old or new like any other: path.tmp, fsync, rename. */
status file_copy(const char *from, const char *path);

status file_publish(const char *temporary, const char *path);

bool file_exists(const char *path);
status file_make_folder(const char *path); /* with parents; an existing folder is fine */

/* Join folder and name into out; fails when the result is too long. */
status file_join(char out[FILE_PATH_MAX], const char *folder, const char *name);

/* Read a whole text file; *content is 0-terminated and owned by the caller (DELETE). */
status file_read(const char *path, char **content, size_t *length);

#endif
