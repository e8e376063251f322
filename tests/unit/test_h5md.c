/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H5MD: slots, truncation, files of others, damage inside well-formed HDF5, mutations. */
#include "unit/config_files.h"

/* ---- H5MD ---- */

static void h5md_slots_are_stable_and_grow(void **state)
{
    (void)state;
    struct config c = {0}, d = {0};
    struct h5md_writer w = {0};
    struct trajectory *t = NULL;
    example(&c, false, false);
    c.atoms = 10;
    must(h5md_create(&w, in_folder("v.h5"), &c,
                     &(struct h5md_options){.deflate = true,
                                            .keys = 1,
                                            .key = {"potential"},
                                            .value = {"wahnstrom:cutoff=2.5aa,shift=energy"}}));
    must(h5md_append(&w, &c)); /* ids 2 … 29 */
    c.atoms = 20;              /* ten inserted */
    c.step++;
    must(h5md_append(&w, &c));
    c.atoms = 15;                  /* removed at the end … */
    for (int i = 0; i < 15; i++) { /* … and the first five; in reverse order */
        int from = 19 - i;
        c.id[i] = (uint64_t)(3 * from + 2);
        for (int k = 0; k < 3; k++) c.x[3 * i + k] = from + 0.1 * k;
    }
    c.step++;
    must(h5md_append(&w, &c));
    assert_int_equal(w.slots, 20);
    must(h5md_close(&w));
    must(h5md_close(&w));

    struct h5 f;
    int64_t id[60];
    char text[64];
    must(h5_open_ro(&f, in_folder("v.h5")));
    must(h5_read(&f, "/particles/trajectory/id/value", H5_I64, 60, id));
    for (int k = 0; k < 20; k++) {
        assert_int_equal(id[k], k < 10 ? 3 * k + 2 : -1);
        assert_int_equal(id[20 + k], 3 * k + 2);
        assert_int_equal(id[40 + k], k < 5 ? -1 : 3 * k + 2);
    }
    must(h5_read_attr_string(&f, "/parameters", "potential", text, sizeof text));
    assert_string_equal(text, "wahnstrom:cutoff=2.5aa,shift=energy");
    assert_false(
        h5_has_attr(&f, "/particles/trajectory/position/value", "unit")); /* reduced units have none */
    must(h5_close(&f));

    must(trajectory_open(&t, in_folder("v.h5")));
    static const int atoms[3] = {10, 20, 15};
    for (int k = 0; k < 3; k++) {
        must(trajectory_read(t, k, &d));
        assert_int_equal(d.atoms, atoms[k]);
    }
    for (int i = 0; i < 15; i++) {
        assert_int_equal(d.id[i], 3 * (i + 5) + 2);
        assert_true(d.x[3 * i] == i + 5.0);
    }
    trajectory_close(&t);
    config_free(&c);
    config_free(&d);
}

