/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/results.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define ROOT "entry/glint"

/* ---- begin and end ---- */

status results_begin(struct results *r, const char *path, const struct results_source *source)
{
    memset(r, 0, sizeof *r);
    r->binning = 1;
    r->frame_time = source->frames->frame_time;
    snprintf(r->time_unit, sizeof r->time_unit, "%s", source->frames->time_unit);
    snprintf(r->q_unit, sizeof r->q_unit, "%s", source->frames->q_unit);
    TRY(h5_begin(&r->file, path));
    status s = OK;
    GUARD(h5_make_group(&r->file, ROOT));
    GUARD(results_nexus_begin(r, source));
    GUARD(h5_attr_string(&r->file, ROOT, "command", source->command ? source->command : ""));
    GUARD(h5_attr_string(&r->file, ROOT, "source", source->frames->path));
done:
    if (s != OK) results_abandon(r);
    return s;
}

static status copy_file(const char *from, const char *to)
{
    char *content = NULL;
    size_t length = 0;
    TRY(file_read(from, &content, &length));
    FILE *out = fopen(to, "wb");
    bool good = out && fwrite(content, 1, length, out) == length;
    if (out && fclose(out) != 0) good = false;
    DELETE(content);
    return good ? OK : fail(FAILED, "%s: cannot be written (disk full, no permission?)", to);
}

status results_update(struct results *r, const char *path)
{
    memset(r, 0, sizeof *r);
    char temporary[FILE_PATH_MAX];
    TRY(h5_open_ro(&r->file, path)); /* says what is wrong with a file that is none */
    TRY(h5_close(&r->file));
    if (strlen(path) + 8 >= sizeof temporary) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(temporary, sizeof temporary, "%.*s.tmp", FILE_PATH_MAX - 8, path);
    TRY(copy_file(path, temporary));
    TRY(h5_open_rw(&r->file, temporary));
    snprintf(r->file.path, sizeof r->file.path, "%s", path);
    r->file.temporary = true;
    r->update = true;
    if (h5_has(&r->file, ROOT)) return OK;
    status s = h5_make_group(&r->file, ROOT);
    if (s != OK) results_abandon(r);
    return s;
}

static void forget(struct results *r)
{
    for (int i = 0; i < r->windows; i++) {
        struct results_kept *k = &r->kept[i];
        DELETE(k->index);
        DELETE(k->mean_pixel);
        DELETE(k->intensity);
        DELETE(k->g2);
        DELETE(k->error);
        DELETE(k->map_g2);
        DELETE(k->map_segments);
    }
    r->windows = 0;
}

status results_commit(struct results *r)
{
    status s = r->update ? OK : results_nexus_commit(r);
    forget(r);
    if (s == OK) return h5_commit(&r->file);
    h5_close(&r->file);
    return s;
}

void results_abandon(struct results *r)
{
    forget(r);
    h5_close(&r->file);
}

/* ---- helpers ---- */

static status place(char out[512], const char *object)
{
    if (snprintf(out, 512, ROOT "/%s", object) >= 512)
        return fail(BAD_INPUT, "the name is too long: %s", object);
    return OK;
}

static status remove_old(struct results *r, const char *path)
{
    if (h5_has(&r->file, path) && H5Ldelete(r->file.id, path, H5P_DEFAULT) < 0)
        return fail(FAILED, "%s: cannot replace %s", r->file.path, path);
    return OK;
}

status results_series(struct results *r, const char *object, h5_type type, int rank, const hsize_t *shape,
                      const void *data, const char *units, const char *long_name)
{
    char path[512];
    hsize_t n = 1;
    TRY(place(path, object));
    TRY(remove_old(r, path));
    for (int i = 0; i < rank; i++) n *= shape[i];
    if (n > 8192)
        TRY(h5_write_deflated(&r->file, path, type, rank, shape, data));
    else
        TRY(h5_write(&r->file, path, type, rank, shape, data));
    if (units) TRY(h5_attr_string(&r->file, path, "units", units));
    if (long_name) TRY(h5_attr_string(&r->file, path, "long_name", long_name));
    return OK;
}

status results_value(struct results *r, const char *object, double value, const char *units,
                     const char *long_name)
{
    return results_series(r, object, H5_F64, 0, NULL, &value, units, long_name);
}

