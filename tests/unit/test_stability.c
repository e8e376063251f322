/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `glint stability` is made of: onsets of ramps, lines read backwards, fronts, all with known answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "analysis/fit/calibration.h"
#include "analysis/fit/rise.h"
#include "analysis/report/columns.h"
#include "analysis/stability/front.h"
#include "base/file.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#define OKAY(call) assert_int_equal((call), OK)

static double normal(uint64_t seed, uint64_t i)
{
    double z[1];
    random_normal(seed, STREAM_TEST, i, 0, 1, z);
    return z[0];
}

/* ---- onset ---- */

enum { ROWS = 2400 };
static const double ON = 0.42, OFF = 0.47, glass = 3.0, step = 14.0, liquid = 5.0; /* slopes */
static double T[ROWS], H[ROWS];

/* A heating ramp from 0.1 to 0.6: glass, a straight rise from ON to OFF, liquid. */
static void ramp(double sigma, uint64_t seed)
{
    for (int i = 0; i < ROWS; i++) {
        double t = 0.1 + 0.5 * i / (ROWS - 1), up = fmin(fmax(t - ON, 0.0), OFF - ON),
               over = fmax(t - OFF, 0.0);
        T[i] = t;
        H[i] = -6.0 + glass * (fmin(t, ON) - ON) + step * up + liquid * over;
        if (sigma > 0.0) H[i] += sigma * normal(seed, (uint64_t)i);
    }
}

static void onset_exact(void **state)
{
    (void)state;
    struct rise r;
    ramp(0.0, 0);
    OKAY(rise_find(&r, ROWS, T, H, NULL));
    /* A twelfth of the range is 0.0417, narrower than the rise: some window lies within it. Rounding of H,
     * 1e-15, over a difference of slopes of 11. */
    assert_true(r.found);
    assert_true(fabs(r.x - ON) < 1e-12);
    assert_true(r.error < 1e-12);
    assert_true(fabs(r.tangent.slope - step) < 1e-10 && fabs(r.glass.slope - glass) < 1e-10);
    assert_true(r.glass.from >= 0.5 * r.steepest && r.glass.to <= 0.75 * r.steepest);
    assert_int_equal(r.variations, 27);
    /* Tangents 4/3 as wide, 0.0556, reach 0.0056 beyond the rise of 0.05: x moves by less than that. */
    assert_true(r.systematic < 0.0056 && r.low > ON - 0.0056 && r.high < ON + 0.0056);
}

/* Error by propagation for the fixed windows that were chosen: each line's prediction at x over the
 * difference of slopes. */
static double propagated(const struct rise *r, double sigma)
{
    const struct kink_line *line[2] = {&r->glass, &r->tangent};
    double variance = 0.0;
    for (int w = 0; w < 2; w++) {
        double n = 0.0, mean = 0.0, square = 0.0;
        for (int i = 0; i < ROWS; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) n += 1.0, mean += T[i];
        mean /= n;
        for (int i = 0; i < ROWS; i++)
            if (T[i] >= line[w]->from && T[i] <= line[w]->to) square += (T[i] - mean) * (T[i] - mean);
        variance += sigma * sigma * (1.0 / n + (r->x - mean) * (r->x - mean) / square);
    }
    return sqrt(variance) / (r->tangent.slope - r->glass.slope);
}

/* 60 ramps. The tangent has 200 rows, the residuals' variance is known to 1/sqrt(2·200) = 5 %, 500 replicates
 * give 3 %: 6 % for one ramp, 0.8 % for the mean of 60; four of these. The search for the steepest of the
 * windows within the rise (width 0.042 of 0.05, two strides of 0.005) biases the slope upward by at most two
 * of its errors, so x by at most two errors of its own: the mean deviation must lie between 0 and 2 errors,
 * give or take 4/sqrt(60) = 0.52 of one. */
