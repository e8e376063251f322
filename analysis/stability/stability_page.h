/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability_page — the section of a campaign's page about films and their controls: means, verdicts, figures.
 *
 * For campaigns with `controls:`; when no film is done, the section says so. `number` counts the figures of
 * the page; figures go into `folder`. */
#ifndef GLINT_ANALYSIS_STABILITY_STABILITY_PAGE_H
#define GLINT_ANALYSIS_STABILITY_STABILITY_PAGE_H

#include "base/status.h"
#include "base/text.h"

status stability_page_section(struct text *html, const char *campaign, const char *folder, int *number);

#endif
