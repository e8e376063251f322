/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/cuzr.h"
#include "base/text.h"
#include "force/zjw04.h"

#include <math.h>
#include <string.h>

const struct cuzr_potential cuzr_potentials[] = {
    {"m19", "Cu-Zr, Finnis-Sinclair, 2019",
     "M. I. Mendelev, Y. Sun, F. Zhang, C. Z. Wang, K. M. Ho, J. Chem. Phys. 151, 214502 (2019), "
     "doi:10.1063/1.5131500",
     "glasses and vitrification; the default"},
    {"m09", "Cu-Zr, Finnis-Sinclair, 2009",
     "M. I. Mendelev, M. J. Kramer, R. T. Ott, D. J. Sordelet, D. Yagodin, P. Popel, Phil. Mag. 89, 967 "
     "(2009), doi:10.1080/14786430902832773",
     "comparison with the literature of 2009 to 2019; its Laves phases are too stable"},
    {"m07", "Cu-Zr, Finnis-Sinclair, 2007",
     "M. I. Mendelev, D. J. Sordelet, M. J. Kramer, J. Appl. Phys. 102, 043501 (2007), "
     "doi:10.1063/1.2769157",
     "tests: it is LAMMPS' CuZr_mm.eam.fs; superseded by m09 and m19"},
    {"zjw04", "Cu-Zr, EAM of the elements with a mixing rule, 2004",
     "X. W. Zhou, R. A. Johnson, H. N. G. Wadley, Phys. Rev. B 69, 144113 (2004), "
     "doi:10.1103/PhysRevB.69.144113",
     "tests only: its heat of formation of B2 CuZr, -0.78 eV/atom, is six times too strong"},
    {0}};

enum { CU, ZR, ELEMENTS, KNOTS = 4, EMBEDDING_KNOTS = 9 };

/* Σ_n c[n−4] (knot − r)₊ⁿ, n = 4 … 8. An unused knot is 0 and adds nothing. */
struct knot {
    double at, c[5];
};
struct pair_function {
    double charges, screening[4]; /* r < 1: charges/r Σ_k a_k exp(−screening_k r), eV Å and 1/Å */
    double joint, exponent[4];    /* 1 ≤ r < joint: exp(Σ_k exponent_k r^k) */
    struct knot knot[KNOTS];
};
struct density_function {
    struct knot knot[KNOTS];
};
struct embedding_function {
    struct {
        double at, c;
    } knot[EMBEDDING_KNOTS];
};

/* CuCu, CuZr, ZrZr: index a + b. */
struct cuzr {
    double scale[ELEMENTS]; /* s */
    const struct pair_function *pair[3];
    const struct density_function *density[3];
    const struct embedding_function *embedding[ELEMENTS];
};

static const double zbl_weight[4] = {0.1818, 0.5099, 0.2802, 0.02817};
static const double pair_range[3] = {6.0, 7.6, 7.6}, density_range[3] = {6.0, 6.0, 5.6};
static const double DENSITY_MOST = 300.0;

/* ---- coefficients ---- */

static const struct pair_function pair_CuCu = {
    12110.196703541,
    {29.677556220903, 8.7391128834241, 3.7365898129381, 1.8696860419169},
    1.8,
    {11.026565103477, -10.167211017722, 6.0017702915006, -1.9598299733506},
    {{2.8, {3.3519281301971, -47.447602323833, 111.06454537813, -122.56379390195, 49.145722026502}},
     {4.8, {4.0605833179061, 2.5958091214976, 5.5656640545299, 1.5184323060743, 0.39696001635415}},
     {6.0, {-0.21402913758299, 1.1714811538458, -1.9913969426765, 1.3862043035438, -0.34520315264743}}}};

static const struct pair_function pair_ZrZr = {
    23039.613229091,
    {33.035595072498, 9.7279503865046, 4.1593878920967, 2.0812424895674},
    2.3,
    {12.333392311315, -10.847321975247, 4.5733524457570, -0.85266291503854},
    {{3.5, {-14.261501929757, 15.850036758176, -11.325102264291, -4.0971114831366, 3.6739378016909}},
     {6.0, {1.3066813393823, -0.60542710718094, 1.0055527194350, -0.14918186777562, 0.032773112059590}},
     {7.6,
      {0.011433120304691, -0.021982172508973, -0.012542439692607, 0.025062673874258, -0.0075442887837418}}}};

#define ZBL_CUZR                                                           \
    16703.719591091,                                                       \
    {                                                                      \
        31.401495864361, 9.2467592353084, 3.9536445886722, 1.9782942394547 \
    }

