/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of configurations: bits survive, formats agree, damage is refused with its place. */
#include "unit/config_files.h"

#include "base/units.h"
#include "system/checkpoint_atoms.h"

static void every_format_keeps_the_bits(void **state)
{
    (void)state;
    static const char *const name[] = {"a.data",   "a.dump",      "a.xyz",  "a.h5",
                                       "a.extxyz", "a.lammpstrj", "a.h5md", "a.lmp"};
    struct config c = {0}, d = {0};
    for (int tilted = 0; tilted < 2; tilted++)
        for (int k = 0; k < 8; k++) {
            example(&c, tilted, false);
            must(config_write(in_folder(name[k]), &c));
            must(config_read(in_folder(name[k]), &d));
            same(&c, &d);
            assert_null(d.f);
        }
    config_free(&c);
    config_free(&d);
}

static void forces_survive_in_dump_and_xyz(void **state)
{
    (void)state;
    struct config c = {0}, d = {0};
    example(&c, true, true);
    must(config_write(in_folder("f.dump"), &c));
    must(config_read(in_folder("f.dump"), &d));
    same(&c, &d);
    assert_memory_equal(c.f, d.f, 24 * 20);
    must(config_write(in_folder("f.xyz"), &c));
    must(config_read(in_folder("f.xyz"), &d));
    same(&c, &d);
    assert_memory_equal(c.f, d.f, 24 * 20);
    /* without velocities: exactly the columns promised for `glint energy --forces` */
    DELETE(c.v);
    must(config_write(in_folder("f.xyz"), &c));
    char *text;
    size_t length;
    must(file_read(in_folder("f.xyz"), &text, &length));
    assert_non_null(strstr(text, " Properties=species:S:1:pos:R:3:id:I:1:forces:R:3 "));
    DELETE(text);
    must(config_read(in_folder("f.xyz"), &d));
    DELETE(c.image);
    same(&c, &d);
    assert_memory_equal(c.f, d.f, 24 * 20);
    config_free(&c);
    config_free(&d);
}

/* A cell no LAMMPS data file can hold, with an origin, free axes, metal units. */
static void any_cell_and_origin(void **state)
{
    (void)state;
    static const char *const name[] = {"g.dump", "g.xyz", "g.h5"};
    struct config c = {0}, d = {0};
    example(&c, true, false);
    c.box.h[0][1] = 0.1;
    c.box.h[0][2] = -0.2;
    c.box.h[1][2] = 0.3;
    c.box.origin[0] = -1.0 / 3.0;
    c.box.origin[2] = 1e3 / 7.0;
    snprintf(c.species.name[0], SPECIES_NAME, "Cu");
    snprintf(c.species.name[1], SPECIES_NAME, "Zr");
    c.species.mass[0] = 63.546;
    c.species.mass[1] = 91.224;
    must(config_set_units(&c, "metal"));
    for (int k = 0; k < 3; k++) {
        must(config_write(in_folder(name[k]), &c));
        must(config_read(in_folder(name[k]), &d));
        same(&c, &d);
    }
    refused(config_write(in_folder("g.data"), &c), "a along x");
    assert_false(file_exists(in_folder("g.data")) || file_exists(in_folder("g.data.tmp")));
    refused(config_write(in_folder("g.pdb"), &c), "ending");
    config_free(&c);
    config_free(&d);
}

/* ---- LAMMPS data ---- */

static const char lj_data[] =
    "LAMMPS data file via write_data, version 4 Jul 2026, timestep = 7, units = lj\r\n"
    "\r\n"
    "3 atoms\r\n"
    "2 atom types\r\n"
    "\n"
    "# a remark\n"
    "-1 4.5 xlo xhi\n"
    "0 5 ylo yhi # another\n"
    "0 6 zlo zhi\n"
    "0.5 -0.25 0.125 xy xz yz\n"
    "\n"
    "Masses\n\n1 2\n2 1\n\n"
    "Pair Coeffs # lj/cut\n\n1 1 1\n2 1 0.8333\n\n"
    "Atoms  # atomic\n"
    "\n"
    "30 1 0.5 1 2 0 0 -1 # the first\n"
    "  10 2 1.25 1 2 1 0 0\r\n"
    "20 1 -0.5 1 2 0 0 0\n\n"
    "Velocities\n\n10 1 2 3\n20 4 5 6\n30 7 8 9\n";

