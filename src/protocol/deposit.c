/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/deposit.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "integrate/minimise.h"
#include "system/population.h"

#include <math.h>
#include <string.h>

enum { TRIES = 64, FINEST = 6 }; /* places tried for one newcomer; halvings of dt at most */

/* Numbers of the draws that belong to one newcomer, beside its tries at a place. */
enum { DRAW_ENERGY = 1000, DRAW_AZIMUTH, DRAW_SPREAD };

struct ensemble deposit_ensemble(const struct deposit *d)
{
    struct ensemble n = ensemble_nve();
    n.thermostat = THERMOSTAT_LANGEVIN;
    n.tau_T = d->hold.tau;
    n.T_from = n.T_to = d->T;
    return n;
}

/* ---- heights ---- */

static double largest_cutoff(const struct engine *e)
{
    double cutoff = 0.0;
    for (int a = 0; a < SPECIES_MAX; a++)
        for (int b = 0; b < SPECIES_MAX; b++) cutoff = fmax(cutoff, e->potential.cutoff[a][b]);
    return cutoff;
}

static double source_gap(const struct engine *e, const struct deposit *d)
{
    return isnan(d->source.height) ? largest_cutoff(e) + 2.0 * film_spacing(&e->film) : d->source.height;
}

static double exit_plane(const struct engine *e, const struct deposit *d)
{
    return e->film.state.surface + source_gap(e, d) + film_spacing(&e->film);
}

static double zone_height(const struct engine *e, const struct deposit *d)
{
    if (d->cycle) return INFINITY;
    if (d->hold.zone == ZONE_SUBSTRATE) return -INFINITY;
    if (d->hold.zone == ZONE_ALL) return e->film.state.surface + 2.0 * film_spacing(&e->film);
    double height = e->film.state.surface - d->hold.depth, first = e->film.top + film_spacing(&e->film);
    return e->film.kind == FILM_FIXED ? fmax(height, first) : height;
}

/* ---- the flux ---- */

static double atoms_per_time(const struct engine *e, const struct deposit *d)
{
    double area = film_area(e);
    switch (d->flux.kind) {
    case FLUX_ATOMS:
        return d->flux.value;
    case FLUX_PER_AREA:
        return d->flux.value * area;
    default:
        return d->flux.value * area * e->film.density;
    }
}

static int64_t cycle_steps(const struct engine *e, double time)
{
    double steps = nearbyint(time / e->dt);
    return steps < 1.0 ? 1 : (int64_t)steps;
}

/* The step at which arrival number n is due. With an adaptive time step, as it looks from now. */
static int64_t arrival_step(const struct engine *e, const struct deposit *d, int64_t first_step, double n)
{
    double time = n / atoms_per_time(e, d);
    if (d->largest_move > 0.0) {
        double left = (time - (e->time - e->film.state.began)) / (e->dt * e->dt_scale);
        return e->step + (left > 0.0 ? (int64_t)ceil(left) : 0);
    }
    return first_step + (int64_t)ceil(time / e->dt);
}

static double evaporated(const struct film_state *s)
{
    double n = 0.0;
    for (int k = 0; k < SPECIES_MAX; k++) n += s->evaporated[k];
    return n;
}

/* Must more atoms come? */
static bool wants_more(const struct engine *e, const struct deposit *d, int64_t first_step)
{
    const struct film_state *s = &e->film.state;
    if (d->until.atoms != INPUT_ABSENT) return s->arrivals - evaporated(s) < (double)d->until.atoms;
    if (!isnan(d->until.time))
        return d->largest_move > 0.0 ? e->time - s->began < d->until.time
                                     : (double)(e->step - first_step) * e->dt < d->until.time;
    double owed = 0.0;
    for (int k = 0; k < SPECIES_MAX; k++) owed += s->owed[k];
    return s->reached == 0.0 || owed > 0.0 || fmod(s->dealt, (double)d->species.block) != 0.0;
}

