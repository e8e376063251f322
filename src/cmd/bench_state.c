/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"
#include "base/log.h"
#include "cmd/bench.h"
#include "par/par.h"
#include "system/build.h"
#include "system/trajectory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SAMPLE = 4000, /* atoms that are equilibrated, at least */
    SETTLE = 200,  /* steps under a thermostat after velocities were drawn */
    COUPLING = 20, /* its time constant, in steps */
    MELT = 8,
    HOLD = 4, /* 1/8 of the steps molten, then cooling, 1/4 held */
};

static struct engine_options options_of(const struct bench_options *o, const struct potential *p)
{
    struct unit_system units = strcmp(p->kind->units, "metal") == 0 ? units_metal() : units_lj();
    return (struct engine_options){.potential = o->potential,
                                   .dt = o->dt * units_size(&units, QUANTITY_TIME),
                                   .threads = (int)o->threads,
                                   .seed = 1,
                                   .skin = o->skin,
                                   .inner_skin = o->inner_skin};
}

/* Velocity rescaling from T_from to T_to over so many steps. */
static status advance_at(struct engine *e, double T_from, double T_to, int64_t steps)
{
    e->ensemble = ensemble_nve();
    e->ensemble.thermostat = THERMOSTAT_BUSSI;
    e->ensemble.tau_T = COUPLING * e->dt;
    e->ensemble.T_from = T_from;
    e->ensemble.T_to = T_to;
    e->ensemble.step_from = e->step;
    e->ensemble.step_to = e->step + steps;
    return engine_advance(e, e->step + steps, false);
}

static int repeats_of(int64_t atoms)
{
    int k = 1;
    for (int next = 2; atoms / next / next / next >= SAMPLE; next++)
        if (atoms % ((int64_t)next * next * next) == 0) k = next;
    return k;
}

static status melt_and_cool(struct config *c, const struct bench_options *o, const struct potential *p,
                            int64_t atoms)
{
    struct engine e = {0};
    struct engine_options eo = options_of(o, p);
    status s = OK;
    struct build_mixture m = {
        .atoms = atoms, .density = o->density, .fraction = {0.5, 0.5}, .species = p->species, .seed = 1};
    GUARD(par_agree(build_mixture(c, &m)));
    GUARD(engine_start(&e, &eo, c));
    GUARD(engine_draw_velocities(&e, o->melt_temperature));
    log_info("making the state: %lld atoms, %lld steps", (long long)atoms, (long long)o->melt);
    int64_t melt = o->melt / MELT, hold = o->melt / HOLD;
    GUARD(advance_at(&e, o->melt_temperature, o->melt_temperature, melt));
    GUARD(advance_at(&e, o->melt_temperature, o->temperature, o->melt - melt - hold));
    GUARD(advance_at(&e, o->temperature, o->temperature, hold));
    config_free(c);
    GUARD(domain_gather(&e.domain, c, 0));
    GUARD(domain_share_config(c));
done:
    engine_free(&e);
    return s;
}

/* k copies along each axis. */
static status repeat(struct config *c, int k)
{
    struct config big = {.box = c->box, .species = c->species};
    TRY(config_allocate(&big, c->atoms * k * k * k, 0));
    for (int64_t copy = 0, i = 0; copy < (int64_t)k * k * k; copy++) {
        const double shift[3] = {(double)(copy % k), (double)(copy / k % k), (double)(copy / k / k)};
        for (int64_t a = 0; a < c->atoms; a++, i++) {
            big.id[i] = (uint64_t)i + 1;
            big.type[i] = c->type[a];
            for (int x = 0; x < 3; x++) {
                big.x[3 * i + x] = c->x[3 * a + x];
                for (int y = 0; y < 3; y++) big.x[3 * i + x] += shift[y] * c->box.h[y][x];
            }
        }
    }
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) big.box.h[y][x] *= k;
    config_free(c);
    *c = big;
    return OK;
}

static status read_state(struct config *c, const struct bench_options *o, const struct potential *p)
{
    TRY(config_read(o->state, c));
    TRY(potential_adopt(p, c));
    TRY(config_check(c));
    if (c->atoms != o->atoms)
        return fail(
            BAD_INPUT,
            "%s holds %lld atoms, the benchmark was asked for %lld: say --atoms, or take another file",
            o->state, (long long)c->atoms, (long long)o->atoms);
    return OK;
}

static status find_positions(struct config *c, const struct bench_options *o, const struct potential *p)
{
    double there = o->state && file_exists(o->state) ? 1.0 : 0.0;
    par_max(&there, 1);
    if (there > 0.0) return par_agree(read_state(c, o, p));
    int k = repeats_of(o->atoms);
    TRY(melt_and_cool(c, o, p, o->atoms / k / k / k));
    TRY(par_agree(repeat(c, k)));
    snprintf(c->units, sizeof c->units, "%s", p->kind->units);
    return par_agree(o->state && par_rank() == 0 ? config_write(o->state, c) : OK);
}

status bench_state(struct engine *e, const struct bench_options *o)
{
    struct config c = {0};
    struct potential p = {0};
    status s = OK;
    GUARD(potential_make(&p, o->potential));
    GUARD(find_positions(&c, o, &p));
    struct engine_options eo = options_of(o, &p);
    eo.precision = o->precision;
    GUARD(engine_start(e, &eo, &c));
    config_free(&c);
    GUARD(engine_draw_velocities(e, o->temperature));
    GUARD(advance_at(e, o->temperature, o->temperature, SETTLE));
    e->ensemble = ensemble_nve();
    GUARD(engine_forces(e));
done:
    potential_free(&p);
    config_free(&c);
    return s;
}
