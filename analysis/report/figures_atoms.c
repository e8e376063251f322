/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the sample and of the atoms: thermodynamics, structure, displacements. */
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* ---- sample ---- */

/* Where stages begin, and their names: tilted where the stage is shorter than its name, and left out where
 * the last one is too near. */
static void stage_marks(struct figure *f, const struct run_thermo *t, bool names)
{
    double whole = t->column[THERMO_TIME][t->rows - 1], last = -whole;
    for (int64_t i = 0, begin = 0; i <= t->rows; i++) {
        if (i < t->rows && t->stage_of[i] == t->stage_of[begin]) continue;
        char word[FIGURE_TEXT];
        double from = begin > 0 ? t->column[THERMO_TIME][begin - 1] : 0.0, to = t->column[THERMO_TIME][i - 1];
        double middle = 0.5 * (from + to);
        if (begin > 0)
            figure_script(
                f, "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lc rgb '#aaaaaa' lw 0.8 dt 3\n",
                from, from);
        if (names && middle - last > 0.02 * whole) {
            figure_script(f, "set label '%s' at %.9g, graph %s font ',11' tc rgb '#444444'\n",
                          figure_text(t->stage[t->stage_of[begin]], word), middle,
                          to - from < 0.08 * whole ? "1.03 left rotate by 30" : "1.09 center");
            last = middle;
        }
        begin = i;
    }
}

/* A step of 1, 2 or 5 times a power of ten that divides the range of n numbers into three to seven. */
static double tic_step(const double *x, int64_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; i++) low = fmin(low, x[i]), high = fmax(high, x[i]);
    if (!(high > low)) return 1.0;
    double third = (high - low) / 3.0, power = pow(10.0, floor(log10(third))), digit = third / power;
    return power * (digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0);
}

