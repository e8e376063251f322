/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of eam/alloy and eam/fs tables: known functions there and back, LAMMPS's splines by hand, order
 * of the densities, sentinels, every way a file can be wrong, and files damaged at random. */
#include "config_files.h"
#include "base/file.h"
#include "base/text.h"
#include "force/cuzr.h"
#include "force/setfl.h"

#include <float.h>

static const char installed[] = "/usr/share/lammps/potentials/";

/* ---- a file of cubics: every spline gives them back exactly, but for the first and last two intervals ----
 */

enum { NRHO = 12, NR = 16 };
static const double drho = 0.75, dr = 0.25, cutoff = 3.9;

static double cubic_embedding(int a, double rho)
{
    return -(1.0 + a) * rho + 0.125 * rho * rho - 0.01 * (2.0 + a) * rho * rho * rho;
}
static double cubic_density(int at, int from, double r)
{
    return (1.0 + at + 3.0 * from) * pow(4.0 - r, 3);
}
static double cubic_pair(int a, int b, double r) /* r phi */
{
    return (2.0 + a + b) * pow(4.0 - r, 3) - 3.0 * a * b * (4.0 - r);
}

static void add_table(struct text *t, int n, double step, int a, int b, double (*one)(int, double),
                      double (*two)(int, int, double))
{
    for (int i = 0; i < n; i++)
        text_add(t, " %.17E%s", one ? one(a, i * step) : two(a, b, i * step),
                 i % 5 == 4 || i == n - 1 ? "  \r\n" : "");
}

/* Elements Cu, Zr; alloy densities are those at Cu. */
static char *cubics(bool fs)
{
    struct text t = {0};
    static const char *const head[2] = {" 29 63.546 3.61 fcc\r\n", "40 9.1224E+0001 3.23 hcp \r\n"};
    text_add(&t, "# cubics UNITS: metal DATE: now\r\n#\r\n\r\n  2 Cu  Zr \r\n%d %.17g %d %.17g %.17g\r\n",
             NRHO, drho, NR, dr, cutoff);
    for (int b = 0; b < 2; b++) {
        text_add(&t, "%s", head[b]);
        add_table(&t, NRHO, drho, b, 0, cubic_embedding, NULL);
        for (int a = 0; a < (fs ? 2 : 1); a++) add_table(&t, NR, dr, a, b, NULL, cubic_density);
    }
    for (int a = 0; a < 2; a++)
        for (int b = 0; b <= a; b++) add_table(&t, NR, dr, a, b, NULL, cubic_pair);
    assert_false(t.out_of_memory);
    return t.s;
}

static double off(double value, double expected)
{
    return fabs(value - expected) / (1.0 + fabs(expected));
}

/* `name[k]` is the number in the file of species k. The sums have five terms of up to 250. */
static void are_cubics(const struct eam_functions *f, const int *name, bool fs)
{
    double d, h = 1e-3, few = 1e-13;
    for (int a = 0; a < f->species.count; a++) {
        for (double rho = 2 * drho; rho <= (NRHO - 3) * drho; rho += 0.1)
            assert_true(off(f->embedding(f, a, rho, &d), cubic_embedding(name[a], rho)) < few);
        for (int b = 0; b < f->species.count; b++)
            for (double r = 3 * dr; r <= (NR - 3) * dr; r += 0.03) {
                int at = fs ? name[a] : 0, big = name[a] > name[b] ? name[a] : name[b];
                double z = cubic_pair(big, name[a] + name[b] - big, r);
                assert_true(off(f->density(f, a, b, r, &d), cubic_density(at, name[b], r)) < few);
                assert_true(fabs(d + 3.0 * (1.0 + at + 3.0 * name[b]) * pow(4.0 - r, 2)) < 300.0 * few);
                assert_true(off(f->pair(f, a, b, r, &d), z / r) < few);
                /* (z/r)' by a central difference of the exact function, error h²/6 (z/r)''' < 1e-6 × 5000 */
                double difference = (cubic_pair(big, name[a] + name[b] - big, r + h) / (r + h) -
                                     cubic_pair(big, name[a] + name[b] - big, r - h) / (r - h)) /
                                    (2 * h);
                assert_true(fabs(d - difference) < 5e-3);
            }
    }
}