/* Cut back and gone on: the same frames as without the interruption. */
static void h5md_truncate_and_reopen(void **state)
{
    (void)state;
    struct config c = {0}, d = {0}, e = {0};
    struct h5md_writer w = {0};
    struct trajectory *t[2] = {0};
    bool stopped = false;
    for (int run = 0; run < 2; run++) {
        const char *path = in_folder(run ? "r1.h5" : "r0.h5");
        example(&c, true, false);
        must(h5md_create(&w, path, &c, &(struct h5md_options){.deflate = run == 0}));
        for (int64_t frame = 0; frame < 8; frame++) {
            c.step = 100 * frame;
            c.atoms = frame < 5 ? 12 : 20;
            for (int i = 0; i < 60; i++) c.x[i] = 0.01 * i + 0.001 * (double)frame;
            must(h5md_append(&w, &c));
            must(h5md_flush(&w));
            if (run == 1 && frame == 6 &&
                !stopped) { /* stop after frame 6, the checkpoint was made at step 350 */
                must(h5md_close(&w));
                must(h5md_reopen(&w, path));
                assert_int_equal(w.frames, 7);
                must(h5md_truncate_step(&w, 350));
                assert_int_equal(w.frames, 4);
                assert_int_equal(w.used, 12);
                frame = 3;
                stopped = true;
            }
        }
        c.step = 0;
        refused(h5md_append(&w, &c), "cannot follow");
        must(h5md_close(&w));
    }
    must(trajectory_open(&t[0], in_folder("r0.h5")));
    must(trajectory_open(&t[1], in_folder("r1.h5")));
    assert_int_equal(trajectory_frames(t[1]), 8);
    for (int frame = 0; frame < 8; frame++) {
        must(trajectory_read(t[0], frame, &d));
        must(trajectory_read(t[1], frame, &e));
        assert_int_equal(d.atoms, frame < 5 ? 12 : 20);
        same(&d, &e);
    }
    for (int k = 0; k < 2; k++) trajectory_close(&t[k]);
    must(h5md_reopen(&w, in_folder("r1.h5")));
    refused(h5md_truncate(&w, 9), "cannot be cut to 9");
    must(h5md_truncate(&w, 0));
    must(h5md_append(&w, &e));
    must(h5md_close(&w));
    must(config_read(in_folder("r1.h5"), &d));
    same(&d, &e);
    refused(h5md_reopen(&w, put("r2.h5", "no")), "r2.h5");
    config_free(&c);
    config_free(&d);
    config_free(&e);
}

/* A flush that never came: one element is longer than the others; reopening cuts it. */
static void h5md_reopen_levels_the_elements(void **state)
{
    (void)state;
    struct config c = {0};
    struct h5md_writer w = {0};
    struct h5 f;
    example(&c, false, false);
    must(h5md_create(&w, in_folder("k.h5"), &c, &(struct h5md_options){0}));
    must(h5md_append(&w, &c));
    must(h5md_append(&w, &c));
    must(h5md_close(&w));
    must(h5_open_rw(&f, in_folder("k.h5")));
    must(h5_append(&f, "/particles/trajectory/position/value", H5_F64, 1, c.x));
    must(h5_truncate(&f, "/particles/trajectory/velocity/value", 1));
    must(h5_close(&f));
    must(h5md_reopen(&w, in_folder("k.h5")));
    assert_int_equal(w.frames, 1);
    must(h5md_append(&w, &c));
    must(h5md_close(&w));
    struct trajectory *t = NULL;
    must(trajectory_open(&t, in_folder("k.h5")));
    assert_int_equal(trajectory_frames(t), 2);
    trajectory_close(&t);
    config_free(&c);
}

/* Frames without atoms, single precision, a frame that lacks what the file promises. */
static void h5md_corners(void **state)
{
    (void)state;
    struct config c = {0}, d = {0};
    struct h5md_writer w = {0};
    struct trajectory *t = NULL;
    example(&c, false, false);
    c.atoms = 0;
    must(h5md_create(&w, in_folder("z.h5"), &c,
                     &(struct h5md_options){.f32 = true, .deflate = true, .slots = 100}));
    must(h5md_append(&w, &c));
    c.atoms = 20;
    must(h5md_append(&w, &c));
    double *v = c.v;
    c.v = NULL;
    refused(h5md_append(&w, &c), "velocities");
    c.v = v;
    c.species.name[1][0] = 'C';
    refused(h5md_append(&w, &c), "other species");
    c.species.name[1][0] = 'B';
    c.id[3] = c.id[4];
    refused(h5md_append(&w, &c), "the same id");
    must(h5md_close(&w));
    must(trajectory_open(&t, in_folder("z.h5")));
    assert_int_equal(trajectory_frames(t), 2);
    must(trajectory_read(t, 0, &d));
    assert_int_equal(d.atoms, 0);
    must(trajectory_read(t, 1, &d));
    for (int i = 0; i < 60; i++) assert_true(d.x[i] == (double)(float)c.x[i]);
    trajectory_close(&t);
    config_free(&c);
    config_free(&d);
}

