/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/stability_figures.h"
#include "analysis/report/palette.h"
#include "analysis/stability/claims_figure.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CURVES = 12 };

struct drawing {
    struct stability_figures *out;
    const struct stability *s;
    const char *folder;
    double Tg; /* 1 where none is known: then T itself */
};

static const char *T_label(const struct drawing *d)
{
    return d->s->film[0].record.units.system.Tg > 0.0              ? "T_{sub} / T_g"
           : d->s->film[0].record.units.system.kind == UNITS_METAL ? "T_{sub} (K)"
                                                                   : "T_{sub} (ε/k_B)";
}

static const char *temperature_unit(const struct drawing *d)
{
    return d->s->film[0].record.units.system.kind == UNITS_METAL ? "K" : "ε/k_B";
}

static const char *energy_unit(const struct drawing *d)
{
    return d->s->film[0].record.units.system.kind == UNITS_METAL ? "eV" : "ε";
}

static struct figure *begin(struct drawing *d, const char *name, int width, int height, status *s)
{
    struct figure *f = &d->out->figure[d->out->n];
    *s = figure_begin(f, d->folder, name, width, height);
    return f;
}

static status finish(struct drawing *d, struct figure *f, const char *caption)
{
    TRY(figure_end(f));
    snprintf(d->out->caption[d->out->n++], sizeof d->out->caption[0], "%s", caption);
    return OK;
}

/* ---- curves over groups ---- */

static double flux_of(const struct stability *s, size_t g)
{
    return s->film[s->group[g].first].record.flux;
}

static double T_of(const struct stability *s, size_t g)
{
    return s->film[s->group[g].first].record.T_form;
}

struct point {
    double x, film, film_error, control, control_error;
};

static int by_x(const void *one, const void *two)
{
    const struct point *a = one, *b = two;
    return (a->x > b->x) - (a->x < b->x);
}

static double finite_or_0(double v)
{
    return isfinite(v) ? v : 0.0;
}

/* The points of one curve into a data file; 0 points: none is written. */
static status write_curve(struct drawing *d, struct figure *f, size_t group, int q, const char *axis,
                          const char *part, size_t *points)
{
    const struct stability *s = d->s;
    struct point *p = NULL;
    double *column = NULL;
    size_t n = 0, most = s->groups;
    status st = NEW(p, most);
    if (st == OK) st = NEW(column, 5 * most);
    for (size_t g = 0; g < most && st == OK; g++) {
        const struct seed_mean *a = &s->group[g].film[q], *c = &s->group[g].control[q];
        double x = strcmp(axis, ".flux") == 0 ? flux_of(s, g) : T_of(s, g) / d->Tg;
        if (!group_curve_same(s, group, g, axis) || !isfinite(x) || a->n == 0) continue;
        p[n++] = (struct point){x, a->value, finite_or_0(a->error), c->value, finite_or_0(c->error)};
    }
    if (st == OK) qsort(p, n, sizeof *p, by_x);
    for (size_t i = 0; i < n && st == OK; i++) {
        const double row[5] = {p[i].x, p[i].film, p[i].film_error, p[i].control, p[i].control_error};
        for (size_t k = 0; k < 5; k++) column[k * most + i] = row[k];
    }
    *points = n;
    if (st == OK && n > 0)
        st = figure_data(f, part, 5, (const char *const[]){"x", "film", "error", "film_quench", "error"},
                         (const double *const[]){column, column + most, column + 2 * most, column + 3 * most,
                                                 column + 4 * most},
                         (int64_t)n);
    DELETE(p);
    DELETE(column);
    return st;
}

static bool any_value(const struct stability *s, int q)
{
    bool any = false;
    for (size_t g = 0; g < s->groups; g++) any = any || s->group[g].film[q].n > 0;
    return any;
}

