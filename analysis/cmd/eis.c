/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint eis — inherent-structure energies of runs against time. */
#include "analysis/cmd/eis_level.h"
#include "analysis/cmd/run_names.h"
#include "analysis/report/figure.h"
#include "analysis/report/palette.h"
#include "analysis/stability/column_error.h"
#include "analysis/stability/film_record.h"
#include "base/args.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = RUN_NAMES_MOST };
struct options {
    const char *since, *figure;
    double slope, fraction;
    struct arg_list level;
    bool json;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--since", 0, ARG_STRING, AT(since), "LABEL",
     "look from which time and changes count (the first); of LABEL,LABEL… the one that a run has"},
    {"--slope", 0, ARG_DOUBLE, AT(slope), "E", "de/dx: correct energies to one composition (as measured)"},
    {"--fraction", 0, ARG_DOUBLE, AT(fraction), "X", "that composition: of the first species (0.5)"},
    {"--figure", 0, ARG_STRING, AT(figure), "DIR", "draw e_IS against time into DIR"},
    {"--level", 0, ARG_LIST, AT(level), "NAME=E|RUN",
     "a line to compare with: an energy, or the mean of the later half of a run's looks; repeatable"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "the same for machines"},
    {0}};

extern const struct command cmd_eis;

static const char convention[] =
    "e_IS: potential energy per atom of the inherent structure, of what `measure` looked at; of a film's "
    "interior with the jackknife error over its columns; change: since the reference look, with the error "
    "of the difference (what stays the same in a column cancels); x: fraction of the first species";

struct subject {
    struct film_record record;
    int first; /* the reference look */
};
struct comparison { /* all that is printed and drawn */
    struct subject *subject;
    struct eis_level *level;
    int n, levels;
};

/* One look, as printed. */
struct entry {
    const struct film_look *look;
    double since, energy, error, change, change_error;
};

static struct entry entry_of(const struct subject *s, int i, const struct options *o)
{
    const struct film_look *l = &s->record.look[i], *first = &s->record.look[s->first];
    double slope = isnan(o->slope) ? 0.0 : o->slope;
    double reference = first->energy - slope * (first->fraction - o->fraction);
    struct entry e = {.look = l,
                      .since = l->time - first->time,
                      .energy = l->energy - slope * (l->fraction - o->fraction),
                      .error = column_error(&l->columns, slope)};
    e.change = e.energy - reference;
    e.change_error = column_change_error(&first->columns, &l->columns, slope);
    return e;
}

/* Looks from the reference on that found an energy. */
static bool counts(const struct subject *s, int i)
{
    return i >= s->first && isfinite(s->record.look[i].energy);
}

/* ---- reading ---- */

/* Is this label one of a list with commas between? */
static bool is_one_of(const char *label, const char *list)
{
    size_t n = strlen(label);
    for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
        if (strcspn(at, ",") == n && strncmp(at, label, n) == 0) return true;
    return false;
}

static status load(struct subject *s, const char *path, const struct options *o)
{
    struct film_record *r = &s->record;
    TRY(film_record_read(r, path));
    for (s->first = 0; s->first < r->looks; s->first++)
        if (isfinite(r->look[s->first].energy) && (!o->since || is_one_of(r->look[s->first].label, o->since)))
            return OK;
    if (o->since)
        return fail(BAD_INPUT, "%s: no look '%s' with an inherent structure among its %d (measure-*.json)",
                    path, o->since, r->looks);
    return fail(BAD_INPUT,
                "%s: no inherent structures; stages `measure: {eis: interior}` (or all) leave them", path);
}

/* ---- text and JSON ---- */

static const char *with_error(double value, double error, char out[TEXT_ERRORS])
{
    if (isfinite(error)) return text_errors(out, value, 1, &error);
    snprintf(out, TEXT_ERRORS, isfinite(value) ? "%.5f" : "-", value);
    return out;
}

