/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simd_species — how the species of an atom is stored next to its position, and tables looked up by it (see
 * simd.h). */
#ifndef GLINT_BASE_SIMD_SPECIES_H
#define GLINT_BASE_SIMD_SPECIES_H

#include <stdint.h>
#include <string.h>

enum { SIMD_WIDTH = 8 }; /* logical lanes on every instruction set */

static inline double simd_species(int t)
{
    uint64_t bits = (uint64_t)(2 * t + 1) << 32 | (uint64_t)(2 * t);
    double w;
    memcpy(&w, &bits, sizeof w);
    return w;
}
static inline int simd_species_of(double w)
{
    uint64_t bits;
    memcpy(&bits, &w, sizeof bits);
    return (int)(bits & 7) / 2;
}
static inline void simd_table(double table[8], int t, double value)
{
    table[2 * t] = table[2 * t + 1] = value;
}

#endif
