/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film_record — what a run folder says about the stability of its film, or of a control.
 *
 *     struct film_record f;
 *     TRY(film_record_read(&f, "runs/pvd/T0.85Tg-seed1"));
 *     f.look[f.before], f.look[f.after]      inherent structures before and after the final cool-down;
 *                                            −1: none
 *     f.T[i], f.H[i], i < f.rows             the heating ramp, per atom of the interior
 *     film_record_free(&f);
 *
 * Looks are the `measure` stages, in the order of time. Formation is the last stage in which atoms arrived,
 * of a film-quench the quench after its melt; T_form is its last set temperature, form_time its length.
 * before: the first look, if it was taken at T_form; after: the last look before the heating ramp that was
 * taken colder. Heating: the stage with `onset: tangent`, else the one in which the set temperature rises
 * most; H = potential energy of the interior (film.csv) + 3/2 kB T of the set temperature, at P = 0. Without
 * an interior in film.csv, or without such a stage, rows is 0.
 *
 * Numbers are in the units of the files (lj: eps, sigma, tau; metal: eV, angstrom, ps, K); rates in those of
 * QUANTITY_COOLING_RATE. What is not there is NaN. BAD_INPUT for a folder that is no run. */
#ifndef GLINT_ANALYSIS_STABILITY_FILM_RECORD_H
#define GLINT_ANALYSIS_STABILITY_FILM_RECORD_H

#include "analysis/report/run_units.h"
#include "analysis/stability/column_error.h"

enum { FILM_LOOKS = 64 };

struct film_look {
    char label[RUN_NAME];
    double time, T;                   /* T: set temperature */
    double crystal;                   /* Laves centres per large atom of the inherent structure; NaN: older */
    double energy, density, fraction; /* of the inherent structure; fraction of the first species */
    double atoms, pressure;           /* pressure of the relaxed box; NaN: the box was fixed */
    double mobility_time;             /* NaN: none; else profile-LABEL.csv has displacements */
    bool interior;
    struct column_sums columns; /* for its error */
};

struct film_record {
    char path[FILE_PATH_MAX], name[RUN_NAME], role[16], state[16]; /* role: film, film-quench, bulk-quench */
    bool film;                                                     /* there is a film.csv */
    struct run_units units;
    int looks, before, after;
    struct film_look look[FILM_LOOKS];
    double T_start; /* the first set temperature of thermo.csv: of a quench, its melt's */
    double T_form, form_time, cool_rate; /* of the cool-down between the two looks; > 0 */
    double flux, atoms, thickness;       /* at the end of the formation; flux: arrivals per area and time */
    double substrate_top;
    double crystal; /* largest fraction of Laves centres in a look or at the end of a watched stage; NaN:
                       neither */
    char heat_stage[RUN_NAME];
    double heat_rate;
    int64_t rows;
    double *T, *E, *H;
};

status film_record_read(struct film_record *f, const char *folder);
void film_record_free(struct film_record *f);
/* Are two set temperatures the same? False with NaN. */
bool film_same_T(double a, double b);

#endif
