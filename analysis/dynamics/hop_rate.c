/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/hop_rate.h"

#include "base/file.h"
#include "base/h5.h"
#include "base/mem.h"
#include "system/hop_file.h"

#include <math.h>
#include <stdio.h>

#define RECORD HOP_GROUP "/record"

void hop_rate_count(struct hop_rate *r, const double *time, int64_t n, int64_t atoms, double begin,
                    double end)
{
    double count[HOP_RATE_BLOCKS] = {0}, length = end - begin, mean = (double)n / HOP_RATE_BLOCKS,
           square = 0.0;
    for (int64_t k = 0; k < n; k++) {
        int b = (int)floor((time[k] - begin) / length * HOP_RATE_BLOCKS);
        count[b < 0 ? 0 : b >= HOP_RATE_BLOCKS ? HOP_RATE_BLOCKS - 1 : b] += 1.0;
    }
    for (int b = 0; b < HOP_RATE_BLOCKS; b++) square += (count[b] - mean) * (count[b] - mean);
    double variance = square / (HOP_RATE_BLOCKS - 1), scale = 1.0 / ((double)atoms * length);
    r->hops = n;
    r->atoms = atoms;
    r->time = length;
    r->rate = (double)n * scale;
    r->poisson = sqrt(fmax((double)n, 1.0)) * scale;
    r->error = fmax(sqrt(variance * HOP_RATE_BLOCKS) * scale, r->poisson);
    r->fano = n > 0 ? variance / mean : (double)NAN;
}

/* inside[atom]: its height at the beginning is in [low, high). The number of such atoms. */
static status choose(struct h5 *f, int64_t atoms, double low, double high, bool *inside, int64_t *chosen)
{
    double *x = NULL;
    status s = OK;
    *chosen = 0;
    bool all = isnan(low) || isnan(high);
    if (!all && !h5_has(f, RECORD "/first_position"))
        return fail(BAD_INPUT, "%s was made by an older program: it does not say where its atoms were",
                    f->path);
    TRY(NEW(x, 3 * (size_t)atoms));
    if (!all) s = h5_read(f, RECORD "/first_position", H5_F64, 3 * (hsize_t)atoms, x);
    for (int64_t i = 0; s == OK && i < atoms; i++) {
        inside[i] = all || (x[3 * i + 2] >= low && x[3 * i + 2] < high);
        *chosen += inside[i];
    }
    DELETE(x);
    return s;
}

static void describe(struct hop_rate *r, const char *name, const struct hop_options *how)
{
    if (how->criterion == HOP_PHOP)
        snprintf(r->criterion, sizeof r->criterion, "p_hop > %.4g, window %.4g", how->threshold, how->window);
    else
        snprintf(r->criterion, sizeof r->criterion, "%s %.4g, mean over %.4g, away for %.4g", name,
                 how->distance, how->cage, how->persist);
}

static status count(struct h5 *f, struct hop_rate *r, double low, double high)
{
    int rank = 1;
    hsize_t n = 0;
    int64_t chosen = 0, kept = 0;
    uint64_t *id = NULL;
    bool *inside = NULL;
    double *time = NULL, distance;
    char name[HOP_NAME];
    struct hop_options how;
    struct hops h = {0};
    status s = OK;
    GUARD(h5_shape(f, RECORD "/id", &rank, &n));
    GUARD(NEW(id, n));
    GUARD(NEW(inside, n));
    GUARD(h5_read(f, RECORD "/id", H5_U64, n, id));
    GUARD(choose(f, (int64_t)n, low, high, inside, &chosen));
    GUARD(hop_file_read(f, HOP_GROUP, 1, id, (int64_t)n, name, &distance, &how, &h));
    if (chosen == 0 || !(h.end > h.begin)) goto done;
    GUARD(NEW(time, (size_t)h.n + 1));
    for (int64_t k = 0; k < h.n; k++)
        if (inside[h.hop[k].atom]) time[kept++] = h.hop[k].time;
    hop_rate_count(r, time, kept, chosen, h.begin, h.end);
    describe(r, name, &how);
    r->known = true;
done:
    hops_free(&h);
    DELETE(id);
    DELETE(inside);
    DELETE(time);
    return s;
}

status hop_rate_read(struct hop_rate *r, const char *path, double low, double high)
{
    struct h5 f;
    int32_t complete = 0;
    *r = (struct hop_rate){.rate = NAN, .error = NAN, .poisson = NAN, .fano = NAN};
    if (!file_exists(path)) return OK;
    TRY(h5_open_ro(&f, path));
    status s = h5_read_attr(&f, HOP_GROUP, "complete", H5_I32, 1, &complete);
    if (s == OK && complete == 1) s = count(&f, r, low, high);
    h5_close(&f);
    return s;
}