static void onset_noise(void **state)
{
    (void)state;
    enum { RUNS = 60 };
    double ratio = 0.0, deviation = 0.0, sigma = 0.01;
    for (int k = 0; k < RUNS; k++) {
        struct rise r;
        ramp(sigma, 100 + (uint64_t)k);
        OKAY(rise_find(&r, ROWS, T, H, &(struct rise_options){.seed = 3}));
        assert_true(r.found);
        double e = propagated(&r, sigma);
        ratio += r.error / e / RUNS;
        deviation += (r.x - ON) / e / RUNS;
    }
    assert_true(fabs(ratio - 1.0) < 4.0 * 0.06 / sqrt(RUNS) + 0.01);
    assert_true(deviation > -4.0 / sqrt(RUNS) && deviation < 2.0 + 4.0 / sqrt(RUNS));
}

static void onset_absent(void **state)
{
    (void)state;
    struct rise r;
    for (int i = 0; i < ROWS; i++) {
        T[i] = 0.1 + 0.5 * i / (ROWS - 1);
        H[i] = 3.0 * T[i] + 0.01 * normal(7, (uint64_t)i);
    }
    OKAY(rise_find(&r, ROWS, T, H, NULL));
    assert_false(r.found);
    assert_non_null(strstr(r.why, "no onset"));
    OKAY(rise_find(&r, 12, T, H, NULL));
    assert_false(r.found);
    assert_non_null(strstr(r.why, "too little data"));
    OKAY(rise_find(&r, 0, T, H, NULL));
    assert_false(r.found);
    T[5] = T[3];
    assert_int_equal(rise_find(&r, ROWS, T, H, NULL), BAD_INPUT);
    ramp(0.0, 0);
    assert_int_equal(rise_find(&r, ROWS, T, H, &(struct rise_options){.glass = {0.8, 0.6}}), BAD_INPUT);
}

/* ---- a line read backwards ---- */

static void calibration(void **state)
{
    (void)state;
    struct calibration c;
    const double x[] = {-5.0, -4.0, -3.0, -2.0}, y[] = {-7.2, -7.15, -7.1, -7.05};
    OKAY(calibration_fit(&c, 4, x, y));
    assert_true(fabs(c.slope - 0.05) < 1e-14 && c.scatter < 1e-14);
    struct calibration_point p = calibration_invert(&c, -7.125, 0.01);
    assert_true(fabs(p.x + 3.5) < 1e-12 && !p.extrapolated);
    assert_true(fabs(p.error - 0.01 / 0.05) < 1e-9); /* an exact line adds nothing */
    p = calibration_invert(&c, -7.3, 0.0);
    assert_true(fabs(p.x + 7.0) < 1e-12 && p.extrapolated);
    assert_true(fabs(calibration_at(&c, 0.0) + 6.95) < 1e-12);
    calibration_points_known_to(&c, 0.02);
    p = calibration_read(&c, -1.0); /* 2.5 from the middle of points −1.5, −0.5, 0.5, 1.5 about it */
    assert_true(fabs(p.x + 7.0) < 1e-12 && p.extrapolated);
    assert_true(fabs(p.error - 0.02 * sqrt(1.0 / 4.0 + 2.5 * 2.5 / 5.0)) < 1e-15);
    assert_true(!calibration_read(&c, -2.5).extrapolated && isnan(calibration_read(&c, NAN).x));
    OKAY(calibration_fit(&c, 4, x, y));
    assert_true(calibration_is_steep(&c));
    double slope = c.slope, error = c.slope_error, scatter = c.scatter;
    calibration_points_known_to(&c, 0.5 * scatter); /* better than they scatter: nothing new */
    assert_true(c.scatter == scatter && c.slope_error == error);
    calibration_points_known_to(&c, 0.1);
    assert_true(c.scatter == 0.1 && c.slope == slope && c.slope_error == 0.1 / sqrt(c.spread));
    OKAY(calibration_fit(&c, 2, x, y));
    p = calibration_invert(&c, -7.1, 0.0);
    assert_true(fabs(p.x + 3.0) < 1e-12 && isnan(p.error)); /* two points know no scatter */
    assert_false(calibration_is_steep(&c));
    /* slope 0.05, residuals ±r: slope_error = sqrt(Σr²/2/Σ(x − x̄)²) = sqrt(4r²/2/5); a third of 0.05 is r =
     * 0.0264 */
    for (int k = 0; k < 2; k++) {
        double r = k ? 0.0265 : 0.0262,
               z[4] = {y[0] + r, y[1] - r, y[2] - r, y[3] + r}; /* orthogonal to x and 1 */
        OKAY(calibration_fit(&c, 4, x, z));
        assert_true(calibration_is_steep(&c) == (k == 0));
    }
    const double same[] = {1.0, 1.0, 1.0};
    OKAY(calibration_fit(&c, 3, same, y));
    assert_int_equal(c.n, 0);
    assert_true(isnan(calibration_invert(&c, -7.1, 0.0).x));
    assert_int_equal(calibration_fit(&c, 2, x, (double[]){1.0, NAN}), BAD_INPUT);
}

