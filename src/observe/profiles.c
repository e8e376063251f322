/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/profiles.h"

#include "base/file.h"
#include "base/mem.h"
#include "system/unwrap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct profiles_input, field)
static const struct input_key keys[] = {
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "100 steps", .help = "time between frames"},
    {"lag", INPUT_NUMBER, AT(lag), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .help = "time in which displacements are taken; absent: no mobility"},
    {"layer", INPUT_NUMBER, AT(layer), .quantity = QUANTITY_LENGTH, .limit = INPUT_POSITIVE,
     .help = "thickness of a layer, about; absent: one mean spacing"},
    {0}};
const struct input_table profiles_table = {"profiles", keys, sizeof(struct profiles_input),
                                           .help = "averages along z, in stages that observe profiles"};

struct profiles_options profiles_plan(const struct profiles_input *in, double dt, const char *folder)
{
    struct profiles_options o = {.folder = folder, .every = llround(in->every / dt), .layer = in->layer};
    if (o.every < 1) o.every = 1;
    if (!isnan(in->lag)) o.lag = (int64_t)ceil(in->lag / dt / (double)o.every - 1e-9) * o.every;
    return o;
}

/* What is added up in a layer over the frames of a block. */
enum { VOLUME, ENERGY, KINETIC, MOVED2, MOVERS, SPECIES, ROW = SPECIES + SPECIES_MAX };

struct profiles {
    struct observer base;
    struct profiles_options options;
    const char *label;
    const struct engine *engine;
    struct species species;
    int64_t layers, frames, steps; /* frames so far; steps of the stage */
    double height;                 /* Σ over frames of the box's */
    double *total;                 /* PROFILES_BLOCKS × layers × ROW */
    struct sum *sum;               /* of a frame: 2 per layer */
    int64_t *count;                /* of a frame: SPECIES_MAX per layer */
    /* mobility; rank 0 */
    struct config frame;
    int64_t atoms, origin_step;
    double *origin, *now; /* 3 per atom, unwrapped, by id */
    struct box cell;      /* when the interval began */
    double *pending;      /* state loaded before start */
    size_t pending_size;
};

static double *row(const struct profiles *o, int64_t block, int64_t layer)
{
    return o->total + ROW * (block * o->layers + layer);
}

static int64_t layer_at(const struct profiles *o, const struct box *b, double z)
{
    double s = (z - b->origin[2]) / b->h[2][2];
    if (b->periodic[2]) s -= floor(s);
    int64_t k = (int64_t)floor(s * (double)o->layers);
    return k < 0 ? 0 : k >= o->layers ? o->layers - 1 : k;
}

/* The block of the frame that is being taken. */
static int64_t block_now(const struct profiles *o)
{
    int64_t frames = o->steps / o->base.every, b = o->frames * PROFILES_BLOCKS / (frames > 0 ? frames : 1);
    return b < PROFILES_BLOCKS ? b : PROFILES_BLOCKS - 1;
}

/* ---- a frame ---- */

static void add_frame(struct profiles *o, const struct engine *e)
{
    const struct domain *d = &e->domain;
    double volume = box_volume(&d->box) / (double)o->layers;
    memset(o->sum, 0, 2 * (size_t)o->layers * sizeof *o->sum);
    memset(o->count, 0, SPECIES_MAX * (size_t)o->layers * sizeof *o->count);
    for (size_t i = 0; i < d->n; i++) {
        const double *v = d->v[i];
        int64_t k = layer_at(o, &d->box, d->x[d->slot[i]][2]);
        o->count[SPECIES_MAX * k + d->type[i]]++;
        sum_add(&o->sum[2 * k], d->f[i][3]);
        sum_add(&o->sum[2 * k + 1], d->species.mass[d->type[i]] * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]));
    }
    par_sum(o->sum, 2 * (int)o->layers);
    par_sum_int64(o->count, SPECIES_MAX * o->layers);
    for (int64_t k = 0; k < o->layers; k++) {
        double *to = row(o, block_now(o), k);
        to[VOLUME] += volume;
        to[ENERGY] += sum_value(&o->sum[2 * k]);
        to[KINETIC] += sum_value(&o->sum[2 * k + 1]) / (3.0 * e->kB);
        for (int t = 0; t < SPECIES_MAX; t++) to[SPECIES + t] += (double)o->count[SPECIES_MAX * k + t];
    }
    o->height += d->box.h[2][2];
}

