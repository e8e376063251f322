/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the speckles: maps, contrast, g2. */
#include "analysis/correlate/contrast.h"
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "analysis/report/panels.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

static double duration(const struct window_report *w)
{
    return (double)w->c.ttcf.frames * w->c.frames.frame_time;
}

/* A round distance of time ticks that leaves room for their numbers in a narrow panel: three or four a panel.
 */
static double tick_step(double T)
{
    double power = pow(10.0, floor(log10(T / 3.0))), leading = T / 3.0 / power;
    return power * (leading >= 5.0 ? 5.0 : leading >= 2.0 ? 2.0 : 1.0);
}
static const char *time_unit(const struct window_report *w, char out[FIGURE_TEXT])
{
    return figure_unit(w->c.frames.time_unit, out);
}

/* ---- maps ---- */

/* Pixels of the window and their Friedel mates in the lattice plane that shows them best: along the axis in
 * which they reach least far. Returns the largest index, for the frame of the inset. */
static status window_points(struct figure *f, const struct window_report *w, const char *part, double *reach,
                            double *radius)
{
    const struct frames *fr = &w->c.frames;
    int64_t n = fr->pixels;
    double square[3] = {0}, *xy = NULL;
    int axis = 2;
    for (int64_t p = 0; p < n; p++)
        for (int k = 0; k < 3; k++) square[k] += (double)(fr->hkl[3 * p + k] * fr->hkl[3 * p + k]);
    for (int k = 1; k >= 0; k--)
        if (square[k] < square[axis]) axis = k;
    *radius = sqrt((square[0] + square[1] + square[2]) / (double)n);
    TRY(NEW(xy, (size_t)(6 * n)));
    *reach = *radius;
    for (int64_t p = 0; p < 2 * n; p++) {
        const int32_t *hkl = fr->hkl + 3 * (p % n);
        double sign = p < n ? 1.0 : -1.0;
        xy[p] = sign * hkl[(axis + 1) % 3];
        xy[2 * n + p] = sign * hkl[(axis + 2) % 3];
        xy[4 * n + p] = p < n && fr->s_of_q ? fr->s_of_q[p] : 1.0;
        *reach = fmax(*reach, fmax(fabs(xy[p]), fabs(xy[2 * n + p])));
    }
    status s = figure_data(f, part, 2, (const char *const[]){"index1", "index2"},
                           (const double *const[]){xy, xy + 2 * n}, 2 * n);
    DELETE(xy);
    return s;
}

static status inset(struct figure *f, const struct panels *l, const struct window_report *w, int i,
                    double bottom, double top)
{
    char part[32], file[FIGURE_NAME + 40];
    double reach, radius, wide = 0.30 * l->width, high = 0.30 * (top - bottom);
    if (!w->c.frames.hkl) return OK;
    snprintf(part, sizeof part, "q%d", i + 1);
    TRY(window_points(f, w, part, &reach, &radius));
    figure_script(f,
                  "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set "
                  "tmargin at screen %.4f\n",
                  panels_left(l, i) + 0.012 * l->width, panels_left(l, i) + 0.012 * l->width + wide,
                  top - high - 0.012, top - 0.012);
    figure_script(
        f,
        "unset title; unset xlabel; unset ylabel; unset tics; unset colorbox; unset key; set border 15 lc "
        "rgb '#555555' lw 0.6\n"
        "set object 1 rectangle from graph 0,0 to graph 1,1 behind fc rgb '#ffffff' fs solid noborder\n"
        "set xrange [%g:%g]; set yrange [%g:%g]\n"
        "set object 2 circle at 0,0 size %g fc rgb '#bbbbbb' fs empty border lc rgb '#bbbbbb' lw 0.6\n",
        -1.12 * reach, 1.12 * reach, -1.12 * reach, 1.12 * reach, radius);
    figure_script(f, "plot '%s' using 1:2 with points pt 7 ps %.2f lc rgb '%s' notitle\n",
                  figure_data_name(f, part, false, file),
                  w->c.frames.pixels > 400  ? 0.10
                  : w->c.frames.pixels > 20 ? 0.22
                                            : 0.45,
                  palette_line(i));
    figure_script(f, "unset object 1; unset object 2; set tics\n");
    return OK;
}

/* ---- movers below the maps, on the time axis of t1 ---- */

bool figure_ttcf_has_movers(const struct motion_report *m)
{
    return m && m->movers.n > 0;
}

