/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/bond_order.h"

#include "base/mem.h"
#include "system/clusters.h"
#include "system/nearby.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bond_order_names[BOND_ORDER_VALUES] = {"q4", "q6", "w6", "q4_mean", "q6_mean"};

/* ---- harmonics ---- */

static double factorial(int n)
{
    double f = 1.0;
    for (int k = 2; k <= n; k++) f *= k;
    return f;
}

/* P_l^m(z) = (1 − z²)^{m/2} D with D = d^m P_l/dz^m; (1 − z²)^{m/2} e^{imφ} = (x + iy)^m. D by the recurrence
 * (l − m) D_l = (2l − 1) z D_{l−1} − (l + m − 1) D_{l−2} from D_m = (2m − 1)!!. */
void bond_order_harmonics(int l, const double u[3], double complex *y)
{
    double complex power = 1.0;
    double start = 1.0;
    for (int m = 0; m <= l; m++) {
        double before = 0.0, d = start;
        for (int n = m + 1; n <= l; n++) {
            double next = ((2 * n - 1) * u[2] * d - (n + m - 1) * before) / (n - m);
            before = d;
            d = next;
        }
        double norm = sqrt((2 * l + 1) / (4.0 * M_PI) * factorial(l - m) / factorial(l + m));
        y[m] = (m % 2 ? -norm : norm) * d * power;
        power *= u[0] + I * u[1];
        start *= 2 * m + 1;
    }
}

/* Racah's formula for three equal l. */
double bond_order_wigner(int l, int m1, int m2, int m3)
{
    double sum = 0.0;
    if (m1 + m2 + m3 != 0 || abs(m1) > l || abs(m2) > l || abs(m3) > l) return 0.0;
    for (int t = 0; t <= l; t++) {
        int a = t + m1, b = t - m2, c = l - t, d = l - m1 - t, e = l + m2 - t; /* t = k; l1+l2−l3 = l */
        if (a < 0 || b < 0 || c < 0 || d < 0 || e < 0) continue;
        double term = factorial(t) * factorial(a) * factorial(b) * factorial(c) * factorial(d) * factorial(e);
        sum += (t % 2 ? -1.0 : 1.0) / term;
    }
    double triangle = factorial(l) * factorial(l) * factorial(l) / factorial(3 * l + 1), size = 1.0;
    const int m[3] = {m1, m2, m3};
    for (int k = 0; k < 3; k++) size *= factorial(l + m[k]) * factorial(l - m[k]);
    return ((m3 % 2) ? -1.0 : 1.0) * sqrt(triangle * size) * sum;
}

/* ---- neighbors ---- */

struct link {
    int64_t atom;
    int32_t image[3];
    double u[3], weight;
};
enum { M4 = 5, M6 = 7 };
struct links {
    int64_t atoms, *start;
    struct link *link;
    size_t n, capacity;
    double complex (*q4)[M4], (*q6)[M6];
};

static void links_free(struct links *k)
{
    DELETE(k->start);
    DELETE(k->link);
    DELETE(k->q4);
    DELETE(k->q6);
}

static status links_begin(struct links *k, int64_t atoms)
{
    k->atoms = atoms;
    TRY(NEW(k->start, (size_t)atoms + 1));
    TRY(NEW(k->q4, (size_t)atoms));
    return NEW(k->q6, (size_t)atoms);
}

static status links_add(struct links *k, int64_t atom, const int32_t image[3], const double d[3],
                        double weight)
{
    double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    TRY(GROW(k->link, k->capacity, k->n + 1));
    struct link *l = &k->link[k->n++];
    *l = (struct link){.atom = atom, .weight = weight};
    for (int j = 0; j < 3; j++) l->image[j] = image[j], l->u[j] = d[j] / r;
    return OK;
}

/* ---- values ---- */

/* |q_l|² over all m from m ≥ 0. */
static double norm2(const double complex *q, int l)
{
    double sum = creal(q[0]) * creal(q[0]);
    for (int m = 1; m <= l; m++) sum += 2.0 * (creal(q[m]) * creal(q[m]) + cimag(q[m]) * cimag(q[m]));
    return sum;
}

static double q_of(const double complex *q, int l)
{
    return sqrt(4.0 * M_PI / (2 * l + 1) * norm2(q, l));
}

