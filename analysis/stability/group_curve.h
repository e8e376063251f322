/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_curve — groups of a campaign that differ in one swept key only make a curve along it.
 *
 *     if (group_curve_same(&s, g, h, ".T")) …      g and h lie on one curve against T_sub
 *     group_curve_title(&s, g, ".T", title)       "deposit.flux 3e-3 /sigma^2/tau": what sets it apart
 *
 * `axis` is the end of the key's name, ".T" or ".flux". Seed, role and rate of a control make no curves. */
#ifndef GLINT_ANALYSIS_STABILITY_GROUP_CURVE_H
#define GLINT_ANALYSIS_STABILITY_GROUP_CURVE_H

#include "analysis/stability/stability.h"

enum { GROUP_CURVE_TITLE = 128 };

bool group_curve_same(const struct stability *s, size_t g, size_t h, const char *axis);
/* "films" where no key is left. */
const char *group_curve_title(const struct stability *s, size_t g, const char *axis,
                              char out[GROUP_CURVE_TITLE]);
/* Is there no earlier group on the curve of g? */
bool group_curve_first(const struct stability *s, size_t g, const char *axis);

#endif
