/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The foundation: SHA-256 against FIPS 180-4, memory, status messages, text and JSON, files that are old or
 * new. */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/members.h"
#include "base/sha256.h"
#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* cmocka turns fail() into a macro */
static status complain(void)
{
    return fail(BAD_INPUT, "found %d, expected %s", 3, "four");
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void test_sha256(void **state)
{
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    (void)state;
    char hex[65], whole[65], piece[1000];
    struct sha256 d;
    for (int i = 0; i < 3; i++) {
        sha256_start(&d);
        sha256_add(&d, known[i].text, strlen(known[i].text));
        sha256_hex(&d, hex);
        assert_string_equal(hex, known[i].hex);
    }
    memset(piece, 'a', sizeof piece);
    sha256_start(&d); /* a million a's */
    for (int i = 0; i < 1000; i++) sha256_add(&d, piece, sizeof piece);
    sha256_hex(&d, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    for (size_t n = 0; n < 200; n++) { /* every length around the block, in two pieces or one */
        sha256_start(&d);
        sha256_add(&d, piece, n);
        sha256_hex(&d, whole);
        for (size_t cut = 0; cut <= n; cut += 13) {
            sha256_start(&d);
            sha256_add(&d, piece, cut);
            sha256_add(&d, piece, n - cut);
            sha256_hex(&d, hex);
            assert_string_equal(hex, whole);
        }
    }
}

static void test_memory(void **state)
{
    (void)state;
    double *x = NULL;
    size_t capacity = 0;
    assert_int_equal(NEW(x, 1000), OK);
    assert_int_equal((uintptr_t)x % 64, 0);
    for (int i = 0; i < 1000; i++) assert_true(x[i] == 0.0);
    DELETE(x);
    assert_null(x);
    DELETE(x);
    for (size_t need = 1; need < 5000; need = need * 3 / 2 + 1) {
        size_t before = capacity;
        assert_int_equal(GROW(x, capacity, need), OK);
        assert_true(capacity >= need);
        for (size_t i = 0; i < before; i++) assert_true(x[i] == (double)i);
        for (size_t i = before; i < capacity; i++) assert_true(x[i] == 0.0);
        for (size_t i = 0; i < capacity; i++) x[i] = (double)i;
    }
    double *kept = x;
    assert_int_equal(GROW(x, capacity, 10), OK); /* never shrinks or moves without need */
    assert_ptr_equal(x, kept);
    DELETE(x);
    assert_int_equal(NEW(x, SIZE_MAX / 4), FAILED); /* overflow of the product */
    assert_null(x);
    assert_int_equal(NEW(x, SIZE_MAX / 8), FAILED); /* the product fits, the rounding to 64 bytes would not */
    assert_null(x);
    assert_int_equal(NEW(x, 0), OK); /* nothing is something that can be freed */
    DELETE(x);
}

static void test_status(void **state)
{
    (void)state;
    assert_int_equal(complain(), BAD_INPUT);
    assert_string_equal(status_message(), "found 3, expected four");
    assert_int_equal(status_context(BAD_INPUT, "%s", "in.yaml"), BAD_INPUT);
    assert_string_equal(status_message(), "in.yaml: found 3, expected four");
    for (int i = 0; i < 2000; i++) status_context(BAD_INPUT, "layer %d", i); /* bounded, never overflows */
    assert_non_null(status_message());
}

static void test_text(void **state)
{
    static const char *const words[] = {"cutoff", "shift", "thermostat"};
    static const double numbers[] = {0.1, 1.0 / 3.0, 5e-324, -1.7976931348623157e308, 6.02214076e23, -0.0};
    (void)state;
    struct text t = {0};
    for (int i = 0; i < 3000; i++) text_add(&t, "%d,", i % 10);
    assert_int_equal(t.length, 6000);
    assert_int_equal(strlen(t.s), 6000);
    text_free(&t);
    assert_string_equal(text_nearest("cutof", words, 3), "cutoff");
    assert_string_equal(text_nearest("thermostatt", words, 3), "thermostat");
    assert_null(text_nearest("zzzzzzzz", words, 3));
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "a\"b\\", "line\nbell\x07 tab\t");
    json_number(&j, "nan", (double)NAN);
    json_open(&j, "list", '[');
    for (int i = 0; i < 6; i++) json_number(&j, NULL, numbers[i]);
    json_close(&j);
    json_integer(&j, "n", INT64_MIN);
    json_bool(&j, "yes", true);
    json_close(&j);
    assert_non_null(strstr(j.text.s, "null"));
    assert_non_null(strstr(j.text.s, "\\u0007"));
    assert_non_null(strstr(j.text.s, "-9223372036854775808"));
    const char *at = strchr(j.text.s, '[') + 1;
    for (int i = 0; i < 6; i++) { /* numbers read back to the same bits */
        char *end;
        double back = strtod(at, &end);
        assert_memory_equal(&back, &numbers[i], sizeof back);
        at = end + strspn(end, ", \n");
    }
    json_free(&j);
}

static void test_numbers(void **state)
{
    static const char *const bad[] = {"", " ", "1x", "nan", "inf", "1e999", "--3", "1 2", "0x"};
    (void)state;
    double d = 0.0;
    int64_t n = 0;
    assert_true(text_to_double(" 2.5e-3 ", &d) && d == 2.5e-3);
    assert_true(text_to_int64("-9223372036854775808", &n) && n == INT64_MIN);
    assert_false(text_to_int64("9223372036854775808", &n));
    assert_false(text_to_int64("1.5", &n));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(text_to_double(bad[i], &d));
        assert_false(text_to_int64(bad[i], &n));
    }
}

