/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structure, Waiting times: what the atoms say. */
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Structure ---- */

static void note(struct page *p, const struct motion_report *m, int part)
{
    if (m->has[part] || !m->note[part][0]) return;
    text_add(&p->html, "<p class=\"warn\">");
    html_text(&p->html, m->note[part]);
    text_add(&p->html, "</p>\n");
}

/* Percent with two digits of what is rare. */
static const char *percent(char out[HTML_NUMBER], double fraction)
{
    snprintf(out, HTML_NUMBER, isfinite(fraction) ? "%.2f" : "–", 100.0 * fraction);
    return out;
}

static void cell_rows(struct page *p, const struct motion_report *m)
{
    const struct voronoi_stats *t = &m->structure.voronoi;
    for (int k = 0; k < t->levels; k++)
        for (int a = 0; a < t->species.count; a++) {
            char f[32], name[40], cn[HTML_NUMBER], cell[6][HTML_NUMBER];
            const struct ifk *net = &t->level[k].sum;
            double n = (double)net->atoms;
            snprintf(f, sizeof f, "%g %%", 100.0 * t->level[k].f);
            snprintf(cn, sizeof cn, "%.2f", t->level[k].neighbors[a]);
            for (int z = 0; z < VORONOI_KINDS; z++) percent(cell[z], voronoi_stats_kind(t, k, z, a));
            percent(cell[4], (double)net->centres / n);
            percent(cell[5], (double)net->covered / n);
            page_row(&p->html, "td", 9,
                     (const char *const[]){f, html_escape(name, sizeof name, t->species.name[a]), cn, cell[0],
                                           cell[1], cell[2], cell[3], a == 0 ? cell[4] : "",
                                           a == 0 ? cell[5] : ""});
        }
}

static void crystal_text(struct page *p, const struct motion_report *m)
{
    const struct laves *l = &m->structure.voronoi.laves;
    char name[40];
    if (!m->has[MOTION_STRUCTURE] || l->large < 0) return;
    text_add(
        &p->html,
        " Crystal: %.2g %% of the %s atoms are centres of a Laves phase (positions as they are, mean over "
        "frames), the largest cluster has %lld.",
        100.0 * l->fraction, html_escape(name, sizeof name, m->structure.species.name[l->large]),
        (long long)l->largest);
}

static void cell_table(struct page *p, const struct motion_report *m)
{
    text_add(&p->html,
             "<div class=\"scroll\"><table>\n<caption>Voronoi cells (plain), faces below f of the "
             "surface of their cell dropped: mean coordination, percent of the species that are "
             "Frank–Kasper centres (Z12 is ⟨0,0,12,0⟩), percent of all atoms that are a centre, or a "
             "centre or in the shell of one.");
    crystal_text(p, m);
    text_add(&p->html, "</caption>\n");
    page_row(
        &p->html, "th", 9,
        (const char *const[]){"f", "species", "⟨CN⟩", "Z12", "Z14", "Z15", "Z16", "centres", "with shells"});
    cell_rows(p, m);
    text_add(&p->html, "</table></div>\n");
}

static void peak_text(struct page *p, const struct motion_report *m)
{
    const struct structure *s = &m->structure;
    char unit[48], length[48], per[40], number[3][HTML_NUMBER], real[2][RUN_UNITS_TEXT];
    snprintf(per, sizeof per, "1/%s", s->length_unit);
    const char *u = html_unit(unit, sizeof unit, per), *l = html_unit(length, sizeof length, s->length_unit);
    double spacing = s->sq.width;
    text_add(&p->html,
             "<p>First peak of S(q) at q = %s %s%s (half maximum %.2f–%.2f), height %s; first peak of g(r) "
             "at r<sub>1</sub> = %s %s%s. Peaks are fitted, S above half of its height at the "
             "single points of the reciprocal lattice, g above 0.7, so they do not depend on the bins of the "
             "figure (%.3f %s, 0.4 spacings, and %.4f %s); their errors hold the scatter and the choice of "
             "the range. %lld frames.",
             html_number(number[0], s->q1.x, s->q1.error.x), u,
             page_real(p, QUANTITY_WAVENUMBER, s->q1.x, real[0]), s->q1.low, s->q1.high,
             html_number(number[1], s->q1.height, s->q1.error.height),
             html_number(number[2], s->r1.x, s->r1.error.x), l,
             page_real(p, QUANTITY_LENGTH, s->r1.x, real[1]), spacing, u, s->rdf.width, l,
             (long long)s->frames);
    if (s->q1.why[0])
        text_add(&p->html, " That of S(q) could not be fitted (%s): its highest bin.", s->q1.why);
    if (s->weighted)
        text_add(
            &p->html,
            " X-ray weighted S<sub>X</sub> (Faber–Ziman, f(q) at each point): first peak at %s %s, height "
            "%s; g<sub>X</sub> (weights at q = %g): %s %s.",
            html_number(number[0], s->qx.x, s->qx.error.x), u,
            html_number(number[1], s->qx.height, s->qx.error.height), s->weight_q,
            html_number(number[2], s->rx.x, s->rx.error.x), l);
    if (s->mean_mass > 0.0)
        text_add(&p->html, " Density of these frames: %.5g %s<sup>−3</sup>%s = %.5g %s.", s->density, l,
                 page_real(p, QUANTITY_NUMBER_DENSITY, s->density, real[0]), structure_mass_density(s),
                 run_folder_metal(&p->report->folder) ? "g/cm³" : "m<sub>B</sub>/σ³");
    for (int a = 0; a < s->rdf.species; a++)
        for (int b = a; b < s->rdf.species; b++) {
            char name[2][40];
            text_add(&p->html, " %s–%s: %s %s.", html_escape(name[0], 40, s->species.name[a]),
                     html_escape(name[1], 40, s->species.name[b]),
                     html_number(number[0], s->r1_partial[a][b].x, s->r1_partial[a][b].error.x), l);
        }
    text_add(&p->html, "</p>\n");
}

