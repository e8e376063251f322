/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/film_build.h"
#include "base/log.h"
#include "base/mem.h"
#include "integrate/film_file.h"
#include "integrate/minimise.h"
#include "system/build.h"
#include "system/checkpoint_atoms.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SUBSTRATE(f) (offsetof(struct film_input, substrate.f) - offsetof(struct film_input, substrate))

static const char *const kind_words[] = {"tethered", "fixed", NULL};
static const char *const from_words[] = {"quench", NULL};
static const struct input_key substrate_keys[] = {
    {"kind", INPUT_CHOICE, SUBSTRATE(kind), .choices = kind_words, .standard = "tethered",
     .help = "tethered (by springs to where its atoms were made) or fixed"},
    {"from", INPUT_CHOICE, SUBSTRATE(from), .choices = from_words, .standard = "quench",
     .help = "cut from a quenched melt of the mixture that is deposited first"},
    {"thickness", INPUT_NUMBER, SUBSTRATE(thickness), .quantity = QUANTITY_LENGTH, .limit = INPUT_POSITIVE,
     .standard = "3 sigma", .standard_metal = "9 angstrom", .help = "at least the cutoff of the potential"},
    {"spring", INPUT_NUMBER, SUBSTRATE(spring), .quantity = QUANTITY_SPRING, .limit = INPUT_POSITIVE,
     .standard = "50 eps/sigma^2", .standard_metal = "2 eV/angstrom^2", .help = "of a tether"},
    {"melt", INPUT_NUMBER, SUBSTRATE(melt), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .standard = "0.6 eps/kB", .standard_metal = "1800 K",
     .help = "temperature of the melt it is quenched from"},
    {"time", INPUT_NUMBER, SUBSTRATE(time), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "10000 steps", .help = "for melt (0.3), quench (0.6) and anneal (0.1)"},
    {"density", INPUT_NUMBER, SUBSTRATE(density), .quantity = QUANTITY_NUMBER_DENSITY,
     .limit = INPUT_POSITIVE, .standard = "1.1 /sigma^3", .standard_metal = "0.055 /angstrom^3",
     .help = "the melt starts with"},
    {0}};
static const struct input_table substrate_table = {"substrate", substrate_keys,
                                                   sizeof(((struct film_input *)0)->substrate),
                                                   .help = "what the film grows on"};

static const struct input_key film_keys[] = {
    {"from", INPUT_STRING, offsetof(struct film_input, from),
     .help =
         "the film of another run instead, to go on with: its checkpoint.h5, or state-LABEL.h5 of a stage "
         "in its `keep`"},
    {"area", INPUT_VECTOR, offsetof(struct film_input, area), .n = 2, .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE, .help = "lengths along x and y, both periodic"},
    {"substrate", INPUT_MAP, offsetof(struct film_input, substrate), .table = &substrate_table,
     .help = "what the film grows on"},
    {"every", INPUT_NUMBER, offsetof(struct film_input, log_every), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .standard = "1000 steps", .help = "time between lines of film.csv"},
    {0}};

/* What the input must know of a film that another run left. */
static void look_into(struct input *in, const struct tree_node *map, struct film_input *film)
{
    struct config c = {0};
    struct film f = {0};
    if (film_load(film->from, &c, &f) != OK) {
        input_problem(in, tree_child(map, "from"), "%s", status_message());
        return;
    }
    for (int k = 0; k < 2; k++) film->area[k] = c.box.h[k][k];
    film->substrate.thickness = f.top;
    film->substrate.density = f.density;
    film->found.atoms = (double)c.atoms;
    film->found.grown_at = f.state.grown_at;
    film_free(&f);
    config_free(&c);
}

static void check_film(struct input *in, const struct tree_node *map, void *target)
{
    struct film_input *film = target;
    if (!film->from) {
        if (!input_given(map, "area"))
            input_problem(in, map, "a substrate needs its `area`, or give `from`: the film of another run");
        return;
    }
    if (input_given(map, "area") || input_given(map, "substrate"))
        input_problem(in, map, "the film of `from` has its own area and substrate: leave them out");
    else
        look_into(in, map, film);
}
const struct input_table film_table = {"film", film_keys, sizeof(struct film_input),
                                       .help = "a substrate under vacuum, instead of `atoms`; then deposit",
                                       .check = check_film};

