/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/structure/structure.h"

#include "analysis/structure/sq_peak.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/units.h"
#include "system/elements.h"
#include "system/trajectory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FINE = 16 /* bins of g for its peaks in one of the default width */ };
enum { DEFAULT_FRAMES = 20, DEFAULT_POINTS = 200, PEAK_POINTS = 100 /* times as many for the peak */ };

void structure_release(struct structure *s)
{
    rdf_free(&s->rdf);
    sq_free(&s->sq);
    voronoi_stats_free(&s->voronoi);
    DELETE(s->gx);
    DELETE(s->gx_ft);
    *s = (struct structure){0};
}

static status open_path(struct trajectory **file, const char *path, const char *units)
{
    struct stat info;
    char name[FILE_PATH_MAX];
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        TRY(file_join(name, path, "trajectory.h5"));
        path = name;
    }
    TRY(trajectory_open(file, path));
    return units ? trajectory_set_units(*file, units) : OK;
}

static status begin_cells(struct structure *s, const struct config *c, const struct structure_options *o)
{
    static const double standard[] = {0.0, 0.01};
    for (int a = 0; a < c->species.count && o->radical; a++) {
        s->radius[a] = o->radius[a] > 0.0 ? o->radius[a] : element_radius(c->units, c->species.name[a]);
        if (!(s->radius[a] > 0.0))
            return fail(BAD_INPUT,
                        "no radius of species %s is known for the radical tessellation: give them all",
                        c->species.name[a]);
    }
    s->has_voronoi = o->voronoi;
    s->has_bond_order = o->bond_order;
    s->bond_order.species = c->species.count;
    return voronoi_stats_begin(&s->voronoi, &c->species, o->filters > 0 ? o->filter : standard,
                               o->filters > 0 ? o->filters : 2);
}

/* Asked for, or X-rays where they make sense. Species that scatter alike need no weights. */
static status choose_form(struct structure *s, const struct config *c, const struct structure_options *o)
{
    s->weight_q = o->weight_q;
    if (o->form_factors) {
        TRY(form_factors_parse(&s->form, o->form_factors, &c->species, c->units));
        s->weighted = s->form.kind != FORM_ONE;
        return OK;
    }
    s->weighted =
        strcmp(c->units, "metal") == 0 && form_factors_parse(&s->form, "xray", &c->species, c->units) == OK;
    return OK;
}

static double mean_mass(const struct config *c)
{
    double sum = 0.0;
    for (int64_t i = 0; i < c->atoms; i++) {
        double m = c->species.mass[c->type[i]];
        if (!(m > 0.0)) return 0.0;
        sum += m;
    }
    return sum / (double)c->atoms;
}

/* d; between: from what is there. */
static double mean_distance(const struct config *c, const struct structure_options *o)
{
    double volume = box_volume(&c->box), atoms = (double)c->atoms;
    if (!o->between) return cbrt(volume / atoms);
    int64_t inside = 0;
    for (int64_t i = 0; i < c->atoms; i++) inside += c->x[3 * i + 2] >= o->low && c->x[3 * i + 2] < o->high;
    return cbrt(volume * (o->high - o->low) / c->box.h[2][2] / fmax((double)inside, 1.0));
}

static status begin(struct structure *s, const struct config *c, const struct structure_options *o)
{
    if (c->atoms < 1) return fail(BAD_INPUT, "the first frame has no atoms");
    double d = mean_distance(c, o), edge = 0.0;
    for (int k = 0; k < 3; k++) {
        const double *h = c->box.h[k];
        if (c->box.periodic[k]) edge = fmax(edge, sqrt(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]));
    }
    s->all_periodic = c->box.periodic[0] && c->box.periodic[1] && c->box.periodic[2];
    s->species = c->species;
    s->atoms = c->atoms;
    s->first_time = c->time;
    memcpy(s->units, c->units, sizeof s->units);
    snprintf(s->length_unit, sizeof s->length_unit, "%s",
             strcmp(c->units, "metal") == 0 ? "angstrom" : "sigma");
    s->mean_mass = mean_mass(c);
    TRY(choose_form(s, c, o));
    if (o->rdf) {
        double r_max = o->r_max > 0.0 ? o->r_max : 5.0 * d, dr = o->dr > 0.0 ? o->dr : d / 60.0;
        int bins = (int)fmin(ceil(r_max / dr - 1e-9), 1e6);
        TRY(rdf_begin(&s->rdf, c->species.count, bins * dr, bins));
        if (o->between) rdf_between(&s->rdf, o->low, o->high);
        s->has_rdf = true;
    }
    if (o->sq) {
        if (edge == 0.0) return fail(BAD_INPUT, "S(q) needs a cell that is periodic along at least one axis");
        double q_max = o->q_max > 0.0 ? o->q_max : 18.0 / d, dq = o->dq > 0.0 ? o->dq : 2.0 * M_PI / edge;
        int bins = (int)fmin(ceil(q_max / dq - 1e-9), 1e6);
        TRY(sq_begin(&s->sq, c->species.count, bins * dq, bins, o->points > 0 ? o->points : DEFAULT_POINTS));
        s->has_sq = true;
        if (s->weighted) sq_weigh(&s->sq, &s->form);
    }
    return o->voronoi || o->bond_order || o->table ? begin_cells(s, c, o) : OK;
}

