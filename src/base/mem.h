/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem — memory that is zeroed, 64-byte aligned, checked, and released through the pointer's address.
 *
 *     double *x = NULL;
 *     TRY(NEW(x, n));             zeroed array of n
 *     TRY(GROW(x, cap, need));    at least `need` elements; old content kept, the rest zeroed; cap is updated
 *     TRY(ROOM(x, cap, need));    the same, the rest undefined and an eighth to spare (see mem_room)
 *     DELETE(x);                  frees and sets NULL; NULL is fine
 *
 * All sizes are in elements and checked for overflow. Not for use inside the step loop (Law 4). */
#ifndef GLINT_BASE_MEM_H
#define GLINT_BASE_MEM_H

#include "base/status.h"

#include <stddef.h>

status mem_new(void **pointer, size_t count, size_t size, const char *what);
status mem_grow(void **pointer, size_t *capacity, size_t need, size_t size, const char *what);
status mem_room_anew(void **pointer, size_t *capacity, size_t need, size_t size, const char *what);
/* For large arrays that are filled anew or whose need fluctuates: memory nobody writes to is not used up. */
static inline status mem_room(void **pointer, size_t *capacity, size_t need, size_t size, const char *what)
{
    return need <= *capacity && *pointer ? OK : mem_room_anew(pointer, capacity, need, size, what);
}
void mem_delete(void **pointer);

/* A copy of a string, owned by the caller (DELETE). */
status mem_string(char **copy, const char *text);

#define NEW(pointer, count) mem_new((void **)&(pointer), (count), sizeof *(pointer), #pointer)
#define GROW(pointer, capacity, need) \
    mem_grow((void **)&(pointer), &(capacity), (need), sizeof *(pointer), #pointer)
#define ROOM(pointer, capacity, need) \
    mem_room((void **)&(pointer), &(capacity), (need), sizeof *(pointer), #pointer)
#define DELETE(pointer) mem_delete((void **)&(pointer))

#endif
