/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Report: escaping, numbers, base64, pictures within the page, palette, data files, downsampling, run
 * folders. */
#include "analysis/report/figure.h"
#include "analysis/report/html.h"
#include "analysis/report/palette.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/run_settings.h"
#include "analysis/report/run_units.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "input/tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OKAY(call) assert_int_equal((call), OK)

static char folder[] = "/tmp/glint-report-XXXXXX";

static void write_file(const char *name, const char *content)
{
    char path[FILE_PATH_MAX];
    struct file_new f;
    OKAY(file_join(path, folder, name));
    OKAY(file_begin(&f, path));
    fputs(content, f.stream);
    OKAY(file_commit(&f));
}

static char *read_file(const char *name)
{
    char path[FILE_PATH_MAX], *content = NULL;
    size_t length;
    OKAY(file_join(path, folder, name));
    OKAY(file_read(path, &content, &length));
    return content;
}

/* ---- html ---- */

static void escaping(void **state)
{
    (void)state;
    struct text t = {0};
    html_text(&t, "<script>alert(\"a&b\")</script>'\x01\x7f");
    assert_string_equal(t.s, "&lt;script&gt;alert(&quot;a&amp;b&quot;)&lt;/script&gt;&#39;");
    text_free(&t);
    char out[8];
    assert_string_equal(html_escape(out, sizeof out, "ab<cd"), "ab&lt;c"); /* full: 7 letters */
    assert_string_equal(html_escape(out, sizeof out, "abcd<e"), "abcd");   /* never half an entity */
    assert_string_equal(html_escape(out, 1, "x"), "");
    char unit[48];
    assert_string_equal(html_unit(unit, sizeof unit, "1/sigma"), "σ⁻¹");
    assert_string_equal(html_unit(unit, sizeof unit, "<m>"), "&lt;m&gt;");
}

