/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows, Relaxation, Intermittency: what the speckles say. */
#include "analysis/correlate/contrast.h"
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"
#include "analysis/report/panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMBERS(n) char number[n][HTML_NUMBER]

static void no_speckles(struct page *p)
{
    text_add(&p->html, "<p class=\"note\">This run recorded no speckles (observe: [speckle]).</p>\n");
}

/* ---- Windows ---- */

/* Mean and standard deviation over the spots of a window of one of their numbers. */
enum spot_number { SPOT_CONTRAST, SPOT_SD, SPOT_LAG_SD, SPOT_Z, SPOT_EVENTS };
static void over_spots(const struct window_report *w, enum spot_number which, const char *format, char *out,
                       size_t size)
{
    double mean = 0.0, square = 0.0, n = (double)w->spots;
    char one[40], two[40];
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < w->spots; i++) {
            const struct report_spot *e = &w->spot[i];
            double v = which == SPOT_CONTRAST ? e->contrast
                       : which == SPOT_SD     ? e->sd
                       : which == SPOT_LAG_SD ? e->lag_sd
                       : which == SPOT_Z      ? e->largest_z
                                              : (double)e->events;
            if (pass == 0)
                mean += v / n;
            else
                square += (v - mean) * (v - mean) / (n - 1.0);
        }
    snprintf(one, sizeof one, format, mean);
    snprintf(two, sizeof two, format, sqrt(square));
    snprintf(out, size, "%s ± %s", one, two);
}

/* "(2.24–2.87 Å⁻¹)" */
static const char *range_real(const struct page *p, double low, double high, char out[96])
{
    char a[RUN_UNITS_TEXT], b[RUN_UNITS_TEXT];
    out[0] = '\0';
    if (!page_real(p, QUANTITY_WAVENUMBER, low, a)[0]) return out;
    page_real(p, QUANTITY_WAVENUMBER, high, b);
    snprintf(out, 96, "(%.*s–%.40s", (int)strcspn(a + 2, " "), a + 2, b + 2);
    return out;
}

static void window_table(struct page *p, const char *label)
{
    struct text *t = &p->html;
    static const char *const head[] = {"window", "kind",   "pixels",   "independent", "groups",
                                       "|q|",    "frames", "⟨C(t,t)⟩", "s.d.",        "null: mean ± s.d."};
    text_add(t, "<div class=\"scroll\"><table>\n<caption>Contrast C(t,t) = ⟨I²⟩<sub>p</sub>/⟨I⟩<sub>p</sub>² "
                "of the patterns; the null is that of independent exponential pixels. Windows of several "
                "spots: mean ± "
                "standard deviation over all their spots.</caption>\n");
    page_row(t, "th", 10, head);
    for (int i = 0; i < p->report->windows; i++) {
        const struct window_report *w = &p->report->window[i];
        if (strcmp(w->label, label) != 0) continue;
        char name[100], kind[100], pixels[40], independent[40], groups[40], q[160], unit[48],
            frames[80 + RUN_UNITS_TEXT], null[96];
        char real[RUN_UNITS_TEXT], range[96];
        NUMBERS(2);
        struct contrast_null exact = {0};
        struct moments m = moments_of(w->c.contrast, w->c.ttcf.frames);
        if (contrast_exact_null(w->c.independent, &exact) != OK) continue;
        snprintf(pixels, sizeof pixels, "%lld", (long long)w->c.frames.pixels);
        snprintf(independent, sizeof independent, "%lld", (long long)w->c.independent);
        snprintf(groups, sizeof groups, "%lld", (long long)(w->spots ? w->spots : 1));
        snprintf(q, sizeof q, "%.3g–%.3g %s", w->q_low, w->q_high,
                 html_unit(unit, sizeof unit, w->c.frames.q_unit));
        snprintf(q + strlen(q), sizeof q - strlen(q), "%s%s", p->report->units.mapped ? "<br>" : "",
                 range_real(p, w->q_low, w->q_high, range));
        snprintf(frames, sizeof frames, "%lld × %.4g %s%s", (long long)w->c.ttcf.frames,
                 w->c.frames.frame_time, html_unit(unit, sizeof unit, w->c.frames.time_unit),
                 page_real(p, QUANTITY_TIME, w->c.frames.frame_time, real));
        snprintf(null, sizeof null, "%.3f ± %.3f", exact.diagonal_mean, exact.diagonal_sd);
        if (!p->report->options.settings.null_exact) snprintf(null, sizeof null, "not asked for");
        snprintf(number[0], HTML_NUMBER, "%.3f", w->c.plateau);
        snprintf(number[1], HTML_NUMBER, "%.3f", sqrt(m.variance));
        if (w->spots > 1) {
            over_spots(w, SPOT_CONTRAST, "%.3f", number[0], HTML_NUMBER);
            over_spots(w, SPOT_SD, "%.3f", number[1], HTML_NUMBER);
        }
        page_row(t, "td", 10,
                 (const char *const[]){html_escape(name, sizeof name, w->name),
                                       html_escape(kind, sizeof kind, w->c.frames.kind), pixels, independent,
                                       groups, q, frames, number[0], number[1], null});
    }
    text_add(t, "</table></div>\n");
}

