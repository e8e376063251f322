/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading correlation functions from text and results files; selection and logarithmic binning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/curves.h"
#include "base/h5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/glint-curves-XXXXXX";
static char path[128];

static int make_folder(void **state)
{
    (void)state;
    h5_quiet();
    return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_text(const char *content)
{
    snprintf(path, sizeof path, "%s/g2.txt", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static void test_text(void **state)
{
    (void)state;
    struct curves c;
    write_text("lag, g2, error\n# comment\n0 1.2 0.1\n\n1,1.1,0.1\n  2;nan;0.1\n4\t1.05\t0\n8 1.01 0.2\r\n");
    assert_int_equal(curves_read(&c, path, NULL), OK);
    assert_int_equal(c.lags, 5);
    assert_int_equal(c.rows, 1);
    assert_non_null(c.error);
    assert_true(c.lag[4] == 8 && c.g2[1] == 1.1 && c.error[4] == 0.2);
    struct curve one;
    assert_int_equal(curves_select(&c, 0, &one, 0, INFINITY, 0), OK); /* nan and zero error left out */
    assert_int_equal(one.n, 3);
    assert_int_equal(one.dropped, 2);
    curve_free(&one);
    assert_int_equal(curves_select(&c, 0, &one, 0.5, 7, 0), OK);
    assert_int_equal(one.n, 1);
    curve_free(&one);
    assert_int_equal(curves_select(&c, 0, &one, 100, 200, 0), BAD_INPUT);
    assert_int_equal(curves_select(&c, 1, &one, 0, 9, 0), BAD_INPUT);
    curves_free(&c);
    assert_int_equal(curves_read(&c, path, "shell"), BAD_INPUT); /* a window of a text table */
    write_text("1 2\n3 4 5\n");
    assert_int_equal(curves_read(&c, path, NULL), BAD_INPUT);
    assert_non_null(strstr(status_message(), "g2.txt:2"));
    write_text("1 2\n3 x\n");
    assert_int_equal(curves_read(&c, path, NULL), BAD_INPUT);
    write_text("# nothing\n");
    assert_int_equal(curves_read(&c, path, NULL), BAD_INPUT);
    write_text("2 1\n1 1\n");
    assert_int_equal(curves_read(&c, path, NULL), OK);
    assert_null(c.error);
    assert_int_equal(curves_select(&c, 0, &one, 0, 9, 0), BAD_INPUT); /* lags descend */
    curves_free(&c);
    unlink(path);
    assert_int_equal(curves_read(&c, path, NULL), BAD_INPUT);
}

/* Bins of a decade/2 over lags 0, 1 ... 99: weighted mean and error by hand. */
static void test_binning(void **state)
{
    (void)state;
    double lag[100], g2[100], error[100];
    for (int i = 0; i < 100; i++) lag[i] = i, g2[i] = 2 - 0.01 * i, error[i] = i % 2 ? 0.1 : 0.2;
    struct curves c = {.rows = 1, .lags = 100, .lag = lag, .g2 = g2, .error = error};
    struct curve one;
    assert_int_equal(curves_select(&c, 0, &one, 0, INFINITY, 2), OK);
    assert_int_equal(one.n, 5); /* 0 | 1-3 | 4-9 | 10-31 | 32-99 */
    assert_true(one.lag[0] == 0 && one.lag[1] == 2 && one.lag[2] == 6.5 && one.lag[3] == 20.5);
    double w = 100 + 25 + 100; /* lags 1, 2, 3 */
    assert_true(fabs(one.g2[1] - (100 * 1.99 + 25 * 1.98 + 100 * 1.97) / w) < 1e-14);
    assert_true(fabs(one.error[1] - 1 / sqrt(w)) < 1e-15);
    curve_free(&one);
}

static void test_results(void **state)
{
    (void)state;
    struct h5 f;
    struct curves c;
    const double lag[3] = {1, 2, 4}, g2[6] = {1.3, 1.2, 1.1, 1.35, 1.25, 1.15}, age[2] = {100, 200};
    snprintf(path, sizeof path, "%s/r.h5", folder);
    assert_int_equal(h5_begin(&f, path), OK);
    hsize_t two[2] = {2, 3}, three = 3, rows = 2;
    assert_int_equal(h5_write(&f, "/entry/glint/shell/g2", H5_F64, 2, two, g2), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/shell/g2_error", H5_F64, 2, two, g2), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/shell/lag", H5_F64, 1, &three, lag), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/shell/age", H5_F64, 1, &rows, age), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/spot/g2", H5_F64, 1, &three, g2), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/spot/lag", H5_F64, 1, &three, lag), OK);
    assert_int_equal(h5_write(&f, "/entry/glint/waiting_times/time", H5_F64, 1, &three, lag), OK);
    assert_int_equal(h5_commit(&f), OK);
    assert_int_equal(curves_read(&c, path, "shell"), OK);
    assert_true(c.rows == 2 && c.lags == 3 && c.g2[5] == 1.15 && c.error[3] == 1.35 && c.age[1] == 200);
    assert_string_equal(c.window, "shell");
    curves_free(&c);
    assert_int_equal(curves_read(&c, path, "spot"), OK);
    assert_true(c.rows == 1 && c.lags == 3 && !c.error && !c.age);
    curves_free(&c);
    assert_int_equal(curves_read(&c, path, NULL), BAD_INPUT);
    assert_non_null(strstr(status_message(), "shell, spot"));
    assert_int_equal(curves_read(&c, path, "plane"), BAD_INPUT);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_binning),
                                       cmocka_unit_test(test_results)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
