/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film_file — the film in a checkpoint (observe/checkpoint.h has the whole file).
 *
 *     TRY(film_file_write(&file, &e->film));      nothing without a film
 *     TRY(film_file_read(&file, &film));          kind FILM_NONE without one; film_free
 *     if (film_file_has("runs/a/checkpoint.h5"))  a question to any file, readable or not
 *
 * A film without `grown_at`, of an older version, is read: NaN. */
#ifndef GLINT_INTEGRATE_FILM_FILE_H
#define GLINT_INTEGRATE_FILM_FILE_H

#include "base/h5.h"
#include "integrate/film.h"

status film_file_write(struct h5 *file, const struct film *f);
status film_file_read(struct h5 *file, struct film *f);
bool film_file_has(const char *path);

#endif
