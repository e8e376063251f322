/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integers are plain loops over the lanes, which the compiler turns into vectors; long chains of operations
 * on doubles are written for both pairs of words of an atom at once, for a processor that would wait for each
 * result. No operation whose result depends on how wide vectors are. */
#include "base/isa.h"
#include "base/noise.h"
#include "base/simd.h"
#include "base/simd_word.h"

#include <math.h>
#include <string.h>

#define LANES for (int l = 0; l < NOISE_LANES; l++)
#define PAIRS for (int p = 0; p < 2; p++)

/* Ten rounds of Philox4x32 with eight counters (random.h). */
INLINE void philox(vw c[4], uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 10; round++) {
        vw p0 = vw_multiply(vw_set(0xD2511F53u), c[0]), p1 = vw_multiply(vw_set(0xCD9E8D57u), c[2]);
        c[0] = vw_xor(vw_xor(vw_high(p1), c[1]), vw_set(k0));
        c[2] = vw_xor(vw_xor(vw_high(p0), c[3]), vw_set(k1));
        c[1] = p1;
        c[3] = p0;
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

/* u = (w + ½)/2^32 = m 2^e with m in [√½, √2) */
INLINE void split(uint64_t w, double *m, double *e)
{
    uint64_t bits = to_bits(small_integer(w) + 0.5),
             shifted = bits + 0x00095f619980c433u; /* 2 − √2, in mantissas */
    *e = small_integer(shifted >> 52) - (1023.0 + 32.0);
    *m = from_bits(bits - (shifted & 0xfff0000000000000u) + 0x3ff0000000000000u);
}

/* Σ c_k t^(n−1−k) of both pairs */
INLINE void series(const double *c, const int n, const vd t[2], vd sum[2])
{
    PAIRS sum[p] = vd_set(c[0]);
    for (int k = 1; k < n; k++) PAIRS sum[p] = vd_add(vd_mul(sum[p], t[p]), vd_set(c[k]));
}

/* sqrt(−2 ln(m 2^e)): ln m = 2 artanh s, s = (m − 1)/(m + 1), |s| < 0.172; the series ends below 2^-53 of it.
 */
INLINE void radius(double m[2][NOISE_LANES], double e[2][NOISE_LANES], double r[2][NOISE_LANES])
{
    static const double artanh[] = {1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0,
                                    1.0 / 9.0,  1.0 / 7.0,  1.0 / 5.0,  1.0 / 3.0,  1.0};
    vd s[2], t[2], sum[2];
    PAIRS
    {
        vd x = vd_load(m[p]);
        s[p] = vd_div(vd_sub(x, vd_set(1.0)), vd_add(x, vd_set(1.0)));
        t[p] = vd_mul(s[p], s[p]);
    }
    series(artanh, 11, t, sum);
    PAIRS
    {
        vd minus_log =
            vd_sub(vd_mul(vd_load(e[p]), vd_set(-M_LN2)), vd_mul(vd_mul(vd_set(2.0), s[p]), sum[p]));
        vd_store(r[p], vd_sqrt(vd_mul(vd_set(2.0), minus_log)));
    }
}

/* The angle w 2π/2^32: its two highest bits are the quadrant (turn), the others an angle within ±π/4. */
INLINE double angle_of(uint64_t w)
{
    return (small_integer(w & 0x3fffffffu) + (0.5 - 0x1p29)) * (M_PI_2 * 0x1p-30);
}

/* Cosine and sine of angles within ±π/4. */
INLINE void direction(double angle[2][NOISE_LANES], double cosine[2][NOISE_LANES],
                      double sine[2][NOISE_LANES])
{
    static const double odd[] = {
        -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0, 1.0 / 362880.0,
        -1.0 / 5040.0,          1.0 / 120.0,        -1.0 / 6.0};
    static const double even[] = {1.0 / 20922789888000.0,
                                  -1.0 / 87178291200.0,
                                  1.0 / 479001600.0,
                                  -1.0 / 3628800.0,
                                  1.0 / 40320.0,
                                  -1.0 / 720.0,
                                  1.0 / 24.0,
                                  -0.5,
                                  1.0};
    vd g[2], t[2], s[2], c[2];
    PAIRS
    {
        g[p] = vd_load(angle[p]);
        t[p] = vd_mul(g[p], g[p]);
    }
    series(odd, 7, t, s);
    series(even, 9, t, c);
    PAIRS
    {
        vd_store(sine[p], vd_add(g[p], vd_mul(g[p], vd_mul(s[p], t[p]))));
        vd_store(cosine[p], c[p]);
    }
}

/* By the two highest bits of a word the quadrants 0 to 3: (c, s), (−s, c), (−c, −s), (s, −c). */
INLINE void turn(uint64_t w, double *cosine, double *sine)
{
    uint64_t odd = 0 - (w >> 30 & 1), second = w >> 31 << 63;
    uint64_t a = to_bits(*cosine), b = to_bits(*sine), swapped = b ^ 0x8000000000000000u;
    *cosine = from_bits(((a & ~odd) | (swapped & odd)) ^ second);
    *sine = from_bits(((b & ~odd) | (a & odd)) ^ second);
}

void ISA_FUNCTION(noise_normal)(const struct noise *n, const uint64_t who[NOISE_LANES],
                                double z[NOISE_LANES][4])
{
    _Alignas(64) uint64_t id[NOISE_LANES], w[4][NOISE_LANES];
    _Alignas(64) double m[2][NOISE_LANES], e[2][NOISE_LANES], length[2][NOISE_LANES];
    _Alignas(64) double angle[2][NOISE_LANES], cosine[2][NOISE_LANES], sine[2][NOISE_LANES];
    memcpy(id, who, sizeof id);
    vw c[4] = {vw_load(id), vw_high(vw_load(id)), vw_set(n->when), vw_set(0)};
    philox(c, n->key[0], n->key[1]);
    for (int k = 0; k < 4; k++) vw_store(w[k], c[k]);
    PAIRS LANES split(w[2 * p][l] & 0xffffffffu, &m[p][l], &e[p][l]);
    PAIRS LANES angle[p][l] = angle_of(w[2 * p + 1][l]);
    radius(m, e, length);
    direction(angle, cosine, sine);
    PAIRS LANES turn(w[2 * p + 1][l], &cosine[p][l], &sine[p][l]);
    LANES
    {
        z[l][0] = length[0][l] * cosine[0][l];
        z[l][1] = length[0][l] * sine[0][l];
        z[l][2] = length[1][l] * cosine[1][l];
        z[l][3] = 0.0;
    }
}
