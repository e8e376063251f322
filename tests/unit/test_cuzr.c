/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in Cu–Zr functions: published test vectors, derivatives, joints, ranges, limits. */
#include "force/cuzr.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const names[] = {"m19", "m09", "m07", "zjw04"};
enum { NAMES = 4 };
static const int pairs[3][2] = {{0, 0}, {0, 1}, {1, 1}};

static struct eam_functions functions(const char *name)
{
    struct eam_functions f;
    if (cuzr_functions(name, &f) != OK) fail_msg("%s: %s", name, status_message());
    return f;
}

/* Rounding of φ: its largest terms, about c(r_k − r)⁷ of the last knot, cancel almost wholly. */
static double phi_rounding(double r)
{
    return 4.0 * DBL_EPSILON *
           (1.0 + 1.4 * pow(fmax(6.0 - fmax(r, 1.8), 0.0), 7) + 0.56 * pow(fmax(7.6 - fmax(r, 1.8), 0.0), 7));
}

/* Half a unit of the last printed digit, and rounding. */
static void is_printed(double value, const char *printed, double rounding, const char *what)
{
    const char *dot = strchr(printed, '.');
    double expected = strtod(printed, NULL);
    double last = dot ? pow(10.0, -(double)strlen(dot + 1)) : 0.0;
    if (!(fabs(value - expected) <= 0.5001 * last + rounding + 1e-14 * fabs(expected)))
        fail_msg("%s: %.14g, expected %s", what, value, printed);
}

/* Values of the analytic form of m19, evaluated independently in double precision. */
static void vectors_m19(void **state)
{
    (void)state;
    static const struct {
        double r;
        const char *value[6];
    } rows[] = {
        {1.5, {"14.37234067", "20.49025353", "32.28862539", "6.802802665", "22.57720525", "30.6051083"}},
        {2.4, {"0.1730848773", "0.9202607943", "2.528858985", "2.286686525", "6.660277846", "14.47468593"}},
        {2.8, {"0.02682038224", "0.2259951808", "1.192991607", "1.310424836", "3.565427", "9.686966669"}},
        {3.2,
         {"0.05328627247", "0.02994868249", "0.5055541467", "0.708440166", "1.797153774", "6.105308328"}},
        {4.0,
         {"0.0335224383", "0.02156128217", "0.07850103586", "0.164633967", "0.3831259235", "1.769569953"}},
        {5.0,
         {"0.007056224483", "-0.008588048123", "0.0018693909", "0.01017616501", "0.02368183991",
          "0.06265279203"}},
        {6.5, {"0", "-0.01392958061", "-0.008214766079", "0", "0", "0"}}};
    struct eam_functions f = functions("m19");
    double d;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int p = 0; p < 3; p++) {
            int a = pairs[p][0], b = pairs[p][1];
            is_printed(f.pair(&f, a, b, rows[i].r, &d), rows[i].value[p], phi_rounding(rows[i].r), "phi");
            is_printed(f.density(&f, a, b, rows[i].r, &d), rows[i].value[3 + p], 0.0, "rho");
        }
    static const double rho[2][4] = {{15, 25, 30, 60}, {15, 60, 80, 100}};
    static const char *const energy[2][4] = {
        {"-3.121050326", "-4.016995264", "-4.327719455", "-4.507309826"},
        {"-4.079390951", "-8.159138009", "-9.491030859", "-10.62771007"}};
    for (int a = 0; a < 2; a++)
        for (int k = 0; k < 4; k++) is_printed(f.embedding(&f, a, rho[a][k], &d), energy[a][k], 0.0, "F");
    eam_functions_free(&f);
}

static void vectors_zjw04(void **state)
{
    (void)state;
    static const char *const phi[2][3] = {{"-0.1812890211", "-0.3343030507", "0.1054273602"},
                                          {"-0.04666517746", "-0.1398836312", "-0.154630146"}};
    static const char *const shape[2] = {"1.028030291", "3.947152429"};
    static const double rho[2][2] = {{20, 30}, {25, 40}};
    static const char *const energy[2][2] = {{"-2.187907961", "-2.172816979"},
                                             {"-4.469273238", "-4.449314536"}};
    struct eam_functions f = functions("zjw04");
    double d;
    for (int i = 0; i < 2; i++)
        for (int p = 0; p < 3; p++)
            is_printed(f.pair(&f, pairs[p][0], pairs[p][1], i ? 4.0 : 2.8, &d), phi[i][p], 0.0, "phi");
    for (int b = 0; b < 2; b++)
        for (int a = 0; a < 2; a++) { /* what b gives, whoever receives it */
            is_printed(f.density(&f, a, b, 2.8, &d), shape[b], 0.0, "f");
            is_printed(f.embedding(&f, b, rho[b][a], &d), energy[b][a], 0.0, "F");
        }
    assert_true(fabs(f.embedding(&f, 0, 0.0, &d)) < 1e-12 && fabs(f.embedding(&f, 1, 0.0, &d)) < 1e-12);
}

