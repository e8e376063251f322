/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/voronoi.h"

#include "base/mem.h"
#include "system/nearby.h"
#include "system/voronoi_cell.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In mean distances: first search, growth of the search, half edge of the starting cube. Cells of a liquid
 * are closed by atoms within about 1.8; the numbers change the time taken only, except that the cube decides
 * what is open at a free surface. */
#define FIRST_RADIUS 2.0
#define GROWTH       1.3
#define CUBE         2.5

void voronoi_free(struct voronoi *v)
{
    DELETE(v->start);
    DELETE(v->face);
    DELETE(v->volume);
    DELETE(v->surface);
    DELETE(v->open);
    *v = (struct voronoi){0};
}

struct worker { /* what a thread needs for its atoms */
    const struct nearby *nearby;
    const struct voronoi_options *options;
    const int32_t *type;
    struct voronoi *v;
    double largest2; /* of the radii, squared */
    struct voronoi_cell *cell;
    struct nearby_list list;
    struct voronoi_face *face;
    size_t faces, face_capacity;
    int *class;
    size_t class_capacity;
    int64_t first, end;
    status failure;
    char message[256];
};

/* ---- one cell ---- */

static double weight(const struct worker *w, int64_t atom)
{
    const double *radius = w->options->radius;
    return radius ? radius[w->type[atom]] * radius[w->type[atom]] : 0.0;
}

/* Atoms farther than this cannot cut: the plane of the largest sphere at distance r is at
 * (r² + R_i² − R²)/2r, which grows with r, and must be beyond the farthest vertex. */
static double needed_radius(const struct worker *w, double weight_i)
{
    double vertex = sqrt(voronoi_cell_radius2(w->cell));
    return vertex + sqrt(voronoi_cell_radius2(w->cell) + w->largest2 - weight_i);
}

static status cut(struct worker *w, int64_t i, double half, double radius, bool *closed, bool *gone)
{
    double weight_i = weight(w, i), need;
    *gone = false;
    TRY(nearby_find(w->nearby, i, radius, &w->list));
    if (voronoi_cell_start(w->cell, half) < 0) return fail(FAILED, "no memory for a Voronoi cell");
    need = needed_radius(w, weight_i);
    for (size_t k = 0; k < w->list.n; k++) {
        const struct nearby_atom *a = &w->list.atom[k];
        if (a->r2 > need * need) break;
        if (!(a->r2 > 1e-12 * w->nearby->spacing * w->nearby->spacing))
            return fail(UNPHYSICAL, "atoms %" PRId64 " and %" PRId64 " are on top of each other", i + 1,
                        a->atom + 1);
        int left = voronoi_cell_cut(w->cell, a->d, a->r2 + weight_i - weight(w, a->atom), (int)k);
        if (left == VORONOI_CELL_FAILED) return fail(FAILED, "no memory for a Voronoi cell");
        *gone = left == VORONOI_CELL_GONE;
        if (*gone) break;
        need = needed_radius(w, weight_i);
    }
    *closed = *gone || need <= radius;
    return OK;
}

static bool touches_cube(const struct voronoi_faces *f)
{
    for (int k = 0; k < f->faces; k++)
        if (f->number[k] < 0) return true;
    return false;
}

/* Cut until nothing further can reach the cell, then in a larger cube if it must be closed and is not. */
static status make_cell(struct worker *w, int64_t i, struct voronoi_faces *f, bool *open, bool *gone)
{
    const struct nearby *n = w->nearby;
    bool all_periodic = n->box.periodic[0] && n->box.periodic[1] && n->box.periodic[2], closed = false;
    double half = CUBE * n->spacing, radius = FIRST_RADIUS * n->spacing;
    for (;;) {
        TRY(cut(w, i, half, radius, &closed, gone));
        if (*gone) return OK;
        if (!closed) {
            radius *= GROWTH;
            continue;
        }
        if (voronoi_cell_faces(w->cell, f) < 0) return fail(FAILED, "no memory for a Voronoi cell");
        *open = touches_cube(f);
        if (!*open || !all_periodic) return OK;
        half *= 2.0;
    }
}

/* ---- contracting short edges ---- */

static int root(int *class, int a)
{
    while (class[a] != a) a = class[a] = class[class[a]];
    return a;
}

