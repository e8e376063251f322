/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/build.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define THIRD  (1.0 / 3.0)
#define TWO3   (2.0 / 3.0)
#define SIXTH  (1.0 / 6.0)
#define FIVE6  (5.0 / 6.0)
#define SQRT83 1.6329931618554521 /* sqrt(8/3): ideal c/a of hcp and C14 */

/* Wyckoff positions from the International Tables; free parameters at their ideal values: C14 (MgZn2) z =
 * 1/16, x = 5/6; C36 (MgNi2) z = 3/32, 27/32, 1/8, x = 1/6; C11b (MoSi2) z = 1/3; C15b (AuBe5) x = 5/8. With
 * these all three Laves phases have the same first shells (Frank & Kasper, Acta Cryst. 12, 483, 1959). */
const struct lattice lattices[] = {
    {"fcc", "face-centred cubic", false, 1.0, 'F', 1, 1, {{{0, 0, 0}, 0}}},
    {"hcp",
     "hexagonal close packed",
     true,
     SQRT83,
     'P',
     2,
     1,
     {{{THIRD, TWO3, 0.25}, 0}, {{TWO3, THIRD, 0.75}, 0}}},
    {"bcc", "body-centred cubic", false, 1.0, 'I', 1, 1, {{{0, 0, 0}, 0}}},
    {"sc", "simple cubic", false, 1.0, 'P', 1, 1, {{{0, 0, 0}, 0}}},
    {"B2", "CsCl, AB", false, 1.0, 'P', 2, 2, {{{0, 0, 0}, 0}, {{0.5, 0.5, 0.5}, 1}}},
    {"C14",
     "Laves phase MgZn2, AB2, hexagonal",
     true,
     SQRT83,
     'P',
     12,
     2,
     {{{THIRD, TWO3, 0.0625}, 0},
      {{TWO3, THIRD, 0.5625}, 0},
      {{TWO3, THIRD, 0.9375}, 0},
      {{THIRD, TWO3, 0.4375}, 0},
      {{0, 0, 0}, 1},
      {{0, 0, 0.5}, 1},
      {{FIVE6, TWO3, 0.25}, 1},
      {{THIRD, SIXTH, 0.25}, 1},
      {{FIVE6, SIXTH, 0.25}, 1},
      {{SIXTH, THIRD, 0.75}, 1},
      {{TWO3, FIVE6, 0.75}, 1},
      {{SIXTH, FIVE6, 0.75}, 1}}},
    {"C15",
     "Laves phase MgCu2, AB2, cubic",
     false,
     1.0,
     'F',
     6,
     2,
     {{{0, 0, 0}, 0},
      {{0.25, 0.25, 0.25}, 0},
      {{0.625, 0.625, 0.625}, 1},
      {{0.625, 0.875, 0.875}, 1},
      {{0.875, 0.625, 0.875}, 1},
      {{0.875, 0.875, 0.625}, 1}}},
    {"C36",
     "Laves phase MgNi2, AB2, hexagonal",
     true,
     2.0 * SQRT83,
     'P',
     24,
     2,
     {{{0, 0, 0.09375}, 0},
      {{0, 0, 0.59375}, 0},
      {{0, 0, 0.90625}, 0},
      {{0, 0, 0.40625}, 0},
      {{THIRD, TWO3, 0.84375}, 0},
      {{TWO3, THIRD, 0.34375}, 0},
      {{TWO3, THIRD, 0.15625}, 0},
      {{THIRD, TWO3, 0.65625}, 0},
      {{THIRD, TWO3, 0.125}, 1},
      {{TWO3, THIRD, 0.625}, 1},
      {{TWO3, THIRD, 0.875}, 1},
      {{THIRD, TWO3, 0.375}, 1},
      {{0.5, 0, 0}, 1},
      {{0, 0.5, 0}, 1},
      {{0.5, 0.5, 0}, 1},
      {{0.5, 0, 0.5}, 1},
      {{0, 0.5, 0.5}, 1},
      {{0.5, 0.5, 0.5}, 1},
      {{SIXTH, THIRD, 0.25}, 1},
      {{TWO3, FIVE6, 0.25}, 1},
      {{SIXTH, FIVE6, 0.25}, 1},
      {{FIVE6, TWO3, 0.75}, 1},
      {{THIRD, SIXTH, 0.75}, 1},
      {{FIVE6, SIXTH, 0.75}, 1}}},
    {"C11b",
     "MoSi2, AB2, body-centred tetragonal",
     false,
     3.0,
     'I',
     3,
     2,
     {{{0, 0, 0}, 0}, {{0, 0, THIRD}, 1}, {{0, 0, TWO3}, 1}}},
    {"C15b",
     "AuBe5, AB5, cubic",
     false,
     1.0,
     'F',
     6,
     2,
     {{{0, 0, 0}, 0},
      {{0.25, 0.25, 0.25}, 1},
      {{0.625, 0.625, 0.625}, 1},
      {{0.625, 0.875, 0.875}, 1},
      {{0.875, 0.625, 0.875}, 1},
      {{0.875, 0.875, 0.625}, 1}}},
    {0}};