/* ---- derivatives ---- */

enum kind { PAIR, DENSITY, EMBEDDING };
static double value_of(const struct eam_functions *f, enum kind k, int a, int b, double x, double *d)
{
    return k == PAIR      ? f->pair(f, a, b, x, d)
           : k == DENSITY ? f->density(f, a, b, x, d)
                          : f->embedding(f, a, x, d);
}

/* Central difference of fourth order, error h⁴ f⁽⁵⁾/30. */
static double difference(const struct eam_functions *f, enum kind k, int a, int b, double x, double h)
{
    double unused, v[4];
    for (int i = 0; i < 4; i++) v[i] = value_of(f, k, a, b, x + h * (double)(i < 2 ? i - 2 : i - 1), &unused);
    return (v[0] - 8.0 * v[1] + 8.0 * v[2] - v[3]) / (12.0 * h);
}

/* The difference with h/2 errs by a sixteenth of what separates it from that with h, plus rounding of the
 * values (1.5 of them over h/2; the largest terms of F are 3.1e-3 ρ⁴ for Cu, 4e-6 ρ⁴ for Zr) and of the
 * point. */
static void check_slope(const struct eam_functions *f, enum kind k, int a, int b, double x, double h,
                        const char *name)
{
    double slope, value = value_of(f, k, a, b, x, &slope), coarse = difference(f, k, a, b, x, h);
    double fine = difference(f, k, a, b, x, 0.5 * h);
    double rounding = k == PAIR ? phi_rounding(x)

                      : k == EMBEDDING && name[0] == 'm' ? 4.0 * DBL_EPSILON * (a ? 4e-6 : 3.1e-3) * pow(x, 4)
                                                         : 0.0;
    rounding += 8.0 * DBL_EPSILON * (fabs(value) + fabs(slope) * x + 0.1);
    double allowed = fabs(coarse - fine) + 3.0 * rounding / h;
    if (!(fabs(slope - fine) <= allowed))
        fail_msg("%s, function %d of %d%d at %g: slope %.12g, difference %.12g, allowed %g", name, (int)k, a,
                 b, x, slope, fine, allowed);
    if (!(allowed < 1e-4 * fabs(slope) + 1e-7))
        fail_msg("%s at %g: the check is blunt: %g", name, x, allowed);
}

static void slopes(void **state)
{
    (void)state;
    static const double joints[] = {1.0, 1.8, 2.1, 2.2, 2.3};
    for (int n = 0; n < NAMES; n++) {
        struct eam_functions f = functions(names[n]);
        for (int p = 0; p < 3; p++)
            for (double r = 0.4; r < 7.8; r += 0.0137) {
                double h = 1e-3;
                bool joint = false;
                for (int j = 0; j < 5; j++) joint = joint || fabs(r - joints[j]) < 2.5 * h;
                if (r > 7.1 && n == 3) h = 1e-4; /* the switch is 0.05 wide */
                if (joint) continue;
                check_slope(&f, PAIR, pairs[p][0], pairs[p][1], r, h, names[n]);
                check_slope(&f, DENSITY, pairs[p][0], pairs[p][1], r, h, names[n]);
            }
        for (int a = 0; a < 2; a++)
            for (double rho = 0.71; rho < 330.0; rho *= 1.0173) {
                double rho_e = a ? 30.879991 : 21.175871;
                if (n == 3 && (fabs(rho - 0.85 * rho_e) < 0.05 || fabs(rho - 1.15 * rho_e) < 0.05)) continue;
                if (fabs(rho - 300.0) < 0.05) continue; /* F'' jumps to 0 */
                check_slope(&f, EMBEDDING, a, a, rho, 1e-2, names[n]);
            }
    }
}

/* ---- joints, ranges, limits ---- */

