/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_film.h"

#include <math.h>
#include <string.h>

status run_film_read(struct run_film *f, const char *path)
{
    TRY(columns_read(&f->lines, path));
    int density = columns_find(&f->lines, "interior_density");
    f->inside = false;
    for (int64_t i = 0; i < f->lines.rows; i++)
        f->inside = f->inside || isfinite(columns_at(&f->lines, i, density));
    return OK;
}

void run_film_free(struct run_film *f)
{
    columns_free(&f->lines);
}

int64_t run_film_mean(const struct run_film *f, const char *column, double from, double to, double *mean,
                      double *sd)
{
    const struct columns *c = &f->lines;
    int time = columns_find(c, "time"), value = columns_find(c, column);
    double sum = 0.0, square = 0.0;
    int64_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < c->rows; i++) {
            double t = columns_at(c, i, time), x = columns_at(c, i, value);
            if (!(t >= from && t <= to) || !isfinite(x)) continue;
            if (pass == 0) sum += x, n++;
            if (pass == 1) square += pow(x - sum / (double)n, 2);
        }
    *mean = n > 0 ? sum / (double)n : (double)NAN;
    *sd = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
    return n;
}

double run_film_last(const struct run_film *f, const char *column, double from, double to)
{
    const struct columns *c = &f->lines;
    int time = columns_find(c, "time"), value = columns_find(c, column);
    double last = NAN;
    for (int64_t i = 0; i < c->rows; i++) {
        double t = columns_at(c, i, time);
        if (t >= from && t <= to) last = columns_at(c, i, value);
    }
    return last;
}

static int first_fraction(const struct columns *c)
{
    for (int k = 0; k < c->n; k++)
        if (strncmp(c->name[k], "fraction_", 9) == 0) return k;
    return -1;
}

/* How much hotter than set the surface layer was in the second half. */
static void measure_heat(const struct columns *c, struct run_growth *g)
{
    int time = columns_find(c, "time"), T = columns_find(c, "T_surface"), set = columns_find(c, "T_target");
    double half = 0.5 * (columns_at(c, g->from, time) + columns_at(c, g->to - 1, time));
    double sum = 0.0, square = 0.0, n = 0.0, hot = 0.0;
    for (int64_t i = g->from; i < g->to; i++) {
        double above = columns_at(c, i, T) - columns_at(c, i, set);
        hot += columns_at(c, i, columns_find(c, "hot")) > 0.0;
        if (columns_at(c, i, time) < half || !isfinite(above)) continue;
        sum += above;
        square += above * above;
        n += 1.0;
    }
    g->hotter = n > 0.0 ? sum / n : (double)NAN;
    g->hotter_sd = n > 1.0 ? sqrt(fmax(0.0, square - sum * sum / n) / (n - 1.0)) : (double)NAN;
    g->flagged = hot / (double)(g->to - g->from);
}

bool run_film_growth(const struct run_film *f, int64_t row, struct run_growth *g)
{
    const struct columns *c = &f->lines;
    int arrived = columns_find(c, "arrived");
    for (; row < c->rows; row = g->to) {
        double before = row > 0 ? columns_at(c, row - 1, arrived) : 0.0, first = columns_at(c, row, arrived);
        *g = (struct run_growth){.from = row, .to = row + 1};
        while (g->to < c->rows && strcmp(c->stage[g->to], c->stage[row]) == 0) g->to++;
        int64_t last = g->to - 1;
        g->came = columns_at(c, last, arrived);
        /* each deposition counts anew; in other stages the number stands still */
        if (!(g->came > 0.0) || (first == g->came && !(row > 0 && first < before))) continue;
        int time = columns_find(c, "time");
        g->T = columns_at(c, last, columns_find(c, "T_target"));
        g->time = columns_at(c, last, time) - (row > 0 ? columns_at(c, row - 1, time) : 0.0);
        g->left = columns_at(c, last, columns_find(c, "evaporated"));
        g->atoms = columns_at(c, last, columns_find(c, "film_atoms"));
        g->thickness = columns_at(c, last, columns_find(c, "thickness"));
        g->fraction = columns_at(c, last, first_fraction(c));
        measure_heat(c, g);
        return true;
    }
    return false;
}