static void lammps_data_is_understood(void **state)
{
    (void)state;
    struct config c = {0};
    must(config_read(put("l.data", lj_data), &c));
    assert_int_equal(c.atoms, 3);
    assert_int_equal(c.id[0], 10);
    assert_int_equal(c.id[2], 30);
    assert_string_equal(c.species.name[c.type[0]], "B");
    assert_string_equal(c.species.name[c.type[2]], "A");
    assert_true(c.x[0] == 1.25 && c.x[6] == 0.5 && c.v[0] == 1.0 && c.v[8] == 9.0 && c.image[0] == 1 &&
                c.image[8] == -1);
    assert_true(c.box.h[0][0] == 5.5 && c.box.origin[0] == -1.0 && c.box.h[1][0] == 0.5 &&
                c.box.h[2][0] == -0.25 && c.box.h[2][1] == 0.125);
    assert_int_equal(c.step, 7);
    assert_string_equal(c.units, "lj");
    config_free(&c);
}

static void units_and_names_are_guessed(void **state)
{
    (void)state;
    struct config c = {0};
    const char *start = "title\n\n1 atoms\n2 atom types\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n\n";
    char text[1024];
    snprintf(text, sizeof text, "%sMasses\n\n1 63.55\n2 91.224\n\nAtoms\n\n1 2 1 1 1\n", start);
    must(config_read(put("u.data", text), &c));
    assert_string_equal(c.units, "metal");
    assert_string_equal(c.species.name[0], "Cu");
    assert_string_equal(c.species.name[1], "Zr");
    assert_true(c.species.mass[0] == 63.55);
    snprintf(text, sizeof text, "%sMasses\n\n1 63.55 # big\n2 91.224\n\nAtoms\n\n1 2 1 1 1\n", start);
    must(config_read(put("u.data", text), &c));
    assert_string_equal(c.species.name[0], "big");
    snprintf(text, sizeof text, "%sMasses\n\n1 3\n2 1\n\nAtoms\n\n1 2 1 1 1\n", start);
    must(config_read(put("u.data", text), &c));
    assert_string_equal(c.units, "lj");
    assert_string_equal(c.species.name[0], "1");
    assert_string_equal(c.species.name[1], "2");
    struct trajectory *t = NULL;
    must(trajectory_open(&t, in_folder("u.data")));
    refused(trajectory_set_units(t, "real"), "real");
    must(trajectory_set_units(t, "metal"));
    must(trajectory_read(t, 0, &c));
    assert_string_equal(c.units, "metal");
    refused(trajectory_read(t, 1, &c), "frame 1 was asked for");
    trajectory_close(&t);
    config_free(&c);
}

static void bad_data_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } bad[] = {{"30 1 0.5", "30 1 nan", "l.data:24: "},
               {"30 1 0.5", "30 1 1e999", "l.data:24: "},
               {"30 1 0.5", "30 1 x5", "l.data:24: found 'x5', expected a number"},
               {"30 1 0.5", "30 3 0.5", "l.data:24: the atom type is 3, expected 1 to 2"},
               {"30 1 0.5", "30 1", "l.data:24: found 7 columns"},
               {"30 1 0.5", "0 1 0.5", "l.data:24: the atom id"},
               {"30 1 0.5", "20 1 0.5", "the same id 20"},
               {"3 atoms", "4 atoms", "l.data:"},
               {"3 atoms", "300000000000 atoms", "l.data:3: announces"},
               {"3 atoms", "-3 atoms", "l.data:3: "},
               {"2 atom types", "9 atom types", "l.data:4: the number of atom types is 9"},
               {"0 5 ylo yhi", "5 5 ylo yhi", "l.data:8: ylo yhi: the upper bound"},
               {"0 5 ylo yhi", "", "no line 'ylo yhi'"},
               {"# atomic", "# full", "l.data:22: atom_style full"},
               {"1 2\n2 1", "1 2\n1 1", "l.data:15: the mass of type 1 is given twice"},
               {"1 2\n2 1", "1 -2\n2 1", "l.data:14: a mass must be positive"},
               {"20 4 5 6", "21 4 5 6", "velocity for atom 21"},
               {"20 4 5 6", "10 4 5 6", "velocity of atom 10 is given twice"},
               {"20 4 5 6", "20 4 5 inf", "not a finite number"},
               {"units = lj", "units = real", "l.data:1: units 'real'"},
               {"3 atoms\r\n", "3 atoms\r\n5 bonds\n", "l.data:4: the file holds bonds"},
               {"0 0 -1", "0 0 9999999999", "l.data:24: an image number"}};
    struct config c = {0};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        put("l.data", changed(lj_data, bad[k].from, bad[k].to));
        refused(config_read(in_folder("l.data"), &c), bad[k].message);
    }
    config_free(&c);
    refused(config_read(in_folder("missing"), &c), "No such file");
    refused(config_read(put("e.data", ""), &c), "empty");
    refused(config_read(put("e.data", "hello\nworld\n"), &c), "not a configuration that glint knows");
    refused(config_read(put("e.data", "\x1f\x8b\x08rest"), &c), "gunzip");
    refused(config_read(folder, &c), folder);
}

