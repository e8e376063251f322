/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ramps of thermo.csv in both systems of units, the onset of c_p, and the map to real units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/onset.h"
#include "analysis/report/ramp.h"
#include "analysis/report/run_units.h"
#include "base/file.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OKAY(call) assert_int_equal((call), OK)

static char folder[] = "/tmp/glint-ramp-XXXXXX", path[FILE_PATH_MAX];

static int make_folder(void **state)
{
    (void)state;
    h5_quiet();
    return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* Cu-Zr at 2 GPa, cooled from 1500 to 300 K in 1.2 ns (1e12 K/s); kinks of E + P V and of V at 700 K. */
static void write_metal(void)
{
    OKAY(file_join(path, folder, "thermo.csv"));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "step,time,stage,T_target,T,P,density,potential_per_atom,total_per_atom,P_target,units\n");
    fprintf(f, "0,0,melt,1500,1490,2,0.05,-4.6,-4.4,2,metal\n");
    for (int i = 1; i <= 1200; i++) {
        double T = 1500.0 - i, cold = T < 700.0, V = 17.0 + (cold ? 5e-4 : 1e-3) * (T - 700.0);
        double H = -4.0 + (cold ? 3.0e-4 : 4.5e-4) * (T - 700.0), p = 2.0 / 160.21766339999998;
        fprintf(f, "%d,%d,cool,%.17g,%.17g,2,%.17g,-4.8,%.17g,2,metal\n", i, i, T, T, 1.0 / V, H - p * V);
    }
    fprintf(f, "1300,1300,hold,300,300,0,0.057,-4.9,-4.8,nan,metal\n");
    fclose(f);
}

static void metal(void **state)
{
    (void)state;
    struct run_thermo t = {0};
    struct ramp r = {0};
    write_metal();
    OKAY(run_thermo_read(&t, path));
    assert_string_equal(t.units, "metal");
    OKAY(ramp_load(&r, &t, RAMP_COOLING, NULL));
    assert_string_equal(r.stage, "cool");
    assert_int_equal(r.rows, 1200);
    assert_true(r.has_pressure);
    assert_true(fabs(r.rate / units_size(&r.units, QUANTITY_COOLING_RATE) - 1e12) < 1.0); /* K/s */
    OKAY(ramp_transition(&r, NULL));
    /* 17 digits of numbers near 17 and 4 over a difference of slopes of 5e-4 and 1.5e-4. */
    assert_true(r.kink[RAMP_H].found && fabs(r.kink[RAMP_H].x - 700.0) < 1e-8);
    assert_true(r.kink[RAMP_V].found && fabs(r.kink[RAMP_V].x - 700.0) < 1e-8);
    assert_false(r.kink[RAMP_POTENTIAL].found); /* constant */
    ramp_free(&r);
    assert_int_equal(ramp_load(&r, &t, RAMP_HEATING, NULL), BAD_INPUT);
    assert_non_null(strstr(status_message(), "heating"));
    assert_int_equal(ramp_load(&r, &t, RAMP_COOLING, "hold"), BAD_INPUT);
    assert_int_equal(ramp_load(&r, &t, RAMP_COOLING, "nowhere"), BAD_INPUT);
    assert_non_null(strstr(status_message(), "nowhere"));
    run_thermo_free(&t);
}

/* c_p = 3 below 0.4, rising with slope 50 to 6 at 0.46, constant above: the tangent meets the baseline at
 * 0.40. A local slope over width w averages c_p over it, which leaves straight parts straight; the steepest
 * difference lies where its width w fits into the rise, so T_onset is exact for w < 0.06/2. */
