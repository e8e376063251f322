/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summary and Conventions: what was found, and how every number was made. */
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"
#include "analysis/report/panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- summary ---- */

static void summary_windows(struct page *p, const char *label)
{
    for (int i = 0; i < p->report->windows; i++) {
        const struct window_report *w = &p->report->window[i];
        const struct surrogate_statistic *d = &w->c.surrogate.diagonal_variance;
        char name[100];
        if (strcmp(w->label, label) != 0) continue;
        text_add(&p->html, " %s (%lld pixels): contrast %.2f, fluctuating by %.2g in time",
                 html_escape(name, sizeof name, w->name), (long long)w->c.independent, w->c.plateau,
                 sqrt(d->measured));
        if (isfinite(d->p50) && d->p50 > 0.0)
            text_add(&p->html, " (%.2f times what eventless surrogates do, p = %.2g)",
                     sqrt(d->measured / d->p50), d->p_value);
        text_add(&p->html, "%s", ".");
    }
}

static void summary_relaxation(struct page *p, const struct window_report *w)
{
    int m, power;
    char unit[48], name[100], number[2][HTML_NUMBER], real[RUN_UNITS_TEXT];
    if (!window_report_best(w, 0, &m, &power)) return;
    const struct relaxation_fit *f = &w->fit[0][m][power - 1];
    const char *u = html_unit(unit, sizeof unit, w->c.frames.time_unit);
    double record = (double)w->c.ttcf.frames * w->c.frames.frame_time;
    if (f->value[RELAXATION_TAU] > record)
        text_add(&p->html, " R(t) does not decay within the record of %.4g %s%s.", record, u,
                 page_real(p, QUANTITY_TIME, record, real));
    else
        text_add(&p->html, " R(t) of %s relaxes in %s %s%s with β = %s (%s, power %d)%s.",
                 html_escape(name, sizeof name, w->name),
                 html_number(number[0], f->value[RELAXATION_TAU], f->error[RELAXATION_TAU]), u,
                 page_real(p, QUANTITY_TIME, f->value[RELAXATION_TAU], real),
                 html_number(number[1], f->value[RELAXATION_BETA], f->error[RELAXATION_BETA]),
                 m == REPORT_KWW ? "KWW" : "Mittag-Leffler", power,
                 5.0 * f->value[RELAXATION_TAU] > record ? ", from a record shorter than five times that"
                                                         : "");
}

static void summary_motion(struct page *p, const struct motion_report *m)
{
    char unit[48], number[HTML_NUMBER], real[RUN_UNITS_TEXT];
    const char *u = html_unit(unit, sizeof unit, m->track.time_unit);
    int64_t row = motion_report_row(m);
    if (m->has[MOTION_ISF] && isfinite(m->isf.tau[0]))
        text_add(&p->html, " F<sub>s</sub>(q,t) falls to 1/e in τ<sub>α</sub> = %s %s%s.",
                 html_number(number, m->isf.tau[0], m->isf.tau_error[0]), u,
                 page_real(p, QUANTITY_TIME, m->isf.tau[0], real));
    else if (m->has[MOTION_ISF])
        text_add(&p->html, " F<sub>s</sub> stays above %.2f: τ<sub>α</sub> is longer than the record.",
                 m->isf.f[m->isf.lags - 1]);
    if (row >= 0) {
        const struct hop_law *x = &m->hops.row[row].exchange;
        text_add(&p->html,
                 " Waiting times (d = %.2g r<sub>1</sub>): %s, α = %s at x<sub>min</sub> = %.3g %s%s.",
                 m->hops.row[row].distance_r1,
                 x->fit.quotable ? "a power law may be quoted" : "no power law may be quoted",
                 html_number(number, x->fit.alpha, x->fit.sigma), x->fit.xmin, u,
                 page_real(p, QUANTITY_TIME, x->fit.xmin, real));
    }
}

/* " = 0.81 T_g (T_g = 0.37 eps/kB, rate …)": the ratio never stands without what it refers to. */
static void ratio_to_Tg(const struct page *p, double T, char out[700])
{
    char safe[600];
    const struct run_units *u = &p->report->units;
    out[0] = '\0';
    if (u->system.Tg > 0.0)
        snprintf(out, 700, " = %.3g T<sub>g</sub> [%s]", T / u->system.Tg,
                 html_escape(safe, sizeof safe, u->Tg));
}

