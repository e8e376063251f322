/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/front.h"
#include "analysis/fit/calibration.h"
#include "analysis/report/columns.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- profiles ---- */

static void release(struct front_profile *p, int n)
{
    for (int i = 0; i < n; i++) {
        DELETE(p[i].z);
        DELETE(p[i].density);
        DELETE(p[i].msd);
    }
}

static status take_layers(struct front_profile *p, const struct columns *c, double bottom)
{
    int z = columns_find(c, "z"), density = columns_find(c, "density"), msd = columns_find(c, "msd");
    TRY(NEW(p->z, (size_t)c->rows));
    TRY(NEW(p->density, (size_t)c->rows));
    TRY(NEW(p->msd, (size_t)c->rows));
    for (int64_t i = 0; i < c->rows; i++) {
        p->thickness = columns_at(c, i, columns_find(c, "thickness"));
        if (columns_at(c, i, z) - 0.5 * p->thickness < bottom) continue;
        p->z[p->layers] = columns_at(c, i, z);
        p->density[p->layers] = columns_at(c, i, density);
        p->msd[p->layers++] = columns_at(c, i, msd);
    }
    return OK;
}

static status read_profile(struct front_profile *p, const struct film_record *r, const struct film_look *l)
{
    char name[RUN_NAME + 16], path[FILE_PATH_MAX];
    struct columns c;
    snprintf(name, sizeof name, "profile-%s.csv", l->label);
    TRY(file_join(path, r->path, name));
    TRY(columns_read(&c, path));
    p->time = l->time;
    p->T = l->T;
    status s = take_layers(p, &c, r->substrate_top);
    columns_free(&c);
    return s;
}

/* ---- levels ---- */

static int ascending(const void *one, const void *two)
{
    double a = *(const double *)one, b = *(const double *)two;
    return (a > b) - (a < b);
}

/* Median over the finite values; NaN without any. */
static status median(const double *v, int64_t n, double *result)
{
    double *copy = NULL;
    int64_t m = 0;
    TRY(NEW(copy, (size_t)n + 1));
    for (int64_t i = 0; i < n; i++)
        if (isfinite(v[i])) copy[m++] = v[i];
    qsort(copy, (size_t)m, sizeof *copy, ascending);
    *result = m == 0 ? (double)NAN : m % 2 ? copy[m / 2] : 0.5 * (copy[m / 2 - 1] + copy[m / 2]);
    DELETE(copy);
    return OK;
}

/* The layers of the film: up to the highest with half the median density of those that are not empty. */
static status count_layers(const struct front_profile *p, int64_t *layers)
{
    double *filled = NULL, middle;
    int64_t m = 0;
    TRY(NEW(filled, (size_t)p->layers + 1));
    for (int64_t i = 0; i < p->layers; i++)
        if (p->density[i] > 0.0) filled[m++] = p->density[i];
    status s = median(filled, m, &middle);
    DELETE(filled);
    *layers = 0;
    for (int64_t i = 0; s == OK && i < p->layers; i++)
        if (p->density[i] >= 0.5 * middle) *layers = i + 1;
    if (s == OK && *layers < 2)
        return fail(BAD_INPUT, "the profile at time %g has fewer than two layers of film", p->time);
    return s;
}

/* The displacement of a film that is liquid throughout. */
static status liquid_level(const struct front_profile *p, double *level)
{
    int64_t layers;
    TRY(count_layers(p, &layers));
    return median(p->msd, layers, level);
}

/* ---- the front ---- */

/* Layers next to the substrate, which slows them even in the liquid. */
enum { SLOWED = 2 };

static struct front_point find_point(const struct front_profile *p, int64_t layers, double threshold)
{
    struct front_point at = {.time = p->time, .T = p->T};
    double level = log(threshold), below = p->z[0] - 0.5 * p->thickness;
    at.surface = p->z[layers - 1] + 0.5 * p->thickness;
    if (!(p->msd[layers - 1] > threshold)) return at;
    int64_t i = layers - 1; /* the deepest liquid layer of those that reach the surface */
    while (i > 0 && p->msd[i - 1] > threshold) i--;
    at.depth = at.surface - below;
    if (i == 0) return at;
    double high = log(p->msd[i]), low = log(p->msd[i - 1]),
           share = isfinite(low) ? (level - low) / (high - low) : 1.0;
    at.depth = at.surface - (p->z[i - 1] + share * (p->z[i] - p->z[i - 1]));
    at.counts = i > SLOWED;
    return at;
}