static void print_levels(const struct comparison *c)
{
    for (int i = 0; i < c->levels; i++) {
        const struct held_energy *h = &c->level[i].held;
        char energy[TEXT_ERRORS], drift[TEXT_ERRORS];
        printf("# level %s: %s", c->level[i].name, with_error(h->energy, h->error, energy));
        if (h->looks > 0)
            printf(
                ", mean of %d looks at %s, T %.5g, from %.6g to %.6g; changed by %s since the earlier half",
                h->looks, h->run, h->T, h->from, h->to, with_error(h->drift, h->drift_error, drift));
        printf("\n");
    }
}

static void print_table(const struct comparison *c, const struct options *o)
{
    const struct subject *s = c->subject;
    const struct unit_system *u = &s->record.units.system;
    printf("# %s\n", convention);
    if (isnan(o->slope))
        printf("# as measured; compare at one composition only (--slope)\n");
    else
        printf("# corrected to x = %g with de/dx = %g\n", o->fraction, o->slope);
    printf("# units: energy %s, time %s, T %s\n", units_label(u, QUANTITY_ENERGY),
           units_label(u, QUANTITY_TIME), units_label(u, QUANTITY_TEMPERATURE));
    print_levels(c);
    for (int k = 0; k < c->n; k++) {
        const struct film_record *r = &s[k].record;
        printf("\n# %s\n# %-14s %11s %11s %9s %7s %8s %8s %20s %20s\n", r->name, "look", "time", "since", "T",
               "atoms", "x", "crystal", "e_IS", "change");
        for (int i = 0; i < r->looks; i++) {
            char energy[TEXT_ERRORS], change[TEXT_ERRORS], T[32] = "-"; /* none set yet */
            if (!counts(&s[k], i)) continue;
            struct entry e = entry_of(&s[k], i, o);
            if (isfinite(e.look->T)) snprintf(T, sizeof T, "%.5g", e.look->T);
            printf("%-16s %11.6g %11.6g %9s %7.0f %8.4f %8.4f %20s %20s\n", e.look->label, e.look->time,
                   e.since, T, e.look->atoms, e.look->fraction, e.look->crystal,
                   with_error(e.energy, e.error, energy),
                   i == s[k].first ? "-" : with_error(e.change, e.change_error, change));
        }
    }
}

static void json_look(struct json *j, const struct entry *e)
{
    json_open(j, NULL, '{');
    json_string(j, "label", e->look->label);
    json_number(j, "time", e->look->time);
    json_number(j, "since", e->since);
    json_number(j, "T", e->look->T);
    json_number(j, "atoms", e->look->atoms);
    json_number(j, "fraction", e->look->fraction);
    json_number(j, "crystal_fraction", e->look->crystal);
    json_number(j, "e_IS", e->energy);
    json_number(j, "e_IS_error", e->error);
    json_number(j, "change", e->change);
    json_number(j, "change_error", e->change_error);
    json_close(j);
}

static void json_levels(struct json *j, const struct comparison *c)
{
    json_open(j, "levels", '[');
    for (int i = 0; i < c->levels; i++) {
        const struct held_energy *h = &c->level[i].held;
        json_open(j, NULL, '{');
        json_string(j, "name", c->level[i].name);
        if (h->looks > 0)
            held_energy_json(j, h);
        else
            json_number(j, "e_IS", h->energy);
        json_close(j);
    }
    json_close(j);
}

static status print_json(const struct comparison *c, const struct options *o)
{
    const struct subject *s = c->subject;
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "convention", convention);
    json_number(&j, "de_dx", o->slope);
    json_number(&j, "fraction", o->fraction);
    json_levels(&j, c);
    json_open(&j, "runs", '[');
    for (int k = 0; k < c->n; k++) {
        json_open(&j, NULL, '{');
        json_string(&j, "run", s[k].record.name);
        json_open(&j, "looks", '[');
        for (int i = 0; i < s[k].record.looks; i++) {
            struct entry e = entry_of(&s[k], i, o);
            if (counts(&s[k], i)) json_look(&j, &e);
        }
        json_close(&j);
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    status st = j.text.out_of_memory ? fail(FAILED, "out of memory") : OK;
    if (st == OK) puts(j.text.s);
    json_free(&j);
    return st;
}

