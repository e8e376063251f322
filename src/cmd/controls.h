/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controls — `controls:` of a film's input: the runs that a film must be compared with. A control is nothing
 * but another complete input, made here from that of the film; a campaign (cmd/campaign.h) adds it to its
 * members, and whatever runs, resumes or tabulates runs does so with controls.
 *
 *     controls:
 *       - film-quench: {from: 1.6 Tg, time: same, thickness: same}
 *       - bulk-quench: {atoms: 2000, rates: [1e-2, 1e-3, 1e-4, 3e-5] eps/kB/tau}
 *       - bulk-hold: {atoms: 2000, T: [0.97, 1.03, 1.08, 1.14] Tg}
 *
 * film-quench: the film's own input, but what is deposited comes fast (`flux`) onto the same substrate until
 * the film is as thick, is melted at `from`, and cooled to the temperature at which the film grew, or `to`,
 * within the time that the deposition takes by the estimate of `glint check` (the table of `glint stability`
 * shows both times as they came out). What follows the deposition in the film's input follows here, with the
 * same labels. Role film-quench.
 *
 * bulk-quench: one run a rate: a periodic cell of the film's mixture, melted and cooled at P = 0 to `to`
 * (absent: the lowest temperature of the film's stages) in `looks` equal parts; after each one
 * `measure: {eis: all, pressure: 0}`, at the end a minimisation with its box relaxed to P = 0. Keys of the
 * film's input that say how, not what, are kept: potential, Tg, map, dt, seed, thermostat, … Role
 * bulk-quench. Of mixtures two more runs at the fastest rate, with `shift` more and less of the first
 * species: what e_IS gains by composition. Role composition.
 *
 * bulk-hold: one run a temperature: the same cell, melted, cooled at P = 0 to T and held there, the liquid
 * that it should become, with looks at its inherent structure at equal times. Role bulk-hold.
 *
 *     for (size_t k = 0; k < controls_number(film, i); k++) {
 *         struct tree document = {0};
 *         GUARD(controls_document(film, i, k, &document));      to be read by run_input_take
 *     }
 *
 * Not collective; a struct run_input must have been read without problems. */
#ifndef GLINT_CMD_CONTROLS_H
#define GLINT_CMD_CONTROLS_H

#include "cmd/run_input.h"

enum control_role {
    CONTROL_FILM,
    CONTROL_FILM_QUENCH,
    CONTROL_BULK_QUENCH,
    CONTROL_COMPOSITION,
    CONTROL_BULK_HOLD
};
extern const char *const control_roles[]; /* the words for it; ends with NULL */
extern const struct input_table *const control_tables[];

/* Notes problems that only the whole input shows, and sets what is standard. */
void controls_check(struct run_input *r);

size_t controls_number(const struct run_input *film, size_t item);
enum control_role controls_role(const struct run_input *film, size_t item, size_t which);
status controls_document(const struct run_input *film, size_t item, size_t which, struct tree *document);
/* What tells it from others of its role, for names: "-rate1e-3", "+0.05", "-T0.97Tg", ""; and the rate of a
 * quench of a bulk as text with its unit, "" for others. Both return out. */
const char *controls_word(const struct run_input *film, size_t item, size_t which, char out[UNITS_TEXT]);
const char *controls_rate(const struct run_input *film, size_t item, size_t which, char out[UNITS_TEXT]);
/* Does the control change with this key of the film's input ("deposit.T", "seed")? */
bool controls_depend_on(const struct run_input *film, size_t item, const char *key);

#endif
