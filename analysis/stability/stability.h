/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability — films beside their controls: is a film ultrastable?
 *
 *     struct stability s;
 *     TRY(stability_make(&s, "runs/pvd", NULL));    a campaign with `controls:`, or one run folder
 *     s.film[i]        every film and film-quench: what was found, with errors
 *     s.group[g]       films that differ only in the seed: means, the means of their control, a verdict
 *     s.lines                                       what the bulk says of an e_IS: bulk_lines.h
 *     stability_free(&s);
 *
 * e_IS: energy per atom of the inherent structure of the interior, as `measure` takes it, corrected to the
 * composition of the bulk quenches, x0, where runs of other compositions are there: e − (∂e/∂x)(x − x0), x
 * the fraction of the first species, the slope that of a line through those runs and the bulk quenches of
 * their rate. Without them as measured; the composition stands beside it. onset: analysis/fit/rise.h on H(T)
 * of the interior while heating. T_f by enthalpy: where the glass line of that ramp meets the line of its
 * liquid, taken from the upper half of what lies between the steepest rise and the end (analysis/fit/kink.h).
 * T_f by e_IS: the temperature at which the liquid has that e_IS, on the liquid's line, of held liquids if
 * there are these; equivalent rate: on the line of rates (both bulk_lines.h). The liquid's line is an upper
 * bound, so this T_f a lower one. Both say when they are extrapolated.
 *
 * Errors: of single films, what their own ramps give, and of e_IS the jackknife over columns of the interior
 * (column_error.h) with the error of ∂e/∂x; the density of one film has none. Of means: the
 * standard error from the scatter between seeds, pooled over all groups of the same role (so that two seeds
 * per group suffice, if there are several groups; controls that groups share count once). A scatter known
 * from fewer than SEEDS_FREEDOM differences may be small by chance: then, and where no group has two
 * seeds, the error is that of the single films, if it is larger.
 *
 * Verdict: only where a film-quench of the group is done, bulk quenches at BULK_RATES rates are, and errors
 * are known. A difference counts when it exceeds what chance does in 4.6 % of all cases: two of its errors,
 * more where these are known from few seeds or columns (analysis/fit/welch.h). ultrastable: e_IS after the
 * final cool-down below that of the film-quench and that of the slowest bulk quench, and the onset above that
 * of the film-quench. */
#ifndef GLINT_ANALYSIS_STABILITY_STABILITY_H
#define GLINT_ANALYSIS_STABILITY_STABILITY_H

#include "analysis/fit/kink.h"
#include "analysis/fit/rise.h"
#include "analysis/stability/bulk_lines.h"
#include "analysis/stability/front.h"
#include "base/members.h"

enum { STABILITY_KEYS = 16 };

enum stability_quantity {
    STABILITY_BEFORE, /* e_IS before and after the final cool-down */
    STABILITY_AFTER,
    STABILITY_DENSITY,  /* of the interior's inherent structure after it (before, where there is no after) */
    STABILITY_FRACTION, /* of the first species, there */
    STABILITY_ONSET,
    STABILITY_TF_H,
    STABILITY_TF_E,
    STABILITY_RATE, /* log10 of the equivalent rate, in units of QUANTITY_COOLING_RATE */
    STABILITY_FRONT,
    STABILITY_QUANTITIES
};
extern const char *const stability_names[STABILITY_QUANTITIES]; /* e_IS_before, … */

struct stability_film {
    struct film_record record;
    size_t member; /* of s->members */
    bool control;
    struct rise onset;
    struct kink Tf;
    struct front front;
    bool Tf_extrapolated, rate_extrapolated;
    double value[STABILITY_QUANTITIES], error[STABILITY_QUANTITIES]; /* NaN: none */
    double known[STABILITY_QUANTITIES]; /* degrees of freedom of the error: of columns; else INFINITY */
    double raw_before, raw_after;       /* e_IS as measured */
};

struct stability_group {
    size_t first; /* a film of it */
    int64_t films, controls;
    struct seed_mean film[STABILITY_QUANTITIES], control[STABILITY_QUANTITIES];
    bool extrapolated;
    char verdict[240];
};

struct stability {
    char folder[FILE_PATH_MAX];
    bool campaign;
    struct members members;
    int role, rate, seed; /* columns of members; −1: none */
    size_t films, bulks, groups;
    struct stability_film *film;
    struct bulk_quench *bulk;
    struct stability_group *group;
    size_t waiting;             /* members that are not done */
    struct film_record *melted; /* the run that has the level of the liquid for the front; NULL: none */
    struct bulk_lines lines;
};

/* liquid: NULL, or a campaign of held liquids, for the liquid's line; or, of one run, the folder of another
 * one that is liquid at its last temperature (front.h). */
status stability_make(struct stability *s, const char *folder, const char *liquid);
void stability_free(struct stability *s);
/* The swept key k of a film as written; "" in a single run. */
const char *stability_value(const struct stability *s, size_t member, size_t key);
/* Does a film or a film-quench (of s->film) belong to the group? */
bool stability_alike(const struct stability *s, size_t group, size_t film);

#endif
