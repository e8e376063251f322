/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phase clocks: ticks against the wall clock, waiting at a barrier is not work, a thread's time is divided
 * completely, and what the table and the JSON say. */
#include "cmd/phases.h"
#include "engine_fixture.h"
#include "par/team.h"

#include <math.h>
#include <omp.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { NAP = 60 }; /* ms: long beside what a busy machine takes away */

static void nap(void)
{
    struct timespec t = {0, NAP * 1000000L};
    while (nanosleep(&t, &t) != 0) continue;
}

static void ticks_are_seconds(void **state)
{
    (void)state;
    struct clock_origin origin = clock_origin();
    uint64_t waiting = 0;
    double outer = clock_now();
    struct stopwatch w = stopwatch_start();
    double inner = clock_now();
    nap();
    inner = clock_now() - inner;
    uint64_t ticks = stopwatch_lap(&w, &waiting);
    outer = clock_now() - outer;
    double seconds = (double)ticks * clock_tick(&origin);
    assert_true(seconds >= 1e-3 * NAP * 0.999);
    assert_true(seconds > 0.999 * inner && seconds < 1.001 * outer);
    assert_int_equal(waiting, 0);
}

/* One thread comes NAP ms late: that is work of its own, and waiting for the other. */
static void waiting_is_not_work(void **state)
{
    (void)state;
    struct team team;
    struct clock_origin origin = clock_origin();
    uint64_t work[2] = {0}, waiting[2] = {0};
    team_start(&team, 2);
#pragma omp parallel num_threads(2)
    {
        int t = omp_get_thread_num();
        team_barrier(&team);
        struct stopwatch w = stopwatch_start();
        if (t == 1) nap();
        team_barrier(&team);
        work[t] = stopwatch_lap(&w, &waiting[t]);
    }
    double tick = clock_tick(&origin);
    assert_true(tick * (double)waiting[0] > 0.9e-3 * NAP);
    assert_true(tick * (double)work[0] < tick * (double)waiting[0]);
    assert_true(tick * (double)work[1] > 0.9e-3 * NAP);
    assert_true(tick * (double)waiting[1] < tick * (double)work[1]);
}

static void time_is_divided_completely(void **state)
{
    (void)state;
    struct config c = {0};
    struct engine e = {0};
    struct phases p;
    fixture_mixture(&c, 2000, 1.2, 1.0, 3);
    MUST(engine_start(&e, &(struct engine_options){.potential = "wahnstrom", .dt = 0.002, .threads = 2}, &c));
    engine_count_afresh(&e);
    for (int t = 0; t < 2; t++)
        for (int k = 0; k < ENGINE_PHASES; k++) assert_int_equal(e.thread[t].ticks[k], 0);
    double begin = clock_now();
    struct stopwatch w = stopwatch_start();
    uint64_t wait = 0;
    nap();
    uint64_t watched = stopwatch_lap(&w, &wait);
    MUST(engine_advance(&e, 60, false));
    phases_collect(&p, &e, &(struct phases_part){clock_now() - begin, 60, watched, wait});
    double sum = 0.0;
    for (int k = 0; k < PHASES; k++) {
        sum += p.mean[k];
        assert_true(p.least[k] >= 0.0 && p.least[k] <= p.mean[k] * (1 + 1e-12) + 1e-9);
        assert_true(p.most[k] >= p.mean[k] * (1 - 1e-12) - 1e-9);
    }
    assert_true(fabs(sum - p.wall) < 0.02 * p.wall); /* two clocks over a short time */
    assert_true(p.mean[PHASE_FORCE] > 0.0 && p.mean[PHASE_LIST] > 0.0 && p.mean[PHASE_INTEGRATE] > 0.0);
    assert_true(p.mean[PHASE_OBSERVE] > 0.9e-3 * NAP);
    assert_int_equal(p.steps, 60);
    assert_int_equal(p.threads, 2);
    engine_free(&e);
    config_free(&c);
}

/* Made-up seconds: shares, rates, ns. */
static void what_is_said(void **state)
{
    (void)state;
    struct phases p = {.wall = 2.0, .steps = 100, .atoms = 1000, .ranks = 1, .threads = 1};
    p.mean[PHASE_FORCE] = p.least[PHASE_FORCE] = p.most[PHASE_FORCE] = 1.5;
    assert_true(phases_steps_per_s(&p) == 50.0);
    assert_true(fabs(phases_ns(&p, p.wall) - 2e4) < 1e-9);
    struct text t = {0};
    phases_table(&p, &t);
    assert_non_null(
        strstr(t.s, "50 steps/s, 0.05 M atom-steps/s, 2e+04 ns per atom and step; 1 rank x 1 thread"));
    assert_non_null(strstr(t.s, "force       75.0 %"));
    text_free(&t);
    struct json j = json_start();
    json_open(&j, NULL, '{');
    phases_json(&j, &p);
    json_close(&j);
    assert_true(json_find_number(j.text.s, "share") == 0.75);
    for (int k = 0; k < PHASES; k++) assert_non_null(strstr(j.text.s, phase_names[k]));
    json_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_seconds),
        cmocka_unit_test(waiting_is_not_work),
        cmocka_unit_test(time_is_divided_completely),
        cmocka_unit_test(what_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