/* ---- figure ---- */

static status write_curve(struct figure *f, const struct subject *s, const struct options *o,
                          const char *part)
{
    double time[FILM_LOOKS], energy[FILM_LOOKS], error[FILM_LOOKS], T[FILM_LOOKS];
    int64_t n = 0;
    for (int i = 0; i < s->record.looks; i++) {
        if (!counts(s, i)) continue;
        struct entry e = entry_of(s, i, o);
        time[n] = e.since;
        energy[n] = e.energy;
        error[n] = i == s->first || !isfinite(e.change_error) ? 0.0 : e.change_error;
        T[n++] = e.look->T;
    }
    return figure_data(f, part, 4, (const char *const[]){"since", "e_IS", "error_of_change", "T"},
                       (const double *const[]){time, energy, error, T}, n);
}

static double last_T(const struct subject *s)
{
    int i = s->record.looks - 1;
    while (i > s->first && !counts(s, i)) i--;
    return s->record.look[i].T;
}

/* Curves of one temperature share a colour and differ in their points, if there are several temperatures;
 * else every run has a colour of its own. `at`: the place among the runs of its temperature. */
struct style {
    int colour, at;
};

static struct style style_of(double T, const struct comparison *c, int k)
{
    struct style s = {0};
    int different = 0, most = 0;
    for (int i = 0; i < c->n; i++) {
        int before = 0, here = 0;
        for (int j = 0; j < c->n; j++) {
            bool same = film_same_T(last_T(&c->subject[i]), last_T(&c->subject[j]));
            before += same && j < i;
            here += same;
        }
        if (before == 0 && film_same_T(T, last_T(&c->subject[i]))) s.colour = different;
        different += before == 0;
        most = here > most ? here : most;
        s.at += i < k && film_same_T(T, last_T(&c->subject[i]));
    }
    if (different == 1 || most == 1) s = (struct style){k, 0};
    return s;
}

static status draw_curves(struct figure *f, const struct comparison *c, const struct options *o)
{
    static const int point[] = {7, 6, 5, 4, 9, 8}; /* circles, squares, triangles; filled, open */
    for (int k = 0; k < c->n; k++) {
        char part[16], file[FIGURE_NAME + 40], title[FIGURE_TEXT];
        struct style look = style_of(last_T(&c->subject[k]), c, k);
        snprintf(part, sizeof part, "%d", k + 1);
        TRY(write_curve(f, &c->subject[k], o, part));
        figure_script(f, "%s'%s' using 1:2:3 with yerrorlines lc rgb '%s' lw 1.4 pt %d ps 0.8 title '%s'",
                      k ? ", " : "plot ", figure_data_name(f, part, false, file),
                      palette_line(look.colour % 6), point[(look.at + look.colour / 6) % 6],
                      figure_text(c->subject[k].record.name, title));
    }
    for (int i = 0; i < c->levels; i++) {
        char title[FIGURE_TEXT];
        const char *colour = i % 2 ? "#aaaaaa" : "#555555";
        for (int k = 0; k < c->n; k++)
            if (film_same_T(c->level[i].held.T, last_T(&c->subject[k])))
                colour = palette_line(style_of(c->level[i].held.T, c, k).colour % 6);
        figure_script(f, ", %.12g with lines dt 2 lw 1.4 lc rgb '%s' title '%s'", c->level[i].held.energy,
                      colour, figure_unit(c->level[i].name, title));
    }
    figure_script(f, "\n");
    return OK;
}

