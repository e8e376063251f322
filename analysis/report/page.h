/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page — what HTML pages of reports are made of: one file each, no scripts, nothing loaded from elsewhere.
 *
 *     struct page p = {.report = &report, .figures = &figures, …};
 *     page_begin(&p.html, "runs/a");
 *     text_add(&p.html, "</header>\n<main>\n");
 *     page_section(&p, "sample", "Sample"); …                 closed by the caller: </section>
 *     TRY(page_figure(&p, "sample", "", false, "What it shows."));
 *     TRY(page_end(&p.html, "runs/a/report.html"));
 *     text_free(&p.html);
 *
 * Pictures are inline SVG, maps base64 PNG; without gnuplot the data files and scripts are named instead.
 * Everything from files is escaped. */
#ifndef GLINT_ANALYSIS_REPORT_PAGE_H
#define GLINT_ANALYSIS_REPORT_PAGE_H

#include "analysis/report/figures.h"
#include "analysis/report/pipeline.h"

/* A page that is being written, of one run. */
struct page {
    struct text html;
    const struct report *report;
    const struct figures *figures;
    const char *figures_folder, *command;
    int number; /* of the last figure */
};

/* ---- the frame of pages of any kind (cells and captions are HTML already) ---- */

/* Everything up to and with the title; what follows closes the header: </header><main>. */
void page_begin(struct text *t, const char *title);
void page_row(struct text *t, const char *tag, int n, const char *const *cell);
/* A picture with its number and caption. `map`: the PNG, else the SVG. */
status page_picture(struct text *t, const struct figure *f, const char *folder, int number, bool map,
                    const char *caption);
/* The end, and the whole as a file. */
status page_end(struct text *t, const char *path);

/* ---- what sections need ---- */

void page_section(struct page *p, const char *id, const char *title);
/* The figure of that key and stage as page_picture; nothing when it is not there. */
status page_figure(struct page *p, const char *key, const char *label, bool map, const char *caption);
/* Heading of a stage when there is more than one. */
void page_stage(struct page *p, const char *label);
/* The stage's name in words, escaped: "stage ‹hold›" or "". */
const char *page_stage_name(const char *label, char out[128]);
/* What a number of the files is in real units, " (2.73 ps)", as HTML; "" without a map. In metal units only
 * times that are awkward in ps get a second unit. */
const char *page_real(const struct page *p, enum quantity q, double value, char out[RUN_UNITS_TEXT]);

#endif
