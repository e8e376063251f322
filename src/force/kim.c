/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/kim.h"

#if GLINT_HAVE_KIM
#include "base/mem.h"
#include "force/kim_model.h"
#include "system/elements.h"

#include <stdio.h>
#include <string.h>

struct kim {
    struct kim_model *model;
    double influence;
    struct replica replica;
    double *force, *energy, *virial; /* per particle: 3, 1, VIRIALS */
    size_t force_capacity, energy_capacity, virial_capacity;
};

static void kim_release(struct potential *p)
{
    struct kim *k = p->parameters;
    if (k) {
        kim_model_close(&k->model);
        replica_free(&k->replica);
        DELETE(k->force);
        DELETE(k->energy);
        DELETE(k->virial);
    }
    DELETE(p->parameters);
}

/* "Cu,Zr"; empty: all of the model. */
static status choose_species(struct species *s, const char *text, const struct kim_facts *facts)
{
    *s = facts->default_;
    if (text[0] == '\0' && s->count == 0)
        return fail(BAD_INPUT,
                    "kim: the model %s has the species %s; choose up to %d: kim:%s:SPECIES,SPECIES",
                    facts->name, facts->species, SPECIES_MAX, facts->name);
    if (text[0] != '\0') s->count = 0;
    for (const char *at = text; *at; at += strcspn(at, ","), at += *at == ',' ? 1 : 0) {
        char word[32];
        int32_t type;
        int before = s->count;
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, ","), at);
        TRY(elements_add(s, word, &type));
        if (s->count == before) return fail(BAD_INPUT, "kim: the species '%s' is named twice", word);
    }
    for (int k = 0; k < s->count; k++) s->mass[k] = element_mass("metal", s->name[k]);
    return OK;
}

static status kim_make(struct potential *p, const char *options)
{
    struct kim *k = NULL;
    struct kim_facts facts;
    char name[256], names[64] = "";
    size_t length = strcspn(options, ":");
    if (length == 0 || length >= sizeof name)
        return fail(BAD_INPUT, "kim needs the name of a model: kim:NAME or kim:NAME:SPECIES, e.g. "
                               "kim:MO_609260676108_000:Cu,Zr");
    snprintf(name, sizeof name, "%.*s", (int)length, options);
    TRY(NEW(k, 1));
    p->parameters = k;
    TRY(kim_model_open(&k->model, name, &facts));
    TRY(choose_species(&p->species, options[length] ? options + length + 1 : "", &facts));
    TRY(kim_model_species(k->model, &p->species));
    k->influence = facts.influence;
    for (int a = 0; a < p->species.count; a++) {
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", a ? "," : "",
                 p->species.name[a]);
        for (int b = 0; b < p->species.count; b++) p->cutoff[a][b] = facts.influence;
    }
    snprintf(p->spec, sizeof p->spec, "kim:%s:%s", facts.name, names);
    snprintf(p->description, sizeof p->description,
             "OpenKIM model %s, species %s, influence distance %g angstrom%s; eV, angstrom, u, K", facts.name,
             names, facts.influence, facts.atom_energies ? "" : ", no energies of single atoms");
    return OK;
}

/* Σ r_a f_b of every particle, added to its atom; energies and the forces themselves, too. Positions count
 * from the corner of the cell, which keeps the terms small. */
static void fold(struct kim *k, const struct box *b)
{
    static const int first[VIRIALS] = {0, 1, 2, 0, 0, 1}, second[VIRIALS] = {0, 1, 2, 1, 2, 2};
    const struct replica *r = &k->replica;
    for (size_t i = 0; i < r->n; i++)
        for (int v = 0; v < VIRIALS; v++)
            k->virial[i * VIRIALS + (size_t)v] =
                (r->x[3 * i + (size_t)first[v]] - b->origin[first[v]]) * k->force[3 * i + (size_t)second[v]];
    replica_fold(r, k->energy, 1);
    replica_fold(r, k->virial, VIRIALS);
    replica_fold(r, k->force, 3);
}

static status kim_compute(const struct potential *p, struct domain *d, struct force_sums *sums)
{
    struct kim *k = p->parameters;
    struct replica *r = &k->replica;
    TRY(replica_gather(r, d));
    TRY(replica_images(r, &d->box, k->influence));
    TRY(GROW(k->force, k->force_capacity, 3 * r->n));
    TRY(GROW(k->energy, k->energy_capacity, r->n));
    TRY(GROW(k->virial, k->virial_capacity, VIRIALS * r->n));
    TRY(kim_model_compute(k->model, r, k->force, k->energy));
    fold(k, &d->box);
    for (size_t i = 0; i < d->n; i++) {
        size_t at = replica_find(r, d->id[i]);
        memcpy(d->f[i], k->force + 3 * at, 3 * sizeof(double));
        d->f[i][3] = k->energy[at];
        if (!sums) continue;
        sum_add(&sums->energy, k->energy[at]);
        for (size_t v = 0; v < VIRIALS; v++) sum_add(&sums->virial[v], k->virial[at * VIRIALS + v]);
    }
    return OK;
}

#else

static status kim_make(struct potential *p, const char *options)
{
    (void)p;
    return fail(
        BAD_INPUT,
        "kim:%s: this program was built without the KIM API. Install it with models (Debian: "
        "libkim-api-dev openkim-models), so that 'pkg-config libkim-api' succeeds, and run make again",
        options);
}
#endif

const struct potential_kind potential_kim = {
    .name = "kim",
    .summary =
        "any portable model of OpenKIM, one thread, the whole sample on every rank: slow, for comparison"
#if !GLINT_HAVE_KIM
        " — not built in (Debian: libkim-api-dev openkim-models, then make again)"
#endif
    ,
    .reference = "E. B. Tadmor et al., JOM 63, 17 (2011), doi:10.1007/s11837-011-0102-6; cite the model, too",
    .units = "metal",
    .options = "kim:NAME or kim:NAME:SPECIES, e.g. kim:MO_609260676108_000:Cu,Zr; without SPECIES all of the "
               "model",
    .passes = 1,
    .make = kim_make,
#if GLINT_HAVE_KIM
    .compute_whole = kim_compute,
    .release = kim_release,
#endif
};
