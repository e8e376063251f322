/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain loops over the lanes, which the compiler turns into vectors; no operation whose result depends on how
 * wide they are. */
#include "base/isa.h"
#include "base/noise.h"

#include <math.h>
#include <string.h>

#define LANES for (int l = 0; l < NOISE_LANES; l++)

/* 64-bit lanes that hold 32 bits each, as the products want them. */
struct words {
    uint64_t w[4][NOISE_LANES];
};

INLINE void philox(struct words *c, uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 10; round++) {
        LANES
        {
            uint64_t p0 = 0xD2511F53u * c->w[0][l], p1 = 0xCD9E8D57u * c->w[2][l];
            uint64_t n0 = (p1 >> 32) ^ c->w[1][l] ^ k0, n2 = (p0 >> 32) ^ c->w[3][l] ^ k1;
            c->w[1][l] = p1 & 0xffffffffu;
            c->w[3][l] = p0 & 0xffffffffu;
            c->w[0][l] = n0;
            c->w[2][l] = n2;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* An integer below 2^52 as a double: its bits are the mantissa of 2^52 + w. */
INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
INLINE uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
INLINE double small_integer(uint64_t w)
{
    return from_bits(w | 0x4330000000000000u) - 0x1p52;
}

/* sqrt(−2 ln u), u = (w + ½)/2^32. With u = m 2^e and m in [√½, √2): ln m = 2 artanh s, s = (m − 1)/(m + 1),
 * |s| < 0.172; the series ends below 2^-53 of it. */
INLINE double radius(uint64_t w)
{
    uint64_t bits = to_bits(small_integer(w) + 0.5),
             shifted = bits + 0x00095f619980c433u; /* 2 − √2, in mantissas */
    double e = small_integer(shifted >> 52) - (1023.0 + 32.0);
    double m = from_bits(bits - (shifted & 0xfff0000000000000u) + 0x3ff0000000000000u);
    double s = (m - 1.0) / (m + 1.0), t = s * s, sum = 1.0 / 21.0;
    sum = sum * t + 1.0 / 19.0;
    sum = sum * t + 1.0 / 17.0;
    sum = sum * t + 1.0 / 15.0;
    sum = sum * t + 1.0 / 13.0;
    sum = sum * t + 1.0 / 11.0;
    sum = sum * t + 1.0 / 9.0;
    sum = sum * t + 1.0 / 7.0;
    sum = sum * t + 1.0 / 5.0;
    sum = sum * t + 1.0 / 3.0;
    sum = sum * t + 1.0;
    double minus_log = -e * M_LN2 - 2.0 * s * sum;
    return sqrt(2.0 * minus_log);
}

/* The angle w 2π/2^32: its two highest bits are the quadrant, the others an angle within ±π/4. */
INLINE void direction(uint64_t w, double *cosine, double *sine)
{
    double g = (small_integer(w & 0x3fffffffu) + (0.5 - 0x1p29)) * (M_PI_2 * 0x1p-30), t = g * g;
    double s = -1.0 / 1307674368000.0, c = 1.0 / 20922789888000.0;
    s = s * t + 1.0 / 6227020800.0;
    s = s * t - 1.0 / 39916800.0;
    s = s * t + 1.0 / 362880.0;
    s = s * t - 1.0 / 5040.0;
    s = s * t + 1.0 / 120.0;
    s = s * t - 1.0 / 6.0;
    s = g + g * (s * t);
    c = c * t - 1.0 / 87178291200.0;
    c = c * t + 1.0 / 479001600.0;
    c = c * t - 1.0 / 3628800.0;
    c = c * t + 1.0 / 40320.0;
    c = c * t - 1.0 / 720.0;
    c = c * t + 1.0 / 24.0;
    c = c * t - 0.5;
    c = c * t + 1.0;
    /* Quadrants 0 to 3: (c, s), (−s, c), (−c, −s), (s, −c). */
    uint64_t odd = 0 - (w >> 30 & 1), second = w >> 31 << 63, a = to_bits(c), b = to_bits(s);
    uint64_t swapped = (b ^ 0x8000000000000000u);
    *cosine = from_bits(((a & ~odd) | (swapped & odd)) ^ second);
    *sine = from_bits(((b & ~odd) | (a & odd)) ^ second);
}

void ISA_FUNCTION(noise_normal)(const struct noise *n, const uint64_t who[NOISE_LANES],
                                double z[3][NOISE_LANES])
{
    struct words c;
    double r[2][NOISE_LANES];
    LANES
    {
        c.w[0][l] = who[l] & 0xffffffffu;
        c.w[1][l] = who[l] >> 32;
        c.w[2][l] = n->when;
        c.w[3][l] = 0;
    }
    philox(&c, n->key[0], n->key[1]);
    LANES r[0][l] = radius(c.w[0][l]);
    LANES r[1][l] = radius(c.w[2][l]);
    LANES
    {
        double cosine, sine;
        direction(c.w[1][l], &cosine, &sine);
        z[0][l] = r[0][l] * cosine;
        z[1][l] = r[0][l] * sine;
    }
    LANES
    {
        double cosine, sine;
        direction(c.w[3][l], &cosine, &sine);
        z[2][l] = r[1][l] * cosine;
    }
}
