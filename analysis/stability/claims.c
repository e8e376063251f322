/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/claims.h"
#include "analysis/fit/welch.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const claim_verdicts[] = {"no data", "seen", "not seen", "below resolution"};

/* A difference: Σ w_i v_i over single films, and a number from the bulk. */
struct contrast {
    double *w; /* a film */
    double constant, constant_error, constant_known /* degrees of freedom */;
};

enum reference { LOWEST, HIGHEST, FILM_QUENCH, BULK_IN_TIME, SLOWEST_BULK };
struct kind {
    const char *name;
    enum stability_quantity quantity;
    enum reference reference;
    bool best; /* else the mean below T_g */
};

struct work {
    const struct stability *s;
    const size_t *curve; /* as in struct claims */
    int curves;
    struct contrast one, all;
};

/* ---- films and groups ---- */

static double T_of(const struct stability *s, size_t g)
{
    return s->film[s->group[g].first].record.T_form;
}

static bool below_Tg(const struct stability *s, size_t g)
{
    double Tg = s->film[s->group[g].first].record.units.system.Tg;
    return !(Tg > 0.0) || T_of(s, g) < Tg;
}

static bool is_in(const struct stability *s, size_t g, size_t film, bool control, enum stability_quantity q)
{
    const struct stability_film *f = &s->film[film];
    return f->control == control && isfinite(f->value[q]) && stability_alike(s, g, film);
}

/* The scatter between seeds that a film is known to; NULL where that is known badly and smaller than the
 * film's own error. */
static const struct seed_mean *scatter_of(const struct stability *s, size_t film, enum stability_quantity q)
{
    const struct stability_film *f = &s->film[film];
    for (size_t g = 0; g < s->groups; g++) {
        if (!is_in(s, g, film, f->control, q)) continue;
        const struct seed_mean *m = &(f->control ? s->group[g].control : s->group[g].film)[q];
        bool own = m->freedom == 0 || (m->freedom < SEEDS_FREEDOM && f->error[q] > m->scatter);
        return own ? NULL : m;
    }
    return NULL;
}

static const char *seed_of(const struct stability *s, size_t film)
{
    return s->seed < 0 ? "" : stability_value(s, s->film[film].member, (size_t)s->seed);
}

/* The film of a group with this seed; s->films: none. */
static size_t film_of(const struct stability *s, size_t g, const char *seed, enum stability_quantity q)
{
    size_t i = 0;
    while (i < s->films && !(is_in(s, g, i, false, q) && strcmp(seed_of(s, i), seed) == 0)) i++;
    return i;
}

/* The group of the curve of g with the lowest (sign 1) or highest (−1) T_sub that has films. */
static size_t end_of(const struct stability *s, size_t g, double sign)
{
    size_t end = g;
    for (size_t h = 0; h < s->groups; h++)
        if (group_curve_same(s, g, h, ".T") && sign * T_of(s, h) < sign * T_of(s, end)) end = h;
    return end;
}

/* The group of the curve of g in which the other seeds' films have the lowest mean e_IS; s->groups: none. */
static size_t best_of(const struct stability *s, size_t g, const char *seed, bool inner)
{
    size_t best = s->groups;
    double lowest = INFINITY, from = T_of(s, end_of(s, g, 1.0)), to = T_of(s, end_of(s, g, -1.0));
    for (size_t h = 0; h < s->groups; h++) {
        double sum = 0.0, n = 0.0;
        if (!group_curve_same(s, g, h, ".T")) continue;
        if (inner ? !(T_of(s, h) > from && T_of(s, h) < to) : !below_Tg(s, h)) continue;
        for (size_t i = 0; i < s->films; i++) {
            if (!is_in(s, h, i, false, STABILITY_AFTER) || strcmp(seed_of(s, i), seed) == 0) continue;
            sum += s->film[i].value[STABILITY_AFTER];
            n += 1.0;
        }
        if (n > 0.0 && sum / n < lowest) {
            lowest = sum / n;
            best = h;
        }
    }
    return best;
}

/* ---- contrasts ---- */

static void clear(const struct stability *s, struct contrast *c)
{
    for (size_t i = 0; i < s->films; i++) c->w[i] = 0.0;
    c->constant = c->constant_error = 0.0;
    c->constant_known = (double)INFINITY;
}

