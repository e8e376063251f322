/* SPDX-License-Identifier: GPL-3.0-or-later */
/* welch — how many of its errors must a difference be away from zero?
 *
 *     struct welch w = {0};
 *     welch_add(&w, error, freedom);        once a part: the squares of the errors add up
 *     welch_limit(&w)                       fabs(difference) > limit × welch_error(&w): not by chance
 *
 * An error that is itself known from few numbers is exceeded twice by chance more often than a normal one:
 * at 3 degrees of freedom in 14 %, not in 4.6 %, of all cases. The limit is that of Student's t which chance
 * exceeds, to either side, as often as a normal variable two of its errors. Degrees of freedom of a sum after
 * Welch and Satterthwaite (Biometrics Bulletin 2, 110 (1946)): ν = (Σ e_k²)²/Σ (e_k⁴/ν_k). */
#ifndef GLINT_ANALYSIS_FIT_WELCH_H
#define GLINT_ANALYSIS_FIT_WELCH_H

struct welch {
    double variance, uncertain; /* Σ e_k², Σ e_k⁴/ν_k */
};

/* freedom: differences between independent numbers that the error was taken from; INFINITY: it is known. An
 * error that several parts share belongs in once, with their joint weight. NaN stays NaN. */
void welch_add(struct welch *w, double error, double freedom);
double welch_error(const struct welch *w);
double welch_freedom(const struct welch *w); /* INFINITY where all errors are known, or there are none */
double welch_limit(const struct welch *w);   /* 2 at infinite freedom, 2.3 at 10, 3.3 at 3, 14 at 1 */

#endif