static void there_and_back(void **state)
{
    (void)state;
    static const struct {
        const char *elements;
        int count, name[2];
    } choices[] = {{NULL, 2, {0, 1}},     {"", 2, {0, 1}}, {"Cu,Zr", 2, {0, 1}},
                   {"Zr, Cu", 2, {1, 0}}, {"Zr", 1, {1}},  {" Cu ", 1, {0}}};
    for (int fs = 0; fs < 2; fs++) {
        char *text = cubics(fs);
        const char *path = put(fs ? "two.eam.alloy" : "two.eam.fs", text); /* the name says the contrary */
        for (size_t k = 0; k < sizeof choices / sizeof *choices; k++)
            for (int kind = 0; kind < 2; kind++) {
                struct eam_functions f;
                must(setfl_read(path, choices[k].elements,
                                kind == 0 ? SETFL_AUTO
                                : fs      ? SETFL_FS
                                          : SETFL_ALLOY,
                                &f));
                assert_int_equal(f.file->kind, fs ? SETFL_FS : SETFL_ALLOY);
                assert_non_null(strstr(f.file->summary, fs ? "eam/fs" : "eam/alloy"));
                assert_int_equal(f.species.count, choices[k].count);
                for (int a = 0; a < f.species.count; a++) {
                    assert_string_equal(f.species.name[a], choices[k].name[a] ? "Zr" : "Cu");
                    assert_true(f.species.mass[a] == (choices[k].name[a] ? 91.224 : 63.546));
                    assert_true(f.density_most[a] == (NRHO - 1) * drho);
                }
                are_cubics(&f, choices[k].name, fs);
                assert_true(f.core == 3 * dr); /* row 0 is not asked */
                eam_functions_free(&f);
                assert_null(f.file);
            }
        free(text);
    }
}

/* Few rows: the node slopes by hand; the continuations; the ends. */
static void splines_by_hand(void **state)
{
    (void)state;
    static const char file[] =
        "c\nc\nc\n1 X\n5 1 8 0.5 3.75\n1 2.0 1 fcc\n0 1 4 9 16\n9D0 4 1.0E-0000 0 0 0 0 0\n"
        "100 8 7 3 1 0 1 0\n";
    struct eam_functions f;
    double d;
    refused(setfl_read(put("hand", changed(file, "3.75", "10")), "X", SETFL_AUTO, &f),
            "r phi for X and X ends at 4, before the cutoff 10, and not at 0");
    must(setfl_read(put("hand", file), "X", SETFL_AUTO, &f));
    static const double slope[5] = {1, 2, 4, 6, 7};
    for (int i = 0; i < 5; i++) {
        assert_true(f.embedding(&f, 0, i, &d) == i * i);
        assert_true(fabs(d - slope[i]) < 1e-14);
    }
    assert_true(fabs(f.embedding(&f, 0, 7.0, &d) - (16.0 + 3.0 * 7.0)) < 1e-13 && fabs(d - 7.0) < 1e-14);
    /* Hermite half way between (1, 2) and (4, 4): half the sum, and an eighth of the difference of slopes */
    assert_true(fabs(f.embedding(&f, 0, 1.5, &d) - 2.25) < 1e-14);
    assert_true(fabs(d - (1.5 * (4 - 1) - 0.25 * (2 + 4))) < 1e-14);
    /* Density: node 3 is the first sound one, slope (4 - 0 + 8 (0 - 1))/12 a row; inward a level parabola.
     * The last row that is not 0 is 2; the stencil reaches the slope of node 4, so all is 0 from node 5 on.
     */
    double node = (4.0 - 0.0 + 8.0 * (0.0 - 1.0)) / 12.0 / 0.5;
    assert_true(f.core == 1.5);
    assert_true(fabs(f.density(&f, 0, 0, 1.0, &d) - node * (1.0 - 2.25) / 3.0) < 1e-14);
    assert_true(fabs(d - node * 1.0 / 1.5) < 1e-14);
    assert_true(f.density_range[0][0] == 2.5 && f.file->density_end[0][0] < 1e-14);
    f.density(&f, 0, 0, 2.0, &d);
    assert_true(fabs(d - 1.0 / 12.0 / 0.5) < 1e-14);
    /* r phi: node 3 has 3, slope (8 - 0 + 8 (1 - 7))/12 = -10/3 a row; inward its tangent */
    assert_true(fabs(f.pair(&f, 0, 0, 0.3, &d) - (3.0 + (10.0 / 3.0) * (3.0 - 0.6)) / 0.3) < 1e-12);
    assert_true(fabs(d + (3.0 + 10.0) / 0.09) < 1e-11);
    /* node 4: (7 - 1 + 8 (0 - 3))/12 a row; node 6: half the distance of its neighbors; node 7: the
     * difference to node 6. Beyond node 7, to the cutoff, value and slope stay as they are there. */
    f.pair(&f, 0, 0, 2.0, &d);
    assert_true(fabs(d - (-3.0 - 0.5) / 2.0) < 1e-14);
    f.pair(&f, 0, 0, 3.0, &d);
    assert_true(fabs(d - (0.0 - 1.0 / 3.0) / 3.0) < 1e-14);
    assert_true(f.pair_range[0][0] == 3.75 && f.pair(&f, 0, 0, 3.6, &d) == 0.0);
    assert_true(fabs(d - -2.0 / 3.6) < 1e-14);
    assert_true(f.pair(&f, 0, 0, 3.75, &d) == 0.0 && d == 0.0);
    eam_functions_free(&f);
}

