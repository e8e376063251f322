/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units: exact values in lj, CODATA values in metal, the map between them against numbers computed apart,
 * what is refused and how it is said, and that everything written can be read back. */
#include "base/random.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* after status.h: it makes fail() a macro */

/* A handful of roundings: parse, convert by a quotient of up to four powers, multiply. */
#define ROUNDINGS (16 * 2.22e-16)

static double value_of(const struct unit_system *u, const char *text, enum quantity q)
{
    double v = NAN;
    if (units_parse(u, text, q, &v) != OK) {
        print_message("%s\n", status_message());
        assert_true(false);
    }
    return v;
}

static void assert_close(double a, double b, double relative)
{
    if (!(fabs(a - b) <= relative * fabs(b))) {
        print_message("%.17g is not %.17g within %g\n", a, b, relative);
        assert_true(false);
    }
}

/* Reduced units are the internal ones: not one bit may change. */
static void test_lj_exact(void **state)
{
    (void)state;
    struct unit_system u = units_lj();
    u.Tg = 0.37;
    u.dt = 0.005;
    static const struct {
        const char *text;
        enum quantity q;
        double value;
    } cases[] = {
        {"0.005 tau", QUANTITY_TIME, 0.005},
        {"0.6 eps/kB", QUANTITY_TEMPERATURE, 0.6},
        {"0.6 ε/k_B", QUANTITY_TEMPERATURE, 0.6},
        {"1e-3 eps/kB/tau", QUANTITY_COOLING_RATE, 1e-3},
        {"12 sigma", QUANTITY_LENGTH, 12},
        {"  12sigma  ", QUANTITY_LENGTH, 12},
        {"2 /sigma", QUANTITY_WAVENUMBER, 2},
        {"2 1/sigma", QUANTITY_WAVENUMBER, 2},
        {"2 sigma^-1", QUANTITY_WAVENUMBER, 2},
        {"1e-3 /sigma^2/tau", QUANTITY_FLUX, 1e-3},
        {"1e-3 / sigma^2 / tau", QUANTITY_FLUX, 1e-3},
        {"50 eps/sigma^2", QUANTITY_SPRING, 50},
        {"0.2 sigma^2", QUANTITY_AREA, 0.2},
        {"0.2 sigma*sigma", QUANTITY_AREA, 0.2},
        {"0.2 sigma sigma", QUANTITY_AREA, 0.2},
        {"-1.5 eps/sigma^3", QUANTITY_PRESSURE, -1.5},
        {"1.296 /sigma^3", QUANTITY_NUMBER_DENSITY, 1.296},
        {"2 m_B", QUANTITY_MASS, 2},
        {"0.8 Tg", QUANTITY_TEMPERATURE, 0.8 * 0.37},
        {"1e-5 Tg/tau", QUANTITY_COOLING_RATE, 1e-5 * 0.37},
        {"100 steps", QUANTITY_TIME, 100 * 0.005},
        {"100 steps", QUANTITY_STEPS, 100},
        {"1 step", QUANTITY_STEPS, 1},
        {"10 min", QUANTITY_WALL_TIME, 600},
        {"1.5 h", QUANTITY_WALL_TIME, 5400},
        {"30 s", QUANTITY_WALL_TIME, 30},
        {"2 GB", QUANTITY_BYTES, 2e9},
        {"4 kB", QUANTITY_BYTES, 4000},
        {"1 GiB", QUANTITY_BYTES, 1073741824},
        {"180 deg", QUANTITY_ANGLE, 3.14159265358979323846},
        {"2 %", QUANTITY_NUMBER, 0.02},
        {"2%", QUANTITY_NUMBER, 0.02},
        {"-.5e1", QUANTITY_NUMBER, -5},
        {"0", QUANTITY_PRESSURE, 0},
        {"0.0", QUANTITY_TEMPERATURE, 0},
        {"0", QUANTITY_ANGLE, 0},
        {"0 deg", QUANTITY_ANGLE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(value_of(&u, cases[i].text, cases[i].q) == cases[i].value);
    assert_true(units_boltzmann(&u) == 1);
}

/* Constants as printed by CODATA 2018, and derived ones computed apart. */
static void test_metal(void **state)
{
    (void)state;
    struct unit_system u = units_metal();
    assert_true(value_of(&u, "1 eV", QUANTITY_ENERGY) == 1);
    assert_true(value_of(&u, "3 angstrom", QUANTITY_LENGTH) == 3);
    assert_true(value_of(&u, "3 Å", QUANTITY_LENGTH) == 3);
    assert_true(value_of(&u, "77.4 u", QUANTITY_MASS) == 77.4);
    assert_true(value_of(&u, "700 K", QUANTITY_TEMPERATURE) == 700);
    assert_close(units_boltzmann(&u), 8.617333262e-5, 1e-10);
    const double fs =
        1 / 10.180505710; /* angstrom (u/eV)^1/2 = 1e-10 m (1.66053906660e-27/1.602176634e-19)^1/2 */
    assert_close(value_of(&u, "1 fs", QUANTITY_TIME), fs, 1e-9);
    assert_close(value_of(&u, "1 ps", QUANTITY_TIME), 1000 * fs, 1e-9);
    assert_close(value_of(&u, "1 µs", QUANTITY_TIME), 1e9 * fs, 1e-9);
    assert_close(value_of(&u, "1e12 K/s", QUANTITY_COOLING_RATE), 1e-3 / fs, 1e-9);
    assert_close(value_of(&u, "160.2176634 GPa", QUANTITY_PRESSURE), 1, ROUNDINGS);
    assert_close(value_of(&u, "1 bar", QUANTITY_PRESSURE), 6.241509074e-7, 1e-9);
    assert_close(value_of(&u, "1 g/cm^3", QUANTITY_MASS_DENSITY), 0.6022140762, 1e-9); /* N_A 1e-24/mol … */
    assert_close(value_of(&u, "10 nm", QUANTITY_LENGTH), 100, ROUNDINGS);
    assert_close(value_of(&u, "1 kB", QUANTITY_BYTES), 1000, 0);
    /* Coherent: a mass of 1 u at 1 angstrom/ps carries 2 × 5.182e-5 eV, without a factor in between. */
    double v = value_of(&u, "1 angstrom/ps", QUANTITY_VELOCITY);
    assert_close(v * v, 1.66053906660e-27 * 1e4 / 1.602176634e-19, ROUNDINGS);
    /* … and force = mass × acceleration. */
    assert_close(value_of(&u, "1 eV/angstrom", QUANTITY_FORCE),
                 value_of(&u, "1 J", QUANTITY_ENERGY) /
                     value_of(&u, "6.241509074460763e18 Å", QUANTITY_LENGTH),
                 1e-15);
}

/* Two alloys mapped on the Wahnström model (m_A = 2 m_B, equimolar): sigma from the structure peak, eps = kB
 * Tg/Tg*, tau = sigma (m_B/eps)^1/2 with m_B = mean mass/1.5; the expectations are rounded to the digits
 * given. */
static void test_map(void **state)
{
    (void)state;
    static const struct {
        double Tg, mass, eV, ps, dt_fs, GPa, tau_in_20us, K_per_s;
    } alloys[] = {{670, 77.4, 0.152, 0.546, 2.73, 0.99, 3.7e7, 3.2e10},
                  {681.6, 72.9, 0.155, 0.525, 2.63, 1.00, 3.8e7, 3.4e10}};
    for (int i = 0; i < 2; i++) {
        struct unit_system u = units_lj(), metal = units_metal();
        u.Tg = 0.38;
        struct unit_map map = {.sigma = 2.91, .Tg = alloys[i].Tg, .mass = alloys[i].mass};
        assert_int_equal(units_map(&u, &map), OK);
        double eps = value_of(&u, "1 eV", QUANTITY_ENERGY), tau = value_of(&u, "1 ps", QUANTITY_TIME);
        assert_true(fabs(1 / eps - alloys[i].eV) <= 0.0005 && fabs(1 / tau - alloys[i].ps) <= 0.0005);
        assert_true(fabs(0.005e3 / tau - alloys[i].dt_fs) <= 0.005);
        assert_true(fabs(1 / value_of(&u, "1 GPa", QUANTITY_PRESSURE) - alloys[i].GPa) <= 0.0051);
        assert_true(fabs(value_of(&u, "20 us", QUANTITY_TIME) - alloys[i].tau_in_20us) <= 0.05e7);
        double rate = 1e-5 / value_of(&u, "1 K/s", QUANTITY_COOLING_RATE);
        assert_true(fabs(rate - alloys[i].K_per_s) <= 0.05e10);
        /* the same from the formulas, with constants typed here */
        double kT = 8.617333262145179e-5 * alloys[i].Tg / 0.38, m = alloys[i].mass / 1.5;
        assert_close(1 / eps, kT, 1e-14);
        assert_close(1 / tau, 2.91 * sqrt(m / kT) * 0.010180505710, 1e-9);
        /* Tg* is the measured Tg by construction, and real quantities agree with the metal system. */
        char text[UNITS_TEXT];
        snprintf(text, sizeof text, "%.17g K", alloys[i].Tg);
        assert_close(value_of(&u, text, QUANTITY_TEMPERATURE), 0.38, ROUNDINGS);
        assert_true(units_format_real(&u, QUANTITY_TEMPERATURE, 0.38, text));
        assert_close(strtod(text, NULL), alloys[i].Tg, 1e-6);
        assert_close(value_of(&u, "1 bar", QUANTITY_PRESSURE) / value_of(&u, "1 eV/Å^3", QUANTITY_PRESSURE),
                     value_of(&metal, "1 bar", QUANTITY_PRESSURE), ROUNDINGS);
        /* eps instead of Tg gives the same system */
        struct unit_system w = units_lj();
        map = (struct unit_map){.sigma = 2.91, .eps = kT, .mass = alloys[i].mass, .mean_mass = 1.5};
        assert_int_equal(units_map(&w, &map), OK);
        assert_close(w.energy, u.energy, 1e-14);
        assert_close(w.mass, u.mass, ROUNDINGS);
    }
}

static void test_map_refused(void **state)
{
    (void)state;
    struct unit_system u = units_lj(), metal = units_metal();
    struct unit_map map = {.sigma = 2.91, .Tg = 670, .mass = 77.4};
    assert_int_equal(units_map(&u, &map), BAD_INPUT);
    assert_non_null(strstr(status_message(), "add the Tg block"));
    u.Tg = 0.37;
    map.eps = 0.15;
    assert_int_equal(units_map(&u, &map), BAD_INPUT);
    assert_non_null(strstr(status_message(), "found both"));
    map.eps = map.Tg = 0;
    assert_int_equal(units_map(&u, &map), BAD_INPUT);
    assert_non_null(strstr(status_message(), "found neither"));
    map = (struct unit_map){.sigma = -1, .Tg = 670, .mass = 77.4};
    assert_int_equal(units_map(&u, &map), BAD_INPUT);
    assert_false(u.real);
    assert_int_equal(units_map(&metal, &map), BAD_INPUT);
    assert_non_null(strstr(status_message(), "metal units already"));
    char text[UNITS_TEXT];
    assert_false(units_format_real(&u, QUANTITY_TIME, 1, text));
    assert_string_equal(text, "");
}

static void test_refused(void **state)
{
    (void)state;
    struct unit_system lj = units_lj(), metal = units_metal();
    static const struct {
        bool metal;
        const char *text;
        enum quantity q;
        const char *says;
    } cases[] = {
        {false, "0.005", QUANTITY_TIME, "found '0.005' without a unit, expected a time, e.g. '0.005 tau'"},
        {true, "0.005", QUANTITY_TIME, "e.g. '2 fs'"},
        {false, "2 sigma", QUANTITY_TIME, "found '2 sigma', a length, expected a time"},
        {false, "2 sigma^4", QUANTITY_TIME, "of dimension length^4"},
        {false, "2 sigma/sigma", QUANTITY_TIME, "a number without unit"},
        {false, "2 tau", QUANTITY_NUMBER, "a time, expected a number without unit"},
        {false, "2 epss", QUANTITY_ENERGY, "unknown unit 'epss' (did you mean 'eps'?)"},
        {false, "2 zzzzzzz", QUANTITY_ENERGY, "unknown unit 'zzzzzzz', expected an energy"},
        {false, "700 K", QUANTITY_TEMPERATURE, "'K' is a real unit and this run is in Lennard-Jones units"},
        {false, "2 fs", QUANTITY_TIME, "map: {sigma:"},
        {false, "0.8 Tg", QUANTITY_TEMPERATURE, "'Tg' is a unit only after the Tg block"},
        {true, "0.8 Tg", QUANTITY_TEMPERATURE, "'Tg' is a unit only after the Tg block"},
        {true, "2 tau", QUANTITY_TIME, "'tau' is a unit of Lennard-Jones models"},
        {false, "100 steps", QUANTITY_TIME, "steps are a time only where dt is known"},
        {false, "10 min", QUANTITY_TIME, "a wall-clock time, expected a time"},
        {false, "10 tau", QUANTITY_WALL_TIME, "a time, expected a wall-clock time"},
        {false, "10 tau", QUANTITY_STEPS, "a time, expected a number of steps"},
        {false, "2 kB", QUANTITY_ENERGY, "of dimension length^2 time^-2 mass^1 temperature^-1"},
        {false, "", QUANTITY_TIME, "(nothing)"},
        {false, "tau", QUANTITY_TIME, "does not start with a finite number"},
        {false, "nan tau", QUANTITY_TIME, "finite number"},
        {false, "inf tau", QUANTITY_TIME, "finite number"},
        {false, "1e999 tau", QUANTITY_TIME, "finite number"},
        {false, "0x10 tau", QUANTITY_TIME, "unknown unit 'x'"},
        {false, "1 2 tau", QUANTITY_TIME, "a unit is missing before '2 tau'"},
        {false, "1 tau tau", QUANTITY_TIME, "time^2"},
        {false, "1 tau^", QUANTITY_TIME, "whole power"},
        {false, "1 tau^1.5", QUANTITY_TIME, "a unit is missing before '.5'"},
        {false, "1 tau^99", QUANTITY_TIME, "whole power"},
        {false, "1 tau/", QUANTITY_TIME, "a unit is missing"},
        {false, "1 *tau", QUANTITY_TIME, "a unit is missing"},
        {false, "1 tau//tau", QUANTITY_TIME, "a unit is missing"},
        {false, "1 eps/(kB tau)", QUANTITY_COOLING_RATE, "a unit is missing before '(kB tau)'"},
        {false, "1 s/s/s/s/s/s/s/s/s/s/s/s/s", QUANTITY_WALL_TIME, "too many units"},
        {true, "1e300 J", QUANTITY_ENERGY, "outside the range"},
        {true, "1e-300 m^-9 m^9 s", QUANTITY_TIME, NULL},
        {false, "1e-320 %", QUANTITY_NUMBER, NULL},
        {false, "1e-323 %", QUANTITY_NUMBER, "outside the range"},
        {false, "0 sigma", QUANTITY_TIME, "a length"},
        {false, "1 TAU", QUANTITY_TIME, "did you mean 'tau'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v = 42;
        status s = units_parse(cases[i].metal ? &metal : &lj, cases[i].text, cases[i].q, &v);
        if (!cases[i].says) {
            assert_int_equal(s, OK);
            continue;
        }
        if (s != BAD_INPUT || !strstr(status_message(), cases[i].says)) {
            print_message("'%s': %d %s\n", cases[i].text, s, status_message());
            assert_true(false);
        }
        assert_true(v == 42); /* untouched */
    }
}

static void test_long_text(void **state)
{
    (void)state;
    struct unit_system u = units_lj();
    static char text[100001];
    double v;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(units_parse(&u, text, QUANTITY_TIME, &v), BAD_INPUT);
    text[0] = '1';
    assert_int_equal(units_parse(&u, text, QUANTITY_TIME, &v), BAD_INPUT);
    memset(text, '9', sizeof text - 1);
    assert_int_equal(units_parse(&u, text, QUANTITY_TIME, &v), BAD_INPUT);
    assert_true(strlen(status_message()) < 500);
}

/* Labels and examples are legal, and what is written reads back. */
static void test_written(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct unit_system u = kind == 0 ? units_lj() : units_metal();
        for (int i = 0; i < QUANTITY_COUNT; i++) {
            enum quantity q = (enum quantity)i;
            char text[UNITS_TEXT];
            value_of(&u, units_example(&u, q), q);
            assert_non_null(quantity_name(q));
            for (uint64_t k = 0; k < 50; k++) {
                double r[2];
                random_uniform2(7, STREAM_TEST, (uint64_t)i, k, r);
                double x = (r[0] - 0.5) * pow(10, 40 * (r[1] - 0.5));
                double back = value_of(&u, units_format(&u, q, x, text), q);
                if (kind == 0)
                    assert_true(back == x);
                else
                    assert_close(back, x, ROUNDINGS);
            }
        }
    }
    char text[UNITS_TEXT];
    struct unit_system u = units_lj(), metal = units_metal();
    assert_string_equal(units_format(&u, QUANTITY_TIME, 0.005, text), "0.005 tau");
    assert_string_equal(units_format(&u, QUANTITY_NUMBER, 0.1, text), "0.1");
    assert_string_equal(units_label(&metal, QUANTITY_TIME), "ps");
    assert_string_equal(units_format(&metal, QUANTITY_TEMPERATURE, 700, text), "700 K");
    static const char *const rates[] = {"1e13 K/s", "3e12 K/s", "1.25e15 K/s", "123456 K/s"};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        assert_string_equal(units_format(&metal, QUANTITY_COOLING_RATE,
                                         value_of(&metal, rates[i], QUANTITY_COOLING_RATE), text),
                            rates[i]);
    assert_true(units_format_real(&metal, QUANTITY_TIME, value_of(&metal, "2 fs", QUANTITY_TIME), text));
    assert_string_equal(text, "0.002 ps");
}

static void test_steps(void **state)
{
    (void)state;
    struct unit_system u = units_lj();
    u.dt = 0.005;
    assert_int_equal(units_steps(&u, value_of(&u, "1e7 steps", QUANTITY_TIME)), 10000000);
    assert_int_equal(units_steps(&u, value_of(&u, "2.5e7 steps", QUANTITY_TIME)), 25000000);
    assert_int_equal(units_steps(&u, value_of(&u, "5 tau", QUANTITY_TIME)), 1000);
    assert_int_equal(units_steps(&u, 0), 0);
    assert_int_equal(units_steps(&u, -1), -1);
    assert_int_equal(units_steps(&u, 1e30), -1);
    u.dt = 0.003; /* n dt / dt may miss n by a rounding, never by half a step */
    for (int64_t n = 1; n < 100000; n += 97) {
        char text[UNITS_TEXT];
        snprintf(text, sizeof text, "%lld steps", (long long)n);
        assert_int_equal(units_steps(&u, value_of(&u, text, QUANTITY_TIME)), n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lj_exact),    cmocka_unit_test(test_metal),   cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_refused), cmocka_unit_test(test_refused), cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_written),     cmocka_unit_test(test_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