/* A file as others write it: group with another name, cuboid constant edges, fixed id and species (1, 2),
 * fixed step and time with offset, single precision, velocity at every second frame only, no image. */
static void h5md_of_others(void **state)
{
    (void)state;
    struct h5 f;
    struct config c = {0};
    struct trajectory *t = NULL;
    const int32_t version[2] = {1, 1}, three = 3, increment = 50, species[2] = {2, 1}, id[2] = {17, 4};
    const int64_t v_step[2] = {10, 110}, offset = 10;
    const double edges[3] = {4, 5, 6}, dt = 0.25, start = 0.05,
                 v[2][2][3] = {{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}, {1, 1, 1}}};
    float x[3][2][3];
    const char *boundary[3] = {"periodic", "none", "periodic"};
    for (int k = 0; k < 18; k++) (&x[0][0][0])[k] = (float)k / 8;
    must(h5_begin(&f, in_folder("o.h5")));
    must(h5_make_group(&f, "/h5md"));
    must(h5_attr(&f, "/h5md", "version", H5_I32, 2, version));
    must(h5_make_group(&f, "/particles/all/box"));
    must(h5_attr(&f, "/particles/all/box", "dimension", H5_I32, 1, &three));
    must(h5md_attr_list(&f, "/particles/all/box", "boundary", 3, boundary));
    must(h5_write(&f, "/particles/all/box/edges", H5_F64, 1, (hsize_t[]){3}, edges));
    must(h5_write(&f, "/particles/all/position/value", H5_F32, 3, (hsize_t[]){3, 2, 3}, x));
    must(h5_write_scalar(&f, "/particles/all/position/step", H5_I32, &increment));
    must(h5_attr(&f, "/particles/all/position/step", "offset", H5_I64, 1, &offset));
    must(h5_write_scalar(&f, "/particles/all/position/time", H5_F64, &dt));
    must(h5_attr(&f, "/particles/all/position/time", "offset", H5_F64, 1, &start));
    must(h5_write(&f, "/particles/all/velocity/value", H5_F64, 3, (hsize_t[]){2, 2, 3}, v));
    must(h5_write(&f, "/particles/all/velocity/step", H5_I64, 1, (hsize_t[]){2}, v_step));
    must(h5_write(&f, "/particles/all/species", H5_I32, 1, (hsize_t[]){2}, species));
    must(h5_write(&f, "/particles/all/id", H5_I32, 1, (hsize_t[]){2}, id));
    must(h5_commit(&f));
    must(trajectory_open(&t, in_folder("o.h5")));
    assert_int_equal(trajectory_frames(t), 3);
    must(trajectory_read(t, 2, &c));
    assert_true(c.step == 110 && fabs(c.time - 0.55) < 1e-15 && c.id[0] == 4 && c.id[1] == 17);
    assert_true(c.x[0] == 15 / 8.0 && c.x[3] == 12 / 8.0 && c.v[0] == 1.0 && c.v[3] == 7.0 && !c.image);
    assert_true(c.box.h[1][1] == 5.0 && !c.box.periodic[1] && c.box.periodic[2]);
    assert_string_equal(c.species.name[c.type[0]], "1");
    assert_string_equal(c.species.name[c.type[1]], "2");
    assert_string_equal(c.units, "lj");
    must(trajectory_read(t, 1, &c));
    assert_true(c.step == 60 && !c.v);
    trajectory_close(&t);
    config_free(&c);
    must(h5_open_rw(&f, in_folder("o.h5")));
    must(h5md_attr_text(&f, "/particles/all/position/value", "unit", "nm"));
    must(h5_close(&f));
    refused(config_read(in_folder("o.h5"), &c), "is in nm");
}