static void test_errors(void **state)
{
    (void)state;
    char out[TEXT_ERRORS];
    assert_string_equal(text_errors(out, 693.4, 1, (const double[]){10.3}), "693 ± 10");
    assert_string_equal(text_errors(out, 693.4, 2, (const double[]){9.96, 3.2}), "693 ± 10 ± 3");
    assert_string_equal(text_errors(out, 12345.6, 1, (const double[]){123.4}), "12346 ± 123");
    assert_string_equal(text_errors(out, 0.371234, 2, (const double[]){0.00123, 0.0004}),
                        "0.3712 ± 0.0012 ± 0.0004");
    assert_string_equal(text_errors(out, 2.718, 1, (const double[]){0.0996}), "2.72 ± 0.10");
    assert_string_equal(text_errors(out, 2.71828, 1, (const double[]){(double)NAN}), "2.718");
    assert_int_equal(text_places(0.0), 0);
    assert_int_equal(text_places(250.0), 0);
}

static void test_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/glint-test-XXXXXX", path[FILE_PATH_MAX], deep[FILE_PATH_MAX], *content = NULL;
    size_t length = 0;
    struct file_new f;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(file_join(path, folder, "a.txt"), OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(file_begin(&f, path), OK);
        fprintf(f.stream, "round %d\n", round);
        assert_int_equal(file_exists(path), round == 1); /* old or nothing until the commit */
        assert_int_equal(file_commit(&f), OK);
        file_abandon(&f); /* nothing after a commit */
    }
    assert_int_equal(file_begin(&f, path), OK);
    fprintf(f.stream, "lost\n");
    file_abandon(&f);
    assert_false(file_exists(f.temporary));
    assert_int_equal(file_read(path, &content, &length), OK);
    assert_string_equal(content, "round 1\n");
    assert_int_equal(length, 8);
    DELETE(content);
    assert_int_equal(file_join(deep, folder, "x/y/z"), OK);
    assert_int_equal(file_make_folder(deep), OK);
    assert_int_equal(file_make_folder(deep), OK);
    struct stat s;
    assert_true(stat(deep, &s) == 0 && S_ISDIR(s.st_mode));
    assert_int_not_equal(file_begin(&f, "/nonexistent-folder/a"), OK);
    assert_int_not_equal(file_read("/nonexistent", &content, &length), OK);
    assert_int_not_equal(file_make_folder(path), OK); /* a file is in the way */
    char longest[FILE_PATH_MAX + 10];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_not_equal(file_join(deep, folder, longest), OK);
    char command[FILE_PATH_MAX + 20];
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* What json_string writes is found again, whatever it holds; the first of several wins. */
static void test_json_is_found(void **state)
{
    static const char odd[] = "a \"b\" \\ c\n\tline 2: \x01, {x}";
    char value[80], cut[5];
    (void)state;
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "message", odd);
    json_number(&j, "wall", 0.1);
    json_number(&j, "nothing", NAN);
    json_open(&j, "inner", '{');
    json_integer(&j, "step", -7);
    json_string(&j, "message", "second");
    json_close(&j);
    json_bool(&j, "done", true);
    json_close(&j);
    assert_true(json_find(j.text.s, "message", value, sizeof value));
    assert_string_equal(value, odd);
    assert_true(json_find(j.text.s, "message", cut, sizeof cut));
    assert_string_equal(cut, "a \"b");
    assert_true(json_find(j.text.s, "done", value, sizeof value));
    assert_string_equal(value, "true");
    assert_true(json_find_number(j.text.s, "wall") == 0.1 && json_find_number(j.text.s, "step") == -7.0);
    assert_true(isnan(json_find_number(j.text.s, "nothing")) && isnan(json_find_number(j.text.s, "message")));
    assert_false(json_find(j.text.s, "mess", value, sizeof value));
    assert_string_equal(value, "");
    assert_false(json_find(NULL, "step", value, sizeof value));
    assert_true(json_find("{\"a\": \"no end\\", "a", value, sizeof value));
    json_free(&j);
}

