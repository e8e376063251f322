/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_files — what the tests of configuration files share: a folder, an example, comparing, mutating. */
#ifndef GLINT_TESTS_CONFIG_FILES_H
#define GLINT_TESTS_CONFIG_FILES_H

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
static inline const char *in_folder(const char *name)
{
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, FILE_PATH_MAX, "%s/%s", folder, name);
    return path;
}

static inline const char *put(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    return path;
}

/* 20 atoms with everything, numbers that need all 17 digits, ids with gaps. */
static inline void example(struct config *c, bool tilted, bool forces)
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

static inline void same(const struct config *a, const struct config *b)
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

/* Replace the first `from` in a text by `to`. */
static inline const char *changed(const char *text, const char *from, const char *to)
{
    static char out[8192];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* ---- fuzz ---- */

static inline uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One to four mutations: a byte, a span doubled or cut, the end cut off, a telling word put in. */
static inline size_t mutate(char *text, size_t n, size_t room, uint64_t *random, bool binary)
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
static inline int read_all(const char *path)
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

/* The number of bad answers; 1 more if nothing at all was noticed. */
static inline int fuzz(const char *name, int rounds, uint64_t seed, bool binary)
{
    char *good = NULL, *text = NULL;
    size_t length, room;
    must(file_read(in_folder(name), &good, &length));
    room = length + 256;
    must(mem_new((void **)&text, room, 1, "a mutant"));
    int accepted = 0, bad = 0;
    for (int k = 0; k < rounds; k++) {
        memcpy(text, good, length);
        size_t n = mutate(text, length, room, &seed, binary);
        const char *path = in_folder("fuzz");
        FILE *out = fopen(path, "wb");
        fwrite(text, 1, n, out);
        fclose(out);
        int verdict = read_all(path);
        if (verdict < 0) fprintf(stderr, "%s, round %d: bad answer: %s\n", name, k, status_message());
        bad += verdict < 0;
        accepted += verdict > 0;
    }
    DELETE(good);
    DELETE(text);
    return bad + (accepted == rounds);
}

/* fuzz for HDF5 files, in a child process: the library itself is part of what is tried (of damaged files it
 * leaks, and may do worse), and it gets a minute. */
static inline void fuzz_hdf5(const char *name, int rounds, uint64_t seed)
{
    int outcome = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        _exit(fuzz(name, rounds, seed, true) ? 1 : 0);
    }
    waitpid(child, &outcome, 0);
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
        fail_msg("the reader ended with signal %d, exit %d", WIFSIGNALED(outcome) ? WTERMSIG(outcome) : 0,
                 WIFEXITED(outcome) ? WEXITSTATUS(outcome) : -1);
}

static inline int make_folder(void **state)
{
    (void)state;
    h5_quiet();
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

#endif
