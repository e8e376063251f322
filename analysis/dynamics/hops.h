/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops — when atoms change their cage, and the waiting times in between.
 *
 *     struct hops h = {0};
 *     struct hop_options o = {.distance = 0.8 * r1, .persist = 5, .cage = 5};
 *     TRY(hops_find(&h, &track, &o));
 *     h.hop[0 … h.n-1], ordered by atom, then time;  h.persistence, h.exchange with censoring flags
 *     hops_free(&h);
 *
 * HOP_CAGE, the displacement criterion. A cage begins at the start of the window or at a hop; its
 * reference is the mean position over the following `cage` (time). The atom hops at the first frame a
 * from which
 *     |r − r_ref| > distance
 * holds in all frames up to one at least `persist` later; the hop's time is that of frame a, where the
 * new cage begins. An excursion that ends earlier is counted (`excursions`), not a hop. One asks for
 * several distances, fractions of r_1 (the first peak of g(r)), because the answer depends on it.
 *
 * hop_riechers: reference = the position itself, no mean, persist 0, distance one bond length r_1. The
 * reading of "the time for an atom to be displaced by a characteristic bond length" (Riechers et al.,
 * Nat. Commun. 15, 2024).
 *
 * HOP_PHOP (Candelier et al., Phys. Rev. Lett. 105, 135702, 2010; threshold as Smessaert & Rottler,
 * Phys. Rev. E 88, 022314, 2013): with windows A = [t−w/2, t) and B = [t, t+w/2]
 *     p(t) = sqrt( <|r_A − mean_B|²>_A <|r_B − mean_A|²>_B )
 * a hop is the maximum of p in each stretch of frames with p > threshold (length²); from and to are the
 * means of A and B.
 *
 * Waiting times. Persistence: from the start of observation to the first hop. Exchange: between
 * successive hops of an atom. Each atom ends with a censored time, up to the end of observation: a
 * persistence time if it never hopped, else an exchange time. Observation is [begin, end]: a hop later
 * than (last frame − persist) could not be confirmed, so `end` is that; for p_hop both ends lose w/2. An
 * exchange time w is seen with weight ∝ (end − begin − w) if the censored ones are left out; with them,
 * Kaplan–Meier has no such bias. Resolution: one frame interval.
 *
 * Reversible: the atom comes back, within the record, to within distance/2 (p_hop: √threshold) of a cage
 * it had left (the last HOP_MEMORY cages are remembered); all hops of that loop are reversible. Half,
 * because two hops of one length in random directions end within that length of their start in 1 of 4
 * cases, within half of it in 1 of 16. The references decide, not single frames. `returns` counts loops
 * of two hops (there and straight back). */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOPS_H
#define GLINT_ANALYSIS_DYNAMICS_HOPS_H

#include "analysis/dynamics/track.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hop_criterion { HOP_CAGE, HOP_PHOP };
enum { HOP_MEMORY = 64 };

struct hop_options {
    enum hop_criterion criterion;
    double distance;  /* HOP_CAGE: length units */
    double persist;   /* HOP_CAGE: time units */
    double cage;      /* HOP_CAGE: time units; 0: the position at the start of the cage */
    double window;    /* HOP_PHOP: time units */
    double threshold; /* HOP_PHOP: length units squared */
    double from, to;  /* use frames with from ≤ time ≤ to; both 0: all */
    int group;        /* 0: all atoms, 1+a: species a */
};
struct hop_options hop_riechers(double r1);

struct hop {
    int64_t atom; /* index in the track; t->id[atom] is its id */
    double time;
    double from[3], to[3]; /* cage references, unwrapped */
    double length;         /* |to − from| */
    bool reversible;
};

struct waits {
    int64_t n, censored; /* all entries; those of them that only say "at least" */
    double *time;
    uint8_t *is_censored; /* 1: right-censored */
    int64_t *atom;
    size_t time_capacity, flag_capacity, atom_capacity;
};

struct hops {
    int64_t n, atoms, hopped; /* hops; atoms observed; atoms that hopped at least once */
    int64_t reversible, returns, excursions;
    struct hop *hop;
    struct waits persistence, exchange;
    double begin, end; /* of the observation */
    size_t capacity;
};

status hops_find(struct hops *h, const struct track *t, const struct hop_options *o);
void hops_free(struct hops *h);

/* Bursts: hops in successive windows of `width` from h->begin (whole windows only). The first windows hold
 * fewer hops: all references are set at begin, and a displacement needs time to grow; leave out about one
 * median waiting time. */
struct hop_bursts {
    int64_t n;
    double width;
    double *time;      /* start of each window */
    int64_t *hops;     /* hops in it */
    int64_t *atoms;    /* different atoms that hopped in it */
    double mean, fano; /* of hops; fano = variance/mean: 1 for independent hops at a constant rate */
};
status hops_bursts(struct hop_bursts *b, const struct hops *h, double width);
void hop_bursts_free(struct hop_bursts *b);

/* n+1 edges of n age windows of the record [begin, end]: equal widths, or each twice as long as the record
 * before it (0 … T/2^(n−1), …, T/2 … T) when logarithmic. */
void hop_ages(double begin, double end, int n, bool logarithmic, double *edges);

#endif
