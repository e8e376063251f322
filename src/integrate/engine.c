/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/engine.h"
#include "base/mem.h"
#include "base/random.h"
#include "integrate/step.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Quick forces can do with longer lists that last longer. */
static void default_skins(const struct engine *e, double *skin, double *inner_skin)
{
    bool lj = strcmp(e->potential.kind->units, "lj") == 0;
    *skin = lj ? 0.7 : 1.4; /* σ_AA; Å */
    *inner_skin = !lj ? 0.3 : e->precision == PRECISION_MIXED ? 0.22 : 0.18;
}

/* OpenMP may give fewer threads than asked for (OMP_THREAD_LIMIT, OMP_DYNAMIC); a team that waits for the
 * others would wait for ever. */
static int threads_granted(int wanted)
{
    int granted = 1;
    omp_set_dynamic(0);
#pragma omp parallel num_threads(wanted) default(none) shared(granted)
#pragma omp master
    granted = omp_get_num_threads();
    return granted;
}

/* The atoms; their positions packed, too, where the kernels want them. */
static status load_atoms(struct engine *e, const struct config *c)
{
    domain_pack(&e->domain, e->precision == PRECISION_MIXED ? e->list.radius : 0.0);
    return domain_load(&e->domain, c);
}

status engine_start(struct engine *e, const struct engine_options *o, const struct config *c)
{
    *e = (struct engine){.dt = o->dt,
                         .seed = o->seed,
                         .step = c->step,
                         .time = c->time,
                         .rebuild_at = -1,
                         .dt_scale = 1.0,
                         .origin = clock_origin()};
    e->ensemble = ensemble_nve();
    TRY(potential_make(&e->potential, o->potential));
    TRY(potential_check_precision(&e->potential, o->precision));
    e->precision = o->precision;
    e->units = strcmp(e->potential.kind->units, "metal") == 0 ? units_metal() : units_lj();
    e->kB = units_boltzmann(&e->units);
    int threads = o->threads > 0 ? o->threads : par_threads();
    threads = threads_granted(threads);
    omp_set_num_threads(threads); /* for every other parallel region of this process, too */
    double skin, inner_skin;
    default_skins(e, &skin, &inner_skin);
    if (o->skin > 0.0) skin = o->skin;
    if (o->inner_skin > 0.0) inner_skin = o->inner_skin;
    if (inner_skin > 0.9 * skin) inner_skin = 0.9 * skin;
    TRY(list_start(&e->list, e->potential.species.count, (const double(*)[SPECIES_MAX])e->potential.cutoff,
                   (const double(*)[SPECIES_MAX])e->potential.near, skin, inner_skin, threads));
    if (e->precision == PRECISION_MIXED) e->list.width = (size_t)isa_floats(e->list.isa);
    TRY(NEW(e->thread, (size_t)threads));
    TRY(load_atoms(e, c));
    if (o->film) {
        e->film = *o->film;
        *o->film = (struct film){0};
    }
    film_attach(e);
    return engine_forces(e);
}

void engine_count_afresh(struct engine *e)
{
    e->rebuilds = e->prunes = e->atom_steps = 0;
    e->origin = clock_origin();
    for (int t = 0; t < e->list.threads; t++) memset(e->thread[t].ticks, 0, sizeof e->thread[t].ticks);
}

status engine_load(struct engine *e, const struct config *c)
{
    domain_free(&e->domain);
    TRY(load_atoms(e, c));
    film_attach(e);
    return engine_forces(e);
}

void engine_free(struct engine *e)
{
    domain_free(&e->domain);
    film_free(&e->film);
    list_free(&e->list);
    potential_free(&e->potential);
    DELETE(e->thread);
}

void engine_scale_box(struct engine *e, const double scale[3])
{
    struct domain *d = &e->domain;
    step_scale_cell(e, scale);
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) d->x[d->slot[i]][k] *= scale[k];
}

status engine_advance(struct engine *e, int64_t until, bool stop_at_rebuild)
{
    if (e->step >= until) return OK;
    e->until = until;
    e->stop_at_rebuild = stop_at_rebuild;
    e->action = LIST_KEEP;
    e->failure = OK;
    team_start(&e->team, e->list.threads);
    char message[2048] = ""; /* messages are kept per thread: carry the failing one out of the region */
#pragma omp parallel num_threads(e->list.threads) shared(message)
    {
        step_run(e, omp_get_thread_num());
        if (omp_get_thread_num() == 0 && e->failure != OK)
            strncpy(message, status_message(), sizeof message - 1);
    }
    return e->failure == OK ? OK : fail(e->failure, "%s", message);
}

