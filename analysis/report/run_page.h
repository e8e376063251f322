/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_page — the page of one run.
 *
 *     TRY(run_page_write("runs/a/report.html", &report, &figures, "runs/a/figures", "glint report runs/a"));
 *
 * Sections: summary, Sample, Glass transition, Structure, Windows, Relaxation, Intermittency, Waiting times,
 * Conventions. `figures_folder`: where the figures lie; `command`: what made the page, for its end. An old
 * page is replaced when the new one is complete. */
#ifndef GLINT_ANALYSIS_REPORT_RUN_PAGE_H
#define GLINT_ANALYSIS_REPORT_RUN_PAGE_H

#include "analysis/report/page.h"

status run_page_write(const char *path, const struct report *r, const struct figures *g,
                      const char *figures_folder, const char *command);

#endif
