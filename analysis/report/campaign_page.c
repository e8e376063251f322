/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/campaign_page.h"
#include "analysis/report/campaign_figure.h"
#include "analysis/report/campaign_waiting.h"
#include "analysis/report/html.h"
#include "analysis/report/page.h"
#include "analysis/stability/stability_page.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELLS = CAMPAIGN_COLUMNS + CAMPAIGN_KEYS + 3 };

struct sheet {
    struct text html;
    const struct campaign_table *table;
    char figures[FILE_PATH_MAX];
    int number; /* of the last figure */
};

/* The cells of a row, as HTML. */
struct row {
    int n;
    char cell[CELLS][2 * CAMPAIGN_NAME + 64];
};

static char *next_cell(struct row *r)
{
    return r->n < CELLS ? r->cell[r->n++] : r->cell[CELLS - 1];
}

static void put_text(struct row *r, const char *text)
{
    char *cell = next_cell(r);
    html_escape(cell, sizeof r->cell[0], text);
}

static void put_number(struct row *r, double value, double error)
{
    html_number(next_cell(r), value, error);
}

static void put_row(struct sheet *s, const char *tag, const struct row *r)
{
    const char *cell[CELLS];
    for (int i = 0; i < r->n; i++) cell[i] = r->cell[i];
    page_row(&s->html, tag, r->n, cell);
}

/* ---- tables ---- */

static void member_link(struct row *r, const struct campaign_table *t, size_t i)
{
    char page[FILE_PATH_MAX], folder[FILE_PATH_MAX];
    const char *name = t->members.name[i]; /* letters, digits and .-_+ only */
    bool there = file_join(folder, t->folder, name) == OK && file_join(page, folder, "report.html") == OK &&
                 file_exists(page);
    if (there)
        snprintf(next_cell(r), sizeof r->cell[0], "<a href=\"%.100s/report.html\">%.100s</a>", name, name);
    else
        put_text(r, name);
}

static void members_table(struct sheet *s)
{
    const struct campaign_table *t = s->table;
    struct row r = {0};
    text_add(&s->html,
             "<div class=\"scroll\"><table>\n<caption>Every member. T, P, density and potential energy per "
             "atom: means over the second half of the last stage that moves. e_IS: energy per atom of the "
             "last minimisation.</caption>\n");
    put_text(&r, "member");
    put_text(&r, "state");
    for (int c = 0; c < t->columns; c++) put_text(&r, t->column[c].name);
    put_row(s, "th", &r);
    for (size_t i = 0; i < t->members.n; i++) {
        r.n = 0;
        member_link(&r, t, i);
        put_text(&r, t->state[i]);
        for (int c = 0; c < t->columns; c++) put_number(&r, t->column[c].value[i], NAN);
        put_row(s, "td", &r);
    }
    text_add(&s->html, "</table></div>\n");
}

static void means_table(struct sheet *s)
{
    const struct campaign_table *t = s->table;
    struct row r = {0};
    text_add(&s->html,
             "<div class=\"scroll\"><table>\n<caption>Means over the members that are done and differ in "
             "the seed only, ± standard error (s.d./√n; of n = 2 or 3 it is itself uncertain by a half or "
             "more).</caption>\n");
    for (int k = 0; k < t->keys; k++)
        if (!t->key[k].over) put_text(&r, t->key[k].name);
    put_text(&r, "n");
    for (int c = 0; c < t->columns; c++) put_text(&r, t->column[c].name);
    put_row(s, "th", &r);
    for (size_t g = 0; g < t->groups; g++) {
        int64_t n = 0;
        r.n = 0;
        for (int k = 0; k < t->keys; k++)
            if (!t->key[k].over) put_text(&r, campaign_table_value(t, t->first[g], k));
        for (int c = 0; c < t->columns; c++) n = t->column[c].count[g] > n ? t->column[c].count[g] : n;
        snprintf(next_cell(&r), sizeof r.cell[0], "%lld", (long long)n);
        for (int c = 0; c < t->columns; c++) put_number(&r, t->column[c].mean[g], t->column[c].error[g]);
        put_row(s, "td", &r);
    }
    text_add(&s->html, "</table></div>\n");
}

/* ---- figures ---- */

static status result_figures(struct sheet *s)
{
    const struct campaign_table *t = s->table;
    int key = 0;
    while (key < t->keys && t->key[key].over) key++;
    if (key == t->keys || t->groups < 2) return OK;
    text_add(&s->html, "<section id=\"results\">\n<h2>Results against ");
    html_text(&s->html, t->key[key].name);
    text_add(&s->html, "</h2>\n");
    for (int c = 0; c < t->columns; c++) {
        struct figure f = {0};
        char caption[600], name[2 * CAMPAIGN_NAME], axis[200];
        if (strcmp(t->column[c].name, "T") == 0) continue; /* set, not found */
        status st = campaign_figure(&f, t, c, key, s->figures);
        snprintf(caption, sizeof caption,
                 "%s against %s; error bars: standard error over the seeds (none for a single one).",
                 html_escape(name, sizeof name, t->column[c].name),
                 html_escape(axis, sizeof axis, t->key[key].name));
        if (st == OK) st = page_picture(&s->html, &f, s->figures, ++s->number, false, caption);
        figure_free(&f);
        TRY(st);
    }
    text_add(&s->html, "</section>\n");
    return OK;
}