static double heat(double T)
{
    double rise = fmin(fmax(T - 0.40, 0.0), 0.06), flat = fmax(T - 0.46, 0.0);
    return 3.0 * T + 25.0 * rise * rise + 3.0 * flat;
}
static void onset(void **state)
{
    (void)state;
    enum { ROWS = 4000 };
    static double T[ROWS], H[ROWS];
    struct onset o = {0};
    double sigma = 1e-3, z;
    for (int i = 0; i < ROWS; i++) H[i] = heat(T[i] = 0.2 + 0.4 * i / (ROWS - 1));
    OKAY(onset_find(&o, ROWS, T, H, 0.02, 1));
    assert_true(o.found);
    /* A row is 1e-4 wide: the ends of the windows are known to that. */
    assert_true(fabs(o.x - 0.40) < 2e-4 && fabs(o.base - 3.0) < 1e-9 && fabs(o.slope - 50.0) < 0.5);
    onset_free(&o);
    for (int i = 0; i < ROWS; i++) {
        random_normal(3, STREAM_TEST, (uint64_t)i, 0, 1, &z);
        H[i] += sigma * z;
    }
    OKAY(onset_find(&o, ROWS, T, H, 0.03, 1));
    assert_true(o.found && o.error > 0.0 && o.error < 0.01 && fabs(o.x - 0.40) < 4.0 * o.error + 2e-4);
    onset_free(&o);
    for (int i = 0; i < ROWS; i++) H[i] = 3.0 * T[i] + H[i] - heat(T[i]);
    OKAY(onset_find(&o, ROWS, T, H, 0.03, 1));
    assert_false(o.found);
    assert_non_null(strstr(o.why, "no onset"));
    onset_free(&o);
    OKAY(onset_find(&o, ROWS, T, H, 0.2, 1));
    assert_false(o.found);
    assert_non_null(strstr(o.why, "too little data"));
    onset_free(&o);
}

/* The numbers of the Cu-Zr mapping, by hand from CODATA: eps = kB · 670 K/0.38 = 0.151937 eV,
 * m_B = 77.4/1.5 = 51.6 u, tau = 2.91 Å sqrt(51.6 u/eps) = 0.54595 ps, eps/sigma³ = 0.98786 GPa. */
static void mapping(void **state)
{
    (void)state;
    static char input[] =
        "Tg:\n  value: 0.38 eps/kB\n  rate: 1e-4 eps/kB/tau\n  construction: V(T)\n  pressure: "
        "0\nmap:\n  sigma: 2.91 angstrom\n  Tg: 670 K\n  mass: 77.4 u\n";
    struct run_folder f = {.path = "here", .units = "lj", .input = input};
    struct run_units u;
    char b[RUN_UNITS_TEXT];
    OKAY(run_units_of(&u, &f));
    assert_true(u.mapped);
    assert_non_null(strstr(u.text, "sigma = 2.91 angstrom"));
    assert_non_null(strstr(u.text, "0.151937 eV"));
    assert_non_null(strstr(u.text, "0.545953 ps"));
    assert_non_null(strstr(u.Tg, "construction V(T)"));
    assert_string_equal(run_units_real(&u, QUANTITY_TIME, 1.0, b), "546 fs");
    assert_string_equal(run_units_real(&u, QUANTITY_TIME, 10.0, b), "5.46 ps");
    assert_string_equal(run_units_real(&u, QUANTITY_TEMPERATURE, 0.38, b), "670 K");
    assert_string_equal(run_units_beside(&u, QUANTITY_PRESSURE, 1.0, b), " (0.988 GPa)");
    assert_string_equal(run_units_real(&u, QUANTITY_WAVENUMBER, 7.65, b), "2.63 /angstrom");
    /* 1e-4 eps/kB/tau: 1e-4 · 1763.16 K / 0.54595 ps */
    assert_string_equal(run_units_real(&u, QUANTITY_COOLING_RATE, 1e-4, b), "3.23e+11 K/s");
    f.input = NULL;
    OKAY(run_units_of(&u, &f));
    assert_false(u.mapped);
    assert_string_equal(run_units_beside(&u, QUANTITY_TIME, 1.0, b), "");
    static char wrong[] = "map:\n  sigma: 2.91 K\n  mass: 77.4 u\n";
    f.input = wrong;
    assert_int_equal(run_units_of(&u, &f), BAD_INPUT);
    assert_non_null(strstr(status_message(), "map: sigma"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(metal), cmocka_unit_test(onset),
                                       cmocka_unit_test(mapping)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
