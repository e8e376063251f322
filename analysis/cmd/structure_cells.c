/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/structure_cells.h"

#include <math.h>
#include <stdio.h>

/* ---- the most frequent indices ---- */

/* The entry of rank `rank` by frequency in a species (−1: all); NULL beyond those that occur. Ties keep the
 * order of the table, which is that of all atoms. */
static const struct voronoi_count *ranked(const struct voronoi_level *l, int species, int rank)
{
    const struct voronoi_count *best = NULL;
    if (species < 0) return rank < l->counts ? &l->count[rank] : NULL;
    int64_t limit = INT64_MAX, after = -1; /* those before: more often, or as often and earlier */
    for (int r = 0; r <= rank; r++) {
        best = NULL;
        for (int64_t i = 0; i < l->counts; i++) {
            int64_t n = l->count[i].of[species];
            if (n == 0 || n > limit || (n == limit && i <= after)) continue;
            if (!best || n > best->of[species]) best = &l->count[i];
        }
        if (!best) return NULL;
        limit = best->of[species];
        after = best - l->count;
    }
    return best;
}

static const char *group_name(const struct structure *m, int species)
{
    return species < 0 ? "all" : m->species.name[species];
}

static int64_t group_atoms(const struct voronoi_stats *t, int species)
{
    return species < 0 ? t->all : t->atoms[species];
}

static const char *construction(const struct structure *m, char *out, size_t size)
{
    int n = snprintf(out, size, m->options.radical ? "radical (power) cells, radii" : "plain cells");
    for (int a = 0; a < m->species.count && m->options.radical && n < (int)size; a++)
        n += snprintf(out + n, size - (size_t)n, " %s %g", m->species.name[a], m->radius[a]);
    if (n < (int)size)
        snprintf(out + n, size - (size_t)n,
                 m->options.edge > 0.0 ? "; edges shorter than %g of the mean radius contracted"
                                       : "; all edges kept",
                 m->options.edge);
    return out;
}

/* ---- tables ---- */

static void print_groups(const struct structure *m, int level)
{
    const struct voronoi_stats *t = &m->voronoi;
    const struct voronoi_level *l = &t->level[level];
    printf("# species      atoms     <CN>   <volume>    Z12 %%    Z14 %%    Z15 %%    Z16 %%\n");
    for (int a = -1; a < m->species.count; a++) {
        double neighbors = 0.0, volume = 0.0;
        for (int b = 0; b < m->species.count; b++) {
            if ((a >= 0 && a != b) || t->atoms[b] == 0) continue;
            double share = (double)t->atoms[b] / (double)group_atoms(t, a);
            neighbors += share * l->neighbors[b];
            volume += share * t->volume[b];
        }
        printf("  %-8s %9lld %8.3f %10.5g", group_name(m, a), (long long)group_atoms(t, a), neighbors,
               volume);
        for (int k = 0; k < VORONOI_KINDS; k++) printf(" %8.3f", 100.0 * voronoi_stats_kind(t, level, k, a));
        printf("\n");
    }
}

static void print_indices(const struct structure *m, int level, int top)
{
    const struct voronoi_level *l = &m->voronoi.level[level];
    printf("# most frequent <n3,n4,n5,n6>, percent of the atoms of each group\n#");
    for (int a = -1; a < m->species.count; a++) printf(" %-24s", group_name(m, a));
    printf("\n");
    for (int r = 0; r < top && r < l->counts; r++) {
        printf(" ");
        for (int a = -1; a < m->species.count; a++) {
            const struct voronoi_count *c = ranked(l, a, r);
            char name[32] = "-";
            double percent = 0.0;
            if (c) {
                snprintf(name, sizeof name, "<%d,%d,%d,%d>", c->n[0], c->n[1], c->n[2], c->n[3]);
                percent = 100.0 * (double)(a < 0 ? c->all : c->of[a]) / (double)group_atoms(&m->voronoi, a);
            }
            printf(" %-14s %6.3f   ", name, percent);
        }
        printf("\n");
    }
}

