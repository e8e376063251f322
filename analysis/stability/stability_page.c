/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/stability_page.h"
#include "analysis/report/html.h"
#include "analysis/report/page.h"
#include "analysis/stability/claims.h"
#include "analysis/stability/stability_figures.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 7, CELLS = STABILITY_KEYS + 2 * SHOWN + 2, CELL = 400 };
static const struct {
    enum stability_quantity quantity;
    const char *name;
} shown[SHOWN] = {{STABILITY_BEFORE, "e<sub>IS</sub>"},
                  {STABILITY_AFTER, "e<sub>IS</sub>, cold"},
                  {STABILITY_DENSITY, "density"},
                  {STABILITY_ONSET, "T<sub>onset</sub>"},
                  {STABILITY_TF_H, "T<sub>f</sub>(H)"},
                  {STABILITY_TF_E, "T<sub>f</sub>(e<sub>IS</sub>)"},
                  {STABILITY_RATE, "log<sub>10</sub> equivalent rate"}};

struct row {
    int n;
    char cell[CELLS][CELL];
};

static char *next_cell(struct row *r)
{
    return r->n < CELLS ? r->cell[r->n++] : r->cell[CELLS - 1];
}

static void put_row(struct text *html, const char *tag, const struct row *r)
{
    const char *cell[CELLS];
    for (int i = 0; i < r->n; i++) cell[i] = r->cell[i];
    page_row(html, tag, r->n, cell);
}

static bool is_axis(const struct stability *s, size_t k)
{
    return (int)k != s->seed && (int)k != s->role && (int)k != s->rate;
}

/* Film above control in one cell. */
static void put_pair(struct row *r, const struct stability_group *g, enum stability_quantity q)
{
    char film[HTML_NUMBER], control[HTML_NUMBER];
    html_number(film, g->film[q].value, g->film[q].error);
    html_number(control, g->control[q].value, g->control[q].error);
    snprintf(next_cell(r), CELL, "%s<br><small>%s</small>", film, control);
}

static void put_table(struct text *html, const struct stability *s)
{
    struct row r = {0};
    text_add(
        html,
        "<div class=\"scroll\"><table>\n<caption>Films, and in small print their film-quenches: means over "
        "the seeds ± standard error pooled over groups (with few seeds that of the single films, if it is "
        "larger). e<sub>IS</sub>: of the interior, before and after the final cool-down, ");
    if (s->lines.composition.n > 0)
        text_add(html, "corrected to a fraction of %.4g of the first species (∂e/∂x = %.3g). ",
                 s->lines.mixture, s->lines.composition.slope);
    else
        text_add(html, "not corrected for composition. ");
    text_add(html, "A difference counts beyond its limit: two of its errors, "
                   "more where these are known from few seeds or columns (Student's t).</caption>\n");
    for (size_t k = 0; k < s->members.keys; k++)
        if (is_axis(s, k)) html_escape(next_cell(&r), CELL, s->members.key[k]);
    snprintf(next_cell(&r), CELL, "n");
    for (int q = 0; q < SHOWN; q++) snprintf(next_cell(&r), CELL, "%s", shown[q].name);
    snprintf(next_cell(&r), CELL, "verdict");
    put_row(html, "th", &r);
    for (size_t g = 0; g < s->groups; g++) {
        const struct stability_group *group = &s->group[g];
        r.n = 0;
        for (size_t k = 0; k < s->members.keys; k++)
            if (is_axis(s, k))
                html_escape(next_cell(&r), CELL, stability_value(s, s->film[group->first].member, k));
        snprintf(next_cell(&r), CELL, "%lld<br><small>%lld</small>", (long long)group->films,
                 (long long)group->controls);
        for (int q = 0; q < SHOWN; q++) put_pair(&r, group, shown[q].quantity);
        html_escape(next_cell(&r), CELL, group->verdict);
        put_row(html, "td", &r);
    }
    text_add(html, "</table></div>\n");
    if (s->lines.rates.n > 0)
        text_add(html,
                 "<p>Equivalent rates: bulk quenches from %.3g to %.3g, scatter %.2g in e<sub>IS</sub>; "
                 "beyond them an "
                 "extrapolation%s.</p>\n",
                 pow(10.0, s->lines.rates.low), pow(10.0, s->lines.rates.high), s->lines.rates.scatter,
                 s->groups > 0 && s->group[0].extrapolated ? ", as here" : "");
}

static void put_claim(struct text *html, const struct claim *claim)
{
    char number[HTML_NUMBER];
    text_add(html, "<tr><td>");
    html_symbols(html, claim->text);
    text_add(html, "</td><td class=\"k\">%s</td><td>", claim_verdicts[claim->verdict]);
    for (int k = 0; k < claim->rows; k++) {
        const struct claim_row *r = &claim->row[k];
        text_add(html, "%s%s", k ? "<br>" : "", r->counts ? "" : "<small>");
        html_symbols(html, r->of);
        html_number(number, r->value, r->error);
        text_add(html, ": %s (%s)%s", number, claim_verdicts[r->verdict], r->counts ? "" : "</small>");
    }
    text_add(html, "</td></tr>\n");
}

/* Every claim with the means that decide it, and what single curves say in small print. */
static status put_claims(struct text *html, const struct stability *s)
{
    struct claims *c = NULL;
    TRY(NEW(c, 1));
    bool any = false;
    status st = claims_make(c, s);
    for (int i = 0; i < c->n; i++) any = any || c->claim[i].rows > 0;
    if (any) {
        text_add(
            html,
            "<div class=\"scroll\"><table>\n<caption>Claims: differences ± error, seen (not seen) beyond "
            "their "
            "limit on the side that is claimed (on the other): what chance exceeds in 4.6 %% of all cases, "
            "two "
            "errors where these are known well. Best T<sub>sub</sub>: of each seed, that with the lowest "
            "e<sub>IS</sub> of the other seeds.</caption>\n"
            "<tr><th>claim</th><th>verdict</th><th>differences</th></tr>\n");
        for (int i = 0; i < c->n; i++)
            if (c->claim[i].rows > 0) put_claim(html, &c->claim[i]);
        text_add(html, "</table></div>\n");
    }
    DELETE(c);
    return st;
}

static status put_figures(struct text *html, const struct stability *s, const char *folder, int *number)
{
    struct stability_figures *g = NULL;
    char caption[800];
    TRY(NEW(g, 1));
    status st = stability_figures_draw(g, s, folder);
    for (int i = 0; i < g->n && st == OK; i++) {
        html_escape(caption, sizeof caption, g->caption[i]);
        st = page_picture(html, &g->figure[i], folder, ++*number, false, caption);
    }
    stability_figures_free(g);
    DELETE(g);
    return st;
}

status stability_page_section(struct text *html, const char *campaign, const char *folder, int *number)
{
    struct stability s;
    text_add(html, "<section id=\"stability\">\n<h2>Films beside their controls</h2>\n");
    status st = stability_make(&s, campaign, NULL);
    if (st == OK) {
        put_table(html, &s);
        st = put_claims(html, &s);
        if (st == OK) st = put_figures(html, &s, folder, number);
        stability_free(&s);
    } else if (st == BAD_INPUT) {
        text_add(html, "<p>");
        html_text(html, status_message());
        text_add(html, "</p>\n");
        st = OK;
    }
    text_add(html, "</section>\n");
    return st;
}
