/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/bulk_lines.h"
#include "base/mem.h"
#include "base/members.h"

#include <math.h>
#include <string.h>

/* Points of a line, on their way into a fit. */
struct points {
    double *x, *y;
    int64_t n;
};

static status points_make(struct points *p, size_t most)
{
    *p = (struct points){0};
    TRY(NEW(p->x, most + 1));
    return NEW(p->y, most + 1);
}

static void add(struct points *p, double x, double y)
{
    p->x[p->n] = x;
    p->y[p->n++] = y;
}

/* Fits them, if there are `least`, and frees them. */
static status finish(struct points *p, status s, int64_t least, struct calibration *c)
{
    if (s == OK && p->n >= least) s = calibration_fit(c, p->n, p->x, p->y);
    DELETE(p->x);
    DELETE(p->y);
    return s;
}

/* ---- bulk quenches ---- */

static void look_at_rates(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n)
{
    int64_t spans = 0;
    l->slowest = l->span = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        if (bulk[i].shifted) continue;
        if (isfinite(bulk[i].span)) l->span = (spans++ ? l->span : 0.0) + bulk[i].span;
        bool seen = !isfinite(bulk[i].energy) || !isfinite(bulk[i].rate);
        for (size_t j = 0; j < i; j++) seen = seen || (bulk[j].rate == bulk[i].rate && !bulk[j].shifted);
        l->rates_there += !seen;
        if (isfinite(bulk[i].energy) && !(l->slowest <= bulk[i].rate)) l->slowest = bulk[i].rate;
    }
    l->span /= (double)(spans ? spans : 1);
}

static bool is_slowest(const struct bulk_lines *l, const struct bulk_quench *b)
{
    return !b->shifted && b->rate == l->slowest;
}

static status fit_rates(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n)
{
    struct points p;
    status s = points_make(&p, n);
    for (size_t i = 0; i < n && s == OK; i++)
        if (!bulk[i].shifted && isfinite(bulk[i].energy) && bulk[i].rate > 0.0)
            add(&p, log10(bulk[i].rate), bulk[i].energy);
    return finish(&p, s, l->rates_there >= BULK_RATES ? 1 : INT64_MAX, &l->rates);
}

/* e_IS against composition: the shifted runs and the bulk quenches of their rate. */
static status fit_composition(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n)
{
    struct points p;
    double rate = (double)NAN, sum = 0.0;
    int64_t mixed = 0;
    for (size_t i = 0; i < n; i++) {
        if (bulk[i].shifted) rate = bulk[i].rate;
        if (bulk[i].shifted || !isfinite(bulk[i].energy)) continue;
        sum += bulk[i].fraction;
        mixed++;
    }
    l->mixture = mixed > 0 ? sum / (double)mixed : (double)NAN;
    status s = points_make(&p, n);
    for (size_t i = 0; i < n && s == OK; i++)
        if (bulk[i].rate == rate && isfinite(bulk[i].energy)) add(&p, bulk[i].fraction, bulk[i].energy);
    return finish(&p, s, mixed > 0 ? 2 : INT64_MAX, &l->composition);
}

/* Colder, the slowest quench is no liquid any more; hotter, e_IS hardly depends on T: on no line in 1/T. */
static const double liquid_from = 1.05, liquid_to = 1.3; /* T_g */

static status fit_liquid(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n)
{
    struct points p;
    double Tg = n > 0 ? bulk[0].record.units.system.Tg : 0.0;
    status s = points_make(&p, FILM_LOOKS * n);
    for (size_t i = 0; i < n && Tg > 0.0 && s == OK; i++) {
        const struct film_record *r = &bulk[i].record;
        for (int k = 0; k < r->looks && is_slowest(l, &bulk[i]); k++)
            if (r->look[k].T >= liquid_from * Tg && r->look[k].T <= liquid_to * Tg &&
                isfinite(r->look[k].energy))
                add(&p, 1.0 / r->look[k].T, r->look[k].energy);
    }
    return finish(&p, s, 3, &l->liquid);
}

static void mean_of_slowest(struct bulk_lines *l, const struct bulk_quench *bulk, size_t bulks)
{
    double sum = 0.0, square = 0.0;
    struct seed_mean *m = &l->at_slowest;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < bulks; i++) {
            if (!is_slowest(l, &bulk[i]) || !isfinite(bulk[i].energy)) continue;
            m->n += pass == 0;
            if (pass == 0) sum += bulk[i].energy;
            if (pass == 1) square += pow(bulk[i].energy - sum / (double)m->n, 2);
        }
    double n = (double)m->n, line = l->rates.n > 2 ? l->rates.scatter / sqrt(n) : (double)NAN;
    m->value = m->n > 0 ? sum / n : (double)NAN;
    m->error = m->n > 1 ? sqrt(square / (n - 1.0) / n) : (double)NAN;
    m->scatter = (double)NAN;
    m->known = n - 1.0;
    if (m->n - 1 >= SEEDS_FREEDOM || !isfinite(line) || m->error >= line) return;
    m->error = line;
    m->known = (double)l->rates.n - 2.0;
}