static void summary_film(struct page *p)
{
    const struct run_film *film = &p->report->folder.film;
    char real[3][RUN_UNITS_TEXT], ratio[700], hotter[HTML_NUMBER], role[32];
    bool metal = run_folder_metal(&p->report->folder),
         melted = run_folder_input(&p->report->folder, NULL, "role", role, sizeof role) &&
                  strcmp(role, "film-quench") == 0;
    struct run_growth g = {0};
    while (run_film_growth(film, g.to, &g)) {
        ratio_to_Tg(p, g.T, ratio);
        text_add(&p->html,
                 "<p class=\"lead\"><b>Film.</b> %.0f atoms, %.3g %s%s thick, grown within %.5g %s%s at "
                 "T = %.4g %s%s%s; %.0f atoms left again.",
                 g.atoms, g.thickness, metal ? "Å" : "σ", page_real(p, QUANTITY_LENGTH, g.thickness, real[0]),
                 g.time, metal ? "ps" : "τ", page_real(p, QUANTITY_TIME, g.time, real[1]), g.T,
                 metal ? "K" : "ε/k<sub>B</sub>", page_real(p, QUANTITY_TEMPERATURE, g.T, real[2]), ratio,
                 g.left);
        if (melted)
            text_add(&p->html, " A film-quench: it was melted on its substrate afterwards, and quenched.");
        if (isfinite(g.hotter) && !melted)
            text_add(&p->html, " In the second half its surface was %s %s hotter than that.",
                     html_number(hotter, g.hotter, g.hotter_sd), metal ? "K" : "ε/k<sub>B</sub>");
        text_add(&p->html, "</p>\n");
    }
}

/* Of a film that of its inside: a part of the box is vacuum. */
static bool sample_density(const struct report *r, double from, double to, double *mean, double *sd)
{
    const struct run_film *film = &r->folder.film;
    if (film->lines.rows > 0) return run_film_mean(film, "interior_density", from, to, mean, sd) > 0;
    return run_thermo_mean(&r->folder.thermo, THERMO_DENSITY, from, to, mean, sd) > 0;
}

void page_summary(struct page *p)
{
    const struct report *r = p->report;
    bool film = r->folder.film.lines.rows > 0;
    bool real = run_folder_metal(&r->folder);
    text_add(&p->html, "<div id=\"summary\">\n");
    summary_film(p);
    if (r->groups == 0)
        text_add(&p->html,
                 "<p class=\"lead\">Neither speckles nor trajectories were observed in this run.</p>\n");
    for (int i = 0; i < r->groups; i++) {
        const struct motion_report *m = report_motion(r, r->group[i]);
        const struct window_report *w[PANELS_MAX];
        int n = panels_windows(r, r->group[i], w);
        char name[128], mean[2][HTML_NUMBER], kelvin[RUN_UNITS_TEXT], density[RUN_UNITS_TEXT], ratio[700];
        double from = m ? m->first_time : n ? w[0]->first_time : 0.0;
        double to = m   ? m->last_time
                    : n ? from + (double)w[0]->c.ttcf.frames * w[0]->c.frames.frame_time
                        : 0.0,
               value, sd;
        text_add(&p->html, "<p class=\"lead\">");
        page_stage_name(r->group[i], name);
        if (name[0]) text_add(&p->html, "<b>S%s.</b>", name + 1);
        if (run_thermo_mean(&r->folder.thermo, THERMO_T, from, to, &value, &sd) > 1) {
            html_number(mean[0], value, sd);
            page_real(p, QUANTITY_TEMPERATURE, value, kelvin);
            ratio_to_Tg(p, value, ratio);
            text_add(&p->html, " T = %s %s%s%s", mean[0], real ? "K" : "ε/k<sub>B</sub>", kelvin, ratio);
            if (sample_density(r, from, to, &value, &sd))
                text_add(&p->html, ", ρ%s = %s %s%s", film ? " inside" : "",
                         html_number(mean[1], value, sd > 1e-9 ? sd : (double)NAN), real ? "Å⁻³" : "σ⁻³",
                         page_real(p, QUANTITY_NUMBER_DENSITY, value, density));
            text_add(&p->html, ".");
        }
        summary_windows(p, r->group[i]);
        if (n > 0) summary_relaxation(p, w[0]);
        if (m) summary_motion(p, m);
        text_add(&p->html, "</p>\n");
    }
    text_add(&p->html, "</div>\n");
}

/* ---- conventions ---- */

static void row(struct page *p, const char *what, const char *value)
{
    text_add(&p->html, "<tr><td>%s</td><td>", what);
    html_text(&p->html, value);
    text_add(&p->html, "</td></tr>\n");
}