/* Damage inside a well-formed HDF5 file: wrong shapes, types, numbers, missing parts. */
static void bad_h5md_is_refused_with_its_dataset(void **state)
{
    (void)state;
    struct config c = {0}, d = {0};
    struct h5 f;
    static const char *const part[] = {"/particles", "/particles/trajectory/position",
                                       "/particles/trajectory/box", "/particles/trajectory/box/edges",
                                       "/particles/trajectory/position/step"};
    static const char *const said[] = {"/particles", "position", "box", "edges", "step"};
    example(&c, true, false);
    for (int k = 0; k < 5; k++) {
        must(config_write(in_folder("d.h5"), &c));
        must(h5_open_rw(&f, in_folder("d.h5")));
        assert_true(H5Ldelete(f.id, part[k], H5P_DEFAULT) >= 0);
        must(h5_close(&f));
        refused(config_read(in_folder("d.h5"), &d), said[k]);
    }
    double nan3[60], huge[60];
    int64_t twice[20];
    for (int k = 0; k < 60; k++) {
        nan3[k] = NAN;
        huge[k] = 1e200;
    }
    for (int k = 0; k < 20; k++) twice[k] = 7;
    const struct {
        const char *name, *message;
        h5_type type;
        int items;
        const void *data;
    } bad[] = {{"position/value", "not a number", H5_F64, 60, nan3},
               {"position/value", "cells away", H5_F64, 60, huge},
               {"velocity/value", "not a number", H5_F64, 60, nan3},
               {"box/edges/value", "not a finite number", H5_F64, 9, nan3},
               {"box/origin/value", "origin", H5_F64, 3, nan3},
               {"position/time", "not finite", H5_F64, 1, nan3},
               {"id/value", "the same id 7", H5_I64, 20, twice},
               {"species/value", "the number 7", H5_I64, 20, twice}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        char name[128];
        snprintf(name, sizeof name, "/particles/trajectory/%s", bad[k].name);
        must(config_write(in_folder("d.h5"), &c));
        must(h5_open_rw(&f, in_folder("d.h5")));
        hid_t set = H5Dopen2(f.id, name, H5P_DEFAULT);
        assert_true(H5Dwrite(set, h5_native(bad[k].type), H5S_ALL, H5S_ALL, H5P_DEFAULT, bad[k].data) >= 0);
        H5Dclose(set);
        must(h5_close(&f));
        refused(config_read(in_folder("d.h5"), &d), bad[k].message);
        if (!strstr(status_message(), "d.h5")) fail_msg("no file in '%s'", status_message());
    }
    /* a shape that the stored bytes cannot hold is refused before memory is asked for */
    must(config_write(in_folder("d.h5"), &c));
    must(h5_open_rw(&f, in_folder("d.h5")));
    hid_t set = H5Dopen2(f.id, "/particles/trajectory/position/value", H5P_DEFAULT);
    assert_true(H5Dset_extent(set, (hsize_t[]){1, 1000000000, 3}) >= 0);
    H5Dclose(set);
    must(h5_close(&f));
    refused(config_read(in_folder("d.h5"), &d), "bytes are stored");
    config_free(&c);
    config_free(&d);
}

static void h5md_reader_survives_mutations(void **state)
{
    (void)state;
    struct config c = {0};
    example(&c, true, false);
    must(config_write(in_folder("fz.h5"), &c));
    config_free(&c);
    fuzz_hdf5("fz.h5", 400, 0xD1B54A32D192ED03u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h5md_slots_are_stable_and_grow),
        cmocka_unit_test(h5md_truncate_and_reopen),
        cmocka_unit_test(h5md_reopen_levels_the_elements),
        cmocka_unit_test(h5md_corners),
        cmocka_unit_test(h5md_of_others),
        cmocka_unit_test(bad_h5md_is_refused_with_its_dataset),
        cmocka_unit_test(h5md_reader_survives_mutations),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
