/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting times by age: survival, exponents against hop distance and age; and exponents against temperature.
 */
#include "analysis/report/figures_hops.h"

#include <math.h>
#include <string.h>

static const int age_colours[][3] = {
    {0x99, 0x99, 0x99}, {0x2b, 0x6c, 0xb0}, {0xc8, 0x59, 0x0c}, {0x8a, 0x3b, 0x8f}};
enum { AGE_COLOURS = 4, POINTS = HOP_TABLE_LIST };

static const char *colour(int age, char out[16])
{
    const int *c = age_colours[age < AGE_COLOURS ? age : 1 + (age - 1) % (AGE_COLOURS - 1)];
    snprintf(out, 16, "#%02x%02x%02x", c[0], c[1], c[2]);
    return out;
}

/* "12–48 τ" of an age window, from the first of its rows; "all". */
static void age_name(const struct motion_report *m, int age, char *out, size_t size)
{
    snprintf(out, size, "whole record");
    for (int64_t i = 0; age > 0 && i < m->hops.rows; i++)
        if (m->hops.row[i].age == age) {
            double begin = motion_report_hops_track(m)->time[0];
            snprintf(out, size, "age %.4g–%.4g", m->hops.row[i].hops.begin - begin,
                     m->hops.row[i].hops.end - begin);
            return;
        }
}

/* ---- survival by age, for the distance that the page quotes ---- */

static status survival_panel(struct figure *f, const struct motion_report *m, double distance, double persist,
                             const char *tu)
{
    char c[16], name[64], t[FIGURE_TEXT];
    survival_begin(f, tu);
    for (int64_t i = 0; i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        if (!hops_is_cage(r, r->age, persist) || r->how.distance != distance) continue;
        age_name(m, r->age, name, sizeof name);
        TRY(survival_curves(f, r, r->age, colour(r->age, c), figure_text(name, t)));
    }
    survival_end(f);
    return OK;
}

/* ---- exponents ---- */

static double error_of(const struct hop_law *l)
{
    return isfinite(l->block_error) ? fmax(l->block_error, l->fit.sigma) : l->fit.sigma;
}

static status against_distance(struct figure *f, const struct motion_report *m, double persist)
{
    char part[32], file[FIGURE_NAME + 40], c[16];
    figure_script(f,
                  "unset logscale; set format xy '%%g'; set xrange [0:*]; set yrange [1:*]; set xlabel 'hop "
                  "distance d_c (r_1)' offset 0,0.3; set ylabel 'exponent α of p(t) ∼ t^{−α}' offset -0.8,0; "
                  "set bars 0.4; set "
                  "key off\nplot 1.45 with lines dt 2 lc rgb '#666666'");
    for (int age = 0; age <= m->hops.ages; age++) {
        double x[3][POINTS];
        int n = 0;
        for (int64_t i = 0; i < m->hops.rows; i++) {
            const struct hop_row *r = m->hops.row + i;
            if (!hops_is_cage(r, age, persist) || !r->exchange.has_fit || n == POINTS) continue;
            x[0][n] = r->distance_r1 + 0.008 * age; /* side by side */
            x[1][n] = r->exchange.fit.alpha;
            x[2][n++] = error_of(&r->exchange);
        }
        if (n == 0) continue;
        snprintf(part, sizeof part, "alpha_d%d", age);
        TRY(figure_data(f, part, 3, (const char *const[]){"d/r1", "alpha", "error"},
                        (const double *const[]){x[0], x[1], x[2]}, n));
        figure_script(f, ", '%s' using 1:2:3 with yerrorlines pt 7 ps 0.6 lc rgb '%s'",
                      figure_data_name(f, part, false, file), colour(age, c));
    }
    figure_script(f, "\n");
    return OK;
}

