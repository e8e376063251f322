/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.h5: every dataset that NXxpcs requires and that pyXpcsViewer's core needs to open a file, nothing
 * twice. */
#include "analysis/correlate/contrast.h"
#include "analysis/report/results.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* cmocka has a macro fail(): it comes last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char path[] = "build/test_results.h5";
enum { T = 47, P = 12 };

/* The minimum that pyXpcsViewer's core insists on (deleting any one made its open fail). */
static const char *const viewer[] = {
    "entry/instrument/bluesky/metadata",
    "xpcs/qmap/mask",
    "xpcs/qmap/dynamic_roi_map",
    "xpcs/qmap/static_roi_map",
    "xpcs/qmap/dynamic_v_list_dim0",
    "xpcs/qmap/dynamic_v_list_dim1",
    "xpcs/qmap/static_v_list_dim0",
    "xpcs/qmap/static_v_list_dim1",
    "xpcs/qmap/dynamic_index_mapping",
    "xpcs/qmap/static_index_mapping",
    "xpcs/qmap/dynamic_num_pts",
    "xpcs/qmap/static_num_pts",
    "xpcs/qmap/map_names",
    "xpcs/qmap/map_units",
    "xpcs/qmap/beam_center_x",
    "xpcs/qmap/beam_center_y",
    "xpcs/qmap/detector_distance",
    "xpcs/qmap/pixel_size",
    "entry/instrument/incident_beam/incident_energy",
    "entry/instrument/detector_1/frame_time",
    "entry/instrument/detector_1/count_time",
    "entry/start_time",
    "xpcs/temporal_mean/scattering_1d",
    "xpcs/temporal_mean/scattering_1d_segments",
    "xpcs/temporal_mean/scattering_2d",
    "xpcs/spatial_mean/intensity_vs_time",
    "xpcs/multitau/normalized_g2",
    "xpcs/multitau/normalized_g2_err",
    "xpcs/multitau/delay_list",
    "xpcs/multitau/config/stride_frame",
    "xpcs/multitau/config/avg_frame",
    "xpcs/twotime/correlation_map/c2_00001",
    "xpcs/twotime/correlation_map/c2_00002",
    "xpcs/twotime/normalized_g2",
    "xpcs/twotime/normalized_g2_segments",
    "xpcs/twotime/processed_bins",
    "xpcs/twotime/config/stride_frame",
    "xpcs/twotime/config/avg_frame",
};

/* Required by NXxpcs, and the optional fields we claim to fill. */
static const char *const nxxpcs[] = {
    "entry/definition",
    "entry/entry_identifier",
    "entry/scan_number",
    "entry/start_time",
    "entry/data",
    "entry/data/g2",
    "entry/data/g2_derr",
    "entry/data/delay_difference",
    "entry/twotime/two_time_corr_func",
    "entry/twotime/g2_from_two_time_corr_func",
    "entry/instrument/incident_beam/incident_energy",
    "entry/instrument/detector_1/count_time",
    "entry/instrument/detector_1/frame_time",
    "entry/instrument/detector_1/beam_center_x",
    "entry/instrument/detector_1/beam_center_y",
    "entry/instrument/masks/dynamic_roi_map",
};

static const char *const ours[] = {"two_time",  "g2",         "g2_error",  "R",     "R_error",
                                   "lag",       "lag_frames", "age",       "pairs", "contrast",
                                   "intensity", "lag_first",  "age_frames"};

struct sample {
    struct frames frames;
    float data[T * P];
    int64_t index[P];
    double q[P], contrast[T], mean[P];
    struct ttcf c;
    struct g2 g;
};

static void make(struct sample *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < T * P; i++) {
        double u[2];
        random_uniform2(seed, STREAM_TEST, (uint64_t)(i % P), (uint64_t)(i / P), u);
        s->data[i] = (float)-log(u[0]);
        s->mean[i % P] += (double)s->data[i] / T;
    }
    for (int p = 0; p < P; p++) s->index[p] = p + (p > 4), s->q[p] = 2.5; /* 13 pixels, one masked */
    s->frames = (struct frames){.path = "made-up.h5",
                                .count = T,
                                .ny = 1,
                                .nx = 13,
                                .pixels = P,
                                .index = s->index,
                                .q = s->q,
                                .frame_time = 0.25,
                                .time_unit = "tau",
                                .q_unit = "1/sigma",
                                .kind = "spot",
                                .flatten = "none",
                                .simulated = true,
                                .n_independent = P};
    contrast_trace(s->data, NULL, T, P, s->contrast);
    assert_int_equal(ttcf_compute(&s->c, s->data, NULL, T, P, &(struct ttcf_options){0}), OK);
    assert_int_equal(
        g2_compute(&s->g, &s->c, &(struct g2_options){.windows = 3, .per_decade = 5, .baseline = 1.0}), OK);
}

