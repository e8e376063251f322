/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hops — when atoms change their cage, and the waiting times in between: one detector for a running
 * simulation (observe) and for a trajectory (analysis/dynamics/hops.h).
 *
 *     struct hop_path p = …;                             positions of the frames seen so far, see below
 *     struct hops h = {0};
 *     TRY(hops_begin(&h, &options, &p, first, NULL));    observation begins with frame `first`
 *     for each new frame (or block of frames): TRY(hops_advance(&h, &p, false));
 *     TRY(hops_advance(&h, &p, true));                   no more frames
 *     TRY(hops_finish(&h));                              order, loops, waiting times
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
 * of two hops (there and straight back).
 *
 * Frames. A mean is taken over the frames it needs and nothing else, so the result does not depend on how the
 * frames arrive, and a path that keeps hop_frames_needed frames is enough. Positions are unwrapped, without
 * drift and box change: the caller's work. */
#ifndef GLINT_SYSTEM_HOPS_H
#define GLINT_SYSTEM_HOPS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hop_criterion { HOP_CAGE, HOP_PHOP };
enum { HOP_MEMORY = 64, HOP_AGES_MAX = 16 };

struct hop_options {
    enum hop_criterion criterion;
    double distance;  /* HOP_CAGE: length units */
    double persist;   /* HOP_CAGE: time units */
    double cage;      /* HOP_CAGE: time units; 0: the position at the start of the cage */
    double window;    /* HOP_PHOP: time units */
    double threshold; /* HOP_PHOP: length units squared */
    double from, to;  /* of a trajectory, use frames with from ≤ time ≤ to; both 0: all */
    int group;        /* 0: all atoms, 1+a: species a */
};
struct hop_options hop_riechers(double r1);
/* BAD_INPUT says what is wrong with the numbers. */
status hop_options_check(const struct hop_options *o);

/* The frames 0 … known−1 have been seen and the last `capacity` of them (or all) are there: frame f of atom i
 * at x + 3·((f mod capacity)·atoms + i), its time at time[f mod capacity]. */
struct hop_path {
    int64_t atoms, known, capacity;
    const double *x, *time;
    double slack; /* times closer than this are equal; far below the frame interval */
};
/* Frames a path must keep for these options, when frames come every `interval`. */
int64_t hop_frames_needed(const struct hop_options *o, double interval);

struct hop {
    int64_t atom; /* index; the caller knows its id */
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

struct hop_cursor { /* how far one atom has been judged */
    int64_t frame;  /* the next to judge */
    int64_t mark; /* cage: its first frame while the mean is incomplete, else the excursion's or −1; p_hop:
                     frame of the best p or −1 */
    int state;    /* cage: enum in hops.c */
    double best, time; /* p_hop: the largest p of the stretch, and when */
    double from[3], to[3];
};

struct hops {
    int64_t n, atoms, hopped; /* hops; atoms observed; atoms that hopped at least once */
    int64_t reversible, returns, excursions;
    struct hop *hop;
    struct waits persistence, exchange;
    double begin, end; /* of the observation */
    size_t capacity;
    /* while frames are added */
    struct hop_options how;
    int64_t first, slots; /* first frame; atoms of the path */
    const int32_t *type;
    struct hop_cursor *cursor;
};

/* Observation begins with frame `first` of the path, which must be known. type[atom] is kept (not copied) for
 * `how.group`; may be NULL for group 0. */
status hops_begin(struct hops *h, const struct hop_options *how, const struct hop_path *p, int64_t first,
                  const int32_t *type);
/* Judge as far as the known frames allow; last: the known frames are all there will be, which sets h->end.
 * Hops are appended to h->hop in no particular order (of one atom: in time). A caller may take them away (n =
 * 0) and put them back before hops_finish. */
status hops_advance(struct hops *h, const struct hop_path *p, bool last);
/* After the last frame: sort, mark loops, make the waiting times. BAD_INPUT when the observation is not
 * longer than the time a hop takes to be confirmed. */
status hops_finish(struct hops *h);
void hops_free(struct hops *h);

/* What a checkpoint must hold beside the hops found: cursors and counters. */
size_t hops_state_size(const struct hops *h);
void hops_save(const struct hops *h, double *state);
/* After hops_begin with the same options and number of atoms. */
void hops_load(struct hops *h, const double *state);

/* n+1 edges of n age windows of the record [begin, end]: equal widths, or each twice as long as the record
 * before it (0 … T/2^(n−1), …, T/2 … T) when logarithmic. */
void hop_ages(double begin, double end, int n, bool logarithmic, double *edges);

#endif
