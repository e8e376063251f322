/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/noise.h"

struct noise noise_at(uint64_t seed, enum random_stream stream, uint64_t when, enum isa isa)
{
    struct noise n = {.isa = isa, .when = (uint32_t)when};
    random_key(seed, stream, when, n.key);
    return n;
}

void noise_normal(const struct noise *n, const uint64_t who[NOISE_LANES], double z[NOISE_LANES][4])
{
    static void (*const normal_of[ISA_COUNT])(const struct noise *, const uint64_t *, double(*)[4]) = {
        noise_normal_sse2, noise_normal_avx2, noise_normal_avx512};
    normal_of[n->isa](n, who, z);
}
