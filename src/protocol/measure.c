/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/measure.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

const char *const measure_eis_words[] = {"interior", "all", NULL};
const char *const measure_profile_words[] = {"z", NULL};
static const struct input_key measure_keys[] = {
    MEASURE_KEYS,
    {"label", INPUT_STRING, offsetof(struct measure, label), .help = "a name for the files"},
    {0}};
void measure_check(struct input *in, const struct tree_node *map, void *target)
{
    const struct measure *m = target;
    if (!isnan(m->mobility) && m->profiles < 0)
        input_problem(in, map, "mobility is a column of `profiles: z`");
    if (m->eis < 0 && m->profiles < 0) input_problem(in, map, "nothing to measure: give `eis` or `profiles`");
}
const struct input_table measure_table = {"measure", measure_keys, sizeof(struct measure),
                                          .help = "look at the sample without changing it",
                                          .check = measure_check};

static const char *const each_words[] = {"face", NULL};
static const struct input_key interior_keys[] = {
    {"drop", INPUT_NUMBER, offsetof(struct interior_input, drop), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_NOT_NEGATIVE, .standard = "5 sigma", .standard_metal = "15 angstrom",
     .help = "what does not belong to a film's interior"},
    {"each", INPUT_CHOICE, offsetof(struct interior_input, each), .choices = each_words, .standard = "face",
     .help = "at each face"},
    {"edge", INPUT_NUMBER, offsetof(struct interior_input, edge), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE, .standard = "1 sigma", .standard_metal = "3 angstrom",
     .help = "width over which the window of speckles rises from 0 to 1, inside of what drop leaves"},
    {0}};
const struct input_table interior_table = {"interior", interior_keys, sizeof(struct interior_input),
                                           .help = "of a film, for `measure`, `detach` and speckles"};

/* ---- profiles ---- */

static int64_t layer_at(const struct measure *m, const struct box *b, double z)
{
    int64_t k = (int64_t)floor((z - b->origin[2]) / (b->h[2][2] / (double)m->layers));
    return k < 0 ? 0 : k >= m->layers ? m->layers - 1 : k;
}

static status make_profile(const struct engine *e, struct measure *m)
{
    enum { ENERGY, KINETIC, SUMS };
    const struct domain *d = &e->domain;
    double bottom = d->box.origin[2], height = d->box.h[2][2];
    double spacing =
        e->film.kind != FILM_NONE ? film_spacing(&e->film) : cbrt(box_volume(&d->box) / (double)d->total);
    m->layers = (int64_t)fmax(1.0, floor(height / spacing));
    double thickness = height / (double)m->layers;
    struct sum *sum = NULL;
    int64_t *count = NULL, n = m->layers;
    status s = NEW(sum, SUMS * (size_t)n);
    if (s == OK) s = NEW(count, SPECIES_MAX * (size_t)n);
    if (s == OK) s = NEW(m->layer, (size_t)n);
    GUARD(par_agree(s));
    for (size_t i = 0; i < d->n; i++) {
        const double *v = d->v[i];
        int64_t b = layer_at(m, &d->box, d->x[d->slot[i]][2]);
        count[SPECIES_MAX * b + d->type[i]]++;
        sum_add(&sum[SUMS * b + ENERGY], d->f[i][3]);
        sum_add(&sum[SUMS * b + KINETIC],
                d->species.mass[d->type[i]] * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]));
    }
    for (int64_t b = 0; b < n; b++) par_sum(sum + SUMS * b, SUMS);
    par_sum_int64(count, SPECIES_MAX * n);
    for (int64_t b = 0; b < n; b++) {
        struct measure_layer *l = &m->layer[b];
        *l = (struct measure_layer){.z = bottom + ((double)b + 0.5) * thickness, .thickness = thickness};
        for (int k = 0; k < SPECIES_MAX; k++) l->atoms += l->species[k] = count[SPECIES_MAX * b + k];
        l->energy = l->temperature = l->msd = NAN;
        if (l->atoms == 0) continue;
        l->energy = sum_value(&sum[SUMS * b + ENERGY]) / (double)l->atoms;
        l->temperature = sum_value(&sum[SUMS * b + KINETIC]) / (3.0 * (double)l->atoms * e->kB);
    }
