/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint stability — films beside their controls. */
#include "analysis/cmd/stability_json.h"
#include "analysis/stability/claims.h"
#include "analysis/stability/stability_figures.h"
#include "base/args.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    bool json;
    const char *figure, *liquid;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--figure", 0, ARG_STRING, AT(figure), "DIR", "draw e_IS, density, onsets and heating ramps into DIR"},
    {"--liquid", 0, ARG_STRING, AT(liquid), "CAMPAIGN|RUNDIR",
     "a campaign of held liquids, for T_f; of one run, another one: how far its liquid moves"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "the same for machines"},
    {0}};

extern const struct command cmd_stability;

static const char convention[] =
    "e_IS: potential energy per atom of the inherent structure of the interior (the whole film minimised); "
    "x: fraction of the first species; crystal: largest share of Laves centres among large atoms in an "
    "inherent structure or at the end of a watched stage; T_onset: glass line and tangent at the steepest "
    "rise of H(T) of the "
    "interior; T_f(H): glass and liquid lines of that ramp; T_f(e): the liquid's e_IS on a line in 1/T; "
    "errors of one film: noise and windows of its ramp, of e_IS the jackknife over columns of the interior "
    "along x and y, three mean spacings wide or more (none in a narrow film), with the error of de/dx; "
    "errors of means: the standard error over seeds, pooled over groups; that of the single films where it "
    "is larger and fewer than three differences between seeds are known";

/* ---- text ---- */

/* "-6.9431 ± 0.0021", two digits of the error; "-" without a value. */
static const char *cell(double value, double error, char out[64])
{
    if (!isfinite(value)) {
        snprintf(out, 64, "-");
    } else if (!(error > 1e-9 * fabs(value))) {
        snprintf(out, 64, "%.5g", value);
    } else {
        int places = text_places(error);
        snprintf(out, 64, "%.*f±%.*f", places, value, places, error);
    }
    return out;
}

/* A cell padded to `width` letters: printf counts bytes. */
static void put(const char *text, int width)
{
    int letters = 0;
    for (const char *c = text; *c; c++) letters += ((unsigned char)*c & 0xc0) != 0x80;
    printf(" %*s%s", width > letters ? width - letters : 0, "", text);
}

static const int quantity_width[STABILITY_QUANTITIES] = {15, 15, 15, 7, 15, 15, 15, 12, 17};
static const char *const heading[STABILITY_QUANTITIES] = {
    "e_IS", "e_IS cold", "density", "x", "T_onset", "T_f(H)", "T_f(e)", "log10 q_eq", "front"};

static void print_head(const struct stability *s)
{
    const struct film_record *r = &s->film[0].record;
    const struct unit_system *u = &r->units.system;
    printf("# %s: %zu films and film-quenches, %zu bulk quenches", s->folder, s->films, s->bulks);
    if (s->waiting > 0) printf("; %zu members are not done", s->waiting);
    printf("\n");
    for (const char *line = convention; *line;) { /* a convention a line */
        size_t n = strcspn(line, ";");
        printf("# %.*s\n", (int)n, line);
        line += n + (line[n] ? 2 : 0);
    }
    printf("# units: energy %s, density %s, T %s, time %s, rate %s\n", units_label(u, QUANTITY_ENERGY),
           units_label(u, QUANTITY_NUMBER_DENSITY), units_label(u, QUANTITY_TEMPERATURE),
           units_label(u, QUANTITY_TIME), units_label(u, QUANTITY_COOLING_RATE));
    if (r->units.Tg[0]) printf("# %s\n", r->units.Tg);
    char slope[64];
    if (s->lines.composition.n > 0)
        printf("# e_IS of films corrected to x = %.4g with de/dx = %s\n", s->lines.mixture,
               cell(s->lines.composition.slope, s->lines.composition.slope_error, slope));
    else
        printf("# e_IS not corrected for composition: no quenches of other compositions\n");
}

static int name_width(const struct stability *s)
{
    size_t width = 12;
    for (size_t i = 0; i < s->films; i++) {
        size_t n = strlen(s->film[i].record.name);
        width = n > width ? n : width;
    }
    return (int)width;
}

