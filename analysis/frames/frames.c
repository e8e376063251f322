/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/frames/frames.h"
#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* One line a kind of file; the first that recognises the content reads it. */
const struct frames_reader *const frames_readers[] = {&frames_nexus, NULL};

static status find_reader(struct frames *f)
{
    for (int i = 0; frames_readers[i]; i++)
        if (frames_readers[i]->recognise(f->path)) {
            f->reader = frames_readers[i];
            return OK;
        }
    if (!file_exists(f->path)) return fail(BAD_INPUT, "%s: no such file", f->path);
    return fail(BAD_INPUT, "%s: not a file of speckle frames that glint knows, or its beginning is damaged",
                f->path);
}

/* Keep only what `keep` (one byte a present pixel) says. */
static void keep_pixels(struct frames *f, const uint8_t *keep)
{
    int64_t n = 0;
    for (int64_t p = 0; p < f->pixels; p++) {
        if (!keep[p]) continue;
        f->index[n] = f->index[p];
        if (f->q) f->q[n] = f->q[p];
        if (f->s_of_q) f->s_of_q[n] = f->s_of_q[p];
        if (f->group) f->group[n] = f->group[p];
        if (f->hkl) memmove(f->hkl + 3 * n, f->hkl + 3 * p, 3 * sizeof *f->hkl);
        n++;
    }
    f->pixels = n;
    if (f->n_independent > n) f->n_independent = n;
}

static status apply_mask(struct frames *f, const uint8_t *mask)
{
    f->pixels = f->ny * f->nx;
    TRY(NEW(f->index, (size_t)f->pixels));
    for (int64_t p = 0; p < f->pixels; p++) f->index[p] = p;
    if (mask) keep_pixels(f, mask);
    if (f->pixels == 0) return fail(BAD_INPUT, "%s: the mask leaves no pixel (0 means unused)", f->path);
    return OK;
}

status frames_open(struct frames *f, const char *path)
{
    memset(f, 0, sizeof *f);
    if (strlen(path) >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->time_unit, sizeof f->time_unit, "frame");
    snprintf(f->q_unit, sizeof f->q_unit, "1");
    snprintf(f->window, sizeof f->window, "window");
    snprintf(f->kind, sizeof f->kind, "detector");
    snprintf(f->flatten, sizeof f->flatten, "none");
    f->frame_time = 1.0;
    f->groups = 1;
    TRY(find_reader(f));
    uint8_t *mask = NULL;
    status s = f->reader->open(f, &mask);
    if (s == OK) s = apply_mask(f, mask);
    DELETE(mask);
    if (s != OK) frames_close(f);
    return s;
}

void frames_close(struct frames *f)
{
    if (f->reader && f->state) f->reader->close(f);
    f->state = NULL;
    DELETE(f->index);
    DELETE(f->time);
    DELETE(f->step);
    DELETE(f->q);
    DELETE(f->hkl);
    DELETE(f->s_of_q);
    DELETE(f->group);
}

status frames_select_group(struct frames *f, int64_t group)
{
    if (group < 0 || group >= f->groups)
        return fail(BAD_INPUT, "%s: group %" PRId64 " asked for; the window has groups 0 to %" PRId64,
                    f->path, group, f->groups - 1);
    if (!f->group) return OK;
    uint8_t *keep = NULL;
    TRY(NEW(keep, (size_t)f->pixels));
    for (int64_t p = 0; p < f->pixels; p++) keep[p] = f->group[p] == group;
    keep_pixels(f, keep);
    DELETE(keep);
    if (f->pixels == 0) return fail(BAD_INPUT, "%s: group %" PRId64 " has no pixel in use", f->path, group);
    return OK;
}

