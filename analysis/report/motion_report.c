/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/motion_report.h"
#include "analysis/dynamics/hop_record.h"
#include "analysis/dynamics/hop_table_file.h"
#include "analysis/dynamics/track_file.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Width of the S(q) bins in spacings of the reciprocal lattice: the peak of a small box needs less than one.
 */
#define SQ_BIN 0.4

/* What the data do not allow is noted; what the system refuses is handed on. */
static status note(struct motion_report *m, int part, status s)
{
    m->has[part] = s == OK;
    if (s != OK) snprintf(m->note[part], sizeof m->note[part], "%s", status_message());
    return s == FAILED ? s : OK;
}

/* How the times are analysed: as the run's input says. */
static void apply(struct hop_table_options *h, const struct report_options *o)
{
    h->laws = o->settings.laws;
    h->correction = o->settings.correction;
    h->xmin = o->settings.xmin;
    h->blocks = o->settings.blocks;
    h->replicates = o->replicates;
}

/* From the trajectory; ages only if the record allows. */
static status waiting_times(struct motion_report *m, const struct report_options *o)
{
    struct hop_table_options h = hop_table_defaults(m->track.units);
    h.r1 = m->has[MOTION_STRUCTURE] ? m->structure.r1.x : 0.0;
    if (m->track.uniform && m->track.interval > 0.0) h.cage = 5.0 * m->track.interval;
    m->cage = h.cage;
    h.riechers = true;
    h.ages = REPORT_AGES;
    apply(&h, o);
    status s = hop_table_make(&m->hops, &m->track, &h);
    if (s == BAD_INPUT) {
        h.ages = 0;
        s = hop_table_make(&m->hops, &m->track, &h);
    }
    return note(m, MOTION_HOPS, s);
}

static status recorded_times(struct motion_report *m, const char *record, bool only,
                             const struct report_options *o)
{
    struct hop_table_options h = hop_table_defaults("lj"); /* what a hop is, is in the record */
    apply(&h, o);
    struct track *t = only ? &m->track : &m->hops_track;
    TRY(note(m, MOTION_HOPS, hop_record_load(&m->hops, t, record, &h)));
    m->in_situ = m->has[MOTION_HOPS];
    m->cage = m->in_situ ? m->hops.row[0].how.cage : 0.0;
    snprintf(m->hops_from, sizeof m->hops_from, "%s", record);
    return OK;
}

const struct track *motion_report_hops_track(const struct motion_report *m)
{
    return m->hops_track.id ? &m->hops_track : &m->track;
}

/* ---- movers ---- */

static status begin_movers(struct movers *v, double span, double width)
{
    v->width = width;
    int64_t n = (int64_t)floor(span / width * (1.0 + 1e-9));
    if (n < 2) return OK; /* one number makes no curve */
    TRY(NEW(v->time, (size_t)n));
    TRY(NEW(v->atoms, (size_t)n));
    v->n = n;
    return OK;
}

static status movers_of_track(struct movers *v, const struct track *t)
{
    int64_t step = llround(MOVERS_WIDTH / t->interval);
    if (step < 1) step = 1;
    v->distance = MOVERS_DISTANCE;
    TRY(begin_movers(v, track_span(t), (double)step * t->interval));
    for (int64_t k = 0; k < v->n; k++) {
        const double *a = track_frame(t, k * step), *b = track_frame(t, (k + 1) * step);
        v->time[k] = t->time[k * step];
        for (int64_t i = 0; i < t->atoms; i++) {
            double d = 0.0;
            for (int c = 0; c < 3; c++) d += (b[3 * i + c] - a[3 * i + c]) * (b[3 * i + c] - a[3 * i + c]);
            v->atoms[k] += d > MOVERS_DISTANCE * MOVERS_DISTANCE;
        }
    }
    return OK;
}

