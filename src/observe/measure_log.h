/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure_log — what a `measure` stage found, as files of the run folder: measure-LABEL.json (step, time and
 * set temperature; energy of the inherent structure with all that it depends on; the time of `mobility`) and
 * profile-LABEL.csv. Whole files, written by rank 0. */
#ifndef GLINT_OBSERVE_MEASURE_LOG_H
#define GLINT_OBSERVE_MEASURE_LOG_H

#include "protocol/measure.h"
#include "protocol/stage.h"

status measure_log_write(const struct engine *e, const struct stage *s, const char *folder); /* collective */

#endif