/* ---- LAMMPS dump ---- */

/* The bounding box of a tilted cell: xlo_bound = xlo + min(0, xy, xz, xy+xz) and so on. */
static void dump_bounding_box_and_columns(void **state)
{
    (void)state;
    struct config c = {0};
    const char *text =
        "ITEM: UNITS\nmetal\nITEM: TIME\n0.25\nITEM: TIMESTEP\n100\nITEM: NUMBER OF ATOMS\n2\n"
        "ITEM: BOX BOUNDS xy xz yz pp pp ff\n"
        "-1 12.5 1.5\n" /* xy 1.5, xz -2, xy+xz -0.5: xlo = -1+2 = 1, xhi = 12.5-1.5 = 11 */
        "1 21 -2\n"     /* yz -4: ylo = 1+4 = 5, yhi = 21 */
        "0 30 -4\n"
        "ITEM: ATOMS element zs c_pe xs ys id iz iy ix\n"
        "Zr 0.5 -7 0.25 0.75 9 -1 2 3\n"
        "Cu 0 -3 0 0 4 0 0 0\n"
        "ITEM: TIMESTEP\n200\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp ff\n0 1\n0 1\n0 1\n"
        "ITEM: ATOMS id type xu yu zu vx vy vz\n5 2 7.5 -3 0.5 1 2 3\n";
    put("b.dump", text);
    struct trajectory *t = NULL;
    must(trajectory_open(&t, in_folder("b.dump")));
    assert_int_equal(trajectory_frames(t), 2);
    must(trajectory_read(t, 1, &c)); /* any order */
    assert_int_equal(c.atoms, 1);
    assert_int_equal(c.step, 200);
    assert_string_equal(c.units, "metal"); /* UNITS hold for the frames after it */
    assert_string_equal(c.species.name[1], "2");
    assert_true(c.x[0] == 7.5 && c.x[1] == -3.0 && c.image[0] == 0 && c.v[2] == 3.0);
    must(trajectory_read(t, 0, &c));
    assert_true(c.box.origin[0] == 1.0 && c.box.origin[1] == 5.0 && c.box.origin[2] == 0.0);
    const double h[3][3] = {{10, 0, 0}, {1.5, 16, 0}, {-2, -4, 30}};
    assert_memory_equal(c.box.h, h, sizeof h);
    assert_true(c.box.periodic[0] && c.box.periodic[1] && !c.box.periodic[2]);
    assert_true(c.step == 100 && c.time == 0.25 && c.atoms == 2);
    assert_int_equal(c.id[0], 4);
    assert_string_equal(c.species.name[c.type[0]], "Cu");
    assert_true(c.species.mass[c.type[1]] == 91.224);
    /* scaled (0.25, 0.75, 0.5): origin + 0.25 a + 0.75 b + 0.5 c, exact in binary */
    assert_true(c.x[3] == 1 + 2.5 + 1.125 - 1 && c.x[4] == 5 + 12.0 - 2.0 && c.x[5] == 15.0);
    assert_true(c.image[3] == 3 && c.image[4] == 2 && c.image[5] == -1);
    assert_null(c.v);
    trajectory_close(&t);
    static const struct {
        const char *from, *to, *message;
    } bad[] = {{"0.5 -7", "oops -7", "b.dump:14: found 'oops'"},
               {"0.5 -7", "inf -7", "b.dump:14: "},
               {" 9 -1 2 3", " 9 -1 2", "b.dump:14: found 8 columns, ITEM: ATOMS names 9"},
               {" 9 -1", " 4 -1", "frame 0: two atoms have the same id 4"},
               {"ATOMS\n2\n", "ATOMS\n99999999999\n", "b.dump:8: announces"},
               {"ATOMS\n2\n", "ATOMS\n3\n", "b.dump:"},
               {"-1 12.5 1.5", "-1 2.5 1.5", "b.dump:12: BOX BOUNDS"},
               {"-1 12.5 1.5", "-1 12.5", "b.dump:10: BOX BOUNDS wants 3 numbers"},
               {" xs ys id", " xs ys ys", "b.dump:13: the column ys comes twice"},
               {" xs ys id", " xs ys no", "b.dump:13: no column id"},
               {" xs ys id", " q ys id", "b.dump:13: no positions"},
               {"metal", "electron", "b.dump:2: units 'electron'"},
               {"ITEM: TIMESTEP\n100\n", "", "no ITEM: TIMESTEP"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        put("b.dump", changed(text, bad[k].from, bad[k].to));
        refused(config_read(in_folder("b.dump"), &c), bad[k].message);
    }
    config_free(&c);
}

/* ---- extended XYZ ---- */

static void xyz_properties_in_any_order(void **state)
{
    (void)state;
    struct config c = {0};
    const char *good =
        "2\r\n"
        "title='two words' pbc=\"T F T\" Properties=id:I:1:forces:R:3:charge:R:1:vel:R:3:species:S:1:pos:R:3 "
        "flag Time=2.5 step=40 Origin=\"-1 0 2\" Lattice=\"9 0 0 1 9 0 0 0 9\"\r\n"
        "8 1 2 3 -1 4 5 6 Zr 0.1 0.2 0.3\r\n"
        "3 7 8 9 -1 1 1 1 Cu 1 2 3\n"
        "\n"
        "1\n"
        "Lattice=[[5, 0, 0], [0, 5, 0], [0, 0, 5]] Properties=species:S:1:pos:R:3\n"
        "Ni 1 2 3\n";
    put("p.xyz", good);
    struct trajectory *t = NULL;
    must(trajectory_open(&t, in_folder("p.xyz")));
    assert_int_equal(trajectory_frames(t), 2);
    assert_string_equal(trajectory_format(t), "extended XYZ");
    must(trajectory_read(t, 0, &c));
    assert_true(c.id[0] == 3 && c.f[0] == 7.0 && c.v[3] == 4.0 && c.x[5] == 0.3 && c.time == 2.5 &&
                c.step == 40);
    assert_true(c.box.h[1][0] == 1.0 && c.box.origin[0] == -1.0 && !c.box.periodic[1] && c.box.periodic[2]);
    assert_string_equal(c.species.name[c.type[0]], "Cu");
    assert_string_equal(c.units, "metal");
    must(trajectory_read(t, 1, &c));
    assert_true(c.atoms == 1 && c.id[0] == 1 && !c.v && !c.f && c.step == 0 && c.species.count == 1);
    trajectory_close(&t);
    static const struct {
        const char *from, *to, *message;
    } bad[] = {{"2\r\n", "3\r\n", "p.xyz"},
               {"2\r\n", "2000000000\r\n", "p.xyz:1: announces"},
               {"0.1 0.2 0.3", "0.1 0.2", "p.xyz:3: found 11 columns, Properties promises 12"},
               {"0.1 0.2 0.3", "0.1 0.2 NaN", "p.xyz:3: "},
               {"pos:R:3", "pos:R:2", "p.xyz:2: Properties says pos:R:2"},
               {"pos:R:3", "pos:R", "p.xyz:2: Properties wants triples"},
               {"pos:R:3", "pos:R:999999999999", "p.xyz:2: the number of columns"},
               {":species:S:1", "", "p.xyz:2: Properties lacks species"},
               {"Lattice=\"9", "Lattise=\"9", "p.xyz:2: no cell"},
               {"9 0 0 1 9 0 0 0 9", "9 0 0 1 9 0 0 0", "p.xyz:2: Lattice wants 9 numbers, found 8"},
               {"9 0 0 1 9 0 0 0 9", "9 0 0 1 9 0 0 0 -9", "flat or left-handed"},
               {"9 0 0 1 9 0 0 0 9", "9 0 0 9 0 0 0 0 9", "flat or left-handed"},
               {"T F T", "T F", "p.xyz:2: pbc"},
               {"8 1 2", "3 1 2", "the same id 3"},
               {"Zr 0.1", "Zirconium 0.1", "p.xyz:3: the species name"},
               {"Zr 0.1", "Zr 1e300", "100 million cells"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        put("p.xyz", changed(good, bad[k].from, bad[k].to));
        refused(config_read(in_folder("p.xyz"), &c), bad[k].message);
    }
    config_free(&c);
}

static void trajectories_of_many_frames_convert(void **state)
{
    (void)state;
    static const char *const name[] = {"m.xyz", "m.dump", "m.h5"};
    struct config c = {0}, d = {0};
    for (int k = 0; k < 3; k++) {
        struct trajectory_writer *w = NULL;
        struct trajectory *t = NULL;
        example(&c, true, false);
        must(trajectory_create(&w, in_folder(name[k]), &c));
        for (int frame = 0; frame < 5; frame++) {
            c.step = frame * 10;
            c.x[7] = frame / 7.0;
            must(trajectory_append(w, &c));
            assert_false(file_exists(in_folder(name[k]))); /* old or new, never half */
        }
        must(trajectory_commit(&w));
        must(trajectory_open(&t, in_folder(name[k])));
        assert_int_equal(trajectory_frames(t), 5);
        for (int frame = 4; frame >= 0; frame--) {
            must(trajectory_read(t, frame, &d));
            c.step = frame * 10;
            c.x[7] = frame / 7.0;
            same(&c, &d);
        }
        trajectory_close(&t);
    }
    struct trajectory_writer *w = NULL;
    must(trajectory_create(&w, in_folder("m.data"), &c));
    must(trajectory_append(w, &c));
    refused(trajectory_append(w, &c), "holds one frame");
    trajectory_abandon(&w);
    must(trajectory_create(&w, in_folder("n.h5"), &c));
    c.x[0] = NAN;
    refused(trajectory_append(w, &c), "not a number");
    trajectory_abandon(&w);
    assert_false(file_exists(in_folder("n.h5")) || file_exists(in_folder("n.h5.part")));
    config_free(&c);
    config_free(&d);
}

static void text_readers_survive_mutations(void **state)
{
    (void)state;
    struct config c = {0};
    static const char *const name[] = {"z.data", "z.dump", "z.xyz"};
    example(&c, true, false);
    for (int k = 0; k < 3; k++) {
        struct trajectory_writer *w = NULL;
        must(trajectory_create(&w, in_folder(name[k]), &c));
        for (int frame = 0; frame < (k ? 2 : 1); frame++) must(trajectory_append(w, &c));
        must(trajectory_commit(&w));
        assert_int_equal(fuzz(name[k], 3000, 0x9E3779B97F4A7C15u + (uint64_t)k, false), 0);
    }
    config_free(&c);
}

static void put_checkpoint(const char *path, const struct config *c)
{
    struct h5 f;
    must(h5_begin(&f, path));
    must(h5_attr_string(&f, "/", "potential", "any"));
    must(h5_attr_string(&f, "/", "units", c->units));
    must(checkpoint_atoms_write(&f, c));
    must(h5_commit(&f));
}

/* The same bits for lj; in metal units time and velocities are internal in the file, and dividing by the size
 * of a ps rounds once. */
static void checkpoints_are_read(void **state)
{
    (void)state;
    struct config c = {0}, d = {0};
    struct trajectory *t = NULL;
    const struct unit_system metal = units_metal();
    double ps = units_size(&metal, QUANTITY_TIME);
    example(&c, true, false);
    put_checkpoint(in_folder("state-warm.h5"), &c); /* the name does not matter */
    must(trajectory_open(&t, in_folder("state-warm.h5")));
    assert_string_equal(trajectory_format(t), "checkpoint");
    assert_int_equal(trajectory_frames(t), 1);
    must(trajectory_read(t, 0, &d));
    trajectory_close(&t);
    same(&c, &d);
    must(config_write(in_folder("state.xyz"), &d));
    must(config_read(in_folder("state.xyz"), &d));
    same(&c, &d);
    must(config_set_units(&c, "metal"));
    put_checkpoint(in_folder("metal.h5"), &c);
    must(config_read(in_folder("metal.h5"), &d));
    assert_string_equal(d.units, "metal");
    assert_true(fabs(d.time * ps / c.time - 1.0) < 1e-15);
    for (int i = 0; i < 60; i++) assert_true(fabs(d.v[i] / ps - c.v[i]) <= 1e-15 * fabs(c.v[i]));
    assert_memory_equal(d.x, c.x, sizeof(double) * 60);
    /* Something missing. */
    struct h5 f;
    must(h5_begin(&f, in_folder("half.h5")));
    must(h5_attr_string(&f, "/", "potential", "any"));
    must(h5_write_scalar(&f, "/atoms/x", H5_F64, &ps));
    must(h5_commit(&f));
    refused(config_read(in_folder("half.h5"), &d), "half.h5");
    fuzz_hdf5("state-warm.h5", 300, 0x9E3779B97F4A7C15u);
    config_free(&c);
    config_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_keeps_the_bits),
        cmocka_unit_test(forces_survive_in_dump_and_xyz),
        cmocka_unit_test(any_cell_and_origin),
        cmocka_unit_test(lammps_data_is_understood),
        cmocka_unit_test(units_and_names_are_guessed),
        cmocka_unit_test(bad_data_is_refused_with_its_line),
        cmocka_unit_test(dump_bounding_box_and_columns),
        cmocka_unit_test(xyz_properties_in_any_order),
        cmocka_unit_test(trajectories_of_many_frames_convert),
        cmocka_unit_test(text_readers_survive_mutations),
        cmocka_unit_test(checkpoints_are_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
