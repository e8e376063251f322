/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames_nexus — the reader for HDF5 files with plain datasets: ours and NeXus-like ones of beamlines.
 *
 * Frames: the first of /entry/instrument/detector_1/data, /entry/data/data, /entry/instrument/detector/data
 * that exists; frames × pixels or frames × ny × nx; any number type. Beside it, in the detector group:
 * frame_time or time, step, count_time, mask | pixel_mask | dynamic_roi_map, distance, x_pixel_size,
 * beam_center_x/y. In /entry/glint/window: q (pixels, or pixels × 3), hkl, spot (group of a pixel), s_of_q,
 * attributes name, kind, n_independent (of a group), flatten. Meaning of masks: mask and dynamic_roi_map: 0 =
 * unused. pixel_mask as NXdetector defines it (bits of faults, 0 = good) is told from it by its place:
 * detectors that write pixel_mask for /entry/instrument/detector use 0 = good. */
#include "analysis/frames/frames.h"
#include "base/h5.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct nexus {
    struct h5 file;
    const char *data; /* dataset of the frames */
    const char *detector;
};

static const char *const data_places[][2] = {
    {"entry/instrument/detector_1/data", "entry/instrument/detector_1"},
    {"entry/data/data", "entry/instrument/detector"},
    {"entry/instrument/detector/data", "entry/instrument/detector"},
};
#define WINDOW "entry/glint/window"

static bool nexus_recognise(const char *path)
{
    bool is = file_exists(path) && H5Fis_hdf5(path) > 0;
    H5Eclear2(H5E_DEFAULT);
    return is;
}

static bool beside(struct nexus *n, const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", n->detector, name);
    return h5_has(&n->file, out);
}

static int64_t elements(struct h5 *f, const char *name)
{
    hsize_t shape[8];
    int rank = 8;
    if (h5_shape(f, name, &rank, shape) != OK) return -1;
    int64_t n = 1;
    for (int i = 0; i < rank; i++) n *= (int64_t)shape[i];
    return n;
}

/* A number that may be absent, a scalar or an array of one. */
static status optional_number(struct nexus *n, const char *name, double *value)
{
    char path[256];
    if (!beside(n, name, path) || elements(&n->file, path) != 1) return OK;
    return h5_read(&n->file, path, H5_F64, 1, value);
}

static status read_shape(struct frames *f, struct nexus *n)
{
    for (size_t i = 0; i < sizeof data_places / sizeof data_places[0] && !n->data; i++)
        if (h5_has(&n->file, data_places[i][0])) {
            n->data = data_places[i][0];
            n->detector = data_places[i][1];
        }
    if (!n->data)
        return fail(BAD_INPUT, "%s: no frames found: none of /%s, /%s, /%s exists", f->path,
                    data_places[0][0], data_places[1][0], data_places[2][0]);
    hsize_t shape[3] = {0};
    int rank = 3;
    TRY(h5_shape(&n->file, n->data, &rank, shape));
    if (rank < 2)
        return fail(BAD_INPUT, "%s: %s has %d dimension(s); frames × pixels or frames × ny × nx expected",
                    f->path, n->data, rank);
    f->count = (int64_t)shape[0];
    f->ny = rank == 3 ? (int64_t)shape[1] : 1;
    f->nx = (int64_t)shape[rank - 1];
    if (f->count < 1 || f->ny * f->nx < 1)
        return fail(BAD_INPUT, "%s: %s is empty (%" PRId64 " frames of %" PRId64 " pixels)", f->path, n->data,
                    f->count, f->ny * f->nx);
    return OK;
}

/* Times must go up evenly: a TTCF has one lag per diagonal. */
static status time_from_array(struct frames *f)
{
    if (f->count < 2) return OK;
    double mean = (f->time[f->count - 1] - f->time[0]) / (double)(f->count - 1);
    for (int64_t t = 1; t < f->count; t++)
        if (!(fabs(f->time[t] - f->time[t - 1] - mean) <= 1e-3 * mean))
            return fail(BAD_INPUT,
                        "%s: the times of frames %" PRId64 " and %" PRId64
                        " differ by %g, on average frames are %g apart; "
                        "even spacing is expected",
                        f->path, t - 1, t, f->time[t] - f->time[t - 1], mean);
    f->frame_time = mean;
    return OK;
}

