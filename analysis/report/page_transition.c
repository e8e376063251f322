/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Glass transition: T_g of the widest cooling ramp of the run. */
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

static void kink_row(struct page *p, const struct ramp *r, int c)
{
    static const char *const name[RAMP_CURVES] = {"H(T)", "V(T)", "E<sub>pot</sub>(T)"};
    const struct kink *k = &r->kink[c];
    char cell[5][HTML_NUMBER + RUN_UNITS_TEXT], number[HTML_NUMBER], real[RUN_UNITS_TEXT], why[400];
    if (!k->found) {
        text_add(&p->html, "<tr><td class=\"k\">%s</td><td colspan=\"5\">%s</td></tr>\n", name[c],
                 html_escape(why, sizeof why, k->why));
        return;
    }
    double per = c == RAMP_V ? 1.0 : units_boltzmann(&r->units);
    const char *unit =
        c == RAMP_V ? r->units.kind == UNITS_METAL ? " Å³/K" : " σ³ k<sub>B</sub>/ε" : " k<sub>B</sub>";
    snprintf(cell[0], sizeof cell[0], "%s%s", html_number(number, k->x, k->error),
             page_real(p, QUANTITY_TEMPERATURE, k->x, real));
    snprintf(cell[1], sizeof cell[1], "± %.*f", text_places(k->systematic), k->systematic);
    snprintf(cell[2], sizeof cell[2], "%.4g–%.4g, %.4g–%.4g", k->lower.from, k->lower.to, k->upper.from,
             k->upper.to);
    snprintf(cell[3], sizeof cell[3], "%s%s",
             html_number(number, k->lower.slope / per, k->lower.slope_error / per), unit);
    snprintf(cell[4], sizeof cell[4], "%s%s",
             html_number(number, k->upper.slope / per, k->upper.slope_error / per), unit);
    page_row(&p->html, "td", 6, (const char *const[]){name[c], cell[0], cell[1], cell[2], cell[3], cell[4]});
}

status page_transition(struct page *p)
{
    const struct ramp *r = &p->report->ramp;
    char stage[100], rate[UNITS_TEXT], real[RUN_UNITS_TEXT], pressure[UNITS_TEXT];
    if (!p->report->has_ramp) return OK;
    page_section(p, "transition", "Glass transition");
    snprintf(rate, sizeof rate, "%.4g %s", r->rate / units_size(&r->units, QUANTITY_COOLING_RATE),
             units_label(&r->units, QUANTITY_COOLING_RATE));
    if (r->has_pressure)
        snprintf(pressure, sizeof pressure, "P = %.4g %s",
                 r->pressure / units_size(&r->units, QUANTITY_PRESSURE),
                 units_label(&r->units, QUANTITY_PRESSURE));
    else
        snprintf(pressure, sizeof pressure, "fixed volume");
    TRY(page_figure(
        p, "transition", "", false,
        "Enthalpy E<sub>kin</sub> + E<sub>pot</sub> + P V (P: set pressure) and volume per atom against "
        "the set temperature of the cooling ramp. Shaded: the windows of the two lines, 0.4–0.7 and "
        "1.15–1.5 of the T<sub>g</sub> they give. Errors: noise ± choice of windows."));
    text_add(
        &p->html,
        "<div class=\"scroll\"><table>\n<caption>Stage “%s”, cooled at %s%s, %s. Error of T<sub>g</sub>: "
        "block bootstrap; windows: s.d. over 81 sets of moved windows. A T<sub>g</sub> belongs to its rate "
        "and curve.</caption>\n",
        html_escape(stage, sizeof stage, r->stage), rate, page_real(p, QUANTITY_COOLING_RATE, r->rate, real),
        pressure);
    page_row(&p->html, "th", 6,
             (const char *const[]){"curve",
                                   r->units.kind == UNITS_METAL ? "T<sub>g</sub> (K)"
                                                                : "T<sub>g</sub> (ε/k<sub>B</sub>)",
                                   "windows", "glass, liquid", "glass slope", "liquid slope"});
    for (int c = 0; c < RAMP_CURVES; c++) kink_row(p, r, c);
    text_add(&p->html, "</table></div>\n</section>\n");
    return OK;
}
