/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ref_md.h"

#include <math.h>
#include <stdlib.h>

struct ref_lj ref_wahnstrom(double number, int per_pair, enum ref_shift shift)
{
    struct ref_lj p = {.sigma = {{1.0, 11.0 / 12.0}, {11.0 / 12.0, 5.0 / 6.0}}, .shift = shift};
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) p.cutoff[a][b] = per_pair ? number * p.sigma[a][b] : number;
    return p;
}

/* u(r) and −u'(r) of the bare potential. */
static long double bare(double sigma, long double r, long double *force)
{
    long double s6 = powl((long double)sigma / r, 6);
    *force = 24.0L * (2.0L * s6 * s6 - s6) / r;
    return 4.0L * (s6 * s6 - s6);
}

static long double pair(const struct ref_lj *p, int a, int b, long double r, long double *force)
{
    long double f_cut, u = bare(p->sigma[a][b], r, force), cut = p->cutoff[a][b];
    long double u_cut = bare(p->sigma[a][b], cut, &f_cut);
    if (p->shift != REF_NONE) u -= u_cut;
    if (p->shift == REF_FORCE) {
        u += (r - cut) * f_cut;
        *force -= f_cut;
    }
    return u;
}

/* How many image shells a distance can reach: positions may be anywhere within two cells. */
static int shells(const struct box *b, int k, double radius)
{
    if (!b->periodic[k]) return 0;
    const double *u = b->h[(k + 1) % 3], *v = b->h[(k + 2) % 3], *w = b->h[k];
    double c[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    double area = sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
    double width = fabs(w[0] * c[0] + w[1] * c[1] + w[2] * c[2]) / area;
    return (int)ceil(radius / width) + 1;
}

static double difference(const struct config *c, long i, long j, const int n[3], double d[3])
{
    double r2 = 0.0;
    for (int a = 0; a < 3; a++) {
        d[a] = c->x[3 * i + a] - c->x[3 * j + a];
        for (int k = 0; k < 3; k++) d[a] -= n[k] * c->box.h[k][a];
        r2 += d[a] * d[a];
    }
    return r2;
}

long ref_neighbors(const struct config *c, double radius[2][2], long i, struct ref_neighbor *out, long room)
{
    double largest = fmax(fmax(radius[0][0], radius[0][1]), radius[1][1]), d[3];
    int most[3];
    long count = 0;
    for (int k = 0; k < 3; k++) most[k] = shells(&c->box, k, largest);
    for (long j = 0; j < (long)c->atoms; j++) {
        double reach = radius[c->type[i]][c->type[j]];
        for (int z = -most[2]; z <= most[2]; z++)
            for (int y = -most[1]; y <= most[1]; y++)
                for (int x = -most[0]; x <= most[0]; x++) {
                    int n[3] = {x, y, z};
                    double r2 = difference(c, i, j, n, d);
                    if ((j == i && !x && !y && !z) || r2 >= reach * reach) continue;
                    if (count < room) out[count] = (struct ref_neighbor){j, {x, y, z}, r2};
                    count++;
                }
    }
    return count;
}

static void one_atom(const struct config *c, const struct ref_lj *p, long i, struct ref_result *r,
                     long double total[7])
{
    enum { ROOM = 65536 };
    static const int first[6] = {0, 1, 2, 0, 0, 1}, second[6] = {0, 1, 2, 1, 2, 2};
    struct ref_neighbor *list = malloc(ROOM * sizeof *list);
    struct ref_lj copy = *p;
    long n = ref_neighbors(c, copy.cutoff, i, list, ROOM);
    long double f[3] = {0, 0, 0}, energy = 0, magnitude = 0;
    if (n > ROOM) abort();
    for (long k = 0; k < n; k++) {
        double d[3];
        long double force, distance = sqrtl((long double)difference(c, i, list[k].j, list[k].n, d));
        energy += pair(p, c->type[i], c->type[list[k].j], distance, &force) / 2;
        magnitude += fabsl(force);
        for (int a = 0; a < 3; a++) f[a] += force * d[a] / distance;
        for (int v = 0; v < 6; v++) total[1 + v] += d[first[v]] * (force * d[second[v]] / distance) / 2;
    }
    for (int a = 0; a < 3; a++) r->f[3 * i + a] = (double)f[a];
    r->e[i] = (double)energy;
    r->magnitude[i] = (double)magnitude;
    r->pairs += n;
    total[0] += energy;
    free(list);
}

void ref_forces(const struct config *c, const struct ref_lj *p, struct ref_result *r)
{
    size_t n = (size_t)c->atoms;
    long double total[7] = {0};
    *r = (struct ref_result){.f = calloc(3 * n, sizeof(double)),
                             .e = calloc(n, sizeof(double)),
                             .magnitude = calloc(n, sizeof(double))};
    for (long i = 0; i < (long)c->atoms; i++) one_atom(c, p, i, r, total);
    r->energy = (double)total[0];
    for (int v = 0; v < 6; v++) r->virial[v] = (double)total[1 + v];
}

void ref_free(struct ref_result *r)
{
    free(r->f);
    free(r->e);
    free(r->magnitude);
    *r = (struct ref_result){0};
}
