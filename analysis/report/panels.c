/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/panels.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows of many shells are for numbers against q: they are drawn only where there is room. */
int panels_windows(const struct report *r, const char *label, const struct window_report *w[PANELS_MAX])
{
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < r->windows && n < PANELS_MAX; i++)
            if (strcmp(r->window[i].label, label) == 0 &&
                (strcmp(r->window[i].c.frames.kind, "shells") == 0) == (pass == 1))
                w[n++] = &r->window[i];
    return n;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void panels_color_range(const struct window_report *const *w, int n, double *low, double *high)
{
    int64_t total = 0, used = 0;
    float *all = NULL;
    *low = 1.0;
    *high = 2.0;
    for (int i = 0; i < n; i++) total += w[i]->map_side * w[i]->map_side;
    if (NEW(all, (size_t)total + 1) != OK) return;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < w[k]->map_side; i++)
            for (int64_t j = i + 1; j < w[k]->map_side; j++) {
                float v = w[k]->map[i * w[k]->map_side + j];
                if (!isnan(v)) all[used++] = v;
            }
    qsort(all, (size_t)used, sizeof *all, by_value);
    if (used > 0) {
        *low = (double)all[used / 100];
        *high = (double)all[used - 1 - used / 100];
    }
    DELETE(all);
    if (!(*high > *low)) *high = *low + 1e-3;
}

double panels_left(const struct panels *l, int i)
{
    return l->x0 + i * (l->width + l->gap);
}
struct panels panels_columns(int n, double x0, double x1, double gap, double most)
{
    double width = (x1 - x0 - (n - 1) * gap) / n;
    return (struct panels){x0, width < most ? width : most, gap};
}
void panels_begin(struct figure *f, const struct panels *l, int i, double bottom, double top)
{
    figure_script(f,
                  "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set "
                  "tmargin at screen %.4f\n",
                  panels_left(l, i), panels_left(l, i) + l->width, bottom, top);
}

status panels_curve(struct figure *f, const struct window_report *w, const char *part, int row)
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