/* members.csv: fields with commas, quotes and line ends come back; damaged files are refused. */
static void test_members(void **state)
{
    static const char *names[] = {"T0.5-seed1", "x"}, *keys[] = {"hold.T", "film, \"area\""},
                      *values[] = {"0.5 Tg", "[1 sigma, 2 sigma]", "\"quoted\"", "two\nlines"};
    static const char *const damaged[] = {
        "", "name,a\nx,1\n", "member,a\nx\n", "member,a\nx,1,2\n", "member,a\n../x,1\n", "member,a\n,1\n"};
    struct members m = {.n = 2, .keys = 2, .name = names, .key = keys, .value = values}, back;
    char folder[] = "/tmp/glint-members.XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/members.csv", folder);
    assert_false(members_there(folder));
    assert_int_equal(members_read(&back, folder), BAD_INPUT);
    assert_int_equal(members_write(&m, folder), OK);
    assert_true(members_there(folder));
    assert_int_equal(members_read(&back, folder), OK);
    assert_true(back.n == 2 && back.keys == 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(back.name[i], names[i]);
        assert_string_equal(back.key[i], keys[i]);
    }
    for (int i = 0; i < 4; i++) assert_string_equal(back.value[i], values[i]);
    members_free(&back);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        FILE *f = fopen(path, "w");
        fputs(damaged[i], f);
        fclose(f);
        assert_int_equal(members_read(&back, folder), BAD_INPUT);
    }
    unlink(path);
    rmdir(folder);
}

static void test_durations(void **state)
{
    char out[32];
    (void)state;
    assert_string_equal(clock_duration(59.4, out), "59 s");
    assert_string_equal(clock_duration(59.6, out), "1:00 min");
    assert_string_equal(clock_duration(3600 + 62, out), "1:01 h");
    assert_string_equal(clock_duration(NAN, out), "–");
    struct progress p = progress_start("test", 100);
    assert_true(isnan(progress_left(&p, 0)));
    p.start -= 10.0; /* ten seconds ago */
    assert_true(fabs(progress_left(&p, 20) - 40.0) < 1.0);
    progress_work(&p, 1e3, 9e3); /* what is to come costs more */
    assert_true(fabs(progress_left(&p, 20) - 90.0) < 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_status),        cmocka_unit_test(test_text),
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_files),
        cmocka_unit_test(test_json_is_found), cmocka_unit_test(test_members),
        cmocka_unit_test(test_durations),     cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