status page_structure(struct page *p)
{
    page_section(p, "structure", "Structure");
    if (p->report->motions == 0)
        text_add(&p->html,
                 "<p class=\"note\">This run recorded no trajectory (observe: [trajectory]).</p>\n");
    for (int i = 0; i < p->report->groups; i++) {
        const struct motion_report *m = report_motion(p->report, p->report->group[i]);
        if (!m) continue;
        page_stage(p, m->label);
        note(p, m, MOTION_STRUCTURE);
        if (!m->has[MOTION_STRUCTURE]) continue;
        TRY(page_figure(
            p, "structure", m->label, false,
            "Static structure factor (total: Bhatia–Thornton S<sub>NN</sub>; partial: Ashcroft–Langreth) and "
            "pair correlation functions. Shaded: range of |q| of the speckle windows."));
        peak_text(p, m);
        cell_table(p, m);
    }
    text_add(&p->html, "</section>\n");
    return OK;
}

/* ---- Waiting times ---- */

static void add_real(char cell[HTML_NUMBER], const char *real)
{
    size_t n = strlen(cell);
    if (n + strlen(real) < HTML_NUMBER) snprintf(cell + n, HTML_NUMBER - n, "%s", real);
}

static void hop_cells(struct page *p, const struct motion_report *m, const struct hop_row *r)
{
    char cell[10][HTML_NUMBER], name[64], law[64], age[64] = "all";
    double zero = motion_report_hops_track(m)->time[0];
    if (r->age > 0) snprintf(age, sizeof age, "%.4g–%.4g", r->hops.begin - zero, r->hops.end - zero);
    const struct hop_law *x = &r->exchange;
    double n = (double)r->hops.n;
    if (strcmp(r->name, "cage") == 0)
        snprintf(name, sizeof name, "d = %.2g r<sub>1</sub>", r->distance_r1);
    else
        snprintf(name, sizeof name, "%.20s, %.2g r<sub>1</sub>", r->name, r->distance_r1);
    char real[RUN_UNITS_TEXT];
    snprintf(cell[0], HTML_NUMBER, "%.3g", r->how.persist);
    snprintf(cell[1], HTML_NUMBER, "%lld", (long long)r->hops.n);
    snprintf(cell[2], HTML_NUMBER, "%.0f %%", 100.0 * (double)r->hops.hopped / (double)r->hops.atoms);
    snprintf(cell[3], HTML_NUMBER, n > 0 ? "%.0f %%" : "–",
             n > 0 ? 100.0 * (double)r->hops.reversible / n : 0.0);
    html_number(cell[4], r->persistence.median, (double)NAN);
    add_real(cell[4], page_real(p, QUANTITY_TIME, r->persistence.median, real));
    html_number(cell[5], x->median, (double)NAN);
    add_real(cell[5], page_real(p, QUANTITY_TIME, x->median, real));
    double error = isfinite(x->block_error) ? fmax(x->block_error, x->fit.sigma) : x->fit.sigma;
    html_number(cell[6], x->has_fit ? x->fit.alpha : (double)NAN, x->has_fit ? error : (double)NAN);
    html_number(cell[7], x->has_fit ? x->fit.xmin : (double)NAN, (double)NAN);
    snprintf(cell[8], HTML_NUMBER, x->has_fit ? "%.2f" : "–", x->has_fit ? x->fit.flat_decades : 0.0);
    html_escape(law, sizeof law, x->has_fit && x->preferred ? x->preferred : "–");
    for (char *c = law; *c; c++)
        if (*c == '_') *c = '-';
    page_row(&p->html, "td", 13,
             (const char *const[]){name, age, cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6],
                                   cell[7], cell[8], law, x->has_fit && x->fit.quotable ? "yes" : "no"});
}

