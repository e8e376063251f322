/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_bits — prints a digest for each of several hard cases; run under any number of ranks and threads the
 * output must be the same. usage: engine_bits [CASE]. Cases: cube, skewed, free (one, two, three axes), tiny
 * boxes in which ranks are left over, mixed precision, a box thinner than the list radius, moving cells, migration, minimiser, atoms that come and go,
 * a run that blows up. */
#include "engine_fixture.h"
#include "integrate/minimise.h"
#include "system/population.h"

#include <math.h>

static void say(const char *name, const struct engine *e)
{
    char hex[65];
    fixture_digest(e, hex);
    if (par_rank() != 0) return;
    printf("%s %s energy %a virial %a rebuilds %lld prunes %lld\n", name, hex, e->energy,
           e->virial[VIRIAL_XY], (long long)e->rebuilds, (long long)e->prunes);
    fflush(stdout);
}

static void run_dynamics(const char *name, const struct config *c, const char *spec, struct ensemble n,
                         int64_t steps)
{
    struct engine e;
    fixture_start(&e, c, spec, 0.004, 0);
    e.ensemble = n;
    MUST(engine_advance(&e, steps / 2, false));
    say(name, &e);
    MUST(engine_advance(&e, steps, false));
    say(name, &e);
    engine_free(&e);
}

/* Forces in mixed precision: the packed positions of images and of other ranks' atoms. */
static void run_mixed(void)
{
    struct config c = {0};
    struct engine e;
    struct engine_options o = {.potential = "wahnstrom", .dt = 0.004, .seed = 7, .precision = PRECISION_MIXED};
    struct precision_error error;
    fixture_mixture(&c, 900, 1.2, 1.0, 1);
    for (int way = 0; way < 2; way++) {
        MUST(engine_start(&e, &o, &c));
        MUST(engine_precision_error(&e, &error));
        if (par_rank() == 0) printf("force %a error %a\n", error.force, error.error);
        if (way == 1) e.ensemble = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, 1.0, 20.0);
        MUST(engine_advance(&e, 160, false));
        say(way == 0 ? "mixed" : "mixed, skewed", &e);
        engine_free(&e);
        fixture_skew(&c);
        c.box.periodic[1] = false;
    }
    config_free(&c);
}

static void free_axes(struct config *c, int mask)
{
    for (int k = 0; k < 3; k++) c->box.periodic[k] = (mask >> k & 1) == 0;
}

static void run_free(const char *name, int mask, bool skewed)
{
    struct config c = {0};
    fixture_mixture(&c, 700, 1.1, 1.5, 3);
    if (skewed) fixture_skew(&c);
    free_axes(&c, mask); /* the cluster flies apart: atoms leave the cell along free axes */
    run_dynamics(name, &c, "wahnstrom:shift=force",
                 fixture_ensemble(THERMOSTAT_LANGEVIN, BAROSTAT_NONE, 1.5, 0), 160);
    config_free(&c);
}

static void run_tiny(const char *name, const char *lattice, int64_t nx, int64_t ny, int64_t nz)
{
    struct config c = {0};
    const struct lattice *l = lattice_find(lattice);
    struct build_lattice o = {.lattice = l,
                              .n = {nx, ny, nz},
                              .species = fixture_species,
                              .site_species = {0, 1},
                              .a = lattice_constant(l, 1.2, 0.0)};
    MUST(build_lattice(&c, &o));
    MUST(build_velocities(&c, 0.5, 1.0, 3, 0));
    run_dynamics(name, &c, "wahnstrom", fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_NONE, 0.5, 0), 60);
    config_free(&c);
}

static void run_moving(void)
{
    struct config c = {0};
    fixture_mixture(&c, 900, 1.1, 1.0, 5);
    struct ensemble n = fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, 1.0, 20.0);
    n.per_axis = true;
    run_dynamics("mtk per axis", &c, "wahnstrom:cutoff=2.5ij", n, 160);
    n = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, 1.0, 20.0);
    fixture_skew(&c);
    run_dynamics("cell rescaling, skewed", &c, "wahnstrom", n, 160);
    /* all atoms fly along (1, 2, −1): every one changes its rank many times, and images count up */
    for (int64_t i = 0; i < c.atoms; i++) c.v[3 * i] += 40.0, c.v[3 * i + 1] += 80.0, c.v[3 * i + 2] -= 40.0;
    run_dynamics("migration", &c, "wahnstrom", ensemble_nve(), 120);
    config_free(&c);
}

