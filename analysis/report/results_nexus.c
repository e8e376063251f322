/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results_nexus — /entry as NXxpcs (nexusformat/definitions, contributed) and /xpcs as APS result files have
 * it. */
#include "analysis/report/results.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sha256.h"

#include <math.h>
#include <string.h>

static status nx_group(struct h5 *f, const char *path, const char *class)
{
    TRY(h5_make_group(f, path));
    return h5_attr_string(f, path, "NX_class", class);
}

static status number(struct h5 *f, const char *path, double value, const char *units)
{
    TRY(h5_write_scalar(f, path, H5_F64, &value));
    return units ? h5_attr_string(f, path, "units", units) : OK;
}

/* A quantity the layout insists on; a stand-in is marked. */
static status nominal(struct h5 *f, const char *path, double value, double stand_in, const char *units)
{
    int64_t one = 1;
    TRY(number(f, path, value > 0.0 ? value : stand_in, units));
    return value > 0.0 ? OK : h5_attr(f, path, "nominal", H5_I64, 1, &one);
}

static status write_instrument(struct h5 *f, const struct frames *source)
{
#define DETECTOR "entry/instrument/detector_1"
    TRY(nx_group(f, "entry/instrument", "NXinstrument"));
    TRY(nx_group(f, "entry/instrument/incident_beam", "NXbeam"));
    TRY(nominal(f, "entry/instrument/incident_beam/incident_energy", source->incident_energy, 8.0, "keV"));
    TRY(nx_group(f, DETECTOR, "NXdetector"));
    TRY(h5_write_string(f, DETECTOR "/description",
                        source->simulated ? "simulated speckles: pixels are points in reciprocal space"
                                          : "measured frames"));
    TRY(number(f, DETECTOR "/frame_time", source->frame_time, source->time_unit));
    TRY(number(f, DETECTOR "/count_time", source->count_time, source->time_unit));
    TRY(number(f, DETECTOR "/beam_center_x", source->beam_center[0], "pixel"));
    TRY(number(f, DETECTOR "/beam_center_y", source->beam_center[1], "pixel"));
    TRY(nominal(f, DETECTOR "/distance", source->distance, 1.0, "m"));
    TRY(nominal(f, DETECTOR "/x_pixel_size", source->pixel_size, 1e-4, "m"));
    TRY(nominal(f, DETECTOR "/y_pixel_size", source->pixel_size, 1e-4, "m"));
    TRY(nx_group(f, "entry/instrument/masks", "NXnote"));
    return h5_make_group(f,
                         "entry/instrument/bluesky/metadata"); /* the viewer's sign of a NeXus-style file */
}

status results_nexus_begin(struct results *r, const struct results_source *source)
{
    struct h5 *f = &r->file;
    char now[32];
    int64_t scan = 1;
    clock_iso(now);
    TRY(h5_attr_string(f, "/", "default", "entry"));
    TRY(h5_attr_string(f, "/", "creator", "glint " GLINT_VERSION));
    TRY(h5_attr_string(f, "entry", "NX_class", "NXentry"));
    TRY(h5_attr_string(f, "entry", "default", "data"));
    TRY(h5_attr_string(f, "entry/glint", "NX_class", "NXcollection"));
    TRY(h5_write_string(f, "entry/definition", "NXxpcs"));
    TRY(h5_write_string(f, "entry/schema_version", "1.0"));
    TRY(h5_write_string(f, "entry/entry_identifier", source->frames->path));
    TRY(h5_write_scalar(f, "entry/scan_number", H5_I64, &scan));
    TRY(h5_write_string(f, "entry/start_time", now));
    TRY(h5_attr_string(f, "entry/start_time", "meaning", "when this file was made"));
    TRY(nx_group(f, "entry/data", "NXdata"));
    TRY(write_instrument(f, source->frames));
    TRY(nx_group(f, "xpcs", "NXcollection"));
    return h5_write_string(f, "xpcs/rawdata_path", source->frames->path);
}

/* ---- the map of pixels: the windows one above the other ---- */

static void map_size(const struct results *r, int64_t *ny, int64_t *nx)
{
    *ny = *nx = 0;
    for (int i = 0; i < r->windows; i++) {
        *ny += r->kept[i].ny;
        if (r->kept[i].nx > *nx) *nx = r->kept[i].nx;
    }
}