/* ---- sentinels ---- */

static void sentinels(void **state)
{
    (void)state;
    struct text t = {0};
    text_add(&t, "c\nc\nc\n1 X\n40 1 40 0.1 3.9\n1 2.0 1 fcc\n");
    for (int i = 0; i < 40; i++) text_add(&t, "%d ", -i);
    text_add(&t, "\n");
    for (int i = 0; i < 40; i++) text_add(&t, i < 5 ? "1E+0012 " : "%.17g ", pow(3.9 - 0.1 * i, 3));
    text_add(&t, "\n");
    for (int i = 0; i < 40; i++)
        text_add(&t, i < 7 ? "1000000000000 " : "%.17g ", 10.0 * pow(3.9 - 0.1 * i, 3));
    struct eam_functions f;
    must(setfl_read(put("sentinel", t.s), NULL, SETFL_AUTO, &f));
    text_free(&t);
    assert_true(f.core == 9 * 0.1);
    double d, before = INFINITY, steep = -INFINITY;
    for (double r = 1e-3; r < 3.6;
         r += 1e-3) { /* falling everywhere, ever less steep, far below the sentinel */
        double value = f.pair(&f, 0, 0, r, &d);
        assert_true(value < before && d < 0.0 && d > steep && value < 600.0 / r);
        before = value;
        steep = d - 1e-9 * fabs(d);
        double rho = f.density(&f, 0, 0, r, &d);
        assert_true(rho > 0.0 && rho < 60.0 && d < 0.0);
    }
    for (int k = 0; k < 2; k++) { /* C1 at both cores */
        double r = k ? 0.9 : 0.7, left, right, e = 1e-7;
        double low = k ? f.pair(&f, 0, 0, r - e, &left) : f.density(&f, 0, 0, r - e, &left);
        double high = k ? f.pair(&f, 0, 0, r + e, &right) : f.density(&f, 0, 0, r + e, &right);
        assert_true(fabs(high - low - left * 2 * e) < 1e-9 && fabs(right - left) < 1e-3 * fabs(left));
    }
    for (int i = 0; i < 9; i++)
        assert_true(fabs(f.file->pair[0][0][i][0]) < 2000.0); /* exact mode sees none */
    eam_functions_free(&f);
}

