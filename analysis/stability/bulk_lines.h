/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk_lines — what an inherent-structure energy means in the bulk: lines that are read backwards.
 *
 *     struct bulk_lines l;
 *     TRY(bulk_lines_fit(&l, bulk, n));                       from bulk quenches; n may be 0
 *     TRY(bulk_lines_hold(&l, "runs/liquid", UNITS_LJ));     the liquid's line from held liquids instead
 *     bulk_lines_rate(&l, e, error), bulk_lines_Tf(&l, e, error)
 *     bulk_lines_free(&l);
 *
 * rates: e_IS at the end of the quenches against log10 of their rates, at BULK_RATES different ones or more.
 * composition: e_IS against the fraction of the first species, of the quenches of shifted composition and
 * the others of their rate; mixture is the fraction of those not shifted. liquid: e_IS against 1/T. Of the
 * slowest quench (all its seeds) from 1.05 to 1.3 T_g: an upper bound of the liquid's energy, as far as that
 * quench lies above it already. Of held liquids (held_energy.h), corrected to the mixture: nearer to it, and
 * still a bound while their drift says so; points are as uncertain as their means, or as they scatter.
 * What there is too little for has n = 0. */
#ifndef GLINT_ANALYSIS_STABILITY_BULK_LINES_H
#define GLINT_ANALYSIS_STABILITY_BULK_LINES_H

#include "analysis/fit/calibration.h"
#include "analysis/stability/film_record.h"
#include "analysis/stability/held_energy.h"

enum { BULK_RATES = 4, SEEDS_FREEDOM = 3 };

/* A mean over seeds. A scatter known from fewer than SEEDS_FREEDOM differences may be small by chance. */
struct seed_mean {
    int64_t n;
    double value, error;
    double known;    /* degrees of freedom of the error (analysis/fit/welch.h) */
    double scatter;  /* of one run between seeds: standard deviation, pooled; NaN: not known */
    int64_t freedom; /* differences between seeds that it is known from */
};

struct bulk_quench {
    struct film_record record;
    size_t member;
    bool shifted;                           /* of another composition: only for the slope */
    double rate, energy, density, fraction; /* at the end */
    double span;                            /* from the melt's set temperature to that of the last look */
};

struct bulk_lines {
    int64_t rates_there;         /* different rates */
    double slowest;              /* rate; NaN without bulk quenches */
    double span;                 /* of the quenches, in T: mean; NaN without */
    struct seed_mean at_slowest; /* e_IS; with few seeds the error of the scatter about the line of rates, if
                                    that is larger */
    struct calibration rates, liquid, composition;
    double mixture;           /* fraction of the first species in the bulk quenches; NaN without */
    struct held_energy *held; /* what the liquid's line goes through; NULL: looks of the slowest quench */
    size_t helds;
};

status bulk_lines_fit(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n);
/* Its members of the role bulk-hold; all, where members have no role. BAD_INPUT where these are fewer than
 * three, or one was not held long enough. */
status bulk_lines_hold(struct bulk_lines *l, const char *campaign, enum units_kind units);
/* The same from the controls of a campaign; where fewer than three have been held long enough the liquid's
 * line stays what it was. */
status bulk_lines_hold_own(struct bulk_lines *l, const char *campaign, enum units_kind units);
void bulk_lines_free(struct bulk_lines *l);

/* log10 of the rate, and the temperature, at which the bulk has this e_IS ± error; x is NaN where there is no
 * line, or one too flat to read backwards. */
struct calibration_point bulk_lines_rate(const struct bulk_lines *l, double e, double error);
struct calibration_point bulk_lines_Tf(const struct bulk_lines *l, double e, double error);
/* e_IS of a bulk quench that takes `time`, on the line of rates, as x ± error; NaN without the line. */
struct calibration_point bulk_lines_in_time(const struct bulk_lines *l, double time,
                                            const struct unit_system *u);
/* ∂e/∂x; 0 without a line. */
double bulk_lines_slope(const struct bulk_lines *l);

#endif