/* ---- cells ---- */

static status write_table(const struct config *c, const struct voronoi *v, const struct bond_order *b,
                          const struct structure *s)
{
    struct file_new file;
    TRY(file_begin(&file, s->options.table));
    fprintf(file.stream,
            "# %s tessellation, edges below %g mean radii contracted; n3 ... n6: faces of at least %g of the "
            "surface by edges, n7: with more\n"
            "id,species,open,n3,n4,n5,n6,n7,neighbors,volume,surface,frank_kasper%s\n",
            s->options.radical ? "radical" : "plain", s->options.edge, s->voronoi.level[0].f,
            b ? ",q4,q6,w6,q4_mean,q6_mean,connections" : "");
    for (int64_t i = 0; i < c->atoms; i++) {
        double f = s->voronoi.level[0].f;
        int n[VORONOI_EDGES], more = 0;
        voronoi_index(v, i, f, n);
        for (int e = 7; e < VORONOI_EDGES; e++) more += n[e];
        fprintf(file.stream, "%" PRIu64 ",%s,%d,%d,%d,%d,%d,%d,%d,%.10g,%.10g,%d", c->id[i],
                c->species.name[c->type[i]], v->open[i], n[3], n[4], n[5], n[6], more,
                voronoi_coordination(v, i, f), v->volume[i], v->surface[i], frank_kasper_kind(v, i, f));
        if (b)
            fprintf(file.stream, ",%.6g,%.6g,%.6g,%.6g,%.6g,%d", b->q4[i], b->q6[i], b->w6[i], b->q4_mean[i],
                    b->q6_mean[i], b->connections[i]);
        fprintf(file.stream, "\n");
    }
    return file_commit(&file);
}

static status add_cells(struct structure *s, const struct config *c, bool last)
{
    const struct structure_options *o = &s->options;
    struct voronoi v = {0};
    struct bond_order b = {0};
    status st = voronoi_make(&v, &c->box, c->atoms, c->type, c->x,
                             &(struct voronoi_options){o->radical ? s->radius : NULL, o->edge, 0});
    if (st == OK && o->voronoi) st = voronoi_stats_add(&s->voronoi, &v, c->type);
    if (st == OK && o->bond_order)
        st = o->bond_cutoff > 0.0 ? bond_order_cutoff(&b, &c->box, c->atoms, c->x, o->bond_cutoff)
                                  : bond_order_voronoi(&b, &v, STRUCTURE_BOND_FILTER);
    if (st == OK && o->bond_order) bond_order_stats_add(&s->bond_order, &b, c->type);
    if (st == OK && o->table && last) st = write_table(c, &v, o->bond_order ? &b : NULL, s);
    bond_order_free(&b);
    voronoi_free(&v);
    return st;
}

static status add(struct structure *s, const struct config *c, bool last)
{
    if (c->species.count != s->species.count)
        return fail(BAD_INPUT, "frame at time %g has %d species, the first %d", c->time, c->species.count,
                    s->species.count);
    if (s->has_rdf) TRY(rdf_add(&s->rdf, &c->box, c->atoms, c->type, c->x));
    if (s->has_sq) TRY(sq_add(&s->sq, &c->box, c->atoms, c->type, c->x));
    if (s->has_voronoi || s->has_bond_order || (s->options.table && last)) TRY(add_cells(s, c, last));
    s->density += (double)c->atoms / box_volume(&c->box);
    s->last_time = c->time;
    s->frames++;
    return OK;
}

double structure_mass_density(const struct structure *m)
{
    struct unit_system u = strcmp(m->units, "metal") == 0 ? units_metal() : units_lj();
    return m->density * m->mean_mass / units_size(&u, QUANTITY_MASS_DENSITY);
}

