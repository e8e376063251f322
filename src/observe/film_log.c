/* SPDX-License-Identifier: GPL-3.0-or-later */
/* film.csv — how a film grows, one line every so many steps. T_surface is the mean over the updates since the
 * line before (DEPOSIT_EVERY steps apart; in other stages the present value): the source heats the surface,
 * and a rise of more than 0.03 Tg above the target (of the target itself where no Tg is known), beyond two
 * standard errors of the mean, is flagged in films thicker than two spacings, and warned of once in a stage.
 * The interior lies between `drop` above the substrate and `drop` below the surface: its atoms, fractions,
 * number density and potential energy per atom at the moment; nan while there is none.
 * Energies are totals; `conserved` = potential + kinetic − heat − in + out. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/observer.h"

#include <math.h>
#include <string.h>

static const double RISE = 0.03;

struct film_log {
    struct observer base;
    struct film_options options;
    char path[FILE_PATH_MAX];
    FILE *stream;
    const char *stage;
};

static void write_header(const struct species *s, char *out, size_t size)
{
    snprintf(out, size,
             "step,time,stage,T_target,film_atoms,in_flight,thickness,surface,zone,arrived,evaporated");
    for (int k = 0; k < s->count; k++)
        snprintf(out + strlen(out), size - strlen(out), ",evaporated_%s", s->name[k]);
    for (int k = 0; k < s->count; k++)
        snprintf(out + strlen(out), size - strlen(out), ",fraction_%s", s->name[k]);
    snprintf(
        out + strlen(out), size - strlen(out),
        ",T_film,T_zone,T_surface,hot,potential,kinetic,heat,energy_in,energy_out,conserved,interior_atoms");
    for (int k = 0; k < s->count; k++)
        snprintf(out + strlen(out), size - strlen(out), ",interior_%s", s->name[k]);
    snprintf(out + strlen(out), size - strlen(out), ",interior_density,interior_potential\n");
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct film_log *o = (struct film_log *)base;
    char header[1024];
    o->stage = s->label;
    if (par_rank() != 0 || o->stream) return OK;
    write_header(&e->domain.species, header, sizeof header);
    return observer_open_lines(&o->stream, o->path, header, resume_step);
}

static status flush(struct observer *base)
{
    struct film_log *o = (struct film_log *)base;
    return observer_flush_lines(o->stream, o->path);
}

/* Is the surface too hot? Takes the mean since the last line. */
static bool is_hot(const struct film_log *o, struct engine *e, struct film_now *now)
{
    struct film_state *s = &e->film.state;
    double target = ensemble_temperature(&e->ensemble, e->step),
           scale = o->options.Tg > 0.0 ? o->options.Tg : target;
    if (s->hot_count > 0.0) now->T_surface = s->hot / s->hot_count;
    double atoms = s->hot_count > 0.0 ? s->hot_count : (double)now->in_surface,
           error = target * sqrt(2.0 / (3.0 * atoms));
    s->hot = s->hot_count = 0.0;
    if (now->thickness < 2.0 * film_spacing(&e->film)) return false;
    bool hot = now->T_surface - target > RISE * scale + 2.0 * error;
    if (hot && s->flagged == 0.0)
        log_warning("the surface is at %.4g, %.2g above the target and more than %g %s: the flux "
                    "heats it; the film conducts a slower one away",
                    now->T_surface, now->T_surface - target, RISE, o->options.Tg > 0.0 ? "Tg" : "of it");
    if (hot) s->flagged = 1.0;
    return hot;
}

static void print_line(const struct film_log *o, const struct engine *e, const struct film_now *now, bool hot)
{
    const struct film_state *s = &e->film.state;
    double left = 0.0;
    int species = e->domain.species.count;
    for (int k = 0; k < species; k++) left += s->evaporated[k];
    fprintf(o->stream, "%lld,%.10g,%s,%.8g,%lld,%lld,%.8g,%.8g,%.8g,%.0f,%.0f", (long long)e->step,
            engine_shown_time(e), o->stage, ensemble_temperature(&e->ensemble, e->step),
            (long long)now->landed, (long long)now->flying, now->thickness, now->surface, e->ensemble.zone,
            s->arrivals, left);
    for (int k = 0; k < species; k++) fprintf(o->stream, ",%.0f", s->evaporated[k]);
    for (int k = 0; k < species; k++)
        fprintf(o->stream, ",%.6g", now->landed > 0 ? (double)now->species[k] / (double)now->landed : 0.0);
    fprintf(o->stream, ",%.6g,%.6g,%.6g,%d,%.12g,%.12g,%.12g,%.12g,%.12g,%.12g", now->T_film, now->T_zone,
            now->T_surface, hot, e->energy, engine_kinetic(e), e->ensemble.state.heat + e->heat, s->energy_in,
            s->energy_out, engine_conserved(e));
    const struct film_interior *in = &now->interior;
    double atoms = in->atoms > 0 ? (double)in->atoms : (double)NAN;
    fprintf(o->stream, ",%lld", (long long)in->atoms);
    for (int k = 0; k < species; k++) fprintf(o->stream, ",%.6g", (double)in->species[k] / atoms);
    fprintf(o->stream, ",%.8g,%.10g\n", in->density, in->energy);
}

static status sample(struct observer *base, struct engine *e)
{
    struct film_log *o = (struct film_log *)base;
    struct film_now now;
    if (e->film.kind == FILM_NONE) return OK; /* detached */
    TRY(film_measure(e, e->ensemble.zone, &now));
    film_measure_interior(e, o->options.drop, &now);
    bool hot = is_hot(o, e, &now);
    if (!o->stream) return OK;
    print_line(o, e, &now, hot);
    return ferror(o->stream) ? fail(FAILED, "cannot write %s", o->path) : OK;
}

static void release(struct observer **base)
{
    struct film_log *o = (struct film_log *)*base;
    if (o && o->stream) fclose(o->stream);
    DELETE(*base);
}

static const struct observer_kind kind = {
    "film", "growth, composition, temperatures and the energy balance of a film into film.csv",
    start,  sample,
    flush,  flush,
    NULL,   NULL,
    NULL,   release,
    NULL};

status film_log_new(struct observer **out, const struct film_options *options)
{
    struct film_log *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "film");
    return file_join(o->path, options->folder, "film.csv");
}