static void join_short_edges(const struct voronoi_faces *f, double shortest, int *class)
{
    const int *p = f->corner;
    for (int k = 0; k < f->vertices; k++) class[k] = k;
    for (int k = 0; k < f->faces; k++, p += p[0] + 1)
        for (int e = 0; e < p[0]; e++) {
            int a = p[1 + e], b = p[1 + (e + 1) % p[0]];
            double d[3], r2 = 0.0;
            for (int j = 0; j < 3; j++) {
                d[j] = f->vertex[3 * a + j] - f->vertex[3 * b + j];
                r2 += d[j] * d[j];
            }
            if (r2 < shortest * shortest) class[root(class, a)] = root(class, b);
        }
}

/* Edges of a face after contraction: the changes of vertex along its boundary. */
static int edges_left(const int *corner, int n, int *class)
{
    int changes = 0;
    for (int e = 0; e < n; e++) changes += root(class, corner[e]) != root(class, corner[(e + 1) % n]);
    return changes;
}

static int by_atom(const void *a, const void *b)
{
    const struct voronoi_face *p = a, *q = b;
    if (p->atom != q->atom) return p->atom < q->atom ? -1 : 1;
    for (int k = 0; k < 3; k++)
        if (p->image[k] != q->image[k]) return p->image[k] < q->image[k] ? -1 : 1;
    return 0;
}

static status keep_faces(struct worker *w, int64_t i, const struct voronoi_faces *f)
{
    size_t first = w->faces;
    double shortest = w->options->edge * w->v->mean_radius;
    TRY(GROW(w->class, w->class_capacity, (size_t)f->vertices));
    TRY(GROW(w->face, w->face_capacity, w->faces + (size_t)f->faces));
    join_short_edges(f, shortest, w->class);
    const int *p = f->corner;
    for (int k = 0; k < f->faces; k++, p += p[0] + 1) {
        w->v->surface[i] += f->area[k];
        int edges = edges_left(p + 1, p[0], w->class);
        if (f->number[k] < 0 || edges < 3) continue;
        const struct nearby_atom *a = &w->list.atom[f->number[k]];
        struct voronoi_face face = {.atom = a->atom, .edges = edges, .area = f->area[k], .r = sqrt(a->r2)};
        memcpy(face.image, a->image, sizeof face.image);
        memcpy(face.d, a->d, sizeof face.d);
        w->face[w->faces++] = face;
    }
    if (w->faces > first + 1) qsort(w->face + first, w->faces - first, sizeof *w->face, by_atom);
    return OK;
}

static status do_atom(struct worker *w, int64_t i)
{
    struct voronoi_faces f = {0};
    bool open = false, gone = false;
    size_t before = w->faces;
    TRY(make_cell(w, i, &f, &open, &gone));
    if (!gone) {
        w->v->volume[i] = f.volume;
        w->v->open[i] = open;
        TRY(keep_faces(w, i, &f));
    }
    w->v->start[i + 1] = (int64_t)(w->faces - before);
    return OK;
}

/* ---- all cells ---- */

static void work(struct worker *w)
{
    w->cell = voronoi_cell_new();
    status s = w->cell ? OK : fail(FAILED, "no memory for a Voronoi cell");
    for (int64_t i = w->first; i < w->end && s == OK; i++) s = do_atom(w, i);
    w->failure = s;
    if (s != OK) snprintf(w->message, sizeof w->message, "%.255s", status_message());
}

static void worker_free(struct worker *w)
{
    if (w->cell) voronoi_cell_delete(&w->cell);
    nearby_list_free(&w->list);
    DELETE(w->face);
    DELETE(w->class);
}

/* Each thread has a run of atoms, so joining their faces in the order of threads is the order of atoms. */
static status join(struct voronoi *v, const struct worker *w, int threads)
{
    int64_t at = 0;
    for (int t = 0; t < threads; t++)
        if (w[t].failure != OK) return fail(w[t].failure, "Voronoi tessellation: %s", w[t].message);
    for (int64_t i = 0; i < v->atoms; i++) {
        v->start[i + 1] += v->start[i];
        v->open_count += v->open[i];
    }
    TRY(NEW(v->face, (size_t)v->start[v->atoms] + 1));
    for (int t = 0; t < threads; at += (int64_t)w[t++].faces)
        if (w[t].faces > 0) memcpy(v->face + at, w[t].face, w[t].faces * sizeof *v->face);
    return OK;
}