static status movers_of_hops(struct movers *v, const struct hop_table *h)
{
    const struct hop_row *best = NULL;
    struct hop_bursts b;
    for (int64_t i = 0; i < h->rows; i++) {
        const struct hop_row *r = h->row + i;
        if (r->age != 0 || strcmp(r->name, "cage") != 0) continue;
        double nearer =
            best ? fabs(best->how.distance - MOVERS_DISTANCE) - fabs(r->how.distance - MOVERS_DISTANCE) : 1.0;
        if (nearer > 0.0 || (nearer == 0.0 && r->how.persist < best->how.persist)) best = r;
    }
    if (!best || !(best->hops.end - best->hops.begin > 2.0 * MOVERS_WIDTH)) return OK;
    TRY(hops_bursts(&b, &best->hops, MOVERS_WIDTH));
    status s = begin_movers(v, best->hops.end - best->hops.begin, MOVERS_WIDTH);
    v->by_hops = true;
    v->distance = best->how.distance;
    for (int64_t k = 0; k < v->n && s == OK; k++) {
        v->time[k] = b.time[k];
        v->atoms[k] = (double)b.atoms[k];
    }
    hop_bursts_free(&b);
    return s;
}

static double square(const double v[3])
{
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

static status measure_track(struct motion_report *m, const char *path)
{
    struct track_options t = {.every = 1};
    struct structure_options so = {.rdf = true, .sq = true, .voronoi = true, .bond_order = true};
    struct lag_options lags = {0};
    TRY(track_load(&m->track, path, &t));
    double edge = 0.0;
    for (int k = 0; k < 3; k++) edge = fmax(edge, sqrt(square(m->track.mean.h[k])));
    so.dq = edge > 0.0 ? SQ_BIN * 2.0 * M_PI / edge : 0.0;
    TRY(note(m, MOTION_STRUCTURE, structure_load(&m->structure, path, &so)));
    TRY(note(m, MOTION_MSD, msd_measure(&m->msd, &m->track, &lags)));
    if (m->has[MOTION_STRUCTURE]) {
        struct isf_options io = {.q = m->structure.q1.x};
        TRY(note(m, MOTION_ISF, isf_measure(&m->isf, &m->track, &io)));
    } else {
        snprintf(m->note[MOTION_ISF], sizeof m->note[MOTION_ISF], "no S(q), hence no peak to measure F_s at");
    }
    return m->track.uniform ? movers_of_track(&m->movers, &m->track) : OK;
}

static status measure(struct motion_report *m, const char *path, const char *record,
                      const struct report_options *o)
{
    if (path)
        TRY(measure_track(m, path));
    else
        snprintf(m->note[MOTION_STRUCTURE], sizeof m->note[MOTION_STRUCTURE],
                 "no trajectory of this stage (observe: [trajectory]), hence no g(r), S(q), MSD and F_s");
    if (record) TRY(recorded_times(m, record, !path, o));
    if (!path && !m->in_situ) return fail(BAD_INPUT, "%s", m->note[MOTION_HOPS]);
    if (!record) TRY(waiting_times(m, o));
    if (m->movers.n == 0 && m->has[MOTION_HOPS]) TRY(movers_of_hops(&m->movers, &m->hops));
    m->frames = m->track.frames;
    m->first_time = m->track.time[0];
    m->last_time = m->track.time[m->frames - 1];
    m->span = track_span(&m->track);
    DELETE(m->track.x); /* ids and units are still needed */
    return OK;
}

status motion_report_make(struct motion_report *m, const char *label, const char *trajectory,
                          const char *record, const struct report_options *o)
{
    memset(m, 0, sizeof *m);
    snprintf(m->label, sizeof m->label, "%s", label);
    status s = measure(m, trajectory, record, o);
    if (s != OK) motion_report_free(m);
    return s;
}

void motion_report_free(struct motion_report *m)
{
    if (m->has[MOTION_STRUCTURE]) structure_release(&m->structure);
    if (m->has[MOTION_MSD]) msd_free(&m->msd);
    if (m->has[MOTION_ISF]) isf_free(&m->isf);
    if (m->has[MOTION_HOPS]) hop_table_free(&m->hops);
    memset(m->has, 0, sizeof m->has);
    track_free(&m->track);
    track_free(&m->hops_track);
    DELETE(m->movers.time);
    DELETE(m->movers.atoms);
    m->movers.n = 0;
}

int64_t motion_report_row(const struct motion_report *m)
{
    enum { ENOUGH = 300 };
    int64_t best = -1, most = 0;
    double persist = 0.0;
    for (int64_t i = 0; m->has[MOTION_HOPS] && i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        bool usable = r->age == 0 && r->exchange.has_fit && strcmp(r->name, "cage") == 0;
        if (usable && r->how.persist > persist) persist = r->how.persist;
    }
    for (int64_t i = 0; m->has[MOTION_HOPS] && i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        int64_t n = r->hops.exchange.n - r->hops.exchange.censored;
        if (r->age != 0 || !r->exchange.has_fit || strcmp(r->name, "cage") != 0 || r->how.persist < persist)
            continue;
        bool farther = best >= 0 && n >= ENOUGH && r->how.distance > m->hops.row[best].how.distance;
        if (best >= 0 && !farther && (n <= most || most >= ENOUGH)) continue;
        best = i;
        most = n;
    }
    return best;
}

static bool has_curve(const struct hop_law *law)
{
    return law->has_survival && law->survival.n > 0;
}

double motion_report_persist(const struct motion_report *m)
{
    int64_t row = motion_report_row(m);
    double persist = -1.0;
    if (row >= 0) return m->hops.row[row].how.persist;
    for (int64_t i = 0; m->has[MOTION_HOPS] && i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        bool some = has_curve(&r->exchange) || has_curve(&r->persistence);
        if (some && r->age == 0 && strcmp(r->name, "cage") == 0 && r->how.persist > persist)
            persist = r->how.persist;
    }
    return persist;
}

/* ---- results.h5 ---- */

static void place(char *out, size_t size, const struct motion_report *m, const char *what, const char *leaf)
{
    snprintf(out, size, "%s%s%s%s%s", what, m->label[0] ? "/" : "", m->label, leaf[0] ? "/" : "", leaf);
}

static status write_peak(struct results *r, const char *object, const char *name, const struct peak_fit *p)
{
    static const char *const what[] = {"", "_error", "_error_range", "_height", "_height_error"};
    const double value[] = {p->x, p->error.x, p->range.x, p->height, p->error.height};
    for (size_t k = 0; k < sizeof value / sizeof *value; k++) {
        char key[64];
        snprintf(key, sizeof key, "%s%s", name, what[k]);
        TRY(results_number(r, object, key, value[k]));
    }
    return OK;
}

enum { MOST = 8 + SPECIES_MAX * (SPECIES_MAX + 1) / 2 };

static status write_rdf(const struct motion_report *m, struct results *r)
{
    const struct structure *st = &m->structure;
    const struct rdf *g = &st->rdf;
    struct results_column column[MOST];
    static char names[MOST][RUN_NAME];
    char object[256];
    int n = 2;
    double *axis = NULL;
    status s = OK;
    GUARD(NEW(axis, (size_t)g->bins));
    for (int k = 0; k < g->bins; k++) axis[k] = rdf_r(g, k);
    column[0] = (struct results_column){"r", st->length_unit, "distance", axis};
    column[1] = (struct results_column){"g", "", "g(r), all pairs", g->total};
    for (int a = 0; a < g->species; a++)
        for (int b = a; b < g->species; b++, n++) {
            snprintf(names[n], RUN_NAME, "g_%.20s-%.20s", st->species.name[a], st->species.name[b]);
            column[n] = (struct results_column){names[n], "", "partial g(r)", rdf_value(g, a, b)};
        }
    if (st->gx) column[n++] = (struct results_column){"g_X", "", "weighted sum of the partials", st->gx};
    if (st->gx_ft)
        column[n++] = (struct results_column){"G_FT", "", "transform of S_X, Lorch window", st->gx_ft};
    place(object, sizeof object, m, "structure", "rdf");
    GUARD(results_table(r, object, g->bins, n, column));
    GUARD(write_peak(r, object, "first_peak", &st->r1));
    if (st->gx) {
        GUARD(write_peak(r, object, "first_peak_X", &st->rx));
        GUARD(results_number(r, object, "weight_q", st->weight_q));
        GUARD(results_text(r, object, "form_factors", st->form.text));
    }
done:
    DELETE(axis);
    return s;
}

static status write_sq(const struct motion_report *m, struct results *r)
{
    const struct structure *st = &m->structure;
    const struct sq *q = &st->sq;
    struct results_column column[MOST];
    static char names[MOST][RUN_NAME];
    char object[256], per[24];
    int n = 3;
    snprintf(per, sizeof per, "1/%s", st->length_unit);
    column[0] = (struct results_column){"q", per, "mean |q| of the points", q->q};
    column[1] = (struct results_column){"S", "", "Bhatia-Thornton S_NN", q->nn};
    column[2] = (struct results_column){"S_error", "", "standard error", q->nn_error};
    for (int a = 0; a < q->species; a++)
        for (int b = a; b < q->species; b++, n++) {
            snprintf(names[n], RUN_NAME, "S_%.20s-%.20s", st->species.name[a], st->species.name[b]);
            column[n] = (struct results_column){names[n], "", "Ashcroft-Langreth",
                                                q->partial + ((int64_t)a * q->species + b) * q->bins};
        }
    if (st->weighted) {
        column[n++] = (struct results_column){"S_X", "", "weighted, Faber-Ziman", q->xray};
        column[n++] = (struct results_column){"S_X_error", "", "standard error", q->xray_error};
    }
    place(object, sizeof object, m, "structure", "sq");
    TRY(results_table(r, object, q->bins, n, column));
    TRY(write_peak(r, object, "first_peak", &st->q1));
    if (!st->weighted) return OK;
    TRY(write_peak(r, object, "first_peak_X", &st->qx));
    TRY(results_text(r, object, "normalisation", "S_X = sum c_a c_b f_a f_b A_ab / <f>^2 (Faber-Ziman)"));
    return results_text(r, object, "form_factors", st->form.text);
}

/* The indices of one filter, most frequent first, with what belongs to it as attributes. */
static status write_level(const struct motion_report *m, struct results *r, int level)
{
    const struct voronoi_stats *t = &m->structure.voronoi;
    const struct voronoi_level *l = &t->level[level];
    enum { COLUMNS = 5 + SPECIES_MAX };
    struct results_column column[COLUMNS];
    static const char *const edges[] = {"n3", "n4", "n5", "n6"};
    char object[256], leaf[64], name[SPECIES_MAX][RUN_NAME];
    int species = t->species.count;
    double *data = NULL;
    size_t rows = (size_t)l->counts;
    status s = OK;
    GUARD(NEW(data, rows * COLUMNS + 1));
    for (size_t i = 0; i < rows; i++) {
        for (int e = 0; e < 4; e++) data[(size_t)e * rows + i] = l->count[i].n[e];
        for (int a = -1; a < species; a++)
            data[(size_t)(5 + a) * rows + i] = voronoi_stats_fraction(t, level, l->count[i].n, a);
    }
    for (int e = 0; e < 4; e++)
        column[e] =
            (struct results_column){edges[e], "", "faces with so many edges", data + (size_t)e * rows};
    column[4] = (struct results_column){"fraction", "", "of all atoms", data + 4 * rows};
    for (int a = 0; a < species; a++) {
        snprintf(name[a], sizeof name[a], "fraction_%s", t->species.name[a]);
        column[5 + a] = (struct results_column){name[a], "", "of the atoms of the species",
                                                data + (size_t)(5 + a) * rows};
    }
    snprintf(leaf, sizeof leaf, "voronoi_%g", l->f);
    place(object, sizeof object, m, "structure", leaf);
    GUARD(results_table(r, object, l->counts, 5 + species, column));
    GUARD(results_text(r, object, "construction", "plain cells, all edges kept"));
    GUARD(results_number(r, object, "area_filter", l->f));
    GUARD(results_number(r, object, "network_centres", (double)l->sum.centres / (double)l->sum.atoms));
    GUARD(results_number(r, object, "network_with_shells", (double)l->sum.covered / (double)l->sum.atoms));
    GUARD(results_number(r, object, "laves_fraction", t->laves.fraction));
    GUARD(results_integer(r, object, "laves_largest_cluster", t->laves.largest));
    for (int a = 0; a < species; a++) {
        snprintf(leaf, sizeof leaf, "coordination_%s", t->species.name[a]);
        GUARD(results_number(r, object, leaf, l->neighbors[a]));
    }
done:
    DELETE(data);
    return s;
}

static status write_bond_order(const struct motion_report *m, struct results *r)
{
    const struct bond_order_stats *t = &m->structure.bond_order;
    struct results_column column[2 + 2 * BOND_ORDER_VALUES];
    double data[2 + 2 * BOND_ORDER_VALUES][SPECIES_MAX];
    char object[256], sd[BOND_ORDER_VALUES][24];
    for (int a = 0; a < t->species; a++) {
        data[0][a] = a;
        data[1][a] = t->atoms[a] > 0 ? (double)t->solid[a] / (double)t->atoms[a] : (double)NAN;
        for (int k = 0; k < BOND_ORDER_VALUES; k++) {
            data[2 + 2 * k][a] = t->mean[a][k];
            data[3 + 2 * k][a] = t->sd[a][k];
        }
    }
    column[0] = (struct results_column){"species", "", "number of the species, from 0", data[0]};
    column[1] = (struct results_column){"solid_like", "", "fraction of the species", data[1]};
    for (int k = 0; k < BOND_ORDER_VALUES; k++) {
        snprintf(sd[k], sizeof sd[k], "%s_sd", bond_order_names[k]);
        column[2 + 2 * k] =
            (struct results_column){bond_order_names[k], "", "mean over atoms and frames", data[2 + 2 * k]};
        column[3 + 2 * k] =
            (struct results_column){sd[k], "", "standard deviation over atoms and frames", data[3 + 2 * k]};
    }
    place(object, sizeof object, m, "structure", "bond_order");
    TRY(results_table(r, object, t->species, 2 + 2 * BOND_ORDER_VALUES, column));
    TRY(results_text(r, object, "neighbors",
                     "plain Voronoi, weights are face areas, faces below 0.01 of the surface dropped"));
    return results_text(r, object, "solid_like", "at least 8 neighbors with q6(i).q6(j)* > 0.7");
}

static status write_msd(const struct motion_report *m, struct results *r)
{
    const struct msd *d = &m->msd;
    char object[256], square[24];
    snprintf(square, sizeof square, "%s^2", m->track.length_unit);
    const struct results_column column[] = {{"lag", m->track.time_unit, "lag time", d->lag},
                                            {"msd", square, "mean-square displacement, all atoms", d->r2},
                                            {"msd_error", square, "standard error", d->r2_error},
                                            {"alpha2", "", "non-Gaussian parameter", d->alpha2},
                                            {"alpha2_error", "", "standard error", d->alpha2_error}};
    place(object, sizeof object, m, "msd", "");
    return results_table(r, object, d->lags, 5, column);
}

static status write_isf(const struct motion_report *m, struct results *r)
{
    const struct isf *f = &m->isf;
    char object[256];
    const struct results_column column[] = {
        {"lag", m->track.time_unit, "lag time", f->lag},
        {"F_s", "", "self intermediate scattering function, all atoms", f->f},
        {"F_s_error", "", "standard error", f->f_error},
        {"chi4", "", "N Var(f) over origins", f->chi4}};
    place(object, sizeof object, m, "isf", "");
    TRY(results_table(r, object, f->lags, 4, column));
    TRY(results_number(r, object, "q", f->q));
    TRY(results_number(r, object, "tau_alpha", f->tau[0]));
    return results_number(r, object, "tau_alpha_error", f->tau_error[0]);
}

status motion_report_write(const struct motion_report *m, struct results *r)
{
    char group[256];
    place(group, sizeof group, m, HOP_GROUP, "");
    if (m->has[MOTION_STRUCTURE]) {
        TRY(write_rdf(m, r));
        TRY(write_sq(m, r));
        for (int k = 0; k < m->structure.voronoi.levels; k++) TRY(write_level(m, r, k));
        TRY(write_bond_order(m, r));
    }
    if (m->has[MOTION_MSD]) TRY(write_msd(m, r));
    if (m->has[MOTION_ISF]) TRY(write_isf(m, r));
    return m->has[MOTION_HOPS] ? hop_table_write_at(&r->file, group, &m->hops, motion_report_hops_track(m))
                               : OK;
}
