/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/speckle.h"
#include "base/mem.h"
#include "scatter/lattice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_HEAD = 4 }; /* sub-frames done, first time, last time, last step */

struct speckle {
    struct amplitude *amplitude;
    struct form_factors form;
    int64_t points, exposure, done, step;
    double first_time, last_time;
    double *q;      /* per point */
    double *factor; /* per point and species: f(q) */
    double *sum;    /* per point: Σ of the sub-frames' intensities */
    int windows;
    int64_t *count;  /* per window: pixels */
    int64_t **index; /* per window and pixel: its point */
    double **intensity;
};

/* A pixel of some window; equal or opposite pixels share a point. */
struct pixel {
    int32_t hkl[3];
    int window;
    int64_t place;
    double q;
};

static int by_hkl(const void *a, const void *b)
{
    const struct pixel *x = a, *y = b;
    for (int i = 0; i < 3; i++)
        if (x->hkl[i] != y->hkl[i]) return x->hkl[i] < y->hkl[i] ? -1 : 1;
    if (x->window != y->window) return x->window < y->window ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static status collect(const struct window *windows, int count, struct pixel **out, int64_t *total)
{
    int64_t n = 0;
    for (int w = 0; w < count; w++) n += windows[w].count;
    struct pixel *pixel = NULL;
    TRY(NEW(pixel, (size_t)n + 1));
    n = 0;
    for (int w = 0; w < count; w++)
        for (int64_t i = 0; i < windows[w].count; i++, n++) {
            int32_t sign = lattice_half(windows[w].hkl + 3 * i) ? 1 : -1;
            for (int k = 0; k < 3; k++) pixel[n].hkl[k] = sign * windows[w].hkl[3 * i + k];
            pixel[n].window = w;
            pixel[n].place = i;
            pixel[n].q = windows[w].q[i];
        }
    qsort(pixel, (size_t)n, sizeof *pixel, by_hkl);
    *out = pixel;
    *total = n;
    return OK;
}

static status new_points(struct speckle *s, const struct pixel *pixel, int64_t n, int32_t **hkl)
{
    TRY(NEW(*hkl, 3 * (size_t)n + 1));
    TRY(NEW(s->q, (size_t)n + 1));
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || memcmp(pixel[i].hkl, pixel[i - 1].hkl, sizeof pixel->hkl) != 0) {
            memcpy(*hkl + 3 * s->points, pixel[i].hkl, sizeof pixel->hkl);
            s->q[s->points++] = pixel[i].q;
        }
        s->index[pixel[i].window][pixel[i].place] = s->points - 1;
    }
    return NEW(s->sum, (size_t)s->points + 1);
}

static status fill(struct speckle *sp, const struct window *windows, int count, int64_t atoms)
{
    struct pixel *pixel = NULL;
    int32_t *hkl = NULL;
    int64_t n = 0;
    status s;
    sp->windows = count;
    GUARD(NEW(sp->count, (size_t)count));
    GUARD(NEW(sp->index, (size_t)count));
    GUARD(NEW(sp->intensity, (size_t)count));
    for (int w = 0; w < count; w++) {
        sp->count[w] = windows[w].count;
        GUARD(NEW(sp->index[w], (size_t)windows[w].count + 1));
        GUARD(NEW(sp->intensity[w], (size_t)windows[w].count + 1));
    }
    GUARD(collect(windows, count, &pixel, &n));
    GUARD(new_points(sp, pixel, n, &hkl));
    GUARD(NEW(sp->factor, (size_t)sp->points * (size_t)sp->form.species));
    for (int64_t i = 0; i < sp->points; i++)
        for (int t = 0; t < sp->form.species; t++)
            sp->factor[i * sp->form.species + t] = form_factor_at(&sp->form, t, sp->q[i]);
    struct amplitude_options o = {.points = sp->points,
                                  .hkl = hkl,
                                  .atoms = atoms,
                                  .species = sp->form.species,
                                  .separate = form_factors_depend_on_q(&sp->form)};
    for (int t = 0; t < sp->form.species; t++) o.weight[t] = form_factor_at(&sp->form, t, 0);
    GUARD(amplitude_new(&sp->amplitude, &o));
done:
    DELETE(pixel);
    DELETE(hkl);
    return s;
}

status speckle_new(struct speckle **out, const struct window *windows, int count,
                   const struct form_factors *form, int64_t atoms, int64_t exposure)
{
    if (count < 1) return fail(BAD_INPUT, "no q window was given; speckles need at least one");
    if (exposure < 1)
        return fail(BAD_INPUT, "an exposure of %lld frames; expected 1 or more", (long long)exposure);
    struct speckle *s = NULL;
    TRY(NEW(s, 1));
    s->form = *form;
    s->exposure = exposure;
    status r = fill(s, windows, count, atoms);
    if (r != OK) speckle_free(&s);
    *out = s;
    return r;
}

