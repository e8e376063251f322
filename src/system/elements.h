/* SPDX-License-Identifier: GPL-3.0-or-later */
/* elements — names and masses of species where a file gives only one of them.
 *
 * Units "lj": A (large, mass 2) and B (small, mass 1) of the Wahnström mixture (Phys. Rev. A 44, 3752, 1991),
 * in units of m_B. Units "metal": chemical symbols, standard atomic weights (IUPAC 2021, abridged), in amu.
 */
#ifndef GLINT_SYSTEM_ELEMENTS_H
#define GLINT_SYSTEM_ELEMENTS_H

#include "base/status.h"
#include "system/config.h"

/* The mass of a species called `name`, or 0 when unknown. */
double element_mass(const char *units, const char *name);
/* Volume of an atom in the solid metal at room temperature in cubic angstrom (weight over density: C. Kittel,
 * Introduction to Solid State Physics, 8th ed., chapter 1), or 0 when unknown. */
double element_volume(const char *name);
/* Radius for a radical tessellation, or 0 when unknown: σ/2 of the Wahnström mixture (A 1/2, B 5/12), and the
 * metallic (Goldschmidt, coordination 12) radii of Cu and Zr, 1.28 and 1.60 Å. */
double element_radius(const char *units, const char *name);
/* Name the species of c that have none: by mass where it is known (all species or none), else "1", "2", …;
 * give those without a mass the known mass of their name, or 0 (= unknown). */
void elements_complete(struct config *c);
/* "metal" when every name is a chemical symbol, "lj" otherwise; A and B alone are "lj". For files that do not
 * say. */
const char *elements_units(const struct species *s);
/* The species called name, added if new. Fails for the fifth species or a name of more than 7 characters; the
 * caller puts the place in front. */
status elements_add(struct species *s, const char *name, int32_t *type);

/* "lj" or "metal" into c->units; BAD_INPUT for anything else. */
status config_set_units(struct config *c, const char *units);

#endif
