/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voronoi_stats — which Voronoi polyhedra there are, how often, and how they are connected; over frames.
 *
 *     struct voronoi_stats t = {0};
 *     TRY(voronoi_stats_begin(&t, &species, &options));
 *     for each frame: TRY(voronoi_stats_add(&t, &v, type));
 *     voronoi_stats_finish(&t);       t.level[0].count[0 … ], most frequent first
 *     voronoi_stats_free(&t);
 *
 * A level is an area filter f; the tessellation, with or without contracted edges, is the caller's (system/
 * voronoi.h). Frequencies are fractions of the atoms of a species, or of all, over all frames; open
 * cells (free surfaces) are counted apart and enter nothing. */
#ifndef GLINT_ANALYSIS_STRUCTURE_VORONOI_STATS_H
#define GLINT_ANALYSIS_STRUCTURE_VORONOI_STATS_H

#include "analysis/structure/ifk.h"
#include "base/status.h"
#include "system/config.h"
#include "system/frank_kasper.h"
#include "system/voronoi.h"

#include <stddef.h>
#include <stdint.h>

enum { VORONOI_LEVELS = 4, VORONOI_KINDS = 4 };
extern const int voronoi_kinds[VORONOI_KINDS]; /* 12, 14, 15, 16 */

struct voronoi_count {
    int n[4]; /* n3 … n6 */
    int64_t all, of[SPECIES_MAX];
};

struct voronoi_level {
    double f;
    double neighbors[SPECIES_MAX];            /* mean coordination, after finish */
    int64_t kind[SPECIES_MAX][VORONOI_KINDS]; /* Frank–Kasper centres */
    uint64_t *key;                            /* one an atom and frame */
    size_t keys, key_capacity;
    struct voronoi_count *count; /* after finish: all indices found, most frequent (of all atoms) first */
    int64_t counts;
    struct ifk sum;                    /* over frames; `largest`: of the last frame */
    int64_t wraps[3], wraps_shells[3]; /* frames in which a cluster percolates */
};

struct voronoi_stats {
    struct species species;
    int levels;
    struct voronoi_level level[VORONOI_LEVELS];
    int64_t frames, all, atoms[SPECIES_MAX], open; /* closed cells of all frames, by species; open ones */
    double volume[SPECIES_MAX];                    /* mean cell, after finish */
    struct laves laves; /* sums over frames; fraction after finish; `largest`: ever */
};

/* f: `levels` filters. BAD_INPUT for one outside 0 … 1. */
status voronoi_stats_begin(struct voronoi_stats *t, const struct species *species, const double *f,
                           int levels);
status voronoi_stats_add(struct voronoi_stats *t, const struct voronoi *v, const int32_t *type);
status voronoi_stats_finish(struct voronoi_stats *t);
void voronoi_stats_free(struct voronoi_stats *t);

/* Fraction of atoms with <n3,n4,n5,n6>; species −1: of all. */
double voronoi_stats_fraction(const struct voronoi_stats *t, int level, const int n[4], int species);
/* Fraction of the atoms of a species (−1: all) that are Frank–Kasper centres of kind k. */
double voronoi_stats_kind(const struct voronoi_stats *t, int level, int k, int species);

#endif
