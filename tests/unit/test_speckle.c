/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speckles: exposures, several windows at once, checkpoints, changing boxes, and the file. */
#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/random.h"
#include "scatter/speckle.h"
#include "scatter/speckle_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)
enum { N = 800 };

static struct config gas(int frame)
{
    struct config c = {0};
    OKAY(config_allocate(&c, N, 0));
    c.box = box_orthogonal(9, 9, 9);
    c.species = (struct species){.count = 2, .name = {"Cu", "Zr"}};
    snprintf(c.units, sizeof c.units, "metal");
    for (int64_t i = 0; i < N; i++) {
        double z[3];
        random_normal(1, STREAM_TEST, (uint64_t)i, (uint64_t)frame, 3, z);
        for (int k = 0; k < 3; k++) c.x[3 * i + k] = 20 * z[k]; /* far outside the box: not wrapped */
        c.type[i] = i % 4 == 0;
        c.id[i] = (uint64_t)i + 1;
    }
    c.step = 100 * frame + 50;
    c.time = 0.5 * frame;
    return c;
}

static void windows(struct window w[3])
{
    const char *const texts[] = {"3d:shell,range=4 to 5", "2d:plane,range=4 to 5,normal=1 0 0",
                                 "1d:spot,at=-3 5 2,pixels=3x3"};
    struct box b = box_orthogonal(9, 9, 9);
    for (int i = 0; i < 3; i++) {
        struct window_spec s;
        OKAY(window_spec_parse(&s, texts[i]));
        OKAY(window_build(&w[i], &s, &b, NULL));
    }
}

static void free_windows(struct window w[3])
{
    for (int i = 0; i < 3; i++) window_free(&w[i]);
}

/* I of one pixel as the definition says. */
static double definition(const struct config *c, const struct window *w, int64_t pixel,
                         const struct form_factors *f)
{
    double re = 0, im = 0, norm = 0;
    for (int64_t i = 0; i < N; i++) {
        double phase = 0, a = form_factor_at(f, c->type[i], w->q[pixel]);
        for (int k = 0; k < 3; k++)
            phase += 2 * M_PI * w->hkl[3 * pixel + k] * c->x[3 * i + k] / c->box.h[k][k];
        re += a * cos(phase);
        im += a * sin(phase);
        norm += a * a;
    }
    return (re * re + im * im) / norm;
}

static void exposures_average_intensities(void **state)
{
    (void)state;
    const char *const factors[] = {"1", "Cu=1,Zr=-2", "xray"};
    struct window w[3];
    windows(w);
    for (int kind = 0; kind < 3; kind++) {
        struct form_factors f;
        struct speckle *s = NULL;
        struct config c[3];
        for (int i = 0; i < 3; i++) c[i] = gas(i);
        OKAY(form_factors_parse(&f, factors[kind], &c[0].species, c[0].units));
        OKAY(speckle_new(&s, w, 3, &f, N, 3));
        assert_true(speckle_points(s) < w[0].count + w[1].count + 9); /* shared points are computed once */
        for (int i = 0; i < 3; i++) {
            assert_false(speckle_ready(s));
            OKAY(speckle_add_config(s, &c[i]));
        }
        assert_true(speckle_ready(s));
        assert_int_equal(speckle_step(s), 250);
        assert_true(speckle_time(s) == 0.5);
        for (int k = 0; k < 3; k++)
            for (int64_t p = 0; p < w[k].count; p += 1 + w[k].count / 11) {
                double mean = 0;
                for (int i = 0; i < 3; i++) mean += definition(&c[i], &w[k], p, &f) / 3;
                assert_true(fabs(speckle_intensity(s, k)[p] - mean) < 2e-5 * (1 + mean));
            }
        speckle_next(s);
        assert_false(speckle_ready(s));
        speckle_free(&s);
        for (int i = 0; i < 3; i++) config_free(&c[i]);
    }
    free_windows(w);
}

static void plane_is_part_of_shell(void **state)
{
    (void)state;
    struct window w[3];
    struct form_factors one = form_factors_one(2);
    struct speckle *s = NULL;
    struct config c = gas(0);
    int64_t found = 0;
    windows(w);
    OKAY(speckle_new(&s, w, 3, &one, N, 1));
    OKAY(speckle_add_config(s, &c));
    for (int64_t i = 0; i < w[1].count; i++)
        for (int64_t j = 0; j < w[0].count; j++)
            if (memcmp(w[1].hkl + 3 * i, w[0].hkl + 3 * j, 3 * sizeof *w[0].hkl) == 0) {
                assert_true(speckle_intensity(s, 1)[i] == speckle_intensity(s, 0)[j]);
                found++;
            }
    assert_int_equal(found, w[1].count);
    speckle_free(&s);
    config_free(&c);
    free_windows(w);
}

