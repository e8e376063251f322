/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eam_table — the tables of an embedded-atom potential (part of eam; see eam.h). */
#include "base/mem.h"
#include "base/simd_species.h"
#include "force/eam.h"
#include "force/setfl.h"

#include <math.h>
#include <string.h>

/* The cubic through values and slopes (per row) at both ends of a row. */
static void hermite(double row[4], const double value[2], const double slope[2])
{
    row[0] = value[0];
    row[1] = slope[0];
    row[2] = 3.0 * (value[1] - value[0]) - 2.0 * slope[0] - slope[1];
    row[3] = 2.0 * (value[0] - value[1]) + slope[0] + slope[1];
}

typedef double (*pair_function)(const struct eam_functions *f, int a, int b, double r, double *derivative);

/* `rows` rows in r², the last of which is the first one of zeros; beyond `range` the function is 0. At r = 0
 * it may be infinite: the first row goes on with the slope that the second one begins with. */
static void sample(const struct eam *m, pair_function function, int a, int b, double range, int64_t rows,
                   double (*row)[4])
{
    double step = 1.0 / m->rows_per_unit, value[2] = {0}, slope[2] = {0};
    for (int64_t k = 1; k <= rows; k++) {
        double r = sqrt((double)k * step), derivative = 0.0;
        value[1] = r < range ? function(&m->functions, a, b, r, &derivative) : 0.0;
        slope[1] = r < range ? derivative * step / (2.0 * r) : 0.0;
        if (k == 1) {
            value[0] = value[1] - slope[1];
            slope[0] = slope[1];
        }
        hermite(row[k - 1], value, slope);
        value[0] = value[1];
        slope[0] = slope[1];
    }
}

/* The splines of a file, r φ or ρ in r: rows that begin below `range`; the others stay zero. */
static void copy_splines(const struct setfl *file, double (*spline)[4], double range, double (*row)[4])
{
    for (int64_t k = 0; k < file->nr && (double)k * file->dr < range; k++)
        memcpy(row[k], spline[k], sizeof row[k]);
}

static bool densities_symmetric(const struct eam_functions *f)
{
    for (int a = 0; a < f->species.count; a++)
        for (int b = 0; b < a; b++) {
            if (f->density_range[a][b] != f->density_range[b][a]) return false;
            for (double r = 0.05; r < f->density_range[a][b]; r += 0.05) {
                double d, e;
                if (f->density(f, a, b, r, &d) != f->density(f, b, a, r, &e) || d != e) return false;
            }
        }
    return true;
}

/* A pair has a table of its own in one direction only if the densities do not ask for both. */
static int table_of(const struct eam *m, int a, int b)
{
    int n = m->functions.species.count;
    if (!m->symmetric) return a * n + b;
    return a > b ? a * (a + 1) / 2 + b : b * (b + 1) / 2 + a;
}

static status tabulate_pairs(struct eam *m, int64_t rows)
{
    struct eam_functions *f = &m->functions;
    int n = f->species.count, tables = m->symmetric ? n * (n + 1) / 2 : n * n;
    TRY(NEW(m->pair, (size_t)(tables * (rows + 1))));
    TRY(NEW(m->density, (size_t)(tables * (rows + 1))));
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            int64_t first = table_of(m, a, b) * (rows + 1);
            simd_table(m->first_row[a], b, (double)first);
            simd_table(m->reverse_row[a], b, (double)(table_of(m, b, a) * (rows + 1)));
            if (m->symmetric && b > a) continue;
            if (m->exact) {
                copy_splines(f->file, f->file->pair[a][b], f->pair_range[a][b], m->pair + first);
                copy_splines(f->file, f->file->density[a][b], f->density_range[a][b], m->density + first);
            } else {
                sample(m, f->pair, a, b, f->pair_range[a][b], rows, m->pair + first);
                sample(m, f->density, a, b, f->density_range[a][b], rows, m->density + first);
            }
        }
    return OK;
}

/* Slopes and value of a row of φ or ρ: slope s1 + p (s2 + p s3), value c0 + p (s1 + p (s2/2 + p s3/3)). */
static void set_slopes(double out[4], const double c[4])
{
    out[0] = c[1];
    out[1] = 2.0 * c[2];
    out[2] = 3.0 * c[3];
    out[3] = c[0];
}