/* ---- what can be wrong ---- */

static void is_refused(const char *text, const char *elements, const char *message)
{
    struct eam_functions f;
    refused(setfl_read(put("wrong", text), elements, SETFL_AUTO, &f), message);
    assert_null(f.file);
    assert_null(f.release);
}

static void wrong_files(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } wrong[] = {{"UNITS: metal", "UNITS: real", "wrong:1: the file is in units 'real"},
                 {"2 Cu", "3 Cu", "wrong:4: announces 3 elements, but 2 names follow"},
                 {"2 Cu", "0 Cu", "wrong:4: the number of elements is 0"},
                 {"2 Cu", "two Cu", "wrong:4: found 'two'"},
                 {"Cu  Zr", "Cu  Cu", "wrong:4: the element Cu is there twice"},
                 {"Cu  Zr", "Cu  Zirconium", "wrong:4: the element name 'Zirconium'"},
                 {"12 0.75", "0 0.75", "wrong:5: nrho is 0"},
                 {"12 0.75", "-12 0.75", "wrong:5: nrho is -12"},
                 {"12 0.75", "99999999999999999999 0.75", "wrong:5: nrho is 99999999999999999999"},
                 {"12 0.75", "1000 0.75", "nrho = 1000"},
                 {"12 0.75", "12 -0.75", "wrong:5: drho is -0.75"},
                 {"12 0.75", "12 nan", "wrong:5: found 'nan', expected a number for drho"},
                 {"12 0.75", "12.5 0.75", "wrong:5: found '12.5', expected a whole number for nrho"},
                 {"16 0.25 ", "16 0 ", "wrong:5: dr is 0"},
                 {"16 0.25 ", "16 ", "wrong:5: expected the five numbers"},
                 {"63.546", "-1", "wrong:6: the mass of Cu is -1"},
                 {" 29 63", " 29. 63", "wrong:6: found '29.', expected a whole number"},
                 {"fcc\r\n ", "fcc\r\n x", "wrong:7: found 'x0.0"},
                 {"fcc\r\n ", "fcc\r\n 1e999 ", "wrong:7: F(rho) of Cu: '1e999' is too large"},
                 {"fcc\r\n ", "fcc\r\n inf ", "wrong:7: found 'inf'"},
                 {"fcc\r\n ", "fcc\r\n 0x1p3 ", "wrong:7: found '0x1p3'"},
                 {"fcc\r\n ", "fcc\r\n 1.0.0 ", "wrong:7: found '1.0.0'"},
                 {"fcc\r\n ", "fcc\r\n 0 ", "wrong:9: more than the 12 numbers of F(rho) of Cu"},
                 {"hcp \r\n ", "hcp \r\n 0 ", "more than the 12 numbers of F(rho) of Zr"}};
    for (int fs = 0; fs < 2; fs++) {
        char *text = cubics(fs);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
            is_refused(changed(text, wrong[i].from, wrong[i].to), NULL, wrong[i].message);
        is_refused(text, "Cu,Zrr", "has no element 'Zrr'; did you mean Zr?; it has Cu, Zr");
        is_refused(text, "Cu,Cu", "asked for twice");
        is_refused(text, ",", "no element is named");
        struct text more = {0};
        text_add(&more, "%s0.5\r\n", text);
        is_refused(more.s, NULL, "'0.5' after the last table");
        text_free(&more);
        /* one number too few: seen where the next table begins, or at the end */
        char *last = strrchr(text, 'E');
        while (*last != ' ') last--;
        *last = '\0';
        is_refused(text, NULL,
                   fs ? "after 15 of the 16 numbers of r phi(r) of Zr-Zr"
                      : "[read as eam/alloy: eam/alloy has 104 numbers, eam/fs 136, this file about 103]");
        free(text);
    }
    struct eam_functions f;
    refused(setfl_read(in_folder("absent"), NULL, SETFL_AUTO, &f), "cannot open");
    is_refused("", NULL, "wrong:0: the file ends here");
    is_refused("a\nb\nc\n1 X\n10 1 10 1 5\n", NULL, "the file ends here");
    /* counts whose product would overflow, in a file that is large enough for each alone: not asked for */
    char *text = cubics(true);
    is_refused(changed(text, "12 0.75 16 0.25", "900 0.75 900 0.25"), NULL, "truncated?");
    free(text);
}