/* Levels with an error are bands. */
static void draw_bands(struct figure *f, const struct comparison *c)
{
    for (int i = 0; i < c->levels; i++) {
        const struct held_energy *h = &c->level[i].held;
        if (!isfinite(h->error)) continue;
        figure_script(
            f,
            "set object rectangle from graph 0, first %.12g to graph 1, first %.12g behind fillcolor "
            "rgb '#e4e4e4' fillstyle solid noborder\n",
            h->energy - h->error, h->energy + h->error);
    }
}

static status draw(const struct comparison *c, const struct options *o)
{
    struct figure f;
    char time[FIGURE_TEXT], energy[FIGURE_TEXT];
    const struct unit_system *u = &c->subject->record.units.system;
    TRY(figure_begin(&f, o->figure, "eis", 820, 500));
    figure_script(&f,
                  "set xlabel 'time since the reference look (%s)'; set ylabel 'e_{IS} (%s)'; set bars 0.5\n"
                  "set key outside top left horizontal Left reverse; set autoscale xfix; set offsets graph "
                  "0.02, graph 0.02, graph 0.06, graph 0.06\n",
                  figure_unit(units_label(u, QUANTITY_TIME), time),
                  figure_unit(units_label(u, QUANTITY_ENERGY), energy));
    draw_bands(&f, c);
    status st = draw_curves(&f, c, o);
    if (st == OK) st = figure_end(&f);
    if (st == OK && !f.drawn) log_warning("%s is not drawn: %s", f.gp, f.why);
    figure_free(&f);
    return st;
}

static status all(const struct comparison *c, const char *const *folder, const struct options *o)
{
    struct run_names_of names[RUNS];
    struct subject *s = c->subject;
    for (int k = 0; k < c->n; k++) {
        TRY(load(&s[k], folder[k], o));
        names[k] = (struct run_names_of){s[k].record.path, s[k].record.name};
        if (s[k].record.units.system.kind != s[0].record.units.system.kind)
            return fail(BAD_INPUT, "%s and %s have different units", folder[0], folder[k]);
    }
    TRY(run_names_apart(names, c->n));
    for (int i = 0; i < c->levels; i++)
        TRY(eis_level_read(&c->level[i], o->level.value[i], s[0].record.units.system.kind, o->slope,
                           o->fraction));
    if (o->figure) TRY(draw(c, o));
    if (o->json) return print_json(c, o);
    print_table(c, o);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {.slope = NAN, .fraction = 0.5};
    struct comparison c = {0};
    const char *folder[RUNS];
    status s = OK;
    TRY(args_parse(&cmd_eis, argc, argv, &o, folder, 1, RUNS, &c.n));
    c.levels = o.level.n;
    GUARD(NEW(c.subject, (size_t)c.n));
    GUARD(NEW(c.level, (size_t)c.levels + 1));
    s = all(&c, folder, &o);
done:
    for (int k = 0; c.subject && k < c.n; k++) film_record_free(&c.subject[k].record);
    DELETE(c.subject);
    DELETE(c.level);
    return s;
}

const struct command cmd_eis = {
    .name = "eis",
    .summary = "inherent-structure energies of runs against time: ageing and rejuvenation",
    .synopsis = "RUNDIR… [--since LABEL] [--slope E] [--level NAME=E|RUN] [--figure DIR] [--json]",
    .description =
        "All stages `measure: {eis: …}` of the runs, in the order of time: energy per atom of the inherent "
        "structure, its change since a reference look, composition, crystal. Two looks at one film share its "
        "frozen disorder: changes are known better than energies. Energies compare at one composition only; "
        "--slope de/dx (`glint stability` measures it) corrects them. A level given as a run is the mean of "
        "the later half of its looks at its last temperature, which must be some relaxation times apart.",
    .examples = "  glint eis runs/anneal-film runs/anneal-quench\n"
                "  glint eis runs/aa/*/ --since hot --slope 0.56 --level 'liquid at 0.97 Tg=-7.15' --figure "
                "figures\n"
                "  glint eis runs/film/to1.03Tg --level liquid=runs/liquid/to1.03Tg\n",
    .args = args,
    .run = run,
};