static void print_columns(int width)
{
    printf("%-*s %7s %9s %8s %6s %7s", width, "# run", "T/Tg", "flux", "time", "atoms", "crystal");
    for (int q = 0; q < STABILITY_QUANTITIES; q++) put(heading[q], quantity_width[q]);
    printf("\n");
}

static void print_film(const struct stability_film *f, int width)
{
    char out[64];
    const struct film_record *r = &f->record;
    double Tg = r->units.system.Tg;
    printf("%-*s", width, r->name);
    put(cell(Tg > 0.0 ? r->T_form / Tg : r->T_form, 0.0, out), 7);
    put(cell(r->flux, 0.0, out), 9);
    put(cell(r->form_time, 0.0, out), 8);
    put(cell(r->atoms, 0.0, out), 6);
    put(cell(r->crystal, 0.0, out), 7);
    for (int q = 0; q < STABILITY_QUANTITIES; q++) {
        char marked[72];
        bool line =
            (q == STABILITY_RATE && f->rate_extrapolated) || (q == STABILITY_TF_E && f->Tf_extrapolated);
        snprintf(marked, sizeof marked, "%s%s", cell(f->value[q], f->error[q], out),
                 line && isfinite(f->value[q]) ? "*" : "");
        put(marked, quantity_width[q]);
    }
    printf("\n");
}

static void print_means(const char *what, const struct seed_mean *m, int width)
{
    char out[64];
    printf("%-*s %7s %9s %8s %6s %7s", width, what, "", "", "", "", "");
    for (int q = 0; q < STABILITY_QUANTITIES; q++) put(cell(m[q].value, m[q].error, out), quantity_width[q]);
    printf("\n");
}

static void print_ramp_notes(const struct stability_film *f)
{
    const struct film_record *r = &f->record;
    if (isfinite(r->cool_rate))
        printf("#   %s: cooled at %.3g between the two e_IS", r->name, r->cool_rate);
    else
        printf("#   %s: one e_IS only", r->name);
    if (r->rows > 0) printf(", heated at %.3g (stage %s)", r->heat_rate, r->heat_stage);
    printf("\n");
    if (r->rows == 0)
        printf("#   %s: no heating ramp with an interior in film.csv\n", r->name);
    else if (!f->onset.found)
        printf("#   %s: %s\n", r->name, f->onset.why);
    if (r->rows > 0 && !f->Tf.found) printf("#   %s: T_f: %s\n", r->name, f->Tf.why);
    bool followed = false;
    for (int i = 0; i < r->looks; i++) followed = followed || isfinite(r->look[i].mobility_time);
    if (followed && !f->front.found) printf("#   %s: front: %s\n", r->name, f->front.why);
    if (f->front.found)
        printf("#   %s: front: displacement² %.3g in the glass, %.3g in the liquid\n", r->name,
               f->front.glass, f->front.liquid);
}

static bool of_group(const struct stability *s, size_t g, size_t film, bool control)
{
    return s->film[film].control == control && stability_alike(s, g, film);
}

/* The two errors of one film's e_IS, after the cool-down or, without one, before: root mean square over those
 * of the group. */
static void print_errors(const struct stability *s, size_t g, bool control)
{
    const struct stability_group *group = &s->group[g];
    const struct seed_mean *means = control ? group->control : group->film;
    int q = means[STABILITY_AFTER].n > 0 ? STABILITY_AFTER : STABILITY_BEFORE;
    double square = 0.0, n = 0.0, seeds = means[q].scatter;
    char columns[32] = "none (too narrow a film)", scatter[32] = "not known";
    for (size_t i = 0; i < s->films; i++) {
        double error = s->film[i].error[q];
        if (!of_group(s, g, i, control) || !isfinite(error)) continue;
        square += error * error;
        n += 1.0;
    }
    if (means[q].n == 0) return;
    if (n > 0.0) snprintf(columns, sizeof columns, "%.2g", sqrt(square / n));
    if (isfinite(seeds)) snprintf(scatter, sizeof scatter, "%.2g", seeds);
    printf("#   %s: error of one %s: by its columns %s, between seeds %s\n",
           control ? "film-quenches" : "films", heading[q], columns, scatter);
}