status figure_sample(struct figure *f, const struct report *r)
{
    const struct run_thermo *t = &r->folder.thermo;
    bool metal = strcmp(r->folder.units, "metal") == 0;
    const char *tu = metal ? "ps" : "τ";
    static const char *const lj[] = {"T (ε/k_B)", "P (ε/σ^3)", "ρ (σ^{-3})", "E_{pot}/N (ε)"};
    static const char *const real[] = {"T (K)", "P (GPa)", "ρ (Å^{-3})", "E_{pot}/N (eV)"};
    char file[FIGURE_NAME + 40];
    TRY(figure_data(f, "thermo", THERMO_NEEDED,
                    (const char *const[]){"time", "T_target", "T", "P", "density", "potential_per_atom"},
                    (const double *const[]){t->column[0], t->column[1], t->column[2], t->column[3],
                                            t->column[4], t->column[5]},
                    t->rows));
    figure_data_name(f, "thermo", false, file);
    long long every = t->rows / 2000 + 1;
    figure_script(
        f, "set multiplot\nset lmargin at screen 0.09; set rmargin at screen 0.985; set xrange [0:%.9g]\n",
        t->column[THERMO_TIME][t->rows - 1]);
    for (int k = 0; k < 4; k++) {
        double top = 0.93 - 0.215 * k;
        figure_script(f, "unset label; unset arrow; set tmargin at screen %.3f; set bmargin at screen %.3f\n",
                      top, top - 0.19);
        stage_marks(f, t, k == 0);
        figure_script(
            f, "set ylabel '%s' offset 1.2,0; set ytics %.9g; set format x '%s'; %s; set key top right\n",
            metal ? real[k] : lj[k], tic_step(t->column[k + 2], t->rows), k == 3 ? "%g" : "",
            k == 3 ? "set xlabel 't'" : "unset xlabel");
        if (k == 3) figure_script(f, "set xlabel 't (%s)' offset 0,0.3\n", tu);
        figure_script(f, "plot '%s' every %lld using 1:%d with lines lt %d lw 0.9 %s", file, every, k + 3,
                      k + 1, k == 0 ? "title 'T'" : "notitle");
        if (k == 0)
            figure_script(f, ", '' every %lld using 1:2 with lines lc rgb '#222222' dt 2 title 'thermostat'",
                          every);
        figure_script(f, "\n");
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- S(q), g(r) ---- */

enum { PARTIALS = 4 + SPECIES_MAX * (SPECIES_MAX + 1) / 2 };

static status structure_data(struct figure *f, const struct motion_report *m, int *partials,
                             char names[PARTIALS][48])
{
    const struct structure *st = &m->structure;
    const double *q[PARTIALS], *g[PARTIALS];
    const char *head[PARTIALS];
    double *axis = NULL;
    int n = 2;
    for (int a = 0; a < st->sq.species; a++)
        for (int b = a; b < st->sq.species; b++, n++) {
            snprintf(names[n], 48, "%.20s-%.20s", st->species.name[a], st->species.name[b]);
            head[n] = names[n];
            q[n] = st->sq.partial + ((int64_t)a * st->sq.species + b) * st->sq.bins;
            g[n] = rdf_value(&st->rdf, a, b);
        }
    *partials = n - 2;
    q[0] = st->sq.q;
    q[1] = st->sq.nn;
    head[0] = "q";
    head[1] = "total";
    if (st->weighted) {
        head[n] = "X";
        q[n] = st->sq.xray;
        g[n] = st->gx;
        n++;
    }
    TRY(figure_data(f, "sq", n, head, q, st->sq.bins));
    TRY(NEW(axis, (size_t)st->rdf.bins));
    for (int k = 0; k < st->rdf.bins; k++) axis[k] = rdf_r(&st->rdf, k);
    g[0] = axis;
    g[1] = st->rdf.total;
    head[0] = "r";
    status s = figure_data(f, "rdf", n, head, g, st->rdf.bins);
    DELETE(axis);
    return s;
}

static void curves(struct figure *f, const char *file, int partials, char names[PARTIALS][48], bool weighted)
{
    char t[FIGURE_TEXT];
    figure_script(f, "plot 1 with lines lc rgb '#bbbbbb' lw 0.8 notitle, ");
    for (int k = 0; k < partials; k++)
        figure_script(f, "'%s' using 1:%d with lines lw 1.2 lc rgb '%s' title '%s', ", file, k + 3,
                      palette_line(k), figure_text(names[k + 2], t));
    if (weighted)
        figure_script(f, "'%s' using 1:%d with lines lw 1.6 dt 2 lc rgb '#222222' title 'X-ray', ", file,
                      partials + 3);
    figure_script(f, "'%s' using 1:2 with lines lw 2 lc rgb '#222222' title 'total'\n", file);
}

status figure_structure(struct figure *f, const struct motion_report *m, const struct window_report *const *w,
                        int n)
{
    char names[PARTIALS][48], file[FIGURE_NAME + 40], u[FIGURE_TEXT], per[32];
    int partials;
    TRY(structure_data(f, m, &partials, names));
    snprintf(per, sizeof per, "1/%s", m->structure.length_unit);
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < n; i++) {
        low = fmin(low, w[i]->q_low);
        high = fmax(high, w[i]->q_high);
    }
    figure_script(f, "set multiplot layout 1,2 margins 0.07,0.985,0.16,0.94 spacing 0.09\n");
    if (high > low)
        figure_script(f,
                      "set object 1 rectangle from %.6g, graph 0 to %.6g, graph 1 behind fc rgb '#e4e4ee' fs "
                      "solid noborder\n"
                      "set label 1 'q window' at %.6g, graph 0.97 left font ',11' tc rgb '#555577'\n",
                      low, high, high + 0.015 * m->structure.sq.q_max);
    figure_script(
        f, "set xrange [0:%.6g]; set xlabel 'q (%s)' offset 0,0.3; set ylabel 'S(q)'; set key top right\n",
        m->structure.sq.q_max, figure_unit(per, u));
    curves(f, figure_data_name(f, "sq", false, file), partials, names, m->structure.weighted);
    figure_script(f,
                  "unset object 1; unset label 1; set xrange [0:%.6g]; set yrange [0:*]; set xlabel 'r (%s)' "
                  "offset 0,0.3; set ylabel 'g(r)'\n",
                  m->structure.rdf.r_max, figure_unit(m->structure.length_unit, u));
    curves(f, figure_data_name(f, "rdf", false, file), partials, names, m->structure.weighted);
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- MSD, α2, F_s ---- */

status figure_motion(struct figure *f, const struct motion_report *m)
{
    const struct msd *d = &m->msd;
    char file[FIGURE_NAME + 40], t[FIGURE_TEXT], u[FIGURE_TEXT];
    const char *tu = figure_unit(m->track.time_unit, t), *lu = figure_unit(m->track.length_unit, u);
    TRY(figure_data(f, "msd", 5, (const char *const[]){"lag", "msd", "error", "alpha2", "error"},
                    (const double *const[]){d->lag, d->r2, d->r2_error, d->alpha2, d->alpha2_error},
                    d->lags));
    figure_data_name(f, "msd", false, file);
    figure_script(f,
                  "set multiplot layout 1,3 margins 0.085,0.985,0.19,0.95 spacing 0.085\nset bars 0.4\nset "
                  "logscale xy; set format xy '10^{%%T}'; set xlabel 't (%s)' offset 0,0.3; set ylabel "
                  "'⟨Δr^2⟩ (%s^2)'; set key off\n",
                  tu, lu);
    figure_script(f, "plot '%s' using 1:2:3 with yerrorlines lt 1\n", file);
    figure_script(f,
                  "unset logscale y; set format y '%%g'; set ylabel 'α_2'; set yrange [0:*]\nplot '%s' using "
                  "1:4:5 with yerrorlines lt 2\n",
                  file);
    if (m->has[MOTION_ISF]) {
        const struct isf *s = &m->isf;
        TRY(figure_data(f, "isf", 3, (const char *const[]){"lag", "F_s", "error"},
                        (const double *const[]){s->lag, s->f, s->f_error}, s->lags));
        figure_script(f,
                      "set ylabel 'F_s(q,t),  q = %.3g'; set yrange [0:1]; set arrow from graph 0, first "
                      "%.6g to graph 1, first %.6g nohead lc rgb '#888888' dt 2\nset label '1/e' at graph "
                      "0.02, first %.6g offset 0,0.6 font ',11' tc rgb '#666666'\n",
                      s->q, exp(-1.0), exp(-1.0), exp(-1.0));
        figure_script(f, "plot '%s' using 1:2:3 with yerrorlines lt 3\n",
                      figure_data_name(f, "isf", false, file));
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}
