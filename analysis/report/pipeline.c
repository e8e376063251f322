/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/pipeline.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct report_options report_defaults(void)
{
    return (struct report_options){.seeds = -1, .surrogate_pixels = 128, .replicates = 0};
}

const struct motion_report *report_motion(const struct report *r, const char *label)
{
    for (int i = 0; i < r->motions; i++)
        if (strcmp(r->motion[i].label, label) == 0) return &r->motion[i];
    return NULL;
}

static void add_group(struct report *r, const char *label)
{
    for (int i = 0; i < r->groups; i++)
        if (strcmp(r->group[i], label) == 0) return;
    if (r->groups < RUN_SERIES) snprintf(r->group[r->groups++], RUN_NAME, "%s", label);
}

static void list_groups(struct report *r)
{
    for (int i = 0; i < r->folder.speckles; i++) add_group(r, r->folder.speckle[i].label);
    for (int i = 0; i < r->folder.trajectories; i++) add_group(r, r->folder.trajectory[i].label);
    for (int i = 0; i < r->folder.records; i++) add_group(r, r->folder.record[i].label);
}

/* LABEL-NAME or NAME; names of the file's own groups get a prefix. */
static void title_of(char title[2 * RUN_NAME], const struct run_series *e)
{
    static const char *const taken[] = {"waiting_times", "structure", "msd", "isf"};
    snprintf(title, 2 * RUN_NAME, "%s%s%s", e->label, e->label[0] ? "-" : "", e->name);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(title, taken[i]) == 0) snprintf(title, 2 * RUN_NAME, "window-%s", e->name);
    if (strlen(title) >= FRAMES_NAME) title[FRAMES_NAME - 1] = '\0';
}

/* ---- results.h5 ---- */

/* The first window decides frames and frame time of the layouts of others; windows that differ go into
 * /entry/glint only. */
static status open_results(struct report *r, struct results *out, const struct window_report *w,
                           const char *command, bool *first)
{
    if (*first) {
        *first = false;
        if (w) return results_begin(out, r->results, &(struct results_source){command, &w->c.frames});
        struct h5 empty;
        TRY(h5_begin(&empty, r->results));
        status s = h5_make_group(&empty, "entry/glint");
        if (s == OK) s = h5_attr_string(&empty, "entry/glint", "command", command);
        if (s == OK) s = h5_commit(&empty);
        if (s != OK) h5_close(&empty);
        TRY(s);
    }
    TRY(results_update(out, r->results));
    out->binning = 1;
    if (!w) return OK;
    out->frame_time = w->c.frames.frame_time;
    snprintf(out->time_unit, sizeof out->time_unit, "%s", w->c.frames.time_unit);
    snprintf(out->q_unit, sizeof out->q_unit, "%s", w->c.frames.q_unit);
    return OK;
}

static status close_results(struct results *out, bool *open, status s)
{
    if (*open && s == OK)
        s = results_commit(out);
    else if (*open)
        results_abandon(out);
    *open = false;
    return s;
}

static bool fits_in(const struct results *out, const struct window_report *w)
{
    return out->frames == w->c.ttcf.frames && out->frame_time == w->c.frames.frame_time;
}

/* ---- the chain ---- */

static status problem(struct report *r, const char *what, status s)
{
    text_add(&r->problem, "%s: %s\n", what, status_message());
    log_warning("%s: %s", what, status_message());
    return s == BAD_INPUT || s == UNPHYSICAL ? OK : s;
}

/* The first, that is largest, window of the stage. */
static const struct window_report *reference_of(const struct report *r, const struct run_series *e)
{
    for (int i = 0; i < r->windows; i++)
        if (strcmp(r->window[i].label, e->label) == 0) return &r->window[i];
    return NULL;
}

static status windows(struct report *r, const char *command, bool *first, struct progress *p)
{
    struct results out;
    bool open = false;
    status s = OK;
    TRY(NEW(r->window, (size_t)r->folder.speckles + 1));
    for (int i = 0; i < r->folder.speckles && s == OK; i++) {
        struct window_report *w = &r->window[r->windows];
        char title[2 * RUN_NAME];
        title_of(title, &r->folder.speckle[i]);
        progress_show(p, i, title);
        s = window_report_make(w, &r->folder.speckle[i], title, reference_of(r, &r->folder.speckle[i]),
                               &r->options);
        if (s != OK) {
            s = problem(r, title, s);
            continue;
        }
        r->windows++;
        if (open && !fits_in(&out, w)) s = close_results(&out, &open, OK);
        if (s == OK && !open) s = open_results(r, &out, w, command, first);
        if (s == OK) {
            open = true;
            s = window_report_write(w, &out);
        }
        window_report_drop_ttcf(w);
    }
    return close_results(&out, &open, s);
}

