/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/stability.h"
#include "analysis/fit/welch.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const stability_names[STABILITY_QUANTITIES] = {
    "e_IS_before",           "e_IS_after",    "density_IS", "fraction", "T_onset", "T_f_H", "T_f_e_IS",
    "log10_equivalent_rate", "front_velocity"};

/* ---- one film ---- */

static status measure_ramp(struct stability_film *f)
{
    const struct film_record *r = &f->record;
    TRY(rise_find(&f->onset, r->rows, r->T, r->H, NULL));
    f->Tf = (struct kink){.why = "no onset"};
    if (f->onset
            .found) { /* a stable glass stays one far above its T_f: windows from the rise, not from T_f */
        double last = r->T[r->rows - 1], steepest = f->onset.steepest;
        struct kink_options o = {.lower = {0.5 * steepest, 0.75 * steepest},
                                 .upper = {0.5 * (steepest + last), last},
                                 .absolute = true};
        TRY(kink_find(&f->Tf, r->rows, r->T, r->H, &o));
    }
    if (f->onset.found) {
        f->value[STABILITY_ONSET] = f->onset.x;
        f->error[STABILITY_ONSET] = hypot(f->onset.error, f->onset.systematic);
    }
    if (f->Tf.found) {
        f->value[STABILITY_TF_H] = f->Tf.x;
        f->error[STABILITY_TF_H] = hypot(f->Tf.error, f->Tf.systematic);
    }
    return OK;
}

static status measure_film(struct stability_film *f, const struct film_record *melted)
{
    const struct film_record *r = &f->record;
    for (int q = 0; q < STABILITY_QUANTITIES; q++) {
        f->value[q] = f->error[q] = (double)NAN;
        f->known[q] = (double)INFINITY;
    }
    int shown = r->after >= 0 ? r->after : r->before;
    f->raw_before = f->value[STABILITY_BEFORE] = r->before >= 0 ? r->look[r->before].energy : (double)NAN;
    f->raw_after = f->value[STABILITY_AFTER] = r->after >= 0 ? r->look[r->after].energy : (double)NAN;
    if (shown >= 0) f->value[STABILITY_DENSITY] = r->look[shown].density;
    if (shown >= 0) f->value[STABILITY_FRACTION] = r->look[shown].fraction;
    TRY(measure_ramp(f));
    TRY(front_read(&f->front, r, melted));
    if (f->front.found) {
        f->value[STABILITY_FRONT] = f->front.velocity;
        f->error[STABILITY_FRONT] = f->front.error;
    }
    return OK;
}

/* ---- reading ---- */

static int find_key(const struct members *m, const char *name)
{
    for (size_t k = 0; k < m->keys; k++)
        if (strcmp(m->key[k], name) == 0) return (int)k;
    return -1;
}

const char *stability_value(const struct stability *a, size_t member, size_t key)
{
    return a->campaign ? a->members.value[member * a->members.keys + key] : "";
}

static status take_bulk(struct stability *a, struct film_record *r, size_t member)
{
    struct bulk_quench *b = &a->bulk[a->bulks];
    *b = (struct bulk_quench){.member = member, .rate = NAN, .energy = NAN, .span = NAN};
    b->shifted = strcmp(r->role, "composition") == 0;
    if (a->rate >= 0)
        TRY(units_parse(&r->units.system, stability_value(a, member, (size_t)a->rate), QUANTITY_COOLING_RATE,
                        &b->rate));
    b->rate /= units_size(&r->units.system, QUANTITY_COOLING_RATE);
    for (int i = r->looks; i-- > 0 && !isfinite(b->energy);) {
        b->energy = r->look[i].energy;
        b->density = r->look[i].density;
        b->fraction = r->look[i].fraction;
        b->span = r->T_start - r->look[i].T;
    }
    b->record = *r;
    a->bulks++;
    return OK;
}