/* A homogeneously strained sample in the strained box: the same (h,k,l), the same intensities. */
static void changing_box_keeps_hkl(void **state)
{
    (void)state;
    struct window w[3];
    struct form_factors one = form_factors_one(2);
    struct speckle *s = NULL;
    struct config c = gas(1);
    double before[9];
    windows(w);
    OKAY(speckle_new(&s, w, 3, &one, N, 1));
    OKAY(speckle_add_config(s, &c));
    memcpy(before, speckle_intensity(s, 2), sizeof before);
    const double stretch[3] = {1.1, 0.9, 1.03};
    for (int k = 0; k < 3; k++) {
        c.box.h[k][k] *= stretch[k];
        for (int64_t i = 0; i < N; i++) c.x[3 * i + k] *= stretch[k];
    }
    speckle_next(s);
    OKAY(speckle_add_config(s, &c));
    for (int i = 0; i < 9; i++) assert_true(fabs(before[i] - speckle_intensity(s, 2)[i]) < 1e-5);
    speckle_free(&s);
    config_free(&c);
    free_windows(w);
}

static void checkpoint_inside_an_exposure(void **state)
{
    (void)state;
    struct window w[3];
    struct form_factors one = form_factors_one(2);
    struct speckle *a = NULL, *b = NULL;
    struct config c[4];
    double *saved = NULL;
    windows(w);
    for (int i = 0; i < 4; i++) c[i] = gas(i);
    OKAY(speckle_new(&a, w, 3, &one, N, 4));
    OKAY(speckle_new(&b, w, 3, &one, N, 4));
    for (int i = 0; i < 2; i++) OKAY(speckle_add_config(a, &c[i]));
    OKAY(NEW(saved, speckle_state_size(a)));
    speckle_save(a, saved);
    OKAY(speckle_add_config(b, &c[3])); /* to be forgotten */
    OKAY(speckle_load(b, saved, speckle_state_size(a)));
    for (int i = 2; i < 4; i++) {
        OKAY(speckle_add_config(a, &c[i]));
        OKAY(speckle_add_config(b, &c[i]));
    }
    assert_true(speckle_ready(a) && speckle_ready(b));
    for (int k = 0; k < 3; k++)
        assert_memory_equal(speckle_intensity(a, k), speckle_intensity(b, k),
                            (size_t)w[k].count * sizeof(double));
    assert_true(speckle_time(a) == speckle_time(b) && speckle_step(a) == speckle_step(b));
    /* A finished exposure that was not yet written survives, too. */
    speckle_save(a, saved);
    OKAY(speckle_load(b, saved, speckle_state_size(a)));
    assert_true(speckle_ready(b));
    assert_int_equal(speckle_load(b, saved, 7), BAD_INPUT);
    saved[0] = 9;
    assert_int_equal(speckle_load(b, saved, speckle_state_size(a)), BAD_INPUT);
    DELETE(saved);
    speckle_free(&a);
    speckle_free(&b);
    for (int i = 0; i < 4; i++) config_free(&c[i]);
    free_windows(w);
}

/* Pixels of disjoint spots are independent and exponential: C(t,t) = ⟨I²⟩/⟨I⟩² over n = 3 of them has the
 * mean 2n/(n+1) = 1.5 and the standard deviation 2n√(n-1)/[(n+1)√((n+2)(n+3))] = 0.387; between frames 1 ±
 * √(n-1)/(n+1). */
