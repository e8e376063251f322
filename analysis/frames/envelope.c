/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/frames/envelope.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct place {
    double q;
    int64_t pixel;
};

static int by_q(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->q != y->q) return x->q < y->q ? -1 : 1;
    return (x->pixel > y->pixel) - (x->pixel < y->pixel);
}

/* Walk the pixels in order of |q|; a group ends where |q| changes and it holds enough. A small rest joins the
 * last. */
static void make_groups(struct envelope *e, const struct place *order, int64_t enough)
{
    int64_t begin = 0, groups = 0, smallest = e->pixels;
    for (int64_t k = 1; k <= e->pixels; k++) {
        bool change = k == e->pixels || order[k].q - order[k - 1].q > 1e-6 * order[k].q;
        if (!change || (k - begin < enough && k < e->pixels)) continue;
        bool join = k - begin < enough && groups > 0;
        if (!join) groups++;
        double sum = 0.0;
        for (int64_t i = begin; i < k; i++) {
            e->group[order[i].pixel] = (int32_t)(groups - 1);
            sum += order[i].q;
        }
        if (!join) {
            e->q[groups - 1] = sum / (double)(k - begin);
            if (k - begin < smallest) smallest = k - begin;
        }
        begin = k;
    }
    e->groups = groups;
    e->smallest = smallest;
}

static status group_pixels(struct envelope *e, const double *q)
{
    struct place *order = NULL;
    TRY(NEW(order, (size_t)e->pixels));
    for (int64_t p = 0; p < e->pixels; p++) order[p] = (struct place){q[p], p};
    qsort(order, (size_t)e->pixels, sizeof *order, by_q);
    int64_t enough = e->pixels / 10;
    enough = enough > 100 ? 100 : enough < 10 ? 10 : enough;
    make_groups(e, order, enough);
    DELETE(order);
    return OK;
}

/* One sum a pixel over the frames in their order, then one a group over the pixels in theirs: the same bits
 * always. */
static status mean_intensity(struct envelope *e, const float *data, const uint8_t *bad, int64_t frames)
{
    double *sum = NULL, *members = NULL;
    status s = OK;
    int64_t good = 0;
    GUARD(NEW(sum, (size_t)e->pixels));
    GUARD(NEW(members, (size_t)e->groups));
    for (int64_t t = 0; t < frames; t++) {
        if (bad && bad[t]) continue;
        good++;
        for (int64_t p = 0; p < e->pixels; p++) sum[p] += (double)data[t * e->pixels + p];
    }
    if (good == 0) GUARD(fail(BAD_INPUT, "every frame is bad; no static intensity can be measured"));
    for (int64_t p = 0; p < e->pixels; p++) {
        e->s[e->group[p]] += sum[p] / (double)good;
        members[e->group[p]] += 1.0;
    }
    double first = 0.0, second = 0.0;
    for (int64_t g = 0; g < e->groups; g++) {
        e->s[g] /= members[g];
        if (!(e->s[g] > 0.0))
            GUARD(fail(BAD_INPUT,
                       "the mean intensity at |q| = %g is %g; it must be positive to be divided out", e->q[g],
                       e->s[g]));
        first += members[g] * e->s[g];
        second += members[g] * e->s[g] * e->s[g];
    }
    e->baseline = second * (double)e->pixels / (first * first);
done:
    DELETE(sum);
    DELETE(members);
    return s;
}

status envelope_measure(struct envelope *e, const float *data, const uint8_t *bad, int64_t frames,
                        int64_t pixels, const double *q)
{
    memset(e, 0, sizeof *e);
    if (!q)
        return fail(BAD_INPUT,
                    "the file gives no |q| for its pixels, so the static intensity S(|q|) is unknown");
    e->pixels = pixels;
    status s = OK;
    GUARD(NEW(e->group, (size_t)pixels));
    GUARD(NEW(e->q, (size_t)pixels));
    GUARD(NEW(e->s, (size_t)pixels));
    GUARD(group_pixels(e, q));
    GUARD(mean_intensity(e, data, bad, frames));
done:
    if (s != OK) envelope_free(e);
    return s;
}

status envelope_given(struct envelope *e, const double *s_of_q, const double *q, int64_t pixels)
{
    memset(e, 0, sizeof *e);
    e->pixels = e->groups = pixels;
    e->smallest = 1;
    double first = 0.0, second = 0.0;
    status s = OK;
    GUARD(NEW(e->group, (size_t)pixels));
    GUARD(NEW(e->q, (size_t)pixels));
    GUARD(NEW(e->s, (size_t)pixels));
    for (int64_t p = 0; p < pixels; p++) {
        if (!(s_of_q[p] > 0.0) || !isfinite(s_of_q[p]))
            GUARD(fail(BAD_INPUT, "S(|q|) of pixel %" PRId64 " is %g; a positive number is expected", p,
                       s_of_q[p]));
        e->group[p] = (int32_t)p;
        e->q[p] = q ? q[p] : (double)NAN;
        e->s[p] = s_of_q[p];
        first += s_of_q[p];
        second += s_of_q[p] * s_of_q[p];
    }
    e->baseline = second * (double)pixels / (first * first);
done:
    if (s != OK) envelope_free(e);
    return s;
}

void envelope_divide(const struct envelope *e, float *data, int64_t frames)
{
    for (int64_t t = 0; t < frames; t++)
        for (int64_t p = 0; p < e->pixels; p++)
            data[t * e->pixels + p] = (float)((double)data[t * e->pixels + p] / e->s[e->group[p]]);
}

void envelope_free(struct envelope *e)
{
    DELETE(e->group);
    DELETE(e->q);
    DELETE(e->s);
}