static status against_age(struct figure *f, const struct motion_report *m, double persist, const char *tu)
{
    char part[32], file[FIGURE_NAME + 40], c[16];
    double begin = motion_report_hops_track(m)->time[0];
    int shown = 0;
    figure_script(
        f,
        "set logscale x; set format x '10^{%%T}'; set xrange [*:*]; set xlabel 'age, middle of the window "
        "(%s)'; set key at graph -0.1,1.38 left top Left reverse vertical maxrows 5 font ',10' samplen "
        "1.2\nplot 1.45 with lines dt 2 lc rgb '#666666' title 'Riechers et al. 2024: 1.45'",
        tu);
    for (int64_t k = 0; k < m->hops.rows; k++) {
        const struct hop_row *of = m->hops.row + k;
        double x[3][POINTS];
        int n = 0;
        if (!hops_is_cage(of, 0, persist)) continue;
        for (int64_t i = 0; i < m->hops.rows; i++) {
            const struct hop_row *r = m->hops.row + i;
            if (r->age == 0 || !hops_is_cage(r, r->age, persist) || r->how.distance != of->how.distance ||
                !r->exchange.has_fit || n == POINTS)
                continue;
            x[0][n] = 0.5 * (r->hops.begin + r->hops.end) - begin;
            x[1][n] = r->exchange.fit.alpha;
            x[2][n++] = error_of(&r->exchange);
        }
        hops_distance_colour(shown++, c);
        if (n == 0) continue;
        snprintf(part, sizeof part, "alpha_age%d", shown);
        TRY(figure_data(f, part, 3, (const char *const[]){"age", "alpha", "error"},
                        (const double *const[]){x[0], x[1], x[2]}, n));
        figure_script(f, ", '%s' using 1:2:3 with yerrorlines pt 7 ps 0.6 lc rgb '%s' title 'd = %.2g r_1'",
                      figure_data_name(f, part, false, file), c, of->distance_r1);
    }
    figure_script(f, "\n");
    return OK;
}

status figure_ages(struct figure *f, const struct motion_report *m)
{
    int64_t row = motion_report_row(m);
    double persist = motion_report_persist(m), distance = 0.0;
    char t[FIGURE_TEXT];
    const char *tu = figure_unit(motion_report_hops_track(m)->time_unit, t);
    for (int64_t i = 0; i < m->hops.rows && distance == 0.0; i++)
        if (row < 0 && hops_is_cage(m->hops.row + i, 0, persist)) distance = m->hops.row[i].how.distance;
    if (row >= 0) distance = m->hops.row[row].how.distance;
    hops_panels(f);
    TRY(survival_panel(f, m, distance, persist, tu));
    TRY(against_distance(f, m, persist));
    TRY(against_age(f, m, persist, tu));
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- against temperature, over the stages of a run ---- */

int figure_temperatures_points(const struct report *r)
{
    int n = 0;
    for (int i = 0; i < r->motions; i++) n += motion_report_row(&r->motion[i]) >= 0;
    return r->folder.thermo.rows > 1 ? n : 0;
}

status figure_temperatures(struct figure *f, const struct report *r)
{
    double x[3][RUN_SERIES];
    char file[FIGURE_NAME + 40];
    int n = 0;
    for (int i = 0; i < r->motions && n < RUN_SERIES; i++) {
        const struct motion_report *m = &r->motion[i];
        int64_t row = motion_report_row(m);
        double sd;
        if (row < 0 ||
            run_thermo_mean(&r->folder.thermo, THERMO_T, m->first_time, m->last_time, &x[0][n], &sd) == 0)
            continue;
        x[1][n] = m->hops.row[row].exchange.fit.alpha;
        x[2][n++] = error_of(&m->hops.row[row].exchange);
    }
    TRY(figure_data(f, "alpha", 3, (const char *const[]){"T", "alpha", "error"},
                    (const double *const[]){x[0], x[1], x[2]}, n));
    figure_script(
        f,
        "set xlabel 'mean temperature of the stage'; set key bottom right; set ylabel 'exponent α of p(t) ∼ "
        "t^{−α}'; set offsets graph 0.1, graph 0.1, 0, 0; "
        "set yrange [1:*]; set bars 0.4; set lmargin 9; set bmargin 3.6\n"
        "plot 1.45 with lines dt 2 lc rgb '#666666' title 'Riechers et al. 2024: 1.45', '%s' using 1:2:3 "
        "with yerrorbars pt 7 title 'stages of this run'\n",
        figure_data_name(f, "alpha", false, file));
    return OK;
}