int64_t deposit_steps_left(const struct engine *e, const struct deposit *d, int64_t first_step)
{
    double all = deposit_steps(d, film_area(e), e->film.density, e->dt),
           done = (double)(e->step - first_step);
    if (!isnan(d->until.thickness)) done = all * (e->film.state.surface - e->film.top) / d->until.thickness;
    return done < all ? (int64_t)ceil(all - done) : 0;
}

double deposit_coming(const struct engine *e, const struct deposit *d, int64_t steps)
{
    double area = film_area(e), all = deposit_steps(d, area, e->film.density, e->dt);
    return all > 0.0 ? deposit_atoms(d, area, e->film.density) * (double)steps / all : 0.0;
}

/* ---- who comes: species ---- */

/* Atoms of species up to k among the first x that are dealt. */
static int64_t dealt_up_to(const struct deposit *d, const struct engine *e, int k, int64_t x)
{
    double fraction = 0.0;
    for (int j = 0; j <= k; j++) fraction += d->species.fraction[j];
    return k == e->domain.species.count - 1 ? x : (int64_t)floor(fraction * (double)x + 0.5);
}

static status deal(struct engine *e, const struct deposit *d, int32_t *type)
{
    struct film_state *s = &e->film.state;
    int64_t n = d->species.block, block = (int64_t)s->dealt / n, begin = block * n, size = n, place = 0;
    int32_t *card = NULL;
    if (d->until.atoms != INPUT_ABSENT && d->until.atoms - begin < size) size = d->until.atoms - begin;
    TRY(NEW(card, (size_t)n));
    for (int k = 0; k < e->domain.species.count; k++) {
        int64_t below = k > 0 ? dealt_up_to(d, e, k - 1, begin + size) - dealt_up_to(d, e, k - 1, begin) : 0;
        int64_t up_to = dealt_up_to(d, e, k, begin + size) - dealt_up_to(d, e, k, begin);
        for (int64_t m = below; m < up_to && place < size; m++) card[place++] = (int32_t)k;
    }
    while (place < size) card[place++] = (int32_t)(e->domain.species.count - 1);
    for (int64_t k = size - 1; k > 0; k--) { /* Fisher–Yates; another shuffle in every stage */
        double u[2];
        random_uniform2(e->seed, STREAM_BLOCKS, (uint64_t)block, (uint64_t)s->first_id << 24 | (uint64_t)k,
                        u);
        int64_t j = (int64_t)(u[0] * (double)(k + 1));
        int32_t kept = card[k];
        card[k] = card[j];
        card[j] = kept;
    }
    *type = card[(int64_t)s->dealt - begin];
    s->dealt += 1.0;
    DELETE(card);
    return OK;
}

static status next_species(struct engine *e, const struct deposit *d, int32_t *type)
{
    struct film_state *s = &e->film.state;
    int most = 0;
    for (int k = 1; k < SPECIES_MAX; k++)
        if (s->owed[k] > s->owed[most]) most = k;
    if (s->owed[most] == 0.0) return deal(e, d, type);
    s->owed[most] -= 1.0;
    *type = (int32_t)most;
    return OK;
}

/* ---- where and how fast ---- */

static void add_spread(const struct engine *e, struct newcomer *a, double kT)
{
    double z[3];
    random_normal(e->seed, STREAM_SOURCE, a->id, DRAW_SPREAD, 3, z);
    for (int k = 0; k < 3; k++) a->v[k] += sqrt(kT / e->domain.species.mass[a->type]) * z[k];
}