static double complex component(const double complex *q, int m)
{
    return m >= 0 ? q[m] : (m % 2 ? -1.0 : 1.0) * conj(q[-m]);
}

static double w_of(const double complex *q, int l, const double *wigner)
{
    double complex sum = 0.0;
    for (int a = -l; a <= l; a++)
        for (int b = -l; b <= l; b++)
            if (abs(a + b) <= l)
                sum += wigner[(a + l) * (2 * l + 1) + b + l] * component(q, a) * component(q, b) *
                       component(q, -a - b);
    double n = norm2(q, l);
    return n > 0.0 ? creal(sum) / (n * sqrt(n)) : (double)NAN;
}

static void moments(struct links *k, int64_t i)
{
    double total = 0.0;
    for (int64_t n = k->start[i]; n < k->start[i + 1]; n++) {
        const struct link *l = &k->link[n];
        double complex y4[M4], y6[M6];
        bond_order_harmonics(4, l->u, y4);
        bond_order_harmonics(6, l->u, y6);
        for (int m = 0; m < M4; m++) k->q4[i][m] += l->weight * y4[m];
        for (int m = 0; m < M6; m++) k->q6[i][m] += l->weight * y6[m];
        total += l->weight;
    }
    for (int m = 0; m < M4; m++) k->q4[i][m] /= total; /* NaN without neighbors */
    for (int m = 0; m < M6; m++) k->q6[i][m] /= total;
}

static bool known(const struct links *k, int64_t i)
{
    return k->start[i + 1] > k->start[i];
}

static void averages(struct bond_order *b, const struct links *k, int64_t i)
{
    double complex q4[M4], q6[M6];
    memcpy(q4, k->q4[i], sizeof q4);
    memcpy(q6, k->q6[i], sizeof q6);
    double n = 1.0;
    for (int64_t a = k->start[i]; a < k->start[i + 1]; a++) {
        int64_t j = k->link[a].atom;
        if (!known(k, j)) continue;
        for (int m = 0; m < M4; m++) q4[m] += k->q4[j][m];
        for (int m = 0; m < M6; m++) q6[m] += k->q6[j][m];
        n += 1.0;
    }
    b->q4_mean[i] = q_of(q4, 4) / n;
    b->q6_mean[i] = q_of(q6, 6) / n;
}

static bool connected(const struct links *k, int64_t i, int64_t j)
{
    if (!known(k, j)) return false;
    double sum = creal(k->q6[i][0]) * creal(k->q6[j][0]);
    for (int m = 1; m < M6; m++) sum += 2.0 * creal(k->q6[i][m] * conj(k->q6[j][m]));
    return sum > BOND_ORDER_CONNECTED * sqrt(norm2(k->q6[i], 6) * norm2(k->q6[j], 6));
}

static status solids(struct bond_order *b, const struct links *k)
{
    struct clusters c;
    TRY(clusters_make(&c, b->atoms));
    for (int64_t i = 0; i < b->atoms; i++) b->solid += b->connections[i] >= BOND_ORDER_SOLID;
    for (int64_t i = 0; i < b->atoms; i++)
        for (int64_t a = k->start[i]; a < k->start[i + 1]; a++) {
            int64_t j = k->link[a].atom;
            bool both = b->connections[i] >= BOND_ORDER_SOLID && b->connections[j] >= BOND_ORDER_SOLID;
            if (both && connected(k, i, j)) clusters_join(&c, i, j, k->link[a].image);
        }
    b->largest = b->solid > 0 ? clusters_largest(&c, NULL) : 0;
    clusters_free(&c);
    return OK;
}

