/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign_page — one page of a campaign: its results in a table with links to the members' own pages, means
 * over the seeds, each result against the first swept key, and waiting times pooled over the replicas.
 *
 *     TRY(campaign_page_write("runs/pvd", "runs/pvd/report.html", "glint report runs/pvd"));
 *
 * Figures with data and scripts go to DIR/figures. Members' pages and results.h5 are made before, by
 * glint report; a member without them has a row and no link. Links are relative, so the folder may move. */
#ifndef GLINT_ANALYSIS_REPORT_CAMPAIGN_PAGE_H
#define GLINT_ANALYSIS_REPORT_CAMPAIGN_PAGE_H

#include "base/status.h"

status campaign_page_write(const char *folder, const char *path, const char *command);

#endif