static void hop_head(struct page *p, const struct motion_report *m, const char *caption)
{
    char unit[48], age[64], tp[80], per[80], ex[80], xm[96];
    const char *u = html_unit(unit, sizeof unit, motion_report_hops_track(m)->time_unit);
    snprintf(age, sizeof age, "age (%s)", u);
    snprintf(tp, sizeof tp, "t<sub>p</sub> (%s)", u);
    snprintf(per, sizeof per, "persist. (%s)", u);
    snprintf(ex, sizeof ex, "exchange (%s)", u);
    snprintf(xm, sizeof xm, "x<sub>min</sub> (%s)", u);
    text_add(&p->html, "<div class=\"scroll\"><table>\n<caption>%s</caption>\n", caption);
    page_row(&p->html, "th", 13,
             (const char *const[]){"criterion", age, tp, "hops", "moved", "rev.", per, ex, "α", xm, "flat",
                                   "law", "quote"});
}

static void hop_rows(struct page *p, const struct motion_report *m)
{
    hop_head(
        p, m,
        "Hops and waiting times for every criterion; medians by Kaplan–Meier (– : not reached within the "
        "record). α: exponent of the exchange times at the x<sub>min</sub> of least Kolmogorov–Smirnov "
        "distance, with the larger of the errors from the likelihood and from blocks of atoms (if asked "
        "for); "
        "moved: share of the atoms that hopped; rev.: hops in loops that lead back; flat: decades of "
        "x<sub>min</sub> over which α stays within 2σ; law: least BIC of those compared, over all times.");
    for (int64_t i = 0; i < m->hops.rows; i++)
        if (m->hops.row[i].age == 0) hop_cells(p, m, m->hops.row + i);
    text_add(&p->html, "</table></div>\n");
    if (m->hops.ages == 0) return;
    text_add(&p->html, "<details><summary>The same for each age window</summary>\n");
    hop_head(p, m,
             "Age: since the first frame of the stage. References are set anew at the begin of each window.");
    for (int64_t i = 0; i < m->hops.rows; i++)
        if (m->hops.row[i].age > 0) hop_cells(p, m, m->hops.row + i);
    text_add(&p->html, "</table></div></details>\n");
}

static void hops_source(struct page *p, const struct motion_report *m)
{
    const struct track *t = motion_report_hops_track(m);
    const char *slash = strrchr(m->hops_from, '/');
    char unit[48];
    if (!m->in_situ) return;
    text_add(&p->html, "<p>Hops were found while the atoms moved (");
    html_text(&p->html, slash ? slash + 1 : m->hops_from);
    text_add(&p->html, "), with a look every %.4g %s; r<sub>1</sub> = %.4g.%s</p>\n", t->interval,
             html_unit(unit, sizeof unit, t->time_unit), m->hops.r1,
             m->has[MOTION_MSD] ? " The trajectory was not used for them." : "");
}

static void verdict(struct page *p, const struct motion_report *m)
{
    int64_t row = motion_report_row(m);
    char unit[48], real[RUN_UNITS_TEXT];
    text_add(&p->html, "<p class=\"verdict\">");
    if (row < 0) {
        text_add(&p->html,
                 "No criterion gives enough completed waiting times in this record for a fit; the record is "
                 "%.4g %s long%s and %lld atoms were followed.",
                 m->span, html_unit(unit, sizeof unit, motion_report_hops_track(m)->time_unit),
                 page_real(p, QUANTITY_TIME, m->span, real), (long long)motion_report_hops_track(m)->atoms);
    } else {
        const struct hop_row *r = m->hops.row + row;
        char number[HTML_NUMBER];
        text_add(&p->html, "<b>Exchange times, d = %.2g r<sub>1</sub>, t<sub>p</sub> = %.3g %s%s.</b> ",
                 r->distance_r1, r->how.persist, html_unit(unit, sizeof unit, m->track.time_unit),
                 page_real(p, QUANTITY_TIME, r->how.persist, real));
        html_text(&p->html, r->exchange.verdict);
        text_add(&p->html,
                 ". Exponent at the best x<sub>min</sub>: %s; Riechers et al. 2024 quote 1.45 for a "
                 "well-relaxed glass of this model at 0.8 T<sub>g</sub>.",
                 html_number(number, r->exchange.fit.alpha, r->exchange.fit.sigma));
    }
    crystal_text(p, m);
    text_add(&p->html, "</p>\n");
}