static status movers(struct figure *f, const struct panels *l, const struct window_report *const *w, int n,
                     const struct motion_report *m)
{
    const struct movers *v = &m->movers;
    char u[FIGURE_TEXT], file[FIGURE_NAME + 40];
    double *x = NULL, most = 1.0;
    TRY(NEW(x, (size_t)v->n + 1));
    for (int64_t k = 0; k < v->n; k++) {
        x[k] = v->time[k] - w[0]->first_time + 0.5 * v->width;
        most = fmax(most, v->atoms[k]);
    }
    status s = figure_data(f, "movers", 2, (const char *const[]){"middle_of_window", "atoms"},
                           (const double *const[]){x, v->atoms}, v->n);
    DELETE(x);
    TRY(s);
    for (int i = 0; i < n; i++) {
        double T = duration(w[i]);
        panels_begin(f, l, i, 0.115, 0.235);
        figure_script(
            f,
            "unset title; unset colorbox; set border 3; set xrange [0:%.9g]; set yrange [0:%.4g]; set xtics "
            "%.9g; set ytics %.3g; set format x '%%g'; set xlabel 't_1 (%s)' offset 0,0.4; set boxwidth "
            "%.9g; set style fill solid 0.8 noborder\n",
            T, 1.08 * most, tick_step(T), fmax(1.0, tick_step(2.0 * most)), time_unit(w[i], u),
            0.92 * v->width);
        if (i == 0)
            figure_script(f, "set ylabel 'movers' offset 0,0; set format y '%%g'\n");
        else
            figure_script(f, "unset ylabel; set format y ''\n");
        figure_script(f, "plot '%s' using 1:2 with boxes lc rgb '#555555' notitle\n",
                      figure_data_name(f, "movers", false, file));
    }
    return OK;
}