/* The plot command of all curves of a quantity; `after`: what follows it. */
static status plot_curves(struct drawing *d, struct figure *f, int q, const char *axis, const char *prefix,
                          const char *after)
{
    const struct stability *s = d->s;
    char part[32], file[FIGURE_NAME + 40], name[GROUP_CURVE_TITLE], title[FIGURE_TEXT];
    int n = 0;
    size_t points;
    for (size_t g = 0; g < s->groups && n < CURVES; g++) {
        if (!group_curve_first(s, g, axis)) continue;
        snprintf(part, sizeof part, "%s%d", prefix, n + 1);
        TRY(write_curve(d, f, g, q, axis, part, &points));
        if (points == 0) continue;
        figure_data_name(f, part, false, file);
        const char *colour = palette_line(n % 6);
        figure_script(
            f,
            "%s'%s' using 1:2:3 with yerrorlines lc rgb '%s' lw 1.4 pt 7 ps 0.8 title '%s', '%s' using "
            "1:4:5 with yerrorbars lc rgb '%s' lw 1.0 pt 6 ps 0.8 %s",
            n ? ", " : "plot ", file, colour, figure_unit(group_curve_title(s, g, axis, name), title), file,
            colour, n == 0 ? "title 'film-quench'" : "notitle");
        n++;
    }
    figure_script(f, "%s\n", n ? after : "");
    return OK;
}

/* ---- against the temperature of the substrate ---- */

/* The bulk quenches as a grey band from the slowest to the fastest. */
static void add_band(struct drawing *d, struct figure *f, bool energy)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < d->s->bulks; i++) {
        double v = energy ? d->s->bulk[i].energy : d->s->bulk[i].density;
        if (!isfinite(v) || d->s->bulk[i].shifted) continue;
        low = fmin(low, v);
        high = fmax(high, v);
    }
    if (!(high >= low)) return;
    figure_script(
        f,
        "set object 1 rectangle from graph 0, first %.9g to graph 1, first %.9g behind fc rgb '#e4e4ec' fs "
        "solid noborder\nset label 1 'bulk quenches' at graph 0.99, first %.9g right offset 0,0.5 font "
        "',11' tc rgb '#666666'\n",
        low, high, high);
    figure_script(f, "set yrange [*<%.9g:%.9g<*]\n", low, high);
}

/* Of all that was measured; lines that go on beyond it are cut off. */
static void common_range(const struct stability *s, struct figure *f)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t g = 0; g < s->groups; g++)
        for (int c = 0; c < 2; c++) {
            double v = (c ? s->group[g].control : s->group[g].film)[STABILITY_AFTER].value;
            low = fmin(low, v); /* NaN does not count */
            high = fmax(high, v);
        }
    for (size_t i = 0; i < s->bulks; i++) {
        if (s->bulk[i].shifted) continue;
        low = fmin(low, s->bulk[i].energy);
        high = fmax(high, s->bulk[i].energy);
    }
    double room = fmax(0.12 * (high - low), 1e-6);
    if (high >= low) figure_script(f, "set yrange [%.9g:%.9g]\n", low - room, high + room);
}

/* The liquid's line and the held liquids that it goes through, as the end of a plot command. */
static status add_liquid(struct drawing *d, struct figure *f, struct text *plot)
{
    const struct bulk_lines *l = &d->s->lines;
    double T[FILM_LOOKS], energy[FILM_LOOKS], error[FILM_LOOKS];
    char file[FIGURE_NAME + 40];
    int64_t n = 0;
    if (l->liquid.n == 0) return OK;
    text_add(plot, ", %.12g+%.12g*(1/(x*%.12g)-%.12g) with lines dt 2 lc rgb '#888888' title 'liquid'",
             l->liquid.mean_y, l->liquid.slope, d->Tg, l->liquid.mean_x);
    for (; n < FILM_LOOKS && n < (int64_t)l->helds; n++) {
        T[n] = l->held[n].T / d->Tg;
        energy[n] = l->held[n].energy;
        error[n] = l->held[n].error;
    }
    if (n == 0) return OK;
    TRY(figure_data(f, "liquid", 3, (const char *const[]){"T", "e_IS", "error"},
                    (const double *const[]){T, energy, error}, n));
    text_add(plot, ", '%s' using 1:2:3 with yerrorbars pt 1 ps 0.9 lc rgb '#666666' title 'held liquids'",
             figure_data_name(f, "liquid", false, file));
    return OK;
}