done:
    DELETE(sum);
    DELETE(count);
    return s;
}

/* ---- the inherent structure ---- */

static bool counts(const struct engine *e, const struct measure *m, size_t i)
{
    const struct domain *d = &e->domain;
    double z = d->x[d->slot[i]][2];
    return d->id[i] > (uint64_t)e->film.substrate && z >= m->result.low && z < m->result.high;
}

/* The minimised film may have shrunk a little: 5 % are let pass. */
static int column_side(const struct engine *e, int k)
{
    double n = floor(1.05 * e->domain.box.h[k][k] / (3.0 * film_spacing(&e->film)));
    return n > MEASURE_SIDE ? MEASURE_SIDE : (int)n;
}

/* The columns of a film. */
static void take_columns(const struct engine *e, struct measure *m)
{
    const struct domain *d = &e->domain;
    struct sum energy[MEASURE_COLUMNS];
    int side[2] = {column_side(e, 0), column_side(e, 1)}, n = side[0] * side[1];
    memset(energy, 0, sizeof energy);
    memset(m->result.column_atoms, 0, sizeof m->result.column_atoms);
    memset(m->result.column_first, 0, sizeof m->result.column_first);
    m->result.nx = m->result.ny = 0;
    if (side[0] < 2 || side[1] < 2) return;
    for (size_t i = 0; i < d->n; i++) {
        int at[2];
        if (!counts(e, m, i)) continue;
        for (int k = 0; k < 2; k++) {
            double part = (d->x[d->slot[i]][k] - d->box.origin[k]) / d->box.h[k][k];
            int b = (int)((part - floor(part)) * side[k]);
            at[k] = b < side[k] ? b : side[k] - 1;
        }
        int b = at[0] * side[1] + at[1];
        m->result.column_atoms[b]++;
        m->result.column_first[b] += d->type[i] == 0;
        sum_add(&energy[b], d->f[i][3]);
    }
    par_sum(energy, n);
    par_sum_int64(m->result.column_atoms, n);
    par_sum_int64(m->result.column_first, n);
    for (int b = 0; b < n; b++) m->result.column_energy[b] = sum_value(&energy[b]);
    m->result.nx = side[0];
    m->result.ny = side[1];
}

/* Mean energy of the atoms that count; e holds the minimised sample. */
static status take_energy(const struct engine *e, struct measure *m)
{
    const struct domain *d = &e->domain;
    struct film_now now;
    struct sum energy = {0};
    m->result.low = -INFINITY;
    m->result.high = INFINITY;
    if (e->film.kind != FILM_NONE) {
        TRY(film_measure(e, 0.0, &now));
        m->result.high = now.surface + 2.0 * film_spacing(&e->film);
        if (m->eis == 0) {
            m->result.low = e->film.top + m->drop;
            m->result.high = now.surface - m->drop;
        }
    }
    memset(m->result.species, 0, sizeof m->result.species);
    for (size_t i = 0; i < d->n; i++) {
        if (!counts(e, m, i)) continue;
        m->result.species[d->type[i]]++;
        sum_add(&energy, d->f[i][3]);
    }
    par_sum(&energy, 1);
    par_sum_int64(m->result.species, SPECIES_MAX);
    m->result.atoms = 0;
    for (int k = 0; k < SPECIES_MAX; k++) m->result.atoms += m->result.species[k];
    m->result.energy = sum_value(&energy) / (double)m->result.atoms;
    m->result.nx = m->result.ny = 0;
    if (e->film.kind != FILM_NONE) take_columns(e, m);
    double volume = box_volume(&d->box), height = m->result.high - m->result.low;
    m->result.density = (double)m->result.atoms / (isfinite(height) ? film_area(e) * height : volume);
    return OK;
}

/* No energy of a glass without how much of it is crystal. */
static status take_crystal(const struct engine *e, struct measure *m)
{
    struct config c = {0};
    status s = domain_gather(&e->domain, &c, 0);
    if (s == OK && par_rank() == 0) s = laves_of_config(&m->result.laves, &c, e->list.threads);
    config_free(&c);
    return par_agree(s);
}