static void draw_map(const struct results *r, int64_t nx, int32_t *label, double *image)
{
    int64_t row0 = 0;
    for (int i = 0; i < r->windows; i++) {
        const struct results_kept *k = &r->kept[i];
        for (int64_t p = 0; p < k->pixels; p++) {
            int64_t at = (row0 + k->index[p] / k->nx) * nx + k->index[p] % k->nx;
            label[at] = i + 1;
            image[at] = k->mean_pixel[p];
        }
        row0 += k->ny;
    }
}

/* Lists over the q bins, the same for the static and the dynamic partition. */
static status write_partition(struct results *r, const char *which, const int32_t *label,
                              const hsize_t shape[2])
{
    double q[RESULTS_WINDOWS], phi[1] = {0.0};
    int64_t mapping[RESULTS_WINDOWS], points[2] = {r->windows, 1};
    hsize_t n[1] = {(hsize_t)r->windows}, one[1] = {1}, two[1] = {2};
    char path[96];
    for (int i = 0; i < r->windows; i++) {
        q[i] = r->kept[i].has_q ? r->kept[i].q : (double)(i + 1);
        mapping[i] = i;
    }
#define QMAP(leaf) (snprintf(path, sizeof path, "xpcs/qmap/%s_%s", which, leaf), path)
    TRY(h5_write_deflated(&r->file, QMAP("roi_map"), H5_I32, 2, shape, label));
    TRY(h5_write(&r->file, QMAP("v_list_dim0"), H5_F64, 1, n, q));
    TRY(h5_write(&r->file, QMAP("v_list_dim1"), H5_F64, 1, one, phi));
    TRY(h5_write(&r->file, QMAP("index_mapping"), H5_I64, 1, n, mapping));
    return h5_write(&r->file, QMAP("num_pts"), H5_I64, 1, two, points);
}

static status write_qmap(struct results *r, int32_t *label, const hsize_t shape[2])
{
    struct h5 *f = &r->file;
    const char *names[] = {r->kept[0].has_q ? "q" : "window", "phi"}, *units[] = {r->q_unit, "degree"};
    TRY(write_partition(r, "dynamic", label, shape));
    TRY(write_partition(r, "static", label, shape));
    TRY(h5_write_strings(f, "xpcs/qmap/map_names", 2, names));
    TRY(h5_write_strings(f, "xpcs/qmap/map_units", 2, units));
    TRY(h5_link(f, DETECTOR "/beam_center_x", "xpcs/qmap/beam_center_x"));
    TRY(h5_link(f, DETECTOR "/beam_center_y", "xpcs/qmap/beam_center_y"));
    TRY(h5_link(f, DETECTOR "/distance", "xpcs/qmap/detector_distance"));
    TRY(h5_link(f, DETECTOR "/x_pixel_size", "xpcs/qmap/pixel_size"));
    TRY(h5_link(f, "xpcs/qmap/dynamic_roi_map", "entry/instrument/masks/dynamic_roi_map"));
    TRY(h5_link(f, "xpcs/qmap/dynamic_v_list_dim0", "entry/instrument/masks/dynamic_q_list"));
    struct sha256 digest;
    char hex[65];
    sha256_start(&digest);
    sha256_add(&digest, label, (size_t)(shape[0] * shape[1]) * sizeof *label);
    sha256_add(&digest, shape,
               2 * sizeof *shape); /* the viewer caches a map by this: all that belongs to it counts */
    for (int i = 0; i < r->windows; i++) sha256_add(&digest, &r->kept[i].q, sizeof r->kept[i].q);
    sha256_add(&digest, r->q_unit, strlen(r->q_unit));
    sha256_hex(&digest, hex);
    TRY(h5_attr_string(f, "xpcs/qmap", "hash", hex));
    for (hsize_t i = 0; i < shape[0] * shape[1]; i++) label[i] = label[i] != 0;
    return h5_write_deflated(f, "xpcs/qmap/mask", H5_I32, 2, shape, label);
}

