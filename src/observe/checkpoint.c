/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/checkpoint.h"
#include "base/h5.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "integrate/film_file.h"
#include "system/checkpoint_atoms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void make_digest(const struct config *c, char *hex)
{
    struct sha256 d;
    uint64_t step = (uint64_t)c->step;
    sha256_start(&d);
    sha256_add(&d, &step, sizeof step);
    sha256_add(&d, c->box.h, sizeof c->box.h);
    for (int64_t i = 0; i < c->atoms; i++) {
        sha256_add(&d, &c->id[i], sizeof c->id[i]);
        sha256_add(&d, c->x + 3 * i, 3 * sizeof(double));
        sha256_add(&d, c->v + 3 * i, 3 * sizeof(double));
        sha256_add(&d, c->image + 3 * i, 3 * sizeof(int32_t));
    }
    sha256_hex(&d, hex);
}

static status write_header(struct h5 *f, const struct engine *e)
{
    int64_t seed = (int64_t)e->seed;
    TRY(h5_attr_string(f, "/", "glint", GLINT_VERSION));
    TRY(h5_attr_string(f, "/", "potential", e->potential.spec));
    TRY(h5_attr_string(f, "/", "precision", potential_precisions[e->precision]));
    TRY(h5_attr_string(f, "/", "units", e->potential.kind->units));
    TRY(h5_attr_string(f, "/", "isa", isa_name(e->list.isa)));
    TRY(h5_attr(f, "/", "seed", H5_I64, 1, &seed));
    TRY(h5_attr(f, "/", "dt", H5_F64, 1, &e->dt));
    return h5_attr(f, "/", "kB", H5_F64, 1, &e->kB);
}

enum { RUNNER_STATE = 5 };

static status write_state(struct h5 *f, const struct engine *e, const struct runner_state *r,
                          struct observer *const *observers, int n)
{
    hsize_t size = ENSEMBLE_STATE;
    double runner[RUNNER_STATE] = {(double)r->stage, (double)r->first_step, (double)r->settled, r->volume_sum,
                                   r->volume_count};
    TRY(h5_write(f, "/state/ensemble", H5_F64, 1, &size, &e->ensemble.state));
    size = RUNNER_STATE;
    TRY(h5_write(f, "/state/runner", H5_F64, 1, &size, runner));
    for (int i = 0; i < n; i++) {
        const struct observer *o = observers[i];
        size_t count = o->active && o->kind->state_size ? o->kind->state_size(o) : 0;
        if (count == 0) continue;
        char name[128];
        double *state = NULL;
        TRY(NEW(state, count));
        o->kind->save(o, state);
        snprintf(name, sizeof name, "/state/observers/%s", o->name);
        size = count;
        status s = h5_write(f, name, H5_F64, 1, &size, state);
        DELETE(state);
        TRY(s);
    }
    return OK;
}

static status keep_old(const char *folder, const char *path)
{
    char previous[FILE_PATH_MAX];
    TRY(file_join(previous, folder, "checkpoint-previous.h5"));
    if (!file_exists(path)) return OK;
    unlink(previous);
    if (link(path, previous) != 0 && rename(path, previous) != 0)
        return fail(FAILED, "cannot keep %s as %s: %s", path, previous, strerror(errno));
    return OK;
}

static status write_file(const struct engine *e, const struct runner_state *r,
                         struct observer *const *observers, int n, const struct config *c, const char *folder,
                         const char *name, bool keep_previous)
{
    char path[FILE_PATH_MAX];
    struct h5 f = {.id = -1};
    status s = OK;
    TRY(file_join(path, folder, name));
    GUARD(h5_begin(&f, path));
    GUARD(write_header(&f, e));
    GUARD(checkpoint_atoms_write(&f, c));
    GUARD(write_state(&f, e, r, observers, n));
    GUARD(film_file_write(&f, &e->film));
    if (keep_previous) GUARD(keep_old(folder, path));
    GUARD(h5_commit(&f));
done:
    h5_close(&f);
    return s == OK ? OK : status_context(s, "the checkpoint was not written; the one before is untouched");
}