static status read_times(struct frames *f, struct nexus *n)
{
    char path[256];
    double frame_time = 0.0;
    if (beside(n, "step", path) && elements(&n->file, path) == f->count) {
        TRY(NEW(f->step, (size_t)f->count));
        TRY(h5_read(&n->file, path, H5_I64, (hsize_t)f->count, f->step));
    }
    TRY(optional_number(n, "frame_time", &frame_time));
    if (beside(n, "time", path)) {
        if (elements(&n->file, path) != f->count)
            return fail(BAD_INPUT, "%s: %s holds %" PRId64 " times, the file %" PRId64 " frames", f->path,
                        path, elements(&n->file, path), f->count);
        TRY(NEW(f->time, (size_t)f->count));
        TRY(h5_read(&n->file, path, H5_F64, (hsize_t)f->count, f->time));
        TRY(time_from_array(f));
        if (h5_has_attr(&n->file, path, "units"))
            TRY(h5_read_attr_string(&n->file, path, "units", f->time_unit, sizeof f->time_unit));
    }
    if (frame_time > 0.0) f->frame_time = frame_time;
    if (beside(n, "frame_time", path)) {
        if (!f->time) snprintf(f->time_unit, sizeof f->time_unit, "s");
        if (h5_has_attr(&n->file, path, "units"))
            TRY(h5_read_attr_string(&n->file, path, "units", f->time_unit, sizeof f->time_unit));
    }
    if (!(f->frame_time > 0.0))
        return fail(BAD_INPUT, "%s: the time between frames is %g; a positive number is expected", f->path,
                    f->frame_time);
    return optional_number(n, "count_time", &f->count_time);
}

static status read_mask(struct frames *f, struct nexus *n, uint8_t **mask)
{
    static const char *const names[] = {"mask", "pixel_mask", "dynamic_roi_map"};
    char path[256];
    for (int i = 0; i < 3; i++) {
        if (!beside(n, names[i], path)) continue;
        int64_t all = f->ny * f->nx;
        if (elements(&n->file, path) != all)
            return fail(BAD_INPUT, "%s: %s covers %" PRId64 " pixels, the frames have %" PRId64, f->path,
                        path, elements(&n->file, path), all);
        int64_t *value = NULL;
        status s = OK;
        bool zero_is_good = i == 1 && n->data != data_places[0][0];
        TRY(NEW(value, (size_t)all));
        GUARD(h5_read(&n->file, path, H5_I64, (hsize_t)all, value));
        GUARD(mem_new((void **)mask, (size_t)all, 1, "the mask"));
        for (int64_t p = 0; p < all; p++) (*mask)[p] = (value[p] != 0) != zero_is_good;
    done:
        DELETE(value);
        return s;
    }
    return OK;
}

/* q as |q| per pixel or as vectors. */
static status read_q(struct frames *f, struct nexus *n, int64_t all)
{
    int64_t found = elements(&n->file, WINDOW "/q");
    if (found != all && found != 3 * all)
        return fail(BAD_INPUT,
                    "%s: " WINDOW "/q holds %" PRId64 " numbers; %" PRId64 " (|q|) or %" PRId64
                    " (vectors) expected",
                    f->path, found, all, 3 * all);
    double *q = NULL;
    status s = OK;
    TRY(NEW(q, (size_t)found));
    GUARD(NEW(f->q, (size_t)all));
    GUARD(h5_read(&n->file, WINDOW "/q", H5_F64, (hsize_t)found, q));
    for (int64_t p = 0; p < all; p++)
        f->q[p] = found == all
                      ? fabs(q[p])
                      : sqrt(q[3 * p] * q[3 * p] + q[3 * p + 1] * q[3 * p + 1] + q[3 * p + 2] * q[3 * p + 2]);
    if (h5_has_attr(&n->file, WINDOW "/q", "units"))
        GUARD(h5_read_attr_string(&n->file, WINDOW "/q", "units", f->q_unit, sizeof f->q_unit));
done:
    DELETE(q);
    return s;
}

static status window_text(struct nexus *n, const char *name, char *value, size_t size)
{
    return h5_has_attr(&n->file, WINDOW, name) ? h5_read_attr_string(&n->file, WINDOW, name, value, size)
                                               : OK;
}