/* ---- mobility ---- */

/* Rank 0: positions of the frame that was gathered, as far as they may be compared with `origin`. */
static status begin_interval(struct profiles *o)
{
    if (par_rank() != 0) return OK;
    if (o->frame.atoms != o->atoms) {
        DELETE(o->origin);
        DELETE(o->now);
        o->atoms = o->frame.atoms;
        TRY(NEW(o->origin, 3 * (size_t)o->atoms + 1));
        TRY(NEW(o->now, 3 * (size_t)o->atoms + 1));
    }
    unwrap_images(&o->frame, o->origin);
    o->cell = o->frame.box;
    return OK;
}

static void end_interval(struct profiles *o, bool film)
{
    if (par_rank() != 0 || o->frame.atoms != o->atoms) return;
    unwrap_images(&o->frame, o->now);
    unwrap_strain(&o->frame.box, &o->cell, o->atoms, o->now);
    if (!film) unwrap_hold_centre(o->atoms, o->frame.type, o->species.mass, o->origin, o->now);
    for (int64_t i = 0; i < o->atoms; i++) {
        double moved2 = 0.0;
        for (int64_t k = 3 * i; k < 3 * i + 3; k++) moved2 += pow(o->now[k] - o->origin[k], 2);
        double *to = row(o, block_now(o), layer_at(o, &o->cell, o->origin[3 * i + 2]));
        to[MOVED2] += moved2;
        to[MOVERS] += 1.0;
    }
}

static status look_at_motion(struct profiles *o, const struct engine *e)
{
    if (o->options.lag == 0 || (e->step - o->base.first_step) % o->options.lag != 0) return OK;
    TRY(domain_gather(&e->domain, &o->frame, CONFIG_IMAGE));
    if (e->step > o->base.first_step) end_interval(o, e->film.kind != FILM_NONE);
    return par_agree(begin_interval(o));
}

/* ---- checkpoints ---- */

enum { HEAD = 5, CELL = 12 };

static size_t state_size(const struct observer *base)
{
    const struct profiles *o = (const struct profiles *)base;
    return HEAD + CELL + PROFILES_BLOCKS * ROW * (size_t)o->layers + 3 * (size_t)o->atoms;
}

static void save(const struct observer *base, double *state)
{
    const struct profiles *o = (const struct profiles *)base;
    size_t n = PROFILES_BLOCKS * ROW * (size_t)o->layers;
    const double head[HEAD] = {(double)o->layers, (double)o->frames, (double)o->atoms, o->height,
                               (double)o->options.lag};
    memcpy(state, head, sizeof head);
    memcpy(state + HEAD, o->cell.h, sizeof o->cell.h);
    memcpy(state + HEAD + 9, o->cell.origin, sizeof o->cell.origin);
    memcpy(state + HEAD + CELL, o->total, n * sizeof *state);
    if (o->atoms > 0) memcpy(state + HEAD + CELL + n, o->origin, 3 * (size_t)o->atoms * sizeof *state);
}

static status load(struct observer *base, const double *state, size_t size)
{
    struct profiles *o = (struct profiles *)base;
    if (size < HEAD + CELL) return fail(BAD_INPUT, "the checkpoint's state of the profiles is too short");
    TRY(NEW(o->pending, size));
    memcpy(o->pending, state, size * sizeof *state);
    o->pending_size = size;
    return OK;
}

