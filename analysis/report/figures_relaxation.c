/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of relaxation and of fluctuations. */
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "analysis/report/panels.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *time_unit(const struct window_report *w, char out[FIGURE_TEXT])
{
    return figure_unit(w->c.frames.time_unit, out);
}

/* ---- relaxation: ages, fits, residuals ---- */

/* Fitted curves on a fine axis, and the residuals at the points. */
static status fit_data(struct figure *f, const struct window_report *w, int i)
{
    enum { FINE = 120 };
    double fine[3][FINE], *x = NULL;
    int64_t lags = w->c.g2.lags;
    char part[32];
    const struct relaxation_fit *kww = &w->fit[0][REPORT_KWW][1], *ml = &w->fit[0][REPORT_ML][0];
    TRY(NEW(x, (size_t)(5 * lags)));
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
        for (int c = 3; c < 5; c++) x[c * lags + k] = x[lags + k] - x[c * lags + k];
    }
    snprintf(part, sizeof part, "fit%d", i + 1);
    status s = figure_data(f, part, 3, (const char *const[]){"lag", "KWW_power2", "ML_power1"},
                           (const double *const[]){fine[0], fine[1], fine[2]}, FINE);
    snprintf(part, sizeof part, "residual%d", i + 1);
    if (s == OK)
        s = figure_data(f, part, 4, (const char *const[]){"lag", "R-KWW", "R-ML", "error"},
                        (const double *const[]){x, x + 3 * lags, x + 4 * lags, x + 2 * lags}, n);
    DELETE(x);
    return s;
}