/* ---- of another run ---- */

static bool has_film_box(const struct box *b)
{
    bool right = b->periodic[0] && b->periodic[1] && !b->periodic[2];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) right = right && (i == k ? b->h[i][k] > 0.0 : b->h[i][k] == 0.0);
    return right;
}

status film_load(const char *path, struct config *c, struct film *f)
{
    struct h5 h = {.id = -1};
    status s = OK;
    *c = (struct config){0};
    *f = (struct film){0};
    if (!film_file_has(path))
        return fail(BAD_INPUT,
                    "%s: no film is there; the checkpoint.h5 or a state-LABEL.h5 of a run with `film:` was "
                    "expected",
                    path);
    GUARD(h5_open_ro(&h, path));
    GUARD(checkpoint_atoms_read(&h, c));
    GUARD(h5_read_attr_string(&h, "/", "units", c->units, sizeof c->units));
    GUARD(film_file_read(&h, f));
    if (f->substrate < 1 || f->substrate > c->atoms || !has_film_box(&c->box))
        GUARD(fail(
            BAD_INPUT,
            "%s: %lld atoms of %lld are substrate, in a box that should have right angles and be periodic "
            "but along z: no film",
            path, (long long)f->substrate, (long long)c->atoms));
done:
    h5_close(&h);
    if (s == OK) return OK;
    film_free(f);
    config_free(c);
    return s == FAILED ? BAD_INPUT : s; /* what HDF5 refuses here is the file's fault */
}

/* ---- the bulk it is cut from ---- */

static double cutoff_of(const struct engine *e)
{
    double most = 0.0;
    for (int a = 0; a < SPECIES_MAX; a++)
        for (int b = 0; b < SPECIES_MAX; b++) most = fmax(most, e->potential.cutoff[a][b]);
    return most;
}

static status start_bulk(const struct film_order *o, struct engine *e)
{
    const struct film_input *in = o->input;
    struct potential p = {0};
    struct config c = {0};
    double cutoff = 0.0, kB;
    status s = OK;
    GUARD(potential_make(&p, o->engine.potential));
    for (int a = 0; a < SPECIES_MAX; a++) cutoff = fmax(cutoff, p.cutoff[a][a]);
    struct unit_system units = strcmp(p.kind->units, "metal") == 0 ? units_metal() : units_lj();
    kB = units_boltzmann(&units);
    double height = fmax(in->substrate.thickness * 1.05, 2.0 * cutoff), area = in->area[0] * in->area[1];
    struct build_mixture m = {.atoms = (int64_t)ceil(area * height * in->substrate.density),
                              .density = in->substrate.density,
                              .aspect = {in->area[0], in->area[1], height},
                              .species = p.species,
                              .seed = o->engine.seed};
    memcpy(m.fraction, o->fraction, sizeof m.fraction);
    GUARD(build_mixture(&c, &m));
    GUARD(build_velocities(&c, in->substrate.melt, kB, o->engine.seed, 0));
done:
    potential_free(&p);
    s = par_agree(s);
    if (s == OK) s = engine_start(e, &o->engine, &c);
    config_free(&c);
    return s;
}

static status hold(struct engine *e, enum thermostat thermostat, double from, double to, int64_t steps)
{
    bool lj = e->units.kind == UNITS_LJ;
    int64_t end = e->step + (steps > 0 ? steps : 1);
    e->ensemble = ensemble_nve();
    e->ensemble.thermostat = thermostat;
    e->ensemble.barostat = thermostat == THERMOSTAT_BUSSI ? BAROSTAT_CELL_RESCALING : BAROSTAT_NONE;
    e->ensemble.T_from = from;
    e->ensemble.T_to = to;
    e->ensemble.step_from = e->step;
    e->ensemble.step_to = end;
    e->ensemble.tau_T = 100.0 * e->dt;
    e->ensemble.tau_P = 500.0 * e->dt;
    e->ensemble.compressibility = lj ? 0.02 : 1.6;
    e->ensemble.period = 10;
    return engine_advance(e, end, false);
}

