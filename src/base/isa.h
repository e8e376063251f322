/* SPDX-License-Identifier: GPL-3.0-or-later */
/* isa — which instruction set the kernels use on this machine (Law 3).
 *
 * Files called *.kernel.c are compiled once per instruction set, with ISA_NAME (avx512, avx2 or sse2) and one
 * of ISA_avx512, ISA_avx2, ISA_sse2 defined; they name their functions ISA_FUNCTION(name), and the code that
 * calls them picks one by isa_best(). The environment variable GLINT_ISA lowers the choice; it never raises
 * it above what the processor has. Results are the same bits within one instruction set, not across them. */
#ifndef GLINT_BASE_ISA_H
#define GLINT_BASE_ISA_H

#include "base/status.h"

enum isa { ISA_SSE2, ISA_AVX2, ISA_AVX512, ISA_COUNT };

#define ISA_PASTE_(a, b)   a##_##b
#define ISA_PASTE(a, b)    ISA_PASTE_(a, b)
#define ISA_FUNCTION(name) ISA_PASTE(name, ISA_NAME)

/* For functions that kernels are made of: constants of a call decide what is left of them, and a compiler
 * that weighs whether to inline them leaves some of the smallest as calls. */
#define INLINE static inline __attribute__((always_inline))

/* The best set this processor has, lowered by GLINT_ISA; an unknown word there is ignored (isa_check reports
 * it). */
enum isa isa_best(void);
const char *isa_name(enum isa i); /* "sse2", "avx2", "avx512" */
/* Floats in a vector of mixed-precision kernels (simd_float.h): lists are padded to a multiple of it. */
static inline int isa_floats(enum isa i)
{
    return i == ISA_AVX512 ? 16 : 8;
}
/* BAD_INPUT if GLINT_ISA holds a word that is none of the three. */
status isa_check(void);

#endif
