/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runner with hooks that only write down what happens: order and steps of the calls, exact resumption
 * from any checkpoint, stop requests, and a trajectory that does not know who is watching. */
#include "engine_fixture.h"
#include "protocol/runner.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct config liquid; /* 108 atoms */

static int prepare(void **state)
{
    (void)state;
    fixture_liquid(&liquid, 108, 1.1, 1.0, 4, 300);
    liquid.step = 0;
    return 0;
}
static int release(void **state)
{
    (void)state;
    config_free(&liquid);
    return 0;
}

enum { LOG = 4000, SAVES = 64 };
struct saved { /* what a checkpoint holds */
    struct config atoms;
    struct ensemble_state ensemble;
    struct runner_state state;
};
struct watcher {
    int64_t every;                        /* observe at multiples of this step; 0: never */
    int64_t stop_after, checkpoint_every; /* ask to stop from this step on; ask for checkpoints */
    int64_t observed[LOG], last_checkpoint;
    const struct engine *engine;
    int n_observed, begun, parts, resumed, ended, saves, restored;
    bool main_part[LOG];
    struct saved save[SAVES];
};

static int64_t hook_next(void *context, const struct stage *s, bool main_part, int64_t now)
{
    const struct watcher *w = context;
    (void)s;
    (void)main_part;
    return w->every ? (now / w->every + 1) * w->every : INT64_MAX;
}
static status hook_begin(void *context, struct engine *e, const struct stage *s, bool main_part, bool resumed)
{
    struct watcher *w = context;
    (void)s;
    w->engine = e;
    w->begun += main_part;
    w->parts += !main_part;
    w->resumed += resumed;
    return OK;
}
static status hook_observe(void *context, struct engine *e, const struct stage *s, bool main_part)
{
    struct watcher *w = context;
    (void)s;
    assert_true(e->has_energy && w->n_observed < LOG);
    w->main_part[w->n_observed] = main_part;
    w->observed[w->n_observed++] = e->step;
    w->engine = e;
    return OK;
}
static status hook_end(void *context, struct engine *e, const struct stage *s)
{
    struct watcher *w = context;
    (void)s;
    assert_true(engine_at_rebuild(e) && e->has_energy); /* "state is exact" */
    w->ended++;
    return OK;
}
static status hook_checkpoint(void *context, struct engine *e, const struct runner_state *r)
{
    struct watcher *w = context;
    assert_true(engine_at_rebuild(e) && w->saves < SAVES);
    struct saved *s = &w->save[w->saves++];
    MUST(domain_gather(&e->domain, &s->atoms, CONFIG_VELOCITY | CONFIG_IMAGE));
    s->atoms.step = e->step;
    s->atoms.time = e->time;
    s->ensemble = e->ensemble.state;
    s->state = *r;
    w->last_checkpoint = e->step;
    return OK;
}
static status hook_restore(void *context, struct engine *e, const char *label)
{
    struct watcher *w = context;
    assert_string_equal(label, "melt");
    w->restored++;
    return engine_forces(e);
}
static bool hook_wants_stop(void *context)
{
    const struct watcher *w = context;
    return w->stop_after && w->engine && w->engine->step >= w->stop_after;
}
static bool hook_wants_checkpoint(void *context)
{
    const struct watcher *w = context;
    return w->checkpoint_every && w->engine && w->engine->step - w->last_checkpoint >= w->checkpoint_every;
}

static struct runner_hooks make_hooks(struct watcher *w)
{
    return (struct runner_hooks){w,
                                 hook_next,
                                 hook_begin,
                                 hook_observe,
                                 hook_end,
                                 hook_checkpoint,
                                 hook_restore,
                                 hook_wants_stop,
                                 hook_wants_checkpoint};
}

/* melt at fixed volume; mean volume at P; quench with a free box; minimise; go back; anneal */
enum { STAGES = 6 };
static void make_stages(struct stage s[STAGES])
{
    memset(s, 0, STAGES * sizeof *s);
    struct ensemble n = fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, 1.0, 5.0);
    struct ensemble c = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, 1.0, 5.0);
    s[0] = (struct stage){.name = "melt",
                          .label = "melt",
                          .T_from = 1.0,
                          .T_to = 1.0,
                          .steps = 150,
                          .ensemble = n,
                          .box = STAGE_BOX_FIXED};
    s[1] = (struct stage){.name = "anneal",
                          .label = "mean",
                          .T_from = 1.0,
                          .T_to = 1.0,
                          .steps = 130,
                          .settle = 215,
                          .ensemble = c,
                          .box = STAGE_BOX_MEAN};
    s[2] = (struct stage){.name = "quench",
                          .label = "quench",
                          .T_from = 1.0,
                          .T_to = 0.5,
                          .steps = 260,
                          .ensemble = n,
                          .box = STAGE_BOX_FREE};
    s[3] = (struct stage){.name = "minimise",
                          .label = "min",
                          .action = STAGE_MINIMISE,
                          .minimise = {MINIMISE_ISOTROPIC, 5.0, 1e-4, 1e-4, 4000}};
    s[4] = (struct stage){.name = "restore", .label = "back", .action = STAGE_RESTORE, .restore = "melt"};
    s[5] = (struct stage){.name = "heat",
                          .label = "heat",
                          .T_from = 0.1,
                          .T_to = 0.4,
                          .steps = 100,
                          .ensemble = c,
                          .box = STAGE_BOX_FREE};
    s[5].ensemble.thermostat = THERMOSTAT_LANGEVIN;
}

static const struct runner_state fresh = {.first_step = -1};