static void noise_of_small_spots(void **state)
{
    (void)state;
    enum { FRAMES = 12 };
    struct window_spec spec;
    struct window w;
    struct form_factors one = form_factors_one(2);
    struct speckle *s = NULL;
    struct box b = box_orthogonal(9, 9, 9);
    double *before = NULL, sum[4] = {0}, n = 0;
    OKAY(window_spec_parse(&spec, "spot,range=6 to 7,at=all disjoint on peak"));
    OKAY(window_build(&w, &spec, &b, NULL));
    OKAY(speckle_new(&s, &w, 1, &one, N, 1));
    OKAY(NEW(before, (size_t)w.count));
    for (int f = 0; f < FRAMES; f++) {
        struct config c = gas(f);
        OKAY(speckle_add_config(s, &c));
        config_free(&c);
        const double *i = speckle_intensity(s, 0);
        for (int64_t g = 0; g < w.count; g += 3) {
            double mean = (i[g] + i[g + 1] + i[g + 2]) / 3,
                   last = (before[g] + before[g + 1] + before[g + 2]) / 3;
            double same = (i[g] * i[g] + i[g + 1] * i[g + 1] + i[g + 2] * i[g + 2]) / 3 / (mean * mean);
            double cross =
                (i[g] * before[g] + i[g + 1] * before[g + 1] + i[g + 2] * before[g + 2]) / 3 / mean;
            if (f == 0) continue;
            cross /= last;
            sum[0] += same, sum[1] += same * same, sum[2] += cross, sum[3] += cross * cross;
            n++;
        }
        memcpy(before, i, (size_t)w.count * sizeof *before);
        speckle_next(s);
    }
    double mean = sum[0] / n, deviation = sqrt(sum[1] / n - mean * mean);
    double off = sum[2] / n, off_deviation = sqrt(sum[3] / n - off * off);
    assert_true(n > 1500);
    assert_true(fabs(mean - 1.5) < 4 * 0.387 / sqrt(n));
    assert_true(fabs(deviation - 0.387) < 4 * 0.387 / sqrt(2 * n));
    assert_true(fabs(off - 1) < 4 * 0.354 / sqrt(n));
    assert_true(fabs(off_deviation - 0.354) < 4 * 0.354 / sqrt(n)); /* frames share a neighbour */
    speckle_free(&s);
    window_free(&w);
    DELETE(before);
}

static void nothing_scatters(void **state)
{
    (void)state;
    struct window w[3];
    struct form_factors one = form_factors_one(2);
    struct speckle *s = NULL;
    struct config c = gas(0);
    windows(w);
    c.atoms = 0;
    OKAY(speckle_new(&s, w, 3, &one, N, 1));
    assert_int_equal(speckle_add_config(s, &c), UNPHYSICAL);
    speckle_free(&s);
    assert_int_equal(speckle_new(&s, w, 3, &one, N, 0), BAD_INPUT);
    assert_int_equal(speckle_new(&s, w, 0, &one, N, 1), BAD_INPUT);
    config_free(&c);
    free_windows(w);
}

/* ---- the file ---- */

static void temporary_path(char path[64])
{
    snprintf(path, 64, "/tmp/glint-test-speckle-%d.h5", (int)getpid());
}

static void frame(const struct window *w, int64_t k, double *intensity)
{
    for (int64_t i = 0; i < w->count; i++) intensity[i] = (double)((k * 31 + i * 7) % 1001) / 64;
}

static void check_frames(const char *path, const struct window *w, int64_t frames, bool boxes)
{
    struct h5 h;
    int rank = 2;
    hsize_t shape[2];
    float *row = NULL;
    double *intensity = NULL, time, box[9];
    int64_t step;
    OKAY(NEW(row, (size_t)w->count));
    OKAY(NEW(intensity, (size_t)w->count));
    OKAY(h5_open_ro(&h, path));
    OKAY(h5_shape(&h, "/entry/instrument/detector_1/data", &rank, shape));
    assert_int_equal(shape[0], frames);
    assert_int_equal(shape[1], w->count);
    for (int64_t k = 0; k < frames; k++) {
        hsize_t at = (hsize_t)k;
        frame(w, k, intensity);
        OKAY(h5_read_rows(&h, "/entry/instrument/detector_1/data", H5_F32, at, 1, row));
        for (int64_t i = 0; i < w->count; i++) assert_true(row[i] == (float)intensity[i]);
        OKAY(h5_read_rows(&h, "/entry/instrument/detector_1/time", H5_F64, at, 1, &time));
        OKAY(h5_read_rows(&h, "/entry/instrument/detector_1/step", H5_I64, at, 1, &step));
        assert_true(time == 0.25 * (double)k && step == 10 * k + (INT64_C(1) << 40));
        if (!boxes) continue;
        OKAY(h5_read_rows(&h, "/entry/glint/box", H5_F64, at, 1, box));
        assert_true(box[0] == 9 + (double)k && box[4] == 9 && box[1] == 0);
    }
    OKAY(h5_close(&h));
    DELETE(row);
    DELETE(intensity);
}

