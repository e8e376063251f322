/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process killed while it writes a stream: what was flushed is in the file, and the file can be read. */
#include "base/h5.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Enough chunks that the index (a B-tree) splits many times and outgrows HDF5's default metadata cache of 1
 * MB. */
enum { FLUSHED = 5000, WRITTEN = 40000 };
static const char *const PATH = "stream_kill.h5";

static void write_and_die(void)
{
    struct h5 f;
    hsize_t width = 4;
    if (h5_begin(&f, PATH) != OK || h5_series(&f, "/a", H5_F64, 2, &width, 1, false) != OK ||
        h5_series(&f, "/b", H5_I64, 1, NULL, 1, false) != OK || h5_commit(&f) != OK ||
        h5_open_rw(&f, PATH) != OK)
        _exit(1);
    for (int64_t i = 0; i < WRITTEN; i++) {
        double row[4] = {(double)i, 1, 2, 3};
        if (h5_append(&f, "/a", H5_F64, 1, row) != OK || h5_append(&f, "/b", H5_I64, 1, &i) != OK) _exit(2);
        if (i + 1 == FLUSHED && h5_flush(&f) != OK) _exit(3);
    }
    kill(getpid(), SIGKILL);
}

static void flushed_frames_survive(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) write_and_die();
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));

    struct h5 f;
    assert_int_equal(h5_open_rw(&f, PATH), OK);
    int rank = 2;
    hsize_t shape[2];
    assert_int_equal(h5_shape(&f, "/a", &rank, shape), OK);
    assert_int_equal(shape[0], FLUSHED); /* the state of the last flush, not one in between */
    double *a = malloc(sizeof *a * 4 * FLUSHED);
    int64_t *b = malloc(sizeof *b * FLUSHED);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(h5_read_rows(&f, "/a", H5_F64, 0, FLUSHED, a), OK);
    assert_int_equal(h5_read_rows(&f, "/b", H5_I64, 0, FLUSHED, b), OK);
    for (int64_t i = 0; i < FLUSHED; i++) {
        assert_true(a[4 * i] == (double)i);
        assert_int_equal(b[i], i);
    }
    /* and it can be continued */
    for (int64_t i = FLUSHED; i < FLUSHED + 100; i++)
        assert_int_equal(h5_append(&f, "/b", H5_I64, 1, &i), OK);
    assert_int_equal(h5_close(&f), OK);
    free(a);
    free(b);
    unlink(PATH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flushed_frames_survive)};
    h5_quiet();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