/* 4000 sets of 8 noisy points, read at the middle and beyond the end. To first order in the errors z = Δx/σ_x
 * with the estimated σ is Student's t of 6 degrees of freedom, but with the estimated error squared in the
 * mean equal to the true variance: <Δx²> = <σ²>. Its relative error: var Δx² contributes sqrt(2/4000) = 2.2
 * %, var s² sqrt(2/6/4000) = 0.9 %; second order in σ_b/b = 0.0055/0.05·… = 3.4e-2 squared, 0.4 % (middle) to
 * 1 %. */
static void calibration_errors(void **state)
{
    (void)state;
    enum { SETS = 4000, N = 8 };
    const double sigma = 0.01, slope = 0.05, read[] = {-3.5, -9.0};
    for (int at = 0; at < 2; at++) {
        double square = 0.0, variance = 0.0;
        for (int k = 0; k < SETS; k++) {
            struct calibration c;
            double x[N], y[N];
            for (int i = 0; i < N; i++) {
                x[i] = -7.0 + i;
                y[i] = -7.0 + slope * x[i] + sigma * normal((uint64_t)k, (uint64_t)i);
            }
            OKAY(calibration_fit(&c, N, x, y));
            struct calibration_point p = calibration_invert(
                &c, -7.0 + slope * read[at] + 0.5 * sigma * normal((uint64_t)k, N), 0.5 * sigma);
            square += (p.x - read[at]) * (p.x - read[at]) / SETS;
            variance += p.error * p.error / SETS;
        }
        assert_true(fabs(square / variance - 1.0) < 4.0 * 0.024 + 0.02);
    }
}

/* ---- front ---- */

enum { LAYERS = 24, TIMES = 12 };
static double z[TIMES][LAYERS], density[TIMES][LAYERS], msd[TIMES][LAYERS];

/* Layers of 0.9 up to a surface at 20 layers; liquid above a front that moves down with `velocity`. */
static void fronts(struct front_profile *p, double velocity, double width)
{
    const double layer = 0.9, surface = 20.0 * layer;
    for (int t = 0; t < TIMES; t++) {
        double time = 100.0 * t, front = surface - 1.0 - velocity * time;
        for (int i = 0; i < LAYERS; i++) {
            z[t][i] = (i + 0.5) * layer;
            density[t][i] = i < 20 ? 1.2 : i == 20 ? 0.1 : 0.0;
            double share = width > 0.0 ? 1.0 / (1.0 + exp(-(z[t][i] - front) / width)) : z[t][i] > front;
            msd[t][i] = i < 20 ? 0.01 * pow(16.0, share) : NAN; /* log-linear between the levels */
        }
        p[t] = (struct front_profile){.time = time,
                                      .T = 0.4,
                                      .layers = LAYERS,
                                      .z = z[t],
                                      .density = density[t],
                                      .msd = msd[t],
                                      .thickness = layer};
    }
    for (int i = 0; i < 20; i++) msd[TIMES - 1][i] = 0.16; /* at the end everything is liquid */
}

/* A sharp front is seen at the middle between two layers, off by at most half a layer: the slope of the line
 * by at most (0.45) Σ|t − t̄| / Σ(t − t̄)². */