static void fact(struct page *p, const char *what, const char *key)
{
    char value[256];
    if (run_folder_fact(&p->report->folder, key, value, sizeof value)) row(p, what, value);
}

static void input(struct page *p, const char *what, const char *section, const char *key)
{
    char value[256];
    if (run_folder_input(&p->report->folder, section, key, value, sizeof value)) row(p, what, value);
}

static void machine(struct page *p)
{
    fact(p, "potential", "potential");
    input(p, "cutoff", "potential", "cutoff");
    input(p, "shift", "potential", "shift");
    fact(p, "atoms", "atoms");
    input(p, "time step", NULL, "dt");
    input(p, "thermostat", "thermostat", "kind");
    input(p, "thermostat, time", "thermostat", "tau");
    input(p, "barostat", "barostat", "kind");
    row(p, "units",
        p->report->units.system.kind == UNITS_METAL ? "metal: Å, eV, u, ps, K, GPa"
                                                    : "lj: σ (of AA), ε, m_B, τ = σ (m_B/ε)^1/2, k_B = 1");
    if (p->report->units.Tg[0]) row(p, "T<sub>g</sub>", p->report->units.Tg);
    if (p->report->units.mapped) row(p, "real units (in brackets everywhere)", p->report->units.text);
    fact(p, "seed", "seed");
    fact(p, "steps", "steps");
    fact(p, "version", "version");
    fact(p, "instruction set", "isa");
    fact(p, "ranks", "ranks");
    fact(p, "threads", "threads");
    fact(p, "digest of the final state (SHA-256)", "state_digest");
}

/* Range of the indices, and the spacing of the reciprocal lattice from q and hkl of the first pixel. */
static void window_row(struct page *p, const struct window_report *w)
{
    const struct frames *f = &w->c.frames;
    char text[900], unit[48], hkl[160] = "";
    if (f->hkl && f->pixels > 0) {
        int least[3], most[3];
        double square = 0.0;
        for (int k = 0; k < 3; k++) {
            least[k] = most[k] = f->hkl[k];
            square += (double)(f->hkl[k] * f->hkl[k]);
            for (int64_t i = 1; i < f->pixels; i++) {
                int v = f->hkl[3 * i + k];
                if (v < least[k]) least[k] = v;
                if (v > most[k]) most[k] = v;
            }
        }
        snprintf(hkl, sizeof hkl, "(h,k,l) from (%d,%d,%d) to (%d,%d,%d); Δq ≈ %.4g %s a pixel; ", least[0],
                 least[1], least[2], most[0], most[1], most[2],
                 square > 0.0 ? f->q[0] / sqrt(square) : (double)NAN,
                 html_unit(unit, sizeof unit, f->q_unit));
    }
    snprintf(text, sizeof text,
             "%s; %s|q| %.4g–%.4g %s; %lld pixels, %lld independent (Friedel pairs once)%s; flattened: %s "
             "(%s); g∞ = %.5g, %s; frames every %.4g %s, exposure %.4g %s",
             f->kind, hkl, w->q_low, w->q_high, f->q_unit, (long long)f->pixels, (long long)w->c.independent,
             w->spots ? " each" : "", w->c.flattened ? "S(|q|)" : "no",
             w->c.has_envelope ? w->c.envelope_from : "no envelope", w->c.baseline, w->c.baseline_from,
             f->frame_time, f->time_unit, f->count_time, f->time_unit);
    char title[160];
    char safe[2 * RUN_NAME];
    snprintf(title, sizeof title, "window %s", html_escape(safe, sizeof safe, w->title));
    row(p, title, text);
}

static void motion_row(struct page *p, const struct motion_report *m)
{
    char text[400], cage[80] = "", title[160], safe[2 * RUN_NAME];
    if (!m->has[MOTION_MSD] && m->in_situ) return; /* no trajectory */
    if (!m->in_situ)
        snprintf(cage, sizeof cage, "; cage mean over %.4g %s (5 frames)", m->cage, m->track.time_unit);
    snprintf(text, sizeof text, "%lld atoms followed in %lld frames%s; %s; %s; drift %s%s",
             (long long)m->track.atoms, (long long)m->frames,
             m->track.atoms_dropped ? " (some dropped: not in all frames)" : "",
             m->track.from_images ? "unwrapped with image numbers" : "unwrapped by nearest image",
             m->track.box_changed ? m->track.box_removed ? "box change removed" : "box change kept"
                                  : "box constant",
             m->track.drift_removed ? "removed" : "kept", cage);
    snprintf(title, sizeof title, "trajectory %s", html_escape(safe, sizeof safe, m->label));
    row(p, title, text);
}