static void base64(void **state)
{
    (void)state;
    static const char *const known[][2] = {/* RFC 4648, section 10 */
                                           {"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct text t = {0};
        html_base64(&t, (const unsigned char *)known[i][0], strlen(known[i][0]));
        assert_string_equal(t.s ? t.s : "", known[i][1]);
        text_free(&t);
    }
    unsigned char bytes[256];
    struct text t = {0};
    for (int i = 0; i < 256; i++) bytes[i] = (unsigned char)i;
    html_base64(&t, bytes, sizeof bytes);
    assert_int_equal(t.length, 4 * 86); /* ceil(256/3) groups, also across the inner line */
    assert_memory_equal(t.s, "AAECAwQF", 8);
    assert_string_equal(t.s + t.length - 8, "/P3+/w==");
    text_free(&t);
}

static void numbers(void **state)
{
    (void)state;
    char out[HTML_NUMBER];
    const double nan = (double)NAN;
    assert_string_equal(html_number(out, 1.4523, 0.031), "1.452 ± 0.031");
    assert_string_equal(html_number(out, 12.345, 2.5), "12.3 ± 2.5");
    assert_string_equal(html_number(out, 1234.5, 123.0), "1234 ± 123");
    assert_string_equal(html_number(out, -0.5, 0.02), "−0.500 ± 0.020");
    assert_string_equal(html_number(out, 2.5e6, 3e5), "(2.50 ± 0.30)·10<sup>6</sup>");
    assert_string_equal(html_number(out, 1.25, nan), "1.25");
    assert_string_equal(html_number(out, 1.141, 6e-15), "1.141"); /* a constant is not a measurement */
    assert_string_equal(html_number(out, nan, 1.0), "–");
    assert_string_equal(html_number(out, (double)INFINITY, nan), "∞");
}

static void svg_ids(void **state)
{
    (void)state;
    write_file("two.svg",
               "<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'><defs><circle id='gpDot' "
               "r='1'/></defs><g id=\"a\" fill='url(#p)'><use xlink:href='#gpDot'/></g></svg>");
    char path[FILE_PATH_MAX];
    struct text t = {0};
    OKAY(file_join(path, folder, "two.svg"));
    OKAY(html_svg(&t, path, "g2"));
    assert_string_equal(
        t.s, "<svg xmlns='http://www.w3.org/2000/svg'><defs><circle id='g2-gpDot' r='1'/></defs><g "
             "id=\"g2-a\" fill='url(#g2-p)'><use xlink:href='#g2-gpDot'/></g></svg>\n");
    text_free(&t);
    write_file("no.svg", "not a picture");
    OKAY(file_join(path, folder, "no.svg"));
    struct text u = {0};
    assert_int_equal(html_svg(&u, path, "g2"), FAILED);
    text_free(&u);
}

/* ---- palette ---- */

static void palette_is_even(void **state)
{
    (void)state;
    enum { STEPS = 40 };
    double before = -1.0;
    for (int i = 0; i <= STEPS; i++) {
        int rgb[3];
        palette_map((double)i / STEPS, rgb);
        for (int k = 0; k < 3; k++) assert_in_range(rgb[k], 0, 255);
        double L = palette_lightness(rgb), ideal = 14.0 + 80.0 * i / STEPS;
        /* Rounding a channel to 1/255 moves L* by at most about 0.5 (1/255 · 116/3 · 3 at the dark end). */
        assert_true(fabs(L - ideal) < 0.6);
        assert_true(L > before); /* survives grey printing */
        before = L;
    }
    int below[3], low[3], high[3], above[3];
    palette_map(-3.0, below);
    palette_map(0.0, low);
    palette_map(1.0, high);
    palette_map((double)NAN, above);
    assert_memory_equal(below, low, sizeof low);
    assert_memory_equal(above, low, sizeof low);
    assert_true(palette_lightness(high) - palette_lightness(low) > 75.0);
    const int white[3] = {255, 255, 255}, black[3] = {0, 0, 0};
    assert_true(fabs(palette_lightness(white) - 100.0) < 1e-3);
    assert_true(fabs(palette_lightness(black)) < 1e-9);
    for (int i = 0; i < 4; i++) { /* lines stand out from white paper */
        int rgb[3];
        unsigned c = (unsigned)strtoul(palette_line(i) + 1, NULL, 16);
        rgb[0] = (int)(c >> 16), rgb[1] = (int)(c >> 8 & 255), rgb[2] = (int)(c & 255);
        assert_true(palette_lightness(rgb) < 60.0);
    }
}

/* ---- figures ---- */

static void names_and_text(void **state)
{
    (void)state;
    char name[16], text[FIGURE_TEXT];
    figure_file_name(name, sizeof name, "../a b/ü.x");
    assert_null(strchr(name, '/'));
    assert_true(name[0] != '.');
    figure_file_name(name, sizeof name, "");
    assert_string_equal(name, "x");
    figure_file_name(name, 5, "abcdefgh");
    assert_string_equal(name, "abcd");
    /* Nothing of a label can end the quoted string or start a command in gnuplot. */
    assert_string_equal(figure_text("a_b'; system('x') `y`\\\n", text), "a\\_b''; system(''x'') y");
    assert_string_equal(figure_text("x^2{@}&~", text), "x\\^2\\{\\@\\}\\&\\~");
    assert_string_equal(figure_unit("1/sigma", text), "σ^{-1}");
    assert_string_equal(figure_unit("/sigma^2/tau", text), "/σ^2/τ");
    assert_string_equal(figure_unit("deposit.T 0.85 Tg", text), "deposit.T 0.85 T_g");
    assert_string_equal(figure_unit("a_b{sigmas}", text), "a\\_b\\{sigmas\\}");
}

static void data_file(void **state)
{
    (void)state;
    struct figure f;
    const double t[3] = {0.5, 1.0, 2.0}, y[3] = {1.0 / 3.0, (double)NAN, -1e-12};
    char name[FIGURE_NAME + 40];
    OKAY(figure_begin(&f, folder, "fig one", 400, 300));
    assert_string_equal(f.name, "fig-one");
    OKAY(figure_data(&f, "a/b", 2, (const char *const[]){"t", "y"}, (const double *const[]){t, y}, 3));
    assert_string_equal(figure_data_name(&f, "a/b", false, name), "fig-one-a-b.dat");
    assert_string_equal(f.file[0], name);
    char *content = read_file(name);
    assert_string_equal(content, "# t y\n0.5 0.333333333\n1 nan\n2 -1e-12\n");
    DELETE(content);
    const float m[4] = {1.0f, 2.0f, 3.0f, 4.0f};
    OKAY(figure_matrix(&f, "m", m, 2));
    content = read_file("fig-one-m.f32");
    assert_memory_equal(content, m, sizeof m);
    DELETE(content);
    figure_free(&f);
}

/* A figure is drawn, or says why it is not; a missing gnuplot is not a failure. */
static void drawing(void **state)
{
    (void)state;
    struct figure f;
    char path[FILE_PATH_MAX], *old = NULL;
    OKAY(figure_begin(&f, folder, "line", 300, 200));
    figure_script(&f, "plot x with lines\n");
    OKAY(figure_end(&f));
    OKAY(file_join(path, folder, "line.gp"));
    assert_true(file_exists(path));
    OKAY(file_join(path, folder, f.svg));
    assert_int_equal(f.drawn, file_exists(path));
    bool installed = f.drawn;
    figure_free(&f);

    OKAY(mem_string(&old, getenv("PATH")));
    setenv("PATH", "/nowhere", 1);
    OKAY(figure_begin(&f, folder, "none", 300, 200));
    figure_script(&f, "plot x\n");
    OKAY(figure_end(&f));
    assert_false(f.drawn);
    assert_non_null(strstr(f.why, "gnuplot"));
    figure_free(&f);
    setenv("PATH", old, 1);
    DELETE(old);

    if (!installed) return;
    OKAY(figure_begin(&f, folder, "wrong", 300, 200));
    figure_script(&f, "plot no_such_function(x)\n");
    OKAY(figure_end(&f));
    assert_false(f.drawn);
    assert_non_null(strstr(f.why, "failed"));
    figure_free(&f);
}

static void downsampling(void **state)
{
    (void)state;
    enum { SIDE = 5 };
    float m[SIDE * SIDE], out[9];
    for (int i = 0; i < SIDE * SIDE; i++) m[i] = (float)i;
    figure_downsample(m, SIDE, 2, out);
    assert_true(out[0] == 3.0f);  /* 0 1 5 6 */
    assert_true(out[1] == 5.0f);  /* 2 3 7 8 */
    assert_true(out[2] == 6.5f);  /* 4 9: the last block is narrower */
    assert_true(out[8] == 24.0f); /* one element */
    m[1] = NAN;
    figure_downsample(m, SIDE, 2, out);
    assert_true(out[0] == (float)(11.0 / 3.0)); /* left out, not zero */
    m[24] = NAN;
    figure_downsample(m, SIDE, 2, out);
    assert_true(isnan(out[8]));
    float same[SIDE * SIDE];
    figure_downsample(m, SIDE, 1, same);
    for (int i = 0; i < SIDE * SIDE; i++) assert_true(same[i] == m[i] || (isnan(same[i]) && isnan(m[i])));
}

/* ---- run folders ---- */

static void make_frames(const char *name, const char *window, int64_t pixels, double first)
{
    char path[FILE_PATH_MAX];
    struct h5 f;
    float data[12] = {0};
    double time[2] = {first, first + 1.0};
    hsize_t shape[2] = {2, (hsize_t)pixels}, two = 2;
    OKAY(file_join(path, folder, name));
    OKAY(h5_begin(&f, path));
    OKAY(h5_write(&f, "entry/instrument/detector_1/data", H5_F32, 2, shape, data));
    OKAY(h5_write(&f, "entry/instrument/detector_1/time", H5_F64, 1, &two, time));
    OKAY(h5_make_group(&f, "entry/glint/window"));
    OKAY(h5_attr_string(&f, "entry/glint/window", "name", window));
    OKAY(h5_commit(&f));
}

static void make_trajectory(double first)
{
    char path[FILE_PATH_MAX];
    struct h5 f;
    hsize_t one = 1;
    OKAY(file_join(path, folder, "trajectory.h5"));
    OKAY(h5_begin(&f, path));
    OKAY(h5_write(&f, "particles/trajectory/position/time", H5_F64, 1, &one, &first));
    OKAY(h5_commit(&f));
}

static void run_folders(void **state)
{
    (void)state;
    struct run_folder f;
    char value[64];
    make_trajectory(0.25);
    make_frames("speckle-late-1d.h5", "1d", 3, 50.0);
    make_frames("speckle-early-3d.h5", "3d", 6, 10.0);
    make_frames("speckle-early-a-b.h5", "a-b", 2, 10.0); /* a dash in the window's name */
    write_file("run.json", "{\n  \"version\": \"0.1.0\",\n  \"atoms\": 1000,\n  \"isa\": \"avx2\"\n}\n");
    write_file("input.yaml",
               "dt: 0.005 tau # a comment\nthermostat:\n  kind: nose-hoover\nbarostat:\n  kind: other\n");
    write_file("thermo.csv", "step,time,stage,T_target,T,P,density,potential_per_atom,Lx\n"
                             "20,0.1,1-melt,0.6,0.5,-1,1.1,-5.5,9\n40,0.2,1-melt,0.6,0.7,1,1.1,-5.7,9\n60,0."
                             "3,hold,0.4,0.4,0,1.2,-6,9\n"
                             "80,0.4,hold,0.4"); /* a run that is writing: the half line is left out */
    OKAY(run_folder_open(&f, folder));
    assert_int_equal(f.speckles, 3);
    assert_string_equal(f.speckle[0].label, "early");
    assert_string_equal(f.speckle[0].name, "3d");
    assert_string_equal(f.speckle[1].label, "early");
    assert_string_equal(f.speckle[1].name, "a-b");
    assert_string_equal(f.speckle[2].label, "late");
    assert_true(run_folder_fact(&f, "atoms", value, sizeof value));
    assert_string_equal(value, "1000");
    assert_true(run_folder_fact(&f, "isa", value, sizeof value));
    assert_string_equal(value, "avx2");
    assert_false(run_folder_fact(&f, "seed", value, sizeof value));
    assert_true(run_folder_input(&f, NULL, "dt", value, sizeof value));
    assert_string_equal(value, "0.005 tau");
    assert_true(run_folder_input(&f, "barostat", "kind", value, sizeof value));
    assert_string_equal(value, "other");
    assert_false(run_folder_input(&f, NULL, "kind", value, sizeof value));
    assert_int_equal(f.trajectories, 1);
    assert_string_equal(f.trajectory[0].label, "hold"); /* its stage, from thermo.csv */
    assert_int_equal(f.thermo.rows, 3);
    assert_int_equal(f.thermo.stages, 2);
    assert_string_equal(f.thermo.stage[1], "hold");
    double mean, sd;
    assert_int_equal(run_thermo_mean(&f.thermo, THERMO_T, 0.0, 0.2, &mean, &sd), 2);
    assert_true(fabs(mean - 0.6) < 1e-12 && fabs(sd - sqrt(0.02)) < 1e-12);
    run_folder_free(&f);
}

/* What the echo of the input quotes comes back as it was: letters beyond ASCII, quotes, backslashes,
 * controls. */
static void quoted_values_are_read_back(void **state)
{
    (void)state;
    static const char written[] =
        "map:\n  sigma: 2.8 Å\n  Tg: '670 K'   # measured\nTg:\n"
        "  construction: \"V(T) \\\"of\\\" a\\\\b # no comment \\x07\\u0085\\u2028\"\n";
    static const char *const path[] = {"map.sigma", "map.Tg", "Tg.construction"},
                             *const expected[] = {"2.8 Å", "670 K",
                                                  "V(T) \"of\" a\\b # no comment \x07\xc2\x85\xe2\x80\xa8"};
    struct tree doc;
    struct text echo = {0};
    char value[128];
    OKAY(tree_parse(&doc, "written", written, strlen(written)));
    tree_emit(doc.root, &echo);
    for (int i = 0; i < 3; i++) {
        assert_true(run_settings_value(echo.s, path[i], value, sizeof value));
        assert_string_equal(value, expected[i]);
    }
    /* As a run folder: the unit of the map reaches the page. */
    struct run_folder f = {.input = echo.s, .units = "lj"};
    struct run_units u;
    struct text map = {0};
    text_add(&map, "Tg:\n  value: 0.38 eps/kB\nmap:\n  sigma: \"2.8 Å\"\n  Tg: 670 K\n  mass: 77.4 u\n");
    f.input = map.s;
    OKAY(run_units_of(&u, &f));
    assert_true(u.mapped && fabs(u.system.length / 2.8e-10 - 1.0) < 1e-12);
    text_free(&map);
    text_free(&echo);
    tree_free(&doc);
}

/* glint tg of a run that is going on: HDF5 files under way are not opened. */
static void thermo_needs_no_other_file(void **state)
{
    (void)state;
    struct run_folder f;
    write_file("speckle-broken-1d.h5", "not HDF5");
    assert_int_equal(run_folder_open(&f, folder), BAD_INPUT);
    OKAY(run_folder_open_thermo(&f, folder));
    assert_int_equal(f.thermo.rows, 3);
    assert_int_equal(f.speckles + f.trajectories + f.records, 0);
    run_folder_free(&f);
}

/* A cycle of three temperatures, two hundred times, is twelve hundred stages; half of them are isotherms. */
static void many_stages(void **state)
{
    (void)state;
    struct run_folder f;
    struct text csv = {0};
    text_add(&csv, "step,time,stage,T_target,T,P,density,potential_per_atom\n");
    for (int i = 0; i < 600; i++)
        text_add(&csv, "%d,%g,iso-i%d-T%d,0.3,0.3,0,1.2,-6\n", i + 1, 0.1 * i, i / 3, i % 3);
    write_file("thermo.csv", csv.s);
    text_free(&csv);
    OKAY(run_folder_open_thermo(&f, folder));
    assert_int_equal(f.thermo.stages, 600);
    assert_string_equal(f.thermo.stage[f.thermo.stage_of[500]], "iso-i166-T2");
    run_folder_free(&f);
}

static void wrong_folders(void **state)
{
    (void)state;
    struct run_folder f;
    char path[FILE_PATH_MAX];
    assert_int_equal(run_folder_open(&f, "/no/such/folder"), BAD_INPUT);
    OKAY(file_join(path, folder, "empty"));
    OKAY(file_make_folder(path));
    assert_int_equal(run_folder_open(&f, path), BAD_INPUT);
    assert_non_null(strstr(status_message(), "glint run"));
    run_folder_free(&f); /* twice is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(escaping),
                                       cmocka_unit_test(base64),
                                       cmocka_unit_test(numbers),
                                       cmocka_unit_test(svg_ids),
                                       cmocka_unit_test(palette_is_even),
                                       cmocka_unit_test(names_and_text),
                                       cmocka_unit_test(data_file),
                                       cmocka_unit_test(drawing),
                                       cmocka_unit_test(downsampling),
                                       cmocka_unit_test(run_folders),
                                       cmocka_unit_test(quoted_values_are_read_back),
                                       cmocka_unit_test(thermo_needs_no_other_file),
                                       cmocka_unit_test(many_stages),
                                       cmocka_unit_test(wrong_folders)};
    h5_quiet();
    if (!mkdtemp(folder)) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? failed : 1;
}
