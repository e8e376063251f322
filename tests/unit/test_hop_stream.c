/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hop detector fed frame by frame through a short ring, with restarts, against the same walks at once;
 * the file of hops; when an observer is called; how much room a trajectory takes; the words of the input. */
#include "analysis/dynamics/hops.h"
#include "analysis/fit/waiting_law.h"
#include "analysis/report/run_settings.h"
#include "base/mem.h"
#include "base/random.h"
#include "cmd/check_cost.h"
#include "observe/observer.h"
#include "observe/record_input.h"
#include "system/hop_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ATOMS = 40, FRAMES = 700 };

static void normal(uint64_t who, uint64_t when, double z[3])
{
    random_normal(77, STREAM_TEST, who, when, 3, z);
}

/* Vibration and rare jumps, some of them there and back; uneven positions, so that rounding would show. */
static void make_walks(struct track *t)
{
    *t = (struct track){.atoms = ATOMS, .frames = FRAMES, .uniform = true, .interval = 0.1};
    assert_int_equal(NEW(t->id, ATOMS), OK);
    assert_int_equal(NEW(t->type, ATOMS), OK);
    assert_int_equal(NEW(t->time, FRAMES), OK);
    assert_int_equal(NEW(t->x, (size_t)(3 * ATOMS * FRAMES)), OK);
    for (int64_t f = 0; f < FRAMES; f++) t->time[f] = 3.7 + 0.1 * (double)f;
    for (int64_t i = 0; i < ATOMS; i++) {
        double site[3] = {0.3 * (double)i, 1.0, 2.0};
        t->id[i] = (uint64_t)(10 + 3 * i);
        t->type[i] = (int32_t)(i % 2);
        for (int64_t f = 0; f < FRAMES; f++) {
            double z[3], step[3];
            normal((uint64_t)i, (uint64_t)(2 * f), z);
            normal((uint64_t)i, (uint64_t)(2 * f + 1), step);
            if (fabs(z[0]) > 2.2)
                for (int k = 0; k < 3; k++) site[k] += 0.6 * step[k];
            for (int k = 0; k < 3; k++) t->x[3 * (f * ATOMS + i) + k] = site[k] + 0.08 * z[k];
        }
    }
}

/* Frame by frame through a ring of as few frames as hop_frames_needed allows; every `stop` frames all state
 * is saved, thrown away and loaded; hops found so far are taken away and put back at the end, as an observer
 * does. */
static void stream(struct hops *h, const struct track *t, const struct hop_options *o, int64_t stop,
                   bool too_short)
{
    struct hop_path p = {.atoms = ATOMS, .capacity = hop_frames_needed(o, 0.1), .slack = 1e-7};
    double *ring = NULL, *time = NULL;
    struct hop *kept = NULL;
    size_t capacity = 0;
    int64_t n = 0;
    status s = OK;
    if (too_short) p.capacity = 2;
    assert_int_equal(NEW(ring, 3 * ATOMS * (size_t)p.capacity), OK);
    assert_int_equal(NEW(time, (size_t)p.capacity), OK);
    p.x = ring;
    p.time = time;
    for (int64_t f = 0; f < t->frames && s == OK; f++) {
        memcpy(ring + 3 * ATOMS * (f % p.capacity), track_frame(t, f), 3 * ATOMS * sizeof *ring);
        time[f % p.capacity] = t->time[f];
        p.known = f + 1;
        s = f == 0 ? hops_begin(h, o, &p, 0, t->type) : hops_advance(h, &p, f == t->frames - 1);
        if (s != OK || f % stop != stop - 1) continue;
        double *state = NULL;
        assert_int_equal(GROW(kept, capacity, (size_t)(n + h->n) + 1), OK);
        if (h->n > 0) memcpy(kept + n, h->hop, (size_t)h->n * sizeof *kept);
        n += h->n;
        assert_int_equal(NEW(state, hops_state_size(h)), OK);
        hops_save(h, state);
        double end = h->end;
        hops_free(h);
        assert_int_equal(hops_begin(h, o, &p, 0, t->type), OK);
        hops_load(h, state);
        h->end = end;
        DELETE(state);
    }
    if (too_short) {
        assert_int_equal(s, FAILED);
        hops_free(h);
    } else {
        assert_int_equal(s, OK);
        assert_int_equal(GROW(kept, capacity, (size_t)(n + h->n) + 1), OK);
        if (h->n > 0) memcpy(kept + n, h->hop, (size_t)h->n * sizeof *kept);
        DELETE(h->hop);
        h->hop = kept;
        h->capacity = capacity;
        h->n = n + h->n;
        kept = NULL;
        assert_int_equal(hops_finish(h), OK);
    }
    DELETE(kept);
    DELETE(ring);
    DELETE(time);
}