static status read_groups(struct frames *f, struct nexus *n, int64_t all)
{
    TRY(NEW(f->group, (size_t)all));
    TRY(h5_read(&n->file, WINDOW "/spot", H5_I32, (hsize_t)all, f->group));
    for (int64_t p = 0; p < all; p++) {
        if (f->group[p] < 0 || f->group[p] >= all)
            return fail(BAD_INPUT,
                        "%s: " WINDOW "/spot puts pixel %" PRId64 " into group %d; 0, 1, … expected", f->path,
                        p, f->group[p]);
        if (f->group[p] >= f->groups) f->groups = f->group[p] + 1;
    }
    return OK;
}

static status read_window(struct frames *f, struct nexus *n)
{
    int64_t all = f->ny * f->nx;
    if (!h5_has(&n->file, WINDOW)) return OK;
    f->simulated = true;
    TRY(window_text(n, "name", f->window, sizeof f->window));
    TRY(window_text(n, "kind", f->kind, sizeof f->kind));
    TRY(window_text(n, "flatten", f->flatten, sizeof f->flatten));
    if (h5_has_attr(&n->file, WINDOW, "n_independent"))
        TRY(h5_read_attr(&n->file, WINDOW, "n_independent", H5_I64, 1, &f->n_independent));
    if (h5_has(&n->file, WINDOW "/q")) TRY(read_q(f, n, all));
    if (h5_has(&n->file, WINDOW "/s_of_q")) {
        TRY(NEW(f->s_of_q, (size_t)all));
        TRY(h5_read(&n->file, WINDOW "/s_of_q", H5_F64, (hsize_t)all, f->s_of_q));
    }
    if (h5_has(&n->file, WINDOW "/spot")) TRY(read_groups(f, n, all));
    if (h5_has(&n->file, WINDOW "/hkl") && elements(&n->file, WINDOW "/hkl") == 3 * all) {
        TRY(NEW(f->hkl, (size_t)(3 * all)));
        TRY(h5_read(&n->file, WINDOW "/hkl", H5_I32, (hsize_t)(3 * all), f->hkl));
    }
    return OK;
}

static status read_beam(struct frames *f, struct nexus *n)
{
    static const char energy[] = "entry/instrument/incident_beam/incident_energy";
    TRY(optional_number(n, "distance", &f->distance));
    TRY(optional_number(n, "x_pixel_size", &f->pixel_size));
    TRY(optional_number(n, "beam_center_x", &f->beam_center[0]));
    TRY(optional_number(n, "beam_center_y", &f->beam_center[1]));
    if (!h5_has(&n->file, energy) || elements(&n->file, energy) != 1) return OK;
    TRY(h5_read(&n->file, energy, H5_F64, 1, &f->incident_energy));
    char unit[16] = "keV";
    if (h5_has_attr(&n->file, energy, "units"))
        TRY(h5_read_attr_string(&n->file, energy, "units", unit, sizeof unit));
    if (strcmp(unit, "eV") == 0) f->incident_energy *= 1e-3;
    return OK;
}

static status nexus_open(struct frames *f, uint8_t **mask)
{
    struct nexus *n = NULL;
    TRY(NEW(n, 1));
    f->state = n;
    TRY(h5_open_ro(&n->file, f->path));
    TRY(read_shape(f, n));
    TRY(read_times(f, n));
    TRY(read_mask(f, n, mask));
    TRY(read_window(f, n));
    return read_beam(f, n);
}

static status nexus_read(struct frames *f, int64_t first, int64_t count, float *out)
{
    struct nexus *n = f->state;
    status s = h5_read_rows(&n->file, n->data, H5_F32, (hsize_t)first, (hsize_t)count, out);
    if (s ==
        FAILED) /* the metadata were fine, the bytes are not there: a truncated file or an unknown filter */
        return status_context(BAD_INPUT, "frames %" PRId64 " to %" PRId64 " cannot be read (truncated file?)",
                              first, first + count - 1);
    return s;
}

static void nexus_close(struct frames *f)
{
    struct nexus *n = f->state;
    h5_close(&n->file);
    DELETE(n);
}

const struct frames_reader frames_nexus = {
    "nexus",         "HDF5 with /entry/instrument/detector_1/data or /entry/data/data (glint, NeXus, APS)",
    nexus_recognise, nexus_open,
    nexus_read,      nexus_close};