/* Whole detector frames are read in batches of about 16 MB and thinned to the pixels in use. */
status frames_read(struct frames *f, int64_t first, int64_t count, float *out)
{
    if (first < 0 || count < 0 || first + count > f->count)
        return fail(BAD_INPUT, "%s: frames %" PRId64 " to %" PRId64 " asked for, the file holds %" PRId64,
                    f->path, first, first + count - 1, f->count);
    int64_t all = f->ny * f->nx;
    if (all == f->pixels) return f->reader->read(f, first, count, out);
    int64_t batch = (4 << 20) / all;
    if (batch < 1) batch = 1;
    float *whole = NULL;
    status s = OK;
    TRY(NEW(whole, (size_t)(batch * all)));
    for (int64_t t = 0; t < count; t += batch) {
        int64_t n = count - t < batch ? count - t : batch;
        GUARD(f->reader->read(f, first + t, n, whole));
        for (int64_t k = 0; k < n; k++)
            for (int64_t p = 0; p < f->pixels; p++)
                out[(t + k) * f->pixels + p] = whole[k * all + f->index[p]];
    }
done:
    DELETE(whole);
    return s;
}

/* ---- NaN ---- */

static status drop_nan_pixels(struct frames *f, int64_t count, float *data)
{
    uint8_t *keep = NULL;
    int64_t old = f->pixels;
    TRY(NEW(keep, (size_t)old));
    memset(keep, 1, (size_t)old);
    for (int64_t t = 0; t < count; t++)
        for (int64_t p = 0; p < old; p++)
            if (!isfinite(data[t * old + p])) keep[p] = 0;
    keep_pixels(f, keep);
    int64_t n = 0; /* thin the data in place: the write place never passes the read place */
    for (int64_t t = 0; t < count; t++)
        for (int64_t p = 0; p < old; p++)
            if (keep[p]) data[n++] = data[t * old + p];
    DELETE(keep);
    if (f->pixels == 0)
        return fail(BAD_INPUT, "%s: every pixel holds a NaN in some frame; none is left", f->path);
    if (f->pixels < old)
        log_warning("%s: %" PRId64 " of %" PRId64 " pixels dropped because they hold NaN or infinity",
                    f->path, old - f->pixels, old);
    return OK;
}

static status treat_nan(struct frames *f, enum frames_nan policy, int64_t first, int64_t count, float *data,
                        uint8_t *bad)
{
    int64_t marked = 0;
    for (int64_t t = 0; t < count; t++)
        for (int64_t p = 0; p < f->pixels; p++) {
            if (isfinite(data[t * f->pixels + p])) continue;
            if (policy == FRAMES_NAN_ERROR)
                return fail(BAD_INPUT,
                            "%s: frame %" PRId64 ", pixel %" PRId64
                            " is %s; mask it in the file, or use --mask-nan pixel "
                            "(drop the pixel) or --mask-nan frame (drop the frame)",
                            f->path, first + t, f->index[p],
                            isnan(data[t * f->pixels + p]) ? "NaN" : "infinite");
            if (policy == FRAMES_NAN_PIXEL) return drop_nan_pixels(f, count, data);
            memset(data + t * f->pixels, 0, (size_t)f->pixels * sizeof *data);
            bad[t] = 1;
            marked++;
            break;
        }
    if (marked)
        log_warning("%s: %" PRId64 " frames marked bad because they hold NaN or infinity", f->path, marked);
    return OK;
}

status frames_load(struct frames *f, enum frames_nan policy, int64_t first, int64_t count, float **data,
                   uint8_t **bad)
{
    *data = NULL;
    *bad = NULL;
    if (count < 1) return fail(BAD_INPUT, "%s: no frames chosen", f->path);
    status s = OK;
    GUARD(mem_new((void **)data, (size_t)(count * f->pixels), sizeof **data, "the frames"));
    GUARD(mem_new((void **)bad, (size_t)count, 1, "the list of bad frames"));
    GUARD(frames_read(f, first, count, *data));
    GUARD(treat_nan(f, policy, first, count, *data, *bad));
done:
    if (s != OK) {
        DELETE(*data);
        DELETE(*bad);
    }
    return s;
}