static status against_T(struct drawing *d, int q, const char *name, const char *ylabel, const char *caption)
{
    status s;
    struct text liquid = {0};
    if (!any_value(d->s, q)) return OK;
    struct figure *f = begin(d, name, 640, 440, &s);
    TRY(s);
    figure_script(
        f,
        "set xlabel '%s'; set ylabel '%s'; set bars 0.5; set offsets graph 0.06, graph 0.06, graph 0.06, "
        "graph 0.06\nset key outside top left horizontal Left reverse\n",
        T_label(d), ylabel);
    if (q == STABILITY_AFTER) add_band(d, f, true);
    if (q == STABILITY_AFTER) common_range(d->s, f);
    if (q == STABILITY_DENSITY) add_band(d, f, false);
    if (q == STABILITY_AFTER) s = add_liquid(d, f, &liquid);
    if (s == OK) s = plot_curves(d, f, q, ".T", "", liquid.s ? liquid.s : "");
    if (s == OK && liquid.out_of_memory) s = fail(FAILED, "out of memory");
    text_free(&liquid);
    return s == OK ? finish(d, f, caption) : s;
}

/* ---- e_IS against flux, beside quenches against rate ---- */

static status write_bulk(struct drawing *d, struct figure *f)
{
    double *x = NULL, *y = NULL;
    size_t n = 0;
    status s = OK;
    GUARD(NEW(x, d->s->bulks));
    GUARD(NEW(y, d->s->bulks));
    for (size_t i = 0; i < d->s->bulks; i++) {
        if (d->s->bulk[i].shifted) continue;
        x[n] = d->s->bulk[i].rate;
        y[n++] = d->s->bulk[i].energy;
    }
    s = figure_data(f, "bulk", 2, (const char *const[]){"rate", "e_IS"}, (const double *const[]){x, y},
                    (int64_t)n);
done:
    DELETE(x);
    DELETE(y);
    return s;
}

static status against_flux(struct drawing *d)
{
    const struct stability *s = d->s;
    char file[FIGURE_NAME + 40];
    status st;
    bool flux = false;
    for (size_t g = 0; g < s->groups; g++) flux = flux || flux_of(s, g) > 0.0;
    if (!any_value(s, STABILITY_AFTER) || !flux) return OK;
    struct figure *f = begin(d, "stability-rate", 900, 430, &st);
    TRY(st);
    const struct unit_system *u = &s->film[0].record.units.system;
    char unit[FIGURE_TEXT];
    figure_script(
        f,
        "set multiplot layout 1,2 margins 0.09,0.985,0.16,0.86 spacing 0.08\nset logscale x; set format x "
        "'10^{%%T}'; set bars 0.5; set offsets graph 0.1, graph 0.1, 0, 0\nset key outside top left "
        "horizontal Left reverse\nset ylabel 'e_{IS} (%s)'\nset xlabel 'flux (%s)'\n",
        energy_unit(d), figure_unit(units_label(u, QUANTITY_FLUX), unit));
    common_range(s, f);
    TRY(plot_curves(d, f, STABILITY_AFTER, ".flux", "flux-", ""));
    figure_script(f, "set xlabel 'cooling rate (%s)'; unset ylabel\n",
                  figure_unit(units_label(u, QUANTITY_COOLING_RATE), unit));
    if (s->bulks > 0) {
        TRY(write_bulk(d, f));
        figure_data_name(f, "bulk", false, file);
        figure_script(f, "plot '%s' using 1:2 with points pt 7 ps 0.8 lc rgb '#444444' title 'bulk quenches'",
                      file);
        if (s->lines.rates.n > 0)
            figure_script(f, ", %.12g+%.12g*(log10(x)-%.12g) with lines lc rgb '#444444' notitle",
                          s->lines.rates.mean_y, s->lines.rates.slope, s->lines.rates.mean_x);
        figure_script(f, "\n");
    }
    figure_script(f, "unset multiplot\n");
    return finish(
        d, f,
        "e_IS after the final cool-down against the flux, and beside it that of bulk quenches against their "
        "rate, on one scale.");
}