void speckle_free(struct speckle **pointer)
{
    struct speckle *s = *pointer;
    if (!s) return;
    amplitude_free(&s->amplitude);
    for (int w = 0; w < s->windows; w++) {
        if (s->index) DELETE(s->index[w]);
        if (s->intensity) DELETE(s->intensity[w]);
    }
    DELETE(s->index);
    DELETE(s->intensity);
    DELETE(s->count);
    DELETE(s->q);
    DELETE(s->factor);
    DELETE(s->sum);
    DELETE(*pointer);
}

struct amplitude *speckle_amplitude(struct speckle *s)
{
    return s->amplitude;
}
status speckle_begin(struct speckle *s, const struct box *box)
{
    return amplitude_begin(s->amplitude, box);
}
bool speckle_ready(const struct speckle *s)
{
    return s->done == s->exposure;
}
const double *speckle_intensity(const struct speckle *s, int window)
{
    return s->intensity[window];
}
double speckle_time(const struct speckle *s)
{
    return 0.5 * (s->first_time + s->last_time);
}
int64_t speckle_step(const struct speckle *s)
{
    return s->step;
}
int64_t speckle_points(const struct speckle *s)
{
    return s->points;
}

/* I / Σf² of one point. */
static double intensity_of(const struct speckle *s, int64_t i)
{
    int channels = amplitude_channels(s->amplitude);
    const double *f = s->factor + i * s->form.species;
    double re = 0, im = 0, norm = 0;
    for (int t = 0; t < s->form.species; t++) norm += f[t] * f[t] * amplitude_squares(s->amplitude, t);
    for (int c = 0; c < channels; c++) { /* a single channel carries its weights already */
        double weight = channels > 1 ? f[c] : 1.0;
        re += weight * amplitude_value(s->amplitude, c)[2 * i];
        im += weight * amplitude_value(s->amplitude, c)[2 * i + 1];
    }
    return (re * re + im * im) / norm;
}

static void give_out(struct speckle *s)
{
    for (int w = 0; w < s->windows; w++)
        for (int64_t i = 0; i < s->count[w]; i++)
            s->intensity[w][i] = s->sum[s->index[w][i]] / (double)s->exposure;
}

status speckle_finish(struct speckle *s, int64_t step, double time)
{
    TRY(amplitude_finish(s->amplitude));
    bool scatters = false;
    for (int t = 0; t < s->form.species; t++)
        scatters = scatters || (amplitude_squares(s->amplitude, t) > 0 && s->factor[t] != 0);
    if (!scatters) return fail(UNPHYSICAL, "step %lld: no atom scatters", (long long)step);
    if (speckle_ready(s)) speckle_next(s);
    for (int64_t i = 0; i < s->points; i++) s->sum[i] += intensity_of(s, i);
    if (s->done == 0) s->first_time = time;
    s->last_time = time;
    s->step = step;
    s->done++;
    if (speckle_ready(s)) give_out(s);
    return OK;
}

status speckle_add_config(struct speckle *s, const struct config *c)
{
    int64_t *sums;
    size_t count;
    TRY(speckle_begin(s, &c->box));
    TRY(amplitude_add(s->amplitude, &(struct amplitude_atoms){
                                        .count = c->atoms, .stride = 3, .x = c->x, .type32 = c->type}));
    TRY(amplitude_partial(s->amplitude, &sums, &count));
    return speckle_finish(s, c->step, c->time);
}

void speckle_next(struct speckle *s)
{
    s->done = 0;
    memset(s->sum, 0, (size_t)s->points * sizeof *s->sum);
}

size_t speckle_state_size(const struct speckle *s)
{
    return STATE_HEAD + (size_t)s->points;
}

void speckle_save(const struct speckle *s, double *state)
{
    state[0] = (double)s->done;
    state[1] = s->first_time;
    state[2] = s->last_time;
    state[3] = (double)s->step; /* exact up to 2^53 */
    memcpy(state + STATE_HEAD, s->sum, (size_t)s->points * sizeof *s->sum);
}

status speckle_load(struct speckle *s, const double *state, size_t size)
{
    if (size != speckle_state_size(s))
        return fail(BAD_INPUT,
                    "the saved speckle state has %zu numbers, %zu were expected: were the windows changed?",
                    size, speckle_state_size(s));
    if (!(state[0] >= 0 && state[0] <= (double)s->exposure))
        return fail(BAD_INPUT, "the saved speckle state has %g frames of an exposure of %lld", state[0],
                    (long long)s->exposure);
    s->done = (int64_t)state[0];
    s->first_time = state[1];
    s->last_time = state[2];
    s->step = (int64_t)state[3];
    memcpy(s->sum, state + STATE_HEAD, (size_t)s->points * sizeof *s->sum);
    if (speckle_ready(s)) give_out(s);
    return OK;
}