static const struct pair_function pair_CuZr_m19 = {
    ZBL_CUZR,
    2.2,
    {9.1019930660972, -3.7511598234520, -0.50415926201351, 0.20120128716553},
    {{4.0, {6.0060951714678, 5.1271330965401, 4.1248957113155, 1.8597579947697, 0.13200992217759}},
     {5.8, {-6.9673315120402, 1.4395210270079, -6.5366946764648, 0.72008171787267, -0.29778417035783}},
     {7.6, {0.39042809819224, -1.1693902326951, 1.2316955134740, -0.55333525392045, 0.090516165873998}}}};

static const struct pair_function pair_CuZr_m09 = {
    ZBL_CUZR,
    2.1,
    {15.273670287, -18.865702900, 11.209895200, -2.5699873145},
    {{4.0, {9.8815713443, -10.079548194, 16.161452822, -5.9054686533, 1.2599803438}},
     {5.5, {2.7913589557, -0.43628959854, 1.2211792085, 0.24239915840, -0.042412065824}},
     {7.6, {-0.12250714094, 0.32457098883, -0.30018197264, 0.11782020288, -0.016777662757}}}};

static const struct pair_function pair_CuZr_m07 = {
    ZBL_CUZR,
    1.8,
    {5.5370781677, 5.1300344974, -7.5718032360, 1.9525658441},
    {{4.0, {-5.5641811432, -7.1150007646, -8.0039313785, -3.3798903252, -0.52733451750}},
     {5.5, {8.7814196506, -6.4873972879, 9.9775191274, -3.0010165184, 0.61148120613}},
     {7.6, {-0.45774900339, 1.0610359209, -0.90814735509, 0.33980196647, -0.046926537193}}}};

static const struct density_function density_CuCu = {{{2.4, {0.019999999875362}},
                                                      {3.2, {0.019987533420669}},
                                                      {4.5, {0.018861676713565}},
                                                      {6.0, {0.0066082982694659}}}};
static const struct density_function density_ZrZr = {
    {{5.6, {0.77718711248373, -0.48102928454986, 0.14501312593993, -0.021292226813959, 0.0012209217625670}}}};
/* The scale is part of these numbers. */
static const struct density_function density_CuZr_m19 = {{{2.8, {0.10779076111400}},
                                                          {3.2, {0.10882724199700}},
                                                          {4.4, {0.16470644009500}},
                                                          {6.0, {0.023681839912700}}}};
static const struct density_function density_CuZr_m09 = {
    {{2.8, {0.0998062602909}}, {3.2, {0.1007659648125}}, {4.4, {0.1525059630514}}, {6.0, {0.0219276295488}}}};
static const struct density_function density_CuZr_m07 = {
    {{2.8, {0.0098812491036}}, {3.2, {0.0158839959557}}, {4.4, {0.1481724888066}}, {6.0, {0.0148146245629}}}};

#define CU_KNOTS                                                                             \
    {9.0, -5.7112865649408e-5}, {11.0, 3.0303487333648e-4}, {13.0, -5.4720795296134e-4},     \
        {15.0, 4.6278681464721e-4}, {16.0, -1.0310712451906e-3}, {16.5, 3.0634000239833e-3}, \
        {17.0, -2.8308102136994e-3},                                                         \
    {                                                                                        \
        18.0, 6.4044567482688e-4                                                             \
    }
#define ZR_KNOTS                                                                         \
    {60.0, -1.9162462126235e-7}, {70.0, 4.6418727035037e-7}, {80.0, 6.6448294272955e-7}, \
        {85.0, -2.0680252960229e-6},                                                     \
    {                                                                                    \
        90.0, 1.1387131464983e-6                                                         \
    }

static const struct embedding_function embedding_Cu_m07 = {{CU_KNOTS}};
static const struct embedding_function embedding_Cu = {{CU_KNOTS, {20.0, 1.9890362320891e-6}}};
static const struct embedding_function embedding_Zr = {{ZR_KNOTS}};
static const struct embedding_function embedding_Zr_m19 = {{ZR_KNOTS, {100.0, -1.8281354613667e-9}}};

static const struct cuzr m19 = {{1.539907037884, 0.901364818051},
                                {&pair_CuCu, &pair_CuZr_m19, &pair_ZrZr},
                                {&density_CuCu, &density_CuZr_m19, &density_ZrZr},
                                {&embedding_Cu, &embedding_Zr_m19}};
static const struct cuzr m09 = {{1.539907037884, 0.901364818051},
                                {&pair_CuCu, &pair_CuZr_m09, &pair_ZrZr},
                                {&density_CuCu, &density_CuZr_m09, &density_ZrZr},
                                {&embedding_Cu, &embedding_Zr}};
