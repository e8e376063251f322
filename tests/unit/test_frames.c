/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames: what is found where, masks, NaN, and files that are not what they should be. */
#include "analysis/frames/envelope.h"
#include "analysis/frames/frames.h"
#include "base/h5.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* cmocka has a macro fail(): it comes last */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DET "entry/instrument/detector_1"
#define WIN "entry/glint/window"
static const char path[] = "build/test_frames.h5";

static int quiet(void **state)
{
    return (void)state, h5_quiet(), 0;
}
static int clean(void **state)
{
    return (void)state, unlink(path), 0;
}

/* 6 frames of 2 × 3 pixels: value = 10 t + pixel. */
static void write_image(h5_type type, const char *data, const char *mask_name, const uint8_t mask[6])
{
    struct h5 f;
    float x[36];
    int32_t i[36];
    hsize_t shape[3] = {6, 2, 3}, flat[2] = {2, 3};
    for (int k = 0; k < 36; k++) i[k] = 10 * (k / 6) + k % 6, x[k] = (float)i[k];
    assert_int_equal(h5_begin(&f, path), OK);
    assert_int_equal(h5_write(&f, data, type, 3, shape, type == H5_F32 ? (void *)x : (void *)i), OK);
    if (mask) assert_int_equal(h5_write(&f, mask_name, H5_U8, 2, flat, mask), OK);
    assert_int_equal(h5_commit(&f), OK);
}

static void image_with_a_mask(void **state)
{
    (void)state;
    const uint8_t mask[6] = {1, 0, 1, 1, 0, 7};
    const int64_t used[4] = {0, 2, 3, 5};
    const char *const names[] = {DET "/mask", DET "/dynamic_roi_map", DET "/pixel_mask"};
    for (int n = 0; n < 3; n++) {
        struct frames f;
        float x[8];
        write_image(n == 1 ? H5_I32 : H5_F32, DET "/data", names[n], mask);
        assert_int_equal(frames_open(&f, path), OK);
        assert_int_equal(f.count, 6);
        assert_int_equal(f.ny, 2);
        assert_int_equal(f.nx, 3);
        assert_int_equal(f.pixels, 4);
        assert_memory_equal(f.index, used, sizeof used);
        assert_int_equal(frames_read(&f, 2, 2, x), OK);
        for (int t = 0; t < 2; t++)
            for (int p = 0; p < 4; p++) assert_true(x[t * 4 + p] == (float)(10 * (t + 2) + (int)used[p]));
        assert_int_equal(frames_read(&f, 5, 2, x), BAD_INPUT);
        assert_false(f.simulated);
        frames_close(&f);
    }
}

static void other_places(void **state)
{
    (void)state;
    const uint8_t faults[6] = {0, 1, 0, 0, 8, 0};
    struct frames f;
    write_image(H5_I32, "entry/data/data", "entry/instrument/detector/pixel_mask",
                faults); /* NXdetector: 0 = good */
    assert_int_equal(frames_open(&f, path), OK);
    assert_int_equal(f.pixels, 4);
    frames_close(&f);
    write_image(H5_F32, "entry/instrument/detector/data", NULL, NULL);
    assert_int_equal(frames_open(&f, path), OK);
    assert_int_equal(f.pixels, 6);
    assert_true(f.frame_time == 1.0 && strcmp(f.time_unit, "frame") == 0);
    frames_close(&f);
}

/* A list of lattice points with everything our writer puts beside it. */
static void write_list(int64_t T, int64_t P, const float *data, const double *time)
{
    struct h5 f;
    hsize_t shape[2] = {(hsize_t)T, (hsize_t)P}, three[2] = {(hsize_t)P, 3};
    double q[60];
    int32_t hkl[60];
    int64_t step[64], n = 17;
    for (int64_t k = 0; k < 3 * P; k++) q[k] = k % 3 == 2 ? 2.0 : 1.0, hkl[k] = (int32_t)k; /* |q| = √6 */
    for (int64_t t = 0; t < T; t++) step[t] = 100 * t;
    assert_int_equal(h5_begin(&f, path), OK);
    assert_int_equal(h5_write(&f, DET "/data", H5_F32, 2, shape, data), OK);
    assert_int_equal(h5_write(&f, DET "/time", H5_F64, 1, shape, time), OK);
    assert_int_equal(h5_attr_string(&f, DET "/time", "units", "tau"), OK);
    assert_int_equal(h5_write(&f, DET "/step", H5_I64, 1, shape, step), OK);
    assert_int_equal(h5_write(&f, WIN "/q", H5_F64, 2, three, q), OK);
    assert_int_equal(h5_attr_string(&f, WIN "/q", "units", "1/sigma"), OK);
    assert_int_equal(h5_write(&f, WIN "/hkl", H5_I32, 2, three, hkl), OK);
    assert_int_equal(h5_attr_string(&f, WIN, "name", "spot-1"), OK);
    assert_int_equal(h5_attr_string(&f, WIN, "kind", "spot"), OK);
    assert_int_equal(h5_attr_string(&f, WIN, "flatten", "none"), OK);
    assert_int_equal(h5_attr(&f, WIN, "n_independent", H5_I64, 1, &n), OK);
    assert_int_equal(h5_commit(&f), OK);
}

