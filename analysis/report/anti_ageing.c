/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/anti_ageing.h"

#include "analysis/report/figure.h"
#include "analysis/report/figures.h"
#include "analysis/report/palette.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAPS = 4, FINE = 80 };

static double scale_of(const struct isotherms *run)
{
    return run->item[0].Tg > 0.0 ? run->item[0].Tg : 1.0;
}
static const char *T_name(const struct isotherms *run)
{
    return run->item[0].Tg > 0.0                      ? "T / T_g"
           : strcmp(run->item[0].units, "metal") == 0 ? "T (K)"
                                                      : "T (ε/k_B)";
}

static status finish(struct figure *f)
{
    status s = figure_end(f);
    if (s == OK && !f->drawn) log_warning("%s is not drawn: %s", f->gp, f->why);
    figure_free(f);
    return s;
}

static void panel(struct figure *f, double left, double right, double bottom, double top)
{
    figure_script(f,
                  "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set "
                  "tmargin at screen %.4f\n",
                  left, right, bottom, top);
}

/* ---- curves: points as PART, the fit as PARTfit ---- */

static status curve(struct figure *f, const struct isotherm *i, const char *part)
{
    double fine[2][FINE];
    char name[40];
    TRY(figure_data(f, part, 3, (const char *const[]){"lag", "R", "error"},
                    (const double *const[]){i->lag, i->R, i->error}, i->lags));
    if (!i->fitted) return OK;
    double first = i->lag[0], last = i->lag[i->lags - 1];
    for (int k = 0; k < FINE; k++) fine[0][k] = first * pow(last / first, (double)k / (FINE - 1));
    relaxation_curve(&i->fit, FINE, fine[0], fine[1]);
    snprintf(name, sizeof name, "%sfit", part);
    return figure_data(f, name, 2, (const char *const[]){"lag", "KWW"},
                       (const double *const[]){fine[0], fine[1]}, FINE);
}

static void plot_curve(struct figure *f, const struct isotherm *i, const char *part, const char *title,
                       int number)
{
    char name[40], file[FIGURE_NAME + 40], t[FIGURE_TEXT];
    figure_script(f, "%s'%s' using 1:2:3 with yerrorbars lt %d title '%s'", number > 1 ? ", " : "plot ",
                  figure_data_name(f, part, false, file), number, figure_text(title, t));
    if (!i->fitted) return;
    snprintf(name, sizeof name, "%sfit", part);
    figure_script(f, ", '%s' using 1:2 with lines lt %d notitle", figure_data_name(f, name, false, file),
                  number);
}

static double lower(double lowest, const struct isotherm *i)
{
    for (int64_t k = 0; k < i->lags; k++) lowest = fmin(lowest, i->R[k]);
    return lowest;
}

/* lowest: R of all curves; where none has fallen by much the axis shows what there is. */
static void curve_axes(struct figure *f, const char *unit, double lowest)
{
    char u[FIGURE_TEXT];
    figure_script(
        f,
        "unset title; unset logscale; set logscale x; set format x '10^{%%T}'; set format y '%%g'; "
        "set xrange [*:*]; set xtics auto; set xlabel 'lag t (%s)'; set ylabel 'R(t)'; set xzeroaxis lc rgb "
        "'#bbbbbb'; set bars 0.4\n",
        figure_unit(unit, u));
    if (lowest > 0.6)
        figure_script(f, "set yrange [%.2f:1.02]; set ytics auto\n", floor(20.0 * lowest - 0.4) / 20.0);
    else
        figure_script(f, "set yrange [-0.2:1.2]; set ytics 0.2\n");
}

/* ---- Fig. 1 ---- */

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* 1st and 99th percentile of all maps off their diagonals. */
static status color_range(const struct isotherms *run, int maps, double *low, double *high)
{
    int64_t total = 0, used = 0;
    float *all = NULL;
    *low = 1.0;
    *high = 2.0;
    for (int m = 0; m < maps; m++) total += run->item[m].map_side * run->item[m].map_side;
    TRY(NEW(all, (size_t)total + 1));
    for (int m = 0; m < maps; m++)
        for (int64_t a = 0, n = run->item[m].map_side; a < n; a++)
            for (int64_t b = a + 1; b < n; b++)
                if (!isnan(run->item[m].map[a * n + b])) all[used++] = run->item[m].map[a * n + b];
    qsort(all, (size_t)used, sizeof *all, by_value);
    if (used > 0) {
        *low = (double)all[used / 100];
        *high = (double)all[used - 1 - used / 100];
    }
    DELETE(all);
    if (!(*high > *low)) *high = *low + 1e-3;
    return OK;
}