static void run_minimise(void)
{
    struct config c = {0};
    struct engine e;
    struct minimise_options o = {.box = MINIMISE_PER_AXIS, .force = 1e-3, .stress = 1e-3, .most_steps = 400};
    struct minimise_result r;
    fixture_mixture(&c, 300, 1.15, 0.5, 6);
    fixture_start(&e, &c, "wahnstrom", 0.004, 0);
    MUST(minimise(&e, &o, &r));
    say("minimise", &e);
    engine_free(&e);
    config_free(&c);
}

/* Every rank must come back with the same status and message. */
static void run_blown_up(void)
{
    struct config c = {0};
    struct engine e;
    struct engine_options o = {.potential = "wahnstrom", .dt = 0.5, .seed = 1};
    fixture_mixture(&c, 700, 1.1, 1.5, 3);
    status s = engine_start(&e, &o, &c);
    if (s == OK) s = engine_advance(&e, 100, false);
    int64_t count = s == UNPHYSICAL;
    par_sum_int64(&count, 1);
    if (par_rank() == 0) printf("blown up: %s\n", count == par_size() ? "all ranks agree" : "ranks differ");
    engine_free(&e);
    config_free(&c);
}

/* Atoms that come and go in a film of many layers under vacuum, whose box grows: the cuts between ranks move. */
static bool leaves(const void *context, const struct domain *d, size_t i)
{
    return d->id[i] % 7 == *(const uint64_t *)context;
}
static void run_population(void)
{
    struct config c = {0};
    struct engine e;
    int64_t removed[SPECIES_MAX];
    fixture_mixture(&c, 900, 1.1, 0.5, 8);
    c.box.periodic[2] = false;
    c.box.h[2][2] *= 3.0;
    fixture_start(&e, &c, "wahnstrom", 0.004, 0);
    e.ensemble = fixture_ensemble(THERMOSTAT_LANGEVIN, BAROSTAT_NONE, 0.5, 0);
    e.ensemble.zone = 5.0;
    for (uint64_t turn = 0; turn < 4; turn++) {
        struct newcomer new = {.v = {0.1, 0.2, -3.0}, .id = 1000 + turn, .type = (int32_t)turn % 2};
        new.x[0] = 0.3 + 2.0 * (double)turn, new.x[1] = 1.0, new.x[2] = 14.0;
        e.rebuild_at = e.step + 40;
        MUST(engine_advance(&e, e.rebuild_at, false));
        MUST(domain_remove(&e.domain, leaves, &turn, removed));
        MUST(domain_insert(&e.domain, &new, 1));
        new.id += 100, new.x[1] = 5.0;
        MUST(domain_insert(&e.domain, &new, 1));
        e.domain.box.h[2][2] += 3.7;
        MUST(engine_forces(&e));
        say("atoms that come and go", &e);
        if (par_rank() == 0)
            printf("removed %lld %lld nearest %a conserved %a\n", (long long)removed[0], (long long)removed[1],
                   domain_nearest(&e.domain, new.v), engine_conserved(&e));
        else
            domain_nearest(&e.domain, new.v);
    }
    engine_free(&e);
    config_free(&c);
}

static void run_cube(void)
{
    struct config c = {0};
    fixture_mixture(&c, 900, 1.2, 1.0, 1);
    run_dynamics("cube", &c, "wahnstrom", ensemble_nve(), 160);
    fixture_skew(&c);
    run_dynamics("skewed", &c, "wahnstrom:shift=force",
                 fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, 1.0, 0), 160);
    config_free(&c);
}

int main(void)
{
    MUST(par_start());
    run_cube();
    run_mixed();
    for (int mask = 1; mask < 8; mask += mask == 1 ? 2 : 4) {
        char name[40];
        snprintf(name, sizeof name, "free axes %d", mask);
        run_free(name, mask, false);
    }
    run_free("free, skewed", 4, true);
    run_tiny("one fcc cell", "fcc", 1, 1, 1);
    run_tiny("a C15 cell", "C15", 1, 1, 1);
    run_tiny("a rod", "B2", 1, 1, 12);
    run_tiny("a sheet", "fcc", 1, 5, 4);
    run_moving();
    run_minimise();
    run_population();
    run_blown_up();
    par_finish();
    return 0;
}