status results_table(struct results *r, const char *object, int64_t rows, int columns,
                     const struct results_column *column)
{
    char path[512], name[512];
    TRY(place(path, object));
    TRY(remove_old(r, path));
    TRY(h5_make_group(&r->file, path));
    TRY(h5_attr_string(&r->file, path, "NX_class", "NXdata"));
    if (columns > 0) TRY(h5_attr_string(&r->file, path, "axes", column[0].name));
    if (columns > 1) TRY(h5_attr_string(&r->file, path, "signal", column[1].name));
    hsize_t shape[1] = {(hsize_t)rows};
    for (int i = 0; i < columns; i++) {
        if (snprintf(name, sizeof name, "%s/%s", object, column[i].name) >= (int)sizeof name)
            return fail(BAD_INPUT, "the name is too long: %s/%s", object, column[i].name);
        TRY(results_series(r, name, H5_F64, 1, shape, column[i].data, column[i].units, column[i].long_name));
    }
    return OK;
}

status results_text(struct results *r, const char *object, const char *key, const char *value)
{
    char path[512];
    TRY(place(path, object));
    return h5_attr_string(&r->file, path, key, value);
}

status results_number(struct results *r, const char *object, const char *key, double value)
{
    char path[512];
    TRY(place(path, object));
    return h5_attr(&r->file, path, key, H5_F64, 1, &value);
}

status results_integer(struct results *r, const char *object, const char *key, int64_t value)
{
    char path[512];
    TRY(place(path, object));
    return h5_attr(&r->file, path, key, H5_I64, 1, &value);
}

/* ---- one window ---- */

static status check_window(struct results *r, const struct results_window *w)
{
    char path[512];
    if (r->windows == RESULTS_WINDOWS)
        return fail(BAD_INPUT, "more than %d windows in one file", RESULTS_WINDOWS);
    if (!w->name[0] || strchr(w->name, '/') || strlen(w->name) >= FRAMES_NAME)
        return fail(BAD_INPUT, "'%s' cannot be the name of a window (no slash, 1 to %d letters)", w->name,
                    FRAMES_NAME - 1);
    TRY(place(path, w->name));
    if (h5_has(&r->file, path))
        return fail(BAD_INPUT, "%s: window %s is there already", r->file.path, w->name);
    if (r->windows && r->frames != w->ttcf->frames)
        return fail(BAD_INPUT, "window %s has %" PRId64 " frames, the others in %s have %" PRId64, w->name,
                    w->ttcf->frames, r->file.path, r->frames);
    r->frames = w->ttcf->frames;
    return OK;
}

static status write_conventions(struct results *r, const struct results_window *w)
{
    const struct g2_options *o = &w->g2->options;
    const char *n = w->name;
    TRY(results_text(r, n, "normalisation", ttcf_variant_name(w->ttcf->variant)));
    TRY(results_text(r, n, "normalisation_formula",
                     w->ttcf->variant == TTCF_EQ1 ? "<I1 I2>_p/(<I1>_p <I2>_p), Riechers et al. 2024, Eq. 1"
                                                  : "(<I1 I2>_p - <I1>_p <I2>_p)/(sigma1 sigma2)"));
    TRY(results_text(r, n, "age_convention",
                     o->age == G2_AGE_START ? "start (the earlier time)" : "mid ((t1+t2)/2)"));
    TRY(results_text(r, n, "diagonal", g2_diagonal_name(o->diagonal)));
    TRY(results_text(r, n, "diagonal_note",
                     "the treatment concerns lag 0 of g2; two_time keeps its own diagonal"));
    TRY(results_number(r, n, "baseline", o->baseline));
    TRY(results_text(r, n, "R", "(g2 - baseline)/(g2(first lag >= 1 frame) - baseline), per age window"));
    TRY(results_text(r, n, "error", "standard error from block means over age"));
    TRY(results_integer(r, n, "error_block_frames", w->g2->block));
    TRY(results_number(r, n, "correlation_time_frames", w->g2->correlation_time));
    TRY(results_integer(r, n, "bins_per_decade", o->per_decade));
    TRY(results_text(r, n, "window_kind", w->frames->kind));
    TRY(results_text(r, n, "flatten_asked_by_file", w->frames->flatten));
    TRY(results_integer(r, n, "pixels", w->ttcf->pixels));
    TRY(results_integer(r, n, "n_independent",
                        w->frames->n_independent ? w->frames->n_independent : w->ttcf->pixels));
    TRY(results_text(r, n, "n_independent_from", w->frames->n_independent ? "file" : "every pixel counted"));
    return results_integer(r, n, "bad_frames", w->ttcf->bad_frames);
}