static void scale(const struct stability *s, struct contrast *c, double by)
{
    for (size_t i = 0; i < s->films; i++) c->w[i] *= by;
    c->constant *= by;
    c->constant_error *= by;
}

/* weight × the mean of the films, or controls, of a group; false: there are none. */
static bool add_mean(const struct stability *s, size_t g, bool control, enum stability_quantity q,
                     double weight, struct contrast *c)
{
    double n = 0.0;
    for (size_t i = 0; i < s->films; i++) n += is_in(s, g, i, control, q);
    for (size_t i = 0; i < s->films; i++)
        if (is_in(s, g, i, control, q)) c->w[i] += weight / n;
    return n > 0.0;
}

/* Errors of lines and means that several films are compared with are one error: they add up as they are. */
static bool subtract_number(double value, double error, double known, struct contrast *c)
{
    if (!isfinite(value)) return false;
    c->constant -= value;
    c->constant_error += error;
    c->constant_known = known;
    return true;
}

/* Take off what a film of group g (of this seed) is compared with; false: there is none. */
static bool subtract(const struct stability *s, const struct kind *k, size_t g, const char *seed,
                     struct contrast *c)
{
    const struct film_record *r = &s->film[s->group[g].first].record;
    const struct bulk_lines *l = &s->lines;
    struct calibration_point line;
    size_t film;
    switch (k->reference) {
    case LOWEST:
    case HIGHEST:
        film = film_of(s, end_of(s, g, k->reference == LOWEST ? 1.0 : -1.0), seed, k->quantity);
        if (film < s->films) c->w[film] -= 1.0;
        return film < s->films;
    case FILM_QUENCH:
        return add_mean(s, g, true, k->quantity, -1.0, c);
    case BULK_IN_TIME:
        if (l->rates.n == 0) return false;
        line = bulk_lines_in_time(l, r->form_time, &r->units.system);
        return subtract_number(line.x, line.error, (double)l->rates.n - 2.0, c);
    case SLOWEST_BULK:
        break;
    }
    const struct seed_mean *m = &l->at_slowest;
    return m->n > 0 && subtract_number(m->value, m->error, m->known, c);
}

static bool measure_mean(const struct work *w, const struct kind *k, size_t curve, struct contrast *c)
{
    const struct stability *s = w->s;
    double n = 0.0;
    for (size_t g = 0; g < s->groups; g++) {
        bool controls = k->reference != FILM_QUENCH || s->group[g].control[k->quantity].n > 0;
        if (!group_curve_same(s, curve, g, ".T") || !below_Tg(s, g) || !controls) continue;
        if (!add_mean(s, g, false, k->quantity, 1.0, c)) continue;
        if (!subtract(s, k, g, "", c)) return false;
        n += 1.0;
    }
    if (n > 0.0) scale(s, c, 1.0 / n);
    return n > 0.0;
}

/* Once a seed: the first film of a seed stands for it. */
static bool begins_seed(const struct stability *s, size_t curve, size_t film)
{
    for (size_t i = 0; i <= film; i++) {
        size_t g = 0;
        if (s->film[i].control || strcmp(seed_of(s, i), seed_of(s, film)) != 0) continue;
        while (g < s->groups && !(group_curve_same(s, curve, g, ".T") && stability_alike(s, g, i))) g++;
        if (g < s->groups) return i == film;
    }
    return false;
}

static bool measure_best(const struct work *w, const struct kind *k, size_t curve, struct contrast *c)
{
    const struct stability *s = w->s;
    double n = 0.0;
    for (size_t i = 0; i < s->films; i++) {
        if (!begins_seed(s, curve, i)) continue;
        const char *seed = seed_of(s, i);
        size_t best = best_of(s, curve, seed, k->reference == LOWEST || k->reference == HIGHEST);
        size_t film = best < s->groups ? film_of(s, best, seed, k->quantity) : s->films;
        if (film == s->films || !subtract(s, k, best, seed, c)) continue;
        c->w[film] += 1.0;
        n += 1.0;
    }
    if (n > 0.0) scale(s, c, 1.0 / n);
    return n > 0.0;
}

/* ---- rows and verdicts ---- */

/* The errors of a contrast: films, or controls, that are known to one scatter share what is not known of it.
 */