static void front_sharp(void **state)
{
    (void)state;
    struct front_profile p[TIMES];
    struct front f;
    const double v = 0.014;
    fronts(p, v, 0.0);
    OKAY(front_find(&f, p, TIMES, NULL));
    assert_true(f.found);
    assert_true(fabs(f.glass - 0.01) < 1e-15 && fabs(f.liquid - 0.16) < 1e-15);
    double mean = 0.0, away = 0.0, square = 0.0, n = 0.0;
    for (int i = 0; i < f.n; i++) n += f.point[i].counts, mean += f.point[i].counts * f.point[i].time;
    for (int i = 0; i < f.n; i++) {
        double t = f.point[i].time - mean / n;
        if (!f.point[i].counts) continue;
        away += fabs(t);
        square += t * t;
        assert_true(fabs(f.point[i].depth - (1.0 + v * f.point[i].time)) <= 0.45 + 1e-12);
    }
    assert_int_equal((int)n, TIMES - 1); /* not the last, where all is liquid */
    assert_true(fabs(f.velocity - v) <= 0.45 * away / square);
    assert_true(fabs(f.point[TIMES - 1].depth - 18.0) < 1e-12);
    /* a colder look before the isotherm does not set the level of the glass */
    p[0].T = 0.1;
    for (int i = 0; i < 20; i++) msd[0][i] = 1e-4;
    OKAY(front_find(&f, p, TIMES, NULL));
    assert_int_equal(f.n, TIMES - 1);
    assert_true(fabs(f.glass - 0.01) < 1e-15);
    p[TIMES - 1].T = 0.5; /* a ramp: all are looked at */
    OKAY(front_find(&f, p, TIMES, NULL));
    assert_int_equal(f.n, TIMES);
    assert_true(fabs(f.glass - 1e-4) < 1e-15);
}

/* With two layers left above the substrate it is seen but does not count: 17 − 15 = 2, of 0.9 each. */
static void front_near_substrate(void **state)
{
    (void)state;
    struct front_profile p[TIMES];
    struct front f;
    fronts(p, 0.015, 0.0);
    OKAY(front_find(&f, p, TIMES, NULL));
    assert_true(f.point[TIMES - 3].counts && !f.point[TIMES - 2].counts);
    assert_true(fabs(f.point[TIMES - 2].depth - 16.2) < 1e-12);
}

/* A front of tanh shape, as wide as a layer: the curve in log msd is convex above and concave below its
 * middle, and interpolation between layers errs by less than (layer/2)² max|curvature|/(2 slope): curvature
 * of the logistic at most 0.0962/w², slope near the middle at least 0.22/w: 0.09 of w = 0.9. */
static void front_smooth(void **state)
{
    (void)state;
    struct front_profile p[TIMES];
    struct front f;
    fronts(p, 0.012, 0.9);
    OKAY(front_find(&f, p, TIMES, NULL));
    assert_true(f.found);
    for (int i = 2; i + 1 < f.n; i++) /* the glass level is met to 1 % once the front is two widths in */
        assert_true(fabs(f.point[i].depth - (1.0 + 0.012 * f.point[i].time)) < 0.09 + 0.02);
}

static void front_none(void **state)
{
    (void)state;
    struct front_profile p[TIMES];
    struct front f;
    fronts(p, 0.0, 0.0);
    OKAY(front_find(&f, p, 2, NULL));
    assert_false(f.found);
    assert_non_null(strstr(f.why, "3 to"));
    OKAY(front_find(&f, p, TIMES - 1, NULL)); /* nothing has melted */
    assert_false(f.found);
    assert_non_null(strstr(f.why, "nothing has become liquid"));
}

/* A film that has not melted when the run ends: with the level of one that has, the front is where it is. */
static void front_against_liquid(void **state)
{
    (void)state;
    struct front_profile p[TIMES], melted;
    struct front all, f;
    fronts(p, 0.012, 0.9);
    melted = p[TIMES - 1];
    OKAY(front_find(&all, p, TIMES, NULL));
    OKAY(front_find(&f, p, 6, NULL));
    assert_false(f.found); /* most of it is glass in the end */
    OKAY(front_find(&f, p, 6, &melted));
    assert_true(f.found && f.n == 6 && f.liquid == all.liquid && f.glass == all.glass);
    for (int i = 0; i < 6; i++) assert_true(f.point[i].depth == all.point[i].depth);
    melted.layers = 1;
    assert_int_equal(front_find(&f, p, 6, &melted), BAD_INPUT);
}