static status evaluate(struct engine *e, bool rebuild)
{
    e->failure = OK;
    e->action = rebuild ? LIST_REBUILD : LIST_KEEP;
    e->want_energy = true;
    e->plan = (struct step_plan){.va_end = {1.0, 1.0, 1.0}}; /* no kick */
    team_start(&e->team, e->list.threads);
    char message[2048] = "";
#pragma omp parallel num_threads(e->list.threads) shared(message)
    {
        step_evaluate(e, omp_get_thread_num(), rebuild);
        if (omp_get_thread_num() == 0 && e->failure != OK)
            strncpy(message, status_message(), sizeof message - 1);
    }
    return e->failure == OK ? OK : fail(e->failure, "%s", message);
}

status engine_forces(struct engine *e)
{
    return evaluate(e, true);
}
status engine_update(struct engine *e)
{
    return evaluate(e, false);
}

static struct sum *add_motion(const struct domain *d, struct sum s[5])
{
    memset(s, 0, 5 * sizeof *s);
    for (size_t i = 0; i < d->n; i++) {
        double mass = d->species.mass[d->type[i]], *v = d->v[i];
        for (int k = 0; k < 3; k++) sum_add(&s[k], mass * v[k]);
        sum_add(&s[3], v[3] > 0.0 ? mass : 0.0);
        sum_add(&s[4], mass * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]));
    }
    par_sum(s, 5);
    return s;
}

status engine_draw_velocities(struct engine *e, double temperature)
{
    struct domain *d = &e->domain;
    struct sum s[5]; /* momentum, mass, twice the kinetic energy */
    for (size_t i = 0; i < d->n; i++) {
        random_normal(e->seed, STREAM_VELOCITIES, d->id[i], (uint64_t)e->step, 3, d->v[i]);
        for (int k = 0; k < 3; k++) d->v[i][k] *= sqrt(e->kB * temperature * d->v[i][3]);
    }
    add_motion(d, s);
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3 && d->v[i][3] > 0.0; k++) d->v[i][k] -= sum_value(&s[k]) / sum_value(&s[3]);
    double now = sum_value(&add_motion(d, s)[4]),
           wanted = (3.0 * (double)(d->total - (int64_t)d->frozen) - 3.0) * e->kB * temperature;
    double scale = now > 0.0 ? sqrt(wanted / now) : 0.0;
    for (size_t i = 0; i < d->n; i++)
        for (int k = 0; k < 3; k++) d->v[i][k] *= scale;
    return engine_forces(e);
}

/* ---- global values ---- */

double engine_kinetic(const struct engine *e)
{
    return 0.5 * e->kinetic2;
}

double engine_temperature(const struct engine *e)
{
    int64_t atoms = e->domain.total - (int64_t)e->domain.frozen;
    return 2.0 * engine_kinetic(e) / (ensemble_freedom(&e->ensemble, atoms) * e->kB);
}

void engine_pressure(const struct engine *e, double p[VIRIALS])
{
    double volume = box_volume(&e->domain.box);
    for (int k = 0; k < VIRIALS; k++) p[k] = (e->virial[k] + (k < 3 ? e->axis_kinetic2[k] : 0.0)) / volume;
}

double engine_scalar_pressure(const struct engine *e)
{
    double p[VIRIALS];
    engine_pressure(e, p);
    return (p[0] + p[1] + p[2]) / 3.0;
}

double engine_conserved(const struct engine *e)
{
    struct ensemble_input in;
    step_ensemble_input(e, &in);
    double exchanged = e->heat + e->film.state.energy_in - e->film.state.energy_out;
    return engine_kinetic(e) + e->energy + ensemble_energy(&e->ensemble, &in) - exchanged;
}

double engine_shown_time(const struct engine *e)
{
    return e->time / units_size(&e->units, QUANTITY_TIME);
}

double engine_shown_pressure(const struct engine *e, double pressure)
{
    return pressure / units_size(&e->units, QUANTITY_PRESSURE);
}
