/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/speckle_file.h"
#include "base/clock.h"
#include "base/h5.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DETECTOR "/entry/instrument/detector_1"
#define WINDOW   "/entry/glint/window"
#define BOXES    "/entry/glint/box"
#define FACTOR   "/entry/glint/structure_factor"

enum { CHUNK_BYTES = 1 << 19, CHUNK_FRAMES = 1024 };

struct speckle_file {
    struct h5 h5;
    int64_t pixels, frames, chunk, waiting; /* frames in the file; frames collected in memory */
    double *q;
    bool box_changes;
    float *data;
    double *time, *box;
    int64_t *step;
};

static int64_t frames_per_chunk(int64_t pixels)
{
    int64_t n = CHUNK_BYTES / ((int64_t)sizeof(float) * pixels);
    return n < 1 ? 1 : n > CHUNK_FRAMES ? CHUNK_FRAMES : n;
}

static status new_file(struct speckle_file **f, const struct window *w)
{
    struct speckle_file *n = NULL;
    TRY(NEW(n, 1));
    *f = n;
    n->pixels = w->count;
    n->chunk = frames_per_chunk(w->count);
    TRY(NEW(n->q, (size_t)w->count));
    memcpy(n->q, w->q, (size_t)w->count * sizeof *n->q);
    TRY(NEW(n->data, (size_t)(n->chunk * w->count)));
    TRY(NEW(n->time, (size_t)n->chunk));
    TRY(NEW(n->step, (size_t)n->chunk));
    return NEW(n->box, 9 * (size_t)n->chunk);
}

static void delete_file(struct speckle_file **f)
{
    DELETE((*f)->q);
    DELETE((*f)->data);
    DELETE((*f)->time);
    DELETE((*f)->step);
    DELETE((*f)->box);
    DELETE(*f);
}

/* ---- create ---- */

static status group(struct h5 *h, const char *name, const char *class)
{
    TRY(h5_make_group(h, name));
    return h5_attr_string(h, name, "NX_class", class);
}

static const char *time_unit(const char *units)
{
    return strcmp(units, "metal") == 0 ? "ps" : "tau";
}
static const char *q_unit(const char *units)
{
    return strcmp(units, "metal") == 0 ? "1/angstrom" : "1/sigma";
}

static status write_entry(struct h5 *h, const struct speckle_file_options *o)
{
    char title[128], now[32];
    snprintf(title, sizeof title, "speckles of window %s, glint", o->window->name);
    clock_iso(now);
    TRY(h5_attr_string(h, "/", "default", "entry"));
    TRY(group(h, "/entry", "NXentry"));
    TRY(h5_attr_string(h, "/entry", "default", "instrument/detector_1"));
    TRY(h5_write_string(h, "/entry/definition", "glint speckle 1"));
    TRY(h5_write_string(h, "/entry/title", title));
    TRY(h5_write_string(h, "/entry/start_time", now));
    TRY(group(h, "/entry/instrument", "NXinstrument"));
    return group(h, DETECTOR, "NXdetector");
}

static status write_detector(struct h5 *h, const struct speckle_file_options *o)
{
    hsize_t pixels[1] = {(hsize_t)o->window->count};
    hsize_t chunk = (hsize_t)frames_per_chunk(o->window->count);
    TRY(h5_series(h, DETECTOR "/data", H5_F32, 2, pixels, chunk, o->deflate));
    TRY(h5_series(h, DETECTOR "/time", H5_F64, 1, NULL, CHUNK_FRAMES, false));
    TRY(h5_series(h, DETECTOR "/step", H5_I64, 1, NULL, CHUNK_FRAMES, false));
    TRY(h5_write_scalar(h, DETECTOR "/frame_time", H5_F64, &o->frame_time));
    TRY(h5_write_scalar(h, DETECTOR "/count_time", H5_F64, &o->count_time));
    static const char *const timed[] = {DETECTOR "/time", DETECTOR "/frame_time", DETECTOR "/count_time"};
    for (int i = 0; i < 3; i++) TRY(h5_attr_string(h, timed[i], "units", time_unit(o->units)));
    TRY(h5_attr_string(h, DETECTOR "/data", "long_name", "intensity / sum f^2"));
    return h5_attr_string(h, DETECTOR, "signal", "data");
}