static status use_pending(struct profiles *o, const struct box *box)
{
    const double *state = o->pending;
    size_t n = PROFILES_BLOCKS * ROW * (size_t)o->layers, atoms = (size_t)state[2];
    if ((int64_t)state[0] != o->layers || (int64_t)state[4] != o->options.lag ||
        o->pending_size != HEAD + CELL + n + 3 * atoms)
        return fail(BAD_INPUT,
                    "the checkpoint belongs to another `profiles:` block than the input describes");
    o->frames = (int64_t)state[1];
    o->height = state[3];
    o->cell = *box;
    memcpy(o->cell.h, state + HEAD, sizeof o->cell.h);
    memcpy(o->cell.origin, state + HEAD + 9, sizeof o->cell.origin);
    memcpy(o->total, state + HEAD + CELL, n * sizeof *state);
    o->atoms = (int64_t)atoms;
    TRY(NEW(o->origin, 3 * atoms + 1));
    TRY(NEW(o->now, 3 * atoms + 1));
    memcpy(o->origin, state + HEAD + CELL + n, 3 * atoms * sizeof *state);
    return OK;
}

static void discard(struct profiles *o)
{
    DELETE(o->total);
    DELETE(o->sum);
    DELETE(o->count);
    DELETE(o->origin);
    DELETE(o->now);
    DELETE(o->pending);
    o->pending_size = 0;
    o->atoms = 0;
}

/* ---- start, stop ---- */

static status allocate(struct profiles *o, const struct engine *e)
{
    const struct domain *d = &e->domain;
    double spacing = e->film.kind != FILM_NONE ? film_spacing(&e->film)
                                               : cbrt(box_volume(&d->box) / (double)d->total),
           layer = isnan(o->options.layer) ? spacing : o->options.layer;
    o->layers = (int64_t)fmax(1.0, nearbyint(d->box.h[2][2] / layer));
    TRY(NEW(o->total, PROFILES_BLOCKS * ROW * (size_t)o->layers));
    TRY(NEW(o->sum, 2 * (size_t)o->layers));
    return NEW(o->count, SPECIES_MAX * (size_t)o->layers);
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct profiles *o = (struct profiles *)base;
    if (resume_step < 0) DELETE(o->pending);
    o->label = s->label;
    o->engine = e;
    o->steps = s->steps;
    o->species = e->domain.species;
    o->frames = 0;
    o->height = 0.0;
    TRY(par_agree(allocate(o, e)));
    if (!o->pending) return look_at_motion(o, e);
    status r = use_pending(o, &e->domain.box);
    DELETE(o->pending);
    return par_agree(r);
}

static status sample(struct observer *base, struct engine *e)
{
    struct profiles *o = (struct profiles *)base;
    add_frame(o, e);
    TRY(look_at_motion(o, e));
    o->frames++;
    return OK;
}

static status flush(struct observer *base)
{
    (void)base;
    return OK;
}

/* ---- the file ---- */

static double atoms_of(const double *r)
{
    double atoms = 0.0;
    for (int t = 0; t < SPECIES_MAX; t++) atoms += r[SPECIES + t];
    return atoms;
}

/* One of the quantities of a row of sums; NaN where it has none. */
enum { DENSITY, POTENTIAL, TEMPERATURE, MSD, FRACTION }; /* FRACTION + species */
static double quantity(const double *r, int what)
{
    double atoms = atoms_of(r);
    if (what == DENSITY) return r[VOLUME] > 0.0 ? atoms / r[VOLUME] : (double)NAN;
    if (what == MSD) return r[MOVERS] > 0.0 ? r[MOVED2] / r[MOVERS] : (double)NAN;
    if (!(atoms > 0.0)) return (double)NAN;
    return (what == POTENTIAL     ? r[ENERGY]
            : what == TEMPERATURE ? r[KINETIC]
                                  : r[SPECIES + what - FRACTION]) /
           atoms;
}