status checkpoint_write(const struct engine *e, const struct runner_state *r,
                        struct observer *const *observers, int n, const char *folder, const char *name,
                        bool keep_previous, char *digest)
{
    struct config c = {0};
    status s = OK;
    GUARD(domain_gather(&e->domain, &c, CONFIG_VELOCITY | CONFIG_IMAGE));
    if (par_rank() == 0) {
        c.step = e->step;
        c.time = e->time;
        if (digest) make_digest(&c, digest);
        s = write_file(e, r, observers, n, &c, folder, name, keep_previous);
    }
    GUARD(par_agree(s));
done:
    config_free(&c);
    return s;
}

/* ---- reading ---- */

/* Keeps the names of the members; one too many ends the walk with 1. */
static herr_t take_observer(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    struct checkpoint *c = data;
    (void)group;
    (void)info;
    if (c->observers == CHECKPOINT_OBSERVERS || strlen(name) >= sizeof c->observer[0].name) return 1;
    snprintf(c->observer[c->observers++].name, sizeof c->observer[0].name, "%s", name);
    return 0;
}

/* Whatever is there: the run looks for those it has by their names. */
static status read_observers(struct h5 *f, struct checkpoint *c)
{
    static const char group[] = "/state/observers";
    hsize_t start = 0;
    if (!h5_has(f, group)) return OK;
    if (H5Literate_by_name(f->id, group, H5_INDEX_NAME, H5_ITER_INC, &start, take_observer, c, H5P_DEFAULT) !=
        0)
        return fail(BAD_INPUT, "%s: %s cannot be listed, or holds more than %d observers (damaged?)", f->path,
                    group, CHECKPOINT_OBSERVERS);
    for (int i = 0; i < c->observers; i++) {
        char name[128];
        int rank = 1;
        hsize_t size = 0;
        snprintf(name, sizeof name, "%s/%s", group, c->observer[i].name);
        TRY(h5_shape(f, name, &rank, &size));
        c->observer[i].size = size;
        TRY(NEW(c->observer[i].state, size));
        TRY(h5_read(f, name, H5_F64, size, c->observer[i].state));
    }
    return OK;
}

static status read_state(struct h5 *f, struct checkpoint *c)
{
    double runner[RUNNER_STATE];
    TRY(h5_read(f, "/state/ensemble", H5_F64, ENSEMBLE_STATE, c->ensemble));
    TRY(h5_read(f, "/state/runner", H5_F64, RUNNER_STATE, runner));
    c->runner = (struct runner_state){(int64_t)runner[0], (int64_t)runner[1], (int64_t)runner[2], runner[3],
                                      runner[4]};
    return read_observers(f, c);
}

static status read_header(struct h5 *f, struct checkpoint *c)
{
    TRY(h5_read_attr_string(f, "/", "potential", c->potential, sizeof c->potential));
    TRY(h5_read_attr_string(f, "/", "precision", c->precision, sizeof c->precision));
    TRY(h5_read_attr_string(f, "/", "units", c->units, sizeof c->units));
    TRY(h5_read_attr_string(f, "/", "isa", c->isa, sizeof c->isa));
    TRY(h5_read_attr(f, "/", "seed", H5_I64, 1, &c->seed));
    return h5_read_attr(f, "/", "dt", H5_F64, 1, &c->dt);
}

status checkpoint_read(struct checkpoint *c, const char *path)
{
    *c = (struct checkpoint){0};
    struct h5 f = {.id = -1};
    status s = OK;
    GUARD(h5_open_ro(&f, path));
    GUARD(read_header(&f, c));
    GUARD(checkpoint_atoms_read(&f, &c->atoms));
    GUARD(read_state(&f, c));
    GUARD(film_file_read(&f, &c->film));
done:
    h5_close(&f);
    if (s != OK) checkpoint_free(c);
    return s;
}

status checkpoint_find(struct checkpoint *c, const char *folder)
{
    static const char *const names[] = {"checkpoint.h5", "checkpoint-previous.h5"};
    char path[FILE_PATH_MAX], first[1024] = "";
    for (int i = 0; i < 2; i++) {
        TRY(file_join(path, folder, names[i]));
        if (checkpoint_read(c, path) == OK) {
            if (i == 1) log_warning("going on from %s, because %s", path, first);
            return OK;
        }
        if (i == 0) snprintf(first, sizeof first, "%.1000s", status_message());
    }
    return fail(BAD_INPUT, "no checkpoint can be read in %s: %s", folder, first);
}

void checkpoint_free(struct checkpoint *c)
{
    config_free(&c->atoms);
    film_free(&c->film);
    for (int i = 0; i < c->observers; i++) DELETE(c->observer[i].state);
    c->observers = 0;
}
