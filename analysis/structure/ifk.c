/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/ifk.h"

#include "base/mem.h"
#include "system/clusters.h"
#include "system/frank_kasper.h"

#include <stdlib.h>
#include <string.h>

const char *const ifk_class_names[IFK_CLASSES] = {"interpenetrating", "face", "edge", "vertex"};

struct far { /* a centre that shares an atom */
    int64_t atom;
    int32_t image[3];
};
struct network {
    const struct voronoi *v;
    double f;
    bool *centre, *covered;
    struct clusters bonded, shells;
    struct far *far;
    size_t n_far, far_capacity;
};

static void network_free(struct network *w)
{
    DELETE(w->centre);
    DELETE(w->covered);
    DELETE(w->far);
    clusters_free(&w->bonded);
    clusters_free(&w->shells);
}

static void count_faces(struct ifk *k, const struct voronoi *v, int64_t i, double f)
{
    int n[VORONOI_EDGES], euler = 0, strange = 0;
    voronoi_index(v, i, f, n);
    for (int e = 0; e < VORONOI_EDGES; e++) {
        k->faces += n[e];
        k->edges[e] += n[e];
        euler += (6 - e) * n[e];
        if (e < 4 || e > 6) strange += n[e];
    }
    k->nelson += strange == 0 && euler == 12;
}

static int by_far(const void *a, const void *b)
{
    const struct far *p = a, *q = b;
    if (p->atom != q->atom) return p->atom < q->atom ? -1 : 1;
    for (int j = 0; j < 3; j++)
        if (p->image[j] != q->image[j]) return p->image[j] < q->image[j] ? -1 : 1;
    return 0;
}

/* The centres (with images, as often as they share an atom) whose shell holds the neighbor on face k of i. */
static status look_beyond(struct network *w, int64_t i, const struct voronoi_face *near)
{
    const struct voronoi *v = w->v;
    for (int64_t m = v->start[near->atom]; m < v->start[near->atom + 1]; m++) {
        const struct voronoi_face *p = &v->face[m];
        if (!w->centre[p->atom]) continue;
        struct far other = {.atom = p->atom};
        for (int j = 0; j < 3; j++) other.image[j] = near->image[j] + p->image[j];
        if (other.atom == i && other.image[0] == 0 && other.image[1] == 0 && other.image[2] == 0) continue;
        int64_t back =
            voronoi_find(v, p->atom, near->atom, (int32_t[3]){-p->image[0], -p->image[1], -p->image[2]});
        if (back < 0 || !voronoi_keeps(v, p->atom, back, w->f)) continue; /* not in that one's shell */
        TRY(GROW(w->far, w->far_capacity, w->n_far + 1));
        w->far[w->n_far++] = other;
    }
    return OK;
}

/* Pairs of centre i with others; every pair is met from both sides. */
static status pairs_of(struct network *w, int64_t i, struct ifk *k)
{
    const struct voronoi *v = w->v;
    w->n_far = 0;
    for (int64_t m = v->start[i]; m < v->start[i + 1]; m++) {
        const struct voronoi_face *p = &v->face[m];
        if (!voronoi_keeps(v, i, m, w->f)) continue;
        w->covered[p->atom] = true;
        clusters_join(&w->shells, i, p->atom, p->image);
        if (w->centre[p->atom] && voronoi_bond(v, i, m, w->f)) {
            k->bonds[IFK_INTERPENETRATING]++;
            clusters_join(&w->bonded, i, p->atom, p->image);
        }
        TRY(look_beyond(w, i, p));
    }
    if (w->n_far > 1) qsort(w->far, w->n_far, sizeof *w->far, by_far);
    for (size_t a = 0, b; a < w->n_far; a = b) {
        for (b = a + 1; b < w->n_far && by_far(&w->far[a], &w->far[b]) == 0;) b++;
        int64_t m = voronoi_find(v, i, w->far[a].atom, w->far[a].image);
        if (m >= 0 && voronoi_bond(v, i, m, w->f)) continue;
        k->bonds[b - a >= 3 ? IFK_FACE : b - a == 2 ? IFK_EDGE : IFK_VERTEX]++;
    }
    return OK;
}

static void sum_up(struct network *w, struct ifk *k)
{
    for (int c = 0; c < IFK_CLASSES; c++) k->bonds[c] /= 2;
    for (int64_t i = 0; i < w->v->atoms; i++) {
        k->covered += w->covered[i] && !w->v->open[i];
        for (int axis = 0; axis < 3 && w->centre[i]; axis++) {
            k->wraps[axis] = k->wraps[axis] || clusters_wraps(&w->bonded, i, axis);
            k->wraps_shells[axis] = k->wraps_shells[axis] || clusters_wraps(&w->shells, i, axis);
        }
    }
    if (k->centres == 0) return;
    k->largest = clusters_largest(&w->bonded, NULL);
    k->largest_shells = clusters_largest(&w->shells, NULL);
}

status ifk_measure(struct ifk *k, const struct voronoi *v, double f)
{
    struct network w = {.v = v, .f = f};
    status s = OK;
    *k = (struct ifk){0};
    GUARD(NEW(w.centre, (size_t)v->atoms));
    GUARD(NEW(w.covered, (size_t)v->atoms));
    GUARD(clusters_make(&w.bonded, v->atoms));
    GUARD(clusters_make(&w.shells, v->atoms));
    for (int64_t i = 0; i < v->atoms; i++) {
        if (v->open[i]) continue;
        k->atoms++;
        count_faces(k, v, i, f);
        w.centre[i] = w.covered[i] = frank_kasper_kind(v, i, f) != 0;
        k->centres += w.centre[i];
    }
    for (int64_t i = 0; i < v->atoms; i++)
        if (w.centre[i]) GUARD(pairs_of(&w, i, k));
    sum_up(&w, k);
done:
    network_free(&w);
    return s;
}