static status fit_velocity(struct front *f)
{
    double time[FILM_LOOKS], depth[FILM_LOOKS];
    struct calibration c;
    int n = 0;
    for (int i = 0; i < f->n; i++) {
        if (!f->point[i].counts) continue;
        time[n] = f->point[i].time;
        depth[n++] = f->point[i].depth;
    }
    f->found = n >= 3;
    if (!f->found) {
        snprintf(f->why, sizeof f->why, "a front between liquid and glass in %d profiles, 3 are needed", n);
        return OK;
    }
    TRY(calibration_fit(&c, n, time, depth));
    f->velocity = c.slope;
    f->error = c.slope_error;
    return OK;
}

/* The profiles of the last one's isotherm, if they are enough, else all; returns how many. */
static int choose_isotherm(struct front_profile *chosen, const struct front_profile *p, int n)
{
    int m = 0;
    for (int i = 0; i < n; i++)
        if (film_same_T(p[i].T, p[n - 1].T)) chosen[m++] = p[i];
    if (m >= 3) return m;
    memcpy(chosen, p, (size_t)n * sizeof *p);
    return n;
}

status front_find(struct front *f, const struct front_profile *profiles, int n,
                  const struct front_profile *liquid)
{
    struct front_profile p[FILM_LOOKS];
    int64_t layers[FILM_LOOKS];
    *f = (struct front){
        .velocity = (double)NAN, .error = (double)NAN, .glass = (double)NAN, .liquid = (double)NAN};
    if (n < 3 || n > FILM_LOOKS) {
        snprintf(f->why, sizeof f->why, "%d profiles with `mobility`, 3 to %d are needed", n, FILM_LOOKS);
        return OK;
    }
    n = choose_isotherm(p, profiles, n);
    for (int i = 0; i < n; i++) TRY(count_layers(&p[i], &layers[i]));
    TRY(median(p[0].msd, (layers[0] + 1) / 2, &f->glass));
    TRY(liquid_level(liquid ? liquid : &p[n - 1], &f->liquid));
    if (!(f->liquid > 2.0 * f->glass)) {
        snprintf(f->why, sizeof f->why,
                 "nothing has become liquid: displacement² %.3g %s, %.3g at the beginning", f->liquid,
                 liquid ? "in the liquid" : "at the end", f->glass);
        return OK;
    }
    for (int i = 0; i < n; i++) f->point[f->n++] = find_point(&p[i], layers[i], sqrt(f->glass * f->liquid));
    return fit_velocity(f);
}

static const struct film_look *last_mobile(const struct film_record *r)
{
    for (int i = r->looks; i-- > 0;)
        if (isfinite(r->look[i].mobility_time)) return &r->look[i];
    return NULL;
}

/* The last profile of the run that is liquid, if it can be compared with the film. */
static status read_liquid(struct front_profile *p, const struct film_record *film,
                          const struct film_record *liquid)
{
    const struct film_look *a = last_mobile(film), *b = last_mobile(liquid);
    if (!b)
        return fail(BAD_INPUT, "%s: no look with `mobility`: it cannot say how far the liquid moves",
                    liquid->path);
    if (a &&
        !(film_same_T(a->T, b->T) && fabs(a->mobility_time - b->mobility_time) <= 1e-6 * a->mobility_time))
        return fail(
            BAD_INPUT,
            "%s: its last look is at T = %.4g and over a time of %.4g, that of %s at %.4g and over %.4g: "
            "the liquid must be that of the film's temperature, looked at for as long",
            liquid->path, b->T, b->mobility_time, film->path, a->T, a->mobility_time);
    return read_profile(p, liquid, b);
}

status front_read(struct front *f, const struct film_record *record, const struct film_record *liquid)
{
    struct front_profile p[FILM_LOOKS], other = {0};
    int n = 0;
    status s = liquid ? read_liquid(&other, record, liquid) : OK;
    memset(p, 0, sizeof p);
    for (int i = 0; i < record->looks && s == OK; i++) {
        if (!isfinite(record->look[i].mobility_time)) continue;
        s = read_profile(&p[n], record, &record->look[i]);
        n++;
    }
    if (s == OK) s = front_find(f, p, n, liquid ? &other : NULL);
    release(p, n);
    release(&other, 1);
    return s;
}
