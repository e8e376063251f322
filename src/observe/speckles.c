/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speckle-NAME.h5 — intensities of q windows while the atoms move.
 *
 * When a stage begins the windows are built for its box: their points of the reciprocal lattice, with the
 * first peak of S(q) measured on the present configuration if a range refers to it. Peak and box are
 * remembered in checkpoints, so a restart builds the same windows. All windows share one amplitude
 * calculation. Of a film only the inside is seen (scatter/slab.h): the slab is chosen when the stage begins,
 * stands still, and takes the place of the box. S(|q|), the divisor for flattening, is averaged over all
 * points of the reciprocal lattice in every STRUCTURE_EVERY-th frame. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/observer.h"
#include "scatter/slab.h"
#include "scatter/speckle.h"
#include "scatter/speckle_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STRUCTURE_EVERY = 20, PEAK_STATE = 6, BOX_STATE = 12 };

struct speckles {
    struct observer base;
    struct speckle_options options;
    struct form_factors form;
    struct peak peak;  /* as measured when the stage began */
    struct box box;    /* the box then; of a film: that of its inside */
    struct slab slab;  /* unused without a film */
    const char *label; /* of the stage */
    struct window *window;
    struct speckle *speckle;
    struct structure *structure;
    struct speckle_file **file;
    double *x, *factor; /* owned atoms that scatter, 4 doubles each; their w(z) */
    int32_t *type;
    size_t x_capacity, type_capacity, factor_capacity;
    double *pending; /* state loaded from a checkpoint before start */
    size_t pending_size;
};

/* The box of a frame: of a film that of its inside, with the sample's present lateral edges. */
static struct box frame_box(const struct speckles *o, const struct engine *e)
{
    return slab_box(&o->slab, &e->domain.box);
}

/* This rank's atoms into an amplitude, summed over ranks. */
static status add_atoms(struct speckles *o, const struct domain *d, struct amplitude *a)
{
    size_t n = 0;
    TRY(par_agree(GROW(o->x, o->x_capacity, 4 * d->n + 4)));
    TRY(par_agree(GROW(o->type, o->type_capacity, d->n + 1)));
    TRY(par_agree(GROW(o->factor, o->factor_capacity, d->n + 1)));
    for (size_t i = 0; i < d->n; i++) {
        o->factor[n] = slab_weight(&o->slab, d->x[d->slot[i]][2]);
        if (o->factor[n] <= 0.0) continue;
        memcpy(o->x + 4 * n, d->x[d->slot[i]], 4 * sizeof(double));
        o->type[n++] = d->type[i];
    }
    struct amplitude_atoms atoms = {.count = (int64_t)n, .stride = 4, .x = o->x, .type32 = o->type};
    if (slab_used(&o->slab)) atoms.factor = o->factor;
    TRY(par_agree(amplitude_add(a, &atoms)));
    int64_t *sums;
    size_t count;
    TRY(par_agree(amplitude_partial(a, &sums, &count)));
    par_sum_int64(sums, (int64_t)count);
    return OK;
}

static status measure_structure(struct speckles *o, const struct engine *e)
{
    struct box box = frame_box(o, e);
    TRY(par_agree(structure_begin(o->structure, &box)));
    TRY(add_atoms(o, &e->domain, o->structure->amplitude));
    return par_agree(structure_finish(o->structure));
}

static bool needs_peak(const struct speckles *o)
{
    bool needed = false;
    for (size_t w = 0; w < o->options.windows; w++)
        needed = needed || window_spec_needs_peak(&o->options.window[w]);
    return needed;
}

static status build_windows(struct speckles *o)
{
    const struct speckle_options *p = &o->options;
    if (needs_peak(o))
        log_info("first peak of S(q) at q = %.4g, height %.3g, half maximum %.4g to %.4g", o->peak.q,
                 o->peak.height, o->peak.low, o->peak.high);
    for (size_t w = 0; w < p->windows; w++) {
        TRY(window_build(&o->window[w], &p->window[w], &o->box, &o->peak));
        TRY(slab_apply(&o->slab, &o->window[w]));
        log_info("window %s: %lld pixels in %lld group%s (%lld independent each)", o->window[w].name,
                 (long long)o->window[w].count, (long long)o->window[w].groups,
                 o->window[w].groups == 1 ? "" : "s", (long long)o->window[w].n_independent);
        if (o->window[w].warning[0]) log_warning("window %s: %s", o->window[w].name, o->window[w].warning);
    }
    return OK;
}