const struct lattice *lattice_find(const char *name)
{
    for (const struct lattice *l = lattices; l->name; l++)
        if (strcasecmp(l->name, name) == 0) return l;
    return NULL;
}

static int centres(char centring, double shift[4][3])
{
    static const double face[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    static const double body[2][3] = {{0, 0, 0}, {0.5, 0.5, 0.5}};
    int n = centring == 'F' ? 4 : centring == 'I' ? 2 : 1;
    memcpy(shift, centring == 'F' ? face : body, (size_t)n * sizeof *body);
    return n;
}

int lattice_atoms(const struct lattice *l)
{
    double shift[4][3];
    return l->sites * centres(l->centring, shift);
}

double lattice_constant(const struct lattice *l, double density, double c_over_a)
{
    double shape = (c_over_a > 0.0 ? c_over_a : l->c_over_a) * (l->hexagonal ? 0.5 * sqrt(3.0) : 1.0);
    return cbrt(lattice_atoms(l) / (density * shape));
}

/* All sites of one cell (of the rectangular one if asked for), fractional coordinates in [0, 1). */
static int cell_sites(const struct build_lattice *o, struct lattice_site site[2 * LATTICE_SITES])
{
    const struct lattice *l = o->lattice;
    double shift[4][3];
    int n = 0, shifts = centres(l->centring, shift), halves = l->hexagonal && o->orthogonal ? 2 : 1;
    for (int k = 0; k < l->sites; k++)
        for (int m = 0; m < shifts * halves; m++) {
            struct lattice_site *to = &site[n++];
            *to = l->site[k];
            for (int j = 0; j < 3; j++) to->s[j] += shift[m % shifts][j];
            if (halves ==
                2) { /* s_a a + s_b b = (s_a - s_b/2) a + s_b/2 (a + 2b); the second half is moved by b */
                to->s[1] = 0.5 * to->s[1] + 0.5 * m;
                to->s[0] -= to->s[1];
            }
            for (int j = 0; j < 3; j++) to->s[j] -= floor(to->s[j] + 1e-12);
        }
    return n;
}

static status check_lattice(const struct build_lattice *o)
{
    if (!o->lattice)
        return fail(BAD_INPUT, "no such lattice; known are fcc, hcp, bcc, sc, B2, C14, C15, C36, C11b, C15b");
    if (!(o->a > 0.0) || !isfinite(o->a) || !(o->c_over_a >= 0.0) || !isfinite(o->c_over_a))
        return fail(BAD_INPUT, "%s: the lattice constant a = %g and c/a = %g must be positive",
                    o->lattice->name, o->a, o->c_over_a);
    for (int k = 0; k < 3; k++)
        if (o->n[k] < 1 || o->n[k] > 100000)
            return fail(BAD_INPUT, "%s: %lld cells along an axis, expected 1 to 100000", o->lattice->name,
                        (long long)o->n[k]);
    for (int k = 0; k < o->lattice->kinds; k++)
        if (o->site_species[k] < 0 || o->site_species[k] >= o->species.count)
            return fail(BAD_INPUT, "%s: species number %d on its sites, there are %d", o->lattice->name,
                        o->site_species[k] + 1, o->species.count);
    return OK;
}

static void lattice_cell(const struct build_lattice *o, double cell[3][3])
{
    memset(cell, 0, 9 * sizeof(double));
    bool hexagonal = o->lattice->hexagonal;
    cell[0][0] = o->a;
    cell[1][0] = hexagonal && !o->orthogonal ? -0.5 * o->a : 0.0;
    cell[1][1] = !hexagonal ? o->a : o->orthogonal ? sqrt(3.0) * o->a : sqrt(0.75) * o->a;
    cell[2][2] = o->a * (o->c_over_a > 0.0 ? o->c_over_a : o->lattice->c_over_a);
}

static status start(struct config *c, int64_t atoms, const struct species *species)
{
    TRY(config_allocate(c, atoms, CONFIG_IMAGE));
    c->species = *species;
    c->step = 0;
    c->time = 0.0;
    for (int64_t i = 0; i < atoms; i++) c->id[i] = (uint64_t)i + 1;
    return OK;
}

status build_lattice(struct config *c, const struct build_lattice *o)
{
    TRY(check_lattice(o));
    struct lattice_site site[2 * LATTICE_SITES];
    double cell[3][3];
    int sites = cell_sites(o, site);
    lattice_cell(o, cell);
    if (o->n[0] * o->n[1] > INT64_MAX / (o->n[2] * sites) / 64) return fail(BAD_INPUT, "too many cells");
    TRY(start(c, o->n[0] * o->n[1] * o->n[2] * sites, &o->species));
    c->box = box_orthogonal(1, 1, 1);
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < 3; j++) c->box.h[k][j] = (double)o->n[k] * cell[k][j];
    int64_t i = 0, at[3];
    for (at[2] = 0; at[2] < o->n[2]; at[2]++)
        for (at[1] = 0; at[1] < o->n[1]; at[1]++)
            for (at[0] = 0; at[0] < o->n[0]; at[0]++)
                for (int k = 0; k < sites; k++, i++) {
                    c->type[i] = o->site_species[site[k].kind];
                    for (int m = 0; m < 3; m++)
                        for (int j = 0; j < 3; j++)
                            c->x[3 * i + j] += ((double)at[m] + site[k].s[m]) * cell[m][j];
                }
    double inverse[3][3];
    box_inverse(&c->box, inverse);
    for (i = 0; i < c->atoms; i++) box_wrap(&c->box, inverse, &c->x[3 * i], &c->image[3 * i]);
    if (c->atoms > 0) memset(c->image, 0, 12 * (size_t)c->atoms); /* the crystal starts in its home cell */
    return OK;
}