static status map(struct figure *f, const struct isotherms *run, int m, int maps, double top)
{
    const struct isotherm *i = &run->item[m];
    double left = 0.07 + 0.205 * m, width = 0.18, high = width * f->width / f->height,
           T = (double)i->frames * i->frame_time, step = T / (double)i->map_side;
    char part[16], file[FIGURE_NAME + 40], u[FIGURE_TEXT];
    const char *unit = figure_unit(i->time_unit, u);
    snprintf(part, sizeof part, "map%d", m + 1);
    TRY(figure_matrix(f, part, i->map, i->map_side));
    panel(f, left, left + width, top - high, top);
    figure_script(f,
                  "set border 15; set xrange [0:%.9g]; set yrange [0:%.9g]; set xtics %.3g; set ytics %.3g; "
                  "set format x '%%g'; set title '%s = %.3g,  i = %lld' offset 0,-0.5; set xlabel 't_1 (%s)' "
                  "offset 0,0.4\n",
                  T, T, 0.5 * T, 0.5 * T, run->item[0].Tg > 0.0 ? "T/T_g" : "T", i->T / scale_of(run),
                  (long long)i->iteration, unit);
    if (m == 0)
        figure_script(f, "set ylabel 't_2 (%s)'; set format y '%%g'\n", unit);
    else
        figure_script(f, "unset ylabel; set format y ''\n");
    if (m == maps - 1)
        figure_script(f,
                      "set colorbox user origin %.4f,%.4f size 0.014,%.4f; set cblabel 'C(t_1,t_2)' offset "
                      "0.6,0\n",
                      left + width + 0.012, top - high, high);
    else
        figure_script(f, "unset colorbox\n");
    figure_script(f,
                  "plot '%s' binary array=(%lld,%lld) format='%%float32' dx=%.9g dy=%.9g "
                  "origin=(%.9g,%.9g) using 1 with image notitle\n",
                  figure_data_name(f, part, true, file), (long long)i->map_side, (long long)i->map_side, step,
                  step, 0.5 * step, 0.5 * step);
    return OK;
}

/* Begin and end of every isotherm: the line between is the protocol. */
static status protocol(struct figure *f, const struct isotherms *run)
{
    double *x = NULL, *T = NULL;
    char file[FIGURE_NAME + 40], u[FIGURE_TEXT];
    status s = NEW(x, 2 * (size_t)run->n);
    if (s == OK) s = NEW(T, 2 * (size_t)run->n);
    for (int64_t k = 0; s == OK && k < 2 * run->n; k++) {
        const struct isotherm *i = &run->item[k / 2];
        x[k] =
            i->first_time - run->item[0].first_time + (k % 2 ? (double)(i->frames - 1) * i->frame_time : 0.0);
        T[k] = i->T / scale_of(run);
    }
    if (s == OK)
        s = figure_data(f, "protocol", 2, (const char *const[]){"time", "T"}, (const double *const[]){x, T},
                        2 * run->n);
    figure_script(
        f,
        "unset title; unset colorbox; set border 3; set xrange [*:*]; set yrange [*:*]; set offsets "
        "0,0,graph 0.15,graph 0.15; set xtics auto; set ytics auto; set format xy '%%g'; set xlabel "
        "'time (%s)'; set ylabel '%s'\nplot '%s' using 1:2 with lines lw 2 lc rgb '#333333' "
        "notitle\nset offsets 0,0,0,0\n",
        figure_unit(run->item[0].time_unit, u), T_name(run), figure_data_name(f, "protocol", false, file));
    DELETE(x);
    DELETE(T);
    return s;
}

