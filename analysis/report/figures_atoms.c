/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the atoms: structure, displacements. */
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

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
