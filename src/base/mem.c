/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 1 << 21 };

static status allocate(void **pointer, size_t count, size_t size, const char *what)
{
    *pointer = NULL;
    if (size != 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return fail(FAILED, "cannot allocate %zu elements of %zu bytes for %s: more than the address space",
                    count, size, what);
    size_t alignment = count * size < 2 * (size_t)HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes == 0) bytes = ALIGNMENT;
    if (posix_memalign(pointer, alignment, bytes) != 0)
        return fail(FAILED, "out of memory: %zu bytes for %s", bytes, what);
    /* Lists of many megabytes are walked in every step: fewer page tables to look up, where the system
     * allows. */
    if (alignment == HUGE_PAGE) madvise(*pointer, bytes, MADV_HUGEPAGE);
    return OK;
}

status mem_new(void **pointer, size_t count, size_t size, const char *what)
{
    TRY(allocate(pointer, count, size, what));
    memset(*pointer, 0, count * size);
    return OK;
}

/* Move to a larger block of `wanted` elements; what is new there is undefined. */
static status move(void **pointer, size_t *capacity, size_t wanted, size_t size, const char *what)
{
    void *larger;
    TRY(allocate(&larger, wanted, size, what));
    if (*pointer && *capacity > 0) memcpy(larger, *pointer, *capacity * size);
    free(*pointer);
    *pointer = larger;
    *capacity = wanted;
    return OK;
}

status mem_grow(void **pointer, size_t *capacity, size_t need, size_t size, const char *what)
{
    if (need <= *capacity && *pointer) return OK;
    size_t old = *pointer ? *capacity : 0, wanted = *capacity + *capacity / 2;
    TRY(move(pointer, capacity, wanted < need ? need : wanted, size, what));
    memset((char *)*pointer + old * size, 0, (*capacity - old) * size);
    return OK;
}

status mem_room_anew(void **pointer, size_t *capacity, size_t need, size_t size, const char *what)
{
    size_t spare = need < SIZE_MAX - need / 8 ? need / 8 : 0;
    return move(pointer, capacity, need + spare, size, what);
}

void mem_delete(void **pointer)
{
    free(*pointer);
    *pointer = NULL;
}

status mem_string(char **copy, const char *text)
{
    size_t n = strlen(text) + 1;
    TRY(mem_new((void **)copy, n, 1, "a string"));
    memcpy(*copy, text, n);
    return OK;
}