static status draw_cycle(struct figure *f, const struct isotherms *run)
{
    int maps = run->n < MAPS ? (int)run->n : MAPS;
    double low, high;
    char title[64], part[16], sample[100], t[FIGURE_TEXT];
    TRY(color_range(run, maps, &low, &high));
    anti_ageing_sample(run, sample, sizeof sample);
    figure_script(f,
                  "set multiplot\nset label 1 '%s' at screen 0.07,0.97 font ',15'\nset cbrange [%.4g:%.4g]\n",
                  figure_text(sample, t), low, high);
    for (int m = 0; m < maps; m++) {
        TRY(map(f, run, m, maps, 0.87));
        figure_script(f, "unset label 1\n");
    }
    panel(f, 0.07, 0.42, 0.1, 0.4);
    TRY(protocol(f, run));
    panel(f, 0.51, 0.95, 0.1, 0.4);
    double lowest = 1.0;
    for (int m = 0; m < maps; m++) {
        snprintf(part, sizeof part, "R%d", m + 1);
        TRY(curve(f, &run->item[m], part));
        lowest = lower(lowest, &run->item[m]);
    }
    curve_axes(f, run->item[0].time_unit, lowest);
    figure_script(f, "set key bottom left\n");
    for (int m = 0; m < maps; m++) {
        const struct isotherm *i = &run->item[m];
        snprintf(part, sizeof part, "R%d", m + 1);
        snprintf(title, sizeof title, "%.3g, i = %lld", i->T / scale_of(run), (long long)i->iteration);
        plot_curve(f, i, part, title, m + 1);
    }
    figure_script(f, "\nunset multiplot\n");
    return OK;
}

/* ---- τ and 1 − R against anything ---- */

enum { X, TAU, TAU_ERROR, LEAST, BETA, BETA_ERROR, LOST, LOST_ERROR, COLUMNS };
static const char *const column_names[COLUMNS] = {"x",    "tau",        "tau_error", "tau_lower_bound",
                                                  "beta", "beta_error", "lost",      "lost_error"};

static void fill(double row[COLUMNS], const struct isotherm *i, double x)
{
    bool known = i->kind == TAU_MEASURED;
    row[X] = x;
    row[TAU] = known ? i->tau : (double)NAN;
    row[TAU_ERROR] = known ? i->tau_error : (double)NAN;
    row[LEAST] = i->kind == TAU_BOUND ? i->tau : (double)NAN;
    row[BETA] = known ? i->fit.value[RELAXATION_BETA] : (double)NAN;
    row[BETA_ERROR] = known ? i->fit.error[RELAXATION_BETA] : (double)NAN;
    row[LOST] = i->lost;
    row[LOST_ERROR] = i->lost_error;
}

static int by_x(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* rows × COLUMNS, sorted by x, as the data file `part`. */
static status write_points(struct figure *f, const char *part, double (*rows)[COLUMNS], int64_t n)
{
    double *data = NULL;
    const double *column[COLUMNS];
    TRY(NEW(data, COLUMNS * (size_t)n + 1));
    qsort(rows, (size_t)n, sizeof *rows, by_x);
    for (int c = 0; c < COLUMNS; c++) {
        column[c] = data + c * n;
        for (int64_t k = 0; k < n; k++) data[c * n + k] = rows[k][c];
    }
    status s = figure_data(f, part, COLUMNS, column_names, column, n);
    DELETE(data);
    return s;
}

static void tau_axes(struct figure *f, const char *x, const char *unit)
{
    char u[FIGURE_TEXT];
    figure_script(
        f,
        "unset title; unset logscale; set logscale y; set format x '%%g'; set format y '10^{%%T}'; "
        "set xrange [*:*]; set yrange [*:*]; set offsets graph 0.08,graph 0.08,0,0; set xtics auto; "
        "set ytics auto; set xlabel '%s'; set ylabel 'τ (%s)'; set bars 0.4; set key top right\n",
        x, figure_unit(unit, u));
}

static void lost_axes(struct figure *f, const char *x, double lag, const char *unit)
{
    char u[FIGURE_TEXT];
    figure_script(
        f,
        "unset logscale; set format xy '%%g'; set xrange [*:*]; set yrange [*:*]; set xlabel '%s'; set "
        "ylabel '1 − R(%.4g %s)'; set xtics auto; set ytics auto; set key off\n",
        x, lag, figure_unit(unit, u));
}

/* The points, and a line through their means where several have the same x. */
static void plot_column(struct figure *f, const char *part, int column, bool line, const char *title,
                        int number)
{
    char file[FIGURE_NAME + 40], t[FIGURE_TEXT];
    figure_data_name(f, part, false, file);
    figure_script(f, "%s'%s' using 1:%d:%d with yerrorbars lt %d title '%s'", number > 1 ? ", " : "plot ",
                  file, column + 1, column + 2, number, figure_text(title, t));
    if (line)
        figure_script(f, ", '%s' using 1:%d smooth unique with lines lt %d notitle", file, column + 1,
                      number);
}

static void plot_tau(struct figure *f, const char *part, bool line, const char *title, int number)
{
    char file[FIGURE_NAME + 40];
    plot_column(f, part, TAU, line, title, number);
    figure_script(f, ", '%s' using 1:4 with points lt %d pt 8 ps 1.2 notitle",
                  figure_data_name(f, part, false, file), number);
}

/* ---- Fig. 2 ---- */

static status iteration_data(struct figure *f, const struct isotherms *run, const char *part)
{
    double(*rows)[COLUMNS] = NULL;
    int64_t n = 0;
    TRY(NEW(rows, (size_t)run->n));
    for (int64_t i = 0; i < run->n; i++)
        if (run->item[i].place == 0) fill(rows[n++], &run->item[i], (double)run->item[i].iteration);
    status s = write_points(f, part, rows, n);
    DELETE(rows);
    return s;
}

static bool measured(const struct isotherms *run)
{
    for (int64_t i = 0; i < run->n; i++)
        if (run->item[i].place == 0 && run->item[i].kind == TAU_MEASURED) return true;
    return false;
}

/* Something to draw on the first temperature of any run: a τ, or at least a bound. */
static bool any_tau(const struct isotherms *run, int n, bool bounds)
{
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run[k].n; i++)
            if (run[k].item[i].place == 0 &&
                (run[k].item[i].kind == TAU_MEASURED || (bounds && run[k].item[i].kind == TAU_BOUND)))
                return true;
    return false;
}