/* An existing file, cut back to the restart. */
static status go_on(struct speckles *o, size_t w, const char *path, int64_t resume_step)
{
    status s = speckle_file_open(&o->file[w], path, &o->window[w]);
    if (s == OK) s = speckle_file_truncate_step(o->file[w], resume_step);
    if (s == OK) {
        int64_t last = speckle_file_last_step(o->file[w]);
        int64_t steps = o->base.every * o->options.exposure, first = o->base.first_step;
        observer_check_last(&o->base, path, last, first + (resume_step - first) / steps * steps);
    } else if (o->file[w]) {
        char reason[1024]; /* closing must not hide why */
        snprintf(reason, sizeof reason, "%s", status_message());
        speckle_file_close(&o->file[w]);
        fail(s, "%s", reason);
    }
    return s;
}

static status path_of(const struct speckles *o, size_t w, char path[FILE_PATH_MAX])
{
    char name[160];
    if (o->options.label_files)
        snprintf(name, sizeof name, "speckle-%s-%s.h5", o->label, o->window[w].name);
    else
        snprintf(name, sizeof name, "speckle-%s.h5", o->window[w].name);
    return file_join(path, o->options.folder, name);
}

static status open_file(struct speckles *o, const struct engine *e, const struct stage *s, size_t w,
                        int64_t resume_step)
{
    char path[FILE_PATH_MAX];
    TRY(path_of(o, w, path));
    if (resume_step >= 0)
        TRY(observer_recover(path));
    else
        observer_drop(path);
    if (resume_step >= 0 && file_exists(path)) {
        bool fresh;
        TRY(observer_move_aside(go_on(o, w, path, resume_step), path, resume_step, &fresh));
        if (!fresh) return OK;
    }
    double sub = (double)o->base.every * e->dt / units_size(&e->units, QUANTITY_TIME);
    const struct stage_isotherm *i = &s->isotherm;
    struct speckle_stage stage = {s->label,     s->T_to,  o->options.Tg,  i->cycle,
                                  i->iteration, i->place, i->T_substrate, i->T_anneal};
    struct speckle_file_options f = {.slab = &o->slab,
                                     .stage = &stage,
                                     .window = &o->window[w],
                                     .spec = &o->options.window[w],
                                     .form_factors = o->form.text,
                                     .units = e->potential.kind->units,
                                     .frame_time = sub * (double)o->options.exposure,
                                     .count_time = sub * (double)o->options.exposure,
                                     .exposure = o->options.exposure,
                                     .flatten = o->options.flatten,
                                     .box_changes = s->box == STAGE_BOX_FREE};
    return speckle_file_create(&o->file[w], path, &f);
}

/* ---- what a checkpoint holds: peak, box, S(q) so far, exposure under way ---- */

static void save_peak(const struct speckles *o, double *state)
{
    const struct peak *p = &o->peak;
    double values[PEAK_STATE] = {p->q, p->height, p->low, p->high, p->spacing, (double)p->frames};
    memcpy(state, values, sizeof values);
    memcpy(state + PEAK_STATE, o->box.h, sizeof o->box.h);
    memcpy(state + PEAK_STATE + 9, o->box.origin, sizeof o->box.origin);
}

static void load_peak(struct speckles *o, const double *state)
{
    o->peak = (struct peak){state[0], state[1], state[2], state[3], state[4], (int64_t)state[5]};
    memcpy(o->box.h, state + PEAK_STATE, sizeof o->box.h);
    memcpy(o->box.origin, state + PEAK_STATE + 9, sizeof o->box.origin);
}

static size_t state_size(const struct observer *base)
{
    const struct speckles *o = (const struct speckles *)base;
    if (!o->speckle) return 0;
    return PEAK_STATE + BOX_STATE + 1 + (size_t)o->structure->bins + speckle_state_size(o->speckle);
}

static void save(const struct observer *base, double *state)
{
    const struct speckles *o = (const struct speckles *)base;
    size_t bins = (size_t)o->structure->bins;
    save_peak(o, state);
    state += PEAK_STATE + BOX_STATE;
    state[0] = (double)o->structure->frames;
    memcpy(state + 1, o->structure->sum, bins * sizeof(double));
    speckle_save(o->speckle, state + 1 + bins);
}