static status take_member(struct stability *a, const char *folder, size_t member)
{
    struct film_record *r = NULL;
    status s = OK;
    TRY(NEW(r, 1));
    if (a->campaign && film_record_read(r, folder) != OK) { /* not begun */
        a->waiting++;
        goto done;
    }
    if (!a->campaign) GUARD(film_record_read(r, folder));
    if (strcmp(r->state, "done") != 0) {
        a->waiting++;
        film_record_free(r);
    } else if (strcmp(r->role, "bulk-quench") == 0 || strcmp(r->role, "composition") == 0) {
        s = take_bulk(a, r, member);
    } else if (!r->film) { /* another kind of run */
        film_record_free(r);
    } else {
        struct stability_film *f = &a->film[a->films];
        f->record = *r;
        f->member = member;
        f->control = a->campaign && strcmp(r->role, "film") != 0; /* alone it is what was asked about */
        s = measure_film(f, a->melted);
        a->films++;
        if (s != OK) status_context(s, "%s", folder);
    }
done:
    DELETE(r);
    return s;
}

static status read_all(struct stability *a)
{
    size_t n = a->campaign ? a->members.n : 1;
    char folder[FILE_PATH_MAX];
    TRY(NEW(a->film, n));
    TRY(NEW(a->bulk, n));
    TRY(NEW(a->group, n));
    if (!a->campaign) return take_member(a, a->folder, 0);
    for (size_t i = 0; i < n; i++) {
        TRY(file_join(folder, a->folder, a->members.name[i]));
        TRY(take_member(a, folder, i));
    }
    return OK;
}

/* ---- what the bulk says ---- */

/* To the mixture's composition, where the slope is known; and the error, of the columns and of the slope. */
static void correct_one(const struct bulk_lines *lines, struct stability_film *f, int look, int quantity)
{
    bool known = lines->composition.n > 0;
    double slope = bulk_lines_slope(lines), uncertain = known ? lines->composition.slope_error : 0.0;
    if (look < 0) return;
    const struct film_look *l = &f->record.look[look];
    double away = known ? l->fraction - lines->mixture : 0.0;
    f->value[quantity] -= slope * away;
    f->error[quantity] = column_error(&l->columns, slope);
    f->known[quantity] = l->columns.n - 1.0;
    if (isfinite(uncertain)) f->error[quantity] = hypot(f->error[quantity], uncertain * away);
}

static void read_lines(const struct bulk_lines *lines, struct stability_film *f)
{
    correct_one(lines, f, f->record.before, STABILITY_BEFORE);
    correct_one(lines, f, f->record.after, STABILITY_AFTER);
    int shown = isfinite(f->value[STABILITY_AFTER]) ? STABILITY_AFTER : STABILITY_BEFORE;
    struct calibration_point rate = bulk_lines_rate(lines, f->value[shown], f->error[shown]),
                             Tf = bulk_lines_Tf(lines, f->value[shown], f->error[shown]);
    f->value[STABILITY_RATE] = rate.x;
    f->error[STABILITY_RATE] = rate.error;
    f->rate_extrapolated = rate.extrapolated;
    f->value[STABILITY_TF_E] = Tf.x;
    f->error[STABILITY_TF_E] = Tf.error;
    f->Tf_extrapolated = Tf.extrapolated;
}

/* ---- groups ---- */

/* Do a film and another one, or a control, differ in the seed only? A control's empty value fits all. */
static bool alike(const struct stability *a, size_t film, size_t other)
{
    for (size_t k = 0; a->campaign && k < a->members.keys; k++) {
        if ((int)k == a->seed || (int)k == a->role || (int)k == a->rate) continue;
        const char *value = stability_value(a, other, k);
        if (*value && strcmp(stability_value(a, film, k), value) != 0) return false;
    }
    return true;
}

static bool belongs(const struct stability *a, const struct stability_group *g, size_t film, bool control)
{
    return a->film[film].control == control && alike(a, a->film[g->first].member, a->film[film].member);
}

bool stability_alike(const struct stability *a, size_t group, size_t film)
{
    return alike(a, a->film[a->group[group].first].member, a->film[film].member);
}