status figure_ttcf(struct figure *f, const struct window_report *const *w, int n,
                   const struct motion_report *m)
{
    struct panels l = panels_columns(n, 0.075, 0.895, 0.03, 0.26);
    double low, high, bottom = figure_ttcf_has_movers(m) ? 0.36 : 0.17,
                      top = bottom + l.width * f->width / f->height;
    char u[FIGURE_TEXT], t[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    const char *unit = time_unit(w[0], u);
    panels_color_range(w, n, &low, &high);
    figure_script(f, "set multiplot\nset cbrange [%.4g:%.4g]\n", low, high);
    for (int i = 0; i < n; i++) {
        snprintf(part, sizeof part, "map%d", i + 1);
        TRY(figure_matrix(f, part, w[i]->map, w[i]->map_side));
        double T = duration(w[i]), step = T / (double)w[i]->map_side;
        panels_begin(f, &l, i, bottom, top);
        figure_script(
            f,
            "set border 15 lc rgb '#333333' lw 0.8; set tics out; set xrange [0:%.9g]; set yrange [0:%.9g]; "
            "set xtics %.9g; set ytics %.9g\n",
            T, T, tick_step(T), tick_step(T));
        figure_script(f, "set title '{/:Bold %s}  {/=12 %lld independent pixels}' offset 0,-0.4\n",
                      figure_text(w[i]->name, t), (long long)w[i]->c.independent);
        figure_script(f, "set xlabel 't_1 (%s)' offset 0,0.4\n", unit);
        if (i == 0)
            figure_script(f, "set ylabel 't_2 (%s)'; set format y '%%g'\n", unit);
        else
            figure_script(f, "unset ylabel; set format y ''\n");
        if (i == n - 1)
            figure_script(f,
                          "set colorbox user origin %.4f,%.4f size 0.016,%.4f\nset cblabel 'C(t_1, t_2)' "
                          "offset 0.6,0\n",
                          panels_left(&l, i) + l.width + 0.014, bottom, top - bottom);
        else
            figure_script(f, "unset colorbox\n");
        figure_script(f,
                      "plot '%s' binary array=(%lld,%lld) format='%%float32' dx=%.9g dy=%.9g "
                      "origin=(%.9g,%.9g) using 1 with image notitle\n",
                      figure_data_name(f, part, true, file), (long long)w[i]->map_side,
                      (long long)w[i]->map_side, step, step, 0.5 * step, 0.5 * step);
        TRY(inset(f, &l, w[i], i, bottom, top));
    }
    if (figure_ttcf_has_movers(m)) TRY(movers(f, &l, w, n, m));
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- contrast and intensity against time ---- */

static status contrast_data(struct figure *f, const struct window_report *w, int i)
{
    int64_t T = w->c.ttcf.frames;
    double *x = NULL, mean = 0.0;
    char part[32];
    TRY(NEW(x, (size_t)(3 * T)));
    for (int64_t t = 0; t < T; t++) mean += w->c.ttcf.intensity[t] / (double)T;
    for (int64_t t = 0; t < T; t++) {
        x[t] = (double)t * w->c.frames.frame_time;
        x[T + t] = w->c.contrast[t];
        x[2 * T + t] = w->c.ttcf.intensity[t] / mean;
    }
    snprintf(part, sizeof part, "trace%d", i + 1);
    status s = figure_data(f, part, 3, (const char *const[]){"time", "C(t,t)", "I/<I>"},
                           (const double *const[]){x, x + T, x + 2 * T}, T);
    DELETE(x);
    return s;
}

status figure_contrast(struct figure *f, const struct window_report *const *w, int n)
{
    struct panels l = panels_columns(n, 0.075, 0.895, 0.03, 0.26);
    double low = 1.0, high = 1.0, ilow = 1.0, ihigh = 1.0;
    char u[FIGURE_TEXT], t[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    for (int i = 0; i < n; i++) {
        double mean = 0.0;
        TRY(contrast_data(f, w[i], i));
        for (int64_t k = 0; k < w[i]->c.ttcf.frames; k++)
            mean += w[i]->c.ttcf.intensity[k] / (double)w[i]->c.ttcf.frames;
        for (int64_t k = 0; k < w[i]->c.ttcf.frames; k++) {
            double c = w[i]->c.contrast[k], v = w[i]->c.ttcf.intensity[k] / mean;
            if (isfinite(c)) low = fmin(low, c), high = fmax(high, c);
            if (isfinite(v)) ilow = fmin(ilow, v), ihigh = fmax(ihigh, v);
        }
    }
    figure_script(f, "set multiplot\n");
    for (int i = 0; i < n; i++) {
        struct contrast_null null;
        TRY(contrast_exact_null(w[i]->c.independent, &null));
        snprintf(part, sizeof part, "trace%d", i + 1);
        figure_data_name(f, part, false, file);
        int64_t every = w[i]->c.ttcf.frames / 1500 + 1;
        panels_begin(f, &l, i, 0.48, 0.86);
        figure_script(f,
                      "set title '{/:Bold %s}' offset 0,-0.6; set xrange [0:%.9g]; set xtics %.9g; set "
                      "yrange [%.4g:%.4g]; "
                      "set ytics 0.4; unset xlabel; set format x ''\n",
                      figure_text(w[i]->name, t), duration(w[i]), tick_step(duration(w[i])),
                      floor(10.0 * low) / 10.0, fmax(high, null.diagonal_mean + 2.1 * null.diagonal_sd));
        if (i == 0)
            figure_script(f, "set ylabel 'C(t,t)' offset 1,0; set format y '%%.1f'\n");
        else
            figure_script(f, "unset ylabel; set format y ''\n");
        figure_script(
            f, "set key %s\n",
            i == 0 ? "at screen 0.06,0.99 left top Left reverse vertical maxrows 1 samplen 1.4 font ',11'"
                   : "off");
        figure_script(f, "plot ");
        if (w[i]->null_exact)
            figure_script(f,
                          "'+' using 1:(%.6g):(%.6g) with filledcurves lc rgb '#d9d9d9' title 'null ± 2σ', "
                          "%.6g with lines lc rgb '#888888' lw 1 dt 2 title 'null mean', ",
                          null.diagonal_mean - 2.0 * null.diagonal_sd,
                          null.diagonal_mean + 2.0 * null.diagonal_sd, null.diagonal_mean);
        figure_script(f, "'%s' every %lld using 1:2 with lines lc rgb '%s' lw 1 title 'measured'\n", file,
                      (long long)every, palette_line(i));
        panels_begin(f, &l, i, 0.18, 0.42);
        figure_script(f,
                      "unset title; set key off; set yrange [%.4g:%.4g]; set ytics %.2g; set xlabel 't (%s)' "
                      "offset 0,0.4; set format x '%%g'\n",
                      floor(10.0 * ilow) / 10.0, ceil(10.0 * ihigh) / 10.0,
                      ihigh - ilow > 1.5 ? ceil((ihigh - ilow) / 3.0) : 0.2, time_unit(w[i], u));
        if (i == 0) figure_script(f, "set ylabel '⟨I⟩_p / mean' offset 1,0; set format y '%%.1f'\n");
        figure_script(f,
                      "plot 1 with lines lc rgb '#bbbbbb' lw 0.8 notitle, '%s' every %lld using 1:3 with "
                      "lines lc rgb '%s' lw 1 notitle\n",
                      file, (long long)every, palette_line(i));
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- g2 of all windows ---- */

status figure_g2(struct figure *f, const struct window_report *const *w, int n)
{
    char u[FIGURE_TEXT], t[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    figure_script(
        f,
        "set logscale x; set xlabel 'lag t (%s)'; set ylabel 'R(t) = (g_2 − g_∞)/(g_2(first lag) − g_∞)'\n"
        "set yrange [*<0:1.15]; set key bottom left; set bars 0.4; set xzeroaxis lc rgb '#bbbbbb'\n"
        "set lmargin 9; set bmargin 3.6\nplot ",
        time_unit(w[0], u));
    for (int i = 0; i < n; i++) {
        snprintf(part, sizeof part, "R%d", i + 1);
        TRY(panels_curve(f, w[i], part, 0));
        figure_script(f, "%s'%s' using 1:2:3 with yerrorlines lt %d title '%s, %lld pixels'", i ? ", " : "",
                      figure_data_name(f, part, false, file), i + 1, figure_text(w[i]->name, t),
                      (long long)w[i]->c.independent);
    }
    figure_script(f, "\n");
    return OK;
}
