/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure of the sample: temperature and what goes with it, against time. */
#include "analysis/report/figures.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* A run that goes on from another one begins at its time. */
static double start_of(const struct run_thermo *t)
{
    double first = t->column[THERMO_TIME][0], last = t->column[THERMO_TIME][t->rows - 1];
    return first > 0.05 * last ? first : 0.0;
}

/* Where stages begin, and their names: tilted where the stage is shorter than its name, and left out where
 * the last one is too near. */
static void stage_marks(struct figure *f, const struct run_thermo *t, bool names)
{
    double start = start_of(t), whole = t->column[THERMO_TIME][t->rows - 1] - start, last = start - whole;
    for (int64_t i = 0, begin = 0; i <= t->rows; i++) {
        if (i < t->rows && t->stage_of[i] == t->stage_of[begin]) continue;
        char word[FIGURE_TEXT];
        double from = begin > 0 ? t->column[THERMO_TIME][begin - 1] : start,
               to = t->column[THERMO_TIME][i - 1];
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

/* The corner that the fewest lines of T run through: for the key. */
static const char *free_corner(const struct run_thermo *t)
{
    static const char *const name[4] = {"top right", "bottom left", "bottom right", "top left"};
    const double *T = t->column[THERMO_T], *time = t->column[THERMO_TIME];
    double start = start_of(t), whole = time[t->rows - 1] - start, low = INFINITY, high = -INFINITY;
    int64_t n[4] = {0, 0, 0, 0};
    for (int64_t i = 0; i < t->rows; i++) low = fmin(low, T[i]), high = fmax(high, T[i]);
    for (int64_t i = 0; i < t->rows; i++) {
        double x = (time[i] - start) / whole, y = (T[i] - low) / (high - low);
        n[0] += x > 0.8 && y > 0.5;
        n[1] += x < 0.2 && y < 0.5;
        n[2] += x > 0.8 && y < 0.5;
        n[3] += x < 0.2 && y > 0.5;
    }
    int best = 0;
    for (int k = 1; k < 4; k++)
        if (n[k] < n[best]) best = k;
    return name[best];
}

enum { PANELS = 4, FILM_COLUMNS = 5, FILM_DENSITY = 3 };

struct panel {
    const char *lj, *metal; /* what its axis says */
    bool film;              /* of film.dat, else of thermo.dat */
    int column;             /* there, from 0: the time */
};
static const struct panel of_bulk[PANELS] = {{"T (ε/k_B)", "T (K)", false, 2},
                                             {"P (ε/σ^3)", "P (GPa)", false, 3},
                                             {"ρ (σ^{-3})", "ρ (Å^{-3})", false, 4},
                                             {"E_{pot}/N (ε)", "E_{pot}/N (eV)", false, 5}},
                          of_inside[PANELS] = {{"T (ε/k_B)", "T (K)", false, 2},
                                               {"thickness (σ)", "thickness (Å)", true, 1},
                                               {"ρ inside (σ^{-3})", "ρ inside (Å^{-3})", true, 3},
                                               {"e_{pot} inside (ε)", "e_{pot} inside (eV)", true, 4}},
                          of_film[PANELS] = {{"T (ε/k_B)", "T (K)", false, 2},
                                             {"thickness (σ)", "thickness (Å)", true, 1},
                                             {"atoms of the film", "atoms of the film", true, 2},
                                             {"E_{pot}/N (ε)", "E_{pot}/N (eV)", false, 5}};

/* Columns of film.csv one after the other; the caller frees them. */
static status film_columns(const struct run_film *film, double **values)
{
    static const char *const name[FILM_COLUMNS] = {"time", "thickness", "film_atoms", "interior_density",
                                                   "interior_potential"};
    size_t n = (size_t)film->lines.rows;
    TRY(NEW(*values, FILM_COLUMNS * n + 1));
    for (size_t k = 0; k < FILM_COLUMNS; k++)
        for (size_t i = 0; i < n; i++)
            (*values)[k * n + i] = columns_at(&film->lines, (int64_t)i, columns_find(&film->lines, name[k]));
    return OK;
}

static void put_panel(struct figure *f, const struct report *r, const struct panel *p, int place,
                      const double *values, int64_t rows)
{
    char file[FIGURE_NAME + 40];
    bool metal = run_folder_metal(&r->folder), last = place == PANELS - 1;
    double top = 0.93 - 0.215 * place;
    long long every = rows / 2000 + 1;
    figure_data_name(f, p->film ? "film" : "thermo", false, file);
    figure_script(f, "unset label; unset arrow; set tmargin at screen %.3f; set bmargin at screen %.3f\n",
                  top, top - 0.19);
    stage_marks(f, &r->folder.thermo, place == 0);
    figure_script(f, "set ylabel '%s' offset 1.2,0; set yrange [%s:*]; set ytics %.9g; set format x '%s'\n",
                  metal ? p->metal : p->lj, p->film && p->column < FILM_DENSITY ? "0<*" : "*",
                  tic_step(values, rows), last ? "%g" : "");
    if (last) figure_script(f, "set xlabel 't (%s)' offset 0,0.3\n", metal ? "ps" : "τ");
    figure_script(f, "plot '%s' every %lld using 1:%d with lines lt %d lw 0.9 %s", file, every, p->column + 1,
                  place + 1, place == 0 ? "title 'T'" : "notitle");
    if (place == 0)
        figure_script(f, ", '' every %lld using 1:2 with lines lc rgb '#222222' dt 2 title 'thermostat'",
                      every);
    figure_script(f, "\n");
}

static void put_panels(struct figure *f, const struct report *r, const double *film)
{
    const struct run_thermo *t = &r->folder.thermo;
    const struct run_film *g = &r->folder.film;
    const struct panel *p = g->lines.rows == 0 ? of_bulk : g->inside ? of_inside : of_film;
    figure_script(f,
                  "set multiplot\nset lmargin at screen 0.09; set rmargin at screen 0.965; set xrange "
                  "[%.9g:%.9g]\nunset xlabel; set key %s\n",
                  start_of(t), t->column[THERMO_TIME][t->rows - 1], free_corner(t));
    for (int k = 0; k < PANELS; k++) {
        int64_t rows = p[k].film ? g->lines.rows : t->rows;
        put_panel(f, r, &p[k], k, p[k].film ? film + p[k].column * rows : t->column[p[k].column], rows);
    }
    figure_script(f, "unset multiplot\n");
}

status figure_sample(struct figure *f, const struct report *r)
{
    const struct run_thermo *t = &r->folder.thermo;
    int64_t rows = r->folder.film.lines.rows;
    double *film = NULL;
    TRY(figure_data(f, "thermo", THERMO_NEEDED,
                    (const char *const[]){"time", "T_target", "T", "P", "density", "potential_per_atom"},
                    (const double *const[]){t->column[0], t->column[1], t->column[2], t->column[3],
                                            t->column[4], t->column[5]},
                    t->rows));
    status s = rows > 0 ? film_columns(&r->folder.film, &film) : OK;
    if (s == OK && rows > 0)
        s = figure_data(
            f, "film", FILM_COLUMNS,
            (const char *const[]){"time", "thickness", "film_atoms", "density_inside", "potential_inside"},
            (const double *const[]){film, film + rows, film + 2 * rows, film + 3 * rows, film + 4 * rows},
            rows);
    if (s == OK) put_panels(f, r, film);
    DELETE(film);
    return s;
}
