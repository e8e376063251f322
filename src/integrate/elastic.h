/* SPDX-License-Identifier: GPL-3.0-or-later */
/* elastic — elastic constants of a configuration at rest (T = 0), by strain.
 *
 *     C_ij = [σ_i(+e_j) − σ_i(−e_j)] / 2e,   i, j = 1 … 6: xx yy zz yz xz xy (Voigt)
 *
 * σ is the Cauchy stress (tension positive) in the cell deformed by x → (1 + ε) x, where e_j is ε_jj or, for
 * shear, twice the off-diagonal entries of the symmetric ε; the error is of order e². Twice: atoms moved with
 * the cell only, and after they relaxed in the strained cell (minimise.h). Under stress σ0 these are the
 * coefficients of the stress–strain relation, and C_ij ≠ C_ji by differences of σ0; `asymmetry` tells.
 *
 * Voigt averages (bounds from above for a polycrystal, the moduli of a glass):
 *     9K = C11+C22+C33 + 2(C12+C13+C23),  15G = C11+C22+C33 − C12−C13−C23 + 3(C44+C55+C66),
 *     E = 9KG/(3K+G),  ν = (3K−2G)/(6K+2G). */
#ifndef GLINT_INTEGRATE_ELASTIC_H
#define GLINT_INTEGRATE_ELASTIC_H

#include "integrate/engine.h"
#include "integrate/minimise.h"

enum elastic_start {                /* what is done before it is strained */
                     ELASTIC_AS_IS, /* nothing: the relaxed constants then contain the first relaxation, too
                                     */
                     ELASTIC_ATOMS, /* atoms relax */
                     ELASTIC_ISOTROPIC, /* atoms and volume, to zero pressure */
                     ELASTIC_AXES       /* atoms and the three edges, to zero normal stress */
};
struct elastic_options {
    const char *potential; /* SPEC */
    enum elastic_start start;
    double strain; /* e */
    bool relax;    /* measure the relaxed constants, too */
    double force;  /* largest force component left, stress left in the box: internal units */
    int64_t most_steps;
};
struct elastic_tensor {
    double C[6][6];
    double K, G, E, nu;
    double asymmetry; /* largest |C_ij − C_ji| */
};
struct elastic {
    struct elastic_tensor fixed, relaxed; /* atoms moved with the cell; atoms relaxed */
    double stress[6];                     /* σ0, before straining */
    double energy, volume;                /* of the whole sample then */
    int64_t iterations;                   /* of the minimiser in all */
};

/* Collective; every rank passes the same c, in internal units, with the species of the potential, periodic in
 * all directions. UNPHYSICAL if a minimisation does not converge. */
status elastic_measure(const struct config *c, const struct elastic_options *o, struct elastic *r);

#endif
