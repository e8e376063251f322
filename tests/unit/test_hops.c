/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hops and waiting times against walks whose jumps are known one by one. */
#include "analysis/dynamics/hops.h"
#include "analysis/dynamics/strings.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SEED 99

/* ---- tracks written directly ---- */
static void make(struct track *t, int64_t atoms, int64_t frames, double interval)
{
    *t = (struct track){.atoms = atoms, .frames = frames, .uniform = true, .interval = interval};
    t->species = (struct species){.count = 2, .name = {"A", "B"}, .mass = {2, 1}};
    t->mean = box_orthogonal(10, 10, 10);
    assert_int_equal(NEW(t->id, (size_t)atoms), OK);
    assert_int_equal(NEW(t->type, (size_t)atoms), OK);
    assert_int_equal(NEW(t->time, (size_t)frames), OK);
    assert_int_equal(NEW(t->x, 3 * (size_t)(atoms * frames)), OK);
    for (int64_t i = 0; i < atoms; i++) {
        t->id[i] = (uint64_t)i + 1;
        t->type[i] = (int32_t)(i % 2);
    }
    for (int64_t f = 0; f < frames; f++) t->time[f] = (double)f * interval;
}

static double *at(struct track *t, int64_t frame, int64_t atom)
{
    return t->x + 3 * (frame * t->atoms + atom);
}

static double uniform(uint64_t who, uint64_t when)
{
    double u[2];
    random_uniform2(SEED, STREAM_TEST, who, when, u);
    return u[0];
}

static void shake(struct track *t, double s)
{
    for (int64_t i = 0; i < t->atoms * t->frames; i++) {
        double z[3];
        random_normal(SEED, STREAM_TEST, (uint64_t)i, 1000000, 3, z);
        for (int k = 0; k < 3; k++) t->x[3 * i + k] += s * z[k];
    }
}

/* A walk of unit steps along alternating axes (never back), with jumps at the frames in jump[]. */
static void walk(struct track *t, int64_t atom, const int64_t *jump, int64_t jumps)
{
    double x[3] = {(double)atom, 0, 0};
    int64_t done = 0;
    for (int64_t f = 0; f < t->frames; f++) {
        while (done < jumps && jump[done] <= f) x[done++ % 3] += 1.0;
        memcpy(at(t, f, atom), x, sizeof x);
    }
}

/* Continuous-time walk with waiting times from `draw`, rounded up to frames, at least 1: jump[] and its
 * length. */
static int64_t renewal(int64_t atom, int64_t frames, int64_t jump[], double (*draw)(double u))
{
    int64_t n = 0;
    double now = 0.0;
    for (;;) {
        now += fmax(1.0, ceil(draw(uniform((uint64_t)atom, (uint64_t)n))));
        if (now >= (double)frames) return n;
        jump[n++] = (int64_t)now;
    }
}
static double exponential(double u)
{
    return -40.0 * log(u);
}
static double power_law(double u)
{
    return 2.0 * pow(u, -1.0 / 0.45);
} /* p ~ w^−1.45 beyond 2 */

/* ---- tests ---- */
static void vibration_is_not_hopping(void **state)
{
    (void)state;
    struct track t;
    struct hops h;
    make(&t, 200, 500, 0.5);
    for (int64_t i = 0; i < t.atoms; i++) walk(&t, i, NULL, 0);
    shake(&t, 0.08);
    /* 0.6/0.08 = 7.5 σ: a probability of 1e-11 a frame, 1e-6 for the test. Persistence makes it smaller
     * still. */
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.6, .cage = 5}), OK);
    assert_int_equal(h.n, 0);
    assert_int_equal(h.persistence.n, 200);
    assert_int_equal(h.persistence.censored, 200);
    assert_int_equal(h.exchange.n, 0);
    for (int64_t i = 0; i < 200; i++) assert_true(fabs(h.persistence.time[i] - 499 * 0.5) < 1e-12);
    hops_free(&h);
    /* The control: a distance within the vibration gives hops, and persistence removes them. */
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.2}), OK);
    assert_true(h.n > 1000);
    hops_free(&h);
    struct hop_options long_lasting = {.distance = 0.25, .persist = 5, .cage = 20};
    assert_int_equal(hops_find(&h, &t, &long_lasting), OK);
    assert_int_equal(h.n, 0);
    assert_true(h.excursions > 100);
    hops_free(&h);
    struct hop_options phop = {.criterion = HOP_PHOP, .window = 10, .threshold = 0.2};
    assert_int_equal(hops_find(&h, &t, &phop), OK);
    assert_int_equal(h.n, 0);
    assert_true(fabs(h.begin - 5.0) < 1e-12 && fabs(h.end - (249.5 - 5.0)) < 1e-12);
    hops_free(&h);
    track_free(&t);
}

