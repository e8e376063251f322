/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <math.h>

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void random_key(uint64_t seed, enum random_stream stream, uint64_t when, uint32_t key[2])
{
    const uint32_t purpose[4] = {(uint32_t)stream, (uint32_t)(when >> 32), 0x676c696eu, 0x74u};
    const uint32_t of_seed[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t mixed[4];
    philox4x32(purpose, of_seed, mixed);
    key[0] = mixed[0];
    key[1] = mixed[1];
}

/* One block of 128 random bits for (seed, stream, who, when, sub). The counter holds who (64 bits), the low
 * 32 bits of `when`, and `sub`. */
static void block(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, uint32_t sub,
                  uint32_t out[4])
{
    uint32_t counter[4] = {(uint32_t)who, (uint32_t)(who >> 32), (uint32_t)when, sub}, key[2];
    random_key(seed, stream, when, key);
    philox4x32(counter, key, out);
}

static double unit(uint32_t high, uint32_t low)
{
    uint64_t bits = ((uint64_t)high << 20) ^ (low >> 12);
    return ((double)bits + 0.5) * 0x1p-52;
}

static void uniform2(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, uint32_t sub,
                     double u[2])
{
    uint32_t w[4];
    block(seed, stream, who, when, sub, w);
    u[0] = unit(w[0], w[1]);
    u[1] = unit(w[2], w[3]);
}

void random_uniform2(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, double u[2])
{
    uniform2(seed, stream, who, when, 0, u);
}

static void normal2(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, uint32_t sub,
                    double z[2])
{
    double u[2];
    uniform2(seed, stream, who, when, sub, u);
    double radius = sqrt(-2.0 * log(u[0])), angle = 2.0 * M_PI * u[1];
    z[0] = radius * cos(angle);
    z[1] = radius * sin(angle);
}

void random_normal(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, int n, double *z)
{
    for (int i = 0; i < n; i += 2) {
        double pair[2];
        normal2(seed, stream, who, when, 0x80000000u + (uint32_t)(i / 2), pair);
        z[i] = pair[0];
        if (i + 1 < n) z[i + 1] = pair[1];
    }
}

double random_gamma(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, double k)
{
    double boost = 1.0, shape = k;
    uint32_t sub = 0x40000000u;
    if (k < 1.0) { /* Gamma(k) = Gamma(k+1) U^(1/k) */
        double u[2];
        uniform2(seed, stream, who, when, sub++, u);
        boost = pow(u[0], 1.0 / k);
        shape = k + 1.0;
    }
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double z[2], u[2];
        normal2(seed, stream, who, when, sub++, z);
        uniform2(seed, stream, who, when, sub++, u);
        double v = 1.0 + c * z[0];
        if (v <= 0.0) continue;
        v = v * v * v;
        if (log(u[0]) < 0.5 * z[0] * z[0] + d - d * v + d * log(v)) return boost * d * v;
    }
}
