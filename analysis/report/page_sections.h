/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_sections — the sections of the page of a run, in their order there (page_conventions.c: summary and
 * conventions; page_sample.c; page_atoms.c: what the atoms say; page_transition.c; page_sections.c: what
 * the speckles say).
 *
 *     TRY(page_sample(&p));                                   appended to p.html
 *
 * A section whose data are missing says so. */
#ifndef GLINT_ANALYSIS_REPORT_PAGE_SECTIONS_H
#define GLINT_ANALYSIS_REPORT_PAGE_SECTIONS_H

#include "analysis/report/page.h"

void page_summary(struct page *p);
status page_sample(struct page *p);
status page_transition(struct page *p); /* nothing without a wide cooling ramp */
status page_structure(struct page *p);
status page_windows(struct page *p);
status page_relaxation(struct page *p);
status page_intermittency(struct page *p);
status page_waiting(struct page *p);
void page_conventions(struct page *p);

#endif