/* R of all runs on one isotherm. */
static status one_isotherm(struct figure *f, const struct isotherms *run, int n, int64_t iteration)
{
    char part[16], title[100];
    int number = 0;
    double lowest = 1.0;
    for (int k = 0; k < n; k++) {
        const struct isotherm *i = isotherms_at(&run[k], iteration, 0);
        if (i) lowest = lower(lowest, i);
    }
    curve_axes(f, run[0].item[0].time_unit, lowest);
    figure_script(f,
                  "set title 'first temperature, i = %lld' offset 0,-0.6; set key bottom left Left reverse "
                  "font ',11'\n",
                  (long long)iteration);
    for (int k = 0; k < n; k++) {
        const struct isotherm *i = isotherms_at(&run[k], iteration, 0);
        snprintf(part, sizeof part, "R%d", k + 1);
        if (!i) continue;
        TRY(curve(f, i, part));
        if (i->kind == TAU_MEASURED)
            figure_script(f, "set arrow from %.6g,graph 0 to %.6g,graph 1 nohead dt 2 lw 0.8 lc rgb '%s'\n",
                          i->tau, i->tau, palette_line(number % 6));
        number++;
    }
    number = 0;
    for (int k = 0; k < n; k++) {
        const struct isotherm *i = isotherms_at(&run[k], iteration, 0);
        if (!i) continue;
        snprintf(part, sizeof part, "R%d", k + 1);
        anti_ageing_sample(&run[k], title, sizeof title);
        plot_curve(f, i, part, title, ++number);
    }
    figure_script(f, "\nunset arrow; set key off\n");
    return OK;
}

static status draw_iterations(struct figure *f, const struct isotherms *run, int n,
                              const struct anti_ageing_options *o)
{
    char part[16];
    const char *unit = run[0].item[0].time_unit;
    double last = (double)anti_ageing_last(run, n) + 0.4;
    figure_script(f, "set multiplot\n");
    panel(f, 0.08, 0.47, 0.57, 0.95);
    TRY(one_isotherm(f, run, n, o->iteration));
    for (int k = 0; k < n; k++) {
        snprintf(part, sizeof part, "i%d", k + 1);
        TRY(iteration_data(f, &run[k], part));
    }
    panel(f, 0.58, 0.97, 0.57, 0.95);
    tau_axes(f, "iteration i", unit);
    figure_script(f, "set offsets 0,0,0,0; set xrange [-0.4:%g]; set xtics 1; set key off\n", last);
    for (int k = 0; k < n && any_tau(run, n, true); k++) {
        snprintf(part, sizeof part, "i%d", k + 1);
        plot_tau(f, part, measured(&run[k]), "", k + 1);
    }
    figure_script(f, "\n");
    panel(f, 0.08, 0.47, 0.09, 0.45);
    figure_script(f, "unset logscale; set format y '%%g'; set ylabel 'β'; set yrange [0:*]\n");
    for (int k = 0; k < n && any_tau(run, n, false); k++) {
        snprintf(part, sizeof part, "i%d", k + 1);
        plot_column(f, part, BETA, measured(&run[k]), "", k + 1);
    }
    figure_script(f, "\n");
    panel(f, 0.58, 0.97, 0.09, 0.45);
    lost_axes(f, "iteration i", o->lag, unit);
    figure_script(f, "set xrange [-0.4:%g]; set xtics 1\n", last);
    for (int k = 0; k < n; k++) {
        snprintf(part, sizeof part, "i%d", k + 1);
        plot_column(f, part, LOST, true, "", k + 1);
    }
    figure_script(f, "\nunset multiplot\n");
    return OK;
}