static status check_options(const struct voronoi_options *o, int64_t atoms, const int32_t *type,
                            double *largest2)
{
    if (!(o->edge >= 0.0 && o->edge < 1.0))
        return fail(BAD_INPUT, "edges shorter than %g mean radii are to be contracted, expected 0 to 1",
                    o->edge);
    *largest2 = 0.0;
    for (int64_t i = 0; i < atoms && o->radius; i++) {
        double r = type[i] >= 0 && type[i] < SPECIES_MAX ? o->radius[type[i]] : (double)NAN;
        if (!(r > 0.0 && isfinite(r)))
            return fail(BAD_INPUT, "radical tessellation: species %d has the radius %g, expected more than 0",
                        type[i] + 1, r);
        *largest2 = fmax(*largest2, r * r);
    }
    return OK;
}

status voronoi_make(struct voronoi *v, const struct box *box, int64_t atoms, const int32_t *type,
                    const double *x, const struct voronoi_options *o)
{
    status s = OK;
    struct nearby nearby = {0};
    struct worker *w = NULL;
    double largest2 = 0.0;
    int threads = o->threads > 0 ? o->threads : omp_get_max_threads();
    *v = (struct voronoi){.atoms = atoms};
    GUARD(check_options(o, atoms, type, &largest2));
    GUARD(nearby_make(&nearby, box, atoms, x));
    v->mean_radius = cbrt(3.0 / (4.0 * M_PI)) * nearby.spacing;
    GUARD(NEW(v->start, (size_t)atoms + 1));
    GUARD(NEW(v->volume, (size_t)atoms));
    GUARD(NEW(v->surface, (size_t)atoms));
    GUARD(NEW(v->open, (size_t)atoms));
    GUARD(NEW(w, (size_t)threads));
    for (int t = 0; t < threads; t++)
        w[t] = (struct worker){.nearby = &nearby,
                               .options = o,
                               .type = type,
                               .v = v,
                               .largest2 = largest2,
                               .first = atoms * t / threads,
                               .end = atoms * (t + 1) / threads};
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int t = 0; t < threads; t++) work(&w[t]);
    GUARD(join(v, w, threads));
done:
    for (int t = 0; w && t < threads; t++) worker_free(&w[t]);
    DELETE(w);
    nearby_free(&nearby);
    if (s != OK) voronoi_free(v);
    return s;
}

/* ---- looking at it ---- */

void voronoi_index(const struct voronoi *v, int64_t i, double f, int n[VORONOI_EDGES])
{
    memset(n, 0, VORONOI_EDGES * sizeof *n);
    for (int64_t k = v->start[i]; k < v->start[i + 1]; k++) {
        int edges = v->face[k].edges < VORONOI_EDGES ? v->face[k].edges : VORONOI_EDGES - 1;
        if (voronoi_keeps(v, i, k, f)) n[edges]++;
    }
}

int voronoi_coordination(const struct voronoi *v, int64_t i, double f)
{
    int n = 0;
    for (int64_t k = v->start[i]; k < v->start[i + 1]; k++) n += voronoi_keeps(v, i, k, f);
    return n;
}

int64_t voronoi_find(const struct voronoi *v, int64_t i, int64_t atom, const int32_t image[3])
{
    struct voronoi_face key = {.atom = atom, .image = {image[0], image[1], image[2]}};
    const struct voronoi_face *first = v->face + v->start[i];
    const struct voronoi_face *found =
        bsearch(&key, first, (size_t)(v->start[i + 1] - v->start[i]), sizeof key, by_atom);
    return found ? found - v->face : -1;
}

bool voronoi_bond(const struct voronoi *v, int64_t i, int64_t k, double f)
{
    const struct voronoi_face *face = &v->face[k];
    if (!voronoi_keeps(v, i, k, f)) return false;
    int64_t back =
        voronoi_find(v, face->atom, i, (int32_t[3]){-face->image[0], -face->image[1], -face->image[2]});
    return back >= 0 && voronoi_keeps(v, face->atom, back, f);
}
