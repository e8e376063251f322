/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hop_table — waiting times for every distance, persistence time, criterion and age window asked for: the
 * sensitivity table without which no waiting-time exponent means anything.
 *
 *     struct hop_table h = {0};
 *     struct hop_table_options o = hop_table_defaults(track.units);
 *     TRY(hop_table_make(&h, &track, &o));
 *     h.row[i].exchange.fit.alpha, …
 *     hop_table_free(&h);
 *
 * Defaults: distances 0.4, 0.6, 0.8, 1.0 r_1; t_p 0 and 5 tau (2 ps in metal units), cage mean over 5 tau (2
 * ps).
 *
 * Every row holds the hops themselves (hops.h) and, for persistence and exchange times each,
 *  - the Kaplan–Meier survival function (survival.h; censored atoms included, so the finite record needs
 *    no other correction; other corrections: survival.h) and its median;
 *  - the analysis of the tail (waiting_analysis.h): exponent alpha of the density (1+β' of Riechers et
 *    al. 2024) at the xmin of least Kolmogorov–Smirnov distance, the exponent against xmin, the
 *    comparison of five laws, and the verdict whether a power law may be quoted;
 *  - the five laws for all times from `least` on (`whole`, `preferred`), because the best xmin may lie
 *    so far out that few events are left to tell laws apart.
 * Fits start at least = max(10 frame intervals, persist): shorter times are shaped by the frames and by
 * the criterion. A row with too few events has no fit and says so in `verdict`.
 * r_1 is the first peak of the total g(r) of up to 10 frames of the track, unless given. */
#ifndef GLINT_ANALYSIS_DYNAMICS_HOP_TABLE_H
#define GLINT_ANALYSIS_DYNAMICS_HOP_TABLE_H

#include "analysis/dynamics/hops.h"
#include "analysis/fit/survival.h"
#include "analysis/fit/waiting_analysis.h"

enum { HOP_TABLE_LIST = 16 };

struct hop_table_options {
    int distances, persists;
    double distance[HOP_TABLE_LIST]; /* in r_1 */
    double persist[HOP_TABLE_LIST];  /* time */
    double cage;                     /* time */
    double r1;                       /* length; 0: measure */
    bool riechers;                   /* add the preset as a row (of each age window) */
    double window, threshold;        /* > 0: add p_hop as a row; time, length² */
    int ages;                        /* age windows beside the whole record; 0 or 1: none */
    bool linear_ages;
    int group;          /* 0: all atoms, 1+a: species a */
    int64_t replicates; /* of the goodness-of-fit bootstrap; 0: none */
    uint64_t seed;
    /* how the times are analysed */
    unsigned laws;                      /* bits of enum waiting_model; 0: all five */
    enum waiting_correction correction; /* WAITING_CENSORED: Kaplan–Meier */
    double xmin;                        /* time; 0: the best by Kolmogorov–Smirnov */
    int blocks; /* of atoms, for the error of alpha that knows that an atom's waits hang together; 0: none */
};
struct hop_table_options hop_table_defaults(const char *units); /* "lj" or "metal" */

struct hop_law {
    bool has_survival, has_fit;
    struct survival survival; /* Kaplan–Meier */
    double median;            /* NaN while the survival stays above 1/2 */
    struct waiting_analysis fit;
    struct waiting_fit whole[WAITING_MODELS]; /* all times from `least` on */
    double least;
    const char *preferred; /* of `whole`: the law of least BIC */
    double
        block_error; /* of fit.alpha, by a bootstrap over blocks of atoms; NaN: not asked for, or too few */
    char verdict[640];
};

struct hop_row {
    struct hop_options how;
    const char *name; /* "cage", "riechers", "p_hop" */
    double distance_r1;
    int age; /* 0: the whole record; 1, 2 …: an age window */
    struct hops hops;
    struct hop_law persistence, exchange;
};

struct hop_table {
    int64_t rows;
    int ages; /* age windows; 0: none */
    struct hop_row *row;
    double r1;
    bool r1_measured;
};

status hop_table_make(struct hop_table *h, const struct track *t, const struct hop_table_options *o);
/* Survival and laws of a row whose hops are there; `interval` between frames. */
status hop_row_analyse(struct hop_row *r, double interval, const struct hop_table_options *o);
void hop_table_free(struct hop_table *h);
/* First peak of the total g(r) of up to 10 frames. */
status hop_table_r1(const struct track *t, double *r1);

#endif