/* ---- columns ---- */

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void columns(void **state)
{
    (void)state;
    struct columns c;
    char path[] = "/tmp/glint-columns-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    write_file(path, "# a comment\nstep,stage,T\n1,cool,0.5\n2,heat,nan\n3,heat,0.7\n4,he");
    OKAY(columns_read(&c, path));
    assert_int_equal(c.rows, 3);
    assert_int_equal(columns_find(&c, "T"), 2);
    assert_int_equal(columns_find(&c, "P"), -1);
    assert_string_equal(c.stage[1], "heat");
    assert_true(columns_at(&c, 0, 2) == 0.5 && isnan(columns_at(&c, 1, 2)) && isnan(columns_at(&c, 0, -1)) &&
                isnan(columns_at(&c, 0, 1)));
    columns_free(&c);
    write_file(path, "a,b\n1,2\n1\n");
    assert_int_equal(columns_read(&c, path), BAD_INPUT);
    write_file(path, "");
    assert_int_equal(columns_read(&c, path), BAD_INPUT);
    unlink(path);
    assert_int_not_equal(columns_read(&c, path), OK);
}

/* ---- the error of one film's e_IS ---- */

/* Columns of about 60 atoms of two species: e = 3 x + u of the column + noise of the atom; independent
 * columns. */
static void make_columns(struct column_sums *c, uint64_t trial, int n, double column, double atom)
{
    *c = (struct column_sums){.n = n};
    for (int b = 0; b < n; b++) {
        double g[2], u[2];
        random_normal(5, STREAM_TEST, trial, (uint64_t)b, 2, g);
        c->atoms[b] = floor(60.0 + 5.0 * g[0]);
        for (int i = 0; i < (int)c->atoms[b]; i++) {
            double w[2];
            random_uniform2(6, STREAM_TEST, trial, (uint64_t)(1000 * b + i), u);
            random_normal(7, STREAM_TEST, trial, (uint64_t)(1000 * b + i), 2, w);
            c->first[b] += u[0] < 0.5;
            c->energy[b] += -5.0 + (u[0] < 0.5 ? 3.0 : 0.0) + column * g[1] + atom * w[0];
        }
    }
}

/* Known variances: of the mean of n columns of m atoms, correlated within a column, column²/n + atom²/(n m)
 * (unequal m: (1 + 5²/60²)/n, below 1 %), and as measured, slope 0, 9/4/(n m) more of the composition. The
 * mean of error² over trials is known to √(2/(n − 1)/trials), five of which are allowed, and so is the
 * scatter of the means themselves. */
static void columns_know_their_error(void **state)
{
    (void)state;
    enum { TRIALS = 400 };
    for (int side = 3; side <= 5; side++)
        for (int kind = 0; kind < 3; kind++) {
            int n = side * side;
            double column = kind == 1 ? 0.0 : 0.1, atom = 0.7, slope = kind == 2 ? 0.0 : 3.0, sum = 0.0,
                   mean = 0.0, square = 0.0;
            double expected =
                       column * column / n + (atom * atom + (kind == 2 ? 9.0 / 4.0 : 0.0)) / (60.0 * n),
                   allowed = 5.0 * sqrt(2.0 / (n - 1) / TRIALS) + 0.01;
            for (uint64_t trial = 0; trial < TRIALS; trial++) {
                struct column_sums c;
                double N = 0.0, E = 0.0;
                make_columns(&c, trial, n, column, atom);
                double error = column_error(&c, slope);
                for (int b = 0; b < n; b++) {
                    N += c.atoms[b];
                    E += c.energy[b] - slope * c.first[b];
                }
                sum += error * error / TRIALS;
                mean += E / N / TRIALS;
                square += E / N * (E / N) / TRIALS;
            }
            assert_true(fabs(sum / expected - 1.0) < allowed);
            assert_true(fabs((square - mean * mean) / expected - 1.0) < 5.0 * sqrt(2.0 / TRIALS) + 0.01);
        }
}