/* ---- one film ---- */

static const struct stability_film *control_of(const struct stability *s, size_t film)
{
    for (size_t g = 0; g < s->groups; g++)
        for (size_t i = 0; i < s->films && stability_alike(s, g, film); i++) {
            bool seed = s->seed < 0 || strcmp(stability_value(s, s->film[i].member, (size_t)s->seed),
                                              stability_value(s, s->film[film].member, (size_t)s->seed)) == 0;
            if (s->film[i].control && seed && stability_alike(s, g, i) && s->film[i].record.rows > 0)
                return &s->film[i];
        }
    return NULL;
}

static status heating(struct drawing *d, size_t film)
{
    const struct stability_film *m = &d->s->film[film], *c = control_of(d->s, film);
    const struct film_record *r = &m->record;
    char name[FIGURE_NAME], file[FIGURE_NAME + 40], caption[400], number[TEXT_ERRORS];
    status s;
    if (r->rows < 2) return OK;
    snprintf(name, sizeof name, "stability-heating-%.60s", r->name);
    struct figure *f = begin(d, name, 640, 440, &s);
    TRY(s);
    TRY(figure_data(f, "film", 3, (const char *const[]){"T", "H", "E_pot"},
                    (const double *const[]){r->T, r->H, r->E}, r->rows));
    figure_data_name(f, "film", false, file);
    figure_script(
        f, "set xlabel 'T (%s)'; set ylabel 'H/N of the interior (%s)'\nset key top left Left reverse\n",
        temperature_unit(d), energy_unit(d));
    if (m->onset.found)
        figure_script(
            f,
            "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lc rgb '#c8590c' dt 2\nset label "
            "'T_{on} = %s %s' at %.9g, graph 0.06 right offset -0.6,0 font ',12'\n",
            m->onset.x, m->onset.x,
            text_errors(number, m->onset.x, 2, (const double[]){m->onset.error, m->onset.systematic}),
            temperature_unit(d), m->onset.x);
    figure_script(f, "plot '%s' using 1:2 with points pt 7 ps 0.25 lc rgb '%s' title 'film'", file,
                  palette_line(0));
    if (c) {
        TRY(figure_data(f, "control", 3, (const char *const[]){"T", "H", "E_pot"},
                        (const double *const[]){c->record.T, c->record.H, c->record.E}, c->record.rows));
        figure_data_name(f, "control", false, file);
        figure_script(f, ", '%s' using 1:2 with points pt 7 ps 0.2 lc rgb '#aaaaaa' title 'film-quench'",
                      file);
    }
    if (isfinite(m->onset.x)) {
        const struct kink_line *line[2] = {&m->onset.glass, &m->onset.tangent};
        double to[2] = {m->onset.steepest, m->onset.tangent.to},
               from[2] = {m->onset.glass.from, fmin(m->onset.x, m->onset.tangent.from)};
        for (int k = 0; k < 2; k++)
            figure_script(f, ", [%.9g:%.9g] %.15g+%.15g*x with lines lc rgb '#c8590c' lw 1.4 notitle",
                          from[k], to[k], line[k]->intercept, line[k]->slope);
    }
    figure_script(f, "\n");
    snprintf(caption, sizeof caption,
             "%.64s, heated at %.3g: enthalpy per atom of the interior, glass line and steepest "
             "tangent.",
             r->name, r->heat_rate);
    return finish(d, f, caption);
}