static void append(struct speckle_file *f, const struct window *w, int64_t from, int64_t to)
{
    double *intensity = NULL;
    OKAY(NEW(intensity, (size_t)w->count));
    for (int64_t k = from; k < to; k++) {
        struct box b = box_orthogonal(9 + (double)k, 9, 9);
        frame(w, k, intensity);
        OKAY(speckle_file_append(f, 10 * k + (INT64_C(1) << 40), 0.25 * (double)k, intensity, &b));
    }
    DELETE(intensity);
}

static void write_truncate_reopen(void **state)
{
    (void)state;
    char path[64];
    struct window w[3];
    windows(w);
    temporary_path(path);
    for (int variant = 0; variant < 2; variant++) {
        struct speckle_file *f = NULL;
        struct speckle_file_options o = {.window = &w[0],
                                         .form_factors = "1",
                                         .units = "lj",
                                         .frame_time = 0.25,
                                         .exposure = 5,
                                         .box_changes = variant,
                                         .deflate = variant};
        OKAY(speckle_file_create(&f, path, &o));
        append(f, &w[0], 0, 700); /* more than one chunk */
        assert_int_equal(speckle_file_frames(f), 700);
        OKAY(speckle_file_flush(f));
        append(f, &w[0], 700, 710);
        OKAY(speckle_file_close(&f));
        check_frames(path, &w[0], 710, variant);

        OKAY(speckle_file_open(&f, path, &w[0]));
        assert_int_equal(speckle_file_frames(f), 710);
        OKAY(speckle_file_truncate_step(f, 10 * 499 + 9 + (INT64_C(1) << 40))); /* keeps 0 … 499 */
        assert_int_equal(speckle_file_frames(f), 500);
        append(f, &w[0], 500, 530);
        OKAY(speckle_file_truncate(f, 520)); /* some of them still in memory */
        assert_int_equal(speckle_file_truncate(f, 521), BAD_INPUT);
        append(f, &w[0], 520, 531);
        OKAY(speckle_file_close(&f));
        check_frames(path, &w[0], 531, variant);
        assert_null(f);
        OKAY(speckle_file_close(&f));

        assert_int_equal(speckle_file_open(&f, path, &w[1]), BAD_INPUT);
        w[0].hkl[5]++;
        assert_int_equal(speckle_file_open(&f, path, &w[0]), BAD_INPUT);
        w[0].hkl[5]--;
        assert_null(f);
    }
    free_windows(w);
    unlink(path);
}

/* A kill between two appends: one series is longer than the others. */
static void uneven_series_are_cut(void **state)
{
    (void)state;
    char path[64];
    struct window w[3];
    struct speckle_file *f = NULL;
    windows(w);
    temporary_path(path);
    struct speckle_file_options o = {.window = &w[2], .form_factors = "1", .units = "lj", .exposure = 1};
    OKAY(speckle_file_create(&f, path, &o));
    append(f, &w[2], 0, 7);
    OKAY(speckle_file_close(&f));
    struct h5 h;
    float row[9] = {1};
    OKAY(h5_open_rw(&h, path));
    OKAY(h5_append(&h, "/entry/instrument/detector_1/data", H5_F32, 1, row));
    OKAY(h5_close(&h));
    OKAY(speckle_file_open(&f, path, &w[2]));
    assert_int_equal(speckle_file_frames(f), 7);
    append(f, &w[2], 7, 9);
    OKAY(speckle_file_close(&f));
    check_frames(path, &w[2], 9, false);
    free_windows(w);
    unlink(path);
}

