/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kim_model — one portable model of OpenKIM behind the KIM API 2 (https://openkim.org/kim-api). Only this
 * module calls the API; it is empty when the program is built without (GLINT_HAVE_KIM is 0).
 *
 *     TRY(kim_model_open(&m, "MO_600021860456_005", &facts));   its extended name, units, what it can do
 *     TRY(kim_model_species(m, &species));
 *     TRY(kim_model_compute(m, &replica, force, energy));
 *     kim_model_close(&m);
 *
 * Lengths in angstrom, energies in eV: a model that keeps units of its own is refused. The API's log is not
 * written (no kim.log); its first error becomes part of the message. The API itself makes a folder ~/.kim-api
 * for models that a user installs. Not for several threads at once. */
#ifndef GLINT_FORCE_KIM_MODEL_H
#define GLINT_FORCE_KIM_MODEL_H

#include "force/replica.h"

struct kim_model;

struct kim_facts {
    char name[256];
    char species[128];       /* those it supports: "Cu, Zr"; the first ones of many */
    struct species default_; /* the same, without masses; count 0: more than SPECIES_MAX */
    double influence;        /* images within this distance of the cell matter */
    bool atom_energies;      /* false: only the energy of the whole */
};

/* `name`: an extended KIM name, or the part after "__" when only one installed model has it. */
status kim_model_open(struct kim_model **m, const char *name, struct kim_facts *facts);
void kim_model_close(struct kim_model **m);
/* The species behind types 0, 1, … of the replica; BAD_INPUT for one that the model does not support. */
status kim_model_species(struct kim_model *m, const struct species *s);
/* force: 3 per particle, of atoms and images (their sum is 0); energy: 1 per particle (a model may give
 * images a part of the energy of the sample), for a model without energies of atoms the mean of the whole.
 * Always the same calls, so the same bits. UNPHYSICAL where the model gives up. */
status kim_model_compute(struct kim_model *m, struct replica *r, double *force, double *energy);

#endif