/* ---- damaged at random: an answer with a message, or functions that can be asked ---- */

static int ask(const char *text, size_t n)
{
    struct eam_functions f;
    const char *path = in_folder("fuzz");
    FILE *out = fopen(path, "wb");
    fwrite(text, 1, n, out);
    fclose(out);
    status s = setfl_read(path, NULL, SETFL_AUTO, &f);
    if (s != OK) return s == BAD_INPUT && status_message()[0] && !f.file ? 0 : -1;
    double d, sum = 0.0;
    for (int a = 0; a < f.species.count; a++)
        for (int b = 0; b < f.species.count; b++)
            for (double r = 0.1; r < 5.0; r += 0.7)
                sum += f.pair(&f, a, b, r, &d) + f.density(&f, a, b, r, &d) +
                       f.embedding(&f, a, 10.0 * r - 5.0, &d);
    eam_functions_free(&f);
    return sum != 1.25 ? 1 : 2; /* the sum must be made */
}

static void damaged_files(void **state)
{
    (void)state;
    for (int fs = 0; fs < 2; fs++) {
        char *good = cubics(fs);
        size_t n = strlen(good), room = n + 256;
        char *text = malloc(room);
        int bad = 0, accepted = 0, rounds = 0;
        size_t whole = n; /* of the last number, any part is a number, too */
        while (good[whole - 1] != 'E') whole--;
        while (good[whole - 1] != ' ') whole--;
        for (size_t k = 0; k < whole; k += 3) {
            int answer = ask(good, k);
            if (answer != 0) fail_msg("cut after %zu of %zu bytes: taken", k, n);
        }
        uint64_t random = 20191202 + (uint64_t)fs;
        for (int round = 0; round < 1500; round++, rounds++) {
            memcpy(text, good, n);
            size_t m = mutate(text, n, room, &random, false);
            int answer = ask(text, m);
            bad += answer < 0;
            accepted += answer > 0;
        }
        assert_int_equal(bad, 0);
        assert_true(accepted > 0 && accepted < rounds);
        free(text);
        free(good);
    }
}

/* ---- files that others made ---- */

static bool there(const char *name, char path[256])
{
    snprintf(path, 256, "%s%s", installed, name);
    if (file_exists(path)) return true;
    print_message("%s is not installed: not compared\n", path);
    return false;
}

/* The last printed digits of our φ_CuZr of 2007: coefficients of (7.6 − r)⁴ … ⁷ to 5e-12, of the eighth power
 * to 5e-13; and its slope. The published functions alone have 14 digits. */
static double digits_of_2007(int a, int b, double r, double *slope)
{
    double x = a != b && r > 1.8 ? fmax(7.6 - r, 0.0) : 0.0, sum = 0.0;
    *slope = 0.0;
    for (int n = 4; n <= 8; n++) {
        double unit = n < 8 ? 5e-12 : 5e-13;
        sum += unit * pow(x, n);
        *slope += unit * n * pow(x, n - 1);
    }
    return sum;
}

/* CuZr_mm.eam.fs holds the potential of 2007. Its r φ scatters by up to 4e-8 eV Å, and by 8e-9 of itself,
 * about any smooth function (seen in its differences); a cubic between two nodes has slopes up to (3 +
 * 0.75)/dr times the scatter of its nodes. The spline of F errs at ρ > 2 by at most 0.03⁴/384 × 15/16 ×
 * 2^(−7/2) = 2e-10. */