static void same_waits(const struct waits *a, const struct waits *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->censored, b->censored);
    assert_memory_equal(a->time, b->time, (size_t)a->n * sizeof *a->time);
    assert_memory_equal(a->is_censored, b->is_censored, (size_t)a->n);
    assert_memory_equal(a->atom, b->atom, (size_t)a->n * sizeof *a->atom);
}

static void same_hops(const struct hops *a, const struct hops *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->atoms, b->atoms);
    assert_int_equal(a->hopped, b->hopped);
    assert_int_equal(a->reversible, b->reversible);
    assert_int_equal(a->returns, b->returns);
    assert_int_equal(a->excursions, b->excursions);
    assert_true(a->begin == b->begin && a->end == b->end);
    for (int64_t k = 0; k < a->n; k++) {
        const struct hop *x = a->hop + k, *y = b->hop + k;
        assert_true(x->atom == y->atom && x->time == y->time && x->reversible == y->reversible);
        assert_memory_equal(x->from, y->from, sizeof x->from);
        assert_memory_equal(x->to, y->to, sizeof x->to);
    }
    same_waits(&a->persistence, &b->persistence);
    same_waits(&a->exchange, &b->exchange);
}

static const struct hop_options criteria[] = {
    {.distance = 0.5, .cage = 0.5},
    {.distance = 0.7, .cage = 0.5, .persist = 1.0},
    {.distance = 0.4, .cage = 2.0, .persist = 0.3, .group = 2},
    {.distance = 0.8},
    {.criterion = HOP_PHOP, .window = 1.0, .threshold = 0.15},
};
enum { CRITERIA = sizeof criteria / sizeof *criteria };

static void frames_may_arrive_in_any_way(void **state)
{
    (void)state;
    struct track t;
    make_walks(&t);
    for (int c = 0; c < CRITERIA; c++) {
        struct hops at_once, streamed;
        assert_int_equal(hops_find(&at_once, &t, &criteria[c]), OK);
        assert_true(at_once.n > 100);
        static const int64_t stops[] = {FRAMES + 1, 97, 1};
        for (int k = 0; k < 3; k++) {
            stream(&streamed, &t, &criteria[c], stops[k], false);
            same_hops(&at_once, &streamed);
            hops_free(&streamed);
        }
        hops_free(&at_once);
    }
    struct hops none; /* a ring that is too short is a failure, not a wrong answer */
    stream(&none, &t, &criteria[2], FRAMES + 1, true);
    track_free(&t);
}