static void analysis(struct page *p)
{
    const struct report *r = p->report;
    const struct run_settings *set = &r->options.settings;
    char text[400];
    struct text said = {0};
    run_settings_describe(set, &said);
    if (said.s) row(p, "asked for in the input", said.s);
    text_free(&said);
    for (int i = 0; i < r->windows; i++) window_row(p, &r->window[i]);
    if (r->windows > 0) {
        row(p, "normalisation",
            "C(t1,t2) = ⟨I1 I2⟩_p / (⟨I1⟩_p ⟨I2⟩_p), Eq. 1 of Riechers et al., Nat. Commun. 15 (2024), doi "
            "10.1038/s41467-024-50758-3");
        row(p, "age",
            strcmp(set->age, "mid") == 0
                ? "mid: the mean of the two times, since the first frame; age windows of the fits in "
                  "geometric "
                  "progression"
                : "start: the earlier of the two times, since the first frame; age windows of the fits in "
                  "geometric progression");
        snprintf(text, sizeof text, "%s; fits begin at the first lag of one frame",
                 strcmp(set->diagonal, "keep") == 0 ? "kept (noise-free patterns)" : set->diagonal);
        row(p, "diagonal", text);
        snprintf(
            text, sizeof text,
            "(g2 − g∞)/(g2(first lag ≥ 1 frame) − g∞); %lld lags a decade (0: every lag); errors from block "
            "means over age",
            (long long)set->per_decade);
        row(p, "R", text);
        row(p, "Siegert power",
            "KWW: 2 (R = A f²) and 1; Mittag-Leffler: 1 (R = A f) and 2; stated with every number; Riechers "
            "et al. use KWW with 2 and Mittag-Leffler with 1");
        snprintf(
            text, sizeof text,
            "at least %lld surrogate records a window: independent stationary complex Gaussian pixels with "
            "the |f|² of the largest window of the stage, at most %lld pixels (beyond, variances are scaled "
            "by the exact variance of one element, about 1/n); exact: independent exponential intensities",
            (long long)r->options.seeds, (long long)r->options.surrogate_pixels);
        row(p, "null models", text);
        row(p, "events",
            "drop d = 1 − (C(t,t+1) − g∞ − c(t))/(g0 − g∞) with the local plateau g0 + c(t); z robust "
            "(median, MAD) in blocks; threshold: fewer than 1 % of surrogate records exceed it");
    }
    for (int i = 0; i < r->motions; i++) {
        const struct motion_report *m = &r->motion[i];
        char title[160], safe[2 * RUN_NAME];
        if (m->frames == 0) continue;
        motion_row(p, m);
        if (!m->in_situ) continue;
        const struct track *t = motion_report_hops_track(m);
        snprintf(text, sizeof text,
                 "found while the atoms moved, %lld looks every %.4g %s; r1 = %.5g; cage mean over %.4g %s; "
                 "box change "
                 "%s; centre of mass held",
                 (long long)t->frames, t->interval, t->time_unit, m->hops.r1, m->cage, t->time_unit,
                 t->box_changed ? "removed (cell of the first look)" : "none");
        snprintf(title, sizeof title, "hops %s", html_escape(safe, sizeof safe, m->label));
        row(p, title, text);
    }
    if (r->motions > 0)
        row(p, "waiting times",
            "hop: |r − cage mean| > d in all frames for at least t_p, at the first of them; censored waits "
            "kept (Kaplan–Meier, maximum likelihood); goodness of fit by bootstrap only if asked for");
}

void page_conventions(struct page *p)
{
    page_section(p, "conventions", "Conventions");
    text_add(&p->html, "<div class=\"scroll\"><table>\n<tr><th>what</th><th>how</th></tr>\n");
    machine(p);
    analysis(p);
    row(p, "numbers",
        "all of them, with these conventions, in results.h5; figures/ holds data and gnuplot scripts");
    row(p, "command", p->command);
    text_add(&p->html, "</table></div>\n");
    if (p->report->folder.input) {
        text_add(&p->html, "<details><summary>The effective input</summary>\n<pre>");
        html_text(&p->html, p->report->folder.input);
        text_add(&p->html, "</pre></details>\n");
    }
    text_add(&p->html, "</section>\n");
}