static void pool_words(char *out, size_t size, const struct campaign_pool *p)
{
    char error[80], unit[48];
    const char *u = html_unit(unit, sizeof unit, p->time_unit);
    int n = snprintf(
        out, size,
        "Exchange times of %zu members (%zu ended, %zu cut off by the end of a record), hops of d = %.2g "
        "r<sub>1</sub> for at least %g %s. ",
        p->members, p->events, p->censored, p->distance_r1, p->persist, u);
    if (n < 0 || (size_t)n >= size) return;
    if (!p->has_fit) {
        snprintf(out + n, size - (size_t)n, "No fit: %s.", p->why);
        return;
    }
    char number[HTML_NUMBER];
    html_number(number, p->fit.alpha, p->replica_error);
    snprintf(error, sizeof error, "%.2g", p->fit.sigma);
    snprintf(out + n, size - (size_t)n,
             "α = %s above x<sub>min</sub> = %.3g %s; the error is a bootstrap over whole members at this "
             "x<sub>min</sub> (taking all waits for independent would give ±%s). ",
             number, p->fit.xmin, u, error);
}

static status group_waiting(struct sheet *s, size_t g, bool *headed)
{
    const struct campaign_table *t = s->table;
    struct campaign_waiting w;
    char label[300], words[1200];
    TRY(campaign_waiting_make(&w, t, g));
    status st = OK;
    for (int i = 0; i < w.n && st == OK; i++) {
        const struct campaign_pool *p = &w.pool[i];
        struct figure f = {0};
        char name[200];
        if (!*headed)
            text_add(&s->html,
                     "<section id=\"waiting\">\n<h2>Waiting times, pooled over the replicas</h2>\n");
        *headed = true;
        campaign_table_label(t, t->first[g], -1, label, sizeof label);
        text_add(&s->html, "<h3>");
        html_text(&s->html, label[0] ? label : "All members");
        if (p->label[0]) text_add(&s->html, ", stage “");
        html_text(&s->html, p->label);
        text_add(&s->html, "%s</h3>\n", p->label[0] ? "”" : "");
        if (p->has_fit) {
            text_add(&s->html, "<p class=\"verdict\">");
            html_text(&s->html, p->fit.verdict);
            text_add(&s->html, "</p>\n");
        }
        snprintf(name, sizeof name, "waiting-pooled-%zu%s%s", g + 1, p->label[0] ? "-" : "", p->label);
        st = campaign_waiting_figure(&f, p, s->figures, name);
        pool_words(words, sizeof words, p);
        if (st == OK) st = page_picture(&s->html, &f, s->figures, ++s->number, false, words);
        figure_free(&f);
    }
    campaign_waiting_free(&w);
    return st;
}

static status waiting(struct sheet *s)
{
    bool headed = false;
    for (size_t g = 0; g < s->table->groups; g++) TRY(group_waiting(s, g, &headed));
    if (headed) text_add(&s->html, "</section>\n");
    return OK;
}

/* ---- the page ---- */

static void head(struct sheet *s, const char *command)
{
    const struct campaign_table *t = s->table;
    const char *slash = strrchr(t->folder, '/');
    char now[32];
    size_t done = 0;
    clock_iso(now);
    for (size_t i = 0; i < t->members.n; i++) done += strcmp(t->state[i], "done") == 0;
    page_begin(&s->html, slash ? slash + 1 : t->folder);
    text_add(&s->html, "<p class=\"meta\">glint %s · campaign of %zu runs, %zu done · page made %s by “",
             GLINT_VERSION, t->members.n, done, now);
    html_text(&s->html, command);
    text_add(&s->html, "”</p>\n");
    if (done < t->members.n)
        text_add(&s->html, "<p class=\"warn\">%zu of %zu members are not done; means leave them out.</p>\n",
                 t->members.n - done, t->members.n);
    text_add(&s->html, "<p class=\"lead\">Varied:");
    for (int k = 0; k < t->keys; k++) {
        text_add(&s->html, "%s ", k ? "," : "");
        html_text(&s->html, t->key[k].name);
    }
    text_add(&s->html, ".</p>\n</header>\n<main>\n");
}

static status fill(struct sheet *s, const char *command)
{
    head(s, command);
    text_add(&s->html, "<section id=\"members\">\n<h2>Members</h2>\n");
    members_table(s);
    if (s->table->groups < s->table->members.n) means_table(s);
    text_add(&s->html, "</section>\n");
    bool controls = false;
    for (int k = 0; k < s->table->keys; k++)
        controls = controls || strcmp(s->table->key[k].name, "role") == 0;
    if (controls) TRY(stability_page_section(&s->html, s->table->folder, s->figures, &s->number));
    TRY(result_figures(s));
    return waiting(s);
}

status campaign_page_write(const char *folder, const char *path, const char *command)
{
    struct campaign_table t;
    struct sheet s = {.table = &t};
    TRY(campaign_table_make(&t, folder, &(struct campaign_table_options){0}));
    status st = file_join(s.figures, t.folder, "figures");
    if (st == OK) st = fill(&s, command);
    if (st == OK) st = page_end(&s.html, path);
    text_free(&s.html);
    campaign_table_free(&t);
    return st;
}