/* Run all stages; the digest of the end. */
static status run_all(struct watcher *w, const struct saved *from, char hex[65])
{
    struct stage stages[STAGES];
    struct engine e;
    struct runner_state state = from ? from->state : fresh;
    struct runner_hooks hooks = make_hooks(w);
    make_stages(stages);
    fixture_start(&e, from ? &from->atoms : &liquid, "wahnstrom", 0.004, 1);
    if (from) e.ensemble.state = from->ensemble;
    status s = runner_run(&e, stages, STAGES, &state, &hooks);
    fixture_digest(&e, hex);
    engine_free(&e);
    return s;
}

static void free_saves(struct watcher *w)
{
    for (int i = 0; i < w->saves; i++) config_free(&w->save[i].atoms);
    *w = (struct watcher){0};
}

static struct watcher w;
static char reference[65];

static void test_steps_left(void **state)
{
    static const struct {
        struct runner_state at;
        int64_t step, left;
    } cases[] = {
        {{0, -1, 0, 0, 0}, 0, 855},     {{0, 0, 0, 0, 0}, 40, 815},   {{1, 150, 0, 0, 0}, 200, 655},
        {{1, 365, 1, 0, 0}, 400, 455},  {{2, -1, 0, 0, 0}, 495, 360}, {{2, 495, 0, 0, 0}, 795, 100},
        {{STAGES, -1, 0, 0, 0}, 855, 0}}; /* the last but one: longer than its estimate of 260 steps */
    (void)state;
    struct stage stages[STAGES];
    make_stages(stages);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct engine e = {.step = cases[i].step, .domain = {.total = 7}};
        assert_int_equal(runner_steps_left(stages, STAGES, &cases[i].at, &e), cases[i].left);
        assert_true(runner_work_left(stages, STAGES, &cases[i].at, &e) == 7.0 * (double)cases[i].left);
    }
}

static void test_calls(void **state)
{
    (void)state;
    struct stage stages[STAGES];
    make_stages(stages);
    assert_int_equal(runner_total_steps(stages, STAGES), 150 + 130 + 215 + 260 + 100);
    w = (struct watcher){.every = 40};
    MUST(run_all(&w, NULL, reference));
    assert_int_equal(w.begun, 4); /* the dynamics */
    assert_int_equal(w.parts, 1); /* the settling */
    assert_int_equal(w.resumed, 0);
    assert_int_equal(w.ended, STAGES);
    assert_int_equal(w.restored, 1);
    assert_int_equal(w.saves, 0);
    /* every multiple of 40 once, and the end of every part, whether or not it is one */
    int64_t last = 0, multiples = 0;
    int ends = 0;
    for (int i = 0; i < w.n_observed; i++) {
        assert_true(w.observed[i] > last);
        last = w.observed[i];
        multiples += last % 40 == 0;
        ends += last == 150 || last == 365 || last == 495 || last == 755 || last == 855;
        bool settling = last > 150 && last <= 365;
        assert_int_equal(w.main_part[i], !settling);
    }
    assert_int_equal(multiples, 855 / 40);
    assert_int_equal(ends, 5);
    assert_int_equal(last, 855);
}

/* The same trajectory whether anyone observes, how often, or asks for checkpoints. */
static void test_watching_changes_nothing(void **state)
{
    static const int64_t every[] = {0, 1, 7, 33, 1000};
    (void)state;
    for (int i = 0; i < 5; i++) {
        char hex[65];
        w = (struct watcher){.every = every[i], .checkpoint_every = i == 2 ? 50 : 0};
        MUST(run_all(&w, NULL, hex));
        if (strcmp(hex, reference) != 0)
            print_message("observing every %ld changes the run\n", (long)every[i]);
        assert_string_equal(hex, reference);
        if (i == 2) assert_true(w.saves >= 5);
        free_saves(&w);
    }
}

/* From every checkpoint of a run a new engine reaches the same end. */
static void test_resume(void **state)
{
    (void)state;
    char hex[65];
    static struct watcher again;
    w = (struct watcher){.every = 9, .checkpoint_every = 30};
    MUST(run_all(&w, NULL, hex));
    assert_true(w.saves >= 8);
    int settling = 0, free_box = 0;
    for (int i = 0; i < w.saves; i++) {
        const struct runner_state *r = &w.save[i].state;
        settling += r->stage == 1 && !r->settled && r->volume_count > 0;
        free_box += r->stage == 2 && r->first_step >= 0;
        again = (struct watcher){.every = 11};
        MUST(run_all(&again, &w.save[i], hex));
        assert_int_equal(again.resumed, r->first_step >= 0);
        assert_string_equal(hex, reference);
    }
    assert_true(settling >= 1 && free_box >= 1); /* else the hard cases were not met */
    free_saves(&w);
}

/* A stop request is answered within LIST_LIFETIME steps (or at the end of the stage), with a checkpoint, and
 * the rest continues to the same bits. */
static void test_stop(void **state)
{
    static const int64_t when[] = {20, 140, 150, 200, 360, 400, 500, 740};
    (void)state;
    for (int i = 0; i < 8; i++) {
        char hex[65];
        static struct watcher again;
        w = (struct watcher){.every = 5, .stop_after = when[i]};
        assert_int_equal(run_all(&w, NULL, hex), STOPPED);
        assert_int_equal(w.saves, 1);
        assert_true(w.save[0].atoms.step >= when[i] && w.save[0].atoms.step <= when[i] + 5 + LIST_LIFETIME);
        again = (struct watcher){.every = 5};
        MUST(run_all(&again, &w.save[0], hex));
        assert_string_equal(hex, reference);
        /* together they observed every step once */
        assert_true(w.observed[w.n_observed - 1] <= w.save[0].atoms.step);
        assert_true(again.observed[0] > w.save[0].atoms.step &&
                    again.observed[0] <= w.save[0].atoms.step + 5);
        free_saves(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_left),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_watching_changes_nothing),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, prepare, release);
}