static void release(struct sample *s)
{
    ttcf_free(&s->c);
    g2_free(&s->g);
}

static void write_two_windows(struct sample *a, struct sample *b, int64_t map_frames)
{
    struct results r;
    make(a, 1);
    make(b, 2);
    assert_int_equal(results_begin(&r, path, &(struct results_source){"glint ttcf made-up.h5", &a->frames}),
                     OK);
    assert_int_equal(results_window(&r, &(struct results_window){"shell", &a->frames, &a->c, &a->g,
                                                                 a->contrast, a->mean, map_frames}),
                     OK);
    assert_int_equal(results_window(&r, &(struct results_window){"spot", &b->frames, &b->c, &b->g,
                                                                 b->contrast, b->mean, map_frames}),
                     OK);
    assert_int_equal(
        results_window(&r, &(struct results_window){"spot", &b->frames, &b->c, &b->g, NULL, NULL, 0}),
        BAD_INPUT);
    assert_int_equal(
        results_window(&r, &(struct results_window){"a/b", &b->frames, &b->c, &b->g, NULL, NULL, 0}),
        BAD_INPUT);
    assert_false(file_exists(path)); /* old or new, never half */
    assert_int_equal(results_commit(&r), OK);
}

static void everything_is_there(void **state)
{
    (void)state;
    struct sample *a = NULL, *b = NULL;
    struct h5 f;
    char name[256], text[256];
    NEW(a, 1);
    NEW(b, 1);
    unlink(path);
    write_two_windows(a, b, 0);
    assert_int_equal(h5_open_ro(&f, path), OK);
    for (size_t i = 0; i < sizeof viewer / sizeof *viewer; i++)
        if (!h5_has(&f, viewer[i])) fail_msg("missing for the viewer: %s", viewer[i]);
    for (size_t i = 0; i < sizeof nxxpcs / sizeof *nxxpcs; i++)
        if (!h5_has(&f, nxxpcs[i])) fail_msg("missing for NXxpcs: %s", nxxpcs[i]);
    for (size_t i = 0; i < 2 * sizeof ours / sizeof *ours; i++) {
        snprintf(name, sizeof name, "entry/glint/%s/%s", i % 2 ? "spot" : "shell", ours[i / 2]);
        if (!h5_has(&f, name)) fail_msg("missing: %s", name);
    }
    assert_false(h5_has(&f, "xpcs/Version")); /* would mean the legacy layout */
    assert_true(h5_has_attr(&f, "xpcs/qmap", "hash"));
    assert_int_equal(h5_read_string(&f, "entry/definition", text, sizeof text), OK);
    assert_string_equal(text, "NXxpcs");
    assert_int_equal(h5_read_attr_string(&f, "entry/glint/spot", "normalisation", text, sizeof text), OK);
    assert_string_equal(text, "eq1");
    h5_close(&f);
    release(a);
    release(b);
    DELETE(a);
    DELETE(b);
}

static void numbers_are_the_right_ones(void **state)
{
    (void)state;
    struct sample *a = NULL, *b = NULL;
    struct h5 f;
    static float m[T * T];
    double g2[(T - 1) * 2], twotime[T * 2], trace[2 * T], q[2], every[T];
    int64_t delay[T - 1];
    int32_t map[2 * 13];
    NEW(a, 1);
    NEW(b, 1);
    unlink(path);
    write_two_windows(a, b, 0);
    assert_int_equal(h5_open_ro(&f, path), OK);
    assert_int_equal(h5_read(&f, "xpcs/twotime/correlation_map/c2_00002", H5_F32, T * T, m), OK);
    for (int i = 0; i < T; i++)
        for (int j = 0; j < T; j++)
            assert_true((double)m[i * T + j] == (j >= i ? ttcf_at(&b->c, i, j) : 0.0));
    assert_int_equal(h5_read(&f, "xpcs/multitau/normalized_g2", H5_F64, (T - 1) * 2, g2), OK);
    assert_int_equal(h5_read(&f, "xpcs/multitau/delay_list", H5_I64, T - 1, delay), OK);
    assert_int_equal(h5_read(&f, "xpcs/twotime/normalized_g2", H5_F64, T * 2, twotime), OK);
    g2_every_lag(&b->c, every);
    for (int k = 1; k < T; k++) {
        assert_int_equal(delay[k - 1], k);
        assert_true(fabs(g2[(k - 1) * 2 + 1] - every[k]) < 1e-12 &&
                    fabs(twotime[k * 2 + 1] - every[k]) < 1e-12);
    }
    assert_int_equal(h5_read(&f, "xpcs/spatial_mean/intensity_vs_time", H5_F64, 2 * T, trace), OK);
    for (int t = 0; t < T; t++)
        assert_true(trace[t] == t &&
                    fabs(trace[T + t] - 0.5 * (a->c.intensity[t] + b->c.intensity[t])) < 1e-12);
    assert_int_equal(h5_read(&f, "xpcs/qmap/dynamic_v_list_dim0", H5_F64, 2, q), OK);
    assert_true(fabs(q[0] - 2.5) < 1e-12 && fabs(q[1] - 2.5) < 1e-12);
    assert_int_equal(h5_read(&f, "xpcs/qmap/dynamic_roi_map", H5_I32, 26, map), OK);
    for (int i = 0; i < 26; i++) assert_int_equal(map[i], i % 13 == 5 ? 0 : 1 + i / 13);
    h5_close(&f);
    release(a);
    release(b);
    DELETE(a);
    DELETE(b);
}

