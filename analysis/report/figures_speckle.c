/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of the speckles: maps, contrast, g2, relaxation, fluctuations. */
#include "analysis/correlate/contrast.h"
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of equal width from x0 to x1 of the screen, `gap` between them. */
struct layout {
    double x0, width, gap;
};
static double left_of(const struct layout *l, int i)
{
    return l->x0 + i * (l->width + l->gap);
}
static struct layout columns(int n, double x0, double x1, double gap, double most)
{
    double width = (x1 - x0 - (n - 1) * gap) / n;
    return (struct layout){x0, width < most ? width : most, gap};
}
static void panel(struct figure *f, const struct layout *l, int i, double bottom, double top)
{
    figure_script(
        f,
        "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set tmargin "
        "at screen %.4f\n",
        left_of(l, i), left_of(l, i) + l->width, bottom, top);
}

static double duration(const struct window_report *w)
{
    return (double)w->c.ttcf.frames * w->c.frames.frame_time;
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

static status inset(struct figure *f, const struct layout *l, const struct window_report *w, int i,
                    double bottom, double top)
{
    char part[32], file[FIGURE_NAME + 40];
    double reach, radius, wide = 0.30 * l->width, high = 0.30 * (top - bottom);
    if (!w->c.frames.hkl) return OK;
    snprintf(part, sizeof part, "q%d", i + 1);
    TRY(window_points(f, w, part, &reach, &radius));
    figure_script(
        f,
        "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set tmargin at "
        "screen %.4f\n",
        left_of(l, i) + 0.012 * l->width, left_of(l, i) + 0.012 * l->width + wide, top - high - 0.012,
        top - 0.012);
    figure_script(
        f,
        "unset title; unset xlabel; unset ylabel; unset tics; unset colorbox; unset key; set border 15 lc "
        "rgb "
        "'#555555' lw 0.6\n"
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

status figure_ttcf(struct figure *f, const struct window_report *const *w, int n)
{
    struct layout l = columns(n, 0.065, 0.915, 0.035, 0.26);
    double low, high, bottom = 0.135, top = 0.135 + l.width * f->width / f->height;
    char u[FIGURE_TEXT], t[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    figures_color_range(w, n, &low, &high);
    figure_script(f, "set multiplot\nset cbrange [%.4g:%.4g]\n", low, high);
    for (int i = 0; i < n; i++) {
        snprintf(part, sizeof part, "map%d", i + 1);
        TRY(figure_matrix(f, part, w[i]->map, w[i]->map_side));
        double T = duration(w[i]), step = T / (double)w[i]->map_side;
        panel(f, &l, i, bottom, top);
        figure_script(
            f,
            "set border 15 lc rgb '#333333' lw 0.8; set tics out; set xrange [0:%.9g]; set yrange [0:%.9g]\n",
            T, T);
        figure_script(f, "set title '{/:Bold %s}  {/=12 %lld independent pixels}' offset 0,-0.4\n",
                      figure_text(w[i]->name, t), (long long)w[i]->c.independent);
        figure_script(f, "set xlabel 't_1 (%s)' offset 0,0.4\n", time_unit(w[i], u));
        if (i == 0)
            figure_script(f, "set ylabel 't_2 (%s)'; set format y '%%g'\n", u);
        else
            figure_script(f, "unset ylabel; set format y ''\n");
        if (i == n - 1)
            figure_script(f,
                          "set colorbox user origin %.4f,%.4f size 0.016,%.4f\nset cblabel 'C(t_1, t_2)' "
                          "offset 0.6,0\n",
                          left_of(&l, i) + l.width + 0.014, bottom, top - bottom);
        else
            figure_script(f, "unset colorbox\n");
        figure_script(f,
                      "plot '%s' binary array=(%lld,%lld) format='%%float32' dx=%.9g dy=%.9g "
                      "origin=(%.9g,%.9g) using 1 "
                      "with image notitle\n",
                      figure_data_name(f, part, true, file), (long long)w[i]->map_side,
                      (long long)w[i]->map_side, step, step, 0.5 * step, 0.5 * step);
        TRY(inset(f, &l, w[i], i, bottom, top));
    }
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
    struct layout l = columns(n, 0.065, 0.915, 0.035, 0.26);
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
        panel(f, &l, i, 0.47, 0.90);
        figure_script(f,
                      "set title '{/:Bold %s}' offset 0,-0.6; set xrange [0:%.9g]; set yrange [%.4g:%.4g]; "
                      "unset xlabel; set format x ''\n",
                      figure_text(w[i]->name, t), duration(w[i]), floor(10.0 * low) / 10.0,
                      fmax(high, null.diagonal_mean + 2.1 * null.diagonal_sd));
        if (i == 0)
            figure_script(f, "set ylabel '⟨I^2⟩_p / ⟨I⟩_p^2' offset 0.5,0; set format y '%%.1f'\n");
        else
            figure_script(f, "unset ylabel; set format y ''\n");
        figure_script(f, "set key %s\n",
                      i == n - 1 ? "outside right top Left reverse samplen 0.8 font ',11'" : "off");
        figure_script(
            f,
            "plot '+' using 1:(%.6g):(%.6g) with filledcurves lc rgb '#d9d9d9' title 'null ± 2σ', %.6g with "
            "lines lc rgb '#888888' lw 1 dt 2 title 'null mean', '%s' every %lld using 1:2 with lines lc rgb "
            "'%s' lw 1 title 'measured'\n",
            null.diagonal_mean - 2.0 * null.diagonal_sd, null.diagonal_mean + 2.0 * null.diagonal_sd,
            null.diagonal_mean, file, (long long)every, palette_line(i));
        panel(f, &l, i, 0.14, 0.40);
        figure_script(f,
                      "unset title; set key off; set yrange [%.4g:%.4g]; set xlabel 't (%s)' offset 0,0.4; "
                      "set format x '%%g'\n",
                      floor(10.0 * ilow) / 10.0, ceil(10.0 * ihigh) / 10.0, time_unit(w[i], u));
        if (i == 0) figure_script(f, "set ylabel '⟨I⟩_p / mean' offset 0.5,0; set format y '%%.1f'\n");
        figure_script(f,
                      "plot 1 with lines lc rgb '#bbbbbb' lw 0.8 notitle, '%s' every %lld using 1:3 with "
                      "lines lc rgb '%s' lw 1 notitle\n",
                      file, (long long)every, palette_line(i));
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- g2 of all windows ---- */

static status curve_data(struct figure *f, const struct window_report *w, const char *part, int row)
{
    int64_t lags = row > 0 ? w->ages.lags : w->c.g2.lags;
    double *x = NULL;
    TRY(NEW(x, (size_t)(3 * lags)));
    int64_t n = window_report_curve(w, row, x, x + lags, x + 2 * lags);
    status s = figure_data(f, part, 3, (const char *const[]){"lag", "R", "error"},
                           (const double *const[]){x, x + lags, x + 2 * lags}, n);
    DELETE(x);
    return s;
}

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
        TRY(curve_data(f, w[i], part, 0));
        figure_script(f, "%s'%s' using 1:2:3 with yerrorlines lt %d title '%s, %lld pixels'", i ? ", " : "",
                      figure_data_name(f, part, false, file), i + 1, figure_text(w[i]->name, t),
                      (long long)w[i]->c.independent);
    }
    figure_script(f, "\n");
    return OK;
}

/* ---- relaxation: ages, fits, residuals ---- */

/* Fitted curves on a fine axis, and the relative residuals at the points. */
static status fit_data(struct figure *f, const struct window_report *w, int i)
{
    enum { FINE = 120 };
    double fine[3][FINE], *x = NULL;
    int64_t lags = w->c.g2.lags;
    char part[32];
    const struct relaxation_fit *kww = &w->fit[0][REPORT_KWW][1], *ml = &w->fit[0][REPORT_ML][0];
    TRY(NEW(x, (size_t)(6 * lags)));
    int64_t n = window_report_curve(w, 0, x, x + lags, x + 2 * lags);
    double first = n ? x[0] : 1.0, last = n ? x[n - 1] : 10.0;
    for (int k = 0; k < FINE; k++) {
        fine[0][k] = first * pow(last / first, (double)k / (FINE - 1));
        fine[1][k] = fine[2][k] = (double)NAN;
    }
    for (int64_t k = 0; k < n; k++) x[3 * lags + k] = x[4 * lags + k] = (double)NAN;
    if (w->fitted[0][REPORT_KWW][1]) {
        relaxation_curve(kww, FINE, fine[0], fine[1]);
        relaxation_curve(kww, (size_t)n, x, x + 3 * lags);
    }
    if (w->fitted[0][REPORT_ML][0]) {
        relaxation_curve(ml, FINE, fine[0], fine[2]);
        relaxation_curve(ml, (size_t)n, x, x + 4 * lags);
    }
    for (int64_t k = 0; k < n; k++) {
        for (int c = 3; c < 5; c++) x[c * lags + k] = 100.0 * (x[lags + k] / x[c * lags + k] - 1.0);
        x[5 * lags + k] = 100.0 * x[2 * lags + k] / fabs(x[lags + k]);
    }
    snprintf(part, sizeof part, "fit%d", i + 1);
    status s = figure_data(f, part, 3, (const char *const[]){"lag", "KWW_power2", "ML_power1"},
                           (const double *const[]){fine[0], fine[1], fine[2]}, FINE);
    snprintf(part, sizeof part, "residual%d", i + 1);
    if (s == OK)
        s = figure_data(f, part, 4,
                        (const char *const[]){"lag", "KWW_percent", "ML_percent", "error_percent"},
                        (const double *const[]){x, x + 3 * lags, x + 4 * lags, x + 5 * lags}, n);
    DELETE(x);
    return s;
}

static status relaxation_top(struct figure *f, const struct window_report *w, int i, int n)
{
    char t[FIGURE_TEXT], u[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    figure_script(f,
                  "set title '{/:Bold %s}' offset 0,-0.6; set logscale x; unset xlabel; set format x ''; set "
                  "yrange [*<0:1.2]; set xzeroaxis lc rgb '#bbbbbb'\n",
                  figure_text(w->name, t));
    if (i == 0)
        figure_script(f, "set ylabel 'R(t)' offset 0.5,0; set format y '%%.1f'\n");
    else
        figure_script(f, "unset ylabel; set format y '%%.1f'\n");
    (void)n;
    figure_script(
        f, "set key bottom left Left reverse samplen 1.2 font ',10' spacing 1.05\nset bars 0.4\nplot ");
    for (int row = 1; row < REPORT_ROWS; row++) {
        double from, to;
        window_report_ages(w, row, &from, &to);
        snprintf(part, sizeof part, "age%d_%d", i + 1, row);
        TRY(curve_data(f, w, part, row));
        int rgb[3];
        palette_map(0.25 + 0.25 * row, rgb);
        figure_script(f,
                      "'%s' using 1:2 with linespoints pt 6 ps 0.4 lw 0.8 lc rgb '#%02x%02x%02x' title 'age "
                      "%.3g–%.3g %s', ",
                      figure_data_name(f, part, false, file), rgb[0], rgb[1], rgb[2], from, to,
                      time_unit(w, u));
    }
    snprintf(part, sizeof part, "R%d", i + 1);
    TRY(curve_data(f, w, part, 0));
    figure_script(f, "'%s' using 1:2:3 with yerrorbars pt 7 ps 0.5 lc rgb '#222222' title 'whole record'",
                  figure_data_name(f, part, false, file));
    snprintf(part, sizeof part, "fit%d", i + 1);
    figure_data_name(f, part, false, file);
    if (w->fitted[0][REPORT_KWW][1])
        figure_script(f, ", '%s' using 1:2 with lines lw 2 lc rgb '#c8590c' title 'KWW, power 2'", file);
    if (w->fitted[0][REPORT_ML][0])
        figure_script(
            f, ", '%s' using 1:3 with lines lw 2 dt 2 lc rgb '#8a3b8f' title 'Mittag-Leffler, power 1'",
            file);
    figure_script(f, "\n");
    return OK;
}

status figure_relaxation(struct figure *f, const struct window_report *const *w, int n)
{
    struct layout l = columns(n, 0.07, 0.985, 0.055, 0.42);
    char u[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    figure_script(f, "set multiplot\n");
    for (int i = 0; i < n; i++) {
        double *x = NULL;
        int64_t lags = w[i]->c.g2.lags;
        TRY(fit_data(f, w[i], i));
        TRY(NEW(x, (size_t)(3 * lags)));
        int64_t points = window_report_curve(w[i], 0, x, x + lags, x + 2 * lags);
        figure_script(f, "set xrange [%.6g:%.6g]\n", points ? 0.8 * x[0] : 1.0,
                      points ? 1.25 * x[points - 1] : 10.0);
        DELETE(x);
        panel(f, &l, i, 0.38, 0.92);
        TRY(relaxation_top(f, w[i], i, n));
        panel(f, &l, i, 0.115, 0.335);
        snprintf(part, sizeof part, "residual%d", i + 1);
        figure_data_name(f, part, false, file);
        figure_script(f,
                      "unset title; set key off; set yrange [-25:25]; set ytics 20; set xlabel 'lag t (%s)' "
                      "offset 0,0.4; set format x '10^{%%T}'; set format y '%%g'\n",
                      time_unit(w[i], u));
        if (i == 0)
            figure_script(f, "set ylabel 'R/fit − 1 (%%)' offset 0.5,0\n");
        else
            figure_script(f, "unset ylabel\n");
        figure_script(f,
                      "plot 0 with lines lc rgb '#999999' lw 0.8, '%s' using 1:2 with linespoints pt 7 ps "
                      "0.4 lw 1.2 lc rgb '#c8590c', '%s' using 1:3 with linespoints pt 5 ps 0.4 lw 1.2 dt 2 "
                      "lc rgb '#8a3b8f'\nset ytics auto\n",
                      file, file);
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- fluctuations ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted standard deviations of C(t,t): of the spots, or of the surrogates when `null`. */
static status sorted_sd(const struct window_report *w, bool null, double **sd, int64_t *n)
{
    *n = null ? w->c.surrogate.seeds : w->spots;
    TRY(NEW(*sd, (size_t)*n + 1));
    for (int64_t i = 0; i < *n; i++) (*sd)[i] = null ? sqrt(w->c.surrogate.values[i]) : w->spot[i].sd;
    qsort(*sd, (size_t)*n, sizeof **sd, by_value);
    return OK;
}

static status spread_data(struct figure *f, const struct window_report *const *w, int n, int *rows,
                          int *spot_rows)
{
    double x[8][FIGURES_COLUMNS * REPORT_SPREADS], y[5][FIGURES_COLUMNS];
    *rows = *spot_rows = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < w[i]->spreads; k++) {
            const struct report_spread *e = &w[i]->spread[k];
            double v[8] = {(double)e->pixels, e->sd,       e->low,       e->high,
                           e->null_sd,        e->null_low, e->null_high, (double)i + 1};
            for (int c = 0; c < 8; c++) x[c][*rows] = v[c];
            (*rows)++;
        }
        if (w[i]->spots == 0) continue;
        double *sd = NULL;
        int64_t m;
        TRY(sorted_sd(w[i], false, &sd, &m));
        double v[5] = {(double)w[i]->c.independent, sd[m / 2], sd[m / 40], sd[m - 1 - m / 40], (double)i + 1};
        for (int c = 0; c < 5; c++) y[c][*spot_rows] = v[c];
        (*spot_rows)++;
        DELETE(sd);
    }
    TRY(figure_data(f, "spread", 8,
                    (const char *const[]){"pixels", "sd", "least", "largest", "surrogate", "surrogate_2.5",
                                          "surrogate_97.5", "window"},
                    (const double *const[]){x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]}, *rows));
    return figure_data(f, "spots", 5, (const char *const[]){"pixels", "median_sd", "2.5%", "97.5%", "window"},
                       (const double *const[]){y[0], y[1], y[2], y[3], y[4]}, *spot_rows);
}

/* Cumulative fractions: no bins to choose. */
static status cumulative(struct figure *f, const char *part, const struct window_report *w, bool null)
{
    double *sd = NULL, *fraction = NULL;
    int64_t n;
    status s = sorted_sd(w, null, &sd, &n);
    if (s == OK) s = NEW(fraction, (size_t)n + 1);
    for (int64_t i = 0; s == OK && i < n; i++) fraction[i] = ((double)i + 0.5) / (double)n;
    if (s == OK)
        s = figure_data(f, part, 2, (const char *const[]){"sd", "fraction"},
                        (const double *const[]){sd, fraction}, n);
    DELETE(sd);
    DELETE(fraction);
    return s;
}

static status event_counts(struct figure *f, const struct window_report *w)
{
    enum { MOST = 12 };
    double count[MOST + 1], share[MOST + 1];
    for (int k = 0; k <= MOST; k++) {
        count[k] = k;
        share[k] = 0.0;
    }
    for (int64_t i = 0; i < w->spots; i++)
        share[w->spot[i].events < MOST ? w->spot[i].events : MOST] += 1.0 / (double)w->spots;
    return figure_data(f, "events", 2, (const char *const[]){"events", "fraction_of_spots"},
                       (const double *const[]){count, share}, MOST + 1);
}

status figure_fluctuations(struct figure *f, const struct window_report *const *w, int n)
{
    const struct window_report *spots = NULL;
    int rows, spot_rows;
    char a[FIGURE_NAME + 40], b[FIGURE_NAME + 40], t[FIGURE_TEXT];
    for (int i = 0; i < n; i++)
        if (w[i]->spots > 1 && !spots) spots = w[i];
    struct layout l = columns(spots ? 3 : 1, 0.075, 0.985, 0.085, 0.45);
    TRY(spread_data(f, w, n, &rows, &spot_rows));
    figure_data_name(f, "spread", false, a);
    figure_data_name(f, "spots", false, b);
    figure_script(f, "set multiplot\n");
    panel(f, &l, 0, 0.15, 0.92);
    figure_script(f,
                  "set logscale xy; set xlabel 'independent pixels n' offset 0,0.3; set ylabel 's.d. of "
                  "C(t,t) in time'; set format xy '10^{%%T}'\n"
                  "set xrange [2:*]; set key bottom left Left reverse font ',10' samplen 1.2\nset bars 0.4\n"
                  "null(n) = 2*n*sqrt(n-1)/((n+1)*sqrt((n+2)*(n+3)))\nplot ");
    for (int i = 0; i < n; i++)
        if (w[i]->spreads > 1)
            figure_script(f, "'%s' using ($8==%d?$1:1/0):6:7 with filledcurves lc rgb '#d9d9d9' title '%s', ",
                          a, i + 1, "surrogates, 95 %%");
    figure_script(f, "null(x) with lines lc rgb '#666666' dt 2 title 'independent frames'");
    for (int i = 0; i < n; i++) {
        if (w[i]->spreads > 0)
            figure_script(f, ", '%s' using ($8==%d?$1:1/0):2:3:4 with yerrorbars lt %d title '%s%s'", a,
                          i + 1, i + 1, figure_text(w[i]->name, t),
                          w[i]->spreads > 1 ? ", random subsets" : "");
        if (w[i]->spots > 0)
            figure_script(f,
                          ", '%s' using ($5==%d?$1:1/0):2:3:4 with yerrorbars lt %d title '%s, %lld spots'",
                          b, i + 1, i + 1, figure_text(w[i]->name, t), (long long)w[i]->spots);
    }
    figure_script(f, "\n");
    if (spots) {
        TRY(cumulative(f, "measured", spots, false));
        TRY(cumulative(f, "surrogates", spots, true));
        TRY(event_counts(f, spots));
        panel(f, &l, 1, 0.15, 0.92);
        figure_script(f,
                      "unset logscale; set format xy '%%g'; set xrange [0:*]; set yrange [0:1]; set xlabel "
                      "'s.d. of C(t,t) of one %s spot' offset 0,0.3; set ylabel 'fraction of spots below'; "
                      "set key bottom right noreverse\n",
                      figure_text(spots->name, t));
        figure_script(f, "plot '%s' using 1:2 with steps lw 1.6 lc rgb '#999999' title 'surrogates', ",
                      figure_data_name(f, "surrogates", false, a));
        figure_script(f, "'%s' using 1:2 with steps lw 2 lc rgb '%s' title 'measured'\n",
                      figure_data_name(f, "measured", false, a), palette_line(n - 1));
        panel(f, &l, 2, 0.15, 0.92);
        figure_script(f, "set xrange [-0.6:*]; set yrange [0:1]; set xtics 1; set boxwidth 0.7; set style "
                         "fill solid 0.75 noborder; set key top right; set xlabel 'events per spot' offset "
                         "0,0.3; set ylabel 'fraction of spots'\n");
        figure_script(f,
                      "plot '%s' using ($2>0||$1<4?$1:1/0):2 with boxes lc rgb '%s' title 'measured', %.4g "
                      "with lines dt 2 lc rgb '#666666' title 'null: one or more'\n",
                      figure_data_name(f, "events", false, a), palette_line(n - 1),
                      spots->c.surrogate.false_alarm_rate);
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}