static int count_windows(const struct report *r, const char *label)
{
    int n = 0;
    for (int i = 0; i < r->windows; i++) n += strcmp(r->window[i].label, label) == 0;
    return n;
}

static void movers_text(const struct motion_report *m, char *caption, size_t size)
{
    size_t at = strlen(caption);
    char unit[2][48];
    if (!figure_ttcf_has_movers(m)) return;
    const struct track *t = m->movers.by_hops ? motion_report_hops_track(m) : &m->track;
    snprintf(caption + at, size - at,
             m->movers.by_hops
                 ? " Below: atoms that hopped farther than %.3g %s (cage criterion) in successive "
                   "windows of %.4g %s, on the time axis of t<sub>1</sub>."
                 : " Below: atoms displaced by more than %.3g %s in successive windows of %.4g %s, on "
                   "the time axis of t<sub>1</sub>.",
             m->movers.distance, html_unit(unit[0], sizeof unit[0], t->length_unit), m->movers.width,
             html_unit(unit[1], sizeof unit[1], t->time_unit));
}

status page_windows(struct page *p)
{
    page_section(p, "windows", "Windows");
    if (p->report->windows == 0) no_speckles(p);
    for (int i = 0; i < p->report->groups; i++) {
        const struct window_report *w[PANELS_MAX];
        const char *label = p->report->group[i];
        int n = panels_windows(p->report, label, w);
        char caption[1300], binning[120] = "", name[128];
        double low, high;
        if (n == 0) continue;
        page_stage(p, label);
        panels_color_range(w, n, &low, &high);
        if (w[0]->map_bin > 1)
            snprintf(binning, sizeof binning, " The maps are means over %lld × %lld frames.",
                     (long long)w[0]->map_bin, (long long)w[0]->map_bin);
        snprintf(caption, sizeof caption,
                 "Two-time correlation functions C(t<sub>1</sub>,t<sub>2</sub>) of the same run seen through "
                 "%d window%s%s%s, on one colour scale from %.3f to %.3f (1st and 99th percentile of all "
                 "elements off the diagonal).%s Insets: the pixels of the window in reciprocal space, along "
                 "the axis in which they reach least far; they cover the half that the symmetric map "
                 "repeats. A window of several spots or shells is shown by its first; all of them are in the "
                 "section on "
                 "relaxation.",
                 n, n > 1 ? "s" : "", label[0] ? ", " : "", page_stage_name(label, name), low, high, binning);
        movers_text(report_motion(p->report, label), caption, sizeof caption);
        TRY(page_figure(p, "ttcf", label, true, caption));
        TRY(page_figure(p, "contrast", label, false,
                        "Top: contrast on the diagonal, with mean and ±2 s.d. of what n independent "
                        "exponential pixels do by chance. Bottom: mean intensity of the window; a jump of C "
                        "without a change here is not a matter of the total signal."));
        TRY(page_figure(
            p, "g2", label, false,
            "Normalised one-time correlation functions of the whole record. Error bars: block means over "
            "age; the blocks are as long as the correlation time, neighbouring points are correlated."));
        if (count_windows(p->report, label) > n)
            text_add(&p->html,
                     "<p class=\"note\">%d more window%s in the tables; the figures show the %d with the "
                     "most pixels, several shells last.</p>\n",
                     count_windows(p->report, label) - n, count_windows(p->report, label) - n > 1 ? "s" : "",
                     n);
        window_table(p, label);
    }
    text_add(&p->html, "</section>\n");
    return OK;
}