static status make_bulk(const struct film_order *o, struct engine *e)
{
    const struct film_input *in = o->input;
    double steps = in->substrate.time / e->dt, scale[3];
    struct minimise_options m = {
        .box = MINIMISE_FIXED, .force = 1e-3, .stress = INFINITY, .most_steps = 4000};
    struct minimise_result r;
    TRY(hold(e, THERMOSTAT_BUSSI, in->substrate.melt, in->substrate.melt, (int64_t)(0.3 * steps)));
    TRY(hold(e, THERMOSTAT_BUSSI, in->substrate.melt, o->T, (int64_t)(0.6 * steps)));
    for (int k = 0; k < 2; k++) scale[k] = in->area[k] / e->domain.box.h[k][k];
    scale[2] = 1.0 / (scale[0] * scale[1]);
    engine_scale_box(e, scale);
    for (int k = 0; k < 2; k++) e->domain.box.h[k][k] = in->area[k]; /* to the last bit */
    TRY(engine_forces(e));
    TRY(hold(e, THERMOSTAT_LANGEVIN, o->T, o->T, (int64_t)(0.1 * steps)));
    return minimise(e, &m, &r);
}

/* ---- the cut ---- */

/* The atoms of c with z below `thickness`, with ids from 1 in the order they had. */
static void cut(struct config *c, double thickness)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < c->atoms; i++) {
        if (!(c->x[3 * i + 2] < thickness)) continue;
        c->type[kept] = c->type[i];
        memcpy(c->x + 3 * kept, c->x + 3 * i, 3 * sizeof *c->x);
        c->id[kept] = (uint64_t)kept + 1;
        kept++;
    }
    c->atoms = kept;
}

status film_build(const struct film_order *o, struct config *c, struct film *f)
{
    const struct film_input *in = o->input;
    struct engine e = {0};
    status s = OK;
    *f = (struct film){.kind = in->substrate.kind == 0 ? FILM_TETHERED : FILM_FIXED,
                       .spring = in->substrate.spring,
                       .top = in->substrate.thickness};
    GUARD(start_bulk(o, &e));
    double cutoff = cutoff_of(&e), area = in->area[0] * in->area[1];
    if (in->substrate.thickness < cutoff)
        GUARD(fail(
            BAD_INPUT,
            "film: a substrate of thickness %g is thinner than the cutoff, %g: the film would feel its end",
            in->substrate.thickness, cutoff));
    GUARD(make_bulk(o, &e));
    if (e.domain.box.h[2][2] < in->substrate.thickness)
        GUARD(fail(FAILED,
                   "film: the quenched cell came out %g thick, thinner than the substrate; give a smaller "
                   "substrate density to start with",
                   e.domain.box.h[2][2]));
    GUARD(domain_gather(&e.domain, c, 0));
    if (par_rank() == 0) cut(c, in->substrate.thickness);
    GUARD(domain_share_config(c));
    f->substrate = c->atoms;
    f->density = (double)c->atoms / (area * in->substrate.thickness);
    f->state.last_id = (double)c->atoms;
    f->state.surface = in->substrate.thickness;
    c->box = box_orthogonal(in->area[0], in->area[1], in->substrate.thickness + 4.0 * cutoff);
    c->box.periodic[2] = false;
    GUARD(par_agree(NEW(f->site, 3 * (size_t)c->atoms)));
    memcpy(f->site, c->x, 3 * (size_t)c->atoms * sizeof *f->site);
    snprintf(c->units, sizeof c->units, "%s", e.potential.kind->units);
    log_info("substrate: %lld atoms, %s, density %.6g, area %g x %g, thickness %g", (long long)c->atoms,
             kind_words[in->substrate.kind], f->density, in->area[0], in->area[1], in->substrate.thickness);
done:
    engine_free(&e);
    if (s != OK) film_free(f);
    return s;
}