static void print_group(const struct stability *s, size_t g, int width)
{
    const struct stability_group *group = &s->group[g];
    printf("\n");
    for (int control = 0; control < 2; control++)
        for (size_t i = 0; i < s->films; i++)
            if (of_group(s, g, i, control)) print_film(&s->film[i], width);
    if (group->films > 1) print_means("films, mean", group->film, width);
    if (group->controls > 1) print_means("film-quenches, mean", group->control, width);
    print_errors(s, g, false);
    if (group->controls > 0) print_errors(s, g, true);
    printf("verdict: %s\n", group->verdict);
    for (int control = 0; control < 2; control++)
        for (size_t i = 0; i < s->films; i++)
            if (of_group(s, g, i, control)) print_ramp_notes(&s->film[i]);
}

/* The liquid's line, and what it goes through. */
static void print_liquid(const struct bulk_lines *l)
{
    const struct calibration *c = &l->liquid;
    char energy[64], drift[64];
    for (size_t i = 0; i < l->helds; i++) {
        const struct held_energy *h = &l->held[i];
        printf("# held liquid %s: e_IS %s at T %.4g, mean of %d looks from %.6g to %.6g; changed by %s since "
               "the "
               "earlier half\n",
               h->run, cell(h->energy, h->error, energy), h->T, h->looks, h->from, h->to,
               cell(h->drift, h->drift_error, drift));
    }
    if (c->n == 0) {
        printf("# no liquid line: three held liquids are needed, or three looks of the slowest bulk quench "
               "from 1.05 to 1.3 T_g\n");
        return;
    }
    printf("# liquid: e_IS against 1/T, %" PRId64 " %s T from %.4g to %.4g, scatter %.2g; * beyond them: an "
           "extrapolation\n",
           c->n, l->helds > 0 ? "held liquids at" : "looks of the slowest quench at", 1.0 / c->high,
           1.0 / c->low, c->scatter);
    if (!calibration_is_steep(c))
        printf("# its slope, %.3g, is not three of its errors: no T_f(e)\n", c->slope);
}

static void print_bulk(const struct stability *s)
{
    char out[64];
    if (s->bulks == 0) {
        printf("\n# no bulk quenches: no equivalent rate, no verdict\n");
        print_liquid(&s->lines);
        return;
    }
    printf("\n%-32s %12s %12s %12s %9s %9s\n", "# bulk quench", "rate", "e_IS", "density_IS", "x", "crystal");
    for (size_t i = 0; i < s->bulks; i++)
        printf("%-32s %12.4g %12.6g %12.6g %9.4g %9s\n", s->bulk[i].record.name, s->bulk[i].rate,
               s->bulk[i].energy, s->bulk[i].density, s->bulk[i].fraction,
               cell(s->bulk[i].record.crystal, 0.0, out));
    if (s->lines.rates.n > 0)
        printf("# e_IS = %.6g + %s log10(rate/%.3g), scatter %.2g; * beyond the rates from %.3g to %.3g: an "
               "extrapolation\n",
               s->lines.rates.mean_y, cell(s->lines.rates.slope, s->lines.rates.slope_error, out),
               pow(10.0, s->lines.rates.mean_x), s->lines.rates.scatter, pow(10.0, s->lines.rates.low),
               pow(10.0, s->lines.rates.high));
    else
        printf("# equivalent rates need bulk quenches at %d rates, there are %" PRId64 "\n", BULK_RATES,
               s->lines.rates_there);
    if (s->lines.rates.n > 0 && !calibration_is_steep(&s->lines.rates))
        printf("# its slope is not three of its errors: no equivalent rates\n");
    print_liquid(&s->lines);
}

/* ---- claims ---- */

static void print_claim(const struct claim *claim)
{
    char number[64];
    printf("claim: %s: %s\n", claim->text, claim_verdicts[claim->verdict]);
    for (int k = 0; k < claim->rows; k++) {
        const struct claim_row *r = &claim->row[k];
        printf("#   %-70s %16s  (%" PRId64 " films, limit %.2g) %s\n", r->of,
               cell(r->value, r->error, number), r->films, r->limit, claim_verdicts[r->verdict]);
    }
}