static status values(struct bond_order *b, struct links *k)
{
    double wigner[13 * 13];
    size_t n = (size_t)k->atoms;
    for (int m1 = -6; m1 <= 6; m1++)
        for (int m2 = -6; m2 <= 6; m2++)
            wigner[(m1 + 6) * 13 + m2 + 6] = bond_order_wigner(6, m1, m2, -m1 - m2);
    b->atoms = k->atoms;
    TRY(NEW(b->q4, n));
    TRY(NEW(b->q6, n));
    TRY(NEW(b->w6, n));
    TRY(NEW(b->q4_mean, n));
    TRY(NEW(b->q6_mean, n));
    TRY(NEW(b->neighbors, n));
    TRY(NEW(b->connections, n));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < k->atoms; i++) moments(k, i);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < k->atoms; i++) {
        b->neighbors[i] = (int32_t)(k->start[i + 1] - k->start[i]);
        b->q4[i] = q_of(k->q4[i], 4);
        b->q6[i] = q_of(k->q6[i], 6);
        b->w6[i] = w_of(k->q6[i], 6, wigner);
        averages(b, k, i);
        for (int64_t a = k->start[i]; a < k->start[i + 1]; a++)
            b->connections[i] += connected(k, i, k->link[a].atom);
    }
    return solids(b, k);
}

status bond_order_voronoi(struct bond_order *b, const struct voronoi *v, double f)
{
    struct links k = {0};
    status s = OK;
    *b = (struct bond_order){0};
    GUARD(links_begin(&k, v->atoms));
    for (int64_t i = 0; i < v->atoms; i++) {
        for (int64_t n = v->start[i]; n < v->start[i + 1] && !v->open[i]; n++)
            if (voronoi_keeps(v, i, n, f))
                GUARD(links_add(&k, v->face[n].atom, v->face[n].image, v->face[n].d, v->face[n].area));
        k.start[i + 1] = (int64_t)k.n;
    }
    GUARD(values(b, &k));
done:
    links_free(&k);
    if (s != OK) bond_order_free(b);
    return s;
}

status bond_order_cutoff(struct bond_order *b, const struct box *box, int64_t atoms, const double *x,
                         double cutoff)
{
    struct links k = {0};
    struct nearby nearby = {0};
    struct nearby_list list = {0};
    status s = OK;
    *b = (struct bond_order){0};
    if (!(cutoff > 0.0)) return fail(BAD_INPUT, "neighbors within %g, expected a positive distance", cutoff);
    GUARD(nearby_make(&nearby, box, atoms, x));
    GUARD(links_begin(&k, atoms));
    for (int64_t i = 0; i < atoms; i++) {
        GUARD(nearby_find(&nearby, i, cutoff, &list));
        for (size_t n = 0; n < list.n; n++)
            GUARD(links_add(&k, list.atom[n].atom, list.atom[n].image, list.atom[n].d, 1.0));
        k.start[i + 1] = (int64_t)k.n;
    }
    GUARD(values(b, &k));
done:
    nearby_list_free(&list);
    nearby_free(&nearby);
    links_free(&k);
    if (s != OK) bond_order_free(b);
    return s;
}

void bond_order_free(struct bond_order *b)
{
    DELETE(b->q4);
    DELETE(b->q6);
    DELETE(b->w6);
    DELETE(b->q4_mean);
    DELETE(b->q6_mean);
    DELETE(b->neighbors);
    DELETE(b->connections);
    *b = (struct bond_order){0};
}

/* ---- over frames ---- */

void bond_order_stats_add(struct bond_order_stats *t, const struct bond_order *b, const int32_t *type)
{
    const double *const value[BOND_ORDER_VALUES] = {b->q4, b->q6, b->w6, b->q4_mean, b->q6_mean};
    for (int64_t i = 0; i < b->atoms; i++) {
        if (b->neighbors[i] == 0) continue;
        int a = type[i];
        t->atoms[a]++;
        t->neighbors[a] += b->neighbors[i];
        t->solid[a] += b->connections[i] >= BOND_ORDER_SOLID;
        for (int k = 0; k < BOND_ORDER_VALUES; k++) {
            t->mean[a][k] += value[k][i];
            t->sd[a][k] += value[k][i] * value[k][i];
        }
    }
    t->largest = b->largest;
    t->frames++;
}

void bond_order_stats_finish(struct bond_order_stats *t)
{
    for (int a = 0; a < t->species; a++) {
        double n = t->atoms[a] > 0 ? (double)t->atoms[a] : (double)NAN;
        t->neighbors[a] /= n;
        for (int k = 0; k < BOND_ORDER_VALUES; k++) {
            t->mean[a][k] /= n;
            t->sd[a][k] = sqrt(fmax(t->sd[a][k] / n - t->mean[a][k] * t->mean[a][k], 0.0));
        }
    }
}