static status measure_eis(struct engine *e, struct measure *m, const struct config *kept)
{
    (void)kept;
    bool film = e->film.kind != FILM_NONE, metal = e->units.kind == UNITS_METAL;
    struct minimise_options o = {.box = isnan(m->P) ? MINIMISE_FIXED
                                        : film      ? MINIMISE_LATERAL
                                                    : MINIMISE_ISOTROPIC,
                                 .P = isnan(m->P) ? 0.0 : m->P,
                                 .force = 1e-5,
                                 .stress = isnan(m->P) ? INFINITY
                                           : metal     ? 1e-6
                                                       : 1e-5,
                                 .most_steps = 50000};
    TRY(minimise(e, &o, &m->result.minimised));
    TRY(take_crystal(e, m));
    return take_energy(e, m);
}

/* ---- mobility ---- */

static int64_t find_id(const struct config *c, uint64_t id)
{
    int64_t low = 0, high = c->atoms - 1;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (c->id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Squared displacement of owned atom i since `kept`, periodic images counted. */
static double moved2(const struct domain *d, size_t i, const struct config *kept, int64_t before)
{
    double now[3], then[3], total = 0.0;
    box_shift(&d->box, d->image[i], now);
    box_shift(&d->box, kept->image + 3 * before, then);
    for (int k = 0; k < 3; k++) {
        double move = d->x[d->slot[i]][k] + now[k] - (kept->x[3 * before + k] + then[k]);
        total += move * move;
    }
    return total;
}

/* Let the copy move on, and put displacements into the layers in which their atoms were. */
static status measure_mobility(struct engine *e, struct measure *m, const struct config *kept)
{
    const struct domain *d = &e->domain;
    struct sum *sum = NULL;
    status s = OK;
    e->rebuild_at = -1;
    TRY(engine_advance(e, e->step + (int64_t)fmax(1.0, nearbyint(m->mobility / e->dt)), false));
    TRY(par_agree(NEW(sum, (size_t)m->layers)));
    for (size_t i = 0; i < d->n; i++) {
        int64_t before = find_id(kept, d->id[i]);
        sum_add(&sum[layer_at(m, &kept->box, kept->x[3 * before + 2])], moved2(d, i, kept, before));
    }
    for (int64_t b = 0; b < m->layers; b++) {
        par_sum(&sum[b], 1);
        if (m->layer[b].atoms > 0) m->layer[b].msd = sum_value(&sum[b]) / (double)m->layer[b].atoms;
    }
    DELETE(sum);
    return s;
}

/* ---- a copy that may be changed ---- */

/* What is done to the copy; the state at the beginning is kept by every rank, and put back. */
static status with_copy(struct engine *e, struct measure *m,
                        status (*change)(struct engine *e, struct measure *m, const struct config *kept))
{
    struct config kept = {0};
    double *site = NULL;
    size_t sites = 3 * (size_t)e->film.substrate;
    struct ensemble ensemble = e->ensemble;
    int64_t step = e->step;
    double time = e->time;
    status s = OK;
    GUARD(domain_gather(&e->domain, &kept, CONFIG_VELOCITY | CONFIG_IMAGE));
    GUARD(domain_share_config(&kept));
    GUARD(par_agree(NEW(site, sites)));
    if (sites > 0) memcpy(site, e->film.site, sites * sizeof *site);
    e->ensemble = ensemble_nve();
    GUARD(change(e, m, &kept));
    e->ensemble = ensemble;
    e->step = step;
    e->time = time;
    if (sites > 0) memcpy(e->film.site, site, sites * sizeof *site);
    GUARD(engine_load(e, &kept));
done:
    config_free(&kept);
    DELETE(site);
    return s;
}

status measure_run(struct engine *e, struct measure *m)
{
    measure_free(m);
    m->result.energy = NAN;
    if (m->profiles >= 0) TRY(make_profile(e, m));
    if (m->layers > 0 && !isnan(m->mobility)) TRY(with_copy(e, m, measure_mobility));
    if (m->eis < 0) return OK;
    TRY(with_copy(e, m, measure_eis));
    log_info("measured: energy %.9g per atom of %lld atoms of the inherent structure%s, %.3g %% crystal",
             m->result.energy, (long long)m->result.atoms,
             m->result.minimised.converged ? "" : " — NOT converged", 100.0 * m->result.laves.fraction);
    return OK;
}

void measure_free(struct measure *m)
{
    DELETE(m->layer);
    m->layers = 0;
}