/* ---- Relaxation ---- */

static const char *fit_flags(const struct relaxation_fit *f)
{
    if (!f->converged) return "not converged";
    if (f->beyond_record) return "beyond record";
    if (f->below_resolution) return "below frame";
    if (f->at_bound) return "β at bound";
    return "";
}

static void fit_row(struct page *p, const struct window_report *w, int row, int m, int power, double least)
{
    const struct relaxation_fit *f = &w->fit[row][m][power - 1];
    NUMBERS(3);
    char name[100], age[64], model[64], quality[3][24], tau[HTML_NUMBER + RUN_UNITS_TEXT],
        real[RUN_UNITS_TEXT];
    double from, to, moment = power == 1 ? f->mean_f : f->mean_fp;
    window_report_ages(w, row, &from, &to);
    snprintf(age, sizeof age, row == 0 ? "all" : "%.4g–%.4g", from, to);
    snprintf(model, sizeof model, "%s<sup>%s</sup>", m == REPORT_KWW ? "KWW" : "Mittag-Leffler",
             power == 2 ? "2" : "");
    snprintf(tau, sizeof tau, "%s%s",
             html_number(number[0], f->value[RELAXATION_TAU], f->error[RELAXATION_TAU]),
             page_real(p, QUANTITY_TIME, f->value[RELAXATION_TAU], real));
    snprintf(quality[0], 24, "%.2f", f->reduced_chi2);
    snprintf(quality[1], 24, "%.1f", f->aic);
    snprintf(quality[2], 24, f->bic <= least + 1e-9 ? "<b>%.1f</b>" : "%.1f", f->bic);
    page_row(
        &p->html, "td", 10,
        (const char *const[]){html_escape(name, sizeof name, w->name), age, model, tau,
                              html_number(number[1], f->value[RELAXATION_BETA], f->error[RELAXATION_BETA]),
                              html_number(number[2], moment, (double)NAN), quality[0], quality[1], quality[2],
                              fit_flags(f)});
}

static void fit_table(struct page *p, const struct window_report *w)
{
    char unit[48], tau[96], mean[96];
    const char *u = html_unit(unit, sizeof unit, w->c.frames.time_unit);
    snprintf(tau, sizeof tau, "relaxation time (%s)", u);
    snprintf(mean, sizeof mean, "∫R dt (%s)", u);
    char age[64];
    snprintf(age, sizeof age, "age (%s)", u);
    page_row(&p->html, "th", 10,
             (const char *const[]){"window", age, "model", tau, "β", mean, "χ²/dof", "AIC", "BIC", ""});
    for (int row = 0; row < w->rows; row++) {
        int m0, p0;
        double least = window_report_best(w, row, &m0, &p0) ? w->fit[row][m0][p0 - 1].bic : -INFINITY;
        for (int m = 0; m < REPORT_MODELS; m++)
            for (int power = 1; power <= 2; power++)
                if (w->fitted[row][m][power - 1] && (row == 0 || (m == REPORT_KWW) == (power == 2)))
                    fit_row(p, w, row, m, power, least);
    }
}