double structure_transform(int bins, const double *q, const double *s, double width, double q_max, double r)
{
    double sum = 0.0;
    for (int k = 0; k < bins; k++) {
        if (!(q[k] > 0.0 && q[k] < q_max) || isnan(s[k])) continue;
        double lorch = sin(M_PI * q[k] / q_max) / (M_PI * q[k] / q_max);
        sum += q[k] * (s[k] - 1.0) * lorch * sin(q[k] * r) * width;
    }
    return 2.0 / M_PI * sum;
}

/* The first peak of curve `first` … of the frames; bins are points, their shells weights. */
static status fit_g(struct peak_fit *p, const struct frame_curves *c, int64_t first, const struct rdf *g)
{
    double *y = NULL, *r = NULL, *shell = NULL;
    status s = OK;
    size_t bins = (size_t)g->bins;
    GUARD(NEW(y, bins * (size_t)c->frames));
    GUARD(NEW(r, bins));
    GUARD(NEW(shell, bins));
    for (int64_t f = 0; f < c->frames; f++)
        memcpy(y + f * g->bins, c->y + f * c->n + first, bins * sizeof *y);
    for (int k = 0; k < g->bins; k++) {
        r[k] = rdf_r(g, k);
        shell[k] = r[k] * r[k] + g->width * g->width / 12.0;
    }
    GUARD(peak_fit_make(p, &(struct peak_fit_data){.points = g->bins,
                                                   .frames = c->frames,
                                                   .x = r,
                                                   .y = y,
                                                   .weight = shell,
                                                   .smeared = true,
                                                   .bin = FINE * g->width,
                                                   .level = 0.7,
                                                   .check = 0.85}));
done:
    DELETE(y);
    DELETE(r);
    DELETE(shell);
    return s;
}

static void make_weights(struct structure *s)
{
    const struct rdf *g = &s->rdf;
    double total = 0.0, mean = 0.0;
    for (int a = 0; a < g->species; a++) total += g->atoms[a];
    for (int a = 0; a < g->species; a++)
        mean += g->atoms[a] / total * form_factor_at(&s->form, a, s->weight_q);
    for (int a = 0; a < g->species; a++)
        for (int b = 0; b < g->species; b++)
            s->weight[a][b] = g->atoms[a] * g->atoms[b] / (total * total) *
                              form_factor_at(&s->form, a, s->weight_q) *
                              form_factor_at(&s->form, b, s->weight_q) / (mean * mean);
}

/* g_X of one frame's curves, or of their mean. */
static void weigh(const struct structure *s, int bins, const double *partial, double *gx)
{
    int n = s->rdf.species;
    for (int k = 0; k < bins; k++) {
        gx[k] = 0.0;
        for (int ab = 0; ab < n * n; ab++)
            gx[k] += s->weight[ab / n][ab % n] * partial[(int64_t)ab * bins + k];
    }
}

static status fit_gx(struct structure *s, const struct rdf *g)
{
    struct frame_curves x = {0};
    double *gx = NULL;
    status st = NEW(gx, (size_t)g->bins);
    for (int64_t f = 0; f < g->frame.frames && st == OK; f++) {
        weigh(s, g->bins, g->frame.y + f * g->frame.n + g->bins, gx);
        st = frame_curves_add(&x, g->bins, gx);
    }
    if (st == OK) st = fit_g(&s->rx, &x, 0, g);
    frame_curves_free(&x);
    DELETE(gx);
    return st;
}

/* Peaks from the narrow bins of the second pass. */
static status fit_rdf(struct structure *s, struct rdf *g)
{
    int n = g->species;
    TRY(rdf_finish(g));
    TRY(fit_g(&s->r1, &g->frame, 0, g));
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            TRY(fit_g(&s->r1_partial[a][b], &g->frame, ((int64_t)1 + a * n + b) * g->bins, g));
    return s->weighted ? fit_gx(s, g) : OK;
}

static status finish_rdf(struct structure *s)
{
    TRY(rdf_finish(&s->rdf));
    if (!s->weighted) return OK;
    make_weights(s);
    TRY(NEW(s->gx, (size_t)s->rdf.bins));
    weigh(s, s->rdf.bins, s->rdf.partial, s->gx);
    return OK;
}

static status finish(struct structure *s)
{
    s->density /= (double)s->frames;
    if (s->options.between) s->density = s->rdf.density / (double)s->frames;
    if (s->has_voronoi) TRY(voronoi_stats_finish(&s->voronoi));
    if (s->has_bond_order) bond_order_stats_finish(&s->bond_order);
    if (s->has_rdf) TRY(finish_rdf(s));
    if (!s->has_sq) return OK;
    struct sq *q = &s->sq;
    TRY(sq_finish(q));
    if (!s->weighted || !s->has_rdf) return OK;
    TRY(NEW(s->gx_ft, (size_t)s->rdf.bins));
    for (int k = 0; k < s->rdf.bins; k++)
        s->gx_ft[k] = structure_transform(q->bins, q->q, q->xray, q->width, q->q_max, rdf_r(&s->rdf, k));
    return OK;
}

