/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sums — sums that do not depend on the order of their terms (Law 1).
 *
 * Every term is rounded to the nearest multiple of 2^-SUM_BITS (9.1e-13) and added as a 128-bit integer, so
 * any number of threads and ranks, in any order, gives the same bits. A term of 2^22 or more, or a NaN,
 * spoils the sum: sum_ok() turns false and the caller answers UNPHYSICAL. Across ranks the sum travels as
 * SUM_LIMBS int64 numbers that MPI may add (par_sum does this). */
#ifndef GLINT_BASE_SUMS_H
#define GLINT_BASE_SUMS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { SUM_BITS = 40, SUM_LIMBS = 5 };

__extension__ typedef __int128 sum_int128;

struct sum {
    sum_int128 units; /* in 2^-SUM_BITS */
    int64_t spoiled;  /* terms too large or not a number */
};

static inline void sum_add(struct sum *s, double term)
{
    if (fabs(term) < 4194304.0)
        s->units += (int64_t)__builtin_llrint(term * 1099511627776.0);
    else
        s->spoiled++;
}
static inline void sum_merge(struct sum *s, const struct sum *other)
{
    s->units += other->units;
    s->spoiled += other->spoiled;
}
static inline bool sum_ok(const struct sum *s)
{
    return s->spoiled == 0;
}
static inline double sum_value(const struct sum *s)
{
    return s->spoiled ? (double)NAN : (double)s->units * (1.0 / 1099511627776.0);
}

/* Four 32-bit pieces (each added safely by up to 2^31 ranks) and the count of spoilt terms. */
static inline void sum_to_limbs(const struct sum *s, int64_t limb[SUM_LIMBS])
{
    sum_int128 u = s->units;
    for (int i = 0; i < 3; i++, u >>= 32) limb[i] = (int64_t)(u & 0xffffffff);
    limb[3] = (int64_t)u;
    limb[4] = s->spoiled;
}
static inline void sum_from_limbs(struct sum *s, const int64_t limb[SUM_LIMBS])
{
    s->units = 0;
    for (int i = 3; i >= 0; i--) s->units = s->units * 4294967296 + limb[i];
    s->spoiled = limb[4];
}

#endif