/* ---- Figs. 3 and 4: two series against a temperature ---- */

static status two_panels(struct figure *f, const struct isotherms *run, double (*rows[2])[COLUMNS],
                         const int64_t count[2], const char *x, double lag)
{
    static const char *const names[2] = {"film", "quench"};
    const char *unit = run[0].item[0].time_unit;
    bool tau = false, line[2] = {false, false};
    int number = 0;
    figure_script(f, "set multiplot\n");
    for (int k = 0; k < 2; k++) {
        if (count[k] == 0) continue;
        TRY(write_points(f, names[k], rows[k], count[k]));
        for (int64_t i = 0; i < count[k]; i++) {
            line[k] = line[k] || !isnan(rows[k][i][TAU]);
            tau = tau || line[k] || !isnan(rows[k][i][LEAST]);
        }
    }
    panel(f, 0.09, 0.48, 0.17, 0.93);
    tau_axes(f, x, unit);
    for (int k = 0; k < 2 && tau; k++)
        if (count[k] > 0) plot_tau(f, names[k], line[k], names[k], ++number);
    number = 0;
    figure_script(f, "\n");
    panel(f, 0.59, 0.98, 0.17, 0.93);
    lost_axes(f, x, lag, unit);
    for (int k = 0; k < 2; k++)
        if (count[k] > 0) plot_column(f, names[k], LOST, true, "", ++number);
    figure_script(f, "\nunset multiplot\n");
    return OK;
}

static status against_temperature(const struct isotherms *run, int n, const struct anti_ageing_options *o,
                                  const char *folder, bool substrate)
{
    double(*rows[2])[COLUMNS] = {NULL, NULL};
    int64_t count[2] = {0, 0};
    char label[96];
    struct figure f;
    status s = OK;
    for (int k = 0; k < 2; k++) GUARD(NEW(rows[k], (size_t)n));
    for (int k = 0; k < n; k++) {
        const struct isotherm *i = isotherms_at(&run[k], substrate ? 0 : o->iteration, 0);
        double T = substrate ? run[k].T_substrate : run[k].T_anneal;
        if (!i || (substrate && (isnan(T) || !isnan(run[k].T_anneal)))) continue;
        int kind = run[k].film ? 0 : 1;
        fill(rows[kind][count[kind]++], i, (isnan(T) ? i->T : T) / scale_of(&run[k]));
    }
    if (count[0] + count[1] == 0) goto done;
    snprintf(label, sizeof label, "%s%s", substrate ? "substrate " : "pre-anneal ", T_name(run));
    GUARD(figure_begin(&f, folder, substrate ? "substrate" : "anneal", 980, 380));
    s = two_panels(&f, run, rows, count, label, o->lag);
    if (s == OK)
        s = finish(&f);
    else
        figure_free(&f);
done:
    for (int k = 0; k < 2; k++) DELETE(rows[k]);
    return s;
}

/* ---- */

status anti_ageing_figures(const struct isotherms *run, int n, const struct anti_ageing_options *o,
                           const char *folder)
{
    struct figure f;
    char name[FIGURE_NAME];
    status s;
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "cycle-%s", run[k].name);
        TRY(figure_begin(&f, folder, name, 980, 640));
        s = draw_cycle(&f, &run[k]);
        if (s != OK) figure_free(&f);
        TRY(s);
        TRY(finish(&f));
    }
    TRY(figure_begin(&f, folder, "iterations", 980, 720));
    s = draw_iterations(&f, run, n, o);
    if (s != OK) figure_free(&f);
    TRY(s);
    TRY(finish(&f));
    TRY(against_temperature(run, n, o, folder, false));
    TRY(against_temperature(run, n, o, folder, true));
    return anti_ageing_hops(run, n, o->iteration, folder);
}
