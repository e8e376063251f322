/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packed — positions in 32-bit fixed point, for mixed-precision kernels.
 *
 * Sixteen bytes an atom: x, y, z in units of a quantum q = 2^-n, and the species as lookup bits (2t in the
 * low three bits; base/simd_float.h), above which a many-body potential keeps the number it shares (domain.h)
 * as a float without its last three bits. Coordinates are kept modulo 2^32: the difference of two of them,
 * again modulo 2^32, is exact for any pair of atoms closer than 2^31 q along each axis, wherever in space
 * they are, so q follows from the list radius alone and the error does not grow with the box:
 *
 *     2^31 q = the power of two above 1.2 list radii    LJ, radius 3.2 σ: q = 2^-29 σ = 1.9e-9 σ
 *                                                        Cu–Zr, 9 Å: q = 2^-27 Å = 7.5e-9 Å
 *
 * (A pair would be mistaken for a closer one only beyond 2^32 q − cutoff, which is more than twice the list
 * radius.) Every atom, also an image, is rounded from its own double coordinates; those of an image do not
 * depend on who computes them, so neither does this (Law 1). Rounding moves an atom by at most q/2. */
#ifndef GLINT_SYSTEM_PACKED_H
#define GLINT_SYSTEM_PACKED_H

#include "base/status.h"

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    PACKED_SPECIES = 7,                           /* the bits of the fourth number that hold the species */
    PACKED_PADDING = 0x3f800000 | PACKED_SPECIES, /* that of the padding atom, which no table gives a range */
};

struct packed {
    int32_t (*x)[4]; /* per atom of the domain's x */
    size_t capacity;
    double per_unit; /* 1/q; 0: nothing is packed */
};

/* 1/q for lists of this radius. */
double packed_per_unit(double list_radius);
/* Largest coordinate that can be packed: rounding needs |x|/q < 2^51. */
double packed_reach(const struct packed *p);
/* Room for n atoms and the padding atom behind them, which is set; nothing if per_unit is 0. */
status packed_reserve(struct packed *p, size_t n);
void packed_free(struct packed *p);

/* The atoms from … from + count − 1 of x; the fourth number of x holds species bits (base/simd_species.h). */
static inline void packed_fill(const struct packed *p, const double (*x)[4], size_t from, size_t count)
{
    /* Added to a number below 2^51, the low bits of the sum are that number, rounded to nearest. */
    const __m128d per_unit = _mm_set1_pd(p->per_unit), shift = _mm_set1_pd(6755399441055744.0); /* 1.5·2^52 */
    for (size_t i = from; i < from + count; i++) {
        __m128d xy = _mm_load_pd(x[i]), zw = _mm_load_pd(x[i] + 2);
        xy = _mm_add_pd(_mm_mul_pd(xy, per_unit), shift);
        __m128d z = _mm_add_sd(_mm_mul_sd(zw, per_unit), shift); /* w as it is */
        _mm_store_si128(
            (__m128i *)p->x[i],
            _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(xy), _mm_castpd_ps(z), _MM_SHUFFLE(2, 0, 2, 0))));
    }
}

/* The numbers of atoms that were filled before: as floats, rounded to 2^-21 of their size. */
static inline void packed_numbers(const struct packed *p, const double *numbers, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        float number = (float)numbers[i];
        uint32_t bits, species = (uint32_t)p->x[i][3] & PACKED_SPECIES;
        memcpy(&bits, &number, sizeof bits);
        p->x[i][3] = (int32_t)(((bits - species + 4u) & ~(uint32_t)PACKED_SPECIES) | species);
    }
}

#endif
