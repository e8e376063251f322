/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"

#include <stdlib.h>
#include <string.h>

const char *isa_name(enum isa isa)
{
    static const char *const names[ISA_COUNT] = {"sse2", "avx2", "avx512"};
    return names[isa];
}

static enum isa of_processor(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return ISA_SSE2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd"))
        return ISA_AVX2;
    return ISA_AVX512;
}

enum isa isa_best(void)
{
    enum isa best = of_processor();
    const char *wanted = getenv("GLINT_ISA");
    for (int i = 0; wanted && i < (int)best; i++)
        if (strcmp(wanted, isa_name((enum isa)i)) == 0) return (enum isa)i;
    return best;
}
