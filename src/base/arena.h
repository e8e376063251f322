/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena — many small allocations that live and die together.
 *
 *     struct arena a = {0};
 *     char **names = NULL;
 *     TRY(ARENA_NEW(&a, names, n));            zeroed array of n, 16-byte aligned
 *     TRY(arena_copy(&a, text, length, &s));   0-terminated copy
 *     arena_free(&a);                          frees everything; {0} again
 *
 * Nothing is moved or released before arena_free, so pointers stay valid. Not for the step loop. */
#ifndef GLINT_BASE_ARENA_H
#define GLINT_BASE_ARENA_H

#include "base/status.h"

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *block; /* newest first */
};

status arena_new(struct arena *a, void **pointer, size_t count, size_t size);
status arena_copy(struct arena *a, const char *text, size_t length, const char **copy);
void arena_free(struct arena *a);

#define ARENA_NEW(arena, pointer, count) arena_new((arena), (void **)&(pointer), (count), sizeof *(pointer))

#endif
