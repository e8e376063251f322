/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability_json — what `glint stability --json` prints: films, bulk quenches, lines, groups, claims.
 *
 *     TRY(stability_json(&s, convention));     to stdout; convention: what the numbers are, in words */
#ifndef GLINT_ANALYSIS_CMD_STABILITY_JSON_H
#define GLINT_ANALYSIS_CMD_STABILITY_JSON_H

#include "analysis/stability/stability.h"

status stability_json(const struct stability *s, const char *convention);

#endif