/* Kept until start has made the windows it belongs to. */
static status load(struct observer *base, const double *state, size_t size)
{
    struct speckles *o = (struct speckles *)base;
    if (size <= PEAK_STATE + BOX_STATE) return fail(BAD_INPUT, "the checkpoint's speckle state is too short");
    TRY(NEW(o->pending, size));
    memcpy(o->pending, state, size * sizeof *state);
    o->pending_size = size;
    return OK;
}

static status use_pending(struct speckles *o)
{
    if (o->pending_size != state_size(&o->base))
        return fail(BAD_INPUT, "the checkpoint belongs to other speckle windows than the input describes");
    const double *state = o->pending + PEAK_STATE + BOX_STATE;
    size_t bins = (size_t)o->structure->bins;
    o->structure->frames = (int64_t)state[0];
    memcpy(o->structure->sum, state + 1, bins * sizeof(double));
    for (size_t b = 0; b < bins; b++)
        o->structure->s[b] = state[1 + b] / ((double)o->structure->points[b] * state[0]);
    return speckle_load(o->speckle, state + 1 + bins, speckle_state_size(o->speckle));
}

/* ---- */

/* The usual range of S(q), well past the first peak. */
static double usual_range(const struct speckles *o, int64_t atoms)
{
    return 1.6 * 2.0 * M_PI * cbrt((double)atoms / box_volume(&o->box));
}

/* In the usual range: what counts as the first peak must not depend on how far another window reaches. */
static status find_peak(struct speckles *o, int64_t atoms)
{
    struct structure near = *o->structure;
    double usual = usual_range(o, atoms);
    while (near.bins > 1 && near.q[near.bins - 1] > usual) near.bins--;
    return peak_find(&o->peak, &near);
}

/* Of a film: which slab is seen. Collective. */
static status choose_slab(struct speckles *o, const struct engine *e)
{
    const struct speckle_options *p = &o->options;
    double top = e->film.top;
    struct film_now now;
    o->slab = (struct slab){0};
    o->box = e->domain.box;
    if (e->film.kind == FILM_NONE) return OK;
    o->slab = (struct slab){top + p->heights[0], top + p->heights[1], p->edge, top};
    if (o->pending) { /* as it was chosen before the restart */
        load_peak(o, o->pending);
        o->slab.low = o->box.origin[2];
        o->slab.high = o->box.origin[2] + o->box.h[2][2];
    } else if (isnan(p->heights[0])) {
        TRY(film_measure(e, 0.0, &now));
        o->slab.low = top + p->drop;
        o->slab.high = now.surface - p->drop;
        if (o->slab.high - o->slab.low <= 2.0 * p->edge)
            return fail(BAD_INPUT,
                        "the film is %.4g thick: with %.4g off at both faces %.3g are left inside, less than "
                        "the two edges of %.3g; grow a thicker film, or make `interior: drop:` or `edge:` "
                        "smaller",
                        now.thickness, p->drop, o->slab.high - o->slab.low, p->edge);
    }
    TRY(slab_check(&o->slab));
    o->box = slab_box(&o->slab, &o->box);
    return OK;
}

/* Atoms that are seen, about: decides how amplitudes are calculated, and the usual range of S(q). */
static int64_t atoms_seen(const struct speckles *o, const struct engine *e)
{
    if (!slab_used(&o->slab)) return e->domain.total;
    return (int64_t)ceil(e->film.density * box_volume(&o->box));
}

static status make(struct speckles *o, const struct engine *e)
{
    TRY(form_factors_parse(&o->form, o->options.form_factors, &e->domain.species, e->potential.kind->units));
    if (o->pending) load_peak(o, o->pending);
    /* S(q) flattens, so it must reach every pixel; 0, its usual range, holds the peak. */
    double usual = usual_range(o, atoms_seen(o, e)), most = 0.0;
    for (size_t w = 0; w < o->options.windows; w++)
        most = fmax(most, window_spec_highest_q(&o->options.window[w], &o->box));
    return structure_new(&o->structure, &o->box, atoms_seen(o, e), &o->form, most > usual ? most : 0.0);
}

