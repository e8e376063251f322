/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/motion_report.h"
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

static status waiting_times(struct motion_report *m, const struct report_options *o)
{
    struct hop_table_options h = hop_table_defaults(m->track.units);
    h.r1 = m->has[MOTION_STRUCTURE] ? m->structure.r1.x : 0.0;
    if (m->track.uniform && m->track.interval > 0.0) h.cage = 5.0 * m->track.interval;
    m->cage = h.cage;
    h.riechers = true;
    h.replicates = o->replicates;
    return note(m, MOTION_HOPS, hop_table_make(&m->hops, &m->track, &h));
}

static double square(const double v[3])
{
    return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

static status measure(struct motion_report *m, const char *path, const struct report_options *o)
{
    struct track_options t = {.every = 1};
    struct structure_options so = {.rdf = true, .sq = true};
    struct lag_options lags = {0};
    TRY(track_load(&m->track, path, &t));
    double edge = 0.0;
    for (int k = 0; k < 3; k++) edge = fmax(edge, sqrt(square(m->track.mean.h[k])));
    so.dq = edge > 0.0 ? SQ_BIN * 2.0 * M_PI / edge : 0.0;
    TRY(note(m, MOTION_STRUCTURE, structure_load(&m->structure, path, &so)));
    m->frames = m->track.frames;
    m->first_time = m->track.time[0];
    m->last_time = m->track.time[m->frames - 1];
    m->span = track_span(&m->track);
    TRY(note(m, MOTION_MSD, msd_measure(&m->msd, &m->track, &lags)));
    if (m->has[MOTION_STRUCTURE]) {
        struct isf_options io = {.q = m->structure.q1.x};
        TRY(note(m, MOTION_ISF, isf_measure(&m->isf, &m->track, &io)));
    } else {
        snprintf(m->note[MOTION_ISF], sizeof m->note[MOTION_ISF], "no S(q), hence no peak to measure F_s at");
    }
    TRY(waiting_times(m, o));
    DELETE(m->track.x); /* ids and units are still needed */
    return OK;
}

status motion_report_make(struct motion_report *m, const struct run_series *series,
                          const struct report_options *o)
{
    memset(m, 0, sizeof *m);
    snprintf(m->label, sizeof m->label, "%s", series->label);
    status s = measure(m, series->path, o);
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
}

int64_t motion_report_row(const struct motion_report *m)
{
    enum { ENOUGH = 300 };
    int64_t best = -1, most = 0;
    double persist = 0.0;
    for (int64_t i = 0; m->has[MOTION_HOPS] && i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        bool usable = r->exchange.has_fit && strcmp(r->name, "cage") == 0;
        if (usable && r->how.persist > persist) persist = r->how.persist;
    }
    for (int64_t i = 0; m->has[MOTION_HOPS] && i < m->hops.rows; i++) {
        const struct hop_row *r = m->hops.row + i;
        int64_t n = r->hops.exchange.n - r->hops.exchange.censored;
        if (!r->exchange.has_fit || strcmp(r->name, "cage") != 0 || r->how.persist < persist) continue;
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
        if (some && strcmp(r->name, "cage") == 0 && r->how.persist > persist) persist = r->how.persist;
    }
    return persist;
}

/* ---- results.h5 ---- */

static void place(char *out, size_t size, const struct motion_report *m, const char *what, const char *leaf)
{
    snprintf(out, size, "%s%s%s%s%s", what, m->label[0] ? "/" : "", m->label, leaf[0] ? "/" : "", leaf);
}

static status write_peak(struct results *r, const char *object, const char *name, const struct peak *p,
                         const struct peak *e)
{
    char key[4][64];
    static const char *const what[4] = {"", "_error", "_height", "_height_error"};
    const double value[4] = {p->x, e->x, p->height, e->height};
    for (int k = 0; k < 4; k++) {
        snprintf(key[k], sizeof key[k], "%s%s", name, what[k]);
        TRY(results_number(r, object, key[k], value[k]));
    }
    return OK;
}

enum { COLUMNS = 8 + SPECIES_MAX * (SPECIES_MAX + 1) / 2 };

static status write_rdf(const struct motion_report *m, struct results *r)
{
    const struct structure *st = &m->structure;
    const struct rdf *g = &st->rdf;
    struct results_column column[COLUMNS];
    static char names[COLUMNS][RUN_NAME];
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
    GUARD(write_peak(r, object, "first_peak", &st->r1, &st->r1_error));
    if (st->gx) {
        GUARD(write_peak(r, object, "first_peak_X", &st->rx, &st->rx_error));
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
    struct results_column column[COLUMNS];
    static char names[COLUMNS][RUN_NAME];
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
    TRY(write_peak(r, object, "first_peak", &st->q1, &st->q1_error));
    if (!st->weighted) return OK;
    TRY(write_peak(r, object, "first_peak_X", &st->qx, &st->qx_error));
    TRY(results_text(r, object, "normalisation", "S_X = sum c_a c_b f_a f_b A_ab / <f>^2 (Faber-Ziman)"));
    return results_text(r, object, "form_factors", st->form.text);
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
    place(group, sizeof group, m, HOP_TABLE_GROUP, "");
    if (m->has[MOTION_STRUCTURE]) {
        TRY(write_rdf(m, r));
        TRY(write_sq(m, r));
    }
    if (m->has[MOTION_MSD]) TRY(write_msd(m, r));
    if (m->has[MOTION_ISF]) TRY(write_isf(m, r));
    return m->has[MOTION_HOPS] ? hop_table_write_at(&r->file, group, &m->hops, &m->track) : OK;
}