/* KWW with power 2 against Mittag-Leffler with power 1, as Riechers et al. read them. */
static void fit_verdict(struct page *p, const struct window_report *w)
{
    int m, power;
    char name[100], unit[48], real[RUN_UNITS_TEXT];
    const char *u = html_unit(unit, sizeof unit, w->c.frames.time_unit);
    text_add(&p->html, "<p class=\"verdict\"><b>%s.</b> ", html_escape(name, sizeof name, w->name));
    if (!window_report_best(w, 0, &m, &power)) {
        text_add(&p->html, "No fit: fewer than five lags with an error.</p>\n");
        return;
    }
    const struct relaxation_fit *best = &w->fit[0][m][power - 1];
    const struct relaxation_fit *kww = &w->fit[0][REPORT_KWW][1], *ml = &w->fit[0][REPORT_ML][0];
    double last = best->points ? w->c.g2.lag[w->c.g2.lags - 1] * w->c.frames.frame_time : 0.0,
           difference = ml->bic - kww->bic;
    if (fabs(difference) < 0.05) difference = 0.0;
    NUMBERS(2);
    if (best->value[RELAXATION_TAU] > 0.2 * last)
        text_add(&p->html,
                 "The record (%.4g %s) is shorter than five relaxation times: the time and β are "
                 "extrapolations, and no model can be preferred. ",
                 (double)w->c.ttcf.frames * w->c.frames.frame_time, u);
    else if (w->fitted[0][REPORT_KWW][1] && w->fitted[0][REPORT_ML][0])
        text_add(&p->html, "%s ",
                 fabs(difference) < 6.0 ? "KWW (power 2) and Mittag-Leffler (power 1), the reading of "
                                          "Riechers et al., describe the record equally well (|ΔBIC| &lt; 6)."
                 : difference > 0.0 ? "In the reading of Riechers et al. KWW (power 2) describes the record "
                                      "better than Mittag-Leffler (power 1)."
                                    : "In the reading of Riechers et al. Mittag-Leffler (power 1) describes "
                                      "the record better than KWW (power 2).");
    if (w->fitted[0][REPORT_KWW][1] && w->fitted[0][REPORT_ML][0])
        text_add(&p->html, "ΔBIC (Mittag-Leffler − KWW) = %.1f. ", difference);
    text_add(&p->html, "Least BIC of those fitted: %s with power %d, relaxation time %s %s%s, β = %s.",
             m == REPORT_KWW ? "KWW" : "Mittag-Leffler", power,
             html_number(number[0], best->value[RELAXATION_TAU], best->error[RELAXATION_TAU]), u,
             page_real(p, QUANTITY_TIME, best->value[RELAXATION_TAU], real),
             html_number(number[1], best->value[RELAXATION_BETA], best->error[RELAXATION_BETA]));
    if (best->reduced_chi2 > 3.0)
        text_add(&p->html, " None of them describes the record within its errors (χ²/dof %.3g at best).",
                 best->reduced_chi2);
    if (best->durbin_watson < 1.0)
        text_add(&p->html, " Residuals run together (Durbin–Watson %.2f): the errors are too small.",
                 best->durbin_watson);
    text_add(&p->html, "</p>\n");
}

static void add_fit(struct text *t, const char *what, const struct window_mean *m, const char *unit)
{
    NUMBERS(2);
    if (m->fitted)
        text_add(t, "; %s: τ = %s %s, β = %s", what,
                 html_number(number[0], m->fit.value[RELAXATION_TAU], m->fit.error[RELAXATION_TAU]), unit,
                 html_number(number[1], m->fit.value[RELAXATION_BETA], m->fit.error[RELAXATION_BETA]));
}

/* What the spots and shells of the windows of a stage have to say. */
static status groups_part(struct page *p, const char *label)
{
    const struct window_report *q = figure_groups_shells(p->report, label),
                               *spots = figure_groups_spots(p->report, label);
    struct text caption = {0};
    if (!q && !spots) return OK;
    if (q)
        text_add(&caption, "Shells one by one: relaxation time and stretching exponent of KWW against |q|. ");
    if (spots) {
        const struct window_groups *g = &spots->groups;
        char room[48];
        const char *unit = html_unit(room, sizeof room, g->time_unit);
        text_add(&caption, "Mean over %lld of %lld spots, errors by leaving out one at a time",
                 (long long)g->n, (long long)g->total);
        add_fit(&caption, "KWW of R", &g->mean, unit);
        add_fit(&caption, "of |f|²", &g->field, unit);
        text_add(&caption, ". A spread of relaxation times among spots lowers the β of their mean.");
        if (g->field.R)
            text_add(
                &caption,
                " Eq. 1 divides by the mean of the same %lld pixels, which makes R fall faster than |f|²; "
                "for Gaussian fields this is known exactly, and the squares are without it.",
                (long long)g->independent);
    }
    status s = caption.out_of_memory ? fail(FAILED, "out of memory")
                                     : page_figure(p, "groups", label, false, caption.s);
    text_free(&caption);
    return s;
}

