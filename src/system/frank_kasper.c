/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/frank_kasper.h"

#include "base/mem.h"
#include "system/clusters.h"

int frank_kasper_kind(const struct voronoi *v, int64_t i, double f)
{
    int n[VORONOI_EDGES];
    if (v->open[i]) return 0;
    voronoi_index(v, i, f, n);
    for (int e = 3; e < VORONOI_EDGES; e++)
        if (e != 5 && e != 6 && n[e] > 0) return 0;
    if (n[5] != 12 || n[6] == 1 || n[6] > 4) return 0;
    return 12 + n[6];
}

static int largest_species(const struct voronoi *v, const int32_t *type, int species)
{
    double volume[SPECIES_MAX] = {0}, atoms[SPECIES_MAX] = {0}, best = 0.0;
    int large = -1, present = 0;
    for (int64_t i = 0; i < v->atoms; i++)
        if (!v->open[i]) volume[type[i]] += v->volume[i], atoms[type[i]] += 1.0;
    for (int t = 0; t < species; t++) {
        if (atoms[t] == 0.0) continue;
        present++;
        if (volume[t] / atoms[t] > best) best = volume[t] / atoms[t], large = t;
    }
    return present > 1 ? large : -1;
}

static bool is_centre(const struct voronoi *v, const int32_t *type, int large, int64_t i)
{
    int small = 0;
    if (type[i] != large || frank_kasper_kind(v, i, 0.0) != 16) return false;
    for (int64_t k = v->start[i]; k < v->start[i + 1]; k++) small += type[v->face[k].atom] != large;
    return small == 12;
}

status laves_find(struct laves *l, const struct voronoi *v, const int32_t *type, int species)
{
    struct clusters c = {0};
    bool *centre = NULL;
    status s = OK;
    *l = (struct laves){.large = largest_species(v, type, species)};
    if (l->large < 0) return OK;
    GUARD(NEW(centre, (size_t)v->atoms));
    GUARD(clusters_make(&c, v->atoms));
    for (int64_t i = 0; i < v->atoms; i++) {
        l->large_atoms += type[i] == l->large && !v->open[i];
        centre[i] = is_centre(v, type, l->large, i);
        l->centres += centre[i];
    }
    for (int64_t i = 0; i < v->atoms; i++)
        for (int64_t k = v->start[i]; centre[i] && k < v->start[i + 1]; k++)
            if (centre[v->face[k].atom] && v->face[k].edges == 6)
                clusters_join(&c, i, v->face[k].atom, v->face[k].image);
    l->largest = l->centres > 0 ? clusters_largest(&c, NULL) : 0;
    l->fraction = l->large_atoms > 0 ? (double)l->centres / (double)l->large_atoms : 0.0;
done:
    clusters_free(&c);
    DELETE(centre);
    return s;
}

status laves_of_config(struct laves *l, const struct config *c, int threads)
{
    struct voronoi v = {0};
    status s =
        voronoi_make(&v, &c->box, c->atoms, c->type, c->x, &(struct voronoi_options){.threads = threads});
    if (s == OK) s = laves_find(l, &v, c->type, c->species.count);
    voronoi_free(&v);
    return s;
}
