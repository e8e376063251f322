/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/stability_json.h"
#include "analysis/stability/claims.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

static void json_keys(struct json *j, const struct stability *s, size_t member)
{
    for (size_t k = 0; s->campaign && k < s->members.keys; k++)
        json_string(j, s->members.key[k], stability_value(s, member, k));
}

static void json_film(struct json *j, const struct stability *s, const struct stability_film *f)
{
    const struct film_record *r = &f->record;
    char name[64];
    json_open(j, NULL, '{');
    json_string(j, "run", r->name);
    json_keys(j, s, f->member);
    if (s->role < 0) json_string(j, "role", r->role);
    json_number(j, "T_form", r->T_form);
    json_number(j, "T_form_per_Tg", r->units.system.Tg > 0.0 ? r->T_form / r->units.system.Tg : (double)NAN);
    json_number(j, "form_time", r->form_time);
    json_number(j, "flux", r->flux);
    json_number(j, "atoms", r->atoms);
    json_number(j, "thickness", r->thickness);
    json_number(j, "crystal_fraction", r->crystal);
    json_number(j, "cool_rate", r->cool_rate);
    json_number(j, "heat_rate", r->heat_rate);
    for (int q = 0; q < STABILITY_QUANTITIES; q++) {
        json_number(j, stability_names[q], f->value[q]);
        snprintf(name, sizeof name, "%s_error", stability_names[q]);
        json_number(j, name, f->error[q]);
    }
    json_number(j, "e_IS_before_measured", f->raw_before);
    json_number(j, "e_IS_after_measured", f->raw_after);
    json_number(j, "T_onset_noise", f->onset.error);
    json_number(j, "T_onset_systematic", f->onset.systematic);
    json_bool(j, "equivalent_rate_extrapolated", f->rate_extrapolated);
    json_bool(j, "T_f_e_IS_extrapolated", f->Tf_extrapolated);
    if (!f->onset.found) json_string(j, "no_onset", f->onset.why);
    if (!f->Tf.found) json_string(j, "no_T_f_H", f->Tf.why);
    if (!f->front.found) json_string(j, "no_front", f->front.why);
    json_number(j, "front_glass_msd", f->front.glass);
    json_number(j, "front_liquid_msd", f->front.liquid);
    json_open(j, "front", '[');
    for (int i = 0; i < f->front.n; i++) {
        json_open(j, NULL, '{');
        json_number(j, "time", f->front.point[i].time);
        json_number(j, "T", f->front.point[i].T);
        json_number(j, "depth", f->front.point[i].depth);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

static void json_line(struct json *j, const char *name, const struct calibration *c)
{
    json_open(j, name, '{');
    json_integer(j, "points", c->n);
    if (c->n > 0) {
        json_number(j, "slope", c->slope);
        json_number(j, "slope_error", c->slope_error);
        json_number(j, "mean_x", c->mean_x);
        json_number(j, "mean_y", c->mean_y);
        json_number(j, "scatter", c->scatter);
        json_number(j, "from", c->low);
        json_number(j, "to", c->high);
    }
    json_close(j);
}

/* What the liquid's line goes through, if held liquids are it. */
static void json_held(struct json *j, const struct bulk_lines *l)
{
    json_open(j, "held_liquids", '[');
    for (size_t i = 0; i < l->helds; i++) {
        json_open(j, NULL, '{');
        held_energy_json(j, &l->held[i]);
        json_close(j);
    }
    json_close(j);
}

static void json_means(struct json *j, const char *name, const struct seed_mean *m)
{
    json_open(j, name, '{');
    for (int q = 0; q < STABILITY_QUANTITIES; q++) {
        json_open(j, stability_names[q], '{');
        json_number(j, "mean", m[q].value);
        json_number(j, "error", m[q].error);
        json_integer(j, "n", m[q].n);
        json_close(j);
    }
    json_close(j);
}

static void json_groups(struct json *j, const struct stability *s)
{
    json_open(j, "groups", '[');
    for (size_t g = 0; g < s->groups; g++) {
        json_open(j, NULL, '{');
        size_t member = s->film[s->group[g].first].member;
        for (size_t k = 0; s->campaign && k < s->members.keys; k++)
            if ((int)k != s->seed && (int)k != s->role && (int)k != s->rate)
                json_string(j, s->members.key[k], stability_value(s, member, k));
        json_integer(j, "films", s->group[g].films);
        json_integer(j, "film_quenches", s->group[g].controls);
        json_means(j, "film", s->group[g].film);
        json_means(j, "film_quench", s->group[g].control);
        json_string(j, "verdict", s->group[g].verdict);
        json_close(j);
    }
    json_close(j);
}

static status json_claims(struct json *j, const struct stability *s)
{
    struct claims *c = NULL;
    TRY(NEW(c, 1));
    status st = claims_make(c, s);
    json_open(j, "claims", '[');
    for (int i = 0; i < c->n; i++) {
        const struct claim *claim = &c->claim[i];
        json_open(j, NULL, '{');
        json_string(j, "claim", claim->text);
        json_string(j, "verdict", claim_verdicts[claim->verdict]);
        json_open(j, "differences", '[');
        for (int k = 0; k < claim->rows; k++) {
            const struct claim_row *r = &claim->row[k];
            json_open(j, NULL, '{');
            json_string(j, "of", r->of);
            json_number(j, "difference", r->value);
            json_number(j, "error", r->error);
            json_number(j, "limit", r->limit);
            json_integer(j, "films", r->films);
            json_bool(j, "counts", r->counts);
            json_string(j, "verdict", claim_verdicts[r->verdict]);
            json_close(j);
        }
        json_close(j);
        json_close(j);
    }
    json_close(j);
    DELETE(c);
    return st;
}

status stability_json(const struct stability *s, const char *convention)
{
    const struct unit_system *u = &s->film[0].record.units.system;
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "folder", s->folder);
    json_string(&j, "units", u->kind == UNITS_METAL ? "metal" : "lj");
    json_string(&j, "rate_unit", units_label(u, QUANTITY_COOLING_RATE));
    json_string(&j, "convention", convention);
    json_integer(&j, "members_not_done", (int64_t)s->waiting);
    json_open(&j, "films", '[');
    for (size_t i = 0; i < s->films; i++) json_film(&j, s, &s->film[i]);
    json_close(&j);
    json_open(&j, "bulk_quenches", '[');
    for (size_t i = 0; i < s->bulks; i++) {
        json_open(&j, NULL, '{');
        json_string(&j, "run", s->bulk[i].record.name);
        json_number(&j, "rate", s->bulk[i].rate);
        json_number(&j, "e_IS", s->bulk[i].energy);
        json_number(&j, "density_IS", s->bulk[i].density);
        json_number(&j, "fraction", s->bulk[i].fraction);
        json_number(&j, "crystal_fraction", s->bulk[i].record.crystal);
        json_bool(&j, "composition_shifted", s->bulk[i].shifted);
        json_close(&j);
    }
    json_close(&j);
    json_line(&j, "e_IS_against_log10_rate", &s->lines.rates);
    json_line(&j, "e_IS_against_fraction", &s->lines.composition);
    json_line(&j, "liquid_e_IS_against_inverse_T", &s->lines.liquid);
    json_held(&j, &s->lines);
    json_groups(&j, s);
    status st = json_claims(&j, s);
    json_close(&j);
    if (st == OK && j.text.out_of_memory) st = fail(FAILED, "out of memory");
    if (st == OK) puts(j.text.s);
    json_free(&j);
    return st;
}
