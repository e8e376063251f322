/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random — noise as a pure function of (seed, stream, who, when): no state, nothing to checkpoint, and the
 * same noise whatever the decomposition. Philox4x32-10 of Salmon et al., SC'11 (doi 10.1145/2063384.2063405).
 *
 * A stream is a purpose. Two purposes never share one: add yours to the list, never reuse an entry. */
#ifndef GLINT_BASE_RANDOM_H
#define GLINT_BASE_RANDOM_H

#include <stdint.h>

enum random_stream {
    STREAM_POSITIONS,  /* building a configuration: who = atom id */
    STREAM_SPECIES,    /* drawing the species: who = draw number */
    STREAM_VELOCITIES, /* initial velocities: who = atom id, when = step */
    STREAM_LANGEVIN,   /* thermostat force: who = atom id, when = step */
    STREAM_BUSSI,      /* stochastic velocity rescaling: when = step */
    STREAM_BAROSTAT,   /* stochastic cell rescaling: who = axis, when = step */
    STREAM_SURROGATE,  /* Gaussian speckle of the null model: who = pixel, when = frame */
    STREAM_BOOTSTRAP,  /* resampling: who = resample, when = draw */
    STREAM_TEST,
    STREAM_SOURCE, /* deposition, place and velocity: who = atom id, when = draw */
    STREAM_BLOCKS  /* deposition, shuffled blocks of species: who = block, when = stage and draw */
};

/* The bare generator: 4 words from counter and key. */
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The key of a purpose at one time: the seed, mixed with the stream and the high bits of `when`. */
void random_key(uint64_t seed, enum random_stream stream, uint64_t when, uint32_t key[2]);

/* Two uniform numbers in (0,1), never 0 or 1, with 52 random bits each. */
void random_uniform2(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, double u[2]);

/* Independent standard normal numbers (Box–Muller), any count n; uses sub-counters of (who, when). */
void random_normal(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, int n, double *z);

/* Gamma-distributed number with shape k > 0 and scale 1 (Marsaglia & Tsang 2000). */
double random_gamma(uint64_t seed, enum random_stream stream, uint64_t who, uint64_t when, double k);

#endif