static void set_beam(const struct engine *e, const struct deposit *d, struct newcomer *a)
{
    double u[2], turn[2], kT = e->kB * d->source.T, energy = d->source.energy;
    random_uniform2(e->seed, STREAM_SOURCE, a->id, DRAW_ENERGY, u);
    random_uniform2(e->seed, STREAM_SOURCE, a->id, DRAW_AZIMUTH, turn);
    if (isnan(energy)) energy = -kT * log(u[0] * u[1]);
    double speed = sqrt(2.0 * energy / e->domain.species.mass[a->type]), angle = d->source.angle;
    a->v[0] = speed * sin(angle) * cos(2.0 * M_PI * turn[0]);
    a->v[1] = speed * sin(angle) * sin(2.0 * M_PI * turn[0]);
    a->v[2] = -speed * cos(angle);
    if (!isnan(d->source.energy) && !isnan(d->source.T)) {
        add_spread(e, a, kT);
        a->v[2] = -fabs(a->v[2]);
    }
}

/* A place between two heights that keeps its distance from every atom. */
static bool find_place(const struct engine *e, struct newcomer *a, double low, double high, double distance)
{
    for (uint64_t attempt = 0; attempt < TRIES; attempt++) {
        double u[2], w[2];
        random_uniform2(e->seed, STREAM_SOURCE, a->id, 2 * attempt, u);
        random_uniform2(e->seed, STREAM_SOURCE, a->id, 2 * attempt + 1, w);
        a->x[0] = e->domain.box.origin[0] + u[0] * e->domain.box.h[0][0];
        a->x[1] = e->domain.box.origin[1] + u[1] * e->domain.box.h[1][1];
        a->x[2] = low + w[0] * (high - low);
        if (domain_nearest(&e->domain, a->x) > distance) return true;
    }
    return false;
}

/* One newcomer into the domain, unless there is no place for it now. */
static status try_arrival(struct engine *e, const struct deposit *d, bool *came)
{
    struct film_state *s = &e->film.state, before = *s;
    double spacing = film_spacing(&e->film), low = s->surface + source_gap(e, d), high = low;
    double distance = 1.5 * spacing;
    struct newcomer a = {.id = (uint64_t)s->last_id + 1};
    TRY(par_agree(next_species(e, d, &a.type)));
    if (d->cycle) {
        low = s->surface + spacing;
        high = s->surface + 2.5 * spacing;
        distance = 1.05 * spacing;
        add_spread(e, &a, e->kB * d->cycle->hot);
        a.v[2] = -fabs(a.v[2]);
    } else {
        set_beam(e, d, &a);
    }
    *came = find_place(e, &a, low, high, distance);
    if (!*came) {
        *s = before; /* the card is dealt when the atom comes */
        return OK;
    }
    s->last_id += 1.0;
    s->arrivals += 1.0;
    s->closed_at = -1.0; /* it has its own time to land, also when it replaces one that hovered */
    return domain_insert(&e->domain, &a, 1);
}

/* ---- an update ---- */

static double total_energy(const struct engine *e)
{
    return e->energy + engine_kinetic(e);
}

static bool has_left(const void *height, const struct domain *d, size_t i)
{
    return d->x[d->slot[i]][2] > *(const double *)height && d->v[i][2] > 0.0 && d->v[i][3] > 0.0;
}
static bool is_above(const void *height, const struct domain *d, size_t i)
{
    return d->x[d->slot[i]][2] > *(const double *)height;
}

static status remove_atoms(struct engine *e, population_test leaves, double height)
{
    struct film_state *s = &e->film.state;
    int64_t removed[SPECIES_MAX], n = 0;
    double before = total_energy(e);
    TRY(domain_remove(&e->domain, leaves, &height, removed));
    for (int k = 0; k < SPECIES_MAX; k++) {
        s->evaporated[k] += (double)removed[k];
        s->owed[k] += (double)removed[k];
        n += removed[k];
    }
    if (n == 0) return OK;
    TRY(engine_forces(e));
    s->energy_out += before - total_energy(e);
    return OK;
}

/* The box reaches a cutoff above the exit plane, in strides of four spacings. */
static bool grow_box(struct engine *e, const struct deposit *d)
{
    double stride = 4.0 * film_spacing(&e->film), bottom = e->domain.box.origin[2];
    double needed = exit_plane(e, d) + largest_cutoff(e);
    if (film_box_top(e) >= needed) return false;
    e->domain.box.h[2][2] = stride * ceil((needed - bottom) / stride);
    return true;
}