status bulk_lines_fit(struct bulk_lines *l, const struct bulk_quench *bulk, size_t n)
{
    *l = (struct bulk_lines){0};
    look_at_rates(l, bulk, n);
    TRY(fit_rates(l, bulk, n));
    TRY(fit_composition(l, bulk, n));
    TRY(fit_liquid(l, bulk, n));
    mean_of_slowest(l, bulk, n);
    return OK;
}

/* ---- held liquids ---- */

static bool is_held(const struct members *m, size_t member)
{
    for (size_t k = 0; k < m->keys; k++)
        if (strcmp(m->key[k], "role") == 0) return strcmp(m->value[member * m->keys + k], "bulk-hold") == 0;
    return true;
}

/* Those that cannot be read are an error, or (lenient) left out: not begun, or not held for long yet. */
static status read_held(struct bulk_lines *l, const char *campaign, enum units_kind units, bool lenient)
{
    struct members m = {0};
    char folder[FILE_PATH_MAX];
    double slope = l->composition.n > 0 ? l->composition.slope : (double)NAN;
    status s = OK;
    TRY(members_read(&m, campaign));
    GUARD(NEW(l->held, m.n));
    for (size_t i = 0; i < m.n; i++) {
        if (!is_held(&m, i)) continue;
        GUARD(file_join(folder, campaign, m.name[i]));
        status read = held_energy_read(&l->held[l->helds], folder, units, slope, l->mixture);
        if (read == OK) l->helds++;
        if (read != BAD_INPUT || !lenient) GUARD(read);
    }
done:
    members_free(&m);
    return s;
}

static status fit_held(struct bulk_lines *l)
{
    struct points p;
    double square = 0.0;
    l->liquid = (struct calibration){0};
    status s = points_make(&p, l->helds);
    for (size_t i = 0; i < l->helds && s == OK; i++) {
        add(&p, 1.0 / l->held[i].T, l->held[i].energy);
        square += l->held[i].error * l->held[i].error;
    }
    TRY(finish(&p, s, 3, &l->liquid));
    calibration_points_known_to(&l->liquid, sqrt(square / (double)l->helds));
    return OK;
}

status bulk_lines_hold(struct bulk_lines *l, const char *campaign, enum units_kind units)
{
    TRY(read_held(l, campaign, units, false));
    if (l->helds < 3)
        return fail(BAD_INPUT, "%s: %zu held liquids, three temperatures are needed for a line", campaign,
                    l->helds);
    return fit_held(l);
}

status bulk_lines_hold_own(struct bulk_lines *l, const char *campaign, enum units_kind units)
{
    TRY(read_held(l, campaign, units, true));
    if (l->helds >= 3) return fit_held(l);
    bulk_lines_free(l);
    return OK;
}

void bulk_lines_free(struct bulk_lines *l)
{
    DELETE(l->held);
    l->helds = 0;
}

/* ---- read backwards ---- */

static struct calibration_point read_backwards(const struct calibration *c, double e, double error)
{
    static const struct calibration none = {0};
    return calibration_invert(calibration_is_steep(c) ? c : &none, e, isfinite(error) ? error : 0.0);
}

struct calibration_point bulk_lines_rate(const struct bulk_lines *l, double e, double error)
{
    return read_backwards(&l->rates, e, error);
}

struct calibration_point bulk_lines_Tf(const struct bulk_lines *l, double e, double error)
{
    struct calibration_point p = read_backwards(&l->liquid, e, error);
    if (!(p.x > 0.0)) return (struct calibration_point){(double)NAN, (double)NAN, p.extrapolated};
    return (struct calibration_point){1.0 / p.x, p.error / (p.x * p.x), p.extrapolated};
}

struct calibration_point bulk_lines_in_time(const struct bulk_lines *l, double time,
                                            const struct unit_system *u)
{
    double rate = l->span / (time * units_size(u, QUANTITY_TIME)) / units_size(u, QUANTITY_COOLING_RATE);
    return calibration_read(&l->rates, log10(rate));
}

double bulk_lines_slope(const struct bulk_lines *l)
{
    return l->composition.n > 0 ? l->composition.slope : 0.0;
}