/* ---- mixtures ---- */

struct grid {
    char centring;
    int64_t n[3];
    double nearest;
};

/* Nearest distance on a centred grid with cell edges l. */
static double grid_nearest(char centring, const double l[3])
{
    double d = fmin(l[0], fmin(l[1], l[2]));
    if (centring == 'I') d = fmin(d, 0.5 * sqrt(l[0] * l[0] + l[1] * l[1] + l[2] * l[2]));
    for (int k = 0; k < 3 && centring == 'F'; k++) d = fmin(d, 0.5 * hypot(l[k], l[(k + 1) % 3]));
    return d;
}

/* The grid with at least `atoms` sites in this box whose sites are farthest apart. */
static struct grid best_grid(int64_t atoms, const double edge[3])
{
    static const char centrings[3] = {'P', 'I', 'F'};
    struct grid best = {.nearest = -1.0};
    double shift[4][3];
    for (int g = 0; g < 3; g++) {
        int basis = centres(centrings[g], shift);
        double cell = cbrt(edge[0] * edge[1] * edge[2] * basis / (double)atoms);
        for (int corner = 0; corner < 64;
             corner++) { /* each axis: a little fewer or more cells than the ideal number */
            struct grid trial = {.centring = centrings[g]};
            double l[3], sites = basis;
            for (int k = 0; k < 3; k++) {
                trial.n[k] = (int64_t)fmax(1.0, floor(edge[k] / cell) - 1 + (corner >> (2 * k) & 3));
                l[k] = edge[k] / (double)trial.n[k];
                sites *= (double)trial.n[k];
            }
            trial.nearest = grid_nearest(trial.centring, l);
            if (sites >= (double)atoms && trial.nearest > best.nearest) best = trial;
        }
    }
    return best;
}