static void known_jumps_are_found_one_by_one(void **state)
{
    (void)state;
    enum { ATOMS = 60, FRAMES = 3000 };
    struct track t;
    struct hops h;
    int64_t jump[FRAMES], total = 0, hopped = 0;
    make(&t, ATOMS, FRAMES, 0.25);
    for (int64_t i = 0; i < ATOMS; i++) {
        int64_t n = renewal(i, FRAMES, jump, i % 2 ? exponential : power_law);
        walk(&t, i, jump, n);
        total += n;
        hopped += n > 0;
    }
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.9}), OK);
    assert_int_equal(h.n, total);
    assert_int_equal(h.hopped, hopped);
    assert_int_equal(h.persistence.n, ATOMS);
    assert_int_equal(h.persistence.censored, ATOMS - hopped);
    assert_int_equal(h.exchange.n, total);         /* each hop begins an exchange time … */
    assert_int_equal(h.exchange.censored, hopped); /* … and one of each mobile atom is cut off */
    assert_int_equal(h.reversible, 0);             /* this walk never comes back */
    int64_t seen = 0;
    for (int64_t i = 0; i < ATOMS; i++) {
        int64_t n = renewal(i, FRAMES, jump, i % 2 ? exponential : power_law);
        for (int64_t k = 0; k < n; k++, seen++) {
            assert_int_equal(h.hop[seen].atom, i);
            assert_true(fabs(h.hop[seen].time - 0.25 * (double)jump[k]) < 1e-9);
            assert_true(fabs(h.hop[seen].length - 1.0) < 1e-9);
            assert_true(fabs(h.hop[seen].to[k % 3] - h.hop[seen].from[k % 3] - 1.0) < 1e-9);
        }
    }
    /* Times of one atom fill its record: persistence + exchanges + the censored rest. */
    double sum[ATOMS] = {0};
    for (int64_t k = 0; k < h.persistence.n; k++) sum[h.persistence.atom[k]] += h.persistence.time[k];
    for (int64_t k = 0; k < h.exchange.n; k++) sum[h.exchange.atom[k]] += h.exchange.time[k];
    for (int i = 0; i < ATOMS; i++) assert_true(fabs(sum[i] - 0.25 * (FRAMES - 1)) < 1e-9);
    hops_free(&h);
    /* One species only. */
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.9, .group = 2}), OK);
    assert_int_equal(h.atoms, ATOMS / 2);
    for (int64_t k = 0; k < h.n; k++) assert_int_equal(h.hop[k].atom % 2, 1);
    hops_free(&h);
    track_free(&t);
}

static void cages_persistence_and_phop_find_the_same_slow_jumps(void **state)
{
    (void)state;
    enum { ATOMS = 40, FRAMES = 2000 };
    struct track t;
    struct hops h;
    make(&t, ATOMS, FRAMES, 1.0);
    int64_t total = 0;
    for (int64_t i = 0; i < ATOMS; i++) {
        /* Jumps at least 60 frames apart and from the ends: longer than any window below. */
        int64_t jump[30], n = 0, now = 60 + (int64_t)(40.0 * uniform((uint64_t)i, 7));
        for (; now < FRAMES - 60; now += 60 + (int64_t)(200.0 * uniform((uint64_t)i, (uint64_t)(n + 8))))
            jump[n++] = now;
        walk(&t, i, jump, n);
        total += n;
    }
    shake(&t, 0.05);
    struct hop_options o[] = {{.distance = 0.5, .persist = 0, .cage = 10},
                              {.distance = 0.7, .persist = 5, .cage = 20},
                              {.distance = 0.6, .persist = 10, .cage = 5},
                              {.criterion = HOP_PHOP, .window = 20, .threshold = 0.2}};
    for (int v = 0; v < 4; v++) {
        assert_int_equal(hops_find(&h, &t, &o[v]), OK);
        assert_int_equal(h.n, total);
        assert_int_equal(h.reversible, 0);
        for (int64_t k = 0; k < h.n; k++) {
            /* A frame is on one side of the jump or the other; |to−from| carries the error of two cage means.
             */
            double before[3], after[3];
            int64_t f = (int64_t)h.hop[k].time, at_least = v == 3 ? 1 : 0;
            memcpy(before, at(&t, f - 1 - at_least, h.hop[k].atom), sizeof before);
            memcpy(after, at(&t, f + at_least, h.hop[k].atom), sizeof after);
            double d = 0.0;
            for (int i = 0; i < 3; i++) d += pow(after[i] - before[i], 2);
            assert_true(sqrt(d) > 0.5);
            assert_true(fabs(h.hop[k].length - 1.0) < 6.0 * 0.05 * sqrt(2.0 / 5.0));
        }
        hops_free(&h);
    }
    track_free(&t);
}