static void motion_text(struct page *p, const struct motion_report *m)
{
    if (!m->has[MOTION_MSD] && !m->has[MOTION_ISF]) return;
    char unit[48], length[48], number[HTML_NUMBER], half[2][HTML_NUMBER], real[3][RUN_UNITS_TEXT];
    text_add(&p->html, "<p>");
    const char *u = html_unit(unit, sizeof unit, m->track.time_unit),
               *l = html_unit(length, sizeof length, m->track.length_unit);
    if (m->has[MOTION_MSD]) {
        int64_t last = m->msd.lags - 1, peak = 0;
        for (int64_t k = 0; k <= last; k++)
            if (m->msd.alpha2[k] > m->msd.alpha2[peak]) peak = k;
        text_add(
            &p->html,
            "Mean-square displacement %s %s²%s after %.4g %s%s; α<sub>2</sub> reaches %.2f at %.4g %s%s. ",
            html_number(number, m->msd.r2[last], m->msd.r2_error[last]), l,
            page_real(p, QUANTITY_AREA, m->msd.r2[last], real[0]), m->msd.lag[last], u,
            page_real(p, QUANTITY_TIME, m->msd.lag[last], real[1]), m->msd.alpha2[peak], m->msd.lag[peak], u,
            page_real(p, QUANTITY_TIME, m->msd.lag[peak], real[2]));
    }
    if (m->has[MOTION_ISF] && isfinite(m->isf.tau[0]))
        text_add(
            &p->html,
            "τ<sub>α</sub> = %s %s%s from F<sub>s</sub>(q = %.3g) = 1/e (halves of the record: %s and %s; "
            "they differ when the sample ages; –: not reached).",
            html_number(number, m->isf.tau[0], m->isf.tau_error[0]), u,
            page_real(p, QUANTITY_TIME, m->isf.tau[0], real[0]), m->isf.q,
            html_number(half[0], m->isf.tau_half[0][0], (double)NAN),
            html_number(half[1], m->isf.tau_half[0][1], (double)NAN));
    else if (m->has[MOTION_ISF])
        text_add(
            &p->html,
            "F<sub>s</sub>(q = %.3g) ends at %.3f after %.4g %s: τ<sub>α</sub> is longer than the record.",
            m->isf.q, m->isf.f[m->isf.lags - 1], m->isf.lag[m->isf.lags - 1], u);
    text_add(&p->html, "</p>\n");
}

status page_waiting(struct page *p)
{
    page_section(p, "waiting", "Waiting times");
    if (p->report->motions == 0)
        text_add(&p->html, "<p class=\"note\">This run recorded neither hops nor a trajectory (observe: "
                           "[hops, trajectory]).</p>\n");
    for (int i = 0; i < p->report->groups; i++) {
        const struct motion_report *m = report_motion(p->report, p->report->group[i]);
        if (!m) continue;
        page_stage(p, m->label);
        TRY(page_figure(p, "motion", m->label, false,
                        "Mean-square displacement, non-Gaussian parameter, and self intermediate scattering "
                        "function of all atoms; box change and drift removed."));
        motion_text(p, m);
        note(p, m, MOTION_MSD);
        note(p, m, MOTION_ISF);
        note(p, m, MOTION_HOPS);
        if (!m->has[MOTION_HOPS]) continue;
        hops_source(p, m);
        TRY(page_figure(
            p, "waiting", m->label, false,
            "Left: survival of exchange times (between hops) and persistence times (to the first hop), "
            "Kaplan–Meier with the atoms that never hopped counted as censored. Middle: density of the "
            "waiting times with the law of least BIC and the power law fitted to all times. Right: exponent "
            "against x<sub>min</sub>, ±σ; a power law shows as a plateau."));
        TRY(page_figure(p, "ages", m->label, false,
                        "Left: survival by age window, for the distance quoted below. Middle: exponent "
                        "against the hop distance, "
                        "colours as on the left. Right: exponent against age. Each exponent at its own best "
                        "x<sub>min</sub>."));
        verdict(p, m);
        hop_rows(p, m);
    }
    TRY(page_figure(p, "temperatures", "", false,
                    "Exponent of the exchange times against the mean temperature of each observed stage."));
    text_add(&p->html, "</section>\n");
    return OK;
}