/* Fisher–Yates: the last `picks` entries become a random choice, in random order. */
static void shuffle(int32_t *v, int64_t n, int64_t picks, uint64_t seed, enum random_stream stream)
{
    for (int64_t k = n - 1; k > 0 && k >= n - picks; k--) {
        double u[2];
        random_uniform2(seed, stream, (uint64_t)k, 1, u);
        int64_t j = (int64_t)(u[0] * (double)(k + 1));
        int32_t kept = v[k];
        v[k] = v[j];
        v[j] = kept;
    }
}

/* Numbers that add up to atoms, by largest remainder (ties: the first species). */
static status share(const struct build_mixture *o, int64_t count[SPECIES_MAX])
{
    double total = 0.0, rest[SPECIES_MAX];
    int64_t given = 0;
    for (int k = 0; k < o->species.count; k++) {
        if (!(o->fraction[k] >= 0.0) || !isfinite(o->fraction[k]))
            return fail(BAD_INPUT, "the fraction of %s is %g, expected 0 to 1", o->species.name[k],
                        o->fraction[k]);
        total += o->fraction[k];
        double wanted = o->fraction[k] * (double)o->atoms;
        count[k] = (int64_t)floor(wanted + 1e-9);
        rest[k] = wanted - (double)count[k];
        given += count[k];
    }
    if (fabs(total - 1.0) > 1e-9)
        return fail(BAD_INPUT, "the fractions of the species add up to %g, expected 1", total);
    for (; given < o->atoms; given++) {
        int most = 0;
        for (int k = 1; k < o->species.count; k++)
            if (rest[k] > rest[most]) most = k;
        count[most]++;
        rest[most] -= 1.0;
    }
    return OK;
}

static status deal_species(struct config *c, const struct build_mixture *o)
{
    int64_t count[SPECIES_MAX] = {0}, i = 0;
    TRY(share(o, count));
    for (int k = 0; k < o->species.count; k++)
        for (int64_t m = 0; m < count[k]; m++) c->type[i++] = (int32_t)k;
    shuffle(c->type, c->atoms, c->atoms, o->seed, STREAM_SPECIES);
    return OK;
}

static status place(struct config *c, const struct grid *g, uint64_t seed)
{
    double shift[4][3], inverse[3][3], step[3];
    int basis = centres(g->centring, shift);
    int64_t sites = g->n[0] * g->n[1] * g->n[2] * basis, i = 0;
    int32_t *empty = NULL; /* 1: leave the site empty; the empty ones are dealt at random */
    TRY(NEW(empty, (size_t)sites));
    for (int64_t k = c->atoms; k < sites; k++) empty[k] = 1;
    if (sites > c->atoms) shuffle(empty, sites, sites, seed, STREAM_POSITIONS);
    for (int k = 0; k < 3; k++) step[k] = c->box.h[k][k] / (double)g->n[k];
    box_inverse(&c->box, inverse);
    for (int64_t site = 0; site < sites; site++) {
        if (empty[site]) continue;
        int64_t cell = site / basis;
        int64_t at[3] = {cell % g->n[0], cell / g->n[0] % g->n[1], cell / g->n[0] / g->n[1]};
        double u[4];
        random_uniform2(seed, STREAM_POSITIONS, c->id[i], 2, u);
        random_uniform2(seed, STREAM_POSITIONS, c->id[i], 3, u + 2);
        for (int k = 0; k < 3; k++)
            c->x[3 * i + k] =
                ((double)at[k] + 0.25 + shift[site % basis][k]) * step[k] + 0.08 * g->nearest * (u[k] - 0.5);
        box_wrap(&c->box, inverse, &c->x[3 * i], &c->image[3 * i]);
        memset(&c->image[3 * i], 0, 12);
        i++;
    }
    DELETE(empty);
    return OK;
}

