/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trajectory.h5 — the atoms every so many steps, or at logarithmic times of the stage, as H5MD. */
#include "base/file.h"
#include "base/mem.h"
#include "observe/observer.h"
#include "system/h5md.h"

#include <stdio.h>

struct record {
    struct observer base;
    struct record_options options;
    char path[FILE_PATH_MAX];
    struct h5md_writer writer;
    struct config frame;
};

static status open_stream(struct record *o, const struct config *like, int64_t resume_step)
{
    if (resume_step >= 0)
        TRY(observer_recover(o->path));
    else
        observer_drop(o->path);
    if (resume_step >= 0 && file_exists(o->path)) {
        bool fresh;
        status s = h5md_reopen(&o->writer, o->path);
        if (s == OK) s = h5md_truncate_step(&o->writer, resume_step);
        if (s == OK)
            observer_check_last(&o->base, o->path, o->writer.last, observer_last_due(&o->base, resume_step));
        if (s != OK && o->writer.open) h5md_close(&o->writer);
        TRY(observer_move_aside(s, o->path, resume_step, &fresh));
        if (!fresh) return OK;
    }
    struct h5md_options h = {.f32 = o->options.f32,
                             .deflate = false,
                             .keys = 2,
                             .key = {"potential", "schedule"},
                             .value = {o->options.potential, o->options.schedule}};
    return h5md_create(&o->writer, o->path, like, &h);
}

static status gather(struct record *o, struct engine *e)
{
    TRY(domain_gather(&e->domain, &o->frame, CONFIG_IMAGE));
    o->frame.step = e->step;
    o->frame.time = engine_shown_time(e);
    snprintf(o->frame.units, sizeof o->frame.units, "%s", e->potential.kind->units);
    return OK;
}

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct record *o = (struct record *)base;
    char name[128];
    snprintf(name, sizeof name, o->options.label_files ? "trajectory-%s.h5" : "trajectory.h5", s->label);
    TRY(file_join(o->path, o->options.folder, name));
    TRY(gather(o, e));
    status opened = OK;
    if (par_rank() == 0) {
        opened = open_stream(o, &o->frame, resume_step);
        if (opened == OK && resume_step < 0)
            opened = h5md_append(&o->writer, &o->frame); /* the state at its start */
    }
    return par_agree(opened);
}

static status sample(struct observer *base, struct engine *e)
{
    struct record *o = (struct record *)base;
    TRY(gather(o, e));
    return par_agree(par_rank() == 0 ? h5md_append(&o->writer, &o->frame) : OK);
}

static status flush(struct observer *base)
{
    struct record *o = (struct record *)base;
    if (!o->writer.open) return OK;
    TRY(h5md_flush(&o->writer));
    return observer_keep(o->path);
}

static status stop(struct observer *base)
{
    struct record *o = (struct record *)base;
    bool open = o->writer.open;
    status s = open ? h5md_close(&o->writer) : OK;
    if (open && s == OK) observer_drop(o->path);
    return par_agree(s);
}

static void release(struct observer **base)
{
    struct record *o = (struct record *)*base;
    if (o) {
        if (o->writer.open && h5md_close(&o->writer) == OK) observer_drop(o->path);
        config_free(&o->frame);
    }
    DELETE(*base);
}

static const struct observer_kind kind = {"trajectory", "positions into trajectory.h5 (H5MD)",
                                          start,        sample,
                                          stop,         flush,
                                          NULL,         NULL,
                                          NULL,         release,
                                          NULL};

status record_new(struct observer **out, const struct record_options *options)
{
    struct record *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->base.per_decade = options->per_decade;
    o->base.in_stage_only = true;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "trajectory");
    return OK;
}
