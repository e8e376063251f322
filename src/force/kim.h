/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kim — the potential of any portable model of OpenKIM (https://openkim.org), through the KIM API.
 *
 *     kim:EAM_Dynamo_MendelevSunZhang_2019_CuZr__MO_609260676108_000
 *     kim:MO_609260676108_000                    the identifier is enough
 *     kim:MO_346334655118_005:Cu                 some of its species; without: all that it supports
 *
 * For potentials that are not built in, and as a second opinion on those that are. Slow: every rank computes
 * the whole sample (replica.h), on one thread; more ranks or threads bring nothing. Forces of periodic images
 * are added to their atoms; the virial is W_ab = Σ r_a f_b over atoms and images before that, which is exact
 * because the energy depends on differences of positions only. For a model without energies of atoms, each
 * atom is given the mean.
 *
 * Metal units. Optional: present when the program was built where pkg-config finds libkim-api. */
#ifndef GLINT_FORCE_KIM_H
#define GLINT_FORCE_KIM_H

#include "force/potential.h"

extern const struct potential_kind potential_kim;

#endif
