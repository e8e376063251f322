/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thermo.csv — one line every so many steps: what a person plots first. Values are per atom where it says so;
 * all come from exact sums, so the file is the same for any number of ranks. */
#include "base/file.h"
#include "base/mem.h"
#include "observe/observer.h"

#include <errno.h>
#include <string.h>

struct thermo {
    struct observer base;
    char path[FILE_PATH_MAX];
    FILE *stream;
    const char *stage;
    bool had_stage;
};

static const char HEADER[] = "step,time,stage,T_target,T,P,density,potential_per_atom,total_per_atom,"
                             "conserved_per_atom,Lx,Ly,Lz,P_xx,P_yy,P_zz\n";

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct thermo *o = (struct thermo *)base;
    (void)e;
    o->stage = s->label;
    if (par_rank() != 0 || o->stream) return OK;
    return observer_open_lines(&o->stream, o->path, HEADER, resume_step);
}

static status flush(struct observer *base)
{
    struct thermo *o = (struct thermo *)base;
    return observer_flush_lines(o->stream, o->path);
}

static status sample(struct observer *base, struct engine *e)
{
    struct thermo *o = (struct thermo *)base;
    if (!o->stream) return OK;
    double p[VIRIALS], n = (double)e->domain.total;
    const struct box *b = &e->domain.box;
    engine_pressure(e, p);
    fprintf(o->stream,
            "%lld,%.10g,%s,%.8g,%.10g,%.10g,%.10g,%.12g,%.12g,%.12g,%.12g,%.12g,%.12g,%.8g,%.8g,%.8g\n",
            (long long)e->step, engine_shown_time(e), o->stage, ensemble_temperature(&e->ensemble, e->step),
            engine_temperature(e), engine_shown_pressure(e, engine_scalar_pressure(e)), n / box_volume(b),
            e->energy / n, (e->energy + engine_kinetic(e)) / n, engine_conserved(e) / n, b->h[0][0],
            b->h[1][1], b->h[2][2], engine_shown_pressure(e, p[0]), engine_shown_pressure(e, p[1]),
            engine_shown_pressure(e, p[2]));
    return ferror(o->stream) ? fail(FAILED, "cannot write %s: %s", o->path, strerror(errno)) : OK;
}

static status stop(struct observer *base)
{
    return flush(base);
}
static void release(struct observer **base)
{
    struct thermo *o = (struct thermo *)*base;
    if (o && o->stream) fclose(o->stream);
    DELETE(*base);
}

static const struct observer_kind kind = {
    "thermo", "temperature, pressure, density and energies into thermo.csv",
    start,    sample,
    stop,     flush,
    NULL,     NULL,
    NULL,     release,
    NULL};

status thermo_new(struct observer **out, const struct thermo_options *options)
{
    struct thermo *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    snprintf(o->base.name, sizeof o->base.name, "thermo");
    return file_join(o->path, options->folder, "thermo.csv");
}
