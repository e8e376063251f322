/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page — one self-contained HTML page (no scripts, nothing loaded from elsewhere) of a report.
 *
 *     TRY(page_write("runs/a/report.html", &report, &figures, "runs/a/figures", "glint report runs/a"));
 *
 * Sections: summary, Sample, Structure, Windows, Relaxation, Intermittency, Waiting times, Conventions. A
 * section whose data are missing says so. Pictures are inline SVG, maps base64 PNG; without gnuplot the data
 * files and scripts are named instead. Everything from files is escaped. */
#ifndef GLINT_ANALYSIS_REPORT_PAGE_H
#define GLINT_ANALYSIS_REPORT_PAGE_H

#include "analysis/report/figures.h"
#include "analysis/report/pipeline.h"

struct page {
    struct text html;
    const struct report *report;
    const struct figures *figures;
    const char *figures_folder, *command;
    int number; /* of the last figure */
};

status page_write(const char *path, const struct report *r, const struct figures *g,
                  const char *figures_folder, const char *command);

/* ---- parts, one section each (page_sections.c, page_atoms.c, page_conventions.c) ---- */
void page_summary(struct page *p);
status page_sample(struct page *p);
status page_transition(struct page *p); /* page_transition.c; nothing without a wide cooling ramp */
status page_structure(struct page *p);
status page_windows(struct page *p);
status page_relaxation(struct page *p);
status page_intermittency(struct page *p);
status page_waiting(struct page *p);
void page_conventions(struct page *p);

/* ---- helpers ---- */
void page_section(struct page *p, const char *id, const char *title);
/* A figure with its number and caption (HTML); nothing when it is not there. `map`: the PNG, else the SVG. */
status page_figure(struct page *p, const char *key, const char *label, bool map, const char *caption);
/* Heading of a stage when there is more than one. */
void page_stage(struct page *p, const char *label);
/* The stage's name in words, escaped: "stage ‹hold›" or "". */
const char *page_stage_name(const char *label, char out[128]);
/* What a number of the files is in real units, " (2.73 ps)", as HTML; "" without a map. In metal units only
 * times that are awkward in ps get a second unit. */
const char *page_real(const struct page *p, enum quantity q, double value, char out[RUN_UNITS_TEXT]);
void page_row(struct text *t, const char *tag, int n, const char *const *cell);
/* For pages of another kind: everything up to and with the title; a picture with its caption (HTML); the end,
 * and the whole as a file. Between them: </header><main>. */
void page_begin(struct text *t, const char *title);
status page_picture(struct text *t, const struct figure *f, const char *folder, int number, bool map,
                    const char *caption);
status page_end(struct text *t, const char *path);

#endif