static status relaxation_top(struct figure *f, const struct window_report *w, int i)
{
    char t[FIGURE_TEXT], u[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    figure_script(f,
                  "set title '{/:Bold %s}' offset 0,-0.6; set logscale x; unset xlabel; set format x ''; set "
                  "yrange [-0.25:1.2]; set ytics 0.2; set xzeroaxis lc rgb '#bbbbbb'; set format y '%%.1f'\n",
                  figure_text(w->name, t));
    figure_script(f, i == 0 ? "set ylabel 'R(t)' offset 1,0\n" : "unset ylabel\n");
    figure_script(f, "set key %s\nset bars 0.4\nplot ",
                  i == 0
                      ? "at screen 0.06,0.99 left top Left reverse vertical maxrows 2 samplen 1.4 font ',11'"
                      : "off");
    for (int row = 1; row < w->rows; row++) {
        double from, to;
        int rgb[3];
        window_report_ages(w, row, &from, &to);
        snprintf(part, sizeof part, "age%d_%d", i + 1, row);
        TRY(panels_curve(f, w, part, row));
        palette_map(0.2 + 0.22 * row, rgb);
        figure_script(f,
                      "'%s' using 1:2 with linespoints pt 6 ps 0.45 lw 1 lc rgb '#%02x%02x%02x' title 'age "
                      "%.4g–%.4g %s', ",
                      figure_data_name(f, part, false, file), rgb[0], rgb[1], rgb[2], from, to,
                      time_unit(w, u));
    }
    snprintf(part, sizeof part, "R%d", i + 1);
    TRY(panels_curve(f, w, part, 0));
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

static void residual_panel(struct figure *f, const struct window_report *w, int i)
{
    char u[FIGURE_TEXT], part[32], file[FIGURE_NAME + 40];
    snprintf(part, sizeof part, "residual%d", i + 1);
    figure_data_name(f, part, false, file);
    figure_script(f,
                  "unset title; set key off; set yrange [-0.13:0.13]; set ytics 0.1; set xlabel 'lag t (%s)' "
                  "offset 0,0.3; set format x '10^{%%T}'; set format y '%%.1f'\n",
                  time_unit(w, u));
    figure_script(f, i == 0 ? "set ylabel 'R − fit' offset 1,0\n" : "unset ylabel\n");
    figure_script(f,
                  "plot '%s' using 1:(-$4):4 with filledcurves lc rgb '#e2e2e2' notitle, 0 with lines lc rgb "
                  "'#999999' lw 0.8, '%s' using 1:2 with linespoints pt 7 ps 0.4 lw 1.2 lc rgb '#c8590c', "
                  "'%s' using 1:3 with linespoints pt 5 ps 0.4 lw 1.2 dt 2 lc rgb '#8a3b8f'\n",
                  file, file, file);
}

status figure_relaxation(struct figure *f, const struct window_report *const *w, int n)
{
    struct panels l = panels_columns(n, 0.075, 0.985, 0.055, 0.42);
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
        panels_begin(f, &l, i, 0.395, 0.84);
        TRY(relaxation_top(f, w[i], i));
        panels_begin(f, &l, i, 0.145, 0.35);
        residual_panel(f, w[i], i);
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
    double x[8][PANELS_MAX * REPORT_SPREADS], y[5][PANELS_MAX];
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

static void spread_panel(struct figure *f, const struct window_report *const *w, int n)
{
    char a[FIGURE_NAME + 40], b[FIGURE_NAME + 40], t[FIGURE_TEXT];
    figure_data_name(f, "spread", false, a);
    figure_data_name(f, "spots", false, b);
    figure_script(f, "set logscale xy; set xlabel 'independent pixels n' offset 0,0.3; set ylabel 's.d. of "
                     "C(t,t) in time' offset 1,0; set format xy '10^{%%T}'; set xrange [2:*]\n"
                     "set key at graph -0.1,1.36 left top Left reverse vertical maxrows 3 font ',10' samplen "
                     "1.2 width -2; set bars 0.4\n"
                     "null(n) = 2*n*sqrt(n-1)/((n+1)*sqrt((n+2)*(n+3)))\nplot ");
    for (int i = 0; i < n; i++)
        if (w[i]->spreads > 1)
            figure_script(f,
                          "'%s' using ($8==%d?$1:1/0):6:7 with filledcurves lc rgb '#d9d9d9' title "
                          "'surrogates, 95 %%', ",
                          a, i + 1);
    figure_script(f, w[0]->null_exact ? "null(x) with lines lc rgb '#666666' dt 2 title 'independent frames'"
                                      : "1/0 notitle");
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
}

static status spot_panels(struct figure *f, const struct window_report *w, int number, const struct panels *l)
{
    char a[FIGURE_NAME + 40], t[FIGURE_TEXT];
    TRY(cumulative(f, "measured", w, false));
    TRY(cumulative(f, "surrogates", w, true));
    TRY(event_counts(f, w));
    panels_begin(f, l, 1, 0.18, 0.74);
    figure_script(
        f,
        "unset logscale; set format xy '%%g'; set xrange [0:*]; set yrange [0:1]; set xlabel 's.d. of C(t,t) "
        "of one %s spot' offset 0,0.3; set ylabel 'fraction of spots below' offset 1,0; set xtics 0.2\n",
        figure_text(w->name, t));
    figure_script(f, "plot '%s' using 1:2 with steps lw 1.6 lc rgb '#999999' title '%lld surrogates', ",
                  figure_data_name(f, "surrogates", false, a), (long long)w->c.surrogate.seeds);
    figure_script(f, "'%s' using 1:2 with steps lw 2 lc rgb '%s' title '%lld spots'\n",
                  figure_data_name(f, "measured", false, a), palette_line(number), (long long)w->spots);
    panels_begin(f, l, 2, 0.18, 0.74);
    figure_script(f, "set xrange [-0.6:*]; set logscale y; set yrange [1e-4:1.5]; set format y '10^{%%T}'; "
                     "set xtics 1; set boxwidth 0.7; set style fill solid 0.75 noborder; set xlabel 'events "
                     "per spot' offset 0,0.3; set ylabel 'fraction of spots'\n");
    figure_script(f,
                  "plot '%s' using ($2>0||$1<4?$1:1/0):2 with boxes lc rgb '%s' title '%lld spots', %.4g "
                  "with lines dt 2 lc rgb '#666666' title 'surrogates with one or more'\n",
                  figure_data_name(f, "events", false, a), palette_line(number), (long long)w->spots,
                  fmax(w->c.surrogate.false_alarm_rate, 1e-4));
    return OK;
}

status figure_fluctuations(struct figure *f, const struct window_report *const *w, int n)
{
    int spots = -1, rows, spot_rows;
    for (int i = 0; i < n; i++)
        if (w[i]->spots > 1 && spots < 0) spots = i;
    struct panels l = panels_columns(spots >= 0 ? 3 : 1, 0.085, 0.985, 0.085, 0.45);
    TRY(spread_data(f, w, n, &rows, &spot_rows));
    figure_script(f, "set multiplot\n");
    panels_begin(f, &l, 0, 0.18, 0.74);
    spread_panel(f, w, n);
    if (spots >= 0) TRY(spot_panels(f, w[spots], spots, &l));
    figure_script(f, "unset multiplot\n");
    return OK;
}
