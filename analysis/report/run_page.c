/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_page.h"
#include "analysis/report/html.h"
#include "analysis/report/page_sections.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static void head(struct page *p)
{
    const struct run_folder *f = &p->report->folder;
    char now[32], value[128], safe[256];
    clock_iso(now);
    page_begin(&p->html, f->name);
    text_add(&p->html, "<p class=\"meta\">glint %s", GLINT_VERSION);
    if (run_folder_fact(f, "potential", value, sizeof value))
        text_add(&p->html, " · %s", html_escape(safe, sizeof safe, value));
    if (run_folder_fact(f, "atoms", value, sizeof value))
        text_add(&p->html, " · %s atoms", html_escape(safe, sizeof safe, value));
    if (run_folder_fact(f, "seed", value, sizeof value))
        text_add(&p->html, " · seed %s", html_escape(safe, sizeof safe, value));
    if (run_folder_fact(f, "end", value, sizeof value))
        text_add(&p->html, " · run ended %s", html_escape(safe, sizeof safe, value));
    text_add(&p->html, " · page made %s</p>\n", now);
    if (run_folder_fact(f, "status", value, sizeof value) && strcmp(value, "done") != 0)
        text_add(&p->html, "<p class=\"warn\">The run is not complete: its status is “%s”.</p>\n",
                 html_escape(safe, sizeof safe, value));
}

static void problems(struct page *p)
{
    const char *line = p->report->problem.s;
    while (line && *line) {
        const char *end = strchr(line, '\n');
        char one[600];
        snprintf(one, sizeof one, "%.*s", (int)(end ? end - line : (long)strlen(line)), line);
        text_add(&p->html, "<p class=\"warn\">Left out — ");
        html_text(&p->html, one);
        text_add(&p->html, "</p>\n");
        line = end ? end + 1 : NULL;
    }
}

static status sections(struct page *p)
{
    head(p);
    page_summary(p);
    problems(p);
    text_add(&p->html, "<nav><a href=\"#sample\">Sample</a><a href=\"#structure\">Structure</a><a "
                       "href=\"#windows\">Windows</a><a href=\"#relaxation\">Relaxation</a><a "
                       "href=\"#intermittency\">Intermittency</a><a href=\"#waiting\">Waiting times</a><a "
                       "href=\"#conventions\">Conventions</a></nav>\n</header>\n<main>\n");
    TRY(page_sample(p));
    TRY(page_transition(p));
    TRY(page_structure(p));
    TRY(page_windows(p));
    TRY(page_relaxation(p));
    TRY(page_intermittency(p));
    TRY(page_waiting(p));
    page_conventions(p);
    return OK;
}

status run_page_write(const char *path, const struct report *r, const struct figures *g,
                      const char *figures_folder, const char *command)
{
    struct page p = {.report = r, .figures = g, .figures_folder = figures_folder, .command = command};
    status s = sections(&p);
    if (s == OK) s = page_end(&p.html, path);
    text_free(&p.html);
    return s;
}
