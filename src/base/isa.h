/* SPDX-License-Identifier: GPL-3.0-or-later */
/* isa — which instruction set the kernels use, chosen at run time.
 *
 * Every *.kernel.c file is compiled once per instruction set with ISA_NAME defined (avx512, avx2 or sse2) and
 * names its public functions ISA_FUNCTION(name). The dispatcher picks by isa_best(): the best set this
 * processor has, or what the environment variable GLINT_ISA asks for when that is lower. Bits are fixed per
 * instruction set. */
#ifndef GLINT_BASE_ISA_H
#define GLINT_BASE_ISA_H

enum isa { ISA_SSE2, ISA_AVX2, ISA_AVX512, ISA_COUNT };

enum isa isa_best(void);
const char *isa_name(enum isa isa);

#define ISA_JOIN_(name, isa) name##_##isa
#define ISA_JOIN(name, isa)  ISA_JOIN_(name, isa)
#define ISA_FUNCTION(name)   ISA_JOIN(name, ISA_NAME)

#endif