/* A film that changes: every column by `shift` an atom and a random part, its frozen disorder the same before
 * and after. The error of the change is that of the random part alone; without a change it is nothing. */
static void changes_are_better_known(void **state)
{
    (void)state;
    enum { TRIALS = 400, SIDE = 4, N = SIDE * SIDE };
    double sum = 0.0, whole = 0.0, mean = 0.0, square = 0.0, part = 0.02, expected = part * part / N;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct column_sums a, b;
        double atoms = 0.0, change = 0.0;
        make_columns(&a, trial, N, 0.1, 0.7);
        b = a;
        for (int k = 0; k < N; k++) {
            double g[1];
            random_normal(8, STREAM_TEST, trial, (uint64_t)k, 1, g);
            b.energy[k] += a.atoms[k] * (0.05 + part * g[0]);
            atoms += a.atoms[k];
            change += b.energy[k] - a.energy[k];
        }
        double error = column_change_error(&a, &b, 3.0);
        whole += column_error(&b, 3.0) * column_error(&b, 3.0) / TRIALS;
        assert_true(column_change_error(&a, &a, 3.0) == 0.0);
        sum += error * error / TRIALS;
        mean += change / atoms / TRIALS;
        square += change / atoms * (change / atoms) / TRIALS;
        b.n--;
        assert_true(isnan(column_change_error(&a, &b, 3.0)));
    }
    assert_true(fabs(sum / expected - 1.0) < 5.0 * sqrt(2.0 / (N - 1) / TRIALS) + 0.01);
    assert_true(fabs((square - mean * mean) / expected - 1.0) < 5.0 * sqrt(2.0 / TRIALS) + 0.01);
    assert_true(fabs(mean - 0.05) < 5.0 * sqrt(expected / TRIALS));
    assert_true(sum < 0.05 * whole); /* 4e-4 of 0.01 + 0.49/60 + 4e-4: 0.021 */
}

static void columns_are_read(void **state)
{
    (void)state;
    struct column_sums c;
    column_sums_read(
        &c,
        "{\"column_atoms\": [\n 2,\n 3, 2, 3],\n \"column_first_species\": [1, 1, 1, 2],\"column_energy\": "
        "[-2.5, -3, -2, -3.5e0]}");
    assert_true(c.n == 4 && c.atoms[1] == 3.0 && c.first[3] == 2.0 && c.energy[3] == -3.5);
    /* by hand: without each, −8.5/8, −8/7, −9/8, −7.5/7 */
    double e[4] = {-8.5 / 8, -8.0 / 7, -9.0 / 8, -7.5 / 7}, m = (e[0] + e[1] + e[2] + e[3]) / 4, s = 0.0;
    for (int k = 0; k < 4; k++) s += (e[k] - m) * (e[k] - m);
    assert_true(fabs(column_error(&c, 0.0) - sqrt(0.75 * s)) < 1e-14);
    column_sums_read(&c, "{\"atoms\": 7}");
    assert_true(c.n == 0 && isnan(column_error(&c, 0.0)));
    column_sums_read(
        &c, "{\"column_atoms\": [2, 3], \"column_first_species\": [1], \"column_energy\": [-2, -3]}");
    assert_true(c.n == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(onset_exact),
                                       cmocka_unit_test(onset_noise),
                                       cmocka_unit_test(onset_absent),
                                       cmocka_unit_test(calibration),
                                       cmocka_unit_test(calibration_errors),
                                       cmocka_unit_test(front_sharp),
                                       cmocka_unit_test(front_smooth),
                                       cmocka_unit_test(front_near_substrate),
                                       cmocka_unit_test(front_none),
                                       cmocka_unit_test(front_against_liquid),
                                       cmocka_unit_test(columns),
                                       cmocka_unit_test(columns_know_their_error),
                                       cmocka_unit_test(changes_are_better_known),
                                       cmocka_unit_test(columns_are_read)};
    return cmocka_run_group_tests_name("stability", tests, NULL, NULL);
}
