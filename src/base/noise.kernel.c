/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Integers are plain loops over the lanes, which the compiler turns into vectors; long chains of operations
 * are written for all groups of eight atoms and both pairs of words of an atom at once, for a processor that
 * would wait for each result. No operation whose result depends on how wide vectors are. */
#include "base/isa.h"
#include "base/noise.h"
#include "base/simd.h"
#include "base/simd_word.h"

#include <math.h>
#include <string.h>

/* Pair p of words: half p % 2 of the four words of the atoms in group p / 2. */
enum { EIGHT = 8, GROUPS = NOISE_LANES / EIGHT, PAIRS = 2 * GROUPS };
#define EACH_LANE  for (int l = 0; l < EIGHT; l++)
#define EACH_GROUP for (int g = 0; g < GROUPS; g++)
#define EACH_PAIR  for (int p = 0; p < PAIRS; p++)

/* Ten rounds of Philox4x32 with eight counters a group (random.h). */
INLINE void philox(vw c[GROUPS][4], uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 10; round++) {
        EACH_GROUP
        {
            vw p0 = vw_multiply(vw_set(0xD2511F53u), c[g][0]), p1 = vw_multiply(vw_set(0xCD9E8D57u), c[g][2]);
            c[g][0] = vw_xor(vw_xor(vw_high(p1), c[g][1]), vw_set(k0));
            c[g][2] = vw_xor(vw_xor(vw_high(p0), c[g][3]), vw_set(k1));
            c[g][1] = p1;
            c[g][3] = p0;
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

/* u = (w + ½)/2^32 = m 2^e with m in [√½, √2) */
INLINE void split(uint64_t w, double *m, double *e)
{
    uint64_t bits = to_bits(small_integer(w) + 0.5),
             shifted = bits + 0x00095f619980c433u; /* 2 − √2, in mantissas */
    *e = small_integer(shifted >> 52) - (1023.0 + 32.0);
    *m = from_bits(bits - (shifted & 0xfff0000000000000u) + 0x3ff0000000000000u);
}

/* Σ c_k t^(n−1−k) of all pairs */
INLINE void series(const double *c, const int n, const vd t[PAIRS], vd sum[PAIRS])
{
    EACH_PAIR sum[p] = vd_set(c[0]);
    for (int k = 1; k < n; k++) EACH_PAIR sum[p] = vd_add(vd_mul(sum[p], t[p]), vd_set(c[k]));
}

/* sqrt(−2 ln(m 2^e)): ln m = 2 artanh s, s = (m − 1)/(m + 1), |s| < 0.172; the series ends below 2^-53 of it.
 */
INLINE void radius(double m[PAIRS][EIGHT], double e[PAIRS][EIGHT], double r[PAIRS][EIGHT])
{
    static const double artanh[] = {1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0,
                                    1.0 / 9.0,  1.0 / 7.0,  1.0 / 5.0,  1.0 / 3.0,  1.0};
    vd s[PAIRS], t[PAIRS], sum[PAIRS];
    EACH_PAIR
    {
        vd x = vd_load(m[p]);
        s[p] = vd_div(vd_sub(x, vd_set(1.0)), vd_add(x, vd_set(1.0)));
        t[p] = vd_mul(s[p], s[p]);
    }
    series(artanh, 11, t, sum);
    EACH_PAIR
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
INLINE void direction(double angle[PAIRS][EIGHT], double cosine[PAIRS][EIGHT], double sine[PAIRS][EIGHT])
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
    vd g[PAIRS], t[PAIRS], s[PAIRS], c[PAIRS];
    EACH_PAIR
    {
        g[p] = vd_load(angle[p]);
        t[p] = vd_mul(g[p], g[p]);
    }
    series(odd, 7, t, s);
    series(even, 9, t, c);
    EACH_PAIR
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
    _Alignas(64) uint64_t id[GROUPS][EIGHT], w[GROUPS][4][EIGHT];
    _Alignas(64) double m[PAIRS][EIGHT], e[PAIRS][EIGHT], length[PAIRS][EIGHT];
    _Alignas(64) double angle[PAIRS][EIGHT], cosine[PAIRS][EIGHT], sine[PAIRS][EIGHT];
    vw c[GROUPS][4];
    memcpy(id, who, sizeof id);
    EACH_GROUP
    {
        c[g][0] = vw_load(id[g]);
        c[g][1] = vw_high(vw_load(id[g]));
        c[g][2] = vw_set(n->when);
        c[g][3] = vw_set(0);
    }
    philox(c, n->key[0], n->key[1]);
    EACH_GROUP for (int k = 0; k < 4; k++) vw_store(w[g][k], c[g][k]);
    EACH_PAIR EACH_LANE split(w[p / 2][p % 2 * 2][l] & 0xffffffffu, &m[p][l], &e[p][l]);
    EACH_PAIR EACH_LANE angle[p][l] = angle_of(w[p / 2][p % 2 * 2 + 1][l]);
    radius(m, e, length);
    direction(angle, cosine, sine);
    EACH_PAIR EACH_LANE turn(w[p / 2][p % 2 * 2 + 1][l], &cosine[p][l], &sine[p][l]);
    EACH_GROUP EACH_LANE
    {
        double *to = z[g * EIGHT + l];
        to[0] = length[2 * g][l] * cosine[2 * g][l];
        to[1] = length[2 * g][l] * sine[2 * g][l];
        to[2] = length[2 * g + 1][l] * cosine[2 * g + 1][l];
        to[3] = 0.0;
    }
}