static status write_g2(struct results *r, const struct results_window *w)
{
    const struct g2 *g = w->g2;
    hsize_t both[2] = {(hsize_t)g->windows, (hsize_t)g->lags}, edges[2] = {(hsize_t)g->windows + 1, 0};
    hsize_t first[1] = {(hsize_t)g->lags + 1}, windows[1] = {both[0]};
    double *lag = NULL, *age = NULL;
    uint8_t *lower = NULL;
    status s = OK;
    char path[256];
#define AT(leaf) (snprintf(path, sizeof path, "%s/%s", w->name, leaf), path)
    GUARD(NEW(lag, (size_t)(g->windows * g->lags)));
    GUARD(NEW(age, (size_t)g->windows + 1));
    GUARD(NEW(lower, (size_t)g->windows));
    for (int64_t i = 0; i < g->windows * g->lags; i++) lag[i] = g->lag[i] * r->frame_time;
    for (int64_t i = 0; i <= g->windows; i++) age[i] = (double)g->edge[i] * r->frame_time;
    for (int64_t i = 0; i < g->windows; i++)
        if (g->error_is_lower_bound[i]) lower[i] = 1;
    GUARD(results_series(r, AT("g2"), H5_F64, 2, both, g->g2, "", "g2 (age window, lag)"));
    GUARD(results_series(r, AT("g2_error"), H5_F64, 2, both, g->error, "", "standard error of g2"));
    GUARD(results_series(r, AT("error_is_lower_bound"), H5_U8, 1, windows, lower, "",
                         "1: the age window is shorter than 4 correlation times"));
    GUARD(results_series(r, AT("R"), H5_F64, 2, both, g->R, "", "normalised correlation"));
    GUARD(results_series(r, AT("R_error"), H5_F64, 2, both, g->R_error, "",
                         "standard error of R, plateaus taken as exact"));
    GUARD(results_series(r, AT("lag"), H5_F64, 2, both, lag, r->time_unit,
                         "mean lag of the elements in the bin"));
    GUARD(results_series(r, AT("lag_frames"), H5_F64, 2, both, g->lag, "frames",
                         "mean lag of the elements in the bin"));
    GUARD(results_series(r, AT("lag_first"), H5_I64, 1, first, g->first, "frames",
                         "bin k holds lag_first[k] to lag_first[k+1]-1"));
    GUARD(results_series(r, AT("pairs"), H5_I64, 2, both, g->pairs, "", "elements of the TTCF in the mean"));
    GUARD(results_series(r, AT("age"), H5_F64, 1, edges, age, r->time_unit, "edges of the age windows"));
    GUARD(
        results_series(r, AT("age_frames"), H5_I64, 1, edges, g->edge, "frames", "edges of the age windows"));
done:
    DELETE(lag);
    DELETE(age);
    DELETE(lower);
    return s;
}

/* g2 and its partials from the stored map, as the viewer shows them beside the map: means along diagonals,
 * lag 0 included; 5 segments along the main diagonal. */
static void map_g2(const float *m, int64_t side, int64_t begin, int64_t n, double *out, int64_t stride)
{
    for (int64_t k = 0; k < n; k++) {
        double sum = 0.0;
        int64_t count = 0;
        for (int64_t i = begin; i + k < begin + n; i++) {
            double v = (double)m[i * side + i + k];
            if (isnan(v)) continue;
            sum += v;
            count++;
        }
        out[k * stride] = count ? sum / (double)count : (double)NAN;
    }
}