static status build(struct speckles *o, const struct engine *e, const struct stage *s, int64_t resume_step)
{
    TRY(build_windows(o));
    TRY(speckle_new(&o->speckle, o->window, (int)o->options.windows, &o->form, atoms_seen(o, e),
                    o->options.exposure));
    for (size_t w = 0; w < o->options.windows && par_rank() == 0; w++)
        TRY(open_file(o, e, s, w, resume_step));
    return o->pending ? use_pending(o) : OK;
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct speckles *o = (struct speckles *)base;
    if (resume_step < 0) {
        DELETE(o->pending);
        o->pending_size = 0;
    }
    o->label = s->label;
    TRY(par_agree(choose_slab(o, e)));
    TRY(par_agree(make(o, e)));
    if (!o->pending) {
        TRY(measure_structure(o, e));
        if (needs_peak(o)) TRY(par_agree(find_peak(o, atoms_seen(o, e))));
    }
    return par_agree(build(o, e, s, resume_step));
}

static status write_frames(struct speckles *o, const struct engine *e)
{
    for (size_t w = 0; w < o->options.windows && par_rank() == 0; w++)
        TRY(speckle_file_append(o->file[w], speckle_step(o->speckle), speckle_time(o->speckle),
                                speckle_intensity(o->speckle, (int)w), &e->domain.box));
    return OK;
}

static status sample(struct observer *base, struct engine *e)
{
    struct speckles *o = (struct speckles *)base;
    struct box box = frame_box(o, e);
    TRY(par_agree(speckle_begin(o->speckle, &box)));
    TRY(add_atoms(o, &e->domain, speckle_amplitude(o->speckle)));
    TRY(par_agree(speckle_finish(o->speckle, e->step, engine_shown_time(e))));
    if (!speckle_ready(o->speckle)) return OK;
    TRY(par_agree(write_frames(o, e)));
    speckle_next(o->speckle);
    int64_t frame = (e->step - o->base.first_step) / (o->base.every * o->options.exposure);
    return frame % STRUCTURE_EVERY == 0 ? measure_structure(o, e) : OK;
}

static status flush(struct observer *base)
{
    struct speckles *o = (struct speckles *)base;
    for (size_t w = 0; w < o->options.windows; w++) {
        char path[FILE_PATH_MAX];
        if (!o->file[w]) continue;
        TRY(speckle_file_flush(o->file[w]));
        TRY(path_of(o, w, path));
        TRY(observer_keep(path));
    }
    return OK;
}

static void discard(struct speckles *o)
{
    for (size_t w = 0; w < o->options.windows; w++) {
        char path[FILE_PATH_MAX];
        if (o->file[w] && speckle_file_close(&o->file[w]) == OK && path_of(o, w, path) == OK)
            observer_drop(path);
        window_free(&o->window[w]);
    }
    speckle_free(&o->speckle);
    structure_free(&o->structure);
    DELETE(o->pending);
    o->pending_size = 0;
}

static status stop(struct observer *base)
{
    struct speckles *o = (struct speckles *)base;
    status s = OK;
    for (size_t w = 0; w < o->options.windows && s == OK; w++) {
        if (!o->file[w]) continue;
        s = speckle_file_set_structure(o->file[w], o->structure);
        if (s == OK) s = speckle_file_close(&o->file[w]);
        char path[FILE_PATH_MAX];
        if (s == OK && path_of(o, w, path) == OK) observer_drop(path);
    }
    s = par_agree(s);
    discard(o);
    return s;
}

static void release(struct observer **base)
{
    struct speckles *o = (struct speckles *)*base;
    if (o) {
        discard(o);
        DELETE(o->window);
        DELETE(o->file);
        DELETE(o->x);
        DELETE(o->type);
        DELETE(o->factor);
    }
    DELETE(*base);
}

static const struct observer_kind kind = {"speckle",  "intensities of q windows into speckle-NAME.h5 (NeXus)",
                                          start,      sample,
                                          stop,       flush,
                                          state_size, save,
                                          load,       release,
                                          NULL};

status speckles_new(struct observer **out, const struct speckle_options *options)
{
    struct speckles *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->base.in_stage_only = true;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "speckle");
    TRY(NEW(o->window, options->windows));
    return NEW(o->file, options->windows);
}
