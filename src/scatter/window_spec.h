/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window_spec — what a user says about a q window, from words to a checked description.
 *
 * The same keys and words serve the input file and the command line:
 *     kind      shell | plane | spot | shells | cone
 *     range     half-maximum of peak | FROM to TO      which |q| (default: half-maximum of peak)
 *     from, to  |q|                                    the same, as two keys
 *     number    N                                      shells: how many
 *     normal    h k l                                  plane: its normal h a* + k b* + l c*; points with
 *                                                      |q·n| < ½Δq. cone: its axis (default 0 0 1)
 *     angle     DEGREES                                cone: points within it of ± the normal (default 30)
 *     pixels    N in a line | NxM | NxMxK              spot: neighbouring points (default 3 in a line)
 *     at        all disjoint on peak | h k l | direction h k l
 *                                                      spot: where (default direction 1 0 0)
 *
 * Integers may stand in brackets and with commas: [0, 0, 1]. A |q| may carry its unit, "/sigma" or
 * "/angstrom"; window_spec_check_units compares it with the run's.
 *
 *     struct window_spec w = window_spec_of("2d");  TRY(window_spec_set(&w, "kind", "plane"));  …
 *     TRY(window_spec_parse(&w, "2d:plane,normal=[0,0,1]"));      [NAME:]KIND[,key=value]…
 * Every setter fails with BAD_INPUT, naming the window, the key, the words found and those expected. Call
 * window_spec_check when all keys are set. */
#ifndef GLINT_SCATTER_WINDOW_SPEC_H
#define GLINT_SCATTER_WINDOW_SPEC_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum window_kind { WINDOW_UNSET, WINDOW_SHELL, WINDOW_PLANE, WINDOW_SPOT, WINDOW_SHELLS, WINDOW_CONE };
enum window_place { PLACE_DIRECTION, PLACE_HKL, PLACE_ALL };
enum { WINDOW_NAME = 32 };

struct window_spec {
    char name[WINDOW_NAME];
    enum window_kind kind;
    bool on_peak; /* range = half-maximum of the first peak; else [low, high] */
    double low, high;
    int32_t number;    /* shells */
    int32_t normal[3]; /* plane, cone */
    double angle;      /* cone: degrees */
    int32_t pixels[3]; /* spot: extent along the axis most tangential to q, the next, the most radial one */
    enum window_place place;
    int32_t at[3]; /* PLACE_HKL, PLACE_DIRECTION */
    char unit[16]; /* "sigma", "angstrom" or "" */
};

struct window_spec window_spec_of(const char *name); /* defaults; kind unset */
status window_spec_set(struct window_spec *w, const char *key, const char *value);
status window_spec_parse(struct window_spec *w, const char *text);
status window_spec_check(const struct window_spec *w);
/* units: "lj" (lengths in sigma) or "metal" (angstrom). */
status window_spec_check_units(const struct window_spec *w, const char *units);
/* True if building the window needs a measured S(q). */
bool window_spec_needs_peak(const struct window_spec *w);
const char *window_kind_name(enum window_kind kind);
const char *window_kind_summary(enum window_kind kind); /* one line for lists of what is built in */
/* The description in the words above, as it can be parsed again. */
void window_spec_text(const struct window_spec *w, char *text, size_t size);

#endif