static void add_mean(struct text *t, const struct profiles *o, int64_t layer, int what)
{
    double all[ROW] = {0}, sum = 0.0, square = 0.0, n = 0.0;
    for (int64_t b = 0; b < PROFILES_BLOCKS; b++) {
        const double *r = row(o, b, layer);
        double x = quantity(r, what);
        for (int i = 0; i < ROW; i++) all[i] += r[i];
        if (isnan(x)) continue;
        sum += x;
        square += x * x;
        n += 1.0;
    }
    double spread = n > 1.0 ? fmax(0.0, square / n - sum / n * (sum / n)) / (n - 1.0) : (double)NAN;
    text_add(t, ",%.10g,%.3g", quantity(all, what), sqrt(spread));
}

static void add_heading(struct text *t, const struct profiles *o)
{
    const struct engine *e = o->engine;
    const struct unit_system *u = &e->units;
    double unit = units_size(u, QUANTITY_TIME);
    const char *time = units_label(u, QUANTITY_TIME);
    text_add(t, "# stage %s: means over %lld frames, one every %.6g %s; units %s\n", o->label,
             (long long)o->frames, (double)o->options.every * e->dt / unit, time, e->potential.kind->units);
    text_add(t, "# errors: of the mean, from %d stretches of the stage (too small if it remembers longer)\n",
             PROFILES_BLOCKS);
    if (o->options.lag > 0)
        text_add(t, "# msd: in %.6g %s, of the atoms that were in the layer before, %s\n",
                 (double)o->options.lag * e->dt / unit, time,
                 e->film.kind != FILM_NONE ? "relative to the substrate" : "centre of mass held");
    if (e->film.kind != FILM_NONE) text_add(t, "# top of the substrate: z = %.8g\n", e->film.top);
    text_add(t, "z,thickness,atoms,density,density_error");
    for (int k = 0; k < o->species.count; k++)
        text_add(t, ",fraction_%s,fraction_%s_error", o->species.name[k], o->species.name[k]);
    text_add(t, ",potential_per_atom,potential_error,T,T_error,msd,msd_error\n");
}

static status write_file(const struct profiles *o)
{
    char name[160], path[FILE_PATH_MAX];
    struct text t = {0};
    double frames = fmax(1.0, (double)o->frames), thickness = o->height / frames / (double)o->layers;
    snprintf(name, sizeof name, "profiles-%s.csv", o->label);
    TRY(file_join(path, o->options.folder, name));
    add_heading(&t, o);
    for (int64_t k = 0; k < o->layers; k++) {
        double atoms = 0.0;
        for (int64_t b = 0; b < PROFILES_BLOCKS; b++) atoms += atoms_of(row(o, b, k));
        text_add(&t, "%.8g,%.8g,%.10g", o->engine->domain.box.origin[2] + ((double)k + 0.5) * thickness,
                 thickness, atoms / frames);
        add_mean(&t, o, k, DENSITY);
        for (int i = 0; i < o->species.count; i++) add_mean(&t, o, k, FRACTION + i);
        add_mean(&t, o, k, POTENTIAL);
        add_mean(&t, o, k, TEMPERATURE);
        add_mean(&t, o, k, MSD);
        text_add(&t, "\n");
    }
    status s = t.out_of_memory ? fail(FAILED, "out of memory for %s", path) : file_write(path, t.s);
    text_free(&t);
    return s;
}

static status stop(struct observer *base)
{
    struct profiles *o = (struct profiles *)base;
    status s = par_agree(par_rank() == 0 ? write_file(o) : OK);
    discard(o);
    return s;
}

static void release(struct observer **base)
{
    struct profiles *o = (struct profiles *)*base;
    if (o) {
        discard(o);
        config_free(&o->frame);
    }
    DELETE(*base);
}

static const struct observer_kind kind = {
    "profiles", "density, composition, energy, temperature and mobility along z into profiles-LABEL.csv",
    start,      sample,
    stop,       flush,
    state_size, save,
    load,       release,
    NULL};

status profiles_new(struct observer **out, const struct profiles_options *options)
{
    struct profiles *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->base.in_stage_only = true;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "profiles");
    return OK;
}
