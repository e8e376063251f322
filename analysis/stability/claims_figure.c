/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/claims_figure.h"
#include "analysis/report/palette.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINES = CLAIMS + 2 };

/* A line of a panel: one comparison of a claim. */
struct line {
    const struct claim *claim;
    const char *kind;
};
struct panel {
    int n;
    struct line line[LINES];
};

static bool is_new(const struct panel *p, const struct claim *c, const char *kind)
{
    for (int i = 0; i < p->n; i++)
        if (p->line[i].claim == c && strcmp(p->line[i].kind, kind) == 0) return false;
    return p->n < LINES;
}

static struct panel panel_of(const struct claims *c, bool onsets)
{
    struct panel p = {0};
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < c->claim[i].rows && (c->claim[i].quantity == STABILITY_ONSET) == onsets; k++)
            if (is_new(&p, &c->claim[i], c->claim[i].row[k].kind))
                p.line[p.n++] = (struct line){&c->claim[i], c->claim[i].row[k].kind};
    return p;
}

/* "T_sub" → "T_{sub}", for gnuplot. */
static void add_text(struct figure *f, const char *text)
{
    char clean[2 * FIGURE_TEXT];
    size_t n = 0;
    for (const char *c = text; *c && n + 4 < sizeof clean; c++) {
        size_t word = c[0] == '_' ? strspn(c + 1, "abcdefghijklmnopqrstuvwxyzIS") : 0;
        if (*c != '\'') clean[n++] = *c;
        if (word == 0 || n + word + 4 > sizeof clean) continue;
        n += (size_t)snprintf(clean + n, sizeof clean - n, "{%.*s}", (int)word, c + 1);
        c += word;
    }
    clean[n] = '\0';
    figure_script(f, "%s", clean);
}

static void add_labels(struct figure *f, const struct panel *p)
{
    figure_script(f, "set ytics (");
    for (int i = 0; i < p->n; i++) {
        figure_script(f, "%s'", i ? ", " : "");
        add_text(f, p->line[i].claim->text);
        if (p->line[i].kind[0]) figure_script(f, ": ");
        add_text(f, p->line[i].kind);
        figure_script(f, "' %d", -i);
    }
    figure_script(f, ")\nset yrange [%g:0.6]\n", -p->n + 0.4);
}

/* The points of one curve (−1: means that count) into a file; how many there are. */
static status write_points(struct figure *f, const struct panel *p, int curve, int curves, const char *part,
                           int64_t *n)
{
    double x[LINES * 2], y[LINES * 2], error[LINES * 2];
    *n = 0;
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->line[i].claim->rows && *n < LINES * 2; k++) {
            const struct claim_row *r = &p->line[i].claim->row[k];
            if (r->curve != curve || strcmp(r->kind, p->line[i].kind) != 0 || !isfinite(r->error)) continue;
            if (curve < 0 && !r->counts) continue;
            x[*n] = r->value;
            error[*n] = r->limit;
            y[(*n)++] = -i + 0.3 - 0.6 * (curve < 0 ? curves : curve) / curves;
        }
    if (*n == 0) return OK;
    return figure_data(f, part, 3, (const char *const[]){"difference", "line", "limit"},
                       (const double *const[]){x, y, error}, *n);
}

/* With what a difference must exceed as its bar: what clears zero is seen. */
static status plot(struct figure *f, const struct panel *p, const struct claims *c, const struct stability *s,
                   const char *name, bool titles)
{
    int drawn = 0;
    for (int curve = 0; curve <= c->curves; curve++) {
        bool mean = curve == c->curves;
        char part[32], file[FIGURE_NAME + 40], words[GROUP_CURVE_TITLE], title[FIGURE_TEXT] = "mean";
        int64_t n;
        snprintf(part, sizeof part, "%s-%d", name, curve + 1);
        TRY(write_points(f, p, mean ? -1 : curve, c->curves, part, &n));
        if (n == 0) continue;
        if (!mean) figure_unit(group_curve_title(s, c->curve[curve], ".T", words), title);
        figure_script(f, "%s'%s' using 1:2:3 with xerrorbars lc rgb '%s' lw 1.4 pt %d ps %s %s",
                      drawn++ ? ", " : "plot ", figure_data_name(f, part, false, file),
                      mean ? "#000000" : palette_line(curve % 6), mean ? 13 : 7, mean ? "1.3" : "0.8",
                      titles ? "title '" : "notitle");
        if (titles) figure_script(f, "%s'", title);
    }
    figure_script(f, "\n");
    return OK;
}

status claims_figure(struct figure *f, const struct claims *c, const struct stability *s, const char *energy,
                     const char *temperature)
{
    const struct panel e = panel_of(c, false), T = panel_of(c, true);
    double low = 0.11, high = 0.9, gap = T.n > 0 ? 0.13 : 0.0;
    double middle = low + (high - low - gap) * T.n / (double)(e.n + T.n > 0 ? e.n + T.n : 1);
    figure_script(
        f,
        "set multiplot\nset bars 0.5; set lmargin at screen 0.47; set rmargin at screen 0.965\n"
        "set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb '#888888' dt 2\n"
        "set grid ytics lc rgb '#dddddd' lt 1 lw 0.5\nset key outside top right horizontal Left reverse\n");
    if (e.n > 0) {
        figure_script(
            f,
            "set tmargin at screen %g; set bmargin at screen %g\nset xlabel 'difference of e_{IS} ± "
            "its limit (%s)'\n",
            high, middle + gap, energy);
        add_labels(f, &e);
        TRY(plot(f, &e, c, s, "e", true));
    }
    if (T.n > 0) {
        figure_script(
            f,
            "set tmargin at screen %g; set bmargin at screen %g\nset xlabel 'difference of T_{onset} ± "
            "its limit (%s)'\n",
            middle, low, temperature);
        add_labels(f, &T);
        TRY(plot(f, &T, c, s, "onset", e.n == 0));
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}