static void joints(void **state)
{
    (void)state;
    static const double at[3][3] = {{1.8, 2.2, 2.3}, {1.8, 2.1, 2.3}, {1.8, 1.8, 2.3}}; /* m19, m09, m07 */
    for (int n = 0; n < 3; n++) {
        struct eam_functions f = functions(names[n]);
        for (int p = 0; p < 3; p++)
            for (int j = 0; j < 2; j++) {
                double r = j ? at[n][p] : 1.0, slope[2];
                double below = f.pair(&f, pairs[p][0], pairs[p][1], nextafter(r, 0.0), &slope[0]);
                double above = f.pair(&f, pairs[p][0], pairs[p][1], r, &slope[1]);
                /* what the header says; the slope likewise */
                bool recovered = p == 1 && n > 0;
                assert_true(fabs(above - below) < (recovered ? 6e-8 : 1e-8) * above);
                assert_true(fabs(slope[1] - slope[0]) < (recovered ? 6e-8 : 1e-8) * fabs(slope[1]));
            }
    }
    struct eam_functions f = functions("zjw04");
    for (int a = 0; a < 2; a++)
        for (int j = 0; j < 2; j++) {
            double rho = (j ? 1.15 : 0.85) * (a ? 30.879991 : 21.175871), slope[2], step = 1e-12 * rho;
            double below = f.embedding(&f, a, rho - step, &slope[0]),
                   above = f.embedding(&f, a, rho + step, &slope[1]);
            assert_true(fabs(above - below) < 5e-7);
            assert_true(fabs(slope[1] - slope[0]) < 5e-4 * fabs(slope[1]));
        }
}

/* Zero with the slope at the range; before it no larger than a fourth power (a switch: third) allows. */
static void ranges(void **state)
{
    (void)state;
    static const double pair_range[3] = {6.0, 7.6, 7.6}, density_range[3] = {6.0, 6.0, 5.6};
    for (int n = 0; n < NAMES; n++) {
        struct eam_functions f = functions(names[n]);
        assert_true(f.core == 0.0 && !f.file);
        assert_true(f.species.count == 2 && strcmp(f.species.name[0], "Cu") == 0 &&
                    strcmp(f.species.name[1], "Zr") == 0);
        assert_true(f.species.mass[0] == 63.546 && f.species.mass[1] == 91.224);
        for (int p = 0; p < 3; p++)
            for (int k = PAIR; k <= DENSITY; k++) {
                int a = pairs[p][0], b = pairs[p][1];
                double range = k == PAIR ? f.pair_range[a][b] : f.density_range[a][b], d;
                assert_true(f.pair_range[a][b] == f.pair_range[b][a]);
                if (n < 3) assert_true(range == (k == PAIR ? pair_range[p] : density_range[p]));
                if (n == 3) assert_true(fabs(range - 7.1554) < 5e-5);
                for (double r = range; r < range + 2.0; r += 0.37)
                    assert_true(value_of(&f, k, a, b, r, &d) == 0.0 && d == 0.0);
                double near = fabs(value_of(&f, k, a, b, range - 2e-3, &d)), slope = fabs(d);
                double nearer = fabs(value_of(&f, k, a, b, range - 1e-3, &d));
                assert_true(near > 0.0 && nearer > 0.0);
                /* 2⁴ = 16 and 2³ = 8, up to the next power's share */
                assert_true(near / nearer > (n < 3 ? 15.8 : 7.5) && near / nearer < (n < 3 ? 16.2 : 8.0));
                assert_true(slope / fabs(d) > (n < 3 ? 7.9 : 3.7));
            }
    }
}

static void limits(void **state)
{
    (void)state;
    double d, e;
    for (int n = 0; n < NAMES; n++) {
        struct eam_functions f = functions(names[n]);
        for (int a = 0; a < 2; a++) {
            double most = f.density_most[a], at = f.embedding(&f, a, most, &d);
            assert_true(most == 300.0);
            assert_true(fabs(f.embedding(&f, a, most + 50.0, &e) - (at + 50.0 * d)) <
                        1e-12 * fabs(50.0 * d) + 1e-12 * fabs(at));
            assert_true(d == e);
            assert_true(fabs(f.embedding(&f, a, 0.0, &d)) < 1e-14);
            assert_true(isfinite(d));
            for (double r = 1e-3; r < 1.0; r *= 1.5)
                for (int b = 0; b < 2; b++)
                    assert_true(f.pair(&f, a, b, r, &d) > 0.0 && isfinite(d) && d < 0.0);
            for (double r = 1.0; r < 7.5; r += 0.3) { /* the same both ways, to the bit */
                double ab = f.pair(&f, 0, 1, r, &d);
                assert_true(f.pair(&f, 1, 0, r, &e) == ab && d == e);
            }
        }
    }
}

static void names_and_table(void **state)
{
    (void)state;
    struct eam_functions f = {0};
    for (int n = 0; n < NAMES; n++) assert_string_equal(cuzr_potentials[n].name, names[n]);
    assert_null(cuzr_potentials[NAMES].name);
    assert_int_equal(cuzr_functions("m18", &f), BAD_INPUT);
    assert_non_null(strstr(status_message(), "'m18'; did you mean m19?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(vectors_m19),    cmocka_unit_test(vectors_zjw04),
                                       cmocka_unit_test(slopes),         cmocka_unit_test(joints),
                                       cmocka_unit_test(ranges),         cmocka_unit_test(limits),
                                       cmocka_unit_test(names_and_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