static double mean_between(const double *x, int64_t a, int64_t b)
{
    double sum = 0.0;
    int64_t n = 0;
    for (int64_t i = a; i < b; i++)
        if (isfinite(x[i])) sum += x[i], n++;
    return n ? sum / (double)n : (double)NAN;
}

/* Mean intensity per bin over the record and over 10 parts of it; the trace of the mean over all pixels. */
static status write_means(struct results *r)
{
    enum { PARTS = 10 };
    double whole[RESULTS_WINDOWS], part[PARTS * RESULTS_WINDOWS], *trace = NULL, pixels = 0.0;
    int64_t T = r->frames, n = r->windows;
    hsize_t one[2] = {1, (hsize_t)n}, parts[2] = {PARTS, (hsize_t)n}, rows[2] = {2, (hsize_t)T};
    status s = OK;
    GUARD(NEW(trace, (size_t)(2 * T)));
    for (int i = 0; i < n; i++) {
        const struct results_kept *k = &r->kept[i];
        whole[i] = mean_between(k->intensity, 0, T);
        for (int64_t p = 0; p < PARTS; p++)
            part[p * n + i] = mean_between(k->intensity, p * T / PARTS, (p + 1) * T / PARTS);
        for (int64_t t = 0; t < T; t++) trace[T + t] += k->intensity[t] * (double)k->pixels;
        pixels += (double)k->pixels;
    }
    for (int64_t t = 0; t < T; t++) {
        trace[t] = (double)t;
        trace[T + t] /= pixels;
    }
    GUARD(h5_write(&r->file, "xpcs/temporal_mean/scattering_1d", H5_F64, 2, one, whole));
    GUARD(h5_write(&r->file, "xpcs/temporal_mean/scattering_1d_segments", H5_F64, 2, parts, part));
    GUARD(h5_write(&r->file, "xpcs/spatial_mean/intensity_vs_time", H5_F64, 2, rows, trace));
done:
    DELETE(trace);
    return s;
}

/* ---- correlations ---- */

static status write_config(struct h5 *f, const char *group, int64_t average)
{
    char path[96];
    int64_t stride = 1;
    snprintf(path, sizeof path, "%s/config/stride_frame", group);
    TRY(h5_write_scalar(f, path, H5_I64, &stride));
    snprintf(path, sizeof path, "%s/config/avg_frame", group);
    return h5_write_scalar(f, path, H5_I64, &average);
}

/* (lag, bin) arrays without lag 0, as a multi-tau result has them; NXxpcs points to the same datasets. */
static status write_multitau(struct results *r)
{
    struct h5 *f = &r->file;
    int64_t lags = r->frames - 1, n = r->windows, *delay = NULL;
    double *g2 = NULL, *error = NULL;
    hsize_t both[2] = {(hsize_t)lags, (hsize_t)n};
    status s = OK;
    if (lags < 1) return OK;
    GUARD(NEW(delay, (size_t)lags));
    GUARD(NEW(g2, (size_t)(lags * n)));
    GUARD(NEW(error, (size_t)(lags * n)));
    for (int64_t k = 0; k < lags; k++) {
        delay[k] = k + 1;
        for (int64_t i = 0; i < n; i++) {
            g2[k * n + i] = r->kept[i].g2[k + 1];
            error[k * n + i] = r->kept[i].error[k + 1];
        }
    }
    GUARD(h5_write(f, "xpcs/multitau/normalized_g2", H5_F64, 2, both, g2));
    GUARD(h5_write(f, "xpcs/multitau/normalized_g2_err", H5_F64, 2, both, error));
    GUARD(h5_write(f, "xpcs/multitau/delay_list", H5_I64, 1, both, delay));
    GUARD(h5_attr_string(f, "xpcs/multitau", "note",
                         "every lag, from the two-time correlation; no multi-tau averaging"));
    GUARD(write_config(f, "xpcs/multitau", 1));
    static const char *const links[][2] = {{"xpcs/multitau/normalized_g2", "entry/data/g2"},
                                           {"xpcs/multitau/normalized_g2_err", "entry/data/g2_derr"},
                                           {"xpcs/multitau/delay_list", "entry/data/delay_difference"}};
    for (int i = 0; i < 3; i++) {
        GUARD(h5_link(f, links[i][0], links[i][1]));
        GUARD(h5_attr_string(f, links[i][1], "storage_mode", "one_array"));
    }
    GUARD(h5_attr_string(f, "entry/data", "signal", "g2"));
done:
    DELETE(delay);
    DELETE(g2);
    DELETE(error);
    return s;
}