static void the_convention_is_in_the_file(void **state)
{
    (void)state;
    char path[64], text[800];
    struct window w[3];
    struct window_spec spec;
    struct speckle_file *f = NULL;
    struct structure *st = NULL;
    struct form_factors one = form_factors_one(2);
    struct config c = gas(0);
    struct h5 h;
    int64_t n, bins;
    double q[9], s[9], table_q[200], table_s[200], value;
    int32_t spot[9], hkl[27];
    windows(w);
    temporary_path(path);
    OKAY(window_spec_parse(&spec, "1d:spot,at=-3 5 2,pixels=3x3"));
    struct speckle_file_options o = {.window = &w[2],
                                     .spec = &spec,
                                     .form_factors = one.text,
                                     .units = "metal",
                                     .exposure = 5,
                                     .flatten = true};
    OKAY(speckle_file_create(&f, path, &o));
    append(f, &w[2], 0, 3);
    OKAY(structure_new(&st, &c.box, N, &one, 6.0));
    assert_int_equal(speckle_file_set_structure(f, st), BAD_INPUT); /* no frame yet */
    for (int k = 0; k < 2; k++) {                                   /* replaced by a better one */
        OKAY(structure_add_config(st, &c));
        OKAY(speckle_file_set_structure(f, st));
    }
    OKAY(speckle_file_set_times(f, 2.5, 2.0));
    OKAY(speckle_file_close(&f));

    OKAY(h5_open_ro(&h, path));
    OKAY(h5_read_attr_string(&h, "/entry", "NX_class", text, sizeof text));
    assert_string_equal(text, "NXentry");
    OKAY(h5_read_attr_string(&h, "/entry/glint/window", "flatten", text, sizeof text));
    assert_string_equal(text, "S(|q|)");
    OKAY(h5_read_attr_string(&h, "/entry/glint/window", "description", text, sizeof text));
    assert_non_null(strstr(text, "9 independent pixels in 1 group"));
    OKAY(h5_read_attr_string(&h, "/entry/glint/window", "spec", text, sizeof text));
    OKAY(window_spec_parse(&spec, text));
    OKAY(h5_read_attr_string(&h, "/entry/instrument/detector_1/frame_time", "units", text, sizeof text));
    assert_string_equal(text, "ps");
    OKAY(h5_read(&h, "/entry/instrument/detector_1/count_time", H5_F64, 1, &value));
    assert_true(value == 2.0);
    OKAY(h5_read_attr(&h, "/entry/glint/window", "n_independent", H5_I64, 1, &n));
    assert_int_equal(n, 9);
    OKAY(h5_read(&h, "/entry/glint/window/hkl", H5_I32, 27, hkl));
    assert_memory_equal(hkl, w[2].hkl, sizeof hkl);
    OKAY(h5_read(&h, "/entry/glint/window/q", H5_F64, 9, q));
    OKAY(h5_read(&h, "/entry/glint/window/spot", H5_I32, 9, spot));
    OKAY(h5_read(&h, "/entry/glint/window/s_of_q", H5_F64, 9, s));
    bins = st->bins;
    assert_true(bins <= 200);
    OKAY(h5_read(&h, "/entry/glint/structure_factor/q", H5_F64, (hsize_t)bins, table_q));
    OKAY(h5_read(&h, "/entry/glint/structure_factor/S", H5_F64, (hsize_t)bins, table_s));
    for (int i = 0; i < 9; i++) { /* the divisor is S(|q|), an average over a bin's points */
        int64_t b = 0;
        while (table_q[b + 1] < q[i]) b++;
        double t = (q[i] - table_q[b]) / (table_q[b + 1] - table_q[b]);
        assert_true(fabs(s[i] - ((1 - t) * table_s[b] + t * table_s[b + 1])) < 1e-12);
        assert_int_equal(spot[i], 0);
    }
    OKAY(h5_close(&h));
    structure_free(&st);
    config_free(&c);
    free_windows(w);
    unlink(path);
}

static void bad_frames_are_refused(void **state)
{
    (void)state;
    char path[64];
    struct window w[3];
    struct speckle_file *f = NULL;
    double intensity[9] = {0, 1, NAN};
    windows(w);
    temporary_path(path);
    struct speckle_file_options o = {
        .window = &w[2], .form_factors = "1", .units = "lj", .exposure = 1, .box_changes = true};
    OKAY(speckle_file_create(&f, path, &o));
    assert_int_equal(speckle_file_append(f, 1, 1, intensity, &w[0].box), UNPHYSICAL);
    intensity[2] = 1;
    assert_int_equal(speckle_file_append(f, 1, 1, intensity, NULL), BAD_INPUT);
    OKAY(speckle_file_append(f, 1, 1, intensity, &w[0].box));
    OKAY(speckle_file_close(&f));
    assert_int_equal(speckle_file_create(&f, "/nowhere/x.h5", &o), FAILED);
    assert_null(f);
    unlink(path);
    assert_int_equal(speckle_file_open(&f, path, &w[2]), BAD_INPUT);
    free_windows(w);
}

int main(void)
{
    h5_quiet();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exposures_average_intensities), cmocka_unit_test(plane_is_part_of_shell),
        cmocka_unit_test(changing_box_keeps_hkl),        cmocka_unit_test(checkpoint_inside_an_exposure),
        cmocka_unit_test(noise_of_small_spots),          cmocka_unit_test(nothing_scatters),
        cmocka_unit_test(write_truncate_reopen),         cmocka_unit_test(uneven_series_are_cut),
        cmocka_unit_test(the_convention_is_in_the_file), cmocka_unit_test(bad_frames_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
