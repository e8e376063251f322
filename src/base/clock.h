/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock — wall-clock seconds, and a progress line with rate and time to go (on a terminal only, else a line a
 * minute). */
#ifndef GLINT_BASE_CLOCK_H
#define GLINT_BASE_CLOCK_H

#include <stdint.h>

double clock_now(void); /* seconds, monotonic */

/* The current date and time as ISO 8601 with time zone, as NeXus and run.json want it. */
void clock_iso(char out[32]);

/* A length of time for people: "12 s", "3:20 min", "2:05 h"; "–" for NaN and what is beyond 1e9 s. Returns
 * out. */
const char *clock_duration(double seconds, char out[32]);

struct progress {
    const char *label;
    int64_t total;
    double start, last;
};
struct progress progress_start(const char *label, int64_t total);
/* Call as often as you like; prints at most 5 times a second on a terminal. `note` may be NULL. */
void progress_show(struct progress *p, int64_t done, const char *note);
void progress_end(struct progress *p);

#endif