static void back_and_forth_is_reversible(void **state)
{
    (void)state;
    struct track t;
    struct hops h;
    make(&t, 3, 400, 1.0);
    for (int64_t f = 0; f < 400; f++) {
        double *a = at(&t, f, 0), *b = at(&t, f, 1), *c = at(&t, f, 2);
        a[0] = (double)(f / 20 % 2); /* two sites: 19 hops */
        b[0] = f < 100 ? 0 : 1;      /* one hop for good */
        c[0] = f >= 50 && f < 250;   /* A → B → C → A around a triangle of side 1, then D for good */
        if (f >= 150 && f < 250) c[0] = 0.5, c[1] = sqrt(0.75);
        if (f >= 300) c[2] = 1.0;
    }
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.8, .cage = 5}), OK);
    assert_int_equal(h.n, 19 + 1 + 4);
    assert_int_equal(h.reversible, 19 + 0 + 3);
    assert_int_equal(h.returns, 18);
    assert_false(h.hop[19].reversible);
    assert_false(h.hop[23].reversible);
    assert_true(h.hop[22].reversible);
    hops_free(&h);
    /* Visits shorter than the persistence time are excursions, not hops. */
    assert_int_equal(
        hops_find(&h, &t, &(struct hop_options){.distance = 0.8, .persist = 30, .cage = 5, .group = 1}), OK);
    assert_int_equal(h.n, 4); /* of atom 2 only */
    assert_int_equal(h.excursions, 9);
    hops_free(&h);
    track_free(&t);
}

static void unconfirmed_hops_are_censored(void **state)
{
    (void)state;
    struct track t;
    struct hops h;
    make(&t, 2, 101, 1.0);
    int64_t late[1] = {95}, last[1] = {90};
    walk(&t, 0, late, 1);
    walk(&t, 1, last, 1);
    /* With t_p = 10 a hop at 90 is confirmed by the last frame (100), one at 95 is not: observation ends
     * at 90. */
    assert_int_equal(hops_find(&h, &t, &(struct hop_options){.distance = 0.5, .persist = 10}), OK);
    assert_int_equal(h.n, 1);
    assert_true(h.end == 90.0 && h.hop[0].atom == 1 && h.hop[0].time == 90.0);
    assert_true(h.persistence.is_censored[0] == 1 && h.persistence.time[0] == 90.0);
    assert_true(h.exchange.n == 1 && h.exchange.time[0] == 0.0 && h.exchange.is_censored[0] == 1);
    hops_free(&h);
    struct hop_options riechers = hop_riechers(0.5);
    assert_int_equal(hops_find(&h, &t, &riechers), OK);
    assert_int_equal(h.n, 2);
    assert_true(h.end == 100.0);
    hops_free(&h);
    track_free(&t);
}

/* Persistence and exchange: for an exponential law both are the same (no memory); seen from an arbitrary
 * time, a power law with infinite mean shows much longer first times than later ones (length bias). */
/* Times added up step by step are not round; a hop at the last frame that can be confirmed must not look
 * longer than the waits that are censored there (a Kaplan–Meier curve would drop to 0 at its end). */
static void the_last_hop_is_not_behind_the_end(void **state)
{
    (void)state;
    enum { ATOMS = 20, FRAMES = 1501 };
    int behind = 0;
    for (int persist = 90; persist <= 110; persist++) { /* frames; some round up, some down */
        struct track t;
        struct hops h = {0};
        make(&t, ATOMS, FRAMES, 0.05);
        for (int64_t f = 1; f < FRAMES; f++) t.time[f] = t.time[f - 1] + 0.05;
        int64_t jump = FRAMES - 1 - persist;
        walk(&t, 0, &jump, 1);
        for (int64_t i = 1; i < ATOMS; i++) walk(&t, i, NULL, 0);
        struct hop_options o = {.distance = 0.5, .persist = 0.05 * persist, .cage = 0.25};
        assert_int_equal(hops_find(&h, &t, &o), OK);
        assert_int_equal(h.n, 1);
        behind += t.time[jump] > t.time[FRAMES - 1] - o.persist;
        for (int64_t i = 0; i < h.persistence.n; i++)
            if (!h.persistence.is_censored[i])
                for (int64_t j = 0; j < h.persistence.n; j++)
                    if (h.persistence.is_censored[j])
                        assert_true(h.persistence.time[i] <= h.persistence.time[j]);
        hops_free(&h);
        track_free(&t);
    }
    assert_true(behind > 0); /* else the test shows nothing */
}