status build_mixture(struct config *c, const struct build_mixture *o)
{
    if (o->atoms < 1 || o->atoms > 1000000000)
        return fail(BAD_INPUT, "a mixture of %lld atoms, expected 1 to 10^9", (long long)o->atoms);
    if (!(o->density > 0.0) || !isfinite(o->density))
        return fail(BAD_INPUT, "the density is %g, expected > 0", o->density);
    if (o->species.count < 1 || o->species.count > SPECIES_MAX)
        return fail(BAD_INPUT, "a mixture without species");
    double aspect[3] = {o->aspect[0], o->aspect[1], o->aspect[2]}, edge[3];
    if (aspect[0] == 0.0 && aspect[1] == 0.0 && aspect[2] == 0.0) aspect[0] = aspect[1] = aspect[2] = 1.0;
    for (int k = 0; k < 3; k++)
        if (!(aspect[k] > 0.0) || !isfinite(aspect[k]))
            return fail(BAD_INPUT, "the relative edges of the box are %g %g %g, expected positive numbers",
                        aspect[0], aspect[1], aspect[2]);
    double scale = cbrt((double)o->atoms / o->density / (aspect[0] * aspect[1] * aspect[2]));
    for (int k = 0; k < 3; k++) edge[k] = scale * aspect[k];
    TRY(start(c, o->atoms, &o->species));
    c->box = box_orthogonal(edge[0], edge[1], edge[2]);
    TRY(deal_species(c, o));
    struct grid g = best_grid(o->atoms, edge);
    if (g.nearest <= 0.0)
        return fail(BAD_INPUT, "the box %g × %g × %g is too thin to place atoms", edge[0], edge[1], edge[2]);
    return place(c, &g, o->seed);
}

/* ---- velocities ---- */

struct order {
    uint64_t id;
    int64_t index;
};
static int compare(const void *a, const void *b)
{
    uint64_t x = ((const struct order *)a)->id, y = ((const struct order *)b)->id;
    return x < y ? -1 : x > y;
}

static void center_and_scale(struct config *c, const struct order *order, double wanted)
{
    double momentum[3] = {0}, mass = 0.0, twice = 0.0;
    for (int64_t k = 0; k < c->atoms; k++) {
        int64_t i = order[k].index;
        double m = c->species.mass[c->type[i]];
        mass += m;
        for (int j = 0; j < 3; j++) momentum[j] += m * c->v[3 * i + j];
    }
    for (int64_t k = 0; k < c->atoms; k++) {
        int64_t i = order[k].index;
        for (int j = 0; j < 3; j++) {
            c->v[3 * i + j] -= momentum[j] / mass;
            twice += c->species.mass[c->type[i]] * c->v[3 * i + j] * c->v[3 * i + j];
        }
    }
    double factor = twice > 0.0 ? sqrt(wanted / twice) : 0.0;
    for (int64_t i = 0; i < 3 * c->atoms; i++) c->v[i] *= factor;
}

static status check_velocities(const struct config *c, double temperature, double kB)
{
    if (!(temperature >= 0.0) || !isfinite(temperature) || !(kB > 0.0))
        return fail(BAD_INPUT, "the temperature is %g, expected 0 or more", temperature);
    if (temperature > 0.0 && c->atoms < 2)
        return fail(BAD_INPUT,
                    "%lld atoms have no temperature: with the total momentum removed nothing moves",
                    (long long)c->atoms);
    for (int64_t i = 0; i < c->atoms; i++)
        if (!(c->species.mass[c->type[i]] > 0.0))
            return fail(BAD_INPUT, "the mass of species %s is not known: velocities need it",
                        c->species.name[c->type[i]]);
    return OK;
}

status build_velocities(struct config *c, double temperature, double kB, uint64_t seed, uint64_t step)
{
    TRY(check_velocities(c, temperature, kB));
    if (!c->v) TRY(NEW(c->v, 3 * (size_t)c->atoms));
    struct order *order = NULL;
    TRY(NEW(order, (size_t)c->atoms));
    for (int64_t i = 0; i < c->atoms; i++) {
        double spread = sqrt(kB * temperature / c->species.mass[c->type[i]]);
        order[i] = (struct order){c->id[i], i};
        random_normal(seed, STREAM_VELOCITIES, c->id[i], step, 3, &c->v[3 * i]);
        for (int j = 0; j < 3; j++) c->v[3 * i + j] *= spread;
    }
    qsort(order, (size_t)c->atoms, sizeof *order, compare);
    double wanted = 3.0 * (double)(c->atoms - 1) * kB * temperature;
    for (int pass = 0; pass < 2 && temperature > 0.0; pass++)
        center_and_scale(c, order, wanted); /* the second mends rounding */
    DELETE(order);
    return OK;
}
