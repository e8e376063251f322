/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log — lines for people, on standard error. Results go to standard output, never through here.
 * Under MPI only one rank speaks: the others call log_mute(true) once after start. */
#ifndef GLINT_BASE_LOG_H
#define GLINT_BASE_LOG_H

#include <stdbool.h>

void log_mute(bool mute);
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