static void print_network(const struct structure *m, int level)
{
    const struct voronoi_level *l = &m->voronoi.level[level];
    const struct ifk *k = &l->sum;
    double n = (double)k->atoms, frames = (double)m->voronoi.frames;
    printf(
        "# network of Frank-Kasper centres (Z12, Z14, Z15, Z16): %.3f %% of the atoms are centres, %.3f %% "
        "centres or in a shell\n# pairs of centres per frame:",
        100.0 * (double)k->centres / n, 100.0 * (double)k->covered / n);
    for (int c = 0; c < IFK_CLASSES; c++)
        printf(" %s %.6g%s", ifk_class_names[c], (double)k->bonds[c] / frames,
               c + 1 < IFK_CLASSES ? "," : "\n");
    printf("# largest cluster (last frame): %lld interpenetrating centres, %lld atoms with shells; "
           "percolates along "
           "x, y, z\n# in %lld, %lld, %lld (centres) and %lld, %lld, %lld (with shells) of %lld frames\n",
           (long long)k->largest, (long long)k->largest_shells, (long long)l->wraps[0],
           (long long)l->wraps[1], (long long)l->wraps[2], (long long)l->wraps_shells[0],
           (long long)l->wraps_shells[1], (long long)l->wraps_shells[2], (long long)m->voronoi.frames);
    if (l->f > 0.0) return; /* with faces missing, the sum of Nelson's rule is not 12 */
    double faces = (double)k->faces;
    printf("# Nelson's rule (4, 5, 6 edges only, sum of (6-n) N_n = 12): %.3f %% of the atoms; faces with 5 "
           "edges "
           "%.2f %%, 4: %.2f %%, 6: %.2f %%\n",
           100.0 * (double)k->nelson / n, 100.0 * (double)k->edges[5] / faces,
           100.0 * (double)k->edges[4] / faces, 100.0 * (double)k->edges[6] / faces);
}

void structure_cells_print_voronoi(const struct structure *m, int top)
{
    const struct voronoi_stats *t = &m->voronoi;
    char how[256];
    printf(
        "# Voronoi: %s; %lld frames, %lld closed cells, %lld open ones (at a surface; not counted)\n"
        "# f: faces smaller than f of the surface of their cell dropped, their neighbors keep their edges\n",
        construction(m, how, sizeof how), (long long)t->frames, (long long)t->all, (long long)t->open);
    if (t->laves.large >= 0)
        printf("# Laves centres (%s that are Z16 with 12 smaller neighbors, f = 0): %.3f %% of the %s atoms, "
               "largest "
               "cluster %lld\n",
               m->species.name[t->laves.large], 100.0 * t->laves.fraction, m->species.name[t->laves.large],
               (long long)t->laves.largest);
    for (int k = 0; k < t->levels; k++) {
        printf("\n# ---- f = %g %% ----\n", 100.0 * t->level[k].f);
        print_groups(m, k);
        print_indices(m, k, top);
        print_network(m, k);
    }
}

static const char *bond_neighbors(const struct structure *m, char *out, size_t size)
{
    if (m->options.bond_cutoff > 0.0)
        snprintf(out, size, "all atoms within %g %s, equal weights", m->options.bond_cutoff, m->length_unit);
    else
        snprintf(out, size, "Voronoi (%s), weights are face areas, faces below %g of the surface dropped",
                 m->options.radical ? "radical" : "plain", STRUCTURE_BOND_FILTER);
    return out;
}

void structure_cells_print_bond_order(const struct structure *m)
{
    const struct bond_order_stats *t = &m->bond_order;
    char how[160];
    printf(
        "# bond order; neighbors: %s\n# q_mean: averaged over the atom and its neighbors (Lechner-Dellago); "
        "solid-like: at least %d connections\n# q6(i).q6(j)* > %g (fcc, hcp, bcc; not Laves phases); largest "
        "cluster of them in the last frame: %lld\n"
        "# species     <CN>  solid %%",
        bond_neighbors(m, how, sizeof how), BOND_ORDER_SOLID, BOND_ORDER_CONNECTED, (long long)t->largest);
    for (int k = 0; k < BOND_ORDER_VALUES; k++) printf(" %8s     sd", bond_order_names[k]);
    printf("\n");
    for (int a = 0; a < t->species; a++) {
        printf("  %-8s %8.3f %8.3f", m->species.name[a], t->neighbors[a],
               t->atoms[a] > 0 ? 100.0 * (double)t->solid[a] / (double)t->atoms[a] : 0.0);
        for (int k = 0; k < BOND_ORDER_VALUES; k++) printf(" %8.4f %6.4f", t->mean[a][k], t->sd[a][k]);
        printf("\n");
    }
}

/* ---- JSON ---- */