status page_relaxation(struct page *p)
{
    page_section(p, "relaxation", "Relaxation");
    if (p->report->windows == 0) no_speckles(p);
    for (int i = 0; i < p->report->groups; i++) {
        const char *label = p->report->group[i];
        const struct window_report *w[PANELS_MAX];
        if (panels_windows(p->report, label, w) == 0) continue;
        page_stage(p, label);
        TRY(page_figure(p, "relaxation", label, false,
                        "Top: R(t) of the whole record with fits of KWW, A exp(−2(t/τ)<sup>β</sup>), and "
                        "Mittag-Leffler, A E<sub>β</sub>(−(t/τ)<sup>β</sup>), as in Fig. 5 of Riechers et "
                        "al. 2024; open circles: age windows. Bottom: residuals, grey: ± standard error."));
        TRY(groups_part(p, label));
        for (int k = 0; k < p->report->windows; k++)
            if (strcmp(p->report->window[k].label, label) == 0) fit_verdict(p, &p->report->window[k]);
        text_add(&p->html, "<div class=\"scroll\"><table>\n<caption>Fits of R(t); errors are one standard "
                           "deviation, scaled by √(χ²/dof). Superscript 2: power 2, R = A f². BIC in bold: "
                           "least of its rows. ∞: the moment diverges.</caption>\n");
        for (int k = 0; k < p->report->windows; k++)
            if (strcmp(p->report->window[k].label, label) == 0) fit_table(p, &p->report->window[k]);
        text_add(&p->html, "</table></div>\n");
    }
    text_add(&p->html, "</section>\n");
    return OK;
}

/* ---- Intermittency ---- */

static void spots_row(struct text *t, const struct window_report *w, const char *threshold)
{
    char name[120], safe[100], cell[4][96];
    snprintf(name, sizeof name, "%s, all %lld spots", html_escape(safe, sizeof safe, w->name),
             (long long)w->spots);
    over_spots(w, SPOT_SD, "%.3f", cell[0], sizeof cell[0]);
    over_spots(w, SPOT_LAG_SD, "%.3f", cell[1], sizeof cell[1]);
    over_spots(w, SPOT_Z, "%.1f", cell[2], sizeof cell[2]);
    over_spots(w, SPOT_EVENTS, "%.2f", cell[3], sizeof cell[3]);
    page_row(t, "td", 10,
             (const char *const[]){name, cell[0], "", "", cell[1], "", "", cell[2], threshold, cell[3]});
}

static void null_table(struct page *p, const char *label)
{
    struct text *t = &p->html;
    static const char *const head[] = {"window",           "s.d. of C(t,t)", "surr., 95 %", "p",
                                       "s.d. of C(t,t+1)", "surr., 95 %",    "p",           "largest z",
                                       "threshold",        "events"};
    text_add(t, "<div class=\"scroll\"><table>\n<caption>Fluctuations in time beside surrogates with the "
                "same |f|² and pixels and no events. p: share of surrogates that fluctuate at least as much. "
                "Of several spots the first, then mean ± standard deviation over all of them.</caption>\n");
    page_row(t, "th", 10, head);
    for (int i = 0; i < p->report->windows; i++) {
        const struct window_report *w = &p->report->window[i];
        const struct surrogate_null *s = &w->c.surrogate;
        if (strcmp(w->label, label) != 0 || !s->values) continue;
        char name[100], cell[9][48];
        const struct surrogate_statistic *d = &s->diagonal_variance, *l = &s->lag_variance;
        snprintf(cell[0], 48, "%.4f", sqrt(d->measured));
        snprintf(cell[1], 48, "%.4f–%.4f", sqrt(d->p025), sqrt(d->p975));
        snprintf(cell[2], 48, "%.2g", d->p_value);
        snprintf(cell[3], 48, "%.4f", sqrt(l->measured));
        snprintf(cell[4], 48, "%.4f–%.4f", sqrt(l->p025), sqrt(l->p975));
        snprintf(cell[5], 48, "%.2g", l->p_value);
        snprintf(cell[6], 48, "%.2f", s->largest_z.measured);
        snprintf(cell[7], 48, "%.2f", s->threshold);
        snprintf(cell[8], 48, "%lld", (long long)w->c.events.count);
        page_row(t, "td", 10,
                 (const char *const[]){html_escape(name, sizeof name, w->name), cell[0], cell[1], cell[2],
                                       cell[3], cell[4], cell[5], cell[6], cell[7], cell[8]});
        if (w->spots > 1) spots_row(t, w, cell[7]);
    }
    text_add(t, "</table></div>\n");
}