static void the_file_gives_back_what_it_got(void **state)
{
    (void)state;
    struct track t;
    struct h5 f;
    struct hops h[CRITERIA], back;
    struct hop_facts facts[CRITERIA];
    struct hop_options how;
    char path[64], name[HOP_NAME];
    double d;
    int64_t rows;
    make_walks(&t);
    snprintf(path, sizeof path, "/tmp/glint-hops-%d.h5", (int)getpid());
    assert_int_equal(h5_begin(&f, path), OK);
    assert_int_equal(hop_file_head(&f, HOP_GROUP, &(struct hop_file_head){1.1, "tau", "sigma"}), OK);
    for (int c = 0; c < CRITERIA; c++) {
        assert_int_equal(hops_find(&h[c], &t, &criteria[c]), OK);
        assert_int_equal(hop_file_row(&f, HOP_GROUP, c + 1, &h[c], t.id), OK);
        facts[c] = (struct hop_facts){criteria[c].criterion == HOP_PHOP ? "p_hop" : "cage",
                                      criteria[c].distance / 1.1, criteria[c], &h[c]};
    }
    assert_int_equal(hop_file_columns(&f, HOP_GROUP, CRITERIA, facts), OK);
    assert_int_equal(h5_commit(&f), OK);
    assert_int_equal(h5_open_ro(&f, path), OK);
    assert_int_equal(hop_file_rows(&f, HOP_GROUP, &rows), OK);
    assert_int_equal(rows, CRITERIA);
    for (int c = 0; c < CRITERIA; c++) {
        assert_int_equal(hop_file_read(&f, HOP_GROUP, c + 1, t.id, ATOMS, name, &d, &how, &back), OK);
        assert_string_equal(name, facts[c].name);
        assert_true(how.distance == criteria[c].distance && how.window == criteria[c].window);
        same_hops(&h[c], &back);
        hops_free(&back);
        hops_free(&h[c]);
    }
    /* An atom that is not among those observed. */
    assert_int_equal(hop_file_read(&f, HOP_GROUP, 1, t.id, 3, name, &d, &how, &back), BAD_INPUT);
    h5_close(&f);
    unlink(path);
    track_free(&t);
}

/* ---- when observers are called ---- */

static void schedules(void **state)
{
    (void)state;
    static const int64_t expected[] = {1,  2,  3,  4,  6,   10,
                                       16, 25, 40, 63, 100, 158}; /* round(10^(k/5)), once each */
    struct observer o = {.per_decade = 5, .first_step = 1000, .active = true};
    int64_t now = 1000;
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        int64_t before = now;
        now = observer_next(&o, now);
        assert_int_equal(now - 1000, expected[k]);
        assert_int_equal(observer_last_due(&o, now - 1), before);
        assert_int_equal(observer_last_due(&o, now), now);
        for (int64_t step = before; step <= now; step++)
            assert_int_equal(observer_is_due(&o, step), step == now || (step == before && before > 1000));
    }
    o.every = 30; /* both: 1 2 3 4 6 10 16 25 30 40 60 63 90 100 120 150 158 180 */
    int64_t n = 0;
    for (now = 1000; (now = observer_next(&o, now)) <= 1180;) n++;
    assert_int_equal(n, 18);
    assert_int_equal(observer_count(30, 5, 180), 18);
    assert_int_equal(observer_count(30, 0, 180), 6);
    assert_int_equal(observer_count(0, 5, 158), 12);
    assert_int_equal(observer_last_due(&o, 1149), 1120);
    o.active = false;
    assert_true(observer_next(&o, 0) == INT64_MAX && !observer_is_due(&o, 1030));
}

static void a_trajectory_stays_in_its_room(void **state)
{
    (void)state;
    struct stage stages[] = {{.steps = 10000, .observe_trajectory = true},
                             {.steps = 500},
                             {.steps = 4000, .observe_trajectory = true}};
    struct record_input in = {.every = 0.05, .precision = 1};
    struct record_plan p;
    assert_int_equal(record_plan(&p, &in, 0.005, 100.0, stages, 3), OK);
    assert_true(p.every == 10 && p.factor == 1 && p.frames == 1001 + 401);
    double frame = p.bytes / (double)p.frames;
    /* Every smaller factor would need more room than there is. */
    static const double rooms[] = {1500, 1402, 1401, 700, 300, 50, 5};
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) {
        in.keep = rooms[k] * frame;
        assert_int_equal(record_plan(&p, &in, 0.005, 100.0, stages, 3), OK);
        assert_true(p.bytes <= in.keep && p.every == 10 * p.factor);
        if (p.factor == 1) continue;
        int64_t every = 10 * (p.factor - 1);
        assert_true((double)(2 + 10000 / every + 4000 / every) * frame > in.keep);
    }
    in.keep = 1.5 * frame; /* two first frames */
    assert_int_equal(record_plan(&p, &in, 0.005, 100.0, stages, 3), BAD_INPUT);
    in = (struct record_input){.every = (double)NAN, .per_decade = 5, .precision = 0};
    assert_int_equal(record_plan(&p, &in, 0.005, 100.0, stages, 3), OK);
    assert_true(p.every == 0 && p.frames == 2 + observer_count(0, 5, 10000) + observer_count(0, 5, 4000));
    assert_string_equal(p.words, "log 5 per decade");
    in.per_decade = 0;
    assert_int_equal(record_plan(&p, &in, 0.005, 100.0, stages, 3), BAD_INPUT);
}