static status write_window(struct h5 *h, const struct speckle_file_options *o)
{
    const struct window *w = o->window;
    char spec[256] = "";
    if (o->spec) window_spec_text(o->spec, spec, sizeof spec);
    const char *const words[][2] = {{"kind", window_kind_name(w->kind)},
                                    {"name", w->name},
                                    {"description", w->description},
                                    {"spec", spec},
                                    {"form_factors", o->form_factors},
                                    {"normalisation", "I / sum f^2"},
                                    {"flatten", o->flatten ? "S(|q|)" : "none"},
                                    {"units", o->units}};
    TRY(group(h, WINDOW, "NXcollection"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        TRY(h5_attr_string(h, WINDOW, words[i][0], words[i][1]));
    double range[2] = {w->low, w->high};
    TRY(h5_attr(h, WINDOW, "n_independent", H5_I64, 1, &w->n_independent));
    TRY(h5_attr(h, WINDOW, "groups", H5_I64, 1, &w->groups));
    TRY(h5_attr(h, WINDOW, "exposure", H5_I64, 1, &o->exposure));
    TRY(h5_attr(h, WINDOW, "friedel_weight", H5_F64, 1, &w->weight));
    TRY(h5_attr(h, WINDOW, "box", H5_F64, 9, w->box.h));
    TRY(h5_attr(h, WINDOW, "q_range", H5_F64, 2, range));
    hsize_t shape[2] = {(hsize_t)w->count, 3}, groups = (hsize_t)w->groups;
    TRY(h5_write(h, WINDOW "/hkl", H5_I32, 2, shape, w->hkl));
    TRY(h5_write(h, WINDOW "/q", H5_F64, 1, shape, w->q));
    TRY(h5_attr_string(h, WINDOW "/q", "units", q_unit(o->units)));
    TRY(h5_write(h, WINDOW "/spot", H5_I32, 1, shape, w->group));
    return h5_write(h, WINDOW "/pixels_per_group", H5_I64, 1, &groups, w->group_count);
}

static status write_slab(struct h5 *h, const struct speckle_file_options *o)
{
    static const char where[] = "/entry/glint/z_window";
    const struct slab *s = o->slab;
    double least = INFINITY;
    for (int32_t g = 0; g < o->window->groups; g++) least = fmin(least, slab_independent(s, o->window, g));
    const struct {
        const char *name;
        double value;
    } number[] = {{"low", s->low},
                  {"high", s->high},
                  {"edge", s->edge},
                  {"substrate", s->substrate},
                  {"q_step", 2.0 * M_PI / (s->high - s->low)},
                  {"resolution", slab_resolution(s)},
                  {"n_effective", least},
                  {"after_shift_0.1", pow(slab_overlap(s, 0.1), 2)}};
    TRY(group(h, where, "NXcollection"));
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        TRY(h5_attr(h, where, number[i].name, H5_F64, 1, &number[i].value));
    return OK;
}

static status write_stage(struct h5 *h, const struct speckle_stage *s)
{
    static const char where[] = "/entry/glint/stage";
    TRY(group(h, where, "NXcollection"));
    TRY(h5_attr_string(h, where, "label", s->label));
    TRY(h5_attr(h, where, "temperature", H5_F64, 1, &s->T));
    if (s->Tg > 0.0) TRY(h5_attr(h, where, "Tg", H5_F64, 1, &s->Tg));
    if (!s->cycle) return OK;
    TRY(h5_attr_string(h, where, "cycle", s->cycle));
    TRY(h5_attr(h, where, "iteration", H5_I64, 1, &s->iteration));
    TRY(h5_attr(h, where, "place", H5_I64, 1, &s->place));
    TRY(h5_attr_string(h, where, "preparation", isnan(s->T_substrate) ? "quench" : "film"));
    if (!isnan(s->T_substrate)) TRY(h5_attr(h, where, "T_substrate", H5_F64, 1, &s->T_substrate));
    return isnan(s->T_anneal) ? OK : h5_attr(h, where, "T_anneal", H5_F64, 1, &s->T_anneal);
}

static status write_all(struct h5 *h, const struct speckle_file_options *o)
{
    TRY(write_entry(h, o));
    TRY(write_detector(h, o));
    TRY(group(h, "/entry/glint", "NXcollection"));
    TRY(write_window(h, o));
    if (o->slab && slab_used(o->slab)) TRY(write_slab(h, o));
    if (o->stage) TRY(write_stage(h, o->stage));
    hsize_t nine = 9;
    return o->box_changes ? h5_series(h, BOXES, H5_F64, 2, &nine, CHUNK_FRAMES / 8, false) : OK;
}

status speckle_file_create(struct speckle_file **out, const char *path, const struct speckle_file_options *o)
{
    struct speckle_file *f = NULL;
    struct h5 h = {0};
    status s;
    *out = NULL;
    if (o->window->count < 1) return fail(BAD_INPUT, "%s: window '%s' has no pixels", path, o->window->name);
    TRY(h5_begin(&h, path));
    s = write_all(&h, o);
    if (s == OK)
        s = h5_commit(&h);
    else
        h5_close(&h);
    if (s != OK) return s;
    GUARD(new_file(&f, o->window));
    f->box_changes = o->box_changes;
    GUARD(h5_open_rw(&f->h5, path));
done:
    if (s != OK && f) delete_file(&f);
    *out = f;
    return s;
}

/* ---- open ---- */

static status check_window(struct speckle_file *f, const struct window *w)
{
    int rank = 2;
    hsize_t shape[2] = {0, 0};
    int32_t *hkl = NULL;
    status s;
    GUARD(h5_shape(&f->h5, WINDOW "/hkl", &rank, shape));
    if (rank != 2 || shape[1] != 3 || shape[0] != (hsize_t)w->count) {
        s = fail(BAD_INPUT, "%s: its window has %llu pixels, '%s' has %lld: it belongs to another run",
                 f->h5.path, (unsigned long long)shape[0], w->name, (long long)w->count);
        goto done;
    }
    GUARD(NEW(hkl, 3 * (size_t)w->count));
    GUARD(h5_read(&f->h5, WINDOW "/hkl", H5_I32, 3 * shape[0], hkl));
    if (memcmp(hkl, w->hkl, 3 * (size_t)w->count * sizeof *hkl) != 0)
        s = fail(BAD_INPUT, "%s: its pixels (h,k,l) are not those of window '%s': it belongs to another run",
                 f->h5.path, w->name);
done:
    DELETE(hkl);
    return s;
}

static status rows(struct speckle_file *f, const char *name, int64_t *count)
{
    int rank = 2;
    hsize_t shape[2];
    TRY(h5_shape(&f->h5, name, &rank, shape));
    *count = (int64_t)shape[0];
    return OK;
}

/* A kill between two appends leaves series of unequal length: all are cut to the shortest. */
static status count_frames(struct speckle_file *f)
{
    const char *const names[] = {DETECTOR "/data", DETECTOR "/time", DETECTOR "/step", BOXES};
    int64_t count, n = f->box_changes ? 4 : 3;
    f->frames = INT64_MAX;
    for (int64_t i = 0; i < n; i++) {
        TRY(rows(f, names[i], &count));
        if (count < f->frames) f->frames = count;
    }
    return speckle_file_truncate(f, f->frames);
}

status speckle_file_open(struct speckle_file **out, const char *path, const struct window *window)
{
    struct speckle_file *f = NULL;
    status s;
    *out = NULL;
    GUARD(new_file(&f, window));
    GUARD(h5_open_rw(&f->h5, path));
    GUARD(check_window(f, window));
    f->box_changes = h5_has(&f->h5, BOXES);
    GUARD(count_frames(f));
done:
    if (s != OK && f) {
        if (f->h5.id > 0) h5_close(&f->h5);
        delete_file(&f);
    }
    *out = f;
    return s;
}

/* ---- frames ---- */

int64_t speckle_file_frames(const struct speckle_file *f)
{
    return f->frames + f->waiting;
}

static status write_waiting(struct speckle_file *f)
{
    hsize_t n = (hsize_t)f->waiting;
    if (n == 0) return OK;
    TRY(h5_append(&f->h5, DETECTOR "/data", H5_F32, n, f->data));
    TRY(h5_append(&f->h5, DETECTOR "/time", H5_F64, n, f->time));
    TRY(h5_append(&f->h5, DETECTOR "/step", H5_I64, n, f->step));
    if (f->box_changes) TRY(h5_append(&f->h5, BOXES, H5_F64, n, f->box));
    f->frames += f->waiting;
    f->waiting = 0;
    return OK;
}

status speckle_file_append(struct speckle_file *f, int64_t step, double time, const double *intensity,
                           const struct box *box)
{
    int64_t k = f->waiting;
    if (f->box_changes && !box)
        return fail(BAD_INPUT, "%s: the box changes, but frame %lld came without one", f->h5.path,
                    (long long)speckle_file_frames(f));
    for (int64_t i = 0; i < f->pixels; i++) {
        if (!isfinite(intensity[i]))
            return fail(UNPHYSICAL, "%s: step %lld: the intensity of pixel %lld is %g", f->h5.path,
                        (long long)step, (long long)i, intensity[i]);
        f->data[k * f->pixels + i] = (float)intensity[i];
    }
    f->time[k] = time;
    f->step[k] = step;
    if (box) memcpy(f->box + 9 * k, box->h, sizeof box->h);
    f->waiting++;
    /* Full chunks only, also after a flush left a chunk half filled. */
    return (f->frames + f->waiting) % f->chunk == 0 || f->waiting == f->chunk ? write_waiting(f) : OK;
}

status speckle_file_flush(struct speckle_file *f)
{
    TRY(write_waiting(f));
    return h5_flush(&f->h5);
}

status speckle_file_truncate(struct speckle_file *f, int64_t frames)
{
    TRY(write_waiting(f));
    if (frames < 0 || frames > f->frames)
        return fail(BAD_INPUT, "%s: cannot keep %lld frames of %lld", f->h5.path, (long long)frames,
                    (long long)f->frames);
    TRY(h5_truncate(&f->h5, DETECTOR "/data", (hsize_t)frames));
    TRY(h5_truncate(&f->h5, DETECTOR "/time", (hsize_t)frames));
    TRY(h5_truncate(&f->h5, DETECTOR "/step", (hsize_t)frames));
    if (f->box_changes) TRY(h5_truncate(&f->h5, BOXES, (hsize_t)frames));
    f->frames = frames;
    return h5_flush(&f->h5);
}

int64_t speckle_file_last_step(struct speckle_file *f)
{
    int64_t last = INT64_MIN;
    if (f->frames == 0) return last;
    status s = h5_read_rows(&f->h5, DETECTOR "/step", H5_I64, (hsize_t)f->frames - 1, 1, &last);
    return s == OK ? last : INT64_MIN;
}

status speckle_file_truncate_step(struct speckle_file *f, int64_t last_step)
{
    int64_t *step = NULL, keep = 0;
    status s;
    GUARD(write_waiting(f));
    GUARD(NEW(step, (size_t)f->frames + 1));
    if (f->frames) GUARD(h5_read(&f->h5, DETECTOR "/step", H5_I64, (hsize_t)f->frames, step));
    while (keep < f->frames && step[keep] <= last_step) keep++;
    GUARD(speckle_file_truncate(f, keep));
done:
    DELETE(step);
    return s;
}

/* ---- what is known later ---- */

static status overwrite(struct speckle_file *f, const char *name, h5_type type, hsize_t count,
                        const void *data)
{
    if (h5_has(&f->h5, name) && H5Ldelete(f->h5.id, name, H5P_DEFAULT) < 0)
        return fail(FAILED, "%s: cannot replace %s", f->h5.path, name);
    return count == 0 ? h5_write_scalar(&f->h5, name, type, data)
                      : h5_write(&f->h5, name, type, 1, &count, data);
}

status speckle_file_set_times(struct speckle_file *f, double frame_time, double count_time)
{
    char unit[16] = "";
    TRY(h5_read_attr_string(&f->h5, DETECTOR "/time", "units", unit, sizeof unit));
    TRY(overwrite(f, DETECTOR "/frame_time", H5_F64, 0, &frame_time));
    TRY(overwrite(f, DETECTOR "/count_time", H5_F64, 0, &count_time));
    TRY(h5_attr_string(&f->h5, DETECTOR "/frame_time", "units", unit));
    return h5_attr_string(&f->h5, DETECTOR "/count_time", "units", unit);
}

status speckle_file_set_structure(struct speckle_file *f, const struct structure *st)
{
    double *divisor = NULL;
    hsize_t bins = (hsize_t)st->bins;
    status s;
    if (st->frames < 1) return fail(BAD_INPUT, "%s: S(q) of no frames", f->h5.path);
    GUARD(NEW(divisor, (size_t)f->pixels));
    for (int64_t i = 0; i < f->pixels; i++) {
        divisor[i] = structure_at(st, f->q[i]);
        if (f->q[i] > st->q[st->bins - 1] + st->width || !(divisor[i] > 0)) {
            s = fail(BAD_INPUT, "%s: S(q) was measured up to q = %.4g; a pixel is at %.4g", f->h5.path,
                     st->q[st->bins - 1], f->q[i]);
            goto done;
        }
    }
    GUARD(overwrite(f, WINDOW "/s_of_q", H5_F64, (hsize_t)f->pixels, divisor));
    GUARD(overwrite(f, FACTOR "/q", H5_F64, bins, st->q));
    GUARD(overwrite(f, FACTOR "/S", H5_F64, bins, st->s));
    GUARD(overwrite(f, FACTOR "/points", H5_I64, bins, st->points));
    GUARD(h5_attr(&f->h5, FACTOR, "frames", H5_I64, 1, &st->frames));
    GUARD(h5_flush(&f->h5));
done:
    DELETE(divisor);
    return s;
}

status speckle_file_close(struct speckle_file **pointer)
{
    struct speckle_file *f = *pointer;
    if (!f) return OK;
    status s = write_waiting(f), closing = h5_close(&f->h5);
    delete_file(pointer);
    return s != OK ? s : closing;
}