static void first_and_later_waiting_times(void **state)
{
    (void)state;
    enum { ATOMS = 1500, FRAMES = 2000, BEFORE = 20000 };
    struct track t;
    struct hops h;
    make(&t, ATOMS, FRAMES, 1.0);
    int64_t *jump = NULL;
    assert_int_equal(NEW(jump, BEFORE + FRAMES), OK);
    for (int law = 0; law < 2; law++) {
        for (int64_t i = 0; i < ATOMS; i++) {
            /* The process is BEFORE frames old when the record begins. */
            int64_t n = renewal(i, BEFORE + FRAMES, jump, law ? power_law : exponential), first = 0;
            while (first < n && jump[first] <= BEFORE) first++;
            for (int64_t k = first; k < n; k++) jump[k] -= BEFORE;
            walk(&t, i, jump + first, n - first);
        }
        struct hop_options o = {.distance = 0.5};
        assert_int_equal(hops_find(&h, &t, &o), OK);
        /* Completed means in a window of 2000 = 50 means: truncation is e^-50 for the exponential law. Times
         * are rounded up to frames: mean 1/(1 − e^(−1/40)) = 40.502 for exchange, the same for first times
         * (discrete, memoryless, counted from a frame). */
        double mean[2] = {0}, long_ones[2] = {0};
        const struct waits *w[2] = {&h.persistence, &h.exchange};
        for (int v = 0; v < 2; v++)
            for (int64_t k = 0; k < w[v]->n; k++) {
                if (!w[v]->is_censored[k]) mean[v] += w[v]->time[k] / (double)(w[v]->n - w[v]->censored);
                long_ones[v] += (w[v]->time[k] > 200.0) / (double)w[v]->n;
            }
        if (law == 0) {
            assert_int_equal(h.persistence.censored, 0);
            assert_true(fabs(mean[0] - 40.502) < 5.0 * 40.5 / sqrt(ATOMS));
            /* Of exchange times only those that end are here: weight ∝ T − w lowers the mean to about μ(1 −
             * μ/T). */
            double n = (double)h.exchange.n;
            assert_true(fabs(mean[1] - 40.502 * (1.0 - 40.5 / FRAMES)) < 5.0 * 40.5 / sqrt(n) + 40.5 * 1e-3);
            assert_true(h.exchange.n > 60000);
        } else {
            /* Exchange: S(200) = 100^−0.45 = 0.126, and fewer of the long ones begin early enough to be seen.
             * First times of a process of age t_a: P(> w) = (sin πβ/π) ∫_{w/t_a}^∞ dx x^−β/(1+x) (Dynkin
             * 1961), 0.955 for β = 0.45, w/t_a = 0.01; corrections of relative order (2/t_a)^β = 0.016; 5 σ
             * of the binomial beside. */
            assert_true(long_ones[1] < 0.126 + 0.01);
            assert_true(fabs(long_ones[0] - 0.955) < 0.016 + 5.0 * sqrt(0.955 * 0.045 / ATOMS));
        }
        hops_free(&h);
    }
    DELETE(jump);
    track_free(&t);
}

