/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sample: what the whole of it did, stage by stage; of a film how it grew, and its inside. */
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Percent of the large atoms that are Laves centres, at the end of the stage, and the largest cluster. */
static void crystal_cell(const struct page *p, const char *stage, char cell[HTML_NUMBER])
{
    struct run_crystal c;
    if (run_folder_crystal(&p->report->folder, stage, &c))
        snprintf(cell, HTML_NUMBER, c.largest > 0 ? "%.2g, cluster %lld" : "%.2g", 100.0 * c.last, c.largest);
    else
        snprintf(cell, HTML_NUMBER, "–");
}

/* Real units below the set temperature: the temperature, or of a ramp its rate (known in metal units, too).
 */
static void add_set(const struct page *p, char *set, size_t size, double T0, double T1, double time)
{
    char real[RUN_UNITS_TEXT];
    const struct unit_system *u = &p->report->units.system;
    bool ramp = fabs(T1 - T0) > 1e-9 && time > 0.0;
    double rate = fabs(T1 - T0) / (time * units_size(u, QUANTITY_TIME));
    const char *text = ramp ? run_units_real(&p->report->units, QUANTITY_COOLING_RATE, rate, real)
                            : page_real(p, QUANTITY_TEMPERATURE, T0, real);
    if (ramp && text[0])
        snprintf(set + strlen(set), size - strlen(set), "<br>(%s)", text);
    else if (text[0])
        snprintf(set + strlen(set), size - strlen(set), "<br>%s", text + 1);
}

/* In metal units, from the mean mass of the atoms of the first trajectory. */
static void add_mass_density(const struct page *p, char *cell, size_t size, const struct run_thermo *t,
                             double from, double to)
{
    double mean, sd;
    const struct report *r = p->report;
    if (!run_folder_metal(&r->folder) || r->motions == 0 || !(r->motion[0].structure.mean_mass > 0.0)) return;
    run_thermo_mean(t, THERMO_DENSITY, from, to, &mean, &sd);
    snprintf(cell + strlen(cell), size - strlen(cell), "<br>(%.4g g/cm³)",
             mean * r->motion[0].structure.mean_mass / units_size(&r->units.system, QUANTITY_MASS_DENSITY));
}

/* A column of the table of stages: its head (in units of Lennard-Jones, in metal units), and where it is. */
struct stage_column {
    const char *lj, *metal;
    enum quantity quantity;
    int thermo;       /* of thermo.csv; −1: of film.csv */
    const char *film; /* the mean of a stage; "thickness": at its end */
};
static const struct stage_column
    temperature = {"T (ε/k<sub>B</sub>)", "T (K)", QUANTITY_TEMPERATURE, THERMO_T, NULL},
    pressure = {"P (ε/σ³)", "P (GPa)", QUANTITY_PRESSURE, THERMO_P, NULL},
    density = {"ρ (σ⁻³)", "ρ (Å⁻³)", QUANTITY_NUMBER_DENSITY, THERMO_DENSITY, NULL},
    energy = {"E<sub>pot</sub>/N (ε)", "E<sub>pot</sub>/N (eV)", QUANTITY_ENERGY, THERMO_ENERGY, NULL},
    thickness = {"thickness, end (σ)", "thickness, end (Å)", QUANTITY_LENGTH, -1, "thickness"},
    density_inside = {"ρ inside (σ⁻³)", "ρ inside (Å⁻³)", QUANTITY_NUMBER_DENSITY, -1, "interior_density"},
    energy_inside = {"E<sub>pot</sub>/N inside (ε)", "E<sub>pot</sub>/N inside (eV)", QUANTITY_ENERGY, -1,
                     "interior_potential"};
enum { STAGE_COLUMNS = 4 };
/* The box of a film is partly vacuum: pressure and density of the box say nothing of it. */
static const struct stage_column *const of_bulk[STAGE_COLUMNS] = {&temperature, &pressure, &density, &energy},
                                        *const of_film[STAGE_COLUMNS] = {&temperature, &thickness,
                                                                         &density_inside, &energy_inside};

static void stage_cell(const struct page *p, const struct stage_column *c, double from, double to, char *cell)
{
    const struct run_folder *f = &p->report->folder;
    double mean = NAN, sd = NAN;
    char real[RUN_UNITS_TEXT];
    if (c->thermo >= 0)
        run_thermo_mean(&f->thermo, c->thermo, from, to, &mean, &sd);
    else if (c == &thickness)
        mean = run_film_last(&f->film, c->film, from, to);
    else
        run_film_mean(&f->film, c->film, from, to, &mean, &sd);
    html_number(cell, mean, sd);
    if (isfinite(mean) && page_real(p, c->quantity, mean, real)[0])
        snprintf(cell + strlen(cell), RUN_UNITS_TEXT + 8, "<br>%s", real + 1);
}

/* Times of a stage, with as many digits as its length needs. */
static void span_cell(const struct page *p, double from, double to, char *span, size_t size)
{
    char real[RUN_UNITS_TEXT];
    int digits = to >= 1e4 && to < 1e7 ? (int)floor(log10(to)) + 1 : 4;
    while (digits < 10 && to - from < 1e3 * pow(10.0, floor(log10(fmax(to, 1e-300))) + 1 - digits)) digits++;
    snprintf(span, size, "%.*g–%.*g", digits, from, digits, to);
    if (page_real(p, QUANTITY_TIME, to - from, real)[0])
        snprintf(span + strlen(span), size - strlen(span), "<br>%s", real + 1);
}