static status describe_two_time(struct h5 *f)
{
    int64_t one = 1;
    char path[300] = "entry/twotime/two_time_corr_func";
    TRY(h5_attr_string(f, path, "storage_mode", "other"));
    TRY(h5_attr(f, path, "baseline_reference", H5_I64, 1, &one));
    TRY(h5_attr_string(f, path, "time_origin_location", "upper_left"));
    TRY(h5_attr_string(f, path, "populated_elements", "upper_half"));
    TRY(h5_attr_string(f, path, "note", "the first window; all are in /xpcs/twotime/correlation_map"));
    snprintf(path, sizeof path, "entry/twotime/g2_from_two_time_corr_func");
    TRY(h5_attr_string(f, path, "storage_mode", "one_array_q_last"));
    TRY(h5_attr(f, path, "baseline_reference", H5_I64, 1, &one));
    return h5_attr(f, path, "first_point_for_fit", H5_I64, 1, &one);
}

static status write_twotime(struct results *r)
{
    struct h5 *f = &r->file;
    int64_t side = r->kept[0].map, part = side / 5 > 0 ? side / 5 : 1, n = 0, bins[RESULTS_WINDOWS];
    double *g2 = NULL, *segments = NULL;
    status s = OK;
    if (side == 0) return OK;
    n = r->windows;
    hsize_t both[2] = {(hsize_t)side, (hsize_t)n}, three[3] = {(hsize_t)part, 5, (hsize_t)n},
            one[1] = {(hsize_t)n};
    GUARD(NEW(g2, (size_t)(side * n)));
    GUARD(NEW(segments, (size_t)(part * 5 * n)));
    for (int64_t i = 0; i < n; i++) {
        if (r->kept[i].map != side)
            GUARD(fail(BAD_INPUT, "%s: windows %s and %s store two_time of different sizes", f->path,
                       r->kept[0].name, r->kept[i].name));
        bins[i] = i + 1;
        for (int64_t k = 0; k < side; k++) g2[k * n + i] = r->kept[i].map_g2[k];
        for (int64_t k = 0; k < 5 * part; k++) segments[k * n + i] = r->kept[i].map_segments[k];
    }
    GUARD(h5_write(f, "xpcs/twotime/normalized_g2", H5_F64, 2, both, g2));
    GUARD(h5_write(f, "xpcs/twotime/normalized_g2_segments", H5_F64, 3, three, segments));
    GUARD(h5_write(f, "xpcs/twotime/processed_bins", H5_I64, 1, one, bins));
    GUARD(write_config(f, "xpcs/twotime", r->binning));
    GUARD(nx_group(f, "entry/twotime", "NXdata"));
    GUARD(h5_link(f, "xpcs/twotime/normalized_g2", "entry/twotime/g2_from_two_time_corr_func"));
    GUARD(h5_link(f, "xpcs/twotime/correlation_map/c2_00001", "entry/twotime/two_time_corr_func"));
    GUARD(describe_two_time(f));
done:
    DELETE(g2);
    DELETE(segments);
    return s;
}

status results_nexus_commit(struct results *r)
{
    int64_t ny, nx;
    int32_t *label = NULL;
    double *image = NULL;
    status s = OK;
    if (r->windows == 0) return OK;
    map_size(r, &ny, &nx);
    hsize_t shape[2] = {(hsize_t)ny, (hsize_t)nx}, stack[3] = {1, shape[0], shape[1]};
    GUARD(NEW(label, (size_t)(ny * nx)));
    GUARD(NEW(image, (size_t)(ny * nx)));
    draw_map(r, nx, label, image);
    GUARD(write_qmap(r, label, shape));
    GUARD(h5_write_deflated(&r->file, "xpcs/temporal_mean/scattering_2d", H5_F64, 3, stack, image));
    GUARD(write_means(r));
    GUARD(write_multitau(r));
    GUARD(write_twotime(r));
done:
    DELETE(label);
    DELETE(image);
    return s;
}