static const struct cuzr m07 = {{1.0, 1.0},
                                {&pair_CuCu, &pair_CuZr_m07, &pair_ZrZr},
                                {&density_CuCu, &density_CuZr_m07, &density_ZrZr},
                                {&embedding_Cu_m07, &embedding_Zr}};

/* ---- evaluation ---- */

static double knots_sum(const struct knot knot[KNOTS], double r, double *derivative)
{
    double value = 0.0, slope = 0.0;
    for (int k = 0; k < KNOTS && knot[k].at > 0.0; k++) {
        double x = knot[k].at - r, p = 0.0, dp = 0.0;
        if (x <= 0.0) continue;
        for (int n = 4; n >= 0; n--) { /* p(x) = Σ c_n xⁿ; the term is x⁴ p */
            dp = dp * x + p;
            p = p * x + knot[k].c[n];
        }
        double x3 = x * x * x;
        value += x3 * x * p;
        slope -= x3 * (4.0 * p + x * dp);
    }
    *derivative = slope;
    return value;
}

static double screened_nuclei(const struct pair_function *p, double r, double *derivative)
{
    double screen = 0.0, slope = 0.0;
    for (int k = 0; k < 4; k++) {
        double term = zbl_weight[k] * exp(-p->screening[k] * r);
        screen += term;
        slope -= p->screening[k] * term;
    }
    *derivative = p->charges / r * (slope - screen / r);
    return p->charges / r * screen;
}

static double pair(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    const struct pair_function *p = ((const struct cuzr *)f->data)->pair[a + b];
    if (r < 1.0) return screened_nuclei(p, r, derivative);
    if (r >= p->joint) return knots_sum(p->knot, r, derivative);
    const double *c = p->exponent;
    double value = exp(c[0] + r * (c[1] + r * (c[2] + r * c[3])));
    *derivative = value * (c[1] + r * (2.0 * c[2] + r * 3.0 * c[3]));
    return value;
}

static double density(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    const struct cuzr *q = f->data;
    double scale = a == b ? q->scale[a] : 1.0;
    double value = scale * knots_sum(q->density[a + b]->knot, r, derivative);
    *derivative *= scale;
    return value;
}

static double embedding(const struct eam_functions *f, int a, double rho, double *derivative)
{
    const struct cuzr *q = f->data;
    const struct embedding_function *e = q->embedding[a];
    *derivative = 0.0;
    if (rho <= 0.0) return 0.0;
    double y = fmin(rho, DENSITY_MOST) / q->scale[a], value = -sqrt(y), slope = -0.5 / sqrt(y);
    for (int k = 0; k < EMBEDDING_KNOTS && e->knot[k].at > 0.0; k++) {
        double x = y - e->knot[k].at;
        if (x <= 0.0) break; /* the knots ascend */
        value += e->knot[k].c * x * x * x * x;
        slope += 4.0 * e->knot[k].c * x * x * x;
    }
    *derivative = slope / q->scale[a];
    return value + *derivative * fmax(rho - DENSITY_MOST, 0.0);
}

static const struct cuzr *find(const char *name)
{
    return strcmp(name, "m19") == 0   ? &m19
           : strcmp(name, "m09") == 0 ? &m09
           : strcmp(name, "m07") == 0 ? &m07
                                      : NULL;
}

status cuzr_functions(const char *name, struct eam_functions *f)
{
    const struct cuzr *q = find(name);
    if (!q && strcmp(name, "zjw04") == 0) {
        zjw04_functions(f);
        return OK;
    }
    if (!q) {
        const char *names[8];
        size_t n = 0;
        for (; cuzr_potentials[n].name; n++) names[n] = cuzr_potentials[n].name;
        const char *near = text_nearest(name, names, n);
        return fail(BAD_INPUT,
                    "unknown Cu-Zr potential '%s'%s%s%s: m19, m09, m07 or zjw04 (glint info potentials)",
                    name, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    *f = (struct eam_functions){.species = {.count = 2, .name = {"Cu", "Zr"}, .mass = {63.546, 91.224}},
                                .density_most = {DENSITY_MOST, DENSITY_MOST},
                                .pair = pair,
                                .density = density,
                                .embedding = embedding,
                                .data = (void *)q};
    for (int a = 0; a < ELEMENTS; a++)
        for (int b = 0; b < ELEMENTS; b++) {
            f->pair_range[a][b] = pair_range[a + b];
            f->density_range[a][b] = density_range[a + b];
        }
    return OK;
}
