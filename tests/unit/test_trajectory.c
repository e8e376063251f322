/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of configurations: bits survive, formats agree, damage is refused with its place. */
#include "base/h5.h"
#include "base/mem.h"
#include "system/build.h"
#include "system/elements.h"
#include "system/h5md.h"
#include "system/h5md_text.h"
#include "system/trajectory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define must(call)                                                             \
    do {                                                                       \
        if ((call) != OK) fail_msg("line %d: %s", __LINE__, status_message()); \
    } while (0)
#define refused(call, text)                                                            \
    do {                                                                               \
        if ((call) != BAD_INPUT) fail_msg("line %d: not refused: %s", __LINE__, text); \
        if (!strstr(status_message(), text))                                           \
            fail_msg("line %d: '%s' lacks '%s'", __LINE__, status_message(), text);    \
    } while (0)

static char folder[] = "/tmp/glint-trajectory-XXXXXX";
static char paths[8][FILE_PATH_MAX];

/* A path in the test's folder; eight may be in use at once. */
static const char *in_folder(const char *name)
{
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, FILE_PATH_MAX, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    return path;
}

/* 20 atoms with everything, numbers that need all 17 digits, ids with gaps. */
static void example(struct config *c, bool tilted, bool forces)
{
    struct build_mixture o = {.atoms = 20,
                              .density = 1.1,
                              .fraction = {0.6, 0.4},
                              .species = {2, {"A", "B"}, {2.0, 1.0}},
                              .seed = 11};
    must(build_mixture(c, &o));
    must(build_velocities(c, 0.7, 1.0, 3, 0));
    if (forces) must(mem_new((void **)&c->f, 60, sizeof *c->f, "forces"));
    for (int i = 0; i < 20; i++) {
        c->id[i] = (uint64_t)(3 * i + 2);
        for (int k = 0; k < 3; k++) {
            c->image[3 * i + k] = i - 5 * k;
            if (forces) c->f[3 * i + k] = sin(100.0 * i + k) * pow(10.0, i - 10);
        }
    }
    if (tilted) {
        c->box.h[1][0] = -0.7 / 3.0;
        c->box.h[2][0] = 0.4 / 3.0;
        c->box.h[2][1] = -0.5 / 3.0;
    }
    c->box.periodic[2] = false;
    c->step = 12345678901;
    c->time = 61.728394505000001;
    must(config_set_units(c, "lj"));
}

static void same(const struct config *a, const struct config *b)
{
    assert_int_equal(a->atoms, b->atoms);
    size_t n = (size_t)a->atoms;
    assert_memory_equal(a->id, b->id, 8 * n);
    assert_memory_equal(a->x, b->x, 24 * n);
    assert_true((a->v != NULL) == (b->v != NULL) && (a->image != NULL) == (b->image != NULL));
    if (a->v) assert_memory_equal(a->v, b->v, 24 * n);
    if (a->image) assert_memory_equal(a->image, b->image, 12 * n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(a->species.name[a->type[i]], b->species.name[b->type[i]]);
        assert_true(a->species.mass[a->type[i]] == b->species.mass[b->type[i]]);
    }
    assert_memory_equal(a->box.h, b->box.h, sizeof a->box.h);
    assert_memory_equal(a->box.origin, b->box.origin, sizeof a->box.origin);
    assert_memory_equal(a->box.periodic, b->box.periodic, sizeof a->box.periodic);
    assert_true(a->step == b->step && a->time == b->time);
    assert_string_equal(a->units, b->units);
}

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