static void our_own_file(void **state)
{
    (void)state;
    float data[100];
    double time[5] = {0, 0.5, 1.0, 1.5, 2.0};
    for (int k = 0; k < 100; k++) data[k] = 1.0f;
    struct frames f;
    write_list(5, 20, data, time);
    assert_int_equal(frames_open(&f, path), OK);
    assert_true(f.simulated && f.n_independent == 17 && f.pixels == 20 && f.ny == 1 && f.nx == 20);
    assert_true(f.frame_time == 0.5 && strcmp(f.time_unit, "tau") == 0 && strcmp(f.q_unit, "1/sigma") == 0);
    assert_true(strcmp(f.window, "spot-1") == 0 && strcmp(f.kind, "spot") == 0);
    assert_true(fabs(f.q[19] - sqrt(6.0)) < 1e-15 && f.hkl[59] == 59 && f.step[4] == 400);
    frames_close(&f);
    time[3] = 1.6; /* uneven */
    write_list(5, 20, data, time);
    assert_int_equal(frames_open(&f, path), BAD_INPUT);
    assert_non_null(strstr(status_message(), "even spacing"));
}

static void nan_is_told_dropped_or_marked(void **state)
{
    (void)state;
    float data[100], *x = NULL;
    uint8_t *bad = NULL;
    double time[5] = {0, 1, 2, 3, 4};
    struct frames f;
    for (int k = 0; k < 100; k++) data[k] = (float)(1 + k % 20);
    data[2 * 20 + 7] = NAN;
    data[4 * 20 + 11] = INFINITY;
    write_list(5, 20, data, time);
    assert_int_equal(frames_open(&f, path), OK);
    assert_int_equal(frames_load(&f, FRAMES_NAN_ERROR, 1, 4, &x, &bad), BAD_INPUT);
    assert_non_null(strstr(status_message(), "frame 2, pixel 7"));
    assert_null(x);
    assert_int_equal(frames_load(&f, FRAMES_NAN_ERROR, 0, 2, &x, &bad), OK); /* not in these frames */
    DELETE(x);
    DELETE(bad);
    assert_int_equal(frames_load(&f, FRAMES_NAN_FRAME, 0, 5, &x, &bad), OK);
    for (int t = 0; t < 5; t++) {
        assert_int_equal(bad[t], t == 2 || t == 4);
        for (int p = 0; p < 20; p++) assert_true(x[t * 20 + p] == (bad[t] ? 0.0f : data[t * 20 + p]));
    }
    DELETE(x);
    DELETE(bad);
    assert_int_equal(frames_load(&f, FRAMES_NAN_PIXEL, 0, 5, &x, &bad), OK);
    assert_int_equal(f.pixels, 18);
    for (int t = 0; t < 5; t++) {
        assert_int_equal(bad[t], 0);
        for (int p = 0; p < 18; p++) {
            assert_true(x[t * 18 + p] == (float)(1 + f.index[p]));
            assert_true(f.index[p] != 7 && f.index[p] != 11 && f.hkl[3 * p] == 3 * f.index[p]);
        }
    }
    DELETE(x);
    DELETE(bad);
    frames_close(&f);
}

static void groups_and_the_stored_structure_factor(void **state)
{
    (void)state;
    float data[100];
    double time[5] = {0, 1, 2, 3, 4}, S[20];
    int32_t spot[20];
    struct frames f;
    struct h5 h;
    struct envelope e;
    hsize_t shape[1] = {20};
    for (int k = 0; k < 100; k++) data[k] = (float)(k % 20);
    for (int p = 0; p < 20; p++) spot[p] = p % 3, S[p] = p < 10 ? 1.0 : 3.0;
    write_list(5, 20, data, time);
    assert_int_equal(h5_open_rw(&h, path), OK);
    assert_int_equal(h5_write(&h, WIN "/spot", H5_I32, 1, shape, spot), OK);
    assert_int_equal(h5_write(&h, WIN "/s_of_q", H5_F64, 1, shape, S), OK);
    assert_int_equal(h5_close(&h), OK);
    assert_int_equal(frames_open(&f, path), OK);
    assert_int_equal(f.groups, 3);
    assert_int_equal(envelope_given(&e, f.s_of_q, f.q, f.pixels), OK);
    assert_true(fabs(e.baseline - 5.0 / 4.0) < 1e-14); /* (1 + 9)/2 over 2² */
    envelope_free(&e);
    assert_int_equal(frames_select_group(&f, 3), BAD_INPUT);
    assert_int_equal(frames_select_group(&f, 1), OK);
    assert_int_equal(f.pixels, 7);
    assert_int_equal(f.n_independent, 7); /* no more than there are */
    float x[14];
    assert_int_equal(frames_read(&f, 3, 2, x), OK);
    for (int p = 0; p < 7; p++)
        assert_true(x[p] == (float)(1 + 3 * p) && f.index[p] == 1 + 3 * p &&
                    f.s_of_q[p] == (p < 3 ? 1.0 : 3.0));
    frames_close(&f);
}