static void bursts_and_ages(void **state)
{
    (void)state;
    struct track t;
    struct hops h;
    struct hop_bursts b;
    make(&t, 10, 1001, 1.0);
    for (int64_t i = 0; i < 10; i++) {
        int64_t jump[3] = {250 + i, 260 + i, 700 + 10 * i};
        walk(&t, i, jump, 3);
    }
    struct hop_options o = {.distance = 0.5};
    assert_int_equal(hops_find(&h, &t, &o), OK);
    assert_int_equal(hops_bursts(&b, &h, 50.0), OK);
    assert_int_equal(b.n, 20);
    assert_int_equal(b.hops[5], 20);
    assert_int_equal(b.atoms[5], 10);
    assert_int_equal(b.hops[14], 5);
    assert_int_equal(b.hops[15], 5);
    assert_true(fabs(b.mean - 1.5) < 1e-12);
    double v = ((20 - 1.5) * (20 - 1.5) + 2 * 3.5 * 3.5 + 17 * 1.5 * 1.5) / 19.0;
    assert_true(fabs(b.fano - v / 1.5) < 1e-12);
    hop_bursts_free(&b);
    assert_int_equal(hops_bursts(&b, &h, 5000.0), BAD_INPUT);
    hops_free(&h);
    double edge[4];
    hop_ages(100, 900, 3, true, edge);
    assert_true(edge[0] == 100 && edge[1] == 300 && edge[2] == 500 && edge[3] == 900);
    hop_ages(0, 900, 3, false, edge);
    assert_true(edge[1] == 300 && edge[2] == 600);
    /* A window of ages sees its own hops only; times count from its beginning. */
    o.from = 600;
    o.to = 900;
    assert_int_equal(hops_find(&h, &t, &o), OK);
    assert_int_equal(h.n, 10);
    assert_true(h.begin == 600 && h.end == 900 && h.persistence.time[0] == 100 && h.exchange.time[0] == 200);
    hops_free(&h);
    o.from = 5000, o.to = 6000;
    assert_int_equal(hops_find(&h, &t, &o), BAD_INPUT);
    track_free(&t);
}

static void chains_of_replacement_are_strings(void **state)
{
    (void)state;
    /* A simple cubic lattice of spacing 1 in a cell of 6: a chain of 5 along x across the boundary, each atom
     * taking the next one's place (the last goes up by 0.9 into a gap), a ring of 4 in a plane, and two lone
     * movers. */
    enum { L = 6, ATOMS = L * L * L };
    struct track t;
    struct strings s;
    make(&t, ATOMS, 2, 10.0);
    t.mean = box_orthogonal(L, L, L);
    for (int64_t f = 0; f < 2; f++)
        for (int64_t i = 0; i < ATOMS; i++) {
            double *x = at(&t, f, i);
            x[0] = (double)(i / L / L), x[1] = (double)(i / L % L), x[2] = (double)(i % L);
        }
    for (int k = 0; k < 5; k++) { /* atoms at x = 3, 4, 5, 0, 1 of row y = z = 0; unwrapped: +1 each */
        double *x = at(&t, 1, (3 + k) % L * L * L);
        if (k < 4)
            x[0] += 1.0;
        else
            x[2] += 0.5, x[1] += 0.5, x[0] += 0.5; /* into the middle of a cube: 0.87 from every site */
    }
    static const int ring[4][3] = {{2, 3, 3}, {3, 3, 3}, {3, 4, 3}, {2, 4, 3}};
    for (int k = 0; k < 4; k++) {
        const int *a = ring[k], *b = ring[(k + 1) % 4];
        for (int i = 0; i < 3; i++) at(&t, 1, (a[0] * L + a[1]) * L + a[2])[i] += b[i] - a[i];
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 3; i++) at(&t, 1, (4 * L + 1 + 3 * k) * L + 1)[i] += 0.5;
    struct strings_options o = {.lag = 10, .fraction = 11.0 / ATOMS, .delta = 0.6, .seed = 5};
    assert_int_equal(strings_find(&s, &t, &o), OK);
    assert_int_equal(s.mobile, 11);
    assert_int_equal(s.origins, 1);
    assert_true(s.count[5] == 1.0 && s.count[4] == 1.0 && s.count[1] == 2.0 && s.largest == 5);
    assert_true(fabs(s.mean - 11.0 / 4.0) < 1e-12 && fabs(s.weighted - (25.0 + 16.0 + 2.0) / 11.0) < 1e-12);
    assert_true(s.null_mean < s.mean);
    double total = 0.0;
    for (int64_t n = 1; n <= s.longest; n++) total += (double)n * s.null_count[n];
    assert_true(fabs(total - 11.0) < 1e-12);
    strings_free(&s);
    o.lag = 1000;
    assert_int_equal(strings_find(&s, &t, &o), BAD_INPUT);
    track_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vibration_is_not_hopping),
        cmocka_unit_test(known_jumps_are_found_one_by_one),
        cmocka_unit_test(cages_persistence_and_phop_find_the_same_slow_jumps),
        cmocka_unit_test(back_and_forth_is_reversible),
        cmocka_unit_test(unconfirmed_hops_are_censored),
        cmocka_unit_test(the_last_hop_is_not_behind_the_end),
        cmocka_unit_test(first_and_later_waiting_times),
        cmocka_unit_test(bursts_and_ages),
        cmocka_unit_test(chains_of_replacement_are_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
