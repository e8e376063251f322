/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/elastic.h"

#include <math.h>
#include <string.h>

static const int voigt_virial[6] = {VIRIAL_XX, VIRIAL_YY, VIRIAL_ZZ, VIRIAL_YZ, VIRIAL_XZ, VIRIAL_XY};
static const int voigt_pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

static status start_engine(struct engine *e, const struct config *c, const char *potential)
{
    double dt = strcmp(c->units, "metal") == 0 ? 0.2 : 0.005; /* 2 fs; only the minimiser uses it */
    return engine_start(e, &(struct engine_options){.potential = potential, .dt = dt}, c);
}

static status relax(struct engine *e, const struct elastic_options *o, enum minimise_box box,
                    struct elastic *r)
{
    struct minimise_result result;
    TRY(minimise(e,
                 &(struct minimise_options){
                     .box = box, .force = o->force, .stress = o->force, .most_steps = o->most_steps},
                 &result));
    r->iterations += result.iterations;
    if (result.converged) return OK;
    return fail(UNPHYSICAL,
                "the minimiser did not converge in %lld iterations: largest force %.3g, largest stress %.3g "
                "(asked for "
                "%.3g): a sample that is not stable, or too few iterations",
                (long long)result.iterations, result.largest_force, result.largest_stress, o->force);
}

static void stress_of(const struct engine *e, double stress[6])
{
    double volume = box_volume(&e->domain.box); /* a minimised sample does not move: the virial is all */
    for (int i = 0; i < 6; i++) stress[i] = -e->virial[voigt_virial[i]] / volume;
}

/* The state that is strained, on every rank. */
static status make_reference(const struct config *c, const struct elastic_options *o,
                             struct config *reference, struct elastic *r)
{
    static const enum minimise_box box[] = {MINIMISE_FIXED, MINIMISE_FIXED, MINIMISE_ISOTROPIC,
                                            MINIMISE_PER_AXIS};
    struct engine e = {0};
    status s = OK;
    GUARD(start_engine(&e, c, o->potential));
    if (o->start != ELASTIC_AS_IS) GUARD(relax(&e, o, box[o->start], r));
    stress_of(&e, r->stress);
    r->energy = e.energy;
    r->volume = box_volume(&e.domain.box);
    GUARD(domain_gather(&e.domain, reference, CONFIG_IMAGE));
    s = domain_share_config(reference);
done:
    engine_free(&e);
    return s;
}

static void deform(double v[3], int j, double strain)
{
    int a = voigt_pair[j][0], b = voigt_pair[j][1];
    double va = v[a], vb = v[b];
    if (a == b) {
        v[a] += strain * va;
    } else {
        v[a] += 0.5 * strain * vb;
        v[b] += 0.5 * strain * va;
    }
}

static void deform_config(struct config *c, int j, double strain)
{
    for (int k = 0; k < 3; k++) deform(c->box.h[k], j, strain);
    deform(c->box.origin, j, strain);
    for (int64_t i = 0; i < c->atoms; i++) deform(c->x + 3 * i, j, strain);
}

static status copy(struct config *to, const struct config *from)
{
    size_t n = (size_t)from->atoms;
    TRY(config_allocate(to, from->atoms, 0));
    memcpy(to->id, from->id, n * sizeof *to->id);
    memcpy(to->type, from->type, n * sizeof *to->type);
    memcpy(to->x, from->x, 3 * n * sizeof *to->x);
    memcpy(to->units, from->units, sizeof to->units);
    to->box = from->box;
    to->species = from->species;
    return OK;
}

/* Stresses of the sample strained by `strain` along j: with the atoms moved along, and relaxed. */
static status strained(const struct config *reference, const struct elastic_options *o, int j, double strain,
                       double stress[2][6], struct elastic *r)
{
    struct engine e = {0};
    struct config c = {0};
    status s = OK;
    GUARD(copy(&c, reference));
    deform_config(&c, j, strain);
    GUARD(start_engine(&e, &c, o->potential));
    stress_of(&e, stress[0]);
    if (!o->relax) goto done;
    GUARD(relax(&e, o, MINIMISE_FIXED, r));
    stress_of(&e, stress[1]);
done:
    engine_free(&e);
    config_free(&c);
    return s;
}

static void averages(struct elastic_tensor *t)
{
    double(*C)[6] = t->C;
    double normal = C[0][0] + C[1][1] + C[2][2], shear = C[3][3] + C[4][4] + C[5][5];
    double cross = 0.5 * (C[0][1] + C[1][0] + C[0][2] + C[2][0] + C[1][2] + C[2][1]);
    t->K = (normal + 2.0 * cross) / 9.0;
    t->G = (normal - cross + 3.0 * shear) / 15.0;
    t->E = 9.0 * t->K * t->G / (3.0 * t->K + t->G);
    t->nu = (3.0 * t->K - 2.0 * t->G) / (6.0 * t->K + 2.0 * t->G);
    t->asymmetry = 0.0;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++) t->asymmetry = fmax(t->asymmetry, fabs(C[i][j] - C[j][i]));
}

status elastic_measure(const struct config *c, const struct elastic_options *o, struct elastic *r)
{
    struct config reference = {0};
    status s = OK;
    *r = (struct elastic){0};
    if (!c->box.periodic[0] || !c->box.periodic[1] || !c->box.periodic[2])
        return fail(BAD_INPUT, "elastic constants need a sample that is periodic in all directions");
    if (!(o->strain > 0.0) || !(o->strain <= 0.05))
        return fail(BAD_INPUT, "the strain is %g, expected a number above 0 and up to 0.05", o->strain);
    GUARD(make_reference(c, o, &reference, r));
    for (int j = 0; j < 6; j++) {
        double plus[2][6] = {{0}}, minus[2][6] = {{0}};
        GUARD(strained(&reference, o, j, o->strain, plus, r));
        GUARD(strained(&reference, o, j, -o->strain, minus, r));
        for (int i = 0; i < 6; i++) {
            r->fixed.C[i][j] = (plus[0][i] - minus[0][i]) / (2.0 * o->strain);
            r->relaxed.C[i][j] = (plus[1][i] - minus[1][i]) / (2.0 * o->strain);
        }
    }
    averages(&r->fixed);
    if (o->relax) averages(&r->relaxed);
done:
    config_free(&reference);
    return s;
}