static void wrong_files_are_refused(void **state)
{
    (void)state;
    struct frames f;
    float big[3000] = {0}, x[3000];
    const uint8_t none[6] = {0};
    assert_int_equal(frames_open(&f, "build/no-such-file.h5"), BAD_INPUT);
    FILE *text = fopen(path, "w");
    fputs("this is no HDF5 file\n", text);
    fclose(text);
    assert_int_equal(frames_open(&f, path), BAD_INPUT);
    struct h5 h;
    hsize_t shape[2] = {100, 30};
    assert_int_equal(h5_begin(&h, path), OK);
    assert_int_equal(h5_write(&h, "something/else", H5_F32, 2, shape, big), OK);
    assert_int_equal(h5_commit(&h), OK);
    assert_int_equal(frames_open(&f, path), BAD_INPUT);
    assert_non_null(strstr(status_message(), "no frames found"));
    assert_int_equal(h5_begin(&h, path), OK); /* frames without a pixel axis */
    assert_int_equal(h5_write(&h, DET "/data", H5_F32, 1, shape, big), OK);
    assert_int_equal(h5_commit(&h), OK);
    assert_int_equal(frames_open(&f, path), BAD_INPUT);
    write_image(H5_F32, DET "/data", DET "/mask", none);
    assert_int_equal(frames_open(&f, path), BAD_INPUT);
    assert_non_null(strstr(status_message(), "no pixel"));
    assert_int_equal(h5_begin(&h, path), OK); /* truncated: the frames are at the end of the file */
    assert_int_equal(h5_write(&h, DET "/data", H5_F32, 2, shape, big), OK);
    assert_int_equal(h5_commit(&h), OK);
    assert_int_equal(truncate(path, 6000), 0);
    status s = frames_open(&f, path);
    if (s == OK) s = frames_read(&f, 0, 100, x);
    assert_int_equal(s, BAD_INPUT);
    frames_close(&f);
}

/* 40 shells of 15 pixels with a known S and no noise: the envelope is S, its groups are whole shells,
 * dividing gives 1. */
static void envelope_is_s_of_q(void **state)
{
    (void)state;
    enum { SHELLS = 40, EACH = 15, P = SHELLS * EACH, T = 3 };
    double q[P], first = 0, second = 0;
    float data[T * P];
    uint8_t bad[T] = {0, 1, 0};
    struct envelope e;
    for (int p = 0; p < P; p++) {
        int shell = (p * 7) % SHELLS;         /* shells in no order */
        double S = 1.0 + 0.125 * (shell / 4); /* the same for the four shells that make a group of 60 */
        q[p] = 2.0 + 0.01 * shell;
        first += S / P;
        second += S * S / P;
        for (int t = 0; t < T; t++) data[t * P + p] = t == 1 ? 77.0f : (float)S;
    }
    assert_int_equal(envelope_measure(&e, data, bad, T, P, q), OK);
    assert_int_equal(e.groups, 10);
    assert_int_equal(e.smallest, 60);
    for (int g = 0; g < 10; g++) assert_true(fabs(e.s[g] - (1.0 + 0.125 * g)) < 1e-12);
    assert_true(fabs(e.baseline - second / (first * first)) < 1e-12);
    envelope_divide(&e, data, T);
    for (int p = 0; p < P; p++) assert_true(data[p] == 1.0f && data[2 * P + p] == 1.0f);
    envelope_free(&e);
    assert_int_equal(envelope_measure(&e, data, bad, T, P, NULL), BAD_INPUT);
    for (int p = 0; p < P; p++) q[p] = 2.5; /* one shell only */
    assert_int_equal(envelope_measure(&e, data, bad, T, P, q), OK);
    assert_int_equal(e.groups, 1);
    assert_int_equal(e.smallest, P);
    envelope_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_with_a_mask),
        cmocka_unit_test(other_places),
        cmocka_unit_test(our_own_file),
        cmocka_unit_test(nan_is_told_dropped_or_marked),
        cmocka_unit_test(wrong_files_are_refused),
        cmocka_unit_test(groups_and_the_stored_structure_factor),
        cmocka_unit_test(envelope_is_s_of_q),
    };
    return cmocka_run_group_tests(tests, quiet, clean);
}