/* After atoms came or the cell grew. */
static status take_in(struct engine *e, bool changed)
{
    double before = total_energy(e);
    if (!changed) return OK;
    TRY(engine_forces(e));
    e->film.state.energy_in += total_energy(e) - before;
    return OK;
}

static status add_due(struct engine *e, const struct deposit *d, int64_t first_step, bool *changed)
{
    struct film_state *s = &e->film.state;
    bool came = true;
    while (came && wants_more(e, d, first_step) &&
           arrival_step(e, d, first_step, s->arrivals + 1.0) <= e->step) {
        TRY(try_arrival(e, d, &came));
        *changed = *changed || came;
    }
    return OK;
}

static void set_hot_group(struct engine *e, const struct deposit *d)
{
    const struct film_state *s = &e->film.state;
    if (!d->cycle || s->group_at < 0.0) return;
    e->ensemble.hot_id = (uint64_t)s->group_id;
    e->ensemble.T_hot = d->cycle->hot;
    e->ensemble.hot_from = (int64_t)s->group_at + cycle_steps(e, d->cycle->heat);
    e->ensemble.hot_to = e->ensemble.hot_from + cycle_steps(e, d->cycle->cool);
}

/* The end of a cycle: the inherent structure, from which the motion starts anew at T. */
static status minimise_film(struct engine *e, const struct deposit *d)
{
    struct minimise_options o = {
        .box = MINIMISE_FIXED, .force = 1e-3, .stress = INFINITY, .most_steps = 5000};
    struct minimise_result r;
    double before = total_energy(e);
    TRY(minimise(e, &o, &r));
    TRY(engine_draw_velocities(e, d->T));
    e->film.state.energy_in += total_energy(e) - before;
    return OK;
}

static status turn_cycle(struct engine *e, const struct deposit *d, int64_t first_step, bool *changed)
{
    struct film_state *s = &e->film.state;
    if (s->group_at >= 0.0 && e->step < e->ensemble.hot_to) return OK;
    if (s->group_at >= 0.0 && d->cycle->minimise) TRY(minimise_film(e, d));
    bool came = true, whole = wants_more(e, d, first_step);
    s->group_at = -1.0;
    e->ensemble.hot_id = 0;
    if (!whole) return OK;
    s->group_id = s->last_id + 1.0;
    for (int64_t k = 0; k < d->cycle->atoms && came && wants_more(e, d, first_step); k++)
        TRY(try_arrival(e, d, &came));
    s->group_at = (double)e->step;
    *changed = true;
    set_hot_group(e, d);
    return OK;
}

/* Steps in which an atom of the source, slowed to a twentieth, crosses the gap: what is still in flight so
 * long after the last arrival hovers. */
static double patience(const struct engine *e, const struct deposit *d)
{
    double heaviest = 0.0, energy = isnan(d->source.energy) ? e->kB * d->source.T : d->source.energy;
    for (int k = 0; k < e->domain.species.count; k++) heaviest = fmax(heaviest, e->domain.species.mass[k]);
    if (d->cycle) energy = e->kB * d->cycle->hot;
    return 20.0 * source_gap(e, d) / (sqrt(2.0 * energy / heaviest) * e->dt * cos(d->source.angle));
}

static status close_source(struct engine *e, const struct deposit *d, int64_t first_step,
                           const struct film_now *now)
{
    struct film_state *s = &e->film.state;
    if (wants_more(e, d, first_step) || (d->cycle && s->group_at >= 0.0)) {
        s->closed_at = -1.0;
        return OK;
    }
    if (s->closed_at < 0.0) s->closed_at = (double)e->step;
    bool hovering = (double)e->step - s->closed_at > patience(e, d);
    if (hovering && now->flying > 0)
        TRY(remove_atoms(e, is_above, s->surface + 2.0 * film_spacing(&e->film)));
    if (hovering || now->flying == 0) s->finished = wants_more(e, d, first_step) ? 0.0 : 1.0;
    if (s->finished > 0.0)
        log_info("deposited: %lld atoms, thickness %.6g, %.0f came, %.0f left", (long long)now->landed,
                 now->thickness, s->arrivals, evaporated(s));
    return OK;
}

