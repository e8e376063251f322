/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise — three standard normal numbers for each of many atoms, as a thermostat wants them every step.
 *
 *     struct noise n = noise_at(seed, STREAM_LANGEVIN, step, isa_best());
 *     noise_normal(&n, id, z);                    z[lane][k], k < 3, belongs to id[lane]
 *
 * A pure function of (seed, stream, who, when) like those of random.h, for 32 atoms at a time. One block of
 * Philox gives an atom 128 bits: two radii and two angles of 32 bits each (Box–Muller, the fourth number is
 * not used), so numbers end at 6.8 and stand on a grid finer than 1e-9 of the circle. Logarithm, sine and
 * cosine are series without fused operations: the same bits on every instruction set and with every libm. */
#ifndef GLINT_BASE_NOISE_H
#define GLINT_BASE_NOISE_H

#include "base/isa.h"
#include "base/random.h"

#include <stdint.h>

enum { NOISE_LANES = 32 };

struct noise {
    enum isa isa;
    uint32_t key[2], when;
};

struct noise noise_at(uint64_t seed, enum random_stream stream, uint64_t when, enum isa isa);
void noise_normal(const struct noise *n, const uint64_t who[NOISE_LANES], double z[NOISE_LANES][4]);

void noise_normal_sse2(const struct noise *n, const uint64_t who[NOISE_LANES], double z[NOISE_LANES][4]);
void noise_normal_avx2(const struct noise *n, const uint64_t who[NOISE_LANES], double z[NOISE_LANES][4]);
void noise_normal_avx512(const struct noise *n, const uint64_t who[NOISE_LANES], double z[NOISE_LANES][4]);

#endif