static status write_map(struct results *r, const struct results_window *w, struct results_kept *k)
{
    int64_t most = w->map_frames > 0 ? w->map_frames : RESULTS_MAP_FRAMES;
    if (w->map_frames < 0) return OK;
    r->binning = (r->frames + most - 1) / most;
    k->map = (r->frames + r->binning - 1) / r->binning;
    hsize_t shape[2] = {(hsize_t)k->map, (hsize_t)k->map};
    float *m = NULL;
    status s = OK;
    char path[256], link[64];
    int64_t part = k->map / 5 > 0 ? k->map / 5 : 1;
    GUARD(NEW(m, (size_t)(k->map * k->map)));
    GUARD(NEW(k->map_g2, (size_t)k->map));
    GUARD(NEW(k->map_segments, (size_t)(5 * part)));
    ttcf_matrix(w->ttcf, r->binning, m);
    GUARD(
        results_series(r, AT("two_time"), H5_F32, 2, shape, m, "", "C(t1,t2), upper triangle, zeros below"));
    GUARD(results_integer(r, AT("two_time"), "binning", r->binning));
    GUARD(results_text(r, AT("two_time"), "populated_elements", "upper_half"));
    GUARD(results_number(r, AT("two_time"), "frame_time", r->frame_time * (double)r->binning));
    map_g2(m, k->map, 0, k->map, k->map_g2, 1);
    for (int64_t i = 0; i < 5; i++)
        map_g2(m, k->map, (i + 1) * part <= k->map ? i * part : 0, part, k->map_segments + i, 5);
    if (!r->update) {
        snprintf(link, sizeof link, "xpcs/twotime/correlation_map/c2_%05d", r->windows + 1);
        snprintf(path, sizeof path, ROOT "/%s/two_time", w->name);
        GUARD(h5_link(&r->file, path, link));
    }
done:
    DELETE(m);
    return s;
}

/* Copies of what /xpcs needs: geometry, mean intensities, the unbinned g2 of the whole record. */
static status keep(struct results *r, const struct results_window *w, struct results_kept *k)
{
    const struct frames *f = w->frames;
    int64_t T = r->frames;
    snprintf(k->name, sizeof k->name, "%s", w->name);
    k->ny = f->ny;
    k->nx = f->nx;
    k->pixels = f->pixels;
    TRY(NEW(k->index, (size_t)f->pixels));
    TRY(NEW(k->mean_pixel, (size_t)f->pixels));
    TRY(NEW(k->intensity, (size_t)T));
    TRY(NEW(k->g2, (size_t)T));
    TRY(NEW(k->error, (size_t)T));
    memcpy(k->index, f->index, (size_t)f->pixels * sizeof *k->index);
    if (w->mean_pixel) memcpy(k->mean_pixel, w->mean_pixel, (size_t)f->pixels * sizeof *k->mean_pixel);
    if (w->ttcf->intensity) memcpy(k->intensity, w->ttcf->intensity, (size_t)T * sizeof *k->intensity);
    k->has_q = f->q != NULL;
    for (int64_t p = 0; f->q && p < f->pixels; p++) k->q += f->q[p] / (double)f->pixels;
    struct g2 every;
    struct g2_options o = w->g2->options;
    o.windows = 1;
    o.per_decade = 0;
    TRY(g2_compute(&every, w->ttcf, &o));
    memcpy(k->g2, every.g2, (size_t)T * sizeof *k->g2);
    memcpy(k->error, every.error, (size_t)T * sizeof *k->error);
    g2_free(&every);
    return OK;
}

status results_window(struct results *r, const struct results_window *w)
{
    char path[512];
    hsize_t shape[1] = {(hsize_t)w->ttcf->frames};
    TRY(check_window(r, w));
    TRY(place(path, w->name));
    TRY(h5_make_group(&r->file, path));
    TRY(h5_attr_string(&r->file, path, "NX_class", "NXcollection"));
    TRY(write_conventions(r, w));
    TRY(write_g2(r, w));
    if (w->ttcf->intensity)
        TRY(results_series(r, AT("intensity"), H5_F64, 1, shape, w->ttcf->intensity, "", "<I>_p(t)"));
    if (w->contrast)
        TRY(results_series(r, AT("contrast"), H5_F64, 1, shape, w->contrast, "", "<I^2>_p/<I>_p^2"));
    struct results_kept *k = &r->kept[r->windows];
    status s = OK;
    GUARD(write_map(r, w, k));
    if (!r->update) GUARD(keep(r, w, k));
done:
    r->windows++; /* also after a failure: forget() releases what was kept */
    return s;
}