/* Exposures average the intensity: the nulls are for instants. */
static void exposure_note(struct page *p, const struct window_report *w)
{
    struct contrast_null exact;
    char name[100];
    if (contrast_exact_null(w->c.independent, &exact) != OK || !(w->c.frames.count_time > 0.0)) return;
    double share = (w->c.plateau - w->c.baseline) / (exact.diagonal_mean - 1.0);
    if (share > 0.95 || exact.diagonal_mean - w->c.plateau < 3.0 * exact.diagonal_sd) return;
    text_add(&p->html,
             "<p class=\"note\">The contrast of %s, C(t,t) − g<sub>∞</sub>, is %.2f of that of exponential "
             "intensities: the exposure averages over fast motion. Both nulls are for instants; they are "
             "upper bounds here, and p is an upper bound too.</p>\n",
             html_escape(name, sizeof name, w->name), share);
}

static void events_list(struct page *p, const struct window_report *w)
{
    const struct events *e = &w->c.events;
    char name[100], unit[48];
    if (e->count == 0) return;
    text_add(&p->html, "<p class=\"note\">Events in %s (age in %s: share of the correlation lost, z): ",
             html_escape(name, sizeof name, w->name), html_unit(unit, sizeof unit, w->c.frames.time_unit));
    for (int64_t i = 0; i < e->count && i < 12; i++)
        text_add(&p->html, "%s%.4g: %.2f, %.1f", i ? "; " : "",
                 (double)e->event[i].frame * w->c.frames.frame_time, e->event[i].drop, e->event[i].z);
    text_add(&p->html, "%s.</p>\n", e->count > 12 ? "; …" : "");
}

static void spots_text(struct page *p, const struct window_report *w)
{
    int64_t hit = 0;
    char name[100];
    if (w->spots < 2) return;
    for (int64_t i = 0; i < w->spots; i++) hit += w->spot[i].events > 0;
    double share = (double)hit / (double)w->spots;
    text_add(&p->html,
             "<p class=\"verdict\"><b>%s.</b> %lld of %lld spots (%.1f ± %.1f %%) hold at least one event; "
             "eventless surrogate records would show %.1f %%. Spots of one sample are not independent "
             "samples.</p>\n",
             html_escape(name, sizeof name, w->name), (long long)hit, (long long)w->spots, 100.0 * share,
             100.0 * sqrt(fmax(share * (1.0 - share), 1.0 / (double)w->spots) / (double)w->spots),
             100.0 * w->c.surrogate.false_alarm_rate);
}

status page_intermittency(struct page *p)
{
    page_section(p, "intermittency", "Intermittency");
    if (p->report->windows == 0)
        no_speckles(p);
    else
        text_add(
            &p->html,
            "<p>The fewer pixels, the more C fluctuates, also for a sample that does nothing special: √(4/n) "
            "on the diagonal. Fluctuations are evidence of intermittent motion only beyond that null.</p>\n");
    for (int i = 0; i < p->report->groups; i++) {
        const char *label = p->report->group[i];
        const struct window_report *w[PANELS_MAX];
        char caption[700];
        if (panels_windows(p->report, label, w) == 0) continue;
        page_stage(p, label);
        snprintf(caption, sizeof caption,
                 "Standard deviation in time of C(t,t) against the number of independent pixels: measured "
                 "(bars: range over random disjoint subsets; spots: central 95 %%), surrogates (grey: "
                 "central 95 %% of %lld), and the exact value for frames independent of each other, which a "
                 "record not much longer than τ does not reach. With several spots: the distribution over "
                 "the spots beside that of the surrogates, and events per spot.",
                 (long long)p->report->options.seeds);
        TRY(page_figure(p, "fluctuations", label, false, caption));
        null_table(p, label);
        exposure_note(p, w[0]);
        for (int k = 0; k < p->report->windows; k++)
            if (strcmp(p->report->window[k].label, label) == 0) {
                events_list(p, &p->report->window[k]);
                spots_text(p, &p->report->window[k]);
            }
    }
    text_add(&p->html, "</section>\n");
    return OK;
}
