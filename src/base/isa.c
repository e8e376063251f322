/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[ISA_COUNT] = {"sse2", "avx2", "avx512"};

const char *isa_name(enum isa i)
{
    return i < ISA_COUNT ? names[i] : "unknown";
}

static enum isa of_processor(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("fma"))
        return ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return ISA_AVX2;
    return ISA_SSE2;
}

enum isa isa_best(void)
{
    enum isa best = of_processor();
    const char *word = getenv("GLINT_ISA");
    for (int i = 0; word && i < (int)best; i++)
        if (strcmp(word, names[i]) == 0) return (enum isa)i;
    return best;
}

status isa_check(void)
{
    const char *word = getenv("GLINT_ISA");
    if (!word || !word[0]) return OK;
    for (int i = 0; i < ISA_COUNT; i++)
        if (strcmp(word, names[i]) == 0) return OK;
    return fail(BAD_INPUT, "environment variable GLINT_ISA is '%s'; expected avx512, avx2 or sse2", word);
}