static struct welch errors_of(const struct stability *s, enum stability_quantity q, const struct contrast *c)
{
    struct welch sum = {0};
    welch_add(&sum, c->constant_error, c->constant_known);
    for (int control = 0; control < 2; control++) {
        const struct seed_mean *scatter = NULL;
        double weights = 0.0;
        for (size_t i = 0; i < s->films; i++) {
            const struct stability_film *f = &s->film[i];
            if (f->control != control || c->w[i] == 0.0) continue;
            const struct seed_mean *m = scatter_of(s, i, q);
            if (m) scatter = m;
            if (m)
                weights += c->w[i] * c->w[i];
            else
                welch_add(&sum, c->w[i] * f->error[q], f->known[q]);
        }
        if (scatter) welch_add(&sum, sqrt(weights) * scatter->scatter, (double)scatter->freedom);
    }
    return sum;
}

static struct claim_row *add_row(const struct stability *s, struct claim *claim, const struct contrast *c)
{
    if (claim->rows == CLAIM_ROWS) return NULL;
    struct claim_row *r = &claim->row[claim->rows++];
    const struct welch errors = errors_of(s, claim->quantity, c);
    *r = (struct claim_row){.curve = -1, .kind = "", .value = c->constant};
    for (size_t i = 0; i < s->films; i++) {
        if (c->w[i] == 0.0) continue;
        r->value += c->w[i] * s->film[i].value[claim->quantity];
        r->films++;
    }
    r->error = welch_error(&errors);
    r->limit = welch_limit(&errors) * r->error;
    double side = claim->above ? r->value : -r->value;
    r->verdict = !isfinite(r->error) ? CLAIM_OPEN
                 : side > r->limit   ? CLAIM_SEEN
                 : side < -r->limit  ? CLAIM_NOT_SEEN
                                     : CLAIM_BELOW_RESOLUTION;
    return r;
}

static void judge(struct claim *c)
{
    int n = 0, seen = 0, against = 0;
    for (int i = 0; i < c->rows; i++) {
        if (!c->row[i].counts || c->row[i].verdict == CLAIM_OPEN) continue;
        n++;
        seen += c->row[i].verdict == CLAIM_SEEN;
        against += c->row[i].verdict == CLAIM_NOT_SEEN;
    }
    c->verdict = n == 0      ? CLAIM_OPEN
                 : against   ? CLAIM_NOT_SEEN
                 : seen == n ? CLAIM_SEEN
                             : CLAIM_BELOW_RESOLUTION;
}

/* A row a curve and one of their mean. */
static void compare(struct work *w, struct claim *claim, const struct kind *k)
{
    const struct stability *s = w->s;
    char title[GROUP_CURVE_TITLE];
    struct claim_row *last = NULL;
    double n = 0.0;
    claim->quantity = k->quantity;
    clear(s, &w->all);
    for (int i = 0; i < w->curves; i++) {
        clear(s, &w->one);
        if (!(k->best ? measure_best : measure_mean)(w, k, w->curve[i], &w->one)) continue;
        struct claim_row *row = add_row(s, claim, &w->one);
        if (!row) return;
        last = row;
        row->curve = i;
        row->kind = k->name;
        snprintf(row->of, sizeof row->of, "%s%s%s", group_curve_title(s, w->curve[i], ".T", title),
                 k->name[0] ? ", " : "", k->name);
        for (size_t f = 0; f < s->films; f++) w->all.w[f] += w->one.w[f];
        w->all.constant += w->one.constant;
        w->all.constant_error += w->one.constant_error;
        w->all.constant_known = w->one.constant_known;
        n += 1.0;
    }
    if (n > 1.0) {
        scale(s, &w->all, 1.0 / n);
        last = add_row(s, claim, &w->all);
        if (last) last->kind = k->name;
        if (last) snprintf(last->of, sizeof last->of, "mean of these%s%s", k->name[0] ? ", " : "", k->name);
    }
    if (last) last->counts = true;
}

