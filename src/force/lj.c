/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/lj.h"
#include "base/mem.h"
#include "base/simd_species.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum shift { SHIFT_NONE, SHIFT_ENERGY, SHIFT_FORCE };

static void set_pair(struct lj_tables *t, int b, double sigma, double epsilon, double cutoff,
                     enum shift shift)
{
    double s6 = pow(sigma, 6), s12 = s6 * s6, c6 = pow(cutoff, -6);
    double energy = 4.0 * epsilon * (s12 * c6 * c6 - s6 * c6);
    double slope = 24.0 * epsilon * (2.0 * s12 * c6 * c6 - s6 * c6) / cutoff; /* −u'(r_c): the force at r_c */
    simd_table(t->cutoff2, b, cutoff * cutoff);
    simd_table(t->attraction, b, 24.0 * epsilon * s6);
    simd_table(t->slope, b, shift == SHIFT_FORCE ? slope : 0.0);
    simd_table(t->shift, b,
               shift == SHIFT_NONE     ? 0.0
               : shift == SHIFT_ENERGY ? -energy
                                       : -energy - slope * cutoff);
}

static status parse_cutoff(const char *text, double *number, bool *per_pair)
{
    char *end;
    *number = strtod(text, &end);
    while (*end == ' ') end++;
    *per_pair = strcmp(end, "ij") == 0;
    if (end == text || (!*per_pair && strcmp(end, "aa") != 0) || !(*number > 0.5 && *number < 100.0))
        return fail(
            BAD_INPUT,
            "cutoff '%s' not understood: '2.5aa' means 2.5 sigma_AA for every pair, '2.5ij' 2.5 sigma_ij",
            text);
    return OK;
}

static status parse_shift(const char *text, enum shift *shift)
{
    static const char *const words[] = {"none", "energy", "force"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, words[i]) == 0) {
            *shift = (enum shift)i;
            return OK;
        }
    return fail(BAD_INPUT, "shift '%s' not understood: none, energy or force", text);
}

static status wahnstrom_make(struct potential *p, const char *options)
{
    static const char *const known[] = {"cutoff", "shift", NULL};
    static const double sigma[2][2] = {{1.0, 11.0 / 12.0}, {11.0 / 12.0, 5.0 / 6.0}};
    char cutoff_text[64], shift_text[64];
    double cutoff = 0.0;
    bool per_pair = false;
    enum shift shift = SHIFT_ENERGY;
    TRY(potential_check_options("wahnstrom", options, known));
    TRY(potential_option(options, "cutoff", "2.5aa", cutoff_text, sizeof cutoff_text));
    TRY(potential_option(options, "shift", "energy", shift_text, sizeof shift_text));
    TRY(parse_cutoff(cutoff_text, &cutoff, &per_pair));
    TRY(parse_shift(shift_text, &shift));
    struct lj *lj = NULL;
    TRY(NEW(lj, 1));
    p->parameters = lj;
    lj->epsilon = 1.0;
    lj->force_shift = shift == SHIFT_FORCE;
    lj->one_cutoff = !per_pair;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            p->cutoff[a][b] = per_pair ? cutoff * sigma[a][b] : cutoff;
            set_pair(&lj->by_species[a], b, sigma[a][b], lj->epsilon, p->cutoff[a][b], shift);
        }
    snprintf(p->spec, sizeof p->spec, "wahnstrom:cutoff=%g%s,shift=%s", cutoff, per_pair ? "ij" : "aa",
             shift_text);
    snprintf(p->description, sizeof p->description,
             "Wahnstrom binary Lennard-Jones mixture, cutoff %g sigma_%s, %s; units epsilon, sigma_AA, m_B "
             "(m_A = 2 m_B), k_B = 1",
             cutoff, per_pair ? "ij" : "AA for every pair",
             shift == SHIFT_NONE     ? "unshifted"
             : shift == SHIFT_ENERGY ? "energy shifted to 0 at the cutoff"
                                     : "energy and force shifted to 0 at the cutoff");
    return OK;
}

static void release(struct potential *p)
{
    DELETE(p->parameters);
}

static void compute(const struct force_work *w)
{
    static void (*const kernels[ISA_COUNT])(const struct force_work *) = {lj_compute_sse2, lj_compute_avx2,
                                                                          lj_compute_avx512};
    kernels[w->list->isa](w);
}

static void compute_mixed(const struct force_work *w)
{
    static void (*const kernels[ISA_COUNT])(const struct force_work *) = {lj_mixed_sse2, lj_mixed_avx2,
                                                                          lj_mixed_avx512};
    kernels[w->list->isa](w);
}

const struct potential_kind potential_wahnstrom = {
    .name = "wahnstrom",
    .summary = "binary Lennard-Jones glass former, 50:50, sizes 1 and 5/6",
    .reference = "G. Wahnstrom, Phys. Rev. A 44, 3752 (1991), doi:10.1103/PhysRevA.44.3752",
    .units = "lj",
    .options =
        "cutoff=2.5aa (2.5 sigma_AA for every pair) | 2.5ij (2.5 sigma_ij); shift=none | energy | force",
    .species = {.count = 2, .name = {"A", "B"}, .mass = {2.0, 1.0}},
    .passes = 1,
    .make = wahnstrom_make,
    .compute = compute,
    .compute_mixed = compute_mixed,
    .release = release,
};
