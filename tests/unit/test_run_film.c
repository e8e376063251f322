/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report reads from film.csv: growth by stage, means of the inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/report/run_film.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#define OKAY(call) assert_int_equal((call), OK)

static struct run_film read_text(const char *lines)
{
    char path[] = "/tmp/glint-film-XXXXXX";
    int file = mkstemp(path);
    FILE *f = fdopen(file, "w");
    struct run_film film = {0};
    assert_non_null(f);
    fprintf(f,
            "step,time,stage,T_target,film_atoms,thickness,arrived,evaporated,fraction_A,fraction_B,T_"
            "surface,hot,"
            "interior_density,interior_potential\n%s",
            lines);
    fclose(f);
    OKAY(run_film_read(&film, path));
    unlink(path);
    return film;
}

/* Two depositions of as many atoms, each counted anew, with an anneal between and after them. */
static void growths(void **state)
{
    (void)state;
    struct run_film f = read_text("1,10,one,0.3,2,0.5,4,1,0.5,0.5,nan,0,nan,nan\n"
                                  "2,20,one,0.3,4,1.0,5,1,0.25,0.75,0.36,1,nan,nan\n"
                                  "3,30,one,0.3,8,2.0,10,2,0.375,0.625,0.32,0,nan,nan\n"
                                  "4,40,rest,0.2,8,2.0,10,2,0.375,0.625,0.2,0,nan,nan\n"
                                  "5,50,two,0.25,12,2.5,6,1,0.5,0.5,0.25,0,1.0,-6\n"
                                  "6,60,two,0.25,16,3.0,10,2,0.5,0.5,0.27,0,1.2,-7\n"
                                  "7,70,end,0.25,16,3.0,10,2,0.5,0.5,0.9,1,1.4,-8\n");
    struct run_growth g = {0};
    double mean, sd;
    assert_true(f.inside);
    assert_true(run_film_growth(&f, 0, &g));
    assert_true(g.from == 0 && g.to == 3 && g.came == 10.0 && g.left == 2.0 && g.atoms == 8.0);
    assert_true(g.thickness == 2.0 && g.fraction == 0.375 && g.T == 0.3 && g.time == 30.0);
    /* second half: from 20 on, 0.06 and 0.02 above */
    assert_true(fabs(g.hotter - 0.04) < 1e-15 && fabs(g.hotter_sd - sqrt(8e-4)) < 1e-15);
    assert_true(fabs(g.flagged - 1.0 / 3.0) < 1e-15);
    assert_true(run_film_growth(&f, g.to, &g)); /* "rest" is none */
    assert_true(g.from == 4 && g.to == 6 && g.came == 10.0 && g.time == 20.0 &&
                fabs(g.hotter - 0.02) < 1e-15);
    assert_false(run_film_growth(&f, g.to, &g));
    assert_int_equal(run_film_mean(&f, "interior_density", 0.0, 65.0, &mean, &sd), 2); /* nan left out */
    assert_true(fabs(mean - 1.1) < 1e-15 && fabs(sd - sqrt(0.02)) < 1e-15);
    assert_int_equal(run_film_mean(&f, "interior_density", 0.0, 35.0, &mean, &sd), 0);
    assert_true(isnan(mean) && isnan(sd));
    assert_true(run_film_last(&f, "thickness", 15.0, 45.0) == 2.0 &&
                isnan(run_film_last(&f, "thickness", 80.0, 90.0)));
    run_film_free(&f);
}

/* A film of another run: it has its arrivals from the first line on, and none is of this run. */
static void grown_before(void **state)
{
    (void)state;
    struct run_film f = read_text(
        "1,6610,up,0.3,80,15,81,1,0.5,0.5,0.3,0,1.2,-7\n2,6620,up,0.3,80,15,81,1,0.5,0.5,0.3,0,1.2,-7\n"
        "3,6630,on,0.3,80,15,81,1,0.5,0.5,0.3,0,1.2,-7\n");
    struct run_growth g = {0};
    assert_false(run_film_growth(&f, 0, &g));
    run_film_free(&f);
    f = read_text(
        "1,6610,up,0.3,80,15,81,1,0.5,0.5,0.3,0,nan,nan\n2,6620,more,0.3,90,16,10,0,0.5,0.5,0.3,0,nan,nan\n");
    assert_false(f.inside);
    assert_true(run_film_growth(&f, 0, &g)); /* all of a stage within one line */
    assert_true(g.from == 1 && g.came == 10.0 && g.time == 10.0);
    run_film_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(growths), cmocka_unit_test(grown_before)};
    return cmocka_run_group_tests_name("run_film", tests, NULL, NULL);
}