/* Replace the first `from` in a text by `to`. */
static const char *changed(const char *text, const char *from, const char *to)
{
    static char out[8192];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
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
               {"3 atoms\r\n", "3 atoms\r\nrubbish\n", "Atoms"},
               {"0 0 -1", "0 0 9999999999", "l.data:24: an image number"}};
    struct config c = {0};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        if (strcmp(bad[k].to, "3 atoms\r\nrubbish\n") == 0)
            continue; /* a section we do not know is skipped */
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
               {"-1 12.5 1.5", "-1 2.5 1.5", "b.dump:10: BOX BOUNDS"},
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
    const char *text =
        "2\r\n"
        "title='two words' pbc=\"T F T\" Properties=id:I:1:forces:R:3:charge:R:1:vel:R:3:species:S:1:pos:R:3 "
        "flag Time=2.5 step=40 Lattice = \"9 0 0 0 9 0 0 0 9\"\r\n";
    (void)text;
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
            if (run == 1 && frame == 6) { /* stop after frame 6, the checkpoint was made at step 350 */
                must(h5md_close(&w));
                must(h5md_reopen(&w, path));
                assert_int_equal(w.frames, 7);
                must(h5md_truncate_step(&w, 350));
                assert_int_equal(w.frames, 4);
                assert_int_equal(w.used, 12);
                frame = 3;
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

/* ---- fuzz ---- */

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One to four mutations: a byte, a span doubled or cut, the end cut off, a telling word put in. */
static size_t mutate(char *text, size_t n, size_t room, uint64_t *random, bool binary)
{
    static const char *const words[] = {"nan",   "-1",         "99999999999999999999",
                                        "1e999", "\"",         "=",
                                        ":",     "\n",         "ITEM: ATOMS ",
                                        "0",     " ",          "Lattice=",
                                        "Atoms", "id",         "#",
                                        "-",     "2147483648", "\xff"};
    int times = 1 + (int)(draw(random) % 4);
    for (int k = 0; k < times && n > 1; k++) {
        size_t at = draw(random) % n, span = 1 + draw(random) % 40;
        if (at + span > n) span = n - at;
        switch (draw(random) % (binary ? 2 : 5)) {
        case 0:
            text[at] = (char)draw(random);
            break;
        case 1:
            if (binary && draw(random) % 8 == 0)
                n = at;
            else
                text[at] = (char)(text[at] ^ 1 << draw(random) % 8);
            break;
        case 2:
            memmove(text + at, text + at + span, n - at - span);
            n -= span;
            break;
        case 3:
            if (n + span > room) break;
            memmove(text + at + span, text + at, n - at);
            n += span;
            break;
        default: {
            const char *word = words[draw(random) % (sizeof words / sizeof *words)];
            size_t length = strlen(word);
            if (at + length <= n) memcpy(text + at, word, length);
        }
        }
    }
    return n;
}

/* What a reader accepts must be sound, and it must answer OK or BAD_INPUT with a message. */
static int read_all(const char *path)
{
    struct trajectory *t = NULL;
    struct config c = {0};
    status s = trajectory_open(&t, path);
    for (int64_t k = 0; s == OK && k < trajectory_frames(t); k++) {
        s = trajectory_read(t, k, &c);
        if (s == OK) s = config_check(&c) == OK && c.atoms <= 64 ? OK : UNPHYSICAL;
    }
    trajectory_close(&t);
    config_free(&c);
    if (s == OK) return 1;
    return s == UNPHYSICAL || status_message()[0] == '\0' ? -1 : 0;
}

static void fuzz(const char *name, int rounds, uint64_t seed, bool binary)
{
    char *good = NULL, *text = NULL;
    size_t length, room;
    must(file_read(in_folder(name), &good, &length));
    room = length + 256;
    must(mem_new((void **)&text, room, 1, "a mutant"));
    int accepted = 0;
    for (int k = 0; k < rounds; k++) {
        memcpy(text, good, length);
        size_t n = mutate(text, length, room, &seed, binary);
        const char *path = in_folder("fuzz");
        FILE *out = fopen(path, "wb");
        fwrite(text, 1, n, out);
        fclose(out);
        int verdict = read_all(path);
        if (verdict < 0) fail_msg("%s, round %d: bad answer: %s", name, k, status_message());
        accepted += verdict;
    }
    assert_true(accepted < rounds); /* most mutants must be noticed, and some are */
    DELETE(good);
    DELETE(text);
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
        fuzz(name[k], 3000, 0x9E3779B97F4A7C15u + (uint64_t)k, false);
    }
    config_free(&c);
}

/* In a child process: HDF5 itself is part of what is tried, and it gets 20 seconds. */
static void h5md_reader_survives_mutations(void **state)
{
    (void)state;
    struct config c = {0};
    example(&c, true, false);
    must(config_write(in_folder("fz.h5"), &c));
    config_free(&c);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(20);
        fuzz("fz.h5", 400, 0xD1B54A32D192ED03u, true);
        _exit(0);
    }
    int outcome = 0;
    waitpid(child, &outcome, 0);
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
        fail_msg("the reader ended with signal %d, exit %d", WIFSIGNALED(outcome) ? WTERMSIG(outcome) : 0,
                 WIFEXITED(outcome) ? WEXITSTATUS(outcome) : -1);
}

static int make_folder(void **state)
{
    (void)state;
    h5_quiet();
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
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
        cmocka_unit_test(h5md_slots_are_stable_and_grow),
        cmocka_unit_test(h5md_truncate_and_reopen),
        cmocka_unit_test(h5md_reopen_levels_the_elements),
        cmocka_unit_test(h5md_corners),
        cmocka_unit_test(h5md_of_others),
        cmocka_unit_test(bad_h5md_is_refused_with_its_dataset),
        cmocka_unit_test(text_readers_survive_mutations),
        cmocka_unit_test(h5md_reader_survives_mutations),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