static status draw_front(struct drawing *d, size_t film)
{
    const struct stability_film *m = &d->s->film[film];
    const struct front *front = &m->front;
    double time[FILM_LOOKS], depth[FILM_LOOKS], T[FILM_LOOKS];
    char name[FIGURE_NAME], file[FIGURE_NAME + 40], caption[400], number[TEXT_ERRORS];
    status s;
    if (front->n == 0) return OK;
    for (int i = 0; i < front->n; i++) {
        time[i] = front->point[i].time;
        depth[i] = front->point[i].depth;
        T[i] = front->point[i].T;
    }
    snprintf(name, sizeof name, "stability-front-%.60s", m->record.name);
    struct figure *f = begin(d, name, 640, 400, &s);
    TRY(s);
    TRY(figure_data(f, "depth", 3, (const char *const[]){"time", "depth", "T"},
                    (const double *const[]){time, depth, T}, front->n));
    figure_data_name(f, "depth", false, file);
    bool metal = m->record.units.system.kind == UNITS_METAL;
    figure_script(f,
                  "set xlabel 'time (%s)'; set ylabel 'liquid from the surface (%s)'; set yrange "
                  "[0:*]\nunset key\nplot "
                  "'%s' using 1:2 with linespoints pt 7 ps 0.8 lc rgb '%s'\n",
                  metal ? "ps" : "τ", metal ? "Å" : "σ", file, palette_line(0));
    snprintf(caption, sizeof caption, "%.64s: depth of the front between liquid and glass; velocity %s.",
             m->record.name, text_errors(number, front->velocity, 1, &front->error));
    return finish(d, f, caption);
}

/* ---- claims ---- */

static status draw_claims(struct drawing *d)
{
    struct claims *c = NULL;
    status s;
    bool any = false;
    TRY(NEW(c, 1));
    s = claims_make(c, d->s);
    for (int i = 0; i < c->n; i++) any = any || c->claim[i].rows > 0;
    if (s == OK && any) {
        struct figure *f = begin(d, "stability-claims", CLAIMS_WIDTH, CLAIMS_HEIGHT, &s);
        if (s == OK) s = claims_figure(f, c, d->s, energy_unit(d), temperature_unit(d));
        if (s == OK)
            s = finish(d, f,
                       "What the claims are judged by: differences with their limits; a point whose "
                       "bar clears "
                       "zero is seen, or, on the other side, not seen. Diamonds: means over the curves.");
    }
    DELETE(c);
    return s;
}

/* ---- */

static status draw_all(struct drawing *d)
{
    char label[64], onset[64];
    bool metal = d->s->film[0].record.units.system.kind == UNITS_METAL;
    snprintf(onset, sizeof onset, "T_{onset} (%s)", temperature_unit(d));
    snprintf(label, sizeof label, "e_{IS} (%s)", energy_unit(d));
    TRY(against_T(
        d, STABILITY_AFTER, "stability-eis", label,
        "e_IS of the interior after the final cool-down against the temperature of the substrate; hollow: "
        "film-quenches; band: bulk quenches from the slowest to the fastest; dashed: the liquid, a line in "
        "1/T; crosses: held liquids, if it goes through these."));
    TRY(against_T(
        d, STABILITY_DENSITY, "stability-density",
        metal ? "density of the inherent structure (Å^{-3})" : "density of the inherent structure (σ^{-3})",
        "Number density of the interior's inherent structure against the temperature of the substrate."));
    TRY(against_T(d, STABILITY_ONSET, "stability-onset", onset,
                  "Onset on heating against the temperature of the substrate; hollow: film-quenches."));
    TRY(against_flux(d));
    TRY(draw_claims(d));
    for (size_t g = 0; g < d->s->groups && g < STABILITY_RAMPS; g++) {
        TRY(heating(d, d->s->group[g].first));
        TRY(draw_front(d, d->s->group[g].first));
    }
    return OK;
}

status stability_figures_draw(struct stability_figures *g, const struct stability *s, const char *folder)
{
    double Tg = s->film[0].record.units.system.Tg;
    struct drawing d = {g, s, folder, Tg > 0.0 ? Tg : 1.0};
    *g = (struct stability_figures){0};
    return draw_all(&d);
}

void stability_figures_free(struct stability_figures *g)
{
    for (int i = 0; i < STABILITY_FIGURES; i++) figure_free(&g->figure[i]);
    g->n = 0;
}