/* Its error is what those of the single films make of it; NaN if one is not known. */
static struct seed_mean mean_of(const struct stability *a, const struct stability_group *g, int q,
                                bool control)
{
    struct seed_mean m = {.value = (double)NAN, .error = (double)NAN, .scatter = (double)NAN};
    struct welch own = {0};
    double sum = 0.0;
    for (size_t i = 0; i < a->films; i++) {
        const struct stability_film *f = &a->film[i];
        if (!belongs(a, g, i, control) || !isfinite(f->value[q])) continue;
        sum += f->value[q];
        welch_add(&own, f->error[q], f->known[q]);
        m.n++;
    }
    if (m.n == 0) return m;
    m.value = sum / (double)m.n;
    m.error = welch_error(&own) / (double)m.n;
    m.known = welch_freedom(&own);
    return m;
}

/* Squares of the differences between the seeds of a group, and how many are free; none for controls that an
 * earlier group has, too. */
static void add_scatter(const struct stability *a, size_t group, int q, bool control, double *squares,
                        int64_t *freedom)
{
    const struct stability_group *g = &a->group[group];
    double mean = (control ? g->control : g->film)[q].value;
    int64_t n = 0;
    for (size_t i = 0; i < a->films; i++) {
        double v = a->film[i].value[q];
        if (!belongs(a, g, i, control) || !isfinite(v)) continue;
        for (size_t earlier = 0; earlier < group; earlier++)
            if (belongs(a, &a->group[earlier], i, control)) return;
        *squares += (v - mean) * (v - mean);
        *freedom += n++ > 0;
    }
}

static void take_means(struct stability *a)
{
    for (int control = 0; control < 2; control++)
        for (int q = 0; q < STABILITY_QUANTITIES; q++) {
            double squares = 0.0;
            int64_t freedom = 0;
            for (size_t i = 0; i < a->groups; i++) {
                struct stability_group *g = &a->group[i];
                (control ? g->control : g->film)[q] = mean_of(a, g, q, control);
                add_scatter(a, i, q, control, &squares, &freedom);
            }
            for (size_t i = 0; i < a->groups && freedom > 0; i++) {
                struct seed_mean *m = &(control ? a->group[i].control : a->group[i].film)[q];
                if (m->n == 0) continue;
                m->scatter = sqrt(squares / (double)freedom);
                m->freedom = freedom;
                double error = m->scatter / sqrt((double)m->n);
                if (freedom < SEEDS_FREEDOM && m->error > error) continue;
                m->error = error;
                m->known = (double)freedom;
            }
        }
}

static void make_groups(struct stability *a)
{
    for (size_t i = 0; i < a->films; i++) {
        if (a->film[i].control) continue;
        size_t g = 0;
        while (g < a->groups && !alike(a, a->film[a->group[g].first].member, a->film[i].member)) g++;
        if (g == a->groups) a->group[a->groups++] = (struct stability_group){.first = i};
        a->group[g].films++;
        a->group[g].extrapolated = a->group[g].extrapolated || a->film[i].rate_extrapolated;
    }
    for (size_t g = 0; g < a->groups; g++)
        for (size_t i = 0; i < a->films; i++) a->group[g].controls += belongs(a, &a->group[g], i, true);
}

/* ---- verdicts ---- */

/* −1, 0, 1: a below, not distinguishable from, above b. */
static int compare(const struct seed_mean *a, const struct seed_mean *b)
{
    struct welch w = {0};
    welch_add(&w, a->error, a->known);
    welch_add(&w, b->error, b->known);
    double difference = a->value - b->value, least = welch_limit(&w) * welch_error(&w);
    return difference < -least ? -1 : difference > least ? 1 : 0;
}

static bool is_known(const struct seed_mean *m)
{
    return m->n > 0 && isfinite(m->value) && isfinite(m->error);
}