status deposit_update(struct engine *e, const struct deposit *d, int64_t first_step)
{
    struct film_state *s = &e->film.state;
    struct film_now now;
    bool changed;
    TRY(film_measure(e, s->zone, &now));
    s->surface = now.surface;
    if (now.thickness >= d->until.thickness) s->reached = 1.0;
    s->zone = e->ensemble.zone = zone_height(e, d);
    if (now.thickness >
        2.0 * film_spacing(&e->film)) { /* before, the layer is a few atoms that have just landed */
        s->hot += now.T_surface * (double)now.in_surface;
        s->hot_count += (double)now.in_surface;
    }
    TRY(remove_atoms(e, has_left, exit_plane(e, d)));
    TRY(close_source(e, d, first_step, &now));
    if (s->finished > 0.0) return OK;
    changed = grow_box(e, d);
    TRY(d->cycle ? turn_cycle(e, d, first_step, &changed) : add_due(e, d, first_step, &changed));
    return take_in(e, changed);
}

int64_t deposit_next(const struct engine *e, const struct deposit *d, int64_t first_step)
{
    int64_t next = first_step + ((e->step - first_step) / DEPOSIT_EVERY + 1) * DEPOSIT_EVERY, due;
    if (d->cycle)
        due = e->film.state.group_at >= 0.0 ? e->ensemble.hot_to : next;
    else
        due = arrival_step(e, d, first_step, e->film.state.arrivals + 1.0);
    return due > e->step && due < next ? due : next;
}

bool deposit_finished(const struct engine *e)
{
    return e->film.state.finished > 0.0;
}

status deposit_begin(struct engine *e, const struct deposit *d, bool resumed)
{
    struct film_state *s = &e->film.state;
    struct film_now now;
    if (e->film.kind == FILM_NONE) return fail(BAD_INPUT, "a deposit stage needs a substrate: give `film:`");
    if (e->film.kind == FILM_FIXED && d->hold.zone == ZONE_SUBSTRATE && !d->cycle)
        return fail(BAD_INPUT,
                    "a fixed substrate cannot be thermostatted: give it tethers, or another `zone:`");
    if (!resumed) {
        TRY(film_measure(e, 0.0, &now));
        *s = (struct film_state){.last_id = s->last_id,
                                 .first_id = s->last_id,
                                 .surface = now.surface,
                                 .closed_at = -1.0,
                                 .group_at = -1.0,
                                 .began = e->time,
                                 .grown_at = d->melted ? 0.0 : d->T};
        s->zone = zone_height(e, d);
        if (grow_box(e, d)) TRY(engine_forces(e));
    }
    e->ensemble.zone = s->zone;
    set_hot_group(e, d);
    deposit_adapt(e, d);
    return OK;
}

void deposit_adapt(struct engine *e, const struct deposit *d)
{
    double fastest2 = 0.0;
    if (!(d->largest_move > 0.0)) return;
    for (size_t i = 0; i < e->domain.n; i++) {
        const double *v = e->domain.v[i];
        fastest2 = fmax(fastest2, v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    }
    par_max(&fastest2, 1);
    e->dt_scale = 1.0;
    for (int k = 0; k < FINEST && sqrt(fastest2) * e->dt * e->dt_scale > d->largest_move; k++)
        e->dt_scale *= 0.5;
}

void deposit_end(struct engine *e)
{
    e->dt_scale = 1.0;
    e->ensemble.zone = INFINITY;
    e->ensemble.hot_id = 0;
}