static void json_indices(struct json *j, const struct structure *m, int level, int species, int top)
{
    const struct voronoi_level *l = &m->voronoi.level[level];
    json_open(j, "indices", '[');
    for (int r = 0; r < top; r++) {
        const struct voronoi_count *c = ranked(l, species, r);
        if (!c) break;
        json_open(j, NULL, '{');
        json_open(j, "index", '[');
        for (int e = 0; e < 4; e++) json_integer(j, NULL, c->n[e]);
        json_close(j);
        json_integer(j, "count", species < 0 ? c->all : c->of[species]);
        json_number(j, "fraction", voronoi_stats_fraction(&m->voronoi, level, c->n, species));
        json_close(j);
    }
    json_close(j);
}

static void json_network(struct json *j, const struct structure *m, int level)
{
    const struct voronoi_level *l = &m->voronoi.level[level];
    const struct ifk *k = &l->sum;
    double n = (double)k->atoms;
    json_open(j, "network", '{');
    json_number(j, "centres", (double)k->centres / n);
    json_number(j, "centres_and_shells", (double)k->covered / n);
    for (int c = 0; c < IFK_CLASSES; c++)
        json_number(j, ifk_class_names[c], (double)k->bonds[c] / (double)m->voronoi.frames);
    json_integer(j, "largest_cluster", k->largest);
    json_integer(j, "largest_cluster_with_shells", k->largest_shells);
    json_open(j, "frames_percolating", '[');
    for (int axis = 0; axis < 3; axis++) json_integer(j, NULL, l->wraps[axis]);
    json_close(j);
    json_open(j, "frames_percolating_with_shells", '[');
    for (int axis = 0; axis < 3; axis++) json_integer(j, NULL, l->wraps_shells[axis]);
    json_close(j);
    if (l->f == 0.0) json_number(j, "nelson_rule", (double)k->nelson / n);
    json_close(j);
}

static void json_level(struct json *j, const struct structure *m, int level, int top)
{
    const struct voronoi_stats *t = &m->voronoi;
    json_open(j, NULL, '{');
    json_number(j, "area_filter", t->level[level].f);
    for (int a = -1; a < m->species.count; a++) {
        json_open(j, group_name(m, a), '{');
        json_integer(j, "cells", group_atoms(t, a));
        if (a >= 0) json_number(j, "coordination", t->level[level].neighbors[a]);
        if (a >= 0) json_number(j, "volume", t->volume[a]);
        for (int k = 0; k < VORONOI_KINDS; k++) {
            char name[8];
            snprintf(name, sizeof name, "Z%d", voronoi_kinds[k]);
            json_number(j, name, voronoi_stats_kind(t, level, k, a));
        }
        json_indices(j, m, level, a, top);
        json_close(j);
    }
    json_network(j, m, level);
    json_close(j);
}

void structure_cells_json_voronoi(struct json *j, const struct structure *m, int top)
{
    const struct voronoi_stats *t = &m->voronoi;
    char how[256];
    json_open(j, "voronoi", '{');
    json_string(j, "construction", construction(m, how, sizeof how));
    json_integer(j, "closed_cells", t->all);
    json_integer(j, "open_cells", t->open);
    json_number(j, "laves_fraction", t->laves.fraction);
    json_integer(j, "laves_largest_cluster", t->laves.largest);
    json_open(j, "filters", '[');
    for (int k = 0; k < t->levels; k++) json_level(j, m, k, top);
    json_close(j);
    json_close(j);
}

void structure_cells_json_bond_order(struct json *j, const struct structure *m)
{
    const struct bond_order_stats *t = &m->bond_order;
    char how[160];
    json_open(j, "bond_order", '{');
    json_string(j, "neighbors", bond_neighbors(m, how, sizeof how));
    json_integer(j, "largest_solid_cluster", t->largest);
    for (int a = 0; a < t->species; a++) {
        json_open(j, m->species.name[a], '{');
        json_number(j, "coordination", t->neighbors[a]);
        json_number(j, "solid_like", t->atoms[a] > 0 ? (double)t->solid[a] / (double)t->atoms[a] : 0.0);
        for (int k = 0; k < BOND_ORDER_VALUES; k++) {
            json_open(j, bond_order_names[k], '{');
            json_number(j, "mean", t->mean[a][k]);
            json_number(j, "sd", t->sd[a][k]);
            json_close(j);
        }
        json_close(j);
    }
    json_close(j);
}