static void the_potential_of_2007(void **state)
{
    (void)state;
    char path[256];
    struct eam_functions f, m07;
    double d, e;
    if (!there("CuZr_mm.eam.fs", path)) return;
    must(setfl_read(path, "Cu,Zr", SETFL_AUTO, &f));
    must(cuzr_functions("m07", &m07));
    assert_int_equal(f.file->kind, SETFL_FS);
    assert_true(fabs(f.core - 0.5016) < 1e-9);
    for (int a = 0; a < 2; a++) {
        for (double rho = 2.0; rho < 299.0; rho += 0.37) {
            double ours = m07.embedding(&m07, a, rho, &e);
            assert_true(fabs(f.embedding(&f, a, rho, &d) - ours) < 1e-7 * (1.0 + fabs(ours)));
            assert_true(fabs(d - e) < 1e-6 * (1.0 + fabs(e)));
        }
        for (int b = 0; b < 2; b++) {
            for (double r = 0.51; r < 7.7; r += 0.0123) {
                double ours = m07.pair(&m07, a, b, r, &e), rho;
                bool joint =
                    fabs(r - 1.0) < 4 * 0.00076 || fabs(r - 1.8) < 4 * 0.00076 || fabs(r - 2.3) < 4 * 0.00076;
                if (joint) continue; /* φ'' jumps under the spline */
                double slope, digits = digits_of_2007(a, b, r, &slope),
                              scatter = 5e-8 / r + 8e-9 * fabs(ours);
                double theirs = f.pair(&f, a, b, r, &d);
                if (!(fabs(theirs - ours) < digits + scatter &&
                      fabs(d - e) < slope + 4.0 / 0.00076 * scatter))
                    fail_msg("%d%d %g: %.12g, expected %.12g; slope %.12g, expected %.12g", a, b, r, theirs,
                             ours, d, e);
                rho = m07.density(&m07, a, b, r, &e);
                assert_true(fabs(f.density(&f, a, b, r, &d) - rho) < 1e-7 * (0.1 + rho) &&
                            fabs(d - e) < 1e-6 * (1.0 + fabs(e)));
            }
            /* three intervals beyond the last number that is not 0 */
            assert_true(fabs(f.density_range[a][b] - m07.density_range[a][b]) < 4 * 0.00076);
            assert_true(f.pair_range[a][b] >= m07.pair_range[a][b] - 1e-9 &&
                        f.pair_range[a][b] < m07.pair_range[a][b] + 4 * 0.00076);
        }
    }
    eam_functions_free(&f);
}

/* NiAlH has ρ_ab ≠ ρ_ba, and the same authors' potential exists in both formats: in eam/alloy there is no
 * doubt who gives. */
static void asymmetric_densities(void **state)
{
    (void)state;
    char fs_path[256], alloy_path[256];
    struct eam_functions fs, alloy;
    double d, e;
    if (!there("NiAlH_jea.eam.fs", fs_path) || !there("NiAlH_jea.eam.alloy", alloy_path)) return;
    must(setfl_read(fs_path, "H,Ni,Al", SETFL_AUTO, &fs));
    must(setfl_read(alloy_path, "H,Ni,Al", SETFL_AUTO, &alloy));
    assert_true(fs.file->kind == SETFL_FS && alloy.file->kind == SETFL_ALLOY);
    double different = 0.0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            for (double r = 0.1; r < 5.6; r += 0.01) {
                double one = fs.density(&fs, a, b, r, &d), two = alloy.density(&alloy, a, b, r, &e);
                assert_true(one == two && d == e);
                assert_true(fs.pair(&fs, a, b, r, &d) == alloy.pair(&alloy, a, b, r, &e) && d == e);
                different = fmax(different, fabs(one - fs.density(&fs, b, a, r, &d)));
            }
    assert_true(different > 0.01);
    eam_functions_free(&fs);
    eam_functions_free(&alloy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),      cmocka_unit_test(splines_by_hand),
        cmocka_unit_test(sentinels),           cmocka_unit_test(wrong_files),
        cmocka_unit_test(damaged_files),       cmocka_unit_test(the_potential_of_2007),
        cmocka_unit_test(asymmetric_densities)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
