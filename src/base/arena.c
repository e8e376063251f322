/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"
#include "base/mem.h"

#include <stdint.h>
#include <string.h>

enum { ALIGNMENT = 16, BLOCK_BYTES = 16384, HEADER_BYTES = 64 };

struct arena_block {
    struct arena_block *older;
    size_t used, capacity;
};
_Static_assert(sizeof(struct arena_block) <= HEADER_BYTES, "the header of a block has its own cache line");

status arena_new(struct arena *a, void **pointer, size_t count, size_t size)
{
    *pointer = NULL;
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return fail(FAILED, "cannot allocate %zu elements of %zu bytes: more than the address space", count,
                    size);
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!a->block || bytes > a->block->capacity - a->block->used) {
        size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        char *raw = NULL;
        TRY(NEW(raw, HEADER_BYTES + capacity));
        struct arena_block *fresh = (struct arena_block *)(void *)raw;
        *fresh = (struct arena_block){.older = a->block, .capacity = capacity};
        a->block = fresh;
    }
    *pointer = (char *)a->block + HEADER_BYTES + a->block->used;
    a->block->used += bytes;
    return OK;
}

status arena_copy(struct arena *a, const char *text, size_t length, const char **copy)
{
    char *s = NULL;
    *copy = NULL;
    TRY(ARENA_NEW(a, s, length + 1));
    if (length) memcpy(s, text, length);
    *copy = s;
    return OK;
}

void arena_free(struct arena *a)
{
    while (a->block) {
        struct arena_block *older = a->block->older;
        DELETE(a->block);
        a->block = older;
    }
}