/* Those that there is something to say about. */
static status print_claims(const struct stability *s)
{
    struct claims *c = NULL;
    bool any = false;
    TRY(NEW(c, 1));
    status st = claims_make(c, s);
    for (int i = 0; i < c->n; i++) any = any || c->claim[i].rows > 0;
    if (any)
        printf(
            "\n# claims: differences, beyond their limit on the side that is claimed (seen) or on the other "
            "(not seen)\n# limit: what chance exceeds in 4.6 %% of all cases (Student's t; two errors where "
            "these are known well)\n# best T_sub: of each seed, that with the lowest e_IS of the other "
            "seeds\n");
    for (int i = 0; i < c->n; i++)
        if (c->claim[i].rows > 0) print_claim(&c->claim[i]);
    DELETE(c);
    return st;
}

/* ---- */

static status draw(const struct stability *s, const char *folder)
{
    struct stability_figures *g = NULL;
    TRY(NEW(g, 1));
    status st = stability_figures_draw(g, s, folder);
    for (int i = 0; i < g->n && st == OK; i++)
        if (!g->figure[i].drawn) log_warning("%s is not drawn: %s", g->figure[i].gp, g->figure[i].why);
    stability_figures_free(g);
    DELETE(g);
    return st;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    struct stability s;
    const char *folder;
    TRY(args_parse(&cmd_stability, argc, argv, &o, &folder, 1, 1, NULL));
    TRY(stability_make(&s, folder, o.liquid));
    status st = o.figure ? draw(&s, o.figure) : OK;
    if (st == OK && o.json) {
        st = stability_json(&s, convention);
    } else if (st == OK) {
        int width = name_width(&s);
        print_head(&s);
        print_columns(width);
        for (size_t g = 0; g < s.groups; g++) print_group(&s, g, width);
        print_bulk(&s);
        st = print_claims(&s);
    }
    stability_free(&s);
    return st;
}

const struct command cmd_stability = {
    .name = "stability",
    .summary =
        "deposited films beside quenched ones: e_IS, density, onset, fictive temperature, equivalent rate",
    .synopsis = "RUNDIR|CAMPAIGN [--liquid CAMPAIGN|RUNDIR] [--figure DIR] [--json]",
    .description =
        "Of a film's campaign with `controls:` every film stands above its film-quenches: energy of the "
        "interior's "
        "inherent structure before and after the final cool-down, its density and composition, onset on "
        "heating, "
        "fictive temperature by enthalpy and by e_IS, the cooling rate that gives the same e_IS in the bulk, "
        "the "
        "velocity of the front that melts the film from its surface. The verdict is given only with "
        "film-quenches, "
        "bulk quenches at 4 rates, and two seeds; a difference counts beyond two of its errors, or more "
        "where these are known from few "
        "seeds or columns (Student's t). * marks an "
        "extrapolation. At the end the claims about films from the vapor, over all T_sub and fluxes, each "
        "with its "
        "differences and a verdict: seen, not seen, below resolution.\n\n"
        "It reads measure-LABEL.json (stages `measure: {eis: interior, pressure: 0}`), film.csv (the "
        "interior while "
        "heating: have `film: every:` give some hundred lines), and for the front profile-LABEL.csv of three "
        "or more "
        "`measure: {profiles: z, mobility: …}`. The front needs a film that has melted in the last of them, "
        "or "
        "--liquid RUNDIR: that of one run at that temperature. T_f(e) is read from a line through the e_IS "
        "that "
        "liquids came to (the later half of their looks) which were held at three temperatures or more: "
        "controls "
        "`bulk-hold`, or the runs of --liquid CAMPAIGN; else from the slowest bulk quench.",
    .examples = "  glint stability runs/pvd\n"
                "  glint stability runs/pvd --json | jq '.groups[] | .verdict'\n"
                "  glint stability runs/pvd --figure runs/pvd/figures\n"
                "  glint stability runs/pvd/T0.85Tg-seed1\n"
                "  glint stability runs/pvd --liquid runs/held-liquids\n"
                "  glint stability runs/film/to1.03Tg --liquid runs/quench/to1.03Tg\n",
    .args = args,
    .run = run,
};