static void long_records_are_binned_and_say_so(void **state)
{
    (void)state;
    struct sample *a = NULL, *b = NULL;
    struct h5 f;
    hsize_t shape[2];
    int rank = 2;
    int64_t bin = 0, average = 0;
    double frame_time = 0;
    NEW(a, 1);
    NEW(b, 1);
    unlink(path);
    write_two_windows(a, b, 20); /* 47 frames: blocks of 3, side 16 */
    assert_int_equal(h5_open_ro(&f, path), OK);
    assert_int_equal(h5_shape(&f, "entry/glint/shell/two_time", &rank, shape), OK);
    assert_true(shape[0] == 16 && shape[1] == 16);
    assert_int_equal(h5_read_attr(&f, "entry/glint/shell/two_time", "binning", H5_I64, 1, &bin), OK);
    assert_int_equal(h5_read_attr(&f, "entry/glint/shell/two_time", "frame_time", H5_F64, 1, &frame_time),
                     OK);
    assert_int_equal(h5_read(&f, "xpcs/twotime/config/avg_frame", H5_I64, 1, &average), OK);
    assert_true(bin == 3 && average == 3 && frame_time == 0.75);
    h5_close(&f);
    release(a);
    release(b);
    DELETE(a);
    DELETE(b);
}

static void tables_are_added_to_an_existing_file(void **state)
{
    (void)state;
    struct sample *a = NULL, *b = NULL;
    struct results r;
    struct h5 f;
    double w[3] = {1, 10, 100}, p[3] = {0.5, 0.25, 0.125}, back[3], beta = 0;
    NEW(a, 1);
    NEW(b, 1);
    unlink(path);
    write_two_windows(a, b, 0);
    for (int again = 0; again < 2; again++) { /* the second time replaces the first */
        const struct results_column column[] = {{"time", "tau", "waiting time", w}, {"p", "1/tau", NULL, p}};
        p[0] = 0.5 + again;
        assert_int_equal(results_update(&r, path), OK);
        assert_int_equal(results_table(&r, "waiting_times/histogram", 3, 2, column), OK);
        assert_int_equal(results_value(&r, "shell/fit_kww/beta", 0.6, "", "stretching exponent"), OK);
        assert_int_equal(results_number(&r, "shell/fit_kww/beta", "error", 0.02), OK);
        assert_int_equal(results_commit(&r), OK);
    }
    assert_int_equal(results_update(&r, path), OK); /* given up: nothing changes */
    assert_int_equal(results_value(&r, "shell/fit_kww/beta", 7.0, "", NULL), OK);
    results_abandon(&r);
    assert_int_equal(h5_open_ro(&f, path), OK);
    assert_int_equal(h5_read(&f, "entry/glint/waiting_times/histogram/p", H5_F64, 3, back), OK);
    assert_true(back[0] == 1.5 && back[2] == 0.125);
    assert_int_equal(h5_read(&f, "entry/glint/shell/fit_kww/beta", H5_F64, 1, &beta), OK);
    assert_true(beta == 0.6 && h5_has(&f, "xpcs/multitau/normalized_g2"));
    h5_close(&f);
    assert_int_equal(results_update(&r, "build/no-such-results.h5"), BAD_INPUT);
    release(a);
    release(b);
    DELETE(a);
    DELETE(b);
    unlink(path);
}

int main(void)
{
    h5_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_there),
        cmocka_unit_test(numbers_are_the_right_ones),
        cmocka_unit_test(long_records_are_binned_and_say_so),
        cmocka_unit_test(tables_are_added_to_an_existing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