static void stage_table(struct page *p)
{
    const struct run_thermo *t = &p->report->folder.thermo;
    bool real = run_folder_metal(&p->report->folder), film = p->report->folder.film.lines.rows > 0;
    const struct stage_column *const *column = film ? of_film : of_bulk;
    const char *head[STAGE_COLUMNS];
    for (int k = 0; k < STAGE_COLUMNS; k++) head[k] = real ? column[k]->metal : column[k]->lj;
    page_row(&p->html, "th", 8,
             (const char *const[]){"stage", real ? "from–to (ps)" : "from–to (τ)",
                                   real ? "T set (K)" : "T set (ε/k<sub>B</sub>)", head[0], head[1], head[2],
                                   head[3], "crystal (%)"});
    for (int64_t i = 0, begin = 0; i <= t->rows; i++) {
        if (i < t->rows && t->stage_of[i] == t->stage_of[begin]) continue;
        double from = t->column[THERMO_TIME][begin], to = t->column[THERMO_TIME][i - 1];
        char name[100], span[64 + 2 * RUN_UNITS_TEXT], set[64 + RUN_UNITS_TEXT],
            cell[STAGE_COLUMNS][HTML_NUMBER + RUN_UNITS_TEXT + 8], crystal[HTML_NUMBER];
        double t0 = t->column[THERMO_T_TARGET][begin], t1 = t->column[THERMO_T_TARGET][i - 1];
        for (int k = 0; k < STAGE_COLUMNS; k++) stage_cell(p, column[k], from, to, cell[k]);
        if (!film) add_mass_density(p, cell[2], sizeof cell[2], t, from, to);
        span_cell(p, from, to, span, sizeof span);
        snprintf(set, sizeof set, fabs(t1 - t0) > 1e-9 ? "%.4g → %.4g" : "%.4g", t0, t1);
        add_set(p, set, sizeof set, t0, t1, to - from);
        crystal_cell(p, t->stage[t->stage_of[begin]], crystal);
        page_row(&p->html, "td", 8,
                 (const char *const[]){html_escape(name, sizeof name, t->stage[t->stage_of[begin]]), span,
                                       set, cell[0], cell[1], cell[2], cell[3], crystal});
        begin = i;
    }
}

static void growth_row(struct page *p, const struct columns *lines, const struct run_growth *g)
{
    char name[2 * COLUMNS_STAGE], cell[7][HTML_NUMBER];
    snprintf(cell[0], HTML_NUMBER, "%.0f", g->came);
    snprintf(cell[1], HTML_NUMBER, "%.0f", g->left);
    snprintf(cell[2], HTML_NUMBER, "%.0f", g->atoms);
    snprintf(cell[4], HTML_NUMBER, "%.4f", g->fraction);
    snprintf(cell[6], HTML_NUMBER, "%.2g", 100.0 * g->flagged);
    page_row(&p->html, "td", 8,
             (const char *const[]){html_escape(name, sizeof name, lines->stage[g->from]), cell[0], cell[1],
                                   cell[2], html_number(cell[3], g->thickness, (double)NAN), cell[4],
                                   html_number(cell[5], g->hotter, g->hotter_sd), cell[6]});
}

static void growth_table(struct page *p)
{
    const struct run_film *f = &p->report->folder.film;
    bool real = run_folder_metal(&p->report->folder);
    struct run_growth g = {0};
    if (!run_film_growth(f, 0, &g)) return;
    text_add(
        &p->html,
        "<div class=\"scroll\"><table>\n<caption>How the film grew: atoms that came and that left again; at "
        "the end of the stage atoms of the film, thickness, and fraction of the first species; how much "
        "hotter than set the surface layer was in the second half (mean ± standard deviation of the lines "
        "of film.csv); and in how many lines it was flagged as too hot.</caption>\n");
    page_row(&p->html, "th", 8,
             (const char *const[]){"stage", "came", "left", "atoms", real ? "thickness (Å)" : "thickness (σ)",
                                   "fraction", real ? "surface − set (K)" : "surface − set (ε/k<sub>B</sub>)",
                                   "hot (%)"});
    for (bool more = true; more; more = run_film_growth(f, g.to, &g)) growth_row(p, &f->lines, &g);
    text_add(&p->html, "</table></div>\n");
}

status page_sample(struct page *p)
{
    bool film = p->report->folder.film.lines.rows > 0;
    page_section(p, "sample", "Sample");
    if (p->report->folder.thermo.rows > 1) {
        TRY(page_figure(
            p, "sample", "", false,
            film ? "Temperature, thickness of the film, and density and potential energy per atom "
                   "of its inside (of a film without an interior its atoms, and the energy of all) "
                   "against time; dotted lines divide the stages."
                 : "Temperature, pressure, density and potential energy per atom against time; "
                   "dotted lines divide the stages."));
        text_add(&p->html,
                 "<div class=\"scroll\"><table>\n<caption>Mean ± standard deviation in time over "
                 "each stage (not the error of the mean)%s%s. Crystal: large atoms that are centres of a "
                 "Laves phase, at the end of a stage that the crystal alarm watched.</caption>\n",
                 film ? "; ρ and energy of the inside of the film" : "",
                 p->report->units.mapped
                     ? "; in brackets real units by the mapping below: duration, T or rate, "
                       "and the rest"
                     : "");
        stage_table(p);
        text_add(&p->html, "</table></div>\n");
        growth_table(p);
    } else {
        text_add(&p->html, "<p class=\"note\">No thermo.csv in this folder.</p>\n");
    }
    text_add(&p->html, "</section>\n");
    return OK;
}