static void judge(const struct stability *a, struct stability_group *g)
{
    const struct seed_mean *e = &g->film[STABILITY_AFTER], *ec = &g->control[STABILITY_AFTER],
                           *T = &g->film[STABILITY_ONSET], *Tc = &g->control[STABILITY_ONSET];
    struct text why = {0};
    if (g->controls == 0) text_add(&why, "no film-quench is done; ");
    if (a->lines.rates_there < BULK_RATES)
        text_add(&why, "bulk quenches at %" PRId64 " of %d rates; ", a->lines.rates_there, BULK_RATES);
    if (e->n == 0) text_add(&why, "no e_IS after a cool-down; ");
    if (g->controls > 0 && ec->n == 0) text_add(&why, "the film-quench has no e_IS; ");
    if (e->n > 0 && (!is_known(e) || (ec->n > 0 && !is_known(ec))))
        text_add(&why, "one seed: no error of e_IS; ");
    if (why.length > 2) why.s[why.length - 2] = '\0';
    if (why.s) {
        snprintf(g->verdict, sizeof g->verdict, "no verdict: %.200s", why.s);
        text_free(&why);
        return;
    }
    int below = compare(e, ec), slowest = compare(e, &a->lines.at_slowest);
    bool onsets = is_known(T) && is_known(Tc);
    int onset = onsets ? compare(T, Tc) : 0;
    if (below >= 0)
        snprintf(g->verdict, sizeof g->verdict, "%s",
                 below > 0 ? "less stable than its control" : "not distinguishable from its control");
    else if (slowest >= 0)
        snprintf(g->verdict, sizeof g->verdict,
                 "more stable than its control, not than the slowest bulk quench");
    else
        snprintf(g->verdict, sizeof g->verdict, "%s",
                 onset > 0 ? "ultrastable"
                 : onsets  ? "e_IS below all controls, the onset is not higher"
                           : "e_IS below all controls, no onset to compare");
}

/* ---- */

static status read_melted(struct stability *a, const char *liquid)
{
    if (a->campaign)
        return fail(BAD_INPUT,
                    "%s is one run, whose level of displacements holds at its own temperature only; with the "
                    "campaign %s give a campaign of held liquids",
                    liquid, a->folder);
    TRY(NEW(a->melted, 1));
    return film_record_read(a->melted, liquid);
}

static status make_lines(struct stability *a, const char *held)
{
    enum units_kind units = a->film[0].record.units.system.kind;
    TRY(bulk_lines_fit(&a->lines, a->bulk, a->bulks));
    if (held) return bulk_lines_hold(&a->lines, held, units);
    return a->role >= 0 ? bulk_lines_hold_own(&a->lines, a->folder, units) : OK;
}

status stability_make(struct stability *a, const char *folder, const char *liquid)
{
    status s = OK;
    bool held = liquid && members_there(liquid);
    *a = (struct stability){.role = -1, .rate = -1, .seed = -1};
    if (snprintf(a->folder, sizeof a->folder, "%s", folder) >= (int)sizeof a->folder)
        return fail(BAD_INPUT, "the path is too long: %s", folder);
    a->campaign = members_there(folder);
    if (a->campaign) GUARD(members_read(&a->members, folder));
    if (a->campaign) a->role = find_key(&a->members, "role");
    if (a->campaign) a->rate = a->role >= 0 ? find_key(&a->members, "rate") : -1;
    if (a->campaign) a->seed = find_key(&a->members, "seed");
    if (liquid && !held) GUARD(read_melted(a, liquid));
    GUARD(read_all(a));
    if (a->films == 0)
        GUARD(fail(BAD_INPUT,
                   "%s holds no film that is done (%zu members are not; glint status says how they are)",
                   folder, a->waiting));
    GUARD(make_lines(a, held ? liquid : NULL));
    for (size_t i = 0; i < a->films; i++) read_lines(&a->lines, &a->film[i]);
    make_groups(a);
    take_means(a);
    for (size_t g = 0; g < a->groups; g++) judge(a, &a->group[g]);
done:
    if (s != OK) stability_free(a);
    return s;
}

void stability_free(struct stability *a)
{
    if (a->melted) film_record_free(a->melted);
    DELETE(a->melted);
    for (size_t i = 0; i < a->films; i++) film_record_free(&a->film[i].record);
    for (size_t i = 0; i < a->bulks; i++) film_record_free(&a->bulk[i].record);
    DELETE(a->film);
    DELETE(a->bulk);
    DELETE(a->group);
    members_free(&a->members);
    bulk_lines_free(&a->lines);
    a->films = a->bulks = 0;
}