/* One curve minus another at the T_sub below T_g that both have. */
static void step(struct work *w, struct claim *claim, int from, int to, bool counts)
{
    const struct stability *s = w->s;
    char one[GROUP_CURVE_TITLE], other[GROUP_CURVE_TITLE];
    double n = 0.0;
    clear(s, &w->one);
    for (size_t g = 0; g < s->groups; g++)
        for (size_t h = 0; h < s->groups; h++) {
            if (!group_curve_same(s, w->curve[from], g, ".T") || !group_curve_same(s, w->curve[to], h, ".T"))
                continue;
            if (!below_Tg(s, g) || !film_same_T(T_of(s, g), T_of(s, h))) continue;
            if (s->group[g].film[claim->quantity].n == 0 || s->group[h].film[claim->quantity].n == 0)
                continue;
            add_mean(s, g, false, claim->quantity, -1.0, &w->one);
            add_mean(s, h, false, claim->quantity, 1.0, &w->one);
            n += 1.0;
        }
    if (n == 0.0) return;
    scale(s, &w->one, 1.0 / n);
    struct claim_row *row = add_row(s, claim, &w->one);
    if (!row) return;
    row->counts = counts;
    if (to == from + 1) row->curve = to;
    snprintf(row->of, sizeof row->of, "%.90s, from %.90s", group_curve_title(s, w->curve[to], ".T", one),
             group_curve_title(s, w->curve[from], ".T", other));
}

static void falls_with_flux(struct work *w, struct claim *claim)
{
    claim->quantity = STABILITY_AFTER;
    for (int i = 0; i + 1 < w->curves; i++) step(w, claim, i, i + 1, true);
    if (w->curves > 2) step(w, claim, 0, w->curves - 1, false);
}

/* ---- */

static double flux_of(const struct stability *s, size_t g)
{
    return s->film[s->group[g].first].record.flux;
}

static void find_curves(struct claims *c, const struct stability *s)
{
    for (size_t g = 0; g < s->groups && c->curves < CLAIM_CURVES; g++) {
        int at = c->curves;
        if (!group_curve_first(s, g, ".T")) continue;
        for (; at > 0 && flux_of(s, c->curve[at - 1]) < flux_of(s, g); at--) c->curve[at] = c->curve[at - 1];
        c->curve[at] = g;
        c->curves++;
    }
}

static struct claim *begin(struct claims *c, const char *text)
{
    struct claim *claim = &c->claim[c->n++];
    claim->text = text;
    return claim;
}

static void make_all(struct work *w, struct claims *c)
{
    static const struct {
        const char *mean, *best;
        enum stability_quantity quantity;
        enum reference reference;
    } beside[] = {{"e_IS below that of the film-quench, mean of T_sub < T_g",
                   "e_IS below that of the film-quench, at the best T_sub", STABILITY_AFTER, FILM_QUENCH},
                  {"e_IS below the bulk quench of equal time, mean of T_sub < T_g",
                   "e_IS below the bulk quench of equal time, at the best T_sub", STABILITY_AFTER,
                   BULK_IN_TIME},
                  {"e_IS below the slowest bulk quench, mean of T_sub < T_g",
                   "e_IS below the slowest bulk quench, at the best T_sub", STABILITY_AFTER, SLOWEST_BULK},
                  {"onset above that of the film-quench, mean of T_sub < T_g",
                   "onset above that of the film-quench, at the best T_sub", STABILITY_ONSET, FILM_QUENCH}};
    struct claim *minimum = begin(c, "e_IS(T_sub) has a minimum inside");
    compare(w, minimum, &(struct kind){"best T_sub against the lowest", STABILITY_AFTER, LOWEST, true});
    compare(w, minimum, &(struct kind){"best T_sub against the highest", STABILITY_AFTER, HIGHEST, true});
    falls_with_flux(w, begin(c, "e_IS falls with the flux, mean of T_sub < T_g"));
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        for (int best = 0; best < 2; best++) {
            struct claim *claim = begin(c, best ? beside[i].best : beside[i].mean);
            claim->above = beside[i].quantity == STABILITY_ONSET;
            compare(w, claim, &(struct kind){"", beside[i].quantity, beside[i].reference, best});
        }
    for (int i = 0; i < c->n; i++) judge(&c->claim[i]);
}

status claims_make(struct claims *c, const struct stability *s)
{
    struct work w = {.s = s};
    status st = OK;
    *c = (struct claims){0};
    if (!s->campaign) return OK;
    st = NEW(w.one.w, s->films);
    if (st == OK) st = NEW(w.all.w, s->films);
    if (st == OK) {
        find_curves(c, s);
        w.curve = c->curve;
        w.curves = c->curves;
        make_all(&w, c);
    }
    DELETE(w.one.w);
    DELETE(w.all.w);
    return st;
}