static status tabulate_slopes(struct eam *m, int64_t rows)
{
    int n = m->functions.species.count, tables = m->symmetric ? n * (n + 1) / 2 : n * n;
    m->zero_row = tables * (rows + 1);
    TRY(NEW(m->slopes, (size_t)m->zero_row));
    TRY(NEW(m->float_slopes, (size_t)m->zero_row + 1));
    TRY(NEW(m->float_densities, (size_t)m->zero_row + 1));
    for (int64_t k = 0; k < m->zero_row; k++) {
        set_slopes(m->slopes[k], m->pair[k]);
        set_slopes(m->slopes[k] + 4, m->density[k]);
        for (int c = 0; c < 8; c++) m->float_slopes[k][c] = (float)m->slopes[k][c];
        for (int c = 0; c < 4; c++) m->float_densities[k][c] = (float)m->density[k][c];
    }
    return OK;
}

static status tabulate_embedding(struct eam *m, int a)
{
    const struct eam_functions *f = &m->functions;
    struct eam_embedding *t = &m->embedding[a];
    t->most = f->density_most[a];
    t->rows = m->exact ? f->file->nrho - 1 : EAM_EMBEDDING_ROWS;
    t->rows_per_density = (double)t->rows / t->most;
    TRY(NEW(t->row, (size_t)t->rows));
    if (m->exact) {
        memcpy(t->row, f->file->embedding[a], (size_t)t->rows * sizeof *t->row);
        return OK;
    }
    double step = 1.0 / t->rows_per_density;
    for (int64_t k = 0; k < t->rows; k++) {
        double value[2], slope[2];
        for (int end = 0; end < 2; end++) {
            value[end] = f->embedding(f, a, (double)(k + end) * step, &slope[end]);
            slope[end] *= step;
        }
        hermite(t->row[k], value, slope);
    }
    return OK;
}

status eam_tabulate(struct eam *m, struct potential *p, int64_t rows)
{
    struct eam_functions *f = &m->functions;
    double largest = 0.0;
    p->species = f->species;
    m->exact = rows == 0;
    m->symmetric = densities_symmetric(f);
    for (int a = 0; a < f->species.count; a++)
        for (int b = 0; b < f->species.count; b++) {
            p->near[a][b] = fmax(f->density_range[a][b], f->density_range[b][a]);
            p->cutoff[a][b] = fmax(f->pair_range[a][b], p->near[a][b]);
            largest = fmax(largest, p->cutoff[a][b]);
        }
    if (m->exact) {
        rows = f->file->nr;
        m->rows_per_unit = 1.0 / f->file->dr;
    } else {
        m->rows_per_unit = (double)rows / (largest * largest);
    }
    m->last_row = (double)rows;
    TRY(tabulate_pairs(m, rows));
    if (!m->exact) TRY(tabulate_slopes(m, rows));
    for (int a = 0; a < f->species.count; a++) TRY(tabulate_embedding(m, a));
    return OK;
}

void eam_free(struct eam *m)
{
    for (int a = 0; a < m->functions.species.count; a++) DELETE(m->embedding[a].row);
    eam_functions_free(&m->functions);
    DELETE(m->pair);
    DELETE(m->density);
    DELETE(m->slopes);
    DELETE(m->float_slopes);
    DELETE(m->float_densities);
}

double eam_embed(const struct eam_embedding *t, double rho, double *slope)
{
    double inside = rho > 0.0 ? rho : 0.0; /* fmin and fmax are calls */
    double u = (inside < t->most ? inside : t->most) * t->rows_per_density;
    int64_t k = (int64_t)u < t->rows - 1 ? (int64_t)u : t->rows - 1;
    double p = u - (double)k;
    const double *c = t->row[k];
    *slope = (c[1] + p * (2.0 * c[2] + 3.0 * p * c[3])) * t->rows_per_density;
    double value = c[0] + p * (c[1] + p * (c[2] + p * c[3]));
    return rho > t->most ? value + *slope * (rho - t->most) : value; /* linear from there on */
}

void eam_embed_range(const struct eam *m, const struct domain *d, const size_t range[2])
{
    for (size_t o = range[0]; o < range[1]; o++) {
        uint32_t i = d->order[o];
        d->f[i][3] = eam_embed(&m->embedding[d->type[i]], d->f[i][3], &d->shared[d->slot[i]]);
    }
}