/* The frames of the time range, then every so many of them. Times are read with the frames, so a range costs
 * a pass. */
static status choose(struct trajectory *file, struct config *c, const struct structure_options *o,
                     int64_t *first, int64_t *count)
{
    *first = 0;
    *count = trajectory_frames(file);
    if (o->from == 0.0 && o->to == 0.0) return OK;
    int64_t seen = 0, low = 0;
    for (int64_t k = 0; k < *count; k++) {
        TRY(trajectory_read(file, k, c));
        if (c->time < o->from || (o->to != 0.0 && c->time > o->to)) continue;
        if (seen++ == 0) low = k;
    }
    *first = low;
    *count = seen;
    return OK;
}

/* Frame i of those used; the last one is always among them: it is the one that was waited for. */
static int64_t frame_used(int64_t i, int64_t used, int64_t first, int64_t count)
{
    return used > 1 ? first + i * (count - 1) / (used - 1) : first + count - 1;
}

/* Far enough for the first peaks of all curves. */
static status begin_peaks_rdf(struct rdf *fine, const struct rdf *g)
{
    double d = cbrt(1.0 / g->density), width = d / 60.0 / FINE, far = 0.0, *weight = NULL;
    TRY(NEW(weight, (size_t)g->bins));
    for (int k = 0; k < g->bins; k++) weight[k] = rdf_r(g, k) * rdf_r(g, k);
    status s = OK;
    for (int ab = -1; ab < g->species * g->species && s == OK; ab++) {
        double place;
        s = peak_rough(&place, ab < 0 ? g->total : g->partial + (int64_t)ab * g->bins, weight, g->bins,
                       g->width, d / 60.0);
        if (s == OK && isfinite(place)) far = fmax(far, 1.5 * place);
    }
    DELETE(weight);
    int bins = (int)fmin(ceil(fmax(far, d) / width), 1e6);
    return s == OK ? rdf_begin(fine, g->species, bins * width, bins) : s;
}

/* A second pass, when the first has said where the peaks are. */
static status fit_peaks(struct structure *m, struct trajectory *file, struct config *c, int64_t first,
                        int64_t count, int64_t used)
{
    struct sq_peak peak = {0};
    struct rdf fine = {0};
    int64_t points = m->options.points > 0 ? m->options.points : DEFAULT_POINTS;
    status s = OK;
    if (m->has_rdf) GUARD(begin_peaks_rdf(&fine, &m->rdf));
    if (m->has_rdf) rdf_between(&fine, m->rdf.low, m->rdf.high);
    for (int64_t i = 0; i < used; i++) {
        GUARD(trajectory_read(file, frame_used(i, used, first, count), c));
        if (m->has_rdf) GUARD(rdf_add(&fine, &c->box, c->atoms, c->type, c->x));
        if (m->has_sq && i == 0) GUARD(sq_peak_begin(&peak, &m->sq, &c->box, c->atoms, PEAK_POINTS * points));
        if (m->has_sq) GUARD(sq_peak_add(&peak, &c->box, c->atoms, c->type, c->x));
    }
    if (m->has_rdf) GUARD(fit_rdf(m, &fine));
    if (m->has_sq) GUARD(sq_peak_fit(&peak, &m->q1, m->weighted ? &m->qx : NULL));
done:
    rdf_free(&fine);
    sq_peak_free(&peak);
    return s;
}

status structure_load(struct structure *m, const char *path, const struct structure_options *o)
{
    status s = OK;
    struct trajectory *file = NULL;
    struct config c = {0};
    *m = (struct structure){.options = *o};
    GUARD(open_path(&file, path, o->units));
    int64_t first, count, most = o->frames > 0 ? o->frames : DEFAULT_FRAMES;
    GUARD(choose(file, &c, o, &first, &count));
    if (count < 1) GUARD(fail(BAD_INPUT, "%s: no frame between time %g and %g", path, o->from, o->to));
    int64_t used = count < most ? count : most;
    for (int64_t i = 0; i < used; i++) {
        GUARD(trajectory_read(file, frame_used(i, used, first, count), &c));
        if (i == 0) GUARD(begin(m, &c, o));
        GUARD(add(m, &c, i == used - 1));
    }
    GUARD(finish(m));
    if (m->has_rdf || m->has_sq) GUARD(fit_peaks(m, file, &c, first, count, used));
done:
    trajectory_close(&file);
    config_free(&c);
    if (s != OK) structure_release(m);
    return s;
}