static const struct run_series *series_of(const struct run_series *e, int n, const char *label)
{
    for (int i = 0; i < n; i++)
        if (strcmp(e[i].label, label) == 0) return &e[i];
    return NULL;
}

static status motions(struct report *r, const char *command, bool *first, struct progress *p)
{
    struct results out;
    const struct run_folder *f = &r->folder;
    status s = OK;
    TRY(NEW(r->motion, (size_t)r->groups + 1));
    if (f->trajectories + f->records == 0 && !*first) return OK;
    TRY(open_results(r, &out, NULL, command, first));
    bool open = true;
    for (int i = 0; i < r->groups && s == OK; i++) {
        const char *label = r->group[i];
        const struct run_series *track = series_of(f->trajectory, f->trajectories, label),
                                *record = series_of(f->record, f->records, label);
        struct motion_report *m = &r->motion[r->motions];
        if (!track && !record) continue;
        progress_show(p, f->speckles + r->motions, label[0] ? label : "atoms");
        s = motion_report_make(m, label, track ? track->path : NULL, record ? record->path : NULL,
                               &r->options);
        if (s != OK) {
            s = problem(r, track ? track->path : record->path, s);
            continue;
        }
        r->motions++;
        s = motion_report_write(m, &out);
    }
    return close_results(&out, &open, s);
}

/* 1.15/0.7: from the upper window's begin to the lower one's end. */
#define RAMP_SPAN 1.64

static status transition(struct report *r, const char *command, bool *first)
{
    struct results out;
    char group[64 + RUN_NAME], stage[RUN_NAME];
    if (r->folder.thermo.rows == 0 || ramp_load(&r->ramp, &r->folder.thermo, RAMP_COOLING, NULL) != OK)
        return OK;
    if (r->ramp.T[0] < RAMP_SPAN * r->ramp.T[r->ramp.rows - 1]) return OK;
    r->has_ramp = true;
    TRY(ramp_transition(&r->ramp, &(struct kink_options){.seed = 1}));
    TRY(open_results(r, &out, NULL, command, first));
    bool open = true;
    figure_file_name(stage, sizeof stage, r->ramp.stage);
    snprintf(group, sizeof group, "entry/glint/glass_transition/%s", stage);
    status s = ramp_write(&r->ramp, &out.file, group);
    return close_results(&out, &open, s);
}

static status make(struct report *r, const char *command)
{
    char final[FILE_PATH_MAX];
    bool first = true;
    TRY(file_join(final, r->folder.path, "results.h5"));
    TRY(file_join(r->results, r->folder.path, "results.h5.part"));
    struct progress p =
        progress_start("report", r->folder.speckles + r->folder.trajectories + r->folder.records);
    status s = windows(r, command, &first, &p);
    if (s == OK) s = motions(r, command, &first, &p);
    if (s == OK) s = transition(r, command, &first);
    progress_end(&p);
    if (s == OK && r->windows + r->motions == 0 && r->problem.s)
        s = fail(BAD_INPUT, "nothing in %s can be analysed: %.700s", r->folder.path, r->problem.s);
    if (s == OK) s = file_publish(r->results, final);
    if (s != OK) unlink(r->results);
    snprintf(r->results, sizeof r->results, "%s", final);
    return s;
}

status report_make(struct report *r, const char *folder, const struct report_options *o, const char *command)
{
    memset(r, 0, sizeof *r);
    r->options = *o;
    TRY(run_folder_open(&r->folder, folder));
    status read = run_settings_parse(&r->options.settings, r->folder.input);
    if (read != OK) {
        run_folder_free(&r->folder);
        return status_context(read, "%s/input.yaml", folder);
    }
    if (r->options.seeds < 0)
        r->options.seeds =
            r->options.settings.surrogates >= 0 ? r->options.settings.surrogates : REPORT_SEEDS;
    list_groups(r);
    status s = run_units_of(&r->units, &r->folder);
    if (s == OK) s = make(r, command);
    if (s != OK) report_free(r);
    return s;
}

void report_free(struct report *r)
{
    for (int i = 0; i < r->windows; i++) window_report_free(&r->window[i]);
    for (int i = 0; i < r->motions; i++) motion_report_free(&r->motion[i]);
    r->windows = r->motions = 0;
    DELETE(r->window);
    DELETE(r->motion);
    text_free(&r->problem);
    ramp_free(&r->ramp);
    run_folder_free(&r->folder);
}