/* ---- words of the input ---- */

static void settings_are_read_from_the_effective_input(void **state)
{
    (void)state;
    static const char input[] =
        "dt: 0.005 tau\nstages:\n  - melt:\n      T: 1\nwaiting:\n  models: [power, stretched]\n"
        "  censoring: none\n  window_bias: corrected\n  xmin: 400 steps\n  bootstrap:\n"
        "    blocks: 20\n    replicas: yes\nanalysis:\n  ttcf:\n    age: mid\n"
        "    diagonal: mean4\n    g2_bins: 7 per decade\n  fit:\n    models: [ml]\n"
        "    siegert: [2]\n  null:\n    exact: no\n    surrogate: 300 seeds\n";
    struct run_settings s;
    char value[64];
    assert_int_equal(run_settings_parse(&s, input), OK);
    assert_true(s.has_waiting && s.has_analysis);
    assert_int_equal(s.laws, 1u << WAITING_POWER_LAW | 1u << WAITING_STRETCHED);
    assert_int_equal(s.correction, WAITING_WINDOW);
    assert_true(fabs(s.xmin - 2.0) < 1e-12);
    assert_true(s.blocks == 20 && s.replicas);
    assert_string_equal(s.age, "mid");
    assert_string_equal(s.diagonal, "mean4");
    assert_true(s.per_decade == 7 && s.fit_models == 2 && s.siegert == 2 && !s.null_exact &&
                s.surrogates == 300);
    assert_true(run_settings_value(input, "analysis.ttcf.age", value, sizeof value));
    assert_false(run_settings_value(input, "analysis.ttcf.xmin", value, sizeof value));
    assert_false(run_settings_value(input, "waiting.age", value, sizeof value)); /* of another block */
    assert_int_equal(run_settings_parse(&s, "waiting:\n  models: [powr]\n"), BAD_INPUT);
    assert_int_equal(run_settings_parse(&s, "seed: 1\n"), OK);
    assert_true(!s.has_waiting && !s.has_analysis && s.surrogates == -1 && s.correction == WAITING_CENSORED);
}

static void costs(void **state)
{
    (void)state;
    bool bound;
    assert_true(fabs(check_cost_tau_alpha("wahnstrom:cutoff=2.5aa", 0.39, &bound) - 170.0) < 1e-9 && !bound);
    double between = check_cost_tau_alpha("wahnstrom", 0.40, &bound);
    assert_true(between > 37.0 && between < 170.0 && !bound);
    check_cost_tau_alpha("wahnstrom", 0.30, &bound);
    assert_true(bound);
    assert_true(isnan(check_cost_tau_alpha("eam:file", 0.4, &bound)));
    /* All reciprocal-lattice points with low <= |q| < high of a cubic cell, counted; half of them are
     * independent. The volume of the shell differs from the count by the points near its two surfaces, of
     * relative order 1/sqrt(count). */
    struct window_spec w = window_spec_of("w");
    int64_t count = 0;
    double spacing = 2.0 * M_PI / 20.0;
    w.kind = WINDOW_SHELL;
    w.low = 6.0;
    w.high = 8.0;
    w.on_peak = false;
    for (int h = -30; h <= 30; h++)
        for (int k = -30; k <= 30; k++)
            for (int l = -30; l <= 30; l++) {
                double q = spacing * sqrt((double)(h * h + k * k + l * l));
                count += q >= w.low && q < w.high;
            }
    double pixels = check_cost_pixels(&w, 8000.0, 1.0);
    assert_true(fabs(2.0 * pixels - (double)count) < 5.0 * sqrt((double)count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(frames_may_arrive_in_any_way),
                                       cmocka_unit_test(the_file_gives_back_what_it_got),
                                       cmocka_unit_test(schedules),
                                       cmocka_unit_test(a_trajectory_stays_in_its_room),
                                       cmocka_unit_test(settings_are_read_from_the_effective_input),
                                       cmocka_unit_test(costs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
