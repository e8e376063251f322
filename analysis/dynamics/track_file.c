/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/track_file.h"

#include "base/file.h"
#include "system/trajectory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

static status resolve(char out[FILE_PATH_MAX], const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return file_join(out, path, "trajectory.h5");
    if (snprintf(out, FILE_PATH_MAX, "%s", path) >= FILE_PATH_MAX)
        return fail(BAD_INPUT, "the path is too long");
    return OK;
}

/* Where the time of a frame comes from: the file, the step, or (a file with neither) its number. */
enum clock_kind { CLOCK_TIME, CLOCK_STEP, CLOCK_FRAME };

static status clock_of(struct trajectory *file, struct config *c, double step_time, enum clock_kind *kind)
{
    int64_t frames = trajectory_frames(file);
    *kind = step_time > 0.0 ? CLOCK_STEP : CLOCK_TIME;
    if (frames < 2) return fail(BAD_INPUT, "%" PRId64 " frame in the file, motion needs at least 2", frames);
    TRY(trajectory_read(file, frames - 1, c));
    double last = c->time;
    int64_t last_step = c->step;
    TRY(trajectory_read(file, 0, c));
    if (*kind == CLOCK_STEP && last_step <= c->step)
        return fail(BAD_INPUT,
                    "the frames carry no step numbers (first %" PRId64 ", last %" PRId64 "), so a time per "
                    "step says nothing",
                    c->step, last_step);
    if (*kind == CLOCK_TIME && !(last > c->time)) *kind = last_step > c->step ? CLOCK_STEP : CLOCK_FRAME;
    return OK;
}

static status load_frames(struct track *t, struct trajectory *file, struct config *c,
                          const struct track_options *o)
{
    enum clock_kind kind;
    TRY(clock_of(file, c, o->step_time, &kind));
    double last = -INFINITY, tick = o->step_time > 0.0 ? o->step_time : 1.0;
    int64_t kept = 0, every = o->every > 1 ? o->every : 1;
    bool all = o->from == 0.0 && o->to == 0.0;
    for (int64_t k = 0; k < trajectory_frames(file); k++) {
        TRY(trajectory_read(file, k, c));
        double time = kind == CLOCK_TIME ? c->time : kind == CLOCK_STEP ? (double)c->step * tick : (double)k;
        if (!all && (time < o->from || time > o->to)) continue;
        if (time == last) {
            t->frames_skipped++;
            continue;
        }
        last = time;
        if (kept++ % every != 0) continue;
        TRY(track_add(t, c, time));
    }
    if (kind == CLOCK_FRAME || (kind == CLOCK_STEP && o->step_time <= 0.0))
        snprintf(t->time_unit, sizeof t->time_unit, "%s", kind == CLOCK_FRAME ? "frames" : "steps");
    return track_finish(t, o);
}

status track_load(struct track *t, const char *path, const struct track_options *o)
{
    status s = OK;
    struct trajectory *file = NULL;
    struct config c = {0};
    char name[FILE_PATH_MAX];
    *t = (struct track){0};
    GUARD(resolve(name, path));
    GUARD(trajectory_open(&file, name));
    if (o->units) GUARD(trajectory_set_units(file, o->units));
    s = load_frames(t, file, &c, o);
    if (s != OK) status_context(s, "%s", name);
done:
    trajectory_close(&file);
    config_free(&c);
    if (s != OK) track_free(t);
    return s;
}
